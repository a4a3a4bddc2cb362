"""A reader's first minute, in a real browser: `make lab`, run all cells of chapter 0, move its sliders."""

import pytest

from tests.browser import FIRST_NOTEBOOK, PROMPTS, assert_nothing_went_wrong, notebook_page, run_all_cells


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, FIRST_NOTEBOOK) as page:
        yield page


def test_first_minute(page):
    assert page.url.partition("?")[0].endswith(f"/lab/tree/desk/{FIRST_NOTEBOOK}")

    run_all_cells(page)
    assert_nothing_went_wrong(page)
    prompts = page.evaluate(PROMPTS)
    assert all(prompt in ("", f"[{count}]:") for count, prompt in enumerate(prompts, start=1)), prompts
    folded = prompts.count("")
    assert folded > 0
    # A folded solution has run when its verdict is there.
    page.wait_for_function(
        "([verdicts, folded]) => [...document.querySelectorAll(verdicts)]"
        ".filter(verdict => /✔.*, the solution:/.test(verdict.innerText)).length === folded",
        arg=[".jp-OutputArea-output", folded],
    )

    controls = page.locator(".widget-interact")
    plot = controls.locator(".widget-output [role=img]")
    for slider in ("tasks", "latency"):
        handle = controls.locator(f'.widget-hslider:has(.widget-label:text("{slider}")) .noUi-handle')
        for move in (press_a_key, drag_to_the_left):
            before = plot.get_attribute("aria-label")
            move(page, handle)
            page.wait_for_function(
                "before => { const plot = document.querySelector('.widget-interact .widget-output [role=img]');"
                " return plot && plot.ariaLabel !== before; }",
                arg=before,
            )
    assert_nothing_went_wrong(page)


def press_a_key(page, handle):
    handle.press("ArrowRight")


def drag_to_the_left(page, handle):
    handle.hover()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=5)
    page.mouse.up()
