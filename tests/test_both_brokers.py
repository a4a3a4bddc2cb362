"""The chapters on message queues show the same on RabbitMQ as on the embedded broker, but for what they are called.

`make test` runs the notebooks themselves on the embedded broker, wherever it is run. Exercises are left out here, for a
check starts the embedded broker for itself, whatever the notebook has.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from brokers import installed_rabbitmq

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = [path for path in sorted(ROOT.glob("notebooks/*.ipynb")) if "start_broker()" in path.read_text("utf-8")]
LIMIT = 540  # seconds, less than the limit of a test; a notebook takes about one minute


def test_some_chapter_needs_a_broker():
    assert NOTEBOOKS


def without_exercises(path):
    """The options that leave out the cells from the first exercise on."""
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    first = next(number for number, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", ()))
    assert first > len(cells) / 2
    return [f"--deselect={path.relative_to(ROOT).as_posix()}::Cell {number}" for number in range(first, len(cells))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_stored_outputs_are_those_of_rabbitmq_too(path, record_property):
    installed_rabbitmq()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"COURSE_BROKER": "rabbitmq"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n0",
        "-q",
        "-p",
        "no:cacheprovider",
        str(path),
        *without_exercises(path),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
    ran_on = re.search(rf"^{path.name} ran on: RabbitMQ .*$", done.stdout, re.MULTILINE)
    assert ran_on, done.stdout
    record_property("broker", ran_on[0])  # for the summary
