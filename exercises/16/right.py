"""Answers to the exercises of chapter 16 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "16.1": [
        written("answer = ('li', 'wang', 'mayor', 'regular', 'chen')"),
        written("answer = 'Li Wang mayor regular Chen'.split()"),
        written("answer = ['Li', 'Wang', 'the mayor', 'a regular', 'Chen']"),
    ],
    "16.2": [
        edit('"#.error"', '"*.#.error"', '"north.#"', '"north.*.#"'),
        written("""
shops = "north", "south"
answer = {
    "alarm": ("#.error",),
    "oven": ["*.oven.info", "*.oven.*", "*.oven.#.*"],
    "north": ["north.#", "north.#.error"],
    "money": [f"{shop}.till.{level}" for shop in shops for level in ("warning", "error")],
}
"""),
    ],
    "16.3": [
        written("""
def answer(channel, queue, exchange, old, new):
    for pattern in set(new) - set(old):
        channel.queue_bind(queue, exchange, pattern)
    for pattern in set(old) - set(new):
        channel.queue_unbind(queue, exchange, pattern)
"""),
        written("""
def answer(channel, queue, exchange, old, new):
    channel.queue_declare(queue, passive=True)
    [channel.queue_bind(queue=queue, exchange=exchange, routing_key=each) for each in new if each not in old]
    [channel.queue_unbind(queue=queue, exchange=exchange, routing_key=each) for each in old if each not in new]
"""),
        written("""
def answer(channel, queue, exchange, old, new):
    wishes = [*new]
    while wishes:
        channel.queue_bind(queue, exchange, wishes.pop())
    for pattern in sorted(old):
        if new.count(pattern):
            continue
        channel.queue_unbind(queue, exchange, pattern)
"""),
        written("""
from functools import partial


def answer(channel, queue, exchange, old, new):
    bind = partial(channel.queue_bind, queue, exchange)
    unbind = partial(channel.queue_unbind, queue, exchange)
    calls = [(bind, each) for each in dict.fromkeys(old + new)]
    calls += [(unbind, each) for each in old if each not in new]
    for call, each in calls:
        call(each)
"""),
    ],
    "16.4": [
        written("""
def answer(channel, exchange, orders):
    channel.confirm_delivery()

    def is_lost(order):
        try:
            channel.basic_publish(exchange, *order, mandatory=True)
        except pika.exceptions.UnroutableError:
            return True

    return list(filter(is_lost, orders))
"""),
        written("""
def answer(channel, exchange, orders):
    lost = []

    def comes_back(channel, method, properties, body):
        lost.append((method.routing_key, body.decode()))

    channel.add_on_return_callback(comes_back)
    for key, body in orders:
        channel.basic_publish(exchange, key, body, mandatory=True)
    channel.exchange_declare(exchange, passive=True)  # when this is answered, all that came back is here
    channel.connection.process_data_events()
    return lost
"""),
    ],
    "16.5": [
        written("""
def answer(channel, replies, question, patience):
    end = time.monotonic() + patience
    number = uuid.uuid4().hex
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish("", "prices", question, mark)
    while time.monotonic() < end:
        method, properties, body = channel.basic_get(replies, auto_ack=True)
        if method is None:
            time.sleep(0.01)
        elif properties.correlation_id == number:
            return body
    raise TimeoutError
"""),
        written("""
def answer(channel, replies, question, patience):
    number, found = str(uuid.uuid1()), []

    def on_reply(channel, method, properties, body):
        channel.basic_ack(method.delivery_tag)
        if properties.correlation_id == number:
            found.append(body)

    tag = channel.basic_consume(replies, on_reply)
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish("", "prices", question, mark)
    end = time.monotonic() + patience
    while not found and (left := end - time.monotonic()) > 0:
        channel.connection.process_data_events(left)
    channel.basic_cancel(tag)
    if not found:
        raise TimeoutError
    return found[0]
"""),
    ],
}
