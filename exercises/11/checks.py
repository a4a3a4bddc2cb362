"""Checks of chapter 11: models that suit, a pool that says no, and a loop that never stands still."""

import itertools
import logging
import queue
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from backstage.processes.own_time import OwnTime
from exercises import Wrong, exercise
from exercises.vocabulary import (
    PATIENCE,
    Call,
    Enough,
    Planted,
    Polls,
    Standstill,
    await_call,
    eventually,
    let_pass,
    need,
    reworded,
    settle,
    under_schedules,
)


class Spilt(Planted):
    """What a job or a handler raises in these checks."""


class _Leash:
    """Threads that an answer starts while this is on: they begin late, and stay for a while unless they are joined.

    So a variable has changed when a thread looks at it too late, and threads that nobody waits for are found. They
    write no traceback over the verdict, and keep no process from ending.
    """

    def __init__(self):
        self.threads, self._check, self._hurried, self._callers = [], threading.current_thread(), set(), []

    def alive(self):
        """How many threads of the answer there are."""
        return sum(thread.is_alive() for thread in self.threads)

    def at_work(self):
        """How many of them are not yet at their end."""
        return sum(thread.is_alive() and not thread.at_end for thread in self.threads)

    def in_a_hurry(self, function, *arguments):
        """Call a function, and let it raise Enough when it begins to wait."""
        self._hurried.add(threading.get_ident())
        try:
            return function(*arguments)
        finally:
            self._hurried.discard(threading.get_ident())

    @contextmanager
    def on(self):
        """While this block runs."""
        kind, condition, hook = threading.Thread, threading.Condition, threading.excepthook
        start, join, wait, get = kind.start, kind.join, condition.wait, queue.Queue.get

        def start_late(thread):
            thread.daemon = True
            if threading.current_thread() is not self._check:  # those of the check are started there
                thread.run, thread.joined, thread.at_end = partial(run_late, thread.run), threading.Event(), False
                self.threads.append(thread)
            else:
                self._callers.append(thread)
            hurried = self._hurried & {threading.get_ident()}
            self._hurried -= hurried  # to start a thread is to wait for it
            start(thread)
            self._hurried |= hurried

        def run_late(run):
            time.sleep(0.01)
            try:
                run()
            finally:
                threading.current_thread().at_end = True
                own, left = OwnTime(), 0.3
                while left > 0 and not threading.current_thread().joined.wait(0.05):
                    left -= max(0.03, own.of(0.05))  # if not, each who only looks keeps the other here

        def join_soon(thread, timeout=None):
            getattr(thread, "joined", threading.Event()).set()
            join(thread, timeout and min(timeout, 0.02))  # time-outs are soon over: who gives up then is seen

        def get_soon(jobs, block=True, timeout=None):
            own = threading.current_thread() in self.threads  # theirs are soon over as well
            return get(jobs, block, timeout and min(timeout, 0.02) if own else timeout)

        def wait_if_there_is_time(lock, timeout=None):
            if threading.get_ident() in self._hurried and (timeout is None or timeout > 0):
                raise Enough
            calls = threading.current_thread() in self._callers  # theirs are soon over as well
            return wait(lock, timeout and min(timeout, 0.02) if calls else timeout)

        threading.excepthook = lambda args: None
        kind.start, kind.join, condition.wait = start_late, join_soon, wait_if_there_is_time
        queue.Queue.get = get_soon
        try:
            yield self
        finally:
            threading.excepthook, kind.start, kind.join, condition.wait = hook, start, join, wait
            queue.Queue.get = get


STILL = 24  # looks, 0.05 s apart, at which nobody has done anything


def _work_done():
    """A state for `Standstill`: what CPU others have used; this thread only looks."""
    return int(50 * (time.process_time() - time.thread_time())) + 1


def _until(condition):
    """Wait until a condition holds, or until nobody does anything any more; return whether it holds."""
    is_still = Standstill(5 * STILL)
    for _ in range(1000):
        if condition() or is_still(_work_done()):
            break
        let_pass(0.01)
    return condition()


def _await_call(call, stuck):
    return await_call(call, stuck, stands_still=_work_done, looks=STILL)


def _in_time(function, *arguments, stuck):
    return _await_call(Call(function, *arguments), stuck).result()


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
    ("stock", "process pool"): "200 × 50 ms are 10 inside at once, and 10 processes take 3 GB: the machine has 2.",
    ("stock", "process for each"): "200 × 50 ms are 10 inside at once, and 10 processes take 3 GB: the machine has 2.",
    ("report", "event loop"): "when the library crashes Python, the loop and all its guests are gone.",
    ("report", "thread pool"): "when the library crashes Python, it is the process that crashes, with all threads.",
    (
        "report",
        "process pool",
    ): "a worker lives on after a report, and so does what the library leaked; once a minute, a start costs nothing.",
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

NEVER_SAID = "`submit` never returned."
ITS_OWN = "Each pool has its own queue, its own count and its own threads: keep them in `self`."
COUNT = (
    "Count a job where it is accepted: one that is taken and not yet counted is inside, too. "
    "And hold a lock around each `+= 1`."
)
NEVER_CLOSED = "`close()` never returned, although every job could end."


class _Job:
    """A job that says when it has begun and ends when it may."""

    def __init__(self, record, error=None, may_end=True):
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


class _FalseJob(_Job):
    def __bool__(self):
        return False


@exercise(
    "11.2",
    praise="full means no, accepted means done, and nobody is left after closing time.",
    hint="Let a Semaphore(workers + places) count who is inside; one “go home” for each worker; then join them.",
    seconds=60,
)
def _pool(answer):
    need(answer, callable, "hand over the class itself, `Pool`")
    with _Leash().on() as leash:
        for workers, places in ((2, 3), (1, 1), (3, 1)):
            _bounded(leash, answer, workers, places)
        for jobs in (0, 1, 3):
            _closes(leash, answer, jobs)
        for promise in (_bears_failing_jobs, _takes_a_rush, _takes_any_job, _keeps_apart):
            promise(leash, answer)
    logging.getLogger("concurrent.futures").disabled = True  # an executor tells of workers whose run is over
    with suppress(Polls):  # nobody has forbidden it
        under_schedules(_counts_right, answer, stuck=lambda waiting: NEVER_CLOSED)


def _open(answer, workers, places):
    return _in_time(answer, workers, places, stuck="`Pool(...)` itself never returned.")


def _submit(pool, job):
    return _in_time(pool.submit, job, stuck=NEVER_SAID)


def _begin_to_close(leash, pool, record):
    """Close a pool, and look in the same moment how much is done and how many threads are still there."""

    def close():
        pool.close()
        return len(record), leash.alive()

    return Call(close)


def _end_to_close(closing, accepted):
    done, alive = _await_call(closing, NEVER_CLOSED).result()
    if done != accepted:
        raise Wrong(f"{accepted} jobs were accepted, and {done} were done when `close()` returned.")
    if alive:
        raise Wrong(f"when `close()` returned, {alive} of the pool's threads had not ended.")


def _bounded(leash, answer, workers, places):
    """Fill a pool, let all jobs end, fill it again, and close it."""
    record, pool = [], _open(answer, workers, places)
    for total, again in (
        ((inside := workers + places), ""),
        (2 * inside, f" (The {inside} jobs before them were done.)"),
    ):
        busy, waiting = ([_Job(record, may_end=False) for _ in range(number)] for number in (workers, places))
        try:
            _fill(leash, pool, busy, waiting, _Job(record), again)
        finally:
            for job in (*busy, *waiting):
                job.may_end.set()
        if not _until(lambda total=total: len(record) >= total):
            raise Wrong(f"{total} jobs were accepted and could end, and {len(record)} were done.")
        let_pass(0.1)  # workers that do not wait for work go home
    _end_to_close(_begin_to_close(leash, pool, record), total)
    if _submit(pool, _Job(record)) is not False:
        raise Wrong("the pool is closed, and `submit` did not say False.")


def _fill(leash, pool, busy, waiting, refused, again):
    for number, job in enumerate((*busy, *waiting)):
        taken = number - len(busy)
        state = f"{min(number, len(busy))} of {len(busy)} workers busy, {max(taken, 0)} of {len(waiting)} places taken"
        # A place is free again a little after its job is done.
        if not eventually(lambda job=job: _submit(pool, job) is True, looks=100 if again else 0):
            raise Wrong(f"with {state}, `submit` did not say True.{again}")
        if taken < 0 and not _until(job.begun.is_set):
            raise Wrong(f"with {state}, a job was accepted and did not begin.{again}")
    full = f"with all {len(busy)} workers busy, all {len(waiting)} places taken, `submit`"
    with reworded({Enough: f"{full} began to wait: it should say False at once.{again}"}):
        said = _in_time(
            lambda: [leash.in_a_hurry(pool.submit, refused) for _ in range(300)],  # a short wait shows
            stuck=f"{full} did not return at once.{again}",
        )
    if odd := [each for each in said if each is not False]:
        raise Wrong(f"{full} said {odd[0]!r}, not False.{again}")
    if not eventually(lambda: leash.at_work() <= len(busy), looks=50):
        raise Wrong(f"the pool has {leash.at_work()} threads for {len(busy)} workers.")


def _closes(leash, answer, jobs):
    """Close while one job runs and the others wait: nothing that was accepted may be dropped."""
    record, pool = [], _open(answer, 1, 2)
    jobs = [_Job(record, may_end=False) for _ in range(jobs)]
    for job in jobs:
        _submit(pool, job)
        _until(jobs[0].begun.is_set)
    closing = _begin_to_close(leash, pool, record)
    early = bool(jobs) and closing.wait(0.1)
    for job in jobs:
        job.may_end.set()
    if early and closing.outcome.error is None:
        raise Wrong("`close()` returned while accepted jobs were still to be done.")
    _end_to_close(closing, len(jobs))


def _bears_failing_jobs(leash, answer):
    record, pool = [], _open(answer, 1, 2)
    errors = [Spilt("spilt")] * 4 + [None] * 4  # of each, one more than can be inside
    for number, error in enumerate(errors):
        job = _Job(record, error)
        if _submit(pool, job) is not True:
            raise Wrong(f"{number} jobs had run, one after another, and `submit` said no: their places are free again.")
        if not _until(job.begun.is_set):
            raise Wrong(f"after {min(number, 4)} of the jobs had raised, the next was accepted and never begun.")
    _end_to_close(_begin_to_close(leash, pool, record), len(errors))


def _takes_a_rush(leash, answer):
    """Fill a pool at rest before any of its workers gets a turn."""
    record, pool = [], _open(answer, 2, 2)
    jobs, interval = [_Job(record) for _ in range(4)], sys.getswitchinterval()
    sys.setswitchinterval(1)
    try:
        said = _in_time(lambda: [pool.submit(job) for job in jobs], stuck=NEVER_SAID)
    finally:
        sys.setswitchinterval(interval)
    if said != [True] * 4:
        raise Wrong(f"2 workers were free, 2 places too, 4 jobs came at once, and `submit` said {said}.")
    _end_to_close(_begin_to_close(leash, pool, record), 4)


def _counts_right(answer):
    """For a stage: let jobs end at any moment, and see afterwards how many are accepted."""
    pool, done, may_end = answer(2, 1), [], threading.Event()
    for number in range(3):
        if pool.submit(lambda: done.append(1)) is not True:
            raise Wrong(f"2 workers, 1 place, {number} jobs had come, and `submit` did not say True.")
    settle()
    if len(done) < 3:  # who naps meanwhile is not hurried here
        return pool.close()
    said = [pool.submit(may_end.wait) for _ in range(4)]
    may_end.set()
    pool.close()
    if said != [True, True, True, False]:
        reason = f"3 jobs had come and ended, then 4 came to the 2 workers and 1 place, and `submit` said {said}."
        raise Wrong(reason, COUNT)


def _takes_any_job(leash, answer):
    """The same job twice, and one that counts as false."""
    for job, kind in (_Job([]), "the same job was accepted twice"), (_FalseJob([]), "a job whose `bool()` is False"):
        pool = _open(answer, 1, 2)
        both = [_submit(pool, job), _submit(pool, job)]
        _in_time(pool.close, stuck=f"{kind}, and `close()` never returned.")
        if both == [True, True] and len(job.record) != 2:
            raise Wrong(
                f"{kind}: it was submitted twice, and called {len(job.record)} times.", "Ask `is None`, or `==`."
            )


def _keeps_apart(leash, answer):
    """Two pools at once: what fills or closes one is nothing to the other."""
    record, (full, other) = [], (_open(answer, 1, 1) for _ in range(2))
    jobs = [_Job(record, may_end=False) for _ in range(2)]
    try:
        for job in jobs:
            _submit(full, job)
        _until(jobs[0].begun.is_set)
        quick, both = _Job([]), "one pool was full, another at rest, and "
        if (said := _submit(other, quick)) is not True:
            raise Wrong(f"{both}`submit` of the other said {said!r}, not True.", ITS_OWN)
        if not _until(quick.begun.is_set):
            raise Wrong(f"{both}a job that the other accepted did not begin.", ITS_OWN)
        if jobs[1].begun.is_set():
            raise Wrong(f"{both}a job began that waited for the only worker of the full one.", ITS_OWN)
        _in_time(other.close, stuck="one pool had work, and `close()` of another that had none never returned.")
    finally:
        for job in jobs:
            job.may_end.set()
    _end_to_close(_begin_to_close(leash, full, record), 2)


# -- 11.3 -------------------------------------------------------------------------------------------------------------


@dataclass
class _Event:
    handler: object
    detail: object
    then: object = None


class _Events(queue.Queue):
    """The first time-out of a `get` is over at once: who gives up then is seen.

    With a lag, what other threads put comes late, each later than the one before: who looks meanwhile is seen.
    """

    patient, lag = False, 0

    def __init__(self):
        super().__init__()
        self._late, self._check = itertools.count(1), threading.current_thread()

    def put(self, item, block=True, timeout=None):
        if self.lag and threading.current_thread() is not self._check:
            time.sleep(self.lag * next(self._late))
        super().put(item, block, timeout)

    def get(self, block=True, timeout=None):
        if timeout and not self.patient and self.empty():
            self.patient = True
            raise queue.Empty
        return super().get(block, timeout)


class _Loop:
    """A call run(events) on a thread, which is then the loop's, and notes of what was called there and elsewhere."""

    def __init__(self, answer):
        self.events, self.notes = _Events(), []
        self.call = Call(answer, self.events)

    def put(self, *events):
        for event in events:
            self.events.put(event)

    def quick(self, detail):
        """A quick event, noted when it is handled."""
        return _Event(partial(self.note, "quick"), detail)

    def slow(self, work, detail, name="then"):
        """A slow event, noted when its `then` is called."""
        return _Event(work, detail, partial(self.note, name))

    def note(self, what, value):
        self.notes.append((what, value, threading.get_ident()))

    def noted(self, what="then"):
        return [value for name, value, _ in self.notes if name == what]

    def finish(self, stuck="`run` did not return after None, although every handler had ended.", notes=0):
        """Wait for the end of run, and look in which thread all that was noted has run; so many may come late."""
        with reworded({queue.Empty: "nothing came for a while, and `run` let out queue.Empty: handlers may be slow."}):
            _await_call(self.call, stuck).result()
        eventually(lambda: len(self.notes) >= notes, looks=200)
        for what, _, thread in self.notes:
            if thread != self.call.thread.ident:
                what = "a quick handler" if what == "quick" else "a `then`"
                raise Wrong(f"{what} ran in another thread than the one that called `run`.")


@exercise(
    "11.3",
    praise="the loop never stands still, and all shared data is touched by its thread alone.",
    hint="A thread for each slow handler puts its result into the same queue; count how many are out.",
    seconds=60,
)
def _free_the_loop(answer):
    need(answer, callable, "hand over the function itself, `run`")
    with _Leash().on():
        promises = _is_a_loop, _goes_on, _calls_then_soon, _waits_for_all, _hands_on_results
        for promise in (*promises, _bears_failing_handlers, _run_apart):
            promise(answer)


def _is_a_loop(answer):
    details = [3, None, 1, "", 1, 0]
    for listed in ([], details):
        loop = _Loop(answer)
        loop.put(*map(loop.quick, listed), None)
        loop.finish(f"{len(listed)} quick events came, then None, and `run` did not return.", len(listed))
        if (got := loop.noted("quick")) != listed:
            said = f"the details of quick events were {listed}, and when `run` returned, their handlers had got {got}."
            raise Wrong(said, "Call the handler of a quick event right in the loop, in the thread that called `run`.")


def _goes_on(answer):
    """Four slow handlers at once: a pool of two would make a third wait."""
    loop, begun, met, quick_ran = _Loop(answer), [], threading.Barrier(4), threading.Event()
    numbers, where = range(4), set()

    def slow(number):
        begun.append(number)
        where.add(threading.get_ident())
        met.wait(4 * PATIENCE)
        quick_ran.wait(4 * PATIENCE)
        return number * 10

    def quick(_):
        quick_ran.set()

    loop.put(*(loop.slow(slow, number, number) for number in numbers), _Event(quick, ""))
    try:
        _until(lambda: len(loop.notes) == 4 or loop.call.ready())
        if loop.call.ready():
            loop.call.result()
        elif loop.call.thread.ident in where or not quick_ran.is_set():
            raise Wrong("a slow handler was running, and the quick one behind it did not get its turn.")
        elif len(begun) < 4:
            raise Wrong(f"four slow handlers came, and no more than {len(begun)} of them ran at the same time.")
        elif len(loop.notes) < 4:
            raise Wrong("slow handlers had returned, and `then` was not called while no other event came.")
    finally:
        met.abort()
        quick_ran.set()
    loop.put(None)
    loop.finish()
    if (got := [each for number in numbers for each in loop.noted(number)]) != [0, 10, 20, 30]:
        raise Wrong(f"four slow handlers returned 0, 10, 20 and 30, and their `then` were called with {got}.")


def _calls_then_soon(answer):
    """The first of two slow handlers goes on, the second has returned: before None has come, and after it."""
    for now, later in ([], [None]), ([None], []):
        loop, may_end = _Loop(answer), threading.Event()
        long = loop.slow(lambda _, may_end=may_end: may_end.wait(4 * PATIENCE), "long")
        loop.put(long, loop.slow(str, "short"), *now)
        try:
            soon = _until(lambda loop=loop: "short" in loop.noted() or loop.call.ready())
        finally:
            may_end.set()
        loop.put(*later)
        loop.finish()
        if not soon:
            came = "two slow handlers came, then None" if now else "two slow handlers came"
            raise Wrong(
                f"{came}, the second had returned, and its `then` was not called before the first returned.",
                "Let each result come back through the queue by itself: who is done first is first.",
            )


def _waits_for_all(answer):
    for lag in (0, 0.02):
        _waits_for_both(answer, lag)


def _waits_for_both(answer, lag):
    loop, may_end = _Loop(answer), threading.Event()

    def slow(detail):
        may_end.wait(4 * PATIENCE)
        return detail

    loop.put(loop.slow(slow, "late"), loop.slow(slow, "late"), None)
    loop.events.lag = lag
    early = loop.call.wait(0.3) and not loop.call.outcome.error
    may_end.set()
    if early:
        raise Wrong("`run` returned after None while two slow handlers were still running.")
    loop.finish()
    if (got := loop.noted()) != ["late", "late"]:
        raise Wrong(f"two slow handlers returned 'late' after None had come, and `then` was called with {got}.")


def _hands_on_results(answer):
    """Any result is one; the same event may come twice; and None may come when all are home."""
    loop, results = _Loop(answer), {"nothing": None, "zero": 0, "no": False, "an error": Spilt("returned"), "": "empty"}
    one, two = loop.slow(results.get, "nothing"), loop.slow(results.get, "zero")
    loop.put(one, one, two, *(loop.slow(results.get, each) for each in ("no", "an error", "")))
    wanted = [results[each] for each in ("nothing", *results)]
    _until(lambda: len(loop.notes) == len(wanted) or loop.call.ready())
    loop.put(loop.quick("last"), None)
    loop.finish("all slow handlers had ended, a quick event came, then None, and `run` did not return.")
    if sorted(map(repr, got := loop.noted())) != sorted(map(repr, wanted)):
        raise Wrong(f"slow handlers returned {wanted}, each in a moment, and `then` was called with {got}.")


def _bears_failing_handlers(answer):
    def spill(_):
        raise Spilt("spilt")

    for details in ((True, False), (False, True), (True, True)):
        loop = _Loop(answer)
        loop.put(*(loop.slow(spill if fails else str, fails) for fails in details), None)
        with reworded({Spilt: "a slow handler raised, and that ended the loop."}):
            loop.finish("a slow handler raised, and `run` did not return after None.")
        if (got := loop.noted()) != ["False"] * details.count(False):
            raise Wrong(f"of two slow handlers {sum(details)} raised, and `then` was called with {got}.")


def _run_apart(answer):
    """Two loops at once: what is out in one is nothing to the other."""
    one, other, may_end = _Loop(answer), _Loop(answer), threading.Event()
    one.put(one.slow(lambda _: may_end.wait(4 * PATIENCE), "one"), None)
    other.put(other.slow(str, "other"), other.quick("other"), None)
    try:
        other.finish("`run` ran twice at once, and one did not return because a slow handler of the other was running.")
    finally:
        may_end.set()
    one.finish()
    if (got := [one.noted(), other.noted()]) != [[True], ["other"]]:
        raise Wrong(f"`run` ran twice at once, one slow event in each, and `then` was called with {got}.")
