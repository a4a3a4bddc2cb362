"""Every exercise accepts its solution, refuses its starter and what learners would really get wrong, and ends."""

import sys

import pytest

from exercises import answers, judge, registered
from helpers import isolated
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
