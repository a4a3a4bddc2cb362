"""A notebook's kernel as this course needs it: it cannot be silenced by a call, nor led astray by a shell's settings.

`monkey.patch_all()` pulls the library from under the kernel's own threads, and so does `monkey.patch_thread()`.
`asyncio.run` wants a thread without a loop, and the kernel's thread has one. A fresh process, as `spawn` and
`forkserver` start it, knows nothing of what a cell has defined, and a `Pool` replaces each worker that dies of it by
the next. Each of these calls is wrapped as soon as its module is there and ends in one sentence, in the kernel only:
copies of its process, and the cells of `%%isolated`, are left alone, but for a `Pool` that would wait for ever.
Variables that were set for other work are forgotten, for the kernel and all that it starts. What is missing since its
cell was skipped is an error that says so. A cell that asks, and that nobody answers, gives up; one that takes more and
more memory is interrupted, and one that writes without end is stopped. ■ ends the greenlets of its cell, too, and wakes
one that awaits; in the first second, while all is loaded, it is heard a moment later.
"""

import _thread
import builtins
import contextlib
import functools
import gc
import os
import re
import signal
import socket
import sys
import sysconfig
import threading
import traceback

from backstage.granted import lacking
from backstage.processes import MOST_OUTPUT
from backstage.processes.memory import memory_of, most_memory
from backstage.settings import forget_settings
from backstage.undisturbed import undisturbed

PATIENCE = 300  # seconds that `input` waits; whoever closes the page finds no box to type into on coming back

FREE = (
    "This Python was built without the GIL. gevent does not support that and turns the GIL on again, and some results"
    " of this course will differ: better start the course with a usual Python. Chapter 16 tries both."
)
ABOVE = "If a cell further up makes it, run that first: Run ▸ Run All Above Selected Cell."


class Trap(RuntimeError):
    """What was about to happen, and what to write instead; a notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [f"RuntimeError: {self}"]


def prepare():
    """Make this process such a kernel, if it is one; once is enough, and twice does no harm."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    if not hasattr(shell, "kernel") or any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    forget_settings(shell)
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        print(FREE, file=sys.stderr)
    with undisturbed():
        import matplotlib.pyplot  # noqa: F401  # of all that chapters import, what takes longest

        for name, kind in (("load_ext", "line"), ("writefile", "cell")):
            shell.find_magic(name, kind)  # or IPython loads it at first use, and interrupted there, never again
    stopped = (KeyboardInterrupt, sys.modules["asyncio"].CancelledError)  # as a cell that awaits is
    shell.set_custom_exc((NameError, ModuleNotFoundError, FileNotFoundError, *stopped), _show_what_happened)
    _follow_greenlets(shell, stopped)
    shell.kernel.io_loop.add_callback(_wake_at_signals, shell.kernel.io_loop)
    _bound_output(shell)
    shell.kernel.raw_input = _give_up(shell.kernel.raw_input)
    shell.kernel.control_thread.io_loop.add_callback(_watch_memory)
    sys.meta_path.insert(0, _Finder(_GUARDS))
    for name, guard in _GUARDS.items():
        if name in sys.modules:
            guard(sys.modules[name])


def guard_pools():
    """In an isolated cell, refuse calls of a `Pool` that would wait for ever, while its workers die one by one."""
    endless = ("apply", "map", "starmap", "imap", "imap_unordered", "_repopulate_pool")
    sys.meta_path.insert(0, _Finder({"multiprocessing.pool": functools.partial(_guard_pools, names=endless)}))


def _show_what_happened(shell, kind, error, traceback, tb_offset=None):
    while _told_of_memory:
        print(_told_of_memory.pop(), file=sys.stderr)
    last = traceback
    while last.tb_next:
        last = last.tb_next
    here = last.tb_frame.f_globals is shell.user_global_ns  # not in a library
    if (here and kind is NameError) or ((here or kind is FileNotFoundError) and _is_written(str(error))):
        said = f"{error}. {ABOVE}"
        if kind is FileNotFoundError:
            error.strerror = said.partition("] ")[2]
            del error.filename  # it has been said
        error.args = (said,)
        error.msg = said  # an ImportError's own
    shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)


def _wake_at_signals(loop):
    """Let the loop turn at ■: ipykernel cancels the cell that awaits, but if the loop sleeps, it does not notice."""
    bell, rope = socket.socketpair()
    for end in (bell, rope):
        end.setblocking(False)
    loop.add_handler(bell, lambda *_: bell.recv(4096), loop.READ)
    signal.set_wakeup_fd(rope.detach(), warn_on_full_buffer=False)


def _follow_greenlets(shell, stopped):
    """At ■ kill what a cell has spawned: it would go on in the next cell that waits, and be drawn and counted there."""
    from greenlet import getcurrent

    def begin(*_):
        # gevent hands this on to all that is spawned from here: a mark that costs the cell no time.
        getcurrent().spawn_tree_locals = {}

    def end(result):
        gevent, mark = sys.modules.get("gevent"), getcurrent().spawn_tree_locals
        if gevent and isinstance(result.error_in_exec, stopped):
            greenlets = [each for each in gc.get_objects() if issubclass(type(each), gevent.Greenlet)]
            mine = [each for each in greenlets if each.spawn_tree_locals is mark and not each.ready()]
            with contextlib.suppress(gevent.Timeout):
                gevent.killall(mine, timeout=1)  # whoever does not want to go stays

    begin()
    shell.events.register("pre_run_cell", begin)
    shell.events.register("post_run_cell", end)


def _bound_output(shell):
    """Stop a cell that writes without end, and what it has left in the background as well."""
    kernel, room = os.getpid(), {}
    # All of them, for into each IPython puts a `write` of its own, cell by cell.
    streams = sys.modules["ipykernel.iostream"].OutStream
    write = streams.write

    def begin(*_):
        room.update(dict.fromkeys(("stdout", "stderr"), MOST_OUTPUT))  # an error is told after a flood, too

    @functools.wraps(write)
    def guarded(stream, text):
        if os.getpid() != kernel or stream.name not in room or not isinstance(text, str):
            return write(stream, text)
        if len(text) <= room[stream.name]:
            room[stream.name] -= len(text)
            return write(stream, text)
        left, room[stream.name] = room[stream.name], -1
        write(stream, text[: max(left, 0)])
        if not _must_go_on(stream):
            raise Trap(f"this cell was stopped: it wrote more than {MOST_OUTPUT:,} characters.")
        if left >= 0:
            write(stream, f"\nThe rest is left out: this cell wrote more than {MOST_OUTPUT:,} characters.\n")
        return len(text)

    def forget():  # and puts back, at the end of this very cell, what it has found
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, streams):
                vars(stream).pop("write", None)

    def end(result):  # lets go of the program of a line that begins with `!`, which then ends
        if isinstance(result.error_in_exec, Trap):
            traceback.clear_frames(result.error_in_exec.__traceback__)

    begin()
    streams.write = guarded
    shell.kernel.io_loop.add_callback(forget)
    shell.events.register("pre_run_cell", begin)
    shell.events.register("post_run_cell", end)


def _must_go_on(stream):
    """Whether an error would end more than who writes: a thread that reads what programs write, a loop that reports."""
    if threading.current_thread() is getattr(stream, "watch_fd_thread", None):
        return True  # a program whose output nobody reads stands still
    names = {frame.f_code.co_name for frame, _ in traceback.walk_stack(sys._getframe())}
    return not names.isdisjoint(("call_exception_handler", "handle_error"))  # of asyncio's loop, of gevent's


def _is_written(message):
    """Whether what is missing may be a file that a cell writes: a module, or a name with an ending and no folder."""
    return bool(re.fullmatch(r"No module named '\w+'|.*No such file .*: '[^/\\']+\.\w+'", message))


def advised(kind, message, text):
    """The kind, message and traceback of an error of an isolated cell, which may need what a cell writes, or more."""
    if kind == Trap.__name__:
        return kind, message, f"RuntimeError: {message}"
    if advice := ABOVE if _is_written(message) else lacking(kind, message, text):
        return kind, f"{message}. {advice}", f"{text.rstrip()}. {advice}"
    return kind, message, text


def _give_up(ask):
    """`input` that waits for PATIENCE, so that cells behind it are not queued for ever."""

    @functools.wraps(ask)
    def asking(prompt=""):
        late = threading.Event()
        timer = threading.Timer(PATIENCE, lambda: (late.set(), _thread.interrupt_main()))
        timer.daemon = True
        try:
            if threading.current_thread() is threading.main_thread():  # only that one can be interrupted
                timer.start()
            return ask(prompt)
        except KeyboardInterrupt:
            if not late.is_set():
                raise
        finally:
            timer.cancel()
        raise Trap(f"nobody has typed anything for {PATIENCE} s, so this cell no longer waits: run it again to type.")

    return asking


_told_of_memory = []  # by the thread that looks; it could not write into the cell's output


def _watch_memory():
    """Look once a second, in the thread that hears ■, whether a cell makes this process grow without end."""
    from tornado.ioloop import PeriodicCallback  # a kernel has it; isolated cells, which load this module too, do not

    before = 0  # what an earlier cell has made, and was told of

    def look():
        nonlocal before
        taken = memory_of(os.getpid())
        if taken > most_memory() + before:
            before = taken
            _told_of_memory.append(
                f"This notebook has taken {taken / 1e9:.1f} GB of memory, over half of what there is, so the cell is"
                " interrupted. To give it back: Kernel ▸ Restart Kernel."
            )
            _thread.interrupt_main()
        elif taken < most_memory():
            before, _told_of_memory[:] = 0, []

    PeriodicCallback(look, 1000).start()


class _Finder:
    """Lets the others find a module, and has it guarded as soon as it is loaded."""

    def __init__(self, guards):
        self._guards = guards

    def find_spec(self, name, path=None, target=None):
        if name not in self._guards:
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        if spec := next(filter(None, others), None):
            spec.loader.exec_module = functools.partial(_load, spec.loader.exec_module, self._guards[name])
        return spec


def _load(execute, guard, module):
    execute(module)
    guard(module)


def _wrap(owner, name, refuse):
    """Call `refuse` with the arguments before each call, in this very process."""
    plain, kernel = getattr(owner, name), os.getpid()

    @functools.wraps(plain)
    def guarded(*args, **kwargs):
        if os.getpid() == kernel:
            refuse(*args, **kwargs)
        return plain(*args, **kwargs)

    setattr(owner, name, guarded)


def _guard_gevent(monkey):
    for name in ("patch_all", "patch_thread"):  # the kernel survives the others
        _wrap(monkey, name, functools.partial(_refuse_to_patch, name))


def _refuse_to_patch(name, *args, **kwargs):
    raise Trap(
        f"monkey.{name}() would silence this notebook: its kernel runs on the threads and sockets that it replaces."
        " Begin the cell with %%isolated --gevent, which patches a process of its own (chapter 7)."
    )


def _guard_asyncio(asyncio):
    _wrap(asyncio, "run", _refuse_to_run)


def _refuse_to_run(main=None, **options):
    from asyncio import _get_running_loop

    if _get_running_loop() is None:  # another thread of the kernel may do so
        return
    if hasattr(main, "close"):
        main.close()  # or Python complains that nobody has awaited it

    raise Trap("asyncio.run() starts a loop, and in a notebook one runs already: write `await main()` in its place.")


def _guard_processes(module):
    def refuse(process):
        for each in (process, process._target, *process._args):  # a worker's initializer is among its arguments
            if callable(each) or each is process:
                _refuse(each, process._start_method)

    _wrap(module.BaseProcess, "start", refuse)


def _guard_pools(module, names=("apply_async", "_map_async", "imap", "imap_unordered", "_repopulate_pool")):
    def refuse(pool, function=None, *args, **kwargs):
        function = function or pool._initializer
        if function and not isinstance(pool, module.ThreadPool):
            _refuse(function, pool._ctx.get_start_method())

    for name in names:
        _wrap(module.Pool, name, refuse)


def _guard_executors(module):
    def refuse(pool, function, /, *args, **kwargs):
        _refuse(function, pool._mp_context.get_start_method())

    _wrap(module.ProcessPoolExecutor, "submit", refuse)


def _refuse(function, method):
    """Raise if a process that is started so would look for a function, or a kind of process, of this notebook."""
    from multiprocessing import get_start_method

    while isinstance(function, functools.partial):  # as executors send the pieces of a `map`
        function = next(filter(callable, function.args), function.func)
    here = function if hasattr(function, "__qualname__") else type(function)
    method = method or get_start_method()
    if method != "fork" and here.__module__ == "__main__":
        raise Trap(
            f"{here.__qualname__} is defined in this notebook, where a process started by {method} does not find it."
            f" Write it into a file with %%writefile, import it from there, and start the process again (chapter 2)."
        )


_GUARDS = {
    "gevent.monkey": _guard_gevent,
    "asyncio": _guard_asyncio,
    "multiprocessing.process": _guard_processes,
    "multiprocessing.pool": _guard_pools,
    "concurrent.futures.process": _guard_executors,
}
