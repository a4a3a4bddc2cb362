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
thread = threading.Thread(target=late)
thread.start()"""

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


def display(**data):
    return nbformat.v4.new_output("display_data", {name.replace("_", "/"): data[name] for name in data})


PICTURE = display(text_plain="<Figure size 800x138 with 1 Axes>", image_png="iVBORw0KGgo=")
SHOW = "from IPython.display import display\n"


def cell(source, *outputs, tags=(), run=True):
    return nbformat.v4.new_code_cell(
        source, outputs=list(outputs), execution_count=1 if run else None, metadata={"tags": list(tags)}
    )


WEDGED = {
    "python": [cell(WEDGED_IN_PYTHON), cell("1 + 1")],
    "c": [cell(WEDGED_IN_C), cell("1 + 1")],
    "shrugs": [cell(SHRUGS_OFF_INTERRUPT), cell("1 + 1")],
    "talks": [cell(TALKS_ON), cell("1 + 1")],
    "dead": [cell("import os; os._exit(1)"), cell("1 + 1")],
}
UNSEEN = ["nbval-ignore-output"]
FAULTY = [
    (cell("6 * 7", run=False), "stored without having been run"),
    (cell("print('new')", stream("old\n")), "Cell outputs differ"),
    (cell("1 / 0"), "ZeroDivisionError"),
    (cell("pass", tags=["raises-exception"]), "raised nothing"),
    (cell("print('Traceback (most recent call last):')", tags=UNSEEN), "printed a traceback"),
    (cell("!exit 3"), "exit code 3"),
    (cell("%nope", tags=UNSEEN), "%nope"),
    (cell("pass", PICTURE), "Missing output fields"),
    (cell("from helpers import plot_bars\nplot_bars({'bun': 1})", PICTURE, PICTURE), "dissimilar number of outputs"),
    (cell("from helpers import plot_bars\nplot_bars({'bun': 1})"), "Unexpected output fields"),
    (cell(f"{SHOW}display({{'text/html': 'new'}}, raw=True)", display(text_html="old")), "mismatch 'text/html'"),
    (cell(f"{SHOW}shown = display(1, display_id=True)\nshown.update(2)", display(text_plain="1")), "'text/plain'"),
    (cell("import ipywidgets; _ = ipywidgets.interact(lambda n: 1 / n, n=0)", tags=UNSEEN), "ZeroDivisionError"),
    (cell(FAILING_THREAD, tags=UNSEEN), "Exception in thread"),
    (cell(FAILING_GREENLET, tags=UNSEEN), "ZeroDivisionError"),
    (cell(UNAWAITED, tags=UNSEEN), "never awaited"),
    (cell(LEFT_UNAWAITED), "never awaited"),
]
CHECKED = "… 00.1: no answer yet. Fill in the cell and run it again."
TIMED = "import time; started = time.perf_counter(); print(f'{time.perf_counter() - started:.3f} s')"
GOOD = [
    cell("buns = 6 * 7"),
    cell("print(buns)", stream("42\n")),
    cell(TIMED, stream("1.234 s\n")),
    cell("import sys; print('hot', file=sys.stderr)", stream("hot\n", "stderr"), tags=["shows-stderr"]),
    cell("1 / 0", tags=["raises-exception", "nbval-ignore-output"]),
    cell("!exit 0"),
    cell("from helpers import plot_bars\nplot_bars({'bun': 1})", PICTURE),
    cell(
        f"{SHOW}shown = display(1, display_id=True)\nshown.update(2)\ndisplay(3)",
        *(display(text_plain=n) for n in "23"),
    ),
    cell("from helpers import check\ncheck('00.1', None)", display(text_plain=CHECKED)),
    cell(
        "import ipywidgets\nwith ipywidgets.Output():\n    print('in the widget')\nprint('below')",
        stream("below\n"),
    ),
]


def configure(folder):
    """Copy the course's own pytest configuration."""
    (folder / "tests").mkdir()
    for name in ("pyproject.toml", "conftest.py", "tests/sanitise.cfg"):
        shutil.copy(ROOT / name, folder / name)


def run_pytest(folder, *options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--color=no", *options],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=540,
    )


def failures(folder, notebooks, *options, answer_limit=60):
    """Run notebooks under the course's own pytest configuration; say what failed, by notebook and number of cell."""
    configure(folder)
    guard = (folder / "conftest.py").read_text("utf-8")
    assert guard.count("ANSWER_LIMIT = 60 ") == 1
    (folder / "conftest.py").write_text(guard.replace("ANSWER_LIMIT = 60 ", f"ANSWER_LIMIT = {answer_limit} "), "utf-8")
    (folder / "notebooks").mkdir()
    for name, cells in notebooks.items():
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks" / f"{name}.ipynb")
    done = run_pytest(folder, "--junit-xml=report.xml", *options, "notebooks")
    failed = {name: {} for name in notebooks}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        cells = failed[Path(case.get("classname")).stem.removeprefix("notebooks.")]
        for trouble in (*case.iter("failure"), *case.iter("error")):
            number = int(case.get("name").removeprefix("Cell "))
            cells[number] = cells.get(number, "") + trouble.text
    assert done.returncode == any(failed.values()), done.stdout + done.stderr
    return failed


def test_good_notebook_passes_and_stays_with_one_worker(tmp_path):
    assert failures(tmp_path, {"good": GOOD}, "-n2") == {"good": {}}


@pytest.fixture(scope="module")
def failed_where_wedged(tmp_path_factory):
    """What failed of the notebooks whose kernel stops answering: all in one run, for most of it is waiting."""
    return failures(tmp_path_factory.mktemp("wedged"), WEDGED, "-n0", "--nbval-cell-timeout=2", answer_limit=2)


@pytest.mark.parametrize("name", WEDGED)
def test_cell_that_wedges_or_ends_its_kernel_fails(failed_where_wedged, name):
    assert 0 in failed_where_wedged[name]


@pytest.fixture(scope="module")
def failed_where_faulty(tmp_path_factory):
    late = [cell(LATE_THREAD), cell("thread.join()")]
    notebooks = {"faulty": [one for one, _ in FAULTY], "late": late}
    return failures(tmp_path_factory.mktemp("faulty"), notebooks, "-n0")


def test_each_faulty_cell_fails(failed_where_faulty):
    failed = failed_where_faulty["faulty"]
    missed = [one.source for number, (one, why) in enumerate(FAULTY) if why not in failed.get(number, "passed")]
    assert missed == []


def test_thread_that_fails_after_its_cell_is_seen(failed_where_faulty):
    assert "Exception in thread" in "".join(failed_where_faulty["late"].values())


def test_a_test_that_waits_for_ever_fails_once_and_the_others_go_on(tmp_path):
    configure(tmp_path)
    tests = "import time\ndef test_one(): pass\ndef test_waits(): time.sleep(600)\ndef test_another(): pass\n"
    tests += "test_one.pytestmark = test_another.pytestmark = [__import__('pytest').mark.timeout(200)]\n"
    (tmp_path / "tests" / "test_oven.py").write_text(tests)
    done = run_pytest(tmp_path, "-n1", "-o", "faulthandler_timeout=2", "-o", "timeout=4", "tests")
    assert "1 failed, 2 passed" in done.stdout
    assert "in test_waits" in done.stdout + done.stderr  # where it stood


def test_what_is_said_to_take_long_is_there(request):
    course = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py"))
    paths = [path.relative_to(ROOT).as_posix() for place in ("notebooks", "tests") for path in ROOT.glob(f"{place}/*")]
    paths.append("minibroker/tests/")
    names = [name.partition("::")[0] for name in course.LONG + course.APART]
    assert [name for name in names if not any(path.startswith(name) for path in paths)] == []


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("notebooks/04_schedule_them_yourself.ipynb::Cell 7", "notebooks/04_schedule_them_yourself.ipynb"),
        ("tests/test_plots.py::test_a[04.2]", "tests/test_plots.py"),
        ("tests/test_exercises.py::test_a_wrong_answer[04.2-0]", "tests/test_exercises.py::04"),
        ("tests/test_exercises.py::test_every[right]", "tests/test_exercises.py"),
        ("tests/test_start_methods.py::test_a[spawn]", "tests/test_start_methods.py::test_a[spawn]"),
    ],
)
def test_units(request, test, unit):
    assert request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py")).unit_of(test) == unit
