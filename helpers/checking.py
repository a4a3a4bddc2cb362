"""`check("04.2", my_function)` says if it is right, why not, and a hint; `exercises`, called by name only, decides."""

import importlib


def check(name, answer):
    """Say whether an answer is right, and if not, which promise it breaks and what to try.

    Parameters
    ----------
    name : str
        The number of the exercise, "04.2".
    answer : object
        What the exercise asks for: a function, a list, a number.

    Raises
    ------
    ValueError
        If there is no exercise of that name. A wrong answer never raises.
    KeyboardInterrupt
        If you stop it.
    """
    importlib.import_module("exercises").tell(name, answer)
