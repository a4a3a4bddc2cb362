"""Checks of chapter 17: work queues. Each runs against an embedded broker of its own; nothing depends on speed."""

import sqlite3
import threading
from collections import Counter
from contextlib import suppress

import pika

from backstage.schedules.packing import pack, unpack
from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Call, Fuse, Standstill, brokers, capture, eventually, let_pass, need
from exercises.vocabulary.power import Ledger, Power, PowerCut

# -- 17.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "17.1",
    praise="what the dead worker held comes again, marked, and what nobody held comes for the first time.",
    hint="The worker holds three, and one more for each that it acknowledges. What it held is marked.",
)
def _left(answer):
    need(answer, (list, tuple), "give a list of pairs")
    for each in answer:
        if not isinstance(each, (list, tuple)) or len(each) != 2 or each[1] not in (True, False):
            raise Wrong(f"{each!r} is no pair of a number and `True` or `False`.")
        if each[0] not in range(1, 7):
            raise Wrong(f"{each[0]!r} is none of the orders 1 to 6.")
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


# -- 17.2 -------------------------------------------------------------------------------------------------------------


class _Hasty(brokers.Tapped):
    """A channel on which patience with an empty queue ends soon, however long it was meant to be."""

    def consume(self, *arguments, inactivity_timeout=None, **named):
        soon = inactivity_timeout and min(inactivity_timeout, 0.05)
        return self._channel.consume(*arguments, inactivity_timeout=soon, **named)


class _Staff:
    """Two workers on threads, each with a connection: the first is stuck in its first order, and then it is killed."""

    def __init__(self, url, answer, boss):
        self.url, self.packed, self.boss = url, pack(answer), boss
        self.never, self.begun, self.cooked = threading.Event(), [], []
        self.workers = []  # connection and call of each that is still alive

    def start(self, cook):
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        answer = unpack(self.packed)  # afresh: programs do not share their variables
        self.workers.append((connection, Call(answer, _Hasty(connection.channel()), "kitchen", cook)))

    def kill_first(self):
        brokers.cut(self.workers.pop(0)[0])

    def get_stuck(self, body):
        self.begun.append(body)
        self.never.wait()

    def cook(self, body):
        self.cooked.append(body)

    def has_begun(self):
        self.complain()
        return self.begun

    def both_are_there(self):
        self.complain()
        return brokers.state(self.boss, "kitchen").consumer_count != 1  # both subscribe, or none does

    def waiting(self):
        return brokers.state(self.boss, "kitchen").message_count

    def wait_for(self, count):
        """Wait until so many are cooked, and return True; or until nothing moves any more."""
        subscribed, asking = Standstill(60), Standstill(200)  # who asks may pause between two questions
        while len(self.cooked) < count:
            self.complain()
            state = brokers.state(self.boss, "kitchen")
            moves = (len(self.cooked), state.message_count)
            if asking(moves) or (subscribed(moves) and (state.consumer_count or not state.message_count)):
                return False
            let_pass(0.01)
        self.complain()
        return True

    def complain(self):
        """Pass on an error of the answer, or say what it should not have done."""
        for _, call in self.workers:
            if call.ready():
                call.result()
                raise Wrong("your function returned; it should take orders for ever.", FOR_EVER)
        cooked = Counter(self.cooked)
        for body in (*self.begun, *cooked):
            if not isinstance(body, bytes) or body not in LINE:
                raise Wrong(f"`cook` was called with {body!r}, which is the body of no order.", AS_IT_CAME)
        if len(self.begun) > 1:
            raise Wrong("a cook was busy with an order, and `cook` was called for another one in the same program.")
        if again := [*(cooked - Counter(LINE))]:
            raise Wrong(f"{again[0]!r} was cooked more than once by the worker that was not killed.", BEHIND)


LINE = [b"order %d" % number for number in range(43)]  # a prime: no group of several comes out even
LINE[3:7] = b"", b" order 4\n", b"order 3", b"order 3"  # some guests order twice
AS_IT_CAME = "Hand the body on as it came, as bytes."
FOR_EVER = (
    "`start_consuming` does not return, and `consume` with an `inactivity_timeout` yields Nones when nothing comes."
)
BEHIND = "The broker sends the next order when the one before has been acknowledged: `basic_ack` after `cook`."


@exercise(
    "17.2",
    praise="nobody holds an order that another could cook, and a killed worker loses none.",
    hint="How many may the worker hold before it begins? And when is it done with the one that it holds?",
    seconds=40,
)
def _fair(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        staff = _Staff(url, answer, channel)
        brokers.put(channel, "kitchen", *LINE[:3])
        staff.start(staff.get_stuck)
        if not eventually(staff.has_begun, looks=200):
            raise Wrong(
                "three orders wait, and your function does not call `cook`.",
                "It calls `cook(body)` for each message that it is sent.",
            )
        staff.start(staff.cook)
        eventually(staff.both_are_there)
        brokers.put(channel, "kitchen", *LINE[3:10])
        if not staff.wait_for(9):
            done, waiting = len(staff.cooked), staff.waiting()
            reason = f"while one cook was busy with an order, the other cooked {done} of nine more"
            if waiting:
                raise Wrong(f"{reason}, and {waiting} wait in the queue.", BEHIND)
            raise Wrong(f"{reason}, and none waits in the queue.")
        staff.kill_first()
        if not staff.wait_for(10):
            raise Wrong(f"a program was killed while it cooked {staff.begun[0]!r}, and the other did not get it.")
        let_pass(0.3)  # nothing to do for a while is no reason to go home
        brokers.put(channel, "kitchen", *LINE[10:])
        if not staff.wait_for(len(LINE)):
            raise Wrong("orders came later, when all others were done, and not all of them were cooked.")
        let_pass(0.3)  # time enough to say of the last one that it is done
        staff.kill_first()
        eventually(staff.waiting, looks=40)
        if again := brokers.drain(channel, "kitchen"):
            raise Wrong(f"{again[0]!r} had been cooked, and came again when the program that cooked it ended.", BEHIND)


# -- 17.3 -------------------------------------------------------------------------------------------------------------

ORDERS = (b"bun 1", b"poison", b"unlucky", b"bun 2", b"unlucky too", b"twin", b"twin", b"", b"\xff\xfe", b"bun 3")
FAILS = {  # how often, and with what
    b"poison": (2, BurntBun),
    b"unlucky": (1, ConnectionError),
    b"unlucky too": (1, BurntBun),
    b"twin": (4, AssertionError),
    b"": (2, KeyError),
    b"\xff\xfe": (2, TypeError),
}
HEADERS = {"table": 4, "spicy": False}  # that one order brings along
PREFETCHED = 4  # of the orders were with a worker that was killed before it began with any of them
LATER = "Until an order is acknowledged, the broker keeps it."
FIRST_SAFE = "Publish first, then acknowledge: then an order may come twice, and none is lost."
ACK = "Each message is acknowledged once, by its own `method.delivery_tag`."
CATCH = "`except Exception` catches whatever kind of error a cook may raise."
KEEP = "Make headers of what is there and your own: `{**old, …}`."
DONE = "Publish an order again only when it has failed, and acknowledge the one that you have."
PUT_BACK = "On the first failure publish a copy with a header of yours to `orders`, and acknowledge the one you have."


class _Cook:
    """Cooks, or fails as planned, and keeps what it was called with; the last order kills the program once."""

    def __init__(self):
        self.calls, self.raised, self.strange = Counter(), None, []
        self.connection, self.killed = None, False

    def __call__(self, body):
        if not isinstance(body, bytes) or body not in ORDERS:
            self.strange.append(body)
            return
        if body == ORDERS[-1] and not self.killed:
            self.killed = True
            brokers.cut(self.connection)
            raise PowerCut
        self.calls[body] += 1
        times, kind = FAILS.get(body, (0, None))
        if self.calls[body] <= times:
            self.raised = kind(body)
            raise self.raised


@exercise(
    "17.3",
    praise="one more try for each, the hopeless ones where somebody can look at them, and nobody waits.",
    hint="A header on the message that you put back says that it was tried; then comes the graveyard.",
)
def _poison(answer):
    packed, cook = pack(answer), _Cook()
    with brokers.started_broker() as url:
        with brokers.open_channel(url) as channel:
            brokers.put(channel, "orders")
            for body in ORDERS:
                mark = pika.BasicProperties(headers=dict(HEADERS) if body == b"unlucky too" else None)
                channel.basic_publish("", "orders", body, mark)
            brokers.put(channel, "graveyard")
            brokers.put(channel, "elsewhere", "none of your business")
        with brokers.open_channel(url) as channel:
            for _ in range(PREFETCHED):
                channel.basic_get("orders")
        for _ in range(2):  # it is killed once
            with brokers.open_channel(url) as channel:
                eventually(lambda: brokers.state(channel, "elsewhere").message_count, looks=200)  # the dead let go
                channel.basic_get("elsewhere")  # held by the same channel, and not done with
                cook.connection = channel.connection
                _let_handle(packed, channel, cook)
        # That connection is closed: what was not acknowledged is in the queue again.
        with brokers.open_channel(url) as channel:
            buried, left = (brokers.drain(channel, queue) for queue in ("graveyard", "orders"))
            others = brokers.state(channel, "elsewhere").message_count
    for body, orders in Counter(ORDERS).items():
        name = f"{body!r}, of which there are two orders," if orders > 1 else f"{body!r}"
        fails, calls = FAILS.get(body, (0,))[0], cook.calls[body]
        graves = orders if fails == 2 * orders else 0
        wanted = orders * (2 if fails else 1)
        if not calls and body == ORDERS[-1] and cook.killed:
            raise Wrong(f"a program was killed while it cooked {name}, and the order did not come again.", LATER)
        if not calls:
            raise Wrong(f"{name} was not cooked.")
        if calls < wanted:
            raise Wrong(
                f"{name} failed, and was cooked {_times(calls)}; with one more try it would be {_times(wanted)}.",
                PUT_BACK,
            )
        if calls > wanted:
            raise Wrong(f"{name} {_cooked_too_often(body, calls)}", PUT_BACK if fails else DONE)
        if body in left:
            raise Wrong(f"{name} is in the queue in the end: acknowledge what is done with.", ACK)
        if buried.count(body) != graves:
            raise Wrong(
                f"{name} was cooked {_times(calls)} and failed {_times(fails)}. "
                f"The graveyard holds {buried.count(body)} of it; it should hold {graves}."
            )
    if strange := [body for body in buried if body not in ORDERS]:
        raise Wrong(f"the graveyard holds {strange[0]!r}, which is the body of no order.", AS_IT_CAME)
    if not others:
        raise Wrong(
            "a message that `handle` was not called for is acknowledged too: this one only, not `multiple`.", ACK
        )


def _cooked_too_often(body, calls):
    often = f"was cooked {_times(calls)}"
    return f"{often}; it should get one more try." if body in FAILS else f"{often}, and had not failed."


def _times(number):
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _let_handle(packed, channel, cook):
    """Hand each order to the answer, as often as it comes, each time in another program."""
    while (message := channel.basic_get("orders"))[0]:
        method, properties, body = message
        if body not in ORDERS:
            raise Wrong(f"there is a message {body!r} in `orders`, which is the body of no order.", AS_IT_CAME)
        brought = HEADERS if body == b"unlucky too" else {}
        for name, value in brought.items():
            kept = (properties.headers or {}).get(name)
            if kept != value or type(kept) is not type(value):
                came = f"{body!r} came with the headers {HEADERS}"
                raise Wrong(f"{came}, and was put back with {properties.headers}.", KEEP)
        if cook.killed and method.redelivered and body != ORDERS[-1]:
            raise Wrong(
                f"{body!r} came again when the program that had handled it ended: acknowledge what is done with.", ACK
            )
        before, killed, calls = cook.calls[body], cook.killed, []
        tapped = brokers.Tapped(channel, before=calls.append)
        error = capture(unpack(packed), tapped, *message, cook, catch=(Exception, PowerCut)).error
        if cook.killed and not killed:
            return
        if cook.strange:
            raise Wrong(f"`cook` was called with {cook.strange[0]!r}, which is the body of no order.", AS_IT_CAME)
        if error and error is cook.raised:
            raise Wrong(f"the {type(error).__name__} that `cook` raised for {body!r} left `handle`.", CATCH)
        if error:
            raise error
        if cook.calls[body] > before + 1:
            raise Wrong(f"{body!r} was cooked again at once: put it back into the queue.", PUT_BACK)
        if cook.calls[body] > (2 if body in FAILS else 1) * ORDERS.count(body):
            raise Wrong(f"{body!r} {_cooked_too_often(body, cook.calls[body])}", PUT_BACK if body in FAILS else DONE)
        done = [name for name in calls if name in ("basic_publish", "basic_ack", "basic_nack", "basic_reject")]
        if "basic_publish" in done[1:] and done[0] != "basic_publish":
            raise Wrong(
                f"{body!r} was acknowledged before it was published again: killed in between, it is lost.", FIRST_SAFE
            )
        try:
            loose = brokers.state(channel, "elsewhere").message_count
        except pika.exceptions.ChannelClosedByBroker as closed:
            raise Wrong(
                f"after `handle` for {body!r} the broker closed the channel: {closed.reply_text}.", ACK
            ) from None
        if loose:
            raise Wrong("a message that `handle` was not called for went back too: this one only, not `multiple`.", ACK)


# -- 17.4 -------------------------------------------------------------------------------------------------------------


BEFORE = 4  # buns in the till
SALES = (("a", 3), ("b", 5), ("a", 3), ("A", 5), ("d", 1))  # the second "a" is the first one, sent again
TOLD = "it had 4, and sales a, b, A and d are 3, 5, 5 and 1, which makes 18"


@exercise(
    "17.4",
    praise="a power cut at every point, and each sale is counted once: at least once, made exactly once by you.",
    hint="One transaction for both tables, then commit, then acknowledge.",
    seconds=40,
)
def _once(answer):
    packed = pack(answer)
    with brokers.started_broker() as url, brokers.open_channel(url) as shop:
        brokers.put(shop, "sales")
        brokers.put(shop, "elsewhere", "none of your business")
        for cut in (None, *range(60)):
            for number, buns in SALES:
                shop.basic_publish("", "sales", str(buns), pika.BasicProperties(message_id=number))
            if not _sell_all(packed, shop, cut) and cut is not None:
                return  # it ended before the power could fail: all points are tried


def _sell_all(packed, shop, cut):
    """Sell all there is, with a power cut before call number `cut`; return whether it came to that."""
    keeper = sqlite3.connect("file:till?mode=memory&cache=shared", uri=True)  # what is on the disk
    try:
        keeper.executescript(
            f"CREATE TABLE till (buns INTEGER); INSERT INTO till VALUES ({BEFORE});"
            "CREATE TABLE seen (id TEXT PRIMARY KEY);"
        )
        when, failed = "without any power cut", False
        for power in (Power(cut), Power()):
            db = sqlite3.connect("file:till?mode=memory&cache=shared", uri=True, factory=Ledger)
            db.power = power
            try:
                _one_life(unpack(packed), shop, db, power)  # afresh: a program forgets its variables
                break
            except PowerCut as end:
                failed = True
                when = f"the power failed before `{power.failed}` for sale {end.args[0]!r}, and in the end"
            finally:
                db.close()  # what is not committed is forgotten
        total = keeper.execute("SELECT buns FROM till").fetchall()
    finally:
        keeper.close()
    if len(total) != 1:
        raise Wrong(
            f"{when} the table `till` has {len(total)} rows; it should have one.",
            "`UPDATE` changes the row that is there.",
        )
    if total[0][0] != BEFORE + sum(dict(SALES).values()):
        raise Wrong(f"{when} the till says {total[0][0]}; {TOLD}.")
    if left := len(brokers.drain(shop, "sales")):
        are = f"{left} messages are" if left > 1 else "one message is"
        raise Wrong(f"{when} {are} left in the queue: acknowledge each.")
    return failed


def _one_life(answer, shop, db, power):
    enough = Fuse(20, Wrong("the same sales come again and again: acknowledge them."))
    channel = shop.connection.channel()
    line = brokers.Tapped(channel, before=lambda name: name.startswith("basic_") and power(name))
    try:
        channel.basic_get("elsewhere")  # held by the same channel, and not done with
        while (message := channel.basic_get("sales"))[0]:
            enough()
            with suppress(PowerCut):
                answer(line, *message, db)
            if power.failed:  # whatever the answer made of it
                raise PowerCut(message[1].message_id)
    finally:
        with suppress(pika.exceptions.ChannelWrongStateError):
            channel.close()
    if not brokers.state(shop, "elsewhere").message_count:
        raise Wrong("a message that `sell` was not called for is acknowledged too: this one only, not `multiple`.")
