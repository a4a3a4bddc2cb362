"""Answers to the exercises of chapter 10 that are right, in other styles than the solution's."""

from exercises.answers import edit, written

RIGHT = {
    "10.1": [
        written("answer = (*['none'] * 3, *['select'] * 2, 'waiting room', 'descriptors')"),
        written("""
answer = ["none"] * 7
answer[3] = answer[4] = "select"
answer[5:] = "waiting room", "descriptors"
"""),
        written("answer = 'none none none select select'.split() + ['waiting room', 'descriptors']"),
        written("""
answer = []
for wall, several in {"none": 3, "select": 2, "waiting room": 1, "descriptors": 1}.items():
    answer += several * [wall]
"""),
        written("""
places = {4: "select", 5: "select", 6: "waiting room", 7: "descriptors"}
answer = [places.get(server, "none") for server in range(1, 8)]
"""),
        edit('["none", "none", "none",', '[*["none"] * 3,'),
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
        written("""
def answer(accept, serve, pause):
    full = {"EMFILE", "ENFILE"}
    while True:
        try:
            client = accept()
        except ConnectionAbortedError:
            pass
        except OSError as e:
            if errno.errorcode.get(e.errno) not in full:
                raise
            pause()
        else:
            serve(client)
"""),
        written("""
def answer(accept, serve, pause):
    def clients():
        while True:
            try:
                yield accept()
            except OSError as error:
                match error.errno:
                    case errno.EMFILE | errno.ENFILE:
                        pause()
                    case errno.ECONNABORTED:
                        pass
                    case _:
                        raise
    for client in clients():
        serve(client)
"""),
        written("""
def answer(accept, serve, pause):
    nothing = object()
    then = {errno.EMFILE: pause, errno.ENFILE: pause, errno.ECONNABORTED: lambda: None}
    while True:
        client = nothing
        try:
            client = accept()
        except OSError as error:
            if error.errno not in then:
                raise error
            then[error.errno]()
        if client is not nothing:
            serve(client)
"""),
        written("""
def answer(accept, serve, pause):
    def next_client():
        try:
            return [accept()]
        except OSError as error:
            if error.errno == errno.ECONNABORTED:
                return []
            if error.errno in (errno.EMFILE, errno.ENFILE):
                pause()
                return []
            raise
    while True:
        for client in next_client():
            serve(client)
"""),
        written(
            """
def answer(accept, serve, pause):
    def clients():
        while True:
            try: yield_this = accept()
            except OSError as e:
                {errno.EMFILE: pause, errno.ENFILE: pause, errno.ECONNABORTED: int}.get(e.errno, lambda: throw(e))()
            else: yield yield_this
    def throw(e): raise e
    for c in clients(): serve(c)
"""
        ),
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
        written("""
def answer(line, patience, now):
    end = now() + patience
    def receive(order):
        left = end - now()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)
        piece = line.recv(512)
        if piece == b"":
            raise ConnectionError
        return order + piece
    order = receive(b"")
    while order[-1:] != b"\\n":
        order = receive(order)
    return order[:-1]
"""),
        written("""
def answer(line, patience, now):
    def pieces(end):
        while (left := end - now()) > 0:
            line.settimeout(left)
            yield line.recv(10)
        raise TimeoutError
    order = b""
    for piece in pieces(now() + patience):
        if not piece:
            raise ConnectionError("ended")
        order += piece
        if order.endswith(b"\\n"):
            return order.rstrip(b"\\n")
"""),
        written("""
def answer(line, patience, now):
    parts, start = [], now()
    while not parts or not parts[-1].endswith(b"\\n"):
        waited = now() - start
        if waited >= patience:
            raise TimeoutError("the order is late")
        line.settimeout(patience - waited)
        parts.append(line.recv(65536))
        if parts[-1] == b"":
            raise ConnectionResetError("hung up")
    whole = b"".join(parts)
    return whole[: len(whole) - 1]
"""),
        written("""
def answer(line, patience, now):
    deadline, order = now() + patience, b""
    while not order.endswith(b"\\n"):
        line.settimeout(max(deadline - now(), 0))
        try:
            piece = line.recv(1024)
        except BlockingIOError:
            raise TimeoutError("no time left") from None
        if now() > deadline:
            raise TimeoutError("late")
        if not piece:
            raise ConnectionError("gone")
        order += piece
    return order[:-1]
"""),
        written("""
def answer(line, patience, now):
    deadline, order = now() + patience, b""
    try:
        while not order.endswith(b"\\n"):
            left = deadline - now()
            if left <= 0:
                raise TimeoutError("late")
            line.settimeout(left)
            piece = line.recv(1024)
            if not piece:
                raise ConnectionError("gone")
            order += piece
    finally:
        line.setblocking(True)
    return order[:-1]
"""),
        written("""
def answer(line, patience, now):
    before, deadline, order = line.timeout, now() + patience, b""
    while not order.endswith(b"\\n"):
        left = deadline - now()
        if left <= 0:
            late = TimeoutError(f"{line.getpeername()} is late")
            line.close()
            raise late
        line.settimeout(left)
        piece = line.recv(1024)
        if not piece:
            raise ConnectionError(f"{line.getpeername()} is gone")
        order += piece
    line.settimeout(before)
    return order[:-1]
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
        written("""
def answer(accept, serve, reserve):
    spare = reserve()
    def refuse():
        nonlocal spare
        spare.close()
        refused = accept()
        try:
            refused.sendall(b"full\\n")
        except ConnectionError:
            print("gone")
        finally:
            refused.close()
        spare = reserve()
    while True:
        try:
            client = accept()
        except OSError as error:
            if error.errno == errno.EMFILE:
                refuse()
                continue
            raise
        serve(client)
"""),
        written("""
def answer(accept, serve, reserve):
    class Spare:
        def __init__(self): self.file = reserve()
        def __enter__(self): self.file.close()
        def __exit__(self, kind, *_):
            if kind is None: self.file = reserve()
    spare = Spare()
    while True:
        client = None
        try:
            client = accept()
        except OSError as error:
            if errno.errorcode[error.errno] != "EMFILE":
                raise
            with spare, accept() as late:
                try:
                    late.sendall(b"full\\n")
                except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError) as error:
                    print(error)
        if client is not None:
            serve(client)
"""),
        written("""
def answer(accept, serve, reserve):
    def clients():
        spare = reserve()
        while True:
            try:
                client = accept()
            except OSError as error:
                if error.errno != errno.EMFILE:
                    raise
                client = None
            if client is not None:
                yield client
                continue
            spare.close()
            late = accept()
            with contextlib.closing(late):
                try:
                    late.sendall(b"fu")
                    late.sendall(b"ll\\n")
                except ConnectionError:
                    pass
            spare = reserve()
    for client in clients():
        serve(client)
"""),
        written("""
def answer(accept, serve, reserve):
    spares = [reserve()]
    while True:
        try:
            client, is_full = accept(), False
        except OSError as error:
            match error.errno:
                case errno.EMFILE:
                    is_full = True
                case _:
                    raise
        if not is_full:
            serve(client)
            continue
        spares.pop().close()
        with accept() as client:
            with contextlib.suppress(ConnectionError):
                client.sendall(bytes("full\\n", "ascii"))
        spares.append(reserve())
"""),
        edit(
            "                refused.sendall",
            "                refused.setblocking(True)\n                refused.sendall",
        ),
        written("""
def answer(accept, serve, reserve):
    spare = reserve()
    while True:
        full = False
        try:
            client = accept()
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
            full = True
        if full:
            spare.close()
            client = accept()
            try:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(b"full\\n")
            except ConnectionError:
                pass
            client.close()
            spare = reserve()
        else:
            serve(client)
"""),
    ],
}
