"""What learners would really get wrong in chapter 15, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "15.1": [
        edit(
            '"fired": "unheard"',
            '"fired": "heard"',
            says="'fired' is not 'heard': the task fails while this code sleeps",
        ),
        edit('"fired": "unheard"', '"fired": "running"', says="'fired' is not 'running'"),
        edit('"gathered": "running"', '"gathered": "stopped"', says="leaves the others to themselves"),
        edit('"gathered": "running"', '"gathered": "heard"', says="'gathered' is not 'heard'"),
        edit('"grouped": "stopped"', '"grouped": "running"', says="a task group cancels the others"),
        edit('"limited": "stopped"', '"limited": "running"', says="`wait_for` cancels what it waits for"),
        edit('"asked": "running"', '"asked": "stopped"', says="`get` gives up its own waiting"),
        edit('"joined": "unheard"', '"joined": "heard"', says="`joinall` waits for the end of greenlets"),
        edit('"raised": "heard"', '"raised": "unheard"', says="raises the error of a greenlet that failed"),
        edit('"pooled": "unheard"', '"pooled": "heard"', says="the error lies in a Future"),
        edit('"future": "running"', '"future": "stopped"', says="nobody can stop a thread"),
        edit('    "future": "running",\n', "", says="there is no word for 'future'"),
        edit('"fired": "unheard"', '"fired": "lost"', says="the word for 'fired' is 'lost'"),
        edit('"fired": "unheard"', '"fired": "unheard", "shop": "running"', says="'shop' is none of the cases"),
        written("answer = ['unheard', 'running']", says="give a dictionary with a word for each case, not a list"),
    ],
    "15.2": [
        edit(
            "    def run(self, name, step):\n        left = self.left()\n        if left == 0:",
            "    def run(self, name, step):\n        left = self.left()\n        if not self.end or left == 0:",
            says="when clock() is -3",
        ),
        edit("max(0, self.end - self.clock())", "self.end - self.clock()", says="1 s pass, d0.left(): it returned -1"),
        edit("min(seconds, self.left())", "seconds", says="it returned 9, but it should be 4"),
        edit("min(seconds, self.left())", "min(seconds, self.end)", says="but it should be"),
        edit("min(seconds, self.left())", "self.left() - seconds", says="d1.left(): it returned 3, but it should be 1"),
        edit("min(seconds, self.left())", "max(seconds, self.left())", says="d1.left(): it returned 4"),
        edit(
            "        if left == 0:\n            raise TimeoutError(name)\n", "", says="the step was begun all the same"
        ),
        edit("if left == 0", "if left < 0", says="the step was begun all the same"),
        edit(
            "raise TimeoutError(name)",
            "raise TimeoutError",
            says="it raised TimeoutError(), but it should be TimeoutError('serve')",
        ),
        edit(
            "raise TimeoutError(name)",
            'raise TimeoutError(f"no time for {name}")',
            says="TimeoutError('no time for serve')",
        ),
        edit("raise TimeoutError(name)", "raise TimeoutError(step)", says="but it should be TimeoutError('serve')"),
        edit("raise TimeoutError(name)", "return TimeoutError(name)", says="instead of raising TimeoutError"),
        edit("raise TimeoutError(name)", "return None", says="it returned None instead of raising"),
        edit("return step(left)", "step(left)", says="it returned None, and the step had returned 'bun'"),
        edit("return step(left)", "return step()", says="the step was called with 0 arguments"),
        edit("return step(left)", "return step(self)", says="which is no number of seconds"),
        edit(
            "return step(left)",
            "value = step(left)\n        if not self.left():\n            raise TimeoutError(name)\n"
            "        return value",
            says="the step had begun in time, and its value was to be returned",
        ),
        edit(
            "return step(left)",
            "try:\n            return step(left)\n        except Exception:\n            raise TimeoutError(name)",
            says="the BurntBun of the step was to reach the caller as it is, and it raised TimeoutError",
        ),
        edit(
            "return step(left)",
            "try:\n            return step(left)\n        except TimeoutError:\n            raise TimeoutError(name)",
            says="the TimeoutError of the step was to reach the caller as it is",
        ),
        edit("if left == 0:", "if left == 0 or not name:", says="and the step was not begun: it raised TimeoutError"),
        edit(
            "self.end, self.clock = clock() + seconds, clock",
            "Deadline.end, self.clock = clock() + seconds, clock",
            says="d0.left(): it returned 85, but it should be 5",
        ),
        edit(
            "self.end, self.clock = clock() + seconds, clock",
            "self.end, self.clock = seconds, clock",
            says="of another Deadline(8, …)",
        ),
        written(
            """
class Deadline:
    def __init__(self, seconds, clock):
        self.seconds, self.clock = seconds, clock

    def left(self):
        return max(0, self.seconds)

    def within(self, seconds):
        return Deadline(min(seconds, self.seconds), self.clock)

    def run(self, name, step):
        if self.left() == 0:
            raise TimeoutError(name)
        began = self.clock()
        try:
            return step(self.left())
        finally:
            self.seconds -= self.clock() - began

answer = Deadline
""",
            says="2 s pass, d0.left(): it returned 5, but it should be 3",
        ),
        written(
            """
import time

class Deadline:
    def __init__(self, seconds, clock):
        self.end = time.monotonic() + seconds

    def left(self):
        return max(0, round(self.end - time.monotonic()))

    def within(self, seconds):
        return Deadline(min(seconds, self.left()), None)

    def run(self, name, step):
        if self.left() == 0:
            raise TimeoutError(name)
        return step(self.left())

answer = Deadline
""",
            says="2 s pass, d0.left(): it returned 5, but it should be 3",
        ),
        written(
            """
class Deadline:
    def __init__(self, seconds, clock):
        self.end, self.clock = clock() + seconds, clock

    def left(self):
        return max(0, self.end - self.clock())

    def within(self, seconds):
        return min(seconds, self.left())

    def run(self, name, step):
        if not self.left():
            raise TimeoutError(name)
        return step(self.left())

answer = Deadline
""",
            says="`within` returned 1, which is no Deadline",
        ),
    ],
    "15.3": [
        written(
            """
class LineReader:
    def __init__(self, recv):
        self.recv, self.rest = recv, b""

    async def read_line(self):
        line, self.rest = self.rest, b""
        while b"\\n" not in line:
            piece = await self.recv()
            if not piece:
                return line or None
            line += piece
        line, _, self.rest = line.partition(b"\\n")
        return line

answer = LineReader
""",
            says="was cancelled, then",
        ),
        written(
            """
class LineReader:
    def __init__(self, recv):
        self.recv, self.rest = recv, b""

    async def read_line(self):
        line = self.rest
        while b"\\n" not in line:
            piece = await self.recv()
            if not piece:
                self.rest = b""
                return line or None
            line += piece
        line, _, self.rest = line.partition(b"\\n")
        return line

answer = LineReader
""",
            says="was cancelled, then",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            "            except asyncio.CancelledError:\n                return None\n",
            says="`read_line()` was cancelled at a wait, and it returned None, where CancelledError was to go on",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            "            except asyncio.CancelledError:\n                continue\n",
            says="`read_line()` was cancelled at a wait, and it returned b'tea'",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            "            except asyncio.CancelledError:\n                raise TimeoutError from None\n",
            says="`read_line()` was cancelled at a wait, and it raised TimeoutError",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            piece = await self.recv()\n            await asyncio.sleep(0)\n",
            says="was cancelled, then",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            '            except BaseException:\n                self.rest = b""\n                raise\n',
            says="then `read_line()` returned",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            '            except OSError:\n                piece = b""\n',
            says="`read_line()` returned b'te', but it should be b'tea'",
        ),
        edit(
            "            piece = await self.recv()\n",
            "            try:\n                piece = await self.recv()\n"
            "            except OSError:\n                continue\n",
            says="`recv` raised OSError, and `read_line()` returned b'tea', where OSError was to go on",
        ),
        edit(
            "await self.recv()\n",
            "await asyncio.wait_for(self.recv(), 0.5)\n",
            says="your code raised TimeoutError",
        ),
        edit(
            "            self.ended = not piece\n", "            self.ended = len(piece) < 2\n", says="but it should be"
        ),
        edit("            self.ended = not piece\n", "", says="is asked again and again"),
        edit("return line if line or newline else None", "return line or None", says="None, but it should be b''"),
        edit("return line if line or newline else None", "return line", says="returned b'', but it should be None"),
        edit(
            "return line if line or newline else None",
            "return line.strip() if line or newline else None",
            says="returned b'tea', but it should be b' tea",
        ),
        edit(
            "return line if line or newline else None",
            "return line + newline if line or newline else None",
            says="returned b'tea\\n', but it should be b'tea'",
        ),
        edit(
            "return line if line or newline else None",
            "return line.decode() if line or newline else None",
            says="returned 'tea', but it should be b'tea'",
        ),
        edit(
            "return line if line or newline else None",
            "return line if newline else None",
            says="returned None, but it should be b'bun'",
        ),
        edit("line, newline, self.rest = self.rest", "line, newline, _ = self.rest", says="but it should be"),
        edit(
            "self.rest.partition", "self.rest.rpartition", says="returned b'tea\\nbun\\nrice', but it should be b'tea'"
        ),
        edit(
            'self.recv, self.rest, self.ended = recv, b"", False',
            'self.recv, LineReader.rest, self.ended = recv, b"", False',
            "self.rest += piece",
            "LineReader.rest += piece",
            ", self.rest = self.rest.",
            ", LineReader.rest = self.rest.",
            says="but it should be",
        ),
        edit(
            "            piece = await self.recv()\n            self.rest += piece\n",
            '            before, self.rest = self.rest, b""\n            piece = await self.recv()\n'
            "            self.rest = before + piece\n",
            says="was cancelled, then",
        ),
        edit("async def read_line", "def read_line", "await self.recv()", "self.recv()", says="TypeError"),
        written(
            """
class LineReader:
    def __init__(self, recv):
        self.lines = self._lines(recv)

    async def _lines(self, recv):
        rest = b""
        while piece := await recv():
            *lines, rest = (rest + piece).split(b"\\n")
            for line in lines:
                yield line
        if rest:
            yield rest

    async def read_line(self):
        async for line in self.lines:
            return line

answer = LineReader
""",
            says="`read_line()` returned None, but it should be",
        ),
        written(
            """
import asyncio

class LineReader:
    def __init__(self, recv):
        self.recv, self.rest = recv, b""

    async def read_line(self):
        return await asyncio.shield(self._read())

    async def _read(self):
        while b"\\n" not in self.rest:
            piece = await self.recv()
            if not piece:
                line, self.rest = self.rest, b""
                return line or None
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\\n")
        return line

answer = LineReader
""",
            says="was cancelled, then",
        ),
        written(
            """
class LineReader:
    def __init__(self, recv):
        self.recv, self.rest = recv, b""

    async def read_line(self):
        self.rest += await self.recv()
        line, _, self.rest = self.rest.partition(b"\\n")
        return line or None

answer = LineReader
""",
            says="`recv` gives b'te'",
        ),
        written(
            """
class LineReader:
    def __init__(self, recv):
        self.recv, self.rest, self.ended = recv, b"", False

    async def read_line(self):
        while not self.ended:
            piece = await self.recv()
            self.rest += piece
            self.ended = not piece
        line, newline, self.rest = self.rest.partition(b"\\n")
        return line if line or newline else None

answer = LineReader
""",
            says="had come already, and `recv` was called all the same",
        ),
        written(
            """
class answer:
    def __init__(self, recv):
        self.recv, self.rest, self.ended, self.task = recv, b"", False, None

    async def read_line(self):
        while b"\\n" not in self.rest and not self.ended:
            if self.task is None:
                self.task = asyncio.ensure_future(self.recv())
            piece = await asyncio.shield(self.task)
            self.task = None
            self.rest += piece
            self.ended = not piece
        line, newline, self.rest = self.rest.partition(b"\\n")
        return line if line or newline else None
""",
            says="`recv` raised that error once, and `read_line()` raised OSError: reset again",
        ),
    ],
    "15.4": [
        written("def answer(jobs):\n    return [job() for job in jobs]", says="which nobody can await"),
        edit("    if not tasks:\n        return []\n", "", says="no jobs: `run_all` raised ValueError"),
        edit(", return_when=asyncio.FIRST_EXCEPTION", "", says="was not cancelled: it ran to its end"),
        edit(
            "asyncio.FIRST_EXCEPTION",
            "asyncio.FIRST_COMPLETED",
            says="`run_all` raised CancelledError, and it is to return ['tea', 'bun']",
        ),
        edit(
            "    finally:\n        for each in tasks:\n"
            "            each.cancel()  # does nothing to those that have ended\n"
            "        await asyncio.wait(tasks)\n",
            "    finally:\n        pass\n",
            says="was not cancelled: it still ran",
        ),
        edit("        await asyncio.wait(tasks)\n", "", says="had not ended"),
        edit("        await asyncio.wait(tasks)\n", "        await asyncio.sleep(0)\n", says="had not ended"),
        edit(
            "        await asyncio.wait(tasks)\n",
            "        await asyncio.wait(tasks, timeout=10)\n",
            says="had not ended",
        ),
        edit("    finally:\n", "    except ValueError:\n", says="job 1 was not cancelled: it still ran"),
        edit(
            "    for each in done:\n",
            "    for each in tasks:\n",
            says="`run_all` raised CancelledError, and it is to raise BurntBun",
        ),
        edit("    for each in done:\n        each.result()  # raises the first error\n", "", says="CancelledError"),
        edit(
            "[asyncio.create_task(job()) for job in jobs]",
            "list({job: asyncio.create_task(job()) for job in jobs}.values())",
            says="`run_all` returned ['tea', 'bun'], and it is to return ['tea', 'bun', 'tea']",
        ),
        edit(
            "return [each.result() for each in tasks]",
            "return [each.result() for each in done]",
            says="and it is to return [",
        ),
        edit(
            "for each in tasks:\n            each.cancel()",
            "for each in asyncio.all_tasks():\n            each.cancel()",
            says="a task that does not belong to `run_all` was cancelled",
        ),
        edit(
            "return [each.result() for each in tasks]",
            "return [each.result() for each in tasks if each.result()]",
            says="it is to return [None, 0, '', []]",
        ),
        written(
            """
async def answer(jobs):
    return [await job() for job in jobs]
""",
            says="job 1 began after 1 s only; all are to begin at once",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
""",
            says="had not ended",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
""",
            says="was cancelled a second time, while it was cleaning up",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        return await asyncio.gather(*tasks)
    except Exception:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
""",
            says="`run_all` is cancelled after 1 s: when `run_all` raised CancelledError, job",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    results = await asyncio.gather(*[job() for job in jobs], return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
""",
            says="was not cancelled: it ran to its end",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        for task in tasks:
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]
""",
            says="job 0 was not cancelled: it ran to its end",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    if not tasks:
        return []
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)
    for task in done:
        task.result()
    return [task.result() for task in tasks]
""",
            says="`run_all` was cancelled after 1 s, and job 0 was not cancelled: it still ran",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION) if tasks else ([], [])
    except asyncio.CancelledError:
        done = []
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    return results
""",
            says="and CancelledError was to go on",
        ),
        written(
            """
async def answer(jobs):
    tasks, error = [asyncio.create_task(job()) for job in jobs], None
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION) if tasks else None
    except asyncio.CancelledError as cancelled:
        error = cancelled
    failed = [task.exception() for task in tasks if task.done() and task.exception() is not None]
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and error is not None:
            raise outcome
    if error is not None or failed:
        raise error or failed[0]
    return [task.result() for task in tasks]
""",
            says="`run_all` raised BurntBun: spilt, and CancelledError was to go on",
        ),
        written(
            """
import asyncio

async def answer(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    if tasks:
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and task.exception():
            raise task.exception()
    return [task.result() for task in tasks]
""",
            says="the first error",
        ),
        edit(
            "    for each in done:\n        each.result()  # raises the first error\n",
            "    for each in done:\n        if error := each.exception():\n            raise error\n",
            says="`run_all` raised CancelledError, and it is to raise Sour: sour",
        ),
        edit(
            "    for each in done:\n        each.result()  # raises the first error\n",
            "    if any(each.exception() is not None for each in done):\n"
            "        raise next(each.exception() for each in done if each.exception())\n",
            says="job 1 raises Sour after 2 s: `run_all` raised RuntimeError",
        ),
        edit(
            "    if not tasks:\n        return []\n",
            "    if not tasks:\n        return []\n    timer = asyncio.create_task(asyncio.sleep(60))\n",
            says="a task that it had made was still there",
        ),
        written(
            """
async def answer(jobs):
    results = {}

    async def one(job):
        results[job] = await job()

    tasks = [asyncio.create_task(one(job)) for job in jobs]
    if not tasks:
        return []
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)
    for each in done:
        each.result()
    return [results[job] for job in jobs]
""",
            says="a job is there twice, and returns 1 when it is begun first",
        ),
        written(
            """
async def answer(jobs):
    first = []

    def look(task):
        if not first and not task.cancelled() and task.exception() is not None:
            first.append(task.exception())
            for each in tasks:
                each.cancel()

    tasks = [asyncio.create_task(job()) for job in jobs]
    for each in tasks:
        each.add_done_callback(look)
    try:
        await asyncio.wait(tasks or [asyncio.create_task(asyncio.sleep(0))])
    except asyncio.CancelledError:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    if first:
        raise first[0]
    return [each.result() for each in tasks]
""",
            says="(if cancelled, it raises BurntBun); `run_all` is cancelled after 1 s: job 0 was cancelled a second",
        ),
    ],
    "15.5": [
        edit(
            "        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)\n",
            "        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n",
            says="who had ordered, and orders again after SIGTERM",
        ),
        edit(
            "        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)\n",
            "        signal.signal(signal.SIGTERM, lambda *_: closing.set())\n",
            says="a guest without an order, after SIGTERM, heard nothing for 4 s",
        ),
        edit("signal.SIGTERM", "signal.SIGINT", says="The process was killed by SIGTERM"),
        edit("        server.close()\n", "", says="somebody new could still connect"),
        edit(
            "        [guest.cancel() for guest, ordered in guests.items() if not ordered]\n",
            "",
            says="a guest without an order, after SIGTERM, heard nothing for 4 s",
        ),
        edit(
            " if not ordered]",
            "]",
            says="who had ordered, and orders again after SIGTERM, heard b'closing'",
        ),
        edit("                guests[me] = True\n", "", says="heard b'closing', where 'ok' was to come"),
        edit(", timeout=limit", "", says="who does not pay until the limit of 1.5 s, heard nothing for 4 s"),
        edit("timeout=limit", "timeout=limit / 3", says="s after SIGTERM, heard b'closing', where 'ok' was to come"),
        edit(
            "        if guests:\n            await asyncio.wait(list(guests), timeout=limit)",
            "        await asyncio.sleep(limit)",
            says="the process was still there",
        ),
        edit("        if guests:\n            await", "        await", says="its exit code should be 0"),
        edit(
            "        if guests:\n            await asyncio.wait(list(guests), timeout=limit)\n",
            "",
            says="heard b'closing', where 'ok' was to come",
        ),
        edit(
            'writer.write(b"closing\\n")',
            "pass",
            says="met the end of the line, where 'closing' was to come",
        ),
        edit('in (b"pay\\n", b"")', 'in (b"",)', says="said 'pay', heard b'ok', where the shop was to hang up"),
        edit(
            "    asyncio.run(main())",
            "    asyncio.run(main())\n    sys.exit(128 + signal.SIGTERM)",
            says="its exit code should be 0",
        ),
        edit("    asyncio.run(main())", "    asyncio.run(main())\n    sys.exit()", says="before `serve` had returned"),
        edit("    asyncio.run(main())", "    asyncio.run(main())\n    os._exit(0)", says="before `serve` had returned"),
        edit("timeout=limit", "timeout=1", says="after SIGTERM, before the limit"),
        edit(
            '(b"pay\\n", b"")',
            '((b"pay\\n", b"") if guests[me] else (b"",))',
            says="who had ordered nothing and said 'pay', heard b'ok'",
        ),
        edit(
            "            await asyncio.wait(list(guests), timeout=limit)\n",
            "            for guest in list(guests):\n                await asyncio.wait([guest], timeout=limit)\n",
            says="heard nothing for 4 s",
        ),
        edit(
            "        server.close()\n",
            "        server.close()\n        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)\n",
            says="after a second SIGTERM, met the end of the line, where 'ok' was to come. The process was killed",
        ),
        edit(
            "        me.add_done_callback(guests.pop)\n",
            "",
            "        if guests:\n            await asyncio.wait(list(guests), timeout=limit)\n",
            "        end = time.monotonic() + limit\n        while guests and time.monotonic() < end:\n"
            "            await asyncio.sleep(0.05)\n",
            "        writer.close()\n",
            "        writer.close()\n        del guests[me]  # not when the line was reset\n",
            says="after SIGTERM the last guest had gone, and after 4 s the process was still there",
        ),
        edit(
            "await reader.readline() not in",
            "(await asyncio.wait_for(reader.readline(), limit if closing else None)) not in",
            "except asyncio.CancelledError",
            "except (asyncio.CancelledError, asyncio.TimeoutError)",
            "    async def main():\n        closing = asyncio.Event()\n",
            "    closing = []\n\n    async def main():\n        told = asyncio.Event()\n",
            "signal.SIGTERM, closing.set",
            "signal.SIGTERM, told.set",
            "await closing.wait()",
            "await told.wait()\n        closing.append(1)",
            "await asyncio.wait(list(guests), timeout=limit)",
            "await asyncio.wait(list(guests))",
            says="who does not pay until the limit of 1.5 s, heard nothing for 4 s",
        ),
        edit(
            "add_signal_handler(signal.SIGTERM, closing.set)",
            "add_signal_handler(signal.SIGTERM, hear)",
            "        closing = asyncio.Event()\n",
            "        closing, loop = asyncio.Event(), asyncio.get_running_loop()\n        timers = []\n\n"
            "        def hear():\n            closing.set()\n            [each.cancel() for each in timers]\n"
            "            timers.append(loop.call_later(limit, over.set))\n\n        over = asyncio.Event()\n",
            "            await asyncio.wait(list(guests), timeout=limit)\n",
            "            seated = asyncio.ensure_future(asyncio.wait(list(guests)))\n"
            "            late = asyncio.ensure_future(over.wait())\n"
            "            await asyncio.wait([seated, late], return_when=asyncio.FIRST_COMPLETED)\n",
            says="s; ten guests stayed, and the last of them heard 'closing' ",
        ),
        edit(
            "add_signal_handler(signal.SIGTERM, closing.set)",
            "add_signal_handler(signal.SIGTERM, hear)",
            "        closing = asyncio.Event()\n",
            "        closing = asyncio.Event()\n\n        def hear():\n            if closing.is_set():\n"
            "                raise SystemExit\n            closing.set()\n\n",
            says="after a second SIGTERM",
        ),
        written(
            """
import signal
import threading

def answer(door, limit):
    closing = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: closing.set())

    def talk(line):
        with line, line.makefile("rb") as lines:
            line.sendall(b"welcome\\n")
            for each in lines:
                if closing.is_set():
                    return line.sendall(b"closing\\n")
                if each == b"pay\\n":
                    return
                line.sendall(b"ok\\n")

    while not closing.is_set():
        line, _ = door.accept()
        threading.Thread(target=talk, args=[line], daemon=True).start()
""",
            says="a guest without an order, after SIGTERM, heard nothing for 4 s",
        ),
        written(
            """
import gevent
import signal
from gevent.server import StreamServer

def answer(door, limit):
    def talk(line, _):
        with line.makefile("rb") as lines:
            line.sendall(b"welcome\\n")
            for each in lines:
                if each == b"pay\\n":
                    break
                line.sendall(b"ok\\n")

    door.setblocking(False)
    server = StreamServer(door, talk)
    gevent.signal_handler(signal.SIGTERM, server.stop, limit)
    server.serve_forever()
""",
            says="a guest without an order, after SIGTERM,",
        ),
        written(
            "import asyncio\nasync def answer(door, limit):\n    await asyncio.sleep(1)",
            says="`serve` is an `async def`",
        ),
    ],
}
