"""Connections: the socket, the handshake, heartbeats, and who has to wait when somebody is slow.

Each client has one greenlet, which reads frames and passes them on to channels. What goes out is collected and written
from the hub. A client that does not read gets no more messages, and a publisher has to wait while memory is full.
"""

import math
import struct
import time
import traceback
from contextlib import suppress

import gevent
from gevent.event import Event
from gevent.socket import wait_read
from pamqp import commands

from minibroker import wire
from minibroker.channels import Channel
from minibroker.wire import AMQPError

Methods = commands.Connection
RECEIVE_SIZE = 16 * 1024  # bytes to read at once
TURN = 4096  # bytes after which others have a turn
HIGH_WATER = 256 * 1024  # bytes on their way to a client: no more messages to it
OUT_LIMIT = 4 * HIGH_WATER  # bytes on their way to a client: no more answers either, so it is not listened to
MAX_CHANNELS, MAX_FRAME, HEARTBEAT = 2047, 131_072, 60
HANDSHAKE_LIMIT, GOODBYE_LIMIT = 10, 3  # seconds; the latter for a client to hear why it was thrown out

# The numbers of methods, as they come
OPEN, CLOSE, CLOSE_OK = (wire.method_id(getattr(commands.Channel, name)) for name in ("Open", "Close", "CloseOk"))
CONNECTION_CLOSE_OK, PUBLISH = wire.method_id(Methods.CloseOk), wire.method_id(commands.Basic.Publish)
CAPABILITIES = """publisher_confirms exchange_exchange_bindings basic.nack consumer_cancel_notify connection.blocked
    per_consumer_qos authentication_failure_close"""
PROPERTIES = {"product": "minibroker", "version": "0.2.0", "capabilities": dict.fromkeys(CAPABILITIES.split(), True)}


class Connection:
    """One client. A greenlet reads and does what it says; what it gets is written from the hub.

    Parameters
    ----------
    broker : Broker
    socket : gevent.socket.socket
    user, password : str
        Who may come in.

    Attributes
    ----------
    channels : dict of int to Channel
        Those that are open, by number.
    publishes : bool
        Whether the client has ever published.
    halfway : int
        Bytes of messages that it has begun to send.
    to_confirm : set of Channel
        Those that owe it confirms.
    """

    def __init__(self, broker, socket, user, password):
        self.broker, self.channels = broker, {}
        self.publishes, self.halfway, self.to_confirm = False, 0, set()
        self._login, self._socket, self._capabilities = f"\0{user}\0{password}", socket, {}
        self._frames, self._frame_limit, self._channel_limit = wire.FrameReader(), 4096, MAX_CHANNELS
        self._loop = gevent.get_hub().loop
        self._writable = self._loop.io(socket.fileno(), 2)
        self._out, self._out_size, self._writing, self._written = [], 0, False, Event()
        self._starved = self._closed = False
        self._last_received = self._last_sent = time.monotonic()
        self._method = b"\0\0\0\0"  # number of the last one
        self._reader, self._heartbeat = gevent.getcurrent(), None

    def run(self):
        """Talk with the client to the end."""
        try:
            frames = ()
            with gevent.Timeout(HANDSHAKE_LIMIT, False):
                frames = self._handshake()
            for kind, number, payload in frames:
                if number:
                    self._dispatch_frame(kind, number, payload)
                elif type(method := self._read_method(kind, payload)) is Methods.UpdateSecret:
                    self.send(0, wire.encode_method(Methods.UpdateSecretOk()))  # a password does not expire
                else:
                    raise AMQPError(503, f"{method.name} is not for channel 0, or not now")
        except (OSError, gevent.GreenletExit):
            pass  # it left, perhaps without a word
        except Exception as error:
            if not isinstance(error, AMQPError):
                traceback.print_exc()
                error = AMQPError(541, "an error of the broker's own, which it printed")
            self._close_with_error(error)
        finally:
            self._release()
            if self._heartbeat:
                self._heartbeat.kill(block=False)
            self._writable.close()

    def has_capability(self, capability):
        """Whether the client says that it understands this."""
        return self._capabilities.get(capability) is True

    # Beginning and end

    def _handshake(self):
        """Return the frames that follow a successful handshake; none if the client has been sent away."""
        data = b""
        while len(data) < len(wire.PROTOCOL) and wire.PROTOCOL.startswith(data):
            if not (piece := self._socket.recv(RECEIVE_SIZE)):
                return ()
            data += piece
        if not data.startswith(wire.PROTOCOL):
            self._socket.sendall(wire.PROTOCOL)  # this is what is spoken here
            return ()
        frames = self._read_frames(data[len(wire.PROTOCOL) :])
        start = self._request(frames, Methods.Start(0, 9, PROPERTIES, "PLAIN", "en_US"), Methods.StartOk)
        capabilities = start.client_properties.get("capabilities")
        self._capabilities = capabilities if isinstance(capabilities, dict) else {}
        if start.mechanism != "PLAIN" or start.response != self._login:
            raise AMQPError(403, f"Login was refused using authentication mechanism {start.mechanism}")
        tune = self._request(frames, Methods.Tune(MAX_CHANNELS, MAX_FRAME, HEARTBEAT), Methods.TuneOk)
        frame_limit, self._channel_limit = tune.frame_max or MAX_FRAME, tune.channel_max or MAX_CHANNELS
        if not 4096 <= frame_limit <= MAX_FRAME or self._channel_limit > MAX_CHANNELS:
            raise AMQPError(530, f"frame_max={frame_limit}, channel_max={self._channel_limit}: that is not negotiable")
        # The eight bytes around a payload count as well; clients that forget them are heard, as by RabbitMQ.
        self._frames.limit, self._frame_limit = frame_limit, frame_limit - 8
        if tune.heartbeat:
            self._heartbeat = gevent.spawn(self._run_heartbeat, tune.heartbeat)
        opening = self._request(frames, None, Methods.Open)
        if opening.virtual_host != "/":
            raise AMQPError(530, f"vhost {opening.virtual_host} not found")
        self.send(0, wire.encode_method(Methods.OpenOk()))
        return frames

    def _request(self, frames, question, wanted):
        """Send a method; return the next one that comes, which is to be of this kind."""
        if question:
            self.send(0, wire.encode_method(question))
        for kind, number, payload in frames:
            method = self._read_method(kind, payload)
            if type(method) is wanted and number == 0:
                return method
            raise AMQPError(503, f"{wanted.name} was expected, not {method.name}")
        raise ConnectionError("it left during the handshake")

    def _read_method(self, kind, payload):
        """Return the method of a frame on channel 0; if it closes the connection, answer it and raise an OSError."""
        if kind != wire.METHOD:
            raise AMQPError(505, "content on channel 0")
        method = wire.decode_method(payload)
        if type(method) is Methods.Close:
            self._release()  # before the answer: who has it may rely on that
            self.send(0, wire.encode_method(Methods.CloseOk()))
            with gevent.Timeout(GOODBYE_LIMIT, False):
                self._drain(0)
            raise ConnectionError("it said goodbye")
        return method

    def _close_with_error(self, error):
        """Say why, and wait a moment for the client to hear it; a socket that is closed at once may lose it."""
        self._release()
        self._send_close(0, Methods.Close, error)
        with suppress(OSError, gevent.GreenletExit), gevent.Timeout(GOODBYE_LIMIT, False):
            self._drain(0)
            heard = b""
            while CONNECTION_CLOSE_OK not in heard and (data := self._socket.recv(RECEIVE_SIZE)):
                heard = heard[-3:] + data

    def _send_close(self, number, kind, error):
        method = kind(error.code, error.text, *struct.unpack(">HH", self._method))
        self.send(number, wire.encode_method(method))

    def _release(self):
        """Give back what it had, delete what was its own."""
        self._closed = True
        for channel in self.channels.values():
            channel.close()
        self.channels = {}
        for queue in [queue for queue in self.broker.queues.values() if queue.owner is self]:
            self.broker.delete_queue(queue)

    # What comes in

    def _read_frames(self, data):
        """Yield the frames that the client sends; between two readings, see to it that nobody else suffers."""
        taken = 0
        while True:
            self._last_received = math.inf  # it cannot be called silent while nobody listens
            for kind, number, payload in self._frames.feed(data):
                if kind != wire.HEARTBEAT:
                    self._method = payload[:4].ljust(4, b"\0") if kind == wire.METHOD else PUBLISH
                    yield kind, number, payload
                    if self.broker.must_wait(self):
                        self._wait_for_room()
            self._confirm()
            taken += len(data) + 500  # for a message costs something, however small it is
            self._drain(OUT_LIMIT)
            self._last_received = time.monotonic()
            if taken > TURN:
                taken = 0
                wait_read(self._socket.fileno())  # in the loop, as the others: those who are ready come first
            if not (data := self._socket.recv(RECEIVE_SIZE)):
                return

    def _confirm(self):
        while self.to_confirm:
            self.to_confirm.pop().confirm()

    def _wait_for_room(self):
        """Do not listen to a publisher while messages fill the memory; TCP makes it wait."""
        self._confirm()
        if tell := self.has_capability("connection.blocked"):
            self.send(0, wire.encode_method(Methods.Blocked("low on memory")))
        self.broker.has_room.wait()
        if tell:
            self.send(0, wire.encode_method(Methods.Unblocked()))

    def _dispatch_frame(self, kind, number, payload):
        """Give a frame to its channel; open and close channels."""
        channel, method = self.channels.get(number), self._method if kind == wire.METHOD else None
        if channel is None:
            if method == CLOSE_OK:
                return  # both sides closed it at once
            if method != OPEN:
                raise AMQPError(504, f"channel {number} is not open")
            if len(self.channels) >= self._channel_limit:  # their numbers do not matter, as in RabbitMQ
                raise AMQPError(530, f"there are {self._channel_limit} channels already, as negotiated")
            self.channels[number] = Channel(self, number, self.broker)
            self.channels[number].send(commands.Channel.OpenOk())
        elif method == CLOSE:
            channel.close()
            del self.channels[number]
            channel.send(commands.Channel.CloseOk())
        elif channel.closed:  # by an error; what the client sent before it heard of that is ignored
            if method == CLOSE_OK:
                del self.channels[number]
        elif method == OPEN:
            raise AMQPError(504, "second 'channel.open' seen")
        else:
            try:
                channel.receive(kind, payload)
            except AMQPError as error:
                if error.hard:
                    raise
                channel.close()
                self._send_close(number, commands.Channel.Close, error)

    # What goes out

    def send(self, number, payload):
        """Send a method that carries no message, as its payload, on the channel of this number."""
        self._put(wire.frame(wire.METHOD, number, payload))

    def send_content(self, number, payload, message):
        """Send a method that carries a message.

        Parameters
        ----------
        number : int
            Of the channel.
        payload : bytes
            The method's.
        message : Message
        """
        self._put(wire.content_frames(number, payload, message, self._frame_limit))

    def is_full(self):
        """Whether a consumer behind this connection has to wait; if so, it is served when there is room."""
        self._starved = self._starved or self._out_size >= HIGH_WATER
        return self._closed or self._out_size >= HIGH_WATER

    def _put(self, data):
        self._out.append(data)
        self._out_size += len(data)
        if not self._writing:
            self._writing = True
            self._loop.run_callback(self._write)

    def _write(self):
        """In the hub, which saves a switch: write what the system takes at once, and the rest when it takes more."""
        if self.broker.disk:
            self.broker.disk.commit()  # what is said may be about that
        data = b"".join(self._out)
        try:
            sent = self._socket.send(data, timeout=0.0)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._reader.kill(block=False)  # it may wait for something else than the client
            return
        self._out = [data[sent:]] if sent < len(data) else []
        self._out_size -= sent
        self._last_sent = time.monotonic()
        self._written.set()
        if not self._out:
            self._writing = False
            self._writable.stop()
        elif not self._writable.active:
            self._writable.start(self._write)
        if self._starved and self._out_size < HIGH_WATER:
            self._starved = False
            for channel in list(self.channels.values()):
                channel.dispatch()

    def _drain(self, size):
        """Wait until no more than so many bytes are on their way."""
        while self._out_size > size:
            self._written.clear()
            self._written.wait()

    # Whether it is alive

    def _run_heartbeat(self, interval):
        """Give signs of life, and end the connection of a client that gave none for two intervals."""
        while True:
            gevent.sleep(interval / 2)
            if self._last_received < time.monotonic() - 2 * interval:
                gevent.sleep(0.1)  # or was it only this process that had no time to listen?
                if self._last_received < time.monotonic() - 2 * interval:
                    self._reader.kill(block=False)
            if not self._out and time.monotonic() - self._last_sent > 0.4 * interval:
                self._put(b"\x08\0\0\0\0\0\0\xce")
