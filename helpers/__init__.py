"""All that a chapter imports: `from helpers import Timeline, span, check`.

Each name is fetched from its room on first use, so that a child process that wants one small thing does not pay for
matplotlib. The rooms of this folder are for reading; what experiments stand on, such as processes, a website or a
broker, is behind them in `backstage`.
"""

import importlib
import importlib.util
import os
import sys
import warnings

_ROOMS = {
    "helpers.timeline": "Timeline span",
    "helpers.gantt": "plot_timelines",
    "helpers.plots": "plot_bars plot_curves quantity BLUE GREEN GREY ORANGE PALE VERMILLION",
    "helpers.visits": "plot_visits",
    "helpers.cell": "ready",
    "helpers.isolated": "start_isolated",
    "helpers.checking": "check",
    "exercises": "ask_again predict progress",
    "helpers.exploring": "explore",
    "backstage.schedules.by_hand": "take_turns",
    "backstage.processes": "start_patients temporary_folder",
    "backstage.descriptors": "lift_descriptor_limit",
    "backstage.ladder": "climb",
    "backstage.website": "Website",
    "backstage.crowd": "Crowd",
    "backstage.brokers": "start_broker start_cluster",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = list(_ROOM_OF)


def __getattr__(name):
    if name not in _ROOM_OF:
        raise AttributeError(f"helpers has no {name!r}; it offers {', '.join(__all__)}")
    return getattr(importlib.import_module(_ROOM_OF[name]), name)


def __dir__():
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell):
    """What `%load_ext helpers` calls: the notebook learns the cell magic `%%isolated`."""
    from helpers.magic import isolated

    shell.register_magic_function(isolated, "cell")


def _complain_of_namesakes():
    """Say which files of the reader's own would be imported in place of modules of the course, or of Python."""
    root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    for name in ("backstage", "exercises", "minibroker"):
        spec = importlib.util.find_spec(name)
        if spec and spec.origin and not os.path.realpath(spec.origin).startswith(os.path.join(root, name, "")):
            hides = f"{spec.origin} hides the course's own module {name}"
            raise ImportError(f"{hides}: give that file another name and start again.")
    for file in sorted(os.listdir()):
        name, ending = os.path.splitext(file)
        if ending == ".py" and name in sys.stdlib_module_names:
            warnings.warn(
                f"{os.path.abspath(file)} hides Python's own module {name} from every process that starts in this"
                " folder: give it another name.",
                stacklevel=3,
            )


_complain_of_namesakes()
if "ipykernel.zmqshell" in sys.modules:
    importlib.import_module("backstage.kernel").prepare()
    if shell := sys.modules["IPython"].get_ipython():  # the magic is there before `%load_ext helpers`, too
        load_ipython_extension(shell)
