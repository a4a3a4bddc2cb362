"""What learners would really get wrong in chapter 11, with a part of what they should be told."""

from exercises.answers import edit, written

SUBMIT = """\
        if accepted := self.open and self.room.acquire(blocking=False):
            self.jobs.put(job)
        return accepted
"""
SUBMIT_UNLESS_FULL = """\
        with suppress(queue.Full):
            if self.open:
                self.jobs.put_nowait(job)
                return True
        return False
"""
BOUNDED_QUEUE = ("queue.SimpleQueue()", "queue.Queue(places)", SUBMIT, SUBMIT_UNLESS_FULL)
DO = """\
            with suppress(Exception):
                job()
            self.room.release()
"""
PUT = "            self.jobs.put(job)\n"
GO_HOME = """\
        for _ in self.threads:
            self.jobs.put(None)
"""
CATCH = """\
        except Exception:
            events.put(lambda: None)
"""

WRONG = {
    "11.1": [
        written("answer = ['event loop', 'process pool', 'thread pool', 'process for each']", says="not a list"),
        written("answer = {'chat': 'event loop'}", says="no model yet for `photos`"),
        edit('"process pool"', '"processes"', says="none of the four models"),
        edit('"event loop"', '["event loop"]', says="none of the four models"),
        edit('"event loop"', '"thread pool"', says="each silent one occupies a worker"),
        edit('"process pool"', '"thread pool"', says="the GIL lets one thread work"),
        edit('"process pool"', '"process for each"', says="where eight could stay"),
        edit('"thread pool"', '"event loop"', says="blocks the whole loop"),
        edit('"thread pool"', '"process pool"', says="3 GB: the machine has 2"),
        edit('"process for each"', '"thread pool"', says="with all threads"),
        edit('"process for each"', '"process pool"', says="so does what the library leaked"),
    ],
    "11.2": [
        edit(*BOUNDED_QUEUE, "put_nowait(job)", "put(job)", says="`submit` began to wait"),
        edit(*BOUNDED_QUEUE, "put_nowait(job)", "put(job, timeout=0.5)", says="`submit` began to wait"),
        edit("blocking=False", "timeout=0.001", says="all 3 places taken, `submit` began to wait"),
        edit(*BOUNDED_QUEUE, says="4 jobs came at once, and `submit` said [True, True, False, False]"),
        edit(*BOUNDED_QUEUE, "queue.Queue(places)", "queue.Queue(workers + places)", says="said True, not False"),
        edit(
            "            with suppress(Exception):\n                job()",
            "            job()",
            says="the next was accepted and never begun",
        ),
        edit("        self.open = False\n", "", says="the pool is closed, and `submit` did not say False"),
        edit(
            "        for thread in self.threads:\n            thread.join()\n",
            "",
            says="2 of the pool's threads had not ended",
        ),
        edit(GO_HOME, "", says="`close()` never returned"),
        edit(GO_HOME, "        self.jobs.put(None)\n", says="`close()` never returned"),
        edit(
            "        self.open = False\n",
            "        self.open = False\n        while not self.jobs.empty():\n            self.jobs.get()\n",
            says="were done when `close()` returned",
        ),
        written(
            """
class answer:
    def __init__(self, workers, places):
        self.most, self.all = workers + places, []

    def submit(self, job):
        if sum(each.is_alive() for each in self.all) >= self.most:
            return False
        self.all.append(threading.Thread(target=job, daemon=True))
        self.all[-1].start()
        return True

    def close(self):
        for each in self.all:
            each.join()
""",
            says="the pool has 5 threads for 2 workers",
        ),
        written(
            """
class answer:
    def __init__(self, workers, places):
        self.pool = ThreadPoolExecutor(workers)

    def submit(self, job):
        self.pool.submit(job)
        return True

    def close(self):
        self.pool.shutdown()
""",
            says="said True, not False",
        ),
        edit("            self.room.release()\n", "", says="`submit` did not say True. (The 5 jobs before them"),
        edit(
            "            self.room.release()", "                self.room.release()", says="their places are free again"
        ),
        edit("workers + places", "places", says="did not say True"),
        edit("blocking=False", "", says="`submit` began to wait"),
        edit(
            DO,
            DO.replace("with suppress(Exception)", "try").replace(
                "            self", "            except Exception:\n                self"
            ),
            says="`submit` did not say True. (The 5 jobs before them",
        ),
        edit(
            "            self.room.release()",
            "            self.room.release()\n            self.room.release()",
            says="`submit` said True, not False. (The 5 jobs before them",
        ),
        edit(
            DO,
            "            self.room.release()\n            with suppress(Exception):\n                job()\n",
            says="all 3 places taken, `submit` said True, not False",
        ),
        edit("            thread.join()", "            thread.join()\n            break", says="threads had not ended"),
        edit(
            "            thread.join()",
            "            while not self.jobs.empty():\n                pass",
            says="2 of the pool's threads had not ended",
        ),
        edit("with suppress(Exception)", "with suppress(OSError, ValueError)", says="after 1 of the jobs had raised"),
        edit("while (job := self.jobs.get()) is not None", "while job := self.jobs.get()", says="a job whose `bool()`"),
        edit(
            PUT,
            f"            if job not in self.seen:\n    {PUT}            self.seen.add(job)\n",
            "self.jobs, self.open",
            "self.seen = set()\n        self.jobs, self.open",
            says="the same job was accepted twice",
        ),
        edit(
            "self.jobs, self.open",
            "Pool.jobs, self.open",
            says="one pool was full, another at rest, and a job that the other accepted did not begin",
        ),
        edit(
            SUBMIT,
            "        self.jobs.put(job)\n        return self.open and self.room.acquire(blocking=False)\n",
            says="`submit` said True, not False. (The 5 jobs before them",
        ),
        edit("return accepted", "return accepted or None", says="`submit` said None, not False"),
        edit(PUT, PUT + PUT, says="1 of 2 workers busy, 0 of 3 places taken, a job was accepted and did not begin"),
        written("answer = 3", says="the class itself, `Pool`"),
        edit(
            "        for thread in self.threads:\n            thread.join()",
            "        for thread in self.threads:\n            thread.join(0.5)",
            says="`close()` returned",
        ),
        written(
            """
class answer:
    def __init__(self, workers, places):
        self.jobs, self.open = queue.Queue(), True
        self.room = threading.Semaphore(workers + places)
        self.threads = [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while True:
            try:
                job = self.jobs.get(timeout=5)
            except queue.Empty:
                return
            if job is None:
                return
            with suppress(Exception):
                job()
            self.room.release()

    def submit(self, job):
        if accepted := self.open and self.room.acquire(blocking=False):
            self.jobs.put(job)
        return accepted

    def close(self):
        self.open = False
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()
""",
            says="a job was accepted and did not begin",
        ),
        *(
            edit(
                "self.room = threading.Semaphore(workers + places)",
                "self.inside, self.most, self.lock = 0, workers + places, threading.Lock()",
                "            self.room.release()",
                f"            {guard}self.inside -= 1",
                "self.room.acquire(blocking=False):",
                "self.inside < self.most:\n            self.inside += 1",
                says="3 jobs had come and ended, then 4 came to the 2 workers and 1 place, and `submit` said [",
            )
            for guard in ("", "with self.lock: ")
        ),
        written(
            """
class answer:
    def __init__(self, workers, places):
        self.jobs, self.lock = queue.Queue(), threading.Lock()
        self.busy, self.closed = 0, False
        self.most = workers + places
        self.threads = [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in self.threads:
            thread.start()
    def work(self):
        while True:
            job = self.jobs.get()
            if job is None:
                return
            with self.lock:
                self.busy += 1
            try:
                job()
            except Exception:
                pass
            with self.lock:
                self.busy -= 1
    def submit(self, job):
        with self.lock:
            if self.closed or self.busy + self.jobs.qsize() >= self.most:
                return False
            self.jobs.put(job)
            return True
    def close(self):
        self.closed = True
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()
""",
            says="then 4 came to the 2 workers and 1 place, and `submit` said [True, True, True, True]",
        ),
    ],
    "11.3": [
        written(
            """
def answer(events):
    while (event := events.get()) is not None:
        def work(event=event):
            result = event.handler(event.detail)
            if event.then:
                event.then(result)
        threading.Thread(target=work).start()
""",
            says="a quick handler ran in another thread",
        ),
        written(
            """
def answer(events):
    with ThreadPoolExecutor() as pool:
        while (event := events.get()) is not None:
            if event.then is None:
                event.handler(event.detail)
            else:
                pool.submit(event.handler, event.detail).add_done_callback(
                    lambda done, then=event.then: then(done.result())
                )
""",
            says="a `then` ran in another thread",
        ),
        written(
            """
def answer(events):
    with ThreadPoolExecutor() as pool:
        while (event := events.get()) is not None:
            if event.then is None:
                event.handler(event.detail)
            else:
                event.then(pool.submit(event.handler, event.detail).result())
""",
            says="did not get its turn",
        ),
        written(
            """
def answer(events):
    with ThreadPoolExecutor(1) as pool:
        out = []
        while (event := events.get()) is not None:
            if event.then is None:
                event.handler(event.detail)
            else:
                out.append((event.then, pool.submit(event.handler, event.detail)))
        for then, work in out:
            then(work.result())
""",
            says="no more than 1 of them ran",
        ),
        edit(
            "    closing, out = False, 0\n",
            "    closing, out, pool = False, 0, ThreadPoolExecutor(1)\n",
            "threading.Thread(target=work, args=(event,)).start()",
            "pool.submit(work, event)",
            says="no more than 1 of them ran at the same time",
        ),
        edit("while out or not closing:", "while not closing:", says="still running"),
        edit(
            CATCH,
            "        finally:\n            pass\n",
            says="a slow handler raised, and `run` did not return after None",
        ),
        edit(
            CATCH,
            """\
        except Exception as error:
            def fail(error=error):
                raise error
            events.put(fail)
""",
            says="that ended the loop",
        ),
        written(
            """
def answer(events):
    out = []
    with ThreadPoolExecutor() as pool:
        while (event := events.get()) is not None:
            if event.then is None:
                event.handler(event.detail)
            else:
                out.append((event.then, pool.submit(event.handler, event.detail)))
    for then, work in out:
        with suppress(Exception):
            then(work.result())
""",
            says="while no other event came",
        ),
        written(
            """
def answer(events):
    out = []

    def settle(all_of_them):
        for each in [each for each in out if all_of_them or each[1].done()]:
            out.remove(each)
            with suppress(Exception):
                each[0](each[1].result())

    with ThreadPoolExecutor() as pool:
        while (event := events.get()) is not None:
            settle(False)
            if event.then is None:
                event.handler(event.detail)
            else:
                out.append((event.then, pool.submit(event.handler, event.detail)))
        settle(True)
""",
            says="while no other event came",
        ),
        edit("target=work, args=(event,)", "target=lambda: work(event)", says="'NoneType' object is not callable"),
        edit(
            "            event.handler(event.detail)\n",
            "            event.handler(event)\n",
            says="the details of quick events",
        ),
        edit(
            "            event.handler(event.detail)\n",
            "            event.detail and event.handler(event.detail)\n",
            says="their handlers had got [3, 1, 1]",
        ),
        edit(
            "            closing = True\n",
            "            return\n",
            says="two slow handlers",
        ),
        edit("closing, out = False, 0", "closing, out = False, 1", says="0 quick events came, then None"),
        edit(
            "def run(events):\n    closing, out = False, 0\n",
            "out = 0\n\n\ndef run(events):\n    global out\n    closing = False\n",
            says="`run` ran twice at once",
        ),
        edit(
            "            events.put(lambda: event.then(result))\n",
            "            events.put((lambda: None) if isinstance(result, Exception) else lambda: event.then(result))\n",
            says="slow handlers returned [None, None, 0, False, Spilt('returned'), 'empty']",
        ),
        edit(
            CATCH,
            CATCH.replace("Exception", "(OSError, ValueError)"),
            says="a slow handler raised, and `run` did not return",
        ),
        edit(
            CATCH,
            CATCH.replace("Exception", "Exception as error").replace("None", "event.then(1)"),
            says="raised, and `then`",
        ),
        edit("args=(event,)).start()", "args=(event,)).run()", says="the quick one behind it did not get its turn"),
        written("answer = 7", says="the function itself, `run`"),
        edit(
            "            events.put(lambda: event.then(result))\n",
            "            events.put((lambda: None) if result is None else lambda: event.then(result))\n",
            says="and `then` was called with [",
        ),
        edit(
            'check("11.3", run)',
            """
def answer(events):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run, events).result()
""",
            says="a quick handler ran in another thread than the one that called `run`",
        ),
        written(
            """
def answer(events):
    closing, out = False, 0
    while not closing:
        e = events.get()
        if e is None: closing = True
        elif isinstance(e, tuple):
            out -= 1
            if e[2]: e[0](e[1])
        elif e.then is None: e.handler(e.detail)
        else:
            out += 1
            def work(e=e):
                try: events.put((e.then, e.handler(e.detail), True))
                except Exception: events.put((0, 0, False))
            threading.Thread(target=work).start()
    while out:
        e = events.get(timeout=1)
        out -= 1
        if e[2]: e[0](e[1])
""",
            says="queue.Empty",
        ),
        written(
            """
from collections import deque

def answer(events):
    out, closing = deque(), False
    with ThreadPoolExecutor(20) as pool:
        while out or not closing:
            event = events.get()
            if event is None:
                closing = True
            elif event == "look":
                while out and out[0][1].done():
                    then, done = out.popleft()
                    if not done.exception():
                        then(done.result())
            elif event.then is None:
                event.handler(event.detail)
            else:
                out.append((event.then, pool.submit(event.handler, event.detail)))
                out[-1][1].add_done_callback(lambda _: events.put("look"))
""",
            says="its `then` was not called before the first returned",
        ),
        written(
            """
from concurrent.futures import wait

def answer(events):
    out, pool = [], ThreadPoolExecutor(20)

    def work(event):
        with suppress(Exception):
            result = event.handler(event.detail)
            events.put(lambda: event.then(result))

    while event := events.get():
        if callable(event):
            event()
        elif event.then is None:
            event.handler(event.detail)
        else:
            out.append(pool.submit(work, event))
    wait(out, timeout=1)
    while not events.empty():
        events.get()()
""",
            says="`run` returned after None while two slow handlers were still running",
        ),
        written(
            """
def answer(events):
    threads = []
    def work(event):
        with suppress(Exception):
            result = event.handler(event.detail)
            events.put(lambda: event.then(result))
    def handle(event):
        if callable(event):
            event()
        elif event.then is None:
            event.handler(event.detail)
        else:
            threads.append(threading.Thread(target=work, args=(event,)))
            threads[-1].start()
    while (event := events.get()) is not None:
        handle(event)
    for t in threads:
        t.join()
    while not events.empty():
        handle(events.get())
""",
            says="then None, the second had returned, and its `then` was not called",
        ),
        written(
            """
def answer(events):
    closing, out = False, 0
    def work(event):
        nonlocal out
        try:
            result = event.handler(event.detail)
        except Exception:
            out -= 1
            events.put(lambda: None)
        else:
            out -= 1
            events.put(lambda: event.then(result))
    while out or not closing or not events.empty():
        event = events.get()
        if event is None:
            closing = True
        elif callable(event):
            event()
        elif event.then is None:
            event.handler(event.detail)
        else:
            out += 1
            threading.Thread(target=work, args=(event,)).start()
""",
            says="returned 'late' after None had come, and `then` was called with ['late']",
        ),
        edit(
            "    closing, out = False, 0\n",
            "    closing, out, pool = False, 0, ThreadPoolExecutor(2)\n",
            "threading.Thread(target=work, args=(event,)).start()",
            "pool.submit(work, event)",
            says="no more than 2 of them ran at the same time",
        ),
    ],
}
