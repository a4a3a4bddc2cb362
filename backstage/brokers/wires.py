"""The network between the nodes of a cluster, as a process of its own, so that it can be cut and mended.

Erlang nodes find each other through a name server, epmd, which maps a node's name to its port. Here each node asks a
name server of its own, and gets for each other node not that one's port but the port of a relay that leads there. A
relay whose pair is cut holds back what it has read, and forwards it once the pair is mended, as a network does that
loses packets for a while: neither side is told anything, and both have to guess.

The protocol of epmd: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#epmd-protocol
"""

import struct
import sys
from contextlib import suppress
from itertools import count
from threading import Thread

import gevent
from gevent import socket
from gevent.event import Event
from gevent.server import StreamServer

from backstage.processes import messages

ALIVE, ALIVE_REPLY = 120, 118
PORT_PLEASE, PORT_REPLY = 122, 119
NAMES = 110
HOME = "127.0.0.1"


class Network:
    """Name servers, one for each node, and the relays between each two of them.

    Parameters
    ----------
    places : dict of str to int
        The port of the name server of each node, by the node's name.

    Attributes
    ----------
    registered : dict of str to bytes
        Each program that is there, by its name: its registration, which begins with its port, without the first byte.
    relays : dict of (str, str) to StreamServer
        By who asks and who is asked for.
    """

    def __init__(self, places):
        self.names = list(places)
        self.registered = {}
        self._lives = count(4)  # one for each time that a node comes up, or its dead would be taken for alive
        self.open = {frozenset((a, b)): Event() for a in places for b in places if a < b}
        for gate in self.open.values():
            gate.set()
        self.relays = {}
        for asker, port in places.items():
            for other in places:
                if other != asker:
                    relay = StreamServer((HOME, 0), self._relay(asker, other))
                    relay.start()
                    self.relays[asker, other] = relay
            StreamServer((HOME, port), self._name_server(asker)).start()

    def cut(self, *pairs):
        for pair in pairs:
            self.open[frozenset(pair)].clear()

    def mend(self):
        for gate in self.open.values():
            gate.set()

    def _relay(self, asker, other):
        gate = self.open[frozenset((asker, other))]

        def serve(connection, _):
            gate.wait()
            with connection, suppress(OSError):
                if other not in self.registered:  # it has just died
                    return
                port = struct.unpack("!H", self.registered[other][:2])[0]
                with socket.create_connection((HOME, port)) as beyond:
                    for each in (connection, beyond):
                        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    back = gevent.spawn(forward, beyond, connection, gate)
                    forward(connection, beyond, gate)
                    back.join()

        return serve

    def _name_server(self, asker):
        def serve(connection, _):
            with connection, suppress(OSError, EOFError):
                request = receive(connection, struct.unpack("!H", receive(connection, 2))[0])
                if request[0] == ALIVE:
                    self._keep(connection, request)
                elif request[0] == PORT_PLEASE:
                    connection.sendall(self._port_of(asker, request[1:].decode()))
                elif request[0] == NAMES:
                    lines = [f"name {name} at port {self._seen(asker, name)}\n" for name in self.registered]
                    connection.sendall(struct.pack("!I", connection.getsockname()[1]) + "".join(lines).encode())

        return serve

    def _keep(self, connection, request):
        """A node has registered, until it hangs up."""
        size = struct.unpack("!H", request[9:11])[0]
        name = request[11 : 11 + size].decode()
        self.registered[name] = request[1:]
        connection.sendall(struct.pack("!BBI", ALIVE_REPLY, 0, next(self._lives)))
        try:
            connection.recv(1)
        finally:
            if self.registered.get(name) == request[1:]:
                del self.registered[name]

    def _seen(self, asker, name):
        if relay := self.relays.get((asker, name)):
            return relay.server_port
        return struct.unpack("!H", self.registered[name][:2])[0]

    def _port_of(self, asker, name):
        if name not in self.registered:
            return struct.pack("!BB", PORT_REPLY, 1)
        return struct.pack("!BBH", PORT_REPLY, 0, self._seen(asker, name)) + self.registered[name][2:]


def forward(source, target, gate):
    """Hand on what comes, while the pair is not cut; hang up behind it, so that the other direction ends too."""
    with suppress(OSError):
        while data := source.recv(65536):
            gate.wait()
            target.sendall(data)
    gate.wait()
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def main():
    words = sys.argv[1:-1]  # the last one is for the reporter
    network, report = Network(dict(zip(words[::2], map(int, words[1::2]), strict=True))), messages.reporter()
    hub = gevent.get_hub()
    print("ready", flush=True)

    def do(number, name, pairs):
        getattr(network, name)(*pairs)
        report(number)

    def obey():
        for order in messages.orders():
            hub.loop.run_callback_threadsafe(do, *order)
        hub.loop.run_callback_threadsafe(end.set)

    end = Event()
    Thread(target=obey, daemon=True).start()
    end.wait()


if __name__ == "__main__":
    main()
