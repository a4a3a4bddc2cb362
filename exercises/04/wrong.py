"""Answers to the exercises of chapter 4 that are wrong, and a word of what they should be told."""

import select

from exercises.answers import edit, written

WRONG = {
    "04.1": [
        edit("guest in guests", "guest in sorted(guests)", says="ask each once, in the order given"),
        edit("guest in guests", "guest in dict.fromkeys(guests)", says="ask each once, in the order given"),
        edit(
            "await ask(guest) for guest in guests",
            "order for guest in guests if (order := await ask(guest))",
            says="an empty answer, None and 0 are answers like any other",
        ),
        edit("async def", "def", "[await ask", "[ask", says="should be an `async def` function"),
        edit(
            "return [await ask(guest) for guest in guests]", "for each in guests: yield await ask(each)", says="`yield`"
        ),
        edit("return [await", "[await", says="return the list of the answers, not a NoneType"),
        edit(
            "[await ask(guest) for guest in guests]",
            "list({guest: await ask(guest) for guest in guests}.values())",
            says="Li orders twice",
        ),
        written(
            """
async def answer(ask, guests):
    orders = []
    for guest in guests:
        try:
            orders.append(await ask(guest))
        except Exception:
            orders.append(None)
    return orders
""",
            "was never told",
        ),
        edit(
            *("async def", "from asyncio import gather\n\nasync def"),
            *("[await ask(guest) for guest in guests]", "await gather(*map(ask, guests))"),
            says="one after the other, works in any",
        ),
        edit(
            *("async def", "from asyncio import run\n\nasync def"),
            *("[await ask(guest)", "[run(ask(guest))"),
            says="the pause must reach the caller of",
        ),
        written(
            """
async def answer(ask, guests):
    orders = []
    for guest in guests:
        asking = ask(guest)
        try:
            while True:
                asking.send(None)
        except StopIteration as end:
            orders.append(end.value)
    return orders
""",
            "the pause must reach the caller of",
        ),
        edit(
            "[await ask(guest) for guest in guests]",
            "{await ask(guest) for guest in guests}",
            says="return the list of the answers, not a set",
        ),
        edit("in guests]", "in guests[1:]]", says="of the guests ['Li', 'Wang', 'Li'] you have asked ['Wang', 'Li']"),
        edit("return [", "[ask(guest) for guest in guests]\n    return [", says="`ask` was called 6 times, and 3 of"),
        edit(
            *("async def", "orders = []\nasync def"),
            *(
                "return [await ask(guest) for guest in guests]",
                "orders.extend([await ask(guest) for guest in guests])\n    return orders",
            ),
            says="should be returned; you returned ['pork', 'lotus', 'tea', ''",
        ),
        edit(
            "return [await ask(guest) for guest in guests]",
            "orders = []\n    try:\n        for guest in guests: orders.append(await ask(guest))\n"
            "    except TimeoutError: pass\n    return orders",
            says="asking Wang raised TimeoutError('a'); its caller was never told",
        ),
        written(
            """
async def answer(ask, guests):
    coroutines, orders = list(map(ask, guests)), {}
    while len(orders) < len(guests):
        for place, each in enumerate(coroutines):
            if place not in orders:
                try:
                    each.send(None)
                except StopIteration as end:
                    orders[place] = end.value
        await types.coroutine(lambda: (yield))()
    return [orders[place] for place in range(len(guests))]
""",
            "had not answered yet: one after the other",
        ),
        written(
            """
async def answer(ask, guests):
    return [await ask(g) for g in guests if g]
""",
            says="of the guests [0, '', 'Li'] you have asked ['Li']",
        ),
        written(
            """
async def answer(ask, guests):
    orders = []
    for guest in guests:
        try:
            orders.append(await ask(guest))
        except ValueError:
            orders.append("")
    return orders
""",
            says="asking Wang raised ValueError('a'); its caller was never told",
        ),
        written(
            """
async def answer(ask, guests):
    orders = []
    for guest in guests:
        try:
            orders.append(await ask(guest))
        except OSError:
            orders.append(await ask(guest))
    return orders
""",
            says="asking Wang raised ConnectionResetError('a'); of the guests ['Li', 'Wang'] you have asked",
        ),
    ],
    "04.2": [
        written(
            """
def answer(tasks):
    for _, task in sorted(tasks, key=lambda each: each[0]):
        for _ in task:
            pass
""",
            "They were: a1, a2, a3, b1, b2, b3, c1, c2",
        ),
        written(
            """
def answer(tasks):
    ready = sorted(tasks)
    while ready:
        number, task = ready.pop(0)
        for wish in task:
            ready.append((number if wish is None else wish, task))
            break
        ready.sort()
""",
            "generators cannot be compared: put",
        ),
        edit(
            *("next(tickets), task))\n    while", "task))\n    while"),
            *("number, _, task", "number, task"),
            *("next(tickets), task))\n\n", "task))\n\n"),
            says="generators cannot be compared: put",
        ),
        edit(
            *("number, _, task", "number, ticket, task"),
            *("next(tickets), task))\n\n", "ticket, task))\n\n"),
            says="They were: a1, a2, a3, b1, b2, b3, c1, c2",
        ),
        edit("        number = number if wish is None else wish\n", "", says="They were: a1, a2, a3, b1, b2, b3."),
        edit("number if wish is None else wish", "wish or number", says="b has number 4 and yields None, None"),
        edit("continue", "break", says="They were: high1, high2, high3."),
        edit(
            "(number, next(tickets), task))\n    while",
            "(-number, next(tickets), task))\n    while",
            says="They were: low1",
        ),
        edit("if wish is None else wish", "if wish is None else min(number, wish)", says="They were: a1, a2, a3, b1"),
        edit("if wish is None else wish", "if wish is None else number + wish", says="The turns should be"),
        edit(
            *(
                "heappush(ready, (number, next(tickets), task))\n    while",
                "heappush(ready, (number, next(tickets), task, number))\n    while",
            ),
            *("number, _, task", "number, _, task, first"),
            *("number if wish is None else wish", "first if wish is None else wish"),
            *("next(tickets), task))\n\n", "next(tickets), task, first))\n\n"),
            says="They were: a1, b1, a2, a3, b2, b3.",
        ),
        edit(
            *("ready = []", "ready = deque(sorted(tasks, key=lambda each: each[0]))"),
            *("    for number, task in tasks:\n        heappush(ready, (number, next(tickets), task))\n", ""),
            *("number, _, task = heappop(ready)", "number, task = ready.popleft()"),
            *("heappush(ready, (number, next(tickets), task))", "ready.append((number, task))"),
            says="They were: high1, low1",
        ),
        edit(
            *("next(tickets), task))\n    while", "-next(tickets), task))\n    while"),
            *("next(tickets), task))\n\n", "-next(tickets), task))\n\n"),
            says="They were: c1, c2, b1",
        ),
        edit("count()", "count(9, -1)", says="They were: c1, c2, b1"),
        edit(
            *("def run_by", "ready, tickets = [], count()\ndef run_by"),
            *("    tickets = count()\n    ready = []\n", ""),
            says="at its turn a, before b, called your function",
        ),
        edit("except StopIteration", "except Exception", says="a task raised BurntBun('a'); its caller was never told"),
        edit(
            "            wish = next(task)",
            "            next(task)\n            wish = None",
            says="They were: a1, a2, a3, b1",
        ),
        edit(  # who keeps the number by an error of its own
            *("            wish = next(task)\n", "            number = next(task) + 0\n"),
            *("            continue\n", "            continue\n        except TypeError:\n            pass\n"),
            *("        number = number if wish is None else wish\n", ""),
            says="a task raised TypeError('a'); its caller was never told",
        ),
        edit(
            "except StopIteration",
            "except (StopIteration, RuntimeError)",
            says="a task raised RuntimeError('a'); its caller was never told",
        ),
    ],
    "04.3": [
        written(
            """
def answer(tasks, clock, closing):
    for task in tasks:
        for seconds in task:
            clock.sleep(seconds)
    return 0
""",
            "at 0 the diary says “b” 0 times, and 1 was due",
        ),
        edit(
            *("while asleep:", "while asleep and clock.now() < closing:"),
            *("min(asleep[0][0], closing)", "asleep[0][0]"),
            *("        if clock.now() >= closing:\n            break\n", ""),
            says="at 6 the diary says “a”; from closing on, nobody is woken",
        ),
        edit(
            *("while asleep:", "while asleep and asleep[0][0] < closing:"),
            *("        if clock.now() >= closing:\n            break\n", ""),
            says="at 4 the diary says “a sent home” 1 time, and 0 was due",
        ),
        edit("        task.close()", "        pass", says="your function did not close a, b"),
        edit(
            *("        _, _, task = heappop(asleep)\n", ""),
            *(
                "        if clock.now() >= closing:",
                "        _, _, task = heappop(asleep)\n        if clock.now() >= closing:",
            ),
            says="your function did not close a.",
        ),
        edit("max(0, moment - clock.now())", "moment - clock.now()", says="nobody can sleep a negative time"),
        edit(
            *("next(numbers), task) for", "task) for"),
            *("_, _, task = heappop", "_, task = heappop"),
            *("next(numbers), task))", "task))"),
            *("for _, _, task in", "for _, task in"),
            says="generators cannot be compared: give",
        ),
        written(
            """
def answer(tasks, clock, closing):
    asleep = {task: clock.now() for task in tasks}
    while asleep and clock.now() < closing:
        for task, due in list(asleep.items()):
            if due <= clock.now():
                try:
                    asleep[task] = clock.now() + next(task)
                except StopIteration:
                    del asleep[task]
        clock.sleep(0.01)
    for task in asleep:
        task.close()
    return len(asleep)
""",
            "in small bits",
        ),
        edit(
            *("min(asleep[0][0], closing)", "min(asleep[0][0], closing, clock.now() + 1)"),
            *(
                "        _, _, task =",
                "        if asleep[0][0] > clock.now():\n            continue\n        _, _, task =",
            ),
            says="in small bits",
        ),
        edit(
            "        clock.sleep(max(0, moment - clock.now()))",
            "        while clock.now() < moment: pass",
            says="the time again",
        ),
        edit("clock.now() >= closing", "clock.now() > closing", says="at 5 the diary says “a"),
        edit("        if clock.now() >= closing:\n            break\n", "", says="; from closing on, nobody is woken"),
        edit("len(asleep)", "len(tasks)", says="0 were sent home, and your function returned 3"),
        edit(
            "    return len(asleep)",
            "    clock.sleep(max(0, closing - clock.now()))\n    return len(asleep)",
            says="returned at 100",
        ),
        edit(
            "clock.now() + seconds",
            "asleep_until + seconds",
            "_, _, task = heappop",
            "asleep_until, _, task = heappop",
            says="a naps 3, working [2] before",
        ),
        edit("clock.now() + seconds, next", "seconds, next", says="at 2 the diary says “b ends” 1 time"),
        edit(
            *(
                "    for _, _, task in asleep:\n        task.close()",
                "    for _, number, task in asleep:\n        if number >= len(tasks): task.close()",
            ),
            says="your function did not close late",
        ),
        edit("except StopIteration", "except Exception", says="a task raised BurntBun('a'); its caller was never told"),
        edit(
            "except StopIteration:",
            "except (StopIteration, IndexError):",
            says="a task raised IndexError('a'); its caller was never told",
        ),
        edit(
            "        task.close()",
            "        try: task.close()\n        except Exception: pass",
            says="a task that was sent home raised BurntBun('a'); its caller was never told",
        ),
        written(
            """
def answer(tasks, clock, closing):
    numbers, asleep = count(), []

    def turn(task):
        heappush(asleep, (next(task) + clock.now(), next(numbers), task))

    for place, task in enumerate(tasks):
        if clock.now() >= closing:
            asleep += [(0, next(numbers), each) for each in tasks[place:]]
            break
        try:
            turn(task)
        except Exception:
            pass
    while asleep:
        clock.sleep(max(0, min(asleep[0][0], closing) - clock.now()))
        if clock.now() >= closing:
            break
        try:
            turn(heappop(asleep)[2])
        except StopIteration:
            pass
    for _, _, task in asleep:
        task.close()
    return len(asleep)
""",
            says="a task at its first turn raised BurntBun('a'); its caller was never told",
        ),
    ],
    "04.4": [
        written(
            """
import select

def answer(tasks):
    for task in tasks:
        for line in task:
            select.select([line], [], [])
""",
            "At first there is news on B. Nothing happened after the start, and a, b had not ended",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:
        for task in tasks:
            watched.register(next(task), selectors.EVENT_READ, task)
        while watched.get_map():
            for key, _ in watched.select():
                try:
                    watched.register(next(key.data), selectors.EVENT_READ, key.data)
                except StopIteration:
                    watched.unregister(key.fileobj)
""",
            "that it had not unregistered",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:
        for task in tasks:
            watched.register(next(task), selectors.EVENT_READ, task)
        while watched.get_map():
            for key, _ in watched.select():
                watched.unregister(key.fileobj)
                for line in key.data:
                    watched.register(line, selectors.EVENT_READ, key.data)
                    break
""",
            "At first there is news on no line. A task ended, and your function let its StopIteration out",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:
        for task in tasks:
            for line in task:
                watched.register(line, selectors.EVENT_READ, task)
                break
        while watched.get_map():
            for key, _ in watched.select():
                for _ in key.data:
                    pass
                watched.unregister(key.fileobj)
""",
            "a was resumed although its socket had nothing to read",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:
        for task in tasks:
            for line in task:
                watched.register(line, selectors.EVENT_READ, task)
                break
        while watched.get_map():
            for key, _ in watched.select():
                if next(key.data, None) is None:
                    watched.unregister(key.fileobj)
""",
            "Nothing happened after b hears C, b hears C, a hears A, and a had not ended",
        ),
        written(
            """
import select

def answer(tasks):
    waiting = {task: next(task, None) for task in tasks}
    while waiting := {task: line for task, line in waiting.items() if line}:
        if select.select(waiting.values(), [], [])[0]:
            waiting = {task: next(task, None) for task in waiting}
""",
            "was resumed although its socket had nothing to read",
        ),
        edit("watched.select()", "watched.select(0)", says="looked for news again and again, and found none"),
        edit("watched.select()", "watched.select(0.02)", says="looked for news again and again, and found none"),
        edit(
            "                for key, _ in watched.select():",
            "                time.sleep(0.05)\n                for key, _ in watched.select(0):",
            says="looked for news again and again, and found none",
        ),
        edit("watched.select()", "watched.select(0.001)", says="looked for news again and again, and found none"),
        written(
            """
def answer(tasks):
    waiting = deque((task, next(task, None)) for task in tasks)
    while waiting:
        task, line = waiting.popleft()
        try:
            if line:
                line.recv(1, socket.MSG_PEEK)
                waiting.append((task, next(task, None)))
        except BlockingIOError:
            waiting.append((task, line))
            time.sleep(0.001)
""",
            says="looked for news again and again, and found none",
        ),
        written(
            """
import select

def answer(tasks):
    poll, waiting = select.poll(), {}
    for task in tasks:
        for line in task:
            poll.register(line, select.POLLIN)
            waiting[line.fileno()] = task
            break
    while waiting:
        for number, _ in poll.poll(0):
            poll.unregister(number)
            task = waiting.pop(number)
            for line in task:
                poll.register(line, select.POLLIN)
                waiting[line.fileno()] = task
                break
""",
            says="looked for news again and again" if hasattr(select, "poll") else "has no attribute 'poll'",
        ),
        written(
            """
from select import select

def answer(tasks):
    waiting = [(task, next(task, None)) for task in tasks]
    while waiting := [(task, line) for task, line in waiting if line]:
        ready, _, _ = select([line for _, line in waiting], [], [], 0)
        waiting = [(task, next(task, None) if line in ready else line) for task, line in waiting]
""",
            says="looked for news again and again, and found none",
        ),
        edit(
            "while ready or watched.get_map():",
            "for _ in range(2):",
            says="Your function returned after a hears A, b hears B",
        ),
        edit("while ready or watched.get_map():", "for _ in range(9):", says="Your function returned after"),
        edit("continue", "return", says="had not ended"),
        edit("continue", "break", says="At first there is news on no line. Nothing happened after the start"),
        edit("EVENT_READ", "EVENT_WRITE", says="nothing to read"),
        edit(
            "                    watched.unregister(key.fileobj)\n",
            "",
            says="Nothing happened after a hears A, and your function",
        ),
        edit(
            "                    ready.append(key.data)\n",
            "",
            says="Your function returned after the start, and a had not",
        ),
        edit("except StopIteration", "except Exception", says="a task raised BurntBun('a'); its caller was never told"),
        written(
            """
def answer(tasks):
    ready = deque(tasks)
    with selectors.DefaultSelector() as w:
        while ready or w.get_map():
            while ready:
                t = ready.popleft()
                try: w.register(next(t), selectors.EVENT_READ, t)
                except StopIteration: continue
            if w.get_map():
                events = w.select(0.3)
                if not events: return
                for k, _ in events:
                    w.unregister(k.fileobj); ready.append(k.data)
""",
            says="Your function returned after the start, and a, b had not ended",
        ),
        edit(
            "except StopIteration:",
            "except (StopIteration, OSError):",
            says="ConnectionResetError('a'); its caller was never told",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:
        for task in tasks:
            try:
                watched.register(next(task), selectors.EVENT_READ, task)
            except Exception:
                continue
        while watched.get_map():
            for key, _ in watched.select():
                watched.unregister(key.fileobj)
                try:
                    watched.register(next(key.data), selectors.EVENT_READ, key.data)
                except StopIteration:
                    pass
""",
            says="a task at its first turn raised BurntBun('a'); its caller was never told",
        ),
        written(
            """
def answer(tasks):
    with selectors.DefaultSelector() as watched:

        def resume(task, line=None):
            try:
                watched.register(next(task), selectors.EVENT_READ, task)
            except StopIteration:
                pass
            except OSError:
                watched.register(line, selectors.EVENT_READ, task)

        for task in tasks:
            resume(task)
        while watched.get_map():
            for key, _ in watched.select():
                watched.unregister(key.fileobj)
                resume(key.data, key.fileobj)
""",
            says="a task raised ConnectionResetError('a'); a hears A",
        ),
    ],
}
