"""Every exercise accepts its solution, refuses its starter and what learners would really get wrong, and ends."""

import dataclasses
import sys

import pytest

from exercises import Verdict, answers, judge, judging, registered
from helpers import check, isolated
from tests.warm_python import WarmPython

EXERCISES = sorted(name for name in registered() if name[-1].isdigit())
FIRST_OF_CHAPTERS = sorted({name[:2]: name for name in reversed(EXERCISES)}.values())
PREDICTIONS = sorted(name for name in registered() if not name[-1].isdigit())
RIGHT, WRONG = answers.collected("right"), answers.collected("wrong")


def each(several):
    """The answers of all exercises, one by one, with names that `-k` can find."""
    return [
        pytest.param(name, answer, id=f"{name}-{number}")
        for name, listed in several.items()
        for number, answer in enumerate(listed)
    ]


@pytest.fixture(scope="module")
def warm_python():
    """One process that has imported what verdicts need; None where a warm process should not fork."""
    warm = WarmPython() if sys.platform == "linux" else None
    yield warm
    if warm:
        warm.close()


@pytest.fixture
def quick(warm_python, monkeypatch):
    """Verdicts come from copies of a warm process. Tests without this fixture judge as `check` does for readers."""
    if warm_python:
        monkeypatch.setattr(isolated, "Child", warm_python.child)


@pytest.mark.parametrize("name", FIRST_OF_CHAPTERS)
def test_a_solution_of_each_chapter_passes_in_a_process_of_its_own(name):
    verdict = judge(name, answers.of_notebook(name, "solution"))
    assert verdict.passed, str(verdict)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name):
    verdict = judge(name, answers.of_notebook(name, "solution"))
    assert verdict.passed, str(verdict)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("name", "answer"), each(RIGHT))
def test_a_right_answer_in_another_style_passes(name, answer):
    verdict = judge(name, answers.of(name, answer))
    assert verdict.passed, str(verdict)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_does_not_pass_and_is_told_why(name):
    verdict = judge(name, answers.of_notebook(name, "exercise"))
    assert not verdict.passed
    assert len(verdict.reason) > 10
    assert verdict.hint or verdict.passed is None


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("name", "answer"), each(WRONG))
def test_a_wrong_answer_fails_for_its_own_reason(name, answer):
    verdict = judge(name, answers.of(name, answer))
    assert verdict.passed is False
    assert answer.says in verdict.reason


@pytest.mark.parametrize(("several", "least"), [(RIGHT, 2), (WRONG, 3)], ids=["right", "wrong"])
def test_every_exercise_has_several_answers(several, least):
    assert {name: len(several.get(name, ())) for name in EXERCISES if len(several.get(name, ())) < least} == {}
    assert set(several) == set(EXERCISES)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_prediction_takes_each_choice_and_explains_it(name):
    verdicts = {letter: judge(name, letter) for letter in "abc"}
    assert [each.passed for each in verdicts.values()].count(True) == 1
    assert len({each.reason for each in verdicts.values()}) == 3
    assert judge(name, "").passed is None
    assert judge(name, "(A)").reason == verdicts["a"].reason
    assert "none of the choices a, b, c" in judge(name, "d").reason


def in_main(source):
    names = {"__name__": "__main__"}
    exec(source, names)
    return names["answer"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\ndef answer(waits): os._exit(3)", "ended the process in which it was checked"),
        ("def answer(waits): raise SystemExit(4)", "raised SystemExit: 4"),
        ("def answer(waits): return 1 / 0", "raised ZeroDivisionError: division by zero (line 1 of answer)"),
        ("def answer(): return 1", "TypeError"),
        ("answer = 0.25", "give the function itself, without calling it: this is 0.25."),
        ("import socket\nline = socket.socket()\ndef answer(waits): return line", "cannot be sent"),
    ],
)
def test_an_answer_that_breaks_down_costs_a_sentence(source, reason):
    verdict = judge("00.2", in_main(source))
    assert verdict.passed is False
    assert reason in verdict.reason


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
    "body",
    [
        "while True: pass",
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "import time; time.sleep(1e6)",
        "import threading; threading.Lock().acquire() and threading.Event().wait()",
    ],
)
def test_an_answer_without_end_is_cut_off_with_a_word_on_why(monkeypatch, body):
    quick = dataclasses.replace(judging._look_up("00.2"), seconds=1)
    monkeypatch.setitem(judging._registry, "00.2", quick)
    verdict = judge("00.2", in_main(f"def answer(waits):\n    {body}"))
    assert verdict.passed is False
    assert "still running after 1 s and was cut off" in verdict.reason
    assert "never ends" in verdict.hint


def test_what_an_answer_prints_is_seen(capsys):
    check("00.2", in_main("def answer(waits):\n    print('waits:', waits)\n    return max(waits, default=0)"))
    out = capsys.readouterr().out
    assert out.startswith("waits: [0.25]")
    assert "✔ 00.2" in out


def test_a_verdict_fits_the_page():
    text = str(Verdict("04.2", False, "word " * 60, "hint " * 60))
    assert text.startswith("✘ 04.2: word")
    assert max(map(len, text.splitlines())) <= 92
    assert "\n  Hint: hint" in text
    assert len(str(Verdict("04.2", False, "x" * 10_000_000))) < 1000


@pytest.mark.parametrize(
    ("name", "offer"), [("04.99", "chapter 04 has 04.1, 04.2"), ("99.1", "no chapter '99'"), ("", "no chapter ''")]
)
def test_an_unknown_exercise_is_answered_with_those_there_are(name, offer):
    with pytest.raises(ValueError, match=f"there is no exercise '{name}': {offer}"):
        check(name, 1)
