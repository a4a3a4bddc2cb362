"""Answers to the exercises of chapter 19 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "19.1": [
        written("""
answer = dict.fromkeys(["auto", "hurry"], "lost")
answer |= dict.fromkeys(["late", "again"], "twice")
answer |= dict.fromkeys(["keyed", "patient"], "once")
"""),
        written("""
answer = {"again": "twice", "patient": "once", "hurry": "lost", "keyed": "once", "late": "twice", "auto": "lost"}
"""),
        written("""
from collections import OrderedDict

words = "lost twice once lost once twice".split()
answer = OrderedDict(zip(["auto", "late", "keyed", "hurry", "patient", "again"], words))
"""),
        written("""
answer = {}
for case in "auto late keyed hurry patient again".split():
    answer[case] = "lost" if case in ("auto", "hurry") else "twice" if case in ("late", "again") else "once"
"""),
        written("""
groups = {"lost": {"auto", "hurry"}, "twice": {"late", "again"}, "once": {"keyed", "patient"}}
answer = {case: word for word, cases in groups.items() for case in cases}
"""),
    ],
    "19.2": [
        written("""
def answer(promised, received):
    lost, doubled, unexpected = [], [], []
    for each in promised:
        if each not in received and each not in lost:
            lost.append(each)
    for each in received:
        if received.count(each) > 1 and each not in doubled:
            doubled.append(each)
        if each not in promised and each not in unexpected:
            unexpected.append(each)
    return {"lost": lost, "doubled": doubled, "unexpected": unexpected}
"""),
        written("""
def once(names, keep):
    return list(dict.fromkeys(filter(keep, names)))

def answer(promised, received):
    return dict(
        lost=once(promised, lambda each: each not in received),
        doubled=once(received, lambda each: received.count(each) > 1),
        unexpected=once(received, lambda each: each not in promised),
    )
"""),
        written("""
def answer(promised, received):
    times = {}
    for each in received:
        times[each] = times.get(each, 0) + 1
    ordered = {each: None for each in promised}
    return {
        "unexpected": [each for each in times if each not in ordered],
        "doubled": [each for each in times if times[each] >= 2],
        "lost": [each for each in ordered if each not in times],
    }
"""),
        written("""
def answer(promised, received):
    seen, again = set(), set()
    for each in received:
        (again if each in seen else seen).add(each)
    first = sorted(seen, key=received.index)
    print("received", first)
    return {
        "lost": sorted(set(promised) - seen, key=promised.index),
        "doubled": [each for each in first if each in again],
        "unexpected": [each for each in first if each not in set(promised)],
    }
"""),
        written("""
from collections import Counter

class Report(dict):
    def __init__(self, promised, received):
        came = Counter(received)
        self["lost"] = list(dict.fromkeys(each for each in promised if not came[each]))
        self["doubled"] = [each for each, times in came.items() if times != 1 and each in received]
        self["unexpected"] = [each for each in dict.fromkeys(received) if promised.count(each) == 0]

answer = Report
"""),
    ],
    "19.3": [
        written("""
class Tracker:
    def __init__(self):
        self.rows = []

    def sent(self, tag, message):
        self.rows.append({"tag": tag, "message": message, "back": False, "fate": "open"})

    def acked(self, tag, multiple):
        self.settle(tag, multiple, "kept")

    def nacked(self, tag, multiple):
        self.settle(tag, multiple, "failed")

    def settle(self, tag, multiple, fate):
        for row in self.rows:
            if row["fate"] == "open" and (row["tag"] == tag or multiple and row["tag"] <= tag):
                row["fate"] = "failed" if row["back"] else fate

    def returned(self, message):
        for row in self.rows:
            if row["fate"] == "open" and not row["back"] and row["message"] == message:
                row["back"] = True
                return

    def __getattr__(self, name):
        if name not in ("open", "kept", "failed"):
            raise AttributeError(name)
        return [row["message"] for row in self.rows if row["fate"] == name]

answer = Tracker
"""),
        written("""
class Tracker:
    def __init__(self):
        self.waiting, self.back, self.done = {}, [], {}

    def sent(self, tag, message):
        self.waiting[tag] = message

    def acked(self, tag, multiple, good=True):
        for each in [each for each in self.waiting if each == tag or (multiple and each < tag)]:
            message = self.waiting.pop(each)
            self.done[each] = (message, good and each not in self.back)

    def nacked(self, tag, multiple):
        self.acked(tag, multiple, good=False)

    def returned(self, message):
        self.back.append(next(t for t, m in self.waiting.items() if m == message and t not in self.back))

    @property
    def open(self):
        return list(self.waiting.values())

    @property
    def kept(self):
        return [message for _, (message, good) in sorted(self.done.items()) if good]

    @property
    def failed(self):
        return [message for _, (message, good) in sorted(self.done.items()) if not good]

answer = Tracker
"""),
        written("""
from dataclasses import dataclass, field

@dataclass
class Message:
    text: object
    answered: bool = False
    bad: bool = False

@dataclass
class Tracker:
    messages: list = field(default_factory=list)

    def sent(self, tag, message):
        self.messages.append(Message(message))

    def _answer(self, tag, multiple, bad):
        for each in self.messages[:tag] if multiple else [self.messages[tag - 1]]:
            if not each.answered:
                each.answered, each.bad = True, each.bad or bad

    def acked(self, tag, multiple):
        self._answer(tag, multiple, False)

    def nacked(self, tag, multiple):
        self._answer(tag, multiple, True)

    def returned(self, message):
        for each in self.messages:
            if not each.answered and not each.bad and each.text == message:
                each.bad = True
                break

    open = property(lambda self: [each.text for each in self.messages if not each.answered])
    kept = property(lambda self: [each.text for each in self.messages if each.answered and not each.bad])
    failed = property(lambda self: [each.text for each in self.messages if each.answered and each.bad])

answer = Tracker
"""),
        written("""
import bisect

class Tracker:
    def __init__(self):
        self._open, self._kept, self._failed, self._back = [], [], [], set()
        self.refresh()

    def refresh(self):
        self.open, self.kept, self.failed = ([m for _, m in each] for each in (self._open, self._kept, self._failed))

    def sent(self, tag, message):
        self._open.append((tag, message))
        self.refresh()

    def acked(self, tag, multiple):
        self._move(tag, multiple, self._kept)

    def nacked(self, tag, multiple):
        self._move(tag, multiple, self._failed)

    def _move(self, tag, multiple, target):
        for pair in self._open[:]:
            if pair[0] == tag or multiple and pair[0] < tag:
                self._open.remove(pair)
                bisect.insort(self._failed if pair[0] in self._back else target, pair, key=lambda pair: pair[0])
        self.refresh()

    def returned(self, message):
        self._back.add(min(tag for tag, each in self._open if each == message and tag not in self._back))

answer = Tracker
"""),
        written("""
class Tracker:
    def __init__(self):
        self.log = []

    def sent(self, *what): self.log.append(("sent", *what))
    def acked(self, *what): self.log.append(("acked", *what))
    def nacked(self, *what): self.log.append(("nacked", *what))
    def returned(self, *what): self.log.append(("returned", *what))

    def replay(self):
        messages, fate, back = {}, {}, set()
        for name, first, *rest in self.log:
            if name == "sent":
                messages[first], fate[first] = rest[0], "open"
            elif name == "returned":
                still = [t for t in messages if fate[t] == "open" and t not in back and messages[t] == first]
                back.add(still[0])
            else:
                for t in messages:
                    if fate[t] == "open" and (t <= first if rest[0] else t == first):
                        fate[t] = "kept" if name == "acked" and t not in back else "failed"
        return {each: [messages[t] for t in messages if fate[t] == each] for each in ("open", "kept", "failed")}

    @property
    def open(self): return self.replay()["open"]
    @property
    def kept(self): return self.replay()["kept"]
    @property
    def failed(self): return self.replay()["failed"]

answer = Tracker
"""),
        written(
            """
import bisect
class answer:
    def __init__(self): self._o, self._k, self._f, self._r = {}, [], [], set()
    def sent(self, tag, message): self._o[tag] = message
    def _close(self, tag, multiple, well):
        for t in [t for t in list(self._o) if t == tag or (multiple and t <= tag)]:
            bisect.insort((self._k if well and t not in self._r else self._f), (t, self._o.pop(t)), key=lambda p: p[0])
    def acked(self, tag, multiple): self._close(tag, multiple, True)
    def nacked(self, tag, multiple): self._close(tag, multiple, False)
    def returned(self, message):
        for t, m in self._o.items():
            if m == message and t not in self._r: break
        self._r.add(t)
    @property
    def open(self): return list(self._o.values())
    @property
    def kept(self): return [m for _, m in self._k]
    @property
    def failed(self): return [m for _, m in self._f]
"""
        ),
    ],
    "19.4": [
        written("""
def answer(shop, publish):
    while True:
        rows = shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid").fetchall()
        if not rows:
            return
        for number, message in rows:
            publish(message)
            shop.execute("DELETE FROM outbox WHERE rowid = ?", (number,))
            shop.commit()
"""),
        written("""
def answer(shop, publish):
    number = shop.execute("SELECT MIN(rowid) FROM outbox").fetchone()[0]
    if number is not None:
        publish(shop.execute("SELECT message FROM outbox WHERE rowid = ?", [number]).fetchone()[0])
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [number])
        answer(shop, publish)
"""),
        written("""
def oldest(shop):
    return shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid").fetchone()

def answer(shop, publish):
    for number, message in iter(lambda: oldest(shop), None):
        publish(message)
        print("published", message)
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid <= ?", [number])
"""),
        written("""
class Relay:
    def __init__(self, shop, publish):
        self.shop, self.publish = shop, publish
        while self.step():
            pass

    def step(self):
        row = self.shop.execute("SELECT message, rowid FROM outbox ORDER BY rowid LIMIT 1").fetchone()
        if row is None:
            return False
        self.publish(row[0])
        self.shop.execute("DELETE FROM outbox WHERE rowid = ?", row[1:])
        self.shop.commit()
        return True

answer = Relay
"""),
        written("""
def answer(shop, publish):
    shop.isolation_level = None
    cursor = shop.cursor()
    while row := cursor.execute("SELECT MIN(rowid), message FROM outbox").fetchone():
        if row[0] is None:
            return
        publish(row[1])
        cursor.execute("DELETE FROM outbox WHERE rowid = ?", row[:1])
"""),
        written("""
def answer(shop, publish):
    while shop.execute("SELECT COUNT(*) FROM outbox").fetchone()[0] > 0:
        number, message = min(shop.execute("SELECT rowid, message FROM outbox"), key=lambda row: row[0])
        publish(message)
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid IN (SELECT MIN(rowid) FROM outbox)")
"""),
        written(
            """
def answer(shop, publish):
    def oldest(): return shop.execute('SELECT MIN(rowid), message FROM outbox').fetchone()
    number, message = oldest()
    while number is not None:
        publish(message)
        shop.execute('DELETE FROM outbox WHERE rowid = ?', (number,))
        shop.commit()
        number, message = oldest()
"""
        ),
    ],
    "19.5": [
        written("""
import copy

def answer(channel, method, properties, body, work, rooms):
    error = None
    try:
        work(body)
    except Exception as problem:
        error = problem
    if error is not None:
        again = copy.copy(properties)
        again.headers = dict(properties.headers or {})
        again.headers["tries"] = again.headers.get("tries", 0) + 1
        again.delivery_mode = 2
        if again.headers["tries"] > len(rooms):
            again.headers["error"] = error.__class__.__name__
            target = "parked"
        else:
            target = rooms[again.headers["tries"] - 1]
        channel.basic_publish(exchange="", routing_key=target, body=body, properties=again, mandatory=True)
    channel.basic_ack(delivery_tag=method.delivery_tag)
"""),
        written("""
import pika

def answer(channel, method, properties, body, work, rooms):
    try:
        work(body)
    except Exception as error:
        old = properties.headers or {}
        tries = old.get("tries", 0)
        try:
            room, more = rooms[tries], {}
        except IndexError:
            room, more = "parked", {"error": type(error).__name__}
        new = {**old, "tries": tries + 1, **more}
        kept = pika.BasicProperties(headers=new, message_id=properties.message_id, delivery_mode=2)
        channel.basic_publish("", room, body, kept, True)
        channel.basic_ack(method.delivery_tag)
    else:
        channel.basic_ack(method.delivery_tag)
"""),
        written("""
import pika

def failure(work, body):
    try:
        work(body)
    except Exception as error:
        return type(error).__name__
    return ""

def answer(channel, method, properties, body, work, rooms):
    if name := failure(work, body):
        headers = dict(properties.headers or {})
        ladder = [*rooms, "parked"]
        tries = headers.setdefault("tries", 0)
        room = ladder[min(tries, len(rooms))]
        headers["tries"] += 1
        if room == "parked":
            headers["error"] = name
        print("goes to", room)
        properties = pika.BasicProperties(delivery_mode=2, headers=headers, message_id=properties.message_id)
        channel.basic_publish("", room, body, properties, mandatory=True)
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
from itertools import chain, islice, repeat

def answer(channel, method, properties, body, work, rooms):
    try:
        work(body)
    except Exception as error:
        properties.headers = properties.headers or {}
        tries = properties.headers.get("tries", 0)
        room = next(islice(chain(rooms, repeat("parked")), tries, None))
        properties.headers |= {"tries": tries + 1}
        if room == "parked":
            properties.headers |= {"error": type(error).__name__}
        properties.delivery_mode = 2
        channel.basic_publish("", room, body, properties, mandatory=True)
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
import threading
import pika

def answer(channel, method, properties, body, work, rooms):
    errors = []

    def run():
        try:
            work(body)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        channel.connection.sleep(0.01)
    for error in errors:
        if not isinstance(error, Exception):
            raise error
        tries = (properties.headers or {}).get("tries", 0) + 1
        headers = {**(properties.headers or {}), "tries": tries}
        if tries > len(rooms):
            headers["error"] = type(error).__name__
        kept = pika.BasicProperties(**{**vars(properties), "headers": headers, "delivery_mode": 2})
        channel.basic_publish("", (rooms + ["parked"] * tries)[tries - 1], body, kept, mandatory=True)
    channel.basic_ack(method.delivery_tag)
"""),
        edit(
            "dict(properties.headers or {})", "{**(properties.headers or {})}", "delivery_mode=2", "delivery_mode=1 + 1"
        ),
        written(
            """
import copy
def answer(channel, method, properties, body, work, rooms):
    try: work(body)
    except Exception as error:
        marked = copy.copy(properties)
        tries = (properties.headers or {}).get('tries', 0)
        marked.headers = {**(properties.headers or {}), 'tries': tries + 1}
        marked.delivery_mode = 2
        *line, = [*rooms, 'parked'][tries:] or ['parked']
        if line[0] == 'parked': marked.headers['error'] = error.__class__.__name__
        channel.basic_publish(exchange='', routing_key=line[0], body=body, properties=marked, mandatory=True)
    channel.basic_ack(delivery_tag=method.delivery_tag)
"""
        ),
    ],
}
