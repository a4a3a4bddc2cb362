"""Links inside the repository: each leads to a file that is there, and to a heading that is in it.

python -m tools.links    look at every notebook and every Markdown file
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(
    r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|\b(?:src|href)=\"([^\"]+)\"|^\[[^\]]+\]: +<?([^\s>]+)", re.MULTILINE
)


def links(markdown):
    """Yield where each link and picture of a Markdown text leads; what is in code is none."""
    for match in LINK.finditer(CODE.sub("", markdown)):
        yield match[1] or match[2] or match[3]


def headings(markdown):
    """Headings of a Markdown text, without marks of code."""
    return [line.replace("`", "") for line in re.findall(r"^#+ +(.+?) *$", markdown, re.MULTILINE)]


def texts(path):
    """The Markdown of a file: each such cell of a notebook, or the whole."""
    if path.suffix != ".ipynb":
        return [path.read_text(encoding="utf-8")]
    # By json: nbformat takes seconds to be imported.
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def anchors(markdowns, suffix):
    """By which names a link finds the headings of a file."""
    found = [heading for markdown in markdowns for heading in headings(markdown)]
    if suffix == ".ipynb":
        # JupyterLab joins the words by dashes; a repository's web page also lowers them.
        return {heading.replace(" ", "-") for heading in found}
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def dead(path, markdowns):
    """Find the links that lead nowhere.

    Parameters
    ----------
    path : pathlib.Path
        The file, from which the links lead.
    markdowns : list of str
        Its Markdown; see `texts`.

    Yields
    ------
    tuple of (int, str)
        In which of the texts the link stands, and what is the matter with it.
    """
    for number, markdown in enumerate(markdowns):
        for link in links(markdown):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            there = path.parent / target if target else path
            if target and not there.exists():
                yield number, f"links to {target}, which is not there"
            elif anchor and there.suffix in (".md", ".ipynb"):
                known = anchors(texts(there) if target else markdowns, there.suffix)
                if anchor not in known:
                    yield number, f"links to the heading {link}, which is not there"


def documents(root):
    """Every notebook and Markdown file of the course, in folders that are not hidden."""
    found = {*root.glob("notebooks/*.ipynb"), *root.glob("*.md"), *root.glob("[a-z]*/**/*.md")}
    return sorted(path for path in found if "desk" not in path.parts)


def main(root=ROOT):
    failed = False
    for path in documents(root):
        markdowns = texts(path)
        for number, sentence in dead(path, markdowns):
            begins = markdowns[number].strip().partition("\n")[0]
            print(f"{path.relative_to(root)}: the text {begins[:60]!r} {sentence}", file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
