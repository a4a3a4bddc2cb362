"""Checks of chapter 18: routing. Each runs against an embedded broker of its own; nothing depends on speed."""

import contextlib
import random
import threading
import time
from collections import Counter
from functools import partial
from itertools import product

import pika

from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, Call, brokers, capture, eventually, in_time, need

STUCK = "your function waits for something that does not come."


# -- 18.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "18.1",
    praise="an urgent guest overtakes those in the queue, and nobody whose order a cook already holds.",
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
            before = " Those before are right." if place > 1 else ""
            raise Wrong(f"guest {place} was not {answer[place - 1]!r} when it was tried just now.{before}")


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


# -- 18.2 -------------------------------------------------------------------------------------------------------------

WANTED = {
    "alarm": lambda shop, part, level: level == "error",
    "oven": lambda shop, part, level: part.split(".")[0] == "oven",
    "north": lambda shop, part, level: shop == "north",
    "money": lambda shop, part, level: part == "till" and level in ("warning", "error"),
}
PARTS = ("oven", "till", "oven.left", "oven.left.door", "door", "door.north", "door.oven", "door.till", "lamp.error")
LONG = "oven.left.upper.door.hinge.pin"  # last, so that simpler keys are told first


@exercise(
    "18.2",
    praise="every message reaches those who asked for it, and nobody else.",
    hint="`*` is exactly one word, `#` any number of them; two bindings say what one pattern cannot.",
)
def _route(answer):
    if not isinstance(answer, dict) or set(answer) != set(WANTED):
        raise Wrong(f"the answer is a dictionary with the keys {', '.join(WANTED)}.")
    for queue, patterns in answer.items():
        if not isinstance(patterns, (list, tuple, set)) or not all(isinstance(each, str) for each in patterns):
            raise Wrong(f"give {queue!r} a list of patterns, even if it is only one.")
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        channel.exchange_declare("log", "topic", durable=True)
        for queue, patterns in answer.items():
            _bind(channel, queue, "log", *patterns)
        shops = ("north", "south", "west", f"shop{random.randrange(100, 1000)}")  # the last is in nobody's list
        letters = list(product(shops, (*PARTS, LONG), ("info", "debug", "warning", "error")))
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


# -- 18.3 -------------------------------------------------------------------------------------------------------------

CHANGES = (  # old patterns, new ones; keys that fit both, only the new, only the old
    (["#.error"], ["north.#"], ["north.oven.error"], ["north.tea"], ["south.oven.error"]),
    (["north.#", "*.till.*"], ["*.till.*", "#.error"], ["south.till.ok", "north.error"], ["error"], ["north.tea"]),
    (["tea", "tea", "bun"], ["bun", "rice", "bun"], ["bun"], ["rice"], ["tea"]),
    (["tea"], ["tea"], ["tea"], [], []),
    (["bun", "north.#"], ["rice", "north.#"], ["north.tea"], ["rice"], ["bun"]),
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
STAYS = "All it takes is to bind and to unbind."


@exercise(
    "18.3",
    praise="at every moment the queue gets what both lists ask for, and in the end what the new one asks for.",
    hint="In which order of calls is there no moment without a binding that fits?",
)
def _rebind(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as door, brokers.open_channel(url) as channel:
        door.confirm_delivery()  # a message is where it belongs before the answer goes on
        for number, change in enumerate(CHANGES):
            exchange = ("shop", "market")[number % 2]
            door.exchange_declare(exchange, "topic", durable=True)
            _change(answer, channel, door, exchange, f"wishes {number}", *change)


def _change(answer, channel, door, exchange, queue, old, new, both, gained, lost):
    case = f"from {old} to {new}:"
    _bind(door, queue, exchange, *old)
    brokers.put(door, queue, "waits")
    moments, taken = [], []

    def came_back(name):
        if name in ("basic_get", "basic_consume", "consume"):
            taken.append(name)
        if not taken:  # or else one who takes all out finds no end
            come(f"after your call of `{name}`")

    def come(moment):
        moments.append(moment)
        for key in both:
            door.basic_publish(exchange, key, f"{len(moments)} {key}")

    tapped = brokers.Tapped(channel, after=came_back)
    in_time(answer, tapped, queue, exchange, list(old), list(new), stuck=STUCK)
    if not channel.is_open:
        raise Wrong("your function closed the channel, which its caller still needs.")
    if taken:
        raise Wrong(f"{case} what waits in the queue stays there, and you called `{taken[0]}`.", STAYS)
    come("in the end")
    for key in (*gained, *lost):
        door.basic_publish(exchange, key, key)
    got = Counter(brokers.drain(door, queue))
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


# -- 18.4 -------------------------------------------------------------------------------------------------------------


ORDERS = [  # the first three pairs twice, as some guests order
    ("bun.pork", "one"),
    ("bnu.pork", "two"),
    ("tea", "three"),
    ("bun.leek", "肉包"),
    ("bun", "five"),
    ("", "six"),
    ("bun.leek", ""),
    ("cake", ""),
    ("bun.pork", "one"),
    ("bnu.pork", "two"),
    ("tea", "three"),
]
LOST = [order for order in ORDERS if order[0] not in ("bun.pork", "bun.leek", "tea")]


ALL = "Publish each pair of the list once, whatever became of those before it."
ONCE = "Nobody knows whether the first one was kept: let the error out."
ALONE = "`except pika.exceptions.UnroutableError` catches what comes back, and lets all other errors out."
BROKEN = (
    (pika.exceptions.NackError([]), "the broker refused an order"),  # as one does that cannot keep a message
    (pika.exceptions.StreamLostError("cut"), "the connection was lost"),
)


@exercise(
    "18.4",
    praise="all sent, each once, and you know which of them nobody gets.",
    hint="`channel.confirm_delivery()`, then `basic_publish(…, mandatory=True)` raises UnroutableError for each.",
)
def _lost(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as channel:
        channel.exchange_declare("shop", "topic", durable=True)
        channel.exchange_declare("closed shop", "fanout", durable=True)
        for queue, pattern in (("kitchen", "bun.*"), ("bar", "tea"), ("all buns", "bun.#.pork")):
            _bind(channel, queue, "shop", pattern)
        calls = []
        tapped = brokers.Tapped(channel, before=calls.append)
        got = _send(answer, tapped, "shop", ORDERS)
        with brokers.open_channel(url) as another:
            kitchen, bar = (brokers.drain(another, queue) for queue in ("kitchen", "bar"))
        _all_sent([body.decode() for body in kitchen], [body.decode() for body in bar])
        for pair in LOST:
            if pair not in got:
                raise Wrong(f"{pair!r} reached no queue, and it is not in your list, which is {got!r}.")
        if got != LOST:
            raise Wrong(f"{LOST!r} reached no queue, in this order; your list is {got!r}.")
        if (times := calls.count("basic_publish")) not in (0, len(ORDERS)):  # 0: by a channel of its own
            raise Wrong(f"{len(ORDERS)} orders were to be sent, and `basic_publish` was called {times} times.", ALL)
        calls.clear()
        got = _send(answer, tapped, "closed shop", [("any", "one")])  # once more on this channel
        if got != [("any", "one")]:
            raise Wrong(
                f"one order went to an exchange without any queue, which loses everything; your list is {got!r}."
            )
        if calls.count("basic_publish") > 1:
            raise Wrong(
                f"one order was to be sent, and `basic_publish` was called {calls.count('basic_publish')} times."
            )
        if got := _send(answer, channel, "shop", []):
            raise Wrong(f"there was no order to send; your list is {got!r}.")
        with brokers.open_channel(url) as another:
            got = capture(partial(_send, answer, another, "", [("bar", "one"), ("nowhere", "two")]))
        if got.error and getattr(got.error, "reply_code", None) != 403:  # it may not ask for this exchange
            raise got.error
        if not got.error and got.value != [("nowhere", "two")]:
            raise Wrong(
                f"of two orders by the default exchange '', ('nowhere', 'two') was lost; your list is {got.value!r}."
            )
        got = capture(partial(in_time, answer, channel, "no shop", [("any", "one")], stuck=STUCK))
        if not got.error:
            raise Wrong(
                f"the broker has no such exchange, and your function returned {got.value!r}, without an error.", ALONE
            )
        for error, what in BROKEN:
            calls.clear()

            def break_off(name, error=error):
                calls.append(name)
                if name == "basic_publish":
                    raise error

            with brokers.open_channel(url) as another:
                breaking = brokers.Tapped(another, before=break_off)
                got = capture(partial(in_time, answer, breaking, "shop", [("tea", "one")], stuck=STUCK))
            if not got.error and "basic_publish" in calls:
                name = type(error).__name__
                raise Wrong(f"{what} ({name}), and your function returned {got.value!r}, without an error.", ALONE)
            if calls.count("basic_publish") > 1:
                raise Wrong(f"{what}, and your function published it once more.", ONCE)


def _send(answer, channel, exchange, orders):
    got = in_time(answer, channel, exchange, list(orders), stuck=STUCK)
    if not isinstance(got, (list, tuple)):
        raise Wrong(f"your function returned {got!r}: return the list of what reached no queue.")
    return [tuple(each) if isinstance(each, (list, tuple)) else each for each in got]


def _all_sent(kitchen, bar):
    for queue, came, key in (("kitchen", kitchen, "bun."), ("bar", bar, "tea")):
        sent = [body for each, body in ORDERS if each.startswith(key)]
        if came != sent and sorted(came) == sorted(sent):
            raise Wrong(f"the {queue} got its orders as {came}: send them in the order of the list, {sent}.", ALL)
        if came != sent:
            raise Wrong(f"{sent} should arrive in the {queue}, each once; what came is {came}.", ALL)


# -- 18.5 -------------------------------------------------------------------------------------------------------------


class _Prices:
    """Answers questions on a thread of its own; `plan` says what to send for each."""

    def __init__(self, url):
        self.url, self.plan, self.served = url, self.price, 0
        self.asked = []  # properties of all questions
        self.replied = 0  # when the last reply was sent
        self.ready, self.fence = threading.Event(), threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(4 * PATIENCE)

    def _run(self):
        with contextlib.suppress(Exception), brokers.open_channel(self.url) as channel:
            channel.queue_declare("prices", durable=True)
            self.ready.set()
            for _, question, body in channel.consume("prices", auto_ack=True):
                if question.type == "fence":
                    self.fence.set()
                    continue
                self.asked.append(question)
                self.plan(channel, question, body)
                brokers.state(channel, "prices")  # when this is answered, what was sent is in its queue
                self.served += 1

    def ids(self):
        return [question.correlation_id for question in self.asked]

    def price(self, channel, question, body):
        self.reply(channel, question, b"price of " + body)

    def reply(self, channel, question, text, number=None):
        mark = pika.BasicProperties(correlation_id=question.correlation_id if number is None else number)
        if question.reply_to:
            channel.basic_publish("", question.reply_to, text, mark)
            self.replied = time.monotonic()


class _Desk:
    """Asks by the answer, and looks whether it leaves everything as it should."""

    def __init__(self, answer, channel, own):
        self.answer, self.own, self.prices = answer, own, None
        self.channel = brokers.Tapped(channel, after=self.let_it_come)
        own.queue_declare("replies", durable=True)  # for whoever takes the argument's name for that of the queue
        self.replies = own.queue_declare("answers for Li", durable=True).method.queue
        self.asked = 0

    def let_it_come(self, name):
        """A price that is told at once may be there before `ask` does anything else."""
        if name == "basic_publish" and self.prices.plan == self.prices.price:
            eventually(lambda: self.prices.served >= self.asked, looks=100)

    def ask(self, question, patience, when, plan, hint, looks=24):
        """The outcome of a call that must end before nothing has moved for so many looks, 0.05 s apart."""

        def stuck():
            if len(self.prices.asked) < self.asked:
                raise Wrong("your function waits, and no question has come to `prices`.", "Publish it before you wait.")
            self.look_at_the_question()
            raise Wrong(f"{when}, and your function waits on.", hint)

        def moves():
            return len(self.prices.asked), self.prices.served

        def call():
            arguments = self.answer, self.channel, self.replies, question, patience
            return in_time(*arguments, stuck=stuck, seconds=20, stands_still=moves, looks=looks)

        before, self.asked = self.asked, self.asked + 1
        eventually(lambda: self.prices.served >= before, looks=300)  # the last question has been met by its own plan
        self.prices.plan = plan
        self.began = time.monotonic()
        got = capture(call, catch=TimeoutError)
        self.took = time.monotonic() - self.began
        if not self.channel.is_open:
            raise Wrong("your function closed the channel, which its caller still needs.", CANCEL)
        if brokers.state(self.own, self.replies).consumer_count:
            raise Wrong(
                f"{when}, your function ended, and its channel still takes messages out of {self.replies!r}.",
                CANCEL,
            )
        return got

    def find(self, question, when, plan, wanted=None):
        """Ask; an answer comes, and it must be found."""
        got = self.ask(question, 30, when, plan, DROPPED)
        wanted = b"price of " + question.encode() if wanted is None else wanted
        if self.prices.asked:
            self.look_at_the_question()
        if got.error:
            raise Wrong(f"{when}, and your function raised TimeoutError long before its patience of 30 s.", DROPPED)
        if got.value is None:
            raise Wrong(f"{when}, and your function returned None: return the body of the answer.", EMPTY)
        if got.value != wanted:
            raise Wrong(
                f"{when}, and your function returned {got.value!r}; the answer to this question was {wanted!r}.",
                COMPARE,
            )

    def find_among_stale(self, question, when, plan):
        """Ask; answers to other questions come first, and must not be taken for this one's."""
        complaint = capture(self.find, question, when, plan, catch=Wrong).error
        ids = self.prices.ids()
        if len(set(ids)) < len(ids) == self.asked:  # which may be the cause; a question that was sent again is not
            raise Wrong("two questions had the same correlation_id: a late answer to the first fits the second.", FRESH)
        if complaint:
            raise complaint

    def look_at_the_question(self):
        """Its properties must let an answer come, and be known."""
        question = self.prices.asked[-1]
        if (named := question.reply_to) != self.replies:
            raise Wrong(f"`reply_to` of a question was {named!r}; the queue for the answer is {self.replies!r}.", MARK)
        if question.correlation_id is None:
            raise Wrong("the question has no correlation_id: nobody can tell what an answer belongs to.", MARK)

    def miss(self, patience, when, plan):
        """Ask; no answer comes, and patience must end in time."""
        when = f"{when}, with a patience of {patience} s"
        late = 0
        for _ in range(6):  # what comes late may have been held up by the machine, and so may what comes meanwhile
            over = threading.Event()
            runs_on = Call(self.runs_on, over, patience)
            try:
                got = self.ask("rice", patience, when, plan, CLOCK, looks=round(patience / 0.05) + 9)
            finally:
                over.set()
            began, took = self.began, self.took
            if not got.error:
                raise Wrong(f"{when}, and your function returned {got.value!r} instead of raising TimeoutError.", CLOCK)
            if took < 0.9 * patience:
                raise Wrong(f"{when}, and your function gave up earlier.", CLOCK)
            runs_on.wait(4 * PATIENCE)
            if not runs_on.result():
                if patience < 0.5 or began < self.prices.replied < began + 0.9 * patience:
                    return
            elif (late := late + 1) == 3:
                raise Wrong(f"{when}, and your function gave up after {took:.2g} s.", CLOCK)

    @staticmethod
    def runs_on(over, patience):
        """Whether it is not over when patience is, and a while later, in which it could go on."""
        return not over.wait(patience) and not eventually(over.is_set, looks=50 if patience > 0.5 else 90)

    def break_down(self):
        """Ask where the question cannot be published; the consumer must not stay."""

        def lose(name):
            if name == "basic_publish":
                raise pika.exceptions.NackError([])

        channel = self.channel.connection.channel()
        tapped = brokers.Tapped(channel, before=lose)
        capture(partial(in_time, self.answer, tapped, self.replies, "tea", 0.1, stuck=STUCK), catch=Exception)
        if brokers.state(self.own, self.replies).consumer_count:
            raise Wrong(
                "the broker refused the question, so that `basic_publish` raised an error, your function ended, and its"
                f" channel still takes messages out of {self.replies!r}.",
                CANCEL,
            )

    def count(self):
        """Each call asked once: what it sent is before this fence."""
        self.prices.fence.clear()
        self.own.basic_publish("", "prices", "", pika.BasicProperties(type="fence"))
        self.prices.fence.wait(4 * PATIENCE)
        if (came := len(self.prices.asked)) != self.asked:
            calls = f"{self.asked} calls" if self.asked > 1 else "one call"
            raise Wrong(f"{calls} of `ask` put {came} questions into `prices`: send each once.", "One `basic_publish`.")


COMPARE = "Compare the `correlation_id` of each reply with the one that you sent; where it differs, drop and go on."
FRESH = "`str(uuid.uuid4())`, made in each call, is never the same twice."
MARK = "`pika.BasicProperties(reply_to=replies, correlation_id=…)` goes with the question."
CANCEL = "`channel.cancel()` ends a `consume` and leaves the channel open; `finally` does it in any case."
EMPTY = "An answer may be empty; that none came is told by `None` in place of its method."
STALE = "Acknowledge each reply, stale or not, or take it with `auto_ack`: what is not acknowledged comes back."
CLOCK = "A deadline, `time.monotonic() + patience`, is looked at after each reply and after each silence."
DROPPED = (
    "Was the answer thrown away? A `queue_purge` after the question may take it, and with `auto_ack` "
    "`channel.cancel()` also drops what has been fetched already."
)


@exercise(
    "18.5",
    praise="each question gets its own answer, late ones are dropped, and patience ends when it should.",
    hint="A fresh `correlation_id` for each question; compare it with that of each reply.",
    seconds=40,
)
def _ask(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as own, brokers.cut_channel(url) as channel:
        desk = _Desk(answer, channel, own)
        desk.prices = prices = _Prices(url)
        over = threading.Event()

        def late_first(channel, question, body):
            number = question.correlation_id
            for other in (prices.ids()[-2], "00000000", f"{number}0", number[:-1]):
                prices.reply(channel, question, b"5 yuan, for something else than " + body, number=other)
            prices.price(channel, question, body)

        def empty(channel, question, body):
            prices.reply(channel, question, b"")

        def late_and_stale(channel, question, body):
            time.sleep(0.5)
            prices.reply(channel, question, b"stale", number="00000000")

        def only_stale(channel, question, body):
            while not over.wait(0.005):  # again and again, so that patience must count from the call
                prices.reply(channel, question, b"stale", number="00000000")

        desk.find("buns", "a question was answered", prices.price)
        desk.count()
        own.basic_publish("", desk.replies, "an answer without a number")
        desk.find_among_stale("buns", "stale answers came first", late_first)
        desk.find("", "an answer came whose body is empty", empty, wanted=b"")
        desk.miss(0, "nobody answered", lambda *_: None)
        desk.miss(0.8, "a stale answer came after half a second, and no other", late_and_stale)
        desk.miss(0.15, "only stale answers came", only_stale)
        over.set()
        desk.find_among_stale(" Soup\n", "the question after a time-out was answered", late_first)
        desk.count()
        desk.break_down()
        channel.close()  # what was not acknowledged is in the queue again
        if left := brokers.drain(own, desk.replies):
            raise Wrong(f"in the end {left[0]!r} is still in the queue for replies: take out all that comes.", STALE)
