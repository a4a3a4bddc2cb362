"""A prediction of chapter 3 in a real browser: guess by a click, see below the experiment how it was, and come back."""

import json

import pytest

from exercises import predictions
from tests.browser import PROMPTS, assert_nothing_went_wrong, notebook_page, run_all_cells

NOTEBOOK = "03_pause_functions_with_yield.ipynb"
ASKING, EXPERIMENT, END = 2, 3, 4  # places of code cells
RIGHT = predictions()["03.a"]["right"]
WRONG = "a" if RIGHT == "b" else "b"
TEXTS = "[...document.querySelectorAll('.jp-CodeCell')].map(cell => cell.innerText)"


def only_the_first_prediction(book):
    """Of the chapter all up to the experiment, and its last cell of code."""
    last = next(index for index, cell in enumerate(book.cells) if cell.source.startswith("bun = steam()"))
    end = next(cell for cell in book.cells if cell.source.startswith("progress("))
    book.cells = [*book.cells[: last + 1], end]
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return book


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, only_the_first_prediction) as page:
        page.wait_for_selector(".jp-Toolbar-kernelName:has-text('Python 3')")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        yield page


def run_cell(page, number):
    page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(f"number => /\\d/.test({PROMPTS}[number])", arg=number)


def wait_for_text(page, number, text):
    page.wait_for_function(f"([number, text]) => {TEXTS}[number].includes(text)", arg=[number, text])


def test_a_click_is_told_below_the_experiment_and_remembered_after_a_restart(page, tmp_path):
    for number in range(ASKING + 1):
        run_cell(page, number)
    page.click(f".jupyter-button:text-is('{WRONG}')")
    page.wait_for_selector(f".jupyter-button.mod-primary:text-is('{WRONG}')")
    assert "✘" not in "".join(page.evaluate(TEXTS))
    run_cell(page, EXPERIMENT)
    wait_for_text(page, EXPERIMENT, f"you guessed ({WRONG}); it is ({RIGHT}).")

    page.click(f".jupyter-button:text-is('{RIGHT}')")  # for curiosity: it is told at once, and counts for nothing
    wait_for_text(page, ASKING, f"you guessed ({RIGHT}), and so it is.")
    kept = [json.loads(line) for line in (tmp_path / "memory.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["name"], line.get("guess"), line.get("right")) for line in kept] == [
        ("03.a", WRONG, None),
        ("03.a", None, False),
    ]

    page.click(".lm-MenuBar-itemLabel:text-is('Kernel')")
    page.click(".lm-Menu-itemLabel:text-is('Restart Kernel and Clear Outputs of All Cells…')")
    page.click(".jp-Dialog .jp-mod-accept")
    page.wait_for_function(f"() => !{TEXTS}.some(text => text.includes('you guessed'))")
    run_all_cells(page)
    page.wait_for_selector(f".jupyter-button.mod-primary:text-is('{WRONG}')")
    wait_for_text(page, EXPERIMENT, f"you guessed ({WRONG}); it is ({RIGHT}).")
    wait_for_text(page, END, "wrong: a")
    assert_nothing_went_wrong(page)

    page.click("a:text-is('4. Schedule them yourself')")  # the way on
    page.wait_for_selector(".lm-TabBar-tab.lm-mod-current:has-text('04_schedule')")
