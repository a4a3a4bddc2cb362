"""Answers to the exercises of chapter 16 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "16.1": [
        written("""
answer = {"monday": ["silent peer", 12], "tuesday": ["deadlock", 17], "wednesday": ["hog", 6]}
"""),
        written("""
words = ["hog", "deadlock", "silent peer"]
answer = dict(zip(["wednesday", "tuesday", "monday"], zip(words, [6, 17, 12])))
"""),
        written("""
from typing import NamedTuple

class Finding(NamedTuple):
    what: str
    line: int

answer = dict(monday=Finding("silent peer", 12), tuesday=Finding("deadlock", 17), wednesday=Finding("hog", 6))
"""),
        written("""
from collections import defaultdict

answer = defaultdict(list)
answer["tuesday"] += "deadlock", 17
answer["monday"] += "silent peer", 12
answer["wednesday"] += "hog", 6
"""),
        edit('"wednesday": ("hog", 6),\n', '"wednesday": ("hog", 0x6),\n'),
    ],
    "16.2": [
        written("""
def answer(holds, wants):
    def ahead(worker):
        return {holds[wants[worker]]} if worker in wants and wants[worker] in holds else set()

    def reach(worker):
        seen, new = set(), ahead(worker)
        while new - seen:
            seen |= new
            new = set().union(*(ahead(each) for each in new))
        return seen

    reached = {worker: reach(worker) for worker in wants}
    stuck = {worker for worker in wants if worker in reached[worker]}
    cycles = []
    for worker in stuck:
        if all(worker not in cycle for cycle in cycles):
            cycle = [worker]
            while (following := holds[wants[cycle[-1]]]) != worker:
                cycle.append(following)
            cycles.append(cycle)
    behind = {worker for worker in set(wants) - stuck if reached[worker] & stuck}
    return {"cycles": cycles, "behind": behind, "waiting": set(wants) - stuck - behind}
"""),
        written("""
def answer(holds, wants):
    # Take away whoever may hope, again and again; then whoever is waited for by nobody.
    left = dict(wants)
    while hopeful := [w for w, lock in left.items() if lock not in holds or holds[lock] not in left]:
        for worker in hopeful:
            del left[worker]
    waiting, core = set(wants) - set(left), dict(left)
    while True:
        awaited = {holds[lock] for lock in core.values()}
        if awaited == set(core):
            break
        core = {worker: lock for worker, lock in core.items() if worker in awaited}
    behind, cycles = set(left) - set(core), []
    while core:
        worker, lock = core.popitem()
        cycle = [worker]
        while holds[lock] != worker:
            cycle.append(holds[lock])
            lock = core.pop(holds[lock])
        cycles.append(cycle)
    return dict(waiting=waiting, behind=behind, cycles=cycles)
"""),
        written("""
NOBODY = object()

def answer(holds, wants):
    fate, cycles = {}, []

    def follow(worker, path):
        if worker in path:
            cycle = path[path.index(worker):]
            cycles.append(cycle)
            for each in cycle:
                fate[each] = "in"
        elif worker not in fate:
            other = holds.get(wants.get(worker, NOBODY), NOBODY)
            if other is NOBODY:
                fate[worker] = "waiting"
                return
            follow(other, path + [worker])
            if worker not in fate:
                fate[worker] = "waiting" if fate[other] == "waiting" else "behind"

    for worker in wants:
        follow(worker, [])
    sets = {key: {w for w in wants if fate[w] == key} for key in ("behind", "waiting")}
    return {"cycles": cycles, **sets}
"""),
        written("""
def answer(holds, wants):
    print("holds", holds)
    result = {"cycles": (), "behind": frozenset(), "waiting": frozenset()}
    for worker in reversed(list(wants)):
        walk, here = [], worker
        while here not in walk:
            walk.append(here)
            if here not in wants or wants[here] not in holds:
                result["waiting"] |= {worker}
                break
            here = holds[wants[here]]
        else:
            if here != worker:
                result["behind"] |= {worker}
            elif not any(worker in cycle for cycle in result["cycles"]):
                result["cycles"] += (tuple(walk),)
    return result
"""),
        written("""
from collections import defaultdict

def answer(holds, wants):
    next_of = {w: holds[l] for w, l in wants.items() if l in holds}
    behind_of = defaultdict(set)
    for worker, other in next_of.items():
        behind_of[other].add(worker)

    def all_behind(starts):
        found, todo = set(), list(starts)
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                todo.extend(behind_of[each])
        return found

    waiting = all_behind((set(wants) | set(holds.values())) - set(next_of)) & set(wants)
    doomed = set(wants) - waiting
    cycles, in_cycles = [], set()
    for worker in doomed:
        for _ in doomed:
            worker = next_of[worker]
        if worker not in in_cycles:
            cycle = [worker]
            while next_of[cycle[-1]] != worker:
                cycle.append(next_of[cycle[-1]])
            cycles.append(cycle)
            in_cycles.update(cycle)
    return {"cycles": cycles, "behind": doomed - in_cycles, "waiting": waiting}
"""),
        edit(
            "holds[lock] for worker, lock in wants.items() if lock in holds",
            "holds.get(lock) for worker, lock in wants.items()",
        ),
    ],
    "16.3": [
        written("""
class Watchdog:
    def __init__(self, limit, clock, frames):
        self.limit = limit
        self.clock = clock
        self.frames = frames
        self.beaten_at = clock()
        self.blockage = None

    def beat(self):
        before, self.beaten_at = self.beaten_at, self.clock()
        blockage, self.blockage = self.blockage, None
        if blockage is not None:
            return blockage[0], self.beaten_at - before

    def look(self):
        late = self.clock() - self.beaten_at
        if late > self.limit and self.blockage is None:
            names = self.frames()
            name = names[-1] if names else None
            for each in names:
                if each[:5] == "shop.":
                    name = each
            self.blockage = name, late
            return self.blockage
        return None

answer = Watchdog
"""),
        written("""
class Watchdog:
    def __init__(self, limit, clock, frames):
        self.limit, self.clock, self.frames = limit, clock, frames
        self.since, self.names = clock(), []

    def beat(self):
        held = self.clock() - self.since
        told, self.names, self.since = self.names, [], self.since + held
        return [(name, held) for name in told][0] if told else None

    def look(self):
        held = self.clock() - self.since
        print("held", held)
        if held > self.limit and len(self.names) == 0:
            stack = self.frames()
            shop = [each for each in stack if each.partition(".")[0] == "shop"]
            self.names.append(shop.pop() if shop else stack.pop() if stack else None)
            return self.names[0], held

answer = Watchdog
"""),
        written("""
from dataclasses import dataclass, field
from typing import Any, Callable

UNTOLD = object()

@dataclass
class Watchdog:
    limit: float
    clock: Callable
    frames: Callable
    name: Any = UNTOLD

    def __post_init__(self):
        self.last = self.clock()

    def beat(self):
        try:
            if self.name is not UNTOLD:
                return self.name, self.clock() - self.last
        finally:
            self.__post_init__()
            self.name = UNTOLD

    def look(self):
        passed = self.clock() - self.last
        if passed <= self.limit or self.name is not UNTOLD:
            return
        by_blame = sorted(enumerate(self.frames()), key=lambda each: (each[1].startswith("shop."), each[0]))
        self.name = by_blame[-1][1] if by_blame else None
        return self.name, passed

answer = Watchdog
"""),
        written("""
def watching(limit, clock, frames):
    last, said = clock(), None
    call = yield
    while True:
        late, result = clock() - last, None
        if call == "beat":
            if said:
                result = said[0], late
            last, said = clock(), None
        elif late > limit and not said:
            stack = frames()
            own = next((each for each in stack[::-1] if each.startswith("shop.")), None)
            said = (own or (stack[-1] if stack else None), late)
            result = said
        call = yield result

class Watchdog:
    def __init__(self, *everything):
        self.inner = watching(*everything)
        next(self.inner)

    def beat(self):
        return self.inner.send("beat")

    def look(self):
        return self.inner.send("look")

answer = Watchdog
"""),
        written("""
import threading

class Watchdog:
    def __init__(self, limit, clock, frames):
        self._lock = threading.Lock()
        self._limit, self._clock, self._frames = limit, clock, frames
        self._last, self._told = clock(), {}

    def beat(self):
        with self._lock:
            held = self._clock() - self._last
            self._last += held
            return (self._told.popitem()[1], held) if self._told else None

    def look(self):
        with self._lock:
            held = self._clock() - self._last
            if not self._told and held > self._limit:
                stack = list(self._frames())
                while stack and not stack[-1].startswith("shop.") and any(n.startswith("shop.") for n in stack):
                    del stack[-1]
                self._told["who"] = stack[-1] if stack else None
                return self._told["who"], held

answer = Watchdog
"""),
        written("""
class Watchdog:
    def __init__(self, limit, clock, frames):
        last, told = clock(), []

        def beat():
            nonlocal last
            before, last = last, clock()
            return (told.pop(), last - before) if told else None

        def look():
            held = clock() - last
            if told or held <= limit:
                return None
            names = frames() or [None]
            told.append(next((name for name in names[::-1] if str(name).startswith("shop.")), names[-1]))
            return told[0], held

        self.beat, self.look = beat, look

answer = Watchdog
"""),
    ],
    "16.4": [
        written("""
from collections import deque

class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.places, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.inside, self.row = [], deque()

    def tidy(self):
        while self.row and self.clock() - self.row[0][1] >= self.patience:
            self.row.popleft()

    def come(self, guest):
        self.tidy()
        if len(self.inside) != self.places:
            self.inside.append(guest)
            return "in"
        if len(self.row) == self.chairs:
            return "full"
        self.row.append((guest, self.clock()))
        return "wait"

    def leave(self, guest):
        self.tidy()
        if guest in self.inside:
            self.inside.remove(guest)
            if self.row:
                following, _ = self.row.popleft()
                self.inside.append(following)
                return [following]
        else:
            self.row = deque(each for each in self.row if each[0] != guest)
        return []

answer = Gate
"""),
        written("""
class Gate:
    # One dict for all: guest -> None when inside, else until when they wait.
    def __init__(self, at_once, chairs, patience, clock):
        self.at_once, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.guests = {}

    def come(self, guest):
        self.sweep()
        inside = list(self.guests.values()).count(None)
        if inside < self.at_once:
            self.guests[guest] = None
            return "in"
        if len(self.guests) - inside < self.chairs:
            self.guests[guest] = self.clock() + self.patience
            return "wait"
        return "full"

    def leave(self, guest):
        self.sweep()
        if guest not in self.guests:
            return []
        if self.guests.pop(guest) is not None:
            return []
        for other, until in self.guests.items():
            if until is not None:
                self.guests[other] = None
                return [other]
        return []

    def sweep(self):
        for guest, until in list(self.guests.items()):
            if until is not None and self.clock() >= until:
                del self.guests[guest]

answer = Gate
"""),
        written("""
class Gate:
    def __init__(self, at_once, chairs, patience, clock):
        self.free, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.inside, self.seated, self.numbers = set(), {}, 0

    def waiting(self):
        now = self.clock()
        return sorted(
            (number, guest) for guest, (number, since) in self.seated.items() if since + self.patience > now
        )

    def come(self, guest):
        print(guest, "comes")
        if self.free:
            self.free -= 1
            self.inside |= {guest}
            return "in"
        if len(self.waiting()) >= self.chairs:
            return "full"
        self.numbers += 1
        self.seated[guest] = self.numbers, self.clock()
        return "wait"

    def leave(self, guest):
        self.seated.pop(guest, None)
        if guest not in self.inside:
            return []
        self.inside -= {guest}
        row = self.waiting()
        if not row:
            self.free += 1
            return []
        _, first = row[0]
        del self.seated[first]
        self.inside |= {first}
        return [first]

answer = Gate
"""),
        written("""
from dataclasses import dataclass, field

@dataclass
class Gate:
    at_once: int
    chairs: int
    patience: float
    clock: object
    inside: set = field(default_factory=set)
    row: list = field(default_factory=list)

    def come(self, guest):
        self.row = [each for each in self.row if self.clock() < each[1]]
        for place, most, word in ((self.inside, self.at_once, "in"), (self.row, self.chairs, "wait")):
            if len(place) < most:
                place.add(guest) if word == "in" else place.append((guest, self.clock() + self.patience))
                return word
        return "full"

    def leave(self, guest):
        now = self.clock()
        self.row = [(each, until) for each, until in self.row if until > now and each != guest]
        came = []
        if guest in self.inside:
            self.inside.remove(guest)
            while self.row and len(self.inside) < self.at_once:
                came.append(self.row.pop(0)[0])
                self.inside.add(came[-1])
        return came

answer = Gate
"""),
        edit(
            "        for each in (guest, *called):\n            self.until.pop(each, None)\n",
            "        self.until = {each: when for each, when in self.until.items() if each not in [guest, *called]}\n",
        ),
    ],
    "16.5": [
        written("""
import socket
import time
import psutil

def says_ok(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            return line.recv(10) == b"ok"
    except OSError:
        return False

def answer(pid, port):
    process = psutil.Process(pid)
    fds = process.num_fds if hasattr(process, "num_fds") else process.num_handles
    if not says_ok(port):
        return "hog" if process.cpu_percent(interval=0.5) > 5 else "stuck"
    before = fds(), process.num_threads()
    for _ in range(20):
        says_ok(port)
    if process.num_threads() > before[1] + 12:
        return "threads"
    if fds() > before[0] + 12:
        return "descriptors"
    return "healthy"
"""),
        written("""
import socket
import time
import psutil

# The second dozen of requests alone: by then whatever a healthy one keeps is there.
def answer(pid, port):
    patient = psutil.Process(pid)

    def ask():
        line = socket.socket()
        line.settimeout(0.8)
        try:
            line.connect(("127.0.0.1", port))
            return line.recv(2)
        finally:
            line.close()

    def numbers():
        return {
            "threads": patient.num_threads(),
            "descriptors": patient.num_fds() if hasattr(patient, "num_fds") else patient.num_handles(),
        }

    try:
        for _ in range(12):
            ask()
    except TimeoutError:
        first = sum(patient.cpu_times()[:2])
        time.sleep(0.5)
        return "hog" if sum(patient.cpu_times()[:2]) - first > 0.02 else "stuck"
    before = numbers()
    for _ in range(20):
        ask()
    after = numbers()
    for word in before:
        if after[word] - before[word] >= 15:
            return word
    return "healthy"
"""),
        written("""
import asyncio
import psutil

async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await asyncio.wait_for(reader.read(), 1)
    finally:
        writer.close()

async def ask_often(port):
    for _ in range(25):
        await ask(port)

def answer(pid, port):
    process = psutil.Process(pid)
    with process.oneshot():
        threads = process.num_threads()
    files = getattr(process, "num_fds", getattr(process, "num_handles", None))
    open_before = files()
    process.cpu_percent()
    try:
        asyncio.run(ask_often(port))
    except asyncio.TimeoutError:
        return "stuck" if process.cpu_percent() < 4 else "hog"
    if process.num_threads() - threads > 14:
        return "threads"
    return "descriptors" if files() - open_before > 14 else "healthy"
"""),
        written("""
import select
import socket
import time
import psutil

def answer(pid, port):
    print("looking at", port)
    process = psutil.Process(pid)
    seconds, began = process.cpu_times().user, time.monotonic()
    leaks = {"threads": [], "descriptors": []}
    for _ in range(4):
        leaks["threads"].append(process.num_threads())
        leaks["descriptors"].append((process.num_fds if hasattr(process, "num_fds") else process.num_handles)())
        for _ in range(15):
            with socket.create_connection(("127.0.0.1", port)) as line:
                if not select.select([line], [], [], 0.7)[0]:
                    used = process.cpu_times().user - seconds
                    return "stuck" if used < 0.03 * (time.monotonic() - began) else "hog"
    for word, counts in leaks.items():
        if counts[-1] - counts[1] > 15:
            return word
    return "healthy"
"""),
        edit(
            "    process.cpu_percent()  # begins to count\n",
            "    used, began = process.cpu_times().user, time.monotonic()\n",
            "process.cpu_percent() > 3",
            "process.cpu_times().user - used > 0.05 * (time.monotonic() - began)",
        ),
        edit("for _ in range(30)", "for _ in range(60)", "seconds=0.6", "seconds=0.8"),
    ],
}
