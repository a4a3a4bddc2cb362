"""Timelines that are seen to fill: in a kernel, while the cell runs, and with a picture left behind."""

import contextlib
import re
import time

import pytest

from backstage import live
from helpers import Timeline, span
from helpers.gantt import KINDS
from helpers.timeline import Span
from tests.kernel import Kernel

# A worker goes on as soon as its row was drawn, however long that takes: on a busy machine the thread that draws waits.
DRAWN = """
import re, time
from backstage import live

drawn, _put = [], live._Place.put  # how many rows each drawing has

def _noted(place, html, update=True):
    _put(place, html, update)
    drawn.append(len(re.findall("row [123]<", html)))

live._Place.put = _noted

def until_drawn(rows, times=1):
    end = time.monotonic() + 100
    while drawn.count(rows) < times:
        assert time.monotonic() < end, drawn
        yield
"""
CELLS = {
    "threads": """
import threading, time
from helpers import Timeline, plot_timelines, span
def job(number):
    with span(f"row {number}"):
        for _ in until_drawn(3, 2 * number):
            time.sleep(0.02)
with Timeline("jobs", live=True, trace=False) as seen:
    drawn.clear()
    threads = [threading.Thread(target=job, args=[number]) for number in (1, 2, 3)]
    _ = [each.start() for each in threads] + [each.join() for each in threads]
seen.plot()
""",
    "greenlets": """
import gevent
from helpers import Timeline, span
def job(number):
    with span(f"row {number}"):
        for _ in until_drawn(number):
            gevent.sleep(0.02)
with Timeline("jobs", live=True) as seen:
    drawn.clear()
    for number in (1, 2, 3):
        gevent.spawn(job, number).get()
seen.plot()
""",
    "tasks": """
import asyncio
async def task(number):
    with span(f"row {number}"):
        for _ in until_drawn(number):
            await asyncio.sleep(0.02)
both = []
for title in ("jobs", "jobs again"):
    with Timeline(title, live=True) as seen:
        drawn.clear()
        for number in (1, 2, 3):
            await asyncio.create_task(task(number))
    both.append(seen)
plot_timelines(*both)
""",
    "messages": """
with Timeline("jobs", live=True, trace=False) as seen:
    drawn.clear()
    for number in (1, 2, 3):
        for _ in until_drawn(number - 1):
            time.sleep(0.02)
        seen.add(f"row {number}", time.perf_counter() - 0.3, time.perf_counter(), running=True)
seen.plot()
""",
}


@pytest.fixture(scope="module")
def kernel():
    with Kernel() as kernel:
        assert kernel.run(DRAWN).ename is None
        yield kernel


def displays(kernel, code):
    """What a cell displays: its messages but for those that begin and end it."""
    return [
        (kind, content)
        for kind, content in kernel.follow(kernel.start(code))
        if kind not in ("execute_input", "status")
    ]


@pytest.mark.parametrize("workers", CELLS)
def test_a_timeline_fills_while_the_cell_runs_and_a_picture_takes_its_place(kernel, workers):
    shown = displays(kernel, CELLS[workers])
    assert [kind for kind, _ in shown] == ["display_data", *["update_display_data"] * (len(shown) - 1)]
    assert len({content["transient"]["display_id"] for _, content in shown}) == 1
    *drawings, picture = [content["data"] for _, content in shown]
    assert "image/png" in picture and not any("image/png" in each for each in drawings)
    rows = [len(re.findall("row [123]<", each["text/html"])) for each in drawings]
    assert {0, 1, 2, 3} <= set(rows) if workers != "threads" else {0, 3} <= set(rows)


def test_an_open_bar_grows(kernel):
    seconds = []
    for _, content in displays(kernel, CELLS["threads"])[:-1]:
        html = content["data"]["text/html"]
        if "row 3<" not in html:
            continue
        until = float(re.findall(r">([\d.]+) s<", html)[-1])  # the scale doubles now and then
        seconds.append(until * float(re.findall(r'width="([\d.]+)"', html)[2]))
    assert seconds[0] < 0.9 * seconds[-1]


def test_a_picture_of_another_cell_stays_there_and_an_error_ends_the_drawing(kernel):
    cell = 'with Timeline("jobs", live=True):\n    with span("row 1"):\n        time.sleep(0.2)\n        1 / 0'
    assert [kind for kind, _ in displays(kernel, cell)][-1] == "error"
    [(kind, content)] = displays(kernel, "seen.plot()")
    assert kind == "display_data" and "display_id" not in content["transient"]
    assert kernel.run("print([each.name for each in threading.enumerate() if 'live' in each.name])").text == "[]\n"


def test_it_can_be_drawn_before_it_has_begun(monkeypatch):
    """By the thread that draws, where the machine holds up the one that opens it."""

    @contextlib.contextmanager
    def shown(draw):
        drawings.append(draw())
        yield

    drawings = []
    monkeypatch.setattr(live, "shown", shown)
    with Timeline("jobs", live=True):
        assert ">jobs<" in drawings[0]


def test_outside_a_notebook_nothing_is_shown(capsys):
    with Timeline("jobs", live=True) as recorded, span("row"):
        time.sleep(0.15)
    assert recorded.rows == ["row"]
    assert capsys.readouterr() == ("", "")


def test_each_span_stands_in_its_row_as_it_is_known():
    spans = [
        Span("<tea>", 10, 12, [(10.5, 11)]),
        Span("buns", 10, 10.001, None),
        Span("<tea>", 12, 13, []),
    ]
    html = live.bars(spans, KINDS, "a & b", 10, 13)
    assert "&lt;tea&gt;</text>" in html and "a &amp; b</text>" in html and html.count('text-anchor="end"') == 2
    colours = [colour.lower() for colour in re.findall(r"style=\"fill: (#\w+)", html)]
    waiting, running, grey = (KINDS[kind][1].lower() for kind in ("waiting", "running", "open"))
    assert colours == [waiting, running, grey, waiting]
    wide = [float(each) for each in re.findall(r'width="([\d.]+)"', html)]
    assert [each / wide[0] for each in wide] == pytest.approx([1, 0.25, 1 / wide[0], 0.5], abs=0.01)
