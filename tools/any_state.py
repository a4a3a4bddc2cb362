"""Try each chapter in the states that readers bring it into, and see that nothing of it stays behind.

    python -m tools.any_state                      every chapter, in every way; this takes more than an hour
    python -m tools.any_state 06 15 --only alone   some chapters, one way

`alone` runs each cell right after the first one, the imports. `twice` restarts the kernel in the middle, goes on from
there, and then runs all, twice in this kernel. `again` runs each cell twice before the next one. `halfway` interrupts
each cell in the middle, and runs it again. A cell works, or it fails as it is stored, or it says in one sentence what
to run first.

Meanwhile a hook in each Python process notes every socket that is bound, every connection, every shell that is given a
string; what other programs listen on is looked at several times a second. After the first whole run of `twice` nothing
may be there that was not there after the imports, but for what KEPT and STAYS name; and the second run may add
nothing. At the end the kernel is shut down, or killed, or killed with a guardian at the same moment: no process and no
file may be left of it (Linux).
"""

import argparse
import ast
import os
import re
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil

from tests.kernel import Kernel, eventually

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 240  # seconds for a cell, on a machine that is busy
MARK = "COURSE_STATES"  # in the environment of a kernel and of all that descends from it
AGAIN = ("make a new", "makes it anew", "twice?")  # what says that a cell has done its work already
TOLD = ("run that first", "the notebook has no such name", *AGAIN)
OURS = re.compile(r"^(127\.|::1$|localhost$)")  # addresses of this machine alone

HOOK = """
import os, sys

def _note(event, details, _file=os.environ["COURSE_HOOK"], _open=os.open, _write=os.write, _close=os.close):
    if event in ("socket.bind", "socket.connect") and isinstance(details[1], tuple):
        line = f"{event} {details[1][0]}"
    elif event == "os.system":
        line = f"shell {details[0]!r}"
    elif event == "subprocess.Popen" and len(details[1]) > 2 and details[1][1] == "-c" and "sh" in str(details[1][0]):
        line = f"shell {details[1][2]!r}"
    else:
        return
    number = _open(_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    _write(number, (line + "\\n").encode())
    _close(number)

sys.addaudithook(_note)
"""

COUNT = """
import gc, threading, greenlet, psutil
gc.collect()
_me = psutil.Process()

def _words(process):
    try:
        return " ".join(process.cmdline())
    except psutil.ZombieProcess:
        return "a process that nobody has waited for"
    except psutil.NoSuchProcess:
        return ""  # it has ended just now

_old = [each for each in gc.get_objects() if issubclass(type(each), greenlet.greenlet) and each and each.parent]
_counted = {
    "processes": [words for each in _me.children(recursive=True) if (words := _words(each))],
    "threads": [f"{type(each).__name__} {each.name}" for each in threading.enumerate()],
    "native threads": len(_me.threads()),
    "greenlets": [f"{type(each).__module__}.{type(each).__name__}" for each in _old],
    "descriptors": _me.num_fds(),
    "files": [each.path for each in _me.open_files()],
    "listening": [f"{each.laddr.ip}:{each.laddr.port}" for each in _me.net_connections() if each.status == "LISTEN"],
}
del _me, _old, _words
print(_counted)
"""
# What a kernel has after a run that it had not before, and may keep until it ends.
KEPT = {
    "processes": (
        r"backstage/processes/guardian\.py ",  # two that remove what a killed kernel leaves
        r" -m minibroker ",  # start_broker() finds it again, with its queues
    ),
    "threads": (
        r"^TMonitor ",  # tqdm has one for all its bars
        r"^Thread asyncio_\d+$",  # the kernel's event loop has them for `asyncio.to_thread`, and for addresses
        r"^GarbageCollectorThread ",  # ZeroMQ has one for pictures, which it sends without a copy
    ),
    "greenlets": (
        r"^greenlet\.greenlet$",  # one that was made by hand is paused as a generator is, and goes with its name
        r"^gevent\.hub\.Hub$",  # there is one for each thread, and it waits for the next that is spawned
        r"^gevent\..*threadpool\.(ThreadPoolWorker|_WorkerGreenlet)$",  # where gevent asks for the next address
    ),
    "files": (
        r"/matplotlib/mpl-data/fonts/|\.(ttf|otf|ttc)$",  # matplotlib holds a font for the next figure
        r"/history\.sqlite(-journal)?$",  # IPython opens it when it writes
    ),
    "listening": (),
}
STAYS = {  # what a chapter leaves by intent, so that readers can come back to it
    ("09", "processes"): r"^\S+ -c \s*import marshal",  # the shop of the last section, with what listens to it
    ("09", "threads"): r"^Pump |\((_read_messages|_await_end|_watch_memory)\)$",
    ("12", "threads"): r"\(run\)$",  # the loop behind the buttons
    **{(chapter, "threads"): r"^Pump |\(_await_end\)$" for chapter in ("17", "18", "19", "21", "22")},  # the broker's
    ("21", "files"): r"/crawl_\d+\.db(-wal|-shm)?$",  # the ledger of the last crawl
}
SHOWN = {("05", "greenlets"): 1}  # what each run leaves by intent: here one whose own stack refers to it
KEEP = """
import os, sys

def _forget(names=get_ipython().user_ns, kept=dict(get_ipython().user_ns), modules=set(sys.modules), here=os.getcwd()):
    os.chdir(here)
    names |= kept
    for name in set(names) - {*kept, "_forget"}:
        del names[name]
    for name in set(sys.modules) - modules:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(here):
            del sys.modules[name]  # a file that a cell has written
"""


def open_to_others():
    """The sockets of this machine that others can reach, as links of /proc name them, with their addresses."""
    found = {}
    for kind, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        with suppress(OSError), open(f"/proc/net/{kind}") as table:
            for _, here, _, now, *_, inode in (line.split()[:10] for line in table):
                loopback = here.startswith("00000000000000000000000001000000:") or here.partition(":")[0][-2:] == "7F"
                if now == state and not loopback:
                    found[f"socket:[{inode}]"] = f"{kind} {here}"
    return found


class Chapter:
    """The code cells of a notebook: where each stands, what it says, whether it is meant to fail."""

    def __init__(self, path):
        self.name = path.stem
        cells = [(n, cell) for n, cell in enumerate(nbformat.read(path, as_version=4).cells) if cell.source.strip()]
        self.cells = [(n, cell.source, self.fails(cell)) for n, cell in cells if cell.cell_type == "code"]

    @staticmethod
    def fails(cell):
        return next((out.ename for out in cell.outputs if out.output_type == "error"), None)


class Watched(Kernel):
    """A kernel all of whose processes, files and sockets are known; `faults` says what was seen of them."""

    def __init__(self, chapter, way):
        self.faults, self.chapter, self.way = [], chapter, way
        self.mark, self.hook = secrets.token_hex(8), tempfile.mkdtemp(prefix="any-state-")
        self.notes = Path(self.hook, "notes")
        Path(self.hook, "sitecustomize.py").write_text(HOOK)
        os.environ.update({MARK: self.mark, "PYTHONPATH": self.hook, "COURSE_HOOK": str(self.notes)})
        self.known, self.addresses, self.ended = {}, set(), threading.Event()
        self.watch = threading.Thread(target=self._look_at_sockets, daemon=True)
        super().__init__()
        self.watch.start()
        self.files = set(Path(self.home).iterdir())

    def _connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)

    def processes(self):
        """All that descend from this kernel, it included, whoever their parent is now."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process not in self.known:
                    self.known[process] = process.environ().get(MARK) == self.mark
                if self.known[process] and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def _look_at_sockets(self):
        before = {}
        while not self.ended.wait(1):
            found = open_to_others()
            # Erlang asks for the machine's addresses through a UDP socket that lives for a moment, and hears nobody.
            named = {link: what for link, what in found.items() if "udp" not in what or link in before}
            before = found
            for process in self.processes() if named else ():
                with suppress(OSError, psutil.Error):
                    if process.status() == psutil.STATUS_STOPPED:
                        continue  # a frozen node may have it for as long, and hears nobody either
                    held = {os.readlink(each) for each in Path("/proc", str(process.pid), "fd").iterdir()}
                    self.addresses |= {(process.name(), named[socket]) for socket in held & set(named)}

    def fault(self, cell, text):
        self.faults.append(f"{self.chapter.name[:2]} {self.way} cell {cell}: {text}")
        print("   ", self.faults[-1], flush=True)

    def try_cell(self, cell, may_tell=False, half=None):
        """Run a cell, or interrupt it after `half` seconds; note what it should not have done, return its seconds."""
        place, source, fails = cell
        number = self.start(source)
        if half is not None:
            time.sleep(half)
            self.interrupt()
        try:
            result = self.collect(number, LIMIT)
        except AssertionError:
            self.fault(place, f"did not end within {LIMIT} s")
            self.interrupt()
            result = self.collect(number, 20)
        fresh = may_tell == "fresh"  # nothing of ours is loaded yet, so Python's own sentence must do
        if "UsageError" in result.text and not fresh:
            self.fault(place, result.text[-300:])
        if half is None and result.ename not in (None, fails):
            sentences = () if not may_tell else AGAIN if may_tell == "again" else TOLD
            told = any(words in result.evalue + result.traceback for words in sentences)
            told = told or (fresh and result.ename in ("NameError", "ModuleNotFoundError"))
            if not told:
                self.fault(place, f"{result.ename}: {result.evalue[:300]}")
        return result.seconds

    def count(self):
        return ast.literal_eval(self.run(COUNT).text.strip().splitlines()[-1])

    def compare(self, before, once, more):
        """Note what a run has left: all that was not there before, but for KEPT; and what another run has added."""
        for what, kept in KEPT.items():
            kept += (STAYS.get((self.chapter.name[:2], what), "$^"),)
            left = Counter(once[what]) - Counter(before[what])
            if left := [each[:100] for each in left.elements() if not any(re.search(known, each) for known in kept)]:
                self.fault("all", f"a run leaves {what}: {left}")
        # Descriptors come and go by one or two: the journal of IPython's history, what a thread wakes a loop by.
        for what, spare in {**dict.fromkeys(once, 0), "descriptors": 2, "files": 2}.items():
            spare += SHOWN.get((self.chapter.name[:2], what), 0)
            first, second = (each[what] if isinstance(each[what], int) else len(each[what]) for each in (once, more))
            if second > first + spare:
                self.fault("all", f"each run leaves {what}: {first}, then {second}")

    def clear_files(self):
        """Remove what a cell has written into the notebook's folder; folders are the kernel's, and in use."""
        for path in set(Path(self.home).iterdir()) - self.files:
            if not path.is_dir():
                path.unlink()

    def end(self, how):
        """End the kernel in this way, and see what is left."""
        before = list(self.processes())
        guardians = [each for each in before if any("guardian.py" in word for word in self._words(each))]
        if how == "shut down":
            self.client.stop_channels()
            self.manager.shutdown_kernel()
        else:
            for process in [psutil.Process(self.pid), *(guardians[:1] if how == "killed with a guardian" else [])]:
                process.kill()
            self.manager.provisioner.process.wait()
        if not eventually(lambda: not list(self.processes())):
            left = [" ".join(self._words(each))[:100] for each in self.processes()]
            self.fault("-", f"{how}, it leaves {len(left)} processes: {left}")
            for each in self.processes():
                each.kill()

        def files():
            # What a cell writes into the folder of the notebook is the reader's; what is made in TMPDIR is ours.
            return sorted(path.name for path in Path(self.home).iterdir() if path.name.startswith(("course-", "tmp")))

        if not eventually(lambda: not files(), 20):
            self.fault("-", f"{how}, it leaves {files()}")

    @staticmethod
    def _words(process):
        try:
            return process.cmdline()
        except psutil.Error:
            return []

    def __exit__(self, *exc_info):
        self.ended.set()
        self.watch.join()
        super().__exit__(*exc_info)
        for program, address in sorted(self.addresses):
            self.fault("-", f"{program} listens beyond this machine, at {address}")
        notes = Counter(self.notes.read_text(errors="replace").splitlines()) if self.notes.exists() else {}
        for note, times in sorted(notes.items()):
            kind, _, detail = note.partition(" ")
            if kind == "shell" or not OURS.match(detail):
                self.fault("-", f"{kind} {detail} ({times} times)")
        shutil.rmtree(self.hook)


def alone(chapter):
    with Watched(chapter, "alone") as kernel:
        kernel.try_cell(chapter.cells[0])
        kernel.run(KEEP)
        for cell in chapter.cells[1:]:
            kernel.try_cell(cell, may_tell=True)
            kernel.run("_forget()")
            kernel.clear_files()
        kernel.end("killed with a guardian")
    return kernel.faults


def twice(chapter):
    with Watched(chapter, "twice") as kernel:
        middle = len(chapter.cells) // 2
        for cell in chapter.cells[:middle]:
            kernel.try_cell(cell)
        kernel.restart()
        for cell in chapter.cells[middle:]:
            kernel.try_cell(cell, may_tell="fresh")
        kernel.restart()
        kernel.try_cell(chapter.cells[0])
        counts = [kernel.count()]
        for _ in range(2):
            for cell in chapter.cells:
                kernel.try_cell(cell)
            counts.append(kernel.count())
        told = [{what: seen if isinstance(seen, int) else len(seen) for what, seen in each.items()} for each in counts]
        print("   ", chapter.name[:2], "counted after the imports, once and twice:", *told, flush=True)
        kernel.compare(*counts)
        kernel.end("shut down")
    return kernel.faults


def again(chapter):
    with Watched(chapter, "again") as kernel:
        for cell in chapter.cells:
            for _ in range(2):
                kernel.try_cell(cell, may_tell=True)  # the cell before may have run once too often
        kernel.end("killed")
    return kernel.faults


def halfway(chapter):
    with Watched(chapter, "halfway") as kernel:
        seconds = [kernel.try_cell(cell) for cell in chapter.cells]
        kernel.restart()
        for cell, second in zip(chapter.cells, seconds, strict=True):
            kernel.try_cell(cell, half=second / 2)
            kernel.try_cell(cell, may_tell="again")  # the half may have been nearly all
        kernel.end("killed")
    return kernel.faults


WAYS = {"alone": alone, "twice": twice, "again": again, "halfway": halfway}


def main(arguments=None):
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("chapters", nargs="*", help="numbers such as 04; all when none is named")
    ask.add_argument("--only", choices=WAYS, action="append", help="try this way; may be said again")
    options = ask.parse_args(arguments)
    wanted = [number.zfill(2) for number in options.chapters]
    chosen = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if not wanted or path.name[:2] in wanted]
    if missing := set(wanted) - {path.name[:2] for path in chosen}:
        ask.error(f"there is no chapter {', '.join(sorted(missing))}")
    os.environ["COURSE_MEMORY"] = os.devnull
    os.environ.setdefault("COURSE_BROKER", "embedded")
    faults = []
    for path in chosen:
        chapter = Chapter(path)
        for way in options.only or WAYS:
            print(f"{chapter.name}, {way} ...", flush=True)
            began = time.monotonic()
            faults += WAYS[way](chapter)
            print(f"    {time.monotonic() - began:.0f} s", flush=True)
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
