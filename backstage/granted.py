"""What a machine does not grant, told in place of the number of an error that comes from the middle of a library."""

import os
import re
import sys

SHARED = "/dev/shm"  # where Linux keeps the semaphores that processes share


def lacking(kind, message):
    """Return a sentence on what is not granted here, if an error of a cell comes from that, or ""."""
    if message == "can't start new thread" or (kind == "BlockingIOError" and message.startswith("[Errno 11]")):
        return "This machine grants no more threads and processes (`ulimit -u` says how many): end other programs."
    nameless = re.fullmatch(r"\[Errno (2|13|30)\] [\w -]+", message)  # of a semaphore's file the name is not told
    if nameless and sys.platform == "linux" and not os.access(SHARED, os.W_OK):
        return (
            f"Nobody can write to {SHARED} on this machine; without it, Python's processes share no lock and no queue."
        )
    return ""
