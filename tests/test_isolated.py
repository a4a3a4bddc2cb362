"""`%%isolated` as a learner meets it, in a real kernel."""

import os
import re
import signal
import sys
import textwrap
from pathlib import Path

import ipykernel
import psutil
import pytest
from kernel import Kernel, alive, eventually, guardian_of, quiet_port

from backstage.processes import Child, listens
from helpers import ready
from helpers.isolated import MOST_OUTPUT, IsolatedError, run_isolated, start_isolated

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and process groups")

WEB = """%%isolated --background web
import http.server, os
from helpers import ready

server = http.server.ThreadingHTTPServer(("127.0.0.1", {port}), http.server.SimpleHTTPRequestHandler)
print("serving in", os.getpid())
ready(server.server_port)
server.serve_forever()
"""


@pytest.fixture(scope="module")
def kernel():
    with Kernel() as kernel:
        yield kernel


def isolated(kernel, code, options="", **kwargs):
    return kernel.run(f"%%isolated {options}\n{textwrap.dedent(code)}", **kwargs)


def value(kernel, expression):
    return kernel.run(f"print({expression})").text.strip()


# Output


def test_output_comes_in_order_from_python_and_from_processes(kernel):
    code = """
        import os, sys
        print("one")
        print("two", file=sys.stderr)
        os.system("echo three")
        print("vier €", end=" ")
        os.system("echo five")
    """
    assert isolated(kernel, code).text == "one\ntwo\nthree\nvier € five\n"


@pytest.mark.parametrize("end", ["\\n", " "])
def test_output_comes_before_the_end(kernel, end):
    # The cell ends only when a file appears, and that is made when the output is seen.
    code = f"""
        import os, time
        print("waiting", end="{end}")
        while not os.path.exists("seen"):
            time.sleep(0.01)
        os.remove("seen")
        print("done")
    """
    cell = kernel.run_until("%%isolated\n" + textwrap.dedent(code), "waiting")
    open(os.path.join(kernel.home, "seen"), "w").close()
    assert kernel.collect(cell).text.strip() == "done"


def test_much_output_arrives_whole(kernel):
    text = isolated(kernel, "for n in range(1_500): print(f'{n:999d}')").text
    assert len(text) == 1_500_000
    assert text.endswith(" 1499\n")


def test_a_cell_that_writes_without_end_is_stopped(kernel):
    result = isolated(kernel, "print('begun')\nwhile True: print('bun ' * 100)")
    assert result.text.startswith("begun\nbun ")
    assert len(result.text) <= MOST_OUTPUT
    assert result.traceback == "IsolatedError: the cell was stopped: it wrote more than 2,000,000 characters"
    assert isolated(kernel, "print('well')").text == "well\n"


@pytest.fixture
def little_memory(kernel):
    """As in a container that may take 600 MB; gives it all back at the end, and at once if called."""
    setting = "open('limit', 'w').write('600_000_000\\n')\nfrom backstage.processes import memory\n"
    kernel.run(setting + "whole, memory.LIMITS = memory.LIMITS, ['limit']\nmemory.most_memory.cache_clear()")

    kernel.run("from helpers import isolated as _isolated; _isolated.PATIENCE = 60")  # for a machine that is busy

    def enough():
        kernel.run("_isolated.PATIENCE = 0.5\nmemory.LIMITS = whole\nmemory.most_memory.cache_clear()")

    yield enough
    enough()


def test_a_cell_that_grows_without_end_is_stopped(kernel, little_memory):
    # Not too fast, for who looks after it may stand still.
    grows = "import time\nbuns = []\nwhile True: buns.append('bun ' * 1_000_000 + str(time.sleep(0.005)))"
    result = isolated(kernel, grows)
    message = "MemoryError: the cell was stopped: it took more than 0.3 GB of memory, half of what there is"
    assert result.traceback.endswith(message)
    assert "line 4" in result.traceback
    little_memory()
    assert isolated(kernel, "print(len(bytes(400_000_000) + b'!'))").text == "400000001\n"


def test_what_guards_a_kernel_costs_an_isolated_cell_little(kernel):
    loaded = isolated(
        kernel, "import sys, backstage.kernel\nfor name in ('asyncio', 'tornado', 'psutil'): print(name in sys.modules)"
    )
    assert loaded.text.split() == ["False"] * 3


@posix_only
def test_plots_come_home_as_pictures(kernel):
    code = """
        import os
        import matplotlib.pyplot as plt
        print("steams")
        plt.plot([1, 2])
        plt.title("Buns")
        plt.show()
        if not os.fork():
            plt.figure(figsize=(2, 1))
            plt.show()
            os._exit(0)
        os.wait()
    """
    home = isolated(kernel, code)
    assert home.html.count("<svg") == home.html.count("Buns. Run the cell to see it drawn.") == 1
    first, *figures = home.text.replace(")", ")\n").split()
    # The second of them is text. Text that follows a picture may overtake it, for it comes another way.
    assert (first, sorted(figures)) == ("steams", ["Figure(200x100)", "Figure(640x480)"])


def test_large_pictures_of_two_threads_are_not_mixed(kernel):
    code = """
        import sys
        import threading
        send = sys.modules["helpers.cell"]._send
        def show(bun):
            for _ in range(20):
                send("picture", {"text/plain": bun, "text/html": bun * 100_000}, {})
        threads = [threading.Thread(target=show, args=[bun]) for bun in ("pork ", "lotus ")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    """
    home = isolated(kernel, code)
    assert sorted(home.text.split()) == ["lotus"] * 20 + ["pork"] * 20


@pytest.mark.parametrize("place", ["initializer=steam", "initializer=None"])
def test_a_pool_that_cannot_find_its_function_says_so(kernel, place):
    code = f"""
        import multiprocessing
        steam = lambda *each: each
        with multiprocessing.get_context("spawn").Pool(2, {place}) as pool:
            pool.map({{"initializer=steam": len}}.get("{place}", steam), ["bun"])
    """
    found = isolated(kernel, code, "--timeout 200")
    assert found.ename == "Trap"
    assert found.traceback.startswith("RuntimeError: <lambda> is defined in this notebook")


def test_a_pool_of_threads_finds_every_function(kernel):
    code = """
        import multiprocessing
        from multiprocessing.pool import ThreadPool
        multiprocessing.set_start_method("spawn")
        with ThreadPool(2) as pool:
            print(pool.map(lambda each: each, [12]))
    """
    assert isolated(kernel, code).text == "[12]\n"


@posix_only
def test_lines_of_processes_are_not_run_together(kernel):
    code = """
        import os
        forks = []
        for _ in range(4):
            forks.append(os.fork())
            if forks[-1] == 0:
                for _ in range(2_000):
                    print("a", "line")
                os._exit(0)
        for pid in forks:
            os.waitpid(pid, 0)
    """
    assert isolated(kernel, code).text == "a line\n" * 8_000


@posix_only
def test_a_grandchild_that_holds_the_output_does_not_hold_up_the_cell(kernel):
    code = """
        import os, subprocess, sys, time
        spawned = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        forked = os.fork()
        if forked == 0:
            time.sleep(600)
        print(spawned.pid, forked)
    """
    result = isolated(kernel, code)
    assert result.ename is None
    assert result.seconds < 120  # else it is ten minutes
    assert eventually(lambda: not any(map(alive, map(int, result.text.split()))))


@posix_only
def test_forked_copies_speak_for_themselves_alone(kernel):
    code = """
        import os

        found = 1
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)  # a copy of a copy
            1 / 0
        os.wait()
        print("the cell goes on")
    """
    result = isolated(kernel, code, "-o found")
    assert result.ename is None
    assert re.match(r'Traceback .*\n  File "Cell In\[\d+\]", line 9, in <module>\n', result.text), result.text
    assert result.text.endswith("\nZeroDivisionError: division by zero\nthe cell goes on\n")
    assert "helpers" not in result.text


def test_standard_input_is_empty(kernel):
    assert isolated(kernel, "input('name? ')").ename == "EOFError"


# The world that the cell sees


def test_the_cell_is_the_main_program_of_a_fresh_process(kernel):
    kernel.run("only_here = 1")
    code = """
        import os, sys
        print(__name__, sys.modules["__main__"].__dict__ is globals(), "only_here" in globals())
        print(sys.path[0] == "", os.path.samefile(os.getcwd(), os.environ["TMPDIR"]), len(sys.argv), os.getppid())
        print(sorted(name for name in globals() if not name.startswith("__")))
    """
    expected = f"__main__ True False\nTrue True 1 {kernel.pid}\n['os', 'sys']\n"
    assert isolated(kernel, code).text == expected


def test_a_module_beside_the_notebook_can_be_imported(kernel):
    kernel.run("%%writefile beside.py\ndef broken():\n    return 1 / 0")
    result = isolated(kernel, "import beside\nbeside.broken()")
    assert re.search(r'beside\.py", line 2, in broken\n +return 1 / 0', result.traceback)


def test_gevent_patches_the_cell_and_not_the_kernel(kernel):
    code = """
        import socket, threading, time, gevent
        from gevent import monkey
        print(socket.socket.__module__, all(map(monkey.is_module_patched, ["socket", "threading", "time"])))
        asleep, together = set(), []
        def nap(me):
            asleep.add(me)
            time.sleep(0.2)
            together.append(len(asleep))
            asleep.remove(me)
        gevent.joinall([gevent.spawn(nap, me) for me in range(50)], raise_error=True)
        print(max(together) > 25)  # one after another: 1
    """
    result = isolated(kernel, code, "--gevent")
    assert result.text == "gevent._socket3 True\nTrue\n"
    assert isolated(kernel, "import socket; print(socket.socket.__module__)").text == "socket\n"
    assert value(kernel, "__import__('socket').socket.__module__") == "socket"


def test_two_cells_at_once(kernel):
    code = """
        import threading
        from helpers.isolated import run_isolated
        meet = '''
        import os, time
        open(f"here {me}", "w").close()
        while not os.path.exists(f"here {3 - me}"):
            time.sleep(0.01)
        print("met", me)
        '''
        meet = __import__("textwrap").dedent(meet)
        threads = [threading.Thread(target=run_isolated, args=(meet, {"me": me}), kwargs={"timeout": 200})
                   for me in (1, 2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    assert sorted(kernel.run(textwrap.dedent(code)).text.splitlines()) == ["met 1", "met 2"]


# Values


def test_values_go_in_and_come_back(kernel):
    kernel.run("urls, limit = ['a', 'b'], 3")
    result = isolated(
        kernel, "pages = {url: limit for url in urls}\nurls.clear()\nn = 1", "-i urls,limit -o pages -o n"
    )
    assert result.ename is None
    assert value(kernel, "pages, n, urls") == "{'a': 3, 'b': 3} 1 ['a', 'b']"


def test_big_values_both_ways(kernel):
    kernel.run("big = bytes(range(256)) * 80_000")
    assert isolated(kernel, "back = big[::-1]", "-i big -o back").ename is None
    assert value(kernel, "len(back), back == big[::-1]") == "20480000 True"


def test_what_cannot_be_sent_is_named_with_its_reason(kernel):
    kernel.run("""
import socket, threading
fine = 1
def steam(): pass
class Bun: pass
bun, box, lock, opened = Bun(), [Bun()], threading.Lock(), socket.socket()
""")
    result = isolated(kernel, "print('never runs')", "-i fine,steam,Bun,bun,box,lock,opened")
    kernel.run("opened.close()")
    assert (result.ename, result.text) == ("IsolatedError", "")
    assert "`fine`" not in result.evalue
    for name, reason in {
        "steam": "a function defined in the notebook",
        "Bun": "a class defined in the notebook",
        "bun": "an instance of Bun, a class defined in the notebook",
        "box": "refers to Bun",
        "lock": "cannot pickle '_thread.lock' object",
        "opened": "cannot pickle 'socket' object",
    }.items():
        assert re.search(f"`{name}` cannot be sent to the cell: [^;]*{re.escape(reason)}", result.evalue), name


def test_a_name_that_the_notebook_does_not_have(kernel):
    result = isolated(kernel, "pass", "-i no_such_name")
    assert "`no_such_name` cannot be sent to the cell: the notebook has no such name" in result.evalue


def test_what_cannot_come_back_is_named_and_the_rest_arrives(kernel):
    code = """
        import threading
        class Bun: pass
        def steam(): pass
        first, bun, lock, last = 1, Bun(), threading.Lock(), 2
    """
    result = isolated(kernel, code, "-o first,bun,steam,lock,nothing,last")
    assert value(kernel, "first, last") == "1 2"
    for reason in [
        "`bun` did not come back: it is an instance of Bun, a class defined in the cell",
        "`steam` did not come back: it is a function defined in the cell",
        "`lock` did not come back: cannot pickle '_thread.lock' object",
        "`nothing` did not come back: the cell did not set it",
    ]:
        assert reason in result.evalue


def test_a_value_that_cannot_be_opened_here_is_named(kernel):
    code = """
        import sys, types
        module = sys.modules["only_there"] = types.ModuleType("only_there")
        exec("class Thing: pass", module.__dict__)
        thing, plain = module.Thing(), 5
    """
    result = isolated(kernel, code, "-o thing,plain")
    assert "`thing` did not come back: it cannot be opened here: No module named 'only_there'" in result.evalue
    assert value(kernel, "plain") == "5"


def test_a_cell_that_leaves_early_without_its_values(kernel):
    result = isolated(kernel, "import os\nx = 1\nos._exit(0)", "-o x")
    assert "`x` did not come back: the cell ended before it could be sent" in result.evalue


# Errors and exit codes


def test_an_error_looks_like_the_cells_own(kernel):
    code = """
        import json

        def read(text):
            return json.loads(text)

        try:
            read("{")
        except ValueError as error:
            raise LookupError("no buns") from error
    """
    result = isolated(kernel, code)
    assert (result.ename, result.evalue) == ("LookupError", "no buns")
    # Line 1 is the magic, line 2 is empty: as JupyterLab counts.
    for shown in [
        r'File "Cell In\[\d+\]", line 9, in <module>\n +read\("{"\)',
        r"line 6, in read\n +return json\.loads\(text\)",
        r"direct cause of the following exception",
        r'line 11, in <module>\n +raise LookupError\("no buns"\) from error',
        r"LookupError: no buns$",
    ]:
        assert re.search(shown, result.traceback), result.traceback
    assert "helpers" not in result.traceback
    assert result.traceback.count("File ") == 3  # no line of json's
    assert result.text == ""


def test_a_syntax_error_shows_its_line_and_a_caret(kernel):
    result = isolated(kernel, "ok = 1\nfor bun in basket\n    pass")
    assert result.ename == "SyntaxError"
    assert re.search(r"line 3\n +for bun in basket\n +\^", result.traceback)
    assert "helpers" not in result.traceback


def test_an_error_found_after_parsing_shows_its_line_too(kernel):
    result = isolated(kernel, "pages = 1\nawait pages")
    assert re.search(r"line 3\n +await pages\n +\^+\nSyntaxError: 'await' outside function", result.traceback)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import sys; sys.exit(3)", "the cell ended with exit code 3"),
        ("import os; os._exit(4)", "the cell ended with exit code 4"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "the cell was killed by SIGKILL",
            marks=posix_only,
        ),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "the cell was killed by SIGSEGV",
            marks=posix_only,
        ),
    ],
)
def test_other_ends_are_told_in_one_sentence(kernel, code, sentence):
    result = isolated(kernel, code)
    assert (result.ename, result.evalue) == ("IsolatedError", sentence)
    assert result.traceback == f"IsolatedError: {sentence}"


def test_exit_code_zero_is_no_error_and_values_come_back(kernel):
    assert isolated(kernel, "x = 41\nimport sys; sys.exit(0)", "-o x").ename is None
    assert value(kernel, "x") == "41"


def test_a_cell_that_takes_too_long_is_stopped(kernel):
    for seconds in (1.5, 15, 60):  # on a busy machine it may not have come so far
        result = isolated(kernel, "import time\ntime.sleep(600)", f"--timeout {seconds}")
        assert (result.ename, result.evalue) == ("TimeoutError", f"the cell was stopped after {seconds} s")
        if "line 3, in <module>\n    time.sleep(600)" in result.traceback:
            return
    raise AssertionError(result.traceback)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("--nonsense", "unrecognized arguments: --nonsense"),
        ("--timeout soon", "'soon' is not a number of seconds"),
        ("-i two-words", "'two-words' is not a name"),
        ("--background class", "'class' is not a name"),
        ("--background two,names", "'two,names' is not a name"),
        ("-o 'open", "No closing quotation"),
        ("--background web -o x", "takes no -o"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(kernel, options, complaint):
    result = isolated(kernel, "print('never runs')", options)
    assert (result.ename, result.text) == ("IsolatedError", "")
    assert complaint in result.evalue
    assert "\n" not in result.traceback


def test_the_magic_has_help(kernel):
    help_text = kernel.client.inspect("%%isolated", reply=True, timeout=30)["content"]["data"]["text/plain"]
    for option in ("--gevent", "-i NAME", "-o NAME", "--timeout", "--background"):
        assert option in help_text


# Interrupt


@posix_only
@pytest.mark.parametrize("options", ["", "--gevent"])
@pytest.mark.parametrize(
    "busy",
    [
        "import time; time.sleep(600)",
        "while True: pass",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); go(); __import__('time').sleep(600)",
        "import subprocess; subprocess.run([__import__('sys').executable, '-c', 'import time; time.sleep(600)'])",
    ],
    ids=["asleep", "busy", "ignores it", "waits for a process"],
)
def test_interrupt_ends_the_cell_at_once(kernel, busy, options):
    code = f"%%isolated {options}\nimport os\ndef go(): print(os.getpid(), 'goes')\ngo()\n{busy}"
    cell = kernel.start(code)
    shown = ""
    for kind, content in kernel.follow(cell):
        shown += content["text"] if kind == "stream" else ""
        if shown.count("goes") == (2 if "go()" in busy else 1):
            break
    kernel.interrupt()
    result = kernel.collect(cell)
    assert result.ename == "KeyboardInterrupt"
    assert "helpers" not in result.traceback
    assert result.seconds < 60  # it takes half a second at most on a quiet machine, and would else take ten minutes
    assert not alive(int(shown.split()[0]))
    assert kernel.run("print('next')").text == "next\n"


@posix_only
def test_an_interrupted_cell_may_tidy_up(kernel):
    code = """
        import time
        try:
            print("go"); time.sleep(600)
        finally:
            print("tidied up")
    """
    kernel.run("from helpers import isolated as _isolated; _isolated.PATIENCE = 60")  # for a machine that is busy
    cell = kernel.run_until("%%isolated\n" + textwrap.dedent(code), "go")
    kernel.interrupt()
    result = kernel.collect(cell)
    kernel.run("_isolated.PATIENCE = 0.5")
    assert result.text.strip() == "tidied up"
    assert 'line 5, in <module>\n    print("go"); time.sleep(600)' in result.traceback


def test_interrupt_while_values_travel_is_told_in_one_word(kernel):
    kernel.run("""
        import time
        class Slow:
            def __reduce__(self):
                print("go", flush=True)
                time.sleep(600)
        slow = Slow()
    """)
    there = kernel.run_until("%%isolated -i slow\npass", "go")
    kernel.interrupt()
    result = kernel.collect(there)
    assert (result.ename, result.traceback) == ("KeyboardInterrupt", "KeyboardInterrupt")
    code = """
        import time
        class Slow:
            def __reduce__(self):
                print("go")
                time.sleep(600)
        slow = Slow()
    """
    back = kernel.run_until("%%isolated -o slow\n" + textwrap.dedent(code), "go")
    kernel.interrupt()
    result = kernel.collect(back)
    assert (result.ename, result.text.strip()) == ("KeyboardInterrupt", "")
    assert "helpers" not in result.traceback


# Background cells


def test_a_background_cell_serves_until_it_is_stopped(kernel):
    assert kernel.run(WEB.format(port=0)).text == ""
    port = int(value(kernel, "web.port"))
    assert listens(port)
    assert kernel.run("web").text == "<background cell web: running>"
    assert value(kernel, "web.running, web.exit_code, web.rss > 1_000_000") == "True None True"
    assert value(kernel, "__import__('urllib.request').request.urlopen(f'http://127.0.0.1:{web.port}').status") == "200"
    assert eventually(lambda: re.search(r"serving in \d+\n.*GET / HTTP", value(kernel, "web.output")))
    kernel.run("web.stop()")
    assert not listens(port)
    assert value(kernel, "web, web.running, web.rss") == "<background cell web: stopped> False 0"


def test_a_background_cell_run_again_replaces_itself(kernel):
    # One that the system gives to nobody who asks for just any: in between it is free for a moment.
    kernel.run(WEB.format(port=quiet_port()))
    port, pid = value(kernel, "web.port, web.output.split()[2]").split()
    result = kernel.run(WEB.format(port=port))
    assert result.ename is None, result.traceback
    assert not alive(int(pid))
    assert listens(int(port))
    kernel.run("web.stop()")


@posix_only
def test_a_background_cell_that_outlived_an_interrupted_replacement_is_replaced_next_time(kernel):
    code = """
        import os, signal, time
        from helpers import ready

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ready(os.getpid())
        time.sleep(600)
    """
    code = textwrap.dedent(code)
    isolated(kernel, code, "--background stubborn")
    first = int(value(kernel, "stubborn.port"))
    kernel.run("_stop = stubborn.stop\nstubborn.stop = lambda: _stop(grace=600)")  # it lasts until we come
    cell = kernel.start(f"print('go')\nget_ipython().run_cell_magic('isolated', '--background stubborn', {code!r})")
    assert next(content["text"] for kind, content in kernel.follow(cell) if kind == "stream")
    kernel.interrupt()
    assert kernel.collect(cell).ename == "KeyboardInterrupt"
    kernel.run("stubborn.stop = _stop")
    assert isolated(kernel, code, "--background stubborn").ename is None
    assert not alive(first)
    kernel.run("stubborn.stop(grace=0)")


def test_a_background_cell_that_cannot_start_says_why(kernel):
    kernel.run("import socket; taken = socket.create_server(('127.0.0.1', 0))")
    port = value(kernel, "taken.getsockname()[1]")
    result = kernel.run(WEB.format(port=port))
    kernel.run("taken.close()")
    assert result.ename == "OSError"
    assert "in use" in result.evalue
    assert re.search(r"line 5, in <module>\n +server = http", result.traceback)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("print('forgot')", "ended with exit code 0 before it called ready(). Its last output:\nforgot"),
        ("import sys; sys.exit('no')", "ended with exit code 1 before it called ready(). Its last output:\nno"),
        ("import sys; sys.exit(5)", "ended with exit code 5 before it called ready(); it printed nothing."),
    ],
)
def test_a_background_cell_that_ends_too_soon_says_so(kernel, code, sentence):
    result = isolated(kernel, code, "--background brief")
    assert (result.ename, result.evalue) == ("IsolatedError", f"the cell {sentence}")


def test_a_plot_of_a_background_cell_is_a_line_of_its_output(kernel):
    code = "from helpers import ready\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nready()"
    assert isolated(kernel, code, "--background artist").ename is None
    assert value(kernel, "artist.stop() or artist.output") == "Figure(640x480)"  # stopped: all of it has come


def test_a_background_cell_may_end_once_it_is_ready(kernel):
    result = isolated(kernel, "from helpers import ready\nready()", "--background brief")
    assert result.ename is None
    assert eventually(lambda: value(kernel, "brief.running, brief.exit_code") == "False 0")
    assert value(kernel, "brief") == "<background cell brief: ended with exit code 0>"


GROWING = """
import time
from helpers import ready

{first}
buns = []
while True:
    if len(buns) < 2_000:  # 800 MB: no more, should nobody look
        buns.append("bun " * 100_000)
    time.sleep(0.001)
"""


@pytest.mark.parametrize("ready", [True, False])
def test_a_background_cell_that_grows_without_end_is_stopped(kernel, little_memory, ready):
    result = isolated(kernel, GROWING.format(first="ready()" if ready else ""), "--background greedy --timeout 60")
    sentence = "background cell greedy was stopped: it took more than 0.3 GB of memory, half of what there is"
    if not ready:
        assert result.ename == "IsolatedError"
        assert result.evalue.endswith(f"before it called ready(). Its last output:\n{sentence}")
        return
    assert result.ename is None
    waiting = kernel.run("import time\nwhile greedy.running: time.sleep(0.1)")
    if ipykernel.version_info[0] > 6:  # before, what a thread writes stood below the cell that had started it
        assert waiting.text == sentence + "\n"
    assert value(kernel, "greedy, greedy.output") == f"<background cell greedy: stopped> {sentence}\n".strip()


def test_a_background_cell_that_never_gets_ready_is_stopped(kernel):
    code = "import os, time\nprint('slow', os.getpid())\ntime.sleep(600)"
    for seconds in (1, 10, 60):  # on a busy machine it may not have come so far
        result = isolated(kernel, code, f"--background slow --timeout {seconds}")
        assert result.ename == "TimeoutError"
        if "it printed nothing" not in result.evalue:
            break
    assert f"within {seconds} s. Its last output:\nslow" in result.evalue
    assert not alive(int(result.evalue.split()[-1]))


@posix_only
def test_interrupt_ends_the_wait_for_a_background_cell(kernel):
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    cell = kernel.start(f"%%isolated --background slow --timeout 200\n{code}")
    file = Path(kernel.home, "pid")
    assert eventually(lambda: file.exists() and file.read_text())
    kernel.interrupt()
    result = kernel.collect(cell)
    assert (result.ename, result.traceback) == ("KeyboardInterrupt", "KeyboardInterrupt")
    assert not alive(int(file.read_text()))


def test_the_background_is_not_heard_in_later_cells(kernel):
    code = """
        import time
        from helpers import ready
        ready()
        while True:
            print("noise")
            time.sleep(0.01)
    """
    isolated(kernel, code, "--background noisy")
    listen = "import time\nwhile noisy.output.count('noise') < 9: time.sleep(0.01)\nprint('heard')"
    assert kernel.run(listen).text == "heard\n"
    kernel.run("noisy.stop()")


def test_ready_elsewhere_says_where_it_belongs(kernel):
    with pytest.raises(RuntimeError, match=r"ready\(\) works only in a cell that starts with %%isolated --background"):
        ready()
    assert isolated(kernel, "from helpers import ready\nready(1)").ename == "RuntimeError"


# Nothing outlives the kernel

CROWD = """
import multiprocessing, os, subprocess, sys, time
from pathlib import Path
from backstage.processes import temporary_folder

folder = temporary_folder()
pool = multiprocessing.get_context("fork").Pool(2)
background = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
crowd = [*web.output.split(), background.pid, *(worker.pid for worker in pool._pool)]
print(folder, *crowd)
"""

FAMILY = """%%isolated --background web
import os, subprocess, sys, time
from helpers import ready

grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), grandchild.pid)
ready()
time.sleep(600)
"""


@posix_only
@pytest.mark.parametrize("end", ["kill", "restart", "shutdown"])
def test_nothing_outlives_the_kernel(end):
    with Kernel() as kernel:
        assert kernel.run(FAMILY).ename is None
        folder, *pids = kernel.run(CROWD).text.split()
        pids = [*map(int, pids), guardian_of(kernel.pid)]
        assert len(pids) == 6
        assert os.path.isdir(folder)
        assert all(map(alive, pids))
        if end == "kill":
            kernel.kill()
        elif end == "restart":
            kernel.restart()
        else:
            kernel.manager.shutdown_kernel()
        assert eventually(lambda: not any(map(alive, pids))), [psutil.Process(pid) for pid in filter(alive, pids)]
        assert eventually(lambda: not os.path.exists(folder))


@posix_only
def test_a_foreground_cell_goes_with_a_killed_kernel():
    with Kernel() as kernel:
        cell = kernel.start("%%isolated\nimport os, time\nprint(os.getpid())\ntime.sleep(600)")
        pid = next(int(content["text"]) for kind, content in kernel.follow(cell) if kind == "stream")
        guardian = guardian_of(kernel.pid)
        kernel.kill()
        assert eventually(lambda: not alive(pid) and not alive(guardian))


# Without a notebook


def test_without_a_notebook(capsys):
    assert run_isolated("print('hi')\ny = x + 1", {"x": 1}, ["y"]) == {"y": 2}
    assert capsys.readouterr().out == "hi\n"
    with pytest.raises(IsolatedError) as caught:
        run_isolated("1 / 0")
    assert type(caught.value).__name__ == "ZeroDivisionError"
    assert 'File "isolated cell", line 1' in caught.value.text
    web = start_isolated("from helpers import ready\nready(4321)\nimport time; time.sleep(600)", name="web")
    assert (web.port, web.running) == (4321, True)
    web.stop()
    assert repr(web) == "<background cell web: stopped>"


def test_what_ctrl_c_meets_on_its_way_is_heard_all_the_same():
    heard, interrupts = [], [KeyboardInterrupt]

    def hear(piece):
        if piece and interrupts:
            raise interrupts.pop()
        heard.append(piece)

    with pytest.raises(KeyboardInterrupt):
        run_isolated("print('waits', flush=True)\nimport time; time.sleep(1000)", hear=hear)
    assert "".join(heard) == "waits\n"


@posix_only
def test_what_is_being_heard_when_ctrl_c_comes_is_not_heard_twice():
    heard = []

    def hear(piece):
        heard.append(piece)
        if piece:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # under nohup it would be ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            run_isolated("print('waits', flush=True)\nimport time; time.sleep(1000)", hear=hear)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "".join(heard) == "waits\n"


def test_an_interrupt_as_soon_as_a_background_cell_has_started_leaves_nobody(monkeypatch):
    begun = []

    def interrupted(child):
        begun.append(child)
        raise KeyboardInterrupt

    monkeypatch.setattr(Child, "bound_memory", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start_isolated("import time\ntime.sleep(600)")
    assert not begun[0].running


def test_a_cell_within_a_cell():
    code = "from helpers.isolated import run_isolated\ny = run_isolated('y = x + 1', {'x': x}, ['y'])['y'] + 1"
    assert run_isolated(code, {"x": 1}, ["y"]) == {"y": 3}


def test_the_control_pipe_is_closed_to_grandchildren():
    code = """
        import os, subprocess, sys
        count = "import os; print(sum(os.path.exists(f'/proc/self/fd/{n}') for n in range(3, 100)))"
        spawned = subprocess.run([sys.executable, "-c", count], capture_output=True, close_fds=False).stdout
        fds = lambda: {os.readlink(f"/proc/self/fd/{n}") for n in range(3, 100) if os.path.exists(f"/proc/self/fd/{n}")}
        mine = {each for each in fds() if each.startswith("pipe")}
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, repr(mine & fds()).encode())
            os._exit(0)
        os.wait()
        outcome = int(spawned), len(mine), os.read(read, 1000)
    """
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    assert run_isolated(textwrap.dedent(code), {}, ["outcome"])["outcome"] == (0, 1, b"set()")


def test_the_pid_of_a_background_cell_is_that_of_its_process():
    cell = start_isolated("import os\nfrom helpers import ready\nready(os.getpid())\nos.read(0, 1)")
    assert cell.pid == cell.port
    cell.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps shared semaphores in a folder")
def test_what_the_machine_does_not_grant_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("backstage.granted.SHARED", str(tmp_path / "missing"))
    with pytest.raises(IsolatedError, match=r"\[Errno 30\] .* Nobody can write to .*missing on this machine"):
        run_isolated("import errno, os\nraise OSError(errno.EROFS, os.strerror(errno.EROFS))")
    with pytest.raises(IsolatedError, match=r"called ready\(\)(?s:.*)system\nNobody can write to .*missing on this"):
        start_isolated("print('OSError: [Errno 30] Read-only file system')")  # as a worker of Celery says it
    with pytest.raises(IsolatedError, match=r"new thread\. This machine grants no more threads"):
        run_isolated('raise RuntimeError("can\'t start new thread")')
    quiet = "import functools, os\nreader, _ = os.pipe()\nos.set_blocking(reader, False)\n"
    with pytest.raises(IsolatedError, match=r"unavailable\. This machine grants no more threads"):
        run_isolated(quiet + "os.fork = functools.partial(os.read, reader, 1)\nos.fork()")
    with pytest.raises(IsolatedError, match=r"unavailable$"):  # nobody has written anything
        run_isolated(quiet + "os.read(reader, 1)")
    with pytest.raises(IsolatedError, match=r"No such file or directory: '/no/such'$"):
        run_isolated("open('/no/such')")
