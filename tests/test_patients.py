"""Small servers that are sick on purpose: each shows its own signs from outside, and none outlives who started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from kernel import alive, eventually

from backstage.processes.patients import SICKNESSES, start_patients

POSIX = os.name == "posix"

OWNER = """
import time
from backstage.processes.patients import start_patients

print(*(each.pid for each in start_patients()), flush=True)
time.sleep(600)
"""


def visit(patient, times):
    """How many of so many visitors are answered."""
    answered = 0
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", patient.port), timeout=60) as guest:
            guest.settimeout(60 if patient.sickness not in ("hog", "stuck") else 0.1)
            with suppress(TimeoutError):
                answered += guest.recv(10) == b"ok"
    return answered


def signs(patient):
    process = psutil.Process(patient.pid)
    files = process.num_fds() if POSIX else process.num_handles()
    return {"files": files, "threads": process.num_threads(), "cpu": sum(process.cpu_times()[:2])}


@pytest.fixture(scope="module")
def seen():
    """Of each sickness: how many of ten were answered, and what has grown while forty more came."""
    found = {}
    with start_patients() as patients:
        for each in patients:
            answered = visit(each, 10)
            before = signs(each)
            if answered:
                visit(each, 40)
            elif each.sickness == "hog":  # it gets a core in the end, also on a busy machine
                eventually(lambda each=each, before=before: signs(each)["cpu"] > before["cpu"] + 0.5)
            else:
                time.sleep(1)
            after = signs(each)
            growth = {sign: after[sign] - before[sign] for sign in before}
            found.setdefault(each.sickness, []).append((answered, growth))
        pids = [each.pid for each in patients]
    assert eventually(lambda: not any(alive(pid) for pid in pids))
    return found


def test_all_are_there_and_gone_afterwards(seen):
    assert sorted(sickness for sickness, several in seen.items() for _ in several) == sorted(SICKNESSES.values())


@pytest.mark.parametrize("sickness", ["healthy", "descriptors", "threads"])
def test_most_answer(seen, sickness):
    assert [answered for answered, _ in seen[sickness]] == [10] * len(seen[sickness])


@pytest.mark.parametrize(
    ("sickness", "grows"),
    [("healthy", set()), ("descriptors", {"files"}), ("threads", {"threads"}), ("stuck", set()), ("hog", set())],
)
def test_what_grows_with_each_guest_is_the_leak(seen, sickness, grows):
    for _, growth in seen[sickness]:
        assert {sign for sign in ("files", "threads") if growth[sign] >= 30} == grows


def test_one_that_is_silent_computes_and_the_other_does_not(seen):
    [(hog_answered, hog)], [(stuck_answered, stuck)] = seen["hog"], seen["stuck"]
    assert hog_answered == stuck_answered == 0
    assert hog["cpu"] > 5 * stuck["cpu"]


@pytest.mark.skipif(not POSIX, reason="SIGKILL is a POSIX signal")
def test_nobody_outlives_the_owner():
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    with owner:
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == len(SICKNESSES) and all(map(alive, pids))
        os.kill(owner.pid, signal.SIGKILL)
    assert eventually(lambda: not any(alive(pid) for pid in pids))
