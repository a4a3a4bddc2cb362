"""Answers to the exercises of chapter 12 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "12.1": [
        edit("lines = [", "lines = (", '"steam pork"]', '"steam pork")'),
        written('answer = "click pork/noted pork/steam leek/click lotus/noted lotus/steam pork".split("/")'),
        written("""
answer, events = [], ["click pork", "steam leek", "click lotus", "end"]
for event in events:
    if event == "end":
        break
    answer.append(event)
    if event == "click pork":
        events.insert(4, "steam pork")
    if event.startswith("click"):
        answer.append(event.replace("click", "noted"))
answer += events[4:]
"""),
        written("""
from types import SimpleNamespace as Event

answer, events = [], queue.Queue()

def on_click(bun):
    answer.append(f"click {bun}")
    if bun == "pork":
        events.put(Event(handler=steam, detail=bun))
    answer.append(f"noted {bun}")

def steam(bun):
    answer.append(f"steam {bun}")

for handler, bun in ((on_click, "pork"), (steam, "leek"), (on_click, "lotus"), (lambda _: events.put(None), "")):
    events.put(Event(handler=handler, detail=bun))
while event := events.get():
    event.handler(event.detail)
"""),
        written(
            'answer = [f"{does} {bun}" for does, bun in zip("click noted steam click noted steam".split(), '
            '"pork pork leek lotus lotus pork".split())]'
        ),
        written("""
def answer():
    for bun, others in (("pork", ["leek"]), ("lotus", ["pork"])):
        yield from (f"click {bun}", f"noted {bun}")
        yield from map("steam {}".format, others)

answer = [*answer()]
"""),
    ],
    "12.2": [
        written("""
class answer:
    def __init__(self, sell):
        self.sell = sell
        self.number = 0

    def on_key_down(self, key):
        if len(key) == 1 and key in "0123456789":
            self.number = 10 * self.number + int(key)
        if key == "Backspace":
            self.number //= 10
        if key == "Enter" and self.number > 0:
            self.sell(self.number)
        if key in ("Enter", "Escape"):
            self.number = 0
"""),
        written("""
class answer:
    def __init__(self, sell):
        self._sell = sell
        self._digits = []
        self._actions = {"Backspace": self._undo, "Escape": self._digits.clear, "Enter": self._enter}
        for digit in "0123456789":
            self._actions[digit] = lambda digit=digit: self._digits.append(digit)

    def on_key_down(self, key):
        self._actions.get(key, lambda: None)()

    def _undo(self):
        if self._digits:
            self._digits.pop()

    def _enter(self):
        number = int("".join(["0", *self._digits]))
        self._digits.clear()
        if number > 0:
            self._sell(number)
"""),
        written("""
def answer(sell):
    def read():
        while True:
            digits = ""
            while (key := (yield)) not in ("Enter", "Escape"):
                if key == "Backspace":
                    digits = digits[:-1]
                elif key.isascii() and key.isdecimal():
                    digits += key
            if key == "Enter" and digits.strip("0"):
                sell(int(digits))

    class Till:
        def __init__(self):
            self.reader = read()
            next(self.reader)

        def on_key_down(self, key):
            self.reader.send(key)

    return Till()
"""),
        written("""
class answer:
    def __init__(self, sell):
        self.keys = []
        self.sell = sell

    def on_key_down(self, key):
        self.keys.append(key)
        if key != "Enter":
            return
        digits = []
        for each in self.keys:
            match each:
                case "Backspace":
                    del digits[-1:]
                case "Escape":
                    digits.clear()
                case "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                    digits.append(int(each))
        self.keys.clear()
        number = sum(digit * 10**place for place, digit in enumerate(reversed(digits)))
        if number > 0:
            self.sell(number)
"""),
        written("""
from types import SimpleNamespace

def answer(sell):
    digits = ""

    def on_key_down(key):
        nonlocal digits
        print("key", key)
        if len(key) == 1 and "0" <= key <= "9":
            digits = (digits + key).lstrip("0")
            return
        if key == "Enter" and digits:
            sell(int(digits))
        digits = {"Backspace": digits[:-1], "Escape": "", "Enter": ""}.get(key, digits)

    return SimpleNamespace(on_key_down=on_key_down)
"""),
        written("""
from collections import deque

class Keys:
    def on_key_down(self, key):
        getattr(self, f"on_{key}" if key.isascii() else "", lambda: None)()

class answer(Keys):
    def __init__(self, sell):
        self.digits, self.sell = deque(), sell
        for digit in range(10):
            setattr(self, f"on_{digit}", lambda digit=digit: self.digits.append(digit))
        self.on_Escape = self.digits.clear

    def on_Backspace(self):
        if self.digits:
            self.digits.pop()

    def on_Enter(self):
        number = 0
        while self.digits:
            number = number * 10 + self.digits.popleft()
        if number:
            self.sell(number)
"""),
    ],
    "12.3": [
        written("""
class answer:
    def __init__(self):
        self.listed = []

    def on(self, kind, handler, priority=0):
        self.listed.append((kind, handler, priority))

    def off(self, kind, handler):
        self.listed = [each for each in self.listed if each[:2] != (kind, handler)]

    def emit(self, kind, detail):
        errors = []
        for entry in sorted(self.listed, key=lambda each: -each[2]):
            if entry[0] != kind or entry not in self.listed:
                continue
            try:
                entry[1](detail)
            except Exception as error:
                errors += [error]
        return errors
"""),
        written("""
import bisect

class Entry:
    def __init__(self, handler, priority):
        self.handler, self.priority, self.removed = handler, priority, False

    def __lt__(self, other):
        return self.priority > other.priority

class answer:
    def __init__(self):
        self.entries = {}

    def on(self, kind, handler, priority=0):
        bisect.insort(self.entries.setdefault(kind, []), Entry(handler, priority))

    def off(self, kind, handler):
        for entry in self.entries.get(kind, []).copy():
            if entry.handler == handler:
                entry.removed = True
                self.entries[kind].remove(entry)

    def emit(self, kind, detail):
        def call(entry):
            try:
                entry.handler(detail)
            except Exception as error:
                return error

        outcomes = [call(entry) for entry in tuple(self.entries.get(kind, ())) if not entry.removed]
        return [error for error in outcomes if error is not None]
"""),
        edit(
            "sorted(present, key=present.get, reverse=True)",
            "sorted(list(present), key=lambda each: -present.get(each, 0))",
        ),
        written("""
from collections import defaultdict

class answer:
    def __init__(self):
        self.kinds = defaultdict(tuple)  # never changed, only replaced

    def on(self, kind, handler, priority=0):
        self.kinds[kind] = (*self.kinds[kind], (handler, priority))

    def off(self, kind, handler):
        self.kinds[kind] = tuple(pair for pair in self.kinds[kind] if pair[0] != handler)

    def emit(self, kind, detail):
        errors = []
        for handler, _ in sorted(self.kinds[kind], key=lambda pair: pair[1], reverse=True):
            print(kind, detail, handler)
            if any(handler == present for present, _ in self.kinds[kind]):
                try:
                    handler(detail)
                except BaseException as error:
                    errors = [*errors, error]
        return errors
"""),
        written("""
import heapq
from itertools import count

TICKETS = count()

class answer:
    def __init__(self):
        self.heaps, self.gone = {}, set()

    def on(self, kind, handler, priority=0):
        heapq.heappush(self.heaps.setdefault(kind, []), (-priority, next(TICKETS), handler))

    def off(self, kind, handler):
        for entry in self.heaps.get(kind, ()):
            if entry[2] == handler:
                self.gone.add(entry[1])

    def emit(self, kind, detail):
        waiting, errors = self.heaps.get(kind, [])[:], []
        while waiting:
            _, ticket, handler = heapq.heappop(waiting)
            if ticket not in self.gone:
                try:
                    handler(detail)
                except Exception as error:
                    errors.append(error)
        return errors
"""),
        written("""
from contextlib import contextmanager

def answer():
    table = {}

    @contextmanager
    def noting(errors):
        try:
            yield
        except Exception as error:
            errors += [error]

    class Dispatcher:
        def on(self, kind, handler, priority=0):
            table.setdefault(kind, {}).setdefault(priority, []).append(handler)

        def off(self, kind, handler):
            for level in table.get(kind, {}).values():
                if handler in level:
                    level.remove(handler)

        def emit(self, kind, detail):
            errors, levels = [], table.get(kind, {})
            plan = [(level, handler) for _, level in sorted(levels.items(), reverse=True) for handler in level]
            for level, handler in plan:
                if handler in level:
                    with noting(errors):
                        handler(detail)
            return errors

    return Dispatcher()
"""),
        written(
            """
class answer:
    def __init__(self): self.h = {}
    def on(self, kind, handler, priority=0): self.h.setdefault(kind, []).append((priority, handler))
    def off(self, kind, handler): self.h[kind] = [e for e in self.h.get(kind, []) if e[1] != handler]
    def emit(self, kind, detail):
        errors = []
        for p, h in sorted(self.h.get(kind, []), key=lambda e: -e[0]):
            if h in [x for _, x in self.h[kind]]:
                try: h(detail)
                except Exception as e: errors.append(e)
        return errors
"""
        ),
    ],
}
