"""Checks of chapter 10: many connections. The limits and the clock are played, so that an answer meets them at once."""

import errno
import math
import random
import socket
from collections import deque

from exercises import Wrong, exercise
from exercises.vocabulary import BurntBun, Enough, Fuse, MockClock, capture, in_time, need, os_error, reworded

END = "At the end of the stream recv returns b'', again and again; at a reset it raises."
ONLY_ACCEPT = (
    "Let the `try` hold `accept` alone, catch OSError and nothing wider, and raise again what you do not know."
)

# -- 10.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "10.1",
    praise="callers wait for `accept`, sockets for descriptors, and `select` looks at their numbers.",
    hint="Count the descriptors that are held at the same time, and ask `select` for the number of each.",
)
def _walls(answer):
    truth = ["none", "none", "none", "select", "select", "waiting room", "descriptors"]
    need(answer, (list, tuple), "give a list of seven words")
    for number, (said, right) in enumerate(zip(answer, truth, strict=False), 1):
        if said not in truth:
            raise Wrong(f"server {number}: {said!r} is none of the four words.")
        if said != right:
            raise Wrong(f"server {number}: {said!r} is not right. Those before it are.")
    if len(answer) != len(truth):
        raise Wrong(f"there are {len(truth)} servers; you give {len(answer)} words.")


# -- 10.2 -------------------------------------------------------------------------------------------------------------


@exercise(
    "10.2",
    praise="it waits while it is full, goes on when a caller is lost, and lets every failure out.",
    hint="`except OSError as error`, then look at error.errno; `raise` alone raises it again.",
    seconds=60,
)
def _keep_accepting(answer):
    diary, error = _accepting(answer, ["one", "two"])
    served = [each for each in diary if each.startswith("serve")]
    if served != ["serve one", "serve two"]:
        raise Wrong(f"two clients came, and your loop served {len(served)}.")
    if isinstance(error, Enough):
        raise Wrong("accept failed with EBADF (the listener is closed), and your loop goes on for ever: raise it.")
    if error is None:
        raise Wrong("accept failed with EBADF, the listener is closed, and your function kept that to itself.")
    if error.errno != errno.EBADF:
        raise error

    for number in (errno.EMFILE, errno.ENFILE):
        name = errno.errorcode[number]
        diary, error = _accepting(answer, ["one", *[os_error(number)] * 10, "two"])
        if getattr(error, "errno", None) == number:
            raise Wrong(f"accept failed with {name}, which passes, and your loop ended with it.")
        if "serve two" not in diary:
            raise Wrong(f"accept failed with {name}, and the client after that was not served.")
        if diary.count("pause") != 10:
            raise Wrong(f"accept failed ten times with {name}, and your loop paused {diary.count('pause')} times.")
        if diary != ["accept", "serve one", *["accept", "pause"] * 10, "accept", "serve two", "accept"]:
            did = ", ".join(diary[2:8])
            raise Wrong(f"accept failed with {name}: pause, accept again, and nothing else; your loop does: {did}.")
    full, aborted = os_error(errno.EMFILE), os_error(errno.ECONNABORTED)
    diary, error = _accepting(answer, [aborted, "one"])
    if "serve one" not in diary:
        raise Wrong("one caller hung up while waiting (ECONNABORTED), and the next one was not served.")
    if "pause" in diary:
        raise Wrong("one caller hung up while waiting (ECONNABORTED), and your loop paused, which helps nobody.")

    for fault in (BurntBun("the oven is on fire"), _CtrlC("Ctrl-C"), full, aborted):
        diary, error = _accepting(answer, ["one", "two"], fault)
        what = f"`serve` raised {_named(fault)}"
        if "serve two" in diary:
            raise Wrong(f"{what}, and your loop took it for one of accept, or swallowed it.", ONLY_ACCEPT)
        if error is not fault or "pause" in diary:
            raise Wrong(f"{what}, and it did not come out of your function.", ONLY_ACCEPT)

    for fault in _others(errno.EMFILE, errno.ENFILE, errno.ECONNABORTED):
        diary, error = _accepting(answer, ["one", fault, "two"])
        if error is not fault:
            raise Wrong(f"accept raised {_named(fault)}, and it did not come out of your function.", ONLY_ACCEPT)
    dice = random.Random(10)
    for _ in range(50):
        _follows(answer, dice.choices([full, os_error(errno.ENFILE), aborted, "one", "two", 0], k=dice.randrange(7)))
    diary, _ = _accepting(answer, [*[full, aborted] * 200, "one"])
    if "serve one" not in diary:
        told = (
            f"accept failed 400 times, with EMFILE and ECONNABORTED in turns, and your loop went on {len(diary)} steps"
        )
        raise Wrong(f"{told}: the client after that was not served.")
    diary, _ = _accepting(answer, ["one"] * 2_000)
    if diary.count("serve one") != 2_000:
        raise Wrong(f"2,000 clients came, and your loop served {diary.count('serve one'):,}.")


class _CtrlC(KeyboardInterrupt):
    """A planted one: one that the reader sends is no answer's error, and ends the check."""


_CtrlC.__name__ = "KeyboardInterrupt"  # as a verdict names it


def _others(*numbers):
    """Errors that a loop is to let out: all that the system knows but these, and two that are no OSError."""
    common = [errno.ECONNABORTED, errno.ENFILE, errno.ECONNRESET, errno.ENOBUFS]
    known = [each for each in dict.fromkeys([*common, *errno.errorcode]) if each not in numbers]
    return [*map(os_error, known), BurntBun("the oven is on fire"), _CtrlC("Ctrl-C")]


def _named(error):
    """An error as a verdict names it: ConnectionAbortedError (ECONNABORTED)."""
    return f"{type(error).__name__} ({errno.errorcode.get(getattr(error, 'errno', None), error)})"


def _follows(answer, script):
    """Check what a loop does when accept returns some clients and fails in some of the ways that it knows."""
    diary, _ = _accepting(answer, script)
    wanted = []
    for each in script:
        lost = getattr(each, "errno", None) == errno.ECONNABORTED
        wanted += ["accept"] if lost else ["accept", "pause" if isinstance(each, OSError) else f"serve {each}"]
    if diary != [*wanted, "accept"]:
        came = ", ".join(_named(each) if isinstance(each, OSError) else repr(each) for each in script)
        did, due = map(", ".join, (diary, wanted))
        raise Wrong(f"from accept came {came}; your loop did {did}, and not {due}.")


def _accepting(answer, script, fault=None):
    """Run an answer on a script of clients and errors, and a `serve` that raises `fault`; return what it did, and the
    error that came out."""
    diary, rest, fuse = [], iter(script), Fuse(len(script) + 100, Enough())

    def accept():
        fuse()
        happens = next(rest, os_error(errno.EBADF))
        diary.append("accept")
        if isinstance(happens, BaseException):
            raise happens
        return happens

    def serve(client):
        diary.append(f"serve {client}")
        if fault:
            raise fault

    def run():
        stuck = "your loop stands still: it calls neither accept nor anything else."
        in_time(answer, accept, serve, lambda: diary.append("pause"), stuck=stuck, stands_still=lambda: [len(diary)])

    return diary, capture(run, catch=(Enough, OSError, BurntBun, _CtrlC)).error


# -- 10.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "10.3",
    praise="one deadline for the whole order, however it comes, and each wait gets what is left of it.",
    hint="Note the deadline first; before each recv, `deadline - now()` seconds are left, or none.",
)
def _read_order(answer):
    for wanted, *pieces in (
        (b"two pork buns", (1, b"two pork buns\n")),
        (b"two pork buns", (1, b"two "), (1, b"pork bu"), (1, b"ns\n")),
        (b" one tea ", (4, b" one"), (5, b" tea \n")),
        (b"", (1, b"\n")),
        (b"a b\r", (1, b"a"), (1, b" "), (1, b"b\r"), (1, b"\n")),
        (b"\xff\x00" * 1_000, (1, b"\xff\x00" * 1_000 + b"\n")),
    ):
        _reads(answer, wanted, pieces)
    drops = [bytes([letter]) for letter in b"two pork buns\n"]
    _gives_up(answer, "nobody said a word", [])
    _gives_up(answer, "a byte came every 4 s", [(4, drop) for drop in drops])
    _gives_up(answer, "a byte came every 5 s, so that no time is left after two", [(5, drop) for drop in drops])
    part = "a byte came every 3.2 s, so that less than a second is left after three"
    _gives_up(answer, part, [(3.2, drop) for drop in drops])
    late = "a byte came every 3 s, and the machine was so busy that `recv` returned 3 s later"
    _gives_up(answer, late, [(3, drop) for drop in drops], lag=3)
    _notices_the_end(answer, "the customer hung up in the middle of an order", [(1, b"two po"), (1, b"")])
    _notices_the_end(answer, "the customer hung up without a word", [(1, b"")])
    reset = os_error(errno.ECONNRESET)
    _notices_the_end(answer, "the customer broke off in the middle of an order", [(1, b"two po"), (1, reset)])
    for patience, start in ((2.5, 0), (0.3, -0.3), (60, 5e6)):
        case = {"patience": patience, "start": start}
        _reads(answer, b"one tea", [(0.6 * patience, b"one"), (0.3 * patience, b" tea\n")], **case)
        slow = f"a byte came every {0.4 * patience:g} s"
        _gives_up(answer, slow, [(0.4 * patience, drop) for drop in drops], **case)
    haste = "a byte came every 0.5 ms"
    _gives_up(answer, haste, [(0.0005, b"x")] * 2_000, patience=0.3)  # no wait is so short that no byte comes in it
    flood = "there was always another byte to read, each in 0.01 s"
    _gives_up(answer, flood, [(0, b"x")] * 2_000, lag=0.01, patience=0.3)


def _reads(answer, wanted, pieces, **case):
    took = sum(seconds for seconds, _ in pieces)
    parts = f"{len(pieces)} pieces" if len(pieces) > 1 else "one piece"
    what = f"the order came in {parts}, and was whole after {took:g} of {case.get('patience', 10)} s"
    got, _ = _ordering(answer, what, pieces, **case)
    if got.error:
        raise Wrong(f"{what}; your function raised {_named(got.error)}.")
    if got.value != wanted or not isinstance(got.value, bytes):
        shown, right = (repr(each) if len(wanted) < 50 else f"{len(each)} bytes" for each in (got.value, wanted))
        raise Wrong(
            f"{what}; your function returned {shown}, not {right}.",
            "Return all that comes before the newline, unchanged.",
        )


def _gives_up(answer, what, pieces, *, lag=0, patience=10, **case):
    got, seconds = _ordering(answer, what, pieces, lag=lag, patience=patience, **case)
    if got.error is None:
        raise Wrong(f"{what}, and your function returned {got.value!r} after {seconds:g} s: raise TimeoutError.")
    if not isinstance(got.error, TimeoutError):
        raise Wrong(f"{what}, and your function raised {_named(got.error)}.")
    if not patience - 0.1 <= seconds <= patience + lag + 0.1:
        raise Wrong(f"{what}, and your function gave up after {seconds:g} s, with a patience of {patience:g} s.")


def _notices_the_end(answer, what, pieces):
    got, _ = _ordering(answer, what, pieces)
    if got.error is None:
        raise Wrong(f"{what}, and your function returned {got.value!r}: raise ConnectionError.", END)
    if not isinstance(got.error, ConnectionError):
        raise Wrong(f"{what}, and your function raised {type(got.error).__name__}, not ConnectionError.", END)
    if isinstance(pieces[-1][1], OSError) and got.error is not pieces[-1][1]:
        raise Wrong(f"{what}: `recv` raised {pieces[-1][1]!r}, and {got.error!r} came out of your function.", END)


def _ordering(answer, what, pieces, *, lag=0, patience=10, start=1_000):
    """Let an answer read an order on a clock that is played; return what came of it, and the seconds it took."""
    clock = MockClock(start, looks=Fuse(10_000, Enough()))
    line = _Line(clock, pieces, lag)
    with reworded({Enough: lambda error: f"{what}, and your function {str(error) or 'looks at the clock on and on'}."}):
        return capture(answer, line, patience, clock.now), clock.time - start


class _Line:
    """A socket on a played clock: pieces are pairs of the seconds since the one before, and bytes.

    No bytes are the end of the stream; an error in their place is raised.
    """

    def __init__(self, clock, pieces, lag):
        self._clock, self._pieces, self._lag, self._timeout = clock, deque(pieces), lag, None
        self._reads = Fuse(5_000, Enough("calls recv on and on"))

    def settimeout(self, seconds):
        if seconds is not None and seconds < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = seconds

    def setblocking(self, flag):
        self._timeout = None if flag else 0

    def gettimeout(self):
        return self._timeout

    timeout = property(gettimeout)

    def getpeername(self):
        return "127.0.0.1", 50_000

    def close(self):
        """Who gives up may hang up."""

    def recv(self, count, flags=0):
        self._reads()
        wait, data = self._pieces.popleft() if self._pieces else (math.inf, b"")
        if self._timeout is None and wait == math.inf:
            raise Enough("waits for ever")
        if self._timeout is not None and wait > self._timeout:
            self._clock.time += self._timeout
            self._pieces.appendleft((wait - self._timeout, data))
            raise TimeoutError("timed out") if self._timeout else os_error(errno.EAGAIN)
        self._clock.time += wait + self._lag
        if isinstance(data, OSError):
            raise data
        if data[count:] or not data:
            self._pieces.appendleft((0, data[count:]))
        return data[:count]


# -- 10.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "10.4",
    praise="every caller is told, and the spare descriptor is back for the next one.",
    hint="Reserve before the first accept. At EMFILE: close the spare, accept, say it, hang up, and reserve again.",
)
def _let_in(answer):
    shop, error = _letting_in(answer, 4, ["A", "B", "C", "D", "E", "-A", "F"])
    if not shop.reserved:
        raise Wrong("`reserve` was never called: nothing is kept back for the moment when the shop is full.")
    if not shop.prepared:
        raise Wrong("nothing was in reserve when A called: when the shop is full, it is too late for that.")
    if isinstance(error, Enough) and shop.next != "nobody":
        raise Wrong(f"{shop.next} waits, and your loop calls accept on and on.")
    if shop.most_spares > 1:
        raise Wrong(f"{shop.most_spares} spare files were open at the same time: one is enough.")
    _refuses_those_told(shop, "D", "E")
    if getattr(error, "errno", None) == errno.EMFILE:
        raise Wrong(f"the shop was full when {shop.next} called, and your loop ended with EMFILE.")
    if shop.served != ["A", "B", "C", "F"]:
        served = ", ".join(shop.served) or "nobody"
        raise Wrong(f"three may come in, and when A leaves, F may; the others are to be told. You served {served}.")
    if isinstance(error, Enough):
        raise Wrong("accept failed with EBADF (the listener is closed), and your loop goes on for ever: raise it.")
    if error is None:
        raise Wrong("accept failed with EBADF, the listener is closed, and your function kept that to itself.")
    if error.errno != errno.EBADF:
        raise error
    if shop.exposed:
        raise Wrong(f"while {shop.exposed} was served, nothing was in reserve: what `serve` opens may take that place.")

    for kind in (BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
        shop, error = _letting_in(answer, 2, ["A", "B", "C"], telling={"B": kind()})
        what = f"a caller was gone when they were to be told ({kind.__name__})"
        if isinstance(error, ConnectionError):
            raise Wrong(f"{what}, and your loop ended with {type(error).__name__}.")
        _refuses_those_told(shop, "C")
        if "C" not in shop.callers:
            raise Wrong(f"{what}, and the next one was not told either.")

    for fault in _others(errno.EMFILE):
        shop, error = _letting_in(answer, 3, ["A", fault, "B"])
        if shop.served != ["A"] or error is not fault:
            raise Wrong(f"accept raised {_named(fault)}, and your loop did not let that out.", ONLY_ACCEPT)
    for fault in _others():
        shop, error = _letting_in(answer, 3, ["A", os_error(errno.EMFILE), fault, "B"])
        if error is not fault or "B" in shop.callers:
            what = f"the accept after closing the spare file raised {_named(fault)}"
            raise Wrong(f"{what}, and your loop did not let that out.", ONLY_ACCEPT)
    for fault in (
        os_error(errno.EMFILE),
        os_error(errno.ECONNRESET),
        BurntBun("the oven is on fire"),
        _CtrlC("Ctrl-C"),
    ):
        shop, error = _letting_in(answer, 4, ["A", "B"], fault)
        if error is not fault or len(shop.callers) > 1:
            raise Wrong(f"`serve` raised {_named(fault)}, and your loop did not let that out.", ONLY_ACCEPT)
    fault = os_error(errno.ENOBUFS)
    shop, error = _letting_in(answer, 2, ["A", "B", "C"], telling={"B": fault})
    if error is not fault:
        raise Wrong(f"telling a caller raised {_named(fault)}, and your loop did not let that out.")

    dice = random.Random(10)
    for _ in range(30):
        _lets_in_as_it_should(answer, dice.randrange(2, 6), dice)
    shop, _ = _letting_in(answer, 2, map(str, range(2_000)))
    if len(shop.callers) != 2_000:
        raise Wrong(f"2,000 callers came, one after the other, and your loop took {len(shop.callers)}.")


def _lets_in_as_it_should(answer, descriptors, dice):
    """Check a loop on a day drawn by lot, of callers and of customers who leave."""
    script, inside, served = [], [], []
    for name in "ABCDEFGHIJKL":
        while inside and dice.random() < 0.4:
            script.append("-" + inside.pop(dice.randrange(len(inside))))
        script.append(name)
        if len(inside) < descriptors - 1:
            inside.append(name)
            served.append(name)
    shop, _ = _letting_in(answer, descriptors, script)
    _refuses_those_told(shop, *sorted({*"ABCDEFGHIJKL"} - {*served}))
    if shop.served != served:
        day = f"{descriptors} descriptors, and this day (a dash before who leaves): {' '.join(script)}"
        raise Wrong(f"{day}; you served {' '.join(shop.served)}, where {' '.join(served)} could come in.")


def _letting_in(answer, descriptors, script, fault=None, telling=None):
    shop = _Shop(descriptors, script, fault, telling or {})

    def run():
        stuck = "your loop stands still: it calls neither accept nor anything else."
        in_time(answer, shop.accept, shop.serve, shop.reserve, stuck=stuck, stands_still=lambda: [len(shop.callers)])

    return shop, capture(run, catch=(Enough, OSError, BurntBun, _CtrlC)).error


def _refuses_those_told(shop, *names):
    """Check that those of these names who were accepted have been told that the shop is full, and no more."""
    for name in shop.served:
        if shop.callers[name].closed and name not in shop.left:
            raise Wrong(f"`serve` has taken {name}, who is still there, and your loop closed their socket.")
    for caller in (shop.callers[name] for name in names if name in shop.callers):
        if caller.name in shop.served:
            raise Wrong(f"{caller.name} was let in on the descriptor that was to be kept in reserve.")
        if caller.heard != b"full\n":
            raise Wrong(f"the shop was full, and {caller.name} heard {caller.heard!r}, not b'full\\n'.")
    for caller in shop.callers.values():
        if caller.name not in shop.served and not caller.closed:
            raise Wrong(f"{caller.name} was not let in, and their socket is still open: it holds a descriptor.")


class _Opened:
    """What holds a descriptor of the shop until it is closed."""

    def __init__(self, shop):
        if len(shop.open) >= shop.descriptors:
            raise os_error(errno.EMFILE)
        shop.open.append(self)
        self._shop = shop

    @property
    def closed(self):
        return self not in self._shop.open

    def close(self):
        if not self.closed:
            self._shop.open.remove(self)


class _Caller(_Opened):
    def __init__(self, shop, name):
        super().__init__(shop)
        self.name, self.heard, self.mute = name, b"", False

    def sendall(self, data):
        if self.closed:
            raise os_error(errno.EBADF)
        if self.mute:
            raise os_error(errno.EPIPE)
        if self.name in self._shop.telling:
            raise self._shop.telling[self.name]
        self.heard += data

    def send(self, data):
        self.sendall(data)
        return len(data)

    def shutdown(self, how):
        """Nobody hears what is said after that."""
        self.mute |= how != socket.SHUT_RD

    def settimeout(self, *_):
        """Nothing keeps a sender waiting here."""

    setblocking = setsockopt = settimeout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _Shop:
    """A shop with so many descriptors, and a script: names of those who call or, after a dash, leave; and errors."""

    def __init__(self, descriptors, script, fault, telling):
        self.descriptors, self._script, self._fault, self.telling = descriptors, deque(script), fault, telling
        self.open, self.served, self.left, self.callers = [], [], [], {}
        self.reserved = self.most_spares = 0
        self.prepared = None  # whether something was in reserve at the first accept
        self.exposed = None  # the first who was served with nothing in reserve
        self._accepts = Fuse(2 * len(self._script) + 100, Enough())

    @property
    def next(self):
        return self._script[0] if self._script else "nobody"

    @property
    def _spares(self):
        return sum(type(each) is _Opened for each in self.open)

    def accept(self):
        self._accepts()
        if self.prepared is None:
            self.prepared = self.reserved > 0
        while self._script and str(self.next).startswith("-"):
            self.left.append(self._script.popleft()[1:])
            self.callers[self.left[-1]].close()
        if not self._script:
            raise os_error(errno.EBADF)
        if isinstance(self.next, BaseException):
            raise self._script.popleft()
        caller = _Caller(self, self.next)
        self.callers[self._script.popleft()] = caller
        return caller

    def serve(self, client):
        self.served.append(client.name)
        if not self._spares:
            self.exposed = self.exposed or client.name
        if self._fault:
            raise self._fault

    def reserve(self):
        self.reserved += 1
        spare = _Opened(self)
        self.most_spares = max(self.most_spares, self._spares)
        return spare
