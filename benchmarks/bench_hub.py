"""The hub that chapter 14 builds against gevent and asyncio: the same clients, the chapter's own servers. No aim."""

import os
import statistics
from pathlib import Path

from backstage.processes import temporary_folder
from exercises.vocabulary import magic_cells, written_files
from helpers import Crowd
from helpers.isolated import start_isolated

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "14_build_a_gevent_of_your_own.ipynb"
SERVERS = {
    "our hub, greenlets": "on_our_hub",
    "our loop, await": "on_our_await",
    "gevent": "on_gevent_server",
    "asyncio streams": "on_asyncio",
}
CLIENTS, ASKING, ROUNDS = 1_000, 20, 3


def chapter():
    """Write the chapter's files here; return its servers: {name: (source, whether to patch)}."""
    for name, text in written_files(NOTEBOOK).items():
        Path(name).write_text(text, encoding="utf-8")
    cells = magic_cells(NOTEBOOK, "%%isolated")
    return {words[1]: (text, "--gevent" in words) for words, text in cells if words[:1] == ["--background"]}


def measure(source, patch):
    server = start_isolated(source, gevent=patch)
    try:
        empty = server.rss
        with Crowd(server.port, server=server) as crowd:
            arrived = crowd.connect(CLIENTS)
            each = (server.rss - empty) / max(1, arrived.done)
            asked = crowd.ask(ASKING)
    finally:
        server.stop()
    errors = sum(arrived.errors.values()) + sum(asked.errors.values())
    return asked.rate, 1e6 * asked.server_cpu / asked.done, each / 1e3, errors


if __name__ == "__main__":
    os.chdir(temporary_folder())
    servers = chapter()
    print(f"{CLIENTS:,} clients, {ASKING} requests each; median of {ROUNDS} rounds (smallest to largest)")
    print(f"{'':20} {'answers/s':24} {'server CPU, µs an answer':26} {'kB a client':20} errors")
    rounds = {name: [] for name in SERVERS}
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine meets all of them
        for name, cell in SERVERS.items():
            rounds[name].append(measure(*servers[cell]))
    for name, results in rounds.items():
        rate, cpu, memory, errors = zip(*results, strict=True)
        spread = [f"{statistics.median(each):,.0f} ({min(each):,.0f} to {max(each):,.0f})" for each in (rate, cpu)]
        held = f"{statistics.median(memory):.1f} ({min(memory):.1f} to {max(memory):.1f})"
        print(f"{name:20} {spread[0]:24} {spread[1]:26} {held:20} {sum(errors)}")
