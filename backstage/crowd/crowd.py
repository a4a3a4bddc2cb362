"""The owner's side of a crowd: gives it orders, hears its figures, and looks at the server meanwhile.

The connections are in another process, `backstage.crowd.clients`, so that the figures are not those of a notebook's
kernel and its descriptors are not used up. Each step is one message there and, some progress later, one back. CPU and
memory of the server are measured from here, by looking at its whole family of processes before, during and after.
"""

import math
import queue
import sys
import time
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from backstage import asked
from backstage.processes import Child

LOOK_EVERY = 0.5  # seconds between two looks at the server's memory: a look costs the server's machine milliseconds


@dataclass
class Figures:
    """What one step of a crowd has measured.

    Attributes
    ----------
    wanted : int
        Connections or requests that the step was about.
    done : int
        How many of them came off well.
    errors : Counter of str
        The others that ended badly, by kind: "refused", "reset", "closed early", "wrong reply", "timed out" and,
        rarely, another error's name. A client that meets one hangs up, and the rest of its rounds do not take place.
    times : list of float
        Seconds that each of the `done` took, in order of their ends: for a connection to be there, for a request to be
        answered.
    seconds : float
        From the first beginning to the last end.
    connected : int
        Connections that are open after the step.
    shortfall : str
        Why the client could not open all that were wanted, in one sentence; "" if it could.
    server_cpu : float
        Seconds of CPU that the server and its descendants used meanwhile; nan if no server was named.
    server_memory : float
        The most memory that they were seen to hold, in bytes; on Linux, what processes share counts once. nan as above.
    client_cpu : float
        Seconds of CPU that the crowd itself used; close to `seconds`, it is the crowd that sets the pace.
    """

    wanted: int
    done: int = 0
    errors: Counter = field(default_factory=Counter)
    times: list = field(default_factory=list, repr=False)
    seconds: float = 0.0
    connected: int = 0
    shortfall: str = ""
    server_cpu: float = math.nan
    server_memory: float = math.nan
    client_cpu: float = 0.0

    def _quantile(self, share):
        """The time within which this share of the `done` were done, in seconds; nan if there is none."""
        ordered = sorted(self.times)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan

    @property
    def p50(self):
        """Half took at most so many seconds."""
        return self._quantile(0.5)

    @property
    def p99(self):
        """All but one in a hundred took at most so many seconds."""
        return self._quantile(0.99)

    @property
    def rate(self):
        """How many a second."""
        return self.done / self.seconds if self.seconds else 0.0

    def __str__(self):
        errors = ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.errors.items())) or "no errors"
        return f"{self.done:,} of {self.wanted:,} done, {errors}" + (f"; {self.shortfall}" if self.shortfall else "")


class Crowd:
    """Clients of a server on this machine, all in one process of their own that ends with this one at the latest.

    They are driven by one thread that watches all of them, and borrow no descriptors from this process. Use it with
    `with`, or call `stop()`. Interrupted, it stops.

    Parameters
    ----------
    port : int
        Where the server listens.
    server : int or object with a `pid`, optional
        The server's process, such as a background cell, whose CPU and memory are wanted.
    timeout : float
        Seconds until a connection or an answer that does not come is counted as "timed out".

    Raises
    ------
    TypeError, ValueError
        If an argument makes no sense; so do the methods, which begin nothing then.
    ChildError
        If its process cannot be started.
    RuntimeError
        By the methods, if the crowd was stopped, or its process has ended or cannot go on.
    """

    def __init__(self, port, *, server=None, timeout=10.0):
        self._port = asked.count("the port of a server", port, 1, 65_535)
        timeout = asked.seconds("timeout", timeout)
        self._server = getattr(server, "pid", server)
        if self._server is not None and not psutil.pid_exists(
            asked.count("server, a process,", self._server, 1, 2**31 - 1)
        ):
            raise ValueError(f"the server, process {self._server}, has ended or never was: start it again")
        self._stopped = False
        self._news = queue.SimpleQueue()
        command = [sys.executable, "-m", "backstage.crowd.clients"]
        self._child = Child(command, name="the crowd", stdin=None, on_message=self._news.put, ready="ready")
        self._child.send(port, timeout)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        state = "" if self._child.running else ", stopped"
        return f"<Crowd at port {self._port}{state}>"

    def connect(self, clients, *, at_once=100, progress=None):
        """Open so many more connections, and hold them.

        Parameters
        ----------
        clients : int
            How many.
        at_once : int
            How many may be in flight at once.
        progress : callable, optional
            Is told, every now and then, how many more have ended, well or badly: `tqdm(total=clients).update`.

        Returns
        -------
        Figures
        """
        return self._call("connect", progress, asked.count("clients", clients), at_once=asked.count("at_once", at_once))

    def ask(self, rounds=1, message=None, *, reply=None, at_once=None, progress=None):
        """Let every client that is connected send a request and wait for the answer, again and again.

        Parameters
        ----------
        rounds : int
            How many requests each client sends, one after another.
        message : bytes, optional
            The request. By default each is another line, so that answers cannot be mistaken for one another.
        reply : bytes, int or str, optional
            What the answer must be: these bytes; that many of any bytes; or "line", anything that ends with the first
            b"\\n". By default, the request itself.
        at_once : int, optional
            How many requests may be in flight at once; by default, one of each client.
        progress : callable, optional
            As for `connect`.

        Returns
        -------
        Figures
        """
        questions = _questions(rounds, message, reply)
        at_once = None if at_once is None else asked.count("at_once", at_once)
        return self._call("ask", progress, at_once=at_once, **questions)

    def visit(self, clients, rounds=1, message=None, *, reply=None, progress=None):
        """As `ask`, but by so many new clients, and each connects for each of its requests and hangs up after it.

        The times count from the beginning of the connection to the end of the answer.
        """
        questions = _questions(rounds, message, reply)
        return self._call("visit", progress, asked.count("clients", clients), **questions)

    def stop(self):
        """Hang up, all of them."""
        self._stopped = True
        self._child.stop(grace=0)

    def _call(self, command, progress, *arguments, **options):
        if progress is not None:
            asked.function("progress", progress)
        usage = _Usage(self._server) if self._server is not None else None
        try:
            self._child.send(command, arguments, options)
        except OSError:
            raise self._gone() from None
        try:
            while (message := self._hear(usage)) and message[0] == "progress":
                if progress is not None:
                    progress(message[1])
        except BaseException:
            self.stop()  # halfway through a step it is of no more use
            raise
        if message is None:
            raise self._gone()
        kind, news = message
        if kind == "failed":
            self.stop()
            raise RuntimeError(f"the crowd could not go on: {news}")
        news |= {"errors": Counter(news["errors"]), "times": array("d", news["times"]).tolist()}
        figures = Figures(**news)
        if usage:
            figures.server_cpu, figures.server_memory = usage.total()
        return figures

    def _hear(self, usage):
        """Wait for the next message of the crowd's process, and keep an eye on the server meanwhile."""
        while True:
            if usage:
                usage.look()
            with suppress(queue.Empty):
                return self._news.get(timeout=0.1)

    def _gone(self):
        self._child.wait(20)  # for its last words
        state = "has been stopped" if self._stopped else "has ended" + self._child.last_words()
        return RuntimeError(f"the crowd {state}: make a new one")


class _Usage:
    """CPU and memory of a process and its descendants from now on; those that have ended included, on POSIX."""

    def __init__(self, pid):
        self.pid, self.memory, self.next = pid, math.nan, 0.0
        self.before = self._cpu()

    def _family(self):
        try:
            server = psutil.Process(self.pid)
            return [server, *server.children(recursive=True)]
        except psutil.Error:
            return []  # it has ended

    def _cpu(self):
        used = 0.0
        for each in self._family():
            with suppress(psutil.Error):
                used += _own_cpu(each) + sum(each.cpu_times()[2:4])  # the latter: of its children that have ended
        return used

    def look(self, now=False):
        if time.monotonic() < self.next and not now:
            return
        self.next = time.monotonic() + LOOK_EVERY
        memory = 0
        for each in self._family():
            with suppress(psutil.Error):
                memory += each.memory_full_info().pss if psutil.LINUX else each.memory_info().rss
        self.memory = memory if math.isnan(self.memory) else max(self.memory, memory)

    def total(self):
        self.look(now=True)
        return max(0.0, self._cpu() - self.before), self.memory  # of one that was killed it is no longer known


def _own_cpu(process):
    """Seconds of CPU of all threads of a process; on Linux exact, for psutil's figures drop up to 10 ms of each."""
    if psutil.LINUX:
        with suppress(OSError):  # a kernel that keeps no such clock
            return time.clock_gettime(~process.pid << 3 | 2)  # the clock's number, as clock_getcpuclockid() makes it
    return sum(process.cpu_times()[:2])


def _questions(rounds, message, reply):
    if not (message is None or (isinstance(message, bytes) and message)):
        raise ValueError(f"message is some bytes, not {asked.shown(message)}")
    if not (reply is None or (isinstance(reply, str) and reply == "line") or (isinstance(reply, bytes) and reply)):
        asked.count("reply, unless it is bytes or 'line',", reply, most=2**40)
    return {"rounds": asked.count("rounds", rounds), "message": message, "reply": reply}
