"""Checks of chapter 4: schedulers. Each gives an answer tasks that keep a diary, on clocks of its own."""

import asyncio
import contextlib
import socket

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Fuse, MockClock, capture, reworded

MOST_SLEEPS = 200  # far more than any of these tasks needs


def _heap_that_compares(told):
    """In this `with` block, say so when a heap falls back on comparing generators."""

    def said(error):
        return told if "not supported between" in str(error) and "generator" in str(error) else None

    return reworded({TypeError: said})


def _standing(tasks):
    """How many of these generators have neither ended nor been closed."""
    return sum(task.gi_frame is not None for task in tasks)


# -- 04.1 -------------------------------------------------------------------------------------------------------------


def _let_order(answer, guests, replies):
    """Let the answer ask the guests; return whom it asked, and what it returned."""
    asked, made, unheard, turns = [], [], [], 0

    async def order(guest):
        asked.append(guest)
        before = turns
        await asyncio.sleep(0)  # a bare pause, whoever drives it
        if turns == before:
            unheard.append(guest)
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
            raise Wrong(f"{told} must reach whoever runs `take_orders`, and only `await` hands it up.") from None
        return asked, end.value
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
        (["Li", "Wang", "Chen"], ["", None, 0], "an empty answer, None and 0 are answers like any other"),
        ([], [], "without guests there are no answers"),
    ]:
        asked, got = _let_order(answer, guests, replies)
        if isinstance(got, list) and any(hasattr(each, "send") for each in got):
            raise Wrong("your list holds coroutines instead of answers: they were made, and nobody awaited them.")
        if asked != guests:
            raise Wrong(f"of the guests {guests} you have asked {asked}: ask each once, in the order given.")
        if got != replies:
            raise Wrong(f"{told}: {replies} should be returned; you returned {got}.")
    if not capture(_let_order, answer, ["Li", "Wang"], [BurntBun("Li"), "tea"], catch=BurntBun).error:
        raise Wrong("asking Li raised an error, and the caller of `take_orders` never heard of it.")


# -- 04.2 -------------------------------------------------------------------------------------------------------------


def _worker(name, wishes, diary):
    """Notes each of its turns, and yields its wishes one by one."""
    for number, wish in enumerate([*wishes, None], 1):
        diary.append(f"{name}{number}")
        if number <= len(wishes):
            yield wish


def _serve(answer, workers):
    diary = []
    tasks = [(number, _worker(name, wishes, diary)) for number, name, wishes in workers]
    told = "two tasks have the same number, and the heap then compares the generators themselves, which fails"
    with _heap_that_compares(f"{told}: give it something between them that is never equal."):
        answer(tasks)
    return diary


@exercise(
    "04.2",
    praise="the smallest number goes first, equals take turns, and a changed number counts at once.",
    hint="Heap entries (number, ticket, task): the ticket, from count(), keeps equals in the order of queueing.",
)
def _run_by_priority(answer):
    stay = [None, None]
    for workers, wanted, told in [
        (
            [(2, "low", stay), (1, "high", stay)],
            "high1 high2 high3 low1 low2 low3",
            "`high` has number 1 and `low` number 2, and they ran in the order",
        ),
        (
            [(1, "a", stay), (1, "b", stay), (1, "c", [None])],
            "a1 b1 c1 a2 b2 c2 a3 b3",
            "a, b and c have equal numbers and should take turns; they ran in the order",
        ),
        (
            [(1, "a", [5, None]), (3, "b", stay)],
            "a1 b1 b2 b3 a2 a3",
            "a has 1 and b has 3; at its first turn a yields 5, so b should be next; they ran as",
        ),
        (
            [(4, "a", [None, 0]), (4, "b", stay), (2, "c", [])],
            "c1 a1 b1 a2 a3 b2 b3",
            "a and b have 4, c has 2; at its second turn a yields 0, so it should be next; they ran as",
        ),
        (
            [(2, "a", stay), (2, "b", stay), (1, "c", [2])],
            "c1 a1 b1 c2 a2 b2 a3 b3",
            "c yields 2 and should go to the end of that line, after a and b; they ran as",
        ),
        (
            [(1, "a", [5, None]), (5, "b", stay)],
            "a1 b1 a2 b2 a3 b3",
            "a has 1 and yields 5; its next plain `yield` keeps the 5, so a and b take turns; they ran as",
        ),
    ]:
        ran = _serve(answer, workers)
        if ran == ["high1", "high2", "high3"]:
            raise Wrong("when the first task had ended your function stopped; another one was still waiting.")
        if ran != wanted.split():
            raise Wrong(f"{told} {ran}.")
    answer([])


# -- 04.3 -------------------------------------------------------------------------------------------------------------


def _sleeper(name, naps, clock, diary, work=0):
    """Notes when it runs, works for a while, and naps; notes when it is sent home."""
    try:
        for nap in naps:
            diary.append((clock.time, name))
            clock.time += work
            yield nap
        diary.append((clock.time, f"{name} ends"))
    except GeneratorExit:
        diary.append((clock.time, f"{name} sent home"))
        raise


def _open_until(answer, closing, *sleepers, start=0):
    """Return what the answer returned, the diary, the time, and how many tasks stand there still."""
    looks = Wrong("your function asks for the time again and again; it is `clock.sleep` that lets time pass.")
    sleeps = Wrong("your function sleeps again and again in small bits: sleep until the next one is due.")
    told = "clock.sleep({:g}): nobody can sleep a negative time; that moment is over already."
    fuses = {"looks": Fuse(10_000, looks), "sleeps": Fuse(MOST_SLEEPS, sleeps)}
    clock, diary = MockClock(start, **fuses, backwards=told.format), []
    tasks = [_sleeper(*each[:2], clock, diary, *each[2:]) for each in sleepers]
    with _heap_that_compares("two tasks are due at the same time, and the heap then compares the generators."):
        sent_home = answer(list(tasks), clock, closing)  # `tasks` keeps them, so that nobody else closes them
    return sent_home, list(diary), clock.time, _standing(tasks)


@exercise(
    "04.3",
    praise="woken in order, nobody after closing, and nobody left standing in the shop.",
    hint="Sleep until the first one is due or until closing, whichever comes first; then look at the clock again.",
)
def _run_until(answer):
    _all_end_before_closing(answer)
    _some_are_sent_home(answer)

    sent_home, diary, _, _ = _open_until(answer, 5, ("a", [5]), ("b", [4.5]))
    if (5, "a ends") in diary:
        raise Wrong("a wakes at 5, exactly at closing: from then on nobody is woken.")
    if sent_home != 1:
        raise Wrong(f"b ends at 4.5, a would wake at closing: one is sent home, not {sent_home!r}.")

    sent_home, diary, _, standing = _open_until(answer, 5, ("long", [0, 0], 7), ("late", [1]))
    if (7, "late") in diary or (7, "long") in diary:
        raise Wrong("one task works from 0 to 7, past closing at 5, and afterwards you still woke somebody.")
    if sent_home != 2 or standing:
        told = "one task works past closing: then both are sent home, also the one never begun"
        raise Wrong(f"{told}; not {sent_home!r}.")

    for start, closing, sleeper, wanted, told in [
        (10, 20, ("a", [1]), [(10, "a"), (11, "a ends")], "the clock showed 10 when a began to nap for 1"),
        (
            10,
            12,
            ("a", [5]),
            [(10, "a"), (12, "a sent home")],
            "the clock showed 10 at the start, and closing is at 12 on that clock",
        ),
        (0, 100, ("a", [3], 2), [(0, "a"), (5, "a ends")], "a works from 0 to 2 and then naps for 3, so it wakes at 5"),
    ]:
        _, diary, _, _ = _open_until(answer, closing, sleeper, start=start)
        if diary != wanted:
            raise Wrong(f"{told}; the diary says {diary}.")


def _all_end_before_closing(answer):
    sent_home, diary, time, _ = _open_until(answer, 100, ("a", [3, 3]), ("b", [1, 2]), ("c", [3]))
    wanted = [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (3, "a"), (3, "c ends"), (3, "b ends"), (6, "a ends")]
    if time > 6 and diary[-1][0] <= 6:
        raise Wrong(f"all had ended at 6, and your function stayed until {time:g}.")
    if sorted(diary) != sorted(wanted):
        wrong = next((each for each in diary if each not in wanted), None)
        if wrong is None:
            raise Wrong("three tasks that nap for some seconds, closing at 100: not all of them came to their end.")
        told = f"at {wrong[0]:g} the diary says “{wrong[1]}”, too early or too late"
        raise Wrong(f"three tasks nap at the same time; {told}.")
    if sent_home != 0:
        raise Wrong(f"all had ended before closing: return 0, not {sent_home!r}.")


def _some_are_sent_home(answer):
    sent_home, diary, time, standing = _open_until(answer, 5, ("a", [2, 2, 2, 2]), ("b", [10]), ("c", [1]))
    late = [(when, what) for when, what in diary if when >= 5 and "sent home" not in what]
    if late:
        raise Wrong(f"the shop closes at 5, and at {late[0][0]:g} the diary says “{late[0][1]}”.")
    if time > 5:
        raise Wrong(f"the shop closes at 5, and your function slept until {time:g}.")
    if standing:
        raise Wrong(f"at closing {standing} task(s) had not ended and were not closed: send all of them home.")
    early = [(when, what) for when, what in diary if "sent home" in what and when < 5]
    if early:
        raise Wrong(f"“{early[0][1]}” at {early[0][0]:g}, although the shop closes at 5.")
    if sent_home != 2:
        raise Wrong(f"two were sent home, a and b; your function returned {sent_home!r}.")


# -- 04.4 -------------------------------------------------------------------------------------------------------------


def _listener(name, line, diary, buns=1, answer_on=None):
    """Waits for its socket, reads, notes it, and may write to another one."""
    for _ in range(buns):
        yield line
        told = f"{name} was resumed although its socket had nothing to read: wait until it has."
        with reworded({BlockingIOError: told}):
            bun = line.recv(5)
        diary.append(f"{name} {bun.decode()}")
        if answer_on:
            answer_on.sendall(bun)


def _registered_twice(error):
    told = "a task waited for its socket a second time, and it was still registered."
    return told if "registered" in str(error) else None


def _customers(answer, listeners, sent):
    """Two lines with a socketpair each; listeners: (name, line to hear, line to answer on or None, buns)."""
    with contextlib.ExitStack() as closing:
        ends = {line: [closing.enter_context(end) for end in socket.socketpair()] for line in "AB"}
        for ours, _ in ends.values():
            ours.setblocking(False)
        diary = []
        tasks = [
            _listener(name, ends[hears][0], diary, buns, ends[tells][1] if tells else None)
            for name, hears, tells, buns in listeners
        ]
        for line, buns in sent:
            ends[line][1].sendall(buns)
        with reworded({KeyError: _registered_twice}):
            answer(list(tasks))
        if _standing(tasks):
            raise Wrong("your function returned, and not all tasks had ended.")
        return diary


@exercise(
    "04.4",
    praise="whoever has something to read goes on, in whatever order the news come in.",
    hint="Run each task to its first yield and register its socket. Then, while any is registered: select, unregister,"
    " resume, register anew.",
    seconds=10,
)
def _run_listeners(answer):
    answer([])
    diary = _customers(answer, [("a", "A", None, 1)], [("A", b"pork!")])
    if diary != ["a pork!"]:
        raise Wrong(f"one task waits for one socket that has news; the diary says {diary}.")
    diary = _customers(answer, [("a", "A", None, 2), ("b", "B", None, 1)], [("A", b"pork!lotus"), ("B", b"leek!")])
    if sorted(diary) != ["a lotus", "a pork!", "b leek!"]:
        raise Wrong(f"a has two buns to read and b one; the diary says {diary}.")
    # a can go on only when b has been heard: to wait for a first would be to wait for ever
    diary = _customers(answer, [("a", "A", None, 1), ("b", "B", "A", 1)], [("B", b"leek!")])
    if diary != ["b leek!", "a leek!"]:
        raise Wrong(f"b reads, and tells a; the diary says {diary}.")
