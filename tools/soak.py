"""Run the whole of the tests again and again, every other time on a busy machine, and count what ever fails.

    python -m tools.soak                          two runs, one of them beside four busy processes
    python -m tools.soak --runs 10 -- -k broker   ten; what follows -- goes to pytest

A test that fails once in twenty runs is green on the day it is written. What a run says is kept in soak/.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "soak"
BUSY = "import os\nwhile os.getppid() == {owner}:\n    sum(range(10_000))"  # ends with its owner, however that ends
SUMMARY = re.compile(r"^=+ (.*(?:passed|failed|error|no tests ran).*) =+$", re.MULTILINE)
FAILED = re.compile(r"^(?:FAILED|ERROR) .*", re.MULTILINE)


@contextlib.contextmanager
def busy(count):
    """Keep so many processes busy meanwhile."""
    code = BUSY.format(owner=os.getpid())
    hogs = [subprocess.Popen([sys.executable, "-S", "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def run(arguments, log):
    """Run pytest once, its account in the file `log`: (whether all is well, its last line, what failed)."""
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        ).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    summary = SUMMARY.findall(text)
    return code == 0, summary[-1] if summary else f"pytest ended with exit code {code}", FAILED.findall(text)


def main(argv=None):
    parser = argparse.ArgumentParser(description="Run the whole of the tests again and again; count what ever fails.")
    parser.add_argument("--runs", type=int, default=2, help="how many (default 2); every other one on a busy machine")
    parser.add_argument("--busy", type=int, default=4, help="processes that keep it busy (default 4)")
    parser.add_argument("pytest", nargs="*", help="what goes to pytest, after --")
    told = parser.parse_args(argv)
    LOGS.mkdir(exist_ok=True)
    well = 0
    for number in range(1, told.runs + 1):
        beside = told.busy if number % 2 == 0 else 0
        started = time.monotonic()
        with busy(beside):
            passed, summary, failed = run(told.pytest, LOGS / f"run-{number}.txt")
        well += passed
        minutes = (time.monotonic() - started) / 60
        print(
            f"run {number} of {told.runs}, beside {beside} busy processes, {minutes:.1f} minutes: {summary}", flush=True
        )
        print(*(f"    {line}" for line in failed), sep="\n", end="\n" * bool(failed), flush=True)
    print(f"{well} of {told.runs} runs were green.")
    return 0 if well == told.runs else 1


if __name__ == "__main__":
    sys.exit(main())
