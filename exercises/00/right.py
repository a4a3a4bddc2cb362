"""Answers to the exercises of chapter 0 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "00.1": [
        edit("8 * 0.25", "2"),
        edit("8 * 0.25", "sum([0.25] * 8)"),
        edit("8 * 0.25", "8 / 4"),
        written("answer = 2"),
        written(
            """
import numpy
answer = numpy.full(8, 0.25).sum()
"""
        ),
    ],
    "00.2": [
        written("def answer(waits): return max([0, *waits])"),
        written("def answer(waits): return sorted(waits)[-1] if waits else 0.0"),
        written("from functools import reduce\ndef answer(waits): return reduce(max, waits, 0)"),
        written("answer = lambda waits: max(waits or [0])"),
        written(
            """
def answer(waits):
    longest = 0
    for seconds in waits:
        if seconds > longest:
            longest = seconds
    print("the longest is", longest)
    return longest
"""
        ),
        written("import numpy\ndef answer(waits): return numpy.max([0, *waits])"),
        written("from decimal import Decimal\ndef answer(waits): return max(map(Decimal, waits), default=Decimal())"),
    ],
    "00.3": [
        written("def answer(orders, wait): gevent.joinall([gevent.spawn(wait, order) for order in orders])"),
        written(
            """
def answer(orders, wait):
    cooking = []
    for order in orders:
        cooking.append(gevent.spawn(wait, order))
    for each in cooking:
        each.get()
"""
        ),
        written(
            """
from gevent.pool import Group
def answer(orders, wait):
    Group().map(wait, orders)
"""
        ),
        written("from gevent.pool import Pool\ndef answer(orders, wait): Pool(len(orders) or 1).map(wait, orders)"),
        written("def answer(orders, wait): gevent.wait([gevent.spawn(wait, order) for order in orders])"),
        written(
            """
def answer(orders, wait):
    cooking = {number: gevent.spawn(wait, order) for number, order in enumerate(orders)}
    while not all(each.dead for each in cooking.values()):
        gevent.sleep(0.01)
"""
        ),
        written(
            """
import time

def answer(orders, wait):
    cooking = []
    for number, order in enumerate(orders):
        cooking.append(gevent.spawn(wait, order))
        gevent.sleep(0)
        if number == 20:
            time.sleep(0.1)  # the machine has better to do
    gevent.joinall(cooking)
"""
        ),
        written(
            """
from threading import Thread

def answer(orders, wait):
    cooking = [Thread(target=wait, args=(order,)) for order in orders]
    for each in cooking:
        each.start()
    for each in cooking:
        each.join()
"""
        ),
    ],
    "00.4": [
        written("def answer(bars): return max((sum(a <= s < b for a, b in bars) for s, _ in bars), default=0)"),
        written(
            """
import heapq
def answer(bars):
    ends, most = [], 0
    for start, end in sorted(bars):
        while ends and ends[0] <= start:
            heapq.heappop(ends)
        heapq.heappush(ends, end)
        most = max(most, len(ends))
    return most
"""
        ),
        written(
            """
def answer(bars):
    starts, ends = sorted(start for start, _ in bars), sorted(end for _, end in bars)
    most = gone = 0
    for come, start in enumerate(starts, 1):
        while ends[gone] <= start:
            gone += 1
        most = max(most, come - gone)
    return most
"""
        ),
        written(
            """
from itertools import accumulate
def answer(bars):
    moments = sorted((moment, change) for bar in bars for moment, change in zip(bar, (1, -1)))
    return max(accumulate(change for _, change in moments), default=0)
"""
        ),
        written(
            "def answer(bars): return max([len([1 for a, b in bars if a <= s and b > s]) for s, _ in bars] or [0])"
        ),
        written(
            """
from collections import Counter
def answer(bars):
    changes = Counter()
    for start, end in bars:
        changes[start] += 1
        changes[end] -= 1
    now, seen = 0, [0]
    for moment in sorted(changes):
        now += changes[moment]
        seen.append(now)
    return max(seen)
"""
        ),
    ],
}
