"""Three nodes as one broker: what is confirmed survives each fault, and nothing of the nodes is left."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
import pika
import psutil
import pytest
from brokers import installed_rabbitmq
from kernel import Kernel, eventually

from backstage.brokers import BrokerError, start_cluster
from backstage.brokers.cluster import NAMES, Cluster

OWNER = """
from backstage.brokers import start_cluster

cluster = start_cluster()
print(cluster._realm.folder, flush=True)
cluster.wait()
print("together", flush=True)
while True:
    cluster.control("one", "status")
"""
# Names of queues and of their members reach the disk late, and a node that is killed before does not know them.
WRITE_NAMES = """[
    {rpc:call(At, mnesia, sync_log, []), [rpc:call(At, dets, sync, [Each]) || Each <- rpc:call(At, dets, all, [])]}
    || At <- [node() | nodes()]
]."""
ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1"}


@pytest.fixture(scope="module")
def cluster():
    installed_rabbitmq()
    with start_cluster() as cluster:
        assert start_cluster() is cluster
        cluster.wait()
        yield cluster


def open_connection(url):
    parameters = pika.URLParameters(url)
    parameters.heartbeat = parameters.socket_timeout = parameters.stack_timeout = 5
    return pika.BlockingConnection(parameters)


class Publisher:
    """Publishes numbers in order, one confirmed after the other, at whichever node takes them."""

    def __init__(self, urls, queue):
        self.urls, self.queue = urls, queue
        self.confirmed = []
        self._on = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        if not self.goes_on():
            self.__exit__()
            pytest.fail("nothing was confirmed within a minute")
        return self

    def __exit__(self, *exc_info):
        self._on = False
        self._thread.join(60)  # one that is cut off may wait for its confirm for ever

    def _run(self):
        number = 0
        while self._on:
            try:
                with open_connection(self.urls[number % len(self.urls)]) as connection:
                    channel = connection.channel()
                    channel.confirm_delivery()
                    while self._on:
                        channel.basic_publish("", self.queue, str(number), mandatory=True)
                        self.confirmed.append(number)
                        number += 1
                        time.sleep(0.02)
            except pika.exceptions.AMQPError:
                number += 1
                time.sleep(0.2)

    def goes_on(self):
        before = len(self.confirmed)
        return eventually(lambda: len(self.confirmed) > before + 20, 60)


def declared(url, queue):
    """Whether that was possible: a node that has just come back may turn a client away."""
    try:
        with open_connection(url) as connection:
            connection.channel().queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    except pika.exceptions.AMQPError:
        return False
    return True


@pytest.fixture
def queue(cluster, request):
    assert eventually(lambda: declared(cluster.urls["one"], request.node.name))
    cluster.control("one", "eval", WRITE_NAMES)
    yield request.node.name
    cluster.heal()


def drain(url, queue, confirmed):
    """All that is in the queue; what was confirmed is waited for, for it may take more than a moment to come."""
    found, end = [], time.monotonic() + 60
    while not (set(confirmed) <= set(found)) and time.monotonic() < end:
        with suppress(pika.exceptions.AMQPError), open_connection(url) as connection:  # as in `declared`
            for method, _, body in connection.channel().consume(queue, auto_ack=True, inactivity_timeout=3):
                if method is None:
                    break
                found.append(int(body))
    return found


def others(cluster, name):
    return [cluster.urls[each] for each in NAMES if each != name]


def test_the_leader_is_killed_and_comes_back(cluster, queue):
    leader = cluster.leader(queue)
    with Publisher(others(cluster, leader), queue) as publisher:
        cluster.kill(leader)
        assert publisher.goes_on()
        successor = cluster.leader(queue)
        assert successor != leader
        cluster.start(leader)
    assert set(publisher.confirmed) <= set(drain(cluster.urls[leader], queue, publisher.confirmed))


def test_the_leader_is_frozen_and_comes_back(cluster, queue):
    leader = cluster.leader(queue)
    with Publisher(others(cluster, leader), queue) as publisher:
        cluster.freeze(leader)
        assert publisher.goes_on()
        assert cluster.leader(queue) != leader
        cluster.thaw(leader)
    cluster.wait()
    received = drain(others(cluster, leader)[0], queue, publisher.confirmed)
    assert set(publisher.confirmed) <= set(received)
    assert max(Counter(received).values()) == 1


def test_the_side_with_one_node_confirms_nothing(cluster, queue):
    leader = cluster.leader(queue)
    with Publisher([cluster.urls[leader]], queue) as alone:
        # It is there before the cut: a new connection may have to wait until the silent node is given up.
        with Publisher(others(cluster, leader), queue) as together:
            cluster.cut_off(leader)
            assert together.goes_on()
            before = len(alone.confirmed)
            time.sleep(2)
            assert len(alone.confirmed) == before
        cluster.mend()
        assert alone.goes_on()
    assert set(alone.confirmed) <= set(drain(others(cluster, leader)[0], queue, alone.confirmed))


def test_all_are_killed_at_once_and_started_again(cluster, queue):
    with Publisher(list(cluster.urls.values()), queue) as publisher:
        cluster.kill()
        cluster.start()
        assert publisher.goes_on()
    assert set(publisher.confirmed) <= set(drain(cluster.urls["two"], queue, publisher.confirmed))


def test_whatever_was_done_to_them_is_undone(cluster, queue):
    cluster.kill("one")
    cluster.freeze("two")
    cluster.cut_off("three")
    cluster.heal()
    assert all(node.running and not node.frozen for node in cluster.nodes.values())
    cluster.start("one")  # which runs
    with Publisher(list(cluster.urls.values()), queue) as publisher:
        assert publisher.goes_on()


def test_who_is_interrupted_while_they_start_waits_again(cluster, queue, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    cluster.kill("one")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(cluster.nodes["one"], "wait", stopped)
        cluster.heal()
    cluster.heal()
    assert eventually(lambda: declared(cluster.urls["one"], queue))


def test_who_is_stopped_for_good_says_so():
    cluster = Cluster.__new__(Cluster)
    cluster.stopped = True
    with pytest.raises(BrokerError, match="make a new cluster"):
        cluster.heal()


def test_who_waits_while_none_runs_is_told_so():
    cluster = Cluster.__new__(Cluster)
    cluster.nodes, cluster._starting = {}, []
    for wait in (cluster.wait, lambda: cluster.leader("bao")):
        with pytest.raises(BrokerError, match="No node runs"):
            wait()


def test_they_listen_at_home_only(cluster):
    listening = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # a node starts some that end at once
            listening += [e.laddr.ip for e in child.net_connections("inet") if e.status == psutil.CONN_LISTEN]
    assert len(listening) >= 9  # AMQP, nodes among each other, name servers
    assert set(listening) <= LOOPBACK


def test_who_asks_a_node_listens_at_home_only(cluster):
    asked = "[rpc:call(Each, application, get_env, [kernel, inet_dist_use_interface]) || Each <- nodes(hidden)]."
    assert cluster.control("one", "eval", asked).strip() == "[{ok,{127,0,0,1}}]"


def test_what_erlang_says_of_itself_is_no_answer(cluster, tmp_path, monkeypatch):
    warning = "=ESOCK WARNING MSG==== 28-Nov-2026::22:05:58.351823 ===\n\n[UNIX] No library: libsctp.so.1\n"
    program = tmp_path / "rabbitmqctl"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{warning}\n{warning}\n[\n=1\n]\nEND\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(cluster._realm, "server", tmp_path / "rabbitmq-server")
    assert cluster.control("one", "status") == "[\n=1\n]\n"


def test_what_is_not_there_is_told(cluster):
    with pytest.raises(BrokerError, match="no node 'four': they are one, two, three"):
        cluster.kill("four")
    with pytest.raises(BrokerError, match="no node 'four'"):
        cluster.freeze("four")
    with pytest.raises(BrokerError, match="No quorum queue 'nowhere' has a leader"):
        cluster.leader("nowhere")
    with pytest.raises(BrokerError, match="rabbitmqctl nonsense failed on node two"):
        cluster.control("two", "nonsense")


def living_in(folder):
    """Command lines of all processes whose home is this folder: nodes, name servers, RabbitMQ's own programs."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get("HOME") == folder:
                found.append(" ".join(each.cmdline()))
    return found


@pytest.mark.parametrize("moment", ["while they start", "while one is asked"])
def test_nothing_is_left_when_the_owner_is_killed(moment):
    installed_rabbitmq()
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        folder = next(line.strip() for line in owner.stdout if "course-rabbitmq" in line)
        assert eventually(lambda: len(living_in(folder)) >= 4)
        if moment == "while one is asked":
            assert owner.stdout.readline() == "together\n"
            assert eventually(lambda: any("rabbitmqctl" in line for line in living_in(folder)))
        owner.kill()
    assert eventually(lambda: not living_in(folder) and not Path(folder).exists())


def test_without_rabbitmq_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr("backstage.brokers.cluster.find_server", lambda: None)
    with pytest.raises(BrokerError, match="`make rabbitmq` installs it"):
        Cluster()
    assert start_cluster() is None
    assert capsys.readouterr().out.startswith("Broker: RabbitMQ is not installed")


def test_its_chapter_reaches_its_end_without_rabbitmq():
    [path] = ROOT.glob("notebooks/*_survive_a_lost_node.ipynb")
    with Kernel() as kernel:
        kernel.run("import backstage.brokers.cluster\nbackstage.brokers.cluster.find_server = lambda: None")
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code" and not {"exercise", "solution"} & {*cell.metadata.get("tags", [])}:
                shown = kernel.run(cell.source)
                assert shown.ename is None, shown.traceback


NOWHERE = """
import tests.brokers

tests.brokers.find_server = lambda: None
"""


@pytest.mark.parametrize(("required", "told"), [("", "skipped"), ("rabbitmq", "error")])
def test_its_chapter_is_skipped_by_name_or_fails_where_rabbitmq_was_asked_for(required, told, tmp_path):
    [path] = ROOT.glob("notebooks/*_survive_a_lost_node.ipynb")
    (tmp_path / "nowhere.py").write_text(NOWHERE)
    places = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "nowhere", "-p", "no:cacheprovider", "-n0", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": places, "COURSE_REQUIRE": required},
        capture_output=True,
        text=True,
    )
    last = done.stdout.strip().splitlines()[-1]
    assert told in last
    assert "passed" not in last
    assert bool(required) == (done.returncode != 0)
    assert bool(required) != (f"{path.name} was skipped: RabbitMQ is not installed" in done.stdout)
