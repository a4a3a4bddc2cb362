"""Runs a program of threads, one thread at a time, in the order that somebody else chooses.

The threads are real, but only the one that holds the baton runs. It can lose it where it waits, and at *points*: before
it takes a lock, and before an instruction that races with one of another thread. Which those are is learned (`races`):
each instruction is looked at before it runs (`tracing`, `accesses`), and whoever asked for the schedule is told to
begin AGAIN when there is a new point.

Time is played: it passes when nobody else can go on, or at the price of an interruption.
"""

import _thread
import contextlib
import gc
import io
import random
import re
import threading
from itertools import chain, count

from backstage.processes.own_time import OwnTime
from backstage.schedules import steered
from backstage.schedules.races import Races
from backstage.schedules.search import AGAIN, STOP
from backstage.schedules.story import MAIN, Failure, Step, named
from backstage.schedules.tracing import Watch

MOST_TICKS = 50_000  # instructions of one run; then it is taken to have no end
PATIENCE = 2_000  # instructions that one worker may run while another could, before that one gets a turn for nothing
MOST_JUMPS = 1_000  # of the clock in one run
LOOK = 0.05  # seconds between two looks at a worker that does not end

_raw_lock = steered.Lock.real


class Unwound(BaseException):
    """Raised in a worker whose run is over, so that it comes to an end."""


class Worker:
    """What the program takes for a thread; the first one runs the program itself."""

    def __init__(self, stage, number, name, work, thread):
        self.stage, self.number, self.name, self.work, self.thread = stage, number, name, work, thread
        self.ended = self.was_done = False  # whether its thread has, and whether it did so of itself
        self.parked = True  # whether it waits for the baton
        self.ready = self.wants = self.deadline = None  # until when it waits, for what, and for how long at most
        self.holds = ()  # locks
        self.epoch, self.before = 0, {}  # how often it started or joined another, and what came before for certain
        self.eager = False  # whether it was let go on from a `join` at once, so that its next point is a free choice
        self.past = 0  # a number that tells all that it did to others, and what others had done to it before
        self.line = self.shown = self.step = None  # where it is, and whether the story has that line
        self.ticks = 0  # instructions since it got the baton

    def able(self):
        return not self.ended and (self.ready is None or self.ready())


class ThreadStage:
    """Runs one program again and again.

    Parameters
    ----------
    make : callable
        Called before each run, as a worker; returns the program, a callable without arguments. What it makes anew is
        what one run does not inherit from another.

    Attributes
    ----------
    error : BaseException or None
        What broke the last run, unless that was a deadlock, or had no end.
    output : str
        What the last run printed.
    timed : bool
        Whether anybody has slept in it, or waited with a time-out.
    """

    def __init__(self, make):
        self._make = make
        self._races, self._watch = Races(), Watch()
        self._idle = []  # threads that wait for another worker
        self._stand_ins = steered.replaced()
        self._stand_ins.__enter__()
        self._watch.open()

    def close(self):
        """Give back what stood in for the names of `threading`, and let the threads end that have run the workers."""
        self._watch.close()
        self._stand_ins.__exit__(None, None, None)
        for runner in self._idle:
            runner.turn.release()
        self._idle = []

    # -- one run ------------------------------------------------------------------------------------------------------

    def run(self, choose, story=False):
        """Run the program once; see `search.search` for `choose` and what it returns."""
        self._choose, self._story = choose, [] if story else None
        self.now, self.timed, self.over, self.failure, self.error, self._trouble = 0.0, False, False, None, None, None
        self._ticks = self._jumps = self._lines = self._switches = 0
        self._tables = {}  # by identity of a code object: the object, and what need be looked at in it
        self.workers, self._pasts = [], {}
        self._done = _raw_lock()
        self._done.acquire()
        self._races.begin()
        random.seed(0)
        threading._counter = count(1).__next__  # "Thread-1" is the first one of each run
        out, collecting = io.StringIO(), gc.isenabled()
        gc.disable()  # it would run finalisers at other moments in each run
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                self.current = first = self._add(MAIN, lambda: self._make()(), threading.main_thread())
                first.parked = False
                first.turn.release()
                try:
                    self._done.acquire()
                finally:
                    self._unwind()
        finally:
            if collecting:
                gc.enable()
        self.output = out.getvalue()
        if self._trouble:
            raise self._trouble
        self._races.end()
        if self._races.learned:
            return AGAIN
        if self.failure:
            self.failure.slow = self.failure.kind == "endless"
            self.failure.length = (self._switches, self._lines)
            self.failure.steps, self.failure.output = self._story or [], self.output
        return self.failure

    def _add(self, name, work, thread):
        worker = Worker(self, len(self.workers), name, work, thread)
        self.workers.append(worker)
        runner = self._idle.pop() if self._idle else _Runner()
        worker.runner, worker.turn = runner, runner.turn
        runner.employ(worker)
        return worker

    def perform(self, worker):
        """What a runner does with its worker, once that has got the baton for the first time."""
        if self.over:
            worker.ended = True
            return
        self._watch.attach()
        try:
            worker.work()
        except (Unwound, SystemExit):
            pass
        except BaseException as error:
            self._watch.detach()
            if not self.over:
                self.error = error
                self._show(worker)
                self._fail("error", named(error), worker)
        finally:
            self._watch.detach()
            worker.ended = True
            if not self.over:
                worker.was_done = True
                self._show(worker)
                self._guard(self._go_on, worker)

    def _unwind(self):
        self.over = True
        for worker in self.workers:
            if worker.parked:
                worker.turn.release()
        for worker in self.workers:
            if worker.runner.rest():
                self._idle.append(worker.runner)

    def _fail(self, kind, text, worker):
        if self.failure is None:
            self.failure = Failure(kind, text, worker.name)
            if kind != "error":
                self.failure.waits = [self._wait_of(each) for each in self.workers if not each.ended]
        self._finish()

    def _finish(self):
        if not self.over:
            self.over = True
            self._done.release()

    def _guard(self, function, *arguments):
        try:
            return function(*arguments)
        except Unwound:
            raise
        except BaseException as error:  # of `choose`: for who has called `run`
            self._trouble = error
            self._finish()

    # -- the baton ----------------------------------------------------------------------------------------------------

    def point(self, what):
        """Another worker may go on here, instead of the one that runs."""
        me = self.current
        if self.over:
            raise Unwound
        if len(self.workers) > 1:
            self._guard(self._offer, me)
            if self.over:
                raise Unwound
        if self._story is not None:
            self._show(me, acts=True)

    def _offer(self, me):
        others = self._others(me)
        if not others:
            me.eager = False
            return
        price = 0 if me.eager else 1
        choice = self._ask((0, *(price for _ in others)), None if me.eager else me.past)
        me.eager = False
        if choice > 0:
            other, late = others[choice - 1]
            if late:
                self.now = max(self.now, other.deadline)
                self.event(other, "late", "clock")
            self._hand_over(me, other)

    def _others(self, me):
        """Who could go on instead of `me`, in the order of their turns, and whether for that time has to pass."""
        ring = [*self.workers[me.number + 1 :], *self.workers[: me.number]]
        able = [(each, False) for each in ring if each.able()]
        sleepers = [each for each in ring if not each.ended and each.deadline is not None and not each.able()]
        soonest = min((each.deadline for each in sleepers), default=None)
        return able + [(each, True) for each in sleepers if each.deadline == soonest]

    def block(self, ready, wants, seconds=None):
        """The running worker waits until `ready()`, or so many seconds; return whether it is ready."""
        me = self.current
        if self.over:
            raise Unwound
        if ready():
            return True
        me.ready, me.wants, me.eager = ready, wants, False
        me.deadline = None if seconds is None else self.now + seconds
        if seconds is not None:
            self.timed = True
            self.event(me, "for seconds", "clock", seconds)
        if self._story is not None:
            self._show(me, "waits")
        self._guard(self._go_on, me)
        if self.over:
            raise Unwound
        is_ready = ready()
        if self._story is not None and not is_ready and me.line:
            self._story.append(Step(me.name, *me.line, "time is up"))
        me.ready = me.wants = me.deadline = None
        return is_ready

    def _go_on(self, me):
        """Choose who goes on when `me` cannot."""
        if all(each.ended or each.thread.daemon for each in self.workers):
            return self._finish()
        options = self._others(me)
        for each, late in options:
            if isinstance(each.wants, Worker) and not late:
                each.eager = True  # what it does up to its next point changes nothing for anybody
                return self._hand_over(me, each)
        if not me.ended and me.deadline is not None:
            soonest = min((each.deadline for each, late in options if late), default=me.deadline)
            if me.deadline <= soonest:
                options = [(each, late) for each, late in options if not late or each.deadline == me.deadline]
                options.append((me, True))
        if not options:
            return self._fail("deadlock", "", me)
        nobody = all(late for _, late in options)  # could go on if no time passed
        costs = tuple(int(late and not nobody) for _, late in options)
        choice = self._ask(costs, None) if len(options) > 1 else 0
        if choice == STOP:
            return
        chosen, late = options[choice]
        if late:
            self.event(chosen, "late", "clock")
            self._jumps += 1
            self.now = max(self.now, chosen.deadline)
            if self._jumps > MOST_JUMPS:
                self._fail("endless", "", me)
                return
        if chosen is not me:
            self._hand_over(me, chosen)

    def _ask(self, costs, current):
        choice = self._choose(costs, (current, *sorted(each.past for each in self.workers)))
        if choice == STOP:
            self._finish()
        return choice

    def event(self, worker, what, thing, more=0):
        """The worker does something that others could notice: it comes after all that was done to this thing.

        Two runs in which the same happened, but for the order of what has nothing to do with each other, thus come to
        the same `past` of all workers, hence to the same state of the program, and one of them need not go on.
        """
        key = thing if type(thing) in (str, tuple) else id(thing)
        before, _ = self._pasts.get(key, (0, None))
        worker.past = hash((worker.past, what, before, more))
        self._pasts[key] = worker.past, thing  # kept, so that no other thing gets its identity

    def _hand_over(self, me, other):
        self._switches += 1
        self.current = other
        other.ticks = 0
        if self._story is not None and not me.ended and me.ready is None:
            self._story.append(Step(me.name, *me.line, "stopped" if me.shown else "stopped before"))
            me.shown = False
        waits = me.parked = not me.ended
        other.parked = False
        other.turn.release()  # from here on the other one runs, and may have handed the baton back by the next line
        if waits:
            me.turn.acquire()

    def _wait_of(self, worker):
        wants = worker.wants
        holder = getattr(wants, "holder", None)
        return (worker.name, *(worker.line or ("", 0, "")), type(wants).__name__, holder.name if holder else "")

    # -- what steered names ask ---------------------------------------------------------------------------------------

    def start(self, thread):
        me = self.current
        worker = self._add(self._name_of(thread), thread.run, thread)
        worker.before = {**me.before, me.number: me.epoch}
        me.epoch += 1
        self.event(me, "start", thread)
        worker.past = hash((me.past, "child"))

    def _name_of(self, thread):
        """As its author has called it, or after the function that it runs, with a number if there are several."""
        name = re.sub(r"Thread-\d+ \((\w+)\)", r"\1", thread.name).removesuffix(" (<lambda>)")
        taken = {each.name for each in self.workers}
        return next(each for each in chain([name], (f"{name} {number}" for number in count(2))) if each not in taken)

    def join(self, thread, timeout):
        me, other = self.current, self._of(thread)
        if other is me:
            raise RuntimeError("cannot join current thread")
        if other and not other.ended and not self.block(lambda: other.ended, other, timeout):
            return
        if other:
            self.event(me, "join", thread, other.past)
            before = {**other.before, other.number: other.epoch}
            me.before = {key: max(me.before.get(key, -1), before.get(key, -1)) for key in {**me.before, **before}}

    def _of(self, thread):
        return next((each for each in self.workers if each.thread is thread), None)

    def lives(self, thread):
        worker = self._of(thread)
        self.event(self.current, "lives", thread, worker.past if worker else 0)
        return worker is not None and not worker.ended

    def threads(self):
        return [each.thread for each in self.workers if not each.ended]

    def settle(self, me):
        """Wait until nobody else can go on, unless time passes."""
        self.block(lambda: not any(each is not me and each.able() for each in self.workers), "quiet")

    def look(self):
        """What the clock shows; each look takes a millisecond."""
        self.event(self.current, "look", "clock")
        self.now += 0.001
        return self.now

    def learn_releases(self):
        """Somebody asks for a lock without waiting for it."""
        self._races.learn_releases()

    def point_of_release(self, lock):
        if self._races.releases:
            self.point(lock)

    # -- what the watch tells -----------------------------------------------------------------------------------------

    def on_call(self, worker):
        """The worker has entered a function of the reader."""
        if self._story is not None:
            self._show(worker)

    def on_line(self, worker, code, line):
        """The worker is about to run a line."""
        if self.over:
            raise Unwound
        self._lines += 1
        if self._story is not None:
            self._show(worker)
            worker.line, worker.shown = (code.co_filename, line, code.co_name), False

    def on_instruction(self, worker, code, offset, frame):
        """The worker is about to run an instruction; return whether others have run meanwhile."""
        self._ticks += 1
        worker.ticks += 1
        switches = self._switches
        if self._ticks > MOST_TICKS or worker.ticks > PATIENCE:
            self._lose_patience(worker)
        if len(self.workers) > 1:
            known = self._tables.get(id(code))
            if known is None:
                known = self._tables[id(code)] = (code, self._races.table(code))
            look = known[1].get(offset)
            if look:
                is_point, entries, name = look
                if is_point:
                    self.point(None)
                    worker.past = hash((worker.past, offset))  # it has got on, even if it now touches nothing
                self._races.touch(worker, frame, entries, name, is_point)
        return switches != self._switches

    def _lose_patience(self, worker):
        if self.over:
            raise Unwound
        if self._ticks > MOST_TICKS:
            self._fail("endless", "", worker)
            raise Unwound
        worker.ticks = 0
        if others := self._others(worker):
            other, late = others[0]
            if late:
                self.now = max(self.now, other.deadline)
            self._guard(self._hand_over, worker, other)
            if self.over:
                raise Unwound

    # -- the story ----------------------------------------------------------------------------------------------------

    def _show(self, worker, note="", acts=False):
        """Add the line that a worker is about to run, or has just run, unless it is there already."""
        if self._story is None or worker.line is None:
            return
        if not worker.shown:
            worker.step = Step(worker.name, *worker.line)
            self._story.append(worker.step)
            worker.shown = True
        worker.step.note = note or worker.step.note
        worker.step.acts = acts or worker.step.acts


class _Runner:
    """A thread that runs one worker after the other, because a new one for each would cost as much as all else."""

    def __init__(self):
        self.turn, self._rested, self._worker, self.native_id = _raw_lock(), _raw_lock(), None, None
        self.turn.acquire()
        self._rested.acquire()
        _thread.start_new_thread(self._work, ())

    def employ(self, worker):
        """Get this worker ready to begin when it is its turn."""
        self._worker = worker

    def rest(self, seconds=1.0):
        """Wait until the worker has ended, so many seconds in which it could go on; return whether it has.

        One that the machine holds up must not come back in the middle of the next run.
        """
        own = OwnTime(thread=self)
        while not self._rested.acquire(timeout=LOOK):
            if self.native_id:
                seconds -= own.of(LOOK)
            if seconds <= 0:
                return False
        return True

    def _work(self):
        self.native_id = threading.get_native_id()
        while True:
            self.turn.acquire()
            worker, self._worker = self._worker, None
            if worker is None:
                return
            steered.workers[threading.get_ident()] = worker
            try:
                worker.stage.perform(worker)
            finally:
                del steered.workers[threading.get_ident()], worker
            self._rested.release()
