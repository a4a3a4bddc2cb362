"""What a RabbitMQ cluster of three loses, doubles and delays while its leader is killed, frozen or cut off.

In each round one quorum queue takes 2,000 numbered messages, of which at most 20 are unconfirmed at a time. At a random
moment the node that leads the queue is ended by SIGKILL, stopped by SIGSTOP, or parted from the other two. A publisher
that loses its connection, or is refused a message (basic.nack), connects to the next node and sends again what was not
confirmed: that may double a message. In a killed round it stands at any node, in the others at one of the two that go
on; at a node that is cut off another one tries its luck meanwhile, with numbers of its own. Then the fault is undone,
the queue is emptied, and each number is counted. A pause is the longest time between two confirms, from the last one
before the fault on.

A channel that is opened before there is a new leader may go on to refuse all it is given, for a minute at least, while
a new one is served at once. So who is refused connects again. Pauses of publishers that stood at the leader are told
apart.

Aim: not one confirmed message lost. Run as `python benchmarks/bench_cluster.py`; takes an hour on a busy machine. A row
tells its seed: `--seed 7 --kills 0 --freezes 1 --cuts 0` plays the frozen round of seed 7 again, as far as chance
allows. Does nothing where RabbitMQ is not installed (`make rabbitmq`).
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager
from itertools import pairwise

import pika

from backstage.brokers import BrokerError, find_server
from backstage.brokers.broker import ask_kind
from backstage.brokers.cluster import NAMES, Cluster

WINDOW = 20  # messages that may be unconfirmed
PATIENCE = 20  # seconds without a confirm, after which a publisher tries another connection
STRANDED = 1_000_000  # the first number of who publishes at the node that is cut off
PERSISTENT = pika.BasicProperties(delivery_mode=2)
QUORUM = {"x-queue-type": "quorum"}


class Publisher(threading.Thread):
    """Publishes numbers until each is confirmed, at the first node that takes them, or until `stop()`.

    Parameters
    ----------
    urls : list of str
        Nodes to try, in turns.
    queue : str
        Where the numbers go.
    numbers : iterable of int
        What to publish.

    Attributes
    ----------
    confirmed : dict of int to float
        When each number was confirmed.
    connections : int
        How many it has opened so far.
    refused : int
        How many messages a broker has refused.
    """

    def __init__(self, urls, queue, numbers):
        super().__init__(daemon=True)
        self.urls, self.queue, self.waiting = urls, queue, deque(numbers)
        self.confirmed, self.unconfirmed, self.returned = {}, {}, set()
        self.connections = self.refused = 0
        self.on = True

    def stop(self):
        self.on = False
        self.join()

    def run(self):
        while self.on and (self.waiting or self.unconfirmed):
            self.waiting.extendleft(sorted(self.unconfirmed.values(), reverse=True))
            self.unconfirmed.clear()
            self._publish_at(self.urls[self.connections % len(self.urls)])
            self.connections += 1
            time.sleep(0.2)

    def _publish_at(self, url):
        parameters = pika.URLParameters(url)
        parameters.heartbeat = parameters.socket_timeout = parameters.stack_timeout = 5
        self.tag, self.channel = 0, None
        self.connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._on_channel),
            on_open_error_callback=lambda connection, error: connection.ioloop.stop(),
            on_close_callback=lambda connection, reason: connection.ioloop.stop(),
        )
        self._look(time.monotonic())
        self.connection.ioloop.start()
        self.connection.ioloop.close()

    def _on_channel(self, channel):
        channel.add_on_close_callback(lambda channel, reason: self._hang_up())
        channel.add_on_return_callback(lambda channel, method, properties, body: self.returned.add(int(body)))
        channel.confirm_delivery(self._on_confirm, lambda _: self._begin(channel))

    def _begin(self, channel):
        self.channel = channel
        self._fill()

    def _fill(self):
        while self.waiting and len(self.unconfirmed) < WINDOW:
            self.tag += 1
            self.unconfirmed[self.tag] = number = self.waiting.popleft()
            self.channel.basic_publish("", self.queue, str(number), PERSISTENT, mandatory=True)

    def _on_confirm(self, frame):
        last, now = frame.method.delivery_tag, time.monotonic()
        refused = False
        tags = [tag for tag in self.unconfirmed if tag <= last] if frame.method.multiple else [last]
        for tag in tags:
            number = self.unconfirmed.pop(tag)
            if isinstance(frame.method, pika.spec.Basic.Ack) and number not in self.returned:
                self.confirmed[number] = now
            else:  # the queue has refused it, or there was no queue
                self.returned.discard(number)
                self.waiting.append(number)
                self.refused += 1
                refused = True
        if not refused:
            self._fill()
        if refused or not self.unconfirmed:
            self._hang_up()

    def _look(self, since):
        """Hang up when all is done, or nothing happens."""
        newest = max(since, *list(self.confirmed.values())[-1:], 0)
        if not self.on or time.monotonic() - newest > PATIENCE:
            self._hang_up()
        else:
            self.connection.ioloop.call_later(0.5, lambda: self._look(since))

    def _hang_up(self):
        if self.connection.is_open:
            self.connection.close()
        elif not self.connection.is_closing:
            self.connection.ioloop.stop()


@contextmanager
def channel_to(url):
    parameters = pika.URLParameters(url)
    parameters.heartbeat = parameters.socket_timeout = parameters.stack_timeout = 30
    with pika.BlockingConnection(parameters) as connection:
        yield connection.channel()


def insist(action, seconds=120):
    """Return what `action` returns; for so long a node that comes back may turn its clients away."""
    end = time.monotonic() + seconds
    while True:
        try:
            return action()
        except pika.exceptions.AMQPError:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def declare(url, queue):
    with channel_to(url) as channel:
        channel.queue_declare(queue, durable=True, arguments=QUORUM)


def drain(url, queue, expected, found):
    """Count in `found` how often each number is there; for an expected one that does not come it waits longer.

    Called again after an error it goes on; what it had counted and is delivered once more does not count.
    """
    with channel_to(url) as channel:
        heard = time.monotonic()
        for method, _, body in channel.consume(queue, inactivity_timeout=1):
            if method:
                if not (method.redelivered and int(body) in found):
                    found[int(body)] += 1
                channel.basic_ack(method.delivery_tag)
                heard = time.monotonic()
            elif time.monotonic() - heard > (3 if expected <= found.keys() else 30):
                channel.cancel()
                channel.queue_delete(queue)
                return


class Fault:
    """A way to lose the leader, and to have it back."""

    def __init__(self, name, begin, undo, stands_with_leader=False, stranded=False):
        self.name, self.begin, self.undo = name, begin, undo
        self.stands_with_leader, self.stranded = stands_with_leader, stranded


FAULTS = {
    "kills": Fault("killed", Cluster.kill, lambda cluster, leader: cluster.start(leader), stands_with_leader=True),
    "freezes": Fault("frozen", Cluster.freeze, Cluster.thaw),
    "cuts": Fault("cut off", Cluster.cut_off, lambda cluster, leader: cluster.mend(), stranded=True),
}


def heal(cluster, fault, name):
    """Undo the fault; a node that does not find back to the others is started once more, and False is returned then."""
    try:
        fault.undo(cluster, name)
        cluster.wait()
    except BrokerError:
        cluster.kill(name)
        cluster.start(name)
        return False
    return True


def play(cluster, fault, seed, messages):
    """Play one round, print its row, and return its pause, and how many were confirmed, lost and doubled."""
    chance = random.Random(seed)
    queue = f"bench-{seed}-{fault.name}"
    home, moment, later = chance.choice(NAMES), round(messages * chance.uniform(0.05, 0.75)), chance.uniform(0, 0.02)
    insist(lambda: declare(cluster.urls[home], queue))
    time.sleep(1.5)  # the names of a queue's members reach the disk late
    leader = cluster.leader(queue)
    others = [name for name in NAMES if name != leader]
    names = chance.sample(NAMES if fault.stands_with_leader else others, k=3 if fault.stands_with_leader else 2)

    publisher = Publisher([cluster.urls[name] for name in names], queue, range(messages))
    stranded = (
        Publisher([cluster.urls[leader]], queue, range(STRANDED, STRANDED + messages)) if fault.stranded else None
    )
    publisher.start()
    while len(publisher.confirmed) < moment:
        time.sleep(0.001)
    time.sleep(later)
    fault.begin(cluster, leader)
    struck = time.monotonic()
    if stranded:
        stranded.start()
    publisher.join()
    if stranded:
        time.sleep(1)
        alone = len(stranded.confirmed)  # while it was cut off
        stranded.stop()
    healed = heal(cluster, fault, leader)

    confirmed = publisher.confirmed | (stranded.confirmed if stranded else {})
    found = Counter()
    insist(lambda: drain(cluster.urls[others[0]], queue, confirmed.keys(), found))
    times = sorted(publisher.confirmed.values())
    pause = max((after - before for before, after in pairwise(times) if after > struck), default=0)
    lost, doubled = len(confirmed.keys() - found.keys()), sum(each > 1 for each in found.values())
    place = f"{names[0]} (leads)" if names[0] == leader else names[0]
    row = f"{fault.name:8} {seed:>6} {leader:7} {place:14} {moment:>6,} {pause:7.2f} s {len(confirmed):>9,}"
    row += f" {sum(found.values()):>9,} {lost:>5,} {doubled:>8,} {publisher.refused:>8,} {publisher.connections:>11}"
    row += f" {os.getloadavg()[0]:>6.1f}"
    row += f"   alone, it confirmed {alone}" if stranded else ""
    print(row + ("" if healed else "   it had to be started again"), flush=True)
    return names[0] == leader, pause, len(confirmed), lost, doubled


def sum_up(fault, rounds):
    """Print what a fault did in all its rounds, and return how many confirmed messages it lost."""
    at_leader, pauses, confirmed, lost, doubled = zip(*rounds, strict=True)
    print(
        f"{fault.name}, {len(rounds)} rounds: {sum(confirmed):,} confirmed, {sum(lost):,} lost,"
        f" {sum(doubled):,} doubled; {describe(pauses)}"
    )
    if any(at_leader):
        for place, there in {"at the leader": True, "elsewhere": False}.items():
            few = [pause for pause, at in zip(pauses, at_leader, strict=True) if at == there]
            if few:
                print(f"  publisher {place}, {len(few)} rounds: {describe(few)}")
    sys.stdout.flush()
    return sum(lost)


def describe(pauses):
    return f"pause p50 {statistics.median(pauses):.2f} s, worst {max(pauses):.2f} s"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20, help="rounds in which the leader is killed")
    parser.add_argument("--freezes", type=int, default=10, help="in which it is frozen")
    parser.add_argument("--cuts", type=int, default=10, help="in which it is cut off")
    parser.add_argument("--messages", type=int, default=2_000, help="for each round")
    parser.add_argument("--seed", type=int, help="of the first round of each fault; the next ones count on")
    options, _ = parser.parse_known_args()
    if not find_server():
        print("RabbitMQ is not installed (`make rabbitmq`), and there is no other cluster to measure.")
        return
    seed = random.SystemRandom().randrange(1_000, 900_000) if options.seed is None else options.seed
    lost_in_all = 0
    with Cluster() as cluster:
        print(f"three nodes of {ask_kind(cluster.urls['one'])}; {options.messages:,} messages each round")
        print(
            f"{'leader':8} {'seed':>6} {'was':7} {'publisher at':14} {'after':>6} {'pause':>9} {'confirmed':>9}"
            f" {'received':>9} {'lost':>5} {'doubled':>8} {'refused':>8} {'connections':>11} {'load':>6}"
        )
        for key, fault in FAULTS.items():
            rounds = [play(cluster, fault, seed + n, options.messages) for n in range(getattr(options, key))]
            if rounds:
                lost_in_all += sum_up(fault, rounds)
    print(f"aim: no confirmed message lost ({'missed' if lost_in_all else 'reached'})")
    sys.exit(bool(lost_in_all))


if __name__ == "__main__":
    main()
