"""Checks of chapter 20: percentiles, sizes, rests, budgets, breakers, how a worker leaves; all clocks are played."""

import math
import random
from fractions import Fraction

from exercises import Wrong, exercise
from exercises.vocabulary import MockClock, need, need_class

# -- 20.1 -------------------------------------------------------------------------------------------------------------


def _true_percentile(waits, percent):
    enough = (each for each in sorted(waits) if 100 * sum(other <= each for other in waits) >= percent * len(waits))
    return next(enough, None)


def _waits():
    yield [30, 10, 20, 40], [50, 51, 1, 100, 25, 26, 75, 99]
    yield [7], [1, 50, 100]
    yield [], [1, 50, 99]
    yield [0, 0, 0, 5], [75, 76]
    yield [0.25, -1.5, 3], [33, 34, 67]
    hundred = list(range(1, 101))
    random.Random(20).shuffle(hundred)
    yield hundred, range(1, 101)
    chance = random.Random(2020)
    for _ in range(40):
        waits = [chance.choice([0.1, 0.2, 1, 2, 3, 40, 500]) for _ in range(chance.randrange(1, 60))]
        yield waits, chance.sample(range(1, 101), 5)
    yield list(range(1000, 0, -1)), [7, 14, 28, 29, 56, 57, 58, 99]


@exercise(
    "20.1",
    praise="the smallest wait that so many percent stay within, and no float has moved it.",
    hint="Sort a copy; the rank is `len(waits) * percent / 100`, rounded up, in whole numbers; ranks count from 1.",
)
def _percentile(answer):
    need(answer, callable, "give the function percentile")
    for waits, percents in _waits():
        for percent in percents:
            given = list(waits)
            said, wanted = answer(given, percent), _true_percentile(waits, percent)
            shown = waits if len(waits) < 10 else f"{len(waits)} waits"
            if given != waits:
                raise Wrong(f"the list {shown} was changed; it is to stay as it was.")
            if said != wanted:
                raise Wrong(f"percentile({percent}) of {shown} is {said!r}, and it is to be {wanted!r}.")


# -- 20.2 -------------------------------------------------------------------------------------------------------------


def _true_size(rate, work, patience):
    greenlets = math.ceil(Fraction(rate * work, 1000))
    room = 0
    while (room + 1) * Fraction(work, greenlets) + work <= patience:
        room += 1
    return {"greenlets": greenlets, "room": room}


def _kitchens():
    yield 50, 100, 300
    yield 20, 40, 1000
    yield 25, 40, 100  # exactly one
    yield 26, 40, 100
    yield 1, 1, 1
    yield 10, 400, 300  # nobody in time
    yield 10, 400, 400
    yield 3, 700, 1500
    yield 1000, 333, 999
    chance = random.Random(20)
    for _ in range(150):
        work = chance.choice([1, 3, 7, 40, 70, 100, 333, 400])
        yield chance.randrange(1, 120), work, chance.randrange(1, 12 * work + 20)


@exercise(
    "20.2",
    praise="as many as are in hand at a time, and a queue that nobody waits in for nothing.",
    hint="greenlets: `rate * work / 1000`, rounded up. room: `(patience - work)` in steps of `work / greenlets`, down.",
)
def _size(answer):
    need(answer, callable, "give the function size")
    for kitchen in _kitchens():
        wanted = _true_size(*kitchen)
        case = "size({}, {}, {})".format(*kitchen)
        said = need(answer(*kitchen), dict, f"{case} is to be a dict")
        if set(said) != set(wanted):
            raise Wrong(f"{case} has the keys {sorted(map(str, said))}; they are to be {sorted(wanted)}.")
        for key in ("greenlets", "room"):
            if isinstance(said[key], bool) or not isinstance(said[key], int):
                raise Wrong(f"{case}: {key!r} is the {type(said[key]).__name__} {said[key]!r}; give a whole number.")
            if said[key] != wanted[key]:
                raise Wrong(f"{case}: {key!r} is {said[key]}, and it is to be {wanted[key]}.")


# -- 20.3 -------------------------------------------------------------------------------------------------------------


def _true_rest(failed, left, share, base, most):
    bound = Fraction(most) if failed > 60 else min(Fraction(most), Fraction(base) * 2 ** (failed - 1))
    pause = Fraction(share) * bound
    return float(pause) if pause < Fraction(left) else None


def _failures():
    for failed in (1, 2, 3, 4, 5, 8, 12):
        yield failed, 60, 0.5, 0.125, 4
    for failed in (1, 2, 3, 7):
        yield failed, 60, 0.5, None, None  # the defaults
    yield 3, 60, 0.0, 0.125, 4
    yield 1, 60, 0.875, 8, 4  # the bound holds from the first
    yield 1, 0.0625, 0.5, 0.125, 4  # as long as what is left
    yield 1, 0.0625, 0.25, 0.125, 4
    yield 4, 0.25, 0.5, 0.125, 4
    yield 2, 0, 0.0, 0.125, 4
    yield 2, -1, 0.5, 0.125, 4
    yield 60, 60, 0.25, 0.125, 4
    yield 5000, 60, 0.25, 0.125, 4
    chance = random.Random(20)
    for _ in range(80):
        share = chance.choice([0, 0.125, 0.25, 0.5, 0.875])
        base, most = chance.choice([0.125, 0.25, 1, 2]), chance.choice([0.25, 1, 4, 30])
        yield chance.randrange(1, 12), chance.choice([0.125, 0.5, 1, 2.5, 20]), share, base, most


@exercise(
    "20.3",
    praise="the bound doubles up to its own bound, chance takes a share of it, and nobody rests beyond the limit.",
    hint="The bound is `base`, doubled `failed - 1` times, at most `most`; the pause is `chance()` of it.",
    seconds=5,
)
def _rest(answer):
    need(answer, callable, "give the function rest")
    for failed, left, share, base, most in _failures():
        called = []

        def chance(share=share, called=called):
            called.append(1)
            return share

        options = {} if base is None else {"base": base, "most": most}
        base, most = (0.1, 5) if base is None else (base, most)
        case = f"after {failed} failures, {left} s left, chance {share}, base {base}, most {most}:"
        try:
            said = answer(failed, left, chance, **options)
        except OverflowError as error:
            raise Wrong(f"{case} OverflowError: {error}.") from None
        wanted = _true_rest(failed, left, share, base, most)
        if len(called) != 1:
            raise Wrong(f"{case} `chance` was called {len(called)} times; it is to be called once.")
        if said is None or wanted is None:
            if said is not wanted:
                raise Wrong(f"{case} the answer is {said!r}, and it is to be {wanted!r}.")
            continue
        need(said, (int, float), f"{case} the answer is to be a number or None")
        if not math.isclose(said, wanted, rel_tol=1e-9, abs_tol=1e-12):
            raise Wrong(f"{case} the answer is {said:g}, and it is to be {wanted:g}.")


# -- 20.4, 20.5 and 20.6: stories that are told to an answer and to a model, event by event ----------------------------


def _tell(event):
    name, *arguments = event
    return f"{arguments[0]:g} s pass" if name == "pass" else f"{name}({', '.join(map(repr, arguments))})"


def _case(told):
    """What has happened so far; of a long story, its end."""
    return "after " + ", ".join(told[-8:] if len(told) < 9 else ["...", *told[-7:]])


def _play(answer, model, story, options, case, other=None):
    """Tell a story to both; each event may return something, which must be the same."""
    clock = MockClock(start=1000)
    right = model(*options, clock.now)
    theirs = answer(*options, clock.now)
    bystander = answer(*options, MockClock(start=5).now)
    told = []
    for name, *arguments in story:
        told.append(_tell((name, *arguments)))
        if name == "pass":
            clock.time += arguments[0]
            continue
        said, wanted = getattr(theirs, name)(*arguments), getattr(right, name)(*arguments)
        if wanted is not None and said is not wanted:
            raise Wrong(f"{case} {_case(told)} returned {said!r}, and it is to be {wanted!r}.")
    if other:
        other(bystander, model(*options, MockClock(start=5).now), case)


class _TrueBudget:
    def __init__(self, share, most, clock):
        self.share, self.most, self.clock = share, most, clock
        self.tokens, self.seen = most, clock()

    def first(self):
        self._pass()
        self.tokens = min(self.most, self.tokens + self.share)

    def retry(self):
        self._pass()
        enough = self.tokens >= 1
        self.tokens -= enough
        return enough

    def _pass(self):
        now = self.clock()
        self.tokens = min(self.most, self.tokens + (now - self.seen))
        self.seen = now


R, F = ("retry",), ("first",)
BUDGETS = [
    ((0.25, 2), [R, R, R]),
    ((0.25, 2), [R, R, F, R, F, F, R, F, R, R]),
    ((0.5, 1), [R, F, F, F, F, R, R]),  # what exceeds the bound is not kept
    ((0.5, 2), [R, R, ("pass", 0.5), R, ("pass", 0.5), R, R]),
    ((0, 3), [F, F, R, R, R, R, F, R, ("pass", 2), R, R, R]),
    ((0.25, 2), [("pass", 100), R, R, R]),
    ((1, 2), [R, R, F, R, F, R, R]),
    ((0.5, 4), [R, R, R, R, ("pass", 0.25), F, R, ("pass", 0.25), R, R]),
    ((0.25, 2), [R, R, R, R, R, R, ("pass", 1), R]),  # what was refused costs nothing
    ((0.75, 5), [R, R, R, R, R, R, F, ("pass", 0.25), F, R, R]),
    ((0.5, 1), [("pass", 1), R, ("pass", 0.5), F, R, R]),
]


def _spending(chance):
    for _ in range(chance.randrange(5, 30)):
        kind = chance.random()
        yield R if kind < 0.45 else F if kind < 0.8 else ("pass", chance.choice([0.125, 0.25, 0.5, 1, 3]))


def _untouched_budget(budget, right, case):
    for _ in range(7):
        said, wanted = budget.retry(), right.retry()
        if said is not wanted:
            raise Wrong(f"{case} another Budget, to which nothing has happened, returned {said!r}, not {wanted!r}.")


@exercise(
    "20.4",
    praise="guests and seconds earn, retries spend, and nobody saves up for a storm.",
    hint="Earn for the time since the last look, in both methods; cut at `most`; only a retry that is allowed costs.",
    seconds=5,
)
def _budget(answer):
    need_class(answer, "Budget", "first", "retry")
    chance = random.Random(20)
    stories = [
        ((chance.choice([0, 0.125, 0.25, 0.5, 1]), chance.randrange(1, 5)), [*_spending(chance)]) for _ in range(80)
    ]
    for options, story in [*BUDGETS, *stories]:
        case = "Budget({}, {}):".format(*options)
        _play(answer, _TrueBudget, story, options, case, _untouched_budget)


class _TrueBreaker:
    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock = failures, rest, clock
        self.state, self.row, self.since = "closed", 0, None

    def allows(self):
        if self.state == "open" and self.clock() >= self.since + self.rest:
            self.state = "probing"
            return True
        return self.state == "closed"

    def succeeded(self):
        if self.state != "open":
            self.state, self.row = "closed", 0

    def failed(self):
        self.row += self.state == "closed"
        if self.state == "probing" or (self.state == "closed" and self.row >= self.failures):
            self.state, self.since = "open", self.clock()


A, S, X = ("allows",), ("succeeded",), ("failed",)
BREAKERS = [
    ((2, 10), [A, A, A, S, A]),
    ((2, 10), [A, X, A, X, A, ("pass", 5), A]),
    ((3, 10), [X, X, S, X, X, A, X, A]),
    ((2, 10), [X, X, ("pass", 10), A, A, S, A, A]),
    ((2, 10), [X, X, ("pass", 9.5), A, ("pass", 0.5), A, A]),
    ((2, 10), [X, X, ("pass", 11), A, X, A, ("pass", 9), A, ("pass", 1), A, A]),
    ((2, 10), [X, X, ("pass", 12), A, S, X, A, X, A]),  # the count begins anew
    ((3, 10), [X, X, X, ("pass", 12), A, X, A, ("pass", 10), A, S, X, X, A, X, A]),
    ((2, 10), [X, X, S, A, ("pass", 4), X, A, ("pass", 6), A]),  # late outcomes
    ((2, 10), [X, X, ("pass", 20), S, A, A]),
    ((2, 10), [X, X, ("pass", 20), X, A, A, ("pass", 30), A, S, A]),
    ((1, 0.5), [A, X, A, ("pass", 0.5), A, A, X, A]),
    ((2, 10), [X, ("pass", 100), X, A]),
]


def _trouble(chance):
    for _ in range(chance.randrange(8, 40)):
        kind = chance.random()
        yield A if kind < 0.4 else S if kind < 0.5 else X if kind < 0.8 else ("pass", chance.choice([0.5, 1, 2, 4]))


def _untouched_breaker(breaker, right, case):
    if breaker.allows() is not right.allows():
        raise Wrong(f"{case} another Breaker, to which nothing has happened, allows nothing.")


@exercise(
    "20.5",
    praise="it opens in time, lets one probe find out, and late news does not confuse it.",
    hint="Is it closed, open, or waiting for its probe? Say for each of the three what each method does.",
    seconds=5,
)
def _breaker(answer):
    need_class(answer, "Breaker", "allows", "succeeded", "failed")
    chance = random.Random(20)
    stories = [((chance.randrange(1, 4), chance.choice([1, 2, 4])), [*_trouble(chance)]) for _ in range(120)]
    for options, story in [*BREAKERS, *stories]:
        case = "Breaker({}, {}):".format(*options)
        _play(answer, _TrueBreaker, story, options, case, _untouched_breaker)


# -- 20.6 -------------------------------------------------------------------------------------------------------------


class _Desk:
    """A broker that only writes down what it is told."""

    def __init__(self):
        self.told = []

    def begin(self, tag):
        self.told.append(f"begin({tag})")

    def ack(self, tag):
        self.told.append(f"ack({tag})")

    def give_back(self, tag):
        self.told.append(f"give_back({tag})")

    def cancel(self):
        self.told.append("cancel()")

    def close(self):
        self.told.append("close()")


class _TrueShift:
    def __init__(self, broker, hands, limit, clock):
        self.broker, self.hands, self.limit, self.clock = broker, hands, limit, clock
        self.state, self.hand, self.line = "open", [], []

    def delivered(self, tag):
        if self.state == "open":
            self.line.append(tag)
            self._go_on()
        elif self.state == "leaving":
            self.broker.give_back(tag)

    def done(self, tag):
        if tag in self.hand:
            self.hand.remove(tag)
            self.broker.ack(tag)
            self._go_on()

    def leave(self):
        if self.state == "open":
            self.state, self.since = "leaving", self.clock()
            self.broker.cancel()
            for tag in self.line:
                self.broker.give_back(tag)
            self.line = []
            self._go_on()

    def tick(self):
        if self.state == "leaving" and self.clock() >= self.since + self.limit:
            for tag in self.hand:
                self.broker.give_back(tag)
            self.hand = []
            self._go_on()

    def _go_on(self):
        while self.line and len(self.hand) < self.hands:
            self.hand.append(self.line.pop(0))
            self.broker.begin(self.hand[-1])
        if self.state == "leaving" and not self.hand:
            self.state = "closed"
            self.broker.close()


def _came(*tags):
    return [("delivered", tag) for tag in tags]


L, T = ("leave",), ("tick",)
SHIFTS = [
    ((2, 10), [*_came(1, 2), ("done", 1), ("done", 2)]),
    ((2, 10), [*_came(1, 2, 3, 4), ("done", 2), ("done", 1), ("done", 3)]),
    ((2, 10), [L]),
    ((2, 10), [*_came(1, 2), L, ("done", 2), ("done", 1)]),
    ((1, 10), [*_came(1, 2, 3), L, ("done", 1)]),
    ((2, 10), [*_came(1), L, *_came(2), ("done", 1)]),
    ((2, 10), [*_came(1), L, ("done", 1), *_came(2), L, T, ("done", 1)]),
    ((2, 10), [*_came(1, 2), L, L, T, ("done", 1), L, ("done", 2)]),
    ((2, 10), [*_came(1, 2), L, ("pass", 9), T, ("pass", 1), T, ("done", 1)]),
    (
        (3, 10),
        [*_came(5, 3, 4), ("pass", 50), T, L, ("pass", 5), T, ("done", 3), ("pass", 5), T, T, ("done", 5), *_came(9)],
    ),
    ((2, 10), [*_came(1), L, ("pass", 8), L, ("pass", 2), T]),  # the first leave counts
    ((1, 10), [*_came(0, 1), ("done", 0), ("done", 0), ("done", 7), L, ("done", 1)]),
    ((1, 10), [*_came(1, 2), ("done", 2), ("done", 1), ("done", 2)]),
    ((2, 0), [*_came(1, 2, 3), L, T]),
    ((1, 10), [*_came(1, 2, 3), L, ("done", 2), ("pass", 10), ("done", 1), T]),
    ((2, 10), [T, ("pass", 100), T, *_came(1), L, ("pass", 10), *_came(2), T]),
]


def _shift(chance):
    tags, here, leaving = 0, [], False
    for _ in range(chance.randrange(8, 40)):
        kind = chance.random()
        if kind < 0.35:
            yield ("delivered", tags)
            here.append(tags)
            tags += 1
        elif kind < 0.7 and here:
            yield ("done", here.pop(chance.randrange(len(here))))
        elif kind < 0.8:
            yield ("pass", chance.choice([0.5, 1, 2, 4]))
        elif kind < 0.92:
            yield T
        elif leaving or tags > 4:
            leaving = True
            yield L


@exercise(
    "20.6",
    praise="nothing new, all that was begun is finished or given back, and the door is closed once.",
    hint="After each event ask two things: may the next one begin? And is a shift that leaves empty-handed?",
    seconds=5,
)
def _leave(answer):
    need_class(answer, "Shift", "delivered", "done", "leave", "tick")
    chance = random.Random(20)
    stories = [((chance.randrange(1, 4), chance.choice([1, 2, 4])), [*_shift(chance)]) for _ in range(120)]
    for (hands, limit), story in [*SHIFTS, *stories]:
        clock = MockClock(start=1000)
        desk, wanted, beside = _Desk(), _Desk(), _Desk()
        theirs, right = answer(desk, hands, limit, clock.now), _TrueShift(wanted, hands, limit, clock.now)
        answer(beside, hands, limit, clock.now)
        told = []
        for name, *arguments in story:
            told.append(_tell((name, *arguments)))
            if name == "pass":
                clock.time += arguments[0]
                continue
            before = len(wanted.told)
            getattr(theirs, name)(*arguments)
            getattr(right, name)(*arguments)
            if desk.told != wanted.told:
                said, due = (", ".join(each.told[before:]) or "nothing" for each in (desk, wanted))
                raise Wrong(
                    f"{hands} hands, limit {limit} s, {_case(told)}: the broker was told {said},"
                    f" and it is to be told {due}."
                )
        if beside.told:
            raise Wrong("the broker of another Shift, to which nothing has happened, was told something, too.")
