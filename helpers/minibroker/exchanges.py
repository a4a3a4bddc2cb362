"""Exchanges: who gets a message."""

from helpers.minibroker.wire import Refusal, read_headers

KINDS = ("direct", "fanout", "topic", "headers")
CACHE = 1000  # routing keys whose targets an exchange remembers


class Exchange:
    """A named set of bindings; each leads to a queue, or to another exchange.

    Parameters
    ----------
    name : str
    declared : dict
        "type", one of KINDS; "durable", "auto_delete" and "internal"; and the arguments, of which "alternate-exchange"
        names where goes what nobody else gets.
    """

    def __init__(self, name, declared):
        self.name, self.declared, self.kind = name, declared, declared["type"]
        self.auto_delete, self.internal = declared["auto_delete"], declared["internal"]
        self.alternate = declared.get("alternate-exchange")
        self.bindings = {}  # (target, key, frozen arguments): arguments; a target is a Queue or an Exchange
        self.sources = set()  # exchanges that have bindings to this one
        self._cache = {}

    def bind(self, target, key, arguments):
        if self.kind == "headers" and arguments.get("x-match", "all") not in MATCHES:
            raise Refusal(406, f"x-match may be {', '.join(MATCHES)}, not {arguments['x-match']!r}")
        self.bindings[target, key, frozen(arguments)] = arguments
        target.sources.add(self)
        self._cache.clear()

    def unbind(self, target, key, arguments):
        """Remove the binding, if there is such a one; return whether there was."""
        found = self.bindings.pop((target, key, frozen(arguments)), None) is not None
        if all(each is not target for each, _, _ in self.bindings):
            target.sources.discard(self)
        self._cache.clear()
        return found

    def forget(self, target):
        """Remove every binding to this target."""
        self.bindings = {binding: arguments for binding, arguments in self.bindings.items() if binding[0] is not target}
        self._cache.clear()

    def targets(self, message):
        """Return the queues and exchanges that this message goes to, each once."""
        if self.kind == "headers":
            headers = read_headers(message.properties)
            return {target: None for (target, _, _), wanted in self.bindings.items() if headers_match(wanted, headers)}
        found = self._cache.get(message.key)
        if found is None:
            if len(self._cache) >= CACHE:
                self._cache.clear()
            found = {target: None for target, pattern, _ in self.bindings if self._matches(pattern, message.key)}
            self._cache[message.key] = found
        return found

    def _matches(self, pattern, key):
        if self.kind == "topic":
            return topic_matches(pattern, key)
        return self.kind == "fanout" or pattern == key


def topic_matches(pattern, key):
    """Whether a topic pattern matches a routing key: `*` stands for one word, `#` for any number of them.

    An empty key has no words at all, as in RabbitMQ.
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


MATCHES = {"all": all, "any": any, "all-with-x": all, "any-with-x": any}


def headers_match(wanted, headers):
    """Whether headers have what a binding wants: all of it or any of it; None wants a header whatever its value."""
    how = wanted.get("x-match", "all")
    names = [name for name in wanted if name != "x-match" and (how.endswith("-with-x") or not name.startswith("x-"))]
    return MATCHES[how](
        name in headers and (wanted[name] is None or frozen(wanted[name]) == frozen(headers[name])) for name in names
    )


def frozen(value):
    """Return a value that is hashable, and equal only if this one is; True is not 1 here."""
    if isinstance(value, dict):
        return tuple(sorted((name, frozen(each)) for name, each in value.items()))
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return isinstance(value, bool), bytes(value) if isinstance(value, bytearray) else value
