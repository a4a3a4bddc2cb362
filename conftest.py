"""A cell that nbval lets pass although it should not: fail it here.

nbval 0.11 passes a cell that ran out of time and could not be interrupted with an error, does not compare a
cell that was stored without having been run, and does not look at what else goes to stderr: a traceback of
a thread, a greenlet or a task, a warning about a coroutine that nobody awaited, a magic that does not exist.

Also, who runs what: a notebook, or a module of tests, belongs to one worker, and what takes long starts first.
"""

import os
import re
import time
from contextlib import suppress
from queue import Empty

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from backstage.pages import without_live
from tests.brokers import installed_rabbitmq

NEEDS_NODES = "= start_cluster()"  # in a notebook that does nothing much without RabbitMQ itself
SHELL_LINE = re.compile(r"^\s*!", re.MULTILINE)
# What an Output widget takes is in the widget and not in the cell's output; an error counts all the same.
SHOWN_IN_A_WIDGET = {"stream", "display_data", "execute_result", "clear_output"}
ANSWER_LIMIT = 60  # seconds for a kernel that is idle, or was interrupted, to answer; it takes some milliseconds
# What takes long, the longest first, by how a unit's name begins; see `unit_of`.
LONG = [
    "tests/test_both_brokers.py",
    "tests/test_minibroker_and_rabbitmq.py",
    "notebooks/20",
    "notebooks/17",
    "tests/test_start_methods.py",
    "notebooks/",
    "tests/test_exercises.py::18",
    "tests/test_exercises.py::17",
    "tests/test_exercises.py::11",
    "tests/test_guard.py",
    "tests/test_isolated.py",
    "tests/test_broker.py",
    "tests/test_sockets.py",
    "tests/test_browser",
    "tests/test_watching.py",
    "minibroker/tests/",
    "tests/test_exercises.py",
]
APART = ["tests/test_both_brokers.py", "tests/test_start_methods.py", "tests/test_watching.py"]


class ListeningFile(IPyNbFile):
    """A notebook that keeps what any cell, the current one or an earlier one, writes to stderr.

    It also leaves out of a cell's output, as a notebook's page does, what a widget has taken for itself; and, as the
    stored outputs do, what only a living page shows: drawings that follow its theme, cards. A plot's picture, which
    never comes out the same twice, nbval does not compare; of one that is missing, the line of text is missing too.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stderr = []
        self.capturing_widget = None
        self.replaceable = {}  # what was shown under a name, and may be shown anew
        self.last_moment = None

    @property
    def needs_nodes(self):
        return any(NEEDS_NODES in cell.source for cell in self.nb.cells if cell.cell_type == "code")

    def setup(self):
        """Start the kernel, on the embedded broker unless COURSE_BROKER says otherwise: the stored outputs are its.

        A kernel dies at once if one of its ports, chosen just before it started, has gone to somebody else meanwhile.
        """
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURSE_BROKER", os.environ.get("COURSE_BROKER", "embedded"))
            with suppress(RuntimeError):
                return super().setup()
            super().setup()

    def get_kernel_message(self, timeout=None, stream="iopub"):
        while True:
            if self.timed_out:
                self.last_moment = self.last_moment or time.monotonic() + ANSWER_LIMIT
                if time.monotonic() > self.last_moment:
                    raise Empty  # or nbval would listen for ever to a cell that talks on
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stderr":
                self.stderr.append(content["text"])
            if kind == "comm_msg":
                self.note_capture(content)
            if kind in ("display_data", "update_display_data", "execute_result"):
                content["data"] = nbformat.from_dict(content["data"])  # nbval would copy what is of another kind
                without_live(content["data"])
                if name := content.get("transient", {}).get("display_id"):
                    shown = self.replaceable.setdefault(name, content["data"])  # nbval holds it, and compares it later
                    if shown is not content["data"]:
                        shown.clear()
                        shown.update(content["data"])
            if not self.capturing_widget or kind not in SHOWN_IN_A_WIDGET:
                return message

    def note_capture(self, content):
        """Note when an Output widget, as in interact(), begins and ends to take what the cell shows."""
        state = content["data"].get("state", {})
        if state.get("msg_id"):
            self.capturing_widget = content["comm_id"]
        elif "msg_id" in state and content["comm_id"] == self.capturing_widget:
            self.capturing_widget = None

    def take_stderr(self):
        text, self.stderr = "".join(self.stderr), []
        return text

    def ask_kernel(self, statement="", expression="None"):
        """Run `statement` unseen, return the text of `expression`; stderr that it sets free is kept."""
        client = self.kernel.kc
        question = client.execute(statement, silent=True, user_expressions={"answer": expression})
        while True:
            reply = client.get_shell_msg(timeout=ANSWER_LIMIT)
            if reply["parent_header"].get("msg_id") == question:
                break
        while True:
            message = self.get_kernel_message(timeout=ANSWER_LIMIT)
            if (
                message["parent_header"].get("msg_id") == question
                and message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
            ):
                break
        return reply["content"]["user_expressions"]["answer"]["data"]["text/plain"]


def pytest_configure(config):
    # Nobody's guesses and exercises, and nothing of the tests in the memory of whoever runs them.
    os.environ["COURSE_MEMORY"] = os.devnull
    # The first import of pyplot builds a cache of fonts, and says so on stderr when that takes long: in a
    # cell of some notebook, unless it is done here.
    if not hasattr(config, "workerinput"):
        import matplotlib.font_manager  # noqa: F401


def unit_of(nodeid):
    """What one worker runs as a whole: a notebook, a module of tests, a chapter's exercises, a single slow test."""
    module = nodeid.partition("::")[0]
    if module in APART:
        return nodeid
    chapter = module == "tests/test_exercises.py" and re.search(r"\[(\d\d)\.", nodeid)
    return f"{module}::{chapter[1]}" if chapter else module


def pytest_collection_modifyitems(items):
    def rank(item):
        unit = unit_of(item.nodeid)
        return next((place for place, name in enumerate(LONG) if unit.startswith(name)), len(LONG))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Three for each core, for much of what is tested is a wait; each takes some 200 MB."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(3 * cores, 8)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        """Units of work, as `unit_of` says; a test that has cost one worker its life is not given to another."""

        crashed = frozenset()

        def _split_scope(self, nodeid):
            return unit_of(nodeid)

        def remove_node(self, node):
            todo = (each for unit in self.assigned_work[node].values() for each, done in unit.items() if not done)
            self.crashed |= {next(todo, None)}
            return super().remove_node(node)

        def _assign_work_unit(self, node):
            for scope, unit in [*self.workqueue.items()]:
                unit.update(dict.fromkeys(unit.keys() & self.crashed, True))
                if all(unit.values()):
                    del self.workqueue[scope]
            if self.workqueue:
                super()._assign_work_unit(node)
            else:
                node.shutdown()

    config.option.loadscopereorder = False  # it would begin with what has many tests
    return ByUnit(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(parent):
    collected = yield
    return [ListeningFile.from_parent(parent, path=one.path) if type(one) is IPyNbFile else one for one in collected]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip, and say so, what would pass without having shown anything; fail if RabbitMQ was asked for."""
    if isinstance(item, IPyNbCell) and item.parent.needs_nodes:
        try:
            installed_rabbitmq()
        except pytest.skip.Exception:
            item.user_properties.append(("broker", f"{item.path.name} was skipped: RabbitMQ is not installed"))
            raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if not isinstance(item, IPyNbCell):
        return (yield)
    result = yield
    complaint = find_fault(item)
    if complaint:
        item.raise_cell_error(complaint)
    if "= start_broker()" in item.cell.source:
        kind = item.parent.ask_kernel(expression="broker.kind").strip("'")
        item.user_properties.append(("broker", f"{item.path.name} ran on: {kind}"))
    return result


def pytest_terminal_summary(terminalreporter):
    """Say on which brokers the chapters on message queues have run, and which have not for want of one."""
    outcomes = ("passed", "failed", "skipped")
    reports = [each for outcome in outcomes for each in terminalreporter.getreports(outcome)]
    for line in sorted({value for report in reports for name, value in report.user_properties if name == "broker"}):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """Once more after the last cell, for a coroutine or a task complains only when it is collected."""
    complaint = None
    last = isinstance(item, IPyNbCell) and (nextitem is None or nextitem.parent is not item.parent)
    if last and item.parent.kernel and not item.parent.timed_out and item.parent.kernel.is_alive():
        item.parent.ask_kernel("import gc; gc.collect()")
        complaint = complain_of_stderr(item)
    yield
    if complaint:
        item.raise_cell_error(complaint)


def find_fault(item):
    """Say in one sentence why a cell that nbval is content with fails all the same, or return None."""
    tags = item.cell.metadata.get("tags", [])
    if item.parent.timed_out:
        return "The cell ran out of time and shrugged off the interrupt: give what it waits for a time-out."
    if item.cell.execution_count is None and item.cell.source.strip():
        return "The cell is stored without having been run, so nothing was compared: run `make refresh`."
    if "raises-exception" in tags and not any(out.output_type == "error" for out in item.test_outputs):
        return "The cell is tagged raises-exception and raised nothing: remove the tag or mend the cell."
    if SHELL_LINE.search(item.cell.source):
        exit_code = item.parent.ask_kernel(expression="_exit_code")
        if exit_code != "0":
            return f"The cell's last shell command ended with exit code {exit_code}."
    if not item.options["check"] and "raises-exception" not in tags:
        printed = "".join(out.text for out in item.test_outputs if out.output_type == "stream")
        if "Traceback (most recent call last)" in printed and "shows-stderr" not in tags:
            return f"The cell, whose output is not compared, printed a traceback:\n{printed}"
    return complain_of_stderr(item)


def complain_of_stderr(item):
    text = item.parent.take_stderr()
    if text and "shows-stderr" not in item.cell.metadata.get("tags", []):
        return f"Something went to stderr, and the cell has no tag shows-stderr that expects it:\n{text}"
    return None
