"""Variables that a shell has set for other work, forgotten by a kernel and by all that it starts.

A chapter shows what Python, gevent and matplotlib do when nobody has told them otherwise. A proxy is kept, for it
may be the way out; but what is on this machine is asked without one.
"""

import math
import os
import sys
import tempfile
import threading
import warnings

_INLINE = "module://matplotlib_inline.backend_inline"  # plots in the notebook, as every kernel has it if nobody objects
_HERE = "127.0.0.1,localhost"
_LONGEST = 70  # bytes of a folder for sockets, whose whole names may have 103; managers and forkserver name them longer
_PYTHONS_OWN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # it is silent about


def forget_settings(shell):
    """Make this process, the kernel of `shell`, one that was started with none of them."""
    if os.environ.pop("PYTHONSAFEPATH", None) and "" not in sys.path:
        sys.path.insert(0, "")  # chapters import what their cells have written
    for name in ("GEVENT_RESOLVER", "PYTHONDEVMODE", "PYTHONWARNINGS", "PYTHONASYNCIODEBUG", "PYTHONOPTIMIZE"):
        os.environ.pop(name, None)
    if sys.flags.optimize:
        _compile_asserts(shell.compile)
    if len(os.fsencode(os.environ.get("TMPDIR", ""))) > _LONGEST:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
    for each in (shell.kernel, shell.kernel.iopub_thread, *threading.enumerate()):  # each has a loop of its own
        if hasattr(each, "io_loop"):
            loop = each.io_loop.asyncio_loop
            loop.set_debug(False)  # or it complains, in some cell, of what has taken long
            loop.slow_callback_duration = math.inf  # as this very cell has, which began before
    if sys.flags.dev_mode or sys.warnoptions:
        sys.warnoptions.clear()  # processes that multiprocessing starts are given them as well
        warnings.resetwarnings()
        for kind in _PYTHONS_OWN:
            warnings.simplefilter("ignore", kind)
        warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    warnings.filterwarnings("ignore", "libuv only supports millisecond")  # gevent's loop on Windows; chapter 6 says so
    if any(name.lower() in ("http_proxy", "all_proxy") for name in os.environ):
        known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = f"{known},{_HERE}" if known else _HERE
    if not os.access(os.path.expanduser("~"), os.W_OK):  # matplotlib would say so, once in each process
        from backstage.processes import temporary_folder

        os.environ.setdefault("MPLCONFIGDIR", str(temporary_folder()))
    if os.environ.get("MPLBACKEND", _INLINE) != _INLINE:
        os.environ["MPLBACKEND"] = _INLINE
        if "matplotlib" in sys.modules:  # it has read the variable already
            shell.run_line_magic("matplotlib", "inline")


def _compile_asserts(compiler):
    """Have cells keep their asserts, which `python -O` leaves out: chapters break some, and look for what does."""

    class WithAsserts(type(compiler)):
        def __call__(self, source, filename, symbol, **options):
            super().__call__(source, filename, symbol, **options)  # notes what the cell has from __future__
            return compile(source, filename, symbol, self.flags, True, 0)

    compiler.__class__ = WithAsserts
