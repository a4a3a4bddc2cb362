"""What a learner has guessed and solved is kept in a file of their own, comes back when it is due, can be erased."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from exercises import Verdict, chapters, memory, standing, tries
from exercises.memory import guess_of, note, notes
from exercises.standing import due

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime(2026, 11, 27, 20, 0).astimezone()


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    """Where the memory of a test lies; nothing is there yet."""
    path = tmp_path / "some" / "where" / "memory.jsonl"
    monkeypatch.setenv("COURSE_MEMORY", str(path))
    monkeypatch.setattr(memory, "_kept_here", [])
    monkeypatch.setattr(memory, "_told", set())
    return path


# -- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "variables", "wanted"),
    [
        ("linux", {}, "~/.local/share/python-concurrency/memory.jsonl"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/python-concurrency/memory.jsonl"),
        ("darwin", {}, "~/Library/Application Support/python-concurrency/memory.jsonl"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/python-concurrency/memory.jsonl"),
        ("linux", {"COURSE_HOME": "/course"}, "/course/memory.jsonl"),
        ("linux", {"COURSE_HOME": "/course", "COURSE_MEMORY": "~/mine"}, "~/mine"),
    ],
)
def test_it_lies_where_the_system_keeps_such_data(monkeypatch, platform, variables, wanted):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "COURSE_HOME", "COURSE_MEMORY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert memory.place() == Path(wanted).expanduser()
    assert ROOT not in memory.place().parents


def test_what_was_noted_under_an_old_number_is_found_under_the_new(file):
    note("17.1", right=True)
    line = file.read_text(encoding="utf-8")
    without = line.replace(f', "of": {len(list((ROOT / "notebooks").glob("*.ipynb"))) - 1}', "")
    assert without != line  # the course has as many chapters as memory says
    old = "".join(without.replace("17.1", name) for name in ("14.3", "15.1", "20.c"))
    file.write_text(old + line, encoding="utf-8")
    assert [each["name"] for each in notes()[0]] == ["14.3", "17.1", "22.c", "17.1"]


def test_what_is_noted_is_found_again(file):
    assert notes() == ([], "")
    assert note("05.a", guess="b") == ""
    note("05.a", right=False)
    note("05.1", right=True)
    found, problem = notes()
    assert [(each["name"], each.get("guess"), each.get("right")) for each in found] == [
        ("05.a", "b", None),
        ("05.a", None, False),
        ("05.1", None, True),
    ]
    assert problem == ""
    assert abs(found[0]["when"] - datetime.now().astimezone()) < timedelta(minutes=5)
    assert guess_of("05.a") == ("b", True)
    note("05.a", guess="c")
    assert guess_of("05.a") == ("c", False)
    assert guess_of("05.b") == ("", False)
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0  # nobody else's business


@pytest.mark.parametrize(
    "broken",
    [
        '{"when": "2026-11-27T20:00:00+00:00", "na',
        "[1]",
        "7",
        '{"name": "05.a"}',
        '{"when": "today", "name": "05.a"}',
        '{"when": "2026-11-27", "name": 5}',
        '{"when": "2026-11-27", "name": "", "right": true}',
        '{"when": "2026-11-27", "name": "05.a", "right": "yes"}',
        "\x00\x00",
    ],
)
def test_a_broken_line_costs_itself_alone_and_one_sentence(file, broken):
    note("05.a", guess="b")
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{broken}")  # and no end of the line
    note("05.1", right=True)
    found, problem = notes()
    assert [each["name"] for each in found] == ["05.a", "05.1"]
    assert problem.startswith("Of what was remembered, 1 line cannot be read: ")
    with file.open("ab") as lines:
        lines.write(b"\xff\xfe\n\n")
    assert "2 lines cannot be read" in notes()[1]


def test_where_it_cannot_be_written_this_is_said_once_and_the_kernel_remembers(file):
    file.parent.parent.write_text("in the way")
    assert note("05.a", guess="b").startswith("What you guess and solve is remembered only until the kernel stops: ")
    assert note("05.a", right=True) == ""
    assert guess_of("05.a") == ("b", True)
    assert standing.progress("05") is None
    assert memory.erase() == "All is forgotten."
    assert guess_of("05.a") == ("", False)


def test_what_finds_half_its_room_on_a_full_disk_is_kept(file, monkeypatch):
    write = os.write
    monkeypatch.setattr("os.write", lambda file, data: write(file, data[: len(data) // 2]))
    assert "cannot be written (No space left on device)" in note("05.a", guess="b")
    assert guess_of("05.a") == ("b", False)


def test_many_who_write_at_once_lose_nothing(file):
    code = "from exercises.memory import note\nfor number in range(200): note('05.1', right=True)"
    writers = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    found, problem = notes()
    assert len(found) == 600
    assert problem == ""


def test_one_call_erases_it(file, capsys):
    note("05.a", guess="b")
    standing.progress(erase=True)
    assert "is deleted" in capsys.readouterr().out
    assert not file.exists()
    standing.progress(erase=True)
    assert capsys.readouterr().out == "There was nothing to forget.\n"


def test_a_device_is_not_erased(monkeypatch):
    monkeypatch.setenv("COURSE_MEMORY", os.devnull)
    assert note("05.a", guess="b") == ""
    assert notes() == ([], "")
    assert memory.erase() == "There was nothing to forget."
    assert os.path.exists(os.devnull)


# -- what comes back --------------------------------------------------------------------------------------------------


def told(*outcomes):
    """Notes on prediction 03.a: pairs of the days since today, and whether it was right."""
    return [{"name": "03.a", "right": right, "when": TODAY - timedelta(days=days)} for days, right in outcomes]


@pytest.mark.parametrize(
    ("outcomes", "is_due"),
    [
        ([], False),
        ([(5, True)], False),
        ([(0, False)], False),
        ([(1, False)], True),
        ([(40, False)], True),
        ([(3, False), (3, True)], True),  # on the same day it proves nothing
        ([(3, False), (2, True)], False),
        ([(7, False), (6, True)], True),
        ([(9, False), (8, True), (8, True)], True),
        ([(9, False), (8, True), (1, True)], False),
        ([(30, False), (20, True), (10, True)], False),
        ([(30, False), (20, True), (10, False)], True),
        ([(30, False), (20, True), (0, False)], False),
    ],
)
def test_what_was_guessed_wrong_comes_back_after_a_day_and_after_a_week(outcomes, is_due):
    assert due(told(*outcomes), TODAY.date()) == ["03.a"] * is_due


def test_what_is_no_prediction_of_the_course_does_not_come_back():
    old = {"right": False, "when": TODAY - timedelta(days=3)}
    assert due([{"name": "03.1", **old}, {"name": "99.z", **old}], TODAY.date()) == []


def test_the_last_word_on_a_prediction_counts_and_a_solved_exercise_stays_so():
    found = [{"name": name, "right": right} for name in ("03.a", "03.1") for right in (True, False)]
    assert standing.marks_of(found) == {"03.a": "✘", "03.1": "✔"}


# -- the course as it says of itself ----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A chapter with two predictions, the second of which has an experiment of two cells."""
    cell, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    cells = [
        text("# 3. Bake\n\n## 3.1 Steam `it` (well)\n\nText.\n\n**Predict.** What?\n\n- (a) this"),
        cell('predict("03.a")'),
        text("Between."),
        cell("one"),
        text("**Predict.** No.\n\n## 3.2 Sell\n\n**Predict.** And now?"),
        cell('predict("03.b")'),
        cell("two"),
        cell("three", metadata={"tags": ["verdict"]}),
        cell("four"),
        text("### Exercise 03.1 Take a few (5 minutes)\n\n### Exercise 03.2 Keep `it`"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "03_bake.ipynb")
    return chapters.read(tmp_path / "03_bake.ipynb")


def test_a_chapter_says_what_it_asks_and_what_shows_it(small):
    assert str(small) == "3. Bake"
    asked = {name: (each.text, each.section, each.experiment.source) for name, each in small.questions.items()}
    assert asked == {
        "03.a": ("**Predict.** What?\n\n- (a) this", "3.1 Steam `it` (well)", "one"),
        "03.b": ("**Predict.** And now?", "3.2 Sell", "three"),
    }
    assert small.exercises == {"03.1": "Take a few", "03.2": "Keep `it`"}
    assert chapters.link(small, "3.1 Steam `it` (well)") == "03_bake.ipynb#3.1-Steam-it-%28well%29"


def test_a_cell_is_known_by_its_id_or_by_what_it_says(small):
    three = small.code[-2]
    assert small.cell(three.id, "something else entirely") is three
    assert small.cell(None, "three\n") is three
    assert small.cell("vscode:7", "three()") is three
    assert small.cell("1f2e3d", "three()") is None
    assert small.cell(None, "print('of my own')") is None


def test_an_exercise_that_is_solved_leads_to_the_next(small, monkeypatch):
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 4. Sell")]),
        small.path.parent / "04_sell.ipynb",
    )
    monkeypatch.setattr(chapters, "NOTEBOOKS", small.path.parent)
    chapters._known.cache_clear()
    try:
        assert tries.onward("03.1") == "Next: exercise 03.2, Keep `it`."
        assert tries.onward("03.2") == "Next: chapter 4. Sell."
        assert tries.onward("05.1") == ""
        assert tries.conclude(Verdict("03.1", True, "so it is"), "mine") == "Next: exercise 03.2, Keep `it`."
        assert tries.conclude(Verdict("03.1", None, "no answer"), "mine") == ""
        assert standing.marks_of(notes()[0]) == {"03.1": "✔"}
    finally:
        chapters._known.cache_clear()


def test_every_prediction_of_the_course_has_its_question_and_its_experiment():
    for chapter in chapters.chapters().values():
        for name, question in chapter.questions.items():
            assert question.text.startswith("**Predict."), name
            assert "- (a)" in question.text, name
            assert question.experiment, name
            assert "predict(" not in question.experiment.source, name


def test_the_map_shows_every_chapter(capsys):
    note("03.a", right=False)
    note("03.1", right=True)
    standing.progress()
    shown = capsys.readouterr().out
    course = [str(chapter) for chapter in chapters.chapters().values()]
    assert len(course) >= 20
    assert all(chapter in shown for chapter in course)
    assert re.search(r"So far 1 of \d+ predictions, 0 of them right; 1 of \d+ exercises solved\.", shown)


def test_a_chapter_that_is_none_is_answered_with_a_sentence(capsys):
    standing.progress(5)
    assert capsys.readouterr().out.startswith("Predictions: 0 of ")
    for name in ("99", "five", "../00", "01.1", "01.1\0", 10**5000):
        with pytest.raises(ValueError, match="there is no chapter"):
            standing.progress(name)


def test_what_is_due_is_asked(monkeypatch, capsys):
    monkeypatch.setattr(memory, "notes", lambda: (told((3, False)), ""))
    standing.ask_again()
    shown = capsys.readouterr().out
    assert chapters.chapters()["03"].questions["03.a"].text in shown
    assert 'predict("03.a", "b")' in shown
    monkeypatch.setattr(memory, "notes", lambda: ([], ""))
    standing.ask_again()
    assert capsys.readouterr().out.startswith("Nothing to ask again today.")
