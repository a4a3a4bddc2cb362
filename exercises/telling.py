"""A verdict on the page, and what stands there until it comes."""

import sys
import time
import uuid
from contextlib import suppress
from dataclasses import replace

from exercises.cards import card
from exercises.judging import judge
from exercises.solutions import offered, solution
from exercises.tries import conclude
from helpers.isolated import interrupted

QUIET = 2  # seconds without a verdict until the reader is told that the answer still runs


def tell(name, answer):
    """Judge an answer and show the verdict; parameters and errors are those of `judge`."""
    shell = _notebook()
    called = name if isinstance(name, str) else ""  # what is no str is no exercise
    note = (_Place if shell else _Line)(f"… {called} is still running. To stop it, press ■ above, or the key i twice.")
    try:
        verdict = judge(name, answer, note.tick)
    except KeyboardInterrupt as stop:
        note.take_back()
        if not hasattr(stop, "_render_traceback_"):  # the answer has not begun to run, or has ended
            stop = interrupted(f"… {name}: you stopped the check.")
        raise stop from None
    except BaseException:
        note.take_back()
        raise
    verdict = replace(verdict, of_solution=bool(shell) and _is_solution(name, shell))
    note.show(replace(verdict, onward=conclude(verdict, _source(shell))))


def _notebook():
    """IPython's shell if it is a notebook's; None in a terminal, a script or a test."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    return shell if hasattr(shell, "kernel") else None


def _is_solution(name, shell):
    """Whether the cell that runs now is the course's solution, word for word."""
    return _source(shell) == solution(name).strip() != ""


def _source(shell):
    """The source of the cell that runs now; "" where none does."""
    with suppress(AttributeError, KeyError, TypeError):
        return shell.get_parent()["content"]["code"].strip()
    return ""


class _Note:
    """A line that is shown after a while, and replaced in the end. So it neither stays on the page nor is stored."""

    def __init__(self, text):
        self._text, self._due, self._shown = text, time.monotonic() + QUIET, False

    def tick(self):
        if not self._shown and time.monotonic() > self._due:
            self._shown = True
            self.begin()


class _Line(_Note):
    """In a terminal: a carriage return overwrites it."""

    def begin(self):
        sys.stdout.write(self._text)
        sys.stdout.flush()

    def take_back(self):
        if self._shown:
            sys.stdout.write(f"\r{' ' * len(self._text)}\r")

    def show(self, verdict):
        self.take_back()
        print(verdict)


class _Place(_Note):
    """In a notebook: an output of its own, in which the verdict then stands as a card and, beside it, as plain text."""

    def __init__(self, text):
        super().__init__(text)
        self._id = uuid.uuid4().hex

    def begin(self):
        self._put({"text/plain": self._text})

    def take_back(self):
        if self._shown:
            self._put({"text/plain": ""}, update=True)

    def show(self, verdict):
        self._put({"text/plain": str(verdict), "text/html": card(verdict, offered(verdict.name))}, self._shown)

    def _put(self, data, update=False):
        from IPython.display import publish_display_data

        publish_display_data(data, transient={"display_id": self._id}, update=update)
