"""Checks of chapter 1: threads.

What an answer does with threads is done on the stage of the vocabulary, where a check decides who runs next, tries one
schedule after the other, and sees a deadlock at once. The programs below run there; they need no locks of their own.
"""

import threading
import time

from exercises import Wrong, exercise
from exercises.vocabulary import (
    current_worker,
    join_all,
    need,
    need_class,
    settle,
    start,
    time_was_asked_for,
    under_schedules,
)

CLERKS = ("Li", "Wang", "Zhao", "Chen")


# -- 01.1, 01.2 -------------------------------------------------------------------------------------------------------


def _run_schedule(answer, programs):
    """Run generators in the order given; each yields before each of its steps."""
    need(answer, (str, list, tuple), 'give a list such as ["A", "B"]')
    for program in programs.values():
        next(program)
    done = set()
    for place, name in enumerate(answer, 1):
        if name not in ("A", "B"):
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
    praise="six sales, and the total says 2: without a lock, four of the six can be lost.",
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
        raise Wrong(f"with your schedule `sold` is {sold}: of 6 sales {6 - sold} are lost, and 4 can be.")


# -- 01.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "01.3",
    praise="every sale counted, every number printed once, and nobody waits for another's receipt.",
    hint="Read, add and write back while one lock is held; keep the new number in a local name; print afterwards.",
)
def _repair_the_till(answer):
    need_class(answer, "Till", "sell")
    for clerks, sales in [(1, 3), (2, 1), (2, 2), (3, 1)]:
        under_schedules(_sell, answer, clerks, sales, stuck=_say_who_waits)
    under_schedules(_two_tills, answer)
    for clerks in (2, 3):
        under_schedules(_print_together, answer, clerks, stuck=_waits_for_receipt)


def _sell(till_class, clerks, sales):
    till, printed = till_class(), []
    if (sold := _sold(till)) != 0:
        raise Wrong(f"`sold` of a new till is {sold!r}, and nothing has been sold yet: it should be 0.")

    def work():
        for _ in range(sales):
            till.sell(printed.append)

    for name in CLERKS[:clerks]:
        start(name, work)
    join_all()
    _compare_receipts(clerks, clerks * sales, printed, _sold(till))


def _sold(till):
    if not hasattr(till, "sold"):
        raise Wrong("your till has no `sold`: set it in __init__.")
    return till.sold


def _compare_receipts(clerks, sales, printed, sold):
    if sorted(printed, key=repr) != sorted(range(1, sales + 1), key=repr) or sold != sales:
        who = "one clerk" if clerks == 1 else f"{clerks} clerks"
        receipts = f"the receipts say {', '.join(map(repr, printed))}" if printed else "no receipt was printed"
        raise Wrong(f"{who} made {sales} sale{'s' * (sales > 1)}; {receipts}, and `sold` is {sold!r}.")


def _two_tills(till_class):
    tills, printed = [till_class(), till_class()], []
    for till in (tills[0], tills[0], tills[1]):
        till.sell(printed.append)
    join_all()
    sold = [till.sold for till in tills]
    if (sorted(printed), sold) != ([1, 1, 2], [2, 1]):
        raise Wrong(
            f"two sales at one till, then one at another till: the receipts say {', '.join(map(repr, printed))}, and"
            f" `sold` is {sold[0]!r} and {sold[1]!r}, not 2 and 1.",
            "Each till counts its own sales: set `sold` in __init__.",
        )


def _print_together(till_class, clerks):
    """Receipts that are printed only when all have begun."""
    till, all_print, printed = till_class(), threading.Barrier(clerks), []

    def receipt(number):
        all_print.wait()
        printed.append(number)

    for name in CLERKS[:clerks]:
        start(name, till.sell, receipt)
    join_all()
    if len(printed) < clerks:  # somebody else prints them, one after another
        raise Wrong(_waits_for_receipt(()))


def _waits_for_receipt(waiting):
    return "while one clerk's receipt was being printed, another clerk could not print theirs."


def _say_who_waits(waiting):
    """A sentence on a deadlock."""
    parts = []
    for worker in waiting:
        if worker.name != "main":
            holds = " and ".join(map(_name_of, worker.holds)) or "no lock"
            parts.append(f"{worker.name} holds {holds} and waits for {_name_of(worker.wants)}")
    return f"a deadlock: {'; '.join(parts)}."


def _name_of(thing):
    if getattr(thing, "name", ""):
        return thing.name
    return "a lock" if hasattr(thing, "holder") else "a call" if hasattr(thing, "notify") else "another thread"


# -- 01.4 -------------------------------------------------------------------------------------------------------------


class _WatchedShelf:
    """A shelf whose buns may be touched only by who holds its lock; `meet` is called before each touch."""

    def __init__(self, number, buns=10):
        self.number, self.lock, self._buns, self.meet = number, threading.Lock(), buns, lambda: None
        self.lock.name = f"the lock of shelf {number}"

    def _touch(self):
        if not any(lock is self.lock for lock in current_worker().holds):
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


def _move_all(move, moves, prepare=lambda shelves: None):
    """Run moves [(giver, taker, buns), …] side by side, and look what the shelves hold afterwards."""
    shelves = {number: _WatchedShelf(number) for number in (*range(5), 11)}
    prepare(shelves)
    for name, (giver, taker, buns) in zip(CLERKS, moves, strict=False):
        start(name, move, shelves[giver], shelves[taker], buns)
    join_all()
    for number, shelf in shelves.items():
        if shelf.lock.locked():
            raise Wrong(f"when all moves were done, the lock of shelf {number} was still held.")
    wanted = dict.fromkeys(shelves, 10)
    for giver, taker, buns in moves:
        wanted[giver] -= buns
        wanted[taker] += buns
    holds = {number: shelf._buns for number, shelf in shelves.items()}
    if holds != wanted:
        told = ", ".join(f"{buns} from shelf {giver} to {taker}" for giver, taker, buns in moves)
        off = [number for number in shelves if holds[number] != wanted[number]]
        raise Wrong(
            f"10 buns lay on each shelf; to be moved: {told}. Now"
            f" {' and '.join(f'shelf {number} holds {holds[number]}, not {wanted[number]}' for number in off)}.",
            "Who does not get the second lock may let go of the first and try again, but must not give up."
            if len(moves) > 1 or prepare is _clean_shelf_two
            else "Take from the giver, add to the taker, in any case.",
        )


def _keep_one_and_two_busy(shelves):
    """Who works at shelves 1 and 2 is held up there until somebody has got to shelf 3 or 4."""
    others_at_work = threading.Event()
    for number, shelf in shelves.items():
        shelf.meet = others_at_work.wait if number < 3 else others_at_work.set


def _clean_shelf_two(shelves):
    """Somebody holds its lock for a while."""

    def clean():
        with shelves[2].lock:
            time.sleep(0.3)

    start("cleaner", clean)


@exercise(
    "01.4",
    praise="no circle of waits in any schedule tried, and strangers do not wait for each other.",
    hint="Sort the two shelves by their number, and take the locks in that order.",
)
def _cure_the_deadlock(answer):
    need(answer, callable, "give the function `move`")
    for move in [(2, 1, 3), (1, 2, 3), (3, 4, 10), (1, 2, 0)]:
        under_schedules(_move_all, answer, [move], stuck=_single_move_stuck)
    for moves in (
        *[[(one, other, 3), (other, one, 4)] for one, other in ((1, 2), (0, 1), (1, 3), (2, 4), (1, 4), (1, 11))],
        [(1, 2, 3), (1, 2, 4)],
        [(1, 1, 2), (1, 2, 3), (2, 1, 1)],
    ):
        if len(moves) == 3:
            under_schedules(_move_all, answer, [(1, 1, 3)], stuck=_move_to_itself_stuck)
        under_schedules(_move_all, answer, moves, stuck=_say_who_waits, most=40)
    under_schedules(_move_all, answer, [(1, 2, 1), (2, 3, 1), (3, 1, 1)], stuck=_say_who_waits, most=200)
    under_schedules(_move_all, answer, [(1, 2, 3), (2, 1, 4)], stuck=_say_who_waits, bound=3, most=200)
    for move in [(1, 2, 3), (2, 1, 3)]:
        under_schedules(_move_all, answer, [move], _clean_shelf_two, stuck=_say_who_waits, most=20)
    under_schedules(
        _move_all, answer, [(1, 2, 1), (2, 1, 1), (3, 4, 1)], _keep_one_and_two_busy, stuck=_strangers_wait, most=60
    )


def _single_move_stuck(waiting):
    return f"a single move, with nobody else about, does not end: {_say_who_waits(waiting).partition(': ')[2]}"


def _move_to_itself_stuck(waiting):
    return Wrong("a move from a shelf to itself does not end.", "A `Lock` cannot be taken twice.")


def _strangers_wait(waiting):
    return Wrong(
        "while buns were moved between shelves 1 and 2, nobody could move any from shelf 3 to 4.",
        "One lock for all moves is not needed: each shelf has its own.",
    )


# -- 01.5 -------------------------------------------------------------------------------------------------------------


class _Trade:
    """Bakers and sellers at one shelf of the answer's making, and what they have done so far."""

    def __init__(self, shelf_class, places):
        self.shelf, self.places = shelf_class(places), places
        self.put = self.asked = 0
        self.got, self.busy = [], []

    def bake(self, *buns):
        """Start a baker."""

        def work():
            for bun in buns:
                self.shelf.put(bun)
                self.put += 1
                if self.put - self.asked > self.places:
                    raise Wrong(
                        f"{self.put - self.asked} buns lay on a shelf of {self.places}.", "`while` it is full, wait."
                    )

        self.busy.append(start("baker", work, daemon=True))

    def sell(self, times):
        """Start a seller."""

        def work():
            for _ in range(times):
                self.asked += 1
                self.got.append(self.shelf.get())

        self.busy.append(start("seller", work, daemon=True))

    def rest(self):
        """Let everybody do what they can; return "" if all is done, else who waits."""
        settle()
        if time_was_asked_for():
            raise Wrong(
                "somebody slept, or waited with a time-out.",
                "Who cannot go on waits until they are called: `wait()` without a time-out, and no `sleep`.",
            )
        names = [thread.name for thread in self.busy if thread.is_alive()]
        counts = [(names.count(name), name) for name in ("baker", "seller")]
        return " and ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in counts if count)


@exercise(
    "01.5",
    praise="never too full, nothing lost or overtaken, and everyone who can go on does, in every schedule tried.",
    hint="`while` around each wait; and after each put call a seller, after each get a baker.",
    seconds=40,
)
def _bounded_shelf(answer):
    need_class(answer, "Shelf", "put", "get")
    for places in (1, 2, 3):
        under_schedules(_fill_and_empty, answer, places, most=20)
    under_schedules(_wait_on_empty, answer, most=20)
    under_schedules(_odd_buns, answer, most=20)
    under_schedules(_two_shelves, answer, most=20)
    for bakers, sellers, places in DAYS:
        under_schedules(_busy_day, answer, bakers, sellers, places, most=20 if places == 1 else 100)


DAYS = [  # the buns of each baker, how many each seller asks for, and the places
    ([1, 1], [], 1),
    ([1, 1], [], 2),
    ([1, 1, 1, 1], [], 2),
    ([3], [3], 1),
    ([3], [3], 2),
    ([1, 1], [1], 1),
    ([1], [1, 1], 1),
    ([2], [1, 1, 1], 1),
    ([2, 1], [1], 1),
    ([1, 1, 1], [1], 1),
    ([2], [1, 1], 1),
    ([1, 1], [2], 1),
    ([1, 1], [1, 1], 1),
    ([1, 1], [1, 1], 2),
    ([1, 1], [1, 1, 1, 1], 1),
]


def _fill_and_empty(shelf_class, places):
    trade, buns = _Trade(shelf_class, places), ["pork", "leek", "lotus", "bean"][: places + 1]
    trade.bake(*buns[:-1])
    if trade.rest():
        raise Wrong(
            f"the shelf is to have {places} places, but after {trade.put} of {places} `put` the next one waits."
        )
    trade.bake(buns[-1])
    if not trade.rest():
        raise Wrong(f"{places + 1} buns lay on a shelf of {places}.", "`while` it is full, wait.")
    trade.sell(places + 1)
    if stuck := trade.rest():
        raise Wrong(f"a seller came to a full shelf with a baker waiting, and {stuck} can never go on.")
    if trade.got != buns:
        raise Wrong(f"buns went in as {', '.join(buns)} and came out as {', '.join(map(str, trade.got))}.")


def _wait_on_empty(shelf_class):
    trade = _Trade(shelf_class, 2)
    trade.sell(1)
    if not trade.rest():
        raise Wrong(f"the shelf is empty, and `get` returned {trade.got[0]!r} instead of waiting.")
    trade.sell(1)
    trade.rest()
    trade.bake("pork")
    if trade.rest() != "1 seller":
        raise Wrong("two sellers waited, a baker put a bun on the shelf, and no seller got it.")
    trade.bake("leek")
    if trade.rest():
        raise Wrong("a seller waited, a baker put a bun on the shelf, and the seller waits on.")


def _odd_buns(shelf_class):
    """Buns that look like none, and equal ones."""
    for bun in (None, 0, "", False, []):
        trade = _Trade(shelf_class, 2)
        trade.bake(bun, bun)
        if trade.rest():
            raise Wrong(f"two buns {bun!r} were put on an empty shelf of two, and the second `put` waits.")
        trade.sell(2)
        if trade.rest():
            raise Wrong(f"two buns {bun!r} were put on the shelf, and a seller who wants two waits for ever.")
        if len(trade.got) != 2 or any(got is not bun for got in trade.got):
            raise Wrong(f"two buns {bun!r} were put on the shelf, and {trade.got!r} came out.")


def _two_shelves(shelf_class):
    one, other = _Trade(shelf_class, 1), _Trade(shelf_class, 1)
    one.bake("pork")
    other.bake("leek")
    if one.rest() or other.rest():
        raise Wrong("two shelves have one place each, and the second bun finds no place though both were empty.")
    other.sell(2)
    one.sell(2)
    one.rest()
    other.bake("bean")
    if not one.rest() or other.rest():
        raise Wrong("sellers waited at two shelves, a bun was put on one of them, and its seller waits on.")
    one.bake("lotus")
    one.rest()
    if (one.got, other.got) != (["pork", "lotus"], ["leek", "bean"]):
        raise Wrong(
            f"pork and lotus were put on one shelf, leek and bean on another; they gave {one.got} and {other.got}."
        )


def _busy_day(shelf_class, bakers, sellers, places):
    trade = _Trade(shelf_class, places)
    baked = [(baker, number) for baker, buns in enumerate(bakers) for number in range(buns)]
    for baker in range(len(bakers)):
        trade.bake(*[bun for bun in baked if bun[0] == baker])
    for times in sellers:
        trade.sell(times)
    _let_all_go_on(trade, len(baked), sum(sellers))
    if len(baked) > sum(sellers):
        trade.sell(len(baked) - sum(sellers))
    more = [("late", number) for number in range(sum(sellers) - len(baked))]
    trade.bake(*more)
    baked += more
    _let_all_go_on(trade, len(baked), len(baked))
    if sorted(trade.got, key=repr) != sorted(baked, key=repr):
        raise Wrong(f"{len(baked)} different buns were put on the shelf, and {len(set(trade.got))} of them came out.")
    for baker in range(len(bakers)) if len(sellers) < 2 else ():
        order = [number for name, number in trade.got if name == baker]
        if order != sorted(order):
            raise Wrong(
                f"a baker put buns on the shelf in turn, and one seller got number {', '.join(map(str, order))}."
            )


def _let_all_go_on(trade, baked, asked):
    """Wait until nobody can go on, and see whether all have done what they could."""
    stuck = trade.rest()
    for bun in trade.got:
        if not isinstance(bun, tuple):
            raise Wrong(f"`get` returned {bun!r}, which nobody had put on the shelf.")
    if trade.put > trade.places + asked:
        raise Wrong(f"{trade.put - asked} buns lay on a shelf of {trade.places}.", "`while` it is full, wait.")
    if trade.put < min(baked, trade.places + asked) or len(trade.got) < min(baked, asked):
        lying = trade.put - len(trade.got)
        lie = f"{lying or 'no'} bun{'s' * (lying != 1)} lie{'s' * (lying == 1)}"
        raise Wrong(f"{stuck} can never go on, though {lie} on a shelf of {trade.places}.")
