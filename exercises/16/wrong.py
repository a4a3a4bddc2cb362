"""What learners would really get wrong in chapter 16, with a part of what they should be told."""

from exercises.answers import edit, written

GIVE_UP = """\
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {patience} s")
"""

WRONG = {
    "16.1": [
        edit('"Li", "Wang", "mayor"', '"mayor", "Li", "Wang"', says="guest 1 was not 'mayor'"),
        edit('"mayor", "regular"', '"regular", "mayor"', says="guest 3 was not 'regular'"),
        edit('"mayor", "regular", "Chen"', '"Chen", "regular", "mayor"', says="guest 3 was not 'Chen'"),
        edit('"Wang", ', "", says="you give 4 names, 4 of them different"),
        edit('"Wang"', '"Li"', says="you give 5 names, 4 of them different"),
        edit('"mayor"', '"the boss"', says="'the boss' is none of the five"),
        written("answer = 'Li'", says="not a str"),
    ],
    "16.2": [
        edit('"#.error"', '"*.error"', says="should reach 'alarm', and did not"),
        edit('"*.oven.#"', '"#.oven.*"', says="should reach 'oven', and did not"),
        edit('"north.#"', '"north.*"', says="should reach 'north', and did not"),
        edit('"*.till.warning", "*.till.error"', '"*.till.*"', says="'north.till.info' reached 'money'"),
        edit('"#.error"', '"#"', says="reached 'alarm', which should not get it"),
        edit('["#.error"]', '"#.error"', says="a list of patterns"),
        written("answer = ['#.error']", says="a dictionary with the keys alarm, oven, north, money"),
        edit('"north.#"', '"#.north.#"', says="'south.door.north.info' reached 'north'"),
    ],
    "16.3": [
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
    ],
    "16.4": [
        edit(", mandatory=True", "", says="reached no queue, and it is not in your list"),
        edit("    channel.confirm_delivery()\n", "", says="reached no queue, and it is not in your list"),
        edit("exceptions.UnroutableError", "exceptions.NackError", says="UnroutableError"),
        edit("lost.append((key, body))", "return [(key, body)]", says="should arrive once; it came not at all"),
        edit("lost.append((key, body))", "lost.append(key)", says="is not in your list"),
        edit(
            "mandatory=True)\n",
            "mandatory=True)\n            channel.basic_publish(exchange, key, body)\n",
            says="should arrive once; it came 2 times",
        ),
        written(
            """
def answer(channel, exchange, orders):
    for key, body in orders:
        channel.basic_publish(exchange, key, body)
    return [(key, body) for key, body in orders if key in ("bnu.pork", "bun")]
""",
            says="an exchange without any queue loses everything",
        ),
        edit(
            "lost.append((key, body))\n",
            'lost.append((key, body))\n            channel.basic_publish(exchange, "bun.pork", body)\n',
            says="'two' arrived in a queue",
        ),
        edit("in orders", "in reversed(orders)", "return lost", "return lost[::-1]", says="in the order of the list"),
        edit(
            "lost.append((key, body))",
            "yield key, body",
            "    return lost\n",
            "",
            says="return the list of what reached no queue",
        ),
    ],
    "16.5": [
        edit("str(uuid.uuid4())", '"1"', says="two questions had the same correlation_id"),
        edit(
            "                if answer.correlation_id == number:\n                    return body\n",
            "                return body\n",
            says="stale answers came first, and your function returned",
        ),
        edit(GIVE_UP, "", says="nobody answers, and after the patience of 0.5 s your function waits on"),
        edit(
            'raise TimeoutError(f"no answer within {patience} s")',
            "return None",
            says="nobody answers, and your function returned None instead of raising TimeoutError",
        ),
        edit(
            "inactivity_timeout=0.05",
            "inactivity_timeout=0.25",
            "if time.monotonic() > deadline",
            "if not method",
            says="gave up long before its patience",
        ),
        edit(
            "inactivity_timeout=0.05",
            "inactivity_timeout=patience",
            "if time.monotonic() > deadline",
            "if not method",
            says="only stale answers come, and after the patience",
        ),
        edit("question, mark)", "question)", GIVE_UP, "", says="your function waits on"),
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
            says="messages are still in the queue for replies",
        ),
        edit(
            "    mark =",
            '    mine = channel.queue_declare("", exclusive=True).method.queue\n    mark =',
            "reply_to=replies",
            "reply_to=mine",
            "consume(replies",
            "consume(mine",
            says="the queue for the answer is 'replies'",
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
            says="stale answers came first, and your function raised TimeoutError",
        ),
    ],
}
