"""Answers to the exercises of chapter 14 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

PATIENT = (
    "            with contextlib.suppress(OSError):  # gone; its own greenlet will notice\n    "  # about a sendall
)

WRONG = {
    "14.1": [
        edit(
            "if not outcome:\n        hub.switch()", "while not outcome:\n        pass", says="kept running for 1.5 s"
        ),
        edit(
            "            me.switch()\n",
            "            while not hub.dead:\n                pass\n",
            says="has not returned within 1.5 s",
        ),
        edit("        if waiting:\n            me.switch()\n", "", says="never came back"),
        edit(
            "    if not outcome:\n        hub.switch()",
            "    hub.switch()",
            says="called at once, before `begin` returned",
        ),
        edit("    if not outcome:\n        hub.switch()\n", "", says="IndexError"),
        edit(
            "    if error is not None:\n        raise error\n    return value",
            "    return error or value",
            says="BurntBun('burnt') should have been raised",
        ),
        edit("if not outcome:", "if not outcome or outcome[0][0] is None:", says="`done(None)`, called at once"),
        edit("if not outcome:", "if not (outcome and outcome[0][0] is not None):", says="`done(None)`, called at once"),
        edit("    return value", "", says="'pork' should have come back"),
        edit("    return value", "    return value or None", says="0 should have come back"),
        edit("    me, outcome", "    global outcome, waiting\n    me, outcome", says="each should get its own values"),
        edit("raise error", "raise type(error)", says="BurntBun('burnt') should have been raised"),
        edit(
            "if error is not None:", "if isinstance(error, Exception):", says="GreenletExit('closed') should have been"
        ),
        edit("    begin(", "    for _ in range(2):\n        begin(", says="called it 2 times"),
        edit(
            "begin(finish, lambda error: finish(error=error))",
            "begin(finish, finish)",
            "if error is not None:\n        raise error",
            "if isinstance(value, Exception):\n        raise value",
            says="`done(BurntBun('burnt'))`, called later: BurntBun('burnt') should have come back",
        ),
        written(
            """
def answer(hub, begin):
    me, out, waiting = getcurrent(), [], False
    def fin(v=None, e=None):
        out.append((v, e))
        if waiting: me.switch()
    try: begin(fin, lambda e: fin(e=e))
    except Exception: return None
    waiting = True
    if not out: hub.switch()
    v, e = out[0]
    if e is not None: raise e
    return v
""",
            says="`begin` itself raised",
        ),
    ],
    "14.2": [
        written("def answer(loop, task): pass", says="still alive"),
        edit(
            "    loop.timers[:] = sorted(alarm for alarm in loop.timers if alarm[2] is not task)\n",
            "",
            says="still stands in loop.timers",
        ),
        edit("        loop.ready.append(getcurrent())\n", "", says="of the sleeper has not come back"),
        edit("loop.ready.remove(task)", "loop.ready.clear()", says="these began: []"),
        edit(
            "list(loop.selector.get_map().values())",
            "[]",
            says="the reader is dead and still stands in loop.selector",
        ),
        edit("if not others:", "if others != key.data:", says="it is not woken any more"),
        edit(
            "sorted(alarm for alarm in loop.timers if alarm[2] is not task)",
            "[alarm for alarm in loop.timers if alarm[2] is not task]",
            says="no heap",
        ),
        edit(
            "loop.timers[:] = sorted(alarm for alarm in loop.timers if alarm[2] is not task)",
            "loop.timers.clear()",
            says="0 of them are left",
        ),
        edit(
            "loop.ready.append(getcurrent())\n        task.throw()",
            "loop.ready.extend([task, getcurrent()])\n        task.parent.switch()",
            says="GreenletExit should be raised",
        ),
        edit(
            "loop.selector.modify(key.fileobj, sum(others), others)",
            "key.data.clear()\n            key.data.update(others)",
            says="still watches for when one may write",
        ),
        edit("append(getcurrent())", "extend([getcurrent(), getcurrent()])", says="once too often"),
        edit(
            "loop.ready.append(getcurrent())",
            "loop.ready.clear()\n        loop.ready.append(getcurrent())",
            says="was not woken in 1.5 s",
        ),
        edit(
            "loop.ready.remove(task)",
            "loop.ready.remove(task)\n        loop.ready.reverse()",
            says="these began: ['third', 'first']",
        ),
        edit(
            "    if task in loop.ready:\n        loop.ready.remove(task)\n",
            "",
            "loop.ready.append(getcurrent())",
            "task.parent = getcurrent()",
            says="the newborn is dead and still stands in loop.ready",
        ),
        edit("if alarm[2] is not task", "if alarm[2] is task", says="still stands in loop.timers"),
        edit("if not others:", "if others is None:", says="still watches it"),
        edit(
            "            loop.selector.modify(key.fileobj, sum(others), others)\n",
            "            loop.selector.modify(key.fileobj, sum(others), others)\n        break\n",
            says="the reader is dead and still stands in loop.selector",
        ),
        edit(
            "        elif others != key.data:\n            loop.selector.modify(key.fileobj, sum(others), others)\n",
            "",
            says="the writer is dead and still stands in loop.selector",
        ),
        edit("list(loop.selector.get_map().values())", "list(loop.selector.values())", says="AttributeError"),
        edit("task.throw()", "task.throw(Exception)", says="GreenletExit should be raised"),
        edit("task.throw()", "task.switch()", says="GreenletExit should be raised"),
        edit("sum(others), others)", "loop.READ, others)", says="does not watch their socket for its writer"),
        edit(
            "task.throw()\n",
            "task.throw()\n    while loop.ready.popleft() is not task:\n        pass\n",
            says="IndexError",
        ),
        edit(
            "sorted(alarm for alarm in loop.timers if alarm[2] is not task)",
            "sorted(alarm if alarm[2] is not task else () for alarm in loop.timers)",
            says="after `kill` of the sleeper, () stands in loop.timers, which is no alarm",
        ),
        edit("sorted(alarm for", "sorted(alarm[:2] for", says="stands in loop.timers, which is no alarm"),
        edit(
            "sorted(alarm for alarm in loop.timers if alarm[2] is not task)",
            "[(when, number, Nobody if each is task else each) for when, number, each in loop.timers]",
            "# Solution\n",
            "class Nobody:\n    @staticmethod\n    def switch():\n        pass\n\n\n",
            says="an alarm too many stands in loop.timers",
        ),
    ],
    "14.3": [
        edit(
            "suppress(OSError):\n            while",
            "suppress(ConnectionError):\n            while",
            says="greenlet of yours",
        ),
        edit("room[me] = line\n", "room[me] = line.decode('ascii').encode()\n", says="ended with UnicodeDecodeError"),
        edit(
            "        for other in", "        line.decode()\n        for other in", says="ended with UnicodeDecodeError"
        ),
        written(
            """
def answer(door, spawn):
    def serve(guest):
        name = guest.recv(1024).strip()
        guest.sendall(b"welcome " + name + b"\\n")
        while data := guest.recv(1024):
            guest.sendall(name + b": " + data)

    while True:
        spawn(serve, door.accept()[0])
""",
            says="its own line",
        ),
        written("def answer(door, spawn): pass", says="it returned"),
        written(
            "def answer(door, spawn): raise RuntimeError('no room')",
            says="`chat` came to an end: RuntimeError: no room",
        ),
        edit('*lines, buffer = (buffer + data).split(b"\\n")', "lines = data.splitlines()", says="that came in pieces"),
        edit(PATIENT, "", ", contextlib.suppress(OSError)", "", says="while five guests left"),
        edit(
            "(buffer + data).split",
            '(buffer + data.decode(errors="replace").encode()).split',
            says="letters were cut",
        ),
        edit('b"welcome "', 'b"hello "', says="should read b'welcome g0'"),
        written(
            """
def answer(door, spawn):
    import time

    while True:
        time.sleep(0.1)
""",
            says="the hub, which gets no turn",
        ),
        edit(
            "[each for each in room if each is not me]",
            "(each for each in room if each is not me)",
            says="while five guests left",
        ),
        edit(PATIENT, "", says="while five guests left"),
        edit(
            "if me not in room:",
            'if room[me] == b"?":',
            'buffer = b""',
            'buffer, room[guest] = b"", b"?"',
            says="is not in the room",
        ),
        edit(
            '    def serve(guest):\n        buffer = b""',
            '    buffer = b""\n\n    def serve(guest):\n        nonlocal buffer',
            says="came in pieces",
        ),
        edit("other.sendall", "other.send", says="waited in vain"),
        edit("hear(guest, line)", "hear(guest, line.strip())", says="with blanks at both ends"),
        edit("for line in lines:", "for line in filter(None, lines):", says="and an empty one"),
        edit(
            "        room.pop(guest, None)\n",
            "        if guest in room and buffer:\n            hear(guest, buffer)\n        room.pop(guest, None)\n",
            says="half a word",
        ),
        edit("each is not me", "room[each] != room[me]", says="of another who bears the same name"),
        edit("        room.pop(guest, None)\n", "", says="still sends to lines that are closed"),
        edit("    room = {}\n", "    global room\n    room = globals().get('room', {})\n", says="a room of their own"),
        edit("hear(guest, line)", "(line or guest in room) and hear(guest, line)", says="guest with the empty name"),
        edit("if me not in room:", "if not room.get(me):", says="by a guest whose name is empty"),
        edit(
            "contextlib.suppress(OSError):  #",
            "contextlib.suppress(ConnectionError):  #",
            says="a line while five guests left",
        ),
        edit("room[me] = line\n", "rooms[me] = line\n", says="A greenlet of yours had ended with NameError"),
        edit(  # it bears the errors of recv, and not that of a welcome
            "contextlib.closing(guest), contextlib.suppress(OSError):",
            "contextlib.closing(guest):",
            "guest.recv(1024)",
            "read(guest)",
            'room[me] = line\n            return me.sendall(b"welcome " + line + b"\\n")',
            'me.sendall(b"welcome " + line + b"\\n")\n            room[me] = line\n            return',
            "    def serve(guest):\n",
            "    def read(guest):\n        with contextlib.suppress(OSError):\n            return guest.recv(1024)\n\n"
            "    def serve(guest):\n",
            says="all lines came as they should",
        ),
        edit('b": "', 'b":"', says="not of the form b'NAME: line'"),
        edit("room.pop(guest, None)", "room.pop(guest)", says="all lines came as they should"),
        edit("            while data :=", "            if data :=", says="the server hung up"),
        edit("hear(guest, line)", 'hear(guest, line.rstrip(b"\\r"))', says="and after it a b'\\r' alone"),
    ],
}
