"""Connections: the socket, the handshake, heartbeats, and who has to wait when somebody is slow."""

import struct
import sys
import time
import traceback

import gevent
from gevent.event import Event
from pamqp import commands

from helpers.minibroker import wire
from helpers.minibroker.channels import Channel
from helpers.minibroker.wire import Refusal

Methods = commands.Connection
PIECE = 128 * 1024  # bytes to read at once
SMALL = 4096  # bytes after which there is seldom more to read at once
FULL = 256 * 1024  # bytes on their way to a client: no more messages to it
STUFFED = 4 * FULL  # bytes on their way to a client: no more answers either, so it is not listened to
CHANNELS, FRAME, HEARTBEAT = 2047, 131_072, 60
HANDSHAKE_LIMIT = 10  # seconds
GOODBYE_LIMIT = 3  # seconds for a client to hear why it was thrown out
CLOSING = object()  # in the place of a channel whose client has yet to say close-ok

# The numbers of methods, as they come
OPEN, CLOSE, CLOSE_OK = (wire.number(getattr(commands.Channel, name)) for name in ("Open", "Close", "CloseOk"))
CONNECTION_CLOSE_OK, PUBLISH = wire.number(Methods.CloseOk), wire.number(commands.Basic.Publish)
CAPABILITIES = (
    "publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify", "connection.blocked",
    "per_consumer_qos", "authentication_failure_close",
)  # fmt: skip
PROPERTIES = {
    "product": "minibroker",
    "version": "1.0",
    "platform": f"Python {sys.version_info[0]}.{sys.version_info[1]}",
    "information": "in memory, for learning",
    "capabilities": dict.fromkeys(CAPABILITIES, True),
}


class Connection:
    """One client. One greenlet reads and does what it says, one writes, one listens whether it is alive.

    Parameters
    ----------
    broker : Broker
    socket : gevent.socket.socket
    user, password : str
        Who may come in.
    """

    def __init__(self, broker, socket, user, password):
        self.broker, self.user = broker, user
        self.channels = {}
        self.publishes = False  # whether it ever has
        self.to_confirm = set()  # channels
        self._password, self._socket, self._capabilities = password, socket, {}
        self._frames = wire.Frames()
        self._frame_limit = 4096
        self._channel_limit = CHANNELS
        self._out, self._out_size = [], 0  # the pieces to write, and their bytes, those being written included
        self._loop, self._writing = gevent.get_hub().loop, False
        self._left, self._written = Event(), Event()
        self._starved = self._deaf = self._closed = False
        self._heard = self._said = time.monotonic()
        self._last_method = b"\0\0\0\0"
        self._reader = gevent.getcurrent()
        self._others = [gevent.spawn(self._write)]

    def run(self):
        """Talk with the client to the end."""
        try:
            frames = None
            with gevent.Timeout(HANDSHAKE_LIMIT, False):
                frames = self._shake_hands()
            for kind, number, payload in frames or ():
                if kind == wire.HEARTBEAT:
                    continue
                self._last_method = payload[:4].ljust(4, b"\0") if kind == wire.METHOD else PUBLISH
                if number:
                    self._pass_on(kind, number, payload)
                elif self._ends(kind, payload):
                    break
        except Refusal as refusal:
            self._throw_out(refusal)
        except (OSError, gevent.GreenletExit):
            pass  # it left without a word
        except Exception:
            traceback.print_exc()
            self._throw_out(Refusal(541, "an error of the broker's own, which it printed"))
        finally:
            self._clear_up()
            gevent.killall(self._others, block=False)

    def can(self, capability):
        """Whether the client says that it understands this."""
        return self._capabilities.get(capability) is True

    # Beginning and end

    def _shake_hands(self):
        """Return the frames that follow a successful handshake, or None if the client has been sent away."""
        data = b""
        while len(data) < len(wire.PROTOCOL) and wire.PROTOCOL.startswith(data):
            if not (piece := self._socket.recv(PIECE)):
                return None
            data += piece
        if not data.startswith(wire.PROTOCOL):
            self._socket.sendall(wire.PROTOCOL)  # this is what is spoken here
            return None
        frames = self._incoming(data[len(wire.PROTOCOL) :])
        self.send(0, Methods.Start(0, 9, PROPERTIES, "PLAIN", "en_US"))
        start = self._expect(frames, Methods.StartOk)
        capabilities = start.client_properties.get("capabilities")
        self._capabilities = capabilities if isinstance(capabilities, dict) else {}
        if start.mechanism != "PLAIN" or start.response != f"\0{self.user}\0{self._password}":
            if not self.can("authentication_failure_close"):
                return None
            raise Refusal(403, f"Login was refused using authentication mechanism {start.mechanism}")
        self.send(0, Methods.Tune(CHANNELS, FRAME, HEARTBEAT))
        tune = self._expect(frames, Methods.TuneOk)
        frame_limit, self._channel_limit = tune.frame_max or FRAME, tune.channel_max or CHANNELS
        if not 4096 <= frame_limit <= FRAME or self._channel_limit > CHANNELS:
            raise Refusal(530, f"frame_max={frame_limit}, channel_max={self._channel_limit}: that is not negotiable")
        self._frames.limit = self._frame_limit = frame_limit - 8  # the rest of a frame counts as well
        if tune.heartbeat:
            self._others.append(gevent.spawn(self._listen_to_heart, tune.heartbeat))
        opening = self._expect(frames, Methods.Open)
        if opening.virtual_host != "/":
            raise Refusal(530, f"vhost {opening.virtual_host} not found")
        self.send(0, Methods.OpenOk())
        return frames

    def _expect(self, frames, wanted):
        """Return the next method, which is to be of this kind."""
        for kind, number, payload in frames:
            if kind == wire.HEARTBEAT:
                continue
            if kind != wire.METHOD or number:
                raise Refusal(505, f"{wanted.name} was expected")
            self._last_method = payload[:4].ljust(4, b"\0")
            method = wire.decode_method(payload)
            if type(method) is wanted:
                return method
            if not self._ends(kind, payload):
                raise Refusal(503, f"{wanted.name} was expected, not {method.name}")
            break
        raise ConnectionError("it left during the handshake")

    def _ends(self, kind, payload):
        """Take a frame of channel 0; return whether it ends the connection."""
        if kind != wire.METHOD:
            raise Refusal(505, "content on channel 0")
        method = wire.decode_method(payload)
        if type(method) is Methods.Close:
            self._confirm()
            self._clear_up()  # before the answer: who has it may rely on that
            self.send(0, Methods.CloseOk())
            self._flush()
            return True
        raise Refusal(503, f"{method.name} is not for channel 0, or not now")

    def _throw_out(self, refusal):
        """Say why, and wait a moment for the client to hear it; a socket that is closed at once may lose it."""
        self._confirm()
        self._clear_up()
        self.send(0, Methods.Close(*self._say_why(refusal)))
        try:
            self._flush()
            with gevent.Timeout(GOODBYE_LIMIT, False):
                tail = b""
                while data := self._socket.recv(PIECE):
                    if CONNECTION_CLOSE_OK in tail + data:
                        break
                    tail = data[-3:]
        except (OSError, gevent.GreenletExit):
            pass

    def _say_why(self, refusal):
        return refusal.code, refusal.text, *struct.unpack(">HH", self._last_method)

    def _clear_up(self):
        """Give back what it had, delete what was its own."""
        self._closed = True
        channels, self.channels = self.channels, {}
        for channel in channels.values():
            if channel is not CLOSING:
                channel.close()
        for queue in [queue for queue in self.broker.queues.values() if queue.owner is self]:
            self.broker.delete_queue(queue)

    # What comes in

    def _incoming(self, data):
        """Yield the frames that the client sends; between two readings, see to it that nobody else suffers."""
        readings = 0
        while True:
            yield from self._frames.feed(data)
            self._confirm()
            readings += 1
            if len(data) > SMALL or readings % 8 == 0:
                gevent.sleep(0)  # others have a turn, even if there is more to read
            while self._out_size > STUFFED:
                self._deaf = True
                self._written.clear()
                self._written.wait()
            self._deaf = False
            if self.publishes and not self.broker.has_room.is_set():
                self._wait_for_room()
            data = self._socket.recv(PIECE)
            if not data:
                return
            self._heard = time.monotonic()

    def _wait_for_room(self):
        """Do not listen to a publisher while messages fill the memory; TCP makes it wait."""
        tell = self.can("connection.blocked")
        if tell:
            self.send(0, Methods.Blocked("low on memory"))
        self._deaf = True
        self.broker.has_room.wait()
        self._deaf, self._heard = False, time.monotonic()
        if tell:
            self.send(0, Methods.Unblocked())

    def _confirm(self):
        while self.to_confirm:
            self.to_confirm.pop().confirm()

    def _pass_on(self, kind, number, payload):
        """Give a frame to its channel; open and close channels."""
        channel = self.channels.get(number)
        method = self._last_method if kind == wire.METHOD else None
        if channel is None:
            if method == CLOSE_OK:
                return  # both sides closed it at once
            if method != OPEN or number > self._channel_limit:
                raise Refusal(
                    504, f"channel {number} is not open" if method != OPEN else f"there is no channel {number}"
                )
            self.channels[number] = Channel(self, number, self.broker)
            self.send(number, commands.Channel.OpenOk())
        elif method == CLOSE:
            if channel is not CLOSING:
                self._close_channel(number, channel)
            del self.channels[number]
            self.send(number, commands.Channel.CloseOk())
        elif channel is CLOSING:
            if method == CLOSE_OK:
                del self.channels[number]
        elif method == OPEN:
            raise Refusal(504, "second 'channel.open' seen")
        else:
            try:
                channel.receive(kind, payload)
            except Refusal as refusal:
                if refusal.hard:
                    raise
                self._close_channel(number, channel)
                self.send(number, commands.Channel.Close(*self._say_why(refusal)))

    def _close_channel(self, number, channel):
        channel.confirm()
        self.channels[number] = CLOSING
        channel.close()

    # What goes out

    def send(self, number, method):
        self._put([wire.method_frame(number, method)])

    def send_content(self, number, method, message):
        """Send a method that carries a message."""
        self._put(wire.content_frames(number, method, message.properties, message.body, self._frame_limit))

    def is_full(self):
        """Whether a consumer behind this connection has to wait; if so, it is served when there is room."""
        if self._out_size >= FULL:
            self._starved = True
        return self._closed or self._out_size >= FULL

    def _put(self, pieces):
        self._out += pieces
        self._out_size += sum(map(len, pieces))
        if not self._writing:
            self._writing = True
            self._loop.run_callback(self._write_at_once)

    def _write_at_once(self):
        """In the hub, which saves a switch: write what the system takes at once, and leave the rest to `_write`."""
        data = b"".join(self._out)
        try:
            sent = self._socket.send(data, timeout=0.0)
        except OSError:  # what is wrong, if it is no full buffer, `_write` will meet as well
            sent = 0
        self._out[:] = [data[sent:]] if sent < len(data) else []
        self._note_written(sent)
        if self._out:
            self._left.set()
        else:
            self._writing = False

    def _write(self):
        try:
            while True:
                self._left.wait()
                data = b"".join(self._out)
                self._out.clear()
                self._socket.sendall(data)
                self._note_written(len(data))
                if not self._out:
                    self._left.clear()
                    self._writing = False
        except OSError:
            self._reader.kill(block=False)  # it may wait for something else than the client

    def _note_written(self, count):
        self._said = time.monotonic()
        self._out_size -= count
        self._written.set()
        if self._starved and self._out_size < FULL:
            self._starved = False
            self._serve()

    def _serve(self):
        channels = [channel for channel in self.channels.values() if channel is not CLOSING]
        for queue in {consumer.queue for channel in channels for consumer in channel.consumers.values()}:
            queue.dispatch()

    def _flush(self):
        with gevent.Timeout(GOODBYE_LIMIT, False):
            while self._out_size:
                self._written.clear()
                self._written.wait()

    def _listen_to_heart(self, interval):
        """Give signs of life, and end the connection of a client that gave none for two intervals."""
        while True:
            gevent.sleep(interval / 2)
            if self._is_silent(2 * interval):
                gevent.sleep(0.1)  # or was it only this process that had no time to listen?
                if self._is_silent(2 * interval):
                    self._reader.kill(block=False)
            if not self._out_size and time.monotonic() - self._said > 0.4 * interval:
                self._put([wire.HEARTBEAT_FRAME])

    def _is_silent(self, limit):
        return not self._deaf and time.monotonic() - self._heard > limit
