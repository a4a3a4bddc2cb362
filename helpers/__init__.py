"""The few names that chapters use, each imported from its room on first use.

Imports are lazy, so that a child process that wants one small thing does not pay for matplotlib.
"""

import importlib

_ROOMS = {
    "Timeline": "timeline",
    "span": "timeline",
    "plot_timelines": "timeline",
    "plot_bars": "plots",
    "plot_curves": "plots",
    "quantity": "plots",
    "ready": "cell",
    "Website": "website",
    "Crowd": "load",
    "start_broker": "broker",
    "check": "exercises",
}

__all__ = list(_ROOMS)


def __getattr__(name):
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"helpers has no {name!r}; it offers {', '.join(__all__)}")
    return getattr(importlib.import_module(f"helpers.{room}"), name)


def __dir__():
    return sorted([*globals(), *__all__])
