"""Programs in processes of their own: the broker under test, and clients that are to be killed.

A program is ready when a line of its output says so; that line may name the port where it listens. It is gone at the
end of its `with` block at the latest. Its two streams are one text, so that a test can look for what went wrong.
"""

import re
import signal
import subprocess
import sys
import threading
import time

import psutil

PATIENCE = 60  # seconds for a program to get ready


class Process:
    """A program that runs beside the tests.

    Parameters
    ----------
    *command : str
        The program and its arguments.
    ready : str
        A regular expression that its output matches when it is ready; its first group, if it has one, is the port.

    Attributes
    ----------
    pid : int
        Its process id.
    port : int or None
        Where it listens, if it said so.

    Raises
    ------
    RuntimeError
        If it ended before it was ready, or was not ready in time.
    """

    def __init__(self, *command, ready):
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.pid, self.port, self._lines = self._process.pid, None, []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._wait_ready(ready)
        except BaseException:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._process.terminate()
        if self.wait(5) is None:
            self.kill()

    @property
    def running(self):
        return self._process.poll() is None

    @property
    def output(self):
        """What it has written so far, in whole lines."""
        return "".join(self._lines)

    @property
    def rss(self):
        """Its resident memory in bytes."""
        return psutil.Process(self.pid).memory_info().rss

    def interrupt(self):
        """Send SIGINT, as Ctrl-C does (on Windows, Ctrl-Break)."""
        self._process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def kill(self):
        """End it at once, by SIGKILL where there is one."""
        self._process.kill()
        self.wait()

    def wait(self, timeout=None):
        """Wait for its end and the rest of its output.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most.

        Returns
        -------
        int or None
            Its exit code; None if it still runs.
        """
        try:
            exit_code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self._reader.join(5)
        return exit_code

    def _read(self):
        with self._process.stdout as pipe:
            for line in pipe:
                self._lines.append(line)

    def _wait_ready(self, ready):
        eventually(lambda: re.search(ready, self.output) or not self.running, PATIENCE)
        if not self.running:
            self.wait()
        match = re.search(ready, self.output)
        if not match:
            raise RuntimeError(f"{' '.join(self._process.args)} was not ready; it said:\n{self.output}")
        self.port = int(match[1]) if match.re.groups else None


def start_broker(*options):
    """Start the embedded broker.

    Parameters
    ----------
    *options : str
        More of its command line.

    Returns
    -------
    Process
        With the port that it took.
    """
    return Process(sys.executable, "-m", "minibroker", "--port", "0", *options, ready=r"port (\d+)\n")


def eventually(condition, seconds=60):
    """Return whether `condition()` comes true within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
