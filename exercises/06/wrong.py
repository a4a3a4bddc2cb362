"""Answers to the exercises of chapter 6 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "06.1": [
        written("answer = 'tea on, buns in'", "not a str"),
        written("answer = ['tea on', 'buns in', 'sweep', 'swept']", "is missing"),
        written("answer = ['tea on', 'buns in', 'sweep', 'swept', 'tea done', 'buns turned', 'buns out']", "line 5"),
        written("answer = ['tea on', 'buns in', 'sweep', 'buns turned', 'swept', 'buns out', 'tea done']", "line 4"),
        written(
            "answer = ['tea', 'buns in', 'sweep', 'swept', 'buns turned', 'buns out', 'tea done']", "'tea' is none of"
        ),
        written(
            "answer = ['tea on', 'buns in', 'sweep', 'swept', 'swept', 'buns turned', 'buns out', 'tea done']",
            "comes twice",
        ),
    ],
    "06.2": [
        written("def answer(buns, steam): return [gevent.spawn(steam, bun) for bun in buns]", "returned greenlets"),
        written("def answer(buns, steam): gevent.joinall([gevent.spawn(steam, bun) for bun in buns])", "returned None"),
        written(
            "def answer(buns, steam):\n"
            "    all = [gevent.spawn(steam, bun) for bun in buns]\n"
            "    gevent.joinall(all)\n"
            "    return [each.value for each in all]",
            "never heard of it",
        ),
        written(
            "def answer(buns, steam):\n"
            "    results = []\n"
            "    def one(bun): results.append(steam(bun))\n"
            "    gevent.joinall([gevent.spawn(one, bun) for bun in buns], raise_error=True)\n"
            "    return results",
            "in which the buns were done",
        ),
        written(
            "def answer(buns, steam):\n"
            "    results = []\n"
            "    for bun in buns:\n"
            "        greenlet = gevent.spawn(steam, bun)\n"
            "        greenlet.join()\n"
            "        results.append(greenlet.get())\n"
            "    return results",
            "start all first",
        ),
        written("def answer(buns, steam): return [gevent.spawn(steam, bun).value for bun in buns]", "returned [None"),
        written("def answer(buns, steam): return Pool(9).map_async(steam, buns)", "return the list of results"),
        written(
            "def answer(buns, steam):\n"
            "    done = {}\n"
            "    def one(bun): done[bun] = steam(bun)\n"
            "    gevent.joinall([gevent.spawn(one, bun) for bun in buns])\n"
            "    return [done[bun] for bun in buns]",
            "raised KeyError: 'sesame'",
        ),
    ],
    "06.3": [
        written("def answer(buns, steam, places): return [steam(bun) for bun in buns]", "only one bun"),
        written(
            "def answer(buns, steam, places):\n"
            "    results = []\n"
            "    for first in range(0, len(buns), places):\n"
            "        batch = [gevent.spawn(steam, bun) for bun in buns[first:first + places]]\n"
            "        gevent.joinall(batch, raise_error=True)\n"
            "        results += [each.value for each in batch]\n"
            "    return results",
            "one slow bun keeps the others out",
        ),
        written(
            "def answer(buns, steam, places): return Pool(places + 1).map(steam, buns)", "4 buns in a steamer of 3"
        ),
        written("def answer(buns, steam, places): return Pool(2).map(steam, buns)", "never held more than 2"),
        written("def answer(buns, steam, places): return Pool(3).map(steam, buns)", "3 buns in a steamer of 2"),
        written(
            "def answer(buns, steam, places): return list(Pool(places).imap_unordered(steam, buns))",
            "in the order of the buns",
        ),
    ],
    "06.4": [
        written(
            "def answer(shelf, pay):\n"
            "    pay()\n"
            "    if shelf['buns'] > 0:\n"
            "        shelf['buns'] -= 1\n"
            "        return True\n"
            "    return False",
            "check before anyone pays",
        ),
        written(
            "lock = BoundedSemaphore(1)\n"
            "def answer(shelf, pay):\n"
            "    with lock:\n"
            "        if shelf['buns'] > 0:\n"
            "            pay()\n"
            "            shelf['buns'] -= 1\n"
            "            return True\n"
            "        return False",
            "one at a time",
        ),
        written(
            "def answer(shelf, pay):\n"
            "    if shelf['buns'] > 0:\n"
            "        shelf['buns'] -= 1\n"
            "        pay()\n"
            "        return True\n"
            "    return False",
            "a card was refused",
        ),
        written(
            "def answer(shelf, pay):\n"
            "    if shelf['buns'] > 0:\n"
            "        shelf['buns'] -= 1\n"
            "        try:\n"
            "            pay()\n"
            "        except ValueError:\n"
            "            shelf['buns'] += 1\n"
            "        return True",
            "should be told False",
        ),
        written("def answer(shelf, pay): return False", "0 were sold"),
        written(
            "def answer(shelf, pay):\n"
            "    seen = shelf['buns']\n"
            "    if seen == 0:\n"
            "        return False\n"
            "    shelf['buns'] -= 1\n"
            "    try:\n"
            "        pay()\n"
            "    except Exception:\n"
            "        shelf['buns'] = seen\n"
            "        return False\n"
            "    return True",
            "3 are left, not 1",
        ),
        written(
            "def answer(shelf, pay):\n"
            "    if shelf['buns'] == 0:\n"
            "        return False\n"
            "    shelf['buns'] -= 1\n"
            "    try:\n"
            "        pay()\n"
            "    except Exception:\n"
            "        shelf['buns'] += 1\n"
            "    return True",
            "says True",
        ),
    ],
    "06.5": [
        written(
            "def answer(limit):\n    gevent.sleep(0)\n    return len(range(0, limit, 7))",
            "1 turn(s) in 21,000",
        ),
        written(
            "def answer(limit):\n    for _ in range(20):\n        gevent.sleep(0)\n    return len(range(0, limit, 7))",
            "20 turn(s) in 700,000",
        ),
        written(
            "def answer(limit):\n"
            "    found = 0\n"
            "    for number in range(limit):\n"
            "        if number % 7 == 0:\n"
            "            found += 1\n"
            "            gevent.sleep(0)\n"
            "    return found",
            "goes into switching",
        ),
        written(
            "def answer(limit):\n"
            "    found = 0\n"
            "    for number in range(limit):\n"
            "        found += number % 7 == 0\n"
            "        gevent.sleep(0)\n"
            "    return found",
            "switching",
        ),
        written(
            "def answer(limit):\n"
            "    found = len(range(0, limit, 7)) if sum(range(50 * limit)) else 0\n"
            "    for _ in range(0, limit, 500):\n"
            "        gevent.sleep(0)\n"
            "    return found",
            "not while you counted",
        ),
        written(
            "def answer(limit):\n"
            "    found = 0\n"
            "    for number in range(limit + 1):\n"
            "        found += number % 7 == 0\n"
            "        if number % 500 == 0:\n"
            "            gevent.sleep(0)\n"
            "    return found",
            "says 3001",
        ),
        written(
            "def answer(limit):\n"
            "    found = 0\n"
            "    for number in range(1, limit):\n"
            "        found += number % 7 == 0\n"
            "        if number % 500 == 0:\n"
            "            gevent.sleep(0)\n"
            "    return found",
            "3,000 multiples",
        ),
        written(
            "import time\n"
            "def answer(limit):\n"
            "    found = 0\n"
            "    for number in range(limit):\n"
            "        found += number % 7 == 0\n"
            "        if number % 500 == 0:\n"
            "            time.sleep(0)\n"
            "    return found",
            "nobody else got a single turn",
        ),
    ],
    "06.6": [
        written(
            "def answer(suppliers, patience):\n"
            "    with gevent.Timeout(patience, TimeoutError):\n"
            "        for supplier in suppliers:\n"
            "            try:\n"
            "                return supplier()\n"
            "            except Exception:\n"
            "                pass",
            "asked one after another",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    greenlets = [gevent.spawn(each) for each in suppliers]\n"
            "    return gevent.wait(greenlets, count=1, timeout=patience)[0].get()",
            "still waiting",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    greenlets = [gevent.spawn(each) for each in suppliers]\n"
            "    try:\n"
            "        done = gevent.wait(greenlets, count=1, timeout=patience)\n"
            "        if not done:\n"
            "            raise TimeoutError\n"
            "        return done[0].get()\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "gave up",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    results = Queue()\n"
            "    greenlets = [gevent.spawn(lambda each=each: results.put(each())) for each in suppliers]\n"
            "    try:\n"
            "        with gevent.Timeout(patience, TimeoutError):\n"
            "            return results.get()\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "until its patience ended",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    results = Queue()\n"
            "    greenlets = [gevent.spawn(lambda each=each: results.put(each())) for each in suppliers]\n"
            "    try:\n"
            "        with gevent.Timeout(patience):\n"
            "            return results.get()\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "Python's own TimeoutError",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    greenlets = [gevent.spawn(each) for each in suppliers]\n"
            "    try:\n"
            "        with gevent.Timeout(patience, TimeoutError):\n"
            "            for each in gevent.iwait(greenlets):\n"
            "                if each.value:\n"
            "                    return each.value\n"
            "        raise LookupError('all failed')\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "returns None, which is an answer too",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    greenlets = [gevent.spawn(each) for each in suppliers]\n"
            "    try:\n"
            "        with gevent.Timeout(patience, TimeoutError):\n"
            "            for each in gevent.iwait(greenlets):\n"
            "                if each.successful():\n"
            "                    return each.value\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "returned None instead of raising",
        ),
        written(
            "def answer(suppliers, patience):\n"
            "    results = Queue()\n"
            "    def ask(supplier):\n"
            "        try:\n"
            "            results.put((True, supplier()))\n"
            "        except Exception as error:\n"
            "            results.put((False, error))\n"
            "    greenlets = [gevent.spawn(ask, each) for each in suppliers]\n"
            "    try:\n"
            "        for _ in suppliers:\n"
            "            with gevent.Timeout(patience, TimeoutError):\n"
            "                good, value = results.get()\n"
            "            if good:\n"
            "                return value\n"
            "        raise value\n"
            "    finally:\n"
            "        gevent.killall(greenlets)",
            "counts from the call",
        ),
    ],
}
