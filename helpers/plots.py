"""The course's one matplotlib style, set by importing this; bars for a comparison, curves for cost against scale.

A chapter hands over what it measured, in seconds, bytes or plain numbers; how a number is written, on an axis or at
the end of a bar, is decided by `quantity` alone.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), told apart by colour-blind readers, on
light and dark pages; curves also differ by line and marker. What is black or white follows the theme of the page.
"""

from itertools import cycle

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.ticker import FuncFormatter, NullFormatter

from backstage import asked
from backstage.fonts import families
from backstage.pages import let_figures_follow

BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, PALE = "#CC79A7", "#56B4E9", "#767676", "#E69F0080"  # pale is orange, half of it

WIDTH = 8.0  # inches: fills a notebook page on a laptop

plt.rcParams.update({
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "figure.figsize": (WIDTH, 3.6),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.family": families(),
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#00000022",
    "legend.framealpha": 0.8,  # its words are not crossed by the grid, and a curve behind them is not lost
    "legend.edgecolor": "none",
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "axes.prop_cycle": cycler(color=[BLUE, VERMILLION, GREEN, PURPLE, ORANGE])
    + cycler(linestyle=["-", "--", "-.", ":", "-"])
    + cycler(marker=["o", "s", "^", "D", "v"]),
})  # fmt: skip
let_figures_follow()


def quantity(value, unit="s"):
    """Write a value as people say it: `quantity(0.0123)` is "12.3 ms", `quantity(1234)` is "1,234 s".

    Three figures are kept; SI prefixes below 1, and above 1000 for units other than seconds and plain numbers.

    Raises
    ------
    TypeError, ValueError
        If the value is no number or too large for one, or `unit` is no str.
    """
    value, unit = float(f"{asked.number('a quantity', value):.3g}"), asked.text("unit", unit)
    small, large = {"m": 1e-3, "µ": 1e-6, "n": 1e-9}, {"G": 1e9, "M": 1e6, "k": 1e3}
    if 0 < abs(value) < 1 and unit:
        prefix, factor = next(((name, f) for name, f in small.items() if abs(value) >= f), ("n", 1e-9))
    elif unit in ("", "s"):
        prefix, factor = "", 1
    else:
        prefix, factor = next(((name, f) for name, f in large.items() if abs(value) >= f), ("", 1))
    number = float(f"{value / factor:.3g}")
    return f"{number:,.0f} {prefix}{unit}".strip() if abs(number) >= 100 else f"{number:g} {prefix}{unit}".strip()


def axis_of(unit):
    """A matplotlib formatter that writes ticks as `quantity` does."""
    return FuncFormatter(lambda value, _: quantity(value, unit))


def plot_bars(values, *, title="", unit="s", xlabel="time", ax=None):
    """Draw a purple bar for each entry, its value at its end; blue and orange mean running and waiting, in timelines.

    Parameters
    ----------
    values : mapping of str to float
        What each bar stands for, and its length in `unit`; drawn from top to bottom in the order given.
    title, xlabel : str
        What the figure shows, and what its axis counts; the unit is added to the axis.
    unit : str
        The unit of the values, SI prefixes are added: "s" shows 0.01 as "10 ms".
    ax : matplotlib.axes.Axes, optional
        Draw here and leave showing to the caller; by default a figure is made and shown.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, a value is no finite number, or a text cannot be drawn.
    """
    values, own = asked.bars(values, unit, title=title, xlabel=xlabel), asked.axes(ax) is None
    if own:
        _, ax = plt.subplots(figsize=(WIDTH, 0.9 + 0.48 * len(values)))
    lengths = list(values.values())
    bars = ax.barh(list(values), lengths, color=PURPLE, height=0.65)
    ax.bar_label(bars, labels=[quantity(length, unit) for length in lengths], padding=4, fontweight="bold")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlim(min([*lengths, 0]) * 1.15, max([*lengths, 0]) * 1.15 or 1)
    ax.xaxis.set_major_formatter(axis_of(unit))
    ax.set_xlabel(xlabel)
    ax.set_title(title)
    if own:
        plt.show()


def plot_curves(x, curves, *, title="", xlabel, ylabel, unit="s", ideal=None, log="xy", ax=None):
    """Draw one curve for each entry: what grows with what.

    Parameters
    ----------
    x : sequence of float
        The scale, for instance numbers of tasks; shape (n,). Each is written on its axis.
    curves : mapping of str to sequence of float
        Name of each curve, and its values in `unit`; each of shape (n,). None, nan, or 0 on a logarithm leave a gap.
    title, xlabel, ylabel : str
        What the figure shows; what the axes count.
    unit : str
        The unit of the values; SI prefixes are added on the axis. "" for plain numbers.
    ideal : mapping of str to sequence of float, optional
        Curves that nobody measured, drawn thin and grey behind the others.
    log : "xy" or "x"
        Which axes are logarithmic.
    ax : matplotlib.axes.Axes, optional
        Draw here and leave showing to the caller; by default a figure is made and shown.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, a curve is not as long as `x`, `log` is neither, or no number or text can be drawn.
    """
    x, curves, ideal = asked.curves(x, curves, ideal, log, unit, title=title, xlabel=xlabel, ylabel=ylabel)
    own = asked.axes(ax) is None
    if own:
        _, ax = plt.subplots(figsize=(WIDTH, 4))
    for (name, values), line in zip(ideal.items(), cycle(["--", ":", "-."])):
        ax.plot(x, values, color=GREY, linewidth=1.4, linestyle=line, marker="", label=name)
    for name, values in curves.items():
        ax.plot(x, values, label=name)
    plain = FuncFormatter(lambda value, _: f"{value:,.10g}")
    ax.set_xscale("log")
    ax.set_xticks(x)
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(plain)
    if log == "xy":
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(axis_of(unit) if unit else plain)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend()
    if own:
        plt.show()
