"""Answers to the exercises of chapter 7 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "07.1": [
        edit(
            '    "import gevent",\n',
            "",
            '    "from threading import Lock",\n',
            '    "import gevent",\n    "from threading import Lock",\n',
        ),
        edit(
            '    "from threading import Lock",\n',
            "",
            '    "from time import sleep",\n',
            '    "from threading import Lock",\n    "from time import sleep",\n',
        ),
        written("""
answer = '''
import gevent
from gevent import monkey
monkey.patch_all()
from threading import Lock
from time import sleep
gevent.joinall([gevent.spawn(sleep, 0.01) for customer in 'ABC'], raise_error=True)
'''.strip().splitlines(keepends=True)
"""),
        edit(
            '    "from gevent import monkey",\n    "monkey.patch_all()",\n    "import gevent",\n',
            '    "import gevent",\n    "from gevent import monkey",\n    "monkey.patch_all()",\n',
        ),
        written("""
answer = (
    "from gevent import monkey",
    "monkey.patch_all()",
    "from threading import Lock",
    "from time import sleep",
    "import gevent",
    "gevent.joinall([gevent.spawn(sleep, 0.01) for customer in 'ABC'], raise_error=True)",
)
"""),
        written("""
answer = [
    "from gevent import monkey",
    "monkey.patch_all()",
    "from time import sleep",
    "import gevent",
    "gevent.joinall([gevent.spawn(sleep, 0.01) for customer in 'ABC'], raise_error=True)",
    "from threading import Lock",
]
"""),
    ],
    "07.2": [
        edit("-(-pages // at_once)", "(pages + at_once - 1) // at_once", "return max", "print(rounds)\n    return max"),
        written("""
from fractions import Fraction
answer = lambda pages, latency, at_once, work: sorted(
    [len(range(0, pages, at_once)) * Fraction(latency), pages * Fraction(work)])[-1]
"""),
        written("""
class Crawl:
    def __init__(self, at_once):
        self.at_once = at_once
    def rounds(self, pages):
        full, rest = divmod(pages, self.at_once)
        return full + bool(rest)

def answer(pages, latency, at_once, work):
    waiting, working = Crawl(at_once).rounds(pages) * latency, pages * work
    return waiting if waiting > working else working
"""),
        written("""
def answer(pages, latency, at_once, work):
    if pages <= 0:
        return 0
    return max(latency, answer(pages - at_once, latency, at_once, 0) + latency, pages * work)
"""),
        written("""
from math import ceil

def answer(pages, latency, at_once, work):
    return max(ceil(pages / at_once) * latency, pages * work)
"""),
        written("""
def answer(pages, latency, at_once, work):
    waiting = 0
    for _ in range(0, pages, at_once):
        waiting += latency
    if waiting > pages * work:
        return waiting
    return pages * work
"""),
        written("""
from decimal import Decimal

def answer(pages, latency, at_once, work):
    latency, work = Decimal(str(latency)), Decimal(str(work))
    return max(-(-pages // at_once) * latency, pages * work)
"""),
    ],
    "07.3": [
        written(
            """
pool = gevent.threadpool.ThreadPool(10)
def answer(function):
    return lambda *args, **kwargs: pool.apply(function, args, kwargs)
"""
        ),
        written(
            """
threads = gevent.get_hub().threadpool
def answer(function):
    return lambda *args, **kwargs: threads.spawn(function, *args, **kwargs).get()
"""
        ),
        written(
            """
class answer:
    pool = gevent.threadpool.ThreadPool(10)
    def __init__(self, function):
        self.function = function
    def __call__(self, *args, **kwargs):
        return self.pool.apply(self.function, args, kwargs)
"""
        ),
        written(
            """
executor = gevent.threadpool.ThreadPoolExecutor(10)
def answer(function):
    return lambda *args, **kwargs: executor.submit(function, *args, **kwargs).result()
"""
        ),
        written("""
from gevent.event import AsyncResult
from gevent.threadpool import ThreadPool

def answer(function):
    threads = ThreadPool(20)

    def outcome(args, kwargs):
        try:
            return True, function(*args, **kwargs)
        except Exception as error:
            return False, error

    def call(*args, **kwargs):
        done = AsyncResult()
        threads.spawn(outcome, args, kwargs).rawlink(lambda result: done.set(result.value))
        good, value = done.get()
        print(function, good)
        if good:
            return value
        raise value

    return call
"""),
        edit("threadpool.apply(function, args, kwargs)", "threadpool.spawn(function, *args, **kwargs).get()"),
        written("""
import functools
from gevent.threadpool import ThreadPoolExecutor as GreenExecutor

def answer(function):
    pool = GreenExecutor(5)

    @functools.wraps(function)
    def call(*args, **kwargs):
        return pool.submit(function, *args, **kwargs).result()

    return call
"""),
        written("""
from gevent.threadpool import ThreadPool

class answer:
    def __init__(self, function):
        self.function, self.pool = function, ThreadPool(10)

    def __call__(self, *args, **kwargs):
        return self.pool.apply(self.function, args, kwargs)
"""),
        written("""
import threading

def answer(function):
    def call(*args, **kwargs):
        outcome = []

        def run():
            try:
                outcome.append((function(*args, **kwargs), None))
            except Exception as error:
                outcome.append((None, error))

        threading.Thread(target=run).start()
        while not outcome:
            gevent.sleep(0.001)
        value, error = outcome[0]
        if error:
            raise error
        return value

    return call
"""),
        written("""
from concurrent.futures import ThreadPoolExecutor

def answer(function):
    pool = ThreadPoolExecutor(10)
    print("a pool for", function)


    def call(*args, **kwargs):
        future = pool.submit(function, *args, **kwargs)
        while not future.done():
            gevent.sleep(0.001)
        return future.result()

    return call
"""),
    ],
    "07.4": [
        written("""
def answer(module, suspects):
    found = set()
    for home, item in {tuple(suspect.rsplit(".", 1)) for suspect in suspects}:
        if monkey.is_object_patched(home, item):
            original = monkey.get_original(home, item)
            found |= {name for name in dir(module) if getattr(module, name) is original}
    print(found)
    return found
"""),
        written("""
class Suspect:
    def __init__(self, dotted):
        self.home, _, self.item = dotted.rpartition(".")
    def is_meant_by(self, value):
        return monkey.is_object_patched(self.home, self.item) and value is monkey.get_original(self.home, self.item)

def answer(module, suspects):
    everyone = list(map(Suspect, suspects))
    names = filter(lambda name: any(each.is_meant_by(module.__dict__[name]) for each in everyone), module.__dict__)
    return set(names)
"""),
        written("""
import inspect

def answer(module, suspects):
    def is_left(value):
        for suspect in suspects:
            home, item = suspect.rsplit(".", 1)
            if monkey.is_object_patched(home, item) and value is monkey.get_original(home, item):
                return True
        return False

    return {name for name, _ in inspect.getmembers(module, is_left)}
"""),
        written("""
def answer(module, suspects):
    found = set()
    for suspect in suspects:
        home, _, item = suspect.rpartition(".")
        if monkey.is_object_patched(home, item):
            original = monkey.get_original(home, item)
            for name in vars(module):
                if getattr(module, name) is original:
                    found.add(name)
    return found
"""),
        written("""
def answer(module, suspects):
    pairs = [suspect.rsplit(".", 1) for suspect in suspects]
    originals = {id(monkey.get_original(*pair)) for pair in pairs if monkey.is_object_patched(*pair)}
    return {name for name in vars(module) if id(vars(module)[name]) in originals}
"""),
        written("""
import importlib

def answer(module, suspects):
    originals = []
    for suspect in suspects:
        home, _, item = suspect.rpartition(".")
        original = monkey.get_original(home, item)
        if getattr(importlib.import_module(home), item) is not original:
            originals.append(original)
    return frozenset(name for name, value in vars(module).items() if id(value) in map(id, originals))
"""),
    ],
}
