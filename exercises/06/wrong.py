"""Answers to the exercises of chapter 6 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

ASK_SEVERAL = "    greenlets = [gevent.spawn(each) for each in suppliers]\n"

WRONG = {
    "06.1": [
        written("answer = 'tea on, buns in'", says="not a str"),
        edit(', "buns turned", "buns out", "tea done"', "", says="is missing"),
        edit('"buns turned", "buns out", "tea done"', '"tea done", "buns turned", "buns out"', says="line 5"),
        edit('"swept", "buns turned"', '"buns turned", "swept"', says="line 4"),
        edit("tea on", "tea", says="'tea' is none of"),
        edit('"swept",', '"swept", "swept",', says="comes twice"),
    ],
    "06.2": [
        written(
            "def answer(buns, steam): return [gevent.spawn(steam, bun) for bun in buns]", says="returned greenlets"
        ),
        edit("    return [greenlet.value for greenlet in greenlets]\n", "", says="returned None"),
        edit(", raise_error=True", "", says="never heard of it"),
        written(
            """
def answer(buns, steam):
    results = []
    def one(bun): results.append(steam(bun))
    gevent.joinall([gevent.spawn(one, bun) for bun in buns], raise_error=True)
    return results
""",
            says="in which the buns were done",
        ),
        written(
            """
def answer(buns, steam):
    results = []
    for bun in buns:
        greenlet = gevent.spawn(steam, bun)
        greenlet.join()
        results.append(greenlet.get())
    return results
""",
            says="start all first",
        ),
        edit("gevent.joinall(greenlets, raise_error=True)\n    ", "", says="returned [None"),
        written("def answer(buns, steam): return Pool(9).map_async(steam, buns)", says="return the list of results"),
        written(
            """
def answer(buns, steam):
    done = {}
    def one(bun): done[bun] = steam(bun)
    gevent.joinall([gevent.spawn(one, bun) for bun in buns])
    return [done[bun] for bun in buns]
""",
            says="raised KeyError: 'sesame'",
        ),
    ],
    "06.3": [
        edit("Pool(places).map(steam, buns)", "[steam(bun) for bun in buns]", says="only one bun"),
        written(
            """
def answer(buns, steam, places):
    results = []
    for first in range(0, len(buns), places):
        batch = [gevent.spawn(steam, bun) for bun in buns[first:first + places]]
        gevent.joinall(batch, raise_error=True)
        results += [each.value for each in batch]
    return results
""",
            says="one slow bun keeps the others out",
        ),
        edit("Pool(places)", "Pool(places + 1)", says="4 buns in a steamer of 3"),
        edit("Pool(places)", "Pool(2)", says="never held more than 2"),
        edit("Pool(places)", "Pool(3)", says="3 buns in a steamer of 2"),
        edit("Pool(places).map(steam, buns)", "list(Pool(places).imap_unordered(steam, buns))", says="in the order"),
    ],
    "06.4": [
        written(
            """
def answer(shelf, pay):
    pay()
    if shelf['buns'] > 0:
        shelf['buns'] -= 1
        return True
    return False
""",
            says="check before anyone pays",
        ),
        written(
            """
lock = BoundedSemaphore(1)
def answer(shelf, pay):
    with lock:
        if shelf['buns'] > 0:
            pay()
            shelf['buns'] -= 1
            return True
        return False
""",
            says="one at a time",
        ),
        edit("    except BaseException:", "    except ZeroDivisionError:", says="a card was refused"),
        written(
            """
def answer(shelf, pay):
    if shelf['buns'] > 0:
        shelf['buns'] -= 1
        try:
            pay()
        except ValueError:
            shelf['buns'] += 1
        return True
""",
            says="should be told False",
        ),
        written("def answer(shelf, pay): return False", says="0 were sold"),
        written(
            """
def answer(shelf, pay):
    seen = shelf['buns']
    if seen == 0:
        return False
    shelf['buns'] -= 1
    try:
        pay()
    except Exception:
        shelf['buns'] = seen
        return False
    return True
""",
            says="3 are left, not 1",
        ),
        edit("        raise\n", "", says="says True"),
    ],
    "06.5": [
        written(
            "def answer(limit):\n    gevent.sleep(0)\n    return len(range(0, limit, 7))", says="1 turn(s) in 21,000"
        ),
        written(
            "def answer(limit):\n    for _ in range(20): gevent.sleep(0)\n    return len(range(0, limit, 7))",
            says="20 turn(s) in 700,000",
        ),
        edit("number % 500", "number % 7 - 0", says="goes into switching"),
        edit("if number % 500 == 0:\n            gevent.sleep(0)", "gevent.sleep(0)", says="switching"),
        written(
            """
def answer(limit):
    found = len(range(0, limit, 7)) if sum(range(50 * limit)) else 0
    for _ in range(0, limit, 500):
        gevent.sleep(0)
    return found
""",
            says="not while you counted",
        ),
        edit("range(limit)", "range(limit + 1)", says="says 3001"),
        edit("range(limit)", "range(1, limit)", says="3,000 multiples"),
        edit(
            "found = 0",
            "import time\n    found = 0",
            "gevent.sleep(0)",
            "time.sleep(0)",
            says="nobody else got a single",
        ),
    ],
    "06.6": [
        written(
            """
def answer(suppliers, patience):
    with gevent.Timeout(patience, TimeoutError):
        for supplier in suppliers:
            try:
                return supplier()
            except Exception:
                pass
""",
            says="asked one after another",
        ),
        written(
            f"""
def answer(suppliers, patience):
{ASK_SEVERAL}
    return gevent.wait(greenlets, count=1, timeout=patience)[0].get()
""",
            says="still waiting",
        ),
        written(
            f"""
def answer(suppliers, patience):
{ASK_SEVERAL}
    try:
        done = gevent.wait(greenlets, count=1, timeout=patience)
        if not done:
            raise TimeoutError
        return done[0].get()
    finally:
        gevent.killall(greenlets)
""",
            says="gave up",
        ),
        edit(
            '        try:\n            reports.put(("good", supplier()))\n'
            '        except Exception as error:\n            reports.put(("bad", error))\n',
            '        reports.put(("good", supplier()))\n',
            says="until its patience ended",
        ),
        edit(
            '        try:\n            reports.put(("good", supplier()))\n'
            '        except Exception as error:\n            reports.put(("bad", error))\n',
            '        reports.put(("good", supplier()))\n',
            ', TimeoutError(f"no answer within {patience} s")',
            "",
            says="Python's own TimeoutError",
        ),
        written(
            f"""
def answer(suppliers, patience):
{ASK_SEVERAL}
    try:
        with gevent.Timeout(patience, TimeoutError):
            for each in gevent.iwait(greenlets):
                if each.value:
                    return each.value
        raise LookupError('all failed')
    finally:
        gevent.killall(greenlets)
""",
            says="returns None, which is an answer too",
        ),
        edit('        raise RuntimeError("every supplier failed") from outcome\n', "", says="None instead of raising"),
        edit(
            '        with gevent.Timeout(patience, TimeoutError(f"no answer within {patience} s")):\n'
            "            for _ in suppliers:\n                verdict, outcome = reports.get()\n",
            "        for _ in suppliers:\n            with gevent.Timeout(patience, TimeoutError):\n"
            "                verdict, outcome = reports.get()\n            if True:\n",
            says="counts from the call",
        ),
    ],
}
