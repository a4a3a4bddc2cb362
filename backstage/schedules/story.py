"""What happened under a schedule, as plain data that can be sent to another process, and as lines of text."""

from dataclasses import dataclass, field


@dataclass
class Step:
    """A line that a worker ran, or where it stopped."""

    worker: str
    file: str
    line: int
    function: str
    note: str = ""


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
        At a deadlock, for each who waits: name, file, line, function, for what kind of thing, who holds it.
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
