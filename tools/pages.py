"""The whole course as pages for a browser, to read where nothing runs: with a search, and light or dark as one likes.

    make html    write them into the folder html; open html/index.html

Solutions are folded, and plots keep their alternative text. The pages load nothing from elsewhere, so the folder works
from a disk as it does from any web server. nbconvert, which JupyterLab brings along, turns Markdown into HTML; what
pages have in common is in tools/web. The search is done by MiniSearch, <https://github.com/lucaong/minisearch>.
"""

import base64
import functools
import json
import os
import posixpath
import re
import shutil
import sys
from collections import Counter
from html import escape, unescape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from tools.course_map import PARTS, PROMISE, TITLE
from tools.links import anchors

ROOT = Path(__file__).resolve().parent.parent
WEB = Path(__file__).resolve().parent / "web"
FILES = ["style.css", "page.js", "minisearch.js"]  # of it, which every page uses
OTHERS = {"README.md": "index.html", "WORDS.md": "words.html", "CONTRIBUTING.md": "contributing.html"}
COPIED = {"LICENSE": "license.txt", "LICENSE-text": "license-text.txt"}
LANGUAGES = {"writefile": "python", "isolated": "python", "bash": "bash"}  # of a cell, by the magic in its first line
PREDICTION = re.compile(r'predict\("(\d\d)\.(\w)"\)\s*')
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
NAVIGATION = re.compile(r"<p>(?:(?!</p>).)*>Contents</a>.*?</p>", re.DOTALL)
LINK = re.compile(r'(?<=\s)(href|src)="([^"]*)"')


class PagesError(Exception):
    """Something in the course cannot be shown on a page; the message says what and where."""


class Page:
    """One page: a notebook, or a Markdown file of the checkout's first folder."""

    def __init__(self, site, path, name):
        self.site, self.path, self.name = site, path, name
        self.title = self.promise = ""
        self.number = None
        self.pieces = []  # of HTML
        self.headings = []  # (level, id, text)
        self.found = []  # what the search finds: a section each
        self.ids = Counter()

    def read(self):
        if self.path.suffix == ".ipynb":
            self.read_notebook(json.loads(self.path.read_text(encoding="utf-8"))["cells"])
        else:
            text = re.sub(r"<!--.*?-->\n?", "", self.path.read_text(encoding="utf-8"), flags=re.DOTALL)
            self.title = re.search(r"^# (.+)", text, re.MULTILINE)[1]
            self.pieces.append(self.html_of(text))
        return self

    def read_notebook(self, cells):
        first = "".join(cells[0]["source"])
        title, promise = TITLE.match(first), PROMISE.search(first)
        if not title or not promise:
            raise PagesError(f"{self.path.name} has no title or no promise in its first cell: see `make map`.")
        self.number, self.promise = int(title[1]), " ".join(promise[1].split())
        self.title = f"{title[1]}. {title[2]}"
        for cell in cells:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                self.pieces.append(f'<div class="text">{self.html_of(source)}</div>')
            elif guess := PREDICTION.fullmatch(source):
                self.pieces.append(
                    f'<p class="guess">Your guess? Decide before you read on. <span>{guess[1]}.{guess[2]}</span></p>'
                )
            elif source.strip():
                self.pieces.append(self.html_of_code(source, cell))

    def html_of_code(self, source, cell):
        """A code cell with its outputs; a solution is folded, and the search does not look into it."""
        magic = re.match(r"%%(\w+)", source)
        shown = highlight(source, lexer(LANGUAGES.get(magic and magic[1], "ipython3")), HtmlFormatter(wrapcode=True))
        tags = cell["metadata"].get("tags", [])
        if "exercise" not in tags:  # whose verdict would have the hint in it
            shown += "".join(map(self.html_of_output, cell.get("outputs", [])))
        if "solution" in tags:
            return f'<details class="cell solution"><summary>Solution</summary>{shown}</details>'
        self.note(source)
        return f'<div class="cell">{shown}</div>'

    def html_of_output(self, output):
        kind, data = output["output_type"], output.get("data", {})
        if kind == "stream":
            return f"<pre class='output {output['name']}'>{escape(plain(output['text']))}</pre>"
        if kind == "error":
            return f"<pre class='output stderr'>{escape(plain(output['traceback'], between=chr(10)))}</pre>"
        if "image/png" in data:
            alternative = output["metadata"].get("image/png", {}).get("alt", "")
            if not alternative:
                raise PagesError(
                    f"{self.path.name} has a plot without a title or labels, so without words in its place."
                )
            name = self.site.picture(self.path.name[:2], base64.b64decode("".join(data["image/png"])))
            return f'<img class="plot" loading="lazy" src="{name}" alt="{escape(alternative)}">'
        if "text/markdown" in data:
            return f'<div class="output">{self.html_of("".join(data["text/markdown"]), noted=False)}</div>'
        return f"<pre class='output'>{escape(plain(data['text/plain']))}</pre>"

    def html_of(self, markdown, noted=True):
        renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
        html = MarkdownWithMath(renderer=renderer).render(markdown)
        html = LINK.sub(lambda link: f'{link[1]}="{escape(self.site.address(unescape(link[2]), self.path))}"', html)
        html = re.sub(r'<img ([^>]*)src="https?:[^>]*>', lambda picture: attribute(picture[0], "alt"), html)
        html = html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
        ends = 0
        for heading in HEADING.finditer(html):
            if noted:
                self.note(text_of(NAVIGATION.sub("", html[ends : heading.start()])))
                self.begin(int(heading[1]), self.id_of(heading[2]), text_of(heading[2]))
            ends = heading.end()
        if noted:
            self.note(text_of(NAVIGATION.sub("", html[ends:])))
        return HEADING.sub(self.with_link, html)

    def id_of(self, heading):
        """By which name links find the heading: those of JupyterLab in notebooks, those of a repository's page else."""
        [name] = anchors(["# " + text_of(heading)], self.path.suffix)
        return name

    def with_link(self, heading):
        name, level = escape(self.id_of(heading[2])), heading[1]
        self.ids[name] += 1
        if self.ids[name] > 1:  # WORDS.md has each letter twice; a link leads to the first
            name = f"{name}-{self.ids[name] - 1}"
        sign = f' <a class="here" href="#{name}" aria-label="Link to this heading">#</a>' if level != "1" else ""
        return f'<h{level} id="{name}">{heading[2]}{sign}</h{level}>'

    def begin(self, level, name, text):
        self.headings.append((level, name, text))
        self.found.append({"page": self.name, "anchor": name, "title": text, "of": self.title, "text": ""})

    def note(self, text):
        if self.found:
            self.found[-1]["text"] += " " + " ".join(text.split())


class Site:
    """All pages of the course, and where each file of the checkout is found on them."""

    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.pictures = Counter()
        self.used = set()
        chapters = {f"notebooks/{path.name}": path for path in sorted((root / "notebooks").glob("*.ipynb"))}
        self.names = {name: f"{path.stem}.html" for name, path in chapters.items()} | OTHERS | COPIED
        self.chapters = [Page(self, path, self.names[name]).read() for name, path in chapters.items()]
        self.others = [Page(self, root / path, name).read() for path, name in OTHERS.items()]

    def address(self, link, path):
        """Where a link of this file leads on the pages."""
        if re.match(r"[a-z]+:|#", link):
            return link
        target, _, anchor = link.partition("#")
        file = posixpath.normpath(posixpath.join(path.relative_to(self.root).parent.as_posix(), target))
        if file.startswith("images/"):
            self.used.add(file)
            return file
        if file not in self.names:
            raise PagesError(f"{path.name} links to {link}, which is on no page.")
        return self.names[file] + ("#" + anchor if anchor else "")

    def picture(self, chapter, png):
        """Keep a plot beside the pages; return where."""
        self.pictures[chapter] += 1
        name = f"plots/{chapter}-{self.pictures[chapter]}.png"
        (self.folder / "plots").mkdir(exist_ok=True)
        (self.folder / name).write_bytes(png)
        return name

    def write(self):
        parts = [
            (part, chapters)
            for part, numbers in PARTS
            if (chapters := [each for each in self.chapters if each.number in numbers])
        ]
        template = Environment(loader=FileSystemLoader(WEB), trim_blocks=True, lstrip_blocks=True, autoescape=True)
        template = template.get_template("page.html")
        for place, page in enumerate([*self.chapters, *self.others]):
            following = self.chapters[place + 1 :][:1] if page.number is not None else []
            before = self.chapters[max(place - 1, 0) : place] if page.number is not None else []
            text = template.render(page=page, parts=parts, before=before, following=following)
            (self.folder / page.name).write_text(text, encoding="utf-8")
        found = [section for page in [*self.chapters, *self.others] for section in page.found]
        # A script and not JSON, for a page on a disk may load the one and not the other.
        index = json.dumps(found, ensure_ascii=False).replace("</", "<\\/")
        (self.folder / "sections.js").write_text(f"window.sections = {index};\n", encoding="utf-8")
        for name in FILES:
            shutil.copy(WEB / name, self.folder / name)
        for name in sorted(self.used) + list(COPIED):
            copy = self.folder / COPIED.get(name, name)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(self.root / name, copy)


@functools.cache
def lexer(language):
    return get_lexer_by_name(language)


def plain(text, between=""):
    """What a program printed, without the codes that colour a terminal."""
    return ESCAPES.sub("", between.join([text] if isinstance(text, str) else text))


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def attribute(tag, name):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def build(root, folder):
    """Write the pages of the course in `root` into `folder`, in place of what is there.

    Raises
    ------
    PagesError
        If there is something that no page can show; what was there is then left as it was.
    """
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        Site(root, new).write()
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def main(root=ROOT):
    try:
        build(root, root / "html")
    except PagesError as error:
        sys.exit(str(error))
    print("Written: html; open html/index.html in a browser.")


if __name__ == "__main__":
    main()
