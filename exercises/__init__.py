"""The exercises: one folder for each chapter, `exercises/04`, with all that decides whether an answer is right.

In it, `checks.py` has a function for each exercise that examines an answer and raises `Wrong` for the promise that it
breaks; `predictions.toml` has the choices of each prediction; `right.py` and `wrong.py` have answers with which the
tests prove the checks. Text, starter and solution of an exercise stand in the notebook alone. `vocabulary` holds what
checks of several chapters need; `judging` calls them; `answers` reads and edits what the notebooks hold. What an answer
prints is shortened by `prints`, what it breaks down with is explained by `mishaps`, and `telling` shows the verdict.

Predictions are asked by `predicting`, with the `buttons` of a page. What a learner has guessed and solved stands in
the file of `memory`: `tries` writes it, `standing` shows it beside what `chapters` knows of the whole course.
"""

from exercises.judging import exercise, judge, registered
from exercises.predicting import predict, predictions
from exercises.standing import ask_again, progress
from exercises.telling import tell
from exercises.verdicts import Verdict, Wrong

__all__ = [
    "Verdict",
    "Wrong",
    "ask_again",
    "exercise",
    "judge",
    "predict",
    "predictions",
    "progress",
    "registered",
    "tell",
]
