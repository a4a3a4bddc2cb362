"""Who ran when: spans recorded by hand and switches recorded by greenlet, drawn as a Gantt chart.

    with Timeline("ten buns together") as together:
        gevent.joinall([gevent.spawn(steam, bun) for bun in range(10)], raise_error=True)
    together.plot()

where `steam` marks its own work: `with span(f"bun {bun}"): ...`. While it is open, a timeline only notes times, since
whatever is done then is paid inside what is measured: spans, from any thread, greenlet or asyncio task, go to `_open`;
switches between greenlets, told by greenlet's trace hook, go to `_raw`. When it closes, `_resolve` lays the two over
each other: a span *ran* while its greenlet held the thread, and *waited* else. The hook sees one thread alone, the one
that opened the timeline. Elsewhere nobody knows, and a span is only open or closed, unless its author says more:
`span("oven", waiting=True)`. What was measured elsewhere is added by hand, for all processes share a clock.
"""

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import accumulate, count
from time import perf_counter

import greenlet

from backstage import asked
from backstage.workers import clip, current_task, describe

_active = []  # timelines that are open now, the innermost last; `span` records into that one
_greenlet_getcurrent = greenlet.getcurrent
_get_ident = threading.get_ident


@dataclass
class Span:
    """One stretch of one row.

    Attributes
    ----------
    row : str
        The row it is drawn on.
    start, end : float
        Seconds on the clock of `time.perf_counter`, the same in all processes of one machine.
    running : list of (float, float) or None
        The parts in which it ran, same clock; [] if it only waited, None if nobody could tell.
    error : str
        Name of the exception that ended it, or "".
    finished : bool
        False if it was still open when its timeline closed.
    """

    row: str
    start: float
    end: float
    running: list = field(default_factory=list)
    error: str = ""
    finished: bool = True


@dataclass
class Switch:
    """One switch from a greenlet to another.

    Attributes
    ----------
    time : float
        Seconds on the clock of `time.perf_counter`.
    origin, target : str
        The rows of the greenlet that stopped and of the one that went on.
    event : str
        "switch", or "throw" if an error was thrown into the target.
    """

    time: float
    origin: str
    target: str
    event: str


class _OpenSpan:
    """What `with span(...)` holds: kept small, because its cost is paid inside what is measured."""

    __slots__ = ("end", "error", "row", "start", "timeline", "waiting", "worker")

    def __init__(self, timeline, row, waiting):
        self.timeline, self.row, self.waiting, self.end, self.error = timeline, row, waiting, None, ""

    def __enter__(self):
        if self.end is not None:
            raise RuntimeError(f"this span of {self.row!r} has been used: write `with span(…):` each time")
        timeline = self.timeline
        if timeline is None:
            if not _active:
                return self
            timeline = self.timeline = _active[-1]
        self.worker = (_get_ident(), _greenlet_getcurrent(), current_task())
        self.start = perf_counter()
        timeline._open.append(self)  # list.append is atomic: no lock needed from any kind of worker
        return self

    def __exit__(self, kind, error, traceback):
        self.end = perf_counter()
        if kind is not None:
            self.error = kind.__name__
        return False


def span(row, *, waiting=False):
    """Mark what happens inside `with span(row):` as one stretch of that row, in the innermost open timeline.

    Does nothing when no timeline is open, so a function may mark its work and also be called without one.

    Parameters
    ----------
    row : str
        Name of the row; spans with the same name share it.
    waiting : bool
        True says that the worker only waits inside. Needed where nobody else can tell, such as in threads.

    Raises
    ------
    TypeError, ValueError
        If `row` cannot be written down, or `waiting` is neither True nor False.
    """
    row = row if type(row) is str else asked.written("row", row)  # no more calls than needed: they are measured too
    return _OpenSpan(None, row, waiting is not False and asked.whether("waiting", waiting))


class Timeline:
    """A record of who ran when, filled while it is open and read once it is closed.

    Parameters
    ----------
    title : str
        What the record shows; the heading of its plot.
    trace : bool
        Follow the greenlets of the thread that opens it. They are kept alive until the timeline closes.
    live : bool
        Show how it fills, in a notebook; a plot made in the same cell then takes the place of that.

    Raises
    ------
    TypeError, ValueError
        If the title cannot be written down, or an option is neither True nor False.
    RuntimeError
        If it is opened a second time, closed by another thread than the one that opened it, or read while open.
    """

    def __init__(self, title="", *, trace=True, live=False):
        self.title = asked.written("title", title)
        self.trace, self.live = asked.whether("trace", trace), asked.whether("live", live)
        self.start = self.end = None
        self._spans, self._switches, self._greenlet_rows = [], [], []  # for reading, once it is closed
        self._open = []  # each _OpenSpan, in order of its start
        self._raw = []  # time, event, (origin, target); time, …
        self._names, self._seen = {}, {}  # of greenlets: as the author calls them, as they call themselves

    # -- recording ---------------------------------------------------------------------------------------------

    def __enter__(self):
        if self.start is not None:
            raise RuntimeError(f"the timeline {self.title!r} has been used: make a new one for each recording")
        self._thread, self._task, self._first = _get_ident(), current_task(), _greenlet_getcurrent()
        self._awaited, self.start = False, perf_counter()  # begins anew below: until then something may be drawn
        self._watch_event_loop()
        _active.append(self)
        self._live = self._shown() if self.live else nullcontext()
        self._live.__enter__()
        if self.trace:
            self._old_tracer = greenlet.settrace(self._tracer())
        self.start = perf_counter()
        return self

    def __exit__(self, *_):
        if _get_ident() != self._thread:
            raise RuntimeError(f"the timeline {self.title!r} must be closed by the thread that opened it")
        self.end = perf_counter()
        self._live = self._live.__exit__(None, None, None)  # nothing is left that could not go to another process
        if self.trace:
            greenlet.settrace(self._old_tracer)
        _active.remove(self)
        self._resolve()
        return False

    def _tracer(self):
        seen = self._seen

        def tracer(event, pair, append=self._raw.append, clock=perf_counter):
            append(clock())  # three appends cost less than a tuple that the garbage collector must follow
            append(event)
            append(pair)
            origin, target = pair
            if origin in seen and target in seen:  # the quick way, for all but the first switches
                return
            for each in pair:
                if not seen.get(each):  # ask while it lives: a dead greenlet no longer knows what it ran
                    seen[each] = describe(each)

        return tracer

    def _watch_event_loop(self):
        # A notebook cell runs inside the kernel's own asyncio task. If the cell awaits, the loop turns and this mark
        # is set; then spans of that task may have waited unseen and must not be called running.
        if self._task is not None:
            self._task.get_loop().call_soon(lambda: setattr(self, "_awaited", True))

    def add(self, row, start, end, *, running):
        """Add a span that was measured elsewhere.

        Parameters
        ----------
        row : str
            The row it is drawn on.
        start, end : float
            Seconds of `time.perf_counter`.
        running : bool
            True if it ran throughout, False if it only waited.

        Raises
        ------
        TypeError, ValueError
            If it ends before it starts, or one of them is no moment.
        """
        row, start, end, running = asked.span(row, start, end, running)
        self._spans.append(Span(row, start, end, [(start, end)] if running else []))
        if self.end is not None:
            self.start, self.end = min(self.start, start), max(self.end, end)

    def name(self, **greenlets):
        """Name greenlets, so that their rows and switches read well: `timeline.name(gr1=gr1, gr2=gr2)`.

        Raises
        ------
        RuntimeError, TypeError
            If the timeline has closed, or one of them is not a greenlet.
        """
        if self.end is not None:
            raise RuntimeError(f"the timeline {self.title!r} has closed: name its greenlets inside its `with` block")
        for name, each in greenlets.items():
            if not isinstance(each, greenlet.greenlet):
                raise TypeError(f"{name} is no greenlet but a {type(each).__name__}: only greenlets can be named")
            self._names[each] = name

    def _shown(self):
        from backstage.live import bars, shown
        from helpers.gantt import KINDS

        def picture():
            now = self.end or perf_counter()
            return bars(self._spans + self._laid_over(self._slices(now), now), KINDS, self.title, self.start, now)

        return shown(picture)

    # -- from the raw record to spans ----------------------------------------------------------------------------

    def _resolve(self):
        slices = self._slices(self.end)
        self._spans += self._laid_over(slices, self.end)
        for each in self._open:
            worker = each.worker[1]
            if worker in slices and worker.parent is not None:
                self._names.setdefault(worker, each.row)
        self._open = []
        names = self._name_greenlets()
        for worker, parts in slices.items():
            end = parts[-1][1] if worker.dead else self.end
            self._greenlet_rows.append(Span(names[worker], parts[0][0], end, parts, finished=worker.dead))
        self._switches = [Switch(when, names[a], names[b], event) for when, event, (a, b) in self._raw_switches()]
        self._raw, self._names, self._seen, self._first = [], {}, {}, None  # lets go of the greenlets

    def _laid_over(self, slices, now):
        """The spans opened by now, each with the parts in which its greenlet ran."""
        spans = []
        for each in self._open[:]:
            thread, worker, task = each.worker
            told = self.trace and thread == self._thread and task is self._task and not self._awaited
            end = now if each.end is None else min(each.end, now)
            running = [] if each.waiting else clip(slices.get(worker, []), each.start, end) if told else None
            spans.append(Span(each.row, each.start, end, running, each.error, each.end is not None))
        return spans

    def _raw_switches(self):
        raw = self._raw[: len(self._raw) // 3 * 3]  # the last one may be half written
        return zip(raw[::3], raw[1::3], raw[2::3], strict=True)

    def _slices(self, now):
        """For each greenlet, when it held the thread: {greenlet: [(start, end), …]}."""
        slices, runner, since = {}, self._first, self.start
        if not self.trace:
            return slices
        for when, _, (_, target) in self._raw_switches():
            slices.setdefault(runner, []).append((since, when))
            runner, since = target, when
        slices.setdefault(runner, []).append((since, now))
        return slices

    def _name_greenlets(self):
        names, taken = dict(self._names), set(self._names.values())
        seen = dict.fromkeys([self._first, *(each for _, _, pair in self._raw_switches() for each in pair)])
        for each in seen:
            if each not in names:
                name = self._seen.get(each) or describe(each) or "greenlet"
                copies = (f"{name} {number}" for number in count(2))
                names[each] = name if name not in taken else next(copy for copy in copies if copy not in taken)
                taken.add(names[each])
        return names

    # -- reading -----------------------------------------------------------------------------------------------

    def _closed(self):
        if self.end is None:
            state = "is still open" if self.start is not None else "is empty"
            raise RuntimeError(f"the timeline {self.title!r} {state}: read it after its `with` block")

    @property
    def spans(self):
        """List of Span: those recorded by hand; if there is none, one for each greenlet that ran."""
        self._closed()
        return self._spans or [each for each in self._greenlet_rows if each.row != "hub"]

    @property
    def switches(self):
        """List of Switch, in the order in which they happened."""
        self._closed()
        return self._switches

    @property
    def rows(self):
        """List of str: the names of the rows, in the order of their first start."""
        return list(dict.fromkeys(each.row for each in sorted(self.spans, key=lambda each: each.start)))

    @property
    def finish_order(self):
        """List of str: the names of the rows, in the order in which their last span ended."""
        last = {}
        for each in self.spans:
            last[each.row] = max(each.end, last.get(each.row, each.end))
        return sorted(last, key=last.get)

    @property
    def running_order(self):
        """List of str: the row that got hold of the thread, at each switch; rows that nobody traced are missing."""
        parts = sorted((start, each.row) for each in self.spans for start, _ in each.running or [])
        return [row for i, (_, row) in enumerate(parts) if i == 0 or parts[i - 1][1] != row]

    @property
    def total(self):
        """Seconds from the first start to the last end of the spans."""
        spans = self.spans
        return max(each.end for each in spans) - min(each.start for each in spans) if spans else 0.0

    @property
    def peak(self):
        """The largest number of spans that were open at the same time."""
        edges = sorted([(each.start, 1) for each in self.spans] + [(each.end, -1) for each in self.spans])
        return max(accumulate((step for _, step in edges), initial=0))

    @property
    def busy(self):
        """Share of the total, 0 to 1, in which at least one span ran.

        Raises
        ------
        ValueError
            If there are spans of which nobody knows whether they ran or waited.
        """
        spans = self.spans
        unknown = sorted({each.row for each in spans if each.running is None})
        if unknown:
            raise ValueError(
                f"nobody told whether {unknown[0]!r} ran or waited (it is no greenlet of the thread that opened the"
                " timeline): mark its waits with span(…, waiting=True)"
            )
        total, until, ran = self.total, float("-inf"), 0.0
        for start, end in sorted(part for each in spans for part in each.running):
            ran += max(0.0, end - max(start, until))
            until = max(until, end)
        return ran / total if total else 0.0

    def __repr__(self):
        if self.end is None:
            return f"<Timeline {self.title!r}, {'open' if self.start is not None else 'empty'}>"
        return f"<Timeline {self.title!r}: {len(self.rows)} rows, {self.total:.2f} s, {self.peak} at once>"

    def plot(self, **options):
        """Draw this timeline alone; options and errors are those of `plot_timelines`."""
        from helpers.gantt import plot_timelines  # here, because matplotlib is heavy

        plot_timelines(self, **options)
