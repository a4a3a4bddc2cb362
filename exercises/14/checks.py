"""Checks of chapter 14: a hub of the reader's own. They look at bytes, order and who is left, never at speed."""

import _thread
import contextlib
import reprlib
import select
import signal
import socket
import sys
import threading
from collections import deque
from itertools import chain, cycle
from pathlib import Path

import greenlet

from exercises import Wrong, exercise
from exercises.vocabulary import PATIENCE, BurntBun, capture, eventually, fill, reset, written_files

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
            outcomes[number] = capture(function)

        for number, function in enumerate(functions):
            self.later.append(greenlet.greenlet(lambda n=number, f=function: run(n, f), self.hub).switch)
        self.hub.switch()
        return outcomes

    def soon(self, value=None, error=None, turns=1):
        """Return a `begin` that calls back after so many turns of the hub."""

        def begin(done, failed):
            def finish():
                nonlocal turns
                turns -= 1
                if turns:
                    self.later.append(finish)
                elif error:
                    failed(error)
                else:
                    done(value)

            self.later.append(finish)

        return begin


@exercise(
    "14.1",
    praise="values return, errors are raised, others run meanwhile, and a callback that comes early is not lost.",
    hint="Note the outcome in the callback; switch back only if somebody is already waiting.",
    seconds=10,
)
def _wait_for(answer):
    little, burnt = _LittleHub(), BurntBun("burnt")
    for begin, value, error, story in (
        (little.soon("pork"), "pork", None, "a value that came later"),
        (lambda done, failed: done("lotus"), "lotus", None, "a value that came at once, before `begin` returned"),
        (little.soon(None), None, None, "None, which is a value too"),
        (lambda done, failed: done(None), None, None, "None, which came at once"),
        (little.soon(error=burnt), None, burnt, "an error that came later"),
        (lambda done, failed: failed(burnt), None, burnt, "an error that came at once"),
        (little.soon(burnt), burnt, None, "an error that came later as a value, by `done`"),
    ):
        (outcome,) = little.live(lambda begin=begin: answer(little.hub, begin))
        _came(outcome, value, story, error)

    steps = []

    def breakfast(name, turns):
        def straight():
            for number in range(3):
                steps.append(answer(little.hub, little.soon(f"{name}{number}", turns=turns)))
            return name

        return straight

    slow, quick = little.live(breakfast("slow", 3), breakfast("quick", 1))
    _came(slow, "slow", "three waits, one after another, of a slow breakfast")
    _came(quick, "quick", "three waits, one after another, of a quick breakfast")
    if sorted(steps) != [f"{name}{number}" for name in ("quick", "slow") for number in range(3)]:
        raise Wrong(f"two breakfasts at the same time: each should get its own values, and together they got {steps}.")
    if steps.index("quick2") > steps.index("slow1"):
        raise Wrong(f"while one breakfast waits the other should go on; the steps came in the order {steps}.")


def _came(outcome, value, story, error=None):
    if outcome is None:
        raise Wrong(f"{story}: `wait_for` never came back.")
    if outcome.error is not error or outcome.value != value:
        should = f"{error!r} should have been raised" if error else f"{value!r} should have come back"
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
        timed = [each[2] for each in self.loop.timers]
        places = {"loop.timers": timed, "loop.ready": self.loop.ready, "loop.selector": waiting}
        return [place for place, tasks in places.items() if victim in tasks]

    def kill(self, name, victim):
        """Let another task end this one, and look at what is left of it."""

        def killer():
            self.answer(self.loop, victim)
            self.diary.append(f"{name} came back, dead: {victim.dead}")
            if greenlet.getcurrent() in self.loop.ready:
                self.diary.append("killer stands in the line")

        def came_back():
            return any(each.startswith(f"{name} came back") for each in self.diary)

        self.green.spawn(killer)
        eventually(came_back, looks=20, pause=0.01, sleep=self.green.sleep)
        if f"{name} came back, dead: False" in self.diary:
            raise Wrong(f"`kill` came back from the {name}, which is still alive.")
        if f"{name} came back, dead: True" not in self.diary:
            raise Wrong(f"`kill` of the {name} never came back: when a task ends its parent goes on, the hub.")
        if "killer stands in the line" in self.diary:
            raise Wrong("`kill` has come back, and its caller still stands in loop.ready, to be woken once too often.")
        if left := self.left_of(victim):
            raise Wrong(f"the {name} is dead and still stands in {left[0]}.")


@exercise(
    "14.2",
    praise="it ends whoever it is told to, its `finally` included, comes back, and leaves nothing behind.",
    hint="Take it off the three lists; then append getcurrent() to loop.ready, and throw.",
)
def _kill(answer):
    ward = _Ward(answer)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(each) for _ in range(2) for each in socket.socketpair()]
        sleeper = _kill_a_sleeper(ward)
        _kill_who_waits_for_sockets(ward, *lines)
        _kill_a_newborn(ward)
        ward.kill("dead one", sleeper)
    if any("other" in line for line in ward.diary):
        raise Wrong("six others sleep, and not all of them were left alone.")


def _kill_a_sleeper(ward):
    sleeper = ward.task("sleeper", lambda: ward.green.sleep(1000))
    for hours in (5, 2, 6, 7, 3, 4):
        ward.task("other", lambda hours=hours: ward.green.sleep(3600 * hours))
    ward.green.sleep(0)
    ward.kill("sleeper", sleeper)
    if ward.diary.count("sleeper told to end") != 1 or ward.diary.count("sleeper cleaned up") != 1:
        raise Wrong("inside the task that sleeps GreenletExit should be raised, so that its `finally` runs.")
    timers = ward.loop.timers  # the answer may have put a new list there
    if len(timers) != 6:
        raise Wrong(f"six others slept as well, and {len(timers)} of them are left in loop.timers.")
    if any(timers[place] < timers[(place - 1) // 2] for place in range(1, 6)):
        raise Wrong("one was taken out of loop.timers, and what is left is no heap: others would wake too late.")
    return sleeper


def _kill_who_waits_for_sockets(ward, here, _, line, far):
    loop, green = ward.loop, ward.green
    here.setblocking(False)
    line.setblocking(False)
    fill(line)
    reader = ward.task("reader", lambda: green.wait(loop.READ, here))
    writer = ward.task("writer", lambda: green.wait(loop.WRITE, line))
    fellow = ward.task("fellow", lambda: green.wait(loop.READ, line))
    green.sleep(0)
    ward.kill("reader", reader)
    ward.kill("writer", writer)
    key = loop.selector.get_map().get(line)
    if key and key.events & loop.WRITE:
        raise Wrong("the writer is dead, and loop.selector still watches for when one may write: use `modify`.")
    if "fellow went on" in ward.diary or fellow.dead:
        raise Wrong("another task waits to read the socket of the one that was killed, and it was woken or ended.")
    far.sendall(b"!")
    eventually(lambda: fellow.dead, looks=200, pause=0.01, sleep=green.sleep)
    if "fellow went on" not in ward.diary:
        raise Wrong("another task waited to read the same socket; after `kill` it is not woken any more.")


def _kill_a_newborn(ward):
    newborn = ward.task("newborn", lambda: None)
    ward.task("neighbour", lambda: None)
    ward.answer(ward.loop, newborn)  # from main
    ward.green.sleep(0)
    if not newborn.dead or "newborn went on" in ward.diary:
        raise Wrong("a task that had not begun yet was killed, and ran all the same.")
    if left := ward.left_of(newborn):
        raise Wrong(f"a task that had not begun was killed, and still stands in {left[0]}.")
    if "neighbour went on" not in ward.diary:
        raise Wrong("a task that had not begun was killed, and its neighbour in loop.ready did not begin either.")


# -- 14.3 ----------------------------------------------------------------------------------------------------------


class _Guest:
    """A scripted guest, with a line of its own."""

    def __init__(self, house, name):
        self.house, self.name, self.buffer = house, name, b""
        self.line = socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE)

    def send(self, data):
        try:
            self.line.sendall(data)
        except OSError as error:
            raise Wrong(f"guest {self.name} could not send: {type(error).__name__}.") from None

    def read(self, story):
        """The next line."""
        self.line.settimeout(0.05)
        turns, silent = self.house.turns, 0
        while b"\n" not in self.buffer:
            enough = self.house.turns - turns > 50  # asked before listening: what these turns answered is here by now
            try:
                data = self.line.recv(65536)
            except TimeoutError:
                silent += 1
                self._go_on_waiting(story, enough, blocked=self.house.turns == turns and silent > 20 * PATIENCE)
                continue
            except OSError as error:
                raise Wrong(f"guest {self.name} waited for a line {story} and met {type(error).__name__}.") from None
            if not data:
                raise Wrong(f"guest {self.name} waited for a line {story}, and the server hung up.")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def _go_on_waiting(self, story, enough, blocked):
        """Raise if there is nothing to wait for: the hub has had many turns, or gets none, or the server has ended."""
        if self.house.ending:
            raise Wrong(f"`chat` came to an end: {self.house.ending}.")
        if enough:
            rest = f" (there was {reprlib.repr(self.buffer)}, without an end)" if self.buffer else ""
            raise Wrong(f"guest {self.name} waited in vain for a line {story}{rest}.")
        if blocked:
            reason = "your server waits or computes without the hub, which gets no turn: nobody else can go on."
            self.house.findings.append(Wrong(reason))
            self.house.interrupt()
            raise self.house.findings[0]

    def welcomed(self, words, wrong):
        """Send a name, and read the welcome; `wrong` says what else was read."""
        self.send(words)
        if (welcome := self.read("of welcome")) != b"welcome " + self.name.encode():
            raise Wrong(wrong(welcome))


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
            house.green.sleep(0.02)
            house.turns += 1
    except KeyboardInterrupt:
        if not house.findings:
            raise
    if house.findings:
        raise house.findings[0]


class _House:
    """A door on the reader's own hub, and the answer that serves there. The guests come from another thread."""

    def __init__(self, answer):
        _, self.green, greensocket = _own_hub()
        self.answer, self.turns, self.ending, self.findings = answer, 0, "", []
        self.sent_in_vain = 0  # to lines that somebody has closed
        self.before_sending = {}  # what happens when a text is about to be sent: {text: function}, once each
        self._break_into_pieces(greensocket.socket)
        self.door = greensocket.socket()
        self.door.bind(("127.0.0.1", 0))
        self.door.listen(100)
        self.port = self.door.getsockname()[1]
        self.green.spawn(self._serve)

    def _serve(self):
        try:
            self.answer(self.door, self.green.spawn)
            self.ending = "it returned, and nobody lets guests in any more"
        except Exception as error:
            self.ending = f"{type(error).__name__}: {error}"

    def _break_into_pieces(self, kind):
        """Let sockets hand out and take small pieces only, and let others run now and then before a text is sent."""
        receive, send, send_all, rest = kind.recv, kind.send, kind.sendall, cycle([False] * 6 + [True])

        def recv(line, size, *flags):
            if not hasattr(line, "pieces"):
                line.pieces = chain([100], cycle([1, 5, 2]))
            return receive(line, min(size, next(line.pieces)), *flags)

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
        eventually(lambda: self.turns > turns + 2, looks=20 * PATIENCE, pause=0.05)

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
    _begin_to_talk(guests)
    buns = ("包子" * 10).encode()
    _say(guests[3:4], buns + b"\n", [buns], "whose letters were cut in the middle", guests)
    text = "with blanks at both ends, and an empty one after it"
    _say(guests[4:5], b" a\rb \n\n", [b" a\rb ", b""], text, guests)
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
    half = stay.pop()
    half.send(b"half a word")
    half.line.close()
    for word in (b"still", b"here"):
        _say(stay, word + b"\n", [word], "after eleven guests had left")
    early = "a guest who has not said a name yet is not in the room; one of yours heard {!r}."
    for guest in silent[:2]:
        guest.welcomed(b"silent\n", early.format)
    late, in_vain = _Guest(house, "late"), house.sent_in_vain
    late.send(b"late\nhello\n")
    late.read("of welcome, after a name and a line in one piece")
    for guest in stay:
        _expect(guest, {b"late": [b"hello"]}, "that came in one piece with the name")
    for guest in silent[:2]:
        _expect(guest, {b"late": [b"hello"]}, "in a room where two bear the same name")
    if house.sent_in_vain > in_vain:
        raise Wrong("all who left are long gone, and your server still sends to lines that are closed.")
    silent[0].send(b"me too\n")
    if (read := silent[1].read("of another who bears the same name")) != b"silent: me too":
        raise Wrong(f"two guests bear the same name; one said b'me too', and the other read {read!r}.")
    for guest in [*stay, *silent, late]:
        guest.line.close()


def _begin_to_talk(guests):
    """Two lines from each guest. Two guests begin, one in the middle of the other's line, so that what a server with
    a mistake makes of it is the same each time."""
    listener, first, second, *others = guests
    lines, story = [b"one", b"two"], "that came in pieces"
    first.send(b"one\ntw")
    select.select([listener.line, first.line], [], [], PATIENCE)  # `first` hears nothing, or its own line
    if select.select([first.line], [], [], 0)[0]:
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
            raise Wrong(f"guest {guest.name} read {line!r}, which is not of the form b'NAME: line'.")
        if name == guest.name.encode():
            raise Wrong(f"guest {guest.name} read its own line {line!r}: it is for the others.")
        if name not in wanted or text != wanted[name][0]:
            expected = f"; from that guest {wanted[name][0]!r} was next" if name in wanted else ""
            raise Wrong(f"guest {guest.name} read {line!r}, {story}{expected}.")
        wanted[name].pop(0)
        if not wanted[name]:
            del wanted[name]
