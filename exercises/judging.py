"""From an answer to a verdict: find the check, run it where it can do no harm, and say what came out.

Each answer is judged in a process of its own, so that one that never ends, or ends Python, costs the reader a
sentence and not the kernel. It gets there by cloudpickle, which sends functions and classes of a notebook by value.
Predictions need no process: their choices are data.
"""

import importlib
import io
import reprlib
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import gevent.event
import gevent.lock
import greenlet
from gevent.lock import BoundedSemaphore, Semaphore

from exercises.verdicts import Verdict, Wrong
from helpers.isolated import IsolatedError, run_isolated

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class _Exercise:
    examine: object  # function of the answer; raises Wrong, or returns
    praise: str
    hint: str
    seconds: float


@dataclass(frozen=True)
class _Prediction:
    right: str
    feedback: dict


_registry = {}


def exercise(name, *, praise, hint, seconds=20):
    """Register the decorated function as the check of an exercise.

    Parameters
    ----------
    name : str
        Chapter and number: "04.2".
    praise, hint : str
        What to say of a right answer; what to say below the reason of a wrong one that brings no hint of its own.
    seconds : float
        After that long an answer is taken to have no end, and is cut off.
    """

    def register(examine):
        _registry[name] = _Exercise(examine, praise, hint, seconds)
        return examine

    return register


def registered():
    """Names of all exercises and predictions of all chapters: set of str."""
    for folder in FOLDER.glob("[0-9][0-9]"):
        _load(folder.name)
    return set(_registry)


def judge(name, answer):
    """Say whether an answer is right, and if not, which promise it breaks and what to try.

    Parameters
    ----------
    name : str
        The number of the exercise, "04.2", or the letter of the prediction, "04.a".
    answer : object
        What the exercise asks for: a function, a list, a number; for a prediction, the letter of a choice.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If there is no exercise of that name. A wrong answer never raises.
    """
    known = _look_up(name)
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return Verdict(name, None, _how_to_answer(known))
    if isinstance(known, _Prediction):
        return _judge_prediction(name, known, answer)
    try:
        payload = _pack(answer)
    except Exception as error:
        reason = f"your answer cannot be sent to the process that checks it: {error}. Create such things inside it."
        return Verdict(name, False, reason)
    return _judge_in_child(name, payload, known)


def _load(chapter):
    importlib.import_module(f"exercises.{chapter}.checks")
    choices = tomllib.loads((FOLDER / chapter / "predictions.toml").read_text(encoding="utf-8"))
    for letter, feedback in choices.items():
        _registry[f"{chapter}.{letter}"] = _Prediction(feedback.pop("right"), feedback)


def _look_up(name):
    chapter = str(name).partition(".")[0]
    if name not in _registry and (FOLDER / chapter / "checks.py").is_file():
        _load(chapter)
    if name in _registry:
        return _registry[name]
    near = sorted(each for each in registered() if each.startswith(f"{chapter}."))
    offer = f"chapter {chapter} has {', '.join(near)}" if near else f"no chapter {chapter!r} has exercises"
    raise ValueError(f"there is no exercise {name!r}: {offer}")


def _how_to_answer(known):
    if isinstance(known, _Prediction):
        *letters, last = (f'"{letter}"' for letter in sorted(known.feedback))
        return f"no guess yet. Write {', '.join(letters)} or {last} into the `guess` cell; run it, then this one."
    return "no answer yet. Fill in the cell and run it again."


def _judge_prediction(name, known, guess):
    choice = str(guess).strip().strip("()").lower()
    if choice not in known.feedback:
        return Verdict(name, None, f"{guess!r} is none of the choices {', '.join(sorted(known.feedback))}.")
    said = known.feedback[choice]
    if choice == known.right:
        return Verdict(name, True, f"you guessed ({choice}), and so it is. {said}")
    return Verdict(name, False, f"you guessed ({choice}); it is ({known.right}). {said} {known.feedback[known.right]}")


class _Packer(cloudpickle.CloudPickler):
    """Sends functions of the notebook by value, for each lock that they use a new one of its kind, and for the
    notebook's main greenlet that of the process that judges."""

    def reducer_override(self, item):
        if type(item) is greenlet.greenlet and item.parent is None:
            return greenlet.getcurrent, ()
        if isinstance(item, type(threading.Lock())):
            return threading.Lock, ()
        if isinstance(item, type(threading.RLock())):
            return threading.RLock, ()
        if isinstance(item, (Semaphore, BoundedSemaphore)):
            return type(item), (item.counter,)
        if isinstance(item, (gevent.lock.RLock, gevent.event.Event)):
            return type(item), ()
        return super().reducer_override(item)


def _pack(answer):
    packed = io.BytesIO()
    _Packer(packed).dump(answer)
    return packed.getvalue()


def _judge_in_child(name, payload, known):
    source = "from exercises.judging import judge_here\nverdict = judge_here(name, payload)\n"
    inputs = {"name": name, "payload": payload}
    try:
        return run_isolated(source, inputs, ["verdict"], timeout=known.seconds)["verdict"]
    except IsolatedError as error:
        if type(error).__name__ == "TimeoutError":
            reason = f"your answer was still running after {known.seconds:g} s and was cut off."
            return Verdict(name, False, reason, "Look for a loop that never ends, or a wait for what nobody does.")
        reason = f"your answer ended the process in which it was checked: {error}."
        return Verdict(name, False, reason, known.hint)


def judge_here(name, payload):
    """Judge a pickled answer in this process: what the child of `judge` runs."""
    known = _look_up(name)
    answer = None
    try:
        answer = cloudpickle.loads(payload)
        known.examine(answer)
    except Wrong as wrong:
        return Verdict(name, False, wrong.reason, wrong.hint or known.hint)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # gevent.Timeout and SystemExit are no Exception, and answers raise them
        if isinstance(error, TypeError) and str(error) == f"{type(answer).__name__!r} object is not callable":
            reason = f"give the function itself, without calling it: this is {reprlib.repr(answer)}."
            return Verdict(name, False, reason, known.hint)
        return Verdict(name, False, _say_error(error), known.hint)
    return Verdict(name, True, known.praise)


def _say_error(error):
    """One sentence on an exception that the answer raised: what, and on which line of the reader's own code."""
    what = f"your code raised {type(error).__name__}" + (f": {error}" if str(error) else "")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel" in frame.filename or frame.filename.startswith("<"):
            return f"{what} (line {frame.lineno} of {frame.name})"
    return what
