"""Runs a small concurrent program under every schedule up to a bound, and finds the shortest one that breaks it.

`search` decides which schedules are tried; it knows nothing of workers. `threads` runs a program of threads under the
schedule that it is told, `greenlets` one of greenlets. A `story` is what is to be read in the end. A program comes
from another process as `packing` makes it, and is unpacked anew for each run, so that none inherits from another.

`by_hand` is a room of its own: there the reader decides, line by line.
"""

import contextlib

from backstage.schedules.packing import unpack
from backstage.schedules.played import NotSteered
from backstage.schedules.search import replay, search
from backstage.schedules.story import Report


def explore_packed(payload, **limits):
    """Explore a program that `packing.pack` has packed; limits as those of `search.search`. Return a `Report`."""
    green = b"gevent" in payload
    if green:
        from backstage.schedules.greenlets import GreenletStage as Stage
    else:
        from backstage.schedules.threads import ThreadStage as Stage
    try:
        return explore(Stage, lambda: unpack(payload), step="overtaking" if green else "interruption", **limits)
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # the reader knows that they have stopped it


def explore(stage_class, make, *, step="interruption", **limits):
    """Look for the shortest schedule that breaks a program.

    Parameters
    ----------
    stage_class : class
        `ThreadStage` or `GreenletStage`.
    make : callable
        Makes the program anew for each run.
    step : str
        What the search counts.
    **limits
        As those of `search.search`.

    Returns
    -------
    Report
    """
    with contextlib.closing(stage_class(make)) as stage:
        try:
            result = search(stage.run, **limits)
            failure = result.failure
            if failure is not None:
                again = replay(lambda choose: stage.run(choose, story=True), result.choices)
                failure = again if isinstance(again, type(failure)) else failure
        except NotSteered as error:
            return Report(trouble=f"`explore` cannot run this program: {error}.")
    found = Report(result.tried, result.walks, result.proven, result.cost, failure, step=step, steady=result.steady)
    found.bound = limits.get("bound", found.bound)
    return found
