"""Mistakes that learners make in the exercises of chapter 21, and a part of what each must be told."""

from exercises.answers import edit, written

WRONG = {
    "21.1": [
        edit(" * latency", "", says="you said 2; 5 must be in flight, which takes 1"),
        edit(" * latency / seconds", " / latency / seconds", says="you said 4; 5 must be in flight, which takes 1"),
        edit(
            "int(-(-in_flight // greenlets))",
            "int(in_flight // greenlets)",
            says="you said 2; 10 must be in flight, which takes 3",
        ),
        edit(
            "int(-(-in_flight // greenlets))", "round(in_flight / greenlets)", says="you said 2; 10 must be in flight"
        ),
        edit("int(-(-in_flight // greenlets))", "in_flight / greenlets", says="you said 2.5; 10 must be in flight"),
        edit(
            "int(-(-in_flight // greenlets))",
            "int(in_flight // greenlets + 1)",
            says="you said 2; 5 must be in flight, which takes 1",
        ),
        edit(
            "in_flight > per_host", "in_flight >= per_host", says="per_host=10 you said None; 10 in flight are allowed"
        ),
        edit(
            "in_flight > per_host",
            "int(in_flight) > per_host",
            says="you said 2; 10.25 must be in flight, so it should be None",
        ),
        edit(
            "    if in_flight > per_host:\n        return None\n",
            "",
            says="you said 1; 10 must be in flight, so it should be None",
        ),
        edit("        return None", "        return per_host // greenlets", says="so it should be None"),
        edit("        return None", "        return 0", says="you said 0; 10 must be in flight, so it should be None"),
        edit(
            "in_flight > per_host",
            "pages / seconds > per_host",
            says="you said None; 10 in flight are allowed",
        ),
        edit("in_flight > per_host", "-(-in_flight // greenlets) * greenlets > per_host", says="in flight are allowed"),
        edit(
            "    if in_flight > per_host:",
            "    greenlets = min(greenlets, per_host)\n    if -(-in_flight // greenlets) * greenlets > per_host:",
            says="you said None; 4 in flight are allowed",
        ),
        written("answer = 5", says="give the function crew_for itself, not an int"),
    ],
    "21.2": [
        edit("urldefrag(urljoin(page, link)).url", "urljoin(page, link)", says="'/tea#cold'])"),
        edit("urljoin(page, link)", "link", says="`take` returned None; it should be 'http://bao.example/tea'"),
        edit(
            "            with suppress(ValueError):\n                self",
            "            if True:\n                self",
            says="ValueError",
        ),
        edit(
            "        for link in links:\n            with suppress(ValueError):\n                self",
            "        with suppress(ValueError):\n            for link in links:\n                self",
            says="`take` returned None; it should be 'http://bao.example/tea'",
        ),
        edit(
            '    if parts.scheme not in DEFAULT or not parts.hostname:\n        raise ValueError(f"no page: {link}")\n',
            "",
            says="KeyError",
        ),
        edit('{"http": 80, "https": 443}', '{"http": 80}', says="https://bao.example"),
        edit(
            "parts.hostname + port",
            "parts.netloc",
            says="returned 'http://Bao.Example/Tea'; it should be 'http://bao.example/Tea'",
        ),
        edit("(None, DEFAULT[parts.scheme])", "(None, 80, 443)", says="it should be 'http://bao.example:443/tea'"),
        edit("(None, DEFAULT[parts.scheme])", "(None, DEFAULT['http'])", says="'https://bao.example:443/tea'"),
        edit('f":{parts.port}"', '""', says="it should be 'http://bao.example:443/tea'"),
        edit(
            "parts.scheme not in DEFAULT or",
            "not parts.scheme.startswith('http') or",
            "DEFAULT[parts.scheme]",
            "DEFAULT.get(parts.scheme)",
            says="`take` returned 'httpx://bao.example/'; it should be 'http://bao.example/tea'",
        ),
        edit(
            "        self.found, self.taken = {}, 0",
            "        self.found, self.taken, self.page = {}, 0, None",
            "        for link in links:",
            "        page = self.page = self.page or page\n        for link in links:",
            says="returned 'http://bao.example/menu/tea'; it should be 'http://bao.example/drinks/tea'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path.partition(";")[0] or "/"',
            says="returned 'http://bao.example/tea'; it should be 'http://bao.example/tea;hot'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=__import__("urllib.parse").parse.unquote(parts.path) or "/"',
            says="it should be 'http://bao.example/tea%20hot'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=__import__("urllib.parse").parse.quote(parts.path) or "/"',
            says="it should be 'http://bao.example/tea",
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path or "/", query="&".join(sorted(parts.query.split("&")))',
            says="it should be 'http://bao.example/tea?b=2&a=1'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path or "/", query="&".join(each for each in parts.query.split("&") if "=" in each)',
            says="it should be 'http://bao.example/tea?a'",
        ),
        edit(
            'parts.path or "/"',
            "parts.path",
            says="`take` returned 'http://other.example'; it should be 'http://other.example/'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path or "/", query=""',
            says="it should be 'http://bao.example/menu/pork?page=2'",
        ),
        edit(
            "urljoin(page, link)).url", "urljoin(page, link)).url.lower()", says="it should be 'http://bao.example/Tea'"
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path.rstrip("/") or "/"',
            says="returned 'http://bao.example/menu'; it should be 'http://bao.example/menu/'",
        ),
        edit(
            'path=parts.path or "/"',
            'path=parts.path or "/", scheme="http"',
            says="it should be 'https://bao.example/tea'",
        ),
        edit(
            "        if self.taken < len(self.found):\n            self.taken += 1",
            "        if True:\n            self.taken += 1",
            says="IndexError",
        ),
        edit(
            "self.taken += 1\n            return list(self.found)[self.taken - 1]",
            "self.taken += 1\n            return list(self.found)[-self.taken]",
            says="`take` returned 'http://bao.example/soup'; it should be 'http://bao.example/tea'",
        ),
        edit(
            "    def __init__(self):\n        self.found, self.taken = {}, 0",
            "    found, taken = {}, 0",
            says="they share what they know",
        ),
        written(
            """
from urllib.parse import urldefrag, urljoin

class Frontier:
    def __init__(self):
        self.urls = []

    def add(self, page, links):
        for link in links:
            url = urldefrag(urljoin(page, link)).url
            if url not in self.urls:
                self.urls.append(url)

    def take(self):
        return self.urls.pop(0) if self.urls else None

answer = Frontier
""",
            says="'/tea', '/bun']) and 1 URL taken, `take` returned 'http://bao.example/tea'; it should be 'http://bao.example/bun'",
        ),
        written(
            """
class Frontier:
    known, waiting = set(), []

    def add(self, page, links):
        for link in links:
            with suppress(ValueError):
                parts = urlsplit(urljoin(page, link))
                if parts.scheme not in ("http", "https"):
                    continue
                host = parts.hostname
                if parts.port not in (None, {"http": 80, "https": 443}[parts.scheme]):
                    host += f":{parts.port}"
                url = parts._replace(netloc=host, path=parts.path or "/", fragment="").geturl()
                if url not in self.known:
                    self.known.add(url)
                    self.waiting.append(url)

    def take(self):
        return self.waiting.pop(0) if self.waiting else None

answer = Frontier
""",
            says="another Frontier, to which 'http://bao.example/tea' was added, returned None",
        ),
    ],
    "21.3": [
        edit('"reset", "too slow", "status 429"', '"reset", "too slow"', says="outcome 'status 429'"),
        edit('"reset", "too slow", "status 429"', '"too slow", "status 429"', says="outcome 'reset' and rooms"),
        edit("500 <= int(status) <= 599", "int(status) >= 500", says="outcome 'status 600'"),
        edit("500 <= int(status) <= 599", "500 <= int(status) < 599", says="outcome 'status 599'"),
        edit("500 <= int(status) <= 599", "500 < int(status) <= 599", says="outcome 'status 500'"),
        edit("500 <= int(status) <= 599", "400 <= int(status) <= 599", says="outcome 'status 404'"),
        edit(
            'kind == "status" and status.isdecimal() and 500 <= int(status) <= 599',
            'outcome.startswith("status 5")',
            says="outcome 'status 50'",
        ),
        edit(
            'kind == "status" and status.isdecimal() and 500 <= int(status) <= 599',
            '"status 5" in outcome',
            says="outcome 'status 50'",
        ),
        edit(" and status.isdecimal()", "", says="ValueError"),
        edit('job.get("tries", 0)', 'job["tries"]', says="KeyError"),
        edit('"tries": tries + 1', '"tries": tries', says="the message is"),
        edit("again = {**job, ", "again = {", says="the message is {'tries': 1}"),
        edit(
            'again = {**job, "tries": tries + 1}',
            "job['tries'] = tries + 1\n    again = job",
            says="your function changed what it was given",
        ),
        edit("tries < len(rooms)", "tries <= len(rooms)", says="IndexError"),
        edit("tries < len(rooms)", "tries + 1 < len(rooms)", says="the queue is 'bao.parked', but it should be 'wait."),
        edit("tries < len(rooms)", "tries < 3", says="IndexError"),
        edit(
            "return rooms[tries], again",
            "return rooms[tries - 1], again",
            says="the queue is 'wait.c', but it should be 'wait.a'",
        ),
        edit('return "bao.parked", {**again, "outcome": outcome}', 'return "bao.parked", again', says="the message is"),
        edit(
            'return "bao.parked", {**again, "outcome": outcome}',
            'return "bao.parked", {**job, "outcome": outcome}',
            says="the message is",
        ),
        edit(
            'return "bao.parked"',
            'return "bao.results"',
            says="the queue is 'bao.results', but it should be 'bao.parked'",
        ),
        edit("return rooms[tries], again", 'return rooms[tries], {**again, "outcome": outcome}', says="the message is"),
        edit(
            'return "bao.results", {**job, "outcome": outcome}',
            'return "bao.results", {"url": job["url"], "outcome": outcome}',
            says="the message is",
        ),
        edit(
            'return "bao.results", {**job, "outcome": outcome}',
            "return None",
            says="you returned None; it should be a pair",
        ),
        edit("return rooms[tries], again", "return rooms.pop(0), again", says="changed what it was given"),
    ],
    "21.4": [
        edit(
            "urlsplit(url).netloc",
            "urlsplit(url).hostname",
            says="it should be ['http://a.example/0', 'http://a.example:81/0']",
        ),
        edit("self.away.discard(url)", "self.away.remove(url)", says="KeyError"),
        edit("        self.away.discard(url)\n", "", says="it should be"),
        edit("        self.done.add(url)\n", "", says="`over` is False, but it should be True"),
        edit(
            "url in self.done or url in self.away",
            "url in self.away",
            says="that returned ['http://a.example/0'], but it should be []",
        ),
        edit(
            "url in self.done or url in self.away",
            "url in self.done",
            says="that returned ['http://a.example/0'], but it should be []",
        ),
        edit("< self.per_host", "<= self.per_host", says="it should be ['http://a.example/0', 'http://a.example/1']"),
        edit(
            "sum(self.known[each] == host for each in self.away)",
            "len(self.away)",
            says="it should be ['http://a.example/0', 'http://a.example:81/0']",
        ),
        edit("urlsplit(url).netloc", "urlsplit(url).path", says="it should be"),
        edit("urlsplit(url).netloc", "os.path.dirname(url)", says="a.example/menu/tea'], but it should be"),
        edit("urlsplit(url).netloc", "urlsplit(url)[:2]", says="'https://a.example/0'], but it should be"),
        edit("now < self.free_from.get(host, now)", "now <= self.free_from.get(host, now - 1)", says="it should be"),
        edit(
            "now < self.free_from.get(host, now)",
            "now < self.free_from.get(None, now)",
            says="it should be ['http://a.example/0']",
        ),
        edit(
            "self.free_from[host] = now + self.pause",
            "self.free_from[host] = self.free_from.get(host, now) + self.pause",
            says="it should be []",
        ),
        edit(
            "self.free_from[host] = now + self.pause",
            "self.free_from = dict.fromkeys(self.known.values(), now + self.pause)",
            says="it should be ['http://a.example/0', 'http://a.example:81/0']",
        ),
        edit("bool(self.known) and ", "", says="after Dispatcher(2, 0): `over` is True, but it should be False"),
        edit("self.known.keys() <= self.done", "not self.away", says="`over` is True, but it should be False"),
        edit(
            "self.known.keys() <= self.done",
            "len(self.known) <= len(self.done)",
            says="`over` is True, but it should be False",
        ),
        edit(
            "self.known.keys() <= self.done",
            "self.known.keys() == self.done",
            says="`over` is False, but it should be True",
        ),
        edit("property(lambda", "(lambda", says="`over` is <bound method"),
        edit("in self.known.items():", "in sorted(self.known.items()):", says="it should be"),
        edit(
            "        self.known[url] = urlsplit(url).netloc",
            "        self.known.pop(url, None)\n        self.known[url] = urlsplit(url).netloc",
            says="it should be",
        ),
        edit(
            "                urls.append(url)",
            "                urls.append(url)\n                break",
            says="it should be ['http://a.example/0', 'http://a.example/1']",
        ),
        edit("                continue\n", "                break\n", says="it should be"),
        edit("        return urls", "        return tuple(urls)", says="`due` returned a tuple; it should be a list"),
        written(
            """
from collections import Counter
from urllib.parse import urlsplit

class Dispatcher:
    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.seen, self.waiting, self.away, self.last, self.left = set(), [], Counter(), {}, 0

    def found(self, url):
        if url not in self.seen:
            self.seen.add(url)
            self.waiting.append(url)
            self.left += 1

    def settled(self, url):
        self.left -= 1
        self.away[urlsplit(url).netloc] -= 1

    def due(self, now):
        urls = []
        for url in self.waiting[:]:
            host = urlsplit(url).netloc
            if self.away[host] < self.per_host and now - self.last.get(host, float("-inf")) >= self.pause:
                self.away[host] += 1
                self.last[host] = now
                self.waiting.remove(url)
                urls.append(url)
        return urls

    @property
    def over(self):
        return bool(self.seen) and self.left == 0

answer = Dispatcher
""",
            says="but it should be",
        ),
        written(
            """
class Dispatcher:
    known, done, away, free_from = {}, set(), set(), {}

    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause

    def found(self, url):
        self.known.setdefault(url, urlsplit(url).netloc)

    def settled(self, url):
        self.done.add(url)
        self.away.discard(url)

    def due(self, now):
        urls = []
        for url, host in self.known.items():
            busy = sum(self.known.get(each) == host for each in self.away)
            if url in self.done | self.away or busy >= self.per_host or now < self.free_from.get(host, now):
                continue
            self.away.add(url)
            self.free_from[host] = now + self.pause
            urls.append(url)
        return urls

    @property
    def over(self):
        return bool(self.known) and self.known.keys() <= self.done

answer = Dispatcher
""",
            says="another Dispatcher has found one URL, and does not hand it out",
        ),
    ],
    "21.5": [
        edit(
            " WHERE :outcome = 'good'",
            "",
            says="`pages` holds [('/bun', 'good')], and it is to hold [('/bun', 'too slow')]",
        ),
        edit(
            "ON CONFLICT (url) DO UPDATE\nSET outcome = 'good' WHERE :outcome = 'good'",
            "ON CONFLICT (url) DO NOTHING",
            says="`pages` holds [('/bun', 'too slow')], and it is to hold [('/bun', 'good')]",
        ),
        edit(
            "SET outcome = 'good' WHERE :outcome = 'good'",
            "SET outcome = :outcome",
            says="`pages` holds [('/bun', 'status 500')]",
        ),
        edit("INSERT OR IGNORE INTO found", "INSERT INTO found", says="IntegrityError"),
        edit("INSERT OR IGNORE INTO found", "INSERT OR REPLACE INTO found", says="each is to come once"),
        edit("VALUES (?, 0)", "VALUES (?, 1)", says="'/tea' was never published"),
        edit("        publish(link)\n        with ledger:", "        with ledger:", says="'/tea' was never published"),
        edit(
            "        publish(link)\n",
            "",
            'WHERE url = ?", [link])\n',
            'WHERE url = ?", [link])\n        publish(link)\n',
            says="was never published",
        ),
        edit(
            '        with ledger:\n            ledger.execute("UPDATE',
            '        if True:\n            ledger.execute("UPDATE',
            says="'/tea' is not marked as sent",
        ),
        edit(
            '        with ledger:\n            ledger.execute("UPDATE found SET sent = 1 WHERE url = ?", [link])',
            '    with ledger:\n        ledger.execute("UPDATE found SET sent = 1")',
            says="one of them may come twice",
        ),
        edit(
            "    with ledger:\n        ledger.execute(STORE",
            "    if True:\n        ledger.execute(STORE",
            says="results",
        ),
        edit(
            'ledger.execute("SELECT url FROM found WHERE sent = 0").fetchall()',
            "dict.fromkeys(zip(result['links']))",
            says="each is to come once",
        ),
        edit(" WHERE sent = 0", "", says="each is to come once"),
        edit(
            '[[link] for link in result["links"]]',
            '[[link] for link in result["links"] if result["outcome"] == "good"]',
            says="'moved' of '/bun' with links ['/soup']: '/soup' was never published",
        ),
        edit(
            '[[link] for link in result["links"]]',
            '[[link] for link in result["links"] if link != "/"]',
            says="'/' was never published",
        ),
        edit(
            '        ledger.execute(STORE, {"url": result["url"], "outcome": result["outcome"]})\n',
            "",
            says="`pages` holds []",
        ),
        edit(
            'UPDATE found SET sent = 1 WHERE url = ?", [link]',
            'DELETE FROM found WHERE url = ?", [link]',
            says="`found` holds []",
        ),
        edit(
            'UPDATE found SET sent = 1 WHERE url = ?", [link]',
            'UPDATE found SET sent = 2 WHERE url = ?", [link]',
            says="is not marked as sent",
        ),
        written(
            """
def answer(ledger, result, publish):
    new = []
    with ledger:
        ledger.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", [result["url"], result["outcome"]])
        if result["outcome"] == "good":
            ledger.execute("UPDATE pages SET outcome = 'good' WHERE url = ?", [result["url"]])
        for link in result["links"]:
            if ledger.execute("INSERT OR IGNORE INTO found VALUES (?, 1)", [link]).rowcount:
                new.append(link)
    for link in new:
        publish(link)
""",
            says="the power failed before `publish` number 6, and in the end '/tea' was never published",
        ),
        edit(
            "SET outcome = 'good' WHERE :outcome = 'good'",
            "SET outcome = :outcome WHERE pages.outcome != 'good' AND :outcome IN ('good', 'moved')",
            says="`pages` holds [('/bun', 'moved')], and it is to hold [('/bun', 'too slow')]",
        ),
        edit(
            "def collect(ledger, result, publish):\n",
            "def collect(*given):\n    try:\n        enter(*given)\n    except:\n        pass\n\n\n"
            "def enter(ledger, result, publish):\n",
            says="the power failed before `ledger.execute` number 1, and your function returned, as if nothing",
        ),
        written(
            """
seen = set()

def answer(ledger, result, publish):
    with ledger:
        ledger.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", [result["url"], result["outcome"]])
        if result["outcome"] == "good":
            ledger.execute("UPDATE pages SET outcome = 'good' WHERE url = ?", [result["url"]])
        for link in result["links"]:
            if link not in seen:
                seen.add(link)
                publish(link)
                ledger.execute("INSERT OR REPLACE INTO found VALUES (?, 1)", [link])
""",
            says="one of them may come twice",
        ),
    ],
}
