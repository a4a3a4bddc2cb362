"""Answers to the exercises of chapter 3 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "03.1": [
        written(
            "def answer(n, source):\n    for _ in range(n):\n        yield next(source)",
            "a `next` inside a generator failed",
        ),
        written(
            "def answer(n, source):\n"
            "    for number, item in enumerate(source):\n"
            "        if number == n:\n"
            "            return\n"
            "        yield item",
            "asked the source for 4",
        ),
        written(
            "def answer(n, source):\n    items = iter(source)\n    return [item for _, item in zip(range(n), items)]",
            "one at a time",
        ),
        written(
            "def answer(n, source):\n"
            "    for number, item in enumerate(source, 1):\n"
            "        yield item\n"
            "        if number == n:\n"
            "            return",
            "to take 0 your function",
        ),
        written(
            "def answer(n, source):\n"
            "    for _ in range(n):\n"
            "        try:\n"
            "            yield next(source)\n"
            "        except StopIteration:\n"
            "            return",
            "'list' object is not an iterator",
        ),
        written(
            "def answer(n, source):\n"
            "    for number, item in enumerate(source, 1):\n"
            "        yield item\n"
            "        if number > n:\n"
            "            return",
            "should be handed out; you gave",
        ),
    ],
    "03.2": [
        written(
            "def answer():\n"
            "    total, number, mean = 0, 0, None\n"
            "    while True:\n"
            "        try:\n"
            "            total += yield mean\n"
            "            number += 1\n"
            "            mean = total / number\n"
            "        except BaseException:\n"
            "            total, number, mean = 0, 0, None",
            "KeyError was thrown in",
        ),
        written(
            "def answer():\n"
            "    total, number, mean = 0, 0, None\n"
            "    while True:\n"
            "        try:\n"
            "            total += yield mean\n"
            "            number += 1\n"
            "            mean = total / number\n"
            "        except (ValueError, GeneratorExit):\n"
            "            total, number, mean = 0, 0, None",
            "swallows GeneratorExit",
        ),
        written(
            "def answer():\n"
            "    total = number = 0\n"
            "    mean = None\n"
            "    while True:\n"
            "        total += yield mean\n"
            "        number += 1\n"
            "        mean = total / number",
            "the first time, the error came straight out again",
        ),
        written(
            "def answer():\n"
            "    total = number = 0\n"
            "    mean = None\n"
            "    try:\n"
            "        while True:\n"
            "            total += yield mean\n"
            "            number += 1\n"
            "            mean = total / number\n"
            "    except ValueError:\n"
            "        yield None",
            "the second time, the error came straight out again",
        ),
        written(
            "def answer():\n"
            "    total, number, mean = 0, 0, None\n"
            "    while True:\n"
            "        try:\n"
            "            total += yield mean\n"
            "            number += 1\n"
            "            mean = total / number\n"
            "        except ValueError:\n"
            "            total, number = 0, 0",
            "it should yield None",
        ),
        written(
            "values = []\n"
            "def answer():\n"
            "    mean = None\n"
            "    while True:\n"
            "        try:\n"
            "            values.append((yield mean))\n"
            "            mean = sum(values) / len(values)\n"
            "        except ValueError:\n"
            "            values.clear()\n"
            "            mean = None",
            "a second averager",
        ),
        written("def answer(*values): return sum(values) / max(len(values), 1)", "generator function"),
    ],
    "03.3": [
        written(
            "def answer(order):\n"
            "    for each in order:\n"
            "        if isinstance(each, list):\n"
            "            yield answer(each)\n"
            "        else:\n"
            "            yield each",
            "handed out a generator",
        ),
        written(
            "def answer(order):\n"
            "    for each in order:\n"
            "        if isinstance(each, list):\n"
            "            yield from each\n"
            "        else:\n"
            "            yield each",
            "still packed",
        ),
        written(
            "def answer(order):\n"
            "    for each in order:\n"
            "        if hasattr(each, '__iter__'):\n"
            "            yield from answer(each)\n"
            "        else:\n"
            "            yield each",
            "text is a bun",
        ),
        written(
            "def answer(order):\n"
            "    buns = []\n"
            "    for each in order:\n"
            "        buns += answer(each) if isinstance(each, list) else [each]\n"
            "    return buns",
            "read the whole order",
        ),
        written(
            "def answer(order):\n"
            "    for each in order:\n"
            "        if isinstance(each, (list, tuple)):\n"
            "            yield from answer(each)\n"
            "        else:\n"
            "            yield each",
            "only a list is an order",
        ),
        written(
            "def answer(order):\n"
            "    while order:\n"
            "        each = order.pop(0)\n"
            "        if isinstance(each, list):\n"
            "            yield from answer(each)\n"
            "        else:\n"
            "            yield each",
            "changed the order",
        ),
        written(
            "def answer(order):\n"
            "    for each in order:\n"
            "        if isinstance(each, list):\n"
            "            return (yield from answer(each))\n"
            "        yield each",
            "got lost",
        ),
    ],
    "03.4": [
        written(
            "def answer(oven):\n"
            "    oven.on()\n"
            "    bread = None\n"
            "    while True:\n"
            "        dough = yield bread\n"
            "        bread = oven.bake(dough)\n"
            "    oven.off()",
            "switched off 0 times",
        ),
        written(
            "def answer(oven):\n"
            "    oven.on()\n"
            "    bread = None\n"
            "    try:\n"
            "        while True:\n"
            "            bread = oven.bake((yield bread))\n"
            "    except GeneratorExit:\n"
            "        oven.off()",
            "`bake` raised, and the oven was switched off 0 times",
        ),
        written(
            "def answer(oven):\n"
            "    oven.on()\n"
            "    bread = None\n"
            "    try:\n"
            "        while True:\n"
            "            bread = oven.bake((yield bread))\n"
            "    except BaseException:\n"
            "        oven.off()",
            "never heard of it",
        ),
        written(
            "def answer(oven):\n"
            "    oven.on()\n"
            "    bread = None\n"
            "    try:\n"
            "        while True:\n"
            "            bread = oven.bake((yield bread))\n"
            "    except GeneratorExit:\n"
            "        oven.off()\n"
            "    finally:\n"
            "        oven.off()",
            "switched off 2 times",
        ),
        written(
            "def answer(oven):\n"
            "    bread = None\n"
            "    while True:\n"
            "        oven.on()\n"
            "        try:\n"
            "            bread = oven.bake((yield bread))\n"
            "        finally:\n"
            "            oven.off()",
            "switched off 2 times",
        ),
        written(
            "def answer(oven):\n"
            "    oven.on()\n"
            "    bread = None\n"
            "    while True:\n"
            "        try:\n"
            "            bread = oven.bake((yield bread))\n"
            "        except Exception:\n"
            "            bread = None\n"
            "        except GeneratorExit:\n"
            "            oven.off()\n"
            "            return",
            "went on as if nothing had happened",
        ),
    ],
    "03.5": [
        written(
            "def answer(tasks):\n"
            "    for _, task in sorted(tasks, key=lambda each: each[0]):\n"
            "        for _ in task:\n"
            "            pass",
            "should take turns",
        ),
        written(
            "def answer(tasks):\n"
            "    ready = []\n"
            "    for each in tasks:\n"
            "        heappush(ready, each)\n"
            "    while ready:\n"
            "        number, task = heappop(ready)\n"
            "        try:\n"
            "            wish = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(ready, (number if wish is None else wish, task))",
            "compares the generators themselves",
        ),
        written(
            "def answer(tasks):\n"
            "    ready = [(number, place, task) for place, (number, task) in enumerate(tasks)]\n"
            "    ready.sort()\n"
            "    while ready:\n"
            "        number, place, task = heappop(ready)\n"
            "        try:\n"
            "            wish = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(ready, (number if wish is None else wish, place, task))",
            "should take turns",
        ),
        written(
            "def answer(tasks):\n"
            "    tickets = count()\n"
            "    ready = sorted((number, next(tickets), task) for number, task in tasks)\n"
            "    while ready:\n"
            "        number, _, task = heappop(ready)\n"
            "        try:\n"
            "            next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(ready, (number, next(tickets), task))",
            "a yields 5",
        ),
        written(
            "def answer(tasks):\n"
            "    tickets = count()\n"
            "    ready = sorted((number, next(tickets), task) for number, task in tasks)\n"
            "    while ready:\n"
            "        number, _, task = heappop(ready)\n"
            "        try:\n"
            "            number = next(task) or number\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(ready, (number, next(tickets), task))",
            "a yields 0",
        ),
        written(
            "def answer(tasks):\n"
            "    tickets = count()\n"
            "    ready = sorted((number, next(tickets), task) for number, task in tasks)\n"
            "    while ready:\n"
            "        number, _, task = heappop(ready)\n"
            "        try:\n"
            "            wish = next(task)\n"
            "        except StopIteration:\n"
            "            break\n"
            "        heappush(ready, (number if wish is None else wish, next(tickets), task))",
            "another one was still waiting",
        ),
    ],
    "03.6": [
        written(
            "def answer(tasks, clock, closing):\n"
            "    for task in tasks:\n"
            "        for seconds in task:\n"
            "            clock.sleep(seconds)\n"
            "    return 0",
            "too early or too late",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    numbers = count()\n"
            "    asleep = [(clock.now(), next(numbers), task) for task in tasks]\n"
            "    while asleep and clock.now() < closing:\n"
            "        due, _, task = heappop(asleep)\n"
            "        clock.sleep(max(0, due - clock.now()))\n"
            "        try:\n"
            "            seconds = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(asleep, (clock.now() + seconds, next(numbers), task))\n"
            "    for _, _, task in asleep:\n"
            "        task.close()\n"
            "    return len(asleep)",
            "closes at 5, and at 6",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    numbers = count()\n"
            "    asleep = [(clock.now(), next(numbers), task) for task in tasks]\n"
            "    while asleep and asleep[0][0] < closing:\n"
            "        due, _, task = heappop(asleep)\n"
            "        clock.sleep(max(0, due - clock.now()))\n"
            "        try:\n"
            "            seconds = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(asleep, (clock.now() + seconds, next(numbers), task))\n"
            "    for _, _, task in asleep:\n"
            "        task.close()\n"
            "    return len(asleep)",
            "although the shop closes at 5",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    numbers = count()\n"
            "    asleep = [(clock.now(), next(numbers), task) for task in tasks]\n"
            "    while asleep:\n"
            "        moment = min(asleep[0][0], closing)\n"
            "        clock.sleep(max(0, moment - clock.now()))\n"
            "        if clock.now() >= closing:\n"
            "            return len(asleep)\n"
            "        task = heappop(asleep)[2]\n"
            "        try:\n"
            "            seconds = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(asleep, (clock.now() + seconds, next(numbers), task))\n"
            "    return 0",
            "were not closed",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    numbers = count()\n"
            "    asleep = [(clock.now(), next(numbers), task) for task in tasks]\n"
            "    while asleep:\n"
            "        moment = min(asleep[0][0], closing)\n"
            "        clock.sleep(max(0, moment - clock.now()))\n"
            "        task = heappop(asleep)[2]\n"
            "        if clock.now() >= closing:\n"
            "            break\n"
            "        try:\n"
            "            seconds = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(asleep, (clock.now() + seconds, next(numbers), task))\n"
            "    for _, _, task in asleep:\n"
            "        task.close()\n"
            "    return len(asleep)",
            "1 task(s) had not ended",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    numbers = count()\n"
            "    asleep = [(clock.now(), next(numbers), task) for task in tasks]\n"
            "    while asleep:\n"
            "        clock.sleep(min(asleep[0][0], closing) - clock.now())\n"
            "        if clock.now() >= closing:\n"
            "            break\n"
            "        task = heappop(asleep)[2]\n"
            "        try:\n"
            "            seconds = next(task)\n"
            "        except StopIteration:\n"
            "            continue\n"
            "        heappush(asleep, (clock.now() + seconds, next(numbers), task))\n"
            "    for _, _, task in asleep:\n"
            "        task.close()\n"
            "    return len(asleep)",
            "nobody can sleep a negative time",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    asleep = [(clock.now(), task) for task in tasks]\n"
            "    while asleep:\n"
            "        due, task = heappop(asleep)\n"
            "        clock.sleep(max(0, due - clock.now()))\n"
            "        try:\n"
            "            heappush(asleep, (clock.now() + next(task), task))\n"
            "        except StopIteration:\n"
            "            continue\n"
            "    return 0",
            "compares the generators",
        ),
        written(
            "def answer(tasks, clock, closing):\n"
            "    asleep = {task: clock.now() for task in tasks}\n"
            "    while asleep and clock.now() < closing:\n"
            "        for task, due in list(asleep.items()):\n"
            "            if due <= clock.now():\n"
            "                try:\n"
            "                    asleep[task] = clock.now() + next(task)\n"
            "                except StopIteration:\n"
            "                    del asleep[task]\n"
            "        clock.sleep(0.01)\n"
            "    for task in asleep:\n"
            "        task.close()\n"
            "    return len(asleep)",
            "in small bits",
        ),
    ],
    "03.7": [
        written(
            "def answer(*tasks):\n"
            "    left, results = list(tasks), []\n"
            "    while left:\n"
            "        for task in list(left):\n"
            "            try:\n"
            "                next(task)\n"
            "            except StopIteration as end:\n"
            "                results.append(end.value)\n"
            "                left.remove(task)\n"
            "        yield\n"
            "    return results",
            "not in that of their ends",
        ),
        written(
            "def answer(*tasks):\n"
            "    left, results = dict(enumerate(tasks)), [None] * len(tasks)\n"
            "    while left:\n"
            "        for place, task in list(left.items()):\n"
            "            try:\n"
            "                next(task)\n"
            "            except StopIteration as end:\n"
            "                results[place] = end.value\n"
            "                del left[place]\n"
            "        yield\n"
            "    return results",
            "b raised an error, and a and c stayed paused",
        ),
        written(
            "def answer(*tasks):\n"
            "    left, results = dict(enumerate(tasks)), [None] * len(tasks)\n"
            "    try:\n"
            "        while left:\n"
            "            for place, task in list(left.items()):\n"
            "                try:\n"
            "                    next(task)\n"
            "                except StopIteration as end:\n"
            "                    results[place] = end.value\n"
            "                    del left[place]\n"
            "            yield\n"
            "        return results\n"
            "    except Exception:\n"
            "        for task in tasks:\n"
            "            task.close()\n"
            "        raise",
            "`together` was closed, and a and c stayed paused",
        ),
        written(
            "def answer(*tasks):\n"
            "    left, results = dict(enumerate(tasks)), [None] * len(tasks)\n"
            "    while left:\n"
            "        for place, task in list(left.items()):\n"
            "            try:\n"
            "                next(task)\n"
            "            except StopIteration as end:\n"
            "                results[place] = end.value\n"
            "                del left[place]\n"
            "    return results\n"
            "    yield",
            "the tasks outside got no turn",
        ),
        written(
            "def answer(*tasks):\n"
            "    while True:\n"
            "        for task in tasks:\n"
            "            next(task, None)\n"
            "        yield",
            "had not returned after",
        ),
        written(
            "def answer(*tasks):\n"
            "    left, results = dict(enumerate(tasks)), [None] * len(tasks)\n"
            "    try:\n"
            "        while left:\n"
            "            for place, task in list(left.items()):\n"
            "                try:\n"
            "                    next(task)\n"
            "                except StopIteration as end:\n"
            "                    results[place] = end.value\n"
            "                    del left[place]\n"
            "                except Exception as error:\n"
            "                    results[place] = error\n"
            "                    del left[place]\n"
            "            yield\n"
            "        return results\n"
            "    finally:\n"
            "        for task in tasks:\n"
            "            task.close()",
            "the caller of `together` never heard of it",
        ),
    ],
    "03.8": [
        written(
            "import select as sel\ndef answer(tasks):\n    for t in tasks:\n        for s in t: sel.select([s],[],[])",
            "still running after",
        ),
        written(
            "def answer(tasks):\n"
            "    with selectors.DefaultSelector() as w:\n"
            "        for t in tasks: w.register(next(t),selectors.EVENT_READ,t)\n"
            "        while w.get_map():\n"
            "            for k,_ in w.select():\n"
            "                try: w.register(next(k.data),selectors.EVENT_READ,k.data)\n"
            "                except StopIteration: w.unregister(k.fileobj)",
            "still registered",
        ),
        written(
            "def answer(tasks):\n"
            "    with selectors.DefaultSelector() as w:\n"
            "        for t in tasks: w.register(next(t),selectors.EVENT_READ,t)\n"
            "        if not tasks: return\n"
            "        for k,_ in w.select():\n"
            "            try: next(k.data)\n"
            "            except StopIteration: pass",
            "not all tasks had ended",
        ),
        written(
            "def answer(tasks):\n"
            "    with selectors.DefaultSelector() as w:\n"
            "        for t in tasks: w.register(next(t),selectors.EVENT_READ,t)\n"
            "        while w.get_map():\n"
            "            for k,_ in w.select():\n"
            "                w.unregister(k.fileobj)\n"
            "                try: w.register(next(k.data),selectors.EVENT_READ,k.data)\n"
            "                except StopIteration: return",
            "not all tasks had ended",
        ),
        written(
            "def answer(tasks):\n"
            "    with selectors.DefaultSelector() as w:\n"
            "        for t in tasks: w.register(next(t),selectors.EVENT_WRITE,t)\n"
            "        while w.get_map():\n"
            "            for k,_ in w.select():\n"
            "                w.unregister(k.fileobj)\n"
            "                try: w.register(next(k.data),selectors.EVENT_WRITE,k.data)\n"
            "                except StopIteration: pass",
            "nothing to read",
        ),
    ],
}
