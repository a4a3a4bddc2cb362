"""The crowd of clients: what it counts is what the server did, and it never waits for ever."""

import math
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import psutil
import pytest
from kernel import alive, eventually

from backstage.crowd import Crowd, clients
from backstage.processes import Child


@contextmanager
def serving(handle, backlog=500):
    """A server in a thread for each connection, of which none is left at the end; give its port."""
    threads, connections = [], []
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as listener:

        def one(connection):
            with connection, suppress(OSError):
                handle(connection)

        def accept():
            with suppress(OSError):
                while True:
                    connections.append(listener.accept()[0])
                    threads.append(threading.Thread(target=one, args=connections[-1:], daemon=True))
                    threads[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def swallow(connection):
    while connection.recv(65536):
        pass


def in_rounds(answer, good=1):
    """Echo so many requests well, then answer by the function."""

    def handle(connection):
        for _ in range(good):
            connection.sendall(connection.recv(100))
        connection.recv(100)
        answer(connection)

    return handle


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))


ECHO = """
import selectors, socket
with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener, selectors.DefaultSelector() as selector:
    from backstage.descriptors import lift_descriptor_limit
    lift_descriptor_limit()
    selector.register(listener, selectors.EVENT_READ)
    print("port", listener.getsockname()[1], flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
            elif data := key.fileobj.recv(65536):
                key.fileobj.sendall(data)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
"""


@pytest.fixture
def server():
    with Child([sys.executable, "-c", ECHO], name="echo", ready=r"port (\d+)") as child:
        yield child


def test_a_crowd_connects_asks_and_is_counted(server):
    told = []
    with Crowd(server.port, server=server) as crowd:
        opened = crowd.connect(1_000, progress=told.append)
        assert (opened.wanted, opened.done, opened.connected, opened.errors) == (1_000, 1_000, 1_000, {})
        assert sum(told) == 1_000
        asked = crowd.ask(rounds=3, progress=told.append)
        assert (asked.wanted, asked.done, asked.connected, asked.errors) == (3_000, 3_000, 1_000, {})
        assert sum(told) == 4_000
        assert str(asked) == "3,000 of 3,000 done, no errors"
        assert len(psutil.Process(server.pid).net_connections("tcp")) == 1_001
        assert not [
            each for each in psutil.Process().net_connections("tcp") if each.raddr == ("127.0.0.1", server.port)
        ]
    assert len(asked.times) == 3_000
    assert 0 < min(asked.times) <= asked.p50 <= asked.p99 <= max(asked.times) <= asked.seconds
    assert asked.rate == pytest.approx(3_000 / asked.seconds)
    assert asked.server_cpu >= 0
    assert asked.client_cpu > 0
    assert asked.server_memory > 1_000_000
    assert eventually(lambda: len(psutil.Process(server.pid).net_connections("tcp")) == 1)


def test_where_there_is_select_alone_several_share_a_crowd(server, monkeypatch):
    """As on Windows; `select` takes 512 sockets there."""
    monkeypatch.setattr(clients.selectors, "DefaultSelector", clients.selectors.SelectSelector)
    monkeypatch.setattr(clients, "MOST_SELECTED", 5)
    crowd = clients.Crowd(lambda *news: None, None, server.port, 60)
    for clients_now in (3, 23):
        opened = crowd.connect(clients_now - len(crowd.open), at_once=4)
        assert opened["connected"] == clients_now and not opened["errors"]
        assert crowd.ask(2, None, None, None)["done"] == 2 * clients_now
    assert [len(each.get_map()) for each in crowd.selector._several] == [5, 5, 5, 5, 3]
    assert crowd.visit(4, 3, None, None)["done"] == 12
    for each in list(crowd.open):
        crowd.drop(each)
    assert not any(each.get_map() for each in crowd.selector._several)


def test_a_crowd_grows_and_a_bound_holds(server):
    with Crowd(server.port) as crowd:
        crowd.connect(10)
        assert crowd.connect(20, at_once=1).connected == 30
        figures = crowd.ask(2, at_once=1)
        assert figures.done == 60
        assert sum(figures.times) <= figures.seconds  # never two at the same time
        assert math.isnan(figures.server_cpu) and math.isnan(figures.server_memory)


@pytest.mark.parametrize(
    ("message", "reply"),
    [(b"bun", None), (b"x" * 3_000_000, None), (b"bun\n", "line"), (b"bun", 3), (b"bun", b"bun")],
    ids=["any", "large", "line", "length", "given"],  # or the large one would be in the environment, as a test's name
)
def test_requests_and_answers_of_each_kind(server, message, reply):
    with serving(echo) as port, Crowd(port) as crowd:
        crowd.connect(3)
        assert str(crowd.ask(2, message, reply=reply)) == "6 of 6 done, no errors"


def test_an_answer_may_come_in_pieces():
    def dribble(connection):
        connection.recv(100)
        for each in (b"ste", b"am", b"ed\n"):
            connection.sendall(each)
            time.sleep(0.02)
        connection.recv(100)

    for reply in ("line", 8, b"steamed\n"):
        with serving(dribble) as port, Crowd(port) as crowd:
            crowd.connect(2)
            assert crowd.ask(1, b"bun", reply=reply).done == 2


@pytest.mark.parametrize(
    ("answer", "reply", "kind"),
    [
        (lambda connection: connection.sendall(b"tea"), None, "wrong reply"),
        (lambda connection: connection.sendall(b"request 1\nrequest 1\n"), "line", "wrong reply"),
        (lambda connection: connection.sendall(b"too long"), 4, "wrong reply"),
        (lambda connection: connection.sendall(b"req"), None, "closed early"),
        (reset, None, "reset"),
        (lambda connection: connection.recv(1), None, "timed out"),
    ],
)
def test_errors_are_counted_by_kind(answer, reply, kind):
    timeout, good = (2, 0) if kind == "timed out" else (30, 1)  # a busy machine may need more than two for an answer
    with serving(in_rounds(answer, good)) as port, Crowd(port, timeout=timeout) as crowd:
        crowd.connect(5)
        if good:
            assert crowd.ask().done == 5
        figures = crowd.ask(rounds=4, reply=reply)
        assert (figures.done, figures.errors, figures.connected) == (0, {kind: 5}, 0)
        assert figures.wanted == 20
        assert crowd.ask().wanted == 0


def test_a_client_that_fails_leaves_the_others_alone():
    places = iter(range(10))

    def handle(connection):
        (in_rounds(reset) if next(places) < 4 else echo)(connection)

    for at_once in (None, 2):
        places = iter(range(10))
        with serving(handle) as port, Crowd(port) as crowd:
            crowd.connect(10)
            assert crowd.ask().done == 10
            figures = crowd.ask(rounds=3, at_once=at_once)
            assert (figures.done, figures.errors, figures.connected) == (18, {"reset": 4}, 6)


def test_what_happens_while_nobody_asks_is_noticed():
    more, said = threading.Event(), threading.Semaphore(0)

    def handle(connection):
        connection.sendall(connection.recv(100))
        more.wait(60)
        connection.sendall(b"by the way")
        said.release()
        connection.recv(100)

    with serving(handle) as port, Crowd(port) as crowd:
        crowd.connect(3)
        assert crowd.ask().done == 3
        more.set()
        assert all(said.acquire(timeout=60) for _ in range(3))
        figures = crowd.ask(rounds=2)
        assert (figures.done, figures.errors, figures.connected) == (0, {"wrong reply": 3}, 0)


def test_a_server_that_is_not_there():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen, and nobody else can there
        with Crowd(deaf.getsockname()[1]) as crowd:
            figures = crowd.connect(7)
            assert (figures.errors, figures.connected, figures.rate) == ({"refused": 7}, 0, 0.0)
            assert math.isnan(figures.p50)
            assert crowd.ask().wanted == 0
            assert crowd.visit(5, 3).errors == {"refused": 5}


def test_a_server_that_is_killed_in_the_middle(server):
    with Crowd(server.port, server=server, timeout=30) as crowd:
        crowd.connect(200)

        killed = []  # once: until its owner has heard of the end, a dead server still counts as running

        def kill(ended):
            if ended and not killed:
                killed.append(server.pid)
                os.kill(server.pid, signal.SIGKILL)

        figures = crowd.ask(rounds=1_000_000, progress=kill)
        assert figures.done > 0
        assert figures.errors.total() == 200
        assert set(figures.errors) <= {"reset", "closed early"}
        assert figures.server_cpu >= 0
        assert server.wait(60) is not None  # then its listener is closed, too
        assert crowd.connect(1).errors == {"refused": 1}


def test_visitors_connect_for_each_request(server):
    connections = []

    def handle(connection):
        connections.append(connection.getpeername())
        echo(connection)

    with serving(handle) as port, Crowd(port) as crowd:
        figures = crowd.visit(20, rounds=5)
        assert (figures.done, figures.connected, figures.errors) == (100, 0, {})
        assert len(set(connections)) > 20
        assert len(connections) == 100


def test_the_cpu_of_children_that_have_ended_counts():
    code = """
import os, socket, time
with socket.create_server(("127.0.0.1", 0)) as listener:
    print("port", listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        if pid := os.fork():
            connection.close()
            os.waitpid(pid, 0)
        else:
            request = connection.recv(100)
            while time.process_time() < 0.2: pass
            connection.sendall(request)
            os._exit(0)
"""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    with (
        Child([sys.executable, "-c", code], ready=r"port (\d+)") as child,
        Crowd(child.port, server=child.pid) as crowd,
    ):
        figures = crowd.visit(1, rounds=3)
        assert figures.done == 3
        assert figures.server_cpu > 0.3


def test_a_little_cpu_of_each_of_many_processes_counts():
    code = """
import os, socket, time
with socket.create_server(("127.0.0.1", 0)) as listener:
    for _ in range(16):
        if os.fork() == 0:
            while True:
                connection, _ = listener.accept()
                request, start = connection.recv(100), time.process_time()
                while time.process_time() < start + 0.004: pass
                connection.sendall(request)
                connection.close()
    print("port", listener.getsockname()[1], flush=True)
    os.wait()
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells the CPU of another process exactly")
    with (
        Child([sys.executable, "-c", code], ready=r"port (\d+)") as child,
        Crowd(child.port, server=child.pid) as crowd,
    ):
        figures = crowd.visit(16, rounds=2)
        assert figures.done == 32
        assert figures.server_cpu > 32 * 0.004


def test_the_descriptor_limit_is_told_in_a_sentence(server):
    pytest.importorskip("resource")
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
from backstage.crowd import Crowd
with Crowd({server.port}) as crowd:
    figures = crowd.connect(100)
    print(figures.done, figures.connected, crowd.ask().done == figures.done, figures.errors)
    print(figures.shortfall)
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert output.stderr == ""
    numbers, sentence = output.stdout.splitlines()
    done = int(numbers.split()[0])
    assert 30 < done < 60
    assert numbers == f"{done} {done} True Counter()"
    assert sentence == f"{done} connections are open, and the client may hold 60 descriptors in all"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"port": 0}, "the port of a server is a whole number from 1 to 65,535, not 0"),
        ({"port": None}, "not None"),
        ({"timeout": 0}, "timeout is a number of seconds above 0"),
        ({"server": 99_999_999}, "the server, process 99999999, has ended or never was"),
    ],
)
def test_a_crowd_that_makes_no_sense(arguments, complaint):
    with pytest.raises((TypeError, ValueError), match=complaint):
        Crowd(**{"port": 80, **arguments})


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda crowd: crowd.connect(0), "clients is a whole number from 1 to 1,000,000, not 0"),
        (lambda crowd: crowd.connect(5, at_once=1.5), "at_once is a whole number from 1"),
        (lambda crowd: crowd.ask(at_once=0), "at_once is a whole number from 1"),
        (lambda crowd: crowd.ask(True), "rounds is a whole number from 1"),
        (lambda crowd: crowd.ask(1, "bun"), "message is some bytes, not 'bun'"),
        (lambda crowd: crowd.ask(1, b""), "message is some bytes"),
        (lambda crowd: crowd.ask(reply="lines"), "reply, unless it is bytes or 'line', is a whole number from 1"),
    ],
)
def test_a_step_that_makes_no_sense_does_no_harm(server, call, complaint):
    with Crowd(server.port) as crowd:
        crowd.connect(2)
        with pytest.raises((TypeError, ValueError), match=complaint):
            call(crowd)
        assert crowd.ask().done == 2


def test_a_crowd_that_has_been_stopped_says_so(server):
    with Crowd(server.port) as crowd:
        assert "stopped" not in repr(crowd)
    assert repr(crowd).endswith(", stopped>")
    with pytest.raises(RuntimeError, match="the crowd has been stopped: make a new one"):
        crowd.connect(1)
    crowd.stop()


def test_a_crowd_whose_process_dies_says_so():
    with serving(swallow) as port, Crowd(port) as crowd:
        crowd.connect(3)
        threading.Timer(0.2, os.kill, (crowd._child.pid, signal.SIGTERM)).start()
        with pytest.raises(RuntimeError, match="the crowd has ended"):
            crowd.ask()


def test_an_interrupt_ends_the_crowd():
    def interrupt(_):
        raise KeyboardInterrupt

    with serving(echo) as port:
        crowd = Crowd(port)
        crowd.connect(3)
        with pytest.raises(KeyboardInterrupt):
            crowd.ask(rounds=1_000_000, progress=interrupt)
        assert eventually(lambda: not alive(crowd._child.pid))
