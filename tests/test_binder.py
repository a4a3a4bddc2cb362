"""The recipe by which Binder builds the course, as repo2docker prints it; no Docker is needed for that."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "00_start_here.ipynb"


@pytest.fixture(scope="module")
def recipe():
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_python_is_the_one_asked_for(recipe):
    wanted = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert tuple(map(int, wanted.split("."))) >= (3, 10)
    # The names of copied files are written with each odd character as a dash and its code.
    lock_file = re.sub(r"[^a-z0-9]", lambda odd: f"-{ord(odd[0]):x}", f"environment.py-{wanted}-linux")
    assert lock_file in recipe


def test_requirements_are_installed_where_the_whole_course_is(recipe):
    steps = [
        "WORKDIR ${REPO_DIR}",
        " src/ ${REPO_DIR}/\n",
        'bin/pip install --no-cache-dir -r "binder/requirements.txt"',
    ]
    positions = [recipe.find(step) for step in steps]
    assert -1 not in positions and positions == sorted(positions), dict(zip(steps, positions, strict=True))
    # pip reads `-r` relative to the file that says it, and `-e` relative to where pip runs: REPO_DIR.
    assert (ROOT / "binder" / "requirements.txt").read_text().split() == ["-r", "../requirements.txt"]
    editable = re.findall(r"^-e (\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert editable == [".", "./minibroker"]
    assert [(ROOT / folder / "pyproject.toml").is_file() for folder in editable] == [True, True]


def test_post_build_runs_and_stops_at_its_first_error(recipe):
    post_build = ROOT / "binder" / "postBuild"
    assert os.access(post_build, os.X_OK)
    assert "\nset -e\n" in post_build.read_text()
    assert "./binder/postBuild" in recipe


def test_readme_leads_to_a_start_page_that_is_there():
    assert f"urlpath=lab/tree/desk/{FIRST_NOTEBOOK}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\npython -m tools.desk\n" in (ROOT / "binder" / "postBuild").read_text()
    assert (ROOT / "notebooks" / FIRST_NOTEBOOK).is_file()
