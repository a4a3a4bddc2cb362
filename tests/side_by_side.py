"""Verdicts on many answers, several at a time, for a verdict is mostly waiting for an answer that is stuck.

The first test of a chapter has all answers of this chapter judged that any test of this run will ask for; a test then
waits for its own. Each is judged in a process of its own, as ever, and four at a time share two cores without haste.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from exercises import answers, judge
from helpers import isolated
from tests.warm_python import WarmPython

AT_ONCE = 4


class Verdicts:
    """Judges answers ahead of the tests that ask for them.

    Parameters
    ----------
    cases : iterable of tuple
        What tests will ask for: the name of an exercise, and an answer as `value_of` takes it.
    """

    def __init__(self, cases):
        self._cases = list(cases)
        self._found = {}  # case: Future
        self._plain = isolated.Child
        self._of_thread = threading.local()  # warm: the thread's WarmPython
        self._warm = []
        self._pool = ThreadPoolExecutor(AT_ONCE, initializer=self._warm_up)
        isolated.Child = self._child

    def close(self):
        """Judge no more."""
        self._pool.shutdown(cancel_futures=True)
        isolated.Child = self._plain
        for warm in self._warm:
            warm.close()

    def of(self, name, answer):
        """The verdict on an answer; or raise what happened when it was made."""
        if (name, answer) not in self._found:
            chapter = [case for case in self._cases if case[0][:2] == name[:2]]
            for case in dict.fromkeys([*chapter, (name, answer)]):
                self._found[case] = self._pool.submit(_judge, *case)
        return self._found[name, answer].result()

    def _warm_up(self):
        if sys.platform == "linux":  # see tests.warm_python
            self._of_thread.warm = WarmPython()
            self._warm.append(self._of_thread.warm)

    def _child(self, *arguments, **settings):
        warm = getattr(self._of_thread, "warm", None)
        return (warm.child if warm else self._plain)(*arguments, **settings)


def value_of(name, answer):
    """What a reader hands to `check`.

    Parameters
    ----------
    name : str
        The exercise.
    answer : str or answers.Edit or answers.Source
        The tag of the notebook's cell, "solution" or "exercise"; or what stands in right.py or wrong.py.
    """
    return answers.of_notebook(name, answer) if isinstance(answer, str) else answers.of(name, answer)


def _judge(name, answer):
    return judge(name, value_of(name, answer))
