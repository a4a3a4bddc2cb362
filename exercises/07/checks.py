"""Checks of chapter 7: patching. Each patches its own process, or one below it, for real."""

import time
import warnings
from numbers import Real
from types import ModuleType

import gevent
from gevent import monkey

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, GreenCall, eventually, need, quiet_hub
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
    lines = [line.strip() for line in answer]
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
        (500, 0.2, 500, 0.001, 0.5, ": half a second of work fits into no shorter time"),
        (500, 0.2, 50, 0.001, 2, ": the work is done during the ten rounds of waiting"),
        (7, 1, 3, 0.5, 3.5, ": the work of a short round is shorter"),
        (0, 0.2, 50, 0.001, 0, ""),
    ]:
        said = answer(pages, latency, at_once, work)
        call = f"least_seconds({pages}, {latency}, {at_once}, {work})"
        if not isinstance(said, Real):
            raise Wrong(f"{call} returned {said!r}, which is no number.")
        if not abs(said - wanted) < 1e-6:
            raise Wrong(f"{call} is {wanted:g}, and your function says {float(said):g}{why}.")


# -- 07.3 -------------------------------------------------------------------------------------------------------------

BLOCKED = 400  # so many 5 ms a call waits for others, who come at once if they can


@exercise(
    "07.3",
    praise="a thread waits, and the greenlets go on; value, error and arguments pass through.",
    hint="Inside `call`: gevent.get_hub().threadpool.apply(function, args, kwargs).",
)
def _cooperative(answer):
    quiet_hub()
    _passes_everything_on(answer)
    _keeps_nobody_waiting(answer)


def _passes_everything_on(answer):
    calls, burnt = [], BurntBun("the bun is burnt")

    def look_up(*args, **kwargs):
        calls.append((args, kwargs))
        if args == ("burnt",):
            raise burnt
        return kwargs.get("found", args)

    patient = need(answer(look_up), callable, "return a function")
    if calls:
        raise Wrong("`cooperative` called the function itself, before anybody asked for it.")
    for args, kwargs, wanted in [
        (("bun", 3), {}, ("bun", 3)),
        (("bun",), {"found": "in the steamer"}, "in the steamer"),
        ((), {}, ()),
        ((), {"found": None}, None),
        ((), {"found": 0}, 0),
        (("bun", 3), {}, ("bun", 3)),
    ]:
        calls.clear()
        said = patient(*args, **kwargs)
        if not isinstance(said, (tuple, str, int, type(None))):
            raise Wrong(f"the function returned {wanted!r}, and yours returned {said!r}: wait for the value.")
        if calls != [(args, kwargs)]:
            got = f"called {len(calls)} times" if len(calls) != 1 else f"given {calls[0][0]} and {calls[0][1]}"
            raise Wrong(f"with the arguments {args} and {kwargs}, the function was {got}.")
        if said != wanted or type(said) is not type(wanted):
            raise Wrong(f"the function returned {wanted!r}, and yours returned {said!r}.")
    try:
        said = patient("burnt")
    except BurntBun as error:
        if error.args != burnt.args:
            raise Wrong(f"the function raised {burnt!r}, and yours raised {error!r}.") from None
    else:
        raise Wrong(f"the function raised BurntBun, and yours returned {said!r}.")


def _keeps_nobody_waiting(answer):
    """One call that ends when another greenlet has had its turn, then two that end when both have begun."""
    begun, others, inside, held, left = [], [], [], [], []

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
            "while the function blocked, for two seconds, no other greenlet had a turn.",
            "The function must run in another thread, and your greenlet must wait for it through the hub.",
        )

    def meet(bun):
        inside.append(bun)
        met = eventually(lambda: len(inside) == 2, looks=BLOCKED) and eventually(lambda: held)
        left.append(bun)
        return bun if met else None

    patient, buns = answer(meet), ["pork", "leek"]
    calls = [GreenCall(patient, bun) for bun in buns]
    eventually(lambda: len(inside) == 2, sleep=gevent.sleep)
    held.append(True)  # from here on nobody gets a turn, until both values are there
    eventually(lambda: len(left) == 2)
    time.sleep(0.02)
    got = [call.result() for call in calls]
    if None in got:
        raise Wrong("two greenlets called your function, and the second call began only when the first had ended.")
    if got != buns:
        raise Wrong(
            f"two greenlets called your function at once, for {' and '.join(map(repr, buns))}, "
            f"and it returned {' and '.join(map(repr, got))}.",
            "What belongs to one call is a name inside `call`, not one that all calls share.",
        )


# -- 07.4 -------------------------------------------------------------------------------------------------------------

EARLY = """
import time, threading
from functools import wraps
from time import sleep, sleep as nap, sleep as _pause, monotonic
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
queue.SimpleQueue os.read subprocess.Popen
"""
LEFT = {
    "sleep": "`sleep`",
    "nap": "`sleep`, by another name",
    "_pause": "`sleep`, by another name",
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
    if missing := sorted(wanted - got, key=lambda name: name.lstrip("_")):
        raise Wrong(f"{where}{missing[0]!r} is Python's own {LEFT[missing[0]]}, and it is not in your set.")
    if extra := sorted(got - wanted):
        why = NOT_LEFT.get(extra[0], "is left behind by nobody")
        raise Wrong(f"{where}{extra[0]!r} {why}, and yet it is in your set.")
