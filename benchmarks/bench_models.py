"""The servers of the chapter on server models, as they stand there, under more rounds than a notebook has time for.

For an order that waits 20 ms and one that only works: answers a second, p50 and p99 at 1, 10, 100 and 500 guests
at once, and the server's CPU for each answer. "the crowd" is the share of the time in which the client itself was
busy: near 100 % it is the client that sets the pace. Run as `python benchmarks/bench_models.py`; ends within two
minutes.
"""

import os
import tempfile
from pathlib import Path

from exercises.vocabulary import magic_cells, written_files
from helpers import Crowd
from helpers.isolated import start_isolated

[NOTEBOOK] = Path(__file__).resolve().parents[1].glob("notebooks/*_choose_a_server_model.ipynb")
SERVERS = ("process_each", "thread_each", "event_loop", "by_callbacks", "process_pool", "thread_pool")
ORDERS = {b"steam\n": "waits 20 ms", b"knead\n": "only works"}
ROUNDS = {1: 30, 10: 30, 100: 15, 500: 5}  # guests at once: how often each of them comes


def chapter():
    """Write the chapter's files here; return its servers: {name: (source, whether to patch)}."""
    for name, text in written_files(NOTEBOOK).items():
        Path(name).write_text(text, encoding="utf-8")
    cells = magic_cells(NOTEBOOK, "%%isolated")
    return {words[-1]: (text, "--gevent" in words) for words, text in cells if "--background" in words}


def report(name, server, order):
    with Crowd(server.port, server=server, timeout=60) as crowd:
        cpu = done = 0
        for guests, rounds in ROUNDS.items():
            step = crowd.visit(guests, rounds, message=order, reply="line")
            cpu, done = cpu + step.server_cpu, done + step.done
            times = f"p50 {step.p50 * 1000:7.1f} ms  p99 {step.p99 * 1000:7.1f} ms"
            crowd_share = f"the crowd {step.client_cpu / step.seconds:4.0%}"
            missed = "" if step.done == step.wanted else f"  {step}"
            print(f"{name:14}{guests:5}  {step.rate:7,.0f} /s  {times}  {crowd_share}{missed}", flush=True)
        print(f"{name:14}{'CPU for each answer':>21} {cpu / done * 1e6:9,.0f} µs", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        cells = chapter()
        for order, what in ORDERS.items():
            print(f"-- an order that {what}")
            for name in SERVERS:
                if order == b"knead\n" and name == "by_callbacks":
                    continue  # it knows no such order
                source, patch = cells[name]
                server = start_isolated(source, name=name, gevent=patch)
                if server.port:
                    report(name, server, order)
                server.stop()
        os.chdir(NOTEBOOK.parent)  # Windows removes no folder that is in use


if __name__ == "__main__":
    main()
