"""The client of chapter 9 that waits for somebody to type, in a real browser: answered, restarted, walked out on."""

import pytest

from tests.browser import (
    ASKS,
    FRONT,
    PROMPTS,
    STOP,
    assert_nothing_went_wrong,
    cell,
    notebook_page,
    restart_and_run_all,
    run_all_cells,
    run_cell,
    type_over,
    wait_for_end,
    wait_for_kernel,
)

NOTEBOOK = "09_talk_over_sockets.ipynb"
SWITCH, TYPED, CLIENT = 4, 5, 6  # places of code cells


def only_the_client(book):
    """Of the chapter the shop and what the client needs."""
    wanted = ("import contextlib", "%load_ext", "%%isolated --gevent --background shop", "def lines(")
    last = ("TYPE_YOURSELF = ", "def typed(", "orders = typed()")
    code = [cell for cell in book.cells if cell.cell_type == "code" and not cell.metadata.get("tags")]
    book.cells = [next(cell for cell in code if cell.source.startswith(begins)) for begins in (*wanted, *last)]
    return book


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, only_the_client) as page:
        yield page


def answer(page, text):
    box = page.wait_for_selector(ASKS)
    box.fill(text)
    box.press("Enter")
    box.wait_for_element_state("hidden")  # or what is typed next might go into this one


def ask_for(page, order):
    answer(page, order)
    wait_for_words(page, f"the shop says: '{order}'")


def wait_for_words(page, text):
    page.wait_for_selector(f"{FRONT} .jp-OutputArea-output:has-text({text!r})")


def test_a_cell_that_asks_is_answered_and_asks_again_after_a_restart(page):
    run_all_cells(page)
    assert_nothing_went_wrong(page)
    wait_for_words(page, "the shop says: 'one tea'")

    type_over(page, SWITCH, "TYPE_YOURSELF = True")
    for number in (SWITCH, TYPED, CLIENT):
        run_cell(page, number)
    for order in ("three lotus buns", "包子"):
        ask_for(page, order)
    answer(page, "")
    wait_for_end(page)
    assert "*" not in page.evaluate(PROMPTS)[CLIENT]
    assert "one tea" not in cell(page, CLIENT).locator(".jp-OutputArea").inner_text()
    assert_nothing_went_wrong(page)

    restart_and_run_all(page)
    ask_for(page, "the bill")
    answer(page, "")
    wait_for_end(page)
    assert_nothing_went_wrong(page)

    # Who leaves the page while it asks, and comes back, finds no box; the kernel still waits, and ■ frees it.
    run_cell(page, CLIENT)
    page.wait_for_selector(ASKS)
    page.reload()
    page.wait_for_selector(f'{FRONT} .jp-Notebook-ExecutionIndicator[data-status="unknown"]')
    assert not page.locator(ASKS).count()
    page.click(STOP)
    wait_for_kernel(page)
    run_cell(page, CLIENT)
    ask_for(page, "one tea")
    answer(page, "")
    wait_for_end(page)
    assert_nothing_went_wrong(page)
