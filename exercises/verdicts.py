"""What is said of an answer: right, wrong with one reason, or none there yet.

A check says "wrong" by raising `Wrong`, wherever it finds out; `judging` makes a `Verdict` of whatever comes out.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from exercises.prints import visible

MOST_SAID = 800  # characters of a reason, which may quote a value of any size


class Wrong(Exception):
    """Raised by a check: the promise that an answer breaks, in one sentence, and a hint of its own if there is one."""

    def __init__(self, reason, hint=""):
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class NoSuchExercise(ValueError):
    """A name that no exercise has; a notebook shows the sentence alone."""

    def _render_traceback_(self):  # what IPython shows in place of its own account
        return textwrap.wrap(str(self), 92)


@dataclass(frozen=True)
class Verdict:
    """What `judge` found.

    Attributes
    ----------
    name : str
        The exercise, "04.2", or the prediction, "04.a".
    passed : bool or None
        None where there is no answer yet.
    reason : str
        One sentence.
    hint : str
        What to try, or "".
    printed : sequence of str
        Lines that say what the answer has printed.
    failure : backstage.schedules.story.Failure, optional
        In which order threads ran when it broke the promise.
    of_solution : bool
        Whether it was the course's own answer that was judged, and not the reader's.
    onward : str
        Where to go on, or "".
    """

    name: str
    passed: bool | None
    reason: str
    hint: str = ""
    printed: Sequence[str] = ()
    failure: object = None
    of_solution: bool = False
    onward: str = ""

    @property
    def mark(self):
        """The sign at the beginning: str."""
        return {True: "✔", False: "✘", None: "…"}[self.passed]

    @property
    def title(self):
        """Whose answer was judged: str."""
        return f"{self.name}, the solution:" if self.of_solution else f"{self.name}:"

    @property
    def said(self):
        """The reason, cut if it is very long: str."""
        return self.reason if len(self.reason) <= MOST_SAID else f"{self.reason[:MOST_SAID]} …"

    def order(self):
        """Lines that say in which order it happened, here, for the notebook knows the text of the lines."""
        return [_cut(visible(line)) for line in self.failure.order()] if self.failure else []

    def __str__(self):
        lines = [f"{self.mark} {self.title} {self.said}", *([f"  Hint: {self.hint}"] if self.hint else [])]
        filled = [textwrap.fill(visible(line), 92, subsequent_indent="  ", break_on_hyphens=False) for line in lines]
        order = self.order()
        order = ["  The order in which it happened:"] * bool(order) + [f"    {line}" for line in order]
        onward = textwrap.wrap(self.onward, 92, initial_indent="  → ", subsequent_indent="    ")
        return "\n".join([*filled, *order, *(f"  {line}" for line in self.printed), *onward])


def _cut(line, most=86):
    return line if len(line) <= most else f"{line[:most]} …"
