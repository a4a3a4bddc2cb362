"""Cells of a notebook that begin with a magic, and the files that they write.

A chapter may build a program in `%%writefile` cells, piece by piece; its checks, tests and benchmarks run the very
same program, read from the notebook.
"""

import json
from pathlib import Path


def magic_cells(path, magic):
    """Read the cells of code that begin with a magic.

    Parameters
    ----------
    path : path-like
        The notebook.
    magic : str
        With its signs: "%%isolated".

    Returns
    -------
    list of (list of str, str)
        Of each cell, the words after the magic, and the text below that line.
    """
    cells = []
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, _, text = "".join(cell["source"]).partition("\n")
        if cell["cell_type"] == "code" and first.split()[:1] == [magic]:
            cells.append((first.split()[1:], text))
    return cells


def written_files(path, *names):
    """Read what the `%%writefile` cells of a notebook write; `-a` appends.

    Parameters
    ----------
    path : path-like
        The notebook.
    *names : str
        The files wanted; all that are written, if none is named.

    Returns
    -------
    dict
        {name: text}; of a name that nobody writes, "".
    """
    texts = dict.fromkeys(names, "")
    for options, text in magic_cells(path, "%%writefile"):
        if options[-1] in names or not names:
            texts[options[-1]] = (texts.get(options[-1], "") if "-a" in options else "") + text + "\n"
    return texts
