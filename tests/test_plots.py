"""What readers see of bars and curves, on light and dark pages, and what happens to impossible input."""

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from backstage import pages
from helpers import plot_bars, plot_curves, quantity
from tests.kernel import Kernel


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "s", "0 s"),
        (0.0000123, "s", "12.3 µs"),
        (0.0005, "s", "500 µs"),
        (0.9999, "s", "1 s"),
        (1.5, "s", "1.5 s"),
        (5000, "s", "5,000 s"),
        (-0.25, "s", "-250 ms"),
        (1234, "B", "1.23 kB"),
        (5e6, "B", "5 MB"),
        (10_000, "", "10,000"),
        (0.5, "", "0.5"),
    ],
)
def test_quantities_read_as_people_say_them(value, unit, text):
    assert quantity(value, unit) == text


def test_a_bar_below_zero_is_seen(axes):
    plot_bars({"gained": 2.0, "lost": -1.0}, ax=axes)
    left, right = axes.get_xlim()
    assert left < -1 and right > 2


def test_bars_stand_in_the_order_given_with_their_value_written(axes):
    plot_bars({"slow": 2.0, "fast": 0.2}, title="Ten buns", ax=axes)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["slow", "fast"]
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.texts] == ["2 s", "200 ms"]
    assert axes.get_title(loc="left") == "Ten buns"


def test_curves_differ_by_more_than_colour_and_ideals_are_behind(axes):
    plot_curves([1, 10], {"a": [1, 2], "b": [2, 3]}, ideal={"c": [1, 1]}, xlabel="n", ylabel="t", ax=axes)
    ideal, first, second = axes.get_lines()
    assert ideal.get_marker() in ("", "None")
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["c", "a", "b"]


def test_a_missing_value_leaves_a_gap(axes):
    plot_curves([1, 2, 3], {"a": [1, None, 3]}, xlabel="n", ylabel="t", log="x", ax=axes)
    assert axes.get_lines()[0].get_ydata()[1] != axes.get_lines()[0].get_ydata()[1]  # not a number
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_bars({}), "nothing to draw"),
        (lambda: plot_curves([1], {}, xlabel="", ylabel=""), "nothing to draw"),
        (lambda: plot_curves([1, 2], {"a": [1]}, xlabel="", ylabel=""), "'a' has 1 values for 2 points"),
    ],
)
def test_impossible_input_is_answered_with_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# -- on the page ------------------------------------------------------------------------------------------------------


def colours(drawing):
    return set(re.findall(r"(?:fill|stroke): ([^;\"]+)", drawing)) - {"none"}


def test_what_is_black_or_white_follows_the_page(axes):
    axes.plot([1, 2], color="black", label="a")
    axes.text(1, 1, "a", bbox={"facecolor": "white"})
    axes.add_patch(Rectangle((0, 0), 1, 1, color="#00000022"))
    assert colours(pages.drawing(axes.figure)) == {"currentColor", pages.GROUND}
    assert pages.drawing(axes.figure).count("<svg") == 1
    assert axes.figure.get_facecolor() == axes.get_facecolor() == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("colour", "mixed"),
    [
        ("#e69f00", None),
        ("#000080", "#000080 47%, currentColor"),
        ("#dddddd", f"currentColor 13%, {pages.GROUND}"),
        ("#cfe4f3", f"#0070bf 19%, {pages.GROUND}"),
    ],
)
def test_dark_and_pale_colours_are_at_home_on_dark_pages_and_bright_ones_are_themselves(axes, colour, mixed):
    axes.axis("off")
    axes.add_patch(Rectangle((0, 0), 1, 1, color=colour))
    assert colours(pages.drawing(axes.figure)) == {"currentColor", colour, f"color-mix(in srgb, {mixed})"} - {
        "color-mix(in srgb, None)"
    }


def test_drawings_on_a_page_do_not_meddle_with_each_other_or_the_page(axes):
    axes.plot([1, 2], marker="o")
    both = [pages.drawing(axes.figure) for _ in range(2)]
    names = [set(re.findall(r'\bid="(.*?)"', each)) for each in both]
    assert not names[0] & names[1]
    used = {name for each in both for pair in re.findall(r'href="#(.*?)"|url\(#(.*?)\)', each) for name in pair if name}
    assert used <= names[0] | names[1]
    assert not re.search("<style|<script|<!--|<metadata|<[?]xml", "".join(both))
    assert all(ElementTree.fromstring(each) is not None for each in both)


def test_a_crowd_of_points_becomes_a_picture_and_only_for_the_drawing(axes):
    [few] = axes.plot(range(100), marker="o")
    [many] = axes.plot(range(20_000), marker="o")
    drawn = pages.drawing(axes.figure)
    assert drawn.count("<image") == 1
    assert len(drawn) < 200_000
    assert not few.get_rasterized()
    assert not many.get_rasterized()


def test_a_plot_says_in_words_what_it_shows(axes):
    plot_bars({"slow": 2.0, "fast": 0.2}, title="Ten buns", ax=axes)
    axes.annotate("", (0, 0), (1, 1), arrowprops={})
    axes.figure.canvas.draw()
    assert pages.words(axes.figure) == "Ten buns. time. slow 2 s, fast 200 ms."
    axes.clear()
    plot_curves([1, 10], {"a": [1, 2]}, title='"<b>"', xlabel="tasks", ylabel="time", ax=axes)
    assert pages.words(axes.figure) == '"<b>". time against tasks. Shown: a.'
    assert 'aria-label="&quot;&lt;b&gt;&quot;. time against tasks. Shown: a."' in pages.drawing(axes.figure)
    axes.clear()
    assert pages.words(axes.figure) == "A plot."


def test_the_mouse_is_told_what_a_bar_is(axes):
    for text in ("a < b & 'c'", 'a "quoted" bun'):
        axes.barh([1], [1], gid=pages.hover(text))
    svg = ElementTree.fromstring(pages.drawing(axes.figure))
    told = [each.text for each in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert told == ["a < b & 'c'", 'a "quoted" bun']


def test_what_only_a_living_page_shows_is_found_and_nothing_else():
    shown = {"text/html": pages.live("bun"), "text/plain": "bun"}
    assert pages.without_live(shown)
    assert shown == {"text/plain": "bun"}
    table = {"text/html": "<table>"}
    assert not pages.without_live(table)
    assert table == {"text/html": "<table>"}
    assert not pages.without_live({"text/plain": "bun"})


@pytest.mark.parametrize(
    "plot",
    [
        "plot_bars({'bun': 1}, title='Buns')",
        "import matplotlib.pyplot as plt\n_ = plt.title('Buns')",
        "%matplotlib inline\n_ = plt.figure(), plt.title('Buns')",
    ],
)
def test_every_plot_of_a_notebook_is_a_drawing_and_a_picture_with_words(kernel, plot):
    kinds = [content for kind, content in kernel.follow(kernel.start(plot)) if kind == "display_data"]
    [shown] = kinds
    assert shown["data"]["text/html"].startswith(f'<div class="{pages.MARK} ')
    assert shown["data"]["text/plain"].startswith("<Figure size")
    assert shown["data"]["image/png"]
    assert shown["metadata"]["image/png"]["alt"].startswith("Buns.")


@pytest.fixture(scope="module")
def kernel():
    with Kernel() as kernel:
        kernel.run("from helpers import plot_bars")
        yield kernel
