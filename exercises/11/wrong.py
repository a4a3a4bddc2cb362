"""Answers to the exercises of chapter 11 that are wrong, and a word of what they should be told."""

from exercises.answers import written

_MODELS = (
    "answer = {'chat': 'event loop', 'photos': 'process pool', 'stock': 'thread pool', 'report': 'process for each'}"
)


def _models(**changes):
    return f"{_MODELS}\nanswer.update({changes!r})"


_TILL = """
class answer:
    def __init__(self, sell):
        self.sell, self.digits = sell, ""

    def on_key_down(self, key):
        if key.isdigit():
            self.digits += key
        elif key == "Backspace":
            self.digits = self.digits[:-1]
        elif key == "Escape":
            self.digits = ""
        elif key == "Enter":
            number, self.digits = int(self.digits or "0"), ""
            if number:
                self.sell(number)
"""

_POOL = """
class answer:
    def __init__(self, workers, places):
        self.jobs, self.open = queue.Queue(places), True
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while (job := self.jobs.get()) is not None:
            with suppress(Exception):
                job()

    def submit(self, job):
        with suppress(queue.Full):
            if self.open:
                self.jobs.put_nowait(job)
                return True
        return False

    def close(self):
        self.open = False
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()
"""

_ROOM = """
class answer:
    def __init__(self, workers, places):
        self.jobs, self.open = queue.SimpleQueue(), True
        self.room = threading.Semaphore(workers + places)
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while (job := self.jobs.get()) is not None:
            with suppress(Exception):
                job()
            self.room.release()

    def submit(self, job):
        accepted = self.open and self.room.acquire(blocking=False)
        if accepted:
            self.jobs.put(job)
        return accepted

    def close(self):
        self.open = False
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()
"""

_RUN = """
def answer(events):
    closing, out = False, 0

    def work(event):
        try:
            result = event.handler(event.detail)
            events.put(lambda: event.then(result))
        except Exception:
            events.put(lambda: None)

    while out or not closing:
        event = events.get()
        if event is None:
            closing = True
        elif not hasattr(event, "handler"):
            out -= 1
            event()
        elif event.then is None:
            event.handler(event.detail)
        else:
            out += 1
            threading.Thread(target=work, args=(event,), daemon=True).start()
"""

_DISPATCHER = """
class answer:
    def __init__(self):
        self.priorities = {}

    def on(self, kind, handler, priority=0):
        self.priorities.setdefault(kind, {})[handler] = priority

    def off(self, kind, handler):
        self.priorities.get(kind, {}).pop(handler, None)

    def emit(self, kind, detail):
        errors, present = [], self.priorities.setdefault(kind, {})
        for handler in sorted(present, key=present.get, reverse=True):
            if handler in present:
                try:
                    handler(detail)
                except Exception as error:
                    errors.append(error)
        return errors
"""

_PUT_UNLESS_NONE = """
            if result is not None:
                events.put(lambda: event.then(result))
            else:
                events.put(lambda: None)
"""

_CATCH = """\
                try:
                    handler(detail)
                except Exception as error:
                    errors.append(error)
"""


def _but(source, old, new):
    """The solution with one thing in it changed."""
    assert source.count(old) == 1, old
    return source.replace(old, new)


WRONG = {
    "11.1": [
        written("answer = 'click pork, noted pork'", "not a str"),
        written(
            "answer = ['click pork', 'noted pork', 'steam pork', 'steam leek', 'click lotus', 'noted lotus']",
            "line 3",
        ),
        written(
            "answer = ['click pork', 'noted pork', 'steam leek', 'click lotus', 'noted lotus']",
            "'steam pork' is missing",
        ),
        written(
            "answer = ['click pork', 'noted pork', 'click lotus', 'noted lotus', 'steam pork', 'steam leek']",
            "line 3",
        ),
        written("answer = ['click pork', 'noted pork', 'steam lotus']", "'steam lotus' is never printed"),
        written(
            "answer = ['click pork', 'noted pork', 'steam leek', 'steam leek', 'click lotus', 'noted lotus',"
            " 'steam pork']",
            "'steam leek' is printed once",
        ),
    ],
    "11.2": [
        written("answer = ['event loop', 'process pool', 'thread pool', 'process for each']", "not a list"),
        written("answer = {'chat': 'event loop'}", "no model yet for `photos`"),
        written(_models(photos="processes"), "none of the four models"),
        written(_models(chat=["event loop"]), "none of the four models"),
        written(_models(chat="thread pool"), "each silent one occupies a worker"),
        written(_models(photos="thread pool"), "the GIL lets one thread work"),
        written(_models(photos="process for each"), "where eight could stay"),
        written(_models(stock="event loop"), "blocks the whole loop"),
        written(_models(stock="process pool"), "3 GB; there are 2"),
        written(_models(report="thread pool"), "with all threads"),
        written(_models(report="process pool"), "what leaks stays"),
    ],
    "11.3": [
        written(
            _but(
                _TILL,
                '            self.digits += key\n        elif key == "Back',
                '            self.digits = key\n        elif key == "Back',
            ),
            "should sell [12], and your till sold [2]",
        ),
        written(
            _but(_TILL, 'number, self.digits = int(self.digits or "0"), ""', 'number = int(self.digits or "0")'),
            "should sell [12, 3], and your till sold [12, 123]",
        ),
        written(_but(_TILL, 'int(self.digits or "0")', "int(self.digits)"), "invalid literal"),
        written(
            _but(_TILL, "            if number:\n                self.sell(number)", "            self.sell(number)"),
            "the keys 4 Enter Enter should sell [4]",
        ),
        written(
            _but(
                _TILL, "            if number:\n                self.sell(number)", "            self.sell(str(number))"
            ),
            "sold ['1']",
        ),
        written(
            "class answer:\n"
            "    digits = []\n"
            "    def __init__(self, sell): self.sell = sell\n"
            "    def on_key_down(self, key):\n"
            "        if key.isdigit(): self.digits.append(key)\n"
            "        elif key == 'Backspace': del self.digits[-1:]\n"
            "        elif key in ('Escape', 'Enter'):\n"
            "            number = int(''.join(self.digits) or '0')\n"
            "            if key == 'Enter' and number: self.sell(number)\n"
            "            self.digits.clear()",
            "they share their digits",
        ),
        written(
            _but(_TILL, "        if key.isdigit():", "        if key not in ('Backspace', 'Escape', 'Enter'):"),
            "invalid literal",
        ),
        written(f"{_TILL}\nanswer = answer(print)", "the class itself"),
        written(
            _but(_TILL, 'int(self.digits or "0"), ""', 'int(self.digits or "0"), self.digits[:0] or "0"').replace(
                "self.digits[:-1]", "self.digits[1:]"
            ),
            "the keys 1 2 Backspace 5 Enter should sell [15], and your till sold [25]",
        ),
    ],
    "11.4": [
        written(_but(_POOL, "self.jobs.put_nowait(job)", "self.jobs.put(job)"), "`submit` did not return"),
        written(_but(_POOL, "put_nowait(job)", "put(job, timeout=0.5)"), "`submit` did not return at once"),
        written(_but(_ROOM, "blocking=False", "timeout=0.02"), "`submit` did not return at once"),
        written(_POOL, "4 jobs came at once, and `submit` said [True, True, False, False]"),
        written(_but(_POOL, "queue.Queue(places)", "queue.Queue(workers + places)"), "said True, not False"),
        written(
            _but(_POOL, "            with suppress(Exception):\n                job()", "            job()"),
            "has ended the worker",
        ),
        written(_but(_POOL, "        self.open = False\n", ""), "still accepts"),
        written(
            _but(_POOL, "        for thread in self.threads:\n            thread.join()\n", ""),
            "`close()` returned",
        ),
        written(
            _but(_POOL, "        for _ in self.threads:\n            self.jobs.put(None)\n", ""),
            "`close()` never returned",
        ),
        written(
            _but(
                _POOL,
                "        for _ in self.threads:\n            self.jobs.put(None)\n        for",
                "        self.jobs.put(None)\n        for",
            ),
            "`close()` never returned",
        ),
        written(
            _but(
                _POOL,
                "        self.open = False\n",
                "        self.open = False\n        while not self.jobs.empty():\n            self.jobs.get()\n",
            ),
            "accepted and",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, workers, places): self.most, self.all = workers + places, []\n"
            "    def submit(self, job):\n"
            "        if sum(each.is_alive() for each in self.all) >= self.most: return False\n"
            "        self.all.append(threading.Thread(target=job, daemon=True))\n"
            "        self.all[-1].start()\n"
            "        return True\n"
            "    def close(self):\n"
            "        for each in self.all: each.join()",
            "ran at the same time",
        ),
        written(
            "class answer:\n"
            "    def __init__(self, workers, places): self.pool = ThreadPoolExecutor(workers)\n"
            "    def submit(self, job): self.pool.submit(job); return True\n"
            "    def close(self): self.pool.shutdown()",
            "said True, not False",
        ),
        written(_but(_ROOM, "            self.room.release()\n", ""), "their places are free again"),
        written(
            _but(
                _ROOM,
                "                job()\n            self.room.release()\n",
                "                job()\n                self.room.release()\n",
            ),
            "their places are free again",
        ),
        written(_but(_ROOM, "workers + places", "places"), "did not say True"),
        written(_but(_ROOM, "blocking=False", ""), "`submit` did not return"),
        written(f"{_ROOM}\nanswer = answer(1, 1)\nanswer.close()\nanswer = None or 3", "the class itself, `Pool`"),
    ],
    "11.5": [
        written(
            "def answer(events):\n"
            "    while (event := events.get()) is not None:\n"
            "        def work(event=event):\n"
            "            result = event.handler(event.detail)\n"
            "            if event.then: event.then(result)\n"
            "        threading.Thread(target=work).start()",
            "still running",
        ),
        written(
            "def answer(events):\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        while (event := events.get()) is not None:\n"
            "            if event.then is None: event.handler(event.detail)\n"
            "            else: pool.submit(event.handler, event.detail).add_done_callback(\n"
            "                lambda done, then=event.then: then(done.result()))",
            "`then` ran in the thread of the slow handler",
        ),
        written(
            "def answer(events):\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        while (event := events.get()) is not None:\n"
            "            if event.then is None: event.handler(event.detail)\n"
            "            else: event.then(pool.submit(event.handler, event.detail).result())",
            "did not get its turn",
        ),
        written(
            "def answer(events):\n"
            "    with ThreadPoolExecutor(1) as pool:\n"
            "        out = []\n"
            "        while (event := events.get()) is not None:\n"
            "            if event.then is None: event.handler(event.detail)\n"
            "            else: out.append((event.then, pool.submit(event.handler, event.detail)))\n"
            "        for then, work in out: then(work.result())",
            "while no other event came",
        ),
        written(
            _but(
                _RUN, "    closing, out = False, 0\n", "    closing, out, pool = False, 0, ThreadPoolExecutor(1)\n"
            ).replace("threading.Thread(target=work, args=(event,), daemon=True).start()", "pool.submit(work, event)"),
            "one after another",
        ),
        written(_but(_RUN, "while out or not closing:", "while not closing:"), "still running"),
        written(
            _but(
                _RUN,
                "        except Exception:\n            events.put(lambda: None)\n",
                "        finally:\n            pass\n",
            ),
            "waits for it for ever",
        ),
        written(
            _but(
                _RUN,
                "        except Exception:\n            events.put(lambda: None)\n",
                "        except Exception as error:\n"
                "            def fail(error=error): raise error\n"
                "            events.put(fail)\n",
            ),
            "that ended the loop",
        ),
        written(
            "def answer(events):\n"
            "    out = []\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        while (event := events.get()) is not None:\n"
            "            if event.then is None: event.handler(event.detail)\n"
            "            else: out.append((event.then, pool.submit(event.handler, event.detail)))\n"
            "    for then, work in out:\n"
            "        with suppress(Exception): then(work.result())",
            "while no other event came",
        ),
        written(
            "def answer(events):\n"
            "    out = []\n"
            "    def settle(all_of_them):\n"
            "        for each in [each for each in out if all_of_them or each[1].done()]:\n"
            "            out.remove(each)\n"
            "            with suppress(Exception): each[0](each[1].result())\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        while (event := events.get()) is not None:\n"
            "            settle(False)\n"
            "            if event.then is None: event.handler(event.detail)\n"
            "            else: out.append((event.then, pool.submit(event.handler, event.detail)))\n"
            "        settle(True)",
            "while no other event came",
        ),
        written("answer = 7", "the function itself, `run`"),
        written(
            _but(_RUN, "            events.put(lambda: event.then(result))", _PUT_UNLESS_NONE),
            "which is a result too",
        ),
        written(
            f"{_RUN}\nhere = answer\n"
            "def answer(events):\n"
            "    with ThreadPoolExecutor(1) as pool: pool.submit(here, events).result()",
            "not in the one that called `run`",
        ),
    ],
    "11.6": [
        written(
            _but(_DISPATCHER, "        return errors\n", "        return errors or None\n"),
            "emit returned None, not []",
        ),
        written(_but(_DISPATCHER, _CATCH, _CATCH.replace("(detail)", "()")), "missing 1 required positional argument"),
        written(
            _but(_DISPATCHER, "sorted(present, key=present.get, reverse=True)", "sorted(present, key=present.get)"),
            "priorities -1, 0, 5, 0, 5",
        ),
        written(
            _but(_DISPATCHER, "sorted(present, key=present.get, reverse=True)", "list(present)"),
            "priorities -1, 0, 5, 0, 5",
        ),
        written(
            _but(
                _DISPATCHER,
                "sorted(present, key=present.get, reverse=True)",
                "reversed(sorted(present, key=present.get))",
            ),
            "should be ['a', 'b'], and were ['b', 'a']",
        ),
        written(
            _but(_DISPATCHER, "            if handler in present:\n", "            if True:\n"),
            "removed before its turn",
        ),
        written(
            "class answer:\n"
            "    def __init__(self): self.all = {}\n"
            "    def on(self, kind, handler, priority=0):\n"
            "        self.all.setdefault(kind, []).append((priority, handler))\n"
            "        self.all[kind].sort(key=lambda each: -each[0])\n"
            "    def off(self, kind, handler):\n"
            "        for each in self.all.get(kind, []):\n"
            "            if each[1] is handler: self.all[kind].remove(each)\n"
            "    def emit(self, kind, detail):\n"
            "        for _, handler in self.all.get(kind, []): handler(detail)\n"
            "        return []",
            "the first handler removes itself",
        ),
        written(
            "class answer:\n"
            "    def __init__(self): self.all = {}\n"
            "    def on(self, kind, handler, priority=0):\n"
            "        self.all.setdefault(kind, []).append((priority, handler))\n"
            "        self.all[kind].sort(key=lambda each: -each[0])\n"
            "    def off(self, kind, handler):\n"
            "        self.all[kind] = [each for each in self.all.get(kind, []) if each[1] is not handler]\n"
            "    def emit(self, kind, detail):\n"
            "        done = []\n"
            "        while left := [each for _, each in self.all.get(kind, []) if each not in done]:\n"
            "            done.append(left[0])\n"
            "            left[0](detail)\n"
            "        return []",
            "to be called from the next emit on",
        ),
        written(_but(_DISPATCHER, _CATCH, "                handler(detail)\n"), "emit passed it on"),
        written(
            _but(_DISPATCHER, "                    errors.append(error)\n", "                    return [error]\n"),
            "the first of three handlers raises",
        ),
        written(
            _but(_DISPATCHER, "                    errors.append(error)\n", "                    pass\n"),
            "a list of both exceptions",
        ),
        written(
            _but(_DISPATCHER, "self.priorities.get(kind, {}).pop(handler, None)", "del self.priorities[kind][handler]"),
            "KeyError",
        ),
        written(
            _but(_DISPATCHER, "    def __init__(self):\n        self.priorities = {}\n", "    priorities = {}\n"),
            "should be ",
        ),
        written(
            "class answer:\n"
            "    def __init__(self): self.all, self.gone = [], set()\n"
            "    def on(self, kind, handler, priority=0):\n"
            "        self.gone.discard(handler)\n"
            "        self.all.append((kind, priority, handler))\n"
            "    def off(self, kind, handler): self.gone.add(handler)\n"
            "    def emit(self, kind, detail):\n"
            "        errors = []\n"
            "        for at, _, handler in sorted(self.all, key=lambda each: -each[1]):\n"
            "            if at == kind and handler not in self.gone:\n"
            "                try: handler(detail)\n"
            "                except Exception as error: errors.append(error)\n"
            "        return errors",
            "a handler of two kinds",
        ),
        written(
            "class answer:\n"
            "    def __init__(self): self.all = []\n"
            "    def on(self, *entry, priority=0): self.all.append((*entry, priority)[:3])\n"
            "    def off(self, kind, handler):\n"
            "        self.all = [each for each in self.all if not (each[0] == kind and each[1] is handler)]\n"
            "    def emit(self, kind, detail):\n"
            "        errors = []\n"
            "        for entry in sorted(self.all, key=lambda each: -each[2]):\n"
            "            if entry[0] == kind and entry in self.all:\n"
            "                try: entry[1](detail)\n"
            "                except Exception as error: errors.append(error)\n"
            "        return errors",
            "clerk.greet was added and removed",
        ),
        written(f"{_DISPATCHER}\nanswer = answer()", "the class itself, `Dispatcher`"),
    ],
}
