"""What learners would really get wrong in chapter 17, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "17.1": [
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
        written("answer = 5", says="not an int"),
        written("answer = [(n, True) for n in range(2, 7)]", says="order 5 had not been sent to the worker"),
        edit("(4, True)", '(4, "True")', says="(4, 'True') is no pair"),
        edit(
            "(2, True), (3, True), (4, True)", '("2", True), ("3", True), ("4", True)', says="'2' is none of the orders"
        ),
        edit("(4, True), ", "", says="order 4 is missing"),
        edit(", (5, False), (6, False)", "", says="order 5 is missing"),
        written("answer = []", says="order 2 is missing"),
    ],
    "17.2": [
        edit("basic_consume(queue, on_order)", 'basic_consume("orders", on_order)', says="NOT_FOUND"),
        edit("    channel.basic_qos(prefetch_count=1)\n", "", says="of nine more, and none waits in the queue"),
        edit("prefetch_count=1", "prefetch_count=2", says="cooked 8 of nine more, and none waits in the queue"),
        edit(
            "        channel.basic_ack(method.delivery_tag)\n",
            "",
            "queue, on_order)",
            "queue, on_order, auto_ack=True)",
            says="of nine more, and none waits in the queue",
        ),
        edit(
            "        cook(body)\n        channel.basic_ack(method.delivery_tag)\n",
            "        channel.basic_ack(method.delivery_tag)\n        cook(body)\n",
            says="cooked 8 of nine more, and none waits in the queue",
        ),
        edit(
            "        channel.basic_ack(method.delivery_tag)\n",
            "",
            says="cooked 1 of nine more, and 8 wait in the queue",
        ),
        edit(
            "    channel.basic_qos(prefetch_count=1)\n",
            "",
            "    channel.start_consuming()",
            "    channel.basic_qos(prefetch_count=1)\n    channel.start_consuming()",
            says="of nine more, and none waits in the queue",
        ),
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
            says="killed while it cooked b'order 0', and the other did not get it",
        ),
        written(
            """
def answer(channel, queue, cook):
    while True:
        method, _, body = channel.basic_get(queue)
        if method:
            cook(body)
""",
            says="b'order 0' had been cooked, and came again when the program that cooked it ended",
        ),
        written(
            """
def answer(channel, queue, cook):
    while True:
        method, _, body = channel.basic_get(queue)
        if body:
            cook(body)
            channel.basic_ack(method.delivery_tag)
""",
            says="cooked 8 of nine more, and none waits in the queue",
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
    for method, _, body in channel.consume(queue, inactivity_timeout=5):
        if method is None:
            return
        cook(body)
        channel.basic_ack(method.delivery_tag)
""",
            says="your function returned",
        ),
        written(
            """
def answer(channel, queue, cook):
    channel.basic_qos(prefetch_count=1)
    for (method, _, body), _ in zip(channel.consume(queue), range(40)):
        cook(body)
        channel.basic_ack(method.delivery_tag)
""",
            says="your function returned; it should take orders for ever",
        ),
        edit(
            "cook(body)", "cook(body.strip())", says="`cook` was called with b'order 4', which is the body of no order"
        ),
        edit(
            "        cook(body)\n",
            "        if body not in seen:\n            seen.add(body)\n            cook(body)\n",
            "def serve(",
            "seen = set()\n\n\ndef serve(",
            says="the other cooked 8 of nine more, and none waits in the queue",
        ),
        written(
            """
def answer(channel, queue, cook):
    done = []
    while True:
        method, _, body = channel.basic_get(queue)
        if method:
            cook(body)
            done.append(method.delivery_tag)
            if len(done) == 5:
                channel.basic_ack(done[-1], multiple=True)
                done.clear()
        else:
            channel.connection.sleep(0.05)
""",
            says="had been cooked, and came again when the program that cooked it ended",
        ),
        edit(
            "cook(body)", "cook(body.decode())", says="`cook` was called with 'order 0', which is the body of no order"
        ),
        edit(
            "basic_ack(method.delivery_tag)",
            "basic_nack(method.delivery_tag)",
            says="more than once by the worker that was not",
        ),
        edit(
            "        cook(body)\n",
            "        import threading\n\n        threading.Thread(target=cook, args=(body,)).start()\n",
            says="`cook` was called for another one in the same program",
        ),
        edit(
            "        channel.basic_ack(method.delivery_tag)\n",
            "        channel.basic_ack(method.delivery_tag)\n        channel.stop_consuming()\n",
            says="your function returned",
        ),
        written(
            """
def answer(channel, queue, cook):
    last = None
    while True:
        method, _, body = channel.basic_get(queue)
        if method is None:
            time.sleep(0.05)
            continue
        if last:
            channel.basic_ack(last)
        cook(body)
        last = method.delivery_tag
""",
            says="had been cooked, and came again when the program that cooked it ended",
        ),
    ],
    "17.3": [
        edit(
            "    try:\n",
            "    channel.tx_select()\n    try:\n",
            "    channel.basic_ack(method.delivery_tag)\n",
            "    channel.basic_ack(method.delivery_tag)\n    channel.tx_commit()\n",
            says="540",
        ),
        edit(
            "except Exception", "except ValueError", says="the BurntBun that `cook` raised for b'poison' left `handle`"
        ),
        edit(
            "except Exception",
            "except (RuntimeError, ValueError, LookupError, pika.exceptions.AMQPError)",
            says="the BurntBun that `cook` raised",
        ),
        written(
            """
def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except Exception:
        if not method.redelivered:
            channel.basic_nack(method.delivery_tag, requeue=True)
            return
        channel.basic_publish("", "graveyard", body)
    channel.basic_ack(method.delivery_tag)
""",
            says="b'poison' failed, and was cooked once; with one more try it would be twice",
        ),
        written(
            """
tried = set()


def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except Exception:
        channel.basic_publish("", "graveyard" if body in tried else "orders", body)
        tried.add(body)
    channel.basic_ack(method.delivery_tag)
""",
            says="came with the headers {'table': 4, 'spicy': False}, and was put back with",
        ),
        edit('if "tried" in headers', "if headers", says="b'unlucky too' failed, and was cooked once"),
        edit(
            "        headers = properties.headers or {}\n",
            "        headers = properties.headers\n",
            "{**headers, ",
            "{",
            says="TypeError",
        ),
        edit(
            '"graveyard" if "tried" in headers else "orders"', '"graveyard"', says="with one more try it would be twice"
        ),
        edit(
            'channel.basic_publish("", queue, body, properties)',
            'if queue == "orders":\n            channel.basic_publish("", queue, body, properties)',
            says="b'poison' was cooked twice and failed twice. The graveyard holds 0 of it; it should hold 1",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "",
            says="b'bun 1' came again when the program that had handled it ended",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "    else:\n        channel.basic_ack(method.delivery_tag)\n",
            says="b'poison' came again when the program that had handled it ended",
        ),
        edit(
            'channel.basic_publish("", queue, body, properties)',
            'channel.basic_publish("", "graveyard", body)\n'
            '        if queue == "orders":\n            channel.basic_publish("", queue, body, properties)',
            says="The graveyard holds 2 of it; it should hold 1",
        ),
        written(
            """
def answer(channel, method, properties, body, cook):
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
            says="b'poison' was cooked again at once: put it back into the queue",
        ),
        edit(
            "basic_ack(method.delivery_tag)",
            "basic_ack(method.delivery_tag, multiple=True)",
            says="a message that `handle` was not called for is acknowledged too",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "",
            "    try:\n",
            "    channel.basic_ack(method.delivery_tag)\n    try:\n",
            says="b'poison' was acknowledged before it was published again",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "    channel.basic_nack(method.delivery_tag, multiple=True)\n",
            says="a message that `handle` was not called for went back too",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "    channel.basic_ack(method.delivery_tag)\n    channel.basic_ack(method.delivery_tag)\n",
            says="the broker closed the channel: PRECONDITION_FAILED",
        ),
        edit("cook(body)", "cook(body.decode())", says="`cook` was called with 'bun 1', which is the body of no order"),
        edit(
            "    try:\n", "    body = body.strip().lower()\n    try:\n", "cook(body)", "body and cook(body)", says="b''"
        ),
        edit(
            "        headers =",
            "        if not body:\n            return\n        headers =",
            says="b'' came again when the program that had handled it ended",
        ),
        edit(
            "queue, body, properties)",
            "queue, str(body), properties)",
            says="there is a message b\"b'poison'\" in `orders`, which is the body of no order",
        ),
        written(
            """
tried = set()


def answer(channel, method, properties, body, cook):
    try:
        cook(body)
    except Exception:
        channel.basic_publish("", "graveyard" if body in tried else "orders", body, properties)
        tried.add(body)
    channel.basic_ack(method.delivery_tag)
""",
            says="b'poison' was cooked 3 times; it should get one more try",
        ),
        written(
            """
def answer(channel, method, properties, body, cook):
    headers = properties.headers or {}
    if "tried" not in headers:
        channel.basic_publish("", "orders", body, pika.BasicProperties(headers={**headers, "tried": True}))
        channel.basic_ack(method.delivery_tag)
""",
            says="b'bun 1' was not cooked",
        ),
        edit("{**headers, ", "{", says="came with the headers {'table': 4, 'spicy': False}, and was put back with"),
        edit(
            'channel.basic_publish("", queue, body, properties)\n    ',
            "channel.basic_ack(method.delivery_tag)\n"
            '        return channel.basic_publish("", queue, body, properties)\n    ',
            says="b'poison' was acknowledged before it was published again",
        ),
        written(
            """
def answer(channel, method, properties, body, cook):
    plain = body.removeprefix(b"!")
    try:
        cook(plain)
    except Exception:
        if body != plain:
            channel.basic_publish("", "graveyard", plain)
        else:
            channel.basic_publish("", "orders", b"!" + body)
    channel.basic_ack(method.delivery_tag)
""",
            says="there is a message b'!poison' in `orders`, which is the body of no order",
        ),
        edit(
            '"tried" in headers',
            '"tried" in headers or method.redelivered',
            says="b'poison' failed, and was cooked once",
        ),
        edit(
            "properties.headers = {**headers,",
            "properties.headers = {**{name: str(value) for name, value in headers.items()},",
            says="and was put back with {'table': '4', 'spicy': 'False', 'tried': True}",
        ),
        edit(
            "properties.headers = {**headers,",
            "properties.headers = {**{name: value for name, value in headers.items() if value},",
            says="and was put back with {'table': 4, 'tried': True}",
        ),
        written(
            """
def answer(channel, method, properties, body, cook):
    headers = properties.headers or {}
    if "tried" not in headers:
        again = pika.BasicProperties(headers={**headers, "tried": True})
        channel.basic_publish("", "orders", body, again)
        channel.basic_ack(method.delivery_tag)
    try:
        cook(body)
    except Exception:
        if "tried" in headers:
            channel.basic_publish("", "graveyard", body, properties)
    if "tried" in headers:
        channel.basic_ack(method.delivery_tag)
""",
            says="b'bun 1' was cooked twice, and had not failed",
        ),
    ],
    "17.4": [
        edit("    if new:", "    if new and int(body) > 1:", says="which makes 18"),
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
            says="before `execute` for sale 'a', and in the end the till says 21",
        ),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "",
            "    new =",
            "    channel.basic_ack(method.delivery_tag)\n    new =",
            says="before `execute` for sale 'b', and in the end the till says 13",
        ),
        edit(
            'db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (properties.message_id,)).rowcount',
            "not method.redelivered",
            says="without any power cut the till says 21",
        ),
        edit(
            "    db.commit()\n    channel.basic_ack(method.delivery_tag)\n",
            "        db.commit()\n        channel.basic_ack(method.delivery_tag)\n",
            says="without any power cut one message is left in the queue",
        ),
        edit(
            "    db.commit()\n    channel.basic_ack(method.delivery_tag)\n",
            "    channel.basic_ack(method.delivery_tag)\n    db.commit()\n",
            says="before `commit` for sale 'b', and in the end the till says 13",
        ),
        edit("    db.commit()\n", "", says="without any power cut the till says 4"),
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
            says="before `basic_ack` for sale 'a', and in the end the till says 21",
        ),
        edit(
            "    new =",
            "    db.isolation_level = None\n    new =",
            "    db.commit()\n",
            "",
            says="before `execute` for sale 'a', and in the end the till says 15",
        ),
        edit("    if new:\n    ", "", says="without any power cut the till says 21"),
        edit("(properties.message_id,)", "(body,)", says="without any power cut the till says"),
        edit(
            "properties.message_id,",
            "properties.message_id.lower(),",
            says="without any power cut the till says 13",
        ),
        edit("buns = buns + ?", "buns = ?", says="without any power cut the till says 1"),
        edit("UPDATE till SET buns = buns + ?", "INSERT INTO till VALUES (?)", says="the table `till` has 5 rows"),
        edit(
            "    channel.basic_ack(method.delivery_tag)\n",
            "",
            says="without any power cut 5 messages are left in the queue",
        ),
        edit(
            "basic_ack(method.delivery_tag)",
            "basic_nack(method.delivery_tag)",
            says="the same sales come again and again",
        ),
        edit(
            "basic_ack(method.delivery_tag)",
            "basic_ack(method.delivery_tag, multiple=True)",
            says="a message that `sell` was not called for is acknowledged too",
        ),
        edit(
            "    if new:\n",
            "    db.commit()\n    if new:\n",
            says="before `execute` for sale 'a', and in the end the till says 15",
        ),
    ],
}
