"""The notebook's side of `%%isolated`: a cell runs in a fresh Python process, where it can harm nobody.

The kernel compiles the cell, packs the variables it is given, and starts a bare Python that reads all of it from its
standard input, after the code of `helpers.cell`. That runs the cell there and reports: "ready", a value, a refusal, an
error. Here the output is shown as it comes, and the reports become values, or an exception that looks like the cell's
own. `helpers.magic` is how IPython calls this.
"""

import marshal
import math
import os
import pickle
import sys
import threading
import time
from importlib.machinery import SourceFileLoader

from backstage import asked
from backstage.kernel import advised
from backstage.pictures import BACKEND, hand_over, show_piece
from backstage.processes import LATE, MOST_OUTPUT, Child, Pieces, ending, too_much
from helpers import cell
from helpers.cell import describe, pack

_BOOTSTRAP = """
import marshal, sys
code, job = marshal.load(sys.stdin.buffer)
cell = sys.modules["helpers.cell"] = type(sys)("helpers.cell")
cell.__file__ = code.co_filename
exec(code, cell.__dict__)
cell.main(job)
"""
_CELL = SourceFileLoader(cell.__name__, cell.__file__).get_code(cell.__name__)
PATIENCE = 0.5  # seconds that a cell has for its last words when it is interrupted; then it is killed


class _Failure:
    def __init__(self, message, *, text=None, values=None):
        super().__init__(message)
        self.text = text or f"{type(self).__name__}: {message}".rstrip(": ")
        self.values = values or {}

    def _render_traceback_(self):  # what IPython shows in place of its own account
        return self.text.splitlines()


class IsolatedError(_Failure, Exception):
    """A cell that failed. Raised as a subclass that bears the name of the cell's own exception, if it had one.

    Attributes
    ----------
    values : dict of str to object
        The values that came back all the same.
    text : str
        The traceback, as the cell's process wrote it.
    """


class _Interrupted(_Failure, KeyboardInterrupt):
    pass


def run_isolated(
    source, inputs=None, outputs=(), *, gevent=False, timeout=None, label="isolated cell", hear=None, judged=False
):
    """Run `source` in a fresh Python process as its `__main__`, and write its output as it comes.

    Parameters
    ----------
    source : str
        Python code.
    inputs : mapping of str to object, optional
        Values that it finds under their names; whatever pickle can send.
    outputs : iterable of str
        Names of values to bring back.
    gevent : bool
        Run `monkey.patch_all()` first.
    timeout : float, optional
        Seconds that it may take; for ever by default.
    label : str
        What tracebacks call the source.
    hear : callable, optional
        Called with each piece of output, which is then not written, as `Pieces.drain` says.
    judged : bool
        Whether it is an answer: `timeout` counts only what a busy machine leaves it, as `Pieces.drain` says, and it
        ends after its last line, whatever threads it has left. A program goes on until they have ended.

    Returns
    -------
    dict of str to object
        The outputs.

    Raises
    ------
    IsolatedError
        If it failed, wrote more than MOST_OUTPUT, took more than half of the memory, or a value cannot be sent or
        brought back; see there.
    KeyboardInterrupt
        If this process was interrupted; so was the cell.
    """
    pieces, hear = Pieces(math.inf if hear else MOST_OUTPUT), hear or show_piece
    cell = None
    try:
        cell = _Cell(source, inputs, outputs, gevent=gevent, label=label, linger=not judged, on_output=pieces.put)
        if kind := pieces.drain(hear, timeout, cell.child.pid, judged and cell.child.pid):
            why = f": {too_much()}" if kind == "MemoryError" else f" after {timeout:g} s"
            patience = PATIENCE if kind == "MemoryError" else 4 * PATIENCE
            where, message = _interrupt(cell, pieces, hear, patience), f"the cell was stopped{why}"
            raise _error(kind, message, text=where and f"{where}\n{kind}: {message}")
        if pieces.overflowed:
            raise IsolatedError(f"the cell was stopped: it wrote more than {MOST_OUTPUT:,} characters")
    except KeyboardInterrupt:
        raise interrupted(cell and _interrupt(cell, pieces, hear)) from None
    finally:
        if cell:
            cell.child.stop(grace=0)
    return cell.result(outputs)


def start_isolated(source, inputs=None, *, name="server", gevent=False, timeout=20, label="isolated cell"):
    """Start `source` in a fresh Python process, and wait until it has called `helpers.ready`.

    Parameters
    ----------
    source, inputs, gevent, label
        As for `run_isolated`.
    name : str
        What its representation calls it.
    timeout : float
        Seconds that it may take to get ready.

    Returns
    -------
    backstage.processes.Child
        The process, with the `port` that it named.

    Raises
    ------
    IsolatedError, ChildError, TypeError, ValueError
        If it ended before it was ready, took longer, cannot start, or was given nonsense; nothing of it is left then.
    """
    timeout, name, cell = asked.seconds("timeout", timeout), asked.written("name", name), None
    try:
        cell = _Cell(source, inputs, (), gevent=gevent, label=label, background=True)
        cell.child.name = f"background cell {name}"
        cell.child.bound_memory()
        deadline = time.monotonic() + timeout
        while not cell.ready.wait(0.05):
            if not cell.child.running:
                cell.told_all.wait(LATE)
                if cell.ready.is_set():
                    break
                if cell.error:
                    cell.result(())
                raise IsolatedError(
                    f"the cell {ending(cell.child.exit_code)} before it called ready(){cell.child.last_words()}"
                )
            if time.monotonic() > deadline:
                cell.child.stop(grace=0)  # so that its last words are there
                raise _error("TimeoutError", f"no call of ready() within {timeout:g} s{cell.child.last_words()}")
    except KeyboardInterrupt:
        raise interrupted() from None
    finally:
        if cell and not cell.ready.is_set():
            cell.child.stop(grace=0)
    cell.child.port = cell.port
    return cell.child


class _Cell:
    """One cell in its process, and what that has reported so far, from another thread."""

    def __init__(self, source, inputs, outputs, *, gevent, label, background=False, linger=True, on_output=None):
        job = {
            "source": source,
            "code": _compiled(source, label),  # here, because the first `compile` of a process takes a millisecond
            "label": label,
            "gevent": asked.whether("gevent", gevent),
            "background": background,
            "linger": linger,
            "inputs": _packed(inputs),
            "outputs": list(outputs),
        }
        self.port = self.error = None  # the latter: name, message and traceback of the exception that ended it
        self.ready, self.told_all = threading.Event(), threading.Event()  # the latter: no more reports will come
        self.packed, self.refused = {}, {}
        self.child = Child(
            [sys.executable, "-c", _BOOTSTRAP],
            name="the cell",
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "MPLBACKEND": BACKEND},
            stdin=marshal.dumps((_CELL, job)),
            on_output=on_output,
            on_message=hand_over(on_output, self._hear),
        )

    def _hear(self, message):
        if message is None:
            self.told_all.set()
            return
        kind, *details = message
        if kind == "ready":
            [self.port] = details
            self.ready.set()
        elif kind == "error":
            self.error = advised(*details)
        else:
            name, value_or_reason = details
            (self.packed if kind == "value" else self.refused)[name] = value_or_reason

    def result(self, outputs):
        """Return the values of the ended cell, or raise what went wrong."""
        self.told_all.wait(LATE)
        values = {}
        for name, packed in self.packed.items():
            try:
                values[name] = pickle.loads(packed)
            except Exception as error:
                self.refused[name] = f"it cannot be opened here: {error}"
        if self.error:
            name, message, text = self.error
            raise _error(name, message, text=text, values=values)
        if self.child.exit_code:
            raise IsolatedError(f"the cell {ending(self.child.exit_code)}", values=values)
        for name in set(outputs) - set(values) - set(self.refused):
            self.refused[name] = "the cell ended before it could be sent"
        if self.refused:
            raise IsolatedError(refusal("did not come back", self.refused), values=values)
        return values


def _interrupt(cell, pieces, hear, patience=None):
    """End the cell as Ctrl-C does, or kill it after some seconds of its own; return its traceback, if it wrote one."""
    try:
        cell.child.interrupt()
        pieces.drain(hear, patience or PATIENCE, own_time=cell.child.pid)
    finally:
        cell.child.stop(grace=0)
    pieces.drain(hear, LATE)
    cell.told_all.wait(LATE)
    return cell.error and cell.error[2]


def _compiled(source, label):
    try:
        return compile(asked.text("source", source), asked.text("label", label), "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError) as error:  # ValueError: a NUL in it
        if getattr(error, "lineno", None) and error.text is None:  # found after parsing: `return` outside a function
            error.text = source.splitlines()[error.lineno - 1]
        message, text = describe(error, label)
        raise _error(type(error).__name__, message, text=text) from None


def _packed(inputs):
    packed, refused = {}, {}
    for name, value in asked.variables("inputs", inputs).items():
        try:
            packed[name] = pack(value, "the notebook")
        except Exception as error:
            refused[name] = str(error)
            if "defined in the notebook" in refused[name]:
                refused[name] += " (define it in the cell, or import it from a module)"
    if refused:
        raise IsolatedError(refusal("cannot be sent to the cell", refused))
    return packed


def refusal(verdict, reasons):
    """One sentence that names each value with the reason why it `verdict`."""
    return "; ".join(f"`{name}` {verdict}: {reason}" for name, reason in sorted(reasons.items()))


def interrupted(text=None):
    """A KeyboardInterrupt that shows the cell's traceback, if there is one, and none of the lines of these helpers."""
    return _error("KeyboardInterrupt", "", text=text)


def _error(name, message, **details):
    base = _Interrupted if name == "KeyboardInterrupt" else IsolatedError
    return type(name, (base,), {"__module__": __name__})(message, **details)
