"""Answers to the exercises of chapter 13 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "13.1": [
        written(
            "def answer(lines):\n"
            "    speak = []\n"
            "    for name, line in lines.items():\n"
            "        line.setblocking(False)\n"
            "        try:\n"
            "            line.recv(100)\n"
            "            speak.append(name)\n"
            "        except BlockingIOError:\n"
            "            pass\n"
            "    return speak",
            "is left of it",
        ),
        written(
            "def answer(lines):\n"
            "    speak = []\n"
            "    for name, line in lines.items():\n"
            "        line.setblocking(False)\n"
            "        try:\n"
            "            if line.recv(1, socket.MSG_PEEK):\n"
            "                speak.append(name)\n"
            "        except BlockingIOError:\n"
            "            pass\n"
            "    return speak",
            "leek has hung up",
        ),
        written(
            "def answer(lines):\n"
            "    readable, _, _ = select.select(list(lines.values()), [], [], 0)\n"
            "    return [name for name, line in lines.items() if line in readable]",
            "`select` refuses",
        ),
        written(
            "def answer(lines):\n"
            "    readable, _, _ = select.select(list(lines.values()), [], [], 0)\n"
            "    return readable",
            "return names",
        ),
        written("def answer(lines): select.select(list(lines.values()), [], [], 0)", "returned None"),
        written("def answer(lines): return list(lines)", "lotus speaks and leek has hung up"),
        written(
            "def answer(lines):\n"
            "    with selectors.DefaultSelector() as watcher:\n"
            "        for name, line in lines.items():\n"
            "            watcher.register(line, selectors.EVENT_READ, name)\n"
            "        return [key.data for key, _ in watcher.select()]",
            "it should only look",
        ),
        written(
            "def answer(lines):\n"
            "    speak = [name for name, line in lines.items() if select.select([line], [], [], 0)[0]]\n"
            "    if speak:\n"
            "        return speak",
            "where all are quiet, your function returned None",
        ),
        written(
            "def answer(lines):\n"
            "    with selectors.DefaultSelector() as watcher:\n"
            "        for name, line in lines.items():\n"
            "            watcher.register(line, selectors.EVENT_READ, name)\n"
            "        return [key.data for key, _ in watcher.select(1)]",
            "it should only look",
        ),
        written(
            "def answer(lines):\n"
            "    with selectors.DefaultSelector() as s:\n"
            "        for n, l in lines.items(): s.register(l, selectors.EVENT_READ, n)\n"
            "        return [k.data for k, _ in s.select(0.1)]",
            "it should only look",
        ),
    ],
    "13.2": [
        written("def answer(line): return line.recv(4096)", "return two things"),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    while piece := line.recv(4096):\n"
            "        data += piece\n"
            "    return data, True",
            "let BlockingIOError out",
        ),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    try:\n"
            "        while piece := line.recv(4096):\n"
            "            data += piece\n"
            "    except BlockingIOError:\n"
            "        pass\n"
            "    return data, True",
            "said open=True",
        ),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    try:\n"
            "        while piece := line.recv(4096):\n"
            "            data += piece\n"
            "    except OSError:\n"
            "        return data, True\n"
            "    return data, False",
            "was reset after 1,000 bytes, your function said open=True",
        ),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    try:\n"
            "        while piece := line.recv(4096):\n"
            "            data += piece\n"
            "    except BlockingIOError:\n"
            "        return data, True\n"
            "    return data, False",
            "let ConnectionResetError out",
        ),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    while True:\n"
            "        try:\n"
            "            piece = line.recv(700)\n"
            "        except BlockingIOError:\n"
            "            return data, True\n"
            "        data += piece\n"
            "        if len(piece) < 700:\n"
            "            return data, bool(piece)",
            "said open=True",
        ),
        written(
            "def answer(line):\n"
            "    line.setblocking(True)\n"
            "    data = b''\n"
            "    while piece := line.recv(4096):\n"
            "        data += piece\n"
            "    return data, False",
            "it must never wait",
        ),
        written("def answer(line): return 'text', True", "is bytes"),
        written(
            "def answer(line):\n"
            "    data = b''\n"
            "    while True:\n"
            "        try:\n"
            "            piece = line.recv(4096)\n"
            "        except BlockingIOError:\n"
            "            continue\n"
            "        if not piece:\n"
            "            return data, False\n"
            "        data += piece",
            "it must never wait",
        ),
        written(
            "def answer(line):\n"
            "    line.settimeout(0.01)\n"
            "    data=b''\n"
            "    while True:\n"
            "        try: p = line.recv(65536)\n"
            "        except TimeoutError: return data, True\n"
            "        except OSError: return data, False\n"
            "        if not p: return data, False\n"
            "        data += p",
            "lets `recv` wait",
        ),
    ],
    "13.3": [
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n, self.off = clock, [], count(), set()\n"
            "    def after(self, seconds, call):\n"
            "        n = next(self.n)\n"
            "        heappush(self.heap, (self.clock() + seconds, n, call))\n"
            "        return n\n"
            "    def cancel(self, ticket): self.off.add(ticket)\n"
            "    def patience(self): return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        while self.heap and self.heap[0][0] <= self.clock():\n"
            "            _, n, call = heappop(self.heap)\n"
            "            if n not in self.off: call()",
            "the first cancelled twice; patience",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n = clock, [], count()\n"
            "    def after(self, seconds, call):\n"
            "        entry = (self.clock() + seconds, next(self.n), call)\n"
            "        heappush(self.heap, entry)\n"
            "        return entry\n"
            "    def cancel(self, ticket): self.heap.remove(ticket)\n"
            "    def patience(self): return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        while self.heap and self.heap[0][0] <= self.clock():\n"
            "            heappop(self.heap)[2]()",
            "ValueError",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.all = clock, []\n"
            "    def after(self, seconds, call):\n"
            "        entry = [self.clock() + seconds, call]\n"
            "        self.all.append(entry)\n"
            "        return entry\n"
            "    def cancel(self, ticket): self.all = [each for each in self.all if each is not ticket]\n"
            "    def patience(self): return min((each[0] for each in self.all), default=None)\n"
            "    def ring(self): pass",
            "patience at once",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.all = clock, []\n"
            "    def after(self, seconds, call):\n"
            "        entry = [self.clock() + seconds, call]\n"
            "        self.all.append(entry)\n"
            "        return entry\n"
            "    def cancel(self, ticket): self.all = [each for each in self.all if each is not ticket]\n"
            "    def patience(self): return min((each[0] for each in self.all), default=None) and "
            "max(0, min(each[0] for each in self.all) - self.clock())\n"
            "    def ring(self):\n"
            "        due = [each for each in self.all if each[0] < self.clock()]\n"
            "        for each in sorted(due, key=lambda each: each[0]):\n"
            "            self.all.remove(each)\n"
            "            each[1]()",
            "to the moment",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n, self.calls = clock, [], count(), {}\n"
            "    def after(self, seconds, call):\n"
            "        n = next(self.n)\n"
            "        self.calls[n] = call\n"
            "        heappush(self.heap, (self.clock() + seconds, n))\n"
            "        return n\n"
            "    def cancel(self, ticket): self.calls.pop(ticket, None)\n"
            "    def patience(self):\n"
            "        while self.heap and self.heap[0][1] not in self.calls: heappop(self.heap)\n"
            "        return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        while self.patience() == 0:\n"
            "            self.calls.pop(heappop(self.heap)[1])()",
            "sets another, due at once",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n, self.calls = clock, [], count(), {}\n"
            "    def after(self, seconds, call):\n"
            "        n = next(self.n)\n"
            "        self.calls[n] = call\n"
            "        heappush(self.heap, (self.clock() + seconds, n))\n"
            "        return n\n"
            "    def cancel(self, ticket): self.calls.pop(ticket, None)\n"
            "    def patience(self):\n"
            "        while self.heap and self.heap[0][1] not in self.calls: heappop(self.heap)\n"
            "        return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        due = []\n"
            "        while self.patience() == 0: due.append(self.calls.pop(heappop(self.heap)[1]))\n"
            "        for call in due: call()",
            "the first cancels the second",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n = clock, [], count()\n"
            "    def after(self, seconds, call):\n"
            "        entry = (self.clock() + seconds, next(self.n), call)\n"
            "        heappush(self.heap, entry)\n"
            "        return entry\n"
            "    def cancel(self, ticket):\n"
            "        if ticket in self.heap: self.heap.remove(ticket)\n"
            "    def patience(self): return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        now = self.clock()\n"
            "        for _ in range(len(self.heap)):\n"
            "            if self.heap and self.heap[0][0] <= now: heappop(self.heap)[2]()",
            "while others are far",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.heap, self.n = clock, [], count()\n"
            "    def after(self, seconds, call):\n"
            "        entry = [self.clock() + seconds, next(self.n), call]\n"
            "        heappush(self.heap, entry)\n"
            "        return entry\n"
            "    def cancel(self, ticket):\n"
            "        if ticket in self.heap:\n"
            "            self.heap[self.heap.index(ticket)] = self.heap[-1]\n"
            "            self.heap.pop()\n"
            "        ticket[2] = lambda: None\n"
            "    def patience(self): return max(0, self.heap[0][0] - self.clock()) if self.heap else None\n"
            "    def ring(self):\n"
            "        now, due = self.clock(), []\n"
            "        while self.heap and self.heap[0][0] <= now: due.append(heappop(self.heap))\n"
            "        for entry in due: entry[2]()",
            "forty alarms, every third cancelled",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.d = clock, {}\n"
            "    def after(self, s, call):\n"
            "        self.d[call] = self.clock()+s\n"
            "        return call\n"
            "    def cancel(self, t): self.d.pop(t, None)\n"
            "    def patience(self):\n"
            "        w = min(self.d.values(), default=None)\n"
            "        return None if w is None else max(0, w-self.clock())\n"
            "    def ring(self):\n"
            "        now=self.clock()\n"
            "        for call in sorted((c for c in self.d if self.d[c] <= now), key=self.d.get):\n"
            "            if call in self.d:\n"
            "                del self.d[call]; call()",
            "the same call set after",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, clock): self.clock, self.d = clock, {}\n"
            "    def after(self, s, call):\n"
            "        n = len(self.d)\n"
            "        self.d[n] = self.clock()+s, call\n"
            "        return n\n"
            "    def cancel(self, t): self.d.pop(t, None)\n"
            "    def patience(self):\n"
            "        w = min((w for w,_ in self.d.values()), default=None)\n"
            "        return None if w is None else max(0, w-self.clock())\n"
            "    def ring(self):\n"
            "        now=self.clock()\n"
            "        for w, n in sorted((w, n) for n,(w,_) in self.d.items() if w <= now):\n"
            "            if n in self.d: self.d.pop(n)[1]()",
            "then two more set",
        ),
    ],
    "13.4": [
        written(
            "def answer(hub, begin):\n"
            "    got = []\n"
            "    begin(got.append, got.append)\n"
            "    while not got: pass\n"
            "    return got[0]",
            "still running",
        ),
        written(
            "def answer(hub, begin):\n"
            "    got = []\n"
            "    begin(got.append, got.append)\n"
            "    hub.switch()\n"
            "    return got[0]",
            "never came back",
        ),
        written(
            "def answer(hub, begin):\n"
            "    me, got = getcurrent(), []\n"
            "    def done(value):\n"
            "        got.append(value)\n"
            "        me.switch()\n"
            "    begin(done, done)\n"
            "    if not got: hub.switch()\n"
            "    return got[0]",
            "BurntBun should have been raised",
        ),
        written(
            "def answer(hub, begin):\n"
            "    me, got = getcurrent(), None\n"
            "    def done(value):\n"
            "        nonlocal got\n"
            "        got = value\n"
            "        me.switch()\n"
            "    def failed(error): me.throw(error)\n"
            "    begin(done, failed)\n"
            "    if got is None: hub.switch()\n"
            "    return got",
            "None, which came at once",
        ),
        written(
            "def answer(hub, begin):\n"
            "    me, got = getcurrent(), []\n"
            "    def done(value):\n"
            "        got.append(value)\n"
            "        me.switch()\n"
            "    begin(done, me.throw)\n"
            "    if not got: hub.switch()",
            "'pork' should have come back",
        ),
        written(
            "waiting = False\n"
            "out = []\n"
            "def answer(hub, begin):\n"
            "    global waiting, out\n"
            "    me = getcurrent()\n"
            "    out = []\n"
            "    waiting = False\n"
            "    def settle(v=None, e=None):\n"
            "        out.append((v, e))\n"
            "        if waiting: me.switch()\n"
            "    begin(settle, lambda e: settle(e=e))\n"
            "    waiting = True\n"
            "    if not out: hub.switch()\n"
            "    v, e = out[0]\n"
            "    if e: raise e\n"
            "    return v",
            "each should get its own values",
        ),
    ],
    "13.5": [
        written("def answer(loop, task): pass", "still alive"),
        written(
            "def answer(loop, task):\n    loop.ready.append(getcurrent())\n    task.throw()",
            "still stands in loop.timers",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = [each for each in loop.timers if each[2] is not task]\n"
            "    task.throw()",
            "never came back",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(each for each in loop.timers if each[2] is not task)\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "the reader is dead and still stands in loop.selector",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(each for each in loop.timers if each[2] is not task)\n"
            "    for key in list(loop.selector.get_map().values()):\n"
            "        if task in key.data.values():\n"
            "            loop.selector.unregister(key.fileobj)\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "it is not woken any more",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = [each for each in loop.timers if each[2] is not task]\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "no heap",
        ),
        written(
            "def answer(loop, task):\n    loop.timers.clear()\n    loop.ready.append(getcurrent())\n    task.throw()",
            "0 of them are left",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(each for each in loop.timers if each[2] is not task)\n"
            "    loop.ready.append(task)\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.parent.switch()",
            "GreenletExit should be raised",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(each for each in loop.timers if each[2] is not task)\n"
            "    for key in list(loop.selector.get_map().values()):\n"
            "        for event in [event for event, each in key.data.items() if each is task]:\n"
            "            del key.data[event]\n"
            "        if not key.data:\n"
            "            loop.selector.unregister(key.fileobj)\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "still watches for when one may write",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(a for a in loop.timers if a[2] is not task)\n"
            "    if task in loop.ready: loop.ready.remove(task)\n"
            "    for key in list(loop.selector.get_map().values()):\n"
            "        others = {e: t for e, t in key.data.items() if t is not task}\n"
            "        if others == key.data: continue\n"
            "        if others: loop.selector.modify(key.fileobj, sum(others), others)\n"
            "        else: loop.selector.unregister(key.fileobj)\n"
            "    if task.dead: return\n"
            "    loop.ready.append(getcurrent())\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "once too often",
        ),
        written(
            "def answer(loop, task):\n"
            "    loop.timers[:] = sorted(a for a in loop.timers if a[2] is not task)\n"
            "    if task in loop.ready: loop.ready.remove(task)\n"
            "    for key in list(loop.selector.get_map().values()):\n"
            "        others = {e: t for e, t in key.data.items() if t is not task}\n"
            "        if others == key.data: continue\n"
            "        if others: loop.selector.modify(key.fileobj, sum(others), others)\n"
            "        else: loop.selector.unregister(key.fileobj)\n"
            "    if task.dead: return\n"
            "    loop.ready.clear()\n"
            "    loop.ready.append(getcurrent())\n"
            "    task.throw()",
            "its neighbour",
        ),
    ],
    "13.6": [
        written(
            "def answer(door, spawn):\n"
            "    def serve(guest):\n"
            "        name = guest.recv(1024).strip()\n"
            "        guest.sendall(b'welcome ' + name + b'\\n')\n"
            "        while data := guest.recv(1024):\n"
            "            guest.sendall(name + b': ' + data)\n"
            "    while True:\n"
            "        spawn(serve, door.accept()[0])",
            "its own line",
        ),
        written("def answer(door, spawn): pass", "it returned"),
        written(
            "def answer(door, spawn): raise RuntimeError('no room')", "`chat` came to an end: RuntimeError: no room"
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def serve(guest):\n"
            "        while data := guest.recv(1024):\n"
            "            for line in data.splitlines():\n"
            "                if guest not in room:\n"
            "                    room[guest] = line\n"
            "                    guest.sendall(b'welcome ' + line + b'\\n')\n"
            "                    continue\n"
            "                for other in list(room):\n"
            "                    if other is not guest:\n"
            "                        other.sendall(room[guest] + b': ' + line + b'\\n')\n"
            "    while True:\n"
            "        spawn(serve, door.accept()[0])",
            "that came in pieces",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def serve(guest):\n"
            "        buffer = b''\n"
            "        while data := guest.recv(1024):\n"
            "            *lines, buffer = (buffer + data).split(b'\\n')\n"
            "            for line in lines:\n"
            "                if guest not in room:\n"
            "                    room[guest] = line\n"
            "                    guest.sendall(b'welcome ' + line + b'\\n')\n"
            "                    continue\n"
            "                for other in list(room):\n"
            "                    if other is not guest:\n"
            "                        other.sendall(room[guest] + b': ' + line + b'\\n')\n"
            "    while True:\n"
            "        spawn(serve, door.accept()[0])",
            "while five guests left",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def serve(guest):\n"
            "        buffer = ''\n"
            "        while data := guest.recv(1024):\n"
            "            *lines, buffer = (buffer + data.decode(errors='replace')).split('\\n')\n"
            "            for line in lines:\n"
            "                if guest not in room:\n"
            "                    room[guest] = line\n"
            "                    guest.sendall(f'welcome {line}\\n'.encode())\n"
            "                    continue\n"
            "                for other in list(room):\n"
            "                    if other is not guest:\n"
            "                        other.sendall(f'{room[guest]}: {line}\\n'.encode())\n"
            "    while True:\n"
            "        spawn(serve, door.accept()[0])",
            "letters were cut",
        ),
        written(
            "def answer(door, spawn):\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        name = guest.recv(1024)\n"
            "        guest.sendall(b'hello ' + name)",
            "should read b'welcome g0'",
        ),
        written(
            "def answer(door, spawn):\n    import time\n    while True:\n        time.sleep(0.1)",
            "the hub, which gets no turn",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def hear(me, line):\n"
            "        if me not in room:\n"
            "            room[me] = line\n"
            '            me.sendall(b"welcome " + line + b"\\n")\n'
            "            return\n"
            "        for other in room:\n"
            "            if other is not me:\n"
            '                try: other.sendall(room[me] + b": " + line + b"\\n")\n'
            "                except OSError: pass\n"
            "    def serve(guest):\n"
            '        buffer = b""\n'
            "        try:\n"
            "            while data := guest.recv(1024):\n"
            '                *lines, buffer = (buffer + data).split(b"\\n")\n'
            "                for line in lines: hear(guest, line)\n"
            "        except OSError: pass\n"
            "        finally:\n"
            "            room.pop(guest, None)\n"
            "            guest.close()\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        spawn(serve, guest)",
            "while five guests left",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def hear(me, line):\n"
            "        if me not in room:\n"
            "            room[me] = line\n"
            '            me.sendall(b"welcome " + line + b"\\n")\n'
            "            return\n"
            "        for other in list(room):\n"
            "            if other is not me:\n"
            '                other.sendall(room[me] + b": " + line + b"\\n")\n'
            "    def serve(guest):\n"
            '        buffer = b""\n'
            "        try:\n"
            "            while data := guest.recv(1024):\n"
            '                *lines, buffer = (buffer + data).split(b"\\n")\n'
            "                for line in lines: hear(guest, line)\n"
            "        except OSError: pass\n"
            "        finally:\n"
            "            room.pop(guest, None)\n"
            "            guest.close()\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        spawn(serve, guest)",
            "while five guests left",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def hear(me, line):\n"
            "        if room[me] == b'?':\n"
            "            room[me] = line\n"
            '            me.sendall(b"welcome " + line + b"\\n")\n'
            "            return\n"
            "        for other in list(room):\n"
            "            if other is not me:\n"
            '                try: other.sendall(room[me] + b": " + line + b"\\n")\n'
            "                except OSError: pass\n"
            "    def serve(guest):\n"
            '        buffer = b""\n'
            "        room[guest] = b'?'\n"
            "        try:\n"
            "            while data := guest.recv(1024):\n"
            '                *lines, buffer = (buffer + data).split(b"\\n")\n'
            "                for line in lines: hear(guest, line)\n"
            "        except OSError: pass\n"
            "        finally:\n"
            "            room.pop(guest, None)\n"
            "            guest.close()\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        spawn(serve, guest)",
            "is not in the room",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def hear(me, line):\n"
            "        if me not in room:\n"
            "            room[me] = line\n"
            '            me.sendall(b"welcome " + line + b"\\n")\n'
            "            return\n"
            "        for other in list(room):\n"
            "            if other is not me:\n"
            '                try: other.sendall(room[me] + b": " + line + b"\\n")\n'
            "                except OSError: pass\n"
            '    buffer = b""\n'
            "    def serve(guest):\n"
            "        nonlocal buffer\n"
            "        try:\n"
            "            while data := guest.recv(1024):\n"
            '                *lines, buffer = (buffer + data).split(b"\\n")\n'
            "                for line in lines: hear(guest, line)\n"
            "        except OSError: pass\n"
            "        finally:\n"
            "            room.pop(guest, None)\n"
            "            guest.close()\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        spawn(serve, guest)",
            "came in pieces",
        ),
        written(
            "def answer(door, spawn):\n"
            "    room = {}\n"
            "    def hear(me, line):\n"
            "        if me not in room:\n"
            "            room[me] = line\n"
            '            me.sendall(b"welcome " + line + b"\\n")\n'
            "            return\n"
            "        for other in list(room):\n"
            "            if other is not me:\n"
            '                try: other.send(room[me] + b": " + line + b"\\n")\n'
            "                except OSError: pass\n"
            "    def serve(guest):\n"
            '        buffer = b""\n'
            "        try:\n"
            "            while data := guest.recv(1024):\n"
            '                *lines, buffer = (buffer + data).split(b"\\n")\n'
            "                for line in lines: hear(guest, line)\n"
            "        except OSError: pass\n"
            "        finally:\n"
            "            room.pop(guest, None)\n"
            "            guest.close()\n"
            "    while True:\n"
            "        guest, _ = door.accept()\n"
            "        spawn(serve, guest)",
            "waited in vain",
        ),
    ],
}
