"""Programs under every schedule: which are found to be broken and how, what is proven of the others, what is left.

PYTEST_DONT_REWRITE: the programs below are looked at instruction by instruction, so that nobody may change them.
"""

import itertools
import math
import queue
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from backstage.processes import own_time
from backstage.schedules import explore, explore_packed
from backstage.schedules.packing import pack, unpack
from backstage.schedules.search import AGAIN, STOP, replay, search
from backstage.schedules.threads import ThreadStage, _Runner
from benchmarks.classic_programs import PAIRS, together
from helpers import explore as face


def found(program, **limits):
    """What comes of it; on a busy machine it may take long."""
    return explore(ThreadStage, lambda: program, **{"seconds": 300, **limits})


# -- the search, which knows no threads --------------------------------------------------------------------------------


class Broken:
    def __init__(self, length=0, slow=False):
        self.length, self.slow = length, slow


def choosing(costs, breaks=lambda choices: False):
    """A run that chooses once for each entry of `costs`, and breaks where `breaks(choices)` says how long it was."""

    def run(choose):
        choices = tuple(choose(each) for each in costs)
        length = breaks(choices)
        return None if length is False else Broken(length)

    return run


def test_all_choices_are_tried_once_the_cheap_ones_first():
    seen = []
    result = search(choosing([(0, 1), (0, 1, 1), (0, 0)], lambda choices: seen.append(choices) or False), walks=0)
    assert len(seen) == len(set(seen)) == result.tried == 12
    assert result.proven == math.inf
    costs = [(one > 0) + (two > 0) for one, two, _ in seen]
    assert costs == sorted(costs)


def test_a_bound_leaves_out_what_costs_more_and_walks_go_there():
    result = search(choosing([(0, 1)] * 4), bound=1, walks=20)
    assert (result.tried, result.walks, result.proven) == (1 + 4 + 20, 20, 1)
    everywhere = search(choosing([(0, 1)] * 4, lambda choices: 0 if sum(choices) == 4 else False), bound=1, walks=99)
    assert (everywhere.failure.length, everywhere.cost, everywhere.choices) == (0, 4, ((1, (0, 1)),) * 4)


def test_the_cheapest_failure_wins_and_of_these_the_shortest():
    lengths = {(1, 1): 1, (0, 1): 5, (1, 0): 3}
    result = search(choosing([(0, 1)] * 2, lambda choices: lengths.get(choices, False)))
    assert (result.cost, result.failure.length, result.proven) == (1, 3, 0)
    assert replay(choosing([(0, 1)] * 2, lambda choices: lengths.get(choices, False)), result.choices).length == 3


def test_a_search_ends_after_so_many_schedules_or_seconds():
    many = choosing([(0, 0)] * 30)
    assert search(many, schedules=50).tried == 50
    assert search(many, seconds=0.1).proven == -1
    assert search(lambda choose: Broken(slow=True)).tried == 1


def test_states_that_were_seen_are_not_seen_again_unless_they_come_cheaper():
    ended = []

    def run(choose):
        first = choose((0, 1), "start")
        if first == STOP or choose((0, 0), "middle") == STOP:
            return None
        ended.append(first)
        return None

    assert search(run, walks=0).proven == math.inf
    assert ended == [0, 0]


def test_a_run_may_ask_for_a_new_beginning_and_should_be_steady():
    answers = iter([AGAIN, None])
    assert search(lambda choose: next(answers)).tried == 1
    widths = iter([2, 3])
    assert not search(lambda choose: (choose((0,) * next(widths, 1)), None)[1]).steady


# -- programs of threads -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAIRS)
def test_the_broken_one_is_found_and_the_right_one_proven(name):
    says, broken, right = PAIRS[name]
    report = found(broken)
    assert says in (report.failure.kind if says == "deadlock" else report.failure.text)
    assert report.cost <= 1
    report = found(right, walks=20)
    assert report.failure is None
    assert report.proven >= 2


def test_the_same_is_found_each_time():
    for name in ("lost update", "philosophers", "if for while", "readers and writer"):
        broken = PAIRS[name][1]
        first, *others = [found(broken) for _ in range(3)]
        for other in others:
            assert (other.tried, other.cost, str(other)) == (first.tried, first.cost, str(first))


def test_a_line_is_torn_apart_only_where_others_touch_the_same():
    class Two:
        def __init__(self):
            self.one = self.other = 0

        def add_one(self):
            self.one = self.one + 1

        def add_other(self):
            self.other = self.other + 1

    def apart():
        two = Two()
        together(two.add_one, two.add_other)
        assert (two.one, two.other) == (1, 1)

    report = found(apart)
    assert (report.failure, report.proven) == (None, math.inf)
    assert report.tried < 5


sold = 0


def sell_globally():
    global sold
    sold += 1


def globally():
    global sold
    sold = 0
    together(sell_globally, sell_globally)
    assert sold == 2, f"sold is {sold}"


def in_a_closure():
    total = 0

    def sell():
        nonlocal total
        total += 1

    together(sell, sell)
    assert total == 2, f"sold is {total}"


def in_a_list():
    totals = [0]

    def sell():
        totals[0] += 1

    together(sell, sell)
    assert totals == [2], f"sold is {totals[0]}"


def by_two_names():
    class Till:
        sold = 0

        def sell(self):
            setattr(self, "sold", self.sold + 1)  # noqa: B010

    till = Till()
    together(till.sell, till.sell)
    assert till.sold == 2, f"sold is {till.sold}"


def where_something_is_missing():
    class Till:
        sold = 0

        def sell(self):
            if not hasattr(self, "lock"):
                self.lock = threading.Lock()
            with self.lock:
                self.sold += 1

    till = Till()
    together(till.sell, till.sell)
    assert till.sold == 2, f"sold is {till.sold}"


def in_one_line():
    shelf = ["bun"]
    together(*[lambda: shelf and shelf.pop()] * 2)


@pytest.mark.parametrize("program", [globally, in_a_closure, in_a_list, by_two_names, in_one_line])
def test_races_are_found_wherever_the_value_lies(program):
    report = found(program)
    assert report.failure.text.splitlines()[0] in ("AssertionError: sold is 1", "IndexError: pop from empty list")
    assert report.cost == 1


def test_what_nobody_else_writes_is_no_race():
    def program():
        prices, bought = {"bun": 2}, []

        def buy():
            total = 0
            for _ in range(3):
                total += prices["bun"]
            assert total == 6

        together(buy, buy)
        assert not bought

    assert found(program).proven == math.inf


def test_a_closure_is_not_overwritten_by_the_watch():
    """Up to Python 3.12 a trace function writes old values back when it returns; see `tracing`."""

    def program():
        total, lock = 0, threading.Lock()

        def sell():
            nonlocal total
            with lock:
                seen = total
                lock.locked()  # a point, in the middle
                total = seen + 1

        together(sell, sell)
        assert total == 2, total

    report = found(program)
    assert (report.failure, report.proven >= 2) == (None, True)


def test_an_order_is_told_line_by_line():
    report = found(PAIRS["lost update"][1])
    order = report.failure.order()
    assert order[2].startswith("sell 2  self.sold")
    assert [line.split()[0] for line in order] == ["sell", "sell", "sell", "sell", "main"]
    assert "is interrupted in the middle of: self.sold = self.sold + 1" in order[1]
    assert "goes on in: self.sold = self.sold + 1" in order[3]
    assert "needs 1 interruption:" in str(report)


def test_an_error_without_words_is_an_error():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def program():
        raise Mute

    assert found(program).failure.text == "Mute"


def test_a_deadlock_names_who_waits_for_whom():
    text = str(found(PAIRS["two locks"][1]))
    assert "A deadlock: nobody can go on." in text
    assert text.count("waits for a lock that Thread-") == 2
    assert "main waits for another to end" in text


def test_what_has_no_end_is_cut():
    def for_ever():
        while True:
            pass

    def polls():
        while not threading.Event().is_set():
            time.sleep(1)

    for program in (for_ever, polls):
        report = found(program)
        assert (report.failure.kind, report.tried) == ("endless", 1)
        assert "It does not end" in str(report)


def test_who_spins_lets_others_go_on():
    def program():
        done = []
        thread = threading.Thread(target=done.append, args=[1])
        thread.start()
        while not done:
            pass

    assert found(program).failure is None


def test_time_passes_when_nobody_else_can_go_on_or_for_a_price():
    def naps():
        order = []

        def nap(seconds):
            time.sleep(seconds)
            order.append(seconds)

        together(lambda: nap(200), lambda: nap(100))
        assert order == [100, 200], order

    start = time.monotonic()
    report = found(naps)
    assert time.monotonic() - start < 100
    assert (report.failure.text.splitlines()[0], report.cost) == ("AssertionError: [200, 100]", 1)

    def impatient():
        lock = threading.Lock()
        with lock:
            thread = threading.Thread(target=lambda: lock.acquire(timeout=3) and lock.release())
            thread.start()
            thread.join(1)
            before = time.monotonic()
            time.sleep(10)
            assert time.monotonic() - before >= 10
        thread.join()

    assert found(impatient).failure is None


def test_what_threading_and_queue_offer_works_on_the_stage():
    def program():
        jobs, results = queue.Queue(), queue.SimpleQueue()
        event, barrier, gate = threading.Event(), threading.Barrier(2), threading.RLock()

        class Cook(threading.Thread):
            def run(self):
                assert threading.current_thread() is self
                barrier.wait()
                event.wait()
                with gate, gate:
                    results.put((self.name, jobs.get()))
                jobs.task_done()

        cooks = [Cook(name=name) for name in ("Li", "Wang")]
        for cook in cooks:
            cook.start()
        for job in (1, 2):
            jobs.put(job)
        event.set()
        jobs.join()
        for cook in cooks:
            cook.join()
            assert not cook.is_alive()
        assert sorted(results.get()[1] for _ in cooks) == [1, 2]
        with pytest.raises(queue.Empty):
            results.get(block=False)
        timer = threading.Timer(5, event.clear)
        timer.start()
        timer.join()
        assert not event.is_set()
        assert threading.active_count() == 1

    report = found(program, bound=1, schedules=150, walks=0)
    assert report.failure is None, str(report)


def test_a_missing_name_is_a_race_too_though_it_takes_two_interruptions():
    report = found(where_something_is_missing)
    assert report.failure.text.splitlines()[0] == "AssertionError: sold is 1"
    assert report.cost == 2


def test_a_module_that_a_program_imports_first_may_have_locks_that_outlive_a_fork(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    text = "import threading\nlock = threading.Lock()\nafter_fork = lock._at_fork_reinit\nafter_fork()\n"
    (tmp_path / "course_with_a_lock.py").write_text(text, encoding="utf-8")

    def program():
        import course_with_a_lock

        with course_with_a_lock.lock:
            pass

    try:
        report = found(program)
    finally:
        sys.modules.pop("course_with_a_lock", None)
    assert report.failure is None, str(report)


def test_misused_locks_complain_as_the_real_ones_do():
    def program():
        for lock in (threading.Lock(), threading.RLock()):
            with pytest.raises(RuntimeError):
                lock.release()
            with pytest.raises(ValueError):
                lock.acquire(False, 1)
        for method in (threading.Condition().wait, threading.Condition().notify):
            with pytest.raises(RuntimeError):
                method()
        with pytest.raises(RuntimeError):
            threading.Thread().join()
        thread = threading.Thread()
        thread.start()
        with pytest.raises(RuntimeError):
            thread.start()
        with pytest.raises(ValueError):
            time.sleep(-1)

    report = found(program)
    assert report.failure is None, str(report)


def test_leftovers_are_sent_home_and_names_given_back():
    names = [(threading, "Lock"), (threading, "Condition"), (time, "sleep"), (threading.Thread, "start")]
    before = [vars(home)[name] for home, name in names]

    def program():
        def wait():
            with threading.Lock():
                try:
                    threading.Event().wait()
                finally:
                    threading.Event().wait()

        threading.Thread(target=wait, daemon=True).start()
        threading.Thread(target=wait).start()

    report = found(program)
    assert report.failure.kind == "deadlock"
    assert [vars(home)[name] for home, name in names] == before
    assert type(threading.Lock()) is type(before[0]())


def test_a_worker_that_the_machine_holds_up_is_waited_for_before_the_next_run(monkeypatch):
    monkeypatch.setattr(own_time, "_ran", lambda folder: {folder: 1})  # it could go on, and is not let
    runner = _Runner()
    runner.employ(SimpleNamespace(stage=SimpleNamespace(perform=lambda worker: time.sleep(0.2))))
    runner.turn.release()
    assert runner.rest(0.01)
    runner.turn.release()  # it has nothing more to do


def test_others_in_this_process_keep_their_locks():
    made, stop = [], threading.Event()

    def bystander():
        while not stop.is_set():
            made.append(type(threading.Lock()).__module__)
            time.sleep(0.001)

    thread = threading.Thread(target=bystander)
    thread.start()
    before = math.inf
    while len(made) < before + 3:  # until it has been round while the stage was there
        before = len(made)
        found(PAIRS["philosophers"][1])
    stop.set()
    thread.join()
    assert set(made) == {"_thread"}


def test_chance_repeats_and_what_does_not_is_said():
    import random

    def program():
        together(*[lambda: random.random() and None] * 2)

    assert found(program).failure is None
    count = iter(range(10**6))

    def unsteady():
        together(*[lambda: None] * (2 + next(count) % 2))

    assert "That proves nothing" in str(found(unsteady))


# -- in a process of its own -------------------------------------------------------------------------------------------


def notebook(text):
    """Names that a notebook would define."""
    names = {"__name__": "__main__"}
    exec(compile(text, "<cell>", "exec"), names)
    return names


BROUGHT_ALONG = """
import threading
from threading import Lock, Thread

lock = threading.Lock()
condition, count = threading.Condition(Lock()), 0


def add():
    global count
    with lock, condition:
        seen = count
        count = seen + 1


def program():
    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count == 2, count
"""


def test_a_program_brings_its_locks_and_names_along_and_starts_afresh():
    report = explore_packed(pack(notebook(BROUGHT_ALONG)["program"]))
    assert (report.failure, report.proven) == (None, math.inf)
    report = explore_packed(pack(notebook(BROUGHT_ALONG.replace("with lock, condition", "if True"))["program"]))
    assert report.failure.text == "AssertionError: 1"


@pytest.mark.parametrize("made", [itertools.count(), itertools.count(9, -1), itertools.count(0.5)])
def test_a_count_goes_on_where_it_was(made):
    next(made)
    assert [next(unpack(pack(made))) for _ in range(2)] == [next(made)] * 2


def test_unpacked_classes_share_nothing_and_functions_know_their_file():
    packed = pack(notebook("class Shelf:\n    buns = []\n    def look(self): pass")["Shelf"])
    one, other = unpack(packed), unpack(packed)
    assert one is not other
    assert one.buns is not other.buns
    assert one.look.__code__.co_filename == "<cell>"


def test_the_face_prints_and_hands_back_a_timeline(capsys):
    report = face(notebook(BROUGHT_ALONG.replace("with lock, condition", "if True"))["program"])
    assert "needs 1 interruption" in capsys.readouterr().out
    assert report.timeline.running_order[:3] == ["main", "add", "add 2"]
    assert len(report.timeline.switches) == len(report.timeline.running_order) - 1
    right = face(notebook(BROUGHT_ALONG)["program"])
    assert right.timeline is None
    assert "none breaks" in capsys.readouterr().out


def test_more_is_left_running_than_was_before():
    before = threading.active_count()
    for _ in range(3):
        found(PAIRS["if for while"][1])
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before
    assert sys.gettrace() is None or "pytest" in sys.modules
