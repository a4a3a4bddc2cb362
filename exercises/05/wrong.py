"""Answers to the exercises of chapter 5 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

PAIRS = "    pairs = zip_longest(walk(one), walk(other), fillvalue=object())\n"
VERDICT = "    return all(left == right for left, right in pairs)"
FIRST_SWITCH = "    walker = greenlet(visit)\n    leaf = walker.switch(tree, getcurrent().switch)\n"
STEP = "        leaf = walker.switch()\n"
COLLECT = "        except Exception as problem:\n            errors.append(problem)\n    return errors"
ADOPT = "        person.parent = getcurrent()\n"
SECOND = "        say(34)\n        gr2.switch()"

WRONG = {
    "05.1": [
        written("answer = 'flour chop open'", says="not a str"),
        edit(', "rest"]', "]", says="'rest' comes 0 times"),
        edit('"open", "knead", "close", "mix"', '"mix", "open", "knead", "close"', says="line 3"),
        edit('"mix", "rest"', '"rest", "mix"', says="line 6"),
        edit('"rest"', '"ends"', says="'ends' is none of"),
    ],
    "05.2": [
        edit("say(78)", "say(78)\n        gr1.switch()", "(test2, gr1)", "(test2)", says="gr2 has not ended"),
        edit("say(78)", "say(78)\n        say('test1 ends')", "(test2, gr1)", "(test2)", says="said by test1"),
        edit(
            "    gr1.switch()\n    return",
            "    gr1.switch()\n    say('test1 ends')\n    return",
            "(test2, gr1)",
            "(test2)",
            says="said by test1",
        ),
        edit(
            "gr1 = greenlet(test1)\n    gr2 = greenlet(test2, gr1)",
            "gr2 = greenlet(test2)\n    gr1 = greenlet(test1, gr2)",
            says="test1 ends is missing",
        ),
        edit(SECOND, "        say(34)", "(test2, gr1)", "(test2)", says="78 is missing"),
        edit(
            SECOND,
            "        say(34)",
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return",
            "    gr1.switch()\n    gr2.switch()\n    return",
            says="came in the order 12, 56, 34, test1 ends, 78",
        ),
        edit("return gr1, gr2", "return None", says="should return the two greenlets"),
    ],
    "05.3": [
        written(
            """
def answer(left, right, ball, strokes):
    for number in range(strokes):
        ball = greenlet((left, right)[number % 2]).switch(ball)
    return ball
""",
            says="new greenlet for each stroke",
        ),
        written(
            """
def answer(left, right, ball, strokes):
    def play(ball):
        for number in range(strokes):
            ball = (left, right)[number % 2](ball)
        return ball
    return greenlet(play).switch(ball)
""",
            says="both players play in the same greenlet",
        ),
        edit("ball = referee.switch", "referee.switch", says="you returned"),
        edit(
            "ball = referee.switch(stroke(ball))",
            "stroke(ball)\n            ball = referee.switch()",
            says="was handed ()",
        ),
        written(
            """
def answer(left, right, ball, strokes):
    players = []
    def play(me, stroke, ball):
        while True:
            ball = players[1 - me].switch(stroke(ball))
    players += [greenlet(partial(play, 0, left)), greenlet(partial(play, 1, right))]
    return players[0].switch(ball)
""",
            says="without end",
        ),
        edit(
            "for number in range(strokes)",
            "for _ in range(strokes)",
            "players[number % 2].switch(ball)",
            "players[1].switch(players[0].switch(ball))",
            says="8 were made",
        ),
    ],
    "05.4": [
        edit("not walker.dead", "leaf is not None", says="and nothing else"),
        edit("not walker.dead", "leaf is not None and not walker.dead", says="any value may be a leaf"),
        edit(
            "while not walker.dead",
            "while True",
            STEP,
            f"        if walker.dead:\n            return\n{STEP}",
            says="and nothing else",
        ),
        written(
            """
def answer(visit, tree):
    if isinstance(tree, (tuple, list)):
        for branch in tree:
            yield from answer(visit, branch)
    else:
        yield tree
""",
            says="in its order",
        ),
        written(
            "def answer(visit, tree):\n    def found(leaf):\n        yield leaf\n    return visit(tree, found)",
            says="gave [",
        ),
        edit(
            "        yield leaf\n",
            "        following = walker.switch()\n        yield leaf\n",
            STEP,
            "        leaf = following\n",
            says="go on to leaf",
        ),
        edit(STEP, f"        try:\n    {STEP}        except Exception:\n            return\n", says="no error"),
        edit(
            FIRST_SWITCH,
            FIRST_SWITCH + "    return _leaves(walker, leaf)\n\n\ndef _leaves(walker, leaf):\n",
            says="nobody has asked for a leaf yet",
        ),
        written("def answer(visit, tree): return None", says="cannot stand in a `for` loop"),
    ],
    "05.5": [
        edit(ADOPT, "", says="went on working"),
        written(
            """
def answer(staff):
    for person in staff:
        person.parent = getcurrent()
        person.throw()
    return []
""",
            says="your function stopped there",
        ),
        edit("errors.append(problem)", "pass", " as problem", "", says="your list is []"),
        edit("            person.throw()", "            person and person.throw()", says="never begun"),
        written(
            """
def answer(staff):
    for person in staff:
        while not person.dead:
            person.switch()
    return []
""",
            says="turn after turn",
        ),
        edit(
            ADOPT, "", "in staff", "in reversed(staff)", "append(problem)", "insert(0, problem)", says="went on working"
        ),
        edit("errors = []", "staff, errors = [], []", says="not dead"),
        edit(COLLECT, "        except Exception as problem:\n            print(problem)", says="not None"),
    ],
    "05.6": [
        edit("zip_longest", "zip", ", fillvalue=object()", "", says="one has a leaf more"),
        edit(", fillvalue=object()", "", says="None is a leaf"),
        edit(PAIRS, "", VERDICT, "    return set(walk(one)) == set(walk(other))", says="the order counts"),
        edit(PAIRS, "", VERDICT, "    return list(walk(one)) == list(walk(other))", says="take turns"),
        edit(
            "all(left == right for left, right in pairs)",
            "all([left == right for left, right in pairs])",
            says="goes on and on",
        ),
        edit(
            VERDICT,
            "    for left, right in pairs:\n        if left != right:\n            return False",
            says="returned None",
        ),
        *[edit("object()", fill, says="is a leaf like any other") for fill in ("''", "0", "-1", "...", "'end'")],
        edit("left == right for", "left is right for", says="the same if they are equal"),
        written(
            """
def answer(visit, one, other):
    here = getcurrent()
    first = greenlet(partial(visit, one, here.switch))
    second = greenlet(partial(visit, other, here.switch))
    while not first.dead and not second.dead:
        if first.switch() != second.switch():
            return False
    return first.dead and second.dead
""",
            says="the branches differ",
        ),
        written("def answer(visit, one, other): return one == other", says="the branches differ"),
    ],
}
