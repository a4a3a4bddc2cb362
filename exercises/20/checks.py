"""Checks of chapter 20: what a majority decides, and a client that outlives any node. All of it is played."""

import random
from functools import partial

from exercises import Wrong, exercise
from exercises.vocabulary import Enough, need, need_class

# -- 20.1 -------------------------------------------------------------------------------------------------------------

PARTITIONS = [  # (sides, members)
    ([["one"], ["two", "three"]], 3),
    ([["one", "two", "three"]], 3),
    ([["one"], ["two"], ["three"]], 3),
    ([["one"]], 3),
    ([["two", "three"]], 3),
    ([["one", "two"], ["three", "four"]], 4),
    ([["one"], ["two", "three", "four"]], 4),
    ([["one"], ["two", "four", "five"], ["three"]], 5),
    ([["one", "two"], ["three", "four"]], 5),
    ([["one", "two"], ["three"]], 5),
    ([["one", "two", "three"], ["four"]], 7),
    ([["one"]], 1),
    ([["one"]], 2),
    ([], 3),
]


@exercise(
    "20.1",
    praise="only one side at most has more than half of all members, and it alone may confirm.",
    hint="More than half of all members, those that are down included.",
)
def _who_confirms(answer):
    for sides, members in PARTITIONS:
        case = f"who_confirms({sides}, {members})"
        wanted = next((side for side in sides if len(side) > members / 2), None)
        said = answer([[*side] for side in sides], members)
        if wanted is None and said is not None:
            raise Wrong(f"{case} gave {said!r}; no side has more than half of the {members}, so it should be None.")
        if wanted is not None and said != wanted:
            raise Wrong(f"{case} gave {said!r}; it should be {wanted}.")


# -- 20.2 -------------------------------------------------------------------------------------------------------------


def _true_safe(reached):
    return max(n for n in reached.values() if 2 * sum(each >= n for each in reached.values()) > len(reached))


def _reached():
    yield {"one": 7, "two": 7, "three": 7}
    yield {"one": 7, "two": 5, "three": 3}
    yield {"one": 3, "two": 9, "three": 4}
    yield {"one": 4, "two": 0, "three": 0}
    yield {"one": 4, "two": 4, "three": 0}
    yield {"one": 9, "two": 7, "three": 5, "four": 3}
    yield {"one": 8, "two": 8, "three": 1, "four": 1}
    yield {"one": 2, "two": 30, "three": 4, "four": 11, "five": 3}
    yield {"one": 6}
    yield {"one": 6, "two": 2}
    chance = random.Random(18)
    for _ in range(40):
        yield {f"node {number}": chance.randrange(15) for number in range(chance.randrange(1, 8))}


@exercise(
    "20.2",
    praise="an entry is safe once more than half of all members hold it, however far the quickest are.",
    hint="Sort the numbers. At which place stands one that more than half of the members have reached?",
)
def _safe(answer):
    for reached in _reached():
        given, wanted = dict(reached), _true_safe(reached)
        said = answer(given)
        if given != reached:
            raise Wrong(f"safe({reached}) changed the dict that it was given.")
        if said != wanted or isinstance(said, bool):
            holders = sum(each >= wanted for each in reached.values())
            raise Wrong(f"safe({reached}) gave {said!r}; {holders} of {len(reached)} have reached {wanted}.")


# -- 20.3 -------------------------------------------------------------------------------------------------------------


class _Voter:
    """The rule in the plainest way, with the reason for each answer."""

    def __init__(self, log):
        self.log, self.term, self.voted = log, log[-1] if log else 0, ()

    def asked(self, candidate, term, last, length):
        if term < self.term:
            return False, f"that term is over, for it knows of term {self.term}"
        if term > self.term:
            self.term, self.voted = term, ()
        if self.voted and self.voted != (candidate,):
            return False, f"it has given its vote of term {term} to {self.voted[0]!r}"
        own = self.log[-1] if self.log else 0
        if last < own:
            return False, f"its own log ends with an entry of term {own}, a later one"
        if last == own and length < len(self.log):
            return False, f"its own log is longer, and ends with the same term {own}"
        again = bool(self.voted)
        self.voted = (candidate,)
        if again:
            return True, "it has said yes to it in this term before"
        return True, f"its vote of term {term} is free, and that log is not behind its own"


GIVEN = "Note whom it says yes to, at a yes alone, until a higher term comes; 0 is a name, so ask `is None`."
ADOPTED = "Look at the term first: a higher one is its own from then on, whatever the answer, and no other is."
AGAIN = "Whoever is equal (`==`) to the one that has its vote gets the same yes again; the name may be another object."
VOTES = [  # (log, questions), the plainest promises first
    ([], [("two", 1, 0, 0)]),
    ([1, 1], [("two", 2, 1, 2)]),
    ([1, 1], [("two", 2, 1, 3)]),
    ([1, 1], [("two", 2, 1, 1)]),
    ([1, 1, 1], [("two", 2, 1, 3), ("three", 2, 1, 3)]),
    ([1, 1, 1], [("two", 2, 1, 3), ("two", 2, 1, 3), ("three", 2, 1, 5), ("two", 2, 1, 3)]),
    ([1, 1], [("two", 2, 1, 2), ("three", 3, 1, 2), ("two", 4, 1, 2)]),
    ([1, 2], [("two", 1, 1, 2), ("two", 2, 2, 2)]),
    ([1, 2], [("two", 3, 1, 9), ("three", 3, 2, 2)]),
    ([1, 1, 1, 1], [("two", 3, 2, 1)]),
    ([1, 1], [("two", 5, 1, 1), ("three", 4, 1, 2), ("three", 5, 1, 2)]),
    ([1, 1], [("two", 3, 1, 1), ("two", 3, 1, 2)]),
    ([1, 1], [(0, 2, 1, 2), ("two", 2, 1, 2), (0, 2, 1, 2)]),
    ([1, 1], [("two", 2, 1, 2), ("two", 3, 1, 1), ("three", 3, 1, 2)]),  # two's log was cut back by another leader
]


def _questions(chance):
    log = sorted(chance.choices([1, 2, 3], k=chance.randrange(5)))
    logs = {name: sorted(chance.choices([1, 2, 3], k=chance.randrange(5))) for name in ("one", "two", "three")}
    questions = []
    for _ in range(chance.randrange(1, 7)):
        name = chance.choice([*logs])
        last = logs[name][-1] if logs[name] else 0
        questions.append((name, chance.randrange(max(1, last), 7), last, len(logs[name])))
    return log, questions


@exercise(
    "20.3",
    praise="one vote in a term, and none for a log that may lack what a majority has kept.",
    hint="Python compares tuples as Raft compares logs: (last term, length).",
)
def _vote(answer):
    need_class(answer, "Voter", "asked")
    chance = random.Random(18)
    for log, questions in [*VOTES, *(_questions(chance) for _ in range(150))]:
        true, voter, other = _Voter(log), answer([*log]), answer([*log])
        told = [f"Voter({log})"]
        _compare_term(voter, true, told)
        for number, (candidate, term, last, length) in enumerate(questions):
            told.append(f"asked({candidate!r}, {term}, {last}, {length})")
            wanted, why = true.asked(candidate, term, last, length)
            said = voter.asked(_heard(candidate), term, last, length)
            if said is not wanted:
                hint = AGAIN if "before" in why else GIVEN if "vote" in why and number else ""
                raise Wrong(f"{_story(told)} the last answer is {said!r}; it should be {wanted}: {why}.", hint)
            _compare_term(voter, true, told)
        stranger = ("stranger", *questions[0][1:])
        if _Voter(log).asked(*stranger)[0] is not other.asked(*stranger):
            raise Wrong("two Voters share what they remember: one was asked, and another one's vote was gone.")


def _heard(candidate):
    """The same name as it comes in a message: an object of its own each time."""
    return "".join([*candidate]) if isinstance(candidate, str) else candidate


def _story(told):
    return f"with {told[0]}, then {', '.join(told[1:])}" if told[1:] else f"with {told[0]}"


def _compare_term(voter, true, told):
    if not hasattr(voter, "term"):
        raise Wrong("a Voter has no `term`.")
    if voter.term != true.term:
        hint = ADOPTED if told[1:] else ""
        raise Wrong(f"{_story(told)} its `term` is {voter.term!r}; it should be {true.term}.", hint)


# -- 20.4 -------------------------------------------------------------------------------------------------------------


def _true_account(history):
    names = {name: {kind for kind, each in history if each == name} for _, name in history}
    return {
        "lost": [name for name, kinds in names.items() if "confirmed" in kinds and "received" not in kinds],
        "recovered": [name for name, kinds in names.items() if kinds == {"sent", "received"}],
        "doubled": [name for name in names if history.count(("received", name)) > 1],
        "unexpected": [name for name, kinds in names.items() if "received" in kinds and "sent" not in kinds],
    }


def _history(*events):
    return [(kind, name) for kind, names in events for name in names]


def _histories():
    yield []
    yield _history(("sent", ["tea"]), ("confirmed", ["tea"]), ("received", ["tea"]))
    yield _history(("sent", ["tea", "bun"]), ("confirmed", ["tea", "bun"]), ("received", ["bun"]))
    yield _history(("sent", ["tea", "bun"]), ("confirmed", ["tea"]), ("received", ["tea"]))
    yield _history(("sent", ["tea", "bun"]), ("confirmed", ["bun"]), ("received", ["bun", "tea"]))
    yield _history(("sent", ["tea", "bun"]), ("confirmed", ["bun", "tea"]), ("received", ["bun", "tea", "bun"]))
    yield _history(("sent", ["bun"]), ("confirmed", ["bun"]), ("received", ["bun", "tea", "rice"]))
    yield _history(("sent", ["bun", "bun"]), ("confirmed", ["bun"]), ("received", ["bun"]))
    yield _history(("sent", ["bun", "bun"]), ("received", ["bun", "bun", "bun"]))
    yield _history(("received", ["tea", "tea"]))
    yield _history(("sent", [0, ""]), ("confirmed", [0]), ("received", ["", ""]))
    yield _history(("sent", [7, "7"]), ("confirmed", [7, "7"]), ("received", ["7"]))
    yield _history(("sent", ["tea"]), ("received", ["tea"]), ("sent", ["bun"]), ("confirmed", ["tea", "bun"]))
    yield _history(("sent", [9, 8, 7]), ("confirmed", [8, 7, 9]))
    yield _history(("sent", ["tea", "Tea"]), ("confirmed", ["tea", "Tea"]), ("received", ["Tea"]))
    chance = random.Random(18)
    for _ in range(60):
        orders = chance.sample(["tea", "bun", "", 0, 7, "7", -1], k=chance.randrange(1, 6))
        history = []
        for order in orders:
            tried = chance.random() < 0.8
            history += [("sent", order)] * (chance.randrange(1, 3) if tried else 0)
            history += [("confirmed", order)] * (tried and chance.random() < 0.6)
            history += [("received", order)] * chance.choice([0, 1, 1, 2, 3])
        chance.shuffle(history)  # many programs write into one history
        yield history


@exercise(
    "20.4",
    praise="each order in its place, also the one that nobody had confirmed and that came all the same.",
    hint="A `Counter` for each kind of event says how often; `dict.fromkeys` keeps the order of first times.",
)
def _account(answer):
    for history in _histories():
        given, wanted = list(history), _true_account(history)
        case = f"for {history}"
        said = need(answer(given), dict, f"{case} the answer should be a dict")
        if given != history:
            raise Wrong(f"{case} your function changed the list that it was given.")
        if set(said) != set(wanted):
            raise Wrong(f"{case} the keys are {sorted(map(str, said))}; they are to be {sorted(wanted)}.")
        for key, names in wanted.items():
            if not isinstance(said[key], list):
                raise Wrong(f"{case} {key!r} is a {type(said[key]).__name__}; it should be a list.")
            if said[key] != names:
                raise Wrong(f"{case} {key!r} is {said[key]}, but it should be {names}.")


# -- 20.5 -------------------------------------------------------------------------------------------------------------

NODES = ["amqp://one", "amqp://two", "amqp://three"]


class _Cluster:
    """A played cluster: `script` says what becomes of each call of `connect` and `publish`, in turn; then all is well.

    "well"; "refused" (connect); "breaks" (publish; nobody knows whether the order was kept); "burns" (either of the
    two raises another error).
    """

    def __init__(self, orders, script, urls, close_fails, burnt):
        self.error = burnt
        self.orders, self.script, self.urls, self.close_fails = [*orders], [*script], [*urls], close_fails
        self.told, self.open, self.confirmed = [], None, []
        self.most = 60 + 2 * len(self.script)
        self.failures = self.naps = 0
        self.left_early = self.burnt = False
        self.wrong = None

    def __str__(self):
        told = self.told if len(self.told) <= 30 else [*self.told[:6], "and so on", *self.told[-2:]]
        return f"with {self.orders} for {len(self.urls)} nodes: {', '.join(told) or 'nothing was done'}"

    def stop(self, reason, hint=""):
        self.wrong = Wrong(f"{self}: {reason}", hint)
        raise Enough

    def tell(self, what):
        self.told.append(what)
        if self.wrong:
            raise Enough
        if self.burnt and what != "close()":
            self.stop(f"the {self.error.__name__} was to go on to the caller.", "Catch `ConnectionError` alone.")
        if len(self.told) > self.most:
            self.told = [*self.told[:6], "and so on"]
            self.stop("that has no end.")

    def next(self):
        return self.script.pop(0) if self.script else "well"

    def connect(self, url):
        self.tell(f"connect({url!r})")
        wanted = self.urls[self.failures % len(self.urls)]
        if self.open:
            self.stop("there is a connection still, which was not closed.")
        if self.naps != self.failures:
            self.stop("between an error and the next try there was to be one `sleep(0.2)`.")
        if len(self.confirmed) == len(self.orders):
            self.stop("all orders were confirmed, so no connection was needed.")
        if self.left_early:
            self.stop("the last connection was closed although it still worked.")
        if url != wanted:
            self.stop(f"it was the turn of {wanted!r}.")
        fate = self.next()
        if fate == "refused":
            self.fail("refused")
        if fate == "burns":  # this is no matter of nodes: another one would say the same
            self.burn()
        self.open = _Connection(self)
        return self.open

    def fail(self, how):
        self.told[-1] += f" is {how}"
        self.failures += 1
        raise ConnectionError(how)

    def burn(self):
        self.told[-1] += f" raises {self.error.__name__}"
        self.burnt = True
        raise self.error("burnt")

    def sleep(self, seconds):
        self.tell(f"sleep({seconds})")
        if seconds != 0.2:
            self.stop("each `sleep` should be one of 0.2 seconds.")
        if self.open:
            self.stop("the broken connection should be closed before the `sleep`.")
        self.naps += 1
        if self.naps > self.failures:
            self.stop("there was no error to sleep for.")


class _Connection:
    def __init__(self, cluster):
        self.cluster, self.broken = cluster, False

    def publish(self, order):
        cluster = self.cluster
        cluster.tell(f"publish({order!r})")
        if cluster.open is not self:
            cluster.stop("this connection was closed before.")
        if self.broken:
            cluster.stop("this connection is broken; nothing can be published on it any more.")
        if len(cluster.confirmed) == len(cluster.orders):
            cluster.stop("all orders had been confirmed.")
        wanted = cluster.orders[len(cluster.confirmed)]
        if order != wanted:
            cluster.stop(f"it was the turn of {wanted!r}: {cluster.confirmed or 'nothing'} had been confirmed.")
        fate = cluster.next()
        if fate == "breaks":
            self.broken = True
            cluster.fail("broken off")
        if fate == "burns":  # the order itself is bad: no node will take it
            cluster.burn()
        cluster.confirmed.append(order)

    def close(self):
        cluster = self.cluster
        cluster.tell("close()")
        cluster.open = None
        cluster.left_early = not self.broken and len(cluster.confirmed) < len(cluster.orders)
        if self.broken and cluster.close_fails:
            cluster.told[-1] += " is refused"
            raise ConnectionError("closed already")


@exercise(
    "20.5",
    praise="whatever breaks, each order is published until it is confirmed, at whichever node answers.",
    hint="An order leaves the list of what is to be done only when `publish` has returned.",
    seconds=10,
)
def _deliver(answer):
    run = partial(_run, answer)
    run([], [])
    run(["tea"], [])
    run(["tea", "bun", "rice"], [])
    run(["tea", "bun"], ["refused"])
    run(["tea", "bun"], ["refused", "refused"])
    run(["tea", "bun", "rice"], ["well", "well", "breaks"])
    run(["tea", "bun"], ["well", "breaks", "well", "breaks", "well", "breaks", "well", "breaks"])
    run(["tea", "bun"], ["refused"] * 7)
    run(["tea", "tea", "", 0, "tea"], ["well", "well", "breaks"])
    run(["tea", "bun"], ["well", "breaks", "refused", "well", "breaks"], urls=NODES[:1])
    run(["tea", "bun"], ["well", "breaks", "refused", "well", "breaks"], close_fails=True)
    run(["tea", "bun", "rice"], ["well", "well", "burns"], burnt=ValueError)
    run(["tea", "bun", "rice"], ["refused", "well", "breaks", "well", "burns"], burnt=OSError)
    run(["tea", "bun"], ["burns"], burnt=ValueError)
    run(["tea", "bun"], ["well", "breaks", "burns"], burnt=TimeoutError)  # which is no ConnectionError
    run(["tea", "bun"], ["well", "burns"], burnt=KeyboardInterrupt)
    run(["tea"], ["refused"] * 120, urls=NODES[:2])


def _run(answer, orders, script, urls=NODES, close_fails=False, burnt=None):
    cluster = _Cluster(orders, script, urls, close_fails, burnt)
    given, raised = ([*orders], [*urls]), None
    try:
        answer(*given, cluster.connect, cluster.sleep)
    except Enough:
        pass
    except (OSError, ValueError, KeyboardInterrupt) as error:
        if error.args not in [("burnt",), ("refused",), ("broken off",), ("closed already",)]:
            raise
        raised = error
    if cluster.wrong:
        raise cluster.wrong
    if isinstance(raised, ConnectionError):
        raise Wrong(f"{cluster}: the ConnectionError reached the caller; the next node was to be tried.")
    if raised and not burnt:
        raise raised
    if burnt and not raised:
        raise Wrong(
            f"{cluster}: the {burnt.__name__} was to go on to the caller.", hint="Catch `ConnectionError` alone."
        )
    if not burnt and cluster.confirmed != orders:
        missing = orders[len(cluster.confirmed)]
        raise Wrong(
            f"{cluster}: your function ended, and {missing!r} has not been confirmed.",
            hint="Go round the nodes as long as there are orders to be confirmed, however often that is.",
        )
    if cluster.open:
        raise Wrong(
            f"{cluster}: your function ended, and a connection is still open.",
            hint="`closing`, or a `finally`, closes it at any error, and at the end.",
        )
    if not burnt and cluster.told and cluster.told[-1].startswith("sleep"):
        raise Wrong(f"{cluster}: after the last confirm there was nothing to sleep for.")
    if given != ([*orders], [*urls]):
        raise Wrong(f"{cluster}: your function changed a list that it was given.")
