"""Queues: messages that wait, in order, and those who take them."""

import heapq
import math
import time
from collections import deque
from operator import attrgetter

import gevent

from helpers.minibroker import wire
from helpers.minibroker.wire import Refusal

OVERHEAD = 600  # bytes that a message costs besides its own
LONGEST = 10 * 365 * 24 * 3600 * 1000  # milliseconds: ten years, as in RabbitMQ


class Message:
    """What was published: it never changes, and all queues share it."""

    __slots__ = ("address", "body", "exchange", "key", "priority", "properties", "size", "ttl")

    def __init__(self, exchange, key, properties, body, address=None):
        self.exchange, self.key, self.properties, self.body = exchange, key, properties, body
        self.address = address or wire.short(exchange) + wire.short(key)
        self.size = len(properties) + len(body) + OVERHEAD
        self.priority, self.ttl = 0, None
        spans = wire.locate(properties)
        if "priority" in spans:
            self.priority = wire.read_property(properties, "priority")
        if "expiration" in spans:
            text = wire.read_property(properties, "expiration")
            if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) <= LONGEST):
                raise Refusal(406, f"invalid expiration '{text}': it is a number of milliseconds, as a string")
            self.ttl = int(text)  # milliseconds


class Entry:
    """A message's place in one queue."""

    __slots__ = ("expires", "level", "message", "position", "queue", "redelivered")

    def __init__(self, queue, message, position, level):
        self.queue, self.message, self.position, self.level = queue, message, position, level
        self.expires, self.redelivered = None, False


class Queue:
    """Messages in order, those of high priority first, and the consumers that take them in turn.

    Parameters
    ----------
    broker : Broker
        Where dead letters go, and who knows how much memory is in use.
    name : str
    owner : Connection or None
        The one connection that may use an exclusive queue.
    declared : dict
        "durable", "auto_delete", and the arguments.

    Raises
    ------
    Refusal
        If the arguments make no queue (406).
    """

    def __init__(self, broker, name, owner, declared):
        check_arguments(name, declared)
        self.broker, self.name, self.owner, self.declared = broker, name, owner, declared
        self.auto_delete, self.deleted = declared["auto_delete"], False
        self.ttl, self.idle_limit = declared.get("x-message-ttl"), declared.get("x-expires")  # milliseconds
        self.most = declared.get("x-max-length", math.inf)
        self.most_bytes = declared.get("x-max-length-bytes", math.inf)
        self.overflow = declared.get("x-overflow", "drop-head")
        self.levels = [deque() for _ in range(1 + declared.get("x-max-priority", 0))]
        self.ready = self.ready_bytes = self._last_position = 0
        self.consumers = deque()  # the next in turn is at the left
        self.sources = set()  # exchanges that have bindings to this queue
        self._expiry = self._expiry_due = self._idle = None
        self._mortal = False  # whether anything in it ever had a time to live
        self.touch()

    def put(self, message):
        """Take a message in; return False if the queue is full and refuses it."""
        full = self.ready >= self.most or self.ready_bytes + len(message.body) > self.most_bytes
        if full and self.overflow != "drop-head":
            if self.overflow == "reject-publish-dlx":
                self.broker.dead_letter(self, message, "maxlen")
            return False
        ttl = min((each for each in (self.ttl, message.ttl) if each is not None), default=None)
        self._last_position += 1
        level = min(message.priority, len(self.levels) - 1)
        entry = Entry(self, message, self._last_position, level)
        self.levels[level].append(entry)
        self.ready += 1
        self.ready_bytes += len(message.body)
        self.broker.store(message.size)
        if self.consumers:
            self.dispatch()
        if full:
            self._drop_excess()
        if ttl is not None:  # only now: a consumer who is free gets even one that may not wait at all
            entry.expires = time.monotonic() + ttl / 1000
            self._mortal = True
        if self._mortal:
            self._expire()
        return True

    def take(self):
        """Remove and return the next entry that has not expired, or None; it stays in memory until `settle`."""
        for level in reversed(self.levels):
            while level:
                entry = level.popleft()
                self._count_out(entry)
                if entry.expires is None or entry.expires > time.monotonic():
                    if self._mortal:
                        self._expire()  # the next one is at the head now
                    return entry
                self._drop(entry, "expired")
        return None

    def dispatch(self):
        """Hand out what waits to those consumers that can take it, in turn."""
        passed_over = 0
        while self.ready and passed_over < len(self.consumers):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if not consumer.can_take():
                passed_over += 1
            elif entry := self.take():
                passed_over = 0
                consumer.deliver(entry)

    def settle(self, entry):
        """Forget an entry that was taken: it is acknowledged, or delivered to someone who does not acknowledge."""
        self.broker.store(-entry.message.size)

    def reject(self, entry):
        """Do away with an entry that was taken, or send it where this queue's dead letters go."""
        self._drop(entry, "rejected")

    def requeue(self, entries):
        """Put entries that were taken back in their places, as redelivered."""
        if self.deleted:
            for entry in entries:
                self.settle(entry)
            return
        for number, level in enumerate(self.levels):
            back = sorted((entry for entry in entries if entry.level == number), key=attrgetter("position"))
            if not back:
                continue
            overtaken = []
            while level and level[0].position < back[-1].position:
                overtaken.append(level.popleft())
            level.extendleft(reversed(list(heapq.merge(back, overtaken, key=attrgetter("position")))))
        for entry in entries:
            entry.redelivered = True
            self.ready += 1
            self.ready_bytes += len(entry.message.body)
        self.dispatch()
        self._drop_excess()
        self._expire()

    def purge(self):
        """Forget all that waits; return how many messages that was."""
        count = self.ready
        for level in self.levels:
            while level:
                entry = level.popleft()
                self._count_out(entry)
                self.settle(entry)
        return count

    def add(self, consumer):
        self.consumers.append(consumer)
        self.touch()
        self.dispatch()

    def remove(self, consumer):
        """Remove a consumer; an auto-delete queue ends with the last one."""
        self.consumers.remove(consumer)
        self.touch()
        if self.auto_delete and not self.consumers:
            self.broker.delete_queue(self)

    def touch(self):
        """Note that the queue is in use: `x-expires` counts from now, if nobody consumes."""
        if self._idle:
            self._idle.kill(block=False)
            self._idle = None
        if self.idle_limit is not None and not self.consumers and not self.deleted:
            self._idle = gevent.spawn_later(self.idle_limit / 1000, self._idle_too_long)

    def close(self):
        """End it: the broker has forgotten it already."""
        self.deleted = True
        self.purge()
        self.touch()
        if self._expiry:
            self._expiry.kill(block=False)

    def _idle_too_long(self):
        self._idle = None
        self.broker.delete_queue(self)

    def _count_out(self, entry):
        self.ready -= 1
        self.ready_bytes -= len(entry.message.body)

    def _drop(self, entry, reason):
        self.settle(entry)
        self.broker.dead_letter(self, entry.message, reason)

    def _drop_excess(self):
        """Let go of those at the head: the oldest ones, those of high priority first, as in RabbitMQ."""
        for level in reversed(self.levels):
            while level and (self.ready > self.most or self.ready_bytes > self.most_bytes):
                entry = level.popleft()
                self._count_out(entry)
                self._drop(entry, "maxlen")

    def _expire(self):
        """Let go of those at the head whose time is over, and come back when the next one's is.

        One that waits behind a longer-lived one stays until that is gone, as in RabbitMQ.
        """
        now, due = time.monotonic(), None
        for level in reversed(self.levels):
            while level and level[0].expires is not None and level[0].expires <= now:
                entry = level.popleft()
                self._count_out(entry)
                self._drop(entry, "expired")
            if level:  # here is the head
                due = level[0].expires
                break
        if due is not None and (self._expiry is None or due < self._expiry_due) and not self.deleted:
            if self._expiry:
                self._expiry.kill(block=False)
            self._expiry, self._expiry_due = gevent.spawn_later(due - now, self._expiry_comes), due

    def _expiry_comes(self):
        self._expiry = None
        self._expire()


class Consumer:
    """One who takes messages from a queue as they come, through a channel.

    Parameters
    ----------
    channel : Channel
    queue : Queue
    tag : str
        How the client calls it.
    no_ack : bool
        Whether a message is done with as soon as it is sent.
    exclusive : bool
        Whether it is to be the only one.
    limit : int
        How many messages it may have unacknowledged; 0 is no limit.
    """

    def __init__(self, channel, queue, tag, no_ack, exclusive, limit):
        self.channel, self.queue, self.tag = channel, queue, tag
        self.no_ack, self.exclusive, self.limit = no_ack, exclusive, limit
        self.unacked = 0
        self._prefix = wire.deliver_prefix(tag)

    def can_take(self):
        if self.channel.connection.is_full():
            return False
        if self.no_ack:
            return True
        channel_full = self.channel.limit and self.channel.consuming >= self.channel.limit
        return not (channel_full or (self.limit and self.unacked >= self.limit))

    def deliver(self, entry):
        """Send the message, and remember it until it is acknowledged."""
        tag = self.channel.hand_out(entry, None if self.no_ack else self, self.no_ack)
        method = wire.deliver(self._prefix, tag, entry.redelivered, entry.message.address)
        self.channel.connection.send_content(self.channel.number, method, entry.message)


def check_arguments(name, arguments):
    """Complain (406) of arguments that make no queue; those that mean nothing here are let through."""
    least = {"x-message-ttl": 0, "x-expires": 1, "x-max-length": 0, "x-max-length-bytes": 0, "x-max-priority": 0}
    most = {"x-message-ttl": LONGEST, "x-expires": LONGEST, "x-max-priority": 255}
    choices = {
        "x-overflow": ("drop-head", "reject-publish", "reject-publish-dlx"),
        "x-queue-type": ("classic", "quorum"),
    }
    for argument, value in arguments.items():
        if argument in least:
            number = isinstance(value, int) and not isinstance(value, bool)
            fine = number and least[argument] <= value <= most.get(argument, value)
        elif argument in choices:
            fine = value in choices[argument]
        else:
            fine = not argument.startswith("x-dead-letter-") or isinstance(value, str)
        if not fine:
            raise Refusal(406, f"invalid arg '{argument}' for queue '{name}' in vhost '/': {value!r}")
    if "x-dead-letter-routing-key" in arguments and "x-dead-letter-exchange" not in arguments:
        raise Refusal(406, f"invalid arg 'x-dead-letter-routing-key' for queue '{name}' in vhost '/': no exchange")
