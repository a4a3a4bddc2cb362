"""`%%isolated`, as IPython sees it: a line of options, then a cell.

What runs the cell is `helpers.isolated`, which knows no IPython. Here the options are read, names of the notebook
become inputs, outputs become names, and a background cell is stopped when another one takes its name.
"""

import argparse
import keyword
import shlex
from contextlib import suppress

from helpers.isolated import IsolatedError, interrupted, refusal, run_isolated, start_isolated

_background = {}  # name in the notebook -> the Child last started under it


class _Options(argparse.ArgumentParser):
    def error(self, message):
        raise IsolatedError(f"%%isolated: {message}; see %%isolated? for its options")


def _names(text):
    return [_name(name.strip()) for name in text.split(",")]


def _name(text):
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name")
    return text


def _seconds(text):
    with suppress(ValueError):
        if (seconds := float(text)) > 0:
            return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")


def _parse(line):
    options = _Options(add_help=False, allow_abbrev=False)
    options.add_argument("--gevent", action="store_true")
    options.add_argument("-i", type=_names, action="extend", default=[], metavar="NAME")
    options.add_argument("-o", type=_names, action="extend", default=[], metavar="NAME")
    options.add_argument("--timeout", type=_seconds, metavar="SECONDS")
    options.add_argument("--background", type=_name, metavar="NAME")
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        options.error(str(error))
    chosen = options.parse_args(words)
    if chosen.background and chosen.o:
        options.error("a --background cell goes on running, so it takes no -o")
    return chosen


def isolated(line, cell):
    """Run the cell in a fresh Python process that belongs to the notebook.

        %%isolated [--gevent] [-i NAME,...] [-o NAME,...] [--timeout SECONDS]
        %%isolated --background NAME [--gevent] [-i NAME,...] [--timeout SECONDS]

    The process shares nothing with the notebook but what you name. Output appears as it is written, errors look
    like the cell's own, and Interrupt works. Whatever the cell leaves running is killed when it ends (but for a
    process that made a session of its own), and nothing outlives the kernel.

    --gevent           calls monkey.patch_all() before anything else
    -i NAME,...        variables of the notebook that the cell finds under the same names (copies, by pickle)
    -o NAME,...        variables of the cell that come back into the notebook
    --timeout SECONDS  stops the cell after that long
    --background NAME  goes on with the next cell as soon as this one has called `ready(port)`
                       (`from helpers import ready`; the port may be left out); waits for it 20 s at most, or
                       --timeout. NAME then has .port, .pid, .rss (bytes), .output, .running, .exit_code,
                       .stop().
                       A new cell with the same NAME stops the old one first.
    """
    try:
        _run(_parse(line), cell)
    except KeyboardInterrupt as interrupt:
        raise (interrupt if hasattr(interrupt, "_render_traceback_") else interrupted()) from None


def _run(chosen, cell):
    from IPython import get_ipython

    shell = get_ipython()
    if missing := [name for name in chosen.i if name not in shell.user_ns]:
        reasons = dict.fromkeys(missing, "the notebook has no such name")
        raise IsolatedError(refusal("cannot be sent to the cell", reasons))
    # The line of the magic counts: so do the line numbers that JupyterLab shows.
    cell = "\n" + cell
    inputs = {name: shell.user_ns[name] for name in chosen.i}
    common = {"gevent": chosen.gevent, "label": f"Cell In[{shell.execution_count}]"}
    if chosen.background:
        name = chosen.background
        if name in _background:
            _background[name].stop()
        _background[name] = start_isolated(cell, inputs, name=name, timeout=chosen.timeout or 20, **common)
        shell.user_ns[name] = _background[name]
        return
    try:
        shell.user_ns.update(run_isolated(cell, inputs, chosen.o, timeout=chosen.timeout, **common))
    except IsolatedError as error:
        shell.user_ns.update(error.values)
        raise
