"""The process behind `backstage.website`: gevent's WSGI server, which answers well or badly as planned.

An answer is made at once and held back until its latency is over, counted from the moment when the request was read, so
that the work is hidden in the wait. Meanwhile the client is watched: one that leaves is noted, and frees its place.
Faults are answers that are made on purpose: a status, a reset, a body without an end, ten bytes a second. What was
asked stands in a log that is itself a page, for HTTP is what this process speaks anyway.
"""

import errno
import json
import os
import socket
import struct
import sys
import weakref
from collections import Counter
from contextlib import nullcontext, suppress
from time import perf_counter

import gevent
from gevent.lock import BoundedSemaphore
from gevent.pywsgi import WSGIHandler, WSGIServer

from backstage.descriptors import lift_descriptor_limit
from backstage.website.sitemap import LOG_PATH, lay_out

TIMEOUT = 60  # seconds for a client to send a request that it has begun, or to begin another
DRIBBLE_PAUSE = 0.1  # seconds between two bytes
ENDLESS_PAUSE = 0.01  # seconds between two pieces of a body without an end
ENDLESS_PIECE = b"<p>And another one.</p>\n" * 2_500
HTML = ("Content-Type", "text/html; charset=utf-8")
REASONS = {"500": "Internal Server Error", "502": "Bad Gateway", "503": "Service Unavailable"}


class Handler(WSGIHandler):
    """One connection: knows when a request came and whether its client is still there, notes how it ended."""

    arrived = 0.0
    note = None  # path, start, end, outcome: as backstage.website.Request

    def handle(self):
        # Head and body are two sends: Nagle would hold the second until the first is acknowledged, 40 ms later.
        with suppress(OSError):  # macOS: the client has left already
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle()

    def read_requestline(self):
        self.socket.settimeout(TIMEOUT)
        line = super().read_requestline()
        self.arrived = perf_counter()
        return line

    def get_environ(self):
        # No cycle: it would keep gevent's watchers of the socket until the next collection, and by then another
        # connection may have its descriptor. On libuv that one is reset.
        return {**super().get_environ(), "site.handler": weakref.proxy(self)}

    def run_application(self):
        try:
            super().run_application()
        except OSError:
            if self.note and self.note[3].isdigit():  # a faulty page is left sooner or later
                self.note[3] = "abandoned"
            raise
        finally:
            if self.note:
                self.note[2], self.note = perf_counter(), None

    def log_request(self):
        pass  # its price would be latency

    def pause_until(self, moment):
        """Wait, but raise ConnectionResetError as soon as the client leaves, or closes its side of the connection."""
        while (rest := moment - perf_counter()) > 0:
            self.socket.settimeout(rest)
            try:
                early = self.socket.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                continue  # timers may be a little early
            if not early:
                raise ConnectionResetError(errno.ECONNRESET, "the client has left")
            gevent.sleep(max(0, moment - perf_counter()))  # it sends the next request already: that may wait
        self.socket.settimeout(None)

    def reset(self):
        """End the connection by RST instead of an answer."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        with suppress(OSError):  # macOS, as above
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise ConnectionResetError(errno.ECONNRESET, "reset as planned")


class Application:
    """The site as a WSGI application."""

    def __init__(self, plan):
        pages, self.moved = lay_out(plan)
        self.pages = {page.path: page for page in pages}
        self.latency = plan["latency"]
        self.asked = Counter()
        self.log = []
        self.at_once = BoundedSemaphore(plan["at_once"]) if plan["at_once"] else nullcontext()
        delay = "" if plan["crawl_delay"] is None else f"Crawl-delay: {plan['crawl_delay']}\n"
        self.robots = f"User-agent: *\nDisallow: /kitchen/\n{delay}"

    def __call__(self, environ, start_response):
        handler, method, path = environ["site.handler"], environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == LOG_PATH:
            handler.note = ["", 0, 0, ""]  # nobody will see it
            body = json.dumps(self.log).encode()
            if method == "DELETE":
                self.log.clear()
            start_response("200 OK", [("Content-Type", "application/json")])
            return [body]  # in one piece: the server knows its length
        handler.note = [path, handler.arrived, None, ""]
        self.log.append(handler.note)
        with self.at_once:
            return self.work_on(method, path, handler, start_response)

    def work_on(self, method, path, handler, start_response):
        """Answer when the latency is over; it begins with the request, or now if the site answers so many at once."""
        page = self.pages.get(path)
        begun = perf_counter() if isinstance(self.at_once, BoundedSemaphore) else handler.arrived
        due = begun + (page.latency if page else self.latency)
        outcome, status, headers, body = self.answer(method, path, page, handler)
        handler.note[3] = outcome
        start_response(status, headers)  # sends nothing yet: what is done before the pause adds no latency
        handler.pause_until(due)
        if outcome == "reset":
            handler.reset()
        return [] if method == "HEAD" else body

    def answer(self, method, path, page, handler):
        """Return the outcome to note, the status line, the headers and the body."""
        if method not in ("GET", "HEAD"):
            return text("405 Method Not Allowed", "This site is for reading.\n", ("Allow", "GET, HEAD"))
        if page:
            self.asked[path] += 1
        if page and self.asked[path] <= page.fails:
            if page.fault == "endless":
                return page.fault, "200 OK", [HTML], endless(handler)
            if page.fault == "dribble":
                _, status, headers, (body,) = text("200 OK", page.body, HTML)
                return page.fault, status, headers, dribble(body, handler)
            code = "500" if page.fault == "reset" else page.fault.removeprefix("status ")
            _, status, headers, body = text(f"{code} {REASONS[code]}", "The steamer is broken.\n")
            return page.fault, status, headers, body
        if page:
            return text("200 OK", page.body, HTML)
        if path in self.moved:
            return text("301 Moved Permanently", "", ("Location", self.moved[path]))
        if path == "/robots.txt":
            return text("200 OK", self.robots)
        return text("404 Not Found", "No such baozi.\n")


def text(status, body, *headers):
    """Return an answer in one piece: the outcome to note, the status line, the headers and the body."""
    body = body.encode()
    kind = [] if HTML in headers else [("Content-Type", "text/plain; charset=utf-8")]
    return status[:3], status, [*headers, *kind, ("Content-Length", str(len(body)))], [body]


def endless(handler):
    while True:
        yield ENDLESS_PIECE
        handler.pause_until(perf_counter() + ENDLESS_PAUSE)


def dribble(body, handler):
    for place in range(len(body)):
        yield body[place : place + 1]
        handler.pause_until(perf_counter() + DRIBBLE_PAUSE)


class Server(WSGIServer):
    backlog = 1024
    max_accept = 1024  # a crowd is let in before its first one is served: the wait for latency hides the work
    reuse_addr = os.name != "nt"


def main():
    lift_descriptor_limit()
    server = Server(
        ("127.0.0.1", 0),
        Application(json.loads(sys.argv[1])),
        environ={"SERVER_NAME": "127.0.0.1"},  # or it would ask DNS
        log=None,
        error_log=None,  # a client's nonsense is no news
        handler_class=Handler,
    )
    server.start()
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
