"""What a thing that can pause weighs, and what a switch there and back costs (chapter 3). Aim: one climb under 20 s."""

import statistics
from time import perf_counter

from backstage.ladder import KINDS, climb
from helpers import quantity

ROUNDS = 7


def row(values, unit):
    middle, low, high = (quantity(each, unit) for each in (statistics.median(values), min(values), max(values)))
    return f"{middle:>8} ({low} to {high})"


if __name__ == "__main__":
    climbs, seconds = [], []
    for _ in range(ROUNDS):
        start = perf_counter()
        climbs.append(climb())
        seconds.append(perf_counter() - start)
    print(f"median of {ROUNDS} climbs (smallest to largest)")
    print(f"{'kind':16}{'memory of one more':32}there and back")
    for kind in KINDS:
        memory = row([each[kind].memory for each in climbs], "B")
        print(f"{kind:16}{memory:32}{row([each[kind].switch for each in climbs], 's')}")
    print(f"one climb took {row(seconds, 's').strip()}; aim: under 20 s")
