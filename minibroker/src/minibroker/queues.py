"""Queues: messages that wait, in order, and those who take them."""

import heapq
import math
import time
from collections import deque

import gevent

from minibroker import wire
from minibroker.wire import Refusal

OVERHEAD = 600  # bytes that a message costs besides its own
LONGEST = 10 * 365 * 24 * 3600 * 1000  # milliseconds: ten years, as in RabbitMQ

# Arguments: the numbers that they may be, or the choices; those of neither kind are names.
NUMBERS = {"x-message-ttl": (0, LONGEST), "x-expires": (1, LONGEST), "x-max-length": (0, math.inf)}
NUMBERS |= {"x-max-priority": (0, 255)}
CHOICES = {"x-overflow": ("drop-head", "reject-publish"), "x-queue-type": ("classic", "quorum")}
TO, KEY = "x-dead-letter-exchange", "x-dead-letter-routing-key"
ARGUMENTS = (*NUMBERS, *CHOICES, TO, KEY)
MISSED = ("x-max-length-bytes", "x-single-active-consumer", "x-delivery-limit")


class Message:
    """What was published: it never changes, and all queues share it."""

    __slots__ = ("address", "body", "exchange", "key", "priority", "properties", "size", "ttl")

    def __init__(self, exchange, key, properties, body):
        self.exchange, self.key, self.properties, self.body = exchange, key, properties, body
        self.address = wire.address(exchange, key)
        self.size = len(properties) + len(body) + OVERHEAD
        values, _ = wire.decode_properties(properties)
        self.priority, self.ttl = values.get("priority", 0), None
        if (text := values.get("expiration")) is not None:
            if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) <= LONGEST):
                raise Refusal(406, f"invalid expiration '{text}': it is a number of milliseconds, as a string")
            self.ttl = int(text)  # milliseconds

    @property
    def headers(self):
        return wire.decode_properties(self.properties)[0].get("headers", {})


class Entry:
    """A message's place in one queue."""

    __slots__ = ("expires", "message", "place", "queue", "redelivered")

    def __init__(self, queue, message, place):
        self.queue, self.message, self.place = queue, message, place
        self.expires, self.redelivered = math.inf, False


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
        If the arguments make no queue (406), or one that is not to be had here (540).
    """

    def __init__(self, broker, name, owner, declared):
        check_arguments(name, declared)
        self.broker, self.name, self.owner, self.declared = broker, name, owner, declared
        self.ttl, self.idle_limit = declared.get("x-message-ttl", math.inf), declared.get("x-expires")  # milliseconds
        self.most = declared.get("x-max-length", math.inf)
        self.waiting = []  # a heap of (place, Entry)
        self.consumers = deque()  # the next in turn is at the left
        self.deleted = False
        self._count = 0
        self._alarm, self._alarm_due, self._idle = None, math.inf, None
        self.touch()

    def put(self, message):
        """Take a message in; return False if the queue is full and refuses it."""
        full = len(self.waiting) >= self.most
        if full and self.declared.get("x-overflow") == "reject-publish":
            return False
        self._count += 1
        priority = min(message.priority, self.declared.get("x-max-priority", 0))
        entry = Entry(self, message, (-priority, self._count))
        heapq.heappush(self.waiting, (entry.place, entry))
        self.broker.store(message.size)
        self.dispatch()
        if full:
            self._drop_excess()
        if message.ttl is not None or self.ttl < math.inf:
            # Only now: a consumer who is free gets even one that may not wait at all.
            ttl = self.ttl if message.ttl is None else min(self.ttl, message.ttl)
            entry.expires = time.monotonic() + ttl / 1000
        self._expire()
        return True

    def take(self):
        """Remove and return the next entry that has not expired, or None; it stays in memory until it is settled."""
        self._expire()
        if not self.waiting:
            return None
        _, entry = heapq.heappop(self.waiting)
        self._expire()  # the next one is at the head now
        return entry

    def dispatch(self):
        """Hand out what waits to those consumers that can take it, in turn."""
        passed_over = 0
        while self.waiting and passed_over < len(self.consumers):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if not consumer.can_take():
                passed_over += 1
            elif entry := self.take():
                passed_over = 0
                consumer.deliver(entry)

    def settle(self, entries):
        """Forget entries that were taken: acknowledged, or delivered to someone who does not acknowledge."""
        self.broker.store(-sum(entry.message.size for entry in entries))

    def reject(self, entries, reason="rejected"):
        """Do away with entries that were taken, or send them where this queue's dead letters go."""
        self.settle(entries)
        for entry in entries:
            self.broker.dead_letter(self, entry.message, reason)

    def requeue(self, entries):
        """Put entries that were taken back in their places, as redelivered."""
        if self.deleted:
            return self.settle(entries)
        for entry in entries:
            entry.redelivered = True
            heapq.heappush(self.waiting, (entry.place, entry))
        self.dispatch()
        self._drop_excess()
        self._expire()

    def purge(self):
        """Forget all that waits; return how many messages that was."""
        count = len(self.waiting)
        self.settle([entry for _, entry in self.waiting])
        self.waiting.clear()
        return count

    def add(self, consumer):
        self.consumers.append(consumer)
        self.touch()
        self.dispatch()

    def remove(self, consumer):
        """Remove a consumer; an auto-delete queue ends with the last one."""
        self.consumers.remove(consumer)
        self.touch()
        if self.declared["auto_delete"] and not self.consumers:
            self.broker.delete_queue(self)

    def touch(self):
        """Note that the queue is in use: `x-expires` counts from now, if nobody consumes."""
        if self._idle:
            self._idle.kill(block=False)
            self._idle = None
        if self.idle_limit is not None and not self.consumers and not self.deleted:
            self._idle = gevent.spawn_later(self.idle_limit / 1000, self.broker.delete_queue, self)

    def close(self):
        """End it: the broker has forgotten it already."""
        self.deleted = True
        self.purge()
        self.touch()
        if self._alarm:
            self._alarm.kill(block=False)

    def _drop_excess(self):
        """Let go of those at the head: those of high priority first, the oldest of them, as in RabbitMQ."""
        while len(self.waiting) > self.most:
            self.reject([heapq.heappop(self.waiting)[1]], "maxlen")

    def _expire(self):
        """Let go of those at the head whose time is over, and come back when the next one's is.

        One that waits behind a longer-lived one stays until that is gone, as in RabbitMQ.
        """
        while self.waiting and (due := self.waiting[0][1].expires) < math.inf:
            now = time.monotonic()
            if due <= now:
                self.reject([heapq.heappop(self.waiting)[1]], "expired")
                continue
            if due < self._alarm_due and not self.deleted:
                if self._alarm:
                    self._alarm.kill(block=False)
                self._alarm, self._alarm_due = gevent.spawn_later(due - now, self._on_alarm), due
            break

    def _on_alarm(self):
        self._alarm, self._alarm_due = None, math.inf
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
        self._beginning = wire.deliver_to(tag)

    def can_take(self):
        if self.channel.connection.is_full():
            return False
        channel_full = self.channel.limit and self.channel.consuming >= self.channel.limit
        return self.no_ack or not (channel_full or (self.limit and self.unacked >= self.limit))

    def deliver(self, entry):
        """Send the message, and remember it until it is acknowledged."""
        tag = self.channel.hand_out(entry, None if self.no_ack else self, self.no_ack)
        method = wire.deliver(self._beginning, tag, entry.redelivered, entry.message)
        self.channel.connection.send_content(self.channel.number, method, entry.message)


def check_arguments(name, declared):
    """Complain of arguments that make no queue (406) or are not to be had (540); others mean nothing."""
    for argument, value in declared.items():
        if argument in MISSED:
            raise Refusal(540, f"{argument} of queue '{name}'")
        if argument in NUMBERS:
            least, most = NUMBERS[argument]
            fine = type(value) is int and least <= value <= most
        else:
            fine = value in CHOICES.get(argument, (value,)) and (argument not in (TO, KEY) or isinstance(value, str))
        if not fine:
            raise Refusal(406, f"invalid arg '{argument}' for queue '{name}' in vhost '/': {value!r}")
    if KEY in declared and TO not in declared:
        raise Refusal(406, f"invalid arg '{KEY}' for queue '{name}' in vhost '/': no exchange")
    if declared.get("x-queue-type") == "quorum" and (not declared["durable"] or declared["auto_delete"]):
        raise Refusal(406, f"invalid property for queue '{name}' in vhost '/': quorum queues are durable only")
