"""`explore(program)`: the reader's own program, run under every schedule up to a bound, in a process of its own."""

from itertools import pairwise

from backstage import asked
from backstage.kernel import ABOVE
from helpers.isolated import IsolatedError, run_isolated
from helpers.timeline import Span, Switch, Timeline

_SOURCE = "from backstage.schedules import explore_packed\nreport = explore_packed(payload, **limits)\n"


def explore(program, *, bound=2, seconds=10):
    """Run a program of threads, or of gevent, under many schedules; print the shortest one that breaks it.

    All schedules with at most `bound` interruptions are tried, then some at random, for so many `seconds` at most. A
    program is called without arguments. It breaks by an exception, as of an `assert`, by a deadlock, or by having no
    end. Each run starts afresh, with what the notebook holds now. The result has a `timeline`.

    Raises
    ------
    IsolatedError, ChildError, TypeError, ValueError
        If it was given something else than a function and two numbers, or the function cannot run elsewhere.
    """
    from backstage.schedules.packing import pack

    limits = {"bound": asked.count("bound", bound, 0), "seconds": asked.seconds("seconds", seconds, endless=False)}
    inputs = {"payload": pack(asked.function("program", program)), "limits": limits}
    report = run_isolated(_SOURCE, inputs, ["report"], timeout=limits["seconds"] + 10)["report"]
    if report.failure and report.failure.text.startswith("NameError: "):  # no schedule has to do with it
        raise IsolatedError(f"{report.failure.text}. {ABOVE}")
    print(report)
    report.timeline = _timeline_of(report.failure) if report.failure and report.failure.steps else None
    return report


def _timeline_of(failure):
    """The order of a schedule, to be drawn: each turn of a worker is as long as the lines that it ran."""
    timeline, turns = Timeline("The schedule that breaks it"), []
    for number, step in enumerate(failure.steps):
        if step.note != "stopped before" and (not turns or turns[-1][0] != step.worker):
            turns.append((step.worker, number))
    timeline.start, timeline.end, parts = 0, len(failure.steps), {worker: [] for worker, _ in turns}
    for (worker, start), (_, end) in pairwise([*turns, ("", timeline.end)]):
        parts[worker].append((start, end))
    stuck = {wait[0] for wait in failure.waits}
    for worker, ran in parts.items():
        end, error = timeline.end if worker in stuck else ran[-1][1], failure.text * (worker == failure.worker)
        timeline._spans.append(Span(worker, ran[0][0], end, ran, error, worker not in stuck))
    timeline._switches = [Switch(start, one, other, "switch") for (one, _), (other, start) in pairwise(turns)]
    return timeline
