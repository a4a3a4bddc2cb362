"""Checks of chapter 13: watching sockets. They look at bytes, order and who is left; nothing depends on speed."""

import _thread
import contextlib
import json
import random
import reprlib
import signal
import socket
import struct
import sys
import threading
import time
from collections import deque
from itertools import chain, cycle
from pathlib import Path

import greenlet

from exercises import Wrong, exercise

PATIENCE = 5  # seconds until an answer that waits for something nobody does is called stuck


class _Call(threading.Thread):
    """A call of an answer, on a thread of its own, for it may never end."""

    def __init__(self, function, *arguments):
        super().__init__(daemon=True)
        self.function, self.arguments, self.outcome = function, arguments, None
        self.start()

    def run(self):
        try:
            self.outcome = self.function(*self.arguments), None
        except BaseException as error:
            self.outcome = None, error

    def ended_after(self, turns):
        """Whether it has ended when this thread has slept so many times: counted, for a machine may stand still."""
        for _ in range(turns):
            self.join(0.01)
        return not self.is_alive()

    def result(self):
        value, error = self.outcome
        if error is not None:
            raise error
        return value


def _at_once(answer, scene, *, stuck):
    """Call an answer that must not wait for anything; return what it returned.

    `scene` makes the arguments and a function, which makes happen what a waiting answer would wait for. One that is
    still waiting when it is called may have been held up by the machine: so it gets nine more chances. One that
    waits, if only for a tenth of a second, needs too long every time.
    """
    for _ in range(10):
        arguments, happen = scene()
        call = _Call(answer, *arguments)
        if call.ended_after(turns=3):
            return call.result()
        happen()
        call.join(PATIENCE)
        if call.is_alive():
            break
    raise Wrong(stuck)


# -- 13.1 ----------------------------------------------------------------------------------------------------------


def _beyond_the_wall():
    """Use up all descriptors below 1024, if that is allowed; return what holds them."""
    try:
        import resource
    except ImportError:
        return []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1200:
        return []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    held = []
    while not held or held[-1].fileno() < 1030:
        held.append(socket.socket(type=socket.SOCK_DGRAM))
    return held


class _Lines:
    """Four lines; new ones with every call, for an answer may have been held up and must get another chance."""

    def __init__(self, stack, *names):
        self.stack, self.names, self.near = stack, names, {}

    def __call__(self):
        far = {}
        for name in ("pork", "lotus", "sesame", "leek"):
            self.near[name], far[name] = (self.stack.enter_context(each) for each in socket.socketpair())
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
    stuck = "your function waits until somebody speaks; it should only look."
    with contextlib.ExitStack() as stack:
        lines = _Lines(stack)
        _named(_ask(answer, lines, stuck=stuck))
        if got := _ask(answer, _Lines(stack, "pork", "sesame"), stuck=stuck, where="where all are quiet, "):
            raise Wrong(f"two lines are quiet, and your function says that {sorted(got)} speak.")
        alone = "without any line your function waits for ever."
        if _ask(answer, lambda: (({},), lambda: None), stuck=alone, where="without any line, "):
            raise Wrong("without any line nobody speaks: return an empty list.")
        lotus = lines.near["lotus"]
        lotus.setblocking(False)
        try:
            left = lotus.recv(100)
        except BlockingIOError:
            left = b""
        if left != b"hello":
            raise Wrong(f"lotus said b'hello'; after your function only {left!r} is left of it.")
    if held := _beyond_the_wall():
        with contextlib.ExitStack() as stack:
            for each in held:
                stack.enter_context(each)
            try:
                _named(_ask(answer, _Lines(stack), stuck=stuck))
            except ValueError as error:
                if "descriptor" not in str(error):
                    raise
                raise Wrong("with two thousand lines, `select` refuses: descriptors from 1024 on.") from None


def _ask(answer, scene, *, stuck, where=""):
    """The names that an answer gives, as a list; a generator of names is made to look here, too."""
    names = _at_once(lambda lines: _listed(answer(lines)), scene, stuck=stuck)
    if names is None:
        raise Wrong(f"{where}your function returned None: return the names, or an empty list.")
    return names


def _listed(names):
    return names if names is None else [names] if isinstance(names, str) else list(names)


def _named(got):
    for odd in (each for each in got if each not in ("pork", "lotus", "sesame", "leek")):
        raise Wrong(f"return names, such as 'lotus'; there is {odd!r} in what your function returned.")
    if "lotus" not in got:
        raise Wrong("lotus has said something, and your function does not name it.")
    if "leek" not in got:
        raise Wrong("leek has hung up, so that `recv` would return b'' at once; your function does not name it.")
    if sorted(got) != ["leek", "lotus"]:
        raise Wrong(f"lotus speaks and leek has hung up; your function says {sorted(got)}.")


# -- 13.2 ----------------------------------------------------------------------------------------------------------


class _Narrow(socket.socket):
    """A line that hands out at most 700 bytes at a time, as a busy network does."""

    widest = 700
    reset = patient = False

    def settimeout(self, value):
        self.patient |= value != 0
        super().settimeout(value)

    def setblocking(self, flag):
        self.patient |= bool(flag)
        super().setblocking(flag)

    def recv(self, size, *flags):
        data = super().recv(min(size, self.widest), *flags)
        self._reset_at(len(data))
        return data

    def recv_into(self, buffer, size=0, *flags):
        room = min(size or len(buffer), self.widest)
        length = super().recv_into(buffer, room, *flags)
        self._reset_at(length)
        return length

    def _reset_at(self, length):
        if self.reset and not length:
            raise ConnectionResetError("the guest has reset the line")


def _narrow(sent, *, hang_up=False, reset=False):
    here, there = socket.socketpair()
    line = _Narrow(here.family, here.type, here.proto, fileno=here.detach())
    line.setblocking(False)
    line.reset = reset
    there.sendall(sent)
    if hang_up or reset:
        there.close()
    return line, there


@exercise(
    "13.2",
    praise="everything there is, in pieces of any size, and the three ends told apart.",
    hint="Read in a loop until `BlockingIOError` (empty, open), `b''` (hung up) or another OSError (reset).",
)
def _drain(answer):
    text = bytes(range(256)) * 12
    cases = [
        ("a line on which 3,072 bytes had come in pieces", text, {}, True),
        ("a line on which 700 bytes had come", text[:700], {}, True),
        ("a line on which 10 bytes had come", text[:10], {}, True),
        ("a line on which 3,072 bytes had come before the guest hung up", text, {"hang_up": True}, False),
        ("a line on which nothing had come", b"", {}, True),
        ("a line on which the guest hung up without a word", b"", {"hang_up": True}, False),
        ("a line that was reset after 1,000 bytes", text[:1000], {"reset": True}, False),
    ]
    for what, sent, options, still_open in cases:
        with contextlib.ExitStack() as stack:
            lines = []

            def scene(sent=sent, options=options, stack=stack, lines=lines):
                line, there = (stack.enter_context(each) for each in _narrow(sent, **options))
                lines.append(line)
                return (line,), there.close

            try:
                got = _at_once(answer, scene, stuck=f"on {what}, your function waits; it must never wait.")
            except BlockingIOError:
                raise Wrong(f"on {what}, your function let BlockingIOError out; it only means: empty.") from None
            except ConnectionError as error:
                raise Wrong(f"on {what}, your function let {type(error).__name__} out.") from None
            if lines[-1].patient:
                raise Wrong(f"on {what}, your function lets `recv` wait; leave the line non-blocking.")
            if not (isinstance(got, (tuple, list)) and len(got) == 2):
                gave = reprlib.repr(got)
                raise Wrong(f"return two things, the bytes and whether the line is open; on {what} you gave {gave}.")
            data, is_open = got
            if not isinstance(data, (bytes, bytearray)):
                raise Wrong(f"the first thing to return is bytes; on {what} it was {type(data).__name__}.")
            if bytes(data) != sent:
                raise Wrong(f"on {what}, your function returned {len(data):,} of {len(sent):,} bytes.")
            if bool(is_open) != still_open:
                raise Wrong(f"on {what}, your function said open={is_open!r}.")


# -- 13.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "13.3",
    praise="they ring in order, once, not before their time, and not if taken back.",
    hint="Keep (when, number) in a heap and the calls in a dictionary by number: cancelling takes them out of there.",
)
def _alarms(answer):
    now, rung = [100.0], []

    def ring(alarms):
        rung.clear()
        alarms.ring()
        return list(rung)

    def bell(name):
        return lambda: rung.append(name)

    def expect(got, wanted, story):
        if got != wanted:
            raise Wrong(f"{story}: {wanted!r} should have come, and it was {got!r}.")

    alarms = answer(lambda: now[0])
    expect(alarms.patience(), None, "patience without any alarm")
    expect(ring(alarms), [], "ring without any alarm")
    for name, seconds in (("tea", 3), ("buns", 1), ("rice", 1), ("soup", 2)):
        alarms.after(seconds, bell(name))
    expect(alarms.patience(), 1.0, "alarms after 3, 1, 1 and 2 s; patience at once")
    expect(ring(alarms), [], "ring before any is due")
    now[0] += 2.5
    expect(alarms.patience(), 0, "patience when two are overdue (not below 0)")
    expect(ring(alarms), ["buns", "rice", "soup"], "alarms after 3, 1, 1 and 2 s; ring after 2.5 s")
    expect(ring(alarms), [], "a second ring at the same moment")
    now[0] += 0.5
    expect(ring(alarms), ["tea"], "ring when the last is due, to the moment")

    first = alarms.after(1, bell("first"))
    second = alarms.after(5, bell("second"))
    alarms.cancel(first)
    alarms.cancel(first)
    expect(alarms.patience(), 5.0, "alarms after 1 and 5 s, the first cancelled twice; patience")
    now[0] += 6
    expect(ring(alarms), ["second"], "ring when both would be due, one of them cancelled")
    alarms.cancel(second)
    alarms.after(1, bell("third"))
    alarms.cancel(second)
    expect(alarms.patience(), 1.0, "one rang and was cancelled afterwards, another is to come; patience")
    now[0] += 1
    expect(ring(alarms), ["third"], "ring after an alarm was cancelled that had rung")

    def again():
        rung.append("again")
        if len(rung) < 5:
            alarms.after(0, again)

    alarms.after(0, again)
    expect(ring(alarms), ["again"], "an alarm that sets another, due at once; one ring")
    expect(alarms.patience(), 0, "patience after it")
    ring(alarms)
    alarms = answer(lambda: now[0])
    for _ in range(5):
        alarms.after(50, bell("far"))
    alarms.after(0, again)
    expect(ring(alarms), ["again"], "an alarm that sets another, due at once, while others are far; one ring")
    same, alarms = bell("same"), answer(lambda: now[0])
    first = alarms.after(1, same)
    alarms.after(2, same)
    alarms.cancel(first)
    expect(alarms.patience(), 2.0, "the same call set after 1 and after 2 s, the first cancelled; patience")
    alarms.after(2, same)
    alarms.after(2, bell("last"))
    now[0] += 2
    expect(ring(alarms), ["same", "same", "last"], "one cancelled, then two more set, all due with the second; ring")
    tickets = []

    def silence():
        rung.append("silence")
        alarms.cancel(tickets[0])

    alarms = answer(lambda: now[0])
    alarms.after(1, silence)
    tickets.append(alarms.after(1, bell("noise")))
    now[0] += 1
    expect(ring(alarms), ["silence"], "two due, and the first cancels the second; ring")
    _cancel_many(answer, now, expect)


def _cancel_many(answer, now, expect):
    """Forty alarms set in no order, every third taken back, the earliest of all among them."""
    times = random.Random(8).sample(range(1, 41), 40)
    alarms, rung, start = answer(lambda: now[0]), [], now[0]
    tickets = {when: alarms.after(when, lambda when=when: rung.append(when)) for when in times}
    for when in times:
        if when % 3 == 1:
            alarms.cancel(tickets[when])
    left = [when for when in range(1, 41) if when % 3 != 1]
    while left:
        following = f"forty alarms, every third cancelled; patience {now[0] - start:g} s later"
        expect(alarms.patience(), start + left[0] - now[0], following)
        now[0] += 4
        due = [when for when in left if start + when <= now[0]]
        rung.clear()
        alarms.ring()
        expect(rung, due, f"forty alarms, every third cancelled; ring {now[0] - start:g} s later")
        left = left[len(due) :]
    expect(alarms.patience(), None, "forty alarms, and all have rung or been cancelled; patience")


# -- 13.4 ----------------------------------------------------------------------------------------------------------


class BurntBun(Exception):
    """What a supplier of these checks fails with."""


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
        """Run functions as greenlets until nothing is left to do; return what each returned or raised."""
        outcomes = [None] * len(functions)

        def run(number, function):
            try:
                outcomes[number] = ("returned", function())
            except Exception as error:
                outcomes[number] = ("raised", error)

        for number, function in enumerate(functions):
            self.later.append(greenlet.greenlet(lambda n=number, f=function: run(n, f), self.hub).switch)
        self.hub.switch()
        return outcomes


@exercise(
    "13.4",
    praise="values return, errors are raised, others run meanwhile, and a callback that comes early is not lost.",
    hint="Note the outcome in the callback; switch back only if somebody is already waiting.",
    seconds=10,
)
def _wait_for(answer):
    def soon(hub, value=None, error=None, turns=1):
        def begin(done, failed):
            def finish():
                nonlocal turns
                turns -= 1
                if turns:
                    hub.later.append(finish)
                elif error:
                    failed(error)
                else:
                    done(value)

            hub.later.append(finish)

        return begin

    def wait(hub, begin):
        return lambda: answer(hub.hub, begin)

    little = _LittleHub()
    (outcome,) = little.live(wait(little, soon(little, "pork")))
    _came(outcome, "returned", "pork", "a value that came later")
    (outcome,) = little.live(wait(little, lambda done, failed: done("lotus")))
    _came(outcome, "returned", "lotus", "a value that came at once, before `begin` returned")
    (outcome,) = little.live(wait(little, soon(little, None)))
    _came(outcome, "returned", None, "None, which is a value too")
    (outcome,) = little.live(wait(little, lambda done, failed: done(None)))
    _came(outcome, "returned", None, "None, which came at once")
    (outcome,) = little.live(wait(little, soon(little, error=BurntBun("burnt"))))
    _came(outcome, "raised", BurntBun, "an error that came later")
    (outcome,) = little.live(wait(little, lambda done, failed: failed(BurntBun("burnt"))))
    _came(outcome, "raised", BurntBun, "an error that came at once")

    steps = []

    def breakfast(name, turns):
        def straight():
            for number in range(3):
                steps.append(answer(little.hub, soon(little, f"{name}{number}", turns=turns)))
            return name

        return straight

    slow, quick = little.live(breakfast("slow", 3), breakfast("quick", 1))
    _came(slow, "returned", "slow", "three waits, one after another, of a slow breakfast")
    _came(quick, "returned", "quick", "three waits, one after another, of a quick breakfast")
    if sorted(steps) != [f"{name}{number}" for name in ("quick", "slow") for number in range(3)]:
        raise Wrong(f"two breakfasts at the same time: each should get its own values, and together they got {steps}.")
    if steps.index("quick2") > steps.index("slow1"):
        raise Wrong(f"while one breakfast waits the other should go on; the steps came in the order {steps}.")


def _came(outcome, how, what, story):
    if outcome is None:
        raise Wrong(f"{story}: `wait_for` never came back.")
    got_how, got = outcome
    right = got_how == how and (isinstance(got, what) if how == "raised" else got == what)
    if not right:
        wanted = f"{what.__name__} should have been raised" if how == "raised" else f"{what!r} should have come back"
        raise Wrong(f"{story}: {wanted}, and `wait_for` {got_how} {got!r}.")


# -- the reader's own hub ------------------------------------------------------------------------------------------

HUB_FILES = ("loop.py", "green.py", "greensocket.py", "awaits.py")
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "13_watch_many_sockets.ipynb"


def written_by_chapter(*names):
    """What the chapter's `%%writefile` cells write into these files: {name: text}."""
    texts = dict.fromkeys(names, "")
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        first, _, text = "".join(cell["source"]).partition("\n")
        magic, *options = first.split() or [""]
        if cell["cell_type"] == "code" and magic == "%%writefile" and options[-1] in texts:
            texts[options[-1]] = (texts[options[-1]] if "-a" in options else "") + text + "\n"
    return texts


def _own_hub():
    """Import loop, green and greensocket: those in the working directory, else as the chapter has them."""
    if not all(Path(name).exists() for name in HUB_FILES):
        from backstage.processes import temporary_folder

        folder = temporary_folder()
        for name, text in written_by_chapter(*HUB_FILES).items():
            (folder / name).write_text(text, encoding="utf-8")
        sys.path.insert(0, str(folder))
    import green
    import greensocket
    import loop

    return loop, green, greensocket


# -- 13.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "13.5",
    praise="it ends whoever it is told to, its `finally` included, comes back, and leaves nothing behind.",
    hint="Take it off the three lists; then append getcurrent() to loop.ready, and throw.",
)
def _kill(answer):
    loop, green, _ = _own_hub()
    diary, stack = [], contextlib.ExitStack()
    here, _ = (stack.enter_context(each) for each in socket.socketpair())
    here.setblocking(False)

    def task(name, wait):
        def live():
            try:
                wait()
                diary.append(f"{name} went on")
            except greenlet.GreenletExit:
                diary.append(f"{name} told to end")
                raise
            finally:
                diary.append(f"{name} cleaned up")

        return green.spawn(live)

    def killed(name, victim):
        def killer():
            answer(loop, victim)
            diary.append(f"{name} came back, dead: {victim.dead}")
            if greenlet.getcurrent() in loop.ready:
                diary.append("killer stands in the line")

        green.spawn(killer)

    def left_of(victim):
        waiting = [each for key in loop.selector.get_map().values() for each in key.data.values()]
        places = {"loop.timers": [each[2] for each in loop.timers], "loop.ready": loop.ready, "loop.selector": waiting}
        return [place for place, tasks in places.items() if victim in tasks]

    def story(name, victim):
        killed(name, victim)
        for _ in range(20):
            green.sleep(0.01)
            if any(each.startswith(f"{name} came back") for each in diary):
                break
        if f"{name} came back, dead: False" in diary:
            raise Wrong(f"`kill` came back from the {name}, which is still alive.")
        if f"{name} came back, dead: True" not in diary:
            raise Wrong(f"`kill` of the {name} never came back: when a task ends its parent goes on, the hub.")
        if "killer stands in the line" in diary:
            raise Wrong("`kill` has come back, and its caller still stands in loop.ready, to be woken once too often.")
        if left := left_of(victim):
            raise Wrong(f"the {name} is dead and still stands in {left[0]}.")

    with stack:
        sleeper = task("sleeper", lambda: green.sleep(1000))
        for hours in (5, 2, 6, 7, 3, 4):
            task("other", lambda hours=hours: green.sleep(3600 * hours))
        green.sleep(0)
        story("sleeper", sleeper)
        if diary.count("sleeper told to end") != 1 or diary.count("sleeper cleaned up") != 1:
            raise Wrong("inside the task that sleeps GreenletExit should be raised, so that its `finally` runs.")
        if len(loop.timers) != 6:
            raise Wrong(f"six others slept as well, and {len(loop.timers)} of them are left in loop.timers.")
        if any(loop.timers[place] < loop.timers[(place - 1) // 2] for place in range(1, 6)):
            raise Wrong("one was taken out of loop.timers, and what is left is no heap: others would wake too late.")

        reader = task("reader", lambda: green.wait(loop.READ, here))
        writer_line, far = (stack.enter_context(each) for each in socket.socketpair())
        writer_line.setblocking(False)
        while True:
            try:
                writer_line.send(b"x" * 4096)
            except BlockingIOError:
                break
        writer = task("writer", lambda: green.wait(loop.WRITE, writer_line))
        fellow = task("fellow", lambda: green.wait(loop.READ, writer_line))
        green.sleep(0)
        story("reader", reader)
        story("writer", writer)
        key = loop.selector.get_map().get(writer_line)
        if key and key.events & loop.WRITE:
            raise Wrong("the writer is dead, and loop.selector still watches for when one may write: use `modify`.")
        if "fellow went on" in diary or fellow.dead:
            raise Wrong("another task waits to read the socket of the one that was killed, and it was woken or ended.")
        far.sendall(b"!")
        for _ in range(200):
            if fellow.dead:
                break
            green.sleep(0.01)
        if "fellow went on" not in diary:
            raise Wrong("another task waited to read the same socket; after `kill` it is not woken any more.")

        newborn = task("newborn", lambda: None)
        task("neighbour", lambda: None)
        answer(loop, newborn)  # from main
        green.sleep(0)
        if not newborn.dead or "newborn went on" in diary:
            raise Wrong("a task that had not begun yet was killed, and ran all the same.")
        if left := left_of(newborn):
            raise Wrong(f"a task that had not begun was killed, and still stands in {left[0]}.")
        if "neighbour went on" not in diary:
            raise Wrong("a task that had not begun was killed, and its neighbour in loop.ready did not begin either.")
        story("dead one", sleeper)
        if any("other" in line for line in diary):
            raise Wrong("six others sleep, and not all of them were left alone.")


# -- 13.6 ----------------------------------------------------------------------------------------------------------


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

    def reset(self):
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.line.close()


@exercise(
    "13.6",
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
            return send(line, memoryview(data)[:7])

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
        for _ in range(20 * PATIENCE):
            if self.turns > turns + 2:
                return
            time.sleep(0.05)

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
        guest.send(guest.name.encode() + b"\n")
        welcome = guest.read("of welcome")
        if welcome != b"welcome " + guest.name.encode():
            raise Wrong(f"guest {guest.name} should read b'welcome {guest.name}', and read {welcome!r}.")
    _say(guests, b"one\ntwo\n", [b"one", b"two"], "that came in pieces")
    buns = ("包子" * 10).encode()
    _say(guests[3:4], buns + b"\n", [buns], "whose letters were cut in the middle", guests)
    silent = [_Guest(house, "silent") for _ in range(3)]  # at the door: they say no name for now
    guests[5].send(b"ha")
    house.rest()
    _say(guests[6:7], b"whole\n", [b"whole"], "said between two halves of another guest's line", guests)
    _say(guests[5:6], b"lf\n", [b"half"], "that came in two halves", guests)
    stay = guests[:10] + guests[20:]
    house.before_sending[b"mind"] = lambda: [guest.reset() for guest in guests[10:15]]
    _say(guests[:1], b"mind the step\n", [b"mind the step"], "while five guests left", stay)
    for guest in guests[15:20]:
        guest.send(b"bye\n")
        guest.line.close()
    for guest in stay:
        _expect(guest, {each.name.encode(): [b"bye"] for each in guests[15:20]}, "of five who left at once")
    for word in (b"still", b"here"):
        _say(stay, word + b"\n", [word], "after ten guests had left")
    silent[0].send(b"silent\n")
    if (welcome := silent[0].read("of welcome")) != b"welcome silent":
        raise Wrong(f"a guest who has not said a name yet is not in the room; one of yours heard {welcome!r}.")
    late = _Guest(house, "late")
    late.send(b"late\nhello\n")
    late.read("of welcome, after a name and a line in one piece")
    for guest in [*stay, silent[0]]:
        _expect(guest, {b"late": [b"hello"]}, "that came in one piece with the name")
    for guest in [*stay, *silent, late]:
        guest.line.close()


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
