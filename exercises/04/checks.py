"""Checks of chapter 4: schedulers. Each gives an answer tasks that keep a diary, on clocks of its own.

A case that is told in words comes first; then come many that chance has made, always the same, beside a reference.
"""

import asyncio
import contextlib
import random
import select
import selectors
import socket
import sys
import threading
from heapq import heappop, heappush
from itertools import count
from unittest import mock

from exercises import Wrong, exercise
from exercises.vocabulary import (
    BurntBun,
    Call,
    Fuse,
    MockClock,
    Outcome,
    await_call,
    capture,
    eventually,
    many,
    need,
    reworded,
)

_LET_PASS = "Catch StopIteration from `next(task)`, if anything, and let all other errors pass."
_ANY_ERROR = [  # what a task may raise, and what an answer might catch for reasons of its own
    *(BurntBun("a"), TypeError("a"), ValueError("a"), RuntimeError("a"), IndexError("a"), KeyError("a")),
    *(ConnectionResetError("a"), TimeoutError("a")),
]


def _comparing_generators(told):
    """In this `with` block, say so when two generators are compared, as at the end of entries that are else equal."""

    def said(error):
        return told if "not supported between" in str(error) and "generator" in str(error) else None

    return reworded({TypeError: said})


def _standing(tasks):
    """The names of those of these generators that have neither ended nor been closed."""
    return ", ".join(name for name, task in tasks.items() if task.gi_frame is not None)


def _must_hear(function, *arguments, error, when, hint=_LET_PASS):
    """Check that this very error comes out of the call."""
    came = capture(function, *arguments, catch=BaseException).error
    if isinstance(came, Wrong):  # instead of handing on the error it did something that it should not do
        raise Wrong(f"{when} raised {error!r}; {came}", hint)
    if came is not error:
        heard = f"got {came!r}" if came else "was never told"
        raise Wrong(f"{when} raised {error!r}; its caller {heard}.", hint)


# -- 04.1 -------------------------------------------------------------------------------------------------------------


def _let_order(answer, guests, replies):
    """Let the answer ask the guests; return what it returned, and whom it has asked."""
    asked, asking, made, unheard, turns = [], [], [], [], 0

    async def order(guest):
        if asking:
            told = f"you began to ask {guest} when {asking[0]} had not answered yet: one after the other."
            raise Wrong(told, "`await ask(guest)` has ended when it has the answer; only then go to the next guest.")
        asked.append(guest)
        asking.append(guest)
        for _ in range((2, 0, 1)[len(asked) % 3]):
            before = turns
            await asyncio.sleep(0)  # a bare pause, whoever drives it
            if turns == before:
                unheard.append(guest)
        asking.clear()
        reply = replies[len(asked) - 1] if len(asked) <= len(replies) else None
        if isinstance(reply, BaseException):
            raise reply
        return reply

    def ask(guest):
        made.append(order(guest))
        return made[-1]

    taking = answer(ask, list(guests))
    try:
        if not hasattr(taking, "send"):
            told = "`take_orders` should be an `async def` function, without `yield`; it returned"
            raise Wrong(f"{told} an object of type {type(taking).__name__}.")
        with reworded({RuntimeError: _loop_of_its_own}):
            while True:
                turns += 1
                if taking.send(None) is not None:
                    raise Wrong(_loop_of_its_own())
    except StopIteration as end:
        if unheard:
            told = f"{unheard[0]} took a while to answer, and nobody else could do anything meanwhile: the pause"
            raise Wrong(f"{told} must reach the caller of `take_orders`, and only `await` hands it up.") from None
        if isinstance(end.value, list) and any(hasattr(each, "send") for each in end.value):
            told = "your list holds coroutines instead of answers: they were made, and nobody awaited them."
            raise Wrong(told) from None
        if asked != guests:
            told = f"of the guests {guests} you have asked {asked}: ask each once, in the order given."
            raise Wrong(told, "Go through `guests` as they are, and call `ask` once for each.") from None
        if len(made) != len(asked):
            told = f"`ask` was called {len(made)} times, and {len(asked)} of these coroutines were awaited."
            raise Wrong(told) from None
        return end.value
    finally:
        for each in made:
            each.close()  # who is never awaited must not complain


def _loop_of_its_own(error=""):
    if not str(error) or "loop" in str(error) or "await wasn't used with future" in str(error):
        return "this works in asyncio's own loop alone: `await ask(guest)`, one after the other, works in any."
    return None


@exercise(
    "04.1",
    praise="each guest asked in turn, every answer kept, and no coroutine forgotten.",
    hint="`ask(guest)` alone only makes a coroutine; `await ask(guest)` runs it, and is the guest's answer.",
)
def _take_orders(answer):
    for guests, replies, told in [
        (["Li", "Wang", "Li"], ["pork", "lotus", "tea"], "Li orders twice, Wang once between"),
        (["Li", "Wang", "Chen", "Wu"], ["", None, 0, "tea"], "an empty answer, None and 0 are answers like any other"),
        (["Li", "Wang", "Wu"], ["tea", "tea", "tea"], "each wants the same"),
        ([0, "", "Li"], ["tea", "pork", "leek"], "0 and an empty name are guests like any other"),
        ([], [], "without guests there are no answers"),
    ]:
        got = need(_let_order(answer, guests, replies), list, "return the list of the answers")
        if got != replies:
            told = f"{told}: {replies} should be returned; you returned {got!r}."
            raise Wrong(told, "Return the list of all answers, whatever they are.")
    for error in (*_ANY_ERROR, asyncio.CancelledError()):
        _must_hear(
            _let_order, answer, ["Li", "Wang"], ["tea", error], error=error, when="asking Wang", hint="Let errors pass."
        )


# -- 04.2 -------------------------------------------------------------------------------------------------------------


def _worker(name, wishes, diary, act=None):
    """Notes each of its turns, and yields its wishes one by one; may do something at its first turn."""
    for number, wish in enumerate([*wishes, None], 1):
        diary.append(f"{name}{number}")
        if act and number == 1:
            act()
        if number <= len(wishes):
            yield wish


def _serve(answer, workers, act=None, diary=None):
    """Let workers be served, each (name, number, wishes); return the order of their turns."""
    diary = [] if diary is None else diary
    tasks = [(number, _worker(name, wishes, diary, act and act.get(name))) for name, number, wishes in workers]
    told = "of two entries all is equal up to the generators, and generators cannot be compared"
    with _comparing_generators(f"{told}: put something before them that is never equal."):
        answer(tasks)
    return diary


def _served(workers):
    """The order of turns as it should be."""
    tickets, diary = count(), []
    line = [(number, next(tickets), name, 1, wishes) for name, number, wishes in workers]
    while line:
        number, _, name, turn, wishes = first = min(line)
        line.remove(first)
        diary.append(f"{name}{turn}")
        if turn <= len(wishes):
            wish = wishes[turn - 1]
            line.append((number if wish is None else wish, next(tickets), name, turn + 1, wishes))
    return diary


@exercise(
    "04.2",
    praise="the smallest number goes first, equals take turns, and a changed number counts at once.",
    hint="Heap entries (number, ticket, task): the ticket, from count(), keeps equals in the order of queueing. A plain"
    " `yield` gives None, which keeps the number.",
)
def _run_by_priority(answer):
    cases = [
        [("low", 2, [None, None]), ("high", 1, [None, None])],
        [("a", 1, [None, None]), ("b", 1, [None, None]), ("c", 1, [None])],
        [("a", 1, [5, None]), ("b", 3, [None, None])],
        [("a", 1, [5, None]), ("b", 5, [None, None])],
        [("a", 4, [None, 0]), ("b", 4, [None, None])],
        [("a", 2, [None, None]), ("b", 2, [None, None]), ("c", 1, [2])],
        [],
    ]
    chance = random.Random(4)
    for size in sorted(chance.choices(range(5), k=150)):
        cases.append([])
        for name in "abcd"[:size]:
            wishes = chance.choices([None, None, -1, 0, 0.5, 1, 2], k=chance.randrange(4))
            cases[-1].append((name, chance.choice([-1, 0, 1, 1, 2]), wishes))
    for workers in cases:
        ran, wanted = _serve(answer, workers), _served(workers)
        if ran != wanted:
            who = "; ".join(
                f"{name} has number {number}{' and yields ' * bool(wishes)}{', '.join(map(str, wishes))}"
                for name, number, wishes in workers
            )
            raise Wrong(f"{who}. The turns should be: {', '.join(wanted)}. They were: {', '.join(ran) or 'none'}.")

    diary, wanted = [], ["a1", *_served(cases[0]), "b1"]
    _serve(answer, [("a", 1, []), ("b", 1, [])], {"a": lambda: _serve(answer, cases[0], None, diary)}, diary)
    if diary != wanted:
        told = f"at its turn a, before b, called your function for two tasks, low and high. The turns were: {diary}"
        raise Wrong(f"{told}, not {wanted}.", "Each call needs a heap of its own.")
    for error in _ANY_ERROR:
        burning = {"a": Outcome(error=error).unwrap}
        _must_hear(_serve, answer, [("a", 1, [None])], burning, error=error, when="a task")


# -- 04.3 -------------------------------------------------------------------------------------------------------------


def _sleeper(name, naps, clock, diary, work=(0,) * 9):
    """Notes when it runs, works for a while, and naps; notes when it is sent home."""
    try:
        for nap, seconds in zip(naps, work, strict=False):
            diary.append((clock.time, name))
            clock.time += seconds
            yield nap
        diary.append((clock.time, f"{name} ends"))
    except GeneratorExit:
        diary.append((clock.time, f"{name} sent home"))
        raise


def _by_the_book(closing, sleepers, start):
    """The diary, how many are sent home, and when it is over."""
    clock, diary, tickets, home = MockClock(start), [], count(), 0
    asleep = [(start, next(tickets), _sleeper(*each[:2], clock, diary, *each[2:])) for each in sleepers]
    while asleep and max(asleep[0][0], clock.time) < closing:
        due, _, task = heappop(asleep)
        clock.time = max(due, clock.time)
        for nap in task:
            heappush(asleep, (clock.time + nap, next(tickets), task))
            break
    if asleep:
        clock.time = max(clock.time, closing)
    for _, _, task in asleep:
        home += 1
        task.close()
    return diary, home, clock.time


def _open_until(answer, closing, *sleepers, start=0):
    """Check one day: each sleeper (name, naps, and if need be the seconds of work before each nap)."""
    turns = sum(len(naps) + 1 for _, naps, *_ in sleepers)
    looks = Wrong("your function asks for the time again and again; it is `clock.sleep` that lets time pass.")
    sleeps = Wrong("your function sleeps again and again in small bits: sleep until the next one is due.")
    told = "clock.sleep({:g}): nobody can sleep a negative time; that moment is over already."
    fuses = {"looks": Fuse(10_000, looks), "sleeps": Fuse(3 * turns + 10, sleeps)}
    clock, diary = MockClock(start, **fuses, backwards=told.format), []
    tasks = {each[0]: _sleeper(*each[:2], clock, diary, *each[2:]) for each in sleepers}
    with _comparing_generators(
        "two tasks are due at the same time, and generators cannot be compared: give each a number."
    ):
        home = answer(list(tasks.values()), clock, closing)  # `tasks` keeps them, so that nobody else closes them
    came, standing = list(diary), _standing(tasks)
    wanted, home_wanted, over = _by_the_book(closing, sleepers, start)

    day = "; ".join(
        f"{name} naps {', '.join(map('{:g}'.format, naps)) or 'never'}{f', working {work[0]} before' if work else ''}"
        for name, naps, *work in sleepers
    )
    day = f"from {start:g} to closing at {closing:g}, {day or 'nobody there'}"
    for when, what in came:
        if when >= closing and "sent home" not in what and (when, what) not in wanted:
            raise Wrong(f"{day}: at {when:g} the diary says “{what}”; from closing on, nobody is woken.", _CLOSING)
    for entry in sorted({*came, *wanted}, key=lambda entry: (entry[0], entry[1])):
        if came.count(entry) != wanted.count(entry) and not (standing and "sent home" in entry[1]):
            said = f"at {entry[0]:g} the diary says “{entry[1]}” {many(came.count(entry), 'time')}"
            raise Wrong(f"{day}: {said}, and {wanted.count(entry)} was due.")
    if standing:
        raise Wrong(f"{day}: all go home at closing, and your function did not close {standing}.", _CLOSING)
    if clock.time != over:
        raise Wrong(f"{day}: your function returned at {clock.time:g}, and it was over at {over:g}.")
    if home != home_wanted:
        raise Wrong(f"{day}: {home_wanted} were sent home, and your function returned {home!r}.")


_CLOSING = "At closing, close all that are left, those never begun and the one in your hand, too; wake nobody."


@exercise(
    "04.3",
    praise="woken in order, nobody after closing, and nobody left standing in the shop.",
    hint="Sleep until the first one is due or until closing, whichever comes first; then look at the clock again.",
)
def _run_until(answer):
    for closing, *sleepers in [
        (100, ("a", [3, 3]), ("b", [1, 2]), ("c", [3])),
        (5, ("a", [2, 2, 2, 2]), ("b", [10]), ("c", [1])),
        (5, ("a", [5]), ("b", [4.5])),
        (5, ("long", [0, 0], [7, 7]), ("late", [1])),
        (100, ("a", [3], [2])),
        (1000, ("a", [400]), ("b", [])),
        (1000,),
    ]:
        _open_until(answer, closing, *sleepers)
    _open_until(answer, 20, ("a", [1]), start=10)
    for closing in (12, 10, 7):
        _open_until(answer, closing, ("a", [5]), ("b", []), start=10)
    chance = random.Random(4)
    for size in sorted(chance.choices(range(1, 5), k=100)):
        sleepers = []
        for name in "abcd"[:size]:  # seconds that sum up exactly; nobody works before their first nap: any may be first
            naps = [chance.randrange(1, 9 << 12) / (1 << 12) for _ in range(chance.randrange(5))]
            sleepers.append((name, naps, [0, 0, chance.choice([0, 0.25]), 0]))
        _open_until(answer, chance.choice([0.5, 8, 12]), *sleepers)

    def burning(error, naps):
        try:
            yield from naps
        finally:
            raise error

    moments = {"a task": [1], "a task at its first turn": [], "a task that was sent home": [10]}
    for error in _ANY_ERROR:
        for when, naps in moments.items():
            _must_hear(answer, [burning(error, naps)], MockClock(), 9, error=error, when=when)


# -- 04.4 -------------------------------------------------------------------------------------------------------------

_MOST_LOOKS = 10  # for news, until an answer comes to rest
_REST = 40  # pauses without a look, in which it could have looked
_LOOKS = ("select", "poll", "control", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg")  # what C calls them
_NO_POLLING = "`select()` without a time-out returns when there is news, and costs nothing until then."


class _Watch:
    """Tells whether somebody waits in a selector or in `select.select`; counts how often one looks, in whatever way."""

    waits, looks, _in_vain = False, 0, False

    def run(self, answer, tasks):
        """Call the answer on this thread, and count its looks, and those of threads that it starts."""
        threading.setprofile(self._count)
        sys.setprofile(self._count)
        answer(tasks)

    def _count(self, _, event, called):
        self.looks += event == "c_call" and called.__name__ in _LOOKS

    def sees_rest(self, call):
        """Wait until the answer waits, does not look for a while, or has ended; False if it looks again and again."""
        most, before = self.looks + _MOST_LOOKS, None
        while self.looks != before and not (self.waits or call.ready()):
            if self.looks > most:
                return False
            before = self.looks
            eventually(lambda before=before: self.looks != before or self.waits or call.ready(), looks=_REST)
        return True

    def watched(self, real):
        def look(*arguments, **named):  # (selector, timeout=None) or (read, write, other, timeout=None)
            timeout = named.get("timeout", None if len(arguments) % 2 else arguments[-1])
            self.waits = timeout is None
            if timeout and not self._in_vain:  # the first time-out is over at once: who gives up then is seen
                arguments, named = (*arguments[: 3 if len(arguments) > 2 else 1], 0), {}
            found = real(*arguments, **named)
            self.waits = False
            self._in_vain = self._in_vain or not any(found)
            return found

        return look

    def __enter__(self):
        self._patches = contextlib.ExitStack()
        self._patches.callback(threading.setprofile, None)
        for owner in [select, *vars(selectors).values()]:
            if owner is select or (isinstance(owner, type) and "select" in vars(owner)):
                self._patches.enter_context(mock.patch.object(owner, "select", self.watched(owner.select)))
        return self

    def __exit__(self, *_):
        self._patches.close()


def _listener(name, steps, lines, diary, error=None):
    """Of each step, such as "A>B", hears from line A, and then tells line B; raises the error, if any, in the end."""
    for step in steps:
        hears, _, tells = step.partition(">")
        if hears:
            yield lines[hears][0]
            diary.append(f"{name} hears {hears}")
            told = f"{name} was resumed although its socket had nothing to read: wait until it has."
            with reworded({BlockingIOError: told}):
                lines[hears][0].recv(4)
        if tells:
            lines[tells][1].sendall(b"bun!")
    if error:
        raise error


def _said(steps):
    """Steps in words."""
    words = [f"hears {step}".removeprefix("hears >").replace(">", " and tells ") for step in steps[:9]]
    return (
        ", ".join(each if each[:5] == "hears" else f"tells {each}" for each in words) + " …" * (len(steps) > 9)
        or "ends at once"
    )


def _customers(answer, listeners, sent="", late="", error=None):
    """Run listeners, {name: steps}; news on some lines is there from the start, and some comes after a silence."""
    who = "; ".join(f"{name} {_said(steps)}" for name, steps in listeners.items())
    who = f"{who or 'no task'}. At first there is news on {' and '.join(sorted(set(sent))) or 'no line'}"
    diary = []

    def ran():
        some = f"{'… ' * (len(diary) > 6)}{', '.join(diary[-6:]) or 'the start'}"
        return f"{some}, and {_standing(tasks) or 'your function'} had not ended"

    with contextlib.ExitStack() as closing, _Watch() as watch:
        names = sorted({line for steps in listeners.values() for step in steps for line in step.split(">")} - {""})
        lines = {line: [closing.enter_context(end) for end in socket.socketpair()] for line in names}
        for ours, _ in lines.values():
            ours.setblocking(False)
        tasks = {name: _listener(name, steps, lines, diary, error) for name, steps in listeners.items()}
        for line in sent:
            lines[line][1].sendall(b"bun!")
        call = Call(watch.run, answer, list(tasks.values()))
        for line in late:
            if not watch.sees_rest(call):
                told = f"{who}, and more comes later. Meanwhile your function looked for news again and again"
                raise Wrong(f"{told}, and found none.", _NO_POLLING)
            lines[line][1].sendall(b"bun!")
        await_call(call, lambda: f"{who}. Nothing happened after {ran()}.", stands_still=lambda: [*diary, ""])
        out = Wrong(f"{who}. A task ended, and your function let its StopIteration out.", _LET_PASS)
        with reworded({KeyError: _registered_twice, StopIteration: out}):
            call.result()
        if _standing(tasks):
            raise Wrong(f"{who}. Your function returned after {ran()}.")


def _registered_twice(error):
    told = "your function registered a socket that it had not unregistered."
    return told if "registered" in str(error) else None


def _pass_a_bun(chance, names):
    """Let chance pass one bun among some tasks, each with two lines: {name: steps}, and the first line."""
    hops = chance.choices([name + end for name in names for end in "12"], k=chance.randrange(2, 9))
    steps = {name: [] for name in names}
    for hears, tells in zip(hops, [*hops[1:], ""], strict=True):
        steps[hears[0]].append(f"{hears}>{tells}".rstrip(">"))
    return steps, hops[0]


@exercise(
    "04.4",
    praise="each task goes on as soon as its socket has something to read, in whatever order that happens.",
    hint="Run each task to its first yield and register its socket. Then, while any is registered: select, unregister,"
    " resume, register again.",
)
def _run_listeners(answer):
    _customers(answer, {})
    _customers(answer, {"a": ["A"]}, "A")
    _customers(answer, {"a": ["A", "A"], "b": ["B"]}, "AAB")
    _customers(answer, {"a": ["A", "A>B"], "b": ["B"]}, late="AA")
    _customers(answer, {"a": ["A"] * 40}, "A" * 40)
    _customers(answer, {"a": ["A"], "b": ["B>A"]}, "B")  # to wait for a first would be to wait for ever
    _customers(answer, {"a": ["A", "B"], "b": ["C>A", "C>B"]}, "CC")
    _customers(answer, {"a": ["A"], "b": [], "c": [">A"], "d": []})
    chance = random.Random(4)
    for names in ("ab", "abc", "abcd") * 5:
        steps, first = _pass_a_bun(chance, names)
        more, other = _pass_a_bun(chance, "xy")
        _customers(answer, steps | more | {"z": [f">{first}"], "ω": [f">{other}"]})
    for error in _ANY_ERROR:
        _must_hear(_customers, answer, {"a": ["A"]}, "A", "", error, error=error, when="a task")
        _must_hear(_customers, answer, {"a": []}, "", "", error, error=error, when="a task at its first turn")
