"""Answers to the exercises of chapter 5 that are wrong, and a word of what they should be told."""

from exercises.answers import written

LESSON = """
def answer(say):
    def test1():
        say(12)
        gr2.switch()
        say(34)
        {second}
        say("test1 ends")

    def test2():
        say(56)
        gr1.switch()
        say(78)
        {last}

    {make}
    gr1.switch()
    {after}
    return {result}
"""


def lesson(second="gr2.switch()", last="pass", make=None, after="pass", result="gr1, gr2"):
    make = make or "gr1, gr2 = greenlet(test1), greenlet(test2)"
    return LESSON.format(second=second, last=last, make=make, after=after, result=result)


WALK = """
def walk(visit, tree):
    walker = greenlet(visit)
    leaf = walker.switch(tree, getcurrent().switch)
    while not walker.dead:
        yield leaf
        leaf = walker.switch()
"""

WRONG = {
    "05.1": [
        written("answer = 'flour chop open'", "not a str"),
        written("answer = ['flour', 'chop', 'open', 'knead', 'close', 'mix']", "'rest' comes 0 times"),
        written("answer = ['flour', 'chop', 'mix', 'open', 'knead', 'close', 'rest']", "line 3"),
        written("answer = ['flour', 'chop', 'open', 'knead', 'close', 'rest', 'mix']", "line 6"),
        written("answer = ['flour', 'chop', 'open', 'knead', 'close', 'mix', 'ends']", "'ends' is none of"),
    ],
    "05.2": [
        written(lesson(last="gr1.switch()"), "gr2 has not ended"),
        written(lesson(last="say('test1 ends')"), "should be said by test1"),
        written(lesson(after="say('test1 ends')"), "should be said by test1"),
        written(lesson(make="gr2 = greenlet(test2); gr1 = greenlet(test1, gr2)"), "test1 ends is missing"),
        written(lesson(second="pass"), "78 is missing"),
        written(lesson(second="pass", after="gr2.switch()"), "came in the order 12, 56, 34, test1 ends, 78"),
        written(lesson(after="gr1.switch()", result="None"), "should return the two greenlets"),
    ],
    "05.3": [
        written(
            "def answer(left, right, ball, strokes):\n"
            "    for number in range(strokes):\n"
            "        ball = greenlet((left, right)[number % 2]).switch(ball)\n"
            "    return ball",
            "new greenlet for each stroke",
        ),
        written(
            "def answer(left, right, ball, strokes):\n"
            "    def play(ball):\n"
            "        for number in range(strokes):\n"
            "            ball = (left, right)[number % 2](ball)\n"
            "        return ball\n"
            "    return greenlet(play).switch(ball)",
            "both players play in the same greenlet",
        ),
        written(
            "def answer(left, right, ball, strokes):\n"
            "    main = getcurrent()\n"
            "    def play(stroke, ball):\n"
            "        while True:\n"
            "            main.switch(stroke(ball))\n"
            "    players = [greenlet(partial(play, each)) for each in (left, right)]\n"
            "    for number in range(strokes):\n"
            "        ball = players[number % 2].switch(ball)\n"
            "    return ball",
            "you returned",
        ),
        written(
            "def answer(left, right, ball, strokes):\n"
            "    main = getcurrent()\n"
            "    def play(stroke, ball):\n"
            "        while True:\n"
            "            stroke(ball)\n"
            "            ball = main.switch()\n"
            "    players = [greenlet(partial(play, each)) for each in (left, right)]\n"
            "    for number in range(strokes):\n"
            "        ball = players[number % 2].switch(ball)\n"
            "    return ball",
            "was handed ()",
        ),
        written(
            "def answer(left, right, ball, strokes):\n"
            "    players = []\n"
            "    def play(me, stroke, ball):\n"
            "        while True:\n"
            "            ball = players[1 - me].switch(stroke(ball))\n"
            "    players += [greenlet(partial(play, 0, left)), greenlet(partial(play, 1, right))]\n"
            "    return players[0].switch(ball)",
            "without end",
        ),
        written(
            "def answer(left, right, ball, strokes):\n"
            "    main = getcurrent()\n"
            "    def play(stroke, ball):\n"
            "        while True:\n"
            "            ball = main.switch(stroke(ball))\n"
            "    one, two = greenlet(partial(play, left)), greenlet(partial(play, right))\n"
            "    for _ in range(strokes):\n"
            "        ball = two.switch(one.switch(ball))\n"
            "    return ball",
            "8 were made",
        ),
    ],
    "05.4": [
        written(WALK.replace("not walker.dead", "leaf is not None") + "answer = walk", "and nothing else"),
        written(
            WALK.replace("not walker", "leaf is not None and not walker") + "answer = walk", "any value may be a leaf"
        ),
        written(
            "def answer(visit, tree):\n"
            "    walker = greenlet(visit)\n"
            "    leaf = walker.switch(tree, getcurrent().switch)\n"
            "    while True:\n"
            "        yield leaf\n"
            "        if walker.dead:\n"
            "            return\n"
            "        leaf = walker.switch()",
            "and nothing else",
        ),
        written(
            "def answer(visit, tree):\n"
            "    if isinstance(tree, (tuple, list)):\n"
            "        for branch in tree:\n"
            "            yield from answer(visit, branch)\n"
            "    else:\n"
            "        yield tree",
            "in its order",
        ),
        written(
            "def answer(visit, tree):\n    def found(leaf):\n        yield leaf\n    return visit(tree, found)",
            "gave [",
        ),
        written(
            "def answer(visit, tree):\n"
            "    walker = greenlet(visit)\n"
            "    leaf = walker.switch(tree, getcurrent().switch)\n"
            "    while not walker.dead:\n"
            "        following = walker.switch()\n"
            "        yield leaf\n"
            "        leaf = following",
            "go on to leaf",
        ),
        written(
            WALK.replace(
                "        leaf = walker.switch()",
                "        try:\n            leaf = walker.switch()\n        except Exception:\n            return",
            )
            + "answer = walk",
            "no error",
        ),
        written(
            "def answer(visit, tree):\n"
            "    walker = greenlet(visit)\n"
            "    first = walker.switch(tree, getcurrent().switch)\n"
            "    def leaves(leaf):\n"
            "        while not walker.dead:\n"
            "            yield leaf\n"
            "            leaf = walker.switch()\n"
            "    return leaves(first)",
            "nobody has asked for a leaf yet",
        ),
        written("def answer(visit, tree):\n    return None", "cannot stand in a `for` loop"),
    ],
    "05.5": [
        written(
            "def answer(staff):\n"
            "    errors = []\n"
            "    for person in staff:\n"
            "        try:\n"
            "            person.throw()\n"
            "        except Exception as problem:\n"
            "            errors.append(problem)\n"
            "    return errors",
            "went on working",
        ),
        written(
            "def answer(staff):\n"
            "    for person in staff:\n"
            "        person.parent = getcurrent()\n"
            "        person.throw()\n"
            "    return []",
            "your function stopped there",
        ),
        written(
            "def answer(staff):\n"
            "    for person in staff:\n"
            "        person.parent = getcurrent()\n"
            "        try:\n"
            "            person.throw()\n"
            "        except Exception:\n"
            "            pass\n"
            "    return []",
            "your list is []",
        ),
        written(
            "def answer(staff):\n"
            "    errors = []\n"
            "    for person in staff:\n"
            "        person.parent = getcurrent()\n"
            "        try:\n"
            "            if person:\n"
            "                person.throw()\n"
            "        except Exception as problem:\n"
            "            errors.append(problem)\n"
            "    return errors",
            "never begun",
        ),
        written(
            "def answer(staff):\n"
            "    for person in staff:\n"
            "        while not person.dead:\n"
            "            person.switch()\n"
            "    return []",
            "turn after turn",
        ),
        written(
            "def answer(staff):\n"
            "    errors = []\n"
            "    for person in reversed(staff):\n"
            "        try:\n"
            "            person.throw()\n"
            "        except Exception as problem:\n"
            "            errors.insert(0, problem)\n"
            "    return errors",
            "went on working",
        ),
        written("def answer(staff):\n    staff.clear()\n    return []", "not dead"),
        written(
            "def answer(staff):\n"
            "    for person in staff:\n"
            "        person.parent = getcurrent()\n"
            "        try:\n"
            "            person.throw()\n"
            "        except Exception as problem:\n"
            "            print(problem)",
            "not None",
        ),
    ],
    "05.6": [
        written(
            WALK + "def answer(visit, one, other):\n"
            "    return all(a == b for a, b in zip(walk(visit, one), walk(visit, other)))",
            "one has a leaf more",
        ),
        written(
            WALK + "def answer(visit, one, other):\n"
            "    return all(a == b for a, b in zip_longest(walk(visit, one), walk(visit, other)))",
            "None is a leaf",
        ),
        written(
            WALK + "def answer(visit, one, other):\n    return set(walk(visit, one)) == set(walk(visit, other))",
            "the order counts",
        ),
        written(
            WALK + "def answer(visit, one, other):\n    return list(walk(visit, one)) == list(walk(visit, other))",
            "take turns",
        ),
        written(
            WALK + "def answer(visit, one, other):\n"
            "    verdict = True\n"
            "    for a, b in zip_longest(walk(visit, one), walk(visit, other), fillvalue=object()):\n"
            "        if a != b:\n"
            "            verdict = False\n"
            "    return verdict",
            "goes on and on",
        ),
        written(
            WALK + "def answer(visit, one, other):\n"
            "    for a, b in zip_longest(walk(visit, one), walk(visit, other), fillvalue=object()):\n"
            "        if a != b:\n"
            "            return False",
            "returned None",
        ),
        *[
            (
                WALK + "def answer(visit, one, other):\n"
                f"    pairs = zip_longest(walk(visit, one), walk(visit, other), fillvalue={fill})\n"
                "    return all(a == b for a, b in pairs)",
                "is a leaf like any other",
            )
            for fill in ("''", "0", "-1", "...", "'end'")
        ],
        written(
            WALK + "def answer(visit, one, other):\n"
            "    pairs = zip_longest(walk(visit, one), walk(visit, other), fillvalue=object())\n"
            "    return all(a is b for a, b in pairs)",
            "the same if they are equal",
        ),
        written(
            "def answer(visit, one, other):\n"
            "    here = getcurrent()\n"
            "    first = greenlet(partial(visit, one, here.switch))\n"
            "    second = greenlet(partial(visit, other, here.switch))\n"
            "    while not first.dead and not second.dead:\n"
            "        if first.switch() != second.switch():\n"
            "            return False\n"
            "    return first.dead and second.dead",
            "the branches differ",
        ),
        written("def answer(visit, one, other): return one == other", "the branches differ"),
    ],
}
