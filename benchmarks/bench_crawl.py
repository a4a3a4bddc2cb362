"""How near a crawl of many pages together comes to the time of one page: gevent, urllib, all patched.

Aim: 0.97, 0.95, 0.9, 0.7 of the ideal with 10, 50, 100, 500 pages. Run as `python benchmarks/bench_crawl.py`; the
crawler is a process of its own, as in the chapter. The work for each page is the crawler's CPU time alone.
"""

import statistics

from backstage.website import Website
from helpers.isolated import run_isolated

LATENCY, ROUNDS = 0.5, 7
AIMS = {10: 0.97, 50: 0.95, 100: 0.9, 500: 0.7}

CRAWLER = """
import time
from urllib.request import ProxyHandler, build_opener

import gevent

from backstage.descriptors import lift_descriptor_limit

lift_descriptor_limit()
browser = build_opener(ProxyHandler({}))


def fetch(url):
    with browser.open(url, timeout=30) as answer:
        return answer.read()


def crawl(pages):
    start, used = time.perf_counter(), time.process_time()
    gevent.joinall([gevent.spawn(fetch, url) for _ in range(pages)], raise_error=True)
    return time.perf_counter() - start, time.process_time() - used


crawl(10)  # warms up
alone = [crawl(1)[0] for _ in range(rounds)]
together = {pages: [crawl(pages) for _ in range(rounds)] for pages in sizes}
"""


def main():
    with Website(1, latency=LATENCY) as site:
        inputs = {"url": site.url, "rounds": ROUNDS, "sizes": list(AIMS)}
        found = run_isolated(CRAWLER, inputs, ["alone", "together"], gevent=True)
    alone = statistics.median(found["alone"])
    print(f"pages with a latency of {LATENCY} s; median of {ROUNDS} rounds (smallest to largest); one: {alone:.3f} s")
    print(f"{'pages':>7} {'seconds':>9}   {'speed-up of the ideal':24} {'aim':9} {'work for each page':>18}")
    for pages, aim in AIMS.items():
        seconds = [took for took, _ in found["together"][pages]]
        share = [alone / each for each in seconds]
        middle = statistics.median(share)
        spread = f"{middle:.3f} ({min(share):.3f} to {max(share):.3f})"
        verdict = f"{aim} {'met' if middle >= aim else 'missed'}"
        work = statistics.median(used for _, used in found["together"][pages]) / pages
        print(f"{pages:7,} {statistics.median(seconds):9.3f}   {spread:24} {verdict:10} {work * 1e6:14.0f} µs")


if __name__ == "__main__":
    main()
