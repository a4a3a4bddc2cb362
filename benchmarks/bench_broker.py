"""The embedded broker and a private RabbitMQ node in one run, driven by the same pika client.

Durable queue, persistent messages of 100 bytes. Both write them to a file; RabbitMQ before 4.0 also waits for the disk,
which the embedded one does with `--fsync` only: compare the two as tools for learning, not as products. Where RabbitMQ
is not installed (`make rabbitmq`), its column is left out. A second table says what the file costs the embedded broker:
the same in memory, with a folder, and with `--fsync`. Run as `python benchmarks/bench_broker.py`; takes some minutes.
With `--fuzz 300` random AMQP plays against the embedded broker for about 300 seconds instead, in part side by side with
RabbitMQ where it is installed (needs requirements-test.txt).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import pika

from backstage.brokers import find_server
from backstage.brokers.broker import Embedded, Private
from backstage.processes import Child
from helpers.isolated import start_isolated

MESSAGES = 10_000
BODY = b"b" * 100
PERSISTENT = pika.BasicProperties(delivery_mode=2)
READY_AIM = 0.3  # seconds

RPC_SERVER = """
import pika
from helpers import ready

channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
channel.queue_declare("rpc", exclusive=True)


def answer(channel, method, properties, body):
    channel.basic_publish(
        "", properties.reply_to, body, pika.BasicProperties(correlation_id=properties.correlation_id)
    )


channel.basic_consume("rpc", answer, auto_ack=True)
ready()
channel.start_consuming()
"""


@contextmanager
def channel_to(url):
    """Yield a channel, with an empty durable queue named bench."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.queue_declare("bench", durable=True)
    channel.queue_purge("bench")
    yield channel
    connection.close()


def fill(channel, count=MESSAGES):
    for _ in range(count):
        channel.basic_publish("", "bench", BODY, PERSISTENT)
    while channel.queue_declare("bench", durable=True).method.message_count < count:
        pass


def publish(url):
    """Return messages a second, until the last one is in the queue."""
    with channel_to(url) as channel:
        start = perf_counter()
        fill(channel)
        return MESSAGES / (perf_counter() - start)


def confirm_each(url):
    with channel_to(url) as channel:
        channel.confirm_delivery()
        start = perf_counter()
        for _ in range(MESSAGES // 4):
            channel.basic_publish("", "bench", BODY, PERSISTENT)
        return MESSAGES // 4 / (perf_counter() - start)


def confirm_window(url, window=200):
    """Keep at most so many messages unconfirmed, as only pika's callback style can."""
    sent = confirmed = 0
    start = None

    def more(channel):
        nonlocal sent
        while sent < MESSAGES and sent - confirmed < window:
            channel.basic_publish("", "bench", BODY, PERSISTENT)
            sent += 1

    def on_confirm(frame):
        nonlocal confirmed
        confirmed = frame.method.delivery_tag
        more(channel)
        if confirmed == MESSAGES:
            connection.close()

    def begin(_):
        nonlocal start
        start = perf_counter()
        more(channel)

    def on_open(opened):
        nonlocal channel
        channel = opened
        channel.confirm_delivery(on_confirm, begin)

    channel = None
    connection = pika.SelectConnection(
        pika.URLParameters(url),
        on_open_callback=lambda connection: connection.channel(on_open_callback=on_open),
        on_close_callback=lambda connection, reason: connection.ioloop.stop(),
    )
    connection.ioloop.start()
    return MESSAGES / (perf_counter() - start)


def consume(url, prefetch):
    with channel_to(url) as channel:
        fill(channel)
        channel.basic_qos(prefetch_count=prefetch)
        left, start = MESSAGES, perf_counter()
        for method, _, _ in channel.consume("bench"):
            channel.basic_ack(method.delivery_tag)
            left -= 1
            if not left:
                break
        seconds = perf_counter() - start
        channel.cancel()
        return MESSAGES / seconds


def call(url, count=2_000):
    """Return the seconds that each of so many calls took, one after another, of a server in a process of its own."""
    with channel_to(url) as channel:
        server = start_isolated(RPC_SERVER, {"url": url}, name="RPC server")
        replies = channel.queue_declare("", exclusive=True).method.queue
        seconds, deliveries = [], channel.consume(replies, auto_ack=True, inactivity_timeout=10)
        for number in range(count):
            properties = pika.BasicProperties(reply_to=replies, correlation_id=str(number))
            start = perf_counter()
            channel.basic_publish("", "rpc", BODY, properties)
            _, answer, _ = next(deliveries)
            seconds.append(perf_counter() - start)
            assert answer.correlation_id == str(number)
        channel.cancel()
        server.stop()
        return sorted(seconds)


def measure(start):
    """Return what was measured of the broker that `start` starts, by name."""
    began = perf_counter()
    with start() as broker:
        pika.BlockingConnection(pika.URLParameters(broker.url)).close()
        found = {"broker": broker.kind, "ready": perf_counter() - began, "memory": broker.rss}
        found["publish"] = publish(broker.url)
        found["confirm each"] = confirm_each(broker.url)
        found["confirm window"] = confirm_window(broker.url)
        found["prefetch 1"] = consume(broker.url, 1)
        found["prefetch 100"] = consume(broker.url, 100)
        calls = call(broker.url)
        found["call, p50"], found["call, p99"] = statistics.median(calls), calls[round(0.99 * len(calls)) - 1]
        return found


# Name in the table, key, how to write it, and the aim for the embedded broker's figure divided by RabbitMQ's.
ROWS = [
    ("first connection after", "ready", lambda value: f"{value:,.2f} s", None),
    ("memory at rest", "memory", lambda value: f"{value / 1e6:,.0f} MB", ("at most", 1 / 3)),
    ("publish", "publish", lambda value: f"{value:,.0f} /s", ("at least", 1.2)),
    ("publish, each confirmed", "confirm each", lambda value: f"{value:,.0f} /s", ("at least", 2)),
    ("publish, 200 unconfirmed", "confirm window", lambda value: f"{value:,.0f} /s", ("at least", 2)),
    ("consume, prefetch 1", "prefetch 1", lambda value: f"{value:,.0f} /s", ("at least", 2)),
    ("consume, prefetch 100", "prefetch 100", lambda value: f"{value:,.0f} /s", ("at least", 2)),
    ("call and answer, p50", "call, p50", lambda value: f"{value * 1e6:,.0f} µs", ("at most", 0.8)),
    ("call and answer, p99", "call, p99", lambda value: f"{value * 1e6:,.0f} µs", None),
]


def compare(embedded, rabbitmq):
    name = rabbitmq["broker"] if rabbitmq else "no RabbitMQ"
    print(f"{'':26}{'embedded':>14}{name:>18}   embedded / RabbitMQ (embedded does not wait for the disk)")
    for title, key, write, aim in ROWS:
        line = f"{title:26}{write(embedded[key]):>14}"
        if rabbitmq:
            ratio = embedded[key] / rabbitmq[key]
            line += f"{write(rabbitmq[key]):>18}   {ratio:5.2f}"
            if aim:
                reached = ratio >= aim[1] if aim[0] == "at least" else ratio <= aim[1]
                line += f"   aim: {aim[0]} {aim[1]:.2g} ({'reached' if reached else 'missed'})"
        print(line)
    reached = "reached" if embedded["ready"] < READY_AIM else "missed"
    print(f"aim: the embedded one takes its first connection within {READY_AIM} s ({reached})")


def cost(rounds=3):
    """Say what the embedded broker's file costs; the three play in turns, for a machine is not always as fast."""
    kinds = {"in memory": None, "folder": [], "folder, --fsync": ["--fsync"]}
    found = {(title, kind): [] for title, _ in COSTS for kind in kinds}
    for _ in range(rounds):
        for kind, options in kinds.items():
            with tempfile.TemporaryDirectory(prefix="course-bench-") as folder:
                command = [sys.executable, "-m", "minibroker", "--port", "0"]
                command += ["--folder", folder, *options] if options is not None else []
                with Child(command, ready=r"port (\d+)") as child:
                    for title, rate in COSTS:
                        found[title, kind].append(rate(f"amqp://guest:guest@127.0.0.1:{child.port}/%2F"))
    print(f"\n{'what the file costs':26}" + "".join(f"{kind:>24}" for kind in kinds))
    for title, _ in COSTS:
        line = f"{title:26}"
        for kind in kinds:
            rates = found[title, kind]
            part = statistics.median(rate / base for rate, base in zip(rates, found[title, "in memory"], strict=True))
            line += f"{statistics.median(rates):>12,.0f} /s ({part:7.2f})"
        print(line)
    print("in parentheses: the part that is left of the rate in memory")


COSTS = [
    ("publish", publish),
    ("publish, each confirmed", confirm_each),
    ("publish, 200 unconfirmed", confirm_window),
    ("consume, prefetch 100", lambda url: consume(url, 100)),
]


def fuzz(seconds):
    """Run minibroker's random tests, and return pytest's exit code."""
    folder = Path(__file__).resolve().parent.parent / "minibroker" / "tests"
    server = find_server()
    names = ["test_fuzz.py", "test_twin.py"] if server else ["test_fuzz.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(str(folder / name) for name in names)]
    environment = {**os.environ, "MINIBROKER_FUZZ_SECONDS": str(seconds)}
    with Private(server, "this is a benchmark") if server else nullcontext() as node:
        if node:
            environment["MINIBROKER_TEST_PORT"] = str(urlsplit(node.url).port)
        return subprocess.run(command, env=environment).returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzz", type=float, metavar="SECONDS")
    options, _ = parser.parse_known_args()
    if options.fuzz:
        sys.exit(fuzz(options.fuzz))
    embedded = measure(lambda: Embedded("this is a benchmark"))
    server = find_server()
    compare(embedded, measure(lambda: Private(server, "this is a benchmark")) if server else None)
    cost()


if __name__ == "__main__":
    main()
