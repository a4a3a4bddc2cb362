"""`explore(program)`: the reader's own program, run under every schedule up to a bound, in a process of its own."""

from itertools import pairwise

from helpers.isolated import run_isolated
from helpers.timeline import Switch, Timeline

_SOURCE = "from backstage.schedules import explore_packed\nreport = explore_packed(payload, **limits)\n"


def explore(program, *, bound=2, seconds=10):
    """Run a program of threads, or of gevent, under many schedules; print the shortest one that breaks it.

    All schedules with at most `bound` interruptions are tried, then some at random, for so many `seconds` at most. A
    program breaks by an exception, such as that of an `assert`, by a deadlock, or by having no end. It must make what
    it uses, or leave alone what lies outside; it is a callable without arguments. The result has a `timeline`.
    """
    from backstage.schedules.packing import pack

    inputs = {"payload": pack(program), "limits": {"bound": bound, "seconds": seconds}}
    report = run_isolated(_SOURCE, inputs, ["report"], timeout=seconds + 10)["report"]
    print(report)
    report.timeline = timeline_of(report.failure.steps) if report.failure and report.failure.steps else None
    return report


def timeline_of(steps):
    """Draw up the order of a schedule as a timeline: `.plot(by="switch")`."""
    timeline, turns = Timeline("The schedule that breaks it"), []
    for number, step in enumerate(steps):
        if step.note != "stopped before" and (not turns or turns[-1][0] != step.worker):
            turns.append([step.worker, number])
    timeline.start, timeline.end = 0, len(steps)
    ends = [start for _, start in turns[1:]] + [len(steps)]
    for (worker, start), end in zip(turns, ends, strict=True):
        timeline.add(worker, start, end, running=True)
    timeline._switches = [Switch(b[1], a[0], b[0], "switch") for a, b in pairwise(turns)]
    return timeline
