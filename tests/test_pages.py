"""The course as pages: links lead somewhere, solutions are folded, plots have words, and the search finds things."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, PATIENCE, find_browser
from tools import pages
from tools.pages import ROOT

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Seen(HTMLParser):
    """What a page has: ids, links, pictures, and the text inside and outside of folded solutions."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded, self.pictures, self.solutions = [], [], [], [], []
        self.details, self.depth, self.text = [], 0, ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag == "a":
            self.links.append(attributes["href"])
        elif link := attributes.get("src", attributes.get("href")):
            self.loaded.append(link)
        if tag == "img":
            self.pictures.append(attributes)
        if tag == "details":
            self.details.append(attributes)
            self.depth += 1
            if "solution" in attributes.get("class", ""):
                self.solutions.append("")

    def handle_endtag(self, tag):
        self.depth -= tag == "details"

    def handle_data(self, data):
        if self.depth and self.solutions:
            self.solutions[-1] += data
        elif not self.depth:
            self.text += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "html"
    pages.build(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def site(folder):
    return {path.name: Seen(path) for path in sorted(folder.glob("*.html"))}


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def tagged(path, tag):
    return [cell for cell in cells(path, "code") if tag in cell["metadata"].get("tags", [])]


def squeezed(text):
    return "".join(text.split())


def test_every_link_leads_to_a_page_and_a_heading_of_it(site, folder):
    assert set(site) == {f"{path.stem}.html" for path in CHAPTERS} | set(pages.OTHERS.values())
    dead = []
    for name, page in site.items():
        assert len(set(page.ids)) == len(page.ids), name
        for link in page.links + page.loaded:
            target, _, anchor = link.partition("#")
            if re.match(r"https?:|data:", link):
                continue
            if (target and not (folder / target).is_file()) or (anchor and anchor not in site[target or name].ids):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_pages_load_nothing_from_elsewhere_and_nothing_is_left_over(site, folder):
    loaded = {link for page in site.values() for link in page.loaded}
    assert [link for link in loaded if ":" in link] == ["data:,"]
    assert set(site["index.html"].links) >= {"license.txt", "license-text.txt", "00_start_here.html", "words.html"}
    used = loaded | {link.partition("#")[0] for page in site.values() for link in page.links} | {"sections.js"}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} <= used


def test_solutions_are_folded_and_nothing_else_shows_or_finds_them(site, folder):
    index = squeezed((folder / "sections.js").read_text(encoding="utf-8"))
    for path in CHAPTERS:
        page, solutions = site[f"{path.stem}.html"], tagged(path, "solution")
        assert not any("open" in details for details in page.details)
        assert len(page.solutions) == len(solutions)
        for shown, cell in zip(page.solutions, solutions, strict=True):
            source = squeezed("".join(cell["source"]))
            assert source in squeezed(shown)
            assert source not in squeezed(page.text)
            assert json.dumps(source, ensure_ascii=False)[1:-1] not in index
        assert f"✘ {path.name[:2]}." not in page.text  # the verdict on a starter, and with it the hint


def test_everything_else_that_a_notebook_says_is_on_its_page(site):
    for path in CHAPTERS:
        text = squeezed(site[f"{path.stem}.html"].text)
        for cell in cells(path, "code"):
            source = "".join(cell["source"])
            if "solution" not in cell["metadata"].get("tags", []) and not pages.PREDICTION.fullmatch(source):
                assert squeezed(source) in text, f"{path.name}: {source[:60]}"
        plots = [out for cell in cells(path, "code") for out in cell["outputs"] if "image/png" in out.get("data", {})]
        assert sum("plot" in picture.get("class", "") for picture in site[f"{path.stem}.html"].pictures) == len(plots)


def test_every_picture_has_words_in_its_place_and_no_page_names_this_machine(site, folder):
    assert [picture for page in site.values() for picture in page.pictures if not picture.get("alt")] == []
    for path in [*folder.glob("*.html"), *folder.glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text and str(folder) not in text
        assert len(Path.home().parts) < 3 or str(Path.home()) not in text


def test_the_search_finds_a_word_and_the_theme_is_remembered(folder):
    path = find_browser()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page.set_default_timeout(PATIENCE * 1000)
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.goto((folder / "index.html").as_uri())  # a page on a disk: no server anywhere
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.keyboard.press("/")
        page.keyboard.type("deadlok")  # a letter is missing
        first = page.locator("#results a").first
        assert "deadlock" in first.inner_text().lower()
        first.click()
        page.wait_for_url("**/*.html#*")
        wanted = page.evaluate("decodeURIComponent(location.hash.slice(1))")
        top = page.evaluate("name => document.getElementById(name).getBoundingClientRect().top", wanted)
        assert 0 <= top < 400
        assert page.locator(".chapters").evaluate("details => details.open") is False
        page.click("#theme")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        for chapter in CHAPTERS[::5]:
            page.goto((folder / f"{chapter.stem}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, chapter.name
        page.keyboard.press("/")
        page.keyboard.type("steamedbunthatnobodybakes")
        page.wait_for_selector("#results p")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.wait_for_function("document.querySelector('.chapters').open")
        browser.close()
    assert faults == []


@pytest.fixture
def course(tmp_path):
    """A course of one chapter, with pages of an earlier time."""
    (tmp_path / "notebooks").mkdir()
    shutil.copy(CHAPTERS[0], tmp_path / "notebooks")
    for name in pages.OTHERS:
        (tmp_path / name).write_text("# Buns\n\n[Start](notebooks/00_start_here.ipynb)\n", encoding="utf-8")
    for name in pages.COPIED:
        (tmp_path / name).touch()
    shutil.copytree(ROOT / "images", tmp_path / "images")
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("old", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            r"](01_share_memory_between_threads.ipynb",
            "](99_eat.ipynb",
            r"^00_\S+ links to 99_eat.ipynb, which is on no page.$",
        ),
        ('"alt":', '"old":', r"^00_\S+ has a plot without a title or labels, so without words in its place.$"),
        ("# 0. Start here", "# Start here", r"^00_\S+ has no title or no promise in its first cell: see `make map`.$"),
    ],
)
def test_what_no_page_can_show_is_one_sentence_and_the_old_pages_stay(course, old, new, sentence):
    chapter = course / "notebooks" / CHAPTERS[0].name
    text = re.sub(r"\]\((?!0[01]_|#|https?:)[^)]*\)", "](https://bun.example)", chapter.read_text(encoding="utf-8"))
    text = re.sub(r"\]\(0[2-9]_\w+.ipynb|\]\([12]\d_\w+.ipynb", "](00_start_here.ipynb", text)
    if "99" not in new:
        text = text.replace("](01_share_memory_between_threads.ipynb", "](00_start_here.ipynb")
    assert old in text
    chapter.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit, match=sentence):
        pages.main(root=course)
    assert [path.name for path in course.glob("html*")] == ["html"]
    assert (course / "html" / "index.html").read_text(encoding="utf-8") == "old"
