"""Checks of chapter 16: routing. Each runs against an embedded broker of its own; nothing depends on speed."""

import contextlib
import threading
import time
from collections import Counter
from itertools import product

import pika

from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, brokers, capture, eventually, in_time, need

STUCK = "your function waits for something that does not come."


# -- 16.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "16.1",
    praise="who is urgent overtakes those in the queue, and nobody whose order a cook holds already.",
    hint="The broker sends what is most urgent as soon as an acknowledgement makes room; what it has sent stays sent.",
)
def _served(answer):
    need(answer, (list, tuple), "give a list of the five names")
    came = _serve()
    said = [str(name).strip().lower().removeprefix("the ").removeprefix("a ") for name in answer]
    if strange := [name for name, guest in zip(answer, said, strict=True) if guest not in came]:
        raise Wrong(f"{strange[0]!r} is none of the five.")
    if sorted(said) != sorted(came):
        raise Wrong(f"each of the five is served once; you give {len(said)} names, {len(set(said))} of them different.")
    for place, (name, right) in enumerate(zip(said, came, strict=True), 1):
        if name != right:
            raise Wrong(
                f"guest {place} was not {answer[place - 1]!r} when it was tried just now. Those before are right."
            )


def _serve():
    """Serve three guests, and two who come while the first is served; return all five as they were served."""
    with brokers.started_broker() as url, brokers.open_channel(url) as door, brokers.open_channel(url) as cook:
        door.queue_declare("counter", durable=True, arguments={"x-max-priority": 5})
        door.confirm_delivery()  # so that each is in the queue before anything else happens

        def come(name, priority):
            door.basic_publish("", "counter", name, pika.BasicProperties(priority=priority))

        for name in ("li", "wang", "chen"):
            come(name, 0)
        served = []
        cook.basic_qos(prefetch_count=2)
        for method, _, body in cook.consume("counter"):
            if not served:
                eventually(lambda: brokers.state(door, "counter").message_count == 1)
                come("regular", 3)
                come("mayor", 5)
            served.append(body.decode())
            cook.basic_ack(method.delivery_tag)
            if len(served) == 5:
                return served


# -- 16.2 -------------------------------------------------------------------------------------------------------------

WANTED = {
    "alarm": lambda shop, part, level: level == "error",
    "oven": lambda shop, part, level: part.split(".")[0] == "oven",
    "north": lambda shop, part, level: shop == "north",
    "money": lambda shop, part, level: part == "till" and level != "info",
}


@exercise(
    "16.2",
    praise="every message reaches those who asked for it, and nobody else.",
    hint="`*` is exactly one word, `#` any number of them; two bindings say what one pattern cannot.",
)
def _route(answer):
    if not isinstance(answer, dict) or set(answer) != set(WANTED):
        raise Wrong(f"the answer is a dictionary with the keys {', '.join(WANTED)}.")
    for queue, patterns in answer.items():
        if isinstance(patterns, str) or not all(isinstance(each, str) for each in patterns):
            raise Wrong(f"give {queue!r} a list of patterns, even if it is only one.")
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        channel.exchange_declare("log", "topic", durable=True)
        for queue, patterns in answer.items():
            _bind(channel, queue, "log", *patterns)
        parts = ("oven", "till", "oven.left", "door", "door.north", "steamer.lid")
        letters = list(product(("north", "south"), parts, ("info", "warning", "error")))
        for letter in letters:
            channel.basic_publish("log", ".".join(letter), ".".join(letter))
        for queue, wants in WANTED.items():
            got = {body.decode() for body in brokers.drain(channel, queue)}
            for letter in letters:
                key = ".".join(letter)
                if wants(*letter) and key not in got:
                    raise Wrong(f"{key!r} should reach {queue!r}, and did not.")
                if not wants(*letter) and key in got:
                    raise Wrong(f"{key!r} reached {queue!r}, which should not get it.")


def _bind(channel, queue, exchange, *patterns):
    channel.queue_declare(queue, durable=True)
    for pattern in patterns:
        channel.queue_bind(queue, exchange, pattern)


# -- 16.3 -------------------------------------------------------------------------------------------------------------

CHANGES = (  # old patterns, new ones; keys that fit both, only the new, only the old
    (["#.error"], ["north.#"], ["north.oven.error"], ["north.tea"], ["south.oven.error"]),
    (["north.#", "*.till.*"], ["*.till.*", "#.error"], ["south.till.ok", "north.error"], ["error"], ["north.tea"]),
    (["tea", "tea", "bun"], ["bun", "rice", "bun"], ["bun"], ["rice"], ["tea"]),
    (["tea"], ["tea"], ["tea"], [], []),
    (["tea", "tea"], ["tea", ""], ["tea"], [""], []),
    (
        ["tea", "north.#", ""],
        ["tea.green", "north.oven.#"],
        ["north.oven.error"],
        ["tea.green"],
        ["tea", "north.tea", ""],
    ),
    ([], ["#"], [], ["tea"], []),
    (["#"], [], [], [], ["tea"]),
)


@exercise(
    "16.3",
    praise="at every moment the queue gets what both lists ask for, and in the end what the new one asks for.",
    hint="Bind the new ones first; then unbind those old ones that are not among the new.",
)
def _rebind(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as door:
        door.exchange_declare("shop", "topic", durable=True)
        door.confirm_delivery()  # a message is where it belongs before the answer goes on
        for number, change in enumerate(CHANGES):
            _change(answer, url, door, f"wishes {number}", *change)


def _change(answer, url, door, queue, old, new, both, gained, lost):
    case = f"from {old} to {new}:"
    _bind(door, queue, "shop", *old)
    brokers.put(door, queue, "waits")
    moments = []

    def come(moment):
        moments.append(moment)
        for key in both:
            door.basic_publish("shop", key, f"{len(moments)} {key}")

    with brokers.open_channel(url) as channel:
        tapped = brokers.Tapped(channel, after=lambda name: come(f"after your call of `{name}`"))
        in_time(answer, tapped, queue, "shop", list(old), list(new), stuck=STUCK)
        if not channel.is_open:
            raise Wrong("your function closed the channel, which its caller still needs.")
    come("in the end")
    for key in (*gained, *lost):
        door.basic_publish("shop", key, key)
    with brokers.open_channel(url) as another:
        got = Counter(brokers.drain(another, queue))
    if not got[b"waits"]:
        raise Wrong(f"{case} a message that waited in the queue is gone.")
    for number, moment in enumerate(moments, 1):
        for key in both:
            if not got[f"{number} {key}".encode()]:
                raise Wrong(f"{case} {key!r} fits both, and {moment} it did not reach the queue.")
    for key in gained:
        if not got[key.encode()]:
            raise Wrong(f"{case} in the end {key!r} does not reach the queue.")
    for key in lost:
        if got[key.encode()]:
            raise Wrong(f"{case} in the end {key!r} still reaches the queue, which no longer asks for it.")
    if twice := [body.decode() for body, times in got.items() if times > 1]:
        raise Wrong(f"{case} {twice[0]!r} is in the queue {got[twice[0].encode()]} times.")


# -- 16.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "16.4",
    praise="all sent, each once, and you know which of them nobody gets.",
    hint="`channel.confirm_delivery()`, then `basic_publish(…, mandatory=True)` raises UnroutableError for each.",
)
def _lost(answer):
    orders = [("bun.pork", "one"), ("bnu.pork", "two"), ("tea", "three"), ("bun.leek", "four"), ("bun", "five")]
    orders += [("bun.pork", "six"), ("bnu.pork", "seven")]
    good = [body for key, body in orders if key in ("bun.pork", "bun.leek", "tea")]
    lost = [(key, body) for key, body in orders if body not in good]
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        channel.exchange_declare("shop", "topic", durable=True)
        for queue, pattern in (("kitchen", "bun.*"), ("bar", "tea"), ("all buns", "bun.#.pork")):
            _bind(channel, queue, "shop", pattern)
        got = in_time(answer, channel, "shop", list(orders), stuck=STUCK)
        if not isinstance(got, (list, tuple)):
            raise Wrong(f"your function returned {got!r}: return the list of what reached no queue.")
        with brokers.open_channel(url) as another:
            arrived = brokers.drain(another, "kitchen") + brokers.drain(another, "bar")
        _all_sent(arrived, good, lost)
        got = [tuple(each) if isinstance(each, (list, tuple)) else each for each in got]
        for pair in lost:
            if pair not in got:
                raise Wrong(f"{pair!r} reached no queue, and it is not in your list, which is {got!r}.")
        if got != lost:
            raise Wrong(f"{lost!r} reached no queue, in this order; your list is {got!r}.")
        with brokers.open_channel(url) as another:
            another.exchange_declare("closed shop", "fanout", durable=True)
            got = in_time(answer, another, "closed shop", [("any", "one")], stuck=STUCK)
        if [tuple(each) for each in got] != [("any", "one")]:
            raise Wrong(f"an exchange without any queue loses everything; your list is {got!r}.")


def _all_sent(arrived, good, lost):
    for body in good:
        if (times := arrived.count(body.encode())) != 1:
            came = f"{times} times" if times else "not at all"
            raise Wrong(f"the order {body!r} should arrive once; it came {came}.")
    for key, body in lost:
        if body.encode() in arrived:
            raise Wrong(f"{body!r} arrived in a queue, although its key {key!r} leads nowhere: send each once.")
    if arrived[:3] != [b"one", b"four", b"six"]:
        raise Wrong(f"the kitchen got its orders as {arrived[:3]}: send them in the order of the list.")


# -- 16.5 -------------------------------------------------------------------------------------------------------------


class _Prices:
    """Answers questions on a thread of its own; `plan` says what to send for each."""

    def __init__(self, url):
        self.url, self.plan = url, self.price
        self.ids, self.reply_to = [], None  # of all questions, and of the last one
        self.ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(PATIENCE)

    def _run(self):
        with contextlib.suppress(Exception), brokers.open_channel(self.url) as channel:
            channel.queue_declare("prices", durable=True)
            self.ready.set()
            for _, question, body in channel.consume("prices", auto_ack=True):
                self.ids.append(question.correlation_id)
                self.reply_to = question.reply_to
                self.plan(channel, question, body)

    def price(self, channel, question, body):
        self.reply(channel, question, b"price of " + body)

    @staticmethod
    def reply(channel, question, text, number=None):
        mark = pika.BasicProperties(correlation_id=number or question.correlation_id)
        if question.reply_to:
            channel.basic_publish("", question.reply_to, text, mark)


@exercise(
    "16.5",
    praise="each question gets its own answer, late ones are dropped, and patience ends when it should.",
    hint="A fresh `correlation_id` for each question; compare it with that of each reply.",
    seconds=40,
)
def _ask(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        prices = _Prices(url)
        replies = channel.queue_declare("replies", durable=True).method.queue

        def ask(question, patience, stuck):
            def call():
                return in_time(answer, channel, replies, question, patience, stuck=stuck)

            return capture(call, catch=TimeoutError)

        def find(question, when):
            """Ask; an answer comes, and it must be found."""
            got = ask(question, 3, f"{when}, and your function waits on.")
            if prices.ids and prices.reply_to != replies:
                raise Wrong(
                    f"`reply_to` of a question was {prices.reply_to!r}; the queue for the answer is {replies!r}."
                )
            _same(got, b"price of " + question.encode(), when)

        find("buns", "a question was answered")
        if prices.ids[-1] is None:
            raise Wrong("the question has no correlation_id: nobody can tell what an answer belongs to.")

        old = prices.ids[-1]

        def late_first(channel, question, body):
            prices.reply(channel, question, "old price of buns", number=old)
            prices.reply(channel, question, "5 yuan, for nobody knows what", number="00000000")
            prices.price(channel, question, body)

        channel.basic_publish("", replies, "an answer without a number")
        prices.plan = late_first
        complaint = capture(find, "buns", "stale answers came first", catch=Wrong).error
        if len(set(prices.ids)) < len(prices.ids):  # which may be the cause
            raise Wrong("two questions had the same correlation_id: a late answer to the first fits the second.")
        if complaint:
            raise complaint

        over = threading.Event()

        def only_stale(channel, question, body):
            while not over.wait(0.1):  # again and again, so that patience must count from the call
                prices.reply(channel, question, "stale", number=old)

        for what, plan in (("nobody answers", lambda *_: None), ("only stale answers come", only_stale)):
            prices.plan, start = plan, time.monotonic()
            got = ask("rice", 0.5, f"{what}, and after the patience of 0.5 s your function waits on.")
            if not got.error:
                raise Wrong(f"{what}, and your function returned {got.value!r} instead of raising TimeoutError.")
            if time.monotonic() - start < 0.4:
                raise Wrong(f"{what}, and your function gave up long before its patience of 0.5 s.")
        over.set()
        prices.plan = prices.price
        find("soup", "the question after a time-out was answered")
        channel.connection.close()  # what was not acknowledged is in the queue again
        with brokers.open_channel(url) as another:
            left = len(brokers.drain(another, replies))
        if left:
            raise Wrong(f"in the end {left} messages are still in the queue for replies: take out what is stale.")


def _same(got, wanted, when):
    if got.error:
        raise Wrong(
            f"{when}, and your function raised TimeoutError.",
            "Was the answer thrown away? With `auto_ack`, `channel.cancel()` also drops what has been fetched already.",
        )
    if got.value is None:
        raise Wrong(f"{when}, and your function returned None: return the body of the answer.")
    if got.value != wanted:
        raise Wrong(f"{when}, and your function returned {got.value!r}; the answer to this question was {wanted!r}.")
