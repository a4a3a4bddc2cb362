"""Chapter 11: server models, events and handlers."""

import queue
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from exercises import Wrong, exercise

PATIENCE = 5  # seconds for what a right answer does at once


class Spilt(Exception):
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


def _call(function, *arguments, stuck):
    """Call in a thread; say `stuck` if it does not return. What it raises is raised here."""
    outcome = []

    def call():
        try:
            outcome.append((True, function(*arguments)))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not outcome:
        raise Wrong(stuck)
    returned, value = outcome[0]
    if not returned:
        raise value
    return value


def _need(what, answer):
    if not callable(answer):
        raise Wrong(f"hand over {what}, not a {type(answer).__name__}.")


def _eventually(condition):
    deadline = monotonic() + PATIENCE
    while not condition():
        if monotonic() > deadline:
            return False
        sleep(0.005)
    return True


# -- 11.1 ----------------------------------------------------------------------------------------------------------


@dataclass
class _Event:
    handler: object
    detail: object
    then: object = None


def _what_the_loop_prints():
    events, printed = queue.Queue(), []

    def on_click(bun):
        printed.append(f"click {bun}")
        if bun == "pork":
            events.put(_Event(steam, bun))
        printed.append(f"noted {bun}")

    def steam(bun):
        printed.append(f"steam {bun}")

    events.put(_Event(on_click, "pork"))
    events.put(_Event(steam, "leek"))
    events.put(_Event(on_click, "lotus"))
    events.put(_Event(lambda _: events.put(None), ""))
    while (event := events.get()) is not None:
        event.handler(event.detail)
    return printed


@exercise(
    "11.1",
    praise="that is the order in which it really ran just now.",
    hint="`put` calls nothing: it stands the event at the end of the line, and the handler goes on.",
)
def _order(answer):
    truth = _what_the_loop_prints()
    if not isinstance(answer, (list, tuple)):
        raise Wrong(f"give a list of lines, not a {type(answer).__name__}.")
    odd = next((each for each in answer if each not in truth), None)
    if odd is not None:
        raise Wrong(f"{odd!r} is never printed; a line looks like 'click pork'.")
    twice = next((each for each in truth if list(answer).count(each) > 1), None)
    if twice:
        raise Wrong(f"{twice!r} is printed once, and you have it {list(answer).count(twice)} times.")
    missing = next((each for each in truth if each not in answer), None)
    if missing:
        raise Wrong(f"{missing!r} is missing: it was printed just now.")
    for place, (said, ran) in enumerate(zip(answer, truth, strict=True), 1):
        if said != ran:
            raise Wrong(f"line {place} was not {said!r} when it ran just now. The lines before it are right.")


# -- 11.2 ----------------------------------------------------------------------------------------------------------

_MODELS = {"process for each", "event loop", "process pool", "thread pool"}
_SUITS = {"chat": "event loop", "photos": "process pool", "stock": "thread pool", "report": "process for each"}
_WHY_NOT = {
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
    "11.2",
    praise="each model where its own weakness does not matter.",
    hint="Multiply requests a second by work: cores. By wait and work: how many are inside at once.",
)
def _choose(answer):
    if not isinstance(answer, dict):
        raise Wrong(f"give a dictionary, service: model, not a {type(answer).__name__}.")
    missing = [name for name in _SUITS if not answer.get(name)]
    if missing:
        raise Wrong(f"there is no model yet for `{missing[0]}`.")
    for name, right in _SUITS.items():
        choice = answer[name]
        if choice not in [*_MODELS]:
            raise Wrong(f"{choice!r} is none of the four models.", f"They are {', '.join(sorted(_MODELS))}.")
        if choice != right:
            raise Wrong(f"`{name}` by {choice}: {_WHY_NOT[name, choice]}")


# -- 11.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "11.3",
    praise="each till remembers its own number from key to key, and forgets it in time.",
    hint="Keep the digits as a string in `self`, made in `__init__`.",
)
def _till(answer):
    _need("the class itself, `Till`", answer)
    for keys, wanted in (
        ("1 Enter", [1]),
        ("1 2 Enter", [12]),
        ("1 2 Enter 3 Enter", [12, 3]),
        ("1 2 Backspace 5 Enter", [15]),
        ("1 2 Escape 7 Enter", [7]),
        ("4 Enter Enter", [4]),
        ("Enter", []),
        ("0 0 7 Enter", [7]),
        ("0 Enter 8 Enter", [8]),
        ("Backspace 3 Backspace Backspace 6 Enter", [6]),
        ("5 F1 Shift x 2 Enter", [52]),
        ("9", []),
        ("5 Escape Enter", []),
    ):
        got = []
        till = answer(got.append)
        for key in keys.split():
            till.on_key_down(key)
        if got != wanted:
            raise Wrong(f"the keys {keys} should sell {wanted}, and your till sold {got}.")
    got = []
    one, other = answer(got.append), answer(got.append)
    for till, key in ((one, "1"), (other, "2"), (one, "3"), (one, "Enter"), (other, "Enter")):
        till.on_key_down(key)
    if got != [13, 2]:
        raise Wrong(f"one till was told 1 3, the other 2, and they sold {got}: they share their digits.")


# -- 11.4 ----------------------------------------------------------------------------------------------------------


NOT_AT_ONCE = "`submit` did not return at once: it waits for nothing, and with all places taken it says False."


class _Job:
    """A job that says when it has begun and ends when it may."""

    made = []  # noqa: RUF012

    def __init__(self, record, error=None):
        self.made.append(self)
        self.record, self.error = record, error
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        self.may_end.wait(4 * PATIENCE)
        self.record.append(self)
        if self.error:
            raise self.error


@exercise(
    "11.4",
    praise="full means no, accepted means done, and nobody is left after closing time.",
    hint="Let a Semaphore(workers + places) count who is inside; one “go home” for each worker; then join them.",
    seconds=60,
)
def _pool(answer):
    _need("the class itself, `Pool`", answer)
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
    if not _eventually(lambda: threading.active_count() <= before):
        raise Wrong("after `close()` has returned, threads of the pool are still there.")


def _bounded(answer, workers, places, before):
    record, pool = [], _call(answer, workers, places, stuck="`Pool(...)` itself never returned.")
    busy = [_Job(record) for _ in range(workers)]
    for job in busy:
        if _submit(pool, job) is not True:
            raise Wrong("a worker was free, and `submit` did not return True.")
        if not job.begun.wait(PATIENCE):
            raise Wrong(f"of {workers} workers one was free, and a job that was accepted did not begin.")
    waiting = [_Job(record) for _ in range(places)]
    for number, job in enumerate(waiting):
        if _submit(pool, job) is not True:
            raise Wrong(f"all {workers} were busy, {number} of {places} places taken, and `submit` did not say True.")
    refused = _Job(record)
    for said in _call(lambda: [pool.submit(refused) for _ in range(500)], stuck=NOT_AT_ONCE):  # a short wait shows
        if said is not False:
            raise Wrong(f"all {workers} were busy, all {places} places taken, and `submit` said {said!r}, not False.")
    if any(job.begun.is_set() for job in waiting):
        raise Wrong(f"there are {workers} workers, and more than {workers} jobs ran at the same time.")
    if threading.active_count() - before > workers:
        raise Wrong(f"the pool uses {threading.active_count() - before} threads for {workers} workers.")
    for job in (*busy, *waiting):
        job.may_end.set()
    _close(pool)
    if len(record) != workers + places:
        raise Wrong(f"{workers + places} jobs were accepted and {len(record)} were done when `close()` returned.")
    late = _Job(record)
    late.may_end.set()
    if _submit(pool, late) is not False:
        raise Wrong("the pool is closed, and `submit` still accepts.")
    if not _eventually(lambda: threading.active_count() <= before):
        raise Wrong("after `close()` has returned, threads of the pool are still there.")


def _submit(pool, job):
    return _call(pool.submit, job, stuck=NOT_AT_ONCE)


def _close(pool):
    _call(pool.close, stuck="`close()` never returned, although every job could end.")


def _closes(answer, jobs):
    """Close while one job runs and the others wait: nothing that was accepted may be dropped."""
    record, pool = [], answer(1, 2)
    jobs = [_Job(record) for _ in range(jobs)]
    for job in jobs:
        _submit(pool, job)
        jobs[0].begun.wait(PATIENCE)
    closing = threading.Thread(target=pool.close, daemon=True)
    closing.start()
    closing.join(0.2)
    if not closing.is_alive():
        raise Wrong("`close()` returned while accepted jobs were still to be done.")
    for job in jobs:
        job.may_end.set()
    closing.join(PATIENCE)
    if closing.is_alive():
        raise Wrong("`close()` never returned, although every job could end.")
    if len(record) != len(jobs):
        raise Wrong(f"{len(jobs)} jobs were accepted and {len(record)} were done when `close()` returned.")


def _bears_a_failing_job(answer):
    record, pool = [], answer(1, 2)
    for number in range(4):  # one more than can be inside
        job = _Job(record, Spilt("spilt"))
        job.may_end.set()
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
        said = _call(lambda: [pool.submit(job) for job in jobs], stuck=NOT_AT_ONCE)
    finally:
        sys.setswitchinterval(interval)
    for job in jobs:
        job.may_end.set()
    if said != [True] * 4:
        raise Wrong(f"2 workers were free, 2 places too, 4 jobs came at once, and `submit` said {said}.")
    _close(pool)


# -- 11.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "11.5",
    praise="the loop never stands still, and all shared data is touched by its thread alone.",
    hint="A thread for each slow handler puts its result into the same queue; count how many are out.",
    seconds=60,
)
def _free_the_loop(answer):
    _need("the function itself, `run`", answer)
    with _on_a_leash():
        _waits_for_all(answer)
        _goes_on(answer)
        _bears_a_failing_handler(answer)


def _start(answer, events):
    """Call run(events) in a thread, which is then the loop's."""
    ended, failure = threading.Event(), []

    def call():
        try:
            answer(events)
        except BaseException as error:
            failure.append(error)
        ended.set()

    loop = threading.Thread(target=call, daemon=True)
    loop.start()
    return loop, ended, failure


def _finish(ended, failure, stuck="`run` did not return after None, although every handler had ended."):
    if not ended.wait(PATIENCE):
        raise Wrong(stuck)
    if failure:
        raise failure[0]


def _goes_on(answer):
    events, where, results = queue.Queue(), {}, []
    met = threading.Barrier(2)
    quick_ran = threading.Event()

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

    loop, ended, failure = _start(answer, events)
    for event in (_Event(slow, 1, then), _Event(slow, 2, then), _Event(quick, "")):
        events.put(event)
    if not quick_ran.wait(2.5) and not failure:
        raise Wrong("a slow handler was running, and the quick one behind it did not get its turn.")
    if not _eventually(lambda: len(results) == 2 or ended.is_set()):
        raise Wrong("slow handlers had returned, and `then` was not called while no other event came.")
    events.put(None)
    _finish(ended, failure)
    if "alone" in results:
        raise Wrong("two slow handlers came one after another: they should run at the same time.")
    if sorted(map(str, results)) != ["10", "20"]:
        raise Wrong(f"two slow handlers returned 10 and 20, and `then` was called with {sorted(map(str, results))}.")
    if where["quick"] in (where["slow 1"], where["slow 2"]):
        raise Wrong("a slow handler and the quick one ran in the same thread.")
    if where["then"] in (where["slow 1"], where["slow 2"]):
        raise Wrong("`then` ran in the thread of the slow handler: it must run in the loop's.")
    if where["then"] != where["quick"]:
        raise Wrong("the quick handler and `then` ran in different threads: both belong into the loop's.")
    if where["then"] != loop.ident:
        raise Wrong("the quick handler and `then` ran in one thread, but not in the one that called `run`.")


def _waits_for_all(answer):
    events, may_end, results = queue.Queue(), threading.Event(), []
    nothing = []

    def slow(detail):
        may_end.wait(4 * PATIENCE)
        return detail

    _, ended, failure = _start(answer, events)
    events.put(_Event(slow, None, nothing.append))  # a result that is None is a result as well
    events.put(_Event(slow, "late", results.append))
    events.put(None)
    early = ended.wait(0.3) and not failure
    may_end.set()
    if early:
        raise Wrong("`run` returned after None while two slow handlers were still running.")
    _finish(ended, failure)
    if results != ["late"]:
        raise Wrong("a slow handler ended after None had come, and its `then` was not called.")
    if nothing != [None]:
        raise Wrong("a slow handler returned None, which is a result too, and its `then` was not called.")


def _bears_a_failing_handler(answer):
    events, results = queue.Queue(), []

    def spill(_):
        raise Spilt("spilt")

    _, ended, failure = _start(answer, events)
    events.put(_Event(spill, "", lambda result: results.append("then of the one that failed")))
    events.put(_Event(lambda detail: detail, "after it", results.append))
    events.put(None)
    try:
        _finish(ended, failure, "a slow handler raised, and `run` waits for it for ever.")
    except Spilt:
        raise Wrong("a slow handler raised, and that ended the loop.") from None
    if results != ["after it"]:
        raise Wrong(f"one slow handler raised, one returned 'after it', and `then` was called with {results}.")


# -- 11.6 ----------------------------------------------------------------------------------------------------------


@exercise(
    "11.6",
    praise="in order, whoever comes and goes meanwhile, and no error keeps the others from their turn.",
    hint="Loop over a sorted copy, and before each call look whether the handler is still there.",
)
def _dispatcher(answer):
    _need("the class itself, `Dispatcher`", answer)
    called = []

    def handler(name, act=lambda: None):
        def handle(detail):
            called.append(name)
            act()

        return handle

    def emit(shop, kind="click"):
        called.clear()
        return _call(shop.emit, kind, "pork", stuck="`emit` never returned.")

    def expect(wanted, when):
        if called != wanted:
            raise Wrong(f"{when}: the handlers called should be {wanted}, and were {called}.")

    shop, details = answer(), []
    shop.on("click", details.append)
    shop.on("click", handler("a"))
    shop.on("click", handler("b"))
    shop.on("key", handler("k"))
    errors = emit(shop)
    if errors != []:
        raise Wrong(f"handlers that raise nothing were called with the detail, and emit returned {errors!r}, not [].")
    expect(["a", "b"], "two handlers for a click, one for a key, and a click")
    if details != ["pork"]:
        raise Wrong(f"emit('click', 'pork') should call each handler with 'pork'; one was called with {details}.")
    errors = emit(shop, "scroll")
    if errors != []:
        raise Wrong(f"nobody handles 'scroll', and emit returned {errors!r}, not an empty list.")
    shop.off("click", handler("stranger"))
    shop.off("scroll", handler("stranger"))
    emit(shop)
    expect(["a", "b"], "a handler that was never added is removed, which does nothing")

    shop = answer()
    for name, priority in (("low", -1), ("first", 0), ("high", 5), ("second", 0), ("high too", 5)):
        shop.on("click", handler(name), priority)
    emit(shop)
    expect(["high", "high too", "first", "second", "low"], "priorities -1, 0, 5, 0, 5")

    shop = answer()
    once = handler("once", lambda: shop.off("click", once))
    shop.on("click", once)
    shop.on("click", handler("next"))
    emit(shop)
    expect(["once", "next"], "the first handler removes itself")
    emit(shop)
    expect(["next"], "the emit after one that removed itself")

    shop = answer()
    victim = handler("victim")
    shop.on("click", handler("remover", lambda: shop.off("click", victim)), 1)
    shop.on("click", victim)
    shop.on("click", handler("last"))
    emit(shop)
    expect(["remover", "last"], "a handler was removed before its turn")

    shop = answer()
    late, urgent = handler("late"), handler("urgent")

    def add():
        if late not in added:
            added.extend([late, urgent])
            shop.on("click", late)
            shop.on("click", urgent, 9)

    added = []
    shop.on("click", handler("adder", add))
    emit(shop)
    expect(["adder"], "a handler adds two others, which are to be called from the next emit on")
    emit(shop)
    expect(["urgent", "adder", "late"], "the emit after one that added two")

    def spill():
        raise Spilt("spilt")

    shop = answer()
    shop.on("click", handler("bad", spill))
    shop.on("click", handler("good"))
    shop.on("click", handler("bad too", spill))
    try:
        errors = emit(shop)
    except Spilt:
        raise Wrong("a handler raised, and emit passed it on: call the others, then return the exceptions.") from None
    expect(["bad", "good", "bad too"], "the first of three handlers raises")
    if not isinstance(errors, list) or [type(error) for error in errors] != [Spilt, Spilt]:
        raise Wrong(f"two handlers raised, and emit returned {errors!r}: a list of both exceptions is wanted.")

    one, other = answer(), answer()
    one.on("click", handler("one"))
    emit(other)
    expect([], "a handler was added to another dispatcher")

    shop, both = answer(), handler("both")
    shop.on("click", both)
    shop.on("key", both)
    shop.off("key", both)
    emit(shop)
    expect(["both"], "a handler of two kinds is removed from one, and the other is emitted")

    class Clerk:
        def greet(self, detail):
            called.append("greet")

    shop, clerk = answer(), Clerk()
    shop.on("click", clerk.greet)
    shop.off("click", clerk.greet)
    emit(shop)
    if called:
        raise Wrong(
            "clerk.greet was added and removed, and was called all the same.",
            "Each `clerk.greet` is a new object, equal to the last: compare with ==, not with `is`.",
        )
