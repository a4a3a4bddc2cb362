"""A notebook in a real JupyterLab in a real browser, for tests that click as a reader does."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from backstage.pages import MARK

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "00_start_here.ipynb"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Containers have no sandbox and no graphics card, and a test asks nothing of the internet.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--no-proxy-server"]
PATIENCE = 300  # seconds for anything that a busy machine may delay, one cell of a chapter included

SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
}
FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # the notebook that is seen; others may lie behind it
# Of each code cell: "[ ]:" not run, "[*]:" running or queued, "[3]:" run, "" folded.
PROMPTS = f"[...document.querySelectorAll('{FRONT} .jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)"
# Where a cell complains, by an error or on stderr: both come in the same clothes.
COMPLAINTS = f'{FRONT} .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
ASKS = f"{FRONT} .jp-Stdin-input"  # the box of a cell that waits for somebody to type
STOP = f"{FRONT} .jp-Toolbar [data-command='notebook:interrupt-kernel']"  # the button ■
FAULTS = (ROOT / "tests" / "faults.js").read_text(encoding="utf-8")
LEGIBLE = 3  # the contrast that text must have to its ground, as WCAG counts it: 1 for none, 21 for black on white
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

_heard = weakref.WeakKeyDictionary()  # by page, what its browser has complained of


def find_browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if "chromium" in os.environ.get("COURSE_REQUIRE", "").split():
        pytest.fail("COURSE_REQUIRE asks for chromium and there is none in the PATH: install it.")
    pytest.skip("There is no Chromium in the PATH; install it to try the course in a real JupyterLab.")


@contextlib.contextmanager
def notebook_page(folder, notebook, shortened=None, settings=SETTINGS):
    """A browser's page of JupyterLab with a notebook of the desk, which `shortened`, if given, has cut before."""
    browser_path = find_browser()
    if shortened:
        (folder / "desk").mkdir()
        nbformat.write(shortened(nbformat.read(ROOT / "notebooks" / notebook, 4)), folder / "desk" / notebook)
    with lab(folder, settings) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(PATIENCE * 1000)
        listen(page)
        page.goto(address if notebook == FIRST_NOTEBOOK else address_of(notebook, address))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        yield page
        browser.close()


def address_of(notebook, address):
    """Where JupyterLab shows a notebook of the desk, given its own address with the token."""
    return address.replace("/?", f"/lab/tree/desk/{notebook}?")


def listen(page):
    """Keep what the browser complains of from now on, for `faults`."""
    heard = _heard[page] = []
    page.on("console", lambda message: message.type == "error" and heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"JavaScript: {error}"))
    page.on("response", lambda answer: answer.status >= 400 and heard.append(f"{answer.status} for {answer.url}"))
    page.on("crash", lambda: heard.append("the page has crashed"))


@contextlib.contextmanager
def lab(folder, settings=SETTINGS, command=None):
    """JupyterLab at a desk in that folder, as `make lab` starts it, or `command`: yields its address with its token."""
    for plugin, values in settings.items():
        file = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    stamp = folder / "installed"
    stamp.touch()
    arguments = "--no-browser --ip=127.0.0.1 --port=0"
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            # This Python stands in for the one that make would install, and the stamp says that it did.
            command or ["make", "lab", f"PYTHON_HERE={sys.executable}", f"LEARNER={stamp}", f"ARGS={arguments}"],
            cwd=folder if command else ROOT,
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
        family = []
        with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended by itself: `find_address` says why
            family = psutil.Process(server.pid).children(recursive=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)
        _, left = psutil.wait_procs(family, timeout=60)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                process.kill()


def find_address(server, folder):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        if found := server_of(folder):
            return f"http://127.0.0.1:{found['port']}/?token={found['token']}"
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")


def server_of(folder):
    """What the JupyterLab at a desk in that folder says of itself: its pid, port and token; None before it runs."""
    for file in folder.glob("runtime/jpserver-*.json"):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(file.read_text())
    return None


def run_all_cells(page):
    """Run all, and wait as `wait_for_end` does.

    Click until something happens: a click before the kernel listens is lost, or asks which kernel to take.
    """
    wait_for_kernel(page)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(PlaywrightTimeout):
            question = page.locator(".jp-Dialog .jp-mod-accept")
            if question.count():
                question.click(timeout=15_000)
            choose(page, "Run", "Run All Cells", timeout=15_000)
        with contextlib.suppress(PlaywrightTimeout):  # a click that took too long has clicked all the same
            begun = f"() => {PROMPTS}.some(text => /[0-9*]/.test(text))"
            page.wait_for_function(begun, timeout=60_000, polling=200)
            break
    wait_for_end(page)


def wait_for_end(page):
    """Wait until no cell runs or one waits for somebody to type; each cell has as long as PATIENCE says.

    After an error the cells that follow do not run. The assertions that come next will tell.
    """
    queued, before = f"{PROMPTS}.filter(text => text.includes('*')).length", None
    while (now := page.evaluate(queued)) and now != before and not page.locator(ASKS).count():
        before = now
        with contextlib.suppress(PlaywrightTimeout):
            ended = f"now => {queued} !== now || document.querySelector('{ASKS}')"
            page.wait_for_function(ended, arg=now, polling=200)  # or it looks, and paints, sixty times a second


def what_did_not_run(page):
    """Of the notebook that is seen, what Run All has left out: a list of sentences."""
    prompts = page.evaluate(PROMPTS)
    first = int(re.search(r"\d+|$", prompts[0])[0] or 1)  # on a busy machine `run_all_cells` may have clicked twice
    left = [
        f"cell of code {place} has the prompt {prompt!r}"
        for place, prompt in enumerate(prompts)
        if prompt not in ("", f"[{first + place}]:")
    ]
    try:  # a folded solution has run when its verdict is there
        page.wait_for_function(
            "([verdicts, folded]) => [...document.querySelectorAll(verdicts)]"
            ".filter(verdict => /✔.*, the solution:/.test(verdict.innerText)).length === folded",
            arg=[f"{FRONT} .jp-OutputArea-output", prompts.count("")],
            polling=200,
            timeout=60_000,
        )
    except PlaywrightTimeout:
        left.append(f"of {prompts.count('')} folded solutions some are not told to be right")
    return left


def restart_and_run_all(page):
    choose(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.click(".jp-Dialog .jp-mod-accept")
    page.wait_for_function(f"() => {PROMPTS}.some(text => text.includes('*'))")
    wait_for_end(page)


def cell(page, number):
    """A cell of code of the notebook in front."""
    return page.locator(f"{FRONT} .jp-CodeCell").nth(number)


def run_cell(page, number):
    """Run a cell of code by its key, and wait until it has begun."""
    before = page.evaluate(f"{PROMPTS}[{number}]")
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(f"before => {PROMPTS}[{number}] !== before", arg=before)


def type_over(page, number, source):
    """Type something in the place of what stands in a cell of code."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def wait_for_kernel(page):
    page.wait_for_selector(f"{FRONT} .jp-Toolbar-kernelName:has-text('Python 3')")
    page.wait_for_selector(f'{FRONT} .jp-Notebook-ExecutionIndicator[data-status="idle"]')


def choose(page, menu, *items, **options):
    """Click through a menu; of several items, all but the last open a menu of their own."""
    page.click(f".lm-MenuBar-itemLabel:text-is('{menu}')", **options)
    for item in items[:-1]:
        page.hover(f".lm-Menu-itemLabel:text-is('{item}')", **options)
    page.click(f".lm-Menu-itemLabel:text-is('{items[-1]}')", **options)


def set_theme(page, name):
    choose(page, "Settings", "Theme", THEMES[name])
    page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=str(name == "light").lower())


def faults(page):
    """What is wrong with the notebook that is seen, and what the browser has complained of: a list of sentences."""
    return (
        page.evaluate(FAULTS, {"front": FRONT, "complaints": COMPLAINTS, "cards": MARK, "legible": LEGIBLE})
        + _heard[page]
    )


def forget_what_was_heard(page):
    """Let the browser's complaints so far be those of a chapter that is behind."""
    _heard[page].clear()


def assert_nothing_went_wrong(page):
    found = faults(page)
    assert not found, "\n".join(found)
