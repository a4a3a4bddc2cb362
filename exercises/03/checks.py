"""Checks of chapter 3: generators. Each drives an answer step by step, on clocks of its own; nothing is timed."""

import math
import socket
from itertools import count

from exercises import Wrong, exercise

MOST_STEPS = 200  # far more than any of these generators needs; after that it is told to have no end


class BurntBun(Exception):
    """What goes wrong in the kitchen of these checks."""


def _resume(method, *arguments, ended):
    """Resume a generator of the answer; a word on why if it has ended before its time."""
    try:
        return method(*arguments)
    except StopIteration:
        raise Wrong(ended) from None


def _generator_from(answer, *arguments, name):
    made = answer(*arguments)
    if not all(hasattr(made, each) for each in ("send", "throw", "close", "__next__")):
        raise Wrong(f"`{name}` should be a generator function, one with `yield` in it; it returned {made!r}.")
    return made


# -- 03.1 ----------------------------------------------------------------------------------------------------------


@exercise(
    "03.1",
    praise="the first few, one at a time, and not one item more than needed.",
    hint="Loop over the source, yield, and leave the loop as soon as enough have been handed out.",
)
def _take(answer):
    asked = 0

    def endless(wanted):
        nonlocal asked
        for asked in count(1):
            if asked > MOST_STEPS:
                raise Wrong(f"to take {wanted} your function asked an endless source for more than {MOST_STEPS} items.")
            yield f"bun {asked}"

    taken = answer(3, endless(3))
    if taken is None:
        raise Wrong("your function returned None: it should be a generator, with `yield` in it.")
    taken = iter(taken)
    first = _resume(next, taken, ended="your function handed out nothing, although the source had plenty.")
    if asked > 1:
        raise Wrong(f"before you handed out the first item you had asked the source for {asked}: one at a time.")
    given = [first]
    for item in taken:
        given.append(item)
        if len(given) == 2 and asked > 2:
            raise Wrong(f"when you handed out the second item you had asked the source for {asked}: one at a time.")
    if given != ["bun 1", "bun 2", "bun 3"]:
        raise Wrong(f"the first 3 of bun 1, bun 2, bun 3, bun 4 … should be handed out; you gave {given}.")
    if asked > 3:
        raise Wrong(f"you handed out 3 items and asked the source for {asked}: the last one is lost to others.")
    try:
        short = list(answer(5, iter(["pork", "lotus"])))
    except RuntimeError:
        raise Wrong(
            "the source had only two items: a `next` inside a generator failed, and that became an error."
        ) from None
    if short != ["pork", "lotus"]:
        raise Wrong(f"5 of a source with two items are those two; you gave {short}.")
    if list(answer(2, ["pork", "lotus", "leek"])) != ["pork", "lotus"]:
        raise Wrong("the source may be a list as well: take(2, ['pork', 'lotus', 'leek']) went wrong.")
    if list(answer(3, ["pork", None, 0, "leek"])) != ["pork", None, 0]:
        raise Wrong("None and 0 are items like any other: take(3, ['pork', None, 0, 'leek']) went wrong.")
    asked = 0
    if (none := list(answer(0, endless(0)))) or asked:
        raise Wrong(
            f"take(0, …) should hand out nothing and ask for nothing; you gave {none} and asked {asked} time(s)."
        )


# -- 03.2 ----------------------------------------------------------------------------------------------------------


def _expect_means(mean, sent_and_mean, so_far=""):
    sent = []
    for value, wanted in sent_and_mean:
        sent.append(value)
        got = _resume(mean.send, value, ended=f"`averager` ended after {value} was sent: it should go on for ever.")
        if not isinstance(got, (int, float)) or not math.isclose(got, wanted):
            raise Wrong(f"{so_far}the mean of {', '.join(map(str, sent))} is {wanted:g}; `averager` yielded {got!r}.")


@exercise(
    "03.2",
    praise="it keeps the mean, forgets when told to, and goes when asked to.",
    hint="Keep the sum and the number of values. Catch ValueError at the `yield`, and nothing else.",
)
def _averager(answer):
    mean = _generator_from(answer, name="averager")
    first = _resume(next, mean, ended="`averager` ended before anything was sent.")
    if first is not None:
        raise Wrong(f"primed, `averager` should yield None, for there is no mean yet; it yielded {first!r}.")
    _expect_means(mean, [(10, 10), (20, 15), (3, 11), (0, 8.25)])

    other = _generator_from(answer, name="averager")
    next(other)
    _expect_means(other, [(4, 4)], "a second averager was made beside the first: ")

    for time in ("first", "second"):
        try:
            forgot = _resume(mean.throw, ValueError("forget"), ended="`averager` ended when ValueError was thrown in.")
        except ValueError:
            told = "throw(ValueError) should make it forget all numbers"
            raise Wrong(f"{told}; the {time} time, the error came straight out again.") from None
        if forgot is not None:
            raise Wrong(f"after throw(ValueError) it should yield None, for there is no mean; it yielded {forgot!r}.")
    _expect_means(mean, [(4, 4), (6, 5)], "after throw(ValueError) it starts anew: ")

    try:
        got = _resume(mean.throw, KeyError("till"), ended="a KeyError was thrown in, and your code swallowed it.")
    except KeyError:
        pass
    else:
        raise Wrong(f"a KeyError was thrown in: it should reach the caller; `averager` yielded {got!r} instead.")

    _next_and_close(answer)


def _next_and_close(answer):
    mean = answer()
    next(mean)
    mean.send(1)
    try:
        mean.close()
    except RuntimeError:
        raise Wrong("`close()` was called, and `averager` yielded again: it swallows GeneratorExit.") from None


# -- 03.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "03.3",
    praise="every bun, from left to right, however deep, one at a time.",
    hint="`yield from` hands on everything that an inner generator yields.",
)
def _flatten(answer):
    order = ["pork", ["lotus", ["leek", []], "sesame"], [], "tea", ["bean"]]
    kept = repr(order)
    wanted = ["pork", "lotus", "leek", "sesame", "tea", "bean"]
    try:
        got = answer(order)
        if got is None:
            raise Wrong("your function returned None: hand out the buns with `yield`.")
        got = list(got)
    except RecursionError:
        raise Wrong("your function went down without end: text is a bun, do not take it apart.") from None
    if any(hasattr(each, "__next__") for each in got):
        raise Wrong("among the buns you handed out a generator: hand on what it yields, not the generator itself.")
    if any(isinstance(each, list) for each in got):
        raise Wrong(f"some orders are still packed: you handed out {got}.")
    if got != wanted:
        missing = [each for each in wanted if each not in got]
        what = f"{', '.join(missing)} got lost" if missing else f"you handed out {got}"
        raise Wrong(f"from {order} should come {wanted}; {what}.")
    if repr(order) != kept:
        raise Wrong("your function changed the order that it was given; it should only read it.")
    deep = ["bottom"]
    for _ in range(100):
        deep = [deep]
    if list(answer(deep)) != ["bottom"]:
        raise Wrong("a bun a hundred levels deep got lost.")
    if list(answer([("two", "buns"), 3])) != [("two", "buns"), 3]:
        raise Wrong("only a list is an order; a tuple and a number are buns like any other.")
    if list(answer([0, [""], None])) != [0, "", None]:
        raise Wrong("0, an empty text and None are buns like any other; from [0, [''], None] some got lost.")
    growing = [["pork", ["lotus"]]]
    buns = iter(answer(growing))
    first = next(buns)
    growing[0][1].append("late")
    if [first, *buns] != ["pork", "lotus", "late"]:
        raise Wrong("you read the whole order before you handed out the first bun: hand out one at a time.")


# -- 03.4 ----------------------------------------------------------------------------------------------------------


class _Oven:
    def __init__(self):
        self.log = []

    def on(self):
        self.log.append("on")

    def off(self):
        self.log.append("off")

    def bake(self, dough):
        if dough == "coal":
            raise BurntBun(dough)
        self.log.append(f"bake {dough}")
        return f"baked {dough}"


def _hot_oven(answer):
    """An oven that has been switched on by the answer and has baked one dough, and the answer's generator."""
    oven = _Oven()
    baking = _generator_from(answer, oven, name="baking")
    first = _resume(next, baking, ended="`baking` ended before any dough was sent.")
    if oven.log != ["on"]:
        raise Wrong(f"when `baking` has been primed the oven should be on; its log says {oven.log}.")
    if first is not None:
        raise Wrong(f"primed, `baking` should yield None; it yielded {first!r}.")
    bread = _resume(baking.send, "bun", ended="`baking` ended after one dough: it should take the next one.")
    if bread != "baked bun":
        raise Wrong(f"for the dough 'bun' the oven returned 'baked bun', and `baking` yielded {bread!r}.")
    return oven, baking


def _must_be_off(oven, when):
    times = oven.log.count("off")
    if times != 1:
        raise Wrong(f"{when}, and the oven was switched off {times} times: its log says {oven.log}.")


@exercise(
    "03.4",
    praise="however it ends, the oven is switched off once, and errors are heard of.",
    hint="What stands under `finally` runs at any end, GeneratorExit included, and lets the error pass.",
)
def _baking(answer):
    oven, baking = _hot_oven(answer)
    try:
        baking.close()
    except RuntimeError:
        raise Wrong("`close()` was called, and `baking` yielded again: it swallows GeneratorExit.") from None
    _must_be_off(oven, "`baking` was closed")

    for when, resume, error in [
        ("`bake` raised", lambda baking: baking.send("coal"), BurntBun),
        ("a LookupError was thrown in", lambda baking: baking.throw(LookupError("no flour")), LookupError),
        ("a KeyboardInterrupt was thrown in", lambda baking: baking.throw(KeyboardInterrupt()), KeyboardInterrupt),
    ]:
        oven, baking = _hot_oven(answer)
        try:
            resume(baking)
        except error:
            pass
        except StopIteration:
            raise Wrong(f"{when}, and the caller never heard of it: let the error pass.") from None
        else:
            raise Wrong(f"{when}, and `baking` went on as if nothing had happened.")
        _must_be_off(oven, when)

    oven = _Oven()
    _generator_from(answer, oven, name="baking").close()
    if oven.log:
        raise Wrong(f"`baking` was closed before it was primed: nothing should happen, but the log says {oven.log}.")


# -- 03.5 ----------------------------------------------------------------------------------------------------------


def _worker(name, wishes, diary):
    """Notes each of its turns, and yields its wishes one by one."""
    for number, wish in enumerate([*wishes, None], 1):
        diary.append(f"{name}{number}")
        if number <= len(wishes):
            yield wish


def _serve(answer, *workers):
    diary = []
    tasks = [(number, _worker(name, wishes, diary)) for number, name, wishes in workers]
    try:
        answer(tasks)
    except TypeError as error:
        if "not supported between" in str(error) and "generator" in str(error):
            raise Wrong(
                "two tasks have the same number, and the heap then compares the generators themselves, which fails:"
                " give it something between them that is never equal."
            ) from None
        raise
    return diary


@exercise(
    "03.5",
    praise="the smallest number goes first, equals take turns, and a changed number counts at once.",
    hint="Heap entries (number, ticket, task): the ticket, from count(), keeps equals in the order of queueing.",
)
def _run_by_priority(answer):
    stay = [None, None]
    apart = _serve(answer, (2, "low", stay), (1, "high", stay))
    if apart == ["high1", "high2", "high3"]:
        raise Wrong("when the first task had ended your function stopped; another one was still waiting.")
    if apart != ["high1", "high2", "high3", "low1", "low2", "low3"]:
        raise Wrong(f"`high` has number 1 and `low` number 2, and they ran in the order {apart}.")
    equals = _serve(answer, (1, "a", stay), (1, "b", stay), (1, "c", [None]))
    if equals != ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3"]:
        raise Wrong(f"a, b and c have equal numbers and should take turns; they ran in the order {equals}.")
    sinks = _serve(answer, (1, "a", [5, None]), (3, "b", stay))
    if sinks != ["a1", "b1", "b2", "b3", "a2", "a3"]:
        raise Wrong(f"a has 1 and b has 3; at its first turn a yields 5, so b should be next; they ran as {sinks}.")
    rises = _serve(answer, (4, "a", [None, 0]), (4, "b", [None, None]), (2, "c", []))
    if rises != ["c1", "a1", "b1", "a2", "a3", "b2", "b3"]:
        raise Wrong(
            f"a and b have 4, c has 2; at its second turn a yields 0, so it should be next; they ran as {rises}."
        )
    end_of_line = _serve(answer, (2, "a", stay), (2, "b", stay), (1, "c", [2]))
    if end_of_line != ["c1", "a1", "b1", "c2", "a2", "b2", "a3", "b3"]:
        raise Wrong(f"c yields 2 and should go to the end of that line, after a and b; they ran as {end_of_line}.")
    kept = _serve(answer, (1, "a", [5, None]), (5, "b", stay))
    if kept != ["a1", "b1", "a2", "b2", "a3", "b3"]:
        raise Wrong(
            f"a has 1 and yields 5; its next plain `yield` keeps the 5, so a and b take turns; they ran as {kept}."
        )
    answer([])


# -- 03.6 ----------------------------------------------------------------------------------------------------------


class _Clock:
    def __init__(self, time=0):
        self.time, self.looks, self.sleeps = time, 0, 0

    def now(self):
        self.looks += 1
        if self.looks > 10_000:
            raise Wrong("your function asks for the time again and again; it is `clock.sleep` that lets time pass.")
        return self.time

    def sleep(self, seconds):
        if seconds < 0:
            raise Wrong(f"clock.sleep({seconds:g}): nobody can sleep a negative time; that moment is over already.")
        self.sleeps += 1
        if self.sleeps > MOST_STEPS:
            raise Wrong("your function sleeps again and again in small bits: sleep until the next one is due.")
        self.time += seconds


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
    clock, diary = _Clock(start), []
    tasks = [_sleeper(*each[:2], clock, diary, *each[2:]) for each in sleepers]
    try:
        sent_home = answer(list(tasks), clock, closing)  # `tasks` keeps them, so that nobody else closes them
    except TypeError as error:
        if "not supported between" in str(error) and "generator" in str(error):
            raise Wrong("two tasks are due at the same time, and the heap then compares the generators.") from None
        raise
    return sent_home, list(diary), clock, tasks


@exercise(
    "03.6",
    praise="woken in order, nobody after closing, and nobody left standing in the shop.",
    hint="Sleep until the first one is due or until closing, whichever comes first; then look at the clock again.",
)
def _run_until(answer):
    sent_home, diary, clock, _ = _open_until(answer, 100, ("a", [3, 3]), ("b", [1, 2]), ("c", [3]))
    wanted = [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (3, "a"), (3, "c ends"), (3, "b ends"), (6, "a ends")]
    if clock.time > 6 and diary[-1][0] <= 6:
        raise Wrong(f"all had ended at 6, and your function stayed until {clock.time:g}.")
    if sorted(diary) != sorted(wanted):
        wrong = next((each for each in diary if each not in wanted), None)
        if wrong is None:
            raise Wrong("three tasks that nap for some seconds, closing at 100: not all of them came to their end.")
        raise Wrong(
            f"three tasks nap at the same time; at {wrong[0]:g} the diary says “{wrong[1]}”, too early or too late."
        )
    if sent_home != 0:
        raise Wrong(f"all had ended before closing: return 0, not {sent_home!r}.")

    sent_home, diary, clock, tasks = _open_until(answer, 5, ("a", [2, 2, 2, 2]), ("b", [10]), ("c", [1]))
    late = [(when, what) for when, what in diary if when >= 5 and "sent home" not in what]
    if late:
        raise Wrong(f"the shop closes at 5, and at {late[0][0]:g} the diary says “{late[0][1]}”.")
    if clock.time > 5:
        raise Wrong(f"the shop closes at 5, and your function slept until {clock.time:g}.")
    left = [task for task in tasks if task.gi_frame is not None]
    if left:
        raise Wrong(f"at closing {len(left)} task(s) had not ended and were not closed: send all of them home.")
    early = [(when, what) for when, what in diary if "sent home" in what and when < 5]
    if early:
        raise Wrong(f"“{early[0][1]}” at {early[0][0]:g}, although the shop closes at 5.")
    if sent_home != 2:
        raise Wrong(f"two were sent home, a and b; your function returned {sent_home!r}.")

    sent_home, diary, _, _ = _open_until(answer, 5, ("a", [5]), ("b", [4.5]))
    if (5, "a ends") in diary:
        raise Wrong("a wakes at 5, exactly at closing: from then on nobody is woken.")
    if sent_home != 1:
        raise Wrong(f"b ends at 4.5, a would wake at closing: one is sent home, not {sent_home!r}.")

    sent_home, diary, _, tasks = _open_until(answer, 5, ("long", [0, 0], 7), ("late", [1]))
    if (7, "late") in diary or (7, "long") in diary:
        raise Wrong("one task works from 0 to 7, past closing at 5, and afterwards you still woke somebody.")
    if sent_home != 2 or any(task.gi_frame is not None for task in tasks):
        raise Wrong(
            f"one task works past closing: then both are sent home, also the one never begun; not {sent_home!r}."
        )

    sent_home, diary, _, _ = _open_until(answer, 20, ("a", [1]), start=10)
    if diary != [(10, "a"), (11, "a ends")]:
        raise Wrong(f"the clock showed 10 when a began to nap for 1; the diary says {diary}.")

    sent_home, diary, _, _ = _open_until(answer, 12, ("a", [5]), start=10)
    if diary != [(10, "a"), (12, "a sent home")]:
        raise Wrong(f"the clock showed 10 at the start, and closing is at 12 on that clock; the diary says {diary}.")

    sent_home, diary, _, _ = _open_until(answer, 100, ("a", [3], 2))
    if diary != [(0, "a"), (5, "a ends")]:
        raise Wrong(f"a works from 0 to 2 and then naps for 3, so it wakes at 5; the diary says {diary}.")


# -- 03.7 ----------------------------------------------------------------------------------------------------------


def _dish(name, turns, diary, error=None):
    try:
        for turn in range(1, turns + 1):
            diary.append(f"{name}{turn}")
            yield
        if error:
            raise error
        diary.append(f"{name} done")
        return f"dish {name}"
    finally:
        diary.append(f"{name} left")


def _drive(made, diary, most=MOST_STEPS):
    """Drive it to its end as a task among others, noting each turn of the others; return what it returned."""
    for _ in range(most):
        try:
            made.send(None)
        except StopIteration as end:
            return end.value
        diary.append("others")
    raise Wrong(f"`together` had not returned after {most} turns: does it notice when all have ended?")


@exercise(
    "03.7",
    praise="turn by turn, results in order, and nobody left behind, whatever happens.",
    hint="Keep each result by its place; close every task in a `finally` around the whole loop.",
)
def _together(answer):
    diary = []
    tasks = [_dish("a", 3, diary), _dish("b", 1, diary), _dish("c", 2, diary)]
    results = _drive(_generator_from(answer, *tasks, name="together"), diary)
    turns = [each for each in diary if each[-1].isdigit()]
    if turns == ["a1", "a2", "a3", "b1", "c1", "c2"]:
        raise Wrong("b got its first turn only after a had ended: every one gets one turn in each round.")
    if turns != ["a1", "b1", "c1", "a2", "c2", "a3"]:
        raise Wrong(f"a needs 3 turns, b 1, c 2: a1, b1, c1, a2, c2, a3 was expected, and it was {', '.join(turns)}.")
    if "others" not in diary[: diary.index("a2")]:
        raise Wrong("between two rounds the tasks outside got no turn: yield after each round.")
    if "others" in diary[: diary.index("c1")]:
        raise Wrong("the tasks outside got a turn in the middle of a round: yield once, after the whole round.")
    if results is None:
        raise Wrong("`together` returned None: return the list of results.")
    if list(results) != ["dish a", "dish b", "dish c"]:
        if sorted(map(str, results)) == ["dish a", "dish b", "dish c"]:
            raise Wrong(f"the results should be in the order of the tasks, not in that of their ends: {results}.")
        raise Wrong(f"['dish a', 'dish b', 'dish c'] should be returned; you returned {results!r}.")
    if (nothing := _drive(answer(), [])) != []:
        raise Wrong(f"together() without tasks should return an empty list, not {nothing!r}.")

    diary = []
    tasks = [_dish("a", 4, diary), _dish("b", 1, diary, BurntBun("b")), _dish("c", 4, diary)]
    try:
        _drive(answer(*tasks), diary)
    except BurntBun:
        pass
    else:
        raise Wrong("b raised an error, and the caller of `together` never heard of it.")
    _all_left(diary, "b raised an error")

    for when, end in [
        ("`together` was closed", lambda made: made.close()),
        ("a LookupError was thrown into `together`", lambda made: made.throw(LookupError("no flour"))),
    ]:
        diary = []
        tasks = [_dish("a", 4, diary), _dish("b", 1, diary), _dish("c", 4, diary)]
        made = answer(*tasks)
        for _ in range(3):
            next(made)
        try:
            end(made)
        except LookupError:
            pass
        except (RuntimeError, StopIteration) as error:
            raise Wrong(f"{when}, and it did not just end: {error or 'the error was swallowed'}.") from None
        _all_left(diary, when)

    diary = []
    _drive(answer(_dish("a", 1, diary)), diary)
    if diary.count("others") != 1:
        raise Wrong(
            f"a task of one turn: one round leaves it unfinished, the next ends it; you yielded {diary.count('others')}"
            " times instead of once. Yield only after a round in which somebody is left."
        )


def _all_left(diary, when):
    staying = [name for name in "abc" if f"{name} left" not in diary]
    if staying:
        raise Wrong(f"{when}, and {' and '.join(staying)} stayed paused: close all that have not ended.")


# -- 03.8 ----------------------------------------------------------------------------------------------------------


def _listener(name, line, diary, buns=1, answer_on=None):
    """Waits for its socket, reads, notes it, and may write to another one."""
    for _ in range(buns):
        yield line
        try:
            bun = line.recv(5)
        except BlockingIOError:
            raise Wrong(f"{name} was resumed although its socket had nothing to read: wait until it has.") from None
        diary.append(f"{name} {bun.decode()}")
        if answer_on:
            answer_on.sendall(bun)


def _customers(answer, listeners, sent):
    """Two lines with a socketpair each; listeners: (name, line to hear, line to answer on or None, buns)."""
    ends = {line: socket.socketpair() for line in "AB"}
    try:
        for ours, _ in ends.values():
            ours.setblocking(False)
        diary = []
        tasks = [
            _listener(name, ends[hears][0], diary, buns, ends[tells][1] if tells else None)
            for name, hears, tells, buns in listeners
        ]
        for line, buns in sent:
            ends[line][1].sendall(buns)
        try:
            answer(list(tasks))
        except KeyError as error:
            if "registered" in str(error):
                raise Wrong("a task waited for its socket a second time, and it was still registered.") from None
            raise
        if any(task.gi_frame is not None for task in tasks):
            raise Wrong("your function returned, and not all tasks had ended.")
        return diary
    finally:
        for pair in ends.values():
            for each in pair:
                each.close()


@exercise(
    "03.8",
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
