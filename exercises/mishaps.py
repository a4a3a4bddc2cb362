"""What is said when an answer breaks down: in its own words and lines, without those of the course or of libraries.

An error that comes out of an answer becomes a reason and, if it is a slip that has nothing to do with the exercise, a
hint of its own. Errors that nobody catches, in threads, greenlets, tasks or while an object is thrown away, are one
line among what the answer prints; those that a check has planted say nothing at all.
"""

import builtins
import contextlib
import functools
import gc
import inspect
import io
import os
import re
import reprlib
import signal
import sys
import threading
import traceback
import warnings
from pathlib import Path

from backstage.schedules.story import named
from exercises.prints import MARK, MarkingStream

_ROOTS = {path.parent.parent for path in (Path(__file__), Path(__file__).resolve())}  # as it is reached, and as it is
_ROOMS = ("exercises", "backstage", "helpers", "minibroker", "tools")
_OURS = tuple(str(root / room) + os.sep for root in _ROOTS for room in _ROOMS)
_LIBRARIES = tuple({os.path.join(each, "") for each in (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__))})
_WRONG_CALL = re.compile(r"\(\) (takes|missing|got .* argument)|invalid keyword argument|expected (at |\d+ arg)")
_NOT_HELD = "on un-acquired lock"

GROWS = "Something grows without end: look for a loop that appends, or for a very large number."
_SLIPS = [  # the first that fits: kind of error, a pattern of its message, what to look for
    (UnboundLocalError, "", "A name that a function assigns to is its own, unless it says `nonlocal` or `global`."),
    (NameError, "", "Is it spelled as where it is defined? And has the cell that defines it been run?"),
    (ModuleNotFoundError, "", "Is it spelled right? All that an exercise needs is imported at the top of the chapter."),
    (ImportError, "", "Is it spelled right? All that an exercise needs is imported at the top of the chapter."),
    (SyntaxError, "", "The text that your code compiles is no Python."),
    (EOFError, "`input", "Take what you need from the parameters, and return what you have to say."),
    (RecursionError, "", "A function that calls itself needs a case in which it does not."),
    (MemoryError, "", GROWS),
    (RuntimeError, "raised StopIteration", "`next` found no more: give it a second argument, or catch that there."),
    (
        SystemExit,
        "",
        "`exit()` ends the whole program: `return` ends a function, and `raise` reports an error.",
    ),
    (KeyboardInterrupt, "", "This error is for the person at the keyboard: raise one of another kind."),
    (RuntimeError, _NOT_HELD, "`wait` and `notify` are for who holds the lock: put them inside `with condition:`."),
    (TypeError, _WRONG_CALL, "Count what stands between the brackets: this is not what that function takes."),
    (
        TypeError,
        "object is not callable",
        "What stands before the brackets is no function. Is that name used twice?",
    ),
    (TypeError, "not subscriptable", "What stands before the square brackets has no places: print its `type()`."),
    (TypeError, "unsupported operand", "These two values do not go together: print the `type()` of each."),
    (TypeError, "argument of type", "`in` looks into a thing that has nothing in it: print its `type()`."),
    (TypeError, "not iterable", "A `for` loop, or what works like one, was given a single thing: print its `type()`."),
]


# -- whose lines they are ---------------------------------------------------------------------------------------------


def is_readers(file):
    """Whether code of this file name was written by the reader, in a cell or in a module of their own."""
    if file.startswith("<"):
        return not file.startswith("<frozen ")
    if "ipykernel_" in file:
        return True
    # Compiled libraries name files that are not there: src/gevent/…
    return os.path.isabs(file) and not file.startswith(_LIBRARIES) and not _is_ours(file)


def _is_ours(file):
    in_temporary_folder = os.path.basename(os.path.dirname(file)).startswith("course-")
    return file.startswith(_OURS) or in_temporary_folder


def place(frames):
    """Where the reader's code was: "line 3 of bake", or "" if no frame is of that.

    Parameters
    ----------
    frames : iterable of traceback.FrameSummary
        The outermost first.
    """
    for frame in reversed(list(frames)):
        if is_readers(frame.filename):
            return f"line {frame.lineno} of {frame.name}"
    return ""


# -- what comes out of an answer --------------------------------------------------------------------------------------


def explain(error, answer):
    """Say what an exception that came out of a check means.

    Parameters
    ----------
    error : BaseException
        None that a check raises on purpose.
    answer : object
        What was being checked.

    Returns
    -------
    reason : str
    hint : str
        "" if the exercise's own will do.
    """
    if isinstance(error, TypeError) and str(error) == f"{type(answer).__name__!r} object is not callable":
        hint = "The last line of the cell hands it to `check`: the name alone, without brackets."
        return f"give the function itself, without calling it: this is {reprlib.repr(answer)}.", hint
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    if isinstance(error.__cause__, StopIteration) and not place(frames):
        frames += traceback.extract_tb(error.__cause__.__traceback__)  # before Python 3.12 it alone knows the line
    where = place(frames)
    what = named(error)
    innermost = frames[-1].filename if frames else ""
    if not where and isinstance(error, TypeError) and _WRONG_CALL.search(str(error)):
        hint = "Keep the parameters as they stand in the exercise: their number, their order and their names."
        return f"your answer cannot be called as the exercise says: {what}.", hint
    if not where and _is_ours(innermost):
        return f"the check of your answer stopped with {what}.", "Does it take and return what the exercise says?"
    return f"your code raised {what}" + (f" ({where})" if where else ""), _slip(error, frames)


def hint_for(reason, answer):
    """The hint for an answer that was refused, with this reason, because it is another kind of function; else ""."""
    if "<coroutine object" in reason and inspect.iscoroutinefunction(answer):
        return "`async def` makes a function whose calls are only coroutines: write `def`."
    if "<generator object" in reason and inspect.isgeneratorfunction(answer):
        return "Because of its `yield` each call makes a generator: to give a value back, it needs `return` alone."
    return ""


def _slip(error, frames):
    """The hint for a slip that can happen in any exercise, or ""."""
    if not frames or (_is_ours(frames[-1].filename) and _NOT_HELD not in str(error)):
        return ""  # it was planted, or comes from something that the check has lent, which is no condition
    if near := _near_name(error):
        return f"Did you mean `{near}`?"
    for kind, words, hint in _SLIPS:
        if isinstance(error, kind) and re.search(words, str(error)):
            return hint
    return ""


def _near_name(error):
    """The name that is most like the one which was not found, or None."""
    if not isinstance(error, (NameError, AttributeError)) or not isinstance(getattr(error, "name", None), str):
        return None
    import difflib  # rarely needed

    if isinstance(error, AttributeError):
        names = [name for name in dir(error.obj) if not name.startswith("_")]
    else:
        step = error.__traceback__
        while step.tb_next:
            step = step.tb_next
        names = {*step.tb_frame.f_locals, *step.tb_frame.f_globals, *dir(builtins)}
    return next(iter(difflib.get_close_matches(error.name, set(names) - {error.name}, 1, 0.75)), None)


# -- in the process that judges ---------------------------------------------------------------------------------------


def settle_in(runs):
    """Make this process, which judges one answer and ends, fit for that: it keeps quiet about what is the course's.

    Parameters
    ----------
    runs : exercises.prints.Runs
        Those of the answer.
    """
    if all(isinstance(stream, io.TextIOWrapper) for stream in (sys.stdout, sys.stderr)):
        sys.stdout, sys.stderr = (MarkingStream(stream, runs) for stream in (sys.stdout, sys.stderr))
    builtins.input = _no_input
    threading.excepthook = lambda hook: _tell(hook.exc_value, "a thread ended with")
    sys.unraisablehook = lambda hook: _tell(hook.exc_value, "nobody could catch")
    warnings.showwarning = _tell_warning
    traceback.TracebackException.__init__ = _only_readers_lines(traceback.TracebackException.__init__)
    if "gevent.hub" in sys.modules:
        sys.modules["gevent.hub"].Hub.print_exception = lambda hub, context, kind, error, trace: _tell(
            error, "a greenlet ended with"
        )
    if "asyncio" in sys.modules:
        sys.modules["asyncio"].log.logger.addFilter(_tell_record)
    for number in (signal.SIGINT, getattr(signal, "SIGBREAK", signal.SIGINT)):
        signal.signal(number, functools.partial(_note_place, runs))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory runs out, this process goes, and not the notebook's


def end_children():
    """Kill what the answer has started and left running, in sessions of their own, too; but not a check's guardian."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except (AttributeError, OSError):  # there is nobody, as nearly always; or this is Windows
        return
    import psutil  # takes its time

    for each in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if not any(word.endswith("guardian.py") for word in each.cmdline()):
                each.kill()


def _no_input(prompt=""):
    raise EOFError("`input` has nobody to answer it while an answer is checked")


def _tell(error, what):
    """Print one line on an error that nobody caught, unless it is the course's own affair."""
    if error is None or isinstance(error, (SystemExit, KeyboardInterrupt)) or _is_planted(error):
        return
    frames = traceback.extract_tb(error.__traceback__)
    where = place(frames)
    if where or not any(_is_ours(frame.filename) for frame in frames):
        sys.stderr.write(f"{what} {named(error)}" + (f" ({where})" if where else "") + "\n")


def _is_planted(error):
    return type(error).__module__.partition(".")[0] in ("exercises", "backstage", "helpers", "minibroker")


def _tell_warning(message, category, filename, lineno, file=None, line=None):
    if _is_ours(filename) and "was never awaited" not in str(message):
        return
    where = f" (line {lineno})" if is_readers(filename) else ""
    sys.stderr.write(f"{category.__name__}: {message}{where}\n")


def _tell_record(record):
    """A filter for what asyncio logs: it reports errors of tasks, and is slow at some of what checks do."""
    if record.exc_info:
        _tell(record.exc_info[1], "a task ended with")
        return False
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return not record.msg.startswith("Executing ")


def _only_readers_lines(init):
    def short(self, *arguments, **named):
        init(self, *arguments, **named)
        self.stack[:] = [frame for frame in self.stack if is_readers(frame.filename)]

    return short


def _note_place(runs, number, frame):
    """What happens at an interrupt: put into the output where the answer is, and end it."""
    runs.let_go()
    places = (_place_in(stack) for stack in _stacks(frame))
    if where := next(filter(None, places), ""):
        with contextlib.suppress(OSError):
            os.write(1, MARK.format(f"@{where}").encode())
    raise KeyboardInterrupt


def _place_in(stack):
    """As `place`, for the innermost frame of a stack; quick, for who interrupts does not wait for long."""
    while stack is not None and not is_readers(stack.f_code.co_filename):
        stack = stack.f_back
    return "" if stack is None else f"line {stack.f_lineno} of {stack.f_code.co_name}"


def _stacks(frame):
    """Yield the innermost frames of the main thread, of other threads, and of greenlets that wait."""
    yield frame
    yield from sys._current_frames().values()
    if greenlets := sys.modules.get("greenlet"):
        for each in gc.get_objects():
            if issubclass(type(each), greenlets.greenlet) and each.gr_frame:  # a dead proxy has no __class__
                yield each.gr_frame
