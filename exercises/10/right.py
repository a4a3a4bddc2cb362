"""Answers to the exercises of chapter 10 that are right, in other styles than the solution's."""

from exercises.answers import written

RIGHT = {
    "10.1": [
        written("answer = (*['none'] * 3, *['select'] * 2, 'waiting room', 'descriptors')"),
        written("""
answer = ["none"] * 7
answer[3] = answer[4] = "select"
answer[5:] = "waiting room", "descriptors"
"""),
    ],
    "10.2": [
        written("""
def answer(accept, serve, pause):
    def next_client():
        while True:
            try:
                return accept()
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno not in {errno.EMFILE, errno.ENFILE}:
                    raise
            pause()

    while True:
        serve(next_client())
"""),
        written("""
def answer(accept, serve, pause):
    while True:
        client, problem = None, None
        try:
            client = accept()
        except OSError as error:
            problem = error
        if problem is None:
            serve(client)
            continue
        match errno.errorcode.get(problem.errno):
            case "EMFILE" | "ENFILE":
                pause()
            case "ECONNABORTED":
                pass
            case _:
                raise problem
"""),
    ],
    "10.3": [
        written("""
def answer(line, patience, now):
    start, pieces = now(), []
    while patience - (now() - start) > 0:
        line.settimeout(patience - (now() - start))
        byte = line.recv(1)
        if byte == b"\\n":
            return b"".join(pieces)
        if not byte:
            raise ConnectionResetError("gone")
        pieces.append(byte)
    raise TimeoutError
"""),
        written("""
def answer(line, patience, now):
    deadline, order = now() + patience, bytearray()
    line.settimeout(0.05)
    while now() < deadline:
        try:
            piece = line.recv(4096)
        except TimeoutError:
            continue
        if not piece:
            raise ConnectionAbortedError
        order += piece
        if order.endswith(b"\\n"):
            return bytes(order).removesuffix(b"\\n")
    raise TimeoutError("too slow")
"""),
        written("""
def answer(line, patience, now):
    before, deadline, order = line.gettimeout(), now() + patience, b""
    try:
        while b"\\n" not in order:
            if (left := deadline - now()) <= 0:
                raise TimeoutError("too slow")
            line.settimeout(left)
            piece = line.recv(1024)
            if not piece:
                raise ConnectionError("gone")
            order += piece
        return order.split(b"\\n")[0]
    finally:
        line.settimeout(before)
"""),
    ],
    "10.4": [
        written("""
def answer(accept, serve, reserve):
    spare = reserve()
    try:
        while True:
            try:
                client = accept()
            except OSError as error:
                if error.errno == errno.EMFILE:
                    spare.close()
                    refused = accept()
                    try:
                        refused.send(b"full\\n")
                    except ConnectionError:
                        pass
                    finally:
                        refused.close()
                        spare = reserve()
                    continue
                raise
            serve(client)
    finally:
        spare.close()
"""),
        written("""
def answer(accept, serve, reserve):
    def full():
        with contextlib.closing(accept()) as refused:
            with contextlib.suppress(ConnectionError):
                refused.sendall(b"full\\n")
                refused.shutdown(socket.SHUT_RDWR)

    while True:
        with contextlib.closing(reserve()):
            client = None
            while client is None or serve(client) is None:
                try:
                    client = accept()
                except OSError as error:
                    if error.errno != errno.EMFILE:
                        raise
                    break
        full()
"""),
    ],
}
