"""The child's side of `%%isolated`: runs one job as `__main__` and reports through a pipe.

A bare Python starts in a few milliseconds, and a cell should not take much longer. So this file imports next to nothing
before the cell runs, and is not even imported itself: `helpers.isolated` sends it, compiled, ahead of the job. For the
same reason it has its own few lines for what `backstage.processes.messages` does elsewhere: to report to the owner.
"""

import builtins
import marshal
import os
import sys
from _thread import allocate_lock
from io import BytesIO, StringIO

_PYTHONS_OWN = {"__annotations__", "__builtins__", "__doc__", "__loader__", "__name__", "__package__", "__spec__"}
_report = None  # descriptor of the pipe to the notebook, as in backstage.processes.messages
_sending = allocate_lock()  # a pipe takes a large message in pieces, and those of another thread might come between
_background = False
_print = print


def ready(port=None):
    """Tell the notebook that this background cell is ready.

    Parameters
    ----------
    port : int, optional
        Where it listens: the `port` of the cell in the notebook.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        If `port` is no port, or this is not a cell that was started by `%%isolated --background NAME`.
    """
    if not (_background and _report):
        raise RuntimeError("ready() works only in a cell that starts with %%isolated --background NAME.")
    from backstage.asked import count  # not before it is needed

    _send("ready", port if port is None else count("port", port, 1, 65_535))


def pack(value, place):
    """Pickle a value for another process; `place` is what an error calls this one.

    Raises
    ------
    TypeError
        If it depends on a function or class defined here, or is tied to its process, as locks and open files are.
    """
    from _pickle import Pickler  # lighter than `pickle`, yet half as heavy as Python itself: not before it is needed

    class Packer(Pickler):
        def reducer_override(self, item):
            module = getattr(item, "__module__", None)
            if module == "__main__" and (isinstance(item, type) or hasattr(item, "__code__")):
                kind = "class" if isinstance(item, type) else "function"
                if item is value:
                    raise TypeError(f"it is a {kind} defined in {place}")
                whose = "is an instance of" if isinstance(value, item if kind == "class" else ()) else "refers to"
                raise TypeError(f"it {whose} {item.__qualname__}, a {kind} defined in {place}")
            return NotImplemented

    packed = BytesIO()
    Packer(packed, protocol=5).dump(value)
    return packed.getvalue()


def main(job):
    """Run the job, the dict that `helpers.isolated` makes; `sys.argv` is `-c` and the number of the pipe."""
    global _report, _background
    import _signal  # `signal` would import enum

    _signal.signal(_signal.SIGINT, _signal.default_int_handler)  # it may have been inherited as ignored
    _report = int(sys.argv[1])
    if os.name == "nt":
        import msvcrt

        _signal.signal(_signal.SIGBREAK, _signal.default_int_handler)
        _report = msvcrt.open_osfhandle(_report, os.O_WRONLY)
    os.set_inheritable(_report, False)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_leave_to_parent)
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    if (root := os.path.dirname(os.path.dirname(__file__))) not in sys.path:
        sys.path.append(root)
    sys.argv = [job["label"]]
    _background = job["background"]
    builtins.print = _print_at_once
    names = sys.modules["__main__"].__dict__
    for name in names.keys() - _PYTHONS_OWN:
        del names[name]
    names["__loader__"] = _Source(job["source"])
    try:
        if job["gevent"]:
            from gevent import monkey

            monkey.patch_all()
            from gevent.hub import Hub

            Hub.NOT_ERROR += (KeyboardInterrupt,)  # it is reported once, by the cell, not by the hub as well
        _unpack(job["inputs"], names)
        if "multiprocessing" in job["source"]:
            from backstage import kernel

            kernel.guard_pools()
        exec(job["code"], names)
        _send_back(job["outputs"], names)
        if not job["linger"]:
            os._exit(0)
    except SystemExit:
        _send_back(job["outputs"], names)
        raise
    except BaseException as error:
        message, text = describe(error, job["label"])
        _send("error", type(error).__name__, message, text)
        if _background or _report is None:
            sys.stderr.write(text)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


class _Source:
    """The loader of `__main__`: hands its source to linecache, hence to every traceback."""

    def __init__(self, source):
        self.get_source = lambda name: source


def _print_at_once(*values, file=None, flush=False, **layout):
    """As `print`, but in one write, so that lines of threads and processes are never run together."""
    text = StringIO()
    _print(*values, file=text, **layout)
    _print(text.getvalue(), end="", file=file, flush=flush)


def _unpack(inputs, names):
    if inputs:
        from _pickle import loads
    for name, packed in inputs.items():
        try:
            names[name] = loads(packed)
        except Exception as error:
            raise ValueError(f"{name} cannot be opened in the cell: {error}") from None


def _send_back(outputs, names):
    for name in outputs:
        if name not in names:
            _send("refused", name, "the cell did not set it")
            continue
        try:
            _send("value", name, pack(names[name], "the cell"))
        except Exception as error:
            _send("refused", name, str(error))


def describe(error, label):
    """Return an exception's message and its traceback without the lines of libraries, as text."""
    import traceback

    libraries = tuple(os.path.join(folder, "") for folder in (sys.prefix, sys.base_prefix, os.path.dirname(__file__)))

    def ours(line):
        file = line.filename  # compiled libraries name files that are not there: src/gevent/…
        return file == label or (os.path.isabs(file) and not file.startswith(libraries))

    whole = traceback.TracebackException.from_exception(error)
    parts = [whole]
    while parts:
        part = parts.pop()
        part.stack[:] = filter(ours, part.stack)
        parts += filter(None, [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())])
    return str(whole), "".join(whole.format())


def _send(*message):
    if _report is not None:  # a forked copy asks for no lock, which a thread that it lacks may hold
        view = memoryview(marshal.dumps(message))
        with _sending:
            while view:
                view = view[os.write(_report, view) :]
    return _report is not None


def _leave_to_parent():
    """A forked copy of the cell's process must not report, or keep the pipe open."""
    global _report
    if _report is not None:  # a copy of a copy has left already
        os.close(_report)
    _report = None
