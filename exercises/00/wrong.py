"""Answers to the exercises of chapter 0 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "00.1": [
        edit("8 * 0.25", "0.25", says="all together"),
        edit("8 * 0.25", "8", says="do not take 8 s"),
        edit("8 * 0.25", "'2'", says="not a str"),
        edit("8 * 0.25", "[0.25] * 8", says="not a list"),
        edit("8 * 0.25", "float('nan')", says="do not take nan s"),
    ],
    "00.2": [
        edit("max(waits, default=0)", "waits[0]", says="0.4 s"),
        edit("max(waits, default=0)", "sum(waits) / len(waits)", says="it is"),
        edit(", default=0", "", says="ValueError"),
        edit("max(waits, default=0)", "[max(waits, default=0)]", says="return a number"),
        edit("return max(waits, default=0)", "print(max(waits, default=0))", says="use return"),
    ],
    "00.3": [
        edit("gevent.joinall(", "", ", raise_error=True)", "", says="was served 0 times"),
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
    ],
}
