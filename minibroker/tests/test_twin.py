"""The embedded broker and RabbitMQ get the same random commands, and must say the same.

RabbitMQ is the broker whose port MINIBROKER_TEST_PORT says; without one, the embedded broker plays twice and must agree
with itself. Short and always the same, unless MINIBROKER_FUZZ_SECONDS is set: see `fuzzing`.
"""

import itertools
import logging
import random
import time

import pika
import pytest
from fuzzing import SHARE
from pika.exceptions import ChannelClosedByBroker, NackError, UnroutableError

QUEUES, EXCHANGES = ("twin.q0", "twin.q1", "twin.dead"), ("twin.e0", "twin.e1")
SOURCES = (*EXCHANGES, *EXCHANGES, "amq.direct", "amq.topic", "missing")
KINDS = ("direct", "fanout", "topic", "headers")
KEYS, PATTERNS = ("a", "a.b", "a.b.a", "b", "", "twin.q0"), ("a", "a.b", "*", "#", "a.#", "#.a", "*.b.#", "")
TABLES = ({}, {"n": 1}, {"n": 1, "x-match": "any"}, {"n": 2, "s": "x"}, {"n": None})
ARGUMENTS = {
    "x-max-length": (0, 1, 2, 3, -1),
    "x-overflow": ("drop-head", "reject-publish"),
    "x-max-priority": (1, 2, 3),
    "x-dead-letter-exchange": ("", *EXCHANGES),
    "x-message-ttl": (0, 60_000, "soon"),
}
# Seconds in which RabbitMQ moves dead letters and delivers; if the two differ, it may have been slow, so the next.
MOMENTS = 0.03, 0.3, 1
LONG_MOMENT = 5  # seconds, at the end, before they are said to differ: the machine may be busy
PROGRAMS = 30  # if it is to be short


def arguments(pick):
    chosen = {name: pick(values) for name, values in ARGUMENTS.items() if pick((True, False, False))}
    if "x-dead-letter-exchange" in chosen:
        chosen["x-dead-letter-routing-key"] = "twin.dead"
    return chosen


# A command: how often it comes, and what it is given. `pick` is random.choice.
COMMANDS = {
    "put": (7, lambda pick: (pick(QUEUES), pick(range(5)))),
    "publish": (7, lambda pick: (pick(SOURCES), pick(KEYS), pick((True, False)), pick(TABLES))),
    "get": (5, lambda pick: (pick(QUEUES), pick((True, False, False)))),
    "settle": (5, lambda pick: (pick(range(9)), pick((True, False)), pick(("ack", "requeue", "reject")))),
    "consume": (3, lambda pick: (pick(QUEUES), pick(range(3)), pick((True, False)))),
    "look": (1, lambda pick: (pick(QUEUES),)),
    "recover": (1, lambda pick: ()),
    "bind": (3, lambda pick: (pick(QUEUES), pick(SOURCES), pick(PATTERNS), pick(TABLES))),
    "unbind": (1, lambda pick: (pick(QUEUES), pick(SOURCES), pick(PATTERNS), pick(TABLES))),
    "bind_exchange": (1, lambda pick: (pick(EXCHANGES), pick(SOURCES), pick(PATTERNS))),
    "declare": (1, lambda pick: (pick(QUEUES), pick((True, False)), pick((True, False)), arguments(pick))),
    "declare_exchange": (1, lambda pick: (pick(EXCHANGES), pick(KINDS))),
    "purge": (1, lambda pick: (pick(QUEUES),)),
    "delete": (1, lambda pick: (pick(QUEUES), pick((True, False)), pick((True, False)))),
    "delete_exchange": (1, lambda pick: (pick(SOURCES), pick((True, False)))),
}


def make_program(seed):
    """Return a list of commands: what there is to play with, the play, and a look at what is left."""
    pick = random.Random(seed).choice
    program = [("declare", queue, False, False, arguments(pick)) for queue in QUEUES[:2]]
    program += [("declare_exchange", exchange, pick(KINDS)) for exchange in EXCHANGES]
    names = ["bind"] * 5 + random.Random(seed).choices(list(COMMANDS), [often for often, _ in COMMANDS.values()], k=40)
    program += [(name, *COMMANDS[name][1](pick)) for name in names]
    return program + [("get", queue, True) for queue in QUEUES for _ in range(3)]


class Client:
    """Does commands on one broker; each returns what it has seen.

    Parameters
    ----------
    port : int
        Where the broker listens on 127.0.0.1.
    patience : float
        How much of each of MOMENTS this broker needs.
    """

    def __init__(self, port, patience):
        self.patience = patience
        self.connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, heartbeat=0))
        self.open()

    def open(self):
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.tags = []

    def play(self, program, moment):
        """Return what each command of a program has seen."""
        seen, self.moment = [], moment * self.patience
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
def twins(minibroker, broker):
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it reports every refusal
    yield Client(minibroker.port, 0.1), Client(broker.port, 0.1 if broker is minibroker else 1)
    logging.getLogger("pika").setLevel(logging.NOTSET)


def differ(twins, program, moments=MOMENTS):
    """Return what each of the two has seen, if it is not the same."""
    for moment in moments:
        seen = [client.play(program, moment) for client in twins]
        if seen[0] == seen[1]:
            return None
    return seen


def test_rabbitmq_says_the_same(twins):
    end = time.monotonic() + SHARE
    for seed in itertools.count() if SHARE else range(PROGRAMS):
        program = make_program(random.random() if SHARE else seed)
        if seen := differ(twins, program, (*MOMENTS, LONG_MOMENT)):
            for step in reversed(range(len(program))):  # leave out what the difference does not need
                shorter = program[:step] + program[step + 1 :]
                if found := differ(twins, shorter):
                    program, seen = shorter, found
            ours, theirs = (list(zip(program, each, strict=True)) for each in seen)
            assert ours == theirs
        if SHARE and time.monotonic() > end:
            break
