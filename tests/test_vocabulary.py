"""The words that the checks of all chapters share: what a check would notice if one of them meant something else."""

import contextlib
import errno
import json
import select
import signal
import socket
import subprocess
import sys
import threading
import time

import gevent
import pytest

from backstage.processes import own_time
from exercises.verdicts import Wrong
from exercises.vocabulary import (
    AutojumpClock,
    BurntBun,
    Call,
    Enough,
    Fuse,
    GreenCall,
    HubWatch,
    InFlight,
    MockClock,
    Outcome,
    Planted,
    Standstill,
    await_call,
    awkward_pair,
    capture,
    converse,
    current_worker,
    eventually,
    fill,
    in_time,
    in_time_green,
    join_all,
    let_pass,
    magic_cells,
    need,
    need_class,
    os_error,
    quiet_hub,
    reset,
    reworded,
    same_lines,
    settle,
    start,
    time_was_asked_for,
    under_schedules,
    written_files,
)


def burn(*_):
    raise BurntBun("burnt")


def spin():
    while True:
        pass


def bake(dough):
    return f"baked {dough}"


# -- calls ------------------------------------------------------------------------------------------------------------


def test_an_outcome_is_a_value_or_an_error():
    assert capture(bake, "bun") == Outcome("baked bun")
    failed = capture(burn)
    assert failed.value is None
    assert isinstance(failed.error, BurntBun)
    assert Outcome(None).unwrap() is None
    with pytest.raises(BurntBun):
        failed.unwrap()
    with pytest.raises(BurntBun):
        capture(burn, catch=KeyError)


@pytest.mark.parametrize("kind", [Call, GreenCall])
def test_a_call_runs_beside_and_keeps_what_it_came_to(kind):
    good, bad = kind(bake, "bun"), kind(burn)
    assert eventually(lambda: good.ready() and bad.ready(), sleep=gevent.sleep)
    assert good.result() == "baked bun"
    with pytest.raises(BurntBun):
        bad.result()


def test_a_call_that_fails_while_its_result_is_waited_for_raises_as_well():
    def burn_later():
        gevent.sleep(0.01)
        burn()

    with pytest.raises(BurntBun):
        GreenCall(burn_later).result()


def test_a_call_that_has_not_ended_is_not_ready():
    may_end = threading.Event()
    call = Call(may_end.wait)
    assert not call.wait(0)
    assert call.outcome is None
    may_end.set()
    assert call.wait(60)
    assert call.result() is True
    assert not call.thread.is_alive()


def test_a_call_keeps_errors_that_are_no_exceptions():
    with pytest.raises(SystemExit):
        in_time(exit, stuck="")


def test_in_time_says_when_an_answer_is_stuck():
    assert in_time(bake, "bun", stuck="stuck") == "baked bun"
    with pytest.raises(BurntBun):
        in_time(burn, stuck="stuck")
    never = threading.Event()
    for words in ("it waits", lambda: "it waits"):
        with pytest.raises(Wrong, match=r"^it waits$"):
            in_time(never.wait, stuck=words, seconds=0)
        with pytest.raises(Wrong, match=r"^it waits$"):
            in_time(never.wait, stuck=words, stands_still=lambda: "the same", looks=1)
        with pytest.raises(Wrong, match=r"^it waits$"):
            await_call(Call(never.wait), words, seconds=0)
    assert await_call(Call(burn), "stuck").outcome.error
    never.set()


def test_in_time_green_says_when_an_answer_is_stuck():
    assert in_time_green(bake, "bun", stuck="stuck") == "baked bun"
    with pytest.raises(Wrong, match="it waits"):
        in_time_green(gevent.sleep, 60, stuck="it waits", seconds=0.01)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no timer that interrupts")
@pytest.mark.parametrize("stop", [lambda: time.sleep(60), spin], ids=["sleep", "spin"])
def test_a_watch_on_the_hub_stops_who_stops_the_thread(stop):
    before = signal.getsignal(signal.SIGALRM)
    with HubWatch(Wrong("the thread stood still"), ticks=5) as watch:
        gevent.sleep(0.2)
        watch.ask()
        several = [GreenCall(stop) for _ in range(2)]
        assert eventually(lambda: all(each.ready() for each in several), sleep=gevent.sleep)
        assert {str(each.error) for each in several} == {"the thread stood still"}
        with pytest.raises(Wrong, match="stood still"):
            watch.ask()
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_watch_on_the_hub_keeps_nobody_waiting_for_what_never_comes():
    program = """
from gevent.event import Event
from exercises.verdicts import Wrong
from exercises.vocabulary.calls import HubWatch

with HubWatch(Wrong("the thread stood still")):
    Event().wait()
"""  # in a process whose hub has nothing else to wait for, whatever other tests have left in this one
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert "LoopExit" in ended.stderr


def test_the_hub_is_quiet_about_planted_errors_only(capsys):
    class Rare(Exception):
        pass

    class Spilt(Planted):
        pass

    def fail(kind):
        raise kind("no news")

    hub = gevent.get_hub()
    before, hub.NOT_ERROR = hub.NOT_ERROR, ()
    try:
        quiet_hub(Rare)
        quiet_hub(Rare)
        assert (Wrong, Planted, Rare) == hub.NOT_ERROR
        gevent.joinall([gevent.spawn(fail, kind) for kind in (Wrong, BurntBun, Spilt, Rare)])
        assert capsys.readouterr().err == ""
        gevent.joinall([gevent.spawn(fail, KeyError)])
        assert "KeyError" in capsys.readouterr().err
    finally:
        hub.NOT_ERROR = before


def test_a_standstill_is_the_same_state_again_and_again():
    still = Standstill(2)
    assert [still(state) for state in (1, 1, 2, 2, 2, 2)] == [False, False, False, False, True, True]
    assert not any(still(None) for _ in range(9))


def test_eventually_counts_its_pauses(monkeypatch):
    monkeypatch.setattr(own_time, "_who_could_go_on", lambda pid: {})  # whatever else runs here
    pauses, asked = [], iter([False, False, True])
    assert eventually(lambda: next(asked), sleep=pauses.append, pause=3) is True
    assert pauses == [3, 3]
    assert eventually(lambda: 0, looks=4, sleep=pauses.append) is False
    assert len(pauses) == 6


@pytest.fixture
def held_up(monkeypatch):
    """Somebody who could go on, and is not let, while this is set."""
    held = threading.Event()
    held.set()
    monkeypatch.setattr(own_time, "_who_could_go_on", lambda pid: {"somebody": 1} if held.is_set() else {})
    return held


def test_patience_is_not_used_up_while_somebody_is_held_up(held_up):
    call = Call(time.sleep, 0.3)
    assert call.wait(0.01)
    assert in_time(time.sleep, 0.3, stuck="stuck", seconds=0.01) is None
    assert in_time(time.sleep, 0.3, stuck="stuck", stands_still=lambda: "the same", looks=1) is None
    asked = iter([False] * 50 + [True])
    assert eventually(lambda: next(asked), looks=2, pause=0.001)
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        talk = Call(fill, near, 0.01)
        time.sleep(0.2)
        assert not talk.ready()
        held_up.clear()
        assert talk.wait()
    never = threading.Event()
    with pytest.raises(Wrong, match="stuck"):
        in_time(never.wait, stuck="stuck", seconds=0.1)
    assert not eventually(never.is_set, looks=2)
    never.set()


def test_let_pass_lasts_until_everybody_could_go_on(held_up):
    began = time.monotonic()
    threading.Timer(0.3, held_up.clear).start()
    let_pass(0.02)
    assert time.monotonic() - began > 0.25
    assert not held_up.is_set()


def test_a_fuse_blows_after_so_many_calls_and_stays_blown():
    fuse = Fuse(2, Enough())
    fuse()
    fuse()
    assert (fuse.passed, fuse.blown) == (2, False)
    for _ in range(2):
        with pytest.raises(Enough):
            fuse()
    assert (fuse.passed, fuse.blown) == (2, True)
    with pytest.raises(Wrong, match="late words"):
        Fuse(0, lambda: Wrong("late words"))()
    endless = Fuse(None, Enough())
    for _ in range(100):
        endless()


def test_in_flight_counts_who_is_inside():
    oven = InFlight()
    with oven:
        with oven, pytest.raises(BurntBun), oven:
            burn()
        assert (oven.now, oven.peak, oven.total) == (1, 3, 3)
    assert oven.now == 0


# -- promises ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason", "hint"),
    [
        ("burnt again", "burnt again", ""),
        (Wrong("burnt again", "watch it"), "burnt again", "watch it"),
        (lambda error: f"so: {error}", "so: burnt", ""),
        (lambda error: Wrong(f"so: {error}", "watch it"), "so: burnt", "watch it"),
    ],
)
def test_an_error_is_reworded(said, reason, hint):
    with pytest.raises(Wrong) as caught, reworded({KeyError: "other", (BurntBun, OSError): said, Exception: "later"}):
        burn()
    assert (caught.value.reason, caught.value.hint) == (reason, hint)
    assert caught.value.__suppress_context__


def test_stop_iteration_can_be_reworded():
    with pytest.raises(Wrong, match="it ended"), reworded({StopIteration: "it ended"}):
        next(iter(()))


def test_what_is_not_to_be_reworded_comes_out_as_it_is():
    with reworded({Exception: "no"}):
        pass
    with pytest.raises(BurntBun), reworded({KeyError: "no"}):
        burn()
    with pytest.raises(BurntBun), reworded({BurntBun: lambda error: None, Exception: "no"}):
        burn()


def test_need_names_what_was_given_instead():
    assert need([1], (list, tuple), "give a list") == [1]
    assert need(len, callable, "give a function") is len
    with pytest.raises(Wrong, match=r"^give a list, not a str\.$"):
        need("one", (list, tuple), "give a list")
    with pytest.raises(Wrong, match=r"^give a function, not an int\.$"):
        need(1, callable, "give a function")


def test_need_class_wants_a_class_and_its_methods():
    need_class(dict, "Till", "get")
    with pytest.raises(Wrong, match=r"^give the class Till itself, not a dict\.$"):
        need_class({}, "Till")
    with pytest.raises(Wrong, match=r"^dict has no method `sell`\.$"):
        need_class(dict, "Till", "get", "sell")


def test_need_class_takes_methods_that_an_object_gets_when_it_is_made():
    class Till:
        def __init__(self):
            self.sell = print

    class Passes:
        def __getattr__(self, name):
            return getattr(Till(), name)

    need_class(Till, "Till", "sell")
    need_class(Passes, "Till", "sell")
    with pytest.raises(Wrong, match=r"^Till has no method `open`\.$"):
        need_class(Till, "Till", "open")


def test_the_first_line_out_of_order_is_named():
    same_lines(["a", "b"], ["a", "b"])
    with pytest.raises(Wrong, match=r"^line 2 was not 'c' when it ran just now"):
        same_lines(["a", "c", "b"], ["a", "b", "c"])


# -- the stage --------------------------------------------------------------------------------------------------------


def answer_named(text, name="answer", **names):
    """An answer as a reader would define it in a notebook."""
    names = {"__name__": "__main__", "threading": threading, "time": time, **names}
    exec(text, names)
    return names[name]


ADD = """
class answer:
    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()

    def add(self):
        seen = self.count
        self.count = seen + 1

    def add_safely(self):
        with self.lock:
            self.add()
"""


def use(kind, method):
    it = kind()
    for name in ("Li", "Wang"):
        start(name, getattr(it, method))
    join_all()
    if it.count != 2:
        raise Wrong(f"the count is {it.count}")


def test_schedules_show_a_race_and_that_a_lock_cures_it():
    with pytest.raises(Wrong, match="the count is 1") as caught:
        under_schedules(use, answer_named(ADD), "add")
    assert [step.worker for step in caught.value.failure.steps if "stopped" in step.note] == ["Li"]
    under_schedules(use, answer_named(ADD), "add_safely")


def test_a_deadlock_is_told_by_who_waits():
    def meet(answer):
        start("Li", answer)
        join_all()

    answer = answer_named("lock = threading.Lock()\ndef answer():\n    lock.acquire()\n    lock.acquire()")
    with pytest.raises(Wrong, match="Li waits for a lock that they themselves hold"):
        under_schedules(meet, answer)
    with pytest.raises(Wrong, match=r"^Li main$"):
        under_schedules(meet, answer, stuck=lambda waiting: " ".join(sorted(worker.name for worker in waiting)))
    with pytest.raises(Wrong, match="so it is"):
        under_schedules(meet, answer, stuck=lambda waiting: Wrong("so it is", "a hint"))


def test_whoever_polls_is_told_from_whoever_waits():
    def poll(answer):
        start("Li", answer, daemon=True)
        settle()
        if not time_was_asked_for():
            raise Wrong("nobody slept")

    under_schedules(poll, answer_named("def answer():\n    while True: time.sleep(1)"))
    with pytest.raises(Wrong, match="nobody slept"):
        under_schedules(poll, answer_named("def answer(): threading.Event().wait()"))
    with pytest.raises(Wrong, match="asks again and again"):
        under_schedules(poll, answer_named("def answer():\n    while True: pass"))


def test_what_an_answer_raises_comes_out_and_what_it_prints_is_shown_once(capsys):
    with pytest.raises(ZeroDivisionError):
        under_schedules(lambda answer: answer(), answer_named("def answer(): 1 / 0"))
    under_schedules(lambda answer: (start("Li", answer), start("Wang", answer)), answer_named("def answer(): print(1)"))
    assert capsys.readouterr().out == "1\n1\n"


def test_an_answer_is_fresh_in_each_schedule_and_may_bring_locks_along():
    def count(answer):
        for name in ("Li", "Wang"):
            start(name, answer)
        join_all()
        if answer.__globals__["seen"] != [1, 2]:
            raise Wrong(f"{answer.__globals__['seen']}")

    text = "def answer():\n    with lock:\n        seen.append(len(seen) + 1)"
    under_schedules(count, answer_named(text, lock=threading.Lock(), seen=[]))
    assert current_worker() is None


# -- clocks -----------------------------------------------------------------------------------------------------------


def test_time_passes_where_somebody_sleeps():
    clock = MockClock(10, looks=Fuse(2, Wrong("looks")), sleeps=Fuse(1, Wrong("sleeps")), backwards="{} s".format)
    clock.sleep(2.5)
    clock.time += 1
    assert clock.now() == clock.now() == 13.5
    with pytest.raises(Wrong, match="looks"):
        clock.now()
    with pytest.raises(Wrong, match="sleeps"):
        clock.sleep(1)
    with pytest.raises(Wrong, match="-1 s"):
        clock.sleep(-1)
    assert clock.time == 13.5


def test_an_autojump_clock_wakes_sleepers_in_order():
    clock, diary = AutojumpClock(100), []

    def nap(name, seconds):
        clock.sleep(seconds)
        diary.append((name, clock.time))

    calls = [GreenCall(nap, *each) for each in (("a", 3), ("b", 1), ("c", 3))]
    gevent.sleep(0)
    assert diary == []
    while clock.asleep:
        clock.jump()
        gevent.sleep(0)
    assert diary == [("b", 101), ("a", 103), ("c", 103)]
    assert all(call.ready() for call in calls)
    with pytest.raises(Wrong, match="-2"):
        AutojumpClock(backwards=str).sleep(-2)


# -- sockets ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair():
    """Make pairs that are closed in the end."""
    made = []

    def make(**quirks):
        made.append(awkward_pair(**quirks))
        return made[-1]

    yield make
    for line in (each for two in made for each in two):
        line.close()


@pytest.mark.parametrize("tcp", [True, False])
def test_an_awkward_socket_hands_out_and_takes_small_pieces(pair, tcp):
    near, far = pair(tcp=tcp, most=3, most_sent=2)
    far.sendall(b"lotus bun")
    assert near.recv(9) == b"lot"
    buffer = bytearray(9)
    assert near.recv_into(buffer) == 3
    assert near.recv(3, socket.MSG_WAITALL) == b"bun"
    assert near.reads == 3
    assert not near.took_a_part
    assert near.send(b"tea") == 2
    assert near.took_a_part
    assert far.recv(9) == b"te"


def test_flags_lift_the_bound_only_where_they_should(pair):
    near, far = pair(tcp=False, most=3, whole_with=0)
    far.sendall(b"lotus")
    assert near.recv(5, socket.MSG_PEEK) == b"lot"


def test_a_watch_sees_who_sends_copies_included(pair):
    near, far = pair()
    seen = []
    near.watch = lambda end: contextlib.nullcontext(seen.append(end))
    with near.dup() as copy:
        near.send(b"lotus")
        copy.sendall(b" bun")
        assert seen == [near, copy]
        far.shutdown(socket.SHUT_WR)
    assert far.recv(9) == b"lotus bun"


def test_an_awkward_socket_fails_when_told_to(pair):
    near, far = pair(fault_at=2)
    far.sendall(b"lotus")
    assert near.recv(1) == b"l"
    with pytest.raises(BurntBun):
        near.recv(1)
    assert near.recv(1) == b"o"


def test_the_end_may_be_told_too_often_or_be_a_reset(pair):
    near, far = pair(most_ends=2)
    far.close()
    assert (near.recv(1), near.recv(1), near.ends) == (b"", b"", 2)
    with pytest.raises(Enough):
        near.recv(1)
    near, far = pair(tcp=False, end_fault=ConnectionResetError("reset"))
    far.close()
    with pytest.raises(ConnectionResetError):
        near.recv(1)


def test_an_awkward_socket_remembers(pair):
    near, far = pair(tcp=False)
    near.setblocking(False)
    near.settimeout(0)
    assert not near.patient
    near.settimeout(None)
    assert near.patient
    assert not near.closed
    near.close()
    assert near.closed
    assert far.gettimeout() is None
    assert pair()[1].gettimeout() > 0


def test_a_reset_is_no_end(pair):
    near, far = pair()
    reset(far)
    with pytest.raises(ConnectionResetError):
        near.recv(1)


@pytest.mark.parametrize("tcp", [True, False])
def test_fill_leaves_no_room(pair, tcp):
    near, far = pair(tcp=tcp)
    far.setblocking(False)
    assert fill(far, quiet=0.5 * tcp) > 4_000  # TCP finds a little more room after a fifth of a second
    assert not select.select([], [far], [], 0)[1]
    near.close()


def test_os_errors_have_their_kind_and_words():
    assert isinstance(os_error(errno.ECONNABORTED), ConnectionAbortedError)
    assert str(os_error(errno.EMFILE)).endswith("Too many open files")


def test_a_conversation_ends_with_the_answer(pair):
    near, far = both = pair()
    heard = []

    def visit():
        far.sendall(b"bun")
        while data := far.recv(9):  # the answer leaves its end open: `converse` closes it
            heard.append(data)

    assert converse(lambda: near.sendall(near.recv(9)), stuck="stuck", pair=both, beside=visit) is None
    assert heard == [b"bun"]


def test_two_who_both_listen_stand_still(pair):
    near, far = both = pair()
    with pytest.raises(Wrong, match="both listen"):
        converse(near.recv, 9, stuck="both listen", pair=both, beside=lambda: far.recv(9), looks=2)
    near, far = both = pair()
    with pytest.raises(Wrong, match="gone"):
        converse(near.recv, 9, stuck=lambda: "gone", pair=both, looks=2)


# -- sources ----------------------------------------------------------------------------------------------------------


def test_files_are_written_piece_by_piece(tmp_path):
    code = ["%%writefile a.py\none\n", "%%writefile b.py\nbee", "%%writefile -a a.py\ntwo", "%%isolated --gevent\n1"]
    cells = [{"cell_type": "code", "source": [text]} for text in [*code, "", "1"]]
    cells.append({"cell_type": "markdown", "source": ["%%writefile a.py\n", "no"]})
    path = tmp_path / "course.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert written_files(path) == {"a.py": "one\n\ntwo\n", "b.py": "bee\n"}
    assert written_files(path, "a.py", "c.py") == {"a.py": "one\n\ntwo\n", "c.py": ""}
    assert magic_cells(path, "%%isolated") == [(["--gevent"], "1")]
