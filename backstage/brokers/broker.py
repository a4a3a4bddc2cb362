"""An AMQP broker for this notebook: the one that AMQP_URL names, a private RabbitMQ node, or the embedded one.

`AMQP_URL` if it is set; else RabbitMQ if it is installed; else `minibroker`. COURSE_BROKER=embedded or
COURSE_BROKER=rabbitmq forces one of the latter two. All three are a `Broker`, with the same few attributes and the
same single line of output, so that a chapter need not know which it has; each refusal says how to go on without.
"""

import logging
import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
from contextlib import contextmanager

from backstage.asked import shown, whether
from backstage.brokers.rabbitmq import BrokerError, Node, Realm, find_server, hold_port
from backstage.processes import Child, ChildError, temporary_folder

__all__ = ["Broker", "BrokerError", "start_broker"]

GO_ON = (
    "To go on with the embedded broker, run `%env COURSE_BROKER=embedded` in a cell, or set it in your shell, "
    "and try again."
)
LOGIN_TIMEOUT = 20  # seconds
INSTALL = "`make rabbitmq` installs it"
ALARMS = {
    "memory": "holds as much as it may, 400 MB: publishers wait, until somebody consumes.",
    "disk": f"finds less than 20 MB free in {tempfile.gettempdir()}: publishers wait, until there is more.",
}

_current = None  # (what was asked for, the broker)


def start_broker():
    """Find or start the broker of this notebook, say in one line which it is and why, and return it.

    Asked again, it returns the one that runs, with its queues and messages. It ends with the kernel at the latest.

    Returns
    -------
    Broker
        Use it with `with`, or call `stop()`.

    Raises
    ------
    BrokerError
        If there is none; the message says why, and how to go on.
    """
    global _current
    wanted = address, forced = os.environ.get("AMQP_URL", ""), os.environ.get("COURSE_BROKER", "")
    looks_each_time = address and not forced  # for it is not ours, and may be gone
    if _current and (_current[0] != wanted or looks_each_time or not _current[1].running):
        _current[1].stop()
        _current = None
    line = Line()
    if not _current:
        _current = wanted, _choose(address, forced, line.tell)
    broker = _current[1]
    line.end(f"{broker.kind} {broker.place}, because {broker.why}.")
    return broker


def _choose(address, forced, tell):
    if forced not in ("", "embedded", "rabbitmq"):
        raise BrokerError(f"COURSE_BROKER is {shown(forced)}; it may be embedded or rabbitmq, or be left out.")
    if address and not forced:
        return Elsewhere(address, "AMQP_URL is set")
    if (monkey := sys.modules.get("gevent.monkey")) and monkey.is_module_patched("threading"):
        raise BrokerError(
            "Where gevent has patched everything no broker can start: start it elsewhere, and use its url."
        )
    server = find_server()
    if forced == "rabbitmq" and not server:
        raise BrokerError(f"COURSE_BROKER is rabbitmq, but no RabbitMQ is installed: {INSTALL}. {GO_ON}")
    if server and forced != "embedded":
        return Private(server, "COURSE_BROKER asks for it" if forced else "RabbitMQ is installed", tell)
    if forced:
        return Embedded("COURSE_BROKER asks for it")
    return Embedded("RabbitMQ is not installed" + ("" if os.name == "nt" else f" ({INSTALL})"))


class Broker:
    """A broker that speaks AMQP 0-9-1, as `start_broker` returns it.

    Attributes
    ----------
    url : str
        For `pika.URLParameters`; it stays the same over a restart.
    kind : str
        "embedded", or product and version, such as "RabbitMQ 3.10.8".
    place : str
        Where it is, without the password.
    why : str
        Why it is this one.
    durable : bool
        Whether durable queues with their persistent messages are still there after `restart()`.
    ours : bool
        Whether this process started it, and may restart it; not so the one that AMQP_URL names.
    """

    ours = True

    def __init__(self, url, kind, place, why, durable):
        self.url, self.kind, self.place, self.why, self.durable = url, kind, place, why, durable

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        return f"<Broker {self.kind} {self.place}{'' if self.running else ', stopped'}>"

    @property
    def running(self):
        return True

    @property
    def rss(self):
        """Its resident memory in bytes; 0 if it is stopped, or not on this machine's account."""
        return 0

    @property
    def output(self):
        """Its log since it was last started, as far as we have it."""
        return ""

    def restart(self, kill=False):
        """Stop it and start it again, at the same URL; connections are lost.

        Parameters
        ----------
        kill : bool
            Stop it by SIGKILL, as a power cut would; it cannot write anything then.

        Raises
        ------
        BrokerError, TypeError
            If it is not ours to restart, does not start again, or `kill` is neither True nor False.
        """
        kill, line = whether("kill", kill), Line()
        self._restart(kill, line.tell)
        line.end(f"{self.kind} {self.place} has started again.")

    def _restart(self, kill, tell):
        raise BrokerError(f"The broker {self.place} is not ours to restart: unset AMQP_URL to have one that is.")

    def stop(self):
        """Stop it for good, and forget what it stored; a broker that AMQP_URL names runs on."""


class Elsewhere(Broker):
    """The one that AMQP_URL names."""

    ours = False

    def __init__(self, url, why):
        place = re.sub(r"(//[^:@/]*):.*@", r"\1@", url)
        try:
            kind = ask_kind(url)
        except BrokerError as error:
            raise BrokerError(f"AMQP_URL is {place}, but {error}: correct it, or unset it.") from None
        super().__init__(url, kind, f"at {place}", why, durable=True)


class Private(Broker):
    """A RabbitMQ node of this process alone."""

    def __init__(self, server, why, tell=None):
        with going_on_embedded():
            self._realm = Realm(server)
            try:
                self._node = Node(self._realm, on_output=self._pass_on)
                self._node.start(tell)
                kind = ask_kind(self._node.url)
            except BaseException:
                self._realm.close()
                raise
        super().__init__(self._node.url, kind, f"as a private node on 127.0.0.1:{self._node.port}", why, durable=True)

    def _pass_on(self, text):
        """Say in the notebook that publishers have to wait, which they would do in silence."""
        for what in re.findall(r"(memory|disk) resource limit alarm set on node", text):
            print(f"Broker: RabbitMQ {ALARMS[what]}", flush=True)

    @property
    def running(self):
        return self._node.running

    @property
    def rss(self):
        return self._node.rss

    @property
    def output(self):
        return self._node.output

    def _restart(self, kill, tell):
        if not self._realm.folder.exists():
            raise BrokerError("This broker was stopped for good: start_broker() starts another.")
        (self._node.kill if kill else self._node.stop)()
        self._node.start(tell)

    def stop(self):
        self._realm.close()


class Embedded(Broker):
    """The one of `minibroker`, in a process of its own, with a folder for what is durable."""

    def __init__(self, why):
        self._stopped, self._owner, self._password = False, os.getpid(), secrets.token_hex(8)
        try:
            self._folder = temporary_folder("course-minibroker-")
        except OSError as error:
            where = tempfile.gettempdir()
            text = f"The embedded broker needs a folder in {where}, which cannot be made: {error.strerror}."
            raise BrokerError(text) from error
        port, self._holder = hold_port()  # or somebody else might have it when this one starts again
        try:
            self._child = self._launch(port)
        except BaseException:
            self._holder.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        url = f"amqp://guest:{self._password}@127.0.0.1:{port}/%2F"
        super().__init__(url, "embedded", f"on 127.0.0.1:{port}", why, durable=True)

    def _launch(self, port):
        command = [sys.executable, "-m", "minibroker", "--port", str(port), "--folder", str(self._folder)]
        environment = {**os.environ, "MINIBROKER_PASSWORD": self._password}  # where no list of processes shows it
        try:
            return Child(
                command,
                name="the embedded broker",
                env=environment,
                on_output=self._pass_on,
                ready=r"listens on .*, port (\d+)\n",
            )
        except ChildError as error:
            raise BrokerError(f"The embedded broker did not start: {error}") from error

    @staticmethod
    def _pass_on(text):
        """Say in the notebook that publishers have to wait, or that the broker has ended for want of room on disk."""
        for line in text.splitlines():
            if line.startswith(("minibroker holds", "minibroker ends")):
                print(f"Broker: {line}", flush=True)

    @property
    def running(self):
        return self._child.running

    @property
    def rss(self):
        return self._child.rss

    @property
    def output(self):
        return self._child.output

    def _restart(self, kill, tell):
        if self._stopped:
            raise BrokerError("This broker was stopped for good: start_broker() starts another.")
        self._child.stop(grace=0 if kill else 30)  # it takes no time, but on a busy machine
        self._child = self._launch(self._child.port)

    def stop(self):
        if self._owner != os.getpid():
            return  # a forked copy of the owner
        self._stopped = True
        self._child.stop()
        self._holder.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Line:
    """One line of a cell's output that changes in place, and begins with "Broker:".

    All kinds of broker leave the same single output, so that a notebook's stored outputs fit each of them.
    """

    def __init__(self):
        from IPython import get_ipython

        self._in_notebook = hasattr(get_ipython(), "kernel")
        self._shown = None

    def tell(self, text):
        """Show it until the next one; outside notebooks only the end is shown."""
        if not self._in_notebook:
            return
        from IPython.display import display

        content = {"text/plain": f"Broker: {text}"}
        if self._shown:
            self._shown.update(content, raw=True)
        else:
            self._shown = display(content, raw=True, display_id=True)

    def end(self, text):
        if self._in_notebook:
            self.tell(text)
        else:
            print(f"Broker: {text}")


@contextmanager
def going_on_embedded():
    """Add to an error how to go on without RabbitMQ."""
    try:
        yield
    except (BrokerError, ChildError) as error:
        raise BrokerError(f"{error}\n{GO_ON}", getattr(error, "log", "")) from None


def ask_kind(url):
    """Log in once, and return what the broker calls itself: "RabbitMQ 3.10.8"."""
    import pika

    logger = logging.getLogger("pika")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # it logs at length what the exception says in a line
    try:
        if not re.match(r"amqps?://", url):
            raise ValueError
        parameters = pika.URLParameters(url)
        parameters.connection_attempts = 1
        parameters.socket_timeout = parameters.stack_timeout = LOGIN_TIMEOUT
        connection = pika.BlockingConnection(parameters)
        properties = connection._impl.server_properties or {}
        connection.close()
    except Exception as error:  # pika raises many kinds, not all of one family
        raise BrokerError(explain(error)) from None
    finally:
        logger.setLevel(level)
    return " ".join(str(properties[each]) for each in ("product", "version") if each in properties) or "a broker"


def explain(error):
    """Why a login failed, in some words that follow "but"."""
    from pika import exceptions

    match error:
        case exceptions.ProbableAuthenticationError() | exceptions.AuthenticationError():
            return "its broker does not take this user and password"
        case exceptions.ProbableAccessDeniedError() | exceptions.ConnectionClosedByBroker():
            return "its broker does not let this user into this virtual host"
        case ValueError():
            return "such an address is like amqp://user:password@host:5672/%2F"
        case socket.gaierror():
            return "nobody knows this host"
    return "no broker answers there"
