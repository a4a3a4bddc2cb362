"""Answers to the exercises of chapter 2 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "02.1": [
        written("answer = dict(child=3, received=2, parent=1)"),
        written("answer = {'parent': len(['flour']), 'received': 1 + 1, 'child': 1 + 1 + 1}"),
        written("answer = dict(zip(['parent', 'received', 'child'], range(1, 4)))"),
        written("answer = {'child': 3, 'received': 2, 'parent': 1, 'note': 'three lists'}"),
        written("from collections import Counter\nanswer = Counter(['child'] * 3 + ['received'] * 2 + ['parent'])"),
        written("answer = dict(goods := [('child', 3), ('received', 2), ('parent', 1)])\nprint(goods)"),
    ],
    "02.2": [
        written(
            """
def answer(pool, n):
    edges = [n * part // 4 for part in range(5)]
    return sum(pool.map(sum, map(range, edges, edges[1:])))
"""
        ),
        written(
            """
def answer(pool, n):
    futures = []
    for first in range(4):
        futures.append(pool.submit(sum, range(first, n, 4)))
    result = 0
    for future in futures:
        result += future.result()
    return result
"""
        ),
        written(
            """
from concurrent.futures import as_completed
from functools import partial

def answer(pool, n):
    futures = [pool.submit(partial(sum, range(first, n, 4))) for first in range(4)]
    return sum(future.result() for future in as_completed(futures))
"""
        ),
        written(
            """
import math
from concurrent.futures import wait

def answer(pool, n):
    parts = [range(n)[first::4] for first in range(4)]
    done, _ = wait([pool.submit(math.fsum, part) for part in parts])
    return int(sum(future.result() for future in done))
"""
        ),
        written(
            """
def answer(pool, n):
    parts = [part for part in (range(first, n, 4) for first in range(4)) if part]
    return sum(pool.map(sum, parts))
"""
        ),
        edit("    return sum(", "    print(parts)\n    return sum("),
        edit("pool.map(sum, parts)", 'pool.map(eval, [f"sum({part})" for part in parts])'),
        edit("def total", "import numpy\n\ndef total", "pool.map(sum", "pool.map(numpy.sum"),
        written(
            """
def answer(pool, n):
    result = 0
    for first in range(4):
        result = pool.submit(sum, range(first, n, 4), result).result()
    return result
"""
        ),
    ],
    "02.3": [
        written(
            """
from concurrent.futures import wait

def answer(pool, weigh, buns):  # who looks again, however often, gives nobody up
    futures = [pool.submit(weigh, bun) for bun in buns]
    late = futures
    while late:
        _, late = wait(late, timeout=0.1)
    return [future.exception() or future.result() for future in futures]
"""
        ),
        written(
            """
def answer(pool, weigh, buns):
    futures, weights = [pool.submit(weigh, bun) for bun in buns], []
    for future in futures:
        try:
            weights.append(future.result())
        except Exception as error:
            weights.append(error)
    return weights
"""
        ),
        written(
            """
from concurrent.futures import as_completed

def answer(pool, weigh, buns):
    places = {pool.submit(weigh, bun): place for place, bun in enumerate(buns)}
    weights = [None] * len(buns)
    for future in as_completed(places):
        weights[places[future]] = future.result() if future.exception() is None else future.exception()
    return weights
"""
        ),
        written(
            """
from concurrent.futures import wait
from functools import partial

def answer(pool, weigh, buns):
    futures = list(map(partial(pool.submit, weigh), buns))
    wait(futures)
    return [future.exception() or future.result() for future in futures]
"""
        ),
        written(
            """
def answer(pool, weigh, buns):
    return list(map(weight_or_error, [pool.submit(weigh, bun) for bun in buns]))

def weight_or_error(future):
    error = future.exception()
    if error is not None:
        return error
    return future.result()
"""
        ),
        written(
            """
def answer(pool, weigh, buns):
    weights = []
    for each in [pool.map(weigh, [bun]) for bun in buns]:
        try:
            weights += each
        except Exception as error:
            weights += [error]
    return weights
"""
        ),
        written(
            """
import queue

def answer(pool, weigh, buns):
    weights, done = [None] * len(buns), queue.Queue()
    for place, bun in enumerate(buns):
        future = pool.submit(weigh, bun)
        future.add_done_callback(lambda future, place=place: done.put((place, future)))
    for _ in buns:
        place, future = done.get()
        weights[place] = future.exception() or future.result()
    return weights
"""
        ),
        written(
            """
from concurrent.futures import FIRST_COMPLETED, wait

def answer(pool, weigh, buns):  # never more in the pool than it has workers
    futures, running = [], set()
    for bun in buns:
        if len(running) == pool._max_workers:
            _, running = wait(running, return_when=FIRST_COMPLETED)
        futures.append(pool.submit(weigh, bun))
        running = {*running, futures[-1]}
    return [future.exception() or future.result() for future in futures]
"""
        ),
        edit("for bun in buns]", "for bun in buns if not print(bun)]"),
    ],
    "02.4": [
        edit(
            "import ProcessPoolExecutor",
            "import ProcessPoolExecutor\nimport sys",
            "range(10))))",
            "range(10))))\n    sys.exit()",
        ),
        edit(
            'if __name__ == "__main__":',
            "def main():",
            "range(10))))",
            'range(10))))\n\nif __name__ == "__main__":\n    raise SystemExit(main())',
        ),
        edit(
            "return number * number",
            "return str(number * number)",
            "sum(pool.map(",
            "sum(map(int, pool.map(",
            "range(10))))",
            "range(10)))))",
        ),
        edit(
            "def square(number):\n    return number * number\n\n",
            "",
            "map(square, range(10))",
            "map(pow, range(10), [2] * 10)",
        ),
        edit(
            *("from concurrent.futures import ProcessPoolExecutor", "from multiprocessing import get_context"),
            *("ProcessPoolExecutor(2)", 'get_context("spawn").Pool(2)'),
        ),
        written(
            '''
answer = """
import multiprocessing

def square(number, results):
    results.put(number * number)

def main():
    results = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=square, args=(number, results)) for number in range(10)]
    for process in processes:
        process.start()
    print(sum(results.get() for _ in processes))
    for process in processes:
        process.join()

if __name__ == "__main__":
    main()
"""
'''
        ),
        edit("ProcessPoolExecutor(2)", "ProcessPoolExecutor(max_workers=3)", "print(sum", "print('sum:', sum"),
        edit(
            "import ProcessPoolExecutor", "import ProcessPoolExecutor\nimport numpy", "map(square", "map(numpy.square"
        ),
        edit(
            *("from concurrent.futures import ProcessPoolExecutor", "import multiprocessing"),
            *(
                "    with ProcessPoolExecutor(2) as pool:\n",
                "    multiprocessing.set_start_method('spawn')\n    with multiprocessing.Pool(3) as pool:\n",
            ),
            *("sum(pool.map(square, range(10)))", "sum(pool.imap_unordered(square, range(10), chunksize=5))"),
        ),
        edit(
            *(
                "    with ProcessPoolExecutor(2) as pool:\n",
                "    pool = ProcessPoolExecutor(2)\n    futures = ["
                "pool.submit(square, number) for number in range(10)]\n    if futures:\n",
            ),
            *("sum(pool.map(square, range(10)))", "sum(future.result() for future in futures)"),
        ),
        written(
            '''
answer = """
from multiprocessing import Array, Process

def square(numbers, place):
    numbers[place] = place * place

if __name__ == "__main__":
    numbers = Array("i", 10)
    children = [Process(target=square, args=(numbers, place)) for place in range(10)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(sum(numbers))
"""
'''
        ),
        written(
            '''
answer = """
from concurrent.futures import ProcessPoolExecutor

def sum_of_squares(numbers):
    return sum(number ** 2 for number in numbers)

def main():
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(sum_of_squares, [range(5), range(5, 10)])))

if __name__ == "__main__":
    main()
"""
'''
        ),
    ],
    "02.5": [
        edit("    except EOFError:\n        return", "    except EOFError:\n        line.close()"),
        edit("        while (task :=", "        while print('waiting') or (task :="),
        written(
            """
import pickle

def answer(line):
    while line.poll(None):
        try:
            task = line.recv()
        except EOFError:
            return
        if task is None:
            return
        try:
            reply = pickle.dumps(("done", task[0](task[1])))
        except Exception as error:
            reply = pickle.dumps(("failed", error))
        line.send_bytes(reply)
"""
        ),
        written(
            """
from multiprocessing.connection import wait

def tasks(line):
    while True:
        if line not in wait([line], timeout=0.05):
            continue
        try:
            task = line.recv()
        except EOFError:
            return
        if task is None:
            return
        yield task

def answer(line):
    for function, argument in tasks(line):
        try:
            line.send(("done", function(argument)))
        except Exception as error:
            line.send(("failed", error))
"""
        ),
        written(
            """
class Worker:
    def __init__(self, line):
        self.line = line

    def reply(self, task):
        function, argument = task
        try:
            self.line.send(("done", function(argument)))
        except Exception as error:
            self.line.send(("failed", error))

    def run(self):
        try:
            task = self.line.recv()
        except EOFError:
            task = None
        while task is not None:
            self.reply(task)
            try:
                task = self.line.recv()
            except EOFError:
                task = None

answer = lambda line: Worker(line).run()
"""
        ),
        written(
            """
def answer(line):
    while True:
        try:
            task = line.recv()
        except EOFError:
            break
        if task is None:
            break
        try:
            line.send(("done", task[0](task[1])))
        except Exception as error:
            line.send(("failed", error))
"""
        ),
        written(
            """
import contextlib

def answer(line):
    with line, contextlib.suppress(EOFError):
        for function, argument in iter(line.recv, None):
            reply(line, function, argument)

def reply(line, function, argument):
    try:
        result = function(argument)
        line.send(("done", result))
    except Exception as error:
        line.send(("failed", error))
"""
        ),
    ],
}
