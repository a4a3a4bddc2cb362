"""The buttons of chapter 12 in a real browser: a click becomes an event, and the sign says what the loop has done."""

import pytest

from tests.browser import assert_nothing_went_wrong, notebook_page, run_all_cells

NOTEBOOK = "12_drive_a_program_by_events.ipynb"


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, only_the_buttons) as page:
        yield page


def only_the_buttons(book):
    """Of the chapter the imports, and all from the cell that defines Event to the one that shows the buttons."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    first = next(index for index, cell in enumerate(code) if "class Event:" in cell.source)
    last = next(index for index, cell in enumerate(code) if "VBox([" in cell.source)
    book.cells = [code[0], *code[first : last + 1]]
    return book


def test_a_click_becomes_an_event(page):
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
    assert_nothing_went_wrong(page)
