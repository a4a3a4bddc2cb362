"""Predictions in a real kernel: a click is kept, its verdict comes below the experiment, and again after a restart."""

import json
import os
from datetime import datetime, timedelta

import nbformat
import pytest

from exercises import predict
from tests.kernel import Kernel

ASK = "predict('03.a')"
EXPERIMENT = 'bun = steam()\nprint("the call returned a", type(bun).__name__)'
CHOICES = '[a]\nright = "b"\na = "Nothing has run."\nb = "It makes a generator."\nc = "One yield is enough."\n'
RIGHT, WRONG = "✔ 03.a: you guessed (b)", "✘ 03.a: you guessed (a); it is (b)."
BEGIN = """
from pathlib import Path
from exercises import chapters, predicting
chapters.NOTEBOOKS = predicting.FOLDER = Path({folder!r})
from helpers import ask_again, check, predict, progress
def steam():
    yield
"""


class Page:
    """What a page with widgets does: it knows the buttons that it was sent, and can click them."""

    def __init__(self, kernel):
        self.kernel, self.models = kernel, {}
        self.begin()

    def begin(self):
        """Run a notebook's first cell, which also puts a small course in the place of the whole."""
        self.run(BEGIN.format(folder=self.kernel.course))

    def run(self, code):
        """Run a cell; return the text of what it shows, buttons as their plain text."""
        return self._follow(self.kernel.start(code))

    def click(self, letter):
        """Click the last button with this letter; return the text of what appears in the widgets."""
        [*_, button] = [each for each, state in self.models.items() if state.get("description") == letter]
        session = self.kernel.client.session
        content = {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}}
        message = session.msg("comm_msg", content)
        self.kernel.client.shell_channel.send(message)
        return self._follow(message["header"]["msg_id"])

    def _follow(self, message_id):
        shown, error = [], None
        for kind, content in self.kernel.follow(message_id):
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("display_data", "update_display_data", "execute_result"):
                shown.append(f"{content['data']['text/plain']}\n")
            elif kind == "error":
                error = content
            elif kind == "comm_open":
                self.models[content["comm_id"]] = content["data"]["state"]
            elif kind == "comm_close":
                self.models.pop(content["comm_id"])
            elif kind == "comm_msg" and content["data"].get("method") in ("update", "echo_update"):
                state = content["data"]["state"]
                self.models[content["comm_id"]].update(state)
                shown += [output["data"]["text/plain"] for output in state.get("outputs", ())]
        assert not error, "\n".join([*error["traceback"], *shown])
        return "".join(shown).strip()

    @property
    def pressed(self):
        return [state["description"] for state in self.models.values() if state.get("button_style") == "primary"]

    def restart(self):
        self.kernel.restart()
        self.models = {}
        self.begin()


def small_course(folder):
    """A course of two chapters: one prediction in chapter 3, whose first exercise is that of the real one."""
    cell, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    cells = [
        text(
            "# 3. Bake\n\n## 3.1 Steam\n\n**Predict.** What does `steam()` print?\n\n"
            "- (a) all\n- (b) nothing\n- (c) one"
        ),
        cell('predict("03.a")'),
        cell(EXPERIMENT),
        text("## Exercises\n\n### Exercise 03.1 Take a few (5 minutes)"),
        cell("def take(n, source):\n    return []\n\n\ncheck('03.1', take)", metadata={"tags": ["exercise"]}),
        text("### Exercise 03.2 Keep (5 minutes)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "03_bake.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[text("# 4. Sell")]), folder / "04_sell.ipynb")
    (folder / "03").mkdir()
    (folder / "03" / "predictions.toml").write_text(CHOICES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_MEMORY", str(tmp_path_factory.mktemp("memory") / "memory.jsonl"))
        with Kernel() as kernel:
            kernel.memory = os.environ["COURSE_MEMORY"]
            kernel.course = str(small_course(tmp_path_factory.mktemp("course")))
            yield kernel


@pytest.fixture
def page(kernel):
    """A page of a kernel that knows nothing yet, with no memory."""
    kernel.run(
        "from helpers import progress\nprogress(erase=True)\nfrom exercises import predicting\n"
        "predicting._asked.clear()"
    )
    return Page(kernel)


def remembered(page):
    with open(page.kernel.memory, encoding="utf-8") as file:
        return [{key: value for key, value in json.loads(line).items() if key not in ("when", "of")} for line in file]


def test_a_click_is_kept_and_its_verdict_comes_below_the_experiment(page):
    assert page.run(ASK).startswith("Your guess? Click a, b or c; or run predict(")
    assert RIGHT not in page.click("b")
    assert page.pressed == ["b"]
    assert page.run("'some other cell'") == "'some other cell'"
    shown = page.run(EXPERIMENT)
    assert shown.startswith("the call returned a generator")
    assert RIGHT in shown
    assert remembered(page) == [{"name": "03.a", "guess": "b"}, {"name": "03.a", "right": True}]


def test_the_last_guess_before_the_experiment_counts(page):
    page.run(ASK)
    page.click("b")
    page.click("a")
    assert page.pressed == ["a"]
    assert WRONG in page.run(EXPERIMENT)
    assert [each["right"] for each in remembered(page) if "right" in each] == [False]


def test_without_a_guess_nothing_is_said_until_there_is_one(page):
    page.run(ASK)
    assert page.run(EXPERIMENT) == "the call returned a generator"
    assert WRONG in page.click("a")


def test_what_is_clicked_after_the_verdict_is_explained_and_not_remembered(page):
    page.run(ASK)
    page.click("a")
    page.run(EXPERIMENT)
    before = remembered(page)
    assert RIGHT in page.click("b")
    assert remembered(page) == before


def test_a_cell_may_run_twice(page):
    page.run(ASK)
    page.click("a")
    for _ in range(2):
        page.run(ASK)
        assert page.pressed == ["a"]
        assert page.run(EXPERIMENT).count(WRONG) == 1
        assert page.run(EXPERIMENT).count(WRONG) == 1
    assert len(remembered(page)) == 2
    assert sum(state.get("description") == "a" for state in page.models.values()) == 1  # old buttons are gone


def test_an_experiment_that_was_edited_is_still_known(page):
    page.run("predict('03.a', 'b')")
    assert RIGHT in page.run(EXPERIMENT.replace("the call returned", "it returned"))


def test_an_experiment_that_breaks_down_proves_nothing(page):
    page.run(ASK)
    page.click("b")
    page.run("del steam")
    with pytest.raises(AssertionError, match="NameError") as caught:
        page.run(EXPERIMENT)
    assert RIGHT not in str(caught.value)
    page.begin()
    assert RIGHT in page.run(EXPERIMENT)


def test_a_click_is_remembered_after_a_restart(page):
    page.run(ASK)
    page.click("a")
    page.restart()
    page.run(ASK)
    assert page.pressed == ["a"]
    assert WRONG in page.run(EXPERIMENT)


def test_a_guess_may_be_written(page):
    assert page.run("predict('03.a', '(B)')") == "03.a: your guess is (b)."
    assert RIGHT in page.run(EXPERIMENT)
    for written in ("b", "ｂ", "（Ｂ）"):
        assert RIGHT in page.run(f"predict('03.a', {written!r})")
    for wrong in ("'d'", "3", "None", "10**5_000"):
        assert "none of the choices a, b, c" in page.run(f"predict('03.a', {wrong})")


def test_what_was_guessed_wrong_is_asked_again_when_it_is_due(page):
    when = (datetime.now().astimezone() - timedelta(days=3)).isoformat(timespec="seconds")
    lines = [{"when": when, "name": "03.a", "guess": "a"}, {"when": when, "name": "03.a", "right": False}]
    with open(page.kernel.memory, "w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    shown = page.run("ask_again()")
    assert "**Predict.** What does `steam()` print?" in shown
    assert page.pressed == []
    assert RIGHT in page.click("b")
    assert remembered(page)[2:] == [{"name": "03.a", "guess": "b"}, {"name": "03.a", "right": True}]
    assert page.run("ask_again()").startswith("Nothing to ask again today.")
    assert page.run("progress('03')").startswith("Predictions: 1 of 1 right. Exercises: 0 of 2 solved; open: 1, 2.")


def test_an_unknown_prediction_fails_with_one_sentence(page):
    result = page.kernel.run("predict('03.z')")
    assert result.ename == "NoSuchExercise"
    assert result.traceback.startswith("there is no prediction '03.z': chapter 03 has 03.a")


@pytest.mark.parametrize("name", [["05.a"], tuple(range(1_000)), 5.1])
def test_what_is_no_name_of_a_prediction_is_answered_with_a_sentence(name):
    with pytest.raises(ValueError, match=r"there is no prediction .* write its name in quotes") as caught:
        predict(name)
    assert len(str(caught.value)) < 200


def test_an_answer_of_ones_own_is_remembered_and_the_solution_is_not(page):
    solved = "check('03.1', take)"
    solution = "# Solution\ndef take(n, source):\n    for number, item in enumerate(source):\n        yield item"
    mine = "def take(n, source):\n    return iter(list(source)[:n])\n"
    assert "→ Next: exercise 03.2, Keep." not in page.run(
        "def take(n, source):\n    return []\n\n\ncheck('03.1', take)"
    )
    page.run(f"{solution}\n{solved}")
    assert not os.path.exists(page.kernel.memory)
    for _ in range(2):
        assert "Stuck?" not in page.run(f"{mine}\n{solved}")
    assert remembered(page) == [{"name": "03.1", "right": False}] * 2
    assert "→ Stuck?" in page.run(f"{mine}\n{solved}")


def test_where_nothing_can_be_written_this_is_said_once(page, tmp_path):
    nowhere = tmp_path / "file" / "memory.jsonl"
    nowhere.parent.write_text("no folder")
    page.run(f"import os\nos.environ['COURSE_MEMORY'] = {str(nowhere)!r}")
    try:
        page.run(ASK)
        page.click("a")
        told = [state["value"] for state in page.models.values() if "remembered only until" in str(state.get("value"))]
        assert len(told) == 1
        page.click("b")
        assert "remembered only until" not in str(page.models)
        assert RIGHT in page.run(EXPERIMENT)
        assert "03.a" not in page.run("ask_again()")
    finally:
        page.run(f"os.environ['COURSE_MEMORY'] = {page.kernel.memory!r}")
