"""The script that tries chapters in every state sees what is wrong with one, and nothing wrong with a good one."""

import os
import re
import sys

import nbformat
import pytest

from tools import any_state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes and sockets as Linux shows them")


@pytest.fixture(autouse=True)
def _the_environment_as_it_was():
    """What the script sets for the processes that it starts is not for those of other tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def chapter(tmp_path, *cells):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, tmp_path / "30_try_all.ipynb")
    return any_state.Chapter(tmp_path / "30_try_all.ipynb")


IMPORTS = "import os, socket, time\nfrom helpers import Website"
GOOD = [IMPORTS, "buns = 12", "print(buns)", "site = Website(pages=1)\nsite.stop()", "time.sleep(0.2)"]


def test_a_chapter_that_is_not_there_is_no_chapter_without_faults(capsys):
    with pytest.raises(SystemExit) as stopped:
        any_state.main(["4", "77"])
    assert stopped.value.code == 2 and "there is no chapter 77" in capsys.readouterr().err


def test_a_good_chapter_has_no_fault(tmp_path):
    assert any_state.halfway(chapter(tmp_path, *GOOD)) == []


def test_halfway_a_cell_may_say_that_it_was_done_but_not_that_something_is_missing(tmp_path):
    shut = "site.log()\nsite.stop()\ntime.sleep(2)"
    lost = "del buns\ntime.sleep(2)"
    found = any_state.halfway(chapter(tmp_path, IMPORTS, "buns = 12\nsite = Website(pages=1)", shut, lost))
    assert len(found) == 1 and found[0].startswith("30 halfway cell 3: NameError: name 'buns' is not defined")


def test_alone_a_cell_must_say_what_to_run_first(tmp_path):
    assert_silent = "assert 'buns' in globals()"
    found = any_state.alone(chapter(tmp_path, IMPORTS, "buns = 12", "print(buns)", assert_silent))
    assert found == ["30 alone cell 3: AssertionError: "]


def test_again_a_cell_must_work_or_say_what_to_run_first(tmp_path):
    cells = [IMPORTS, "buns = iter([1])", "next(buns)"]
    found = any_state.again(chapter(tmp_path, *cells, "del buns", "print('well')"))
    assert found == ["30 again cell 2: StopIteration: "]


def test_what_a_second_run_or_a_bad_neighbour_breaks_is_named(tmp_path):
    once = "assert 'buns' not in globals()\nbuns = 12"
    opened = "server = socket.create_server(('0.0.0.0', 0))\nos.system('true')\nserver.close()"
    loose = "open('/dev/null')\nimport tempfile; tempfile.mkdtemp()"
    found = any_state.twice(chapter(tmp_path, IMPORTS, once, opened, loose))
    assert found[0] == "30 twice cell 1: AssertionError: "
    assert any("leaves ['tmp" in fault for fault in found)
    assert any("socket.bind 0.0.0.0" in fault for fault in found)
    assert any("shell b'true'" in fault for fault in found)
    # Who looks at the moment may also see it listen.
    assert len([fault for fault in found if "listens beyond this machine" not in fault]) == 4


USED = [  # what a chapter uses, and a kernel may keep
    "import gevent\nfrom gevent import socket as green\ngreen.getaddrinfo('localhost', 80)\ngevent.sleep(0)",
    "from helpers import plot_bars\nplot_bars({'bun': 1})",
    "site = Website(pages=1)\nsite.stop()",
]
PAN = """import subprocess, sys
if "pan" not in globals():
    pan = subprocess.Popen([sys.executable, "-c", "input(7)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)"""
OVEN = """import threading
if "oven" not in globals():
    oven = threading.Thread(target=threading.Event().wait, daemon=True, name="hot")
    oven.start()"""
SHOP = """if "shop" not in globals():
    shop = socket.create_server(("127.0.0.1", 0))"""
COOK = """from gevent.event import Event
if "cook" not in globals():
    cook = gevent.spawn(Event().wait)
    gevent.sleep(0)"""
LEFT = {  # by what it is, a cell that leaves one, and no other in a second run; and how it is named
    "processes": (PAN, r"\['.* -c input\(7\)'\]"),
    "threads": (OVEN, r"\['Thread hot'\]"),
    "greenlets": (COOK, r"\['gevent\..*Greenlet'\]"),
    "files": ("import builtins\ndough = builtins.open('dough', 'w')", r"\['.*/dough'\]"),
    "listening": (SHOP, r"\['127.0.0.1:\d+'\]"),
}


def test_what_one_run_leaves_is_named_and_what_the_next_may_use_is_not(tmp_path):
    found = any_state.twice(chapter(tmp_path, IMPORTS, *USED, *(cell for cell, _ in LEFT.values())))
    told = dict(each.removeprefix("30 twice cell all: a run leaves ").split(": ", 1) for each in found)
    assert set(told) == set(LEFT)
    for kind, (_, named) in LEFT.items():
        assert re.fullmatch(named, told[kind])


def test_what_each_run_leaves_running_is_counted(tmp_path):
    found = any_state.twice(chapter(tmp_path, IMPORTS, "site = Website(pages=1)"))
    assert any(
        re.fullmatch(r"30 twice cell all: each run leaves processes: (\d), then (?!\1)\d", each) for each in found
    )
