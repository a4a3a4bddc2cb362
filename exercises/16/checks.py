"""Checks of chapter 16: dumps, who waits for whom, who holds a loop, who may come in, and what ails a process.

The clocks of a watchdog and a gate are played. The last exercise looks at processes that this one starts.
"""

import contextlib
import random
import signal
import threading
import time

import psutil

from backstage.processes.patients import SICKNESSES, Patient
from exercises import Wrong, exercise
from exercises.vocabulary import MockClock, many, need, need_class

# -- 16.1 -------------------------------------------------------------------------------------------------------------

WORDS = ["deadlock", "hog", "silent peer", "nothing wrong"]
MORNINGS = {
    "monday": ("silent peer", 12),
    "tuesday": ("deadlock", 17),
    "wednesday": ("hog", 6),
}
NOT_THIS = {
    ("monday", "deadlock"): "the thread that holds the till wants no lock",
    ("monday", "hog"): "the process uses no CPU, so nobody computes",
    ("monday", "nothing wrong"): "two threads want the till, and after ten seconds neither has it",
    ("tuesday", "silent peer"): "no thread stands at a line that waits for another machine",
    ("tuesday", "hog"): "the process uses no CPU, so nobody computes",
    ("tuesday", "nothing wrong"): "three threads want a lock, and after ten seconds none of them has it",
    ("wednesday", "deadlock"): "the thread that holds the till wants no lock",
    ("wednesday", "silent peer"): "no thread stands at a line that waits for another machine",
    ("wednesday", "nothing wrong"): "two threads want the till, and after ten seconds neither has it",
}
TILL = "{} waits there for the till, and goes on as soon as it is free"
NOT_HERE = {
    ("monday", 17): TILL.format("refill"),
    ("monday", 21): TILL.format("serve"),
    ("tuesday", 5): TILL.format("sell"),
    ("tuesday", 23): "serve has the till and takes the steamer second, as the rule says",
    ("wednesday", 10): TILL.format("pay"),
    ("wednesday", 17): TILL.format("refill"),
    **{(morning, 28): "cook waits there for an order, and is in nobody's way" for morning in MORNINGS},
}


@exercise(
    "16.1",
    praise="a lock that nobody gives back, and three different reasons why.",
    hint="Who holds the lock that the others want, and what does that thread do? Whoever waits for it is not to blame.",
)
def _dumps(answer):
    need(answer, dict, "give a dictionary with a pair for each morning")
    if missing := [morning for morning in MORNINGS if morning not in answer]:
        raise Wrong(f"there is nothing on {missing[0]}.")
    if strange := [each for each in answer if each not in MORNINGS]:
        raise Wrong(f"{strange[0]!r} is none of the three mornings.")
    for morning, (word, line) in MORNINGS.items():
        said = need(answer[morning], (tuple, list), f"give a pair of a word and a line for {morning}")
        if len(said) != 2:
            raise Wrong(f"give a pair of a word and a line for {morning}, not {said!r}.")
        if said[0] not in WORDS:
            raise Wrong(f"the word for {morning} is {said[0]!r}; it may be {', '.join(map(repr, WORDS))}.")
        if said[0] != word:
            raise Wrong(f"{morning} is no case of {said[0]!r}: {NOT_THIS[morning, said[0]]}.")
        if isinstance(said[1], bool) or not isinstance(said[1], int):
            raise Wrong(f"the line for {morning} is {said[1]!r}; give its number.")
        if said[1] != line:
            why = NOT_HERE.get((morning, said[1]), "the dump has no thread that stands there")
            raise Wrong(f"line {said[1]} is not to blame for {morning}: {why}.")


# -- 16.2 -------------------------------------------------------------------------------------------------------------


def _ahead(holds, wants, worker):
    """For whom a worker waits, as a list of nobody or one."""
    return [holds[wants[worker]]] if worker in wants and wants[worker] in holds else []


def _reached(holds, wants, worker):
    """Those whom a worker waits for, directly or not, in that order; it is endless for who waits for a cycle."""
    reached = []
    for _ in range(len(wants) + 1):
        ahead = _ahead(holds, wants, reached[-1] if reached else worker)
        if not ahead:
            break
        reached += ahead
    return reached


def _true_knot(holds, wants):
    cycles = []
    for worker in wants:
        reached = _reached(holds, wants, worker)
        if worker in reached and not any(worker in cycle for cycle in cycles):
            cycles.append([worker, *reached[: reached.index(worker)]])
    stuck = [worker for cycle in cycles for worker in cycle]
    behind = {each for each in wants if each not in stuck and any(one in stuck for one in _reached(holds, wants, each))}
    return {"cycles": cycles, "behind": behind, "waiting": set(wants) - behind - set(stuck)}


def _knots():
    yield {}, {}
    yield {"till": "an", "steamer": "bo"}, {"an": "steamer"}
    yield {"till": "an", "steamer": "bo"}, {"an": "steamer", "bo": "till"}
    yield {"till": "an", "steamer": "bo", "oven": "cy"}, {"an": "steamer", "bo": "oven", "cy": "till"}
    yield {"till": "an", "steamer": "bo"}, {"an": "steamer", "bo": "till", "cy": "till", "di": "steamer"}
    yield {"till": "an", "steamer": "bo", "oven": "cy"}, {"an": "steamer", "bo": "till", "cy": "till", "di": "oven"}
    yield {"till": "an", "steamer": "bo", "oven": "cy"}, {"bo": "till", "cy": "steamer", "di": "oven"}
    yield {"till": "an"}, {"an": "till"}  # a lock that cannot be taken twice
    yield {"till": "an"}, {"an": "till", "bo": "till"}
    yield {}, {"an": "till"}  # free: the lock's next holder
    yield {"steamer": "an"}, {"an": "till", "bo": "steamer"}
    yield {"a": 1, "b": 2, "c": 3, "d": 4}, {1: "b", 2: "a", 3: "d", 4: "c", 5: "a", 6: "c", 7: "e"}
    yield {"till": 0, "": ""}, {0: "", "": "till"}
    yield {"till": 0}, {"": "till"}
    yield {0: "an"}, {"an": 0}
    yield {"till": "steamer", "steamer": "till"}, {"bo": "till"}  # both names are those of workers, too
    yield {"an": "bo", "bo": "an"}, {"an": "an"}
    yield {"an": "bo", "bo": "an"}, {"an": "bo", "bo": "bo"}
    yield {"a": "an", "b": "an", "c": "bo"}, {"bo": "b", "an": "c", "cy": "a"}  # several locks in one hand
    yield {1: "a", "1": "b"}, {"a": "1", "b": 1}
    yield {"a": 1, "b": "1"}, {1: "a", "1": "b"}
    yield {"a": 1, "b": "1"}, {1: "b", "1": "a"}
    chance = random.Random(16)
    for _ in range(200):
        workers = ["an", "bo", 1, "1", 0, "", "cy", "di", "ed"][: chance.randrange(2, 10)]
        locks = ["till", "steamer", "oven", 0, "", "an", "tray", "tongs", "cart"][: chance.randrange(1, 10)]
        holds = {lock: chance.choice(workers) for lock in locks if chance.random() < 0.9}
        yield holds, {each: chance.choice(locks) for each in workers if chance.random() < 0.9}


def _said_cycles(case, holds, wants, said):
    """The cycles that an answer names, each as a set, after a look at every step of them."""
    cycles = []
    for cycle in need(said, (list, tuple), f"{case} 'cycles' should be a list"):
        need(cycle, (list, tuple), f"{case} each of the 'cycles' should be a list")
        if not cycle:
            raise Wrong(f"{case} one of the 'cycles' is empty.")
        if twice := [worker for worker in cycle if cycle.count(worker) > 1]:
            raise Wrong(f"{case} the cycle {cycle!r} names {twice[0]!r} more than once.")
        for worker, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            if _ahead(holds, wants, worker) != [following]:
                reason = f"{case} {cycle!r} is no cycle, for {worker!r} does not wait for {following!r}."
                raise Wrong(reason, "After each worker comes the holder of the lock that they want.")
        if set(cycle) in cycles:
            raise Wrong(f"{case} the cycle {cycle!r} is named twice.", "A walk from any of its workers finds it again.")
        cycles.append(set(cycle))
    return cycles


@exercise(
    "16.2",
    praise="each deadlock once, those who stand behind one, and those who may still hope.",
    hint="From worker to lock to holder, until nobody is ahead, or somebody whom you have met on this walk.",
    seconds=10,
)
def _untangle(answer):
    need(answer, callable, "give the function untangle")
    for holds, wants in _knots():
        case, wanted = f"holds {holds}, wants {wants}:", _true_knot(holds, wants)
        given = dict(holds), dict(wants)
        said = need(answer(*given), dict, f"{case} the answer should be a dict")
        if [list(each.items()) for each in given] != [list(holds.items()), list(wants.items())]:
            raise Wrong(f"{case} a dict that you were given has changed.")
        if set(said) != set(wanted):
            raise Wrong(f"{case} the keys are {sorted(map(str, said))}; they are to be {sorted(wanted)}.")
        cycles = _said_cycles(case, holds, wants, said["cycles"])
        for cycle in wanted["cycles"]:
            if set(cycle) not in cycles:
                raise Wrong(f"{case} the cycle {cycle!r} is not among the 'cycles'.")
        for key in ("behind", "waiting"):
            need(said[key], (set, frozenset), f"{case} {key!r} should be a set")
            for each in wants:
                if each in said[key] and each not in wanted[key]:
                    raise Wrong(f"{case} {each!r} is not to be in {key!r}.")
                if each in wanted[key] and each not in said[key]:
                    raise Wrong(f"{case} {each!r} should be in {key!r}.")
            if strange := [each for each in said[key] if each not in wants]:
                raise Wrong(f"{case} {key!r} has {strange[0]!r}, who wants nothing.")


# -- 16.3 and 16.4: stories that are told to an answer and to a model, event by event ---------------------------------


STARTS = [1000, 0, -3]  # what a clock may show at first: 0 is a time like any other, also later on


def _by(start):
    """How a case names a clock by which something went wrong that went well by the first of them."""
    return "" if start == STARTS[0] else f", by a clock that shows {start} at first"


def _told(events):
    """What has happened, the last of which is what was just called; of a long story, its end."""
    told = []
    for name, *arguments in events:
        if name == "pass":
            told.append(f"{arguments[0]:g} s pass")
        elif name == "stack":
            told.append(f"the stack becomes {arguments[0]}")
        else:
            told.append(f"{name}({', '.join(map(repr, arguments))})")
    return "after " + ", ".join(told if len(told) < 10 else ["...", *told[-8:]])


# -- 16.3 -------------------------------------------------------------------------------------------------------------


class _TrueWatchdog:
    def __init__(self, limit, clock, frames):
        self.limit, self.clock, self.frames = limit, clock, frames
        self.last, self.told = clock(), []

    def look(self):
        held = self.clock() - self.last
        if held <= self.limit or self.told:
            return None
        stack = self.frames()
        name = next((each for each in reversed(stack) if each.startswith("shop.")), stack[-1] if stack else None)
        self.told.append(name)
        return name, held

    def beat(self):
        held, told = self.clock() - self.last, self.told
        self.last, self.told = self.clock(), []
        return (told[0], held) if told else None


B, L = ("beat",), ("look",)
IDLE = ("stack", ["asyncio.run", "select.select"])
PRICE = ("stack", ["asyncio.run", "shop.serve", "shop.price", "json.loads"])
FRY = ("stack", ["asyncio.run", "shop.fry"])


def _p(seconds):
    return ("pass", seconds)


WATCHES = [
    (1, [IDLE, L, _p(0.5), L, B, _p(0.5), L, B, _p(1), L, B]),
    (1, [_p(2), PRICE, L, B]),
    (1, [B, _p(1.25), PRICE, L, _p(1), L, _p(5), L, B, L]),
    (1, [B, _p(3), FRY, L, B, _p(3), FRY, L, B]),  # the same one again is news
    (1, [B, _p(3), FRY, L, _p(1), PRICE, L, _p(1), B, B, _p(0.5), B]),
    (1, [B, _p(1), FRY, L, _p(0.25), L, _p(0.25), B]),
    (1, [B, _p(3), FRY, B, L, _p(0.5), L, B]),  # nobody looked while it lasted
    (0.5, [B, _p(0.5), L, B, _p(0.5), L, B, _p(0.5), L, B]),
    (2, [("stack", ["gevent.hub", "json.loads", "json.scan"]), _p(4), L, _p(1), L, B, L]),
    (2, [("stack", ["shopping.cart", "workshop.saw"]), _p(4), L, B]),
    (2, [("stack", ["workshop.serve", "shop.serve", "workshop.saw", "shopping.cart"]), _p(4), L, B]),
    (2, [("stack", []), _p(4), L, _p(1), L, _p(1), B, _p(3), FRY, L, B]),
    (2, [("stack", ["shop.serve", "json.dumps", "shop.encode", "json.encode"]), _p(4), L, L, B]),
    (0.25, [_p(0.25), B, _p(0.25), L, _p(0.125), FRY, L, _p(0.125), B, IDLE, L]),
    (0, [FRY, L, B, _p(0.125), L, L, B, L]),
]


def _watching(chance):
    names = ["asyncio.run", "shop.serve", "shop.price", "json.loads", "shop.fry", "shopping.cart", "socket.recv"]
    for _ in range(chance.randrange(6, 30)):
        kind = chance.random()
        if kind < 0.4:
            yield _p(chance.choice([0.125, 0.25, 0.5, 1, 3]))
        elif kind < 0.7:
            yield L
        elif kind < 0.85:
            yield B
        else:
            yield "stack", chance.sample(names, chance.randrange(5))


BLAME = "Of the names that begin with 'shop.' take the last; else the last of all; of an empty list, None."
AGAIN = "After a pair, look() has nothing to say until a beat has come."
EARLY = "A blockage begins when more than `limit` seconds have passed since a beat; the making counts as the first one."
UNTOLD = "Only a beat that ends a blockage which look() has told has something to say."
NEWS = "A beat ends a blockage: what comes after it is another one, even if it is by the same function."
ENDED = "Keep what look() told until the next beat: that one says the same name, and how long it was in all."
COSTLY = "Ask for the stack when you are about to tell of a blockage, and keep the name for the beat that ends it."


def _complain_of_watch(name, said, wanted, looks, told):
    """What is wrong with a call, and a hint; or None. `told` says whether there was something to tell before it."""
    if wanted is None and said is not None:
        hint = UNTOLD if name == "beat" else AGAIN if told else EARLY
        return f"returned {said!r}, but it should be None.", hint
    if wanted is not None:
        if said is None:
            return f"returned None, but it should be {wanted!r}.", NEWS if name == "look" else ENDED
        if not isinstance(said, (tuple, list)) or len(said) != 2:
            return f"returned {said!r}, but it should be the pair {wanted!r}.", ""
        if said[0] != wanted[0]:
            return f"named {said[0]!r} in {said!r}, but it should be {wanted!r}.", BLAME if name == "look" else ENDED
        if said[1] != wanted[1]:
            return f"returned {said!r}, but it should be {wanted!r}.", "Seconds are counted from the last beat on."
    news = name == "look" and wanted is not None
    if looks != news:
        return f"called frames() {many(looks, 'time')}; it is to do so {'once' if news else 'not at all'}.", COSTLY
    return None


def _watch(answer, limit, story, start):
    clock, stack, looks, blocked = MockClock(start=start), ["asyncio.run"], [], 0

    def frames():
        looks.append(clock.time)
        return list(stack)

    right = _TrueWatchdog(limit, clock.now, lambda: stack)
    theirs = answer(limit, clock.now, frames)
    if looks:
        raise Wrong("a new Watchdog has called frames(); it is to do so when it tells of a blockage.", COSTLY)
    for place, (name, *arguments) in enumerate(story):
        if name == "pass":
            clock.time += arguments[0]
            continue
        if name == "stack":
            stack = arguments[0]
            continue
        del looks[:]
        told = bool(right.told)
        said, wanted = getattr(theirs, name)(), getattr(right, name)()
        if complaint := _complain_of_watch(name, said, wanted, len(looks), told):
            reason, hint = complaint
            hint = EARLY if hint is NEWS and not blocked else hint  # it is the first one
            raise Wrong(f"limit {limit:g} s{_by(start)}: {_told(story[: place + 1])} {reason}", hint)
        blocked += wanted is not None


def _two_watchdogs(answer):
    """The same is done to two, one after the other."""
    clocks = [MockClock(), MockClock()]
    dogs = [answer(2, clock.now, lambda: ["shop.fry"]) for clock in clocks]
    said = [], []
    for clock, dog, its in zip(clocks, dogs, said, strict=True):
        clock.time = 3
        its.append(dog.look())
    for clock, dog, its in zip(clocks, dogs, said, strict=True):
        clock.time = 4
        its.append(dog.beat())
    if said[0] != said[1]:
        reason = f"two Watchdogs see the same, one after the other: one says {said[0]}, the other {said[1]}."
        raise Wrong(reason, "Each watchdog remembers its own: keep it in `self`.")


@exercise(
    "16.3",
    praise="each blockage once, with the one of the shop's own functions that is to blame, and its whole length.",
    hint="Remember the time of the last beat, and the name that you told of this blockage, if any. A beat forgets it.",
    seconds=10,
)
def _watchdog(answer):
    need_class(answer, "Watchdog", "beat", "look")
    _two_watchdogs(answer)
    chance = random.Random(16)
    stories = [(chance.choice([0.25, 0.5, 1, 2]), [*_watching(chance)]) for _ in range(150)]
    for start in STARTS:
        for limit, story in [*WATCHES, *stories]:
            _watch(answer, limit, story, start)


# -- 16.4 -------------------------------------------------------------------------------------------------------------


class _TrueGate:
    def __init__(self, at_once, chairs, patience, clock):
        self.at_once, self.chairs, self.patience, self.clock = at_once, chairs, patience, clock
        self.inside, self.seated = [], []  # the seated as pairs of guest and time, whoever came first in front

    def come(self, guest):
        self._look_round()
        if len(self.inside) < self.at_once:
            self.inside.append(guest)
            return "in"
        if len(self.seated) < self.chairs:
            self.seated.append((guest, self.clock()))
            return "wait"
        return "full"

    def leave(self, guest):
        self._look_round()
        self.seated = [each for each in self.seated if each[0] != guest]
        if guest not in self.inside:
            return []
        self.inside.remove(guest)
        called = [each for each, _ in self.seated[:1]]
        self.inside += called
        del self.seated[:1]
        return called

    def _look_round(self):
        self.seated = [each for each in self.seated if self.clock() - each[1] < self.patience]

    def knows(self, guest):
        self._look_round()
        return guest in self.inside or any(each == guest for each, _ in self.seated)


def _c(*guests):
    return [("come", guest) for guest in guests]


def _l(*guests):
    return [("leave", guest) for guest in guests]


GATES = [
    ((1, 1, 10), [*_c("an", "bo", "cy"), *_l("an", "bo")]),
    ((2, 2, 10), [*_c("an", "bo", "cy", "di", "ed"), *_l("bo", "an", "cy", "di"), *_c("ed", "fu", "an")]),
    ((1, 2, 10), [*_c("an", "bo", "cy"), *_l("bo"), *_c("di", "ed"), *_l("an", "cy", "di"), *_c("ed", "fu")]),
    ((1, 1, 10), [*_c("an", "bo", "cy"), *_l("cy", "cy", "di"), *_c("ed"), *_l("an"), *_c("fu"), *_l("bo")]),
    ((1, 0, 10), [*_c("an", "bo"), *_l("bo", "an", "an", "an"), *_c("cy", "di")]),  # who left has left
    ((2, 1, 10), [*_c("an", "bo"), *_l("an", "an"), *_c("cy", "di", "ed")]),
    ((1, 2, 10), [*_c("an", "bo"), _p(4), *_c("cy"), _p(6), *_l("an"), *_c("di")]),  # bo has gone, cy has not
    ((1, 1, 10), [*_c("an", "bo"), _p(9.5), *_c("cy"), _p(0.5), *_c("cy", "di"), *_l("bo"), *_l("an")]),
    ((1, 1, 10), [*_c("an", "bo"), _p(9.5), *_l("an"), _p(50), *_c("cy"), *_l("bo")]),  # inside nobody tires
    ((1, 2, 10), [*_c("an", "bo", "cy"), _p(12), *_l("an"), *_c("di", "ed"), *_l("bo", "cy"), *_c("fu")]),
    ((1, 1, 10), [*_c("an", "bo"), _p(12), *_c("bo"), _p(6), *_l("an"), *_l("bo")]),  # bo comes again
    ((1, 2, 10), [*_c("an", "bo", "cy"), *_l("bo"), *_c("bo"), *_l("an", "cy", "bo")]),  # at the end of the row
    ((1, 2, 10), [*_c("an", "bo"), _p(6), *_l("bo"), *_c("bo"), _p(6), *_l("an")]),  # and waits anew
    ((1, 3, 10), [*_c(0, "", 1), *_l(0, "", 1)]),
    ((2, 2, 10), [*_c("", 0, 1, 2), *_l(0, "", 1, 2), *_c(0, "")]),
    ((3, 1, 10), [*_c("an", "bo", "cy", "di", "ed"), *_l("cy", "an", "bo", "di", "di")]),
    ((1, 1, 0.5), [*_c("an", "bo"), _p(0.25), *_c("cy"), _p(0.25), *_c("cy"), *_l("an")]),
    ((1, 1, 10), [*_c("an", "bo"), _p(10), *_l("bo"), *_c("cy"), *_l("an")]),
    ((1, 3, 10), [*_c("an", "bo", "cy", "di"), *_l("cy"), *_c("ed"), *_l("an", "bo", "di", "ed")]),
]


def _coming(chance, at_once, chairs, patience):
    clock = MockClock()
    right = _TrueGate(at_once, chairs, patience, clock.now)
    guests = ["an", "bo", "cy", "di", "1", 0, 1, "", 2]
    for _ in range(chance.randrange(10, 40)):
        guest, kind = chance.choice(guests), chance.random()
        if kind < 0.25:
            event = _p(chance.choice([0.5, 1, 2, 4]))
            clock.time += event[1]
        elif kind < 0.7 and not right.knows(guest):
            event = ("come", guest)
        else:
            event = ("leave", guest)
        if event[0] != "pass":
            getattr(right, event[0])(guest)
        yield event


ROOM = "Count those who are inside, and those who still sit; whoever has left or run out of patience is neither."
TURN = "A place is handed on at once, to the one who has sat longest of those who still sit there."
NOBODY = "Only a guest who was inside has a place to hand on, only once, and only to somebody who still sits there."


def _keep(answer, options, story, start):
    clock = MockClock(start=start)
    right = _TrueGate(*options, clock.now)
    theirs = answer(*options, clock.now)
    case = "Gate({}, {}, {:g})".format(*options) + f"{_by(start)}:"
    for place, (name, *arguments) in enumerate(story):
        if name == "pass":
            clock.time += arguments[0]
            continue
        said, wanted = getattr(theirs, name)(*arguments), getattr(right, name)(*arguments)
        if name == "leave" and not isinstance(said, list):
            raise Wrong(f"{case} {_told(story[: place + 1])} returned {said!r}, but it should be a list.")
        if said != wanted:
            hint = TURN if name == "leave" and wanted else NOBODY if name == "leave" else ROOM
            raise Wrong(f"{case} {_told(story[: place + 1])} returned {said!r}, but it should be {wanted!r}.", hint)


def _two_gates(answer):
    """The same guests come to two, one after the other."""
    gates = [answer(1, 1, 10, MockClock().now) for _ in range(2)]
    said = [[gate.come(guest) for guest in ("an", "bo", "cy")] + [gate.leave("an")] for gate in gates]
    if said[0] != said[1]:
        reason = f"the same guests come to one Gate and then to another: one says {said[0]}, the other {said[1]}."
        raise Wrong(reason, "Each gate has its own guests: keep them in `self`.")


@exercise(
    "16.4",
    praise="nobody too many, nobody out of turn, and no place or chair is lost, however a guest goes.",
    hint="Who is in, who sits where and since when? First see who has gone by themselves, in both methods.",
    seconds=10,
)
def _gate(answer):
    need_class(answer, "Gate", "come", "leave")
    _two_gates(answer)
    chance = random.Random(16)
    stories = []
    for _ in range(150):
        options = chance.randrange(1, 4), chance.randrange(4), chance.choice([1, 2, 5])
        stories.append((options, [*_coming(chance, *options)]))
    for start in [*STARTS, -10]:  # by the last, the patience of who sits down at first ends at 0
        for options, story in [*GATES, *stories]:
            _keep(answer, options, story, start)


# -- 16.5 -------------------------------------------------------------------------------------------------------------

AILMENTS = ["hog", "stuck", "descriptors", "threads", "healthy"]
TRIES = 3  # a machine that stands still for a moment makes any process look stuck: only who is wrong each time is wrong
LOOK = 0.4  # seconds that a process is watched at least of which a share of a CPU is told
HINTS = {
    "hog": "It answers nobody. What did its CPU time do while you waited for the answer?",
    "stuck": "It answers nobody. A thread that wakes up now and then needs a little CPU all the same: take a share.",
    "descriptors": "It answers. Ask it more than ten times: is each request one descriptor?",
    "threads": "It answers. Ask it more than ten times: is each request one thread?",
    "healthy": "It answers, however busy it is, and keeps up to ten of each: only growth beyond that is a leak.",
}


def _numbers(process):
    count = process.num_fds if hasattr(process, "num_fds") else process.num_handles
    times = process.cpu_times()
    return count(), process.num_threads(), times.user + times.system


@contextlib.contextmanager
def _held_up(patient):
    """Let it have a quarter of a CPU at most, as a busy machine would (on Windows it has what it gets)."""
    over = threading.Event()

    def hold_up():
        process, spare = psutil.Process(patient.pid), 0
        used, then = _numbers(process)[2], time.monotonic()
        with contextlib.suppress(psutil.Error):  # it has ended
            while not over.wait(0.01):
                (_, _, used_now), now = _numbers(process), time.monotonic()
                spare = min(0.02, spare + 0.25 * (now - then)) - (used_now - used)
                used, then = used_now, now
                (patient.thaw if spare > 0 else patient.freeze)()
            patient.thaw()

    holder = threading.Thread(target=hold_up, daemon=True)
    if hasattr(signal, "SIGSTOP"):
        holder.start()
    try:
        yield
    finally:
        over.set()
        if holder.ident:
            holder.join()


class _Visit:
    """What one process showed while an answer looked at it, and what the answer said."""

    def __init__(self, answer, patient):
        patient.wait_ready(r"port (\d+)")
        process, self.wanted = psutil.Process(patient.pid), patient.sickness
        before, began = _numbers(process), time.monotonic()
        self.said = self.error = None
        try:
            self.said = answer(patient.pid, patient.port)
        except (OSError, psutil.Error) as error:
            self.error = error
        self.right = self.error is None and self.said == self.wanted
        if not self.right:
            time.sleep(max(0, LOOK - (time.monotonic() - began)))
        seconds = time.monotonic() - began
        try:
            after = _numbers(process)
        except psutil.Error:
            reason = "a process that you were to look at has ended."
            raise Wrong(reason, "Look at it and ask it; send it no signal.") from None
        files, threads, cpu = (late - early for early, late in zip(before, after, strict=True))
        self.shown = (
            f"a process that answered {many(patient.served, 'time')} while you looked, used"
            f" {100 * cpu / seconds:.1f} % of a CPU, and has {files} descriptors and {threads} threads more than before"
        )

    def complaint(self):
        if self.error:
            return Wrong(f"{self.shown}: you raised {type(self.error).__name__}: {self.error}.", HINTS[self.wanted])
        if self.said not in AILMENTS:
            return Wrong(f"{self.shown}: you said {self.said!r}; it may be {', '.join(map(repr, AILMENTS))}.")
        return Wrong(f"{self.shown}: you said {self.said!r}, and it is {self.wanted!r}.", HINTS[self.wanted])


@exercise(
    "16.5",
    praise="whoever answers nobody, whoever loses something at each request, and whoever is only busy.",
    hint="Ask it more than ten times, and look at its numbers before and after. No answer is an answer, too.",
    seconds=60,
)
def _diagnose(answer):
    need(answer, callable, "give the function diagnose")
    states = random.Random(7).sample(list(SICKNESSES), len(SICKNESSES))
    with contextlib.ExitStack() as stack:
        # All at once, for each takes a moment to get ready.
        patients = [stack.enter_context(Patient(state)) for state in states]
        for state, patient in zip(states, patients, strict=True):
            visit = _Visit(answer, patient)
            patient.stop(grace=0)
            for _ in range(TRIES - 1):
                if not visit.right:
                    with Patient(state) as another:
                        visit = _Visit(answer, another)
            if not visit.right:
                raise visit.complaint()
    for _ in range(TRIES):
        with Patient("hog") as patient, _held_up(patient):
            visit = _Visit(answer, patient)
        if visit.right:
            return
    raise visit.complaint()
