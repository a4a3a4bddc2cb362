"""From an answer to a verdict: find the check, run it where it can do no harm, and say what came out.

Each answer is judged in a process of its own, so that one that never ends, or ends Python, costs the reader a
sentence and not the kernel. It gets there by cloudpickle, which sends functions and classes of a notebook by value.
"""

import importlib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import cloudpickle

from backstage.asked import shown
from backstage.schedules.packing import in_the_way, pack
from exercises.mishaps import GROWS, end_children, explain, hint_for, settle_in
from exercises.prints import MARK, Prints, Runs
from exercises.verdicts import NoSuchExercise, Verdict, Wrong
from helpers.isolated import IsolatedError, interrupted, run_isolated

GET_READY = 60  # seconds that the process of an answer has for it, most of which goes into imports; it takes half a one
NAMESAKE = "A file beside the notebook that is named like one of Python's own modules is in the way: rename it."
FOLDER = Path(__file__).resolve().parent
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")  # of no use to the reader, and never the same


@dataclass(frozen=True)
class _Exercise:
    examine: object  # function of the answer; raises Wrong, or returns
    praise: str
    hint: str
    seconds: float


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
        After that long an answer is taken to have no end, and is cut off; counted from its beginning, without the time
        in which a busy machine held it up.
    """

    def register(examine):
        _registry[name] = _Exercise(examine, praise, hint, seconds)
        return examine

    return register


def registered():
    """Names of all exercises of all chapters: set of str."""
    for folder in FOLDER.glob("[0-9][0-9]"):
        _load(folder.name)
    return set(_registry)


def judge(name, answer, waiting=lambda: None):
    """Say whether an answer is right, and if not, which promise it breaks and what to try.

    Parameters
    ----------
    name : str
        The number of the exercise, "04.2".
    answer : object
        What the exercise asks for: a function, a list, a number.
    waiting : callable
        Called several times a second while the answer is being judged.

    Returns
    -------
    Verdict

    Raises
    ------
    NoSuchExercise
        If there is none of that name. A wrong answer never raises.
    KeyboardInterrupt
        If this process was interrupted; nothing of the answer runs any more.
    """
    known = _look_up(name)
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return Verdict(name, None, "no answer yet. Fill in the cell and run it again.")
    try:
        payload = pack(answer)
    except Exception as error:
        name_of_it = in_the_way(answer)
        which = f"your answer uses `{name_of_it}`, which" if name_of_it else "your answer"
        reason = f"{which} cannot be sent to the process that checks it: {error}."
        return Verdict(name, False, f"{reason} Create such things inside your function or method.")
    return _judge_in_child(name, payload, known, waiting)


def _load(chapter):
    importlib.import_module(f"exercises.{chapter}.checks")


def _look_up(name):
    chapter = name.partition(".")[0] if isinstance(name, str) else ""  # it may be anything: the answer, say
    if re.fullmatch(r"\d\d", chapter) and name not in _registry and (FOLDER / chapter / "checks.py").is_file():
        _load(chapter)
    if isinstance(name, str) and name in _registry:
        return _registry[name]
    near = sorted(each for each in _registry if each.startswith(f"{chapter}."))
    offer = f"chapter {chapter} has {', '.join(near)}" if near else f"no chapter {shown(chapter)} has exercises"
    if not isinstance(name, str) or (len(chapter) == 1 and chapter.isdigit()):
        offer = 'write the number first, with two digits for the chapter and in quotation marks, such as "04.2"'
    if isinstance(name, str) and re.fullmatch(r"\d\d\.[a-z]", name):
        offer = f'a prediction is asked by predict("{name}"), and its verdict comes by itself'
    raise NoSuchExercise(f"there is no exercise {shown(name)}: {offer}.")


def _judge_in_child(name, payload, known, waiting=lambda: None):
    source = "from exercises.judging import judge_here\nverdict = judge_here(name, payload)\n"
    inputs, prints = {"name": name, "payload": payload}, Prints()

    def hear(piece):
        waiting()
        began = prints.begun
        prints.hear(piece)
        return prints.begun and not began and known.seconds

    try:
        verdict = run_isolated(source, inputs, ["verdict"], timeout=GET_READY, hear=hear, judged=True)["verdict"]
    except IsolatedError as error:
        verdict = Verdict(name, False, *_say_how_it_ended(error, known, prints))
    except KeyboardInterrupt:
        at = prints.place and f" It was at {prints.place}."
        verdict = Verdict(name, None, f"you stopped the check.{at}", printed=prints.told(first=False))
        raise interrupted(str(verdict)) from None
    return replace(verdict, printed=prints.told(first=verdict.passed))


def _say_how_it_ended(error, known, prints):
    """Reason and hint for an answer that did not get as far as a verdict."""
    if type(error).__name__ == "TimeoutError" and not prints.begun:
        return f"the process that checks answers was not ready after {GET_READY} s.", "Run the cell again."
    at = prints.place and f", at {prints.place}"
    if type(error).__name__ == "TimeoutError":
        reason = f"your answer was still running after {known.seconds:g} s and was cut off{at}."
        return reason, "Look for a loop that never ends, or a wait for what nobody does."
    if type(error).__name__ == "MemoryError" and "the cell was stopped" in str(error):
        reason = f"your answer took more memory than half of what there is, and was cut off{at}."
        return reason, GROWS
    if type(error) is not IsolatedError:
        stopped = f"stopped with {error.text.splitlines()[-1]}."
        if not prints.begun:
            return f"the process that checks answers did not get as far as yours: it {stopped}", NAMESAKE
        reason = f"your answer broke the process in which it was checked, which {stopped}"
        return reason, "Leave Python's own modules and functions as they are, or put them back."
    how = "it ended with exit code 0" if "did not come back" in str(error) else str(error).replace("the cell", "it")
    reason = f"your answer ended the process in which it was checked: {how}."
    return reason, "A function returns; `os._exit`, a signal, or more memory than there is, ends the whole process."


def judge_here(name, payload):
    """Judge a pickled answer in this process, which must have been made for that: what the child of `judge` runs."""
    known = _look_up(name)
    answer, runs = None, Runs(None)
    sys.stdout.write(MARK.format(0))
    try:
        answer = cloudpickle.loads(payload)
        runs = Runs(answer)
        settle_in(runs)
        known.examine(answer)
    except Wrong as wrong:
        hint = wrong.hint or hint_for(wrong.reason, answer) or known.hint
        return Verdict(name, False, _ADDRESS.sub("", wrong.reason), hint, failure=getattr(wrong, "failure", None))
    except BaseException as error:  # gevent.Timeout and SystemExit are no Exception, and answers raise them
        reason, hint = explain(error, answer)
        reason, failure = _ADDRESS.sub("", reason), getattr(error, "failure", None)
        return Verdict(name, False, reason, hint or known.hint, failure=failure)
    finally:
        runs.let_go()
        end_children()
    return Verdict(name, True, known.praise)
