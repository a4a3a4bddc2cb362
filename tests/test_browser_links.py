"""The links of a chapter, clicked at the desk as a reader finds it: the chapters beside it, the map, the words."""

import re

import pytest

from tests.browser import (
    FIRST_NOTEBOOK,
    FRONT,
    PATIENCE,
    PlaywrightTimeout,
    assert_nothing_went_wrong,
    notebook_page,
    wait_for_kernel,
)

CHAPTER = "05_switch_by_hand_with_greenlet.ipynb"
TAB = "#jp-main-dock-panel .lm-TabBar-tab"
# Both edges of a title are on the screen.
SEEN = (
    f"() => [...document.querySelectorAll('{FRONT} h2')].some(title => title.textContent.startsWith('0.6')"
    " && title.getBoundingClientRect().top >= 0 && title.getBoundingClientRect().bottom <= innerHeight)"
)


@pytest.fixture
def page(tmp_path):
    # With a reader's settings, not the tests' own: where a link goes depends on which cells are in the page.
    with notebook_page(tmp_path, CHAPTER, settings={}) as page:
        wait_for_kernel(page)
        yield page


def follow(page, link, name, last=False):
    """Click the first or last link of that text in the notebook in front, and see the file of that name come up."""
    links = page.locator(f"{FRONT} .jp-RenderedMarkdown a").filter(has_text=re.compile(link))
    (links.last if last else links.first).click()
    page.wait_for_selector(f"{TAB}.lm-mod-current:has-text('{name}')")


def go_back(page):
    page.locator(TAB).filter(has_text=CHAPTER).click()
    page.wait_for_selector(f"{TAB}.lm-mod-current:has-text('{CHAPTER}')")


def see_the_map(page):
    """Follow the link to the map of all chapters in a notebook that is not open yet.

    JupyterLab opens it and then goes there. On a busy machine it may forget the latter: close it, and once more.
    """
    for seconds in (60, 60, PATIENCE):
        follow(page, "^Contents$", FIRST_NOTEBOOK)
        try:
            return page.wait_for_function(SEEN, timeout=1000 * seconds)
        except PlaywrightTimeout:
            if seconds == PATIENCE:
                raise
        page.locator(TAB).filter(has_text=FIRST_NOTEBOOK).locator(".lm-TabBar-tabCloseIcon").click()
        go_back(page)


def test_links_of_a_chapter(page):
    see_the_map(page)
    follow(page, "^All terms$", "WORDS.md")
    go_back(page)
    for last in (False, True):
        for link, name in (("^← 4. ", "04_schedule_them_yourself.ipynb"), (" →$", "06_switch_on_io_with_gevent.ipynb")):
            follow(page, link, name, last)
            page.wait_for_selector(f"{FRONT} .jp-CodeCell")
            go_back(page)
    assert_nothing_went_wrong(page)
