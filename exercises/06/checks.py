"""Checks of chapter 6: gevent. Each watches what an answer does with greenlets, in played time: no verdict waits."""

import time

import gevent
from gevent.event import Event
from gevent.exceptions import InvalidThreadUseError

from backstage.schedules.greenlets import perform
from backstage.schedules.played import Loop, NotSteered
from backstage.schedules.search import search
from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, InFlight, Planted, capture, need, same_lines

GREENLETS_DO = "Nothing here needs threads, sockets or processes: greenlets can do all of it."


class NoFlour(Planted):
    """What a supplier raises in these checks."""


def _run(program, stuck, choose=None, most_calls=300_000):  # so many for who looks every ms for 100 s
    """Run a program in played time; return what it returned, and the second in which that was.

    Raises
    ------
    Wrong
        Its greenlets wait for each other (`stuck` says what that means) or have no end; or somebody has raised it.
    BaseException
        Whatever the program raised.
    """
    try:
        run = perform(program, choose, most_calls=most_calls, lines=False)
    except NotSteered as error:
        raise Wrong(f"your answer cannot be checked: {error}.", GREENLETS_DO) from None
    for _, error in run.fallen:
        if isinstance(error, Wrong):
            raise error
    if run.endless:
        raise Wrong("your answer lets the others in again and again, and comes to no end.")
    if isinstance(run.error, gevent.hub.LoopExit):
        said = stuck() if callable(stuck) else stuck
        raise said if isinstance(said, Wrong) else Wrong(said)
    if isinstance(run.error, InvalidThreadUseError):  # of a pool that was made outside, for another hub
        raise Wrong("your answer cannot be checked: it waits for a pool of threads.", GREENLETS_DO)
    if run.error is not None:
        raise run.error
    return run.value, run.seconds


def _here():
    """For functions that are lent to an answer: see that they are called in a greenlet of this thread."""
    if not isinstance(gevent.get_hub().loop, Loop):
        raise Wrong("your answer calls a function that waits through gevent in another thread.", GREENLETS_DO)


def _results_of(program, stuck, what):
    """Run a program that is to return a list of results; a tuple does as well."""
    came = capture(_run, program, stuck)
    if what.startswith("for 0") and came.error is not None and not isinstance(came.error, Wrong):
        raise Wrong(f"{what} your function raised {came.error!r}; the list of results is empty then.")
    results, _ = came.unwrap()
    if results is None:
        raise Wrong(f"{what} your function returned None: return the list of results.")
    if not isinstance(results, (list, tuple)):
        raise Wrong(f"{what} your function returned something of type {type(results).__name__}: return a list.")
    if any(isinstance(each, gevent.Greenlet) for each in results):
        raise Wrong(f"{what} your function returned greenlets: ask each for its .value or .get().")
    return list(results)


def _short(value, most=200):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]} …"


def _same(results, wanted):
    """Whether these are the very same objects: `==` takes 0 for False."""
    return list(map(id, results)) == list(map(id, wanted))


def _number(how_many, what):
    return f"{how_many} {what}" + ("" if how_many == 1 else "s")


class Bun(str):
    """Some are alike, and yet each is a bun of its own."""

    def __new__(cls, kind, result):
        bun = super().__new__(cls, kind)
        bun.result = result
        return bun


# -- 06.1 ----------------------------------------------------------------------------------------------------------


def _shop_opens():
    diary = []

    def tea():
        diary.append("tea on")
        gevent.sleep(0.3)
        diary.append("tea done")

    def buns():
        diary.append("buns in")
        gevent.sleep(0.1)
        diary.append("buns turned")
        gevent.sleep(0.1)
        diary.append("buns out")

    def hall():
        diary.append("sweep")
        diary.append("swept")

    gevent.joinall([gevent.spawn(tea), gevent.spawn(buns), gevent.spawn(hall)], raise_error=True)
    return diary


@exercise(
    "06.1",
    praise="that is the order in which it really ran just now.",
    hint="Only `gevent.sleep` gives up the CPU. Where a function has none, it runs straight through.",
)
def _order(answer):
    truth, _ = _run(_shop_opens, "")
    answer = list(need(answer, (list, tuple), "give a list of the seven lines"))
    problems = [
        *(f"{line!r} is none of the seven lines" for line in answer if line not in truth),
        *(f"{line!r} is missing" for line in truth if line not in answer),
        *(f"{line!r} comes {answer.count(line)} times" for line in truth if answer.count(line) > 1),
    ]
    if problems:
        hint = "The seven lines are what the three functions print; nothing else is asked for."
        raise Wrong(f"every line comes exactly once, and {problems[0]}.", hint)
    same_lines(answer, truth)


# -- 06.2 ----------------------------------------------------------------------------------------------------------

KINDS = ["pork", "lotus", "leek", "pork", "sesame", "lotus", "custard", "bean", "pork", "taro", "lotus", "crab", "date"]
ONCE = "Nobody asked to try again: once for each bun, and the caller learns what went wrong."
ALONG = "Let it pass as it is, make it the cause with `raise … from error`, or put it into a group."
RESULTS = ["p1", "a1", "z1", None, 0, "l2", False, "", "p2", [], "l3", None, "d1"]


@exercise(
    "06.2",
    praise="all in the steamer at once, results in the order of the buns, and no error lost.",
    hint="Spawn a greenlet for each bun, join them with raise_error=True, then collect each greenlet's value.",
)
def _steam_all(answer):
    for buns in (_buns(3), _buns(13), _buns(60), []):
        _steam_together(answer, buns)
    _burn_one(answer, ["sesame"])
    _burn_one(answer, ["leek"])
    _burn_one(answer, ["pork", "sesame", "leek"])


def _buns(number):
    return [Bun(kind, result) for kind, result in zip((KINDS * 5)[:number], (RESULTS * 5)[:number], strict=True)]


def _steam_together(answer, buns):
    together, inside, done = Event(), [], []

    def steam(bun):
        _here()
        inside.append(bun)
        if len(inside) == len(buns):
            together.set()
        together.wait()
        gevent.sleep(len(buns) - buns.index(bun))  # of different kinds, the last one in is the first one out
        done.append(bun.result)
        return bun.result

    def stuck():
        if len(inside) < len(buns):
            went = f"of {len(buns)} buns, {len(inside)} went into the steamer"
            return f"{went}, and nobody else goes in before one has come out: start all of them first."
        return f"all {len(buns)} buns came out of the steamer, and your function did not return."

    wanted = [bun.result for bun in buns]
    results = _results_of(lambda: answer(buns, steam), stuck, f"for {_number(len(buns), 'bun')}")
    if len(inside) != len(buns):
        raise Wrong(f"for {len(buns)} buns `steam` was called {len(inside)} times.")
    if not _same(results, wanted):
        said = "that is the order in which they were done" if _same(results, done) else f"`steam` gave {_short(wanted)}"
        raise Wrong(f"for the buns {_short(list(map(str, buns)))} your function returned {_short(results)}; {said}.")


def _burn_one(answer, burning):
    buns, went_in, fallen = ["pork", "lotus", "sesame", "custard", "leek"], [], []

    def steam(bun):
        went_in.append(bun)
        gevent.sleep(len(bun))
        if bun in burning:
            fallen.append(BurntBun(bun))
            raise fallen[-1]
        return bun

    stuck = f"the bun {burning[0]!r} burnt, and your function did not return."
    burnt = capture(_run, lambda: answer(buns, steam), stuck)
    if burnt.error is None:
        got = _short(burnt.value[0])
        raise Wrong(f"`steam` raised BurntBun for {burning[0]!r}; the caller was never told, and was given {got}.")
    if not _tells_of_burnt(burnt.error):
        if isinstance(burnt.error, Wrong) or not fallen:
            raise burnt.error
        got = f"the caller got {_short(burnt.error)}, which does not bring it along"
        raise Wrong(f"`steam` raised {fallen[0]!r}, and {got}.", ALONG)
    if again := [bun for bun in burning if went_in.count(bun) > 1]:
        raise Wrong(f"the bun {again[0]!r} burnt, and `steam` was called for it {went_in.count(again[0])} times.", ONCE)


def _tells_of_burnt(error):
    """Is it what `steam` raised, or was it raised because of that, or does it hold that, as a group does?"""
    if error is None or isinstance(error, BurntBun):
        return error is not None
    before = None if error.__suppress_context__ else error.__context__  # `from None` keeps it from the caller
    return any(map(_tells_of_burnt, [error.__cause__, before, *getattr(error, "exceptions", ())]))


# -- 06.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.3",
    praise="never more buns than places, and no place stays empty while a bun waits.",
    hint="gevent.pool.Pool(places) holds at most that many greenlets; its map keeps the order.",
)
def _steam_in_places(answer):
    for places, times in [
        (3, [1, 1, 1, 1, 1, 1, 1, 1]),
        (3, [9, 1, 1, 2, 1, 2, 1, 1]),
        (2, [1, 7, 1, 1, 3, 1, 2]),
        (1, [2, 1, 3]),
        (5, [4, 1, 1]),
        (7, [8, 1, 2, 5, 1, 1, 3, 2, 6, 1, 4, 1, 2, 9, 1, 1, 1, 3]),
        (2, []),
    ]:
        _steam_few(answer, places, times)


def _steam_few(answer, places, times):
    buns = [Bun(KINDS[at % len(KINDS)], at) for at in range(len(times))]
    wanted = (RESULTS * 2)[: len(buns)]
    begun = done = 0
    inside = InFlight()
    what = f"for {_number(len(buns), 'bun')} and {_number(places, 'place')}"

    def steam(bun):
        nonlocal begun, done
        begun += 1
        _here()
        with inside:
            gevent.sleep(1.0137 * times[bun.result])  # who looks only every few ms comes late
        done += 1
        gevent.spawn(look)
        return wanted[bun.result]

    def look():
        gevent.sleep(0.0001)  # until all who were ready have had their turn
        empty, waiting = places - inside.now, len(buns) - begun
        if empty > 0 and waiting:
            when = f"when {_number(done, 'bun')} had come out" if done else "at the start"
            raise Wrong(
                f"{what}, {when}, {_number(empty, 'place')} stayed empty while {_number(waiting, 'bun')} waited."
            )

    def opened():
        gevent.spawn(look)
        return answer(buns, steam, places)

    got = _results_of(
        opened, lambda: f"{what} {_number(done, 'bun')} came out, and your function did not return.", what
    )
    if inside.peak > places:
        raise Wrong(f"{what} there were {inside.peak} buns in the steamer at the same time.")
    if begun != len(buns):
        raise Wrong(f"{what} `steam` was called {_number(begun, 'time')}.")
    if not _same(got, wanted):
        raise Wrong(f"for the buns {_short(list(map(str, buns)))} `steam` gave {wanted}; you returned {_short(got)}.")


# -- 06.4 ----------------------------------------------------------------------------------------------------------


class Refused(Planted):
    """What a bank says of a card."""


@exercise(
    "06.4",
    praise="ten buns, ten paid, no one paid for nothing, and nobody queued behind another's card.",
    hint="Take the bun off the shelf before the switch that `pay` makes, and put it back if paying fails.",
)
def _sell(answer):
    _Shop(answer, 10, "p" * 30).open()
    for buns, cards in [
        (1, "p"),
        (0, "pp"),
        (1, "pp"),
        (2, "ppp"),
        (3, "pp"),
        (1, "r"),
        (5, "prp"),
        (4, "rpRp"),
        (2, "rr"),
        (1, "Rp"),
    ]:
        _in_any_order(_Shop(answer, buns, cards).open)
    _Shop(answer, 40, "p" * 30).open_side_by_side()
    shops = [_Shop(answer, buns, "ppR") for buns in (4, 3)]
    _run(lambda: [shop.close() for shop in [shop.begin() for shop in shops]], "customers of two shelves wait for ever.")


def _in_any_order(open_shop):
    """Try many orders in which those who are ready may go on; raise what the first order that breaks it raises."""

    def run(choose):
        broken = capture(open_shop, choose).error
        if broken is not None:
            broken.length, broken.slow = 0, True
        return broken

    if broken := search(run, schedules=40, walks=0, seconds=60).failure:
        raise broken


class _Shop:
    """A shelf, and a customer for each card: "p" pays, "r" is refused, "R" is refused after a while."""

    def __init__(self, answer, buns, cards):
        self.answer, self.buns, self.cards = answer, buns, cards
        self.refused = [card != "p" for card in cards]
        self.what = f"{_number(buns, 'bun')} and {_number(len(cards), 'customer')}"
        if any(self.refused):
            self.what += f" (the bank refuses {_number(sum(self.refused), 'card')})"

    def open(self, choose=None):
        _run(lambda: self.begin().close(), f"{self.what}: the customers wait for ever.", choose)

    def begin(self, meet=lambda: None):
        """Let the customers in."""
        self.shelf, self.paid, self.refusals = {"buns": self.buns}, 0, 0

        def pay():
            meet()
            gevent.sleep(1)
            self.paid += 1

        def refuse(seconds=1):
            self.refusals += 1
            gevent.sleep(seconds)
            raise Refused("card refused")

        banks = {"p": pay, "r": refuse, "R": lambda: refuse(3)}
        self.customers = [gevent.spawn(self.answer, self.shelf, banks[card]) for card in self.cards]
        return self

    def close(self):
        """Wait for the customers, and count."""
        gevent.joinall(self.customers)
        told = [customer.value for customer in self.customers]
        sold, left = sum(value is True for value in told), self.shelf["buns"]
        counts = f"{self.what}: {self.paid} paid, {sold} were told True, and {left} of the buns are left"
        for customer, refused in zip(self.customers, self.refused, strict=True):
            error, value = customer.exception, customer.value
            if error is not None and not (refused and isinstance(error, Refused)):
                raise error
            if refused and value is True:
                raise Wrong("a card was refused, and your function says True, as if the bun had been sold.")
            if error is None and value is not True and value is not False and self.paid <= self.buns:
                raise Wrong(f"{self.what}: one of them was told {value!r}; say True or False.")
        if self.paid > self.buns:
            raise Wrong(f"{counts}. Nobody should pay for a bun that is not there.")
        if self.paid != sold:
            raise Wrong(f"{counts}. Those who pay get a bun, and nobody else.")
        if self.refusals > sum(self.refused):
            raise Wrong("a card was refused, and your function called `pay` for it once more: put the bun back then.")
        if left != self.buns - sold:
            raise Wrong(f"{counts}, not {self.buns - sold}.")
        if self.buns >= len(told) or not any(self.refused):
            could = min(self.buns, self.refused.count(False))
            if sold < could:
                raise Wrong(f"{counts}. There was a bun for {could}.")
        if any(self.refused):
            self.sell_the_rest()

    def sell_the_rest(self):
        """See that customers who come later, one after another, get all that is left after a refused card."""
        for left in range(self.shelf["buns"], -1, -1):
            told = gevent.spawn(self.answer, self.shelf, lambda: gevent.sleep(1)).get()
            if told is not (left > 0):
                there = f"a card was refused, {_number(left, 'bun')} {'is' if left == 1 else 'are'} on the shelf"
                raise Wrong(f"{there}, and a customer who came later was told {told}.")

    def open_side_by_side(self):
        """See that all can pay at the same time: nobody has paid before all have come to pay."""
        inside, together = InFlight(), Event()

        def meet():
            with inside:
                if inside.now == len(self.cards):
                    together.set()
                together.wait()

        def stuck():
            return (
                f"{self.what}: while the bank keeps {_number(inside.peak, 'customer')} waiting, the others cannot pay;"
                " they should be able to."
            )

        hint = "A lock that is held across `pay` keeps the others out: reserve the bun first, and pay without it."
        _run(lambda: self.begin(meet).close(), lambda: Wrong(stuck(), hint))


# -- 06.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.5",
    praise="every dough is kneaded, and nobody waited for more than one, a heart that waits for a time included.",
    hint="`gevent.sleep(0)` lets in those who are ready; a sleep above 0 also those who wait for a time or a socket.",
)
def _knead_politely(answer):
    for milliseconds in ([4] * 60, [4, 9, 2, 15, 1, 1, 6, 3, 40, 5, 2, 11, 8], [12] * 5, [7], []):
        _knead_beside_a_heart(answer, milliseconds)


def _knead_beside_a_heart(answer, milliseconds):
    """See that after each dough those who are ready had a turn, and a heart that beats every 10 ms, if it was due."""
    doughs = [Bun(KINDS[at % len(KINDS)], at) for at in range(len(milliseconds))]
    wanted = (RESULTS * 5)[: len(doughs)]
    what = f"for {_number(len(doughs), 'dough')}"
    kneaded, let_in, due, end, slept = [], True, 0, 0, 0

    def now():
        return gevent.get_hub().loop.now()

    def heart():
        nonlocal due
        while True:
            due = now() + 0.01
            gevent.sleep(0.01)

    def ready():
        nonlocal let_in
        let_in = True

    def knead(dough):
        nonlocal let_in, end
        _here()
        number = len(kneaded) + 1
        if not let_in:
            raise Wrong(f"{what}, nobody else had a turn between dough {number - 1} and dough {number}.")
        if kneaded and due <= end:
            raise Wrong(
                f"{what}, those who were ready had their turns, but a heart that beats every 10 ms was due before"
                f" dough {number}, and had to wait on: it waits for a time."
            )
        kneaded.append(dough)
        time.sleep(milliseconds[dough.result] / 1_000)
        end, let_in = now(), False
        gevent.spawn(ready)
        return wanted[dough.result]

    def opened():
        nonlocal slept
        beating = gevent.spawn(heart)
        gevent.sleep(0.001)  # lets it begin
        begun = now()
        try:
            return answer(list(doughs), knead)
        finally:
            slept = now() - begun - sum(milliseconds) / 1_000
            beating.kill()

    got = _results_of(opened, f"{what} your function did not return: it waits for something that never comes.", what)
    if len(kneaded) != len(doughs):
        raise Wrong(f"{what} `knead` was called {_number(len(kneaded), 'time')}.")
    if not _same(got, wanted):
        raise Wrong(f"{what} `knead` gave {_short(wanted)}, and your function returned {_short(got)}.")
    if slept > 0.0012 * (len(doughs) + 1):
        hint = "A turn need not take any time: the shortest sleep above 0 is long enough."
        raise Wrong(f"{what} your function slept {1_000 * slept:.0f} ms in all; a millisecond for each would do.", hint)


# -- 06.6 ----------------------------------------------------------------------------------------------------------

PATIENCE = 100  # seconds, on a clock that is played
BAD, CLOSED = NoFlour("no flour"), NoFlour("closed")
THREE = [("slow", 60, "flour from slow"), ("quick", 5, "flour from quick"), ("late", 30, "flour from late")]


class Letter(Exception):
    """An exception that is an answer: it is returned, not raised."""


VISITS = [  # suppliers: name, seconds, and what comes of it
    THREE,
    THREE[::-1],
    [("one", 3, "flour from one"), ("twin", 3, "flour from twin"), ("late", 9, "flour from late")],
    [("only", 1, "flour from only")],
    [("broken", 1, BAD), ("good", 10, "flour from good")],
    [("good", 10, "flour from good"), ("broken", 1, BAD), ("late", 20, "flour from late")],
    [("b1", 1, BAD), ("b2", 2, CLOSED), ("b3", 2, BAD), ("good", 3, "flour from good")],
    [("impatient", 1, gevent.Timeout()), ("good", 10, "flour from good")],
    [("impatient", 1, TimeoutError("asleep")), ("good", 10, "flour from good")],
    [("slow", 60, "flour from slow"), ("late", 30, "flour from late"), ("at once", 0, "flour from there")],
    [("polite", 1, Letter("we regret")), ("second", 10, "flour from second")],
    *([("first", 1, empty), ("second", 10, "flour from second")] for empty in (None, 0, "", False, [])),
    [(f"s{n}", 40 - n, f"flour from s{n}") for n in range(30)],
    [("asleep", 600, "flour"), ("dozing", 700, "flour")],
    [("f1", 40, BAD), ("f2", 80, BAD), ("too late", 120, "flour from too late")],
    [("only", 1, BAD)],
    [("a", 1, BAD), ("b", 2, CLOSED)],
    [("a", 4, BAD), ("b", 2, TimeoutError("asleep")), ("c", 3, OSError("no line"))],
    [("broken", 1, BAD), ("impatient", 2, gevent.Timeout())],
]


@exercise(
    "06.6",
    praise="first good answer taken, failures passed over, nobody left waiting at the door.",
    hint="Let each greenlet put its outcome into a Queue; take outcomes until one is good; killall in a finally.",
)
def _first_answer(answer):
    for suppliers in VISITS:
        _Visit(suppliers).judge(answer)
    _Visit([("asleep", 600, "flour")], 0.25).judge(answer)


def _fails(outcome):
    return isinstance(outcome, BaseException) and not isinstance(outcome, Letter)


def _how(outcome):
    if isinstance(outcome, gevent.Timeout):
        return "fails with gevent's Timeout"
    return "fails" if _fails(outcome) else "answers"


class _Visit:
    """Suppliers, and who stands at their doors."""

    def __init__(self, suppliers, patience=PATIENCE):
        self.patience = patience
        self.doors = [self._door(*each) for each in suppliers]
        self.asked, self.waiting, self.most = [], [], 0
        good = [each for each in suppliers if not _fails(each[2])]
        told = [f"`{name}` {_how(outcome)} after {seconds} s" for name, seconds, outcome in suppliers]
        self.who = ", ".join(told[:4]) + (f" … {len(told)} suppliers" if len(told) > 4 else "")
        self.end, self.best = patience, min(good, key=lambda each: each[1], default=None)
        self.firsts = [each[2] for each in good if each[1] == self.best[1]]
        if self.best and self.best[1] < patience:
            self.end = self.best[1]
        elif not good:
            self.end = max(each[1] for each in suppliers)

    def _door(self, name, seconds, outcome):
        def ask():
            _here()
            self.asked.append(name)
            self.waiting.append(name)
            self.most = max(self.most, len(self.waiting))
            try:
                if seconds:
                    gevent.sleep(seconds)
            finally:
                self.waiting.remove(name)
            if _fails(outcome):
                raise outcome
            return outcome

        return ask

    def judge(self, answer):
        """See what a call comes to, and when, and that it leaves nobody and nothing behind."""

        def program():
            came = capture(answer, self.doors, self.patience, catch=(Exception, gevent.Timeout))
            left, seconds = [*self.waiting], gevent.get_hub().loop.now()
            return came, left, seconds, capture(gevent.sleep, 2 * self.patience, catch=BaseException).error

        (came, left, seconds, alarm), _ = _run(program, f"{self.who}; your function waits on, and does not return.")
        how = f"raised {came.error!r}" if came.error else f"returned {_short(came.value)}"
        what = f"{self.who}; patience is {self.patience} s; your function {how} after {seconds:.6g} s"
        if self.best and self.end < self.patience:
            self._see_value(came, what)
        elif self.best:
            _see_timeout(came, what)
        elif came.error is None:
            raise Wrong(f"{what}: it should raise an error.", ALL_FAILED)
        for name in self.asked:
            if self.asked.count(name) > 1:
                raise Wrong(f"{self.who}; `{name}` was asked {self.asked.count(name)} times: once is enough.")
        if left:
            hint = "A `finally` with `gevent.killall` ends them however the function is left."
            raise Wrong(f"{what}, and `{left[0]}` was still waiting at the door.", hint)
        if abs(seconds - self.end) > (min(0.5, self.end / 2) or 0.5):
            hint = "" if self.best else NO_EXCEPTION if "gevent's Timeout" in self.who else ALL_FAILED
            raise Wrong(f"{what}: that was to be after {self.end} s.", hint)
        if alarm:
            raise Wrong(f"{what}, and later, outside of it, its time-out struck: {alarm!r}.")

    def _see_value(self, came, what):
        name, _, wanted = self.best
        if isinstance(came.error, (NoFlour, TimeoutError, gevent.Timeout)):
            hint = "A supplier that fails is passed over, as long as there are others that may answer."
            raise Wrong(f"{what}: `{name}` was the first to answer.", hint)
        if not any(came.unwrap() is each for each in self.firsts):
            empty = "An answer may be None, 0 or empty: its value does not tell whether a supplier succeeded."
            raise Wrong(f"{what}: `{name}` was the first to answer, with {wanted!r}.", "" if wanted else empty)
        if self.most < len(self.doors):
            hint = "Spawn a greenlet for each supplier before you wait for any of them."
            raise Wrong(f"{self.who}; only {self.most} of them were asked at the same time: ask all at once.", hint)


ALL_FAILED = "When as many have failed as were asked, nobody is left who could answer."
NO_EXCEPTION = "`except Exception` does not catch gevent's Timeout (6.9): name it as well."


def _see_timeout(came, what):
    if isinstance(came.error, gevent.Timeout):
        hint = "`gevent.Timeout(patience, TimeoutError)` raises Python's own in its place."
        raise Wrong(f"{what}: that is gevent's Timeout, and Python's own TimeoutError is asked for.", hint)
    if came.error is None:
        hint = "One time-out is meant, around all the waiting, and not a new one for each wait."
        raise Wrong(f"{what}: it should raise TimeoutError when patience ends, counted from the call.", hint)
    if not isinstance(came.error, TimeoutError):
        raise came.error
