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
    ],
    "01.2": [
        written("answer = ['A'] * 6 + ['B'] * 6", says="no sale was lost"),
        written("answer = ['A'] + ['B'] * 6 + ['A'] * 5", says="is 3"),
        written("answer = ['A'] + ['B'] * 5 + ['A'] * 5 + ['B']", says="is 3"),
        written("answer = ['A'] + ['B'] * 7 + ['A'] * 5", says="step 8"),
        written("answer = 'ABBA'", says="before A is done"),
    ],
    "01.3": [
        edit("with self.lock:", "with threading.Lock():", says="3 clerks made 6 sales"),
        edit(
            *("with self.lock:", "if True:"),
            *("            number = self.sold\n", ""),
            *("receipt(number)", "receipt(self.sold)"),
            says="3 clerks made 6 sales",
        ),
        edit(
            "            number = self.sold\n        receipt(number)",
            "            receipt(self.sold)",
            says="the other could not print",
        ),
        edit(
            *("            number = self.sold\n", ""),
            *("receipt(number)", "receipt(self.sold)"),
            says="3 clerks made 6 sales",
        ),
        edit("with self.lock:", "if self.lock.acquire():", says="not given back"),
        edit(
            *("self.sold += 1\n            number = self.sold", "number = self.sold + 1"),
            *("receipt(number)", "receipt(number)\n        with self.lock:\n            self.sold = number"),
            says="3 clerks made 6 sales",
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
            says="3 clerks made 6 sales",
        ),
        written("answer = 6", says="give the class"),
    ],
    "01.4": [
        edit("    if giver is taker:\n        return\n", "", says="to itself does not end"),
        edit("first.lock, second.lock", "giver.lock", "        taker.buns", "    taker.buns", says="not hold its lock"),
        edit(
            *("def move", "lock = threading.Lock()\n\n\ndef move"),
            *("first.lock, second.lock", "lock, giver.lock, taker.lock"),
            says="nobody could move any from shelf 3",
        ),
        edit("shelf.number", "shelf.buns", says="did not hold its lock"),
        edit(
            *("first.lock, second.lock", "taker.lock, giver.lock"),
            says="a deadlock: Li holds the lock of shelf 2 and wants the lock of shelf 1",
        ),
        edit("with first.lock, second.lock:", "second.lock.acquire()\n    with first.lock:", says="still held"),
        edit("giver is taker", "giver.number >= taker.number", says="now they hold 10 and 10"),
        written(
            """
def answer(giver, taker, buns):
    with giver.lock:
        if taker.lock.acquire(timeout=1):
            giver.buns -= buns
            taker.buns += buns
            taker.lock.release()
""",
            says="one was not made",
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
    ],
    "01.5": [
        edit("while len", "if len", "while not", "if not", says="IndexError"),
        edit(*_ONE_ROOM, says="can never go on"),
        edit("            self.has_room.notify()\n", "", says="1 baker and 1 seller can never go on"),
        edit(*_ONE_ROOM, "pop(0)", "pop()", says="came out as"),
        edit(">=", ">", says="3 buns lay on a shelf of 2"),
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
            says="asks again and again",
        ),
        edit(
            "        with self.has_room:\n            while len(self.buns) >= self.places:\n",
            "        if len(self.buns) >= self.places:\n            with self.has_room:\n",
            *("            self.buns.append", "        with self.has_room:\n            self.buns.append"),
            says="3 buns lay on a shelf of 2",
        ),
        edit("with self.has_room", "if True", "with self.has_buns", "if True", says="un-acquired lock"),
        edit(
            *("while len", "if len", "while not", "if not"),
            *("pop(0)", "pop(0) if self.buns else None"),
            says="returned None, which nobody",
        ),
    ],
}
