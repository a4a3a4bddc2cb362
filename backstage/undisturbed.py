"""Hear ■ a little later: for what is either done, or not begun.

An interrupt comes between any two steps of Python. Between "a process was started" and "this is its number" it would
leave a process that nobody can stop; in the middle of an import, a library that can never be loaded again.
"""

import contextlib
import signal
import threading


@contextlib.contextmanager
def undisturbed():
    """Hear SIGINT only at the end, as a KeyboardInterrupt that is raised there."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):  # it raises nothing here
        yield
        return
    heard = []
    signal.signal(signal.SIGINT, lambda *details: heard.append(details))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt
