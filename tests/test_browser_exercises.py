"""An exercise of chapter 0 in a real browser: untouched, wrong, stopped by ■, right; then its solution unfolded."""

import json

import pytest

from tests.browser import (
    COMPLAINTS,
    FRONT,
    PROMPTS,
    STOP,
    cell,
    faults,
    notebook_page,
    run_cell,
    type_over,
    wait_for_kernel,
)

NOTEBOOK = "00_start_here.ipynb"
IMPORTS, STARTER, SOLUTION = 0, 1, 2  # places of code cells
WRONG = "def time_together(waits):\n    return min(waits)\n\n\ncheck('00.2', time_together)"
ENDLESS = "def time_together(waits):\n    while True:\n        pass\n\n\ncheck('00.2', time_together)"
RIGHT = "def time_together(waits):\n    return max(waits, default=0)\n\n\ncheck('00.2', time_together)"


def only_one_exercise(book):
    """Of the chapter its imports, and exercise 00.2."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    book.cells = [code[0], *(cell for cell in code if 'check("00.2"' in cell.source)]
    return book


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, only_one_exercise) as page:
        wait_for_kernel(page)
        yield page


def wait_for_verdict(page, number, begins):
    page.wait_for_function(
        f"([number, begins]) => [...document.querySelectorAll('{FRONT} .jp-CodeCell')][number]"
        ".querySelector('.jp-OutputArea').innerText.trim().startsWith(begins) && "
        f"/\\d/.test({PROMPTS}[number])",
        arg=[number, begins],
    )


def test_an_exercise_from_its_starter_to_its_solution(page, tmp_path):
    run_cell(page, IMPORTS)
    run_cell(page, STARTER)
    wait_for_verdict(page, STARTER, "✘ 00.2: ")
    type_over(page, STARTER, WRONG)
    run_cell(page, STARTER)
    wait_for_verdict(page, STARTER, "✘ 00.2: ")
    assert faults(page) == []

    type_over(page, STARTER, ENDLESS)
    run_cell(page, STARTER)
    page.wait_for_selector(f"{FRONT} .jp-OutputArea-output:has-text('To stop it, press ■')")
    page.click(STOP)
    page.wait_for_selector(f"{COMPLAINTS}:has-text('you stopped the check. It was at line')")
    assert "To stop it" not in cell(page, STARTER).inner_text()

    type_over(page, STARTER, RIGHT)
    run_cell(page, STARTER)
    wait_for_verdict(page, STARTER, "✔ 00.2: ")
    kept = [json.loads(line) for line in (tmp_path / "memory.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["name"], line["right"]) for line in kept] == [("00.2", False), ("00.2", True)]

    solution = cell(page, SOLUTION)
    assert not solution.locator(".cm-content").is_visible()
    solution.locator(".jp-InputPlaceholder").click()  # the three dots
    assert "# Solution" in solution.locator(".cm-content").inner_text()
    run_cell(page, SOLUTION)
    wait_for_verdict(page, SOLUTION, "✔ 00.2, the solution: ")
    assert faults(page) == []
