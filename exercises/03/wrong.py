"""Answers to the exercises of chapter 3 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "03.1": [
        written(
            "def answer(n, source):\n    for _ in range(n): yield next(source)", "a `next` inside a generator failed"
        ),
        edit(
            "        yield item\n        if number == n:\n            return\n",
            "        if number > n:\n            return\n        yield item\n",
            says="asked the source for 4",
        ),
        written(
            "def answer(n, source): return [item for _, item in zip(range(n), source)]",
            "one at a time",
        ),
        edit("    if n == 0:\n        return\n", "", says="to take 0 your function"),
        written(
            """
def answer(n, source):
    for _ in range(n):
        try:
            yield next(source)
        except StopIteration:
            return
""",
            "'list' object is not an iterator",
        ),
        edit("number == n", "number > n", says="should be handed out; you gave"),
    ],
    "03.2": [
        edit("except ValueError", "except BaseException", says="KeyError was thrown in"),
        edit("except ValueError", "except (ValueError, GeneratorExit)", says="swallows GeneratorExit"),
        edit("except ValueError", "except OSError", says="the first time, the error came straight out again"),
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
            "the second time, the error came straight out again",
        ),
        edit(
            "            total, number, mean = 0, 0, None",
            "            total, number = 0, 0",
            says="it should yield None",
        ),
        edit(
            "def averager():\n    total, number, mean = 0, 0, None",
            "total, number, mean = 0, 0, None\ndef averager():\n    global total, number, mean",
            says="a second averager",
        ),
        written("def answer(*values): return sum(values) / max(len(values), 1)", "generator function"),
    ],
    "03.3": [
        edit("yield from flatten", "yield flatten", says="handed out a generator"),
        edit("yield from flatten(each)", "yield from each", says="still packed"),
        edit("isinstance(each, list)", "hasattr(each, '__iter__')", says="text is a bun"),
        written(
            """
def answer(order):
    buns = []
    for each in order:
        buns += answer(each) if isinstance(each, list) else [each]
    return buns
""",
            "read the whole order",
        ),
        edit("list)", "(list, tuple))", says="only a list is an order"),
        edit("for each in order:", "while order:\n        each = order.pop(0)", says="changed the order"),
        edit("yield from flatten(each)", "return (yield from flatten(each))", says="got lost"),
    ],
    "03.4": [
        edit(
            "    try:",
            "    if True:",
            "    finally:\n        oven.off()",
            "    oven.off()",
            says="switched off 0 times",
        ),
        edit("finally:", "except GeneratorExit:", says="`bake` raised, and the oven was switched off 0 times"),
        edit("finally:", "except BaseException:", says="never heard of it"),
        edit("finally:", "except GeneratorExit:\n        oven.off()\n    finally:", says="switched off 2 times"),
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
            "switched off 2 times",
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
            "went on as if nothing had happened",
        ),
    ],
    "03.5": [
        edit(
            *("[None] * len(tasks)", "[]"),
            *("results[place] = end.value", "results.append(end.value)"),
            says="not in that of their ends",
        ),
        edit("            task.close()", "            pass", says="b raised an error, and a and c stayed paused"),
        edit(
            *("    finally:", "    except Exception:"),
            *("            task.close()", "            task.close()\n        raise"),
            says="`together` was closed, and a and c stayed paused",
        ),
        edit(
            *("            if left:\n                yield\n", ""),
            *("return results", "return results\n        yield"),
            says="the tasks outside got no turn",
        ),
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
            says="the caller of `together` never heard of it",
        ),
    ],
}
