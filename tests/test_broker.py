"""The broker of a notebook: which one it is, that it works, that it stays at home, and that nothing of it is left."""

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager, nullcontext, suppress

import gevent.socket
import pika
import psutil
import pytest
from brokers import installed_rabbitmq
from gevent.server import StreamServer
from kernel import Kernel, alive, eventually

from backstage.brokers import BrokerError, broker, rabbitmq, start_broker, wires
from backstage.brokers.rabbitmq import Node, Realm, find_cause
from backstage.brokers.wires import HOME, Network
from backstage.processes import Child, listens

LOOPBACK = {"127.0.0.1", "::1"}
PERSISTENT = pika.BasicProperties(delivery_mode=2)
posix_only = pytest.mark.skipif(os.name == "nt", reason="needs RabbitMQ's shell scripts")


# A second owner of a node, to be killed.
OWNER = """
import sys
from backstage.brokers.broker import Private
from backstage.brokers import find_server

mine = Private(find_server(), "a test asks for it")
print(mine.url, mine._realm.folder, flush=True)
sys.stdin.read()
"""
HASTY_OWNER = """
import sys
from backstage.brokers import Node, Realm, find_server

realm = Realm(find_server())
Node(realm).launch()
print("-", realm.folder, flush=True)
sys.stdin.read()
"""


@contextmanager
def owner(code):
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def two():
    """A private node of this process, and the owner of another one; they start at the same time."""
    server = installed_rabbitmq()
    with owner(OWNER) as other, broker.Private(server, "a test asks for it") as mine:
        yield mine, other


@pytest.fixture
def private(two):
    return two[0]


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    """What the tester's own shell asks for does not count, and no test finds the broker of another."""
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.delenv("COURSE_BROKER", raising=False)
    yield
    if broker._current:
        broker._current[1].stop()
        broker._current = None


@contextmanager
def channel_to(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    yield connection.channel()
    if connection.is_open:
        connection.close()


def send(url, *bodies, queue="buns", durable=True):
    with channel_to(url) as channel:
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=durable)
        for body in bodies:
            channel.basic_publish("", queue, body, PERSISTENT if durable else None)


def take(url, queue="buns"):
    """All that the queue holds; None if there is no such queue."""
    bodies = []
    with channel_to(url) as channel:
        try:
            while (got := channel.basic_get(queue, auto_ack=True))[0]:
                bodies.append(got[2])
        except pika.exceptions.ChannelClosedByBroker:
            return None
    return bodies


def family(*pids):
    """These processes and their descendants."""
    for pid in pids:
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)


def keeps_all_names(mine):
    """Whether exchanges that are not durable stay as well, and a queue that is not exclusive has to be durable.

    The first is so since RabbitMQ keeps names in Khepri, from 4.2 on; the second from 4.3 on, unless it is allowed.
    """
    version = re.match(r"RabbitMQ (\d+)\.(\d+)", mine.kind)
    return version is not None and tuple(map(int, version.groups())) >= (4, 2)


def write_names(mine):
    """Have RabbitMQ note that there are such queues: by itself it takes a moment for that, as chapter 17 says."""
    command = [str(mine._realm.server.with_name("rabbitmqctl")), "--quiet", "eval", "catch mnesia:sync_log()."]
    with Child(command, env=mine._node.environment) as child:
        assert child.wait(120) == 0, child.output


def is_called(process, beginning):
    """Whether its name begins so; one that has ended meanwhile is called nothing."""
    try:
        return process.name().startswith(beginning)
    except psutil.NoSuchProcess:
        return False


# Which one it is


class Stub:
    """Stands for each kind of broker, and notes what it was made with."""

    kind = place = "-"
    running = True

    def __init__(self, *arguments):
        [self.why] = [each for each in arguments[-2:] if isinstance(each, str) and " " in each]

    def stop(self):
        self.running = False


@pytest.fixture
def stubs(monkeypatch):
    kinds = {name: type(name, (Stub,), {}) for name in ("Elsewhere", "Private", "Embedded")}
    for name, kind in kinds.items():
        monkeypatch.setattr(broker, name, kind)


@pytest.mark.parametrize(
    ("address", "forced", "server", "kind", "why"),
    [
        ("", "", None, "Embedded", "not installed"),
        ("", "", "/x", "Private", "is installed"),
        ("", "embedded", "/x", "Embedded", "COURSE_BROKER"),
        ("", "embedded", None, "Embedded", "COURSE_BROKER"),
        ("", "rabbitmq", "/x", "Private", "COURSE_BROKER"),
        ("amqp://mq", "", None, "Elsewhere", "AMQP_URL"),
        ("amqp://mq", "", "/x", "Elsewhere", "AMQP_URL"),
        ("amqp://mq", "embedded", "/x", "Embedded", "COURSE_BROKER"),
        ("amqp://mq", "rabbitmq", "/x", "Private", "COURSE_BROKER"),
    ],
)
def test_choice(stubs, monkeypatch, capsys, address, forced, server, kind, why):
    monkeypatch.setenv("AMQP_URL", address)
    monkeypatch.setenv("COURSE_BROKER", forced)
    monkeypatch.setattr(broker, "find_server", lambda: server)
    assert type(start_broker()).__name__ == kind
    [line] = capsys.readouterr().out.splitlines()
    assert why in line


def test_asked_again_it_is_the_same_unless_it_is_gone_or_another_is_wanted(stubs, monkeypatch):
    monkeypatch.setattr(broker, "find_server", lambda: "/x")
    first = start_broker()
    assert start_broker() is first
    first.stop()
    second = start_broker()
    assert second is not first
    monkeypatch.setenv("COURSE_BROKER", "embedded")
    assert type(start_broker()).__name__ == "Embedded"
    assert not second.running


def test_a_broker_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_BROKER", "rabit")
    with pytest.raises(BrokerError, match=r"^COURSE_BROKER is 'rabit'; it may be embedded or rabbitmq, .*\.$"):
        start_broker()


def test_rabbitmq_that_is_not_installed_cannot_be_forced(monkeypatch):
    monkeypatch.setenv("COURSE_BROKER", "rabbitmq")
    monkeypatch.setattr(broker, "find_server", lambda: None)
    with pytest.raises(
        BrokerError, match=r"`make rabbitmq` installs it. To go on with the embedded broker, run `%env "
    ):
        start_broker()


def test_a_patched_process_is_told_where_to_start_a_broker():
    code = "from gevent import monkey; monkey.patch_all(); from backstage.brokers import start_broker; start_broker()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert "BrokerError: Where gevent has patched everything no broker can start" in done.stderr


# The one that AMQP_URL names


@pytest.fixture(scope="module")
def embedded():
    with broker.Embedded("a test asks for it") as one:
        yield one


def test_one_elsewhere_is_used_and_never_stopped(embedded, monkeypatch, capsys):
    monkeypatch.setenv("AMQP_URL", embedded.url)
    with start_broker() as elsewhere:
        assert elsewhere.url == embedded.url
        assert elsewhere.kind.startswith("minibroker")
        assert not elsewhere.ours
        with pytest.raises(BrokerError, match="not ours to restart"):
            elsewhere.restart()
    assert embedded.running
    out = capsys.readouterr()
    assert "because AMQP_URL is set." in out.out and "guest:" not in out.out
    assert out.err == ""


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense", "such an address is like amqp://"),
        ("http://127.0.0.1/", "such an address is like amqp://"),
        ("amqp://guest:secret@127.0.0.1:many/", "such an address is like amqp://"),
        ("amqp://guest:secret@127.0.0.1:1/", "no broker answers there"),
        ("amqp://guest:secret@no-such-host.invalid/", "nobody knows this host"),
        ("amqp://guest:secret@127.0.0.1:{port}/", "does not take this user and password"),
        ("amqp://guest:{password}@127.0.0.1:{port}/nowhere", "does not let this user into this virtual host"),
    ],
)
def test_a_bad_address_is_one_sentence(embedded, monkeypatch, capsys, address, reason):
    known = pika.URLParameters(embedded.url)
    monkeypatch.setenv("AMQP_URL", address.format(port=known.port, password=known.credentials.password))
    with pytest.raises(BrokerError) as caught:
        start_broker()
    message = str(caught.value)
    assert message.startswith("AMQP_URL is ") and reason in message and message.endswith("unset it.")
    assert "\n" not in message and "secret" not in message
    assert capsys.readouterr().err == ""


def test_a_port_that_never_answers_is_given_up(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(broker, "LOGIN_TIMEOUT", 0.3)
        monkeypatch.setenv("AMQP_URL", f"amqp://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(BrokerError, match="no broker answers there"):
            start_broker()


# The embedded one


def test_the_embedded_broker_works_and_leaves_nothing(monkeypatch):
    monkeypatch.setenv("COURSE_BROKER", "embedded")
    with start_broker() as mine:
        assert (mine.kind, mine.durable, mine.ours) == ("embedded", True, True)
        assert mine.rss > 1_000_000
        send(mine.url, b"one", b"two")
        assert take(mine.url) == [b"one", b"two"]
        assert mine._folder.stat().st_mode & 0o777 == 0o700 or os.name == "nt"
        mine.restart(kill=True)
        port = pika.URLParameters(mine.url).port
        assert listens(port)
    assert not mine.running and not listens(port) and not mine._folder.exists()
    with pytest.raises(BrokerError, match="stopped for good"):
        mine.restart()


def test_nobody_else_gets_the_port_of_an_embedded_broker_that_is_down():
    with broker.Embedded("a test asks for it") as mine, socket.socket() as other:
        mine._child.stop(grace=0)
        address = "127.0.0.1", mine._child.port
        if sys.platform == "linux":
            with pytest.raises(OSError, match="in use"):
                other.bind(address)
        mine._holder.close()
        other.bind(address)
        other.listen()
        with pytest.raises(BrokerError, match=r"(?s)did not start: .*cannot listen"):
            mine.restart()


def test_a_password_of_its_own_lets_into_the_embedded_broker(embedded):
    parameters = pika.URLParameters(embedded.url)
    assert len(parameters.credentials.password) == 16
    assert parameters.credentials.password not in " ".join(psutil.Process(embedded._child.pid).cmdline())
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", parameters.port))


def test_an_embedded_broker_of_a_killed_owner_leaves_nothing():
    code = OWNER.replace("Private(find_server(), ", "Embedded(").replace("Private", "Embedded").replace("_realm.", "_")
    with owner(code) as other:
        url, folder = other.stdout.readline().split()
        send(url, b"kept")
        assert os.listdir(folder)
        other.kill()
    assert eventually(lambda: not os.path.exists(folder) and not listens(pika.URLParameters(url).port))


def test_an_embedded_broker_without_a_folder_says_why(monkeypatch, tmp_path):
    (file := tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(file))
    with pytest.raises(
        BrokerError, match=r"^The embedded broker needs a folder in .*file, which cannot be made: .*\.$"
    ):
        broker.Embedded("a test asks for it")


def test_an_embedded_broker_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr(broker, "Child", lambda command, **options: Child([sys.executable, "-c", "1 / 0"], **options))
    with pytest.raises(BrokerError, match=r"(?s)The embedded broker did not start: .*ZeroDivisionError"):
        broker.Embedded("a test asks for it")


def test_a_notebook_shows_one_line_whatever_the_broker(monkeypatch):
    monkeypatch.setenv("COURSE_BROKER", "embedded")
    with Kernel() as kernel:
        cells = ["from backstage.brokers import start_broker; broker = start_broker()", "broker.restart()"]
        for code, words in zip(cells, ["because COURSE_BROKER asks for it.", "has started again."], strict=True):
            shown = [content for kind, content in kernel.follow(kernel.start(code)) if kind == "display_data"]
            assert [each["data"].keys() for each in shown] == [{"text/plain"}]
            assert shown[0]["data"]["text/plain"].startswith("Broker: embedded on 127.0.0.1:")
            assert shown[0]["data"]["text/plain"].endswith(words)


def test_a_notebook_says_that_publishers_wait(monkeypatch):
    monkeypatch.setenv("COURSE_BROKER", "embedded")
    fill = """import pika; channel = pika.BlockingConnection(pika.URLParameters(broker.url)).channel()
channel.queue_declare("full", durable=True)
while True:
    channel.basic_publish("", "full", bytes(4_000_000))"""
    with Kernel() as kernel:
        kernel.run("from backstage.brokers import start_broker; broker = start_broker()")
        kernel.run_until(fill, "Broker: minibroker holds 200 MB of messages: publishers wait, until somebody consumes")


@posix_only
def test_a_start_tells_how_long_it_takes(fake_server, monkeypatch):
    monkeypatch.setattr(rabbitmq, "greets", lambda port: True)
    told = []
    realm = Realm(fake_server("sleep 600"))
    Node(realm).start(told.append)
    realm.close()
    [sentence] = told
    assert re.fullmatch(r"RabbitMQ starts, \d+ s", sentence)


# The private node


def test_it_says_what_it_is(private):
    assert private.kind.startswith("RabbitMQ 3.") or private.kind.startswith("RabbitMQ 4.")
    assert private.durable and private.running
    assert private.rss > 20_000_000
    assert "Starting RabbitMQ" in private.output


def test_it_listens_on_loopback_only(private):
    send(private.url, b"hello")  # with all that it starts for its first client
    assert take(private.url) == [b"hello"]
    heard = set()
    for process in family(private._node._child.pid, private._realm._mapper.pid):
        with suppress(psutil.NoSuchProcess):  # a node starts some that end at once
            heard |= {each.laddr for each in process.net_connections() if each.status == psutil.CONN_LISTEN}
    assert {address.ip for address in heard} <= LOOPBACK
    assert len({address.port for address in heard}) == 3  # AMQP, the node's talk to others, names to ports


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a file of hosts of its own")
def test_it_finds_itself_whatever_the_machine_takes_for_localhost(private, tmp_path):
    (tmp_path / "hosts").write_text("10.9.8.7 localhost\n")
    apart = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    ask = """mount --bind hosts /etc/hosts || exit 77
        erl -noinput -eval 'io:format("~p", [inet:getaddr("localhost", inet)]), halt().'"""
    run = subprocess.run([*apart, ask], cwd=tmp_path, env=private._realm.environment, capture_output=True, text=True)
    if run.returncode == 77 or "unshare" in run.stderr:
        pytest.skip("This system lets nobody change what is mounted.")
    assert run.stdout == "{ok,{127,0,0,1}}"


def test_it_keeps_its_files_to_itself(private):
    assert private._realm.folder.stat().st_mode & 0o777 == 0o700
    assert (private._realm.folder / "data").is_dir()


def test_its_password_is_random_and_in_no_list_of_processes(private):
    password = private.url.partition("guest:")[2].partition("@")[0]
    assert len(password) == 16
    for process in family(private._node._child.pid):
        with suppress(psutil.NoSuchProcess):  # as above
            assert not any(password in word for word in process.cmdline())
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        send(private.url.replace(password, "guest"), b"not mine")


def test_two_do_not_meet_and_a_killed_owner_leaves_nothing(two):
    mine, other = two
    url, folder = other.stdout.readline().split()
    send(mine.url, b"mine", queue="whose")
    send(url, b"other", queue="whose")
    assert (take(mine.url, "whose"), take(url, "whose")) == ([b"mine"], [b"other"])
    everyone = [process.pid for process in family(other.pid)]
    assert len(everyone) >= 4  # the owner, its guardians, the node and the daemon at least
    assert os.path.isdir(folder)
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert eventually(lambda: not os.path.exists(folder) and not any(map(alive, everyone)))
    assert not listens(pika.URLParameters(url).port)
    assert mine.running


def test_an_owner_that_is_killed_while_its_node_starts_leaves_nothing():
    installed_rabbitmq()
    with owner(HASTY_OWNER) as hasty:
        folder = hasty.stdout.readline().split()[1]
        assert eventually(lambda: any(is_called(each, "erl_child") for each in family(hasty.pid)))
        everyone = [process.pid for process in family(hasty.pid)]
        hasty.kill()
    assert eventually(lambda: not os.path.exists(folder) and not any(map(alive, everyone)))


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("which", ["embedded", "private"])
def test_what_is_durable_outlives_a_restart(which, kill, request):
    """It is the same on both brokers, but for their process ids."""
    mine = request.getfixturevalue(which)
    held = pika.BlockingConnection(pika.URLParameters(mine.url))
    channel = held.channel()
    channel.confirm_delivery()
    channel.exchange_declare("kept", "topic", durable=True)
    channel.exchange_declare("lost", "fanout")
    queues = {"kept": {"durable": True}, "own": {"durable": True, "exclusive": True}}
    if not keeps_all_names(mine):
        queues["lost"] = {}
    for queue, terms in queues.items():
        channel.queue_declare(queue, **terms)
        channel.queue_bind(queue, "kept", "bun.#")
    channel.queue_bind("kept", "lost")
    for number in range(10):
        channel.basic_publish("kept", "bun.hot", f"persistent {number}", PERSISTENT)
        channel.basic_publish("kept", "bun.hot", f"transient {number}")
    # The first is acknowledged, the third is held: the second and the fourth are transient.
    tags = [channel.basic_get("kept")[0].delivery_tag for _ in range(4)]
    channel.basic_ack(tags[0])
    channel.basic_nack(tags[1])
    channel.queue_declare("kept", passive=True)
    if which == "private" and kill:
        write_names(mine)
    before, url = (mine._node._child if which == "private" else mine._child).pid, mine.url
    mine.restart(kill)
    assert (mine._node._child if which == "private" else mine._child).pid != before and mine.url == url
    assert take(url, "lost") is None and take(url, "own") is None
    gone = pytest.raises(pika.exceptions.ChannelClosedByBroker, match="no exchange 'lost'")
    with channel_to(url) as channel, nullcontext() if keeps_all_names(mine) else gone:
        channel.exchange_declare("lost", passive=True)
    with channel_to(url) as channel:
        channel.basic_publish("kept", "bun.cold", b"new")
        found = []
        while (message := channel.basic_get("kept", auto_ack=True))[0]:
            found.append((message[2], message[0].redelivered))
        channel.queue_delete("kept")
        channel.exchange_delete("kept")
    if which == "private" and kill and found[0][0] == b"persistent 0":
        del found[0]  # RabbitMQ writes an acknowledgement a moment later
    # Whether anybody had a message is known after an end in order only.
    untouched = [(b"persistent %d" % number, kill) for number in range(2, 10)]
    assert found == [(b"persistent 1", True), *untouched, (b"new", False)]
    with suppress(pika.exceptions.AMQPError):
        held.close()


def test_interrupted_while_it_starts_it_leaves_nothing(monkeypatch):
    def interrupt(port):
        raise KeyboardInterrupt

    monkeypatch.setattr(rabbitmq, "greets", interrupt)
    realms = remembered(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        broker.Private(installed_rabbitmq(), "a test asks for it")
    assert_swept(realms)


def test_stopped_it_leaves_nothing(two, monkeypatch):
    # The last of those that use the node: stopping for good is for good.
    private, _ = two
    everyone = [each.pid for each in family(private._node._child.pid, private._realm._mapper.pid)]
    private.stop()
    assert not private.running and private.rss == 0 and "stopped" in repr(private)
    assert not private._realm.folder.exists()
    assert eventually(lambda: not any(map(alive, everyone)))
    with pytest.raises(BrokerError, match="stopped for good"):
        private.restart()
    private.stop()


# A node that does not start


def remembered(monkeypatch):
    """The realms that are made from now on."""
    realms = []

    class Remembered(Realm):
        def __init__(self, server):
            realms.append(self)
            super().__init__(server)

    monkeypatch.setattr(broker, "Realm", Remembered)
    return realms


def assert_swept(realms):
    [realm] = realms
    assert not realm.folder.exists()
    assert not realm._mapper.running
    assert not any(node.running for node in realm.nodes)


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """RabbitMQ's server in a checkout whose path has about all that a shell does not take for a part of a name."""
    usr = installed_rabbitmq().parents[3]
    checkout = tmp_path / "a b [c] d'e 课程"
    checkout.mkdir()
    (checkout / ".rabbitmq").symlink_to(usr.parent)
    monkeypatch.setattr(rabbitmq, "UNPACKED", checkout / ".rabbitmq")
    return checkout / ".rabbitmq/usr/lib/rabbitmq/bin/rabbitmq-server"


@posix_only
def test_it_starts_from_a_path_with_blanks_and_brackets(elsewhere):
    if not elsewhere.exists():
        pytest.skip("RabbitMQ is not installed as Debian does it.")
    private = broker.Private(elsewhere, "a test asks for it")
    try:
        send(private.url, b"hello")
        assert take(private.url) == [b"hello"]
        command = [str(elsewhere.with_name("rabbitmqctl")), "--quiet", "list_queues", "name"]
        with Child(command, env=private._node.environment) as child:
            assert child.wait(120) == 0, child.output
    finally:
        private.stop()


@posix_only
def test_where_no_path_is_plain_it_says_so(elsewhere, monkeypatch):
    odd = elsewhere.parents[5]
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    with pytest.raises(BrokerError, match=r"^RabbitMQ needs a path without blanks.*Set TMPDIR to such a folder"):
        Realm(elsewhere)
    assert [each.name for each in odd.iterdir()] == [".rabbitmq"]


def test_settings_that_it_does_not_know_are_named(monkeypatch):
    monkeypatch.setattr(rabbitmq, "SETTINGS", ["buns = hot"])
    realms = remembered(monkeypatch)
    with pytest.raises(
        BrokerError, match=r"RabbitMQ did not start: .*buns.*\nTo go on with the embedded broker"
    ) as caught:
        broker.Private(installed_rabbitmq(), "a test asks for it")
    assert "BOOT FAILED" in caught.value.log
    assert_swept(realms)


@posix_only
def test_a_port_that_another_program_has_is_named(fake_server):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        realm = Realm(fake_server("exit 0"))
        with pytest.raises(BrokerError, match=f"another program has port {port}"):
            Node(realm, port=port).start()
        realm.close()


@pytest.fixture
def fake_server(tmp_path):
    """Makes an installation whose rabbitmq-server does what a line of shell says, and whose epmd listens."""

    def make(line):
        (tmp_path / "bin").mkdir()
        (tmp_path / "sbin").mkdir()
        listener = (
            "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[2]))); time.sleep(600)"
        )
        for path, text in (
            (tmp_path / "bin" / "epmd", f'exec {sys.executable} -c "{listener}" "$@"'),
            (tmp_path / "sbin" / "rabbitmq-server", line),
        ):
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        return tmp_path / "sbin" / "rabbitmq-server"

    return make


@posix_only
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("exec no-such-erl", "no-such-erl: not found"),
        ("exit 3", "it wrote nothing"),
        ("sleep 600", "within 0.5 s: it wrote nothing"),
    ],
)
def test_a_broken_server_says_why(fake_server, monkeypatch, line, reason):
    monkeypatch.setattr(Node.start, "__defaults__", (None, 0.5 if "sleep" in line else 30))
    realms = remembered(monkeypatch)
    with pytest.raises(BrokerError, match=rf"RabbitMQ did not start.*{reason}\nTo go on with the embedded broker"):
        broker.Private(fake_server(line), "a test asks for it")
    assert_swept(realms)


@posix_only
@pytest.mark.parametrize(("what", "told"), [("memory", "as much as it may, 400 MB"), ("disk", "less than 20 MB free")])
def test_a_notebook_says_that_rabbitmq_makes_publishers_wait(fake_server, monkeypatch, what, told):
    server = fake_server(f"echo '[warning] <0.1> {what} resource limit alarm set on node course@localhost.'; sleep 600")
    said = []
    monkeypatch.setattr("builtins.print", lambda *words, **_: said.append(words[0]))
    monkeypatch.setattr(rabbitmq, "greets", lambda port: bool(said))
    monkeypatch.setattr(broker, "ask_kind", lambda url: "RabbitMQ")
    broker.Private(server, "a test asks for it").stop()
    assert re.fullmatch(rf"Broker: RabbitMQ \w+ {told}.*: publishers wait, until .*\.", said[0])


def test_a_relay_to_a_node_that_has_died_hangs_up(capfd):
    network = Network({"steamer": 0, "counter": 0})
    relay = network.relays["steamer", "counter"]
    with gevent.socket.create_connection((HOME, relay.server_port), timeout=10) as caller:
        assert caller.recv(1) == b""
    for each in network.relays.values():
        each.stop()
    assert "Traceback" not in capfd.readouterr().err


def test_a_node_that_comes_back_is_told_from_what_it_was(monkeypatch):
    """By a number that its name server gives it, as Erlang does: else a process of its last life may pass for alive."""
    servers = []
    monkeypatch.setattr(wires, "StreamServer", lambda *details: servers.append(StreamServer(*details)) or servers[-1])
    Network({"steamer": 0})
    lives = []
    for _ in range(10):
        with gevent.socket.create_connection((HOME, servers[0].server_port), timeout=10) as node:
            node.sendall(struct.pack("!HBHBBHHH7sH", 20, wires.ALIVE, 4711, 77, 0, 6, 5, 7, b"steamer", 0))
            lives.append(struct.unpack("!BBI", wires.receive(node, 6))[2])
        gevent.sleep(0.01)
    servers[0].stop()
    assert len(set(lives)) == 10 and min(lives) > 3  # 1 to 3 stood for any of a node's lives once


@posix_only
def test_a_server_that_is_no_program_says_why(fake_server, monkeypatch):
    server = fake_server("")
    server.chmod(0o644)
    realms = remembered(monkeypatch)
    with pytest.raises(BrokerError, match=r"cannot be started: .*Permission denied"):
        broker.Private(server, "a test asks for it")
    assert_swept(realms)


@posix_only
def test_an_unwritable_folder_is_named(fake_server, monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.touch()
    server = fake_server("")
    monkeypatch.setattr("tempfile.tempdir", str(file))
    with pytest.raises(BrokerError, match=rf"needs a folder in {file}, which cannot be made: Not a directory\.\nTo go"):
        broker.Private(server, "a test asks for it")


@posix_only
def test_missing_erlang_is_named(fake_server, monkeypatch):
    server = fake_server("")
    shutil.rmtree(server.parent.parent / "bin")
    monkeypatch.setenv("PATH", str(server.parent))
    with pytest.raises(BrokerError, match="no epmd of it in the PATH"):
        broker.Private(server, "a test asks for it")


def test_the_cause_is_the_first_error_with_words():
    stamp = "2026-11-24 03:58:46.544166+00:00"
    log = f"""{stamp} [info] <0.1.0> all is well
{stamp} [error] <0.132.0>\x20
{stamp} [error] <0.132.0> BOOT FAILED
{stamp} [error] <0.132.0> ===========
{stamp} [error] <0.132.0> ERROR: no flour
{stamp} [error] <0.132.0> reason: Erlang
Kernel pid terminated
"""
    assert find_cause(log) == "ERROR: no flour"
    assert find_cause(log.replace("ERROR: no flour", "Exception during startup:")) == "reason: Erlang"
    assert find_cause("one\ntwo\n\n") == "two"
    assert find_cause("") == "it wrote nothing"
    assert find_cause(f"{'x' * 500} address already in use").endswith("x address already in use")
