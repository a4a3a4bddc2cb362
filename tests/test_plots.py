"""What readers see of bars and curves, and what happens to impossible input."""

import matplotlib.pyplot as plt
import pytest

from helpers import plot_bars, plot_curves, quantity


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
