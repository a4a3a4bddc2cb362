"""Judge many answers quickly: one process imports everything, and forks a child for each verdict.

A child has a session of its own and is killed with all that it started, so nothing that one answer does reaches the
next. It goes the way of `exercises.judge`, but for the fresh Python that this starts, which takes ten times as long.
Systems without fork (Windows) have no `judge_all`.
"""

import os
import pickle
import random
import select
import signal
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from unittest import mock

from exercises import Verdict, answers, judging

AT_ONCE = os.cpu_count() or 1


@dataclass(frozen=True)
class Job:
    """Source, as a cell of the notebook has it, to be judged as an answer to an exercise within some seconds."""

    name: str
    source: str
    limit: float = 20


def judge_all(jobs, at_once=AT_ONCE):
    """Judge each job in a fork of this process; those that are ready first come first.

    Parameters
    ----------
    jobs : iterable of Job
    at_once : int
        How many may run side by side.

    Yields
    ------
    job : Job
    verdict : exercises.Verdict or None
        None where the source breaks down before there is an answer.
    seconds : float
        How long it took.
    """
    jobs, running = list(jobs), set()
    _warm_up({job.name for job in jobs})
    jobs = iter(jobs)
    try:
        while True:
            running.update(map(_Child, islice(jobs, at_once - len(running))))
            if not running:
                return
            ready, _, _ = select.select(running, [], [], 0.1)
            for child in [each for each in running if each.is_done(each in ready)]:
                child.end()
                running.remove(child)
                yield child.job, child.verdict, child.seconds
    finally:
        for child in running:
            child.end()


def _warm_up(names):
    """Import what the chapters of these exercises need, so that no child has to."""
    before = set(threading.enumerate())
    for name in sorted({name[:2]: name for name in sorted(names)}.values()):
        judging._look_up(name)
        answers.run(name, "answer = None")
    if started := set(threading.enumerate()) - before:
        raise RuntimeError(f"a fork would lose these threads, which the checks start on import: {started}")


class _Child:
    """A fork, from its beginning to its verdict."""

    def __init__(self, job):
        self.job, self.began, self.seconds, self.told = job, time.monotonic(), 0, b""
        self.reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(writer, job)
        os.close(writer)

    def fileno(self):
        return self.reader

    def is_done(self, has_news):
        """Read what it says, and find out whether that is all."""
        self.seconds = time.monotonic() - self.began
        piece = os.read(self.reader, 1 << 16) if has_news else None
        self.told += piece or b""
        with suppress(EOFError, pickle.UnpicklingError):  # not all of it has come
            self.verdict, trouble = pickle.loads(self.told)
            if trouble:
                raise RuntimeError(f"the judge itself broke down on an answer to {self.job.name}:\n{trouble}")
            return True
        reason = "your answer ended the process in which it was checked."
        if self.seconds > self.job.limit:
            reason = f"your answer was still running after {self.job.limit:g} s and was cut off."
        self.verdict = Verdict(self.job.name, False, reason)
        return piece == b"" or self.seconds > self.job.limit

    def end(self):
        """Kill it, with all that it started."""
        with suppress(ProcessLookupError, PermissionError):  # it has no session yet, or has ended (macOS)
            os.killpg(self.pid, signal.SIGKILL)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.reader)


def _be_child(writer, job):
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)
        random.seed()
        try:
            told = _judge(job), None
        except BaseException:
            told = None, traceback.format_exc()
        told = pickle.dumps(told)
        while told:
            told = told[os.write(writer, told) :]
    finally:
        os._exit(0)


def _judge(job):
    try:
        answer = answers.run(job.name, job.source)
    except Exception:
        return None
    with mock.patch.object(judging, "_judge_in_child", lambda name, payload, *_: judging.judge_here(name, payload)):
        return judging.judge(job.name, answer)
