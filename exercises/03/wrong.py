"""Answers to the exercises of chapter 3 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "03.1": [
        written(
            "def answer(n, source):\n    for _ in range(n): yield next(source)",
            "the source had 2 items; a `next` inside a generator failed",
        ),
        edit(
            "        yield item\n        if number == n:\n            return\n",
            "        if number > n:\n            return\n        yield item\n",
            says="handed out 3 items and asked the source for 4",
        ),
        written(
            "def answer(n, source): return [item for _, item in zip(range(n), source)]",
            "had handed out 0 items and asked the source for 3: one at a time",
        ),
        edit("    if n == 0:\n        return\n", "", says="should hand out []; it handed out ['bun 1']"),
        written(
            """
def answer(n, source):
    for _ in range(n):
        try:
            yield next(source)
        except StopIteration:
            return
""",
            "take(2, ['pork', 'lotus', 'leek']) raised TypeError(\"'list' object is not an iterator\")",
        ),
        edit("enumerate(source, 1)", "enumerate(source)", says="it handed out ['bun 1', 'bun 2', 'bun 3', 'bun 4']"),
        edit(
            "        yield item\n", "        if item:\n            yield item\n", says="it handed out ['pork', 'pork']"
        ),
        edit("yield item", "yield item or None", says="it handed out ['pork', None, None, 'pork', None]"),
        edit("enumerate(source, 1)", "enumerate(dict.fromkeys(source), 1)", says="asked the source for 301"),
        written("def answer(n, source):\n    for item, _ in zip(source, range(n)): yield item", "for 4"),
        written(
            """
def answer(n, source):
    items = iter(source)
    while n and (item := next(items, None)) is not None:
        yield item
        n -= 1
""",
            "should hand out ['pork', None, 0, 'pork', '']; it handed out ['pork']",
        ),
        written(
            """
def answer(n, source):
    items = iter(source)
    for _ in range(n):
        try:
            yield next(items)
        except Exception:
            return
""",
            "the source raised BurntBun('leek'), and take(3, …) just ended",
        ),
        written(
            """
taken = 0

def answer(n, source):
    global taken
    while taken < n:
        yield next(source)
        taken += 1
""",
            "take(2, …) of ['bun 1', 'bun 2'] should hand out ['bun 1', 'bun 2']; it handed out []",
        ),
        edit("def take(n, source):\n", "def take(n, source):\n    yield from ()\n    return\n", says="handed out []"),
        edit("yield item", "print(item)", says="returned None"),
        written(
            """
def answer(n, source):
    it = iter(source)
    while n:
        try: item = next(it)
        except (StopIteration, RuntimeError): return
        yield item
        n -= 1
""",
            says="RuntimeError('smoke'), and take(3, …) just ended",
        ),
        written(
            """
def answer(n, source):
    try:
        items = iter(source)
        for _ in range(n):
            yield next(items)
    except (StopIteration, TypeError):
        return
""",
            says="TypeError('smoke'), and take(3, …) just ended",
        ),
        written(
            """
def answer(n, source):
    items = iter(source)
    for _ in range(n):
        try:
            yield next(items)
        except (StopIteration, KeyboardInterrupt):
            return
""",
            says="KeyboardInterrupt(), and take(3, …) just ended",
        ),
    ],
    "03.2": [
        edit("except ValueError", "except BaseException", says="KeyError('till') was thrown into `averager`, and"),
        edit("except ValueError", "except (ValueError, TypeError)", says="TypeError('bun') was thrown into"),
        edit("except ValueError", "except (ValueError, RuntimeError)", says="RuntimeError('till') was thrown into"),
        edit("except ValueError", "except (ValueError, GeneratorExit)", says="yielded again instead of ending"),
        edit(
            "except ValueError",
            "except OSError",
            says="throw(ValueError('forget')) the error came straight out of `averager`",
        ),
        written(
            """
def answer():
    total = number = 0
    mean = None
    try:
        while True:
            total += yield mean
            number += 1
            mean = total / number
    except ValueError:
        yield None
""",
            "after 10, 20, 3, 0, throw(ValueError('forget')), 4 `averager` ended",
        ),
        edit(
            "            total, number, mean = 0, 0, None",
            "            total, number = 0, 0",
            says="there is no mean, so None was due; `averager` yielded 8.25",
        ),
        edit(
            "            total, number, mean = 0, 0, None",
            "            total, mean = 0, None",
            says="throw(ValueError('forget')), 4 the mean is 4; `averager` yielded 0.8",
        ),
        edit(
            "def averager():\n    total, number, mean = 0, 0, None",
            "total, number = 0, 0\ndef averager():\n    global total, number\n    mean = None",
            says="a second averager, made beside the first, yielded 7.4",
        ),
        written("def answer(*values): return sum(values) / max(len(values), 1)", "generator function"),
        edit(
            "mean = total / number",
            "mean = total // number",
            says="after 10, 20, 3, 0 the mean is 8.25; `averager` yielded 8.",
        ),
        edit("total / number", "round(total / number, 2)", says="the mean is"),
        edit("            mean = total", "            if value: mean = total", says="10, 20, 3, 0 the mean is 8.25"),
        edit("total, number, mean = 0, 0, None\n    w", "total, number, mean = 0, 0, 0\n    w", says="yielded 0."),
        edit("try:\n            value", "try:\n            yield\n            value", says="after 10 the mean is 10"),
        edit(
            "            total, number, mean = 0, 0, None",
            "            return",
            says="throw(ValueError('forget')) `averager` ended",
        ),
        edit(
            "except ValueError:",
            "except ValueError:\n            yield",
            says="throw(ValueError('forget')), 4 the mean is 4",
        ),
        written(
            """
def answer():
    values = []
    while True:
        try:
            values.append((yield sum(values) / len(values) if values else None))
        except ValueError:
            values = []
            while not values:
                try:
                    values.append((yield))
                except Exception:
                    pass
""",
            says="KeyError('till') was thrown into `averager`, which had just forgotten all, and `averager` went on",
        ),
        written(
            """
def answer():
    values = []
    try:
        values.append((yield))
    except Exception:
        values.append((yield))
    while True:
        try:
            values.append((yield sum(values) / len(values) if values else None))
        except ValueError:
            values = []
""",
            says="KeyError('till') was thrown into `averager`, just primed, and `averager` went on",
        ),
        written(
            """
def answer():
    values = set()
    while True:
        try:
            values.add((yield sum(values) / len(values) if values else None))
        except ValueError:
            values.clear()
""",
            "the mean is",
        ),
        written(
            """
from collections import deque

def answer():
    values = deque(maxlen=50)
    while True:
        try:
            values.append((yield sum(values) / len(values) if values else None))
        except ValueError:
            values.clear()
""",
            "the mean is",
        ),
    ],
    "03.3": [
        edit("yield from flatten", "yield flatten", says="handed out a generator"),
        edit("yield from flatten(each)", "yield from each", says="still packed"),
        edit("isinstance(each, list)", "hasattr(each, '__iter__')", says="called itself deeper and deeper"),
        written(
            """
def answer(order):
    buns = []
    for each in order:
        buns += answer(each) if isinstance(each, list) else [each]
    return buns
""",
            "'late' was put behind 'lotus', and you handed out ['pork', 'lotus']",
        ),
        edit("yield from flatten(each)", "yield from list(flatten(each))", says="'late' was put behind"),
        edit("list)", "(list, tuple))", says="should come [('two', ['buns']), 3, {'leek': 2}, deque(['tea'])"),
        edit("isinstance(each, list)", "hasattr(each, 'append')", says="{'leek': 2}, 'tea', 98, 117, 110]"),
        edit(
            *("def flatten", "from collections.abc import MutableSequence\n\ndef flatten"),
            *("isinstance(each, list)", "isinstance(each, MutableSequence)"),
            says="{'leek': 2}, 'tea', 98, 117, 110]",
        ),
        written(
            """
from copy import deepcopy

def answer(order):
    waiting = deepcopy(order)
    while waiting:
        first = waiting.pop(0)
        if isinstance(first, list):
            waiting[:0] = first
        else:
            yield first
""",
            says="'late' was put behind 'lotus', and you handed out ['pork', 'lotus']",
        ),
        edit("isinstance(each, list)", "not isinstance(each, str)", says="'int' object is not iterable"),
        edit("for each in order:", "while order:\n        each = order.pop(0)", says="changed the order"),
        edit(
            "yield from flatten(each)",
            "return (yield from flatten(each))",
            says="you handed out ['pork', 'lotus', 'leek']",
        ),
        edit("        else:\n", "        elif each:\n", says="you handed out []"),
        edit("        else:\n", "        elif each is not None:\n", says="you handed out [0, '', False]"),
        edit("in order:", "in dict.fromkeys(map(str, order)):", says="you handed out ['pork', \"['lotus'"),
        edit("in order:", "in reversed(order):", says="you handed out ['bean', 'tea'"),
        edit("in order:", "in sorted(order, key=lambda each: isinstance(each, list)):", says="['pork', 'tea', 'lotus'"),
        edit("in order:", "in order[:-1] or order:", says="you handed out ['pork', 'lotus', 'leek'"),
        written(
            """
def answer(order, seen=[]):
    for each in order:
        if isinstance(each, list):
            yield from answer(each)
        elif each not in seen:
            seen.append(each)
            yield each
""",
            "each of two equal buns counts: from ['pork', ['pork'],",
        ),
        written(
            """
def answer(order):
    orders = [order]
    while orders:
        for each in orders.pop(0):
            if isinstance(each, list):
                orders.append(each)
            else:
                yield each
""",
            "you handed out ['pork', 'tea', 'lotus'",
        ),
        written("import re\ndef answer(order): yield from re.findall(r\"'([^']+)'\", str(order))", "should come"),
    ],
    "03.4": [
        edit(
            "    try:",
            "    if True:",
            "    finally:\n        oven.off()",
            "    oven.off()",
            says="`baking` was closed, and the oven's log says ['on', 'bake bun'], not",
        ),
        edit("finally:", "except GeneratorExit:", says="`bake` raised BurntBun('coal'), and the oven's log says"),
        edit(
            "finally:",
            "except BaseException:",
            says="`bake` raised BurntBun('coal'), and `baking` ended as if all were well",
        ),
        edit("oven.off()", "oven.off()\n        return", says="ended as if all were well"),
        edit("finally:", "except GeneratorExit:\n        oven.off()\n    finally:", says="'off', 'off'], not"),
        edit(
            *("finally:", "except (Exception, GeneratorExit):"),
            *("oven.off()", "oven.off()\n        raise"),
            says="`bake` raised KeyboardInterrupt(), and the oven's log says",
        ),
        edit(
            *("finally:", "except Exception:"),
            *("oven.off()", "oven.off()\n        raise"),
            says="`baking` was closed, and the oven's log says",
        ),
        edit(
            *(
                "    finally:",
                "    except Exception as error:\n        raise RuntimeError('burnt') from error\n    finally:",
            ),
            says="its caller got RuntimeError('burnt') instead",
        ),
        edit(
            *("    oven.on()\n    bread = None\n", "    bread = None\n"),
            *("            dough = yield bread", "            oven.on()\n            dough = yield bread"),
            says="waited for the next dough, and the oven's log says ['on', 'bake bun', 'on']",
        ),
        edit(
            "yield bread", "yield bread or None", says="for the dough 0 the oven returned 0, and `baking` yielded None"
        ),
        edit("yield bread", "yield", says="the oven returned 'baked bun', and `baking` yielded None"),
        edit("bread = oven.bake(dough)", "bread = dough and oven.bake(dough)", says="for the dough ''"),
        edit(
            *("while True:", "while dough:"),
            *("bread = None", "bread, dough = None, 'flour'"),
            says="`baking` ended after the dough ''",
        ),
        edit(
            *(
                "def baking(oven):\n    oven.on()",
                "def baking(oven):\n    oven.on()\n    return loaves(oven)\n\ndef loaves(oven):",
            ),
            says="closed before it was primed: nothing should happen, and the oven's log says ['on']",
        ),
        edit(
            "def baking(oven):\n",
            "def baking(an_oven):\n    global oven\n    oven = an_oven\n",
            says="of one oven was closed after those of others",
        ),
        written(
            """
def answer(oven):
    bread = None
    while True:
        oven.on()
        try:
            bread = oven.bake((yield bread))
        finally:
            oven.off()
""",
            "waited for the next dough, and the oven's log says ['on', 'bake bun', 'off', 'on']",
        ),
        written(
            """
def answer(oven):
    oven.on()
    bread = None
    while True:
        try:
            bread = oven.bake((yield bread))
        except Exception:
            bread = None
        except GeneratorExit:
            oven.off()
            return
""",
            "`bake` raised BurntBun('coal'), and `baking` went on: it yielded None",
        ),
        written(
            """
def answer(oven):
    oven.on()
    bread = None
    done = False
    while not done:
        try:
            dough = yield bread
            bread = oven.bake(dough)
        except ZeroDivisionError:
            bread = None
        except BaseException:
            oven.off()
            raise
""",
            says="`bake` raised ZeroDivisionError('smoke'), and `baking` went on",
        ),
        written(
            """
def answer(oven):
    while True:
        oven.on()
        bread = None
        try:
            while True:
                bread = oven.bake((yield bread))
        except ValueError: pass
        finally: oven.off()
""",
            says="`bake` raised ValueError('smoke'), and `baking` went on",
        ),
        edit(
            *("            bread = oven.bake(dough)\n", ""),
            *(
                "            dough = yield bread\n",
                """            dough = yield bread
            try:
                bread = oven.bake(dough)
            except ValueError:
                bread = None
""",
            ),
            says="`bake` raised ValueError('smoke'), and `baking` went on",
        ),
        written(
            """
def answer(oven):
    oven.on()
    bread = None
    while True:
        try:
            dough = yield bread
        except BaseException:
            oven.off()
            raise
        try:
            bread = oven.bake(dough)
        except Exception:
            oven.off()
            raise
""",
            says="`bake` raised KeyboardInterrupt(), and the oven's log says",
        ),
        edit(
            "            dough = yield bread\n",
            "            try: dough = yield bread\n            except ValueError: continue\n",
            says="ValueError('smoke') was thrown into `baking`, and `baking` went on",
        ),
    ],
    "03.5": [
        edit(
            *("except StopIteration as end:", "except (StopIteration, RuntimeError) as end:"),
            *("end.value", "getattr(end, 'value', None)"),
            says="raised RuntimeError('smoke') in round 2, and `together` went on",
        ),
        edit(
            "                    del left[place]\n",
            """                    del left[place]
                except (ValueError, TypeError, OSError):
                    del left[place]
""",
            says="raised ValueError('smoke') in round 2, and `together` went on",
        ),
        edit(
            "                yield\n",
            "                try: yield\n                except ValueError: break\n",
            says="ValueError('smoke') was thrown into `together` after round 1, and `together` ended as if",
        ),
        edit(
            *("[None] * len(tasks)", "[]"),
            *("results[place] = end.value", "results.append(end.value)"),
            says="it returned ['dish b', 'dish c', 'dish a']",
        ),
        edit(
            "            task.close()",
            "            pass",
            says="raised BurntBun('b') in round 2, and a, c stayed paused",
        ),
        edit(
            *("    finally:", "    except Exception:"),
            *("            task.close()", "            task.close()\n        raise"),
            says="b, of a, b and c, raised KeyboardInterrupt() in round 3, and a, c stayed paused",
        ),
        edit(
            *("    finally:", "    except (Exception, KeyboardInterrupt):"),
            *("            task.close()", "            task.close()\n        raise"),
            says="`together` was closed after round 1, and a, b, c stayed paused",
        ),
        edit(
            *("            if left:\n                yield\n", ""),
            *("return results", "return results\n        yield"),
            says="(“others” is where it yielded.)",
        ),
        edit("            if left:\n                yield\n", "            yield\n", says="a ends, others. ("),
        edit("            if left:\n                yield\n", "                yield\n", says="a1, others, b1, others"),
        written(
            """
def answer(*tasks):
    while True:
        for task in tasks:
            next(task, None)
        yield
""",
            "had not returned after",
        ),
        edit(
            "                    del left[place]\n",
            """                    del left[place]
                except Exception as error:
                    results[place] = error
                    del left[place]
""",
            says="raised BurntBun('b') in round 2, and `together` went on: it yielded None",
        ),
        edit("end.value", "end.value or 'nothing'", says="`together` should return ['']"),
        edit(
            "return results", "return [each for each in results if each is not None]", says="should return ['', None]"
        ),
        edit(
            "return results", "return dict(zip(tasks, results))", says="should return the list of results, not a dict"
        ),
        edit("return results", "print(results)", says="not a NoneType"),
        edit("list(left.items())", "left.items()", says="RuntimeError: dictionary changed size"),
        edit(
            "for place, task in list(left.items()):",
            "for place, task in reversed(left.copy().items()):",
            says="c1, b1, a1",
        ),
        edit("task.close()", "list(task)", says="raised BurntBun('b') in round 2, and afterwards there came"),
        edit(
            "        for task in tasks:\n            task.close()",
            "        for task in tasks[:2]:\n            task.close()",
            says="and c stayed paused",
        ),
        edit(
            "    finally:",
            "    except GeneratorExit:\n        yield\n    finally:",
            says="yielded again instead of ending",
        ),
        edit(
            *(
                "def together(*tasks):\n    results = [None] * len(tasks)",
                "left = {}\ndef together(*tasks):\n    results = dict.fromkeys(range(len(tasks)))",
            ),
            *("    left = dict(enumerate(tasks))", "    left.update(enumerate(tasks))"),
            *("return results", "return list(results.values())"),
            says="your code raised KeyError: 2",
        ),
        written(
            """
def answer(*tasks):
    results = [None] * len(tasks)
    left = dict(enumerate(tasks))
    try:
        while left:
            for p, t in list(left.items()):
                try: next(t)
                except StopIteration as e:
                    results[p] = e.value; del left[p]
            if left:
                try: yield
                except Exception as error:
                    for t in left.values():
                        try: t.throw(error)
                        except BaseException: pass
                    raise
        return results
    finally:
        for t in tasks: t.close()
""",
            says="was thrown LookupError: it should be closed",
        ),
    ],
}
