"""Checks of chapter 13: watching sockets. They look at bytes, order and who is left; nothing depends on speed."""

import contextlib
import errno
import itertools
import math
import random
import reprlib
import select
import socket
import threading
import time
from unittest import mock

from backstage.processes.own_time import OwnTime
from exercises import Wrong, exercise
from exercises.vocabulary import (
    Call,
    Enough,
    MockClock,
    Standstill,
    awkward_pair,
    capture,
    eventually,
    in_time,
    os_error,
    reset,
    reworded,
)

BRIEF = 0.05  # seconds that a call takes at most once in ten times, if it waits for nothing
SOON = 1.5  # seconds; what takes longer than that takes for ever
ENDLESS = 5_000  # steps
NO_WIDER = "Catch OSError, which BlockingIOError belongs to, and nothing wider."
NOT_NOW = "BlockingIOError means: not now. Leave that guest as they are, and go on with the next."
ASLEEP = "Let one call of `select` do the waiting: its last argument says how long it may take."
BEHIND = "Put what is new behind what is left for that guest, and send from the front."
BOTH = "One guest may be readable and writable at the same time: then read *and* send."
OTHERS = "Catch what one guest meets inside the loop over all guests, and go on with the next."
GONE = "`recv` returns b'' when a guest has hung up, and raises an OSError when the line is reset: both are the end."


def _at_once(answer, scene, *, stuck, steps=lambda: 0):
    """Call an answer that must not wait for anything; return what it returned.

    `scene` makes the arguments and a function, which makes happen what a waiting answer would wait for. One that is
    still waiting when it is called may have been held up by the machine: so it gets nine more chances. One that
    waits, if only for a tenth of a second, needs too long every time, also when it is this thread that was held up.
    While its `steps` grow, an answer does not wait.
    """
    for _ in range(10):
        arguments, happen = scene()
        took = []
        call, still, before = Call(_timed(answer, took), *arguments), 0, 0
        while not call.wait(0.01) and still < 3 and steps() < ENDLESS:
            before, still = steps(), still + 1 if steps() == before else 0
        if call.ready() and (took[0] < BRIEF or steps() or call.outcome.error):
            return call.result()
        happen()
        if steps() >= ENDLESS or not call.wait(SOON):
            break
    raise Wrong(stuck() if callable(stuck) else stuck)


def _often_at_once(answer, argument, *, times, stuck, hint):
    """Call an answer that must not wait so many times that a wait of a few milliseconds shows."""

    def often(argument):
        start, left = time.perf_counter(), times
        while left and time.perf_counter() < start + 2 * BRIEF:  # what takes longer has shown it
            answer(argument)
            left -= 1

    def waits():
        raise Wrong(stuck, hint)

    _at_once(often, lambda: ((argument,), lambda: None), stuck=waits)


def _timed(answer, took):
    def timed(*arguments):
        start = time.perf_counter()
        try:
            return answer(*arguments)
        finally:
            took.append(time.perf_counter() - start)

    return timed


# -- 13.1 ----------------------------------------------------------------------------------------------------------

LOOK_ONLY = "`select(0)` of a selector, or `poll(0)`, looks and returns at once, even if nothing has come."
NAMES = "`register(line, EVENT_READ, name)` keeps the name beside the socket: it comes back as `key.data`."
NO_BYTES = "`recv` takes bytes away; a selector only looks, and so does `recv` with `socket.MSG_PEEK`."
ENDS = "An end, and a reset as well, counts as readable: register for reading, and ask nothing more of the line."
TIMED = "On a line with a time-out `recv` waits until it is over, whatever its flags: ask a selector."
NOBODY = "Some calls refuse an empty list, or wait for ever: answer before you ask."
MANY = "`select` refuses numbers from 1024 on, and `epoll.poll` names 1,023 at most unless told `maxevents`."


def _many_that_hung_up(stack):
    """So many lines that their numbers go beyond 1024, and one call may name more than 1,023; fewer if need be."""
    most = 1_500
    try:
        import resource
    except ImportError:
        most = 200
    else:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = most + 200 if hard == resource.RLIM_INFINITY else min(hard, most + 200)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
        most = min(most, limit - 200)
    near = {}
    for number in range(most):
        near[str(number or "")], far = socket.socketpair()  # the first has the empty name
        far.close()
    for each in near.values():
        stack.enter_context(each)
    return near


def _quiet(stack):
    """A line on which nothing comes."""
    near, _ = (stack.enter_context(each) for each in socket.socketpair())
    return near


class _Lines:
    """Four lines; new ones with every call, for an answer may have been held up and must get another chance."""

    def __init__(self, stack, *names, timeout=None):
        self.stack, self.names, self.timeout, self.near = stack, names, timeout, {}

    def __call__(self):
        far = {}
        for name in ("pork", "lotus", "sesame", "leek"):
            self.near[name], far[name] = (self.stack.enter_context(each) for each in socket.socketpair())
            self.near[name].settimeout(self.timeout)
        far["lotus"].sendall(b"hello")
        far["leek"].close()
        lines = {name: line for name, line in self.near.items() if name in self.names or not self.names}
        return (lines,), lambda: far["pork"].sendall(b"at last")


@exercise(
    "13.1",
    praise="those who speak and those who hung up, without waiting, without taking a byte, however many there are.",
    hint="Register all with a selector, the name as `data`, and call its `select(0)`.",
)
def _who_speaks(answer):
    def stuck():
        raise Wrong("your function waits until somebody speaks; it should only look.", LOOK_ONLY)

    def patient():
        raise Wrong("where lines have a time-out your function waits until somebody speaks.", TIMED)

    def alone():
        raise Wrong("without any line your function waits for ever.", NOBODY)

    with contextlib.ExitStack() as stack:
        lines = _Lines(stack)
        _named(_ask(answer, lines, stuck))
        if got := _ask(answer, _Lines(stack, "pork", "sesame"), stuck, "where all are quiet, "):
            raise Wrong(f"two lines are quiet, and your function says that {sorted(got)} speak.", ENDS)
        quiet = {str(number): _quiet(stack) for number in range(20)}
        moment = "twenty lines are quiet, and your function waits for a moment; it should only look."
        _often_at_once(lambda lines: list(answer(lines)), quiet, times=6, stuck=moment, hint=LOOK_ONLY)
        if _ask(answer, lambda: (({},), lambda: None), alone, "without any line, "):
            raise Wrong("without any line nobody speaks: return an empty list.", NOBODY)
        lotus = lines.near["lotus"]
        if lotus.fileno() < 0:
            raise Wrong("your function closed the line of lotus: it should only look.", NO_BYTES)
        lotus.setblocking(False)
        left = b""
        with contextlib.suppress(BlockingIOError):
            left = lotus.recv(100)
        if left != b"hello":
            raise Wrong(f"lotus said b'hello'; after your function only {left!r} is left of it.", NO_BYTES)
    with _pair_that_was_reset() as line:
        if _ask(answer, lambda: (({"bean": line},), lambda: None), stuck, "where bean was reset, ") != ["bean"]:
            raise Wrong(
                "bean's line was reset, so that `recv` would raise at once; your function does not name it.", ENDS
            )
    with contextlib.ExitStack() as stack:
        _ask(answer, _Lines(stack, "pork", "sesame", timeout=20), patient, "on quiet lines with a time-out, ")
    with contextlib.ExitStack() as stack, reworded({ValueError: _refusal}):
        many = _many_that_hung_up(stack)
        quiet = [stack.enter_context(each) for each in socket.socketpair()]
        lines = {"quiet": quiet[0], **many, "silent": quiet[1]}
        got = in_time(lambda: list(answer(lines)), stuck=stuck)
        if sorted(got) != sorted(many):
            right = len(set(many).intersection(got))
            raise Wrong(
                f"{len(many):,} have hung up, two are quiet; {right:,} of your {len(got):,} names are right.", MANY
            )


@contextlib.contextmanager
def _pair_that_was_reset():
    """A line whose far end has been reset."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        far = socket.create_connection(door.getsockname())
        line, _ = door.accept()
    with line:
        reset(far)
        select.select([line], [], [], 20)  # until the reset is here
        yield line


def _refusal(error):
    if "descriptor" in str(error):
        return Wrong("with fifteen hundred lines and more, `select` refuses: descriptors from 1024 on.", MANY)
    return None


def _ask(answer, scene, stuck, where=""):
    """The names that an answer gives, as a list; a generator of names is made to look here, too."""

    def names(lines):
        got = answer(lines)
        return got if got is None else [got] if isinstance(got, str) else list(got)

    got = _at_once(names, scene, stuck=stuck)
    if got is None:
        raise Wrong(f"{where}your function returned None: return the names, or an empty list.", NAMES)
    return got


def _named(got):
    for odd in (each for each in got if each not in ("pork", "lotus", "sesame", "leek")):
        raise Wrong(f"return names, such as 'lotus'; there is {odd!r} in what your function returned.", NAMES)
    if "lotus" not in got:
        raise Wrong("lotus has said something, and your function does not name it.", NAMES)
    if "leek" not in got:
        raise Wrong("leek has hung up, so that `recv` would return b'' at once; your function does not name it.", ENDS)
    if sorted(got) != ["leek", "lotus"]:
        raise Wrong(f"lotus speaks and leek has hung up; your function says {sorted(got)}.", ENDS)


# -- 13.2 ----------------------------------------------------------------------------------------------------------


class _Selects:
    """While this is on, notices whether `select.select` is called with a time-out other than 0."""

    waited = False

    def __enter__(self):
        real = select.select

        def look(read, write, other, timeout=None):
            self.waited |= timeout is None or timeout > 0
            return real(read, write, other, timeout)

        self._patch = mock.patch.object(select, "select", look)
        self._patch.start()
        return self

    def __exit__(self, *_):
        self._patch.stop()


EMPTY = "`recv` has said BlockingIOError: that is all there is, and who wants more comes back after the next report."
_RESET = ConnectionResetError("the guest has reset the line")
_LOST = os_error(errno.ETIMEDOUT)
_NO_ROUTE = os_error(errno.EHOSTUNREACH)  # for which Python has no class of its own


@exercise(
    "13.2",
    praise="everything there is, in pieces of any size, and the three ends told apart.",
    hint="Read in a loop until `BlockingIOError` (empty, open), `b''` (hung up) or another OSError (reset).",
)
def _drain(answer):
    text = bytes(range(256)) * 12
    cases = [
        ("a line on which 3,072 bytes had come in pieces", text, True, None),
        ("a line on which 700 bytes had come", text[:700], True, None),
        ("a line on which 10 bytes had come", text[:10], True, None),
        ("a line on which 3,072 bytes had come before the guest hung up", text, False, None),
        ("a line on which nothing had come", b"", True, None),
        ("a line on which the guest hung up without a word", b"", False, None),
        ("a line that was reset after 1,000 bytes", text[:1000], False, _RESET),
        ("a line that was reset without a word", b"", False, _RESET),
        ("a line that timed out after 1,000 bytes", text[:1000], False, _LOST),
        ("a line that lost its route after 1,000 bytes", text[:1000], False, _NO_ROUTE),
        ("a line on which 3,072 bytes had come, ten in each piece", text, True, None),
    ]
    for what, sent, still_open, end_fault in cases:
        most = 10 if "ten in each" in what else 700
        with contextlib.ExitStack() as stack:
            lines = []

            def scene(sent=sent, still_open=still_open, end_fault=end_fault, stack=stack, lines=lines, most=most):
                pair = awkward_pair(tcp=False, most=most, whole_with=0, end_fault=end_fault)
                line, there = (stack.enter_context(each) for each in pair)
                line.setblocking(False)
                there.sendall(sent)
                if not still_open:
                    there.close()
                lines.append(line)
                return (line,), there.close

            words = {
                BlockingIOError: f"on {what}, your function let BlockingIOError out; it only means: empty.",
                OSError: lambda error, what=what: f"on {what}, your function let {type(error).__name__} out.",
                Enough: f"on {what}, `recv` has told the end, and your function went on to call it twenty times.",
            }

            def stuck(what=what, lines=lines):
                if lines[-1].reads >= ENDLESS:
                    return f"on {what}, your function calls `recv` without end, {ENDLESS:,} times by now."
                return f"on {what}, your function waits; it must never wait."

            with reworded(words), _Selects() as selects:
                got = _at_once(answer, scene, stuck=stuck, steps=lambda lines=lines: lines[-1].reads)
            if selects.waited:
                raise Wrong(f"on {what}, your function calls `select` with a time-out: it must never wait.")
            if lines[-1].empties > 3:
                often = f"{lines[-1].empties} times"
                raise Wrong(
                    f"on {what}, `recv` said {often} that nothing is there: once is enough, it must never wait."
                )
            if lines[-1].patient:
                raise Wrong(f"on {what}, your function lets `recv` wait; leave the line non-blocking.")
            _drained(got, what, sent, still_open)
            if still_open and lines[-1].closed:
                raise Wrong(f"on {what}, your function closed the line, although the guest is still there.")
    with contextlib.ExitStack() as stack:
        quiet = _quiet(stack)
        quiet.setblocking(False)
        moment = "on a line on which nothing had come, your function waits for a moment; it must never wait."
        _often_at_once(answer, quiet, times=20, stuck=moment, hint=EMPTY)
    near, far = awkward_pair(tcp=False, fault_at=1)
    with near, far:
        near.setblocking(False)
        far.sendall(b"bun")
        error = capture(answer, near).error
        if error is not near.fault:
            told = f"`recv` raised {near.fault!r}, no OSError: that should come out, and {error!r} came out"
            raise Wrong(f"{told}.", NO_WIDER)


def _drained(got, what, sent, still_open):
    if not (isinstance(got, (tuple, list)) and len(got) == 2):
        gave = reprlib.repr(got)
        told = f"return two things, the bytes and whether the line is open; on {what} you gave {gave}"
        raise Wrong(f"{told}.", "`return data, is_open` returns two things.")
    data, is_open = got
    if not isinstance(data, (bytes, bytearray)):
        told = f"the first thing to return is bytes; on {what} it was {type(data).__name__}"
        raise Wrong(f"{told}.", "What `recv` returns is bytes: join them by `b''.join`, and do not decode them.")
    if bytes(data) != sent and sorted(data) == sorted(sent):
        raise Wrong(
            f"on {what}, your function returned all bytes, but in another order.", "Put each piece behind the last."
        )
    if bytes(data) != sent:
        raise Wrong(f"on {what}, your function returned {len(data):,} of {len(sent):,} bytes.")
    if bool(is_open) != still_open:
        raise Wrong(f"on {what}, your function said open={is_open!r}.")


# -- 13.3 ----------------------------------------------------------------------------------------------------------


class _Shop:
    """Guests, and an answer that takes turns with them."""

    def __init__(self, answer, stack):
        self.answer, self.stack, self.guests, self.turns = answer, stack, {}, 0
        self.idle = ""  # why there is nothing to do, while there is nothing

    def let_in(self, *, tcp=False, end_fault=None):
        """Return both ends of a new guest's line, neither of which waits."""
        pair = awkward_pair(tcp=tcp, most_sent=5_000, most_ends=math.inf, end_fault=end_fault)
        near, far = (self.stack.enter_context(each) for each in pair)
        near.setblocking(False)
        far.setblocking(False)
        self.guests[near] = bytearray()
        return near, far

    def turn(self, patience=0.001):
        self.turns += 1
        words = "your function let {} out; a guest who does not read, or has left, is no reason to end."
        hint = "Catch OSError around `recv` and around `send`, for each guest alone."
        with reworded({OSError: lambda error: Wrong(words.format(type(error).__name__), hint)}):
            self.answer(self.guests, patience)
        for left in self.guests.values():
            if not isinstance(left, bytearray):
                told = f"a bytearray stood beside each guest, and after a turn there is {type(left).__name__}"
                raise Wrong(f"{told}.", "`guests[guest] += data` keeps it, and `del guests[guest][:sent]` shortens it.")

    def until(self, progress):
        """Take turns until it returns True, or the same for 300 turns in a row; return whether it was True."""
        still = Standstill(300)
        while (state := progress()) is not True:
            if still(f"state {state}"):
                return False
            self.turn()
        return True

    def hears(self, far, text, who):
        """Let a guest listen until this text has come, and no other."""
        got = bytearray()

        def progress():
            with contextlib.suppress(BlockingIOError):
                got.extend(far.recv(65536))
            return len(got) >= len(text) or len(got)

        if not self.until(progress) or got != text:
            right = next((place for place, (a, b) in enumerate(zip(got, text, strict=False)) if a != b), len(got))
            raise Wrong(f"{who} had said {len(text):,} bytes, and of what came back the first {right:,} are right.")

    def talks(self, far, text, who):
        far.sendall(text)
        self.hears(far, text, who)

    def sleeps(self, story, *longer):
        """Nothing can be read or written: no turn may end before its time."""
        for patience in (0.03, 0.15, *longer):
            self.idle = f"{story}, and your function still waits when its patience of {patience:g} s is over."
            start, cpu = time.monotonic(), time.thread_time()
            self.turn(patience)
            self.idle, cpu = "", time.thread_time() - cpu
            if (took := time.monotonic() - start) < 0.8 * patience:
                soon = "at once" if took < 0.2 * patience else f"after {took:.2g} s, with a patience of {patience:g} s"
                raise Wrong(f"{story}, and your function comes back {soon}: a server would turn without end.")
            if cpu > 0.02:  # one call takes none of it
                raise Wrong(f"{story}, and your function keeps the CPU busy while it waits.", ASLEEP)

    def comes_back(self, happen, story):
        """After what happens there is something to do: a turn may not wait until its time is over.

        One that does may have been held up by the machine: so it gets two more chances.
        """
        for _ in range(3):
            happen()
            start = time.monotonic()
            self.turn(0.5)
            if time.monotonic() - start < 0.5:
                return
        raise Wrong(story)


@exercise(
    "13.3",
    praise="the slow get all that is theirs, the others wait for nobody, and an idle shop sleeps.",
    hint="Give `select` a second list: those for whom bytes are left. `send` says how many it took.",
    seconds=30,
)
def _turn(answer):
    with contextlib.ExitStack() as stack:
        shop = _Shop(answer, stack)

        def stuck():
            return shop.idle or "your function waits for one guest, while others could be served."

        in_time(_serve_the_slow, shop, stuck=stuck, seconds=20, stands_still=lambda: f"turn {shop.turns}", looks=30)
        _serve_at_once(_Shop(answer, stack))
        _meet_errors(_Shop(answer, stack))


def _serve_at_once(shop):
    (near, far), *others = (shop.let_in() for _ in range(3))
    idle = "nothing is to be done, and your function waits, although its patience is 0."
    in_time(shop.turn, 0, stuck=idle, seconds=SOON)
    story = "a guest has said something, and your function, once that is done, waits for more."
    shop.comes_back(lambda: far.sendall(b"tea"), story)
    story = "bytes are left for a guest, there is room for them, and your function waits for somebody to speak."
    shop.comes_back(lambda: shop.guests[near].extend(b"tea"), story)
    story = "a guest said something while your function waited, and it waited on until its patience was over."
    speaking = []

    def hear_all():
        """Nobody who spoke too late, on a busy machine, is heard in the next turn."""
        for each in speaking:
            each.wait()
        shop.turn()

    def speak_soon():
        hear_all()
        speaking.append(_speak_soon(shop, far))

    shop.comes_back(speak_soon, story)
    hear_all()
    shop.until(lambda: not any(shop.guests.values()))
    far.recv(100)
    shop.guests[near].extend(b"tea" * 1_000)
    shop.turn()
    shop.turn()
    if (came := len(far.recv(65536))) < 3_000:
        raise Wrong(f"3,000 bytes were left for a guest, with room for them, and after two turns {came:,} had come.")
    shop.guests[near].extend(b"tea, ")
    far.sendall(b"and a bun")
    came = bytearray()

    def progress():
        came.extend(_all_there(far))
        return len(came) >= len(b"tea, and a bun") or len(came)

    shop.until(progress)
    if came != b"tea, and a bun":
        raise Wrong(f"b'tea, ' was left for a guest, who said b'and a bun', and {bytes(came)!r} came.", BEHIND)
    for _ in range(5):
        far.sendall(b"more tea ")
        shop.turn()
    if not _all_there(far):
        raise Wrong("a guest spoke before each of five turns, with room for the answer, and nothing came back.", BOTH)
    shop.until(lambda: not any(shop.guests.values()))
    _all_there(far)
    for _, end in [(near, far), *others]:
        end.sendall(b"one bun")
    shop.turn()
    shop.turn()
    for _, end in [(near, far), *others]:
        with contextlib.suppress(BlockingIOError):
            if end.recv(100) == b"one bun":
                continue
        raise Wrong("three guests spoke at the same time, and after two turns not all of them have their answer.")


def _speak_soon(shop, far):
    """Let a guest speak once the next turn, on this thread, has slept for a while, with nothing left to be sent."""
    own, asleep = OwnTime(thread=threading.current_thread()), Standstill(5)

    def speak():
        eventually(lambda: asleep(own.all_asleep()), looks=200)
        far.sendall(b"tea")

    shop.until(lambda: not any(shop.guests.values()))
    return Call(speak)


def _meet_errors(shop):
    """What `select` promised may be gone when `recv` or `send` is called; and not every error is the guest's."""
    pairs = [shop.let_in() for _ in range(3)]
    for faulty, _ in pairs:
        faulty.fault_at, faulty.fault = faulty.reads + 1, BlockingIOError(errno.EAGAIN, "nothing there yet")
        for near, far in pairs:
            shop.guests[near].clear()
            far.sendall(b"bun")
        shop.turn()
        if faulty not in shop.guests or faulty.closed:
            raise Wrong(
                "`recv` of a guest raised BlockingIOError after all, and your function sent them home.", NOT_NOW
            )
        for near, far in pairs:
            heard = b"" if near is faulty else b"bun"
            if (got := _all_there(far) + bytes(shop.guests[near])) != heard:
                who = "that guest" if near is faulty else "another, who had said b'bun'"
                told = f"`recv` of a guest raised BlockingIOError after all; after that turn {who} has {got!r}"
                raise Wrong(f"{told}.", NOT_NOW)
        for _ in range(3):
            shop.turn()
        for _, far in pairs:
            _all_there(far)
    near, far = pairs[0]
    shop.guests[near] = bytearray(b"tea")
    near.send = _raises(BlockingIOError(errno.EAGAIN, "no room yet"))
    shop.turn()
    if shop.guests.get(near) != b"tea":
        raise Wrong("`send` raised BlockingIOError after all, and b'tea' is not left for that guest any more.", NOT_NOW)
    del near.send
    for error, place in itertools.product((_LOST, _NO_ROUTE), range(3)):
        _lose_one_of_three(shop, error, place)
    lost, far = shop.let_in(end_fault=_NO_ROUTE)
    far.close()
    if not eventually(lambda: lost not in shop.guests, looks=20, sleep=lambda _: shop.turn(0.01)):
        raise Wrong("`recv` of a guest raises OSError each time, and they are still in the dictionary.", GONE)
    near, far = shop.let_in()
    burnt = near.fault
    shop.guests[near] += b"tea"
    near.send = _raises(burnt)
    _comes_out(shop, "send", burnt)
    del near.send
    near, far = shop.let_in()
    near.fault_at, near.fault = 1, burnt
    far.sendall(b"bun")
    _comes_out(shop, "recv", burnt)


def _lose_one_of_three(shop, error, place):
    """What one guest has met is no reason to keep the others waiting."""
    fates = {
        "`send` to one guest raised OSError": lambda near, _: setattr(near, "send", _raises(error)),
        "`recv` of one guest raised OSError": lambda near, far: (setattr(near, "end_fault", error), far.close()),
        "one guest has hung up": lambda _, far: far.close(),
    }
    for fate, strike in fates.items():
        pairs = [shop.let_in() for _ in range(3)]
        one = pairs.pop(place)
        strike(*one)
        for near in (one[0], *(near for near, _ in pairs)):
            shop.guests[near] += b"tea"
        for _, far in pairs:
            far.sendall(b"bun")
        shop.turn()
        came = [_all_there(far) for _, far in pairs]
        if any(heard + shop.guests.get(near, b"") != b"teabun" for heard, (near, _) in zip(came, pairs, strict=True)):
            raise Wrong(f"{fate}, and in that turn another, who had said b'bun', was not heard.", OTHERS)
        shop.turn()
        if any(heard + _all_there(far) != b"teabun" for heard, (_, far) in zip(came, pairs, strict=True)):
            raise Wrong(f"{fate}, and after two turns another had not got what is theirs.", OTHERS)
        shop.guests.pop(one[0], None)


def _raises(error):
    """A new one each time: an error keeps alive what its last call was given."""

    def call(*_):
        raise type(error)(*error.args) if isinstance(error, OSError) else error

    return call


def _comes_out(shop, name, burnt):
    error = capture(shop.turn).error
    if error is not burnt:
        told = f"`{name}` raised {burnt!r}, no OSError: that should come out, and {error!r} came out"
        raise Wrong(f"{told}.", NO_WIDER)
    burnt.__traceback__ = None  # it would keep alive what `send` was given


def _all_there(line):
    with contextlib.suppress(BlockingIOError):
        return line.recv(1_000)
    return b""


def _serve_the_slow(shop):
    _, far = shop.let_in()
    shop.talks(far, b"one bun", "a guest")
    shop.sleeps("nobody speaks, and nothing is left to be sent", 0.6)  # a busy machine grants it little CPU
    slow, slow_far = shop.let_in()
    text, sent = bytes(range(256)) * 2_000, 0

    def progress():
        nonlocal sent
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            sent += slow_far.send(text[sent : sent + 5_000])
        return sent == len(text) or slow not in shop.guests or sent

    if not shop.until(progress):
        raise Wrong(f"a guest who did not read yet had said {sent:,} bytes, and your function reads no more of them.")
    if slow not in shop.guests or slow.closed:
        raise Wrong("a guest who did not read for a while was sent home; keep what is theirs.")
    eventually(lambda: not any(select.select([slow], [slow], [], 0)), looks=10_000, sleep=lambda _: shop.turn())
    shop.sleeps("there is no room for what is left to be sent")
    shop.talks(far, b"some tea", "a guest beside a slow one")
    shop.hears(slow_far, text, "a guest who read late")
    ways = ("hung up", socket.socket.close), ("reset the line", reset)
    for left, (how, leave) in itertools.product((b"left over", b""), ways):
        near, leaver = shop.let_in(tcp=True)
        shop.guests[near] += left
        leave(leaver)
        if not eventually(lambda near=near: near not in shop.guests, looks=100, sleep=lambda _: shop.turn(0.01)):
            raise Wrong(f"a guest has {how}, and is still in the dictionary after a hundred turns.", GONE)
        if not near.closed:
            raise Wrong(
                f"a guest has {how}, and your function has not closed the line.",
                "Take them out of the dictionary, and call `close()`.",
            )
    near, leaver = shop.let_in()
    shop.guests[near] += bytes(1_000_000)  # more than the line holds, and nobody reads
    leaver.shutdown(socket.SHUT_WR)
    if not eventually(lambda: near not in shop.guests, looks=100, sleep=lambda _: shop.turn(0.01)):
        told = "`recv` of a guest returned b'', bytes were left for them, and no room for all these"
        raise Wrong(f"{told}: after a hundred turns they are still in the dictionary.", GONE)
    shop.talks(far, b"good night", "a guest who stayed to the end")


# -- 13.4 ----------------------------------------------------------------------------------------------------------

ORDER = "A heap of `(when, number)` gives them in order; the number settles a tie."
TAKEN = "Take those that are due out first, then call them: an alarm that has begun to ring is no longer there."
WAITS = "Take out all that are due, and then call them: what comes in meanwhile is not among them."
BACK = "A ticket is a number of its own for each alarm; keep the calls in a dictionary by it, and `pop(ticket, None)`."
NEXT = "`patience` looks at the earliest that is not cancelled, however many cancelled ones lie before it."
GROWS = "The number that settles a tie grows with each alarm: the length of a list shrinks when one has rung."
ONCE = "Do not use a number twice: an `id` is free again as soon as its object has gone."
BELOW = "`max(0, …)`, and `None` where there is none."
APART = "What belongs to one `Alarms` is made in `__init__`, not in the class."


class _Day:
    """A clock, the alarms of an answer, and the names of those that rang."""

    def __init__(self, answer):
        self.clock, self.rung = MockClock(100.0), []
        self.alarms = answer(self.clock.now)

    def bell(self, name):
        return lambda: self.rung.append(name)

    def after(self, seconds, name):
        return self.alarms.after(seconds, self.bell(name))

    def patience(self, wanted, story, hint=NEXT):
        self._came(self._soon("patience", story), wanted, story, hint)

    def ring(self, wanted, story, hint=ORDER):
        self.rung.clear()
        self._soon("ring", story)
        self._came(list(self.rung), wanted, story, hint)

    def _soon(self, method, story):
        stuck = f"{story}: `{method}` was still running after {SOON} s."
        return in_time(getattr(self.alarms, method), stuck=stuck, seconds=SOON)

    def again(self):
        self.rung.append("again")
        if len(self.rung) < 5:
            self.alarms.after(0, self.again)

    def _came(self, got, wanted, story, hint):
        if got != wanted:
            raise Wrong(f"{story}: {wanted!r} should have come, and it was {got!r}.", hint)


@exercise(
    "13.4",
    praise="they ring in order, once, not before their time, and not if taken back.",
    hint="Keep (when, number) in a heap and the calls in a dictionary by number: cancelling takes them out of there.",
)
def _alarms(answer):
    day = _Day(answer)
    day.patience(None, "patience without any alarm", BELOW)
    day.ring([], "ring without any alarm")
    for name, seconds in (("tea", 3), ("buns", 1), ("rice", 1), ("soup", 2)):
        day.after(seconds, name)
    day.patience(1.0, "alarms after 3, 1, 1 and 2 s; patience at once")
    day.ring([], "ring before any is due")
    day.clock.time += 2.5
    day.patience(0, "patience when two are overdue (not below 0)", BELOW)
    day.ring(["buns", "rice", "soup"], "alarms after 3, 1, 1 and 2 s; ring after 2.5 s")
    day.ring([], "a second ring at the same moment", TAKEN)
    day.clock.time += 0.5
    day.ring(["tea"], "ring when the last is due, to the moment")

    first, second = day.after(1, "first"), day.after(5, "second")
    day.alarms.cancel(first)
    day.alarms.cancel(first)
    day.patience(5.0, "alarms after 1 and 5 s, the first cancelled twice; patience", BACK)
    day.clock.time += 6
    day.ring(["second"], "ring when both would be due, one of them cancelled", BACK)
    day.alarms.cancel(second)
    day.after(1, "third")
    day.alarms.cancel(second)
    day.patience(1.0, "one rang and was cancelled afterwards, another is to come; patience", BACK)
    day.clock.time += 1
    day.ring(["third"], "ring after an alarm was cancelled that had rung", BACK)

    day.alarms.after(0, day.again)
    day.ring(["again"], "an alarm that sets another, due at once; one ring", WAITS)
    day.patience(0, "patience after it")
    day = _Day(answer)
    for _ in range(5):
        day.after(50, "far")
    day.alarms.after(0, day.again)
    day.ring(["again"], "an alarm that sets another, due at once, while others are far; one ring", WAITS)
    _keep_two_apart(answer)
    _cancel_one_of_two(answer)
    _keep_the_order(answer)
    _set_and_cancel_while_they_ring(answer)
    _cancel_many(answer)


def _keep_the_order(answer):
    """Equal ones, between which others have rung."""
    day = _Day(answer)
    for name in ("tea", "rice"):
        day.after(1, name)
    day.after(5, "set at once")
    day.clock.time += 1
    day.ring(["tea", "rice"], "alarms after 1, 1 and 5 s; ring after 1 s")
    day.after(4, "set 1 s later")
    day.clock.time += 4
    story = "one set after 5 s, and 1 s later, when two had rung, one after 4; ring"
    day.ring(["set at once", "set 1 s later"], story, GROWS)


def _set_and_cancel_while_they_ring(answer):
    day = _Day(answer)
    day.alarms.after(1, lambda: (day.rung.append("first"), day.after(0, "set by the first")))
    day.after(2, "second")
    day.clock.time += 2
    day.ring(["first", "second"], "two due, and the first sets one that is due when the second is; ring", WAITS)
    day.ring(["set by the first"], "two due, and the first sets one that is due when the second is; another ring")
    day, own = _Day(answer), []
    own.append(day.alarms.after(1, lambda: (day.rung.append("bell"), day.alarms.cancel(own[0]))))
    day.clock.time += 1
    day.ring(["bell"], "one alarm, whose call cancels it; ring", TAKEN)
    day = _Day(answer)
    old = [day.after(0, "old") for _ in range(5)]
    day.ring(["old"] * 5, "five due; ring")
    for _ in old:
        day.after(1, "new")
    for ticket in old:
        day.alarms.cancel(ticket)
    day.clock.time += 1
    day.ring(["new"] * 5, "five rang, five new ones were set, and the old five were cancelled; ring", ONCE)


def _keep_two_apart(answer):
    """Two sets of alarms, each with its own clock."""
    tea, rice = _Day(answer), _Day(answer)
    first, _ = tea.after(1, "tea"), rice.after(2, "rice")
    rice.patience(
        2.0, "two Alarms; the first has an alarm after 1 s, the second one after 2 s; patience of the second", APART
    )
    tea.alarms.cancel(first)
    tea.patience(None, "two Alarms with an alarm each, that of the first cancelled; patience of the first", APART)
    rice.clock.time += 2
    tea.ring([], "two Alarms, only the second has one left, and it is due; ring of the first", APART)
    rice.ring(
        ["rice"], "two Alarms, the only one of the first cancelled; ring of the second, whose alarm is due", APART
    )


def _cancel_one_of_two(answer):
    """The same call twice, and one that takes another back while they ring."""
    day = _Day(answer)
    same = day.bell("same")
    first = day.alarms.after(1, same)
    day.alarms.after(2, same)
    day.alarms.cancel(first)
    day.patience(2.0, "the same call set after 1 and after 2 s, the first cancelled; patience", BACK)
    day.alarms.after(2, same)
    day.after(2, "last")
    day.clock.time += 2
    day.ring(["same", "same", "last"], "one cancelled, then two more set, all due with the second; ring", BACK)
    day = _Day(answer)
    twin = day.bell("twin")
    first, _ = day.alarms.after(1, twin), day.alarms.after(1, twin)
    day.alarms.cancel(first)
    day.alarms.cancel(first)
    day.clock.time += 1
    day.ring(["twin"], "the same call set twice after 1 s, the first cancelled twice; ring", BACK)
    day = _Day(answer)
    for ticket in [day.after(seconds, "early") for seconds in (0.25, 0.5)]:
        day.alarms.cancel(ticket)
    day.after(1.5, "late")
    day.patience(1.5, "alarms after 0.25, 0.5 and 1.5 s, the first two cancelled; patience")
    day = _Day(answer)
    day.alarms.after(1, lambda: (day.rung.append("silence"), day.alarms.cancel(noise)))
    noise = day.after(1, "noise")
    day.clock.time += 1
    day.ring(
        ["silence"],
        "two due, and the first cancels the second; ring",
        "Look again before each call whether it was cancelled.",
    )
    _ring_while_it_rings(answer)


def _ring_while_it_rings(answer):
    """An alarm whose call looks at the alarms, and rings."""
    day, left = _Day(answer), []

    def look_and_ring():
        day.rung.append("bell")
        left.append(day.alarms.patience())
        if len(day.rung) < 5:
            day.alarms.ring()

    day.alarms.after(1, look_and_ring)
    day.clock.time += 1
    day.ring(["bell"], "one alarm, whose call asks for patience and calls ring; ring", TAKEN)
    day._came(left, [None], "one alarm, whose call asks for patience", TAKEN)
    two = _Day(answer)
    two.alarms.after(1, lambda: (two.rung.append("first"), two.alarms.ring()))
    two.after(1, "second")
    two.clock.time += 1
    two.ring(["first", "second"], "two due, and the call of the first calls ring; ring", TAKEN)


def _cancel_many(answer):
    """Forty alarms set in no order, every third taken back, the earliest of all among them."""
    day, every = _Day(answer), "forty alarms, every third cancelled"
    start, times = day.clock.time, random.Random(8).sample(range(1, 41), 40)
    tickets = {when: day.after(when, when) for when in times}
    for when in times:
        if when % 3 == 1:
            day.alarms.cancel(tickets[when])
    left = [when for when in range(1, 41) if when % 3 != 1]
    while left:
        day.patience(start + left[0] - day.clock.time, f"{every}; patience {day.clock.time - start:g} s later")
        day.clock.time += 4
        due = [when for when in left if start + when <= day.clock.time]
        day.ring(due, f"{every}; ring {day.clock.time - start:g} s later")
        left = left[len(due) :]
    day.patience(None, "forty alarms, and all have rung or been cancelled; patience")
