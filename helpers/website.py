"""A small web site of a baozi guide on this machine: set latency, links and failures, so that crawls repeat exactly."""

import http.client
import json
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from helpers.child import Child

LOG_PATH = "/_log"
FILLINGS = "pork chive cabbage shrimp tofu mushroom lamb leek pumpkin egg carrot red-bean custard sesame lotus".split()
ADVICE = [
    "Pleat eighteen times and pinch the top shut.",
    "Let the dough rest until it is twice its size.",
    "Line the steamer with cabbage leaves.",
    "Steam over high heat and do not lift the lid.",
    "Serve with black vinegar and slivers of ginger.",
    "Wait five minutes before you open the steamer.",
]


@dataclass(frozen=True)
class Page:
    """The truth about one page.

    Attributes
    ----------
    path : str
        Where it is on the site, such as "/page/17".
    title, body : str
        What a crawler should find there; `body` is the whole HTML.
    links : tuple of str
        Its links as they are written: paths, some with a fragment, some to pages that have moved, some twice.
    latency : float
        Seconds from a request's arrival to the first byte of the answer.
    fault : str or None
        What is wrong with it: "status 500", "status 502" or "status 503"; "reset" (the connection is reset instead
        of an answer); "endless" (the body never ends); "dribble" (ten bytes of body a second).
    fails : float
        How many requests meet the fault before the page is good; `math.inf` if it never is, 0 without a fault.
    open : bool
        Whether robots.txt allows robots to fetch it.
    """

    path: str
    title: str
    body: str
    links: tuple
    latency: float
    fault: str | None = None
    fails: float = 0
    open: bool = True


class Request(NamedTuple):
    """What the site noted of one request.

    `start` and `end` are seconds on the clock of `time.perf_counter`, which the processes of a machine share; `end` is
    None while the request is in flight. `outcome` is the status as text, the page's fault, or "abandoned" if the client
    left a page that would have been good.
    """

    path: str
    start: float
    end: float | None
    outcome: str


class Website:
    """A web site on 127.0.0.1, in a process of its own that ends with this one at the latest.

    All but the timing follows from the arguments: the same arguments make the same pages, links and failures. The first
    page, at `url`, is good, and leads by good pages alone to every other one. Use it with `with`, or call `stop()`.

    Parameters
    ----------
    pages : int
        How many pages there are, bad ones included.
    latency, jitter : float
        Seconds that every answer takes, and at most how many more; each page's share of the jitter is always the same.
    errors, resets, endless, dribbles : int
        How many pages never answer well: with status 500, 502 or 503; with a reset connection; with a body without an
        end; with ten bytes a second.
    flaky, fails_times : int
        How many pages fail (with status 503, or a reset) at first, and at how many requests, before they are good.
    moved : int
        How many good pages some links still look for at an old address, which redirects (status 301).
    closed : int
        How many pages robots.txt forbids to robots; they answer all the same.
    crawl_delay : int or None
        Seconds between two requests that robots.txt asks for, if any.
    links : int
        How many new pages a page leads to; as many links again lead to pages that are linked from elsewhere too.
    size : int
        Bytes of a page on average; each has half to one and a half of that.
    seed : int
        Another seed makes another site of the same kind.

    Attributes
    ----------
    url : str
        The first page.
    pages : dict of str to Page
        The truth, by URL.
    good : set of str
        The URLs that robots may fetch and that answer well, if need be after some retries.
    bad : dict of str to str
        The fault of every other URL that robots may fetch.
    closed : set of str
        The URLs that robots.txt forbids.
    moved : dict of str to str
        The URL that each old URL redirects to.

    Raises
    ------
    ValueError
        If the arguments make no site; the message says why.
    ChildError
        If its process cannot be started.
    """

    def __init__(
        self,
        pages=100,
        *,
        latency=0.1,
        jitter=0.0,
        errors=0,
        resets=0,
        endless=0,
        dribbles=0,
        flaky=0,
        fails_times=2,
        moved=0,
        closed=0,
        crawl_delay=None,
        links=3,
        size=2_000,
        seed=1,
    ):
        plan = {name: value for name, value in locals().items() if name != "self"}
        _check(plan)
        laid_out, old_paths = lay_out(plan)
        command = [sys.executable, "-m", "helpers.webserver", json.dumps(plan)]
        self._child = Child(command, name="the web site", ready=r"port (\d+)")
        self._root = f"http://127.0.0.1:{self._child.port}"
        self.url = self._root + "/"
        self.pages = {self._root + page.path: page for page in laid_out}
        self.good = {url for url, page in self.pages.items() if page.open and page.fails < math.inf}
        self.bad = {url: page.fault for url, page in self.pages.items() if page.open and page.fails == math.inf}
        self.closed = {url for url, page in self.pages.items() if not page.open}
        self.moved = {self._root + old: self._root + new for old, new in old_paths.items()}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        return f"<Website of {len(self.pages)} pages at {self.url}{'' if self._child.running else ', stopped'}>"

    def stop(self):
        """Close the site; its `pages` stay known, its log does not."""
        self._child.stop()

    def log(self):
        """Every request so far, in order of arrival: list of Request. Nonsense that is no HTTP is not noted.

        Raises
        ------
        RuntimeError
            If the site has been stopped.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self._child.port, timeout=30)
        try:
            connection.request("GET", LOG_PATH)
            return [Request(*each) for each in json.load(connection.getresponse())]
        except ConnectionError:
            raise RuntimeError("The site has been stopped: ask for its log before that.") from None
        finally:
            connection.close()

    def hits(self):
        """How many requests each URL has had so far: Counter of str."""
        return Counter(self._root + request.path for request in self.log())

    def most_in_flight(self, url=None):
        """How many requests the site, or this URL, has had in hand at once at most, abandoned ones until it noticed."""
        change = []
        for request in self.log():
            if url in (None, self._root + request.path):
                change.append((request.start, 1))
                change.append((math.inf if request.end is None else request.end, -1))
        most = now = 0
        for _, step in sorted(change):
            now += step
            most = max(most, now)
        return most


def _check(plan):
    whole = [name for name in plan if name not in ("latency", "jitter", "crawl_delay")]
    for name in whole:
        value, least = plan[name], {"pages": 1, "links": 1, "seed": -math.inf}.get(name, 0)
        if type(value) is not int or value < least:
            kind = "a whole number" if name == "seed" else f"a whole number, at least {least}"
            raise ValueError(f"{name} must be {kind}, not {value!r}.")
    for name in ("latency", "jitter", "crawl_delay"):
        value = plan[name]
        if name == "crawl_delay" and value is None:
            continue
        if type(value) not in (int, float) or not 0 <= value < math.inf:
            raise ValueError(f"{name} must be a number of seconds, at least 0, not {value!r}.")
    special = sum(plan[name] for name in ("errors", "resets", "endless", "dribbles", "flaky", "moved", "closed"))
    if special >= plan["pages"]:
        raise ValueError(f"Of {plan['pages']} pages, {special} cannot be special: the first one is always a plain one.")


def lay_out(plan):
    """Make the pages and the old paths that lead to some of them: list of Page, dict of str to str."""
    choose = random.Random(plan["seed"])
    count, fan_out = plan["pages"], plan["links"]
    others = choose.sample(range(1, count), count - 1)

    def take(how_many):
        return [others.pop() for _ in range(how_many)]

    faults = {number: choose.choice(["status 500", "status 502", "status 503"]) for number in take(plan["errors"])}
    for kind, name in [("reset", "resets"), ("endless", "endless"), ("dribble", "dribbles")]:
        faults.update(dict.fromkeys(take(plan[name]), kind))
    flaky = {number: choose.choice(["status 503", "reset"]) for number in take(plan["flaky"])}
    closed = set(take(plan["closed"]))
    leaves = [*faults, *flaky, *closed]  # or a crawler that does not retry would miss what lies behind them
    paths = [f"/kitchen/{number}" if number in closed else f"/page/{number}" for number in range(count)]
    paths[0] = "/"
    moved = {number: f"/old/{number}" for number in others[: plan["moved"]]}

    hub = [0, *others]
    links = {number: [] for number in range(count)}
    for place, number in enumerate(others):
        links[hub[place // fan_out]].append(moved.get(number, paths[number]))
    for number in leaves:
        links[choose.choice(hub)].append(paths[number])
    for number in range(count):
        for other in choose.choices(range(count), k=fan_out):
            links[number].append(paths[other] + choose.choice(["", "#filling"]))
        choose.shuffle(links[number])

    pages = []
    for number, path in enumerate(paths):
        title = f"Baozi guide, page {number}: {choose.choice(FILLINGS)} and {choose.choice(FILLINGS)}"
        fails = math.inf if number in faults else plan["fails_times"] if number in flaky else 0
        pages.append(
            Page(
                path=path,
                title=title,
                body=_write(title, links[number], plan["size"] * choose.uniform(0.5, 1.5), choose),
                links=tuple(links[number]),
                latency=plan["latency"] + choose.uniform(0, plan["jitter"]),
                fault=faults.get(number) or flaky.get(number),
                fails=fails,
                open=number not in closed,
            )
        )
    return pages, {old: paths[number] for number, old in moved.items()}


def _write(title, links, size, choose):
    """Return HTML of about `size` bytes."""
    items = "\n".join(f'<li><a href="{link}">more baozi</a></li>' for link in links)
    head = f"<!doctype html>\n<html lang=en><title>{title}</title>\n<h1>{title}</h1>\n<ul>\n{items}\n</ul>\n"
    missing = max(0, size - len(head))
    return head + "".join(f"<p>{choose.choice(ADVICE)}</p>\n" for _ in range(round(missing / 50)))
