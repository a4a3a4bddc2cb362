"""Three RabbitMQ nodes that are one broker, on this machine alone, and what can go wrong with them and between them.

The nodes are private ones of one realm, as `rabbitmq` runs them. What they say to each other goes through `wires`, a
network of our own. So a node can be killed, frozen, cut off and brought back, as machines and cables are, and all of
them are gone with this process.

A quorum queue finds a new leader for those who are connected some seconds after a node has fallen silent. A new
connection has to wait until the nodes have given the silent one up, which takes Erlang a minute or so. It could be told
to be quicker, but a busy machine may stop a node for longer than a lesson means to, and once the others have given it
up, a node that was only frozen may not find its way back to them for minutes.
"""

import json
import os
import queue
import re
import sys
import time

from backstage.asked import shown, text
from backstage.brokers.broker import INSTALL, Line
from backstage.brokers.rabbitmq import BrokerError, Node, Realm, find_server
from backstage.processes import Child, ChildError

NAMES = ("one", "two", "three")
STARTING = 120  # seconds for a start that takes 14 to 25: the nodes join one after another
ANSWERING = 120  # seconds for RabbitMQ's own programs, which take two, or as long as what they wait for
# What Erlang says before any answer, on standard output, where a library is missing that nobody here needs.
WARNING = re.compile(r"\A(?:=ESOCK WARNING MSG=.*\s+.*\s+)+")
NOBODY = "No node runs that could be asked: `start()` starts them."

_current = None


def start_cluster():
    """Begin to start three RabbitMQ nodes for this notebook, and say so in one line; `wait()` waits for them.

    Asked again, it returns the ones that run. They end with the kernel at the latest.

    Returns
    -------
    Cluster or None
        None where RabbitMQ is not installed, which the line says then.

    Raises
    ------
    BrokerError
        If they cannot be started; none is left then.
    """
    global _current
    if not find_server():
        how = "" if os.name == "nt" else f" ({INSTALL})"
        Line().end(f"RabbitMQ is not installed{how}, so cells that need three nodes of it do nothing.")
        return None
    if not _current or _current.stopped:
        _current = Cluster(wait=False)
    Line().end("three private RabbitMQ nodes on 127.0.0.1, named one, two and three.")
    return _current


class Cluster:
    """Three nodes named "one", "two" and "three". Use it with `with`, or call `stop()`.

    Parameters
    ----------
    wait : bool
        Whether to wait until they are together; if not, `wait()` does later.

    Attributes
    ----------
    stopped : bool
        Whether `stop` has stopped them for good.
    nodes : dict of str to Node
        By their names.
    urls : dict of str to str
        Where each node takes connections, for `pika.URLParameters`.

    Raises
    ------
    BrokerError
        If RabbitMQ is not installed, or the nodes do not start or do not find each other.
    BrokerError, TypeError
        By the methods, if there is no such node or queue.
    """

    def __init__(self, wait=True):
        server = find_server()
        if not server:
            raise BrokerError(f"A cluster needs RabbitMQ, and none is installed: {INSTALL}.")
        self.stopped = False
        self._wires = None
        self._starting = []
        self._cut = False
        self._realm = Realm(server)
        try:
            self._lay_wires()
            self._launch()
            if wait:
                self.wait()
        except ChildError as error:
            self.stop()
            raise BrokerError(f"The cluster did not start: {error}") from error
        except BaseException:
            self.stop()
            raise

    def _lay_wires(self):
        desks = {name: str(self._realm.hold_port()) for name in NAMES}  # where each asks for the others
        command = [sys.executable, "-m", "backstage.brokers.wires"]
        for name, port in desks.items():
            command += [name, port]
        self._done, self._orders = queue.SimpleQueue(), 0
        self._wires = Child(
            command, name="the network between the nodes", stdin=None, on_message=self._done.put, ready="^ready$"
        )
        peers = [f"cluster_formation.classic_config.nodes.{i} = {name}@localhost" for i, name in enumerate(NAMES, 1)]
        settings = [
            "cluster_formation.peer_discovery_backend = classic_config",
            *peers,
            "cluster_partition_handling = pause_minority",
        ]
        self.nodes = {name: Node(self._realm, name, settings=settings) for name in NAMES}
        for name, node in self.nodes.items():
            node.environment["ERL_EPMD_PORT"] = desks[name]
        self.urls = {name: node.url for name, node in self.nodes.items()}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        return f"<Cluster of {', '.join(map(repr, self.nodes.values()))}>"

    def start(self, *names):
        """Start these nodes, or all, side by side; wait until all that run are together.

        Returns
        -------
        float
            How many seconds it took.
        """
        began = time.monotonic()
        self._launch(*names)
        self.wait()
        return time.monotonic() - began

    def _launch(self, *names):
        for node in self._named(names):
            if not node.running:
                node.launch()
                self._starting.append(node)

    def wait(self):
        """Wait until all nodes that run take connections and are together: a frozen or cut off one may have left.

        With `pause_minority`, a node that finds itself alone sends its clients away until it has found the others;
        RabbitMQ 4.3 ignores that setting, and keeps them waiting.

        Raises
        ------
        BrokerError
            If none runs, or they do not find each other.
        """
        for node in self._starting:
            node.wait(timeout=STARTING)
        running = {name: node for name, node in self.nodes.items() if node.running}
        if not running:
            raise BrokerError(NOBODY)
        for node in running.values():
            node.wait(timeout=STARTING)
        self.control(next(iter(running)), "await_online_nodes", str(len(running)))
        self._starting = []  # not before: who was interrupted must wait again

    def control(self, name, *command, program="rabbitmqctl"):
        """Run one of RabbitMQ's programs against a node.

        Parameters
        ----------
        name : str
            The node.
        *command : str
            Such as "cluster_status".
        program : str
            "rabbitmqctl", or "rabbitmq-queues" and the like.

        Returns
        -------
        str
            What it prints.

        Raises
        ------
        BrokerError, TypeError
            If it fails, in its own words, is not done in two minutes, as when the node is frozen, or a word is no str.
        """
        program, *command = (text("each word of a command", word) for word in (program, *command))
        (node,) = self._named([name])
        path, asked = self._realm.server.with_name(program), f"{program} {' '.join(command)}"
        # A child, for it is several processes, none of which may outlive this one.
        with Child([str(path), "--quiet", *command], name=program, env=node.environment) as child:
            exit_code = child.wait(ANSWERING)
        if exit_code is None:
            raise BrokerError(f"{asked} had no answer from node {name} within {ANSWERING} s.")
        said = WARNING.sub("", child.output)
        if exit_code:
            raise BrokerError(f"{asked} failed on node {name}: {said}")
        return said

    def leader(self, queue):
        """The name of the node that leads a quorum queue."""
        queue = text("queue", queue)
        asked = next((name for name, node in self.nodes.items() if node.running and not node.frozen), None)
        if asked is None:
            raise BrokerError(NOBODY)
        # What one node knows of itself: `list_queues` asks every node, and fails when one is frozen.
        question = f"ra_leaderboard:lookup_leader(list_to_atom({json.dumps('%2F_' + queue)}))."
        found = re.search(r"(\w+)@localhost", self.control(asked, "eval", question))
        if not found:
            raise BrokerError(f"No quorum queue {queue!r} has a leader that node {asked} knows of.")
        return found[1]

    def kill(self, *names):
        """End these nodes, or all, by SIGKILL, as a power cut would."""
        for node in self._named(names):
            node.kill()

    def freeze(self, name):
        """Stop a node in its tracks, until `thaw`."""
        (node,) = self._named([name])
        node.freeze()

    def thaw(self, name):
        """Let a frozen node go on where it was."""
        (node,) = self._named([name])
        node.thaw()

    def cut_off(self, name):
        """Let nothing through between this node and the others, in either direction, until `mend`."""
        self._named([name])
        self._cut = True
        self._order("cut", [(name, other) for other in NAMES if other != name])

    def mend(self):
        """Let everything through again, first what was held back."""
        self._order("mend", [])
        self._cut = False

    def _order(self, name, pairs):
        """Have the network do this, and wait until it has: what comes after must not overtake it."""
        self._orders += 1
        self._wires.send(self._orders, name, pairs)
        while (done := self._done.get()) != (self._orders,):  # an earlier one, whose wait was interrupted
            if done is None:
                raise BrokerError("The network between the nodes has ended: make a new cluster with start_cluster().")

    def heal(self):
        """Undo whatever has been done to them: thaw, mend, start, and wait until all three are together.

        Raises
        ------
        BrokerError
            If `stop` has stopped them, or they do not find each other.
        """
        if self.stopped:
            raise BrokerError(
                "These nodes are stopped for good: make a new cluster with start_cluster(), and its queues."
            )
        if self._cut or self._starting or any(node.frozen or not node.running for node in self.nodes.values()):
            for name in NAMES:
                self.thaw(name)
            self.mend()
            self.start()

    def stop(self):
        """Stop all nodes for good, and forget what they stored."""
        self.stopped = True
        for node in self._realm.nodes:
            node.kill()
        if self._wires:
            self._wires.stop(grace=0)
        self._realm.close()

    def _named(self, names):
        for name in names:
            if not isinstance(name, str) or name not in self.nodes:
                raise BrokerError(f"There is no node {shown(name)}: they are {', '.join(self.nodes)}.")
        return [self.nodes[name] for name in names or NAMES]
