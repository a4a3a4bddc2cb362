"""Every exercise accepts its solution, refuses its starter and what learners would really get wrong, and ends."""

import os
import re

import pytest

from exercises import answers, judge, predictions, registered
from exercises.chapters import chapters
from exercises.predicting import choices, judge_guess
from tests.side_by_side import Verdicts

EXERCISES = sorted(registered())
FIRST_OF_CHAPTERS = sorted({name[:2]: name for name in reversed(EXERCISES)}.values())
RIGHT, WRONG = answers.collected("right"), answers.collected("wrong")
NOT_ON_WINDOWS = ("15.5",)  # where no program hears SIGTERM: its check says so, whatever the answer


@pytest.fixture(autouse=True)
def _where_it_is_checked(request):
    name = getattr(request.node, "callspec", None) and request.node.callspec.params.get("name")
    if os.name == "nt" and name in NOT_ON_WINDOWS:
        pytest.skip("Windows has no SIGTERM that a program could hear.")


def each(several):
    """The answers of all exercises, one by one, with names that `-k` can find."""
    return [
        pytest.param(name, answer, id=f"{name}-{number}")
        for name, listed in several.items()
        for number, answer in enumerate(listed)
    ]


@pytest.fixture(scope="module")
def verdicts(request):
    """Verdicts on the answers of this run, found ahead and several at a time.

    They come from copies of a warm process. Tests without this fixture judge as `check` does for readers.
    """
    asking = (item.callspec.params for item in request.session.items if "verdicts" in getattr(item, "fixturenames", ()))
    verdicts = Verdicts((each["name"], each["answer"]) for each in asking)
    yield verdicts
    verdicts.close()


def cells(tag):
    """The answer in that cell of each exercise."""
    return [pytest.param(name, tag, id=name) for name in EXERCISES]


@pytest.mark.parametrize("name", FIRST_OF_CHAPTERS)
def test_a_solution_of_each_chapter_passes_in_a_process_of_its_own(name):
    verdict = judge(name, answers.of_notebook(name, "solution"))
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(("name", "answer"), cells("solution"))
def test_the_solution_passes(verdicts, name, answer):
    verdict = verdicts.of(name, answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(("name", "answer"), each(RIGHT))
def test_a_right_answer_in_another_style_passes(verdicts, name, answer):
    verdict = verdicts.of(name, answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(("name", "answer"), cells("exercise"))
def test_the_starter_does_not_pass_and_is_told_why(verdicts, name, answer):
    verdict = verdicts.of(name, answer)
    assert not verdict.passed
    assert len(verdict.reason) > 10
    assert verdict.hint or verdict.passed is None


@pytest.mark.parametrize(("name", "answer"), each(WRONG))
def test_a_wrong_answer_fails_for_its_own_reason(verdicts, name, answer):
    verdict = verdicts.of(name, answer)
    assert verdict.passed is False
    assert answer.says in verdict.reason


@pytest.mark.parametrize(("several", "least"), [(RIGHT, 5), (WRONG, 10)], ids=["right", "wrong"])
def test_every_exercise_has_several_answers(several, least):
    assert {name: len(several.get(name, ())) for name in EXERCISES if len(several.get(name, ())) < least} == {}
    assert set(several) == set(EXERCISES)


@pytest.mark.parametrize("several", [RIGHT, WRONG], ids=["right", "wrong"])
def test_no_answer_stands_twice(several):
    for name, listed in several.items():
        sources = [answer.source(name).strip() for answer in listed]
        assert [source for number, source in enumerate(sources) if source in sources[:number]] == [], name


@pytest.mark.parametrize("name", sorted(predictions()))
def test_a_prediction_takes_each_choice_and_explains_it(name):
    verdicts = {letter: judge_guess(name, letter) for letter in choices(name)}
    assert list(verdicts) == ["a", "b", "c"]
    assert [each.passed for each in verdicts.values()].count(True) == 1
    assert len({each.reason for each in verdicts.values()}) == 3
    assert judge_guess(name, "(A)").reason == verdicts["a"].reason
    assert "none of the choices a, b, c" in judge_guess(name, "d").reason
    question = chapters()[name[:2]].questions[name].text
    assert re.findall(r"^- \((.)\) ", question, re.MULTILINE) == choices(name)
