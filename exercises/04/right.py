"""Answers to the exercises of chapter 4 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "04.1": [
        written("""
async def answer(ask, guests):
    orders = []
    for guest in guests:
        order = await ask(guest)
        orders.append(order)
    return orders
"""),
        written("""
async def answer(ask, guests):
    return [order async for order in orders_of(ask, guests)]

async def orders_of(ask, guests):
    for guest in guests:
        yield await ask(guest)
"""),
        edit("[await ask(guest) for guest in guests]", "[await order for order in [ask(guest) for guest in guests]]"),
        written("""
@types.coroutine
def answer(ask, guests):
    orders = []
    for guest in guests:
        orders.append((yield from ask(guest)))
    return orders
"""),
        written("""
async def answer(ask, guests):
    if not guests:
        return []
    first, *others = guests
    return [await ask(first), *await answer(ask, others)]
"""),
        edit(
            "return [await ask(guest) for guest in guests]",
            "waiting, orders = iter(guests), []\n    while (guest := next(waiting, "
            "None)) is not None:\n        print(guest)\n        orders += [await ask(guest)]\n    return orders",
        ),
        written(
            """
async def answer(ask, guests):
    return [await c for c in [ask(g) for g in guests]]
"""
        ),
    ],
    "04.2": [
        written("""
def answer(tasks):
    ready = list(tasks)
    while ready:
        ready.sort(key=lambda each: each[0])  # stable: equals stay in their order
        number, task = ready.pop(0)
        try:
            wish = next(task)
        except StopIteration:
            continue
        ready.append((number if wish is None else wish, task))
"""),
        written("""
def answer(tasks):
    lines = {}
    for number, task in tasks:
        lines.setdefault(number, deque()).append(task)
    while lines:
        first = min(lines)
        task = lines[first].popleft()
        if not lines[first]:
            del lines[first]
        for wish in task:
            lines.setdefault(first if wish is None else wish, deque()).append(task)
            break
"""),
        written("""
from queue import PriorityQueue

def answer(tasks):
    ready, tickets = PriorityQueue(), count()
    for number, task in tasks:
        ready.put((number, next(tickets), task))
    while not ready.empty():
        number, _, task = ready.get()
        for wish in task:
            ready.put((number if wish is None else wish, next(tickets), task))
            break
"""),
        written("""
tickets = count()

class Entry:
    def __init__(self, number, task):
        self.number, self.task, self.ticket = number, task, next(tickets)

    def __lt__(self, other):
        return (self.number, self.ticket) < (other.number, other.ticket)

def answer(tasks):
    ready = [Entry(*each) for each in tasks]
    while ready:
        first = min(ready)
        ready.remove(first)
        try:
            wish = next(first.task)
        except StopIteration:
            continue
        ready.append(Entry(first.number if wish is None else wish, first.task))
"""),
        written("""
from bisect import bisect_right

def answer(tasks):
    line = sorted(tasks, key=lambda each: each[0])
    while line:
        number, task = line.pop(0)
        wish = next(task, "the end")
        if wish != "the end":
            number = number if wish is None else wish
            line.insert(bisect_right([each[0] for each in line], number), (number, task))
"""),
        edit(
            "            wish = next(task)", '            wish = next(task)\n            print(number, "wishes", wish)'
        ),
    ],
    "04.3": [
        written("""
def answer(tasks, clock, closing):
    due = {task: clock.now() for task in tasks}
    while due and clock.now() < closing:
        task = min(due, key=due.get)
        if due[task] > clock.now():
            clock.sleep(min(due[task], closing) - clock.now())
            continue
        try:
            nap = next(task)
            due[task] = clock.now() + nap
        except StopIteration:
            del due[task]
    for task in due:
        task.close()
    return len(due)
"""),
        written("""
def answer(tasks, clock, closing):
    numbers = count()
    asleep = [(clock.now(), next(numbers), task) for task in tasks]
    while asleep and clock.now() < closing:
        due, number, task = heappop(asleep)
        if due >= closing:
            heappush(asleep, (due, number, task))
            clock.sleep(closing - clock.now())
            break
        clock.sleep(max(0, due - clock.now()))
        try:
            heappush(asleep, (next(task) + clock.now(), next(numbers), task))
        except StopIteration:
            pass
    for *_, task in asleep:
        task.close()
    return len(asleep)
"""),
        written("""
import sched

def answer(tasks, clock, closing):
    plan, left = sched.scheduler(clock.now, clock.sleep), list(tasks)

    def wake(task):
        if clock.now() < closing:
            try:
                plan.enter(next(task), 1, wake, [task])
            except StopIteration:
                left.remove(task)

    for task in tasks:
        plan.enter(0, 1, wake, [task])
    while left and clock.now() < closing:
        pause = plan.run(blocking=False)
        if left:
            clock.sleep(max(0, min(pause or 0, closing - clock.now())))
    for task in left:
        task.close()
    return len(left)
"""),
        written("""
def answer(tasks, clock, closing):
    line = [(clock.now(), task) for task in tasks]
    try:
        while line:
            line.sort(key=lambda each: each[0])
            due, task = line[0]
            if due > clock.now():
                clock.sleep(min(due, closing) - clock.now())
            if clock.now() >= closing:
                return len(line)
            try:
                nap = next(task)
            except StopIteration:
                del line[0]
            else:
                line[0] = clock.now() + nap, task
        return 0
    finally:
        for _, task in line:
            task.close()
"""),
        edit("heappop(asleep)\n        try", 'heappop(asleep)\n        print(clock.now(), "wakes", task)\n        try'),
        edit(
            *("moment = min(asleep[0][0], closing)", "moment = asleep[0][0] if asleep[0][0] < closing else closing"),
            *(
                "        clock.sleep(max(0, moment - clock.now()))",
                "        if moment > clock.now(): clock.sleep(moment - clock.now())",
            ),
            *(
                "    for _, _, task in asleep:\n        task.close()\n    return len(asleep)",
                "    return sum(task.close() is None for _, _, task in asleep)",
            ),
        ),
    ],
    "04.4": [
        written("""
import select

def answer(tasks):
    waiting = {}

    def resume(task):
        for line in task:
            waiting[line] = task
            return

    for task in tasks:
        resume(task)
    while waiting:
        for line in select.select(waiting, [], [])[0]:
            resume(waiting.pop(line))
"""),
        written("""
def answer(tasks):
    watched = selectors.DefaultSelector()
    for task in tasks:
        for line in task:
            watched.register(line, selectors.EVENT_READ, task)
            break
    while len(watched.get_map()):
        for key, _ in watched.select():
            line = next(key.data, None)
            if line is key.fileobj:
                continue
            watched.unregister(key.fileobj)
            if line:
                watched.register(line, selectors.EVENT_READ, key.data)
    watched.close()
"""),
        written("""
class Listeners:
    def __init__(self):
        self.watched = selectors.SelectSelector()

    def resume(self, task):
        try:
            line = next(task)
        except StopIteration:
            return
        self.watched.register(line, selectors.EVENT_READ, lambda: self.resume(task))

    def run(self):
        while self.watched.get_map():
            for key, _ in self.watched.select(timeout=1):
                self.watched.unregister(key.fileobj)
                key.data()

def answer(tasks):
    listeners = Listeners()
    for task in tasks:
        listeners.resume(task)
    listeners.run()
"""),
        written("""
from select import select

def answer(tasks):
    waiting = [(task, next(task, None)) for task in tasks]
    while waiting := [(task, line) for task, line in waiting if line]:
        ready, _, _ = select([line for _, line in waiting], [], [])
        waiting = [(task, next(task, None) if line in ready else line) for task, line in waiting]
"""),
        edit("            while ready:\n", "            while ready:\n                print(len(ready), 'ready')\n"),
        edit("task = ready.popleft()", "task = ready.pop()", "continue", "pass"),
        edit("watched.select()", "watched.select(60)"),
    ],
}
