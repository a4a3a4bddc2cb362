"""Answers of the notebooks, as they stand or with one mistake: what the tests judge.

A notebook is the only place of an exercise's starter and solution. `of_notebook` runs such a cell and catches what it
hands to `check`. An `edit` of the solution is the shortest way to write a wrong answer: it shows the one mistake.
"""

import functools
import importlib
from dataclasses import dataclass
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


@dataclass(frozen=True)
class Edit:
    """The solution of an exercise with some text exchanged; see `edit`."""

    changes: tuple  # of (old, new), in the order in which they are made
    says: str = ""

    def source(self, name):
        """The solution's source after the changes."""
        text = cell_source(name, "solution")
        for old, new in self.changes:
            if text.count(old) != 1:
                raise ValueError(f"{old!r} occurs {text.count(old)} times in the solution of {name}, not once")
            text = text.replace(old, new)
        return text


@dataclass(frozen=True)
class Source:
    """Source that defines `answer`; see `written`."""

    text: str
    says: str = ""

    def source(self, name):
        """The source, the same for every exercise."""
        return self.text


def edit(*changes, says=""):
    """An answer that is the solution with a few words exchanged.

    Parameters
    ----------
    changes : str
        Old text, new text, and so on in pairs; each old text must occur once in the solution's cell.
    says : str
        For a wrong answer, a part of the reason that its author must be told.
    """
    if not changes or len(changes) % 2:
        raise ValueError("an edit is pairs of old and new text")
    return Edit(tuple(zip(changes[::2], changes[1::2], strict=True)), says)


def written(text, says=""):
    """An answer that is written out: `text` defines `answer`, and finds the imports of the chapter's first cell."""
    return Source(text, says)


@functools.cache
def _code_cells(chapter):
    [path] = NOTEBOOKS.glob(f"{chapter}_*.ipynb")
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def cell_source(name, tag):
    """The source of the notebook's cell with this tag, "exercise" or "solution", that checks `name`."""
    tagged = (cell for cell in _code_cells(name[:2]) if tag in cell.metadata.get("tags", []))
    [cell] = (cell for cell in tagged if f'check("{name}"' in cell.source)
    return cell.source


def run(name, source):
    """Run source as a reader of this exercise would; return what it hands to `check`, or else calls `answer`.

    It finds what that reader has: the imports of the chapter's first cell, in a module called __main__.
    """
    handed = {}
    names = {"__name__": "__main__"}
    exec(_code_cells(name[:2])[0].source, names)
    names["check"] = handed.__setitem__
    exec(source, names)
    return handed[name] if name in handed else names["answer"]


def of_notebook(name, tag):
    """What the notebook's cell with this tag hands to `check`."""
    return run(name, cell_source(name, tag))


def of(name, answer):
    """The value of an answer of `right.py` or `wrong.py`: an `edit`, or something `written`."""
    return run(name, answer.source(name))


def collected(kind):
    """All answers of one kind, of all chapters.

    Parameters
    ----------
    kind : "right" or "wrong"
        Which module of each chapter's folder is read: `RIGHT` of right.py, or `WRONG` of wrong.py.

    Returns
    -------
    dict of str to list
        For each exercise its answers, each an `edit` or something `written`.
    """
    several = {}
    for folder in sorted(Path(__file__).parent.glob("[0-9][0-9]")):
        module = importlib.import_module(f"exercises.{folder.name}.{kind}")
        several.update(getattr(module, kind.upper()))
    return several
