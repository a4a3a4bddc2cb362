"""A verdict as a card on the page: what `Verdict` says as plain text, with hint and solution folded away.

All that an answer may have a hand in is escaped. The colours are the page's own, so a card is at home in every theme.
"""

import re
from html import escape

from backstage.pages import live
from exercises.prints import visible

_TONES = {  # JupyterLab's colours, and what stands in for them elsewhere
    True: "var(--jp-success-color1, #388e3c)",
    False: "var(--jp-error-color1, #d32f2f)",
    None: "var(--jp-ui-font-color2, #757575)",
}
_CARD = (
    "border: 1px solid var(--jp-border-color2, #8888); border-left: 5px {line} {tone}; border-radius: 3px;"
    " padding: 0.5em 0.9em; margin: 0.2em 0; max-width: 56em"
)
_SPACE = "margin: 0.5em 0 0"


def card(verdict, solution=""):
    """HTML that shows a verdict.

    Parameters
    ----------
    verdict : Verdict
    solution : str
        Source of the course's own answer, offered below; "" offers none.
    """
    tone = _TONES[None if verdict.of_solution and verdict.passed else verdict.passed]
    parts = [
        f'<p style="margin: 0"><strong style="color: {tone}; margin-right: 0.4em">{verdict.mark} '
        f"{_words(verdict.title)}</strong> {_words(verdict.said)}</p>"
    ]
    if verdict.hint:
        parts.append(_folded("Hint", _words(verdict.hint)))
    if order := verdict.order():
        parts += [_line("The order in which it happened:"), _listing(order)]
    if verdict.printed:
        header, *lines = verdict.printed
        parts += [_line(_words(header)), _listing(line.removeprefix("│ ") for line in lines)]
    if verdict.onward:
        parts.append(_line(f"→ {_words(verdict.onward)}"))
    if solution and not verdict.of_solution and verdict.passed is not None:
        offer = "Compare with the solution" if verdict.passed else "Show the solution"
        parts.append(_folded(offer, _listing([solution.strip("\n")])))
    return live("".join(parts), _CARD.format(tone=tone, line="dotted" if verdict.of_solution else "solid"))


def _words(text):
    """A sentence as HTML; what stands in backquotes is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(visible(text)))


def _line(inside):
    return f'<p style="{_SPACE}">{inside}</p>'


def _folded(summary, inside):
    return f'<details style="{_SPACE}"><summary style="cursor: pointer">{summary}</summary>{inside}</details>'


def _listing(lines):
    text = escape("\n".join(lines))
    return f'<pre style="{_SPACE}; white-space: pre-wrap; overflow-wrap: anywhere">{text}</pre>'
