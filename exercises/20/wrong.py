"""What learners would really get wrong in chapter 20, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "20.1": [
        edit("2 * len(side) > members", "2 * len(side) >= members", says="no side has more than half of the 4"),
        edit("if 2 * len(side) > members", "if len(side) > len(sides)", says="it should be ['two', 'three']"),
        edit("2 * len(side) > members", "len(side) > 1", says="no side has more than half of the 4"),
        edit("2 * len(side) > members", "len(side) >= 2", says="no side has more than half of the 4"),
        edit("> members", "> sum(map(len, sides))", says="no side has more than half of the 3"),
        edit("> members", "> members + 1", says="gave None; it should be ['two', 'three']"),
        edit("            return side", "            return len(side)", says="gave 2; it should be ['two', 'three']"),
        edit("            return side", "            return True", says="gave True; it should be ['two', 'three']"),
        edit("            return side", "            return side[0]", says="gave 'two'; it should be"),
        edit("    return None", "    return []", says="gave []"),
        edit(
            "    return None",
            "    return max(sides, key=len, default=None)",
            says="no side has more than half of the 3",
        ),
        written(
            """
def answer(sides, members):
    return sides[-1] if len(sides[-1]) > members / 2 else None
""",
            says="gave None; it should be ['two', 'four', 'five']",
        ),
        written(
            """
def answer(sides, members):
    for side in sides:
        return side if len(side) > members / 2 else None
""",
            says="gave None; it should be ['two', 'three']",
        ),
    ],
    "20.2": [
        edit(
            ", reverse=True)",
            ")",
            says="safe({'one': 9, 'two': 7, 'three': 5, 'four': 3}) gave 7; 3 of 4 have reached 5",
        ),
        edit("len(reached) // 2]", "0]", says="gave 7; 2 of 3 have reached 5"),
        edit("len(reached) // 2]", "-1]", says="gave 3; 2 of 3 have reached 5"),
        edit("len(reached) // 2]", "1]", says="safe({'one': 9"),
        edit("len(reached) // 2]", "(len(reached) - 1) // 2]", says="gave 7; 3 of 4 have reached 5"),
        edit("sorted(reached.values(), reverse=True)", "list(reached.values())", says="gave 9; 2 of 3 have reached 4"),
        written(
            """
def answer(reached):
    numbers = sorted(set(reached.values()), reverse=True)
    return numbers[len(numbers) // 2]
""",
            says="gave 0; 2 of 3 have reached 4",
        ),
        written(
            """
def answer(reached):
    numbers = sorted(filter(None, reached.values()), reverse=True)
    return numbers[len(numbers) // 2]
""",
            says="gave 4; 3 of 3 have reached 0",
        ),
        edit("    return sorted(reached", "    reached.popitem()\n    return sorted(reached", says="changed the dict"),
        written(
            """
from statistics import median

def answer(reached):
    return median(reached.values())
""",
            says="gave 6.0; 3 of 4 have reached 5",
        ),
        written(
            """
def answer(reached):
    return sum(reached.values()) // len(reached)
""",
            says="safe({'one': 3, 'two': 9, 'three': 4}) gave 5; 2 of 3 have reached 4",
        ),
        written(
            """
def answer(reached):
    return reached["one"]
""",
            says="gave 7; 2 of 3 have reached 5",
        ),
    ],
    "20.3": [
        edit(
            "self.term, self.vote = term, None",
            "self.term = term",
            says="it should be True: its vote of term 3 is free, and that log is not behind",
        ),
        edit("(last, length) < self.own", "length < self.own[1]", says="a later one"),
        edit("(last, length) < self.own", "last < self.own[0]", says="its own log is longer"),
        edit("(last, length) < self.own", "(last, length) <= self.own", says="that log is not behind its own"),
        edit("(last, length) < self.own", "(length, last) < self.own[::-1]", says="a later one"),
        edit(
            "or (last, length) < self.own",
            "or last < self.own[0] or length < self.own[1]",
            says="that log is not behind its own",
        ),
        edit("term < self.term or not free or", "term < self.term or", says="it has given its vote of term 2 to 'two'"),
        edit("term < self.term or not free", "not free", says="that term is over"),
        edit(" or self.vote == candidate", "", says="it has said yes to it in this term before"),
        edit("self.vote == candidate", "self.vote is candidate", says="it has said yes to it in this term before"),
        edit(
            "            self.term, self.vote = term, None\n",
            "            self.term = term\n            if self.vote != candidate:\n                self.vote = None\n",
            says="its vote of term 3 is free",
        ),
        edit("self.vote is None or", "not self.vote or", says="it has given its vote of term 2 to 0"),
        edit("        self.vote = candidate\n", "", says="it has given its vote of term 2 to 'two'"),
        edit(
            "        if term < self.term or",
            "        if free:\n            self.vote = candidate\n        if term < self.term or",
            "        self.vote = candidate\n        return True",
            "        return True",
            says="is free, and that log is not behind its own",
        ),
        edit("            return False", "            return None", says="the last answer is None; it should be False"),
        edit("        return True", "        return candidate", says="the last answer is 'two'; it should be True"),
        edit("log[-1] if log else 0, len(log)", "len(log), len(log)", says="its `term` is 2; it should be 1"),
        edit(
            "        if term > self.term:\n            self.term, self.vote = term, None\n",
            "",
            "        self.vote = candidate\n",
            "        self.term, self.vote = term, candidate\n",
            says="its `term` is 1; it should be 2",
        ),
        written(
            """
class Voter:
    votes = {}

    def __init__(self, log):
        self.own = (log[-1] if log else 0, len(log))
        self.term = self.own[0]

    def asked(self, candidate, term, last, length):
        if term < self.term:
            return False
        self.term = term
        return (last, length) >= self.own and self.votes.setdefault(term, candidate) == candidate

answer = Voter
""",
            says="share what they remember",
        ),
        written("answer = lambda log: None", says="a Voter has no `term`"),
    ],
    "20.4": [
        edit("confirmed[n] and not received[n]", "not received[n]", says="'lost' is ['bun'], but it should be []"),
        edit("sent[n] and received[n] and", "received[n] and", says="'recovered' is ['tea', 'rice']"),
        edit("sent[n] and received[n] and", "sent[n] and", says="'recovered' is ['bun']"),
        edit("received[n] and not confirmed[n]", "received[n] and sent[n] > 1", says="'recovered' is [], but it"),
        edit("received[n] > 1", "received[n] == 2", says="'doubled' is [], but it should be ['bun']"),
        edit("received[n] > 1", "received[n] > sent[n]", says="'doubled' is ['tea', 'rice'], but it should be []"),
        edit("received[n] > 1", "sent[n] > 1 or received[n] > 1", says="'doubled' is ['bun'], but it should be []"),
        edit("received[n] and not sent[n]", "received[n] and not confirmed[n]", says="'unexpected' is ['tea']"),
        edit("if confirmed[n] and", "if n and confirmed[n] and", says="'lost' is [], but it should be [0]"),
        edit("[n for n in names if confirmed[n]", "[n for n in confirmed if n in names", says="should be [9, 8, 7]"),
        edit(
            "[n for n in names if confirmed[n]",
            "[n for _, n in history if confirmed[n]",
            says="'lost' is ['tea', 'tea']",
        ),
        edit('        "recovered"', '        "arrived"', says="the keys are"),
        edit("    return {", "    history.clear()\n    return {", says="changed the list"),
        edit(
            "def account(history):\n",
            "def account(history):\n    history = [(kind, str(order)) for kind, order in history]\n",
            says="it should be [0]",
        ),
        edit("[n for n in names if received[n] > 1]", "{n for n in names if received[n] > 1}", says="is a set"),
        written(
            """
def answer(history):
    sent, confirmed, received = set(), set(), Counter()
    lost, recovered, unexpected = [], [], []
    for kind, order in history:
        if kind == "sent":
            sent.add(order)
        elif kind == "confirmed":
            confirmed.add(order)
        else:
            received[order] += 1
            if order not in sent and order not in unexpected:
                unexpected.append(order)
    return {
        "lost": [order for order in confirmed if not received[order]],
        "recovered": [order for order in received if order in sent - confirmed],
        "doubled": [order for order in received if received[order] > 1],
        "unexpected": unexpected,
    }
""",
            says="should be",
        ),
    ],
    "20.5": [
        edit("suppress(ConnectionError), ", "", says="the ConnectionError reached the caller"),
        edit("suppress(ConnectionError)", "suppress(Exception)", says="the ValueError was to go on to the caller"),
        edit(
            "closing(connect(url)) as connection",
            "suppress(ConnectionError)",
            "            while todo:",
            "            connection = connect(url)\n            while todo:",
            says="a connection is still open",
        ),
        edit("            sleep(0.2)", "            sleep(2)", says="each `sleep` should be one of 0.2 seconds"),
        edit("        if todo:\n            sleep(0.2)", "        sleep(0.2)", says="there was no error to sleep for"),
        edit("        if todo:\n            sleep(0.2)\n", "", says="there was to be one `sleep(0.2)`"),
        edit("suppress(ConnectionError)", "suppress(OSError)", says="the OSError was to go on to the caller"),
        edit(
            "suppress(ConnectionError)",
            "suppress(ConnectionError, TimeoutError)",
            says="the TimeoutError was to go on to the caller",
        ),
        edit(
            "cycle(urls)",
            "cycle(urls[:1] if len(urls) < 3 else urls)",
            says="with ['tea'] for 2 nodes: connect('amqp://one') is refused, sleep(0.2), connect('amqp://one')",
        ),
        edit("cycle(urls)", "urls * 10", says="your function ended, and 'tea' has not been confirmed"),
        edit("cycle(urls)", "urls", says="your function ended, and 'tea' has not been confirmed"),
        edit("cycle(urls)", "cycle(urls[:1])", says="it was the turn of 'amqp://two'"),
        edit("cycle(urls)", "cycle(urls[::-1])", says="it was the turn of 'amqp://one'"),
        edit(
            "connection.publish(todo[0])\n                todo.popleft()",
            "connection.publish(todo.popleft())",
            says="it was the turn of 'bun'",
        ),
        edit("while todo:", "if todo:", says="there was no error to sleep for"),
        edit(
            "        if not todo:\n            return\n",
            "",
            says="all orders were confirmed, so no connection was needed",
        ),
        edit("deque(orders)", "deque(dict.fromkeys(orders))", says="it was the turn of 'tea'"),
        edit("deque(orders)", "deque(filter(None, orders))", says="it was the turn of ''"),
        edit("todo = deque(orders)", "todo = orders", "todo.popleft()", "todo.pop(0)", says="changed a list"),
        edit(
            "for url in cycle(urls):",
            "for url in cycle(urls):\n        todo = deque(orders)",
            says="all orders were confirmed",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    todo, place = list(orders), 0
    while todo:
        try:
            connection = connect(urls[place % len(urls)])
        except Exception:
            place += 1
            sleep(0.2)
            continue
        with suppress(ConnectionError), closing(connection):
            while todo:
                connection.publish(todo[0])
                del todo[0]
        if todo:
            place += 1
            sleep(0.2)
""",
            says="connect('amqp://one') raises ValueError, sleep(0.2): the ValueError was to go on to the caller",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    place = 0
    for order in orders:
        while True:
            try:
                with closing(connect(urls[place % len(urls)])) as connection:
                    connection.publish(order)
                break
            except ConnectionError:
                place += 1
                sleep(0.2)
""",
            says="closed although it still worked",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    if not orders:
        return
    place, connection = 0, connect(urls[0])
    for order in orders:
        while True:
            try:
                connection.publish(order)
                break
            except ConnectionError:
                place += 1
                sleep(0.2)
                connection = connect(urls[place % len(urls)])
    connection.close()
""",
            says="the ConnectionError reached the caller",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    todo, nodes = deque(orders), cycle(urls)
    while todo:
        connection = None
        try:
            connection = connect(next(nodes))
            while todo:
                connection.publish(todo[0])
                todo.popleft()
            connection.close()
        except ConnectionError:
            if connection:
                connection.close()
            sleep(0.2)
""",
            says="the ConnectionError reached the caller",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    todo, nodes = deque(orders), cycle(urls)
    while todo:
        try:
            connection = connect(next(nodes))
            while todo:
                connection.publish(todo[0])
                todo.popleft()
            connection.close()
        except ConnectionError:
            sleep(0.2)
            with suppress(Exception):
                connection.close()
""",
            says="the broken connection should be closed before the `sleep`",
        ),
        written(
            """
def answer(orders, urls, connect, sleep):
    node, done, connection = 0, 0, None
    while done < len(orders):
        try:
            if connection is None:
                connection = connect(urls[node % len(urls)])
            connection.publish(orders[done])
            done += 1
        except ConnectionError:
            if connection is not None:
                try:
                    connection.close()
                except ConnectionError:
                    pass
            connection = None
            sleep(0.2)
            node += 1
        except Exception:
            if connection is not None:
                connection.close()
            raise
    if connection is not None:
        connection.close()
""",
            says="your function ended, and a connection is still open",
        ),
    ],
}
