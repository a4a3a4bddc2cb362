"""What learners would really get wrong in chapter 8, with a part of what they should be told."""

from exercises.answers import edit, written

ON_THE_SAME_SITE = "urlsplit(each)[:2] in right"
GIVE_UP = "            if attempt + 1 == tries:\n                raise\n"
ALL_AT_ONCE = "gevent.joinall([gevent.spawn(visit, url) for url in urls], raise_error=True)"

WRONG = {
    "08.1": [
        written(
            """
def answer(url, links):
    return {urljoin(url, link) for link in links}
""",
            says="still has its fragment",
        ),
        written(
            """
def answer(url, links):
    return [urldefrag(urljoin(url, link)).url for link in links]
""",
            says="return a set",
        ),
        edit(ON_THE_SAME_SITE, "True", says="and yet it is in"),
        edit(ON_THE_SAME_SITE, "urlsplit(each).netloc == urlsplit(url).netloc", says="neither http nor https"),
        edit(ON_THE_SAME_SITE, 'each.startswith("http://baozi.example:808")', says="is missing"),
        edit(
            ON_THE_SAME_SITE,
            'each.startswith(tuple(f"{scheme}://{host}" for scheme, host in right))',
            says="only begins like our host",
        ),
        edit(ON_THE_SAME_SITE, 'urlsplit(url).netloc in each and each.startswith("http")', says="only"),
        edit(
            ON_THE_SAME_SITE,
            'urlsplit(each).hostname == urlsplit(url).hostname and each.startswith("http")',
            says="another port",
        ),
        written(
            """
def answer(url, links):
    return {urldefrag(urljoin(url, link)) for link in links}
""",
            says="which is no string",
        ),
        edit(
            "urldefrag(urljoin(url, link)).url for link in links",
            'urljoin(url, link) for link in links if "#" not in link',
            says="leads to https://noodles.example/soup, which is missing",
        ),
        edit(
            "urlsplit(url).netloc",
            '"baozi.example:808"',
            says="leads to https://noodles.example/soup, which is missing",
        ),
    ],
    "08.2": [
        edit(
            GIVE_UP + "        sleep(pause * 2**attempt)",
            "            sleep(pause)",
            says="the pauses are 0.5, 1 and 2",
        ),
        edit(
            GIVE_UP,
            "            pass\n",
            says="returned None where it should raise",
        ),
        edit(
            "ConnectionError:\n            if attempt + 1 == tries:\n                raise\n",
            "ConnectionError as error:\n            last = error\n",
            "        sleep(pause * 2**attempt)\n",
            "        sleep(pause * 2**attempt)\n    raise last\n",
            says="none is needed after the last",
        ),
        edit("except ConnectionError", "except Exception", says="will not pass"),
        edit(
            "for attempt in range(tries)",
            "while True",
            GIVE_UP + "        sleep(pause * 2**attempt)",
            "            sleep(pause)\n            pause *= 2",
            says="asked fifty times",
        ),
        edit(
            GIVE_UP,
            "            pass\n",
            "        sleep(pause * 2**attempt)\n",
            "        sleep(pause * 2**attempt)\n    return fetch(url)\n",
            says="asked 5 times",
        ),
        written(
            """
def answer(fetch, url, tries, pause, sleep):
    try:
        return fetch(url)
    except ConnectionError:
        if tries == 1:
            raise ConnectionError("gave up")
        sleep(pause)
        return answer(fetch, url, tries - 1, pause * 2, sleep)
""",
            says="the last failure was ConnectionError('reset 4')",
        ),
        edit(
            "ConnectionError:", "ConnectionError as error:", "raise\n", "return error\n", says="where it should raise"
        ),
        edit("except ConnectionError", "except OSError", says="but no ConnectionError"),
        edit(
            "            return fetch(url)\n",
            "            text = fetch(url)\n            if text:\n                return text\n",
            says="succeeded with ''",
        ),
        edit("        sleep(pause", "        gevent.sleep(pause", says="never called the `sleep`"),
        edit(
            "range(tries)",
            "range(4)",
            "attempt + 1 == tries",
            "attempt == 3",
            says="with tries=1 and failures only, your function asked 4 times",
        ),
        edit(
            "pause * 2**attempt",
            "2**attempt / 2",
            says="with tries=2, pause=3 and failures only, your pauses were [0.5]",
        ),
        edit(
            "except ConnectionError:\n            if ",
            "except Exception as error:\n            if type(error) is not ConnectionError or ",
            says="raised ConnectionResetError('reset 1') after 1 of them",
        ),
        written(
            """
def answer(fetch, url, tries, pause, sleep):
    try:
        return fetch(url)
    except ConnectionError:
        if tries == 1:
            raise
    for n in range(1, tries):
        sleep(pause * 2 ** (n - 1))
        try:
            return fetch(url)
        except Exception:
            if n == tries - 1:
                raise
""",
            says="asked 2 times more",
        ),
    ],
    "08.3": [
        written(
            """
def answer(urls, fetch, per_host):
    return dict(zip(urls, Pool(per_host).map(fetch, urls), strict=True))
""",
            says="no host should wait for another",
        ),
        written(
            """
def answer(urls, fetch, per_host):
    return {url: fetch(url) for url in urls}
""",
            says="could have 2 in flight",
        ),
        edit(ALL_AT_ONCE, "Pool(100).map(visit, urls)", says="no host should wait for another"),
        edit("except Exception", "except ValueError", says="raised its error instead of keeping it"),
        edit(
            f"    {ALL_AT_ONCE}\n",
            """
    pools = defaultdict(lambda: Pool(per_host))
    for url in urls:
        pools[urlsplit(url).netloc].spawn(visit, url)
    for pool in pools.values():
        pool.join()
""",
            says="no host should wait for another",
        ),
        edit("except Exception", "except ValueError", ", raise_error=True", "", says="stands None"),
        edit("limits[urlsplit(url).netloc]", "BoundedSemaphore(per_host)", says="requests at once, and 2 were allowed"),
        edit(
            "with limits[urlsplit(url).netloc]:",
            "for limit in [limits[urlsplit(url).netloc]]:\n            limit.acquire()",
            "results[url] = fetch(url)",
            "results[url] = fetch(url)\n                limit.release()",
            says="never fetched after that",
        ),
        written(
            """
from concurrent.futures import ThreadPoolExecutor

def answer(urls, fetch, per_host):
    with ThreadPoolExecutor(50) as pool:
        return dict(zip(urls, pool.map(fetch, urls)))
""",
            says="nobody will ever do",
        ),
        edit(
            "# Solution",
            "import threading",
            "lambda: BoundedSemaphore",
            "lambda: threading.BoundedSemaphore",
            says="stopped the whole thread",
        ),
    ],
    "08.4": [
        edit("if moment > now", "if True", "(moment - now)", "(self.pause)", says="though nobody was before it"),
        edit(
            "        self.free_from = moment + self.pause\n",
            "",
            "(moment - now)",
            "(moment - now)\n        self.free_from = self.clock() + self.pause",
            says="0 s apart",
        ),
        written(
            """
class answer:
    def __init__(self, pause, clock, sleep):
        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9
        self.lock = BoundedSemaphore(1)

    def turn(self):
        with self.lock:
            if self.clock() - self.last < self.pause:
                self.sleep(self.pause)
            self.last = self.clock()
""",
            says="are enough",
        ),
        edit('float("-inf")', "clock()", "max(now, self.free_from)", "self.free_from", says="0 s apart"),
        edit(
            "if moment > now", "while moment > self.clock()", "self.sleep(moment - now)", "pass", says="again and again"
        ),
        edit("self.sleep(moment", "gevent.sleep(moment", says="not in the `sleep` that it was given"),
        edit(
            'float("-inf")',
            "-1e9",
            "max(now, self.free_from)",
            "self.free_from",
            "if moment > now",
            "if True",
            says="less than nothing",
        ),
        edit(
            "# Solution",
            "import threading",
            'float("-inf")',
            'float("-inf")\n        self.lock = threading.Lock()',
            "now = self.clock()",
            "self.lock.acquire()\n        now = self.clock()",
            "self.sleep(moment - now)",
            "self.sleep(moment - now)\n        self.lock.release()",
            says="stopped the whole thread",
        ),
        edit(
            'float("-inf")',
            "None",
            "max(now, self.free_from)",
            "now if self.free_from is None else self.free_from",
            says="after a long rest",
        ),
    ],
    "08.5": [
        written(
            """
def answer(start, links_of, workers):
    good, failed, ahead = set(), {}, [start]
    while ahead:
        page = ahead.pop()
        if page in good or page in failed:
            continue
        try:
            ahead += links_of(page)
            good.add(page)
        except Exception as error:
            failed[page] = error
    return good, failed
""",
            says="only 1 in flight",
        ),
        written(
            """
def answer(start, links_of, workers):
    found, good, failed, level = {start}, set(), {}, [start]

    def visit(page):
        try:
            links = links_of(page)
            good.add(page)
            return links
        except Exception as error:
            failed[page] = error
            return []

    while level:
        lists = Pool(workers).map(visit, level)
        level = sorted({link for links in lists for link in links} - found)
        found.update(level)
    return good, failed
""",
            says="a slow page must not keep the others from working",
        ),
        written(
            """
def answer(start, links_of, workers):
    found, good, failed, pool = {start}, set(), {}, Pool(workers)

    def visit(page):
        try:
            links = links_of(page)
            good.add(page)
        except Exception as error:
            failed[page] = error
            return
        for link in links:
            if link not in found:
                found.add(link)
                pool.spawn(visit, link)

    pool.spawn(visit, start)
    pool.join()
    return good, failed
""",
            says="stands still",
        ),
        edit(
            "in links_of(page)",
            "in (links_of(page) if page not in good else [])",
            "if link not in found",
            "if True",
            says="was asked for twice",
        ),
        edit("    gevent.killall(crew)\n", "", says="greenlet(s) behind"),
        edit("for page in ahead:", "while not ahead.empty():\n            page = ahead.get()", says="in flight"),
        edit("except Exception", "except ValueError", says="must not end its worker"),
        edit(
            " as error:\n                failed[page] = error\n",
            ":\n                pass\n",
            says="your dictionary says otherwise",
        ),
        edit("{start}, set(), {}", "{start}, [], {}", "good.add", "good.append", says="return two things"),
        edit(
            "        for page in ahead:\n            try:\n",
            "        while True:\n            try:\n                page = ahead.get(timeout=0.1)\n"
            "            except Exception:\n                return\n            try:\n",
            says="nothing to do must stay",
        ),
        edit(
            "# Solution",
            "import queue, threading",
            "JoinableQueue()",
            "queue.Queue()",
            "for page in ahead:",
            "while True:\n            page = ahead.get()",
            "crew = [gevent.spawn(work) for _ in range(workers)]",
            "for _ in range(workers):\n        threading.Thread(target=work, daemon=True).start()",
            "    gevent.killall(crew)\n",
            "",
            says="in another thread",
        ),
    ],
}
