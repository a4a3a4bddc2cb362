"""How much memory a chapter takes at its peak, with every process that it starts.

    python -m tools.footprint          every chapter, as a table
    python -m tools.footprint 07 15    some

Binder gives a reader from 1 to 2 GB for all that they have open, JupyterLab included. Memory that several processes
share is counted once where the system can tell (Linux). What is shorter than a tenth of a second may be missed.
"""

import argparse
import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
MOST = 1_000  # MB for a chapter
PAUSE = 0.1  # seconds between two looks


def memory(process):
    """Bytes of one process: its share of what it shares, where the system can tell; 0 when it has ended."""
    try:
        told = process.memory_full_info()
        return getattr(told, "pss", None) or getattr(told, "uss", told.rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return 0


class Watch(threading.Thread):
    """Watches a process and all that ever descended from it, those included whose parent has ended since."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.first = psutil.Process(pid)
        self.known = {self.first}
        self.peak = self.processes = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(PAUSE):
            for process in list(self.known):
                try:
                    self.known.update(process.children(recursive=True))
                except psutil.NoSuchProcess:
                    self.known.discard(process)
            taken = [memory(process) for process in self.known]
            if sum(taken) > self.peak:
                self.peak, self.processes = sum(taken), sum(map(bool, taken))


def measure(path):
    """Run a chapter: (megabytes at its peak, processes at that moment, seconds, what went wrong or "")."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    wrong, began = "", time.monotonic()
    with client.setup_kernel(env={**os.environ, "COURSE_MEMORY": os.devnull}):
        watch = Watch(client.km.provisioner.pid)
        watch.start()
        try:
            for place, cell in enumerate(book.cells):
                client.execute_cell(cell, place)
        except CellExecutionError as error:
            wrong = str(error).strip().splitlines()[-1]
        seconds = time.monotonic() - began
        watch.ended.set()
        watch.join()
    return watch.peak / 1e6, watch.processes, seconds, wrong


def main(arguments=None, root=ROOT):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("chapters", nargs="*", help="numbers such as 04; all when none is named")
    wanted = [number.zfill(2) for number in ask.parse_args(arguments).chapters]
    chapters = [path for path in sorted((root / "notebooks").glob("*.ipynb")) if not wanted or path.name[:2] in wanted]
    if missing := set(wanted) - {path.name[:2] for path in chapters}:
        ask.error(f"there is no chapter {', '.join(sorted(missing))}")
    failed = False
    print("  MB  processes  seconds  chapter")
    for path in chapters:
        peak, processes, seconds, wrong = measure(path)
        failed = failed or bool(wrong) or peak > MOST
        remark = f"; {wrong}" if wrong else f"; over {MOST:,} MB" if peak > MOST else ""
        print(f"{peak:4.0f}  {processes:9}  {seconds:7.0f}  {path.stem}{remark}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
