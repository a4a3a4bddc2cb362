"""tools/course_map.py on a scratch course: it counts what is read, writes it where it belongs, and nothing else."""

import nbformat
import pytest

from tools import course_map
from tools.course_map import BEGINS, ENDS, words
from tools.refresh import as_stored

README = f"# Buns\n\n## Chapters\n\n{BEGINS}\n| old |\n{ENDS}\n\nMore is coming.\n"


def markdown(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, *tags):
    output = nbformat.v4.new_output("stream", text="包子 is hot\n")
    return nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1, metadata={"tags": list(tags)})


def opening(title, time="**Time.** 1 minutes to read and run, 1 for the exercises."):
    return markdown(f"{title}\n\n*You will see a bun | rise.*\n\n{time} A break is welcome.\n\n[next](01_b.ipynb)")


@pytest.fixture
def course(tmp_path):
    """The folder of a course of two chapters; the first needs 12 minutes of reading and 21 of exercises."""
    chapters = {
        "00_start_here": [
            opening("# 0. Start here"),
            markdown("bun " * 1489 + "\n\n```\n## Exercises\n```"),  # one word more, no section
            code("bake()\n\n# hot\n" * 15),  # 30 lines of two minutes, and 15 blank ones
            markdown("## In practice\n\nMind the steam.\n\n## Exercises\n\n" + "knead " * 700),
            markdown("### Exercise 00.1 Count `buns` (1 minute)\n\n" + "word " * 700),
            code("buns = None\n" * 500, "exercise"),
            code("buns = 1\n" * 500, "solution"),
            code("more()\n" * 500),
            markdown("### Exercise 00.2 Sell them all (20 minutes)"),
            markdown("## Glossary"),
        ],
        "01_b": [opening("# 1. Keep `dough` | apart"), markdown("## Exercises\n\n### Exercise 01.1 Knead (2 minutes)")],
    }
    (tmp_path / "notebooks").mkdir()
    for name, cells in chapters.items():
        book = nbformat.v4.new_notebook(cells=cells)
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(as_stored(book), encoding="utf-8")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    return tmp_path


def run(course, *arguments):
    """Draw the map of the scratch course: 0, or what the program ended with."""
    with pytest.raises(SystemExit) as end:
        course_map.main(arguments, root=course)
    return end.value.code


def texts(course):
    return {path.name: path.read_bytes() for path in course.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("Three warm buns.", 3),
        ("# A title\n\n- one\n- two", 4),
        ("A dash – or two — and * no / more", 7),
        ("`bake(1, 2)` and `x`", 4),
        ("`<b>` is code", 3),
        ("a [link of five words](https://example.org/no(t)/read 'nor this')", 5),
        ("[`spawn`](01_b.ipynb#Bake-buns) starts", 2),
        ("<https://example.org/a/b> or https://example.org/c", 1),
        ("![A picture of buns](bun.png) here", 1),
        ("[![badge](badge.svg) open](https://example.org)", 1),
        ("| bun | 包子 | a warm one |\n|---|:--|---:|\n| `a` | [b](c) | |", 7),
        ("<!-- not read -->\n<details><summary>A hint</summary>Count.</details>", 3),
        ("", 0),
    ],
)
def test_words_are_what_is_read(markdown, count):
    assert words(markdown) == count


def test_minutes_are_counted(course, capsys):
    assert run(course) == 0
    first = nbformat.read(course / "notebooks" / "00_start_here.ipynb", as_version=4).cells[0].source
    # 1,489 words and 1, what is in cell 0, and "In practice" and "Glossary" with what is in them; 30 lines of code.
    assert "\n\n**Time.** 10 minutes to read and run, 20 for the exercises. A break is welcome.\n\n" in first
    start, second = (line.split() for line in capsys.readouterr().out.splitlines()[1:3])
    assert start == ["00_start_here", "10", "12", "21"]
    assert second == ["01_b", "2", "0", "2"]


def test_the_table_is_between_its_marks(course):
    assert run(course) == 0
    assert (course / "README.md").read_text(encoding="utf-8") == (
        f"# Buns\n\n## Chapters\n\n{BEGINS}\n"
        "| part | | chapter | what you will see | minutes to read and run | minutes of exercises |\n"
        "|---|---|---|---|---:|---:|\n"
        "|  | 0 | [Start here](notebooks/00_start_here.ipynb) | You will see a bun \\| rise | 10 | 20 |\n"
        "| **I. Processes and threads** | 1 | [Keep `dough` \\| apart](notebooks/01_b.ipynb) "
        "| You will see a bun \\| rise | 5 | 5 |\n"
        "\nTogether: 0 hours to read and run, 0 hours of exercises.\n"
        f"{ENDS}\n\nMore is coming.\n"
    )


def test_a_second_map_changes_nothing_and_the_first_only_a_line(course):
    before = texts(course)
    assert run(course) == 0
    once = texts(course)
    assert run(course) == 0 and texts(course) == once and run(course, "--check") == 0
    for name in ("00_start_here.ipynb", "01_b.ipynb"):
        old, new = before[name].splitlines(), once[name].splitlines()
        [different] = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        assert b"**Time.**" in different[0]
    assert sorted(once) == sorted(before)


def test_check_changes_nothing_and_names_what_differs(course, capsys):
    before = texts(course)
    assert run(course, "--check") == 1 and texts(course) == before
    said = capsys.readouterr().err
    assert "notebooks/00_start_here.ipynb differs" in said and "**Time.** 10 minutes" in said
    assert "README.md differs" in said and "    -| old |\n" in said
    assert run(course) == 0
    readme = course / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("| 10 | 20 |", "| 90 | 20 |"), encoding="utf-8")
    capsys.readouterr()
    assert run(course, "--check") == 1
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["README.md", "-|", "+|"]


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("README.md", BEGINS, "", f"README.md has no lines {BEGINS} and {ENDS} with the map between them."),
        ("README.md", ENDS, "", f"README.md has no lines {BEGINS} and {ENDS} with the map between them."),
        (
            "01_b",
            "(2 minutes)",
            "(brief)",
            "01_b.ipynb does not say '(5 minutes)', or how many, in '### Exercise 01.1 ",
        ),
        ("01_b", "**Time.**", "**Time**:", "01_b.ipynb has no line '**Time.** 40 minutes to read and run, 45 for the "),
        ("01_b", "*You will", "You will", "01_b.ipynb has no promise in its first cell: a paragraph such as '*You "),
        ("01_b", "# 1. Keep", "# Keep", "01_b.ipynb does not begin with a title such as '# 4. Bake buns'."),
        ("01_b", "# 1. Keep", "# 99. Keep", "01_b.ipynb belongs to no part of the course: write one into PARTS "),
    ],
)
def test_what_is_missing_is_one_sentence_and_nothing_is_written(course, file, old, new, sentence):
    path = course / file if file == "README.md" else course / "notebooks" / f"{file}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    before = texts(course)
    said = run(course)
    assert said.startswith(sentence) and "\n" not in said
    assert texts(course) == before


def test_a_chapter_beyond_its_limits_is_shown(course, capsys):
    path = course / "notebooks" / "01_b.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells += [markdown("bun " * 150) for _ in range(89)]
    book.cells[1].source += "\n\n### Exercise 01.2 Bake all night (59 minutes)\n\n## Glossary"
    path.write_text(as_stored(book), encoding="utf-8")
    assert run(course) == 0
    line = capsys.readouterr().out.splitlines()[2]
    assert line.endswith("91 cells, over 90; 89 minutes to read and run, over 75; 61 minutes of exercises, over 60")


def test_a_plan_for_classes_counts_each_section_and_changes_nothing(course, capsys):
    before = texts(course)
    assert run(course, "--sections") in (0, None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "0. Start here"
    assert [line.split() for line in lines if "opening" in line or "Exercises" in line] == [
        ["12", "opening"],
        ["21", "Exercises"],
        ["2", "Exercises"],
    ]
    assert texts(course) == before
