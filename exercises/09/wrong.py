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
        edit(r'b"\x02"', 'b"2"', says="message 4 is not b'2'"),
        edit(r'b"\x02"', "2", says="message 4 is 2, and a message is bytes"),
        edit(r'"teas\n"', r'"\x05teas\n"', says="message 3 is not"),
        written("answer = {b'bun', b'', b'teas'}", says="not a set"),
    ],
    "09.2": [
        edit("client.sendall(", "client.send(", says="a `send` took a part only"),
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
            says="finished as one should, and your function reads on and on",
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
            says="waits for an answer, and your function waits for more",
        ),
        edit(
            "while data := client.recv(1024):",
            "data = b''\n        while piece := client.recv(1024):",
            "    client.sendall(data)",
            "    data += piece\n        client.sendall(data)",
            says="waits for an answer, and your function waits for more",
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
        edit("sendall(data)", "sendall(data.strip())", says="the customer said b' ' and waits for an answer"),
        edit("data := client.recv(1024):", "(data := client.recv(1024)).strip():", says="bytes did not come back"),
        edit("client.sendall(data)", "client.sendall(data.upper())", says="b'two pork buns\\n \\none teaone tea\\x00"),
        edit("suppress(ConnectionError)", "suppress(ConnectionError, TimeoutError)", says="recv raised TimeoutError"),
        edit(
            "            client.sendall(data)",
            "            try:\n                client.sendall(data)\n            except OSError:\n                pass",
            says="sending raised an error of another kind, and your function does not return",
        ),
        edit(
            "suppress(ConnectionError)",
            "suppress(ConnectionResetError, BrokenPipeError)",
            says="recv raised ConnectionAbortedError, and your function let out",
        ),
        edit(
            "def echo",
            "seen = set()\n\n\ndef echo",
            "client.sendall(data)",
            "data in seen or client.sendall(data)\n            seen.add(data)",
            says="the customer said b'one tea' and waits",
        ),
        edit(
            "def echo(client):\n",
            "def echo(client):\n    global last\n    last = client\n",
            "client.recv",
            "last.recv",
            "client.sendall",
            "last.sendall",
            says="Bad file descriptor",
        ),
        written(
            """
def answer(client):
    client.settimeout(1)
    with client, contextlib.suppress(ConnectionError):
        while data := client.recv(1024): client.sendall(data)
""",
            says="let out TimeoutError",
        ),
        written(
            """
lines = []

def answer(client):
    lines.append(client)
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
            lines[-1].sendall(data)
""",
            says="your code raised OSError",
        ),
        written(
            """
copies = []

def answer(client):
    copies.append(client.dup())
    with client, contextlib.suppress(ConnectionError):
        while data := client.recv(1024):
            client.sendall(data)
""",
            says="left a copy of the socket open, so that the customer waits",
        ),
        written(
            """
def answer(client):
    with client, client.dup() as mouth, contextlib.suppress(ConnectionError):
        while data := client.recv(1024):
            mouth.send(data)
""",
            says="a `send` took a part only",
        ),
        written(
            """
def answer(client):
    try:
        while data := client.recv(1024):
            client.sendall(data)
    except ConnectionError:
        pass
    except Exception:
        client.close()
        raise
    client.close()
""",
            says="left the socket open when recv raised KeyboardInterrupt",
        ),
    ],
    "09.3": [
        edit(
            '            if not answer.endswith(b"\\n"):\n                break\n',
            "",
            "stream.readline()",
            "line.recv(1024)",
            "answer[:-1].decode()",
            "answer.decode().rstrip()",
            says="in pieces; you showed 'you'",
        ),
        edit("            if not order:\n                continue\n", "", says="sent an empty line"),
        edit(r' + b"\n"', "", says="the server for a line with a newline at its end; it has heard nothing"),
        edit("[:-1].decode()", r'[:-1].decode().removesuffix("\r")', says=r"answered 'sold out\r', in pieces"),
        written(
            r"""
def answer(line, read, show):
    answers = 0
    with contextlib.suppress(EOFError, ConnectionError), line.makefile("r", encoding="utf-8") as stream:
        while True:
            if order := read():
                line.sendall(order.encode() + b"\n")
                answer = stream.readline()
                if not answer.endswith("\n"):
                    break
                show(answer.removesuffix("\n"))
                answers += 1
    return answers
""",
            says=r"answered 'one\rtea', in pieces; you showed 'one'",
        ),
        edit("[:-1].decode()", r"[:-1].decode().split('\u2028')[0]", says=r"answered 'BunBun包\u2028'"),
        edit("continue", "break", says="your function returned when the server had heard nothing"),
        edit("EOFError, ", "", says="EOFError, the user's way to leave"),
        edit('            if not answer.endswith(b"\\n"):\n                break\n', "", says="the server ended"),
        edit('if not answer.endswith(b"\\n")', "if not answer", says="'you s'] and returned 2"),
        edit(
            'if not answer.endswith(b"\\n")', "if not answer.strip()", says="answered '', in pieces; you showed nothing"
        ),
        edit(
            "answer[:-1].decode()", "answer.decode().rstrip()", says="answered 'sold out ', in pieces; you showed 'sold"
        ),
        edit("answer[:-1].decode()", "answer.decode()", says=r"you showed 'you said: two pork buns\n'"),
        edit(
            "answer[:-1].decode()",
            "answer.decode().splitlines()[0]",
            says=r"answered 'one\rtea', in pieces; you showed 'one'",
        ),
        edit("answer[:-1].decode()", "answer[:-1]", says="you showed b'you said: two pork buns'"),
        edit("show(answer[:-1].decode())", "show(order)", says="you showed 'two pork buns'"),
        edit("order = read()", "order = read().strip()", says=r"the server heard b'two pork buns\n'"),
        edit("if not order:", "if not order.strip():", says=r"heard b' two pork buns\n', b'0\n'"),
        edit("(EOFError, ConnectionError)", "(Exception)", says="raised BurntBun (the oven is on fire), and your"),
        edit("(EOFError, ConnectionError)", "(EOFError, OSError)", says="raised OSError ([Errno 12]"),
        edit("ConnectionError)", "ConnectionError, TimeoutError)", says="`read` raised TimeoutError ([Errno"),
        edit("ConnectionError)", "ConnectionError, ValueError)", says="`read` raised ValueError (no bun"),
        edit(
            "(EOFError, ", "(EOFError, KeyboardInterrupt, ", says="`read` raised KeyboardInterrupt (Ctrl-C), and your"
        ),
        edit("(EOFError, ConnectionError)", "(EOFError)", says="and your function raised ConnectionResetError"),
        edit("ConnectionError)", "ConnectionResetError)", says="your function raised ConnectionAbortedError"),
        edit(
            "ConnectionError)",
            "ConnectionResetError, ConnectionAbortedError)",
            says="your function raised BrokenPipeError",
        ),
        edit("return answers", "return answers or None", says="showed [] and returned None"),
        edit("stream.readline()", "stream.readline(1024)", says="answered 'bbb"),
        edit(
            "talk(line, read, show):\n    answers = 0",
            "talk(line, read, show, known={}):\n    answers = 0",
            "            if not order:",
            "            order in known and show(known[order])\n            if not order or order in known:",
            "show(answer[:-1].decode())",
            "show(known.setdefault(order, answer[:-1].decode()))",
            says="your function returned when the server had heard nothing",
        ),
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
        written(
            """
def answer(line, read, show):
    count = 0
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            if order := read():
                line.sendall(order.encode() + b"\\n")
                reply = b""
                line.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    while piece := line.recv(1024):
                        reply += piece
                line.settimeout(None)
                if not reply.endswith(b"\\n"):
                    break
                show(reply[:-1].decode())
                count += 1
    return count
""",
            says="took its time over an answer; you showed nothing and returned 0",
        ),
        edit("order.encode()", 'order.encode("ascii")', says="encode as UTF-8"),
        edit("break", "continue", says="asked the user for more"),
        edit("line.sendall(", "line.send(", says="A `send` took a part only"),
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
        edit('">I", header', '">H", header[2:]', says="a message of 70,011 bytes came in pieces"),
        edit(", end_is_fine=True", "", says="your generator raised ConnectionError: the stream ended after 0 of 4"),
        edit("if length > limit:", "if length < 0:", says="waits for the message: raise ValueError at once"),
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
        edit("if length > limit:", "if limit and length > limit:", says="a length of 1 came, and the limit is 0"),
        edit("if length > limit:", "if length >= limit:", says="was exactly as long as allowed"),
        edit("yield exactly(length)", "if length:\n            yield exactly(length)", says="some messages were empty"),
        edit("return bytes(got)", "return got", says="yielded a bytearray"),
        edit("and end_is_fine and not got", "and end_is_fine", says="the stream ended within a length"),
        edit("raise ConnectionError(", "raise EOFError(", says="raised EOFError, not ConnectionError"),
        edit(
            "            raise ValueError",
            "            exactly(length)\n            raise ValueError",
            says="and your generator waits for the message",
        ),
        edit(
            "    while header",
            "    last = None\n    while header",
            "yield exactly(length)",
            "message = exactly(length)\n        if message != last:\n            yield message\n        last = message",
            says="your generator yielded 7 messages, not 9",
        ),
        edit('">I"', '">i"', says="a length of 4,294,967,295 came"),
        edit(
            "            piece = line.recv(min(count - len(got), 65536))\n",
            "            line.settimeout(0.1)\n            try:\n"
            "                piece = line.recv(min(count - len(got), 65536))\n"
            "            except TimeoutError:\n                piece = b''\n",
            says="nobody said a word for a while, and then three messages came: your generator yielded []",
        ),
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
        edit("suppress(ConnectionError, TimeoutError)", "suppress(OSError)", says="recv raised OSError ([Errno 12]"),
        edit("suppress(ConnectionError, TimeoutError)", "suppress(TimeoutError)", says="let out ConnectionResetError"),
        edit(
            "settimeout(patience)",
            "settimeout(0.1)",
            says="s for sending, and your function gave up after",
        ),
        edit("settimeout(patience)", "settimeout(0.3)", says="the last sending was bounded by 0.3 s"),
        edit("settimeout(patience)", "settimeout(patience / 2)", says="s for sending, and your function gave up after"),
        edit("sendall", "send", says="a `send` took a part only"),
        edit(
            "    with client,",
            "    end = time.monotonic() + patience\n    with client,",
            "settimeout(patience)",
            "settimeout(max(0.001, end - time.monotonic()))",
            says="s for sending, and your function gave up after",
        ),
        edit(
            "            client.sendall(data)",
            "            with contextlib.suppress(TimeoutError):\n                client.sendall(data)",
            says="your function tried to send again when that time was over",
        ),
        edit("settimeout(patience)", "settimeout(20)", says="still waits to send"),
        edit(
            "            client.sendall(data)",
            "            try:\n                client.sendall(data)\n"
            "            except TimeoutError:\n                client.sendall(data)",
            says="your function tried to send again when that time was over",
        ),
        written(
            """
def answer(client, patience):
    with client, contextlib.suppress(ConnectionError, TimeoutError):
        while data := client.recv(1024):
            client.settimeout(1)
            client.sendall(data)
            client.settimeout(None)
""",
            says="a customer talks and never reads, with a patience of",
        ),
        written(
            """
def answer(client, patience):
    try:
        while data := client.recv(1024):
            client.settimeout(patience)
            client.sendall(data)
            client.settimeout(None)
    except (ConnectionError, TimeoutError):
        client.close()
    except Exception:
        client.close()
        raise
    client.close()
""",
            says="left the socket open when recv raised KeyboardInterrupt",
        ),
    ],
}
