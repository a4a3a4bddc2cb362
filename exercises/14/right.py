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
    ],
}
