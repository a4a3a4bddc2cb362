"""Child processes: ready when they say so, heard, stopped on request, gone with their owner."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress

import psutil
import pytest
from kernel import alive, eventually, guardian_of

from backstage.processes import Child, ChildError, belongings, listens, temporary_folder
from backstage.processes.pump import Pump

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and process groups")

SERVER = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print("listening on port", server.getsockname()[1], flush=True)
time.sleep(600)
"""

# Starts a child that starts a grandchild; says all their ids and a temporary folder; then lives on.
OWNER = """
import os, signal, sys, time
from backstage.processes import Child, temporary_folder
from backstage.processes import belongings

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
folder = temporary_folder()
(folder / "file").write_text("here")
family = '''
import os, subprocess, sys, time
loose = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
close = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), close.pid, loose.pid, flush=True)
time.sleep(600)
'''
child = Child([sys.executable, "-c", family], ready=r"\\d+ \\d+ \\d+")
print(folder, belongings._guardians[0].pid, child.output.strip(), flush=True)
"""


def python(code, **options):
    return Child([sys.executable, "-u", "-c", textwrap.dedent(code)], **options)


class Owner(subprocess.Popen):
    """As a context manager it does not outlive a test that fails."""

    def __exit__(self, kind, *exc_info):
        if kind is not None:
            self.kill()
        super().__exit__(kind, *exc_info)


def start_owner(code, **options):
    """Run OWNER and then `code`; return its process, its temporary folder, its guardian, the ids of its family."""
    owner = Owner(
        [sys.executable, "-c", OWNER + textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
    said = owner.stdout.readline().split()
    if len(said) != 5:
        owner.kill()
        owner.communicate()
    folder, guardian, *family = said
    return owner, folder, int(guardian), [int(pid) for pid in family]


def gone(folder, *pids):
    return eventually(lambda: not os.path.exists(folder) and not any(map(alive, pids)))


def test_says_when_it_is_ready_and_on_which_port():
    with python(SERVER, ready=r"port (\d+)") as server:
        assert listens(server.port)
        assert server.running
        assert server.rss > 1_000_000
        assert server.exit_code is None
    assert not server.running
    assert server.rss == 0
    assert not listens(server.port)


def test_ready_may_be_a_function():
    with python(SERVER) as server:
        assert server.wait_ready(lambda: "port" in server.output) is None


def test_output_is_heard_live_in_order_and_from_both_streams():
    heard = []
    code = """
        import os, sys
        print("one"); print("two", file=sys.stderr); os.system("echo three"); print("vier €")
        sys.stdin.readline()
    """
    with python(code, on_output=heard.append) as child:
        assert eventually(lambda: "€" in child.output or not child.running)
    assert child.output.split("\n")[:4] == ["one", "two", "three", "vier €"]
    assert "".join(heard) == child.output
    assert eventually(lambda: heard[-1] == "")


def test_standard_input_is_what_was_given():
    with python("import sys; print(len(sys.stdin.read()))", stdin=b"x" * 3_000_000) as child:
        assert child.wait(60) == 0
    assert child.output.strip() == "3000000"


def test_where_no_thread_can_be_started_no_child_is_left(monkeypatch):
    def refuse(pump):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Pump, "start", refuse)
    before, start = psutil.Process().children(), time.monotonic()
    with pytest.raises(RuntimeError, match="new thread"):
        python("import time; time.sleep(600)")
    assert time.monotonic() - start < 15
    left = set(psutil.Process().children()) - set(before)
    assert not [each for each in left if "guardian.py" not in " ".join(each.cmdline())]


def test_messages_go_both_ways_and_output_is_none_of_them():
    code = """
        from backstage.processes import messages
        report = messages.reporter()
        for order in messages.orders():
            print("noise")
            report("heard", *order)
    """
    heard = []
    with python(code, stdin=None, on_message=heard.append) as child:
        child.send(1, ["two"])
        child.send(b"x" * 1_000_000)
        assert eventually(lambda: len(heard) == 2)
        with pytest.raises(ValueError, match="unmarshallable"):
            child.send(child)
    assert eventually(lambda: len(heard) == 3)
    assert heard == [("heard", 1, ["two"]), ("heard", b"x" * 1_000_000), None]
    assert child.output == "noise\nnoise\n"
    with pytest.raises(OSError, match=r"ended|was killed|Broken pipe"):
        child.send("too late")


@posix_only
def test_who_takes_the_output_may_stand_still_and_nothing_is_lost_or_overtaken():
    code = """
        from backstage.processes import messages
        report = messages.reporter()
        print("one")
        report("two")
        print("three")
    """
    heard = []

    def take(text):
        time.sleep(0.6 * bool(text))
        heard.append(text)

    with python(
        code, on_output=take, on_message=lambda message: heard.append(message[0] if message else None)
    ) as child:
        assert child.wait(60) == 0
    assert eventually(lambda: heard[-1] == "")
    assert None in heard and "" not in heard[:-1]
    words = " ".join(filter(None, heard)).split()
    assert words in (["one", "two", "three"], ["one", "three", "two"])


@posix_only
def test_who_catches_up_waits_for_what_is_in_the_pipe_still(monkeypatch):
    wait = Pump._await_data
    monkeypatch.setattr(Pump, "_await_data", lambda pump: (wait(pump), time.sleep(0.5)))  # as on a busy machine
    reading, writing = os.pipe()
    heard = []
    pump = Pump(open(reading, "rb", buffering=0), heard.append)  # noqa: SIM115
    pump.start()
    os.write(writing, b"bun")
    pump.catch_up()
    assert heard == ["bun"]
    os.close(writing)
    pump.join()


@posix_only
def test_a_message_of_which_half_came_is_none():
    code = """
        import marshal, os, sys
        data = marshal.dumps(("whole",)) + marshal.dumps(("half",))[:-3]
        os.write(int(sys.argv[-1]), data)
    """
    heard = []
    with python(code, on_message=heard.append) as child:
        assert child.wait(60) == 0
    assert eventually(lambda: len(heard) == 2)
    assert heard == [("whole",), None]


def test_only_the_end_of_much_output_is_kept():
    with python("for _ in range(100): print('x' * 99_999)\nprint('last')") as child:
        assert child.wait(60) == 0
    assert len(child.output) == 1_000_000
    assert child.output.endswith("x\nlast\n")


def test_what_cannot_start_says_why():
    with pytest.raises(ChildError, match=r"no-such-program cannot be started: .*No such file|cannot find"):
        Child(["no-such-program"])


def test_an_end_before_it_is_ready_shows_the_last_output():
    with pytest.raises(ChildError, match=r"exit code 3 before it was ready. Its last output:\nno luck"):
        python("import sys; print('no luck'); sys.exit(3)", ready="never", name="thing")


def test_dawdling_is_stopped():
    def words_of(process):
        with suppress(psutil.Error):  # of other tests: one may end while we look
            return process.cmdline()
        return ()

    with pytest.raises(ChildError, match=r"slowcoach was not ready within 0.1 s"):
        python("import time; time.sleep(600)  # slowly", ready="never", timeout=0.1, name="slowcoach")
    assert not [each for each in psutil.Process().children() if "slowly" in " ".join(words_of(each))]


@posix_only
def test_stop_asks_first():
    code = """
        import signal, sys, time
        def leave(*_):
            print("tidied up")
            sys.exit(7)
        signal.signal(signal.SIGTERM, leave)
        print("set")
        time.sleep(600)
    """
    child = python(code, ready="set")
    child.stop(grace=60)
    assert child.exit_code == 7
    assert "tidied up" in child.output
    child.stop()
    assert child.exit_code == 7


@posix_only
def test_stop_kills_who_does_not_listen():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('set'); time.sleep(600)"
    child = python(code, ready="set", name="deaf")
    child.stop(grace=0.2)
    assert child.exit_code == -signal.SIGKILL
    assert repr(child) == "<deaf: stopped>"


@posix_only
@pytest.mark.parametrize("ends", ["by itself", "by stop"])
def test_nothing_of_its_group_is_left(ends):
    code = f"""
        import subprocess, sys, time
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(grandchild.pid)
        time.sleep({0 if ends == "by itself" else 600})
    """
    child = python(code, ready=r"(\d+)")
    if ends == "by stop":
        child.stop()
    assert child.wait(60) is not None
    assert eventually(lambda: not alive(child.port))  # the "port" it named is the grandchild's id


@posix_only
def test_a_descendant_that_left_the_group_does_not_hold_up_the_end():
    code = """
        import subprocess, sys
        loose = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        print(loose.pid)
    """
    child = python(code)
    assert child.wait(60) == 0
    os.kill(int(child.output), signal.SIGKILL)


@posix_only
@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_everything_goes_when_the_owner_is_killed(signal_name):
    owner, folder, guardian, family = start_owner("time.sleep(600)")
    with owner:
        assert os.path.exists(folder)
        assert all(map(alive, [guardian, *family]))
        owner.send_signal(getattr(signal, signal_name))
    loose = family[2:] if sys.platform == "linux" else []
    assert gone(folder, guardian, *family[:2], *loose)
    for pid in filter(alive, family):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@posix_only
def test_a_guardian_shrugs_at_polite_signals_from_its_first_moment():
    code = """
        paths = [folder.with_name(f"{folder.name}-{number}") for number in range(20)]
        guardians = []
        for path in paths:
            path.touch()
            belongings._guardians[:] = [belongings._start_guardian()]
            guardians += belongings._guardians
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                os.kill(guardians[-1].pid, getattr(signal, name))
            belongings._send(f"+path:{path}")
        print(*paths, flush=True)
        sys.stdin.read()
        for each in guardians:  # those that are settled
            os.kill(each.pid, signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    owner, folder, guardian, family = start_owner(code)
    with owner:
        paths = owner.stdout.readline().split()
        assert len(paths) == 20
        assert all(map(os.path.exists, paths))
        time.sleep(0.2)
        owner.stdin.close()
        owner.wait(60)
    # Each has done its duty, which only one can that lives.
    assert gone(folder, guardian, *family[:2])
    assert eventually(lambda: not any(map(os.path.exists, paths)))


@posix_only
def test_the_signals_that_a_guardian_never_hears_still_reach_its_owner():
    with belongings._start_guardian() as guardian:
        guardian.kill()
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    with python("import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))") as child:
        assert child.wait(60) == 0
    assert child.output == "set()\n"


@posix_only
@pytest.mark.parametrize("which", [(0,), (1,), (0, 1)])
def test_a_killed_guardian_is_replaced(which):
    code = f"""
        for each in {which}:
            os.kill(belongings._guardians[each].pid, 9)
            belongings._guardians[each].wait()
        other = temporary_folder()
        print(other, *(each.pid for each in belongings._guardians), flush=True)
        time.sleep(600)
    """
    owner, folder, _, family = start_owner(code)
    with owner:
        other, *guardians = owner.stdout.readline().split()
        owner.kill()
    assert len(guardians) == 2
    assert gone(folder, *map(int, guardians), *family[:2])
    assert not os.path.exists(other)


@posix_only
@pytest.mark.parametrize("which", [0, 1])
def test_an_owner_that_is_killed_together_with_a_guardian_leaves_nothing(which):
    code = """
        print(*(each.pid for each in belongings._guardians), flush=True)
        time.sleep(600)
    """
    owner, folder, _, family = start_owner(code)
    with owner:
        guardians = list(map(int, owner.stdout.readline().split()))
        os.kill(guardians[which], signal.SIGKILL)
        owner.kill()
    assert gone(folder, *guardians, *family[:2])


def test_an_owner_that_ends_leaves_nothing():
    owner, folder, guardian, family = start_owner("")
    with owner:
        assert owner.wait(60) == 0
        assert not os.path.exists(folder)
    assert gone(folder, guardian, *family[:2])
    for pid in family:
        with suppress(psutil.NoSuchProcess):  # its guardian may be about to kill it as well
            psutil.Process(pid).kill()


@posix_only
def test_a_forked_worker_neither_owns_the_children_nor_keeps_the_dead_owner_alive():
    code = """
        worker = os.fork()
        if worker == 0:
            child.stop()
            assert belongings._guardians == []
            os.write(1, f"{os.getpid()} {child.pid}\\n".encode())
            time.sleep(600)
        time.sleep(600)
    """
    owner, folder, guardian, family = start_owner(code, start_new_session=True)
    with owner:
        worker, child = map(int, owner.stdout.readline().split())
        assert alive(child)
        owner.kill()
    # The owner led its session, as a kernel does: so the worker goes as well.
    assert gone(folder, guardian, worker, *family[:2])


@posix_only
def test_an_owner_that_leads_no_session_leaves_its_group_alone():
    # As in `python script.py | less`, where the script leads the group that both are in.
    code = """
        neighbour = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(neighbour.pid, flush=True)
        time.sleep(600)
    """
    owner, folder, guardian, family = start_owner("import subprocess\n" + textwrap.dedent(code), preexec_fn=os.setpgrp)
    with owner:
        neighbour = int(owner.stdout.readline())
        owner.kill()
    assert gone(folder, guardian, *family[:2])
    assert alive(neighbour)
    os.kill(neighbour, signal.SIGKILL)


def test_a_temporary_folder_is_private_and_new():
    first, second = temporary_folder(), temporary_folder()
    assert first != second
    if os.name != "nt":
        assert first.stat().st_mode & 0o777 == 0o700
    assert alive(guardian_of(os.getpid()))


def test_the_same_guardians_serve_all_children():
    with python(SERVER, ready="port"):
        two = list(belongings._guardians)
        with python(SERVER, ready="port"):
            assert belongings._guardians == two


@posix_only
def test_an_interrupt_while_a_child_is_started_leaves_nobody():
    code = """
        import os, signal, subprocess, sys
        import psutil
        from backstage.processes import Child

        begin, begun = subprocess.Popen, []


        def interrupted(*args, **options):
            begun.append(begin(*args, **options))
            os.kill(os.getpid(), signal.SIGINT)
            return begun[-1]


        signal.signal(signal.SIGINT, signal.default_int_handler)  # under nohup it would be ignored
        Child([sys.executable, "-c", ""]).wait()  # with its guardians
        subprocess.Popen = interrupted
        try:
            Child([sys.executable, "-c", "import time; time.sleep(600)"])
        except KeyboardInterrupt:
            print("interrupted", begun[0].pid)
            print("left" if psutil.pid_exists(begun[0].pid) else "gone")
            begun[0].kill()
    """
    done = python(code)
    assert done.wait(60) == 0, done.output
    assert re.fullmatch(r"interrupted \d+\ngone\n", done.output)


def test_a_patched_process_is_told_that_it_cannot_have_children():
    code = "from gevent import monkey; monkey.patch_all(); from backstage.processes import Child; Child(['python'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert "ChildError: A child needs real threads" in done.stderr
