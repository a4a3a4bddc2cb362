"""A row of buttons, one for each choice, with room for a verdict below. Only a page that shows widgets gets it."""

from IPython.display import display
from ipywidgets import Button, HBox, Label, Layout, Output, VBox

CHOSEN = "primary"  # a style of ipywidgets


class Buttons:
    """Buttons that call `clicked(letter)`.

    Parameters
    ----------
    letters : iterable of str
        What stands on them.
    chosen : str
        The one that looks pressed, or "".
    clicked : callable
        Called in the kernel's own thread, between two cells.
    """

    def __init__(self, letters, chosen, clicked):
        self._buttons = {
            letter: Button(description=letter, tooltip=f"my guess is ({letter})", layout=Layout(width="4em"))
            for letter in letters
        }
        for letter, button in self._buttons.items():
            button.on_click(lambda _, letter=letter: clicked(letter))
        self._said, self._below = Label(), Output()
        self._all = VBox([HBox([Label("Your guess:"), *self._buttons.values(), self._said]), self._below])
        self.choose(chosen)

    def show(self, text):
        """Show them here; `text` is what a page without widgets shows, and what a notebook stores."""
        display({**self._all._repr_mimebundle_(), "text/plain": text}, raw=True)

    def choose(self, letter):
        """Let this one look pressed, and no other."""
        for each, button in self._buttons.items():
            button.button_style = CHOSEN if each == letter else ""

    def say(self, sentence):
        """Write a few words beside the buttons."""
        self._said.value = sentence

    def tell(self, *bundles):
        """Show something below the buttons, in the place of what stands there; each is a dict by kind of content."""
        self._below.outputs = tuple(
            {"output_type": "display_data", "data": bundle, "metadata": {}} for bundle in bundles
        )

    def close(self):
        """Take them off every page."""
        for widget in (self._below, self._said, *self._buttons.values(), *self._all.children, self._all):
            widget.close()
