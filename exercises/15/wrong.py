"""What learners would really get wrong in chapter 15, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "15.1": [
        edit("(4, True)", "(4, False)", says="order 4 was with the worker when it was killed"),
        edit("(5, False), (6, False)", "(5, True), (6, True)", says="order 5 had not been sent to the worker"),
        edit("left = [", "left = [(1, True), ", says="order 1 was acknowledged"),
        edit("(2, True), (3, True), (4, True), ", "", says="order 2 is missing"),
        edit(
            "(2, True), (3, True), (4, True), (5, False), (6, False)",
            "(5, False), (6, False), (2, True), (3, True), (4, True)",
            says="the orders came as [2, 3, 4, 5, 6]",
        ),
        edit("(6, False)", "(6, False), (6, False)", says="and you say [2, 3, 4, 5, 6, 6]"),
        written("answer = [2, 3, 4, 5, 6]", says="2 is no pair"),
        written("answer = 5", says="not a int"),
    ],
    "15.2": [
        edit("    channel.basic_qos(prefetch_count=1)\n", "", says="held others"),
        edit(
            "        channel.basic_ack(method.delivery_tag)\n",
            "",
            "queue, on_order)",
            "queue, on_order, auto_ack=True)",
            says="held others",
        ),
        edit(
            "        cook(body)\n        channel.basic_ack(method.delivery_tag)\n",
            "        channel.basic_ack(method.delivery_tag)\n        cook(body)\n",
            says="held others",
        ),
        edit("        channel.basic_ack(method.delivery_tag)\n", "", says="held others"),
        written(
            """
def answer(channel, queue, cook):
    while (message := channel.basic_get(queue, auto_ack=True))[0]:
        cook(message[2])
""",
            says="it should take orders for ever",
        ),
        written(
            """
def answer(channel, queue, cook):
    while True:
        method, _, body = channel.basic_get(queue, auto_ack=True)
        if method:
            cook(body)
""",
            says="its order was lost",
        ),
        edit("    channel.basic_consume(queue, on_order)\n", "", says="returned"),
        edit(
            "        cook(body)\n        channel.basic_ack(method.delivery_tag)\n",
            "        pass\n",
            says="does not call `cook`",
        ),
        written(
            """
def answer(channel, queue, cook):
    channel.basic_qos(prefetch_count=1)
    for method, _, body in channel.consume(queue, inactivity_timeout=0.3):
        if method is None:
            return
        cook(body)
        channel.basic_ack(method.delivery_tag)
""",
            says="your function returned",
        ),
        edit("cook(body)", "cook(body.decode())", says="it takes the body as it came"),
    ],
    "15.3": [
        edit("except Exception", "except ValueError", says="left `handle`"),
        edit(
            "        if not method.redelivered:\n"
            "            channel.basic_nack(method.delivery_tag, requeue=True)\n"
            "            return\n"
            '        channel.basic_publish("", "graveyard", body)\n',
            "        pass\n",
            says="failed once and got no second try",
        ),
        edit('        channel.basic_publish("", "graveyard", body)\n', "", says="is in the graveyard 0 times"),
        edit('"graveyard", body)\n', '"graveyard", body)\n        return\n', says="is still in the queue in the end"),
        edit(
            '        channel.basic_publish("", "graveyard", body)\n',
            "",
            "        if not",
            '        channel.basic_publish("", "graveyard", body)\n        if not',
            says="is in the graveyard 2 times",
        ),
        edit(
            "        if not method",
            "        try:\n            cook(body)\n        except Exception:\n            pass\n        if not method",
            says="was cooked again at once",
        ),
        written(
            """
def answer(channel, method, body, cook):
    for _ in range(2):
        try:
            cook(body)
            break
        except Exception:
            pass
    else:
        channel.basic_publish("", "graveyard", body)
    channel.basic_ack(method.delivery_tag)
""",
            says="put it back into the queue",
        ),
        edit(
            "basic_ack(method.delivery_tag)",
            "basic_ack(method.delivery_tag, multiple=True)",
            says="a message that `handle` was not called for is acknowledged too",
        ),
    ],
    "15.4": [
        written(
            """
def answer(channel, method, properties, body, db):
    if db.execute("SELECT * FROM seen WHERE id = ?", (properties.message_id,)).fetchone() is None:
        db.execute("UPDATE till SET buns = buns + ?", (int(body),))
        db.commit()
        db.execute("INSERT INTO seen VALUES (?)", (properties.message_id,))
        db.commit()
    channel.basic_ack(method.delivery_tag)
""",
            says="after a power cut before call",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "",
            "    new =",
            "    channel.basic_ack(method.delivery_tag)\n    new =",
            says="after a power cut before call",
        ),
        edit(
            'db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (properties.message_id,)).rowcount',
            "not method.redelivered",
            says="without any power cut the till says 16 buns",
        ),
        edit(
            "    db.commit()\n    channel.basic_ack(method.delivery_tag)\n",
            "        db.commit()\n        channel.basic_ack(method.delivery_tag)\n",
            says="still in the queue",
        ),
        edit(
            "    db.commit()\n    channel.basic_ack(method.delivery_tag)\n",
            "    channel.basic_ack(method.delivery_tag)\n    db.commit()\n",
            says="after a power cut before call",
        ),
        edit("    db.commit()\n", "", says="the till says 0 buns"),
        written(
            """
seen = set()

def answer(channel, method, properties, body, db):
    if properties.message_id not in seen:
        seen.add(properties.message_id)
        db.execute("UPDATE till SET buns = buns + ?", (int(body),))
        db.commit()
    channel.basic_ack(method.delivery_tag)
""",
            says="after a power cut before call",
        ),
        edit(
            "    new =",
            "    db.isolation_level = None\n    new =",
            "    db.commit()\n",
            "",
            says="after a power cut before call",
        ),
    ],
}
