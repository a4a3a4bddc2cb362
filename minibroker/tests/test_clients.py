"""What clients see of a broker: pika, aio-pika, kombu, and one that knows no manners.

RabbitMQ must pass the same tests, so that they ask for what RabbitMQ does. They run against the embedded broker, or
against the one whose port MINIBROKER_TEST_PORT says.
"""

import asyncio
import contextlib
import os
import re
import socket
import struct
import sys
import time
import uuid
from collections import deque

import aio_pika
import kombu
import pika
import pytest
from clients import (
    HEADER,
    PROTOCOL,
    PUBLISH,
    Raw,
    bodies,
    closes_the_connection,
    count,
    publish,
    put,
    survives,
)
from launch import Process, eventually
from pamqp import commands, frame
from pika.exceptions import ChannelClosedByBroker, ConnectionClosedByBroker, NackError, UnroutableError

Basic, Channel, Connection, Exchange, Queue = (
    commands.Basic, commands.Channel, commands.Connection, commands.Exchange, commands.Queue
)  # fmt: skip
REPLY_TO = "amq.rabbitmq.reply-to"


# The patterns of the official tutorials


def test_hello(channel, name):
    channel.queue_declare(name)
    put(channel, name, "Hello World!")
    got = []

    def on_message(channel, method, properties, body):
        got.append(body)
        channel.stop_consuming()

    channel.basic_consume(name, on_message, auto_ack=True)
    channel.start_consuming()
    assert got == [b"Hello World!"]
    channel.queue_delete(name)


def test_work_queue_deals_out_in_turn_and_waits_for_acknowledgement(connect, name):
    boss, *workers = (connect().channel() for _ in range(3))
    boss.queue_declare(name, durable=True)
    held = [[], []]
    for worker, hand in zip(workers, held, strict=True):
        worker.basic_qos(prefetch_count=1)
        worker.basic_consume(name, lambda _, method, __, body, hand=hand: hand.append((method.delivery_tag, body)))
    put(boss, name, "1", "2", "3", "4", delivery_mode=2)
    assert eventually(lambda: [worker.connection.process_data_events(0) for worker in workers] and all(held))
    assert [[body for _, body in hand] for hand in held] == [[b"1"], [b"2"]]
    assert eventually(lambda: count(boss, name) == 2)
    workers[1].basic_ack(held[1][0][0])  # who is done first gets the next one
    assert eventually(lambda: workers[1].connection.process_data_events(0) or len(held[1]) == 2)
    assert [[body for _, body in hand] for hand in held] == [[b"1"], [b"2", b"3"]]
    boss.queue_delete(name)


def test_consumers_that_are_all_full_go_on_when_one_has_room(connect, name):
    boss, worker = connect().channel(), connect().channel()
    boss.queue_declare(name, durable=True)
    worker.basic_qos(prefetch_count=1)
    tags = deque()
    for _ in range(3):
        worker.basic_consume(name, lambda _, method, __, body: tags.append((method.delivery_tag, body)))
    put(boss, name, "1", "2", "3", "4")
    assert eventually(lambda: worker.connection.process_data_events(0) or len(tags) == 3)
    put(boss, name, "5", "6")  # for nobody, yet
    found = []
    while len(found) < 6:
        assert eventually(lambda: worker.connection.process_data_events(0) or tags)
        tag, body = tags.popleft()
        found.append(body)
        worker.basic_ack(tag)
    assert found == [b"1", b"2", b"3", b"4", b"5", b"6"]
    boss.queue_delete(name)


def test_publish_and_subscribe(channel, name):
    channel.exchange_declare(name, "fanout")
    queues = [channel.queue_declare("", exclusive=True).method.queue for _ in range(3)]
    for queue in queues[:2]:
        channel.queue_bind(queue, name)
    channel.basic_publish(name, "ignored", "news")
    assert [bodies(channel, queue) for queue in queues] == [["news"], ["news"], []]
    assert all(queue.startswith("amq.gen-") for queue in queues)


def test_routing(channel, name):
    channel.exchange_declare(name, "direct")
    queue = channel.queue_declare("", exclusive=True).method.queue
    for severity in ("warning", "error"):
        channel.queue_bind(queue, name, severity)
    for severity in ("info", "warning", "error"):
        channel.basic_publish(name, severity, severity)
    assert bodies(channel, queue) == ["warning", "error"]
    channel.queue_unbind(queue, name, "error")
    channel.basic_publish(name, "error", "error")
    assert bodies(channel, queue) == []


@pytest.mark.parametrize(
    "pattern, takes, leaves",
    [
        ("*.orange.*", ["quick.orange.rabbit", ".orange."], ["orange", "lazy.orange.new.rabbit", "orange.rabbit"]),
        ("lazy.#", ["lazy", "lazy.pink.rabbit"], ["", "lazier"]),
        ("#", ["", "a", "a.b"], []),
        ("*", ["a"], ["", "a.b"]),
        ("a.#.z", ["a.z", "a.b.c.z"], ["a", "z", "a.z.b"]),
        ("#.b.#", ["b", "a.b", "b.c", "a.b.c"], ["", "a"]),
        ("#.*", ["a", "a.b"], [""]),
        ("", [""], ["a"]),
    ],
)
def test_topics(channel, name, pattern, takes, leaves):
    channel.exchange_declare(name, "topic", auto_delete=True)
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, name, pattern)
    for key in takes + leaves:
        channel.basic_publish(name, key, key)
    assert bodies(channel, queue) == takes


def test_rpc(connect):
    server, client = connect().channel(), connect().channel()
    asked = server.queue_declare("", exclusive=False, auto_delete=True).method.queue
    answers = client.queue_declare("", exclusive=True).method.queue

    def on_request(channel, method, properties, body):
        answer = pika.BasicProperties(correlation_id=properties.correlation_id)
        channel.basic_publish("", properties.reply_to, str(int(body) ** 2), answer)
        channel.basic_ack(method.delivery_tag)

    server.basic_consume(asked, on_request)
    client.basic_publish("", asked, "12", pika.BasicProperties(reply_to=answers, correlation_id="no 1"))
    got = []
    client.basic_consume(answers, lambda *message: got.append(message), auto_ack=True)
    assert eventually(
        lambda: server.connection.process_data_events(0) or client.connection.process_data_events(0) or got
    )
    assert (got[0][3], got[0][2].correlation_id) == (b"144", "no 1")


def test_rpc_without_a_queue_for_answers(connect, name):
    """Direct reply-to: a name stands for a queue that is nobody's but the asker's."""
    server, client = connect().channel(), connect().channel()
    server.queue_declare(name, exclusive=True)
    assert client.queue_declare(REPLY_TO).method.consumer_count == 1
    got = []
    tag = client.basic_consume(REPLY_TO, lambda *message: got.append(message), auto_ack=True)
    question = pika.BasicProperties(reply_to=REPLY_TO, correlation_id="no 1", headers={"a": 1})
    client.basic_publish("", name, "12", question)
    assert eventually(lambda: count(server, name) == 1)
    _, properties, _ = server.basic_get(name, auto_ack=True)
    assert re.fullmatch(rf"{REPLY_TO}\..+", properties.reply_to)
    assert (properties.correlation_id, properties.headers) == ("no 1", {"a": 1})
    server.basic_publish("", properties.reply_to, "144")
    assert eventually(lambda: client.connection.process_data_events(0) or got)
    assert (got[0][1].exchange, got[0][1].routing_key, got[0][3]) == ("", properties.reply_to, b"144")
    # It is not to be looked into; RabbitMQ 4.3 ends the whole connection of those who try.
    with pytest.raises((ChannelClosedByBroker, ConnectionClosedByBroker), match=r"NOT_FOUND|NOT_IMPLEMENTED"):
        connect().channel().basic_get(properties.reply_to)
    client.basic_cancel(tag)
    server.confirm_delivery()
    # RabbitMQ 4.3 confirms what comes too late, and drops it.
    version = server.connection._impl.server_properties["version"].split(".")
    told = pytest.raises if [*map(int, version[:2])] < [4, 1] else contextlib.suppress
    with told(UnroutableError):
        server.basic_publish("", properties.reply_to, "too late", mandatory=True)
    client.connection.process_data_events(0.1)
    assert len(got) == 1


def test_confirms(channel, name):
    channel.confirm_delivery()
    channel.queue_declare(name, exclusive=True)
    for number in range(20):
        channel.basic_publish("", name, str(number), mandatory=True)
    with pytest.raises(UnroutableError) as unroutable:
        channel.basic_publish("", f"no {name}", "lost", mandatory=True)
    (returned,) = unroutable.value.messages
    assert (returned.method.reply_code, returned.method.reply_text, returned.body) == (312, "NO_ROUTE", b"lost")
    channel.basic_publish("", f"no {name}", "lost in silence")
    assert bodies(channel, name) == [str(number) for number in range(20)]


def test_confirms_of_many_at_once_come_in_order(broker):
    with Raw(broker) as raw:
        raw.open().send(commands.Confirm.Select())
        assert raw.read()[1].name == "Confirm.SelectOk"
        for _ in range(100):
            raw.send(Basic.Publish(routing_key="nowhere"))
            raw.frame(2, struct.pack(">HHQH", 60, 0, 0, 0))
        last = 0
        while last < 100:
            confirmed = raw.read()[1]
            assert confirmed.delivery_tag > last and (confirmed.multiple or confirmed.delivery_tag == last + 1)
            last = confirmed.delivery_tag


# Other clients


def test_aio_pika(broker, name):
    async def play():
        connection = await aio_pika.connect_robust(f"amqp://guest:guest@127.0.0.1:{broker.port}/")
        async with connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=2)
            exchange = await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, auto_delete=True)
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(exchange, "a.*")
            for number in range(5):
                message = aio_pika.Message(str(number).encode(), headers={"number": number, "half": number / 2})
                await exchange.publish(message, "a.b")
            got = []
            async with queue.iterator() as messages:
                async for message in messages:
                    async with message.process():
                        got.append((message.body, message.headers))
                    if len(got) == 5:
                        break
            with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                await channel.declare_queue("missing", passive=True)
            return got

    numbers = [(str(number).encode(), {"number": number, "half": number / 2}) for number in range(5)]
    assert asyncio.run(asyncio.wait_for(play(), 60)) == numbers


def test_kombu(broker, name):
    with kombu.Connection(f"amqp://guest:guest@127.0.0.1:{broker.port}//") as connection:
        queue = kombu.Queue(name, kombu.Exchange(name, "direct"), routing_key="k", auto_delete=True, max_priority=3)
        got = []
        with connection.Producer(serializer="json") as producer:
            for number in range(3):
                producer.publish(
                    {"n": number},
                    exchange=queue.exchange,
                    routing_key="k",
                    declare=[queue],
                    priority=number,
                    retry=True,
                )
        with connection.Consumer(queue, callbacks=[lambda body, message: (got.append(body["n"]), message.ack())]):
            while len(got) < 3:
                connection.drain_events(timeout=30)
        assert got == [2, 1, 0]
        with connection.channel() as channel:
            channel.exchange_delete(name)


# Queues


def test_a_new_secret_is_taken_and_changes_nothing(connect):
    connection = connect()
    connection.update_secret("new", "the old one is worn")
    connection.channel().queue_declare("", exclusive=True)
    connect()  # with the old one


def test_names_that_only_rabbitmq_likes(channel):
    for name in ("bäozi", "50%", "$1", "it's", "包子", "a b", "q" * 255):
        assert channel.queue_declare(name, exclusive=True).method.queue == name
        put(channel, name, "full")
        assert bodies(channel, name) == ["full"]


def test_queue_remembers_how_it_was_declared(connect, name):
    arguments = {"x-message-ttl": 60_000, "x-max-priority": 3}
    channel = connect().channel()
    channel.queue_declare(name, durable=True, arguments=arguments)
    put(channel, name, "1")
    assert eventually(lambda: count(channel, name) == 1)
    again = channel.queue_declare(name, durable=True, arguments=arguments)
    assert (again.method.message_count, again.method.consumer_count) == (1, 0)
    for changed in ({"durable": False}, {"auto_delete": True}, {"arguments": {**arguments, "x-max-length": 1}}):
        with pytest.raises(ChannelClosedByBroker, match="inequivalent arg") as refused:
            connect().channel().queue_declare(name, **{"durable": True, "arguments": arguments, **changed})
        assert refused.value.reply_code == 406
    channel.queue_delete(name)


def test_exclusive_queue_is_for_its_connection_and_ends_with_it(connect, name):
    owner, stranger = connect(), connect()
    owner.channel().queue_declare(name, exclusive=True)
    for trespass in (
        lambda channel: channel.queue_declare(name, exclusive=True),
        lambda channel: channel.queue_declare(name, passive=True),
        lambda channel: channel.basic_get(name),
        lambda channel: channel.queue_delete(name),
        lambda channel: channel.queue_bind(name, "amq.direct", "k"),
    ):
        with pytest.raises(ChannelClosedByBroker, match="RESOURCE_LOCKED") as refused:
            trespass(stranger.channel())
        assert refused.value.reply_code == 405
    owner.close()
    with pytest.raises(ChannelClosedByBroker, match="no queue"):
        stranger.channel().queue_declare(name, passive=True)


def test_auto_delete_queue_and_exchange(channel, name):
    channel.exchange_declare(name, "fanout", auto_delete=True)
    channel.queue_declare(name, auto_delete=True)
    channel.queue_bind(name, name)
    tag = channel.basic_consume(name, lambda *_: None)
    channel.basic_cancel(tag)
    assert channel.queue_delete(name).method.message_count == 0  # which is not there any more, as is
    with pytest.raises(ChannelClosedByBroker, match="no exchange"):
        channel.exchange_declare(name, passive=True)


def test_purge_and_delete(connect, name):
    channel = connect().channel()
    channel.queue_declare(name)
    put(channel, name, "1", "2", "3")
    for condition in ("if_empty", "if_unused"):
        other = connect().channel()
        if condition == "if_unused":
            channel.queue_purge(name)
            channel.basic_consume(name, lambda *_: None)
        with pytest.raises(ChannelClosedByBroker, match="PRECONDITION_FAILED"):
            other.queue_delete(name, **{condition: True})
    put(channel, name, "held")
    assert channel.queue_purge(name).method.message_count == 0  # the consumer has it
    assert channel.queue_delete(name).method.message_count == 0
    assert channel.queue_delete(name).method.message_count == 0  # nor does it matter that there is none


def test_what_is_not_bound_can_be_unbound(channel, name):
    channel.queue_declare(name, exclusive=True)
    for queue, exchange in ((name, "amq.direct"), (name, "missing"), ("missing", "amq.direct")):
        channel.queue_unbind(queue, exchange, "k")
    for target, source in (("amq.topic", "amq.direct"), ("amq.topic", "missing"), ("missing", "amq.direct")):
        channel.exchange_unbind(target, source, "k")
    assert channel.is_open


def test_consumer_hears_that_its_queue_is_gone(connect, name):
    consumer, other = connect().channel(), connect().channel()
    consumer.queue_declare(name)
    gone = []
    consumer.add_on_cancel_callback(gone.append)
    tag = consumer.basic_consume(name, lambda *_: None)
    other.queue_delete(name)
    assert eventually(lambda: consumer.connection.process_data_events(0) or gone)
    assert gone[0].method.consumer_tag == tag


def test_message_ttl_expires_queue_expires(channel, name):
    channel.queue_declare(name, arguments={"x-message-ttl": 1})
    channel.queue_declare(f"{name}-e", exclusive=True)
    channel.queue_declare(f"{name}-x", arguments={"x-expires": 1})
    put(channel, name, "by the queue")
    put(channel, f"{name}-e", "by itself", expiration="1")
    put(channel, f"{name}-e", "for ever")
    assert eventually(lambda: count(channel, name) == 0 and count(channel, f"{name}-e") == 1)
    assert bodies(channel, f"{name}-e") == ["for ever"]
    channel.queue_delete(name)

    def is_gone():
        probe = channel.connection.channel()
        time.sleep(0.02)  # asking counts as use
        try:
            probe.queue_declare(f"{name}-x", passive=True)
        except ChannelClosedByBroker as error:
            return error.reply_code == 404

    assert eventually(is_gone)


def test_one_that_expires_behind_others_goes_when_it_is_the_first(channel, name):
    channel.queue_declare(name, exclusive=True)
    put(channel, name, "first")
    put(channel, name, "second", expiration="1")
    time.sleep(0.02)
    assert eventually(lambda: count(channel, name) == 2)
    channel.basic_get(name)
    assert eventually(lambda: count(channel, name) == 0)


def test_no_time_to_live_is_enough_for_a_consumer_who_waits(channel, name):
    channel.queue_declare(name, exclusive=True, arguments={"x-message-ttl": 0})
    put(channel, name, "too early")
    got = []
    channel.basic_consume(name, lambda channel, method, properties, body: got.append(body), auto_ack=True)
    put(channel, name, "in time")
    assert eventually(lambda: channel.connection.process_data_events(0) or got)
    assert got == [b"in time"]


@pytest.mark.parametrize("overflow, left", [("drop-head", ["2", "3"]), ("reject-publish", ["1", "2"])])
def test_full_queue(channel, name, overflow, left):
    channel.confirm_delivery()
    channel.queue_declare(name, exclusive=True, arguments={"x-max-length": 2, "x-overflow": overflow})
    put(channel, name, "1", "2")
    refused = pytest.raises(NackError) if overflow == "reject-publish" else contextlib.nullcontext()
    with refused:
        put(channel, name, "3")
    assert bodies(channel, name) == left


def test_full_queue_lets_go_of_what_is_first_even_if_it_is_the_most_important(channel, name):
    channel.queue_declare(name, exclusive=True, arguments={"x-max-length": 2, "x-max-priority": 3})
    for priority in (3, 0, 1):
        put(channel, name, f"{priority}", priority=priority)
    assert bodies(channel, name) == ["1", "0"]


def test_consumers_of_a_higher_priority_get_all_while_they_have_room(connect, name):
    boss, worker = connect().channel(), connect().channel()
    boss.queue_declare(name, exclusive=False)
    worker.basic_qos(prefetch_count=2)
    got = {priority: [] for priority in (0, 5, -1)}
    for priority, hand in got.items():
        terms = {"x-priority": priority} if priority else None
        worker.basic_consume(name, lambda _, __, ___, body, hand=hand: hand.append(body.decode()), arguments=terms)
    put(boss, name, *"abcdefg")
    assert eventually(lambda: worker.connection.process_data_events(0) or sum(map(len, got.values())) == 6)
    assert got == {5: ["a", "b"], 0: ["c", "d"], -1: ["e", "f"]}
    boss.queue_delete(name)


def test_priorities(channel, name):
    channel.queue_declare(name, exclusive=True, arguments={"x-max-priority": 5})
    for priority in (0, 5, 1, 9, 0, 3):
        put(channel, name, f"{priority}", priority=priority)
    assert bodies(channel, name) == ["5", "9", "3", "1", "0", "0"]  # 9 counts as 5


@pytest.mark.parametrize("give_back", ["reject", "die"])
def test_what_comes_back_too_often_becomes_a_dead_letter(connect, channel, name, give_back):
    channel.queue_declare(f"{name}-dead", durable=True)
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}-dead"}
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 2, **dead})
    put(channel, name, "poison", "bun", delivery_mode=2)
    for turn in range(3):
        with contextlib.closing(connect()) as connection:
            taker = connection.channel()
            assert eventually(lambda: count(channel, name) == 2)
            method, _, body = taker.basic_get(name)
            assert (body, method.redelivered) == (b"poison", turn > 0)
            if give_back == "reject":
                taker.basic_reject(method.delivery_tag)
    assert bodies(channel, f"{name}-dead", 1) == ["poison"]
    assert bodies(channel, name) == ["bun"]
    for queue in (name, f"{name}-dead"):
        channel.queue_delete(queue)


def test_only_a_quorum_queue_has_a_delivery_limit(connect, name):
    with pytest.raises(ChannelClosedByBroker, match="x-delivery-limit"):
        connect().channel().queue_declare(name, durable=True, arguments={"x-delivery-limit": 2})


def test_dead_letters(channel, name):
    channel.exchange_declare(name, "fanout", auto_delete=True)
    channel.queue_declare(f"{name}-dead", exclusive=True)
    channel.queue_bind(f"{name}-dead", name)
    arguments = {"x-dead-letter-exchange": name, "x-max-length": 1, "x-message-ttl": 600_000}
    channel.queue_declare(name, exclusive=True, arguments=arguments)
    put(channel, name, "too many", "rejected", headers={"mine": 7}, content_type="a/b")
    method, _, _ = channel.basic_get(name)
    channel.basic_reject(method.delivery_tag, requeue=False)
    put(channel, name, "expired", expiration="1")
    assert eventually(lambda: count(channel, f"{name}-dead") == 3)
    for reason in ("maxlen", "rejected", "expired"):
        _, properties, _ = channel.basic_get(f"{name}-dead", auto_ack=True)
        (death,) = properties.headers["x-death"]
        assert (death["reason"], death["queue"], death["count"], death["exchange"]) == (reason, name, 1, "")
        assert death["routing-keys"] == [name]
        assert properties.headers["x-first-death-reason"] == reason
        assert properties.expiration is None
        if reason == "expired":
            assert death["original-expiration"] == "1"
        else:
            assert properties.headers["mine"] == 7 and properties.content_type == "a/b"


def test_retry_with_delay_counts_its_deaths_and_a_circle_without_rejection_ends(channel, name):
    work = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}-wait"}
    wait = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name, "x-message-ttl": 1}
    channel.queue_declare(name, exclusive=True, arguments=work)
    channel.queue_declare(f"{name}-wait", exclusive=True, arguments=wait)
    put(channel, name, "once more")
    for attempt in range(3):
        assert eventually(lambda: count(channel, name) == 1)
        method, properties, _ = channel.basic_get(name)
        deaths = {death["reason"]: death["count"] for death in (properties.headers or {}).get("x-death", [])}
        assert deaths == ({"expired": attempt, "rejected": attempt} if attempt else {})
        channel.basic_reject(method.delivery_tag, requeue=False)
    channel.queue_declare(f"{name}-a", exclusive=True, arguments={**wait, "x-dead-letter-routing-key": f"{name}-b"})
    channel.queue_declare(f"{name}-b", exclusive=True, arguments={**wait, "x-dead-letter-routing-key": f"{name}-a"})
    put(channel, f"{name}-a", "for ever?")
    assert eventually(lambda: count(channel, f"{name}-a") == count(channel, f"{name}-b") == 0)


# Exchanges


@pytest.mark.parametrize(
    "how, takes",
    [
        ({"x-match": "all", "a": 1, "b": "x"}, [0]),
        ({"x-match": "any", "a": 1, "b": "x"}, [0, 1, 2]),
        ({"a": None}, [0, 1, 3]),
        ({"x-match": "all", "x-a": 1}, [0, 1, 2, 3, 4, 5, 6]),
        ({"x-match": "any-with-x", "x-a": 1}, [4]),
        ({"c": []}, [5, 6]),  # to Erlang, and so to RabbitMQ, both are empty lists
    ],
)
def test_headers_exchange(channel, name, how, takes):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "amq.headers", arguments=how)
    messages = [{"a": 1, "b": "x"}, {"a": 1}, {"b": "x"}, {"a": True}, {"x-a": 1}, {"c": []}, {"c": {}}]
    for number, headers in enumerate(messages):
        channel.basic_publish("amq.headers", "", str(number), pika.BasicProperties(headers=headers))
    assert bodies(channel, queue) == [str(number) for number in takes]


def test_exchanges_bound_to_exchanges_even_in_a_circle(channel, name):
    first, second, third = (f"{name}-{number}" for number in range(3))
    for exchange in (first, second, third):
        channel.exchange_declare(exchange, "topic")
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.exchange_bind(second, first, "a.#")
    channel.exchange_bind(third, first, "#")
    channel.exchange_bind(first, second, "#")
    for exchange in (second, third):
        channel.queue_bind(queue, exchange, "#")
    channel.basic_publish(first, "a.b", "once")
    assert bodies(channel, queue) == ["once"]
    channel.exchange_unbind(third, first, "#")
    channel.exchange_delete(second)
    channel.basic_publish(first, "a.b", "nobody listens")
    assert bodies(channel, queue) == []


def test_what_an_exchange_has_no_target_for_goes_to_its_alternate(connect, channel, name):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.exchange_declare(f"{name}-rest", "fanout", auto_delete=True)
    channel.queue_bind(queue, f"{name}-rest")
    terms = {"alternate-exchange": f"{name}-rest"}
    channel.exchange_declare(name, "direct", arguments=terms)
    channel.exchange_declare(name, "direct", arguments=terms)
    taken = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(taken, name, "known")
    for key in ("known", "unknown"):
        channel.basic_publish(name, key, key)
    assert (bodies(channel, taken), bodies(channel, queue)) == (["known"], ["unknown"])
    with pytest.raises(ChannelClosedByBroker, match="inequivalent arg 'alternate-exchange'"):
        connect().channel().exchange_declare(name, "direct")
    channel.exchange_delete(name)


# Acknowledgements


def test_requeued_messages_come_back_in_their_order_and_marked(channel, name):
    channel.queue_declare(name, exclusive=True)
    put(channel, name, *"abcdef")
    tags = [channel.basic_get(name)[0].delivery_tag for _ in range(4)]
    for tag in (tags[2], tags[0], tags[3], tags[1]):
        channel.basic_nack(tag, requeue=True)
    got = [channel.basic_get(name, auto_ack=True) for _ in range(6)]
    assert [(body, method.redelivered) for method, _, body in got] == [
        (b"a", True), (b"b", True), (b"c", True), (b"d", True), (b"e", False), (b"f", False)
    ]  # fmt: skip


def test_multiple_acknowledgement(connect, name):
    channel = connect().channel()
    channel.queue_declare(name)
    put(channel, name, *"abcdef")
    for _ in range(6):
        channel.basic_get(name)
    channel.basic_ack(2, multiple=True)
    channel.basic_nack(4, multiple=True, requeue=False)
    channel.connection.close()
    channel = connect().channel()
    assert bodies(channel, name, 2) == ["e", "f"]
    put(channel, name, *"ab")
    for _ in range(2):
        channel.basic_get(name)
    channel.basic_ack(0, multiple=True)  # all there are
    channel.connection.close()
    assert bodies(connect().channel(), name) == []
    connect().channel().queue_delete(name)


def test_recover(channel, name):
    channel.queue_declare(name, exclusive=True)
    put(channel, name, *"abc")
    for _ in range(2):
        channel.basic_get(name)
    channel.basic_recover(requeue=True)
    assert bodies(channel, name) == ["a", "b", "c"]


@pytest.mark.parametrize("shared", [False, True], ids=["of each consumer", "of the channel"])
def test_prefetch_count(broker, connect, name, shared):
    with Raw(broker) as raw:  # RabbitMQ 4.3 knows no limit of a channel any more
        most = 2 if shared and raw.version < (4, 3) else 4
    channel, other = connect().channel(), connect().channel()
    got = []
    channel.basic_qos(prefetch_count=2, global_qos=shared)
    for queue in (f"{name}-1", f"{name}-2"):
        other.queue_declare(queue, auto_delete=True)
        put(other, queue, *"abcd")
        channel.basic_consume(queue, lambda _, method, *__: got.append(method.delivery_tag))

    def come():
        """Wait until this many more were delivered, and a moment for those that should not be."""
        assert eventually(lambda: channel.connection.process_data_events(0) or len(got) >= most)
        channel.connection.process_data_events(0.05)
        assert len(got) == most

    come()
    channel.basic_ack(0, multiple=True)
    got.clear()
    come()


def test_killed_client_loses_nothing(broker, channel, name):
    channel.queue_declare(name)
    put(channel, name, *"abcde")
    script = f"""
import pika, time
connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", {broker.port}))
channel = connection.channel()
for number, (method, _, _) in enumerate(channel.consume({name!r})):
    if number == 0:
        channel.basic_ack(method.delivery_tag)
    if number == 3:
        print("holding", flush=True)
        time.sleep(600)
"""
    with Process(sys.executable, "-c", script, ready="holding") as worker:
        worker.kill()
    assert eventually(lambda: count(channel, name) == 4)
    got = [channel.basic_get(name, auto_ack=True) for _ in range(4)]
    assert [(body, method.redelivered) for method, _, body in got[:3]] == [(b"b", True), (b"c", True), (b"d", True)]
    assert got[3][2] == b"e"
    channel.queue_delete(name)


def test_closed_channel_gives_back(channel, name):
    channel.queue_declare(name, exclusive=True)
    put(channel, name, "a", "b")
    other = channel.connection.channel()
    other.basic_consume(name, lambda *_: None)
    other.close()
    assert bodies(channel, name, 2) == ["a", "b"]


# Messages


def test_large_messages_cross_frames(connect, name):
    channel = connect(frame_max=8192).channel()
    channel.queue_declare(name, exclusive=True)
    bodies = [os.urandom(size) for size in (0, 1, 8183, 8184, 8185, 3_000_000)]
    for body in bodies:
        channel.basic_publish("", name, body)
    assert [channel.basic_get(name, auto_ack=True)[2] for _ in bodies] == bodies


@pytest.mark.parametrize("size", [131_064, 131_065, 131_072, 131_073])
def test_a_body_frame_may_be_as_large_as_a_frame(broker, channel, name, size):
    channel.queue_declare(name, exclusive=False)
    with Raw(broker) as raw:
        raw.open().send(Basic.Publish(routing_key=name))
        raw.frame(2, struct.pack(">HHQH", 60, 0, size, 0))
        raw.frame(3, bytes(size))
        if size > 131_072:
            assert raw.until_close().reply_code == 501
        else:
            assert bodies(channel, name, least=1) == ["\0" * size]
    channel.queue_delete(name)


def test_channels_are_counted_whatever_their_numbers(broker):
    with Raw(broker, channel_max=2) as raw:
        raw.open().send(Channel.Open(), 65_535)
        assert raw.read()[1].name == "Channel.OpenOk"
        raw.send(Channel.Open(), 2)
        assert raw.until_close().reply_code == 530


def test_who_deletes_the_queue_it_consumes_from_hears_of_that_first(broker, name):
    with Raw(broker) as raw:
        raw.open().send(Queue.Declare(queue=name))
        raw.send(Basic.Consume(queue=name))
        assert [raw.read()[1].name for _ in "12"] == ["Queue.DeclareOk", "Basic.ConsumeOk"]
        raw.send(Queue.Delete(queue=name))
        assert [raw.read()[1].name for _ in "12"] == ["Queue.DeleteOk", "Basic.Cancel"]


def test_properties_arrive_as_they_were_sent(channel, name):
    channel.queue_declare(name, exclusive=True)
    properties = pika.BasicProperties(
        content_type="text/plain", content_encoding="utf-8", headers={"n": [1, {"b": None}], "big": 2**62, "t": "é"},
        delivery_mode=2, priority=7, correlation_id="c", reply_to="r", expiration="100000", message_id="m",
        timestamp=2**40, type="t", user_id="guest", app_id="a",
    )  # fmt: skip
    channel.basic_publish("", name, b"", properties)
    assert channel.basic_get(name, auto_ack=True)[1] == properties


# Errors


SOFT = {
    "get from a missing queue": (404, lambda channel: channel.basic_get("missing")),
    "consume a missing queue": (404, lambda channel: channel.basic_consume("missing", print)),
    "purge a missing queue": (404, lambda channel: channel.queue_purge("missing")),
    "bind a missing queue": (404, lambda channel: channel.queue_bind("missing", "amq.direct")),
    "bind to a missing exchange": (404, lambda channel: channel.queue_bind(own(channel), "missing")),
    "passive queue": (404, lambda channel: channel.queue_declare("missing", passive=True)),
    "passive exchange": (404, lambda channel: channel.exchange_declare("missing", passive=True)),
    "publish to a missing exchange": (404, lambda channel: publish_and_wait(channel, "missing")),
    "reserved queue": (403, lambda channel: channel.queue_declare("amq.mine")),
    "reserved exchange": (403, lambda channel: channel.exchange_declare("amq.mine")),
    "delete a reserved exchange": (403, lambda channel: channel.exchange_delete("amq.direct")),
    "bind to the default exchange": (403, lambda channel: channel.queue_bind(own(channel), "", "k")),
    "look at the default exchange": (403, lambda channel: channel.exchange_declare("", passive=True)),
    "bind the default exchange": (403, lambda channel: channel.exchange_bind("", "amq.fanout")),
    "publish to an internal exchange": (403, lambda channel: publish_internal(channel)),
    "second exclusive consumer": (403, lambda channel: consume_exclusively(channel)),
    "other exchange type": (406, lambda channel: channel.exchange_declare("amq.direct", "fanout", durable=True)),
    "negative ttl": (406, lambda channel: channel.queue_declare("q", arguments={"x-message-ttl": -1})),
    "ttl in words": (406, lambda channel: channel.queue_declare("q", arguments={"x-message-ttl": "long"})),
    "dead key without exchange": (406, lambda channel: channel.queue_declare("q", arguments={DEAD_KEY: "k"})),
    "unknown tag": (406, lambda channel: (channel.basic_ack(7), channel.queue_declare("", exclusive=True))),
    "acknowledged twice": (406, lambda channel: acknowledge_twice(channel)),
    "expiration in words": (406, lambda channel: publish_and_wait(channel, "", expiration="soon")),
    "exchange in use": (406, lambda channel: delete_used_exchange(channel)),
    "strange x-match": (406, lambda channel: channel.queue_bind(own(channel), "amq.match", "", {"x-match": "none"})),
    "x-match that is a list": (406, lambda channel: channel.queue_bind(own(channel), "amq.match", "", {"x-match": []})),
    "commit without a transaction": (406, lambda channel: channel.tx_commit()),
    "priority in words": (406, lambda channel: consume(channel, arguments={"x-priority": "high"})),
    "alternate that is no name": (
        406,
        lambda channel: channel.exchange_declare("x", arguments={"alternate-exchange": 1}),
    ),
    "answers to acknowledge": (406, lambda channel: channel.basic_consume(REPLY_TO, print)),
    "second consumer of answers": (406, lambda channel: consume_answers_twice(channel)),
    "question without a consumer of answers": (406, lambda channel: publish_and_wait(channel, "", reply_to=REPLY_TO)),
    "exclusive as not exclusive": (405, lambda channel: channel.queue_declare(own(channel))),
}
DEAD_KEY = "x-dead-letter-routing-key"


def own(channel):
    channel.queue_declare(name := f"own-{uuid.uuid4().hex}", exclusive=True)
    return name


def publish_and_wait(channel, exchange, **properties):
    channel.basic_publish(exchange, "k", b"", pika.BasicProperties(**properties))
    channel.queue_declare("", exclusive=True)


def publish_internal(channel):
    channel.exchange_declare(name := own(channel), internal=True, auto_delete=True)
    channel.exchange_bind(name, "amq.fanout")
    channel.exchange_unbind(name, "amq.fanout")
    publish_and_wait(channel, name)


def consume(channel, **options):
    channel.basic_consume(own(channel), print, **options)


def consume_answers_twice(channel):
    for _ in range(2):
        channel.basic_consume(REPLY_TO, print, auto_ack=True)


def consume_exclusively(channel):
    queue = own(channel)
    channel.basic_consume(queue, print, exclusive=True)
    channel.basic_consume(queue, print)


def acknowledge_twice(channel):
    put(channel, queue := own(channel), "a", "b")
    channel.basic_get(queue)
    channel.basic_ack(1)
    channel.basic_ack(1)
    channel.basic_get(queue)


def delete_used_exchange(channel):
    channel.exchange_declare(name := own(channel), auto_delete=True)
    channel.queue_bind(name, name)
    channel.exchange_delete(name, if_unused=True)


@pytest.mark.parametrize("case", SOFT)
def test_error_that_closes_the_channel_only(connect, case):
    code, act = SOFT[case]
    connection = connect()
    other = connection.channel()
    with pytest.raises(ChannelClosedByBroker) as closed:
        act(connection.channel())
    assert closed.value.reply_code == code
    queue = own(other)
    put(other, queue, "this channel is open")
    assert bodies(other, queue) == ["this channel is open"]


HARD = {
    "wrong end of a frame": (501, lambda raw: raw.frame(1, b"\0\x14\0\x0a\0", end=b"x")),
    "no such frame": (501, lambda raw: raw.frame(7, b"")),
    "huge frame": (501, lambda raw: raw.socket.sendall(b"\x01\0\1\xff\xff\xff\xff")),
    "a server's method": (503, lambda raw: raw.send(Basic.ConsumeOk("x"))),
    "channel that is not open": (504, lambda raw: raw.send(Queue.Declare(queue="q"), 2)),
    "channel opened twice": (504, lambda raw: raw.send(Channel.Open())),
    "header out of nowhere": (505, lambda raw: raw.frame(2, HEADER)),
    "body out of nowhere": (505, lambda raw: raw.frame(3, b"lost")),
    "method instead of a header": (505, lambda raw: (publish(raw), publish(raw))),
    "method instead of a body": (505, lambda raw: (publish(raw, HEADER), publish(raw))),
    "content on channel 0": (505, lambda raw: raw.frame(3, b"lost", channel=0)),
    "content of another class": (505, lambda raw: publish(raw, b"\0\x32" + HEADER[2:])),
    "consumer tag used twice": (530, lambda raw: consume_twice(raw)),
    "immediate": (540, lambda raw: publish_immediately(raw)),
    "recover without requeue": (540, lambda raw: raw.send(Basic.Recover(False))),
    "prefetch size": (540, lambda raw: raw.send(Basic.Qos(prefetch_size=1))),
    "flow stopped": (540, lambda raw: raw.send(Channel.Flow(False))),
}


def publish_immediately(raw):
    raw.frame(1, PUBLISH[:-1] + b"\2")
    raw.frame(2, HEADER)
    raw.frame(3, b"12345")


def consume_twice(raw):
    raw.send(Queue.Declare(queue="", exclusive=True))
    for _ in range(2):
        raw.send(Basic.Consume(consumer_tag="same"))


@pytest.mark.parametrize("case", HARD)
def test_error_that_closes_the_connection(broker, connect, case):
    closes_the_connection(broker, connect, *HARD[case])


def test_unknown_type_of_exchange(broker, connect):
    with Raw(broker) as raw:
        raw.open().send(Exchange.Declare(exchange="x", exchange_type="square"))
        closed = raw.read()[1]
        expected = ("Connection.Close", 503) if raw.version < (4, 0) else ("Channel.Close", 406)
        assert (closed.name, closed.reply_code) == expected
    assert survives(connect)


def test_date_that_python_does_not_know_goes_through_a_headers_exchange(broker, channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "amq.headers", arguments={"x-match": "all"})
    table = b"\4whenT" + b"\x7f" * 8
    with Raw(broker) as raw:
        raw.open().send(Basic.Publish(exchange="amq.headers"))
        raw.frame(2, struct.pack(">HHQH", 60, 0, 0, 0x2000) + struct.pack(">I", len(table)) + table)
        raw.send(Basic.Qos())
        assert raw.read()[1].name == "Basic.QosOk"
    assert eventually(lambda: count(channel, queue) == 1)


@pytest.mark.parametrize(
    "options, code",
    [({"virtual_host": "elsewhere"}, 530), ({"credentials": pika.PlainCredentials("guest", "wrong")}, 403)],
    ids=["virtual host", "password"],
)
def test_who_is_not_let_in(connect, options, code):
    with pytest.raises(pika.exceptions.AMQPConnectionError) as refused:
        connect(**options)
    assert ({403: "ACCESS_REFUSED", 530: "NOT_ALLOWED"}[code]) in str(refused.value)


def test_what_was_sent_after_an_error_is_ignored(broker, channel, name):
    channel.queue_declare(name, exclusive=True)
    with Raw(broker) as raw:
        raw.open().send(Queue.Purge(queue="missing"))
        for _ in range(2):
            raw.send(Basic.Publish(routing_key=name))
            raw.frame(2, HEADER)
            raw.frame(3, b"12345")
        assert raw.read()[1].reply_code == 404
        raw.send(Channel.CloseOk())
        raw.send(Channel.Open())
        assert raw.read()[1].name == "Channel.OpenOk"
    assert count(channel, name) == 0


# Rude clients


@pytest.mark.parametrize(
    "nonsense",
    [b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x03\x01\x00\x00", bytes(range(256)) * 1000, b"\0", b"AMQ"],
    ids=["http", "AMQP 1.0", "noise", "nothing", "half"],
)
def test_who_does_not_speak_amqp_is_told_what_is_spoken(broker, connect, nonsense):
    with Raw(broker, handshake=False) as raw:
        with contextlib.suppress(OSError):
            raw.socket.sendall(nonsense)
            raw.socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            got = b"".join(iter(lambda: raw.socket.recv(1000), b""))
            assert got == (b"" if nonsense == b"AMQ" else PROTOCOL)
    assert survives(connect)


def test_crowd_that_says_nothing_keeps_nobody_out(broker, connect):
    crowd = [socket.create_connection(("127.0.0.1", broker.port), timeout=30) for _ in range(500)]
    assert survives(connect)
    for each in crowd:
        each.close()
    assert survives(connect)


def test_client_that_goes_in_mid_frame_leaves_no_trace(broker, connect, channel, name):
    channel.queue_declare(name, exclusive=True)
    for cut in (3, 7, 12, 20, 30, 45):
        with Raw(broker) as raw:
            raw.open()
            message = frame.marshal(Basic.Publish(routing_key=name), 1)
            message += struct.pack(">BHI", 2, 1, 14) + HEADER + b"\xce" + struct.pack(">BHI", 3, 1, 5) + b"12345\xce"
            raw.socket.sendall(message[:cut])
    assert survives(connect)
    assert count(channel, name) == 0


def test_silent_client_is_dropped_after_two_heartbeats_and_a_living_one_is_not(broker, channel, name):
    channel.queue_declare(name)
    put(channel, name, "a")
    with Raw(broker, heartbeat=1) as raw:
        raw.open().send(Basic.Get(queue=name))
        while raw.read()[1] is not None:
            pass
    assert bodies(channel, name, 1) == ["a"]
    channel.queue_delete(name)
    for _ in range(10):
        heard, longest = live_with_heartbeats(broker)
        if longest < 1:  # or the client itself was silent, as it had to wait for a core
            break
    assert heard >= 1


def live_with_heartbeats(broker):
    """Give signs of life for three seconds, ten a second.

    Returns
    -------
    int, float
        How many the broker gave, -1 if it hung up; and the longest pause between two of this client, in seconds.
    """
    longest, heard = 0, 0
    begin = last = time.monotonic()
    with Raw(broker, heartbeat=1) as raw:
        with contextlib.suppress(ConnectionError):
            raw.open()
            while last < begin + 3:
                raw.socket.sendall(b"\x08\0\0\0\0\0\0\xce")
                time.sleep(0.1)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            raw.send(Basic.Qos())
        while (found := raw.read()[1]) is not None and found.name == "Heartbeat":
            heard += 1
        return heard if found is not None else -1, longest
