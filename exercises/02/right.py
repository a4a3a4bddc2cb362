"""Answers to the exercises of chapter 2 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "02.1": [
        written("answer = dict(child=3, received=2, parent=1)"),
        written("answer = {'parent': len(['flour']), 'received': 1 + 1, 'child': 1 + 1 + 1}"),
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
    ],
    "02.3": [
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
    ],
    "02.4": [
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
    ],
    "02.5": [
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
