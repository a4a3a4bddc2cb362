"""Runs a program of gevent on a loop of our own, where time is played and somebody else decides who goes next.

The program runs unchanged, on a hub whose loop is `played`. One thing differs: of several who are ready, gevent takes
the one that has been so for longest; here the search may let another go first, as if the waits of those before it had
lasted longer. To overtake costs 1, whomever, so that the search tries the order of gevent first.

A greenlet keeps the CPU until it waits, so its waits are the only places where anything is decided.
"""

import contextlib
import functools
import gc
import io
import random
import re
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field

import gevent.hub
import greenlet
from gevent._hub_local import get_hub_if_exists, set_hub

from backstage.schedules.played import Endless, Loop, NotSteered, playing
from backstage.schedules.story import Failure, Step, named
from backstage.schedules.tracing import is_readers

MOST_CALLS = 5_000  # of the loop, in one run; a program to explore needs some hundred
MOST_LINES = 50_000  # of the reader's own, in one run


class _Unwound(BaseException):
    """Raised in a greenlet whose run is over, so that it comes to an end."""


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
            return Failure("endless", "", run.last, slow=True)
        if run.fallen:
            name, error = run.fallen[0]
            return Failure("error", named(error), name)
        if run.waiting:
            waits = [(name, *(where or ("", 0, "")), "", "") for name, where in run.waiting]
            return Failure("deadlock", "", "main", waits)
        if run.error is not None:
            return Failure("error", named(run.error), "main")
        return None


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


def perform(program, choose=None, *, stop_at_error=False, most_calls=MOST_CALLS, lines=True, story=False):
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
    most_calls : float
        How often the loop may call somebody until the program is taken to be endless.
    lines : bool
        Look at each line, and so find out whoever goes on and on without a wait.
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
    return _Performance(choose or (lambda costs: 0), stop_at_error, most_calls, lines, story).perform(program)


class _Performance:
    """One run: who takes part, and what is seen of them."""

    def __init__(self, choose, stop_at_error, most_calls, lines, story):
        self.choose, self.stop_at_error, self.lines, self.story = choose, stop_at_error, lines, story
        self.run, self.over, self.fatal = Run(), False, None
        self.engine, self.main = greenlet.getcurrent(), greenlet.greenlet(self._main)
        self.most_calls, self.hub = most_calls, None
        self.functions, self.started = {}, {self.main: None}  # of those spawned, the name; of who ran, the last step
        self.last = self.main

    def perform(self, program):
        self.program = program
        tracer, switch_tracer = sys.gettrace(), greenlet.settrace(self._note_switch)
        collecting = gc.isenabled()
        gc.disable()  # it would run finalisers at other moments in each run
        gevent.Greenlet.add_spawn_callback(self._note_spawn)
        try:
            with _hub(self) as self.hub, playing(self.hub.loop):
                if self.lines:
                    sys.settrace(self._trace)
                self.main.switch()
                sys.settrace(tracer)
                self.run.seconds = self.hub.loop.now()
                self._send_home()
        finally:
            sys.settrace(tracer)
            greenlet.settrace(switch_tracer)
            gevent.Greenlet.remove_spawn_callback(self._note_spawn)
            if collecting:
                gc.enable()
        if self.fatal:
            raise self.fatal
        return self._with_names()

    def _main(self):
        try:
            value, error = self.program(), None
        except BaseException as raised:
            value, error = None, raised
        if not self._is_over(error):
            self.run.value, self.run.error = value, error
            if not isinstance(error, gevent.hub.LoopExit):
                self.run.waiting = []
        self.over = True

    def end(self, error):
        """End the run because of an error that is none of the program's."""
        if not isinstance(error, Endless):
            self.fatal = self.fatal or error
        elif not self.over:
            self.run.endless = True
        self.over = True

    def _is_over(self, error):
        if isinstance(error, (KeyboardInterrupt, NotSteered, Endless)):
            self.end(error)
        return self.over

    def fell(self, fallen, error):
        """Note that an error has ended a greenlet, or whatever else the hub calls."""
        if not self._is_over(error) and not isinstance(error, gevent.GreenletExit):
            self.run.fallen.append((fallen, error))
            self.over = self.stop_at_error

    def stand_still(self):
        """Note that those who have not ended wait for each other."""
        waiting = [each for each in self._everybody() if each in self.started and not each.dead]
        self.run.waiting = [(each, _place_of(each)) for each in waiting]

    def _everybody(self):
        return dict.fromkeys([self.main, *self.functions, *self.started])

    def _send_home(self):
        for each in reversed(self.started):
            for _ in range(3):  # a greenlet may wait once more in a `finally`
                if each.dead:
                    break
                each.parent = self.engine
                try:
                    each.throw(_Unwound)
                except BaseException as error:
                    self._is_over(error)  # unless it is an interrupt, that was to be expected

    # -- what is seen -------------------------------------------------------------------------------------------------

    def _note_spawn(self, spawned):
        function = getattr(spawned, "_run", None)
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
                raise Endless
            self.last = greenlet.getcurrent()
            step = Step(self.last, *_place(frame), acts=True)
            if self.story and self.run.steps[-1:] != [step]:
                self.run.steps.append(step)
                self.started[self.last] = step
        return self._trace

    def _with_names(self):
        """The run, with names for greenlets: their own, or those of their functions, numbered if there are several."""
        known = {each: self._name_of(each) for each in self._everybody()}
        several, count, names = Counter(known.values()), Counter(), {self.hub: "hub", None: "hub"}
        for each, name in known.items():
            count[name] += 1
            names[each] = f"{name} {count[name]}" if several[name] > 1 else name
        run = self.run
        run.last = names.get(self.last, "hub")
        run.waiting = [(names[each], where) for each, where in run.waiting]
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


class _Hub(gevent.hub.Hub):
    """A hub that reports errors to the performance, and to nobody else."""

    def handle_error(self, context, type, value, tb):
        self.loop.performance.fell(context if isinstance(context, greenlet.greenlet) else None, value)


_idle = threading.local()


@contextlib.contextmanager
def _hub(performance):
    """The hub of a performance, which is for the time being the thread's.

    It is the one of the last performance in this thread, if that is free, for queues and greenlets that outlive their
    run know no other; and a queue that was made outside comes by this hub's loop.
    """
    outer, hubs = get_hub_if_exists(), vars(_idle).setdefault("hubs", [])
    hub = hubs.pop() if hubs else _Hub(Loop())
    hub.loop.begin(performance, performance.most_calls)
    hub.parent = performance.main
    outer_loop = None if outer is None else outer.loop  # a hub is false before it has run
    set_hub(hub)
    if outer is not None:
        outer.loop = hub.loop
    try:
        yield hub
    finally:
        hub.loop.end()
        if outer is not None:
            outer.loop = outer_loop
        set_hub(outer)
        if not hub.dead:
            hubs.append(hub)
