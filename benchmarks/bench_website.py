"""What `helpers.website` adds to the latency it is set to, with 500 requests in flight. Aim: a median under 5 ms.

The client is one selector over raw sockets. A crowd sends all requests in the same moment, each on a connection of its
own that is open already; a flow sends each connection's next request when it has its answer, from staggered starts.
Run as `python benchmarks/bench_website.py`; ends within half a minute.
"""

import selectors
import socket
import statistics
from time import perf_counter, process_time, sleep
from urllib.parse import urlsplit

from helpers.website import Website

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
    """Return the seconds of each answer, and the shares of a CPU that client and site took."""
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


def report(name, site, rounds, stagger):
    with selectors.DefaultSelector() as selector:
        clients = [Client(site, selector) for _ in range(IN_FLIGHT)]
        converse(clients, selector, 1, stagger=LATENCY)  # warms up
        sleep(LATENCY)
        start, cpu = perf_counter(), process_time()
        seconds = converse(clients, selector, rounds, stagger)
        share = (process_time() - cpu) / (perf_counter() - start)
        for client in clients:
            client.socket.close()
    added = sorted(each - LATENCY for each in seconds)
    median, p99 = statistics.median(added), added[round(0.99 * len(added)) - 1]
    print(f"{name:22} {len(added):8,} {median * 1000:9.2f} ms {p99 * 1000:8.2f} ms {share:12.0%}", flush=True)
    return median


def main():
    print(f"{IN_FLIGHT} requests in flight, latency set to {LATENCY} s")
    print(f"{'':22} {'requests':>8} {'added, median':>12} {'p99':>11} {'client CPU':>12}")
    with Website(1, latency=LATENCY) as site:
        median = report("flow", site, rounds=10, stagger=LATENCY)
        report("crowd, asking once", site, rounds=1, stagger=0)
        report("crowd, asking on", site, rounds=10, stagger=0)
        most = site.most_in_flight()
    print(f"most in flight at once: {most}; aim for the flow: median under {AIM * 1000:g} ms", end=" ")
    print("(reached)" if median < AIM else "(missed)")


if __name__ == "__main__":
    main()
