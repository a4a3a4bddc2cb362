"""What a learner has guessed and solved: a small file of their own, and nobody else's business.

Each line is one thing that happened, as JSON: when, the name of the prediction or exercise, the letter that was
guessed, or whether it turned out right, and how many chapters there were, for their numbers once changed with that.
The file lies where the system keeps such data, or in COURSE_HOME; COURSE_MEMORY names another one. Where it cannot be
written, the course remembers until the kernel stops.
"""

import errno
import json
import os
import sys
from datetime import datetime
from pathlib import Path

FILE = "memory.jsonl"
CHAPTERS = 22
_kept_here = []  # lines that could not be written
_told = set()  # what has been said once


def place():
    """Where the file is, or will be: Path."""
    if chosen := os.environ.get("COURSE_MEMORY"):
        return Path(chosen).expanduser()
    if chosen := os.environ.get("COURSE_HOME"):
        return Path(chosen).expanduser() / FILE
    home = Path.home()
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "python-concurrency" / FILE


def note(name, **what):
    """Remember something of this moment.

    Parameters
    ----------
    name : str
        The prediction or exercise.
    **what
        `guess`, a letter, or `right`, whether it was.

    Returns
    -------
    str
        "", or the first time that it cannot be written a sentence that says so.
    """
    line = {"when": datetime.now().astimezone().isoformat(timespec="seconds"), "name": name, "of": CHAPTERS, **what}
    try:
        _append(place(), json.dumps(line))
    except OSError as error:
        _kept_here.append(line)
        why = f"{place()} cannot be written ({error.strerror})"
        return _once(f"What you guess and solve is remembered only until the kernel stops: {why}.")
    return ""


def _append(path, line):
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if os.fstat(file).st_size:
            os.lseek(file, -1, os.SEEK_END)
            line = line if os.read(file, 1) == b"\n" else f"\n{line}"  # somebody was stopped in the middle
        data = f"{line}\n".encode()
        if os.write(file, data) < len(data):  # in one piece: several notebooks may write
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(file)


def _once(sentence):
    said = sentence in _told
    _told.add(sentence)
    return "" if said else sentence


def notes():
    """All that is remembered.

    Returns
    -------
    found : list of dict
        In the order in which it happened; `when` is a datetime.
    problem : str
        "", or a sentence on what cannot be read.
    """
    try:
        lines = place().read_text(encoding="utf-8", errors="replace").splitlines()
        problem = ""
    except FileNotFoundError:
        lines, problem = [], ""
    except OSError as error:
        lines, problem = [], f"What was remembered cannot be read: {place()} ({error.strerror})."
    found = [read for line in lines if line.strip() and (read := _read(line))]
    if broken := sum(bool(line.strip()) for line in lines) - len(found):
        problem = f"Of what was remembered, {broken} line{'s' * (broken > 1)} cannot be read: {place()}."
    return found + [_read(json.dumps(line)) for line in _kept_here], problem


def _read(line):
    try:
        note = json.loads(line)
        when = datetime.fromisoformat(note["when"]).astimezone()
        known = isinstance(note["name"], str) and note["name"] and note.get("right") in (True, False, None)
        return {**note, "when": when, "name": _name_today(note)} if known else None
    except (ValueError, LookupError, TypeError, OverflowError):
        return None


def _name_today(note):
    """The message queues were chapters 15 to 20 when the course had twenty, and lines did not say how many."""
    chapter, dot, number = note["name"].partition(".")
    moved = "of" not in note and chapter in ("15", "16", "17", "18", "19", "20")
    return f"{int(chapter) + 2}{dot}{number}" if moved else note["name"]


def guess_of(name):
    """The letter that was guessed last, or "", and whether it has been told since if it was right."""
    guess, told = "", False
    for each in notes()[0]:
        if each["name"] == name and isinstance(each.get("guess"), str):
            guess, told = each["guess"], False
        elif each["name"] == name and "right" in each:
            told = True
    return guess, told


def erase():
    """Forget everything; return a sentence."""
    empty = not (_kept_here or place().is_file())
    _kept_here.clear()
    if not place().is_file():  # a device is nobody's memory
        return "There was nothing to forget." if empty else "All is forgotten."
    try:
        place().unlink()
    except OSError as error:
        return f"{place()} cannot be deleted ({error.strerror})."
    return f"All is forgotten: {place()} is deleted."
