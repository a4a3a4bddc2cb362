"""Answers to the exercises of chapter 15 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "15.1": [
        edit('"fired": "unheard",\n', "", '"future": "running",\n', '"future": "running",\n    "fired": "unheard",\n'),
        written("""
words = {
    "heard": ["raised"],
    "unheard": ["fired", "joined", "pooled"],
    "stopped": ["grouped", "limited"],
    "running": ["gathered", "asked", "future"],
}
answer = {case: word for word, cases in words.items() for case in cases}
"""),
        written("""
answer = dict.fromkeys(["fired", "joined", "pooled"], "unheard")
answer |= dict.fromkeys(["gathered", "asked", "future"], "running")
answer |= {"grouped": "stopped", "limited": "stopped", "raised": "heard"}
"""),
        written("""
from collections import OrderedDict

cases = "fired gathered grouped limited asked joined raised pooled future".split()
words = "unheard running stopped stopped running unheard heard unheard running".split()
answer = OrderedDict(zip(cases, words))
"""),
        written("""
NOBODY, STILL, CUT = "unheard", "running", "stopped"
answer = dict(
    fired=NOBODY, gathered=STILL, grouped=CUT, limited=CUT, asked=STILL,
    joined=NOBODY, raised="heard", pooled=NOBODY, future=STILL,
)
"""),
    ],
    "15.2": [
        edit("left == 0", "left <= 0"),
        edit("max(0, self.end - self.clock())", "max(self.end - self.clock(), 0.0)"),
        written("""
class Deadline:
    def __init__(self, seconds, clock):
        end = clock() + seconds
        self.left = lambda: max(0, end - clock())
        self.within = lambda seconds: Deadline(min(seconds, self.left()), clock)

    def run(self, name, step):
        left = self.left()
        if left <= 0:
            raise TimeoutError(name)
        return step(left)

answer = Deadline
"""),
        written("""
class Deadline:
    def __init__(self, seconds, clock):
        self.began, self.seconds, self.clock = clock(), seconds, clock

    def left(self):
        left = self.seconds - (self.clock() - self.began)
        return left if left > 0 else 0

    def within(self, seconds):
        return type(self)(min(seconds, self.left()), self.clock)

    def run(self, name, step):
        if self.left():
            return step(self.left())
        raise TimeoutError(name)

answer = Deadline
"""),
        written("""
class Deadline:
    def __init__(self, seconds, clock, whole=None):
        self.clock, self.whole = clock, whole
        self.end = clock() + seconds

    def left(self):
        own = max(0, self.end - self.clock())
        return own if self.whole is None else min(own, self.whole.left())

    def within(self, seconds):
        print("a part of", seconds)
        return Deadline(seconds, self.clock, self)

    def run(self, name, step):
        if self.left() <= 0:
            raise TimeoutError(name)
        return step(self.left())

answer = Deadline
"""),
        written("""
from dataclasses import dataclass
from typing import Callable

@dataclass
class Deadline:
    seconds: float
    clock: Callable

    def __post_init__(self):
        self.end = self.clock() + self.seconds

    def left(self):
        return (self.end - self.clock()) if self.end > self.clock() else 0

    def within(self, seconds):
        part = Deadline(seconds, self.clock)
        part.end = min(part.end, self.end)
        return part

    def run(self, name, step):
        if self.clock() >= self.end:
            raise TimeoutError(name)
        try:
            return step(self.left())
        finally:
            print(name, "is over")

answer = Deadline
"""),
        written("""
def Timer(seconds, clock, ends=()):
    return Deadline(seconds, clock, ends)

class Deadline:
    def __init__(self, seconds, clock, ends=()):
        self._clock = clock
        self._ends = [*ends, clock() + seconds]

    def left(self):
        return max([0, min(self._ends) - self._clock()])

    def within(self, seconds):
        return Timer(seconds, self._clock, self._ends)

    def run(self, name, step):
        left = self.left()
        if left > 0:
            return step(left)
        error = TimeoutError(name)
        raise error

answer = Deadline
"""),
    ],
    "15.3": [
        edit("self.rest += piece\n", "self.rest = self.rest + piece\n"),
        written("""
class LineReader:
    def __init__(self, recv):
        self.recv, self.buffer, self.at_end = recv, bytearray(), False

    async def read_line(self):
        while (place := self.buffer.find(b"\\n")) < 0:
            if self.at_end:
                return self._rest()
            data = await self.recv()
            self.at_end = data == b""
            self.buffer.extend(data)
        line = bytes(self.buffer[:place])
        del self.buffer[: place + 1]
        return line

    def _rest(self):
        rest = bytes(self.buffer)
        self.buffer.clear()
        return rest or None

answer = LineReader
"""),
        written("""
from collections import deque

class LineReader:
    def __init__(self, recv):
        self.recv, self.lines, self.half = recv, deque(), []

    async def read_line(self):
        while not self.lines:
            piece = await self.recv()
            if not piece:
                if not any(self.half):
                    return None
                self.lines.append(b"".join(self.half))
                self.half.clear()
                break
            self.half.append(piece)
            if b"\\n" in piece:
                *whole, rest = b"".join(self.half).split(b"\\n")
                self.lines.extend(whole)
                self.half = [rest]
        return self.lines.popleft()

answer = LineReader
"""),
        written("""
import asyncio

class LineReader:
    # what recv brings belongs to a task that nobody cancels
    def __init__(self, recv):
        self.recv, self.rest, self.task, self.ended = recv, b"", None, False

    async def read_line(self):
        while b"\\n" not in self.rest and not self.ended:
            if self.task is None:
                self.task = asyncio.ensure_future(self.recv())
            await asyncio.wait([self.task])
            task, self.task = self.task, None
            piece = task.result()
            self.rest += piece
            self.ended = not piece
        if b"\\n" in self.rest:
            line, self.rest = self.rest.split(b"\\n", 1)
            return line
        line, self.rest = self.rest, b""
        return line or None

answer = LineReader
"""),
        written("""
class LineReader:
    def __init__(self, recv):
        self.recv = recv
        self.pieces = b""

    async def read_line(self):
        try:
            while b"\\n" not in self.pieces:
                data = await self.recv()
                if len(data) == 0:
                    line, self.pieces = self.pieces, b""
                    return line if line else None
                self.pieces = b"".join([self.pieces, data])
        except BaseException as error:
            print("cut off:", type(error).__name__)
            raise
        line, _, self.pieces = self.pieces.partition(b"\\n")
        return line

answer = LineReader
"""),
        written("""
import asyncio

class LineReader:
    def __init__(self, recv):
        self.stream, self.recv = asyncio.StreamReader(), recv

    async def read_line(self):
        # asyncio's own reader keeps what has come, too
        while b"\\n" not in self.stream._buffer and not self.stream._eof:
            if piece := await self.recv():
                self.stream._buffer.extend(piece)
            else:
                self.stream._eof = True
        whole, newline, rest = bytes(self.stream._buffer).partition(b"\\n")
        self.stream._buffer[:] = rest
        return whole if whole or newline else None

answer = LineReader
"""),
        written("""
import asyncio

class LineReader:
    def __init__(self, recv):
        self.recv, self.rest, self.kept = recv, b"", None

    async def read_line(self):
        line = self._cut()
        while line is None:
            local = b""
            try:
                local = await self.recv()
            except asyncio.CancelledError:
                raise
            finally:
                self.rest += local
            line = self._cut()
            if not local:
                break
        if line is None and self.rest:
            line, self.rest = self.rest, b""
        return line

    def _cut(self):
        if b"\\n" in self.rest:
            line, _, self.rest = self.rest.partition(b"\\n")
            return line

answer = LineReader
"""),
    ],
    "15.4": [
        edit("asyncio.create_task(job())", "asyncio.ensure_future(job())"),
        written("""
import asyncio

async def answer(jobs):
    first = asyncio.get_running_loop().create_future()

    def note(task):
        if not task.cancelled() and task.exception() is not None and not first.done():
            first.set_exception(task.exception())

    tasks = [asyncio.create_task(job()) for job in jobs]
    for task in tasks:
        task.add_done_callback(note)
    try:
        while not first.done() and not all(task.done() for task in tasks):
            await asyncio.wait([first, *(task for task in tasks if not task.done())], return_when="FIRST_COMPLETED")
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()
        while left := [task for task in tasks if not task.done()]:
            await asyncio.wait(left)
    if first.done():
        raise first.exception()
    return [task.result() for task in tasks]
"""),
        written("""
import asyncio

async def answer(jobs):
    if not hasattr(asyncio, "TaskGroup"):  # Python 3.10
        return await by_hand(jobs)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(live(job)) for job in jobs]
    except Exception as several:
        first = several.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise first

async def live(job):
    try:
        return await job()
    except Exception:
        if asyncio.current_task().cancelling():
            raise asyncio.CancelledError from None
        raise

async def by_hand(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    done = set()
    try:
        if tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        [task.cancel() for task in tasks]
        await asyncio.gather(*tasks, return_exceptions=True)
    [task.result() for task in done]
    return [task.result() for task in tasks]
"""),
        written("""
import asyncio

async def answer(jobs):
    errors, stopped = [], set()

    async def live(job):
        try:
            return await job()
        except Exception as error:
            errors.append(error)
            stop()

    def stop():
        for task in tasks:
            if task is not asyncio.current_task() and task not in stopped:
                stopped.add(task)
                task.cancel()

    tasks = [asyncio.create_task(live(job)) for job in jobs]
    try:
        for task in tasks:
            await asyncio.wait([task])
    except asyncio.CancelledError:
        stop()
        for task in tasks:
            await asyncio.wait([task])
        raise
    if errors:
        raise errors[0]
    return [task.result() for task in tasks]
"""),
        written("""
import asyncio

async def answer(jobs):
    running = {asyncio.create_task(job()): place for place, job in enumerate(jobs)}
    values, error = [None] * len(jobs), None
    waiting = set(running)
    try:
        while waiting and error is None:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is None:
                    values[running[task]] = task.result()
                elif error is None:
                    error = task.exception()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    if error is not None:
        raise error
    return values
"""),
        written("""
import asyncio
import contextlib

async def answer(jobs):
    tasks = tuple(map(asyncio.create_task, (job() for job in jobs)))
    everything = asyncio.gather(*tasks)
    try:
        return await asyncio.shield(everything)
    finally:
        print("the end of", len(tasks))
        everything.add_done_callback(lambda future: future.cancelled() or future.exception())
        for task in tasks:
            task.done() or task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
"""),
    ],
    "15.5": [
        edit("asyncio.wait(list(guests), timeout=limit)", "asyncio.wait({*guests}, timeout=limit)"),
        written("""
import gevent
import signal
from gevent.event import Event
from gevent.server import StreamServer

def answer(door, limit):
    closing, ordered, seated = Event(), set(), set()

    def talk(line, _):
        me = gevent.getcurrent()
        seated.add(me)
        try:
            line.sendall(b"welcome\\n")
            with line.makefile("rb") as lines:
                for each in lines:
                    if each == b"pay\\n":
                        break
                    ordered.add(me)
                    line.sendall(b"ok\\n")
        except gevent.GreenletExit:
            line.sendall(b"closing\\n")
        except OSError:
            pass
        finally:
            line.close()
            seated.discard(me)

    gevent.signal_handler(signal.SIGTERM, closing.set)
    door.setblocking(False)
    server = StreamServer(door, talk)
    server.start()
    closing.wait()
    server.close()
    gevent.killall([each for each in seated if each not in ordered])
    gevent.joinall(list(seated), timeout=limit)
    gevent.killall(list(seated))
"""),
        written("""
import selectors
import signal
import socket
import time

def answer(door, limit):
    signals, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    ready = selectors.DefaultSelector()
    ready.register(door, selectors.EVENT_READ)
    ready.register(signals, selectors.EVENT_READ)
    guests, end = {}, None

    def leave(guest, word=b""):
        ready.unregister(guest)
        del guests[guest]
        try:
            guest.sendall(word)
        except OSError:
            pass
        guest.close()

    def hear(guest):
        try:
            data = guest.recv(4096)
        except OSError:
            data = b""
        if not data:
            return leave(guest)
        *lines, guests[guest][1] = (guests[guest][1] + data).split(b"\\n")
        for line in lines:
            if line == b"pay":
                return leave(guest)
            guests[guest][0] = True
            guest.sendall(b"ok\\n")

    while end is None or (guests and time.monotonic() < end):
        for key, _ in ready.select(None if end is None else max(0, end - time.monotonic())):
            if key.fileobj is door:
                guest, _ = door.accept()
                guests[guest] = [False, b""]
                ready.register(guest, selectors.EVENT_READ)
                guest.sendall(b"welcome\\n")
            elif key.fileobj is signals:
                signals.recv(100)
                if end is None:
                    end = time.monotonic() + limit
                    ready.unregister(door)
                    door.close()
                    for each in [each for each, (ordered, _) in guests.items() if not ordered]:
                        leave(each, b"closing\\n")
            elif key.fileobj in guests:
                hear(key.fileobj)
    for each in list(guests):
        leave(each, b"closing\\n")
"""),
        written("""
import signal
import socket
import threading
import time

class Closing(Exception):
    pass

def answer(door, limit):
    guests, lock, told = {}, threading.Lock(), []

    def close(*_):
        if not told:
            told.append(time.monotonic())
            raise Closing

    def talk(line):
        with line, line.makefile("rb") as lines:
            try:
                for each in lines:
                    if each == b"pay\\n":
                        break
                    guests[line] = True
                    line.sendall(b"ok\\n")
            except OSError:
                pass
            with lock:
                guests.pop(line, None)
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def send_away(line):
        try:
            line.sendall(b"closing\\n")
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    signal.signal(signal.SIGTERM, close)
    try:
        while True:
            line, _ = door.accept()
            guests[line] = False
            line.sendall(b"welcome\\n")
            threading.Thread(target=talk, args=[line], daemon=True).start()
    except Closing:
        door.close()
    with lock:
        for line in [line for line, ordered in guests.items() if not ordered]:
            send_away(line)
    while guests and time.monotonic() < told[0] + limit:
        time.sleep(0.01)
    with lock:
        for line in list(guests):
            send_away(line)
"""),
        written("""
import asyncio
import signal

class Guest(asyncio.Protocol):
    everybody = set()

    def connection_made(self, transport):
        self.transport, self.rest, self.ordered = transport, b"", False
        self.everybody.add(self)
        transport.write(b"welcome\\n")

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\\n")
        for line in lines:
            if line == b"pay":
                return self.transport.close()
            self.ordered = True
            self.transport.write(b"ok\\n")

    def leave(self, word):
        self.transport.write(word)
        self.transport.close()

    def connection_lost(self, error):
        self.everybody.discard(self)

def answer(door, limit):
    async def main():
        loop = asyncio.get_running_loop()
        closing = loop.create_future()
        loop.add_signal_handler(signal.SIGTERM, lambda: closing.done() or closing.set_result(None))
        server = await loop.create_server(Guest, sock=door)
        await closing
        server.close()
        for guest in list(Guest.everybody):
            if not guest.ordered:
                guest.leave(b"closing\\n")
        end = loop.time() + limit
        while Guest.everybody and loop.time() < end:
            await asyncio.sleep(0.02)
        for guest in list(Guest.everybody):
            guest.leave(b"closing\\n")
        await asyncio.sleep(0)

    asyncio.run(main())
"""),
        written("""
import asyncio
import signal

def answer(door, limit):
    async def talk(reader, writer, told, timed_out):
        ordered = False
        writer.write(b"welcome\\n")
        while True:
            line = asyncio.ensure_future(reader.readline())
            ends = timed_out if ordered else told
            await asyncio.wait([line, ends], return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                line.cancel()
                writer.write(b"closing\\n")
                break
            if line.exception() or line.result() == b"":
                break
            if line.result() == b"pay\\n":
                break
            ordered = True
            writer.write(b"ok\\n")
        writer.close()

    async def main():
        loop = asyncio.get_running_loop()
        told, timed_out, tasks = loop.create_future(), loop.create_future(), set()

        def tell():
            if not told.done():
                told.set_result(None)
                loop.call_later(limit, timed_out.set_result, None)

        async def welcome(reader, writer):
            tasks.add(asyncio.current_task())
            try:
                await talk(reader, writer, told, timed_out)
            finally:
                tasks.discard(asyncio.current_task())

        loop.add_signal_handler(signal.SIGTERM, tell)
        server = await asyncio.start_server(welcome, sock=door)
        await told
        server.close()
        while tasks:
            await asyncio.sleep(0.01)

    asyncio.run(main())
"""),
    ],
}
