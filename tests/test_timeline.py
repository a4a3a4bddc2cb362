"""What readers of a timeline rely on: who ran, who waited, how much overlapped, and that nothing gets lost."""

import asyncio
import re
import threading
import time
from itertools import pairwise

import gevent
import greenlet
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgba

from backstage import pages
from helpers import Timeline, plot_timelines, span
from helpers.plots import PALE


@pytest.fixture
def shown(monkeypatch):
    """The figures that a call shows, instead of showing them."""
    figures = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    yield figures
    plt.close("all")


def steam(bun, seconds=0.05):
    with span(f"bun {bun}"):
        gevent.sleep(seconds)


def together(number, seconds=0.05):
    with Timeline("together") as recorded:
        gevent.joinall([gevent.spawn(steam, bun, seconds) for bun in range(number)], raise_error=True)
    return recorded


def test_one_after_another_does_not_overlap_and_together_does():
    with Timeline() as in_sequence:
        for bun in range(5):
            steam(bun, 0.2)
    at_once = together(5, 0.2)
    assert (in_sequence.peak, at_once.peak) == (1, 5)
    # Of the same time, for on a busy machine another recording may take many times as long, and so may any line here.
    in_all = [sum(each.end - each.start for each in recorded.spans) for recorded in (in_sequence, at_once)]
    between = sum(later.start - each.end for each, later in pairwise(in_sequence.spans))
    assert in_sequence.total == pytest.approx(in_all[0] + between)
    assert at_once.total < in_all[1] - 0.5  # wherever it stops, three naps of 0.2 s at least lie over others


def test_waiting_greenlets_are_told_from_running_ones():
    def knead():
        with span("dough"):
            end = time.process_time() + 0.1
            while time.process_time() < end:
                pass

    with Timeline() as recorded:
        gevent.joinall([gevent.spawn(steam, 1, 1), gevent.spawn(knead)], raise_error=True)
    ran = {each.row: sum(b - a for a, b in each.running) for each in recorded.spans}
    assert ran["dough"] >= 0.1
    assert ran["bun 1"] < 0.5 * ran["dough"]
    assert recorded.busy == pytest.approx(sum(ran.values()) / recorded.total)
    assert recorded.busy < 1


def test_a_blocking_call_counts_as_running_because_it_holds_the_thread():
    with Timeline() as recorded, span("sleep"):
        time.sleep(0.3)
    assert recorded.busy > 0.9


def test_rows_come_by_start_and_finish_order_by_end():
    with Timeline() as recorded:
        gevent.joinall([gevent.spawn(steam, 1, 0.1), gevent.spawn(steam, 2, 0.01)], raise_error=True)
    assert recorded.rows == ["bun 1", "bun 2"]
    assert recorded.finish_order == ["bun 2", "bun 1"]


def test_every_switch_of_plain_greenlets_is_seen_with_the_names_given():
    def one():
        gr2.switch()
        gr2.switch()

    def two():
        gr1.switch()

    gr1, gr2 = greenlet.greenlet(one), greenlet.greenlet(two)
    with Timeline() as recorded:
        recorded.name(first=gr1, second=gr2)
        gr1.switch()
    assert recorded.running_order == ["main", "first", "second", "first", "second", "main"]
    assert [each.event for each in recorded.switches] == ["switch"] * 5
    by_row = {each.row: each.finished for each in recorded.spans}
    assert by_row == {"main": False, "first": False, "second": True}


def test_a_throw_is_told_from_a_switch():
    def wait():
        greenlet.getcurrent().parent.switch()

    victim = greenlet.greenlet(wait)
    with Timeline() as recorded:
        victim.switch()
        victim.throw()
    assert "throw" in [each.event for each in recorded.switches]


def test_unnamed_greenlets_are_called_after_their_functions():
    def tea():
        gevent.sleep(0.01)

    with Timeline() as recorded:
        gevent.joinall([gevent.spawn(tea), gevent.spawn(tea)], raise_error=True)
    assert recorded.rows == ["main", "tea", "tea 2"]


def test_every_switch_with_gevent_goes_through_the_hub():
    switches = together(3).switches
    assert switches
    assert all("hub" in (each.origin, each.target) for each in switches)


def test_spans_from_threads_all_arrive_and_do_not_claim_to_know_who_ran():
    def work(worker):
        for number in range(500):
            with span(f"thread {worker}", waiting=number % 2 == 0):
                pass

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    with Timeline() as recorded:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(recorded.spans) == 8 * 500
    assert {each.running is None for each in recorded.spans} == {True, False}
    with pytest.raises(ValueError, match="nobody told whether 'thread"):
        _ = recorded.busy


def test_asyncio_tasks_do_not_claim_to_have_run_while_they_waited():
    async def steam_async(bun):
        with span(f"bun {bun}"):
            await asyncio.sleep(0.02)

    async def shop():
        with Timeline() as recorded, span("the task that opened it"):
            await asyncio.gather(*(steam_async(bun) for bun in range(3)))
        return recorded

    recorded = asyncio.run(shop())
    assert len(recorded.spans) == 4
    assert all(each.running is None for each in recorded.spans)
    assert recorded.peak == 4


def test_added_spans_count_and_impossible_ones_are_refused():
    with Timeline() as recorded:
        recorded.add("slice", 10.0, 10.5, running=True)
    recorded.add("slice", 10.5, 11.0, running=False)
    assert recorded.total == pytest.approx(1)
    assert recorded.busy == pytest.approx(0.5)
    with pytest.raises(ValueError, match=r"'slice' ends 1 s before it starts"):
        recorded.add("slice", 2.0, 1.0, running=True)


def test_an_error_is_noted_and_not_swallowed():
    with Timeline() as recorded, pytest.raises(KeyError), span("bun"):
        raise KeyError("bun")
    assert recorded.spans[0].error == "KeyError"


def test_a_span_still_open_at_the_end_is_cut_off_there():
    leave = threading.Event()

    def linger():
        with span("late"):
            leave.wait()

    thread = threading.Thread(target=linger)
    with Timeline() as recorded:
        thread.start()
        while not recorded._open:
            time.sleep(0.001)
    leave.set()
    thread.join()
    assert [(each.row, each.finished) for each in recorded.spans] == [("late", False)]
    assert recorded.spans[0].end == recorded.end


def test_spans_go_to_the_innermost_timeline_and_cost_nothing_without_one():
    steam("nowhere", 0)
    with Timeline() as outer:
        steam("out", 0)
        with Timeline() as inner:
            steam("in", 0)
        steam("out again", 0)
    assert inner.rows == ["bun in"]
    assert outer.rows == ["bun out", "bun out again"]


def test_the_trace_hook_found_there_is_put_back():
    calls = []
    before = greenlet.settrace(lambda *each: calls.append(each))
    try:
        together(2, 0)
        assert not calls
        gevent.sleep(0)
        assert calls
    finally:
        greenlet.settrace(before)


def use_twice(once):
    for _ in range(2):
        with once:
            pass


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: Timeline("x").rows, "'x' is empty: read it after"),
        (lambda: Timeline("x").__enter__().__enter__(), "has been used"),
        (lambda: use_twice(span("bun")), "this span of 'bun' has been used"),
    ],
)
def test_misuse_is_answered_with_a_sentence(misuse, message):
    with Timeline():  # keeps the one that is left open from staying the innermost
        try:
            with pytest.raises(RuntimeError, match=message):
                misuse()
        finally:
            import helpers.timeline

            del helpers.timeline._active[1:]
    greenlet.settrace(None)


def test_another_thread_cannot_close_it_and_the_one_that_opened_it_still_can():
    told = []

    def close():
        with pytest.raises(RuntimeError, match="by the thread that opened it"):
            timeline.__exit__(None, None, None)
        told.append(True)

    with Timeline("mine") as timeline:
        thread = threading.Thread(target=close)
        thread.start()
        thread.join()
        with span("bun"):
            pass
    assert told and timeline.rows == ["bun"]


def test_only_greenlets_can_be_named():
    with Timeline() as recorded, pytest.raises(TypeError, match="bun is no greenlet but a str"):
        recorded.name(bun="pork")


def test_greenlets_are_named_while_the_timeline_is_open():
    with Timeline("buns") as recorded:
        bun = greenlet.greenlet(lambda: None)
        bun.switch()
    with pytest.raises(RuntimeError, match="'buns' has closed: name its greenlets inside"):
        recorded.name(bun=bun)


def test_repr_says_what_is_in_it():
    assert re.fullmatch(r"<Timeline 'together': 3 rows, \d+\.\d\d s, 3 at once>", repr(together(3)))


@pytest.mark.parametrize("rows", [2, 12, 30, 50, 100])
def test_labels_of_a_chart_do_not_overlap_and_the_ground_is_opaque(shown, rows):
    plot_timelines(together(rows, 0.01), together(2, 0.02))
    (figure,) = shown
    assert figure.get_facecolor() == (1, 1, 1, 1)
    figure.draw_without_rendering()
    upper = figure.axes[0]
    boxes = [label.get_window_extent() for label in upper.get_yticklabels()]
    assert len(boxes) >= min(rows, 5)
    assert all(box.y0 >= lower.y1 - 1 for box, lower in pairwise(boxes))
    assert figure.get_size_inches()[1] < 14
    assert "wait" in figure.legends[0].get_texts()[0].get_text()


def test_a_bar_tells_whose_it_is_and_how_long(shown):
    with Timeline() as recorded, span("main's"):
        gevent.joinall([gevent.spawn(steam, 1)], raise_error=True)
    recorded.add("elsewhere", recorded.start, recorded.start + 2, running=True)
    recorded.plot()
    (axes,) = shown[0].axes
    told = {each.get_gid() for each in axes.collections}
    assert any(re.fullmatch(r"told: bun 1: \d.* m?s, ran .*s", each) for each in told)
    assert "told: elsewhere: 2 s, ran 2 s" in told


@pytest.mark.parametrize("options", [{}, {"by": "switch", "greenlets": True}])
def test_a_line_sweeps_over_all_charts_of_a_figure_when_it_is_replayed(shown, options):
    plot_timelines(together(2), together(3), **options)
    drawn = pages.drawing(shown[0])
    assert len(re.findall(r'<g id="[^"]*replay"', drawn)) == 1
    assert drawn.count("<animateTransform") == 2
    [far] = set(re.findall(r'to="([\d.]+) 0"', drawn))
    assert 300 < float(far) < 576
    plain, _ = plt.subplots()
    assert "replay" not in pages.drawing(plain)


def test_a_chart_by_switches_gives_each_switch_one_step(shown):
    recorded = together(2, 0.01)
    recorded.plot(by="switch", greenlets=True, switches=True)
    axes = shown[0].axes[0]
    assert axes.get_xlim()[1] >= len(recorded.switches) + 1
    assert [label.get_text() for label in axes.get_yticklabels()] == ["main", "bun 0", "bun 1", "hub"]
    assert len(axes.texts) == len(recorded.switches)


def test_a_chart_by_switches_shows_a_wait_that_was_too_short_to_be_seen_in_seconds(shown):
    def work_then_wait():
        time.sleep(0.1)
        main.switch()

    main = greenlet.getcurrent()
    worker = greenlet.greenlet(work_then_wait)
    with Timeline() as recorded:
        recorded.name(worker=worker)
        worker.switch()
    recorded.plot(by="switch")
    shades = [bar.get_facecolor()[0] for bar in shown[0].axes[0].collections]
    assert sum(tuple(shade) == to_rgba(PALE) for shade in shades) == 2  # main waits for worker, then worker for main


@pytest.mark.parametrize(
    ("options", "message"),
    [({"by": "colour"}, "it is 'time' or 'switch'"), ({"by": "switch"}, "saw no switch")],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(options, message):
    with Timeline() as recorded, span("alone"):
        pass
    with pytest.raises(ValueError, match=message):
        recorded.plot(**options)


def test_an_empty_timeline_says_that_there_is_nothing_to_draw():
    with Timeline(trace=False) as recorded:
        pass
    with pytest.raises(ValueError, match="nothing to draw"):
        recorded.plot()
