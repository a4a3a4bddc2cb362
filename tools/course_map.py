"""The map of the course, with minutes that add up because they are counted.

    make map                 write each notebook's line of time, and the table of chapters in README.md
    make map ARGS=--check    change nothing, and say what would be changed
    make map ARGS=--sections change nothing, and print a plan for classes: the minutes of each section

A minute of reading is 150 words of text, and a line of code takes four seconds. The section "Exercises" is not read
but worked on: the heading of each exercise says for how many minutes.
"""

import argparse
import difflib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.refresh import as_stored, replace

ROOT = Path(__file__).resolve().parent.parent
PARTS = [
    ("", range(1)),
    ("I. Processes and threads", range(1, 3)),
    ("II. Coroutines", range(3, 6)),
    ("III. gevent", range(6, 9)),
    ("IV. Sockets and servers", range(9, 12)),
    ("V. Events", range(12, 17)),
    ("VI. Message queues", range(17, 23)),
]

WORDS_PER_MINUTE = 150
SECONDS_PER_LINE = 4  # of code
MOST_CELLS = 90
MOST_READING = 75  # minutes
MOST_EXERCISES = 60  # minutes

BEGINS, ENDS = "<!-- map: begins -->", "<!-- map: ends -->"
TITLE = re.compile(r"# (\d+)\. (.+?) *$", re.MULTILINE)
PROMISE = re.compile(r"(?<=\n)\*(?!\*)((?:[^\n]|\n(?!\n))+?)\*(?=\n\n|\n?$)")
TIME = re.compile(r"^\*\*Time\.\*\* [^.\n]*\.", re.MULTILINE)
EXERCISE = re.compile(r"^### Exercise .*", re.MULTILINE)
MINUTES = re.compile(r"\((\d+) minutes?\)$")
UNREAD = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|!\[[^\]]*\]\((?:[^()]|\([^()]*\))*\)"  # a picture
    r"|\[(?P<link>(?:[^\[\]]|\[[^\]]*\])*)\]\((?:[^()]|\([^()]*\))*\)"
    r"|<!--.*?-->|</?[A-Za-z][^>]*>"
    r"|\b[a-z]+://[^\s>]+",
    re.DOTALL,
)


class CourseMapError(Exception):
    """A notebook or README.md does not say what the map needs; the message names it."""


@dataclass(frozen=True)
class Survey:
    """What a notebook says of itself, and what was counted in it."""

    path: Path
    number: int
    title: str
    promise: str
    cells: int
    reading: float  # minutes
    exercises: int  # minutes
    sections: dict  # of heading to minutes; the chapter's opening has the heading ""

    @property
    def time(self):
        """The line of time that its first cell should have."""
        exercises = f", {rounded(self.exercises)} for the exercises" if self.exercises else ""
        return f"**Time.** {rounded(self.reading)} minutes to read and run{exercises}."

    def excesses(self):
        """Yield a sentence for each limit that it goes beyond."""
        for amount, most, unit in (
            (self.cells, MOST_CELLS, "cells"),
            (self.reading, MOST_READING, "minutes to read and run"),
            (self.exercises, MOST_EXERCISES, "minutes of exercises"),
        ):
            if amount > most:
                yield f"{amount:.0f} {unit}, over {most}"


def rounded(minutes):
    """Minutes as a reader plans them: in fives, and never none."""
    return max(5, int(minutes / 5 + 0.5) * 5)


def words(markdown):
    """How many words of a Markdown text are read.

    Those of links, code and table cells are; addresses, pictures, marks and the lines of a table are not.
    """

    def read(match):
        return match["code"] or (" " if match["link"] is None else without_marks(match["link"]))

    def without_marks(text):
        return UNREAD.sub(read, text)

    return sum(re.search(r"\w", word) is not None for word in without_marks(markdown).replace("|", " ").split())


def sections(book):
    """Yield each piece of the notebook with the section it stands in: (heading of level 2, cell, source)."""
    heading = ""
    for cell in book.cells:
        if cell.cell_type != "markdown":
            yield heading, cell, cell.source
            continue
        fence, piece = "", []
        for line in cell.source.splitlines():
            mark = re.match(r" {0,3}(```|~~~)", line)
            if mark and fence in ("", mark[1]):
                fence = "" if fence else mark[1]
            if line.startswith("## ") and not fence:
                yield heading, cell, "\n".join(piece)
                heading, piece = line[3:].strip(), []
            piece.append(line)
        yield heading, cell, "\n".join(piece)


def survey(path, book):
    """Count a notebook.

    Parameters
    ----------
    path : pathlib.Path
        Where it is: for the message if something is missing, and for the link to it.
    book : nbformat.NotebookNode
        Its cells.

    Raises
    ------
    CourseMapError
        If it has no title or promise, or an exercise without minutes.
    """
    first = book.cells[0].source if book.cells else ""
    title, promise = TITLE.match(first), PROMISE.search(first)
    if not title:
        raise CourseMapError(f"{path.name} does not begin with a title such as '# 4. Bake buns'.")
    if not promise:
        raise CourseMapError(f"{path.name} has no promise in its first cell: a paragraph such as '*You will see ...*'.")
    text = lines = exercises = 0
    by_section = {}
    for section, cell, source in sections(book):
        before = minutes_to_read(text, lines)
        if cell.cell_type == "markdown" and section == "Exercises":
            for heading in EXERCISE.findall(source):
                minutes = MINUTES.search(heading.strip())
                if not minutes:
                    raise CourseMapError(f"{path.name} does not say '(5 minutes)', or how many, in '{heading}'.")
                exercises += int(minutes[1])
        elif cell.cell_type == "markdown":
            text += words(TIME.sub("", source) if cell is book.cells[0] else source)
        elif section != "Exercises" and not {"exercise", "solution"} & set(cell.metadata.get("tags", [])):
            lines += sum(bool(line.strip()) for line in source.splitlines())
        by_section[section] = by_section.get(section, 0) + minutes_to_read(text, lines) - before
    return Survey(
        path,
        int(title[1]),
        title[2],
        " ".join(promise[1].split()),
        len(book.cells),
        minutes_to_read(text, lines),
        exercises,
        {**by_section, "Exercises": exercises} if exercises else by_section,
    )


def minutes_to_read(words, lines):
    """For so many words of text and lines of code."""
    return words / WORDS_PER_MINUTE + lines * SECONDS_PER_LINE / 60


def with_time(counted, first):
    """The text of a notebook's first cell with the line of time that was counted."""
    if len(TIME.findall(first)) != 1:
        wanted = "**Time.** 40 minutes to read and run, 45 for the exercises."
        raise CourseMapError(f"{counted.path.name} has no line '{wanted}' in its first cell, or several.")
    return TIME.sub(lambda _: counted.time, first)


def table(surveys):
    """The chapters as a Markdown table, with a sum below it."""
    rows = [
        "| part | | chapter | what you will see | minutes to read and run | minutes of exercises |",
        "|---|---|---|---|---:|---:|",
    ]
    parts = {number: part for part, numbers in PARTS for number in numbers}
    last = ""
    for each in surveys:
        if each.number not in parts:
            raise CourseMapError(f"{each.path.name} belongs to no part of the course: write one into PARTS of the map.")
        part = parts[each.number]
        columns = [
            f"**{part}**" if part != last else "",
            str(each.number),
            f"[{each.title}](notebooks/{each.path.name})",
            each.promise.rstrip("."),
            str(rounded(each.reading)),
            str(rounded(each.exercises)) if each.exercises else "",
        ]
        rows.append("| " + " | ".join(column.replace("|", r"\|") for column in columns) + " |")
        last = part
    hours = [
        sum(rounded(minutes) for minutes in several if minutes) / 60
        for several in ([each.reading for each in surveys], [each.exercises for each in surveys])
    ]
    return "\n".join([*rows, "", f"Together: {hours[0]:.0f} hours to read and run, {hours[1]:.0f} hours of exercises."])


def with_table(readme, rows):
    """The text of README.md with `rows` between its two marks."""
    if [readme.count(mark) for mark in (BEGINS, ENDS)] != [1, 1] or readme.index(BEGINS) > readme.index(ENDS):
        raise CourseMapError(f"README.md has no lines {BEGINS} and {ENDS} with the map between them.")
    before, _, rest = readme.partition(BEGINS)
    return f"{before}{BEGINS}\n{rows}\n{ENDS}{rest.partition(ENDS)[2]}"


def report(surveys):
    """What was counted, as a plain table for authors: minutes as they are, not rounded."""
    width = max([len("notebook"), *(len(each.path.stem) for each in surveys)])
    lines = [f"{'notebook':{width}}  cells  minutes to read  minutes of exercises  over its limits"]
    for each in surveys:
        excesses = "; ".join(each.excesses())
        line = f"{each.path.stem:{width}}  {each.cells:5}  {each.reading:15.0f}  {each.exercises:20}  {excesses}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def plan(surveys):
    """Minutes for each section of each chapter that takes half a minute or more, to plan a class with."""
    lines = []
    for each in surveys:
        lines += [f"{each.number}. {each.title}"]
        for heading, minutes in each.sections.items():
            if minutes >= 0.5:
                lines.append(f"  {minutes:4.0f}  {heading or 'opening'}")
    return "\n".join(lines)


def draw(root):
    """Survey the whole course.

    Returns
    -------
    surveys : list of Survey
    fresh : dict of pathlib.Path to str
        The text that a file of the map should have, for each that may differ.
    problems : list of str
        A sentence for each file that the map cannot be drawn from.
    """
    surveys, fresh, problems = [], {}, []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        try:
            surveys.append(survey(path, book))
            timed = with_time(surveys[-1], book.cells[0].source)
        except CourseMapError as error:
            problems.append(str(error))
            continue
        if timed != book.cells[0].source:
            book.cells[0].source = timed
            fresh[path] = as_stored(book)
    readme = root / "README.md"
    try:
        fresh[readme] = with_table(readme.read_text(encoding="utf-8"), table(surveys))
    except CourseMapError as error:
        problems.append(str(error))
    return surveys, fresh, problems


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--check", action="store_true", help="change nothing; exit with 1 and say what differs")
    ask.add_argument("--sections", action="store_true", help="change nothing; print the minutes of each section")
    asked = ask.parse_args(arguments)
    check = asked.check
    surveys, fresh, problems = draw(root)
    if asked.sections:
        print(plan(surveys))
        sys.exit("\n".join(problems) or 0)
    print(report(surveys), flush=True)
    if problems:
        sys.exit("\n".join(problems))
    differ = {path: text for path, text in fresh.items() if text != path.read_text(encoding="utf-8")}
    for path, text in differ.items():
        if not check:
            replace(path, text)
            print(f"Written: {path.relative_to(root)}")
            continue
        print(f"{path.relative_to(root)} differs from the map; `make map` writes:", file=sys.stderr)
        old, new = path.read_text(encoding="utf-8").splitlines(), text.splitlines()
        for line in difflib.unified_diff(old, new, n=0, lineterm=""):
            if line[0] in "+-" and line[:3] not in ("+++", "---"):
                print(f"    {line}", file=sys.stderr)
    sys.exit(1 if check and differ else 0)


if __name__ == "__main__":
    main()
