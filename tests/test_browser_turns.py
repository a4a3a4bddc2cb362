"""The reader as the scheduler in a real browser: clicks lose a sale in chapter 1, and with a lock they cannot."""

import pytest

from tests.browser import assert_nothing_went_wrong, notebook_page, run_all_cells

NOTEBOOK = "01_share_memory_between_threads.ipynb"


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, only_the_turns) as page:
        yield page


def only_the_turns(book):
    """Of the chapter the imports, and the two cells with buttons."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    book.cells = [code[0], *[cell for cell in code if cell.source.rstrip().endswith("sales)")]]
    return book


def test_clicks_decide_who_goes_on(page):
    run_all_cells(page)
    unlocked, locked = (page.locator(".widget-vbox").nth(number) for number in (0, 1))

    def click(desk, letters, after=0):
        for count, letter in enumerate(letters[after:], after + 1):
            desk.locator(f".jupyter-button:text-is('{letter} runs a line')").click()
            desk.locator(f".widget-label:has-text('schedule'):has-text('{letters[:count]}')").wait_for()

    click(unlocked, "ABAB")
    unlocked.locator(".widget-label:has-text('All have come to their end')").wait_for()
    assert "sold: 1" in unlocked.inner_text()
    unlocked.locator(".jupyter-button:text-is('Start again')").click()
    unlocked.locator(".widget-label:has-text('Who begins?')").wait_for()

    click(locked, "AB")
    assert "waits" in locked.inner_text()
    click(locked, "ABAAABBB", after=2)
    locked.locator(".widget-label:has-text('All have come to their end')").wait_for()
    assert "sold: 2" in locked.inner_text()
    assert_nothing_went_wrong(page)
