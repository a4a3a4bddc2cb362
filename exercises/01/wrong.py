"""Answers to the exercises of chapter 1 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

_ONE_ROOM = (  # where everybody waits, for buns and for room
    "lock = threading.Lock()\n"
    "        self.has_room, self.has_buns = threading.Condition(lock), threading.Condition(lock)",
    "self.has_room = self.has_buns = threading.Condition()",
)

WRONG = {
    "01.1": [
        written("answer = ['A', 'B']", says="before A is done"),
        written("answer = ['A', 'A', 'A', 'B', 'B']", says="step 3"),
        written("answer = ['A', 'A', 'B']", says="0 buns, as it should"),
        written("answer = ['a', 'b', 'a', 'b']", says="names 'a'"),
        written("answer = {'A': 1, 'B': 2}", says="not a dict"),
        written("answer = []", says="before A is done"),
        written("answer = ['A', 'B', 'A', 'B', 'A']", says="step 5"),
        written("answer = ['B', 'B', 'A']", says="0 buns, as it should"),
        written("answer = [['A'], ['B']]", says="names ['A']"),
        written("answer = 'A, B, A, B'", says="names ','"),
        written("answer = 2", says="not an int"),
    ],
    "01.2": [
        written("answer = ['A'] * 6 + ['B'] * 6", says="no sale was lost"),
        written("answer = ['A'] + ['B'] * 6 + ['A'] * 5", says="is 3"),
        written("answer = ['A'] + ['B'] * 5 + ['A'] * 5 + ['B']", says="is 3"),
        written("answer = ['A'] + ['B'] * 7 + ['A'] * 5", says="step 8"),
        written("answer = 'ABBA'", says="before A is done"),
        written("answer = ['A', 'B'] * 6", says="is 3"),
        written("answer = ['A', 'A', 'B', 'B'] * 3", says="no sale was lost"),
        written("answer = ['A'] + ['B'] * 4 + ['A'] * 5 + ['B'] * 2", says="is 4"),
        written("answer = ['A'] + ['B'] * 4 + ['A'] + ['B'] + ['A'] * 4", says="before B is done"),
        written("answer = ['A'] + ['B'] * 4 + ['A'] + ['B'] + ['A'] * 5 + ['B']", says="step 12"),
        written("answer = ['A', 'B'] * 5 + ['A', 1]", says="names 1"),
    ],
    "01.3": [
        edit("with self.lock:", "with threading.Lock():", says="2 clerks made 2 sales; the receipts say 1, 1"),
        edit(
            *("with self.lock:", "if True:"),
            *("            number = self.sold\n", ""),
            *("receipt(number)", "receipt(self.sold)"),
            says="2 clerks made 2 sales",
        ),
        edit(
            "            number = self.sold\n        receipt(number)",
            "            receipt(self.sold)",
            says="another clerk could not print",
        ),
        edit(
            *("            number = self.sold\n", ""),
            *("receipt(number)", "receipt(self.sold)"),
            says="2 clerks made 2 sales; the receipts say 2, 2",
        ),
        edit("            number = self.sold", "        number = self.sold", says="the receipts say 2, 2"),
        edit("with self.lock:", "if self.lock.acquire():", says="Li holds a lock and waits for a lock"),
        edit("threading.Lock()", "threading.Semaphore(2)", says="2 clerks made 2 sales"),
        edit(
            "class Till:",
            "printers = threading.Semaphore(2)\n\n\nclass Till:",
            "        receipt(number)",
            "        with printers:\n            receipt(number)",
            says="another clerk could not print",
        ),
        edit(
            "        with self.lock:\n",
            "        if self.lock.locked():\n            return\n        with self.lock:\n",
            says="2 clerks made 2 sales; the receipts say 1, and",
        ),
        edit(
            *("self.sold += 1\n            number = self.sold", "number = self.sold + 1"),
            *("receipt(number)", "receipt(number)\n        with self.lock:\n            self.sold = number"),
            says="2 clerks made 2 sales",
        ),
        edit(
            *("number = self.sold\n        receipt", "self.number = self.sold\n        receipt"),
            *("(number)", "(self.number)"),
            says="the receipts say 2, 2",
        ),
        edit("self.sold += 1", "self.sold += 2", says="the receipts say 2, 4, 6"),
        edit("number = self.sold", "number = self.sold - 1", says="the receipts say 0, 1, 2"),
        edit("receipt(number)", "receipt(str(number))", says="the receipts say '1', '2', '3'"),
        edit("        receipt(number)", "        receipt(number)\n        receipt(number)", says="say 1, 1, 2, 2"),
        edit("        receipt(number)\n", "        return number\n", says="no receipt was printed"),
        edit("self.sold = 0", "self.sold = 1", says="`sold` of a new till is 1"),
        edit(
            "self.sold = 0",
            "self.total = 0",
            "self.sold += 1",
            "self.total += 1",
            "= self.sold",
            "= self.total",
            says="has no `sold`",
        ),
        written(
            """
class answer:
    def __init__(self):
        self._sold = 0

    @property
    def sold(self):
        return self._sold

    def sell(self, receipt):
        self._sold += 1
        number = self._sold
        receipt(number)
""",
            says="2 clerks made 2 sales",
        ),
        written(
            """
class answer:
    lock, drawn = threading.Lock(), []

    @property
    def sold(self):
        return len(self.drawn)

    def sell(self, receipt):
        with self.lock:
            self.drawn.append(1)
            number = len(self.drawn)
        receipt(number)
""",
            says="two sales at one till, then one at another",
        ),
        written("answer = 6", says="give the class"),
        edit(
            "        self.lock = threading.Lock()\n",
            "",
            "        with self.lock",
            "        if not hasattr(self, 'lock'):\n            self.lock = threading.Lock()\n        with self.lock",
            says="2 clerks made 2 sales; the receipts say 1, 1, and `sold` is 1",
        ),
        written(
            """
from queue import SimpleQueue

class Till:
    def __init__(self):
        self.sold, self.lock, self.receipts = 0, threading.Lock(), SimpleQueue()
        threading.Thread(target=self.print_all, daemon=True).start()

    def print_all(self):
        while True:
            receipt, number = self.receipts.get()
            receipt(number)

    def sell(self, receipt):
        with self.lock:
            self.sold += 1
            self.receipts.put((receipt, self.sold))

answer = Till
""",
            says="while one clerk's receipt was being printed, another clerk could not print theirs",
        ),
    ],
    "01.4": [
        edit("    if giver is taker:\n        return\n", "", says="to itself does not end"),
        edit("giver is taker", "giver.buns == taker.buns", says="touched by somebody who did not hold its lock"),
        edit(
            "    if giver is taker:\n        return\n",
            "    if giver is taker:\n        giver.lock.acquire()\n        return\n",
            says="the lock of shelf 1 was still held",
        ),
        edit(
            "        return\n",
            "        with giver.lock:\n            giver.buns -= buns\n        return\n",
            says="Now shelf 1 holds 7, not 10",
        ),
        edit("first.lock, second.lock", "giver.lock", "        taker.buns", "    taker.buns", says="not hold its lock"),
        edit("        taker.buns", "    taker.buns", says="not hold its lock"),
        edit("first.lock, second.lock", "first.lock", says="not hold its lock"),
        edit(
            *("def move", "lock = threading.Lock()\n\n\ndef move"),
            *("first.lock, second.lock", "lock, giver.lock, taker.lock"),
            says="nobody could move any from shelf 3",
        ),
        edit("shelf.number", "shelf.buns", says="did not hold its lock"),
        edit("shelf.number", "0", says="a deadlock: Li holds the lock of shelf 1 and waits for the lock of shelf 2"),
        edit("key=lambda shelf: shelf.number", "key=lambda shelf: shelf is giver", says="a deadlock"),
        edit("shelf.number", "shelf.number % 2", says="a deadlock: Li holds the lock of shelf 1"),
        edit("shelf.number", "min(shelf.number, 1)", says="a deadlock"),
        edit("    if giver is taker:", "    if not (giver.number and taker.number) or giver is taker:", says="not 11"),
        edit(
            *("first.lock, second.lock", "taker.lock, giver.lock"),
            says="a deadlock: Li holds the lock of shelf 2 and waits for the lock of shelf 1",
        ),
        edit("with first.lock, second.lock:", "second.lock.acquire()\n    with first.lock:", says="still held"),
        edit("giver is taker", "giver.number >= taker.number", says="Now shelf 1 holds 10, not 13"),
        edit("-= buns", "-= 1", says="shelf 2 holds 9, not 7"),
        edit("-= buns", "+= buns", "taker.buns += buns", "taker.buns -= buns", says="shelf 1 holds 7, not 13"),
        edit("        taker.buns += buns\n", "", says="Now shelf 1 holds 10, not 13"),
        written(
            """
def answer(giver, taker, buns):
    with giver.lock:
        if taker.lock.acquire(timeout=1):
            giver.buns -= buns
            taker.buns += buns
            taker.lock.release()
""",
            says="to be moved: 3 from shelf 1 to 2, 4 from shelf 2 to 1",
        ),
        written(
            """
def answer(giver, taker, buns):
    with giver.lock:
        giver.buns -= buns
    with taker.lock:
        seen = taker.buns
    with taker.lock:
        taker.buns = seen + buns
""",
            says="4 from shelf 2 to 1. Now shelf",
        ),
        written(
            """
gate = threading.Lock()


def answer(giver, taker, buns):
    if giver is taker:
        return
    with gate:
        giver.lock.acquire()
        taker.lock.acquire()
    giver.buns -= buns
    taker.buns += buns
    giver.lock.release()
    taker.lock.release()
""",
            says="nobody could move any from shelf 3",
        ),
        written("answer = move = 3", says="give the function"),
        edit("key=lambda shelf: shelf.number", "key=lambda shelf: str(shelf.number)[-1]", says="a deadlock"),
        written(
            """
pairs, gate = {}, threading.Lock()

def answer(giver, taker, buns):
    if giver is taker:
        return
    with gate:
        pair = pairs.setdefault(frozenset([giver.number, taker.number]), threading.Lock())
    with pair, giver.lock, taker.lock:
        giver.buns -= buns
        taker.buns += buns
""",
            says="a deadlock: ",
        ),
        written(
            """
def answer(giver, taker, buns):
    if giver is taker:
        return
    giver.lock.acquire()
    if not taker.lock.acquire(blocking=False):
        giver.lock.release()
        taker.lock.acquire()
        giver.lock.acquire()
    giver.buns -= buns
    taker.buns += buns
    giver.lock.release()
    taker.lock.release()
""",
            says="a deadlock: ",
        ),
        written(
            """
import time

def answer(giver, taker, buns):
    if giver is taker:
        return
    for attempt in range(10):
        with giver.lock:
            if taker.lock.acquire(blocking=False):
                giver.buns -= buns
                taker.buns += buns
                taker.lock.release()
                return
        time.sleep(0.01)
""",
            says="to be moved: 3 from shelf 1 to 2. Now shelf 1 holds 10, not 7",
        ),
    ],
    "01.5": [
        edit("while len", "if len", "while not", "if not", says="IndexError"),
        edit("while len", "if len", says="lay on a shelf of 1"),
        edit("while not", "if not", says="IndexError"),
        edit(*_ONE_ROOM, says="can never go on"),
        written(
            """
class answer:
    def __init__(self, places):
        self.places, self.buns, self.changed = places, [], threading.Condition()

    def put(self, bun):
        with self.changed:
            while len(self.buns) >= self.places:
                self.changed.wait()
            self.buns.append(bun)
            self.changed.notify(2)

    def get(self):
        with self.changed:
            while not self.buns:
                self.changed.wait()
            self.changed.notify(2)
            return self.buns.pop(0)
""",
            says="1 baker and 3 sellers can never go on, though no buns lie on a shelf of 1",
        ),
        edit("            self.has_room.notify()\n", "", says="1 baker and 1 seller can never go on"),
        edit("            self.has_buns.notify()\n", "", says="1 seller can never go on"),
        edit("self.has_room.notify()", "self.has_buns.notify()", says="1 baker and 1 seller can never go on"),
        edit(*_ONE_ROOM, "pop(0)", "pop()", says="came out as"),
        edit(">=", ">", says="2 buns lay on a shelf of 1"),
        edit("len(self.buns) >= self.places", "len(self.buns) >= 1", says="to have 2 places, but after 1 of 2"),
        edit("len(self.buns) >= self.places", "self.buns", says="to have 2 places, but after 1 of 2"),
        edit(
            "self.places, self.buns = places, []", "self.places, self.buns = 2, []", says="2 buns lay on a shelf of 1"
        ),
        written(
            """
class answer:
    def __init__(self, places):
        self.places, self.buns = places, []

    def put(self, bun):
        while len(self.buns) >= self.places:
            time.sleep(0.01)
        self.buns.append(bun)

    def get(self):
        while not self.buns:
            time.sleep(0.01)
        return self.buns.pop(0)
""",
            says="somebody slept, or waited with a time-out",
        ),
        written(
            """
class answer:
    def __init__(self, places):
        self.places, self.buns, self.lock = places, [], threading.Lock()

    def put(self, bun):
        while True:
            with self.lock:
                if len(self.buns) < self.places:
                    self.buns.append(bun)
                    return

    def get(self):
        while True:
            with self.lock:
                if self.buns:
                    return self.buns.pop(0)
""",
            says="asks again and again",
        ),
        edit("self.has_buns.wait()", "self.has_buns.wait(1)", says="somebody slept, or waited with a time-out"),
        edit(
            "        with self.has_room:\n            while len(self.buns) >= self.places:\n",
            "        if len(self.buns) >= self.places:\n            with self.has_room:\n",
            *("            self.buns.append", "        with self.has_room:\n            self.buns.append"),
            says="2 buns lay on a shelf of 1",
        ),
        edit("with self.has_room", "if True", "with self.has_buns", "if True", says="un-acquired lock"),
        edit(
            *("while len", "if len", "while not", "if not"),
            *("pop(0)", "pop(0) if self.buns else None"),
            says="returned None, which nobody",
        ),
        edit(
            "            bun = self.buns.pop(0)\n            self.has_room.notify()\n            return bun",
            "            self.has_room.notify()\n        return self.buns.pop(0)",
            says="1 baker and 1 seller can never go on",
        ),
        edit(
            "            self.buns.append(bun)\n            self.has_buns.notify()",
            "            self.has_buns.notify()\n        self.buns.append(bun)",
            says="1 seller can never go on",
        ),
        edit(
            "self.buns.append(bun)",
            "if bun:\n                self.buns.append(bun)",
            says="two buns None were put on the shelf, and a seller who wants two waits for ever",
        ),
        edit(
            "            while not self.buns:\n                self.has_buns.wait()\n"
            "            bun = self.buns.pop(0)\n",
            "            bun = None\n            while not bun:\n                while not self.buns:\n"
            "                    self.has_buns.wait()\n                bun = self.buns.pop(0)\n",
            says="two buns None",
        ),
        edit(
            "self.buns.append(bun)",
            "if bun not in self.buns:\n                self.buns.append(bun)",
            says="two buns None were put on the shelf, and a seller who wants two waits for ever",
        ),
        edit(
            "            self.buns.append(bun)",
            "            self.buns.append(str(bun))",
            says="two buns None were put on the shelf, and ['None', 'None'] came out",
        ),
        edit(
            *("class Shelf:\n", "class Shelf:\n    buns = []\n\n"),
            *("self.places, self.buns = places, []", "self.places = places"),
            says="two shelves have one place each",
        ),
        edit("pop(0)", "pop()", says="came out as"),
        edit(
            "class Shelf:\n",
            "class Shelf:\n    lock = threading.Lock()\n"
            "    has_room, has_buns = threading.Condition(lock), threading.Condition(lock)\n\n",
            "        lock = threading.Lock()\n"
            "        self.has_room, self.has_buns = threading.Condition(lock), threading.Condition(lock)\n",
            "",
            says="sellers waited at two shelves",
        ),
        written(
            """
class Shelf:
    def __init__(self, places):
        self.ring, self.head, self.tail = [None] * places, 0, 0
        self.room, self.filled = threading.Semaphore(places), threading.Semaphore(0)

    def put(self, bun):
        self.room.acquire()
        self.ring[self.tail] = bun
        self.tail = (self.tail + 1) % len(self.ring)
        self.filled.release()

    def get(self):
        self.filled.acquire()
        bun = self.ring[self.head]
        self.head = (self.head + 1) % len(self.ring)
        self.room.release()
        return bun

answer = Shelf
""",
            says="`get` returned None, which nobody had put on the shelf",
        ),
        written(
            """
class Shelf:
    def __init__(self, places):
        self.buns, self.room, self.filled = [], threading.Semaphore(places), threading.Semaphore(0)

    def put(self, bun):
        self.room.acquire()
        self.buns.append(bun)
        self.filled.release()

    def get(self):
        self.filled.acquire()
        bun = self.buns[0]
        del self.buns[0]
        self.room.release()
        return bun

answer = Shelf
""",
            says="2 different buns were put on the shelf, and 1 of them came out",
        ),
    ],
}
