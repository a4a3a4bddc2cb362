"""Checks of chapter 0: waiting alone, waiting together, and reading a chart."""

import random

import gevent

from exercises import Wrong, exercise
from exercises.vocabulary import InFlight, eventually, hurried, many, need


def _is_number(answer):
    return hasattr(answer, "__float__") and not isinstance(answer, bool)


@exercise(
    "00.1",
    praise="eight times a quarter of a second, because each waits for the one before.",
    hint="One after another, waits add up.",
)
def _in_sequence(answer):
    answer = float(need(answer, _is_number, "give a number of seconds"))
    if abs(answer - 0.25) < 1e-9:
        raise Wrong("that is how long they take all together; the question was one after another.")
    if not abs(answer - 8 * 0.25) < 1e-9:
        raise Wrong(f"eight buns of 0.25 s each, one after another, do not take {answer:g} s.")


@exercise(
    "00.2",
    praise="the slowest one decides, however many wait with it.",
    hint="If all start together, who comes out last? And what if there is nobody?",
)
def _together(answer):
    for seconds in ([0.25], [0.25] * 8, [0.1, 0.4, 0.2], [3, 1, 2], [0.5, 1, 2], [0, 0], [0.5, 0, 0.125], []):
        said = answer(list(seconds))
        wanted = max(seconds, default=0)
        if said is None and seconds:
            raise Wrong(f"for {seconds} your function returned nothing: use return.")
        if not _is_number(said):
            raise Wrong(f"for {seconds} your function returned {said!r}: return a number of seconds.")
        said = float(said)
        if not abs(said - wanted) < 1e-9:
            if seconds and abs(said - sum(seconds)) < 1e-9:
                raise Wrong(f"for {seconds} it says {said:g} s: that is one after another, the waits added up.")
            raise Wrong(f"for waits of {seconds} s together it says {said:g} s, and it is {wanted:g} s.")


@exercise(
    "00.3",
    praise="all orders waited together, and every one was served.",
    hint="Spawn a greenlet for each order: gevent.spawn(wait, order). Then gevent.joinall(…, raise_error=True) waits.",
)
def _serve(answer):
    _serve_all(answer, ["tea", "bun", "soup", "noodles"])
    _serve_all(answer, ["soup", "bun", "bun", "", 0, None])  # two of a kind, and orders that look like none
    _serve_all(answer, ["bun", "soup"])  # the last one is the slowest
    _serve_all(answer, [])
    with hurried(200):  # more than a pool holds, and one that takes longer than a generous time-out
        _serve_all(answer, [*range(60), "stew", *range(60)])


def _serve_all(answer, orders):
    begun, ended, apart, cooking, here = [], [], [], InFlight(), gevent.get_hub()
    alike = [order for order in orders if orders.count(order) > 1]
    slowest = "stew" if "stew" in orders else alike[0] if alike else "soup"  # of two alike the first

    def comes(condition):
        return eventually(lambda: apart or condition(), looks=100 + 5 * len(orders), sleep=gevent.sleep)

    def wait(order):
        begun.append(order)
        last = order == slowest and begun.count(order) == 1
        pause = 60 if order == "stew" else 0.05
        if gevent.get_hub() is not here:
            pause = min(pause, 0.3)  # in a thread, which nobody hurries
        with cooking:
            if not comes(lambda: cooking.peak >= len(orders)):  # nobody is done before all are there
                apart.append(order)  # it has waited in vain, and no other need
            if last:
                comes(lambda: len(ended) >= len(orders) - 1)
            for _ in range(10):  # a machine that stands still cuts one of them short, and no time-out comes too late
                gevent.sleep(pause / 10)
        ended.append(order)

    answer(list(orders), wait)
    if len(ended) < len(begun):
        raise Wrong("your function returned while orders were still cooking: join the greenlets before you return.")
    for odd in [*orders, *begun]:
        if begun.count(odd) != orders.count(odd):
            raise Wrong(
                f"of the orders {orders}, {odd!r} was to be served {many(orders.count(odd), 'time')}, and was served"
                f" {begun.count(odd)} times when you returned."
            )
    if cooking.peak < len(orders):
        raise Wrong(f"at most {cooking.peak} of {len(orders)} orders were cooking at the same time.")


@exercise(
    "00.4",
    praise="you can read a Gantt chart, and so can your program.",
    hint="The number changes only where a bar begins or ends. Sort these moments; at the same time, ends come first.",
)
def _most_at_once(answer):
    cases = [
        ([(0, 1)], 1, "one bar alone"),
        ([(0, 1), (1, 2), (2, 3)], 1, "bars one after another: where one ends, the next begins"),
        ([(0, 3), (1, 2)], 2, "a short bar inside a long one"),
        ([(0, 2), (1, 4), (3, 5)], 2, "each overlaps its neighbour only"),
        ([(0, 10), (1, 2), (3, 4), (5, 6)], 2, "one long bar and three short ones that never meet"),
        ([(5, 6), (0, 1)], 1, "two bars far apart, the later one first"),
        ([(0, 10), (0, 2), (1.5, 3)], 3, "three that meet for a short moment only"),
        ([(0, 1), (0, 2), (0, 3)], 3, "three that begin together"),
        ([(5, 9), (0, 6), (4, 7), (5.5, 5.8)], 4, "bars that are not sorted"),
        ([(0, 0.33334), (0.33331, 1)], 2, "two that overlap by a hair"),
        ([(0, 0.33331), (0.33334, 1)], 1, "two that miss each other by a hair"),
        ([], 0, "no bars at all"),
        ([(0, 2), (0, 2), (2, 4)], 2, "the same bar twice"),
        ([(-3, -1), (-2, 0)], 2, "moments before zero"),
    ]
    chance = random.Random(0)
    for count in [2, 3, 4, 6, 9] * 20:
        starts = [chance.randrange(12) / 2 for _ in range(count)]
        bars = [(start, start + chance.randrange(1, 9) / 2) for start in starts]
        most = max(sum(a <= start < b for a, b in bars) for start in starts)
        cases.append((bars, most, f"{count} bars drawn by chance"))
    for bars, most, what in cases:
        said = answer(list(bars))
        if said != most:
            raise Wrong(f"{what}, {bars}: at most {most} at once, and your function says {said!r}.")
