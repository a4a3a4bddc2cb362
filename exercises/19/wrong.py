"""What learners would really get wrong in chapter 19, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "19.1": [
        edit('"auto": "lost"', '"auto": "once"', says="'auto' is not 'once': the broker has forgotten the order"),
        edit('"auto": "lost"', '"auto": "twice"', says="'auto' is not 'twice'"),
        edit('"late": "twice"', '"late": "once"', says="'late' is not 'once': the order is not acknowledged"),
        edit('"late": "twice"', '"late": "lost"', says="'late' is not 'lost'"),
        edit('"keyed": "once"', '"keyed": "twice"', says="the till knows its number"),
        edit('"hurry": "lost"', '"hurry": "once"', says="nobody knows whether the broker has written it down"),
        edit('"patient": "once"', '"patient": "lost"', says="brings it back when it starts"),
        edit('"again": "twice"', '"again": "once"', says="may have written the first one down"),
        edit('    "again": "twice",\n', "", says="there is no word for 'again'"),
        edit('"auto": "lost"', '"auto": "never"', says="the word for 'auto' is 'never'"),
        edit('    "auto"', '    "thrice": "once", "auto"', says="'thrice' is none of the cases"),
        written("answer = ['lost', 'twice', 'once', 'lost', 'once', 'twice']", says="not a list"),
    ],
    "19.2": [
        edit("each not in came]", "each not in received and each]", says="'lost' is"),
        edit("times > 1", "times > 2", says="'doubled' is [], but it should be [0]"),
        edit("times > 1", "times >= 1", says="'doubled' is ['pork', 'lotus'], but it should be []"),
        edit("times > 1", "times == 2", says="'doubled' is [], but it should be ['lotus']"),
        edit("each for each in promised if", "each for each in sorted(promised, key=str) if", says="'lost' is"),
        edit("dict.fromkeys(promised)", "list(promised)", says="'lost' is ['tea', 'tea']"),
        edit("each for each in came if each", "each for each in received if each", says="'unexpected' is"),
        edit("each in came if each not in promised", "each in came if each in promised", says="'unexpected' is"),
        edit('        "unexpected": [each for each in came if each not in promised],\n', "", says="the keys are"),
        edit(
            "[each for each in came if each not in promised]",
            "{each for each in came if each not in promised}",
            says="is a set",
        ),
        edit("if each not in came]", "if each not in came][:5]", says="'lost' is"),
        edit("    return {", "    received.clear()\n    return {", says="changed a list that it was given"),
        edit("Counter(received)", "Counter(map(str, received))", says="for promised [0, '', 1]"),
        edit(
            "    promised, came",
            "    received = [each.strip().lower() if isinstance(each, str) else each for each in received]\n"
            "    promised, came",
            says="received ['7', 'Tea', 'tea '] 'lost' is [7], but it should be [7, 'tea']",
        ),
        written(
            """
def answer(promised, received, seen=[]):
    seen.extend(received)
    return {
        "lost": [each for each in dict.fromkeys(promised) if each not in seen],
        "doubled": [each for each in dict.fromkeys(received) if received.count(each) > 1],
        "unexpected": [each for each in dict.fromkeys(received) if each not in promised],
    }
""",
            says="for promised ['pork', 'lotus', 'tea'] and received ['tea'] 'lost' is []",
        ),
        written(
            """
def answer(promised, received):
    seen, again = [], []
    for each in received:
        if each in seen and each not in again:
            again.append(each)
        seen.append(each)
    return {
        "lost": [each for each in dict.fromkeys(promised) if each not in received],
        "doubled": again,
        "unexpected": [each for each in dict.fromkeys(received) if each not in promised],
    }
""",
            says="'doubled' is",
        ),
        written(
            "def answer(promised, received):\n    print(promised)", says="the answer should be a dict, not a NoneType"
        ),
    ],
    "19.3": [
        edit("(each == tag or (multiple and each < tag))", "each == tag", says="`open` is ['tea', 'rice'"),
        edit("(each == tag or (multiple and each < tag))", "each <= tag", says="acked(2, False) `open` is"),
        edit("each == tag or (multiple and each < tag)", "multiple or each == tag", says="acked(2, True) `open` is []"),
        edit('"failed" if row[1] else fate', "fate", says="returned('tea'), acked(1, False) `kept` is"),
        edit('row == [message, False, "open"]', "row[0] == message", says="returned('tea'), acked(2, True) `kept` is"),
        edit(
            'row == [message, False, "open"]',
            'row[::2] == [message, "open"]',
            says="returned('tea'), returned('tea'), acked(2, True) `kept` is ['tea']",
        ),
        edit("next(row for", "[*(row for", "])[1] = True", "])][-1][1] = True", says="`"),
        edit('row[2] == "open" and (each', "(each", says="`"),
        edit(
            'row == [message, False, "open"]',
            'row[0] is message and row[1:] == [False, "open"]',
            says="StopIteration",
        ),
        written(
            """
class Tracker:
    def __init__(self):
        self._open, self._returned, self.kept, self.failed = {}, set(), [], []

    def sent(self, tag, message):
        self._open[tag] = message

    def acked(self, tag, multiple):
        self._move(tag, multiple, self.kept)

    def nacked(self, tag, multiple):
        self._move(tag, multiple, self.failed)

    def _move(self, tag, multiple, fate):
        for each in [each for each in self._open if each == tag or multiple and each < tag]:
            (self.failed if each in self._returned else fate).append(self._open.pop(each))

    def returned(self, message):
        self._returned.add(next(t for t, m in self._open.items() if m == message and t not in self._returned))

    open = property(lambda self: list(self._open.values()))

answer = Tracker
""",
            says="acked(2, False), acked(1, False) `kept` is ['bun', 'tea'], but it should be ['tea', 'bun']",
        ),
        edit('multiple, "failed")', 'multiple, "kept")', says="nacked(1, False) `kept` is ['tea']"),
        edit('multiple, "failed")', 'False, "failed")', says="nacked(2, True)"),
        edit(
            "        self._rows = {}",
            "        pass\n\n    _rows = {}",
            says="another Tracker, to which nothing has happened",
        ),
        edit(")[1] = True", ')[2] = "failed"', says="returned('tea') `open` is []"),
        edit('    kept = property(lambda self: self._in("kept"))\n', "", says="a Tracker has no list `kept`"),
        edit("def nacked", "def refused", says="Tracker has no method `nacked`"),
        edit("return [row[0]", "return [self._rows", says="`open` is"),
        edit("if row[2] == fate]", "if row[2] == fate and row[0]]", says="`open` is []"),
        written("class Tracker: pass\nanswer = Tracker()", says="give the class Tracker itself"),
    ],
    "19.4": [
        edit(
            "        with shop:\n            shop.execute",
            "        if True:\n            shop.execute",
            says="another connection saw",
        ),
        edit(
            'DELETE FROM outbox WHERE rowid = ?", [row[0]]',
            'DELETE FROM outbox WHERE message = ?", [row[1]]',
            says="with ['tea', 'tea', 'bun', 'tea'] in the outbox, another connection saw",
        ),
        edit("while row :=", "if row :=", says="you published ['tea'], and ['tea', 'bun', 'rice'] was to be published"),
        written(
            """
def answer(shop, publish):
    for _ in range(2):  # once more, for what has come meanwhile
        for number, message in shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid").fetchall():
            publish(message)
            with shop:
                shop.execute("DELETE FROM outbox WHERE rowid = ?", [number])
""",
            says="with ['tea'] in the outbox and more written meanwhile, you published ['tea', 'bun'], and",
        ),
        edit("ORDER BY rowid", "ORDER BY rowid DESC", says="another connection saw ['tea', 'bun'] there"),
        edit("ORDER BY rowid", "ORDER BY message", says="another connection saw"),
        edit("        publish(row[1])\n", "", says="you published []"),
        edit(
            "        publish(row[1])\n",
            "",
            '"DELETE FROM outbox WHERE rowid = ?", [row[0]])',
            '"DELETE FROM outbox WHERE rowid = ?", [row[0]])\n        publish(row[1])',
            says="had not been confirmed",
        ),
        edit(
            "        publish(row[1])",
            "        try:\n            publish(row[1])\n        except Exception:\n            return",
            says="the exception did not reach the caller",
        ),
        edit(
            "        publish(row[1])",
            "        try:\n            publish(row[1])\n        except Exception:\n            continue",
            says="`publish` was called once more after it, with 'tea'",
        ),
        edit(
            "        publish(row[1])",
            "        for again in range(3):\n            try:\n                publish(row[1])\n                break\n"
            "            except Exception:\n                if again == 2:\n                    raise",
            says="an exception at number 1, `publish` was called once more after it, with 'tea'",
        ),
        edit(
            "        publish(row[1])\n        with shop:\n            shop",
            "        try:\n            publish(row[1])\n        finally:\n            shop",
            "[row[0]])",
            "[row[0]])\n            shop.commit()",
            says="an exception at number 1, the outbox held ['bun', 'tea'] in the end",
        ),
        edit(
            "        publish(row[1])",
            "        if row[1]:\n            publish(row[1])",
            says="with ['', 'tea', '', '0']",
        ),
        written(
            """
def answer(shop, publish):
    for number, message in shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid"):
        publish(message)
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [number])
""",
            says="nobody else could write while 'tea' was being published",
        ),
        written(
            """
from itertools import count

def answer(shop, publish):
    for number in count(1):
        row = shop.execute("SELECT message FROM outbox ORDER BY rowid LIMIT 1").fetchone()
        if row is None:
            return
        publish(row[0])
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [number])
""",
            says="another connection saw ['tea', 'bun', 'rice'] there, when 'tea' was to be published; ['bun', 'rice']",
        ),
        written(
            """
def answer(shop, publish):
    while rows := shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid LIMIT 2").fetchall():
        for _, message in rows:
            publish(message)
        with shop:
            shop.executemany("DELETE FROM outbox WHERE rowid = ?", [row[:1] for row in rows])
""",
            says="when 'bun' was to be published; ['bun', 'rice'] had not been confirmed",
        ),
        edit("publish(row[1])", "publish(row[0])", says="you published [2, 4, 6]"),
        edit(
            'DELETE FROM outbox WHERE rowid = ?", [row[0]]',
            'DELETE FROM outbox"',
            says="you published ['tea'], and ['tea', 'bun', 'rice']",
        ),
        written(
            """
def answer(shop, publish):
    for number, message in shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid").fetchall():
        publish(message)
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [number])
""",
            says="you published ['tea', 'bun'], and ['tea', 'bun', 'rice', 'tea'] was to be",
        ),
        written(
            """
def answer(shop, publish):
    rows = shop.execute("SELECT message FROM outbox ORDER BY rowid").fetchall()
    for (message,) in rows:
        publish(message)
    with shop:
        shop.execute("DELETE FROM outbox")
""",
            says="another connection saw ['tea', 'bun', 'rice'] there, when 'bun' was to be published",
        ),
        written(
            """
def answer(shop, publish):
    with shop:
        while row := shop.execute("SELECT rowid, message FROM outbox ORDER BY rowid").fetchone():
            publish(row[1])
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [row[0]])
""",
            says="another connection saw",
        ),
        written(
            """
def answer(shop, publish):
    last = 0
    while row := shop.execute("SELECT rowid, message FROM outbox WHERE rowid > ? LIMIT 1", [last]).fetchone():
        last, message = row
        publish(message)
        with shop:
            shop.execute("DELETE FROM outbox WHERE rowid = ?", [last])
""",
            says="and 'rice' written when the outbox was empty, before you looked there once more, you published",
        ),
    ],
    "19.5": [
        edit(
            "\n    channel.basic_ack(method.delivery_tag)",
            "",
            "    try:\n        work(body)",
            "    channel.basic_ack(method.delivery_tag)\n    try:\n        work(body)",
            says="the order was settled before its copy was in a queue",
        ),
        edit("except Exception as error", "except ValueError as error", says="_Burnt"),
        edit(
            "    except Exception as error:\n",
            "    except:\n        error = sys.exc_info()[1]\n",
            "def handle",
            "import sys\n\ndef handle",
            says="work raises KeyboardInterrupt, which is no Exception: there is a copy in 'wait.short'",
        ),
        edit(
            "    except Exception as error:\n",
            "    except KeyboardInterrupt:\n        pass\n    except Exception as error:\n",
            says="work raises KeyboardInterrupt, which is no Exception: it did not reach the caller",
        ),
        edit(
            "\n    channel.basic_ack(method.delivery_tag)",
            "\n    finally:\n        channel.basic_ack(method.delivery_tag)",
            says="work raises KeyboardInterrupt, which is no Exception: the order was acknowledged all the same",
        ),
        edit("except Exception as error", "except BaseException as error", says="work raises KeyboardInterrupt"),
        edit("except Exception as error", "except (ValueError, KeyError, OSError) as error", says="_Burnt"),
        edit("tries + 1\n", "tries\n", says="has the headers {'tries': 0}, and they were to be {'tries': 1}"),
        edit(
            "rooms[tries] if",
            "rooms[tries - 1] if",
            says="the copy is in 'wait.longer', and it was to be in 'wait.short'",
        ),
        edit("tries < len(rooms)", "tries < 3", says="IndexError"),
        edit("tries < len(rooms)", "tries <= len(rooms)", says="IndexError"),
        edit("tries < len(rooms)", "tries != len(rooms)", says="IndexError"),
        edit(
            "        headers = dict(properties.headers or {})\n",
            '        headers = {"tries": (properties.headers or {}).get("tries", 0)}\n',
            says="'guest': 'Li'",
        ),
        edit(
            "dict(properties.headers or {})",
            "{key: value for key, value in (properties.headers or {}).items() if value}",
            says="'guest': ''",
        ),
        edit("dict(properties.headers or {})", "dict(properties.headers)", says="TypeError"),
        edit(", message_id=properties.message_id", "", says="the copy has the message_id None"),
        edit("delivery_mode=2", "delivery_mode=1", says="the copy is not persistent (delivery_mode 1)"),
        edit(
            '        if room == "parked":\n            headers["error"]',
            '        if True:\n            headers["error"]',
            says="'error': 'ValueError'}, and they were to be {'tries': 1}",
        ),
        edit("type(error).__name__", "str(error)", says="'error': 'burnt'"),
        edit(
            'headers["error"] = type(error).__name__',
            'headers.setdefault("error", type(error).__name__)',
            says="'error': 'OSError', 'tries': 8}, and they were to be {'error': 'ValueError', 'tries': 8}",
        ),
        edit(
            "method.delivery_tag)", "method.delivery_tag, multiple=True)", says="another order, which was taken before"
        ),
        edit("message_id=properties.message_id", 'message_id=properties.message_id or "?"', says="the order has None"),
        edit(
            "delivery_mode=2",
            "delivery_mode=properties.delivery_mode",
            says="the copy is not persistent (delivery_mode 1)",
        ),
        edit("room, body, copy", "room, body.strip(), copy", says="the body of the copy is b'Bao\\xff'"),
        edit(
            "        work(body)\n",
            "        if not work(body):\n            raise ValueError\n",
            says="work returns False: there is a copy in 'wait.short'",
        ),
        edit(
            ", mandatory=True",
            ", mandatory=room != 'parked'",
            says="there is no queue 'parked', so the copy cannot be published: no UnroutableError",
        ),
        edit(
            "channel.basic_publish(",
            "try:\n            channel.basic_publish(",
            "mandatory=True)\n",
            "mandatory=True)\n        finally:\n            channel.basic_ack(method.delivery_tag)\n        return\n",
            says="the order was acknowledged all the same",
        ),
        edit(", mandatory=True", "", says="no UnroutableError reached the caller"),
        edit(
            "        channel.basic_publish(",
            "        if tries <= len(rooms): channel.basic_publish(",
            says="headers {'error': 'OSError', 'tries': 7}, work raises ValueError: the order was settled before",
        ),
        edit(
            "\n    channel.basic_ack(method.delivery_tag)",
            "\n        channel.basic_ack(method.delivery_tag)",
            says="work returns False: the order was not acknowledged",
        ),
        edit(
            "\n    channel.basic_ack(method.delivery_tag)",
            "\n    channel.basic_nack(method.delivery_tag, requeue=False)",
            says="the order was not acknowledged",
        ),
        edit(
            "        work(body)\n",
            "        work(body)\n        work(body)\n",
            says="`work` was called with [b'bun', b'bun']",
        ),
        edit("work(body)\n", "work(body.decode())\n", says="`work` was called with ['bun']"),
        edit("room, body, copy", 'room, b"bao", copy', says="the body of the copy is b'bao'"),
        edit(
            "        room = rooms[tries] if tries < len(rooms) else",
            "        for _ in range(tries):\n            if rooms:\n                rooms.pop(0)\n"
            "        room = rooms.pop(0) if rooms else",
            says="your function changed `rooms`, which the next order needs, to ['wait.long', 'wait.longer']",
        ),
        edit(
            "    except Exception as error:\n",
            "    except (KeyboardInterrupt, SystemExit):\n        raise\n    except BaseException as error:\n",
            says="work raises _CalledAway, which is no Exception: there is a copy in 'wait.short'",
        ),
        edit(
            "        channel.basic_publish(",
            "        channel.queue_declare(room, durable=True)\n        channel.basic_publish(",
            says="there was no queue 'nowhere', and your function declared one",
        ),
        edit(
            "mandatory=True)\n",
            "mandatory=True)\n        channel.basic_ack(method.delivery_tag)\n        raise\n",
            says="work raises ValueError: the copy is in 'wait.short', and the exception reached the caller",
        ),
        edit(
            "        channel.basic_publish(",
            "        raise\n        channel.basic_publish(",
            says="work raises ValueError: there is no copy, and the exception reached the caller",
        ),
        edit(
            "        headers = dict(properties.headers or {})\n",
            "        headers = dict(properties.headers or {})\n        headers.pop('error', None)\n",
            says="they were to be {'error': 'OSError', 'tries': 1}",
        ),
        edit(
            '        channel.basic_publish("", room, body, copy, mandatory=True)\n',
            '        try:\n            channel.basic_publish("", room, body, copy, mandatory=True)\n'
            "        except pika.exceptions.NackError:\n            pass\n",
            says="the queue 'full' takes no message more, so the copy cannot be published: no NackError reached",
        ),
    ],
}
