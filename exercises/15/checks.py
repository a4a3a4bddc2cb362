"""Checks of chapter 15: work queues. Each runs against an embedded broker of its own; nothing depends on speed."""

import sqlite3
import threading
import time
from collections import Counter

import cloudpickle
import pika

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Call, Fuse, Standstill, brokers, eventually, need, reworded

# -- 15.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "15.1",
    praise="what the dead worker held comes again, marked, and what nobody held comes for the first time.",
    hint="The worker holds three, and one more for each that it acknowledges. What it held is marked.",
)
def _left(answer):
    need(answer, (list, tuple), "give a list of pairs")
    for each in answer:
        if not isinstance(each, (list, tuple)) or len(each) != 2:
            raise Wrong(f"{each!r} is no pair of a number and `True` or `False`.")
    said, came = [number for number, _ in answer], _what_is_left()
    if 1 in said:
        raise Wrong("order 1 was acknowledged: it is done with, and nobody gets it again.")
    if missing := [number for number in came if number not in said]:
        raise Wrong(f"order {missing[0]} is missing: it was not acknowledged, so the broker still has it.")
    if said != list(came):
        raise Wrong(f"the orders came as {list(came)}, and you say {said}.")
    for number, mark in answer:
        if came[number] and mark != came[number]:
            raise Wrong(f"order {number} was with the worker when it was killed, and came marked.")
        if mark != came[number]:
            raise Wrong(f"order {number} had not been sent to the worker: it came for the first time, without a mark.")


def _what_is_left():
    """Kill a worker that has acknowledged one order and holds three; return {number: mark} of what another gets."""
    with brokers.started_broker() as url, brokers.open_channel(url) as boss:
        brokers.put(boss, "orders", *"123456")
        with brokers.open_channel(url) as worker:
            worker.basic_qos(prefetch_count=3)
            orders = worker.consume("orders")
            worker.basic_ack(next(orders)[0].delivery_tag)
            next(orders)
            eventually(lambda: brokers.state(boss, "orders").message_count == 2)
            brokers.cut(worker.connection)
            eventually(lambda: brokers.state(boss, "orders").consumer_count == 0)
        return {int(body): method.redelivered for method, _, body in brokers.take(boss, "orders")}


# -- 15.2 -------------------------------------------------------------------------------------------------------------


class _Staff:
    """Two workers on threads, each with a connection: the first is stuck in its first order, and then it is killed."""

    def __init__(self, url, answer):
        self.url, self.answer = url, answer
        self.begun, self.never, self.cooked = threading.Event(), threading.Event(), []
        self.workers = []  # connection and call of each that is still alive

    def start(self, cook):
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        self.workers.append((connection, Call(self.answer, connection.channel(), "orders", cook)))

    def kill_first(self):
        brokers.cut(self.workers.pop(0)[0])

    def get_stuck(self, body):
        self.begun.set()
        self.never.wait()

    def cook(self, body):
        self.cooked.append(body)

    def has_begun(self):
        self.complain()
        return self.begun.is_set()

    def wait_for(self, count):
        """Wait until so many are cooked, or nothing moves any more; pass on an error of the answer."""
        still = Standstill(300)
        while len(self.cooked) < count and not still(len(self.cooked) + 1):
            self.complain()
            time.sleep(0.01)

    def complain(self):
        for _, call in self.workers:
            if call.ready():
                call.result()
                raise Wrong("your function returned; it should take orders for ever.")


@exercise(
    "15.2",
    praise="nobody holds an order that another could cook, and a killed worker loses none.",
    hint="`channel.basic_qos(prefetch_count=1)` before `basic_consume`, and `basic_ack` after `cook`.",
)
def _fair(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        staff = _Staff(url, answer)
        brokers.put(channel, "orders", *(f"order {number}" for number in range(3)))
        staff.start(staff.get_stuck)
        if not eventually(staff.has_begun):
            raise Wrong("three orders wait, and your function does not call `cook`.")
        staff.start(staff.cook)
        brokers.put(channel, "orders", *(f"order {number}" for number in range(3, 10)))
        staff.wait_for(9)
        if len(staff.cooked) < 9:
            raise Wrong("one cook was busy with an order, and held others that the second could have cooked.")
        staff.kill_first()
        staff.wait_for(10)
        if len(staff.cooked) < 10:
            raise Wrong("a program was killed while it cooked, and its order was lost.")
        time.sleep(0.5)  # nothing to do for a while is no reason to go home
        brokers.put(channel, "orders", "order 10")
        staff.wait_for(11)
        if not isinstance(staff.cooked[0], bytes):
            raise Wrong(f"`cook` was called with {staff.cooked[0]!r}; it takes the body as it came, as bytes.")
        if (twice := Counter(staff.cooked).most_common(1)[0])[1] > 1:
            raise Wrong(f"{twice[0].decode()} was cooked {twice[1]} times by the worker that was not killed.")
        if len(staff.cooked) < 11:
            raise Wrong("an order that came later, when all others were done, was not cooked.")


# -- 15.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "15.3",
    praise="one more try for each, the hopeless ones where somebody can look at them, and nobody waits.",
    hint="If `method.redelivered`, publish the body to the graveyard and acknowledge; else nack with requeue=True.",
)
def _poison(answer):
    orders = [b"bun 1", b"poison", b"bun 2", b"unlucky", b"poison as well", b"bun 3"]
    tries = Counter()

    def cook(body):
        tries[body] += 1
        if body.startswith(b"poison") or (body == b"unlucky" and tries[body] == 1):
            raise BurntBun(body)

    with brokers.started_broker() as url:
        with brokers.open_channel(url) as channel:
            brokers.put(channel, "orders", *orders)
            brokers.put(channel, "graveyard")
            brokers.put(channel, "elsewhere", "none of your business")
            channel.basic_get("elsewhere")  # held by the same channel, and not done with
            channel.basic_qos(prefetch_count=1)
            _let_handle(answer, channel, cook, tries)
        # That connection is closed: what was not acknowledged is in the queue again.
        with brokers.open_channel(url) as channel:
            buried, left, others = (brokers.drain(channel, queue) for queue in ("graveyard", "orders", "elsewhere"))
    for body in orders:
        poison = body.startswith(b"poison")
        wanted = 2 if poison or body == b"unlucky" else 1
        name = body.decode()
        if tries[body] < wanted:
            raise Wrong(f"{name!r} failed once and got no second try." if wanted == 2 else f"{name!r} was not cooked.")
        if tries[body] > wanted:
            raise Wrong(f"{name!r} was cooked {tries[body]} times; {wanted} would be right.")
        if body in left:
            raise Wrong(f"{name!r} is still in the queue in the end: acknowledge what is done with.")
        if poison and buried.count(body) != 1:
            raise Wrong(f"{name!r} failed twice and is in the graveyard {buried.count(body)} times; it should be once.")
        if not poison and body in buried:
            raise Wrong(f"{name!r} was cooked in the end, and lies in the graveyard all the same.")
    if not others:
        raise Wrong("a message that `handle` was not called for is acknowledged too: this one only, not `multiple`.")


def _let_handle(answer, channel, cook, tries):
    """Hand each order to the answer, as often as it comes."""
    for _ in range(12):
        method, _, body = channel.basic_get("orders")
        if method is None:
            return
        before = tries[body]
        with reworded({BurntBun: f"the error that `cook` raised for {body.decode()!r} left `handle`."}):
            answer(channel, method, body, cook)
        if tries[body] > before + 1:
            raise Wrong(f"{body.decode()!r} was cooked again at once: put it back into the queue.")
    many, times = tries.most_common(1)[0]
    if times > 2:
        raise Wrong(f"{many.decode()!r} was cooked {times} times and more; it should get one more try.")


# -- 15.4 -------------------------------------------------------------------------------------------------------------


class PowerCut(BaseException):
    """The end of a program, in the middle: no Exception, so that no answer catches it."""


class _Pen(sqlite3.Cursor):
    """An SQLite cursor, each of whose calls passes the fuse of its connection."""

    def execute(self, *arguments):
        self.connection.fuse()
        return super().execute(*arguments)


class _Ledger(sqlite3.Connection):
    """An SQLite connection, each of whose calls passes a fuse."""

    fuse = Fuse(None, PowerCut)

    def cursor(self, factory=_Pen):
        return super().cursor(factory)

    def execute(self, *arguments):
        return self.cursor().execute(*arguments)

    def commit(self):
        self.fuse()
        super().commit()

    def __exit__(self, kind, *details):
        if kind is None:
            self.commit()
        else:
            super().rollback()


SALES = (("a", 3), ("b", 5), ("a", 3), ("c", 5))  # the second "a" is the first one, sent again


@exercise(
    "15.4",
    praise="a power cut at every point, and each sale is counted once: at least once, made exactly once by you.",
    hint="One transaction for both tables, then commit, then acknowledge.",
    seconds=40,
)
def _once(answer):
    packed = cloudpickle.dumps(answer)
    with brokers.started_broker() as url, brokers.open_channel(url) as publisher:
        publisher.queue_declare("sales", durable=True)
        for cut in (None, *range(40)):
            publisher.queue_purge("sales")
            for number, buns in SALES:
                mark = pika.BasicProperties(message_id=number)
                publisher.basic_publish("", "sales", str(buns), mark)
            blown = _sell_all(packed, url, cut)
            if not blown and cut is not None:
                return  # it ended before the fuse could blow: all points are tried


def _sell_all(packed, url, cut):
    """Sell all there is, with a power cut before call number `cut`; return whether it came to that."""
    keeper = sqlite3.connect("file:till?mode=memory&cache=shared", uri=True)  # what is on the disk
    try:
        keeper.executescript(
            "CREATE TABLE till (buns INTEGER); INSERT INTO till VALUES (0); CREATE TABLE seen (id TEXT PRIMARY KEY);"
        )
        fuse, blown = Fuse(cut, PowerCut), False
        for _ in range(2):
            db = sqlite3.connect("file:till?mode=memory&cache=shared", uri=True, factory=_Ledger)
            db.fuse = fuse
            try:
                _one_life(cloudpickle.loads(packed), url, db, fuse)  # afresh: a program forgets its variables
                break
            except PowerCut:
                blown, fuse = True, Fuse(None, PowerCut)
            finally:
                db.close()  # what is not committed is forgotten
        total = keeper.execute("SELECT buns FROM till").fetchall()
    finally:
        keeper.close()
    when = "without any power cut" if not blown else f"after a power cut before call {cut + 1} to `db` or `channel`"
    if len(total) != 1:
        raise Wrong(f"{when} the table `till` has {len(total)} rows; it should have one.")
    if total[0][0] != 13:
        raise Wrong(f"{when} the till says {total[0][0]} buns; sales a, b and c are 3 + 5 + 5 = 13.")
    with brokers.open_channel(url) as channel:
        if left := len(brokers.drain(channel, "sales")):
            raise Wrong(f"{when}, and when all is done, {left} messages are still in the queue: acknowledge each.")
    return blown


def _one_life(answer, url, db, fuse):
    enough = Fuse(20, Wrong("the same sales come again and again: acknowledge them."))
    with brokers.open_channel(url) as channel:
        line = brokers.Tapped(channel, before=lambda name: name.startswith("basic_") and fuse())
        while (message := channel.basic_get("sales"))[0]:
            enough()
            answer(line, *message, db)
