"""What a search has found: plain data that can be sent to another process, and what is to be read of it."""

import linecache
import math
from dataclasses import dataclass, field
from itertools import groupby

MAIN = "main"  # the worker who runs the program itself
MOST_SHOWN = 40  # lines of a story


@dataclass
class Step:
    """A line that a worker ran, or where it stopped.

    Attributes
    ----------
    note : str
        "waits" there; "time is up", where the wait was bounded; "stopped before" it, or "stopped" in the middle of it,
        though it could have gone on.
    """

    worker: str
    file: str
    line: int
    function: str
    note: str = ""
    acts: bool = False  # whether it did anything there that others can notice

    @property
    def is_end_of_with(self):
        """Whether Python came back to a `with` only to leave its block."""
        return not self.acts and not self.note and self.text.startswith("with ")

    @property
    def text(self):
        """The line itself, or where it is, if nobody has it."""
        text = linecache.getline(self.file, self.line).strip()
        return text or f"line {self.line} of {self.function}"


@dataclass
class Failure:
    """How a run broke.

    Attributes
    ----------
    kind : "error", "deadlock" or "endless"
    text : str
        The exception and its message.
    worker : str
        In whom.
    waits : list
        At a deadlock, or if it has no end, for each who has not ended: name, file, line, function, for what kind of
        thing they wait, who holds it.
    steps : list of Step
        If the run was to tell its story.
    """

    kind: str
    text: str
    worker: str
    waits: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    output: str = ""
    length: tuple = ()
    slow: bool = False

    def order(self):
        """The order line by line: list of str. What the main one does before others have begun is left out."""
        steps = [step for step in _shortened(self.steps) if not step.is_end_of_with]
        width = max((len(step.worker) for step in steps), default=0)
        lines, stopped = [], {}
        for step in steps:
            text = step.text
            if step.note == "stopped before":
                text = f"… is interrupted before: {text}"
            elif step.note == "stopped":
                text = f"… is interrupted in the middle of: {text}"
                stopped[step.worker] = step.line
            elif step.note == "waits":
                text += "   ← waits"
            elif step.note == "time is up":
                text = f"… has waited long enough in: {text}"
            elif stopped.pop(step.worker, None) == step.line:
                text = f"… goes on in: {text}"
            lines.append(f"{step.worker:{width}}  {text}")
        if len(lines) > MOST_SHOWN:
            left_out = f"… {len(lines) - MOST_SHOWN} lines more …"
            lines[MOST_SHOWN // 2 : -MOST_SHOWN // 2] = [left_out]
        return lines

    def end(self):
        """What it came to: list of str."""
        if self.kind == "error":
            return [f"{self.worker}: {self.text}"]
        if self.kind == "endless":
            where = [f"  {wait[0]} is in `{Step(*wait[:4]).text}`" for wait in self.waits]
            return ["It does not end: a loop without an end, or somebody who asks again and again.", *where]
        return ["A deadlock: nobody can go on.", *(f"  {_say_wait(*wait)}" for wait in self.waits)]


def named(error):
    """An exception as the last line of its traceback has it: its kind, and its message if it has one."""
    try:
        message = str(error)
    except Exception:  # it cannot even say what it is
        message = ""
    return type(error).__name__ + (f": {message}" if message else "")


def _shortened(steps):
    """Without what is said twice, and without the main worker, except where it is among the others or the last."""
    others = [number for number, step in enumerate(steps) if step.worker != MAIN]
    if others:
        between = steps[others[0] : others[-1] + 1]
        after = steps[others[-1] + 1 :]
        steps = [step for step in between if step.worker != MAIN or step.acts or step.note == "time is up"] + after[-1:]
    return [next(group) for _, group in groupby(steps, key=lambda step: (step.worker, step.file, step.line, step.note))]


def _say_wait(name, file, line, function, kind, holder):
    text = Step(name, file, line, function).text
    if kind == "Worker":
        what = "for another to end"
    elif holder:
        what = f"for a lock that {holder if holder != name else 'they themselves'} hold{'s' * (holder != name)}"
    else:
        what = "to be called" if kind == "Condition" else ""
    return " ".join(filter(None, [name, "waits", what, f"in `{text}`" if file else ""]))


@dataclass
class Report:
    """What `search` found, with the story of the failure.

    Attributes
    ----------
    tried, walks, proven, cost, failure, steady
        As those of `search.Result`.
    bound : int
        The cost up to which all schedules were to be tried.
    step : str
        What costs 1: "interruption" for threads, "overtaking" for greenlets.
    trouble : str
        Why nothing was found out, or "".
    """

    tried: int = 0
    walks: int = 0
    proven: float = -1
    cost: int = 0
    failure: Failure | None = None
    bound: int = 2
    step: str = "interruption"
    trouble: str = ""
    steady: bool = True

    def __str__(self):
        if self.trouble:
            return self.trouble
        tried = f"{self.tried:,} schedule{'s' * (self.tried != 1)}"
        if self.failure is None:
            return f"{tried} tried, and none breaks the program.\n{self._say_proof()}"
        order, end = self.failure.order(), self.failure.end()
        price = f"{self.cost} {self.step}{'s' * (self.cost != 1)}" if self.cost else f"no {self.step} at all"
        head = f"{tried} tried. The shortest that breaks the program needs {price}:"
        printed = ["", "It printed:", *self.failure.output.splitlines()[:MOST_SHOWN]] if self.failure.output else []
        return "\n".join([head, "", *(f"  {line}" for line in order), "", *end, *printed])

    def _say_proof(self):
        if not self.steady:
            return (
                "That proves nothing: the same schedule did not always lead to the same end. Does it ask for the time?"
            )
        if self.proven == math.inf:
            return "There are no others, apart from those that differ only where nobody can notice."
        if self.proven < 0:
            return "That proves little: there are too many. Make the program smaller."
        less = f"with at most {self.proven:.0f} {self.step}s" if self.proven else f"without any {self.step}"
        walks = f" {self.walks} more were random." if self.walks else ""
        proof = f"All {less} are among them.{walks} A bug that needs more may have been missed."
        return proof if self.proven >= self.bound else f"{proof} There are too many: make the program smaller."
