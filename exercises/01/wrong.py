"""Answers to the exercises of chapter 1 that are wrong, and a word of what they should be told."""

from exercises.answers import written


def _till(body, start="self.sold = 0"):
    return f"class answer:\n    def __init__(self):\n        {start}\n    def sell(self, receipt):\n{body}"


def _shelf(put, get, start="self.condition = threading.Condition()"):
    return (
        "class answer:\n"
        "    def __init__(self, places):\n"
        f"        self.places, self.buns = places, []\n        {start}\n"
        f"    def put(self, bun):\n{put}"
        f"    def get(self):\n{get}"
    )


_PUT = (
    "        with self.condition:\n"
    "            while len(self.buns) >= self.places: self.condition.wait()\n"
    "            self.buns.append(bun)\n"
    "            self.condition.notify_all()\n"
)
_GET = (
    "        with self.condition:\n"
    "            while not self.buns: self.condition.wait()\n"
    "            self.condition.notify_all()\n"
    "            return self.buns.pop(0)\n"
)
_POOL = "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\nimport multiprocessing\n"
_SQUARE = "def square(number): return number * number\n"

WRONG = {
    "01.1": [
        written("answer = ['A', 'B']", "before A is done"),
        written("answer = ['A', 'A', 'A', 'B', 'B']", "step 3"),
        written("answer = ['A', 'A', 'B']", "0 buns, as it should"),
        written("answer = ['a', 'b', 'a', 'b']", "names 'a'"),
        written("answer = {'A': 1, 'B': 2}", "not a dict"),
    ],
    "01.2": [
        written("answer = ['A'] * 6 + ['B'] * 6", "no sale was lost"),
        written("answer = ['A'] + ['B'] * 6 + ['A'] * 5", "is 3"),
        written("answer = ['A'] + ['B'] * 5 + ['A'] * 5 + ['B']", "is 3"),
        written("answer = ['A'] + ['B'] * 7 + ['A'] * 5", "step 8"),
        written("answer = 'ABBA'", "before A is done"),
    ],
    "01.3": [
        written(
            _till(
                "        with threading.Lock():\n            self.sold += 1\n            number = self.sold\n"
                "        receipt(number)\n"
            ),
            "3 clerks made 6 sales",
        ),
        written(_till("        self.sold += 1\n        receipt(self.sold)\n"), "3 clerks made 6 sales"),
        written(
            _till(
                "        with self.lock:\n            self.sold += 1\n            receipt(self.sold)\n",
                "self.sold, self.lock = 0, threading.Lock()",
            ),
            "the other could not print",
        ),
        written(
            _till(
                "        with self.lock:\n            self.sold += 1\n        receipt(self.sold)\n",
                "self.sold, self.lock = 0, threading.Lock()",
            ),
            "3 clerks made 6 sales",
        ),
        written(
            _till(
                "        self.lock.acquire()\n        self.sold += 1\n        receipt(self.sold)\n",
                "self.sold, self.lock = 0, threading.Lock()",
            ),
            "not given back",
        ),
        written(
            _till(
                "        with self.lock: number = self.sold + 1\n        receipt(number)\n"
                "        with self.lock: self.sold = number\n",
                "self.sold, self.lock = 0, threading.Lock()",
            ),
            "3 clerks made 6 sales",
        ),
        written(
            "class answer:\n"
            "    def __init__(self): self._sold = 0\n"
            "    @property\n"
            "    def sold(self): return self._sold\n"
            "    def sell(self, receipt):\n"
            "        self._sold += 1\n        number = self._sold\n        receipt(number)",
            "3 clerks made 6 sales",
        ),
        written("answer = 6", "give the class"),
    ],
    "01.4": [
        written(
            "def answer(giver, taker, buns):\n"
            "    first, second = sorted([giver, taker], key=lambda shelf: shelf.number)\n"
            "    with first.lock, second.lock:\n        giver.buns -= buns\n        taker.buns += buns",
            "to itself does not end",
        ),
        written(
            "def answer(giver, taker, buns):\n    with giver.lock: giver.buns -= buns\n    taker.buns += buns",
            "did not hold its lock",
        ),
        written(
            "lock = threading.Lock()\n"
            "def answer(giver, taker, buns):\n"
            "    if giver is taker: return\n"
            "    with lock, giver.lock, taker.lock:\n        giver.buns -= buns\n        taker.buns += buns",
            "nobody could move any from shelf 3",
        ),
        written(
            "def answer(giver, taker, buns):\n"
            "    first, second = sorted([giver, taker], key=lambda shelf: shelf.buns)\n"
            "    with first.lock, second.lock:\n        giver.buns -= buns\n        taker.buns += buns",
            "did not hold its lock",
        ),
        written(
            "def answer(giver, taker, buns):\n"
            "    if giver is taker: return\n"
            "    taker.lock.acquire(); giver.lock.acquire()\n"
            "    giver.buns -= buns\n    taker.buns += buns\n"
            "    giver.lock.release(); taker.lock.release()",
            "a deadlock: Li holds the lock of shelf 2 and wants the lock of shelf 1",
        ),
        written(
            "def answer(giver, taker, buns):\n"
            "    first, second = sorted([giver, taker], key=lambda shelf: shelf.number)\n"
            "    first.lock.acquire()\n"
            "    if second is not first: second.lock.acquire()\n"
            "    giver.buns -= buns\n    taker.buns += buns\n"
            "    first.lock.release()",
            "still held",
        ),
        written(
            "def answer(giver, taker, buns):\n"
            "    if giver.number < taker.number:\n"
            "        with giver.lock, taker.lock:\n            giver.buns -= buns\n            taker.buns += buns",
            "now they hold 10 and 10",
        ),
        written(
            "def answer(giver, taker, buns):\n"
            "    with giver.lock:\n"
            "        if taker.lock.acquire(timeout=1):\n"
            "            giver.buns -= buns\n            taker.buns += buns\n            taker.lock.release()",
            "one was not made",
        ),
        written(
            "gate = threading.Lock()\n"
            "def answer(giver, taker, buns):\n"
            "    if giver is taker: return\n"
            "    with gate:\n        giver.lock.acquire()\n        taker.lock.acquire()\n"
            "    giver.buns -= buns\n    taker.buns += buns\n"
            "    giver.lock.release()\n    taker.lock.release()",
            "nobody could move any from shelf 3",
        ),
    ],
    "01.5": [
        written(
            f"answer = {_POOL + _SQUARE + 'print(sum(ProcessPoolExecutor(2).map(square, range(10))))'!r}",
            "under 'forkserver' each child ran your script again",
        ),
        written(
            "answer = "
            + repr(
                _POOL + "if __name__ == '__main__':\n    with ProcessPoolExecutor(2) as pool:\n"
                "        print(sum(pool.map(lambda number: number * number, range(10))))"
            ),
            "under 'fork' your script failed",
        ),
        written(  # as a pool that is left open may complain once more while Python ends
            "answer = "
            + repr(
                _POOL + "if __name__ == '__main__':\n    import atexit\n"
                "    atexit.register(lambda: open(99))\n    pool = ProcessPoolExecutor(2)\n"
                "    print(sum(pool.map(lambda number: number * number, range(10))))"
            ),
            "has no name by which another process could import it",
        ),
        written(
            "answer = "
            + repr(
                _POOL + "if __name__ == '__main__':\n    def square(number): return number * number\n"
                "    with ProcessPoolExecutor(2) as pool: print(sum(pool.map(square, range(10))))"
            ),
            "under 'forkserver' your script failed",
        ),
        written(
            "answer = "
            + repr(_POOL + _SQUARE + "with ThreadPoolExecutor(2) as pool: print(sum(pool.map(square, range(10))))"),
            "started no process",
        ),
        written(
            "answer = "
            + repr(
                _POOL + _SQUARE + "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
                "    print(sum(pool.map(square, range(10))))"
            ),
            "Windows does not have",
        ),
        written(
            "answer = "
            + repr(
                _POOL + _SQUARE + "if __name__ == '__main__':\n    with ProcessPoolExecutor(2) as pool:\n"
                "        print(list(pool.map(square, range(10))))"
            ),
            "not 285",
        ),
        written("answer = 'def square(number) return number'", "line 1 of your script is no Python"),
    ],
    "01.6": [
        written(_shelf(_PUT.replace("while", "if"), _GET.replace("while", "if")), "IndexError"),
        written(_shelf(_PUT.replace("notify_all", "notify"), _GET.replace("notify_all", "notify")), "can never go on"),
        written(
            _shelf(_PUT, _GET.replace("            self.condition.notify_all()\n", "")),
            "1 baker and 1 seller can never go on",
        ),
        written(_shelf(_PUT, _GET.replace("pop(0)", "pop()")), "came out as"),
        written(_shelf(_PUT.replace(">=", ">"), _GET), "3 buns lay on a shelf of 2"),
        written(
            _shelf(
                "        while len(self.buns) >= self.places: time.sleep(0.01)\n        self.buns.append(bun)\n",
                "        while not self.buns: time.sleep(0.01)\n        return self.buns.pop(0)\n",
            ),
            "asks again and again",
        ),
        written(
            _shelf(
                "        if len(self.buns) >= self.places:\n"
                "            with self.condition: self.condition.wait()\n"
                "        with self.condition:\n"
                "            self.buns.append(bun)\n"
                "            self.condition.notify()\n",
                _GET,
            ),
            "3 buns lay on a shelf of 2",
        ),
        written(
            _shelf(
                _PUT.replace("        with self.condition:\n", "        if True:\n"),
                _GET.replace("        with self.condition:\n", "        if True:\n"),
            ),
            "un-acquired lock",
        ),
        written(
            _shelf(_PUT, _GET.replace("while", "if").replace("pop(0)", "pop(0) if self.buns else None")),
            "returned None, which nobody",
        ),
    ],
}
