"""Text that a child's thread hands over, piece by piece, to one that may be interrupted at any moment.

A piece stays where it is until it was heard: with a queue, what Ctrl-C meets on its way out of `get` would be lost.
"""

import math
import threading
from collections import deque


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
