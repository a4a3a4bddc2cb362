"""How fast the embedded broker is, driven by pika; durable queue, persistent messages of 100 bytes.

It keeps everything in memory, where RabbitMQ writes to disk: compare the two as tools for learning, not as products.
Aim: the first connection within 0.3 s. Run as `python benchmarks/bench_broker.py`; ends within a minute.
With `--fuzz 300` random AMQP plays against it for about 300 seconds instead (needs requirements-test.txt).
"""

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import pika

from helpers.child import Child

AIM = 0.3
MESSAGES = 10_000
BODY = b"b" * 100
PERSISTENT = pika.BasicProperties(delivery_mode=2)


@contextmanager
def embedded():
    """Yield the port of an embedded broker, and its process."""
    command = [sys.executable, "-m", "helpers.minibroker", "--port", "0"]
    with Child(command, name="the embedded broker", ready=r"port (\d+)") as child:
        yield child.port, child


# Each starts a broker, and yields its port and its Child. One more line here measures one more broker in the same run.
BROKERS = {"embedded": embedded}


@contextmanager
def channel_to(port):
    """Yield a channel, with an empty durable queue named bench."""
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
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


def publish(port):
    """Return messages a second, until the last one is in the queue."""
    with channel_to(port) as channel:
        start = perf_counter()
        fill(channel)
        return MESSAGES / (perf_counter() - start)


def confirm_each(port):
    with channel_to(port) as channel:
        channel.confirm_delivery()
        start = perf_counter()
        for _ in range(MESSAGES // 4):
            channel.basic_publish("", "bench", BODY, PERSISTENT)
        return MESSAGES // 4 / (perf_counter() - start)


def confirm_window(port, window=200):
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
        pika.ConnectionParameters("127.0.0.1", port),
        on_open_callback=lambda connection: connection.channel(on_open_callback=on_open),
        on_close_callback=lambda connection, reason: connection.ioloop.stop(),
    )
    connection.ioloop.start()
    return MESSAGES / (perf_counter() - start)


def consume(port, prefetch):
    with channel_to(port) as channel:
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


def round_trip(port, count=1_000):
    """Return the median seconds from a publish to its delivery, one after another."""
    with channel_to(port) as channel:
        seconds, deliveries = [], channel.consume("bench", auto_ack=True, inactivity_timeout=10)
        for _ in range(count):
            start = perf_counter()
            channel.basic_publish("", "bench", BODY)
            next(deliveries)
            seconds.append(perf_counter() - start)
        channel.cancel()
        return statistics.median(seconds)


def measure(name, start_broker):
    began = perf_counter()
    with start_broker() as (port, child):
        pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port)).close()
        ready = perf_counter() - began
        reached = "reached" if ready < AIM else "missed"
        print(f"{name}\n  first connection after {ready:.2f} s; aim: under {AIM} s ({reached})", flush=True)
        print(f"  memory when idle {child.rss / 1_000_000:.0f} MB", flush=True)
        rates = {
            "publish": publish,
            "publish, each confirmed": confirm_each,
            "publish, 200 unconfirmed": confirm_window,
            "consume, prefetch 1": lambda port: consume(port, 1),
            "consume, prefetch 100": lambda port: consume(port, 100),
        }
        for what, run in rates.items():
            print(f"  {what:26} {run(port):9,.0f} messages/s", flush=True)
        print(f"  round trip, median         {round_trip(port) * 1_000_000:9,.0f} µs")
        print(f"  memory at the end {child.rss / 1_000_000:.0f} MB")


def fuzz(seconds):
    tests = Path(__file__).resolve().parent.parent / "tests" / "test_minibroker_fuzz.py"
    environment = {**os.environ, "MINIBROKER_FUZZ_SECONDS": str(seconds)}
    return subprocess.run([sys.executable, "-m", "pytest", "-n0", "-q", str(tests)], env=environment).returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzz", type=float, metavar="SECONDS")
    options, _ = parser.parse_known_args()
    if options.fuzz:
        sys.exit(fuzz(options.fuzz))
    for name, start_broker in BROKERS.items():
        measure(name, start_broker)


if __name__ == "__main__":
    main()
