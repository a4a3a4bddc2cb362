"""Channels: one conversation each, of methods, messages and acknowledgements."""

import secrets
from itertools import takewhile

from pamqp import commands

from helpers.minibroker import wire
from helpers.minibroker.queues import Consumer, Message
from helpers.minibroker.wire import Refusal

Basic, Confirm, Exchange, Queue, Tx = commands.Basic, commands.Confirm, commands.Exchange, commands.Queue, commands.Tx
LARGEST = 16 * 1024 * 1024  # bytes of a message


class Channel:
    """One channel of a connection.

    Parameters
    ----------
    connection : Connection
    number : int
    broker : Broker
    """

    def __init__(self, connection, number, broker):
        self.connection, self.number, self.broker = connection, number, broker
        self.consumers = {}  # by tag
        self.unacked = {}  # delivery tag: (Entry, Consumer or None if it was got), in order
        self.consuming = 0  # how many of the unacked ones consumers hold
        self.limit = 0  # of these
        self.consumer_limit = 0  # of each consumer to come
        self._last_tag = 0
        self._last_queue = None  # the name that an empty name stands for
        self._confirms = False
        self._published = self._confirmed = 0
        self._tx = None  # in a transaction, what to do at its end: functions
        self._tx_taken = {}  # and the unacked entries that it settles
        self._publish = self._properties = None  # the message that is coming in
        self._body, self._missing = [], 0

    # What comes in

    def receive(self, kind, payload):
        """Take the next frame.

        Raises
        ------
        Refusal
            If it cannot be done; the caller closes the channel or the connection.
        """
        if kind == wire.METHOD:
            if self._publish:
                raise Refusal(505, "expected a content header or body, got a method frame instead")
            method = wire.decode_method(payload)
            if type(method) is wire.Publish:
                self._publish, self._properties = method, None
                return
            handle = getattr(self, "on_" + method.name.lower().replace(".", "_"), None)
            if handle is None:
                raise Refusal(503, f"{method.name} is not for clients to send, or not here")
            handle(method)
        elif kind == wire.HEADER:
            if not self._publish or self._properties is not None:
                raise Refusal(505, "a content header that belongs to no method")
            self._missing, self._properties = wire.decode_header(payload)
            if self._missing > LARGEST:
                raise Refusal(406, f"message size {self._missing} is larger than max size {LARGEST}")
            self._take_message()
        else:
            if not self._publish or self._properties is None:
                raise Refusal(505, "a content body that belongs to no header")
            if len(payload) > self._missing:
                raise Refusal(501, "a content body is larger than its header said")
            self._body.append(payload)
            self._missing -= len(payload)
            self._take_message()

    def _take_message(self):
        if self._missing:
            return
        publish, properties, body = self._publish, self._properties, b"".join(self._body)
        self._publish = self._properties = None
        self._body.clear()
        if publish.immediate:
            raise Refusal(540, "immediate=true")
        if self.broker.exchange(publish.exchange).internal:
            raise Refusal(403, f"cannot publish to internal exchange '{publish.exchange}' in vhost '/'")
        message = Message(publish.exchange, publish.key, properties, body, publish.address)
        user = wire.read_property(properties, "user_id")
        if user not in (None, self.connection.user):
            raise Refusal(406, f"user_id property set to '{user}' but authenticated user was '{self.connection.user}'")
        self.connection.publishes = True
        if self._tx is None:
            self._deliver(message, publish.mandatory)
        else:
            self._tx.append(lambda: self._deliver(message, publish.mandatory))

    def _deliver(self, message, mandatory):
        count, accepted = self.broker.publish(message)
        if mandatory and not count:
            self.connection.send_content(self.number, wire.returned(message), message)
        if self._confirms:
            self._published += 1
            if accepted:
                self.connection.to_confirm.add(self)
            else:
                self.confirm(self._published - 1)
                self.send(Basic.Nack(self._published, False, False))
                self._confirmed = self._published

    def confirm(self, last=None):
        """Tell the publisher that all its messages so far are taken care of, in one go."""
        last = self._published if last is None else last
        if last > self._confirmed:
            self.send(Basic.Ack(last, last > self._confirmed + 1))
            self._confirmed = last

    # What goes out

    def send(self, method):
        self.connection.send(self.number, method)

    def _answer(self, method, answer):
        if not getattr(method, "nowait", False):
            self.send(answer)

    def hand_out(self, entry, consumer, done):
        """Return the delivery tag of an entry that is being sent; remember it unless the client is done with it."""
        self._last_tag += 1
        if done:
            entry.queue.settle(entry)
        else:
            self.unacked[self._last_tag] = entry, consumer
            if consumer:
                consumer.unacked += 1
                self.consuming += 1
        return self._last_tag

    def lose(self, consumer):
        """Give up a consumer whose queue is gone, and say so if the client wants to know."""
        del self.consumers[consumer.tag]
        consumer.queue.consumers.remove(consumer)
        if self.connection.can("consumer_cancel_notify"):
            self.send(Basic.Cancel(consumer.tag, True))

    def close(self):
        """Give everything back that was not acknowledged."""
        for consumer in list(self.consumers.values()):
            self._stop(consumer)
        entries = sorted({**self.unacked, **self._tx_taken}.items())
        self.unacked, self._tx_taken = {}, {}
        self._give_back(entry for _, (entry, _) in entries)
        self.connection.to_confirm.discard(self)

    def _stop(self, consumer):
        if self.consumers.pop(consumer.tag, None):
            consumer.queue.remove(consumer)

    def _give_back(self, entries):
        by_queue = {}
        for entry in entries:
            by_queue.setdefault(entry.queue, []).append(entry)
        for queue, some in by_queue.items():
            queue.requeue(some)

    # Acknowledgements

    def _take_unacked(self, tag, multiple):
        """Return those that the client means, no longer as unacknowledged, by tag."""
        if multiple and tag == 0:
            tags = list(self.unacked)
        elif tag not in self.unacked:
            raise Refusal(406, f"unknown delivery tag {tag}")
        else:
            tags = list(takewhile(tag.__ge__, self.unacked)) if multiple else [tag]
        return {each: self.unacked.pop(each) for each in tags}

    def _end(self, taken, settle):
        """Do with these entries what the client wants, now or at the end of the transaction."""

        if self._tx is None:
            self._end_now(taken, settle)
        else:
            self._tx_taken.update(taken)
            self._tx.append(lambda: self._end_now(taken, settle))

    def _end_now(self, taken, settle):
        for _, consumer in taken.values():
            if consumer:
                consumer.unacked -= 1
                self.consuming -= 1
        entries = [entry for entry, _ in taken.values()]
        settle(entries)
        # There is room for more; under a limit of the channel, for those of any queue.
        queues = {consumer.queue for consumer in self.consumers.values()} if self.limit else set()
        for queue in queues.union(entry.queue for entry in entries):
            queue.dispatch()

    def on_basic_ack(self, method):
        self._end(self._take_unacked(method.delivery_tag, method.multiple), self._settle)

    def on_basic_nack(self, method):
        taken = self._take_unacked(method.delivery_tag, getattr(method, "multiple", False))
        self._end(taken, self._give_back if method.requeue else self._reject)

    on_basic_reject = on_basic_nack

    @staticmethod
    def _settle(entries):
        for entry in entries:
            entry.queue.settle(entry)

    @staticmethod
    def _reject(entries):
        for entry in entries:
            entry.queue.reject(entry)

    def on_basic_recover(self, method):
        if not method.requeue:
            raise Refusal(540, "requeue=false")
        taken = self._take_unacked(0, True)
        if isinstance(method, Basic.Recover):
            self.send(Basic.RecoverOk())
        self._end_now(taken, self._give_back)

    on_basic_recoverasync = on_basic_recover

    # Consuming

    def _queue(self, name):
        if not name:
            if self._last_queue is None:
                raise Refusal(404, "no previously declared queue")
            name = self._last_queue
        return self.broker.queue(name, self.connection)

    def _queue_if_any(self, name):
        return self._queue(name) if not name or name in self.broker.queues else None

    def on_basic_qos(self, method):
        if method.prefetch_size:
            raise Refusal(540, f"prefetch_size!=0 ({method.prefetch_size})")
        if method.global_:
            self.limit = method.prefetch_count
        else:
            self.limit, self.consumer_limit = 0, method.prefetch_count
        self.send(Basic.QosOk())
        for queue in {consumer.queue for consumer in self.consumers.values()}:
            queue.dispatch()

    def on_basic_consume(self, method):
        tag = method.consumer_tag or f"amq.ctag-{secrets.token_urlsafe(16)}"
        if tag in self.consumers:
            raise Refusal(530, f"attempt to reuse consumer tag '{tag}'")
        queue = self._queue(method.queue)
        if queue.consumers and (method.exclusive or queue.consumers[0].exclusive):
            raise Refusal(403, f"queue '{queue.name}' in vhost '/' in exclusive use")
        consumer = Consumer(self, queue, tag, method.no_ack, method.exclusive, self.consumer_limit)
        self.consumers[tag] = consumer
        self._answer(method, Basic.ConsumeOk(tag))
        queue.add(consumer)

    def on_basic_cancel(self, method):
        consumer = self.consumers.get(method.consumer_tag)
        if consumer:
            self._stop(consumer)
        self._answer(method, Basic.CancelOk(method.consumer_tag))

    def on_basic_get(self, method):
        queue = self._queue(method.queue)
        queue.touch()
        entry = queue.take()
        if entry is None:
            self.send(Basic.GetEmpty())
            return
        tag = self.hand_out(entry, None, method.no_ack)
        answer = wire.get_ok(tag, entry.redelivered, entry.message.address, queue.ready)
        self.connection.send_content(self.number, answer, entry.message)

    # Queues and exchanges

    def on_queue_declare(self, method):
        if method.passive:
            queue = self._queue(method.queue)
            queue.touch()
        else:
            queue = self.broker.declare_queue(method, self.connection)
        self._last_queue = queue.name
        self._answer(method, wire.DeclareOk(queue.name, queue.ready, len(queue.consumers)))

    def on_queue_bind(self, method):
        queue = self._queue(method.queue)
        key = method.routing_key or ("" if method.queue else queue.name)
        self.broker.bind(method.exchange, queue, key, method.arguments)
        self._answer(method, Queue.BindOk())

    def on_queue_unbind(self, method):
        queue = self._queue_if_any(method.queue)
        key = method.routing_key or ("" if method.queue else queue.name)
        self.broker.unbind(method.exchange, queue, key, method.arguments)
        self.send(Queue.UnbindOk())

    def on_queue_purge(self, method):
        self._answer(method, Queue.PurgeOk(self._queue(method.queue).purge()))

    def on_queue_delete(self, method):
        count = 0
        if queue := self._queue_if_any(method.queue):
            if method.if_unused and queue.consumers:
                raise Refusal(406, f"queue '{queue.name}' in vhost '/' in use")
            if method.if_empty and queue.ready:
                raise Refusal(406, f"queue '{queue.name}' in vhost '/' not empty")
            count = self.broker.delete_queue(queue)
        self._answer(method, Queue.DeleteOk(count))

    def on_exchange_declare(self, method):
        self.broker.declare_exchange(method)
        self._answer(method, Exchange.DeclareOk())

    def on_exchange_delete(self, method):
        self.broker.delete_exchange(method.exchange, method.if_unused)
        self._answer(method, Exchange.DeleteOk())

    def on_exchange_bind(self, method):
        target = self.broker.exchange(method.destination)
        self.broker.bind(method.source, target, method.routing_key, method.arguments)
        self._answer(method, Exchange.BindOk())

    def on_exchange_unbind(self, method):
        target = self.broker.exchanges.get(method.destination)
        self.broker.unbind(method.source, target, method.routing_key, method.arguments)
        self._answer(method, Exchange.UnbindOk())

    # Confirms, transactions, flow

    def on_confirm_select(self, method):
        if self._tx is not None:
            raise Refusal(406, "cannot switch from tx to confirm mode")
        self._confirms = True
        self._answer(method, Confirm.SelectOk())

    def on_tx_select(self, method):
        if self._confirms:
            raise Refusal(406, "cannot switch from confirm to tx mode")
        self._tx = self._tx or []
        self.send(Tx.SelectOk())

    def on_tx_commit(self, method):
        actions = self._end_tx()
        self._tx_taken = {}
        for act in actions:
            act()
        self.send(Tx.CommitOk())

    def on_tx_rollback(self, method):
        self._end_tx()
        self.unacked = dict(sorted({**self.unacked, **self._tx_taken}.items()))
        self._tx_taken = {}
        self.send(Tx.RollbackOk())

    def _end_tx(self):
        if self._tx is None:
            raise Refusal(406, "channel is not transactional")
        actions, self._tx = self._tx, []
        return actions

    def on_channel_flow(self, method):
        if not method.active:
            raise Refusal(540, "active=false")
        self.send(commands.Channel.FlowOk(True))
