"""Verdicts on many answers, several at a time, for a verdict is mostly waiting for an answer that is stuck.

The first test of a chapter has all answers of this chapter judged that any test of this run will ask for; a test then
waits for its own. A process beside pytest does it, so that pytest keeps to one thread. Each answer is judged in a
process of its own, as ever; on Linux that is a copy of a warm one, see `tests.warm_python`.
"""

import os
import pickle
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backstage.processes import belongings, guardian
from exercises import answers, judge
from helpers import isolated
from tests.warm_python import WarmPython

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 4
COMMAND = "from tests.side_by_side import main; main()"


class Verdicts:
    """Judges answers ahead of the tests that ask for them.

    Parameters
    ----------
    cases : iterable of tuple
        What tests will ask for: the name of an exercise, and an answer as `value_of` takes it.
    """

    def __init__(self, cases):
        self._cases = list(cases)
        self._asked, self._found = set(), {}
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, guardian.MARK: belongings.mark()},
            start_new_session=True,
        )
        belongings.entrust("group", self._process.pid)

    def close(self):
        """Judge no more."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        belongings.release("group", self._process.pid)

    def of(self, name, answer):
        """The verdict on an answer.

        Raises
        ------
        RuntimeError
            If there was no answer to judge, because its source breaks down.
        """
        if (name, answer) not in self._asked:
            chapter = [case for case in self._cases if case[0][:2] == name[:2]]
            new = [case for case in dict.fromkeys([*chapter, (name, answer)]) if case not in self._asked]
            self._asked.update(new)
            pickle.dump(new, self._process.stdin)
            self._process.stdin.flush()
        while (name, answer) not in self._found:
            case, found = pickle.load(self._process.stdout)
            self._found[case] = found
        found = self._found[name, answer]
        if isinstance(found, str):
            raise RuntimeError(found)
        return found


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


# -- in the process beside pytest -------------------------------------------------------------------------------------


def main():
    """Judge what comes through standard input, until it ends; standard output is for verdicts alone."""
    verdicts, telling = os.fdopen(os.dup(1), "wb"), threading.Lock()
    os.dup2(2, 1)
    warm = WarmPython(AT_ONCE) if sys.platform == "linux" else None
    if warm:
        isolated.Child = warm.child

    def find(case):
        try:
            found = judge(case[0], value_of(*case))
        except BaseException:
            found = traceback.format_exc()
        with telling:
            pickle.dump((case, found), verdicts)
            verdicts.flush()

    pool = ThreadPoolExecutor(AT_ONCE)
    while True:
        try:
            cases = pickle.load(sys.stdin.buffer)
        except EOFError:
            break
        for case in cases:
            pool.submit(find, case)
    pool.shutdown(cancel_futures=True)
    if warm:
        warm.close()
