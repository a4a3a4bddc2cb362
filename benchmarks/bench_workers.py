"""The crawl of chapter 21 over workers: does it end whole under faults, and what do workers and greenlets bring?

Run as `python benchmarks/bench_workers.py`. It uses the files that the notebook writes, and the broker that
`start_broker` finds. Aim: in 20 of 20 crawls of 300 pages, by 1 to 4 workers of which one is killed (another takes its
place) and one frozen for some seconds, each good page is stored once with its text, and each bad one with its cause.
The same in 5 of 5 crawls on three nodes with quorum queues, of which the one that leads the jobs is killed in mid-crawl
and stays away (only where RabbitMQ is installed). Then pages per second of two workers of 50 greenlets, of one of 50,
and of one of 100. Numbers behind the name change how often: crawls, rounds of rates, crawls on the cluster.
"""

import os
import random
import shutil
import signal
import statistics
import sys
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pika

from backstage.brokers import Cluster, find_server, start_broker
from backstage.processes import temporary_folder
from backstage.website import Website
from exercises.vocabulary import written_files
from helpers import start_isolated

[NOTEBOOK] = (Path(__file__).resolve().parent.parent / "notebooks").glob("21_*.ipynb")
FILES = ("pages.py", "ledger.py", "line.py", "worker.py", "collector.py")
DELAYS = ("0.2", "0.4", "0.8")
SLEEP = 4  # seconds for which a worker is frozen: longer than two heartbeats
RUNS, ROUNDS, ON_NODES, LATENCY = 20, 5, 5, 1.0
# Rooms of quorum queues hand on without confirms, so a job may be lost with their leader, and the collector's reminder
# is what brings it back. With `x-dead-letter-strategy` at-least-once a room of RabbitMQ 3.10.8 may hand on nothing any
# more: whoever leads it next may take the killed node for the leader of the jobs, and asks that one alone, every three
# minutes, while new jobs pile up behind the 32 that were refused. Version 4.3.6 asks all nodes; it passed on every job.
QUORUM = {"x-queue-type": "quorum"}
CREWS = {"one of 50": (1, 50), "two of 50": (2, 50), "one of 100": (1, 100)}
TROUBLE = {"errors": 9, "resets": 6, "endless": 3, "flaky": 15, "moved": 15}


class Crawl:
    """A crawl in a folder of its own, by the programs of the chapter. Use it with `with`.

    Parameters
    ----------
    url : str
        Of the broker, which has no other crawl at that time; or of the nodes of a cluster, with blanks between.
    start : iterable of str
        The URLs that it begins with.
    per_host : int
        The limit of requests in flight.
    """

    def __init__(self, url, start, per_host=1_000):
        self.folder = str(temporary_folder("crawl-"))
        self.url, self.per_host, self.children = url, per_host, []
        names = {}
        for name, text in written_files(NOTEBOOK, *FILES).items():
            Path(self.folder, name).write_text(text, encoding="utf-8")
            if name == "ledger.py":
                exec(text, names)
        self._left = names["left"]
        self.path = os.path.join(self.folder, "crawl.db")
        self.ledger = names["open_ledger"](self.path)
        with self.ledger:
            names["find"](self.ledger, start)
        nodes = url.split()
        with pika.BlockingConnection(pika.URLParameters(nodes[0])) as connection:
            make_queues(connection.channel(), on_nodes=len(nodes) > 1)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        for each in self.children:
            each.stop(grace=0)
        self.ledger.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, call, name, gevent=True, **names):
        source = f"import sys\nsys.path.insert(0, folder)\nimport {call.partition('.')[0]}\n"
        source += f"from helpers import ready\n{call}"
        names |= {"url": self._turned(len(self.children)), "folder": self.folder, "name": name}
        self.children.append(start_isolated(source, names, name=name, gevent=gevent, timeout=120))
        return self.children[-1]

    def _turned(self, number):
        """The same nodes, beginning with another one: so each program stands at a node of its own as far as they go."""
        nodes = self.url.split()
        number %= len(nodes)
        return " ".join(nodes[number:] + nodes[:number])

    def hire(self, name, greenlets):
        return self.start("worker.run(url, name, greenlets, ready)", name, greenlets=greenlets)

    def collect(self):
        call = "collector.run(url, path, per_host, ready)"
        return self.start(call, "collector", path=self.path, per_host=self.per_host)

    def one(self, query):
        return self.ledger.execute(query).fetchone()[0]

    @property
    def stored(self):
        return self.one("SELECT COUNT(*) FROM pages")

    @property
    def over(self):
        return not self._left(self.ledger)

    def wait(self, condition, seconds=300):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.stored} pages after {seconds} s")
            time.sleep(0.02)

    def faults(self, site):
        """What is wrong with the result: a list of sentences, empty if each page is there once as it should be."""
        good = self.ledger.execute("SELECT url, text FROM pages WHERE outcome = 'good'").fetchall()
        bad = self.ledger.execute("SELECT url, outcome FROM pages WHERE outcome NOT IN ('good', 'moved')").fetchall()
        causes = {url: {"endless": "too large"}.get(fault, fault) for url, fault in site.bad.items()}
        found = []
        if sorted(good) != sorted((url, site.pages[url].body) for url in site.good):
            found.append(f"{len(good)} good pages, and {len(site.good)} are to be there once, each with its text")
        if sorted(bad) != sorted(causes.items()):
            found.append(f"the bad pages are {sorted(bad)}, and they are to be {sorted(causes.items())}")
        return found


def make_queues(channel, on_nodes=False):
    kind = QUORUM if on_nodes else {}
    for queue in ("bao.jobs", "bao.results"):
        channel.queue_delete(queue)
        channel.queue_declare(queue, durable=True, arguments=kind)
    for delay in DELAYS:
        terms = {**kind, "x-message-ttl": int(1000 * float(delay))}
        terms |= {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "bao.jobs"}
        channel.queue_delete(f"bao.wait.{delay}")
        channel.queue_declare(f"bao.wait.{delay}", durable=True, arguments=terms)


@contextmanager
def frozen(child):
    """It does nothing in this block, where the system can do that."""
    if hasattr(signal, "SIGSTOP"):
        child.freeze()
    yield
    if hasattr(signal, "SIGSTOP"):
        child.thaw()


def survive(url, workers, seed):
    """Crawl once with faults at moments of chance; return the seconds, the results that came twice, and the faults."""
    chance = random.Random(seed)
    with Website(300, latency=0.1, jitter=0.1, seed=seed, **TROUBLE) as site, Crawl(url, [site.url], 32) as crawl:
        crew = [crawl.hire(f"worker {number}", greenlets=16) for number in range(workers)]
        began = time.monotonic()
        crawl.collect()
        killed, asleep = chance.randrange(20, 120), chance.randrange(140, 260)
        crawl.wait(lambda: crawl.stored >= killed)
        crew.pop(0).stop(grace=0)
        crew.append(crawl.hire("in its place", greenlets=16))
        crawl.wait(lambda: crawl.stored >= asleep)
        with frozen(crew[0]):
            time.sleep(SLEEP)
        crawl.wait(lambda: crawl.over)
        seconds = time.monotonic() - began
        time.sleep(1)  # for what the frozen one may bring
        twice = crawl.one("SELECT COUNT(*) FROM log") - crawl.one("SELECT COUNT(*) FROM pages")
        return seconds, twice, crawl.faults(site)


def survive_a_node(cluster, seed):
    """Crawl once on three nodes, and kill the one that leads the jobs at a moment of chance.

    Returns
    -------
    dict
        Who was killed, after how many pages, the seconds, the longest time without a result from the kill on, how many
        results came twice, and the faults.
    """
    chance = random.Random(seed)
    url = " ".join(cluster.urls[name] for name in cluster.nodes)
    with Website(300, latency=0.3, jitter=0.2, seed=seed, **TROUBLE) as site, Crawl(url, [site.url], 32) as crawl:
        time.sleep(1.5)  # names of the members reach the disk a moment later
        for number in range(3 + seed % 2):  # of three, the collector comes to stand at the node that is killed
            crawl.hire(f"worker {number}", greenlets=8)
        killed = cluster.leader("bao.jobs")  # to ask takes a second, so it is done before the crawl
        began = time.monotonic()
        crawl.collect()
        after = chance.randrange(40, 200)
        crawl.wait(lambda: crawl.stored >= after)
        struck = time.time()
        cluster.kill(killed)
        crawl.wait(lambda: crawl.over)
        seconds = time.monotonic() - began
        time.sleep(1)  # for what comes twice
        ends = crawl.ledger.execute("SELECT end FROM log WHERE end > ? ORDER BY end", [struck]).fetchall()
        pause = max(late - early for early, late in pairwise([struck, *(end for (end,) in ends)]))
        twice = crawl.one("SELECT COUNT(*) FROM log") - crawl.one("SELECT COUNT(*) FROM pages")
        faults = crawl.faults(site)
    cluster.start(killed)
    return {"killed": killed, "after": after, "seconds": seconds, "pause": pause, "twice": twice, "faults": faults}


def crawl_on_nodes(runs):
    if not find_server():
        print("RabbitMQ is not installed (`make rabbitmq`), so there is no crawl on three nodes.")
        return
    whole = 0
    with Cluster() as cluster:
        for number in range(runs):
            run = survive_a_node(cluster, seed=100 + number)
            whole += not run["faults"]
            print(
                f"crawl {number + 1:2} on three nodes: {run['killed']:5} led, killed after {run['after']:3} pages;"
                f" {run['seconds']:5.1f} s, longest pause {run['pause']:4.1f} s, {run['twice']:2} results twice:"
                f" {'; '.join(run['faults']) or 'whole'}",
                flush=True,
            )
    print(f"{whole} of {runs} crawls on three nodes whole: aim {'met' if whole == runs else 'missed'}")


def rate(url, workers, greenlets):
    with Website(4 * workers * greenlets, latency=LATENCY) as site, Crawl(url, site.pages) as crawl:
        for number in range(workers):
            crawl.hire(f"worker {number}", greenlets=greenlets)
        crawl.collect()
        crawl.wait(lambda: crawl.over)
        return crawl.one("SELECT COUNT(*) / (MAX(end) - MIN(start)) FROM log")


def main(runs=RUNS, rounds=ROUNDS, on_nodes=ON_NODES):
    broker = start_broker()
    whole = 0
    for number in range(runs):
        workers = 1 + number % 4
        seconds, twice, faults = survive(broker.url, workers, seed=number)
        whole += not faults
        said = "; ".join(faults) or "whole"
        print(f"crawl {number + 1:2}: {workers} workers, {seconds:5.1f} s, {twice:2} results twice: {said}", flush=True)
    print(f"{whole} of {runs} crawls whole: aim {'met' if whole == runs else 'missed'}")
    if on_nodes:
        crawl_on_nodes(on_nodes)
    rates = {name: [rate(broker.url, *crew) for _ in range(rounds)] for name, crew in CREWS.items()}
    print(f"pages per second, each page {LATENCY} s, median of {rounds} rounds (smallest to largest)")
    for name, each in rates.items():
        workers, greenlets = CREWS[name]
        middle, ideal = statistics.median(each), workers * greenlets / LATENCY
        spread = f"({min(each):.0f} to {max(each):.0f})"
        print(f"{name:>11}: {middle:5.0f} {spread:14} {middle / ideal:.2f} of the ideal {ideal:.0f}")
    broker.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
