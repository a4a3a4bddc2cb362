"""Answers to the exercises of chapter 1 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "01.1": [written("answer = 'BAAB'"), written("answer = ('A', 'B', 'B', 'A')")],
    "01.2": [
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
        edit(
            *("with self.lock:", "self.lock.acquire()\n        try:"),
            *("        receipt", "        finally:\n            self.lock.release()\n        receipt"),
        ),
    ],
    "01.4": [
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
    ],
}
