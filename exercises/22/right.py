"""Answers to the exercises of chapter 22 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "22.1": [
        written("""
def answer(waits, percent):
    ordered = sorted(waits)
    for place, wait in enumerate(ordered, 1):
        if 100 * place >= percent * len(ordered):
            return wait
"""),
        written("""
import math
from fractions import Fraction

def answer(waits, percent):
    if len(waits) == 0:
        return None
    return sorted(waits)[math.ceil(Fraction(percent, 100) * len(waits)) - 1]
"""),
        written("""
import heapq

def answer(waits, percent):
    print("percentile", percent)
    smallest = heapq.nsmallest((len(waits) * percent + 99) // 100, waits)
    return smallest[-1] if smallest else None
"""),
        written("""
import math

answer = lambda waits, percent: sorted(waits)[math.ceil(len(waits) * percent / 100) - 1] if waits else None
"""),
        written("""
def answer(waits, percent):
    enough = [wait for wait in waits if sum(each <= wait for each in waits) * 100 >= percent * len(waits)]
    return min(enough, default=None)
"""),
        written("""
from bisect import bisect_left

def answer(waits, percent):
    ranks = [100 * place for place in range(1, len(waits) + 1)]
    return sorted(waits)[bisect_left(ranks, percent * len(waits))] if ranks else None
"""),
    ],
    "22.2": [
        written("""
def answer(rate, work, patience):
    greenlets = 1
    while greenlets * 1000 < rate * work:
        greenlets += 1
    room = 0
    while work + (room + 1) * work / greenlets <= patience:
        room += 1
    return {"greenlets": greenlets, "room": room}
"""),
        written("""
from math import ceil, floor
from fractions import Fraction

def answer(rate, work, patience):
    greenlets = ceil(Fraction(rate * work, 1000))
    return dict(room=max(0, floor((patience - work) / Fraction(work, greenlets))), greenlets=greenlets)
"""),
        written("""
def answer(rate, work, patience):
    n = (rate * work + 999) // 1000
    return {"room": (patience - work) * n // work if patience > work else 0, "greenlets": n}
"""),
        written("""
import math

def answer(rate, work, patience):
    sizes = {"greenlets": math.ceil(rate * work / 1000)}
    sizes["room"] = 0 if patience <= work else int((patience - work) * sizes["greenlets"] // work)
    return sizes
"""),
        written("""
from collections import Counter
from itertools import count

def answer(rate, work, patience):
    n = next(n for n in count(1) if n * 1000 >= rate * work)
    return Counter(greenlets=n, room=next(k for k in count() if n * work + (k + 1) * work > n * patience))
"""),
        edit("max(0, steps)", "steps if steps > 0 else 0"),
    ],
    "22.3": [
        written("""
def answer(failed, left, chance, base=0.1, most=5):
    bound = min(most, base * 2.0 ** min(failed - 1, 500))
    pause = bound * chance()
    if pause >= left:
        return None
    return pause
"""),
        written("""
import math

def answer(failed, left, chance, base=0.1, most=5):
    doublings = max(0, math.ceil(math.log2(most / base)))
    bound = min(base * 2 ** min(failed - 1, doublings), most)
    return next((pause for pause in [chance() * bound] if pause < left), None)
"""),
        written("""
def answer(failed, left, chance, base=0.1, most=5):
    try:
        bound = min(base * 2 ** (failed - 1), most)
    except OverflowError:
        bound = most
    print("bound", bound)
    pause = chance() * bound
    return None if left <= pause else pause
"""),
        written("""
def answer(failed, left, chance, base=0.1, most=5):
    share, bound = chance(), base
    while failed > 1 and bound < most:
        bound, failed = bound + bound, failed - 1
    pause = share * min(bound, most)
    if pause < left:
        return pause
"""),
        written("""
from itertools import accumulate, repeat

def answer(failed, left, chance, base=0.1, most=5):
    *_, bound = accumulate(repeat(2, failed - 1), lambda bound, two: min(most, bound * two), initial=min(base, most))
    pause = bound * chance()
    return pause if left - pause > 0 else None
"""),
        edit("min(most, 2 * bound)", "min(bound + bound, most)"),
    ],
    "22.4": [
        written("""
def answer(share, most, clock):
    class Purse:
        tokens, looked = most, clock()

        def look(self):
            now = clock()
            self.tokens, self.looked = min(most, self.tokens + now - self.looked), now

        def first(self):
            self.look()
            self.tokens = min(most, self.tokens + share)

        def retry(self):
            self.look()
            enough = self.tokens >= 1
            self.tokens -= enough
            return enough

    return Purse()
"""),
        written("""
class Budget:
    def __init__(self, share, most, clock):
        self.share, self.most, self.clock, self.spent, self.seen = share, most, clock, 0, clock()

    def first(self):
        self.spent = max(0, self.spent - self.share)

    def retry(self):
        now = self.clock()
        self.spent, self.seen = max(0, self.spent - (now - self.seen)), now
        if self.most - self.spent >= 1:
            self.spent += 1
            return True
        return False

answer = Budget
"""),
        written("""
class Budget:
    def __init__(self, share, most, clock):
        self.share, self.most, self.clock = share, most, clock
        self.saved, self.at = most, clock()

    @property
    def tokens(self):
        return min(self.most, self.saved + self.clock() - self.at)

    @tokens.setter
    def tokens(self, value):
        self.saved, self.at = min(self.most, value), self.clock()

    def first(self):
        self.tokens += self.share

    def retry(self):
        enough = self.tokens >= 1
        if enough:
            self.tokens -= 1
        return enough

answer = Budget
"""),
        written("""
from fractions import Fraction
from dataclasses import dataclass
from collections.abc import Callable

@dataclass
class Budget:
    share: float
    most: int
    clock: Callable

    def __post_init__(self):
        self.tokens, self.last = Fraction(self.most), self.clock()

    def first(self):
        self.wind()
        self.tokens = min(self.tokens + Fraction(self.share), Fraction(self.most))

    def retry(self):
        self.wind()
        allowed = self.tokens >= 1
        self.tokens -= allowed
        return bool(allowed)

    def wind(self):
        now = self.clock()
        self.tokens, self.last = min(self.tokens + Fraction(now - self.last), Fraction(self.most)), now

answer = Budget
"""),
        written("""
class Budget:
    def __init__(self, share, most, clock):
        tokens, before = most, clock()

        def earn(more):
            nonlocal tokens, before
            now = clock()
            tokens, before = min(most, tokens + more + now - before), now

        def first():
            earn(share)
            return tokens

        def retry():
            nonlocal tokens
            earn(0)
            if tokens >= 1:
                tokens -= 1
                return True
            return False

        self.__dict__.update(first=first, retry=retry)

    def first(self): ...
    def retry(self): ...

answer = Budget
"""),
        written("""
class Bucket:
    def __init__(self, most):
        self.level = self.most = most

    def pour(self, much):
        self.level = min(self.most, self.level + much)

    def scoop(self):
        if self.level < 1:
            return False
        self.level -= 1
        return True

class Budget(Bucket):
    def __init__(self, share, most, clock):
        super().__init__(most)
        self.share, self.clock, self.then = share, clock, clock()

    def first(self):
        self.pour(self.share)

    def retry(self):
        self.then, elapsed = self.clock(), self.clock() - self.then
        self.pour(elapsed)
        return self.scoop()

answer = Budget
"""),
        edit("if self.tokens < 1:", "if not self.tokens >= 1:"),
        edit("self._earn(self.share)", "self.tokens += self.share"),  # what is too much is cut at the next look
    ],
    "22.5": [
        written("""
class Breaker:
    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock = failures, rest, clock
        self.state, self.left = "closed", failures

    def allows(self):
        if self.state == "open" and self.clock() >= self.until:
            self.state = "probe"
            return True
        return self.state == "closed"

    def succeeded(self):
        if self.state == "open":
            return
        self.state, self.left = "closed", self.failures

    def failed(self):
        if self.state == "open":
            return
        self.left -= 1
        if self.state == "probe" or self.left == 0:
            self.state, self.until = "open", self.clock() + self.rest

answer = Breaker
"""),
        written("""
class Breaker:
    def __init__(self, failures, rest, clock):
        self.most, self.rest, self.clock, self.close = failures, rest, clock, self.shut
        self.shut()

    def shut(self):
        self.row, self.until, self.probe = 0, None, False

    def allows(self):
        match self.until, self.probe:
            case None, _:
                return True
            case _, True:
                return False
        self.probe = self.until <= self.clock()
        return self.probe

    def succeeded(self):
        if self.until is None or self.probe:
            self.shut()

    def failed(self):
        if self.until is not None and not self.probe:
            return
        self.row += 1
        if self.probe or self.row >= self.most:
            self.until = self.clock() + self.rest
            self.probe = False

answer = Breaker
"""),
        written("""
from enum import Enum

class State(Enum):
    CLOSED, OPEN, HALF = range(3)

class Breaker:
    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock, self.state, self.row = failures, rest, clock, State.CLOSED, []

    def allows(self):
        print("asked", self.state)
        if self.state is State.OPEN and self.clock() - self.since >= self.rest:
            self.state = State.HALF
            return True
        return self.state is State.CLOSED

    def succeeded(self):
        if self.state is State.HALF:
            self.state = State.CLOSED
        if self.state is State.CLOSED:
            self.row.clear()

    def failed(self):
        if self.state is State.CLOSED:
            self.row.append(self.clock())
        if self.state is State.HALF or self.state is State.CLOSED and len(self.row) == self.failures:
            self.state, self.since = State.OPEN, self.clock()

answer = Breaker
"""),
        written("""
class Breaker:
    def __init__(self, failures, rest, clock):
        self.machine = self.run(failures, rest, clock)
        next(self.machine)

    def run(self, failures, rest, clock):
        reply = None
        while True:
            row = 0
            while row < failures:
                event = yield reply
                reply = True
                if event != "allows":
                    row = row + 1 if event == "failed" else 0
            while True:
                opened = clock()
                while True:
                    event = yield reply
                    reply = event == "allows" and clock() - opened >= rest
                    if reply:
                        break
                while (event := (yield reply)) == "allows":
                    reply = False
                if event == "succeeded":
                    break

    def allows(self):
        return self.machine.send("allows")

    def succeeded(self):
        self.machine.send("succeeded")

    def failed(self):
        self.machine.send("failed")

answer = Breaker
"""),
        edit(
            "self.count, self.opened, self.probing = 0, None, False\n\n    def failed",
            "self.count, self.opened = 0, None\n            self.probing = False\n\n    def failed",
        ),
        edit(
            "if self.probing or self.clock() - self.opened < self.rest:",
            "if self.probing or self.opened + self.rest > self.clock():",
        ),
        written("""
class Closed:
    def __init__(self, breaker):
        self.breaker, self.left = breaker, breaker.failures

    def allows(self):
        return True

    def succeeded(self):
        self.left = self.breaker.failures

    def failed(self):
        self.left -= 1
        if not self.left:
            self.breaker.state = Open(self.breaker)

class Open:
    def __init__(self, breaker):
        self.breaker, self.until = breaker, breaker.clock() + breaker.rest

    def allows(self):
        if may := self.breaker.clock() >= self.until:
            self.breaker.state = Probing(self.breaker)
        return may

    def succeeded(self):
        pass

    failed = succeeded

class Probing:
    def __init__(self, breaker):
        self.breaker = breaker

    def allows(self):
        return False

    def succeeded(self):
        self.breaker.state = Closed(self.breaker)

    def failed(self):
        self.breaker.state = Open(self.breaker)

class Breaker:
    def __init__(self, failures, rest, clock):
        self.failures, self.rest, self.clock = failures, rest, clock
        self.state = Closed(self)

    def __getattr__(self, name):
        return getattr(self.state, name)

answer = Breaker
"""),
    ],
    "22.6": [
        written("""
def answer(broker, begun, held, limit, clock):
    began, working = clock(), set(begun)
    broker.cancel()
    for order in reversed(held):
        broker.give_back(order)
    while working:
        left = began + limit - clock()
        if left <= 0:
            break
        for what, order in broker.wait(min(0.25, left)):
            {"done": broker.ack, "came": broker.give_back}[what](order)
            working.discard(order)
    for order in working:
        broker.give_back(order)
    broker.close()
"""),
        written("""
def answer(broker, begun, held, limit, clock):
    broker.cancel()
    deadline = clock() + limit
    list(map(broker.give_back, held))
    settled = []
    while len(settled) < len(begun) and clock() < deadline:
        news = broker.wait(deadline - clock())
        print(news)
        for what, order in news:
            if what == "came":
                broker.give_back(order)
            if what == "done":
                broker.ack(order)
                settled.append(order)
    for order in begun:
        if order not in settled:
            broker.give_back(order)
    broker.close()
"""),
        written("""
from contextlib import closing

def answer(broker, begun, held, limit, clock):
    until = clock() + limit
    with closing(broker):
        broker.cancel()
        rest = dict.fromkeys(begun)
        back = list(held)
        while True:
            while back:
                broker.give_back(back.pop(0))
            if not rest or clock() >= until:
                break
            for what, order in broker.wait(until - clock()):
                if what == "done":
                    del rest[order]
                    broker.ack(order)
                else:
                    back.append(order)
        for order in rest:
            broker.give_back(order)
"""),
        written("""
def news(broker, until, clock):
    while clock() < until:
        yield broker.wait(until - clock())

def answer(broker, begun, held, limit, clock):
    until = clock() + limit
    broker.cancel()
    for order in held:
        broker.give_back(order)
    working = [*begun]
    if working:
        for each in news(broker, until, clock):
            for what, order in each:
                broker.ack(order) if what == "done" else broker.give_back(order)
            working = [order for order in working if ("done", order) not in each]
            if not working:
                break
    for order in working:
        broker.give_back(order)
    return broker.close()
"""),
        written("""
class Leaving:
    def __init__(self, broker, begun, until, clock):
        self.broker, self.working, self.until, self.clock = broker, list(begun), until, clock

    def came(self, order):
        self.broker.give_back(order)

    def done(self, order):
        self.working.remove(order)
        self.broker.ack(order)

    def run(self):
        while self.working and self.clock() < self.until:
            for what, order in self.broker.wait(self.until - self.clock()):
                getattr(self, what)(order)
        while self.working:
            self.came(self.working.pop())
        self.broker.close()

def answer(broker, begun, held, limit, clock):
    leaving = Leaving(broker, begun, clock() + limit, clock)
    broker.cancel()
    for order in held:
        leaving.came(order)
    leaving.run()
"""),
        edit(
            "working.remove(order)\n                broker.ack(order)",
            "broker.ack(order)\n                working.remove(order)",
        ),
        edit("broker.wait(left)", "broker.wait(min(left, 0.005))"),
    ],
}
