"""Run notebooks from top to bottom, store their outputs, and tidy what would differ for no reason.

    make refresh                               every notebook
    make refresh ARGS="notebooks/04*.ipynb"    some

A second refresh changes measured figures and nothing else. A notebook with a cell that fails is left as it was.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from backstage.pages import without_live

ROOT = Path(__file__).resolve().parent.parent
CELL_LIMIT = 300  # seconds
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class RefreshError(Exception):
    """A notebook could not be refreshed; the message names it and the cell."""


def refresh(path):
    """Run the notebook at `path` in its own folder and replace it, in one step, by itself with fresh outputs.

    Raises RefreshError when a cell fails, takes longer than CELL_LIMIT seconds or ends the kernel; the file
    is then as it was.
    """
    notebook = read(path)
    run(notebook, path)
    tidy(notebook)
    replace(path, as_stored(notebook))


def read(path):
    """The notebook at `path`, with an id for each cell that has none."""
    notebook = nbformat.read(path, as_version=4)
    notebook.nbformat_minor = 5
    return nbformat.validator.normalize(notebook)[1]


def as_stored(notebook):
    """A notebook as the text of its file, the same wherever it was written."""
    return nbformat.writes(notebook) + "\n"


def run(notebook, path):
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        timeout=CELL_LIMIT,
        record_timing=False,
        # Errors only: else each kernel warns that it talks over TCP, which it does on loopback.
        extra_arguments=["--IPKernelApp.log_level=40"],
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    notebook.metadata.pop("widgets", None)
    with ExitStack() as stack:
        try:
            stack.enter_context(client.setup_kernel())
        except RuntimeError:  # it died at once: one of its ports, chosen just before, has gone to somebody else
            stack.enter_context(client.setup_kernel())
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError as error:
                raise RefreshError(f"{path}, cell {index}: took longer than {CELL_LIMIT} s.") from error
            except DeadKernelError as error:
                raise RefreshError(f"{path}, cell {index}: the kernel died.") from error
            except CellExecutionError as error:
                raise RefreshError(f"{path}, cell {index}: {error.ename}: {error.evalue}") from error


def tidy(notebook):
    """Take out of an executed notebook what depends on the program or the machine that ran it."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(tidy_metadata(cell.metadata))
        for output in cell.get("outputs", []):
            # A view without its model, which lives as long as the kernel, hides the text beside it.
            output.get("data", {}).pop(WIDGET_VIEW, None)
            without_live(output.get("data", {}))
            if output.output_type == "error":
                output.traceback = [without_paths(line) for line in output.traceback]


def tidy_metadata(metadata):
    kept = {key: metadata[key] for key in ("tags", "editable", "deletable") if metadata.get(key) not in (None, [])}
    folded = {key: True for key in ("source_hidden", "outputs_hidden") if metadata.get("jupyter", {}).get(key)}
    return {**kept, "jupyter": folded} if folded else kept


def without_paths(line):
    for folder, name in ((ROOT, "."), (sys.prefix, "~/.venv"), (sys.base_prefix, "~/python"), (Path.home(), "~")):
        line = line.replace(f"{folder}{os.sep}", f"{name}{os.sep}")
    return line


def replace(path, text):
    """Put `text` in the place of the file at `path`, so that no reader ever sees half of it."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.stem}-", delete=False
    ) as fresh:
        fresh.write(text)
    try:
        os.chmod(fresh.name, path.stat().st_mode)
        os.replace(fresh.name, path)
    except BaseException:
        os.unlink(fresh.name)
        raise


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("notebooks", nargs="*", type=Path, help="all of notebooks/ when none is named")
    paths = ask.parse_args().notebooks or [
        Path(os.path.relpath(path)) for path in sorted(ROOT.glob("notebooks/*.ipynb"))
    ]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        sys.exit(f"No such notebook: {', '.join(missing)}")
    os.environ.setdefault("COURSE_BROKER", "embedded")  # the one that every machine has
    os.environ["COURSE_MEMORY"] = os.devnull  # what its author has guessed is no part of a chapter
    failed = 0
    for path in paths:
        print(f"{path} ...", flush=True)
        try:
            refresh(path.resolve())
        except RefreshError as error:
            print(f"Left as it was: {error}", file=sys.stderr)
            failed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
