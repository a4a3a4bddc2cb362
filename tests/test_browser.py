"""A reader's first minute, in a real browser: `make lab`, run all cells of chapter 0, move its sliders."""

import pytest

from tests.browser import (
    FIRST_NOTEBOOK,
    PROMPTS,
    assert_nothing_went_wrong,
    notebook_page,
    run_all_cells,
    what_did_not_run,
)


@pytest.fixture
def page(tmp_path):
    with notebook_page(tmp_path, FIRST_NOTEBOOK) as page:
        yield page


def test_first_minute(page):
    assert page.url.partition("?")[0].endswith(f"/lab/tree/desk/{FIRST_NOTEBOOK}")

    run_all_cells(page)
    assert_nothing_went_wrong(page)
    assert what_did_not_run(page) == []
    assert page.evaluate(PROMPTS).count("") > 0

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
