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
        edit('"parent": 1', '"parent": 3', says="the number of 'parent' was not 3"),
        edit('"parent": 1', '"parent": 0', says="the number of 'parent' was not 0"),
        edit('"child": 3', '"child": 1', says="the number of 'child' was not 1"),
        edit('"received": 2', '"received": "2"', says="give a number for 'received', not a str"),
        edit('"received": 2', '"received": None', says="give a number for 'received'"),
    ],
    "02.2": [
        edit("range(first, n, 4)", "list(range(first, n, 4))", says="bytes on their way"),
        edit("pool.map(sum, parts)", "map(sum, parts)", says="the pool got 0 tasks"),
        edit("return sum(pool.map(sum, parts))", "return pool.submit(sum, range(n)).result()", says="1 task"),
        edit("range(first, n, 4)", "range(n) if first == 0 else range(0)", says="one task got 1,000"),
        edit("range(first, n, 4)", "range(first * (n // 4), (first + 1) * (n // 4))", says="for n = 10 it returned 28"),
        edit("range(first, n, 4)", "(number for number in range(first, n, 4))", says="cannot pickle 'generator'"),
        edit("pool.map(sum, parts)", "pool.map(lambda part: sum(part), parts)", says="cannot be pickled for a fresh"),
        edit("range(first, n, 4)", "range(first, n, 5)", says="and the sum is 499500"),
        edit("range(4)", "range(5)", says="and the sum is 499500"),
        edit(
            "range(first, n, 4) for first in range(4)",
            "range(first, n, 3) for first in range(3)",
            says="3 tasks, not",
        ),
        edit("range(4)]", "range(4)]\n    if n < 4: return 0", says="for n = 2 it returned 0, and the sum is 1"),
        edit(
            "parts = [range(first, n, 4) for first in range(4)]",
            "parts = [range(n * part // 4, n * (part + 1) // 4) for part in (0, 1)] + [range(n // 2, n)] + [range(0)]",
            says="one task got 500,002 of the numbers",
        ),
        edit("sum(pool.map(sum, parts))", "list(pool.map(sum, parts))", says="and the sum is 499500"),
        edit("range(first, n, 4)", "range(first, n + 1, 4)", says="it returned 500500"),
        edit(
            "return sum(pool.map(sum, parts))",
            "list(pool.map(len, parts))\n    return n * (n - 1) // 2",
            says="the results of the four tasks add up to 1000",
        ),
        edit("return sum", "with pool: return sum", says="shut the pool down"),
        edit("pool.map(sum, parts)", "pool.map(sum, parts, chunksize=4)", says="the pool got 1 task, not four"),
    ],
    "02.3": [
        written(_LOCAL_WRAPPER, says="what the pool was given cannot be pickled for a fresh process"),
        edit(
            *("return [future.exception() or future.result() for future in futures]", ""),
            *("futures = [pool.submit(weigh, bun) for bun in buns]", "return [weigh(bun) for bun in buns]"),
            says="2 buns, and the pool was given 0",
        ),
        edit(
            "future.exception() or future.result()",
            "future.result()",
            says="weighing one bun raised ValueError('-20 g'), and so did your function",
        ),
        edit(
            "future.exception() or future.result()",
            "future",
            says="there is <Future state=finished returned int> in place 1; 80 was due",
        ),
        edit(
            "future.exception() or future.result()",
            "future.result() or future.exception()",
            says="there is None in place 1; 0 was due",
        ),
        edit("for future in futures", "for future in futures if not future.exception()", says="has 3 entries, not 4"),
        edit(
            "future.exception() or",
            "repr(future.exception()) if future.exception() else",
            says="ValueError('-20 g')\" in place 2; ValueError('-20 g') was due",
        ),
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
            says="was due",
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
            says="there were never more than 1 on the scales",
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
            says="weighing one bun raised ArithmeticError('-30 g'), and so did your function",
        ),
        edit(
            *("for future in futures", "for future, bun in zip(futures, buns)"),
            *("future.exception() or", "future.exception() and pool.submit(weigh, bun).exception() or"),
            says="4 buns, and the pool was given 5",
        ),
        edit("futures = [", "with pool: futures = [", says="shut the pool down"),
        written(
            """
def answer(pool, weigh, buns):
    weights, results = [], pool.map(weigh, buns)
    while True:
        try:
            weights.append(next(results))
        except StopIteration:
            return weights
        except Exception as error:
            weights.append(error)
""",
            says="for the buns [80, -20, 80, 75] your list has 2 entries, not 4",
        ),
        written(
            """
def answer(pool, weigh, buns):
    weights = []
    for first in range(0, len(buns), 3):
        futures = [pool.submit(weigh, bun) for bun in buns[first : first + 3]]
        weights += [future.exception() or future.result() for future in futures]
    return weights
""",
            says="lay long on its scales, and meanwhile only 2 others had their turn",
        ),
        edit(
            "future.exception() or",
            "type(future.exception())(bun) if future.exception() else",
            "for future in futures",
            "for future, bun in zip(futures, buns)",
            says="ValueError(-20) in place 2; ValueError('-20 g') was due",
        ),
        edit("return [", "return tuple([", "in futures]", "in futures])", says="give a list, not a tuple"),
        edit(
            "future.exception() or future.result()",
            "future.exception() or future.result() or 0",
            says="there is 0 in place 1; None",
        ),
        edit(
            "return [future.exception() or future.result() for future in futures]",
            "weights = [future.exception() or future.result() for future in futures]\n"
            "    return [weight for weight in weights if weight is not None]",
            says="for the buns [1, 80, 2, 3, 1] your list has 3 entries, not 5",
        ),
        written(
            """
from concurrent.futures import as_completed
def answer(pool, weigh, buns):
    out = {}
    fs = {pool.submit(weigh, b): b for b in buns}
    for f in as_completed(fs): out[fs[f]] = f.exception() or f.result()
    return [out[b] for b in buns]
""",
            says="TypeError",
        ),
        written(
            """
def answer(pool, weigh, buns):
    fs = [pool.submit(weigh, b) for b in buns]
    out = []
    for f, b in zip(fs, buns):
        try: out.append(f.result())
        except Exception:
            try: out.append(weigh(b))
            except Exception as e: out.append(e)
    return out
""",
            says="`weigh` was called 5 times",
        ),
        written(
            """
def answer(pool, weigh, buns):
    fs = [pool.submit(weigh, b) for b in buns]
    out = []
    for f in fs:
        try: out.append(f.result(timeout=0.05))
        except Exception as e: out.append(e)
    return out
""",
            says="TimeoutError()",
        ),
        edit("future.exception() or", "future.exception(timeout=9) or", says="gave it up: weighing may take longer"),
        written(
            """
from concurrent.futures import wait
def answer(pool, weigh, buns):
    fs = [pool.submit(weigh, b) for b in buns]
    done, late = wait(fs, timeout=10)
    return [f.exception() or f.result() if f in done else TimeoutError("too slow") for f in fs]
""",
            says="TimeoutError('too slow')",
        ),
        written(
            """
from concurrent.futures import as_completed
def answer(pool, weigh, buns):
    fs = {pool.submit(weigh, b): i for i, b in enumerate(buns)}
    out = [None] * len(buns)
    for f in as_completed(fs, timeout=5): out[fs[f]] = f.exception() or f.result()
    return out
""",
            says="gave it up: weighing may take longer",
        ),
        written(
            """
from concurrent.futures import FIRST_COMPLETED, wait

def answer(pool, weigh, buns):
    futures, running = [], set()
    for bun in buns:
        if len(running) == 3:
            _, running = wait(running, return_when=FIRST_COMPLETED)
        futures.append(pool.submit(weigh, bun))
        running = {*running, futures[-1]}
    return [future.exception() or future.result() for future in futures]
""",
            says="seven buns and 5 workers, and there were never more than 3 on the scales",
        ),
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
            says="under 'forkserver' a child imported your script, and there was no `square` at its top",
        ),
        edit(
            *("import ProcessPoolExecutor", "import ThreadPoolExecutor"),
            *("with ProcessPoolExecutor", "with ThreadPoolExecutor"),
            says="started no process of multiprocessing",
        ),
        edit(
            *("from concurrent.futures import ProcessPoolExecutor", "import multiprocessing"),
            *("ProcessPoolExecutor(2)", 'multiprocessing.get_context("fork").Pool(2)'),
            says="Windows does not have",
        ),
        edit("print(sum", "print(list", says="not 285"),
        edit(
            "print(sum(pool.map(square, range(10))))",
            "sum(pool.map(square, range(10)))",
            says="printed nothing, not 285",
        ),
        edit("range(10)", "range(1, 9)", says="under 'fork' your script printed ['204'], not 285"),
        edit(
            *("map(square", "map(lambda number: number * number"),
            *("        print", "        try: print"),
            *("range(10))))", "range(10))))\n        except Exception: print(285)"),
            says="the largest number that a child sent to its parent was 0; the square of 9, 81, is to come from one",
        ),
        edit(
            *("from concurrent.futures import ProcessPoolExecutor", "from multiprocessing import Pool"),
            *("ProcessPoolExecutor(2)", "Pool(2)"),
            *("pool.map(", "map("),
            says="the largest number that a child sent to its parent was 0",
        ),
        edit(
            *("return number * number", "print(sum(n * n for n in number))"),
            *("print(sum(pool.map(square, range(10))))", "pool.submit(square, range(10)).result()"),
            says="the largest number that a child sent to its parent was",
        ),
        edit(
            *('if __name__ == "__main__":', "try:"),
            *("range(10))))", "range(10))))\nexcept Exception:\n    print(285)"),
            says="times, not once",
        ),
        edit('if __name__ == "__main__":', "import os\nif os.fork():", says="your script asks for 'fork'"),
        edit('"__main__"', '"__mp_main__"', says="under 'fork' your script printed nothing, not 285"),
        written("answer = 'def square(number) return number'", says="line 1 of your script is no Python"),
    ],
    "02.5": [
        written(
            """
import pickle
def answer(line):
    try:
        for f, a in iter(line.recv, None):
            try: r = ("done", f(a))
            except Exception as e: r = ("failed", e)
            try: line.send(r)
            except (pickle.PicklingError, TypeError, AttributeError) as e: line.send(("failed", e))
    except EOFError: pass
""",
            says="after the task Dough('bun') the worker itself ended with BurntBun('the bun sticks to the bowl')",
        ),
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
            says="after the task memoryview(b'bun') the worker itself ended",
        ),
        edit("except EOFError:\n        return", "finally:\n        pass", says="had been closed"),
        edit(
            "except Exception as error", "except ValueError as error", says="after the task loads(b'') the worker went"
        ),
        edit(
            '("failed", error)',
            '("failed", type(error)("oh"))',
            says="int('leek') brought ValueError('oh'), not the error",
        ),
        edit('("failed", error)', '("failed", str(error))', says="not the error itself"),
        edit('("done", function(argument))', "function(argument)", says="the reply to the task len('leek') was 4"),
        edit("is not None:", "is not None and task[1]:", says="after the task abs(0) the worker went home"),
        edit(
            "except EOFError:\n        return",
            "except EOFError:\n        pass\n    line.send(None)",
            says="got the reply",
        ),
        edit(
            "while (task := line.recv()) is not None:",
            "if task := line.recv():",
            says="after the task len('leek') the worker went home",
        ),
        edit('line.send(("failed", error))', "raise", says="itself ended with ValueError"),
        edit('line.send(("failed", error))', "continue", says="no reply to the task int('leek')"),
        edit(
            'line.send(("failed", error))',
            'line.send(("failed", error))\n                return line.close()',
            says="after the task int('leek') the worker went home",
        ),
        edit("while (", "while line.poll(0.02) and (", says="no task came for a moment, and the worker went home"),
        edit(
            "try:\n                line",
            "try:\n                function(argument)\n                line",
            says="('done', 2)",
        ),
        edit("except Exception as error", "except TypeError as error", says="itself ended with ValueError"),
        edit(
            "except Exception as error",
            "except (AttributeError, EOFError, OSError, TypeError, ValueError) as error",
            says="after the task lookup('leek') the worker itself ended with KeyError",
        ),
        edit(
            "function(argument)",
            "function(*argument)",
            says="the reply to the task len('leek') was ('failed', TypeError",
        ),
        edit(
            *(
                'line.send(("done", function(argument)))',
                "result = function(argument)\n"
                '                line.send(("failed" if isinstance(result, Exception) else "done", result))',
            ),
            says="the reply to the task ValueError('bun') was ('failed', ValueError('bun'))",
        ),
        edit(
            *("            try:\n", "            reply = None\n            try:\n"),
            *(
                'line.send(("done", function(argument)))',
                'reply = function(argument)\n                line.send(("done", reply))',
            ),
            *(
                '                line.send(("failed", error))',
                '                line.send(("failed", error))\n            if reply is None: line.send(("done", None))',
            ),
            says="the task sleep(0) got 2 replies, not one",
        ),
        edit(
            "except EOFError",
            "except OSError",
            says="when the other end had been closed, the worker itself ended with EOFError()",
        ),
        edit(
            *("while (task := line.recv()) is not None:\n", "while True:\n"),
            *(
                "            function, argument = task\n            try:\n",
                "            try:\n"
                "                if (task := line.recv()) is None: return\n                function, argument = task\n",
            ),
            says="when the other end had been closed, the worker itself ended with BrokenPipeError",
        ),
        edit(
            "def work(line):",
            "done = set()\ndef work(line):",
            "            try:\n",
            "            if task in done: continue\n            done.add(task)\n            try:\n",
            says="there was no reply to the task len('leek')",
        ),
        written(
            """
def answer(line):
    try:
        for task in iter(line.recv, None):
            f, a = task
            try: line.send(('done', f(a) if a is not None else f()))
            except Exception as e: line.send(('failed', e))
    except EOFError: pass
""",
            says="the reply to the task repr(None) was ('failed', TypeError(",
        ),
        written(
            """
import threading
def answer(line):
    try:
        for f, a in iter(line.recv, None):
            def one(f=f, a=a):
                try: line.send(('done', f(a)))
                except Exception as e: line.send(('failed', e))
            threading.Thread(target=one).start()
    except EOFError: pass
""",
            says="replies",
        ),
    ],
}
