"""A broker for one check, and what a check does with its queues. Nothing in here depends on speed.

It is imported by those who need it, for pika takes its time.
"""

import contextlib
import logging
import socket
import sys

import pika

from backstage.processes import Child


@contextlib.contextmanager
def started_broker():
    """The url of a broker that has just been started, and ends with the check."""
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # connections are cut here on purpose
    command = [sys.executable, "-m", "minibroker", "--port", "0"]
    with Child(command, name="the check's broker", ready=r"port (\d+)") as child:
        yield f"amqp://guest:guest@127.0.0.1:{child.port}/%2F"


@contextlib.contextmanager
def open_channel(url):
    """A channel whose connection is closed whatever the answer did to it."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        with contextlib.suppress(Exception):
            connection.close()


@contextlib.contextmanager
def cut_channel(url):
    """A channel whose connection is cut in the end, for an answer may still be using it on a thread of its own."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        with contextlib.suppress(Exception):
            cut(connection)


def put(channel, queue, *bodies):
    """Put messages into a queue, which is declared if need be."""
    channel.queue_declare(queue, durable=True)
    for body in bodies:
        channel.basic_publish("", queue, body)


def take(channel, queue):
    """Take all messages out of a queue: list of (method, properties, body)."""
    found = []
    while (message := channel.basic_get(queue, auto_ack=True))[0]:
        found.append(message)
    return found


def drain(channel, queue):
    """Take all messages out of a queue, and return their bodies."""
    return [body for _, _, body in take(channel, queue)]


def state(channel, queue):
    """How many messages wait in a queue, and how many consumers it has, as `message_count` and `consumer_count`."""
    return channel.queue_declare(queue, passive=True).method


def cut(connection):
    """Break a connection, as when its process is killed: nothing more is said on it."""
    connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)


class Tapped:
    """A channel that calls `before` with the name of each of its calls ahead of it, and `after` behind it."""

    def __init__(self, channel, before=None, after=None):
        self._channel, self._before, self._after = channel, before, after

    def __getattr__(self, name):
        found = getattr(self._channel, name)
        if not callable(found):
            return found

        def call(*arguments, **named):
            if self._before:
                self._before(name)
            value = found(*arguments, **named)
            if self._after:
                self._after(name)
            return value

        self.__dict__[name] = call  # the same one each time, as methods are equal to themselves
        return call
