"""The edits that `make mutants` makes, what it says of them, and that it lists one which a weak check lets pass."""

import ast
import os
import sys
import textwrap

import pytest

from exercises import Wrong, answers, exercise, judging
from exercises.predicting import tomllib
from tools import mutate, reasons
from tools.edits import edited
from tools.warm import Job, judge_all

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def after(source):
    """All edits of a program: {source after it: kind}."""
    return {text: kind for kind, text in edited(textwrap.dedent(source))}


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("def f():\n    a()\n    b()", "drop", "def f():\n    b()"),
        ("def f():\n    a()", "drop", "def f():\n    pass"),
        ("def f():\n    a()\n    b()", "swap", "def f():\n    b()\n    a()"),
        ("with a:\n    b()\n    c()", "dedent", "with a:\n    b()\nc()"),
        (
            "def f():\n    for a in b:\n        c()\n    d()",
            "indent",
            "def f():\n    for a in b:\n        c()\n        d()",
        ),
        ("with a:\n    b()", "no with", "b()"),
        ("with a, b:\n    c()", "no with", "with b:\n    c()"),
        ("while a:\n    b()", "while to if", "if a:\n    b()"),
        ("while a:\n    b()", "one round", "while a:\n    b()\n    break"),
        ("if a:\n    b()", "always", "b()"),
        ("if a:\n    b()", "negate", "if not a:\n    b()"),
        ("if not a:\n    b()", "negate", "if a:\n    b()"),
        ("if a:\n    b()", "truth", "if a is not None:\n    b()"),
        ("if a is None:\n    b()", "truth", "if not a:\n    b()"),
        ("if a:\n    b()\nelse:\n    c()", "no else", "if a:\n    b()\nc()"),
        ("a < b", "operator", "a <= b"),
        ("a and b", "operator", "a or b"),
        ("a and b", "drop part", "b"),
        ("a // b", "operator", "a / b"),
        ("a += b", "operator", "a = b"),
        ("a - b", "drop part", "a"),
        ("a = 0", "constant", "a = 1"),
        ("a = 7", "constant", "a = 6"),
        ("a = True", "constant", "a = False"),
        ("a = 'b'", "constant", "a = ''"),
        ("a = None", "constant", "a = 0"),
        ("def f(a=0):\n    pass", "constant", "def f(a=1):\n    pass"),
        ("f(a, b)", "drop part", "f(b)"),
        ("f(a, b)", "swap parts", "f(b, a)"),
        ("f(a=b)", "drop part", "f()"),
        ("a = [b, c]", "drop part", "a = [c]"),
        ("a = {b: c}", "drop part", "a = {}"),
        ("a = [b for b in c if b]", "drop part", "a = [b for b in c]"),
        ("a = list(b)", "no call", "a = b"),
        ("a = b[1:c]", "no slice", "a = b[1:]"),
        ("a = b if c else d", "always", "a = d"),
        ("async def f():\n    await a()", "no await", "async def f():\n    a()"),
        ("def f():\n    yield from a", "no await", "def f():\n    yield a"),
        ("def f():\n    return a", "no return", "def f():\n    return"),
        ("while a:\n    break", "leave", "while a:\n    continue"),
        ("try:\n    a()\nexcept b:\n    c()", "no except", "a()"),
        ("try:\n    a()\nexcept b:\n    c()", "other error", "try:\n    a()\nexcept Exception:\n    c()"),
        ("suppress(OSError)", "other error", "suppress(Exception)"),
        ("suppress(OSError)", "other error", "suppress(ConnectionError)"),
        ("raise KeyError(a)", "other error", "raise LookupError(a)"),
        ("try:\n    a()\nfinally:\n    b()", "no finally", "a()"),
        ("try:\n    a()\nexcept b:\n    c()\nelse:\n    d()", "no else", "try:\n    a()\n    d()\nexcept b:\n    c()"),
        ("raise a from b", "no cause", "raise a"),
        ("max(a, b)", "other name", "min(a, b)"),
        ("a.append(b)", "other end", "a.insert(0, b)"),
        ("a.pop(0)", "drop part", "a.pop()"),
        ("a.pop()", "other end", "a.pop(0)"),
        ("a.popleft()", "other name", "a.pop()"),
        ("def f():\n    a = []\n    a.append(1)", "kept", "a = []\n\ndef f():\n    global a\n    a.append(1)"),
        (
            "class C:\n\n    def __init__(self):\n        self.a = []",
            "kept",
            "class C:\n    a = []\n\n    def __init__(self):\n        pass",
        ),
        ("a = '''\nb()\nif c:\n    d()\n'''", "program: always", "a = '\\nb()\\nd()\\n'"),
    ],
)
def test_an_edit_is_made(source, kind, expected):
    assert after(source).get(expected) == kind


@pytest.mark.parametrize(
    "source",
    [
        "import a\nfrom b import c",
        "check('04.2', answer)",
        "raise ValueError(f'{a} is no number', 1)",
        "a = f'{b} is no number'",
        "def f():\n    return a",
        "line.recv(65536)",
        "with suppress(OSError, ValueError):\n    a",
    ],
)
def test_what_makes_no_difference_or_is_not_the_answer_stays(source):
    assert set(after(source).values()) <= {"drop", "drop part", "no return", "kept", "other error", "no with"}


@pytest.mark.parametrize(
    ("first", "second", "swapped"),
    [
        ("a = []", "b = count()", False),
        ("a = []", "b = take()", False),
        ("a = len(c)", "b = list(c)", False),
        ("a = []", "b = a", True),
        ("a = len(c)", "b = c.pop()", True),
        ("a = take()", "b = take()", True),
        ("self.a = 1", "self.b = 2", True),
        ("self.a = []", "b = self", True),
    ],
)
def test_lines_are_swapped_where_that_may_make_a_difference(first, second, swapped):
    assert ("swap" in after(f"def f(c, self):\n    {first}\n    {second}").values()) is swapped


def test_attributes_are_swapped_only_where_others_may_see_them():
    first, second = "        self.a = []", "        self.b = Lock()"
    for name, swapped in [("__init__", False), ("open", True)]:
        source = "\n".join(["class C:", f"    def {name}(self):", first, second])
        assert ("swap" in after(source).values()) is swapped


def test_a_name_that_an_inner_function_uses_makes_a_difference():
    source = "def f(hub):\n    def g():\n        print(waiting)\n    hub(g)\n    waiting = True"
    assert "swap" in after(source).values()


def test_edits_compile_differ_and_come_in_the_same_order():
    source = answers.cell_source("04.3", "solution")
    several = list(edited(source))
    texts = [text for _, text in several]
    assert len(texts) > 80
    assert len({ast.dump(ast.parse(text)) for text in [*texts, source]}) == len(texts) + 1
    assert several == list(edited(source))


SOLUTION = "def together(waits):\n    longest = max(waits, default=0)\n    return longest\n\ncheck('00.2', together)"


@pytest.fixture
def weak(monkeypatch, tmp_path):
    """A check that never tries an empty list, and the solution of its exercise."""
    monkeypatch.setattr(judging, "_registry", {})

    @exercise("00.2", praise="right", hint="look again")
    def weak(answer):
        if answer([1, 3, 2]) != 3:
            raise Wrong("the slowest decides")

    monkeypatch.setattr(answers, "cell_source", lambda name, tag: SOLUTION)
    monkeypatch.setattr(mutate, "chosen", lambda wanted: ["00.2"])
    monkeypatch.setattr(mutate, "FOLDER", tmp_path)
    (tmp_path / "00").mkdir()
    return tmp_path / "00" / "equivalent.toml"


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["mutate", *arguments])
    with pytest.raises(SystemExit) as end:
        mutate.main()
    return bool(end.value.code)


SURVIVOR = """
 def together(waits):
-    longest = max(waits, default=0)
+    longest = max(waits, default=1)
     return longest
"""


@forks
def test_what_a_weak_check_lets_pass_is_listed(weak, monkeypatch, capsys):
    assert run(monkeypatch, "--reasons")
    out = capsys.readouterr().out
    assert f"survived (constant)\n{SURVIVOR.strip(chr(10))}\n" in out
    assert (
        "): the slowest decides\n def together(waits):\n-    longest = max(waits, default=0)\n+    longest = min("
        in out
    )
    assert "constant 2/2" in out


@forks
def test_notes_of_edits_that_make_no_difference_count_and_are_proven(weak, monkeypatch, capsys):
    assert run(monkeypatch)
    before = capsys.readouterr().out
    weak.write_text(f"[['00.2']]\nwhy = 'all wait for a while'\nedit = '''{SURVIVOR}'''\n")
    run(monkeypatch)
    after = capsys.readouterr().out
    assert "0 equivalent, 3 survived" in before
    assert "1 equivalent, 2 survived" in after
    assert SURVIVOR not in after
    for edit, complaint in [
        (SURVIVOR.replace("max(waits, default=1)", "min(waits, default=0)"), "but it is refused"),
        (SURVIVOR.replace("longest", "most"), "but no such edit is made"),
    ]:
        weak.write_text(f"[['00.2']]\nwhy = 'who knows'\nedit = '''{edit}'''\n")
        assert run(monkeypatch)
        assert f"noted as equivalent, {complaint}\n{edit.strip(chr(10))}" in capsys.readouterr().out


@forks
def test_a_check_that_sees_all_is_enough(weak, monkeypatch, capsys):
    @exercise("00.2", praise="right", hint="look again")
    def strict(answer):
        if (answer([1, 3, 2]), answer([])) != (3, 0):
            raise Wrong("the slowest decides")

    assert not run(monkeypatch)
    assert "0 survived" in capsys.readouterr().out


@forks
def test_a_solution_that_does_not_pass_is_told(weak, monkeypatch, capsys):
    monkeypatch.setattr(answers, "cell_source", lambda name, tag: SOLUTION.replace("max", "min"))
    assert run(monkeypatch)
    assert "The solution of 00.2 does not pass: the slowest decides" in capsys.readouterr().out


@forks
def test_survivors_can_be_printed_as_notes(weak, monkeypatch, capsys):
    assert run(monkeypatch, "--notes")
    out = capsys.readouterr().out
    notes = tomllib.loads(out[out.index("[[") : out.index("survived, of each")])["00.2"]
    assert len(notes) == 3
    assert SURVIVOR.strip("\n") in [note["edit"].strip("\n") for note in notes]
    weak.write_text(out[out.index("[[") : out.index("survived, of each")].replace('""', '"all wait for a while"'))
    assert not run(monkeypatch)
    assert "3 equivalent, 0 survived" in capsys.readouterr().out


def test_exercises_are_chosen_by_chapter_or_number():
    assert mutate.chosen(["04.2", "00"]) == ["00.1", "00.2", "00.3", "00.4", "04.2"]
    assert len(mutate.chosen([])) > 70
    with pytest.raises(ValueError, match=r"no exercise or chapter '99'"):
        mutate.chosen(["99"])


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 writes some lines in another way")
@pytest.mark.parametrize("chapter", sorted({name[:2] for name in mutate.chosen([])}))
def test_each_note_fits_an_edit_and_has_a_reason(chapter):
    for name, notes in mutate.noted(chapter).items():
        edits = {each.edit for each in mutate.mutants(name, answers.cell_source(name, "solution"))}
        assert [edit for edit in notes if edit not in edits] == []
        assert [edit for edit, why in notes.items() if len(why) < 10] == []


@forks
def test_what_one_answer_does_reaches_no_other():
    spoils = "import builtins\nbuiltins.max = None\ndef answer(waits): return 0"
    ends = "import os\ndef answer(waits): os._exit(3)"
    loops = "def answer(waits):\n    while True: pass"
    breaks = "1 / 0"
    right = "def answer(waits): return max(waits, default=0)"
    jobs = [Job("00.2", loops, 2), *(Job("00.2", source) for source in (spoils, ends, breaks, right))]
    verdicts = {job.source: verdict for job, verdict, _ in judge_all(jobs)}
    assert not verdicts[spoils].passed
    assert "ended the process" in verdicts[ends].reason
    assert "still running after 2 s and was cut off" in verdicts[loops].reason
    assert verdicts[breaks] is None
    assert verdicts[right].passed


@forks
def test_the_table_of_reasons_shows_edits_and_whole_answers(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reasons", "00.2"])
    reasons.main()
    out = capsys.readouterr().out
    assert "===== 00.2\npraise: " in out
    assert "\nright 0  ✔\n    | def answer(" in out
    assert "\n    | -    return max(waits, default=0)\n    | +    return max(waits)\n" in out
