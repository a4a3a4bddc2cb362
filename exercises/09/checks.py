"""Checks of chapter 9: sockets. Each lets an answer talk to customers who behave awkwardly, and listens."""

import errno
import os
import random
import select
import socket
import struct
import threading
import time
from contextlib import contextmanager, nullcontext
from functools import partial
from unittest.mock import Mock

from exercises import Wrong, exercise
from exercises.vocabulary import (
    PATIENCE,
    BurntBun,
    Call,
    Enough,
    awkward_pair,
    capture,
    converse,
    eventually,
    fill,
    let_pass,
    many,
    need,
    os_error,
    reset,
    reworded,
)

NO_WIDER = "Catch those errors that you expect here, by their names, and nothing wider."
GONE = "A customer who is gone shows as a ConnectionError, in recv or while you send: catch it around both."

# -- 09.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.1",
    praise="four messages, the empty one included, and the newline is a byte like any other.",
    hint="Read one byte, a number; take so many bytes; that is a message. Go on until the stream ends.",
)
def _frames(answer):
    truth = [b"bun", b"", b"teas\n", b"\x02"]
    need(answer, (list, tuple), "give a list of messages")
    for place, (said, right) in enumerate(zip(answer, truth, strict=False), 1):
        if isinstance(said, str):
            raise Wrong(f"message {place} is a string; sockets carry bytes: write b{said!r}.")
        if not isinstance(said, (bytes, bytearray)):
            raise Wrong(f"message {place} is {said!r}, and a message is bytes. Those before it are right.")
        if said != right:
            raise Wrong(f"message {place} is not {said!r}. Those before it are right.")
    if len(answer) != len(truth):
        raise Wrong(f"the stream holds {len(truth)} messages; you give {len(answer)}, and the first of them are right.")


# -- 09.2 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.2",
    praise="all of it comes back, no end or break counts as a failure, and every real failure comes out.",
    hint="`with client:` closes, `while data := client.recv(1024):` ends, `sendall` sends all.",
    seconds=60,
)
def _repair(answer):
    _echoes_everything(answer, meanwhile=lambda: _echoes_everything(answer), hasty=True)
    _bears_breaks(answer)
    _lets_other_errors_out(answer, os_error(errno.ETIMEDOUT))


def _echoes_everything(handler, meanwhile=None, **quirks):
    line, customer = pair = awkward_pair(most_sent=100, **quirks)
    said, heard, others, finished = [b"two pork buns\n", b" ", b"\n", b"one tea", b"one tea"], [], [], threading.Event()
    much = bytes(range(256)) * 20

    def visit():
        for words in said:  # not a word more before some answer has come
            customer.sendall(words)
            heard.append(customer.recv(65536))
        if meanwhile and eventually(lambda: line.reading or line.gettimeout() is not None):
            others.append(capture(meanwhile))
        customer.sendall(much)
        finished.set()
        customer.shutdown(socket.SHUT_WR)
        while data := customer.recv(65536):
            heard.append(data)

    def stuck():
        if finished.is_set():
            return "the customer has finished, and your function does not return."
        if len(heard) == len(said):
            return "a second customer came while the first was still there, and your function does not serve both."
        return f"the customer said {said[len(heard)]!r} and waits for an answer, and your function waits for more."

    finely = "the customer finished as one should, and your function"
    words = {ConnectionError: lambda error: f"{finely} raised {_name(error)}.", Enough: f"{finely} reads on and on."}
    if quirks:
        words[TimeoutError] = "a customer said nothing for a while, and your function let out TimeoutError: they may."
    with reworded(words):
        converse(handler, line, pair=pair, beside=visit, stuck=stuck)
    _check_closed(line, ", so that the customer waits for the end of the answer")
    everything, came = b"".join([*said, much]), b"".join(heard)
    lost = f"{len(everything) - len(came):,} bytes did not come back"
    if len(everything) > len(came) and any(each.took_a_part for each in (line, *line.copies)):
        raise Wrong(f"{lost}; a `send` took a part only, and returned how much it took.")
    if not everything.startswith(came):
        raise Wrong(f"the customer said {_short(everything)}, and {_short(came)} came back.")
    if len(everything) > len(came):
        early = "" if line.ends else ", and your function returned before the end: only b'' is the end"
        raise Wrong(f"{lost}{early}.")
    customer.close()
    for other in others:
        other.unwrap()


def _short(words):
    shown = repr(words)
    return shown if len(shown) < 60 else f"{shown[:50]}..."


def _several(things):
    return ", ".join(map(_short, things)) or "nothing"


def _bears_breaks(handler):
    line, customer = pair = awkward_pair()

    def break_off():
        customer.sendall(b"two pork buns")
        customer.recv(1)
        reset(customer)

    _bears_a_break(handler, line, break_off, "the customer broke off", pair)

    line, deaf = _deaf_pair()

    def break_off_late():
        fill(deaf, quiet=0.1)
        reset(deaf)

    _bears_a_break(handler, line, break_off_late, "the customer broke off during your answer")

    line, customer = awkward_pair()
    customer.sendall(b"two pork buns")
    customer.shutdown(socket.SHUT_WR)
    reset(customer)  # after an end, a reset comes out of Linux as BrokenPipeError
    _bears_a_break(handler, line, None, "the customer was gone before your answer")

    line, customer = awkward_pair(fault_at=1, fault=ConnectionAbortedError(errno.ECONNABORTED, "aborted"))
    customer.sendall(b"two pork buns")  # who asks `select` before each recv hears of something
    _bears_a_break(handler, line, None, "recv raised ConnectionAbortedError")


def _bears_a_break(handler, line, break_off, what, pair=None):
    words = {
        ConnectionError: lambda error: Wrong(f"{what}, and your function let out {_name(error)}.", GONE),
        Enough: f"{what}, and your function reads on and on.",
    }
    with reworded(words):
        converse(handler, line, pair=pair, beside=break_off, stuck=f"{what}, and your function does not return.")
    _check_closed(line, f" when {what}")


def _lets_other_errors_out(handler, *more):
    for fault in (BurntBun("the oven is on fire"), os_error(errno.ENOMEM), KeyboardInterrupt("Ctrl-C"), *more):
        for where in ("recv", "sending"):
            line, customer = awkward_pair(most=5, fault_at=2 if where == "recv" else None, fault=fault)
            if where == "sending":
                line.watch = Mock(side_effect=fault)
            customer.sendall(b"two pork buns")
            stuck = f"{where} raised an error of another kind, and your function does not return."
            got = capture(partial(converse, handler, line, pair=(line, customer), stuck=stuck), catch=type(fault))
            if got.error is None:
                what = f"{type(fault).__name__} ({fault}), no ConnectionError"
                raise Wrong(f"{where} raised {what}, and your function swallowed it.", NO_WIDER)
            if got.error is not fault:
                raise got.error
            _check_closed(line, f" when {where} raised {_name(fault)}")
            customer.close()


def _deaf_pair(room=10_000):
    """A pair with little room on the way to a customer who does not read."""
    line, customer = awkward_pair()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
    customer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    customer.setblocking(False)
    return line, customer


def _check_closed(line, when):
    if not line.closed:
        raise Wrong(f"your function returned and left the socket open{when}.")
    if not all(copy.closed for copy in line.copies):
        raise Wrong(
            f"your function returned and left a copy of the socket open{when}.", "Close what `dup` returned, too."
        )


def _name(error):
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


# -- 09.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.3",
    praise="whole lines out, whole answers in, nothing asked where nothing was typed, and a clean end.",
    hint="Skip an empty order before you send. Read until the newline, however many `recv` that takes.",
    seconds=60,
)
def _talk(answer):
    _holds(answer, ["two pork buns", "one tea"])
    _bears_a_slow_server(answer)
    _holds(answer, ["", "two pork buns", "", "", "one tea", "one tea", ""])
    order = "两个叉烧包"
    what = f"the user typed {order!r}, three bytes for each character, and your function raised"
    how = "encode as UTF-8, and decode a line when it is whole"
    with reworded({UnicodeError: lambda error: f"{what} {_name(error)}: {how}."}):
        _holds(answer, [order])
    _holds(answer, [" two pork buns", " ", "0"], ["sold out ", "", " 0"])
    _holds(answer, ["one tea\r", "\r"], ["one\rtea", "sold out\r"])

    _ends_with_the_server(answer, "ended the conversation")
    _ends_with_the_server(answer, "ended the conversation in the middle of an answer", last_words=b"you sa")
    _ends_with_the_server(answer, "ended the conversation", answers=0)
    for kind in (ConnectionResetError, ConnectionAbortedError):
        what = f"broke off, so that recv raised {kind.__name__}"
        _ends_with_the_server(answer, what, last_words=b"you sa", fault=kind())
    what = "was gone, so that sending raised BrokenPipeError"
    _ends_with_the_server(answer, what, fault=BrokenPipeError(), at="send")

    dice = random.Random(9)
    for _ in range(20):
        _holds(answer, *([_scribble(dice) for _ in range(6)] for _ in range(2)))
    _holds(answer, ["a" * 3_000], ["b" * 3_000])
    _holds(answer, ["", ""])
    for fault in (
        BurntBun("the oven is on fire"),
        os_error(errno.ENOMEM),
        os_error(errno.ETIMEDOUT),
        ValueError("no bun of that name"),
        KeyboardInterrupt("Ctrl-C"),
    ):
        for at, what in (("read", "`read`"), ("show", "`show`"), ("recv", "recv"), ("send", "sending")):
            got = capture(partial(_talk_with, answer, ["bun"] * 3, answers=1, fault=fault, at=at), catch=type(fault))
            if got.error is not fault:
                raised = f"{what} raised {type(fault).__name__} ({fault})"
                raise Wrong(f"{raised}, and your function swallowed it.", NO_WIDER)


def _scribble(dice):
    """A line or nothing, of what strip, splitlines and the like would change."""
    return "".join(dice.choices(["包", " ", "\t", "\x0b", "\u2028", "0", "Bun"], k=dice.randrange(5)))


def _holds(answer, typed, replies=None):
    """Check a conversation to its end: what the server hears, what is shown, when the next is read, and the count."""
    with reworded({EOFError: "`read` raised EOFError, the user's way to leave, and your function let it out."}):
        count, shown, heard, hurried = _talk_with(answer, typed, replies)
    orders = [order for order in typed if order]
    wanted = (replies or [f"you said: {order}" for order in orders])[: len(orders)]
    if b"\n" in heard:
        raise Wrong("the user typed nothing, and your function sent an empty line to the server.")
    if heard != [order.encode() + b"\n" for order in orders[: len(heard)]]:
        right = "each order is one line, as it was typed, in UTF-8 and with a newline at its end"
        raise Wrong(f"the user typed {_several(typed)}, and the server heard {_several(heard)}: {right}.")
    for order, reply, said in zip(orders[: len(heard)], wanted, [*map(_short, shown), "nothing"], strict=False):
        if said != _short(reply):
            raise Wrong(f"to {_short(order)} the server answered {_short(reply)}, in pieces; you showed {said}.")
    if len(heard) < len(orders):
        far = f"the user typed {_several(typed)}"
        raise Wrong(f"{far}, and your function returned when the server had heard {_several(heard)}.")
    if shown != wanted:
        raise Wrong(f"the server gave {len(wanted)} answers, and you showed {len(shown)}: {_several(shown)}.")
    if count != len(wanted) or isinstance(count, bool):
        raise Wrong(f"there were {len(wanted)} answers, and your function returned {count!r}.")
    if hurried:
        raise Wrong("your function read the next order before it had shown the answer to the one before.")


def _bears_a_slow_server(answer):
    """Who bounds the wait may say by a TimeoutError that it was in vain; quiet says nothing of an answer."""
    asked = capture(partial(_talk_with, answer, ["lotus"], pause=0.3, hasty=True), catch=TimeoutError)
    if asked.error:
        return
    count, shown, *_ = asked.value
    if shown != ["you said: lotus"] or count != 1:
        what = f"the server took its time over an answer; you showed {_several(shown)} and returned {count!r}."
        raise Wrong(what, "That nothing came for a while says nothing: an answer is whole at its newline.")


def _ends_with_the_server(answer, what, answers=1, **how):
    errors = (ConnectionError, StopIteration, ValueError, IndexError)
    what = f"the server {what} {('before any answer', 'after one whole answer')[answers]}"
    hint = "At an answer without a newline, or at a ConnectionError, return the number of answers so far."
    with reworded({errors: lambda error: Wrong(f"{what}, and your function raised {_name(error)}.", hint)}):
        count, shown, _, hurried = _talk_with(answer, ["bun", "tea", "rice", "soup"], answers=answers, **how)
    if shown != ["you said: bun"][:answers] or count != answers or count is None:
        raise Wrong(f"{what}; you showed {shown} and returned {count!r}.", hint)
    if hurried:
        raise Wrong(f"{what}, and your function asked the user for more: return.", hint)


def _talk_with(answer, typed, replies=None, *, answers=100, last_words=b"", fault=None, at="recv", pause=0, **quirks):
    """Let an answer talk to a server that answers so many orders, ends with its last words, and is heard in drops.

    After the answers, `fault` is raised, if there is one: by read, by show, by recv in place of the end, or by sending.
    The server lets `pause` seconds pass before each answer.
    Return what the answer returned, what it showed, what the server heard, and whether it read on too early.
    """
    line, server = pair = awkward_pair(most=3, most_sent=10, end_fault=fault if at == "recv" else None, **quirks)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an order in two pieces waits for nothing
    typed, replies, shown, heard, asked, hurried = iter(typed), iter(replies or ()), [], [], [], []

    def fail(where, count=answers):
        if fault and at == where and len(shown) >= count:
            raise fault

    line.watch = lambda end: nullcontext(fail("send"))

    def read():
        hurried.append(len(shown) < len(asked))
        fail("read")
        order = next(typed, None)
        if order is None:
            raise EOFError
        if order:
            asked.append(order)
        return order

    def show(said):
        fail("show", answers - 1)
        shown.append(said)

    def serve():
        with server, server.makefile("rb") as stream:
            for order in stream:
                heard.append(order)
                if len(heard) > answers:
                    server.sendall(last_words)
                    return
                if pause:
                    let_pass(pause)
                reply = next(replies, None)
                server.sendall(b"you said: " + order if reply is None else reply.encode() + b"\n")

    def talk():
        with line:
            return answer(line, read, show)

    def stuck():
        part = " A `send` took a part only, and returned how much." if line.took_a_part else ""
        known = f"it has heard {_several(heard)}"
        return f"your function waits for an answer, and the server for a line with a newline at its end; {known}.{part}"

    with reworded({Enough: "the server ended the conversation, and your function reads on and on."}):
        count = converse(talk, pair=pair, beside=serve, stuck=stuck)
    return count, shown, heard, any(hurried)


# -- 09.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.4",
    praise="it makes no difference how the stream is cut, an end is told from a break, and the limit holds.",
    hint="A helper that reads exactly n bytes, in a loop, solves most of it.",
    seconds=120,
)
def _messages(answer):
    line, customer = awkward_pair()
    customer.close()
    found = converse(answer, line, 10, stuck="your function reads on and on, and returns no generator: use `yield`.")
    if not hasattr(found, "__next__"):
        kind = type(found).__name__
        what = "None" if found is None else f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
        raise Wrong(f"your function returned no generator, but {what}: use `yield`.")

    three = [b"bun", b"\x00\x00\x00\x02", b"one tea\n"]
    big, fifty = [os.urandom(70_011), b"bun"], [b"x" * 50]
    _must_be(_collect(answer, _framed(*three)), three, "three messages came in one piece")
    _must_be(_collect(answer, _framed(*three), most=1), three, "the stream came byte by byte")
    _must_be(_collect(answer, _framed(b"", b"bun", b"")), [b"", b"bun", b""], "some messages were empty")
    _must_be(_collect(answer, _framed(*big), most=1_400), big, "a message of 70,011 bytes came in pieces")
    _must_be(_collect(answer, _framed(*fifty), limit=50), fifty, "a message was exactly as long as allowed")
    _must_be(_collect(answer, b""), [], "nobody said a word, and the stream ended")
    found = _collect(answer, _framed(*three), quiet=0.2, hasty=True)
    if not isinstance(found[1], (ConnectionError, TimeoutError)):  # who bounds the wait may say by one that it is over
        _must_be(found, three, "nobody said a word for a while, and then three messages came")
    dice = random.Random(9)
    for most in (2, 3, 5, 7, 11):
        some = [dice.choice((b"", b"bun", b" \n", dice.randbytes(dice.choice((9, 255, 256))))) for _ in range(9)]
        _must_be(_collect(answer, _framed(*some), most=most), some, f"nine messages came, {most} bytes at a time")

    for missing, where in ((1, "in the middle of a message"), (3, "right after a length"), (5, "within a length")):
        cut = _framed(b"bun", b"tea")[:-missing]
        _must_break(_collect(answer, cut), [b"bun"], f"the stream ended {where}")
    _yields_at_once(answer)
    for length, limit in ((101, 100), (2**32 - 1, 100), (1, 0)):
        _refuses_too_long(answer, length, limit)


def _framed(*messages):
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def _collect(answer, stream, *, most=1_000_000, limit=2_000_000, quiet=0, **quirks):
    """Give an answer a stream that ends; return the messages, and the error that it ended with, if any."""
    line, customer = pair = awkward_pair(most=most, **quirks)
    got = []

    def say():
        with customer:
            if quiet:
                let_pass(quiet)
            customer.sendall(stream)

    def listen():
        for message in answer(line, limit):
            got.append(message)
            if len(got) > 100:
                raise Enough

    stuck = "the stream has ended, and your generator has not."
    with line, reworded({Enough: "the stream has ended, and your generator goes on and on."}):
        outcome = converse(capture, listen, pair=pair, beside=say, stuck=stuck)
    return got, outcome.error


def _must_be(found, wanted, how):
    got, error = found
    if error:
        raise Wrong(f"{how}: your generator raised {_name(error)}: {error}.")
    for each in got:
        if not isinstance(each, bytes):
            raise Wrong(f"{how}: your generator yielded a {type(each).__name__}, and messages are bytes.")
    if got != wanted:
        shown = many(len(got), "message") if sum(map(len, got)) > 100 else repr(got)
        right = f"{len(wanted)} whole ones" if sum(map(len, wanted)) > 100 else repr(wanted)
        raise Wrong(f"{how}: your generator yielded {shown}, not {right}.")


def _must_break(found, wanted, how):
    got, error = found
    if error is None:
        raise Wrong(f"{how}, and your generator ended as if nothing had happened: raise ConnectionError.")
    if not isinstance(error, ConnectionError):
        raise Wrong(f"{how}, and your generator raised {_name(error)}, not ConnectionError.")
    if got != wanted:
        raise Wrong(f"{how}; the message before it was whole, and your generator did not yield it.")


def _yields_at_once(answer):
    pairs = [awkward_pair(), awkward_pair()]  # two streams at the same time
    found = [answer(line, 100) for line, _ in pairs]
    stuck = "a whole message had come, the stream went on, and your generator did not yield it: yield each at once."
    for number, words in enumerate((b"bun", b"", b"tea"), 1):
        for (line, customer), generator, mark in zip(pairs, found, (b"", b"!"), strict=True):
            customer.sendall(_framed(words + mark))
            got = converse(next, generator, None, stuck=stuck, stands_still=lambda line=line: line.reading)
            if got != words + mark:
                what = f"message {number} of one was {words + mark!r}"
                raise Wrong(f"two streams came at the same time; {what}, and your generator yielded {got!r}.")
    for cut in (b"\x00", _framed(b"bun")[:-1]):
        (_, customer), generator = pairs.pop(), found.pop()
        customer.sendall(cut)
        reset(customer)
        stuck = "the customer broke off in a message, and your generator waits on."
        got = capture(partial(converse, list, generator, stuck=stuck), catch=(ConnectionError, Enough))
        if not isinstance(got.error, ConnectionError):
            rest = "more and more" if got.error else got.value
            raise Wrong(f"the customer broke off in the middle of a message, and your generator went on with {rest}.")


def _refuses_too_long(answer, length, limit):
    line, customer = pair = awkward_pair()
    customer.sendall(_framed(b"", b"bun"[:limit]) + struct.pack(">I", length))
    got, what = [], f"a length of {length:,} came, and the limit is {limit}"
    stuck = f"{what}, and your generator waits for the message: raise ValueError at once."

    def listen():
        for message in answer(line, limit):
            got.append(message)

    with reworded({ConnectionError: lambda error: f"{what}, and you raised {type(error).__name__}, not ValueError."}):
        outcome = capture(lambda: converse(listen, pair=pair, stuck=stuck), catch=ValueError)
    if outcome.error is None:
        raise Wrong(f"{what}, and your generator did not raise ValueError.")
    if got != [b"", b"bun"[:limit]]:
        raise Wrong("messages that were fine came before the one that is too long; they were not yielded.")


# -- 09.5 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.5",
    praise="a customer who does not listen is shown the door, and one who is only quiet may stay.",
    hint="The time-out belongs to the sending alone: set it before `sendall`, take it back after.",
    seconds=120,
)
def _patient_echo(answer):
    def patiently(line):
        return answer(line, PATIENCE)

    _echoes_everything(patiently)
    # Two who are deaf: a busy machine may hide once that an answer gave up too soon.
    looks = (_bears_a_quiet_one, _ends_a_deaf_one, partial(_ends_a_deaf_one, patience=0.2), _bears_a_slow_one)
    waiting = [Call(look, answer) for look in looks]
    for call in waiting:  # they take most of the time, so all do at once
        call.wait(60)
        call.result()
    _bears_breaks(patiently)
    _lets_other_errors_out(patiently)


def _bears_a_quiet_one(answer):
    """A machine that stands still uses up anybody's patience: only who shows the door each time is wrong."""
    for _ in range(3):
        if not (shown := capture(_lets_stay, answer, catch=Wrong).error):
            return
    raise shown


def _lets_stay(answer, patience=0.1):
    line, customer = pair = awkward_pair()
    heard = []

    def visit():
        for words in (b"one tea", b"and a bun"):
            let_pass(2.5 * patience)
            customer.sendall(words)
            heard.append(customer.recv(100))
        customer.close()

    what = f"a customer was quiet for {2.5 * patience:g} s, with a patience of {patience:g} s for sending"
    stuck = f"{what}, and left, and your function never returned."
    with reworded({TimeoutError: f"{what}, and your function raised TimeoutError: a quiet customer may stay."}):
        converse(answer, line, patience, pair=pair, beside=visit, stuck=stuck)
    if heard != [b"one tea", b"and a bun"]:
        raise Wrong(f"{what}, and was shown the door: a quiet customer may stay.")
    _check_closed(line, " when a quiet customer had left")


def _ends_a_deaf_one(answer, patience=0.3):
    line, customer = _deaf_pair()
    full, over, moments, bounds, in_vain = threading.Event(), threading.Event(), [], [None], []

    def note(end):
        moments.append(time.monotonic())
        if end.fileno() >= 0:
            bounds.append(end.gettimeout())

    @contextmanager
    def watch(end):
        note(end)
        in_vain.extend(in_vain[:1])  # one more after the one that was in vain
        try:
            yield
        except TimeoutError:
            if (bounds[-1] or 0) > 0.8 * patience:
                in_vain.append(True)
            raise

    line.watch = watch

    def shout():
        let_pass(1.5 * patience)  # the time for one sending has not begun
        while not over.is_set():
            if select.select([], [customer], [], 0.05)[1]:
                full.clear()
                customer.send(b"bun " * 1_000)
            else:
                full.set()

    def visited():
        try:
            return answer(line, patience)
        finally:
            note(line)
            over.set()

    what = f"a customer talks and never reads, with a patience of {patience:g} s for sending"
    again = f"{what}, and your function tried to send again when that time was over: give up then."

    def stuck():
        return again if in_vain else f"{what}, and your function still waits to send."

    try:
        with reworded({TimeoutError: f"{what}, and your function raised TimeoutError: give up, hang up and return."}):
            converse(visited, beside=shout, stands_still=full.is_set, looks=13, stuck=stuck)  # 0.65 s, or more if busy
    finally:
        over.set()
    waited = moments[-1] - min(line.came_at, [0, *moments][-2])  # an answer held up in between has waited as well
    if waited < 0.8 * patience:
        raise Wrong(f"{what}, and your function gave up after {waited:.2g} s: give up after that time, not before.")
    if (bounds[-1] or 0) > 1.1 * patience:
        raise Wrong(
            f"{what}, and the last sending was bounded by {bounds[-1]:g} s: give up after that time, not later."
        )
    if len(in_vain) > 1:
        raise Wrong(again)
    _check_closed(line, " when it gave up on a customer who does not read")
    customer.close()


def _bears_a_slow_one(answer, patience=4 * PATIENCE):
    line, customer = _deaf_pair(room=200_000)  # with less than a segment, TCP would wait before each piece
    counts = []

    def visit():
        counts.append(fill(customer, quiet=0.1))
        let_pass(0.5)  # longer than a deaf one had
        customer.settimeout(patience)
        customer.shutdown(socket.SHUT_WR)
        heard = 0
        while data := customer.recv(65536):
            heard += len(data)
        counts.append(heard)

    what = f"a customer listened later, but within the patience of {patience} s"
    stuck = f"{what}, and finished, and your function does not return."
    converse(answer, line, patience, beside=visit, stuck=stuck)
    if len(set(counts)) != 1 or len(counts) != 2:
        raise Wrong(f"{what}, and has not got all that they said: give up after that time, not before.")
