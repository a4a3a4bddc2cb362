"""Timelines as Gantt charts: the picture language of the whole course.

A thick dark bar is a stretch in which the row ran, a thin pale one in which it waited; where nobody told which, a
grey bar says only that it was at work. The axis counts seconds, or switches where seconds would hide the order.
Readable from 2 to 100 rows: the more there are, the lower they get; the mouse on a bar tells whose it is, and how long.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from backstage import asked
from backstage.pages import hover, sweep
from helpers.plots import BLUE, GREY, PALE, VERMILLION, WIDTH, axis_of, quantity

_THROW = "switch by an error"
_MOST_SWITCHES = 200  # more arrows than that are a black block
KINDS = {  # label of the legend, colour, height of the bar as a share of its row
    "waiting": ("waiting", PALE, 0.45),
    "running": ("running", BLUE, 0.85),
    "open": ("at work: runs or waits, not traced", GREY, 0.5),
    "hub": ("hub: waits, or picks the next", "#00000048", 0.85),
}


def plot_timelines(*timelines, by="time", greenlets=False, switches=False):
    """Draw timelines below each other, on one axis, and show the figure.

    Parameters
    ----------
    *timelines : Timeline
        Closed timelines; each starts at 0.
    by : "time" or "switch"
        What the horizontal axis counts: seconds, or switches between greenlets, each one step wide. The second
        shows an order that is too quick, or too uneven, to be seen in seconds.
    greenlets : bool
        Draw a row for each greenlet, main and hub too, instead of the spans recorded by hand.
    switches : bool
        Draw an arrow for each switch between two rows shown, at most 200 of them.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        If there is nothing to draw, something else than closed timelines, or an option is none of those above.
    """
    drawn = asked.timelines(timelines, by, greenlets, switches)
    counts = [len({span.row for span in spans}) for _, spans in drawn]
    # Inches: rows are roomy where they are few, tight where they are a hundred.
    heights = [0.28 + max(0.5, count * max(0.055, min(0.3, 4.8 / count))) for count in counts]
    figure, axes = plt.subplots(
        len(drawn), 1, sharex=True, squeeze=False, figsize=(WIDTH, sum(heights) + 0.9), height_ratios=heights
    )
    used = {}
    for ax, (timeline, spans) in zip(axes[:, 0], drawn, strict=True):
        _plot_one(ax, timeline, spans, by, switches, used)
    bottom = axes[-1, 0]
    right = max(ax.dataLim.x1 for ax in axes[:, 0])
    bottom.set_xlim(0, right * (1.12 if by == "time" else 1.03))
    if by == "time":
        bottom.xaxis.set_major_formatter(axis_of("s"))
        bottom.set_xlabel("time since the start")
    else:
        bottom.xaxis.set_major_locator(MaxNLocator(integer=True))
        bottom.set_xlabel("switches, in order (not to scale in time)")
    order = [*(KINDS[kind][0] for kind in KINDS), _THROW, "ended by an error", "not finished"]
    figure.legend(
        handles=sorted(used.values(), key=lambda each: order.index(each.get_label())),
        loc="outside lower center", ncols=4, fontsize=10,
    )  # fmt: skip
    plt.show()


def _plot_one(ax, timeline, spans, by, switches, used):
    origin = min(span.start for span in spans) if by == "time" else timeline.start
    if by == "time":

        def place(when):
            return when - origin
    else:
        ticks = [timeline.start, *(each.time for each in timeline.switches), timeline.end]

        def place(when):
            return float(np.interp(when, ticks, range(len(ticks))))

    rows = list(dict.fromkeys(span.row for span in sorted(spans, key=lambda span: (span.row == "hub", span.start))))
    height = {row: number for number, row in enumerate(rows)}
    for span in spans:
        middle, whole = height[span.row], [(place(span.start), place(span.end))]
        told = f"{span.row}: {quantity(span.end - span.start)}"
        if span.running is None:
            _bars(ax, whole, middle, "open", told, used)
        else:
            parts = [(place(start), place(end)) for start, end in span.running]
            told += f", ran {quantity(sum(b - a for a, b in span.running))}" if span.row != "hub" else ""
            if span.row != "hub" and sum(end - start for start, end in parts) < 0.99 * (whole[0][1] - whole[0][0]):
                _bars(ax, whole, middle, "waiting", told, used)
            _bars(ax, parts, middle, "hub" if span.row == "hub" else "running", told, used)
        if span.error:
            _mark(ax, place(span.end), middle, "X", VERMILLION, "ended by an error", used)
        elif not span.finished and span.row not in ("hub", "main"):
            _mark(ax, place(span.end), middle, ">", GREY, "not finished", used)
    if switches:
        for each in timeline.switches[:_MOST_SWITCHES]:
            if each.origin in height and each.target in height:
                thrown = each.event == "throw"
                colour = VERMILLION if thrown else "black"
                ax.annotate(
                    "", (place(each.time), height[each.target]), (place(each.time), height[each.origin]),
                    arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2 if thrown else 0.9,
                                "shrinkA": 0, "shrinkB": 0},
                )  # fmt: skip
                if thrown:
                    used.setdefault(_THROW, Line2D([], [], color=colour, linewidth=2, label=_THROW))
    end = max(place(span.end) for span in spans)
    ax.axvline(0, color="black", alpha=0, zorder=5, gid=sweep(end))  # is seen when the chart is replayed
    if by == "time":
        ax.axvline(end, color="black", linewidth=1, linestyle=":")
        ax.annotate(quantity(end), (end, 0), xytext=(5, 0), textcoords="offset points", va="center", fontweight="bold")
    ax.set_title(timeline.title)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    every = 1 if len(rows) <= 36 else 5 if len(rows) <= 60 else 10
    ax.set_yticks(range(0, len(rows), every), rows[::every], fontsize=11 if len(rows) <= 15 else 8)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)


def _bars(ax, parts, middle, kind, told, used):
    label, colour, height = KINDS[kind]
    if not parts:
        return
    edge = colour if kind == "running" else "none"  # keeps a stretch visible that is shorter than a pixel
    ax.broken_barh(
        [(start, end - start) for start, end in parts], (middle - height / 2, height),
        facecolors=colour, edgecolors=edge, linewidth=1.2, zorder=3 if kind == "running" else 2, gid=hover(told),
    )  # fmt: skip
    used.setdefault(label, Patch(facecolor=colour, label=label))


def _mark(ax, x, y, marker, colour, label, used):
    ax.plot([x], [y], marker=marker, markersize=8, color=colour, markeredgecolor="white", linestyle="", zorder=4)
    used.setdefault(label, Line2D([], [], marker=marker, color=colour, linestyle="", label=label))
