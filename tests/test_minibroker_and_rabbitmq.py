"""RabbitMQ passes the tests that say what clients see of the embedded broker, so that they ask for what RabbitMQ does.

They are minibroker's own, in `minibroker/tests`, and take any broker whose port they are told. Here that is a private
RabbitMQ node; what concerns the embedded broker alone runs beside this file, with the rest of `minibroker/tests`.
"""

import os
import re
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from brokers import installed_rabbitmq

from backstage.brokers import Node, Realm
from backstage.processes import Child

FILES = "test_clients.py", "test_twin.py"
TESTS = Path(__file__).resolve().parents[1] / "minibroker" / "tests"
LIMIT = 540  # seconds, less than the limit of a test; each file takes about one minute


def what_it_needs(server):
    """The password of those tests; and RabbitMQ 4.3 by itself refuses queues that are neither durable nor exclusive."""
    version = re.search(r"(\d+)\.\d+\.\d+", str(server.resolve().parent.parent))  # the folder is named so
    permit = ["deprecated_features.permit.transient_nonexcl_queues = true"] if version and int(version[1]) >= 4 else []
    return ["default_pass = guest", *permit]


@pytest.fixture(scope="module")
def runs():
    """The tests of both files, at the same time, for they wait more than they work; and the node that they talk to."""
    server = installed_rabbitmq()
    with closing(Realm(server)) as realm, ExitStack() as stack:
        node = Node(realm, settings=what_it_needs(server))
        node.start()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= {"MINIBROKER_TEST_PORT": str(node.port)}
        found = {}
        for name in FILES:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS / name)]
            found[name] = Child(command, name=name, env=environment)
            stack.callback(found[name].stop)
        yield found
        assert node.running
        assert node.output.count("accepting AMQP connection") > 100


@pytest.mark.parametrize("name", FILES)
def test_rabbitmq_passes_too(runs, name):
    assert runs[name].wait(LIMIT) == 0, runs[name].output
    assert re.search(r"^\d+ passed in ", runs[name].output, re.MULTILINE), runs[name].output  # and nothing was skipped
