"""What learners would really get wrong in chapter 7, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "07.1": [
        written("answer = 'monkey.patch_all()'", says="not a str"),
        edit(
            '    "from time import sleep",\n',
            "",
            '    "from gevent import monkey",\n    "monkey.patch_all()",\n',
            '    "from gevent import monkey",\n    "from time import sleep",\n    "monkey.patch_all()",\n',
            says="`sleep` is Python's own to the end",
        ),
        edit(
            '    "from threading import Lock",\n',
            "",
            "lines = [\n",
            'lines = [\n    "from threading import Lock",\n',
            says="`Lock` is Python's own to the end",
        ),
        edit(
            '    "from gevent import monkey",\n    "monkey.patch_all()",\n',
            '    "monkey.patch_all()",\n    "from gevent import monkey",\n',
            says="line 1, 'monkey.patch_all()', raised NameError",
        ),
        edit('    "import gevent",\n', "", says="the line 'import gevent' is missing"),
        edit("from time import sleep", "import time", says="is none of the six lines"),
        edit('    "import gevent",\n', '    "import gevent",\n    "monkey.patch_all()",\n', says="once is enough"),
        written("answer = [1, 2, 3, 4, 5, 6]", says="not a int"),
        written("answer = []", says="is missing"),
    ],
    "07.2": [
        edit("max(rounds * latency, pages * work)", "pages / at_once * latency", says="the last round"),
        edit("-(-pages // at_once)", "pages / at_once", says="round"),
        edit("max(rounds * latency, pages * work)", "rounds * latency", says="half a second of work"),
        edit("max(rounds * latency, pages * work)", "rounds * latency + pages * work", says="half a second of work"),
        edit("max(rounds * latency, pages * work)", "rounds * max(latency, at_once * work)", says="short round"),
        edit("return max(rounds * latency, pages * work)", "print(pages)", says="no number"),
    ],
    "07.3": [
        edit(
            "gevent.get_hub().threadpool.apply(function, args, kwargs)",
            "function(*args, **kwargs)",
            says="no other greenlet had a turn",
        ),
        edit(
            "gevent.get_hub().threadpool.apply(function, args, kwargs)",
            "gevent.spawn(function, *args, **kwargs).get()",
            says="no other greenlet had a turn",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        with ThreadPoolExecutor() as pool:
            return pool.submit(function, *args, **kwargs).result()

    return call
""",
            says="no other greenlet had a turn",
        ),
        edit(
            "threadpool.apply(function, args, kwargs)",
            "threadpool.spawn(function, *args, **kwargs)",
            says="wait for the value",
        ),
        edit("function, args, kwargs", "function, args", says="the function was given"),
        edit("apply(function, args, kwargs)", "apply(function(*args, **kwargs))", says="your code raised TypeError"),
        edit("    def call", "    function()\n\n    def call", says="before anybody asked for it"),
        written(
            """
from gevent.threadpool import ThreadPool

def answer(function):
    pool = ThreadPool(1)

    def call(*args, **kwargs):
        return pool.apply(function, args, kwargs)

    return call
""",
            says="the second call began only when the first had ended",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        try:
            return gevent.get_hub().threadpool.apply(function, args, kwargs)
        except Exception as error:
            return error

    return call
""",
            says="the function raised BurntBun, and yours returned BurntBun",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        try:
            return gevent.get_hub().threadpool.apply(function, args, kwargs)
        except Exception as error:
            raise type(error)("the call failed") from error

    return call
""",
            says="yours raised BurntBun('the call failed')",
        ),
        written(
            """
import threading

def answer(function):
    outcome = {}

    def call(*args, **kwargs):
        def run():
            try:
                outcome.update(value=function(*args, **kwargs), error=None)
            except Exception as error:
                outcome.update(error=error)

        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            gevent.sleep(0.001)
        if outcome["error"]:
            raise outcome["error"]
        return outcome["value"]

    return call
""",
            says="called your function at once, for 'pork' and 'leek', and it returned",
        ),
        edit("apply(function, args, kwargs)", "apply(function, args, kwargs) or ''", says="and yours returned ''"),
        written(
            """
import functools

def answer(function):
    @functools.cache
    def call(*args, **kwargs):
        return gevent.get_hub().threadpool.apply(function, args, kwargs)

    return call
""",
            says="called 0 times",
        ),
        edit("    return call\n", "", says="return a function, not a NoneType"),
    ],
    "07.4": [
        edit("vars(module).items()", "vars(module).items() if name in str(suspects)", says="by another name"),
        edit("    return {\n", "    return [\n", "    }\n", "    ]\n", says="return a set, not a list"),
        edit(" if monkey.is_object_patched(*pair)", "", says="was never replaced"),
        edit("value is original", "value == original", says="equal to everything"),
        edit(
            "if any(value",
            "if not name.startswith('_') and any(value",
            says="'_pause' is Python's own `sleep`, by another name",
        ),
        edit(
            "value is original for",
            "all(getattr(value, each, 0) == getattr(original, each) for each in ('__name__', '__module__')) for",
            says="only says that its name is `sleep`",
        ),
        edit(
            "any(value is original for original in originals)",
            "any(id(value) == id(original) for original in originals[:1])",
            says="and it is not in your set",
        ),
        edit("        name\n", "        f'{module.__name__}.{name}'\n", says="and it is not in your set"),
        edit("        name\n", "        value\n", says="return a set of names"),
        edit("monkey.get_original(*pair)", "vars(__import__(pair[0]))[pair[1]]", says="and it is not in your set"),
        written(
            """
def answer(module, suspects):
    patched = [each for each in suspects if monkey.is_object_patched(*each.rsplit(".", 1))]
    return {each.rpartition(".")[2] for each in patched} & set(vars(module))
""",
            says="by another name",
        ),
        written(
            """
def answer(module, suspects):
    originals = set()
    for suspect in ["time.sleep", "threading.Lock", "queue.SimpleQueue", "socket.socket"]:
        originals.add(id(monkey.get_original(*suspect.split("."))))
    return {name for name, value in vars(module).items() if id(value) in originals}
""",
            says="means none of these suspects",
        ),
    ],
}
