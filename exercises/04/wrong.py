"""Answers to the exercises of chapter 4 that are wrong, and a word of what they should be told."""

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
        edit("return [await", "[await", says="you returned None"),
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
            "never heard of it",
        ),
        edit(
            *("async def", "from asyncio import gather\n\nasync def"),
            *("[await ask(guest) for guest in guests]", "await gather(*map(ask, guests))"),
            says="one after the other, works in any",
        ),
        edit(
            *("async def", "from asyncio import run\n\nasync def"),
            *("[await ask(guest)", "[run(ask(guest))"),
            says="the pause must reach whoever runs",
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
            "the pause must reach whoever runs",
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
            "should take turns",
        ),
        edit(
            *("next(tickets), task))\n    while", "task))\n    while"),
            *("number, _, task", "number, task"),
            *("next(tickets), task))\n\n", "task))\n\n"),
            says="compares the generators themselves",
        ),
        edit(
            *("number, _, task", "number, ticket, task"),
            *("next(tickets), task))\n\n", "ticket, task))\n\n"),
            says="should take turns",
        ),
        edit("        number = number if wish is None else wish\n", "", says="a yields 5"),
        edit("number if wish is None else wish", "wish or number", says="a yields 0"),
        edit("continue", "break", says="another one was still waiting"),
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
            "too early or too late",
        ),
        edit(
            *("while asleep:", "while asleep and clock.now() < closing:"),
            *("min(asleep[0][0], closing)", "asleep[0][0]"),
            *("        if clock.now() >= closing:\n            break\n", ""),
            says="closes at 5, and at 6",
        ),
        edit(
            *("while asleep:", "while asleep and asleep[0][0] < closing:"),
            *("        if clock.now() >= closing:\n            break\n", ""),
            says="although the shop closes at 5",
        ),
        edit("        task.close()", "        pass", says="were not closed"),
        edit(
            *("        _, _, task = heappop(asleep)\n", ""),
            *(
                "        if clock.now() >= closing:",
                "        _, _, task = heappop(asleep)\n        if clock.now() >= closing:",
            ),
            says="1 task(s) had not ended",
        ),
        edit("max(0, moment - clock.now())", "moment - clock.now()", says="nobody can sleep a negative time"),
        edit(
            *("next(numbers), task) for", "task) for"),
            *("_, _, task = heappop", "_, task = heappop"),
            *("next(numbers), task))", "task))"),
            *("for _, _, task in", "for _, task in"),
            says="compares the generators",
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
            "still running after",
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
            "still registered",
        ),
        edit("while ready or watched.get_map():", "for _ in range(2):", says="not all tasks had ended"),
        edit("continue", "return", says="not all tasks had ended"),
        edit("EVENT_READ", "EVENT_WRITE", says="nothing to read"),
    ],
}
