"""The broker under test, and pika's connections to it.

It is the embedded one, in a process of its own, or whichever listens on the port of 127.0.0.1 that the environment
variable MINIBROKER_TEST_PORT says. That one must let guest in, as RabbitMQ does for those on its own machine, and be a
broker that nobody else uses: tests leave queues behind when they fail.
"""

import contextlib
import os
import uuid
from types import SimpleNamespace

import pika
import pytest
from launch import start_broker


@pytest.fixture(scope="module")
def minibroker(tmp_path_factory):
    """The embedded broker, with a folder; publishers have to wait when it holds 30 MB."""
    with start_broker("--memory", "30", "--folder", str(tmp_path_factory.mktemp("kept"))) as process:
        yield process
        assert process.running
        assert "Traceback" not in process.output


@pytest.fixture(scope="module")
def broker(request):
    """The broker that a test is about; what all of them have is a `port`."""
    if port := os.environ.get("MINIBROKER_TEST_PORT"):
        return SimpleNamespace(port=int(port))
    return request.getfixturevalue("minibroker")


@pytest.fixture
def connect(broker):
    """A function that opens one more pika connection; all are closed at the end."""
    opened = []

    def connect(**options):
        options = {"blocked_connection_timeout": 60, **options}  # or a broker that stays full holds a test up for ever
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", broker.port, **options))
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        with contextlib.suppress(pika.exceptions.AMQPError):
            connection.close()


@pytest.fixture
def channel(connect):
    return connect().channel()


@pytest.fixture
def name(connect):
    """A queue's or an exchange's name that no other test uses; the queue goes, even if the test fails."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    with contextlib.suppress(pika.exceptions.AMQPError):
        connect().channel().queue_delete(name)
