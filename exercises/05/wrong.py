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
        edit('"flour"', '"Flour"', says="'Flour' is none of"),
        edit('"rest"]', '"rest", "flour"]', says="'flour' comes 2 times"),
        edit('"rest"', '"flour"', says="'flour' comes 2 times"),
        written("answer = {'flour', 'chop', 'open', 'knead', 'close', 'mix', 'rest'}", says="not a set"),
        written("answer = []", says="'flour' comes 0 times"),
        written("answer = [1, 2, 3, 4, 5, 6, 7]", says="1 is none of the seven lines"),
        written(
            "answer = [['flour', 'chop', 'open', 'knead', 'close', 'mix', 'rest']]", says="is none of the seven lines"
        ),
    ],
    "05.2": [
        edit("say(78)", "say(78)\n        gr1.switch()", "(test2, gr1)", "(test2)", says="gr2 has not ended"),
        edit(
            '        say("test1 ends")',
            '        say("test1 ends")\n        main.switch()',
            "say(78)",
            "say(78)\n        gr1.switch()",
            "(test2, gr1)",
            "(test2)",
            "    gr1 = greenlet",
            "    main = getcurrent()\n    gr1 = greenlet",
            says="gr1 and gr2 have not ended: each is still paused",
        ),
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
        edit(
            "return gr1, gr2", "return gr1", says="should return the two greenlets, gr1 and gr2, as it did; it returned"
        ),
        edit(
            "return gr1, gr2",
            "return gr2, gr1",
            says="'12' should be said by test1, in the greenlet that you return as",
        ),
        edit("return gr1, gr2", "return gr2, gr2", says="'12' should be said by test1"),
        edit("say(78)", "say(78)\n        say(78)", says="in the order 12, 56, 34, 78, 78, test1 ends"),
        edit("say(78)", "say(78)\n        while True:\n            say(78)", says="has said 1000 lines, and goes on"),
        edit(
            "# Solution\n",
            "main = getcurrent()\n",
            "greenlet(test1)",
            "greenlet(test1, main)",
            says="called in another greenlet than main: control came back to the main greenlet",
        ),
        edit(
            "# Solution\n",
            "made = []\n",
            "    gr1.switch()\n    return gr1, gr2",
            "    made.extend([gr1, gr2])\n    gr1.switch()\n    return made[:2]",
            says="when all this is done once more: '12' should be said by test1",
        ),
        edit(
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return",
            "    gr1.switch()\n    gr1.throw()\n    return",
            says="test1 ends is missing",
        ),
        written(
            """
def answer(say):
    for line in (12, 56, 34, 78, "test1 ends"):
        say(line)
    gr1, gr2 = greenlet(print), greenlet(print)
    gr1.switch(), gr2.switch()
    return gr1, gr2
""",
            says="in the greenlet that you return as gr1; another greenlet said it",
        ),
    ],
    "05.3": [
        written(
            """
def answer(left, right, ball, strokes):
    for number in range(strokes):
        ball = greenlet((left, right)[number % 2]).switch(ball)
    return ball
""",
            says="left got a new greenlet for a stroke",
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
        edit("ball = referee.switch", "referee.switch", says="at stroke 3 the ball is 5, and left was handed 1."),
        edit(
            "ball = referee.switch(stroke(ball))",
            "stroke(ball)\n            ball = referee.switch()",
            says="the ball is 2, and right was handed ()",
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
            says="4 strokes were asked for, and left is asked for one more",
        ),
        edit(
            "for number in range(strokes)",
            "for _ in range(strokes)",
            "players[number % 2].switch(ball)",
            "players[1].switch(players[0].switch(ball))",
            says="left is asked for one more",
        ),
        edit("range(strokes)", "range(strokes + 1)", says="4 strokes were asked for, and left is asked for one more"),
        edit("range(strokes)", "range(strokes - 1)", says="4 strokes were asked for, and 3 were made"),
        edit("number % 2", "(number + 1) % 2", says="stroke 1 was right's"),
        edit("number % 2", "0", says="stroke 2 was left's"),
        edit("number % 2", "number // 2 % 2", says="stroke 2 was left's"),
        edit("    return ball\n", "", says="out of 4 strokes as 13; you returned None"),
        edit(
            "ball = referee.switch(stroke(ball))",
            "ball = referee.switch(stroke(ball)) or ball",
            says="at stroke 3 the ball is '', and one was handed 0",
        ),
        edit(
            "players[number % 2].switch(ball)",
            "players[number % 2].switch(ball) or ball",
            says="at stroke 2 the ball is None, and one was handed 0",
        ),
        edit(
            "ball = players[number % 2].switch(ball)",
            "ball = players[number % 2].switch(*(ball if type(ball) is tuple else [ball]))",
            says="your code raised TypeError",
        ),
        edit(
            "players = [greenlet(partial(play, left)), greenlet(partial(play, right))]",
            "players = {stroke: greenlet(partial(play, stroke)) for stroke in (left, right)}",
            "players[number % 2]",
            "players[(left, right)[number % 2]]",
            says="left and right are the same function: both players play in the same greenlet",
        ),
        edit(
            "# Solution\n",
            "referee = getcurrent()\n",
            "    referee = getcurrent()\n",
            "",
            says="one rally is played during a stroke of another: at stroke 3 the ball is 9, and left was handed 7",
        ),
        edit(
            "# Solution\n",
            "players = []\n",
            "    players = [greenlet(partial(play, left)), greenlet(partial(play, right))]",
            "    players.extend([greenlet(partial(play, left)), greenlet(partial(play, right))])",
            says="in a new rally, left of the one before is asked for a stroke",
        ),
        edit(
            "players[number % 2].switch(ball)",
            "players[1].switch(ball) if number % 2 else left(ball)",
            says="left made a stroke in the caller's greenlet",
        ),
        written(
            """
def answer(left, right, ball, strokes):
    def play(stroke):
        ball = yield
        while True:
            ball = yield stroke(ball)
    players = [play(left), play(right)]
    for player in players:
        next(player)
    for number in range(strokes):
        ball = players[number % 2].send(ball)
    return ball
""",
            says="left made a stroke in the caller's greenlet",
        ),
        written(
            """
def answer(left, right, ball, strokes):
    def play(stroke, ball, left_over):
        ball = stroke(ball)
        while left_over:
            ball, left_over = getcurrent().parent.switch(ball, left_over)
        return ball
    return greenlet(play).switch(left, ball, strokes)
""",
            says="4 strokes were asked for, and 1 were made",
        ),
    ],
    "05.4": [
        written(
            """
def answer(visit, tree):
    here, end = getcurrent(), "<<end>>"
    def job():
        visit(tree, here.switch)
        return end
    walker = greenlet(job)
    while (leaf := walker.switch()) != end:
        yield leaf
""",
            says="a `visit` that finds [1, '<<end>>', 2] gave [1]: any value may be a leaf",
        ),
        written(
            """
def answer(visit, tree):
    here, found = getcurrent(), {}
    def keep(leaf):
        found["leaf"] = leaf
        here.switch()
    walker = greenlet(lambda: visit(tree, keep))
    while True:
        try:
            walker.switch()
            yield found.pop("leaf")
        except KeyError:
            return
""",
            says="`visit` raised KeyError('no more') before any leaf",
        ),
        written(
            """
def answer(visit, tree):
    here, box = getcurrent(), []
    def keep(leaf):
        box.append(leaf)
        here.switch()
    walker = greenlet(lambda: visit(tree, keep))
    while True:
        try:
            walker.switch()
            leaf = box.pop()
        except IndexError:
            return
        yield leaf
""",
            says="`visit` raised IndexError('no more') before any leaf",
        ),
        written(
            """
def answer(visit, tree):
    walker = greenlet(visit)
    try:
        leaf = walker.switch(tree, getcurrent().switch)
        while not walker.dead:
            yield leaf
            leaf = walker.switch()
    except (StopIteration, RuntimeError, OSError):
        return
""",
            says="`visit` raised RuntimeError('no more') before any leaf",
        ),
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
            says="let go on to the leaves 1, 2, 3, 4",
        ),
        edit(STEP, f"        try:\n    {STEP}        except Exception:\n            return\n", says="no error"),
        edit(
            FIRST_SWITCH,
            FIRST_SWITCH + "    return _leaves(walker, leaf)\n\n\ndef _leaves(walker, leaf):\n",
            says="nobody has asked for a leaf yet",
        ),
        written("def answer(visit, tree): return None", says="which no `for` loop takes"),
        edit("not walker.dead", "leaf and not walker.dead", says="that finds [1, 0, 2] gave [1]"),
        edit(
            "getcurrent().switch",
            "main.switch",
            "# Solution\n",
            "main = getcurrent()\n",
            says="called in another greenlet than main: control came back to the main greenlet",
        ),
        edit(
            "    while not walker.dead:\n",
            "    seen = []\n    while not walker.dead:\n",
            "        yield leaf\n",
            "        if leaf not in seen:\n            yield leaf\n        seen.append(leaf)\n",
            says="a leaf may come several times",
        ),
        edit("        yield leaf\n", "        yield leaf or 0\n", says="that finds [1, None, 2] gave [1, 0, 2]"),
        edit("        yield leaf\n", "        yield walker.switch()\n", says="that finds [1, 2, 3, 4] gave [2, 4"),
        edit(
            "        yield leaf\n",
            "        yield from leaf if type(leaf) is tuple else [leaf]\n",
            says="that finds [1, (), 2] gave [1, 2]",
        ),
        edit(
            STEP,
            f"        try:\n    {STEP}        except (TypeError, AttributeError):\n            return\n",
            says="raised TypeError('no more') after",
        ),
        edit(
            FIRST_SWITCH,
            "    walker = greenlet(visit)\n    try:\n        leaf = walker.switch(tree, getcurrent().switch)\n"
            "    except Exception:\n        return\n",
            says="before any leaf",
        ),
        edit(
            STEP,
            f"        try:\n    {STEP}        except Exception:\n            raise RuntimeError('visit failed')\n",
            says="got RuntimeError('visit failed')",
        ),
        edit(
            "    while not walker.dead:\n        yield leaf\n",
            "    leaves = []\n    while not walker.dead:\n        leaves.append(leaf)\n",
            STEP,
            STEP + "    yield from leaves\n",
            says="wants all of them first",
        ),
        edit(
            "# Solution\n",
            "walkers = {}\n",
            "walker = greenlet(visit)",
            "walker = walkers.setdefault(visit, greenlet(visit))",
            says="three iterators at the same time",
        ),
        edit(
            "# Solution\n",
            "walker = None\n",
            "    walker = greenlet",
            "    global walker\n    walker = greenlet",
            says="three iterators at the same time",
        ),
        written(
            """
def answer(visit, tree):
    class Found(Exception):
        pass
    for place in count():
        numbers = count()
        def found(leaf):
            if next(numbers) == place:
                raise Found(leaf)
        try:
            visit(tree, found)
            return
        except Found as it:
            yield it.args[0]
""",
            says="let go on to the leaves 1, 1, 2, 1, 2, 3",
        ),
        written(
            """
def answer(visit, tree):
    here = getcurrent()
    walker = greenlet(partial(visit, tree, here.switch))
    last = object()
    while (leaf := walker.switch()) is not last and not walker.dead:
        yield leaf
        last = leaf
""",
            says="a leaf may come several times",
        ),
        written(
            """
def answer(visit, tree):
    w = greenlet(visit)
    leaf = w.switch(tree, getcurrent().switch)
    while not w.dead:
        if isinstance(leaf, Exception): raise leaf
        yield leaf
        leaf = w.switch()
""",
            says="ValueError: leaf",
        ),
    ],
    "05.5": [
        edit(ADOPT, "", says="cook is the parent of helper: 'cook' was given a turn, and worked"),
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
        edit("errors.append(problem)", "pass", " as problem", "", says="and you returned []"),
        edit(
            "            person.throw()",
            "            person and person.throw()",
            says="cook (not begun): 'cook' is not dead",
        ),
        written(
            """
def answer(staff):
    for person in staff:
        while not person.dead:
            person.switch()
    return []
""",
            says="'cook' was given a turn, and worked",
        ),
        edit(
            ADOPT,
            "",
            "in staff",
            "in reversed(staff)",
            "append(problem)",
            "insert(0, problem)",
            says="'helper' was given a turn, and worked",
        ),
        edit("errors = []", "staff, errors = [], []", says="cook (paused): 'cook' is not dead"),
        edit(COLLECT, "        except Exception as problem:\n            print(problem)", says="not None"),
        edit(
            "# Solution\n",
            "main = getcurrent()\n",
            "= getcurrent()\n        try",
            "= main\n        try",
            says="called in another greenlet than main: control came back",
        ),
        edit(
            "except Exception",
            "except ValueError",
            says="(dropped the pot), and your function stopped there",
        ),
        edit("append(problem)", "append(str(problem))", says="and you returned ['dropped the pot', 'lost the key']"),
        edit(
            "append(problem)",
            "insert(0, problem)",
            says="and you returned [Stranger('lost the key'), Stranger('dropped the pot')]",
        ),
        edit("    return errors", "    return set(errors)", says="return a list of the errors raised, not"),
        edit("    return errors", "    return list(set(map(str, errors)))", says="you returned ['"),
        edit("    return errors", "    return errors or None", says="return a list of the errors raised, not None"),
        edit(
            "# Solution\n",
            "errors = []\n",
            "    errors = []\n",
            "",
            says="the errors raised were [], and you returned [Stranger",
        ),
        edit(
            "            errors.append(problem)\n",
            "            errors.append(problem)\n            break\n",
            says="'cook' is not dead when you return",
        ),
        edit(
            "            person.throw()",
            "            errors.append(person.throw())",
            says="and you returned [GreenletExit()]",
        ),
        edit("            person.throw()", "            person.switch()", says="'cook' was given a turn, and worked"),
        edit(
            "            person.throw()",
            "            person.dead or person.throw(ValueError('closed'))",
            says="and you returned [ValueError('closed')]",
        ),
        edit("            person.throw()", "            del person", says="'cook' is not dead when you return"),
        edit(
            "            errors.append(problem)\n",
            "            problem in errors or errors.append(problem)\n",
            says="and you returned [ValueError('no change'), Stranger('dropped the pot')].",
        ),
    ],
    "05.6": [
        edit("fillvalue=object()", "fillvalue='<no leaf>'", says="'<no leaf>' is a leaf like any other"),
        edit("fillvalue=object()", "fillvalue=-999", says="-999 is a leaf like any other"),
        edit("zip_longest", "zip", ", fillvalue=object()", "", says="one has a leaf more"),
        edit(", fillvalue=object()", "", says="None is a leaf"),
        edit(PAIRS, "", VERDICT, "    return set(walk(one)) == set(walk(other))", says="the order counts"),
        edit(PAIRS, "", VERDICT, "    return list(walk(one)) == list(walk(other))", says="take turns"),
        edit(
            "all(left == right for left, right in pairs)",
            "all([left == right for left, right in pairs])",
            says="looked at 1000 leaves of each",
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
        edit(
            "getcurrent().switch",
            "main.switch",
            "# Solution\n",
            "main = getcurrent()\n",
            says="called in another greenlet than main",
        ),
        edit(
            VERDICT, "    return not sum(left != right for left, right in pairs)", says="looked at 1000 leaves of each"
        ),
        edit(
            "all(left == right",
            "all(str(left) == str(right)",
            says="leaves [1] and ['1'] it said True: they are not equal",
        ),
        edit(
            "all(left == right",
            "all(repr(left) == repr(right)",
            says="it said False: leaves are the same if they are equal",
        ),
        edit(
            "left == right for left, right in pairs",
            "left == right for left, right in islice(pairs, 1000) if left or right",
            says="it said True",
        ),
        edit(
            "zip_longest(walk(one), walk(other), fillvalue=object())",
            "zip(walk(one), walk(other), strict=True)",
            says="your code raised ValueError",
        ),
        edit(
            PAIRS,
            "    left, right = walk(one), walk(other)\n",
            VERDICT,
            "    return all(leaf == next(right, left) for leaf in left) and not list(right)",
            says="and one that ends after 2 leaves",
        ),
        edit(
            VERDICT,
            "    return all(left == right for left, right in islice(pairs, 100))",
            says="leaves [399, 398, 397, …] and [399, 398, 397, …] it said True: the last leaves differ",
        ),
        edit("return all", "return not all", says="it said False: the branches differ, the leaves do not"),
        edit("while not walker.dead", "while leaf is not None", says="it said False: the branches differ"),
    ],
}
