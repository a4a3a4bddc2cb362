"""Answers to the exercises of chapter 8 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "08.1": [
        written("""
def answer(url, links):
    def clean(link):
        return urldefrag(urljoin(url, link))[0]

    def is_ours(each):
        parts = urlsplit(each)
        print(parts)
        return parts.netloc == urlsplit(url).netloc and parts.scheme in {"http", "https"}

    return set(filter(is_ours, map(clean, links)))
"""),
        written("""
import re

def answer(url, links):
    host = re.escape(urlsplit(url).netloc)
    ours = re.compile(rf"https?://{host}(?![^/?#])")
    return {each.partition("#")[0] for each in (urljoin(url, link) for link in links) if ours.match(each)}
"""),
        written("""
class Site:
    def __init__(self, url):
        self.url, self.netloc = url, urlsplit(url).netloc

    def __contains__(self, url):
        scheme, netloc, *_ = urlsplit(url)
        return netloc == self.netloc and scheme.removesuffix("s") == "http"

def answer(url, links):
    site, found = Site(url), []
    for link in sorted(links):
        whole = urldefrag(urljoin(url, link)).url
        if whole in site and whole not in found:
            found.append(whole)
    return set(found)
"""),
        written("""
def answer(url, links):
    bases = [f"{scheme}://{urlsplit(url).netloc}" for scheme in ("http", "https")]
    urls = {urldefrag(urljoin(url, link)).url for link in links}
    return {each for each in urls for base in bases if each == base or each.startswith((base + "/", base + "?"))}
"""),
        written("""
def answer(url, links):
    host = urlsplit(url).netloc
    good = set()
    for link in links:
        whole, _ = urldefrag(urljoin(url, link))
        parts = urlsplit(whole)
        if parts.scheme in ("http", "https") and parts.netloc == host:
            good.add(whole)
    return good
"""),
        written("""
from urllib.parse import urlunsplit

def answer(url, links):
    def clean():
        for link in links:
            parts = urlsplit(urljoin(url, link))._replace(fragment="")
            if parts.scheme in {"http", "https"} and parts.netloc == urlsplit(url).netloc:
                yield urlunsplit(parts)

    return frozenset(clean())
"""),
    ],
    "08.2": [
        written("""
def answer(fetch, url, tries, pause, sleep):
    for number in range(tries):
        if number:
            sleep(pause)
            pause += pause
        try:
            text = fetch(url)
        except ConnectionError as error:
            print("try", number + 1, "failed:", error)
            last = error
        else:
            return text
    raise last
"""),
        written("""
def pauses(first, number):
    for each in range(number):
        yield first * 2**each

def answer(fetch, url, tries, pause, sleep):
    waits = pauses(pause, tries - 1)
    while True:
        try:
            return fetch(url)
        except ConnectionError:
            wait = next(waits, None)
            if wait is None:
                raise
        sleep(wait)
"""),
        written("""
class Knocker:
    def __init__(self, tries, pause, sleep):
        self.left, self.pause, self.sleep = tries, pause, sleep

    def __enter__(self):
        self.left -= 1

    def __exit__(self, kind, error, trace):
        if kind and issubclass(kind, ConnectionError) and self.left:
            self.sleep(self.pause)
            self.pause *= 2
            return True

def answer(fetch, url, tries, pause, sleep):
    knocker = Knocker(tries, pause, sleep)
    while True:
        with knocker:
            return fetch(url)
"""),
        written("""
def answer(fetch, url, tries, pause, sleep):
    try:
        return fetch(url)
    except ConnectionError:
        if tries == 1:
            raise
    sleep(pause)
    return answer(fetch, url, tries - 1, pause * 2, sleep)
"""),
        written("""
def answer(fetch, url, tries, pause, sleep):
    for _ in range(tries - 1):
        try:
            return fetch(url)
        except ConnectionError:
            sleep(pause)
            pause *= 2
    return fetch(url)
"""),
        written("""
def answer(fetch, url, tries, pause, sleep):
    failures = 0
    while True:
        try:
            return fetch(url)
        except ConnectionError as error:
            failures += 1
            if failures >= tries:
                raise error
        sleep(pause * 2 ** (failures - 1))
"""),
    ],
    "08.3": [
        # one at a time is at most `per_host`, too
        edit("lambda: BoundedSemaphore(per_host)", "lambda: BoundedSemaphore(1)"),
        written("""
from gevent.pool import Group

class Host:
    def __init__(self, per_host):
        self.limit, self.crew = BoundedSemaphore(per_host), Group()

    def visit(self, fetch, url, results):
        self.limit.acquire()
        try:
            results[url] = fetch(url)
        except Exception as error:
            print(url, error)
            results[url] = error
        finally:
            self.limit.release()

def answer(urls, fetch, per_host):
    hosts, results = {}, {}
    for url in dict.fromkeys(urls):
        host = hosts.setdefault(urlsplit(url).netloc, Host(per_host))
        host.crew.spawn(host.visit, fetch, url, results)
    for host in hosts.values():
        host.crew.join()
    return results
"""),
        written("""
def answer(urls, fetch, per_host):
    def keep(url):
        try:
            return url, fetch(url)
        except Exception as error:
            return url, error

    def fill(pool, several):
        return pool.map(keep, several)

    hosts = {}
    for url in set(urls):
        hosts.setdefault(urlsplit(url).netloc, set()).add(url)
    filling = [gevent.spawn(fill, Pool(per_host), several) for several in hosts.values()]
    return dict(pair for each in filling for pair in each.get())
"""),
        written("""
def answer(urls, fetch, per_host):
    by_host, results = defaultdict(list), {}
    for url in urls:
        by_host[urlsplit(url).netloc].append(url)

    def visit(url):
        try:
            results[url] = fetch(url)
        except Exception as error:
            results[url] = error

    hosts = [gevent.spawn(Pool(per_host).map, visit, several) for several in by_host.values()]
    gevent.joinall(hosts, raise_error=True)
    return results
"""),
        written("""
def answer(urls, fetch, per_host):
    limits = {urlsplit(url).netloc: BoundedSemaphore(per_host) for url in urls}

    def visit(url):
        with limits[urlsplit(url).netloc]:
            try:
                return fetch(url)
            except Exception as error:
                return error

    greenlets = {url: gevent.spawn(visit, url) for url in urls}
    return {url: greenlet.get() for url, greenlet in greenlets.items()}
"""),
        written("""
from gevent.queue import Empty, Queue

def answer(urls, fetch, per_host):
    queues, results = {}, {}
    for url in urls:
        queues.setdefault(urlsplit(url).netloc, Queue()).put(url)

    def work(queue):
        while True:
            try:
                url = queue.get_nowait()
            except Empty:
                return
            try:
                results[url] = fetch(url)
            except Exception as error:
                results[url] = error

    gevent.joinall([gevent.spawn(work, queue) for queue in queues.values() for _ in range(per_host)])
    return results
"""),
    ],
    "08.4": [
        written("""
from collections import deque

class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep, self.booked = pause, clock, sleep, deque(maxlen=1)

    def turn(self):
        now = self.clock()
        mine = max([now, *(last + self.pause for last in self.booked)])
        self.booked.append(mine)
        print("booked", mine)
        if mine != now:
            self.sleep(mine - now)
"""),
        written("""
class answer:
    def __init__(self, pause, clock, sleep):
        def moments():
            free = None
            while True:
                now = clock()
                moment = now if free is None else max(now, free)
                free = moment + pause
                yield moment - now
        self.waits, self.sleep = moments(), sleep

    def turn(self):
        if wait := next(self.waits):
            self.sleep(wait)
"""),
        written("""
from gevent.lock import RLock

class answer:
    last = None

    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep, self.lock = pause, clock, sleep, RLock()

    def turn(self):
        self.lock.acquire()
        try:
            while self.last is not None and (rest := self.last + self.pause - self.clock()) > 0:
                self.sleep(rest)
            self.last = self.clock()
        finally:
            self.lock.release()
"""),
        written("""
class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep = pause, clock, sleep
        self.last, self.door = float("-inf"), BoundedSemaphore(1)

    def turn(self):
        with self.door:
            rest = self.last + self.pause - self.clock()
            if rest > 0:
                self.sleep(rest)
            self.last = self.clock()
"""),
        written("""
class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, None

    def turn(self):
        now = self.clock()
        if self.last is None or self.last + self.pause <= now:
            self.last = now
            return
        self.last += self.pause
        self.sleep(self.last - now)
"""),
        edit("        if moment > now:\n            self.sleep(moment - now)\n", "        self.sleep(moment - now)\n"),
        written(
            """
class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep = pause, clock, sleep
        self.last = float('-inf')
    def turn(self):
        while (rest := self.last + self.pause - self.clock()) > 0: self.sleep(rest)
        self.last = self.clock()
"""
        ),
        written(
            """
class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep = pause, clock, sleep
        self.gate = BoundedSemaphore(1)
    def turn(self):
        self.gate.acquire()
        def reopen():
            self.sleep(self.pause)
            self.gate.release()
        gevent.spawn(reopen)
"""
        ),
    ],
    "08.5": [
        written("""
class Crawl:
    def __init__(self, links_of, workers):
        self.links_of, self.limit = links_of, BoundedSemaphore(workers)
        self.found, self.good, self.failed = set(), set(), {}

    def visit(self, page):
        with self.limit:
            try:
                links = self.links_of(page)
            except Exception as error:
                print(page, error)
                self.failed[page] = error
                return
        self.good.add(page)
        self.go(links)

    def go(self, pages):
        fresh = set(pages) - self.found
        self.found |= fresh
        gevent.joinall([gevent.spawn(self.visit, page) for page in fresh], raise_error=True)

def answer(start, links_of, workers):
    crawl = Crawl(links_of, workers)
    crawl.go([start])
    return crawl.good, crawl.failed
"""),
        written("""
from gevent.event import Event

def answer(start, links_of, workers):
    ahead, found, good, failed = [start], {start}, set(), {}
    news, pool = Event(), Pool(workers)

    def visit(page):
        try:
            links = links_of(page)
            good.add(page)
            for link in links:
                if link not in found:
                    found.add(link)
                    ahead.append(link)
        except Exception as error:
            failed[page] = error

    def over(_):
        news.set()

    while ahead or len(pool):
        news.clear()
        while ahead and not pool.full():
            pool.spawn(visit, ahead.pop()).link(over)
        news.wait()
        pool.join(timeout=0)
    return frozenset(good), failed
"""),
        edit(
            "        for page in ahead:\n",
            "        while True:\n            page = ahead.get()\n",
            "gevent.spawn(work) for _ in range(workers)",
            "gevent.spawn(work) for _ in [None] * workers",
        ),
        written("""
from gevent.pool import Group

def answer(start, links_of, workers):
    found, good, failed = {start}, set(), {}
    crowd, limit = Group(), BoundedSemaphore(workers)

    def visit(page):
        with limit:
            try:
                links = links_of(page)
            except Exception as error:
                failed[page] = error
                return
        good.add(page)
        for link in set(links) - found:
            found.add(link)
            crowd.spawn(visit, link)

    crowd.spawn(visit, start)
    crowd.join()
    return good, failed
"""),
        written("""
from gevent.queue import Queue

def answer(start, links_of, workers):
    ahead, found, good, failed = Queue(), {start}, set(), {}
    ahead.put(start)
    unfinished = 1

    def work():
        nonlocal unfinished
        while (page := ahead.get()) is not None:
            try:
                links = links_of(page)
                good.add(page)
            except Exception as error:
                links, failed[page] = [], error
            for link in links:
                if link not in found:
                    found.add(link)
                    ahead.put(link)
                    unfinished += 1
            unfinished -= 1
            if not unfinished:
                for _ in range(workers):
                    ahead.put(None)

    gevent.joinall([gevent.spawn(work) for _ in range(workers)], raise_error=True)
    return good, failed
"""),
        written("""
def answer(start, links_of, workers):
    ahead, found, good, failed, busy = [start], {start}, set(), {}, []

    def visit(page):
        links = []
        try:
            links = links_of(page)
            good.add(page)
        except Exception as error:
            failed[page] = error
        for link in links:
            if link not in found:
                found.add(link)
                ahead.append(link)

    while ahead or busy:
        while ahead and len(busy) < workers:
            busy.append(gevent.spawn(visit, ahead.pop(0)))
        gevent.wait(busy, count=1)
        busy = [each for each in busy if not each.ready()]
    return good, failed
"""),
        written("""
def answer(start, links_of, workers):
    ahead, found, good, failed = JoinableQueue(), {start}, set(), {}
    ahead.put(start)

    def work():
        for page in ahead:
            try:
                for link in links_of(page):
                    if link not in found:
                        found.add(link)
                        ahead.put(link)
                good.add(page)
            except Exception as error:
                failed[page] = error
            finally:
                ahead.task_done()

    for _ in range(workers):
        gevent.spawn_raw(work)
    ahead.join()
    for _ in range(workers):
        ahead.put(StopIteration)
    return good, failed
"""),
    ],
}
