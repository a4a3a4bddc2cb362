"""A loop for a hub of gevent, without sockets, whose time is played.

gevent leaves two things to its loop: "call this as soon as you can" and "call this after so many seconds". All the
rest, from `spawn` and `sleep` to locks, queues, pools and time-outs, is made of these two. Time passes only when nobody
is ready, for then the clock jumps to the next timer; so a minute costs nothing, and takes a minute each time. (It also
does after so many calls that somebody seems to ask again and again.)
"""

import contextlib
import functools
import heapq
import itertools
import threading
import time

MOST_AT_ONCE = 100  # calls at one moment; then the next timers have their turn
_DAWN = 1_000_000_000_000  # what the clocks show at first, in nanoseconds: no zero, which a program may test for
_LOOK = 1_000_000  # nanoseconds that a look at a clock takes, so that whoever looks again and again comes to an end


class NotSteered(BaseException):
    """The program waits for something that is neither a greenlet of its own nor time."""


class Endless(BaseException):
    """The program goes on and on."""


class Loop:
    """What a hub asks of its loop, without sockets, and with a clock that jumps.

    Attributes
    ----------
    clock : int
        Nanoseconds since the start.
    """

    default = False
    approx_timer_resolution = 1e-9
    MINPRI, MAXPRI = -2, 2

    def begin(self, performance, most_calls):
        """Begin a run.

        Parameters
        ----------
        performance : object
            Decides who goes next (`choose`) and when it is `over`, and is told of errors and of a standstill.
        most_calls : float
            After so many calls the program is taken to be endless.
        """
        self.performance, self._most_calls = performance, most_calls
        self._ready, self._timers, self._now = [], [], _Call(None, None)
        self.clock, self._number, self._calls, self._since_jump = 0, itertools.count(), 0, 0

    def end(self):
        """Stop what a run has left: things that outlive it should not take it for pending."""
        for call in [self._now, *self._ready, *(call for *_, call in self._timers)]:
            call.stop()

    def run(self):
        """Call who is ready, one after another, until nobody is and no timer runs; when the run is over, go back."""
        while True:
            performance = self.performance
            if performance.over:
                performance.engine.switch()
                continue
            ready = self._ready = [each for each in self._ready if each.pending]
            if not ready or self._since_jump >= MOST_AT_ONCE:
                if self._jump():
                    continue
                if not ready:
                    return performance.stand_still()
            self._calls += 1
            self._since_jump += 1
            try:
                if self._calls > self._most_calls:
                    raise Endless
                choice = performance.choose((0, *[1] * (len(ready) - 1))) if len(ready) > 1 else 0
            except BaseException as error:
                performance.end(error)
                continue
            try:
                self._now = ready.pop(choice)
                self._now()
            except BaseException as error:
                performance.fell(None, error)

    def _jump(self):
        """Set the clock to the next timer, and make those ready whose time that is; return whether there are any."""
        self._since_jump = 0
        self._timers = [each for each in self._timers if each[-1].pending]
        heapq.heapify(self._timers)
        if not any(ref for *_, ref, _ in self._timers):
            return False
        self.clock = max(self.clock, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self.clock:
            self._ready.append(heapq.heappop(self._timers)[-1])
        return True

    def call_later(self, timer, call):
        """Take in the call of a timer that was started."""
        due = self.clock + max(1, round(timer.after * 1e9))
        heapq.heappush(self._timers, (due, -timer.priority, next(self._number), timer.ref, call))

    def run_callback(self, function, *args):
        call = _Call(function, args)
        self._ready.append(call)
        return call

    run_callback_threadsafe = run_callback

    def timer(self, after, repeat=0.0, ref=True, priority=None):
        return _Timer(self, after, ref, priority)

    def idle(self, ref=True, priority=None):
        return _Timer(self, 0, ref, priority)

    def now(self):
        return self.clock / 1e9

    def update_now(self):
        """Nothing to do: time passes in `_jump`, and where somebody looks at a clock."""

    update = destroy = update_now

    def debug(self):
        return []

    def _format(self):
        return "played"

    def __getattr__(self, name):
        if name in {"io", "signal", "child", "stat", "fork", "async_", "prepare", "check", "closing_fd"}:
            raise NotSteered("the program may wait for its own greenlets and for time, not for sockets or threads")
        raise AttributeError(name)


class _Call:
    """Something that the loop is to call; gevent may stop it as long as it has not."""

    def __init__(self, callback, args):
        self.callback, self.args = callback, args

    def stop(self):
        self.callback = self.args = None

    close = stop

    @property
    def pending(self):
        return self.callback is not None

    def __bool__(self):  # whether it waits, or is being called just now
        return self.args is not None

    def __call__(self):
        callback, self.callback = self.callback, None
        try:
            callback(*self.args)
        finally:
            self.args = None


class _Timer:
    """A call after so many seconds, which can be started again and again."""

    def __init__(self, loop, after, ref, priority):
        self._loop, self.after, self.ref, self.priority = loop, after, ref, priority or 0
        self._call = _Call(None, None)

    def start(self, callback, *args, update=None):
        self._call = _Call(callback, args)
        self._loop.call_later(self, self._call)

    def stop(self):
        self._call.stop()

    close = stop

    @property
    def callback(self):
        return self._call.callback

    @property
    def pending(self):
        return self._call.pending

    active = pending

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


# -- the clocks --------------------------------------------------------------------------------------------------------

_loops = {}  # those that play, by the identity of the thread in which they do


def _steered(name, played):
    real = getattr(time, name)

    @functools.wraps(real)
    def steered(*args):
        loop = _loops.get(threading.get_ident())
        return real(*args) if loop is None else played(loop, *args)

    return real, steered


def _look(loop):
    loop.clock += _LOOK
    return _DAWN + loop.clock


def _sleep(loop, seconds):
    loop.clock += round(seconds * 1e9)


_NAMES = {name: _steered(name, lambda loop: _look(loop) / 1e9) for name in ("monotonic", "perf_counter", "time")}
_NAMES |= {f"{name}_ns": _steered(f"{name}_ns", _look) for name in _NAMES}
_NAMES["sleep"] = _steered("sleep", _sleep)


@contextlib.contextmanager
def playing(loop):
    """Meanwhile the clocks of `time` show this loop's time in this thread, and `time.sleep` sets it on."""
    thread = threading.get_ident()
    outer, _loops[thread] = _loops.get(thread), loop
    for name, (_, steered) in _NAMES.items():
        setattr(time, name, steered)
    try:
        yield
    finally:
        _loops[thread] = outer
        if outer is None:
            for name, (real, _) in _NAMES.items():
                setattr(time, name, real)
