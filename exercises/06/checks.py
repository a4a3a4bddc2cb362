"""Checks of chapter 6: gevent. Each watches what an answer does with greenlets, never how fast the machine is."""

import time
from itertools import pairwise

import gevent
import greenlet
from gevent.event import Event

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, InFlight, Planted, capture, in_time_green, need, reworded, same_lines
from helpers import Timeline, span


class NoFlour(Planted):
    """What a supplier raises in these checks."""


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
    hint="Only `gevent.sleep` gives the CPU away. Where a function has none, it runs straight through.",
)
def _order(answer):
    truth = _shop_opens()
    answer = list(need(answer, (list, tuple), "give a list of the seven lines"))
    if sorted(map(str, answer)) != sorted(truth):
        odd = next((each for each in answer if each not in truth), None)
        missing = next((each for each in truth if each not in answer), None)
        problem = f"{odd!r} is none of the seven lines" if odd is not None else f"{missing!r} is missing"
        raise Wrong(f"every line comes exactly once: {problem if odd or missing else 'one of them comes twice'}.")
    same_lines(answer, truth)


# -- 06.2 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.2",
    praise="all in the steamer at once, results in the order of the buns, and no error lost.",
    hint="Spawn a greenlet for each bun, join them with raise_error=True, then collect each greenlet's value.",
)
def _steam_all(answer):
    buns = ["pork", "lotus", "sesame", "custard", "leek"]
    together = Event()
    inside = []

    def steam(bun):
        inside.append(bun)
        if len(inside) == len(buns):
            together.set()
        if not together.wait(0.5):
            raise Wrong("your function puts a bun into the steamer only after another has come out: start all first.")
        gevent.sleep(0.02 * (len(buns) - buns.index(bun)))  # the last one in is the first one out
        return f"steamed {bun}"

    results = in_time_green(
        answer, buns, steam, stuck="your function did not return: it waits for something that never comes."
    )
    if results is None:
        raise Wrong("your function returned None: return the list of results.")
    with reworded({TypeError: f"your function returned {results!r}: return the list of results."}):
        results = list(results)
    if any(isinstance(each, gevent.Greenlet) for each in results):
        raise Wrong("your function returned greenlets, not what they returned: ask each for its .value or .get().")
    wanted = [f"steamed {bun}" for bun in buns]
    if results != wanted:
        if sorted(map(str, results)) == sorted(wanted):
            raise Wrong("the results come in the order in which the buns were done, not in the order of the buns.")
        raise Wrong(f"for the buns {buns} your function returned {results}.")

    def burn(bun):
        gevent.sleep(0.01)
        if bun == "sesame":
            raise BurntBun(bun)
        return bun

    stuck = "your function did not return when one bun burnt."
    burnt = capture(lambda: in_time_green(answer, buns, burn, stuck=stuck))
    if burnt.error is None:
        raise Wrong("one bun burnt, `steam` raised BurntBun, and the caller of your function never heard of it.")
    if not _tells_of(burnt.error, BurntBun):
        raise burnt.error


def _tells_of(error, kind):
    """Whether it is such an error, or was raised because of one."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None


# -- 06.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.3",
    praise="never more buns than places, and no place stays empty while a bun waits.",
    hint="gevent.pool.Pool(places) holds at most that many greenlets; its map keeps the order.",
)
def _steam_in_places(answer):
    for places in (3, 2):
        _steam_eight(answer, places)


def _steam_eight(answer, places):
    buns = list(range(8))
    slow_one_may_go, done, inside = Event(), [], InFlight()

    def steam(bun):
        with inside:
            if bun > 0:
                gevent.sleep(0.01)
            elif not slow_one_may_go.wait(1):
                raise Wrong(_who_was_kept_out(inside.peak))
        done.append(bun)
        if len(done) == len(buns) - 1:
            slow_one_may_go.set()
        return bun * 10

    results = in_time_green(answer, buns, steam, places, stuck="your function did not return: it waits for ever.")
    if inside.peak > places:
        raise Wrong(f"there were {inside.peak} buns in a steamer of {places} places at the same time.")
    if inside.peak < places:
        raise Wrong(f"the steamer has {places} places and never held more than {inside.peak} at a time.")
    if results is None or list(results) != [bun * 10 for bun in buns]:
        raise Wrong(f"the results should be those of `steam` in the order of the buns, but are {results!r}.")


def _who_was_kept_out(most):
    if most == 1:
        return "only one bun is in the steamer at a time: use all places."
    return (
        "one slow bun keeps the others out: when a place is free the next bun must go in,"
        " even if its neighbours are not done."
    )


# -- 06.4 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.4",
    praise="ten buns, ten paid, no one paid for nothing, and nobody queued behind another's card.",
    hint="Take the bun off the shelf before the switch that `pay` makes, and put it back if paying fails.",
)
def _sell(answer):
    shelf = {"buns": 10}
    paying, paid = InFlight(), []

    def pay():
        with paying:
            gevent.sleep(0.005)
        paid.append(True)

    customers = [gevent.spawn(answer, shelf, pay) for _ in range(30)]
    in_time_green(gevent.joinall, customers, stuck="your customers wait for ever.")
    for customer in customers:
        customer.get()
    sold = sum(customer.value is True for customer in customers)
    if shelf["buns"] < 0 or sold > 10:
        raise Wrong(f"10 buns were on the shelf, {sold} were sold, {shelf['buns']} are left.")
    if len(paid) > sold:
        raise Wrong(f"{len(paid)} customers paid and {sold} got a bun: check before anyone pays, not after.")
    if shelf["buns"] != 10 - sold or sold < 10:
        raise Wrong(f"30 customers wanted 10 buns: {sold} were sold and {shelf['buns']} are left on the shelf.")
    if any(customer.value is not False for customer in customers if customer.value is not True):
        raise Wrong("a customer who gets no bun should be told False.")
    if paying.peak < 2:
        raise Wrong("customers pay one at a time now; while one waits for the bank, others should be able to pay.")

    def refuse():
        gevent.sleep(0)
        raise ValueError("card refused")

    shelf["buns"] = 1
    capture(answer, shelf, refuse, catch=ValueError)
    if shelf["buns"] != 1:
        raise Wrong("a card was refused, nobody got the bun, and yet it is gone from the shelf.")

    def refuse_late():
        gevent.sleep(0.05)
        raise BurntBun("card refused")

    shelf["buns"] = 3
    late = gevent.spawn(answer, shelf, refuse_late)
    others = [gevent.spawn(answer, shelf, pay) for _ in range(2)]
    in_time_green(gevent.joinall, [late, *others], stuck="your customers wait for ever.")
    if shelf["buns"] != 1:
        raise Wrong(f"of 3 buns 2 were sold while a third card was being refused, and {shelf['buns']} are left, not 1.")
    if late.value is True:
        raise Wrong("a card was refused, and your function says True, as if the bun had been sold.")


# -- 06.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "06.5",
    praise="the count is right and the others got their turns.",
    hint="`gevent.sleep(0)` is a turn for the others; take it inside the loop, every few hundred numbers.",
)
def _count_politely(answer):
    hub = gevent.get_hub()

    def watch(limit):
        """How often the answer handed over to the hub, and which share of its work was the longest stretch without."""
        moments = [time.thread_time()]  # what the processor did for this thread, whoever else keeps it busy

        def note(event, pair):
            if pair[1] is hub:
                moments.append(time.thread_time())

        before = greenlet.settrace(note)
        try:
            counted = answer(limit)
        finally:
            greenlet.settrace(before)
        if counted != limit // 7:
            raise Wrong(f"below {limit:,} there are {limit // 7:,} multiples of 7; your function says {counted!r}.")
        turns = len(moments) - 1
        moments.append(time.thread_time())
        longest = max(end - start for start, end in pairwise(moments))
        if turns < 1:
            raise Wrong(f"the function counted {limit:,} numbers, and nobody else got a single turn.")
        if turns < limit // 2_000 - 1:
            raise Wrong(f"the others got {turns} turn(s) in {limit:,} numbers: let them in at least every 2,000.")
        if turns > limit // 50 + 5:
            raise Wrong(f"you gave {turns:,} turns for {limit:,} numbers: most of the time now goes into switching.")
        return longest / (moments[-1] - moments[0])

    watch(21_000)
    if watch(700_000) > 0.5:
        raise Wrong("the others got their turns, but not while you counted: one stretch without was most of the work.")


# -- 06.6 ----------------------------------------------------------------------------------------------------------


def _supplier(record, name, seconds, error=None):
    def ask():
        with span(name):
            record.append(f"{name} asked")
            try:
                gevent.sleep(seconds)
                if error:
                    raise error
                return f"flour from {name}"
            finally:
                record.append(f"{name} left")

    ask.__name__ = name
    return ask


def _in_patience(answer, suppliers, patience, stuck):
    """What the answer came to: a value, or the TimeoutError that it should raise."""
    return capture(lambda: in_time_green(answer, suppliers, patience, stuck=stuck), catch=TimeoutError)


@exercise(
    "06.6",
    praise="first good answer taken, failures passed over, nobody left waiting at the door.",
    hint="Let each greenlet put its outcome into a Queue; take outcomes until one is good; killall in a finally.",
    seconds=30,
)
def _first_answer(answer):
    stuck = "your function did not return although a supplier had answered."
    record = []
    asked = [_supplier(record, "slow", 60), _supplier(record, "quick", 0.05), _supplier(record, "late", 0.3)]
    with Timeline() as watched:
        got = in_time_green(answer, asked, 2, stuck=stuck)
    if got != "flour from quick":
        raise Wrong(f"`quick` answers first, with 'flour from quick'; your function returned {got!r}.")
    if watched.peak < 3:
        raise Wrong("the suppliers were asked one after another: ask all of them at once.")
    waiting = [each for each in ("slow", "late") if f"{each} left" not in record]
    if waiting:
        raise Wrong(f"your function returned while `{waiting[0]}` was still waiting: end those that are not needed.")

    record.clear()
    failing = [_supplier(record, "broken", 0.01, NoFlour("no flour")), _supplier(record, "good", 0.1)]
    with reworded({NoFlour: "one supplier failed before the other answered, and your function gave up."}):
        got = in_time_green(answer, failing, 2, stuck=stuck)
    if got != "flour from good":
        raise Wrong(f"`broken` fails, `good` answers after it; your function returned {got!r}.")

    def nothing():
        gevent.sleep(0.01)

    got = in_time_green(answer, [nothing, _supplier(record, "second", 0.1)], 2, stuck=stuck)
    if got is not None:
        raise Wrong(f"the first supplier succeeds and returns None, which is an answer too; you returned {got!r}.")

    record.clear()
    waits_on = "nobody answered, and your function waits on."
    wrong_kind = "patience ended in gevent.Timeout; the exercise asks for Python's own TimeoutError."
    with reworded({gevent.Timeout: wrong_kind}):
        got = _in_patience(answer, [_supplier(record, "asleep", 60)], 0.1, waits_on)
    if got.error is None:
        raise Wrong(
            f"nobody answered within the patience given; your function returned {got.value!r}, and no TimeoutError."
        )
    if "asleep left" not in record:
        raise Wrong("after the TimeoutError the supplier `asleep` is still waiting at the door.")

    slow_fail = [_supplier(record, f"f{n}", 0.2 * n, NoFlour("no flour")) for n in (1, 2)]
    passed_on = "a supplier raised NoFlour, and your function passed it on: any error means the next one."
    with reworded({NoFlour: passed_on}):
        got = _in_patience(answer, [*slow_fail, _supplier(record, "too late", 0.6)], 0.5, stuck)
    if got.error is None:
        raise Wrong(
            "patience of 0.5 s counts from the call, not from the last failure;"
            f" you returned {got.value!r} after 0.6 s."
        )

    record.clear()
    hopeless = [_supplier(record, "a", 0.01, NoFlour("no flour")), _supplier(record, "b", 0.02, NoFlour("no flour"))]
    with Timeline() as watched:
        stuck = "all suppliers failed, and your function waits on."
        got = capture(lambda: in_time_green(answer, hopeless, 4, stuck=stuck), catch=(Exception, gevent.Timeout))
    if got.error is None:
        raise Wrong(f"all suppliers failed; your function returned {got.value!r} instead of raising.")
    if watched.end - watched.start > 2:
        raise Wrong("all suppliers had failed, and your function still waited until its patience ended.")
