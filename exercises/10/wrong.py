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
        edit("if left <= 0:", "if left == 0:", says="your function raised ValueError: Timeout value out of range"),
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
        edit("if error.errno != errno.EMFILE:\n                raise\n", "pass\n", says="failed with ECONNABORTED"),
        edit("!= errno.EMFILE", "not in (errno.EMFILE, errno.ENFILE)", says="failed with ENFILE"),
        edit("                raise\n", "                continue\n", says="your loop goes on for ever"),
        edit("                raise\n", "                return\n", says="kept that to itself"),
        edit(r'"full\n"', '"full"', says="heard b'full', not"),
        edit(
            "with accept() as refused, contextlib.suppress(ConnectionError)",
            "with contextlib.suppress(OSError), accept() as refused",
            says="after closing the spare file failed with ENFILE",
        ),
        edit(r'refused.sendall(b"full\n")', "pass", says="heard b''"),
        edit(r'refused.sendall(b"full\n")', "serve(refused)", says="D was let in on the descriptor"),
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
    ],
}
