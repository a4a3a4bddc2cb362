"""Answers to the exercises of chapter 13 that are wrong, and a word of what they should be told."""

import select

from exercises.answers import edit, written

WRONG = {
    "13.1": [
        edit(
            "for key, _ in watcher.select(0)] if lines else []",
            "for key, _ in watcher.select(0) for _ in [key.fileobj.close()]] if lines else []",
            says="your function closed the line of lotus",
        ),
        written(
            """
def answer(lines):
    names = []
    for name, line in lines.items():
        with contextlib.suppress(OSError):
            line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            names.append(name)
    return names
""",
            says="bean's line was reset",
        ),
        written(
            """
def answer(lines):
    names = []
    for name, line in lines.items():
        try:
            line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue
        except OSError:
            pass
        names.append(name)
    return names
""",
            says="where lines have a time-out",
        ),
        written(
            """
def answer(lines):
    speak = []
    for name, line in lines.items():
        line.setblocking(False)
        try:
            line.recv(100)
            speak.append(name)
        except BlockingIOError:
            pass
    return speak
""",
            says="is left of it",
        ),
        written(
            """
def answer(lines):
    speak = []
    for name, line in lines.items():
        line.setblocking(False)
        try:
            if line.recv(1, socket.MSG_PEEK):
                speak.append(name)
        except BlockingIOError:
            pass
    return speak
""",
            says="leek has hung up",
        ),
        written(
            """
def answer(lines):
    readable, _, _ = select.select(list(lines.values()), [], [], 0)
    return [name for name, line in lines.items() if line in readable]
""",
            says="`select` refuses",
        ),
        written("def answer(lines): return select.select(list(lines.values()), [], [], 0)[0]", says="return names"),
        written("def answer(lines): select.select(list(lines.values()), [], [], 0)", says="returned None"),
        written("def answer(lines): return list(lines)", says="lotus speaks and leek has hung up"),
        edit("select(0)] if lines else []", "select()]", says="it should only look"),
        edit("select(0)", "select(1)", says="it should only look"),
        edit("select(0)", "select(0.1)", says="it should only look"),
        edit("select(0)", "select(0.01)", says="twenty lines are quiet, and your function waits for a moment"),
        written(
            """
def answer(lines):
    for name, line in lines.items():
        line.settimeout(0.001)
        try:
            line.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            continue
        except OSError:
            pass
        yield name
""",
            says="twenty lines are quiet, and your function waits for a moment",
        ),
        written(
            """
def answer(lines):
    speak = [name for name, line in lines.items() if select.select([line], [], [], 0)[0]]
    if speak:
        return speak
""",
            says="where all are quiet, your function returned None",
        ),
        written(
            """
def answer(lines):
    if not hasattr(select, "epoll"):
        return []
    with select.epoll() as watcher:
        names = {line.fileno(): name for name, line in lines.items()}
        for number in names:
            watcher.register(number, select.EPOLLIN)
        return [names[number] for number, _ in watcher.poll(0)]
""",
            says="1,023 of your 1,023 names are right" if hasattr(select, "epoll") else "lotus has said something",
        ),
        edit("for key, _ in watcher.select(0)]", "for key, _ in watcher.select(0) if key.data]", says="1,499 of your"),
        edit(
            "    with selectors.DefaultSelector() as watcher:\n",
            "    global watcher\n    watcher = globals().get('watcher') or selectors.DefaultSelector()\n    if True:\n",
            says="your function says",
        ),
    ],
    "13.2": [
        edit(
            "pieces.append(piece)", "pieces.insert(0, piece)", says="your function returned all bytes, but in another"
        ),
        written("def answer(line): return line.recv(4096)", says="return two things"),
        written("def answer(line): return 'text', True", says="is bytes"),
        edit(
            'BlockingIOError:\n            return b"".join(pieces), True\n        except OSError:',
            "ConnectionError:",
            says="let BlockingIOError out",
        ),
        edit(
            'if not piece:\n            return b"".join(pieces), False',
            'if not piece:\n            return b"".join(pieces), True',
            says="before the guest hung up, your function said open=True",
        ),
        edit(
            'except OSError:\n            return b"".join(pieces), False',
            'except OSError:\n            return b"".join(pieces), True',
            says="was reset after 1,000 bytes, your function said open=True",
        ),
        edit(
            '        except OSError:\n            return b"".join(pieces), False\n',
            "",
            says="let ConnectionResetError out",
        ),
        edit(
            "line.recv(65536)",
            "line.recv(700)",
            "pieces.append(piece)",
            'pieces.append(piece)\n        if len(piece) < 700:\n            return b"".join(pieces), True',
            says="said open=True",
        ),
        edit("pieces = []", "pieces = []\n    line.setblocking(True)", says="it must never wait"),
        edit(
            "pieces = []",
            "pieces = []\n    line.settimeout(0.01)",
            "BlockingIOError",
            "TimeoutError",
            says="lets `recv` wait",
        ),
        edit('return b"".join(pieces), True', "continue", says="your function calls `recv` without end"),
        edit("except OSError:", "except Exception:", says="that should come out, and None came out"),
        edit(
            "except OSError:",
            "except ConnectionError:",
            says="after 1,000 bytes, your function let TimeoutError",
        ),
        edit("except OSError:", "except (ConnectionError, TimeoutError):", says="lost its route after 1,000 bytes"),
        edit(
            '        if not piece:\n            return b"".join(pieces), False\n',
            "",
            says="`recv` has told the end, and your function went on",
        ),
        written(
            """
def answer(line):
    out = b''
    for _ in range(100):
        try: p = line.recv(65536)
        except BlockingIOError: return out, True
        except OSError: return out, False
        if not p: return out, False
        out += p
    return out, True
""",
            says="returned 1,000 of 3,072 bytes",
        ),
        written(
            """
def answer(line):
    out = b''
    while select.select([line], [], [], 0.01)[0]:
        try: p = line.recv(65536)
        except OSError: return out, False
        if not p: return out, False
        out += p
    return out, True
""",
            says="calls `select` with a time-out",
        ),
        written(
            """
def answer(line):
    out = b''
    tries = 0
    while True:
        try: p = line.recv(65536)
        except BlockingIOError:
            tries += 1
            if tries == 50: return out, True
            continue
        except OSError: return out, False
        if not p: return out, False
        out += p
""",
            says="that nothing is there: once is enough",
        ),
        written(
            """
def answer(line):
    data, last = b"", False
    while True:
        try:
            piece = line.recv(65536)
        except BlockingIOError:
            if last:
                return data, True
            last = True
            time.sleep(0.01)  # there may be more
            continue
        except OSError:
            return data, False
        if not piece:
            return data, False
        data += piece

import time
""",
            says="your function waits for a moment",
        ),
        written(
            """
def answer(line):
    with selectors.DefaultSelector() as watcher:
        watcher.register(line, selectors.EVENT_READ)
        data = b""
        while watcher.select(0.005):
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
""",
            says="your function waits for a moment",
        ),
        edit(
            'BlockingIOError:\n            return b"".join(pieces), True',
            'BlockingIOError:\n            line.close()\n            return b"".join(pieces), True',
            says="in pieces, your function closed the line, although",
        ),
    ],
    "13.3": [
        edit("[], patience)", "[])", says="and your function still waits when its patience of 0.03 s is over"),
        written(
            """
def answer(guests, patience):
    readable, _, _ = select.select(list(guests), [], [], patience)
    for guest in readable:
        guest.sendall(guest.recv(65536))
""",
            says="your function let BlockingIOError out",
        ),
        written(
            """
def answer(guests, patience):
    readable, _, _ = select.select(list(guests), [], [], patience)
    for guest in readable:
        guest.setblocking(True)
        guest.sendall(guest.recv(65536))
""",
            says="your function waits for one guest",
        ),
        written(
            """
def answer(guests, patience):
    readable, _, _ = select.select(list(guests), [], [], patience)
    for guest in readable:
        try:
            guest.sendall(guest.recv(65536))
        except OSError:
            guests.pop(guest)
            guest.close()
""",
            says="was sent home",
        ),
        edit(
            "for guest, left in guests.items() if left", "for guest in guests", says="nothing is left to be sent, and"
        ),
        edit("hungry, [], patience", "hungry, [], 0 if hungry else patience", says="there is no room for what is left"),
        edit(
            "del guests[guest][: guest.send(guests[guest])]",
            "guest.send(guests[guest])\n            guests[guest].clear()",
            says="a guest who read late had said",
        ),
        edit("guests[guest] += data", "guests[guest][:] = data", says="a guest who read late had said"),
        edit("in writable:", "in writable[:0]:", says="a guest had said 7 bytes"),
        edit(
            "        if not data:\n            del guests[guest]\n            guest.close()",
            "",
            says="a guest has hung up, and is still in the dictionary",
        ),
        edit("            guest.close()", "", says="has not closed the line"),
        edit(
            "with contextlib.suppress(OSError):",
            "if True:",
            '        except OSError:\n            data = b""\n',
            "",
            says="a guest who does not read, or has left, is no reason to end",
        ),
        edit(
            '        except OSError:\n            data = b""\n',
            "",
            says="let ConnectionResetError out; a guest who does not read, or has left, is no reason to end",
        ),
        written(
            """
def answer(guests, patience):
    readable, _, _ = select.select(list(guests), [], [], patience)
    for guest in readable:
        try:
            data = guest.recv(65536)
        except OSError:
            data = b""
        guests[guest] += data
        if not data:
            del guests[guest]
            guest.close()
    for guest, left in guests.items():
        with contextlib.suppress(OSError):
            del left[: guest.send(left)]
""",
            says="your function waits for somebody to speak",
        ),
        edit("hungry, [], patience", "hungry, [], patience or None", says="although its patience is 0"),
        edit("in readable:", "in readable[:1]:", says="not all of them have their answer"),
        edit(
            "            guest.close()",
            "            guest.close()\n    if readable or writable:\n        turn(guests, patience)",
            says="your function, once that is done, waits for more",
        ),
        edit("            continue", "            break", says="after that turn"),
        edit("            continue", "            return", says="after that turn"),
        edit("            continue", "            pass", says="UnboundLocalError"),
        edit("        except BlockingIOError:\n            continue\n", "", says="your function sent them home"),
        edit("        except BlockingIOError:", "        except OSError:", says="each time, and they are still"),
        edit("        except OSError:", "        except ConnectionError:", says="let TimeoutError out"),
        edit("        except OSError:", "        except Exception:", says="that should come out, and None came out"),
        edit("suppress(OSError):", "suppress(ConnectionError):", says="let BlockingIOError out"),
        edit("suppress(OSError):", "suppress(ConnectionError, BlockingIOError):", says="let TimeoutError out"),
        edit("suppress(OSError):", "suppress(Exception):", says="`send` raised BurntBun"),
        edit("        except OSError:", "        except (ConnectionError, TimeoutError):", says="let OSError out"),
        edit("suppress(OSError):", "suppress(BlockingIOError, ConnectionError, TimeoutError):", says="let OSError out"),
        edit(
            "    for guest in writable:\n"
            "        with contextlib.suppress(OSError):  # it has left: its `recv` will tell\n",
            "    with contextlib.suppress(OSError):\n        for guest in writable:\n",
            says="`send` to one guest raised OSError, and after two turns another had not got what is theirs",
        ),
        edit(
            "            guest.close()",
            "            guest.close()\n            return",
            says="`recv` of one guest raised OSError, and in that turn another",
        ),
        written(
            """
def answer(guests, patience):
    # whoever has hung up is out, once they have what is theirs
    hungry = [guest for guest, left in guests.items() if left]
    readable, writable, _ = select.select(list(guests), hungry, [], patience)
    gone = []
    for guest in readable:
        try:
            data = guest.recv(65536)
        except BlockingIOError:
            continue
        except OSError:
            data = b""
            guests[guest].clear()
        guests[guest] += data
        if not data and not guests[guest]:
            gone.append(guest)
    for guest in writable:
        try:
            del guests[guest][: guest.send(guests[guest])]
        except BlockingIOError:
            continue
        except OSError:
            gone.append(guest)
    for guest in set(gone):
        del guests[guest]
        guest.close()
""",
            says="`recv` of a guest returned b'', bytes were left for them",
        ),
        edit(
            "            del guests[guest][: guest.send(guests[guest])]",
            "            sent = guest.send(guests[guest])\n            guests[guest] = bytes(guests[guest][sent:])",
            says="and after a turn there is bytes",
        ),
        edit("guest.send(guests[guest])]", "guest.send(guests[guest][:1024])]", says="after two turns 2,048 had come"),
        edit("hungry, [], patience", "hungry, [], min(patience, 0.05)", says="and your function comes back after 0."),
        edit(
            "    readable, writable, _ = select.select(list(guests), hungry, [], patience)\n",
            "    readable, writable, _ = select.select(list(guests), hungry, [], 0)\n"
            "    if not readable and not writable:\n"
            "        time.sleep(patience)\n"
            "        readable, writable, _ = select.select(list(guests), hungry, [], 0)\n",
            "# Solution\n",
            "import time\n",
            says="a guest said something while your function waited, and it waited on",
        ),
        edit(
            "    readable, writable, _ = select.select(list(guests), hungry, [], patience)\n",
            "    end, readable, writable = time.monotonic() + patience, [], []\n"
            "    while not readable and not writable and time.monotonic() < end:\n"
            "        readable, writable, _ = select.select(list(guests), hungry, [], 0)\n",
            "# Solution\n",
            "import time\n",
            says="your function keeps the CPU busy while it waits",
        ),
        edit(
            "guests[guest] += data\n",
            "sent = 0\n"
            "        with contextlib.suppress(OSError):\n"
            "            sent = guest.send(data)\n"
            "        guests[guest] += data[sent:]\n",
            "for guest in writable:",
            "for guest in []:",
            "            guest.close()\n",
            "            guest.close()\n"
            "    for guest in set(writable) & set(guests):\n"
            "        with contextlib.suppress(OSError):\n"
            "            del guests[guest][: guest.send(guests[guest])]\n",
            says="b'and a buntea, ' came",
        ),
        edit(
            "for guest in writable:",
            "for guest in [each for each in writable if each not in readable]:",
            says="a guest spoke before each of five turns",
        ),
    ],
    "13.4": [
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.alarms, self.numbers = clock, {}, count()

    def after(self, seconds, call):
        ticket = next(self.numbers)
        self.alarms[ticket] = (self.clock() + seconds, call)
        return ticket

    def cancel(self, ticket):
        self.alarms.pop(ticket, None)

    def patience(self):
        first = min((when for when, _ in self.alarms.values()), default=None)
        return None if first is None else max(0, first - self.clock())

    def ring(self):
        now = self.clock()
        for when, ticket in sorted((when, ticket) for ticket, (when, _) in self.alarms.items()):
            if when <= now and ticket in self.alarms:
                self.alarms[ticket][1]()
                self.cancel(ticket)
""",
            says="one alarm, whose call asks for patience and calls ring; ring",
        ),
        edit(
            "        while self.heap and self.heap[0][1] not in self.calls:\n            heappop(self.heap)\n",
            "",
            says="the first cancelled twice; patience",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.heap, self.numbers = clock, [], count()

    def after(self, seconds, call):
        entry = (self.clock() + seconds, next(self.numbers), call)
        heappush(self.heap, entry)
        return entry

    def cancel(self, ticket):
        self.heap.remove(ticket)

    def patience(self):
        return max(0, self.heap[0][0] - self.clock()) if self.heap else None

    def ring(self):
        while self.heap and self.heap[0][0] <= self.clock():
            heappop(self.heap)[2]()
""",
            says="ValueError",
        ),
        edit("max(0, self.heap[0][0] - self.clock())", "self.heap[0][0]", says="patience at once"),
        edit("self.heap[0][0] <= now", "self.heap[0][0] < now", says="to the moment"),
        edit(
            "now, due = self.clock(), []\n        while self.heap and self.heap[0][0] <= now:\n            due.append(",
            "while self.patience() == 0:\n            self.calls.pop(",
            "heappop(self.heap)[1])\n        for ticket in due:\n            self.calls.pop(ticket, lambda: None)()",
            "heappop(self.heap)[1])()",
            says="sets another, due at once",
        ),
        edit(
            "due.append(heappop(self.heap)[1])",
            "due.append(self.calls.pop(heappop(self.heap)[1], lambda: None))",
            "for ticket in due:\n            self.calls.pop(ticket, lambda: None)()",
            "for call in due:\n            call()",
            says="the first cancels the second",
        ),
        edit(
            "now, due = self.clock(), []\n        while",
            "now = self.clock()\n        for _ in range(len(self.heap)):\n            if",
            "            due.append(heappop(self.heap)[1])\n"
            "        for ticket in due:\n            self.calls.pop(ticket,",
            "                self.calls.pop(heappop(self.heap)[1],",
            says="while others are far",
        ),
        edit(
            "self.calls.pop(ticket, None)",
            "self.calls.pop(ticket, None)\n"
            "        numbers = [number for _, number in self.heap]\n"
            "        if ticket in numbers:\n"
            "            self.heap[numbers.index(ticket)] = self.heap[-1]\n"
            "            self.heap.pop()",
            says="forty alarms, every third cancelled",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.times = clock, {}

    def after(self, seconds, call):
        self.times[call] = self.clock() + seconds
        return call

    def cancel(self, ticket):
        self.times.pop(ticket, None)

    def patience(self):
        return max(0, min(self.times.values()) - self.clock()) if self.times else None

    def ring(self):
        now = self.clock()
        for call in sorted((call for call in self.times if self.times[call] <= now), key=self.times.get):
            if call in self.times:
                del self.times[call]
                call()
""",
            says="the same call set after",
        ),
        edit("next(self.numbers)", "len(self.calls)", says="then two more set"),
        edit("while self.heap and self.heap[0][1] not", "if self.heap and self.heap[0][1] not", says="the first two"),
        edit(
            "self.heap, self.numbers, self.calls = clock, [], count(), {}",
            "self.numbers, self.calls = clock, count(), {}",
            "    def __init__",
            "    heap = []\n\n    def __init__",
            says="two Alarms",
        ),
        edit(
            "self.numbers, self.calls = clock, [], count(), {}",
            "self.numbers = clock, [], count()",
            "    def __init__",
            "    calls = {}\n\n    def __init__",
            says="two Alarms",
        ),
        edit("            heappop(self.heap)\n", "            pass\n", says="`patience` was still running after 1.5 s"),
        edit("clock() + seconds", "clock() + int(seconds)", says="alarms after 0.25, 0.5 and 1.5 s"),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.alarms, self.cancelled, self.numbers = clock, [], set(), count()

    def after(self, seconds, call):
        self.alarms.append((self.clock() + seconds, next(self.numbers), call))
        return self.alarms[-1][1]

    def cancel(self, ticket):
        self.cancelled.add(ticket)
        self.alarms = [each for each in self.alarms if each[1] != ticket]

    def patience(self):
        return max(0, min(self.alarms)[0] - self.clock()) if self.alarms else None

    def ring(self):
        for alarm in sorted(each for each in self.alarms if each[0] <= self.clock()):
            self.alarms = [each for each in self.alarms if each != alarm]
            if alarm[1] not in self.cancelled:
                alarm[2]()
""",
            says="the call of the first calls ring; ring: ['first', 'second'] should have come, and it was ['first', '",
        ),
        edit(
            "now, due = self.clock(), []",
            "now, self.due = self.clock(), []",
            "due.append(heappop(self.heap)[1])",
            "self.due.append(heappop(self.heap)[1])",
            "for ticket in due:\n            self.calls.pop(ticket, lambda: None)()",
            "while self.due:\n            self.calls.pop(self.due.pop(0), lambda: None)()",
            says="the call of the first calls ring; ring: ['first', 'second'] should have come, and it was ['first']",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.alarms = clock, []

    def after(self, seconds, call):
        self.alarms.append((self.clock() + seconds, call))
        return self.alarms[-1]

    def cancel(self, ticket):
        if ticket in self.alarms:
            self.alarms.remove(ticket)

    def patience(self):
        return max(0, min(when for when, _ in self.alarms) - self.clock()) if self.alarms else None

    def ring(self):
        now = self.clock()
        for alarm in sorted((each for each in self.alarms if each[0] <= now), key=lambda each: each[0]):
            if alarm in self.alarms:
                self.alarms.remove(alarm)
                alarm[1]()
""",
            says="the same call set twice after 1 s, the first cancelled twice",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.heap = clock, []

    def after(self, seconds, call):
        alarm = [self.clock() + seconds, len(self.heap), call]
        heappush(self.heap, alarm)
        return alarm

    def cancel(self, ticket):
        ticket[2] = None

    def patience(self):
        while self.heap and not self.heap[0][2]:
            heappop(self.heap)
        return max(0, self.heap[0][0] - self.clock()) if self.heap else None

    def ring(self):
        now, due = self.clock(), []
        while self.heap and self.heap[0][0] <= now:
            due.append(heappop(self.heap))
        for alarm in due:
            call, alarm[2] = alarm[2], None
            if call:
                call()
""",
            says="['set at once', 'set 1 s later'] should have come, and it was ['set 1 s later', 'set at once']",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.heap, self.numbers, self.rung = clock, [], count(), set()

    def after(self, seconds, call):
        alarm = (self.clock() + seconds, next(self.numbers), call)
        heappush(self.heap, alarm)
        return alarm

    def cancel(self, ticket):
        if ticket not in self.rung:
            self.heap.remove(ticket)
            self.heap.sort()
            self.rung.add(ticket)

    def patience(self):
        return max(0, self.heap[0][0] - self.clock()) if self.heap else None

    def ring(self):
        due = [alarm for alarm in sorted(self.heap) if alarm[0] <= self.clock()]
        for alarm in due:
            if alarm in self.heap:
                self.heap.remove(alarm)
                self.heap.sort()
                alarm[2]()
                self.rung.add(alarm)
""",
            says="ValueError",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.alarms = clock, []

    def after(self, seconds, call):
        alarm = [self.clock() + seconds, call]
        self.alarms.append(alarm)
        return id(alarm)

    def cancel(self, ticket):
        self.alarms = [a for a in self.alarms if id(a) != ticket]

    def patience(self):
        return max(0, min(a[0] for a in self.alarms) - self.clock()) if self.alarms else None

    def ring(self):
        now = self.clock()
        due = sorted((a for a in self.alarms if a[0] <= now), key=lambda a: a[0])
        for alarm in due:
            if any(alarm is a for a in self.alarms):
                self.alarms = [a for a in self.alarms if a is not alarm]
                alarm[1]()
""",
            says="and the old five were cancelled",
        ),
        written(
            """
class answer:
    def __init__(self, clock):
        self.clock, self.moments = clock, {}

    def after(self, seconds, call):
        alarm = [self.clock() + seconds, call]
        self.moments.setdefault(alarm[0], []).append(alarm)
        return alarm

    def cancel(self, ticket):
        ticket[1] = None

    def patience(self):
        times = [when for when, alarms in self.moments.items() if any(call for _, call in alarms)]
        return max(0, min(times) - self.clock()) if times else None

    def ring(self):
        now = self.clock()
        for when in sorted(when for when in self.moments if when <= now):
            for alarm in self.moments.pop(when, []):
                call, alarm[1] = alarm[1], None
                if call:
                    call()
""",
            says="the first sets one that is due when the second is; ring",
        ),
    ],
}
