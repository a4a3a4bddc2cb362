"""What learners would really get wrong in chapter 12, with a part of what they should be told."""

from exercises.answers import edit, written

LAST_FOUR = '"steam leek", "click lotus", "noted lotus", "steam pork"'
SELL = """\
            if number:
                self.sell(number)
"""
SORTED = "sorted(present, key=present.get, reverse=True)"
CATCH = """\
                try:
                    handler(detail)
                except Exception as error:
                    errors.append(error)
"""

WRONG = {
    "12.1": [
        written("answer = 'click pork, noted pork'", says="not a str"),
        edit(LAST_FOUR, '"steam pork", "steam leek", "click lotus", "noted lotus"', says="line 3"),
        edit(', "steam pork"]', "]", says="'steam pork' is missing"),
        edit(LAST_FOUR, '"click lotus", "noted lotus", "steam pork", "steam leek"', says="line 3"),
        written("answer = ['click pork', 'noted pork', 'steam lotus']", says="'steam lotus' is never printed"),
        edit('"steam leek", ', '"steam leek", "steam leek", ', says="'steam leek' is printed once"),
    ],
    "12.2": [
        edit("self.digits += key", "self.digits = key", says="should sell [12], and your till sold [2]"),
        edit(
            'number, self.digits = int(self.digits or "0"), ""',
            'number = int(self.digits or "0")',
            says="should sell [12, 3], and your till sold [12, 123]",
        ),
        edit('int(self.digits or "0")', "int(self.digits)", says="invalid literal"),
        edit(SELL, "            self.sell(number)\n", says="the keys 4 Enter Enter should sell [4]"),
        edit(SELL, "            self.sell(str(number))\n", says="sold ['1']"),
        written(
            """
class answer:
    digits = []

    def __init__(self, sell):
        self.sell = sell

    def on_key_down(self, key):
        if key.isdigit():
            self.digits.append(key)
        elif key == "Backspace":
            del self.digits[-1:]
        elif key in ("Escape", "Enter"):
            number = int("".join(self.digits) or "0")
            if key == "Enter" and number:
                self.sell(number)
            self.digits.clear()
""",
            says="they share their digits",
        ),
        edit('key in list("0123456789")', 'key not in ("Backspace", "Escape", "Enter")', says="invalid literal"),
        edit('check("12.2", Till)', "answer = Till(print)", says="the class itself"),
        edit(
            'int(self.digits or "0"), ""',
            'int(self.digits or "0"), self.digits[:0] or "0"',
            "self.digits[:-1]",
            "self.digits[1:]",
            says="the keys 1 2 Backspace 5 Enter should sell [15], and your till sold [25]",
        ),
    ],
    "12.3": [
        edit("return errors", "return errors or None", says="emit returned None, not []"),
        edit("handler(detail)", "handler()", says="missing 1 required positional argument"),
        edit(SORTED, "sorted(present, key=present.get)", says="priorities -1, 0, 5, 0, 5"),
        edit(SORTED, "list(present)", says="priorities -1, 0, 5, 0, 5"),
        edit(SORTED, "reversed(sorted(present, key=present.get))", says="should be ['a', 'b'], and were ['b', 'a']"),
        edit("if handler in present:", "if True:", says="removed before its turn"),
        written(
            """
class answer:
    def __init__(self):
        self.all = {}

    def on(self, kind, handler, priority=0):
        self.all.setdefault(kind, []).append((priority, handler))
        self.all[kind].sort(key=lambda each: -each[0])

    def off(self, kind, handler):
        for each in self.all.get(kind, []):
            if each[1] is handler:
                self.all[kind].remove(each)

    def emit(self, kind, detail):
        for _, handler in self.all.get(kind, []):
            handler(detail)
        return []
""",
            says="the first handler removes itself",
        ),
        edit(
            f"for handler in {SORTED}:",
            f"done = []\n        while left := [each for each in {SORTED} if each not in done]:",
            "            if handler in present:\n",
            "            done.append(handler := left[0])\n            if handler in present:\n",
            says="to be called from the next emit on",
        ),
        edit(CATCH, "                handler(detail)\n", says="emit passed it on"),
        edit("errors.append(error)", "return [error]", says="the first of three handlers raises"),
        edit("errors.append(error)", "pass", says="a list of both exceptions"),
        edit("self.priorities.get(kind, {}).pop(handler, None)", "del self.priorities[kind][handler]", says="KeyError"),
        edit(
            "    def __init__(self):\n        self.priorities = {}  # kind: {handler: priority}\n",
            "    priorities = {}\n",
            says="a handler was added to another dispatcher",
        ),
        edit(
            "self.priorities = {}  #",
            "self.gone, self.priorities = set(), {}  #",
            "self.priorities.get(kind, {}).pop(handler, None)",
            "self.gone.add(handler)",
            "if handler in present:",
            "if handler not in self.gone:",
            says="a handler of two kinds",
        ),
        edit(
            "self.priorities.get(kind, {}).pop(handler, None)",
            """\
present = self.priorities.get(kind, {})
        for each in [each for each in present if each is handler]:
            del present[each]""",
            says="clerk.greet was added and removed",
        ),
        edit('check("12.3", Dispatcher)', "answer = Dispatcher()", says="the class itself, `Dispatcher`"),
    ],
}
