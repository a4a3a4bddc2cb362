"""How many schedules it takes to break, or to prove, classic programs of threads; aim: a second, the same each time."""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backstage.schedules import explore
from backstage.schedules.threads import ThreadStage
from benchmarks.classic_programs import PAIRS

ROUNDS = int(os.environ.get("ROUNDS", "20"))
AIM = 1.0  # seconds


def measure(program):
    """Explore it so often; return the first report, whether all were the same, and the seconds."""
    reports, seconds = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        reports.append(explore(ThreadStage, lambda: program))
        seconds.append(time.perf_counter() - start)
    first = reports[0]
    same = sum((each.tried, str(each)) == (first.tried, str(first)) for each in reports)
    return first, same, seconds


if __name__ == "__main__":
    print(f"{ROUNDS} rounds each; seconds: median (smallest to largest)")
    print(f"{'':24} {'':8} {'schedules':>9} {'found':28} {'same':>6} {'s':>20}")
    missed = []
    for name, (says, *programs) in PAIRS.items():
        for kind, program in zip(("broken", "right"), programs, strict=True):
            report, same, seconds = measure(program)
            failure = report.failure
            told = (failure.text.splitlines() or [failure.kind])[0] if failure else f"proven to {report.proven:g}"
            spread = f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
            print(f"{name:24} {kind:8} {report.tried:9,} {told[:28]:28} {same:3}/{ROUNDS} {spread:>20}")
            good = bool(failure) == (kind == "broken") and (failure is None or says in f"{failure.kind} {failure.text}")
            if not good or same < ROUNDS or statistics.median(seconds) > AIM or (not failure and report.proven < 2):
                missed.append(f"{name}, {kind}")
    print("missed:", "; ".join(missed) or "none")
