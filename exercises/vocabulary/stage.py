"""Who runs next, and what time it is, decided by the check instead of by chance.

What an answer does with threads is done on a stage that lets one of them run at a time, and tries one order after the
other: `under_schedules`. So a check sees each race and each deadlock, and the same each time. A `MockClock` shows the
time that the check has set, and time passes only where somebody sleeps.
"""

import contextlib
import functools
import heapq
import math
import threading
from itertools import count

from gevent.event import Event

from backstage.schedules import steered
from backstage.schedules.packing import pack, unpack
from backstage.schedules.search import replay, search
from backstage.schedules.story import Failure
from backstage.schedules.threads import ThreadStage
from exercises.prints import write_run
from exercises.verdicts import Wrong

# -- threads that take turns where the check says ---------------------------------------------------------------------


class Polls(Wrong):
    """Who cannot go on asks again and again, on and on."""


def under_schedules(program, answer, *arguments, stuck=None, bound=2, most=100):
    """Call `program(answer, *arguments)` under one schedule after the other, each time with a fresh copy of the answer.

    Parameters
    ----------
    program : callable
        Starts threads that use the answer, and raises `Wrong` where a promise is broken. A thread that waits for ever
        is a deadlock, unless it is a daemon.
    stuck : callable, optional
        Of a list of workers, those who wait at a deadlock, with their `name`, what they want (`wants`) and which locks
        they hold (`holds`): says why that is wrong.
    bound, most : int
        All schedules with so many interruptions are tried, but no more than that.

    Raises
    ------
    Wrong
        If a schedule breaks a promise; `Polls` if somebody asks again and again. Like all that an answer may raise it
        has the order as its attribute `failure`.
    """
    payload = pack(answer)
    errors = {}  # by identity of the failure: what broke it

    def run(choose, story=False):
        failure = stage.run(choose, story=story)
        if isinstance(failure, Failure):
            errors[id(failure)] = failure, stage.error or _say_standstill(failure, stage, stuck)
        return failure

    with contextlib.closing(ThreadStage(lambda: functools.partial(program, unpack(payload), *arguments))) as stage:
        found = search(run, bound=bound, schedules=most, seconds=math.inf, walks=0)  # however slow it is
        if not found.failure:
            return write_run(stage.output)
        again = replay(functools.partial(run, story=True), found.choices)
        failure, error = errors[id(again if isinstance(again, Failure) else found.failure)]
    write_run(failure.output)
    error.failure = failure if found.choices else None
    raise error


def _say_standstill(failure, stage, stuck):
    waiting = [worker for worker in stage.workers if not worker.was_done and not worker.thread.daemon]
    if failure.kind == "endless":
        return Polls(
            "somebody who cannot go on asks again and again, instead of waiting to be called.",
            "A loop around `acquire(False)`, `sleep` or a wait with a time-out is polling.",
        )
    said = stuck and stuck(waiting)
    return said if isinstance(said, Wrong) else Wrong(said or "; ".join(failure.end()))


def settle():
    """For a `program`: wait until nobody else can go on, unless time passes."""
    here = steered.here()
    here.stage.settle(here)


def current_worker():
    """The worker of the stage that runs now, or None outside of it; it has a `name` and the locks that it `holds`."""
    return steered.here()


def time_was_asked_for():
    """For a `program`: whether anybody has slept so far, or waited with a time-out."""
    return steered.here().stage.timed


def start(name, work, *arguments, daemon=False):
    """For a `program`: start a thread, and return it."""
    thread = threading.Thread(target=work, args=arguments, name=name, daemon=daemon)
    thread.start()
    return thread


def join_all():
    """For a `program`: wait until all threads have ended, also those of the answer; daemons may wait for ever."""
    me = threading.current_thread()
    while others := [each for each in threading.enumerate() if each is not me and not each.daemon]:
        for each in others:
            each.join()
    settle()


# -- clocks -----------------------------------------------------------------------------------------------------------


class MockClock:
    """A clock that shows what the check has set; to sleep is to set it on.

    Parameters
    ----------
    start : float
        What it shows at first, in seconds.
    looks, sleeps : callable, optional
        Called at each look and at each sleep; a `Fuse` that blows when there are too many.
    backwards : callable, optional
        Of the seconds; says why a negative sleep is wrong. Without it time runs back.

    Attributes
    ----------
    time : float
        What it shows, in seconds; may be set.
    """

    def __init__(self, start=0, *, looks=None, sleeps=None, backwards=None):
        self.time, self._looks, self._sleeps, self._backwards = start, looks, sleeps, backwards

    def now(self):
        """What it shows, in seconds; counts as a look."""
        if self._looks:
            self._looks()
        return self.time

    def sleep(self, seconds):
        """Let so many seconds pass."""
        self._check(seconds)
        self.time += seconds

    def _check(self, seconds):
        if seconds < 0 and self._backwards:
            raise Wrong(self._backwards(seconds))
        if self._sleeps:
            self._sleeps()


class AutojumpClock(MockClock):
    """A clock for greenlets of gevent: each sleeps until `jump` sets it to the moment at which they are to wake.

    Parameters
    ----------
    As those of `MockClock`.

    Attributes
    ----------
    asleep : list
        A heap of those who sleep; false when nobody does.
    """

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.asleep, self._number = [], count()

    def sleep(self, seconds):
        """Sleep until the clock shows so many seconds more."""
        self._check(seconds)
        wake = Event()
        heapq.heappush(self.asleep, (self.time + seconds, next(self._number), wake))
        wake.wait()

    def jump(self):
        """Set the clock to the moment at which the next one wakes, and wake them; of equals the one who came first."""
        self.time, _, wake = heapq.heappop(self.asleep)
        wake.set()
