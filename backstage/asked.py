"""What a caller has given, looked at before it is used: one sentence says what it was, and what is wanted instead.

Python's own errors come from deep inside and speak of other things. As everywhere in Python, a wrong kind of value is a
TypeError, and one of the right kind that makes no sense a ValueError. Each function returns the value, ready to use.
"""

import math
import os
from collections.abc import Mapping

MOST_DRAWN = 1e300  # what is beyond has no place on an axis that ends a little later


def shown(value):
    """How a sentence shows a value: in a few words, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # the digits of an enormous number are too many even for Python
        text = f"a value of type {type(value).__name__} that cannot be written down"
    return text if len(text) <= 60 else f"{text[:50]}…"


def number(name, value, wanted="a number"):
    """Return it as a float; nan and infinity are floats."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {wanted}, not {shown(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is {wanted}, and {shown(value)} is beyond all that a float can hold") from None
    except Exception:  # an array, or a class of numbers
        raise TypeError(f"{name} is {wanted}, not {shown(value)}") from None


def finite(name, value, wanted="a finite number"):
    """Return it as a float that is neither nan nor infinite."""
    if not math.isfinite(given := number(name, value, wanted)):
        raise ValueError(f"{name} is {wanted}, not {shown(value)}")
    return given


def seconds(name, value, *, endless=True):
    """Return a time to wait as a float; `endless` is whether it may be infinite."""
    wanted = "a number of seconds above 0"
    if not (given := number(name, value, wanted)) > 0 or (given == math.inf and not endless):
        raise ValueError(f"{name} is {wanted}, not {shown(value)}")
    return given


def count(name, value, least=1, most=1_000_000):
    """Return how many of something."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        wanted = f"a whole number from {least} to {most:,}"
        raise (ValueError if isinstance(value, int) else TypeError)(f"{name} is {wanted}, not {shown(value)}")
    return value


def text(name, value):
    """Return a str."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, not {shown(value)}")
    return value


def written(name, value):
    """Return as a str what may be anything that can be written down."""
    try:
        return str(value)
    except Exception:
        raise ValueError(f"{name} is a text, not {shown(value)}") from None


def drawn(name, value):
    """Return as a str what can be drawn in a figure; between two $ matplotlib expects a formula."""
    try:
        (given := written(name, value)).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} has half a character in it: {shown(value)}") from None
    for line in given.split("\n"):
        if (dollars := line.count("$") - line.count(r"\$")) < 1 or dollars % 2:
            continue  # an odd number of them stays as it is
        from matplotlib.mathtext import MathTextParser  # here, because matplotlib is heavy

        try:
            MathTextParser("path").parse(line)
        except ValueError:
            raise ValueError(rf"{name} has no formula between two $, so write \$ instead: {shown(value)}") from None
    return given


def whether(name, value):
    """Return a bool; 0, 1 and numpy's are also such."""
    if value is True or value is False:  # the quick way
        return value
    try:
        known = bool(value == 0 or value == 1)
    except Exception:  # an array
        known = False
    if not known:
        raise TypeError(f"{name} is True or False, not {shown(value)}")
    return bool(value)


def prefix(name, value):
    """Return what the name of a file may begin with."""
    try:
        size = len(os.fsencode(text(name, value)))
    except UnicodeEncodeError:
        size = math.inf
    if set(value) & set("/\\\0") or size > 100:
        raise ValueError(f"{name} is what a folder's name begins with, not {shown(value)}")
    return value


def function(name, value):
    """Return what can be called without arguments, as far as one sees before the call."""
    if not callable(value):
        raise TypeError(f"{name} is a function, not {shown(value)}")
    return value


def of_names(name, value, what):
    """Return a mapping that is not empty, its keys made names."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} takes a dict, from names to {what}, not {shown(value)}")
    if not value:
        raise ValueError(f"{name} has nothing to draw: give it one name or more, and {what}")
    return {drawn(f"each name in {name}", key): each for key, each in value.items()}


def variables(name, value):
    """Return a mapping from names that a program may have; None is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is a dict of variables, not {shown(value)}")
    for each in value:
        if not text(f"each name in {name}", each).isidentifier():
            raise ValueError(f"{name} has {shown(each)}, which cannot be a variable's name")
    return value


def bars(values, unit, **texts):
    """Return what `plot_bars` draws: names and finite numbers."""
    for name, value in {"unit": text("unit", unit), **texts}.items():
        drawn(name, value)
    values = of_names("plot_bars", values, "numbers")
    return {name: on_axis(f"the bar {shown(name)}", finite, value) for name, value in values.items()}


def on_axis(name, kind, value):
    """Return a number of this kind, `finite` or `number`, that has a place on an axis."""
    if MOST_DRAWN < abs(given := kind(name, value)) < math.inf:
        raise ValueError(f"{name} is drawn if it is from -{MOST_DRAWN:g} to {MOST_DRAWN:g}, not {shown(value)}")
    return given


def row(name, values):
    """Return a sequence as a list."""
    try:
        if not isinstance(values, (str, bytes, Mapping)) and hasattr(values, "__len__"):
            return list(values)
    except Exception:  # an array that is one number, or a class of lists
        pass
    raise TypeError(f"{name} is a list of numbers, not {shown(values)}")


def curves(x, measured, ideal, log, unit, **texts):
    """Return what `plot_curves` draws: `x`, the curves, the ideal ones; None in a curve becomes nan, a gap."""
    one_of("log", log, ("xy", "x"))
    for name, value in {"unit": text("unit", unit), **texts}.items():
        drawn(name, value)
    measured = of_names("plot_curves", measured, "lists of numbers")
    none = ideal is None or (isinstance(ideal, Mapping) and not ideal)
    ideal = {} if none else of_names("ideal", ideal, "lists of numbers")
    x = [on_axis("what stands on the x-axis", finite, value) for value in row("x", x)]
    if not x:
        raise ValueError("plot_curves has nothing to draw: x is empty")
    if not all(value > 0 for value in x):
        raise ValueError(f"the x-axis is logarithmic and takes numbers above 0 alone, not {shown(min(x))}")
    for each in (measured, ideal):
        for name, values in each.items():
            called = f"curve {shown(name)}"
            values = row(called, values)
            if len(values) != len(x):
                raise ValueError(f"{called} has {len(values)} values for {len(x)} points on the x-axis")
            each[name] = [math.nan if y is None else on_axis(f"each value of {called}", number, y) for y in values]
    return x, measured, ideal


def axes(ax):
    """Return the matplotlib axes to draw into, or None."""
    if ax is not None and (isinstance(ax, type) or not (hasattr(ax, "barh") and hasattr(ax, "set_xscale"))):
        raise TypeError(f"ax is one of matplotlib's axes, as plt.subplots() makes them, not {shown(ax)}")
    return ax


def one_of(name, value, known):
    """Return one of a few words."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name}={shown(value)} is not known: it is {' or '.join(map(repr, known))}")
    return value


def timelines(given, by, greenlets, switches):
    """Return (timeline, its spans) for each that `plot_timelines` draws."""
    one_of("by", by, ("time", "switch"))  # what the horizontal axis counts
    whether("switches", switches)
    for each in given:
        if not hasattr(each, "_greenlet_rows"):
            raise TypeError(f"plot_timelines draws timelines, one or several, not {shown(each)}")
    greenlets = whether("greenlets", greenlets)
    pairs = [(each, each._greenlet_rows if greenlets else each.spans) for each in given]
    if not pairs or not all(spans for _, spans in pairs):
        raise ValueError("nothing to draw: record something first, `with Timeline(…): with span(…): …`")
    if by == "switch" and not all(each.switches for each in given):
        raise ValueError("by='switch' needs a timeline in which greenlets switched; this one saw no switch")
    for each, spans in pairs:
        for name in {each.title, *(span.row for span in spans)}:
            drawn("a name in a timeline", name)
    return pairs


def logs(given, by):
    """Return a list of requests by the title of each chart that `plot_visits` draws."""
    one_of("by", by, ("page", "place"))  # what a row is
    given = of_names("plot_visits", given, "logs")
    for title, log in given.items():
        called = f"the log {shown(title)}"
        if not isinstance(log, (list, tuple)) or not all(hasattr(request, "outcome") for request in log):
            raise TypeError(f"{called} is a list of requests, as Website.log() returns it, not {shown(log)}")
        if not log:
            raise ValueError(f"nothing to draw: {called} is empty")
    return given


def span(row, start, end, running):
    """Return a span's row, its times, the end no sooner than the start, and whether it ran."""
    called = shown(row := written("row", row))
    start, end = finite(f"the start of {called}", start), finite(f"the end of {called}", end)
    if end < start:
        raise ValueError(f"the span {called} ends {start - end:.3g} s before it starts: swap start and end")
    return row, start, end, whether("running", running)
