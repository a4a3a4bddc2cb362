"""Two threads, or two interpreters, with and without a GIL: chapter 16's own files, and its picture of them.

    python benchmarks/bench_without_gil.py [PROGRAM] [--draw]

PROGRAM is a free-threaded Python, 3.14 or newer, whose GIL can be switched; by default the one on the PATH. --draw also
draws images/without_the_gil.svg. The best of several rounds counts: on a busy machine the others show the neighbours.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from backstage.processes import temporary_folder
from exercises.vocabulary import written_files

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "16_see_what_is_stuck.ipynb"
PICTURE = ROOT / "images" / "without_the_gil.svg"
KINDS = {"ThreadPoolExecutor": "threads", "InterpreterPoolExecutor": "interpreters"}
ROUNDS = 15
PURPLE = "#CC79A7"


def measure(python):
    """Return {(with a GIL, kind): (seconds of one alone, of two at once)}, and what was sold with and without it."""
    found, sold = {}, {True: [], False: []}
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine meets both
        for gil in (True, False):
            command = [python, "-X", f"gil={int(gil)}", "twice.py"]
            told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            sold[gil].append(told["sold"])
            for kind in KINDS:
                best = found.get((gil, kind), (float("inf"), float("inf")))
                found[gil, kind] = tuple(map(min, best, told[kind]))
    return found, sold


def drawn(found, sold):
    """The picture, as the text of an SVG file."""
    rows = [
        ("two threads, with the GIL", found[True, "ThreadPoolExecutor"]),
        ("two threads, without", found[False, "ThreadPoolExecutor"]),
        ("two interpreters, with the GIL", found[True, "InterpreterPoolExecutor"]),
        ("two interpreters, without", found[False, "InterpreterPoolExecutor"]),
    ]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 250" width="760" height="250"'
        ' font-family="DejaVu Sans, Verdana, sans-serif">',
        "<title>Two at once, in times of one alone, with and without a GIL</title>",
        '<rect width="760" height="250" fill="white"/>',
        text(20, 30, "Two at once, in times of one alone", size=16, weight="bold"),
    ]
    parts += [f'<line x1="{x}" y1="44" x2="{x}" y2="184" stroke="#00000044"/>' for x in (280, 460, 640)]
    for row, (name, (one, two)) in enumerate(rows):
        top, width = 50 + 34 * row, 180 * two / one
        parts += [
            text(270, top + 17, name, anchor="end"),
            f'<rect x="280" y="{top}" width="{width:.0f}" height="24" fill="{PURPLE}"/>',
            text(288 + width, top + 17, f"{two / one:.1f}", weight="bold"),
        ]
    parts += [text(x, 200, label, anchor="middle", size=12) for x, label in ((280, "0"), (460, "1"), (640, "2"))]
    middle = {gil: statistics.median_low(totals) for gil, totals in sold.items()}
    sales = f"Two threads sold 2,000,000. Counted with the GIL: {middle[True]:,}; without: {middle[False]:,}."
    return "\n".join([*parts, text(20, 232, sales), "</svg>"]) + "\n"


def text(x, y, words, anchor="start", size=13, weight="normal"):
    return (
        f'<text x="{x:.0f}" y="{y}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}"'
        f' fill="#222">{words}</text>'
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("program", nargs="?", default=shutil.which("python3.15t") or shutil.which("python3.14t"))
    options.add_argument("--draw", action="store_true")
    chosen = options.parse_args()
    if not chosen.program:
        sys.exit(print("There is no free-threaded Python on the PATH, so nothing was measured."))
    os.chdir(temporary_folder())
    for name, source in written_files(NOTEBOOK, "dough.py", "twice.py").items():
        Path(name).write_text(source, encoding="utf-8")
    found, sold = measure(chosen.program)
    for (gil, kind), (one, two) in found.items():
        told = f"one alone {1e3 * one:.0f} ms, two at once {1e3 * two:.0f} ms, {two / one:.2f} times as long"
        print(f"{KINDS[kind]:12} {'with' if gil else 'without':7} the GIL: {told}")
    for gil, totals in sold.items():
        print(f"{'with' if gil else 'without'} the GIL sold:", *(f"{each:,}" for each in totals))
    if chosen.draw:
        PICTURE.write_text(drawn(found, sold), encoding="utf-8")
