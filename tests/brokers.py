"""RabbitMQ for tests: it is there, or they are skipped, or they fail because it was asked for."""

import os

import pytest

from backstage.brokers import find_server


def installed_rabbitmq():
    """Return the path of RabbitMQ's server."""
    if server := find_server():
        return server
    if "rabbitmq" in os.environ.get("COURSE_REQUIRE", "").split():
        pytest.fail("COURSE_REQUIRE asks for rabbitmq and it is not installed: see what `make rabbitmq` says.")
    pytest.skip("RabbitMQ is not installed; `make rabbitmq` installs it.")
