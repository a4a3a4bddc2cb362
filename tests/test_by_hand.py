"""`take_turns`: who runs the next line is the reader's choice, and what comes of it is what Python does."""

import threading
import time

import pytest

from backstage.processes import own_time
from backstage.schedules import by_hand
from helpers import take_turns


@pytest.fixture(autouse=True)
def nothing_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def two_sales():
    shop = {"sold": 0}

    def sell():
        seen = shop["sold"]
        shop["sold"] = seen + 1

    return shop, sell, sell


def two_sales_with_a_lock():
    shop = {"sold": 0, "till": threading.Lock()}

    def sell():
        with shop["till"]:
            seen = shop["sold"]
            shop["sold"] = seen + 1

    return shop, sell, sell


def kitchen():
    tools = {"scale": threading.Lock(), "oven": threading.Lock()}

    def li():
        tools["scale"].acquire()
        tools["oven"].acquire()

    def wang():
        tools["oven"].acquire()
        tools["scale"].acquire()

    return tools, li, wang


@pytest.mark.parametrize(
    ("schedule", "sold"), [("AABB", 2), ("BBAA", 2), ("ABAB", 1), ("ABBA", 1), ("BAAB", 1), ("BA BA", 1)]
)
def test_the_schedule_decides_how_many_sales_are_counted(schedule, sold, capsys):
    take_turns(two_sales, schedule)
    *steps, end = capsys.readouterr().out.splitlines()
    assert [step[0] for step in steps] == list(schedule.replace(" ", ""))
    assert end.startswith("All have come to their end") and end.endswith(f"sold: {sold}")


def test_each_line_is_shown_with_what_it_did(capsys):
    take_turns(two_sales, "AA")
    assert capsys.readouterr().out.splitlines() == [
        'A  seen = shop["sold"]       seen: 0   | sold: 0',
        'A  shop["sold"] = seen + 1   seen: 0   | sold: 1',
        "Not all have come to their end.",
    ]


def test_a_lock_holds_the_second_up_whatever_is_clicked(capsys):
    take_turns(two_sales_with_a_lock, "AAB" + "B" + "AA" + "BBBB")
    out = capsys.readouterr().out
    assert out.count("← waits") == 2
    assert "sold: 2" in out.splitlines()[-1]


def test_a_deadlock_is_named_and_leaves_no_thread(capsys):
    take_turns(kitchen, "ABAB")
    assert capsys.readouterr().out.splitlines()[-1] == "Nobody can go on, by the schedule ABAB: a deadlock."


def test_one_that_waits_for_what_is_not_shared_holds_nobody_up(monkeypatch):
    """Not for ever: it is a daemon, and left behind."""
    monkeypatch.setattr(by_hand, "FAREWELL", 0.5)
    hidden, till = threading.Lock(), threading.Lock()
    till.acquire()  # one lock that is known to be held, or who waits would be given longer

    def program():
        def sell():
            hidden.acquire()

        return {"till": till}, sell, sell

    take_turns(program, "AAB")
    hidden.release()
    for thread in threading.enumerate():
        if isinstance(thread, by_hand.Stepped):
            thread.join(20)


def test_one_that_the_machine_holds_up_is_not_said_to_wait_for_a_lock(monkeypatch):
    monkeypatch.setattr(own_time, "_ran", lambda folder: {folder: 1})  # each could go on, and is not let
    till = threading.Lock()
    till.acquire()

    def program():
        def sell():
            time.sleep(0.3)

        return {"till": till}, sell, sell

    attempt = by_hand.Attempt(program, 0.01)
    assert "waits" not in attempt.step("A")
    attempt.close()


def test_a_lock_that_is_on_its_way_to_another_is_in_the_way_as_well():
    """Between two who hold it, nobody does: whoever looks just then must look again."""
    lock, looks = threading.Lock(), iter([False])
    lock.acquire()

    class Till:
        acquire, release = lock.acquire, lock.release

        def locked(self):
            return next(looks, lock.locked())

    def program():
        def sell():
            lock.acquire()

        return {"till": Till()}, sell, sell

    attempt, began = by_hand.Attempt(program), time.monotonic()
    assert "waits" in attempt.step("A")
    assert time.monotonic() - began < by_hand.END / 2
    attempt.close()


def test_a_lock_that_its_holder_alone_can_release_does_not_break_the_end_off():
    """An RLock says from Python 3.14 on whether it is held."""

    class Ours:
        def locked(self):
            return True

        def release(self):
            raise RuntimeError("cannot release un-acquired lock")

    take_turns(lambda: ({"oven": Ours()}, *two_sales()[1:]), "A")


def test_an_error_without_words_is_told_by_its_kind(capsys):
    def program():
        def sell():
            raise AssertionError

        return {"sold": 0}, sell, sell

    take_turns(program, "AB")
    assert "   ← AssertionError   |" in capsys.readouterr().out


def test_an_error_of_a_thread_is_told_and_the_other_goes_on(capsys):
    def program():
        def trip():
            raise RuntimeError("no dough")

        def work():
            pass

        return {}, trip, work

    take_turns(program, "AB")
    out = capsys.readouterr().out
    assert "RuntimeError: no dough" in out and "All have come to their end" in out


@pytest.mark.parametrize(
    ("program", "schedule", "says"),
    [
        (lambda: None, None, "return shop, sell, sell"),
        (lambda: ({}, 3), None, "3 is not a function"),
        (lambda: ({}, *[two_sales] * 7), None, "room for 6"),
        (two_sales, "AC", "no 'C' here, only A, B"),
    ],
)
def test_what_cannot_be_stepped_through_is_refused_in_one_sentence(program, schedule, says):
    with pytest.raises(ValueError, match=says):
        take_turns(program, schedule)


def test_buttons_step_the_threads_and_leave_none_once_the_cell_is_run_again(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    before = set(threading.enumerate())  # of which one may end meanwhile
    take_turns(two_sales)
    assert set(threading.enumerate()) <= before, "nobody has clicked yet"
    assert "Click who runs the next line" in shown[0]["text/plain"]

    [desk] = by_hand._desks.values()
    a, b, again = desk._all.children[1].children
    for button in (a, b, a, b):
        button.click()
    assert "sold: 1" in desk._said.value and "ABAB" in desk._said.value
    assert a.disabled and b.disabled
    again.click()
    a.click()
    assert desk._said.value == "Your schedule: A" and not a.disabled
    assert "seen: 0" in desk._page.value

    take_turns(two_sales)  # as when its cell is run again
    assert set(threading.enumerate()) <= before
    by_hand._desks.clear()
