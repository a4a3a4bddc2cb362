"""The backend of matplotlib in the process of an isolated cell: it sends each figure to the notebook, as a picture.

Where nobody would show that, as in the background, it prints the line that stands for one.
"""

import base64
import io
import sys

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

from backstage.pages import drawing, words

__all__ = ["FigureCanvas", "show"]


def show(*args, **kwargs):
    """What `plt.show()` calls: send all figures, and close them."""
    cell = sys.modules.get("helpers.cell")  # a process that the cell has started may lack it, or be heard by nobody
    for figure in map(plt.figure, plt.get_fignums()):
        if not cell or cell._background or not cell._send("picture", *_bundle(figure)):
            print(figure)
    plt.close("all")


def _bundle(figure):
    """The data and metadata of a figure, as a notebook shows its own."""
    png = io.BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight", dpi=figure.dpi)
    data = {"text/plain": str(figure), "image/png": base64.b64encode(png.getvalue()).decode()}
    return {**data, "text/html": drawing(figure)}, {"image/png": {"alt": words(figure)}}
