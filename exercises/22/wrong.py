"""What learners would really get wrong in chapter 22, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "22.1": [
        edit("if not waits", "if not any(waits)", says="percentile(1) of [0, 0] is None, but it should be 0"),
        edit("[rank - 1]", "[rank - 2]", says="percentile(50) of [30, 10, 20, 40] is 10, but it should be 20"),
        edit("[rank - 1]", "[min(rank, len(waits) - 1)]", says="percentile(50) of [30, 10, 20, 40] is 30"),
        edit("-(-len(waits) * percent // 100)", "len(waits) * percent // 100", says="percentile(51) of"),
        edit("-(-len(waits) * percent // 100)", "round(len(waits) * percent / 100)", says="percentile(51) of"),
        edit(
            "-(-len(waits) * percent // 100)",
            "len(waits) * percent // 100 + 1",
            says="percentile(50) of [30, 10, 20, 40] is 30",
        ),
        edit(
            "-(-len(waits) * percent // 100)",
            "-int(-(percent / 100) * len(waits) // 1)",
            says="percentile(7) of 100 waits is 8",
        ),
        edit("    if not waits:\n        return None\n", "", says="IndexError"),
        edit("return None", "return 0", says="percentile(1) of [] is 0, but it should be None"),
        edit("sorted(waits)[rank - 1]", "waits[rank - 1]", says="percentile(50) of [30, 10, 20, 40] is 10"),
        edit("sorted(waits)", "sorted(set(waits))", says="IndexError"),
        edit("sorted(waits)", "sorted(waits, reverse=True)", says="percentile(50) of [30, 10, 20, 40] is 30"),
        edit("    rank = -(", "    waits.sort()\n    rank = -(", says="was changed"),
        written(
            """
import statistics

def answer(waits, percent):
    return statistics.quantiles(waits, n=100)[percent - 1] if len(waits) > 1 else None
""",
            says="percentile(50) of [30, 10, 20, 40] is 25.0",
        ),
        written(
            """
def answer(waits, percent):
    if waits:
        return sum(sorted(waits)[: -(-len(waits) * percent // 100)][-2:]) / 2
""",
            says="is 15.0, but it should be 20",
        ),
        written(
            """
def answer(waits, percent):
    import math
    return sorted(waits)[math.ceil(len(waits) / 100 * percent) - 1] if waits else None
""",
            says="percentile(25) of 28 waits is 8, but it should be 7",
        ),
    ],
    "22.2": [
        edit(
            "(patience - work) * greenlets // work",
            "int((patience - work) / (work / greenlets))",
            says="size(428, 7, 42): 'room' is 14",
        ),
        edit(
            "(patience - work) * greenlets // work",
            "int((patience - work) / work * greenlets)",
            says="size(1000, 100, 129): 'room' is 28",
        ),
        edit(
            "(patience - work) * greenlets // work",
            "int(patience / (work / greenlets) - greenlets)",
            says="size(120, 400, 850): 'room' is 53",
        ),
        edit("-(-rate * work // 1000)", "math.ceil(rate * (work / 1000))", says="size(100, 70, 300): 'greenlets' is 8"),
        edit("-(-rate * work // 1000)", "math.ceil(rate / 1000 * work)", says="size(70, 100, 300): 'greenlets' is 8"),
        edit(
            "-(-rate * work // 1000)", "math.ceil(rate / (1000 / work))", says="size(100, 290, 500): 'greenlets' is 30"
        ),
        edit("-(-rate * work // 1000)", "rate * work // 1000", says="size(20, 40, 1000): 'greenlets' is 0"),
        edit("-(-rate * work // 1000)", "rate * work // 1000 + 1", says="size(50, 100, 300): 'greenlets' is 6"),
        edit("-(-rate * work // 1000)", "-(-rate * 1000 // work)", says="'greenlets' is 500"),
        edit("-(-rate * work // 1000)", "-(-rate * patience // 1000)", says="'greenlets' is 15"),
        edit("(patience - work) * greenlets // work", "patience * greenlets // work", says="'room' is 15"),
        edit("(patience - work) * greenlets // work", "(patience - work) // work * greenlets", says="'room' is"),
        edit("(patience - work) * greenlets // work", "-((work - patience) * greenlets // work)", says="'room' is"),
        edit(
            "(patience - work) * greenlets // work",
            "(patience - work) // (work // greenlets)",
            says="ZeroDivisionError",
        ),
        edit("max(0, steps)", "steps", says="'room' is -"),
        edit("max(0, steps)", "max(1, steps)", says="'room' is 1, but it should be 0"),
        edit("max(0, steps)", "max(0, steps - 1)", says="size(50, 100, 300): 'room' is 9"),
        edit("(patience - work) * greenlets // work", "(patience - work) * greenlets / work", says="the float 10.0"),
        edit('"room"', '"queue"', says="has the keys ['greenlets', 'queue']"),
        edit(
            'return {"greenlets": greenlets, "room": max(0, steps)}',
            "return greenlets, max(0, steps)",
            says="not a tuple",
        ),
        written(
            """
import math
def answer(rate, work, patience):
    g = math.ceil(rate * work / 1000)
    step = work / g
    room = 0
    waited = step
    while waited + work <= patience:
        room += 1
        waited += step
    return {"greenlets": g, "room": room}
""",
            says="size(81, 25, 225): 'room' is 23, but it should be 24",
        ),
    ],
    "22.3": [
        edit("range(failed - 1)", "range(min(failed - 1, 10))", says="after 20 failures"),
        edit("range(failed - 1)", "range(min(failed - 1, 64))", says="after 99 failures"),
        edit("range(failed - 1)", "range(failed)", says="after 1 failure,"),
        edit("bound = min(base, most)", "bound = base", says="base 8, most 4: the answer is 7, but it should be 3.5"),
        edit("min(most, 2 * bound)", "2 * bound", says="the answer is"),
        edit("min(most, 2 * bound)", "min(most, bound + base)", says="after 3 failures"),
        edit("chance() * bound", "bound", says="`chance` was called 0 times"),
        edit("chance() * bound", "base + chance() * (bound - base)", says="the answer is"),
        edit("chance() * bound", "bound / 2 + chance() * bound / 2", says="the answer is"),
        edit("chance() * bound", "chance() * min(bound, left)", says="the answer is"),
        edit("chance() * bound", "max(0.05, chance() * bound)", says="chance 0.0"),
        edit("pause if pause < left else None", "pause if pause <= left else None", says="0.0625 s left"),
        edit(
            "pause if pause < left else None",
            "pause if bound < left else None",
            says="the answer is None, but it should be",
        ),
        edit("pause if pause < left else None", "min(pause, left)", says="but it should be None"),
        edit("pause if pause < left else None", "pause", says="but it should be None"),
        edit(
            "pause if pause < left else None",
            "pause if pause < left else 0",
            says="the answer is 0, but it should be None",
        ),
        edit(
            "pause = chance() * bound",
            "pause = chance() * bound if left > 0 else chance() * 0",
            "pause < left",
            "pause <= left",
            says="0.0625 s left",
        ),
        edit("base=0.1", "base=1", says="base 0.1, most 5"),
        written(
            """
def answer(failed, left, chance, base=0.1, most=5):
    pause = chance() * min(most, base * 2 ** (failed - 1))
    return pause if pause < left else None
""",
            says="OverflowError",
        ),
        written(
            """
import random

def answer(failed, left, chance, base=0.1, most=5):
    pause = random.uniform(0, min(most, base * 2.0 ** min(99, failed - 1)))
    return pause if pause < left else None
""",
            says="`chance` was called 0 times",
        ),
    ],
    "22.4": [
        edit("self.looked = most, clock()", "self.looked = most, 0", says="2), by a clock that shows -3 at first:"),
        edit(
            "self.tokens, self.looked = most, clock()",
            "self.tokens, self.looked = 0, clock()",
            says="retry() returned False",
        ),
        edit("self.tokens < 1", "self.tokens <= 0", says="returned True, but it should be False"),
        edit("self.tokens < 1", "self.tokens <= 1", says="returned False, but it should be True"),
        edit(
            "            return False\n        self.tokens -= 1",
            "            self.tokens -= 1\n            return False\n        self.tokens -= 1",
            says="returned False, but it should be True",
        ),
        edit("        self.tokens -= 1\n", "", says="returned True, but it should be False"),
        edit(
            "min(self.most, self.tokens + tokens + now - self.looked)",
            "self.tokens + tokens + now - self.looked",
            says="returned True, but it should be False",
        ),
        edit("        self.looked = now\n", "", says="returned True, but it should be False"),
        edit("self.tokens + tokens + now - self.looked", "self.tokens + tokens", says="s pass"),
        edit("self._earn(self.share)", "self._earn(1)", says="Budget(0.25, 2)"),
        edit("        self._earn()\n", "", says="returned False, but it should be True"),
        edit("now - self.looked)", "int(now - self.looked))", says="0.5 s pass"),
        edit(
            "self.tokens + tokens + now - self.looked",
            "int(self.tokens + tokens + now - self.looked)",
            says="returned False, but it should be True",
        ),
        edit("return True", "return self.tokens", says="it should be True"),
        written(
            """
class Budget:
    tokens = None

    def __init__(self, share, most, clock):
        Budget.share, Budget.most, Budget.clock = share, most, staticmethod(clock)
        Budget.tokens, Budget.looked = most, clock()

    def earn(self, more=0):
        now = Budget.clock()
        Budget.tokens = min(Budget.most, Budget.tokens + more + now - Budget.looked)
        Budget.looked = now

    def first(self):
        self.earn(Budget.share)

    def retry(self):
        self.earn()
        enough = Budget.tokens >= 1
        Budget.tokens -= enough
        return enough

answer = Budget
""",
            says="another Budget, to which nothing has happened",
        ),
    ],
    "22.5": [
        written(
            """
class answer:
    count = 0

    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock = failures, rest, clock
        self.opened, self.probing = None, False

    def allows(self):
        if self.opened is None:
            return True
        if self.probing or self.clock() - self.opened < self.rest:
            return False
        self.probing = True
        return True

    def succeeded(self):
        if self.probing or self.opened is None:
            answer.count, self.opened, self.probing = 0, None, False

    def failed(self):
        if self.probing or self.opened is None:
            answer.count += 1
            if self.probing or self.count >= self.failures:
                self.opened, self.probing = self.clock(), False
""",
            says="allows() returned False, but it should be True",
        ),
        edit(
            "self.clock() - self.opened < self.rest",
            "self.clock() - self.opened <= self.rest",
            says="allows() returned False, but it should be True",
        ),
        edit(
            "self.probing or self.clock() - self.opened < self.rest",
            "self.clock() - self.opened < self.rest",
            says="allows() returned True, but it should be False",
        ),
        edit("        self.probing = True\n", "", says="returned"),
        edit(
            "self.count >= self.failures",
            "self.count > self.failures",
            says="allows() returned True, but it should be False",
        ),
        edit(
            "if self.probing or self.opened is None:\n            self.count, ",
            "if True:\n            self.count, ",
            says="returned True, but it should be False",
        ),
        edit(
            "if self.probing or self.opened is None:\n            self.count += 1",
            "if True:\n            self.count += 1",
            says="returned",
        ),
        edit(
            "self.count, self.opened, self.probing = 0, None, False\n\n    def failed",
            "self.opened, self.probing = None, False\n\n    def failed",
            says="returned False, but it should be True",
        ),
        edit(
            "if self.probing or self.opened is None:\n            self.count, ",
            "if self.probing:\n            self.count, ",
            says="returned False, but it should be True",
        ),
        edit("self.opened, self.probing = self.clock(), False\n", "self.opened = self.clock()\n", says="returned"),
        edit(
            "self.opened, self.probing = self.clock(), False\n",
            "self.opened, self.probing = self.opened or self.clock(), False\n",
            says="returned True, but it should be False",
        ),
        edit(
            "if self.probing or self.count >= self.failures",
            "if self.count >= self.failures",
            "self.count, self.opened, self.probing = 0, None, False\n\n    def allows",
            "self.count, self.opened, self.probing = 0, None, False\n\n    def allows",
            "        self.probing = True\n",
            "        self.probing, self.count = True, 0\n",
            says="returned",
        ),
        edit(
            "self.count += 1",
            "self.count += 1\n            self.last = self.clock()",
            "self.clock() - self.opened < self.rest",
            "self.clock() - self.last < self.rest",
            "if self.probing or self.opened is None:\n            self.count += 1",
            "if True:\n            self.count += 1",
            says="returned",
        ),
        written(
            """
class Breaker:
    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock, self.count, self.opened = failures, rest, clock, 0, None

    def allows(self):
        if self.opened is not None and self.clock() - self.opened >= self.rest:
            self.count, self.opened = 0, None
        return self.opened is None

    def succeeded(self):
        self.count = 0

    def failed(self):
        self.count += 1
        if self.count >= self.failures and self.opened is None:
            self.opened = self.clock()

answer = Breaker
""",
            says="allows() returned True, but it should be False",
        ),
    ],
    "22.6": [
        edit(
            "        for what, order in broker.wait(left):\n",
            "        if not (news := broker.wait(left)):\n            break\n        for what, order in news:\n",
            says="close() was called after 1 s",
        ),
        edit("    broker.cancel()\n", "", says="was called before cancel()"),
        edit(
            "    broker.cancel()\n    for order in held:\n        broker.give_back(order)\n",
            "    for order in held:\n        broker.give_back(order)\n    broker.cancel()\n",
            says="give_back(3) was called before cancel()",
        ),
        edit(
            "    for order in held:\n        broker.give_back(order)\n    while",
            "    while",
            says="give_back(3) was to be called after 0 s",
        ),
        edit(
            "    for order in held:\n        broker.give_back(order)\n    while",
            "    while",
            "for order in working:",
            "for order in [*held, *working]:",
            says="give_back(3) was to be called after 0 s",
        ),
        edit("broker.wait(left)", "broker.wait(limit)", says="was called when"),
        edit("while working and", "while", says="close() was to be called after 0 s"),
        edit("working and (left := deadline - clock()) > 0", "(left := limit) and working", says="was called when"),
        edit(
            "working and (left := deadline - clock()) > 0",
            "working and (left := deadline - clock()) >= 0",
            says="2,000 times",
        ),
        edit("    while working and", "    if working and", says="was not the moment for it"),
        edit("                broker.ack(order)\n", "", says="ack(1) was to be called after 2 s"),
        edit("                working.remove(order)\n", "", says="was called, and this order is not with you"),
        edit(
            "            else:\n                broker.give_back(order)\n",
            "",
            says="give_back(2) was to be called after 0.5 s",
        ),
        edit(
            "            else:\n                broker.give_back(order)\n",
            "            else:\n                working.append(order)\n",
            says="give_back(2) was to be called after 0.5 s",
        ),
        edit('            if what == "done":\n', "            if order in begun or what:\n", says="ValueError"),
        edit(
            "    for order in working:\n        broker.give_back(order)\n",
            "",
            says="give_back(1) was to be called after 5 s",
        ),
        edit(
            "    for order in working:\n        broker.give_back(order)\n    broker.close()",
            "    broker.close()\n    for order in working:\n        broker.give_back(order)",
            says="was called after close()",
        ),
        edit("    broker.close()\n", "    return working\n", says="close() was not called"),
        edit(
            "for order in working:",
            "for order in filter(None, working):",
            says="give_back(0) was to be called after 3 s",
        ),
        edit("list(begun)", "begun", says="has changed"),
        edit(
            "for order in held:\n        broker.give_back(order)\n    while",
            "while held:\n        broker.give_back(held.pop(0))\n    while",
            says="has changed",
        ),
        edit(
            "                working.remove(order)\n                broker.ack(order)",
            "                working.remove(order)",
            "    for order in working:",
            "    for order in set(begun) - set(working):\n        broker.ack(order)\n    for order in working:",
            says="ack(2) was to be called after 1 s",
        ),
        edit("broker.wait(left)", "broker.wait(max(left, 1))", says="was called when"),
        edit("broker.wait(left)", "broker.wait(0)", says="wait(0) was called 2,000 times in a row, in which no time"),
        written(
            """
import time

def answer(broker, begun, held, limit, clock):
    broker.cancel()
    for order in held:
        broker.give_back(order)
    time.sleep(min(limit, 0.01))
    for order in begun:
        broker.ack(order)
    broker.close()
""",
            says="ack(1) was called after 0 s, which was not the moment for it",
        ),
        written(
            """
def answer(broker, begun, held, limit, clock):
    deadline = clock() + limit
    working = list(begun)
    broker.cancel()
    for o in held:
        broker.give_back(o)
    while working:
        left = deadline - clock()
        if left <= 0:
            break
        for what, order in broker.wait(left):
            if what == "came":
                broker.give_back(order)
            else:
                broker.ack(order)
                working.remove(order)
                if not working:
                    break
    for o in working:
        broker.give_back(o)
    broker.close()
""",
            says="give_back(53) was to be called after 1.75 s",
        ),
    ],
}
