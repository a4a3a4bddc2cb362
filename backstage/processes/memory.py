"""How much memory a process may have before it is taken for one that grows without end: half of what there is.

Without a bound, a loop that appends for ever takes all of it, and the whole machine stands still or the system kills
what it finds largest, which may be the notebook.
"""

from contextlib import suppress
from functools import cache
from pathlib import Path

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container: Linux


@cache
def most_memory():
    """Half of this machine's memory, or of what this container may take, in bytes."""
    import psutil  # takes its time

    there = [psutil.virtual_memory().total]
    for file in LIMITS:
        with suppress(OSError, ValueError):  # there is no such file, or it says "max"
            there.append(int(Path(file).read_text()))
    return min(there) // 2


def too_much():
    """Why a process was stopped: the end of a sentence."""
    return f"it took more than {most_memory() / 1e9:.1f} GB of memory, half of what there is"


def memory_of(pid):
    """Resident memory of a process, without its children's, in bytes; 0 if there is none."""
    import psutil

    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
