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

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for limit in (10_240, hard):  # macOS calls the hard limit infinite, refuses it, and grants this
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def main():
    """Do what the command line says, until the end of the process."""
    parser = argparse.ArgumentParser(prog="minibroker", description="A small AMQP 0-9-1 broker for learning.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=5672, help="0 takes a free one")
    parser.add_argument("--user", default="guest")
    password = os.environ.get("MINIBROKER_PASSWORD", "guest")
    parser.add_argument("--password", default=password, help="MINIBROKER_PASSWORD, or guest, if it is left out")
    parser.add_argument("--memory", type=float, default=200, help="MB of messages at which publishers have to wait")
    parser.add_argument("--folder", help="keep there what is durable; without it, all is in memory")
    parser.add_argument("--fsync", action="store_true", help="wait for the disk itself, in case of a power cut")
    options = parser.parse_args()
    lift_descriptor_limit()
    try:
        disk = Disk(options.folder, options.fsync) if options.folder else None
        broker = Broker(options.memory * 1_000_000, disk)
    except DiskError as error:
        sys.exit(f"minibroker {error}")

    def serve(socket, address):
        Connection(broker, socket, options.user, options.password).run()

    server = StreamServer((options.host, options.port), serve, backlog=1024)
    server.start()
    gc.freeze()  # what is here now stays: no need to look at it again and again
    print(f"minibroker listens on {options.host}, port {server.server_port}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, server.stop)  # or Ctrl-C would end one connection only
    server.serve_forever()
    broker.close()


if __name__ == "__main__":
    main()
