"""The bytes of frames, methods and messages.

pamqp knows the methods and their fields, and writes them. They are read here: pamqp takes what is cut short for
something shorter, and copies the rest of a table for each of its entries. The properties of a message are checked and
handed on as they came, so that nothing is lost on the way.
"""

import struct
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from pamqp import commands, encode, exceptions

PROTOCOL = b"AMQP\x00\x00\x09\x01"
METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
MAX_DEPTH = 32  # tables in tables; RabbitMQ's clients send two or three
EPOCH, LAST_DATE = datetime.fromtimestamp(0, timezone.utc), 253_402_300_799  # seconds, to the end of the year 9999
Basic, Properties = commands.Basic, commands.Basic.Properties

_HEAD, _CONTENT, _TAG = struct.Struct(">BHI"), struct.Struct(">HHQ"), struct.Struct(">QB")
# Numbers by the types of fields, and by the letters of values in tables
_NUMBERS = "octet:B short:H long:I longlong:Q timestamp:Q t:? b:b B:B s:h u:H I:i i:I l:q L:q f:f d:d T:Q"
_NUMBERS = {kind: struct.Struct(">" + code) for kind, code in (each.split(":") for each in _NUMBERS.split())}
_MALFORMED = (ValueError, IndexError, struct.error)


class AMQPError(Exception):
    """What the client gets instead of an answer: its channel closes, or the whole connection.

    Parameters
    ----------
    code : int
        The reply code, one of AMQP's.
    text : str
        What is wrong, after the code's name.

    Attributes
    ----------
    hard : bool
        Whether it closes the connection.
    """

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.hard = code, code > 500
        name = exceptions.CLASS_MAPPING[code].name.replace("-", "_")
        # A short string holds 255 bytes, and is not cut within a character.
        self.text = f"{name} - {text}".encode()[:255].decode(errors="ignore")


class FrameReader:
    """Cuts the stream of bytes into frames.

    Attributes
    ----------
    limit : int
        Bytes that a payload may have.
    """

    def __init__(self):
        self.limit = 8192  # bytes of a payload, until the client agrees to more
        self._data = bytearray()

    def feed(self, data):
        """Yield the frames that these bytes complete.

        Parameters
        ----------
        data : bytes

        Yields
        ------
        kind : int
            METHOD, HEADER, BODY or HEARTBEAT.
        channel : int
        payload : bytes

        Raises
        ------
        AMQPError
            If these are no frames, or one is too large (501).
        """
        self._data += data
        at, size = 0, len(self._data)
        while size - at >= _HEAD.size:
            kind, channel, length = _HEAD.unpack_from(self._data, at)
            if kind not in (METHOD, HEADER, BODY, HEARTBEAT) or length > self.limit:
                raise AMQPError(501, f"a frame of type {kind} and {length} bytes, where {self.limit} are allowed")
            start, at_end = at + _HEAD.size, at + _HEAD.size + length
            if at_end >= size:
                break
            if self._data[at_end] != 0xCE:
                raise AMQPError(501, "a frame does not end where it should")
            at = at_end + 1
            yield kind, channel, bytes(self._data[start:at_end])
        del self._data[:at]


def frame(kind, channel, payload):
    return _HEAD.pack(kind, channel, len(payload)) + payload + b"\xce"


def content_frames(channel, method, message, limit):
    """Return the frames of a method and its message.

    Parameters
    ----------
    channel : int
    method : bytes
        The method's payload.
    message : Message
        Of which `properties` and `body` are used.
    limit : int
        Bytes of a payload; a larger body crosses frames.

    Returns
    -------
    bytes
    """
    body, head = message.body, _CONTENT.pack(60, 0, len(message.body)) + message.properties
    frames = [frame(METHOD, channel, method), frame(HEADER, channel, head)]
    frames += [frame(BODY, channel, body[at : at + limit]) for at in range(0, len(body), limit)]
    return b"".join(frames)


# Methods to send, as payloads


def method_id(kind):
    """Return the bytes that begin a method of this kind."""
    return struct.pack(">I", kind.index)


def encode_method(method):
    return method_id(method) + method.marshal()


@lru_cache(1024)
def address(exchange, key):
    """Return the bytes that say where a message went."""
    return encode.short_string(exchange) + encode.short_string(key)


# Those that are sent most are written here, and those with names in them: RabbitMQ takes names that pamqp refuses.


def ack(tag, multiple):
    return method_id(Basic.Ack) + _TAG.pack(tag, multiple)


def declare_ok(name, ready, consumers):
    return method_id(commands.Queue.DeclareOk) + encode.short_string(name) + struct.pack(">II", ready, consumers)


def deliver_to(consumer_tag):
    """Return the beginning of every Basic.Deliver to this consumer."""
    return method_id(Basic.Deliver) + encode.short_string(consumer_tag)


def deliver(beginning, tag, redelivered, message):
    return beginning + _TAG.pack(tag, redelivered) + message.address


def get_ok(tag, redelivered, message, left):
    return deliver(method_id(Basic.GetOk), tag, redelivered, message) + struct.pack(">I", left)


def no_route(message):
    return method_id(Basic.Return) + struct.pack(">H", 312) + encode.short_string("NO_ROUTE") + message.address


# What comes in


def cached(function):
    """Do not work out twice what is short: a client says the same again and again, and nobody changes what it said.

    Parameters
    ----------
    function : callable
        Given bytes, it returns what nobody will change.
    """
    short = lru_cache(1024)(function)
    return lambda data: short(data) if len(data) < 300 else function(data)


def read_value(data, at, kind, depth=0):
    """Read one value.

    Parameters
    ----------
    data : bytes
    at : int
        Where it starts.
    kind : str
        Its type: that of a method's field, by pamqp's name, or the letter of a value in a table.
    depth : int
        In how many tables it is.

    Returns
    -------
    value : object
    at : int
        Where it ends.

    Raises
    ------
    ValueError, IndexError, struct.error
        If it makes no sense.
    """
    if kind in _NUMBERS:
        (value,), at = _NUMBERS[kind].unpack_from(data, at), at + _NUMBERS[kind].size
        return (EPOCH + timedelta(seconds=min(value, LAST_DATE)) if kind == "T" else value), at
    if kind == "V":
        return None, at
    if kind == "D":
        scale, digits = struct.unpack_from(">Bi", data, at)
        return Decimal(digits).scaleb(-scale), at + 5
    size, at = read_value(data, at, "octet" if kind == "shortstr" else "long")
    end = at + size
    if end > len(data):
        raise ValueError("it is cut short")
    if kind == "shortstr":
        return data[at:end].decode(), end
    if kind in ("longstr", "S", "x"):
        return bytearray(data[at:end]) if kind == "x" else data[at:end].decode(errors="replace"), end
    if kind not in ("table", "F", "A") or depth > MAX_DEPTH:
        raise ValueError(f"there is no value of type {kind!r}, or tables are nested too deep")
    values = [(name, value) for name, value, _ in read_entries(data, at, end, kind != "A", depth + 1)]
    return (dict(values) if kind != "A" else [value for _, value in values]), end


def read_entries(data, at, end, named=True, depth=0):
    """Yield the entries of a table, or of an array.

    Parameters
    ----------
    data : bytes
    at, end : int
        Where they start and end.
    named : bool
        Whether it is a table; the entries of an array have no names.
    depth : int
        In how many tables they are.

    Yields
    ------
    name : str or None
    value : object
    raw : bytes
        All of the entry.
    """
    while at < end:
        start = at
        name, at = read_value(data, at, "shortstr") if named else (None, at)
        value, at = read_value(data, at + 1, chr(data[at]), depth)
        yield name, value, data[start:at]
    if at != end:
        raise ValueError("a table does not end where it should")


@cached
def decode_method(payload):
    """Return the method in this payload.

    Parameters
    ----------
    payload : bytes

    Returns
    -------
    pamqp.base.Frame

    Raises
    ------
    AMQPError
        If there is no such method (540), or it makes no sense (502).
    """
    index = int.from_bytes(payload[:4], "big")
    kind = commands.INDEX_MAPPING.get(index)
    if kind is None:
        raise AMQPError(540, f"there is no method {index & 0xFFFF} of class {index >> 16}")
    method, at, bit = kind(), 4, 0
    try:
        for name in kind.attributes():
            if kind.amqp_type(name) == "bit":
                at += not bit  # the first of a row of bits opens an octet
                value = bool(payload[at - 1] >> bit & 1)
                bit += 1
            else:
                bit = 0
                value, at = read_value(payload, at, kind.amqp_type(name))
            setattr(method, name, value)
        if at != len(payload):
            raise ValueError(f"{len(payload) - at} bytes too many")
    except _MALFORMED as error:
        raise AMQPError(502, f"{kind.name} makes no sense: {error}") from None
    return method


def decode_header(payload):
    """Read a content header.

    Parameters
    ----------
    payload : bytes

    Returns
    -------
    size : int
        Bytes of the body that follows.
    properties : bytes

    Raises
    ------
    AMQPError
        If it is cut short (502), or does not belong to a message (505).
    """
    if len(payload) < _CONTENT.size:
        raise AMQPError(502, "a content header is cut short")
    kind, _, size = _CONTENT.unpack_from(payload)
    if kind != 60:
        raise AMQPError(505, f"content of class {kind}, where a message was expected")
    return size, payload[_CONTENT.size :]


@cached
def decode_properties(properties):
    """Read the properties of a message.

    Parameters
    ----------
    properties : bytes

    Returns
    -------
    values : dict
        By name; those that are not set are left out.
    raw : dict of str to bytes
        The same, as they came.

    Raises
    ------
    AMQPError
        If they make no sense (502).
    """
    values, raw = {}, {}
    try:
        flags, at = read_value(properties, 0, "short")
        for name in Properties.attributes():
            if flags & Properties.flags[name]:
                start = at
                values[name], at = read_value(properties, at, Properties.amqp_type(name))
                raw[name] = properties[start:at]
        if at != len(properties) or flags & 3:
            raise ValueError("there are more than there can be")
    except _MALFORMED as error:
        raise AMQPError(502, f"the properties of a message make no sense: {error}") from None
    return values, raw


def with_headers(properties, headers):
    """Return properties with some headers set, and without an expiration.

    Parameters
    ----------
    properties : bytes
    headers : dict
        They replace those of the same names; the others stay as they came.

    Returns
    -------
    bytes
    """
    found = dict(decode_properties(properties)[1])
    found.pop("expiration", None)
    old = found.get("headers", b"\0\0\0\0")
    table = b"".join(raw for name, _, raw in read_entries(old, 4, len(old)) if name not in headers)
    table += encode.field_table(headers)[4:]
    found["headers"] = struct.pack(">I", len(table)) + table
    return _join(found)


def with_reply_to(properties, name):
    """Return properties with another name where answers go."""
    return _join({**decode_properties(properties)[1], "reply_to": encode.short_string(name)})


def _join(found):
    """Write properties that were read, given the bytes of each by name."""
    flags = sum(Properties.flags[name] for name in found)
    return struct.pack(">H", flags) + b"".join(found[name] for name in Properties.attributes() if name in found)
