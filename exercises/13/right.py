"""Answers to the exercises of chapter 13 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "13.1": [
        written("""
def answer(lines):
    def speaks(line):
        with selectors.DefaultSelector() as watcher:
            watcher.register(line, selectors.EVENT_READ)
            return bool(watcher.select(0))

    return [name for name, line in lines.items() if speaks(line)]
"""),
        written("""
def answer(lines):
    for name, line in lines.items():
        line.setblocking(False)
        try:
            line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            continue
        except OSError:
            pass
        yield name
"""),
        written("""
def answer(lines):
    if not hasattr(select, "poll"):
        return [name for name, line in lines.items() if select.select([line], [], [], 0)[0]]
    watcher, names = select.poll(), {}
    for name, line in lines.items():
        watcher.register(line, select.POLLIN)
        names[line.fileno()] = name
    return {names[number] for number, _ in watcher.poll(0)}
"""),
        written("""
def answer(lines):
    if not hasattr(select, "epoll"):
        return [name for name, line in lines.items() if select.select([line], [], [], 0)[0]]
    speak = set()
    with select.epoll() as watcher:
        by_number = dict(zip(map(socket.socket.fileno, lines.values()), lines))
        for number in by_number:
            watcher.register(number, select.EPOLLIN)
        for number, _ in watcher.poll(timeout=0, maxevents=len(lines) + 1):
            speak.add(by_number[number])
    print(len(speak), "speak")
    return speak
"""),
        written("""
class Watch:
    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def look(self, lines):
        keys = {self.selector.register(line, selectors.EVENT_READ).fd: name for name, line in lines.items()}
        ready = self.selector.select(timeout=0) if keys else ()
        for line in lines.values():
            self.selector.unregister(line)
        return tuple(keys[key.fd] for key, _ in ready)


def answer(lines):
    return Watch().look(lines)
"""),
        written(
            """
def answer(lines):
    def speaks(l):
        old = l.gettimeout()
        l.setblocking(False)
        try: l.recv(1, socket.MSG_PEEK)
        except BlockingIOError: return False
        except OSError: return True
        finally: l.settimeout(old)
        return True
    return [n for n in lines if speaks(lines[n])]
"""
        ),
    ],
    "13.2": [
        written("""
def answer(line):
    data, still_open = b"", False
    try:
        while piece := line.recv(4096):
            data += piece
    except BlockingIOError:
        still_open = True
    except OSError:
        pass
    return data, still_open
"""),
        written("""
def answer(line):
    data, room = bytearray(), bytearray(1000)
    while True:
        try:
            length = line.recv_into(room)
        except OSError as error:
            return [data, isinstance(error, BlockingIOError)]
        if length == 0:
            return [data, False]
        data += room[:length]
"""),
        written("""
def answer(line):
    def pieces():
        while True:
            try:
                yield line.recv(1)
            except BlockingIOError:
                yield None
            except OSError:
                yield b""

    data = []
    for piece in pieces():
        if not piece:
            return b"".join(data), piece is None
        data.append(piece)
"""),
        written("""
def answer(line, got=b""):
    try:
        data = line.recv(512)
    except OSError as error:
        return got, type(error) is BlockingIOError
    print(len(data), "more")
    return answer(line, got + data) if data else (got, False)
"""),
        written("""
def answer(line):
    with selectors.DefaultSelector() as watcher:
        watcher.register(line, selectors.EVENT_READ)
        data = b""
        while watcher.select(0):
            try:
                piece = line.recv(4096)
            except BlockingIOError:
                break
            except OSError:
                return data, False
            if piece == b"":
                return data, False
            data += piece
        return data, True
"""),
    ],
    "13.3": [
        written("""
def answer(guests, patience):
    with selectors.DefaultSelector() as watcher:
        for guest, left in guests.items():
            watcher.register(guest, selectors.EVENT_READ | selectors.EVENT_WRITE * bool(left))
        ready = watcher.select(patience)
    for key, events in ready:
        guest = key.fileobj
        try:
            if events & selectors.EVENT_WRITE:
                guests[guest] = guests[guest][guest.send(guests[guest]) :]
            if events & selectors.EVENT_READ:
                data = guest.recv(1000)
                if not data:
                    raise ConnectionError("hung up")
                guests[guest] += data
        except BlockingIOError:
            pass
        except OSError:
            guests.pop(guest).clear()
            guest.close()
"""),
        written("""
def answer(guests, patience):
    def send_what_fits(guest):
        while guests[guest]:
            try:
                sent = guest.send(guests[guest][:4096])
            except BlockingIOError:
                return
            guests[guest] = guests[guest][sent:]

    hungry = {guest for guest in guests if guests[guest]}
    readable, writable, _ = select.select(guests, hungry, [], patience)
    for guest in set(readable) | set(writable):
        try:
            if guest in readable:
                data = guest.recv(100)
                if data == b"":
                    raise EOFError
                guests[guest].extend(data)
            send_what_fits(guest)
        except BlockingIOError:
            continue
        except (OSError, EOFError):
            del guests[guest]
            guest.close()
"""),
        written("""
def answer(guests, patience):
    watcher, numbers = select.poll(), {guest.fileno(): guest for guest in guests}
    for guest, left in guests.items():
        watcher.register(guest, select.POLLIN | select.POLLOUT if left else select.POLLIN)
    for number, events in watcher.poll(1000 * patience):
        guest = numbers[number]
        try:
            if events & select.POLLOUT:
                del guests[guest][: guest.send(guests[guest])]
            if events & ~select.POLLOUT:
                data = guest.recv(65536)
                guests[guest] += data
                if not data:
                    raise ConnectionAbortedError
        except BlockingIOError:
            pass
        except OSError:
            del guests[guest]
            guest.close()
"""),
        written("""
def answer(guests, patience):
    left = [guest for guest in guests if len(guests[guest])]
    readable, writable, _ = select.select(guests.keys(), left, [], patience)
    gone = {guest for guest in readable if not hear(guest, guests[guest])}
    for guest in gone:
        guests.pop(guest)
        guest.close()
    for guest in set(writable) - gone:
        tell(guest, guests[guest])


def hear(guest, left):
    try:
        data = guest.recv(4096)
    except BlockingIOError:
        return True
    except OSError as error:
        print("gone:", error)
        return False
    left.extend(data)
    return bool(data)


def tell(guest, left):
    try:
        sent = guest.send(left)
    except OSError:
        sent = 0
    left[:sent] = b""
"""),
        written("""
class Turn:
    def __init__(self, guests):
        self.guests = guests

    def leave(self, guest):
        del self.guests[guest]
        guest.close()

    def read(self, guest):
        data = guest.recv(65536)
        if not data:
            return self.leave(guest)
        self.guests[guest] += data

    def write(self, guest):
        memory = bytes(self.guests[guest])
        count = guest.send(memory)
        self.guests[guest] = bytearray(memory[count:])

    def attempt(self, step, guest):
        if guest in self.guests:
            try:
                step(guest)
            except BlockingIOError:
                return
            except OSError:
                self.leave(guest)


def answer(guests, patience):
    turn = Turn(guests)
    readable, writable, _ = select.select(
        list(guests), [guest for guest, left in guests.items() if left], [], patience
    )
    for guest in readable:
        turn.attempt(turn.read, guest)
    for guest in writable:
        turn.attempt(turn.write, guest)
"""),
        edit(
            "            del guests[guest][: guest.send(guests[guest])]",
            "            while guests[guest]:\n                del guests[guest][: guest.send(guests[guest])]",
        ),
        written(
            """
def answer(guests, patience):
    hungry = [guest for guest, left in guests.items() if left]
    readable, writable, _ = select.select(list(guests), hungry, [], patience)
    for guest in writable:
        try:
            sent = guest.send(memoryview(guests[guest])[:65536])  # copies nothing
        except OSError:
            continue
        del guests[guest][:sent]
    for guest in readable:
        try:
            data = guest.recv(65536)
        except BlockingIOError:
            continue
        except OSError:
            data = b""
        guests[guest] += data
        if not data:
            del guests[guest]
            guest.close()
"""
        ),
    ],
    "13.4": [
        written("""
class answer:
    def __init__(self, clock):
        self.clock, self.alarms = clock, []

    def after(self, seconds, call):
        self.alarms.append([self.clock() + seconds, call])
        return self.alarms[-1]

    def cancel(self, ticket):
        ticket[1] = None

    def patience(self):
        times = [when for when, call in self.alarms if call]
        return max(0, min(times) - self.clock()) if times else None

    def ring(self):
        now = self.clock()
        due = sorted((alarm for alarm in self.alarms if alarm[0] <= now), key=lambda alarm: alarm[0])
        self.alarms = [alarm for alarm in self.alarms if alarm[0] > now]
        for alarm in due:
            if alarm[1]:
                alarm[1]()
"""),
        written("""
class answer:
    def __init__(self, clock):
        self.clock, self.heap, self.numbers, self.cancelled = clock, [], count(), set()

    def after(self, seconds, call):
        ticket = next(self.numbers)
        heappush(self.heap, (self.clock() + seconds, ticket, call))
        return ticket

    def cancel(self, ticket):
        self.cancelled.add(ticket)

    def patience(self):
        left = min((when for when, ticket, _ in self.heap if ticket not in self.cancelled), default=None)
        return left if left is None else max(0, left - self.clock())

    def ring(self):
        due, now = [], self.clock()
        while self.heap and self.heap[0][0] <= now:
            due.append(heappop(self.heap))
        for _, ticket, call in due:
            if ticket not in self.cancelled:
                call()
"""),
        written("""
class answer:
    def __init__(self, clock):
        self.clock, self.alarms = clock, {}

    def after(self, seconds, call):
        ticket = object()
        self.alarms[ticket] = (self.clock() + seconds, call)
        return ticket

    def cancel(self, ticket):
        self.alarms.pop(ticket, None)

    def patience(self):
        if not self.alarms:
            return None
        return max(0, min(when for when, _ in self.alarms.values()) - self.clock())

    def ring(self):
        now = self.clock()
        due = [ticket for ticket, (when, _) in self.alarms.items() if when <= now]
        due.sort(key=lambda ticket: self.alarms[ticket][0])
        for ticket in due:
            if ticket in self.alarms:
                _, call = self.alarms.pop(ticket)
                call()
"""),
        written("""
tickets = count(100)  # of all alarms


class answer:
    def __init__(self, clock):
        self.clock, self.waiting = clock, []

    def after(self, seconds, call):
        from bisect import insort

        ticket = next(tickets)
        insort(self.waiting, (self.clock() + seconds, ticket, call))
        print("set", ticket)
        return ticket

    def cancel(self, ticket):
        self.waiting[:] = [alarm for alarm in self.waiting if alarm[1] != ticket]
        self.due = [alarm for alarm in getattr(self, "due", ()) if alarm[1] != ticket]

    def patience(self):
        for when, _, _ in self.waiting:
            return max(when - self.clock(), 0)

    def ring(self):
        now = self.clock()
        while self.waiting and self.waiting[0][0] <= now:
            self.due = [*getattr(self, "due", ()), self.waiting.pop(0)]
        while getattr(self, "due", ()):
            _, _, call = self.due.pop(0)
            call()
"""),
        written("""
def answer(clock):
    from dataclasses import dataclass
    from types import SimpleNamespace

    @dataclass(eq=False)
    class Alarm:
        when: float
        call: object
        live: bool = True

    alarms = []

    def after(seconds, call):
        alarms.append(Alarm(clock() + seconds, call))
        return alarms[-1]

    def cancel(alarm):
        alarm.live = False

    def patience():
        alarms[:] = [alarm for alarm in alarms if alarm.live]
        times = sorted(alarm.when for alarm in alarms)
        return max(0, times[0] - clock()) if times else None

    def ring():
        moment = clock()
        due = sorted((alarm for alarm in alarms if alarm.when <= moment), key=lambda alarm: alarm.when)
        for alarm in due:
            if alarm.live:
                alarm.live = False
                alarm.call()

    return SimpleNamespace(after=after, cancel=cancel, patience=patience, ring=ring)
"""),
        written(
            """
class Alarm:
    def __init__(self, when, call): self.when, self.call = when, call
class answer:
    def __init__(self, clock): self.clock, self.line = clock, []
    def after(self, seconds, call):
        alarm = Alarm(self.clock() + seconds, call)
        self.line.append(alarm)
        self.line.sort(key=lambda a: a.when)
        return alarm
    def cancel(self, ticket):
        if ticket in self.line: self.line.remove(ticket)
    def patience(self):
        for alarm in self.line: return max(0, alarm.when - self.clock())
    def ring(self):
        now = self.clock()
        for alarm in [a for a in self.line if a.when <= now]:
            if alarm in self.line:
                self.line.remove(alarm)
                alarm.call()
"""
        ),
    ],
}
