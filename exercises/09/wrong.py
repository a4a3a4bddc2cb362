"""What learners would really get wrong in chapter 9, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "09.1": [
        edit('b"", ', "", says="message 2 is not b'teas"),
        edit(r'b"teas\n"', 'b"teas"', says="message 3 is not b'teas'"),
        edit(r', b"\x02"', "", says="holds 4 messages; you give 3"),
        written(r"answer = ['bun', '', 'teas\n', '\x02']", says="write b'bun'"),
        written("answer = b'bun'", says="not a bytes"),
        written("answer = [3, 0, 5, 1]", says="message 1 is 3, and a message is bytes"),
        edit(r'b"\x02"', r'b"\x02", b""', says="you give 5"),
    ],
    "09.2": [
        edit("client.sendall(", "client.send(", says="`send` may take a part only"),
        edit("with client, contextlib", "with contextlib", says="left the socket open"),
        edit(
            ", contextlib.suppress(ConnectionError)",
            "",
            says="broke off, and your function let out ConnectionResetError",
        ),
        edit("suppress(ConnectionError)", "suppress(Exception)", says="your function swallowed it"),
        edit(
            "while data := client.recv(1024):\n            client.sendall(data)",
            "client.sendall(client.recv(1024))",
            says="bytes did not come back",
        ),
        edit(
            ", contextlib.suppress(ConnectionError)",
            "",
            "while data := client.recv(1024):",
            "while True:\n            data = client.recv(1024)",
            says="reads on and on",
        ),
        edit(
            "with client, contextlib",
            "with contextlib",
            "client.sendall(data)",
            "client.sendall(data)\n        client.close()",
            says="left the socket open when the customer broke off",
        ),
        edit(
            "while data := client.recv(1024):",
            "data = b''\n        while len(data) < 1e6:",
            "    client.sendall(data)",
            "    data += client.recv(1024)\n        client.sendall(data)",
            says="waits for the answer to its first words",
        ),
        edit(
            "while data := client.recv(1024):",
            "data = b''\n        while piece := client.recv(1024):",
            "    client.sendall(data)",
            "    data += piece\n        client.sendall(data)",
            says="waits for the answer to its first words",
        ),
        edit(
            "data := client.recv(1024):",
            "len(data := client.recv(1024)) == 1024:",
            "client.sendall(data)",
            "client.sendall(data)\n        client.sendall(data)",
            says="only b'' is the end",
        ),
        written(
            """
def answer(client):
    with client:
        while True:
            try:
                data = client.recv(1024)
            except ConnectionError:
                break
            if not data:
                break
            client.sendall(data)
""",
            says="broke off during your answer, and your function let out",
        ),
        edit("suppress(ConnectionError)", "suppress(OSError)", says="raised OSError ([Errno 12]"),
        edit(
            "suppress(ConnectionError)",
            "suppress(ConnectionResetError)",
            says="was gone before your answer, and your function let out BrokenPipeError",
        ),
        edit("sendall(data)", "sendall(data.strip())", says="is not what the customer said"),
    ],
    "09.3": [
        edit(
            '            if not answer.endswith(b"\\n"):\n                break\n',
            "",
            "stream.readline()",
            "line.recv(1024)",
            "answer[:-1].decode()",
            "answer.decode().rstrip()",
            says="came in pieces",
        ),
        edit("            if not order:\n                continue\n", "", says="sent an empty line"),
        edit(r' + b"\n"', "", says="has no newline"),
        edit("continue", "break", says="of six things typed, four were empty"),
        edit("EOFError, ", "", says="EOFError, the user's way to leave"),
        edit('            if not answer.endswith(b"\\n"):\n                break\n', "", says="the server ended"),
        edit("    return answers", "", says="your function returned None"),
        written(
            """
def answer(line, read, show):
    orders, answers = [], 0
    with contextlib.suppress(EOFError):
        while True:
            orders.append(read())
    for order in filter(None, orders):
        line.sendall(order.encode() + b"\\n")
    line.shutdown(socket.SHUT_WR)
    for reply in line.makefile("rb"):
        show(reply.decode().rstrip())
        answers += 1
    return answers
""",
            says="read the next order before it had shown",
        ),
        written(
            """
def answer(line, read, show):
    count = 0
    with contextlib.suppress(EOFError):
        while True:
            if order := read():
                line.sendall(order.encode() + b"\\n")
                reply = ""
                while not reply.endswith("\\n"):
                    reply += line.recv(1024).decode()
                show(reply.rstrip())
                count += 1
    return count
""",
            says="decode a line when it is whole",
        ),
        edit("order.encode()", 'order.encode("ascii")', says="encode as UTF-8"),
        edit("break", "continue", says="asked the user for more"),
        edit("line.sendall(", "line.send(", says="half a line"),
    ],
    "09.4": [
        written(
            """
def answer(line, limit):
    while header := line.recv(4, socket.MSG_WAITALL):
        (length,) = struct.unpack(">I", header)
        yield line.recv(length)
""",
            says="came byte by byte",
        ),
        written(
            """
def answer(line, limit):
    stream = line.makefile("rb")
    while header := stream.read(4):
        (length,) = struct.unpack(">I", header)
        yield stream.read(length)
""",
            says="ended as if nothing had happened",
        ),
        written(
            """
def answer(line, limit):
    stream = line.makefile("rb")
    while header := stream.read(4):
        (length,) = struct.unpack(">I", header)
        body = stream.read(length)
        if len(body) < length:
            raise ConnectionError("cut")
        yield body
""",
            says="within a length, and your generator raised struct.error",
        ),
        edit(", end_is_fine=True", "", says="your generator raised ConnectionError: the stream ended after 0 of 4"),
        edit("if length > limit:", "if length < 0:", says="waits for them: raise ValueError at once"),
        written(
            """
def answer(line, limit):
    data = b""
    while piece := line.recv(1024):
        data += piece
    while data:
        if len(data) < 4:
            raise ConnectionError("cut")
        (length,) = struct.unpack(">I", data[:4])
        if len(data) < 4 + length:
            raise ConnectionError("cut")
        yield data[4 : 4 + length]
        data = data[4 + length :]
""",
            says="yield each at once",
        ),
        written(
            """
def answer(line, limit):
    while header := line.recv(4):
        (length,) = struct.unpack(">I", header)
        data = b""
        while len(data) < length:
            data += line.recv(length - len(data))
        yield data
""",
            says="came byte by byte",
        ),
        written("def answer(line, limit): return None", says="no generator, but None"),
        written(
            """
def answer(line, limit):
    found, stream = [], line.makefile("rb")
    while header := stream.read(4):
        found.append(stream.read(struct.unpack(">I", header)[0]))
    return found
""",
            says="no generator, but a list",
        ),
        edit('">I"', '"<I"', says="raised ValueError"),
        edit('">I"', '">i"', says="4,294,967,295 bytes were announced"),
    ],
    "09.5": [
        edit("            client.settimeout(patience)\n", "", says="still waits to send"),
        edit(
            "            client.settimeout(patience)\n",
            "",
            "            client.settimeout(None)\n",
            "",
            "with client,",
            "client.settimeout(patience)\n    with client,",
            says="was shown the door",
        ),
        edit(", TimeoutError", "", says="raised TimeoutError: give up"),
        edit("            client.settimeout(None)\n", "", says="was shown the door"),
        edit(
            "with client, contextlib",
            "with contextlib",
            "client.settimeout(None)",
            "client.settimeout(None)\n        client.close()",
            says="left the socket open when it gave up",
        ),
        edit(
            "TimeoutError",
            "BlockingIOError",
            "settimeout(patience)",
            "setblocking(False)",
            "settimeout(None)",
            "setblocking(True)",
            says="give up after that time, not before",
        ),
        edit("suppress(ConnectionError, TimeoutError)", "suppress(Exception)", says="your function swallowed it"),
        edit("settimeout(patience)", "settimeout(1)", says="give up after that time, not before"),
    ],
}
