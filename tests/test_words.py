"""The words of the course: one page has them all."""

import json

import nbformat
import pytest

from tools import words
from tools.links import links
from tools.words import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


# -- the page of all terms --------------------------------------------------------------------------------------------


def test_the_page_is_up_to_date():
    assert (ROOT / words.PAGE).read_text(encoding="utf-8") == words.page(), "run `make words`"


def test_the_page_can_be_found():
    start = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))["cells"]
    for text in (
        (ROOT / "README.md").read_text(encoding="utf-8"),
        "\n".join("".join(cell["source"]) for cell in start),
    ):
        assert words.PAGE in {link.rpartition("/")[2] for link in links(text)}


def write_chapter(folder, name, *texts):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in texts])
    nbformat.write(book, folder / name)
    return folder / name


OTHER = "| no | term |\n|---|---|\n| at | all |"
HEAD = "## Glossary\n\n| English | 中文 | meaning |\n|---|---|---|\n"


@pytest.fixture
def course(tmp_path):
    """A checkout of two chapters that share a term."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write_chapter(
        folder, "01_a.ipynb", "# 1. Bake", f"{HEAD}| to steam | 蒸 | to cook |\n| dough | 面团 | it rises |\n"
    )
    rows = "| to steam | 蒸 | to cook |\n| Dough | 面 | see [chapter 1](01_a.ipynb) |\n| bun `x` | 包子 | warm |\n"
    write_chapter(folder, "02_b.ipynb", "# 2. Sell", f"## More\n\n{OTHER}\n\n{HEAD}{rows}\nBye.\n\n### More\n\n{OTHER}")
    return tmp_path


def test_a_term_is_one_row_with_all_that_is_said_of_it(course, capsys):
    words.main([], root=course)
    assert capsys.readouterr().out == "Written: WORDS.md\n"
    lines = (course / "WORDS.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| ")] == [
        "| English | 中文 | meaning (chapter) |",
        "| --- | --- | --- |",
        "| bun `x` | 包子 | warm ([2]) |",
        "| dough | 面团、面 | it rises ([1])<br>see [chapter 1](notebooks/01_a.ipynb) ([2]) |",
        "| to steam | 蒸 | to cook ([1], [2]) |",
        "| 中文 | English (chapter) |",
        "| --- | --- |",
        "| 包子 | bun `x` ([2]) |",  # bāozi, miàn, miàntuán, zhēng
        "| 面 | Dough ([2]) |",
        "| 面团 | dough ([1]) |",
        "| 蒸 | to steam ([1], [2]) |",
    ]
    assert lines[-2:] == ["[1]: notebooks/01_a.ipynb#Glossary", "[2]: notebooks/02_b.ipynb#Glossary"]


def test_check_changes_nothing(course):
    with pytest.raises(SystemExit, match="run `make words`"):
        words.main(["--check"], root=course)
    assert not (course / "WORDS.md").exists()
    words.main([], root=course)
    words.main(["--check"], root=course)


def test_a_word_of_two_senses_is_told(course):
    assert "轮询" not in words.page(course)
    rows = "| polling | 轮询 | to ask |\n| round robin | 轮询 | in turn |\n| round robin | 轮转 | so, too |\n"
    write_chapter(course / "notebooks", "03_c.ipynb", "# 3. Ask", f"{HEAD}{rows}")
    assert "**轮询 is two things.**" in words.page(course)


@pytest.mark.parametrize(
    ("glossary", "sentence"),
    [
        ("## Glossary\n\n| English | meaning |\n|---|---|\n", "03_c.ipynb has the columns"),
        (f"{HEAD}| bun | 包子 |\n", "03_c.ipynb has a row with 2 columns"),
        (f"{HEAD}| bun | 包子 | a | b |\n", "03_c.ipynb has a row with 4 columns"),
    ],
)
def test_an_odd_glossary_is_one_sentence(course, glossary, sentence):
    write_chapter(course / "notebooks", "03_c.ipynb", "# 3. Ask", glossary)
    with pytest.raises(SystemExit, match=sentence):
        words.main([], root=course)
