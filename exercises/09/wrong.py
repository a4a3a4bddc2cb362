"""Answers to the exercises of chapter 9 that are wrong, and a word of what they should be told."""

from exercises.answers import written

WRONG = {
    "09.1": [
        written("answer = [b'bun', b'teas\\n', b'\\x02']", "message 2 is not b'teas"),
        written("answer = [b'bun', b'', b'teas', b'\\x02']", "message 3 is not b'teas'"),
        written("answer = [b'bun', b'', b'teas\\n']", "holds 4 messages; you give 3"),
        written("answer = ['bun', '', 'teas\\n', '\\x02']", "write b'bun'"),
        written("answer = b'bun'", "not a bytes"),
        written("answer = [3, 0, 5, 1]", "message 1 is 3, and a message is bytes"),
        written("answer = [b'bun', b'', b'teas\\n', b'\\x02', b'']", "you give 5"),
    ],
    "09.2": [
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while data := client.recv(1024):\n"
            "            client.send(data)",
            "`send` may take a part only",
        ),
        written(
            "def answer(client):\n"
            "    with contextlib.suppress(ConnectionError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "left the socket open",
        ),
        written(
            "def answer(client):\n"
            "    with client:\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "broke off, and your function let out ConnectionResetError",
        ),
        written(
            "def answer(client):\n"
            "    try:\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)\n"
            "    except Exception:\n"
            "        pass\n"
            "    finally:\n"
            "        client.close()",
            "your function swallowed it",
        ),
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        client.sendall(client.recv(1024))",
            "bytes did not come back",
        ),
        written(
            "def answer(client):\n"
            "    with client:\n"
            "        while True:\n"
            "            data = client.recv(1024)\n"
            "            client.sendall(data)",
            "reads on and on",
        ),
        written(
            "def answer(client):\n"
            "    try:\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)\n"
            "        client.close()\n"
            "    except ConnectionError:\n"
            "        pass",
            "left the socket open when the customer broke off",
        ),
        written(
            "def answer(client):\n"
            "    data = b''\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while len(data) < 1e6:\n"
            "            data += client.recv(1024)\n"
            "        client.sendall(data)",
            "waits for the answer to its first words",
        ),
        written(
            "def answer(client):\n"
            "    data = b''\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while piece := client.recv(1024):\n"
            "            data += piece\n"
            "        client.sendall(data)",
            "waits for the answer to its first words",
        ),
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while len(data := client.recv(1024)) == 1024:\n"
            "            client.sendall(data)\n"
            "        client.sendall(data)",
            "only b'' is the end",
        ),
        written(
            "def answer(client):\n"
            "    with client:\n"
            "        while True:\n"
            "            try:\n"
            "                data = client.recv(1024)\n"
            "            except ConnectionError:\n"
            "                break\n"
            "            if not data:\n"
            "                break\n"
            "            client.sendall(data)",
            "broke off during your answer, and your function let out",
        ),
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(OSError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "raised OSError ([Errno 12]",
        ),
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(ConnectionResetError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "was gone before your answer, and your function let out BrokenPipeError",
        ),
        written(
            "def answer(client):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data.strip())",
            "is not what the customer said",
        ),
    ],
    "09.3": [
        written(
            "def answer(line, read, show):\n"
            "    count = 0\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            line.sendall(read().encode() + b'\\n')\n"
            "            show(line.recv(1024).decode().rstrip())\n"
            "            count += 1\n"
            "    return count",
            "came in pieces",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            line.sendall(read().encode() + b'\\n')\n"
            "            show(stream.readline().decode().rstrip())\n"
            "            count += 1\n"
            "    return count",
            "sent an empty line",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            line.sendall(read().encode())\n"
            "            show(stream.readline().decode().rstrip())\n"
            "            count += 1\n"
            "    return count",
            "has no newline",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while order := read():\n"
            "            line.sendall(order.encode() + b'\\n')\n"
            "            show(stream.readline().decode().rstrip())\n"
            "            count += 1\n"
            "    return count",
            "of six things typed, four were empty",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    while True:\n"
            "        order = read()\n"
            "        if order:\n"
            "            line.sendall(order.encode() + b'\\n')\n"
            "            show(stream.readline().decode().rstrip())\n"
            "            count += 1",
            "EOFError, the user's way to leave",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError, ConnectionError):\n"
            "        while True:\n"
            "            order = read()\n"
            "            if order:\n"
            "                line.sendall(order.encode() + b'\\n')\n"
            "                show(stream.readline().decode().rstrip())\n"
            "                count += 1\n"
            "    return count",
            "the server ended",
        ),
        written(
            "def answer(line, read, show):\n"
            "    stream = line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            if order := read():\n"
            "                line.sendall(order.encode() + b'\\n')\n"
            "                show(stream.readline().decode().rstrip())",
            "your function returned None",
        ),
        written(
            "def answer(line, read, show):\n"
            "    orders, answers = [], 0\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            orders.append(read())\n"
            "    for order in filter(None, orders):\n"
            "        line.sendall(order.encode() + b'\\n')\n"
            "    line.shutdown(socket.SHUT_WR)\n"
            "    for reply in line.makefile('rb'):\n"
            "        show(reply.decode().rstrip())\n"
            "        answers += 1\n"
            "    return answers",
            "read the next order before it had shown",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count = 0\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            if order := read():\n"
            "                line.sendall(order.encode() + b'\\n')\n"
            "                reply = ''\n"
            "                while not reply.endswith('\\n'):\n"
            "                    reply += line.recv(1024).decode()\n"
            "                show(reply.rstrip())\n"
            "                count += 1\n"
            "    return count",
            "decode a line when it is whole",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            if order := read():\n"
            "                line.sendall(order.encode('ascii') + b'\\n')\n"
            "                show(stream.readline().decode().rstrip())\n"
            "                count += 1\n"
            "    return count",
            "encode as UTF-8",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError, ConnectionError):\n"
            "        while True:\n"
            "            if order := read():\n"
            "                line.sendall(order.encode() + b'\\n')\n"
            "                reply = stream.readline()\n"
            "                if not reply.endswith(b'\\n'):\n"
            "                    continue\n"
            "                show(reply.decode().rstrip())\n"
            "                count += 1\n"
            "    return count",
            "asked the user for more",
        ),
        written(
            "def answer(line, read, show):\n"
            "    count, stream = 0, line.makefile('rb')\n"
            "    with contextlib.suppress(EOFError):\n"
            "        while True:\n"
            "            if order := read():\n"
            "                line.send(order.encode() + b'\\n')\n"
            "                show(stream.readline().decode().rstrip())\n"
            "                count += 1\n"
            "    return count",
            "half a line",
        ),
    ],
    "09.4": [
        written(
            "def answer(line, limit):\n"
            "    while header := line.recv(4, socket.MSG_WAITALL):\n"
            "        (length,) = struct.unpack('>I', header)\n"
            "        yield line.recv(length)",
            "came byte by byte",
        ),
        written(
            "def answer(line, limit):\n"
            "    stream = line.makefile('rb')\n"
            "    while header := stream.read(4):\n"
            "        (length,) = struct.unpack('>I', header)\n"
            "        yield stream.read(length)",
            "ended as if nothing had happened",
        ),
        written(
            "def answer(line, limit):\n"
            "    stream = line.makefile('rb')\n"
            "    while header := stream.read(4):\n"
            "        (length,) = struct.unpack('>I', header)\n"
            "        body = stream.read(length)\n"
            "        if len(body) < length:\n"
            "            raise ConnectionError('cut')\n"
            "        yield body",
            "within a length, and your generator raised struct.error",
        ),
        written(
            "def answer(line, limit):\n"
            "    def exactly(n):\n"
            "        got = b''\n"
            "        while len(got) < n:\n"
            "            piece = line.recv(n - len(got))\n"
            "            if not piece:\n"
            "                raise ConnectionError('cut')\n"
            "            got += piece\n"
            "        return got\n"
            "    while True:\n"
            "        yield exactly(struct.unpack('>I', exactly(4))[0])",
            "your generator raised ConnectionError: cut",
        ),
        written(
            "def answer(line, limit):\n"
            "    def exactly(n):\n"
            "        got = b''\n"
            "        while len(got) < n:\n"
            "            piece = line.recv(n - len(got))\n"
            "            if not piece:\n"
            "                if n == 4 and not got: return None\n"
            "                raise ConnectionError('cut')\n"
            "            got += piece\n"
            "        return got\n"
            "    while header := exactly(4):\n"
            "        yield exactly(struct.unpack('>I', header)[0])",
            "waits for them: raise ValueError at once",
        ),
        written(
            "def answer(line, limit):\n"
            "    data = b''\n"
            "    while piece := line.recv(1024):\n"
            "        data += piece\n"
            "    while data:\n"
            "        if len(data) < 4: raise ConnectionError('cut')\n"
            "        (length,) = struct.unpack('>I', data[:4])\n"
            "        if len(data) < 4 + length: raise ConnectionError('cut')\n"
            "        yield data[4:4 + length]\n"
            "        data = data[4 + length:]",
            "yield each at once",
        ),
        written(
            "def answer(line, limit):\n"
            "    while header := line.recv(4):\n"
            "        (length,) = struct.unpack('>I', header)\n"
            "        data = b''\n"
            "        while len(data) < length:\n"
            "            data += line.recv(length - len(data))\n"
            "        yield data",
            "came byte by byte",
        ),
        written("def answer(line, limit): return None", "no generator, but None"),
        written(
            "def answer(line, limit):\n"
            "    found, stream = [], line.makefile('rb')\n"
            "    while header := stream.read(4):\n"
            "        found.append(stream.read(struct.unpack('>I', header)[0]))\n"
            "    return found",
            "no generator, but a list",
        ),
        written(
            "def answer(line, limit):\n"
            "    rest = b''\n"
            "    while piece := line.recv(1024):\n"
            "        rest += piece\n"
            "        while len(rest) >= 4:\n"
            "            (length,) = struct.unpack('<I', rest[:4])\n"
            "            if length > limit: raise ValueError(length)\n"
            "            if len(rest) < 4 + length: break\n"
            "            yield rest[4:4 + length]\n"
            "            rest = rest[4 + length:]\n"
            "    if rest: raise ConnectionError('cut')",
            "raised ValueError",
        ),
        written(
            "def answer(line, limit):\n"
            "    stream = line.makefile('rb')\n"
            "    while header := stream.read(4):\n"
            "        if len(header) < 4: raise ConnectionError('cut')\n"
            "        (length,) = struct.unpack('>i', header)\n"
            "        if length > limit: raise ValueError(length)\n"
            "        body = stream.read(length)\n"
            "        if len(body) < length: raise ConnectionError('cut')\n"
            "        yield body",
            "4,294,967,295 bytes were announced",
        ),
    ],
    "09.5": [
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "still waits to send",
        ),
        written(
            "def answer(client, patience):\n"
            "    client.settimeout(patience)\n"
            "    with client, contextlib.suppress(ConnectionError, TimeoutError):\n"
            "        while data := client.recv(1024):\n"
            "            client.sendall(data)",
            "was shown the door",
        ),
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(ConnectionError):\n"
            "        while data := client.recv(1024):\n"
            "            client.settimeout(patience)\n"
            "            client.sendall(data)\n"
            "            client.settimeout(None)",
            "raised TimeoutError: give up",
        ),
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(ConnectionError, TimeoutError):\n"
            "        while data := client.recv(1024):\n"
            "            client.settimeout(patience)\n"
            "            client.sendall(data)",
            "was shown the door",
        ),
        written(
            "def answer(client, patience):\n"
            "    with contextlib.suppress(ConnectionError, TimeoutError):\n"
            "        while data := client.recv(1024):\n"
            "            client.settimeout(patience)\n"
            "            client.sendall(data)\n"
            "            client.settimeout(None)\n"
            "        client.close()",
            "left the socket open when it gave up",
        ),
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(ConnectionError, BlockingIOError):\n"
            "        while data := client.recv(1024):\n"
            "            client.setblocking(False)\n"
            "            client.sendall(data)\n"
            "            client.setblocking(True)",
            "give up after that time, not before",
        ),
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(Exception):\n"
            "        while data := client.recv(1024):\n"
            "            client.settimeout(patience)\n"
            "            client.sendall(data)\n"
            "            client.settimeout(None)",
            "your function swallowed it",
        ),
        written(
            "def answer(client, patience):\n"
            "    with client, contextlib.suppress(ConnectionError, TimeoutError):\n"
            "        while data := client.recv(1024):\n"
            "            client.settimeout(1)\n"
            "            client.sendall(data)\n"
            "            client.settimeout(None)",
            "give up after that time, not before",
        ),
    ],
    "09.6": [
        written(
            "def answer(accept, serve, pause):\n    while True:\n        serve(accept())",
            "EMFILE, which passes, and your loop ended with it",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            serve(accept())\n"
            "        except OSError:\n"
            "            pause()",
            "goes on for ever: raise it",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            serve(accept())\n"
            "        except OSError as error:\n"
            "            if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ECONNABORTED):\n"
            "                raise\n"
            "            pause()",
            "paused, which helps nobody",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            serve(accept())\n"
            "        except OSError as error:\n"
            "            if error.errno in (errno.EMFILE, errno.ENFILE):\n"
            "                pause()\n"
            "            elif error.errno != errno.ECONNABORTED:\n"
            "                raise",
            "took it for one of accept",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            if error.errno in (errno.EMFILE, errno.ENFILE):\n"
            "                continue\n"
            "            elif error.errno != errno.ECONNABORTED:\n"
            "                raise\n"
            "        else:\n"
            "            serve(client)",
            "paused 0 times",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            if error.errno == errno.EMFILE:\n"
            "                pause()\n"
            "            elif error.errno != errno.ECONNABORTED:\n"
            "                raise\n"
            "        else:\n"
            "            serve(client)",
            "ENFILE, which passes",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            if error.errno not in (errno.EMFILE, errno.ENFILE):\n"
            "                raise\n"
            "            pause()\n"
            "        else:\n"
            "            serve(client)",
            "the next one was not served",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    try:\n"
            "        while True:\n"
            "            serve(accept())\n"
            "    except OSError:\n"
            "        return",
            "kept that to itself",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            if error.errno in (errno.EMFILE, errno.ENFILE):\n"
            "                pause()\n"
            "            elif error.errno != errno.ECONNABORTED:\n"
            "                raise\n"
            "        else:\n"
            "            with contextlib.suppress(ConnectionError):\n"
            "                serve(client)",
            "raised ConnectionAbortedError",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    client = None\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            if error.errno in (errno.EMFILE, errno.ENFILE):\n"
            "                pause()\n"
            "            elif error.errno != errno.ECONNABORTED:\n"
            "                raise\n"
            "        if client:\n"
            "            serve(client)",
            "your loop does: accept, pause, serve one",
        ),
        written(
            "def answer(accept, serve, pause):\n"
            "    failures = 0\n"
            "    while True:\n"
            "        try:\n"
            "            client = accept()\n"
            "        except OSError as error:\n"
            "            failures += 1\n"
            "            if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ECONNABORTED) or failures > 3:\n"
            "                raise\n"
            "            if error.errno != errno.ECONNABORTED:\n"
            "                pause()\n"
            "        else:\n"
            "            serve(client)",
            "your loop ended with it",
        ),
    ],
}
