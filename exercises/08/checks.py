"""Checks of chapter 8: a crawler. Time is played, not waited for: the checks decide which page answers next."""

import contextlib
import random
from collections import Counter
from functools import partial
from http.client import IncompleteRead
from io import BytesIO
from itertools import pairwise
from operator import itemgetter
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlsplit

import gevent
from gevent.event import Event
from greenlet import settrace

from exercises import Wrong, exercise
from exercises.vocabulary import (
    AutojumpClock,
    Enough,
    Fuse,
    GreenCall,
    HubWatch,
    Planted,
    capture,
    eventually,
    hurried,
    many,
    need,
    quiet_hub,
    reworded,
)

LOOKS = 100  # so many 5 ms an answer has to start what it could start, before it is said to stand still

STOOD_STILL = Wrong(
    "your code stopped the whole thread, and with it every other greenlet.",
    "A loop without a switch does that; so do `time.sleep` and locks of `threading`: they know no greenlets.",
)
IN_THREAD = Wrong(
    "a page was asked for in another thread: use greenlets.",
    "The answers of this check come as events of gevent, and each thread has a hub of its own.",
)
LONG = "Wait for as long as it takes: a time-out of your own loses pages that are only slow."
POLLS = "Time passes only while it sleeps: ask once, and sleep for as long as the answer says."
WATCH = HubWatch(STOOD_STILL)


class BrokenPage(Planted):
    """What a page raises in these checks."""


class LostPage(BrokenPage, ConnectionError):
    """One that is also of a kind which Python knows."""


class OddPage(BrokenPage, ValueError):
    """Another one."""


def _settle(wanted=lambda: True):
    """Let everyone run who can, and wait until `wanted()`, for as long as patience lasts."""

    def asked():
        WATCH.ask()
        return wanted()

    for _ in range(20):
        gevent.sleep(0)
    eventually(asked, looks=LOOKS, sleep=gevent.sleep)


# -- 08.1 -------------------------------------------------------------------------------------------------------------


@exercise(
    "08.1",
    praise="absolute, without fragments, each once, and none that leads away.",
    hint="urljoin first, then urldefrag; compare urlsplit(...).netloc with that of the page, and look at the scheme.",
)
def _same_site(answer):
    ours = "http://baozi.example:808"
    right = {
        "pork.html": f"{ours}/menu/pork.html",
        "/menu/pork.html#price": f"{ours}/menu/pork.html",
        "../about": f"{ours}/about",
        "/Menu/PORK.html?Kind=Leek%20Bun": f"{ours}/Menu/PORK.html?Kind=Leek%20Bun",
        "?page=2": f"{ours}/menu/today.html?page=2",
        "/menu/": f"{ours}/menu/",
        "//baozi.example:808/pies?kind=leek": f"{ours}/pies?kind=leek",
        "https://baozi.example:808/secure": "https://baozi.example:808/secure",
    }
    wrong = {
        "http://noodles.example/menu": "leads to another host",
        "http://baozi.example/menu": "leads to another port, which is another host to us",
        "http://baozi.example:8080/": "leads to another port: it only begins like our host",
        "http://our.baozi.example:808/": "leads to another host: it only ends like ours",
        "http://noodles.example/?from=baozi.example:808": "only mentions our host",
        "mailto:cook@baozi.example": "is no page",
        "ftp://baozi.example:808/list": "is neither http nor https",
        "httpx://baozi.example:808/": "is neither http nor https",
    }
    _clean_up(answer, f"{ours}/menu/today.html", right, wrong)
    right = {
        "soup#hot": "https://noodles.example/soup",
        "?kind=cold#top": "https://noodles.example/soups?kind=cold",
    }
    for _ in range(2):  # the same each time
        _clean_up(answer, "https://noodles.example/soups?kind=hot#top", right, {f"{ours}/": "leads to another host"})
    _clean_up(answer, "https://rice.example/", {}, {})
    rice, plain = "https://rice.example:808", "http://rice.example:808/page/9"
    _clean_up(answer, f"{rice}/page/3", {"7": f"{rice}/page/7", plain: plain}, {})


def _clean_up(answer, page, right, wrong):
    first, last = list(right)[:1], list(right)[1:]  # a link that is wanted stands at each end
    links = [*first, *wrong, "#end", *last]  # the page itself may be among those to visit, or not
    got = need(answer(page, list(links)), (set, frozenset), "return a set")
    for url in got:
        if not isinstance(url, str):
            raise Wrong(f"your set has {url!r}, which is no string.", "urldefrag returns two things: take its `.url`.")
    for url in sorted(got):
        if "#" in url:
            raise Wrong(f"{url} still has its fragment: what follows # is a place within the page.")
    for link, url in right.items():
        if url not in got:
            raise Wrong(f"the link {link!r} on {page} leads to {url}, which is missing.")
    for link, why in wrong.items():
        if link in got:
            raise Wrong(f"{link} {why}, and yet it is in your set.")
    if extra := got - {*right.values(), urldefrag(page).url}:
        raise Wrong(f"the page {page} has {len(links)} links; none leads to {min(extra)!r}, which is in your set.")


# -- 08.2 -------------------------------------------------------------------------------------------------------------


class NoSuchPage(HTTPError):
    """As urllib raises it: an OSError with a status, and no ConnectionError."""

    status = 404

    def __init__(self, text):
        super().__init__("page", self.status, text, None, BytesIO())


class NotToday(NoSuchPage):
    """With a status that a real crawler would try again; the exercise does not."""

    status = 503


class OutOfTime(gevent.Timeout):
    """The end of the caller's patience: a time-out of gevent is no Exception."""

    def __init__(self, text):
        super().__init__(None, text)


class Busy(ConnectionError):
    """A kind of ConnectionError that an answer cannot know by name."""


OTHERS = (NoSuchPage, NotToday, OSError, TimeoutError, OutOfTime, IncompleteRead, ValueError, LookupError, BrokenPage)


@exercise(
    "08.2",
    praise="patient where patience helps, and no longer.",
    hint="for attempt in range(tries): return in the try, raise in the except if it was the last, then sleep.",
)
def _knock(answer):
    for text in ("text of page", "", None, 0, [], False):
        _knock_once(answer, [], text, f"the first try returns {text!r}")
    kinds = (ConnectionResetError, ConnectionError, Busy, BrokenPipeError)
    resets = [kinds[number % 4](f"reset {number + 1}") for number in range(100)]
    _knock_once(answer, resets[:3], "text of page", "three tries fail with a ConnectionError, and the fourth succeeds")
    _knock_once(answer, resets[:1], "", "one try fails with a ConnectionError, and the second gives an empty page")
    for tries, pause in [(4, 0.003), (1, 0.02), (2, 0.03), (7, 3)]:
        _knock_once(answer, resets, None, "every try fails with a ConnectionError", tries, pause)
    for error in OTHERS:
        for failures in ([], resets[:2]):
            after = "after two failed with a ConnectionError, the third" if failures else "the first"
            said = f"{after} fails with {error.__name__}, which is no ConnectionError"
            _knock_once(answer, [*failures, error("no page")], "text", said)


def _knock_once(answer, failures, text, what, tries=4, pause=0.01):
    """Let the first tries fail; compare what was done, and what came of it, with what should be."""
    did, right, enough = [], [], Enough()

    def fetch(url):
        did.append("fetch" if url == "page" else f"fetch {url!r}")
        number = sum(each.startswith("fetch") for each in did) - 1
        if number > tries + 3:
            raise enough
        if number < len(failures):
            raise failures[number]
        return text

    outcome = capture(
        answer,
        fetch,
        "page",
        tries,
        pause,
        lambda seconds: did.append(f"sleep {seconds:g}"),
        catch=(Exception, Enough, OutOfTime),
    )
    if outcome.error and {outcome.error, outcome.error.__context__}.isdisjoint([*failures, enough]):
        outcome.unwrap()  # a mistake of another kind, on a line to be named
    for number in range(tries):
        error = failures[number] if number < len(failures) else None
        right.append("fetch")
        if not isinstance(error, ConnectionError) or number + 1 == tries:
            break
        right.append(f"sleep {pause * 2**number:g}")
    when = f"with tries={tries} and pause={pause}, where {what}"
    if did != right:
        hint = (
            "" if error is None or isinstance(error, ConnectionError) else "Catch ConnectionError, and nothing wider."
        )
        raise Wrong(f"{when}, you did: {_told(did)}. Right is: {_told(right)}.", hint)
    if outcome.error is not error or (not error and outcome.value is not text):
        right, did = (f"raise {error!r}" if error else f"return {text!r}"), _what(outcome)
        hint = "A bare `raise` raises what was caught; what is not caught, or returned, needs no more." if error else ""
        raise Wrong(f"{when}, your function should {right}, and {did}.", hint)


def _told(done):
    return ", ".join(done[:12]) + (", …" if len(done) > 12 else "") if done else "nothing"


def _what(outcome):
    return f"raised {outcome.error!r}" if outcome.error else f"returned {outcome.value!r}"


# -- 08.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "08.3",
    praise="each host has its bound, none waits for another, and no failure is lost.",
    hint="A semaphore for each host, taken around `fetch`, and a greenlet for each URL.",
    seconds=30,
)
def _fetch_all(answer):
    def several(host, number, places=("menu", "soups/hot")):
        return [f"http://{host}/{places[each % len(places)]}/{each}" for each in range(number)]

    small, large = several("small.example", 300), several("large.example:80", 4)
    secure = [url.replace("http", "https", 1).replace("menu", "safe") for url in small[:4]]
    quiet_hub()
    with WATCH:
        for urls, per_host in [
            (small[:5] + large, 2),
            (small + large + several("other.example", 4), 3),
            (small[:4] + secure + large, 1),
            ([f"http://{number}.example/" for number in range(130)], 1),
            ([], 2),
            ([*small[:3], *large, *small[:3]], 2),
            (several("small.example", 1_100) + large, 300),  # more than a pool for the whole crowd would hold
        ]:
            _fetch_by_hand(answer, {url: f"text of {url}" for url in urls}, urls, per_host)
        comes = {url: f"text of {url}" for url in small[:6] + large}
        comes.update({small[4]: "", small[5]: " blanks and a newline \n"})
        comes.update({small[0]: BrokenPage("steamer broken"), small[2]: LostPage("reset"), large[1]: OddPage("odd")})
        for per_host in (1, 2):
            _fetch_by_hand(answer, comes, list(comes), per_host)
        _fetch_by_hand(answer, dict.fromkeys(small[:4], "late"), small[:4], 2, rest=1_000)


def _fetch_by_hand(answer, comes, urls, per_host, rest=0):
    """Answer the requests, those to the first host last, and look at each step who is in flight.

    They are answered one by one, or many at a time where many are in flight.
    Nothing is answered in the first `rest` seconds, which soon pass.
    """
    host_of = {url: urlsplit(url).netloc for url in comes}
    waiting, now, peak, done = [], Counter(), Counter(), set()  # now, peak: in flight to each host
    hub, complaints = gevent.get_hub(), []

    def fetch(url):
        if gevent.get_hub() is not hub:
            complaints.append(IN_THREAD)
            return ""
        request, host = (url, Event()), host_of[url]
        waiting.append(request)
        now[host] += 1
        peak[host] = max(peak[host], now[host])
        try:
            request[1].wait()
        finally:
            now[host] -= 1
            waiting.remove(request)
        done.add(url)
        if isinstance(comes[url], Exception):
            raise comes[url]
        return comes[url]

    def idle():
        return next((host_of[url] for url in comes if url not in done and not now[host_of[url]]), None)

    with hurried(4_000) if rest else contextlib.nullcontext():
        crawler = GreenCall(answer, urls, fetch, per_host)
        gevent.sleep(rest)
    while True:
        _settle(lambda: crawler.ready() or not idle())
        if complaints:
            raise complaints[0]
        for host, most in peak.items():
            if most > per_host:
                raise Wrong(f"{host} had {most} requests at once, and {per_host} were allowed.")
        if crawler.ready() or not (waiting or idle()):
            break
        if host := idle():
            _complain_of_standstill(host, comes, done, len(waiting))
        slow = host_of[urls[0]]
        others = [each for each in waiting if host_of[each[0]] != slow]
        for _, event in (others or waiting)[: 1 + per_host // 10]:
            event.set()
        _settle()
    _settle(crawler.ready)
    if not crawler.ready():
        raise Wrong("everything was fetched, and your function did not return.")
    with reworded({BrokenPage: "one page failed, and your function raised its error instead of keeping it."}):
        got = need(crawler.result(), dict, "return a dictionary")
    if comes.keys() - done:
        late = f", for no answer came in the first {rest:,} s" if rest else ""
        left = f"{len(comes.keys() - done)} of {len(comes)} URLs were not fetched"
        raise Wrong(f"your function returned while {left}{late}.", LONG if rest else "")
    for url, text in comes.items():
        if url not in got:
            raise Wrong(f"{url!r} is not in your dictionary; its fetch came to {text!r}.")
        if got[url] is not text and got[url] != text:
            raise Wrong(f"the fetch of {url!r} came to {text!r}, and your dictionary has {got[url]!r} for it.")
    if extra := got.keys() - comes.keys():
        raise Wrong(f"your dictionary has {min(extra)!r}, which is none of the {len(comes)} URLs of this call.")


def _complain_of_standstill(host, comes, done, others):
    failed = [url for url in done if urlsplit(url).netloc == host and isinstance(comes[url], Exception)]
    if failed:
        raise Wrong(
            f"a page of {host} failed, and no other page of that host is fetched after that.",
            "Whatever happens in between, give the place back: `with` does.",
        )
    idle = f"{host} has URLs that were not fetched, and no request in flight"
    if not others:
        raise Wrong(f"{idle}; nor has any other host: your code stands still.")
    raise Wrong(f"{idle}; {others} to other hosts are in flight. No host should wait for another.")


# -- 08.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "08.4",
    praise="never two turns too close, however many ask, and none later than it must be.",
    hint="Keep the first free moment. A turn takes it, moves it on by `pause`, and only then sleeps.",
    seconds=30,
)
def _rate_limiter(answer):
    quiet_hub()
    with WATCH:
        _limit(answer, 2, 0.0)
        _limit(answer, 0.3, 5000.0)
        _limit(answer, 0.5, -700.0)


def _limit(answer, pause, start):
    choose = random.Random(84)
    for what, arrivals in [
        ("one greenlet alone", [0]),
        ("six greenlets that ask at the same moment", [0] * 6),
        ("two greenlets that ask, and two a little later", [0, 0.5, 0, 0.5]),
        ("one greenlet, and another long after", [0, 7]),
        ("three greenlets, and after a rest three at the same moment", [0, 0.25, 0.5, 9, 9, 9]),
        *((f"greenlets that ask after {each} pauses", each) for each in _arrivals(choose, 6)),
    ]:
        _take_turns(answer, pause, start, what, arrivals, [[each] for each in arrivals])
    what = "one greenlet that works for a while after each turn"
    _take_turns(answer, pause, start, what, [0, 1, 2, 3.5, 4.5], [[0, 0.25, 0.75, 1.5, 0]])

    clock = AutojumpClock(start)
    limiters = [answer(pause, clock.now, clock.sleep) for _ in range(2)]
    _play_time(clock, [each.turn for each in limiters])
    if clock.time > start:
        raise Wrong(f"two limiters, and one greenlet asks each: the turns came {clock.time - start:g} s apart.")


def _arrivals(choose, number):
    """Moments at which greenlets ask, so that some are close and some are late; in eighths, which add up exactly."""
    return [[choose.randrange(40) / 8 for _ in range(choose.randrange(3, 8))] for _ in range(number)]


def _take_turns(answer, pause, start, what, arrivals, askers):
    """Let time pass twice, with a rest between. A turn comes when it is asked for, or a pause after the one before.

    Each asker is a list: how many pauses to wait before they ask, and to work before they ask again.
    """
    clock = AutojumpClock(
        start,
        looks=Fuse(20_000, lambda: Wrong(f"{what}: your limiter asked the clock 20,000 times.", POLLS)),
        backwards=lambda seconds: f"your limiter sleeps for {seconds:g} s: nobody can sleep for less than nothing.",
    )
    limiter, turns = answer(pause, clock.now, clock.sleep), []

    def ask(waits):
        for wait in waits:
            if wait:
                clock.sleep(wait * pause)
            limiter.turn()
            turns.append(clock.time)

    for _ in range(2):
        begun, last = clock.time, float("-inf")
        turns.clear()
        _play_time(clock, [partial(ask, waits) for waits in askers])
        for before, after in pairwise(turns):
            if after - before < pause - 1e-6:
                raise Wrong(f"{what}: two turns were {after - before:g} s apart, with a pause of {pause} s.")
        for number, (turn, arrival) in enumerate(zip(turns, sorted(arrivals), strict=True), 1):
            last = max(begun + arrival * pause, last + pause)
            if turn > last + 1e-6:
                raise Wrong(f"{what}: turn {number} came {turn - last:g} s later than it must.")
        _play_time(clock, [lambda: clock.sleep(100)])


def _play_time(clock, functions):
    """Run the functions, each in a greenlet, until all have ended."""
    calls = [GreenCall(function) for function in functions]
    while True:
        _settle()
        for call in calls:
            if call.error:
                raise call.error
        if all(call.ready() for call in calls):
            return
        _settle(lambda: clock.asleep)
        if not clock.asleep:
            raise Wrong("a turn waits for something, and not in the `sleep` that it was given.")
        clock.jump()


# -- 08.5 -------------------------------------------------------------------------------------------------------------


def _ring(size, seed, name="page {}".format):
    """Pages in a ring, with links across, to themselves, and twice to the same page."""
    choose = random.Random(seed)
    pages = [name(number) for number in range(size)]
    return {
        page: [pages[(number + 1) % size], page, *choose.choices(pages, k=3), pages[(number + 1) % size]]
        for number, page in enumerate(pages)
    }


def _star(size):
    leaves = [f"leaf {number}" for number in range(size)]
    return {"page 0": leaves, **{leaf: ["page 0"] for leaf in leaves}}


@exercise(
    "08.5",
    praise="every page once, under thirty schedules, with all workers at work and nobody left behind.",
    hint="Workers, a JoinableQueue, a set of pages found; mark a page as found when you put it into the queue.",
    seconds=30,
)
def _crawl(answer):
    quiet_hub()
    with WATCH, _spawned():
        first, last = itemgetter(0), itemgetter(-1)
        _play(answer, {"page 0": []}, {}, 3, first)
        for seed, workers in enumerate([1, 2, 3, 5]):
            anyone = random.Random(seed).choice
            for pick in (first, last, anyone, anyone):
                _play(answer, _ring(8, seed), {}, workers, pick)
            _play(answer, _ring(8, seed), {}, workers, list)  # all that are in flight
        for workers, pick in [(2, first), (4, last), (50, anyone)]:
            _play(answer, _star(20), {}, workers, pick)
        _play(answer, _ring(6, 4, lambda number: (number + 1) % 6), {}, 2, anyone)  # 0 is a page like any other
        kinds = (BrokenPage, LostPage, OddPage, BrokenPage)
        broken = {
            f"page {each}": kind(f"page {each} is broken") for each, kind in zip((2, 5, 7, 11), kinds, strict=True)
        }
        for pick in (first, last, anyone):
            _play(answer, _ring(12, 7), broken, 3, pick)
        _play(answer, {"page 0": []}, {"page 0": BrokenPage("page 0 is broken")}, 2, first)
        _play(answer, _star(6), {}, 3, first, rest=1_000)


def _play(answer, web, broken, workers, pick, rest=0):
    """Run the crawl; answer one request at a time, the one that `pick` chooses (or several), and look on at each step.

    The first page takes `rest` seconds: long enough for workers that do not wait for work to go home.
    """
    start, hub = next(iter(web)), gevent.get_hub()
    waiting, asked, done, complaints = {}, set(), set(), []

    def links_of(page):
        if gevent.get_hub() is not hub:
            complaints.append(IN_THREAD)
        elif page in asked:
            when = "after it had been visited" if page in done else "while the first request was on its way"
            complaints.append(Wrong(f"{page!r} was asked for twice, the second time {when}."))
        elif page not in web:
            complaints.append(Wrong(f"{page!r} was asked for, to which no link leads."))
        if complaints:
            return []
        asked.add(page)
        waiting[page] = Event()
        waiting[page].wait()
        del waiting[page]
        done.add(page)
        if page in broken:
            raise broken[page]
        return list(web[page])

    def to_do():
        known = {start}.union(*(web[page] for page in done if page not in broken))
        return known - done

    _alive.clear()
    with hurried(4_000) if rest else contextlib.nullcontext():
        crawler = GreenCall(answer, start, links_of, workers)
        gevent.sleep(rest)
    while True:
        _settle(lambda: complaints or crawler.ready() or (waiting and len(waiting) >= min(workers, len(to_do()))))
        wanted = min(workers, len(to_do()))
        if complaints:
            raise complaints[0]
        if crawler.ready():
            break
        if len(waiting) > workers:
            raise Wrong(f"{len(waiting)} pages were in flight at once, with {many(workers, 'worker')}.")
        if not waiting and not wanted:
            raise Wrong("every page has been visited, and your function does not return.")
        if len(waiting) < wanted:
            _say_who_is_missing(workers, list(waiting), to_do() - set(waiting), done & set(broken), done and rest)
        picked = pick(list(waiting))
        for page in picked if isinstance(picked, list) else [picked]:
            waiting[page].set()
        _settle()
    with reworded({BrokenPage: "a page failed, and your function raised its error instead of keeping it."}):
        got = crawler.result()
    if missing := to_do():
        late = f", for the first page took {rest:,} s" if rest else ""
        raise Wrong(
            f"your function returned before {many(len(missing), 'page')} had been visited: {min(missing)!r}{late}.",
            LONG if rest else "",
        )
    _judge(got, done, {page: error for page, error in broken.items() if page in done})
    _settle()
    left = [each for each in _alive if not each.dead and each is not crawler.greenlet]
    if left:
        raise Wrong(f"your function returned and left {many(len(left), 'greenlet')} behind: end your workers.")


def _say_who_is_missing(workers, waiting, idle, failed, rest):
    after, hint = "", "Work and wait go on side by side: one slow page keeps nobody else from working."
    if failed:
        after, hint = f", after {many(len(failed), 'page')} failed", "A page that fails must not end its worker."
    elif rest:
        after = f", after the first page took {rest:,} s"
        hint = "A worker that has nothing to do must stay, since somebody may still find pages."
    flying = f"only {many(len(waiting), 'page')} in flight"
    if not waiting:
        flying = "no page in flight, so the crawl stands still"
    some = ", ".join(map(repr, sorted(idle)[:3])) + (", …" if len(idle) > 3 else "")
    raise Wrong(f"with {many(workers, 'worker')}: {flying}, and nobody asks for {some}{after}.", hint)


_alive = set()  # greenlets that were spawned


@contextlib.contextmanager
def _spawned():
    """Collect them: `spawn` tells of its own, and those of `spawn_raw` are seen when they have a turn."""

    def see(event, switch):
        if switch[1].parent is hub and not isinstance(switch[1], gevent.Greenlet):
            _alive.add(switch[1])

    hub, before = gevent.get_hub(), settrace(see)
    gevent.Greenlet.add_spawn_callback(_alive.add)
    try:
        yield
    finally:
        gevent.Greenlet.remove_spawn_callback(_alive.add)
        settrace(before)


def _judge(got, done, broken):
    """Look at what the answer returned, when the pages of `done` were asked for and those of `broken` raised."""
    kinds = [type(each) for each in got] if isinstance(got, (tuple, list)) else []
    if len(kinds) != 2 or not issubclass(kinds[0], (set, frozenset)) or not issubclass(kinds[1], dict):
        raise Wrong(f"return two things, the set of good pages and the dictionary of errors, not {got!r}.")
    good, failed = got
    wanted = done - set(broken)
    if odd := sorted(good ^ wanted):
        verdict = "is missing" if odd[0] in wanted else "does not belong there"
        raise Wrong(f"in your set of good pages {odd[0]!r} {verdict}.")
    if odd := sorted(set(failed) ^ set(broken)):
        did = "failed, and is not" if odd[0] in broken else "did not fail, and is"
        raise Wrong(f"{odd[0]!r} {did} in your dictionary of errors.", "An `except` keeps what failed, and only that.")
    for page, error in failed.items():
        if error is not broken[page]:
            raise Wrong(
                f"{page!r} failed with {broken[page]!r}, and your dictionary has {error!r}.",
                "Keep the error itself: no copy of it, and no text.",
            )
