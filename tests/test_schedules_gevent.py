"""The engine for programs of gevent: what it finds in broken ones, proves of right ones, and leaves alone."""

import linecache
import pickle
import time
from itertools import groupby
from time import monotonic

import gevent
import pytest
from gevent.event import AsyncResult, Event
from gevent.lock import BoundedSemaphore, RLock
from gevent.pool import Pool
from gevent.queue import PriorityQueue, Queue
from gevent.threadpool import ThreadPool, ThreadPoolExecutor

from backstage.schedules import explore_packed
from backstage.schedules.greenlets import GreenletStage, perform
from backstage.schedules.packing import pack
from backstage.schedules.played import NotSteered
from backstage.schedules.search import replay, search

AT_ONCE = 1.0  # second, in which each search should come to its end on a quiet machine


def explored(program, **limits):
    stage = GreenletStage(lambda: program)
    return search(stage.run, **limits)


def story_of(program, result):
    stage = GreenletStage(lambda: program)
    failure = replay(lambda choose: stage.run(choose, story=True), result.choices)
    return failure, [f"{step.worker} {step.function}{' ' + step.note if step.note else ''}" for step in failure.steps]


# -- broken programs, and the same ones repaired -----------------------------------------------------------------------


def shop(clerks, sales=1, lock=None):
    def program():
        sold = {"buns": 0}
        mutex = lock() if lock else None

        def clerk():
            for _ in range(sales):
                if mutex:
                    mutex.acquire()
                seen = sold["buns"]
                gevent.sleep(0)
                sold["buns"] = seen + 1
                if mutex:
                    mutex.release()

        gevent.joinall([gevent.spawn(clerk) for _ in range(clerks)], raise_error=True)
        assert sold["buns"] == clerks * sales, f"sold is {sold['buns']}"

    return program


def table(cooks, last_one_first=False):
    def program():
        spoons = [BoundedSemaphore(1) for _ in range(cooks)]

        def cook(seat):
            first, second = spoons[seat], spoons[(seat + 1) % cooks]
            if last_one_first and seat == cooks - 1:
                first, second = second, first
            with first:
                gevent.sleep(0)
                with second:
                    gevent.sleep(0)

        gevent.joinall([gevent.spawn(cook, seat) for seat in range(cooks)], raise_error=True)

    return program


def shelf(bakers=2, eaters=2, one_end_for_all=False):
    def program():
        places, eaten = Queue(1), []

        def bake(name):
            for bun in range(2):
                places.put((name, bun))

        def eat():
            while (bun := places.get()) is not None:
                eaten.append(bun)

        eating = [gevent.spawn(eat) for _ in range(eaters)]
        gevent.joinall([gevent.spawn(bake, name) for name in range(bakers)], raise_error=True)
        for _ in eating[: 1 if one_end_for_all else None]:
            places.put(None)
        gevent.joinall(eating, raise_error=True)
        assert sorted(eaten) == [(name, bun) for name in range(bakers) for bun in range(2)]

    return program


def bell(rings_again):
    def program():
        rung = Event()

        def guest():
            rung.wait()

        def waiter():
            rung.set()
            if not rings_again:
                rung.clear()  # who comes later hears nothing

        gevent.joinall([gevent.spawn(guest), gevent.spawn(waiter)], raise_error=True)

    return program


def two_locks(same_order):
    def program():
        flour, water = BoundedSemaphore(1), RLock()

        def knead():
            with flour:
                gevent.sleep(0.01)
                with water:
                    pass

        def boil():
            gevent.sleep(0.01)
            with flour if same_order else water:
                gevent.sleep(0.01)
                with water if same_order else flour:
                    pass

        gevent.joinall([gevent.spawn(knead), gevent.spawn(boil)], raise_error=True)

    return program


def last_bun(checks_again):
    def program():
        buns, sold = ["pork"], []

        def sell(name):
            if buns:
                gevent.sleep(0)  # asks the bank
                if buns or not checks_again:
                    sold.append((name, buns.pop()))

        gevent.joinall([gevent.spawn(sell, name) for name in ("Li", "Wang")], raise_error=True)
        assert len(sold) == 1

    return program


PAIRS = {
    "lost update": (shop(3), shop(3, lock=lambda: BoundedSemaphore(1))),
    "lost update, twice": (shop(2, 2), shop(2, 2, lock=RLock)),
    "dining": (table(3), table(3, last_one_first=True)),
    "shelf with one end": (shelf(one_end_for_all=True), shelf()),
    "lost wake-up": (bell(False), bell(True)),
    "two locks": (two_locks(False), two_locks(True)),
    "last bun": (last_bun(False), last_bun(True)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_broken_program_is_found_out_the_same_way_each_time(name):
    broken, _ = PAIRS[name]
    start = time.process_time()
    first = explored(broken)
    assert time.process_time() - start < AT_ONCE
    assert first.failure is not None
    for _ in range(2):
        again = explored(broken)
        assert (again.choices, again.tried, again.cost) == (first.choices, first.tried, first.cost)
    told = [story_of(broken, first) for _ in range(2)]
    assert told[0][1] == told[1][1]
    assert told[0][0].text == first.failure.text


@pytest.mark.parametrize("name", PAIRS)
def test_a_right_program_is_proven_up_to_two_overtakings(name):
    _, right = PAIRS[name]
    start = time.process_time()
    results = [explored(right, walks=20) for _ in range(2)]
    assert time.process_time() - start < 2 * AT_ONCE
    assert [each.failure for each in results] == [None, None]
    assert results[0].proven >= 2
    assert results[0].tried == results[1].tried


def test_ten_clerks_lose_all_sales_but_those_of_one_without_any_overtaking():
    found = explored(shop(10, 100))
    assert found.cost == 0
    assert found.failure.text.startswith("AssertionError: sold is 100")


def test_an_order_that_gevent_itself_would_not_take_costs_as_much_as_it_overtakes():
    assert explored(bell(False)).cost == 1
    assert explored(bell(False), bound=0, walks=0).failure is None


# -- the story ---------------------------------------------------------------------------------------------------------


def test_the_story_says_who_ran_which_line_and_where_they_wait():
    failure, story = story_of(shop(2), explored(shop(2)))
    assert (failure.kind, failure.worker) == ("error", "main")
    assert failure.text.startswith("AssertionError: sold is 1")
    turns = [(who, len(list(steps))) for who, steps in groupby(story, lambda each: each.split(" clerk")[0])]
    assert [who for who, _ in turns if who.startswith("clerk")] == ["clerk 1", "clerk 2", "clerk 1", "clerk 2"]
    assert story.count("clerk 1 clerk waits") == story.count("clerk 2 clerk waits") == 1
    assert story[-1] == "main program"
    lines = linecache.getlines(__file__)
    waits = next(step for step in failure.steps if step.note and step.worker == "clerk 1")
    assert lines[waits.line - 1].strip() == "gevent.sleep(0)"


def test_a_deadlock_says_who_waits_and_where():
    program = two_locks(False)
    failure, _ = story_of(program, explored(program))
    assert failure.kind == "deadlock"
    assert [(name, function) for name, _, _, function, *_ in failure.waits] == [
        ("main", "program"),
        ("knead", "knead"),
        ("boil", "boil"),
    ]


def test_greenlets_are_called_as_the_program_calls_them():
    def program():
        def clerk():
            gevent.sleep(0)
            raise ValueError("no flour")

        first = gevent.spawn(clerk)
        first.name = "Li"
        gevent.joinall([first, gevent.spawn(clerk)])

    failure, story = story_of(program, explored(program))
    assert (failure.worker, failure.text) == ("Li", "ValueError: no flour")
    assert {each.split()[0] for each in story} == {"main", "Li", "clerk"}


def test_a_greenlet_that_fails_is_a_failure_though_nobody_asks():
    def program():
        def clerk():
            raise ValueError("no flour")

        gevent.joinall([gevent.spawn(clerk)])

    assert explored(program).failure.text == "ValueError: no flour"


def test_what_a_run_prints_is_kept_and_not_shown(capsys):
    stage = GreenletStage(lambda: lambda: print("steamed"))
    assert stage.run(lambda costs: 0) is None
    assert stage.output == "steamed\n"
    assert capsys.readouterr().out == ""


def test_each_run_gets_a_program_made_anew():
    made = []

    def make():
        made.append([])
        return lambda: made[-1].append(1)

    search(GreenletStage(make).run)
    assert made == [[1]]


# -- time is played ----------------------------------------------------------------------------------------------------


def test_time_passes_only_for_those_who_wait():
    def program():
        start = time.monotonic()
        time.sleep(50)
        gevent.sleep(50)
        with gevent.Timeout(100, False):
            gevent.sleep(1_000)
        try:
            gevent.spawn(gevent.sleep, 1_000).get(timeout=100)
        except gevent.Timeout:
            return time.monotonic() - start

    start = monotonic()
    run = perform(program)
    assert run.value == pytest.approx(300, abs=0.1)
    assert run.seconds == pytest.approx(300, abs=0.1)
    assert monotonic() - start < 100
    assert time.monotonic is monotonic


def test_timers_of_different_times_keep_their_order_and_equal_ones_may_change_it():
    def program(*naps):
        def run():
            woken = []

            def nap(seconds):
                gevent.sleep(seconds)
                woken.append(seconds)

            gevent.joinall([gevent.spawn(nap, seconds) for seconds in naps], raise_error=True)
            orders.add(tuple(woken))

        return run

    orders = set()
    explored(program(0.03, 0.01, 0.02))
    assert orders == {(0.01, 0.02, 0.03)}
    orders = set()

    def same():
        woken = []

        def nap(name):
            gevent.sleep(0.01)
            woken.append(name)

        gevent.joinall([gevent.spawn(nap, name) for name in "ab"], raise_error=True)
        orders.add("".join(woken))

    explored(same)
    assert orders == {"ab", "ba"}


def test_all_that_gevent_offers_works_unchanged():
    def program():
        def work(bun):
            gevent.sleep(0.1 * (3 - bun))
            return bun

        assert Pool(2).map(work, range(4)) == [0, 1, 2, 3]
        assert sorted(Pool(2).imap_unordered(work, range(4))) == [0, 1, 2, 3]
        result = AsyncResult()
        gevent.spawn_later(5, result.set, "done")
        assert result.get(timeout=10) == "done"
        sleeper = gevent.spawn(gevent.sleep, 9)
        gevent.sleep(0)
        sleeper.kill()
        assert isinstance(sleeper.value, gevent.GreenletExit)
        gevent.killall([gevent.spawn(work, 0) for _ in range(3)])
        quick, slow = gevent.spawn_later(1, work, 0), gevent.spawn_later(2, work, 0)
        assert gevent.wait([slow, quick], count=1) == [quick]
        assert [each.value for each in gevent.iwait([slow])] == [0]
        queue = Queue()
        gevent.spawn_later(1, queue.put, "late")
        assert queue.get() == "late"
        gevent.idle()
        gevent.spawn_raw(queue.put, "raw")
        assert queue.get() == "raw"
        gevent.wait()
        return "all"

    run = perform(program)
    assert (run.error, run.value, run.fallen) == (None, "all", [])


def test_whoever_asks_again_and_again_for_what_takes_time_comes_to_an_end():
    def program():
        sleeper = gevent.spawn(gevent.sleep, 5)
        while not sleeper.ready():
            gevent.sleep(0)

    assert explored(program).failure is None


def test_who_looks_at_the_clock_again_and_again_comes_to_an_end():
    def program():
        end = time.perf_counter() + 0.2
        while time.perf_counter() < end:
            pass

    assert explored(program).failure is None


# -- what has no end, what cannot be steered, what is left -------------------------------------------------------------


def test_whoever_polls_for_ever_or_never_waits_is_said_to_have_no_end():
    def polls():
        done = []

        def wait():
            while not done:
                gevent.sleep(0)

        gevent.spawn(wait).join()

    def spins():
        done = []
        while not done:
            pass

    assert explored(polls).failure.kind == "endless"
    found = explored(spins)
    assert (found.failure.kind, found.failure.worker) == ("endless", "main")


@pytest.mark.parametrize("call", ["gevent.socket.socket()", "gevent.get_hub().threadpool.apply(print)"])
def test_sockets_and_threads_are_refused_in_a_sentence(call):
    import gevent.socket  # noqa: F401

    with pytest.raises(NotSteered, match="not for sockets"):
        explored(lambda: eval(call))


def test_an_interrupt_ends_the_run_wherever_it_comes():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(interrupted)
    with pytest.raises(KeyboardInterrupt):
        perform(lambda: gevent.spawn(interrupted).join())


def test_those_who_still_wait_are_sent_home_and_the_hub_of_before_is_back():
    left = []

    def program():
        def wait():
            try:
                gevent.sleep(1_000)
            finally:
                left.append("home")
                gevent.sleep(1)  # a wait in a `finally` holds nobody up

        gevent.spawn(wait)
        gevent.sleep(1)

    hub = gevent.get_hub()
    run = perform(program)
    assert (run.error, left) == (None, ["home"])
    assert gevent.get_hub() is hub
    assert gevent.spawn(int, "7").get() == 7


def test_an_error_of_the_search_comes_out():
    def choose(costs):
        raise LookupError(len(costs))

    with pytest.raises(LookupError, match="2"):
        perform(lambda: gevent.joinall([gevent.spawn(int), gevent.spawn(int)]), choose)


@pytest.mark.parametrize("has_run", [False, True])
def test_queues_and_greenlets_may_outlive_a_run_or_come_from_outside(has_run):
    gevent.sleep(0)
    before = gevent.get_hub()
    if not has_run:
        gevent.hub.set_hub(None)
    outside, kept = Queue(), []

    def program():
        kept.append(gevent.spawn(gevent.sleep, 1))
        outside_too = kept[0]
        gevent.spawn_later(2, outside.put, "bun")
        gevent.joinall(kept)
        outside_too.join()
        return outside.get()

    assert [perform(program).value for _ in range(3)] == ["bun"] * 3
    gevent.spawn_later(0.01, outside.put, "later")
    assert outside.get(timeout=60) == "later"
    gevent.hub.set_hub(before)


def test_a_run_may_begin_in_another():
    def inner():
        gevent.sleep(1)
        return "inner"

    def outer():
        gevent.sleep(1)
        return perform(inner).value, gevent.spawn(int, "7").get()

    assert perform(outer).value == ("inner", 7)


# -- as `explore` uses it ----------------------------------------------------------------------------------------------


def two_sales():
    sold = {"buns": 0}

    def clerk():
        seen = sold["buns"]
        gevent.sleep(0)
        sold["buns"] = seen + 1

    gevent.joinall([gevent.spawn(clerk) for _ in range(2)])
    assert sold["buns"] == 2


def test_explore_takes_this_engine_for_a_program_that_names_gevent():
    report = explore_packed(pack(two_sales))
    assert (report.step, report.cost, report.failure.kind) == ("overtaking", 0, "error")
    assert "clerk 1  gevent.sleep(0)   ← waits" in str(report)


def test_explore_says_in_a_sentence_what_it_cannot_run():
    def asks():
        gevent.get_hub().loop.io(0, 1)

    assert "not for sockets" in str(explore_packed(pack(asks)))


def test_queues_pools_and_results_are_packed_as_new_ones_with_what_lies_in_them():
    shelf, full = Queue(3), PriorityQueue()
    shelf.put("bun")
    for number in (2, 1):
        full.put(number)
    threads = [ThreadPool(4), gevent.get_hub().threadpool, ThreadPoolExecutor(2)]
    things = pickle.loads(pack([shelf, full, Pool(4), AsyncResult(), BoundedSemaphore(2), *threads]))
    assert (things[0].maxsize, things[0].get()) == (3, "bun")
    assert [things[1].get(), things[1].get()] == [1, 2]
    assert (things[2].size, things[3].ready(), things[4].counter) == (4, False, 2)
    assert [each.maxsize for each in things[5:7]] == [4, threads[1].maxsize]
    assert [things[5].apply(len, ["bun"]), things[7].submit(len, "tea").result()] == [3, 3]
