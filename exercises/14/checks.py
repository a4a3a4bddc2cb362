"""Checks of chapter 14: a hub of the reader's own. They look at bytes, order and who is left, never at speed."""

import _thread
import contextlib
import errno
import reprlib
import select
import signal
import socket
import sys
import threading
import time
from collections import deque
from itertools import chain, cycle
from pathlib import Path

import greenlet

from backstage.processes.own_time import OwnTime
from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, BurntBun, Enough, capture, eventually, fill, os_error, reset, written_files

HUB_FILES = ("loop.py", "green.py", "greensocket.py", "awaits.py")
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "14_build_a_gevent_of_your_own.ipynb"


# -- 14.1 ----------------------------------------------------------------------------------------------------------


class _LittleHub:
    """A greenlet that calls what was left for later; back to main when there is nothing more."""

    def __init__(self):
        self.later = deque()
        self.hub = greenlet.greenlet(self._run)

    def _run(self):
        while True:
            while self.later:
                self.later.popleft()()
            self.hub.parent.switch()

    def live(self, *functions):
        """Run functions as greenlets until nothing is left to do; return the outcome of each, None without one."""
        outcomes = [None] * len(functions)

        def run(number, function):
            outcomes[number] = capture(function, catch=BaseException)

        for number, function in enumerate(functions):
            self.later.append(greenlet.greenlet(lambda n=number, f=function: run(n, f), self.hub).switch)
        try:
            with _rung_out(seconds=1.5):
                self.hub.switch()
        except Enough:
            raise Wrong("a callback that `wait_for` gave to `begin` has not returned within 1.5 s.") from None
        return outcomes

    def soon(self, value=None, error=None, turns=1):
        """Return a `begin` that calls back after so many turns of the hub."""

        def begin(done, failed):
            def finish(left=turns - 1):
                if left:
                    self.later.append(lambda: finish(left - 1))
                elif error is not None:
                    failed(error)
                else:
                    done(value)

            self.later.append(finish)

        return begin


@contextlib.contextmanager
def _rung_out(seconds):
    """Raise `Enough` where the main thread is after so long, unless it has left this block (on Windows never).

    A tick is 0.01 s, or more where the machine does not come to it.
    """
    ticks = round(seconds / 0.01)

    def ring(*_):
        nonlocal ticks
        ticks -= 1
        if ticks <= 0:
            ticks = 10  # who catches it gets another one
            raise Enough

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@exercise(
    "14.1",
    praise="values return, errors are raised, others run meanwhile, and a callback that comes early is not lost.",
    hint="Note the outcome in the callback; switch back only if somebody is already waiting.",
    seconds=10,
)
def _wait_for(answer):
    burnt, little = BurntBun("burnt"), _LittleHub()

    def outcome(story, begin, value=None, error=None):
        begun = []

        def begin_once(done, failed):
            begun.append(begin)
            begin(done, failed)

        (came,) = little.live(lambda: answer(little.hub, begin_once))
        _came(came, story, value, error)
        if len(begun) > 1:
            raise Wrong(f"{story}: `begin` should be called once, and `wait_for` called it {len(begun)} times.")

    for value in ("pork", None, 0, "", (), ("lotus", 2), burnt):
        outcome(f"`done({value!r})`, called later", little.soon(value), value)
        at_once = f"`done({value!r})`, called at once, before `begin` returned"
        outcome(at_once, lambda done, failed, value=value: done(value), value)
    for error in (burnt, greenlet.GreenletExit("closed")):
        outcome(f"`failed({error!r})`, called later", little.soon(error=error), error=error)
        at_once = f"`failed({error!r})`, called at once, before `begin` returned"
        outcome(at_once, lambda done, failed, error=error: failed(error), error=error)

    def sold_out(done, failed):
        raise burnt

    (came,) = little.live(lambda: answer(little.hub, sold_out))
    _came(came, f"`begin` itself raised {burnt!r}", error=burnt)

    steps, little = [], _LittleHub()

    def breakfast(name, turns):
        def straight():
            for number in range(3):
                steps.append(answer(little.hub, little.soon(f"{name}{number}", turns=turns)))
            return name

        return straight

    slow, quick = little.live(breakfast("slow", 3), breakfast("quick", 1))
    _came(slow, "three waits, one after another, of a slow breakfast", "slow")
    _came(quick, "three waits, one after another, of a quick breakfast", "quick")
    if sorted(steps) != [f"{name}{number}" for name in ("quick", "slow") for number in range(3)]:
        raise Wrong(f"two breakfasts at the same time: each should get its own values, and together they got {steps}.")
    if steps.index("quick2") > steps.index("slow1"):
        raise Wrong(f"while one breakfast waits the other should go on; the steps came in the order {steps}.")


def _came(outcome, story, value=None, error=None):
    if outcome is None:
        raise Wrong(f"{story}: `wait_for` never came back.")
    if isinstance(outcome.error, Enough):
        raise Wrong(f"{story}: `wait_for` kept running for 1.5 s, and the hub had no turn.")
    if outcome.error is not error or outcome.value is not value:
        should = f"{error!r} should have been raised" if error is not None else f"{value!r} should have come back"
        did = f"raised {outcome.error!r}" if outcome.error is not None else f"returned {outcome.value!r}"
        raise Wrong(f"{story}: {should}, and `wait_for` {did}.")


# -- the reader's own hub ------------------------------------------------------------------------------------------


def _own_hub():
    """Import loop, green and greensocket: those in the working directory, else as the chapter has them."""
    if not all(Path(name).exists() for name in HUB_FILES):
        from backstage.processes import temporary_folder

        folder = temporary_folder()
        for name, text in written_files(NOTEBOOK, *HUB_FILES).items():
            (folder / name).write_text(text, encoding="utf-8")
        sys.path.insert(0, str(folder))
    import green
    import greensocket
    import loop

    return loop, green, greensocket


# -- 14.2 ----------------------------------------------------------------------------------------------------------


class _Ward:
    """Tasks on the reader's hub that keep a diary, and an answer that ends some of them."""

    def __init__(self, answer):
        self.loop, self.green, _ = _own_hub()
        self.answer, self.diary = answer, []

    def task(self, name, wait):
        def live():
            try:
                wait()
                self.diary.append(f"{name} went on")
            except greenlet.GreenletExit:
                self.diary.append(f"{name} told to end")
                raise
            finally:
                self.diary.append(f"{name} cleaned up")

        return self.green.spawn(live)

    def left_of(self, victim):
        """Names of the places of the loop where a task still stands."""
        waiting = [each for key in self.loop.selector.get_map().values() for each in key.data.values()]
        timed = [each[-1] for each in self.loop.timers if each]
        places = {"loop.timers": timed, "loop.ready": self.loop.ready, "loop.selector": waiting}
        return [place for place, tasks in places.items() if victim in tasks]

    def need_alarms(self, name):
        """See that the hub can read what the answer has left among the timers."""
        if odd := [alarm for alarm in self.loop.timers if not isinstance(alarm, tuple) or len(alarm) != 3]:
            raise Wrong(f"after `kill` of the {name}, {odd[0]!r} stands in loop.timers, which is no alarm.")

    def kill(self, name, victim, by="task"):
        """Let another task end this one, or main, and look at what is left of it."""
        seen = []

        def kill():
            outcome = capture(self.answer, self.loop, victim)  # no GreenletExit: so end lost greenlets
            seen.append((outcome, victim.dead, self.left_of(victim), greenlet.getcurrent() in self.loop.ready))

        try:
            with _rung_out(seconds=1.5):
                if by == "main":
                    kill()
                else:
                    self.green.spawn(kill)
                    eventually(lambda: seen, looks=20, pause=0, sleep=self.green.sleep)
        except Enough:
            for outcome, *_ in seen:
                outcome.unwrap()  # its error says more
            raise Wrong(f"`kill` of the {name}: main gave up its turn meanwhile, and was not woken in 1.5 s.") from None
        except Exception:  # it came out of the hub
            self.need_alarms(name)
            raise
        self.need_alarms(name)
        if not seen:
            raise Wrong(f"`kill` of the {name} has not come back, though the hub has had twenty turns since.")
        outcome, dead, left, in_line = seen[0]
        outcome.unwrap()
        if not dead:
            raise Wrong(f"`kill` came back from the {name}, which is still alive.")
        if in_line:
            raise Wrong("`kill` has come back, and its caller still stands in loop.ready, to be woken once too often.")
        if left:
            raise Wrong(f"the {name} is dead and still stands in {left[0]}.")


@exercise(
    "14.2",
    praise="it ends the task, its `finally` included, comes back, and leaves nothing behind.",
    hint="Take it off the three lists; then append getcurrent() to loop.ready, and throw: the hub goes on.",
)
def _kill(answer):
    ward = _Ward(answer)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(each) for _ in range(2) for each in socket.socketpair()]
        sleeper = _kill_a_sleeper(ward)
        _kill_who_waits_for_sockets(ward, *lines)
        _kill_a_newborn(ward)
        _kill_who_was_woken(ward)
        ward.kill("dead one", sleeper)
        ward.kill("dead one", sleeper, by="main")
    if any("other" in line for line in ward.diary):
        raise Wrong("six others sleep, and not all of them were left alone.")


def _kill_a_sleeper(ward):
    sleeper = ward.task("sleeper", lambda: ward.green.sleep(1000))
    others = {ward.task("other", lambda hours=hours: ward.green.sleep(3600 * hours)) for hours in (5, 2, 6, 7, 3, 4)}
    ward.green.sleep(0)
    ward.kill("sleeper", sleeper)
    if ward.diary.count("sleeper told to end") != 1 or ward.diary.count("sleeper cleaned up") != 1:
        raise Wrong("inside the task that sleeps GreenletExit should be raised, so that its `finally` runs.")
    timers = ward.loop.timers  # the answer may have put a new list there
    left = [alarm for alarm in timers if alarm[2] in others]
    if len(left) != 6:
        raise Wrong(f"six others slept as well, and {len(left)} of them are left in loop.timers.")
    if len(timers) > 6:
        raise Wrong("the sleeper is dead, and an alarm too many stands in loop.timers: `run` would wait for it.")
    if any(timers[place] < timers[(place - 1) // 2] for place in range(1, len(timers))):
        told = "one was taken out of loop.timers, and what is left is no heap: others would wake too late"
        raise Wrong(f"{told}.", "`heapq.heapify` makes a heap of a list, and a sorted list is one.")
    return sleeper


def _kill_who_waits_for_sockets(ward, here, there, line, far):
    loop, green = ward.loop, ward.green
    events = ("second reader", loop.READ), ("second writer", loop.WRITE)
    for each in (here, there, line):
        each.setblocking(False)
    fill(line)
    bystander = ward.task("bystander", lambda: green.wait(loop.READ, there))
    reader = ward.task("reader", lambda: green.wait(loop.READ, here))
    writer = ward.task("writer", lambda: green.wait(loop.WRITE, line))
    fellow = ward.task("fellow", lambda: green.wait(loop.READ, line))
    green.sleep(0)
    ward.kill("reader", reader)
    if here in loop.selector.get_map():
        raise Wrong("nobody waits any more for the socket of the dead reader, and loop.selector still watches it.")
    ward.kill("writer", writer)
    key = loop.selector.get_map().get(line)
    if key and key.events & loop.WRITE:
        raise Wrong("the writer is dead, and loop.selector still watches for when one may write: use `modify`.")
    if "fellow went on" in ward.diary or fellow.dead:
        raise Wrong("another task waits to read the socket of the one that was killed, and it was woken or ended.")
    if ward.left_of(bystander) != ["loop.selector"]:
        raise Wrong("another task waits to read a socket of its own; after `kill` it does not stand in loop.selector.")
    far.sendall(b"!")
    eventually(lambda: fellow.dead, looks=20, pause=0.01, sleep=green.sleep)
    if "fellow went on" not in ward.diary:
        raise Wrong("another task waited to read the same socket; after `kill` it is not woken any more.")
    ward.kill("bystander", bystander, by="main")
    line.recv(100)
    reader, writer = (ward.task(name, lambda event=event: green.wait(event, line)) for name, event in events)
    green.sleep(0)
    ward.kill("second reader", reader)
    if ward.left_of(writer) != ["loop.selector"] or loop.selector.get_map()[line].events != loop.WRITE:
        told = "a reader was killed, and loop.selector does not watch their socket for its writer, and for nothing else"
        raise Wrong(f"{told}.", "Who is left waits for the same as before: `modify` to the sum of their events.")
    ward.kill("second writer", writer)


def _kill_a_newborn(ward):
    ward.task("first neighbour", lambda: None)
    newborn = ward.task("newborn", lambda: None)
    ward.task("third neighbour", lambda: None)
    ward.kill("newborn", newborn, by="main")
    ward.green.sleep(0)
    if "newborn went on" in ward.diary:
        raise Wrong("a task that had not begun yet was killed, and ran all the same.")
    began = [line.removesuffix(" neighbour went on") for line in ward.diary if line.endswith("neighbour went on")]
    if began != ["first", "third"]:
        raise Wrong(f"of three tasks that had not begun the one in the middle was killed; then these began: {began}.")


def _kill_who_was_woken(ward):
    """It has slept, and stands in loop.ready: its alarm rang together with that of main, which comes first."""
    tired = ward.task("tired one", lambda: ward.green.sleep(0.02))
    ward.green.spawn(time.sleep, 0.05)
    ward.green.sleep(0.01)
    ward.kill("tired one", tired, by="main")
    ward.green.sleep(0)
    if ward.diary.count("tired one told to end") != 1 or "tired one went on" in ward.diary:
        raise Wrong("a task that stood in loop.ready after its sleep should get GreenletExit, and go on no more.")


# -- 14.3 ----------------------------------------------------------------------------------------------------------

FOR_EVER = "The loop round `door.accept()` never ends; a greenlet of its own serves each guest, and bears their errors."
STAYS = "A guest's own end is b'' or an `OSError` from their own `recv`; until then their line stays open."
EACH = "`spawn` a greenlet for each guest, so that the next one finds the door open; it answers the first line."
WHOLE = "Keep what came in a buffer for each guest, cut all whole lines from it, and leave the rest there for later."
AS_BYTES = "Bytes go on as they came: cut at b'\\n' alone, strip and decode nothing, and skip no empty line."
HUB_WAITS = "Only `accept`, `recv`, `send` and `sendall` wait through the hub; and at b'' a reader must stop reading."
OTHERS = "Go round all in the room but the one who speaks, and compare guests there, not names."
COPY = "Go round a copy of the room, and catch `OSError` round each `sendall`: one who left must not stop the round."
OUT = "However a guest leaves, take them out of the room: `room.pop(guest, None)`, in a `finally` or behind the loop."
DOOR = "Put a guest into the room when you answer their first line, and not before; an empty name is a name."
BY_GUEST = "The guest is the key in the room and the name its value: two may bear the same name."
ROOMS = "Each call of `chat` makes a room of its own."
EMPTY = "An empty name is a name, and counts as false: ask whether it `is None`, or whether the guest is in the room."
NO_ERROR = (
    "Catch `OSError` round all that a guest's greenlet does; and take out only what may be missing by `pop(…, None)`."
)


def _hint(story):
    """What helps if something is wrong in that part of the visit."""
    words = {
        "of welcome": EACH,
        "name is empty": EMPTY,
        "room of their own": ROOMS,
        "another room": ROOMS,
        "same name": BY_GUEST,
        "left": COPY,
        "blanks": AS_BYTES,
    }
    return next((hint for word, hint in words.items() if word in story), WHOLE)


class _Guest:
    """A scripted guest, with a line of its own."""

    def __init__(self, house, name, room=0):
        self.house, self.name, self.buffer = house, name, b""
        self.label = name if name.isalnum() else repr(name) if name else "with the empty name"
        self.line = socket.create_connection(("127.0.0.1", house.ports[room]), timeout=PATIENCE)

    def send(self, data):
        try:
            self.line.sendall(data)
        except OSError as error:
            raise Wrong(f"guest {self.label} could not send: {type(error).__name__}.", STAYS) from None

    def read(self, story):
        """The next line."""
        self.line.settimeout(0.05)
        turns, silent, own = self.house.turns, 0, OwnTime()
        while b"\n" not in self.buffer:
            enough = self.house.turns - turns > 50  # asked before listening: what these turns answered is here by now
            try:
                data = self.line.recv(65536)
            except TimeoutError:
                silent += own.of(0.05)
                self._go_on_waiting(story, enough, blocked=self.house.turns == turns and silent > 1.5)
                continue
            except OSError as error:
                raise Wrong(
                    f"guest {self.label} waited for a line {story} and met {type(error).__name__}.", STAYS
                ) from None
            if not data:
                raise Wrong(f"guest {self.label} waited for a line {story}, and the server hung up.", STAYS)
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def _go_on_waiting(self, story, enough, blocked):
        """Raise if there is nothing to wait for: the hub has had many turns, or gets none, or the server has ended."""
        if self.house.ending:
            raise Wrong(f"`chat` came to an end: {self.house.ending}.", FOR_EVER)
        if enough:
            rest = f" (there was {reprlib.repr(self.buffer)}, without an end)" if self.buffer else ""
            raise Wrong(f"guest {self.label} waited in vain for a line {story}{rest}.", _hint(story))
        if blocked:
            reason = "your server waits or computes without the hub, which gets no turn: nobody else can go on."
            self.house.findings.append(Wrong(reason, HUB_WAITS))
            self.house.interrupt()
            raise self.house.findings[0]

    def hears(self, text):
        """Whether this text has come among all that is there."""
        self.line.settimeout(0)
        with contextlib.suppress(OSError):
            while data := self.line.recv(65536):
                self.buffer += data
        return text in self.buffer

    def welcomed(self, words, wrong, hint=AS_BYTES):
        """Send a name, and read the welcome; `wrong` says what else was read."""
        self.send(words)
        if (welcome := self.read("of welcome")) != b"welcome " + self.name.encode():
            raise Wrong(wrong(welcome), hint)


@exercise(
    "14.3",
    praise="fifty guests, every line to all others, whatever size its pieces had, and nobody noticed who left.",
    hint="A greenlet for each guest, a buffer for each, one dictionary of those who are in the room.",
    seconds=30,
)
def _chat(answer):
    house = _House(answer)
    visitors = threading.Thread(target=house.receive, daemon=True)
    visitors.start()
    try:
        while visitors.is_alive():
            house.green.sleep(0.01)
            house.turns += 1
    except KeyboardInterrupt:
        if not house.findings:
            raise
    if house.findings:
        raise house.finding()


class _House:
    """A door on the reader's own hub, and the answer that serves there. The guests come from another thread."""

    def __init__(self, answer):
        _, self.green, greensocket = _own_hub()
        self.answer, self.turns, self.ending, self.findings, self.errors = answer, 0, "", [], []
        self.sent_in_vain = 0  # to lines that somebody has closed
        self.before_sending = {}  # what happens when a text is about to be sent: {text: function}, once each
        self.cut = set()  # ports of guests whose lines fail at the next recv
        self._break_into_pieces(greensocket.socket)
        self.doors = [greensocket.socket() for _ in range(2)]
        self.ports = [self._open_room(door) for door in self.doors]

    def _open_room(self, door):
        door.bind(("127.0.0.1", 0))
        door.listen(100)
        self.green.spawn(self._serve, door)
        return door.getsockname()[1]

    def _serve(self, door):
        try:
            self.answer(door, self._spawn)
            self.ending = "it returned, and nobody lets guests in any more"
        except Exception as error:
            self.ending = f"{type(error).__name__}: {error}"

    def _spawn(self, function, *arguments):
        """As on the hub, which prints errors; here they are told with what the guests have found."""

        def live():
            try:
                function(*arguments)
            except Exception as error:
                self.errors.append(error)

        return self.green.spawn(live)

    def finding(self):
        """What the guests have found first, with the error of a greenlet, if one has ended with it."""
        found = self.findings[0]
        if isinstance(found, Wrong) and self.errors and "a greenlet of yours" not in found.reason:
            error = next((each for each in self.errors if not isinstance(each, OSError)), self.errors[0])
            reason = f"{found.reason} A greenlet of yours had ended with {type(error).__name__}: {error}."
            return Wrong(reason, AS_BYTES if isinstance(error, UnicodeError) else NO_ERROR)
        return found

    def _break_into_pieces(self, kind):
        """Let sockets hand out and take small pieces only, and let others run now and then before a text is sent."""
        receive, send, send_all, rest = kind.recv, kind.send, kind.sendall, cycle([False] * 6 + [True])

        def recv(line, size, *flags):
            if not hasattr(line, "pieces"):
                line.pieces = chain([100], cycle([1, 5, 2]))
            data = receive(line, min(size, next(line.pieces)), *flags)
            if self.cut and line.getpeername()[1] in self.cut:
                raise os_error(errno.ETIMEDOUT)
            return data

        def send_part(line, data):
            self._happen_before(data)
            try:
                return send(line, memoryview(data)[:7])
            except OSError:
                self.sent_in_vain += 1
                raise

        def sendall(line, data):
            self._happen_before(data)
            if next(rest):
                self.green.sleep(0)
            return send_all(line, data)

        kind.recv, kind.send, kind.sendall = recv, send_part, sendall

    def _happen_before(self, data):
        for text in [text for text in self.before_sending if text in bytes(data)]:
            self.before_sending.pop(text)()

    def rest(self):
        """Wait until the hub has done all that was due: a few turns, if it has not come to a standstill."""
        turns = self.turns
        eventually(lambda: self.turns > turns + 2, looks=30, pause=0.05)

    def receive(self):
        try:
            _visit_room(self)
        except BaseException as error:
            self.findings.append(error)

    def interrupt(self):
        """Wake the main thread, where an answer blocks the hub."""
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            _thread.interrupt_main()


def _visit_room(house):
    guests = [_Guest(house, f"g{number}") for number in range(50)]
    for guest in guests:
        name = guest.name
        guest.welcomed(
            name.encode() + b"\n",
            lambda read, name=name: f"guest {name} should read b'welcome {name}', and read {read!r}.",
        )
    _begin_to_talk(house, guests)
    buns = ("包子" * 4).encode()
    _say(guests[3:4], buns + b"\n", [buns], "whose letters were cut in the middle", guests)
    _say(guests[3:4], b"\xff\xfe\n", [b"\xff\xfe"], "of bytes that are no text, blanks and all", guests)
    text = "with blanks at both ends, and after it a b'\\r' alone and an empty one"
    _say(guests[4:5], b" a\rb \n\r\n\n", [b" a\rb ", b"\r", b""], text, guests)
    _visit_another_room(house, guests)
    silent = [_Guest(house, "silent") for _ in range(3)]  # at the door: they say no name for now
    guests[5].send(b"ha")
    house.rest()
    _say(guests[6:7], b"whole\n", [b"whole"], "said between two halves of another guest's line", guests)
    _say(guests[5:6], b"lf\n", [b"half"], "that came in two halves", guests)
    stay = guests[:10] + guests[20:]
    house.before_sending[b"mind"] = lambda: [reset(guest.line) for guest in guests[10:15]]
    _say(guests[:1], b"mind the step\n", [b"mind the step"], "while five guests left", stay)
    for guest in guests[15:20]:
        guest.send(b"bye\n")
        guest.line.close()
    for guest in stay:
        _expect(guest, {each.name.encode(): [b"bye"] for each in guests[15:20]}, "of five who left at once")
    gone = _Guest(house, "gone")
    house.before_sending[b"welcome gone"] = lambda: reset(gone.line)  # so the welcome itself is sent in vain
    gone.send(b"gone\n")
    half = stay.pop()
    half.send(b"half a word")
    half.line.close()
    cut = stay.pop()
    house.cut.add(cut.line.getsockname()[1])
    cut.send(b"!")
    for word in (b"still", b"here"):
        _say(stay, word + b"\n", [word], "after twelve guests had left")
    if cut.hears(b": still"):
        raise Wrong(f"at {cut.name}'s line `recv` had raised TimeoutError, and your server still sends there.", OUT)
    early = "a guest who has not said a name yet is not in the room; one of yours heard {!r}."
    for guest in silent[:2]:
        guest.welcomed(b"silent\n", early.format, DOOR)
    late, in_vain = _Guest(house, "late"), house.sent_in_vain
    late.send(b"late\nhello\n")
    late.read("of welcome, after a name and a line in one piece")
    for guest in stay:
        _expect(guest, {b"late": [b"hello"]}, "that came in one piece with the name")
    for guest in silent[:2]:
        _expect(guest, {b"late": [b"hello"]}, "in a room where two bear the same name")
    if house.sent_in_vain > in_vain:
        raise Wrong("all who left are long gone, and your server still sends to lines that are closed.", OUT)
    silent[0].send(b"me too\n")
    if (read := silent[1].read("of another who bears the same name")) != b"silent: me too":
        raise Wrong(f"two guests bear the same name; one said b'me too', and the other read {read!r}.", BY_GUEST)
    for guest in [*stay, *silent, late]:
        guest.line.close()
    house.rest()
    if house.errors:
        what = f"{type(house.errors[0]).__name__}: {house.errors[0]}"
        told = f"all lines came as they should, and when guests had left a greenlet of yours ended with {what}."
        raise Wrong(told, NO_ERROR)


def _visit_another_room(house, guests):
    """Two guests in a room of their own, of names that are easily spoilt: blanks, and nothing at all."""
    blank, nameless = pair = [_Guest(house, name, room=1) for name in (" 包\rb ", "")]
    for guest in pair:
        name = guest.name.encode()
        guest.welcomed(name + b"\n", lambda read, name=name: f"the name was {name!r}, and the guest read {read!r}.")
    for speaker, listener in ((blank, nameless), (nameless, blank)):
        speaker.send(b"hello\n")
        story = "said in another room" + (" by a guest whose name is empty" if speaker is nameless else "")
        should, read = speaker.name.encode() + b": hello", listener.read(story)
        if read != should:
            raise Wrong(
                f"two rooms are open; in the second {should!r} should have been heard, and it was {read!r}.", ROOMS
            )
    for guest in pair:
        guest.line.close()
    _say(guests[7:8], b"alone\n", [b"alone"], "said after two others had talked in a room of their own", guests)


def _begin_to_talk(house, guests):
    """Two lines from each guest. Two guests begin, one in the middle of the other's line, so that what a server with
    a mistake makes of it is the same each time."""
    listener, first, second, *others = guests
    lines, story = [b"one", b"two"], "that came in pieces"
    first.send(b"one\ntw")
    turns, lines_of_both = house.turns, ([listener.line, first.line], [], [], 0)
    eventually(lambda: select.select(*lines_of_both)[0] or house.turns > turns + 50, looks=300)
    if select.select([first.line], [], [], 0)[0]:  # `first` should hear nothing, and may hear its own line
        _expect(first, {b"": lines}, story)
    _expect(listener, {b"g1": [b"one"]}, story)
    second.send(b"one\ntwo\n")
    _expect(listener, {b"g2": [b"one", b"two"]}, story)
    first.send(b"o\n")
    _expect(listener, {b"g1": [b"two"]}, story)
    for guest in (listener, *others):
        guest.send(b"one\ntwo\n")
    for guest in guests:
        heard = (guest, first, second) if guest is listener else (guest,)
        _expect(guest, {each.name.encode(): list(lines) for each in guests if each not in heard}, story)


def _say(speakers, data, lines, story, audience=None):
    """Let speakers send, and everyone else read these lines of theirs, in the order of each speaker."""
    for speaker in speakers:
        speaker.send(data)
    for guest in audience or speakers:
        _expect(guest, {each.name.encode(): list(lines) for each in speakers if each is not guest}, story)


def _expect(guest, wanted, story):
    while wanted:
        line = guest.read(story)
        name, colon, text = line.partition(b": ")
        if not colon:
            raise Wrong(f"guest {guest.name} read {line!r}, which is not of the form b'NAME: line'.", AS_BYTES)
        if name == guest.name.encode():
            raise Wrong(f"guest {guest.name} read its own line {line!r}: it is for the others.", OTHERS)
        if name not in wanted or text != wanted[name][0]:
            expected = f"; from that guest {wanted[name][0]!r} was next" if name in wanted else ""
            raise Wrong(f"guest {guest.name} read {line!r}, {story}{expected}.", _hint(story))
        wanted[name].pop(0)
        if not wanted[name]:
            del wanted[name]
