"""Checks of chapter 2: processes.

Scripts run as readers would run them, in processes of their own. Pools and pipes pickle what they carry, as for
processes, and their workers are threads, so that a check sees what goes on in them.
"""

import ast
import contextlib
import multiprocessing
import pickle
import re
import reprlib
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from backstage.processes import Child, temporary_folder
from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, Call, eventually, need, reworded

SCRIPT_PATIENCE = 15  # seconds for a script that takes about one
MOST_BYTES = 1_000  # that four tasks and their results may take
QUIET = 0.3  # seconds without a task


def _run(command, folder, enough=lambda output: False):
    """Run a script there until it ends or there is enough of it; return its exit code, or None, and its output."""
    deadline = time.monotonic() + SCRIPT_PATIENCE
    with Child([sys.executable, *command], name="the script", cwd=folder) as script:
        while script.wait(0.1) is None and time.monotonic() < deadline and not enough(script.output):
            pass
        return script.exit_code, script.output


# -- 02.1 -------------------------------------------------------------------------------------------------------------

_MARKET = """
import multiprocessing

def deliver(stock, line):
    stock.append("salt")
    line.send(stock)
    stock.append("sugar")
    print("child", len(stock))

if __name__ == "__main__":
    here, there = multiprocessing.Pipe()
    stock = ["flour"]
    child = multiprocessing.Process(target=deliver, args=(stock, there))
    child.start()
    received = here.recv()
    child.join()
    print("received", len(received))
    print("parent", len(stock))
"""

_HINTS = {
    "child": "The child begins with a copy of its parent's list, and everything that it appends is in that.",
    "received": "A pipe carries a copy, made when `send` is called; what is appended later is not in it.",
    "parent": "Does anybody in the parent append to it?",
}


@exercise(
    "02.1",
    praise="three lists: the child's own, the copy that was sent in between, and the parent's, which nobody touched.",
    hint="Write a number for each of the three.",
    seconds=30,
)
def _count_the_goods(answer):
    need(answer, dict, 'give a dict such as {"child": 3, "received": 3, "parent": 3}')
    for whose in _HINTS:
        if whose not in answer:
            raise Wrong(f"your dict says nothing of {whose!r}.")
    folder = temporary_folder()
    (folder / "market.py").write_text(_MARKET, encoding="utf-8")
    _, output = _run(["market.py"], folder)
    counted = {whose: int(goods) for whose, goods in re.findall(r"^(\w+) (\d+)", output, re.MULTILINE)}
    for whose, hint in _HINTS.items():
        if answer[whose] != counted[whose]:
            raise Wrong(f"when the script ran just now, the number of {whose!r} was not {answer[whose]!r}.", hint)


# -- 02.2, 02.3 -------------------------------------------------------------------------------------------------------


class _PicklingPool(ThreadPoolExecutor):
    """A pool of threads that pickles what goes in and out, as one of processes does.

    Attributes
    ----------
    tasks : list of tuple
        The arguments of each task, in the order in which they were handed in.
    results : list
        What they came to, in the order in which they ended.
    bytes : int
        How many of them went in and out.
    """

    def __init__(self, workers):
        super().__init__(workers)
        self.tasks, self.results, self.bytes = [], [], 0

    def submit(self, function, /, *arguments, **named):
        self.tasks.append((*arguments, *named.values()))
        return super().submit(self._work, self._pack((function, arguments, named)))

    def _work(self, packed):
        function, arguments, named = pickle.loads(packed)
        self.results.append(pickle.loads(self._pack(function(*arguments, **named))))
        return self.results[-1]

    def _pack(self, what):
        try:
            packed = pickle.dumps(what)
        except Exception:
            raise Wrong(
                "the pool was given something that cannot be pickled, so no process would ever get it.",
                "Hand the pool a function that workers can import: none of the notebook, and no lambda.",
            ) from None
        self.bytes += len(packed)
        return packed


def _lend_pool(workers, answer, *arguments):
    """Call an answer with a pool, which it may not shut down; return the pool and what the answer returned."""
    with _PicklingPool(workers) as pool:
        said = answer(pool, *arguments)
        with reworded({RuntimeError: "your function shut the pool down: it is lent, and others still need it."}):
            ThreadPoolExecutor.submit(pool, len, "")
    return pool, said


@exercise(
    "02.2",
    praise="four tasks, the right sum, and hardly a byte on the way: the workers make the numbers themselves.",
    hint="A `range` with a step is pickled as three numbers, however many it stands for.",
)
def _send_the_recipe(answer):
    for n in (1_000, 10, 7, 1, 0, 1_000_003):
        pool, said = _lend_pool(2, answer, n)
        if said != sum(range(n)):
            raise Wrong(
                f"for n = {n:,} it returned {reprlib.repr(said)}, and the sum is {sum(range(n))}.",
                "Every number below `n` belongs to one of the parts, and to no other.",
            )
        if n >= 4 and len(pool.tasks) != 4:
            raise Wrong(
                f"for n = {n:,} the pool got {len(pool.tasks)} task(s), not four.",
                "`pool.map(sum, parts)` makes a task of each part.",
            )
        largest = max((len(each) for task in pool.tasks for each in task if hasattr(each, "__len__")), default=0)
        if n >= 4 and largest > n / 2:
            raise Wrong(f"for n = {n:,} one task got {largest:,} of the numbers: share them out.")
        added = sum(result for result in pool.results if isinstance(result, (int, float)))
        if n >= 4 and added != said:
            raise Wrong(f"for n = {n:,} the results of the four tasks add up to {added}: let the pool do the adding.")
        if pool.bytes > MOST_BYTES:
            raise Wrong(f"for n = {n:,} there were {pool.bytes:,} bytes on their way, over {MOST_BYTES:,}.")


_NO_WEIGHT = {-20: ValueError, -30: ArithmeticError}  # what these buns raise


def _weigh(bun):
    if bun < 0:
        raise _NO_WEIGHT[bun](f"{bun} g are no bun")
    return bun


_all_three_lie, _lifted = threading.Barrier(3), {bun: threading.Event() for bun in (70, 80, 90)}


def _weigh_together(bun):
    """Weigh a bun when all three lie on their scales, and lift the last one first."""
    _all_three_lie.wait(PATIENCE)
    if bun == 90:
        time.sleep(0.05)  # who takes them as they come is waiting for them by then
    else:
        _lifted[bun + 10].wait(PATIENCE)
    _lifted[bun].set()
    return bun


@exercise(
    "02.3",
    praise="all at the same time, each in its place, and an error is a result like any other.",
    hint="`submit` for every bun, then `exception()` and `result()` of each future, in the same order.",
)
def _weigh_them_all(answer):
    for buns in ([80, 75], [], [0, 75, 80, 75, 0], [80, 0, -20, 80, -30]):
        with reworded({tuple(_NO_WEIGHT.values()): _one_error_for_all}):
            pool, said = _lend_pool(3, answer, _weigh, buns)
        need(said, list, f"for the buns {buns} give a list")
        if len(pool.tasks) != len(buns):
            raise Wrong(f"there were {len(buns)} buns, and the pool was given {len(pool.tasks)} task(s).")
        if len(said) != len(buns):
            raise Wrong(f"for the buns {buns} your list has {len(said)} entries, not {len(buns)}.")
        for bun, found in zip(buns, said, strict=True):
            if bun >= 0 and found != bun:
                raise Wrong(f"for the buns {buns} there is {found!r} in the place of {bun}.")
            if bun < 0 and not isinstance(found, _NO_WEIGHT[bun]):
                raise Wrong(f"for the buns {buns} there is {found!r} in the place of {bun}, not the error itself.")
    _, said = _lend_pool(3, answer, _weigh_together, [70, 80, 90])
    if any(isinstance(found, threading.BrokenBarrierError) for found in said):
        raise Wrong("three buns and three workers, and they were not weighed at the same time.")
    if said != [70, 80, 90]:
        raise Wrong(f"the last of three buns was ready first, and there is {said[0]!r} in the place of 70.")


def _one_error_for_all(error):
    return f"one bun could not be weighed ({error}), and for that your function gave no weight at all."


# -- 02.4 -------------------------------------------------------------------------------------------------------------

_LAUNCHER = """
import multiprocessing, pathlib, runpy, sys
from multiprocessing.process import BaseProcess

started, start = [], BaseProcess.start
def note_and_start(process):
    started.append(process)
    return start(process)

BaseProcess.start = note_and_start
multiprocessing.set_start_method(sys.argv[1], force=True)
set_again = multiprocessing.set_start_method
multiprocessing.set_start_method = lambda method, force=False: set_again(method, force=True)  # a script may choose
runpy.run_path("program.py", run_name="__main__")
pathlib.Path("started").write_text(str(len(started)))
"""

_FAILURES = {
    "PicklingError": "a function was to be sent that has no name by which another process could import it",
    "BrokenProcessPool": "a child ended, because it could not import the script or find in it what it should run",
}

_TOO_EARLY = "bootstrapping phase"  # said of a child that starts children while it imports the script


@exercise(
    "02.4",
    praise="the same sum under every start method of this system.",
    hint='A function that other processes can import, and `if __name__ == "__main__":` before what starts them.',
    seconds=60,
)
def _start_everywhere(answer):
    need(answer, str, "give the text of a script")
    with reworded({SyntaxError: lambda error: f"line {error.lineno} of your script is no Python: {error.msg}."}):
        tree = ast.parse(answer)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ("fork", "forkserver"):
            raise Wrong(f"your script asks for {node.value!r}, which Windows does not have.")
    folder = temporary_folder()
    (folder / "program.py").write_text(answer, encoding="utf-8")
    for method in sorted(multiprocessing.get_all_start_methods()):
        _try_method(folder, method)


def _try_method(folder, method):
    count = folder / "started"
    count.unlink(missing_ok=True)
    # A Pool whose workers start too early goes on like that for ever.
    exit_code, output = _run(["-c", _LAUNCHER, method], folder, enough=lambda output: _TOO_EARLY in output)
    lines = output.split("\n")[-200:]
    if any(_TOO_EARLY in line for line in lines):
        raise Wrong(f"under {method!r} each child ran your script again, and was about to start children of its own.")
    said = re.findall(r"^(?:\w+\.)*((\w*(?:Error|Exception|BrokenProcessPool))\b.*)", "\n".join(lines), re.MULTILINE)
    # After an error an executor now and then never gets out: then the error is the news.
    if exit_code is None and not said:
        raise Wrong(f"under {method!r} your script had not ended after {SCRIPT_PATIENCE} s.")
    if exit_code != 0 or not count.exists():
        # A pool left open may add an error of its own, of a file already closed: the one that is known comes first.
        known = [_FAILURES[name] for _, name in said if name in _FAILURES]
        others = [line.strip().rstrip(".") for line, _ in said] or [f"exit code {exit_code}"]
        raise Wrong(f"under {method!r} your script failed: {(known or others)[-1]}.")
    printed = [line.strip() for line in lines if line.strip()]
    if not any(re.search(r"\b285\b", line) for line in printed):  # below it there may be complaints of a pool left open
        raise Wrong(f"under {method!r} your script printed {printed[-1] if printed else 'nothing'!r}, not 285.")
    if count.read_text() == "0":
        raise Wrong("your script started no process.")


# -- 02.5 -------------------------------------------------------------------------------------------------------------

_baked = []


def times_baked(bun):
    """Bake a bun; return how often it has been baked."""
    _baked.append(bun)
    return _baked.count(bun)


_TASKS = [  # function, argument, and what is to come back: the value, or the kind of the error
    (len, "leek", 4),
    (abs, 0, 0),
    (time.sleep, 0, None),
    (bool, None, False),
    (int, "leek", ValueError),
    (len, "pork", 4),
    (pickle.loads, b"", EOFError),
    (memoryview, b"bun", Exception),  # no error of the function: a memoryview cannot be pickled
    (times_baked, "bun", 1),
]


class _Pipe:
    """A pipe with the answer at its far end, on a thread."""

    def __init__(self, answer):
        self.here, self.there = multiprocessing.Pipe()
        self.worker = Call(answer, self.there)

    def ask(self, function, argument):
        """Send a task and return the reply to it."""
        task = f"{function.__name__}({argument!r})"
        with contextlib.suppress(OSError):  # the worker may have gone home already
            self.here.send((function, argument))
        replied = eventually(lambda: self.here.poll() or self.worker.ready())
        for reply in self.replies():
            return task, reply
        if not replied:
            raise Wrong(f"there was no reply to the task {task} within {PATIENCE} s.")
        self.end(f"at the task {task}")
        raise Wrong(f"after the task {task} the worker went home, though nobody had sent `None`.")

    def replies(self):
        """What has come back: one reply, or none."""
        with contextlib.suppress(EOFError, OSError):  # a worker may close its end when it goes home
            return [self.here.recv()] if self.here.poll() else []
        return []

    def end(self, when):
        """Let the worker go home."""
        if not self.worker.wait():
            raise Wrong(f"{when} the worker did not go home.")
        if error := self.worker.outcome.error:
            raise Wrong(f"{when} the worker itself ended with {error!r}.")


@exercise(
    "02.5",
    praise="a reply to each task, an error is one of them, and the worker goes home when nothing more can come.",
    hint="One `try` around the call and its reply, and another one around the whole loop, for the pipe.",
)
def _work_at_the_far_end(answer):
    _baked.clear()
    pipe = _Pipe(answer)
    for function, argument, wanted in _TASKS:
        task, reply = pipe.ask(function, argument)
        failed = isinstance(wanted, type)
        if not (isinstance(reply, tuple) and len(reply) == 2 and reply[0] in ("done", "failed")):
            raise Wrong(f'the reply to the task {task} was {reply!r}: a pair, with "done" or "failed" first, was due.')
        if failed != (reply[0] == "failed") or (not failed and reply[1] != wanted):
            due = "a failure" if failed else f"{('done', wanted)}"
            raise Wrong(f"the reply to the task {task} was {reply!r}: {due} was due.")
        if failed and not isinstance(reply[1], wanted):
            raise Wrong(f"the reply to the task {task} brought {reply[1]!r}, not the error itself.")
    time.sleep(QUIET)
    if pipe.worker.ready():
        pipe.end("after the last task")
        raise Wrong("no task came for a moment, and the worker went home, though nobody had sent `None`.")
    pipe.here.send(None)
    pipe.end("when `None` had come,")
    for reply in pipe.replies():
        raise Wrong(f"`None` is no task, and got the reply {reply!r}.")
    deserted = _Pipe(answer)
    deserted.here.close()
    deserted.end("when the other end had been closed,")
