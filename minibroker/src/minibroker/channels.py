"""Channels: one conversation each, of methods, messages and acknowledgements.

A channel turns the frames of its client into what the broker and its queues do, and what they do into frames. It
remembers which messages the client holds, and gives them back when it ends.
"""

import secrets
from itertools import takewhile

import gevent
from pamqp import commands

from minibroker import wire
from minibroker.broker import MAX_MESSAGE_SIZE
from minibroker.queues import Consumer, Message, Queue
from minibroker.wire import AMQPError

Basic, Methods = commands.Basic, commands.Queue
HANDLERS = {kind: "on_" + kind.name.lower().replace(".", "_") for kind in commands.INDEX_MAPPING.values()}
REPLY_TO = "amq.rabbitmq.reply-to"  # stands for a queue of the channel's own, where answers come


class Channel:
    """One channel of a connection.

    Parameters
    ----------
    connection : Connection
    number : int
        What client and broker call it.
    broker : Broker

    Attributes
    ----------
    consumers : dict of str to Consumer
        By tag.
    unacked : dict of int to (Entry, Consumer or None)
        What the client holds, by delivery tag in order; None is for what it got by Basic.Get.
    prefetched, prefetch_count : int
        How many of them consumers hold, and may hold altogether; 0 is no limit.
    """

    def __init__(self, connection, number, broker):
        self.connection, self.number, self.broker = connection, number, broker
        self.closed = False
        self.consumers, self.unacked = {}, {}
        self.prefetched, self.prefetch_count = 0, 0
        self._consumer_prefetch = 0  # the same for each consumer to come
        self._last_tag, self._last_queue = 0, None  # the name that an empty name stands for
        self._reply_queue = None  # the one that REPLY_TO stands for
        self._confirms, self._published, self._confirmed = False, 0, 0
        self._publish = self._properties = None  # the message that is coming in
        self._body, self._missing, self._held = [], 0, 0

    # What comes in

    def receive(self, kind, payload):
        """Take the next frame.

        Parameters
        ----------
        kind : int
            wire.METHOD, HEADER or BODY.
        payload : bytes

        Raises
        ------
        AMQPError
            If it cannot be done; the caller closes the channel or the connection.
        """
        if kind == wire.METHOD:
            if self._publish is not None:
                raise AMQPError(505, "expected a content header or body, got a method frame instead")
            method = wire.decode_method(payload)
            handle = getattr(self, HANDLERS[type(method)], None)
            if handle is None:
                raise AMQPError(503, f"{method.name} is not for clients to send, or not here")
            if (answer := handle(method)) is not None and not getattr(method, "nowait", False):
                self.send(answer)
            return
        if self._publish is None or (kind == wire.HEADER) != (self._properties is None):
            raise AMQPError(505, "content that belongs to no method, or to no header")
        if kind == wire.HEADER:
            self._missing, self._properties = wire.decode_header(payload)
            if self._missing > MAX_MESSAGE_SIZE:
                raise AMQPError(406, f"message size {self._missing} is larger than max size {MAX_MESSAGE_SIZE}")
        else:
            self._missing -= len(payload)
            if self._missing < 0:
                raise AMQPError(501, "a content body is larger than its header said")
            self._body.append(payload)
            if self._missing:
                self._hold(len(payload))
        if not self._missing:
            self._take_message()

    def _hold(self, size):
        """Note that a message that is not whole yet takes so many bytes more, or less if it is negative."""
        self._held += size
        self.connection.halfway += size
        self.broker.hold(size)

    def on_basic_publish(self, method):
        self._publish, self._properties = method, None

    def _take_message(self):
        publish, body, properties = self._publish, b"".join(self._body), self._properties
        self._publish, self._body = None, []
        if self._held:
            self._hold(-self._held)
        if publish.immediate:
            raise AMQPError(540, "immediate=true")
        if self.broker.exchange(publish.exchange).declared["internal"]:
            raise AMQPError(403, f"cannot publish to internal exchange '{publish.exchange}' in vhost '/'")
        if b"amq.rabbitmq" in properties and wire.decode_properties(properties)[0].get("reply_to") == REPLY_TO:
            if not self._is_waiting_for_answers():
                raise AMQPError(406, "fast reply consumer does not exist")
            properties = wire.with_reply_to(properties, self._reply_queue.name)
        message = Message(publish.exchange, publish.routing_key, properties, body)
        self.connection.publishes = True
        count, accepted = self.broker.publish(message)
        if publish.mandatory and not count:
            self.connection.send_content(self.number, wire.no_route(message), message)
        if not self._confirms:
            return
        if accepted:
            self._published += 1
            self.connection.to_confirm.add(self)
        else:
            self.confirm()
            self._published = self._confirmed = self._published + 1
            self.send(Basic.Nack(self._published, False, False))

    def confirm(self):
        """Tell the publisher that all its messages so far are taken care of, in one go."""
        if self._published > self._confirmed:
            ack = wire.ack(self._published, self._published > self._confirmed + 1)
            self.connection.send(self.number, ack)
            self._confirmed = self._published

    # What goes out

    def send(self, method):
        """Send a method of pamqp's."""
        self.connection.send(self.number, wire.encode_method(method))

    def register_delivery(self, entry, consumer, done):
        """Note that an entry is being sent.

        Parameters
        ----------
        entry : Entry
        consumer : Consumer or None
            Who gets it; None if it is the answer to Basic.Get.
        done : bool
            Whether the client will not acknowledge it.

        Returns
        -------
        int
            Its delivery tag.
        """
        self._last_tag += 1
        if done:
            entry.queue.settle([entry])
        else:
            self.unacked[self._last_tag] = entry, consumer
            if consumer:
                consumer.unacked += 1
                self.prefetched += 1
        return self._last_tag

    def cancel_consumer(self, consumer):
        """Give up a consumer whose queue is gone, and say so if the client wants to know."""
        del self.consumers[consumer.tag]
        consumer.queue.drop(consumer)
        if self.connection.has_capability("consumer_cancel_notify"):
            # Soon: the client that deletes the queue it consumes from hears first that it is deleted.
            gevent.get_hub().loop.run_callback(self._tell_cancelled, consumer.tag)

    def _tell_cancelled(self, tag):
        if not self.closed:
            self.send(Basic.Cancel(tag, True))

    def close(self):
        """Give everything back that was not acknowledged."""
        self.confirm()
        self._hold(-self._held)
        self._body, self.closed = [], True
        self.connection.to_confirm.discard(self)
        for tag in list(self.consumers):
            self._cancel(tag)
        self._settle(self._take_unacked(0, True), Queue.requeue)

    def _cancel(self, tag):
        if consumer := self.consumers.pop(tag, None):
            consumer.queue.remove(consumer)

    # Acknowledgements

    def _take_unacked(self, tag, multiple):
        """Return those that the client means, no longer as unacknowledged, by tag."""
        if multiple and tag == 0:
            tags = list(self.unacked)
        elif tag not in self.unacked:
            raise AMQPError(406, f"unknown delivery tag {tag}")
        else:
            tags = list(takewhile(tag.__ge__, self.unacked)) if multiple else [tag]
        return {each: self.unacked.pop(each) for each in tags}

    def _settle(self, taken, act):
        """Do with these entries what the client wants: Queue.settle, reject or requeue."""
        by_queue = {}
        for entry, consumer in taken.values():
            if consumer:
                consumer.unacked -= 1
                self.prefetched -= 1
            by_queue.setdefault(entry.queue, []).append(entry)
        for queue, entries in by_queue.items():
            act(queue, entries)
            queue.dispatch()  # there is room for more
        if self.prefetch_count:
            self.dispatch()  # in other queues too

    def dispatch(self):
        """Hand out what waits for the consumers of this channel."""
        for queue in {consumer.queue for consumer in self.consumers.values()}:
            queue.dispatch()

    def on_basic_ack(self, method):
        self._settle(self._take_unacked(method.delivery_tag, method.multiple), Queue.settle)

    def on_basic_nack(self, method):
        taken = self._take_unacked(method.delivery_tag, getattr(method, "multiple", False))
        self._settle(taken, Queue.requeue if method.requeue else Queue.reject)

    on_basic_reject = on_basic_nack

    def on_basic_recover(self, method):
        if not method.requeue:
            raise AMQPError(540, "requeue=false")
        if isinstance(method, Basic.Recover):
            self.send(Basic.RecoverOk())
        self._settle(self._take_unacked(0, True), Queue.requeue)

    on_basic_recoverasync = on_basic_recover

    # Consuming

    def _queue(self, name):
        if not name and self._last_queue is None:
            raise AMQPError(404, "no previously declared queue")
        return self.broker.queue(name or self._last_queue, self.connection, None)

    def _queue_if_any(self, name):
        return self._queue(name) if not name or name in self.broker.queues else None

    def on_basic_qos(self, method):
        if method.prefetch_size:
            raise AMQPError(540, f"prefetch_size!=0 ({method.prefetch_size})")
        if method.global_:
            self.prefetch_count = method.prefetch_count
        else:
            self.prefetch_count, self._consumer_prefetch = 0, method.prefetch_count
        self.send(Basic.QosOk())
        self.dispatch()

    def on_basic_consume(self, method):
        tag = method.consumer_tag or f"amq.ctag-{secrets.token_urlsafe(16)}"
        if tag in self.consumers:
            raise AMQPError(530, f"attempt to reuse consumer tag '{tag}'")
        priority = method.arguments.get("x-priority", 0)
        if type(priority) is not int:
            raise AMQPError(406, f"invalid arg 'x-priority' for queue '{method.queue}' in vhost '/': {priority!r}")
        queue = self._make_reply_queue(method) if method.queue == REPLY_TO else self._queue(method.queue)
        if queue.consumers and (method.exclusive or queue.consumers[0].exclusive):
            raise AMQPError(403, f"queue '{queue.name}' in vhost '/' in exclusive use")
        consumer = Consumer(self, queue, tag, method.no_ack, method.exclusive, self._consumer_prefetch, priority)
        self.consumers[tag] = consumer
        if not method.nowait:
            self.send(Basic.ConsumeOk(tag))
        queue.add(consumer)

    def _is_waiting_for_answers(self):
        return self._reply_queue is not None and not self._reply_queue.deleted

    def _make_reply_queue(self, method):
        """Make the queue of answers that goes with its consumer; only who has its name can send there."""
        if not method.no_ack:
            raise AMQPError(406, "reply consumer cannot acknowledge")
        if self._is_waiting_for_answers():
            raise AMQPError(406, "reply consumer already set")
        name = f"{REPLY_TO}.{secrets.token_urlsafe(16)}"
        declared = {"durable": False, "auto_delete": True}
        self._reply_queue = self.broker.queues[name] = Queue(self.broker, name, self.connection, declared)
        return self._reply_queue

    def on_basic_cancel(self, method):
        self._cancel(method.consumer_tag)
        return Basic.CancelOk(method.consumer_tag)

    def on_basic_get(self, method):
        queue = self._queue(method.queue)
        queue.touch()
        if entry := queue.take():
            tag = self.register_delivery(entry, None, method.no_ack)
            answer = wire.get_ok(tag, entry.redelivered, entry.message, len(queue.ready))
            self.connection.send_content(self.number, answer, entry.message)
        else:
            self.send(Basic.GetEmpty())

    # Queues and exchanges

    def on_queue_declare(self, method):
        if method.queue == REPLY_TO or (method.queue.startswith(REPLY_TO) and method.queue in self.broker.queues):
            if not method.nowait:
                self.connection.send(self.number, wire.declare_ok(method.queue, 0, 1))
            return
        if method.passive:
            queue = self._queue(method.queue)
            queue.touch()
        else:
            queue = self.broker.declare_queue(method, self.connection)
        self._last_queue = queue.name
        if not method.nowait:
            self.connection.send(self.number, wire.declare_ok(queue.name, len(queue.ready), len(queue.consumers)))

    def on_queue_bind(self, method):
        queue = self._queue(method.queue)
        key = method.routing_key or ("" if method.queue else queue.name)
        self.broker.bind(method.exchange, queue, key, method.arguments)
        return Methods.BindOk()

    def on_queue_unbind(self, method):
        queue = self._queue_if_any(method.queue)
        key = method.routing_key or ("" if method.queue else queue.name)
        self.broker.unbind(method.exchange, queue, key, method.arguments)
        return Methods.UnbindOk()

    def on_queue_purge(self, method):
        return Methods.PurgeOk(self._queue(method.queue).purge())

    def on_queue_delete(self, method):
        count = 0
        if queue := self._queue_if_any(method.queue):
            if method.if_unused and queue.consumers:
                raise AMQPError(406, f"queue '{queue.name}' in vhost '/' in use")
            if method.if_empty and queue.ready:
                raise AMQPError(406, f"queue '{queue.name}' in vhost '/' not empty")
            count = self.broker.delete_queue(queue)
        return Methods.DeleteOk(count)

    def on_exchange_declare(self, method):
        self.broker.declare_exchange(method)
        return commands.Exchange.DeclareOk()

    def on_exchange_delete(self, method):
        self.broker.delete_exchange(method.exchange, method.if_unused)
        return commands.Exchange.DeleteOk()

    def on_exchange_bind(self, method):
        target = self.broker.exchange(method.destination)
        self.broker.bind(method.source, target, method.routing_key, method.arguments)
        return commands.Exchange.BindOk()

    def on_exchange_unbind(self, method):
        target = self.broker.exchanges.get(method.destination)
        self.broker.unbind(method.source, target, method.routing_key, method.arguments)
        return commands.Exchange.UnbindOk()

    # Confirms, transactions, flow

    def on_tx_select(self, method):
        raise AMQPError(540, "transactions: use confirms")

    def on_tx_commit(self, method):
        raise AMQPError(406, "channel is not transactional")

    on_tx_rollback = on_tx_commit

    def on_confirm_select(self, method):
        self._confirms = True
        return commands.Confirm.SelectOk()

    def on_channel_flow(self, method):
        if not method.active:
            raise AMQPError(540, "active=false")
        return commands.Channel.FlowOk(True)
