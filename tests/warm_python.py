"""A warm Python that forks: verdicts without the quarter of a second that each child of `judge` spends on imports.

`helpers.isolated` starts a bare Python for each answer, which then imports gevent and the words of the checks. Here one
process has imported all that, and for each job forks a copy of itself that goes on as the bare Python would: in a
session of its own, with its own output and report pipe, it runs `helpers.cell.main`. As each answer has a copy of its
own, nothing that one does can reach the next. Who forks has one thread and no hub of gevent's, and refuses otherwise.
Only on Linux: elsewhere a process that has used the system's frameworks must not fork.

`Forked` is what stands in for `Child` in `helpers.isolated`, so that limits, interrupts and results are the true ones.
"""

import gc
import io
import marshal
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

from backstage.processes import belongings, guardian
from backstage.processes.messages import ReportPipe
from backstage.processes.own_time import join
from backstage.processes.pump import Pump

ROOT = Path(__file__).resolve().parent.parent


class WarmPython:
    """The owner's side: starts the process that forks, and asks it for one copy after another.

    Parameters
    ----------
    at_once : int
        How many copies there may be side by side; more have to wait.
    """

    def __init__(self, at_once=1):
        self._lines, theirs = zip(*(socket.socketpair() for _ in range(at_once)), strict=True)
        self._free = queue.SimpleQueue()  # of lines, each of which leads to a process that forks
        numbers = [each.fileno() for each in theirs]
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from tests.warm_python import serve\nif job := serve({numbers}): job()"],
            stdin=subprocess.DEVNULL,
            pass_fds=numbers,
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "PYTHONIOENCODING": "utf-8",
                guardian.MARK: belongings.mark(),  # its copies are found by this, too, if the owner is killed
            },
            start_new_session=True,
        )
        belongings.entrust("group", self._process.pid)
        for ours, their in zip(self._lines, theirs, strict=True):
            their.close()
            self._free.put(ours)

    def close(self):
        """End the process; its copies have ended."""
        for line in self._lines:
            line.close()
        self._process.wait()
        belongings.release("group", self._process.pid)

    def child(self, args, *, name, env, stdin, on_output, on_message):
        """What `helpers.isolated` calls in place of `Child`; program and environment are the same for all jobs."""
        line = self._free.get()
        return Forked(line, stdin, on_output, on_message, lambda: self._free.put(line))


class Forked:
    """One copy and its end, with as much of the face of `Child` as `run_isolated` needs."""

    def __init__(self, line, stdin, on_output, on_message, on_end):
        self.exit_code = None
        self._on_end = on_end
        self._line = line
        self._on_output = on_output
        self._signalling = threading.Lock()
        self._reaped = False
        self._ended = threading.Event()
        output, writing = os.pipe()
        reports = ReportPipe()
        socket.send_fds(line, [struct.pack("!Q", len(stdin))], [writing, int(reports.number)])
        line.sendall(stdin)
        os.close(writing)
        reports.close_child_end()
        self.pid = struct.unpack("!q", receive(line, 8))[0]
        self._pump = Pump(open(output, "rb", buffering=0), on_output)  # noqa: SIM115
        self._pump.start()
        self._reader = threading.Thread(target=self._read_messages, args=[reports, on_message], daemon=True)
        self._reader.start()
        threading.Thread(target=self._await_end, daemon=True).start()

    def interrupt(self):
        """Send SIGINT to its process group."""
        self._signal(signal.SIGINT)

    def stop(self, grace=0):
        """Kill its process group, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self._ended.wait()

    def _signal(self, number):
        with self._signalling, suppress(ProcessLookupError):
            if not self._reaped:
                os.killpg(self.pid, number)

    def _read_messages(self, reports, on_message):
        for message in reports.messages():
            self._pump.catch_up()
            on_message(message)
        on_message(None)

    def _await_end(self):
        receive(self._line, 1)  # it is a zombie, whose id is nobody else's
        with self._signalling:
            guardian.kill_group(self.pid)
            self._reaped = True
            self._line.sendall(b"r")
        status = struct.unpack("!q", receive(self._line, 8))[0]
        self._on_end()
        self._pump.catch_up()
        join(self._reader, 0.5)  # as in `Child`: a descendant that left the group may hold the pipe
        self.exit_code = os.waitstatus_to_exitcode(status)
        self._ended.set()
        self._on_output("")


def receive(line, size):
    """So many bytes from a socket."""
    data = b""
    while len(data) < size:
        piece = line.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def serve(numbers):
    """The side that forks: import what judges need, become one process for each line, and serve it.

    Parameters
    ----------
    numbers : list of int
        The descriptors of the lines, sockets whose other ends the owner has.

    Returns
    -------
    callable or None
        In a copy, what it has to do, to be called from where a bare process would call it; None at the end of a line.
    """
    from exercises import judging
    from helpers import cell

    judging.registered()  # imports the checks of all chapters
    gc.freeze()  # a copy that collects garbage leaves alone, and shares, what was there before
    _stay_fit_to_fork()
    mine = numbers[0]
    for number in numbers[1:]:
        if not os.fork():
            mine = number
            break
    for number in numbers:
        if number != mine:
            os.close(number)
    line = socket.socket(fileno=mine)
    with suppress(EOFError, ConnectionError):
        while job := _take(line):
            stdin, output, reports = job
            _stay_fit_to_fork()
            pid = os.fork()
            if not pid:
                line.close()
                os.setsid()
                _write_into(output)
                sys.argv[1:] = [str(reports)]
                _, job = marshal.loads(stdin)
                return partial(cell.main, job)
            os.close(output)
            os.close(reports)
            line.sendall(struct.pack("!q", pid))
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            line.sendall(b"z")
            receive(line, 1)
            line.sendall(struct.pack("!q", os.waitpid(pid, 0)[1]))


def _take(line):
    size, descriptors, *_ = socket.recv_fds(line, 8, 2)
    if not size:
        return None
    size += receive(line, 8 - len(size))
    return receive(line, struct.unpack("!Q", size)[0]), *descriptors


def _write_into(output):
    """Have standard output and standard error there, in new streams, for the old ones remember where they went."""
    for number, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        os.dup2(output, number)
        raw = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115
        stream = io.TextIOWrapper(raw, "utf-8", errors, write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.close(output)


def _stay_fit_to_fork():
    from gevent import _hub_local

    threads = len(os.listdir("/proc/self/task"))
    if threads != 1 or _hub_local.get_hub_if_exists() is not None:
        sys.exit(f"a process with {threads} threads, or with a hub, must not fork: some check starts one on import")
