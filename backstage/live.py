"""A drawing that fills while its cell runs; then a picture takes its place.

What a timeline has recorded by now is drawn a few times a second, by a thread of its own and with little effort, since
the work that is drawn should not feel it. A cell has one such place. When a figure is shown there, that is what stays
with the notebook, and all that a plain page and a test get to see. Outside notebooks nothing is shown meanwhile.
"""

import contextlib
import sys
import threading
import time
import uuid
from contextvars import copy_context
from html import escape

from backstage.pages import at_home, live

PAUSE, SHARE = 0.1, 0.1  # seconds from one drawing to the next; the most that drawing may take of a processor

_WIDTH, _ROW, _FONT, _LETTER = 780, 26, 14, 8  # pixels: of all, the height of a row and of text, a letter
_place = None  # that of the last cell which had one


@contextlib.contextmanager
def shown(draw):
    """Show the HTML that `draw` returns again and again until the block ends, one block after another in one place."""
    global _place
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if not hasattr(shell, "kernel"):
        yield
        return
    if not _place or _place.cell != shell.execution_count:
        _place = _Place(shell)
    place, done = _place, threading.Event()

    def renew():
        spent = 0
        while not done.wait(max(PAUSE, spent / SHARE)):
            began = time.thread_time()
            place.put(draw())
            spent = time.thread_time() - began

    # The context says to which cell an output belongs.
    thread = threading.Thread(target=copy_context().run, args=[renew], daemon=True, name="live drawing")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        place.put(draw())


class _Place:
    """Where a cell shows something live, until it shows a picture."""

    def __init__(self, shell):
        self.cell, self.name, self.output = shell.execution_count, uuid.uuid4().hex, shell.display_pub
        self.put(live(""), update=False)
        self.output.register_hook(self.give_to_picture)

    def put(self, html, update=True):
        self.output.publish({"text/html": html}, transient={"display_id": self.name}, update=update)

    def give_to_picture(self, message):
        """What the kernel is about to send: the first picture of this cell goes where the live drawing was."""
        if message["msg_type"] == "display_data" and "image/png" in message["content"]["data"]:
            self.output.unregister_hook(self.give_to_picture)
            if sys.modules["IPython"].get_ipython().execution_count == self.cell:
                message["msg_type"] = message["header"]["msg_type"] = "update_display_data"
                message["content"]["transient"] = {"display_id": self.name}
            self.cell = None
        return message


def bars(spans, kinds, title, start, now):
    """Spans as HTML, a row for each name: what `plot_timelines` draws, as far as it has come."""
    rows = {name: number for number, name in enumerate(dict.fromkeys(span.row for span in spans))}
    start = min([start, *(span.start for span in spans)])
    until = 0.5
    while until < now - start:
        until *= 2
    low = _ROW * (len(rows) + 1.5)
    left = _LETTER * (max(map(len, rows), default=0) + 1)

    def across(when):
        return left + (_WIDTH - left - 40) * (when - start) / until

    def bar(row, parts, kind):
        _, colour, height = kinds[kind]
        top = _ROW * (rows[row] + 1.5 + (1 - height) / 2)
        shape = f'y="{top:.1f}" height="{height * _ROW:.1f}" style="fill: {colour.lower()}"'
        edges = [(across(start), across(end)) for start, end in parts]
        return "".join(f'<rect x="{a:.1f}" width="{max(1, b - a):.1f}" {shape}/>' for a, b in edges)

    drawn = [f'<text y="{_FONT}" x="{left}" font-weight="bold">{escape(title)}</text>']
    for name, number in rows.items():
        place = f'x="{left - _LETTER}" y="{_ROW * (number + 2) + _FONT / 3:.1f}" text-anchor="end"'
        drawn.append(f"<text {place}>{escape(name)}</text>")
    for span in spans:
        whole = [(span.start, span.end)]
        if span.running != whole:
            drawn.append(bar(span.row, whole, "open" if span.running is None else "waiting"))
        drawn.append(bar(span.row, span.running or [], "running"))
    for quarter in range(5):
        seconds = until * quarter / 4
        place = f'x="{across(start + seconds):.1f}" y="{low + _FONT + 4:.1f}" text-anchor="middle"'
        drawn.append(f"<text {place}>{seconds:g} s</text>")
    line = f'x1="{across(now):.1f}" x2="{across(now):.1f}" y1="{_ROW}" y2="{low}"'
    drawn.append(f'<line {line} stroke="currentColor" stroke-dasharray="2 3"/>')
    size = f'viewBox="0 0 {_WIDTH} {low + _FONT + 10:.0f}"'
    look = f"width: {_WIDTH}px; max-width: 100%; fill: currentColor; font: {_FONT}px sans-serif"
    drawing = f'<svg {size} style="{look}">{at_home("".join(drawn))}</svg>'
    return live(drawing, role="img", aria_label=f"{title}, so far")
