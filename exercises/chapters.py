"""What the notebooks of the course say of themselves: titles, questions, exercises, and where each of them stands.

A learner may work in a copy that they have edited; what is read here is the course's own.
"""

import difflib
import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

_ID = re.compile(r"[a-zA-Z0-9-_]+")  # as notebooks store it
VERDICT = "verdict"  # tag of the cell below which a prediction is told, where that is not the very next one
_TITLE = re.compile(r"# (\d+)\. (.+?) *$", re.MULTILINE)
_SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_EXERCISE = re.compile(r"^### Exercise (\d\d\.\d+) +(.+?)(?: \(\d+ minutes?\))? *$", re.MULTILINE)
_PREDICT = re.compile(r'^predict\("(\d\d\.[a-z])"', re.MULTILINE)
_CHOICE = re.compile(r"^- \([a-z]\)", re.MULTILINE)
_QUESTION = re.compile(r"^\*\*Predict\.\*\*", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell."""

    id: str
    source: str
    tags: tuple


@dataclass(frozen=True)
class Question:
    """A prediction as its chapter asks it.

    Attributes
    ----------
    text : str
        Markdown, the choices included.
    section : str
        The heading above it.
    experiment : Cell or None
        The cell that shows what is right.
    """

    text: str
    section: str
    experiment: Cell


@dataclass(frozen=True)
class Chapter:
    """A notebook; `questions` and the titles of `exercises` go by name, "05.a" and "05.1", in the order of the text."""

    path: Path
    number: int
    title: str
    code: tuple
    questions: dict = field(default_factory=dict)
    exercises: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.number}. {self.title}"

    def cell(self, id, source):
        """Which of its code cells was run; one that was edited is known by its id, or else by its looks.

        Parameters
        ----------
        id : str or None
            The cell's, as the page tells it. Some tell none, or one of their own making.
        source : str
            What was run.

        Returns
        -------
        Cell or None
        """
        source = source.strip()
        for cell in self.code:
            if id == cell.id or source == cell.source.strip():
                return cell
        if id and _ID.fullmatch(id):
            return None  # a cell that the learner has added
        by_source = {cell.source: cell for cell in self.code}
        near = difflib.get_close_matches(source, by_source, 1, 0.75)
        return by_source[near[0]] if near else None


def chapters():
    """All chapters of the course, by their number as exercises write it, "05"; without notebooks there are none."""
    return {path.name[:2]: _known(path) for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def chapter_of(name):
    """The chapter of an exercise or a prediction, or of a number: "05.1", "05.a", "05"; None if there is none."""
    paths = sorted(NOTEBOOKS.glob(f"{name[:2]}_*.ipynb")) if name[:2].isdigit() else []
    return _known(paths[0]) if paths else None


@functools.cache
def _known(path):
    return read(path)


def read(path):
    """Read the chapter at `path`."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]  # nbformat takes seconds to be imported
    questions, exercises, code = {}, {}, []
    title, section, text, asked = None, "", "", None
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title = title or _TITLE.match(source)
            section = [section, *_SECTION.findall(source)][-1]
            exercises.update(_EXERCISE.findall(source))
            text = source
        elif cell["cell_type"] == "code":
            code.append(Cell(cell.get("id", ""), source, tuple(cell["metadata"].get("tags", ()))))
            if found := _PREDICT.search(source):
                asked = found[1]
                questions[asked] = Question(_question(text), section, None)
            elif asked and (not questions[asked].experiment or VERDICT in code[-1].tags):
                questions[asked] = Question(questions[asked].text, questions[asked].section, code[-1])
    number, name = title.groups() if title else (path.name[:2], path.stem)
    return Chapter(path, int(number), name, tuple(code), questions, exercises)


def _question(text):
    """The last question of a text, to its last choice."""
    begins = [match.start() for match in _QUESTION.finditer(text)] or [0]
    paragraphs = text[begins[-1] :].split("\n\n")
    while len(paragraphs) > 1 and not _CHOICE.search(paragraphs[-1]):
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def link(chapter, heading=""):
    """A link from one notebook to another, to a heading of it if one is named."""
    anchor = heading.replace("`", "").replace(" ", "-").replace("(", "%28").replace(")", "%29")
    return f"{chapter.path.name}{'#' if anchor else ''}{anchor}"
