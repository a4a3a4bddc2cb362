"""Small servers, healthy or with a sickness that can be told from outside: `patient` is what one of them runs."""

import random
import sys
from pathlib import Path

from backstage.processes.child import Child

SICKNESSES = {  # what a patient is told to be: what ails it
    "idle": "healthy",
    "busy": "healthy",
    "hog": "hog",
    "stuck": "stuck",
    "descriptors": "descriptors",
    "threads": "threads",
}


class Patient(Child):
    """A server on 127.0.0.1 that answers `b"ok"` to whoever connects, if it can; it ends with this process.

    Parameters
    ----------
    state : str
        One of `SICKNESSES`.

    Attributes
    ----------
    pid, port : int
        Its process, and where it listens.
    sickness : str
        What ails it, or "healthy".
    """

    def __init__(self, state):
        server = Path(__file__).with_name("patient.py")
        super().__init__([sys.executable, "-I", "-S", str(server), state], name="a patient")
        self.sickness = SICKNESSES[state]

    @property
    def served(self):
        """How many it has answered so far: int."""
        return self.output.count("ok\n")


class Ward:
    """Some patients, in an order that nobody knows; use it with `with`, or call `stop()`."""

    def __init__(self, states):
        self._patients = []
        try:
            self._patients += (Patient(state) for state in random.sample(states, len(states)))
            for each in self._patients:
                each.wait_ready(r"port (\d+)")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def __iter__(self):
        return iter(self._patients)

    def __len__(self):
        return len(self._patients)

    def __getitem__(self, place):
        return self._patients[place]

    def stop(self):
        """End them all."""
        for each in self._patients:
            each.stop(grace=0)


def start_patients():
    """Start six small servers: four sick ones and two that are well, one of these busy and the other idle.

    Returns
    -------
    Ward
        The patients in an order that nobody knows, each with `pid`, `port` and `sickness`. Use it with `with`, or call
        its `stop()`; they end with this process at the latest.

    Raises
    ------
    ChildError
        If one of them cannot be started; none is left then.
    """
    return Ward(list(SICKNESSES))
