"""Text that a child's thread hands over, piece by piece, to one that may be interrupted at any moment.

A piece stays where it is until it was heard: with a queue, what Ctrl-C meets on its way out of `get` would be lost.
"""

import math
import threading
import time
from collections import deque

from backstage.processes.memory import memory_of, most_memory
from backstage.processes.own_time import OwnTime
from backstage.undisturbed import undisturbed

MOST_OUTPUT = 2_000_000  # characters of a cell; a page that shows many more stands still
LOOKS = 0.2  # seconds between two looks at the writer; also because Windows interrupts no wait
MOST_TIMES = 5  # as long as its own time may a process take on a busy machine


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

    def drain(self, hear, timeout=None, pid=None, own_time=None):
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
        own_time : int, optional
            A process: only those seconds count in which a busy machine let it go on, as `OwnTime` says; but it may
            take no more than MOST_TIMES as long.

        Returns
        -------
        None or str
            None after the last piece; "TimeoutError" or "MemoryError" if there may be more.
        """
        now = time.monotonic()
        deadline, look = math.inf if timeout is None else now + timeout, now + LOOKS
        own, last, more = OwnTime(own_time) if own_time else None, now, (MOST_TIMES - 1) * (timeout or 0)
        if own:
            own.of(0)  # from here on
        while True:
            wait = min(LOOKS, deadline - now)
            piece = self.first(max(0, wait))
            if piece == "":
                return None
            with undisturbed():  # or Ctrl-C between the two would have it heard twice
                seconds = hear(piece or "")
                if piece:
                    self.heard()
            now = time.monotonic()
            if seconds:
                deadline, more = now + seconds, (MOST_TIMES - 1) * seconds
            if own and now >= min(look, deadline):
                lost = min(more, max(0, now - last - own.of(now - last)))
                deadline, more, last = deadline + lost, more - lost, now
            if wait <= 0 and now >= deadline:
                return "TimeoutError"
            if now >= look:
                if pid and memory_of(pid) > most_memory():
                    return "MemoryError"
                look = now + LOOKS
