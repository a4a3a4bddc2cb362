"""Answers to the exercises of chapter 2 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

_LOCAL_WRAPPER = """
def answer(pool, weigh, buns):
    def weigh_safely(bun):
        try:
            return weigh(bun)
        except Exception as error:
            return error

    return list(pool.map(weigh_safely, buns))
"""

WRONG = {
    "02.1": [
        edit('"received": 2', '"received": 3', says="the number of 'received' was not 3"),
        edit('"received": 2', '"received": 1', says="the number of 'received' was not 1"),
        edit('"parent": 1', '"parent": 2', says="the number of 'parent' was not 2"),
        edit('"child": 3', '"child": 2', says="the number of 'child' was not 2"),
        edit(', "parent": 1', "", says="says nothing of 'parent'"),
        written("answer = [3, 2, 1]", says="not a list"),
    ],
    "02.2": [
        edit("range(first, n, 4)", "list(range(first, n, 4))", says="bytes on their way"),
        edit("pool.map(sum, parts)", "map(sum, parts)", says="the pool got 0 task(s)"),
        edit("return sum(pool.map(sum, parts))", "return pool.submit(sum, range(n)).result()", says="1 task(s)"),
        edit("range(first, n, 4)", "range(n) if first == 0 else range(0)", says="one task got 1,000"),
        edit("range(first, n, 4)", "range(first * (n // 4), (first + 1) * (n // 4))", says="for n = 10 it returned 28"),
        edit("range(first, n, 4)", "(number for number in range(first, n, 4))", says="cannot be pickled"),
        edit("sum(pool.map(sum, parts))", "list(pool.map(sum, parts))", says="and the sum is 499500"),
        edit("range(first, n, 4)", "range(first, n + 1, 4)", says="it returned 500500"),
        edit(
            "return sum(pool.map(sum, parts))",
            "list(pool.map(len, parts))\n    return n * (n - 1) // 2",
            says="the results of the four tasks add up to 1000",
        ),
        edit("return sum", "with pool: return sum", says="shut the pool down"),
    ],
    "02.3": [
        written(_LOCAL_WRAPPER, says="cannot be pickled"),
        edit(
            *("return [future.exception() or future.result() for future in futures]", ""),
            *("futures = [pool.submit(weigh, bun) for bun in buns]", "return [weigh(bun) for bun in buns]"),
            says="2 buns, and the pool was given 0",
        ),
        edit("future.exception() or future.result()", "future.result()", says="gave no weight at all"),
        edit("future.exception() or future.result()", "future", says="in the place of 80"),
        edit("future.exception() or future.result()", "future.result() or future.exception()", says="place of 0"),
        edit("for future in futures", "for future in futures if not future.exception()", says="has 3 entries, not 5"),
        edit("future.exception() or", "repr(future.exception()) if future.exception() else", says="the error itself"),
        edit(
            *("[pool.submit(weigh, bun) for bun in buns]", "{bun: pool.submit(weigh, bun) for bun in buns}"),
            *("for future in futures", "for future in futures.values()"),
            says="has 3 entries, not 5",
        ),
        written(
            """
from concurrent.futures import as_completed

def answer(pool, weigh, buns):
    futures = [pool.submit(weigh, bun) for bun in buns]
    return [future.exception() or future.result() for future in as_completed(futures)]
""",
            says="in the place of",
        ),
        written(
            """
def answer(pool, weigh, buns):
    weights = []
    for bun in buns:
        future = pool.submit(weigh, bun)
        weights.append(future.exception() or future.result())
    return weights
""",
            says="not weighed at the same time",
        ),
        written(
            """
def answer(pool, weigh, buns):
    futures, weights = [pool.submit(weigh, bun) for bun in buns], []
    for future in futures:
        try:
            weights.append(future.result())
        except ValueError as error:
            weights.append(error)
    return weights
""",
            says="(-30 g are no bun), and for that your function gave no weight at all",
        ),
        edit(
            *("for future in futures", "for future, bun in zip(futures, buns)"),
            *("future.exception() or", "future.exception() and pool.submit(weigh, bun).exception() or"),
            says="5 buns, and the pool was given 7",
        ),
        edit("futures = [", "with pool: futures = [", says="shut the pool down"),
    ],
    "02.4": [
        edit('if __name__ == "__main__":', "if True:", says="under 'forkserver' each child ran your script again"),
        edit("map(square", "map(lambda number: number * number", says="under 'fork' your script failed"),
        edit(  # as a pool that is left open may complain once more while Python ends
            "with ProcessPoolExecutor(2) as pool:\n        print(sum(pool.map(square",
            "import atexit\n    atexit.register(lambda: open(99))\n    pool = ProcessPoolExecutor(2)\n"
            "    print(sum(pool.map(lambda number: number * number",
            says="has no name by which another process could import it",
        ),
        edit(
            'def square(number):\n    return number * number\n\nif __name__ == "__main__":',
            'if __name__ == "__main__":\n    def square(number):\n        return number * number\n',
            says="under 'forkserver' your script failed",
        ),
        edit(
            *("import ProcessPoolExecutor", "import ThreadPoolExecutor"),
            *("with ProcessPoolExecutor", "with ThreadPoolExecutor"),
            says="started no process",
        ),
        edit(
            *("from concurrent.futures import ProcessPoolExecutor", "import multiprocessing"),
            *("ProcessPoolExecutor(2)", 'multiprocessing.get_context("fork").Pool(2)'),
            says="Windows does not have",
        ),
        edit("print(sum", "print(list", says="not 285"),
        written("answer = 'def square(number) return number'", says="line 1 of your script is no Python"),
    ],
    "02.5": [
        written(
            """
def answer(line):
    while (task := line.recv()) is not None:
        function, argument = task
        try:
            result = "done", function(argument)
        except Exception as error:
            result = "failed", error
        line.send(result)
""",
            says="memoryview",
        ),
        edit("except EOFError:\n        return", "finally:\n        pass", says="had been closed"),
        edit(
            "except Exception as error", "except ValueError as error", says="after the task loads(b'') the worker went"
        ),
        edit('("failed", error)', '("failed", str(error))', says="not the error itself"),
        edit('("done", function(argument))', "function(argument)", says="the reply to the task len('leek') was 4"),
        edit("is not None:", "is not None and task[1]:", says="after the task abs(0) the worker went home"),
        edit(
            "except EOFError:\n        return",
            "except EOFError:\n        pass\n    line.send(None)",
            says="got the reply",
        ),
        edit("while (task := line.recv()) is not None:", "if task := line.recv():", says="after the task abs(0)"),
        edit('line.send(("failed", error))', "raise", says="itself ended with ValueError"),
        edit('line.send(("failed", error))', "continue", says="no reply to the task int('leek')"),
        edit(
            'line.send(("failed", error))',
            'line.send(("failed", error))\n                return line.close()',
            says="after the task len('pork') the worker went home",
        ),
        edit("while (", "while line.poll(0.02) and (", says="no task came for a moment, and the worker went home"),
        edit(
            "try:\n                line",
            "try:\n                function(argument)\n                line",
            says="('done', 2)",
        ),
    ],
}
