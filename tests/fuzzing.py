"""Random tests: once and always the same, or for as long as MINIBROKER_FUZZ_SECONDS says, all five of them together."""

import os
import time

from hypothesis import HealthCheck, settings

SECONDS = float(os.environ.get("MINIBROKER_FUZZ_SECONDS", 0))


def fuzz(run, examples):
    """Call `run` with settings: once and always the same, or with random numbers for a fifth of SECONDS."""
    chosen = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    end = time.monotonic() + SECONDS / 5
    run(settings(max_examples=examples, derandomize=not SECONDS, **chosen))
    while time.monotonic() < end:
        run(settings(max_examples=2 * examples, **chosen))
