"""What the tests in a browser look for, made on purpose: each fault is found, and what is no fault is not."""

import nbformat
import pytest

from tests.browser import faults, notebook_page, run_all_cells, set_theme

NOTEBOOK = "00_start_here.ipynb"
GOOD = [
    "import sys\n\nfrom IPython.display import HTML, Image, Javascript, display\n\nprint('a bun ' * 100)",
    "# " + "much to be scrolled " * 40,
]
BAD = {
    "pixels wide, with room for": "display(HTML('<div style=\"width: 5000px\">too long</div>'))",
    "console: burnt": "display(Javascript('console.error(\"burnt\")'))",
    "JavaScript: dropped": "display(Javascript('setTimeout(() => { throw new Error(\"dropped\") })'))",
    "404 for": "display(Image(url='nowhere.png', alt='a bun that nobody drew'))",
    "has a broken picture: a bun that nobody drew": "",
    "complains: smoke": "print('smoke', file=sys.stderr)",
    "has text of a contrast of only 1.0: salt on rice": "HTML('<b style=\"color: white\">salt on rice</b>')",
    "complains: ---": "1 / 0",
}
DARK = ("has text of a contrast of only 1.0: night in a sack", "HTML('<p style=\"color: #111\">night in a sack</p>')")
WAITING = ("waits for somebody to type: your order", "input('your order')")


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, full_of_faults) as page:
        yield page


def full_of_faults(book):
    sources = [*GOOD, DARK[1], *filter(None, BAD.values()), WAITING[1]]
    book.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return book


def test_each_fault_is_found(page):
    run_all_cells(page)
    page.wait_for_function("() => [...document.images].every(picture => picture.complete)")
    found = faults(page)
    for fault in BAD:
        assert any(fault in each for each in found), (fault, found)
    assert len([each for each in found if each.startswith("cell ")]) == 5, found
    set_theme(page, "dark")
    assert any(DARK[0] in each for each in faults(page))
    assert not any(DARK[0] in each or WAITING[0] in each for each in found)

    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".jp-Stdin-input")
    assert any(WAITING[0] in each for each in faults(page))
