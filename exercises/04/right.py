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
        watched.register(next(task), selectors.EVENT_READ, task)
    while len(watched.get_map()):
        for key, _ in watched.select():
            try:
                line = next(key.data)
            except StopIteration:
                watched.unregister(key.fileobj)
                continue
            if line is key.fileobj:
                watched.modify(line, selectors.EVENT_READ, key.data)
            else:
                watched.unregister(key.fileobj)
                watched.register(line, selectors.EVENT_READ, key.data)
    watched.close()
"""),
    ],
}
