"""Check an answer at once: `check("04.2", my_function)` prints a verdict, the reason, and a hint.

What decides stands in the course's folder `exercises`, which is asked for by name and only when it is needed.
"""

import importlib


def check(name, answer):
    """Say whether an answer is right, and if not, which promise it breaks and what to try.

    Parameters
    ----------
    name : str
        The number of the exercise, "04.2", or the letter of the prediction, "04.a".
    answer : object
        What the exercise asks for: a function, a list, a number; for a prediction, the letter of your choice.

    Raises
    ------
    ValueError
        If there is no exercise of that name. A wrong answer never raises.
    KeyboardInterrupt
        If you stop it.
    """
    importlib.import_module("exercises").tell(name, answer)
