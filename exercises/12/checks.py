"""Checks of chapter 12: a loop, what handlers remember, and who may be called."""

import queue
from dataclasses import dataclass

from exercises import Wrong, exercise
from exercises.vocabulary import Planted, in_time, need, reworded, same_lines

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


@exercise(
    "12.1",
    praise="that is the order in which it really ran just now.",
    hint="`put` calls nothing: it stands the event at the end of the line, and the handler goes on.",
)
def _order(answer):
    truth, said = _what_the_loop_prints(), list(need(answer, (list, tuple), "give a list of lines"))
    if odd := [each for each in said if each not in truth]:
        raise Wrong(f"{odd[0]!r} is never printed; a line looks like 'click pork'.")
    if twice := [each for each in truth if said.count(each) > 1]:
        raise Wrong(f"{twice[0]!r} is printed once, and you have it {said.count(twice[0])} times.")
    if missing := [each for each in truth if each not in said]:
        raise Wrong(f"{missing[0]!r} is missing: it was printed just now.")
    same_lines(said, truth)


# -- 12.2 -------------------------------------------------------------------------------------------------------------


@exercise(
    "12.2",
    praise="each till remembers its own number from key to key, and forgets it in time.",
    hint="Keep the digits as a string in `self`, made in `__init__`.",
)
def _till(answer):
    need(answer, callable, "hand over the class itself, `Till`")
    for keys, wanted in (
        ("1 Enter", [1]),
        ("1 2 Enter", [12]),
        ("1 2 Enter 3 Enter", [12, 3]),
        ("1 2 Backspace 5 Enter", [15]),
        ("1 2 Escape 7 Enter", [7]),
        ("4 Enter Enter", [4]),
        ("Enter", []),
        ("0 0 7 Enter", [7]),
        ("0 Enter 8 Enter", [8]),
        ("Backspace 3 Backspace Backspace 6 Enter", [6]),
        ("5 F1 Shift x 2 Enter", [52]),
        ("9", []),
        ("5 Escape Enter", []),
    ):
        got = []
        till = answer(got.append)
        for key in keys.split():
            till.on_key_down(key)
        if got != wanted:
            raise Wrong(f"the keys {keys} should sell {wanted}, and your till sold {got}.")
    got = []
    one, other = answer(got.append), answer(got.append)
    for till, key in ((one, "1"), (other, "2"), (one, "3"), (one, "Enter"), (other, "Enter")):
        till.on_key_down(key)
    if got != [13, 2]:
        raise Wrong(f"one till was told 1 3, the other 2, and they sold {got}: they share their digits.")


# -- 12.3 -------------------------------------------------------------------------------------------------------------


class Spilt(Planted):
    """What a handler raises in these checks."""


class _Shop:
    """One of the answer's dispatchers, with handlers that note down their names when they are called."""

    def __init__(self, answer):
        self.dispatcher, self.called = answer(), []

    def handler(self, name, act=lambda: None):
        def handle(detail):
            self.called.append(name)
            act()

        return handle

    def on(self, name, act=lambda: None, kind="click", priority=None):
        """Add a handler of this name, and return it."""
        handle = self.handler(name, act)
        self.dispatcher.on(kind, handle, *([] if priority is None else [priority]))
        return handle

    def off(self, handle, kind="click"):
        self.dispatcher.off(kind, handle)

    def emit(self, kind="click"):
        self.called.clear()
        return in_time(self.dispatcher.emit, kind, "pork", stuck="`emit` never returned.")

    def expect(self, wanted, when):
        """Emit a click, and look who was called; return what emit returned."""
        errors = self.emit()
        self.were_called(wanted, when)
        return errors

    def were_called(self, wanted, when):
        if self.called != wanted:
            raise Wrong(f"{when}: the handlers called should be {wanted}, and were {self.called}.")


@exercise(
    "12.3",
    praise="in order, whoever comes and goes meanwhile, and no error keeps the others from their turn.",
    hint="Loop over a sorted copy, and before each call look whether the handler is still there.",
)
def _dispatcher(answer):
    need(answer, callable, "hand over the class itself, `Dispatcher`")
    for promise in (_calls, _sorts, _lets_go, _lets_come, _bears_errors, _keeps_apart):
        promise(answer)


def _calls(answer):
    shop, details = _Shop(answer), []
    shop.dispatcher.on("click", details.append)
    shop.on("a")
    shop.on("b")
    shop.on("k", kind="key")
    if (errors := shop.emit()) != []:
        raise Wrong(f"handlers that raise nothing were called with the detail, and emit returned {errors!r}, not [].")
    shop.were_called(["a", "b"], "two handlers for a click, one for a key, and a click")
    if details != ["pork"]:
        raise Wrong(f"emit('click', 'pork') should call each handler with 'pork'; one was called with {details}.")
    if (errors := shop.emit("scroll")) != []:
        raise Wrong(f"nobody handles 'scroll', and emit returned {errors!r}, not an empty list.")
    shop.off(shop.handler("stranger"))
    shop.off(shop.handler("stranger"), "scroll")
    shop.expect(["a", "b"], "a handler that was never added is removed, which does nothing")


def _sorts(answer):
    shop = _Shop(answer)
    for name, priority in (("low", -1), ("first", 0), ("high", 5), ("second", 0), ("high too", 5)):
        shop.on(name, priority=priority)
    shop.expect(["high", "high too", "first", "second", "low"], "priorities -1, 0, 5, 0, 5")


def _lets_go(answer):
    shop = _Shop(answer)
    once = shop.on("once", lambda: shop.off(once))
    shop.on("next")
    shop.expect(["once", "next"], "the first handler removes itself")
    shop.expect(["next"], "the emit after one that removed itself")
    shop = _Shop(answer)
    shop.on("remover", lambda: shop.off(victim), priority=1)
    victim = shop.on("victim")
    shop.on("last")
    shop.expect(["remover", "last"], "a handler was removed before its turn")


def _lets_come(answer):
    shop, added = _Shop(answer), []

    def add():
        if not added:
            added.append(True)
            shop.on("late")
            shop.on("urgent", priority=9)

    shop.on("adder", add)
    shop.expect(["adder"], "a handler adds two others, which are to be called from the next emit on")
    shop.expect(["urgent", "adder", "late"], "the emit after one that added two")


def _bears_errors(answer):
    def spill():
        raise Spilt("spilt")

    shop = _Shop(answer)
    for name, act in (("bad", spill), ("good", lambda: None), ("bad too", spill)):
        shop.on(name, act)
    with reworded({Spilt: "a handler raised, and emit passed it on: call the others, then return the exceptions."}):
        errors = shop.expect(["bad", "good", "bad too"], "the first of three handlers raises")
    if not isinstance(errors, list) or [type(error) for error in errors] != [Spilt, Spilt]:
        raise Wrong(f"two handlers raised, and emit returned {errors!r}: a list of both exceptions is wanted.")


def _keeps_apart(answer):
    one, other = _Shop(answer), _Shop(answer)
    other.called = one.called
    one.on("one")
    other.expect([], "a handler was added to another dispatcher")
    shop = _Shop(answer)
    both = shop.on("both")
    shop.dispatcher.on("key", both)
    shop.off(both, "key")
    shop.expect(["both"], "a handler of two kinds is removed from one, and the other is emitted")

    class Clerk:
        def greet(self, detail):
            shop.called.append("greet")

    shop, clerk = _Shop(answer), Clerk()
    shop.dispatcher.on("click", clerk.greet)
    shop.off(clerk.greet)
    shop.emit()
    if shop.called:
        raise Wrong(
            "clerk.greet was added and removed, and was called all the same.",
            "Each `clerk.greet` is a new object, equal to the last: compare with ==, not with `is`.",
        )
