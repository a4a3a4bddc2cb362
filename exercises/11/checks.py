"""Checks of chapter 11: models that suit, a pool that says no, and a loop that never stands still."""

import queue
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass

from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, Call, Planted, await_call, eventually, in_time, need, reworded


class Spilt(Planted):
    """What a job or a handler raises in these checks."""


@contextmanager
def _on_a_leash():
    """Threads of an answer neither write tracebacks over the verdict nor keep this process from ending."""
    hook, start = threading.excepthook, threading.Thread.start

    def start_as_daemon(thread):
        thread.daemon = True
        start(thread)

    threading.excepthook, threading.Thread.start = lambda args: None, start_as_daemon
    try:
        yield
    finally:
        threading.excepthook, threading.Thread.start = hook, start


# -- 11.1 -------------------------------------------------------------------------------------------------------------

MODELS = {"process for each", "event loop", "process pool", "thread pool"}
SUITS = {"chat": "event loop", "photos": "process pool", "stock": "thread pool", "report": "process for each"}
WHY_NOT = {
    ("chat", "process for each"): "20,000 guests would be 20,000 processes: at 0.4 MB each, 8 GB.",
    ("chat", "process pool"): "most of 20,000 guests are silent, and each silent one occupies a worker.",
    ("chat", "thread pool"): "most of 20,000 guests are silent, and each silent one occupies a worker.",
    ("photos", "event loop"): "20 × 300 ms are 6 s of work in each second, and a loop has one core for it.",
    ("photos", "thread pool"): "20 × 300 ms are 6 s of Python's work in each second, and the GIL lets one thread work.",
    ("photos", "process for each"): "it would serve, but starts 20 processes a second where eight could stay.",
    ("stock", "event loop"): "the driver blocks the whole loop: at 50 ms each, it serves 20 a second, and 200 come.",
    ("stock", "process pool"): "200 × 50 ms are 10 inside at once, and ten processes of 300 MB are 3 GB; there are 2.",
    ("stock", "process for each"): "200 × 50 ms are 10 inside at once, and ten processes of 300 MB are 3 GB of 2.",
    ("report", "event loop"): "when the library crashes Python, the loop and all its guests are gone.",
    ("report", "thread pool"): "when the library crashes Python, it is the process that crashes, with all threads.",
    ("report", "process pool"): "what leaks stays in a worker that lives on, and nobody replaces one that crashed.",
}


@exercise(
    "11.1",
    praise="each model where its own weakness does not matter.",
    hint="Multiply requests a second by work: cores. By wait and work: how many are inside at once.",
)
def _choose(answer):
    need(answer, dict, "give a dictionary, service: model")
    if missing := [name for name in SUITS if not answer.get(name)]:
        raise Wrong(f"there is no model yet for `{missing[0]}`.")
    for name, right in SUITS.items():
        choice = answer[name]
        if choice not in [*MODELS]:
            raise Wrong(f"{choice!r} is none of the four models.", f"They are {', '.join(sorted(MODELS))}.")
        if choice != right:
            raise Wrong(f"`{name}` by {choice}: {WHY_NOT[name, choice]}")


# -- 11.2 -------------------------------------------------------------------------------------------------------------

NOT_AT_ONCE = "`submit` did not return at once: it waits for nothing, and with all places taken it says False."
NEVER_CLOSED = "`close()` never returned, although every job could end."
STILL_THERE = "after `close()` has returned, threads of the pool are still there."


class _Job:
    """A job that says when it has begun and ends when it may."""

    made = []  # noqa: RUF012

    def __init__(self, record, error=None, may_end=False):
        self.made.append(self)
        self.record, self.error = record, error
        self.begun, self.may_end = threading.Event(), threading.Event()
        if may_end:
            self.may_end.set()

    def __call__(self):
        self.begun.set()
        self.may_end.wait(4 * PATIENCE)
        self.record.append(self)
        if self.error:
            raise self.error


@exercise(
    "11.2",
    praise="full means no, accepted means done, and nobody is left after closing time.",
    hint="Let a Semaphore(workers + places) count who is inside; one “go home” for each worker; then join them.",
    seconds=60,
)
def _pool(answer):
    need(answer, callable, "hand over the class itself, `Pool`")
    before = threading.active_count()
    with _on_a_leash():
        try:
            for workers, places in ((2, 3), (1, 1)):
                _bounded(answer, workers, places, before)
            _closes(answer, jobs=1)
            _closes(answer, jobs=3)
            _bears_a_failing_job(answer)
            _takes_a_rush(answer)
        finally:
            for job in _Job.made:
                job.may_end.set()
    if not eventually(lambda: threading.active_count() <= before):
        raise Wrong(STILL_THERE)


def _submit(pool, job):
    return in_time(pool.submit, job, stuck=NOT_AT_ONCE)


def _close(pool):
    in_time(pool.close, stuck=NEVER_CLOSED)


def _all_done(record, accepted):
    if len(record) != accepted:
        raise Wrong(f"{accepted} jobs were accepted and {len(record)} were done when `close()` returned.")


def _bounded(answer, workers, places, before):
    record, pool = [], in_time(answer, workers, places, stuck="`Pool(...)` itself never returned.")
    busy, waiting = ([_Job(record) for _ in range(number)] for number in (workers, places))
    for job in busy:
        if _submit(pool, job) is not True:
            raise Wrong("a worker was free, and `submit` did not return True.")
        if not job.begun.wait(PATIENCE):
            raise Wrong(f"of {workers} workers one was free, and a job that was accepted did not begin.")
    for number, job in enumerate(waiting):
        if _submit(pool, job) is not True:
            raise Wrong(f"all {workers} were busy, {number} of {places} places taken, and `submit` did not say True.")
    refused = _Job(record)
    for said in in_time(lambda: [pool.submit(refused) for _ in range(500)], stuck=NOT_AT_ONCE):  # a short wait shows
        if said is not False:
            raise Wrong(f"all {workers} were busy, all {places} places taken, and `submit` said {said!r}, not False.")
    if any(job.begun.is_set() for job in waiting):
        raise Wrong(f"there are {workers} workers, and more than {workers} jobs ran at the same time.")
    if (used := threading.active_count() - before) > workers:
        raise Wrong(f"the pool uses {used} threads for {workers} workers.")
    for job in (*busy, *waiting):
        job.may_end.set()
    _close(pool)
    _all_done(record, workers + places)
    if _submit(pool, _Job(record, may_end=True)) is not False:
        raise Wrong("the pool is closed, and `submit` still accepts.")
    if not eventually(lambda: threading.active_count() <= before):
        raise Wrong(STILL_THERE)


def _closes(answer, jobs):
    """Close while one job runs and the others wait: nothing that was accepted may be dropped."""
    record, pool = [], answer(1, 2)
    jobs = [_Job(record) for _ in range(jobs)]
    for job in jobs:
        _submit(pool, job)
        jobs[0].begun.wait(PATIENCE)
    closing = Call(pool.close)
    if closing.wait(0.2):
        raise Wrong("`close()` returned while accepted jobs were still to be done.")
    for job in jobs:
        job.may_end.set()
    await_call(closing, NEVER_CLOSED)
    _all_done(record, len(jobs))


def _bears_a_failing_job(answer):
    record, pool = [], answer(1, 2)
    for number in range(4):  # one more than can be inside
        job = _Job(record, Spilt("spilt"), may_end=True)
        if _submit(pool, job) is not True:
            raise Wrong(f"{number} jobs had run, one after another, and `submit` said no: their places are free again.")
        if not job.begun.wait(PATIENCE):
            if number:
                raise Wrong("one job raised, and the next was never begun: the exception has ended the worker.")
            raise Wrong("a job that was accepted did not begin, although the worker was free.")
    _close(pool)


def _takes_a_rush(answer):
    """Fill a pool at rest before any of its workers gets a turn."""
    record, pool = [], answer(2, 2)
    jobs, interval = [_Job(record) for _ in range(4)], sys.getswitchinterval()
    sys.setswitchinterval(1)
    try:
        said = in_time(lambda: [pool.submit(job) for job in jobs], stuck=NOT_AT_ONCE)
    finally:
        sys.setswitchinterval(interval)
    for job in jobs:
        job.may_end.set()
    if said != [True] * 4:
        raise Wrong(f"2 workers were free, 2 places too, 4 jobs came at once, and `submit` said {said}.")
    _close(pool)


# -- 11.3 -------------------------------------------------------------------------------------------------------------


@dataclass
class _Event:
    handler: object
    detail: object
    then: object = None


@exercise(
    "11.3",
    praise="the loop never stands still, and all shared data is touched by its thread alone.",
    hint="A thread for each slow handler puts its result into the same queue; count how many are out.",
    seconds=60,
)
def _free_the_loop(answer):
    need(answer, callable, "hand over the function itself, `run`")
    with _on_a_leash():
        _waits_for_all(answer)
        _goes_on(answer)
        _bears_a_failing_handler(answer)


def _begin(answer, *listed):
    """Call run(events) in a thread, which is then the loop's; return it and the events, with those listed in it."""
    events = queue.Queue()
    loop = Call(answer, events)
    for event in listed:
        events.put(event)
    return loop, events


def _finish(loop, stuck="`run` did not return after None, although every handler had ended."):
    await_call(loop, stuck).result()


def _goes_on(answer):
    where, results = {}, []
    met, quick_ran = threading.Barrier(2), threading.Event()

    def slow(number):
        where[f"slow {number}"] = threading.get_ident()
        try:
            met.wait(3)
        except threading.BrokenBarrierError:
            return "alone"
        return number * 10 if quick_ran.wait(3) else "blocked"

    def quick(_):
        where["quick"] = threading.get_ident()
        quick_ran.set()

    def then(result):
        where.setdefault("then", threading.get_ident())
        results.append(result)

    loop, events = _begin(answer, _Event(slow, 1, then), _Event(slow, 2, then), _Event(quick, ""))
    if not quick_ran.wait(2.5) and not (loop.ready() and loop.outcome.error):
        raise Wrong("a slow handler was running, and the quick one behind it did not get its turn.")
    if not eventually(lambda: len(results) == 2 or loop.ready()):
        raise Wrong("slow handlers had returned, and `then` was not called while no other event came.")
    events.put(None)
    _finish(loop)
    if "alone" in results:
        raise Wrong("two slow handlers came one after another: they should run at the same time.")
    if (got := sorted(map(str, results))) != ["10", "20"]:
        raise Wrong(f"two slow handlers returned 10 and 20, and `then` was called with {got}.")
    if where["quick"] in (where["slow 1"], where["slow 2"]):
        raise Wrong("a slow handler and the quick one ran in the same thread.")
    if where["then"] in (where["slow 1"], where["slow 2"]):
        raise Wrong("`then` ran in the thread of the slow handler: it must run in the loop's.")
    if where["then"] != where["quick"]:
        raise Wrong("the quick handler and `then` ran in different threads: both belong into the loop's.")
    if where["then"] != loop.thread.ident:
        raise Wrong("the quick handler and `then` ran in one thread, but not in the one that called `run`.")


def _waits_for_all(answer):
    may_end, results, nothing = threading.Event(), [], []

    def slow(detail):
        may_end.wait(4 * PATIENCE)
        return detail

    # A result that is None is a result as well.
    loop, _ = _begin(answer, _Event(slow, None, nothing.append), _Event(slow, "late", results.append), None)
    early = loop.wait(0.3) and not loop.outcome.error
    may_end.set()
    if early:
        raise Wrong("`run` returned after None while two slow handlers were still running.")
    _finish(loop)
    if results != ["late"]:
        raise Wrong("a slow handler ended after None had come, and its `then` was not called.")
    if nothing != [None]:
        raise Wrong("a slow handler returned None, which is a result too, and its `then` was not called.")


def _bears_a_failing_handler(answer):
    results = []

    def spill(_):
        raise Spilt("spilt")

    failing = _Event(spill, "", lambda result: results.append("then of the one that failed"))
    loop, _ = _begin(answer, failing, _Event(lambda detail: detail, "after it", results.append), None)
    with reworded({Spilt: "a slow handler raised, and that ended the loop."}):
        _finish(loop, "a slow handler raised, and `run` waits for it for ever.")
    if results != ["after it"]:
        raise Wrong(f"one slow handler raised, one returned 'after it', and `then` was called with {results}.")
