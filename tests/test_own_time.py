"""How much time others had for themselves: all while they sleep, none while they are held up, else what they got."""

import itertools
import math
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from backstage.processes import Pieces, own_time
from backstage.processes.own_time import OwnTime

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who could go on")
SPIN = "print('spins', flush=True)\nwhile True: pass"
FORK = """
import os, threading
from backstage.processes.own_time import OwnTime

if not (child := os.fork()):
    os._exit(OwnTime(thread=threading.current_thread()).all_asleep())
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
SLEEP = "import time; print('sleeps', flush=True); time.sleep(1000)"


@pytest.fixture
def run():
    """Start a program and wait for its first line; return the process."""
    started = []

    def begin(*command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(autouse=True)
def _hours(monkeypatch):
    """A thousand seconds seem to pass between two calls of `of`."""
    monkeypatch.setattr(own_time, "monotonic", itertools.count(0, 1000).__next__)


def until(condition):
    """Wait until it holds, for as long as a very slow machine may need."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_all_time_is_that_of_who_sleeps(run):
    process = run(sys.executable, "-c", SLEEP)
    own = OwnTime(process.pid)
    assert own.of(250) == 0  # nothing was known before
    until(lambda: own.of(250) == 1000)
    until(own.all_asleep)
    until(lambda: own.of(7) == 28)  # who asks was held up; that is no reason to take it all for theirs


@ONLY_LINUX
def test_of_who_runs_it_is_what_the_machine_has_left_to_it(run):
    process = run(sys.executable, "-c", SPIN)
    own = OwnTime(process.pid)
    time.sleep(0.2)
    until(lambda: 0 < own.of(1000) < 1000)
    until(lambda: not own.all_asleep())
    asking_again_at_once = min(own.of(1000) for _ in range(20))
    assert asking_again_at_once < 0.1


@ONLY_LINUX
def test_descendants_count(run):
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPIN!r}])"
    process = run(sys.executable, "-c", program)
    own = OwnTime(process.pid)
    until(lambda: own.of(1000) < 1000)
    import psutil

    for child in psutil.Process(process.pid).children():
        child.kill()


@ONLY_LINUX
def test_a_thread_of_this_process_counts_and_who_asks_does_not():
    over, own = threading.Event(), OwnTime()

    def spin():
        while not over.is_set():
            pass

    spinning = threading.Thread(target=spin, daemon=True)
    spinning.start()
    alone = OwnTime(thread=spinning)
    try:
        until(lambda: own.of(1000) < 1000)
        until(lambda: alone.of(1000) < 1000)
    finally:
        over.set()
        spinning.join()
    until(lambda: alone.of(5) == 20)  # the system may still be clearing up after it
    until(lambda: own.of(5) == 20)


@ONLY_LINUX
def test_the_thread_that_a_fork_has_copied_is_not_taken_for_the_one_before():
    assert subprocess.run([sys.executable, "-c", FORK]).returncode == 0


def test_where_nobody_tells_all_time_counts(monkeypatch):
    def refuse(path, *flags):
        raise OSError

    monkeypatch.setattr(own_time, "listdir", refuse)
    own = OwnTime()
    own.of(0)
    assert own.of(250) == 1000
    monkeypatch.undo()
    monkeypatch.setattr(own_time, "open_file", refuse)
    own = OwnTime(thread=threading.current_thread())
    own.of(0)
    assert own.of(250) > 0


def test_the_time_of_who_is_drained_stands_still_while_they_are_held_up_but_not_for_ever(monkeypatch):
    """Seconds pass where somebody waits for a piece, and nowhere else."""
    passed = 0

    class Played(Pieces):
        def first(self, seconds):
            nonlocal passed
            passed += seconds
            if passed >= self.ends:
                self.put("")
            return super().first(0)

    def drained(seconds, ends=math.inf):
        """What comes of a wait for so many seconds, and how many pass, if the last piece comes after `ends`."""
        nonlocal passed
        pieces, passed = Played(), 0
        pieces.ends = ends
        return pieces.drain(lambda piece: None, seconds, own_time=1), pytest.approx(passed)

    monkeypatch.setattr(own_time, "monotonic", lambda: passed)
    monkeypatch.setattr("backstage.processes.pieces.time", SimpleNamespace(monotonic=lambda: passed))
    held = {"somebody": 1}
    monkeypatch.setattr(own_time, "_who_could_go_on", lambda pid: held)
    assert drained(0.2, ends=0.5)[0] is None
    assert drained(0.1) == ("TimeoutError", 0.5)
    held = {}
    assert drained(0.1) == ("TimeoutError", 0.1)


def test_a_thread_is_joined_for_as_long_as_it_is_held_up(monkeypatch):
    monkeypatch.undo()
    held = {"somebody": 1}
    monkeypatch.setattr(own_time, "_ran", lambda folder: held)
    thread = threading.Thread(target=time.sleep, args=[0.3])
    thread.start()
    own_time.join(thread, 0.01)
    assert not thread.is_alive()
    held, over = {}, threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    own_time.join(thread, 0.01)
    assert thread.is_alive()
    over.set()
    thread.join()
