"""The process behind `backstage.crowd`: one thread that watches every connection of the crowd.

A step puts clients into `ready`. The loop begins as many of them as may be in flight at once, and asks the selector who
has got further; each client then is connected, has more to send, or has its answer, which ends its turn and may put it
into `ready` again. Whatever fails hangs up and is counted by kind. As clients begin in order, the first in `in_flight`
is always the next to time out.
"""

import errno
import os
import selectors
import socket
from array import array
from collections import Counter, deque
from contextlib import suppress
from itertools import count
from time import perf_counter, process_time, sleep

from backstage.descriptors import lift_descriptor_limit
from backstage.processes import messages

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
NEWS_EVERY = 0.1  # seconds between two reports of progress
BATCH = 50  # begun before looking who has an answer, lest answers wait here and seem late
MOST_SELECTED = 500  # sockets of one `select` on Windows, which takes 512
CONNECTING = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}
KINDS = {
    "ECONNREFUSED": "refused",
    "ECONNRESET": "reset",
    "EPIPE": "reset",
    "ECONNABORTED": "reset",
    "ETIMEDOUT": "timed out",
}


class Shortfall(Exception):
    """No more connections can be opened, whatever is wanted; the message says why."""


class ManySelects:
    """As a selector, where there is none but `select`, which takes few sockets at once: several share them."""

    def __init__(self):
        self._several, self._of = [], {}

    def register(self, sock, events, data):
        roomy = (each for each in self._several if len(each.get_map()) < MOST_SELECTED)
        if (selector := next(roomy, None)) is None:
            self._several.append(selector := selectors.SelectSelector())
        selector.register(sock, events, data)
        self._of[sock] = selector

    def modify(self, sock, events, data):
        self._of[sock].modify(sock, events, data)

    def unregister(self, sock):
        self._of.pop(sock).unregister(sock)

    def select(self, seconds):
        if len(self._several) == 1:
            return self._several[0].select(seconds)
        end = perf_counter() + seconds
        while True:
            found = [ready for each in self._several if each.get_map() for ready in each.select(0)]
            if found or perf_counter() >= end:
                return found
            sleep(0.001)


class Connection:
    """One client; `wanted` is the answer it waits for, or None while it is idle or not connected yet."""

    __slots__ = ("connecting", "got", "left", "rounds", "socket", "start", "wanted")

    def __init__(self, rounds=0):
        self.socket, self.start, self.rounds = None, 0.0, rounds
        self.connecting, self.wanted, self.left, self.got = False, None, b"", b""


class Crowd:
    """All clients. A step begins what stands in `ready`, and ends when nothing is in flight any more."""

    def __init__(self, report, descriptor_limit, port, timeout):
        self.report, self.address, self.timeout = report, ("127.0.0.1", port), timeout
        self.descriptor_limit = "no more" if descriptor_limit is None else f"{descriptor_limit:,}"
        one = selectors.DefaultSelector
        self.selector = ManySelects() if one is selectors.SelectSelector else one()
        self.open, self.in_flight, self.ready = set(), {}, deque()  # in_flight is ordered: the oldest comes first
        self.number = count(1)
        self.errors, self.times, self.shortfall = Counter(), array("d"), ""

    def connect(self, clients, at_once):
        self.ready.extend(Connection() for _ in range(clients))
        return self.step(clients, at_once, self.dial, self.settle)

    def ask(self, rounds, message, reply, at_once):
        self.message, self.reply = message, reply
        for each in self.open:
            each.rounds = rounds
        self.ready.extend(self.open)
        return self.step(rounds * len(self.open), at_once or len(self.open), self.send_if_open, self.again)

    def visit(self, clients, rounds, message, reply):
        self.message, self.reply = message, reply
        self.ready.extend(Connection(rounds) for _ in range(clients))
        return self.step(rounds * clients, clients, self.dial, self.hang_up, on_connected=self.send)

    def step(self, wanted, at_once, begin, on_done, on_connected=None):
        """Begin all that is ready, `at_once` at the most; call `on_done` for each that is connected or answered."""
        self.errors, self.times, self.shortfall = Counter(), array("d"), ""
        self.on_done, self.on_connected = on_done, on_connected
        cpu, first = process_time(), perf_counter()
        last, told, due = first, 0, first + NEWS_EVERY
        while self.ready or self.in_flight:
            for _ in range(BATCH):
                if self.ready and len(self.in_flight) < at_once:
                    self.begin(begin, self.ready.popleft())
            if not self.in_flight and not self.ready:
                break
            for key, _ in self.selector.select(0 if self.ready and len(self.in_flight) < at_once else 0.05):
                self.proceed(key.data)
            last = perf_counter()
            self.expire(last)
            if last > due:
                told, due = self.tell(told), last + NEWS_EVERY
        self.tell(told)
        return {
            "wanted": wanted,
            "done": len(self.times),
            "errors": dict(self.errors),
            "times": self.times,  # arrives as bytes
            "seconds": perf_counter() - first,
            "connected": len(self.open),
            "shortfall": self.shortfall,
            "client_cpu": process_time() - cpu,
        }

    def tell(self, told):
        """Report what has ended since `told`; return how much has ended."""
        ended = len(self.times) + self.errors.total()
        self.report("progress", ended - told)
        return ended

    def begin(self, begin, client):
        client.start = perf_counter()
        self.in_flight[client] = None
        try:
            begin(client)
        except Shortfall as shortfall:
            self.in_flight.pop(client)
            self.shortfall = f"{len(self.open):,} connections are open, and {shortfall}"
            self.ready.clear()
        except OSError as error:
            self.fail(client, error)

    # -- What a client does ----------------------------------------------------------------------------------------

    def dial(self, client):
        try:
            client.socket = socket.socket()
            client.socket.setblocking(False)
            result = client.socket.connect_ex(self.address)
        except OSError as error:
            result = error.errno
        if result in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            raise Shortfall(f"the client may hold {self.descriptor_limit} descriptors in all")
        if result == errno.EADDRNOTAVAIL:
            raise Shortfall("no port is left to call from")
        if result not in CONNECTING:
            raise OSError(result, os.strerror(result))
        client.connecting = True
        self.open.add(client)
        self.selector.register(client.socket, READ | WRITE, client)

    def settle(self, client):
        """A connection is there, and is held."""

    def send_if_open(self, client):
        if client.socket is None:  # it failed while it stood in line
            self.in_flight.pop(client)
        else:
            self.send(client)

    def send(self, client):
        number = next(self.number)
        message = self.message or b"request %d\n" % number
        client.wanted, client.got = self.reply or message, b""
        self.push(client, message)

    def push(self, client, data):
        try:
            sent = client.socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        if sent < len(data) or client.left:
            self.selector.modify(client.socket, READ | WRITE if sent < len(data) else READ, client)
        client.left = data[sent:]

    def again(self, client):
        client.rounds -= 1
        if client.rounds:
            self.ready.append(client)

    def hang_up(self, client):
        self.drop(client)
        self.again(client)

    # -- What happens to a client ----------------------------------------------------------------------------------

    def proceed(self, client):
        if client.socket is None:
            return  # dropped a moment ago
        try:
            if client.connecting:
                self.connected(client)
            else:
                if client.left:
                    self.push(client, client.left)
                self.take(client)
        except OSError as error:
            self.fail(client, error)

    def connected(self, client):
        number = client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))
        client.connecting = False
        self.selector.modify(client.socket, READ, client)
        if self.on_connected:
            self.on_connected(client)
        else:
            self.finish(client)

    def take(self, client):
        try:
            data = client.socket.recv(262_144)
        except (BlockingIOError, InterruptedError):
            return
        if not data:
            return self.fail(client, "closed early")
        wanted = client.wanted
        got = client.got = client.got + data if client.got else data
        if got == wanted:
            self.finish(client)
        elif wanted == "line":
            end = got.find(b"\n") + 1
            if end:
                self.finish(client) if end == len(got) else self.fail(client, "wrong reply")
        elif isinstance(wanted, int):
            if len(got) >= wanted:
                self.finish(client) if len(got) == wanted else self.fail(client, "wrong reply")
        elif wanted is None or not wanted.startswith(got):
            self.fail(client, "wrong reply")

    def finish(self, client):
        self.times.append(perf_counter() - client.start)
        self.in_flight.pop(client)
        client.wanted = None
        self.on_done(client)

    def fail(self, client, why):
        if isinstance(why, OSError):
            name = errno.errorcode.get(why.errno, str(why)).replace("WSAE", "E")
            why = KINDS.get(name, name)
        self.errors[why] += 1
        self.in_flight.pop(client, None)
        self.drop(client)

    def drop(self, client):
        self.open.discard(client)
        if client.socket is None:
            return
        with suppress(KeyError, ValueError):
            self.selector.unregister(client.socket)
        client.socket.close()
        client.socket = None

    def expire(self, now):
        while self.in_flight:
            oldest = next(iter(self.in_flight))
            if now - oldest.start < self.timeout:
                break
            self.fail(oldest, "timed out")


def main():
    report, orders = messages.reporter(), messages.orders()
    print("ready", flush=True)
    crowd = Crowd(report, lift_descriptor_limit(), *next(orders))
    for command, arguments, options in orders:
        try:
            news = "done", getattr(crowd, command)(*arguments, **options)
        except BrokenPipeError:
            return  # nobody is interested any more
        except Exception as error:
            news = "failed", f"{type(error).__name__}: {error}"
        report(*news)


if __name__ == "__main__":
    main()
