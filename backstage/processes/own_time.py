"""How much of the time that passes is there for those who are waited for: none, while a busy machine holds them up.

Whoever waits for what may never happen must give up some time. A machine that has better to do, for a moment or for
two seconds, is no reason to: then a thread could go on, and is not let. Linux tells who that is, and how long each has
run. Elsewhere all time counts.
"""

import os
import threading
from contextlib import suppress
from os import O_RDONLY, close, getpid, listdir, read
from os import open as open_file
from time import monotonic  # these by their names, for an answer may replace those of the modules

MOST_TIMES = 4  # as long as was slept may count
_WAIT = getattr(os, "waitid", None)  # which Windows has not


class OwnTime:
    """Tells how much of the time others had for themselves.

    Parameters
    ----------
    pid : int, optional
        The process, with its descendants, that is waited for; by default this one, without the thread that asks.
    thread : threading.Thread, optional
        Only this one of the own process.
    """

    def __init__(self, pid=None, thread=None):
        self._pid, self._thread = pid, thread
        # A thread that a fork has copied still tells the number that it had before.
        self._number = threading.get_native_id() if thread is threading.current_thread() else None
        self._last = self._before = None

    def of(self, seconds):
        """After a sleep of so many seconds: how many were for all of them, since the last call; float.

        All, if everybody is asleep, for they wait for something else than a core. Otherwise as many as the one had
        who had least, of those that could have gone on the last time, too. The first time nothing is known, and none
        counts. If who asks was held up, or looking took its time, it is a little more than those seconds.
        """
        last, before = self._last, self._before
        self._last, self._before = monotonic(), self._who_could_go_on()
        if last is None:
            return 0.0
        shares = ((ran - before[thread]) / 1e9 for thread, ran in self._before.items() if thread in before)
        passed = min(max(seconds, self._last - last), MOST_TIMES * seconds)
        return max(0.0, min([passed, *shares]))

    def all_asleep(self):
        """Whether nobody of them runs, or could go on: they all wait for something (where nobody tells, always)."""
        return not self._who_could_go_on()

    def _who_could_go_on(self):
        if self._thread:
            return _ran(f"/proc/self/task/{self._number or self._thread.native_id}")
        return _who_could_go_on(self._pid)


def join(thread, seconds):
    """Wait for the end of a thread of this process, so many seconds in which it could go on."""
    own = OwnTime(thread=thread)
    while thread.is_alive() and seconds > 0:
        thread.join(0.05)
        seconds -= own.of(0.05)


def _who_could_go_on(pid):
    """Of the threads that are not asleep, how many nanoseconds each has run so far: {thread: int}."""
    me = threading.get_native_id() if pid is None else None
    found, left, alone = {}, [pid or getpid()], pid is None and _WAIT and not _has_children()
    while left:
        folder = f"/proc/{left.pop()}/task"
        try:
            threads = listdir(folder)
        except OSError:  # it has ended, or this is no Linux
            continue
        for thread in threads:
            if not alone:
                with suppress(OSError):  # it has ended meanwhile, or this Linux does not tell
                    left += map(int, _read(f"{folder}/{thread}/children").split())
            if int(thread) != me:
                found.update(_ran(f"{folder}/{thread}"))
    return found


def _has_children():
    try:
        _WAIT(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return True


def _ran(folder):
    """Of the thread that this is about, how many nanoseconds it has run: {folder: int}, or {} if it is asleep."""
    try:
        # After the name, which may contain anything: R runs or waits for a core, D waits for a disk.
        if _read(f"{folder}/stat").rpartition(b") ")[2][:1] in (b"R", b"D"):
            return {folder: int(_read(f"{folder}/schedstat").split()[0])}
    except (OSError, ValueError, IndexError):
        pass
    return {}


def _read(path):
    file = open_file(path, O_RDONLY)
    try:
        return read(file, 4096)
    finally:
        close(file)
