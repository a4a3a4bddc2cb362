"""Other systems lack calls that Linux has: with each of them hidden, and with all, everything can still be imported.

That is so for helpers, for what stands behind them, for every check, and for what a chapter imports at its top.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WINDOWS = [
    "os.fork",
    "os.forkpty",
    "os.getuid",
    "os.killpg",
    "os.register_at_fork",
    "os.sched_getaffinity",
    "os.setsid",
    "resource",
    "select.epoll",
    "select.poll",
    "signal.SIGCHLD",
    "signal.SIGKILL",
    "signal.SIGSTOP",
    "signal.pthread_kill",
    "signal.setitimer",
    "socket.AF_UNIX",
]
# Packages of others come first: they look at sys.platform and know very well where they are. Then each attempt has a
# process of its own, a fork of this one.
PROGRAM = """
import asyncio, concurrent.futures.process, importlib, importlib.metadata, json, multiprocessing, os, pkgutil
import select, signal, socket, subprocess, sys, tempfile, threading
import cloudpickle, gevent.monkey, gevent.pool, gevent.pywsgi, gevent.server, gevent.subprocess, greenlet, ipykernel
import ipywidgets, IPython.core.magic, matplotlib.pyplot, nbformat, pamqp.commands, pika, psutil, tqdm
{imported}


def hide(names):
    for name in names:
        module, _, name = name.rpartition(".")
        if not module:
            sys.modules[name] = None
        elif hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)


def import_everything(chapters):
    for package in ("helpers", "backstage", "exercises", "minibroker"):
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
            if each.name.rpartition(".")[2] not in ("__main__", "guardian"):  # which are programs
                yield each.name, importlib.import_module, each.name
    for name, source in chapters:
        yield (name, exec, source, {{}}) if source else (name, importlib.import_module, name)


attempts, chapters = json.load(sys.stdin)
leave, wait, fork = os._exit, os.waitpid, os.fork
for names in attempts:
    if child := fork():
        wait(child, 0)
        continue
    hide(names)
    failed = []
    for name, act, *arguments in import_everything(chapters):
        try:
            act(*arguments)
        except Exception as error:
            failed.append(f"{{name}}: {{error!r}}")
    print(json.dumps([names, failed]), flush=True)
    leave(0)
"""


def first_code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def imported_elsewhere():
    """Packages that some chapter imports and that are not the course's: one statement for each that is there."""
    lines = {line.strip() for path in CHAPTERS for line in first_code(path).splitlines()}
    names = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    names = {name.rstrip(",") for name in names} - {"helpers", "resource"}
    return "\n".join(f"import {name}" for name in sorted(names))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system lacks these calls: there is nothing to hide.")
def test_everything_is_imported_without_what_other_systems_lack(tmp_path):
    units = [(path.stem, first_code(path)) for path in CHAPTERS]
    units += [(f"exercises.{path.parent.name}.checks", "") for path in sorted(ROOT.glob("exercises/[0-9]*/checks.py"))]
    attempts = [*([name] for name in WINDOWS), WINDOWS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(imported=imported_elsewhere())],
        cwd=tmp_path,
        env={**os.environ, "COURSE_MEMORY": os.devnull, "MPLBACKEND": "agg"},
        input=json.dumps([attempts, units]),
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[names, []] for names in attempts]
