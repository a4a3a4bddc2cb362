"""What `%%isolated` costs beside a bare `python -c` of the same body: medians of alternating runs, and their ratio.

Run as `python benchmarks/bench_isolated.py`; ends within a minute.
"""

import statistics
import subprocess
import sys
import time

from helpers.isolated import run_isolated

PATCH = "from gevent import monkey; monkey.patch_all()\n"
BODIES = {"trivial": "pass", "sleeps 0.2 s": "import time; time.sleep(0.2)"}
ROUNDS = {False: 41, True: 15}  # with gevent each takes a quarter of a second


def seconds(call, *args, **kwargs):
    start = time.perf_counter()
    call(*args, **kwargs)
    return time.perf_counter() - start


def compare(body, gevent):
    """Return the median seconds of the bare interpreter and of the isolated cell."""
    bare_source = PATCH + body if gevent else body
    bare, cell = [], []
    for _ in range(ROUNDS[gevent]):
        bare.append(seconds(subprocess.run, [sys.executable, "-c", bare_source], check=True, capture_output=True))
        cell.append(seconds(run_isolated, body, gevent=gevent))
    return statistics.median(bare), statistics.median(cell)


def main():
    run_isolated("pass")  # starts the guardian, fills the caches
    print(f"{'body':14} {'gevent':7} {'python -c':>10} {'%%isolated':>11} {'ratio':>6}")
    for gevent in (False, True):
        for name, body in BODIES.items():
            bare, cell = compare(body, gevent)
            row = f"{name:14} {'yes' if gevent else 'no':7} {bare * 1000:7.1f} ms {cell * 1000:8.1f} ms"
            print(f"{row} {cell / bare:6.2f}", flush=True)


if __name__ == "__main__":
    main()
