"""Checks of chapter 1: threads.

What an answer would do with threads is done on the stage of the vocabulary, where a check decides who runs next, tries
many schedules, and sees a deadlock at once.
"""

import threading

from exercises import Wrong, exercise
from exercises.vocabulary import SteeredLock, current_worker, need, need_class, pause, steered

SCHEDULES = 150  # how many are tried in each situation


# -- 01.1, 01.2 -------------------------------------------------------------------------------------------------------


def _run_schedule(answer, programs):
    """Run generators in the order given; each yields before each of its steps."""
    need(answer, (str, list, tuple), 'give a list such as ["A", "B"]')
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
                pause()
            return object.__getattribute__(till, name)

        return type(till_class.__name__, (till_class,), {"__getattribute__": look_up})
    values = [till_class.sold] if hasattr(till_class, "sold") else []

    def read(till):
        pause()
        if not values:
            raise AttributeError("your till has no `sold`: set it in __init__")
        return values[-1]

    def write(till, value):
        pause()
        values.append(value)

    return type(till_class.__name__, (till_class,), {"sold": property(read, write)})


@exercise(
    "01.3",
    praise="every sale counted, every number printed once, and nobody waits for another's receipt.",
    hint="Read, add and write back while one lock is held; keep the new number in a local name; print afterwards.",
)
def _repair_the_till(answer):
    need_class(answer, "Till", "sell")
    for clerks, sales, schedules in [(1, 2, 1), (3, 2, SCHEDULES)]:
        wanted = list(range(1, clerks * sales + 1))
        for seed in range(schedules):
            with steered(answer, seed) as stage:
                till, printed = _watched(answer)(), []

                def receipt(number, printed=printed):
                    pause()
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
    with steered(answer) as stage:
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
        self.number, self.lock, self._buns, self.meet = number, SteeredLock(), buns, pause

    def _touch(self):
        worker = current_worker()
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
    with steered(answer, seed) as stage:
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
    "01.5",
    praise="never too full, nothing lost or overtaken, and everyone who can go on does, in every schedule tried.",
    hint="`while` around each wait; and after each put call a seller, after each get a baker.",
    seconds=15,
)
def _bounded_shelf(answer):
    need_class(answer, "Shelf", "put", "get")
    _fill_and_empty(answer)
    _wait_on_empty(answer)
    for seed in range(SCHEDULES):
        _crowd_at_a_full_shelf(answer, seed)
    for bakers, sellers, places in [(1, 3, 1), (3, 1, 2), (3, 3, 1), (2, 3, 2)]:
        for seed in range(SCHEDULES):
            _busy_day(answer, bakers, sellers, places, seed)


def _fill_and_empty(answer):
    with steered(answer) as stage:
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
    with steered(answer) as stage:
        trade = _Trade(answer, 2, stage)
        trade.sell(1)
        if not trade.run():
            raise Wrong(f"the shelf is empty, and `get` returned {trade.got[0]!r} instead of waiting.")
        trade.bake("pork")
        if trade.run():
            raise Wrong("a seller waited, a baker put a bun on the shelf, and the seller waits on.")


def _crowd_at_a_full_shelf(answer, seed):
    with steered(answer, seed) as stage:
        trade = _Trade(answer, 2, stage)
        for baker in range(4):
            trade.bake(baker)
        trade.run()
        if trade.put != 2:
            raise Wrong(f"four bakers came with a bun each to an empty shelf of two, and {trade.put} could leave it.")


def _busy_day(answer, bakers, sellers, places, seed):
    each = 6 // bakers
    with steered(answer, seed) as stage:
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
