"""Checks of chapter 12: a loop, what handlers remember, and who may be called."""

import queue
import random
from dataclasses import dataclass

from exercises import Wrong, exercise
from exercises.vocabulary import Planted, capture, in_time, need, reworded, same_lines

# -- 12.1 -------------------------------------------------------------------------------------------------------------


@dataclass
class _Event:
    handler: object
    detail: object


def _what_the_loop_prints():
    events, printed = queue.Queue(), []

    def on_click(bun):
        printed.append(f"click {bun}")
        if bun == "pork":
            events.put(_Event(steam, bun))
        printed.append(f"noted {bun}")

    def steam(bun):
        printed.append(f"steam {bun}")

    events.put(_Event(on_click, "pork"))
    events.put(_Event(steam, "leek"))
    events.put(_Event(on_click, "lotus"))
    events.put(_Event(lambda _: events.put(None), ""))
    while (event := events.get()) is not None:
        event.handler(event.detail)
    return printed


ONE_BY_ONE = "Go through the queue event by event: each calls one handler, which prints all its lines."


@exercise(
    "12.1",
    praise="that is the order in which it really ran just now.",
    hint="`put` calls nothing: it adds the event at the end of the line, and the handler goes on.",
)
def _order(answer):
    truth, said = _what_the_loop_prints(), list(need(answer, (list, tuple), "give a list of lines"))
    if odd := [each for each in said if each not in truth]:
        raise Wrong(f"{odd[0]!r} is never printed; a line looks like 'click pork'.", ONE_BY_ONE)
    if twice := [each for each in truth if said.count(each) > 1]:
        raise Wrong(f"{twice[0]!r} is printed once, and you have it {said.count(twice[0])} times.", ONE_BY_ONE)
    if missing := [each for each in truth if each not in said]:
        raise Wrong(f"{missing[0]!r} is missing: it was printed just now.", ONE_BY_ONE)
    same_lines(said, truth)


# -- 12.2 -------------------------------------------------------------------------------------------------------------

DIGITS = [*"0123456789"]
NUMBERS = (
    "1 Enter",
    "1 2 Enter",
    "1 2 Enter 3 Enter",
    "1 2 Backspace 5 Enter",
    "1 2 Escape 7 Enter",
    "4 Enter Enter",
    "Enter",
    "0 0 7 Enter",
    "0 Enter 8 Enter",
    "3 4 5 6 7 8 9 0 1 2 Enter",
    "Backspace 3 Backspace Backspace 6 Enter",
    "5 F1 Shift x 2 Enter",
    "5 Escape Enter",
    "9",
)
NO_DIGIT = "That key does nothing. `isdigit()` is true of more than ten signs; `key in list('0123456789')` is exact."
NO_KEY = "Other keys do nothing: compare with the names that the text gives, in full and as they are written."


def _sales(keys):
    """What a till sells that gets these keys."""
    digits, sold = "", []
    for key in keys:
        if key in DIGITS:
            digits += key
        elif key == "Backspace":
            digits = digits[:-1]
        elif key in ("Escape", "Enter"):
            if key == "Enter" and int(digits or 0):
                sold.append(int(digits))
            digits = ""
    return sold


def _any_keys():
    """Many sequences of keys, the same each time."""
    chance, keys = (
        random.Random(12),
        [*DIGITS, *DIGITS, "Enter", "Enter", "Enter", "Backspace", "Backspace", "Escape", "Tab"],
    )
    for _ in range(200):
        yield [*chance.choices(keys, k=12), "Enter"]


@exercise(
    "12.2",
    praise="each till remembers its own number from key to key, and forgets it in time.",
    hint="Keep the digits as a string in `self`; Enter sells their `int`, if it is above 0, and empties the string.",
)
def _till(answer):
    need(answer, callable, "hand over the class itself, `Till`")
    for keys in NUMBERS:
        _sells(answer, keys.split())
    for separate in (True, False):
        _sell_apart(answer, separate)
    for odd in ("enter", "Return", "Esc", "Delete", "Clear", "²", "٣", "", " ", "-"):
        _sells(answer, ["5", odd, "6", "Enter"], NO_DIGIT if odd.isdigit() else NO_KEY)
    for keys in _any_keys():
        _sells(answer, keys)


def _sells(answer, keys, hint=""):
    got, wanted = [], _sales(keys)
    till = answer(got.append)
    for key in keys:
        till.on_key_down(key)
    if repr(got) != repr(wanted):  # 12.0 and "12" are no 12
        shown = " ".join(key if key.strip() else repr(key) for key in keys)
        raise Wrong(f"the keys {shown} should sell {wanted}, and your till sold {got}.", hint)


def _sell_apart(answer, separate):
    """Press the keys of two tills in turns: each has what sells for it, or both have the same."""
    one, other = [], []
    tills = answer(one.append), answer((other if separate else one).append)
    for number, key in ((0, "1"), (1, "2"), (0, "3"), (0, "Enter"), (1, "Enter")):
        tills[number].on_key_down(key)
    said, got, wanted = ("the same `sell`", one, [13, 2])
    if separate:
        said, got, wanted = "a `sell` each", [one, other], [[13], [2]]
    if got != wanted:
        raise Wrong(
            f"two tills with {said} got keys in turns, one 1 3 Enter, the other 2 Enter: they should sell {wanted}, "
            f"and sold {got}.",
            "What belongs to one till, its digits and its `sell`, is kept in `self`.",
        )


# -- 12.3 -------------------------------------------------------------------------------------------------------------


class Spilt(Planted):
    """What a handler raises in these checks."""


# What is done to a dispatcher; "a: off b" is what handler a does when it is called first. Without a kind: "click".
PROGRAMS = {
    "two handlers for a click, one for a key": "on a, on b, on k key, emit",
    "nobody handles 'scroll'": "on a, on k key, emit scroll, emit key, emit, emit scroll, emit key",
    "a handler is added between two clicks": "on a, emit, on b, emit",
    "a handler is removed between two clicks": "on a, on b, emit, off a, emit",
    "a handler that was never added is removed, which does nothing": "on a, off b, off b scroll, off a key, emit",
    "a handler is removed twice": "on a, on b, off a, off a, emit",
    "a handler is removed before it is added, which does nothing": "off b, on a, on b, emit",
    "priorities -1, 0, 5, 0, 5": "on a -1, on b 0, on c 5, on d 0, on e 5, emit",
    "priorities none, 0.5, -0.5, none": "on a, on b 0.5, on c -0.5, on d, emit",
    "the first handler removes itself": "on a, on b, on c, a: off a, emit, emit",
    "a handler is removed before its turn": "on a, on b, on c, on d, a: off c, emit, emit",
    "a handler is removed after its turn": "on a, on b, on c, b: off a, emit, emit",
    "a handler adds two others, to be called from the next emit on": "on a, a: on b + on c 9, emit, emit",
    "a handler adds another and removes it again": "on a, a: on b + off b, emit, emit",
    "a handler removes one that is not there, then adds it": "on a, a: off b + on b, emit, emit",
    "the first and the third of three handlers raise": "on a, on b, on c, a: spill, c: spill, emit, emit",
    "two handlers raise errors that look alike": "on a, on b, a: spill alike, b: spill alike, emit",
    "a handler removes itself and raises": "on a, on b, a: off a + spill, emit, emit",
    "a handler raises at the first click, and is gone at the second": "on a, on b, a: spill, emit, off a, emit",
    "a handler of two kinds is removed from one": "on a, on a key, off a key, emit, emit key",
    "a handler of two kinds is removed from one before its turn": "on a, on b, on b key, a: off b, emit, emit key",
    "two handlers of two kinds have other priorities in each": "on a 1, on b 2, on a 2 key, on b 1 key, emit, emit key",
    "a handler of a click removes one of a key": "on a, on k key, on l key, a: off k key, emit, emit key",
    "a handler of a click emits a key": "on a, on b, on k key, a: on l key + emit key, k: spill, emit, emit",
    "the handler of a key, which a click's emits, removes one of the click": (
        "on a, on b, on c, on k key, a: emit key, k: off b, emit, emit"
    ),
    "a handler of a click emits a click": "on a, on b, a: emit, emit, emit",
    "a handler of a click removes another, adds one and emits a click": (
        "on a, on b, on c, a: off c + on d 9 + emit, emit, emit"
    ),
}


def _any_programs():
    """Programs of chance, the same each time, in which handlers come, go and raise."""
    chance = random.Random(12)
    for _ in range(60):
        first, later, acts = [*"abcde"], [*"fgh"], []
        for name in first:
            does = [f"off {chance.choice(first)}", "spill", f"on {later[-1]} 0" if later else "spill"]
            if does := chance.sample(does, chance.randrange(3)):
                later = later[: len(later) - any(each.startswith("on") for each in does)]
                acts.append(f"{name}: {' + '.join(does)}")
        yield ", ".join([*(f"on {name} {chance.randrange(3)}" for name in first), *acts, "emit, emit"])


class _Reference:
    """A dispatcher that keeps the promises."""

    def __init__(self):
        self.entries = []

    def on(self, kind, handler, priority=0):
        self.entries.append((kind, handler, priority))

    def off(self, kind, handler):
        self.entries = [entry for entry in self.entries if entry[:2] != (kind, handler)]

    def emit(self, kind, detail):
        errors = []
        for entry in sorted(self.entries, key=lambda entry: -entry[2]):
            if entry[0] == kind and entry in self.entries:
                errors.append(capture(entry[1], detail).error)
        return [error for error in errors if error]


class _Run:
    """A program carried out on a dispatcher; `emits` has, for each: its words, who was called with what, the result."""

    def __init__(self, dispatcher, program, methods=False):
        self.dispatcher, self.methods, self.acts, self.clerks, self.emits = dispatcher, methods, {}, {}, []
        self.called = []
        for step in program.split(", "):
            name, acts, what = step.partition(": ")
            if acts:
                self.acts[name] = what.split(" + ")
            else:
                self.do(step)

    def do(self, step):
        verb, *words = step.split()
        kind = words.pop() if words and words[-1] in ("key", "scroll") else "click"
        if verb == "emit":
            return self.emit(kind)
        clerk = self.clerks.setdefault(words[0], _Clerk(self, words[0]))
        handler = clerk.greet if self.methods else clerk.handler
        if verb == "off":
            self.dispatcher.off(kind, handler)
        elif kind == "key":
            self.dispatcher.on(kind, handler, **dict(zip(["priority"], map(float, words[1:]), strict=False)))
        else:
            self.dispatcher.on(kind, handler, *map(float, words[1:]))

    def emit(self, kind):
        detail = (None, "pork", 0)[len(self.emits) % 3]
        before, self.called = self.called, []
        self.emits.append([f"emit({kind!r}, {detail!r})", self.called])
        place = len(self.emits) - 1
        returned = self.dispatcher.emit(kind, detail)
        self.emits[place] += [returned, repr(returned)]  # it may be changed by a later emit
        self.called = before


class _Clerk:
    """A handler: a function that is the same each time, or a method, which is another object each time."""

    def __init__(self, run, name):
        self.run, self.name, self.handler = run, name, lambda detail: self.greet(detail)
        self.handler.__name__ = self.handler.__qualname__ = name

    def greet(self, detail):
        self.run.called.append((self.name, detail))
        acts = self.run.acts.get(self.name, [])
        for act in [act for act in acts if not act.startswith("spill")]:
            acts.remove(act)  # once is enough
            self.run.do(act)
        if acts:
            raise Spilt(self.name if acts == ["spill"] else "alike")
        return Spilt("this was returned, and not raised")


@exercise(
    "12.3",
    praise="in order, though some come and go meanwhile, and no error keeps the others from their turn.",
    hint="Loop over a sorted copy, look before each call whether the handler is still there, and catch what it raises.",
)
def _dispatcher(answer):
    need(answer, callable, "hand over the class itself, `Dispatcher`")
    for place, (when, program) in enumerate(PROGRAMS.items()):
        _compare(answer, program, when)
        if place == 0:
            _keep_apart(answer)
    again = "Each `clerk.greet` is a new object, equal to the last: compare with ==, not with `is`."
    _compare(answer, "on a, on b, off a, emit", "the method clerk.greet is added and removed", again, methods=True)
    for program in _any_programs():
        _compare(answer, program, f"a random program, {program!r}, where “a: off b” is what a does when called first")


def _keep_apart(answer):
    runs = [_Run(answer(), "on a"), _Run(answer(), "on b, emit")]
    if runs[0].called or runs[1].emits[0][1] != [("b", None)]:
        raise Wrong("a was added to one dispatcher, b to another, and a click of the other did not call b alone.")


def _compare(answer, program, when, hint="", methods=False):
    wanted = _Run(_Reference(), program, methods).emits
    with reworded({Spilt: f"{when}: a handler raised, and emit passed it on: call the others, return the exceptions."}):
        run = in_time(_Run, answer(), program, methods, stuck=f"{when}: `emit` never returned.", seconds=2)
    for (emit, calls, _, said), (_, called, returned, at_once) in zip(wanted, run.emits, strict=False):
        names, given = [name for name, _ in calls], [name for name, _ in called]
        if names != given:
            errors = f" It returned {at_once}." if isinstance(returned, list) and returned else ""
            raise Wrong(f"{when}: {emit} should call {names}, and called {given}.{errors}", hint)
        if calls != called:
            raise Wrong(f"{when}: {emit} should call each handler with that detail, and called {called[0]}.", hint)
        if not isinstance(returned, list) or at_once != said:
            raise Wrong(
                f"{when}: {emit} should return the exceptions that were raised, {said}, and returned {at_once}."
            )
        if repr(returned) != said:
            raise Wrong(f"{when}: the list that {emit} had returned, {said}, was {returned} in the end.")
