"""A thread that reads what a process writes, and knows when all that was written by some moment has been handed on.

Who only waits for half a second until it has read the rest, as on a quiet machine it has, loses output on a busy one:
there a thread may well stand still for longer. And the end of the pipe may never come, for somebody else may hold it.
"""

import codecs
import math
import os
import select
import sys
import threading

LATE = 20  # seconds that what must happen may take, on a machine that stands still now and then


class Pump(threading.Thread):
    """Reads a pipe, from `start()` until its end.

    Parameters
    ----------
    pipe : binary file without a buffer
        Closed at its end.
    take : callable
        Called, in this thread, with each piece of text that is not empty.
    """

    def __init__(self, pipe, take):
        super().__init__(daemon=True)
        self._pipe, self._take = pipe, take
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._taken = 0  # bytes that were handed on
        self._taking = threading.Condition(threading.Lock())  # held from the read of a piece until it was handed on

    def run(self):
        try:
            with self._pipe:
                if os.name == "nt":  # which cannot tell whether there is something to read
                    while self._take_some():
                        pass
                    return
                more = True
                while more:
                    self._await_data()
                    with self._taking:
                        more = self._take_some()
                        self._taking.notify_all()
        finally:
            with self._taking:
                self._taken = math.inf
                self._taking.notify_all()

    def _await_data(self):
        if hasattr(select, "poll"):
            news = select.poll()
            news.register(self._pipe, select.POLLIN)
            news.poll()
        else:  # a few systems have this alone, which knows no numbers beyond a thousand
            select.select([self._pipe], [], [])

    def _take_some(self):
        data = self._pipe.read(65536)
        text = self._decoder.decode(data)
        if os.name == "nt":
            text = text.replace("\r\n", "\n")
        if text:
            self._take(text)
        self._taken += len(data)
        return bool(data)

    def catch_up(self, at_the_end=False):
        """Wait until all that is in the pipe by now was handed on; not for the end of the pipe, which others may hold.

        On Windows nobody knows what is in a pipe: `at_the_end` of the process it has half a second there.
        """
        if os.name == "nt":
            self.join(0.5 * at_the_end)
        elif self._taking.acquire(timeout=LATE):  # whoever takes a piece may wait for us
            try:
                wanted = self._taken + self._waiting()
                self._taking.wait_for(lambda: self._taken >= wanted, LATE)
            finally:
                self._taking.release()

    def _waiting(self):
        """How many bytes there are to be read."""
        import fcntl
        import termios

        try:
            return int.from_bytes(fcntl.ioctl(self._pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
        except (OSError, ValueError):  # it has been closed at its end
            return 0
