"""A small web site on this machine, of set latency, links and failures, so that crawls repeat exactly.

The same arguments lay out the same site twice: here, as the truth that a crawl is compared with, and in the process of
`backstage.website.server`, which answers. What came of it is in that process's log.
"""

import http.client
import json
import math
import sys
from collections import Counter
from typing import NamedTuple

from backstage.processes import Child
from backstage.website.sitemap import LOG_PATH, check_plan, lay_out


class Request(NamedTuple):
    """What the site noted of one request.

    Attributes
    ----------
    path : str
        What was asked for, such as "/page/17".
    start, end : float
        Seconds on the clock of `time.perf_counter`, which the processes of a machine share; `end` is None while the
        request is in flight.
    outcome : str
        The status, such as "200", or the page's fault that it met, or "abandoned" if the client left before it had
        an answer that would have been good.
    """

    path: str
    start: float
    end: float | None
    outcome: str


class Website:
    """A web site on 127.0.0.1, in a process of its own that ends with this one at the latest.

    All but the timing follows from the arguments: the same arguments make the same pages, links and failures. The
    first page, at `url`, is good, and leads by good pages alone to every other one. Use it with `with`, or call
    `stop()`. Where gevent has patched everything it cannot be started, but it can be visited.

    Parameters
    ----------
    pages : int
        How many pages there are, bad ones included.
    latency, jitter : float
        Seconds that every answer takes, and at most how many more; each page keeps its share of the jitter.
    errors, resets, endless, dribbles : int
        How many pages never answer well: with status 500, 502 or 503; with a reset connection; with a body
        without an end; with ten bytes a second.
    flaky, fails_times : int
        How many pages fail at first (with status 503, or a reset), and how many times, before they are good.
    moved : int
        How many good pages some links still look for at an old address, which redirects (status 301).
    closed : int
        How many pages robots.txt forbids to robots; they answer all the same.
    crawl_delay : int or None
        Whole seconds between two requests that robots.txt asks for, if any.
    at_once : int or None
        How many requests it works on at once, if there is a limit; the others wait, and their latency begins later.
    seed : int
        Another seed makes another site of the same kind.

    Attributes
    ----------
    url : str
        The first page.
    pid : int
        The id of its process.
    pages : dict of str to Page
        The truth, by URL.
    good : set of str
        The URLs that robots may fetch and that answer well, if need be after some retries.
    bad : dict of str to str
        The fault of each URL that never answers well.
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
        at_once=None,
        seed=1,
    ):
        plan = dict(locals())
        del plan["self"]
        check_plan(plan)
        laid_out, old_paths = lay_out(plan)
        command = [sys.executable, "-m", "backstage.website.server", json.dumps(plan)]
        self._child = Child(command, name="the web site", ready=r"port (\d+)")
        self.pid = self._child.pid
        self._root = f"http://127.0.0.1:{self._child.port}"
        self.url = self._root + "/"
        self.pages = {self._root + page.path: page for page in laid_out}
        self.good = {url for url, page in self.pages.items() if page.open and page.fails < math.inf}
        self.bad = {url: page.fault for url, page in self.pages.items() if page.fails == math.inf}
        self.closed = {url for url, page in self.pages.items() if not page.open}
        self.moved = {self._root + old: self._root + new for old, new in old_paths.items()}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        state = "" if self._child.running else ", stopped"
        return f"<Website of {len(self.pages)} pages at {self.url}{state}>"

    def stop(self):
        """Close the site; its `pages` stay known, its log does not."""
        self._child.stop()

    def log(self):
        """Every request so far, in order of arrival. Nonsense that is no HTTP is not noted.

        Returns
        -------
        list of Request

        Raises
        ------
        RuntimeError
            If the site has been stopped.
        """
        return [Request(*each) for each in self._ask_log("GET")]

    def forget(self):
        """Start the log anew, for the next crawl; flaky pages do not become bad again."""
        self._ask_log("DELETE")

    def _ask_log(self, method):
        connection = http.client.HTTPConnection("127.0.0.1", self._child.port, timeout=30)
        try:
            connection.request(method, LOG_PATH)
            return json.load(connection.getresponse())
        except ConnectionError:
            raise RuntimeError(
                "The site has been stopped, and its log is gone: make a new one, and visit it."
            ) from None
        finally:
            connection.close()

    def hits(self):
        """How many requests each URL has had so far: Counter of str."""
        return Counter(self._root + request.path for request in self.log())

    def most_in_flight(self):
        """How many requests the site has had in flight at once, at most.

        One that its client abandons counts until the site notices, some milliseconds later.
        """
        change = []
        for request in self.log():
            change.append((request.start, 1))
            change.append((math.inf if request.end is None else request.end, -1))
        most = now = 0
        for _, step in sorted(change):
            now += step
            most = max(most, now)
        return most
