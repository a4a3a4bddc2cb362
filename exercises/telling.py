"""A verdict on the page, and what stands there until it comes."""

import sys
import time

from exercises.judging import judge
from helpers.isolated import interrupted

QUIET = 2  # seconds without a verdict until the reader is told that the answer still runs


def tell(name, answer):
    """Judge an answer and print the verdict; parameters and errors are those of `judge`."""
    note = _Note(f"… {name} is still running. To stop it, press ■ above, or the key i twice.")
    try:
        verdict = judge(name, answer, note.tick)
    except KeyboardInterrupt as stop:
        if not hasattr(stop, "_render_traceback_"):  # the answer has not begun to run, or has ended
            stop = interrupted(f"… {name}: you stopped the check.")
        raise stop from None
    finally:
        note.take_back()
    print(verdict)


class _Note:
    """A line that is written after a while, and overwritten in the end.

    So it does not stay on the page, and does not count when outputs are compared: who does that sees, as a page
    does, what a carriage return leaves.
    """

    def __init__(self, text):
        self._text, self._due, self._written = text, time.monotonic() + QUIET, False

    def tick(self):
        if not self._written and time.monotonic() > self._due:
            self._written = True
            sys.stdout.write(self._text)
            sys.stdout.flush()

    def take_back(self):
        if self._written:
            sys.stdout.write(f"\r{' ' * len(self._text)}\r")
