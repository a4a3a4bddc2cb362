"""`make lab` to the first plot, against bare `jupyter lab` to an empty notebook. Aim: at most 2 s more.

The plot shows ten buns that steam one after another, then together: 1.1 s of its seconds are theirs. Both start with
a browser that is up, nothing in its cache, and end when the kernel is ready, or the plot is seen. It needs Chromium,
and Playwright, which `make test` installs.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import FLAGS, FRONT, choose, find_browser, lab, wait_for_kernel

ROUNDS = 5
AIM = 2  # seconds
EMPTY = "empty.ipynb"
PLOT = f"{FRONT} .jp-OutputArea-output [role=img]"


def bare():
    """The command that opens an empty notebook and nothing of the course."""
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    start = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{EMPTY}", *root]
    return [*start, "--no-browser", "--ip=127.0.0.1", "--port=0"]


def measure(play, command=None):
    """Seconds until the notebook is seen, its kernel is ready, and with `make lab` the first plot is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
        book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        nbformat.write(book, Path(folder, EMPTY))
        browser = play.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(300_000)
        start, seconds = time.perf_counter(), []
        with lab(Path(folder), {}, command) as address:
            seconds.append(time.perf_counter() - start)
            page.goto(address)
            page.wait_for_selector(f"{FRONT} .jp-CodeCell")
            seconds.append(time.perf_counter() - start)
            wait_for_kernel(page)
            seconds.append(time.perf_counter() - start)
            if not command:
                choose(page, "Run", "Run All Cells")
                page.wait_for_selector(PLOT)
                seconds.append(time.perf_counter() - start)
            browser.close()
    return seconds


def main():
    columns = ("server up", "notebook seen", "kernel ready", "first plot")
    print(f"{'':12}", *(f"{column:>14}" for column in columns))
    ends = {"jupyter lab": [], "make lab": []}
    with sync_playwright() as play:
        for _ in range(ROUNDS):
            ends["jupyter lab"].append(measure(play, bare()))
            ends["make lab"].append(measure(play))
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in ends.items()}
    for name, row in medians.items():
        print(f"{name:12}", *(f"{seconds:12.1f} s" for seconds in row))
    more = medians["make lab"][-1] - medians["jupyter lab"][-1]
    print(f"\nThe first plot comes {more:.1f} s after the empty notebook; the aim is {AIM} s at most.")
    return more > AIM


if __name__ == "__main__":
    sys.exit(main())
