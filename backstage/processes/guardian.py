"""A guardian: a tiny process that outlives its owner just long enough to clean up after it.

Nothing in the owner can do that, for SIGKILL cannot be caught. So the guardian waits for its owner's end, in a session
of its own where no terminal reaches it; then it kills the owner's process groups and whatever else bears the owner's
mark, and removes the owner's files. Which they are `belongings` has told it through its standard input: `+group:4711`
for a group that must be killed in the end, `-path:/tmp/x` for a file that is gone already, each message ended by a NUL,
so that half a message of a dead owner is none. Whoever asks the guardian politely to end (SIGINT, SIGTERM, SIGHUP) is
not heard: these signals have been blocked since before it was born. For the case that it is killed at the same moment,
each owner has two, which know nothing of each other. As they run beside each owner, they import little.
"""

import os
import sys
import time
from contextlib import suppress

MARK = "COURSE_OWNER"  # in the environment of every child: finds even those that left their process group


def kill_group(group):
    """SIGKILL every process of the group; on Windows, the process with this id and its descendants."""
    if os.name == "nt":
        import subprocess

        subprocess.run(["taskkill", "/F", "/T", "/PID", str(group)], capture_output=True)
        return
    with suppress(ProcessLookupError, PermissionError):  # nobody left; macOS: "not permitted", of zombies
        os.killpg(group, 9)


def remove(path):
    """Remove a file or a folder with all it holds, as far as possible."""
    import shutil

    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            os.unlink(path)


def messages(owner):
    """Yield what the owner says, a str such as "+group:4711", until the owner is gone."""
    import select

    pipe, death, gone, rest = [0], [], False, b""
    with suppress(AttributeError, OSError):  # not Linux, forbidden, or gone already: look twice a second instead
        death = [os.pidfd_open(owner)]
    if os.name != "nt":
        os.set_blocking(0, False)
    while not gone:
        if os.name != "nt":  # select knows no pipes on Windows, where the read below waits instead
            ready = select.select(pipe + death, [], [], None if death else 0.5)[0]
            # The end of the pipe alone proves nothing: a forked pool worker may hold it as well.
            gone = not set(death).isdisjoint(ready) or os.getppid() != owner
        while pipe:
            try:
                data = os.read(0, 65536)
            except BlockingIOError:
                break
            if not data:
                pipe, gone = [], gone or os.name == "nt"
            *whole, rest = (rest + data).split(b"\0")
            yield from map(os.fsdecode, whole)


def marked(mark):
    """Yield the ids of the processes that carry this mark (Linux only)."""
    wanted = os.fsencode(f"{MARK}={mark}")
    for pid in filter(str.isdigit, os.listdir("/proc") if sys.platform == "linux" else ()):
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as environ:
            if wanted in environ.read().split(b"\0"):
                yield int(pid)


def guard(owner, mark, leads):
    """Wait for the owner's end, and clean up.

    Parameters
    ----------
    owner : int
        The id of the owner, the parent of this process.
    mark : str
        What its descendants have in their environment, under the name MARK.
    leads : bool
        Whether the owner leads its session: its own process group goes as well then.
    """
    belongings = {f"group:{owner}"} if leads else set()
    for message in messages(owner):
        (belongings.add if message[0] == "+" else belongings.discard)(message[1:])
    groups = [int(thing[6:]) for thing in belongings if thing.startswith("group:")]
    paths = [thing[5:] for thing in belongings if thing.startswith("path:")]
    for group in groups:
        kill_group(group)
    for _ in range(3):  # a child that was just being born shows its mark a moment later
        for pid in marked(mark):
            with suppress(OSError):
                os.kill(pid, 9)
        time.sleep(0.05)
    for _ in range(50):  # the dying may still be writing
        for path in filter(os.path.lexists, paths):
            remove(path)
        if not any(map(os.path.lexists, paths)):
            break
        time.sleep(0.1)


if __name__ == "__main__":
    guard(int(sys.argv[1]), sys.argv[2], sys.argv[3] == "leads")
