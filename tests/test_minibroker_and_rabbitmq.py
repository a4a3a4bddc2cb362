"""RabbitMQ passes the tests that say what clients see of the embedded broker, so that they ask for what RabbitMQ does.

They are minibroker's own, in `minibroker/tests`, and take any broker whose port they are told. Here that is a private
RabbitMQ node; what concerns the embedded broker alone runs beside this file, with the rest of `minibroker/tests`.
"""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from brokers import installed_rabbitmq

from backstage.brokers import Node, Realm

TESTS = Path(__file__).resolve().parents[1] / "minibroker" / "tests"
LIMIT = 1200  # seconds; each file takes about one minute


@pytest.fixture(scope="module")
def node():
    with closing(Realm(installed_rabbitmq())) as realm:
        node = Node(realm)
        node.start()
        yield node
        assert node.running


@pytest.mark.parametrize("name", ["test_clients.py", "test_twin.py"])
def test_rabbitmq_passes_too(node, name):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"MINIBROKER_TEST_PORT": str(node.port)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS / name)]
    met = node.output.count("accepting AMQP connection")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ passed in ", done.stdout, re.MULTILINE), done.stdout  # and nothing was skipped
    assert node.output.count("accepting AMQP connection") > met
