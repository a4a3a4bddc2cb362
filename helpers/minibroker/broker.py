"""What all connections share: exchanges, queues, and the memory they may use."""

import secrets
import time
from collections import deque
from datetime import datetime, timezone

import gevent
from gevent.event import Event

from helpers.minibroker import wire
from helpers.minibroker.exchanges import KINDS, Exchange, frozen
from helpers.minibroker.queues import Message, Queue
from helpers.minibroker.wire import Refusal

COMPARED = (
    "type", "durable", "auto_delete", "internal", "alternate-exchange", "x-message-ttl", "x-expires", "x-max-length",
    "x-max-length-bytes", "x-max-priority", "x-overflow", "x-dead-letter-exchange", "x-dead-letter-routing-key",
    "x-queue-type",
)  # fmt: skip
BUILT_IN = {"durable": True, "auto_delete": False, "internal": False}


class Broker:
    """The virtual host `/`.

    Parameters
    ----------
    memory : int
        Bytes of messages at which publishers have to wait until consumers have made room.
    """

    def __init__(self, memory):
        self.memory = memory
        self.stored = 0  # bytes
        self.has_room = Event()
        self.has_room.set()
        self.queues = {}
        names = {"": "direct", **{f"amq.{kind}": kind for kind in KINDS}, "amq.match": "headers"}
        self.exchanges = {name: Exchange(name, {"type": kind, **BUILT_IN}) for name, kind in names.items()}
        self._dead = deque()  # (queue, message, reason) of those to be published again

    def store(self, size):
        """Note that messages need so many bytes more, or less."""
        self.stored += size
        if size > 0:
            if self.stored > self.memory:
                self.has_room.clear()
        elif self.stored < 0.8 * self.memory and not self.has_room.is_set():
            self.has_room.set()

    # Messages

    def publish(self, message):
        """Put a message where it belongs; return how many queues that is, and whether none of them refused it."""
        queues = self._route(message)
        accepted = True
        for queue in queues:
            accepted &= queue.put(message)
        return len(queues), accepted

    def _route(self, message):
        if not message.exchange:
            return self._default_targets(message)
        # None if it was deleted after the message came, in a transaction.
        start = self.exchanges.get(message.exchange)
        queues, seen, ahead = {}, {message.exchange}, [start] if start else []
        while ahead:
            exchange = ahead.pop()
            targets = exchange.targets(message) if exchange.name else self._default_targets(message)
            if not targets and exchange.alternate in self.exchanges:
                targets = [self.exchanges[exchange.alternate]]
            for target in targets:
                if isinstance(target, Queue):
                    queues[target] = None
                elif target.name not in seen:
                    seen.add(target.name)
                    ahead.append(target)
        return list(queues)

    def _default_targets(self, message):
        queue = self.queues.get(message.key)
        return [queue] if queue else []

    def dead_letter(self, queue, message, reason):
        """Publish a message that a queue got rid of again, soon, if the queue says where.

        Not at once: the queue may be dealing out messages, and might find its consumers changed.
        """
        if "x-dead-letter-exchange" in queue.declared:
            self._dead.append((queue, message, reason))
            if len(self._dead) == 1:
                gevent.spawn(self.bury_all)

    def bury_all(self):
        while self._dead:
            try:
                self._bury(*self._dead[0])
            finally:
                self._dead.popleft()  # only now: what dies meanwhile finds someone at work

    def _bury(self, queue, message, reason):
        exchange = queue.declared["x-dead-letter-exchange"]
        if exchange not in self.exchanges:
            return
        key = queue.declared.get("x-dead-letter-routing-key", message.key)
        headers, deaths = death_certificate(queue, message, reason)
        letter = Message(exchange, key, wire.with_headers(message.properties, headers), message.body)
        for target in self._route(letter):
            if not _goes_in_circles(target.name, deaths):
                target.put(letter)

    # Queues

    def queue(self, name, connection):
        """Return the queue of this name that this connection may use, or complain (404, 405)."""
        queue = self.queues.get(name)
        if queue is None:
            raise Refusal(404, f"no queue '{name}' in vhost '/'")
        if queue.owner not in (None, connection):
            raise _locked(name)
        return queue

    def declare_queue(self, method, connection):
        """Return the queue of this name, new or as declared before; an empty name makes one up."""
        if method.queue.startswith("amq."):
            raise Refusal(403, f"queue name '{method.queue}' contains reserved prefix 'amq.*'")
        name = method.queue or f"amq.gen-{secrets.token_urlsafe(16)}"
        owner = connection if method.exclusive else None
        declared = {**method.arguments, "durable": method.durable and not owner, "auto_delete": method.auto_delete}
        if declared.get("x-queue-type") == "quorum" and (not declared["durable"] or method.auto_delete):
            raise Refusal(406, f"invalid property for queue '{name}' in vhost '/': quorum queues are durable only")
        queue = self.queues.get(name)
        if queue is None:
            queue = self.queues[name] = Queue(self, name, owner, declared)
        elif queue.owner is not owner:
            raise _locked(name)
        else:
            _check_same(queue.declared, declared, COMPARED, f"queue '{name}'")
            queue.touch()
        return queue

    def delete_queue(self, queue):
        """Delete a queue, tell its consumers; return how many messages it held."""
        if self.queues.get(queue.name) is not queue:
            return 0
        del self.queues[queue.name]
        count = queue.ready
        self._unbind_all(queue)
        for consumer in list(queue.consumers):
            consumer.channel.lose(consumer)
        queue.close()
        return count

    # Exchanges

    def exchange(self, name):
        """Return the exchange of this name, or complain (404)."""
        exchange = self.exchanges.get(name)
        if exchange is None:
            raise Refusal(404, f"no exchange '{name}' in vhost '/'")
        return exchange

    def declare_exchange(self, method):
        name = method.exchange
        if method.passive:
            _not_default(name)
            self.exchange(name)
            return
        if method.exchange_type not in KINDS:
            raise Refusal(503, f"unknown exchange type '{method.exchange_type}'")
        _not_default(name)
        declared = {**method.arguments, "type": method.exchange_type, "durable": method.durable}
        declared |= {"auto_delete": method.auto_delete, "internal": method.internal}
        if not isinstance(declared.get("alternate-exchange", ""), str):
            raise Refusal(406, f"invalid type for arg 'alternate-exchange' in exchange '{name}' in vhost '/'")
        if name in self.exchanges:
            _check_same(self.exchanges[name].declared, declared, COMPARED, f"exchange '{name}'")
        else:
            _not_reserved(name)
            self.exchanges[name] = Exchange(name, declared)

    def delete_exchange(self, name, if_unused):
        _not_default(name)
        _not_reserved(name)
        exchange = self.exchanges.get(name)
        if exchange is None:
            return
        if if_unused and exchange.bindings:
            raise Refusal(406, f"exchange '{name}' in vhost '/' in use")
        self._drop_exchange(exchange)

    def _drop_exchange(self, exchange):
        if self.exchanges.pop(exchange.name, None) is None:
            return
        for target, _, _ in exchange.bindings:
            target.sources.discard(exchange)
        self._unbind_all(exchange)

    def bind(self, source, target, key, arguments):
        _not_default(source)
        _not_default(target.name)
        self.exchange(source).bind(target, key, arguments)

    def unbind(self, source, target, key, arguments):
        """Remove a binding; one that is not there, or from or to nowhere, is none already."""
        _not_default(source)
        exchange = self.exchanges.get(source)
        if exchange and target and exchange.unbind(target, key, arguments):
            self._end_if_unused(exchange)

    def _unbind_all(self, target):
        """Remove every binding to this target."""
        for source in target.sources:
            source.forget(target)
            self._end_if_unused(source)
        target.sources = set()

    def _end_if_unused(self, exchange):
        if exchange.auto_delete and not exchange.bindings:
            self._drop_exchange(exchange)


def _locked(name):
    return Refusal(
        405,
        f"cannot obtain exclusive access to locked queue '{name}' in vhost '/'. It could be originally declared on "
        "another connection or the exclusive property value does not match that of the original declaration.",
    )


def _not_default(name):
    if name == "":
        raise Refusal(403, "operation not permitted on the default exchange")


def _not_reserved(name):
    if name.startswith("amq."):
        raise Refusal(403, f"exchange name '{name}' contains reserved prefix 'amq.*'")


def _check_same(current, received, fields, what):
    for field in fields:
        before, now = current.get(field), received.get(field)
        if frozen(before) != frozen(now):
            before, now = ("none" if each is None else str(each).lower() for each in (before, now))
            text = f"inequivalent arg '{field}' for {what} in vhost '/': received '{now}' but current is '{before}'"
            raise Refusal(406, text)


def death_certificate(queue, message, reason):
    """Return the headers that tell how a message died, its earlier deaths included, and the list of all deaths."""
    old = wire.read_headers(message.properties)
    deaths = list(filter(_is_death, old["x-death"])) if isinstance(old.get("x-death"), list) else []
    same = [death for death in deaths if (death["queue"], death["reason"]) == (queue.name, reason)]
    count = same[0]["count"] + 1 if same else 1
    death = {
        "count": count,
        "reason": reason,
        "queue": queue.name,
        "time": datetime.fromtimestamp(int(time.time()), timezone.utc),
        "exchange": message.exchange,
        "routing-keys": [message.key],
    }
    expiration = wire.read_property(message.properties, "expiration")
    if expiration is not None:  # it is taken away, or the message would die again
        death["original-expiration"] = expiration
    deaths = [death, *(each for each in deaths if not (same and each is same[0]))]
    headers = {"x-death": deaths}
    for name, value in (("reason", reason), ("queue", queue.name), ("exchange", message.exchange)):
        headers[f"x-last-death-{name}"] = value
        if f"x-first-death-{name}" not in old:
            headers[f"x-first-death-{name}"] = value
    return headers, deaths


def _is_death(value):
    """Whether this is what the broker itself might have written: a client may have written anything."""
    kinds = {"count": int, "time": datetime, "routing-keys": list}
    return (
        isinstance(value, dict)
        and {"count", "reason", "queue"} <= value.keys()
        and all(isinstance(each, kinds.get(name, str)) for name, each in value.items())
        and all(isinstance(key, str) for key in value.get("routing-keys", ()))
        and value["count"] > 0
    )


def _goes_in_circles(name, deaths):
    """Whether a message has died in this queue before, and nobody has rejected it since: it would go on for ever."""
    names = [death["queue"] for death in deaths]
    return name in names and all(death["reason"] != "rejected" for death in deaths[: names.index(name) + 1])
