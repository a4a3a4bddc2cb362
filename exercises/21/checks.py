"""Checks of chapter 21: the decisions of a crawl that is spread out, each on its own, without a broker or a clock."""

import math
import random
import sqlite3
from copy import deepcopy
from fractions import Fraction
from urllib.parse import urldefrag, urljoin, urlsplit

from backstage.schedules.packing import pack, unpack
from exercises import Wrong, exercise
from exercises.vocabulary import many, need, need_class
from exercises.vocabulary.power import Ledger, Power, PowerCut

# -- 21.1 -------------------------------------------------------------------------------------------------------------


def _crew_cases():
    """Plain cases first; all numbers are exact in binary, so that every order of operations gives the same."""
    yield 600, 60, 0.5, 5, 100
    yield 600, 60, 1, 4, 100
    yield 10, 60, 0.5, 5, 100
    yield 1000, 8, 2, 50, 1000
    yield 320, 16, 0.5, 10, 9
    yield 320, 16, 0.5, 10, 10
    yield 328, 16, 0.5, 10, 10
    yield 100, 64, 4, 5, 6
    yield 128, 16, 0.5, 3, 5  # two workers could hold one more than the site allows, and need not
    chance = random.Random(19)
    for _ in range(60):
        seconds, latency = chance.choice([4, 16, 64, 256]), chance.choice([0.25, 0.5, 1, 2, 4])
        yield chance.randrange(1, 3000), seconds, latency, chance.choice([1, 3, 8, 50]), chance.choice([5, 40, 400])


def _crew(pages, seconds, latency, greenlets, per_host):
    in_flight = Fraction(pages) * Fraction(latency) / seconds
    return None if in_flight > per_host else math.ceil(in_flight / greenlets)


@exercise(
    "21.1",
    praise="in flight is rate times latency, and the rest is a division that rounds up.",
    hint="pages / seconds is the rate; times latency, that is how many must be in flight. Then divide by greenlets.",
)
def _size(answer):
    need(answer, callable, "give the function crew_for itself")
    for case in _crew_cases():
        names = ("pages", "seconds", "latency", "greenlets", "per_host")
        told = ", ".join(f"{name}={value}" for name, value in zip(names, case, strict=True))
        said, wanted = answer(*case), _crew(*case)
        in_flight = case[0] * case[2] / case[1]
        if wanted is None and said is not None:
            raise Wrong(f"for {told} you said {said!r}; {in_flight:g} must be in flight, so it should be None.")
        if wanted is not None and (isinstance(said, bool) or not isinstance(said, int | float)):
            raise Wrong(f"for {told} you said {said!r}; {in_flight:g} in flight are allowed: give a number of workers.")
        if said != wanted:
            raise Wrong(f"for {told} you said {said!r}; {in_flight:g} must be in flight, which takes {wanted}.")


# -- 21.2 -------------------------------------------------------------------------------------------------------------

PORTS = {"http": 80, "https": 443}
OWN = "Each has its own: make what it remembers in `__init__`, and keep it in `self`."


def _plain(page, link):
    """The plain spelling of a link, or None if it leads to no page."""
    try:
        parts = urlsplit(urldefrag(urljoin(page, link)).url)
        if parts.scheme not in PORTS:
            return None
        port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    except ValueError:
        return None
    return parts._replace(netloc=parts.hostname + port, path=parts.path or "/").geturl()


SHOP = "http://bao.example/menu/pork"
STORIES = [  # of (page, links), the plainest promises first
    [(SHOP, ["http://bao.example/tea"])],
    [(SHOP, ["http://bao.example/tea", "http://bao.example/bun", "http://bao.example/soup"])],
    [(SHOP, ["http://bao.example/tea", "http://bao.example/tea"])],
    [(SHOP, ["/tea"]), ("http://bao.example/", ["/tea", "/bun"])],
    [(SHOP, ["lotus", "../tea", "?page=2", "?page=3"])],
    [(SHOP, ["lotus"]), ("http://bao.example/drinks/", ["tea", "lotus"])],
    [(SHOP, ["/tea#hot", "/tea", "/tea#cold"])],
    [(SHOP, ["mailto:cook@bao.example", "javascript:order()", "ftp://bao.example/", "httpx://bao.example/", "/tea"])],
    [(SHOP, ["/menu/", "/menu", "/"])],
    [(SHOP, ["/tea;hot", "/tea%20hot", "/tea?b=2&a=1", "/tea?a"])],
    [(SHOP, ["http://[", "/tea"])],
    [(SHOP, ["HTTP://Bao.Example/Tea", "http://bao.example/tea", "http://bao.example/Tea"])],
    [(SHOP, ["http://bao.example:80/tea", "https://bao.example:443/tea", "http://bao.example/tea"])],
    [(SHOP, ["http://bao.example:443/tea", "https://bao.example:80/tea", "http://bao.example:8080/tea"])],
    [(SHOP, ["http://other.example", "http://other.example/", "http://other.example#top", "http://other.example?a=B"])],
    [("https://bao.example/menu/", ["tea", "//bao.example/menu/tea", "http://bao.example/menu/tea"])],
]


def _links(chance):
    host = chance.choice(
        ["", "", "http://bao.example", "HTTP://BAO.example:80", "https://tea.example:443", "http://t:81"]
    )
    path = chance.choice(["/tea", "/Tea", "/", "", "/menu/../tea", "/a?x=1", "/a?X=1"])
    return host + path + chance.choice(["", "", "#", "#hot"])


@exercise(
    "21.2",
    praise="each URL once, in one spelling, in the order in which they were found.",
    hint="Make one plain spelling of each link first; only then ask whether it is known.",
)
def _frontier(answer):
    need_class(answer, "Frontier", "add", "take")
    chance = random.Random(19)
    random_stories = [
        [(SHOP, [_links(chance) for _ in range(chance.randrange(6))]) for _ in range(chance.randrange(1, 5))]
        for _ in range(60)
    ]
    for story in [*STORIES, *random_stories]:
        for greedy in (False, True):
            _follow(answer, story, greedy, chance)


def _follow(answer, story, greedy, chance):
    """Add and take; either take all after each page, or some."""
    frontier, other = answer(), answer()
    known, taken, told = [], 0, []
    if (said := frontier.take()) is not None:
        raise Wrong(f"nothing was added, and `take` returned {said!r}; it should be None.")
    for page, links in story:
        given = list(links)
        frontier.add(page, given)
        if given != links:
            raise Wrong("your `add` changed the list that it was given.")
        told.append(f"add({page!r}, {links})")
        known += [url for link in links if (url := _plain(page, link)) and url not in known]
        known = list(dict.fromkeys(known))
        steps = len(known) - taken + 1 if greedy or len(told) == len(story) else chance.randrange(3)
        for _ in range(steps):
            wanted = known[taken] if taken < len(known) else None
            said = frontier.take()
            if said != wanted:
                before = f" and {many(taken, 'URL')} taken" if taken else ""
                raise Wrong(f"after {', '.join(told)}{before}, `take` returned {said!r}; it should be {wanted!r}.")
            taken += wanted is not None
    if (said := other.take()) is not None:
        raise Wrong(f"another Frontier, to which nothing was added, returned {said!r}: they share what they know.", OWN)
    page, links = story[0]
    other.add(page, list(links))
    first = next((url for link in links if (url := _plain(page, link))), None)
    if (said := other.take()) != first:
        reason = f"another Frontier, to which {first!r} was added, returned {said!r}: they share what they know."
        raise Wrong(reason, OWN)


# -- 21.3 -------------------------------------------------------------------------------------------------------------

OUTCOMES = [
    "good", "reset", "too slow", "status 500", "status 404", "status 503", "status 599", "status 429", "too large",
    "moved", "status 400", "status 408", "status 50", "status 600", "status 499", "no such host 503", "status 5xx",
    "unknown url type: 500", "status", "code 503", "", "resets", "it was too slow", "status 5000", "status 511",
]  # fmt: skip
HOUSES = [["wait.a", "wait.b", "wait.c"], ["wait.a"], []]


def _route(job, outcome, rooms):
    passing = outcome in ("reset", "too slow", "status 429", *(f"status {number}" for number in range(500, 600)))
    if not passing:
        return "bao.results", {**job, "outcome": outcome}
    tries = job.get("tries", 0)
    again = {**job, "tries": tries + 1}
    return (rooms[tries], again) if tries < len(rooms) else ("bao.parked", {**again, "outcome": outcome})


@exercise(
    "21.3",
    praise="what may pass goes one room further, what cannot pass is a result at once, and nothing tries for ever.",
    hint="Sort the outcomes first: may it pass or not? Then look whether there is a room with the number `tries`.",
)
def _routes(answer):
    need(answer, callable, "give the function route itself")
    for rooms in HOUSES:
        for outcome in OUTCOMES:
            for tries in (0, None, 1, 2, 3, 7):
                for more in ({}, {"host": "bao.example", "links": ["/tea"]}):
                    job = {"url": "http://bao.example/", **({} if tries is None else {"tries": tries}), **more}
                    _route_one(answer, job, outcome, rooms)


def _route_one(answer, job, outcome, rooms):
    case = f"for the job {job}, outcome {outcome!r} and rooms {rooms}"
    given, few = deepcopy(job), list(rooms)
    said = answer(given, outcome, few)
    if given != job or few != rooms:
        raise Wrong(f"{case} your function changed what it was given.", "`{**job, ...}` makes a new dict.")
    if not isinstance(said, tuple | list) or len(said) != 2:
        raise Wrong(f"{case} you returned {said!r}; it should be a pair of a queue and a message.")
    (queue, message), (right, wanted) = said, _route(job, outcome, rooms)
    if queue != right:
        raise Wrong(f"{case} the queue is {queue!r}, but it should be {right!r}.")
    if message != wanted:
        raise Wrong(f"{case} the message is {message!r}, but it should be {wanted!r}.")


# -- 21.4 -------------------------------------------------------------------------------------------------------------


class _Desk:
    """What a dispatcher must do, in the plainest way."""

    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.urls, self.handed, self.done, self.last = [], [], [], {}

    def found(self, url):
        if url not in self.urls:
            self.urls.append(url)

    def settled(self, url):
        self.done.append(url)

    def due(self, now):
        urls = []
        for url in self.urls:
            host = urlsplit(url).netloc
            away = [each for each in self.handed if each not in self.done and urlsplit(each).netloc == host]
            rested = host not in self.last or now - self.last[host] >= self.pause
            if url not in self.handed and url not in self.done and len(away) < self.per_host and rested:
                self.handed.append(url)
                self.last[host] = now
                urls.append(url)
        return urls

    @property
    def over(self):
        return bool(self.urls) and all(url in self.done for url in self.urls)


A, B = [f"http://a.example/{number}" for number in range(6)], [f"http://a.example:81/{number}" for number in range(6)]
PLAYS = [  # per_host, pause, and what happens; the plainest promises first
    (2, 0, [("found", A[0]), ("due", 0)]),
    (2, 0, [("found", A[0]), ("due", 0), ("due", 1), ("settled", A[0]), ("due", 2)]),
    (2, 0, [*(("found", each) for each in A), ("due", 0), ("due", 1), ("settled", A[0]), ("due", 1)]),
    (2, 0, [("found", A[0]), ("found", A[0]), ("due", 0), ("found", A[0]), ("due", 1), ("settled", A[0]), ("due", 2)]),
    (9, 0, [("found", A[0]), ("settled", A[0]), ("found", A[0]), ("found", A[1]), ("due", 0), ("settled", A[1])]),
    (9, 0, [("settled", A[0]), ("found", A[0]), ("due", 0)]),
    (9, 0, [("settled", A[1]), ("found", A[0]), ("due", 0)]),
    (1, 0, [("found", A[0]), ("found", A[1]), ("found", B[0]), ("due", 0), ("due", 5), ("settled", B[0]), ("due", 6)]),
    (1, 0, [*(("found", each) for each in A[:4]), ("due", 0), ("settled", A[0]), ("settled", A[0]), ("due", 1)]),
    (2, 0, [*(("found", each) for each in A[:5]), ("due", 0), ("settled", A[4]), ("due", 1), ("settled", A[0]),
            ("settled", A[0]), ("due", 2)]),
    (9, 2, [*(("found", each) for each in A[:3]), ("due", 10), ("due", 11), ("due", 12), ("due", 13.5), ("due", 20)]),
    (9, 2, [("found", A[0]), ("found", B[0]), ("found", A[1]), ("found", B[1]), ("due", 0), ("due", 1), ("due", 2)]),
    (1, 2, [("found", A[0]), ("found", A[1]), ("due", 0), ("due", 9), ("settled", A[0]), ("due", 9), ("due", 11)]),
    (9, 2, [("found", A[0]), ("due", 0), ("found", A[1]), ("due", 100), ("found", A[2]), ("due", 101), ("due", 102)]),
    (1, 0, [("found", A[0]), ("found", "http://a.example/menu/tea"), ("due", 0), ("settled", A[0]), ("due", 1)]),
    (1, 0, [("found", A[0]), ("found", "https://a.example/0"), ("due", 0), ("settled", A[0]), ("due", 1)]),
]  # fmt: skip


def _play(chance):
    """Anything in any order, on a clock that stands or goes on in halves."""
    per_host, pause, now = chance.choice([1, 2, 3]), chance.choice([0, 0, 1, 2.5]), chance.choice([0, -3, 1000])
    steps = []
    for _ in range(chance.randrange(4, 30)):
        kind = chance.choice(["found", "found", "settled", "due", "due"])
        now += chance.choice([0, 0, 0.5, 1])
        steps.append((kind, now if kind == "due" else chance.choice(A + B)))
    return per_host, pause, steps


@exercise(
    "21.4",
    praise="polite to each host, each URL once, and over when all is settled, whatever comes twice.",
    hint="Keep sets: found, on their way, settled. Count those of a host that are on their way when you need to know.",
)
def _dispatcher(answer):
    need_class(answer, "Dispatcher", "found", "settled", "due")
    chance = random.Random(19)
    for per_host, pause, steps in [*PLAYS, *(_play(chance) for _ in range(150))]:
        desk, dispatcher, other = _Desk(per_host, pause), answer(per_host, pause), answer(per_host, pause)
        told = [f"Dispatcher({per_host}, {pause})"]
        _compare_over(told, dispatcher, desk)
        for kind, what in steps:
            told.append(f"{kind}({what!r})")
            wanted, said = getattr(desk, kind)(what), getattr(dispatcher, kind)(what)
            if kind == "due":
                _compare_due(told, said, wanted)
            _compare_over(told, dispatcher, desk)
        if other.due(10_000) or other.over:
            raise Wrong("another Dispatcher, to which nothing has happened, hands something out or is over.", OWN)
        other.found(A[0])
        if other.due(20_000) != [A[0]]:
            raise Wrong(
                "another Dispatcher has found one URL, and does not hand it out: they share what they know.", OWN
            )


def _compare_due(told, said, wanted):
    if not isinstance(said, list):
        raise Wrong(f"after {_short(told)}: `due` returned a {type(said).__name__}; it should be a list.")
    if said != wanted:
        raise Wrong(f"after {_short(told)}: that returned {said}, but it should be {wanted}.")


def _compare_over(told, dispatcher, desk):
    if bool(dispatcher.over) != desk.over or callable(dispatcher.over):
        raise Wrong(f"after {_short(told)}: `over` is {dispatcher.over!r}, but it should be {desk.over}.")


def _short(told):
    return ", ".join(told).replace("http://", "")


# -- 21.5 -------------------------------------------------------------------------------------------------------------


class _Ledger(Ledger):
    called = "ledger."


def _result(url, outcome, *links):
    return {"url": url, "outcome": outcome, "links": list(links)}


HOME, BUN = _result("/", "good", "/tea", "/bun"), _result("/bun", "")
TEA = _result("/tea", "good", "/", "/bun", "/soup")
DAYS = [  # the results in the order in which they come; the plainest promises first
    [HOME],
    [HOME, TEA],
    [HOME, HOME],
    [_result("/bun", "too slow"), _result("/bun", "status 500")],
    [_result("/bun", "too slow"), _result("/bun", "good", "/soup")],
    [_result("/bun", "good", "/soup"), _result("/bun", "too slow")],
    [_result("/", "moved", "/tea", "/tea"), TEA, HOME, BUN, TEA],
    [_result("/soup", "good"), HOME, _result("/soup", "reset"), TEA, HOME],
    [_result("/bun", "too slow"), _result("/bun", "moved", "/soup")],
]
FILE = "file:ledger?mode=memory&cache=shared"
CAUGHT = "A bare `except:` catches even the end of a program; name what you mean to catch, as `sqlite3.Error`."
STAYS = "An outcome that is there stays, unless the new one is 'good': `ON CONFLICT (url) DO UPDATE … WHERE …`."


@exercise(
    "21.5",
    praise="whatever comes twice, in whatever order, and wherever the power fails: each page once, and no link lost.",
    hint="First one transaction with all that is known. Then every link that is not sent: publish, note it, commit.",
    seconds=40,
)
def _collect(answer):
    need(answer, callable, "give the function collect itself")
    packed = pack(answer)
    for day in DAYS:
        _live(packed, day, None)
    for day in DAYS:
        for cut in range(200):
            if not _live(packed, day, cut):
                break  # it ended before the power could fail: all points are tried
    chance = random.Random(19)
    for _ in range(30):
        urls = ["/", "/tea", "/bun", "/soup"]
        outcomes = ["good", "good", "too slow", "reset"]
        day = [
            _result(chance.choice(urls), chance.choice(outcomes), *chance.choices(urls, k=chance.randrange(4)))
            for _ in range(chance.randrange(1, 7))
        ]
        _live(packed, day, chance.choice([None, *range(20)]))


def _live(packed, day, cut):
    """Let a day's results come, with a power cut before call number `cut`; return whether it came to that."""
    keeper = sqlite3.connect(FILE, uri=True)  # what is on the disk
    published, power, failed = [], Power(cut), ""
    case = f"after the results {_told(day)}: "
    try:
        keeper.executescript(
            "CREATE TABLE pages (url PRIMARY KEY, outcome); CREATE TABLE found (url PRIMARY KEY, sent);"
        )
        waiting = deepcopy(day)
        while waiting:
            ledger = sqlite3.connect(FILE, uri=True, factory=_Ledger, timeout=1)
            ledger.power = power

            def publish(url, power=power):
                power("publish")
                published.append(url)

            collect = unpack(packed)  # afresh: a program forgets its variables
            try:
                while waiting:
                    collect(ledger, waiting[0], publish)
                    if power.failed:
                        before = f"{case}the power failed before `{power.failed}` number {cut + 1}"
                        raise Wrong(f"{before}, and your function returned, as if nothing had happened.", CAUGHT)
                    del waiting[0]
            except PowerCut:
                failed = f"the power failed before `{power.failed}` number {cut + 1}, and in the end "
                power = Power()
            finally:
                ledger.close()  # what is not committed is forgotten
        pages = keeper.execute("SELECT url, outcome FROM pages").fetchall()
        found = keeper.execute("SELECT url, sent FROM found").fetchall()
    finally:
        keeper.close()
    case += failed
    _compare_pages(case, day, pages)
    _compare_links(case, day, found, published, bool(failed))
    return bool(failed)


def _told(day):
    return ", ".join(f"{each['outcome']!r} of {each['url']!r} with links {each['links']}" for each in day)


def _compare_pages(case, day, pages):
    wanted = {}
    for each in day:
        if each["url"] not in wanted or each["outcome"] == "good":
            wanted[each["url"]] = each["outcome"]
    if sorted(pages) != sorted(wanted.items()):
        hint = STAYS if sorted(url for url, _ in pages) == sorted(wanted) else ""
        raise Wrong(f"{case}`pages` holds {sorted(pages)}, and it is to hold {sorted(wanted.items())}.", hint)


def _compare_links(case, day, found, published, failed):
    links = dict.fromkeys(link for each in day for link in each["links"])
    if lost := [link for link in links if link not in published]:
        raise Wrong(f"{case}{lost[0]!r} was never published.")
    if sorted(url for url, _ in found) != sorted(links):
        raise Wrong(f"{case}`found` holds {sorted(url for url, _ in found)}, and it is to hold {sorted(links)}.")
    if strange := [url for url in published if url not in links]:
        raise Wrong(f"{case}{strange[0]!r} was published, and no page has such a link.")
    again = len(published) - len(links)
    if again > failed:
        allowed = "one of them may come twice" if failed else "each is to come once"
        raise Wrong(f"{case}you published {published}; {allowed}.")
    if open_links := [url for url, sent in found if sent != 1]:
        raise Wrong(f"{case}{open_links[0]!r} is not marked as sent.")
