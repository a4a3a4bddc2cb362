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
    ],
}
