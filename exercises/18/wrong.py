"""What learners would really get wrong in chapter 18, with a part of what they should be told."""

from exercises.answers import edit, written

GIVE_UP = """\
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {patience} s")
"""

WRONG = {
    "18.1": [
        edit('"Li", "Wang", "mayor"', '"mayor", "Li", "Wang"', says="guest 1 was not 'mayor'"),
        edit('"mayor", "regular"', '"regular", "mayor"', says="guest 3 was not 'regular'"),
        edit('"mayor", "regular", "Chen"', '"Chen", "regular", "mayor"', says="guest 3 was not 'Chen'"),
        edit('"Wang", ', "", says="you give 4 names, 4 of them different"),
        edit('"Wang"', '"Li"', says="you give 5 names, 4 of them different"),
        edit('"mayor"', '"the boss"', says="'the boss' is none of the five"),
        written("answer = 'Li'", says="not a str"),
        written("answer = []", says="you give 0 names"),
        edit('"Li", "Wang"', '"Wang", "Li"', says="guest 1 was not 'Wang'"),
        edit('"mayor", "regular", "Chen"', '"Chen", "mayor", "regular"', says="guest 3 was not 'Chen'"),
        edit('"Chen"]', '"Chen", "Chen"]', says="you give 6 names, 5 of them different"),
    ],
    "18.2": [
        edit('"#.error"', '"*.error"', says="should reach 'alarm', and did not"),
        edit('"*.oven.#"', '"#.oven.*"', says="should reach 'oven', and did not"),
        edit('"north.#"', '"north.*"', says="should reach 'north', and did not"),
        edit('"*.till.warning", "*.till.error"', '"*.till.*"', says="'north.till.info' reached 'money'"),
        edit('"*.till.error"]', '"#.till.error"]', says="'north.door.till.error' reached 'money'"),
        edit('"*.oven.#"', '"#.oven.#"', says="'north.door.oven.info' reached 'oven'"),
        edit('["*.oven.#"]', '["north.oven.#", "south.oven.#"]', says="'west.oven.info' should reach 'oven'"),
        edit('["*.oven.#"]', '["north.oven.#", "south.oven.#", "west.oven.#"]', says="'shop"),
        edit(
            '"#.error"',
            '"*.*.error", "*.*.*.error", "*.*.*.*.error"',
            says="'north.oven.left.upper.door.hinge.pin.error' should reach 'alarm'",
        ),
        edit('"*.oven.#"', '"*.oven.info", "*.oven.*.info"', says="'north.oven.debug' should reach 'oven'"),
        edit('"#.error"', '"#.error.#"', says="'north.lamp.error.info' reached 'alarm'"),
        edit('"*.oven.#"', '"*.oven.*", "*.oven.*.*"', says="'north.oven.left.door.info' should reach 'oven'"),
        edit('["#.error"]', "None", says="give 'alarm' a list of patterns"),
        edit(', "*.till.error"', "", says="'north.till.error' should reach 'money'"),
        edit('"#.error"', '"#"', says="reached 'alarm', which should not get it"),
        edit('["#.error"]', '"#.error"', says="a list of patterns"),
        written("answer = ['#.error']", says="a dictionary with the keys alarm, oven, north, money"),
        edit('"north.#"', '"#.north.#"', says="'south.door.north.info' reached 'north'"),
    ],
    "18.3": [
        written(
            """
def answer(channel, queue, exchange, old, new):
    for pattern in set(old) - set(new):
        channel.queue_unbind(queue, exchange, pattern)
    for pattern in set(new) - set(old):
        channel.queue_bind(queue, exchange, pattern)
""",
            says="'north.oven.error' fits both, and after your call of `queue_unbind` it did not reach the queue",
        ),
        edit(
            "        if pattern not in new:\n            channel",
            "        channel",
            says="'south.till.ok' fits both, and after your call of `queue_unbind` it did not reach the queue",
        ),
        edit(
            "            channel.queue_unbind(queue, exchange, pattern)",
            "            pass",
            says="'south.oven.error' still reaches the queue, which no longer asks for it",
        ),
        edit("        channel.queue_bind(queue, exchange, pattern)", "        pass", says="it did not reach the queue"),
        written(
            """
def answer(channel, queue, exchange, old, new):
    channel.queue_delete(queue)
    channel.queue_declare(queue, durable=True)
    for pattern in new:
        channel.queue_bind(queue, exchange, pattern)
""",
            says="a message that waited in the queue is gone",
        ),
        written(
            """
def answer(channel, queue, exchange, old, new):
    waiting = []
    while (message := channel.basic_get(queue, auto_ack=True))[0]:
        waiting.append(message)
    channel.queue_delete(queue)
    channel.queue_declare(queue, durable=True)
    for pattern in new:
        channel.queue_bind(queue, exchange, pattern)
    for _, properties, body in waiting:
        channel.basic_publish("", queue, body, properties)
""",
            says="what waits in the queue stays there, and you called `basic_get`",
        ),
        written(
            """
def answer(channel, queue, exchange, old, new):
    for before, after in zip(old, new):
        channel.queue_bind(queue, exchange, after)
        channel.queue_unbind(queue, exchange, before)
""",
            says="'north.error' fits both, and after your call of `queue_unbind` it did not reach the queue",
        ),
        written(
            """
def answer(channel, queue, exchange, old, new):
    channel.queue_bind(queue, exchange, "#")
    for pattern in old:
        channel.queue_unbind(queue, exchange, pattern)
    for pattern in new:
        channel.queue_bind(queue, exchange, pattern)
    channel.queue_unbind(queue, exchange, "#")
""",
            says="from [] to ['#']: in the end 'tea' does not reach the queue",
        ),
        edit("pattern not in new", 'pattern not in " ".join(new)', says="'tea' still reaches the queue"),
        edit("pattern not in new", "pattern and pattern not in new", says="'' still reaches the queue"),
        edit(
            "        channel.queue_bind(queue, exchange, pattern)",
            "        if pattern:\n            channel.queue_bind(queue, exchange, pattern)",
            says="in the end '' does not reach the queue",
        ),
        edit(
            "            channel.queue_unbind(queue, exchange, pattern)",
            "            channel.queue_unbind(queue, exchange, pattern)\n            old.remove(pattern)",
            says="'north.tea' still reaches the queue, which no longer asks for it",
        ),
        written(
            """
def answer(channel, queue, exchange, old, new):
    for pattern in new:
        channel.queue_bind(queue, exchange, pattern)
        if pattern in old:
            old.remove(pattern)
    for pattern in old:
        channel.queue_unbind(queue, exchange, pattern)
""",
            says="'tea' fits both, and after your call of `queue_unbind` it did not reach the queue",
        ),
        edit(
            "            channel.queue_unbind(queue, exchange, pattern)",
            "            channel.queue_unbind(queue, exchange, pattern)\n    channel.close()",
            says="closed the channel, which its caller still needs",
        ),
        written(
            """
def answer(channel, queue, exchange, old, new):
    for p in new: channel.queue_bind(queue, exchange, p)
    if old != new:
        for p in old:
            if p not in new[:1]: channel.queue_unbind(queue, exchange, p)
""",
            says="'north.tea' fits both",
        ),
    ],
    "18.4": [
        edit(
            "pika.exceptions.UnroutableError",
            "(pika.exceptions.UnroutableError, pika.exceptions.NackError)",
            says="the broker refused an order (NackError)",
        ),
        edit(
            "    return lost",
            "        except pika.exceptions.AMQPConnectionError:\n            break\n    return lost",
            says="the connection was lost (StreamLostError), and your function returned []",
        ),
        edit(", mandatory=True", "", says="('bnu.pork', 'two') reached no queue, and it is not in your list"),
        edit("basic_publish(exchange, ", 'basic_publish(exchange or "orders", ', says="orders"),
        edit("    channel.confirm_delivery()\n", "", says="reached no queue, and it is not in your list"),
        edit("exceptions.UnroutableError", "exceptions.NackError", says="UnroutableError"),
        edit("pika.exceptions.UnroutableError", "Exception", says="the broker has no such exchange, and your function"),
        edit("exceptions.UnroutableError", "exceptions.AMQPError", says="the broker has no such exchange"),
        edit(
            "    return lost",
            "        except pika.exceptions.AMQPError:\n            lost.append((key, body))\n    return lost",
            says="the broker has no such exchange",
        ),
        edit("lost.append((key, body))", "return [(key, body)]", says="what came is ['one']"),
        edit("lost.append((key, body))", "lost.append(key)", says="is not in your list"),
        edit("lost.append((key, body))", "lost.append((key, body.encode()))", says="is not in your list"),
        edit("lost.append((key, body))", "lost.append((body, key))", says="is not in your list"),
        edit(
            "mandatory=True)\n",
            "mandatory=True)\n            channel.basic_publish(exchange, key, body)\n",
            says="should arrive in the kitchen, each once; what came is ['one', 'one'",
        ),
        written(
            """
def answer(channel, exchange, orders):
    for key, body in orders:
        channel.basic_publish(exchange, key, body)
    return [(key, body) for key, body in orders if key in ("bnu.pork", "bun", "cake", "")]
""",
            says="an exchange without any queue, which loses everything; your list is []",
        ),
        edit(
            "lost.append((key, body))\n",
            'lost.append((key, body))\n            channel.basic_publish(exchange, "bun.pork", body)\n',
            says="should arrive in the kitchen, each once; what came is ['one', 'two'",
        ),
        edit(
            "lost.append((key, body))\n",
            "lost.append((key, body))\n            channel.basic_publish(exchange, key, body)\n",
            says="orders were to be sent, and `basic_publish` was called 16 times",
        ),
        edit("in orders", "in reversed(orders)", "return lost", "return lost[::-1]", says="in the order of the list"),
        edit("in orders", "in dict.fromkeys(orders)", says="each once; what came is ['one', '肉包', '']"),
        edit("in orders", "in dict(orders).items()", says="should arrive in the kitchen, each once"),
        edit("return lost", "return list(dict.fromkeys(lost))", says="in this order; your list is"),
        edit("return lost", "return sorted(lost)", says="in this order; your list is"),
        edit(
            "        try:",
            "        if not body:\n            continue\n        try:",
            says="should arrive in the kitchen",
        ),
        edit(
            "        try:",
            "        if not key:\n            continue\n        try:",
            says="('', 'six') reached no queue",
        ),
        edit("    return lost", "    return lost or None", says="your function returned None"),
        edit(
            "    lost = []\n",
            "",
            "def send_all(",
            "lost = []\n\n\ndef send_all(",
            says="loses everything; your list is",
        ),
        edit(
            "lost.append((key, body))",
            "yield key, body",
            "    return lost\n",
            "",
            says="return the list of what reached no queue",
        ),
        written(
            """
def answer(channel, exchange, orders):
    lost = []
    channel.confirm_delivery()
    bad = set()
    for k, b in orders:
        if k in bad: lost.append((k, b)); continue
        try: channel.basic_publish(exchange, k, b, mandatory=True)
        except pika.exceptions.UnroutableError: lost.append((k, b)); bad.add(k)
    return lost
""",
            says="11 orders were to be sent, and `basic_publish` was called 10 times",
        ),
        written(
            """
def answer(channel, exchange, orders):
    channel.confirm_delivery()
    lost = []
    for key, body in orders:
        for attempt in range(2):
            try:
                channel.basic_publish(exchange, key, body, mandatory=True)
                break
            except pika.exceptions.UnroutableError:
                lost.append((key, body))
                break
            except pika.exceptions.NackError:
                if attempt:
                    raise
    return lost
""",
            says="the broker refused an order, and your function published it once more",
        ),
    ],
    "18.5": [
        written(
            """
def answer(channel, replies, question, patience):
    deadline, number = time.monotonic() + patience, str(uuid.uuid4())
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish("", "prices", question, mark)
    try:
        while time.monotonic() < deadline:
            for method, properties, body in channel.consume(replies):
                channel.basic_ack(method.delivery_tag)
                if properties.correlation_id == number:
                    return body
                break
            channel.cancel()
        raise TimeoutError
    finally:
        channel.cancel()
""",
            says="with a patience of 0.8 s, and your function waits on",
        ),
        edit(
            "reply_to=replies",
            'reply_to="replies"',
            "consume(replies",
            'consume("replies"',
            says="`reply_to` of a question was 'replies'; the queue for the answer is 'answers for Li'",
        ),
        edit(
            '    channel.basic_publish("", "prices", question, mark)\n',
            '    channel.basic_publish("", "prices", question, mark)\n    channel.queue_purge(replies)\n',
            says="a question was answered, and your function waits on",
        ),
        edit("str(uuid.uuid4())", '"1"', says="two questions had the same correlation_id"),
        edit(
            "def ask(",
            "numbers = cycle(range(3))\n\n\ndef ask(",
            "str(uuid.uuid4())",
            "str(next(numbers))",
            "# A number",
            "from itertools import cycle\n\n# A number",
            says="two questions had the same correlation_id",
        ),
        edit(
            "                if answer.correlation_id == number:\n                    return body\n",
            "                return body\n",
            says="stale answers came first, and your function returned",
        ),
        edit(GIVE_UP, "", says="nobody answered, with a patience of 0 s, and your function waits on"),
        edit(
            'raise TimeoutError(f"no answer within {patience} s")',
            "return None",
            says="nobody answered, with a patience of 0 s, and your function returned None instead",
        ),
        edit(
            "inactivity_timeout=0.05",
            "inactivity_timeout=0.25",
            "if time.monotonic() > deadline",
            "if not method",
            says="with a patience of 0.8 s, and your function gave up earlier",
        ),
        edit(
            "inactivity_timeout=0.05",
            "inactivity_timeout=patience",
            "if time.monotonic() > deadline",
            "if not method",
            says="with a patience of 0.8 s, and your function gave up after ",
        ),
        edit("question, mark)", "question)", GIVE_UP, "", says="`reply_to` of a question was None"),
        edit("str(uuid.uuid4())", "question", says="two questions had the same correlation_id"),
        edit(
            "answer.correlation_id == number",
            "question.encode() in body",
            says="stale answers came first, and your function returned",
        ),
        edit(
            "                channel.basic_ack(method.delivery_tag)\n"
            "                if answer.correlation_id == number:\n",
            "                if answer.correlation_id == number:\n"
            "                    channel.basic_ack(method.delivery_tag)\n",
            says="is still in the queue for replies",
        ),
        edit(
            "                channel.basic_ack(method.delivery_tag)\n"
            "                if answer.correlation_id == number:\n"
            "                    return body\n",
            "                if answer.correlation_id == number:\n"
            "                    return body\n"
            "                channel.basic_ack(method.delivery_tag)\n",
            says="b'price of buns' is still in the queue for replies: take out all that comes",
        ),
        edit(
            "    mark =",
            '    mine = channel.queue_declare("", exclusive=True).method.queue\n    mark =',
            "reply_to=replies",
            "reply_to=mine",
            "consume(replies",
            "consume(mine",
            says="the queue for the answer is 'answers for Li'",
        ),
        written(
            """
def answer(channel, replies, question, patience):
    deadline = time.monotonic() + patience
    number = str(uuid.uuid4())
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish("", "prices", question, mark)
    while (left := deadline - time.monotonic()) > 0:
        for method, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=left):
            channel.cancel()
            if method and answer.correlation_id == number:
                return body
            break
    raise TimeoutError
""",
            says="stale answers came first, and your function waits on",
        ),
        edit(
            "    finally:\n        channel.cancel()\n",
            "    finally:\n        pass\n",
            says="still takes messages out of 'answers for Li'",
        ),
        edit(
            "    try:\n        for",
            "    if True:\n        for",
            "                    return body",
            "                    channel.cancel()\n                    return body",
            "    finally:\n        channel.cancel()\n",
            "",
            says="nobody answered, with a patience of 0 s, your function ended, and its channel still takes messages",
        ),
        edit(
            "        channel.cancel()\n",
            "        channel.close()\n",
            says="closed the channel, which its caller still needs",
        ),
        edit(
            "                    return body\n",
            "                    return body or None\n",
            says="whose body is empty, and your function returned None",
        ),
        edit('"prices", question, mark', '"prices", question.strip(), mark', says="returned b'price of Soup'"),
        edit(
            "return body",
            "return body.decode()",
            says="returned 'price of buns'; the answer to this question was b'price",
        ),
        edit(
            "answer.correlation_id == number",
            "answer.correlation_id in (number, None)",
            says="b'an answer without a number'",
        ),
        edit(
            "answer.correlation_id == number",
            "answer.correlation_id and answer.correlation_id.startswith(number)",
            says="stale answers came first, and your function returned b'5 yuan, for something else",
        ),
        edit(
            '    channel.basic_publish("", "prices", question, mark)\n',
            '    for _ in range(11):\n        channel.basic_publish("", "prices", question, mark)\n',
            says="one call of `ask` put 11 questions into `prices`: send each once",
        ),
        edit(
            "    try:", "    time.sleep(patience)\n    try:", says="a question was answered, and your function waits on"
        ),
        edit(
            "            if method:\n",
            "            if not method and time.monotonic() < deadline:\n"
            '                channel.basic_publish("", "prices", question, mark)\n'
            "            if method:\n",
            says="questions into `prices`: send each once",
        ),
        edit("+ patience\n", "+ 0.3\n", says="with a patience of 0.8 s, and your function gave up earlier"),
        edit("+ patience\n", "+ (patience or 50)\n", says="with a patience of 0 s, and your function waits on"),
        edit("+ patience\n", "+ max(patience, 0.7)\n", says="with a patience of 0 s, and your function "),
        edit("inactivity_timeout=0.05", "inactivity_timeout=20", says=" s, and your function waits on"),
        edit(
            "            if method:\n",
            "            deadline = time.monotonic() + patience if method else deadline\n            if method:\n",
            says="with a patience of 0.8 s, and your function gave up after ",
        ),
        edit('    channel.basic_publish("", "prices", question, mark)\n', "", says="no question has come to `prices`"),
        edit("raise TimeoutError(", "raise RuntimeError(", says="RuntimeError: no answer within 0 s"),
        written(
            """
def answer(channel, replies, question, patience):
    deadline = time.monotonic() + patience
    number = str(uuid.uuid4())
    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)
    channel.basic_publish("", "prices", question, mark)
    try:
        for method, answer, body in channel.consume(replies, inactivity_timeout=patience):
            if method:
                channel.basic_ack(method.delivery_tag)
                if answer.correlation_id == number:
                    return body
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {patience} s")
    finally:
        channel.cancel()
""",
            says="your function gave up after ",
        ),
        written(
            """
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
""",
            says="the broker refused the question, so that `basic_publish` raised an error, your function ended, and",
        ),
    ],
}
