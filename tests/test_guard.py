"""The guard in conftest.py against false green, proved on notebooks that are wrong in one way each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent

WEDGED_IN_PYTHON = """\
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(120)"""

# libc's own sleep, called with the GIL held: no Python thread of the kernel can do anything meanwhile.
WEDGED_IN_C = """\
import ctypes, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
ctypes.PyDLL(None).sleep(120)"""

SHRUGS_OFF_INTERRUPT = """\
import time
try:
    time.sleep(120)
except KeyboardInterrupt:
    pass"""

TALKS_ON = """\
import time
while True:
    try:
        time.sleep(0.1)
    except KeyboardInterrupt:
        pass
    print("still here")"""

FAILING_THREAD = """\
import threading
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()"""

LATE_THREAD = """\
import threading, time
def late():
    time.sleep(0.5)
    1 / 0
threading.Thread(target=late).start()"""

FAILING_GREENLET = """\
import gevent
_ = gevent.joinall([gevent.spawn(lambda: 1 / 0)])"""

UNAWAITED = """\
async def bun(): pass
_ = bun()
del _"""

LEFT_UNAWAITED = """\
async def bun(): pass
kept = [bun()]
kept.append(kept)
del kept"""


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def cell(source, *outputs, tags=(), run=True):
    return nbformat.v4.new_code_cell(
        source, outputs=list(outputs), execution_count=1 if run else None, metadata={"tags": list(tags)}
    )


@pytest.fixture
def failures_of(tmp_path):
    """Run a notebook under the course's own pytest configuration; say what failed, by number of cell."""
    (tmp_path / "tests").mkdir()
    for name in ("pyproject.toml", "conftest.py", "tests/sanitise.cfg"):
        shutil.copy(ROOT / name, tmp_path / name)

    def run(cells, *options):
        (tmp_path / "notebooks").mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks" / "scratch.ipynb")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--color=no", "--junit-xml=report.xml", *options, "notebooks"],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            capture_output=True,
            text=True,
            timeout=300,
        )
        failed = {}
        for case in ElementTree.parse(tmp_path / "report.xml").iter("testcase"):
            for trouble in (*case.iter("failure"), *case.iter("error")):
                number = int(case.get("name").removeprefix("Cell "))
                failed[number] = failed.get(number, "") + trouble.text
        assert done.returncode == bool(failed), done.stdout + done.stderr
        return failed

    return run


def test_good_notebook_passes_and_stays_with_one_worker(failures_of):
    timed = "import time; started = time.perf_counter(); print(f'{time.perf_counter() - started:.3f} s')"
    good = [
        cell("buns = 6 * 7"),
        cell("print(buns)", stream("42\n")),
        cell(timed, stream("1.234 s\n")),
        cell("import sys; print('hot', file=sys.stderr)", stream("hot\n", "stderr"), tags=["shows-stderr"]),
        cell("1 / 0", tags=["raises-exception", "nbval-ignore-output"]),
        cell("!exit 0"),
        cell(
            "import ipywidgets\nwith ipywidgets.Output():\n    print('in the widget')\nprint('below')",
            stream("below\n"),
        ),
    ]
    assert failures_of(good, "-n2") == {}


@pytest.mark.parametrize(
    "wedge", [WEDGED_IN_PYTHON, WEDGED_IN_C, SHRUGS_OFF_INTERRUPT, TALKS_ON], ids=["python", "c", "shrugs", "talks"]
)
def test_wedged_cell_fails(failures_of, wedge):
    assert 0 in failures_of([cell(wedge), cell("1 + 1")], "-n0", "--nbval-cell-timeout=3")


def test_dead_kernel_fails(failures_of):
    assert 0 in failures_of([cell("import os; os._exit(1)"), cell("1 + 1")], "-n0", "--nbval-cell-timeout=3")


def test_each_faulty_cell_fails(failures_of):
    unseen = ["nbval-ignore-output"]
    faulty = [
        (cell("6 * 7", run=False), "stored without having been run"),
        (cell("print('new')", stream("old\n")), "Cell outputs differ"),
        (cell("1 / 0"), "ZeroDivisionError"),
        (cell("pass", tags=["raises-exception"]), "raised nothing"),
        (cell("print('Traceback (most recent call last):')", tags=unseen), "printed a traceback"),
        (cell("!exit 3"), "exit code 3"),
        (cell("%nope", tags=unseen), "%nope"),
        (cell("import ipywidgets; _ = ipywidgets.interact(lambda n: 1 / n, n=0)", tags=unseen), "ZeroDivisionError"),
        (cell(FAILING_THREAD, tags=unseen), "Exception in thread"),
        (cell(FAILING_GREENLET, tags=unseen), "ZeroDivisionError"),
        (cell(UNAWAITED, tags=unseen), "never awaited"),
        (cell(LEFT_UNAWAITED), "never awaited"),
    ]
    failed = failures_of([one for one, _ in faulty], "-n0")
    missed = [one.source for number, (one, why) in enumerate(faulty) if why not in failed.get(number, "passed")]
    assert missed == []


def test_thread_that_fails_after_its_cell_is_seen(failures_of):
    failed = failures_of([cell(LATE_THREAD), cell("time.sleep(3)")], "-n0")
    assert "Exception in thread" in "".join(failed.values())
