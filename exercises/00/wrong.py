"""Answers to the exercises of chapter 0 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "00.1": [
        edit("8 * 0.25", "0.25", says="all together"),
        edit("8 * 0.25", "8", says="do not take 8 s"),
        edit("8 * 0.25", "'2'", says="not a str"),
        edit("8 * 0.25", "[0.25] * 8", says="not a list"),
        edit("8 * 0.25", "float('nan')", says="do not take nan s"),
        edit("8 * 0.25", "True", says="not a bool"),
        edit("8 * 0.25", "7 * 0.25", says="do not take 1.75 s"),
        edit("8 * 0.25", "0.25 / 8", says="do not take 0.03125 s"),
        edit("8 * 0.25", "8 + 0.25", says="do not take 8.25 s"),
        edit("8 * 0.25", "-8 * 0.25", says="do not take -2 s"),
    ],
    "00.2": [
        edit("max(waits, default=0)", "waits[0]", says="0.4 s"),
        edit("max(waits, default=0)", "sum(waits) / len(waits)", says="it is"),
        edit(", default=0", "", says="ValueError"),
        edit("max(waits, default=0)", "[max(waits, default=0)]", says="return a number"),
        edit("return max(waits, default=0)", "print(max(waits, default=0))", says="use return"),
        edit("max(waits, default=0)", "min(waits, default=0)", says="0.1 s"),
        edit("max(waits, default=0)", "max(waits, default=0) or 0.1", says="for waits of [0, 0] s"),
        edit("max(waits, default=0)", "waits[-1] if waits else 0", says="0.2 s"),
        edit("max(waits, default=0)", "sorted(waits)[len(waits) // 2] if waits else 0", says="0.2 s"),
        edit("max(waits, default=0)", "sum(waits)", says="one after another"),
        edit("max(waits, default=0)", "max(waits[:-1] or waits, default=0)", says="for waits of [0.5, 1, 2] s"),
        edit("default=0", "default=1", says="for waits of []"),
        edit("default=0", "default=None", says="for [] your function returned None: return a number of seconds"),
    ],
    "00.3": [
        edit("gevent.joinall(", "", ", raise_error=True)", "", says="served 0 times"),
        written(
            """
def answer(orders, wait):
    for order in orders:
        gevent.joinall([gevent.spawn(wait, order)], raise_error=True)
""",
            says="at most 1 of 4",
        ),
        edit("(wait, order)", "(wait(order))", ", raise_error=True", "", says="at most 1 of 4"),
        edit("gevent.joinall(", "", ", raise_error=True)", "\n    gevent.sleep(0)", says="join the greenlets"),
        edit("gevent.joinall(", "", ", raise_error=True)", "[-1].join()", says="join the greenlets"),
        edit("raise_error=True", "count=1", says="join the greenlets"),
        edit("in orders]", "in orders][:-1]", says="join the greenlets"),
        edit(
            "for order in orders]",
            "for order in set(orders)]",
            says="'bun' was to be served 2 times, and was served 1",
        ),
        edit("for order in orders]", "for order in orders if order]", says="'' was to be served 1"),
        edit("for order in orders]", "for order in [*orders, orders[0]]]", says="'tea' was to be served 1 time"),
        edit("gevent.joinall", "_ = orders[0]\n    gevent.joinall", says="IndexError"),
        edit("gevent.spawn(wait, order)", "gevent.spawn(wait, orders)", says="'tea' was to be served 1 time, and was"),
        edit("(wait, order)", "(gevent.sleep, 0.1)", says="served 0 times"),
        edit("raise_error=True", "timeout=1", says="join the greenlets"),
        edit("raise_error=True", "timeout=30", says="join the greenlets"),
        edit(
            "gevent.joinall([gevent.spawn(wait, order) for order in orders]",
            "gevent.joinall(list({order: gevent.spawn(wait, order) for order in orders}.values())",
            says="join the greenlets",
        ),
        written(
            """
def answer(orders, wait):
    from gevent.pool import Pool

    Pool(10).map(wait, orders)
""",
            says="at most 10 of 121",
        ),
    ],
    "00.4": [
        written(
            "def answer(bars): return max((sum(a <= s and s <= b for a, b in bars) for s, _ in bars), default=0)",
            says="one after another",
        ),
        written("def answer(bars): return max(sum(a <= s < b for a, b in bars) for s, _ in bars)", says="ValueError"),
        written(
            """
def answer(bars):
    bars = sorted(bars)
    return 1 + sum(b > c for (_, b), (c, _) in zip(bars, bars[1:])) if bars else 0
""",
            says="at most 2",
        ),
        written("def answer(bars): return 2", says="one bar alone"),
        edit("(end, -1)", "(end, -2)", says="bars"),
        edit("(start, +1) for start, _ in bars", "(start, +1) for start, _ in set(bars)", says="the same bar twice"),
        edit("now = most = 0", "now, most = 0, 1", says="no bars at all"),
        edit("sorted([", "list([", says="bars one after another"),
        written(
            """
def answer(bars):
    return max((1 + sum(a < start < b for a, b in bars) for start, _ in bars), default=0)
""",
            says="three that begin together",
        ),
        written(
            """
def answer(bars):
    open_now, most = [], 0
    for start, end in bars:
        open_now = [each for each in open_now if each > start] + [end]
        most = max(most, len(open_now))
    return most
""",
            says="the later one first",
        ),
        written(
            """
def answer(bars):
    middles = [(start + end) / 2 for start, end in bars]
    return max((sum(a <= each < b for a, b in bars) for each in middles), default=0)
""",
            says="a short moment only",
        ),
        written(
            """
def answer(bars):
    tenths = range(10 * min(int(start) for start, _ in bars), 10 * max(int(end) + 1 for _, end in bars)) if bars else ()
    return max((sum(start <= tenth / 10 < end for start, end in bars) for tenth in tenths), default=0)
""",
            says="two that overlap by a hair",
        ),
        written(
            """
def answer(bars):
    moments = sorted(
        [(round(start, 3), 1, +1) for start, _ in bars] + [(round(end, 3), 0, -1) for _, end in bars]
    )
    now = most = 0
    for _, _, change in moments:
        now += change
        most = max(most, now)
    return most
""",
            says="two that overlap by a hair",
        ),
    ],
}
