"""All terms of the course on one page, English and Chinese, made from the chapters' glossaries.

    make words                 write WORDS.md
    make words ARGS=--check    change nothing, and say whether it would be changed

Chapters may explain the same term in words of their own. The page then has a row for the term, and in it a line for
each explanation with the chapters that give it.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from tools.refresh import replace

ROOT = Path(__file__).resolve().parent.parent
PAGE = "WORDS.md"
HEAD = """\
# All terms, English and Chinese

What the glossaries of the chapters explain, on one page: by the [English term](#by-the-english-term), and by the
[Chinese term](#by-the-chinese-term) in the order of pinyin. Each number leads to the glossary of a chapter. That is
the place for a correction; `make words` then writes this page anew.
"""


class Term(NamedTuple):
    """A row of a chapter's glossary."""

    english: str
    chinese: str
    meaning: str
    chapter: str  # the notebook's file name

    @property
    def number(self):
        return int(self.chapter[:2])

    @property
    def key(self):
        """What two rows share that stand for the same term."""
        return re.sub(r"^to ", "", self.english.casefold())


class WordsError(Exception):
    """A glossary is not as the page needs it; the message names the chapter."""


def glossary(path):
    """The terms in the glossary of a notebook, in its order.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.

    Raises
    ------
    WordsError
        If a row of its table has not the three columns English, 中文 and meaning.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]  # by json: nbformat takes seconds to be imported
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    below = re.split(r"^#+ ", text.partition("\n## Glossary\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [
        [column.strip() for column in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        for line in below.splitlines()
        if line.startswith("|")
    ]
    if rows[:1] not in ([], [["English", "中文", "meaning"]]):
        raise WordsError(f"The glossary of {path.name} has the columns {rows[0]}, not English, 中文 and meaning.")
    if odd := [row for row in rows if len(row) != 3]:
        raise WordsError(f"The glossary of {path.name} has a row with {len(odd[0])} columns: {odd[0]}.")
    return [Term(*row, path.name) for row in rows[2:]]


def chapters(terms):
    """The chapters of some terms, each once and in order, as links that are written out at the end of the page."""
    return ", ".join(f"[{number}]" for number in sorted({term.number for term in terms}))


def grouped(terms, by):
    """Lists of those terms of which `by` says the same, in the order in which they first come."""
    groups = {}
    for term in terms:
        groups.setdefault(by(term), []).append(term)
    return groups


def meaning(term):
    """What the glossary says; links in it lead from the page to the chapters."""
    return re.sub(r"\]\((?=\d\d_)", "](notebooks/", term.meaning)


def by_english(terms):
    """Yield the rows of the first table."""
    groups = grouped(terms, lambda term: term.key)
    for key in sorted(groups):
        same = groups[key]
        chinese = "、".join(dict.fromkeys(term.chinese for term in same))
        meanings = grouped(same, meaning)
        yield [same[0].english, chinese, "<br>".join(f"{said} ({chapters(each)})" for said, each in meanings.items())]


def by_chinese(terms):
    """Yield the rows of the second table, in the order of pinyin."""
    groups = grouped(terms, lambda term: term.chinese)
    # GB 18030 numbers the common characters in the order of pinyin.
    for chinese in sorted(groups, key=lambda word: word.casefold().encode("gb18030")):
        english = grouped(groups[chinese], lambda term: term.key)
        yield [chinese, "; ".join(f"{each[0].english} ({chapters(each)})" for each in english.values())]


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def two_senses(terms):
    """What to mind about 轮询, the one word of the course that the lesson's language has for two things."""
    polling = [term for term in terms if term.key in ("poll", "polling")]
    in_turn = [term for term in terms if term.key == "round robin"]
    if "轮询" not in {term.chinese for term in polling} & {term.chinese for term in in_turn}:
        return ""
    taken = chapters(term for term in in_turn if term.chinese == "轮询")
    return (
        "**轮询 is two things.** It stands for *polling*, to ask again and again whether something has happened\n"
        f"({chapters(polling)}), and for *round robin*, to serve each in turn ({taken}).\n"
    )


def page(root=ROOT):
    """The text of WORDS.md."""
    terms = [term for path in sorted((root / "notebooks").glob("*.ipynb")) for term in glossary(path)]
    places = {term.number: term.chapter for term in terms}
    parts = [
        HEAD,
        two_senses(terms),
        f"## By the English term\n\n{table(['English', '中文', 'meaning (chapter)'], by_english(terms))}\n",
        f"## By the Chinese term\n\n{table(['中文', 'English (chapter)'], by_chinese(terms))}\n",
        "".join(f"[{number}]: notebooks/{name}#Glossary\n" for number, name in places.items()),
    ]
    return "\n".join(part for part in parts if part)


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--check", action="store_true", help="change nothing; exit with 1 if the page differs")
    check = ask.parse_args(arguments).check
    try:
        text = page(root)
    except WordsError as error:
        sys.exit(str(error))
    path = root / PAGE
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    if check:
        sys.exit(f"{PAGE} differs from the chapters' glossaries: run `make words`.")
    path.touch()
    replace(path, text)
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
