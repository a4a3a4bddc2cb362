"""Answers to the exercises of chapter 6 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "06.1": [edit("order = [", "order = (", '"tea done"]', '"tea done")'), edit("order = [", "order = [*[]] + [")],
    "06.2": [
        written("def answer(buns, steam): return [each.get() for each in [gevent.spawn(steam, bun) for bun in buns]]"),
        written("def answer(buns, steam): return Pool(len(buns)).map(steam, buns)"),
        written(
            """
from gevent.pool import Group
def answer(buns, steam): return tuple(Group().imap(steam, buns))
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
    ],
    "06.4": [
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
    ],
    "06.5": [
        edit("number % 500", "number % 1_000"),
        written(
            """
def answer(limit):
    found = 0
    for start in range(0, limit, 700):
        found += sum(number % 7 == 0 for number in range(start, min(start + 700, limit)))
        gevent.sleep(0)
    return found
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
        except Exception as error:
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
    ],
}
