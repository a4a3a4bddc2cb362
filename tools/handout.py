"""The chapters as a teacher hands them out: without outputs, and without the solutions.

    make handout                 all chapters, into the folder handout
    make handout ARGS="04 05"    some

Hints stay. `make map ARGS=--sections` counts the minutes of each section, to plan a class with.
"""

import argparse
import json
import sys
from pathlib import Path

from tools.desk import edition

ROOT = Path(__file__).resolve().parent.parent


def without_solutions(book):
    """A notebook without the cells that are tagged as solutions."""
    kept = [cell for cell in book["cells"] if "solution" not in cell["metadata"].get("tags", [])]
    return {**book, "cells": kept}


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("chapters", nargs="*", help="numbers such as 04; all when none is named")
    numbers = [number.zfill(2) for number in ask.parse_args(arguments).chapters]
    chapters = {path.name[:2]: path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    if missing := [number for number in numbers if number not in chapters]:
        sys.exit(f"There is no chapter {', '.join(missing)}: name some from {min(chapters)} to {max(chapters)}.")
    folder = root / "handout"
    folder.mkdir(exist_ok=True)
    for number in numbers or chapters:
        path = folder / chapters[number].name
        book = without_solutions(edition(chapters[number]))
        path.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"Written: {path.relative_to(root)}")


if __name__ == "__main__":
    main()
