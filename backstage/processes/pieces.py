"""Text that a child's thread hands over, piece by piece, to one that may be interrupted at any moment.

A piece stays where it is until it was heard: with a queue, what Ctrl-C meets on its way out of `get` would be lost.
"""

import math
import threading
import time
from collections import deque

from backstage.processes.memory import memory_of, most_memory

LOOKS = 0.2  # seconds between two looks at the writer; also because Windows interrupts no wait


class Pieces:
    """What was written and nobody has heard yet. Put pieces in from one thread, and "" after the last one, which stays.

    Parameters
    ----------
    most : int, optional
        Characters that there is room for in all.

    Attributes
    ----------
    overflowed : bool
        Whether there were more.
    """

    def __init__(self, most=math.inf):
        self._most = most
        self._length = 0
        self.overflowed = False
        self._pieces = deque()
        self._news = threading.Event()

    def put(self, piece):
        """Add a piece of text, if there is room for it."""
        self._length += len(piece)
        if not self.overflowed:
            self.overflowed = self._length > self._most
            self._pieces.append("" if self.overflowed else piece)
        self._news.set()

    def first(self, seconds):
        """Return the oldest piece, which stays, or None if none comes within so many seconds."""
        if not self._pieces:
            self._news.wait(seconds)
            self._news.clear()  # what came since then is in its place already
        return self._pieces[0] if self._pieces else None

    def heard(self):
        """Drop the oldest piece."""
        self._pieces.popleft()

    def drain(self, hear, timeout=None, pid=None):
        """Hand on pieces until the last one.

        Parameters
        ----------
        hear : callable
            Called with each piece, and with "" several times a second. If it returns a number, so many seconds are
            left from then on.
        timeout : float, optional
            Seconds that it may take, even if there is always more; for ever by default.
        pid : int, optional
            The process that writes: it is watched, so that it takes no more memory than `most_memory`.

        Returns
        -------
        None or str
            None after the last piece; "TimeoutError" or "MemoryError" if there may be more.
        """
        now = time.monotonic()
        deadline, look = math.inf if timeout is None else now + timeout, now + LOOKS
        while True:
            wait = min(LOOKS, deadline - now)
            piece = self.first(max(0, wait))
            if piece == "":
                return None
            seconds = hear(piece or "")
            if piece:
                self.heard()
            now = time.monotonic()
            if seconds:
                deadline = now + seconds
            elif wait <= 0:
                return "TimeoutError"
            if pid and now >= look:
                if memory_of(pid) > most_memory():
                    return "MemoryError"
                look = now + LOOKS
