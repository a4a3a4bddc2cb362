"""A notebook in a real JupyterLab in a real browser, for tests that click as a reader does."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "00_start_here.ipynb"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Containers have no sandbox and no graphics card, and a test asks nothing of the internet.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--no-proxy-server"]
PATIENCE = 300  # seconds for anything that a busy machine may delay

SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
}
# Of each code cell: "[ ]:" not run, "[*]:" running or queued, "[3]:" run, "" folded.
PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)"
ERRORS = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'
STDERR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'


def find_browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if "chromium" in os.environ.get("COURSE_REQUIRE", "").split():
        pytest.fail("COURSE_REQUIRE asks for chromium and there is none in the PATH: install it.")
    pytest.skip("There is no Chromium in the PATH; install it to try the course in a real JupyterLab.")


@contextlib.contextmanager
def notebook_page(folder, notebook, shortened=None):
    """A browser's page of JupyterLab with a notebook of the desk, which `shortened`, if given, has cut before."""
    browser_path = find_browser()
    if shortened:
        (folder / "desk").mkdir()
        nbformat.write(shortened(nbformat.read(ROOT / "notebooks" / notebook, 4)), folder / "desk" / notebook)
    with lab(folder) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(address if notebook == FIRST_NOTEBOOK else address.replace("/?", f"/lab/tree/desk/{notebook}?"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        yield page
        browser.close()


@contextlib.contextmanager
def lab(folder):
    """JupyterLab at a desk in that folder, as `make lab` starts it: yields its address with its token."""
    for plugin, values in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    stamp = folder / "installed"
    stamp.touch()
    arguments = "--no-browser --ip=127.0.0.1 --port=0"
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            # This Python stands in for the one that make would install, and the stamp says that it did.
            ["make", "lab", f"PYTHON_HERE={sys.executable}", f"LEARNER={stamp}", f"ARGS={arguments}"],
            cwd=ROOT,
            env={
                **os.environ,
                "COURSE_HOME": str(folder),
                "COURSE_MEMORY": "",  # the one that lies there
                "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
                "JUPYTER_CONFIG_DIR": str(folder / "config"),
                "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
                "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield find_address(server, folder)
    finally:
        family = psutil.Process(server.pid).children(recursive=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)
        _, left = psutil.wait_procs(family, timeout=60)
        for process in left:
            process.kill()


def find_address(server, folder):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        for file in folder.glob("runtime/jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                found = json.loads(file.read_text())
                return f"http://127.0.0.1:{found['port']}/?token={found['token']}"
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")


def run_all_cells(page):
    """Click until something happens: a click before the kernel listens is lost, or asks which kernel to take."""
    page.wait_for_selector(".jp-Toolbar-kernelName:has-text('Python 3')")
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(PlaywrightTimeout):
            question = page.locator(".jp-Dialog .jp-mod-accept")
            if question.count():
                question.click(timeout=15_000)
            page.click(".lm-MenuBar-itemLabel:text-is('Run')", timeout=15_000)
            page.click(".lm-Menu-itemLabel:text-is('Run All Cells')", timeout=15_000)
            page.wait_for_function(f"() => {PROMPTS}.some(text => /[0-9*]/.test(text))", timeout=5000)
            break
    with contextlib.suppress(PlaywrightTimeout):  # the assertions that follow say what is amiss
        page.wait_for_function(
            f"() => {PROMPTS}.every(text => !/[ *]/.test(text)) || document.querySelector('{ERRORS}')"
        )


def assert_nothing_went_wrong(page):
    assert page.locator(ERRORS).all_inner_texts() == []
    assert page.locator(STDERR).all_inner_texts() == []
