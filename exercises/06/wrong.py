"""Answers to the exercises of chapter 6 that are wrong, and a word of what they should be told."""

from exercises.answers import edit, written

ASK_SEVERAL = "    greenlets = [gevent.spawn(each) for each in suppliers]\n"
CAREFUL = (
    '        try:\n            reports.put(("good", supplier()))\n'
    '        except (Exception, gevent.Timeout) as error:\n            reports.put(("bad", error))\n'
)

WRONG = {
    "06.1": [
        written("answer = 'tea on, buns in'", says="not a str"),
        edit(', "buns turned", "buns out", "tea done"', "", says="'buns turned' is missing"),
        edit('"buns turned", "buns out", "tea done"', '"tea done", "buns turned", "buns out"', says="line 5"),
        edit('"swept", "buns turned"', '"buns turned", "swept"', says="line 4"),
        edit("tea on", "tea", says="'tea' is none of"),
        edit('"swept",', '"swept", "swept",', says="'swept' comes 2 times"),
        edit('"tea done"]', 'None, "tea done"]', says="None is none of"),
        edit('"buns out", "tea done"', '"tea done", "buns out"', says="line 6 was not 'tea done'"),
        edit('"tea on", "buns in"', '"buns in", "tea on"', says="line 1"),
        edit(
            '"sweep", "swept", ', "", '"tea done"', '"tea done", "sweep", "swept"', says="line 3 was not 'buns turned'"
        ),
        written(
            "answer = {'tea on', 'buns in', 'sweep', 'swept', 'buns turned', 'buns out', 'tea done'}", says="a set"
        ),
    ],
    "06.2": [
        written(
            """
def answer(buns, steam):
    greenlets = [gevent.spawn(steam, bun) for bun in buns]
    gevent.joinall(greenlets)
    for each in greenlets:
        if each.exception:
            raise Exception(str(each.exception))
    return [each.value for each in greenlets]
""",
            says="`steam` raised BurntBun('sesame'), and the caller got Exception('sesame'), which does not bring",
        ),
        written(
            """
pool = gevent.threadpool.ThreadPool(60)
def answer(buns, steam): return pool.map(steam, buns)
""",
            says="it waits for a pool of threads",
        ),
        written(
            """
def answer(buns, steam):
    steamer, results = [gevent.spawn(steam, bun) for bun in buns], []
    for bun, one in zip(buns, steamer):
        try:
            results.append(one.get())
        except Exception:
            results.append(steam(bun))
    return results
""",
            says="the bun 'sesame' burnt, and `steam` was called for it 2 times",
        ),
        written(
            "def answer(buns, steam): return [gevent.spawn(steam, bun) for bun in buns]", says="returned greenlets"
        ),
        edit("    return [greenlet.value for greenlet in greenlets]\n", "", says="returned None"),
        edit(", raise_error=True", "", says="was never told"),
        written(
            """
def answer(buns, steam):
    results = []
    def one(bun): results.append(steam(bun))
    gevent.joinall([gevent.spawn(one, bun) for bun in buns], raise_error=True)
    return results
""",
            says="in which they were done",
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
            says="of 3 buns, 1 went",
        ),
        edit("gevent.joinall(greenlets, raise_error=True)\n    ", "", says="called 0 times"),
        written("def answer(buns, steam): return Pool(9).map_async(steam, buns)", says="type Greenlet: return a list"),
        written(
            """
def answer(buns, steam):
    done = {}
    def one(bun): done[bun] = steam(bun)
    gevent.joinall([gevent.spawn(one, bun) for bun in buns], raise_error=True)
    return [done[bun] for bun in buns]
""",
            says="'pork', 'lotus', 'leek', 'pork'",
        ),
        written("def answer(buns, steam): return Pool(5).map(steam, buns)", says="of 13 buns, 5 went"),
        edit(
            "for greenlet in greenlets]", "for greenlet in greenlets if greenlet.value]", says="your function returned"
        ),
        edit(
            "return [greenlet.value for greenlet in greenlets]",
            "return sorted(g.value or '' for g in greenlets)",
            says="`steam` gave ['p1', 'a1', 'z1']",
        ),
        edit("greenlet.value for", "greenlet.value or None for", says="your function returned"),
        edit("for bun in buns]", "for bun in dict.fromkeys(buns)]", says="of 13 buns, 9 went"),
        edit(
            "    return [",
            "    gevent.joinall([gevent.spawn(steam, bun) for bun in buns])\n    return [",
            says="`steam` was called 6 times",
        ),
        written(
            """
greenlets = []
def answer(buns, steam):
    greenlets.extend(gevent.spawn(steam, bun) for bun in buns)
    gevent.joinall(greenlets, raise_error=True)
    return [each.value for each in greenlets]
""",
            says="for the buns",
        ),
        written(
            """
def answer(buns, steam):
    greenlets = [gevent.spawn(steam, bun) for bun in buns]
    greenlets[0].get()
    gevent.joinall(greenlets)
    return [each.value for each in greenlets]
""",
            says="for 0 buns your function raised IndexError",
        ),
        written(
            """
from concurrent.futures import ThreadPoolExecutor
def answer(buns, steam):
    with ThreadPoolExecutor(len(buns) or 1) as threads:
        return list(threads.map(steam, buns))
""",
            says="in another thread",
        ),
        edit("raise_error=True)", "timeout=5, raise_error=True)", says="your function returned"),
        written(
            """
def answer(buns, steam):
    greenlets = [gevent.spawn(steam, bun) for bun in buns]
    try:
        return [each.get() for each in greenlets]
    except Exception:
        raise RuntimeError("a bun burnt") from None
""",
            says="the caller got RuntimeError('a bun burnt'), which does not",
        ),
    ],
    "06.3": [
        written(
            """
def answer(buns, steam, places):
    greenlets = []
    for bun in buns:
        while sum(not each.ready() for each in greenlets) >= places:
            gevent.sleep(0.05)
        greenlets.append(gevent.spawn(steam, bun))
    return [each.get() for each in greenlets]
""",
            says="3 places stayed empty while 5 buns waited",
        ),
        written(
            """
def answer(buns, steam, places):
    greenlets = []
    for bun in buns:
        while sum(not each.ready() for each in greenlets) >= places:
            gevent.sleep(0.001)
        greenlets.append(gevent.spawn(steam, bun))
    return [each.get() for each in greenlets]
""",
            says="3 places stayed empty while 5 buns waited",
        ),
        edit(
            "Pool(places).map(steam, buns)",
            "[steam(bun) for bun in buns]",
            says="2 places stayed empty while 7 buns waited",
        ),
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
            says="when 2 buns had come out, 2 places stayed empty",
        ),
        edit("Pool(places)", "Pool(places + 1)", says="there were 4 buns in the steamer"),
        edit("Pool(places)", "Pool(2)", says="1 place stayed empty"),
        edit("Pool(places)", "Pool(3)", says="2 places there were 3 buns"),
        edit("Pool(places)", "Pool(max(2, places))", says="1 place there were 2 buns"),
        edit("Pool(places)", "Pool(min(places, 5))", says="2 places stayed empty while 13"),
        edit("Pool(places)", "Pool(places - 1 or 1)", says="at the start, 1 place stayed empty"),
        edit("Pool(places)", "Pool()", says="there were 8 buns in the steamer"),
        edit("Pool(places).map(steam, buns)", "list(Pool(places).imap_unordered(steam, buns))", says="you returned"),
        edit("Pool(places).map(steam, buns)", "Pool(places).imap(steam, buns)", says="type IMap"),
        edit("Pool(places).map(steam, buns)", "[x for x in Pool(places).imap(steam, buns) if x]", says="you returned"),
        edit("map(steam, buns)", "map(steam, list(dict.fromkeys(buns)))", says="`steam` was called 6 times"),
        edit("return ", "", says="returned None"),
        written(
            """
pool = None
def answer(buns, steam, places):
    global pool
    if pool is None:
        pool = Pool(places)
    return pool.map(steam, buns)
""",
            says="2 places there were 3 buns",
        ),
        written(
            """
def answer(buns, steam, places):
    free, results = BoundedSemaphore(places), []
    def one(bun):
        with free:
            results.append(steam(bun))
    gevent.joinall([gevent.spawn(one, bun) for bun in buns])
    return results
""",
            says="you returned",
        ),
        written(
            """
def answer(buns, steam, places):
    free = BoundedSemaphore(places)
    def one(bun):
        free.acquire()
        return steam(bun)
    return [each.get() for each in [gevent.spawn(one, bun) for bun in buns]]
""",
            says="when 3 buns had come out",
        ),
    ],
    "06.4": [
        written(
            """
def answer(shelf, pay):
    reserved = shelf.setdefault("reserved", 0)
    if shelf["buns"] - reserved <= 0:
        return False
    shelf["reserved"] += 1
    pay()
    shelf["reserved"] -= 1
    shelf["buns"] -= 1
    return True
""",
            says="1 bun is on the shelf, and a customer who came later was told False",
        ),
        written(
            """
def answer(shelf, pay):
    places = shelf.setdefault("places", BoundedSemaphore(shelf["buns"]))
    if not places.acquire(blocking=False):
        return False
    try:
        pay()
    except Exception:
        return False
    shelf["buns"] -= 1
    return True
""",
            says="1 bun is on the shelf, and a customer who came later was told False",
        ),
        written(
            """
def answer(shelf, pay):
    tickets = shelf.setdefault("tickets", list(range(shelf["buns"])))
    if not tickets:
        return False
    tickets.pop()
    pay()
    shelf["buns"] -= 1
    return True
""",
            says="1 bun is on the shelf, and a customer who came later was told False",
        ),
        written(
            """
def answer(shelf, pay):
    if shelf.get("sold out") or shelf["buns"] == 0:
        shelf["sold out"] = True
        return False
    shelf["buns"] -= 1
    try:
        pay()
    except BaseException:
        shelf["buns"] += 1
        raise
    return True
""",
            says="1 bun is on the shelf, and a customer who came later was told False",
        ),
        written(
            """
def answer(shelf, pay):
    pay()
    if shelf['buns'] > 0:
        shelf['buns'] -= 1
        return True
    return False
""",
            says="30 paid, 10 were told True",
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
            says="the others cannot pay",
        ),
        edit("    except BaseException:", "    except ZeroDivisionError:", says="0 of the buns are left, not 1"),
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
            says="was told None",
        ),
        written("def answer(shelf, pay): return False", says="There was a bun for 10"),
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
            says="of the buns are left, not",
        ),
        edit(
            "# Solution\n",
            "bank = BoundedSemaphore(10)\n",
            "        pay()",
            "        with bank:\n            pay()",
            says="keeps 10 customers waiting, the others cannot pay",
        ),
        written(
            """
def answer(shelf, pay):
    if shelf["buns"] == 0:
        return False
    shelf["buns"] -= 1
    for _ in range(3):
        try:
            pay()
        except Exception:
            continue
        return True
    shelf["buns"] += 1
    return False
""",
            says="called `pay` for it once more",
        ),
        edit("        raise\n", "", says="says True"),
        edit("    return True\n", "", says="was told None"),
        edit("== 0", "<= 1", says="There was a bun for 10"),
        edit("== 0", "!= 0", says="There was a bun for"),
        edit('shelf["buns"] += 1\n        raise', "raise", says="0 of the buns are left, not 1"),
        edit('shelf["buns"] += 1\n        raise', 'shelf["buns"] = 1\n        raise', says="of the buns are left, not"),
        edit(
            '    shelf["buns"] -= 1\n    try:\n        pay()',
            '    try:\n        pay()\n        shelf["buns"] -= 1',
            says="30 paid",
        ),
        edit("        pay()", "        pay()\n        pay()", says="20 paid, 10 were told True"),
        edit("        pay()\n", "        pass\n", says="0 paid, 10 were told True"),
        written(
            """
stock = {}
def answer(shelf, pay):
    left = stock.setdefault("buns", shelf["buns"])
    if left == 0:
        return False
    stock["buns"] = shelf["buns"] = left - 1
    try:
        pay()
    except Exception:
        stock["buns"] = shelf["buns"] = shelf["buns"] + 1
        return False
    return True
""",
            says="There was a bun for 1",
        ),
        written(
            """
def answer(shelf, pay):
    if shelf["buns"] == 0:
        return False
    shelf["buns"] -= 1
    try:
        pay()
    except Exception as error:
        shelf["buns"] += 1
        return error
    return True
""",
            says="was told Refused('card refused')",
        ),
        written(
            """
def answer(shelf, pay):
    if shelf['buns'] == 0: return False
    shelf['buns'] -= 1
    try: pay()
    except BaseException:
        gevent.sleep(0)
        n = shelf['buns']
        gevent.sleep(0)
        shelf['buns'] = n + 1
        raise
    return True
""",
            says="(the bank refuses 2 cards)",
        ),
    ],
    "06.5": [
        written("def answer(doughs, knead): return [knead(dough) for dough in doughs]", says="nobody else had a turn"),
        edit("0.000001", "0", says="those who were ready had their turns, but a heart"),
        edit("gevent.sleep(0.000001)", "[gevent.sleep(0) for _ in range(3)]", says="a heart that beats every 10 ms"),
        edit("gevent.sleep(0.000001)", "gevent.spawn(int).join()", says="a heart that beats every 10 ms"),
        edit("0.000001", "0.01", says="for 60 doughs your function slept 600 ms in all"),
        edit("0.000001", "0.004", says="slept 240 ms"),
        edit("        gevent.sleep", "    gevent.sleep", says="between dough 1 and dough 2"),
        edit(
            "        gevent.sleep(0.000001)",
            "        if len(kneaded) % 2 == 0:\n            gevent.sleep(0.000001)",
            says="between dough 1 and dough 2",
        ),
        edit(
            "def knead_all",
            "import time\n\n\ndef knead_all",
            "gevent.sleep(",
            "time.sleep(",
            says="nobody else had a turn",
        ),
        written(
            """
def answer(doughs, knead):
    greenlets = [gevent.spawn(knead, dough) for dough in doughs]
    gevent.joinall(greenlets, raise_error=True)
    return [each.value for each in greenlets]
""",
            says="nobody else had a turn",
        ),
        written("def answer(doughs, knead): return Pool(1).map(knead, doughs)", says="a heart that beats every 10 ms"),
        written(
            "def answer(doughs, knead): return gevent.get_hub().threadpool.map(knead, doughs)",
            says="cannot be checked",
        ),
        edit("return kneaded", "return kneaded[::-1]", says="your function returned"),
        edit("return kneaded", "return [each for each in kneaded if each]", says="your function returned"),
        edit("    return kneaded\n", "", says="returned None"),
        edit("in doughs", "in doughs[1:]", says="`knead` was called 59 times"),
        edit(
            "    kneaded = []\n",
            "",
            "def knead_all",
            "kneaded = []\n\n\ndef knead_all",
            says="for 13 doughs `knead` gave",
        ),
        written(
            """
def answer(doughs, knead):
    out = []
    for d in doughs:
        out.append(knead(d))
        gevent.sleep(0.0005)
        gevent.sleep(0.0005)
        gevent.sleep(0.0005)
    return out
""",
            says="your function slept 90 ms in all",
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
            says="`quick` was the first to answer",
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
            says="raised NoFlour",
        ),
        edit(CAREFUL, '        reports.put(("good", supplier()))\n', says="after 100 s: that was to be after 1 s"),
        edit(
            CAREFUL,
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
            says="`first` answers after 1 s",
        ),
        edit('        raise RuntimeError("every supplier failed") from outcome\n', "", says="returned None"),
        edit(
            '        with gevent.Timeout(patience, TimeoutError(f"no answer within {patience} s")):\n'
            "            for _ in suppliers:\n                verdict, outcome = reports.get()\n",
            "        for _ in suppliers:\n            with gevent.Timeout(patience, TimeoutError):\n"
            "                verdict, outcome = reports.get()\n            if True:\n",
            says="after 120 s",
        ),
        written(
            f"""
def answer(suppliers, patience):
{ASK_SEVERAL}
    gevent.joinall(greenlets, timeout=patience)
    gevent.killall(greenlets)
    for each in greenlets:
        if each.successful() and not isinstance(each.value, gevent.GreenletExit):
            return each.value
    raise TimeoutError
""",
            says="'flour from slow' after 60 s",
        ),
        written(
            """
def answer(suppliers, patience):
    reports = Queue()
    def ask(supplier):
        try:
            reports.put((True, supplier()))
        except Exception as error:
            reports.put((False, error))
    greenlets = [gevent.spawn(ask, each) for each in suppliers]
    gevent.sleep(patience)
    gevent.killall(greenlets)
    while not reports.empty():
        good, outcome = reports.get()
        if good:
            return outcome
    raise TimeoutError
""",
            says="after 100 s: that was to be after 5 s",
        ),
        edit(
            "        gevent.killall(greenlets)", "        gevent.killall(greenlets, block=False)", says="still waiting"
        ),
        edit(
            "[gevent.spawn(ask, supplier) for supplier in suppliers]",
            "[pool.spawn(ask, supplier) for pool in [Pool(4)] for supplier in suppliers]",
            says="30 suppliers",
        ),
        edit(
            '        with gevent.Timeout(patience, TimeoutError(f"no answer within {patience} s")):\n',
            "        if gevent.Timeout.start_new(patience, TimeoutError(patience)):\n",
            says="outside of it, its time-out struck",
        ),
        edit(
            "    reports = Queue()\n",
            "",
            "def first",
            "reports = Queue()\n\n\ndef first",
            "    finally:\n",
            '    finally:\n        reports.put(("good", 0))\n',
            says="returned 0 after 0 s",
        ),
        edit(
            '                if verdict == "good":\n                    return outcome\n',
            "                return outcome\n",
            says="NoFlour",
        ),
        edit("            for _ in suppliers:\n", "            while True:\n", says="that was to be after 1 s"),
        edit("(Exception, gevent.Timeout)", "NameError", says="that was to be after 1 s"),
        edit("(Exception, gevent.Timeout)", "Exception", says="`impatient` fails with gevent's Timeout after 2 s"),
        edit(
            "greenlets = [gevent.spawn(ask, supplier) for supplier in suppliers]",
            "greenlets = [gevent.spawn(ask, supplier) for supplier in suppliers * 2]",
            says="was asked 2 times",
        ),
        written(
            """
def answer(suppliers, patience):
    q = Queue()
    def ask(s):
        try: q.put((True, s()))
        except TimeoutError: raise
        except Exception as e: q.put((False, e))
    gs = [gevent.spawn(ask, s) for s in suppliers]
    try:
        with gevent.Timeout(patience, TimeoutError('x')):
            for _ in suppliers:
                ok, v = q.get()
                if ok: return v
        raise RuntimeError('all')
    finally: gevent.killall(gs)
""",
            says="raised TimeoutError('x') after 100 s: that was to be after 4 s",
        ),
        written(
            """
def answer(suppliers, patience):
    q = Queue()
    def ask(s):
        try: q.put((True, s()))
        except Exception as e: q.put((False, e))
    gs = []
    for s in suppliers:
        gs.append(gevent.spawn(ask, s))
        gevent.sleep(0)
        if not q.empty() and q.peek()[0]:
            return q.get()[1]
    try:
        with gevent.Timeout(patience, TimeoutError('x')):
            for _ in suppliers:
                ok, v = q.get()
                if ok: return v
        raise RuntimeError('all')
    finally: gevent.killall(gs)
""",
            says="`slow` was still waiting at the door",
        ),
        written(
            """
def answer(suppliers, patience):
    q = Queue()
    def ask(s):
        try: q.put((True, s()))
        except Exception as e: q.put((False, e))
    gs = [gevent.spawn(ask, s) for s in suppliers]
    try:
        with gevent.Timeout(patience, TimeoutError('x')):
            for _ in suppliers:
                ok, v = q.get()
                if ok and not isinstance(v, Exception): return v
        raise RuntimeError('all')
    finally: gevent.killall(gs)
""",
            says="`polite` was the first to answer",
        ),
    ],
}
