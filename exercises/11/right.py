"""Answers to the exercises of chapter 11 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "11.1": [
        written(
            'answer = dict(report="process for each", stock="thread pool", photos="process pool", chat="event loop")'
        ),
        written("""
served_by = {"event loop": "chat", "process pool": "photos", "thread pool": "stock", "process for each": "report"}
answer = {service: model for model, service in served_by.items()}
"""),
        written("""
import json

answer = json.loads(
    '{"chat": "event loop", "photos": "process pool", "stock": "thread pool", "report": "process for each"}'
)
"""),
        written("""
from collections import defaultdict

answer = defaultdict(lambda: "process for each", chat="event loop")
answer |= zip(("photos", "stock"), (f"{worker} pool" for worker in ("process", "thread")))
answer["report"]
"""),
        written("""
def model(requests, wait, work, connected=0, blocks=False, crashes=False):
    if crashes:
        return "process for each"
    if connected > 1000:
        return "event loop"
    return "process pool" if requests * work > 1 else "thread pool" if blocks else "event loop"

answer = {
    "chat": model(2000, 0, 0.00005, connected=20_000),
    "photos": model(20, 0, 0.3),
    "stock": model(200, 0.05, 0.0005, blocks=True),
    "report": model(1 / 60, 0, 2, crashes=True),
    "tea": model(1, 0, 0),
}
"""),
        edit("models = {", "class Models(dict):\n    pass\n\n\nmodels = Models() | {"),
    ],
    "11.2": [
        edit("threading.Semaphore(workers + places)", "threading.BoundedSemaphore(places + workers)"),
        written("""
class answer:
    def __init__(self, workers, places):
        self.executor = ThreadPoolExecutor(workers)
        self.room = threading.Semaphore(workers + places)
        self.closed = False

    def submit(self, job):
        if self.closed or not self.room.acquire(blocking=False):
            return False
        self.executor.submit(job).add_done_callback(lambda done: self.room.release())
        return True

    def close(self):
        self.closed = True
        self.executor.shutdown(wait=True)
"""),
        written("""
class answer:
    def __init__(self, workers, places):
        self.changed, self.waiting = threading.Condition(), []
        self.inside, self.most, self.closed = 0, workers + places, False
        self.threads = [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting or self.closed)
                if not self.waiting:
                    return
                job = self.waiting.pop(0)
            with suppress(Exception):
                job()
            with self.changed:
                self.inside -= 1

    def submit(self, job):
        with self.changed:
            if self.closed or self.inside == self.most:
                return False
            self.inside += 1
            self.waiting.append(job)
            self.changed.notify()
            return True

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()
"""),
        written("""
class answer:  # threads that come when they are needed, and look now and then whether they may go
    def __init__(self, workers, places):
        self.workers, self.room = workers, queue.Queue(workers + places)
        self.jobs, self.threads, self.closed = queue.Queue(), [], threading.Event()

    def submit(self, job):
        if self.closed.is_set():
            return False
        try:
            self.room.put_nowait(None)
        except queue.Full:
            print("no")
            return False
        self.jobs.put(job)
        if len(self.threads) < self.workers:
            self.threads.append(threading.Thread(target=self.work))
            self.threads[-1].start()
        return True

    def work(self):
        while True:
            try:
                job = self.jobs.get(timeout=0.1)
            except queue.Empty:
                if self.closed.is_set():
                    return
                continue
            try:
                job()
            except Exception as error:
                print("lost:", error)
            finally:
                self.room.get()

    def close(self):
        self.closed.set()
        while self.threads:
            self.threads.pop().join()
"""),
        written("""
LOCK = threading.Lock()  # for all pools

class answer:  # a thread lives as long as there is work
    def __init__(self, workers, places):
        self.workers, self.places = workers, places
        self.waiting, self.running, self.all, self.closed = [], 0, set(), False

    def submit(self, job):
        with LOCK:
            if self.closed or self.running == self.workers and len(self.waiting) == self.places:
                return False
            if self.running == self.workers:
                self.waiting.append(job)
                return True
            self.running += 1
            thread = threading.Thread(target=self.work, args=(job,))
            self.all.add(thread)
        thread.start()
        return True

    def work(self, job):
        while True:
            with suppress(BaseException):
                job()
            with LOCK:
                if not self.waiting:
                    self.running -= 1
                    return
                job = self.waiting.pop()  # the last comes first: nobody has promised otherwise

    def close(self):
        self.closed = True
        for thread in self.all:
            thread.join()
"""),
        written("""
class Worker(threading.Thread):
    def __init__(self, pool):
        super().__init__(daemon=True)
        self.pool = pool
        self.start()

    def run(self):
        for job in iter(self.pool.jobs.get, self.pool):  # the pool itself says: go home
            try:
                job()
            except Exception:
                pass
            self.pool.count(-1)

class answer:
    def __init__(self, workers, places):
        self.lock, self.inside, self.most = threading.RLock(), 0, workers + places
        self.jobs = queue.Queue()
        self.workers = [Worker(self) for _ in range(workers)]

    def count(self, step):
        with self.lock:
            if self.inside + step > self.most:
                return False
            self.inside += step
            return True

    def submit(self, job):
        if not self.count(1):
            return False
        self.jobs.put(job)
        return True

    def close(self):
        self.most = 0
        for _ in self.workers:
            self.jobs.put(self)
        for worker in self.workers:
            while worker.is_alive():
                worker.join(0.1)
"""),
        edit(
            "        self.open = False\n        for _ in self.threads:",
            "        for _ in self.threads:",
            "            thread.join()",
            "            thread.join()\n        self.open = False",
        ),
        written("""
class answer:
    def __init__(self, workers, places):
        self.jobs, self.closed = queue.Queue(), threading.Event()
        self.room = threading.BoundedSemaphore(workers + places)
        self.crew = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        for each in self.crew:
            each.start()

    def work(self):
        while True:
            try:
                job = self.jobs.get(timeout=0.5)
            except queue.Empty:
                if self.closed.is_set():
                    return
                continue
            try:
                job()
            except Exception as error:
                print(repr(error))
            finally:
                self.room.release()

    def submit(self, job):
        if self.closed.is_set() or not self.room.acquire(blocking=False):
            return False
        self.jobs.put(job)
        return True

    def close(self):
        self.closed.set()
        for each in self.crew:
            each.join()
"""),
        edit(  # each count is changed by one thread
            "self.room = threading.Semaphore(workers + places)",
            "self.most, self.accepted, self.done = workers + places, 0, [0] * workers",
            "threading.Thread(target=self.work) for _ in",
            "threading.Thread(target=self.work, args=(number,)) for number in",
            "def work(self)",
            "def work(self, number)",
            "self.room.release()",
            "self.done[number] += 1",
            "self.room.acquire(blocking=False):",
            "self.accepted - sum(self.done) < self.most:\n            self.accepted += 1",
        ),
    ],
    "11.3": [
        written("""
def answer(events):
    out, closing = 0, False
    with ThreadPoolExecutor(50) as pool:
        while out or not closing:
            event = events.get()
            if event is None:
                closing = True
            elif isinstance(event, tuple):
                out -= 1
                then, done = event
                if done.exception() is None:
                    then(done.result())
            elif event.then is None:
                event.handler(event.detail)
            else:
                out += 1
                done = pool.submit(event.handler, event.detail)
                done.add_done_callback(lambda done, then=event.then: events.put((then, done)))
"""),
        written("""
class Finished:
    def __init__(self, thread, then, results):
        self.thread, self.then, self.results = thread, then, results

def answer(events):
    slow, closing = set(), False

    def work(event):
        results = []
        with suppress(Exception):
            results.append(event.handler(event.detail))
        events.put(Finished(threading.current_thread(), event.then, results))

    while True:
        if closing and not slow:
            return
        match events.get():
            case None:
                closing = True
            case Finished(thread=thread, then=then, results=results):
                thread.join()
                slow.remove(thread)
                for result in results:
                    then(result)
            case event:
                if event.then:
                    thread = threading.Thread(target=work, args=[event])
                    slow.add(thread)
                    thread.start()
                else:
                    event.handler(event.detail)
"""),
        written("""
from types import SimpleNamespace

def answer(events):  # a result is a quick event
    out, closing = [], False

    def work(event):
        try:
            result = event.handler(event.detail)
        except Exception as error:
            print("failed:", error)
            events.put(SimpleNamespace(handler=out.pop, detail=0, then=None))
        else:
            events.put(SimpleNamespace(handler=event.then, detail=result, then=out))

    while not closing or out:
        event = events.get()
        if event is None:
            closing = True
        elif event.then is None:
            event.handler(event.detail)
        elif event.then is out:
            out.pop()
            event.handler(event.detail)
        else:
            out.append(event)
            threading.Thread(target=work, args=(event,)).start()
"""),
        written("""
def answer(events):  # two queues, looked at in turns
    done, threads, closing = queue.SimpleQueue(), [], False

    def work(event):
        try:
            done.put((event.then, [event.handler(event.detail)]))
        except BaseException:
            done.put((None, []))

    while True:
        try:
            then, results = done.get(timeout=0.01)
            for result in results:
                then(result)
            continue
        except queue.Empty:
            if closing and not any(thread.is_alive() for thread in threads) and done.empty():
                return
        try:
            event = events.get_nowait()
        except queue.Empty:
            continue
        if event is None:
            closing = True
        elif event.then:
            threads.append(threading.Thread(target=work, args=(event,)))
            threads[-1].start()
        else:
            event.handler(event.detail)
"""),
        written("""
from concurrent.futures import Future

def answer(events):  # the futures themselves come back
    with ThreadPoolExecutor(100) as pool:
        thens, closing = {}, False
        while thens or not closing:
            event = events.get()
            if isinstance(event, Future):
                then = thens.pop(event)
                if not event.exception():
                    then(event.result())
            elif event is None:
                closing = True
            elif not event.then:
                event.handler(event.detail)
            else:
                future = pool.submit(event.handler, event.detail)
                thens[future] = event.then
                future.add_done_callback(events.put)
"""),
        written("""
class Loop:
    def __init__(self, events):
        self.events, self.out, self.closing = events, 0, False

    def run(self):
        while self.out or not self.closing:
            self.take(self.events.get())

    def take(self, event):
        if event is None:
            self.closing = True
        elif callable(event):
            event()
        elif event.then is None:
            event.handler(event.detail)
        else:
            self.out += 1
            threading.Thread(target=self.work, args=(event,), daemon=True).start()

    def work(self, event):
        outcome = []
        try:
            outcome.append(event.handler(event.detail))
        finally:
            self.events.put(lambda: self.come_home(event.then, outcome))

    def come_home(self, then, outcome):
        self.out -= 1
        for result in outcome:
            then(result)

def answer(events):
    Loop(events).run()
"""),
    ],
}
