"""Small programs of threads, after the kinds of puzzles that every book on concurrency has: one broken, one right each.

`PAIRS` maps a name to (what the broken one breaks by, the broken one, the right one); what it breaks by is part of the
exception's words, or "deadlock". Each program makes all that it uses, and asserts what it promises.
"""

import queue
import threading
import time
from collections import deque


def together(*works):
    """Run functions in threads of their own, and wait until all have ended."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- a till, and the last bun ------------------------------------------------------------------------------------------


class Till:
    def __init__(self):
        self.sold = 0

    def sell(self):
        self.sold = self.sold + 1


class TillWithLock(Till):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def sell(self):
        with self.lock:
            super().sell()


def rush_hour(kind):
    till = kind()
    together(till.sell, till.sell)
    assert till.sold == 2, f"sold is {till.sold}"


def last_bun(guard):
    shelf, eaten = ["bun"], []

    def guest(name):
        with guard():
            if shelf:
                eaten.append((name, shelf.pop()))

    together(lambda: guest("Li"), lambda: guest("Wang"))
    assert len(eaten) == 1


class NoLock:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


def one_lock():
    lock = threading.Lock()
    return lambda: lock


# -- deadlocks ---------------------------------------------------------------------------------------------------------


def two_tools(orderly):
    scale, oven = threading.Lock(), threading.Lock()

    def cook(first, second):
        with first, second:
            pass

    together(lambda: cook(scale, oven), lambda: cook(*((scale, oven) if orderly else (oven, scale))))


def philosophers(orderly, count=3):
    forks = [threading.Lock() for _ in range(count)]
    meals = [0] * count

    def dine(seat):
        left, right = seat, (seat + 1) % count
        first, second = sorted([left, right]) if orderly else (left, right)
        with forks[first], forks[second]:
            meals[seat] += 1

    together(*[lambda seat=seat: dine(seat) for seat in range(count)])
    assert meals == [1] * count


# -- waiting for each other --------------------------------------------------------------------------------------------


class Shelf:
    """Room for `places` buns; bakers and sellers share one waiting room."""

    def __init__(self, places, patient=True, call_all=True):
        self.places, self.buns, self.changed = places, deque(), threading.Condition()
        self.patient, self.call = patient, self.changed.notify_all if call_all else self.changed.notify

    def put(self, bun):
        with self.changed:
            if self.patient:
                while len(self.buns) == self.places:
                    self.changed.wait()
            elif len(self.buns) == self.places:
                self.changed.wait()
            self.buns.append(bun)
            assert len(self.buns) <= self.places, "too many buns"
            self.call()

    def get(self):
        with self.changed:
            if self.patient:
                while not self.buns:
                    self.changed.wait()
            elif not self.buns:
                self.changed.wait()
            bun = self.buns.popleft()
            self.call()
            return bun


def busy_shelf(**kind):
    shelf = Shelf(1, **kind)
    together(
        lambda: [shelf.put(bun) for bun in range(2)],
        *[shelf.get] * 2,
    )
    assert not shelf.buns


def wake_up(look_inside):
    hot, called = [], threading.Condition()

    def heat():
        with called:
            hot.append(True)
            called.notify()

    def bake():
        if look_inside:
            with called:
                while not hot:
                    called.wait()
        elif not hot:
            with called:
                called.wait()

    together(bake, heat)


def meet_twice(reset):
    """Two who wait for each other at a turnstile of two events, twice."""
    there = {"Li": threading.Event(), "Wang": threading.Event()}
    barrier, rounds = threading.Barrier(2), {"Li": 0, "Wang": 0}

    def walk(me, other):
        for _ in range(2):
            rounds[me] += 1
            if reset:
                barrier.wait()
            else:
                there[me].set()
                there[other].wait()
            assert rounds[other] >= rounds[me], "one was ahead"

    together(lambda: walk("Li", "Wang"), lambda: walk("Wang", "Li"))


# -- readers, a lazy one, a queue --------------------------------------------------------------------------------------


def readers_and_writer(locked_count):
    """Readers may read together; the first locks the room, the last unlocks it."""
    counting, room, readers, page = threading.Lock(), threading.Semaphore(), [0], ["old", "old"]

    def come_in():
        readers[0] += 1
        if readers[0] == 1:
            room.acquire()

    def leave():
        readers[0] -= 1
        if readers[0] == 0:
            room.release()

    def read():
        with counting if locked_count else NoLock():
            come_in()
        seen = list(page)
        with counting if locked_count else NoLock():
            leave()
        assert seen[0] == seen[1], "half a page"

    def write():
        with room:
            page[0] = "new"
            page[1] = "new"

    together(read, read, write)


def lazy_oven(guard):
    made, ovens, seen = [], [None], []

    def oven():
        with guard():
            if ovens[0] is None:
                ovens[0] = object()
                made.append(ovens[0])
            return ovens[0]

    together(lambda: seen.append(oven()), lambda: seen.append(oven()))
    assert len(made) == 1, f"{len(made)} ovens"
    assert seen[0] is seen[1]


def orders_done(tell):
    orders, done = queue.Queue(), []

    def work():
        while (order := orders.get()) is not None:
            done.append(order)
            if tell:
                orders.task_done()

    cook = threading.Thread(target=work)
    cook.start()
    for order in ("leek", "pork"):
        orders.put(order)
    orders.join()
    orders.put(None)
    cook.join()
    assert done == ["leek", "pork"]


def two_sellers(sentinels):
    shelf, sold = queue.Queue(2), []

    def bake():
        shelf.put("bun")
        for _ in range(sentinels):
            shelf.put(None)

    def sell():
        while (bun := shelf.get()) is not None:
            sold.append(bun)

    together(bake, sell, sell)
    assert sold == ["bun"]


def pool(given_back):
    """One at a time at the oven; whose bun burns gives the place back, too."""
    places, baked = threading.BoundedSemaphore(1), []

    def bake(bun):
        places.acquire()
        try:
            if bun == 0:
                raise ValueError("burnt")
            baked.append(bun)
            if not given_back:
                places.release()
        except ValueError:
            pass
        finally:
            if given_back:
                places.release()

    together(*[lambda bun=bun: bake(bun) for bun in range(3)])
    assert sorted(baked) == [1, 2]


def late_alarm(by_event):
    """A sleep that is meant to be long enough."""
    ready, bread = threading.Event(), []

    def bake():
        time.sleep(0.1)
        bread.append("bun")
        ready.set()

    def eat():
        if by_event:
            ready.wait()
        else:
            time.sleep(0.2)
        assert bread, "too early"

    together(bake, eat)


PAIRS = {
    "lost update": ("sold is 1", lambda: rush_hour(Till), lambda: rush_hour(TillWithLock)),
    "last bun": ("IndexError", lambda: last_bun(NoLock), lambda: last_bun(one_lock())),
    "two locks": ("deadlock", lambda: two_tools(False), lambda: two_tools(True)),
    "philosophers": ("deadlock", lambda: philosophers(False), lambda: philosophers(True)),
    "if for while": ("IndexError", lambda: busy_shelf(patient=False), lambda: busy_shelf()),
    "notify for notify_all": ("deadlock", lambda: busy_shelf(call_all=False), lambda: busy_shelf()),
    "lost wake-up": ("deadlock", lambda: wake_up(False), lambda: wake_up(True)),
    "meeting twice": ("one was ahead", lambda: meet_twice(False), lambda: meet_twice(True)),
    "readers and writer": ("half a page", lambda: readers_and_writer(False), lambda: readers_and_writer(True)),
    "lazy oven": ("2 ovens", lambda: lazy_oven(NoLock), lambda: lazy_oven(one_lock())),
    "task_done missing": ("deadlock", lambda: orders_done(False), lambda: orders_done(True)),
    "one sentinel for two": ("deadlock", lambda: two_sellers(1), lambda: two_sellers(2)),
    "place not given back": ("deadlock", lambda: pool(False), lambda: pool(True)),
    "sleep for wait": ("too early", lambda: late_alarm(False), lambda: late_alarm(True)),
}
