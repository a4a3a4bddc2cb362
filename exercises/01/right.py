"""Answers to the exercises of chapter 1 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "01.1": [
        written("answer = 'BAAB'"),
        written("answer = ('A', 'B', 'B', 'A')"),
        written("answer = list('ABBA')"),
        written("answer = ['B', 'A', 'B', 'A']"),
        written("answer = 'A B A B'.split()"),
    ],
    "01.2": [
        written("answer = ['B'] + ['A'] * 4 + ['B'] + ['A'] + ['B'] * 4 + ['A']"),
        written("answer = 'ABBBB' + 'AB' + 'AAAA' + 'B'"),
        written("answer = ('A', *'BBBB', 'A', 'B', *'AAAA', 'B')"),
        written("answer = 'BAAAABABBBBA'"),
        written("answer = [*'ABBBBAABAAAB']"),
    ],
    "01.3": [
        written(
            """
class answer:
    lock = threading.RLock()
    sold = 0

    def draw(self):
        with self.lock:
            self.sold += 1
            return self.sold

    def sell(self, receipt):
        receipt(self.draw())
"""
        ),
        written(
            """
import itertools

class answer:
    def __init__(self):
        self.numbers, self.drawn = itertools.count(1), []

    @property
    def sold(self):
        return len(self.drawn)

    def sell(self, receipt):
        number = next(self.numbers)
        self.drawn.append(number)
        receipt(number)
"""
        ),
        written(
            """
class answer:
    def __init__(self):
        self.sold, gate = 0, threading.Semaphore()

        def sell(receipt):
            with gate:
                number = self.sold = self.sold + 1
            receipt(number)

        self.sell = sell
"""
        ),
        edit("receipt(number)", "threading.Thread(target=receipt, args=(number,)).start()"),
        edit("        receipt(number)", "        print('sold', number)\n        receipt(number)"),
        written(
            """
from threading import Lock as Padlock, Thread

gate = Padlock()


class answer:
    def __init__(self):
        self.sold = 0

    def sell(self, receipt):
        with gate:
            number = self.sold = self.sold + 1
        printer = Thread(target=receipt, args=(number,))
        printer.start()
        printer.join()
"""
        ),
        written(
            """
import queue


class answer:
    def __init__(self):
        self._next = queue.Queue()
        self._next.put(0)

    @property
    def sold(self):
        number = self._next.get()
        self._next.put(number)
        return number

    def sell(self, receipt):
        number = self._next.get() + 1
        self._next.put(number)
        receipt(number)
"""
        ),
        written(
            """
def counter():
    lock, total = threading.Lock(), 0

    def draw(step=1):
        nonlocal total
        with lock:
            total += step
            return total

    return draw


class answer:
    def __init__(self):
        self.draw = counter()

    @property
    def sold(self):
        return self.draw(0)

    def sell(self, receipt):
        receipt(self.draw())
"""
        ),
        written(
            """
class answer:
    __slots__ = ("sold", "turn")

    def __init__(self):
        self.sold, self.turn = 0, threading.Condition()

    def sell(self, receipt):
        with self.turn:
            self.sold += 1
            number = self.sold
            self.turn.notify_all()
        receipt(number)
"""
        ),
        edit(
            *("with self.lock:", "self.lock.acquire()\n        try:"),
            *("        receipt", "        finally:\n            self.lock.release()\n        receipt"),
        ),
    ],
    "01.4": [
        edit("    if giver is taker:\n        return\n", "    if giver.number == taker.number:\n        return\n"),
        edit("key=lambda shelf: shelf.number", "key=lambda shelf: -shelf.number"),
        edit("key=lambda shelf: shelf.number", "key=id"),
        edit("    with first", "    print('move', buns)\n    with first"),
        written(
            """
def answer(giver, taker, buns):
    if giver is taker:
        return
    with giver.lock:
        giver.buns -= buns
    with taker.lock:
        taker.buns += buns
"""
        ),
        written(
            """
def answer(giver, taker, buns):
    while giver is not taker:
        with giver.lock:
            if taker.lock.acquire(blocking=False):
                try:
                    giver.buns -= buns
                    taker.buns += buns
                    return
                finally:
                    taker.lock.release()
        time.sleep(0.001)
"""
        ),
        written(
            """
def answer(giver, taker, buns):
    locks = [shelf.lock for shelf in sorted({giver, taker}, key=lambda shelf: shelf.number)]

    def inside(rest):
        if rest:
            with rest[0]:
                inside(rest[1:])
        else:
            giver.buns -= buns
            taker.buns += buns

    inside(locks)
"""
        ),
        written(
            """
def answer(giver, taker, buns):
    if giver.number < taker.number:
        with giver.lock, taker.lock:
            carry(giver, taker, buns)
    elif giver.number > taker.number:
        with taker.lock, giver.lock:
            carry(giver, taker, buns)


def carry(giver, taker, buns):
    giver.buns -= buns
    taker.buns += buns
"""
        ),
        written(
            """
import contextlib

def answer(giver, taker, buns):
    shelves = {shelf.number: shelf for shelf in (giver, taker)}
    with contextlib.ExitStack() as stack:
        for number in sorted(shelves, reverse=True):
            stack.enter_context(shelves[number].lock)
        giver.buns -= buns
        taker.buns += buns
"""
        ),
    ],
    "01.5": [
        edit(
            "self.has_room.notify()",
            "self.has_room.notify_all()",
            "self.has_buns.notify()",
            "self.has_buns.notify_all()",
        ),
        edit("            return bun", "        return bun"),
        edit("        with self.has_room:\n", "        print('put', bun)\n        with self.has_room:\n"),
        written(
            """
from queue import Queue


class answer(Queue):
    pass
"""
        ),
        written(
            """
from threading import Condition


class answer:
    def __init__(self, places):
        self.free, self.buns, self.turn = places, (), Condition()

    def put(self, bun):
        self.turn.acquire()
        try:
            while self.free == 0:
                self.turn.wait()
            self.free -= 1
            self.buns += (bun,)
            self.turn.notify_all()
        finally:
            self.turn.release()

    def get(self):
        self.turn.acquire()
        try:
            while len(self.buns) == 0:
                self.turn.wait()
            bun, *rest = self.buns
            self.buns, self.free = tuple(rest), self.free + 1
            self.turn.notify_all()
            return bun
        finally:
            self.turn.release()
"""
        ),
        written(
            """
class answer:
    def __init__(self, places):
        self.ring, self.first, self.count = [None] * places, 0, 0
        self.changed = threading.Condition(threading.Lock())

    def put(self, bun):
        with self.changed:
            while self.count == len(self.ring):
                self.changed.wait()
            self.ring[(self.first + self.count) % len(self.ring)] = bun
            self.count += 1
            self.changed.notify_all()

    def get(self):
        with self.changed:
            while self.count == 0:
                self.changed.wait()
            bun = self.ring[self.first]
            self.first = (self.first + 1) % len(self.ring)
            self.count -= 1
            self.changed.notify_all()
        return bun
"""
        ),
        written(
            """
class answer:
    def __init__(self, places):
        self.places, self.buns, self.changed = places, [], threading.Condition()

    def put(self, bun):
        with self.changed:
            self.changed.wait_for(lambda: len(self.buns) < self.places)
            self.buns.append(bun)
            self.changed.notify_all()

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: self.buns)
            self.changed.notify_all()
            return self.buns.pop(0)
"""
        ),
        written(
            """
from collections import deque

class answer:
    def __init__(self, places):
        self.buns, self.lock = deque(), threading.Lock()
        self.room, self.filled = threading.Semaphore(places), threading.Semaphore(0)

    def put(self, bun):
        self.room.acquire()
        with self.lock:
            self.buns.append(bun)
        self.filled.release()

    def get(self):
        self.filled.acquire()
        with self.lock:
            bun = self.buns.popleft()
        self.room.release()
        return bun
"""
        ),
        written(
            """
class answer:
    def __init__(self, places):
        self.places, self.buns = places, []
        self.c = threading.Condition()
    def put(self, bun):
        with self.c:
            while len(self.buns) >= self.places:
                self.c.wait()
            self.buns.append(bun)
            self.c.notify_all()
    def get(self):
        with self.c:
            while not self.buns:
                self.c.wait()
            bun = self.buns.pop(0)
            self.c.notify()
            return bun
"""
        ),
    ],
}
