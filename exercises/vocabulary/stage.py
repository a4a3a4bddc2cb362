"""Who runs next, and what time it is, decided by the check instead of by chance.

What an answer would do with threads is done on a `Stage` with greenlets, on locks that switch to another worker
whenever one of them is asked for: so a check tries many schedules, sees a deadlock at once, and finds the same each
time. A `MockClock` shows the time that the check has set, and time passes only where somebody sleeps.
"""

import contextlib
import heapq
import random
import sys
import threading
import time
import types
from itertools import count

import greenlet
from gevent.event import Event

from exercises.verdicts import Wrong

MOST_STEPS = 3_000  # of one schedule; right answers need some hundred


# -- workers that take turns where the check says ---------------------------------------------------------------------


class Worker(greenlet.greenlet):
    """What the answer takes for a thread.

    Attributes
    ----------
    name : str
        How the check calls it.
    wants : SteeredLock or None
        The lock that it waits for.
    timed, gave_up : bool
        Whether it waits with a time-out; whether that has just ended.
    """

    def __init__(self, name, run):
        super().__init__(run)
        self.name, self.wants, self.timed, self.gave_up = name, None, False, False


class Stage:
    """Lets workers run one at a time, and chooses the next whenever one pauses.

    Parameters
    ----------
    seed : int
        Of the choices: the same seed gives the same schedule.

    Attributes
    ----------
    workers : list of Worker
        All that were added.
    over : bool
        Whether it is closed, so that locks hold up nobody any more.
    """

    def __init__(self, seed=0):
        self.workers, self.over, self._random = [], False, random.Random(seed)

    def add(self, name, run):
        """Add a worker, who will call `run`."""
        self.workers.append(Worker(name, run))

    @property
    def waiting(self):
        """Workers that have not ended."""
        return [worker for worker in self.workers if not worker.dead]

    def run(self):
        """Let everybody run until nobody can: all have ended, or all who have not wait for each other.

        Raises
        ------
        Wrong
            Somebody asks again and again instead of waiting.
        """
        for _ in range(MOST_STEPS):
            able = [worker for worker in self.waiting if worker.wants is None or not worker.wants.taken]
            if not able:
                able = [worker for worker in self.waiting if worker.timed]  # time passes when nothing else can
                if not able:
                    return
                able = able[:1]
                able[0].gave_up = True
            self._random.choice(able).switch()
        raise Wrong(
            "somebody who cannot go on asks again and again, instead of waiting to be called.",
            "A loop around `acquire(False)`, `sleep` or a wait with a time-out is polling.",
        )

    def close(self):
        """Send home those who still wait; from now on locks no longer hold up anybody."""
        self.over = True
        for worker in self.waiting:
            with contextlib.suppress(Exception):
                worker.throw()


_stage = None


def current_worker():
    """The `Worker` that runs now, or None outside of the stage."""
    current = greenlet.getcurrent()
    return current if isinstance(current, Worker) and not _stage.over else None


def pause():
    """Let another worker run, if the stage chooses one; outside of the stage, do nothing."""
    if worker := current_worker():
        worker.parent.switch()


class SteeredLock:
    """As `threading.Lock`, for workers.

    Attributes
    ----------
    taken : bool
        Whether somebody holds it.
    holder : Worker or None
        Who.
    """

    def __init__(self):
        self.taken, self.holder = False, None

    def acquire(self, blocking=True, timeout=-1):
        worker = current_worker()
        if worker is None:
            if self.taken and blocking and not (_stage and _stage.over):
                raise Wrong("a lock was still held when everybody had gone.")
            free, self.taken = not self.taken, True
            return free
        pause()
        while self.taken:
            if not blocking or timeout == 0:
                return False
            worker.wants, worker.timed = self, timeout > 0
            pause()
            worker.wants, worker.timed = None, False
            if worker.gave_up:
                worker.gave_up = False
                return False
        self.taken, self.holder = True, worker
        return True

    def release(self):
        if not self.taken and not (_stage and _stage.over):
            raise RuntimeError("release unlocked lock")
        self.taken, self.holder = False, None

    def locked(self):
        return self.taken

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class SteeredRLock(SteeredLock):
    """As `threading.RLock`, for workers."""

    def __init__(self):
        super().__init__()
        self.depth = 0

    def _is_owned(self):
        return self.taken and self.holder is current_worker()

    def acquire(self, blocking=True, timeout=-1):
        if not self._is_owned() and not super().acquire(blocking, timeout):
            return False
        self.depth += 1
        return True

    def release(self):
        self.depth -= 1
        if self.depth <= 0:
            super().release()

    def _release_save(self):  # this and the next are what `threading.Condition` asks of an RLock
        depth, self.depth = self.depth, 0
        super().release()
        return depth

    def _acquire_restore(self, depth):
        super().acquire()
        self.depth = depth


@contextlib.contextmanager
def steered(answer, seed=0):
    """Open a stage; meanwhile the locks of `threading`, and hence its conditions and semaphores, are steered.

    Parameters
    ----------
    answer : function or class
        Locks that it has brought along are replaced, too, and so is `time.sleep`, by a `pause`.
    seed : int
        Of the schedule.

    Yields
    ------
    Stage
        To which workers may be added.
    """
    global _stage
    real = {name: getattr(threading, name) for name in ("Lock", "RLock", "_allocate_lock") if hasattr(threading, name)}
    fakes = {"Lock": SteeredLock, "RLock": SteeredRLock, "_allocate_lock": SteeredLock}
    sleep = time.sleep
    _replace_own_locks(answer)
    for name in real:
        setattr(threading, name, fakes[name])
    time.sleep = lambda seconds: pause()
    _stage = Stage(seed)
    try:
        yield _stage
    finally:
        _stage.close()
        time.sleep = sleep
        for name, each in real.items():
            setattr(threading, name, each)


def _replace_own_locks(answer):
    """Replace locks that the answer brings along, and names imported from `threading`, wherever its code finds them.

    That is in globals, closures, default values, class attributes (base classes, too), and what decorators wrapped.
    """
    kinds = {threading.Lock: SteeredLock, threading.RLock: SteeredRLock}
    made = {type(threading.Lock()): SteeredLock, type(threading.RLock()): SteeredRLock}

    def replaced(value):
        if type(value) in made:
            return made[type(value)]()
        try:
            return kinds.get(value, value)
        except TypeError:  # what cannot be hashed is none of them
            return value

    todo, seen = [answer], set()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, (staticmethod, classmethod)):
            todo.append(each.__func__)
        elif isinstance(each, property):
            todo += [each.fget, each.fset]
        elif isinstance(each, types.FunctionType) and not _is_of_library(each.__globals__):
            for name, value in list(each.__globals__.items()):
                each.__globals__[name] = replaced(value)
            for cell in each.__closure__ or ():
                with contextlib.suppress(ValueError):  # a name that has no value yet
                    cell.cell_contents = replaced(cell.cell_contents)
                    todo.append(cell.cell_contents)
            if each.__defaults__:
                each.__defaults__ = tuple(map(replaced, each.__defaults__))
            todo += each.__globals__.values()
        elif isinstance(each, type) and not _is_of_library(vars(sys.modules.get(each.__module__, threading))):
            for name, value in list(vars(each).items()):
                if replaced(value) is not value:
                    setattr(each, name, replaced(value))
            todo += [*vars(each).values(), *each.__mro__]


def _is_of_library(names):
    """Whether these are the globals of an imported module, not of the answer."""
    module = sys.modules.get(names.get("__name__"))
    return module is not None and names.get("__name__") != "__main__" and vars(module) is names


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
