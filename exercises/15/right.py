"""Answers to the exercises of chapter 15 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "15.1": [
        written("answer = [(number, number < 5) for number in range(2, 7)]"),
        written("answer = ([2, True], [3, True], [4, True], [5, False], [6, False])"),
    ],
    "15.2": [
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
    ],
    "15.3": [
        written("""
def answer(channel, method, body, cook):
    try:
        cook(body)
        channel.basic_ack(method.delivery_tag)
    except Exception:
        if method.redelivered:
            channel.basic_publish("", "graveyard", body)
        channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)
"""),
        written("""
def answer(channel, method, body, cook):
    try:
        cook(body)
    except BaseException:
        good = False
    else:
        good = True
    if good:
        channel.basic_ack(method.delivery_tag)
    elif method.redelivered:
        channel.basic_publish(exchange="", routing_key="graveyard", body=body)
        channel.basic_ack(method.delivery_tag)
    else:
        channel.basic_reject(method.delivery_tag)
"""),
    ],
    "15.4": [
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
    ],
}
