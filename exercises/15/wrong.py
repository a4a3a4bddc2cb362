"""Answers to the exercises of chapter 15 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "15.1": [
        written(
            "answer = {'alarm': ['*.error'], 'oven': ['*.oven.#'], 'north': ['north.#'], 'money': ['*.till.*']}",
            "should reach 'alarm', and did not",
        ),
        written(
            "answer = {'alarm': ['#.error'], 'oven': ['#.oven.*'], 'north': ['north.#'], 'money': ['*.till.*']}",
            "should reach 'oven', and did not",
        ),
        written(
            "answer = {'alarm': ['#.error'], 'oven': ['*.oven.#'], 'north': ['north.*'], 'money': ['*.till.*']}",
            "should reach 'north', and did not",
        ),
        written(
            "answer = {'alarm': ['#.error'], 'oven': ['*.oven.#'], 'north': ['north.#'], 'money': ['*.till.*']}",
            "'north.till.info' reached 'money'",
        ),
        written(
            "answer = {'alarm': ['#'], 'oven': ['*.oven.#'], 'north': ['north.#'], 'money': ['*.till.*']}",
            "reached 'alarm', which should not get it",
        ),
        written(
            "answer = {'alarm': '#.error', 'oven': '*.oven.#', 'north': 'north.#', 'money': '*.till.error'}",
            "a list of patterns",
        ),
        written("answer = ['#.error']", "a dictionary with the keys alarm, oven, north, money"),
        written(
            "answer = {'alarm': ['#.error'], 'oven': ['*.oven.#'], 'north': ['#.north.#'], "
            "'money': ['*.till.warning', '*.till.error']}",
            "'south.door.north.info' reached 'north'",
        ),
    ],
    "15.2": [
        written(
            "def answer(channel, queue, cook):\n"
            "    def on_order(channel, method, properties, body):\n"
            "        cook(body)\n"
            "        channel.basic_ack(method.delivery_tag)\n"
            "    channel.basic_consume(queue, on_order)\n"
            "    channel.start_consuming()",
            "others lay with him",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    channel.basic_qos(prefetch_count=1)\n"
            "    channel.basic_consume(queue, lambda c, m, p, body: cook(body), auto_ack=True)\n"
            "    channel.start_consuming()",
            "others lay with him",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    def on_order(channel, method, properties, body):\n"
            "        channel.basic_ack(method.delivery_tag)\n"
            "        cook(body)\n"
            "    channel.basic_qos(prefetch_count=1)\n"
            "    channel.basic_consume(queue, on_order)\n"
            "    channel.start_consuming()",
            "others lay with him",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    channel.basic_qos(prefetch_count=1)\n"
            "    channel.basic_consume(queue, lambda c, m, p, body: cook(body))\n"
            "    channel.start_consuming()",
            "others lay with him",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    while (message := channel.basic_get(queue, auto_ack=True))[0]:\n"
            "        cook(message[2])",
            "it should take orders for ever",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    while True:\n"
            "        method, _, body = channel.basic_get(queue, auto_ack=True)\n"
            "        if method: cook(body)",
            "its order was lost",
        ),
        written("def answer(channel, queue, cook): channel.start_consuming()", "returned"),
        written(
            "def answer(channel, queue, cook):\n"
            "    channel.basic_consume(queue, lambda c, m, p, body: None)\n"
            "    channel.start_consuming()",
            "does not call `cook`",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    channel.basic_qos(prefetch_count=1)\n"
            "    for method, _, body in channel.consume(queue, inactivity_timeout=0.3):\n"
            "        if method is None: return\n"
            "        cook(body)\n"
            "        channel.basic_ack(method.delivery_tag)",
            "your function returned",
        ),
        written(
            "def answer(channel, queue, cook):\n"
            "    channel.basic_qos(prefetch_count=1)\n"
            "    for method, _, body in channel.consume(queue):\n"
            "        cook(body.decode())\n"
            "        channel.basic_ack(method.delivery_tag)",
            "it takes the body as it came",
        ),
    ],
    "15.3": [
        written(
            "def answer(channel, replies, question, patience):\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id='1')\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    for method, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=patience):\n"
            "        if method is None:\n"
            "            channel.cancel()\n"
            "            raise TimeoutError\n"
            "        if answer.correlation_id == '1':\n"
            "            channel.cancel()\n"
            "            return body",
            "two questions had the same correlation_id",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    for method, answer, body in channel.consume(replies, inactivity_timeout=patience):\n"
            "        channel.cancel()\n"
            "        if method is None:\n"
            "            raise TimeoutError\n"
            "        return body",
            "stale answers came first, and your function returned",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    for method, answer, body in channel.consume(replies, auto_ack=True):\n"
            "        if answer.correlation_id == number:\n"
            "            channel.cancel()\n"
            "            return body",
            "nobody answers, and after the patience of 0.5 s your function waits on",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    try:\n"
            "        for method, answer, body in channel.consume(replies, inactivity_timeout=patience):\n"
            "            if method is None: return None\n"
            "            if answer.correlation_id == number: return body\n"
            "    finally:\n"
            "        channel.cancel()",
            "nobody answers, and your function returned None instead of raising TimeoutError",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    for method, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=0.05):\n"
            "        if method is None: raise TimeoutError\n"
            "        if answer.correlation_id == number:\n"
            "            channel.cancel()\n"
            "            return body",
            "gave up long before its patience",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    try:\n"
            "        for method, answer, body in channel.consume(replies, inactivity_timeout=patience):\n"
            "            if method is None: raise TimeoutError\n"
            "            if answer.correlation_id == number: return body\n"
            "    finally:\n"
            "        channel.cancel()",
            "only stale answers come, and after the patience",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    channel.basic_publish('', 'prices', question)\n"
            "    for method, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=1):\n"
            "        if method: return body",
            "your function waits on",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    deadline = time.monotonic() + patience\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=question)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    while time.monotonic() < deadline:\n"
            "        method, answer, body = channel.basic_get(replies, auto_ack=True)\n"
            "        if method and answer.correlation_id == question: return body\n"
            "    raise TimeoutError",
            "two questions had the same correlation_id",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    deadline = time.monotonic() + patience\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=str(uuid.uuid4()))\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    while time.monotonic() < deadline:\n"
            "        _, _, body = channel.basic_get(replies, auto_ack=True)\n"
            "        if body and question.encode() in body: return body\n"
            "    raise TimeoutError",
            "stale answers came first, and your function returned",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    deadline = time.monotonic() + patience\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    try:\n"
            "        for method, answer, body in channel.consume(replies, inactivity_timeout=0.05):\n"
            "            if method and answer.correlation_id == number:\n"
            "                channel.basic_ack(method.delivery_tag)\n"
            "                return body\n"
            "            if time.monotonic() > deadline: raise TimeoutError\n"
            "    finally:\n"
            "        channel.cancel()",
            "messages are still in the queue for replies",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    deadline = time.monotonic() + patience\n"
            "    number = str(uuid.uuid4())\n"
            "    mine = channel.queue_declare('', exclusive=True).method.queue\n"
            "    mark = pika.BasicProperties(reply_to=mine, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    while time.monotonic() < deadline:\n"
            "        method, answer, body = channel.basic_get(mine, auto_ack=True)\n"
            "        if method and answer.correlation_id == number: return body\n"
            "    raise TimeoutError",
            "the queue for the answer is 'replies'",
        ),
        written(
            "def answer(channel, replies, question, patience):\n"
            "    deadline = time.monotonic() + patience\n"
            "    number = str(uuid.uuid4())\n"
            "    mark = pika.BasicProperties(reply_to=replies, correlation_id=number)\n"
            "    channel.basic_publish('', 'prices', question, mark)\n"
            "    while (left := deadline - time.monotonic()) > 0:\n"
            "        for method, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=left):\n"
            "            channel.cancel()\n"
            "            if method and answer.correlation_id == number: return body\n"
            "            break\n"
            "    raise TimeoutError",
            "stale answers came first, and your function raised TimeoutError",
        ),
    ],
    "15.4": [
        written(
            "def answer(channel, exchange, orders):\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        channel.basic_publish(exchange, key, body)\n"
            "    return []",
            "reached no queue, and it is not in your list",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    lost = []\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            lost.append((key, body))\n"
            "    return lost",
            "reached no queue, and it is not in your list",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "    return []",
            "UnroutableError",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            return [(key, body)]",
            "should arrive once; it came not at all",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    lost = []\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            lost.append(key)\n"
            "    return lost",
            "is not in your list",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    lost = []\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "            channel.basic_publish(exchange, key, body)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            lost.append((key, body))\n"
            "    return lost",
            "should arrive once; it came 2 times",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    for key, body in orders:\n"
            "        channel.basic_publish(exchange, key, body)\n"
            "    return [(key, body) for key, body in orders if key in ('bnu.pork', 'bun')]",
            "an exchange without any queue loses everything",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    lost = []\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            lost.append((key, body))\n"
            "            channel.basic_publish(exchange, 'bun.pork', body)\n"
            "    return lost",
            "'two' arrived in a queue",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    lost = []\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in reversed(orders):\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            lost.append((key, body))\n"
            "    return lost[::-1]",
            "send them in the order of the list",
        ),
        written(
            "def answer(channel, exchange, orders):\n"
            "    channel.confirm_delivery()\n"
            "    for key, body in orders:\n"
            "        try:\n"
            "            channel.basic_publish(exchange, key, body, mandatory=True)\n"
            "        except pika.exceptions.UnroutableError:\n"
            "            yield key, body",
            "return the list of what reached no queue",
        ),
    ],
    "15.5": [
        written(
            "def answer(channel, method, body, cook):\n    cook(body)\n    channel.basic_ack(method.delivery_tag)",
            "left `handle`",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "    except Exception:\n"
            "        pass\n"
            "    channel.basic_ack(method.delivery_tag)",
            "failed once and got no second try",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "        channel.basic_ack(method.delivery_tag)\n"
            "    except Exception:\n"
            "        channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)",
            "is in the graveyard 0 times",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "        channel.basic_ack(method.delivery_tag)\n"
            "    except Exception:\n"
            "        if method.redelivered:\n"
            "            channel.basic_publish('', 'graveyard', body)\n"
            "        else:\n"
            "            channel.basic_nack(method.delivery_tag, requeue=True)",
            "is still in the queue in the end",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "        channel.basic_ack(method.delivery_tag)\n"
            "    except Exception:\n"
            "        channel.basic_publish('', 'graveyard', body)\n"
            "        channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)",
            "is in the graveyard 2 times",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "    except Exception:\n"
            "        try:\n"
            "            cook(body)\n"
            "        except Exception:\n"
            "            channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)\n"
            "            return\n"
            "    channel.basic_ack(method.delivery_tag)",
            "was cooked again at once",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    for _ in range(2):\n"
            "        try:\n"
            "            cook(body)\n"
            "            break\n"
            "        except Exception:\n"
            "            pass\n"
            "    else:\n"
            "        channel.basic_publish('', 'graveyard', body)\n"
            "    channel.basic_ack(method.delivery_tag)",
            "put it back into the queue",
        ),
        written(
            "def answer(channel, method, body, cook):\n"
            "    try:\n"
            "        cook(body)\n"
            "    except Exception:\n"
            "        if not method.redelivered:\n"
            "            channel.basic_nack(method.delivery_tag, requeue=True)\n"
            "            return\n"
            "        channel.basic_publish('', 'graveyard', body)\n"
            "    channel.basic_ack(method.delivery_tag, multiple=True)",
            "a message that `handle` was not called for is acknowledged too",
        ),
    ],
    "15.6": [
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    if db.execute('SELECT * FROM seen WHERE id = ?', (properties.message_id,)).fetchone() is None:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "        db.commit()\n"
            "        db.execute('INSERT INTO seen VALUES (?)', (properties.message_id,))\n"
            "        db.commit()\n"
            "    channel.basic_ack(method.delivery_tag)",
            "after a power cut before call",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    channel.basic_ack(method.delivery_tag)\n"
            "    if db.execute('INSERT OR IGNORE INTO seen VALUES (?)', (properties.message_id,)).rowcount:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "    db.commit()",
            "after a power cut before call",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    if not method.redelivered:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "        db.commit()\n"
            "    channel.basic_ack(method.delivery_tag)",
            "without any power cut the till says 16 buns",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    if db.execute('INSERT OR IGNORE INTO seen VALUES (?)', (properties.message_id,)).rowcount:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "        db.commit()\n"
            "        channel.basic_ack(method.delivery_tag)",
            "still in the queue",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    if db.execute('INSERT OR IGNORE INTO seen VALUES (?)', (properties.message_id,)).rowcount:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "    channel.basic_ack(method.delivery_tag)\n"
            "    db.commit()",
            "after a power cut before call",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    if db.execute('INSERT OR IGNORE INTO seen VALUES (?)', (properties.message_id,)).rowcount:\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "    channel.basic_ack(method.delivery_tag)",
            "the till says 0 buns",
        ),
        written(
            "seen = set()\n"
            "def answer(channel, method, properties, body, db):\n"
            "    if properties.message_id not in seen:\n"
            "        seen.add(properties.message_id)\n"
            "        db.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "        db.commit()\n"
            "    channel.basic_ack(method.delivery_tag)",
            "after a power cut before call",
        ),
        written(
            "def answer(channel, method, properties, body, db):\n"
            "    db.isolation_level = None\n"
            "    cursor = db.cursor()\n"
            "    if cursor.execute('INSERT OR IGNORE INTO seen VALUES (?)', (properties.message_id,)).rowcount:\n"
            "        cursor.execute('UPDATE till SET buns = buns + ?', (int(body),))\n"
            "    channel.basic_ack(method.delivery_tag)",
            "after a power cut before call",
        ),
    ],
}
