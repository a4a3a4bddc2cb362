"""What learners would really get wrong in chapter 10, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {
    "10.1": [
        edit('"waiting room"', '"none"', says="server 6: 'none' is not right"),
        edit('"select", "select"', '"select", "none"', says="server 5: 'none' is not right"),
        edit('"waiting room", "descriptors"', '"waiting room", "none"', says="server 7: 'none' is not right"),
        edit('["none", "none",', '["none", "descriptors",', says="server 2: 'descriptors' is not right"),
        edit('["none", "none", "none"', '["none", "none", "descriptors"', says="server 3: 'descriptors' is not right"),
        edit(', "descriptors"]', "]", says="you give 6"),
        edit(', "descriptors"]', ', "descriptors", "none"]', says="you give 8"),
        edit('"waiting room"', '"backlog"', says="'backlog' is none of the four words"),
        written("answer = 'select'", says="not a str"),
        written("answer = [None] * 7", says="None is none of the four words"),
        written("answer = []", says="you give 0"),
    ],
    "10.2": [
        written(
            """
def answer(accept, serve, pause):
    while True:
        serve(accept())
""",
            says="EMFILE, which passes, and your loop ended with it",
        ),
        written(
            """
def answer(accept, serve, pause):
    while True:
        try:
            serve(accept())
        except OSError:
            pause()
""",
            says="goes on for ever: raise it",
        ),
        edit("errno.ENFILE)", "errno.ENFILE, errno.ECONNABORTED)", says="paused, which helps nobody"),
        edit(
            "client = accept()",
            "serve(accept())",
            "        else:\n            serve(client)\n",
            "",
            says="took it for one of accept",
        ),
        edit("pause()", "continue", says="paused 0 times"),
        edit("in (errno.EMFILE, errno.ENFILE)", "== errno.EMFILE", says="ENFILE, which passes"),
        edit("elif error.errno != errno.ECONNABORTED:", "else:", says="the next one was not served"),
        written(
            """
def answer(accept, serve, pause):
    try:
        while True:
            serve(accept())
    except OSError:
        return
""",
            says="kept that to itself",
        ),
        edit(
            "    serve(client)",
            "    with contextlib.suppress(ConnectionError):\n                serve(client)",
            says="raised ConnectionAbortedError",
        ),
        edit(
            "while True:",
            "client = None\n    while True:",
            "else:",
            "if client:",
            says="your loop does: accept, pause, serve one",
        ),
        edit(
            "while True:",
            "failures = 0\n    while True:",
            "as error:\n",
            "as error:\n            failures += 1\n",
            "errno.ENFILE):",
            "errno.ENFILE) and failures <= 3:",
            says="your loop ended with it",
        ),
        edit("except OSError", "except Exception", says="AttributeError: 'BurntBun' object has no attribute 'errno'"),
        edit("else:\n            serve", "else:\n            if client:\n                serve", says="serve 0"),
        edit(
            "error.errno != errno.ECONNABORTED", "not isinstance(error, ConnectionError)", says="(ECONNRESET), and it"
        ),
        edit("errno.ENFILE)", "errno.ENFILE, errno.ENOBUFS)", says="accept raised OSError (ENOBUFS), and it did not"),
        edit(
            "                raise\n", "                raise OSError(error.errno, 'no')\n", says="it did not come out"
        ),
        edit("pause()", "pause()\n                pause()", says="your loop paused 20 times"),
        edit("pause()", "pause()\n                serve(accept())", says="and your loop ended with it"),
        edit("while True:", "while True:\n        continue", says="your loop stands still"),
        edit("while True:", "for _ in range(1_000):", says="2,000 clients came, and your loop served 1,000"),
        written(
            """
def answer(accept, serve, pause):
    try:
        client = accept()
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            pause()
        elif error.errno != errno.ECONNABORTED:
            raise
    else:
        serve(client)
    answer(accept, serve, pause)
""",
            says="RecursionError",
        ),
        written(
            """
def answer(accept, serve, pause):
    tries = 0
    while True:
        try: client = accept()
        except OSError as e:
            tries += 1
            if tries > 100 or e.errno not in (errno.EMFILE, errno.ENFILE, errno.ECONNABORTED): raise
            if e.errno != errno.ECONNABORTED: pause()
        else: serve(client)
""",
            says="and your loop went on",
        ),
        edit(
            "        except OSError",
            "        except KeyboardInterrupt:\n            return\n        except OSError",
            says="accept raised KeyboardInterrupt (Ctrl-C), and it did not come out",
        ),
    ],
    "10.3": [
        written(
            """
def answer(line, patience, now):
    line.settimeout(patience)
    return line.recv(1024)[:-1]
""",
            says="came in 3 pieces, and was whole after 3 of 10 s; your function returned b'two', not",
        ),
        edit("line.settimeout(left)", "line.settimeout(patience)", says="gave up after 12 s"),
        edit("        line.settimeout(left)\n", "", says="nobody said a word, and your function waits for ever"),
        edit(
            'if left <= 0:\n            raise TimeoutError(f"no whole order within {patience:g} s")',
            "pass",
            says="no time is left after two, and your function raised BlockingIOError",
        ),
        edit("if left <= 0:", "if left == 0:", says="your function raised ValueError (Timeout value out of range)"),
        edit("if left <= 0:", "if left < 0:", says="raised BlockingIOError"),
        edit("line.settimeout(left)", "line.settimeout(patience / 4)", says="was whole after 9 of 10 s"),
        edit("line.settimeout(left)", "line.settimeout(max(left, 5))", says="gave up after 12 s"),
        edit("line.settimeout(left)", "line.settimeout(max(left, 1))", says="less than a second is left after three"),
        edit("line.settimeout(left)", "line.settimeout(round(left))", says="less than a second is left after three"),
        edit(
            "piece = line.recv(1024)",
            "try:\n            piece = line.recv(1024)\n        except ConnectionError:\n            return order",
            says="broke off in the middle of an order, and your function returned b'two po'",
        ),
        edit("deadline, order = now() + patience", "deadline, order = patience", says="raised TimeoutError"),
        edit("if not piece:", "if piece is None:", says="hung up in the middle of an order, and your function calls"),
        edit("raise ConnectionError(", "return order or print(", says="your function returned b'two po'"),
        edit(
            "if not piece:", "if not piece and not order:\n            return None\n        if not piece:", says="None"
        ),
        edit("order[:-1]", "order", says="returned b'two pork buns\\n', not b'two pork buns'"),
        edit("order[:-1]", "order[:-1].decode()", says="returned 'two pork buns'"),
        edit("order[:-1]", "order.strip()", says="returned b'one tea', not b' one tea '"),
        edit("order[:-1]", "order[:-1] or None", says="returned None, not b''"),
        edit("raise TimeoutError(", "return print(", says="returned None after 10 s: raise TimeoutError"),
        edit("raise ConnectionError(", "raise TimeoutError(", says="raised TimeoutError, not ConnectionError"),
        edit("now() + patience", "now() + 10", says="gave up after 10 s, with a patience of 2.5 s"),
        edit(
            'patience, b""',
            'patience, b""\n    deadline = None',
            "        left = ",
            "        deadline = deadline or now() + patience\n        left = ",
            says="gave up after 0.42 s, with a patience of 0.3 s",
        ),
        edit(
            "order += piece",
            "order += piece\n        deadline = now() + patience",
            says="after 56 s: raise TimeoutError",
        ),
        edit("order[:-1]", "order.splitlines()[0]", says="returned b'a b', not"),
        edit("if not piece:", "if not piece.strip():", says="your function raised ConnectionError"),
        edit("order[:-1]", "order[:-1].decode().encode()", says="your function raised UnicodeDecodeError"),
        edit(
            'endswith(b"\\n"):', 'endswith(b"\\n") and len(order) < 1024:', says="returned 1023 bytes, not 2000 bytes"
        ),
        edit(
            "left = deadline - now()",
            "left = deadline - time.time()",  # not monotonic: what that shows depends on when the machine was started
            says="was whole after 1 of 10 s; your function raised TimeoutError",
        ),
        edit(
            "        piece = line.recv(1024)",
            "        try:\n            piece = line.recv(1024)\n        except OSError:\n            raise EOFError",
            says="raised EOFError",
        ),
        written(
            r"""
def answer(line, patience, now):
    deadline, order = now() + patience, b''
    while not order.endswith(b'\n'):
        left = deadline - now()
        if left <= 0: raise TimeoutError
        line.settimeout(left)
        try: piece = line.recv(1024)
        except TimeoutError: continue
        except OSError: raise ConnectionError from None
        if not piece: raise ConnectionError
        order += piece
    return order[:-1]
""",
            says="ConnectionError() came out of your function",
        ),
        edit(
            '        if left <= 0:\n            raise TimeoutError(f"no whole order within {patience:g} s")\n',
            "",
            "settimeout(left)",
            "settimeout(max(left, 0.01))",
            says="a byte came every 0.5 ms, and your function gave up after 1.01 s, with a patience of 0.3 s",
        ),
        edit(
            '        if left <= 0:\n            raise TimeoutError(f"no whole order within {patience:g} s")\n',
            "",
            "settimeout(left)",
            "settimeout(max(left, 0))",
            "        piece = line.recv(1024)\n",
            "        try:\n            piece = line.recv(1024)\n"
            "        except BlockingIOError:\n            raise TimeoutError from None\n",
            says="there was always another byte to read, each in 0.01 s, and your function gave up after",
        ),
    ],
    "10.4": [
        written(
            """
def answer(accept, serve, reserve):
    while True:
        serve(accept())
""",
            says="`reserve` was never called",
        ),
        edit(
            "    spare = reserve()\n    while True:",
            "    while True:",
            "spare.close()",
            "spare = reserve()\n            spare.close()",
            says="nothing was in reserve when A called",
        ),
        edit(
            "    while True:\n",
            "    while True:\n        spare = reserve()\n",
            says="spare files were open at the same time",
        ),
        edit("            spare.close()\n", "", says="the shop was full when D called, and your loop ended"),
        edit("            spare = reserve()\n", "", says="E was let in on the descriptor that was to be kept"),
        edit("with accept() as refused, ", "refused = accept()\n            with ", says="D was not let in, and their"),
        edit(", contextlib.suppress(ConnectionError)", "", says="your loop ended with BrokenPipeError"),
        edit(
            "if error.errno != errno.EMFILE:\n                raise\n",
            "pass\n",
            says="accept raised ConnectionAbortedError (ECONNABORTED), and your loop did not let",
        ),
        edit("!= errno.EMFILE", "not in (errno.EMFILE, errno.ENFILE)", says="accept raised OSError (ENFILE), and"),
        edit("                raise\n", "                continue\n", says="your loop goes on for ever"),
        edit("                raise\n", "                return\n", says="kept that to itself"),
        edit(r'"full\n"', '"full"', says="heard b'full', not"),
        edit(
            "with accept() as refused, contextlib.suppress(ConnectionError)",
            "with contextlib.suppress(OSError), accept() as refused",
            says="after closing the spare file raised ConnectionAbortedError (ECONNABORTED)",
        ),
        edit(r'refused.sendall(b"full\n")', "pass", says="heard b''"),
        edit(
            r'refused.sendall(b"full\n")',
            "serve(refused)",
            says="`serve` has taken D, who is still there, and your loop closed",
        ),
        edit(
            "client = accept()",
            "serve(accept())",
            "        else:\n            serve(client)\n",
            "",
            says="`serve` raised",
        ),
        edit(
            "            serve(client)",
            "            with contextlib.suppress(Exception):\n                serve(client)",
            says="`serve` raised",
        ),
        edit(
            "            serve(client)",
            "            with client:\n                serve(client)",
            says="your loop closed their",
        ),
        edit("except OSError", "except Exception", says="AttributeError: 'BurntBun' object has no attribute 'errno'"),
        edit(
            "with accept() as refused, contextlib.suppress(ConnectionError)",
            "with contextlib.suppress(ConnectionError), accept() as refused",
            says="after closing the spare file raised ConnectionAbortedError (ECONNABORTED)",
        ),
        edit("suppress(ConnectionError)", "suppress(OSError)", says="telling a caller raised OSError (ENOBUFS)"),
        edit(
            "suppress(ConnectionError)", "suppress(BrokenPipeError)", says="your loop ended with ConnectionResetError"
        ),
        edit(
            "serve(client)",
            "with contextlib.suppress(ConnectionError):\n                serve(client)",
            says="`serve` raised",
        ),
        edit(
            "    spare = reserve()\n    while",
            "    spare = reserve()\n    other = reserve()\n    while",
            says="2 spare files were open",
        ),
        edit(
            r'refused.sendall(b"full\n")',
            r'refused.sendall(b"full\n" * 2)',
            says="heard b'full\\nfull\\n', not",
        ),
        edit(
            "    spare = reserve()\n    while True:\n",
            "    while True:\n        spare = reserve()\n",
            "            spare = reserve()\n        else:\n",
            "        else:\n            spare.close()\n",
            says="while A was served, nothing was in reserve",
        ),
        edit("    while True:", "    for _ in range(500):", says="2,000 callers came, one after the other"),
        edit("    while True:", "    while True:\n        continue", says="your loop stands still"),
        edit(
            "with accept() as refused, contextlib",
            "with accept() as refused:\n                pass\n            with contextlib",
            says="the shop was full, and D heard b''",
        ),
        edit(
            r'refused.sendall(b"full\n")',
            'refused.shutdown(socket.SHUT_RDWR)\n                refused.sendall(b"full\\n")',
            says="the shop was full, and D heard b''",
        ),
        edit(
            "        except OSError",
            "        except KeyboardInterrupt:\n            return\n        except OSError",
            says="accept raised KeyboardInterrupt (Ctrl-C), and your loop did not let that out",
        ),
    ],
}
