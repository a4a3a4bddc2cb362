"""What would silence or flood a notebook's kernel ends in one sentence there, and the kernel goes on."""

import os
import sys

import pytest

from tests.kernel import Kernel

BEFORE = """
import asyncio, functools, multiprocessing
from concurrent.futures import ProcessPoolExecutor

async def order():
    return "bao"

def steam(bun):
    return bun

class Oven(multiprocessing.get_context("spawn").Process):
    def run(self):
        pass

spawn = multiprocessing.get_context("spawn")
"""
PATCHED = "Begin the cell with %%isolated --gevent"
LOOP = "write `await main()` in its place"
NOT_FOUND = "steam is defined in this notebook, where a process started by spawn does not find it."


@pytest.fixture(scope="module")
def kernel():
    with Kernel() as kernel:
        assert kernel.run(BEFORE).ename is None
        yield kernel


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from gevent import monkey; monkey.patch_all()", PATCHED),
        ("import gevent.monkey\ngevent.monkey.patch_all(thread=False)", PATCHED),
        ("from gevent.monkey import patch_all\npatch_all()", PATCHED),
        ("gevent.monkey.patch_thread()", PATCHED),
        ("asyncio.run(order())", LOOP),
        ("from asyncio import run\nrun(order(), debug=True)", LOOP),
        ("with spawn.Pool(1) as pool: pool.map(steam, [1])", NOT_FOUND),
        ("with spawn.Pool(1) as pool: pool.apply(steam, [1])", NOT_FOUND),
        ("with spawn.Pool(1) as pool: pool.starmap_async(steam, [[1]])", NOT_FOUND),
        ("with spawn.Pool(1) as pool: list(pool.imap_unordered(steam, [1]))", NOT_FOUND),
        ("with spawn.Pool(1, steam, [1]) as pool: pool.map(abs, [1])", NOT_FOUND),
        ("with spawn.Pool(1) as pool: pool.map(functools.partial(steam, 1), [()])", NOT_FOUND),
        ("spawn.Process(target=steam, args=[1]).start()", NOT_FOUND),
        ("Oven().start()", NOT_FOUND.replace("steam", "Oven")),
        ("with ProcessPoolExecutor(1, spawn) as pool: pool.submit(steam, 1)", NOT_FOUND),
        ("with ProcessPoolExecutor(1, spawn) as pool: list(pool.map(steam, [1]))", NOT_FOUND),
        ("with ProcessPoolExecutor(1, spawn, initializer=steam) as pool: pool.submit(abs, 1)", NOT_FOUND),
    ],
)
def test_a_trap_is_one_sentence_and_the_kernel_lives(kernel, code, said):
    result = kernel.run(code)
    assert result.ename == "Trap" and said in result.evalue
    assert result.traceback.count("\n") == 0  # the sentence alone
    assert result.text == ""  # no flood of tracebacks, no coroutine that was never awaited
    assert kernel.run("6 * 7").text == "42"


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("await order()", "'bao'"),
        (
            "import threading\nt = threading.Thread(target=lambda: print(asyncio.run(order())))\nt.start(); t.join()",
            "bao\n",
        ),
        ("with spawn.Pool(1) as pool: print(pool.map(abs, [-1]))", "[1]\n"),
        ("with ProcessPoolExecutor(1, spawn) as pool: print(*pool.map(abs, [-1]))", "1\n"),
        (
            "import os\nprocess = spawn.Process(target=os.getpid)\nprocess.start(); process.join(); process.exitcode",
            "0",
        ),
        ("%%isolated --gevent\nfrom gevent import monkey\nprint(monkey.is_module_patched('socket'))", "True\n"),
        (
            "%%isolated\nfrom gevent import monkey\nmonkey.patch_all()\nprint(monkey.is_module_patched('time'))",
            "True\n",
        ),
        ("%%isolated\nimport asyncio\nprint(asyncio.run(asyncio.sleep(0, 'bao')))", "bao\n"),
    ],
)
def test_what_is_no_trap_runs(kernel, code, shows):
    result = kernel.run(code)
    assert (result.ename, result.text) == (None, shows)


def test_a_cell_that_asks_and_that_nobody_answers_gives_up(kernel):
    asks = {"allow_stdin": True, "stop_on_error": False}
    answered = kernel.client.execute("input('your order')", **asks)
    kernel.client.get_stdin_msg(timeout=60)
    kernel.client.input("one bun")
    assert kernel.collect(answered).text == "'one bun'"

    kernel.run("from backstage import kernel; kernel.PATIENCE = 0.2")
    result = kernel.collect(kernel.client.execute("input('your order')", **asks))
    assert result.ename == "Trap" and "nobody has typed anything" in result.traceback
    assert kernel.run("6 * 7").text == "42"


ABOVE = "If a cell further up makes it, run that first"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("oven.steam()", True),
        ("def bake():\n    return oven\nbake()", True),
        ("def bake():\n    bun = bun + 1\nbake()", False),  # it is the function's own that is missing
        ("import textwrap; textwrap.oven", False),
        ("from steamer import bake", True),
        ("%%isolated\nimport steamer", True),
        ("import textwrap.steamer", False),
        ("open('orders.txt')", True),
        ("%%isolated\nopen('orders.txt')", True),
        ("open('/orders/of/today.txt')", False),
        ("import subprocess; subprocess.run(['steamer'])", False),
        ("from helpers import explore; explore(lambda: oven())", True),
        ("1 / 0", False),
    ],
)
def test_what_is_missing_since_its_cell_was_skipped(kernel, code, told):
    result = kernel.run(code)
    assert (ABOVE in result.evalue) == (ABOVE in result.traceback) == told
    assert result.ename
    assert "steamer" not in code or "steamer" in result.evalue


def test_outside_a_kernel_nothing_is_guarded():
    import gevent.monkey

    from backstage.kernel import prepare

    prepare()
    assert not hasattr(gevent.monkey.patch_all, "__wrapped__")


@pytest.mark.parametrize("before", ["", "import matplotlib.pyplot"])
def test_settings_that_were_made_for_others_are_forgotten(monkeypatch, before):
    for name, value in {"PYTHONSAFEPATH": "1", "MPLBACKEND": "agg", "GEVENT_RESOLVER": "dnspython"}.items():
        monkeypatch.setenv(name, value)
    with Kernel(before) as kernel:
        assert kernel.run("import os, sys, matplotlib; open('kitchen.py', 'w').write('buns = 12')").ename is None
        assert kernel.run("import kitchen; kitchen.buns").text == "12"
        assert kernel.run("!{sys.executable} -c 'import kitchen; print(kitchen.buns)'").text.strip() == "12"
        assert "inline" in kernel.run("matplotlib.get_backend()").text
        assert "<Figure" in kernel.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()").text
        assert kernel.run("os.environ.get('GEVENT_RESOLVER', 'as it comes')").text == "'as it comes'"


def test_development_mode_proxies_and_useless_folders_of_others_are_forgotten(monkeypatch):
    settings = {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "default", "http_proxy": "http://a.b:9", "no_proxy": "a.b"}
    settings["PYTHONOPTIMIZE"] = "1"
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    long = "import os; os.environ['TMPDIR'] = os.path.abspath('n' * 99); os.mkdir('n' * 99)"
    with Kernel(f"{long}; os.environ['HOME'] = '/proc/none'") as kernel:
        assert kernel.run("import os, sys, urllib.request; open(os.devnull) and None").text == ""  # never closed
        manager = "%%isolated\nimport multiprocessing\nwith multiprocessing.Manager() as each: print(each.list([12]))"
        assert kernel.run(manager).text == "[12]\n"  # over a socket that has a name
        assert kernel.run("!{sys.executable} -c 'open(0)'").text == ""
        assert kernel.run("assert not 'kept'").ename == kernel.run("%%isolated\nassert not 'kept'").ename is not None
        assert kernel.run("!{sys.executable} -c 'import matplotlib; matplotlib.get_cachedir()'").text == ""
        assert (
            kernel.run("[*map(urllib.request.proxy_bypass, ('127.0.0.1:80', 'a.b', 'b.a'))]").text
            == "[True, True, False]"
        )


def test_the_loop_that_gevent_has_on_windows_does_not_complain_of_short_sleeps(monkeypatch):
    monkeypatch.setenv("GEVENT_LOOP", "libuv")
    with Kernel() as kernel:
        assert "libuv" in kernel.run("import gevent; gevent.get_hub().loop").text
        assert kernel.run("gevent.sleep(0.000001)").text == ""


class Bare(Kernel):
    """A kernel that has loaded nothing yet."""

    def _connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)


def test_development_mode_does_not_complain_of_the_cell_that_loads_the_helpers(monkeypatch):
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    with Bare() as kernel:
        kernel.start("%load_ext helpers")
        kernel.start("import time; time.sleep(0.5); print('end', flush=True)")
        said = ""
        while "end\n" not in said:
            said += kernel.client.get_iopub_msg(timeout=240)["content"].get("text", "")
        assert said == "end\n"


def test_a_python_without_the_gil_is_told_of_once_at_the_first_import():
    pretend = "import sysconfig\nread = sysconfig.get_config_var\n"
    with Bare() as kernel:
        assert (
            kernel.run(pretend + "sysconfig.get_config_var = lambda name: name[:6] == 'Py_GIL' or read(name)").text
            == ""
        )
        assert "was built without the GIL. gevent does not support that" in kernel.run("import helpers").text
        assert kernel.run("%load_ext helpers\nprint(6 * 7)").text == "42\n"


def test_the_magic_is_there_as_soon_as_helpers_are():
    with Kernel() as kernel:
        assert kernel.run("get_ipython().magics_manager.magics['cell'].pop('isolated') and None").ename is None
        assert "UsageError" in kernel.run("%%isolated\nprint(6 * 7)").text
        kernel.run("import sys\nfor name in [*sys.modules]:\n    if name.startswith('helpers'): del sys.modules[name]")
        assert kernel.run("import helpers").text == ""
        assert kernel.run("%%isolated\nprint(6 * 7)").text == "42\n"


@pytest.mark.parametrize(("pause", "ename"), [("", "KeyboardInterrupt"), ("await asyncio.sleep(0)", "CancelledError")])
def test_a_cell_that_grows_without_end_is_interrupted_and_the_kernel_lives(kernel, pause, ename):
    # As in a container that may take 800 MB.
    setting = "open('limit', 'w').write('800_000_000')\nfrom backstage.processes import memory\n"
    kernel.run(setting + "whole, memory.LIMITS = memory.LIMITS, ['limit']\nmemory.most_memory.cache_clear()")
    # Not too fast, for who looks after it may stand still.
    grows = "import time\nbuns = []\nwhile True:\n    buns.append('bun ' * 50_000)\n    time.sleep(0.0003)\n    "
    result = kernel.run(grows + pause)
    assert result.ename == ename
    assert "of memory, over half of what there is, so the cell is interrupted." in result.text
    assert kernel.run("time.sleep(2.5)\nlen(buns) > 100").text == "True"  # it goes on with what it has
    kernel.run("del buns\nmemory.LIMITS = whole\nmemory.most_memory.cache_clear()")


FLOODS = {
    "cell": "flood()",
    "errors": "while True: print('bun ' * 1_000, file=sys.stderr)",
    "in one go": "print('bun ' * 2_000_000)",
    "shell": "!{sys.executable} -c 'while True: print(\"bun \" * 1_000)'",
    "thread": "thread = threading.Thread(target=flood)\nthread.start()\nthread.join()",
    "greenlet": "gevent.joinall([gevent.spawn(flood)])",
    "task": "await asyncio.wait([asyncio.ensure_future(afterwards())])",
    "with patience": "for _ in range(3):\n    try: flood()\n    except Exception: pass",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_cell_that_writes_without_end_is_stopped_and_the_kernel_lives(kernel, flood):
    kernel.run(
        "import asyncio, gevent, sys, threading\n"
        "def flood():\n    while True: print('bun ' * 1_000)\n"
        "async def afterwards(): flood()\n"
    )
    result = kernel.run(FLOODS[flood])
    assert 1_990_000 < result.text.count("bun ") * 4 <= 2_000_000
    if flood in ("cell", "errors", "in one go", "shell"):
        assert result.traceback == "RuntimeError: this cell was stopped: it wrote more than 2,000,000 characters."
    elif flood in ("thread", "greenlet"):
        assert "Trap: this cell was stopped: it wrote more than 2,000,000 characters." in result.text
    assert kernel.run("print(6 * 7)").text == "42\n"
    alive = "import psutil; sum('bun' in ' '.join(each.cmdline()) for each in psutil.Process().children(True))"
    assert kernel.run(alive).text == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="there no kernel hears what programs write by themselves")
def test_the_rest_of_what_a_program_writes_is_left_out_and_the_next_one_can_be_heard(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # by this ipykernel knows tests, in which it would not listen
    program = "import subprocess, sys\nwords = 'for _ in range(700): print(\"bun \" * 1_000)'\n"
    with Kernel() as kernel:
        result = kernel.run(program + "subprocess.run([sys.executable, '-c', words], timeout=60).returncode")
        assert result.ename is None
        assert kernel.run("sys.stdout.watch_fd_thread.is_alive()").text.endswith("True")
    assert "\nThe rest is left out: this cell wrote more than 2,000,000 characters.\n" in result.text


def test_a_callback_that_fails_after_a_flood_leaves_the_kernel_its_loop(kernel):
    soon = "import asyncio, sys\nasyncio.get_running_loop().call_later(0.01, lambda: 1 / 0)\n"
    assert kernel.run(soon + FLOODS["errors"]).ename == "Trap"
    assert kernel.run("await asyncio.sleep(0.1)\nprint(6 * 7)").text.endswith("42\n")


IMPATIENT = """
import os, signal, sys

class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name.endswith("core.numeric"):  # in the middle of numpy
            os.kill(os.getpid(), signal.SIGINT)

heard = []
sys.meta_path.insert(0, Impatient())
try:
    import helpers
except KeyboardInterrupt:
    heard.append("once")
sys.meta_path.pop(0)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone.")
def test_a_kernel_that_is_interrupted_while_it_loads_can_load_again():
    with Kernel(IMPATIENT) as kernel:
        assert kernel.run("heard").text == "['once']"
        assert kernel.run("from helpers import plot_bars\nimport matplotlib.pyplot as plt").ename is None


HASTY = """
import os, signal, sys
import helpers

class Hasty:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("IPython.core.magics"):
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Hasty())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone.")
def test_a_magic_that_is_interrupted_at_its_first_use_can_be_used_again():
    with Kernel() as kernel:
        kernel.run(HASTY)
        for cell in ("%%writefile bun.py\nbun = 12", "%load_ext helpers"):
            kernel.run(cell)
            assert "UsageError" not in kernel.run(cell).text
        assert kernel.run("from bun import bun\nbun").text == "12"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone.")
def test_a_cell_that_awaits_what_never_comes_is_interrupted(kernel):
    cell = kernel.run_until("print('now', flush=True)\nawait asyncio.Future()", "now")
    kernel.interrupt()
    assert kernel.collect(cell).ename in ("CancelledError", "KeyboardInterrupt")
    assert kernel.run("await asyncio.sleep(0.01)").ename is None


SPAWN = """
import gevent

def steam(bun, seconds):
    begun.append(bun)
    try:
        gevent.sleep(seconds)
        steamed.append(bun)
    finally:
        left.append(bun)

def start():
    gevent.spawn(steam, "child", 600)
    steam("parent", 600)

steamed, left, begun = [], [], []
kept = gevent.spawn(steam, "before", 0.5)
gevent.sleep(0)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone.")
def test_an_interrupted_cell_takes_its_greenlets_along(kernel):
    kernel.run(SPAWN)
    mine = (
        "parent, late = gevent.spawn(start), gevent.spawn_later(600, steam, 'late', 0)\n"
        "while 'child' not in begun: gevent.sleep(0.01)\n"
    )
    cell = kernel.run_until(f"{mine}print('now', flush=True)\ngevent.sleep(600)", "now")
    kernel.interrupt()
    assert kernel.collect(cell).ename == "KeyboardInterrupt"
    assert kernel.run("kept.join()\nsorted(left), steamed").text == "(['before', 'child', 'parent'], ['before'])"
    assert kernel.run("parent.ready(), late.ready()").text == "(True, True)"


def test_a_cell_that_fails_by_itself_leaves_its_greenlets(kernel):
    kernel.run(SPAWN)
    assert kernel.run("another = gevent.spawn(steam, 'another', 0.1)\n1 / 0").ename == "ZeroDivisionError"
    assert kernel.run("gevent.joinall([another, kept])\nsorted(steamed)").text == "['another', 'before']"
