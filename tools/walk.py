"""Every chapter in a real JupyterLab, with nobody there: Run All to its end, and what a browser finds wrong with it.

    python -m tools.walk                         all chapters
    python -m tools.walk 03 12                   these
    python -m tools.walk --pictures FOLDER 03    and keep what was seen, in both themes, on small and large screens

A chapter fails if a cell waits for somebody, complains or does not run, if the browser reports an error, or if
anything is broken, too wide or too pale in either theme. It takes longer than a test may, so a workflow does it weekly.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Error

from tests.browser import (
    FRONT,
    ROOT,
    THEMES,
    choose,
    faults,
    forget_what_was_heard,
    notebook_page,
    run_all_cells,
    set_theme,
    what_did_not_run,
)

WIDTHS = (1280, 1920)
LOW, TALL = 800, 4000  # pixels of a window; for pictures a chapter takes several tall ones
IN_FRONT = "#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current"
SCROLLED = f"document.querySelector('{FRONT} .jp-WindowedPanel-outer')"


def walk(page, notebook, pictures=None):
    """Open a chapter, run it, yield what is wrong with it, a sentence each, and close it."""
    if not page.locator(f"{IN_FRONT}:has-text('{notebook}')").count():
        choose(page, "File", "Open from Path…")
        page.fill(".jp-Dialog input", f"desk/{notebook}")
        page.click(".jp-Dialog .jp-mod-accept")
        page.wait_for_selector(f"{IN_FRONT}:has-text('{notebook}')")
    page.wait_for_selector(f"{FRONT} .jp-CodeCell")
    forget_what_was_heard(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": LOW})
    run_all_cells(page)
    yield from what_did_not_run(page)
    told = set()
    for theme in THEMES:
        set_theme(page, theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": TALL if pictures else LOW})
            page.wait_for_timeout(500)  # a page has no event for "all is where it will stay"
            new = [fault for fault in faults(page) if fault not in told]
            yield from (f"{theme}, {width} pixels: {fault}" for fault in new)
            told.update(new)
            if pictures:
                keep(page, pictures / f"{notebook[:2]}_{theme}_{width}")
    choose(page, "File", "Save Notebook")
    choose(page, "Kernel", "Shut Down Kernel")
    page.wait_for_selector(f"{FRONT} .jp-Toolbar-kernelName:has-text('No Kernel')")
    choose(page, "File", "Close Tab")


def keep(page, path):
    height, seen = page.evaluate(f"[{SCROLLED}.scrollHeight, {SCROLLED}.clientHeight]")
    for part, top in enumerate(range(0, height, seen)):
        page.evaluate(f"top => {{ {SCROLLED}.scrollTop = top }}", top)
        page.wait_for_timeout(200)
        page.screenshot(path=f"{path}_{part:02}.jpg", quality=70)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chapters", nargs="*", help="their numbers; none: all")
    parser.add_argument("--pictures", type=Path, help="a folder for what was seen")
    options = parser.parse_args(arguments)
    notebooks = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    chosen = [name for name in notebooks if not options.chapters or name.startswith(tuple(options.chapters))]
    if not chosen:
        parser.error("there is no such chapter")
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, notebook_page(Path(folder), chosen[0]) as page:
        for notebook in chosen:
            start, found = time.monotonic(), []
            try:
                found.extend(walk(page, notebook, options.pictures))
            except Error as error:
                found.append(str(error))
            failed += bool(found)
            sign = "✘" if found else "✔"
            print(f"{sign} {notebook} {time.monotonic() - start:.0f} s", *found, sep="\n    ", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
