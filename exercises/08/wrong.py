"""What learners would really get wrong in chapter 8, with a part of what they should be told."""

from exercises.answers import written

WRONG = {
    "08.1": [
        written("def answer(pages, latency, at_once, work): return pages / at_once * latency", "the last round"),
        written(
            "def answer(pages, latency, at_once, work): return max(pages / at_once * latency, pages * work)", "round"
        ),
        written(
            "def answer(pages, latency, at_once, work): return -(-pages // at_once) * latency", "half a second of work"
        ),
        written(
            "def answer(pages, latency, at_once, work): return -(-pages // at_once) * latency + pages * work",
            "half a second of work",
        ),
        written(
            "def answer(pages, latency, at_once, work): return -(-pages // at_once) * max(latency, at_once * work)",
            "short round",
        ),
        written("def answer(pages, latency, at_once, work): print(pages)", "no number"),
    ],
    "08.2": [
        written("def answer(url, links): return {urljoin(url, link) for link in links}", "still has its fragment"),
        written("def answer(url, links): return [urldefrag(urljoin(url, link)).url for link in links]", "return a set"),
        written(
            "def answer(url, links): return {urldefrag(urljoin(url, link)).url for link in links}", "and yet it is in"
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    return {each for each in joined if urlsplit(each).netloc == urlsplit(url).netloc}",
            "neither http nor https",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    return {each for each in joined if each.startswith('http://baozi.example:808')}",
            "is missing",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    host = urlsplit(url).netloc\n"
            "    return {each for each in joined if each.startswith(('http://' + host, 'https://' + host))}",
            "only begins like our host",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    return {each for each in joined if urlsplit(url).netloc in each and each.startswith('http')}",
            "only",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    host = urlsplit(url).hostname\n"
            "    return {e for e in joined if urlsplit(e).hostname == host and e.startswith('http')}",
            "another port",
        ),
        written(
            "def answer(url, links):\n    return {urldefrag(urljoin(url, l)) for l in links}",
            "which is no string",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urljoin(url, link) for link in links if '#' not in link}\n"
            "    right = [(scheme, urlsplit(url).netloc) for scheme in ('http', 'https')]\n"
            "    return {each for each in joined if urlsplit(each)[:2] in right}",
            "leads to https://noodles.example/soup, which is missing",
        ),
        written(
            "def answer(url, links):\n"
            "    joined = {urldefrag(urljoin(url, link)).url for link in links}\n"
            "    right = [(scheme, 'baozi.example:808') for scheme in ('http', 'https')]\n"
            "    return {each for each in joined if urlsplit(each)[:2] in right}",
            "leads to https://noodles.example/soup, which is missing",
        ),
    ],
    "08.3": [
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for attempt in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            sleep(pause)",
            "the pauses are 0.5, 1 and 2",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for attempt in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            sleep(pause * 2**attempt)",
            "returned None where it should raise",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for attempt in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError as error:\n"
            "            last = error\n"
            "            sleep(pause * 2**attempt)\n"
            "    raise last",
            "none is needed after the last",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for attempt in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except Exception:\n"
            "            if attempt == tries - 1:\n"
            "                raise\n"
            "            sleep(pause * 2**attempt)",
            "will not pass",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    while True:\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            sleep(pause)\n"
            "            pause *= 2",
            "asked fifty times",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for attempt in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            sleep(pause * 2**attempt)\n"
            "    return fetch(url)",
            "asked 5 times",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    try:\n"
            "        return fetch(url)\n"
            "    except ConnectionError:\n"
            "        if tries == 1:\n"
            "            raise ConnectionError('gave up')\n"
            "        sleep(pause)\n"
            "        return answer(fetch, url, tries - 1, pause * 2, sleep)",
            "the last failure was ConnectionError('reset 4')",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError as e:\n"
            "            if n == tries - 1:\n"
            "                return e\n"
            "        sleep(pause * 2 ** n)",
            "where it should raise",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except OSError:\n"
            "            if n == tries - 1:\n"
            "                raise\n"
            "        sleep(pause * 2 ** n)",
            "but no ConnectionError",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            text = fetch(url)\n"
            "            if text:\n"
            "                return text\n"
            "        except ConnectionError as e:\n"
            "            if n == tries - 1:\n"
            "                raise\n"
            "        sleep(pause * 2 ** n)",
            "succeeded with ''",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            if n == tries - 1:\n"
            "                raise\n"
            "        gevent.sleep(pause * 2 ** n)",
            "never called the `sleep`",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(4):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            if n == 3:\n"
            "                raise\n"
            "        sleep(pause * 2 ** n)",
            "with tries=1 and failures only, your function asked 4 times",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except ConnectionError:\n"
            "            if n == tries - 1:\n"
            "                raise\n"
            "        sleep(2 ** n / 2)",
            "with tries=2, pause=3 and failures only, your pauses were [0.5]",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    for n in range(tries):\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except Exception as error:\n"
            "            if type(error) is not ConnectionError or n == tries - 1:\n"
            "                raise\n"
            "        sleep(pause * 2 ** n)",
            "raised ConnectionResetError('reset 1') after 1 of them",
        ),
        written(
            "def answer(fetch, url, tries, pause, sleep):\n"
            "    try:\n"
            "        return fetch(url)\n"
            "    except ConnectionError:\n"
            "        if tries == 1:\n"
            "            raise\n"
            "    for n in range(1, tries):\n"
            "        sleep(pause * 2 ** (n - 1))\n"
            "        try:\n"
            "            return fetch(url)\n"
            "        except Exception:\n"
            "            if n == tries - 1:\n"
            "                raise",
            "asked 2 times more",
        ),
    ],
    "08.4": [
        written(
            "def answer(urls, fetch, per_host):\n"
            "    return dict(zip(urls, Pool(per_host).map(fetch, urls), strict=True))",
            "no host should wait for another",
        ),
        written(
            "def answer(urls, fetch, per_host): return {url: fetch(url) for url in urls}", "could have 2 in flight"
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    limits = defaultdict(lambda: BoundedSemaphore(per_host))\n"
            "    def visit(url):\n"
            "        with limits[urlsplit(url).netloc]:\n"
            "            return fetch(url)\n"
            "    return dict(zip(urls, Pool(100).map(visit, urls), strict=True))",
            "no host should wait for another",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    limits = defaultdict(lambda: BoundedSemaphore(per_host))\n"
            "    def visit(url):\n"
            "        with limits[urlsplit(url).netloc]:\n"
            "            return fetch(url)\n"
            "    return dict(zip(urls, Pool(1000).map(visit, urls), strict=True))",
            "raised its error instead of keeping it",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    texts = {}\n"
            "    pools = defaultdict(lambda: Pool(per_host))\n"
            "    def visit(url):\n"
            "        texts[url] = fetch(url)\n"
            "    for url in urls:\n"
            "        pools[urlsplit(url).netloc].spawn(visit, url)\n"
            "    for pool in pools.values():\n"
            "        pool.join()\n"
            "    return texts",
            "no host should wait for another",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    texts = {}\n"
            "    limits = defaultdict(lambda: BoundedSemaphore(per_host))\n"
            "    def visit(url):\n"
            "        with limits[urlsplit(url).netloc]:\n"
            "            texts[url] = fetch(url)\n"
            "    gevent.joinall([gevent.spawn(visit, url) for url in urls])\n"
            "    return texts",
            "stands None",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    def visit(url):\n"
            "        with BoundedSemaphore(per_host):\n"
            "            return fetch(url)\n"
            "    return dict(zip(urls, Pool(1000).map(visit, urls), strict=True))",
            "requests at once, and 2 were allowed",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    limits = defaultdict(lambda: BoundedSemaphore(per_host))\n"
            "    res = {}\n"
            "\n"
            "    def visit(u):\n"
            "        s = limits[urlsplit(u).netloc]\n"
            "        s.acquire()\n"
            "        try:\n"
            "            res[u] = fetch(u)\n"
            "        except Exception as e:\n"
            "            res[u] = e\n"
            "            return\n"
            "        s.release()\n"
            "    gevent.joinall([gevent.spawn(visit, u) for u in urls])\n"
            "    return res",
            "never fetched after that",
        ),
        written(
            "def answer(urls, fetch, per_host):\n"
            "    with ThreadPoolExecutor(50) as pool:\n"
            "        return dict(zip(urls, pool.map(fetch, urls)))",
            "nobody will ever do",
        ),
        written(
            "import threading\n"
            "def answer(urls, fetch, per_host):\n"
            "    limits = defaultdict(lambda: threading.BoundedSemaphore(per_host))\n"
            "    texts = {}\n"
            "    def visit(url):\n"
            "        with limits[urlsplit(url).netloc]:\n"
            "            texts[url] = fetch(url)\n"
            "    gevent.joinall([gevent.spawn(visit, url) for url in urls])\n"
            "    return texts",
            "stopped the whole thread",
        ),
    ],
    "08.5": [
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.sleep = pause, sleep\n"
            "    def turn(self):\n"
            "        self.sleep(self.pause)",
            "though nobody was before it",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9\n"
            "    def turn(self):\n"
            "        if self.clock() - self.last < self.pause:\n"
            "            self.sleep(self.pause)\n"
            "        self.last = self.clock()",
            "0 s apart",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9\n"
            "        self.lock = BoundedSemaphore(1)\n"
            "    def turn(self):\n"
            "        with self.lock:\n"
            "            if self.clock() - self.last < self.pause:\n"
            "                self.sleep(self.pause)\n"
            "            self.last = self.clock()",
            "are enough",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.free = pause, clock, sleep, clock()\n"
            "    def turn(self):\n"
            "        moment, self.free = self.free, self.free + self.pause\n"
            "        self.sleep(max(0, moment - self.clock()))",
            "0 s apart",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9\n"
            "    def turn(self):\n"
            "        while self.clock() < self.last + self.pause:\n"
            "            pass\n"
            "        self.last = self.clock()",
            "again and again",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.last = pause, clock, -1e9\n"
            "        self.lock = BoundedSemaphore(1)\n"
            "    def turn(self):\n"
            "        with self.lock:\n"
            "            while self.clock() < self.last + self.pause:\n"
            "                gevent.sleep(self.pause)\n"
            "            self.last = self.clock()",
            "not in the `sleep` that it was given",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9\n"
            "    def turn(self):\n"
            "        self.sleep(self.last + self.pause - self.clock())\n"
            "        self.last = self.clock()",
            "less than nothing",
        ),
        written(
            "import threading\n"
            "class answer:\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep, self.last = pause, clock, sleep, -1e9\n"
            "        self.lock = threading.Lock()\n"
            "    def turn(self):\n"
            "        with self.lock:\n"
            "            rest = self.last + self.pause - self.clock()\n"
            "            if rest > 0:\n"
            "                self.sleep(rest)\n"
            "            self.last = self.clock()",
            "stopped the whole thread",
        ),
        written(
            "class answer:\n"
            "\n"
            "    def __init__(self, pause, clock, sleep):\n"
            "        self.pause, self.clock, self.sleep = (pause, clock, sleep)\n"
            "        self.free = None\n"
            "\n"
            "    def turn(self):\n"
            "        now = self.clock()\n"
            "        if self.free is None:\n"
            "            self.free = now\n"
            "        m = self.free\n"
            "        self.free += self.pause\n"
            "        if m > now:\n"
            "            self.sleep(m - now)",
            "after a long rest",
        ),
    ],
    "08.6": [
        written(
            "def answer(start, links_of, workers):\n"
            "    good, failed, ahead = set(), {}, [start]\n"
            "    while ahead:\n"
            "        page = ahead.pop()\n"
            "        if page in good or page in failed:\n"
            "            continue\n"
            "        try:\n"
            "            ahead += links_of(page)\n"
            "            good.add(page)\n"
            "        except Exception as error:\n"
            "            failed[page] = error\n"
            "    return good, failed",
            "only 1 in flight",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    found, good, failed, level = {start}, set(), {}, [start]\n"
            "    def visit(page):\n"
            "        try:\n"
            "            links = links_of(page)\n"
            "            good.add(page)\n"
            "            return links\n"
            "        except Exception as error:\n"
            "            failed[page] = error\n"
            "            return []\n"
            "    while level:\n"
            "        lists = Pool(workers).map(visit, level)\n"
            "        level = sorted({link for links in lists for link in links} - found)\n"
            "        found.update(level)\n"
            "    return good, failed",
            "a slow page must not keep the others from working",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    found, good, failed, pool = {start}, set(), {}, Pool(workers)\n"
            "    def visit(page):\n"
            "        try:\n"
            "            links = links_of(page)\n"
            "            good.add(page)\n"
            "        except Exception as error:\n"
            "            failed[page] = error\n"
            "            return\n"
            "        for link in links:\n"
            "            if link not in found:\n"
            "                found.add(link)\n"
            "                pool.spawn(visit, link)\n"
            "    pool.spawn(visit, start)\n"
            "    pool.join()\n"
            "    return good, failed",
            "stands still",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, good, failed = JoinableQueue(), set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        for page in ahead:\n"
            "            try:\n"
            "                if page not in good:\n"
            "                    for link in links_of(page):\n"
            "                        ahead.put(link)\n"
            "                    good.add(page)\n"
            "            except Exception as error:\n"
            "                failed[page] = error\n"
            "            finally:\n"
            "                ahead.task_done()\n"
            "    crew = [gevent.spawn(work) for _ in range(workers)]\n"
            "    ahead.join()\n"
            "    gevent.killall(crew)\n"
            "    return good, failed",
            "was asked for twice",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = JoinableQueue(), {start}, set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        for page in ahead:\n"
            "            try:\n"
            "                for link in links_of(page):\n"
            "                    if link not in found:\n"
            "                        found.add(link)\n"
            "                        ahead.put(link)\n"
            "                good.add(page)\n"
            "            except Exception as error:\n"
            "                failed[page] = error\n"
            "            finally:\n"
            "                ahead.task_done()\n"
            "    for _ in range(workers):\n"
            "        gevent.spawn(work)\n"
            "    ahead.join()\n"
            "    return good, failed",
            "greenlet(s) behind",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = JoinableQueue(), {start}, set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        while not ahead.empty():\n"
            "            page = ahead.get()\n"
            "            for link in links_of(page):\n"
            "                if link not in found:\n"
            "                    found.add(link)\n"
            "                    ahead.put(link)\n"
            "            good.add(page)\n"
            "    gevent.joinall([gevent.spawn(work) for _ in range(workers)], raise_error=True)\n"
            "    return good, failed",
            "in flight",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = JoinableQueue(), {start}, set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        for page in ahead:\n"
            "            for link in links_of(page):\n"
            "                if link not in found:\n"
            "                    found.add(link)\n"
            "                    ahead.put(link)\n"
            "            good.add(page)\n"
            "            ahead.task_done()\n"
            "    crew = [gevent.spawn(work) for _ in range(workers)]\n"
            "    ahead.join()\n"
            "    gevent.killall(crew)\n"
            "    return good, failed",
            "must not end its worker",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = JoinableQueue(), {start}, set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        for page in ahead:\n"
            "            try:\n"
            "                for link in links_of(page):\n"
            "                    if link not in found:\n"
            "                        found.add(link)\n"
            "                        ahead.put(link)\n"
            "                good.add(page)\n"
            "            except Exception:\n"
            "                pass\n"
            "            finally:\n"
            "                ahead.task_done()\n"
            "    crew = [gevent.spawn(work) for _ in range(workers)]\n"
            "    ahead.join()\n"
            "    gevent.killall(crew)\n"
            "    return good, failed",
            "your dictionary says otherwise",
        ),
        written(
            "from gevent.pool import Group\n"
            "\n"
            "def answer(start, links_of, workers):\n"
            "    found, good, failed = ({start}, [], {})\n"
            "    crowd, limit = (Group(), BoundedSemaphore(workers))\n"
            "\n"
            "    def visit(page):\n"
            "        with limit:\n"
            "            try:\n"
            "                links = links_of(page)\n"
            "            except Exception as e:\n"
            "                failed[page] = e\n"
            "                return\n"
            "        good.append(page)\n"
            "        for l in links:\n"
            "            if l not in found:\n"
            "                found.add(l)\n"
            "                crowd.spawn(visit, l)\n"
            "    crowd.spawn(visit, start)\n"
            "    crowd.join()\n"
            "    return (good, failed)",
            "return two things",
        ),
        written(
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = (JoinableQueue(), {start}, set(), {})\n"
            "    ahead.put(start)\n"
            "\n"
            "    def work():\n"
            "        while True:\n"
            "            try:\n"
            "                page = ahead.get(timeout=0.1)\n"
            "            except Exception:\n"
            "                return\n"
            "            try:\n"
            "                for l in links_of(page):\n"
            "                    if l not in found:\n"
            "                        found.add(l)\n"
            "                        ahead.put(l)\n"
            "                good.add(page)\n"
            "            except Exception as e:\n"
            "                failed[page] = e\n"
            "    gevent.joinall([gevent.spawn(work) for _ in range(workers)])\n"
            "    return (good, failed)",
            "nothing to do must stay",
        ),
        written(
            "import queue, threading\n"
            "def answer(start, links_of, workers):\n"
            "    ahead, found, good, failed = queue.Queue(), {start}, set(), {}\n"
            "    ahead.put(start)\n"
            "    def work():\n"
            "        while True:\n"
            "            page = ahead.get()\n"
            "            try:\n"
            "                for link in links_of(page):\n"
            "                    if link not in found:\n"
            "                        found.add(link)\n"
            "                        ahead.put(link)\n"
            "                good.add(page)\n"
            "            except Exception as error:\n"
            "                failed[page] = error\n"
            "            finally:\n"
            "                ahead.task_done()\n"
            "    for _ in range(workers):\n"
            "        threading.Thread(target=work, daemon=True).start()\n"
            "    ahead.join()\n"
            "    return good, failed",
            "in another thread",
        ),
    ],
}
