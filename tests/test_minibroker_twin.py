"""The embedded broker and RabbitMQ get the same random commands, and must say the same.

Short and always the same in `make test`; `python benchmarks/bench_broker.py --fuzz 300` goes on with other random
numbers every time.
"""

import logging
import sys
import time
from contextlib import closing

import pika
import pytest
from brokers import installed_rabbitmq
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st
from pika.exceptions import ChannelClosedByBroker, NackError, UnroutableError

from helpers.child import Child
from helpers.rabbitmq import Node, Realm

QUEUES, EXCHANGES = ("twin.q0", "twin.q1", "twin.dead"), ("twin.e0", "twin.e1")
# Seconds in which a broker requeues, counts and sends on what is no answer to anybody; if the two differ, the next.
MOMENTS = 0.03, 0.3, 1

queues = st.sampled_from(QUEUES)
exchanges = st.sampled_from(EXCHANGES)
sources = st.sampled_from((*EXCHANGES, *EXCHANGES, "amq.direct", "amq.topic", "missing"))
keys = st.sampled_from(("a", "a.b", "a.b.a", "b", "", "twin.q0"))
patterns = st.sampled_from(("a", "a.b", "*", "#", "a.#", "#.a", "*.b.#", ""))
tables = st.sampled_from(({}, {"n": 1}, {"n": 1, "x-match": "any"}, {"n": 2, "s": "x"}, {"n": None}))
arguments = st.fixed_dictionaries(
    {},
    optional={
        "x-max-length": st.sampled_from((0, 1, 2, 3, -1)),
        "x-overflow": st.sampled_from(("drop-head", "reject-publish")),
        "x-max-priority": st.integers(1, 3),
        "x-dead-letter-exchange": st.sampled_from(("", *EXCHANGES)),
        "x-message-ttl": st.sampled_from((0, 60_000, "soon")),
    },
).map(lambda found: found | {"x-dead-letter-routing-key": "twin.dead"} if "x-dead-letter-exchange" in found else found)
commands = {  # name: (how often, what it needs)
    "put": (6, queues, st.integers(0, 4)),
    "publish": (6, sources, keys, st.booleans(), tables),
    "get": (6, queues, st.sampled_from((False, False, True))),
    "settle": (6, st.integers(0, 9), st.booleans(), st.sampled_from(("ack", "requeue", "reject"))),
    "consume": (3, queues, st.integers(0, 2), st.booleans()),
    "look": (1, queues),
    "recover": (1,),
    "bind": (2, queues, sources, patterns, tables),
    "unbind": (1, queues, sources, patterns, tables),
    "bind_exchange": (1, exchanges, sources, patterns),
    "declare": (1, queues, st.booleans(), st.booleans(), arguments),
    "declare_exchange": (1, exchanges, st.sampled_from(("direct", "fanout", "topic", "headers"))),
    "purge": (1, queues),
    "delete": (1, queues, st.booleans(), st.booleans()),
    "delete_exchange": (1, sources, st.booleans()),
}


def command(name):
    return st.tuples(st.just(name), *commands[name][1:])


# First what there is to play with, then the play.
programs = st.tuples(
    st.tuples(*(st.tuples(st.just("declare"), st.just(name), *commands["declare"][2:]) for name in QUEUES[:2])),
    st.tuples(
        *(st.tuples(st.just("declare_exchange"), st.just(name), commands["declare_exchange"][2]) for name in EXCHANGES)
    ),
    st.lists(command("bind"), min_size=3, max_size=6),
    st.lists(
        st.one_of([command(name) for name in commands for _ in range(commands[name][0])]), min_size=25, max_size=40
    ),
).map(lambda parts: [each for part in parts for each in part])


class Client:
    """Does commands on one broker; each returns what it has seen."""

    def __init__(self, port):
        self.connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, heartbeat=0))
        self.open()

    def open(self):
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.tags = []

    def play(self, program, moment):
        """Return what each command of a program has seen."""
        seen, self.moment = [], moment
        self.number = 0  # of the last message
        self.in_motion = False  # whether messages may move although nobody says so, since they expire or die
        self.channel.queue_declare("twin.dead")
        for name, *fields in program:
            try:
                seen.append((name, getattr(self, name)(*fields)))
            except (NackError, UnroutableError) as error:
                seen.append((name, type(error).__name__))
            except ChannelClosedByBroker as error:
                seen.append((name, error.reply_code))
                self.open()
                time.sleep(self.moment)
        self.tidy_up()
        return seen

    def tidy_up(self):
        self.channel.close()
        time.sleep(self.moment)
        self.open()
        for name in QUEUES:
            self.channel.queue_delete(name)
        for name in EXCHANGES:
            self.channel.exchange_delete(name)

    def settle_down(self):
        if self.in_motion:
            time.sleep(self.moment)

    # Commands

    def declare(self, queue, durable, auto_delete, arguments):
        self.in_motion |= bool({"x-dead-letter-exchange", "x-message-ttl"} & arguments.keys())
        found = self.channel.queue_declare(queue, durable=durable, auto_delete=auto_delete, arguments=arguments)
        return found.method.message_count

    def look(self, queue):
        self.settle_down()
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def delete(self, queue, if_unused, if_empty):
        self.settle_down()
        return self.channel.queue_delete(queue, if_unused=if_unused, if_empty=if_empty).method.message_count

    def purge(self, queue):
        self.settle_down()
        return self.channel.queue_purge(queue).method.message_count

    def declare_exchange(self, name, kind):
        self.channel.exchange_declare(name, kind)

    def delete_exchange(self, name, if_unused):
        self.channel.exchange_delete(name, if_unused=if_unused)

    def bind(self, queue, exchange, key, arguments):
        self.channel.queue_bind(queue, exchange, key, arguments)

    def unbind(self, queue, exchange, key, arguments):
        self.channel.queue_unbind(queue, exchange, key, arguments)

    def bind_exchange(self, target, source, key):
        self.channel.exchange_bind(target, source, key)

    def put(self, queue, priority):
        self.publish("", queue, False, {}, priority)

    def publish(self, exchange, key, mandatory, headers, priority=None):
        self.number += 1
        properties = pika.BasicProperties(priority=priority, headers=headers)
        self.channel.basic_publish(exchange, key, str(self.number), properties, mandatory)

    def get(self, queue, auto_ack):
        self.settle_down()
        method, properties, body = self.channel.basic_get(queue, auto_ack)
        if method and not auto_ack:
            self.tags.append(method.delivery_tag)
        return method and (*self.look_at(method, properties, body), method.message_count)

    def settle(self, which, multiple, how):
        if which and not self.tags:
            return  # otherwise an unknown tag would end too many channels
        tag = self.tags.pop(which % len(self.tags)) if self.tags else 0
        if multiple:
            self.tags = [each for each in self.tags if tag and each > tag]
        if how == "ack":
            self.channel.basic_ack(tag, multiple)
        else:
            self.channel.basic_nack(tag, multiple, requeue=how == "requeue")
        self.channel.basic_qos()  # an error comes no later than this

    def recover(self):
        self.tags = []
        self.channel.basic_recover(requeue=True)

    def consume(self, queue, prefetch, acknowledge):
        """Subscribe, see what comes, and go away again."""
        self.settle_down()
        got = []
        self.channel.basic_qos(prefetch_count=prefetch)

        def on_message(channel, method, properties, body):
            got.append(self.look_at(method, properties, body))
            if acknowledge:
                channel.basic_ack(method.delivery_tag)
            else:
                self.tags.append(method.delivery_tag)

        tag = self.channel.basic_consume(queue, on_message)
        end = time.monotonic() + 2 * self.moment
        while (left := end - time.monotonic()) > 0:
            self.connection.process_data_events(left)
        self.channel.basic_cancel(tag)
        return got

    @staticmethod
    def look_at(method, properties, body):
        deaths = [
            (death["queue"], death["reason"], death["count"], death["exchange"], tuple(death["routing-keys"]))
            for death in (properties.headers or {}).get("x-death", ())
        ]
        return body, method.redelivered, method.exchange, method.routing_key, properties.priority, deaths


@pytest.fixture(scope="module")
def twins():
    command = [sys.executable, "-m", "helpers.minibroker", "--port", "0"]
    with (
        closing(Realm(installed_rabbitmq())) as realm,
        Child(command, name="the embedded broker", ready=r"port (\d+)", timeout=60) as child,
    ):
        node = Node(realm)
        node.start()
        logging.getLogger("pika").setLevel(logging.CRITICAL)  # it reports every refusal
        yield Client(child.port), Client(node.port)
        logging.getLogger("pika").setLevel(logging.NOTSET)


def test_rabbitmq_says_the_same(twins):
    def run(chosen):
        @chosen
        @given(programs)
        def play(program):
            for moment in MOMENTS:
                ours, theirs = (client.play(program, moment) for client in twins)
                if ours == theirs:
                    break
            assert ours == theirs

        play()

    fuzz(run, examples=40)
