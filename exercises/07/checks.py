"""Checks of chapter 7: patching. Each patches its own process, or one below it, for real."""

import random
import time
import warnings
from functools import partial
from types import ModuleType

import gevent
from gevent import monkey

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, GreenCall, HubWatch, capture, eventually, hurried, let_pass, need, quiet_hub
from helpers.isolated import run_isolated

# -- 07.1 -------------------------------------------------------------------------------------------------------------

PROGRAM = (
    "import gevent",
    "from time import sleep",
    "from gevent import monkey",
    "monkey.patch_all()",
    "from threading import Lock",
    "gevent.joinall([gevent.spawn(sleep, 0.01) for customer in 'ABC'], raise_error=True)",
)

RUN_IN_ORDER = """
names, failed = {}, None
for number, line in enumerate(lines, 1):
    try:
        exec(line, names)
    except Exception as error:
        failed = number, type(error).__name__, str(error)
        break

from gevent import monkey
copied = {"sleep": monkey.get_original("time", "sleep"), "Lock": monkey.get_original("threading", "Lock")}
left = [name for name, original in copied.items() if names.get(name) is original]
"""


@exercise(
    "07.1",
    praise="what copies a name out of a module comes after the patch, and so it copies what waits through the hub.",
    hint="`patch_all` comes before every line that takes a name out of `time` or `threading`.",
)
def _lines(answer):
    need(answer, (list, tuple), "give a list of the six lines")
    for line in answer:
        need(line, str, "give the lines as strings")
    lines = [line.rstrip() for line in answer]
    if strange := [line for line in lines if line not in PROGRAM]:
        raise Wrong(f"{strange[0]!r} is none of the six lines: they should stay as they are.")
    if missing := [line for line in PROGRAM if line not in lines]:
        raise Wrong(f"the line {missing[0]!r} is missing.")
    if len(lines) > len(PROGRAM):
        twice = next(line for line in PROGRAM if lines.count(line) > 1)
        raise Wrong(f"the line {twice!r} is there {lines.count(twice)} times; once is enough.")
    found = run_isolated(RUN_IN_ORDER, {"lines": lines}, ["failed", "left"])
    if found["failed"]:
        number, kind, what = found["failed"]
        raise Wrong(f"line {number}, {lines[number - 1]!r}, raised {kind}: {what}.")
    if found["left"]:
        name = found["left"][0]
        copies = next(line for line in PROGRAM if line.endswith(f"import {name}"))
        raise Wrong(f"`{name}` is Python's own to the end: {copies!r} ran before the patch, and copied it.")


# -- 07.2 -------------------------------------------------------------------------------------------------------------


@exercise(
    "07.2",
    praise="rounds of waiting or work for the CPU, whichever takes longer.",
    hint="Two bounds: whole rounds times latency, and pages times work. The answer is the larger one.",
)
def _least_seconds(answer):
    for pages, latency, at_once, work, wanted, why in [
        (9, 1, 3, 0, 3, ""),
        (7, 1, 3, 0, 3, ": the last round has one page and takes as long as a full one"),
        (3, 0.2, 10, 0, 0.2, ": fewer pages than places are one round"),
        (2001, 0.2, 2000, 0, 0.4, ": the last round has one page and takes as long as a full one"),
        (500, 0.2, 500, 0.001, 0.5, ": half a second of work fits into no shorter time"),
        (500, 0.2, 50, 0.001, 2, ": the work is done during the ten rounds of waiting"),
        (7, 1, 3, 0.5, 3.5, ": the work of a short round is shorter"),
        (0, 0.2, 50, 0.001, 0, ""),
        *_crawls(200),
    ]:
        said = answer(pages, latency, at_once, work)
        call = f"least_seconds({pages}, {latency}, {at_once}, {work})"
        if not hasattr(said, "__float__"):
            raise Wrong(f"{call} returned {said!r}, which is no number.")
        if not abs(float(said) - wanted) < 1e-6:
            raise Wrong(f"{call} is {wanted:g}, and your function says {float(said):g}{why}.")


def _crawls(number):
    choose = random.Random(72)
    for _ in range(number):
        pages, at_once = choose.randrange(300), choose.randrange(1, 40)
        latency, work = choose.choice((0.05, 0.3, 1.7)), choose.choice((0, 0.004, 0.07))
        yield pages, latency, at_once, work, max(-(-pages // at_once) * latency, pages * work), ""


# -- 07.3 -------------------------------------------------------------------------------------------------------------

BLOCKED = 100  # so many 5 ms a call waits for others, who come at once if they can
STOOD_STILL = Wrong(
    "your code stopped the whole thread, and no greenlet had a turn any more.",
    "A loop without a switch does that; so does waiting in `threading`, which knows no greenlets.",
)


@exercise(
    "07.3",
    praise="a thread waits, and the greenlets go on; value, error and arguments pass through.",
    hint="Inside `call`: gevent.get_hub().threadpool.apply(function, args, kwargs).",
)
def _cooperative(answer):
    quiet_hub()
    with HubWatch(STOOD_STILL, ticks=150) as watch:
        _passes_everything_on(answer)
        _waits_long(answer)
        _keeps_nobody_waiting(answer, watch)


def _passes_everything_on(answer):
    calls, basket = [], ["pork"]
    value, fault = None, None

    def look_up(*args, **kwargs):
        calls.append((args, kwargs))
        if fault:
            raise fault
        return value

    patient, brew = need(answer(look_up), callable, "return a function"), answer(lambda: "tea")
    if calls:
        raise Wrong("`cooperative` called the function itself, before anybody asked for it.", "Do so inside `call`.")
    arguments = [
        (("bun", 3), {}),
        (("bun", 3), {}),
        (("bun",), {"where": "in the steamer"}),
        ((), {}),
        ((), {"a": None, "b": basket}),
    ]
    values = [("bun", 3), "", 0, None, False, basket, {}, ValueError("returned, not raised"), "tea", 1]
    faults = [BurntBun("the bun is burnt"), KeyError("bun"), TypeError("no bun"), TimeoutError(7, "too late"), None]
    for number, (value, fault) in enumerate([*((each, None) for each in values), *((1, each) for each in faults)]):
        args, kwargs = arguments[number % len(arguments)]
        calls.clear()
        said = capture(partial(patient, *args, **kwargs))
        if hasattr(said.value, "get") and said.value is not value:
            raise Wrong(f"the function returned {value!r}, and yours returned {said.value!r}: wait for the value.")
        if calls != [(args, kwargs)]:
            got = f"called {len(calls)} times" if len(calls) != 1 else f"given {calls[0][0]} and {calls[0][1]}"
            if not calls and said.error:
                got += f", and yours raised {said.error!r}"
            raise Wrong(f"with the arguments {args} and {kwargs}, the function was {got}.")
        _compare(said, value, fault)
    if (said := brew()) != "tea":
        raise Wrong(f"of two functions made by `cooperative`, one should return 'tea', and returned {said!r}.")


def _compare(said, value, fault):
    got = f"raised {said.error!r}" if said.error else f"returned {said.value!r}"
    if fault:
        if type(said.error) is not type(fault) or said.error.args != fault.args:
            raise Wrong(f"the function raised {fault!r}, and yours {got}.", "Let its errors come out as they are.")
    elif said.error and not isinstance(said.error, type(value)):
        said.unwrap()
    elif said.error or said.value is not value:
        raise Wrong(f"the function returned {value!r}, and yours {got}.", "Return what it returned, as it is.")


def _waits_long(answer):
    def doze():
        let_pass(0.1)
        return "tea"

    with hurried(100):  # ten seconds, for who is patient for so long only
        said = capture(answer(doze), catch=(Exception, gevent.Timeout))
    if said.error or said.value != "tea":
        got = f"raised {said.error!r}" if said.error else f"returned {said.value!r}"
        raise Wrong(f"the function took long and returned 'tea', and yours {got}.", "Wait for as long as it takes.")


def _keeps_nobody_waiting(answer, watch):
    """One call that ends when another greenlet has had its turn, then five that end when all have begun."""
    begun, others, inside, alone, held, left = [], [], [], [], [], []

    def block():
        begun.append(True)
        return eventually(lambda: others, looks=BLOCKED)

    def come_meanwhile():
        eventually(lambda: begun, sleep=gevent.sleep)
        others.append(True)

    call = GreenCall(answer(block))
    gevent.spawn(come_meanwhile)
    if not call.result():
        raise Wrong(
            f"while the function blocked, for {BLOCKED * 0.005:g} s, no other greenlet had a turn.",
            "The function must run in another thread, and your greenlet must wait for it through the hub.",
        )

    buns = ["pork", "leek", None, 0, "lotus"]

    def meet(bun):
        inside.append(bun)
        if not eventually(lambda: alone or len(inside) == len(buns), looks=BLOCKED):
            alone.append(len(inside))
        eventually(lambda: held)
        left.append(bun)
        return bun

    patient = answer(meet)
    calls = [GreenCall(patient, bun) for bun in buns]
    eventually(lambda: alone or len(inside) == len(buns), sleep=gevent.sleep)
    held.append(True)  # from here on nobody gets a turn, until all values are there
    eventually(lambda: watch.ask() or alone or len(left) == len(buns))  # however long the others take
    time.sleep(0.02)
    got = [call.result() for call in calls]
    if alone:
        raise Wrong(
            f"five greenlets called your function at once; while none ended, for {BLOCKED * 0.005:g} s,"
            f" only {alone[0]} of the five calls began.",
            "A call waits for nobody else's call: no lock, and no pool of few threads.",
        )
    if got != buns:
        raise Wrong(
            f"five greenlets called your function at once, for {buns}, and it returned {got}.",
            "What belongs to one call is a name inside `call`, not one that all calls share.",
        )


# -- 07.4 -------------------------------------------------------------------------------------------------------------

EARLY = """
import time, threading
from functools import wraps
from time import sleep, sleep as nap, sleep as _pause, sleep as __doze__, monotonic
from threading import Lock as lock_of_the_till
from queue import SimpleQueue
from os import read
from socket import socket
getaddrinfo, orders = None, []

@wraps(sleep)
def rest(seconds):
    nap(seconds)
"""
LATE = """
from select import select
from threading import Thread
"""
SUSPECTS = """
time.sleep time.monotonic threading.Lock threading.Thread select.select socket.socket socket.getaddrinfo
queue.SimpleQueue os.read subprocess.Popen time.sleep
"""
LEFT = {
    "sleep": "`sleep`",
    "nap": "`sleep`, by another name",
    "_pause": "`sleep`, by another name",
    "__doze__": "`sleep`, by another name",
    "lock_of_the_till": "`Lock`, by another name",
    "SimpleQueue": "`SimpleQueue`",
    "socket": "class `socket`",
}
NOT_LEFT = {
    "time": "is the module itself, in which `sleep` has been replaced",
    "threading": "is the module itself, in which `Lock` has been replaced",
    "select": "was imported after the patch",
    "Thread": "was imported after the patch",
    "monotonic": "was never replaced",
    "read": "was never replaced",
    "getaddrinfo": "means something else in this module, None",
    "rest": "is a function of this module, and only says that its name is `sleep`",
    "joker": "is an object that is equal to everything, and no original",
    **dict.fromkeys(LEFT, "means none of these suspects"),
}


class _Joker:
    """Equal to everything."""

    __hash__ = None

    def __eq__(self, other):
        return True


@exercise(
    "07.4",
    praise="whatever it is called, what still means Python's own is found, and nothing else.",
    hint="Look at what each name of the module means: is it, with `is`, an original that has been replaced?",
)
def _left_behind(answer):
    module = ModuleType("kitchen")
    exec(EARLY, vars(module))
    module.joker = _Joker()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that others were imported before
        monkey.patch_all()
    exec(LATE, vars(module))
    _look(answer, module, SUSPECTS.split(), set(LEFT))
    _look(answer, module, ["threading.Lock", "time.monotonic"], {"lock_of_the_till"}, "of a lock and a clock: ")
    _look(answer, module, [], set(), "without suspects: ")
    _look(answer, ModuleType("empty"), SUSPECTS.split(), set(), "of an empty module: ")


def _look(answer, module, suspects, wanted, where=""):
    got = need(answer(module, list(suspects)), (set, frozenset), "return a set")
    for name in got:
        need(name, str, "return a set of names")
    if missing := [name for name in LEFT if name in wanted - got]:
        raise Wrong(f"{where}{missing[0]!r} is Python's own {LEFT[missing[0]]}, and it is not in your set.")
    if extra := sorted(got - wanted):
        why = NOT_LEFT.get(extra[0], "is left behind by nobody")
        raise Wrong(f"{where}{extra[0]!r} {why}, and yet it is in your set.")
