"""Checks of chapter 22: percentiles, sizes, rests, budgets, breakers, how a worker leaves; all clocks are played."""

import math
import random
from fractions import Fraction

from exercises import Wrong, exercise
from exercises.vocabulary import MockClock, many, need, need_class

# -- 22.1 -------------------------------------------------------------------------------------------------------------


def _true_percentile(waits, percent):
    enough = (each for each in sorted(waits) if 100 * sum(other <= each for other in waits) >= percent * len(waits))
    return next(enough, None)


def _waits():
    yield [30, 10, 20, 40], [50, 51, 1, 100, 25, 26, 75, 99]
    yield [7], [1, 50, 100]
    yield [], [1, 50, 99]
    yield [0, 0, 0, 5], [75, 76]
    yield [0, 0], [1, 100]
    yield list(range(28, 0, -1)), [25, 50, 75, 100]  # 28 / 100 * 25 is a little more than 7
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
    "22.1",
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
                raise Wrong(f"percentile({percent}) of {shown} is {said!r}, but it should be {wanted!r}.")


# -- 22.2 -------------------------------------------------------------------------------------------------------------


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
    yield 1001, 1, 5
    yield 10, 400, 300  # nobody in time
    yield 10, 400, 400
    yield 3, 700, 1500
    yield 1000, 333, 999
    yield 428, 7, 42  # in floats, 35 / (7 / 3) is a little less than 15
    yield 100, 70, 300  # 100 * 0.07 is a little more than 7, as is 70 / 1000 * 100
    yield 70, 100, 300
    yield 100, 290, 500  # 100 / (1000 / 290) is a little more than 29
    yield 1000, 100, 129  # 29 / 100 * 100 is a little less than 29
    yield 120, 400, 850  # 850 / (400 / 48) - 48 is a little less than 54
    yield 81, 25, 225  # as floats, steps of 25 / 3 do not add up to 200
    chance = random.Random(20)
    for _ in range(150):
        work = chance.choice([1, 3, 7, 40, 70, 100, 333, 400])
        yield chance.randrange(1, 120), work, chance.randrange(1, 12 * work + 20)


@exercise(
    "22.2",
    praise="as many as are in hand at a time, and a queue that nobody waits in for nothing.",
    hint="greenlets: `rate * work / 1000`, rounded up. room: `(patience - work)` in steps of `work / greenlets`, down.",
)
def _size(answer):
    need(answer, callable, "give the function size")
    for kitchen in _kitchens():
        wanted = _true_size(*kitchen)
        case = "size({}, {}, {})".format(*kitchen)
        said = need(answer(*kitchen), dict, f"{case} should be a dict")
        if set(said) != set(wanted):
            raise Wrong(f"{case} has the keys {sorted(map(str, said))}; they are to be {sorted(wanted)}.")
        for key in ("greenlets", "room"):
            if isinstance(said[key], bool) or not isinstance(said[key], int):
                raise Wrong(f"{case}: {key!r} is the {type(said[key]).__name__} {said[key]!r}; give a whole number.")
            if said[key] != wanted[key]:
                raise Wrong(f"{case}: {key!r} is {said[key]}, but it should be {wanted[key]}.")


# -- 22.3 -------------------------------------------------------------------------------------------------------------


def _true_rest(failed, left, share, base, most):
    bound = Fraction(most) if failed > 200 else min(Fraction(most), Fraction(base) * 2 ** (failed - 1))
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
    yield 20, 60, 0.25, 2.0**-20, 16  # it takes many doublings from this base to this bound
    yield 99, 60, 0.25, 2.0**-90, 16
    chance = random.Random(20)
    for _ in range(80):
        share = chance.choice([0, 0.125, 0.25, 0.5, 0.875])
        base, most = chance.choice([0.125, 0.25, 1, 2]), chance.choice([0.25, 1, 4, 30])
        yield chance.randrange(1, 12), chance.choice([0.125, 0.5, 1, 2.5, 20]), share, base, most


@exercise(
    "22.3",
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
        case = f"after {many(failed, 'failure')}, {left} s left, chance {share}, base {base}, most {most}:"
        try:
            said = answer(failed, left, chance, **options)
        except OverflowError as error:
            raise Wrong(f"{case} OverflowError: {error}.") from None
        wanted = _true_rest(failed, left, share, base, most)
        if len(called) != 1:
            raise Wrong(f"{case} `chance` was called {len(called)} times; it should be called once.")
        if said is None or wanted is None:
            if said is not wanted:
                raise Wrong(f"{case} the answer is {said!r}, but it should be {wanted!r}.")
            continue
        need(said, (int, float), f"{case} the answer should be a number or None")
        if not math.isclose(said, wanted, rel_tol=1e-9, abs_tol=1e-12):
            raise Wrong(f"{case} the answer is {said:g}, but it should be {wanted:g}.")


# -- 22.4, 22.5 and 22.6: stories that are told to an answer and to a model, event by event ----------------------------


def _tell(event):
    name, *arguments = event
    return f"{arguments[0]:g} s pass" if name == "pass" else f"{name}({', '.join(map(repr, arguments))})"


def _case(told):
    """What has happened so far; of a long story, its end."""
    return "after " + ", ".join(told[-8:] if len(told) < 9 else ["...", *told[-7:]])


STARTS = [1000, 0, -3]  # what a clock may show at first: 0 is a time like any other, also later on


def _play(answer, model, story, options, case, other):
    """Tell a story to both, by each clock; each event may return something, which must be the same."""
    for start in STARTS:
        _play_from(start, answer, model, story, options, case, other)


def _play_from(start, answer, model, story, options, case, other):
    clock = MockClock(start=start)
    if start != STARTS[0]:  # by that one all went well
        case = f"{case[:-1]}, by a clock that shows {start} at first:"
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
            raise Wrong(f"{case} {_case(told)} returned {said!r}, but it should be {wanted!r}.")
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
    "22.4",
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
    for _ in range(right.failures - 1):
        breaker.failed()
        right.failed()
    if breaker.allows() is not right.allows():
        told = f"another Breaker, on which {right.failures - 1} requests have failed,"
        raise Wrong(f"{case} {told} allows nothing.")


@exercise(
    "22.5",
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


# -- 22.6 -------------------------------------------------------------------------------------------------------------

MOST_WAITS = 2_000  # in a row, at the same moment
EMPTY = "returns an empty list"
SETTLE = "Go through what `wait` returns before you wait again: `ack` what is done, give back what came."
LOOK = "An empty list does not say that the time is up: the clock does, and until then there is more to wait for."


class _Desk:
    """A played broker: things happen when they are due, and what it is told is written down with the time."""

    def __init__(self, begun, held, limit, happens, case):
        self.clock, self.case = MockClock(start=1000), case
        self.end = 1000 + limit
        self.happens = sorted((1000 + after, what, order) for after, what, order in happens)
        self.open = {*begun, *held}  # neither acknowledged nor given back
        self.told, self.waits = [], 0

    def wrong(self, reason, hint=""):
        raise Wrong(f"{self.case} {reason}", hint=hint)

    def _tell(self, name, *orders):
        call = f"{name}({', '.join(map(repr, orders))})"
        if "close()" in (each for _, each in self.told):
            self.wrong(f"{call} was called after close().")
        if name != "cancel" and not self.told:
            self.wrong(f"{call} was called before cancel().")
        for order in orders:
            if order not in self.open:
                self.wrong(f"{call} was called, and this order is not with you (any more).")
            self.open.remove(order)
        self.told.append((self.clock.time, call))

    def cancel(self):
        self._tell("cancel")

    def close(self):
        self._tell("close")

    def ack(self, order):
        self._tell("ack", order)

    def give_back(self, order):
        self._tell("give_back", order)

    def wait(self, seconds):
        if "close()" in (each for _, each in self.told):
            self.wrong("wait() was called after close().")
        if seconds < 0:
            self.wrong(f"wait({seconds:g}) was called: nobody can wait for a time that is over.")
        if self.clock.time + seconds > self.end + 1e-6:
            left = max(0, self.end - self.clock.time)
            self.wrong(f"wait({seconds:g}) was called when {left:g} s were left.")
        until = self.clock.time + seconds
        if self.happens and self.happens[0][0] <= until:
            until = max(self.clock.time, self.happens[0][0])
        self.waits = 0 if until > self.clock.time else self.waits + 1
        if self.waits > MOST_WAITS:
            reason = f"wait({seconds:g}) was called {MOST_WAITS:,} times in a row, in which no time passed."
            self.wrong(reason, "`wait` may take all the time that is left; when none is left, the loop ends.")
        self.clock.time = until
        now = [(what, order) for when, what, order in self.happens if when <= until and what != EMPTY]
        self.happens = [each for each in self.happens if each[0] > until]
        self.open.update(order for what, order in now if what == "came")
        return sorted(now, key=lambda each: each[0] != "done")  # what comes may stand behind the last that is done


def _true_leave(begun, held, limit, happens):
    """What the broker is to be told: for each moment, the calls between cancel() and close()."""
    moments, working = {0: {f"give_back({order!r})" for order in held}}, set(begun)
    for after, what, order in sorted(happens):
        if what != EMPTY and working and after < limit:
            moments.setdefault(after, set()).add(f"{'ack' if what == 'done' else 'give_back'}({order!r})")
            working -= {order} if what == "done" else set()
            last = after
    ended = limit if working else last if begun else 0
    moments.setdefault(ended, set()).update(f"give_back({order!r})" for order in working)
    return moments, ended


LEAVES = [
    ([], [], 5, []),
    ([1], [], 5, [(2, "done", 1)]),
    ([1, 2], [], 5, [(1, "done", 2), (3, "done", 1)]),
    ([1, 2], [3, 4], 5, [(1, "done", 1), (1, "done", 2)]),
    ([], [3, 4], 5, []),
    ([1, 2], [], 5, [(3, "done", 2)]),  # the limit
    ([1, 2, 3], [4], 5, [(1, "done", 1), (2, "done", 2), (4, "done", 3)]),
    ([1, 2, 3], [], 5, [(2, "done", 1), (4, "done", 2), (7, "done", 3)]),
    ([1], [], 5, [(0.5, "came", 2), (2, "done", 1)]),
    ([1, 2], [5], 4, [(0.5, "came", 3), (0.5, "done", 1), (1, "came", 4)]),
    (["tea"], ["bun"], 2.5, []),
    ([1, 2], [3], 0, [(1, "done", 1)]),
    ([0, ""], [-1], 3, [(1, "done", ""), (2, "done", 0)]),
    ([1, 0], [""], 3, [(1, "done", 1)]),
    ([1], [], 5, [(1, EMPTY, "wait"), (2, EMPTY, "wait"), (3, "done", 1)]),
]


def _leaving(chance):
    orders = chance.sample(range(100), 12)
    begun = [orders.pop() for _ in range(chance.randrange(5))]
    held = [orders.pop() for _ in range(chance.randrange(4))]
    moments = [each / 4 for each in range(1, 40)]
    happens = [(chance.choice(moments), "done", order) for order in begun if chance.random() < 0.8]
    happens += [(chance.choice(moments), "came", orders.pop()) for _ in range(chance.randrange(3))]
    return begun, held, chance.choice([2.125, 5.125, 8.125, 12.125]), happens


@exercise(
    "22.6",
    praise="nothing new, all that was begun is finished or given back, and the limit is kept.",
    hint="One deadline, computed once; then ask for no more than what is left of it.",
    seconds=5,
)
def _leave(answer):
    need(answer, callable, "give the function leave")
    chance = random.Random(20)
    for begun, held, limit, happens in [*LEAVES, *(_leaving(chance) for _ in range(150))]:
        story = ", ".join(f"{order!r} {what} after {after:g} s" for after, what, order in sorted(happens, key=_moment))
        case = f"begun {begun}, held {held}, limit {limit:g} s, {story or 'nothing happens'}:"
        desk, given = _Desk(begun, held, limit, happens, case), (list(begun), list(held))
        answer(desk, *given, limit, desk.clock.now)
        if given != (begun, held):
            raise Wrong(f"{case} a list that you were given has changed.")
        _compare_leave(desk, *_true_leave(begun, held, limit, happens))


def _moment(event):
    return event[0]


def _compare_leave(desk, moments, ended):
    calls = [call for _, call in desk.told]
    if calls[:1] != ["cancel()"] or calls.count("cancel()") > 1:
        desk.wrong(f"cancel() was called {calls.count('cancel()')} times; it should be called once, first.")
    if "close()" not in calls:
        desk.wrong("close() was not called.")
    said = {}
    for moment, call in desk.told:
        said.setdefault(round(moment - 1000, 6), set()).add(call)
    wanted = {moment: set(calls) for moment, calls in moments.items()}
    wanted.setdefault(0, set()).add("cancel()")
    wanted.setdefault(ended, set()).add("close()")
    for moment in sorted({*said, *wanted}):
        for call in sorted(said.get(moment, set()) - wanted.get(moment, set())):
            early = LOOK if call == "close()" and EMPTY in desk.case and moment < ended else ""
            desk.wrong(f"{call} was called after {moment:g} s, which was not the moment for it.", early)
        for call in sorted(wanted.get(moment, set()) - said.get(moment, set())):
            late = SETTLE if 0 < moment < ended and call != "close()" else ""
            desk.wrong(f"{call} was to be called after {moment:g} s.", late)
