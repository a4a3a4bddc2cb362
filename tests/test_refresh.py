"""tools/refresh.py on scratch notebooks."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

REFRESH = Path(__file__).resolve().parent.parent / "tools" / "refresh.py"

UNTIDY = {
    "kernelspec": {"display_name": "Bakery", "language": "python", "name": "bakery"},
    "language_info": {"name": "python", "version": "3.9.1"},
    "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
}


@pytest.fixture
def notebook(tmp_path):
    """A function that writes a notebook of the given cells and says where."""

    def write(*cells, minor=5):
        book = nbformat.v4.new_notebook(cells=list(cells), metadata=UNTIDY)
        if minor < 5:
            book.nbformat_minor = minor
            for cell in book.cells:
                del cell["id"]
        path = tmp_path / "scratch.ipynb"
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return write


def refresh(*paths):
    return subprocess.run(
        [sys.executable, REFRESH, *paths], capture_output=True, text=True, timeout=540, stdin=subprocess.DEVNULL
    )


def test_second_refresh_changes_nothing(notebook):
    path = notebook(
        nbformat.v4.new_markdown_cell("# 0. Bake a bun"),
        nbformat.v4.new_code_cell("import ipywidgets\nipywidgets.IntSlider(3)", execution_count=7),
        nbformat.v4.new_code_cell(
            "for _ in range(3):\n    print('bun', flush=True)\n'steamed'",
            metadata={
                "tags": ["solution"],
                "jupyter": {"source_hidden": True, "outputs_hidden": False},
                "execution": {"iopub.execute_input": "2024-01-01T00:00:00Z"},
                "collapsed": False,
                "trusted": True,
                "ExecuteTime": {"end_time": "noon"},
            },
        ),
        nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
        minor=4,
    )
    first = refresh(path)
    assert first.returncode == 0, first.stderr
    once = path.read_bytes()
    again = refresh(path)
    assert again.returncode == 0, again.stderr
    assert path.read_bytes() == once
    assert list(path.parent.iterdir()) == [path]

    text = once.decode()
    book = nbformat.reads(text, as_version=4)
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert book.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    _, slider, bun, error = book.cells
    assert [cell.execution_count for cell in (slider, bun, error)] == [1, 2, 3]
    assert list(slider.outputs[0].data) == ["text/plain"]
    assert bun.metadata == {"tags": ["solution"], "jupyter": {"source_hidden": True}}
    assert [output.get("text") for output in bun.outputs] == ["bun\nbun\nbun\n", None]
    assert error.outputs[0].ename == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("1 / 0", "cell 1: ZeroDivisionError"), ("import os; os._exit(1)", "cell 1: the kernel died")],
)
def test_failing_cell_leaves_the_file_as_it_was(notebook, fault, reason):
    path = notebook(nbformat.v4.new_code_cell("print('bun')"), nbformat.v4.new_code_cell(fault))
    before = path.read_bytes()
    done = refresh(path)
    assert done.returncode == 1
    assert f"{path}, {reason}" in done.stderr
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_notebook_that_is_not_there_is_named(tmp_path):
    done = refresh(tmp_path / "99_sell_buns.ipynb")
    assert done.returncode == 1
    assert "99_sell_buns.ipynb" in done.stderr
