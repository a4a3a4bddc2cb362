"""The buttons of chapter 7 in a real browser: a click becomes an event, and the sign says what the loop has done."""

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from tests.test_browser import ERRORS, FLAGS, PATIENCE, ROOT, STDERR, find_browser, lab, run_all_cells

NOTEBOOK = "notebooks/07_choose_a_server_model.ipynb"


def cells_with_buttons():
    """The imports, and all from the cell that defines Event to the one that shows the buttons."""
    cells = [cell for cell in nbformat.read(ROOT / NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    first = next(index for index, cell in enumerate(cells) if "class Event:" in cell.source)
    last = next(index for index, cell in enumerate(cells) if "VBox([" in cell.source)
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    return [cells[0], *cells[first : last + 1]]


@pytest.fixture
def page(tmp_path):
    browser_path = find_browser()
    with lab(tmp_path) as address, sync_playwright() as play:
        book = nbformat.v4.new_notebook(cells=cells_with_buttons())
        book.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        nbformat.write(book, tmp_path / NOTEBOOK)
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(address.replace("/?", f"/lab/tree/{NOTEBOOK}?"))
        yield page
        browser.close()


def test_a_click_becomes_an_event(page):
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    run_all_cells(page)
    for button, sign in (
        ("pork", "in the basket: pork; sold: 0"),
        ("lotus", "in the basket: pork, lotus; sold: 0"),
        ("Enter", "in the basket: nothing; sold: 1"),
        ("lotus", "in the basket: lotus; sold: 1"),
        ("Escape", "in the basket: nothing; sold: 1"),
    ):
        page.click(f".jupyter-button:text-is('{button}')")
        page.wait_for_selector(f".widget-label:text-is('{sign}')")
    assert page.locator(ERRORS).all_inner_texts() == []
    assert page.locator(STDERR).all_inner_texts() == []
