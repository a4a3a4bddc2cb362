"""Checks of chapter 2: processes.

Scripts run as readers would run them, in processes of their own. Pools and pipes pickle what they carry, as for
processes, and their workers are threads, so that a check sees what goes on in them.
"""

import ast
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import re
import reprlib
import sys
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout  # until Python 3.10 not that of Python itself
from functools import partial
from itertools import chain
from numbers import Number
from unittest import mock

from backstage.granted import lacking
from backstage.processes import Child, temporary_folder
from backstage.processes.own_time import OwnTime
from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Call, InFlight, capture, eventually, many, need, reworded

SCRIPT_PATIENCE = 15  # seconds for a script that takes about one
MOST_BYTES = 1_000  # that four tasks and their results may take


def _run(command, folder, enough=lambda output: False):
    """Run a script there until it ends or there is enough of it; return its exit code, or None, and its output."""
    with Child([sys.executable, *command], name="the script", cwd=folder) as script:
        own, left = OwnTime(), SCRIPT_PATIENCE
        while script.wait(0.1) is None and left > 0 and not enough(script.output):
            left -= own.of(0.1)
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
        need(answer[whose], int, f"give a number for {whose!r}")
    folder = temporary_folder()
    (folder / "market.py").write_text(_MARKET, encoding="utf-8")
    _, output = _run(["market.py"], folder)
    counted = {whose: int(goods) for whose, goods in re.findall(r"^(\w+) (\d+)", output, re.MULTILINE)}
    for whose, hint in _HINTS.items():
        if answer[whose] != counted[whose]:
            raise Wrong(f"when the script ran just now, the number of {whose!r} was not {answer[whose]!r}.", hint)


# -- 02.2, 02.3 -------------------------------------------------------------------------------------------------------


def _run_chunk(function, chunk):
    return [function(*arguments) for arguments in chunk]


@contextlib.contextmanager
def _waits_in_vain():
    """In this `with` block time-outs are over at once, and the clock says so: who gives up is seen without a wait."""
    wait, now, jumped = threading.Condition.wait, time.monotonic, [0]

    def wait_in_vain(condition, timeout=None):
        jumped[0] += timeout or 0
        return wait(condition, timeout and 0)

    with (
        mock.patch.object(threading.Condition, "wait", wait_in_vain),
        mock.patch.object(time, "monotonic", lambda: now() + jumped[0]),
    ):
        yield


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

    def map(self, function, *iterables, timeout=None, chunksize=1):
        if chunksize < 2:
            return super().map(function, *iterables, timeout=timeout)
        each = list(zip(*iterables, strict=False))
        chunks = [each[first : first + chunksize] for first in range(0, len(each), chunksize)]
        return chain.from_iterable(super().map(partial(_run_chunk, function), chunks, timeout=timeout))

    def submit(self, function, /, *arguments, **named):
        self.tasks.append((*getattr(function, "args", ()), *arguments, *named.values()))  # of a `partial`, too
        return super().submit(self._work, self._pack((function, arguments, named)))

    def _work(self, packed):
        function, arguments, named = pickle.loads(packed)
        self.results.append(pickle.loads(self._pack(function(*arguments, **named))))
        return self.results[-1]

    def _pack(self, what):
        try:
            packed = pickle.dumps(what)
        except Exception as error:
            raise Wrong(
                f"what the pool was given cannot be pickled for a fresh process. {type(error).__name__}: {error}.",
                "Hand the pool a function that workers can import: none of the notebook, and no lambda.",
            ) from None
        self.bytes += len(packed)
        return packed


def _lend_pool(workers, answer, *arguments):
    """Call an answer with a pool, which it may not shut down; return the pool and what the answer returned."""
    with _PicklingPool(workers) as pool:
        with _waits_in_vain():
            said = answer(pool, *arguments)
        shut = Wrong(
            "your function shut the pool down: it is lent.", "Leave `with` and `shutdown` to who made the pool."
        )
        with reworded({RuntimeError: shut}):
            ThreadPoolExecutor.submit(pool, len, "")
    return pool, said


@exercise(
    "02.2",
    praise="four tasks, the right sum, and hardly a byte on the way: the workers make the numbers themselves.",
    hint="A `range` with a step is pickled as three numbers, however many it stands for.",
)
def _send_the_recipe(answer):
    for n in (1_000, 10, 1_000_003, *range(10)):
        pool, said = _lend_pool(2, answer, n)
        if said != sum(range(n)):
            told = f"for n = {n:,} it returned {reprlib.repr(said)}, and the sum is {sum(range(n))}."
            parts = "Every number below `n` belongs to one of the parts, and to no other."
            raise Wrong(told, parts if isinstance(said, (int, float)) else "Return the sum of what the tasks return.")
        if n >= 4 and len(pool.tasks) != 4:
            raise Wrong(
                f"for n = {n:,} the pool got {many(len(pool.tasks), 'task')}, not four.",
                "`pool.map(sum, parts)` makes a task of each part.",
            )
        given = [each for task in pool.tasks for each in task if not isinstance(each, (str, bytes))]
        largest = max((len(each) for each in given if hasattr(each, "__len__")), default=0)
        if n >= 4 and largest > n / 2:
            raise Wrong(f"for n = {n:,} one task got {largest:,} of the numbers: share them out.", _SHARE)
        results = [result for result in pool.results if isinstance(result, Number)]
        added = sum(results)
        if n >= 4 and said not in (added, *results[-1:]):  # each may go on from the sum of the one before
            raise Wrong(
                f"for n = {n:,} the results of the four tasks add up to {added}: let the pool do the adding.", _SHARE
            )
        if pool.bytes > MOST_BYTES:
            raise Wrong(f"for n = {n:,} there were {pool.bytes:,} bytes on their way, over {MOST_BYTES:,}.")


_SHARE = "Each task is to add up a quarter of the numbers."

_WEIGHT_OF = {  # what weighing comes to
    **{grams: grams for grams in (60, 70, 75, 80, 90, 0)},
    **{1: None, 2: "", 3: False},
    **{-20: ValueError("-20 g"), -30: ArithmeticError("-30 g"), -40: TimeoutError("-40 g"), -50: BurntBun("-50 g")},
}
_ERRORS = tuple(type(weight) for weight in _WEIGHT_OF.values() if isinstance(weight, Exception))


def _weight_of(bun):
    return _WEIGHT_OF[bun[0] if isinstance(bun, list) else bun]  # a bun in a basket of its own


_weighed = []  # each bun that has been on the scales


def _weigh(bun):
    _weighed.append(bun)
    weight = _weight_of(bun)
    if isinstance(weight, Exception):
        raise weight
    return weight


_PATIENT = "Without a time-out `result()`, `exception()`, `wait()` and `as_completed()` wait as long as it takes."


def _is_late(error):
    return isinstance(error, (TimeoutError, FutureTimeout)) and error not in _WEIGHT_OF.values()


def _say_what_came(error):
    if _is_late(error):
        told = "your function waited for a bun with a time-out, and gave it up: weighing may take longer than that."
        return Wrong(told, _PATIENT)
    return f"weighing one bun raised {error!r}, and so did your function."


_SEVEN = [70, 80, 90, 80, 75, 90, 60]


class _Scales:
    """So many buns are to lie on them at the same time; the first lies there until all others have been weighed."""

    def __init__(self, most):
        self.most, self.on, self.others, self.stuck = most, InFlight(), 0, False

    def weigh(self, bun):
        with self.on:
            self._wait(lambda: self.on.peak == self.most)
            if bun == _SEVEN[0]:
                self._wait(lambda: self.on.total - self.on.now == len(_SEVEN) - 1)
                self.others = self.on.total - self.on.now
        return bun

    def _wait(self, condition):
        self.stuck = not eventually(lambda: condition() or self.stuck, looks=100) or self.stuck


_in_use = []  # the scales


def _weigh_together(bun):
    return _in_use[-1].weigh(bun)


@exercise(
    "02.3",
    praise="all at the same time, each in its place, and an error is a result like any other.",
    hint="`submit` for every bun, then `exception()` and `result()` of each future, in the same order.",
)
def _weigh_them_all(answer):
    for buns in (
        [80, 75],
        [],
        [0, 75, 80, 75, 0],
        [80, -20, 80, 75],
        [-30, 80, -40, -50, -40],
        [1, 80, 2, 3, 1],
        [[80], [75]],
    ):
        with reworded({(*_ERRORS, FutureTimeout): _say_what_came}):
            _weighed.clear()
            pool, said = _lend_pool(3, answer, _weigh, buns)
        need(said, list, f"for the buns {buns} give a list")
        if len(pool.tasks) != len(buns):
            raise Wrong(f"there were {len(buns)} buns, and the pool was given {many(len(pool.tasks), 'task')}.")
        if len(said) != len(buns):
            raise Wrong(f"for the buns {buns} your list has {len(said)} entries, not {len(buns)}.")
        for place, (bun, found) in enumerate(zip(buns, said, strict=True), 1):
            if repr(found) != repr(wanted := _weight_of(bun)):
                told = f"for the buns {buns} there is {found!r} in place {place}; {wanted!r} was due."
                raise Wrong(told, _PATIENT if _is_late(found) else "")
        if len(_weighed) != len(buns):
            told = f"there were {len(buns)} buns, {buns}, and `weigh` was called {len(_weighed)} times"
            raise Wrong(f"{told}: once for each, in the pool.", "What a future holds stays there: ask it again.")
    for workers in (3, 5):
        _weigh_seven(answer, workers)


def _weigh_seven(answer, workers):
    _in_use.append(scales := _Scales(workers))
    with reworded({FutureTimeout: _say_what_came}):
        _, said = _lend_pool(workers, answer, _weigh_together, _SEVEN)
    if (most := scales.on.peak) < workers:
        raise Wrong(f"seven buns and {workers} workers, and there were never more than {most} on the scales.")
    if scales.stuck:
        others = many(scales.others, "other")
        told = f"the first of seven buns lay long on its scales, and meanwhile only {others} had their turn"
        raise Wrong(f"{told}, though {workers - 1} workers were free.", "Hand out all buns before you wait for any.")
    if said != _SEVEN:
        told = f"of the buns {_SEVEN} the first was ready last; {_SEVEN} was due, and your function returned {said}."
        raise Wrong(told, "Look into the futures in the order in which you made them.")


# -- 02.4 -------------------------------------------------------------------------------------------------------------

_LAUNCHER = """
import multiprocessing, pathlib, pickletools, runpy, sys
from multiprocessing import connection
from multiprocessing.process import BaseProcess

started, start = [], BaseProcess.start
def note_and_start(process):
    started.append(process)
    return start(process)

BaseProcess.start = note_and_start
multiprocessing.set_start_method(sys.argv[1], force=True)
set_again = multiprocessing.set_start_method
multiprocessing.set_start_method = lambda method, force=False: set_again(method, force=True)  # a script may choose

heard, pipe = [], getattr(connection, "PipeConnection", connection.Connection)
receive = pipe._recv_bytes
def note_and_receive(*arguments):
    heard.append(receive(*arguments))
    return heard[-1]

pipe._recv_bytes = note_and_receive
try:
    runpy.run_path("program.py", run_name="__main__")
finally:  # a script may end with sys.exit()
    kinds = {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"}
    pickles = [piece.getvalue() for piece in heard if piece.getvalue()[:1] == b"\\x80"]
    parts = [(code.name, each) for piece in pickles for code, each, _ in pickletools.genops(piece)]
    numbers = [each for kind, each in parts if kind in kinds]
    numbers += [int(each) for _, each in parts if isinstance(each, str) and each.isdecimal()]  # or their digits
    numbers = [each for each in numbers if each not in {process.pid for process in started}]
    if {"multiprocessing.sharedctypes", "multiprocessing.shared_memory", "numpy"} & set(sys.modules):
        numbers.append(81)  # they may have come by another way, or in another form
    pathlib.Path("started").write_text(f"{len(started)} {max(numbers, default=0):.0f}")
"""

_FAILURES = {
    "PicklingError": "a function was to be sent that has no name by which another process could import it",
    "BrokenProcessPool": "a child ended, because it could not import the script or find in it what it should run",
}

_TOO_EARLY = "bootstrapping phase"  # said of a child that starts children while it imports the script
# Said by a child that has imported the script; the second is how Python 3.14 says it.
_NOT_THERE = "(?:Can't get attribute|module '__mp_main__' has no attribute) '(.+?)'"


@exercise(
    "02.4",
    praise="the same sum under every start method of this system.",
    hint='A function that other processes can import, and `if __name__ == "__main__":` before what starts them.',
    seconds=60,
)
def _start_everywhere(answer):
    need(answer, str, "give the text of a script")
    told = "line {0.lineno} of your script is no Python: {0.msg}."
    with reworded({SyntaxError: lambda error: Wrong(told.format(error), "Mend that line first.")}):
        tree = ast.parse(answer)
    for node in ast.walk(tree):
        asked = node.value if isinstance(node, ast.Constant) else node.attr if isinstance(node, ast.Attribute) else ""
        if asked in ("fork", "forkserver"):
            raise Wrong(f"your script asks for {asked!r}, which Windows does not have.", "Name no start method.")
    folder = temporary_folder()
    (folder / "program.py").write_text(answer, encoding="utf-8")
    for method in sorted(multiprocessing.get_all_start_methods()):
        _try_method(folder, method)


def _try_method(folder, method):
    count = folder / "started"
    count.unlink(missing_ok=True)
    # A Pool whose workers start too early, or do not find what they should run, goes on like that for ever.
    hopeless = re.compile(f"{_TOO_EARLY}|{_NOT_THERE}")
    exit_code, output = _run(["-c", _LAUNCHER, method], folder, enough=hopeless.search)
    lines = output.split("\n")[-200:]
    if any(_TOO_EARLY in line for line in lines):
        raise Wrong(f"under {method!r} each child ran your script again, and was about to start children of its own.")
    if missing := re.search(_NOT_THERE, output):
        raise Wrong(f"under {method!r} a child imported your script, and there was no `{missing[1]}` at its top.")
    said = re.findall(r"^(?:\w+\.)*((\w*(?:Error|Exception|BrokenProcessPool))\b.*)", "\n".join(lines), re.MULTILINE)
    # After an error an executor now and then never gets out: then the error is the news.
    if exit_code is None and not said:
        raise Wrong(f"under {method!r} your script had not ended after {SCRIPT_PATIENCE} s.")
    if exit_code != 0 or not count.exists():
        # A pool left open may add an error of its own, of a file already closed: the one that is known comes first.
        known = [_FAILURES[name] for _, name in said if name in _FAILURES]
        others = [line.strip().rstrip(".") for line, _ in said] or [f"exit code {exit_code}"]
        line, name = said[-1] if said else ("", "")
        advice = lacking(name, line.partition(": ")[2].strip(), output)  # then it is the machine's fault
        raise Wrong(f"under {method!r} your script failed: {(known or others)[-1]}. {advice}".rstrip())
    printed = [line.strip() for line in lines if line.strip()]
    # Two children may print into the same line; below may be complaints of a pool left open.
    times = sum(len(found[0]) // 3 for line in printed if (found := re.search(r"\b(285)+\b", line)))
    if times != 1:
        told = f"printed 285 {times} times, not once" if times else f"printed {printed[-1:] or 'nothing'}, not 285"
        raise Wrong(f"under {method!r} your script {told}.", "Print the sum of the squares, in the parent alone.")
    started, largest = count.read_text().split()
    if started == "0":
        told = "your script started no process of multiprocessing or concurrent.futures."
        raise Wrong(told, "`ProcessPoolExecutor`, or `multiprocessing.Pool`, is a pool of processes.")
    if int(largest) < 81:
        told = f"under {method!r} the largest number that a child sent to its parent was {largest}"
        advice = "Use the pool's own `map`, and print in the parent."
        raise Wrong(f"{told}; the square of 9, 81, is to come from one.", advice)


# -- 02.5 -------------------------------------------------------------------------------------------------------------

_baked, _lingering = [], []  # buns; the line at which a task lingers


def times_baked(bun):
    """Bake a bun; return how often it has been baked."""
    _baked.append(bun)
    return _baked.count(bun)


def linger(_):
    """Take a moment; or, if the worker takes another task meanwhile, until that has its reply."""
    [line] = _lingering
    taken, sent = len(line.sent_before), line.sent
    if eventually(lambda: len(line.sent_before) > taken, looks=10):
        eventually(lambda: line.sent > sent, looks=100)


def make_lambda(_):
    """Return what cannot be pickled, in another way than a memoryview."""
    return lambda: None


class Dough:
    """What cannot be pickled either, and says so with an error of its own."""

    def __init__(self, bun):
        self.bun = bun

    def __reduce__(self):
        raise BurntBun(f"the {self.bun} sticks to the bowl")


_TASKS = [  # function, argument, and what is to come back: the value, or the kind of the error
    (len, "leek", 4),
    (abs, 0, 0),
    (time.sleep, 0, None),
    (bool, None, False),
    (repr, None, "None"),
    (len, (), 0),
    (sorted, (2, 1), [1, 2]),
    (int, "leek", ValueError),
    (len, "pork", 4),
    (ValueError, "bun", ValueError("bun")),  # returned, not raised
    (pickle.loads, b"", EOFError),
    (os.listdir, "no such folder", OSError),
    (unicodedata.lookup, "leek", KeyError),
    (memoryview, b"bun", Exception),  # no error of the function: a memoryview cannot be pickled
    (make_lambda, "bun", Exception),
    (Dough, "bun", Exception),
    (times_baked, "bun", 1),
]


_ONCE = "Call the function once, with its argument as it is, and send what came of it, whatever that is."


class _Line(getattr(multiprocessing.connection, "PipeConnection", multiprocessing.connection.Connection)):
    """The worker's end of a pipe: it knows how many replies went before each task; time passes in silence only."""

    def __init__(self, end):
        super().__init__(end._handle)
        end._handle = None
        self.sent, self.sent_before, self.is_silent = 0, [], False

    def _send_bytes(self, reply):
        super()._send_bytes(reply)
        self.sent += 1

    def _recv_bytes(self, *most):
        task = super()._recv_bytes(*most)
        self.sent_before.append(self.sent)
        return task

    def poll(self, timeout=0.0):
        while timeout and not self.is_silent:
            if super().poll(0.005):
                return True
        return super().poll(timeout and min(timeout, 0.01))


class _Pipe:
    """A pipe with the answer at its far end, on a thread."""

    def __init__(self, answer):
        self.here, there = multiprocessing.Pipe()
        self.line, self.asked = _Line(there), []
        self.worker = Call(answer, self.line)

    def ask(self, function, argument, wanted):
        """Send a task, and check the reply."""
        task = f"{function.__name__}({argument!r})"
        self.asked.append(task)
        with contextlib.suppress(OSError):  # the worker may have gone home already
            self.here.send((function, argument))
        taken = self.line.sent_before
        eventually(lambda: (len(taken) == len(self.asked) and self.here.poll()) or self.worker.ready(), looks=200)
        self.count_replies(len(self.asked) - 1)
        for reply in self.replies():
            raised = capture(function, argument).error if isinstance(wanted, type) else None
            return self._check(task, reply, wanted, raised)
        if not self.worker.ready():
            raise Wrong(f"there was no reply to the task {task}.")
        when = f"after the task {self.asked[len(taken) - 1]}" if taken else "before the first task"
        self.end(when)
        raise Wrong(f"{when} the worker went home, though nobody had sent `None`.")

    def ask_two(self):
        """Send two tasks at once; the second is for when the first is done."""
        _lingering[:] = [self.line]
        for task in ((linger, "pork"), (len, "leek")):
            self.here.send(task)
        self.asked += ["linger('pork')", "len('leek')"]
        eventually(lambda: self.line.sent == len(self.asked) or self.worker.ready(), looks=200)
        replies, due = [*self.replies(), *self.replies()], [("done", None), ("done", 4)]
        if replies != due:
            told = (
                f"the tasks {' and '.join(self.asked[-2:])} came at once, and the replies were {replies}: {due} was due"
            )
            raise Wrong(f"{told}.", "Take a task when the one before has its reply.")

    def _check(self, task, reply, wanted, raised):
        if not (isinstance(reply, tuple) and len(reply) == 2 and reply[0] in ("done", "failed")):
            raise Wrong(f'the reply to the task {task} was {reply!r}: a pair, with "done" or "failed" first, was due.')
        failed = isinstance(wanted, type)
        if failed != (reply[0] == "failed") or (not failed and repr(reply[1]) != repr(wanted)):
            due = "a failure" if failed else f"{('done', wanted)}"
            raise Wrong(f"the reply to the task {task} was {reply!r}: {due} was due.", _ONCE)
        if failed and not (isinstance(reply[1], wanted) and repr(raised or reply[1]) == repr(reply[1])):
            raise Wrong(f"the reply to the task {task} brought {reply[1]!r}, not the error itself.")

    def count_replies(self, place):
        """Check that at what came in this place all before it had got one reply each."""
        sent = self.line.sent_before[place : place + 1]
        if sent and sent[0] != place:
            told = f"the task {self.asked[place - 1]}" if place else "no task"
            raise Wrong(f"{told} got {sent[0] - max(place - 1, 0)} replies{', not one' if place else ''}.", _ONCE)

    def replies(self):
        """What has come back: one reply, or none."""
        with contextlib.suppress(EOFError, OSError):  # a worker may close its end when it goes home
            return [self.here.recv()] if self.here.poll() else []
        return []

    def end(self, when):
        """Let the worker go home."""
        if not eventually(self.worker.ready, looks=200):
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
    pipe, other = _Pipe(answer), _Pipe(answer)
    other.ask(*_TASKS[0])
    for task in _TASKS:
        pipe.ask(*task)
    pipe.ask_two()
    other.ask(*_TASKS[1])
    pipe.line.is_silent = True
    if eventually(pipe.worker.ready, looks=20):
        pipe.end("after the last task")
        raise Wrong("no task came for a moment, and the worker went home, though nobody had sent `None`.")
    pipe.here.send(None)
    pipe.end("when `None` had come,")
    pipe.count_replies(len(pipe.asked))
    for reply in pipe.replies():
        raise Wrong(f"`None` is no task, and got the reply {reply!r}.")
    for deserted in (other, _Pipe(answer)):
        deserted.here.close()
        deserted.end("when the other end had been closed,")
