"""The one face of the course's code: what chapters import, and what they are told when something else is in the way."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import helpers
from exercises.vocabulary.sources import written_files
from minibroker import __main__ as minibroker

ROOT = Path(__file__).resolve().parent.parent
OURS = ("helpers", "backstage", "exercises", "minibroker")
FLOORS = {"helpers": {"backstage"}, "backstage": set(), "exercises": {"helpers", "backstage"}, "minibroker": set()}
ASKED_FOR = re.compile(r"^```python\n(from helpers import .*?)^```", re.MULTILINE | re.DOTALL)
MOST_LINES = 1_500  # of all files in helpers


def imports(source):
    """Yield (module, name) for each import of something of ours; name is "" in `import module`."""
    for node in ast.walk(ast.parse(source.replace("except* ", "except "))):  # Python 3.10 cannot read the star
        if isinstance(node, ast.ImportFrom):
            found = [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found = [(alias.name, "") for alias in node.names]
        else:
            continue
        yield from (each for each in found if each[0].partition(".")[0] in OURS)


def imports_of_chapters():
    """All imports of all code cells, of %%isolated cells, of written files, and of code that a text asks to try."""
    for path in ROOT.glob("notebooks/*.ipynb"):
        sources = list(written_files(path).values())  # whole files: a cell may append the next method of a class
        for cell in nbformat.read(path, as_version=4).cells:
            first, _, rest = cell.source.partition("\n")
            if cell.cell_type == "code" and not first.startswith("%%writefile"):
                sources.append(rest if first.startswith("%%isolated") else cell.source)
            if cell.cell_type == "markdown":
                sources += re.findall(
                    r"^```python\n(from helpers import .*?)^```", cell.source, re.MULTILINE | re.DOTALL
                )
        for source in sources:
            for found in imports(TransformerManager().transform_cell(source)):
                yield path.stem, *found


def test_a_chapter_imports_from_the_face_alone():
    assert {found for found in imports_of_chapters() if found[1] != "helpers"} == set()


def test_what_is_offered_is_what_chapters_import():
    used = {name for _, _, name in imports_of_chapters()}
    assert sorted(used) == sorted(helpers.__all__)


def test_what_is_offered_is_there():
    assert all(getattr(helpers, name) is not None for name in helpers.__all__)
    with pytest.raises(AttributeError, match="helpers has no 'plot_bar'; it offers"):
        _ = helpers.plot_bar


@pytest.mark.parametrize("room", FLOORS)
def test_no_room_knows_those_above_it(room):
    folder = ROOT / room / "src" if room == "minibroker" else ROOT / room
    known = {
        module.partition(".")[0]
        for path in folder.rglob("*.py")
        for module, _ in imports(path.read_text(encoding="utf-8"))
    }
    assert known - {room} <= FLOORS[room]


def test_helpers_is_small():
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.glob("helpers/*.py")) < MOST_LINES


@pytest.fixture
def beside(tmp_path):
    """A function that puts a file of the reader's own beside the notebook and runs some code there."""

    def run(name, code):
        (tmp_path / name).write_text("mine = 1\n")
        command = [sys.executable, "-c", code]
        environment = {**os.environ, "PYTHONPATH": ""}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)

    return run


@pytest.mark.parametrize("name", ["exercises.py", "backstage.py", "minibroker.py"])
def test_a_file_that_hides_a_module_of_the_course_is_named(beside, name):
    said = beside(name, "from helpers import check").stderr.splitlines()[-1]
    assert said.startswith("ImportError: ")
    assert f"{name} hides the course's own module {name[:-3]}: give that file another name" in said


def test_a_file_that_hides_helpers_is_named_by_python(beside, tmp_path):
    said = beside("helpers.py", "from helpers import check").stderr.splitlines()[-1]
    assert "cannot import name 'check' from 'helpers'" in said
    assert str(tmp_path / "helpers.py") in said


@pytest.mark.skipif(os.name == "nt", reason="There only some may make links.")
def test_a_course_that_is_reached_by_two_paths_hides_nothing(tmp_path):
    (tmp_path / "link").symlink_to(ROOT)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "link" / "minibroker" / "src")}
    code = "from helpers import check; print('goes on')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert (done.stdout, done.stderr) == ("goes on\n", "")


@pytest.mark.parametrize("name", ["queue.py", "tabnanny.py"])
def test_a_file_that_hides_a_module_of_python_is_named(beside, tmp_path, name):
    done = beside(name, "from helpers import check; print('goes on')")
    assert done.stdout == "goes on\n"
    assert f"{tmp_path / name} hides Python's own module {name[:-3]}" in done.stderr


def test_nothing_in_the_way_is_nothing_said(beside):
    done = beside("exercise_of_mine.py", "from helpers import check; print('goes on')")
    assert (done.stdout, done.stderr) == ("goes on\n", "")


@pytest.mark.parametrize("lift", [helpers.lift_descriptor_limit, minibroker.lift_descriptor_limit])
@pytest.mark.parametrize(("before", "after"), [(256, 10_240), (65_536, 65_536)])
def test_a_limit_that_somebody_has_lifted_higher_is_not_lowered(monkeypatch, lift, before, after):
    """As on macOS, which calls the hard limit infinite, and refuses it."""
    limits = [before, sys.maxsize]

    def set_limits(_, wanted):
        if wanted[0] > 100_000:
            raise ValueError("current limit exceeds maximum limit")
        limits[:] = wanted

    fake = SimpleNamespace(RLIMIT_NOFILE=7, getrlimit=lambda _: tuple(limits), setrlimit=set_limits)
    monkeypatch.setitem(sys.modules, "resource", fake)
    lift()
    assert limits == [after, sys.maxsize]


def test_a_server_of_a_chapter_pays_for_next_to_nothing():
    """Chapters measure what processes hold; the helpers that a server imports must not weigh in."""
    code = "import sys; from helpers import lift_descriptor_limit, ready; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    loaded = {name.partition(".")[0] for name in ast.literal_eval(done.stdout)}
    assert not loaded & {"subprocess", "socket", "threading", "tempfile", "gevent", "matplotlib"}
