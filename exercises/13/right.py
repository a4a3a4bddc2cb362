"""Answers to the exercises of chapter 13 that are right, in other styles than the solution's."""

from exercises.answers import written

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
    ],
}
