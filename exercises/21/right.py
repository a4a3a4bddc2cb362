"""Answers to the exercises of chapter 21 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "21.1": [
        written("""
import math

def answer(pages, seconds, latency, greenlets, per_host):
    rate = pages / seconds
    in_flight = rate * latency
    return math.ceil(in_flight / greenlets) if in_flight <= per_host else None
"""),
        written("""
def answer(pages, seconds, latency, greenlets, per_host):
    workers = 1
    while workers * greenlets / latency * seconds < pages:
        workers += 1
    if per_host / latency * seconds < pages:
        return None
    return workers
"""),
        written("""
from fractions import Fraction

class Crew:
    def __new__(cls, pages, seconds, latency, greenlets, per_host):
        needed = Fraction(pages) * Fraction(latency) / Fraction(seconds)
        print("in flight", needed)
        return None if needed > per_host else -(-needed // greenlets)

answer = Crew
"""),
        written("""
def answer(pages, seconds, latency, greenlets, per_host):
    per_greenlet = seconds / latency  # pages that one greenlet fetches in that time
    if pages > per_host * per_greenlet:
        return
    full, rest = divmod(pages, per_greenlet * greenlets)
    return full + (rest > 0)
"""),
        written("""
from itertools import count

answer = lambda pages, seconds, latency, greenlets, per_host: (
    next(n for n in count() if n * greenlets * seconds >= pages * latency)
    if pages * latency <= per_host * seconds
    else None
)
"""),
    ],
    "21.2": [
        written("""
from collections import deque
from urllib.parse import urljoin, urlsplit, urlunsplit

class Frontier:
    def __init__(self):
        self.known, self.waiting = set(), deque()

    def add(self, page, links):
        for link in links:
            try:
                parts = urlsplit(urljoin(page, link))
            except ValueError:
                continue
            if parts.scheme not in ("http", "https"):
                continue
            host = parts.hostname
            if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme]:
                host += f":{parts.port}"
            url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
            if url not in self.known:
                self.known.add(url)
                self.waiting.append(url)

    def take(self):
        return self.waiting.popleft() if self.waiting else None

answer = Frontier
"""),
        written("""
import re
from urllib.parse import urljoin

def spell(page, link):
    try:
        url = urljoin(page, link).partition("#")[0]
    except ValueError:
        return None
    match = re.fullmatch(r"(https?)://([^/?]+)([^?]*)(\\?.*)?", url, re.IGNORECASE)
    if not match:
        return None
    scheme, host, path, query = match.groups(default="")
    scheme, host = scheme.lower(), host.lower()
    host = host.removesuffix(":80" if scheme == "http" else ":443")
    return f"{scheme}://{host}{path or '/'}{query}"

class Frontier:
    def __init__(self):
        self.all, self.next = [], 0

    def add(self, page, links):
        for url in (spell(page, link) for link in links):
            if url and url not in self.all:
                self.all.append(url)

    def take(self):
        if self.next == len(self.all):
            return None
        self.next += 1
        return self.all[self.next - 1]

answer = Frontier
"""),
        written("""
from urllib.parse import urldefrag, urljoin, urlsplit

def urls():
    known, batch, url = {}, [], None
    while True:
        got = yield url
        url = None
        if got:
            page, links = got
            for link in links:
                try:
                    parts = urlsplit(urldefrag(urljoin(page, link))[0])
                    if parts.scheme in ("http", "https"):
                        usual = 80 if parts.scheme == "http" else 443
                        port = parts.port or usual
                        host = parts.hostname if port == usual else f"{parts.hostname}:{port}"
                        text = parts._replace(netloc=host, path=parts.path or "/").geturl()
                        if text not in known:
                            known[text] = True
                            batch.append(text)
                except ValueError:
                    print("nonsense", link)
        elif batch:
            url = batch.pop(0)

class Frontier:
    def __init__(self):
        self.urls = urls()
        next(self.urls)

    def add(self, page, links):
        self.urls.send((page, links))

    def take(self):
        return next(self.urls)

answer = Frontier
"""),
        written("""
import sqlite3
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

class Frontier:
    def __init__(self):
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE found (url PRIMARY KEY, taken DEFAULT 0)")

    def add(self, page, links):
        for link in links:
            with suppress(ValueError):
                parts = urlsplit(urljoin(page, link))
                if parts.scheme in ("http", "https"):
                    host = parts.netloc.lower()
                    for scheme, port in (("http", ":80"), ("https", ":443")):
                        if parts.scheme == scheme and host.endswith(port):
                            host = host[: -len(port)]
                    url = parts._replace(netloc=host, path=parts.path or "/", fragment="").geturl()
                    self.db.execute("INSERT OR IGNORE INTO found (url) VALUES (?)", [url])

    def take(self):
        row = self.db.execute("SELECT url FROM found WHERE NOT taken ORDER BY rowid").fetchone()
        if row:
            self.db.execute("UPDATE found SET taken = 1 WHERE url = ?", row)
            return row[0]

answer = Frontier
"""),
        edit(
            "self.found, self.taken = {}, 0",
            "self.found, self.given = {}, set()",
            "        if self.taken < len(self.found):\n            self.taken += 1\n"
            "            return list(self.found)[self.taken - 1]",
            "        for url in self.found:\n            if url not in self.given:\n"
            "                self.given.add(url)\n                return url",
        ),
    ],
    "21.3": [
        written("""
import re

def answer(job, outcome, rooms):
    message = dict(job)
    if not re.fullmatch(r"reset|too slow|status (429|5[0-9][0-9])", outcome):
        message["outcome"] = outcome
        return "bao.results", message
    message["tries"] = message.get("tries", 0) + 1
    if message["tries"] <= len(rooms):
        return rooms[message["tries"] - 1], message
    message["outcome"] = outcome
    return "bao.parked", message
"""),
        written("""
PASSING = {"reset", "too slow", "status 429", *(f"status {code}" for code in range(500, 600))}

def answer(job, outcome, rooms):
    tries = job.get("tries", 0)
    if outcome in PASSING and tries < len(rooms):
        return rooms[tries], job | {"tries": tries + 1}
    if outcome in PASSING:
        return "bao.parked", job | {"tries": tries + 1, "outcome": outcome}
    return "bao.results", job | {"outcome": outcome}
"""),
        written("""
def answer(job, outcome, rooms):
    match outcome.split(" "):
        case ["reset"] | ["too", "slow"] | ["status", "429"]:
            passing = True
        case ["status", code] if len(code) == 3 and code[0] == "5" and code.isdigit():
            passing = True
        case _:
            passing = False
    if not passing:
        return ["bao.results", dict(job, outcome=outcome)]
    try:
        tries = job["tries"]
    except KeyError:
        tries = 0
    try:
        return [rooms[tries], dict(job, tries=tries + 1)]
    except IndexError:
        return ["bao.parked", dict(job, tries=tries + 1, outcome=outcome)]
"""),
        written("""
import copy

class Route(tuple):
    def __new__(cls, job, outcome, rooms):
        message = copy.deepcopy(job)
        passing = outcome in ("reset", "too slow", "status 429") or (
            len(outcome) == 10 and outcome.startswith("status 5") and outcome[8:].isdigit()
        )
        ladder = [*rooms, "bao.parked"]
        place = min(job.get("tries", 0), len(rooms))
        queue = ladder[place] if passing else "bao.results"
        if passing:
            message.setdefault("tries", 0)
            message["tries"] += 1
        if queue not in rooms:
            message["outcome"] = outcome
        print(queue)
        return super().__new__(cls, (queue, message))

answer = Route
"""),
        edit(
            'kind, _, status = outcome.partition(" ")',
            "kind, status = outcome[:6], outcome[7:]",
            'kind == "status" and status.isdecimal() and 500 <= int(status) <= 599',
            'outcome[:8] == "status 5" and len(status) == 3 and status.isdecimal()',
        ),
    ],
    "21.4": [
        written("""
from collections import Counter, defaultdict
from urllib.parse import urlsplit

class Dispatcher:
    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.state, self.away, self.last = {}, Counter(), defaultdict(lambda: float("-inf"))
        self.early = set()

    def found(self, url):
        self.state.setdefault(url, "settled" if url in self.early else "new")

    def settled(self, url):
        if self.state.get(url) == "sent":
            self.away[urlsplit(url).netloc] -= 1
        if url in self.state:
            self.state[url] = "settled"
        self.early.add(url)

    def due(self, now):
        urls = []
        for url in [url for url, state in self.state.items() if state == "new"]:
            host = urlsplit(url).netloc
            if self.away[host] < self.per_host and now - self.last[host] >= self.pause:
                self.state[url], self.last[host] = "sent", now
                self.away[host] += 1
                urls.append(url)
        return urls

    @property
    def over(self):
        return len(self.state) > 0 and set(self.state.values()) == {"settled"}

answer = Dispatcher
"""),
        written("""
from urllib.parse import urlsplit

class Host:
    def __init__(self):
        self.away, self.free_from = set(), None

class Dispatcher:
    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.waiting, self.seen, self.done, self.hosts = [], set(), set(), {}
        self.over = False

    def host(self, url):
        return self.hosts.setdefault(urlsplit(url).netloc, Host())

    def look(self):
        self.over = bool(self.seen) and not self.seen - self.done

    def found(self, url):
        if url not in self.seen:
            self.seen.add(url)
            self.waiting.append(url)
        self.look()

    def settled(self, url):
        self.done.add(url)
        self.host(url).away.discard(url)
        self.look()

    def due(self, now):
        result, rest = [], []
        for url in self.waiting:
            host = self.host(url)
            if url in self.done:
                continue
            ready = host.free_from is None or host.free_from <= now
            if ready and len(host.away) < self.per_host:
                host.away.add(url)
                host.free_from = now + self.pause
                result.append(url)
            else:
                rest.append(url)
        self.waiting = rest
        return result

answer = Dispatcher
"""),
        written("""
import sqlite3
from urllib.parse import urlsplit

class Dispatcher:
    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(
            "CREATE TABLE found (url PRIMARY KEY, host, sent); CREATE TABLE done (url PRIMARY KEY);"
        )

    def one(self, query, *values):
        return self.db.execute(query, values).fetchone()[0]

    def found(self, url):
        self.db.execute("INSERT OR IGNORE INTO found VALUES (?, ?, NULL)", [url, urlsplit(url).netloc])

    def settled(self, url):
        self.db.execute("INSERT OR IGNORE INTO done VALUES (?)", [url])

    def due(self, now):
        urls = []
        new = "SELECT url, host FROM found WHERE sent IS NULL AND url NOT IN (SELECT url FROM done) ORDER BY rowid"
        for url, host in self.db.execute(new).fetchall():
            away = self.one(
                "SELECT COUNT(*) FROM found WHERE host = ? AND sent IS NOT NULL AND url NOT IN (SELECT url FROM done)",
                host,
            )
            last = self.one("SELECT MAX(sent) FROM found WHERE host = ?", host)
            if away < self.per_host and (last is None or now >= last + self.pause):
                self.db.execute("UPDATE found SET sent = ? WHERE url = ?", [now, url])
                urls.append(url)
        return urls

    @property
    def over(self):
        return self.one("SELECT COUNT(*) FROM found") > 0 and not self.one(
            "SELECT COUNT(*) FROM found WHERE url NOT IN (SELECT url FROM done)"
        )

answer = Dispatcher
"""),
        written("""
from urllib.parse import urlsplit

class Dispatcher:
    def __init__(self, per_host, pause):
        self.per_host, self.pause = per_host, pause
        self.events = []

    def found(self, url): self.events.append(("found", url, None))
    def settled(self, url): self.events.append(("settled", url, None))

    def urls(self, kind, host=None):
        return [u for k, u, _ in self.events if k == kind and host in (None, urlsplit(u).netloc)]

    def due(self, now):
        urls = []
        for url in dict.fromkeys(self.urls("found")):
            host = urlsplit(url).netloc
            done, sent = set(self.urls("settled")), self.urls("sent", host)
            away = [each for each in sent if each not in done]
            last = [t for k, u, t in self.events if k == "sent" and urlsplit(u).netloc == host]
            if url in done or url in sent or len(away) >= self.per_host:
                continue
            if last and now < max(last) + self.pause:
                continue
            self.events.append(("sent", url, now))
            urls.append(url)
        return urls

    @property
    def over(self):
        found = self.urls("found")
        return found != [] and set(found).issubset(self.urls("settled"))

answer = Dispatcher
"""),
        edit("self.known.keys() <= self.done", "not set(self.known) - self.done"),
    ],
    "21.5": [
        written("""
def answer(ledger, result, publish):
    url, outcome = result["url"], result["outcome"]
    old = ledger.execute("SELECT outcome FROM pages WHERE url = ?", [url]).fetchone()
    if old is None:
        ledger.execute("INSERT INTO pages VALUES (?, ?)", [url, outcome])
    elif outcome == "good":
        ledger.execute("UPDATE pages SET outcome = 'good' WHERE url = ?", [url])
    for link in result["links"]:
        if not ledger.execute("SELECT 1 FROM found WHERE url = ?", [link]).fetchone():
            ledger.execute("INSERT INTO found VALUES (?, 0)", [link])
    ledger.commit()
    while row := ledger.execute("SELECT url FROM found WHERE sent = 0 LIMIT 1").fetchone():
        publish(row[0])
        ledger.execute("UPDATE found SET sent = 1 WHERE url = ?", row)
        ledger.commit()
"""),
        written("""
def answer(ledger, result, publish):
    with ledger:
        if result["outcome"] == "good":
            ledger.execute("INSERT OR REPLACE INTO pages VALUES (?, 'good')", [result["url"]])
        else:
            ledger.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", [result["url"], result["outcome"]])
        for link in result["links"]:
            ledger.execute("INSERT OR IGNORE INTO found (url, sent) VALUES (?, 0)", [link])
    open_links = [url for (url,) in ledger.execute("SELECT url FROM found WHERE sent != 1")]
    for url in open_links:
        publish(url)
        with ledger:
            ledger.execute("UPDATE found SET sent = 1 WHERE url = ?", (url,))
"""),
        written("""
def answer(ledger, result, publish):
    sent = {url for (url,) in ledger.execute("SELECT url FROM found WHERE sent = 1").fetchall()}
    for link in dict.fromkeys(result["links"]):
        if link not in sent:
            publish(link)
            ledger.execute("INSERT INTO found VALUES (?, 1)", [link])
            ledger.commit()
    ledger.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", [result["url"], result["outcome"]])
    if result["outcome"] == "good":
        ledger.execute("UPDATE pages SET outcome = ? WHERE url = ?", [result["outcome"], result["url"]])
    ledger.commit()
"""),
        written("""
class Collect:
    def __init__(self, ledger, result, publish):
        self.ledger, self.publish = ledger, publish
        with ledger:
            self.store(**result)
        for link in self.open_links():
            self.hand_out(link)

    def store(self, url, outcome, links):
        rank = "CASE outcome WHEN 'good' THEN 1 ELSE 0 END"
        self.ledger.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", (url, outcome))
        if outcome == "good":
            self.ledger.execute(f"UPDATE pages SET outcome = 'good' WHERE url = ? AND {rank} = 0", (url,))
        self.ledger.executemany("INSERT OR IGNORE INTO found VALUES (?, 0)", zip(links))

    def open_links(self):
        rows = self.ledger.execute("SELECT url FROM found WHERE sent = 0").fetchall()
        print("to hand out", len(rows))
        return [url for url, in rows]

    def hand_out(self, link):
        self.publish(link)
        with self.ledger:
            self.ledger.execute("UPDATE found SET sent = 1 WHERE url = ?", (link,))

answer = Collect
"""),
        edit(
            '        rows = [[link] for link in result["links"]]\n'
            '        ledger.executemany("INSERT OR IGNORE INTO found VALUES (?, 0)", rows)',
            '        for link in result["links"]:\n'
            '            ledger.execute("INSERT INTO found VALUES (?, 0) ON CONFLICT DO NOTHING", [link])',
        ),
    ],
}
