"""Answers to the exercises of chapter 3 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "03.1": [
        written("from itertools import islice\ndef answer(n, source): return islice(source, n)"),
        written("def answer(n, source):\n    for _, item in zip(range(n), source): yield item"),
        written("def answer(n, source): return (item for _, item in zip(range(n), source))"),
        written("""
def answer(n, source):
    items = iter(source)
    while n > 0:
        try:
            yield next(items)
        except StopIteration:
            return
        n -= 1
"""),
        written("""
class answer:
    def __init__(self, n, source):
        self.left, self.source = n, iter(source)

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return next(self.source)
"""),
        written("""
def answer(n, source):
    if n:
        items = iter(source)
        for item in items:
            yield item
            yield from answer(n - 1, items)
            return
"""),
        edit("        yield item", '        print("item", number, item)\n        yield item'),
    ],
    "03.2": [
        written("""
def answer():
    values, mean = [], None
    while True:
        try:
            values.append((yield mean))
            mean = sum(values) / len(values)
        except ValueError:
            values, mean = [], None
"""),
        written("""
def count_until_told_to_forget():
    total, mean = 0, None
    number = 0
    try:
        while True:
            total += yield mean
            number += 1
            mean = total / number
    except ValueError:
        return

def answer():
    while True:
        yield from count_until_told_to_forget()
"""),
        written("""
def answer():
    mean, number = None, 0
    while True:
        try:
            value = yield mean
        except ValueError:
            mean, number = None, 0
            continue
        number += 1
        mean = value if number == 1 else mean + (value - mean) / number
"""),
        written("""
from collections.abc import Generator
from statistics import fmean

class answer(Generator):
    def __init__(self):
        self.values = []

    def send(self, value):
        if value is not None:
            self.values.append(value)
        return fmean(self.values) if self.values else None

    def throw(self, kind, value=None, traceback=None):
        error = value or (kind if isinstance(kind, BaseException) else kind())
        if not isinstance(error, ValueError):
            raise error
        self.values.clear()
"""),
        written("""
from contextlib import suppress

def answer():
    while True:
        with suppress(ValueError):
            total, number, mean = 0, 0, None
            while True:
                total, number = total + (yield mean), number + 1
                mean = total / number
"""),
        edit("            mean = total / number", '            mean = total / number\n            print("mean", mean)'),
        edit(
            "def averager():",
            "from fractions import Fraction\ndef averager():",
            "total + value",
            "total + Fraction(value)",
        ),
    ],
    "03.3": [
        edit("yield from flatten(each)", "for inner in flatten(each):\n                yield inner"),
        written("""
def answer(order):
    open_orders = [iter(order)]
    while open_orders:
        for each in open_orders[-1]:
            if isinstance(each, list):
                open_orders.append(iter(each))
                break
            yield each
        else:
            open_orders.pop()
"""),
        written("""
from itertools import chain

def answer(order):
    return chain.from_iterable(answer(each) if isinstance(each, list) else [each] for each in order)
"""),
        written("""
def answer(order):
    waiting = order[::-1]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(reversed(each))
        else:
            yield each
"""),
        written("""
from collections import deque

class answer:
    def __init__(self, order):
        self.waiting = deque([order])

    def __iter__(self):
        return self

    def __next__(self):
        while self.waiting:
            each = self.waiting.popleft()
            if not isinstance(each, list):
                return each
            self.waiting.extendleft(reversed(each))
        raise StopIteration
"""),
        written("""
def answer(order):
    match order:
        case list():
            for each in order:
                yield from answer(each)
        case bun:
            yield bun
"""),
        edit("            yield each", '            print("bun", each)\n            yield each'),
    ],
    "03.4": [
        edit("finally:\n        oven.off()", "except BaseException:\n        oven.off()\n        raise"),
        written("""
from contextlib import ExitStack

def answer(oven):
    with ExitStack() as stack:
        oven.on()
        stack.callback(oven.off)
        bread = None
        while True:
            bread = oven.bake((yield bread))
"""),
        written("""
from contextlib import contextmanager

@contextmanager
def switched_on(oven):
    oven.on()
    try:
        yield
    finally:
        oven.off()

def answer(oven):
    with switched_on(oven):
        bread = None
        while True:
            bread = oven.bake((yield bread))
"""),
        written("""
def loaves(oven):
    bread = None
    while True:
        bread = oven.bake((yield bread))

def answer(oven):
    try:
        oven.on()
        yield from loaves(oven)
    finally:
        oven.off()
"""),
        written("""
from collections.abc import Generator

class answer(Generator):
    def __init__(self, oven):
        self.oven, self.is_on = oven, False

    def send(self, dough):
        if not self.is_on:
            self.oven.on()
            self.is_on = True
            return None
        try:
            return self.oven.bake(dough)
        except BaseException as error:
            self.throw(error)

    def throw(self, kind, value=None, traceback=None):
        if self.is_on:
            self.is_on = False
            self.oven.off()
        raise kind
"""),
        edit("            bread = oven", '            print("dough:", dough)\n            bread = oven'),
    ],
    "03.5": [
        edit("finally:", "except BaseException:", "task.close()", "task.close()\n        raise"),
        edit("for task in tasks:", "for task in left.values():"),
        edit(
            "next(task)",
            "task.send(None)",
            "                yield\n",
            '                print("round")\n                yield\n',
        ),
        written("""
from contextlib import ExitStack, closing

def answer(*tasks):
    results, waiting = {}, list(tasks)
    with ExitStack() as stack:
        for task in tasks:
            stack.enter_context(closing(task))
        while waiting:
            still = []
            for task in waiting:
                try:
                    task.send(None)
                    still.append(task)
                except StopIteration as end:
                    results[task] = end.value
            waiting = still
            if waiting:
                yield
    return [results[task] for task in tasks]
"""),
        written("""
def answer(*tasks):
    results, end = {}, object()

    def keep(place, task):
        results[place] = yield from task

    left = [keep(place, task) for place, task in enumerate(tasks)]
    try:
        while left := [each for each in left if next(each, end) is not end]:
            yield
    finally:
        for task in tasks:
            task.close()
    return [results[place] for place in range(len(tasks))]
"""),
        written("""
from collections import deque

END_OF_ROUND = object()

def answer(*tasks):
    results, line = [None] * len(tasks), deque([*enumerate(tasks), END_OF_ROUND])
    try:
        while len(line) > 1:
            each = line.popleft()
            if each is not END_OF_ROUND:
                place, task = each
                try:
                    next(task)
                except StopIteration as end:
                    results[place] = end.value
                    continue
            else:
                yield
            line.append(each)
    except BaseException:
        [task.close() for task in tasks]
        raise
    return results
"""),
        written(
            """
def answer(*tasks):
    results = [None] * len(tasks)
    left = dict(enumerate(tasks))
    try:
        while left:
            for p in list(left):
                try: next(left[p])
                except StopIteration as e:
                    results[p] = e.value; del left[p]
            if left: yield
        return results
    except BaseException:
        for t in left.values():
            t.close()
        if not left: raise
        raise
    finally:
        pass
"""
        ),
    ],
}
