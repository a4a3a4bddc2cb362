"""Answers to the exercises of chapter 5 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "05.1": [
        edit("order = [", "order = (", '"rest"]', '"rest")'),
        edit("order = [", "order = [*[]] + ["),
        written("answer = 'flour chop open knead close mix rest'.split()"),
        written(
            """
answer = []
def dough():
    answer.append("flour")
    b.switch()
    answer.append("knead")
    c.switch()
    answer.append("rest")
def filling():
    answer.append("chop")
    c.switch()
    answer.append("mix")
def shop():
    answer.append("open")
    a.switch()
    answer.append("close")
a, b, c = greenlet(dough), greenlet(filling), greenlet(shop)
for each in a, b, a:
    each.switch()
"""
        ),
        written("answer = [*dict.fromkeys(['flour', 'chop', 'open', 'knead', 'close', 'mix', 'rest'])]"),
        written("class Order(list): pass\nanswer = Order(('flour', 'chop', 'open', 'knead', 'close', 'mix', 'rest'))"),
    ],
    "05.2": [
        edit(
            "(test2, gr1)", "(test2)", "    gr1.switch()\n    return", "    gr1.switch()\n    gr1.switch()\n    return"
        ),
        edit(
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return",
            "    gr2.parent = gr1\n    gr1.switch()\n    return",
        ),
        edit(
            "say(78)",
            "say(78)\n        gr1.switch()",
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return",
            "    gr1.switch()\n    gr2.switch()\n    return",
        ),
        edit(
            "say(78)",
            "say(78)\n        gr1.switch()",
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return gr1, gr2",
            "    gr1.switch()\n    gr2.throw()\n    return [gr1, gr2]",
        ),
        edit(
            "(test2, gr1)",
            "(test2)",
            "    gr1.switch()\n    return",
            "    while not gr1.dead: gr1.switch()\n    return",
        ),
        edit("say(78)", "say(78)\n        getcurrent().parent = gr1", "(test2, gr1)", "(test2)"),
        written(
            """
class Speaker(greenlet):
    def __init__(self, say, *lines, parent=None):
        super().__init__(parent=parent)
        self.say, self.lines = say, lines
    def run(self):
        for number, line in enumerate(self.lines):
            if number:
                self.other.switch()
            self.say(str(line))

def answer(say):
    gr1 = Speaker(say, 12, 34, "test1 ends")
    gr2 = Speaker(say, 56, 78, parent=gr1)
    gr1.other, gr2.other = gr2, gr1
    gr1.switch()
    print(gr1, gr2)
    return gr1, gr2
"""
        ),
    ],
    "05.3": [
        written(
            """
def answer(left, right, ball, strokes):
    made, referee, players = 0, getcurrent(), []
    def play(me, stroke):
        nonlocal ball, made
        while True:
            ball, made = stroke(ball), made + 1
            players[1 - me].switch() if made < strokes else referee.switch()
    players += [greenlet(partial(play, 0, left)), greenlet(partial(play, 1, right))]
    players[0].switch()
    return ball
"""
        ),
        written(
            """
from itertools import cycle
class Player(greenlet):
    def __init__(self, stroke):
        super().__init__()
        self.stroke = stroke
    def run(self, ball):
        while True:
            ball = self.parent.switch(self.stroke(ball))

def answer(left, right, ball, strokes):
    for player, _ in zip(cycle([Player(left), Player(right)]), range(strokes)):
        ball = player.switch(ball)
    return ball
"""
        ),
        written(
            """
def answer(left, right, ball, strokes):
    def play(stroke, numbers, other, ball):
        for number in numbers:
            ball = stroke(ball)
            ball = (other() if number < strokes else here).switch(ball)
    here = getcurrent()
    first = greenlet(partial(play, left, count(1, 2), lambda: second))
    second = greenlet(partial(play, right, count(2, 2), lambda: first))
    return first.switch(ball)
"""
        ),
        written(
            """
lock = __import__("threading").Lock()
def answer(left, right, ball, strokes):
    table = {"ball": ball, "left": strokes}
    def play(stroke):
        while True:
            table["ball"] = stroke(table["ball"])
            print(table)
            getcurrent().parent.switch()
    one, two = (greenlet(play) for _ in range(2))
    one.switch(left)
    for number in range(1, strokes):
        (two if number % 2 else one).switch(*[right] * (number == 1))
    return table["ball"]
"""
        ),
        written(
            """
def answer(left, right, ball, strokes):
    def player(stroke):
        ball = referee.switch()
        while True:
            ball = referee.switch(stroke(ball))
    referee = getcurrent()
    waiting, playing = greenlet(player), greenlet(player)
    playing.switch(left), waiting.switch(right)
    while strokes:
        ball = playing.switch(ball)
        playing, waiting, strokes = waiting, playing, strokes - 1
    return ball
"""
        ),
        edit(
            "            ball = referee.switch(stroke(ball))",
            "            ball = getcurrent().parent.switch(stroke(ball))",
            "    referee = getcurrent()\n",
            "",
        ),
    ],
    "05.4": [
        written(
            """
class answer:
    def __init__(self, visit, tree):
        self.walker, self.start = greenlet(visit), (tree, lambda leaf: getcurrent().parent.switch(leaf))
    def __iter__(self):
        return self
    def __next__(self):
        self.walker.parent = getcurrent()
        start, self.start = self.start, ()
        leaf = self.walker.switch(*start)
        if self.walker.dead:
            raise StopIteration
        return leaf
"""
        ),
        written(
            """
def answer(visit, tree):
    here, end = getcurrent(), object()
    def run():
        visit(tree, here.switch)
        return end
    walker = greenlet(run)
    while (leaf := walker.switch()) is not end:
        yield leaf
"""
        ),
        written(
            """
def answer(visit, tree):
    end = object()
    walker = greenlet(lambda: visit(tree, getcurrent().parent.switch) and end or end)
    return iter(walker.switch, end)
"""
        ),
        written(
            """
class answer:
    def __init__(self, visit, tree):
        self.visit, self.tree = visit, tree
    def __iter__(self):
        here, box = getcurrent(), []
        def found(leaf):
            box.append(leaf)
            here.switch()
        walker = greenlet(self.visit)
        walker.switch(self.tree, found)
        while box:
            print("found", box)
            yield box.pop()
            walker.switch()
"""
        ),
        written(
            """
def answer(visit, tree):
    here = getcurrent()
    walker = greenlet(partial(visit, tree, lambda leaf: here.switch((leaf,))))
    while not walker.dead:
        got = walker.switch()
        if not walker.dead:
            yield from got
"""
        ),
        written(
            """
import queue
def answer(visit, tree):
    asked, given = threading.Semaphore(0), queue.SimpleQueue()
    def found(leaf):
        given.put(("leaf", leaf))
        asked.acquire()
    def run():
        asked.acquire()
        try:
            visit(tree, found)
            given.put(("end", None))
        except Exception as error:
            given.put(("error", error))
    threading.Thread(target=run, daemon=True).start()
    while True:
        asked.release()
        kind, value = given.get()
        if kind == "error":
            raise value
        if kind == "end":
            return
        yield value
"""
        ),
        written(
            """
def answer(visit, tree):
    here = getcurrent()
    walker = greenlet(lambda: visit(tree, here.switch))
    try:
        leaf = walker.switch()
        while not walker.dead:
            yield leaf
            leaf = walker.switch()
    finally:
        walker.throw()
"""
        ),
    ],
    "05.5": [
        written(
            """
def answer(staff):
    def send_home(person):
        person.parent = getcurrent()
        try:
            person.throw(GreenletExit)
        except Exception as problem:
            return problem
    return [problem for problem in map(send_home, staff) if problem]
"""
        ),
        written(
            """
def answer(staff):
    errors = []
    for person in staff:
        person.parent = getcurrent()
    for person in staff:
        if not person.dead:
            try:
                person.throw()
            except Exception as problem:
                errors += [problem]
    return tuple(errors)
"""
        ),
        written(
            """
from contextlib import suppress
def answer(staff):
    here, errors = getcurrent(), []
    def outcome(person):
        try:
            return person.throw(GreenletExit)
        except Exception as problem:
            return problem
    [setattr(person, "parent", here) for person in reversed(staff)]
    ends = [outcome(person) for person in staff]
    print(ends)
    return [end for end in ends if isinstance(end, Exception)]
"""
        ),
        written(
            """
class Home(Exception):
    pass

def answer(staff):
    errors = []
    while staff:
        person = staff.pop(0)
        if person.dead:
            continue
        person.parent = getcurrent()
        try:
            person.throw(Home, Home("now"))
        except Home:
            pass
        except Exception as problem:
            errors.append(problem)
    return errors
"""
        ),
        written(
            """
def answer(staff):
    if not staff:
        return []
    first, *others = staff
    first.parent = getcurrent()
    try:
        first.throw()
    except Exception as problem:
        return [problem, *answer(others)]
    return answer(others)
"""
        ),
        written(
            """
def answer(staff):
    errors = {}
    def closer(person):
        person.parent = getcurrent()
        person.throw()
    for place, person in sorted(enumerate(staff), reverse=True):
        try:
            greenlet(closer).switch(person)
        except Exception as problem:
            errors[place] = problem
    return [errors[place] for place in sorted(errors)]
"""
        ),
        written(
            """
def answer(staff):
    errors = []
    for p in sorted(staff, key=bool):
        p.parent = getcurrent()
        try: p.throw()
        except Exception as e: errors.append(e)
    return errors
"""
        ),
    ],
    "05.6": [
        edit(
            "    return all(left == right for left, right in pairs)",
            "    for left, right in pairs:\n        if left != right:\n            return False\n    return True",
        ),
        written(
            """
def answer(visit, one, other):
    here = getcurrent()
    def leaf_of(walker, *start):
        leaf = walker.switch(*start)
        return [] if walker.dead else [leaf]
    first, second = greenlet(visit), greenlet(visit)
    left, right = leaf_of(first, one, here.switch), leaf_of(second, other, here.switch)
    while left and left == right:
        left, right = leaf_of(first), leaf_of(second)
    return left == right
"""
        ),
        edit(
            "    pairs = zip_longest(walk(one), walk(other), fillvalue=object())\n"
            "    return all(left == right for left, right in pairs)",
            "    left, right, end = walk(one), walk(other), object()\n"
            "    while (leaf := next(left, end)) == next(right, end):\n"
            "        if leaf is end:\n            return True\n    return False",
        ),
        edit(
            "    pairs = zip_longest(walk(one), walk(other), fillvalue=object())\n"
            "    return all(left == right for left, right in pairs)",
            "    pairs = zip_longest(map(repr_of, walk(one)), map(repr_of, walk(other)))\n"
            "    return not any(left != right for left, right in pairs)",
            "# Solution\n",
            "repr_of = lambda leaf: [leaf]\n",
        ),
        edit(
            "    pairs = zip_longest(walk(one), walk(other), fillvalue=object())\n"
            "    return all(left == right for left, right in pairs)",
            "    other_leaves = walk(other)\n"
            "    for leaf in walk(one):\n"
            "        for its in other_leaves:\n"
            "            if leaf != its:\n                return False\n"
            "            break\n"
            "        else:\n            return False\n"
            "    return next(other_leaves, walk) is walk",
        ),
        written(
            """
def answer(visit, one, other):
    end = object()
    def run(tree):
        visit(tree, getcurrent().parent.switch)
        return end
    walkers = [greenlet(partial(run, tree)) for tree in (one, other)]
    while True:
        leaves = [walker.switch() for walker in walkers]
        print(leaves)
        if leaves[0] is end or leaves[1] is end or leaves[0] != leaves[1]:
            return leaves[0] is leaves[1] is end
"""
        ),
        written(
            """
def answer(visit, one, other):
    here = getcurrent()
    class Walk:
        def __init__(self, tree):
            self.walker = greenlet(lambda: visit(tree, here.switch))
        def __iter__(self):
            return self
        def __next__(self):
            leaf = self.walker.switch()
            if self.walker.dead:
                raise StopIteration
            return leaf
    mark = object()
    return not sum(1 for left, right in islice(filter(lambda both: both[0] != both[1],
               zip_longest(Walk(other), Walk(one), fillvalue=mark)), 1))
"""
        ),
    ],
}
