"""Exchanges: who gets a message.

An exchange holds bindings and asks each of them whether a message fits. What fits depends on the type of the exchange:
direct, fanout, topic or headers.
"""

from minibroker.wire import AMQPError


class Exchange:
    """A named set of bindings; each leads to a queue, or to another exchange.

    Parameters
    ----------
    name : str
    declared : dict
        "type", one of KINDS; "durable", "auto_delete" and "internal", perhaps "alternate-exchange".
    """

    def __init__(self, name, declared):
        self.name, self.declared, self.kind = name, declared, declared["type"]
        self.bindings = {}  # (target, key, frozen arguments): arguments; a target is a Queue or an Exchange

    def bind(self, target, key, arguments):
        """Add a binding, or do nothing if there is the same one.

        Parameters
        ----------
        target : Queue or Exchange
        key : str
            Routing key, or pattern.
        arguments : dict
            What a headers exchange looks for.

        Raises
        ------
        AMQPError
            If a headers exchange cannot tell how to look (406).
        """
        if self.kind == "headers" and arguments.get("x-match", "all") not in tuple(MATCHES):  # it may be a list
            raise AMQPError(406, f"x-match may be {', '.join(MATCHES)}, not {arguments['x-match']!r}")
        self.bindings[target, key, freeze(arguments)] = arguments

    def unbind(self, *binding):
        """Remove bindings.

        Parameters
        ----------
        *binding : tuple
            Keys of `bindings`; those that are not there do not matter.

        Returns
        -------
        bool
            Whether the exchange is of no more use without them.
        """
        removed = [self.bindings.pop(each) for each in binding if each in self.bindings]
        return bool(removed) and not self.bindings and self.declared["auto_delete"]

    def targets(self, message):
        """Return the queues and exchanges that this message goes to, each once."""
        fits = KINDS[self.kind]
        return {target for (target, key, _), arguments in self.bindings.items() if fits(key, arguments, message)}


def topic_matches(pattern, key):
    """Whether a topic pattern matches a routing key: `*` stands for one word, `#` for any number of them.

    An empty key has no words at all, as in RabbitMQ.

    Parameters
    ----------
    pattern, key : str

    Returns
    -------
    bool
    """
    words = key.split(".") if key else []
    reached = {0}  # how many words the pattern's parts so far may have used up
    for part in pattern.split(".") if pattern else []:
        if part == "#":
            reached = set(range(min(reached), len(words) + 1))
        else:
            reached = {place + 1 for place in reached if place < len(words) and part in ("*", words[place])}
        if not reached:
            return False
    return len(words) in reached


def headers_match(wanted, headers):
    """Whether headers have what a binding wants.

    Parameters
    ----------
    wanted : dict
        The binding's arguments: "x-match" says whether all is wanted or any; None wants a header whatever its value.
    headers : dict
        Those of a message.

    Returns
    -------
    bool
    """
    how = wanted.get("x-match", "all")
    names = [name for name in wanted if name != "x-match" and (how.endswith("-with-x") or not name.startswith("x-"))]
    return MATCHES[how](
        name in headers and (wanted[name] is None or freeze(wanted[name]) == freeze(headers[name])) for name in names
    )


def freeze(value):
    """Return a value that is hashable, and equal only if this one is; True is not 1 here, but {} is []."""
    if isinstance(value, dict):
        return tuple(sorted((name, freeze(each)) for name, each in value.items()))
    if isinstance(value, list):
        return tuple(map(freeze, value))
    return isinstance(value, bool), bytes(value) if isinstance(value, bytearray) else value


MATCHES = {"all": all, "any": any, "all-with-x": all, "any-with-x": any}
KINDS = {
    "direct": lambda key, arguments, message: key == message.key,
    "fanout": lambda key, arguments, message: True,
    "topic": lambda key, arguments, message: topic_matches(key, message.key),
    "headers": lambda key, arguments, message: headers_match(arguments, message.headers),
}
