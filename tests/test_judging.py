"""An answer that breaks down, never ends, or prints without end costs the reader a few lines, which say what it was."""

import dataclasses
import importlib
import json
import os
import re
import subprocess
import sys
import textwrap
import time
import types
import weakref
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from backstage.processes import pieces
from exercises import Verdict, Wrong, answers, judge, judging, mishaps, solutions
from exercises.cards import card
from exercises.prints import KEPT, MARK, MOST_CHARACTERS, MOST_LINES, Prints
from helpers import check, isolated
from tests.kernel import Kernel, alive, eventually
from tools import refresh


def in_main(source):
    names = {"__name__": "__main__"}
    exec(textwrap.dedent(source), names)
    return names["answer"]


def answer_that(body, before=""):
    """The right answer to 00.2, which does something else first."""
    body = textwrap.indent(textwrap.dedent(body), "    ")
    return in_main(f"{before}\ndef answer(waits):\n{body}\n    return max(waits, default=0)\n")


def judge_within(seconds, answer):
    """The verdict on an answer to exercise 00.2 with another limit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(judging._registry, "00.2", dataclasses.replace(judging._look_up("00.2"), seconds=seconds))
        return judge("00.2", answer)


# -- answers that break down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "reason", "hint"),
    [
        ("import os\ndef answer(waits): os._exit(3)", "ended the process in which it was checked", "`os._exit`"),
        ("def answer(waits): raise SystemExit(4)", "raised SystemExit: 4 (line 1 of answer)", "`return` ends"),
        ("def answer(waits): raise KeyboardInterrupt", "raised KeyboardInterrupt (line 1 of answer)", "another kind"),
        ("def answer(waits): raise GeneratorExit", "raised GeneratorExit (line 1 of answer)", "who comes out last"),
        ("def answer(waits): return 1 / 0", "raised ZeroDivisionError: division by zero (line 1 of answer)", ""),
        ("def answer(waits): return max(wait)", "NameError: name 'wait' is not defined", "Did you mean `waits`?"),
        ("def answer(waits): return qwertz", "NameError", "has the cell that defines it been run?"),
        ("def answer(waits): n += 1", "UnboundLocalError", "`nonlocal` or `global`"),
        ("def answer(waits): waits.sortt()", "AttributeError", "Did you mean `sort`?"),
        ("def answer(waits): import qwertz", "ModuleNotFoundError: No module named 'qwertz'", "spelled right"),
        ("def answer(waits): return input('wait: ')", "EOFError: `input` has nobody", "from the parameters"),
        ("def answer(waits): return answer(waits)", "RecursionError", "calls itself"),
        ("def answer(waits): return [0] * 10**15", "MemoryError", "without end"),
        ("from threading import Condition as C\ndef answer(waits): C().wait()", "RuntimeError", "inside `with"),
        ("def answer(waits): return list(next(i) for i in [iter(())])", "StopIteration (line 1 of ", "second argument"),
        ("def answer(waits): return waits(0)", "TypeError: 'list' object is not callable", "is no function"),
        ("def answer(waits): return max(waits, waits, key=len, cmp=1)", "TypeError", "that function takes"),
        ("def answer(waits): return '1' + 1", "TypeError", ""),
        ("def answer(waits): return 1 in None", "TypeError: argument of type 'NoneType'", "`in` looks into"),
        ("def answer(): return 1", "cannot be called as the exercise says: TypeError: answer() takes 0", "parameters"),
        ("class answer:\n    def __init__(self, a, b): pass", "cannot be called as the exercise says", "parameters"),
        ("async def answer(waits): return 1", "returned <coroutine object answer>", "write `def`"),
        ("def answer(waits): yield 1", "returned <generator object answer>", "needs `return`"),
        ("answer = 0.25", "give the function itself, without calling it: this is 0.25.", "without brackets"),
        (
            "import socket\nline = socket.socket()\ndef answer(waits): return line",
            "cannot pickle 'socket' object. Create such things inside your function or method.",
            "",
        ),
        (
            "log = open(0, 'w', closefd=False)\ndef note(bun): print(bun, file=log)\n"
            "class Shop:\n    def sell(self): return [note(bun) for bun in self.buns]\n"
            "def answer(waits):\n    def sold(): return Shop().sell()\n    return sold",
            "your answer uses `log`, which cannot be sent",
            "",
        ),
        (
            "class Shop:\n    log = open(0, 'w', closefd=False)\nShop.kind = Shop  # and so on without end\n"
            "def answer(waits): return Shop.log",
            "your answer uses `Shop`, which cannot be sent",
            "",
        ),
    ],
)
def test_an_answer_that_breaks_down_costs_a_sentence_and_a_hint_that_fits(source, reason, hint):
    verdict = judge("00.2", in_main(source))
    assert verdict.passed is False
    assert reason in verdict.reason
    assert hint in verdict.hint
    assert not verdict.printed or "never awaited" in verdict.printed[1]


@pytest.mark.parametrize(
    "lock",
    ["threading.Lock()", "threading.RLock()", "BoundedSemaphore(1)", "Semaphore(1)", "gevent.lock.RLock()"],
)
def test_an_answer_may_use_a_lock_of_the_notebook(lock):
    source = (
        "import gevent.lock, threading\nfrom gevent.lock import BoundedSemaphore, Semaphore\n"
        f"lock = {lock}\n"
        "def answer(waits):\n    with lock: return max(waits, default=0)"
    )
    assert judge("00.2", in_main(source)).passed


@pytest.mark.parametrize(
    "helper",
    [
        "@functools.cache\ndef most(*waits): return max(waits)",
        "@functools.lru_cache(4, typed=True)\ndef most(*waits): return bigger(*waits) if waits[1:] else waits[0]\n"
        "def bigger(one, *more): return max(one, most(*more))",  # each uses the other
        "def keep(function): return functools.cache(function)\nmost = keep(lambda *waits: max(waits))",
        "first = functools.cache(max)\ndef most(*waits): return first(waits)",  # it bears the name of another function
        "first = functools.cache(functools.partial(max))\ndef most(*waits): return first(waits)",  # it bears none
        "@functools.singledispatch\ndef most(first, *more): return 'none'\n"
        "@most.register(float)\ndef _(*waits): return max(waits)\n"
        "most.register(int, lambda *waits: max(waits))\nmost(1.5, 2)",
    ],
)
def test_an_answer_may_use_a_helper_that_functools_has_made(helper):
    source = f"import functools\n{helper}\ndef answer(waits): return most(*waits) if waits else 0"
    assert str(judge("00.2", in_main(source))).startswith("✔")


def test_a_file_that_hides_a_module_of_python_is_not_said_to_be_a_wrong_answer(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("buns = 12\n")
    verdict = judge("00.1", 2.0)
    assert "did not get as far as yours" in verdict.reason and "'random'" in verdict.reason
    assert verdict.hint == judging.NAMESAKE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps shared semaphores in a folder")
def test_what_the_machine_does_not_grant_is_not_said_to_be_the_fault_of_a_script(monkeypatch, tmp_path):
    monkeypatch.setattr("backstage.granted.SHARED", str(tmp_path / "missing"))
    (tmp_path / "program.py").write_text("import errno, os\nraise OSError(errno.EROFS, os.strerror(errno.EROFS))")
    with pytest.raises(Wrong, match=r"OSError: \[Errno 30\] .*\. Nobody can write to .*missing on this machine"):
        importlib.import_module("exercises.02.checks")._try_method(tmp_path, "spawn")


# -- answers without end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("while True: pass", "line 3 of answer"),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "line 5 of answer"),
        ("while True: print('again')", "line 3 of answer"),
        ("import time; time.sleep(1e6)", "line 3 of answer"),
        ("import threading; threading.Lock().acquire() and threading.Event().wait()", "line 3 of answer"),
    ],
)
def test_an_answer_without_end_is_cut_off_with_a_word_on_why_and_where(body, place):
    for seconds in (1, 10):  # on a busy machine it may not have come so far
        verdict = judge_within(seconds, answer_that(body))
        assert verdict.passed is False
        if place in verdict.reason:
            break
    assert f"still running after {seconds} s and was cut off, at {place}." in verdict.reason
    assert "never ends" in verdict.hint


def test_where_greenlets_stand_is_told_beside_a_proxy_of_what_is_gone():
    import greenlet  # noqa: F401

    gone = weakref.proxy(type("Bun", (), {})())
    assert len(list(mishaps._stacks(sys._getframe()))) > 1
    del gone


def test_an_answer_that_grows_without_end_is_cut_off_before_the_machine_stands_still(monkeypatch):
    monkeypatch.setattr(pieces, "most_memory", lambda: 300_000_000)
    monkeypatch.setattr(isolated, "PATIENCE", 60)  # for a machine that is busy
    # Not too fast, for who looks after it may stand still.
    grows = "import time; buns = []\nwhile True: buns.append('bun ' * 1_000_000 + str(time.sleep(0.005)))"
    verdict = judge("00.2", answer_that(grows))
    assert verdict.passed is False
    assert verdict.reason.endswith("took more memory than half of what there is, and was cut off, at line 4 of answer.")
    assert "a loop that appends" in verdict.hint


@pytest.mark.parametrize(
    "body",
    [
        "import threading, time; threading.Thread(target=time.sleep, args=[1e6]).start()",
        "import os, time; os.fork() or time.sleep(1e6)",
        "import multiprocessing, time; multiprocessing.Process(target=time.sleep, args=[1e6]).start()",
    ],
)
def test_what_an_answer_leaves_running_does_not_hold_up_its_verdict(body):
    assert judge("00.2", answer_that(body)).passed


# -- what an answer prints --------------------------------------------------------------------------------------------


def test_what_an_answer_prints_is_seen_below_the_verdict_for_one_run(capsys):
    def checked(answer):
        check("00.2", answer)
        return capsys.readouterr().out.split("\r")[-1].splitlines()  # without the note that it still runs

    told, *lines = checked(answer_that("print('waits:', waits)"))[1:]
    assert re.fullmatch(r"  Your code printed, in the first of \d+ runs:", told)
    assert lines == ["  │ waits: [0.25]", "  → Next: exercise 00.3, Write your first concurrent program."]
    wrong = in_main("def answer(waits):\n    print('waits:', waits)\n    return len(waits) / 4")
    assert checked(wrong)[-1] == "  │ waits: [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "task = threading.Thread(target=lambda: 1 / 0); task.start(); task.join()",
            ["a thread ended with ZeroDivisionError"],
        ),
        ("gevent.spawn(lambda: 1 / 0).join()", ["a greenlet ended with ZeroDivisionError"]),
        ("gevent.spawn(print, 'hello').join()", ["hello"]),
        ("task = threading.Thread(target=print, args=['hello']); task.start(); task.join()", ["hello"]),
        ("asyncio.sleep(0)", ["RuntimeWarning: coroutine 'sleep' was never awaited"]),
        (
            "class Loud:\n    def __del__(self): raise ValueError('gone')\nLoud()",
            ["nobody could catch ValueError: gone (line 4 of __del__)"],
        ),
        (
            "async def main():\n    asyncio.create_task(fail())\n    await asyncio.sleep(0)\n"
            "async def fail(): raise ValueError('burnt')\nasyncio.run(main())\nimport gc; gc.collect()",
            ["a task ended with ValueError: burnt (line 6 of fail)"],
        ),
        (
            "try: 1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
            ["Traceback (most recent call last):", '  File "<'],
        ),
        ("logging.warning('hot %s', 1)", ["WARNING:root:hot 1"]),
        ("warnings.warn('mind the steam')", ["UserWarning: mind the steam"]),
        ("import os; os.write(1, b'raw\\n')", ["raw"]),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1)'])", ["1"]),
        ("import sys; sys.stderr.write('oven\\n'); sys.stdout.flush()", ["oven"]),
    ],
)
def test_of_what_nobody_catches_the_reader_sees_a_line(body, told):
    before = "import asyncio, gevent, logging, threading, traceback, warnings"
    verdict = judge("00.2", answer_that(body, before))
    assert verdict.passed
    shown = [line.removeprefix("│ ") for line in verdict.printed[1:]]
    assert len(shown) < 6
    for line, wanted in zip(shown, told, strict=False):
        assert line.startswith(wanted)
    assert len(shown) >= len(told)


@pytest.mark.parametrize(
    ("chapter", "source"),
    [
        (
            "04.1",
            """
            async def answer(ask, guests):
                print('orders of', guests)
                return [await ask(guest) for guest in guests]
            """,
        ),
        (
            "01.3",
            """
            import threading
            class answer:
                def __init__(self): self.sold, self.lock = 0, threading.Lock()
                def sell(self, receipt):
                    with self.lock:
                        self.sold = number = self.sold + 1
                    print('sold', number)
                    receipt(number)
            answer.__name__ = 'Till'
            """,
        ),
    ],
)
def test_a_debugging_print_in_a_right_answer_of_many_runs_gives_a_few_lines(chapter, source):
    verdict = judge(chapter, in_main(source))
    assert verdict.passed, str(verdict)
    assert verdict.printed[0].startswith("Your code printed, in the first of")
    assert len(verdict.printed) < 8


def heard(*pieces):
    prints = Prints()
    for piece in ("Python's own", *MARK.format(0), *pieces):
        prints.hear(piece)
    return prints


def test_of_a_flood_the_beginning_and_the_end_are_shown():
    prints = heard(*(f"line {number}\n" for number in range(10_000)))
    header, *lines = prints.told(first=False)
    assert header == "Your code printed:"
    assert lines[0] == "│ line 0"
    assert lines[MOST_LINES // 2] == "│ … 9,980 lines left out …"
    assert lines[-1] == "│ line 9999"
    assert len(lines) == MOST_LINES + 1


@pytest.mark.parametrize("size", [MOST_CHARACTERS + 1, KEPT + 1, 10 * KEPT])
def test_of_a_long_line_the_beginning_is_shown(size):
    told = heard("x" * size).told(first=True)
    assert len(told) <= 4
    assert max(map(len, told)) < MOST_CHARACTERS + 40
    assert told[1].startswith("│ xxx")


def test_what_a_page_cannot_show_is_escaped():
    assert heard("\x1b[2J\ra\tb\x00 🥟\n").told(first=True)[1] == "│ \\x1b[2J\\ra\tb\\x00 🥟"
    assert "\\ud83e" in str(Verdict("04.2", False, "got '\ud83e\x1b'"))
    assert heard(" \n\n").told(first=True) == []


def test_what_comes_several_times_in_a_row_is_counted():
    told = heard("bake\n" * 7, "look\nwait\n" * 3, "look\nlook\n").told(first=True)
    assert told[1:] == [
        "│ bake",
        "│ (the same 6 more times)",
        "│ look",
        "│ wait",
        "│ (the same 2 more times)",
        "│ look",
        "│ look",
    ]
    assert heard("a\nb\n" * 2).told(first=True)[1:] == ["│ a", "│ b", "│ (the same again)"]
    told = heard("bake\n" * 100_000).told(first=True)
    assert len(told) == 6
    assert told[1] == told[4] == "│ bake"


def test_what_comes_before_the_answer_is_not_shown():
    prints = Prints()
    prints.hear("Traceback of the process, which was interrupted at its start")
    assert prints.told(first=True) == prints.told(first=False) == []


def test_runs_are_told_apart_wherever_the_output_is_cut():
    marked = "".join(f"{MARK.format(run)}run {run}\n" for run in range(1, 13)) + MARK.format("@line 3 of work")
    for size in (1, 2, 3, 1000):
        prints = heard(*(marked[place : place + size] for place in range(0, len(marked), size)))
        assert prints.told(first=True) == ["Your code printed, in the first of 12 runs:", "│ run 1"]
        assert prints.told(first=False) == ["Your code printed, in the last of 12 runs:", "│ run 12"]
        assert prints.place == "line 3 of work"


def test_runs_that_take_turns_are_kept_apart():
    prints = heard(*(f"{MARK.format(run)}{run}.{step}\n" for step in range(3) for run in (1, 2, 3)))
    assert prints.told(first=True)[1:] == ["│ 1.0", "│ 1.1", "│ 1.2"]
    assert prints.told(first=False)[1:] == ["│ 3.0", "│ 3.1", "│ 3.2"]


def test_a_mark_that_is_none_is_text():
    assert heard("a \x1e").told(first=True) == ["Your code printed:", "│ a \\x1e"]
    assert heard("a \x1exyz\x1f b").told(first=True) == ["Your code printed:", "│ a \\x1exyz\\x1f b"]


# -- verdicts ---------------------------------------------------------------------------------------------------------


def test_a_verdict_fits_the_page():
    text = str(Verdict("04.2", False, "word " * 60, "hint " * 60))
    assert text.startswith("✘ 04.2: word")
    assert max(map(len, text.splitlines())) <= 92
    assert "\n  Hint: hint" in text
    assert len(str(Verdict("04.2", False, "x" * 10_000_000))) < 1000


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("04.99", "chapter 04 has 04.1, 04.2"),
        ("99.1", "no chapter '99'"),
        ("04.a", 'asked by predict("04.a")'),
        ("", "no chapter ''"),
        ("4.2", "two digits"),
        (4.2, "two digits"),
        (max, "write the number first"),
        ([3, 1], "write the number first"),  # the answer, in the place of the name
        (tuple(range(10_000)), "write the number first"),
        ("a bun in the steamer " * 50, "no chapter 'a bun"),
    ],
)
def test_an_unknown_exercise_is_answered_with_a_sentence(name, offer):
    with pytest.raises(ValueError, match="there is no exercise ") as caught:
        check(name, 1)
    assert offer in str(caught.value) and len(str(caught.value)) < 300
    assert " ".join(caught.value._render_traceback_()) == str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="There only some may make links.")
def test_the_course_knows_its_own_lines_when_it_is_reached_by_a_link(tmp_path):
    root = Path(mishaps.__file__).resolve().parents[1]
    (tmp_path / "link").symlink_to(root)
    code = "from exercises import mishaps; print(mishaps.__file__, mishaps.is_readers(mishaps.__file__))"
    places = os.pathsep.join(str(tmp_path / "link" / each) for each in ("", "minibroker/src"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == f"{tmp_path / 'link' / 'exercises' / 'mishaps.py'} False\n", done.stderr


def test_a_card_says_what_the_text_says():
    verdict = Verdict(
        "04.2", False, "`spawn` was called 3 times", "read `joinall` again", ["Your code printed:", "│ a"]
    )
    assert words(card(verdict)) == [
        "✘ 04.2:",
        "spawn was called 3 times",
        "Hint",
        "read joinall again",
        *verdict.printed[:1],
        "a",
    ]
    assert "<details" in card(verdict)
    assert "<code>spawn</code>" in card(verdict)


@pytest.mark.parametrize("passed", [True, False])
def test_a_solution_is_offered_to_those_who_have_tried(passed):
    verdict = Verdict("04.2", passed, "so it is")
    assert words(card(verdict, "if 1 < 2:\n    pass"))[-1] == "if 1 < 2:\n    pass"
    assert "solution" not in card(verdict)
    assert "solution" not in card(dataclasses.replace(verdict, passed=None), "pass")
    assert "pass" not in card(dataclasses.replace(verdict, of_solution=True), "pass")


def test_the_solution_is_not_taken_for_the_reader_s_own_answer():
    own, course = Verdict("04.2", True, "so it is"), Verdict("04.2", True, "so it is", of_solution=True)
    assert str(course) == "✔ 04.2, the solution: so it is"
    assert "success" in card(own)
    assert "success" not in card(course)


NASTY = "<script>alert('1')</script><img src=x onerror=\"alert(1)\"> & $x$ `<b>`"


def test_what_an_answer_says_is_text_on_a_card():
    failure = types.SimpleNamespace(order=lambda: [NASTY])
    shown = card(Verdict(NASTY, False, NASTY, NASTY, [NASTY, f"│ {NASTY}"], failure), NASTY)
    parser = Tags()
    parser.feed(shown)
    assert set(parser.tags) == {"div", "p", "strong", "details", "summary", "pre", "code"}
    assert set(parser.attributes) == {"class", "style"}
    assert "".join(parser.text).count("<script>alert('1')</script><img src=x onerror=\"alert(1)\"> & $x$") == 7
    assert "mathjax_ignore" in shown


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attributes]

    def handle_data(self, data):
        self.text.append(data)


def words(html):
    """The texts of a piece of HTML, those of its lines and blocks apart."""
    parser = Tags()
    parser.feed(re.sub(r"</?code>", "", html))
    return [text.strip() for text in parser.text if text.strip()]


@pytest.mark.parametrize(
    ("folder", "has_one"), [("notebooks", True), ("handout", False), ("desk", True), ("broken", False), ("none", False)]
)
def test_a_solution_is_offered_where_the_reader_s_notebook_has_one(tmp_path, monkeypatch, folder, has_one):
    cell = {"cell_type": "code", "metadata": {"tags": ["solution"]}, "source": ["mine = 1\n", 'check("00.2", mine)']}
    books = {"handout": {"cells": []}, "desk": {"cells": [{**cell, "metadata": {}}, cell]}, "broken": {"cells": [1]}}
    if folder in books:
        (tmp_path / "00_my_copy.ipynb").write_text(json.dumps(books[folder]))
    monkeypatch.setattr(solutions, "HERE", solutions.NOTEBOOKS if folder == "notebooks" else tmp_path)
    offered = solutions.offered("00.2")
    assert bool(offered) == has_one
    assert not has_one or offered == solutions.solution("00.2") == answers.cell_source("00.2", "solution")


# -- in a notebook ----------------------------------------------------------------------------------------------------


def test_the_note_that_an_answer_still_runs_leaves_no_trace_in_stored_outputs(tmp_path):
    cells = [
        "import sys\nfrom exercises import telling\nfrom helpers import check",
        "def answer(waits):\n    return max(waits, default=0)\n\nprint('before')\ncheck('00.2', answer)",
        "telling.QUIET = -1",
        "print('before')\ncheck('00.2', answer)",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    refresh.run(notebook, tmp_path / "one.ipynb")
    _, quick, _, slow = (cell.outputs for cell in notebook.cells)
    assert quick == slow
    assert quick[0].text == "before\n"
    assert quick[1].data["text/plain"].startswith("✔ 00.2: the slowest")
    assert "<strong" in quick[1].data["text/html"]
    refresh.tidy(notebook)
    assert list(quick[1].data) == ["text/plain"]


def test_a_solution_is_still_offered_in_a_chapter_that_has_gone_to_another_folder():
    cells = [
        "import os\nfrom helpers import check, progress, temporary_folder",
        "os.chdir(temporary_folder())\ncheck('00.2', sum)",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    refresh.run(notebook, solutions.NOTEBOOKS / "one.ipynb")
    assert "Show the solution" in notebook.cells[1].outputs[0].data["text/html"]


def test_in_a_notebook_an_answer_that_takes_long_is_said_to_run_and_then_gives_way_to_its_verdict(kernel):
    kernel.run("from exercises import telling\ntelling.QUIET = -1")
    shown = list(kernel.follow(kernel.start("check('00.2', lambda waits: max(waits, default=0))")))
    kernel.run("telling.QUIET = 2")
    (_, note), (_, verdict) = [each for each in shown if each[0] in ("display_data", "update_display_data")]
    assert note["data"]["text/plain"].startswith("… 00.2 is still running. To stop it, press ■")
    assert verdict["data"]["text/plain"].startswith("✔ 00.2")
    assert note["transient"] == verdict["transient"]
    assert [kind for kind, _ in shown][-1] == "update_display_data"


@pytest.fixture(scope="module")
def kernel():
    with Kernel() as kernel:
        kernel.run("import os, time\nfrom helpers import check")
        yield kernel


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("while True: pass", " It was at line 4 of answer."),
        ("import gevent; gevent.sleep(1e6)", " It was at line 4 of answer."),
        (
            "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
            " It was at line",
        ),
    ],
)
def test_a_check_that_is_stopped_says_so_and_leaves_nothing(kernel, tmp_path, body, place):
    note = tmp_path / "pid"
    code = f"def answer(waits):\n    print('waits')\n    open({str(note)!r}, 'w').write(str(os.getpid()))\n    {body}\n"
    for patience in (0.5, 5, 30):  # on a busy machine it may not have told in time where it was
        kernel.run(f"from helpers import isolated\nisolated.PATIENCE = {patience}")
        note.unlink(missing_ok=True)
        cell = kernel.start(code + "check('00.2', answer)")
        assert eventually(lambda: note.exists() and note.read_text())
        kernel.interrupt()
        result = kernel.collect(cell)
        kernel.run("isolated.PATIENCE = 0.5")
        if place in result.traceback:
            break
    assert result.ename == "KeyboardInterrupt"
    said, *printed = result.traceback.splitlines()
    assert "<" not in result.html
    assert said.startswith(f"… 00.2: you stopped the check.{place}")
    assert printed == ["  Your code printed:", "  │ waits"]
    assert eventually(lambda: not alive(int(note.read_text())))


@pytest.mark.parametrize("session", [False, True])
def test_a_process_that_an_answer_leaves_is_gone_after_the_verdict(kernel, tmp_path, session):
    note = tmp_path / "pid"
    code = (
        "def answer(waits):\n    import subprocess, sys\n"
        "    sleeper = [sys.executable, '-c', 'import time; time.sleep(1000)']\n"
        f"    pid = subprocess.Popen(sleeper, start_new_session={session}).pid\n"
        f"    open({str(note)!r}, 'w').write(str(pid))\n    return max(waits, default=0)\ncheck('00.2', answer)"
    )
    assert "✔" in kernel.run(code).text
    assert eventually(lambda: not alive(int(note.read_text())))


def test_an_unknown_exercise_fails_the_cell_with_one_sentence(kernel):
    result = kernel.run("check('04.99', max)")
    assert result.ename == "NoSuchExercise"
    assert result.traceback.startswith("there is no exercise '04.99': chapter 04 has 04.1")
    assert len(result.traceback.splitlines()) < 3


def test_the_cell_of_the_solution_is_known_whatever_the_answer_before_it(kernel):
    source = answers.cell_source("00.2", "solution")
    for cell in (source, f"{source}\n"):
        assert "✔ 00.2, the solution: " in kernel.run(cell).text  # on a busy machine after "… is still running"
    assert "✔ 00.2: " in kernel.run(source.replace("max(", "max(  ")).text


def test_who_waits_is_caught_also_when_it_is_the_check_that_was_held_up(monkeypatch):
    checks = importlib.import_module("exercises.13.checks")
    wait = checks.Call.wait
    monkeypatch.setattr(checks.Call, "wait", lambda call, seconds: time.sleep(0.15) or wait(call, seconds))
    with pytest.raises(Wrong, match="waits"):
        checks._at_once(lambda: time.sleep(0.1), lambda: ((), lambda: None), stuck="waits")
    assert checks._at_once(lambda: "bun", lambda: ((), lambda: None), stuck="waits") == "bun"
