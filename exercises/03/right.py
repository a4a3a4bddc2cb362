"""Answers to the exercises of chapter 3 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "03.1": [
        written("from itertools import islice\ndef answer(n, source): return islice(source, n)"),
        written("def answer(n, source):\n    for _, item in zip(range(n), source): yield item"),
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
    ],
    "03.5": [
        edit("finally:", "except BaseException:", "task.close()", "task.close()\n        raise"),
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
    ],
}
