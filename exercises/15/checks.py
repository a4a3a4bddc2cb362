"""Checks of chapter 15: who is lost, what is left, what is kept. Time is played; only the last one starts processes."""

import asyncio
import inspect
import itertools
import os
import random
import selectors
import signal
import socket
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backstage.processes import Child, ChildError, ending, temporary_folder
from backstage.processes.own_time import OwnTime
from backstage.schedules.packing import pack
from exercises import Wrong, exercise
from exercises.vocabulary import (
    BurntBun,
    Call,
    Enough,
    MockClock,
    Planted,
    Standstill,
    capture,
    eventually,
    need,
    need_class,
    reset,
)

# -- 15.1 -------------------------------------------------------------------------------------------------------------

FATES = {
    "fired": ("unheard", "the task fails while this code sleeps, and nobody awaits it"),
    "gathered": ("running", "`gather` raises the first error at once, and leaves the others to themselves"),
    "grouped": ("stopped", "a task group cancels the others when one fails, and waits for their end"),
    "limited": ("stopped", "`wait_for` cancels what it waits for when the time is up"),
    "asked": ("running", "`get` gives up its own waiting, and the greenlet is told nothing of it"),
    "joined": ("unheard", "`joinall` waits for the end of greenlets, and raises nothing unless it is asked to"),
    "raised": ("heard", "with `raise_error=True`, `joinall` raises the error of a greenlet that failed"),
    "pooled": ("unheard", "the error lies in a Future that nobody has kept, let alone asked for its result"),
    "future": ("running", "`result` gives up its own waiting, and nobody can stop a thread"),
}


@exercise(
    "15.1",
    praise="nobody hears what nobody awaits, and giving up a wait stops nobody but yourself.",
    hint="Does that call wait for the error, or for the end alone? And does its end end the job?",
)
def _fates(answer):
    need(answer, dict, "give a dictionary with a word for each case")
    if missing := [case for case in FATES if case not in answer]:
        raise Wrong(f"there is no word for {missing[0]!r}.")
    if strange := [case for case in answer if case not in FATES]:
        raise Wrong(f"{strange[0]!r} is none of the cases.")
    for case, (word, why) in FATES.items():
        if answer[case] not in ("heard", "unheard", "stopped", "running"):
            raise Wrong(
                f"the word for {case!r} is {answer[case]!r}; it may be 'heard', 'unheard', 'stopped' or 'running'."
            )
        if answer[case] != word:
            raise Wrong(f"{case!r} is not {answer[case]!r}: {why}.")


# -- 15.2 -------------------------------------------------------------------------------------------------------------


class _TrueDeadline:
    """The rules in the plainest way: the ends of all that it is a part of."""

    def __init__(self, seconds, clock, ends=()):
        self.ends, self.clock = (*ends, clock() + seconds), clock

    def left(self):
        return max([0, min(self.ends) - self.clock()])

    def within(self, seconds):
        return _TrueDeadline(seconds, self.clock, self.ends)


def _passed(seconds):
    return ("pass", None, seconds)


def _left(number):
    return ("left", number, None)


def _within(number, seconds):
    return ("within", number, seconds)


def _run(number, name, takes=0, value=None):
    return ("run", number, (name, takes, value))


LATE = TimeoutError("the oven")
DEADLINES = [  # (seconds, what happens); parts are numbered as they are made, the first Deadline is 0
    (5, [_left(0), _passed(2), _left(0), _passed(2.5), _left(0)]),
    (5, [_passed(5), _left(0), _passed(1), _left(0)]),
    (5, [_run(0, "dough"), _run(0, "steam", 2, "bun"), _run(0, "serve", 1, 0), _left(0)]),
    (5, [_run(0, "dough", 3), _run(0, "steam", 2), _run(0, "serve")]),
    (5, [_run(0, "dough", 7, "bun"), _left(0), _run(0, "steam")]),
    (0, [_left(0), _run(0, "dough")]),
    (4, [_within(0, 1), _left(1), _passed(0.5), _left(1), _left(0), _passed(1), _left(1), _run(1, "steam")]),
    (4, [_within(0, 1), _passed(2), _run(1, "steam"), _run(0, "serve", 1, "bun"), _left(0)]),
    (4, [_within(0, 9), _left(1), _passed(3), _left(1), _passed(3), _left(1)]),
    (4, [_passed(3), _within(0, 2), _left(1), _run(1, "steam", 0.25, "bun"), _left(1)]),
    (4, [_passed(1), _within(0, 2), _passed(1), _within(1, 0.5), _within(1, 5), _left(2), _left(3), _left(1)]),
    (4, [_within(0, 3), _within(1, 2), _within(2, 1), _passed(0.5), _left(3), _left(2), _left(1), _left(0)]),
    (4, [_within(0, 0), _run(1, "steam"), _left(0)]),
    (4, [_passed(5), _within(0, 2), _left(1), _run(1, "steam")]),
    (4, [_run(0, "oven", 1, BurntBun("burnt")), _left(0), _run(0, "oven", 1, LATE), _run(0, "", 5), _run(0, "")]),
    (4, [_run(0, 0, 1, False), _run(0, "tea", 1, []), _run(0, "tea", 1), _run(0, "bun", 1, ""), _run(0, 0)]),
    (0.25, [_run(0, "tea", 0.125, "tea"), _run(0, "bun", 0.125, "bun"), _run(0, "rice")]),
]


def _hurry(chance):
    """A story by chance; its seconds are eighths, which floats can add without error."""

    def seconds(most):
        return chance.randrange(8 * most) / 8

    story, made = [], 1
    for _ in range(chance.randrange(3, 16)):
        number, kind = chance.randrange(made), chance.random()
        if kind < 0.2:
            story.append(_passed(seconds(2)))
        elif kind < 0.45:
            story.append(_left(number))
        elif kind < 0.65:
            story.append(_within(number, seconds(9)))
            made += 1
        else:
            value = chance.choice(["bun", None, 0, BurntBun("burnt"), LATE])
            story.append(_run(number, chance.choice(["dough", "steam", ""]), seconds(3), value))
    return seconds(12), story


def _told(event):
    kind, number, detail = event
    if kind == "pass":
        return f"{detail:g} s pass"
    who = f"d{number}"
    if kind == "run":
        name, takes, value = detail
        does = f"raises {type(value).__name__}" if isinstance(value, Exception) else f"returns {value!r}"
        return f"{who}.run({name!r}, a step that {does} after {takes:g} s)"
    return f"{who}.{kind}({'' if detail is None else f'{detail:g}'})"


@exercise(
    "15.2",
    praise="each step gets what is left, none begins too late, and a part never outlives the whole.",
    hint="The end of a part is `min` of its own end and that of the whole; what is left is the end less the time.",
    seconds=5,
)
def _deadline(answer):
    need_class(answer, "Deadline", "left", "within", "run")
    chance = random.Random(15)
    stories = [*DEADLINES, *(_hurry(chance) for _ in range(200))]
    for (seconds, story), start in itertools.product(stories, [0, 1000, -3]):
        _live_through(answer, seconds, story, start)


def _live_through(answer, seconds, story, start):
    clock, other = MockClock(start=start), MockClock(start=77)
    theirs, true = [answer(seconds, clock.now)], [_TrueDeadline(seconds, clock.now)]
    bystander = answer(8, other.now)
    told = [f"d0 = Deadline({seconds:g}, clock)" + (f" when clock() is {start}" if start else "")]
    for event in story:
        kind, number, detail = event
        told.append(_told(event))
        if kind == "pass":
            clock.time += detail
        elif kind == "within":
            told[-1] = f"d{len(true)} = {told[-1]}"
            theirs.append(theirs[number].within(detail))
            true.append(true[number].within(detail))
            if not callable(getattr(theirs[-1], "left", None)):
                raise Wrong(f"{_story(told)} `within` returned {theirs[-1]!r}, which is no Deadline: it has no `left`.")
        elif kind == "left":
            _same_seconds(theirs[number].left(), true[number].left(), f"{_story(told)} it returned")
        else:
            _compare_run(theirs[number], true[number], clock, detail, _story(told))
    other_one = f"{_story(told)} of another Deadline(8, …), whose clock stands still, `left()` returned"
    _same_seconds(bystander.left(), 8, other_one)


def _story(told):
    """What has happened so far, the end of it last."""
    return ", ".join(told) + ":"


def _same_seconds(said, wanted, case):
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        raise Wrong(f"{case} {said!r}, which is no number of seconds.")
    if abs(said - wanted) > 1e-9:
        raise Wrong(f"{case} {said:g}, but it should be {wanted:g}.")


ASK_FIRST = "Ask once what is left, before the step; when the step has returned, the time does not matter any more."
LET_OUT = "What a step raises needs no `except`: without one it goes on by itself."


def _compare_run(deadline, true, clock, detail, case):
    name, takes, value = detail
    given, left = [], true.left()

    def step(*seconds):
        given.append(seconds)
        clock.time += takes
        if isinstance(value, Exception):
            raise value
        return value

    step.__qualname__ = "step"
    came = capture(deadline.run, name, step)
    if not given:
        if not left:
            _needs_name(came, name, case)
            return
        if isinstance(came.error, TimeoutError):
            raise Wrong(f"{case} {left:g} s were left, and the step was not begun: it raised {_described(came.error)}.")
        came.unwrap()
        raise Wrong(f"{case} {left:g} s were left, and the step was not called.")
    if not left:
        raise Wrong(f"{case} nothing was left, and the step was begun all the same.", ASK_FIRST)
    if len(given) > 1:
        raise Wrong(f"{case} the step was called {len(given)} times.")
    if len(given[0]) != 1:
        raise Wrong(f"{case} the step was called with {len(given[0])} arguments; it takes the seconds that are left.")
    _same_seconds(given[0][0], left, f"{case} the step was given")
    if isinstance(value, Exception):
        if came.error is not value:
            ended = f"it returned {came.value!r}" if came.error is None else f"it raised {_described(came.error)}"
            raise Wrong(
                f"{case} the {type(value).__name__} of the step was to reach the caller as it is, and {ended}.", LET_OUT
            )
    elif came.error is not None:
        if isinstance(came.error, TimeoutError):
            late = "the step had begun in time, and its value was to be returned"
            raise Wrong(f"{case} {late}; it raised {_described(came.error)}.", ASK_FIRST)
        raise came.error
    elif came.value is not value:
        raise Wrong(f"{case} it returned {came.value!r}, and the step had returned {value!r}.")


def _needs_name(came, name, case):
    if came.error is None:
        raise Wrong(f"{case} nothing was left, and it returned {came.value!r} instead of raising TimeoutError.")
    if not isinstance(came.error, TimeoutError):
        raise Wrong(f"{case} nothing was left, and it raised {_described(came.error)} instead of TimeoutError.")
    if came.error.args != (name,):
        raise Wrong(f"{case} it raised {came.error!r}, but it should be {TimeoutError(name)!r}.")


def _described(error):
    return f"{type(error).__name__}: {error}".removesuffix(": ")


# -- for 15.3 and 15.4: a loop of asyncio whose time is played ---------------------------------------------------------

MOST_ROUNDS = 20_000


class _Still(BaseException):
    """Comes out of a played loop, and says why: nothing will happen any more, or it goes round without end."""


class _PlayedSelector(selectors.DefaultSelector):
    """Does not wait: it sets the loop's time to the moment at which something is due."""

    loop, rounds = None, 0

    def select(self, timeout=None):
        ready = super().select(0)
        self.rounds += 1
        if not ready and timeout is None:
            ready = self._hear_of_threads()
        if not ready and timeout is None:
            raise _Still("nothing happens any more")
        if self.rounds > MOST_ROUNDS:
            raise _Still("it goes on and on")
        if not ready:
            self.loop.played += timeout
        return ready

    def _hear_of_threads(self):
        """Somebody may have asked a thread: give it 0.2 s."""
        own, left, ready = OwnTime(), 0.2, []
        while not ready and left > 0:
            ready = super().select(0.02)
            left -= own.of(0.02)
        return ready


class _PlayedLoop(asyncio.SelectorEventLoop):
    """A loop in which an hour of sleep is over at once."""

    def __init__(self):
        self.played = 0
        self.selector = _PlayedSelector()
        super().__init__(self.selector)
        self.selector.loop = self
        self.set_exception_handler(lambda loop, context: None)

    def time(self):
        return self.played

    def play(self, coroutine):
        """Run a coroutine to its end, or until nothing happens any more; return what it returns.

        Raises
        ------
        _Still
            There is no end.
        """
        try:
            return self.run_until_complete(coroutine)
        finally:
            self._clear()

    def _clear(self):
        """End whatever an answer has left."""
        for _ in range(3):
            if left := asyncio.all_tasks(self):
                for each in left:
                    each.cancel()
                with suppress(_Still):
                    self.run_until_complete(asyncio.sleep(0))
        with suppress(_Still):
            self.run_until_complete(self.shutdown_asyncgens())
        for each in asyncio.all_tasks(self):
            each._log_destroy_pending = False
        self.close()


# -- 15.3 -------------------------------------------------------------------------------------------------------------


class _Cutter:
    """Cancels the task that runs at some of its waits, which are counted over all that it watches."""

    def __init__(self, cuts):
        self.cuts, self.waits, self.has_cut = set(cuts), 0, False

    async def watch(self, awaitable):
        """Await what an answer made, in a task of its own; `has_cut` says whether that was cancelled."""
        self.has_cut = False
        return await _Watched(awaitable, self._wait)

    def _wait(self):
        self.waits += 1
        if self.waits in self.cuts:
            self.has_cut = True
            task = asyncio.current_task()
            task.get_loop().call_soon(task.cancel)


@dataclass
class _Watched:
    awaitable: object
    at_wait: object  # called whenever it begins to wait

    def __await__(self):
        inner = self.awaitable.__await__()
        go_on = partial(next, inner)
        while True:
            try:
                future = go_on()
            except StopIteration as stop:
                return stop.value
            self.at_wait()
            try:
                yield future
                go_on = partial(next, inner)
            except BaseException as error:
                go_on = partial(inner.throw, error)


MOST_ENDS = 30


class _Line:
    """Hands out pieces, each after a wait of its kind: none at all, a turn of the loop, a second."""

    def __init__(self, pieces, waits):
        self.pieces, self.waits = list(pieces), itertools.cycle(waits)
        self.came, self.inside, self.findings, self.returned, self.ends = b"", False, [], 0, 0
        self.raised, self.told = [], []  # errors that nobody has been told of yet; those that somebody has been

    async def recv(self):
        if self.came.count(b"\n") > self.returned:
            line = self.came.split(b"\n")[self.returned]
            self.findings.append(f"the line {line!r} had come already, and `recv` was called all the same.")
        if self.inside:
            self.findings.append("`recv` was called while another `recv` was still waiting.")
        self.inside = True
        try:
            if (wait := next(self.waits)) is not None:
                await asyncio.sleep(wait)
        finally:
            self.inside = False
        if not self.pieces:
            self.ends += 1
            if self.ends > MOST_ENDS:
                self.findings.append(f"`recv` has told the end {MOST_ENDS} times, and is asked again and again.")
                raise Enough
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            self.raised.append(piece)
            raise piece
        self.came += piece
        return piece


def _true_lines(pieces):
    *lines, rest = b"".join(piece for piece in pieces if isinstance(piece, bytes)).split(b"\n")
    return [*lines, *([rest] if rest else []), None, None]


def _shown(value):
    return repr(value) if not isinstance(value, bytes) or len(value) < 40 else f"{value[:8]!r}… ({len(value):,} bytes)"


STREAMS = [  # the plainest promises first
    [b"tea\n", b"bun\n"],
    [b"te", b"a\nb", b"un\n"],
    [b"tea\nbun\nrice\n"],
    [b"tea\n", b"bun"],
    [],
    [b"t", b"e", b"a"],
    [b"\n", b"\n\n", b"tea\n"],
    [b" tea \r\n", b"\rbun\n\r"],
    [b"tea", b"\n", b"bun", b"\n"],
    [b"\x00\xff", b"\x85\x1c\n", b"\xe5", b"\x8c\x85\n"],
    [b"x" * 5_000, b"y" * 5_000 + b"\n" + b"z" * 5_000, b"\nend"],
]


FAULTY = [  # errors come in between
    [b"te", OSError("reset"), b"a\nbu", BurntBun("burnt"), b"n"],
    [b"tea\nbu", TimeoutError("late"), TimeoutError("late"), b"n\n"],
]


def _stream(chance):
    for _ in range(chance.randrange(1, 7)):
        if chance.random() < 0.1:
            yield BurntBun("burnt")
        else:
            yield bytes(chance.choices(b"ab \r\n\n", k=chance.randrange(1, 6)))


@exercise(
    "15.3",
    praise="wherever it was cut off, each byte came once, in its line.",
    hint="One thing is kept in `self`: what has come and was not returned. Nothing is awaited before it is there.",
    seconds=30,
)
def _line_reader(answer):
    need_class(answer, "LineReader", "read_line")
    chance = random.Random(15)
    subsets = [cuts for many in range(1, 5) for cuts in itertools.combinations(range(1, 5), many)]
    for streams in (STREAMS, FAULTY):
        for pieces, waits in itertools.product(streams, ([None], [0], [1])):
            _read(answer, [(pieces, waits, ())])
        for pieces, cuts in itertools.product(streams, subsets):
            _read(answer, [(pieces, [1], cuts)])
    for _ in range(100):
        readers = []
        for _ in range(2):  # side by side, for they may share what they keep
            cuts = chance.sample(range(1, 12), chance.randrange(5))
            readers.append(([*_stream(chance)], chance.choices([None, 0, 1], k=3), cuts))
        _read(answer, readers)


def _read(answer, readers):
    loop = _PlayedLoop()
    lines = [_Line(pieces, waits) for pieces, waits, _ in readers]
    tellers = [_Reading(line, pieces, cuts) for line, (pieces, _, cuts) in zip(lines, readers, strict=True)]

    async def read_all():
        made = [answer(line.recv) for line in lines]
        await asyncio.gather(*(teller.read(reader) for teller, reader in zip(tellers, made, strict=True)))

    try:
        loop.play(read_all())
    except _Still as still:
        stuck = next(teller for teller in tellers if not teller.done)
        stuck.wrong(f"`read_line()` does not come back, and {still}.")


NOT_YOURS = (
    "Neither CancelledError nor an error of `recv` is yours to catch; without an `except` both go on by themselves."
)


AGAIN = "If you keep the task of a `recv`, let it go as well when it has failed."


class _Reading:
    """Reads all lines of one reader, and calls it again whenever it was cut off."""

    def __init__(self, line, pieces, cuts):
        self.line, self.wanted, self.cutter, self.done = line, _true_lines(pieces), _Cutter(cuts), False
        gives = (_described(piece) if isinstance(piece, Exception) else _shown(piece) for piece in pieces)
        self.case = f"`recv` gives {', '.join([*gives, 'the end'])}:"
        self.story = []

    def wrong(self, reason, hint=""):
        story = self.story if len(self.story) < 7 else ["…", *self.story[-6:]]
        raise Wrong(" ".join([self.case, *(f"{each}, then" for each in story), reason]), hint)

    async def read(self, reader):
        for wanted in self.wanted:
            while not await self._one_call(reader, wanted):
                pass
        self.done = True

    async def _one_call(self, reader, wanted):
        """Call `read_line` once; return whether it returned a line."""
        awaitable = reader.read_line()
        if not hasattr(awaitable, "__await__"):
            self.wrong(f"`read_line()` returned {_shown(awaitable)}, which nobody can await: write `async def`.")
        task = asyncio.get_running_loop().create_task(self.cutter.watch(awaitable))
        await asyncio.wait([task])
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        cancelled = isinstance(error, asyncio.CancelledError)
        if isinstance(error, Enough):
            self.wrong(self.line.findings[-1])
        if self.cutter.has_cut and not cancelled:
            came = f"it returned {_shown(task.result())}" if error is None else f"it raised {_described(error)}"
            self.wrong(
                f"`read_line()` was cancelled at a wait, and {came}, where CancelledError was to go on.", NOT_YOURS
            )
        if self.cutter.has_cut:
            self.story.append("`read_line()` was cancelled")
            return False
        if any(error is each for each in self.line.raised):
            self.line.told += self.line.raised
            self.line.raised.clear()
            self.story.append(f"`read_line()` raised {type(error).__name__}")
            return False
        if cancelled:
            self.wrong("`read_line()` raised CancelledError, and nobody had cancelled it.")
        if any(error is each for each in self.line.told):
            self.wrong(f"`recv` raised that error once, and `read_line()` raised {_described(error)} again.", AGAIN)
        if error is not None:
            raise error
        self._compare(task.result(), wanted)
        if self.line.raised:
            name = type(self.line.raised[0]).__name__
            self.wrong(
                f"`recv` raised {name}, and `read_line()` returned {_shown(wanted)}, where {name} was to go on.",
                NOT_YOURS,
            )
        if self.line.findings:
            self.wrong(self.line.findings[0], "Look first whether a whole line is there; only if not, ask for more.")
        self.line.returned += 1
        self.story.append(f"{_shown(wanted)} came")
        return True

    def _compare(self, said, wanted):
        if said is None or wanted is None:
            if said is not wanted:
                hint = "An empty line is no end. `or` and `not` take b'' for nothing: ask whether a b'\\n' has come."
                hint = hint if b"" in (said, wanted) else ""
                self.wrong(f"`read_line()` returned {_shown(said)}, but it should be {_shown(wanted)}.", hint)
        elif said != wanted:
            self.wrong(f"`read_line()` returned {_shown(said)}, but it should be {_shown(wanted)}.")


# -- 15.4 -------------------------------------------------------------------------------------------------------------


class Sour(Planted):
    """An error that counts as false."""

    def __bool__(self):
        return False


class _Task:
    def __repr__(self):
        return "<a Task>"


def _plain(value):
    """A result with its tasks in short."""
    if isinstance(value, list):
        return [_Task() if isinstance(each, asyncio.Future) else each for each in value]
    return value


@dataclass(frozen=True)
class _Job:
    """What a job does.

    Attributes
    ----------
    takes : float or None
        Seconds; None if it does not even wait.
    ends : object
        What it returns, or raises.
    cleans : float
        Seconds that it needs when it is cancelled.
    leaves : object
        What it returns or raises after that; `...` if it lets the cancellation go on.
    returns_error : bool
        Whether it returns an exception, as a value.
    """

    takes: float
    ends: object
    cleans: float = 0
    leaves: object = ...
    returns_error: bool = False

    @property
    def fails(self):
        return isinstance(self.ends, Exception) and not self.returns_error

    def __str__(self):
        verb = f"raises {type(self.ends).__name__}" if self.fails else f"returns {self.ends!r}"
        text = verb + (" at once" if self.takes is None else f" after {self.takes:g} s")
        if self.cleans or self.leaves is not ...:
            then = [f"cleans up for {self.cleans:g} s"] if self.cleans else []
            if self.leaves is not ...:
                raises = isinstance(self.leaves, Exception)
                then.append(f"raises {type(self.leaves).__name__}" if raises else f"returns {self.leaves!r}")
            text += f" (if cancelled, it {' and '.join(then)})"
        return text


@dataclass
class _Record:
    """What has become of one call of a job."""

    number: int
    began: float
    cancelled: list
    ended: float = None


STOP = "A `finally` is run for an error of a job, and also when `run_all` itself is cancelled; an `except` may not be."
TWICE = (
    "Whoever cancels a `gather` cancels its tasks, and it ends as soon as the first of them has stopped. "
    "`asyncio.wait` cancels nobody."
)
GOES_ON = (
    "Catch CancelledError, stop the jobs, and raise it again. What they raise or return meanwhile is dropped; "
    "a `TaskGroup` raises it, unless you drop it in the job's own task, which is `cancelling()` then."
)
SOUR = "An exception may count as false, as Sour does: ask whether it `is not None`."


class _Crew:
    """Some jobs, one call of `run_all` for them, and what is to be seen there."""

    def __init__(self, jobs, cancel_at=None):
        self.jobs, self.cancel_at, self.records = jobs, cancel_at, []
        self.told = "; ".join(f"job {number} {job}" for number, job in enumerate(jobs)) or "no jobs"
        if cancel_at is not None:
            self.told += f"; `run_all` is cancelled after {cancel_at:g} s"
        self.sour = any(isinstance(job.ends, Sour) for job in jobs)
        self.functions = self._functions()
        self.came_at, self.alive = None, []

    def _functions(self):
        """One for each job; equal jobs get the same one."""
        made = {}
        return [made.setdefault(id(job), partial(self._live, number, job)) for number, job in enumerate(self.jobs)]

    def wrong(self, reason, hint=""):
        raise Wrong(f"{self.told}: {reason}", SOUR if self.sour else hint)  # who fails here fails for that

    async def _live(self, number, job):
        loop = asyncio.get_running_loop()
        record = _Record(number, loop.time(), [])
        self.records.append(record)
        try:
            if job.takes is not None:
                await asyncio.sleep(job.takes)
            if job.fails:
                raise job.ends
            return job.ends
        except asyncio.CancelledError:
            record.cancelled.append(loop.time())
            try:
                await asyncio.sleep(job.cleans)
            except asyncio.CancelledError:
                record.cancelled.append(loop.time())
                raise
            if job.leaves is ...:
                raise
            if isinstance(job.leaves, Exception):
                raise job.leaves from None
            return job.leaves
        finally:
            record.ended = loop.time()

    async def run(self, answer):
        """Let an answer run them; keep what it comes to."""
        loop, given = asyncio.get_running_loop(), list(self.functions)
        awaitable = answer(given)
        if not hasattr(awaitable, "__await__"):
            self.wrong(f"`run_all` returned a {type(awaitable).__name__}, which nobody can await: write `async def`.")

        async def as_task():
            try:
                return await awaitable
            finally:  # in the same moment
                self.came_at, self.alive = loop.time(), [each for each in self.records if each.ended is None]

        self.task = loop.create_task(as_task())
        if self.cancel_at is not None:
            loop.call_later(self.cancel_at, self.task.cancel)
        await asyncio.wait([self.task])
        if given != self.functions:
            self.wrong("`run_all` changed the list that it was given.")

    # -- what is to be seen afterwards

    def judge(self):
        self._let_out_own_error()
        failing = [job.takes or 0 for job in self.jobs if job.fails]
        stop, why = min(failing, default=None), ""
        if stop is not None:
            why = f"after {stop:g} s a job failed"
        if self.cancel_at is not None and (stop is None or self.cancel_at < stop):
            stop, why = self.cancel_at, f"`run_all` was cancelled after {self.cancel_at:g} s"
            failing = []
        self._judge_begin(stop)
        if stop is not None:
            for record in self.records:
                self._judge_stop(record, stop, why)
        if self.alive:
            self.wrong(f"when `run_all` {self._came()}, job {self.alive[0].number} had not ended.")
        self._judge_outcome(stop, failing)
        last = max((record.ended for record in self.records), default=0)
        if self.came_at > last + 0.05:
            self.wrong(f"all jobs had ended after {last:g} s, and `run_all` {self._came()} after {self.came_at:g} s.")

    def _let_out_own_error(self):
        """Raise what is a slip of the answer, and comes from no job."""
        error = None if self.task.cancelled() else self.task.exception()
        planted = {id(each) for job in self.jobs for each in (job.ends, job.leaves)}
        if self.jobs and isinstance(error, Exception) and id(error) not in planted and not hasattr(error, "exceptions"):
            if self.sour:
                self.wrong(f"`run_all` {self._came()}.")
            raise error

    def _came(self):
        if self.task.cancelled():
            return "raised CancelledError"
        if self.task.exception() is not None:
            return f"raised {_described(self.task.exception()).rstrip('.')}"
        return f"returned {_plain(self.task.result())!r}"

    def _judge_begin(self, stop):
        if stop == 0:
            return  # who is cancelled before its first turn has never begun
        for number, job in enumerate(self.jobs):
            began = [record.began for record in self.records if self.jobs[record.number] is job]
            if len(began) < sum(each is job for each in self.jobs):
                self.wrong(f"job {number} was never begun.")
            if len(began) > sum(each is job for each in self.jobs):
                self.wrong(f"job {number} was begun {len(began)} times.")
            if max(began) > 0:
                self.wrong(
                    f"job {number} began after {max(began):g} s only; all are to begin at once.",
                    "Make a task of every job before you wait.",
                )

    def _judge_stop(self, record, stop, why):
        job, who = self.jobs[record.number], f"job {record.number}"
        if (job.takes or 0) <= stop:
            return
        if not record.cancelled:
            state = "still ran" if record in self.alive else "ran to its end"
            self.wrong(f"{why}, and {who} was not cancelled: it {state}, and `run_all` {self._came()}.", STOP)
        if record.cancelled[0] > stop + 0.05:
            self.wrong(f"{why}, and {who} was cancelled only after {record.cancelled[0]:g} s.")
        if len(record.cancelled) > 1:
            self.wrong(f"{who} was cancelled a second time, while it was cleaning up.", TWICE)

    def _judge_outcome(self, stop, failing):
        task = self.task
        if stop is None:
            wanted = [job.ends for job in self.jobs]
            if task.cancelled() or task.exception() is not None:
                hint = (
                    "" if self.jobs else "`asyncio.wait` wants one task at least. Say first what is returned for none."
                )
                self.wrong(f"`run_all` {self._came()}, and it is to return {wanted!r}.", hint)
            said = need(task.result(), list, f"{self.told}: `run_all` is to return a list")
            if len(said) != len(wanted) or any(a is not b for a, b in zip(said, wanted, strict=True)):
                self.wrong(f"`run_all` {self._came()}, and it is to return {wanted!r}.")
        elif not failing:
            if not task.cancelled():
                self.wrong(f"`run_all` {self._came()}, and CancelledError was to go on.", GOES_ON)
        else:
            first = [job.ends for job in self.jobs if job.fails and (job.takes or 0) == min(failing)]
            if task.cancelled() or not any(task.exception() is error for error in first):
                self.wrong(f"`run_all` {self._came()}, and it is to raise {_described(first[0])}, the first error.")


BURNT, SPILT = BurntBun("burnt"), BurntBun("spilt")
TEA, BUN = _Job(1, "tea"), _Job(2, "bun")
CREWS = [  # the plainest promises first
    ([TEA, BUN], None),
    ([BUN, TEA], None),
    ([], None),
    ([_Job(3, None), _Job(1, 0), _Job(2, ""), _Job(None, [])], None),
    ([TEA, BUN, TEA], None),
    ([_Job(1, BURNT), _Job(5, "tea")], None),
    ([_Job(5, "tea"), _Job(1, BURNT), _Job(0.5, "bun")], None),
    ([_Job(5, "tea", cleans=2), _Job(1, BURNT)], None),
    ([_Job(5, "tea", cleans=1), _Job(1, BURNT), _Job(5, "bun", cleans=3)], None),
    ([_Job(5, "tea", cleans=2, leaves="cold tea"), _Job(1, BURNT)], None),
    ([_Job(5, "tea", cleans=2, leaves=SPILT), _Job(1, BURNT)], None),
    ([_Job(2, SPILT), _Job(1, BURNT)], None),
    ([_Job(5, "tea", cleans=30), _Job(1, KeyError("bun"))], None),
    ([_Job(5, "tea"), _Job(5, "bun")], 1),
    ([_Job(5, "tea", cleans=2), _Job(5, "bun")], 1),
    ([_Job(5, "tea", cleans=1), _Job(5, "bun", cleans=3), _Job(0.5, "rice")], 1),
    ([_Job(5, "tea", cleans=2, leaves="cold tea"), _Job(5, "bun", leaves=None)], 1),
    ([_Job(5, "tea"), _Job(3, BURNT)], 1),
    ([_Job(5, "tea"), _Job(5, "bun", leaves=SPILT)], 1),
    ([_Job(5, "tea", cleans=2), _Job(5, "bun", leaves=SPILT)], 1),
    ([_Job(5, "tea", cleans=1), _Job(2, Sour("sour"))], None),
    ([_Job(2, BURNT, returns_error=True), _Job(1, "tea")], None),
    ([_Job(None, BURNT), _Job(5, "tea")], None),
    ([_Job(1, TimeoutError("late")), _Job(5, "tea")], None),
    ([_Job(1, BURNT)], None),
    ([_Job(5, "tea")], 1),
]


def _crew(chance):
    """Jobs by chance; no two of them end in the same moment."""
    moments = chance.sample(range(1, 40), chance.randrange(1, 6))
    jobs = []
    for moment in moments:
        ends = chance.choice(["tea", None, 0, False]) if chance.random() < 0.7 else BurntBun(f"burnt after {moment} s")
        leaves = chance.choice([..., ..., "cold tea", None])
        jobs.append(_Job(moment, ends, chance.choice([0, 0, 2, 7]), leaves))
    first = min([job.takes for job in jobs if job.fails], default=max(moments))
    return jobs, chance.choice([None, None, chance.randrange(first) + 0.5])


@exercise(
    "15.4",
    praise="all begin together, one failure stops the rest, and nobody is there any more when you go on.",
    hint="Whatever ends the first wait, a `finally` behind it cancels each task once, and waits for all of them again.",
    seconds=30,
)
def _run_all(answer):
    need(answer, callable, "give the function run_all")
    for jobs, cancel_at in CREWS:
        _run_crews(answer, _Crew(jobs, cancel_at))
    _run_twins(answer)
    for jobs, cancel_at in CREWS[:12]:
        _run_crews(answer, _Crew(jobs, cancel_at), _Crew([_Job(9, "soup"), _Job(4, "rice")]))
    chance = random.Random(15)
    for _ in range(150):
        _run_crews(answer, _Crew(*_crew(chance)))


def _run_twins(answer):
    """The same function twice, which returns something else each time."""
    begun = itertools.count(1)

    async def job():
        number = next(begun)
        await asyncio.sleep(number)
        return number

    async def work():
        return await answer([job, job])

    try:
        said = _PlayedLoop().play(work())
    except _Still as still:
        raise Wrong(f"a job is there twice: `run_all` has not come back, and {still}.") from None
    if said not in ([1, 2], [2, 1]):
        told = "a job is there twice, and returns 1 when it is begun first, 2 when it is begun again"
        raise Wrong(f"{told}: `run_all` returned {said!r}.", "Keep results by task or by place, not by job.")


def _run_crews(answer, crew, *others):
    """Let crews work side by side, beside a task that belongs to nobody of them."""
    loop = _PlayedLoop()

    async def work():
        guest = loop.create_task(asyncio.sleep(1000))
        before = asyncio.all_tasks()
        working = [loop.create_task(each.run(answer)) for each in (crew, *others)]
        await asyncio.wait(working)
        for each in working:
            each.result()
        for _ in range(3):
            await asyncio.sleep(0)
        if guest.done():
            crew.wrong("a task that does not belong to `run_all` was cancelled.")
        for each in (crew, *others):
            each.judge()
        if asyncio.all_tasks() - before:
            crew.wrong("when `run_all` had come back, a task that it had made was still there.")
        guest.cancel()

    try:
        loop.play(work())
    except asyncio.CancelledError:
        crew.wrong("a task that does not belong to `run_all` was cancelled.")
    except _Still as still:
        crew.wrong(f"`run_all` has not come back, and {still}.")


# -- 15.5 -------------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 4  # seconds for what a shop does at once
LOOK = 0.05
SHOP = """
import pickle, socket, sys
with open(sys.argv[1], "rb") as file:
    serve = pickle.load(file)
door = socket.create_server(("127.0.0.1", 0))
print("port", door.getsockname()[1], flush=True)
serve(door, float(sys.argv[2]))
print("serve has returned", flush=True)
"""


class _Shop:
    """A process in which an answer serves, and its guests."""

    def __init__(self, path, limit):
        self.limit = limit
        command = [sys.executable, "-c", SHOP, str(path), str(limit)]
        self.child = Child(command, name="your shop", cwd=ROOT)
        self.told_at, self.guests = None, []

    def open(self):
        try:
            self.child.wait_ready(r"port (\d+)")
        except ChildError as error:
            raise Wrong(f"`serve` could not even be begun: {error}") from None

    def close(self):
        for guest in self.guests:
            guest.line.close()
        self.child.stop(grace=0)

    def wrong(self, reason, hint=""):
        raise Wrong(f"limit {self.limit:g} s: {reason}{self._last_words()}", hint)

    def _last_words(self):
        """What it printed last, unless that is about a guest who has gone."""
        ours = "port ", "serve has returned"
        lines = [line for line in self.child.output.splitlines() if line.strip() and not line.startswith(ours)]
        if not lines or "ConnectionResetError" in lines[-1] or "BrokenPipeError" in lines[-1]:
            return ""
        return f" The last that it printed was: {lines[-1]}"

    def guest(self, who, *lines):
        """Let a guest in, who orders these lines."""
        guest = _Guest(self, who)
        guest.hears("welcome", "who has just come")
        for line in lines:
            guest.orders(line)
        return guest

    def rest(self):
        """Wait until it has done all that was to be done: it sleeps at each of some looks in a row."""
        rests, own = Standstill(20), OwnTime(self.child.pid)
        eventually(lambda: rests(own.all_asleep()), looks=200)

    def tell(self):
        """Send SIGTERM."""
        self.told_at = self.told_at or time.monotonic()
        if self.child.running:
            with suppress(ProcessLookupError):
                os.kill(self.child.pid, signal.SIGTERM)

    def ends(self, when):
        """See that the process ends, and how."""
        own, left = OwnTime(), PATIENCE  # of which a busy machine uses nothing up
        while (code := self.child.wait(LOOK)) is None and left > 0:
            left -= own.of(LOOK)
        if code is None:
            hint = "Wait only for those who are still there: a guest who has hung up, in whatever way, has gone."
            self.wrong(f"{when}, and after {PATIENCE} s the process was still there.", hint)
        if code != 0:
            hint = "A `serve` that returns, with no guest left, is enough for exit code 0. And may nobody be there?"
            self.wrong(f"{when}, and then the process {ending(code)}; its exit code should be 0.", hint)
        if "serve has returned" not in self.child.output:
            hint = "Let `serve` come to its end: the process then ends by itself, and with exit code 0."
            self.wrong(f"{when}, and the process ended before `serve` had returned.", hint)

    def is_refused(self):
        """Whether the door is closed."""
        try:
            with socket.create_connection(("127.0.0.1", self.child.port), timeout=1):
                return False
        except OSError:
            return True


class _Guest:
    def __init__(self, shop, who):
        self.shop, self.who, self.rest = shop, who, b""
        try:
            self.line = socket.create_connection(("127.0.0.1", shop.child.port), timeout=PATIENCE)
        except OSError as error:
            shop.wrong(f"a guest could not connect, before any signal: {type(error).__name__}.")
        shop.guests.append(self)

    def says(self, data):
        with suppress(OSError):  # what is wrong is seen in what they hear
            self.line.sendall(data)

    def orders(self, line, then=""):
        self.says(line + b"\n")
        self.hears("ok", then or f"who had ordered {line.decode()!r}")

    def read(self, seconds=PATIENCE):
        """The next line without its end; b"" when the shop has hung up, None when nothing came."""
        own, left = OwnTime(), seconds
        while b"\n" not in self.rest:
            self.line.settimeout(LOOK)
            try:
                data = self.line.recv(4096)
            except TimeoutError:
                left -= own.of(LOOK)
                if left <= 0:
                    return None
                continue
            except OSError:
                data = b""
            if not data:
                return b""
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    def hears(self, word, when, seconds=PATIENCE):
        line = self.read(seconds)
        if line == word.encode():
            return
        if line == b"":
            eventually(lambda: not self.shop.child.running, looks=100)  # it may be ending
        heard = {None: f"heard nothing for {seconds:g} s", b"": "met the end of the line"}.get(line, f"heard {line!r}")
        ended = ""
        if not self.shop.child.running:
            ended = f" The process {ending(self.shop.child.exit_code)}."
        self.shop.wrong(f"{self.who}, {when}, {heard}, where {word!r} was to come.{ended}")

    def is_hung_up_on(self, when):
        line = self.read()
        if line != b"":
            heard = f"heard nothing for {PATIENCE} s" if line is None else f"heard {line!r}"
            self.shop.wrong(f"{self.who}, {when}, {heard}, where the shop was to hang up.")

    def pays(self, when):
        self.says(b"pay\n")
        self.is_hung_up_on(when)


@exercise(
    "15.5",
    praise="nobody new, nobody cut off who had ordered, nobody waited for in vain, and the exit code is 0.",
    hint="Close the door first; send away those who have not ordered; wait for the others, together, up to one limit.",
    seconds=60,
)
def _serve(answer):
    need(answer, callable, "give the function serve")
    if os.name == "nt":
        raise Wrong(
            "this exercise is not checked on Windows, where no program can hear SIGTERM.",
            "Compare your answer with the solution below.",
        )
    if inspect.iscoroutinefunction(answer):
        raise Wrong(
            "`serve` is an `async def`, whose call begins nothing.", "Write `def`; `asyncio.run` may stand inside it."
        )
    path = temporary_folder() / "serve.pickle"
    path.write_bytes(pack(answer))
    said = [_spend(path, (_ordinary_day, 30), (_empty_day, 30), (_long_evening, LIMIT))]
    # A busy machine may have been late, and not the shop: only who is late three times is wrong.
    while said[-1] and len(said) < 6:
        if len(late := [each for each in said if isinstance(each, Wrong)]) == 3:
            raise late[-1]
        said.append(_spend(path, (_long_evening, LIMIT)))


LIMIT = 1.5  # not a number that somebody may have written for it


def _spend(path, *days):
    """Spend days with these limits side by side, each in a shop of its own; return what the last one returns."""
    with ExitStack() as stack:
        shops = [_Shop(path, limit) for _, limit in days]
        for shop in shops:
            stack.callback(shop.close)
        calls = [Call(day, shop) for (day, _), shop in zip(days, shops, strict=True)]
        for call in calls:
            call.wait(50)
            call.result()
        return calls[-1].result()


def _ordinary_day(shop):
    shop.open()
    idle = [shop.guest("a guest without an order") for _ in range(2)]
    shop.guest("a guest", b"tea").line.close()
    reset(shop.guest("a guest", b"tea").line)
    shop.guest("a guest", b"tea", b"bun").pays("who had ordered and said 'pay'")
    shop.guest("a guest").pays("who had ordered nothing and said 'pay'")
    eats, leaves, stays = (shop.guest("a guest", order) for order in (b"tea", b"bun", b"rice"))
    eats.says(b"so")
    shop.rest()  # nothing else goes on when the signal comes
    shop.tell()
    for guest in idle:
        guest.hears("closing", "after SIGTERM")
        guest.is_hung_up_on("after 'closing'")
    if not eventually(shop.is_refused, looks=20 * PATIENCE, pause=0.05):
        hint = "Close what listens first, the server or the door; a door at which a thread still waits stays open."
        shop.wrong("after SIGTERM guests had heard 'closing', and somebody new could still connect.", hint)
    eats.says(b"up\n")
    eats.hears("ok", "who had ordered, and orders again after SIGTERM")
    shop.tell()
    eats.orders(b"", "who orders an empty line after a second SIGTERM")
    eats.pays("who had ordered, and pays after a second SIGTERM")
    leaves.line.close()
    stays.orders(b"tea", "who orders again when others have left after SIGTERM")
    stays.pays("the last one, who pays after SIGTERM")
    shop.ends("after SIGTERM the last guest had gone")


def _empty_day(shop):
    shop.open()
    shop.guest("a guest", b"tea").pays("who had ordered and said 'pay'")
    shop.rest()
    shop.tell()
    shop.ends("SIGTERM came when nobody was there")


def _long_evening(shop):
    """Nobody pays. Return what is to be said, True if a busy machine leaves that open, or None if all was as it should.

    What a guest has read before the limit was said before the limit. Whatever else depends on time may be late.
    """
    shop.open()
    guests = [shop.guest("a guest", b"tea") for _ in range(10)]
    shop.tell()
    slowest = ordered = 0

    def since():
        return time.monotonic() - shop.told_at

    while (asked := since()) < 0.55 * LIMIT:
        try:
            guests[0].orders(b"bun", f"who goes on to order {asked:.2f} s after SIGTERM")
        except Wrong as wrong:
            if since() < 0.9 * LIMIT:
                raise
            return wrong
        slowest, ordered = max(slowest, since() - asked), asked
        time.sleep(0.05)
    again = since()
    if again > 0.75 * LIMIT:
        return True  # the shop may have an end of its own when the second signal comes
    if again - ordered > 0.2 * LIMIT:
        return True  # it may have had one that no order has met
    shop.tell()
    for guest in guests:
        guest.hears("closing", f"who does not pay until the limit of {LIMIT:g} s")
        if (after := since()) < 0.9 * LIMIT:
            shop.wrong(f"a guest who had ordered heard 'closing' {after:.2f} s after SIGTERM, before the limit.")
        guest.is_hung_up_on("after 'closing'")
    after = since()
    try:
        shop.ends(f"the limit was over, and {len(guests)} guests had heard 'closing'")
    except Wrong as wrong:
        if shop.child.exit_code != -signal.SIGTERM:
            raise
        return wrong
    if after < LIMIT + 0.25 + slowest:
        return None if after < LIMIT + 0.25 else True
    told = (
        f"limit {LIMIT:g} s: SIGTERM came, and again after {again:.1f} s; ten guests stayed, and the last of them heard"
    )
    return Wrong(
        f"{told} 'closing' {after:.1f} s after the first signal.",
        "There is one limit, for all guests together, and it begins with the first signal.",
    )
