"""Checks of chapter 5: greenlet. Each watches who runs, what arrives and who has ended, and never the clock."""

from itertools import count, islice

from greenlet import getcurrent, greenlet

from exercises import Wrong, exercise
from exercises.vocabulary import Fuse, Planted, capture, need, reworded, same_lines

ENOUGH = 1000  # calls after which an answer that should have stopped is taken to have no end


class Stranger(Planted):
    """What somebody else's code raises in these checks."""


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
    said = []
    enough = Fuse(ENOUGH, Wrong("your lesson goes on saying things without end: the five lines come once."))

    def say(what):
        enough()
        said.append((str(what), getcurrent()))

    returned = answer(say)
    no_greenlets = "`lesson` should return the two greenlets, gr1 and gr2, as it did."
    with reworded({(TypeError, ValueError, AttributeError): no_greenlets}):
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
            raise Wrong(f"{what!r} should be said by {name}, in the greenlet returned for it; somebody else said it.")
    if states != [True, True]:
        paused = " and ".join(name for name, dead in zip(("gr1", "gr2"), states, strict=True) if not dead)
        raise Wrong(f"all five lines came, but {paused} has not ended: it is still paused in its last switch.")


# -- 05.3 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.3",
    praise="the ball flew from greenlet to greenlet, and each player stayed in one of their own.",
    hint="`ball = referee.switch(stroke(ball))` in a loop makes a player; the referee switches to each in turn.",
)
def _rally(answer):
    here = getcurrent()

    def play(ball, strokes):
        made = []
        enough = Fuse(ENOUGH, Wrong(f"{strokes} strokes were asked for, and your players go on without end."))

        def player(name, change):
            def stroke(ball):
                enough()
                made.append((name, getcurrent()))
                if not isinstance(ball, int):
                    raise Wrong(f"{name} was handed {ball!r} instead of the ball: pass it on with the switch.")
                return change(ball)

            return stroke

        got = answer(player("left", lambda ball: 2 * ball), player("right", lambda ball: ball + 3), ball, strokes)
        return got, made

    for ball, strokes, last in ((1, 4, 13), (1, 5, 26), (7, 1, 14)):
        got, made = play(ball, strokes)
        names = [name for name, _ in made]
        if len(names) != strokes:
            raise Wrong(f"{strokes} strokes were asked for, and {len(names)} were made.")
        if names != ["left", "right", "left", "right", "left"][:strokes]:
            raise Wrong(f"left begins, and then they take turns; yours played {', '.join(names)}.")
        if any(where is here for _, where in made):
            raise Wrong(f"{names[0]} made a stroke in the caller's greenlet: give each player one of their own.")
        rooms = {name: {where for each, where in made if each == name} for name in names}
        for name, where in rooms.items():
            if len(where) > 1:
                raise Wrong(f"{name} got a new greenlet for each stroke: one should last for the whole rally.")
        if strokes > 1 and rooms["left"] == rooms["right"]:
            raise Wrong("both players play in the same greenlet: each should have their own.")
        if got != last:
            raise Wrong(f"a ball of {ball} should come out of {strokes} strokes as {last}; you returned {got!r}.")


# -- 05.4 ----------------------------------------------------------------------------------------------------------


def _visit(tree, found):
    """A visitor of lists from right to left, which an answer cannot know of; it returns something of its own, too."""
    if isinstance(tree, list):
        for branch in reversed(tree):
            _visit(branch, found)
    else:
        found(tree)
    return f"the end of {tree}"


@exercise(
    "05.4",
    praise="a plain function with a callback became an iterator, and nobody had to change it.",
    hint="Run visit in a greenlet; its `found` is the switch of the one who waits. When the greenlet is dead, stop.",
)
def _walk(answer):
    def walked(visit, tree):
        leaves = answer(visit, tree)
        with reworded({TypeError: f"`walk` returned {leaves!r}, which cannot stand in a `for` loop."}):
            return iter(leaves)

    def compare(tree, wanted, why):
        got = list(islice(walked(_visit, tree), ENOUGH))
        if got != wanted:
            raise Wrong(f"a `visit` that finds {wanted} gave {got[:8]}: {why}")

    compare([4, [3, [2]], 1], [1, 2, 3, 4], "give what `visit` finds, in its order, and nothing else.")
    compare([], [], "a tree without leaves gives none.")
    compare([0, None, [None, ""]], ["", None, None, 0], "any value may be a leaf; only the visitor's end is the end.")

    looked = 0

    def endless(tree, found):
        nonlocal looked
        for number in count(1):
            looked = number
            if number > ENOUGH:
                raise Wrong("three leaves were asked for, and your iterator wants all of them first: it is not lazy.")
            found(number)

    leaves = walked(endless, ())
    if looked:
        raise Wrong("nobody has asked for a leaf yet, and `visit` was already let go on to the first.")
    got = list(islice(leaves, 3))
    if got != [1, 2, 3]:
        raise Wrong(f"the first three leaves should be [1, 2, 3]; your iterator gave {got}.")
    if looked > 3:
        raise Wrong(f"three leaves were asked for, and `visit` was let go on to leaf {looked}.")

    both = list(zip(walked(_visit, [2, 1]), walked(_visit, ["b", "a"]), strict=False))
    if both != [(1, "a"), (2, "b")]:
        raise Wrong(f"two iterators at the same time get into each other's way: together they gave {both}.")

    def breaks(tree, found):
        found("first")
        raise Stranger("no second")

    leaves = walked(breaks, ())
    if next(leaves, None) != "first":
        raise Wrong("a visitor finds one leaf and then raises: that one leaf should still come.")
    second = capture(next, leaves, "the end", catch=Stranger)
    if second.error is None:
        raise Wrong(
            f"`visit` raised after the first leaf; whoever asked for the second got {second.value!r} and no error."
        )


# -- 05.5 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.5",
    praise="everybody is home, every `finally` has run, and no error stopped the others or got lost.",
    hint="Set `person.parent` to yourself, then throw inside a `try`.",
)
def _close_shop(answer):
    boss = getcurrent()
    left, worked, closing = [], [], True
    enough = Fuse(
        ENOUGH, lambda: Wrong(f"the shop closes, and {worked[-1]!r} is given turn after turn to go on working.")
    )

    def work(name, fault=None):
        try:
            boss.switch()
            while True:
                worked.append(name)
                enough()
                boss.switch()
        finally:
            left.append(name)
            if fault and closing:  # not when a forgotten one is collected: nobody would hear of it
                raise fault

    names = ("helper", "cook", "clumsy", "waiter", "careless")
    faults = {"clumsy": Stranger("dropped the pot"), "careless": Stranger("lost the key")}
    paused = {name: greenlet(work) for name in names}
    for name, person in paused.items():
        person.switch(name, faults.get(name))
    paused["helper"].parent = paused["cook"]
    paused["clumsy"].parent = paused["waiter"]
    paused["waiter"].parent = paused["helper"]  # a parent that comes before, so that no order alone helps
    late, early = greenlet(lambda: worked.append("late")), greenlet(lambda: None)
    early.switch()
    staff = [early, paused["helper"], paused["cook"], late, *(paused[name] for name in names[2:])]

    stopped = {Stranger: lambda fault: f"the `finally` of one raised ({fault}), and your function stopped there."}
    try:
        with reworded(stopped):
            errors = answer(list(staff))
    finally:
        closing = False
    if worked:
        raise Wrong(f"while the shop closed, {worked[0]!r} was given a turn and went on working.")
    alive = [name for name, person in [*paused.items(), ("late", late)] if not person.dead]
    if alive:
        raise Wrong(f"{alive[0]!r} is not dead: {'never begun' if alive[0] == 'late' else 'still paused'}.")
    for name in names:
        if left.count(name) != 1:
            raise Wrong(f"the `finally` of {name!r} ran {left.count(name)} times.")
    if not isinstance(errors, (list, tuple)):
        raise Wrong(f"two of them raised in their `finally`: return a list of these errors, not {errors!r}.")
    if list(errors) != list(faults.values()):
        raise Wrong(f"the errors raised were {list(faults.values())}; your list is {list(errors)}.")


# -- 05.6 ----------------------------------------------------------------------------------------------------------


@exercise(
    "05.6",
    praise="two walks side by side, and not a leaf more than needed.",
    hint="Make an iterator of each tree and pair them with zip_longest and a fill value that equals no leaf.",
)
def _same_fringe(answer):
    def ask(one, other, wanted, why):
        got = answer(_visit, one, other)
        if not isinstance(got, bool):
            raise Wrong(f"say True or False; your function returned {got!r}.")
        if got is not wanted:
            raise Wrong(
                f"for trees with the leaves {list(_leaves(one))} and {list(_leaves(other))} it said {got}: {why}"
            )

    ask([1, [2, 3]], [[1, 2], 3], True, "the branches differ, the leaves do not.")
    ask([1, 2, 3], [1, 3, 2], False, "the order counts.")
    ask([1, 2, 2], [1, 2, 1], False, "how often a leaf comes counts.")
    ask([1, 2, 3], [2, 3], False, "one has a leaf more.")
    ask([2, 3], [1, 2, 3], False, "one has a leaf more.")
    ask([None, 1], [1], False, "None is a leaf like any other.")
    ask([1], [None, 1], False, "None is a leaf like any other.")
    ask([None, 0, [None]], [[None, 0], None], True, "None and 0 are leaves like any other.")
    for odd in ("", 0, -1, False, (), ..., "end"):
        ask([odd, 1], [1], False, f"{odd!r} is a leaf like any other, and the other tree has none there.")
    ask(["lotus"], ["".join(("lo", "tus"))], True, "leaves are the same if they are equal.")
    ask([], [[]], True, "neither has a leaf.")
    ask([], [1], False, "one has a leaf and the other has none.")

    looked = {"one": 0, "other": 0}

    def endless(tree, found):
        for number in count(1):
            looked[tree] = number
            ahead, behind = max(looked.values()), min(looked.values())
            if ahead > behind + 1:
                raise Wrong(f"{ahead} leaves of {tree!r} were looked at, and {behind} of the other: take turns.")
            if number > ENOUGH:
                raise Wrong("the third leaves differ, and your function goes on and on: stop there.")
            found(number if tree == "one" or number < 3 else -number)

    if answer(endless, "one", "other") is not False:
        raise Wrong("of two endless menus the third leaves differ, and your function said that they are the same.")
    if max(looked.values()) > 4:
        raise Wrong(f"the third leaves differ, and your function looked at {max(looked.values())}: stop earlier.")


def _leaves(tree):
    found = []
    _visit(tree, found.append)
    return found
