"""What learners would really get wrong in chapter 8, with a part of what they should be told."""

from exercises.answers import edit, written

ON_THE_SAME_SITE = "urlsplit(each)[:2] in right"
GIVE_UP = "            if attempt + 1 == tries:\n                raise\n"
ALL_AT_ONCE = "gevent.joinall([gevent.spawn(visit, url) for url in urls], raise_error=True)"

WRONG = {
    "08.1": [
        edit("urljoin(url, link)", "urljoin(url, link).lower()", says="Kind=Leek%20Bun, which is missing"),
        edit(
            "urldefrag(urljoin(url, link)).url",
            "urljoin(url, link).split('#')[0].split('?')[0]",
            says="which is missing",
        ),
        edit("urldefrag(urljoin(url, link)).url", "urldefrag(url + link).url", says="which is missing"),
        edit(
            "urldefrag(urljoin(url, link)).url",
            "urljoin(url, link.split('#')[0]).rstrip('/')",
            says="leads to http://baozi.example:808/menu/, which is missing",
        ),
        edit(
            ON_THE_SAME_SITE,
            'urlsplit(each).netloc == urlsplit(url).netloc and each.startswith("http")',
            says="httpx://baozi.example:808/ is neither",
        ),
        edit(
            ON_THE_SAME_SITE,
            'urlsplit(each).netloc.endswith(urlsplit(url).netloc) and urlsplit(each).scheme in ("http", "https")',
            says="only ends like ours",
        ),
        edit(
            ON_THE_SAME_SITE,
            "urlsplit(each)[:2] == urlsplit(url)[:2]",
            says="leads to https://baozi.example:808/secure, which is missing",
        ),
        edit(
            "# Solution\n",
            "joined = set()\n",
            "joined = {urldefrag(urljoin(url, link)).url for link in links}",
            "joined.update(urldefrag(urljoin(url, link)).url for link in links)",
            says="has 4 links; none leads to 'http://",
        ),
        edit(
            "    return {each for each in joined",
            "    return {url} | {each for each in joined",
            says="still has its fragment",
        ),
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
        edit('("http", "https")', '(urlsplit(url).scheme, "https")', says="leads to http://rice.example:808/page/9"),
        edit(
            "    joined =",
            "    url = url if url.endswith('/') or '.' in url.rsplit('/', 1)[-1] else url + '/'\n    joined =",
            says="the link '7' on https://rice.example:808/page/3 leads to https://rice.example:808/page/7, which",
        ),
        edit("for link in links}", "for link in links[:-1]}", says="baozi.example:808/secure, which is missing"),
        edit("for link in links}", "for link in links[1:]}", says="noodles.example/soup, which is missing"),
        edit(
            "# Solution\n",
            "seen = set()\n",
            "    return {each for each in joined if urlsplit(each)[:2] in right}",
            "    new = {each for each in joined if urlsplit(each)[:2] in right} - seen\n"
            "    seen.update(new)\n"
            "    return new",
            says="which is missing",
        ),
    ],
    "08.2": [
        edit(
            "except ConnectionError",
            "except (ConnectionError, TimeoutError)",
            says="the first fails with TimeoutError, which is no ConnectionError, you did: fetch, sleep 0.01, fetch",
        ),
        edit("except ConnectionError", "except (ConnectionError, ValueError)", says="the first fails with ValueError"),
        edit(
            "except ConnectionError", "except (ConnectionError, LookupError)", says="the first fails with LookupError"
        ),
        edit(
            "# Solution",
            "from urllib.error import URLError",
            "except ConnectionError",
            "except (ConnectionError, URLError)",
            says="the first fails with NoSuchPage",
        ),
        edit(
            "except ConnectionError:\n            if attempt + 1 == tries",
            "except OSError as error:\n            again = isinstance(error, ConnectionError) or "
            "getattr(error, 'code', 404) >= 500\n            if attempt + 1 == tries or not again",
            says="the first fails with NotToday",
        ),
        edit(
            "# Solution",
            "import http.client",
            "except ConnectionError",
            "except (ConnectionError, http.client.HTTPException)",
            says="the first fails with IncompleteRead",
        ),
        edit(
            "except ConnectionError", "except (ConnectionError, gevent.Timeout)", says="the first fails with OutOfTime"
        ),
        edit(
            "except ConnectionError",
            "except (ConnectionResetError, ConnectionRefusedError)",
            says="you did: fetch, sleep 0.01, fetch. Right is: fetch, sleep 0.01, fetch, sleep 0.02",
        ),
        edit(
            "        try:\n            return",
            "        sleep(pause)\n        try:\n            return",
            "        sleep(pause * 2**attempt)\n",
            "",
            says="where the first try returns 'text of page', you did: sleep 0.01, fetch",
        ),
        edit("2**attempt", "(attempt + 1)", says="sleep 0.02, fetch, sleep 0.03"),
        edit("pause * 2**attempt", "pause**attempt", says="you did: fetch, sleep 1"),
        edit("2**attempt", "2 ** min(attempt, 3)", says="with tries=7 and pause=3"),
        edit(
            "            if attempt + 1 == tries:\n                raise\n        sleep",
            "            sleep",
            ")\n\n\ncheck",
            ")\n            if attempt + 1 == tries:\n                raise\n\n\ncheck",
            says="sleep 0.024. Right is",
        ),
        edit(
            "            return fetch(url)",
            "            return fetch(url) or ''",
            says="should return None, and returned ''",
        ),
        edit(
            "                raise\n",
            "                raise TimeoutError('gave up') from None\n",
            says="and raised TimeoutError('gave up')",
        ),
        edit("fetch(url)", "fetch(url + '?again')", says="you did: fetch 'page?again'"),
        edit(
            GIVE_UP + "        sleep(pause * 2**attempt)",
            "            sleep(pause)",
            says="you did: fetch, sleep 0.01, fetch, sleep 0.01, fetch, sleep 0.01, fetch. Right is",
        ),
        edit(
            GIVE_UP,
            "            pass\n",
            says="sleep 0.012, fetch, sleep 0.024. Right is",
        ),
        edit(
            "ConnectionError:\n            if attempt + 1 == tries:\n                raise\n",
            "ConnectionError as error:\n            last = error\n",
            "        sleep(pause * 2**attempt)\n",
            "        sleep(pause * 2**attempt)\n    raise last\n",
            says="sleep 0.012, fetch, sleep 0.024. Right is",
        ),
        edit(
            "except ConnectionError",
            "except Exception",
            says="the first fails with NoSuchPage, which is no ConnectionError, you did: fetch, sleep 0.01, fetch",
        ),
        edit(
            "for attempt in range(tries)",
            "while True",
            GIVE_UP + "        sleep(pause * 2**attempt)",
            "            sleep(pause)\n            pause *= 2",
            says="sleep 0.096, …. Right is: fetch, sleep 0.003",
        ),
        edit(
            GIVE_UP,
            "            pass\n",
            "        sleep(pause * 2**attempt)\n",
            "        sleep(pause * 2**attempt)\n    return fetch(url)\n",
            says="sleep 0.024, fetch. Right is",
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
            says="should raise BrokenPipeError('reset 4'), and raised ConnectionError('gave up')",
        ),
        edit(
            "ConnectionError:",
            "ConnectionError as error:",
            "raise\n",
            "return error\n",
            says="should raise BrokenPipeError('reset 4'), and returned BrokenPipeError('reset 4')",
        ),
        edit(
            "except ConnectionError",
            "except OSError",
            says="the first fails with NoSuchPage, which is no ConnectionError",
        ),
        edit(
            "            return fetch(url)\n",
            "            text = fetch(url)\n            if text:\n                return text\n",
            says="where the first try returns '', you did: fetch, sleep 0.01",
        ),
        edit("        sleep(pause", "        gevent.sleep(pause", says="you did: fetch, fetch, fetch, fetch. Right is"),
        edit(
            "range(tries)",
            "range(4)",
            "attempt + 1 == tries",
            "attempt == 3",
            says="with tries=1 and pause=0.02, where every try fails with a ConnectionError, you did: fetch, s",
        ),
        edit(
            "pause * 2**attempt",
            "2**attempt / 2",
            says="you did: fetch, sleep 0.5, fetch",
        ),
        edit(
            "except ConnectionError:\n            if ",
            "except Exception as error:\n            if type(error) is not ConnectionError or ",
            says="you did: fetch. Right is: fetch, sleep 0.01",
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
            says="the third fails with NoSuchPage, which is no ConnectionError, you did",
        ),
    ],
    "08.3": [
        edit(
            "urlsplit(url).netloc", "urlsplit(url)[:2]", says="small.example had 2 requests at once, and 1 were allowed"
        ),
        edit("urlsplit(url).netloc", "url.rpartition('/')[0]", says="small.example had"),
        edit(
            "BoundedSemaphore(per_host)",
            "BoundedSemaphore(per_host + 1)",
            says="small.example had 3 requests at once, and 2 were allowed",
        ),
        edit(
            "BoundedSemaphore(per_host)",
            "BoundedSemaphore(2)",
            says="small.example had 2 requests at once, and 1 were allowed",
        ),
        edit(
            "BoundedSemaphore(per_host)",
            "BoundedSemaphore(per_host - 1)",
            says="nor has any other host: your code stands still",
        ),
        edit("except Exception", "except ConnectionError", says="raised its error instead of keeping it"),
        edit("results[url] = error", "results[url] = str(error)", says="and your dictionary has 'steamer broken'"),
        edit(
            "results[url] = error",
            "results.pop(url, None)",
            says="is not in your dictionary; its fetch came to BrokenPage('steamer broken')",
        ),
        edit(
            "results[url] = fetch(url)",
            "results[url] = fetch(url) or None",
            says="came to '', and your dictionary has None",
        ),
        edit("# Solution\n", "results = {}\n", "    results = {}\n", "", says="which is none of the"),
        edit(
            "# Solution\n",
            "limits = None\n",
            "    limits = defaultdict",
            "    global limits\n    limits = limits or defaultdict",
            says="small.example had",
        ),
        edit(
            ALL_AT_ONCE,
            ALL_AT_ONCE[15:-19] + "\n    while len(results) < len(urls):\n        gevent.sleep(0)",
            says="everything was fetched, and your function did not return",
        ),
        edit(
            ALL_AT_ONCE,
            "[gevent.spawn(visit, url) for url in urls]\n    gevent.sleep(0)",
            says="your function returned while",
        ),
        edit("    return results\n", "    return list(results.values())\n", says="return a dictionary, not a list"),
        edit(
            f"    {ALL_AT_ONCE}\n",
            """
    crews = defaultdict(list)
    for url in urls:
        crews[urlsplit(url).netloc].append(url)
    Pool(100).map(lambda several: Pool(per_host).map(visit, several), crews.values())
""",
            says="No host should wait for another",
        ),
        edit(
            f"    {ALL_AT_ONCE}\n",
            """
    for host in dict.fromkeys(urlsplit(url).netloc for url in urls):
        gevent.joinall([gevent.spawn(visit, url) for url in urls if urlsplit(url).netloc == host])
""",
            says="No host should wait for another",
        ),
        written(
            """
from concurrent.futures import ThreadPoolExecutor

def answer(urls, fetch, per_host):
    with ThreadPoolExecutor(1) as pool:
        return dict(zip(urls, pool.map(fetch, urls)))
""",
            says="a page was asked for in another thread",
        ),
        written(
            """
def answer(urls, fetch, per_host):
    return dict(zip(urls, Pool(per_host).map(fetch, urls), strict=True))
""",
            says="No host should wait for another",
        ),
        written(
            """
def answer(urls, fetch, per_host):
    return {url: fetch(url) for url in urls}
""",
            says="large.example:80 has URLs that were not fetched, and no request in flight; 1 to other hosts",
        ),
        edit(ALL_AT_ONCE, "Pool(200).map(visit, urls)", says="No host should wait for another"),
        edit(ALL_AT_ONCE, "Pool(1000).map(visit, urls)", says="300 to other hosts are in flight. No host should wait"),
        edit(", raise_error=True", ", timeout=60", says="were not fetched, for no answer came in the first 1,000 s"),
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
            says="No host should wait for another",
        ),
        edit(
            "except Exception",
            "except ValueError",
            ", raise_error=True",
            "",
            says="is not in your dictionary; its fetch came to BrokenPage('steamer broken')",
        ),
        edit("limits[urlsplit(url).netloc]", "BoundedSemaphore(per_host)", says="requests at once, and 2 were allowed"),
        edit(
            "with limits[urlsplit(url).netloc]:",
            "for limit in [limits[urlsplit(url).netloc]]:\n            limit.acquire()",
            "results[url] = fetch(url)",
            "results[url] = fetch(url)\n                limit.release()",
            says="a page of large.example:80 failed, and no other page of that host is fetched after that",
        ),
        written(
            """
from concurrent.futures import ThreadPoolExecutor

def answer(urls, fetch, per_host):
    with ThreadPoolExecutor(50) as pool:
        return dict(zip(urls, pool.map(fetch, urls)))
""",
            says="a page was asked for in another thread",
        ),
        edit(
            "# Solution",
            "import threading",
            "lambda: BoundedSemaphore",
            "lambda: threading.BoundedSemaphore",
            says="stopped the whole thread",
        ),
        written(
            """
def answer(urls, fetch, per_host):
    limits = defaultdict(lambda: BoundedSemaphore(per_host))
    out = {}
    def visit(u):
        with limits[urlsplit(u).netloc]:
            try: out[u] = fetch(u) or ''
            except Exception as e: out[u] = e
    gevent.joinall([gevent.spawn(visit, u) for u in urls], timeout=2)
    return out
""",
            says="returned while 4 of 4 URLs were not fetched",
        ),
        edit("results[url] = fetch(url)", "results[url] = fetch(url).strip()", says="' blanks and a newline \\n'"),
    ],
    "08.4": [
        edit(
            'self.free_from = float("-inf")',
            "self.last = 0",
            "max(now, self.free_from)",
            "max(now, self.last + self.pause) if self.last else now",
            "self.free_from = moment + self.pause",
            "self.last = moment",
            says="six greenlets that ask at the same moment: two turns were 0 s apart",
        ),
        edit('float("-inf")', "pause", says="one greenlet alone: turn 1 came 2 s later"),
        edit(
            "self.free_from = moment + self.pause",
            "self.free_from += self.pause",
            'float("-inf")',
            "clock()",
            says="two turns were",
        ),
        edit(
            "self.free_from = moment + self.pause", "self.free_from = now + self.pause", says="two turns were 0 s apart"
        ),
        edit("moment + self.pause", "moment + self.pause * 1.05", says="later than it must"),
        edit("moment + self.pause", "moment + int(self.pause)", says="two turns were 0 s apart, with a pause of 0.3 s"),
        edit(
            '        self.free_from = float("-inf")\n',
            '        answer.free_from = float("-inf")\n',
            "self.free_from = moment",
            "answer.free_from = moment",
            "check(",
            "answer = RateLimiter\ncheck(",
            says="two limiters, and one greenlet asks each",
        ),
        edit(
            "if moment > now:\n            self.sleep(moment - now)",
            "while moment > self.clock():\n            self.sleep(0.07)",
            says="two turns were 1.96 s apart, with a pause of 2 s",
        ),
        edit("        if moment > now:\n            self.sleep(moment - now)\n", "", says="two turns were 0 s apart"),
        edit("if moment > now", "if moment < now", says="two turns were 0 s apart"),
        edit("self.sleep(moment - now)", "self.sleep(self.pause)", says="two turns were 0 s apart"),
        edit(
            "if moment > now:\n",
            "if moment > now + 1:\n",
            says="pauses: two turns were 1.5 s apart, with a pause of 2 s",
        ),
        edit(
            "        now = self.clock()\n",
            "        self.sleep(self.pause)\n        now = self.clock()\n",
            says="one greenlet alone: turn 1 came 2 s later than it must",
        ),
        edit(
            "if moment > now",
            "if True",
            "(moment - now)",
            "(self.pause)",
            says="one greenlet alone: turn 1 came 2 s later than it must",
        ),
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
            says="after a rest three at the same moment: turn 2 came 0.5 s later than it must",
        ),
        edit('float("-inf")', "clock()", "max(now, self.free_from)", "self.free_from", says="0 s apart"),
        edit(
            "if moment > now",
            "while moment > self.clock()",
            "self.sleep(moment - now)",
            "pass",
            says="asked the clock 20,000 times",
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
            says="six greenlets that ask at the same moment: two turns were 0 s apart",
        ),
        edit('float("-inf")', "0", says="turn 1 came"),
    ],
    "08.5": [
        edit(
            "failed[page] = error",
            "failed[page] = RuntimeError(f'{page}: {error}')",
            says="and your dictionary has RuntimeError('page 7: page 7 is broken')",
        ),
        edit("    ahead.join()\n", "    ahead.join(timeout=60)\n", says="for the first page took 1,000 s"),
        edit("failed[page] = error", "failed[page] = str(error)", says="and your dictionary has 'page 7 is broken'"),
        edit(
            "                    if link not in found:",
            "                    if link and link not in found:",
            says="and nobody asks for 0.",
        ),
        edit("        for page in ahead:\n", "        while page := ahead.get():\n", says="and nobody asks for 0, 5."),
        edit(
            "# Solution\n",
            "found = set()\n",
            "ahead, found, good, failed = JoinableQueue(), {start}, set(), {}",
            "ahead, good, failed = JoinableQueue(), set(), {}\n    found.add(start)",
            says="before",
        ),
        edit("range(workers)", "range(workers + 1)", says="2 pages were in flight at once, with 1 worker"),
        edit(
            "range(workers)",
            "range(min(workers, 10))",
            says="with 50 workers: only 10 pages in flight, and nobody asks for 'leaf 10'",
        ),
        edit("range(workers)", "range(2)", says="2 pages were in flight at once, with 1 worker"),
        edit(
            "                        found.add(link)\n",
            "",
            "            try:\n",
            "            found.add(page)\n            try:\n",
            says="was asked for twice",
        ),
        edit(
            "except Exception",
            "except (ConnectionError, ValueError)",
            says="only 2 pages in flight, and nobody asks for 'page 5', after 2 pages failed",
        ),
        edit(
            "failed[page] = error",
            "failed[page] = type(error).__name__",
            says="failed with OddPage('page 7 is broken'), and your dictionary has 'OddPage'",
        ),
        edit(
            "                good.add(page)\n",
            "",
            "            finally:\n",
            "            finally:\n                good.add(page)\n",
            says="in your set of good pages 'page 11' does not belong there",
        ),
        edit("    ahead.join()\n", "    gevent.sleep(0)\n", says="returned before 1 page had been visited: 'page 0'"),
        edit("return good, failed", "return good", says="return two things"),
        edit("return good, failed", "return found, failed", says="does not belong there"),
        edit("{start}, set(), {}", "set(), set(), {}", says="was asked for twice"),
        edit("                ahead.task_done()\n", "                pass\n", says="your function does not return"),
        edit(
            "JoinableQueue()",
            "JoinableQueue(maxsize=1)",
            says="so the crawl stands still, and nobody asks for 'page 1', 'page 3', 'page 6'",
        ),
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
            says="with 2 workers: only 1 page in flight",
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
            says="only 1 page in flight, and nobody asks for 'page 2', 'page 3'",
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
            says="no page in flight, so the crawl stands still",
        ),
        edit(
            "in links_of(page)",
            "in (links_of(page) if page not in good else [])",
            "if link not in found",
            "if True",
            says="was asked for twice",
        ),
        edit("    gevent.killall(crew)\n", "", says="behind: end your workers"),
        edit(
            "gevent.spawn(work)",
            "gevent.spawn_raw(work)",
            "    gevent.killall(crew)\n",
            "",
            says="left 3 greenlets behind: end your workers",
        ),
        edit(
            "for page in ahead:",
            "while not ahead.empty():\n            page = ahead.get()",
            says="only 1 page in flight, and nobody asks for",
        ),
        edit("except Exception", "except ValueError", says="after 2 pages failed"),
        edit(
            " as error:\n                failed[page] = error\n",
            ":\n                pass\n",
            says="'page 11' failed, and is not in your dictionary",
        ),
        edit("{start}, set(), {}", "{start}, [], {}", "good.add", "good.append", says="return two things"),
        edit(
            "        for page in ahead:\n            try:\n",
            "        while True:\n            try:\n                page = ahead.get(timeout=5)\n"
            "            except Exception:\n                return\n            try:\n",
            says="after the first page took 1,000 s",
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
        edit(
            "                        found.add(link)\n                        ahead.put(link)",
            "                        ahead.put(link)\n                        gevent.sleep(0); found.add(link)",
            says="asked for twice",
        ),
    ],
}
