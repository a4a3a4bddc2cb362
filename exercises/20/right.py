"""Answers to the exercises of chapter 20 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "20.1": [
        written("""
def answer(sides, members):
    return next((side for side in sides if len(side) > members / 2), None)
"""),
        written("""
def answer(sides, members):
    largest = max(sides, key=len, default=[])
    return largest if len(largest) >= members // 2 + 1 else None
"""),
        written("""
def answer(sides, members):
    able = [side for side in sides if len(side) > members - len(side)]
    if able:
        [side] = able
        return side
"""),
        written("""
def answer(sides, members):
    for side in sorted(sides, key=len, reverse=True):
        print(side, members)
        return side if len(side) * 2 >= members + 1 else None
"""),
        written("""
import math

answer = lambda sides, members: dict((0, side) for side in sides if len(side) >= math.floor(members / 2 + 1)).get(0)
"""),
        edit("2 * len(side) > members", "len(side) > members - len(side)"),
    ],
    "20.2": [
        written("""
def answer(reached):
    majority = len(reached) // 2 + 1
    return max(n for n in reached.values() if sum(other >= n for other in reached.values()) >= majority)
"""),
        written("""
def answer(reached):
    numbers = sorted(reached.values())
    for _ in range(len(numbers) // 2):
        numbers.pop()
    return numbers[-1]
"""),
        written("""
import heapq

def answer(reached):
    return heapq.nlargest(len(reached) // 2 + 1, reached.values())[-1]
"""),
        written("""
from statistics import median_low

def answer(reached):
    return median_low(reached.values())
"""),
        written("""
def answer(reached):
    safe = 0
    while sum(number > safe for number in reached.values()) * 2 > len(reached):
        safe += 1
    return safe
"""),
        written("""
def answer(reached):
    numbers = list(reached.values())
    numbers.sort()
    return numbers[(len(numbers) - 1) // 2]
"""),
    ],
    "20.3": [
        written("""
class Voter:
    def __init__(self, log):
        self.log = list(log)
        self.term = self.log[-1] if self.log else 0
        self.votes = {}

    def asked(self, candidate, term, last, length):
        if term < self.term:
            return False
        self.term = term
        own = self.log[-1] if self.log else 0
        if last < own:
            return False
        if last == own and length < len(self.log):
            return False
        return self.votes.setdefault(term, candidate) == candidate

answer = Voter
"""),
        written("""
NOBODY = object()

class Voter:
    def __init__(self, log):
        self.log = log
        self.term = max(log, default=0)
        self.voted = NOBODY

    def behind(self, last, length):
        return last < max(self.log, default=0) or (last == max(self.log, default=0) and length < len(self.log))

    def asked(self, candidate, term, last, length):
        if term > self.term:
            self.term = term
            self.voted = NOBODY
        if term == self.term and not self.behind(last, length) and self.voted in (NOBODY, candidate):
            self.voted = candidate
            return True
        return False

answer = Voter
"""),
        written("""
from dataclasses import dataclass, field

@dataclass
class Voter:
    log: list
    given: dict = field(default_factory=dict)

    def __post_init__(self):
        self.heard = [0, *self.log]

    @property
    def term(self):
        return max(self.heard)

    def asked(self, candidate, term, last, length):
        self.heard.append(term)
        print("asked by", candidate, end=" ")
        if term != self.term or (last, length) < ([0, *self.log][-1], len(self.log)):
            return False
        return self.given.setdefault(term, candidate) == candidate

answer = Voter
"""),
        written("""
class Voter:
    def __init__(self, log):
        self.mine = [(log or [0])[-1], len(log)]
        self.term, self.given = self.mine[0], []

    def asked(self, candidate, term, last, length):
        if term > self.term:
            self.term, self.given = term, []
        allowed = term == self.term and [last, length] >= self.mine
        if allowed and not self.given:
            self.given.append(candidate)
        return allowed and self.given[0] == candidate

answer = Voter
"""),
        written("""
class Base:
    term = 0
    vote = None

class Voter(Base):
    def __init__(self, log):
        self.entries = tuple(log)
        for each in self.entries:
            self.hear_of(each)

    def hear_of(self, term):
        if term > self.term:
            self.term = term
            self.vote = None

    def asked(self, candidate, term, last, length):
        self.hear_of(term)
        if term < self.term:
            return False
        if self.vote is not None:
            return self.vote[0] == candidate
        if self.entries and (last < self.entries[-1] or last == self.entries[-1] and length < len(self.entries)):
            return False
        self.vote = [candidate]
        return True

answer = Voter
"""),
        edit(
            "if term > self.term:",
            "if self.term < term:",
            "self.vote is None or self.vote == candidate",
            "self.vote in (None, candidate)",
        ),
    ],
    "20.4": [
        written("""
def answer(history):
    sent, confirmed, received, names = set(), set(), [], []
    for kind, order in history:
        if order not in names:
            names.append(order)
        if kind == "sent":
            sent.add(order)
        elif kind == "confirmed":
            confirmed.add(order)
        else:
            received.append(order)
    result = {"lost": [], "recovered": [], "doubled": [], "unexpected": []}
    for order in names:
        if order in confirmed and order not in received:
            result["lost"].append(order)
        if order in sent and order not in confirmed and order in received:
            result["recovered"].append(order)
        if received.count(order) > 1:
            result["doubled"].append(order)
        if order in received and order not in sent and order not in confirmed:
            result["unexpected"].append(order)
    return result
"""),
        written("""
def answer(history):
    events = {}
    for kind, order in history:
        events.setdefault(order, []).append(kind)
    return dict(
        lost=[order for order, kinds in events.items() if "confirmed" in kinds and "received" not in kinds],
        recovered=[order for order, kinds in events.items() if set(kinds) == {"sent", "received"}],
        doubled=[order for order, kinds in events.items() if kinds.count("received") >= 2],
        unexpected=[order for order, kinds in events.items() if set(kinds) == {"received"}],
    )
"""),
        written("""
def only(history, kind):
    return [order for each, order in history if each == kind]

def answer(history):
    first = sorted({order for _, order in history}, key=[order for _, order in history].index)
    sent, confirmed, received = (only(history, kind) for kind in ("sent", "confirmed", "received"))
    print(len(first), "orders")
    return {
        "unexpected": [order for order in first if order in received and order not in sent + confirmed],
        "doubled": [order for order in first if received.count(order) > 1],
        "recovered": [order for order in first if order in received and order in sent and order not in confirmed],
        "lost": [order for order in first if order in confirmed and order not in received],
    }
"""),
        written("""
from collections import defaultdict

class Account(dict):
    def __init__(self, history):
        super().__init__(lost=[], recovered=[], doubled=[], unexpected=[])
        counts = defaultdict(lambda: {"sent": 0, "confirmed": 0, "received": 0})
        for kind, order in history:
            counts[order][kind] += 1
        for order, count in counts.items():
            if count["received"] > 1:
                self["doubled"].append(order)
            if count["confirmed"]:
                if not count["received"]:
                    self["lost"].append(order)
            elif count["received"]:
                self["recovered" if count["sent"] else "unexpected"].append(order)

answer = Account
"""),
        written("""
from itertools import groupby

def answer(history):
    place = {}
    for number, (_, order) in enumerate(history):
        place.setdefault(order, number)
    rows = {order: [kind for kind, each in history if each == order] for order in place}
    def pick(test):
        return sorted((order for order in rows if test(rows[order])), key=place.get)
    return {
        "lost": pick(lambda kinds: "received" not in kinds and "confirmed" in kinds),
        "recovered": pick(lambda kinds: "received" in kinds and "confirmed" not in kinds and "sent" in kinds),
        "doubled": pick(lambda kinds: kinds.count("received") not in (0, 1)),
        "unexpected": pick(lambda kinds: "received" in kinds and "confirmed" not in kinds and "sent" not in kinds),
    }
"""),
        edit(
            "confirmed[n] and not received[n]", "confirmed[n] > 0 == received[n]", "received[n] > 1", "received[n] >= 2"
        ),
    ],
    "20.5": [
        written("""
def answer(orders, urls, connect, sleep):
    place, done, connection = 0, 0, None
    while done < len(orders):
        try:
            if connection is None:
                connection = connect(urls[place % len(urls)])
            connection.publish(orders[done])
            done += 1
        except ConnectionError:
            if connection is not None:
                try:
                    connection.close()
                except ConnectionError:
                    pass
            connection = None
            place += 1
            sleep(0.2)
        except BaseException:
            if connection is not None:
                connection.close()
            raise
    if connection is not None:
        connection.close()
"""),
        written("""
from contextlib import suppress
from itertools import cycle

def publish_all(connection, todo):
    try:
        while todo:
            connection.publish(todo[-1])
            todo.pop()
    finally:
        with suppress(ConnectionError):
            connection.close()

def answer(orders, urls, connect, sleep):
    todo, nodes = list(reversed(orders)), cycle(urls)
    while todo:
        try:
            publish_all(connect(next(nodes)), todo)
        except ConnectionError:
            sleep(0.2)
"""),
        written("""
def answer(orders, urls, connect, sleep, start=0):
    if not orders:
        return
    done = 0
    try:
        connection = connect(urls[start])
        try:
            for order in orders:
                connection.publish(order)
                done += 1
        finally:
            connection.close()
    except ConnectionError:
        print("next node")
    if done < len(orders):
        sleep(0.2)
        answer(orders[done:], urls, connect, sleep, (start + 1) % len(urls))
"""),
        written("""
from collections import deque

class Publisher:
    def __init__(self, orders, urls, connect, sleep):
        self.waiting, self.nodes, self.connect = deque(orders), deque(urls), connect
        while self.waiting:
            if not self.visit():
                self.nodes.rotate(-1)
                sleep(0.2)

    def visit(self):
        try:
            connection = self.connect(self.nodes[0])
        except ConnectionError:
            return False
        try:
            while self.waiting:
                connection.publish(self.waiting[0])
                self.waiting.popleft()
        except ConnectionError:
            return False
        finally:
            try:
                connection.close()
            except ConnectionError:
                pass
        return True

answer = Publisher
"""),
        written("""
from contextlib import ExitStack, suppress
from itertools import cycle

def answer(orders, urls, connect, sleep):
    waiting, nodes = iter(orders), cycle(urls)
    order = next(waiting, answer)
    while order is not answer:
        with suppress(ConnectionError), ExitStack() as stack:
            connection = connect(next(nodes))
            stack.callback(connection.close)
            while order is not answer:
                connection.publish(order)
                order = next(waiting, answer)
        if order is not answer:
            sleep(0.2)
"""),
        edit("todo = deque(orders)", "todo = deque(list(orders))", "sleep(0.2)", "sleep(1 / 5)"),
    ],
}
