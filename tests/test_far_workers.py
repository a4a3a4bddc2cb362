"""Workers at addresses of their own, each joined to the shop by a cable that can be pulled: the crawl ends whole.

An address is one in a network namespace, and the cable a pair of virtual Ethernet devices. This file starts itself anew
inside of such namespaces, which are gone with it; what listens beyond loopback there can be reached from nowhere else.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pika
import pytest

from benchmarks.bench_workers import Crawl

ROOT = Path(__file__).resolve().parent.parent
APART = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
SHOP, PAGES, GREENLETS = "10.77.0.1", 60, 4
QUICK = 20  # pages from here on are not answered before the cable is pulled, or the crawl might be over by then
# Of a worker: in a namespace of its own; begins when its cable is there.
FAR = ["unshare", "--net", "sh", "-c", 'echo there; read go; exec "$@"', "sh"]


def test_a_crawl_goes_on_when_a_worker_is_cut_off_and_when_it_comes_back():
    probe = "ip link add cable type veth peer name plug"
    if not shutil.which("unshare") or subprocess.run([*APART, "sh", "-c", probe], capture_output=True).returncode:
        pytest.skip("This system lets nobody make network namespaces, or has no unshare and ip for it.")
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(
        [*APART, sys.executable, __file__], cwd=ROOT, env=here, capture_output=True, text=True, timeout=300
    )
    assert told.returncode == 0, told.stderr
    facts = dict(line.split(": ") for line in told.stdout.splitlines())
    assert facts["good pages, each with its text"] == str(PAGES)
    assert facts["addresses that the site saw"] == "10.77.1.2 10.77.2.2"
    assert int(facts["results of the one cut off, while it was"]) == 0
    assert int(facts["jobs of it that the other one did"]) > 0
    assert int(facts["results of it when it was back"]) > 0


class Page(BaseHTTPRequestHandler):
    """Each page leads to the next two of a tree."""

    def do_GET(self):
        number = int(self.path[1:] or 1)
        self.server.seen.add(self.client_address[0])
        if number > QUICK:
            self.server.waiting.add(self.client_address[0])
            self.server.pulled.wait(60)
        time.sleep(0.25)
        text = text_of(number).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def text_of(number):
    return "".join(f'<a href="/{each}">' for each in (2 * number, 2 * number + 1) if each <= PAGES)


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def consumers(url):
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        return connection.channel().queue_declare("bao.jobs", passive=True).method.consumer_count


def join(number, crawl, url):
    """A worker, started by its one command, at 10.77.<number>.2."""
    command = [*FAR, sys.executable, "worker.py", f"Far {number}", str(GREENLETS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    worker = subprocess.Popen(command, cwd=crawl.folder, env={**os.environ, "AMQP_URL": url}, text=True, **pipes)
    assert worker.stdout.readline() == "there\n"
    ip(f"link add cable{number} type veth peer name plug netns {worker.pid}")
    ip(f"addr add 10.77.{number}.1/24 dev cable{number}")
    ip(f"link set cable{number} up")
    for words in (
        f"addr add 10.77.{number}.2/24 dev plug",
        "link set plug up",
        f"route add default via 10.77.{number}.1",
    ):
        subprocess.run(["nsenter", f"--target={worker.pid}", "--net", "ip", *words.split()], check=True)
    worker.stdin.write("go\n")
    worker.stdin.flush()
    return worker


def main():
    for words in ("link set lo up", f"addr add {SHOP}/32 dev lo"):
        ip(words)
    site = ThreadingHTTPServer((SHOP, 0), Page)
    site.seen, site.waiting, site.pulled = set(), set(), threading.Event()
    threading.Thread(target=site.serve_forever, daemon=True).start()
    start, password = f"http://{SHOP}:{site.server_port}/", os.urandom(8).hex()
    command = [sys.executable, "-m", "minibroker", "--host", SHOP, "--port", "0"]
    environment = {**os.environ, "MINIBROKER_PASSWORD": password}
    broker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    url = f"amqp://guest:{password}@{SHOP}:{broker.stdout.readline().split()[-1]}/"
    with Crawl(url, [f"{start}1"]) as crawl:
        workers = [join(number, crawl, url) for number in (1, 2)]
        crawl.wait(lambda: consumers(url) == len(workers))
        crawl.collect()

        def results(of="Far 1", more="1"):
            return crawl.one(f"SELECT COUNT(*) FROM log WHERE worker = '{of}' AND {more}")

        crawl.wait(lambda: len(site.waiting) == len(workers))
        ip("link set cable1 down")
        later = f"end > {time.time()}"
        site.pulled.set()
        crawl.wait(lambda: results("Far 2", "again"), seconds=60)
        print("results of the one cut off, while it was:", results(more=later))
        print("jobs of it that the other one did:", results("Far 2", "again"))
        ip("link set cable1 up")
        crawl.wait(lambda: crawl.over and results(more=later), seconds=60)
        print("results of it when it was back:", results(more=later))
        pages = dict(crawl.ledger.execute("SELECT url, text FROM pages WHERE outcome = 'good'"))
        whole = {f"{start}{number}": text_of(number) for number in range(1, PAGES + 1)}
        print("good pages, each with its text:", sum(pages.get(each) == text for each, text in whole.items()))
        print("addresses that the site saw:", *sorted(site.seen))
        for each in (*workers, broker):
            each.kill()


if __name__ == "__main__":
    main()
