"""Frames in and out. pamqp knows the methods and their fields; the checks that keep nonsense out are here.

What a client sends as properties of a message is checked, but handed on byte by byte: nothing is lost on the way.
"""

import struct
from functools import lru_cache
from typing import NamedTuple

from pamqp import base, commands, decode, encode, frame

PROTOCOL = b"AMQP\x00\x00\x09\x01"
METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
HEARTBEAT_FRAME = b"\x08\x00\x00\x00\x00\x00\x00\xce"
END = b"\xce"
MOST_NESTED = 32  # tables in tables; RabbitMQ's clients send two or three

_FRAME = struct.Struct(">BHI")
_CONTENT = struct.Struct(">HHQH")
_TAG = struct.Struct(">QB")

NAMES = {
    320: "CONNECTION_FORCED", 403: "ACCESS_REFUSED", 404: "NOT_FOUND", 405: "RESOURCE_LOCKED",
    406: "PRECONDITION_FAILED", 501: "FRAME_ERROR", 502: "SYNTAX_ERROR", 503: "COMMAND_INVALID",
    504: "CHANNEL_ERROR", 505: "UNEXPECTED_FRAME", 506: "RESOURCE_ERROR", 530: "NOT_ALLOWED",
    540: "NOT_IMPLEMENTED", 541: "INTERNAL_ERROR",
}  # fmt: skip


class Refusal(Exception):
    """What the client gets instead of an answer: the channel closes, or the whole connection if it is `hard`."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.hard = code == 320 or code > 500
        # A short string holds 255 bytes, and is not cut within a character.
        self.text = f"{NAMES[code]} - {text}".encode()[:255].decode(errors="ignore")


class Frames:
    """Cuts the stream of bytes into frames."""

    def __init__(self):
        self.limit = 8192  # bytes of a payload, until the client agrees to more
        self._rest = bytearray()
        self._needed = 0

    def feed(self, data):
        """Yield type, channel and payload of every frame that these bytes complete."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
        at, size = 0, len(data)
        self._needed = _FRAME.size
        while size - at >= _FRAME.size:
            kind, channel, length = _FRAME.unpack_from(data, at)
            if kind not in (METHOD, HEADER, BODY, HEARTBEAT):
                raise Refusal(501, f"there is no frame of type {kind}")
            if length > self.limit:
                raise Refusal(501, f"a frame of {length} bytes, where {self.limit} are allowed")
            end = at + 8 + length
            if end > size:
                self._needed = end - at
                break
            if data[end - 1] != 0xCE:
                raise Refusal(501, "a frame does not end where it should")
            yield kind, channel, data[at + 7 : end - 1]
            at = end
        self._rest = bytearray(data[at:])


def method_frame(channel, method):
    """Return the bytes of a method."""
    return frame.marshal(method, channel)


def content_frames(channel, method, properties, body, limit):
    """Return the pieces of a method that carries a message: bodies over the frame limit cross frames."""
    head = struct.pack(">HHQ", 60, 0, len(body))
    pieces = [
        _FRAME.pack(METHOD, channel, len(method)), method, END,
        _FRAME.pack(HEADER, channel, 12 + len(properties)), head, properties, END,
    ]  # fmt: skip
    for at in range(0, len(body), limit):
        piece = body[at : at + limit]
        pieces += (_FRAME.pack(BODY, channel, len(piece)), piece, END)
    return pieces


def _tolerant(kind):
    """RabbitMQ takes names that pamqp refuses, such as those with é, $, % or ' in them."""
    return type(kind.__name__, (kind,), {"validate": lambda self: None})


DeclareOk = _tolerant(commands.Queue.DeclareOk)
Return = _tolerant(commands.Basic.Return)


class Publish(NamedTuple):
    """Basic.Publish, with exchange and routing key once more as the bytes that deliveries repeat."""

    exchange: str
    key: str
    mandatory: bool
    immediate: bool
    address: bytes
    name = "Basic.Publish"


def short(text):
    """Return the bytes of a short string."""
    return encode.short_string(text)


def number(kind):
    """Return the bytes that begin a method of this kind."""
    return struct.pack(">I", kind.index)


def deliver_prefix(consumer_tag):
    return number(commands.Basic.Deliver) + short(consumer_tag)


def deliver(prefix, tag, redelivered, address):
    """Return the payload of Basic.Deliver, the method that is sent most."""
    return prefix + _TAG.pack(tag, redelivered) + address


def get_ok(tag, redelivered, address, left):
    return number(commands.Basic.GetOk) + _TAG.pack(tag, redelivered) + address + struct.pack(">I", left)


def returned(message):
    method = Return(312, "NO_ROUTE", message.exchange, message.key)
    return number(method) + method.marshal()


def remembered(function):
    """A client says the same again and again, and nobody changes what it said: do not work out what is short twice."""
    short = lru_cache(1024)(function)
    return lambda data: short(data) if len(data) < 300 else function(data)


@remembered
def decode_method(payload):
    """Return the method in this payload, or the Publish.

    Raises
    ------
    Refusal
        If there is no such method (540), or its fields are not what they should be (502).
    """
    try:
        (index,) = struct.unpack_from(">I", payload)
    except struct.error:
        raise Refusal(502, "a method without a number") from None
    kind = commands.INDEX_MAPPING.get(index)
    if kind is None:
        raise Refusal(540, f"there is no method {index & 0xFFFF} of class {index >> 16}")
    method = kind()
    try:
        _decode_fields(method, payload)
    except Exception as error:  # pamqp does not say what it may raise
        raise Refusal(502, f"{method.name} makes no sense: {error}") from None
    if index == commands.Basic.Publish.index:
        return Publish(method.exchange, method.routing_key, method.mandatory, method.immediate, payload[6:-1])
    return method


def _decode_fields(method: base.Frame, payload):
    at, bit = 4, 0
    for name in method.attributes():
        kind = method.amqp_type(name)
        if kind == "bit":
            at += not bit  # the first of a row of bits opens an octet
            value = bool(payload[at - 1] >> bit & 1)
            bit += 1
        else:
            bit = 0
            # Checked first, for pamqp takes a string or table that is cut short for a shorter one.
            end = _ends(payload, at, kind)
            _, value = decode.by_type(payload[at:end], kind)
            at = end
        setattr(method, name, value)
    if at != len(payload):
        raise ValueError(f"{len(payload) - at} bytes too many")


_SIZES = {"octet": 1, "short": 2, "long": 4, "longlong": 8, "timestamp": 8}
_VALUE_SIZES = {b"t": 1, b"b": 1, b"B": 1, b"s": 2, b"u": 2, b"I": 4, b"i": 4, b"l": 8, b"L": 8}
_VALUE_SIZES |= {b"f": 4, b"d": 8, b"D": 5, b"T": 8, b"V": 0, b"\0": 0}


def _ends(data, at, kind):
    """Return where the field of this type that starts at `at` ends; complain if it does not fit."""
    if kind == "shortstr":
        end = at + 1 + data[at]
    elif kind == "longstr":
        end = at + 4 + struct.unpack_from(">I", data, at)[0]
    elif kind == "table":
        end = _compound_ends(data, at, True, 0)
    else:
        end = at + _SIZES[kind]
    if end > len(data):
        raise ValueError("it is cut short")
    return end


def _compound_ends(data, at, named, depth):
    """Return where the table, or array, ends."""
    if depth > MOST_NESTED:
        raise ValueError("tables nested too deep")
    end = at + 4 + struct.unpack_from(">I", data, at)[0]
    at += 4
    while at < end:
        at = _value_ends(data, at + 1 + data[at] if named else at, depth)
    if at != end:
        raise ValueError("a table is cut short")
    return end


def _value_ends(data, at, depth=0):
    kind = data[at : at + 1]
    if kind in _VALUE_SIZES:
        return at + 1 + _VALUE_SIZES[kind]
    if kind in (b"S", b"x"):
        return at + 5 + struct.unpack_from(">I", data, at + 1)[0]
    if kind in (b"F", b"A"):
        return _compound_ends(data, at + 1, kind == b"F", depth + 1)
    raise ValueError(f"there is no field of type {kind!r}")


def decode_header(payload):
    """Return the size of the body that follows, and the properties as they came.

    Raises
    ------
    Refusal
        If this is no header of a message (502, 505).
    """
    try:
        kind, _, size, _ = _CONTENT.unpack_from(payload)
    except struct.error:
        raise Refusal(502, "a content header is cut short") from None
    if kind != 60:
        raise Refusal(505, f"content of class {kind}, where a message was expected")
    return size, payload[12:]


@remembered
def locate(properties):
    """Return where each property is, dict of str to slice, of the properties as a client sent them.

    Raises
    ------
    Refusal
        If they make no sense (502).
    """
    kinds, spans, at = commands.Basic.Properties, {}, 2
    try:
        flags = int.from_bytes(properties[:2], "big")
        if flags & 3:
            raise ValueError("there are no such properties")
        for name in kinds.attributes():
            if flags & kinds.flags[name]:
                end = _ends(properties, at, kinds.amqp_type(name))
                spans[name] = slice(at, end)
                at = end
        if at != len(properties):
            raise ValueError(f"{len(properties) - at} bytes too many")
    except Exception as error:
        raise Refusal(502, f"the properties of a message make no sense: {error}") from None
    return spans


def read_property(properties, name, default=None):
    """Return one property of a message."""
    span = locate(properties).get(name)
    if span is None:
        return default
    try:
        return decode.by_type(properties[span], commands.Basic.Properties.amqp_type(name))[1]
    except Exception as error:
        raise Refusal(502, f"the property {name} makes no sense: {error}") from None


def read_headers(properties):
    """Return the headers of a message; those that Python cannot hold, such as far dates, are none."""
    try:
        return read_property(properties, "headers", {})
    except Refusal:
        return {}


def with_headers(properties, headers):
    """Return the properties with these headers set besides those that are there, and without an expiration."""
    kinds, spans = commands.Basic.Properties, locate(properties)
    flags, pieces = 0, []
    for name in kinds.attributes():
        if name == "headers":
            old = properties[spans[name]] if name in spans else b"\0\0\0\0"
            kept = b"".join(raw for key, raw in _entries(old) if key not in headers)
            table = kept + encode.field_table(headers)[4:]
            piece = struct.pack(">I", len(table)) + table
        elif name in spans and name != "expiration":
            piece = properties[spans[name]]
        else:
            continue
        flags |= kinds.flags[name]
        pieces.append(piece)
    return struct.pack(">H", flags) + b"".join(pieces)


def _entries(table):
    """Yield the name of each entry of a table and all its bytes."""
    at = 4
    while at < len(table):
        start, value = at, at + 1 + table[at]
        at = _value_ends(table, value)
        yield table[start + 1 : value].decode(errors="replace"), table[start:at]
