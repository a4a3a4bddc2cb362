"""The words of the course: one page has them all, each chapter explains its own in time, and no letter tells."""

import json
import re
import sys
from collections import Counter

import nbformat
import pytest

from tools import words
from tools.links import CODE, links
from tools.words import ROOT, glossary

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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


# -- a term is explained before it is used ----------------------------------------------------------------------------

BOLD = re.compile(r"\*\*(?!\*)(?:\d\. )?([^*]+?)[.:,]?\*\*")
EXPLAINED = 0.6  # of all terms are bold in their chapter, at least; for the others it leans on what everyone knows


def forms(english):
    """What a glossary calls a term: "to listen, to accept" are two, and "(of a notebook)" belongs to none."""
    return [re.sub(r"^to ", "", each.strip()) for each in re.sub(r"\(.*?\)", "", english).split(",")]


def occurs(form):
    return re.compile(rf"(?<![\w-]){re.escape(form)}(?:s|es|d|ed|ing)?(?![\w-])", re.IGNORECASE)


def sections_of(path):
    """(Heading, text) for each section of a chapter, without code, its opening (which only promises) and glossary."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"][1:]
    text = CODE.sub("`", "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"))
    before, *parts = re.split(r"^## +(.+?) *$", text, flags=re.MULTILINE)
    found = [("", before), *zip(parts[::2], parts[1::2], strict=True)]
    return [(heading, text) for heading, text in found if heading != "Glossary"]


def explanations(path):
    """For each term of a chapter: (term, number of the section in which it is bold for the first time, or None)."""
    sections = sections_of(path)
    for term in glossary(path):
        for form in forms(term.english):
            bold = [number for number, (_, text) in enumerate(sections) if is_bold(form, text)]
            yield form, bold[0] if bold else None


def is_bold(form, text):
    return any(occurs(form).fullmatch(" ".join(bold.split())) for bold in BOLD.findall(text))


def used_too_early(path):
    """Yield a sentence for each paragraph that uses a term before the section in which it is explained.

    It may, if it names that section or leads to another chapter.
    """
    sections = sections_of(path)
    for form, place in explanations(path):
        heading = sections[place or 0][0]
        named = re.compile(
            rf"\]\(\d\d_|(?<![\d.]){re.escape(heading.split()[0] if heading[:1].isdigit() else heading)}\b"
        )
        for before, text in sections[:place] if place else ():
            for paragraph in re.split(r"\n[ \t]*\n|^(?=#)|(?<=\n)(?=[-*] |\d\. )", text, flags=re.MULTILINE):
                uses = not paragraph.startswith("#") and occurs(form).search(paragraph)
                if uses and not named.search(paragraph):
                    yield f"{form!r} is explained in {heading!r} and used in {before!r}: {paragraph.strip()[:60]!r}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_term_is_used_before_it_is_explained(path):
    assert list(used_too_early(path)) == [], "explain it there, or name the section that does: (7.2)"


def test_most_terms_are_explained():
    places = [place for path in NOTEBOOKS for _, place in explanations(path)]
    assert sum(place is not None for place in places) > EXPLAINED * len(places)


@pytest.mark.parametrize(
    ("early", "late", "complaints"),
    [
        ("A bun is hot.", "A **bun** (包子) is steamed.", 1),
        ("Buns are hot.\n\nTwo buns", "**Buns** are steamed.", 2),
        ("A list:\n- a bun\n- no\n- buns (4.2)", "**1. Bun.** It is steamed.", 1),
        ("To bun (4.2) is to eat.", "A **bun** is steamed.", 0),
        ("[Chapter 5](05_sell.ipynb) sells buns.", "A **bun** is steamed.", 0),
        ("### A bun\n`bun` and\n\n```\nbun\n```\nbunny, bun-free", "A **bun** is steamed.", 0),
        ("A **bun** is steamed.", "Buns", 0),
        ("Buns", "A **warm bun** is steamed.", 0),  # nowhere explained: nothing to be before
        ("Steamed 14.2 buns, 4.20 of them.", "A **bun** is steamed.", 1),
    ],
)
def test_a_term_used_too_early_is_noticed(tmp_path, early, late, complaints):
    opening = "# 4. Sell buns\n\n*You will sell a bun.*"
    texts = (opening, f"## 4.1 Early\n\n{early}", f"## 4.2 Late\n\n{late}", f"{HEAD}| to bun (hot) | 包子 | warm |\n")
    path = write_chapter(tmp_path, "04_sell.ipynb", *texts)
    assert len(list(used_too_early(path))) == complaints


# -- a letter tells nothing -------------------------------------------------------------------------------------------


def right_letters(folder):
    """The right letters of each chapter's predictions, in their order."""
    found = {}
    for path in sorted(folder.glob("*/predictions.toml")):
        choices = tomllib.loads(path.read_text(encoding="utf-8"))
        found[path.parent.name] = [choices[name]["right"] for name in sorted(choices)]
    return found


def favourites(letters):
    """Yield a sentence for each letter that is right so often that guessing it pays."""
    for where, several, most in (
        ("the whole course", [each for chapter in letters.values() for each in chapter], 45),
        *((f"chapter {number}", chapter, 67) for number, chapter in letters.items() if len(chapter) > 2),
    ):
        for letter, times in Counter(several).items():
            if 100 * times > most * len(several):
                yield f"({letter}) is right in {times} of {len(several)} predictions of {where}, over {most} %"


def test_no_letter_is_a_good_guess():
    assert list(favourites(right_letters(ROOT / "exercises"))) == []


@pytest.mark.parametrize(
    ("letters", "complaints"),
    [
        ({"01": "abc", "02": "bca"}, 0),
        ({"01": "abb", "02": "acc"}, 0),  # two thirds
        ({"01": "bb", "02": "acac"}, 0),  # of two, both may be the same
        ({"01": "bbb", "02": "acacca"}, 1),
        ({"01": "bb", "02": "bb", "03": "ac"}, 1),
        ({"01": "cccd", "02": "abdabd"}, 1),
        ({"01": "bbbb", "02": "aaaa"}, 4),
    ],
)
def test_a_favourite_letter_is_noticed(letters, complaints):
    assert len(list(favourites(letters))) == complaints
