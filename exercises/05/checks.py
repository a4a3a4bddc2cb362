"""Checks of chapter 5: greenlet. Each watches who runs, what arrives and who has ended, and never the clock."""

import random
from itertools import count, islice

from greenlet import GreenletExit, getcurrent, greenlet

from exercises import Wrong, exercise
from exercises.vocabulary import Enough, Fuse, Planted, capture, in_time, need, reworded, same_lines

ENOUGH = 1000  # calls after which an answer that should have stopped is taken to have no end
ODD = (
    0,
    None,
    "",
    (),
    (1, 2),
    False,
    {},
    ...,
    "end",
    -1,
    GreenletExit(),
    ValueError("leaf"),
    StopIteration,
)  # values like any other


class Noting:
    """A leaf that is equal to no other, and notes what it is compared with: an answer's mark of the end, say."""

    def __init__(self):
        self.seen = []

    __hash__ = object.__hash__

    def __eq__(self, other):
        self.seen.append(other)
        return NotImplemented

    def __repr__(self):
        return "<a leaf>"

    def marks(self):
        """What it was compared with and what might as well be a leaf."""
        return [mark for mark in self.seen if isinstance(mark, (str, bytes, int, float, tuple))]


class Stranger(Planted):
    """What somebody else's code raises in these checks."""


def _everywhere(probe, answer):
    """Probe an answer here, once more, in a greenlet that is not the main one, and in one of another thread."""

    def apart():
        room = greenlet(capture)
        outcome = room.switch(probe, answer)
        if not room.dead:
            raise Wrong("control came back to the main greenlet before your code had returned to its caller.")
        outcome.unwrap()

    probe(answer)
    for where, call in [
        ("when all this is done once more", lambda: probe(answer)),
        ("called in another greenlet than main", apart),
        ("called in another thread", lambda: in_time(apart, stuck="your code does not return.")),
    ]:
        said = capture(call).error
        if said:
            reason = said.reason if isinstance(said, Wrong) else f"your code raised {type(said).__name__}: {said}"
            raise Wrong(
                f"{where}: {reason}",
                "A call may keep nothing for the next one; `getcurrent()`, asked inside it, is the caller.",
            )


# -- 05.1 ----------------------------------------------------------------------------------------------------------


def _three_greenlets():
    diary = []

    def dough():
        diary.append("flour")
        b.switch()
        diary.append("knead")
        c.switch()
        diary.append("rest")

    def filling():
        diary.append("chop")
        c.switch()
        diary.append("mix")

    def shop():
        diary.append("open")
        a.switch()
        diary.append("close")

    a, b, c = greenlet(dough), greenlet(filling), greenlet(shop)
    a.switch()
    b.switch()
    a.switch()
    return diary


@exercise(
    "05.1",
    praise="that is the order in which it really ran just now.",
    hint="Go from switch to switch. Where a function ends, its parent goes on: `main`, at its next line.",
)
def _order(answer):
    truth = _three_greenlets()
    answer = list(need(answer, (list, tuple), "give a list of the seven lines"))
    for each in answer:
        if each not in truth:
            raise Wrong(f"{each!r} is none of the seven lines.")
    for each in truth:
        if answer.count(each) != 1:
            raise Wrong(f"every line comes exactly once; {each!r} comes {answer.count(each)} times in your list.")
    same_lines(answer, truth)


# -- 05.2 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.2",
    praise="five lines, each from its own function, and both greenlets have ended.",
    hint="When test2 ends, control goes to its parent. Make that gr1, or let the caller switch to gr1 once more.",
)
def _lesson(answer):
    _everywhere(_lesson_is_given, answer)


def _lesson_is_given(answer):
    said = []
    enough = Fuse(ENOUGH, Wrong(f"your lesson has said {ENOUGH} lines, and goes on: the five come once."))

    def say(what):
        enough()
        said.append((str(what), getcurrent()))

    returned = answer(say)
    no_greenlets = f"`lesson` should return the two greenlets, gr1 and gr2, as it did; it returned {returned!r}."
    with reworded({(TypeError, ValueError, AttributeError): Wrong(no_greenlets, "End with `return gr1, gr2`.")}):
        gr1, gr2 = returned
        states = [gr1.dead, gr2.dead]
    lines = [what for what, _ in said]
    wanted = ["12", "56", "34", "78", "test1 ends"]
    if lines != wanted:
        missing = [each for each in wanted if each not in lines]
        if missing:
            raise Wrong(f"the lines said are {', '.join(lines) or 'none'}; {', '.join(missing)} is missing.")
        raise Wrong(f"the lines came in the order {', '.join(lines)}.")
    for what, who in said:
        owner, name = (gr2, "test2") if what in ("56", "78") else (gr1, "test1")
        if who is not owner:
            number = 1 if owner is gr1 else 2
            raise Wrong(
                f"{what!r} should be said by {name}, in the greenlet that you return as gr{number};"
                " another greenlet said it.",
                "Leave each line in its function, and decide only who goes on when test2 ends.",
            )
    if states != [True, True]:
        paused = [name for name, dead in zip(("gr1", "gr2"), states, strict=True) if not dead]
        still = "have not ended: each is" if len(paused) > 1 else "has not ended: it is"
        raise Wrong(f"all five lines came, but {' and '.join(paused)} {still} still paused in its last switch.")


# -- 05.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.3",
    praise="the ball flew from greenlet to greenlet, and each player stayed in one of their own.",
    hint="`ball = referee.switch(stroke(ball))` in a loop makes a player; the referee switches to each in turn.",
)
def _rally(answer):
    _everywhere(_rallies_are_played, answer)


def _rallies_are_played(answer):
    def double(ball):
        return 2 * ball

    def add(ball):
        return ball + 3

    def next_odd(ball):
        return next(after for before, after in zip(ODD, [*ODD[1:], ODD[0]], strict=True) if before is ball)

    for ball, strokes in ((1, 4), (1, 5), (7, 1), (1, 40)):
        _play(answer, double, add, ball, strokes)
    for odd in ODD:
        _play(answer, next_odd, next_odd, odd, 3, "left and right are the same function: ")
    where = "one rally is played during a stroke of another: "
    _play(answer, double, add, 3, 3, where, during=lambda: _play(answer, add, double, 4, 4, where))


def _play(answer, left, right, ball, strokes, where="", during=None):
    """Play a rally and look at each stroke; `during` is called in the second."""
    here, rooms, complaints, over = getcurrent(), [], [], []
    balls = [ball]
    for number in range(strokes):
        balls.append((left, right)[number % 2](balls[-1]))

    def complain(what):
        complaints.append(Wrong(where + what))
        raise complaints[0]

    def player(me, name, change):
        def stroke(ball):
            if over:
                raise Wrong(f"in a new rally, {name} of the one before is asked for a stroke.")
            number = len(rooms)
            rooms.append(getcurrent())
            if number == strokes:
                complain(f"{strokes} strokes were asked for, and {name} is asked for one more.")
            if number % 2 != me and left is not right:
                complain(f"left begins, and then they take turns; stroke {number + 1} was {name}'s.")
            if ball is not balls[number] and not (isinstance(ball, int) and ball == balls[number]):
                complain(f"at stroke {number + 1} the ball is {balls[number]!r}, and {name} was handed {ball!r}.")
            if during and number == 1:
                during()
            return change(ball)

        return stroke

    players = [player(0, "left", left), player(1, "right", right)]
    if left is right:
        players = [player(0, "one", left)] * 2
    try:
        got = answer(*players, ball, strokes)
    finally:
        over.append(True)
        if complaints:
            raise complaints[0]
    if len(rooms) != strokes:
        raise Wrong(f"{where}{strokes} strokes were asked for, and {len(rooms)} were made.")
    for name, own in (("left", rooms[::2]), ("right", rooms[1::2])):
        if here in own:
            raise Wrong(f"{where}{name} made a stroke in the caller's greenlet: give each player one of their own.")
        if any(each is not own[0] for each in own):
            raise Wrong(f"{where}{name} got a new greenlet for a stroke: one should last for the whole rally.")
    if strokes > 1 and rooms[0] is rooms[1]:
        raise Wrong(f"{where}both players play in the same greenlet: each should have their own.")
    if got is not balls[-1] and got != balls[-1]:
        raise Wrong(
            f"{where}{balls[0]!r} comes out of {strokes} strokes as {balls[-1]!r}; you returned {got!r}.",
            "Return what the last stroke returned.",
        )


# -- 05.4 ----------------------------------------------------------------------------------------------------------


def _visitor(*end):
    """A visitor of lists from right to left, which an answer cannot know of; it returns `end`, or words of its own."""

    def visit(tree, found):
        if isinstance(tree, list):
            for branch in reversed(tree):
                visit(branch, found)
        else:
            found(tree)
        return end[0] if end else f"the end of {tree}"

    return visit


def _leaves(tree):
    found = []
    _visitor()(tree, found.append)
    return found


def _tree(choose, leaves, depth=4):
    """A random tree; a leaf is no list."""
    if depth and choose.random() < 0.6:
        return [_tree(choose, leaves, depth - 1) for _ in range(choose.randrange(4))]
    return choose.choice(leaves)


@exercise(
    "05.4",
    praise="a plain function with a callback became an iterator, and nobody had to change it.",
    hint="Run visit in a greenlet; its `found` is the switch of the greenlet that waits. Stop when it is dead.",
)
def _walk(answer):
    _everywhere(_walks_are_taken, answer)


def _walks_are_taken(answer):
    def walked(visit, tree):
        leaves = answer(visit, tree)
        with reworded({TypeError: f"`walk` returned {leaves!r}, which no `for` loop takes."}):
            return iter(leaves)

    def compare(tree, why):
        wanted = _leaves(tree)
        for end in ([], [None], [True], wanted[-1:]):  # what `visit` returns is no leaf, even if it looks like one
            got = list(islice(walked(_visitor(*end), tree), ENOUGH))
            if list(map(id, got)) != list(map(id, wanted)):
                more = " …" if len(got) > len(wanted) + 3 else ""
                raise Wrong(f"a `visit` that finds {wanted} gave {got[: len(wanted) + 3]}{more}: {why}")

    compare([4, [3, [2]], 1], "give what `visit` finds, in its order, and nothing else.")
    compare([], "a tree without leaves gives none.")
    compare([1, [1, 2, 1]], "a leaf may come several times.")
    for odd in ODD:
        compare([2, odd, 1], "any value may be a leaf; only the visitor's end is the end.")
    noting = Noting()
    compare([2, noting, 1], "any value may be a leaf; only the visitor's end is the end.")
    for mark in noting.marks():
        compare([2, mark, 1], "any value may be a leaf; only the visitor's end is the end.")
    choose = random.Random(5)
    for _ in range(20):
        compare(_tree(choose, (*ODD, 1, 2)), "give what `visit` finds, in its order, and nothing else.")

    looked = []

    def endless(tree, found):
        for number in count(1):
            looked.append(number)
            if number > ENOUGH:
                raise Wrong("three leaves were asked for, and your iterator wants all of them first: it is not lazy.")
            found(number)

    leaves = walked(endless, ())
    if looked:
        raise Wrong(
            "nobody has asked for a leaf yet, and `visit` was already let go on to the first.",
            "A generator function begins at the first `next`.",
        )
    got = list(islice(leaves, 3))
    if got != [1, 2, 3]:
        raise Wrong(f"the first three leaves should be [1, 2, 3]; your iterator gave {got}.")
    if looked != [1, 2, 3]:
        raise Wrong(f"three leaves were asked for, and `visit` was let go on to the leaves {str(looked)[1:-1]}.")
    del leaves  # an answer that sends its walker home does so here, and not from wherever a collection comes by

    visit, first, second = _visitor(), [2, [1, 2]], ["b", "a", "b"]
    both = list(zip(walked(visit, first), walked(visit, second), walked(visit, first), strict=False))
    if both != [(2, "b", 2), (1, "a", 1), (2, "b", 2)]:
        raise Wrong(f"three iterators at the same time get into each other's way: together they gave {both}.")

    for found in ([], ["first"]):
        for kind in (Stranger, ValueError, TypeError, AttributeError, KeyError, IndexError, RuntimeError, OSError):
            _hear(walked, found, kind("no more"))


def _hear(walked, found_first, fault):
    """Let a visitor raise, after its first leaf or without one."""

    def breaks(tree, found):
        for leaf in found_first:
            found(leaf)
        raise fault

    leaves, when = walked(breaks, ()), "after the first leaf" if found_first else "before any leaf"
    for leaf in found_first:
        if capture(next, leaves, "the end").value != leaf:
            raise Wrong("a visitor finds one leaf and then raises: that one leaf should still come.")
    asked = capture(next, leaves, "the end")
    if asked.error is not fault:
        did = f"{asked.error!r}" if asked.error else f"{asked.value!r} and no error"
        raise Wrong(
            f"`visit` raised {fault!r} {when}; the caller that asked for the next one got {did}.",
            "What a greenlet raises comes out of the `switch` of its parent: let it pass.",
        )


# -- 05.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.5",
    praise="everybody is home, every `finally` has run, and no error stopped the others or got lost.",
    hint="Set `person.parent` to yourself, then throw inside a `try`.",
)
def _close_shop(answer):
    _everywhere(_shops_are_closed, answer)


def _shops_are_closed(answer):
    pot, key = Stranger("dropped the pot"), Stranger("lost the key")
    for state in ("paused", "not begun", "ended"):
        _close(answer, [("cook", state, None)])
    _close(answer, [("clumsy", "paused", pot), ("cook", "paused", None), ("careless", "paused", key)])
    _close(answer, [("helper", "paused", None), ("cook", "paused", None)], helper="cook")
    staff = [("helper", "paused", None), ("cook", "paused", None), ("waiter", "paused", None)]
    _close(answer, staff, helper="cook", waiter="helper")  # no order alone helps
    _close(answer, [])
    choose = random.Random(7)
    for _ in range(20):
        names = choose.sample("ABCDEFGH", choose.randrange(2, 8))
        faults = [None, None, pot, key, ValueError("no change"), OSError("no gas")]
        states = ["paused", "paused", "not begun", "ended"]
        staff = [(name, choose.choice(states), choose.choice(faults)) for name in names]
        _close(answer, staff, **{child: choose.choice(names) for child in names if choose.random() < 0.5})


def _close(answer, staff, **parents):
    """Close a shop of (name, state, what their `finally` raises), some of whom have another one as their parent."""
    boss = getcurrent()
    left, worked, closing = [], [], True
    enough = Fuse(ENOUGH, Enough())

    def work(name, state, fault):
        try:
            if state == "paused":
                boss.switch()
            while state != "ended":
                worked.append(name)
                enough()
                boss.switch()
        finally:
            if state == "paused":
                left.append(name)
                if fault and closing:  # not when a forgotten one is collected: nobody would hear of it
                    raise fault

    people = {}
    for name, state, fault in staff:
        people[name] = greenlet(lambda name=name, state=state, fault=fault: work(name, state, fault))
        if state != "not begun":
            people[name].switch()
    for child, parent in list(parents.items()):
        if capture(setattr, people[child], "parent", people[parent], catch=ValueError).error:
            del parents[child]  # they would stand in a circle
    wanted = [fault for _, state, fault in staff if state == "paused" and fault]
    told = "a staff of " + (", ".join(f"{name} ({state})" for name, state, _ in staff) or "nobody")
    if parents:
        told += f", where {' and '.join(f'{parent} is the parent of {child}' for child, parent in parents.items())}"
    try:
        outcome = capture(answer, [people[name] for name, *_ in staff], catch=(Exception, Enough))
    finally:
        closing = False
    if worked:
        raise Wrong(f"{told}: {worked[0]!r} was given a turn, and worked.")
    keep = "A new list for each closing; what a `throw` raises is caught and appended, in the order of `staff`."
    if outcome.error in wanted:
        raise Wrong(f"{told}: the `finally` of one raised ({outcome.error}), and your function stopped there.")
    errors = outcome.unwrap()
    for name, state, _ in staff:
        if not people[name].dead:
            raise Wrong(
                f"{told}: {name!r} is not dead when you return.", "Throw at everyone, whatever came of the others."
            )
        if left.count(name) != (state == "paused"):
            raise Wrong(f"{told}: the `finally` of {name!r} ran {left.count(name)} times.")
    if not isinstance(errors, (list, tuple)):
        raise Wrong(f"{told}: return a list of the errors raised, not {errors!r}.", keep)
    if list(errors) != wanted:
        raise Wrong(f"{told}: the errors raised were {wanted}, and you returned {list(errors)}.", keep)


# -- 05.6 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.6",
    praise="two walks side by side, and not a leaf more than needed.",
    hint="Make an iterator of each tree and pair them with zip_longest and a fill value that equals no leaf.",
)
def _same_fringe(answer):
    _everywhere(_menus_are_compared, answer)


def _menus_are_compared(answer):
    def ask(one, other, why):
        leaves = _leaves(one), _leaves(other)
        for end in ([], [None], leaves[0][-1:]):
            got = answer(_visitor(*end), one, other)
            if not isinstance(got, bool):
                raise Wrong(f"say True or False; your function returned {got!r}.", "Every way out needs its `return`.")
            if got is not (leaves[0] == leaves[1]):
                first, second = (str(each) if len(each) < 20 else f"{str(each[:3])[:-1]}, …]" for each in leaves)
                raise Wrong(f"for trees with the leaves {first} and {second} it said {got}: {why}")

    ask([1, [2, 3]], [[1, 2], 3], "the branches differ, the leaves do not.")
    ask([1, 2, 3], [1, 3, 2], "the order counts.")
    ask([1, 2, 2], [1, 2, 1], "how often a leaf comes counts.")
    ask([1, 2, 3], [2, 3], "one has a leaf more.")
    ask([2, 3], [1, 2, 3], "one has a leaf more.")
    ask([None, 0, [None]], [[None, 0], None], "None and 0 are leaves like any other.")
    noting = Noting()
    ask([noting, 1], [1], "one has a leaf more.")
    ask([1], [noting, 1], "one has a leaf more.")
    for odd in (*ODD, *noting.marks()):
        ask([odd, 1], [1], f"{odd!r} is a leaf like any other, and the other tree has none there.")
        ask([1], [odd, 1], f"{odd!r} is a leaf like any other, and the other tree has none there.")
    ask([1], ["1"], "they are not equal.")
    ask(["lotus"], ["".join(("lo", "tus"))], "leaves are the same if they are equal.")
    ask([{"bun": 1, "tea": 2}], [{"tea": 2, "bun": 1}], "leaves are the same if they are equal.")
    ask([], [[]], "neither has a leaf.")
    ask([], [1], "one has a leaf and the other has none.")
    ask([1], [], "one has a leaf and the other has none.")
    ask([*range(400)], [-1, *range(1, 400)], "the last leaves differ.")
    choose = random.Random(6)
    for _ in range(60):
        leaves = choose.choice([(1, 2), (None, 0), ODD])
        one = _tree(choose, leaves)
        near = _leaves(one)  # the same leaves, or one of them replaced, or one left out
        if near and choose.random() < 0.5:
            place = choose.randrange(len(near))
            near[place : place + 1] = choose.choices(leaves, k=choose.randrange(2))
        ask(*choose.sample([one, near], 2), "that is not so.")
    for lengths in ((ENOUGH, ENOUGH), (2, ENOUGH), (ENOUGH, 2), (0, ENOUGH), (ENOUGH, 0)):
        _stop(answer, *lengths)


def _stop(answer, *lengths):
    """Compare two menus, the third leaves of which differ if both have so many; the end of a long one is far."""
    looked = {"one": 0, "other": 0}
    most, end = dict(zip(looked, lengths, strict=True)), min(3, *(length + 1 for length in lengths))
    menus = f"of a long menu and one that ends after {end - 1} leaves,"
    if min(lengths) == ENOUGH:
        menus = "of two long menus, the third leaves of which differ,"

    def visit(tree, found):
        for number in range(1, most[tree] + 1):
            looked[tree] += 1
            ahead, behind = max(looked.values()), min(looked.values())
            if ahead > max(end, behind + 1):
                raise Wrong(f"{menus} you looked at {ahead} leaves of one and {behind} of the other: stop there.")
            if ahead > behind + 1:
                raise Wrong(f"{ahead} leaves of one menu were looked at, and {behind} of the other: take turns.")
            found(number if tree == "one" or number < 3 else -number)

    if answer(visit, *looked) is not False:
        raise Wrong(f"{menus} your function says that they are the same.")
    if max(looked.values()) > end:
        raise Wrong(f"{menus} your function looked at {max(looked.values())} leaves of each: stop there.")
