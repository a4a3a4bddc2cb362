"""How tests talk to a broker: with a client that knows no manners, and with pika in few words.

The broker may be any that speaks AMQP 0-9-1 on a port of 127.0.0.1 and lets guest in. What needs a moment there is
waited for, so that no test depends on how fast a broker is.
"""

import socket
import struct

import pika
from launch import eventually
from pamqp import commands, frame

PROTOCOL = b"AMQP\x00\x00\x09\x01"
HEADER = struct.pack(">HHQH", 60, 0, 5, 0)  # the payload of a content header: five bytes of body follow, no properties
PUBLISH = b"\x00\x3c\x00\x28" + b"\0\0" + b"\0" + b"\1k" + b"\0"  # the payload of a method, with the routing key k
Channel, Connection = commands.Channel, commands.Connection


class Raw:
    """A client that sends what it is told to, sense or nonsense.

    Parameters
    ----------
    broker : object
        What to talk to; `port` is all that is asked of it.
    handshake : bool
        Whether to log in at once.
    **tune
        What the client answers to Connection.Tune, where that is not the usual.

    Attributes
    ----------
    socket : socket.socket
        To send what is no frame at all.
    version : tuple of int
        The broker's first two numbers, if there was a handshake.
    """

    def __init__(self, broker, handshake=True, **tune):
        self.socket = socket.create_connection(("127.0.0.1", broker.port), timeout=30)
        self._data = b""
        if handshake:
            self.socket.sendall(PROTOCOL)
            start = self.read()[1]
            assert start.name == "Connection.Start"
            self.version = tuple(map(int, start.server_properties["version"].split(".")[:2]))
            names = "connection.blocked", "authentication_failure_close", "consumer_cancel_notify"
            client = {"capabilities": dict.fromkeys(names, True)}
            self.send(Connection.StartOk(client, "PLAIN", "\0guest\0guest"), 0)
            assert self.read()[1].name == "Connection.Tune"
            self.send(Connection.TuneOk(**{"channel_max": 2047, "frame_max": 131_072, "heartbeat": 0, **tune}), 0)
            self.send(Connection.Open("/"), 0)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.socket.close()

    def open(self):
        self.expect("Connection.OpenOk")
        self.send(Channel.Open())
        self.expect("Channel.OpenOk")
        return self

    def expect(self, name):
        """Read up to this method; on a busy machine heartbeats may come before it."""
        while (found := self.read()[1]) is not None and found.name == "Heartbeat":
            pass
        if found is None:
            raise ConnectionError(f"the broker hung up before {name}")
        assert found.name == name

    def send(self, method, channel=1):
        self.socket.sendall(frame.marshal(method, channel))

    def frame(self, kind, payload, channel=1, end=b"\xce"):
        self.socket.sendall(struct.pack(">BHI", kind, channel, len(payload)) + payload + end)

    def read(self):
        """Return channel number and frame of the next one; None and None at the end."""
        while True:
            try:
                size, channel, found = frame.unmarshal(self._data)
            except Exception:  # not all of it yet
                try:
                    piece = self.socket.recv(100_000)
                except ConnectionResetError:
                    piece = b""
                if not piece:
                    return None, None
                self._data += piece
            else:
                self._data = self._data[size:]
                return channel, found

    def until_close(self):
        """Return the reason with which the broker closes the connection."""
        while (found := self.read()[1]) is not None:
            if found.name == "Connection.Close":
                self.send(Connection.CloseOk(), 0)
                assert self.read() == (None, None)
                return found
        return None


def bodies(channel, queue, least=0):
    """Return the texts that are in a queue, and acknowledge them; wait until there were so many at least."""
    texts = []

    def take():
        while (message := channel.basic_get(queue, auto_ack=True))[0]:
            texts.append(message[2].decode())
        return len(texts) >= least

    eventually(take)
    return texts


def put(channel, queue, *texts, **properties):
    """Publish these texts to a queue."""
    for text in texts:
        channel.basic_publish("", queue, text, pika.BasicProperties(**properties))


def count(channel, queue):
    """Return how many messages wait there; RabbitMQ may not yet count what it has just been sent."""
    return channel.queue_declare(queue, passive=True).method.message_count


def survives(connect):
    """Whether the broker still works, for others."""
    channel = connect().channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    put(channel, queue, "still here")
    return bodies(channel, queue) == ["still here"]


def publish(raw, header=None, body=None):
    """Send Basic.Publish, and the payloads of a content header and a body if they are given."""
    for kind, payload in ((1, PUBLISH), (2, header), (3, body)):
        if payload is not None:
            raw.frame(kind, payload)


def closes_the_connection(broker, connect, code, act):
    """Assert that the broker closes the connection of who acts so, with this code, and lives on for others."""
    with Raw(broker) as raw:
        act(raw.open())
        assert raw.until_close().reply_code == code
    assert survives(connect)
