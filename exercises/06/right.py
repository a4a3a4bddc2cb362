"""Answers to the exercises of chapter 6 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

ORDER = '["tea on", "buns in", "sweep", "swept", "buns turned", "buns out", "tea done"]'

RIGHT = {
    "06.1": [
        edit(ORDER, f"tuple({ORDER})"),
        edit(ORDER, '"tea on, buns in, sweep, swept, buns turned, buns out, tea done".split(", ")'),
        edit(ORDER, '["tea on", "buns in", *["sweep", "swept"], "buns turned", "buns out"] + ["tea done"]'),
        edit(ORDER, f"{ORDER}.copy()\nprint(order)"),
        written(
            """
answer = []
answer.append("tea on")
answer.extend(["buns in", "sweep"])
answer += ["swept", "buns turned", "buns out", "tea done"]
"""
        ),
        written(
            """
wakes = {"tea done": 0.3, "buns turned": 0.1, "buns out": 0.2, "tea on": 0, "buns in": 0, "sweep": 0, "swept": 0}
answer = sorted(wakes, key=wakes.get)
"""
        ),
    ],
    "06.2": [
        written("def answer(buns, steam): return [each.get() for each in [gevent.spawn(steam, bun) for bun in buns]]"),
        written("def answer(buns, steam): return Pool(len(buns)).map(steam, buns)"),
        written("from gevent.pool import Group\ndef answer(buns, steam): return Group().map(steam, buns)"),
        written(
            """
from gevent.pool import Group
def answer(buns, steam): return tuple(Group().imap(steam, buns, maxsize=None))
"""
        ),
        written(
            """
def answer(buns, steam):
    results, errors = [None] * len(buns), []
    def one(place, bun):
        try:
            results[place] = steam(bun)
        except Exception as error:
            errors.append(error)
    gevent.joinall([gevent.spawn(one, *each) for each in enumerate(buns)])
    if errors:
        raise errors[0]
    return results
"""
        ),
        written(
            """
from gevent.event import AsyncResult
def answer(buns, steam):
    shelf = []
    for bun in buns:
        result = AsyncResult()
        gevent.spawn(steam, bun).link(result)
        shelf.append(result)
    return [result.get() for result in shelf]
"""
        ),
        written(
            """
finished = Queue()
class Steamer:
    def __call__(self, buns, steam):
        def one(place):
            try:
                finished.put((place, steam(buns[place]), None))
            except Exception as error:
                finished.put((place, None, error))
        for place in reversed(range(len(buns))):
            gevent.spawn(one, place)
        done, burnt = {}, None
        for _ in buns:
            place, done[place], error = finished.get()
            burnt = burnt or error
        if burnt:
            raise RuntimeError("a bun burnt") from burnt
        return [done[place] for place in range(len(buns))]
answer = Steamer()
"""
        ),
        edit("    return [", "    print('all done')\n    return ["),
        written(
            """
import builtins
group = getattr(builtins, "ExceptionGroup", lambda text, errors: errors[0])  # Python 3.10 has none
def answer(buns, steam):
    greenlets = [gevent.spawn(steam, bun) for bun in buns]
    gevent.joinall(greenlets)
    if errors := [each.exception for each in greenlets if not each.successful()]:
        raise group("some buns burnt", errors)
    return [each.get() for each in greenlets]
"""
        ),
        written(
            """
def answer(buns, steam):
    greenlets = [gevent.spawn(steam, bun) for bun in buns]
    while not all(each.ready() for each in greenlets):
        gevent.sleep(0.001)
    return [each.get() for each in greenlets]
"""
        ),
    ],
    "06.3": [
        written("def answer(buns, steam, places): return list(Pool(places).imap(steam, buns))"),
        written(
            """
def answer(buns, steam, places):
    free = BoundedSemaphore(places)
    def one(bun):
        with free:
            return steam(bun)
    return [each.get() for each in [gevent.spawn(one, bun) for bun in buns]]
"""
        ),
        written(
            """
def answer(buns, steam, places):
    pool = Pool(places)
    greenlets = [pool.spawn(steam, bun) for bun in buns]
    pool.join()
    return [greenlet.value for greenlet in greenlets]
"""
        ),
        written(
            """
def answer(buns, steam, places):
    results, waiting = {}, list(enumerate(buns))
    def place():
        while waiting:
            number, bun = waiting.pop(0)
            results[number] = steam(bun)
    gevent.joinall([gevent.spawn(place) for _ in range(places)], raise_error=True)
    return [results[number] for number in range(len(buns))]
"""
        ),
        written(
            """
def answer(buns, steam, places):
    todo, results = Queue(), [None] * len(buns)
    for each in enumerate(buns):
        todo.put(each)
    for _ in range(places):
        todo.put(StopIteration)
    def place():
        for number, bun in todo:
            results[number] = steam(bun)
    workers = [gevent.spawn(place) for _ in range(places)]
    [each.join() for each in workers]
    return results
"""
        ),
        written(
            """
def answer(buns, steam, places):
    greenlets, inside = [], set()
    for bun in buns:
        if len(inside) == places:
            gevent.wait(list(inside), count=1)
            inside = {each for each in inside if not each.ready()}
        greenlets.append(gevent.spawn(steam, bun))
        inside.add(greenlets[-1])
    return tuple(each.get() for each in greenlets)
"""
        ),
        written(
            """
def answer(buns, steam, places):
    inside, results = [0], []
    def one(bun):
        while inside[0] == places:
            gevent.sleep(0)
        inside[0] += 1
        try:
            return steam(bun)
        finally:
            inside[0] -= 1
    greenlets = [gevent.spawn(one, bun) for bun in buns]
    gevent.joinall(greenlets)
    return [each.value for each in greenlets]
"""
        ),
    ],
    "06.4": [
        written(
            """
def answer(shelf, pay):
    shelf.setdefault("reserved", 0)
    if shelf["buns"] <= shelf["reserved"]:
        return False
    shelf["reserved"] += 1
    try:
        pay()
        shelf["buns"] -= 1
    finally:
        shelf["reserved"] -= 1
    return True
"""
        ),
        written(
            """
def answer(shelf, pay):
    if not shelf["buns"]:
        return False
    shelf["buns"] -= 1
    try:
        pay()
    except Exception:
        shelf["buns"] += 1
        return False
    return True
"""
        ),
        written(
            """
def answer(shelf, pay):
    if shelf["buns"] <= 0:
        return False
    shelf["buns"], paid = shelf["buns"] - 1, False
    try:
        pay()
        paid = True
    finally:
        shelf["buns"] += not paid
    return paid
"""
        ),
        written(
            """
lock = BoundedSemaphore(1)
def answer(shelf, pay):
    with lock:
        if shelf["buns"] == 0:
            return False
        shelf["buns"] = shelf["buns"] - 1
    try:
        pay()
        return True
    except BaseException:
        with lock:
            shelf["buns"] = shelf["buns"] + 1
        raise
"""
        ),
        written(
            """
turn = Queue()
turn.put("yours")
def answer(shelf, pay):
    token = turn.get()
    there = shelf["buns"] > 0
    shelf["buns"] -= there
    turn.put(token)
    if there:
        try:
            pay()
        except Exception:
            shelf["buns"] += 1
            there = False
    return there
"""
        ),
        written(
            """
@contextlib.contextmanager
def reserved(shelf):
    shelf["buns"] -= 1
    try:
        yield
    except Exception:
        shelf.update(buns=shelf["buns"] + 1)
        raise
def answer(shelf, pay):
    if shelf["buns"] < 1:
        return False
    with reserved(shelf):
        pay()
    return True
"""
        ),
        written(
            """
def answer(shelf, pay):
    shelf["buns"] -= 1
    if shelf["buns"] < 0:
        shelf["buns"] += 1
        return False
    banker = gevent.spawn(pay)
    banker.join()
    if not banker.successful():
        shelf["buns"] += 1
    return banker.successful()
"""
        ),
        written(
            """
class Till:
    def sell(self, shelf, pay):
        have = shelf["buns"]
        return have > 0 and self._take(shelf, pay)
    def _take(self, shelf, pay):
        shelf["buns"] -= 1
        try:
            pay()
        except Exception as error:
            shelf["buns"] += 1
            print("refused:", error)
            return False
        else:
            return True
answer = Till().sell
"""
        ),
        written(
            """
def answer(shelf, pay):
    shelf['buns'] -= 1
    if shelf['buns'] < 0:
        shelf['buns'] += 1
        return False
    paid = False
    try:
        pay()
        paid = True
        return True
    finally:
        shelf['buns'] += not paid
"""
        ),
    ],
    "06.5": [
        edit("0.000001", "0.001"),
        edit("0.000001", "0.0001"),
        edit("gevent.sleep(0.000001)", "gevent.idle()"),
        edit(
            "        kneaded.append(knead(dough))\n        gevent.sleep(0.000001)\n",
            "        gevent.sleep(1e-6)\n        kneaded.append(knead(dough))\n",
        ),
        written(
            """
def answer(doughs, knead):
    def politely(dough):
        gevent.sleep(0.0005)
        return knead(dough)
    return tuple(map(politely, doughs))
"""
        ),
        written(
            "def answer(doughs, knead): return [gevent.spawn_later(0.0001, knead, dough).get() for dough in doughs]"
        ),
        written(
            """
def answer(doughs, knead):
    kneaded = [None] * len(doughs)
    def work():
        for number, dough in enumerate(doughs):
            kneaded[number] = knead(dough)
            if dough is not doughs[-1]:
                gevent.get_hub().wait(gevent.get_hub().loop.timer(0.0001))
    gevent.spawn(work).join()
    return kneaded
"""
        ),
    ],
    "06.6": [
        written(
            """
def answer(suppliers, patience):
    greenlets = [gevent.spawn(each) for each in suppliers]
    try:
        with gevent.Timeout(patience, TimeoutError):
            for each in gevent.iwait(greenlets):
                if each.successful():
                    return each.value
        raise LookupError("all failed")
    finally:
        gevent.killall(greenlets)
"""
        ),
        written(
            """
from gevent.event import AsyncResult
def answer(suppliers, patience):
    first, bad = AsyncResult(), []
    def ask(supplier):
        try:
            first.set(supplier())
        except (Exception, gevent.Timeout) as error:
            bad.append(error)
            if len(bad) == len(suppliers):
                first.set_exception(error)
    pool = Pool(len(suppliers))
    for supplier in suppliers:
        pool.spawn(ask, supplier)
    try:
        return first.get(timeout=patience)
    except gevent.Timeout:
        raise TimeoutError from None
    finally:
        pool.kill()
"""
        ),
        written(
            """
def answer(suppliers, patience):
    waiting, end = [gevent.spawn(each) for each in suppliers], time.monotonic() + patience
    try:
        while waiting:
            done = gevent.wait(waiting, timeout=max(0, end - time.monotonic()), count=1)
            if not done:
                raise TimeoutError(patience)
            if done[0].exception is None:
                return done[0].value
            waiting.remove(done[0])
        raise done[0].exception
    finally:
        for each in waiting:
            each.kill()
"""
        ),
        written(
            """
def answer(suppliers, patience):
    reports = Queue()
    def reporting(greenlet):
        reports.put(greenlet)
    greenlets = [gevent.spawn(each) for each in suppliers]
    for each in greenlets:
        each.link(reporting)
    alarm = gevent.spawn_later(patience, reports.put, None)
    try:
        for _ in suppliers:
            done = reports.get()
            if done is None:
                raise TimeoutError("nobody")
            if done.successful():
                return done.get()
        raise ValueError("all failed")
    finally:
        alarm.kill()
        gevent.killall(greenlets, block=True)
"""
        ),
        written(
            """
answers = Queue()
def answer(suppliers, patience):
    while not answers.empty():
        answers.get()
    def ask(supplier):
        try:
            answers.put([supplier()])
        except (Exception, gevent.Timeout):
            answers.put([])
    crowd = Pool()
    for supplier in suppliers:
        crowd.spawn(ask, supplier)
    try:
        with gevent.Timeout(patience, False):
            for _ in range(len(suppliers)):
                if heard := answers.get():
                    return heard[0]
            raise ConnectionError("all failed")
        raise TimeoutError("too late")
    finally:
        crowd.kill()
"""
        ),
        written(
            """
class Asking:
    def __init__(self, suppliers):
        self.open, self.changed, self.answers = len(suppliers), Event(), []
        self.greenlets = [gevent.spawn(self.ask, each) for each in suppliers]
    def ask(self, supplier):
        try:
            self.answers.append(supplier())
        except (Exception, gevent.Timeout):
            pass
        self.open -= 1
        if self.answers or not self.open:
            self.changed.set()
def answer(suppliers, patience):
    asking = Asking(suppliers)
    heard = asking.changed.wait(patience)
    for each in asking.greenlets:
        each.kill()
    if not heard:
        raise TimeoutError
    if not asking.answers:
        raise RuntimeError("they all failed")
    return asking.answers[0]
"""
        ),
        written(
            """
def answer(suppliers, patience):
    greenlets = [gevent.spawn(each) for each in suppliers]
    timeout = gevent.Timeout.start_new(patience, TimeoutError("patience"))
    try:
        while True:
            for each in greenlets:
                if each.ready() and each.successful():
                    return each.value
            if all(each.ready() for each in greenlets):
                raise RuntimeError("all failed")
            gevent.sleep(0.01)
    finally:
        timeout.close()
        gevent.killall(greenlets)
"""
        ),
        written(
            """
from gevent.event import AsyncResult
def answer(suppliers, patience):
    first, failed = AsyncResult(), []
    def ask(s):
        try: v = s()
        except (Exception, gevent.Timeout) as e:
            failed.append(e)
            if len(failed) == len(suppliers): first.set_exception(LookupError('all failed'))
        else: first.set(v)
    gs = [gevent.spawn(ask, s) for s in suppliers]
    try:
        if not gs: raise LookupError('nobody')
        try: return first.get(timeout=patience)
        except gevent.Timeout: raise TimeoutError from None
    finally: gevent.killall(gs)
"""
        ),
    ],
}
