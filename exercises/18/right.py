"""Answers to the exercises of chapter 18 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "18.1": [
        written("answer = ('li', 'wang', 'mayor', 'regular', 'chen')"),
        written("answer = 'Li Wang mayor regular Chen'.split()"),
        written("answer = ['Li', 'Wang', 'the mayor', 'a regular', 'Chen']"),
        written("answer = [*('Li', 'Wang'), *sorted(['regular', 'mayor']), 'Chen']"),
        written("""
import heapq

answer = ["Li", "Wang"]
waiting = [(0, 1, "Chen"), (-3, 2, "regular"), (-5, 3, "mayor")]
heapq.heapify(waiting)
while waiting:
    answer.append(heapq.heappop(waiting)[2])
"""),
    ],
    "18.2": [
        edit('"#.error"', '"*.#.error"', '"north.#"', '"north.*.#"'),
        written("""
answer = {
    "alarm": ("#.error",),
    "oven": ["*.oven.info", "*.oven.*", "*.oven.#.*"],
    "north": ["north.#", "north.#.error"],
    "money": [f"*.till.{level}" for level in ("warning", "error")],
}
"""),
        edit('"#.error"', '"*.*.error", "*.*.*.#.error"'),
        edit('["*.oven.#"]', '{"*.oven.#"}', '["north.#"]', '("north.#", "north.*")'),
        written("""
answer = dict(alarm=["#.error"], oven=["*.oven.#"], north=["north.#"])
answer["money"] = [answer["alarm"][0].replace("#", "*.till"), "*.till.warning"]
"""),
        written(
            'answer={"money":("*.till.#.warning","*.till.#.error"),"north":("north.#",),"oven":("*.oven.#",),"alarm":("#.error",)}'
        ),
    ],
    "18.3": [
        written("""
def answer(channel, queue, exchange, old, new):
    steps = [(channel.queue_bind, pattern) for pattern in new] + [(channel.queue_unbind, pattern) for pattern in old]
    for step, pattern in steps:
        if step == channel.queue_unbind and pattern in new:
            continue
        step(queue, exchange, pattern)
"""),
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
    old, new = sorted(old), sorted(new)
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
def answer(channel, queue, exchange, old, new):
    for pattern in old + new:
        if pattern in new:
            channel.queue_bind(queue, exchange, pattern)
    while old:
        if (pattern := old.pop()) not in new:
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
        written(
            """
def answer(channel, queue, exchange, old, new):
    list(map(lambda p: channel.queue_bind(queue=queue, exchange=exchange, routing_key=p), new))
    for p in filter(lambda p: p not in new, old): channel.queue_unbind(queue=queue, exchange=exchange, routing_key=p)
"""
        ),
    ],
    "18.4": [
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
        written("""
def answer(channel, exchange, orders):
    channel.confirm_delivery()
    lost = []
    for order in orders:
        key, body = order
        mark = pika.BasicProperties(delivery_mode=2)
        try:
            channel.basic_publish(exchange=exchange, routing_key=key, body=body, properties=mark, mandatory=True)
        except pika.exceptions.UnroutableError as error:
            lost += [order] * len(error.messages)
    return lost
"""),
        written("""
def arrives(channel, exchange, key, body):
    try:
        channel.basic_publish(exchange, key, body, mandatory=True)
    except pika.exceptions.UnroutableError:
        return False
    return True


def answer(channel, exchange, orders):
    channel.confirm_delivery()
    return [(key, body) for key, body in orders if not arrives(channel, exchange, key, body)]
"""),
        written("""
def answer(channel, exchange, orders):
    lost, other = [], channel.connection.channel()  # the caller's channel stays as it is
    other.confirm_delivery()
    try:
        for key, body in orders:
            try:
                other.basic_publish(exchange, key, body.encode(), mandatory=True)
            except pika.exceptions.UnroutableError as error:
                back = error.messages[0]
                lost.append((back.method.routing_key, back.body.decode()))
    finally:
        if other.is_open:
            other.close()
    return tuple(lost)
"""),
        written("""
from contextlib import suppress


def answer(channel, exchange, orders):
    channel.confirm_delivery()
    lost = []
    for pair in orders:
        lost.append(pair)
        with suppress(pika.exceptions.UnroutableError):
            channel.basic_publish(exchange, *pair, mandatory=True)
            lost.pop()
    return lost
"""),
    ],
    "18.5": [
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
    try:
        mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
        channel.basic_publish("", "prices", question, mark)
        end = time.monotonic() + patience
        while not found and (left := end - time.monotonic()) > 0:
            channel.connection.process_data_events(left)
    finally:
        channel.basic_cancel(tag)
    if not found:
        raise TimeoutError
    return found[0]
"""),
        written("""
def answer(channel, replies, question, patience):
    number, end = f"{time.time_ns()}-{uuid.uuid4()}", time.perf_counter() + patience
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish(exchange="", routing_key="prices", body=question.encode(), properties=mark)
    try:
        for method, properties, body in channel.consume(replies, auto_ack=True, inactivity_timeout=0.01):
            if properties and properties.correlation_id == number:
                return body
            if time.perf_counter() >= end:
                raise TimeoutError(question)
    finally:
        channel.cancel()
"""),
        written("""
def answers(channel, replies, end):
    while (left := end - time.monotonic()) > 0:
        method, properties, body = channel.basic_get(replies)
        if method:
            channel.basic_ack(method.delivery_tag)
            yield properties.correlation_id, body
        else:
            channel.connection.sleep(min(0.02, left))


def answer(channel, replies, question, patience):
    end, number = time.monotonic() + patience, uuid.uuid4().hex
    channel.basic_publish(
        "", "prices", question, pika.BasicProperties(correlation_id=number, reply_to=replies, expiration="60000")
    )
    for which, body in answers(channel, replies, end):
        if which == number:
            return body
    raise TimeoutError(f"{question!r}: no answer in {patience} s")
"""),
        written("""
class Question:
    def __init__(self, channel, replies):
        self.channel, self.number, self.body = channel, str(uuid.uuid4()), None
        self.over = False
        self.tag = channel.basic_consume(replies, self.hear, auto_ack=True)

    def hear(self, channel, method, properties, body):
        if properties.correlation_id == self.number:
            self.body = body

    def stop(self):
        self.over = True


def answer(channel, replies, question, patience):
    asked = Question(channel, replies)
    mark = pika.BasicProperties("text/plain", reply_to=replies, correlation_id=asked.number)
    timer = channel.connection.call_later(patience, asked.stop)
    try:
        channel.basic_publish("", "prices", question, mark)
        while asked.body is None and not asked.over:
            channel.connection.process_data_events(time_limit=0.1)
    finally:
        channel.connection.remove_timeout(timer)
        channel.basic_cancel(asked.tag)
    if asked.body is None:
        raise TimeoutError
    return asked.body
"""),
        edit("inactivity_timeout=0.05", "inactivity_timeout=min(0.1, patience or 0.01)"),
    ],
}
