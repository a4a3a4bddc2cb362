"""What a machine does not grant, told in place of the number of an error that comes from the middle of a library."""

import errno
import os
import re
import sys

_TOO_MANY = f"[Errno {errno.EAGAIN}]"  # of a fork; a socket that does not wait says the same
_BEGINS = re.compile(r"fork|spawn|Popen|Process|Pool|Executor|subprocess|\.(start|submit|map|system|popen)\(")
SHARED = "/dev/shm"  # where Linux keeps the semaphores that processes share


def lacking(kind, message, text):
    """Return a sentence on what is not granted here, if a cell's error with this traceback comes from that, or ""."""
    no_process = kind == "BlockingIOError" and message.startswith(_TOO_MANY)
    if message == "can't start new thread" or (no_process and _BEGINS.search(text.rpartition('\n  File "')[2])):
        return "This machine grants no more threads and processes (`ulimit -u` says how many): end other programs."
    nameless = re.fullmatch(r"\[Errno (2|13|30)\] [\w -]+", message)  # of a semaphore's file the name is not told
    if nameless and sys.platform == "linux" and not os.access(SHARED, os.W_OK):
        return (
            f"Nobody can write to {SHARED} on this machine; without it, Python's processes share no lock and no queue."
        )
    return ""
