"""Checks of chapter 9: sockets. Each lets an answer talk to customers who behave awkwardly, and listens."""

import errno
import os
import select
import socket
import struct
import threading
import time

from exercises import Wrong, exercise
from exercises.vocabulary import (
    PATIENCE,
    BurntBun,
    Enough,
    awkward_pair,
    capture,
    converse,
    fill,
    need,
    os_error,
    reset,
    reworded,
)

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
    praise="all of it comes back, the end is an end, a break is no failure, and a failure is seen.",
    hint="`with client:` closes, `while data := client.recv(1024):` ends, `sendall` sends all.",
    seconds=60,
)
def _repair(answer):
    _echoes_everything(answer)
    _bears_breaks(answer)
    _lets_other_errors_out(answer)


def _echoes_everything(handler):
    line, customer = pair = awkward_pair(most_sent=100)
    said, heard, finished = [b"two pork buns\n", bytes(range(256)) * 20, b"one tea"], [], threading.Event()

    def visit():
        customer.sendall(said[0])
        heard.append(customer.recv(65536))  # not a word more before some answer has come
        for words in said[1:]:
            customer.sendall(words)
            time.sleep(0.01)
        finished.set()
        customer.shutdown(socket.SHUT_WR)
        while data := customer.recv(65536):
            heard.append(data)

    def stuck():
        if finished.is_set():
            return "the customer has finished, and your function does not return."
        return "the customer waits for the answer to its first words, and your function waits for more: answer at once."

    words = {
        Enough: "your function reads on and on after recv has returned b'', the end.",
        ConnectionError: lambda error: (
            f"the customer finished as one should, and your function raised {_name(error)}:"
            " it does something with the connection after its end."
        ),
    }
    with reworded(words):
        converse(handler, line, pair=pair, beside=visit, stuck=stuck)
    _check_closed(line, ", so that the customer waits for the end of the answer")
    missing = sum(map(len, said)) - len(b"".join(heard))
    if missing > 0 and line.took_a_part:
        raise Wrong(f"{missing:,} bytes did not come back: `send` may take a part only, and returns how much it took.")
    if not b"".join(said).startswith(b"".join(heard)):
        raise Wrong("what comes back is not what the customer said.")
    if missing > 0:
        raise Wrong(f"{missing:,} bytes did not come back: only b'' is the end, however little a recv returns.")
    if line.ends > 1:
        raise Wrong("your function reads again after recv has returned b'': the first b'' is the end.")
    customer.close()


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


def _bears_a_break(handler, line, break_off, what, pair=None):
    words = {
        ConnectionError: lambda error: f"{what}, and your function let out {_name(error)}.",
        Enough: f"{what}, and your function reads on and on.",
    }
    with reworded(words):
        converse(handler, line, pair=pair, beside=break_off, stuck=f"{what}, and your function does not return.")
    _check_closed(line, f" when {what}")


def _lets_other_errors_out(handler):
    for fault in (BurntBun("the oven is on fire"), os_error(errno.ENOMEM)):
        line, customer = awkward_pair(most=5, fault_at=2, fault=fault)
        customer.sendall(b"two pork buns")
        stuck = "your function does not return when an error of another kind comes up."
        got = capture(lambda line=line, stuck=stuck: converse(handler, line, stuck=stuck), catch=type(fault))
        if got.error is None:
            what = f"{type(fault).__name__} ({fault}), no ConnectionError"
            raise Wrong(f"recv raised {what}, and your function swallowed it.")
        if got.error is not fault:
            raise got.error
        _check_closed(line, " when an error came up")
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
    orders = ["two pork buns", "one tea"]
    count, shown, heard, hurried = _talk_to_the_end(answer, orders)
    wanted = [f"you said: {order}" for order in orders]
    if shown != wanted:
        said = f"for the order {orders[0]!r} you showed {shown[0]!r}" if shown else "you showed nothing"
        raise Wrong(f"{said}; the answer was {wanted[0]!r}, and it came in pieces.")
    if heard != [order.encode() + b"\n" for order in orders]:
        raise Wrong(f"for the orders {orders} the server heard {heard}: each is one line, with a newline at its end.")
    if count != 2:
        raise Wrong(f"there were two answers, and your function returned {count!r}.")
    if hurried:
        raise Wrong("your function read the next order before it had shown the answer to the one before.")

    count, shown, heard, _ = _talk_to_the_end(answer, ["", "two pork buns", "", "", "one tea", ""])
    if b"\n" in heard:
        raise Wrong("the user typed nothing, and your function sent an empty line to the server.")
    if shown != wanted or count != 2:
        raise Wrong(f"of six things typed, four were empty: two answers were to be shown, and you showed {shown}.")

    order = "两个叉烧包"
    what = f"the user typed {order!r}, three bytes for each character, and your function raised"
    how = "encode as UTF-8, and decode a line when it is whole"
    with reworded({UnicodeError: lambda error: f"{what} {_name(error)}: {how}."}):
        _, shown, *_ = _talk_to_the_end(answer, [order])
    if shown != [f"you said: {order}"]:
        raise Wrong(f"the user typed {order!r}, and you showed {shown}: encode and decode as UTF-8.")

    _ends_with_the_server(answer, b"", "ended the conversation")
    _ends_with_the_server(answer, b"you sa", "ended it in the middle of an answer")


def _talk_to_the_end(answer, typed):
    with reworded({EOFError: "`read` raised EOFError, the user's way to leave, and your function let it out."}):
        return _talk_with(answer, typed)


def _ends_with_the_server(answer, last_words, what):
    errors = (ConnectionError, StopIteration, ValueError, IndexError)
    with reworded({errors: lambda error: f"the server {what}, and your function raised {type(error).__name__}."}):
        count, shown, _, hurried = _talk_with(answer, ["bun", "tea", "rice", "soup"], 1, last_words)
    if shown != ["you said: bun"] or count != 1:
        raise Wrong(f"the server {what} after one whole answer; you showed {shown} and returned {count!r}.")
    if hurried:
        raise Wrong(f"the server {what}, and your function asked the user for more: return.")


def _talk_with(answer, typed, stop_after=100, last_words=b""):
    """Let an answer talk to a server that dribbles; return its result, what it showed, what the server heard, and
    whether the answer read on before it had shown the answer to what it had read."""
    line, server = pair = awkward_pair(most_sent=10)
    typed, shown, heard, asked, hurried = iter(typed), [], [], [], []

    def read():
        hurried.append(len(shown) < len(asked))
        order = next(typed, None)
        if order is None:
            raise EOFError
        if order:
            asked.append(order)
        return order

    def serve():
        with server, server.makefile("rb") as stream:
            for order in stream:
                heard.append(order)
                if len(heard) > stop_after:
                    server.sendall(last_words)
                    return
                reply = b"you said: " + order
                for start in range(0, len(reply), 4):
                    server.sendall(reply[start : start + 4])
                    time.sleep(0.002)

    def talk():
        with line:
            return answer(line, read, shown.append)

    def stuck():
        if line.took_a_part:
            return "your function waits for an answer to half a line: `send` may take a part only."
        return "your function waits for an answer to something that it has not asked, or that has no newline."

    with reworded({Enough: "the server ended the conversation, and your function reads on and on."}):
        count = converse(talk, pair=pair, beside=serve, stuck=stuck)
    return count, shown, heard, any(hurried)


# -- 09.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.4",
    praise="any cut will do, an end is told from a break, and nobody announces more than you allow.",
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
    big = [os.urandom(1_000_000), b"bun"]
    _must_be(_collect(answer, _framed(*three)), three, "three messages came in one piece")
    _must_be(_collect(answer, _framed(*three), most=1), three, "the stream came byte by byte")
    _must_be(_collect(answer, _framed(b"", b"bun", b"")), [b"", b"bun", b""], "some messages were empty")
    _must_be(_collect(answer, _framed(*big), most=1_400), big, "a message of a million bytes came in pieces")
    _must_be(_collect(answer, _framed(b"x" * 50), limit=50), [b"x" * 50], "a message was exactly as long as allowed")

    for missing, where in ((1, "in the middle of a message"), (3, "right after a length"), (5, "within a length")):
        cut = _framed(b"bun", b"tea")[:-missing]
        _must_break(_collect(answer, cut), [b"bun"], f"the stream ended {where}")
    _yields_at_once(answer)
    for length in (101, 2**32 - 1):
        _refuses_too_long(answer, length)


def _framed(*messages):
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def _collect(answer, stream, *, most=1_000_000, limit=2_000_000):
    """Give an answer a stream that ends; return the messages, and the error that it ended with, if any."""
    line, customer = pair = awkward_pair(most=most)
    got = []

    def say():
        with customer:
            customer.sendall(stream)

    def listen():
        for message in answer(line, limit):
            got.append(message)
            if len(got) > 100:
                raise Enough

    stuck = "the stream has ended, and your generator waits for more."
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
        shown = f"{len(got)} message(s)" if sum(map(len, got)) > 100 else repr(got)
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
    line, customer = pair = awkward_pair()
    customer.sendall(_framed(b"bun", b"tea")[:-1])
    found = answer(line, 100)
    stuck = "a whole message had come, the stream went on, and your generator did not yield it: yield each at once."
    first = converse(next, found, None, pair=pair, stuck=stuck)
    if first != b"bun":
        raise Wrong(f"the first message was b'bun', and your generator yielded {first!r}.")
    reset(customer)
    stuck = "the customer broke off in a message, and your generator waits on."
    got = capture(lambda: converse(list, found, stuck=stuck), catch=(ConnectionError, Enough))
    if not isinstance(got.error, ConnectionError):
        rest = "more and more" if got.error else got.value
        raise Wrong(f"the customer broke off in the middle of a message, and your generator went on with {rest}.")


def _refuses_too_long(answer, length):
    line, customer = pair = awkward_pair()
    customer.sendall(_framed(b"bun") + struct.pack(">I", length))
    got, what = [], f"{length:,} bytes were announced, 100 are allowed"
    stuck = f"{what}, and your generator waits for them: raise ValueError at once."

    def listen():
        for message in answer(line, 100):
            got.append(message)

    with reworded({ConnectionError: lambda error: f"{what}, and you raised {type(error).__name__}, not ValueError."}):
        outcome = capture(lambda: converse(listen, pair=pair, stuck=stuck), catch=ValueError)
    if outcome.error is None:
        raise Wrong(f"{what}, and your generator did not raise ValueError.")
    if got != [b"bun"]:
        raise Wrong("a message that was fine came before the one that is too long; it was not yielded.")


# -- 09.5 -------------------------------------------------------------------------------------------------------------


@exercise(
    "09.5",
    praise="whoever does not listen is shown the door, and whoever is only quiet may stay.",
    hint="The time-out belongs to the sending alone: set it before `sendall`, take it back after.",
    seconds=120,
)
def _patient_echo(answer):
    def patiently(line):
        return answer(line, PATIENCE)

    _echoes_everything(patiently)
    _bears_a_quiet_customer(answer, patience=0.1)
    _ends_a_deaf_one(answer, patience=0.1)
    _bears_a_slow_one(patiently)
    _bears_breaks(patiently)
    _lets_other_errors_out(patiently)


def _bears_a_quiet_customer(answer, patience):
    line, customer = pair = awkward_pair()
    heard = []

    def visit():
        for words in (b"one tea", b"and a bun"):
            time.sleep(4 * patience)
            customer.sendall(words)
            heard.append(customer.recv(100))
        customer.close()

    what = f"a customer was quiet for {4 * patience:g} s, with a patience of {patience:g} s for sending"
    stuck = f"{what}, and left, and your function never returned."
    with reworded({TimeoutError: f"{what}, and your function raised TimeoutError: who is quiet may stay."}):
        converse(answer, line, patience, pair=pair, beside=visit, stuck=stuck)
    if heard != [b"one tea", b"and a bun"]:
        raise Wrong(f"{what}, and was shown the door: who is quiet may stay.")
    _check_closed(line, " when a quiet customer had left")


def _ends_a_deaf_one(answer, patience):
    line, customer = _deaf_pair()
    full, over = threading.Event(), threading.Event()

    def shout():
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
            over.set()

    what = "a customer talks and never reads"
    stuck = f"{what}, and your function still waits to send."
    try:
        with reworded({TimeoutError: f"{what}, and your function raised TimeoutError: give up, hang up and return."}):
            # 30 looks are fifteen times its patience
            converse(visited, beside=shout, stands_still=full.is_set, looks=30, stuck=stuck)
    finally:
        over.set()
    _check_closed(line, " when it gave up on a customer who does not read")
    customer.close()


def _bears_a_slow_one(patiently):
    line, customer = _deaf_pair(room=200_000)  # with less than a segment, TCP would wait before each piece
    counts = []

    def visit():
        counts.append(fill(customer, quiet=0.1))
        time.sleep(0.35 * PATIENCE)  # longer than a deaf one had
        customer.settimeout(PATIENCE)
        customer.shutdown(socket.SHUT_WR)
        heard = 0
        while data := customer.recv(65536):
            heard += len(data)
        counts.append(heard)

    what = f"a customer listened later, but within the patience of {PATIENCE} s"
    converse(patiently, line, beside=visit, stuck=f"{what}, and finished, and your function does not return.")
    if len(set(counts)) != 1 or len(counts) != 2:
        raise Wrong(f"{what}, and has not got all that it said: give up after that time, not before.")
