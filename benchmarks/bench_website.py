"""What `backstage.website` adds to the latency it is set to, with 500 requests in flight: aim, a median under 5 ms.

The client is one selector over raw sockets. A crowd sends all requests in the same moment, each on an open
connection of its own; a flow starts staggered. Both send the next request when they have the answer.
Run as `python benchmarks/bench_website.py`; ends within half a minute.
"""

import selectors
import socket
import statistics
from time import perf_counter, process_time, sleep
from urllib.parse import urlsplit

import psutil

from backstage.website import Website

IN_FLIGHT, LATENCY, AIM = 500, 0.5, 0.005


class Client:
    """One keep-alive connection that asks for one page."""

    def __init__(self, site, selector):
        address = urlsplit(site.url)
        self.length = None
        self.request = f"GET / HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
        self.socket = socket.create_connection((address.hostname, address.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(self.socket, selectors.EVENT_READ, self)

    def ask(self):
        self.got = 0
        self.start = perf_counter()
        self.socket.sendall(self.request)

    def answered(self):
        """Take what has come; return whether the answer is complete."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the site closed the connection")
        if self.length is None:
            head, _, _ = data.partition(b"\r\n\r\n")  # a small answer: its head comes whole
            _, _, rest = head.partition(b"Content-Length: ")
            self.length = len(head) + 4 + int(rest.split()[0])
        self.got += len(data)
        return self.got >= self.length


def converse(clients, selector, rounds, stagger):
    """Ask for a page so many times on each connection; return the seconds that each answer took."""
    seconds, left = [], dict.fromkeys(clients, rounds)
    starts = [perf_counter() + stagger * number / len(clients) for number in range(len(clients))]
    waiting = list(zip(starts, clients, strict=True))[::-1]
    while left:
        while waiting and waiting[-1][0] <= perf_counter():
            waiting.pop()[1].ask()
        for key, _ in selector.select(max(0, waiting[-1][0] - perf_counter()) if waiting else 10):
            client = key.data
            if client.answered():
                seconds.append(perf_counter() - client.start)
                left[client] -= 1
                if left[client]:
                    client.ask()
                else:
                    del left[client]
    return seconds


def cpu_of(site):
    times = psutil.Process(site.pid).cpu_times()
    return times.user + times.system


def report(name, site, rounds, stagger):
    with selectors.DefaultSelector() as selector:
        clients = [Client(site, selector) for _ in range(IN_FLIGHT)]
        converse(clients, selector, 1, stagger=LATENCY)  # warms up
        sleep(LATENCY)
        cpu, site_cpu = process_time(), cpu_of(site)
        seconds = converse(clients, selector, rounds, stagger)
        cpu, site_cpu = process_time() - cpu, cpu_of(site) - site_cpu
        for client in clients:
            client.socket.close()
    added = sorted(each - LATENCY for each in seconds)
    median, p99 = statistics.median(added), added[round(0.99 * len(added)) - 1]
    each, site_each = (1_000_000 * used / len(added) for used in (cpu, site_cpu))
    times = f"{median * 1000:9.2f} ms {p99 * 1000:8.2f} ms"
    print(f"{name:22} {len(added):8,} {times} {each:12.0f} µs {site_each:9.0f} µs", flush=True)
    return median


def main():
    print(f"{IN_FLIGHT} requests in flight, latency set to {LATENCY} s")
    print(f"{'':22} {'requests':>8} {'median added':>12} {'p99':>11} {'CPU: client':>15} {'site':>12}")
    with Website(1, latency=LATENCY) as site:
        median = report("flow", site, rounds=10, stagger=LATENCY)
        report("crowd, asking once", site, rounds=1, stagger=0)
        report("crowd, asking on", site, rounds=10, stagger=0)
        most = site.most_in_flight()
    print(f"most in flight at once: {most}; aim for the flow: median under {AIM * 1000:g} ms", end=" ")
    print("(reached)" if median < AIM else "(missed)")


if __name__ == "__main__":
    main()
