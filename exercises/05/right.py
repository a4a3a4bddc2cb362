"""Answers to the exercises of chapter 5 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "05.1": [edit("order = [", "order = (", '"rest"]', '"rest")'), edit("order = [", "order = [*[]] + [")],
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
    ],
}
