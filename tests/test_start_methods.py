"""Chapter 2 on systems that start processes in another way: its cells give the same output under each method."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "notebooks/02_keep_memory_apart_with_processes.ipynb"
USUAL, *OTHERS = multiprocessing.get_all_start_methods()  # the notebook's own test runs it under the usual one

# Python imports sitecustomize at every start, so kernels and the processes that they start see it.
FORCE = "import multiprocessing\nmultiprocessing.set_start_method({method!r}, force=True)\n"


@pytest.mark.parametrize("method", OTHERS)
def test_chapter_2_gives_the_same_output_under(method, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(FORCE.format(method=method))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--numprocesses=0", NOTEBOOK],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert " passed" in run.stdout
