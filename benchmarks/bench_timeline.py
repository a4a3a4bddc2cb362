"""What a timeline costs: each recorded span, each recorded switch. Aim: under 2 µs a switch."""

import statistics
from time import perf_counter

import greenlet

from helpers import Timeline, span

ROUNDS, TIMES = 9, 20_000


def switch_there_and_back():
    def bounce():
        while True:
            greenlet.getcurrent().parent.switch()

    other = greenlet.greenlet(bounce)
    other.switch()
    start = perf_counter()
    for _ in range(TIMES):
        other.switch()
    return (perf_counter() - start) / (2 * TIMES)


def record_spans():
    start = perf_counter()
    for _ in range(TIMES):
        with span("row"):
            pass
    return (perf_counter() - start) / TIMES


def traced(measure):
    with Timeline():
        return measure()


def row(name, seconds, note=""):
    spread = f"{min(seconds) * 1e6:.2f} to {max(seconds) * 1e6:.2f}"
    print(f"{name:32}{statistics.median(seconds) * 1e6:8.2f} µs   ({spread}){note}")


if __name__ == "__main__":
    plain, recorded, spans, idle = [], [], [], []
    for _ in range(ROUNDS):
        plain.append(switch_there_and_back())
        recorded.append(traced(switch_there_and_back))
        spans.append(traced(record_spans))
        idle.append(record_spans())
    print(f"median of {ROUNDS} rounds of {TIMES:,} (smallest to largest)")
    row("a switch, not recorded", plain)
    row("a switch, recorded", recorded)
    cost = [after - before for before, after in zip(plain, recorded, strict=True)]
    row("  cost of recording a switch", cost, "   aim: under 2")
    row("a span, recorded", spans)
    row("a span with no timeline open", idle)
