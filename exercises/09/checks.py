"""Checks of chapter 9: sockets. Each lets an answer talk to customers who behave awkwardly, and listens."""

import contextlib
import errno
import os
import select
import socket
import struct
import threading
import time

from exercises import Wrong, exercise

PATIENCE = 5  # seconds until an answer is called stuck of which nothing else tells that it is
LOOK = 0.05  # seconds between two looks at a conversation that may have come to a standstill


class BurntBun(Exception):
    """An error that has nothing to do with connections."""


class Enough(BaseException):
    """Ends an answer that goes on when it should not; `except Exception` does not hold it up."""


class Watched(socket.socket):
    """A real socket that may be awkward, as real ones are, and remembers what was done with it."""

    most = 1_000_000  # bytes that one recv hands out
    most_sent = 1_000_000  # bytes that one send takes
    fault_at, fault = None, BurntBun("the oven is on fire")  # the number of the recv that raises, and what it raises
    reads = ends = 0
    reading = 0  # the number of the recv that is under way, or 0
    closed = took_a_part = False

    def recv(self, count, flags=0):
        with self._one_read():
            data = super().recv(count if flags else min(count, self.most), flags)
        return self._look(data)

    def recvfrom(self, count, flags=0):
        return self.recv(count, flags), None

    def recv_into(self, buffer, count=0, flags=0):
        with self._one_read():
            taken = super().recv_into(buffer, min(count or len(buffer), self.most), flags)
        self._look(taken)
        return taken

    def send(self, data, flags=0):
        self.took_a_part |= len(bytes(data)) > self.most_sent
        return super().send(bytes(data)[: self.most_sent], flags)

    def close(self):
        self.closed = True
        super().close()

    @contextlib.contextmanager
    def _one_read(self):
        self.reads += 1
        if self.reads == self.fault_at:
            raise self.fault
        self.reading = self.reads
        try:
            yield
        finally:
            self.reading = 0

    def _look(self, data):
        self.ends += not data
        if self.ends > 20:
            raise Enough
        return data


def _pair(**quirks):
    """A Watched socket for the answer, and one without quirks for its customer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        customer = Watched(fileno=socket.create_connection(listener.getsockname()).detach())
        watched = Watched(fileno=listener.accept()[0].detach())
    customer.settimeout(PATIENCE)
    for name, value in quirks.items():
        setattr(watched, name, value)
    return watched, customer


def _reset(line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
    line.close()


def _fail(number):
    return OSError(number, os.strerror(number))


def _call(function, *arguments, stuck, pair=None, beside=None, stands_still=None, looks=10):
    """Call an answer in a thread, and `beside` in another; return its result or raise its error, or say it is stuck.

    `stuck` is that sentence, or a function that says it. `pair` are the two ends they talk over. Nobody will speak any
    more when `stands_still()` is true at so many looks in a row: by default, when the answer is in the same recv each
    time, and the customer is in another or has left.
    """
    outcome = []

    def work():
        try:
            outcome.append((function(*arguments), None))
        except BaseException as error:
            outcome.append((None, error))

    answering = threading.Thread(target=work, daemon=True)
    visiting = threading.Thread(target=_quietly, args=(beside or (lambda: None),), daemon=True)
    line, customer = pair or (None, None)

    def both_listen():
        return (
            line is not None
            and line.reading
            and line.gettimeout() is None
            and (customer.reading or not visiting.is_alive())
            and (line.reading, customer.reading)
        )

    answering.start()
    visiting.start()
    deadline, before, still = time.monotonic() + PATIENCE, None, 0
    while answering.is_alive():
        answering.join(LOOK)
        now = (stands_still or both_listen)()
        before, still = now, still + 1 if now and now == before else 0
        if answering.is_alive() and (still >= looks or time.monotonic() > deadline):
            raise Wrong(stuck() if callable(stuck) else stuck)
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)  # if the answer has left it open, the customer must not wait for its end
    visiting.join(PATIENCE)
    result, error = outcome[0]
    if error:
        raise error
    return result


def _quietly(work):
    with contextlib.suppress(OSError):  # what the customer misses is seen in what it has got
        work()


# -- 09.1 ----------------------------------------------------------------------------------------------------------


@exercise(
    "09.1",
    praise="four messages, the empty one included, and the newline is a byte like any other.",
    hint="Read one byte, a number; take so many bytes; that is a message. Go on until the stream ends.",
)
def _frames(answer):
    truth = [b"bun", b"", b"teas\n", b"\x02"]
    if not isinstance(answer, (list, tuple)):
        raise Wrong(f"give a list of messages, not a {type(answer).__name__}.")
    for place, (said, right) in enumerate(zip(answer, truth, strict=False), 1):
        if isinstance(said, str):
            raise Wrong(f"message {place} is a string; sockets carry bytes: write b{said!r}.")
        if not isinstance(said, (bytes, bytearray)):
            raise Wrong(f"message {place} is {said!r}, and a message is bytes. Those before it are right.")
        if said != right:
            raise Wrong(f"message {place} is not {said!r}. Those before it are right.")
    if len(answer) != len(truth):
        raise Wrong(f"the stream holds {len(truth)} messages; you give {len(answer)}, and the first of them are right.")


# -- 09.2 ----------------------------------------------------------------------------------------------------------


def _check_closed(line, when):
    if not line.closed:
        raise Wrong(f"your function returned and left the socket open{when}.")


def _echoes_everything(handler):
    line, customer = pair = _pair(most_sent=100)
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

    try:
        _call(handler, line, pair=pair, beside=visit, stuck=stuck)
    except Enough:
        raise Wrong("your function reads on and on after recv has returned b'', the end.") from None
    except (BrokenPipeError, ConnectionError) as error:
        raise Wrong(
            f"the customer finished as one should, and your function raised {type(error).__name__}:"
            " it does something with the connection after its end."
        ) from None
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


def _bears_a_reset(handler):
    line, customer = pair = _pair()

    def break_off():
        customer.sendall(b"two pork buns")
        customer.recv(1)
        _reset(customer)

    _bears_a_break(handler, line, break_off, "the customer broke off", pair)


def _bears_a_reset_while_it_sends(handler):
    line, customer = _deaf_pair()

    def break_off():
        _fill(customer)
        _reset(customer)

    _bears_a_break(handler, line, break_off, "the customer broke off during your answer")


def _bears_one_who_is_gone(handler):
    line, customer = _pair()
    customer.sendall(b"two pork buns")
    customer.shutdown(socket.SHUT_WR)
    _reset(customer)  # after an end, a reset comes out of Linux as BrokenPipeError
    _bears_a_break(handler, line, None, "the customer was gone before your answer")


def _bears_a_break(handler, line, break_off, what, pair=None):
    try:
        _call(handler, line, pair=pair, beside=break_off, stuck=f"{what}, and your function does not return.")
    except ConnectionError as error:
        raise Wrong(f"{what}, and your function let out {type(error).__name__}.") from None
    except Enough:
        raise Wrong(f"{what}, and your function reads on and on.") from None
    _check_closed(line, f" when {what}")


def _deaf_pair(room=10_000):
    """A pair with little room on the way to a customer who does not read."""
    line, customer = _pair()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
    customer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    customer.setblocking(False)
    return line, customer


def _fill(customer):
    """Talk until there is no more room, for the other end waits to send; return how many bytes that were."""
    sent = 0
    while select.select([], [customer], [], 2 * LOOK)[1]:
        sent += customer.send(b"bun " * 1_000)
    return sent


def _lets_other_errors_out(handler):
    for fault in (Watched.fault, _fail(errno.ENOMEM)):
        line, customer = _pair(most=5, fault_at=2, fault=fault)
        customer.sendall(b"two pork buns")
        try:
            _call(handler, line, stuck="your function does not return when an error of another kind comes up.")
        except type(fault) as error:
            if error is not fault:
                raise
        else:
            what = f"{type(fault).__name__} ({fault}), no ConnectionError"
            raise Wrong(f"recv raised {what}, and your function swallowed it.")
        _check_closed(line, " when an error came up")
        customer.close()


@exercise(
    "09.2",
    praise="all of it comes back, the end is an end, a break is no failure, and a failure is seen.",
    hint="`with client:` closes, `while data := client.recv(1024):` ends, `sendall` sends all.",
    seconds=60,
)
def _repair(answer):
    _echoes_everything(answer)
    _bears_a_reset(answer)
    _bears_a_reset_while_it_sends(answer)
    _bears_one_who_is_gone(answer)
    _lets_other_errors_out(answer)


# -- 09.3 ----------------------------------------------------------------------------------------------------------


def _converse(answer, typed, stop_after=100, last_words=b""):
    """Let an answer talk to a server that dribbles; return its result, what it showed, what the server heard, and
    whether the answer read on before it had shown the answer to what it had read."""
    line, server = pair = _pair(most_sent=10)
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

    try:
        count = _call(talk, pair=pair, beside=serve, stuck=stuck)
    except Enough:
        raise Wrong("the server ended the conversation, and your function reads on and on.") from None
    return count, shown, heard, any(hurried)


@exercise(
    "09.3",
    praise="whole lines out, whole answers in, nothing asked where nothing was typed, and a clean end.",
    hint="Skip an empty order before you send. Read until the newline, however many `recv` that takes.",
    seconds=60,
)
def _talk(answer):
    orders = ["two pork buns", "one tea"]
    count, shown, heard, hurried = _converse_to_the_end(answer, orders)
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

    count, shown, heard, _ = _converse_to_the_end(answer, ["", "two pork buns", "", "", "one tea", ""])
    if b"\n" in heard:
        raise Wrong("the user typed nothing, and your function sent an empty line to the server.")
    if shown != wanted or count != 2:
        raise Wrong(f"of six things typed, four were empty: two answers were to be shown, and you showed {shown}.")

    order = "两个叉烧包"
    try:
        count, shown, *_ = _converse_to_the_end(answer, [order])
    except UnicodeError as error:
        raise Wrong(
            f"the user typed {order!r}, three bytes for each character, and your function raised {_name(error)}:"
            " encode as UTF-8, and decode a line when it is whole."
        ) from None
    if shown != [f"you said: {order}"]:
        raise Wrong(f"the user typed {order!r}, and you showed {shown}: encode and decode as UTF-8.")

    for last_words, what in ((b"", "ended the conversation"), (b"you sa", "ended it in the middle of an answer")):
        try:
            typed = ["bun", "tea", "rice", "soup"]
            count, shown, _, hurried = _converse(answer, typed, stop_after=1, last_words=last_words)
        except (ConnectionError, StopIteration, ValueError, IndexError) as error:
            raise Wrong(f"the server {what}, and your function raised {type(error).__name__}.") from None
        if shown != ["you said: bun"] or count != 1:
            raise Wrong(f"the server {what} after one whole answer; you showed {shown} and returned {count!r}.")
        if hurried:
            raise Wrong(f"the server {what}, and your function asked the user for more: return.")


def _converse_to_the_end(answer, typed):
    try:
        return _converse(answer, typed)
    except EOFError:
        raise Wrong("`read` raised EOFError, the user's way to leave, and your function let it out.") from None


# -- 09.4 ----------------------------------------------------------------------------------------------------------


def _framed(*messages):
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def _collect(answer, stream, *, most=1_000_000, limit=2_000_000):
    """Give an answer a stream that ends; return the messages, and the error that it ended with, if any."""
    line, customer = pair = _pair(most=most)

    def say():
        with customer:
            customer.sendall(stream)

    def listen():
        got = []
        try:
            for message in answer(line, limit):
                got.append(message)
                if len(got) > 100:
                    raise Enough
        except Exception as error:
            return got, error
        return got, None

    with line:
        try:
            return _call(
                listen, pair=pair, beside=say, stuck="the stream has ended, and your generator waits for more."
            )
        except Enough:
            raise Wrong("the stream has ended, and your generator goes on and on.") from None


def _must_be(found, wanted, how):
    got, error = found
    if error:
        raise Wrong(f"{how}: your generator raised {_name(error)}: {error}.")
    if any(not isinstance(each, bytes) for each in got):
        kind = next(type(each).__name__ for each in got if not isinstance(each, bytes))
        raise Wrong(f"{how}: your generator yielded a {kind}, and messages are bytes.")
    if got != wanted:
        shown = f"{len(got)} message(s)" if sum(map(len, got)) > 100 else repr(got)
        right = f"{len(wanted)} whole ones" if sum(map(len, wanted)) > 100 else repr(wanted)
        raise Wrong(f"{how}: your generator yielded {shown}, not {right}.")


def _a(value):
    kind = type(value).__name__
    return "None" if value is None else f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _name(error):
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _must_break(found, wanted, how):
    got, error = found
    if error is None:
        raise Wrong(f"{how}, and your generator ended as if nothing had happened: raise ConnectionError.")
    if not isinstance(error, ConnectionError):
        raise Wrong(f"{how}, and your generator raised {_name(error)}, not ConnectionError.")
    if got != wanted:
        raise Wrong(f"{how}; the message before it was whole, and your generator did not yield it.")


@exercise(
    "09.4",
    praise="any cut will do, an end is told from a break, and nobody announces more than you allow.",
    hint="A helper that reads exactly n bytes, in a loop, solves most of it.",
    seconds=120,
)
def _messages(answer):
    three = [b"bun", b"\x00\x00\x00\x02", b"one tea\n"]
    line, customer = _pair()
    customer.close()
    found = _call(answer, line, 10, stuck="your function reads on and on, and returns no generator: use `yield`.")
    if not hasattr(found, "__next__"):
        raise Wrong(f"your function returned no generator, but {_a(found)}: use `yield`.")
    _must_be(_collect(answer, _framed(*three)), three, "three messages came in one piece")
    _must_be(_collect(answer, _framed(*three), most=1), three, "the stream came byte by byte")
    _must_be(_collect(answer, _framed(b"", b"bun", b"")), [b"", b"bun", b""], "some messages were empty")
    big = [os.urandom(1_000_000), b"bun"]
    _must_be(_collect(answer, _framed(*big), most=1_400), big, "a message of a million bytes came in pieces")
    _must_be(_collect(answer, _framed(b"x" * 50), limit=50), [b"x" * 50], "a message was exactly as long as allowed")

    for missing, where in ((1, "in the middle of a message"), (3, "right after a length"), (5, "within a length")):
        cut = _framed(b"bun", b"tea")[:-missing]
        _must_break(_collect(answer, cut), [b"bun"], f"the stream ended {where}")
    _yields_at_once(answer)
    for length in (101, 2**32 - 1):
        _refuses_too_long(answer, length)


def _yields_at_once(answer):
    line, customer = pair = _pair()
    customer.sendall(_framed(b"bun", b"tea")[:-1])
    found = answer(line, 100)
    first = _call(
        next,
        found,
        None,
        pair=pair,
        stuck="a whole message had come, the stream went on, and your generator did not yield it: yield each at once.",
    )
    if first != b"bun":
        raise Wrong(f"the first message was b'bun', and your generator yielded {first!r}.")
    _reset(customer)
    try:
        rest = _call(lambda: list(found), stuck="the customer broke off in a message, and your generator waits on.")
    except ConnectionError:
        return
    except Enough:
        rest = "more and more"
    raise Wrong(f"the customer broke off in the middle of a message, and your generator went on with {rest}.")


def _refuses_too_long(answer, length):
    line, customer = pair = _pair()
    customer.sendall(_framed(b"bun") + struct.pack(">I", length))
    got, what = [], f"{length:,} bytes were announced, 100 are allowed"

    def listen():
        for message in answer(line, 100):
            got.append(message)

    try:
        _call(listen, pair=pair, stuck=f"{what}, and your generator waits for them: raise ValueError at once.")
    except ValueError:
        if got != [b"bun"]:
            raise Wrong("a message that was fine came before the one that is too long; it was not yielded.") from None
        return
    except ConnectionError as error:
        raise Wrong(f"{what}, and you raised {type(error).__name__}, not ValueError.") from None
    raise Wrong(f"{what}, and your generator did not raise ValueError.")


# -- 09.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "09.5",
    praise="whoever does not listen is shown the door, and whoever is only quiet may stay.",
    hint="The time-out belongs to the sending alone: set it before `sendall`, take it back after.",
    seconds=120,
)
def _patient_echo(answer):
    patience = 0.1

    def patiently(line):
        return answer(line, PATIENCE)

    _echoes_everything(patiently)
    _bears_a_quiet_customer(answer, patience)
    _ends_a_deaf_one(answer, patience)
    _bears_a_slow_one(patiently)
    _bears_a_reset(patiently)
    _bears_a_reset_while_it_sends(patiently)
    _bears_one_who_is_gone(patiently)
    _lets_other_errors_out(patiently)


def _bears_a_quiet_customer(answer, patience):
    line, customer = pair = _pair()
    heard = []

    def visit():
        for words in (b"one tea", b"and a bun"):
            time.sleep(4 * patience)
            customer.sendall(words)
            heard.append(customer.recv(100))
        customer.close()

    what = f"a customer was quiet for {4 * patience:g} s, with a patience of {patience:g} s for sending"
    try:
        _call(
            answer,
            line,
            patience,
            pair=pair,
            beside=visit,
            stuck=f"{what}, and left, and your function never returned.",
        )
    except TimeoutError:
        raise Wrong(f"{what}, and your function raised TimeoutError: who is quiet may stay.") from None
    if heard != [b"one tea", b"and a bun"]:
        raise Wrong(f"{what}, and was shown the door: who is quiet may stay.")
    _check_closed(line, " when a quiet customer had left")


def _ends_a_deaf_one(answer, patience):
    line, customer = _deaf_pair()
    full, over = threading.Event(), threading.Event()

    def shout():
        while not over.is_set():
            if select.select([], [customer], [], LOOK)[1]:
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
    try:
        _call(
            visited,
            beside=shout,
            stands_still=full.is_set,
            looks=30,  # fifteen times its patience
            stuck=f"{what}, and your function still waits to send.",
        )
    except TimeoutError:
        raise Wrong(f"{what}, and your function raised TimeoutError: give up, hang up and return.") from None
    finally:
        over.set()
    _check_closed(line, " when it gave up on a customer who does not read")
    customer.close()


def _bears_a_slow_one(patiently):
    line, customer = _deaf_pair(room=200_000)  # with less than a segment, TCP would wait before each piece
    counts = []

    def visit():
        counts.append(_fill(customer))
        time.sleep(0.35 * PATIENCE)  # longer than a deaf one had
        customer.settimeout(PATIENCE)
        customer.shutdown(socket.SHUT_WR)
        heard = 0
        while data := customer.recv(65536):
            heard += len(data)
        counts.append(heard)

    what = f"a customer listened later, but within the patience of {PATIENCE} s"
    _call(patiently, line, beside=visit, stuck=f"{what}, and finished, and your function does not return.")
    if len(set(counts)) != 1 or len(counts) != 2:
        raise Wrong(f"{what}, and has not got all that it said: give up after that time, not before.")


# -- 09.6 ----------------------------------------------------------------------------------------------------------


def _accepting(answer, script, fault=None):
    """Run an answer on a script of clients and errors, and a `serve` that raises `fault`; return what it did, and the
    error that came out."""
    diary, rest = [], list(script)

    def accept():
        if len(diary) > 100:
            raise Enough
        happens = rest.pop(0) if rest else _fail(errno.EBADF)
        diary.append("accept")
        if isinstance(happens, Exception):
            raise happens
        return happens

    def note(client):
        diary.append(f"serve {client}")
        if fault:
            raise fault

    stuck = "your loop stands still: it calls neither accept nor anything else."
    try:
        _call(answer, accept, note, lambda: diary.append("pause"), stuck=stuck)
    except Enough:
        return diary, Enough
    except (OSError, BurntBun) as error:
        return diary, error
    return diary, None


@exercise(
    "09.6",
    praise="full is a reason to wait, a lost caller is none, and a failure is heard of.",
    hint="`except OSError as error`, then look at error.errno; `raise` alone raises it again.",
    seconds=60,
)
def _keep_accepting(answer):
    aborted = _fail(errno.ECONNABORTED)
    diary, error = _accepting(answer, ["one", "two"])
    served = [each for each in diary if each.startswith("serve")]
    if error is Enough:
        raise Wrong("accept failed with EBADF (the listener is closed), and your loop goes on for ever: raise it.")
    if served != ["serve one", "serve two"]:
        raise Wrong(f"two clients came, and your loop served {len(served)}.")
    if error is None:
        raise Wrong("accept failed with EBADF, the listener is closed, and your function kept that to itself.")
    if error.errno != errno.EBADF:
        raise error

    for number in (errno.EMFILE, errno.ENFILE):
        name = errno.errorcode[number]
        diary, error = _accepting(answer, ["one", *[_fail(number)] * 10, "two"])
        if getattr(error, "errno", None) == number:
            raise Wrong(f"accept failed with {name}, which passes, and your loop ended with it.")
        if "serve two" not in diary:
            raise Wrong(f"accept failed with {name}, and the client after that was not served.")
        if diary.count("pause") != 10:
            raise Wrong(f"accept failed ten times with {name}, and your loop paused {diary.count('pause')} times.")
        if diary != ["accept", "serve one", *["accept", "pause"] * 10, "accept", "serve two", "accept"]:
            did = ", ".join(diary[2:8])
            raise Wrong(f"accept failed with {name}: pause, accept again, and nothing else; your loop does: {did}.")
    diary, error = _accepting(answer, [aborted, "one"])
    if "serve one" not in diary:
        raise Wrong("one caller hung up while waiting (ECONNABORTED), and the next one was not served.")
    if "pause" in diary:
        raise Wrong("one caller hung up while waiting (ECONNABORTED), and your loop paused, which helps nobody.")

    for fault, what in (
        (BurntBun("the oven is on fire"), "an error of its own"),
        (_fail(errno.EMFILE), "OSError, EMFILE (it opens files too)"),
        (aborted, "ConnectionAbortedError (its customer is gone)"),
    ):
        diary, error = _accepting(answer, ["one", "two"], fault)
        if "serve two" in diary:
            raise Wrong(f"`serve` raised {what}, and your loop took it for one of accept, or swallowed it.")
        if error is None or "pause" in diary:
            raise Wrong(f"`serve` raised {what}, and it did not come out of your function.")
