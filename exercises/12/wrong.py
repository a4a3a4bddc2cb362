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
        edit('"click pork", "noted pork"', '"noted pork", "click pork"', says="line 1"),
        edit('"noted pork", "steam leek"', '"steam leek", "noted pork"', says="line 2"),
        edit('"steam pork"]', '"steam pork", "steam lotus"]', says="'steam lotus' is never printed"),
        edit('"click pork"', '"click(pork)"', says="'click(pork)' is never printed"),
        edit('"steam pork"]', '"steam pork", None]', says="None is never printed"),
        written("answer = []", says="'click pork' is missing"),
        edit("lines = [", "lines = iter([", '"steam pork"]', '"steam pork"])', says="not a list_iterator"),
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
            says="two tills with a `sell` each got keys in turns",
        ),
        edit('key in list("0123456789")', 'key not in ("Backspace", "Escape", "Enter")', says="invalid literal"),
        edit('key in list("0123456789")', "key.isdigit()", says="invalid literal for int() with base 10: '5²6'"),
        edit('key in list("0123456789")', "key.isdecimal()", says="the keys 5 ٣ 6 Enter should sell [56]"),
        edit("0123456789", "123456789", says="should sell [3456789012], and your till sold [345678912]"),
        edit(
            "key in list(",
            "(key := key.capitalize()) in list(",
            says="the keys 5 enter 6 Enter should sell [56], and your till sold [5, 6]",
        ),
        edit(
            'key == "Enter"', 'key in ("Enter", "Return")', says="the keys 5 Return 6 Enter should sell [56], and your"
        ),
        edit('key == "Escape"', 'key in ("Escape", "Delete")', says="the keys 5 Delete 6 Enter should sell [56]"),
        edit("int(self.digits or", "float(self.digits or", says="should sell [1], and your till sold [1.0]"),
        edit("if number:", "if number > 1:", says="the keys 1 Enter should sell [1], and your till sold []"),
        edit("if number:", "if number >= 0:", says="the keys 4 Enter Enter should sell [4]"),
        edit("self.digits[:-1]", '""', says="the keys 1 2 Backspace 5 Enter should sell [15], and your till sold [5]"),
        edit(
            'self.sell, self.digits = sell, ""', 'Till.sell, self.digits = staticmethod(sell), ""', says="a `sell` each"
        ),
        edit(
            'self.sell, self.digits = sell, ""',
            'self.sell, self.all = sell, digits_of.setdefault(sell.__self__.__len__, [""])',
            "class Till:",
            """\
digits_of = {}


class Till:
    digits = property(lambda self: self.all[0], lambda self, new: self.all.__setitem__(0, new))
""",
            says="two tills with the same `sell` got keys in turns",
        ),
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
        edit("return errors", "return errors or None", says="[], and returned None"),
        edit(
            "handler(detail)",
            "handler()",
            says="and called []. It returned [TypeError(\"a() missing 1 required positional argument: 'detail'\")",
        ),
        edit(SORTED, "sorted(present, key=present.get)", says="priorities -1, 0, 5, 0, 5"),
        edit(SORTED, "list(present)", says="priorities -1, 0, 5, 0, 5"),
        edit(
            SORTED, "reversed(sorted(present, key=present.get))", says="should call ['a', 'b'], and called ['b', 'a']"
        ),
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
        edit("errors.append(error)", "return [error]", says="should call ['a', 'b', 'c'], and called ['a']"),
        edit("errors.append(error)", "pass", says="[Spilt('a'), Spilt('c')], and returned []"),
        edit("self.priorities.get(kind, {}).pop(handler, None)", "del self.priorities[kind][handler]", says="KeyError"),
        edit(
            "    def __init__(self):\n        self.priorities = {}  # kind: {handler: priority}\n",
            "    priorities = {}\n",
            says="did not call b alone",
        ),
        edit(
            "self.priorities = {}  #",
            "self.gone, self.priorities = set(), {}  #",
            "self.priorities.get(kind, {}).pop(handler, None)",
            "self.gone.add(handler) if handler in self.priorities.get(kind, {}) else None",
            "if handler in present:",
            "if handler not in self.gone:",
            says="a handler of two kinds",
        ),
        edit(
            "self.priorities = {}  #",
            "self.gone, self.priorities = set(), {}  #",
            "self.priorities.get(kind, {}).pop(handler, None)",
            "self.gone.add((kind, handler))",
            "if handler in present:",
            "if (kind, handler) not in self.gone:",
            says="a handler is removed before it is added, which does nothing",
        ),
        edit(
            "self.priorities.get(kind, {}).pop(handler, None)",
            """\
present = self.priorities.get(kind, {})
        for each in [each for each in present if each is handler]:
            del present[each]""",
            says="the method clerk.greet is added and removed",
        ),
        edit(
            "self.priorities.setdefault(kind, {})[handler] = priority",
            "self.priorities.setdefault(kind, {})[handler] = None\n        self.by_handler[handler] = priority",
            "self.priorities = {}  #",
            "self.by_handler, self.priorities = {}, {}  #",
            "key=present.get",
            "key=self.by_handler.get",
            says="two handlers of two kinds have other priorities in each",
        ),
        edit(
            "self.priorities = {}  #",
            "self.errors, self.priorities = [], {}  #",
            "errors, present = []",
            "errors, present = self.errors",
            says="was [Spilt('a'), Spilt('c'), Spilt('a'), Spilt('c')] in the end",
        ),
        edit(
            "self.priorities = {}  #",
            "self.errors, self.priorities = [], {}  #",
            "errors, present = [],",
            "self.errors.clear()\n        errors, present = self.errors,",
            says="was [] in the end",
        ),
        edit("errors.append(error)", "errors.insert(0, error)", says="and returned [Spilt('c'), Spilt('a')]"),
        edit("errors.append(error)", "errors.append(str(error))", says="and returned ['a', 'c']"),
        edit(
            "                    handler(detail)\n",
            "                    if said := handler(detail):\n                        errors.append(said)\n",
            says="[], and returned [Spilt('this was returned",
        ),
        edit("priority=0", "priority=1", says="priorities none, 0.5, -0.5, none"),
        edit("handler(detail)", 'handler(detail or "")', says="with that detail, and called ('a', '')"),
        edit(
            "self.priorities = {}  #",
            "self.late, self.priorities = [], {}  #",
            "self.priorities.setdefault(kind, {})[handler] = priority",
            "self.late.append((kind, handler, priority))",
            "errors, present = [], self.priorities.setdefault(kind, {})",
            """\
errors = []
        for each, handler, priority in self.late:
            self.priorities.setdefault(each, {})[handler] = priority
        self.late.clear()
        present = self.priorities.setdefault(kind, {})""",
            says="a handler is removed twice",
        ),
        edit('check("12.3", Dispatcher)', "answer = Dispatcher()", says="the class itself, `Dispatcher`"),
        written(
            """
class answer:
    def __init__(self): self.h = {}
    def on(self, kind, handler, priority=0):
        self.h.setdefault(kind, {})[handler] = priority or 0
    def off(self, kind, handler): self.h.get(kind, {}).pop(handler, None)
    def emit(self, kind, detail):
        errors = []
        present = self.h.setdefault(kind, {})
        for h in sorted(present, key=present.get, reverse=True):
            if h in present:
                try:
                    if detail is not None: h(detail)
                    else: h(None)
                except Exception as e:
                    if repr(e) not in map(repr, errors): errors.append(e)
        return errors
""",
            says="two handlers raise errors that look alike",
        ),
        written(
            """
class answer:
    def __init__(self):
        self.rows = []

    def on(self, kind, handler, priority=0):
        self.rows.append((kind, handler, priority))
        self.rows.sort(key=lambda row: -row[2])

    def off(self, kind, handler):
        self.rows = [row for row in self.rows if row[:2] != (kind, handler)]

    def emit(self, kind, detail):
        errors = []
        for each, handler, _ in list(self.rows):
            if each == kind and handler in [row[1] for row in self.rows]:
                try:
                    handler(detail)
                except Exception as error:
                    errors.append(error)
        return errors
""",
            says="a handler of two kinds is removed from one before its turn: emit('click', None) should call ['a']",
        ),
        edit(
            "self.priorities = {}  #",
            "self.left, self.priorities = {}, {}  #",
            "self.priorities.get(kind, {}).pop(handler, None)",
            "self.priorities.get(kind, {}).pop(handler, None)\n"
            "        self.left[kind] = [each for each in self.left.get(kind, []) if each != handler]",
            f"for handler in {SORTED}:\n            if handler in present:\n",
            f"self.left[kind] = {SORTED}\n        while self.left[kind]:\n"
            "            if handler := self.left[kind].pop(0):\n",
            says="a handler of a click emits a click: emit('click', None) should call ['a', 'b'], and called ['a']",
        ),
        edit(
            "self.priorities = {}  #",
            "self.under_way, self.priorities = set(), {}  #",
            "errors, present = []",
            "if kind in self.under_way:\n            return []\n        self.under_way.add(kind)\n"
            "        errors, present = []",
            "        return errors",
            "        self.under_way.remove(kind)\n        return errors",
            says="a handler of a click emits a click: emit('click', 'pork') should call ['a', 'b'], and called []",
        ),
        edit(
            "self.priorities = {}  #",
            "self.gone, self.priorities = set(), {}  #",
            "self.priorities.get(kind, {}).pop(handler, None)",
            "self.priorities.get(kind, {}).pop(handler, None)\n        self.gone.add((kind, handler))",
            "errors, present = []",
            "self.gone.clear()\n        errors, present = []",
            "if handler in present:",
            "if (kind, handler) not in self.gone:",
            says="a handler of a click removes another, adds one and emits a click",
        ),
    ],
}
