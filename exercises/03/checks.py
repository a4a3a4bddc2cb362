"""Checks of chapter 3: generators. Each drives an answer step by step; nothing is timed.

A case that is told in words comes first. Then come all the small ones, or many that chance has made, always the same,
beside a reference of a few lines.
"""

import math
import random
import reprlib
from collections import deque
from itertools import islice, product
from statistics import fmean

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, capture, many, need, reworded

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


def _close(made, name):
    said = f"`close()` was called, and `{name}` yielded again instead of ending."
    with reworded({RuntimeError: lambda error: said if "GeneratorExit" in str(error) else None}):
        made.close()


def _must_hear(error, when, name, method, *given):
    """Check that the caller of this method gets this very error."""
    came = capture(method, *given, catch=BaseException)
    if came.error is error:
        return
    if isinstance(came.error, StopIteration):
        raise Wrong(f"{when}, and `{name}` ended as if all were well: the caller was not told of the error.", _LET_PASS)
    if came.error:
        raise Wrong(f"{when}, and its caller got {came.error!r} instead.", _LET_PASS)
    told = f"it yielded {came.value!r}. The error should reach its caller"
    raise Wrong(f"{when}, and `{name}` went on: {told}.", _LET_PASS)


_LET_PASS = "Catch what you expect, by its name, and let all other errors pass."
_ANY_ERROR = [  # what may happen, and what an answer might catch for reasons of its own
    *(
        kind("smoke")
        for kind in (LookupError, RuntimeError, ValueError, TypeError, ZeroDivisionError, OSError, EOFError)
    ),
    KeyboardInterrupt(),
]


# -- 03.1 -------------------------------------------------------------------------------------------------------------


class _Source:
    """Hands out items and then raises an error, and counts how many it was asked for."""

    def __init__(self, items, error=StopIteration):
        self.items, self.error, self.asked = items, error, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        if self.asked > len(self.items):
            raise self.error
        return self.items[self.asked - 1]


def _taking(answer, n, source):
    taken = answer(n, source)
    if taken is None:
        raise Wrong("your function returned None: it should be a generator, with `yield` in it.")
    return iter(need(taken, lambda each: hasattr(each, "__iter__"), "hand out the items one by one"))


def _take_from(answer, n, source):
    """Take the items; return what came, and say so if the source is asked for too many."""
    taken, given = _taking(answer, n, source), []
    while len(given) <= n and given == source.items[: len(given)]:
        if source.asked > len(given):
            told = f"take({n}, …) had handed out {many(len(given), 'item')} and asked the source for {source.asked}"
            raise Wrong(f"{told}: one at a time.")
        try:
            given.append(next(taken))
        except StopIteration:
            return given
    return [*given, *islice(taken, n + 1 - len(given))]


@exercise(
    "03.1",
    praise="the first few, one at a time, and not one item more than needed.",
    hint="Loop over the source, yield, and leave the loop as soon as enough have been handed out.",
)
def _take(answer):
    buns = [f"bun {number}" for number in range(1, 301)]
    falsy = ["pork", None, 0, "pork", "", "leek"]
    for n, items in [(3, buns), (5, buns[:2]), (2, buns[:2]), (5, falsy), (1, buns), (0, buns), (2, []), (290, buns)]:
        source = _Source(items)
        with reworded({RuntimeError: lambda error, items=items: _leaked(error, items)}):
            given = _take_from(answer, n, source)
        if given != items[:n]:
            source, wanted, given = map(reprlib.repr, (items, items[:n], given))
            raise Wrong(f"take({n}, …) of {source} should hand out {wanted}; it handed out {given}.")
        if source.asked > min(n, len(items) + 1):
            told = f"take({n}, …) handed out {many(len(given), 'item')} and asked the source for {source.asked}"
            raise Wrong(f"{told}: what it was given last is lost to others.", "Look at the count before you ask.")

    source = _Source(buns)
    if (given := [*_taking(answer, 2, source), *_taking(answer, 1, source)]) != buns[:3]:
        raise Wrong(f"from one source take(2, …) and then take(1, …) should give {buns[:3]}; they gave {given}.")
    one, other = (_taking(answer, 2, _Source(buns)) for _ in "ab")
    if (given := [next(each, "nothing") for each in (one, other, one, other)]) != ["bun 1"] * 2 + ["bun 2"] * 2:
        raise Wrong(f"two take(2, …) in turns, each with a source of its own, gave {given}: they disturb each other.")
    for source in (["pork", "lotus", "leek"], {"pork": 1, "lotus": 2, "leek": 3}, ("pork", "lotus")):
        told = f"any iterable may be the source, and take(2, {source}) raised"
        with reworded({(TypeError, AttributeError): lambda error, told=told: Wrong(f"{told} {error!r}.", _ITERABLE)}):
            given = list(islice(_taking(answer, 2, source), 3))
        if given != ["pork", "lotus"]:
            raise Wrong(f"take(2, {source}) should hand out 'pork' and 'lotus'; it handed out {given}.")
    for error in (BurntBun("leek"), *_ANY_ERROR):
        given = capture(_take_from, answer, 3, _Source(["pork"], error), catch=BaseException)
        if given.error is not error:
            told = f"take(3, …) {f'raised {given.error!r}' if given.error else 'just ended'}"
            raise Wrong(f"asked for a second item, the source raised {error!r}, and {told}.", _NO_MORE)


_ITERABLE = "A `for` loop takes any iterable; `next` takes what `iter(source)` returns."
_NO_MORE = "Catch StopIteration, if anything; other errors are the caller's business."


def _leaked(error, items):
    if "StopIteration" in str(error):
        return (
            f"the source had {many(len(items), 'item')}; a `next` inside a generator failed, and that became {error!r}."
        )
    return None


# -- 03.2 -------------------------------------------------------------------------------------------------------------

_FORGET = ValueError("forget")


class _Averager:
    """A primed averager of the answer's, and what it has been told."""

    def __init__(self, answer, which="`averager`"):
        self.mean, self.which = _generator_from(answer, name="averager"), which
        self.numbers, self.told = [], []
        first = _resume(next, self.mean, ended="`averager` ended before anything was sent.")
        if first is not None:
            raise Wrong(f"primed, `averager` should yield None, because there is no mean yet; it yielded {first!r}.")

    def tell(self, what):
        """Send a number, or throw `_FORGET`, and check what it yields."""
        self.told.append(f"throw({what!r})" if what is _FORGET else f"{what:g}")
        after = f"after {'… ' * (len(self.told) > 9)}{', '.join(self.told[-9:])}"
        if what is _FORGET:
            self.numbers.clear()
            with reworded({ValueError: f"{after} the error came straight out of {self.which}: it should forget all."}):
                got = _resume(self.mean.throw, what, ended=f"{after} {self.which} ended.")
            if got is not None:
                raise Wrong(f"{after} there is no mean, so None was due; {self.which} yielded {got!r}.")
        else:
            self.numbers.append(what)
            got = _resume(self.mean.send, what, ended=f"{after} {self.which} ended: it should go on for ever.")
            due = fmean(self.numbers)
            if not hasattr(got, "__float__") or not math.isclose(got, due, abs_tol=1e-9):
                raise Wrong(f"{after} the mean is {due:g}; {self.which} yielded {got!r}.")


@exercise(
    "03.2",
    praise="it keeps the mean, forgets when told to, and goes when asked to.",
    hint="Keep the sum and the number of values. Catch ValueError at the `yield`, and nothing else.",
)
def _averager(answer):
    first = _Averager(answer)
    for what in (10, 20, 3, 0):
        first.tell(what)
    second = _Averager(answer, "a second averager, made beside the first,")
    for what in (4, 5):
        second.tell(what)
    for what in (_FORGET, 4, 6, _FORGET, _FORGET, 0, 0.5):
        first.tell(what)
    second.tell(6)
    new, chance = _Averager(answer), random.Random(3)
    for what in [_FORGET, *chance.choices([_FORGET, -3, -0.5, 0, 0, 2, 7], k=80), *chance.choices(range(9), k=120)]:
        new.tell(what)

    thrown = KeyError("till"), TypeError("bun"), OSError(5, "line"), ZeroDivisionError(), RuntimeError("till")
    moments = {"": [1], ", just primed": [], ", which had just forgotten all": [1, _FORGET]}
    for error, (when, told) in product((*thrown, KeyboardInterrupt()), moments.items()):
        one = _Averager(answer)
        for what in told:
            one.tell(what)
        _must_hear(error, f"{error!r} was thrown into `averager`{when}", "averager", one.mean.throw, error)
    _close(first.mean, "averager")
    _close(new.mean, "averager")


# -- 03.3 -------------------------------------------------------------------------------------------------------------


def _buns_of(order):
    return [bun for each in order for bun in (_buns_of(each) if isinstance(each, list) else [each])]


def _random_order(chance, depth=4):
    def one():
        return _random_order(chance, depth - 1) if depth and chance.random() < 0.4 else chance.choice(_ANY_BUN)

    return [one() for _ in range(chance.randrange(4))]


_ANY_BUN = ["pork", "tea", "", 0, 0, None, False, ("two", ["buns"]), {"leek": 2}, {"salt"}, b"bun", range(3)]


@exercise(
    "03.3",
    praise="every bun, in order, one at a time, even from a hundred levels deep.",
    hint="`yield from` hands on everything that an inner generator yields.",
)
def _flatten(answer):
    lunch, deep = ["tea", []], ["bottom"]
    for _ in range(100):
        deep = [deep]
    _expect_buns(answer, ["pork", ["lotus", ["leek", []], "sesame"], [], "tea", ["bean"]])
    for order, told in [
        (["pork", ["pork"], lunch, "pork", lunch], "each of two equal buns counts"),
        ([0, [""], None, [[None]], False], "0, an empty text, None and False are buns like any other"),
        (
            [("two", ["buns"]), 3, {"leek": 2}, deque(["tea"]), bytearray(b"bun")],
            "only a list is an order; anything else is a bun",
        ),
        ([], "an empty order has no buns"),
    ]:
        _expect_buns(answer, order, f"{told}: ")
    if (got := list(answer(deep))) != ["bottom"]:
        raise Wrong(f"one bun lies a hundred levels deep; you handed out {got}.")
    chance = random.Random(3)
    for _ in range(150):
        _expect_buns(answer, _random_order(chance))

    order = [["pork", ["lotus"]]]
    buns = iter(answer(order))
    first = next(buns)
    order[0][1].append("late")
    if (got := [first, *buns]) != ["pork", "lotus", "late"]:
        told = f"when 'pork' of [['pork', ['lotus']]] was out, 'late' was put behind 'lotus', and you handed out {got}"
        raise Wrong(f"{told}: open an inner order only when its turn has come.", _ONE_AT_A_TIME)


_ONE_AT_A_TIME = "A list that is filled first, or `list(…)` around the inner generator, reads everything ahead."
_LETTERS = "Is a text taken apart? Each of its letters is a text again. Only a list is an order."


def _expect_buns(answer, order, told=""):
    wanted, kept = _buns_of(order), repr(order)
    endless = f"on the order {order} your function called itself deeper and deeper, until Python stopped it."
    with reworded({RecursionError: Wrong(endless, _LETTERS)}):
        got = answer(order)
        if got is None:
            raise Wrong("your function returned None: hand out the buns with `yield`.")
        got = list(islice(got, MOST_STEPS))
    if any(hasattr(each, "__next__") for each in got):
        raise Wrong("among the buns you handed out a generator: hand on what it yields, not the generator itself.")
    if any(isinstance(each, list) for each in got):
        raise Wrong(f"some orders are still packed: from {kept} you handed out {got}.")
    if [*map(repr, got)] != [*map(repr, wanted)]:
        raise Wrong(f"{told}from {kept} should come {wanted}; you handed out {got}.")
    if repr(order) != kept:
        raise Wrong(f"your function changed the order that it was given, {kept}, to {order}; it should only read it.")


# -- 03.4 -------------------------------------------------------------------------------------------------------------

_BREAD = {"bun": "baked bun", "": None, "air": "", 0: 0}


class _Oven:
    def __init__(self):
        self.log = []

    def on(self):
        self.log.append("on")

    def off(self):
        self.log.append("off")

    def bake(self, dough):
        if isinstance(dough, BaseException):
            raise dough
        self.log.append(f"bake {dough}")
        return _BREAD[dough]


def _hot_oven(answer, doughs):
    """An oven that has been switched on by the answer and has baked some doughs, and the answer's generator."""
    oven = _Oven()
    baking = _generator_from(answer, oven, name="baking")
    first = _resume(next, baking, ended="`baking` ended before any dough was sent.")
    _expect_log(oven, ["on"], "`baking` was primed", _ONCE)
    if first is not None:
        raise Wrong(f"primed, `baking` should yield None; it yielded {first!r}.")
    for dough in doughs:
        bread = _resume(baking.send, dough, ended=f"`baking` ended after the dough {dough!r}: it should take another.")
        if bread != _BREAD[dough] or type(bread) is not type(_BREAD[dough]):
            told = f"for the dough {dough!r} the oven returned {_BREAD[dough]!r}, and `baking` yielded {bread!r}"
            raise Wrong(f"{told}.", "Yield what `oven.bake(dough)` returns, whatever that is.")
    logged = ["on", *(f"bake {dough}" for dough in doughs)]
    _expect_log(oven, logged, "`baking` waited for the next dough", _ONCE)
    return oven, baking


def _expect_log(oven, wanted, when, hint=""):
    if oven.log != wanted:
        raise Wrong(f"{when}, and the oven's log says {oven.log}, not {wanted}.", hint)


_ONCE = "Switch it on when `baking` is primed, before the loop, and off when that has ended."


@exercise(
    "03.4",
    praise="however it ends, the oven is switched off once, and every error reaches the caller.",
    hint="What stands under `finally` runs at any end, GeneratorExit included, and lets the error pass.",
)
def _baking(answer):
    other, baking_there = _hot_oven(answer, ["bun"])
    for doughs in ["bun"], [], ["bun", "", 0, "air", "bun"]:
        logged = ["on", *(f"bake {dough}" for dough in doughs)]
        oven, baking = _hot_oven(answer, doughs)
        _close(baking, "baking")
        _expect_log(oven, [*logged, "off"], "`baking` was closed")
        for error, thrown in product((BurntBun("coal"), *_ANY_ERROR), (False, True)):
            oven, baking = _hot_oven(answer, doughs)
            when = f"{error!r} was thrown into `baking`" if thrown else f"`bake` raised {error!r}"
            _must_hear(error, when, "baking", baking.throw if thrown else baking.send, error)
            _expect_log(oven, [*logged, "off"], when)
    _close(baking_there, "baking")
    told, hint = "`baking` of one oven was closed after those of others", "Each call needs an oven of its own."
    _expect_log(other, ["on", "bake bun", "off"], told, hint)

    oven = _Oven()
    _generator_from(answer, oven, name="baking").close()
    _expect_log(oven, [], "`baking` was closed before it was primed: nothing should happen", _ONCE)


# -- 03.5 -------------------------------------------------------------------------------------------------------------


def _dish(name, turns, diary, result=None, error=None):
    """Takes so many turns, and then raises the error, or returns the result."""
    for turn in range(1, turns + 1):
        diary.append(f"{name}{turn}")
        yield (None, name)[turn % 2]  # what it yields is nobody's business
    diary.append(f"{name} {'raises' if error else 'ends'}")
    if error:
        raise error
    return result


def _guarded(name, task, got):
    """The same task, which notes what is thrown into it."""
    try:
        return (yield from task)
    except BaseException as error:
        got.append((name, type(error).__name__))
        raise


def _drive(made, diary):
    """Drive it to its end as a task among others, noting each turn of the others; return what it returned."""
    for _ in range(MOST_STEPS):
        try:
            made.send(None)
        except StopIteration as end:
            return end.value
        diary.append("others")
    raise Wrong(f"`together` had not returned after {MOST_STEPS} turns: does it notice when all have ended?")


def _expect_together(answer, turns, results):
    """Tasks with so many turns, which return these results, must be run in rounds."""
    diary, wanted, named = [], [], [*zip("abcd"[: len(turns)], turns, strict=True)]
    for turn in range(1, max(turns, default=-1) + 2):
        wanted += [f"{name}{turn}" if turn <= most else f"{name} ends" for name, most in named if turn <= most + 1]
        wanted += ["others"] * (turn <= max(turns))
    tasks = [_dish(*each, diary, result) for each, result in zip(named, results, strict=True)]
    got = _drive(_generator_from(answer, *tasks, name="together"), diary)
    told = "of " + (", ".join(f"{name} with {many(most, 'turn')}" for name, most in named) or "no tasks")
    if diary != wanted:
        ran, due = (", ".join(each) or "nothing" for each in (diary, wanted))
        raise Wrong(f"{told} `together` should make: {due}. It made: {ran}. (“others” is where it yielded.)", _ROUNDS)
    if [*map(repr, need(got, list, "`together` should return the list of results"))] != [*map(repr, results)]:
        raise Wrong(f"{told} `together` should return {results}, in the order of the tasks; it returned {got!r}.")


_ROUNDS = "In each round call `next` once for each that is left; yield after a round, if somebody is still left."


def _expect_end(answer, rounds, when, error, raiser=""):
    """After so many rounds the raiser raises the error, or it is thrown into `together`; without one that is closed."""
    diary, got = [], []
    tasks = [
        _guarded(
            name, _dish(name, rounds if name == raiser else 4, diary, error=error if name == raiser else None), got
        )
        for name in "abc"
    ]
    made = answer(*tasks)
    for _ in range(rounds):
        next(made)
    if error:
        _must_hear(error, when, "together", *(made.send, None) if raiser else (made.throw, error))
    else:
        _close(made, "together")
    if staying := [name for name, task in zip("abc", tasks, strict=True) if task.gi_frame is not None]:
        raise Wrong(f"{when}, and {', '.join(staying)} stayed paused: close all that have not ended.")
    for name, kind in got:
        if name != raiser and kind != "GeneratorExit":
            raise Wrong(f"{when}, and {name} was thrown {kind}: it should be closed.", "A task has a method `close`.")
    if raiser and (later := diary[diary.index(f"{raiser} raises") + 1 :]):
        raise Wrong(f"{when}, and afterwards there came {', '.join(later)}: close the others instead.")


@exercise(
    "03.5",
    praise="turn by turn, results in order, and nobody left behind, whatever happens.",
    hint="Keep each result by its place; close every task in a `finally` around the whole loop.",
)
def _together(answer):
    _expect_together(answer, (3, 1, 2), ["dish a", "dish b", "dish c"])
    for tasks in range(4):
        for turns in product(range(3), repeat=tasks):
            _expect_together(answer, turns, ["", None, 0][:tasks])
    _expect_together(answer, (1, 1, 1, 1), ["tea", "tea", [], "tea"])
    for rounds, raiser in product((1, 0, 2), "bac"):
        error = KeyboardInterrupt() if rounds == 2 else BurntBun(raiser)
        _expect_end(answer, rounds, f"{raiser}, of a, b and c, raised {error!r} in round {rounds + 1}", error, raiser)
    for error in _ANY_ERROR:
        _expect_end(answer, 1, f"a, of a, b and c, raised {error!r} in round 2", error, "a")
        _expect_end(answer, 1, f"{error!r} was thrown into `together` after round 1", error)
    for rounds, error in product((1, 2, 4), (None, LookupError("no flour"), KeyboardInterrupt())):
        when = f"{error!r} was thrown into `together`" if error else "`together` was closed"
        _expect_end(answer, rounds, f"{when} after round {rounds}", error)

    diary = []
    inner = answer(_dish("a", 2, diary, "dish a"), _dish("b", 1, diary, "dish b"))
    got = _drive(answer(inner, _dish("c", 1, diary, "dish c")), diary)
    if got != [["dish a", "dish b"], "dish c"]:
        raise Wrong(f"together(together(a, b), c) should return [['dish a', 'dish b'], 'dish c'], not {got!r}.")
