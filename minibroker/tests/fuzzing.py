"""How long random tests go on, and with which numbers.

As a rule they are short and always the same. With MINIBROKER_FUZZ_SECONDS=300 they take about 300 seconds, all six of
them together, with other random numbers every time: `pytest tests/test_fuzz.py tests/test_twin.py`.
"""

import os
import time

from hypothesis import HealthCheck, settings

SHARE = float(os.environ.get("MINIBROKER_FUZZ_SECONDS", 0)) / 6  # seconds of each test; 0: short


def fuzz(run, examples):
    """Call a random test once and always the same, or with random numbers for SHARE seconds.

    Parameters
    ----------
    run : callable
        Given `hypothesis.settings`, it runs the test with them.
    examples : int
        How many to try, if it is to be short.
    """
    chosen = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    end = time.monotonic() + SHARE
    run(settings(max_examples=examples, derandomize=not SHARE, **chosen))
    while time.monotonic() < end:
        run(settings(max_examples=2 * examples, **chosen))
