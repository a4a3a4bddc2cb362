"""A desk of the learner's own: copies of the chapters to write into, while the course itself stays as it is.

    make lab                 lay what is missing on the desk, then open JupyterLab there
    make reset NB=04         lay a chapter afresh; the copy that you wrote into is kept, with its date
    make edit                for authors: open JupyterLab on the course's own notebooks
    python -m tools.desk     lay the desk and open nothing

A copy has no outputs, so that nothing is given away before a guess. What tells a learner's copy from an untouched one
is its text: a record on the desk keeps a digest of what was laid. An untouched copy makes room for a new edition; one
that was written into stays, and the new edition is laid beside it. No file is ever written over: an old copy is
moved aside, compared once more, and moved back if somebody saved it meanwhile.
"""

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = "00_start_here.ipynb"
RECORD, LOCK = ".laid.json", ".lock"
FRESH, ASIDE = ".fresh-", ".aside-"  # how files begin that are on their way
# No question about news, file names that can be read: unless the learner has chosen otherwise.
FIRST_IMPRESSION = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
}
STYLE = ROOT / "tools" / "web" / "lab"  # its custom.css is JupyterLab's, unless the learner has one
# As the kernel will report it: a notebook that lacks any of it counts as changed as soon as it is opened.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}
# What is on the desk stays there: a page of the checkout would lead on to chapters with their outputs.
WORDS = "WORDS.md"
MAP = "cell-id=0f749390"  # of FIRST; JupyterLab goes to a cell at once, to a heading only in a notebook that is open
CLUSTER = "20_survive_a_lost_node.ipynb"  # its outputs are for those who have no RabbitMQ
STORED = "20_survive_a_lost_node.stored.ipynb"
LINKS = {
    "](../README.md#chapters)": f"]({FIRST}#{MAP})",
    f"](../{WORDS})": f"]({WORDS})",
    f"](../notebooks/{CLUSTER})": f"]({STORED})",
}


def home():
    """The folder that holds the desk: COURSE_HOME, or this checkout, or one of the learner's where it is read-only."""
    if chosen := os.environ.get("COURSE_HOME"):
        return Path(chosen).expanduser().resolve()
    if os.access(ROOT, os.W_OK):
        return ROOT
    return Path.home() / "python-concurrency"


# -- laying -----------------------------------------------------------------------------------------------------------


def lay(home, course=ROOT):
    """Lay on the desk what is missing there or was never touched; yield a sentence for each copy that stays as it is.

    Parameters
    ----------
    home : Path
        Its folder `desk` is the desk. Where it is not the course's own, the pictures come along.
    course : Path
        The checkout, whose folder `notebooks` holds the edition to lay.

    Raises
    ------
    OSError
        If a file cannot be written. All that lay on the desk is still there then.
    """
    desk = home / "desk"
    desk.mkdir(parents=True, exist_ok=True)
    with _alone_at(desk):
        yield from _lay_all(desk, home, course)


def _lay_all(desk, home, course):
    if home != course:
        shutil.copytree(course / "images", home / "images", dirs_exist_ok=True)
    record = _read_record(desk)
    chapters = sorted((course / "notebooks").glob("*.ipynb"))
    try:
        for chapter in chapters:
            try:
                fresh = edition(chapter, LINKS)
            except ValueError as error:
                yield f"{error} The desk keeps the copy that it has, if any."
                continue
            yield from _lay_one(desk / chapter.name, fresh, record.setdefault(chapter.name, {}))
        for name, fresh in _pages(course):
            _lay_page(desk / name, fresh, record.setdefault(name, {}))
        for name in sorted(set(record) - {WORDS, STORED, *(chapter.name for chapter in chapters)}):
            yield from _put_away(desk / name, record.pop(name))
    finally:
        _write_whole(desk / RECORD, json.dumps(record, indent=1))


def _pages(course):
    """Yield what lies beside the chapters, name and text: the list of all terms, and a chapter with its outputs."""
    words = (course / WORDS).read_text(encoding="utf-8")
    yield WORDS, re.sub(r"(\]\(|\]: )notebooks/", r"\1", words)
    if (stored := course / "notebooks" / CLUSTER).exists():
        text = stored.read_text(encoding="utf-8")
        for old, new in LINKS.items():
            text = text.replace(old, new)
        yield STORED, text


def _lay_page(page, fresh, known):
    """Lay a page unless its learner has written into it."""
    mine = page.read_text(encoding="utf-8", errors="replace") if page.exists() else None
    if mine is None or (mine != fresh and hashlib.sha256(mine.encode()).hexdigest() == known.get("laid")):
        _write_whole(page, fresh)
        known["laid"] = hashlib.sha256(fresh.encode()).hexdigest()


def _lay_one(copy, book, known):
    """Lay one edition, and note in `known` what was laid, or offered beside a copy that has become its learner's."""
    fresh = _digest(book)
    mine = _digest_of(copy)
    if mine is None:
        _place(copy, book)
    elif mine == known.get("laid") != fresh:
        aside = _move_aside(copy, mine)
        if not aside:
            return  # saved at this very moment: the next time
        try:
            _place(copy, book)
        except OSError:
            _return(aside, copy)
            raise
        aside.unlink()
    elif mine != fresh:
        if fresh not in (known.get("laid"), known.get("offered")):
            beside = _dated(copy)
            _place(beside, book)
            known["offered"] = fresh
            yield f"desk/{copy.name} is yours and stays; a new edition lies beside it: desk/{beside.name}"
        return
    known["laid"] = fresh


def _put_away(copy, known):
    """Take a copy away whose chapter the course no longer has, unless it was written into."""
    mine = _digest_of(copy)
    if mine is not None and mine == known.get("laid"):
        if aside := _move_aside(copy, mine):
            aside.unlink()
    elif mine is not None:
        yield f"desk/{copy.name} is yours and stays, although the course has no chapter of that name any more"


def reset(home, number, course=ROOT):
    """Lay one chapter afresh.

    Parameters
    ----------
    home, course : Path
        As for `lay`.
    number : str
        The chapter's, "04" or "4".

    Returns
    -------
    str
        What was done, in one sentence.

    Raises
    ------
    ValueError
        If there is no such chapter, or it cannot be read.
    """
    found = sorted((course / "notebooks").glob(f"{number.zfill(2)}_*.ipynb")) if number.isdigit() else []
    if not found:
        numbers = sorted(chapter.name[:2] for chapter in (course / "notebooks").glob("*.ipynb"))
        wrong = f"There is no chapter {number!r}" if number else "A chapter is missing"
        raise ValueError(f"{wrong}: name one from {numbers[0]} to {numbers[-1]}, as in NB=04.")
    desk = home / "desk"
    desk.mkdir(parents=True, exist_ok=True)
    with _alone_at(desk):
        return _reset_one(desk, found[0], edition(found[0], LINKS))


def _reset_one(desk, chapter, fresh):
    copy, kept = desk / chapter.name, None
    record = _read_record(desk)
    mine = _digest_of(copy)
    aside = mine and _move_aside(copy, mine)
    try:
        _place(copy, fresh)
    except OSError:
        if aside:
            _return(aside, copy)
        raise
    if aside and mine in (_digest(fresh), record.get(copy.name, {}).get("laid")):
        aside.unlink()
    elif aside:
        kept = _return(aside, _dated(copy))
    record[copy.name] = {"laid": _digest(fresh)}
    _write_whole(desk / RECORD, json.dumps(record, indent=1))
    return f"desk/{copy.name} is as new" + (f"; the copy that you wrote into is desk/{kept.name}" if kept else "")


# -- editions and their digests ---------------------------------------------------------------------------------------


def edition(chapter, links=None):
    """A chapter as it is laid: with no outputs, its solutions folded.

    Parameters
    ----------
    chapter : Path
        A notebook of the course.
    links : mapping of str to str, optional
        What to write in the place of links of its text.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    try:
        book = _read(chapter)
        book["metadata"]["language_info"] = LANGUAGE
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            for old, new in (links or {}).items():
                cell["source"] = [line.replace(old, new) for line in cell["source"]]
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(
            f"notebooks/{chapter.name} cannot be read as a notebook ({error}); perhaps it is only half written."
        ) from None
    return book


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"))  # nbformat checks it, too, which takes a second for all


def _digest(book):
    """What tells two texts apart. Outputs do not count, for they come again."""
    text = [[cell["cell_type"], "".join(cell["source"])] for cell in book["cells"]]
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()


def _digest_of(path):
    """That of a file; None where there is none. What cannot be read as a notebook is somebody's all the same."""
    try:
        return _digest(_read(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError):
        return "unreadable"


def _read_record(desk):
    try:
        return json.loads((desk / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # then what is not like the edition counts as the learner's


# -- files that are never written over --------------------------------------------------------------------------------


def _write_beside(path, text):
    """Write a file on the way to `path`, whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=FRESH, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_whole(path, text):
    os.replace(_write_beside(path, text), path)


def _place(path, book):
    """Write a notebook where there is no file; if somebody else has just put one there, leave it."""
    _return(_write_beside(path, json.dumps(book, indent=1, ensure_ascii=False) + "\n"), path)


def _return(file, path):
    """Move a file to `path`, or if there is one by now, to a dated name beside it; return where it is."""
    try:
        os.link(file, path)
    except FileExistsError:
        if _digest_of(path) != _digest_of(file):
            return _return(file, _dated(path))
    except OSError:  # a file system without links
        if path.exists():
            return _return(file, _dated(path))
        os.rename(file, path)
        return path
    os.unlink(file)
    return path


def _move_aside(copy, digest):
    """Move a copy out of the way; return where it is, or None if its text is no longer that of the digest."""
    aside = copy.with_name(f"{ASIDE}{os.getpid()}-{copy.name}")
    try:
        os.rename(copy, aside)
    except FileNotFoundError:
        return None
    if _digest_of(aside) == digest:
        return aside
    _return(aside, copy)
    return None


@contextlib.contextmanager
def _alone_at(desk):
    """Keep others waiting who would lay this desk, and mend what one has left that was stopped in the middle."""
    with open(desk / LOCK, "a") as lock:
        _wait_for(lock)
        _bring_back(desk)
        yield


def _wait_for(lock):
    """Lock an open file; the system gives the lock back when it is closed, however this process ends."""
    if os.name == "nt":
        import msvcrt

        while True:
            with contextlib.suppress(OSError):  # it tries for ten seconds
                lock.seek(0)
                return msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
            time.sleep(0.1)
    import fcntl

    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(lock, fcntl.LOCK_EX)
    return None


def _bring_back(desk):
    """Mend what a desk that was being laid when the machine stopped has left: a copy that is still aside."""
    for aside in desk.glob(f"{ASIDE}*"):
        _, _, name = aside.name.removeprefix(ASIDE).partition("-")
        _return(aside, desk / name)
    for fresh in desk.glob(f"{FRESH}*"):
        fresh.unlink(missing_ok=True)


def _dated(copy):
    """A name beside a copy that no file has yet: with the date, and a number if need be."""
    for number in range(1, 1000):
        again = f"-{number}" if number > 1 else ""
        path = copy.with_name(f"{copy.stem}.{date.today()}{again}{copy.suffix}")
        if not path.exists():
            return path
    raise FileExistsError(errno.EEXIST, "too many copies of this date", str(copy))


# -- JupyterLab -------------------------------------------------------------------------------------------------------


def open_lab(folder, notebook, arguments):
    """Become JupyterLab, with a notebook of this folder open; does not return."""
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{notebook}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # which is who you are in most containers, and what JupyterLab refuses
    if not os.access(os.path.expanduser("~"), os.W_OK):  # where Jupyter, IPython and matplotlib keep their things
        os.environ["HOME"] = str(folder / "desk" / ".home")
        os.makedirs(os.environ["HOME"], exist_ok=True)
    os.environ.pop("JUPYTER_PATH", None)  # a kernel "python3" that stands there is another Python's
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    from jupyter_core.paths import jupyter_config_dir

    styles = {"static_custom_path": [os.path.join(jupyter_config_dir(), "custom"), str(STYLE)]}
    command += ["--LabApp.custom_css=True", f"--ServerApp.tornado_settings={styles}"]
    os.chdir(folder)
    if os.name == "nt":  # there `exec` would give the prompt back while JupyterLab runs
        sys.exit(subprocess.run([*command, *arguments]).returncode)
    os.execv(command[0], [*command, *arguments])


def greet():
    """Give JupyterLab the settings of a calm first look, if it is the course's own and has none yet."""
    overrides = Path(sys.prefix, "share", "jupyter", "lab", "settings", "overrides.json")
    if not overrides.exists():
        overrides.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(overrides, json.dumps(FIRST_IMPRESSION, indent=2) + "\n")


def main(arguments):
    what, *rest = arguments or ["lay"]
    if what not in ("lay", "lab", "reset", "edit"):
        return f"{what!r} is nothing that a desk can do: write lay, lab, reset or edit."
    with contextlib.suppress(OSError):  # an environment of somebody else's
        greet()
    if what == "edit":
        open_lab(ROOT, f"notebooks/{FIRST}", rest)
    try:
        if what == "reset":
            for number in rest or [""]:
                print(reset(home(), number))
            return None
        for sentence in lay(home()):
            print(sentence)
    except ValueError as error:
        return str(error)
    except OSError as error:
        where = error.filename or home()
        problem = f"The desk could not be laid, and what lay on it is still there: {error.strerror} ({where})."
        if what != "lab" or not (home() / "desk" / FIRST).exists():
            return problem
        print(problem, file=sys.stderr)
    if what == "lab":
        open_lab(home(), f"desk/{FIRST}", rest)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
