"""Chapters 13 and 14 where things are not as on the author's machine, and the reader's own hub, put to the test."""

import importlib
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from exercises.vocabulary import written_files

checks = importlib.import_module("exercises.14.checks")
HUB_FILES, BUILDING = checks.HUB_FILES, checks.NOTEBOOK
WATCHING = BUILDING.with_name("13_watch_many_sockets.ipynb")

# Python imports sitecustomize at every start, so kernels and the processes that they start see it.
HIDE = """
import select
for name in ("epoll", "poll"):
    if hasattr(select, name):
        delattr(select, name)
"""


@pytest.fixture
def printed(tmp_path):
    """Run a notebook where there is no poll and no epoll; return what it prints. Raises if a cell does."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)

    def run(path):
        book = nbformat.read(path, as_version=4)
        options = {"timeout": 300, "kernel_name": "python3", "resources": {"metadata": {"path": path.parent}}}
        for last in (False, True):
            try:
                NotebookClient(book, **options).execute(env={**os.environ, "PYTHONPATH": str(tmp_path)})
                break
            except RuntimeError as error:  # one of the kernel's ports, chosen just before, has gone to somebody else
                if last or "before replying" not in str(error):
                    raise
        return "\n".join(out.get("text", "") for cell in book.cells for out in cell.get("outputs", []))

    return run


def test_watching_goes_on_where_there_is_no_poll_and_no_epoll(printed):
    text = printed(WATCHING)
    assert "this system has no such call" in text
    assert text.count("This system has no epoll") == 3


def test_the_hub_goes_on_where_there_is_no_poll_and_no_epoll(printed):
    text = printed(BUILDING)
    assert "SelectSelector" in text
    assert text.count("no errors") == 4


@pytest.fixture
def hub(tmp_path):
    """Run a program that may import the hub's files; return what it printed."""
    for name, text in written_files(BUILDING, *HUB_FILES).items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(program):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert not done.returncode, done.stderr
        return done

    return run


PAIR = """
import green, greensocket, loop
import socket as plain

def pair():
    return [greensocket.socket(each.family, each.type, each.proto, each.detach()) for each in plain.socketpair()]

here, there = pair()
"""


def test_the_hub_sends_megabytes_to_a_slow_reader_while_others_run(hub):
    done = hub(
        PAIR
        + """
data, got, turns = b"bun!" * 1_000_000, [], []
def write():
    here.sendall(data)
    here.close()
def read():
    while piece := there.recv(100_000):
        got.append(piece)
        green.sleep(0)
def beat():
    while not (got and b"".join(got) == data):
        turns.append(1)
        green.sleep(0)
for each in (write, read, beat):
    green.spawn(each)
green.join()
print(b"".join(got) == data, len(turns) > 3)
"""
    )
    assert done.stdout == "True True\n"


def test_one_socket_may_be_read_and_written_by_two(hub):
    done = hub(
        PAIR
        + """
def flood():
    here.sendall(b"x" * 5_000_000)
    print("sent")
def listen():
    print(here.recv(10))
def other():
    green.sleep(0.02)
    there.sendall(b"hello")
    left = 5_000_000
    while left:
        left -= len(there.recv(100_000))
for each in (listen, flood, other):
    green.spawn(each)
green.join()
"""
    )
    assert done.stdout == "b'hello'\nsent\n"


def test_closing_a_socket_wakes_who_waits_for_it_with_an_error(hub):
    done = hub(
        PAIR
        + """
def read():
    try:
        here.recv(10)
    except OSError as error:
        print(type(error).__name__)
green.spawn(read)
green.sleep(0.01)
here.close()
here.close()
again, _ = pair()  # may get the same number
green.spawn(lambda: print(again.recv(5)))
_.sendall(b"again")
green.join()
"""
    )
    assert done.stdout == "OSError\nb'again'\n"


def test_an_error_in_one_greenlet_or_coroutine_is_told_and_ends_nobody_else(hub):
    done = hub("""
import awaits, green
async def bad():
    await awaits.sleep(0.01)
    raise ValueError("burnt, awaited")
def worse():
    green.sleep(0.01)
    raise ValueError("burnt, switched")
def good():
    green.sleep(0.05)
    print("good")
awaits.spawn(bad())
green.spawn(worse)
green.spawn(good)
green.join()
green.spawn(good)  # the hub lives
green.join()
""")
    assert done.stdout == "good\ngood\n"
    assert "burnt, awaited" in done.stderr
    assert "burnt, switched" in done.stderr


def test_who_is_always_ready_does_not_starve_alarms_and_sockets(hub):
    done = hub(
        PAIR
        + """
seen = []
def busy():
    while len(seen) < 2:
        green.sleep(0)
def alarm():
    green.sleep(0.01)
    seen.append("alarm")
def listener():
    seen.append(here.recv(10))
for each in (busy, alarm, listener):
    green.spawn(each)
there.sendall(b"hello")
green.join()
print(sorted(map(str, seen)))
"""
    )
    assert done.stdout == """["alarm", "b'hello'"]\n""".replace('"alarm"', "'alarm'")


def test_the_chapter_writes_all_files_of_its_hub():
    assert all(written_files(BUILDING, *HUB_FILES).values())
