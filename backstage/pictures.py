"""Plots of an isolated cell in the notebook: pictures, out of what the cell reports, among what it writes.

The cell is a process of its own, where matplotlib's backend is `backstage.postman`. Where no picture can be shown, one
is a line of text.
"""

import sys

BACKEND = "module://backstage.postman"  # as MPLBACKEND names it


class Picture(str):
    """The line of text that stands for a figure, and what a notebook shows in its place."""

    def __new__(cls, data, metadata):
        self = super().__new__(cls, f"{data['text/plain']}\n")
        self.data, self.metadata = data, metadata
        return self


def hand_over(put, hear):
    """Return a function that hands pictures to `put`, if there is one, and all other messages to `hear`."""

    def handing(message):
        if not message or message[0] != "picture":
            hear(message)
        elif put:
            put(Picture(*message[1:]))

    return handing


def show_piece(piece):
    """Show a piece of what a cell has written, or a picture that comes between."""
    if isinstance(piece, Picture) and "ipykernel.zmqshell" in sys.modules:
        from IPython.display import display

        display(piece.data, metadata=piece.metadata, raw=True)
    else:
        sys.stdout.write(piece)
