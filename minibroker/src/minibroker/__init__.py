"""AMQP 0-9-1 on gevent, for people without RabbitMQ: in memory, in one process, for learning.

`python -m minibroker --port 5672` runs it by hand. It speaks what pika, aio-pika and kombu speak: read
`wire` for the bytes, `exchanges` and `queues` for what moves messages, `broker` for what owns them, `channels` and
`connections` for the conversation. Only reading from and writing to a socket switches greenlets, so that whatever
the broker does to its queues is done in one piece, without a lock.

Where it knowingly differs from RabbitMQ:

- Nothing is written to disk. `durable` and persistent are noted and compared, but a restart forgets everything.
- One node, one virtual host (`/`), one user. A queue of type "quorum" is accepted; it has no replicas, and does not
  count deliveries (`x-delivery-count`).
- No transactions, delivery limit, length limit in bytes, single active consumer: who asks for them is told (540).
- No streams, policies, plugins, consumer priorities, direct reply-to, CC and BCC.
- A message may have 16 MiB at most, as in RabbitMQ 4.

And where it does as RabbitMQ does, against the letter of the specification: `immediate`, a prefetch size,
`recover` without requeue and stopping the flow are not implemented (540); deleting or unbinding what is not there
succeeds; no-local is ignored; `qos` counts for each new consumer, or with `global` for the channel. (RabbitMQ 4.3 does
without the latter, and since 4.0 an unknown type of exchange closes the channel only.)
"""
