"""What a caller has given, looked at before it is used: one sentence says what it was, and what is wanted instead.

Python's own errors come from deep inside and speak of other things. As everywhere in Python, a wrong kind of value is a
TypeError, and one of the right kind that makes no sense a ValueError. Each function returns the value, ready to use.
"""

import math
from collections.abc import Mapping


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
    except TypeError:  # an array
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
    return {str(key): each for key, each in value.items()}


def variables(name, value):
    """Return a mapping from names that a program may have."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is a dict of variables, not {shown(value)}")
    for each in value:
        if not text(f"each name in {name}", each).isidentifier():
            raise ValueError(f"{name} has {shown(each)}, which cannot be a variable's name")
    return value


def bars(values):
    """Return what `plot_bars` draws: names and finite numbers."""
    values = of_names("plot_bars", values, "numbers")
    return {name: finite(f"the bar {name!r}", value) for name, value in values.items()}


def row(name, values):
    """Return a sequence as a list."""
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__"):
        raise TypeError(f"{name} is a list of numbers, not {shown(values)}")
    return list(values)


def curves(x, drawn, ideal, log, unit):
    """Return what `plot_curves` draws: `x`, the curves, the ideal ones; None in a curve becomes nan, a gap."""
    one_of("log", log, ("xy", "x"))
    text("unit", unit)
    drawn = of_names("plot_curves", drawn, "lists of numbers")
    ideal = of_names("ideal", ideal, "lists of numbers") if ideal else {}
    x = [finite("what stands on the x-axis", value) for value in row("x", x)]
    if not x:
        raise ValueError("plot_curves has nothing to draw: x is empty")
    if not all(value > 0 for value in x):
        raise ValueError(f"the x-axis is logarithmic and takes numbers above 0 alone, not {shown(min(x))}")
    for each in (drawn, ideal):
        for name, values in each.items():
            values = row(f"curve {name!r}", values)
            if len(values) != len(x):
                raise ValueError(f"curve {name!r} has {len(values)} values for {len(x)} points on the x-axis")
            each[name] = [math.nan if y is None else number(f"each value of curve {name!r}", y) for y in values]
    return x, drawn, ideal


def axes(ax):
    """Return the matplotlib axes to draw into, or None."""
    if not (ax is None or hasattr(ax, "barh")):
        raise TypeError(f"ax is one of matplotlib's axes, as plt.subplots() makes them, not {shown(ax)}")
    return ax


def one_of(name, value, known):
    """Return one of a few words."""
    if value not in known:
        raise ValueError(f"{name}={shown(value)} is not known: it is {' or '.join(map(repr, known))}")
    return value


def timelines(given, by, greenlets):
    """Return (timeline, its spans) for each that `plot_timelines` draws."""
    one_of("by", by, ("time", "switch"))  # what the horizontal axis counts
    for each in given:
        if not hasattr(each, "_greenlet_rows"):
            raise TypeError(f"plot_timelines draws timelines, one or several, not {shown(each)}")
    drawn = [(each, each._greenlet_rows if greenlets else each.spans) for each in given]
    if not drawn or not all(spans for _, spans in drawn):
        raise ValueError("nothing to draw: record something first, `with Timeline(…): with span(…): …`")
    if by == "switch" and not all(each.switches for each in given):
        raise ValueError("by='switch' needs a timeline in which greenlets switched; this one saw no switch")
    return drawn


def logs(given, by):
    """Return a list of requests by the title of each chart that `plot_visits` draws."""
    one_of("by", by, ("page", "place"))  # what a row is
    given = of_names("plot_visits", given, "logs")
    for title, log in given.items():
        if not isinstance(log, (list, tuple)) or not all(hasattr(request, "outcome") for request in log):
            raise TypeError(f"the log {title!r} is a list of requests, as Website.log() returns it, not {shown(log)}")
        if not log:
            raise ValueError(f"nothing to draw: the log {title!r} is empty")
    return given


def span(row, start, end):
    """Return the times of a span, which ends no sooner than it starts."""
    start, end = finite(f"the start of {row!r}", start), finite(f"the end of {row!r}", end)
    if end < start:
        raise ValueError(f"the span {row!r} ends {start - end:.3g} s before it starts: swap start and end")
    return start, end
