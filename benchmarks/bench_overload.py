"""A supplier slows down tenfold for three seconds: what retries make of it, and what each cure of chapter 22 mends.

Run as `python benchmarks/bench_overload.py`; a number behind the name changes how many rounds there are. It uses the
programs and functions of the notebook: 20 orders a second for nine seconds, a mill that is slow from second 1 to 4, and
guests who wait for a second. A wait is that of somebody who got a bun, in time or not; p99 of few is the longest.
Aim, on a quiet machine: from second 6 on, two seconds after the fault, at least 90 % are served in time under the
budget, the limit and the two bounded queues, with p99 below a second, and under careless retries less than half.
"""

import ast
import os
import statistics
import sys
from pathlib import Path

import nbformat

from backstage.brokers import start_broker
from backstage.processes import temporary_folder
from exercises.vocabulary import written_files

[NOTEBOOK] = (Path(__file__).resolve().parent.parent / "notebooks").glob("22_*.ipynb")
CONSTANTS = {"RATE", "SLOW", "QUICK", "END", "CURES", "LINES", "two"}
ROUNDS = 5
PHASES = {"before": (0, 1), "slow": (1, 4), "from second 6": (6, 9)}
MENDED = ("budget", "limit", "expires", "full at two")


def chapter():
    """The names that the notebook has when its last experiment with the mill begins, without the experiments."""
    for name, text in written_files(NOTEBOOK).items():
        Path(name).write_text(text, encoding="utf-8")
    names = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type != "code" or cell.source.startswith("%"):
            continue
        for node in ast.parse(cell.source).body:
            known = {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef) or (known and known <= CONSTANTS):
                exec(compile(ast.Module([node], []), str(NOTEBOOK), "exec"), names)
        if "LINES" in names:
            return names
    raise LookupError(f"{NOTEBOOK} tries no queues any more")


def figures(result, rate):
    """Of each phase: the share served in time, p50 and p99 of the waits; and requests for each served in time."""
    found = {}
    in_time = 0
    for phase, (start, end) in PHASES.items():
        waits = sorted(done - at for at, done in result["served"] if start <= at < end)
        share = sum(wait < 1 for wait in waits) / (rate * (end - start))
        middle, most = (waits[int(len(waits) * part)] for part in (0.5, 0.99)) if waits else (None, None)
        found[phase] = share, middle, most
    in_time = sum(done - at < 1 for at, done in result["served"])
    return found, len(result["asked"]) / max(1, in_time)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    os.chdir(temporary_folder("overload-"))
    sys.path.insert(0, os.getcwd())
    names = chapter()
    found = {}
    with start_broker() as broker:
        names["url"] = broker.url
        groups = [{"bao.careless": {}}, names["CURES"], dict.fromkeys(names["LINES"], names["two"])]
        for _ in range(rounds):
            for policies in groups:  # those of a group run side by side, as in the chapter
                for queue, result in names["rush"](policies, **names["LINES"]).items():
                    found.setdefault(queue.removeprefix("bao."), []).append(figures(result, names["RATE"]))
    print(f"medians of {rounds} rounds: served in time (of those who ordered), p50 and p99 of the waits in seconds")
    print(f"{'':14}" + "".join(f"{phase:>24}" for phase in PHASES) + "   requests for each served in time")
    for name, each in found.items():
        row = ""
        for phase in PHASES:
            shares, *waits = zip(*(phases[phase] for phases, _ in each), strict=True)
            told = (
                statistics.median(wait) if (wait := [one for one in some if one is not None]) else None
                for some in waits
            )
            row += f"{statistics.median(shares):>10.0%}" + "".join(
                f"{'never' if one is None else f'{one:.2f}':>7}" for one in told
            )
        print(f"{name:14}{row}   {statistics.median(cost for _, cost in each):.1f}")
    last = {name: [phases["from second 6"] for phases, _ in each] for name, each in found.items()}
    well = sum(share >= 0.9 and most < 1 for name in MENDED for share, _, most in last[name])
    ill = sum(share < 0.5 for share, *_ in last["careless"])
    print(f"aim: {well} of {rounds * len(MENDED)} mended as told, {ill} of {rounds} careless ones drowned")


if __name__ == "__main__":
    main()
