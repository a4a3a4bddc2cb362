"""The ladder of things that can pause, from a generator to a process: memory for one of each, time for a switch.

Each kind is measured in a fresh process, so that memory which another kind has freed is not taken for nothing. Memory
is what that process grows by while it makes many of the kind; of a process, what it would give back by its end.
"""

import gc
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter

from backstage.processes import Child, ChildError

TIMEOUT = 60  # seconds for a rung that takes less than one


@dataclass(frozen=True)
class Rung:
    """What one kind costs.

    Attributes
    ----------
    memory : float
        Bytes that one more of them adds to what is resident, while it is paused and holds nothing of its own.
    switch : float
        Seconds to hand the CPU to another worker and to get it back: there and back again.
    """

    memory: float
    switch: float


def climb():
    """Measure each kind once, in a process of its own; takes some seconds.

    Returns
    -------
    dict of str to Rung
        By the name of the kind, in the order of KINDS.

    Raises
    ------
    ChildError
        If one of them cannot be measured.
    """
    return {kind: _measure_apart(kind) for kind in KINDS}


def _measure_apart(kind):
    with Child([sys.executable, "-m", "backstage.ladder", kind], name=f"the rung {kind!r}") as child:
        child.wait(TIMEOUT)
        if child.exit_code != 0:
            raise ChildError(f"{child.name} could not be measured within {TIMEOUT} s{child.last_words()}")
        return Rung(*map(float, child.output.split()))


def _quickest(run, times, rounds=50):
    """Seconds for each of `times` turns in the quickest of some rounds: the least disturbed by other programs.

    A round is some milliseconds, so that on a busy machine, too, one or the other goes on to its end undisturbed.
    """
    took = []
    for _ in range(rounds):
        start = perf_counter()
        run(times)
        took.append(perf_counter() - start)
    return min(took) / times


def _resident_memory():
    import psutil

    gc.collect()
    return psutil.Process().memory_info().rss


def _generator(count=100_000):
    def pause():
        while True:
            yield

    def turn(times):
        send = one.send
        for _ in range(times):
            send(None)

    one = pause()
    next(one)
    switch = _quickest(turn, 20_000)
    crowd = [None] * count
    before = _resident_memory()
    for place in range(count):
        crowd[place] = pause()
        next(crowd[place])
    return Rung((_resident_memory() - before) / count, switch)


def _asyncio_task(count=20_000):
    import asyncio

    async def turns(times):
        for _ in range(times):
            await asyncio.sleep(0)

    async def two(times):
        await asyncio.gather(turns(times), turns(times))

    async def measure_resident_memory():
        gate = asyncio.get_running_loop().create_future()

        async def pause():
            await gate

        crowd = [None] * count
        before = _resident_memory()
        for place in range(count):
            crowd[place] = asyncio.ensure_future(pause())
        await asyncio.sleep(0)  # each runs to its pause
        memory = (_resident_memory() - before) / count
        gate.set_result(None)
        await asyncio.gather(*crowd)
        return memory

    switch = _quickest(lambda times: asyncio.run(two(times)), 5_000, rounds=10)  # or the loop's beginning would count
    return Rung(asyncio.run(measure_resident_memory()), switch)


def _greenlet(count=10_000):
    from greenlet import getcurrent, greenlet

    def pause():
        back = getcurrent().parent.switch
        while True:
            back()

    def turn(times):
        there = one.switch
        for _ in range(times):
            there()

    one = greenlet(pause)
    one.switch()
    switch = _quickest(turn, 10_000)
    crowd = [None] * count
    before = _resident_memory()
    for place in range(count):
        crowd[place] = greenlet(pause)
        crowd[place].switch()
    return Rung((_resident_memory() - before) / count, switch)


def _gevent_greenlet(count=10_000):
    import gevent
    from gevent.event import Event

    def turns(times):
        for _ in range(times):
            gevent.sleep(0)

    def two(times):
        gevent.joinall([gevent.spawn(turns, times) for _ in range(2)], raise_error=True)

    switch = _quickest(two, 2_000)
    gate = Event()
    crowd = [None] * count
    before = _resident_memory()
    for place in range(count):
        crowd[place] = gevent.spawn(gate.wait)
    gevent.sleep(0)  # each runs to its pause
    memory = (_resident_memory() - before) / count
    gate.set()
    gevent.joinall(crowd, raise_error=True)
    return Rung(memory, switch)


def _thread(count=200):
    from threading import Lock, Thread

    def turns(times, mine, other):
        for _ in range(times):
            mine.acquire()
            other.release()

    def two(times):
        mine, other = Lock(), Lock()
        mine.acquire()
        partner = Thread(target=turns, args=(times, mine, other))
        other.acquire()
        partner.start()
        mine.release()  # the partner goes first
        turns(times, other, mine)
        partner.join()

    def wait():
        started.release()
        with gate:
            pass

    switch = _quickest(two, 1_000, rounds=10)  # or the partner's start would count
    gate, started = Lock(), Lock()
    crowd = [None] * count
    before = _resident_memory()
    with gate:
        for place in range(count):
            started.acquire()
            crowd[place] = Thread(target=wait)
            crowd[place].start()
        started.acquire()
        memory = (_resident_memory() - before) / count
    for each in crowd:
        each.join()
    return Rung(memory, switch)


_ECHO = "import os\nwhile byte := os.read(0, 1): os.write(1, byte)"


def _process(count=3):
    import psutil

    def turn(times, process):
        for _ in range(times):
            process.stdin.write(b".")
            process.stdout.read(1)

    with ExitStack() as running:
        crowd = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
                )
            )
            for _ in range(count)
        ]
        for each in crowd:
            turn(1, each)  # it has started
        memory = [_own_memory(psutil.Process(each.pid)) for each in crowd]
        return Rung(sum(memory) / count, _quickest(lambda times: turn(times, crowd[0]), 200))


def _own_memory(process):
    """Bytes that would be freed if the process ended; where the system keeps that to itself, all it uses."""
    import psutil

    try:
        return process.memory_full_info().uss
    except psutil.AccessDenied:  # macOS, for any process but oneself
        return process.memory_info().rss


KINDS = {
    "generator": _generator,
    "asyncio task": _asyncio_task,
    "greenlet": _greenlet,
    "gevent greenlet": _gevent_greenlet,
    "thread": _thread,
    "process": _process,
}


if __name__ == "__main__":
    rung = KINDS[sys.argv[1]]()
    print(rung.memory, rung.switch)
