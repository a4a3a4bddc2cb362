"""What belongs to this process and goes with it, however it ends: process groups and temporary files.

This is the owner's side of `backstage.processes.guardian`. The first belonging starts two guardians, which are told of
each: two, for whoever kills the owner may kill a guardian at the same moment. Each belonging is remembered here as
well, so that guardians which somebody killed are replaced by such as know them all.
A file is entrusted before it is made, so that there is no moment in which a killed owner would leave it behind; a
process cannot be, which is why it also bears a mark in its environment. A forked copy of the owner owns nothing.
"""

import atexit
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from backstage import asked
from backstage.processes import guardian

_lock = threading.Lock()
_guardians = []  # two Popen
_entrusted = set()  # "group:4711", "path:/tmp/x"
_mark = None  # see `mark`


def temporary_folder(prefix="course-"):
    """Make a folder that is removed with everything in it when this process ends, SIGKILL included.

    Parameters
    ----------
    prefix : str
        What its name begins with.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    TypeError, ValueError
        If `prefix` cannot begin a name.
    OSError
        If it cannot be made there; nothing of it is left then.
    """
    path = Path(tempfile.gettempdir(), asked.prefix("prefix", prefix) + secrets.token_hex(8))
    belongs(path)
    try:
        path.mkdir(mode=0o700)
    except OSError:
        release("path", os.path.abspath(path))
        raise
    return path


def belongs(path):
    """Have this file or folder removed when this process ends, SIGKILL included."""
    entrust("path", os.path.abspath(path))


def entrust(kind, what):
    """Have a process group (`kind` "group") killed or a `path` removed when this process ends."""
    _tell(_entrusted.add, "+", f"{kind}:{what}")


def release(kind, what):
    """Take back what was entrusted, because it is gone already."""
    _tell(_entrusted.discard, "-", f"{kind}:{what}")


def mark():
    """The value of `guardian.MARK` in the environment of this process's children, and of theirs."""
    global _mark
    _mark = _mark or f"{os.getpid()}-{secrets.token_hex(6)}"
    return _mark


def _tell(remember, sign, thing):
    with _lock:
        remember(thing)
        try:
            if not _guardians:
                raise BrokenPipeError
            _send(sign + thing)
        except OSError:  # no guardians yet, or somebody killed one: new ones learn everything
            if _entrusted:
                for old in _guardians:
                    old.kill()
                    old.stdin.close()
                    old.wait()
                _guardians[:] = _start_guardian(), _start_guardian()
                _send(*("+" + each for each in _entrusted))


def _send(*messages):
    for each in _guardians:
        each.stdin.write(b"".join(os.fsencode(message) + b"\0" for message in messages))


def _start_guardian():
    # A session leader, as Jupyter's kernels are, takes what is left of its group along: pool workers, `!command &`.
    # The leader of a mere group may share it with others: `python script.py | less`.
    leads = os.name != "nt" and os.getsid(0) == os.getpid()
    with _polite_signals_blocked():
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, str(os.getpid()), mark(), "leads" if leads else "follows"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # to which Windows sends no Ctrl-C
            env={name: value for name, value in os.environ.items() if name != guardian.MARK},  # none kills another
        )


@contextmanager
def _polite_signals_blocked():
    """Block what asks a process to end, in this thread and in what it starts meanwhile, which never lifts it.

    A guardian that ignored these signals on its own account could be ended by one before it gets so far.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield  # Windows
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@atexit.register
def _remove_paths():
    for thing in _entrusted:
        if thing.startswith("path:"):
            guardian.remove(thing[5:])


def _disown():
    """A forked copy of the owner owns nothing, and must not hold the guardians' pipes."""
    global _lock, _mark
    for each in _guardians:
        each.stdin.close()
        each.returncode = 0  # not its child: nothing to wait for
    _guardians.clear()
    _lock, _mark = threading.Lock(), None
    _entrusted.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown)
