"""Copies of a warm Python are as separate, and end as surely, as the bare processes in whose place they stand."""

import os
import subprocess
import sys

import pytest

from helpers import isolated
from helpers.isolated import IsolatedError, run_isolated
from tests.kernel import alive, eventually
from tests.warm_python import WarmPython

if sys.platform != "linux":
    pytest.skip("Only on Linux may a warm process fork.", allow_module_level=True)

STATE = """
import builtins, gc, os, random, signal, sys, threading, traceback
state = {
    "names": sorted(globals()),
    "marks": (hasattr(builtins, "left"), "left" in sys.modules, "LEFT" in os.environ, os.getcwd(), sys.argv),
    "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)],
    "threads": threading.active_count(),
    "stack": [(each.filename, each.name) for each in traceback.extract_stack()],
    "session": os.getsid(0) == os.getpgid(0) == os.getpid(),
    "input": sys.stdin.read(),
    "output": [(each.encoding, each.errors, each.write_through, each.seekable()) for each in (sys.stdout, sys.stderr)],
}
number = random.random()
"""
LEAVE = """
import builtins, os, signal, sys
builtins.left = sys.modules["left"] = os
os.environ["LEFT"] = "yes"
os.chdir("/")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
import exercises.judging
exercises.judging._registry.clear()
import gevent
gevent.sleep(0.01)
"""


@pytest.fixture(scope="module")
def warm():
    warm = WarmPython()
    yield warm
    warm.close()


@pytest.fixture
def run(warm, monkeypatch):
    monkeypatch.setattr(isolated, "Child", warm.child)
    return run_isolated


def test_a_copy_finds_what_a_bare_process_finds(warm, monkeypatch):
    bare = run_isolated(STATE, outputs=["state"])
    monkeypatch.setattr(isolated, "Child", warm.child)
    assert run_isolated(STATE, outputs=["state"]) == bare


def test_nothing_of_one_copy_reaches_the_next(run):
    before = run(STATE, outputs=["state", "number"])
    run(LEAVE)
    after = run(STATE + "from exercises import judging; known = len(judging._registry)", outputs=["state", "known"])
    assert after["state"] == before["state"]
    assert after["known"] > 50
    assert run(STATE, outputs=["number"])["number"] != before["number"]


def test_a_copy_holds_no_descriptor_but_its_own(run):
    source = """
import os
numbers = os.listdir("/proc/self/fd")  # among them that of this list, which is closed by now
held = [os.readlink(f"/proc/self/fd/{n}") for n in numbers if os.path.lexists(f"/proc/self/fd/{n}")]
"""
    kinds = [name.partition(":")[0] for name in run(source, outputs=["held"])["held"]]
    assert sorted(kinds) == ["/dev/null", "pipe", "pipe", "pipe"]


def test_a_copy_that_never_ends_is_cut_off_with_all_that_it_started(run, capfd):
    source = """
import signal, subprocess, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "600"]).pid)
time.sleep(600)
"""
    for seconds in (1, 10, 60):  # on a busy machine it may not have come so far
        with pytest.raises(IsolatedError, match=f"stopped after {seconds} s"):
            run(source, timeout=seconds)
        if pid := capfd.readouterr().out:
            break
    assert eventually(lambda: not alive(int(pid)))
    assert run("six = 6", outputs=["six"]) == {"six": 6}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os; os._exit(3)", "ended with exit code 3"),
        ("import sys; sys.exit(4)", "ended with exit code 4"),
        ("import os; os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("1 / 0", "division by zero"),
    ],
)
def test_a_copy_that_breaks_down_is_told_as_a_process_is(run, source, says):
    with pytest.raises(IsolatedError, match=says):
        run(source)


def test_a_copy_ends_as_python_does(run, capfd):
    run("""
import atexit, threading, time
atexit.register(print, "the very end")
threading.Thread(target=lambda: (time.sleep(0.1), print("a thread"))).start()
print("the last line")
""")
    assert capfd.readouterr().out == "the last line\na thread\nthe very end\n"


def test_a_warm_process_ends_with_its_owner():
    source = """
import os, sys
from tests.warm_python import WarmPython
print(WarmPython()._process.pid)
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=dict(os.environ))
    assert eventually(lambda: not alive(int(done.stdout)))
