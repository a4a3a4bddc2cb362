"""A message broker for a notebook that asks for one, whatever the machine has.

`broker` chooses: the one that AMQP_URL names, else a private RabbitMQ node, else the embedded `minibroker`. `rabbitmq`
runs private nodes, one or several, without root and on loopback only. `cluster` makes three of them one broker, and
`wires` is the network between these, which can be cut.
"""

from backstage.brokers.broker import Broker, start_broker
from backstage.brokers.cluster import Cluster, start_cluster
from backstage.brokers.rabbitmq import BrokerError, Node, Realm, find_server

__all__ = [
    "Broker",
    "BrokerError",
    "Cluster",
    "Node",
    "Realm",
    "find_server",
    "start_broker",
    "start_cluster",
]
