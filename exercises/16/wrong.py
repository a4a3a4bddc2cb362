"""What learners really get wrong in chapter 16, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "16.1": [
        edit('("silent peer", 12)', '("deadlock", 12)', says="the thread that holds the till wants no lock"),
        edit('("silent peer", 12)', '("hog", 12)', says="monday is no case of 'hog': the process uses no CPU"),
        edit('("silent peer", 12)', '("nothing wrong", 12)', says="neither has it"),
        edit('("silent peer", 12)', '("silent peer", 17)', says="refill waits there for the till"),
        edit('("silent peer", 12)', '("silent peer", 11)', says="line 11 is not to blame"),
        edit('("silent peer", 12)', '("silent peer", 21)', says="serve waits there for the till"),
        edit('("deadlock", 17)', '("deadlock", 23)', says="as the rule says"),
        edit('("deadlock", 17)', '("deadlock", 15)', says="the dump has no thread that stands there"),
        edit('("deadlock", 17)', '("deadlock", 5)', says="sell waits there for the till"),
        edit('("deadlock", 17)', '("hog", 17)', says="tuesday is no case of 'hog'"),
        edit('("deadlock", 17)', '("silent peer", 17)', says="waits for another machine"),
        edit('("hog", 6)', '("deadlock", 17)', says="wednesday is no case of 'deadlock'"),
        edit('("hog", 6)', '("silent peer", 10)', says="wednesday is no case of 'silent peer'"),
        edit('("hog", 6)', '("hog", 28)', says="cook waits there for an order"),
        edit('("hog", 6)', '("hog", 171)', says="line 171 is not to blame for wednesday"),
        edit('("hog", 6)', '("hog", "6")', says="give its number"),
        edit('("hog", 6)', '"hog"', says="a pair of a word and a line for wednesday"),
        edit('("hog", 6)', '("livelock", 6)', says="it may be 'deadlock', 'hog'"),
        edit('    "wednesday": ("hog", 6),\n', "", says="there is nothing on wednesday"),
        edit('"wednesday"', '"Wednesday"', says="there is nothing on wednesday"),
    ],
    "16.2": [
        edit("ahead[path[-1]] not in path", "ahead[path[-1]] != worker", says="was still running"),
        edit("if lock in holds", "if holds.get(lock)", says="the cycle [0, ''] is not among"),
        edit(
            "elif ahead[path[-1]] != worker:", "elif path[0] != path[-1] and len(path) < 2:", says="does not wait for"
        ),
        edit("elif not any(worker in cycle for cycle in cycles):", "else:", says="is named twice"),
        edit("cycles.append(path)", "cycles.append(path[::-1])", says="does not wait for"),
        edit("cycles.append(path)", "cycles.append(path + [worker])", says="names 'an' more than once"),
        edit("cycles.append(path)", "cycles.append(set(path))", says="'cycles' should be a list, not a set"),
        edit("cycles.append(path)", "cycles += path", says="each of the 'cycles' should be a list, not a str"),
        edit(
            "elif not any(worker in cycle for cycle in cycles):",
            "elif len(path) > 1 and not any(worker in cycle for cycle in cycles):",
            says="the cycle ['an'] is not among",
        ),
        edit("            behind.add(worker)", "            waiting.add(worker)", says="'cy' should be in 'behind'"),
        edit(
            "elif not any(worker in cycle for cycle in cycles):\n            cycles.append(path)",
            "elif not cycles:\n            cycles.append(path)",
            says="is not among the 'cycles'",
        ),
        edit(
            "    for worker in wants:\n",
            "    for worker in {**wants, **dict.fromkeys(holds.values())}:\n",
            says="who wants nothing",
        ),
        edit(
            "cycles, behind, waiting = [], set(), set()",
            "cycles, behind, waiting = [], [], set()",
            "behind.add",
            "behind.append",
            says="'behind' should be a set, not a list",
        ),
        edit("    return {", "    wants.clear()\n    return {", says="has changed"),
        edit('"waiting": waiting}', '"hoping": waiting}', says="the keys are"),
        edit(
            "            waiting.add(worker)",
            "            waiting.add(worker) if len(path) > 1 else None",
            says="'an' should be in 'waiting'",
        ),
        written(
            """
def answer(holds, wants):
    cycles, behind, waiting = [], set(), set()
    for worker, lock in wants.items():
        other = holds.get(lock)
        if other in wants and holds.get(wants[other]) == worker:
            if [other, worker] not in cycles:
                cycles.append([worker, other])
        elif other in wants:
            behind.add(worker)
        else:
            waiting.add(worker)
    return {"cycles": cycles, "behind": behind, "waiting": waiting}
""",
            says="the cycle ['an', 'bo', 'cy'] is not among",
        ),
        written(
            """
def answer(holds, wants):
    graph = {**wants, **holds}
    cycles, behind, waiting = [], set(), set()
    for worker in wants:
        path = [worker]
        while path[-1] in graph and graph[path[-1]] not in path:
            path.append(graph[path[-1]])
        workers = path[::2]
        if path[-1] not in graph:
            waiting.add(worker)
        elif graph[path[-1]] != worker:
            behind.add(worker)
        elif not any(worker in cycle for cycle in cycles):
            cycles.append(workers)
    return {"cycles": cycles, "behind": behind, "waiting": waiting}
""",
            says="[''] is no cycle",
        ),
        written(
            """
def answer(holds, wants):
    # dedupe by a text of the sorted names
    seen, cycles, behind, waiting = set(), [], set(), set()
    for worker in wants:
        path = [worker]
        while True:
            lock = wants.get(path[-1], None) if path[-1] in wants else None
            if path[-1] not in wants or lock not in holds:
                waiting.add(worker); break
            nxt = holds[lock]
            if nxt in path:
                if nxt == worker:
                    key = ",".join(sorted(map(str, path)))
                    if key not in seen:
                        seen.add(key); cycles.append(path)
                else:
                    behind.add(worker)
                break
            path.append(nxt)
    return {"cycles": cycles, "behind": behind, "waiting": waiting}
""",
            says="the cycle ['1'] is not among the 'cycles'",
        ),
        written(
            """
def answer(holds, wants):
    nxt = {w: holds.get(l) for w, l in wants.items()}
    cycles, behind, waiting = [], set(), set()
    for w in nxt:
        seen, here = [], w
        while here is not None and here not in seen:
            seen.append(here)
            here = nxt.get(here)
        if here is None:
            waiting.add(w)
        elif here == w:
            start = seen.index(min(seen, key=str))
            turned = seen[start:] + seen[:start]
            if turned not in cycles:
                cycles.append(turned)
        else:
            behind.add(w)
    return {"cycles": cycles, "behind": behind, "waiting": waiting}
""",
            says="is named twice",
        ),
    ],
    "16.3": [
        edit("held <= self.limit", "held < self.limit", says="look() returned"),
        edit("self.told or held <= self.limit", "held <= self.limit", says="2.25), but it should be None"),
        edit("        self.last, self.told = now, False\n", "        self.last = now\n", says="returned"),
        edit("        self.last, self.told = now, False\n", "        self.told = False\n", says="returned"),
        edit("(own or stack or [None])[-1]", "(own or stack)[-1]", says="IndexError"),
        edit("(own or stack or [None])[-1]", "(stack or [None])[-1]", says="named 'json.loads' in"),
        edit("(own or stack or [None])[-1]", "(own or [None])[-1]", says="named None in"),
        edit("(own or stack or [None])[-1]", "(own or stack or [None])[0]", says="named 'shop.serve' in"),
        edit('name.startswith("shop.")', 'name.startswith("shop")', says="named 'shopping.cart' in"),
        edit('name.startswith("shop.")', '"shop." in name', says="named 'workshop.saw' in"),
        edit(
            "        return (self.name, held) if told else None\n", "        return None\n", says="beat() returned None"
        ),
        edit(
            "(self.name, held) if told else None",
            '(getattr(self, "name", None), held) if held > self.limit else None',
            says="beat() returned",
        ),
        edit(
            "(self.name, held) if told",
            "(self.name, held - self.limit) if told",
            says="returned ('shop.price', 1), but it should be",
        ),
        edit(
            "(self.name, held) if told else None",
            "(self.name, held) if told and self.name else None",
            says="beat() returned None, but it should be (None",
        ),
        edit("return self.name, held\n\n", "return self.name, held - self.limit\n\n", says="look() returned"),
        edit("return self.name, held\n\n", "return self.name\n\n", says="should be the pair"),
        edit(
            "        if self.told or held <= self.limit:\n            return None\n        stack = self.frames()\n",
            "        stack = self.frames()\n        if self.told or held <= self.limit:\n            return None\n",
            says="called frames() 1 time; it is to do so not at all",
        ),
        edit(
            "        return (self.name, held) if told else None",
            "        return (self.frames()[-1], held) if told else None",
            says="beat()",
        ),
        edit("name for name in stack if", "name for name in self.frames() if", says="called frames() 2 times"),
        edit("clock(), False\n", "0, False\n", says="look() returned"),
        edit("clock(), False\n", "None, False\n", says="TypeError"),
        edit(
            "self.last, self.told = clock(), False\n",
            "self.made, self.last, self.told = clock(), None, False\n",
            "        held = self.clock() - self.last\n",
            "        held = self.clock() - (self.last or self.made)\n",
            "held, told = now - self.last, self.told",
            "held, told = now - (self.last or self.made), self.told",
            says="returned ('shop.fry', 6), but it should be ('shop.fry', 3)",
        ),
        written(
            """
class Watchdog:
    last = told = name = None

    def __init__(self, limit, clock, frames):
        Watchdog.limit, Watchdog.clock, Watchdog.frames = limit, staticmethod(clock), staticmethod(frames)
        Watchdog.last, Watchdog.told = clock(), False

    def look(self):
        held = Watchdog.clock() - Watchdog.last
        if Watchdog.told or held <= Watchdog.limit:
            return None
        stack = Watchdog.frames()
        own = [name for name in stack if name.startswith("shop.")]
        Watchdog.told, Watchdog.name = True, (own or stack or [None])[-1]
        return Watchdog.name, held

    def beat(self):
        now = Watchdog.clock()
        held, told = now - Watchdog.last, Watchdog.told
        Watchdog.last, Watchdog.told = now, False
        return (Watchdog.name, held) if told else None

answer = Watchdog
""",
            says="two Watchdogs see the same",
        ),
    ],
    "16.4": [
        edit(
            "            self.until.pop(each, None)",
            "            if self.until.get(each):\n                del self.until[each]",
            says="Gate(1, 1, 10), by a clock that shows -10 at first: after come('an'), come('bo'), come('cy'), ",
        ),
        edit("len(self.inside) < self.at_once", "len(self.inside) <= self.at_once", says="but it should be 'wait'"),
        edit("len(self.until) < self.chairs", "len(self.until) <= self.chairs", says="but it should be 'full'"),
        edit("self.clock() < until", "self.clock() <= until", says="returned"),
        edit("self.clock() + self.patience", "self.patience", says="returned"),
        edit("self.clock() < until", "self.clock() > until", says="but it should be"),
        edit(
            "    def come(self, guest):\n        self._look_round()\n",
            "    def come(self, guest):\n",
            says="returned 'full', but it should be 'wait'",
        ),
        edit(
            "    def leave(self, guest):\n        self._look_round()\n",
            "    def leave(self, guest):\n",
            says="returned ['bo'], but it should be ['cy']",
        ),
        edit("(guest, *called)", "called", says="returned 'full', but it should be 'wait'"),
        edit("self.until.pop(each, None)", "self.until.pop(each)", says="KeyError"),
        edit("list(self.until)[:1] if guest in self.inside else []", "list(self.until)[:1]", says="it should be []"),
        edit("list(self.until)[:1]", "list(self.until)[-1:]", says="but it should be ['"),
        edit("list(self.until)[:1]", "sorted(self.until, key=str)[:1]", says="but it should be ['"),
        edit("list(self.until)[:1]", "list(self.until)", says="but it should be ['"),
        edit("{*self.inside, *called}", "self.inside", says="leave('cy') returned [], but it should be ['di']"),
        edit("(guest, *called)", "(guest,)", says="returned"),
        edit(" - {guest}\n", "\n", says="returned"),
        edit(
            "        called = list(",
            "        if guest not in self.inside:\n            return []\n        called = list(",
            says="returned 'full', but it should be 'wait'",
        ),
        edit("        return called\n", "        return called[0] if called else None\n", says="should be a list"),
        edit(
            'return "full"\n',
            'self.inside.add(guest)\n        return "full"\n',
            says="returned",
        ),
        written(
            """
class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.free, self.chairs, self.patience, self.clock, self.row = at_once, chairs, patience, clock, []

    def come(self, guest):
        self.row = [each for each in self.row if self.clock() - each[1] < self.patience]
        if self.free > 0:
            self.free -= 1
            return "in"
        if len(self.row) < self.chairs:
            self.row.append((guest, self.clock()))
            return "wait"
        return "full"

    def leave(self, guest):
        self.row = [each for each in self.row if self.clock() - each[1] < self.patience]
        for each in self.row:
            if each[0] == guest:
                self.row.remove(each)
                return []
        if self.row:
            return [self.row.pop(0)[0]]
        self.free += 1
        return []

answer = Gate
""",
            says="but it should be []",
        ),
        written(
            """
import queue

class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.inside, self.at_once, self.row = set(), at_once, queue.Queue(chairs)

    def come(self, guest):
        if len(self.inside) < self.at_once:
            self.inside.add(guest)
            return "in"
        try:
            self.row.put_nowait(guest)
        except queue.Full:
            return "full"
        return "wait"

    def leave(self, guest):
        if guest not in self.inside or self.row.empty():
            self.inside.discard(guest)
            return []
        self.inside.remove(guest)
        following = self.row.get_nowait()
        self.inside.add(following)
        return [following]

answer = Gate
""",
            says="returned 'full', but it should be 'wait'",
        ),
        written(
            """
class Gate:
    inside, since = set(), {}

    def __init__(self, at_once, chairs, patience, clock):
        self.at_once, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock

    def _look_round(self):
        for guest, since in list(self.since.items()):
            if self.clock() - since >= self.patience:
                del self.since[guest]

    def come(self, guest):
        self._look_round()
        if len(self.inside) < self.at_once:
            self.inside.add(guest)
            return "in"
        if len(self.since) < self.chairs:
            self.since[guest] = self.clock()
            return "wait"
        return "full"

    def leave(self, guest):
        self._look_round()
        self.since.pop(guest, None)
        called = list(self.since)[:1] if guest in self.inside else []
        self.inside.discard(guest)
        for each in called:
            del self.since[each]
            self.inside.add(each)
        return called

answer = Gate
""",
            says="the same guests come to one Gate and then to another",
        ),
        written(
            """
class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.at_once, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.inside, self.since = set(), {}

    def tidy(self):
        sits = [guest for guest, since in self.since.items() if since and self.clock() - since < self.patience]
        self.since = {guest: self.since[guest] for guest in sits}

    def come(self, guest):
        self.tidy()
        if len(self.inside) < self.at_once:
            self.inside.add(guest)
            return "in"
        if len(self.since) < self.chairs:
            self.since[guest] = self.clock()
            return "wait"
        return "full"

    def leave(self, guest):
        self.tidy()
        self.since.pop(guest, None)
        called = list(self.since)[:1] if guest in self.inside else []
        self.inside = {*self.inside, *called} - {guest}
        for each in called:
            del self.since[each]
        return called

answer = Gate
""",
            says="Gate(1, 1, 10), by a clock that shows 0 at first: after come('an'), come('bo'), come('cy') returned",
        ),
        written(
            """
class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.at_once, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.where = {}
    def come(self, guest):
        self._gone()
        inside = [g for g, s in self.where.items() if s == "in"]
        if len(inside) < self.at_once:
            self.where[str(guest)] = "in"; return "in"
        if len(self.where) - len(inside) < self.chairs:
            self.where[str(guest)] = (self.clock(), guest); return "wait"
        return "full"
    def _gone(self):
        self.where = {g: s for g, s in self.where.items() if s == "in" or self.clock() - s[0] < self.patience}
    def leave(self, guest):
        self._gone()
        was = self.where.pop(str(guest), None)
        if was != "in": return []
        for g, s in self.where.items():
            if s != "in":
                del self.where[g]
                self.where[g] = "in"
                return [s[1]]
        return []

answer = Gate
""",
            says="returned 'in', but it should be 'full'",
        ),
    ],
    "16.5": [
        edit('"hog" if process.cpu_percent() > 3 else "stuck"', '"stuck"', says="you said 'stuck', and it is 'hog'"),
        edit('"hog" if process.cpu_percent() > 3 else "stuck"', '"hog"', says="you said 'hog', and it is 'stuck'"),
        edit("process.cpu_percent() > 3", "process.cpu_times().user > 0.1", says="you said '"),
        edit("    process.cpu_percent()  # begins to count\n", "", says="you said 'stuck', and it is 'hog'"),
        edit('"hog" if process.cpu_percent() > 3', '"hog" if process.cpu_percent() < 3', says="you said '"),
        edit("for _ in range(30)", "for _ in range(1)", says="you said 'healthy', and it is"),
        edit("for _ in range(30)", "for _ in range(8)", says="you said 'healthy', and it is"),
        edit("threads > 20", "threads > 0", says="you said 'threads', and it is 'healthy'"),
        edit("threads > 20", "threads >= 10", says="you said 'threads', and it is 'healthy'"),
        edit("files > 20", "files >= 10", says="you said 'descriptors', and it is 'healthy'"),
        edit(
            "process.num_threads() - threads > 20", "process.num_threads() > 20", says="you said 'threads', and it is"
        ),
        edit(
            'count() - files > 20 else "healthy"',
            'count() - files > 0 else "healthy"',
            says="you said 'descriptors', and it is 'healthy'",
        ),
        edit(
            'count() - files > 20 else "healthy"',
            'count() > 10 else "healthy"',
            says="you said 'descriptors', and it is",
        ),
        edit("        return line.recv(1024)\n", "        return True\n", says="you said 'healthy', and it is 'hog'"),
        edit(
            "    except TimeoutError:\n",
            "    except ConnectionRefusedError:\n",
            says="you raised TimeoutError",
        ),
        edit("seconds=0.6", "seconds=0.1", says=", and it is 'healthy'"),
        edit("process.cpu_percent() > 3", "process.cpu_percent() > 50", says="you said 'stuck', and it is 'hog'"),
        edit('return "threads"', 'return "leak"', says="you said 'leak'; it may be"),
        written(
            """
import psutil

def answer(pid, port):
    process = psutil.Process(pid)
    if process.cpu_percent(interval=0.3) > 10:
        return "hog"
    if process.num_threads() > 20:
        return "threads"
    if process.num_fds() > 20:
        return "descriptors"
    return "healthy" if process.status() == "running" else "stuck"
""",
            says="you said '",
        ),
        written(
            """
import os
import signal
import time

def answer(pid, port):
    os.kill(pid, signal.SIGUSR1)
    time.sleep(0.1)
    return "stuck"
""",
            says="a process that you were to look at has ended",
        ),
    ],
}
