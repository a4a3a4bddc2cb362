"""A small AMQP 0-9-1 broker on gevent, in one process, for learning and for tests.

`python -m minibroker --port 5672` runs it by hand. Read `wire` for the bytes, `exchanges` and `queues` for what moves
messages, `broker` for what owns them, `disk` for what stays, `channels` and `connections` for the conversation. Only
reading from and writing to a socket switches greenlets, so that whatever the broker does to its queues is done in one
piece, without a lock.

What it does not do, and where it differs from RabbitMQ on purpose, is in README.md beside this package's source; the
installed package has it in its metadata.
"""
