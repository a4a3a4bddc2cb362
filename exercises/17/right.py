"""Answers to the exercises of chapter 17 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "17.1": [
        written("answer = [(number, number < 5) for number in range(2, 7)]"),
        written("answer = ([2, True], [3, True], [4, True], [5, False], [6, False])"),
        written("answer = list(zip(range(2, 7), [True] * 3 + [False] * 2))"),
        written("answer = list({2: True, 3: True, 4: True, 5: False, 6: False}.items())"),
        written("""
held, waiting = {2, 3, 4}, [5, 6]
answer = [(number, number in held) for number in [*sorted(held), *waiting]]
"""),
        written("""
from collections import namedtuple

Order = namedtuple("Order", "number redelivered")
answer = [Order(2, True), Order(3, True), Order(4, True), Order(5, False), Order(6, False)]
"""),
    ],
    "17.2": [
        written("""
def answer(channel, queue, cook):
    channel.basic_qos(prefetch_count=1)
    for method, properties, body in channel.consume(queue):
        cook(body)
        channel.basic_ack(delivery_tag=method.delivery_tag)
"""),
        written("""
def answer(channel, queue, cook):
    while True:
        method, _, body = channel.basic_get(queue)
        if method:
            cook(body)
            channel.basic_ack(method.delivery_tag)
        else:
            channel.connection.sleep(0.05)
"""),
        edit("    channel.start_consuming()", "    while True:\n        channel.connection.process_data_events(1)"),
        written("""
def answer(channel, queue, cook):
    channel.basic_qos(0, 1)
    for method, _, body in channel.consume(queue, inactivity_timeout=5):
        if method is None:
            continue  # nothing to do
        cook(body)
        channel.basic_ack(method.delivery_tag)
"""),
        written("""
class Worker:
    def __init__(self, channel, cook):
        self.channel, self.cook = channel, cook

    def __call__(self, channel, method, properties, body):
        try:
            self.cook(body)
        except Exception:
            channel.basic_nack(method.delivery_tag)
        else:
            channel.basic_ack(method.delivery_tag)


def answer(channel, queue, cook):
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(queue=queue, on_message_callback=Worker(channel, cook), auto_ack=False)
    channel.start_consuming()
"""),
        written("""
import threading


def answer(channel, queue, cook):
    def on_order(channel, method, properties, body):
        def work():
            cook(body)
            channel.connection.add_callback_threadsafe(lambda: channel.basic_ack(method.delivery_tag))

        threading.Thread(target=work).start()

    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(queue, on_order)
    channel.start_consuming()
"""),
        written("""
import time


def answer(channel, queue, cook):
    while True:
        for method, _, body in iter(lambda: channel.basic_get(queue), (None, None, None)):
            cook(body)
            channel.basic_ack(method.delivery_tag)
        time.sleep(0.5)
"""),
    ],
    "17.3": [
        written("""
def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except BaseException:
        good = False
    else:
        good = True
    if not good and properties.type == "second try":
        channel.basic_publish(exchange="", routing_key="graveyard", body=body)
    elif not good:
        mark = pika.BasicProperties(type="second try", headers=properties.headers)
        channel.basic_publish(exchange="", routing_key="orders", body=body, properties=mark)
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
def answer(channel, method, properties, body, cook):
    tries = (properties.headers or {}).get("tries", 0) + 1
    try:
        cook(body)
    except Exception:
        target = method.routing_key if tries < 2 else "graveyard"
        headers = (properties.headers or {}) | {"tries": tries}
        channel.basic_publish("", target, body, pika.BasicProperties(headers=headers))
    finally:
        channel.basic_ack(delivery_tag=method.delivery_tag)
"""),
        written("""
from contextlib import suppress


def answer(channel, method, properties, body, cook):
    with suppress(Exception):
        cook(body)
        channel.basic_ack(method.delivery_tag)
        return
    headers = dict(properties.headers or ())
    if "again" not in headers:
        channel.basic_publish("", "orders", body, pika.BasicProperties(headers=headers | {"again": None}))
    else:
        channel.basic_publish("", "graveyard", body)
    channel.basic_nack(method.delivery_tag, requeue=False)
"""),
        written("""
def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except Exception:
        if properties.app_id:
            channel.basic_publish("", "graveyard", body)
        else:
            properties.app_id = "tried once"
            channel.basic_publish("", "orders", body, properties)
        return channel.basic_ack(method.delivery_tag)
    return channel.basic_ack(method.delivery_tag)
"""),
        written("""
MARK = "x-failed"


def is_marked(properties):
    return MARK in (properties.headers or {})


def move(channel, body, queue, **headers):
    channel.basic_publish("", queue, body, pika.BasicProperties(headers=headers, delivery_mode=2))


def answer(channel, method, properties, body, cook):
    failed = None
    try:
        cook(body)
    except Exception as error:
        failed = error
    match failed, is_marked(properties):
        case None, _:
            pass
        case _, True:
            move(channel, body, "graveyard", reason=str(failed))
        case _:
            move(channel, body, "orders", **(properties.headers or {}), **{MARK: True})
    channel.basic_reject(method.delivery_tag, requeue=False)
"""),
        written("""
def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except Exception:
        channel.queue_declare("graveyard", durable=True)
        tried = properties.priority == 1
        properties.priority = 1
        channel.basic_publish("", ["orders", "graveyard"][tried], body, properties)
    channel.basic_ack(method.delivery_tag)
"""),
    ],
    "17.4": [
        written("""
def answer(channel, method, properties, body, db):
    with db:
        if db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (properties.message_id,)).rowcount:
            db.execute("UPDATE till SET buns = buns + ?", (int(body),))
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
def answer(channel, method, properties, body, db):
    cursor = db.cursor()
    cursor.execute("SELECT count(*) FROM seen WHERE id = ?", (properties.message_id,))
    if cursor.fetchone() == (0,):
        cursor.execute("UPDATE till SET buns = buns + ?", (int(body),))
        cursor.execute("INSERT INTO seen (id) VALUES (?)", (properties.message_id,))
        db.commit()
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
import sqlite3

def answer(channel, method, properties, body, db):
    try:
        db.execute("INSERT INTO seen VALUES (?)", (properties.message_id,))
    except sqlite3.IntegrityError:
        pass
    else:
        db.execute("UPDATE till SET buns = buns + ?", (int(body),))
    db.commit()
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
def answer(channel, method, properties, body, db):
    db.isolation_level = None
    db.execute("BEGIN")
    [before] = db.execute("SELECT buns FROM till").fetchone()
    known = {number for number, in db.execute("SELECT id FROM seen")}
    if properties.message_id not in known:
        db.execute("UPDATE till SET buns = ?", (before + int(body),))
        db.execute("INSERT INTO seen VALUES (?)", (properties.message_id,))
    db.execute("COMMIT")
    channel.basic_ack(method.delivery_tag)
"""),
        written("""
def count(db, number, buns):
    db.execute("UPDATE till SET buns = buns + ? WHERE NOT EXISTS (SELECT * FROM seen WHERE id = ?)", (buns, number))
    db.execute("INSERT OR REPLACE INTO seen VALUES (?)", (number,))


def answer(channel, method, properties, body, db):
    try:
        count(db, properties.message_id, int(body))
    except Exception:
        db.rollback()
        raise
    db.commit()
    channel.basic_ack(delivery_tag=method.delivery_tag, multiple=False)
"""),
        written("""
import sqlite3


def answer(channel, method, properties, body, db):
    try:
        with db:
            db.executemany("UPDATE till SET buns = buns + ?", [(int(body),)])
            db.executemany("INSERT INTO seen VALUES (?)", [(properties.message_id,)])
    except sqlite3.IntegrityError:
        pass  # it is rolled back: this sale was counted before
    channel.basic_ack(method.delivery_tag)
"""),
    ],
}
