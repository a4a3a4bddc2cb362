"""Each way of the tool that makes a machine hostile is seen from inside, and what fails there is named."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes machines hostile as Linux lets it")

LOOK = """
import locale, os, resource, socket, sys, tempfile
HOME, TMPDIR, HERE = os.path.expanduser("~"), os.environ.get("TMPDIR"), os.getcwd()

def writes(folder, size=1):
    try:
        with open(os.path.join(folder, "buns"), "wb") as file:
            file.write(b"b" * size)
        os.unlink(file.name)
    except OSError:
        return False
    return True

def files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)

def hub():
    import gevent
    return gevent.get_hub()
"""
SEEN = {  # what is true inside, and is not where the way does nothing
    "no-home": "'HOME' not in os.environ",
    "home-missing": "not os.path.exists(HOME) and HOME == os.environ['HOME']",
    "home-read-only": "os.path.isdir(HOME) and not writes(HOME)",
    "locale-c": "os.environ['LANG'] == 'C' and 'LC_ALL' not in os.environ",
    "locale-ascii": "locale.getpreferredencoding(False) == 'ANSI_X3.4-1968'",
    "locale-gbk": "locale.getpreferredencoding(False) == 'GBK' and not sys.flags.utf8_mode",
    "proxies": "os.environ['http_proxy'] == os.environ['ALL_PROXY'] == 'http://127.0.0.1:9'",
    "no-network": "[name for _, name in socket.if_nameindex()] == ['lo'] and socket.create_server(('127.0.0.1', 0))",
    "umask": "os.umask(0) == 0o077",
    "tmpdir-missing": "not os.path.exists(TMPDIR)",
    "tmpdir-space": "' ' in tempfile.gettempdir()",
    "tmpdir-long": "len(tempfile.gettempdir()) > 120",
    "tmpdir-full": "os.path.isdir(TMPDIR) and not writes(TMPDIR)",
    "dev-mode": "sys.flags.dev_mode",
    "safe-path": "os.environ['PYTHONSAFEPATH']",
    "optimize": "not __debug__",
    "startup": "'welcome' in open(os.environ['PYTHONSTARTUP']).read()",
    "conda": "os.environ['CONDA_PREFIX'] and os.environ['CONDA_DEFAULT_ENV'] == 'base'",
    "resolver-ares": "type(hub().resolver).__module__ == 'gevent.resolver.ares'",
    "loop-libuv": "type(hub().loop).__module__ == 'gevent.libuv.loop'",
    "backend-agg": "os.environ['MPLBACKEND'] == 'agg'",
    "descriptors-soft-256": "files()[0] == 256 < files()[1]",
    "descriptors-256": "files() == (256, 256)",
    "descriptors-1024": "files() == (1024, 1024)",
    "descriptors-4096": "files() == (4096, 4096)",
    "shm-small": "writes('/dev/shm') and not writes('/dev/shm', 100_000)",
    "shm-read-only": "not writes('/dev/shm')",
    "path-odd": "all(each in HERE for each in (' ', '[', ']', chr(39), '课程')) and writes(HERE)",
    "path-long": "len(HERE) > 240 and writes(HERE)",
    "checkout-read-only": "os.path.exists('notebooks') and not writes(HERE) and not writes('notebooks')",
    "namesake-queue": "os.path.exists('notebooks/queue.py')",
    "namesake-random": "os.path.exists('notebooks/random.py')",
    "namesake-socket": "os.path.exists('notebooks/socket.py')",
}


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    """A checkout with one chapter, whose second cell fails where somebody has chosen how plots are drawn."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    cells = ["import os", "assert os.environ.get('MPLBACKEND') != 'agg'", "buns = 12"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, root / "notebooks" / "30_try_all.ipynb")
    (root / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = ["--nbval", "--nbval-current-env"]\n')
    (root / ".gitignore").write_text(".venv/\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    monkeypatch.setattr(hostile, "ROOT", root)
    return root


def main(capfd, *arguments):
    with pytest.raises(SystemExit) as stopped:
        hostile.main(arguments)
    out, errors = capfd.readouterr()
    return stopped.value.code, out + errors


@pytest.mark.parametrize("name", hostile.WAYS)
def test_a_way_makes_what_it_says(name):
    way = hostile.WAYS[name]
    look = f"{LOOK}\nif not ({SEEN[name]}): sys.exit({SEEN[name]!r})"  # no assert, which one of the ways leaves out
    code, told = hostile.run(way, [sys.executable, "-c", look])
    if code and (way.own or "ulimit" in way.first or name == "locale-gbk") and hostile.run(way, ["true"])[0]:
        pytest.skip(f"left out: {told}")
    assert code == 0, told


def test_a_cell_that_fails_is_named_and_what_is_known_is_no_fault(capfd, monkeypatch):
    monkeypatch.setitem(hostile.WAYS, "drawn", hostile.WAYS["path-odd"]._replace(env={"MPLBACKEND": "agg"}))
    said, run = [], hostile.run
    monkeypatch.setattr(hostile, "run", lambda *arguments: said.append(run(*arguments)) or said[-1])
    code, told = main(capfd, "--only", "drawn", "30")
    assert code == 1
    assert "drawn 30_try_all: 1 failed, 2 passed in " in told
    assert "    FAILED notebooks/30_try_all.ipynb::Cell 1 - Notebook cell execution failed\n" in told
    assert told.count("FAILED") == 1 and "1 chapters failed" in told
    monkeypatch.setattr(hostile, "run", lambda *arguments: said.pop(0))
    known = hostile.Known("drawn", "30", (1, 2), "MPLBACKEND", "plots that nobody sees")
    monkeypatch.setattr(hostile, "KNOWN", [known])
    code, told = main(capfd, "--only", "drawn")
    assert code == 0
    assert "    known: cell 1, for plots that nobody sees\n    no longer fails, though known to: cell 2\n" in told


def test_what_is_known_must_be_told_as_it_was_and_what_no_longer_fails_is_said(capfd, monkeypatch):
    log = "FAILED notebooks/30_try_all.ipynb::Cell 1 - Notebook cell execution failed\n"
    monkeypatch.setattr(hostile, "run", lambda way, command: (command != ["true"], log if command != ["true"] else ""))
    for words, code in (("Cell 1", 0), ("too warm", 1)):
        monkeypatch.setattr(hostile, "KNOWN", [hostile.Known("umask", "", (), words, "any reason")])
        assert main(capfd, "--only", "umask")[0] == code
    monkeypatch.setattr(hostile, "run", lambda way, command: (0, ""))
    code, told = main(capfd, "--only", "umask")
    assert code == 0 and "    no longer fails, though known to: any cell\n" in told


def test_a_chapter_that_works_is_no_fault(capfd):
    code, told = main(capfd, "--only", "umask", "30")
    assert code == 0 and "umask 30_try_all: 3 passed in " in told


def test_a_way_that_cannot_be_had_is_left_out_and_not_green(capfd, monkeypatch):
    monkeypatch.setitem(hostile.WAYS, "snow", hostile.Way(first="echo 'it is too warm' >&2; false"))
    code, told = main(capfd, "--only", "snow")
    assert code == 2 and told.startswith("left out: snow: it is too warm\n")
    monkeypatch.setenv("PATH", "/nowhere")
    code, told = main(capfd, "--only", "shm-small")
    assert code == 2 and told.startswith("left out: shm-small: ") and "unshare" in told


def test_what_there_is_not_is_one_sentence(capfd):
    for arguments, sentence in ((["77"], "there is no chapter 77"), (["--only", "rain"], "there is no way rain")):
        code, told = main(capfd, *arguments)
        assert code == 2 and told.endswith(f": error: {sentence}\n")


def test_a_copy_is_the_working_tree_without_what_git_ignores(course, tmp_path):
    (course / "lost").touch()
    (course / ".venv").mkdir()
    (course / ".venv" / "python").touch()
    subprocess.run(["git", "add", "."], cwd=course, check=True)
    (course / "lost").unlink()
    (course / "新").write_text("new")
    hostile.copy_checkout(tmp_path / "copy")
    files = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert files == {".gitignore", "pyproject.toml", "notebooks/30_try_all.ipynb", "新"}


def test_what_is_known_is_of_ways_that_there_are_and_each_month_they_are_tried():
    assert {each.way for each in hostile.KNOWN} <= set(hostile.WAYS)
    path = Path(__file__).resolve().parent.parent / ".github" / "workflows" / "hostile.yml"
    job = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["hostile"]
    assert job["strategy"]["matrix"]["way"] == list(hostile.WAYS)


def test_what_nbval_reads_in_the_encoding_of_the_locale_is_plain_ascii():
    assert (Path(__file__).parent / "sanitise.cfg").read_bytes().isascii()
