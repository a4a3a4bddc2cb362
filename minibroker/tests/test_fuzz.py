"""Random AMQP against the embedded broker: no crash, no hang, no message lost or settled twice.

Bytes go to the decoder, frames to a broker that serves somebody else meanwhile, and methods to its queues and channels,
which a model of lists watches. Short and always the same, unless MINIBROKER_FUZZ_SECONDS is set: see `fuzzing`.
"""

import contextlib
import socket
import struct
from types import SimpleNamespace

import gevent
import pamqp
import pika
import pytest
from fuzzing import fuzz
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from launch import start_broker
from pamqp import commands, frame, header

from minibroker import wire
from minibroker.broker import Broker
from minibroker.channels import Channel
from minibroker.wire import AMQPError

# pamqp finds one of the specification's methods outdated.
pytestmark = pytest.mark.filterwarnings("ignore:This command is deprecated:DeprecationWarning")

Basic = commands.Basic


# The decoder

LEAST = 0 if pamqp.__version__.startswith("3.") else -(2**63)  # pamqp 3 cannot write small negative numbers
values = st.recursive(
    st.none() | st.booleans() | st.integers(LEAST, 2**63 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
tables = st.dictionaries(st.text(max_size=5), values, max_size=4)
names = st.sampled_from(["", "q0", "q1", "amq.topic", "missing", "é" * 20])


@st.composite
def methods(draw):
    """A method that a client may send, or may not, with any fields."""
    kind = draw(st.sampled_from(list(commands.INDEX_MAPPING.values())))
    method = kind()
    of_type = {
        "bit": st.booleans(),
        "octet": st.integers(0, 255),
        "short": st.integers(0, 2**16 - 1),
        "long": st.integers(0, 2**32 - 1),
        "longlong": st.integers(0, 5),
        "shortstr": names,
        "longstr": st.text(max_size=10),
        "table": tables,
        "timestamp": st.datetimes(),
    }
    for name in kind.attributes():
        setattr(method, name, draw(of_type[kind.amqp_type(name)]))
    kind.validate, validate = lambda self: None, kind.validate
    try:
        return frame.marshal(method, 1)[7:-1]
    finally:
        kind.validate = validate


@st.composite
def properties(draw):
    """Properties of a message: their bytes, and what they mean."""
    text = st.none() | st.text(min_size=1, max_size=10)
    found = Basic.Properties(
        headers=draw(st.none() | tables),
        priority=draw(st.none() | st.integers(0, 255)),
        expiration=draw(st.none() | st.sampled_from(["0", "1", "60000", "soon"])),
        correlation_id=draw(text),
        user_id=draw(st.none() | st.just("guest")),
    )
    return header.ContentHeader(0, 0, found).marshal()[12:], found


@st.composite
def spoilt(draw, whole):
    """Bytes of this kind, perhaps with a few of them changed, cut out or put in."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


def test_decoder_returns_or_refuses():
    def run(chosen):
        @chosen
        @given(spoilt(methods()), spoilt(properties().map(lambda pair: pair[0])))
        def try_decoding(method, properties):
            with contextlib.suppress(AMQPError):
                assert wire.decode_method(method).name
            with contextlib.suppress(AMQPError):
                wire.decode_properties(properties)
                wire.decode_properties(wire.with_headers(properties, {"x-death": []}))

        try_decoding()

    fuzz(run, examples=400)


def test_properties_keep_their_meaning_and_frames_do_not_care_how_they_arrive():
    def run(chosen):
        @chosen
        @given(properties(), st.binary(max_size=50), st.lists(st.integers(1, 20)))
        def round_trip(pair, body, cuts):
            data, meant = pair
            values, _ = wire.decode_properties(data)
            for name in ("priority", "expiration", "correlation_id", "user_id", "headers"):
                assert values.get(name) == getattr(meant, name)
            changed, _ = wire.decode_properties(wire.with_headers(data, {"x-new": 1}))
            assert changed == {
                **{name: value for name, value in values.items() if name != "expiration"},
                "headers": {**(meant.headers or {}), "x-new": 1},
            }

            stream = wire.content_frames(3, b"method", SimpleNamespace(properties=data, body=body), 8)
            frames, whole = wire.FrameReader(), list(wire.FrameReader().feed(stream))
            pieces = []
            for cut in cuts:
                pieces.append(stream[:cut])
                stream = stream[cut:]
            assert [each for piece in [*pieces, stream] for each in frames.feed(piece)] == whole
            assert b"".join(payload for kind, _, payload in whole if kind == wire.BODY) == body

        round_trip()

    fuzz(run, examples=200)


# The conversation


@pytest.fixture
def broker():
    with start_broker() as process:
        yield process
        assert process.running
        assert "Traceback" not in process.output


content_header = st.builds(
    lambda size, properties: struct.pack(">HHQ", 60, 0, size) + properties[0], st.integers(0, 5), properties()
)
frames = st.one_of(
    st.tuples(st.just(1), spoilt(methods()) | methods()),
    st.tuples(st.just(1), methods().filter(lambda payload: payload[:2] == b"\0\x3c")),
    st.tuples(st.just(2), spoilt(content_header) | content_header),
    st.tuples(st.just(3), st.binary(max_size=5)),
    st.tuples(st.integers(0, 9), st.binary(max_size=20)),
)
HELLO = wire.PROTOCOL + b"".join(
    frame.marshal(method, channel)
    for channel, method in (
        (0, commands.Connection.StartOk({}, "PLAIN", "\0guest\0guest")),
        (0, commands.Connection.TuneOk(0, 0, 0)),
        (0, commands.Connection.Open()),
        (1, commands.Channel.Open()),
        (1, commands.Queue.Declare(queue="q0")),
        (1, commands.Queue.Declare(queue="q1", auto_delete=True)),
        (1, Basic.Consume(queue="q1", nowait=True)),
    )
)


def test_whatever_a_client_sends_nobody_else_suffers(broker):
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", broker.port, heartbeat=0))
    witness = connection.channel()
    queue = witness.queue_declare("", exclusive=True).method.queue
    for number in range(10):
        witness.basic_publish("", queue, str(number))

    def run(chosen):
        @chosen
        @given(st.lists(st.tuples(st.integers(0, 2), frames), max_size=12), st.booleans())
        def play(sent, polite):
            with socket.create_connection(("127.0.0.1", broker.port), timeout=60) as rude:
                data = HELLO
                for channel, (kind, payload) in sent:
                    data += struct.pack(">BHI", kind, max(0, channel), len(payload)) + payload + b"\xce"
                rude.sendall(data)
                if polite:  # it waits for an answer to its end, and for nothing else
                    with contextlib.suppress(OSError):
                        rude.sendall(frame.marshal(commands.Connection.Close(200, "bye", 0, 0), 0))
                        rude.shutdown(socket.SHUT_WR)
                        while rude.recv(100_000):
                            pass
            assert witness.queue_declare(queue, passive=True).method.message_count == 10

        play()

    fuzz(run, examples=150)
    got = [witness.basic_get(queue, auto_ack=True)[2] for _ in range(10)]
    assert got == [str(number).encode() for number in range(10)]
    connection.close()


HUGE = [b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\xff\xff\xff", b"\0\2\0\0", b"\0" * 4]
LETTER = b"".join(
    struct.pack(">BHI", kind, 1, len(payload)) + payload + b"\xce"
    for kind, payload in (
        (1, wire.encode_method(Basic.Publish(routing_key="q0"))),
        (2, struct.pack(">HHQHI", 60, 0, 70_000, 0x2000, 7) + b"\1nI\0\0\0\7"),
        (3, bytes(70_000)),
    )
)
ASKED = [
    commands.Queue.Declare(queue="q2", arguments={"x-max-length": 3, "deep": {"a": [1, {"b": "c"}]}}),
    commands.Exchange.Declare(exchange="e", exchange_type="headers"),
    commands.Queue.Bind(queue="q0", exchange="amq.headers", arguments={"x-match": "any", "n": 1}),
    commands.Confirm.Select(),
    Basic.Get(queue="q0"),
    Basic.Ack(1, True),
    commands.Queue.Delete(queue="q2"),
    commands.Queue.Purge(queue="q0"),
]


@st.composite
def spoilt_streams(draw):
    """All that a well-behaved client says in its life, spoilt: bytes, lengths, an end too early."""
    said = [frame.marshal(draw(st.sampled_from(ASKED)), 1) for _ in range(draw(st.integers(0, 5)))]
    data = bytearray(HELLO + b"".join(said) + draw(st.sampled_from([b"", LETTER, 3 * LETTER])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, min(len(data), 600)))
        data[at : at + draw(st.integers(0, 4))] = draw(st.sampled_from(HUGE) | st.binary(max_size=4))
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


def test_bytes_that_are_spoilt_do_no_harm(broker):
    before = broker.rss

    def run(chosen):
        @chosen
        @given(spoilt_streams())
        def play(data):
            with socket.create_connection(("127.0.0.1", broker.port), timeout=20) as rude, contextlib.suppress(OSError):
                rude.sendall(data)
                rude.shutdown(socket.SHUT_WR)
                try:
                    while rude.recv(100_000):
                        pass
                except TimeoutError:
                    pytest.fail(f"it hangs on {data[:600]!r}")
            assert broker.rss - before < 100_000_000

        play()

    fuzz(run, examples=300)
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", broker.port, heartbeat=0))
    connection.channel().queue_purge("q0")
    connection.close()


# The state of queues and channels, against a model of lists


class Client:
    """A connection without a socket: notes what its channel sends."""

    def __init__(self, broker, log):
        self.user, self.closed, self.log, self.to_confirm = "guest", False, log, set()
        self.publishes, self.halfway = False, 0
        self.channel = Channel(self, 1, broker)
        self.held = {}  # the model: delivery tag: (queue, message number)
        self.consumers = {}  # consumer tag: (queue, no_ack)

    def is_full(self):
        return self.closed

    def has_capability(self, capability):
        return True

    def send(self, number, method):
        pass

    def send_content(self, number, method, message):
        self.log.append((self, wire.decode_method(method), int(message.body)))

    def do(self, method):
        self.channel.receive(wire.METHOD, wire.encode_method(method))


QUEUES = {"q0": {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q1"}, "q1": {}}
queues = st.sampled_from(list(QUEUES))
clients = st.integers(0, 2)
seldom = st.sampled_from([False, False, False, True])


class Model(RuleBasedStateMachine):
    """Three clients on two queues, of which the first sends its dead letters to the second."""

    def __init__(self):
        super().__init__()
        self.broker, self.log = Broker(1e9), []
        self.clients = [Client(self.broker, self.log) for _ in range(3)]
        for queue, arguments in QUEUES.items():
            self.clients[0].do(commands.Queue.Declare(queue=queue, arguments=arguments))
        self.ready = {queue: [] for queue in QUEUES}  # [order, number, redelivered], sorted
        self.orders = {}  # (queue, number): order
        self.last = 0

    def enters(self, queue, number):
        self.last += 1
        self.orders[queue, number] = self.last
        self.ready[queue].append([self.last, number, False])

    def comes_back(self, taken):
        for queue, number in taken:
            self.ready[queue].append([self.orders[queue, number], number, True])
            self.ready[queue].sort()

    def check_deliveries(self):
        """What was sent must have been the head of its queue."""
        gevent.sleep(0)  # for dead letters to arrive
        for client, method, number in self.log:
            if isinstance(method, Basic.Deliver):
                queue, no_ack = client.consumers[method.consumer_tag]
            else:
                queue, no_ack = client.getting
            _, expected, redelivered = self.ready[queue].pop(0)
            assert (expected, redelivered) == (number, method.redelivered)
            if not no_ack:
                assert method.delivery_tag not in client.held
                client.held[method.delivery_tag] = queue, number
        self.log.clear()

    @rule(queue=queues, client=clients, count=st.integers(1, 5))
    def publish(self, queue, client, count):
        channel = self.clients[client].channel
        for _ in range(count):
            self.enters(queue, self.last + 1)
            body = str(self.last).encode()
            channel.receive(wire.METHOD, wire.encode_method(Basic.Publish(routing_key=queue)))
            channel.receive(wire.HEADER, struct.pack(">HHQH", 60, 0, len(body), 0))
            channel.receive(wire.BODY, body)
        self.check_deliveries()

    @rule(queue=queues, client=clients, no_ack=seldom, count=st.integers(1, 4))
    def get(self, queue, client, no_ack, count):
        self.clients[client].getting = queue, no_ack
        for _ in range(count):
            self.clients[client].do(Basic.Get(queue=queue, no_ack=no_ack))
        self.check_deliveries()

    @rule(queue=queues, client=clients, no_ack=seldom, limit=st.integers(0, 3), tag=st.sampled_from("ab"))
    def consume(self, queue, client, no_ack, limit, tag):
        client = self.clients[client]
        if tag in client.consumers:
            with pytest.raises(AMQPError):
                client.do(Basic.Consume(queue=queue, consumer_tag=tag))
            return
        client.consumers[tag] = queue, no_ack
        client.do(Basic.Qos(prefetch_count=limit))
        client.do(Basic.Consume(queue=queue, no_ack=no_ack, consumer_tag=tag))
        self.check_deliveries()

    @rule(client=clients, tag=st.sampled_from("ab"))
    def cancel(self, client, tag):
        self.clients[client].do(Basic.Cancel(consumer_tag=tag))
        self.clients[client].consumers.pop(tag, None)
        self.check_deliveries()

    @precondition(lambda self: any(client.held for client in self.clients))
    @rule(data=st.data(), multiple=st.booleans(), what=st.sampled_from(["ack", "requeue", "reject"]))
    def settle(self, data, multiple, what):
        client = data.draw(st.sampled_from([client for client in self.clients if client.held]))
        tag = data.draw(st.sampled_from([*client.held, 0, 999]))
        if tag == 0 and multiple:
            tags = list(client.held)
        elif tag not in client.held:
            with pytest.raises(AMQPError):
                client.do(Basic.Ack(tag, multiple))
            return
        else:
            tags = [each for each in client.held if each == tag or (multiple and each < tag)]
        taken = [client.held.pop(each) for each in sorted(tags)]
        if what == "requeue":
            self.comes_back(taken)
        elif what == "reject":
            for queue, number in taken:
                if queue == "q0":
                    self.enters("q1", number)
        client.do(Basic.Ack(tag, multiple) if what == "ack" else Basic.Nack(tag, multiple, what == "requeue"))
        self.check_deliveries()

    @rule(client=clients)
    def recover(self, client):
        client = self.clients[client]
        self.comes_back(client.held.values())
        client.held = {}
        client.do(Basic.Recover(True))
        self.check_deliveries()

    @rule(queue=queues)
    def purge(self, queue):
        self.ready[queue].clear()
        self.clients[0].do(commands.Queue.Purge(queue=queue))

    @precondition(lambda self: any(client.held or client.consumers for client in self.clients))
    @rule(number=clients)
    def goes_away(self, number):
        client = self.clients[number]
        self.clients[number] = Client(self.broker, self.log)
        self.comes_back(client.held.values())
        client.closed = True
        client.channel.close()
        self.check_deliveries()

    @invariant()
    def nothing_is_lost_and_nobody_waits_in_vain(self):
        for name, ready in self.ready.items():
            queue = self.broker.queues[name]
            found = [[int(entry.message.body), entry.redelivered] for _, entry in sorted(queue.ready)]
            assert found == [each[1:] for each in ready]
            assert len(queue.ready) == len(ready)
            assert not ready or not any(consumer.can_take() for consumer in queue.consumers)
            for consumer in queue.consumers:
                assert not consumer.prefetch_count or consumer.unacked <= consumer.prefetch_count
                holders = [holder for _, holder in consumer.channel.unacked.values()]
                assert consumer.unacked == holders.count(consumer)
                assert consumer.channel.prefetched == len(holders) - holders.count(None)
        entries = [entry for queue in self.broker.queues.values() for _, entry in queue.ready]
        entries += [entry for client in self.clients for entry, _ in client.channel.unacked.values()]
        assert self.broker.stored == sum(entry.message.size for entry in entries)
        for client in self.clients:
            held = {tag: int(entry.message.body) for tag, (entry, _) in client.channel.unacked.items()}
            assert held == {tag: number for tag, (_, number) in client.held.items()}


def test_broker_agrees_with_a_model():
    def run(chosen):
        run_state_machine_as_test(Model, settings=settings(chosen, stateful_step_count=40))

    fuzz(run, examples=150)
