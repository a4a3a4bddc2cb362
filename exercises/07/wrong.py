"""What learners would really get wrong in chapter 7, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "07.1": [
        edit('"import gevent"', '"    import gevent"', says="is none of the six lines"),
        edit(
            '    "monkey.patch_all()",\n',
            "",
            '    "from threading import Lock",\n',
            '    "from threading import Lock",\n    "monkey.patch_all()",\n',
            says="is Python's own to the end",
        ),
        edit(
            '    "import gevent",\n',
            "",
            'raise_error=True)",\n',
            "raise_error=True)\",\n    'import gevent',\n",
            says="raised NameError: name 'gevent' is not defined",
        ),
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
        written("answer = [1, 2, 3, 4, 5, 6]", says="not an int"),
        written("answer = []", says="is missing"),
    ],
    "07.2": [
        edit(
            "-(-pages // at_once)", "pages // at_once", says="least_seconds(7, 1, 3, 0) is 3, and your function says 2"
        ),
        edit(
            "-(-pages // at_once)",
            "pages // at_once + 1",
            says="least_seconds(9, 1, 3, 0) is 3, and your function says 4",
        ),
        edit("-(-pages // at_once)", "int(pages / at_once + 0.99)", says="least_seconds(2001, 0.2, 2000, 0) is 0.4"),
        edit("-(-pages // at_once)", "round(pages / at_once + 0.4)", says="and your function says"),
        edit(
            "-(-pages // at_once)",
            "max(1, -(-pages // at_once))",
            says="least_seconds(0, 0.2, 50, 0.001) is 0, and your function says 0.2",
        ),
        edit("max(rounds", "min(rounds", says="least_seconds(9, 1, 3, 0) is 3, and your function says 0"),
        edit(
            "return max(rounds * latency, pages * work)",
            "return int(max(rounds * latency, pages * work))",
            says="least_seconds(3, 0.2, 10, 0) is 0.2, and your function says 0",
        ),
        edit(
            "return max(rounds * latency, pages * work)",
            "return round(max(rounds * latency, pages * work), 1)",
            says="and your function says",
        ),
        edit("pages * work", "pages * work / at_once", says="half a second of work"),
        edit("pages * work)", "rounds * work)", says="half a second of work"),
        edit(
            "return max(rounds * latency, pages * work)",
            "return f'{max(rounds * latency, pages * work)} s'",
            says="no number",
        ),
        edit("max(rounds * latency, pages * work)", "pages / at_once * latency", says="the last round"),
        edit("-(-pages // at_once)", "pages / at_once", says="round"),
        edit("max(rounds * latency, pages * work)", "rounds * latency", says="half a second of work"),
        edit("max(rounds * latency, pages * work)", "rounds * latency + pages * work", says="half a second of work"),
        edit("max(rounds * latency, pages * work)", "rounds * max(latency, at_once * work)", says="short round"),
        edit("return max(rounds * latency, pages * work)", "print(pages)", says="no number"),
    ],
    "07.3": [
        edit(
            "call(*args, **kwargs)",
            "call(*args)",
            "apply(function, args, kwargs)",
            "apply(function, args)",
            says="the function was called 0 times, and yours raised TypeError(",
        ),
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
        edit(
            "threadpool.apply(function, args, kwargs)",
            "threadpool.spawn(function, *args, **kwargs).get(timeout=5)",
            says="the function took long and returned 'tea', and yours raised <Timeout",
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
            says="while none ended, for 0.5 s, only 1 of the five calls began",
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
            says="the function raised BurntBun('the bun is burnt'), and yours returned BurntBun",
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
            says="called your function at once, for ['pork', 'leek', None, 0, 'lotus'], and it returned",
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
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        outcome = gevent.get_hub().threadpool.spawn(function, *args, **kwargs).get()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
    return call
""",
            says="the function returned ValueError('returned, not raised'), and yours raised",
        ),
        written(
            """
from gevent.threadpool import ThreadPool
def answer(function):
    pool = ThreadPool(3)
    return lambda *args, **kwargs: pool.apply(function, args, kwargs)
""",
            says="only 3 of the five calls began",
        ),
        written(
            """
import threading
lock = threading.Lock()
def answer(function):
    def call(*args, **kwargs):
        with lock:
            return gevent.get_hub().threadpool.apply(function, args, kwargs)
    return call
""",
            says="your code stopped the whole thread",
        ),
        written(
            """
from gevent.lock import BoundedSemaphore
def answer(function):
    door = BoundedSemaphore(1)
    def call(*args, **kwargs):
        with door:
            return gevent.get_hub().threadpool.apply(function, args, kwargs)
    return call
""",
            says="only 1 of the five calls began",
        ),
        written(
            """
def answer(function):
    answer.function = function
    def call(*args, **kwargs):
        return gevent.get_hub().threadpool.apply(answer.function, args, kwargs)
    return call
""",
            says="the function was called 0 times",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        try:
            return gevent.get_hub().threadpool.apply(function, args, kwargs)
        except KeyError:
            return None
    return call
""",
            says="the function raised KeyError('bun'), and yours returned None",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        gevent.sleep(0)
        return function(*args, **kwargs)
    return call
""",
            says="no other greenlet had a turn",
        ),
        written(
            """
def answer(function):
    def call(*args, **kwargs):
        for attempt in range(3):
            try:
                return gevent.get_hub().threadpool.apply(function, args, kwargs)
            except OSError as error:
                last = error
        raise last
    return call
""",
            says="the function was called 3 times",
        ),
        edit(
            "return gevent.get_hub().threadpool.apply(function, args, kwargs)",
            "result = gevent.get_hub().threadpool.spawn(function, *args, **kwargs)\n"
            "        while not result.ready():\n            pass\n        return result.get()",
            says="your code stopped the whole thread, and no greenlet had a turn any more",
        ),
        edit(
            "return gevent.get_hub().threadpool.apply(function, args, kwargs)",
            "result = gevent.get_hub().threadpool.spawn(function, *args, **kwargs)\n"
            "        result.wait()\n        return result.value",
            says="the function raised BurntBun('the bun is burnt'), and yours returned None",
        ),
    ],
    "07.4": [
        edit(
            "vars(module).items()",
            "vars(module).items() if not name.startswith('__')",
            says="'__doze__' is Python's own",
        ),
        edit(  # which leaves out SimpleQueue, and since Python 3.13 Lock, for that is a class there
            "value is original for",
            "value is original and not isinstance(value, type) for",
            says="and it is not in your set",
        ),
        edit(
            "value is original for",
            "getattr(value, '__name__', 0) == original.__name__ for",
            says="and yet it is in your set",
        ),
        edit("    patched = [", "    patched = pairs or [", says="'monotonic' was never replaced"),
        edit("    return {\n", "    return bool(originals) and {\n", says="return a set, not a bool"),
        edit(
            " if monkey.is_object_patched(*pair)]",
            " if monkey.is_module_patched(pair[0])]",
            says="'monotonic' was never replaced",
        ),
        edit(
            "for name, value in vars(module).items()",
            "for name, value in __import__('sys').modules[module.__name__].items()",
            says="KeyError",
        ),
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
