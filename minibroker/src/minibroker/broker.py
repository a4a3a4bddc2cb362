"""What all connections share: exchanges, queues, and the memory they may use.

Channels ask the broker to declare, bind, delete and publish. It checks what they ask for as RabbitMQ does, and finds
the queues that a message goes to, dead letters included.
"""

import secrets
import time
from datetime import datetime, timezone

import gevent
from gevent.event import Event

from minibroker import wire
from minibroker.exchanges import KINDS, Exchange, freeze
from minibroker.queues import ARGUMENTS, DEAD_LETTER_EXCHANGE, DEAD_LETTER_KEY, Message, Queue
from minibroker.wire import AMQPError

ALTERNATE = "alternate-exchange"  # where messages go that an exchange has no target for
MAX_MESSAGE_SIZE = 16 * 1024 * 1024  # bytes of a message


class Broker:
    """The virtual host `/`.

    Parameters
    ----------
    memory : float
        Bytes of messages at which publishers have to wait until consumers have made room.
    disk : Disk, optional
        What keeps what is durable; it is loaded from there.

    Raises
    ------
    DiskError
        If it cannot be loaded.
    """

    def __init__(self, memory, disk=None):
        self.memory, self.stored, self.halfway = memory, 0, 0  # bytes; the last are of messages that are not whole yet
        self._told = False  # whether a wait was told
        self.disk = disk
        self.has_room = Event()
        self.has_room.set()
        self.queues = {}
        names = {"": "direct", **{f"amq.{kind}": kind for kind in KINDS}, "amq.match": "headers"}
        built_in = {"durable": True, "auto_delete": False, "internal": False}
        self.exchanges = {name: Exchange(name, {"type": kind, **built_in}) for name, kind in names.items()}
        if disk:
            disk.load(self)

    def close(self):
        """End in order: consumers go, and the auto-delete queues that were theirs; what is durable stays."""
        for queue in list(self.queues.values()):
            if queue.consumers and queue.declared["auto_delete"]:
                self.delete_queue(queue)
        if self.disk:
            self.disk.close(self.queues.values())

    def _is_kept(self, *things):
        """Whether these queues and exchanges, and what binds them, are to be on disk."""
        return self.disk and all(each.declared["durable"] for each in things)

    def store(self, size):
        """Note that messages need so many bytes more, or less if it is negative."""
        self.stored += size
        if self.stored > self.memory and self.has_room.is_set():
            self.has_room.clear()
            if not self._told:
                self._told = True
                print(f"minibroker holds {self.memory / 1e6:g} MB of messages: publishers wait, ", end="")
                print("until somebody consumes; --memory sets the limit.", flush=True)
        elif self.stored < 0.8 * self.memory and not self.has_room.is_set():
            self.has_room.set()

    def hold(self, size):
        """Note that messages that are not whole yet take so many bytes more, or less if it is negative.

        Whoever sends one is heard until it is whole, however little room there is, or nobody might ever go on.

        Raises
        ------
        AMQPError
            If such messages alone need more than there is (506).
        """
        self.halfway += size
        self.store(size)
        if self.halfway > self.memory + MAX_MESSAGE_SIZE and size > 0:
            raise AMQPError(506, "messages that are not whole yet fill the memory")

    def must_wait(self, connection):
        """Whether this publisher is to wait until there is room."""
        if self.has_room.is_set() or not connection.publishes:
            return False
        return not connection.halfway or self.stored > 2 * (self.memory + MAX_MESSAGE_SIZE)

    # Messages

    def publish(self, message):
        """Put a message where it belongs.

        Parameters
        ----------
        message : Message

        Returns
        -------
        count : int
            How many queues that is.
        accepted : bool
            Whether none of them refused it.
        """
        accepted = [queue.put(message) for queue in self._route(message)]
        return len(accepted), all(accepted)

    def _route(self, message):
        if not message.exchange:
            return [self.queues[message.key]] if message.key in self.queues else []
        queues, seen, ahead = set(), set(), [message.exchange]
        while ahead:
            name = ahead.pop()
            if name in seen or name not in self.exchanges:
                continue
            seen.add(name)
            targets = self.exchanges[name].targets(message)
            if not targets:
                ahead.append(self.exchanges[name].declared.get(ALTERNATE))
            queues.update(target for target in targets if isinstance(target, Queue))
            ahead += [target.name for target in targets if isinstance(target, Exchange)]
        return queues

    def dead_letter(self, entry, reason):
        """Publish what a queue got rid of again, where that queue says, and settle it in the same turn of the loop.

        Not at once: the queue may be dealing out messages, and might find its consumers changed.

        Parameters
        ----------
        entry : Entry
        reason : str
            "rejected", "expired", "maxlen" or "delivery_limit".
        """
        gevent.get_hub().loop.run_callback(self._publish_dead_letter, entry, reason)

    def _publish_dead_letter(self, entry, reason):
        queue, message = entry.queue, entry.message
        headers, deaths = death_headers(queue, message, reason)
        properties = wire.with_headers(message.properties, headers)
        letter = Message(
            queue.declared[DEAD_LETTER_EXCHANGE],
            queue.declared.get(DEAD_LETTER_KEY, message.key),
            properties,
            message.body,
        )
        for target in self._route(letter):
            if not _is_cycle(target.name, deaths):
                target.put(letter)
        queue.settle([entry])

    # Queues

    def queue(self, name, *owners):
        """Return the queue of this name.

        Parameters
        ----------
        name : str
        *owners : Connection or None
            Whose it may be; None is for a queue that is not exclusive.

        Raises
        ------
        AMQPError
            If there is none (404), or it belongs to somebody else (405).
        """
        if name not in self.queues or name.startswith("amq.rabbitmq."):  # answers are for who waits for them
            raise AMQPError(404, f"no queue '{name}' in vhost '/'")
        if self.queues[name].owner not in owners:
            text = "it belongs to another connection, or was not declared as exclusive"
            raise AMQPError(405, f"cannot obtain exclusive access to locked queue '{name}' in vhost '/': {text}")
        return self.queues[name]

    def declare_queue(self, method, connection):
        """Return the queue that a client declares, new or as declared before; an empty name makes one up.

        Parameters
        ----------
        method : pamqp.commands.Queue.Declare
        connection : Connection
            The client's, which owns it if it is exclusive.

        Raises
        ------
        AMQPError
            If the name is reserved (403), or the queue is somebody's own (405) or was declared in another way (406).
        """
        if method.queue.startswith("amq."):
            raise AMQPError(403, f"queue name '{method.queue}' contains reserved prefix 'amq.*'")
        name = method.queue or f"amq.gen-{secrets.token_urlsafe(16)}"
        owner = connection if method.exclusive else None
        declared = {**method.arguments, "durable": method.durable and not owner, "auto_delete": method.auto_delete}
        if name not in self.queues:
            self.queues[name] = Queue(self, name, owner, declared)
            if self._is_kept(self.queues[name]):
                self.disk.add_queue(self.queues[name])
        queue = self.queue(name, owner)
        _check_same(queue.declared, declared, ("durable", "auto_delete", *ARGUMENTS), f"queue '{name}'")
        queue.touch()
        return queue

    def delete_queue(self, queue):
        """Delete a queue and tell its consumers; return how many messages were ready in it."""
        if self.queues.get(queue.name) is not queue:
            return 0
        del self.queues[queue.name]
        count = len(queue.ready)
        self._unbind_all(queue)
        if self._is_kept(queue):
            self.disk.remove(queue)
        for consumer in list(queue.consumers):
            consumer.channel.cancel_consumer(consumer)
        queue.close()
        return count

    # Exchanges

    def exchange(self, name):
        """Return the exchange of this name, or raise an AMQPError (404)."""
        if name not in self.exchanges:
            raise AMQPError(404, f"no exchange '{name}' in vhost '/'")
        return self.exchanges[name]

    def declare_exchange(self, method):
        """Make the exchange that a client declares, or see that it is as declared before.

        Parameters
        ----------
        method : pamqp.commands.Exchange.Declare

        Raises
        ------
        AMQPError
            If the name is reserved (403), it was declared in another way (406), or it is not to be had (404, 503, 540).
        """
        name, kind = method.exchange, method.exchange_type
        _check_name(name)
        if method.passive:
            return self.exchange(name)
        if kind not in KINDS:
            raise AMQPError(503, f"unknown exchange type '{kind}'")
        declared = {"type": kind, "durable": method.durable}
        declared |= {"auto_delete": method.auto_delete, "internal": method.internal}
        if ALTERNATE in method.arguments:
            declared[ALTERNATE] = method.arguments[ALTERNATE]
            if not isinstance(declared[ALTERNATE], str):
                raise AMQPError(406, f"invalid type of arg '{ALTERNATE}' in exchange '{name}' in vhost '/'")
        if name not in self.exchanges:
            _check_name(name, new=True)
            self.exchanges[name] = Exchange(name, declared)
            if self._is_kept(self.exchanges[name]):
                self.disk.add_exchange(self.exchanges[name])
        _check_same(self.exchanges[name].declared, declared, (*declared, ALTERNATE), f"exchange '{name}'")

    def delete_exchange(self, name, if_unused):
        """Delete an exchange, if there is one; `if_unused` refuses to if something is bound to it (406)."""
        _check_name(name, new=True)
        if if_unused and name in self.exchanges and self.exchanges[name].bindings:
            raise AMQPError(406, f"exchange '{name}' in vhost '/' in use")
        self._drop_exchange(name)

    def bind(self, source, target, key, arguments):
        """Let messages go from an exchange to a queue, or to another exchange.

        Parameters
        ----------
        source : str
            The exchange's name.
        target : Queue or Exchange
        key : str
            Routing key, or pattern.
        arguments : dict
            What a headers exchange looks for.
        """
        _check_name(source)
        _check_name(target.name)
        exchange = self.exchange(source)
        exchange.bind(target, key, arguments)
        if self._is_kept(exchange, target):
            self.disk.bind(source, target, key, freeze(arguments), arguments)

    def unbind(self, source, target, key, arguments):
        """Remove a binding; one that is not there, or from or to nowhere, is none already."""
        _check_name(source)
        if source not in self.exchanges or target is None:
            return
        exchange, frozen = self.exchanges[source], freeze(arguments)
        if self._is_kept(exchange, target):
            self.disk.unbind(source, target, key, frozen)
        if exchange.unbind((target, key, frozen)):
            self._drop_exchange(source)

    def _drop_exchange(self, name):
        if exchange := self.exchanges.pop(name, None):
            self._unbind_all(exchange)
            if self._is_kept(exchange):
                self.disk.remove(exchange)

    def _unbind_all(self, target):
        for source in list(self.exchanges.values()):
            if source.unbind(*(binding for binding in source.bindings if binding[0] is target)):
                self._drop_exchange(source.name)


def _check_name(name, new=False):
    if name == "" or (new and name.startswith("amq.")):
        raise AMQPError(403, f"operation not permitted on the {name or 'default'} exchange")


def _check_same(current, received, fields, what):
    for field in fields:
        before, now = current.get(field), received.get(field)
        if freeze(before) != freeze(now):
            raise AMQPError(406, f"inequivalent arg '{field}' for {what}: received '{now}' but current is '{before}'")


def death_headers(queue, message, reason):
    """Describe how a message died, as RabbitMQ does.

    Parameters
    ----------
    queue : Queue
        Where it was.
    message : Message
    reason : str
        "rejected", "expired" or "maxlen".

    Returns
    -------
    headers : dict
        Those to set, "x-death" first of all.
    deaths : list of dict
        This death and the earlier ones, the last one first.
    """
    old = message.headers
    deaths = list(filter(_is_death, old["x-death"])) if isinstance(old.get("x-death"), list) else []
    same = [death for death in deaths if (death["queue"], death["reason"]) == (queue.name, reason)][:1]
    place = {"reason": reason, "queue": queue.name, "exchange": message.exchange}
    death = {**place, "routing-keys": [message.key], "time": datetime.fromtimestamp(int(time.time()), timezone.utc)}
    death["count"] = 1 + sum(each["count"] for each in same)
    if message.ttl is not None:  # it is taken away, or the message would die again
        death["original-expiration"] = str(message.ttl)
    deaths = [death, *(each for each in deaths if each not in same)]
    first = {f"x-first-death-{name}": value for name, value in place.items() if f"x-first-death-{name}" not in old}
    return {"x-death": deaths, **first}, deaths


def _is_death(value):
    """Whether this is what the broker itself might have written: a client may have written anything."""
    kinds = {"count": int, "time": datetime, "routing-keys": list}
    return (
        isinstance(value, dict)
        and {"count", "reason", "queue"} <= value.keys()
        and all(isinstance(each, kinds.get(name, str)) for name, each in value.items())
        and all(isinstance(key, str) for key in value.get("routing-keys", ()))
        and 0 < value["count"] < 2**31
    )


def _is_cycle(name, deaths):
    """Whether a message has died in this queue before, and nobody has rejected it since: it would go on for ever."""
    names = [death["queue"] for death in deaths]
    return name in names and all(death["reason"] != "rejected" for death in deaths[: names.index(name) + 1])
