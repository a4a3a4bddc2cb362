"""What a site saw of a crawl, as a Gantt chart: a bar for each request, coloured by how it ended.

Unlike `helpers.gantt` it shows the server's side, which has no workers. So a row is either a page, which tells who was
asked again, or a place in the queue at the counter, so that the height of the chart is how many were in flight at once.
"""

import matplotlib.pyplot as plt
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from backstage import asked
from backstage.pages import hover
from helpers.plots import GREY, SKY, VERMILLION, WIDTH, axis_of, quantity

_COLOURS = {"answered": SKY, "redirected": GREY, "failed": VERMILLION}


def plot_visits(logs, *, by="page"):
    """Draw logs of sites below each other, on one axis of time, and show the figure.

    Parameters
    ----------
    logs : mapping of str to list of Request
        The title of each chart, and what `Website.log` returned; each starts at 0.
    by : "page" or "place"
        What a row is: a page, named by its path; or a place, so that there are as many rows as requests were in
        flight at once. A request takes the first place that is free.

    Raises
    ------
    TypeError, ValueError
        If a log is empty or something else, or `by` is neither of the two.
    """
    logs = {title: sorted(log, key=lambda request: request.start) for title, log in asked.logs(logs, by).items()}
    rows = {title: _rows_by_page(log) if by == "page" else _rows_by_place(log) for title, log in logs.items()}
    heights = [0.45 + (0.3 if by == "page" else 0.11) * max(each) for each in rows.values()]
    figure, axes = plt.subplots(
        len(logs), 1, sharex=True, squeeze=False, figsize=(WIDTH, sum(heights) + 0.9), height_ratios=heights
    )
    seen = set()
    for ax, (title, log) in zip(axes[:, 0], logs.items(), strict=True):
        begin, end = log[0].start, max(request.end or request.start for request in log)
        kinds = [_kind(request.outcome) for request in log]
        seen.update(kinds)
        bars = ax.barh(
            rows[title],
            [(request.end or end) - request.start for request in log],
            left=[request.start - begin for request in log],
            color=[_COLOURS[kind] for kind in kinds],
            height=0.7, edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        for bar, request in zip(bars, log, strict=True):
            bar.set_gid(hover(f"{request.path}: {request.outcome}, {quantity((request.end or end) - request.start)}"))
        ax.set_title(title)
        ax.grid(axis="y", visible=False)
        ax.set_ylim(max(rows[title]) + 0.6, 0.4)
        if by == "page":
            names = dict(zip(rows[title], (request.path for request in log), strict=True))
            ax.set_yticks(list(names), names.values())
        else:
            ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4, steps=[1, 2, 5, 10], prune="lower"))
            ax.set_ylabel("in flight")
    ax.set_xlim(0, None)  # of the lowest, and with it of all
    ax.xaxis.set_major_formatter(axis_of("s"))
    ax.set_xlabel("time since the first request")
    patches = [Patch(facecolor=colour, label=kind) for kind, colour in _COLOURS.items() if kind in seen]
    figure.legend(handles=patches, loc="outside lower center", ncols=3, fontsize=10)
    plt.show()


def _kind(outcome):
    return {"200": "answered", "301": "redirected"}.get(outcome, "failed")


def _rows_by_page(log):
    number = {path: row for row, path in enumerate(dict.fromkeys(request.path for request in log), start=1)}
    return [number[request.path] for request in log]


def _rows_by_place(log):
    rows, free_from = [], []
    for request in log:
        row = next((row for row, moment in enumerate(free_from) if moment <= request.start), len(free_from))
        free_from[row : row + 1] = [request.end or float("inf")]
        rows.append(row + 1)
    return rows
