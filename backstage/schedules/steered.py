"""Locks, conditions, threads and the clock, as a stage steers them: whoever has to wait, lets another go on.

While `replaced()` is open, these stand in for what `threading`, `queue` and `time` offer, but only for the workers of a
stage; all others get the real ones. Events, semaphores, barriers and queues are Python's own, which make themselves of
the locks and conditions that they find. A worker needs no protection from others inside a method here: there is one
baton, and it is handed over only by `point` and `block` of the stage.
"""

import contextlib
import queue
import random
import threading
import time
from collections import deque

workers = {}  # of the stage, by the identity of the thread in which they run
_get_ident = threading.get_ident


def here():
    """The worker that runs in this thread, or None where it is none."""
    return workers.get(_get_ident())


class _Steered:
    """A class whose instances are made for workers; anybody else gets one of the class that it stands in for."""

    steered = True

    def __new__(cls, *arguments, **named):
        return object.__new__(cls) if here() else cls.real(*arguments, **named)


class Lock(_Steered):
    """As `threading.Lock`.

    Attributes
    ----------
    holder : Worker or None
        Who holds it; may be somebody who has ended.
    """

    real = staticmethod(threading.Lock)

    def __init__(self):
        self.holder = None

    def _is_free(self):
        return self.holder is None

    def acquire(self, blocking=True, timeout=-1):
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        me = here()
        if me is None or me.stage.over:
            self.holder = self.holder or me or True
            return True
        if not blocking or timeout != -1:
            me.stage.learn_releases()
        me.stage.point(self)
        if self.holder is not None and (
            not blocking or not me.stage.block(self._is_free, self, None if timeout == -1 else timeout)
        ):
            me.stage.event(me, "try", self)
            return False
        self._take(me)
        return True

    def _take(self, me):
        self.holder = me
        me.holds = (*me.holds, self)
        me.stage.event(me, "take", self)

    def release(self):
        me = here()
        if me is None or me.stage.over:
            self.holder = None
            return
        if self.holder is None:
            raise RuntimeError("release unlocked lock")
        me.stage.point_of_release(self)
        self._give_back()

    def _give_back(self):
        here().stage.event(here(), "give", self)
        if self.holder is not True:
            self.holder.holds = tuple(each for each in self.holder.holds if each is not self)
        self.holder = None

    def locked(self):
        if me := here():
            me.stage.learn_releases()
            me.stage.point(self)
            me.stage.event(me, "look", self)
        return self.holder is not None

    def _is_owned(self):
        return self.holder is not None

    def _release_save(self):
        self._give_back()

    def _acquire_restore(self, saved):
        self._take(here())

    def _at_fork_reinit(self):  # asked for by modules that a program imports first
        self.holder = None

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class RLock(Lock):
    """As `threading.RLock`."""

    real = staticmethod(threading.RLock)

    def __init__(self):
        super().__init__()
        self.depth = 0

    def _is_owned(self):
        return self.holder is not None and self.holder is here()

    def acquire(self, blocking=True, timeout=-1):
        if not self._is_owned() and not super().acquire(blocking, timeout):
            return False
        self.depth += 1
        return True

    def release(self):
        me = here()
        if me and not me.stage.over and not self._is_owned():
            raise RuntimeError("cannot release un-acquired lock")
        if self.depth > 1:
            self.depth -= 1
            return
        super().release()
        self.depth = 0

    def _release_save(self):
        depth, self.depth = self.depth, 0
        self._give_back()
        return depth

    def _acquire_restore(self, saved):
        super()._acquire_restore(saved)
        self.depth = saved


class Condition(_Steered):
    """As `threading.Condition`; who waits longest is called first, as there."""

    real = threading.Condition

    def __init__(self, lock=None):
        self._lock = RLock() if lock is None else lock
        self._called = deque()  # a list for each who waits, with one entry: whether they were called
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *_):
        return self._lock.__exit__()

    def _need_lock(self, what):
        if not here().stage.over and not self._lock._is_owned():
            raise RuntimeError(f"cannot {what} on un-acquired lock")

    def wait(self, timeout=None):
        self._need_lock("wait")
        stage = here().stage
        mine = [False]
        self._called.append(mine)
        saved = self._lock._release_save() if not stage.over else None
        in_time = stage.block(lambda: mine[0] and self._lock._is_free(), self, timeout)
        if not in_time:
            in_time = mine[0]
            if not in_time:
                self._called.remove(mine)
            if not self._lock._is_free():
                stage.block(self._lock._is_free, self._lock)
        self._lock._acquire_restore(saved)
        return in_time

    def wait_for(self, predicate, timeout=None):
        stage = here().stage
        end = None if timeout is None else stage.now + timeout
        while not (result := predicate()):
            left = None if end is None else end - stage.now
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n=1):
        self._need_lock("notify")
        for _ in range(min(n, len(self._called))):
            self._called.popleft()[0] = True

    def notify_all(self):
        self.notify(len(self._called))

    notifyAll = notify_all


# -- names that stand in for functions --------------------------------------------------------------------------------


def _simple_queue(real=queue.SimpleQueue):
    return queue.Queue() if here() else real()


def _sleep(seconds, real=time.sleep):
    me = here()
    if me is None:
        return real(seconds)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds == 0:
        me.stage.point(None)
        return me.stage.event(me, "yield", "nothing")
    me.stage.block(lambda: False, None, seconds)


def _clock(real):
    def look():
        me = here()
        return real() if me is None else me.stage.look()

    return look


def _is_set(event, real=threading.Event.is_set):
    if me := here():
        me.stage.point(event)
        me.stage.event(me, "look", event._cond._lock)
    return real(event)


def _start(thread, real=threading.Thread.start):
    me = here()
    if me is None:
        return real(thread)
    if thread._started._flag:
        raise RuntimeError("threads can only be started once")
    thread._started._flag = True
    me.stage.start(thread)


def _join(thread, timeout=None, real=threading.Thread.join):
    me = here()
    if me is None:
        return real(thread, timeout)
    if not thread._started._flag:
        raise RuntimeError("cannot join thread before it is started")
    me.stage.join(thread, timeout)


def _is_alive(thread, real=threading.Thread.is_alive):
    me = here()
    if me is None:
        return real(thread)
    me.stage.point(thread)
    return me.stage.lives(thread)


def _current_thread(real=threading.current_thread):
    me = here()
    return me.thread if me else real()


def _enumerate(real=threading.enumerate):
    me = here()
    return me.stage.threads() if me else real()


def _active_count(real=threading.active_count):
    me = here()
    return len(me.stage.threads()) if me else real()


_STAND_INS = [
    (threading, "Lock", Lock),
    (threading, "RLock", RLock),
    (threading, "Condition", Condition),
    (threading, "_time", _clock(time.monotonic)),
    (threading, "current_thread", _current_thread),
    (threading, "enumerate", _enumerate),
    (threading, "active_count", _active_count),
    (threading.Thread, "start", _start),
    (threading.Thread, "join", _join),
    (threading.Thread, "is_alive", _is_alive),
    (threading.Event, "is_set", _is_set),
    (queue, "SimpleQueue", _simple_queue),
    (queue, "time", _clock(time.monotonic)),
    (time, "sleep", _sleep),
    *[(time, name, _clock(getattr(time, name))) for name in ("monotonic", "perf_counter", "time")],
]


@contextlib.contextmanager
def replaced():
    """Meanwhile workers of a stage find the names of this module in `threading`, `queue` and `time`."""
    real = [(home, name, vars(home)[name]) for home, name, _ in _STAND_INS]
    state, counter = random.getstate(), threading._counter
    try:
        for home, name, stand_in in _STAND_INS:
            setattr(home, name, stand_in)
        yield
    finally:
        for home, name, each in real:
            setattr(home, name, each)
        random.setstate(state)
        threading._counter = counter
