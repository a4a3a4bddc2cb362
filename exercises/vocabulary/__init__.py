"""The words in which the checks of all chapters are written; each says one thing, and none knows an exercise.

A check calls an answer that may never return (`calls`), decides who runs next and what time it is (`stage`), lets it
talk over sockets that behave awkwardly (`sockets`), and reads the programs that a notebook writes (`sources`). Those
who need a broker import `brokers` by its name, and those who need a ledger whose power fails, `power`. What a broken
promise is told to the reader in is the check's own business: wherever words can differ, it hands them in.
"""

from exercises.vocabulary.calls import (
    PATIENCE,
    BurntBun,
    Call,
    Enough,
    Fuse,
    GreenCall,
    HubWatch,
    InFlight,
    Outcome,
    Planted,
    Standstill,
    await_call,
    capture,
    eventually,
    hurried,
    in_time,
    in_time_green,
    let_pass,
    many,
    need,
    need_class,
    quiet_hub,
    reworded,
    same_lines,
)
from exercises.vocabulary.sockets import AwkwardSocket, awkward_pair, converse, fill, os_error, reset
from exercises.vocabulary.sources import magic_cells, written_files
from exercises.vocabulary.stage import (
    AutojumpClock,
    MockClock,
    current_worker,
    join_all,
    settle,
    start,
    time_was_asked_for,
    under_schedules,
)

__all__ = [
    "PATIENCE",
    "AutojumpClock",
    "AwkwardSocket",
    "BurntBun",
    "Call",
    "Enough",
    "Fuse",
    "GreenCall",
    "HubWatch",
    "InFlight",
    "MockClock",
    "Outcome",
    "Planted",
    "Standstill",
    "await_call",
    "awkward_pair",
    "capture",
    "converse",
    "current_worker",
    "eventually",
    "fill",
    "hurried",
    "in_time",
    "in_time_green",
    "join_all",
    "let_pass",
    "magic_cells",
    "many",
    "need",
    "need_class",
    "os_error",
    "quiet_hub",
    "reset",
    "reworded",
    "same_lines",
    "settle",
    "start",
    "time_was_asked_for",
    "under_schedules",
    "written_files",
]
