"""Checks of chapter 19: what is lost, and what comes twice. The last one runs against an embedded broker of its own."""

import random
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import pika

from backstage.processes import temporary_folder
from exercises import Wrong, exercise
from exercises.vocabulary import Enough, brokers, in_time, need, need_class

AGAIN = "The outbox may have got more meanwhile: look into it after each message, until it is empty."
REUSED = "A new row may get the `rowid` of one that was deleted: look at all that is there."
EQUAL = "Two rows may hold the same message: delete by `rowid`, which tells them apart."
LOCKED = "A change that is not committed keeps others out, and so does a SELECT that is not read to its end."
MADE_BEFORE = "Leave that to whoever knows how long orders wait there: a room that was made without a time never ends."
STUCK = "your function waits for something that does not come."

# -- 19.1 -------------------------------------------------------------------------------------------------------------

WORST = {
    "auto": ("lost", "the broker has forgotten the order as soon as it was sent to the cook"),
    "late": ("twice", "the order is not acknowledged, so the next cook gets it, and the bun is there already"),
    "keyed": ("once", "the next cook gets the order again, and the till knows its number"),
    "hurry": ("lost", "nobody knows whether the broker has written it down, and nobody sends it again"),
    "patient": ("once", "the broker confirms when it has written it down, and brings it back when it starts"),
    "again": ("twice", "the broker may have written the first one down before it was killed"),
}


@exercise(
    "19.1",
    praise="what is let go too early is lost, what is held until it is done may be done again.",
    hint="Who still has the order when its holder is gone? And may it be done already?",
)
def _worst(answer):
    need(answer, dict, "give a dictionary with a word for each case")
    if missing := [case for case in WORST if case not in answer]:
        raise Wrong(f"there is no word for {missing[0]!r}.")
    if strange := [case for case in answer if case not in WORST]:
        raise Wrong(f"{strange[0]!r} is none of the cases.")
    for case, (word, why) in WORST.items():
        if answer[case] not in ("lost", "twice", "once"):
            raise Wrong(f"the word for {case!r} is {answer[case]!r}; it may be 'lost', 'twice' or 'once'.")
        if answer[case] != word:
            raise Wrong(f"{case!r} is not {answer[case]!r}: {why}.")


# -- 19.2 -------------------------------------------------------------------------------------------------------------


def _true_report(promised, received):
    return {
        "lost": [each for each in dict.fromkeys(promised) if each not in received],
        "doubled": [each for each in dict.fromkeys(received) if received.count(each) > 1],
        "unexpected": [each for each in dict.fromkeys(received) if each not in promised],
    }


def _cases():
    yield [], []
    yield ["pork", "lotus"], ["pork", "lotus"]
    yield ["pork", "lotus", "tea"], ["tea"]
    yield ["pork", "lotus"], ["lotus", "lotus", "pork", "lotus"]
    yield ["pork"], ["tea", "pork", "rice"]
    yield ["tea", "tea"], ["pork", "pork", "pork"]
    yield [0, "", 1], [0, 0, ""]
    yield ["tea"], ["", 0, ""]
    yield [7, "tea"], ["7", "Tea", "tea "]
    yield list(range(12)), [20, 11, 11, 21, *range(4)]
    chance = random.Random(17)
    for _ in range(40):
        yield [chance.choices(["tea", "bun", "", 0, 7, "7", -1], k=chance.randrange(9)) for _ in range(2)]


@exercise(
    "19.2",
    praise="each name once, in the order in which it was promised, or first came.",
    hint="Go through names that are there once: `dict.fromkeys` keeps the order, a `Counter` knows how often.",
)
def _report(answer):
    for promised, received in _cases():
        case = f"for promised {promised} and received {received}"
        given = list(promised), list(received)
        said = need(answer(*given), dict, f"{case} the answer should be a dict")
        if given != (promised, received):
            raise Wrong(f"{case} your function changed a list that it was given.")
        wanted = _true_report(promised, received)
        if set(said) != set(wanted):
            raise Wrong(f"{case} the keys are {sorted(map(str, said))}; they are to be {sorted(wanted)}.")
        for key, names in wanted.items():
            if not isinstance(said[key], list):
                raise Wrong(f"{case} {key!r} is a {type(said[key]).__name__}; it should be a list.")
            if said[key] != names:
                raise Wrong(f"{case} {key!r} is {said[key]}, but it should be {names}.")


# -- 19.3 -------------------------------------------------------------------------------------------------------------


class _Ledger:
    """What a tracker must know, in the plainest way: a list of [message, was returned, fate], by tag less one."""

    def __init__(self):
        self.rows = []

    def sent(self, tag, message):
        self.rows.append([message, False, "open"])

    def acked(self, tag, multiple):
        self._settle(tag, multiple, "kept")

    def nacked(self, tag, multiple):
        self._settle(tag, multiple, "failed")

    def returned(self, message):
        row = next(row for row in self.rows if row[2] == "open" and not row[1] and row[0] == message)
        row[1] = True

    def _settle(self, tag, multiple, fate):
        for row in self.rows[0 if multiple else tag - 1 : tag]:
            if row[2] == "open":
                row[2] = "failed" if row[1] else fate

    def list(self, fate):
        return [message for message, _, each in self.rows if each == fate]


STORIES = [  # the plainest promises first
    [("sent", 1, "tea"), ("acked", 1, False)],
    [("sent", 1, "tea"), ("sent", 2, "bun"), ("nacked", 1, False), ("acked", 2, False)],
    [("sent", 1, "tea"), ("sent", 2, "bun"), ("sent", 3, "rice"), ("acked", 2, False), ("acked", 1, False)],
    [("sent", 1, "tea"), ("sent", 2, "bun"), ("sent", 3, "rice"), ("acked", 2, True), ("sent", 4, "soup")],
    [("sent", 1, "tea"), ("sent", 2, "bun"), ("acked", 1, False), ("nacked", 2, True)],
    [("sent", 1, "tea"), ("returned", "tea"), ("acked", 1, False)],
    [("sent", 1, "tea"), ("sent", 2, "tea"), ("returned", "tea"), ("acked", 2, True)],
    [("sent", 1, "tea"), ("sent", 2, "tea"), ("returned", "tea"), ("returned", "tea"), ("acked", 2, True)],
    [("sent", 1, ""), ("sent", 2, ""), ("acked", 1, False), ("returned", ""), ("acked", 2, False)],
]


def _story(chance):
    """What a broker may say of some messages; it returns a message before it confirms it."""
    open_tags, returned, names = [], set(), {}
    tags = count(1)
    for _ in range(chance.randrange(4, 16)):
        kind = chance.choice(["sent", "sent", "sent", "returned", "acked", "acked", "nacked"])
        if kind == "sent":
            tag = next(tags)
            open_tags.append(tag)
            names[tag] = chance.choice(["tea", "bun", ""])
            yield "sent", tag, names[tag]
        elif kind == "returned":
            if wanted := [tag for tag in open_tags if tag not in returned]:
                name = names[chance.choice(wanted)]
                returned.add(next(tag for tag in wanted if names[tag] == name))
                yield "returned", name
        elif open_tags:
            tag, multiple = chance.choice(open_tags), chance.random() < 0.4
            open_tags = [each for each in open_tags if each != tag and not (multiple and each < tag)]
            yield kind, tag, multiple


@exercise(
    "19.3",
    praise="whatever comes in whatever order, you know what became of each message.",
    hint="One record for each tag: the message, whether it was returned, and what was said of it.",
)
def _tracker(answer):
    need_class(answer, "Tracker", "sent", "acked", "nacked", "returned")
    chance = random.Random(17)
    for story in [*STORIES, *(list(_story(chance)) for _ in range(60))]:
        ledger, tracker, other = _Ledger(), answer(), answer()  # two at once, for they may share what they keep
        told = []
        for name, *arguments in story:
            told.append(f"{name}({', '.join(map(repr, arguments))})")
            getattr(ledger, name)(*arguments)
            getattr(tracker, name)(*(_spelled_anew(each) for each in arguments))
            _compare(tracker, ledger, "after " + ", ".join(told))
        _compare(other, _Ledger(), "another Tracker, to which nothing has happened:")


def _spelled_anew(value):
    """An equal string that is another object, for a broker returns what it has read."""
    return "".join([*value]) if isinstance(value, str) else value


def _compare(tracker, ledger, case):
    for fate in ("open", "kept", "failed"):
        if not hasattr(tracker, fate):
            raise Wrong(f"a Tracker has no list `{fate}`.")
        said = getattr(tracker, fate)
        if not isinstance(said, list):
            raise Wrong(f"`{fate}` is a {type(said).__name__}; it should be a list.")
        if said != ledger.list(fate):
            raise Wrong(f"{case} `{fate}` is {said}, but it should be {ledger.list(fate)}.")


# -- 19.4 -------------------------------------------------------------------------------------------------------------


class _Down(Exception):
    pass


@exercise(
    "19.4",
    praise="everything is published in order, and what is confirmed is gone before the next one goes out.",
    hint="If you are killed between any two steps, is the row still there, or the message already out?",
    seconds=5,
)
def _relay(answer):
    _empty(answer, [])
    _empty(answer, ["tea", "bun", "rice"])
    _empty(answer, ["tea", "tea", "bun", "tea"])
    _empty(answer, ["", "tea", "", "0"])
    _empty(answer, ["tea", "bun"], late=["rice", "tea"])
    _empty(answer, ["tea"], late=["bun", "tea", "rice"])  # each while the only one there is being published
    _empty(answer, ["tea", "bun"], last="rice")
    for place in (1, 2, 3):
        _empty(answer, ["tea", "bun", "tea"], down=place)


def _outbox(messages):
    """Two connections to a shop with these messages; their rows are not numbered 1, 2, 3, for others were there."""
    path = temporary_folder("outbox-") / "shop.db"
    shop, door = (sqlite3.connect(path, timeout=0.2) for _ in range(2))
    for each in (shop, door):
        each.execute("PRAGMA synchronous = OFF")  # a slow disk is not the answer's fault
    with door:
        door.execute("CREATE TABLE outbox (message)")
        for each in messages:
            door.executemany("INSERT INTO outbox VALUES (?)", [["gone"], [each]])
        door.execute("DELETE FROM outbox WHERE message = 'gone'")
    return shop, door


def _empty(answer, messages, late=(), last=None, down=0):
    """Let an outbox be emptied, whose publishing number `down` fails.

    Each of `late` is written while another is being published, and `last` when the outbox is empty, just before the
    answer looks there once more: SQLite gives it a rowid that was taken before.
    """
    shop, door = _outbox(messages)
    case = f"with {messages} in the outbox" + (f" and an exception at number {down}" if down else "")
    case += " and more written meanwhile" if late else ""
    case += f", and {last!r} written when the outbox was empty, before you looked there once more" if last else ""
    published, came, late, wrong = [], [], list(late), []
    failed = False

    def left():
        return [message for (message,) in door.execute("SELECT message FROM outbox ORDER BY rowid")]

    def stop(*reason):
        wrong.append(Wrong(*reason))
        raise Enough

    def write(message):
        with door:
            door.execute("INSERT INTO outbox VALUES (?)", [message])
        came.append(message)

    def look(statement):
        if last and last not in came and statement.lstrip()[:6].upper() == "SELECT" and not left():
            with suppress(sqlite3.OperationalError):  # the answer keeps others out while it looks, which is fine
                write(last)

    shop.set_trace_callback(look)

    def publish(message):
        nonlocal failed
        unconfirmed = [*messages, *came][len(published) :]
        if failed:
            stop(f"{case}, `publish` was called once more after it, with {message!r}.")
        if (there := left()) != unconfirmed:
            stop(
                f"{case}, another connection saw {there} there, when {message!r} was to be published;"
                f" {unconfirmed} had not been confirmed.",
                EQUAL if {*unconfirmed} - {*there} and {*unconfirmed} & {*published} else "",
            )
        failed = len(published) + 1 == down
        if failed:
            raise _Down
        published.append(message)
        if late:
            try:
                write(late.pop(0))
            except sqlite3.OperationalError:
                stop(f"{case}, nobody else could write while {message!r} was being published.", LOCKED)

    raised = False
    try:
        answer(shop, publish)
    except (_Down, Enough) as error:
        raised = isinstance(error, _Down)
    if wrong:
        raise wrong[0]
    if down and not raised:
        raise Wrong(f"{case}, the exception did not reach the caller.")
    wanted = [*messages, *came][: down - 1 if down else None]
    if published != wanted:
        hint = (REUSED if last else AGAIN) if came and published == wanted[: len(published)] else ""
        raise Wrong(f"{case}, you published {published}, and {wanted} was to be published.", hint)
    rest = [*messages, *came][len(wanted) :]
    if left() != rest:
        raise Wrong(f"{case}, the outbox held {left()} in the end, and it was to hold {rest}.")


# -- 19.5 -------------------------------------------------------------------------------------------------------------

ROOMS = ["wait.short", "wait.long", "wait.longer"]
TO_ITS_ROOM = "An order that failed goes on to its room, and its exception no further: `except Exception` ends it."
NO_FAILURE = "`except Exception` lets such ends of a program through; a bare `except:` catches them as well."


class _Burnt(Exception):
    pass


class _CalledAway(BaseException):
    """An end of a program that Python does not know of, as gevent and asyncio have theirs."""


@exercise(
    "19.5",
    praise="each try goes one room further, nothing of the order is lost, and the original is let go last.",
    hint="First `work`; if that fails, the copy with its headers; `basic_ack` stands at the end, for both.",
)
def _handle(answer):
    with brokers.started_broker() as url, brokers.open_channel(url) as channel, brokers.open_channel(url) as door:
        for queue in ("work", "parked", *ROOMS, "den"):
            door.queue_declare(queue, durable=True)
        door.queue_declare("full", durable=True, arguments={"x-max-length": 0, "x-overflow": "reject-publish"})
        channel.confirm_delivery()
        for order in (
            _Order(None, None),
            _Order(None, ValueError),
            _Order({"tries": 0}, _Burnt, body=b" Bao\xff\n", message_id=None),
            _Order({"guest": "Li", "tries": 1}, KeyError, message_id="18"),
            _Order({"guest": "", "spicy": False, "tries": 2}, ValueError, body=b"", message_id=""),
            _Order({"guest": "Wang", "tries": 3}, _Burnt),
            _Order({"error": "OSError", "tries": 7}, ValueError),
            _Order({"error": "OSError", "tries": 0}, ValueError),
        ):
            _try(answer, channel, door, order)
        _try(answer, channel, door, _Order({"guest": "Li"}, OSError), [])
        _try(answer, channel, door, _Order({"tries": 1}, OSError), ["den"])
        for kind in (KeyboardInterrupt, SystemExit, _CalledAway):
            _interrupt(answer, channel, door, kind)
        _lose(answer, channel, door, ["nowhere"])
        _lose(answer, channel, door, ["full"])
        door.queue_delete("parked")
        _lose(answer, channel, door, [])


@dataclass
class _Order:
    headers: object
    error: object  # the class of what work raises
    body: bytes = b"bun"
    message_id: object = "17"

    def __str__(self):
        message_id = "" if self.message_id == "17" else f"message_id {self.message_id!r}, "
        return f"headers {self.headers}, {message_id}work " + (
            f"raises {self.error.__name__}:" if self.error else "returns False:"
        )


def _try(answer, channel, door, case, rooms=ROOMS):
    """Hand out one order whose work fails or does not, beside another that is held; look at where they are then."""
    queues = [*dict.fromkeys([*ROOMS, *rooms, "parked"])]
    door.basic_publish("", "work", b"held")
    _get(channel)
    properties = pika.BasicProperties(headers=case.headers, message_id=case.message_id, delivery_mode=1)
    door.basic_publish("", "work", case.body, properties)
    method, properties, body = _get(channel)
    worked, called = [], []

    def work(body):
        worked.append(body)
        if case.error:
            raise case.error("burnt")
        return False  # what it returns says nothing

    def before(name):
        called.append(name)
        if name in ("basic_ack", "basic_reject", "basic_nack") and case.error and not _holding(door, queues):
            raise Wrong(f"{case} the order was settled before its copy was in a queue.")

    tapped, given = brokers.Tapped(channel, before=before), list(rooms)
    tries = (case.headers or {}).get("tries", 0)
    wanted = rooms[tries] if tries < len(rooms) else "parked"
    try:
        in_time(answer, tapped, method, properties, body, work, given, stuck=STUCK)
    except Exception as error:
        if error.args != ("burnt",):
            raise
        done = f"the copy is in {there[0]!r}, and" if (there := _holding(door, queues)) else "there is no copy, and"
        raise Wrong(f"{case} {done} the exception reached the caller.", TO_ITS_ROOM) from None
    if given != rooms:
        raise Wrong(f"{case} your function changed `rooms`, which the next order needs, to {given}.")
    if worked != [case.body]:
        raise Wrong(f"{case} `work` was called with {worked}; it was to be called once, with {case.body}.")
    found = [(queue, message) for queue in queues for message in brokers.take(door, queue)]
    if not case.error and found:
        raise Wrong(f"{case} there is a copy in {found[0][0]!r}; nothing was to be published.")
    if case.error:
        _compare_copy(case, found, wanted, tries)
    back = _unsettled(channel, door)
    if case.body in back or "basic_ack" not in called:
        raise Wrong(f"{case} {'the copy is there, and ' if found else ''}the order was not acknowledged.")
    if back != [b"held"]:
        raise Wrong(f"{case} another order, which was taken before and is not done, was acknowledged, too.")


def _compare_copy(case, found, wanted, tries):
    if len(found) != 1:
        raise Wrong(f"{case} there are copies in {[where for where, _ in found]}; one was to be published.")
    where, (_, copy, body) = found[0]
    if where != wanted:
        raise Wrong(f"{case} the copy is in {where!r}, and it was to be in {wanted!r}.")
    if body != case.body:
        raise Wrong(f"{case} the body of the copy is {body!r}, and it was {case.body!r}.")
    right = {**(case.headers or {}), "tries": tries + 1}
    if wanted == "parked":
        right["error"] = case.error.__name__
    if (copy.headers or {}) != right:
        raise Wrong(f"{case} the copy has the headers {copy.headers}, and they were to be {right}.")
    if copy.message_id != case.message_id:
        raise Wrong(f"{case} the copy has the message_id {copy.message_id!r}, and the order has {case.message_id!r}.")
    if copy.delivery_mode != 2:
        raise Wrong(f"{case} the copy is not persistent (delivery_mode {copy.delivery_mode}).")


def _get(channel):
    while True:
        method, properties, body = channel.basic_get("work")
        if method:
            return method, properties, body


def _holding(door, queues):
    """Which of these queues hold a message."""
    return [queue for queue in queues if brokers.state(door, queue).message_count]


def _unsettled(channel, door):
    """Bodies of the messages that come back when this channel is asked for all that it was given."""
    channel.basic_recover(requeue=True)
    return brokers.drain(door, "work")


def _interrupt(answer, channel, door, kind):
    """Work is broken off by what is no Exception: the order has not failed, and somebody else is to get it."""
    door.basic_publish("", "work", b"bun")
    method, properties, body = _get(channel)

    def work(body):
        raise kind("the cook is called away")

    case = f"work raises {kind.__name__}, which is no Exception:"
    try:
        in_time(answer, channel, method, properties, body, work, list(ROOMS), stuck=STUCK)
    except kind:
        raised = True
    else:
        raised = False
    if copies := _holding(door, [*ROOMS, "parked"]):
        raise Wrong(f"{case} there is a copy in {copies[0]!r}; nothing was to be published.", NO_FAILURE)
    if not raised:
        raise Wrong(f"{case} it did not reach the caller.", NO_FAILURE)
    if not _unsettled(channel, door):
        raise Wrong(f"{case} the order was acknowledged all the same.", NO_FAILURE)


def _lose(answer, channel, door, rooms):
    """The copy cannot be published: its room is missing, or full."""
    room = (rooms or ["parked"])[0]
    full = room == "full"
    door.basic_publish("", "work", b"bun")
    method, properties, body = _get(channel)

    def work(body):
        raise ValueError("burnt")

    case = f"the queue {room!r} takes no message more" if full else f"there is no queue {room!r}"
    case += ", so the copy cannot be published:"
    wanted = pika.exceptions.NackError if full else pika.exceptions.UnroutableError
    called = []
    tapped = brokers.Tapped(channel, before=called.append)
    try:
        in_time(answer, tapped, method, properties, body, work, list(rooms), stuck=STUCK)
    except wanted:
        pass
    else:
        if "queue_declare" in called:
            raise Wrong(f"there was no queue {room!r}, and your function declared one.", MADE_BEFORE)
        raise Wrong(f"{case} no {wanted.__name__} reached the caller.", hint="Publish with `mandatory=True`.")
    if not _unsettled(channel, door):
        raise Wrong(f"{case} the order was acknowledged all the same.")
