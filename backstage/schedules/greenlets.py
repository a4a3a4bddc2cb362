"""Runs a program of gevent on a loop of our own, where time is played and somebody else decides who goes next.

gevent leaves two things to its loop: "call this as soon as you can" and "call this after so many seconds". All the
rest, from `spawn` and `sleep` to locks, queues, pools and time-outs, is made of these two and runs here unchanged. Time
passes only when nobody is ready: the clock jumps to the next timer. One thing differs. Of several who are ready, gevent
takes the one that has been so for longest; here the search may let another go first, as if the waits of those before it
had lasted longer. To overtake costs 1, whomever, so the search tries the order of gevent first.

A greenlet keeps the CPU until it waits, so its waits are the only places where anything is decided.
"""

import contextlib
import functools
import gc
import heapq
import io
import itertools
import random
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import gevent.hub
import greenlet
from gevent._hub_local import get_hub_if_exists, set_hub

from backstage.schedules.story import Failure, Step
from backstage.schedules.tracing import is_readers

MOST_CALLS = 5_000  # of the loop, in one run; a program to explore needs some hundred
MOST_LINES = 50_000  # of the reader's own, in one run
_DAWN = 1_000_000_000_000  # what the clocks show at first, in nanoseconds: no zero, which a program may test for
_LOOK = 1_000_000  # nanoseconds that a look at a clock takes, so that whoever looks again and again comes to an end


class NotSteered(BaseException):
    """The program waits for something that is neither a greenlet of its own nor time."""


class _Unwound(BaseException):
    """Raised in a greenlet whose run is over, so that it comes to an end."""


class _Endless(BaseException):
    pass


class GreenletStage:
    """Runs one program of gevent again and again.

    Parameters
    ----------
    make : callable
        Called before each run; returns the program, a callable without arguments. What it makes anew is what one run
        does not inherit from another.

    Attributes
    ----------
    output : str
        What the last run printed.
    """

    def __init__(self, make):
        self._make, self.output = make, ""

    def run(self, choose, story=False):
        """Run the program once; see `search.search` for `choose` and what it returns."""
        out, state = io.StringIO(), random.getstate()
        random.seed(0)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                run = perform(lambda: self._make()(), choose, stop_at_error=True, story=story)
        finally:
            random.setstate(state)
        self.output = out.getvalue()
        failure = self._failure_of(run)
        if failure:
            failure.steps, failure.output = run.steps, self.output
            failure.length = (run.endless, run.turns, run.lines)
        return failure

    def close(self):
        """Nothing is left to close."""

    @staticmethod
    def _failure_of(run):
        if run.endless:
            return Failure("endless", "", run.last)
        if run.fallen:
            name, error = run.fallen[0]
            return Failure("error", _say(error), name)
        if run.waiting:
            waits = [(name, *(where or ("", 0, "")), "", "") for name, where in run.waiting]
            return Failure("deadlock", "", "main", waits)
        if run.error is not None:
            return Failure("error", _say(run.error), "main")
        return None


def _say(error):
    return type(error).__name__ + (f": {error}" if str(error) else "")


@dataclass
class Run:
    """What one run of a program came to.

    Attributes
    ----------
    value : object
        What the program returned.
    error : BaseException or None
        What the program raised.
    fallen : list of tuple
        Name and error of each greenlet that was ended by one, in order; `GreenletExit` is none.
    waiting : list of tuple
        If at last all waited for each other: the name of each, and where: file, line and function.
    endless : bool
        Whether it was cut off because it had no end.
    seconds : float
        How long it took by the played clock.
    lines, turns : int
        How many lines of the reader's ran, and how often a greenlet got its turn.
    last : str
        The name of the greenlet that ran the last of these lines.
    steps : list of Step
        These lines, in order, if they were asked for.
    """

    value: object = None
    error: BaseException | None = None
    fallen: list = field(default_factory=list)
    waiting: list = field(default_factory=list)
    endless: bool = False
    seconds: float = 0.0
    lines: int = 0
    turns: int = 0
    last: str = "main"
    steps: list = field(default_factory=list)


def perform(program, choose=None, *, stop_at_error=False, story=False):
    """Run a program of gevent once, from its call to its return, in played time.

    Parameters
    ----------
    program : callable
        Called without arguments, as the main greenlet of a hub of its own.
    choose : callable, optional
        Gets what each of those who are ready costs, in the order in which they became so, and returns the number of
        the one to go on. By default the first goes on, as gevent has it.
    stop_at_error : bool
        End the run as soon as an error has ended a greenlet.
    story : bool
        Keep the steps.

    Returns
    -------
    Run

    Raises
    ------
    NotSteered
        The program needs sockets, signals, threads or child processes.
    """
    return _Performance(choose or (lambda costs: 0), stop_at_error, story).perform(program)


class _Performance:
    """One run: who takes part, and what is seen of them."""

    def __init__(self, choose, stop_at_error, story):
        self.choose, self.stop_at_error, self.story = choose, stop_at_error, story
        self.run, self.over, self.fatal = Run(), False, None
        self.engine, self.main, self.hub = greenlet.getcurrent(), greenlet.greenlet(self._main), None
        self.loop = _Loop(self)
        self.functions, self.started = {}, {self.main: None}  # of those spawned, the name; of who ran, the last step
        self.last = self.main

    def perform(self, program):
        self.program, thread = program, threading.get_ident()
        hub, tracer, switch_tracer = get_hub_if_exists(), sys.gettrace(), greenlet.settrace(self._note_switch)
        collecting = gc.isenabled()
        gc.disable()  # it would run finalisers at other moments in each run
        gevent.Greenlet.add_spawn_callback(self._note_spawn)
        _playing[thread] = self.loop
        try:
            with _played():
                sys.settrace(self._trace)
                self.main.switch()
                sys.settrace(tracer)
                self.run.seconds = self.loop.now()
                self._send_home()
        finally:
            sys.settrace(tracer)
            del _playing[thread]
            greenlet.settrace(switch_tracer)
            gevent.Greenlet.remove_spawn_callback(self._note_spawn)
            set_hub(hub)
            if collecting:
                gc.enable()
        if self.fatal:
            raise self.fatal
        return self._with_names()

    def _main(self):
        self.hub = _Hub(self.loop, self)
        set_hub(self.hub)
        try:
            value, error = self.program(), None
        except BaseException as raised:
            value, error = None, raised
        if not self.is_the_end(error):
            self.run.value, self.run.error = value, error
            if not isinstance(error, gevent.hub.LoopExit):
                self.run.waiting = []
        self.over = True

    def is_the_end(self, error):
        """Whether the run is over, or is from now on, because of an error that the program should not have seen."""
        if not self.over and isinstance(error, _Endless):
            self.over = self.run.endless = True
        elif not self.fatal and isinstance(error, (KeyboardInterrupt, NotSteered)):
            self.over, self.fatal = True, error
        return self.over

    def fell(self, fallen, error):
        """Note that an error has ended a greenlet, or whatever else the hub calls."""
        if not self.is_the_end(error) and not isinstance(error, gevent.GreenletExit):
            self.run.fallen.append((fallen, error))
            self.over = self.stop_at_error

    def stand_still(self):
        """Note that those who have not ended wait for each other."""
        self.run.waiting = [(each, _place_of(each)) for each in self.started if not each.dead]

    def _send_home(self):
        for each in reversed(self.started):
            for _ in range(3):  # a greenlet may wait once more in a `finally`
                if each.dead:
                    break
                each.parent = self.engine
                with contextlib.suppress(BaseException):
                    each.throw(_Unwound)
        with contextlib.suppress(BaseException):
            self.hub.parent = self.engine
            self.hub.throw(gevent.hub.HubDestroyed(True))

    # -- what is seen -------------------------------------------------------------------------------------------------

    def _note_spawn(self, spawned):
        function = spawned._run
        while isinstance(function, functools.partial):
            function = function.func
        name = getattr(function, "__name__", type(function).__name__)
        self.functions[spawned] = type(spawned).__name__ if name == "_run" else name

    def _note_switch(self, event, pair):
        origin, target = pair
        if target is self.hub:
            step = self.started.get(origin)
            if step and not origin.dead:
                step.note = "waits"
        elif target is not self.engine:
            self.run.turns += 1
            self.started.setdefault(target)

    def _trace(self, frame, event, _):
        if self.over or not is_readers(frame.f_code, frame.f_globals):
            return None
        if event == "line":
            self.run.lines += 1
            if self.run.lines > MOST_LINES:
                raise _Endless
            self.last = greenlet.getcurrent()
            if self.story:
                step = self.started[self.last] = Step(self.last, *_place(frame))
                self.run.steps.append(step)
        return self._trace

    def _with_names(self):
        """The run, with names for greenlets: their own, or those of their functions, numbered if there are several."""
        known = {each: self._name_of(each) for each in dict.fromkeys([self.main, *self.functions, *self.started])}
        several, count, names = Counter(known.values()), Counter(), {self.hub: "hub", None: "hub"}
        for each, name in known.items():
            count[name] += 1
            names[each] = f"{name} {count[name]}" if several[name] > 1 else name
        run = self.run
        run.last = names.get(self.last, "hub")
        run.waiting = [
            (names[each], where) for each, where in sorted(run.waiting, key=lambda wait: [*names].index(wait[0]))
        ]
        run.fallen = [(names.get(each, "hub"), error) for each, error in run.fallen]
        for step in run.steps:
            step.worker = names.get(step.worker, "hub")
        return run

    def _name_of(self, each):
        given = vars(each).get("name")  # set by the program; gevent makes one up for who asks
        if given and not re.fullmatch(r"Greenlet-\d+", given):
            return given
        return "main" if each is self.main else self.functions.get(each, "greenlet")


def _place(frame):
    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name


def _place_of(waiting):
    """Where in the reader's code a greenlet waits; None if nowhere."""
    frame = waiting.gr_frame
    while frame is not None and not is_readers(frame.f_code, frame.f_globals):
        frame = frame.f_back
    return frame and _place(frame)


# -- the hub and its loop ----------------------------------------------------------------------------------------------


class _Hub(gevent.hub.Hub):
    """A hub that reports errors to the performance, and to nobody else."""

    def __init__(self, loop, performance):
        super().__init__(loop)
        self._performance = performance

    def handle_error(self, context, type, value, tb):
        self._performance.fell(context if isinstance(context, greenlet.greenlet) else None, value)


class _Loop:
    """What a hub asks of its loop, without sockets, and with a clock that jumps.

    Attributes
    ----------
    clock : int
        Nanoseconds since the start.
    """

    default = False
    approx_timer_resolution = 1e-9
    MINPRI, MAXPRI = -2, 2

    def __init__(self, performance):
        self._performance, self._ready, self._timers = performance, [], []
        self.clock, self._number, self._calls = 0, itertools.count(), 0

    def run(self):
        """Call who is ready, one after another, until nobody is and no timer runs; when the run is over, go back."""
        performance = self._performance
        while True:
            if performance.over:
                performance.engine.switch()
                continue
            ready = self._ready = [each for each in self._ready if each.pending]
            if not ready:
                if self._jump():
                    continue
                return performance.stand_still()
            self._calls += 1
            try:
                if self._calls > MOST_CALLS:
                    raise _Endless
                choice = performance.choose((0, *[1] * (len(ready) - 1))) if len(ready) > 1 else 0
            except BaseException as error:
                performance.over = True
                if isinstance(error, _Endless):
                    performance.run.endless = True
                else:
                    performance.fatal = error  # of the search
                continue
            try:
                ready.pop(choice)()
            except BaseException as error:
                performance.fell(None, error)

    def _jump(self):
        """Set the clock to the next timer, and make those ready whose time that is; return whether there are any."""
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

_playing = {}  # loops, by the identity of the thread in which they run


def _steered(name, played):
    real = getattr(time, name)

    @functools.wraps(real)
    def steered(*args):
        loop = _playing.get(threading.get_ident())
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
def _played():
    """Meanwhile the clocks of `time` show a loop's time in its thread, and `time.sleep` sets it on."""
    for name, (_, steered) in _NAMES.items():
        setattr(time, name, steered)
    try:
        yield
    finally:
        for name, (real, _) in _NAMES.items():
            setattr(time, name, real)
