"""Random tests: once and always the same, or for as long as MINIBROKER_FUZZ_SECONDS says, all five of them together."""

import os
import time

from hypothesis import HealthCheck, settings

SHARE = float(os.environ.get("MINIBROKER_FUZZ_SECONDS", 0)) / 5  # of each; 0: short


def fuzz(run, examples):
    """Call `run` with settings: once and always the same, or with random numbers for SHARE seconds."""
    chosen = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    end = time.monotonic() + SHARE
    run(settings(max_examples=examples, derandomize=not SHARE, **chosen))
    while time.monotonic() < end:
        run(settings(max_examples=2 * examples, **chosen))
