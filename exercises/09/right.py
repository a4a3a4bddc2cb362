"""Answers to the exercises of chapter 9 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "09.1": [
        written(r"answer = (b'bun', b'', b'teas\x0a', b'\2')"),
        written(r"""
stream, answer = b"\x03bun\x00\x05teas\n\x01\x02", []
while stream:
    length, stream = stream[0], stream[1:]
    answer.append(stream[:length])
    stream = stream[length:]
"""),
    ],
    "09.2": [
        written("""
def answer(client):
    try:
        while True:
            data = client.recv(65536)
            if not data:
                return
            client.sendall(data)
    except ConnectionError as error:
        print("lost a customer:", error)
    finally:
        client.close()
"""),
        written("""
def answer(client):
    with client, contextlib.suppress(ConnectionError):
        buffer = bytearray(100)
        while count := client.recv_into(buffer):
            rest = memoryview(buffer)[:count]
            while rest:
                rest = rest[client.send(rest) :]
"""),
        edit("while data := client.recv(1024):", 'for data in iter(lambda: client.recv(1), b""):'),
    ],
    "09.3": [
        written("""
def answer(line, read, show):
    def lines():
        rest = b""
        with contextlib.suppress(ConnectionError):
            while piece := line.recv(1024):
                *complete, rest = (rest + piece).split(b"\\n")
                yield from complete

    replies, count = lines(), 0
    while True:
        try:
            order = read()
        except EOFError:
            return count
        if not order:
            continue
        try:
            line.sendall(f"{order}\\n".encode())
            reply = next(replies)
        except (ConnectionError, StopIteration):
            return count
        show(reply.decode())
        count += 1
"""),
        written("""
def answer(line, read, show):
    count, reply = 0, b""
    try:
        while True:
            if order := read():
                line.sendall(bytes(order, "utf-8") + b"\\n")
                while not reply.endswith(b"\\n"):
                    byte = line.recv(1)
                    if not byte:
                        return count
                    reply += byte
                show(reply.decode().rstrip("\\n"))
                count, reply = count + 1, b""
    except (EOFError, ConnectionError):
        return count
"""),
    ],
    "09.4": [
        written("""
def answer(line, limit):
    rest, length = b"", None
    while piece := line.recv(65536):
        rest += piece
        while True:
            if length is None and len(rest) >= 4:
                length, rest = int.from_bytes(rest[:4], "big"), rest[4:]
                if length > limit:
                    raise ValueError(f"{length} bytes are too many")
            if length is None or len(rest) < length:
                break
            yield rest[:length]
            rest, length = rest[length:], None
    if rest or length is not None:
        raise ConnectionError("the stream ended within a message")
"""),
        written("""
def answer(line, limit):
    with line.makefile("rb") as stream:
        while header := stream.read(4):
            if len(header) < 4:
                raise ConnectionError("cut in a length")
            (length,) = struct.unpack(">I", header)
            if length > limit:
                raise ValueError(length)
            message = stream.read(length)
            if len(message) < length:
                raise ConnectionError("cut in a message")
            yield message
"""),
    ],
    "09.5": [
        written("""
def answer(client, patience):
    try:
        while data := client.recv(1024):
            client.settimeout(patience)
            try:
                client.sendall(data)
            finally:
                client.settimeout(None)
    except (ConnectionError, TimeoutError):
        pass
    finally:
        client.close()
"""),
        written("""
def answer(client, patience):
    with client:
        while True:
            try:
                client.settimeout(None)
                data = client.recv(4096)
                if not data:
                    break
                client.settimeout(patience)
                client.sendall(data)
            except (ConnectionError, TimeoutError):
                break
"""),
    ],
}
