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
        written(r"answer = [b'bun', b'', b'\x74eas' + b'\n', bytes([2])]"),
        written(r"""
stream, answer = iter(b"\x03bun\x00\x05teas\n\x01\x02"), []
for length in stream:
    answer.append(bytes(next(stream) for _ in range(length)))
"""),
        written(r"answer = [bytearray(b'bun'), bytearray(), bytearray(b'teas\n'), bytearray([2])]"),
        written(r"answer = [*map(str.encode, ['bun', '', 'teas\n', chr(2)])]"),
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
        written("""
def answer(client):
    try:
        with client, client.makefile("rwb", buffering=0) as stream:
            while data := stream.read(1024):
                rest = memoryview(data)
                while rest:
                    rest = rest[stream.write(rest):]
    except ConnectionError:
        pass
"""),
        written("""
def answer(client):
    def heard():
        while True:
            data = client.recv(512)
            if len(data) == 0:
                return
            yield data
    with contextlib.closing(client):
        try:
            for data in heard():
                client.sendall(data)
        except OSError as error:
            if not isinstance(error, ConnectionError):
                raise
"""),
        written("""
def answer(client):
    with client:
        try:
            while client.recv(1, socket.MSG_PEEK):
                data = client.recv(100)
                sent = 0
                while sent < len(data):
                    sent += client.send(data[sent:])
            client.shutdown(socket.SHUT_WR)
        except ConnectionError:
            print("gone")
"""),
        written("""
def answer(client):
    with client, contextlib.suppress(ConnectionError):
        while True:
            data = client.recv(1024)
            client.sendall(data)
            if not data:
                break
"""),
        written("""
import select

def answer(client):
    with client, contextlib.suppress(ConnectionError):
        client.setblocking(False)
        while select.select([client], [], []) and (data := client.recv(4096)):
            while data:
                select.select([], [client], [])
                data = data[client.send(data):]
"""),
        written("""
def answer(client):
    client.settimeout(1)
    with client, contextlib.suppress(ConnectionError):
        while True:
            try:
                data = client.recv(1024)
            except TimeoutError as error:
                if error.errno:
                    raise
                continue
            if not data:
                return
            client.sendall(data)
"""),
        written("""
def answer(client):
    with client, client.dup() as mouth, contextlib.suppress(ConnectionError):
        while data := client.recv(1024):
            mouth.sendall(data)
"""),
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
        written("""
def answer(line, read, show):
    count = 0
    stream = line.makefile("r", encoding="utf-8", newline="\\n")
    try:
        for order in iter(read, None):
            if order:
                line.sendall((order + "\\n").encode())
                reply = stream.readline()
                if not reply.endswith("\\n"):
                    break
                show(reply.removesuffix("\\n"))
                count += 1
    except (EOFError, ConnectionError):
        pass
    return count
"""),
        written("""
def answer(line, read, show):
    def ask(order):
        todo = (order + "\\n").encode("utf8")
        while todo:
            todo = todo[line.send(todo):]
        got = bytearray()
        while not got.endswith(b"\\n"):
            piece = line.recv(100)
            if not piece:
                raise ConnectionError
            got += piece
        return str(got[:-1], "utf-8")
    answers = 0
    while True:
        try:
            order = read()
        except EOFError:
            break
        if len(order) == 0:
            continue
        try:
            reply = ask(order)
        except ConnectionError:
            break
        show(reply)
        answers += 1
    return answers
"""),
        written("""
def lines(stream):
    rest = b""
    while piece := stream.recv(1024):
        *complete, rest = (rest + piece).split(b"\\n")
        yield from complete
    if rest:
        raise ConnectionError(f"the stream ended in the middle of a line: {rest}")
def answer(line, read, show):
    replies = lines(line)
    shown = []
    try:
        while True:
            while not (order := read()):
                pass
            line.sendall(order.encode() + b"\\n")
            try:
                reply = next(replies)
            except StopIteration:
                break
            show(reply.decode())
            shown.append(reply)
    except (EOFError, ConnectionError):
        pass
    return len(shown)
"""),
        written("""
def answer(line, read, show):
    rest, count = b"", 0
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            order = read()
            if order:
                line.sendall(order.encode())
                line.sendall(b"\\n")
                while b"\\n" not in rest:
                    rest += (piece := line.recv(4096))
                    if not piece:
                        return count
                reply, _, rest = rest.partition(b"\\n")
                show(reply.decode("utf-8"))
                count += 1
    return count
"""),
        written("""
def answer(line, read, show):
    line.settimeout(30)
    count, rest = 0, b""
    try:
        while True:
            if order := read():
                line.sendall(order.encode() + b"\\n")
                while b"\\n" not in rest:
                    if not (piece := line.recv(1024)):
                        return count
                    rest += piece
                reply, rest = rest.split(b"\\n", 1)
                show(reply.decode())
                count += 1
    except (EOFError, ConnectionError):
        return count
"""),
        written("""
def answer(line, read, show):
    def reply_to(order):
        line.settimeout(1)
        line.sendall(order.encode() + b"\\n")
        got = b""
        while got[-1:] != b"\\n":
            try:
                piece = line.recv(4096)
            except TimeoutError as error:
                if error.errno:
                    raise
                continue
            if not piece:
                raise BrokenPipeError("half an answer")
            got += piece
        return got[:-1].decode()
    count = 0
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            if order := read():
                show(reply_to(order))
                count += 1
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
        written("""
def answer(line, limit):
    while True:
        header = line.recv(4, socket.MSG_WAITALL)
        if not header:
            return
        if len(header) < 4:
            raise ConnectionError("cut")
        length = int.from_bytes(header, "big")
        if length > limit:
            raise ValueError("too long")
        message = line.recv(length, socket.MSG_WAITALL) if length else b""
        if len(message) != length:
            raise ConnectionError("cut")
        yield message
"""),
        written("""
class answer:
    def __init__(self, line, limit):
        self.line, self.limit, self.rest = line, limit, b""
    def __iter__(self):
        return self
    def read(self, count):
        while len(self.rest) < count:
            piece = self.line.recv(4096)
            if not piece:
                raise EOFError
            self.rest += piece
        got, self.rest = self.rest[:count], self.rest[count:]
        return got
    def __next__(self):
        try:
            length = struct.unpack("!L", self.read(4))[0]
        except EOFError:
            if self.rest:
                raise ConnectionError("cut") from None
            raise StopIteration from None
        if length > self.limit:
            raise ValueError(length)
        try:
            return self.read(length)
        except EOFError:
            raise ConnectionError("cut") from None
"""),
        written("""
def answer(line, limit):
    def fill(count):
        buffer = memoryview(bytearray(count))
        done = 0
        while done < count:
            got = line.recv_into(buffer[done:])
            if got == 0:
                break
            done += got
        return bytes(buffer[:done])
    while True:
        header = fill(4)
        if header == b"":
            break
        if len(header) != 4:
            raise ConnectionResetError("in the length")
        [length] = struct.unpack(">I", header)
        if limit < length:
            raise ValueError(f"{length} > {limit}")
        body = fill(length)
        if len(body) != length:
            raise ConnectionResetError("in the message")
        yield body
"""),
        written("""
def answer(line, limit):
    def pieces():
        while piece := line.recv(65536):
            yield from (piece[i:i + 1] for i in range(len(piece)))
    one = pieces()
    def take(count):
        got = []
        for _ in range(count):
            got.append(next(one, b""))
        return b"".join(got)
    while header := take(4):
        if len(header) < 4:
            raise ConnectionError
        length = struct.unpack(">I", header)[0]
        if length > limit:
            raise ValueError
        body = take(length)
        if len(body) < length:
            raise ConnectionError
        yield body
"""),
        edit("65536", "1"),
        edit("    while header", "    line.settimeout(30)\n    while header"),
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
        written("""
def answer(client, patience):
    import select
    with client, contextlib.suppress(ConnectionError):
        client.setblocking(True)
        while data := client.recv(1024):
            rest = memoryview(data)
            while rest:
                if not select.select([], [client], [], patience)[1]:
                    return
                client.setblocking(False)
                try:
                    rest = rest[client.send(rest):]
                except BlockingIOError:
                    pass
                finally:
                    client.setblocking(True)
"""),
        written("""
def answer(client, patience):
    with client:
        try:
            for data in iter(lambda: client.recv(1000), b""):
                deadline = time.monotonic() + patience
                while data:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return
                    client.settimeout(left)
                    sent = client.send(data)
                    data = data[sent:]
                client.settimeout(None)
        except (ConnectionError, TimeoutError):
            return
"""),
        written("""
def answer(client, patience):
    @contextlib.contextmanager
    def at_most(seconds):
        before = client.gettimeout()
        client.settimeout(seconds)
        try:
            yield
        finally:
            client.settimeout(before)
    with client:
        while True:
            try:
                data = client.recv(2048)
                if not data:
                    return
                with at_most(patience):
                    client.sendall(data)
            except (ConnectionError, TimeoutError):
                return
"""),
        written("""
def answer(client, patience):
    with client, contextlib.suppress(ConnectionError, TimeoutError), client.makefile("rwb", buffering=0) as stream:
        while data := stream.read(1024):
            client.settimeout(patience)
            client.sendall(data)
            client.settimeout(None)
"""),
        written(
            """
import select
def answer(client, patience):
    with client, contextlib.suppress(ConnectionError):
        while data := client.recv(1024):
            if not select.select([], [client], [], patience)[1]: return
            client.sendall(data)
"""
        ),
        written("""
import select

def answer(client, patience):
    with client, contextlib.suppress(ConnectionError):
        client.setblocking(False)
        while select.select([client], [], []) and (data := client.recv(4096)):
            end = time.monotonic() + patience
            while data:
                if not select.select([], [client], [], max(0, end - time.monotonic()))[1]:
                    return
                data = data[client.send(data):]
"""),
        written("""
def answer(client, patience):
    with client, client.dup() as mouth, contextlib.suppress(ConnectionError, TimeoutError):
        mouth.settimeout(patience)
        client.settimeout(None)
        while data := client.recv(1024):
            mouth.settimeout(patience)
            mouth.sendall(data)
            client.settimeout(None)
"""),
    ],
}
