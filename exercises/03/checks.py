"""Checks of chapter 3: generators. Each drives an answer step by step; nothing is timed."""

import math
from itertools import count

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Fuse, capture, reworded

MOST_STEPS = 200  # far more than any of these generators needs; after that it is told to have no end


def _resume(method, *arguments, ended):
    """Resume a generator of the answer; a word on why if it has ended before its time."""
    with reworded({StopIteration: ended}):
        return method(*arguments)


def _generator_from(answer, *arguments, name):
    made = answer(*arguments)
    if not all(hasattr(made, each) for each in ("send", "throw", "close", "__next__")):
        raise Wrong(f"`{name}` should be a generator function, one with `yield` in it; it returned {made!r}.")
    return made


# -- 03.1 -------------------------------------------------------------------------------------------------------------


def _endless(wanted):
    """Buns without end, and the fuse that counts how many were asked for."""
    words = f"to take {wanted} your function asked an endless source for more than {MOST_STEPS} items."
    asked = Fuse(MOST_STEPS, Wrong(words))

    def buns():
        for number in count(1):
            asked()
            yield f"bun {number}"

    return buns(), asked


@exercise(
    "03.1",
    praise="the first few, one at a time, and not one item more than needed.",
    hint="Loop over the source, yield, and leave the loop as soon as enough have been handed out.",
)
def _take(answer):
    source, asked = _endless(3)
    taken = answer(3, source)
    if taken is None:
        raise Wrong("your function returned None: it should be a generator, with `yield` in it.")
    taken = iter(taken)
    given = [_resume(next, taken, ended="your function handed out nothing, although the source had plenty.")]
    if asked.passed > 1:
        raise Wrong(f"before you handed out the first item you had asked the source for {asked.passed}: one at a time.")
    for item in taken:
        given.append(item)
        if len(given) == 2 and asked.passed > 2:
            told = f"when you handed out the second item you had asked the source for {asked.passed}"
            raise Wrong(f"{told}: one at a time.")
    if given != ["bun 1", "bun 2", "bun 3"]:
        raise Wrong(f"the first 3 of bun 1, bun 2, bun 3, bun 4 … should be handed out; you gave {given}.")
    if asked.passed > 3:
        raise Wrong(f"you handed out 3 items and asked the source for {asked.passed}: the last one is lost to others.")

    leaked = "the source had only two items: a `next` inside a generator failed, and that became an error."
    with reworded({RuntimeError: leaked}):
        short = list(answer(5, iter(["pork", "lotus"])))
    if short != ["pork", "lotus"]:
        raise Wrong(f"5 of a source with two items are those two; you gave {short}.")
    if list(answer(2, ["pork", "lotus", "leek"])) != ["pork", "lotus"]:
        raise Wrong("the source may be a list as well: take(2, ['pork', 'lotus', 'leek']) went wrong.")
    if list(answer(3, ["pork", None, 0, "leek"])) != ["pork", None, 0]:
        raise Wrong("None and 0 are items like any other: take(3, ['pork', None, 0, 'leek']) went wrong.")

    source, asked = _endless(0)
    if (none := list(answer(0, source))) or asked.passed:
        told = f"you gave {none} and asked {asked.passed} time(s)"
        raise Wrong(f"take(0, …) should hand out nothing and ask for nothing; {told}.")


# -- 03.2 -------------------------------------------------------------------------------------------------------------


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
        told = (
            f"throw(ValueError) should make it forget all numbers; the {time} time, the error came straight out again."
        )
        with reworded({ValueError: told}):
            forgot = _resume(mean.throw, ValueError("forget"), ended="`averager` ended when ValueError was thrown in.")
        if forgot is not None:
            raise Wrong(f"after throw(ValueError) it should yield None, for there is no mean; it yielded {forgot!r}.")
    _expect_means(mean, [(4, 4), (6, 5)], "after throw(ValueError) it starts anew: ")

    swallowed = "a KeyError was thrown in, and your code swallowed it."
    thrown = capture(lambda: _resume(mean.throw, KeyError("till"), ended=swallowed), catch=KeyError)
    if not thrown.error:
        told = f"`averager` yielded {thrown.value!r} instead"
        raise Wrong(f"a KeyError was thrown in: it should reach the caller; {told}.")

    closing = answer()
    next(closing)
    closing.send(1)
    with reworded({RuntimeError: "`close()` was called, and `averager` yielded again: it swallows GeneratorExit."}):
        closing.close()


# -- 03.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "03.3",
    praise="every bun, from left to right, however deep, one at a time.",
    hint="`yield from` hands on everything that an inner generator yields.",
)
def _flatten(answer):
    order = ["pork", ["lotus", ["leek", []], "sesame"], [], "tea", ["bean"]]
    kept = repr(order)
    wanted = ["pork", "lotus", "leek", "sesame", "tea", "bean"]
    with reworded({RecursionError: "your function went down without end: text is a bun, do not take it apart."}):
        got = answer(order)
        if got is None:
            raise Wrong("your function returned None: hand out the buns with `yield`.")
        got = list(got)
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
    for order, wanted, wrong in [
        (deep, ["bottom"], "a bun a hundred levels deep got lost."),
        (
            [("two", "buns"), 3],
            [("two", "buns"), 3],
            "only a list is an order; a tuple and a number are buns like any other.",
        ),
        (
            [0, [""], None],
            [0, "", None],
            "0, an empty text and None are buns like any other; from [0, [''], None] some got lost.",
        ),
    ]:
        if list(answer(order)) != wanted:
            raise Wrong(wrong)

    growing = [["pork", ["lotus"]]]
    buns = iter(answer(growing))
    first = next(buns)
    growing[0][1].append("late")
    if [first, *buns] != ["pork", "lotus", "late"]:
        raise Wrong("you read the whole order before you handed out the first bun: hand out one at a time.")


# -- 03.4 -------------------------------------------------------------------------------------------------------------


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
    with reworded({RuntimeError: "`close()` was called, and `baking` yielded again: it swallows GeneratorExit."}):
        baking.close()
    _must_be_off(oven, "`baking` was closed")

    for when, method, given, error in [
        ("`bake` raised", "send", "coal", BurntBun),
        ("a LookupError was thrown in", "throw", LookupError("no flour"), LookupError),
        ("a KeyboardInterrupt was thrown in", "throw", KeyboardInterrupt(), KeyboardInterrupt),
    ]:
        oven, baking = _hot_oven(answer)
        ended = capture(getattr(baking, method), given, catch=(error, StopIteration)).error
        if isinstance(ended, StopIteration):
            raise Wrong(f"{when}, and the caller never heard of it: let the error pass.")
        if ended is None:
            raise Wrong(f"{when}, and `baking` went on as if nothing had happened.")
        _must_be_off(oven, when)

    oven = _Oven()
    _generator_from(answer, oven, name="baking").close()
    if oven.log:
        raise Wrong(f"`baking` was closed before it was primed: nothing should happen, but the log says {oven.log}.")


# -- 03.5 -------------------------------------------------------------------------------------------------------------


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


def _all_left(diary, when):
    staying = [name for name in "abc" if f"{name} left" not in diary]
    if staying:
        raise Wrong(f"{when}, and {' and '.join(staying)} stayed paused: close all that have not ended.")


@exercise(
    "03.5",
    praise="turn by turn, results in order, and nobody left behind, whatever happens.",
    hint="Keep each result by its place; close every task in a `finally` around the whole loop.",
)
def _together(answer):
    diary = []
    tasks = [_dish("a", 3, diary), _dish("b", 1, diary), _dish("c", 2, diary)]
    results = _drive(_generator_from(answer, *tasks, name="together"), diary)
    _expect_rounds(diary)
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
    if not capture(_drive, answer(*tasks), diary, catch=BurntBun).error:
        raise Wrong("b raised an error, and the caller of `together` never heard of it.")
    _all_left(diary, "b raised an error")

    for when, method, *given in [
        ("`together` was closed", "close"),
        ("a LookupError was thrown into `together`", "throw", LookupError("no flour")),
    ]:
        diary = []
        tasks = [_dish("a", 4, diary), _dish("b", 1, diary), _dish("c", 4, diary)]
        made = answer(*tasks)
        for _ in range(3):
            next(made)
        ended = capture(getattr(made, method), *given, catch=(LookupError, RuntimeError, StopIteration)).error
        if isinstance(ended, (RuntimeError, StopIteration)):
            raise Wrong(f"{when}, and it did not just end: {ended or 'the error was swallowed'}.")
        _all_left(diary, when)

    diary = []
    _drive(answer(_dish("a", 1, diary)), diary)
    if (times := diary.count("others")) != 1:
        told = f"a task of one turn: one round leaves it unfinished, the next ends it; you yielded {times} times"
        raise Wrong(f"{told} instead of once. Yield only after a round in which somebody is left.")


def _expect_rounds(diary):
    """Of a with 3 turns, b with 1 and c with 2."""
    turns = [each for each in diary if each[-1].isdigit()]
    if turns == ["a1", "a2", "a3", "b1", "c1", "c2"]:
        raise Wrong("b got its first turn only after a had ended: every one gets one turn in each round.")
    if turns != ["a1", "b1", "c1", "a2", "c2", "a3"]:
        raise Wrong(f"a needs 3 turns, b 1, c 2: a1, b1, c1, a2, c2, a3 was expected, and it was {', '.join(turns)}.")
    if "others" not in diary[: diary.index("a2")]:
        raise Wrong("between two rounds the tasks outside got no turn: yield after each round.")
    if "others" in diary[: diary.index("c1")]:
        raise Wrong("the tasks outside got a turn in the middle of a round: yield once, after the whole round.")
