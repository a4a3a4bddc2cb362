"""Checks of chapter 1: processes and threads.

What an answer would do with threads is done here with greenlets, on locks that switch to another worker whenever one
of them is asked for. So a check decides who runs next, tries many schedules, sees a deadlock at once, and finds the
same each time.
"""

import ast
import contextlib
import multiprocessing
import random
import re
import sys
import threading
import time
import types

import greenlet

from backstage.processes import Child, temporary_folder
from exercises import Wrong, exercise

SCHEDULES = 150  # how many are tried in each situation
MOST_STEPS = 3_000  # of one schedule; right answers need some hundred
PATIENCE = 15  # seconds for a script that takes about one


# -- workers that take turns where the check says ---------------------------------------------------------------------


class _Worker(greenlet.greenlet):
    """What the answer takes for a thread.

    Attributes: `name`; `wants`, the lock it waits for, or None; `timed`, whether it waits with a time-out; `gave_up`,
    whether that has just ended.
    """

    def __init__(self, name, run):
        super().__init__(run)
        self.name, self.wants, self.timed, self.gave_up = name, None, False, False


class _Stage:
    """Lets workers run one at a time, and chooses the next whenever one pauses."""

    def __init__(self, seed=0):
        self.workers, self.over, self._random = [], False, random.Random(seed)

    def add(self, name, run):
        self.workers.append(_Worker(name, run))

    @property
    def waiting(self):
        """Workers that have not ended."""
        return [worker for worker in self.workers if not worker.dead]

    def run(self):
        """Let everybody run until nobody can: all have ended, or all who have not wait for each other."""
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
        self.over = True  # locks no longer hold up anybody, so that those who still wait can be sent home
        for worker in self.waiting:
            with contextlib.suppress(Exception):
                worker.throw()


_stage = None


def _worker():
    """The worker that runs now, or None outside of the stage."""
    current = greenlet.getcurrent()
    return current if isinstance(current, _Worker) and not _stage.over else None


def _pause():
    """Let another worker run, if the stage chooses one."""
    if worker := _worker():
        worker.parent.switch()


class _Lock:
    """As `threading.Lock`, for workers."""

    def __init__(self):
        self.taken, self.holder = False, None

    def acquire(self, blocking=True, timeout=-1):
        worker = _worker()
        if worker is None:
            if self.taken and blocking and not (_stage and _stage.over):
                raise Wrong("a lock was still held when everybody had gone.")
            free, self.taken = not self.taken, True
            return free
        _pause()
        while self.taken:
            if not blocking or timeout == 0:
                return False
            worker.wants, worker.timed = self, timeout > 0
            _pause()
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


class _RLock(_Lock):
    """As `threading.RLock`, for workers."""

    def __init__(self):
        super().__init__()
        self.depth = 0

    def _is_owned(self):
        return self.taken and self.holder is _worker()

    def acquire(self, blocking=True, timeout=-1):
        if not self._is_owned() and not super().acquire(blocking, timeout):
            return False
        self.depth += 1
        return True

    def release(self):
        self.depth -= 1
        if self.depth <= 0:
            super().release()

    def _release_save(self):
        depth, self.depth = self.depth, 0
        super().release()
        return depth

    def _acquire_restore(self, depth):
        super().acquire()
        self.depth = depth

    def __enter__(self):
        return self.acquire()


@contextlib.contextmanager
def _steered(answer, seed=0):
    """A stage; meanwhile the locks of `threading`, and hence its conditions and semaphores, are those for workers."""
    global _stage
    real = {name: getattr(threading, name) for name in ("Lock", "RLock", "_allocate_lock") if hasattr(threading, name)}
    fakes = {"Lock": _Lock, "RLock": _RLock, "_allocate_lock": _Lock}
    sleep = time.sleep
    _replace_own_locks(answer)
    for name in real:
        setattr(threading, name, fakes[name])
    time.sleep = lambda seconds: _pause()
    _stage = _Stage(seed)
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
    kinds = {threading.Lock: _Lock, threading.RLock: _RLock}
    made = {type(threading.Lock()): _Lock, type(threading.RLock()): _RLock}

    def steered(value):
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
                each.__globals__[name] = steered(value)
            for cell in each.__closure__ or ():
                with contextlib.suppress(ValueError):  # a name that has no value yet
                    cell.cell_contents = steered(cell.cell_contents)
                    todo.append(cell.cell_contents)
            if each.__defaults__:
                each.__defaults__ = tuple(map(steered, each.__defaults__))
            todo += each.__globals__.values()
        elif isinstance(each, type) and not _is_of_library(vars(sys.modules.get(each.__module__, threading))):
            for name, value in list(vars(each).items()):
                if steered(value) is not value:
                    setattr(each, name, steered(value))
            todo += [*vars(each).values(), *each.__mro__]


def _is_of_library(names):
    """Whether these are the globals of an imported module, not of the answer."""
    module = sys.modules.get(names.get("__name__"))
    return module is not None and names.get("__name__") != "__main__" and vars(module) is names


def _need_class(answer, name, methods):
    if not isinstance(answer, type):
        raise Wrong(f"give the class {name} itself, not a {type(answer).__name__}.")
    for method in methods:
        if not callable(getattr(answer, method, None)):
            raise Wrong(f"{answer.__name__} has no method `{method}`.")


# -- 01.1, 01.2 -------------------------------------------------------------------------------------------------------


def _run_schedule(answer, programs):
    """Run generators in the order given; each yields before each of its steps."""
    if not isinstance(answer, (str, list, tuple)):
        raise Wrong(f'give a list such as ["A", "B"], not a {type(answer).__name__}.')
    for program in programs.values():
        next(program)
    done = set()
    for place, name in enumerate(answer, 1):
        if name not in programs:
            raise Wrong(f"step {place} of your schedule names {name!r}; there are only 'A' and 'B'.")
        if name in done:
            raise Wrong(f"step {place} of your schedule lets {name} run, who has nothing left to do by then.")
        if next(programs[name], "end") == "end":
            done.add(name)
    for name in programs:
        if name not in done:
            raise Wrong(f"your schedule ends before {name} is done.")


@exercise(
    "01.1",
    praise="both saw the last bun, both took it. Between a look and what follows from it, anything can happen.",
    hint="After which steps of A must B run, so that B still sees a bun?",
)
def _sell_the_last_bun_twice(answer):
    shelf = {"buns": 1}

    def clerk():
        yield
        if shelf["buns"] > 0:
            yield
            shelf["buns"] -= 1

    _run_schedule(answer, {"A": clerk(), "B": clerk()})
    if shelf["buns"] != -1:
        raise Wrong(f"with your schedule the shelf ends up with {shelf['buns']} buns, as it should: nothing broke.")


@exercise(
    "01.2",
    praise="six sales, and the total says 2. No lock, no limit to what can be lost.",
    hint="Let one clerk read at the very beginning and write late; let the other do the same at the end.",
)
def _lose_four_of_six_sales(answer):
    sold = 0

    def clerk():
        nonlocal sold
        for _ in range(3):
            yield
            seen = sold
            yield
            sold = seen + 1

    _run_schedule(answer, {"A": clerk(), "B": clerk()})
    if sold == 6:
        raise Wrong("with your schedule `sold` is 6: no sale was lost.")
    if sold != 2:
        raise Wrong(f"with your schedule `sold` is {sold}: {6 - sold} of six sales are lost, and four can be.")


# -- 01.3 -------------------------------------------------------------------------------------------------------------


def _watched(till_class):
    """The class, for one till, with a chance for others to run before each read and each write of `sold`."""
    if isinstance(getattr(till_class, "sold", None), property):  # what it computes from is watched instead

        def look_up(till, name):
            if not name.startswith("__"):
                _pause()
            return object.__getattribute__(till, name)

        return type(till_class.__name__, (till_class,), {"__getattribute__": look_up})
    values = [till_class.sold] if hasattr(till_class, "sold") else []

    def read(till):
        _pause()
        if not values:
            raise AttributeError("your till has no `sold`: set it in __init__")
        return values[-1]

    def write(till, value):
        _pause()
        values.append(value)

    return type(till_class.__name__, (till_class,), {"sold": property(read, write)})


@exercise(
    "01.3",
    praise="every sale counted, every number printed once, and nobody waits for another's receipt.",
    hint="Read, add and write back while one lock is held; keep the new number in a local name; print afterwards.",
)
def _repair_the_till(answer):
    _need_class(answer, "Till", ["sell"])
    for clerks, sales, schedules in [(1, 2, 1), (3, 2, SCHEDULES)]:
        wanted = list(range(1, clerks * sales + 1))
        for seed in range(schedules):
            with _steered(answer, seed) as stage:
                till, printed = _watched(answer)(), []

                def receipt(number, printed=printed):
                    _pause()
                    printed.append(number)

                def work(till=till, receipt=receipt, sales=sales):
                    for _ in range(sales):
                        till.sell(receipt)

                for clerk in range(clerks):
                    stage.add(f"clerk {clerk}", work)
                stage.run()
                if stage.waiting:
                    raise Wrong("the clerks wait for ever: a lock was taken and not given back.")
            sold = till.sold
            who = "one clerk" if clerks == 1 else f"{clerks} clerks"
            what = f"{who} made {len(wanted)} sales; the receipts say {', '.join(map(str, printed)) or 'nothing'}"
            if sorted(printed, key=repr) != sorted(wanted, key=repr) or sold != len(wanted):
                raise Wrong(f"{what}, and `sold` is {sold}.")
    with _steered(answer) as stage:
        till, both_print = _watched(answer)(), threading.Barrier(2)
        for clerk in range(2):
            stage.add(f"clerk {clerk}", lambda: till.sell(lambda number: both_print.wait()))
        stage.run()
        if stage.waiting:
            raise Wrong("while one clerk's receipt was being printed, the other could not print theirs.")


# -- 01.4 -------------------------------------------------------------------------------------------------------------


class _WatchedShelf:
    """A shelf whose buns may be touched only by who holds its lock; `meet` is called before each touch."""

    def __init__(self, number, buns=10):
        self.number, self.lock, self._buns, self.meet = number, _Lock(), buns, _pause

    def _touch(self):
        worker = _worker()
        if worker and self.lock.holder is not worker:
            raise Wrong(f"the buns of shelf {self.number} were touched by somebody who did not hold its lock.")
        self.meet()

    @property
    def buns(self):
        self._touch()
        return self._buns

    @buns.setter
    def buns(self, value):
        self._touch()
        self._buns = value


def _say_who_waits(stage, shelves):
    numbers = {shelf.lock: f"the lock of shelf {shelf.number}" for shelf in shelves}
    parts = []
    for worker in stage.waiting:
        holds = " and ".join(text for lock, text in numbers.items() if lock.holder is worker) or "nothing"
        parts.append(f"{worker.name} holds {holds} and wants {numbers.get(worker.wants, 'another lock')}")
    return "; ".join(parts)


def _move_all(answer, moves, seed=0, meet=None):
    """Run moves [(giver, taker, buns), …] side by side; return the shelves, or raise Wrong at a deadlock."""
    names = ("Li", "Wang", "Zhao", "Chen")
    shelves = {number: _WatchedShelf(number) for number in range(1, 5)}
    with _steered(answer, seed) as stage:
        for name, (giver, taker, buns) in zip(names, moves, strict=False):
            stage.add(name, lambda g=giver, t=taker, b=buns: answer(shelves[g], shelves[t], b))
        if meet:
            meet(shelves)
        stage.run()
        if stage.waiting:
            return shelves, _say_who_waits(stage, shelves.values())
        held = [number for number, shelf in shelves.items() if shelf.lock.taken]
        if held:
            raise Wrong(f"when all moves were done, the lock of shelf {held[0]} was still held.")
    return shelves, ""


def _amounts(shelves):
    return [shelf._buns for shelf in shelves.values()]


@exercise(
    "01.4",
    praise="no circle of waits in any schedule tried, and strangers do not wait for each other.",
    hint="Sort the two shelves by their number, and take the locks in that order.",
)
def _cure_the_deadlock(answer):
    shelves, stuck = _move_all(answer, [(2, 1, 3)])
    if stuck:
        raise Wrong(f"a single move, and nobody else about, does not end: {stuck}.")
    if _amounts(shelves) != [13, 7, 10, 10]:
        raise Wrong(
            f"3 buns were moved from shelf 2 to shelf 1, 10 on each before; now they hold"
            f" {shelves[2]._buns} and {shelves[1]._buns}."
        )
    for moves in ([(1, 2, 3), (2, 1, 4)], [(1, 2, 1), (2, 3, 1), (3, 1, 1)]):
        for seed in range(SCHEDULES):
            shelves, stuck = _move_all(answer, moves, seed)
            if stuck:
                raise Wrong(f"a deadlock: {stuck}.")
            if sum(_amounts(shelves)) != 40:
                raise Wrong(f"40 buns were carried about, and {sum(_amounts(shelves))} are left.")
            if _amounts(shelves) != _after(moves):
                told = "; ".join(f"{buns} from {giver} to {taker}" for giver, taker, buns in moves)
                raise Wrong(
                    f"of these moves at the same time, one was not made: {told}.",
                    "Who does not get the second lock may let go of the first and try again, but must not give up.",
                )
    shelves, stuck = _move_all(answer, [(1, 1, 3)])
    if stuck:
        raise Wrong(f"a move from a shelf to itself does not end: {stuck}.", "A `Lock` cannot be taken twice.")
    if _amounts(shelves) != [10] * 4:
        raise Wrong(f"a move of 3 buns from a shelf of 10 to itself left {shelves[1]._buns} there.")

    for seed in range(SCHEDULES):
        _, stuck = _move_all(answer, [(1, 2, 1), (2, 1, 1), (3, 4, 1)], seed, _keep_one_and_two_busy)
        if stuck:
            raise Wrong(
                "while buns were moved between shelves 1 and 2, nobody could move any from shelf 3 to 4.",
                "One lock for all moves is not needed: each shelf has its own.",
            )


def _after(moves):
    amounts = [10] * 4
    for giver, taker, buns in moves:
        amounts[giver - 1] -= buns
        amounts[taker - 1] += buns
    return amounts


def _keep_one_and_two_busy(shelves):
    """Who works at shelves 1 and 2 is held up there until somebody has got to shelf 3 or 4."""
    others_at_work = threading.Event()
    for number, shelf in shelves.items():
        shelf.meet = others_at_work.wait if number < 3 else others_at_work.set


# -- 01.5 -------------------------------------------------------------------------------------------------------------

_LAUNCHER = """
import multiprocessing, pathlib, runpy, sys
from multiprocessing.process import BaseProcess

started, start = [], BaseProcess.start
def note_and_start(process):
    started.append(process)
    return start(process)

BaseProcess.start = note_and_start
multiprocessing.set_start_method(sys.argv[1], force=True)
set_again = multiprocessing.set_start_method
multiprocessing.set_start_method = lambda method, force=False: set_again(method, force=True)  # a script may choose
runpy.run_path("program.py", run_name="__main__")
pathlib.Path("started").write_text(str(len(started)))
"""

_FAILURES = {
    "PicklingError": "a function was to be sent that has no name by which another process could import it",
    "BrokenProcessPool": "a child ended, because it could not import the script or find in it what it should run",
}


@exercise(
    "01.5",
    praise="the same sum under every start method of this system.",
    hint='A function that other processes can import, and `if __name__ == "__main__":` before what starts them.',
    seconds=60,
)
def _start_everywhere(answer):
    if not isinstance(answer, str):
        raise Wrong(f"give the text of a script, not a {type(answer).__name__}.")
    try:
        tree = ast.parse(answer)
    except SyntaxError as error:
        raise Wrong(f"line {error.lineno} of your script is no Python: {error.msg}.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ("fork", "forkserver"):
            raise Wrong(f"your script asks for {node.value!r}, which Windows does not have.")
    folder = temporary_folder()
    (folder / "program.py").write_text(answer, encoding="utf-8")
    for method in sorted(multiprocessing.get_all_start_methods()):
        _try_method(folder, method)


def _try_method(folder, method):
    count = folder / "started"
    count.unlink(missing_ok=True)
    deadline = time.monotonic() + PATIENCE
    with Child([sys.executable, "-c", _LAUNCHER, method], name="the script", cwd=folder) as script:
        while script.wait(0.1) is None and time.monotonic() < deadline:
            if "bootstrapping phase" in script.output:  # a Pool goes on like that for ever
                break
        exit_code, lines = script.exit_code, script.output.split("\n")[-200:]
    if any("bootstrapping phase" in line for line in lines):
        raise Wrong(f"under {method!r} each child ran your script again, and was about to start children of its own.")
    said = re.findall(r"^(?:\w+\.)*((\w*(?:Error|Exception|BrokenProcessPool))\b.*)", "\n".join(lines), re.MULTILINE)
    # After an error an executor now and then never gets out: then the error is the news.
    if exit_code is None and not said:
        raise Wrong(f"under {method!r} your script had not ended after {PATIENCE} s.")
    if exit_code != 0 or not count.exists():
        # A pool left open may add an error of its own, of a file already closed: the one that is known comes first.
        known = [_FAILURES[name] for _, name in said if name in _FAILURES]
        others = [line.strip().rstrip(".") for line, _ in said] or [f"exit code {exit_code}"]
        raise Wrong(f"under {method!r} your script failed: {(known or others)[-1]}.")
    printed = [line.strip() for line in lines if line.strip()]
    if not any(re.search(r"\b285\b", line) for line in printed):  # below it there may be complaints of a pool left open
        raise Wrong(f"under {method!r} your script printed {printed[-1] if printed else 'nothing'!r}, not 285.")
    if count.read_text() == "0":
        raise Wrong("your script started no process.")


# -- 01.6 -------------------------------------------------------------------------------------------------------------


class _Trade:
    """Bakers and sellers at one shelf of the answer's making, and what they have done so far."""

    def __init__(self, shelf_class, places, stage):
        self.shelf, self.places, self.stage = shelf_class(places), places, stage
        self.put = self.asked = 0
        self.got = []

    def bake(self, *buns):
        def work():
            for bun in buns:
                self.shelf.put(bun)
                self.put += 1
                if self.put - self.asked > self.places:
                    raise Wrong(f"{self.put - self.asked} buns lay on a shelf of {self.places}.")

        self.stage.add("baker", work)

    def sell(self, times):
        def work():
            for _ in range(times):
                self.asked += 1
                self.got.append(self.shelf.get())

        self.stage.add("seller", work)

    def run(self):
        """Let everybody do what they can; return "" if all is done, else who waits."""
        self.stage.run()
        names = [worker.name for worker in self.stage.waiting]
        counts = [(names.count(name), name) for name in ("baker", "seller")]
        return " and ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in counts if count)


@exercise(
    "01.6",
    praise="never too full, nothing lost or overtaken, and everyone who can go on does, in every schedule tried.",
    hint="`while` around each wait; and after each put call a seller, after each get a baker.",
    seconds=15,
)
def _bounded_shelf(answer):
    _need_class(answer, "Shelf", ["put", "get"])
    _fill_and_empty(answer)
    _wait_on_empty(answer)
    for seed in range(SCHEDULES):
        _crowd_at_a_full_shelf(answer, seed)
    for bakers, sellers, places in [(1, 3, 1), (3, 1, 2), (3, 3, 1), (2, 3, 2)]:
        for seed in range(SCHEDULES):
            _busy_day(answer, bakers, sellers, places, seed)


def _fill_and_empty(answer):
    with _steered(answer) as stage:
        trade = _Trade(answer, 2, stage)
        trade.bake("pork", "leek")
        if trade.run():
            raise Wrong(f"the shelf has two places, but after {trade.put} of two `put` the next one does not return.")
        trade.bake("lotus")
        trade.run()
        trade.sell(3)
        if stuck := trade.run():
            raise Wrong(f"a seller came to a full shelf with a baker waiting, and {stuck} can never go on.")
        if trade.got != ["pork", "leek", "lotus"]:
            raise Wrong(f"buns went in as pork, leek, lotus and came out as {', '.join(map(str, trade.got))}.")


def _wait_on_empty(answer):
    with _steered(answer) as stage:
        trade = _Trade(answer, 2, stage)
        trade.sell(1)
        if not trade.run():
            raise Wrong(f"the shelf is empty, and `get` returned {trade.got[0]!r} instead of waiting.")
        trade.bake("pork")
        if trade.run():
            raise Wrong("a seller waited, a baker put a bun on the shelf, and the seller waits on.")


def _crowd_at_a_full_shelf(answer, seed):
    with _steered(answer, seed) as stage:
        trade = _Trade(answer, 2, stage)
        for baker in range(4):
            trade.bake(baker)
        trade.run()
        if trade.put != 2:
            raise Wrong(f"four bakers came with a bun each to an empty shelf of two, and {trade.put} could leave it.")


def _busy_day(answer, bakers, sellers, places, seed):
    each = 6 // bakers
    with _steered(answer, seed) as stage:
        trade = _Trade(answer, places, stage)
        for baker in range(bakers):
            trade.bake(*[(baker, number) for number in range(each)])
        for _ in range(sellers):
            trade.sell(6 // sellers)
        stuck = trade.run()
        baked = [(baker, number) for baker in range(bakers) for number in range(each)]
        for bun in trade.got:
            if bun not in baked:
                raise Wrong(f"`get` returned {bun!r}, which nobody had put on the shelf.")
        if stuck:
            lying = trade.put - len(trade.got)
            raise Wrong(
                f"{stuck} can never go on, with {lying} bun(s) on a shelf of {places}: somebody was not called, or the"
                " wrong one was."
            )
        if sorted(trade.got, key=repr) != baked:
            raise Wrong(f"{len(baked)} different buns were put on the shelf, {len(set(trade.got))} of them were got.")
        if sellers == 1 and any(
            [bun for bun in trade.got if bun[0] == baker] != [bun for bun in baked if bun[0] == baker]
            for baker in range(bakers)
        ):
            raise Wrong("two buns of the same baker came out in the wrong order.")
