"""Answers to the exercises of chapter 8 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "08.1": [
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
            if parts.scheme.startswith("http") and parts.netloc == urlsplit(url).netloc:
                yield urlunsplit(parts)

    return frozenset(clean())
"""),
    ],
    "08.2": [
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
    ],
    "08.5": [
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
    ],
}
