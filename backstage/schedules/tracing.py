"""Tells a stage each line and each instruction of the reader's own code that one of its workers is about to run.

From Python 3.12 on that is done by `sys.monitoring`, before by a trace function. (`sys.settrace` exists there as well,
but in the first 3.12 a thread without a trace function crashes while others follow instructions.) Library code, and
the course's own, is not looked into.
"""

import os
import sys
import sysconfig
from pathlib import Path

from backstage.schedules.steered import here

_COURSE = str(Path(__file__).parents[2])
_FOLDERS = {
    *sysconfig.get_paths().values(),
    sys.prefix,
    *(os.path.join(_COURSE, room) for room in ("backstage", "helpers", "exercises", "minibroker")),
}
_LIBRARIES = tuple(os.path.join(path, "") for each in _FOLDERS for path in {each, os.path.realpath(each)})


def is_readers(code, names):
    """Whether this is the reader's own code, not a library's; what was made of text is theirs if `__main__` made it."""
    if code.co_filename.startswith(_LIBRARIES):
        return False
    return not code.co_filename.startswith("<") or names.get("__name__") == "__main__"


class _TraceFunction:
    """For Python 3.10 and 3.11. Each worker's thread has to `attach`, and to `detach` in the end."""

    def open(self):
        self._known = {}  # by identity of a code object: whether it is the reader's, and the object, to keep it alive

    def close(self):
        self._known = {}

    def detach(self):
        sys.settrace(None)

    def attach(self):
        worker = here()
        stage = worker.stage
        if len(self._known) > 5_000:  # of code that was made for one run alone
            self._known = {}

        def on_event(frame, event, argument):
            if event == "opcode":
                if stage.on_instruction(worker, frame.f_code, frame.f_lasti, frame):
                    # When this returns, Python writes the frame's names back as they were when it was called; by then
                    # another worker may have given them other values. To ask for them is to read them anew.
                    frame.f_locals  # noqa: B018
            elif event == "line":
                stage.on_line(worker, frame.f_code, frame.f_lineno)
            return on_event

        known = self._known

        def on_call(frame, event, argument):
            code = frame.f_code
            theirs = known.get(id(code))
            if theirs is None:
                theirs = known[id(code)] = (is_readers(code, frame.f_globals), code)
            if not theirs[0]:
                return None
            stage.on_call(worker)
            frame.f_trace_opcodes = True
            return on_event

        sys.settrace(on_call)


class _Monitoring:
    """For Python 3.12 and later; one for all threads."""

    def attach(self):
        pass

    detach = attach

    def open(self):
        monitoring = sys.monitoring
        events = monitoring.events
        self._tool = next(number for number in (4, 3, 5, 2, 1) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(self._tool, "schedules")
        for event, function in [
            (events.PY_START, self._on_start),
            (events.LINE, self._on_line),
            (events.INSTRUCTION, self._on_instruction),
        ]:
            monitoring.register_callback(self._tool, event, function)
        monitoring.set_events(self._tool, events.PY_START)

    def close(self):
        sys.monitoring.set_events(self._tool, 0)
        for event in (sys.monitoring.events.PY_START, sys.monitoring.events.LINE, sys.monitoring.events.INSTRUCTION):
            sys.monitoring.register_callback(self._tool, event, None)
        sys.monitoring.free_tool_id(self._tool)

    def _on_start(self, code, offset):
        if not is_readers(code, sys._getframe(1).f_globals):
            return sys.monitoring.DISABLE
        if worker := here():
            events = sys.monitoring.events
            sys.monitoring.set_local_events(self._tool, code, events.LINE | events.INSTRUCTION)
            worker.stage.on_call(worker)
        return None

    def _on_line(self, code, line):
        if worker := here():
            worker.stage.on_line(worker, code, line)

    def _on_instruction(self, code, offset):
        if worker := here():
            worker.stage.on_instruction(worker, code, offset, sys._getframe(1))


Watch = _Monitoring if sys.version_info >= (3, 12) else _TraceFunction
