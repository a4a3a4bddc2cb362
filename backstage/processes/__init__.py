"""Processes that belong to this one, and are gone when it is, even if it was killed by SIGKILL.

`child` starts and stops them, `messages` is how those that are Python of ours talk with their owner, `pump` how their
output is read, and `pieces` how it reaches somebody who may be interrupted; `memory` says how large one may grow, and
`own_time` how long they could go on while somebody waited for them. `belongings` notes what must go with the owner:
process groups, files, folders. `guardian` is the small process that sees the owner's end and then cleans up; there are
two. `patients` starts small servers that are healthy or sick, each of which runs `patient`.
"""

from backstage.processes.belongings import belongs, temporary_folder
from backstage.processes.child import Child, ChildError, ending, listens
from backstage.processes.memory import too_much
from backstage.processes.patients import start_patients
from backstage.processes.pieces import MOST_OUTPUT, Pieces
from backstage.processes.pump import LATE

__all__ = [
    "LATE",
    "MOST_OUTPUT",
    "Child",
    "ChildError",
    "Pieces",
    "belongs",
    "ending",
    "listens",
    "start_patients",
    "temporary_folder",
    "too_much",
]
