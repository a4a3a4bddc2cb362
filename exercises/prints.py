"""What an answer prints: marked where it is judged, and little of it shown in the notebook.

A check may call an answer hundreds of times, and then a single debugging print is a flood. So a mark goes into the
output wherever another run of the answer begins to print, and the reader sees one run: the first one of a right answer;
of a wrong one the last, which broke the promise. Of a long one they see the beginning and the end.

A run is a call of the answer. If that is a class, it is whatever one of its instances prints.
"""

import contextlib
import functools
import inspect
import io
import re
import sys
import types
import weakref
from time import monotonic  # by itself, for an answer may replace that of the module

MOST_LINES = 20  # that are shown
MOST_CHARACTERS = 140  # of a line that are shown
KEPT = MOST_LINES * MOST_CHARACTERS  # characters of the beginning of a run, and as many of its end
FLOOD = 1000  # writes to a stream, after which they are collected for HELD seconds
HELD = 0.05
# A run's number, which is 0 at the beginning of all; or after an @ where the answer was when it was interrupted.
MARK = "\x1e{}\x1f"

_MARKS = re.compile("\x1e(\\d+|@[^\x1e\x1f\n]*)\x1f")
_PART_OF_A_MARK = re.compile("\x1e[^\x1e\x1f\n]{0,200}\\Z")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOUSE = re.compile(r"\bexercises\.(\w+\.)+(?=[A-Z])")  # where the kinds of errors live that checks plant
_KEY = "(run of the answer)"  # no name that a program can have


# -- in the process that judges ---------------------------------------------------------------------------------------


class MarkingStream(io.TextIOWrapper):
    """As the standard stream whose place it takes, with a mark wherever another run begins.

    Parameters
    ----------
    stream : io.TextIOWrapper
        `sys.stdout` or `sys.stderr`.
    runs : Runs
        The same for both, which end up in one output.
    """

    def __init__(self, stream, runs):
        # A lone half of an emoji, or another letter that cannot be sent, is no error.
        super().__init__(stream.buffer, encoding="utf-8", errors="backslashreplace", write_through=True)
        self.runs, self._writes, self._held, self._due = runs, 0, [], 0
        runs.streams.append(self)

    def write(self, text):
        """Write it, at once or, in a flood, some time soon; return how long it is."""
        if not isinstance(text, str):
            return super().write(text)  # which says that this does not do
        self._held.append(self.runs.mark() + text)
        self._writes += 1
        if self._writes < FLOOD or monotonic() > self._due:
            self.let_go()
        return len(text)

    def let_go(self):
        """Write what was held back."""
        held, self._held = self._held, []
        super().write("".join(held))  # as one, or another thread might write in between
        self._due = monotonic() + HELD


class Runs:
    """Tells the runs of an answer apart, as far as they print.

    Parameters
    ----------
    answer : object
        A function, a class, or what else can be called.

    Attributes
    ----------
    streams : list of MarkingStream
        Those that mark them.
    """

    def __init__(self, answer):
        self.streams = []
        self._codes = {_place_of(code) for code in codes_of(answer)}  # a check may make copies of the answer
        self._class = _name_of(answer) if isinstance(answer, type) else None
        self._met, self._instances = {}, {}
        self._now = self._marked = self._most = 0

    def mark(self):
        """Return the mark that belongs before the text about to be written, or "" if no other run has begun.

        What no run is known for belongs to the one that printed last.
        """
        for stack in _stacks():
            outermost = None
            while stack is not None:
                if self._is_answers(stack.f_code):
                    outermost = stack
                stack = stack.f_back
            if outermost is not None:
                self._now = self._number(outermost)
                break
        if self._now == self._marked:
            return ""
        self._marked = self._now
        return MARK.format(self._now)

    def begin(self):
        """Begin another run, which the check has let run somewhere else."""
        self._most = self._now = self._most + 1

    def let_go(self):
        """Have written what streams hold back."""
        for stream in self.streams:
            with contextlib.suppress(ValueError, OSError):  # the answer has closed it
                stream.let_go()

    def _is_answers(self, code):
        if id(code) not in self._met:
            self._met[id(code)] = (code, _place_of(code) in self._codes)  # with the code, for its id to stay its own
        return self._met[id(code)][1]

    def _number(self, frame):
        names, code = frame.f_locals, frame.f_code
        if self._class and code.co_argcount:
            instance = names.get(code.co_varnames[0])
            if self._class in map(_name_of, type(instance).__mro__):
                return self._number_of_instance(instance)
        number = names.setdefault(_KEY, self._most + 1)
        self._most = max(self._most, number)
        return number

    def _number_of_instance(self, instance):
        still, number = self._instances.get(id(instance), (None, 0))
        if still is not None and still() is not instance:
            number = 0  # another one, in the same place of memory
        if not number:
            self._most = number = self._most + 1
            self._instances[id(instance)] = (_weak(instance), number)
        return number


def _place_of(code):
    return code.co_filename, code.co_firstlineno, code.co_name


def _name_of(kind):
    return kind.__module__, kind.__qualname__


def _stacks():
    """Yield the innermost frame of who writes, then of the greenlets and the threads that may wait for them."""
    yield sys._getframe(2)
    if greenlets := sys.modules.get("greenlet"):
        each = greenlets.getcurrent().parent
        while each is not None:
            yield each.gr_frame
            each = each.parent
    yield from sys._current_frames().values()


def _weak(instance):
    try:
        return weakref.ref(instance)
    except TypeError:  # it has __slots__
        return None


def write_run(text):
    """Write to standard output what one run of the answer has printed somewhere else, if anything."""
    if text:
        if isinstance(sys.stdout, MarkingStream):
            sys.stdout.runs.begin()
        sys.stdout.write(text)


def codes_of(answer):
    """Yield the code objects by which an answer is entered: its own, and what decorators have wrapped."""
    todo, seen = [answer], set()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, types.FunctionType):
            yield each.__code__
            todo.append(each.__dict__.get("__wrapped__"))
        elif isinstance(each, (types.MethodType, staticmethod, classmethod)):
            todo.append(each.__func__)
        elif isinstance(each, functools.partial):
            todo.append(each.func)
        elif isinstance(each, property):
            todo += [each.fget, each.fset]
        elif isinstance(each, (list, tuple)):
            todo += each
        elif isinstance(each, dict):
            todo += each.values()
        elif isinstance(each, type):
            bases = [base for base in each.__mro__ if base.__module__ == each.__module__]  # none of a library
            todo += [value for base in bases for value in vars(base).values()]
        elif each is not None:
            todo.append(inspect.getattr_static(each, "__wrapped__", None))
            todo.append(inspect.getattr_static(type(each), "__call__", None))


# -- in the notebook --------------------------------------------------------------------------------------------------


class Prints:
    """What an answer has printed, piece by piece, however much it is: of two runs, the beginning and the end.

    Attributes
    ----------
    runs : int
        How many have printed something.
    place : str
        Where the answer was when it was interrupted, or "".
    begun : bool
        Whether the answer is there, which may print.
    """

    def __init__(self):
        self.runs, self.place, self.begun = 0, "", False
        self._first = self._last = _Run()
        self._now = _Run()  # what comes before the answer is Python's own: forgotten
        self._numbers = [0, 0]  # of the first run and of the last
        self._held = ""

    def hear(self, piece):
        """Take another piece of the output, which may end in the middle of a mark."""
        text = self._held + piece
        cut = _PART_OF_A_MARK.search(text)
        self._held = cut[0] if cut else ""
        before, *marked = _MARKS.split(text[: cut.start()] if cut else text)
        self._now.add(before)
        for mark, after in zip(marked[::2], marked[1::2], strict=True):
            if mark.startswith("@"):
                self.place = mark[1:]
            else:
                self.begun = True
                self._turn_to(int(mark))
            self._now.add(after)

    def _turn_to(self, number):
        first, last = self._numbers
        if number > last:
            self.runs += 1
            self._now = self._last = _Run() if self.runs > 1 else self._first  # what came before any run is the first's
            self._numbers = [first or number, number]
        else:
            self._now = {last: self._last, first: self._first}.get(number) or _Run()  # one in between is forgotten

    def told(self, first):
        """Return lines that show the first run, or else the last; none if nothing was printed.

        Parameters
        ----------
        first : bool
            Whether the first run is of interest.
        """
        if self._held:
            self._now.add(self._held)
            self._held = ""
        run = self._first if first else self._last
        lines = run.lines()
        if not lines:
            return []
        which = f", in the {'first' if first else 'last'} of {self.runs} runs" if self.runs > 1 else ""
        return [f"Your code printed{which}:", *(f"│ {line}" for line in lines)]


class _Run:
    """The beginning and the end of a text, and how much there is in between."""

    def __init__(self):
        self._head = self._tail = ""
        self._characters = self._ends = 0

    def add(self, text):
        self._characters += len(text)
        self._ends += text.count("\n")
        room = KEPT - len(self._head)
        if room > 0:
            self._head, text = self._head + text[:room], text[room:]
        self._tail = (self._tail + text[-KEPT:])[-KEPT:]

    def lines(self):
        kept = self._head + self._tail
        if not kept.strip():
            return []
        half = MOST_LINES // 2
        if len(kept) == self._characters:
            lines = _folded(kept.rstrip("\n").split("\n"))
            if len(lines) <= MOST_LINES:
                return [*map(_shown, lines)]
            head, tail, between = lines[:half], lines[-half:], len(lines) - MOST_LINES
        else:
            head, tail = self._head.split("\n"), self._tail.rstrip("\n").split("\n")
            head, tail = head[:-1] or head, tail[1:] or tail  # of whole lines, if there is one
            between = self._ends + (not kept.endswith("\n")) - len(head) - len(tail)
            head, tail = _folded(head), _folded(tail)
            between += len(head[half:]) + len(tail[:-half])
            head, tail = head[:half], tail[-half:]
        return [*map(_shown, head), f"… {between:,} lines left out …" if between > 0 else "…", *map(_shown, tail)]


def _folded(lines):
    """The lines, but what comes several times in a row, a line or up to four together, comes once and is counted."""
    folded, start = [], 0
    while start < len(lines):
        for size in (1, 2, 3, 4):
            block, end = lines[start : start + size], start + size
            while lines[end : end + size] == block:
                end += size
            again = (end - start) // size - 1
            if end - start > size + 1:
                folded += [*block, f"(the same {again} more times)" if again > 1 else "(the same again)"]
                start = end
                break
        else:
            folded.append(lines[start])
            start += 1
    return folded


def _shown(line):
    line = _HOUSE.sub("", line.removesuffix("\r"))
    rest = len(line) - MOST_CHARACTERS
    return visible(line[:MOST_CHARACTERS]) + (f" … ({rest:,} characters more)" if rest > 0 else "")


def visible(text):
    """The text with escapes in place of characters that a page does not show, or that would move its cursor."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
