"""Run chapters on machines made hostile, and name the cells that fail there.

    python -m tools.hostile                                     every chapter in every way; this takes a day
    python -m tools.hostile 02 17 --only no-home --only umask   some chapters, some ways

A way is a few lines of WAYS: variables, what a shell does first, what a process has of its own, where the checkout is
copied to. Root is made to feel it too: what must not be written is mounted read-only. A way that this machine cannot
offer is left out, and is not green: the exit code is then 2, and 1 where something fails. Left out everywhere are few
processes (`ulimit -u`), which root need not heed, and a wrong clock: under faketime `time.sleep` itself fails. What is
known to fail stands in KNOWN.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tools.soak import FAILED, SUMMARY

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1800  # seconds for a chapter
CELL = re.compile(r"Cell (\d+)")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
# The Makefile keeps these from a notebook; here a way may set them.
UNSET = re.findall(r"\w+", " ".join(re.findall(r"^unexport (.*)", (ROOT / "Makefile").read_text("utf-8"), re.M)))

# env: variables, None takes one away; first: what sh runs first, in the checkout, and if that fails the way is left
# out; own: of what the processes have a namespace of their own, as unshare names it; copy: the name of the checkout.
# "{here}" is an empty folder, which is removed afterwards.
Way = namedtuple("Way", "env first own copy", defaults=({}, "", "", ""))
# chapter: "" for each; cells: empty for any; told: what the course says there, or else it is no longer known.
Known = namedtuple("Known", "way chapter cells told reason")

PROXY = "http://127.0.0.1:9"  # nobody answers there
PROXIED = [("http", "proxy"), ("https", "proxy"), ("HTTP", "PROXY"), ("HTTPS", "PROXY"), ("ALL", "PROXY")]
CONDA = {"PREFIX": "/opt/conda", "DEFAULT_ENV": "base", "SHLVL": "1", "PYTHON_EXE": "/opt/conda/bin/python"}
SHM = "mount -t tmpfs -o {} tmpfs /dev/shm"
NAMESAKE = "echo 'buns = 12' >notebooks/{}.py"
GBK = "localedef -f GBK -i zh_CN {here}/zh_CN.GBK"
FULL = "mount -t tmpfs -o size=64k tmpfs {here}; cp /dev/zero {here}/full || :"
STARTUP = "echo 'print(\"welcome\"); from math import *' >{here}/startup.py"

WAYS = {
    "no-home": Way({"HOME": None}),
    "home-missing": Way({"HOME": "{here}/missing"}),
    "home-read-only": Way({"HOME": "{here}"}, "mount -t tmpfs -o ro tmpfs {here}", "m"),
    "locale-c": Way({"LC_ALL": None, "LANG": "C"}),
    "locale-ascii": Way({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "locale-gbk": Way({"LC_ALL": "zh_CN.GBK", "LOCPATH": "{here}", "PYTHONUTF8": "0"}, GBK),
    "proxies": Way({f"{scheme}_{word}": PROXY for scheme, word in PROXIED}),
    "no-network": Way(first="ip link set lo up", own="n"),
    "umask": Way(first="umask 077"),
    "tmpdir-missing": Way({"TMPDIR": "{here}/missing"}),
    "tmpdir-space": Way({"TMPDIR": "{here}/a b"}, "mkdir {here}/'a b'"),
    "tmpdir-long": Way({"TMPDIR": "{here}/" + "n" * 120}, "mkdir {here}/" + "n" * 120),
    "tmpdir-full": Way({"TMPDIR": "{here}"}, FULL, "m"),
    "dev-mode": Way({"PYTHONDEVMODE": "1"}),
    "safe-path": Way({"PYTHONSAFEPATH": "1"}),
    "optimize": Way({"PYTHONOPTIMIZE": "1"}),
    "startup": Way({"PYTHONSTARTUP": "{here}/startup.py"}, STARTUP),
    "conda": Way({f"CONDA_{name}": value for name, value in CONDA.items()}),
    "resolver-ares": Way({"GEVENT_RESOLVER": "ares"}),
    "loop-libuv": Way({"GEVENT_LOOP": "libuv"}),
    "backend-agg": Way({"MPLBACKEND": "agg"}),
    "descriptors-soft-256": Way(first="ulimit -Sn 256"),
    "descriptors-256": Way(first="ulimit -n 256"),
    "descriptors-1024": Way(first="ulimit -n 1024"),
    "descriptors-4096": Way(first="ulimit -n 4096"),
    "shm-small": Way(first=SHM.format("size=64k"), own="m"),
    "shm-read-only": Way(first=SHM.format("ro"), own="m"),
    "path-odd": Way(copy="a b [c] d'e 课程"),
    "path-long": Way(copy="/".join(["n" * 60] * 4)),
    "checkout-read-only": Way(first="mount --bind . .; mount -o remount,ro,bind .; cd \"$PWD\"", own="m"),
    "namesake-queue": Way(first=NAMESAKE.format("queue"), copy="course"),
    "namesake-random": Way(first=NAMESAKE.format("random"), copy="course"),
    "namesake-socket": Way(first=NAMESAKE.format("socket"), copy="course"),
}  # fmt: skip

HIDES = "hides Python's own module"
KNOWN = [
    Known("shm-read-only", "02", (11, 12, 13, 16, 18, 19, 21, 23, 24, 25, 36, 37), "Nobody can write to /dev/shm",
          "multiprocessing has no locks where nobody can write to /dev/shm"),
    Known("shm-read-only", "15", (46, 47), "Read-only file system", "the same: its shop of processes does not open"),
    Known("shm-read-only", "22", (41, 43), "Nobody can write to /dev/shm", "Celery's processes share locks"),
    Known("descriptors-4096", "10", (24, 26, 27, 36), "Left out:", "ten thousand connections take as many of them"),
    Known("descriptors-1024", "10", (22, 24, 26, 27, 36), "Left out:", "ten thousand connections take as many of them"),
    Known("descriptors-1024", "13", (40,), "too few descriptors", "a fair race of epoll takes 2,000 of them"),
    Known("descriptors-256", "13", (40,), "too few descriptors", "a fair race of epoll takes 2,000 of them"),
    Known("descriptors-256", "10", (12, 15, 16, 18, 20, 22, 24, 26, 27, 36), "Left out:", "so many guests cannot come"),
    Known("descriptors-256", "07", (22,), "times as fast", "so many pages at once take as many of them"),
    Known("descriptors-256", "11", (16, 23, 24, 25, 29, 48), "has ended or never was: start it again",
          "servers with so few turn guests away, and one that does not expect that ends"),
    *(Known(f"descriptors-{number}", "14", (32,), "no errors", "the crowd is as large as they allow")
      for number in (256, 1024)),
    *(Known(f"namesake-{name}", "", (), f"{HIDES} {name}", "the first cell says which file to rename")
      for name in ("queue", "random", "socket")),
]  # fmt: skip


def copy_checkout(course):
    """Copy what git knows, or would add, as it is in the working tree; RabbitMQ, where it is installed, is shared."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    for name in map(os.fsdecode, listed.split(b"\0")):
        if name and os.path.lexists(ROOT / name):
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, course / name, follow_symlinks=False)
    if (ROOT / ".rabbitmq").exists() and not os.path.lexists(course / ".rabbitmq"):
        (course / ".rabbitmq").symlink_to(ROOT / ".rabbitmq")


def run(way, command):
    """Run a command in the checkout on a machine made hostile in this way: (exit code, all that it says)."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as scratch:
        here, elsewhere, log = Path(scratch, "here"), Path(scratch, way.copy), Path(scratch, "log")
        here.mkdir()
        if way.copy:
            copy_checkout(elsewhere)
        course = elsewhere if way.copy else ROOT
        # As `make test` has it, but for the packages: a copy is to import its own.
        env = {name: value for name, value in os.environ.items() if name not in UNSET}
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
        env |= {"VIRTUAL_ENV": sys.prefix, "PYTHONPATH": f"{course}{os.pathsep}{course / 'minibroker' / 'src'}"}
        env |= {name: value and value.replace("{here}", str(here)) for name, value in way.env.items()}
        shell = "set -e; " + way.first.replace("{here}", shlex.quote(str(here))) + '\nexec "$@"'
        own = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), f"-{way.own}"] if way.own else []
        env = {name: value for name, value in env.items() if value is not None}
        with log.open("w", encoding="utf-8") as file:
            try:
                code = subprocess.run(
                    [*own, "sh", "-c", shell, "sh", *command],
                    cwd=course, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file, timeout=LIMIT,
                ).returncode  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as error:
                code, _ = 1, print(error, file=file)
        return code, COLOUR.sub("", log.read_text(encoding="utf-8", errors="replace"))


def try_chapter(name, chapter):
    """Run a chapter as `make test` does, in the way of this name: (whether all that fails is known, lines, the log)."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", f"notebooks/{chapter.name}"]
    code, log = run(WAYS[name], command)
    failed, summary = FAILED.findall(log), SUMMARY.findall(log)
    lines = [f"{name} {chapter.stem}: " + (summary[-1] if summary else f"pytest ended with exit code {code}")]
    lines += [f"    {line}" for line in failed]
    cells = {int(found[1]) if (found := CELL.search(line)) else -1 for line in failed}
    known = set()
    for each in KNOWN:
        if each.way == name and chapter.name.startswith(each.chapter) and (each.told in log or not cells):
            expected = set(each.cells) or cells
            known |= expected
            if cells & expected:
                lines.append(f"    known: {numbers(cells & expected)}, for {each.reason}")
            if expected - cells or not cells:
                lines.append(f"    no longer fails, though known to: {numbers(expected - cells)}")
    return code == 0 or (bool(cells) and cells <= known), lines, log


def numbers(cells):
    return "any cell" if not cells else f"cell{'s' * (len(cells) > 1)} {', '.join(map(str, sorted(cells)))}"


def main(arguments=None):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("chapters", nargs="*", help="numbers such as 04; all when none is named")
    ask.add_argument("--only", action="append", metavar="WAY", help=f"may be said again: {', '.join(WAYS)}")
    ask.add_argument("--jobs", type=int, default=1, help="how many chapters at the same time (default 1)")
    ask.add_argument("--logs", action="store_true", help="show all that pytest says of a chapter that fails")
    options = ask.parse_args(arguments)
    wanted = [number.zfill(2) for number in options.chapters]
    chosen = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if not wanted or path.name[:2] in wanted]
    if missing := set(wanted) - {path.name[:2] for path in chosen}:
        ask.error(f"there is no chapter {', '.join(sorted(missing))}")
    if missing := sorted(set(options.only or ()) - set(WAYS)):
        ask.error(f"there is no way {', '.join(missing)}")
    bad = out = 0
    for name in options.only or WAYS:
        code, told = run(WAYS[name], ["true"])
        if code:
            print(f"left out: {name}: {(told.strip().splitlines() or ['it cannot be had here'])[-1]}", flush=True)
            out += 1
            continue
        with ThreadPoolExecutor(options.jobs) as pool:
            for well, lines, log in pool.map(partial(try_chapter, name), chosen):
                print(*lines, *([log] if options.logs and not well else []), sep="\n", flush=True)
                bad += not well
    print(f"{bad} chapters failed in a way that is not known; {out} ways were left out.")
    sys.exit(1 if bad else 2 if out else 0)


if __name__ == "__main__":
    main()
