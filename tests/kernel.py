"""A real Jupyter kernel for tests: run cells in it and see what a notebook would show."""

import os
import queue
import random
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from jupyter_client.manager import KernelManager


class CellResult:
    """What a cell showed: `text` (streams and displays in order), `html`, `ename`, `evalue`, `traceback`; `seconds`."""

    def __init__(self):
        self.text = self.html = ""
        self.ename = self.evalue = None
        self.traceback = ""
        self.seconds = 0.0


class Kernel:
    """A fresh ipykernel that has run `before` and `%load_ext helpers`; a context manager that leaves nothing behind."""

    def __init__(self, before=""):
        self.before = before
        self.home = tempfile.mkdtemp(prefix="kernel-test-")
        self.environment = {**os.environ, "IPYTHONDIR": self.home, "TMPDIR": self.home, "TEMP": self.home}
        self.environment.pop("PYTHONUNBUFFERED", None)  # a learner's machine has it not
        self._start()

    def _start(self):
        for last in (False, False, True):
            file = Path(self.home, f"kernel-{time.monotonic_ns()}.json")
            self.manager = KernelManager(kernel_name="python3", connection_file=str(file))
            self.manager.start_kernel(env=self.environment, cwd=self.home)
            try:
                self._connect()
                break
            except RuntimeError:  # it died at once: one of its ports, chosen just before, has gone to somebody else
                self._let_go()
                if last:
                    raise

    def _let_go(self):
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def _connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)
        assert self.run(f"{self.before}\n%load_ext helpers").ename is None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._let_go()
        # The guardian is still tidying up in there.
        eventually(lambda: not shutil.rmtree(self.home, ignore_errors=True) and not os.path.exists(self.home))

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def start(self, code):
        """Send a cell without waiting; `follow` yields what it shows."""
        return self.client.execute(code, allow_stdin=False, stop_on_error=False)

    def follow(self, cell_id, timeout=240):
        """Yield (kind, content) of each message of this cell until it has ended."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"the cell did not end within {timeout} s") from None
            if message["parent_header"].get("msg_id") != cell_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return
            yield kind, content

    def collect(self, cell_id, timeout=240):
        """Wait for the end of a cell; return its CellResult."""
        result, start = CellResult(), time.monotonic()
        for kind, content in self.follow(cell_id, timeout):
            if kind == "stream":
                result.text += content["text"]
            elif kind in ("execute_result", "display_data", "update_display_data"):
                result.text += content["data"].get("text/plain", "")
                result.html += content["data"].get("text/html", "")
            elif kind == "error":
                result.ename, result.evalue = content["ename"], content["evalue"]
                result.traceback = "\n".join(content["traceback"])
        result.seconds = time.monotonic() - start
        return result

    def run(self, code, timeout=240):
        """Run a cell to its end."""
        return self.collect(self.start(code), timeout)

    def run_until(self, code, text, timeout=240):
        """Run a cell until it has shown `text`; return its id."""
        cell_id, shown = self.start(code), ""
        for kind, content in self.follow(cell_id, timeout):
            shown += content.get("text", "") if kind == "stream" else ""
            if text in shown:
                return cell_id
        raise AssertionError(f"the cell ended without showing {text!r}: {shown!r}")

    def interrupt(self):
        self.manager.interrupt_kernel()

    def kill(self):
        """SIGKILL, for the kernel's process alone."""
        psutil.Process(self.pid).kill()

    def restart(self):
        self.client.stop_channels()
        self.manager.restart_kernel()
        try:
            self._connect()
        except RuntimeError:  # it died at once: while there was none, one of its ports has gone to somebody else
            self._let_go()
            self._start()


def eventually(condition, timeout=60):
    """Whether `condition()` comes true within so many seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid):
    """Whether this process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def quiet_port():
    """A free port of 127.0.0.1, of those that systems give to nobody who asks for just any."""
    while True:
        port = random.randrange(10_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def guardian_of(pid):
    """The id of the guardian process that watches this owner."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(word.endswith("guardian.py") for word in words) and str(pid) in words:
            return process.pid
    raise AssertionError(f"process {pid} has no guardian")
