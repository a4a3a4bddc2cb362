"""Answers to the exercises of chapter 14 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "14.1": [
        written("""
def answer(hub, begin):
    me, got = getcurrent(), []

    def done(value):
        got.append(value)
        if getcurrent() is not me:
            me.switch()

    def failed(error):
        if getcurrent() is me:
            raise error
        me.throw(error)

    begin(done, failed)
    if not got:
        hub.switch()
    return got[0]
"""),
        written("""
def answer(hub, begin):
    me, news = getcurrent(), {}

    def settle(kind):
        def call(what):
            news[kind] = what
            if "waiting" in news:
                me.switch()

        return call

    begin(settle("value"), settle("error"))
    if not news:
        news["waiting"] = True
        hub.switch()
    if "error" in news:
        raise news["error"]
    return news["value"]
"""),
        written("""
def answer(hub, begin):
    from concurrent.futures import Future

    news, me = Future(), getcurrent()
    begin(news.set_result, news.set_exception)
    if not news.done():
        news.add_done_callback(lambda _: me.switch())
        hub.switch()
    return news.result()
"""),
        written("""
class Slot:
    def __init__(self, hub):
        self.hub, self.me, self.parked, self.come = hub, getcurrent(), False, None

    def take(self, way):
        def callback(what):
            print("heard", what)
            self.come = way, what
            if self.parked:
                self.me.switch()

        return callback

    def get(self):
        if self.come is None:
            self.parked = True
            self.hub.switch()
        way, what = self.come
        if way == "failed":
            raise what
        return what


def answer(hub, begin):
    slot = Slot(hub)
    begin(slot.take("done"), slot.take("failed"))
    return slot.get()
"""),
        written("""
outcomes = {}  # of the greenlets that wait


def answer(hub, begin):
    me = getcurrent()

    def settle(outcome):
        outcomes[me] = outcome
        me.switch()  # without effect where `begin` calls back at once

    begin(lambda value: settle(lambda: value), lambda error: settle(partial(fail, error)))
    if me not in outcomes:
        hub.switch()
    return outcomes.pop(me)()


def partial(function, *arguments):
    return lambda: function(*arguments)


def fail(error):
    raise error
"""),
        written("""
def answer(hub, begin):
    from types import SimpleNamespace

    state = SimpleNamespace(result=None, waiting=None)

    def back(result):
        state.result = result
        if state.waiting is not None:
            state.waiting.switch()

    begin(lambda value: back([value]), lambda error: back(error))
    if state.result is None:
        state.waiting = getcurrent()
        hub.switch()
    if isinstance(state.result, BaseException):
        raise state.result
    return state.result[0]
"""),
        written(
            """
def answer(hub, begin):
    me = getcurrent()
    out = []
    def done(v): out.append((v, None)); me.switch()
    def failed(e): out.append((None, e)); me.switch()
    begin(done, failed)
    if not out: hub.switch()
    v, e = out[0]
    if e: raise e
    return v
"""
        ),
    ],
    "14.2": [
        edit("loop.ready.append(getcurrent())", "task.parent = getcurrent()"),
        edit(
            "loop.timers[:] =",
            "loop.timers =",
            "loop.ready.remove(task)",
            "loop.ready = type(loop.ready)(each for each in loop.ready if each is not task)",
        ),
        written("""
def answer(loop, task):
    from heapq import heapify

    for alarm in [alarm for alarm in loop.timers if alarm[2] is task]:
        loop.timers.remove(alarm)
    heapify(loop.timers)
    with contextlib.suppress(ValueError):
        loop.ready.remove(task)
    for sock, tasks in [(key.fileobj, key.data) for key in loop.selector.get_map().values()]:
        for event in [event for event, each in tasks.items() if each is task]:
            loop.selector.unregister(sock)
            del tasks[event]
            if tasks:
                loop.selector.register(sock, sum(tasks), tasks)
    if not task.dead:
        loop.wake_after(0, getcurrent())
        task.throw()
"""),
        written("""
def answer(loop, task):
    print("one less:", type(task).__name__)
    if not task.dead:
        loop.ready.append(getcurrent())
        task.throw()
    loop.timers = sorted(alarm for alarm in loop.timers if alarm[2] != task)
    loop.ready = type(loop.ready)(filter(lambda each: each is not task, loop.ready))
    keys = [key for key in loop.selector.get_map().values() if task in key.data.values()]
    for sock, tasks in [(key.fileobj, key.data) for key in keys]:
        loop.selector.unregister(sock)
        for event, each in tasks.items():
            if each is not task:
                loop.wake_on(event, sock, each)
"""),
        written("""
class Killer:
    def __init__(self, loop, task):
        self.loop, self.task = loop, task

    def forget(self):
        kept = [alarm for alarm in self.loop.timers if alarm[2] is not self.task]
        self.loop.timers[:] = sorted(kept)
        while self.task in self.loop.ready:
            self.loop.ready.remove(self.task)
        for key in tuple(self.loop.selector.get_map().values()):
            if self.task in key.data.values():
                self.forget_at(key)

    def forget_at(self, key):
        left = dict(item for item in key.data.items() if item[1] is not self.task)
        if left:
            self.loop.selector.modify(key.fileobj, sum(left), left)
        else:
            self.loop.selector.unregister(key.fileobj)

    def end(self):
        me = getcurrent()
        self.loop.ready.appendleft(me)
        self.task.throw(GreenletExit)


def answer(loop, task):
    from greenlet import GreenletExit

    globals()["GreenletExit"] = GreenletExit
    if not task.dead:
        killer = Killer(loop, task)
        killer.forget()
        killer.end()
"""),
        edit("loop.timers[:] = sorted", "loop.timers = sorted"),
        edit(
            "    if not task.dead:\n        loop.ready.append(getcurrent())\n        task.throw()",
            "    loop.ready.append(getcurrent())\n    task.throw()",
        ),
    ],
    "14.3": [
        written("""
def answer(door, spawn):
    names = {}

    def lines_of(guest):
        rest = b""
        try:
            while data := guest.recv(4096):
                rest += data
                while b"\\n" in rest:
                    line, rest = rest.split(b"\\n", 1)
                    yield line
        except OSError:
            pass

    def tell(guest, text):
        try:
            guest.sendall(text + b"\\n")
        except OSError:
            names.pop(guest, None)

    def serve(guest):
        lines = lines_of(guest)
        for name in lines:
            names[guest] = name
            tell(guest, b"welcome " + name)
            break
        for line in lines:
            for other in names.copy():
                if other is not guest:
                    tell(other, name + b": " + line)
        names.pop(guest, None)
        guest.close()

    while True:
        spawn(serve, door.accept()[0])
"""),
        written("""
def answer(door, spawn):
    room = set()

    class Guest:
        def __init__(self, line):
            self.line, self.name = line, None

        def read_line(self):
            text = b""
            while (byte := self.line.recv(1)) not in (b"", b"\\n"):
                text += byte
            if not byte:
                raise ConnectionError("gone")
            return text

        def live(self):
            try:
                self.name = self.read_line()
                room.add(self)
                self.line.sendall(b"welcome %s\\n" % self.name)
                while True:
                    text = b"%s: %s\\n" % (self.name, self.read_line())
                    for other in sorted(room - {self}, key=id):
                        other.hear(text)
            except OSError:
                room.discard(self)
                self.line.close()

        def hear(self, text):
            try:
                self.line.sendall(text)
            except OSError:
                room.discard(self)

    while True:
        line, _ = door.accept()
        spawn(Guest(line).live)
"""),
        written("""
def answer(door, spawn):
    Room(door, spawn).open()


class Room:
    def __init__(self, door, spawn):
        self.door, self.spawn, self.guests = door, spawn, []

    def open(self):
        while True:
            self.spawn(self.serve, self.door.accept()[0])

    def serve(self, line):
        guest = None
        try:
            for text in self.lines(line):
                if guest is None:
                    guest = (line, text)
                    self.guests.append(guest)
                    line.sendall(b"".join((b"welcome ", text, b"\\n")))
                else:
                    self.tell(guest, text)
        except OSError as error:
            print("one has left:", error)
        finally:
            if guest:
                self.guests.remove(guest)
            line.close()

    def lines(self, line):
        got = bytearray()
        while piece := line.recv(7):
            got += piece
            while (end := got.find(b"\\n")) >= 0:
                yield bytes(got[:end])
                del got[: end + 1]

    def tell(self, speaker, text):
        for line, _ in tuple(self.guests):
            if line is not speaker[0]:
                try:
                    line.sendall(speaker[1] + b": " + text + b"\\n")
                except OSError as error:
                    print("one is gone:", error)
"""),
        written("""
rooms = {}  # of each door, those who are in its room


def answer(door, spawn):
    room = rooms.setdefault(door, {})
    while True:
        guest, address = door.accept()
        spawn(serve, guest, address, room)


def serve(guest, address, room):
    from contextlib import suppress

    rest, name = b"", None
    try:
        while True:
            head, end, tail = rest.partition(b"\\n")
            if not end:
                if not (data := guest.recv(65536)):
                    return
                rest += data
                continue
            rest = tail
            if name is None:
                name = head
                room[address] = guest
                guest.sendall(b"welcome %b\\n" % name)
                continue
            for other_address, other in list(room.items()):
                if other_address != address:
                    with suppress(OSError):
                        other.sendall(b"%b: %b\\n" % (name, head))
    except OSError:
        return
    finally:
        room.pop(address, None)
        guest.close()
"""),
        written("""
def answer(door, spawn):
    room, lock = {}, []

    def handle(guest):
        def on_name(line):
            room[guest] = line
            guest.sendall(b"welcome " + line + b"\\n")
            return on_line

        def on_line(line):
            others = set(room) - {guest}
            for other in others:
                send(other, room[guest] + b": " + line + b"\\n")
            return on_line

        state, pending = on_name, []
        try:
            while (data := guest.recv(512)) != b"":
                first, *more = data.split(b"\\n")
                pending.append(first)
                for each in more:
                    state = state(b"".join(pending))
                    pending = [each]
        except OSError:
            pass
        if guest in room:
            del room[guest]
        guest.close()

    def send(other, text):
        while text:
            try:
                text = text[other.send(text) :]
            except OSError:
                return

    while True:
        line, _ = door.accept()
        spawn(lambda line=line: handle(line))
"""),
        written(
            r"""
class Room:
    def __init__(self): self.guests = []
    def tell(self, text, but):
        for g in self.guests[:]:
            if g is but or g not in self.guests: continue
            try: g.line.sendall(text)
            except OSError: self.leave(g)
    def leave(self, g):
        if g in self.guests: self.guests.remove(g)
class Guest:
    def __init__(self, line, room): self.line, self.room, self.name = line, room, None
    def lines(self):
        rest = bytearray()
        while piece := self.line.recv(4096):
            rest += piece
            while b'\n' in rest:
                one, rest = rest.split(b'\n', 1)
                yield bytes(one)
    def stay(self):
        try:
            for one in self.lines():
                if self.name is None:
                    self.name = one
                    self.room.guests.append(self)
                    self.line.sendall(b'welcome ' + one + b'\n')
                else: self.room.tell(self.name + b': ' + one + b'\n', self)
        except OSError: pass
        finally:
            self.room.leave(self)
            self.line.close()
def answer(door, spawn):
    room = Room()
    while True: spawn(Guest(door.accept()[0], room).stay)
"""
        ),
    ],
}
