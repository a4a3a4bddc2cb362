"""Answers that learners would really write and that are wrong, one module for each chapter.

`WRONG` maps the name of an exercise to a list of (source, part of the reason they should be told). The source, run
after the imports of the chapter's first cell, defines `answer`.
"""

import importlib
import pkgutil

WRONG = {}
for _module in pkgutil.iter_modules(__path__):
    WRONG.update(importlib.import_module(f"{__name__}.{_module.name}").WRONG)
