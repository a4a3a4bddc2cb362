"""tools/schedule.py: everything is taught once, in order, in days that are long enough, and breaks come in time."""

import re

import pytest

from tools import schedule
from tools.schedule import BREAK, LUNCH, ROOT, Lesson, days

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def lessons(*minutes):
    return [Lesson("00", f"{number}", each, False) for number, each in enumerate(minutes)]


def told(day):
    return [(begins, minutes, what if isinstance(what, str) else what.name) for begins, minutes, what in day]


def test_a_break_comes_before_a_sitting_is_too_long():
    first, second = days(lessons(40, 30, 20, 100, 10), hours=4)
    assert told(first) == [
        (0, 40, "0"),
        (40, 30, "1"),
        (70, BREAK, "break"),
        (85, 20, "2"),
        (105, BREAK, "break"),
        (120, 100, "3"),
    ]
    assert told(second) == [(0, 10, "4")]


def test_what_does_not_fit_is_taught_another_day_and_lunch_is_in_the_middle():
    first, second = days(lessons(*[60] * 6), hours=5)
    assert told(first) == [
        (0, 60, "0"),
        (60, BREAK, "break"),
        (75, 60, "1"),
        (135, LUNCH, "lunch"),
        (195, 60, "2"),
        (255, BREAK, "break"),
        (270, 60, "3"),
    ]
    assert told(second) == [(0, 60, "4"), (60, BREAK, "break"), (75, 60, "5")]


def test_a_slow_class_takes_longer():
    assert told(days(lessons(40), hours=4, pace=1.5)[0]) == [(0, 60, "0")]


def planned(capsys, *arguments):
    schedule.main(arguments)
    return capsys.readouterr().out


def test_the_whole_course_is_taught_once(capsys):
    text = planned(capsys)
    chapters = [schedule.read(path) for path in CHAPTERS]
    for chapter in chapters:
        assert f"**{chapter.title}**: opening" in text
    exercises = [each for chapter in chapters for each in chapter.lessons if each.exercise]
    spread = days([each for chapter in chapters for each in chapter.lessons], hours=6)
    taught = [what for day in spread for _, _, what in day if not isinstance(what, str)]
    assert taught == [each for chapter in chapters for each in chapter.lessons]
    assert len({each.name for each in exercises}) == len(exercises) > 80
    assert text.count("\n## Day ") == int(re.search(r"on (\d+) days", text)[1])
    assert "\n## What can be left out\n" in text


def test_what_can_be_left_out_is_left_out_and_told(capsys):
    whole, short = planned(capsys, "1", "02", "--hours", "3"), planned(capsys, "1", "02", "--hours", "3", "--short")
    assert "In practice |" in whole and "In practice |" not in short
    home = re.search(r"For home: exercises (.*)\.", short)[1].split(", ")
    assert home and f"over 15 minutes each: {', '.join(home)} (" in whole
    # Chapter 2 asks for chapter 1, and none of the two for chapter 2.
    for text in (whole, short):
        assert text.endswith("- chapters that no other of these asks for: 2. Keep memory apart with processes\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["99"], r"^There is no chapter 99: name some from 00 to \d\d.$"),
        (["--hours", "0"], r"^Hours, pace and sitting must be over 0.$"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(arguments, sentence):
    with pytest.raises(SystemExit, match=sentence):
        schedule.main(arguments)
