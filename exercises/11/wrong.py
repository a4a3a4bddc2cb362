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
        edit('"thread pool"', '"process pool"', says="3 GB; there are 2"),
        edit('"process for each"', '"thread pool"', says="with all threads"),
        edit('"process for each"', '"process pool"', says="what leaks stays"),
    ],
    "11.2": [
        edit(*BOUNDED_QUEUE, "put_nowait(job)", "put(job)", says="`submit` did not return"),
        edit(*BOUNDED_QUEUE, "put_nowait(job)", "put(job, timeout=0.5)", says="`submit` did not return at once"),
        edit("blocking=False", "timeout=0.02", says="`submit` did not return at once"),
        edit(*BOUNDED_QUEUE, says="4 jobs came at once, and `submit` said [True, True, False, False]"),
        edit(*BOUNDED_QUEUE, "queue.Queue(places)", "queue.Queue(workers + places)", says="said True, not False"),
        edit(
            "            with suppress(Exception):\n                job()",
            "            job()",
            says="has ended the worker",
        ),
        edit("        self.open = False\n", "", says="still accepts"),
        edit("        for thread in self.threads:\n            thread.join()\n", "", says="`close()` returned"),
        edit(GO_HOME, "", says="`close()` never returned"),
        edit(GO_HOME, "        self.jobs.put(None)\n", says="`close()` never returned"),
        edit(
            "        self.open = False\n",
            "        self.open = False\n        while not self.jobs.empty():\n            self.jobs.get()\n",
            says="accepted and",
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
            says="ran at the same time",
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
        edit("            self.room.release()\n", "", says="their places are free again"),
        edit(
            "            self.room.release()", "                self.room.release()", says="their places are free again"
        ),
        edit("workers + places", "places", says="did not say True"),
        edit("blocking=False", "", says="`submit` did not return"),
        written("answer = 3", says="the class itself, `Pool`"),
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
            says="still running",
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
            says="`then` ran in the thread of the slow handler",
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
            says="while no other event came",
        ),
        edit(
            "    closing, out = False, 0\n",
            "    closing, out, pool = False, 0, ThreadPoolExecutor(1)\n",
            "threading.Thread(target=work, args=(event,)).start()",
            "pool.submit(work, event)",
            says="one after another",
        ),
        edit("while out or not closing:", "while not closing:", says="still running"),
        edit(CATCH, "        finally:\n            pass\n", says="waits for it for ever"),
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
        written("answer = 7", says="the function itself, `run`"),
        edit(
            "            events.put(lambda: event.then(result))\n",
            "            events.put((lambda: None) if result is None else lambda: event.then(result))\n",
            says="which is a result too",
        ),
        edit(
            'check("11.3", run)',
            """
def answer(events):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run, events).result()
""",
            says="not in the one that called `run`",
        ),
    ],
}
