"""To call an answer, which may return, raise or never end, and to say which promise it breaks by that.

What a call came to is an `Outcome`, a value or an error, whether it ran here (`capture`), on a thread (`Call`) or in
a greenlet (`GreenCall`). Patience is counted in looks where that is possible, not in seconds, and no look counts at
which somebody could go on and was not let: so a machine that has better to do for a while uses none of it up.
"""

import contextlib
import inspect
import signal
import threading
import time
from dataclasses import dataclass

import gevent

from backstage.processes.own_time import OwnTime
from exercises.verdicts import Wrong

PATIENCE = 5  # seconds until an answer that waits for something nobody does is called stuck
LOOK = 0.05  # seconds between two looks at a call that may have come to a standstill


class Planted(Exception):
    """An error that a check plants: its own kinds of error derive from it, and `quiet_hub` knows them all."""


class BurntBun(Planted):
    """What goes wrong in the kitchen of the checks."""


class Enough(BaseException):
    """Ends an answer that goes on when it should not; `except Exception` does not hold it up."""


# -- what a call came to ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a call returned or raised.

    Attributes
    ----------
    value : object
        What it returned; None if it raised.
    error : BaseException or None
        What it raised.
    """

    value: object = None
    error: BaseException | None = None

    def unwrap(self):
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value


def capture(function, *arguments, catch=Exception):
    """Call a function here, and keep what it returns or raises.

    Parameters
    ----------
    function, *arguments
        The call.
    catch : type or tuple of types
        The errors to keep; others are let out.

    Returns
    -------
    Outcome
    """
    try:
        return Outcome(function(*arguments))
    except catch as error:
        return Outcome(error=error)


class Call:
    """A call on a thread of its own, begun at once, for it may never end; the process does not wait for it.

    Parameters
    ----------
    function, *arguments
        The call.

    Attributes
    ----------
    outcome : Outcome or None
        What it came to; None while it runs.
    thread : threading.Thread
        Where it runs.
    """

    outcome = None

    def __init__(self, function, *arguments):
        def run():
            self.outcome = capture(function, *arguments, catch=BaseException)

        self._own = OwnTime()
        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def ready(self):
        """Whether it has ended, its thread included, which an answer's check may count."""
        return not self.thread.is_alive()

    def wait(self, seconds=PATIENCE):
        """Wait for its end, so many seconds in which it could go on; return whether it has ended."""
        step = min(LOOK, seconds)
        while True:
            self.thread.join(step)
            if self.ready():
                return True
            seconds -= self._own.of(step)
            if seconds <= 0:
                return False
            step = min(LOOK, max(seconds, 0.001))

    def result(self):
        """Return what it returned, or raise what it raised; only when it is ready."""
        return self.outcome.unwrap()


class GreenCall:
    """A call in a greenlet of gevent; the hub says nothing if it fails.

    Parameters
    ----------
    function, *arguments
        The call.

    Attributes
    ----------
    greenlet : gevent.Greenlet
        Where it runs.
    error : Exception or None
        What it raised, if anything.
    """

    error = None

    def __init__(self, function, *arguments):
        self.greenlet = gevent.spawn(self._run, function, *arguments)
        self.ready = self.greenlet.ready

    def _run(self, function, *arguments):
        try:
            return function(*arguments)
        except Exception as error:
            self.error = error

    def result(self):
        """Return what it returned, or raise what it raised; wait for it, if need be."""
        returned = self.greenlet.get()
        if self.error:
            raise self.error
        return returned


# -- with patience ----------------------------------------------------------------------------------------------------


class Standstill:
    """Tells that nothing moves any more: the same state at so many looks after the first.

    Parameters
    ----------
    looks : int
        How often in a row a state must come again. A false state is none: something may still move.
    """

    def __init__(self, looks):
        self.looks, self._before, self._again = looks, None, 0

    def __call__(self, state):
        """Look at a state; return whether it is a standstill."""
        self._again = self._again + 1 if state and state == self._before else 0
        self._before = state
        return self._again >= self.looks


def eventually(condition, *, looks=1000, pause=0.005, sleep=time.sleep):
    """Wait until a condition holds.

    Parameters
    ----------
    condition : callable
        Asked before each pause, and once more in the end.
    looks : float
        How many pauses it gets in which everybody else could go on.
    pause : float
        Seconds of each.
    sleep : callable
        What pauses: `time.sleep`, `gevent.sleep`, the `sleep` of a reader's own hub.

    Returns
    -------
    bool
        Whether it held in the end.
    """
    own, left = None, looks
    while left > 0:
        if condition():
            return True
        if not own:
            own = OwnTime()
            own.of(0)  # from here on
        sleep(pause)
        left -= own.of(pause) / pause if pause else 1
    return bool(condition())


def let_pass(seconds):
    """Sleep for so many seconds in which everybody else could go on."""
    pause = min(LOOK, seconds)
    eventually(lambda: False, looks=seconds / pause, pause=pause)


def in_time(function, *arguments, stuck, seconds=PATIENCE, stands_still=None, looks=10):
    """Call an answer on a thread, and say so if it waits for something that never comes.

    Parameters
    ----------
    function, *arguments
        The call.
    stuck : str or callable
        That sentence, or a function that says it.
    seconds : float
        How long it may take.
    stands_still : callable, optional
        Returns a state, or something false; the same state at so many looks, 0.05 s apart, is a standstill.
    looks : int
        How many.

    Returns
    -------
    object
        What it returned.

    Raises
    ------
    Wrong
        It is stuck.
    BaseException
        Whatever it raised.
    """
    return await_call(Call(function, *arguments), stuck, seconds, stands_still, looks).result()


def await_call(call, stuck, seconds=PATIENCE, stands_still=None, looks=10):
    """As `in_time`, for a `Call` that was begun before; return it when it is ready, whatever it came to."""
    is_still = Standstill(looks)
    while not call.wait(min(LOOK, seconds)):  # a look is not over before they all could go on
        seconds -= LOOK
        if (stands_still and is_still(stands_still())) or seconds <= 0:
            raise Wrong(stuck() if callable(stuck) else stuck)
    return call


def in_time_green(function, *arguments, stuck, seconds=PATIENCE):
    """As `in_time`, but here, for an answer that waits through gevent; the hub keeps quiet about planted errors."""
    quiet_hub()
    with gevent.Timeout(seconds, Wrong(stuck)):
        return function(*arguments)


def quiet_hub(*kinds):
    """Keep the hub of gevent from reporting `Wrong`, `Planted` and these errors: the reader's own would drown."""
    hub = gevent.get_hub()
    known = tuple(hub.NOT_ERROR)
    hub.NOT_ERROR = (*known, *(kind for kind in (Wrong, Planted, *kinds) if kind not in known))


class _Hurried:
    """A loop of gevent, the timers of which run so many times as fast."""

    def __init__(self, loop, times):
        self._loop, self._times = loop, times

    def __getattr__(self, name):
        return getattr(self._loop, name)

    def timer(self, after, *arguments, **named):
        return self._loop.timer(after / self._times, *arguments, **named)


@contextlib.contextmanager
def hurried(times):
    """In this `with` block the timers of this thread's hub run so many times as fast."""
    hub = gevent.get_hub()
    loop = hub.loop
    hub.loop = _Hurried(loop, times)
    try:
        yield
    finally:
        hub.loop = loop


class HubWatch:
    """In this `with` block, notice who stops the whole thread: a loop without a switch, a lock that knows no greenlets.

    Whoever runs when the hub has had no turn for `ticks` ticks gets the error. A tick is 0.01 s, or more where the
    machine does not come to it. Without signals (on Windows, on other threads) nothing is noticed.

    Parameters
    ----------
    stood_still : Wrong
        That error.
    ticks : int
        How many.

    Attributes
    ----------
    stopped : bool
        Whether the thread was stopped, for an answer may lose the error that says so.
    """

    def __init__(self, stood_still, ticks=100):
        self.stood_still, self.ticks, self.stopped, self._passed = stood_still, ticks, False, 0

    def __enter__(self):
        self._signals = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        self._heart = gevent.spawn(self._beat)
        if self._signals:
            self._before = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        return self

    def __exit__(self, *_):
        if self._signals:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        self._heart.kill(block=False)

    def _beat(self):
        while True:
            self._passed = 0
            gevent.sleep(0.01, ref=False)  # it keeps no hub alive that has nothing else to wait for

    def _tick(self, *_):
        self._passed += 1
        if self._passed >= self.ticks:
            self.stopped, self._passed = True, self.ticks - 10  # several greenlets may stop it: each gets the error
            raise self.stood_still

    def ask(self):
        """Raise the error if the thread was stopped; otherwise whoever asks has a turn, so nobody stops it now."""
        self._passed = 0
        if self.stopped:
            raise self.stood_still


# -- how much, how many -----------------------------------------------------------------------------------------------


class Fuse:
    """Lets so many calls pass, and blows at every one after them.

    Parameters
    ----------
    calls : int or None
        How many; None for a fuse that never blows.
    error : BaseException or callable
        What it then raises, or a function that makes it when it is needed.

    Attributes
    ----------
    passed : int
        How many calls have passed.
    blown : bool
        Whether it has raised.
    """

    def __init__(self, calls, error):
        self.calls, self.error, self.passed, self.blown = calls, error, 0, False

    def __call__(self):
        """Pass, or raise the error."""
        if self.calls is not None and self.passed >= self.calls:
            self.blown = True
            raise self.error if isinstance(self.error, BaseException) else self.error()
        self.passed += 1


class InFlight:
    """Counts who is inside a `with` block, and how many at most there were.

    Attributes
    ----------
    now, peak, total : int
        Inside at this moment; at the same time, at most; ever.
    """

    def __init__(self):
        self.now = self.peak = self.total = 0

    def __enter__(self):
        self.now += 1
        self.total += 1
        self.peak = max(self.peak, self.now)
        return self

    def __exit__(self, *_):
        self.now -= 1


# -- promises ---------------------------------------------------------------------------------------------------------


class reworded:
    """In this `with` block, say something better than the error that comes out of it.

    Parameters
    ----------
    words : dict
        For each kind of error (or tuple of kinds), the first that fits: a sentence; a `Wrong`, which brings a hint;
        or a function of the error that returns one of these, or None to let the error out as it is.

    Raises
    ------
    Wrong
        In place of such an error.
    """

    def __init__(self, words):
        self.words = words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        for wanted, said in self.words.items() if kind else ():
            if issubclass(kind, wanted):
                if not isinstance(said, (str, Wrong)):
                    said = said(error)
                if said is not None:
                    raise (said if isinstance(said, Wrong) else Wrong(said)) from None
                return


def many(number, noun):
    """A number of things in words: "1 page", "1,200 pages"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def need(answer, kinds, what):
    """Check that an answer is of these kinds, and return it.

    Parameters
    ----------
    answer : object
        What was given.
    kinds : type, tuple of types, or callable
        What it should be an instance of; or a function that says whether it will do, such as `callable`.
    what : str
        The sentence up to the comma: "give a list of the seven lines".

    Raises
    ------
    Wrong
        "{what}, not a {kind of the answer}." (Or "an", as English has it.)
    """
    fits = isinstance(answer, kinds) if isinstance(kinds, (type, tuple)) else kinds(answer)
    if not fits:
        kind = type(answer).__name__
        raise Wrong(f"{what}, not {'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}.")
    return answer


def need_class(answer, name, *methods):
    """Check that an answer is the class of this name itself, no instance of it, and has these methods.

    A function that makes such objects will do as well, and so will a class whose objects get them when they are made.
    """
    if inspect.isfunction(answer):
        return
    need(answer, type, f"give the class {name} itself")
    for method in methods:
        if not callable(getattr(answer, method, None)) and not _made_later(answer, method):
            raise Wrong(f"{answer.__name__} has no method `{method}`.")


def _made_later(answer, method):
    """Whether an object may have this method although its class has none: from `__init__`, or by `__getattr__`."""
    begins = getattr(answer.__init__, "__code__", None)
    return hasattr(answer, "__getattr__") or (begins is not None and method in begins.co_names)


def same_lines(answer, truth):
    """Check that the lines said, as many as there were, are in the order in which they came.

    Raises
    ------
    Wrong
        It names the first that is not, and gives nothing away of those after it.
    """
    for place, (said, ran) in enumerate(zip(answer, truth, strict=True), 1):
        if said != ran:
            raise Wrong(f"line {place} was not {said!r} when it ran just now. The lines before it are right.")
