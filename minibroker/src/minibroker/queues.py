"""Queues: messages that wait, in order, and the consumers that take them.

A message that is taken comes back to its place if it is not acknowledged. What waits too long, is one too many or is
rejected leaves the queue, perhaps as a dead letter.
"""

import heapq
import math
import time
from collections import deque

import gevent

from minibroker import wire
from minibroker.wire import AMQPError

OVERHEAD = 600  # bytes that a message costs besides its own
MAX_TTL = 10 * 365 * 24 * 3600 * 1000  # milliseconds: ten years, as in RabbitMQ

# Arguments: the numbers that they may be, or the choices; those of neither kind are names.
NUMBERS = {"x-message-ttl": (0, MAX_TTL), "x-expires": (1, MAX_TTL), "x-max-length": (0, math.inf)}
NUMBERS |= {"x-max-priority": (0, 255), "x-delivery-limit": (0, math.inf)}
CHOICES = {"x-overflow": ("drop-head", "reject-publish"), "x-queue-type": ("classic", "quorum")}
DEAD_LETTER_EXCHANGE, DEAD_LETTER_KEY = "x-dead-letter-exchange", "x-dead-letter-routing-key"
ARGUMENTS = (*NUMBERS, *CHOICES, DEAD_LETTER_EXCHANGE, DEAD_LETTER_KEY)
UNSUPPORTED = ("x-max-length-bytes", "x-single-active-consumer")


class Message:
    """What was published: it never changes, and all queues share it.

    Parameters
    ----------
    exchange, key : str
        Where it was published, and with which routing key.
    properties, body : bytes
        As they came in.

    Attributes
    ----------
    address : bytes
        Exchange and key, as they go out.
    persistent : bool
        Whether durable queues keep it on disk, if there is one.
    priority : int
    ttl : int or None
        Milliseconds that it may wait, if it says so itself.
    size : int
        Bytes that it takes in memory, about.

    Raises
    ------
    AMQPError
        If the properties make no sense (502), its expiration does not (406), or it names more addresses (540).
    """

    __slots__ = ("address", "body", "exchange", "key", "persistent", "priority", "properties", "size", "ttl")

    def __init__(self, exchange, key, properties, body):
        self.exchange, self.key, self.properties, self.body = exchange, key, properties, body
        self.address = wire.address(exchange, key)
        self.size = len(properties) + len(body) + OVERHEAD
        values, _ = wire.decode_properties(properties)
        self.priority, self.persistent, self.ttl = values.get("priority", 0), values.get("delivery_mode") == 2, None
        if (text := values.get("expiration")) is not None:
            if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) <= MAX_TTL):
                raise AMQPError(406, f"invalid expiration '{text}': it is a number of milliseconds, as a string")
            self.ttl = int(text)  # milliseconds
        if more := {"CC", "BCC"} & values.get("headers", {}).keys():
            raise AMQPError(540, f"more addresses in the header {more.pop()}")

    @property
    def content(self):
        """What it was made of."""
        return self.exchange, self.key, self.properties, self.body

    @property
    def headers(self):
        return wire.decode_properties(self.properties)[0].get("headers", {})


class Entry:
    """A message's place in one queue.

    Parameters
    ----------
    queue : Queue
    message : Message
    place : tuple of int
        What sorts before another one is delivered before it.

    Attributes
    ----------
    expires : float
        When, by `time.monotonic`.
    id : int
        Its number on disk; 0 if it is in memory only.
    redelivered : bool
        Whether somebody has had it before.
    returns : int
        How often somebody has given it back, since the broker started.
    """

    __slots__ = ("expires", "id", "message", "place", "queue", "redelivered", "returns")

    def __init__(self, queue, message, place):
        self.queue, self.message, self.place = queue, message, place
        self.id, self.expires, self.redelivered, self.returns = 0, math.inf, False, 0


class Queue:
    """Messages in order, those of high priority first, and the consumers that take them in turn.

    Parameters
    ----------
    broker : Broker
        Where dead letters go, and what knows how much memory is in use.
    name : str
    owner : Connection or None
        The one connection that may use an exclusive queue.
    declared : dict
        "durable", "auto_delete", and the arguments.

    Attributes
    ----------
    ready : list of (tuple, Entry)
        A heap of what nobody has taken yet, by place.
    consumers : list of Consumer
        In the order in which they came.

    Raises
    ------
    AMQPError
        If the arguments make no queue (406), or one that is not to be had here (540).
    """

    def __init__(self, broker, name, owner, declared):
        check_arguments(name, declared)
        self.broker, self.name, self.owner, self.declared = broker, name, owner, declared
        self.ttl, self.idle_limit = declared.get("x-message-ttl", math.inf), declared.get("x-expires")  # milliseconds
        self.max_length = declared.get("x-max-length", math.inf)
        self.delivery_limit = declared.get("x-delivery-limit", math.inf)
        self.ready, self.consumers = [], []
        self._turns = {}  # consumers by priority, the highest first; the next in turn is at the left
        self._stuck = False  # no consumer has room: until one of them has, a new message need not ask them all
        self.deleted = False
        self._disk = broker.disk if declared["durable"] else None
        self._keeps_all = declared.get("x-queue-type") == "quorum"  # whatever a message says itself
        self._count = 0
        self._timer, self._timer_due, self._idle_timer = None, math.inf, None
        self.touch()

    def put(self, message):
        """Take a message in; return False if the queue is full and refuses it."""
        full = len(self.ready) >= self.max_length
        if full and self.declared.get("x-overflow") == "reject-publish":
            return False
        entry = self._append(message)
        if self._disk and (message.persistent or self._keeps_all):
            self._disk.put(entry)
        if not self._stuck:
            self.dispatch()
        if full:
            self._drop_excess()
        if message.ttl is not None or self.ttl < math.inf:
            # Only now: a consumer that is free gets even one that may not wait at all.
            ttl = self.ttl if message.ttl is None else min(self.ttl, message.ttl)
            entry.expires = time.monotonic() + ttl / 1000
        self._expire()
        return True

    def _append(self, message):
        self._count += 1
        priority = min(message.priority, self.declared.get("x-max-priority", 0))
        entry = Entry(self, message, (-priority, self._count))
        heapq.heappush(self.ready, (entry.place, entry))
        self.broker.store(message.size)
        return entry

    def restore(self, message, number, expires, redelivered):
        """Take in, in order, what is on disk already.

        Parameters
        ----------
        message : Message
        number, expires, redelivered
            Of its entry.
        """
        entry = self._append(message)
        entry.id, entry.expires, entry.redelivered = number, expires, redelivered
        self._expire()

    def take(self):
        """Remove and return the next entry that has not expired, or None; it stays in memory until it is settled."""
        self._expire()
        if not self.ready:
            return None
        _, entry = heapq.heappop(self.ready)
        self._expire()  # the next one is at the head now
        return entry

    def dispatch(self):
        """Hand out what waits to those consumers that can take it, in turn."""
        while self.ready and (consumer := self._next_consumer()):
            if entry := self.take():
                consumer.deliver(entry)
        self._stuck = bool(self.ready)

    def _next_consumer(self):
        """Return the next that has room, of those with the highest priority that have; None if all are full."""
        for turn in self._turns.values():
            for _ in range(len(turn)):
                turn.rotate(-1)
                if turn[-1].can_take():
                    return turn[-1]
        return None

    def settle(self, entries):
        """Forget entries that were taken: acknowledged, or delivered to a consumer that does not acknowledge."""
        self.broker.store(-sum(entry.message.size for entry in entries))
        if self._disk:
            self._disk.settle(entries)

    def reject(self, entries, reason="rejected"):
        """Do away with entries that were taken, or send them where this queue's dead letters go.

        Parameters
        ----------
        entries : iterable of Entry
        reason : str
            As in their "x-death" header.
        """
        if DEAD_LETTER_EXCHANGE not in self.declared:
            return self.settle(entries)
        for entry in entries:
            self.broker.dead_letter(entry, reason)

    def requeue(self, entries):
        """Put entries that were taken back in their places, as redelivered, unless they have come back too often."""
        if self.deleted:
            return self.settle(entries)
        for entry in entries:
            entry.redelivered = True
            entry.returns += 1
            if entry.returns > self.delivery_limit:
                self.reject([entry], "delivery_limit")
            else:
                heapq.heappush(self.ready, (entry.place, entry))
        self.dispatch()
        self._drop_excess()
        self._expire()

    def purge(self):
        """Forget all that waits; return how many messages that was."""
        count = len(self.ready)
        self.settle([entry for _, entry in self.ready])
        self.ready.clear()
        return count

    def add(self, consumer):
        """Take on a consumer, and give it what is ready."""
        self.consumers.append(consumer)
        self._turns.setdefault(consumer.priority, deque()).append(consumer)
        self._turns = dict(sorted(self._turns.items(), reverse=True))
        self.touch()
        self.dispatch()

    def remove(self, consumer):
        """Remove a consumer; an auto-delete queue ends with the last one."""
        self.drop(consumer)
        self.touch()
        if self.declared["auto_delete"] and not self.consumers:
            self.broker.delete_queue(self)

    def drop(self, consumer):
        """Remove a consumer of a queue that is gone, or may be soon."""
        self.consumers.remove(consumer)
        self._turns[consumer.priority].remove(consumer)
        if not self._turns[consumer.priority]:
            del self._turns[consumer.priority]

    def touch(self):
        """Note that the queue is in use: `x-expires` counts from now, if nobody consumes."""
        if self._idle_timer:
            self._idle_timer.kill(block=False)
            self._idle_timer = None
        if self.idle_limit is not None and not self.consumers and not self.deleted:
            self._idle_timer = gevent.spawn_later(self.idle_limit / 1000, self.broker.delete_queue, self)

    def close(self):
        """End it: the broker has forgotten it already."""
        self.deleted = True
        self.purge()
        self.touch()
        if self._timer:
            self._timer.kill(block=False)

    def _drop_excess(self):
        """Let go of those at the head: those of high priority first, the oldest of them, as in RabbitMQ."""
        while len(self.ready) > self.max_length:
            self.reject([heapq.heappop(self.ready)[1]], "maxlen")

    def _expire(self):
        """Let go of those at the head whose time is over, and come back when the next one's is.

        One that waits behind a longer-lived one stays until that is gone, as in RabbitMQ.
        """
        while self.ready and (due := self.ready[0][1].expires) < math.inf:
            now = time.monotonic()
            if due <= now:
                self.reject([heapq.heappop(self.ready)[1]], "expired")
                continue
            if due < self._timer_due and not self.deleted:
                if self._timer:
                    self._timer.kill(block=False)
                self._timer, self._timer_due = gevent.spawn_later(due - now, self._on_timer), due
            break

    def _on_timer(self):
        self._timer, self._timer_due = None, math.inf
        self._expire()


class Consumer:
    """It takes messages from a queue as they come, through a channel.

    Parameters
    ----------
    channel : Channel
    queue : Queue
    tag : str
        What the client calls it.
    no_ack : bool
        Whether a message is done with as soon as it is sent.
    exclusive : bool
        Whether it is to be the only one.
    prefetch_count : int
        How many messages it may have unacknowledged; 0 is no limit.
    priority : int
        As long as those of a higher one have room, they get all.
    """

    def __init__(self, channel, queue, tag, no_ack, exclusive, prefetch_count, priority=0):
        self.channel, self.queue, self.tag = channel, queue, tag
        self.no_ack, self.exclusive, self.prefetch_count = no_ack, exclusive, prefetch_count
        self.priority, self.unacked = priority, 0
        self._deliver_start = wire.deliver_to(tag)

    def can_take(self):
        """Whether one more message may be delivered to it now."""
        if self.channel.connection.is_full():
            return False
        channel_full = self.channel.prefetch_count and self.channel.prefetched >= self.channel.prefetch_count
        return self.no_ack or not (channel_full or (self.prefetch_count and self.unacked >= self.prefetch_count))

    def deliver(self, entry):
        """Send the message, and remember it until it is acknowledged."""
        tag = self.channel.register_delivery(entry, None if self.no_ack else self, self.no_ack)
        method = wire.deliver(self._deliver_start, tag, entry.redelivered, entry.message)
        self.channel.connection.send_content(self.channel.number, method, entry.message)


def check_arguments(name, declared):
    """Raise an AMQPError for arguments that make no queue (406) or are not to be had (540); others mean nothing."""
    for argument, value in declared.items():
        if argument in UNSUPPORTED:
            raise AMQPError(540, f"{argument} of queue '{name}'")
        if argument in NUMBERS:
            least, most = NUMBERS[argument]
            fine = type(value) is int and least <= value <= most
        else:
            names = argument in (DEAD_LETTER_EXCHANGE, DEAD_LETTER_KEY)
            fine = value in CHOICES.get(argument, (value,)) and (not names or isinstance(value, str))
        if not fine:
            raise AMQPError(406, f"invalid arg '{argument}' for queue '{name}' in vhost '/': {value!r}")
    if DEAD_LETTER_KEY in declared and DEAD_LETTER_EXCHANGE not in declared:
        raise AMQPError(406, f"invalid arg '{DEAD_LETTER_KEY}' for queue '{name}' in vhost '/': no exchange")
    if "x-delivery-limit" in declared and declared.get("x-queue-type") != "quorum":
        raise AMQPError(406, f"invalid arg 'x-delivery-limit' for queue '{name}' in vhost '/': it is no quorum queue")
    if declared.get("x-queue-type") == "quorum" and (not declared["durable"] or declared["auto_delete"]):
        raise AMQPError(406, f"invalid property for queue '{name}' in vhost '/': quorum queues are durable only")
