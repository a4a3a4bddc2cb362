"""The days of a class, made from the minutes that the map counts: what is taught when, with breaks.

    make schedule                                     the whole course, in days of 6 hours
    make schedule ARGS="--hours 3 00 01 03 05 06"     some chapters, in half days
    make schedule ARGS="--short"                      without what can be left out

The minutes are those of one person who reads, runs and solves. A class that talks takes longer: --pace 1.25 plans a
quarter more. What can be left out is told by the chapters themselves. "In practice" and "Further reading" interrupt no
story, an exercise of more than 15 minutes can be done at home, and a chapter may go that no other names in "You need".
"""

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.course_map import EXERCISE, MINUTES, TITLE, CourseMapError, sections, survey

ROOT = Path(__file__).resolve().parent.parent
ASIDE = {"In practice", "Further reading"}  # sections that --short leaves out
LONG = 15  # minutes; --short leaves a longer exercise for home
SITTING = 75  # minutes until a break
BREAK, LUNCH = 15, 60  # minutes; lunch is in the middle of a day of more than 4 hours
NEEDS = re.compile(r"^\*\*You need\*\*(?:.|\n(?!\n))*", re.MULTILINE)


class Lesson(NamedTuple):
    """What is taught without a break in between: a section of a chapter, or an exercise."""

    chapter: str
    name: str
    minutes: float
    exercise: bool


class Chapter(NamedTuple):
    number: str
    title: str
    lessons: list
    needs: set  # numbers of chapters


def read(path):
    """A chapter's lessons in their order, the exercises one by one, and which chapters it asks for."""
    book = nbformat.read(path, as_version=4)
    counted, title = survey(path, book), path.name[:2]
    asked = NEEDS.search(book.cells[0].source)
    lessons = []
    for heading, minutes in counted.sections.items():
        if heading != "Exercises":
            lessons.append(Lesson(title, heading or "opening", minutes, False))
            continue
        for section, cell, source in sections(book):
            if section == "Exercises" and cell.cell_type == "markdown":
                for line in EXERCISE.findall(source):
                    name = re.search(r"\d\d\.\d+", line)
                    lessons.append(Lesson(title, name[0] if name else line, int(MINUTES.search(line.strip())[1]), True))
    needs = set(re.findall(r"\]\((\d\d)_", asked[0])) if asked else set()
    return Chapter(path.name[:2], TITLE.match(book.cells[0].source)[0][2:].strip(), lessons, needs)


def shortened(chapters):
    """The chapters without what can be left out, and the names of exercises that are left for home."""
    home = [each.name for chapter in chapters for each in chapter.lessons if each.exercise and each.minutes > LONG]
    kept = [
        chapter._replace(lessons=[each for each in chapter.lessons if each.name not in home and each.name not in ASIDE])
        for chapter in chapters
    ]
    return kept, home


def unneeded(chapters):
    """Chapters that no other of these names in "You need"."""
    return [each for each in chapters if not any(each.number in other.needs for other in chapters if other is not each)]


def days(lessons, hours, pace=1.0, sitting=SITTING):
    """Spread lessons over days.

    Parameters
    ----------
    lessons : iterable of Lesson
    hours : float
        Of a day, from its beginning to its end, without lunch and with the other breaks.
    pace : float
        What the minutes are multiplied by.
    sitting : float
        Minutes until a break. A lesson that is longer is a sitting of its own.

    Returns
    -------
    list of list of tuple of (float, float, Lesson or str)
        For each day what happens: minutes since the day began, how many it takes, a lesson or "break" or "lunch".
    """
    planned, today, clock, sat, taken = [], [], 0.0, 0.0, 0.0
    fed = hours <= 4
    for lesson in lessons:
        minutes = lesson.minutes * pace
        pause = BREAK if sat and sat + minutes > sitting else 0
        if today and taken + pause + minutes > hours * 60:
            planned.append(today)
            today, clock, sat, taken, pause, fed = [], 0.0, 0.0, 0.0, 0, hours <= 4
        if pause:
            lunch = not fed and taken >= hours * 60 / 2 - sitting / 2
            fed = fed or lunch
            length = LUNCH if lunch else BREAK
            today.append((clock, length, "lunch" if lunch else "break"))
            clock, sat, taken = clock + length, 0.0, taken + (0 if lunch else length)
        today.append((clock, minutes, lesson))
        clock, sat, taken = clock + minutes, sat + minutes, taken + minutes
    return [*planned, today] if today else planned


def told(day, titles, start):
    """The lines of one day: lessons of a chapter that follow each other are one line."""
    lines = []
    for begins, minutes, what in day:
        key = what if isinstance(what, str) else (what.chapter, what.exercise)
        if lines and lines[-1][2] == key:
            lines[-1][1] += minutes
            lines[-1][3].append(what)
        else:
            lines.append([begins, minutes, key, [what]])
    for begins, minutes, key, several in lines:
        if key in ("break", "lunch"):
            text = f"*{key}*"
        else:
            first, last = several[0].name, several[-1].name
            names = first if first == last else f"{first} – {last}"
            kind = ("exercise " if first == last else "exercises ") if key[1] else ""
            text = f"**{titles[key[0]]}**: {kind}{names}"
        at = start + int(begins / 5 + 0.5) * 5
        yield f"| {at // 60}:{at % 60:02} | {minutes:.0f} | {text} |"


def clock(text):
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def plan(chapters, asked):
    """The whole schedule as Markdown."""
    everything = chapters
    home = []
    if asked.short:
        chapters, home = shortened(chapters)
    titles = {each.number: each.title for each in chapters}
    lessons = [lesson for chapter in chapters for lesson in chapter.lessons if lesson.minutes >= 0.5]
    spread = days(lessons, asked.hours, asked.pace, asked.sitting)
    hours = [sum(each.minutes for each in lessons if each.exercise is kind) * asked.pace / 60 for kind in (False, True)]
    text = [f"{hours[0]:.1f} hours to read and run and {hours[1]:.1f} hours of exercises, on {len(spread)} days."]
    for number, day in enumerate(spread, 1):
        text += ["", f"## Day {number}", "", "| time | minutes | |", "|---:|---:|---|", *told(day, titles, asked.start)]
    text += ["", "## What can be left out", ""]
    if asked.short:
        text += [f"Left out already: {' and '.join(sorted(ASIDE))}. For home: exercises {', '.join(home) or 'none'}."]
    else:
        spare = sum(each.minutes for chapter in chapters for each in chapter.lessons if each.name in ASIDE)
        _, home = shortened(chapters)
        text += [
            f"- {' and '.join(sorted(ASIDE))} of each chapter: {spare * asked.pace / 60:.1f} hours (ARGS=--short)",
            f"- exercises for home, over {LONG} minutes each: {', '.join(home) or 'none'} (ARGS=--short)",
        ]
    names = "; ".join(each.title for each in unneeded(everything))
    return "\n".join([*text, f"- chapters that no other of these asks for: {names or 'none'}"])


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("chapters", nargs="*", help="numbers such as 04; all when none is named")
    ask.add_argument("--hours", type=float, default=6, help="of a day, without lunch (6)")
    ask.add_argument("--start", type=clock, default="9:00", help="when a day begins (9:00)")
    ask.add_argument("--pace", type=float, default=1, help="what the minutes are multiplied by (1)")
    ask.add_argument("--sitting", type=float, default=SITTING, help=f"minutes until a break ({SITTING})")
    ask.add_argument("--short", action="store_true", help="leave out what can be left out")
    asked = ask.parse_args(arguments)
    wanted = [number.zfill(2) for number in asked.chapters]
    paths = {path.name[:2]: path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    if missing := [number for number in wanted if number not in paths]:
        sys.exit(f"There is no chapter {', '.join(missing)}: name some from {min(paths)} to {max(paths)}.")
    if min(asked.hours, asked.pace, asked.sitting) <= 0:
        sys.exit("Hours, pace and sitting must be over 0.")
    try:
        print(plan([read(paths[number]) for number in wanted or paths], asked))
    except CourseMapError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
