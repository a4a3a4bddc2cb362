"""Answers to the exercises of chapter 0 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "00.1": [edit("8 * 0.25", "2"), edit("8 * 0.25", "sum([0.25] * 8)")],
    "00.2": [
        written("def answer(waits): return max([0, *waits])"),
        written("def answer(waits): return sorted(waits)[-1] if waits else 0.0"),
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
    ],
}
