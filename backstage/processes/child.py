"""A process that belongs to this one: started once, ready when it says so, gone at the latest when its owner is.

A `Child` is the leader of a process group, so that one signal reaches all that it starts. Two threads attend to it: one
reads its output (`pump`), so that it never waits for a reader; the other waits for its end, and then kills the rest of
the group before it takes the exit code, for until then nobody else can get the child's id. Its group is entrusted to
`belongings`, which sees to it that the group goes when the owner is killed; if the owner just ends, `_stop_all` does.
"""

import atexit
import marshal
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from backstage.granted import lacking
from backstage.processes import belongings, guardian
from backstage.processes.memory import memory_of, most_memory, too_much
from backstage.processes.messages import ReportPipe, write
from backstage.processes.own_time import join
from backstage.processes.pump import LATE, Pump
from backstage.undisturbed import undisturbed

KEPT_OUTPUT = 1_000_000  # characters of output that a child keeps

_children = set()  # those that run, for `_stop_all`


class ChildError(RuntimeError):
    """A child that could not be started, or ended or dawdled before it was ready."""


class Child:
    """A program that runs beside this process and ends with it, SIGKILL included.

    It has a process group of its own. When it ends, by itself or by `stop()`, whatever is left of that group is
    killed. Standard output and standard error are one stream, so that their order is kept. Use it with `with`, or
    call `stop()`.

    Parameters
    ----------
    args : list of str
        The program and its arguments.
    name : str, optional
        How sentences call it; the program's own name by default.
    env : mapping of str to str, optional
        Its whole environment; that of this process by default.
    cwd : path, optional
        Its working directory; that of this process by default.
    stdin : bytes or None
        What its standard input holds before it ends; None leaves it open, for `send`.
    on_output : callable, optional
        Called, from another thread, with each piece of text as it comes and with "" at the end.
    on_message : callable, optional
        Called, from another thread, with each message of the child and with None after the last one; `args` get one
        more, as `backstage.processes.messages` says.
    ready : str or callable, optional
        Wait until the child is ready, as `wait_ready` does.
    timeout : float
        Seconds it may take to get ready.

    Attributes
    ----------
    name : str
        As above.
    pid : int
        The id of its process, and of its process group.
    port : int or None
        Where it listens, if it has said so.
    exit_code : int or None
        None while it runs; negative if a signal killed it.

    Raises
    ------
    ChildError
        If it cannot be started, or is not ready in time; nothing of it is left then.
    """

    def __init__(
        self, args, *, name=None, env=None, cwd=None, stdin=b"", on_output=None, on_message=None, ready=None, timeout=20
    ):
        monkey = sys.modules.get("gevent.monkey")
        if monkey and monkey.is_module_patched("threading"):
            raise ChildError("A child needs real threads: start it where gevent has not patched everything.")
        self.name = name or Path(args[0]).stem
        self.port = None
        self.exit_code = None
        self._owner = os.getpid()
        self._on_output = on_output
        self._output = deque()
        self._output_length = 0
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._signalling = threading.Lock()
        self._reaped = False  # from then on its id may be another process's; `_signalling` guards this, and its stdin
        self._stopped = False
        self._reader = None
        self._waiter = threading.Thread(target=self._await_end, daemon=True)
        environment = {**(os.environ if env is None else env), guardian.MARK: belongings.mark()}
        self.pid = None
        try:
            with undisturbed():
                self._start(args, environment, cwd, stdin, on_message)
            if stdin:
                self._feed(stdin)
            if ready is not None:
                self.wait_ready(ready, timeout)
        except BaseException:
            if self.pid:
                if self._waiter.ident is None:  # the machine may grant no more threads
                    self._reap()
                    _children.discard(self)
                    self._ended.set()
                self.stop(grace=0)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        state = "running" if self.running else "stopped" if self._stopped else ending(self.exit_code)
        return f"<{self.name}: {state}>"

    @property
    def running(self):
        return not self._ended.is_set()

    @property
    def output(self):
        """What it has written so far, at most the last KEPT_OUTPUT characters."""
        with self._news:
            return "".join(self._output)

    @property
    def rss(self):
        """Resident memory of the process and its descendants, in bytes; 0 once it has ended."""
        import psutil

        total = 0
        try:
            process = psutil.Process(self.pid)
            for each in [process, *process.children(recursive=True)] if self.running else []:
                total += each.memory_info().rss
        except psutil.Error:
            pass  # it ended while we were looking
        return total

    def wait(self, timeout=None):
        """Wait for its end, at most `timeout` seconds or for ever; return its exit code, or None if it still runs."""
        self._ended.wait(timeout)
        return self.exit_code

    def wait_ready(self, ready, timeout=20):
        """Wait until the child is ready.

        Parameters
        ----------
        ready : str or callable
            A regular expression to be found in its lines of output, whose first group, if any, is the port; or a
            function that returns something true, such as the port, once the child is ready.
        timeout : float
            Seconds it may take.

        Returns
        -------
        int or None
            The port, if it named one.

        Raises
        ------
        ChildError
            If it ended before, or took longer; it is stopped then.
        """
        deadline = time.monotonic() + timeout
        while True:
            running = self.running
            if callable(ready):
                found = ready()
            else:
                output = self.output
                match = re.search(ready, output[: output.rfind("\n") + 1])
                found = match and (match[1] if match.re.groups else True)
            if found:
                self.port = self.port if found is True else int(found)
                return self.port
            if not running:
                raise ChildError(f"{self.name} {ending(self.exit_code)} before it was ready{self.last_words()}")
            if time.monotonic() > deadline:
                self.stop(grace=0)
                raise ChildError(f"{self.name} was not ready within {timeout:g} s{self.last_words()}")
            with self._news:
                self._news.wait(0.02)

    def last_words(self):
        """The end of a message: its last lines of output, and what the machine may lack, or that there are none."""
        lines = self.output.rstrip().splitlines()[-20:]
        if lines:
            kind, _, message = lines[-1].partition(": ")
            lines += filter(None, [lacking(kind, message, self.output)])
        return "\n".join([". Its last output:", *lines]) if lines else "; it printed nothing."

    def send(self, *message):
        """Send a message, of what marshal can write, to a child whose `stdin` was left open.

        Raises
        ------
        OSError
            If it has ended.
        ValueError
            If marshal cannot write the message.
        """
        data = marshal.dumps(message)
        try:
            self._write(data)
        except ValueError:  # closed at its end
            raise BrokenPipeError(f"{self.name} {ending(self._process.returncode)}") from None

    def bound_memory(self):
        """From now on, look once a second whether it takes more than `most_memory`; stop it then, and print why."""
        threading.Thread(target=self._watch_memory, daemon=True).start()

    def interrupt(self):
        """Send SIGINT, as Ctrl-C does, to its whole process group (on Windows, Ctrl-Break)."""
        self._signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def freeze(self):
        """Stop its whole group in its tracks (SIGSTOP): it is there, and does nothing, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self):
        """Let its group go on where it was (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def stop(self, grace=2):
        """Ask the whole group to end (SIGTERM), and kill after `grace` seconds what is left; at once, if that is 0."""
        if self._owner != os.getpid():
            return  # a forked copy of the owner
        self._stopped = self._stopped or self.running
        if self.running and grace > 0:
            self._signal(signal.SIGTERM)
            self._ended.wait(grace)
        if self.running:
            with self._signalling:
                if not self._reaped:
                    guardian.kill_group(self.pid)
            self._ended.wait(LATE)

    def _signal(self, number):
        with self._signalling:
            if self._reaped:
                return  # the id may already be another process's
            if os.name == "nt":
                self._process.send_signal(number)
            else:
                with suppress(ProcessLookupError, PermissionError):  # as in guardian.kill_group
                    os.killpg(self.pid, number)

    def _start(self, args, environment, cwd, stdin, on_message):
        reports = ReportPipe() if on_message else None
        try:
            self._process = subprocess.Popen(
                [*args, reports.number] if reports else args,
                bufsize=0,
                stdin=subprocess.DEVNULL if stdin == b"" else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
                start_new_session=os.name != "nt",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                **(reports.inherit if reports else {}),
            )
        except OSError as error:
            raise ChildError(f"{self.name} cannot be started: {error}") from error
        finally:
            if reports:
                reports.close_child_end()
        self.pid = self._process.pid
        belongings.entrust("group", self.pid)
        _children.add(self)
        self._pump = Pump(self._process.stdout, self._keep)
        self._pump.start()
        if reports:
            self._reader = threading.Thread(target=self._read_messages, args=(reports, on_message), daemon=True)
            self._reader.start()
        self._waiter.start()

    def _feed(self, data):
        try:
            self._write(data)
            self._process.stdin.close()
        except (OSError, ValueError):
            pass  # it ended, or wants no input: its own output says why

    def _write(self, data):
        with self._signalling:  # or it may be closed at its end, and the number soon be that of somebody else's file
            own = os.dup(self._process.stdin.fileno())
        try:
            write(own, data)
        finally:
            os.close(own)

    def _read_messages(self, reports, on_message):
        for message in reports.messages():
            self._pump.catch_up()  # what was written before it is heard before it
            on_message(message)
        self._pump.catch_up()
        on_message(None)

    def _keep(self, text):
        with self._news:
            self._output.append(text)
            self._output_length += len(text)
            while (excess := self._output_length - KEPT_OUTPUT) > 0:
                first = self._output.popleft()
                if len(first) > excess:
                    self._output.appendleft(first[excess:])
                self._output_length -= min(len(first), excess)
            self._news.notify_all()
        if self._on_output:
            self._on_output(text)

    def _watch_memory(self):
        while not self._ended.wait(1):
            if memory_of(self.pid) > most_memory():
                why = f"{self.name} was stopped: {too_much()}\n"
                print(why, end="", flush=True)
                self._keep(why)  # before its end, after which others look for its last words
                self.stop(grace=0)

    def _reap(self):
        """Kill what is left of the group, and take the exit code."""
        with self._signalling:
            if self._reaped:
                return
            guardian.kill_group(self.pid)
            belongings.release("group", self.pid)
            self._process.wait()
            self._reaped = True
            if self._process.stdin:
                self._process.stdin.close()

    def _await_end(self):
        if hasattr(os, "waitid"):  # while it is not reaped, its id cannot be another process's
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()
        self._reap()
        self._pump.catch_up(at_the_end=True)
        if self._reader:  # which may have waited for the pump
            join(self._reader, 0.5)  # not for ever: a descendant that left the group may hold the pipe
        _children.discard(self)
        self.exit_code = self._process.returncode
        self._ended.set()
        with self._news:
            self._news.notify_all()
        if self._on_output:
            self._on_output("")


def ending(exit_code):
    """How a process ended, in words that follow its name."""
    if exit_code < 0:
        names = {int(each): each.name for each in signal.Signals}
        return f"was killed by {names.get(-exit_code, f'signal {-exit_code}')}"
    return f"ended with exit code {exit_code}"


def listens(port):
    """Whether a server accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@atexit.register
def _stop_all():
    children = list(_children)
    for child in children:
        child._signal(signal.SIGTERM)
    deadline = time.monotonic() + 2
    for child in children:
        child.wait(max(0, deadline - time.monotonic()))
        child.stop(grace=0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_children.clear)  # a forked copy of the owner owns nothing
