"""How near ten, a hundred, a thousand waits together come to one (chapter 6). Aim: 0.95, 0.95, 0.9 of the ideal."""

import statistics
from time import perf_counter

import gevent

WAIT, ROUNDS = 0.5, 7
AIMS = {10: 0.95, 100: 0.95, 1_000: 0.9, 10_000: None}


def together(tasks):
    start = perf_counter()
    gevent.joinall([gevent.spawn(gevent.sleep, WAIT) for _ in range(tasks)], raise_error=True)
    return perf_counter() - start


if __name__ == "__main__":
    print(f"tasks that wait {WAIT} s, all together; median of {ROUNDS} rounds (smallest to largest)")
    print(f"{'tasks':>7} {'seconds':>9}   {'speed-up of the ideal':22} aim")
    for tasks, aim in AIMS.items():
        seconds = [together(tasks) for _ in range(ROUNDS)]
        share = [WAIT / each for each in seconds]
        spread = f"{statistics.median(share):.3f} ({min(share):.3f} to {max(share):.3f})"
        print(f"{tasks:7,} {statistics.median(seconds):9.3f}   {spread:22} {aim or 'none set'}")
