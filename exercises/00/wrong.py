"""Answers to the exercises of chapter 0 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "00.1": [
        written("answer = 0.25", "all together"),
        written("answer = 8", "do not take 8 s"),
        written("answer = '2'", "not a str"),
        written("answer = [0.25] * 8", "not a list"),
        written("answer = float('nan')", "do not take nan s"),
    ],
    "00.2": [
        written("def answer(waits): return waits[0]", "0.4 s"),
        written("def answer(waits): return sum(waits) / len(waits)", "it is"),
        written("def answer(waits): return max(waits)", "ValueError"),
        written("def answer(waits): return [max(waits, default=0)]", "return a number"),
        written("def answer(waits): print(max(waits, default=0))", "use return"),
    ],
    "00.3": [
        written("def answer(orders, wait): [gevent.spawn(wait, order) for order in orders]", "was served 0 times"),
        written(
            "def answer(orders, wait):\n"
            "    for order in orders:\n"
            "        gevent.joinall([gevent.spawn(wait, order)], raise_error=True)",
            "at most 1 of 4",
        ),
        written(
            "def answer(orders, wait): gevent.joinall([gevent.spawn(wait(order)) for order in orders])",
            "at most 1 of 4",
        ),
        written(
            "def answer(orders, wait):\n    [gevent.spawn(wait, order) for order in orders]\n    gevent.sleep(0)",
            "join the greenlets",
        ),
        written(
            "def answer(orders, wait): [gevent.spawn(wait, each) for each in orders][-1].join()", "join the greenlets"
        ),
        written(
            "def answer(orders, wait): gevent.joinall([gevent.spawn(wait, each) for each in orders], count=1)",
            "join the greenlets",
        ),
    ],
    "00.4": [
        written(
            "def answer(bars):\n    return max((sum(a <= s and s <= b for a, b in bars) for s, _ in bars), default=0)",
            "one after another",
        ),
        written("def answer(bars): return max(sum(a <= s < b for a, b in bars) for s, _ in bars)", "ValueError"),
        written(
            "def answer(bars):\n"
            "    bars = sorted(bars)\n"
            "    return 1 + sum(b > c for (_, b), (c, _) in zip(bars, bars[1:])) if bars else 0",
            "at most 2",
        ),
        written("def answer(bars): return 2", "one bar alone"),
        written(
            "def answer(bars):\n"
            "    return max((1 + sum(a < start < b for a, b in bars) for start, _ in bars), default=0)",
            "three that begin together",
        ),
        written(
            "def answer(bars):\n"
            "    open_now, most = [], 0\n"
            "    for start, end in bars:\n"
            "        open_now = [each for each in open_now if each > start] + [end]\n"
            "        most = max(most, len(open_now))\n"
            "    return most",
            "the later one first",
        ),
        written(
            "def answer(bars):\n"
            "    middles = [(start + end) / 2 for start, end in bars]\n"
            "    return max((sum(a <= each < b for a, b in bars) for each in middles), default=0)",
            "a short moment only",
        ),
    ],
}
