"""Checks of chapter 8: a crawler. Time is played, not waited for: the checks decide which page answers next."""

import contextlib
import gc
import random
import signal
from collections import Counter
from itertools import pairwise
from operator import itemgetter
from urllib.parse import urlsplit

import gevent
from gevent.event import Event
from gevent.exceptions import LoopExit

from exercises import Wrong, exercise
from exercises.vocabulary import (
    AutojumpClock,
    Fuse,
    GreenCall,
    Planted,
    capture,
    eventually,
    need,
    quiet_hub,
    reworded,
)

LOOKS = 100  # so many 5 ms an answer has to start what it could start, before it is said to stand still
BLOCKED = 6  # seconds in which no other greenlet had a turn

STOOD_STILL = Wrong(
    "your code stopped the whole thread, and with it every other greenlet.",
    "A loop without a switch does that; so do `time.sleep` and locks of `threading`: they know no greenlets.",
)
FOR_EVER = Wrong(
    "your code waits for something that nobody will ever do.",
    "A thread has a hub of its own, to which this check's events never come: use greenlets.",
)
_stopped = []  # that the thread was stopped: an answer may lose the error which says so


class BrokenPage(Planted):
    """What a page raises in these checks."""


@contextlib.contextmanager
def _watched():
    """Notice an answer that blocks the thread, and one that waits for ever."""
    quiet_hub(LoopExit)
    try:
        with reworded({LoopExit: FOR_EVER}):
            yield
    finally:
        _wind_alarm(0)


def _wind_alarm(seconds):
    if hasattr(signal, "setitimer"):  # on Windows a blocked answer is cut off later, with a more general word
        signal.signal(signal.SIGALRM, _blocked)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)  # again and again: several greenlets may block


def _blocked(*_):
    _stopped.append(True)
    raise STOOD_STILL


def _settle(wanted=lambda: True):
    """Let everyone run who can, and wait until `wanted()`, for as long as patience lasts."""

    def asked():
        if _stopped:
            raise STOOD_STILL
        return wanted()

    _wind_alarm(BLOCKED)
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
    right = {
        "pork.html": "http://baozi.example:808/menu/pork.html",
        "/menu/pork.html#price": "http://baozi.example:808/menu/pork.html",
        "../about": "http://baozi.example:808/about",
        "//baozi.example:808/pies?kind=leek": "http://baozi.example:808/pies?kind=leek",
        "https://baozi.example:808/secure": "https://baozi.example:808/secure",
    }
    wrong = {
        "http://noodles.example/menu": "leads to another host",
        "http://baozi.example/menu": "leads to another port, which is another host to us",
        "http://baozi.example:8080/": "leads to another port: it only begins like our host",
        "http://noodles.example/?from=baozi.example:808": "only mentions our host",
        "mailto:cook@baozi.example": "is no page",
        "ftp://baozi.example:808/list": "is neither http nor https",
    }
    _clean_up(answer, "http://baozi.example:808/menu/today.html", right, wrong)
    right = {"soup#hot": "https://noodles.example/soup"}
    wrong = {"http://baozi.example:808/": "leads to another host"}
    _clean_up(answer, "https://noodles.example/", right, wrong)


def _clean_up(answer, page, right, wrong):
    got = need(answer(page, [*right, *wrong, "#top"]), (set, frozenset), "return a set")
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
    if extra := got - {*right.values(), page}:
        raise Wrong(f"your set has {min(extra)!r}, to which no link leads.")


# -- 08.2 -------------------------------------------------------------------------------------------------------------


class NoSuchPage(OSError):
    """As urllib's HTTPError: an OSError, and no ConnectionError."""


def _knock_once(answer, failures, text="text of page", tries=4, pause=0.5):
    """Return what it returned, what it raised, how often it asked, and the pauses."""
    asked, pauses = [], []
    fuse = Fuse(50, lambda: Wrong("your function asked fifty times: stop after `tries`."))

    def fetch(url):
        asked.append(url)
        fuse()
        if fuse.passed <= len(failures):
            raise failures[fuse.passed - 1]
        return text

    outcome = capture(answer, fetch, "page", tries, pause, pauses.append)
    if outcome.error and outcome.error not in failures and outcome.error.__context__ not in failures:
        outcome.unwrap()  # a mistake of another kind, on a line to be named
    if other := set(asked) - {"page"}:
        raise Wrong(f"the URL was 'page', and your function fetched {other.pop()!r}.")
    return outcome.value, outcome.error, len(asked), pauses


@exercise(
    "08.2",
    praise="patient where patience helps, and no longer.",
    hint="for attempt in range(tries): return in the try, raise in the except if it was the last, then sleep.",
)
def _knock(answer):
    for text in ("text of page", ""):
        returned, _, asked, pauses = _knock_once(answer, [], text)
        if returned != text:
            raise Wrong(f"the first try succeeded with {text!r}, and your function returned {returned!r}.")
        if asked != 1 or pauses:
            what = "the first try succeeded" if text else "the first try gave an empty page, which is an answer too"
            raise Wrong(f"{what}; your function asked {asked} times and slept {len(pauses)} times.")

    resets = [(ConnectionResetError, ConnectionError)[number % 2](f"reset {number + 1}") for number in range(100)]
    returned, raised, asked, pauses = _knock_once(answer, resets[:3])
    if returned != "text of page":
        raise Wrong(
            f"the fourth of 4 tries succeeds, and your function {_what(returned, raised)} after {asked} of them."
        )
    if not pauses:
        raise Wrong("your function never called the `sleep` that it was given.")
    if pauses != [0.5, 1, 2]:
        raise Wrong(f"with a pause of 0.5 s and three failures the pauses are 0.5, 1 and 2 s; yours were {pauses}.")

    returned, raised, asked, pauses = _knock_once(answer, resets)
    if asked != 4:
        raise Wrong(f"with tries=4 and failures only, your function asked {asked} times.")
    if not raised:
        raise Wrong(
            f"all tries failed, and your function returned {returned!r} where it should raise the last failure."
        )
    if raised is not resets[3]:
        raise Wrong(f"the last failure was {resets[3]!r}, and your function raised {raised!r}.")
    if len(pauses) != 3:
        raise Wrong(f"4 tries have 3 pauses between them; yours were {len(pauses)}: none is needed after the last.")

    for tries, pause in [(1, 0.5), (2, 3)]:
        _, raised, asked, pauses = _knock_once(answer, resets, tries=tries, pause=pause)
        if asked != tries or raised is not resets[tries - 1]:
            raise Wrong(f"with {tries=} and failures only, your function asked {asked} times and raised {raised!r}.")
        if pauses != [pause] * (tries - 1):
            raise Wrong(f"with {tries=}, pause={pause} and failures only, your pauses were {pauses}.")

    missing = NoSuchPage("no such page")
    for failures in ([], resets[:1]):
        returned, raised, asked, pauses = _knock_once(answer, [*failures, *[missing] * 9])
        if asked != len(failures) + 1 or len(pauses) != len(failures):
            more = asked - len(failures) - 1
            raise Wrong(
                f"{missing!r} is an OSError, but no ConnectionError: it will not pass. After it you slept"
                f" {len(pauses) - len(failures)} times and asked {more} times more."
            )
        if raised is not missing:
            did = _what(returned, raised)
            raise Wrong(f"an error that is no ConnectionError should be raised as it is; your function {did}.")


def _what(returned, raised):
    return f"raised {raised!r}" if raised else f"returned {returned!r}"


# -- 08.3 -------------------------------------------------------------------------------------------------------------


@exercise(
    "08.3",
    praise="each host has its bound, none waits for another, and no failure is lost.",
    hint="A semaphore for each host, taken around `fetch`, and a greenlet for each URL.",
    seconds=30,
)
def _fetch_all(answer):
    with _watched():
        crowded = [f"http://small.example/{number}" for number in range(120)]
        others = [f"http://{host}.example:80/{number}" for number in range(4) for host in ("large", "other")]
        _fetch_by_hand(answer, [*crowded[:5], *others], 2)
        _fetch_by_hand(answer, [*crowded, *others], 3)
        _fetch_with_a_failure(answer)


def _fetch_with_a_failure(answer):
    urls = [f"http://small.example/{number}" for number in range(4)] + ["http://other.example/1"]
    broken, asked = urls[1], []

    def fetch(url):
        asked.append(url)
        gevent.sleep(0)
        if url == broken:
            raise BrokenPage("steamer broken")
        return f"text of {url}"

    call = GreenCall(answer, urls, fetch, 1)
    _settle(call.ready)
    if not call.ready() and len(asked) < len(urls):
        raise Wrong(
            "one page failed, and the others of its host were never fetched after that.",
            "Whatever happens in between, give the place back: `with` does.",
        )
    if not call.ready():
        raise Wrong("one page failed, and your function did not return.")
    with reworded({BrokenPage: "one page failed, and your function raised its error instead of keeping it."}):
        got = call.result()
    if not isinstance(got.get(broken), BrokenPage):
        raise Wrong(f"one page raised BrokenPage; in your dictionary stands {got.get(broken)!r} for it.")
    if any(got.get(url) != f"text of {url}" for url in urls if url != broken):
        raise Wrong("one page failed, and the texts of the others are not all there.")


def _fetch_by_hand(answer, urls, per_host):
    """Answer the requests one by one, those to the first host last, and look at each step who is in flight."""
    waiting, left = {}, Counter(urlsplit(url).netloc for url in urls)
    slow = urlsplit(urls[0]).netloc

    def fetch(url):
        waiting[url] = Event()
        waiting[url].wait()
        del waiting[url]
        left[urlsplit(url).netloc] -= 1
        return f"text of {url}"

    def in_flight():
        return Counter(urlsplit(url).netloc for url in waiting)

    crawler = GreenCall(answer, urls, fetch, per_host)
    while sum(left.values()):
        wanted = {host: min(per_host, number) for host, number in left.items()}
        _settle(lambda wanted=wanted: crawler.ready() or all(in_flight()[host] >= wanted[host] for host in wanted))
        now = in_flight()
        if crawler.ready():
            crawler.result()
            raise Wrong(f"your function returned while {sum(left.values())} of {len(urls)} URLs were not fetched.")
        if now and max(now.values()) > per_host:
            raise Wrong(f"one host had {max(now.values())} requests at once, and {per_host} were allowed.")
        for host, number in wanted.items():
            if now[host] < number:
                raise Wrong(
                    f"{host} could have {number} in flight and has {now[host]}, while {sum(now.values()) - now[host]}"
                    " requests to other hosts go on: no host should wait for another."
                )
        url = next((url for url in waiting if urlsplit(url).netloc != slow), None) or next(iter(waiting))
        waiting[url].set()
        _settle()
    _settle(crawler.ready)
    if not crawler.ready():
        raise Wrong("everything was fetched, and your function did not return.")
    if need(crawler.result(), dict, "return a dictionary") != {url: f"text of {url}" for url in urls}:
        raise Wrong("your dictionary should have the text of each URL, and has not.")


# -- 08.4 -------------------------------------------------------------------------------------------------------------


@exercise(
    "08.4",
    praise="never two turns too close, however many ask, and none later than it must be.",
    hint="Keep the first free moment. A turn takes it, moves it on by `pause`, and only then sleeps.",
    seconds=30,
)
def _rate_limiter(answer):
    with _watched():
        for pause in (2, 0.25):
            _limit(answer, pause)


def _limit(answer, pause):
    clock = AutojumpClock(
        5000.0,
        looks=Fuse(
            100_000, lambda: Wrong("your limiter asks the clock again and again; time passes only while it sleeps.")
        ),
        backwards=lambda seconds: f"your limiter sleeps for {seconds:g} s: nobody can sleep for less than nothing.",
    )
    limiter = answer(pause, clock.now, clock.sleep)
    turns = []

    def ask():
        limiter.turn()
        turns.append(clock.time)

    def late():
        clock.sleep(pause / 2)
        ask()

    def ask_and_work():
        for _ in range(4):
            ask()
            clock.sleep(pause / 4)

    for what, number, askers in [
        ("one greenlet alone", 1, [ask]),
        ("six greenlets that ask at the same moment, after a long rest", 6, [ask] * 6),
        ("one greenlet that works for a while after each turn", 4, [ask_and_work]),
        ("two greenlets that ask, and two a little later", 4, [ask, late, ask, late]),
    ]:
        begun = clock.time
        _play_time(clock, askers)
        if len(turns) != number:
            raise Wrong(f"{what}: {number} turns were asked for, {len(turns)} came.")
        if turns[0] > begun + 1e-6:
            raise Wrong(f"{what}: the first turn came {turns[0] - begun:g} s late, though nobody was before it.")
        gaps = [after - before for before, after in pairwise(turns)]
        if gaps and min(gaps) < pause - 1e-6:
            raise Wrong(f"{what}: two turns were {min(gaps):g} s apart, with a pause of {pause} s.")
        if gaps and max(gaps) > 1.1 * pause:
            raise Wrong(f"{what}: {max(gaps):g} s passed between two turns, though {pause} s are enough.")
        turns.clear()
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


def _ring(size, seed):
    """Pages in a ring, with links across, to themselves, and twice to the same page."""
    choose = random.Random(seed)
    pages = [f"page {number}" for number in range(size)]
    return {
        page: [pages[(number + 1) % size], page, *choose.choices(pages, k=3), pages[(number + 1) % size]]
        for number, page in enumerate(pages)
    }


def _star(size):
    leaves = [f"leaf {number}" for number in range(size)]
    return {"page 0": leaves, **{leaf: ["page 0"] for leaf in leaves}}


@exercise(
    "08.5",
    praise="every page once, under two dozen schedules, with all workers at work and nobody left behind.",
    hint="Workers, a JoinableQueue, a set of pages found; mark a page as found when you put it into the queue.",
    seconds=30,
)
def _crawl(answer):
    with _watched():
        first, last = itemgetter(0), itemgetter(-1)
        _play(answer, {"page 0": []}, {}, 3, first)
        for seed, workers in enumerate([1, 2, 3, 5]):
            anyone = random.Random(seed).choice
            for pick in (first, last, anyone, anyone):
                _play(answer, _ring(8, seed), {}, workers, pick)
        for workers, pick in [(2, first), (4, last), (50, anyone)]:
            _play(answer, _star(20), {}, workers, pick)
        broken = {f"page {number}": BrokenPage(f"page {number} is broken") for number in (2, 5, 7, 11)}
        for pick in (first, last, anyone):
            _play(answer, _ring(12, 7), broken, 3, pick)
        _play(answer, {"page 0": []}, {"page 0": BrokenPage("page 0 is broken")}, 2, first)
        _play(answer, _star(6), {}, 3, first, rest=1.2)


def _play(answer, web, broken, workers, pick, rest=0):
    """Run the crawl; answer one request at a time, the one that `pick` chooses, and look on at each step.

    The first page takes `rest` seconds: long enough for workers that do not wait for work to go home.
    """
    start, hub = "page 0", gevent.get_hub()
    waiting, asked, done, complaints = {}, set(), set(), []

    def links_of(page):
        if gevent.get_hub() is not hub:
            complaints.append("a page was asked for in another thread: use greenlets.")
        elif page in asked:
            when = "after it had been visited" if page in done else "while the first request was on its way"
            complaints.append(f"{page!r} was asked for twice, the second time {when}.")
        elif page not in web:
            complaints.append(f"{page!r} was asked for, to which no link leads.")
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

    before = {id(each) for each in _greenlets()}
    crawler = GreenCall(answer, start, links_of, workers)
    while True:
        _settle(lambda: complaints or crawler.ready() or (waiting and len(waiting) >= min(workers, len(to_do()))))
        wanted = min(workers, len(to_do()))
        if complaints:
            raise Wrong(complaints[0])
        if crawler.ready():
            break
        if len(waiting) > workers:
            raise Wrong(f"{len(waiting)} pages were in flight at once, with {workers} workers.")
        if not waiting and not wanted:
            raise Wrong("every page has been visited, and your function does not return.")
        if not waiting:
            raise Wrong(f"the crawl stands still: {len(done)} page(s) visited, and {len(to_do())} that wait to be.")
        if len(waiting) < wanted:
            raise Wrong(
                f"{len(to_do())} page(s) wait for {workers} workers, and only {len(waiting)} in flight:"
                f" {_who_is_missing(done, broken, rest)}."
            )
        if not done:
            gevent.sleep(rest)
        waiting[pick(list(waiting))].set()
        _settle()
    with reworded({BrokenPage: "a page failed, and your function raised its error instead of keeping it."}):
        got = crawler.result()
    if missing := to_do():
        raise Wrong(f"your function returned before {len(missing)} page(s) had been visited: {min(missing)!r}.")
    _judge(got, done, {page: error for page, error in broken.items() if page in done})
    _settle()
    left = [each for each in _greenlets() if id(each) not in before and not each.dead and each is not crawler.greenlet]
    if left:
        raise Wrong(f"your function returned and left {len(left)} greenlet(s) behind: end your workers.")


def _who_is_missing(done, broken, rest):
    if rest:
        return "a worker that has nothing to do must stay, for somebody may still find pages"
    if done & set(broken):
        return "a page that fails must not end its worker"
    return "a slow page must not keep the others from working"


def _greenlets():
    return [each for each in gc.get_objects() if isinstance(each, gevent.Greenlet)]


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
        did = "failed" if odd[0] in broken else "did not fail"
        raise Wrong(f"{odd[0]!r} {did}, and your dictionary says otherwise.")
    for page, error in failed.items():
        if str(broken[page]) not in str(error):
            raise Wrong(f"{page!r} failed with {broken[page]!r}, and your dictionary has {error!r}.")
