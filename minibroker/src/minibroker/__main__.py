"""The program: `python -m minibroker --port 5672`, or `minibroker --port 5672`.

It says on which port it listens, in one line, so that whoever asked for port 0 knows. It runs until Ctrl-C or SIGTERM,
and forgets everything then, but for what is durable if it has a folder for that.
"""

import argparse
import gc
import os
import signal
import sys
from contextlib import suppress

import gevent
from gevent.server import StreamServer

from minibroker.broker import Broker
from minibroker.connections import Connection
from minibroker.disk import Disk, DiskError


def lift_descriptor_limit():
    """Hold as many connections as the system allows."""
    with suppress(ImportError):  # Windows has no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for limit in (max(soft, 10_240), hard):  # macOS calls the hard limit infinite, refuses it, and grants this
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def number_between(least, most, kind=float):
    """Return a function that reads a number of the command line, or says what it may be."""

    def read(text):
        try:
            if least <= (value := kind(text)) <= most:
                return value
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between {least} and {most:,}")

    return read


def main():
    """Do what the command line says, until the end of the process."""
    usage = "minibroker [options], which --help lists"
    parser = argparse.ArgumentParser("minibroker", usage, "A small AMQP 0-9-1 broker for learning.")
    add, password = parser.add_argument, os.environ.get("MINIBROKER_PASSWORD", "guest")
    add("--host", default="127.0.0.1", help="the address to listen on; beyond this machine only with a password")
    add("--port", type=number_between(0, 65535, int), default=5672, help="0 takes a free one")
    add("--user", default="guest")
    add("--password", default=password, help="MINIBROKER_PASSWORD of the environment, or guest, if it is left out")
    memory = "MB of messages at which publishers have to wait"
    add("--memory", type=number_between(1, 1_000_000), default=200, help=memory)
    add("--folder", help="keep there what is durable; without it, all is in memory")
    add("--fsync", action="store_true", help="wait for the disk itself, in case of a power cut")
    options = parser.parse_args()
    if options.password == "guest" and options.host not in ("127.0.0.1", "::1", "localhost"):
        parser.error("--host beyond this machine needs a --password other than guest")
    lift_descriptor_limit()
    try:
        disk = Disk(options.folder, options.fsync) if options.folder else None
        broker = Broker(options.memory * 1_000_000, disk)
    except DiskError as error:
        sys.exit(f"minibroker {error}")

    def serve(socket, address):
        Connection(broker, socket, options.user, options.password).run()

    server = StreamServer((options.host, options.port), serve, backlog=1024)
    try:
        server.start()
    except OSError as error:
        reason = str(error.strerror).partition(":")[0]  # gevent adds the address
        sys.exit(f"minibroker cannot listen on {options.host}, port {options.port}: {reason}")
    gc.freeze()  # what is here now stays: no need to look at it again and again
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, server.stop)  # or Ctrl-C would end one connection only
    print(f"minibroker listens on {options.host}, port {server.server_port}", flush=True)
    server.serve_forever()
    broker.close()


if __name__ == "__main__":
    main()
