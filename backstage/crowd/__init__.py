"""A crowd of clients that calls on a server of this machine, and counts what comes of it.

`clients` is the process that holds the connections, thousands of them in one thread. `crowd` starts it, tells it what
to do, and hands back the figures, with what the server used meanwhile.
"""

from backstage.crowd.crowd import Crowd, Figures

__all__ = ["Crowd", "Figures"]
