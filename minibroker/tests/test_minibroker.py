"""What only the embedded broker does, or does in a way of its own.

It refuses what it does not have, answers nonsense with numbers that RabbitMQ words otherwise, spares memory when
somebody is slow, and is a process that can be started and stopped by hand.
"""

import contextlib
import decimal
import re
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pika
import pytest
from clients import HEADER, PROTOCOL, PUBLISH, Raw, closes_the_connection, count, publish, put, survives
from launch import eventually, start_broker
from pamqp import commands, frame

from minibroker import queues
from minibroker.broker import Broker

Basic, Connection, Exchange, Queue = commands.Basic, commands.Connection, commands.Exchange, commands.Queue
OF_GEVENT = {"greenlet", "zope", "cffi", "_cffi_backend"}  # the latter two where it is built with cffi


@pytest.fixture(scope="module")
def broker(minibroker):
    """Never another one."""
    return minibroker


# What it refuses, and survives


README = Path(__file__).resolve().parents[1] / "README.md"
MISSED = {
    "transactions": lambda raw: raw.send(commands.Tx.Select()),
    "a queue's length limit in bytes": lambda raw: declare(raw, "x-max-length-bytes", 1),
    "a single active consumer": lambda raw: declare(raw, "x-single-active-consumer", True),
    "more addresses in the headers CC and BCC": lambda raw: publish(raw, WITH_BCC, b"12345"),
    "exchanges of types that plugins add": lambda raw: raw.send(
        Exchange.Declare(exchange="x", exchange_type="x-delayed-message")
    ),
    "virtual hosts other than `/`": ("PLAIN", "elsewhere"),
    "logins other than PLAIN": ("EXTERNAL", "/"),
    "streams": lambda raw: declare(raw, "x-queue-type", "stream"),
    "`x-overflow` of `reject-publish-dlx`": lambda raw: declare(raw, "x-overflow", "reject-publish-dlx"),
}
WITH_BCC = HEADER[:-2] + b"\x20\0" + struct.pack(">I", 9) + b"\3BCCA\0\0\0\0"


def declare(raw, argument, value):
    raw.send(Queue.Declare(queue="q", durable=True, arguments={argument: value}))


NONSENSE = {
    "body longer than its header said": (
        501,
        lambda raw: (publish(raw), raw.frame(2, HEADER), raw.frame(3, b"too long")),
    ),
    "empty method": (540, lambda raw: raw.frame(1, b"")),
    "short method": (502, lambda raw: raw.frame(1, b"\0\x32\0\x0a\0\0\x09q")),
    "long method": (502, lambda raw: raw.frame(1, PUBLISH + b"more")),
    "table that is none": (502, lambda raw: raw.frame(1, b"\0\x32\0\x0a\0\0\1q\0\0\0\0\4\1a?1")),
    "properties cut short": (
        502,
        lambda raw: (publish(raw), raw.frame(2, HEADER[:-2] + b"\x80\0\x09a"), raw.frame(3, b"right")),
    ),
    "handshake again": (503, lambda raw: raw.send(Connection.Open("/"), 0)),
    "no such method": (540, lambda raw: raw.frame(1, b"\0\x3c\0\xff")),
}


def log_in(raw, mechanism, host):
    raw.socket.sendall(PROTOCOL)
    assert raw.read()[1].name == "Connection.Start"
    raw.send(Connection.StartOk({}, mechanism, "\0guest\0guest"), 0)
    if mechanism == "PLAIN":
        assert raw.read()[1].name == "Connection.Tune"
        raw.send(Connection.TuneOk(0, 0, 0), 0)
        raw.send(Connection.Open(host), 0)


def test_what_it_does_not_have_is_refused_as_its_readme_says(broker):
    told = re.findall(
        r"^  \| (.+) \| (\d+), its (channel|connection) ends \|$", README.read_text("utf-8"), re.MULTILINE
    )
    found = []
    for what, ask in MISSED.items():
        with Raw(broker, handshake=callable(ask)) as raw:
            ask(raw.open()) if callable(ask) else log_in(raw, *ask)
            closed = raw.read()[1]
            found.append((what, str(closed.reply_code), closed.name.partition(".")[0].lower()))
    assert found == told


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_closes_the_connection(broker, connect, case):
    closes_the_connection(broker, connect, *NONSENSE[case])


def test_frames_smaller_than_the_specification_allows_are_not_negotiable(broker):
    with Raw(broker, frame_max=100) as raw:
        assert raw.until_close().reply_code == 530


def test_forged_deaths_do_no_harm(channel, name):
    channel.queue_declare(f"{name}-dead", exclusive=True)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}-dead"}
    channel.queue_declare(name, exclusive=True, arguments=arguments)
    forged = [
        {"x-death": "long ago"},
        {"x-death": [7, {"queue": 1}, {"queue": name, "reason": "rejected", "count": -1}, {"time": b"x"}]},
        {"price": decimal.Decimal("2.5")},
    ]
    for headers in forged:
        put(channel, name, "", headers=headers)
    for _ in forged:
        channel.basic_reject(channel.basic_get(name)[0].delivery_tag, requeue=False)
    for headers in forged:
        (death,) = (got := channel.basic_get(f"{name}-dead", auto_ack=True)[1].headers)["x-death"]
        assert (death["reason"], death["count"]) == ("rejected", 1)
        assert got.get("price") == headers.get("price")


# Those who are slow


def test_consumer_that_does_not_read_leaves_the_messages_in_the_queue(broker, channel, name):
    channel.queue_declare(name)
    with Raw(broker) as raw:
        raw.open().send(Basic.Consume(queue=name, no_ack=True))
        assert raw.read()[1].name == "Basic.ConsumeOk"
        for number in range(200):
            channel.basic_publish("", name, bytes([number]) * 100_000)
        # What the two sockets' buffers hold is on its way, some megabytes; the rest waits where it can be counted.
        assert count(channel, name) > 50
        got = b""
        while len(got) < 200 * 100_000:
            if (found := raw.read()[1]).name == "ContentBody":
                got += found.value
        assert got == b"".join(bytes([number]) * 100_000 for number in range(200))
    channel.queue_delete(name)


def test_publisher_waits_for_a_slow_consumer_and_memory_stays_bounded(broker, channel, name):
    size, total = 100_000, 1_000  # 100 MB, where 30 are allowed
    channel.queue_declare(name)
    before = broker.rss
    header = struct.pack(">BHI", 2, 1, 14) + struct.pack(">HHQH", 60, 0, size, 0) + b"\xce"
    body = struct.pack(">BHI", 3, 1, size) + bytes(size) + b"\xce"
    with Raw(broker) as raw:
        raw.open()
        raw.socket.settimeout(120)
        message = frame.marshal(Basic.Publish(routing_key=name), 1) + header + body
        publisher = threading.Thread(target=lambda: [raw.socket.sendall(message) for _ in range(total)])
        publisher.start()
        assert raw.read()[1].name == "Connection.Blocked"
        assert eventually(lambda: "minibroker holds 30 MB of messages: publishers wait, until" in broker.output)
        waiting = count(channel, name)
        assert waiting < 500
        assert broker.rss - before < 80_000_000
        got = 0
        for _ in channel.consume(name, auto_ack=True):
            got += 1
            if got == total:
                break
        publisher.join(60)
        assert raw.read()[1].name == "Connection.Unblocked"
        assert got == total
    channel.cancel()
    channel.queue_delete(name)


def test_halves_of_messages_count_as_memory_and_are_refused_before_they_fill_it(broker, connect):
    before = broker.rss
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(Raw(broker)).open() for _ in range(10)]  # 160 MB, where 30 are allowed
        for number, raw in enumerate(crowd):
            publish(raw, struct.pack(">HHQH", 60, 0, 16_000_000, 0))
            for _ in range(120):
                raw.frame(3, bytes(131_000))
            raw.send(commands.Channel.Open(), 2)  # which is answered when all that is in
            answer = raw.read()[1]
            assert answer.name == ("Channel.OpenOk" if number < 2 else "Connection.Close")
        assert answer.reply_code == 506
        assert broker.rss - before < 80_000_000
        publisher = stack.enter_context(Raw(broker)).open()
        publish(publisher, HEADER, b"12345")
        assert publisher.read()[1].name == "Connection.Blocked"
    assert survives(connect)


def test_a_message_that_is_half_there_gets_in_though_memory_is_full(broker, channel, name):
    other = channel.queue_declare("", exclusive=False).method.queue
    channel.queue_declare(name)
    third, whole = bytes(100_000), struct.pack(">HHQH", 60, 0, 300_000, 0)
    with Raw(broker) as slow, Raw(broker) as greedy:
        slow.open()
        for parts in (3, 1):
            slow.send(Basic.Publish(routing_key=other))
            slow.frame(2, whole)
            for _ in range(parts):
                slow.frame(3, third)
        assert eventually(lambda: count(channel, other) == 1)
        greedy.open()
        for _ in range(100):  # 30 MB; the last of them waits in the socket's buffers
            greedy.send(Basic.Publish(routing_key=name))
            greedy.frame(2, whole)
            for _ in range(3):
                greedy.frame(3, third)
        assert greedy.read()[1].name == "Connection.Blocked"
        for _ in "23":
            slow.frame(3, third)
        assert slow.read()[1].name == "Connection.Blocked"  # now it is whole
        assert count(channel, other) == 2
        channel.queue_purge(name)
        assert greedy.read()[1].name == slow.read()[1].name == "Connection.Unblocked"
    for queue in (name, other):
        channel.queue_delete(queue)


def test_consumers_that_are_all_full_are_not_asked_again_for_each_message():
    asked = []
    full = SimpleNamespace(priority=0, can_take=lambda: asked.append(1))
    queue = queues.Queue(Broker(1e9), "q", None, {"durable": False, "auto_delete": False})
    for _ in range(1000):
        queue.add(full)
    for _ in range(100):
        queue.put(queues.Message("", "q", b"\0\0", b""))
    assert len(asked) == 1000


def test_those_who_flood_it_let_others_through(broker, channel, name):
    channel.queue_declare(name)
    message = frame.marshal(Basic.Publish(routing_key=name), 1) + struct.pack(">BHI", 2, 1, 14)
    message += struct.pack(">HHQH", 60, 0, 0, 0) + b"\xce"
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            raw = stack.enter_context(Raw(broker)).open()
            threading.Thread(target=flood, args=(raw.socket, message * 1000), daemon=True).start()
        while channel.queue_purge(name).method.message_count < 1000:
            pass
        # How many messages come in during one round trip; the fewest, for this process may be made to wait as well.
        assert min(channel.queue_purge(name).method.message_count for _ in range(20)) < 5000
    channel.queue_delete(name)


def flood(socket, data):
    with contextlib.suppress(OSError):
        while True:
            socket.sendall(data)


# The process


def test_runs_by_hand_and_stops_on_ctrl_c():
    with start_broker("--user", "me", "--password", "secret") as process:
        credentials = pika.PlainCredentials("me", "secret")
        pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", process.port, credentials=credentials)).close()
        assert process.output == f"minibroker listens on 127.0.0.1, port {process.port}\n"
        process.interrupt()
        assert process.wait(30) is not None
        assert "Traceback" not in process.output


def test_runs_on_the_loop_that_gevent_has_on_windows(monkeypatch):
    pytest.importorskip("gevent.libuv._corecffi", reason="This gevent was built without libuv.", exc_type=ImportError)
    monkeypatch.setenv("GEVENT_LOOP", "libuv")
    with start_broker() as process:
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", process.port))
        channel = connection.channel()
        channel.queue_declare("buns")
        put(channel, "buns", b"", bytes(200_000))  # the second is more than one frame
        assert [len(channel.basic_get("buns", auto_ack=True)[2]) for _ in range(2)] == [0, 200_000]
        connection.close()
        assert "Traceback" not in process.output


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "99999"), ("--port", "a cake"), ("--memory", "0"), ("--memory", "nan"), ("--host", "0.0.0.0")],
)
def test_a_bad_option_is_one_sentence(option, value):
    done = subprocess.run(
        [sys.executable, "-m", "minibroker", option, value], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"usage: .*\nminibroker: error: .*{option}.*\n", done.stderr)


def test_a_port_in_use_is_one_sentence(broker):
    command = [sys.executable, "-m", "minibroker", "--port", str(broker.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"minibroker cannot listen on 127.0.0.1, port {broker.port}: [^:]+\n", done.stderr)


def test_it_says_which_version_it_is(connect):
    said = connect()._impl.server_properties
    packaged = re.search(r'^version = "(.+)"', README.with_name("pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert (said["product"], said["version"]) == ("minibroker", packaged[1])


def test_stands_apart():
    """It imports nothing but what its pyproject.toml names, and what that needs in turn."""
    script = (
        "import sys; before = set(sys.modules); import minibroker.__main__\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = {name for name in done.stdout.split() if "cython" not in name}  # it is what gevent is compiled with
    assert {"minibroker", "gevent", "pamqp"} <= found <= {"minibroker", "gevent", "pamqp", *OF_GEVENT}
