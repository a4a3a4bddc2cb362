"""A prediction: `predict("05.a")` shows a row of buttons, and below the experiment stands in time what came of it.

The choices and what is said of each stand in `predictions.toml` of the chapter's folder. After each cell the shell
calls `_after_cell`, which knows from the notebook of the course whether that was an experiment somebody has guessed at.
"""

import functools
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path

from backstage.asked import shown
from exercises import memory
from exercises.cards import card
from exercises.chapters import chapter_of
from exercises.verdicts import NoSuchExercise, Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent
_asked = {}  # by name, each _Asked of this kernel


@functools.cache
def predictions():
    """What is said of each choice, by the name of the prediction: dict of str to dict."""
    return {
        f"{file.parent.name}.{letter}": said
        for file in sorted(FOLDER.glob("[0-9][0-9]/predictions.toml"))
        for letter, said in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def choices(name):
    """The letters of a prediction.

    Raises
    ------
    NoSuchExercise
        If there is none of that name.
    """
    if not isinstance(name, str) or name not in predictions():
        near = [each for each in predictions() if isinstance(name, str) and each[:3] == name[:3]]
        offer = f"chapter {near[0][:2]} has {', '.join(near)}" if near else 'write its name in quotes, such as "04.a"'
        raise NoSuchExercise(f"there is no prediction {shown(name)}: {offer}.")
    return [letter for letter in predictions()[name] if letter != "right"]


def judge_guess(name, guess):
    """The Verdict on a guess; `passed` is None if it is none of the choices."""
    letter, said = _letter(guess), predictions()[name]
    if letter not in choices(name):
        return Verdict(name, None, f"{shown(guess)} is none of the choices {', '.join(choices(name))}.")
    right = said["right"]
    if letter == right:
        return Verdict(name, True, f"you guessed ({letter}), and so it is. {said[letter]}")
    return Verdict(name, False, f"you guessed ({letter}); it is ({right}). {said[letter]} {said[right]}")


def _letter(guess):
    """What was typed, in plain letters: a Chinese keyboard may write wide ones, and wide brackets."""
    typed = guess if isinstance(guess, str) else shown(guess)
    return unicodedata.normalize("NFKC", typed).strip().strip("()").lower()


def predict(name, guess=""):
    """Guess by a click, before you run the experiment; below it you will be told whether it is so, and why.

    Parameters
    ----------
    name : str
        The prediction, "05.a".
    guess : str, optional
        The letter of your choice, where there are no buttons to click.

    Raises
    ------
    ValueError
        If there is no prediction of that name.
    """
    asked = ask(name)
    if not _letter(guess):
        asked.show(f'Your guess? Click a, b or c; or run predict("{name}", "b"), with the letter of your choice.')
    elif _letter(guess) in choices(name):
        problem = asked.take(_letter(guess))
        asked.show(f"{name}: your guess is ({_letter(guess)}). {problem}".rstrip())
        if asked.over:
            asked.tell(_letter(guess))
    else:
        print(judge_guess(name, guess))


def ask(name, over=False):
    """Make ready to take a guess; `over` says that there is no experiment to wait for. Returns an _Asked."""
    choices(name)  # or there is none of that name
    asked = _Asked(name, _asked.get(name), over)
    _asked[name] = asked
    if notebook := shell():
        notebook.events.register("post_run_cell", _after_cell)
    return asked


def shell():
    """IPython's, or None where there is none."""
    module = sys.modules.get("IPython")
    return module and module.get_ipython()


def _after_cell(result):
    """What the shell calls after each cell."""
    if waiting := [asked for asked in _asked.values() if asked.experiment]:
        for number in {asked.name[:2] for asked in waiting}:
            cell = chapter_of(number).cell(getattr(result.info, "cell_id", None), result.info.raw_cell)
            if cell and (result.success or "raises-exception" in cell.tags):
                for asked in waiting:
                    if asked.experiment is cell:
                        asked.reveal()


class _Asked:
    """A prediction that somebody was asked for in this kernel.

    Attributes
    ----------
    over : bool
        Whether the experiment has run, or there is none: then a guess is told at once.
    """

    def __init__(self, name, before, over):
        self.name, self.letters = name, choices(name)
        self.guess, self._noted = memory.guess_of(name)
        chapter = chapter_of(name)
        question = chapter and chapter.questions.get(name)
        self.experiment = question and question.experiment
        self.over = over or not (self.experiment and shell()) or bool(before and before.over)
        self._told = bool(before and before._told) and not over  # what is clicked now is curiosity, and not noted
        self._buttons = None
        if over:
            self.guess = ""
        if before and before._buttons:
            before._buttons.close()

    def show(self, text):
        """Show the buttons, or where there are no widgets the text."""
        if not (shell() and find_spec("ipywidgets")):
            print(text)
            return
        from exercises.buttons import Buttons

        self._buttons = Buttons(self.letters, self.guess, self._click)
        self._buttons.show(text)

    def take(self, letter):
        """Take a guess, and note it unless its outcome is known already; return a sentence if that is not possible."""
        if self._told or letter == self.guess:
            return ""
        self.guess, self._noted = letter, False
        return memory.note(self.name, guess=letter)

    def _click(self, letter):
        problem = self.take(letter)
        self._buttons.choose(letter)
        self._buttons.say(problem or ("" if self.over else "Noted. Now run the experiment."))
        if self.over:
            self._buttons.tell(bundle(self._verdict(letter)))

    def reveal(self):
        """The experiment has run: tell what is right, if there was a guess."""
        self.over = True
        if self.guess:
            self.tell(self.guess)
            if self._buttons:
                self._buttons.say("")

    def tell(self, letter):
        """Show the verdict here."""
        verdict = self._verdict(letter)
        if not shell():
            print(verdict)
            return
        from IPython.display import display

        display(bundle(verdict), raw=True)

    def _verdict(self, letter):
        verdict = judge_guess(self.name, letter)
        if not self._noted and not self._told:
            memory.note(self.name, right=verdict.passed)
        self._noted = self._told = True
        return verdict


def bundle(verdict):
    """A verdict by kind of content, as a page takes it."""
    return {"text/plain": str(verdict), "text/html": card(verdict)}
