"""Chapter 10 where a process may hold 256 descriptors and no more: it runs to its end, and says what it left out."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="this system has no limit of descriptors")

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "10_hold_ten_thousand_connections.ipynb"

RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
import nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
end = next(index for index, cell in enumerate(book.cells) if "## Exercises" in cell.source)
del book.cells[end:]  # the exercises open no more than two sockets
resources = {"metadata": {"path": sys.argv[2]}}
for last in (False, True):
    try:
        NotebookClient(book, timeout=300, resources=resources, extra_arguments=["--IPKernelApp.log_level=40"]).execute()
        break
    except RuntimeError as error:  # one of the kernel's ports, chosen just before, has gone to somebody else
        if last or "before replying" not in str(error):
            raise
for cell in book.cells:
    for output in cell.get("outputs", []):
        print(output.get("text", ""), end="")
"""


def test_the_chapter_runs_with_256_descriptors():
    command = [sys.executable, "-c", RUN, str(NOTEBOOK), str(NOTEBOOK.parent)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=540)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "Your system grants 256 descriptors: shops and crowds are made smaller to match." in run.stdout
    assert "the first, later:   0 of 162 done" in run.stdout
    assert "a thousand, again:    232 of 232 done, no errors" in run.stdout
    assert "Left out: this system has no descriptor with the number 1024." in run.stdout
    assert "Left out: more than 100 connections; one process may hold 256." in run.stdout
    assert "held:     100" in run.stdout
    assert "2,000 of 2,000 done, no errors" in run.stdout
