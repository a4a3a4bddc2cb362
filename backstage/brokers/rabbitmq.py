"""Private RabbitMQ nodes: without root, on 127.0.0.1 only, strangers to any other RabbitMQ, gone with this process.

A `Realm` is all that nodes share: a temporary folder, a secret, and a daemon of its own that maps names to ports. A
`Node` is a `Child` that runs RabbitMQ's own script there. Both tell it what they want by environment variables, after
they have taken out of them what the machine's own RabbitMQ may have set.
"""

import os
import random
import re
import secrets
import shutil
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from backstage.processes import Child, ChildError, listens, temporary_folder

UNPACKED = Path(__file__).resolve().parents[2] / ".rabbitmq"  # where `make rabbitmq` puts it
PLACES = [
    UNPACKED / "usr/lib/rabbitmq/bin",
    "/usr/lib/rabbitmq/bin",  # before the PATH, where Debian has a wrapper that insists on root
    *os.get_exec_path(),
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
    "/opt/rabbitmq/sbin",
]
TIMEOUT = 120  # seconds for a start that takes 4 to 8, and a minute on a busy machine; below that of a cell under test
SETTINGS = [
    "vm_memory_high_watermark.absolute = 400MB",  # a node takes 140 MB; by default it may have much of a laptop
    "disk_free_limit.absolute = 20MB",
]
AT_HOME = "-kernel inet_dist_use_interface {127,0,0,1}"  # where nodes, and programs that ask one, hear each other
CORE = ("rabbit", "rabbit_common", "rabbitmq_prelaunch")  # all that a node needs to look at
HOSTS = '{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n'  # whatever the machine says of that name
HEADINGS = ("BOOT FAILED", "Exception during startup:")  # words that tell no cause
ODD = re.compile(r"[^\w/.+,@%=-]")  # what a shell may take for more than a part of a name
LOG_PREFIX = re.compile(r"^\d{4}-\d\d-\d\d [\d:.+-]+ \[(\w+)\] <[\d.]+> *", re.MULTILINE)


class BrokerError(RuntimeError):
    """A broker that cannot be had; the message says why and what to do.

    Attributes
    ----------
    log : str
        What the broker wrote before it gave up, if it did.
    """

    def __init__(self, message, log=""):
        super().__init__(message)
        self.log = log


def find_server():
    """Return the path of the program that starts RabbitMQ, or None."""
    if os.name == "nt":
        return None  # what follows speaks to RabbitMQ's shell scripts
    found = shutil.which("rabbitmq-server", path=os.pathsep.join(map(str, PLACES)))
    return Path(found) if found else None


class Realm:
    """What the nodes that may know each other share: a folder, a secret, and the daemon that maps names to ports.

    Each realm has its own, so that its nodes never meet those of another one, or of the system.

    Parameters
    ----------
    server : path
        The program that starts RabbitMQ, as `find_server` finds it.

    Attributes
    ----------
    folder : Path
        Settings, data and logs; it goes when this process does.
    environment : dict of str to str
        What RabbitMQ's programs need to find the realm, `rabbitmqctl` included.
    nodes : list of Node
        Those that were made for it.

    Raises
    ------
    BrokerError
        If its folder cannot be made, or Erlang does not run.
    """

    def __init__(self, server):
        self.server = Path(server)
        self.nodes = []
        self._owner = os.getpid()
        self._mapper = None
        self._held = []
        try:
            self.folder = temporary_folder("course-rabbitmq-")
            cookie = self.folder / ".erlang.cookie"
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
            self.password = secrets.token_hex(8)  # in a file of this folder, which is closed to others
            (self.folder / "no_plugins").write_text("[].\n")
            (self.folder / "hosts").write_text(HOSTS)
        except OSError as error:
            where = tempfile.gettempdir()
            raise BrokerError(f"RabbitMQ needs a folder in {where}, which cannot be made: {error.strerror}.") from error
        mapper_port = self.hold_port()
        try:
            self.environment = self._describe(mapper_port)
            mapper = shutil.which("epmd", path=self.environment["PATH"])
            if mapper is None:
                raise BrokerError("RabbitMQ needs Erlang, and there is no epmd of it in the PATH.")
            # Nodes would start one, but theirs would outlive them all.
            command = [mapper, "-port", str(mapper_port), "-address", "127.0.0.1"]
            self._mapper = Child(command, env=self.environment, ready=lambda: listens(mapper_port))
        except (BrokerError, ChildError) as error:
            self.close()
            raise BrokerError(str(error)) from error
        except BaseException:
            self.close()
            raise

    def hold_port(self):
        """Return a port for somebody of this realm, which nobody else is given meanwhile."""
        port, holder = hold_port()
        self._held.append(holder)
        return port

    def _describe(self, mapper_port):
        # Nothing of the system's RabbitMQ or Erlang may be taken for ours; systemd's socket least of all.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RABBITMQ_", "ERL_")) and name != "NOTIFY_SOCKET"
        }
        own = UNPACKED / "usr/bin" if UNPACKED in self.server.parents else self.server.parent.parent / "bin"
        environment |= {
            "PATH": os.pathsep.join([str(own), environment.get("PATH", os.defpath)]),
            "HOME": str(self.folder),  # the secret is there
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_BYTES": "0",
            "ERL_INETRC": str(self.folder / "hosts"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "no_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",  # to standard output
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": AT_HOME,
            "RABBITMQ_CTL_ERL_ARGS": AT_HOME,  # rabbitmqctl listens as well, while it runs
            # Or the process that we start would be a shell beside the node, which hides its exit code.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
        if plugins := self._link_core():
            environment["RABBITMQ_PLUGINS_DIR"] = str(plugins)
        if scripts := self._link_scripts():
            environment["RABBITMQ_SCRIPTS_DIR"] = str(scripts)
        return environment

    def _link_scripts(self):
        """Make a plain path to RabbitMQ's scripts where theirs is none: they do not quote it everywhere."""
        scripts = self.server.resolve().parent
        if not ODD.search(f"{self.server}{scripts}"):
            return None
        if ODD.search(str(self.folder)):
            raise BrokerError(
                f"RabbitMQ needs a path without blanks, quotes and brackets: neither {self.server.parent} nor"
                f" {self.folder.parent} is one. Set TMPDIR to such a folder, or move the course."
            )
        home = self.folder / "home"  # they look beside themselves, and do not follow links there
        home.symlink_to(scripts.parent)
        return home / scripts.name

    def _link_core(self):
        """Make a folder of links to the core alone, which starts in three quarters of the time."""
        everything = self.server.resolve().parent.parent / "plugins"
        found = [each for name in CORE for each in everything.glob(f"{name}-[0-9]*") if each.is_dir()]
        if len(found) != len(CORE):
            return None  # another layout: let it look at all it has
        few = self.folder / "plugins"
        few.mkdir()
        for each in found:
            (few / each.name).symlink_to(each)
        return few

    def close(self):
        """Stop all nodes, and remove what they stored."""
        if self._owner != os.getpid():
            return  # a forked copy of the owner
        for node in self.nodes:
            node.stop()
        if self._mapper:
            self._mapper.stop()
        for each in self._held:
            each.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node:
    """A RabbitMQ node. It keeps its data while it is stopped, or killed, until its realm is closed.

    Parameters
    ----------
    realm : Realm
        Where it lives.
    name : str
        What it is called before "@localhost".
    port : int, optional
        Where it listens for AMQP; a free port by default.
    settings : iterable of str
        More lines for its rabbitmq.conf.
    on_output : callable, optional
        Called with what it writes, as it comes.

    Attributes
    ----------
    url : str
        For `pika.URLParameters`.
    frozen : bool
        Whether `freeze` has stopped it.
    environment : dict of str to str
        What RabbitMQ's programs need to find the node.
    """

    def __init__(self, realm, name="course", port=None, settings=(), on_output=None):
        self.name = f"{name}@localhost"
        self.port = port or realm.hold_port()
        self.url = f"amqp://guest:{realm.password}@127.0.0.1:{self.port}/%2F"
        self._realm = realm
        self._talk_port = realm.hold_port()
        self._child, self._on_output = None, on_output
        self.frozen = False
        config = realm.folder / f"{name}.conf"
        config.write_text("\n".join([*SETTINGS, f"default_pass = {realm.password}", *settings, ""]))
        self.environment = realm.environment | {
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._talk_port),
            "RABBITMQ_CONFIG_FILE": str(config),
        }
        realm.nodes.append(self)

    def __repr__(self):
        return f"<RabbitMQ node {self.name} on port {self.port}{'' if self.running else ', stopped'}>"

    @property
    def running(self):
        return self._child is not None and self._child.running

    @property
    def rss(self):
        return self._child.rss if self._child else 0

    @property
    def output(self):
        """Its log since it was last started."""
        return self._child.output if self._child else ""

    def launch(self):
        """Start it, and do not wait; several nodes can so be started side by side."""
        self.frozen = False
        for port in (self.port, self._talk_port):
            if not is_free(port):
                raise BrokerError(f"RabbitMQ did not start: another program has port {port}.")
        try:
            self._child = Child(
                [str(self._realm.server)],
                name="RabbitMQ",
                env=self.environment,
                cwd=str(self._realm.folder),
                on_output=self._on_output,
            )
        except ChildError as error:
            raise BrokerError(f"RabbitMQ did not start: {error}") from error

    def wait(self, tell=None, timeout=TIMEOUT):
        """Wait until it answers.

        Parameters
        ----------
        tell : callable, optional
            Called about once a second with a line such as "RabbitMQ starts, 3 s".
        timeout : float
            Seconds it may take.

        Raises
        ------
        BrokerError
            If it gives up, or takes longer; the message has the cause from its log.
        """
        begin, told = time.monotonic(), -1

        def ready():
            nonlocal told
            seconds = int(time.monotonic() - begin)
            if tell and seconds > told:
                told = seconds
                tell(f"RabbitMQ starts, {seconds} s")
            return greets(self.port)

        try:
            self._child.wait_ready(ready, timeout)
        except ChildError:
            log = self._child.output
            late = "" if self._child.exit_code != -9 else f" within {timeout:g} s"
            raise BrokerError(f"RabbitMQ did not start{late}: {find_cause(log)}", log) from None
        except BaseException:  # the learner's Interrupt
            self.kill()
            raise

    def start(self, tell=None, timeout=TIMEOUT):
        """Start it and wait, as `launch` and `wait` do."""
        self.launch()
        self.wait(tell, timeout)

    def stop(self):
        """Let it write what is durable, and end."""
        if self._child:
            self._child.stop(grace=30)  # it takes one or two, and a busy machine may need more

    def kill(self):
        """End it by SIGKILL, as a power cut would."""
        if self._child:
            self._child.stop(grace=0)

    def freeze(self):
        """Stop it in its tracks, as an overloaded machine would; it knows nothing of that when `thaw` lets it go on."""
        if self.running:
            self._child.freeze()
            self.frozen = True

    def thaw(self):
        if self.running:
            self._child.thaw()
            self.frozen = False


def hold_port():
    """Find a port of 127.0.0.1 that nobody has, and that the system does not hand out of itself.

    Returns
    -------
    int, socket.socket
        The latter keeps the port for who is to listen there, until it is closed: on Linux nobody else can have it, even
        while that one has not started yet or starts again. Elsewhere it keeps nothing, and is closed.
    """
    for _ in range(1000):
        port, holder = random.SystemRandom().randrange(10_240, 32_000), socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        if sys.platform == "linux":
            # From now on it shares the port with one that sets this option, too, as servers do, before it listens.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            holder.close()
        return port, holder
    raise BrokerError("There is no free port between 10240 and 32000.")


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of long ago do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def greets(port):
    """Whether an AMQP broker answers on this port of 127.0.0.1."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as caller:
        caller.sendall(b"AMQP\x00\x00\x09\x01")
        return caller.recv(1) == b"\x01"  # a frame: connection.start
    return False


def find_cause(log):
    """The line of RabbitMQ's log that tells why it did not start: the first error with words, else the last line."""
    errors = []
    for match in LOG_PREFIX.finditer(log):
        line = log[match.end() :].partition("\n")[0].strip()
        if match[1] in ("error", "critical", "emergency") and re.search(r"\w", line):
            errors.append(line)
    lines = [line.strip() for line in LOG_PREFIX.sub("", log).splitlines() if line.strip()]
    cause = next(iter([line for line in errors if line not in HEADINGS] or lines[-1:]), "it wrote nothing")
    if len(cause) > 240:  # Erlang prints whole terms; the reason stands at the end
        cause = f"{cause[:100]} ... {cause[-130:]}"
    return cause
