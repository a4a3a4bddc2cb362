"""What only a living page shows: plots that follow its theme, and cards.

Such a thing is HTML, in the page's own colours. Beside it stands what every other place shows, a picture or plain text:
that alone is stored with a chapter and compared when it is tested, see `without_live`. For a repository's web page
throws the HTML away, a later theme would be another, and of two pictures one is enough.
"""

import io
import itertools
import re
import sys
import uuid
from html import escape

MARK = "course-live"  # the first class of what `live` makes
MOST_POINTS = 2_000  # of an artist that is drawn by lines; one with more becomes a picture inside the drawing
MOST_WORDS = 600  # characters of an alternative text

# JupyterLab and Notebook, VS Code, and else what the page has.
GROUND = "var(--jp-layout-color0, var(--vscode-editor-background, Canvas))"

REPLAY = 6  # seconds in which a line sweeps over a chart

_HOVER, _SWEEP = "told: ", "sweep: "
_number = itertools.count(1)


def live(inside, style="", **attributes):
    """HTML that `without_live` takes out again; mathematics is not looked for in it."""
    more = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return f'<div class="{MARK} tex2jax_ignore mathjax_ignore" style="{style}"{more}>{inside}</div>'


def without_live(data):
    """The MIME bundle of an output without what only a living page shows; True if there was something."""
    html = data.get("text/html", "")
    found = "".join(html).startswith(f'<div class="{MARK} ')
    if found:
        del data["text/html"]
    return found


def let_figures_follow():
    """Have the notebook show each matplotlib figure by `drawing` and, beside it, as a PNG with a text in its place.

    Does nothing where there is no notebook, or where it shows figures in another way, as `%matplotlib widget` does.
    """
    from matplotlib import get_backend
    from matplotlib.figure import Figure

    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if not hasattr(shell, "kernel") or "inline" not in get_backend():
        return
    import matplotlib_inline.backend_inline  # noqa: F401  its first import sets the formats, and would undo this one
    from IPython.core.pylabtools import print_figure

    formats = shell.display_formatter.formatters
    formats["text/html"].for_type(Figure, drawing)
    formats["image/png"].for_type(
        Figure, lambda figure: (print_figure(figure, "png", base64=True), {"alt": words(figure)})
    )


def hover(text):
    """A gid of an artist that has `text` shown where the mouse rests on it, in a drawing."""
    return _HOVER + text


def sweep(end):
    """A gid of a vertical line at 0 that, after a click, sweeps from there to `end` in a drawing, on its own axes."""
    return f"{_SWEEP}{end}"


def drawing(figure):
    """A figure as HTML: an SVG in which black is the page's colour of text, and white that of its ground."""
    import matplotlib

    text = io.StringIO()
    nothing = dict.fromkeys(["Creator", "Date", "Format", "Type"])
    crowded = [each for each in figure.findobj(_is_crowded) if not each.get_rasterized()]
    try:
        for each in crowded:
            each.set_rasterized(True)
        with matplotlib.rc_context({"svg.fonttype": "path"}):
            figure.savefig(text, format="svg", transparent=True, bbox_inches="tight", dpi=200, metadata=nothing)
    finally:
        for each in crowded:
            each.set_rasterized(False)
    svg = text.getvalue()
    svg = svg[svg.index("<svg ") :]
    # A style of its own would be one of the whole page.
    svg = re.sub(r"<!--.*?-->\s*|<metadata.*?</metadata>\s*|<style.*?</style>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(rf"""<g id=(["']){_HOVER}(.*?)\1>""", r"<g><title>\2</title>", svg)
    # So would be its names.
    own = f"d{next(_number)}_{uuid.uuid4().hex[:6]}_"
    svg = re.sub(r"""\b(id=["']|href="#|url\(#)""", rf"\g<1>{own}", svg)
    svg = at_home(svg.replace("#000000", "currentColor").replace("#ffffff", GROUND))
    svg = _with_replay(svg, own, _sweeps(figure))
    width, height = (float(re.search(rf' {side}="([\d.]+)pt"', svg)[1]) for side in ("width", "height"))
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    wide = round(width * figure.dpi / 72)
    style = f"width: {wide}px; max-width: 100%; aspect-ratio: {width:g} / {height:g}; fill: currentColor; "
    style += "stroke-linejoin: round; stroke-linecap: butt"
    head, _, rest = svg.partition(">")
    said = words(figure)
    # Of a notebook that is not trusted, as one from another machine, JupyterLab shows a drawing's text alone.
    text = f"<desc>{escape(said)} Run the cell to see it drawn.</desc>"
    return live(f'{head} style="{style}">{text}{rest}', role="img", aria_label=said)


def _sweeps(figure):
    """How far the lines sweep that `sweep` marks, in points; 0 if there are none."""
    ends = [(line.axes, line.get_gid().removeprefix(_SWEEP)) for line in figure.findobj(_is_sweeper)]
    places = [[ax.transData.transform((place, 0))[0] for place in (0, float(end))] for ax, end in ends]
    return max((end - start for start, end in places), default=0) * 72 / figure.dpi


def _with_replay(svg, own, far):
    if not far:
        return svg
    when = f'begin="{own}replay.click" dur="{REPLAY}s"'
    move = f'<set attributeName="visibility" to="visible" {when}/><animateTransform attributeName="transform"'
    move += f' type="translate" from="0 0" to="{far:.1f} 0" {when}/>'
    for found in re.findall(rf'<g id="[^"]*{_SWEEP}.*?</g>', svg, flags=re.DOTALL):
        line = re.sub(r"stroke-opacity: 0\b", "visibility: inherit", found.replace("<g ", '<g visibility="hidden" ', 1))
        svg = svg.replace(found, line.replace("</g>", f"{move}</g>"))
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    button = (
        f'<g id="{own}replay" style="cursor: pointer" transform="translate({float(width) - 24} {float(height) - 22})">'
        f"<title>Replay, in {REPLAY} s: what the line touches, happens now</title>"
        '<rect width="22" height="22" style="fill-opacity: 0.1"/><path d="M 7 5 L 17 11 L 7 17 z"/></g>'
    )
    return svg.replace("</svg>", f"{button}</svg>")


def at_home(svg):
    """A drawing whose styles have colours for light and dark pages."""
    return re.sub(r"\b(fill|stroke): (#[0-9a-f]{6})\b", _at_home, svg)


def _at_home(found):
    """A colour for light and dark pages: what is pale is a tint of the ground, what is dark is lifted from a dark one.

    On white both are what they were, or nearly. The colour itself goes before, for browsers that cannot mix.
    """
    side, colour = found.groups()
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    bright = sum(weight * (part / 255) ** 2.2 for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
    share = 1 - min(parts) / 255  # of a full colour, the rest being white
    if bright < 0.22:
        mixed = f"{colour} {100 - 260 * (0.22 - bright):.0f}%, currentColor"
    elif bright > 0.5 and share < 0.6:
        full = "".join(f"{round(255 - (255 - part) / share):02x}" for part in parts)
        mixed = f"{'currentColor' if full == '000000' else f'#{full}'} {100 * share:.0f}%, {GROUND}"
    else:
        return found[0]
    return f"{found[0]}; {side}: color-mix(in srgb, {mixed})"


def words(figure):
    """What a drawn figure says to those who do not see it: titles, axes, and the names and numbers written in it."""
    said = [figure.get_suptitle()] if hasattr(figure, "get_suptitle") else []
    for ax in figure.axes:
        said.append(next((title for place in ("left", "center", "right") if (title := ax.get_title(loc=place))), ""))
        across, up = ax.get_xlabel(), ax.get_ylabel()
        said.append(f"{up} against {across}" if across and up else across or up)
        names = [each.get_text() for each in ax.get_yticklabels()] if _has_names(ax.yaxis) else []
        written = [text for each in ax.texts if (text := each.get_text())]  # an arrow's is empty
        pairs = len(names) == len(written) > 0
        together = [f"{name} {text}" for name, text in zip(names, written, strict=True)] if pairs else names + written
        said.append(", ".join(filter(None, together)))
        said.append(_entries(ax.get_legend()))
    said += [_entries(legend) for legend in figure.legends]
    text = " ".join(f"{each.strip().rstrip('.')}." for each in dict.fromkeys(said) if each.strip())
    text = " ".join(text.split()) or "A plot."
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]} …"


def _has_names(axis):
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    return isinstance(axis.get_major_locator(), FixedLocator | StrCategoryLocator)


def _entries(legend):
    return "Shown: " + ", ".join(each.get_text() for each in legend.get_texts()) if legend else ""


def _is_crowded(artist):
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D

    if isinstance(artist, Line2D):
        return len(artist.get_xdata()) > MOST_POINTS
    return isinstance(artist, Collection) and max(len(artist.get_paths()), len(artist.get_offsets())) > MOST_POINTS


def _is_sweeper(artist):
    return str(artist.get_gid()).startswith(_SWEEP)
