"""Notebooks that are stored as `make refresh` stores them, so that a change of one shows what its author changed.

python -m tools.tidy            take out what a notebook program leaves in the files; nothing is run
python -m tools.tidy --check    change nothing, and say what is untidy
"""

import argparse
import sys
from pathlib import Path

import nbformat

from backstage.pages import without_live
from tools.refresh import WIDGET_VIEW, as_stored, read, replace, tidy

ROOT = Path(__file__).resolve().parent.parent


def run_in_order(book):
    """Yield a sentence if the code cells of a notebook were not run once, from top to bottom."""
    counts = [cell.execution_count for cell in book.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"not run once from top to bottom (execution counts {counts}): run `make refresh`"


def metadata_is_tidy(book):
    """Yield a sentence for all that a notebook stores of the program or the machine that ran it."""
    metadata = book.metadata
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    for extra in sorted(set(metadata) - {"kernelspec", "language_info"}):
        yield f"the notebook stores {extra} in its metadata"
    if "version" in metadata.get("language_info", {}):
        yield "the notebook stores the version of the Python that ran it"
    for cell in book.cells:
        first = cell.source.strip().partition("\n")[0] or "(empty)"
        for extra in sorted(set(cell.metadata) - {"tags", "jupyter", "editable", "deletable"}):
            yield f"cell {first[:60]!r} stores {extra} in its metadata"
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            yield f"cell {first[:60]!r} stores a widget that is gone when its kernel is"
        if any(without_live(dict(output.get("data", {}))) for output in cell.get("outputs", [])):
            yield f"cell {first[:60]!r} stores what only a living page shows: run `python -m tools.tidy`"
    ids = [cell.get("id") for cell in book.cells]
    if book.nbformat_minor < 5 or None in ids or len(set(ids)) < len(ids):
        yield "not every cell has an id of its own"


def untidy(path):
    """Yield a sentence for all that is untidy in the notebook at `path`."""
    # Read as it stands: `read` would give ids.
    text = path.read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    yield from run_in_order(book)
    found = list(metadata_is_tidy(book))
    yield from found
    if not found and text != as_stored(book):
        yield "the file is not laid out as nbformat writes it"


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--check", action="store_true", help="change nothing; exit with 1 and say what is untidy")
    check = ask.parse_args(arguments).check
    failed = False
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        if not check:
            book = read(path)
            tidy(book)
            if as_stored(book) != path.read_text(encoding="utf-8"):
                replace(path, as_stored(book))
                print(f"Written: {path.relative_to(root)}")
            continue
        for sentence in untidy(path):
            print(f"{path.relative_to(root)}: {sentence}", file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
