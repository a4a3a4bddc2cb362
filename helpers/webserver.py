"""The process behind `helpers.website`: gevent's WSGI server, which answers well or badly as planned."""

import errno
import json
import os
import socket
import struct
import sys
from collections import Counter
from time import perf_counter

import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer

from helpers.website import LOG_PATH, lay_out

PATIENCE = 60  # seconds for a client to send a request that it has begun, or to begin another
DRIBBLE_PAUSE = 0.1  # seconds between two bytes
ENDLESS_PAUSE = 0.01  # seconds between two pieces of a body without an end
ENDLESS_PIECE = b"<p>And another one.</p>\n" * 2_500
HTML = ("Content-Type", "text/html; charset=utf-8")
REASONS = {"500": "Internal Server Error", "502": "Bad Gateway", "503": "Service Unavailable"}


class Handler(WSGIHandler):
    """One connection: knows when each request came, whether its client is still there, and notes how it ended."""

    arrived = 0.0
    note = None  # path, start, end, outcome: see website.Request

    def read_requestline(self):
        self.socket.settimeout(PATIENCE)
        line = super().read_requestline()
        self.arrived = perf_counter()
        return line

    def get_environ(self):
        return {**super().get_environ(), "site.handler": self}

    def run_application(self):
        try:
            super().run_application()
        except OSError:
            if self.note and self.note[3].isdigit():
                self.note[3] = "abandoned"
            raise
        finally:
            if self.note:
                self.note[2], self.note = perf_counter(), None

    def log_request(self):
        pass  # its price would be latency

    def pause_until(self, moment):
        """Wait, but raise ConnectionResetError as soon as the client has left (or closed its side: as good as left)."""
        while (rest := moment - perf_counter()) > 0:
            self.socket.settimeout(rest)
            try:
                early = self.socket.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                break
            if not early:
                raise ConnectionResetError(errno.ECONNRESET, "the client has left")
            gevent.sleep(max(0, moment - perf_counter()))  # it sends the next request already: that may wait
        self.socket.settimeout(None)

    def reset(self):
        """End the connection by RST instead of an answer."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
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
        delay = "" if plan["crawl_delay"] is None else f"Crawl-delay: {plan['crawl_delay']}\n"
        self.robots = f"User-agent: *\nDisallow: /kitchen/\n{delay}"

    def __call__(self, environ, start_response):
        handler, path = environ["site.handler"], environ["PATH_INFO"]

        def answer(status, text, *headers):
            body = text.encode()
            handler.note[3] = status[:3]
            start_response(status, [*headers, ("Content-Length", str(len(body)))])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

        if path == LOG_PATH:
            handler.note = ["", 0, 0, ""]  # nobody will see it
            return answer("200 OK", json.dumps(self.log), ("Content-Type", "application/json"))
        handler.note = [path, perf_counter(), None, "200"]
        self.log.append(handler.note)
        page = self.pages.get(path)
        self.asked[path] += 1
        failing = page and self.asked[path] <= page.fails
        if failing and not page.fault.startswith("status"):
            handler.note[3] = page.fault
        handler.pause_until(handler.arrived + (page.latency if page else self.latency))
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return answer("405 Method Not Allowed", "This site is for reading.\n", ("Allow", "GET, HEAD"))
        if failing:
            return self.fail(page, handler, start_response, answer)
        if page:
            return answer("200 OK", page.body, HTML)
        if path in self.moved:
            return answer("301 Moved Permanently", "", ("Location", self.moved[path]))
        if path == "/robots.txt":
            return answer("200 OK", self.robots, ("Content-Type", "text/plain"))
        return answer("404 Not Found", "No such baozi.\n", ("Content-Type", "text/plain"))

    def fail(self, page, handler, start_response, answer):
        if page.fault == "reset":
            handler.reset()
        if page.fault == "endless":
            start_response("200 OK", [HTML])
            return self.endless(handler)
        if page.fault == "dribble":
            body = page.body.encode()
            start_response("200 OK", [HTML, ("Content-Length", str(len(body)))])
            return self.dribble(body, handler)
        code = page.fault.removeprefix("status ")
        return answer(f"{code} {REASONS[code]}", "The steamer is broken.\n", ("Content-Type", "text/plain"))

    @staticmethod
    def endless(handler):
        while True:
            yield ENDLESS_PIECE
            handler.pause_until(perf_counter() + ENDLESS_PAUSE)

    @staticmethod
    def dribble(body, handler):
        for place in range(len(body)):
            yield body[place : place + 1]
            handler.pause_until(perf_counter() + DRIBBLE_PAUSE)


class Server(WSGIServer):
    backlog = 1024
    max_accept = 1024  # a crowd is let in before its first one is served: the wait for latency hides the work
    reuse_addr = os.name != "nt"


def lift_descriptor_limit():
    """Hold as many connections as the system allows."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):
        pass  # macOS calls the hard limit infinite, and refuses it


def main():
    lift_descriptor_limit()
    environ = {"SERVER_NAME": "127.0.0.1"}  # or it would ask DNS
    server = Server(
        ("127.0.0.1", 0), Application(json.loads(sys.argv[1])), log=None, error_log=None, handler_class=Handler,
        environ=environ,
    )  # fmt: skip
    server.start()
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
