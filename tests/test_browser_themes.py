"""Plots and verdicts in a real browser: they follow the theme of the page, cards unfold, timelines are replayed."""

import nbformat
import pytest

from tests.browser import (
    FRONT,
    assert_nothing_went_wrong,
    notebook_page,
    run_all_cells,
    set_theme,
    wait_for_kernel,
)

NOTEBOOK = "00_start_here.ipynb"
CELLS = [
    "from helpers import check, plot_bars\n\nplot_bars({'one': 2.0, 'two': 0.2}, title='Buns')",
    "from helpers import Timeline, span\n\nwith Timeline() as baked, span('bun'):\n    pass\nbaked.plot()",
    "check('00.2', lambda waits: print('<b>', '$x$ $y$') or sum(waits))",
    "check('00.2', lambda waits: max(waits, default=0))",
    "import time\n\n\ndef steamed(waits):\n    time.sleep(600)\n\n\ncheck('00.2', steamed)",
]
PROSE = "Buns " * 60 + "\n\n|bun|filling|\n|---|---|\n|baozi|pork|\n"
PLOT, CARDS = ".course-live[role=img]", ".course-live:not([role])"
LINE = """document.querySelector('[id*="sweep: "]')"""
# Of the ground that is seen behind an element, of its text, and of the plot's axis, as lists of red, green and blue.
COLOURS = """() => {
    const seen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = colour => {
        seen.clearRect(0, 0, 1, 1);
        seen.fillStyle = colour;
        seen.fillRect(0, 0, 1, 1);
        return [...seen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const style = (element, name) => rgb(getComputedStyle(document.querySelector(element))[name]);
    return {
        ground: rgb(getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')),
        text: style('.course-live:not([role]) p', 'color'),
        title: style('.course-live svg', 'fill'),
        axis: style('.course-live use[style*=stroke]', 'stroke'),
        bar: style('.course-live [id$=patch_3] path', 'fill'),
    };
}"""


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, NOTEBOOK, shortened) as page:
        yield page


def shortened(book):
    solution = next(cell for cell in book.cells if 'check("00.2"' in cell.source and "Solution" in cell.source)
    prose = nbformat.v4.new_markdown_cell(PROSE)
    book.cells = [*map(nbformat.v4.new_code_cell, CELLS), solution, prose]
    return book


def brightness(colour):
    return sum(colour) / 3


def test_plots_and_cards_are_at_home_in_every_theme(page):
    run_all_cells(page)
    assert_nothing_went_wrong(page)
    light = page.evaluate(COLOURS)
    assert page.locator(PLOT).first.get_attribute("aria-label") == "Buns. time. one 2 s, two 200 ms."
    set_theme(page, "dark")
    dark = page.evaluate(COLOURS)
    for part in ("text", "title", "axis", "bar"):
        assert brightness(light["ground"]) - brightness(light[part]) > 80, part
        assert brightness(dark[part]) - brightness(dark["ground"]) > 70, part

    wrong, right, endless, solved = (page.locator(CARDS).nth(place) for place in range(4))
    page.wait_for_function(f"() => document.querySelectorAll('{CARDS}').length === 4")
    assert wrong.locator("p").first.inner_text().startswith("✘ 00.2:")
    assert wrong.locator("pre").first.inner_text() == "<b> $x$ $y$"
    assert right.locator("p").first.inner_text().startswith("✔ 00.2:")
    assert "was cut off, at line" in endless.inner_text()
    assert "To stop it" not in page.locator(".jp-Notebook").inner_text()
    assert solved.locator("p").first.inner_text().startswith("✔ 00.2, the solution:")
    assert solved.locator("details").count() == 0
    assert right.locator("details").count() == 1
    for summary in ("Hint", "Show the solution"):
        folded = wrong.locator(f"details:has(summary:text-is('{summary}'))")
        assert folded.bounding_box()["height"] < 40
        folded.locator("summary").click()
        assert folded.bounding_box()["height"] > 40
    assert "def time_together(waits):" in wrong.inner_text()

    assert page.evaluate(f"getComputedStyle({LINE}).visibility") == "hidden"
    start = page.evaluate(f"{LINE}.getBoundingClientRect().x")
    page.locator(f"{PLOT} [id$=replay]").click()
    page.wait_for_function(
        f"start => {LINE}.getBoundingClientRect().x > start + 20 && getComputedStyle({LINE}).visibility === 'visible'",
        arg=start,
    )


# Those of them that are drawn: JupyterLab takes cells out of the page while it lays them out anew, and the far ones.
WIDE = """parts => {
    const drawn = parts.map(part => [...document.querySelectorAll(part)].find(each => each.getClientRects().length));
    const [code, ...others] = drawn.map(each => each && each.getBoundingClientRect());
    return code && code.width > 1200 && others.every(Boolean) && others;
}"""


def test_lines_of_prose_end_on_a_wide_screen(page):
    wait_for_kernel(page)  # JupyterLab takes a minute to end while a kernel starts
    page.set_viewport_size({"width": 1920, "height": 1000})
    parts = (".jp-CodeCell .jp-Editor", ".jp-MarkdownOutput p", ".jp-MarkdownOutput table")
    drawn = page.wait_for_function(WIDE, arg=[f"{FRONT} {part}" for part in parts])
    prose, table = drawn.json_value()
    assert 900 > prose["width"] > 600
    assert abs(table["x"] - prose["x"]) < 10
