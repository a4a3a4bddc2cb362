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
                elif key.isdecimal():
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
    ],
}
