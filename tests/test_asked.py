"""What chapters call, called with nonsense: a sentence that says what was given, and nothing left behind."""

import contextlib
import inspect
import math
from decimal import Decimal
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import helpers
from backstage import asked
from helpers import Crowd, Timeline, plot_bars, plot_curves, plot_timelines, plot_visits, quantity

ENORMOUS = 10**5_000  # has more digits than Python writes down
NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([1, -1]).map(lambda sign: sign * ENORMOUS),  # Hypothesis writes down what it samples from
    st.sampled_from([math.inf, -math.inf, math.nan]),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.integers() | st.none(), max_size=3),
    st.dictionaries(
        st.text(max_size=2) | st.none(), st.floats() | st.text(max_size=2) | st.lists(st.floats()), max_size=3
    ),
    st.builds(object),
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@contextlib.contextmanager
def one_sentence():
    """It goes well, or says in one sentence of ours what was given."""
    try:
        yield
    except (TypeError, ValueError) as error:
        said, last = str(error), inspect.trace()[-1]
        assert "asked.py" in last.filename, f"nobody looked before {last.filename} did: {error!r}"
        assert "\n" not in said and 10 < len(said) < 250, said


@pytest.fixture(autouse=True)
def no_figure_is_left(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    yield
    assert plt.get_fignums() == []


@given(NONSENSE, NONSENSE)
@quick
def test_quantity(value, unit):
    with one_sentence():
        assert isinstance(quantity(value, unit), str)


@given(NONSENSE, NONSENSE)
@quick
def test_plots_look_before_they_make_a_figure(first, second):
    for draw in (
        lambda: plot_bars(first, unit=second),
        lambda: plot_bars({"a": 1.0}, ax=first),
        lambda: plot_curves(first, second, xlabel="", ylabel=""),
        lambda: plot_curves([1, 2], {"a": first, "b": second}, xlabel="", ylabel=""),
        lambda: plot_curves([1], {"a": [first]}, xlabel="", ylabel="", log=second),
        lambda: plot_timelines(first, by=second),
        lambda: plot_visits(first, by=second),
        lambda: plot_visits({"a": first}),
    ):
        with one_sentence():
            draw()


@given(NONSENSE, NONSENSE)
@quick
def test_a_span_has_two_moments(start, end):
    timeline = Timeline()
    with one_sentence():
        timeline.add("row", start, end, running=True)


@given(NONSENSE, NONSENSE)
@quick
def test_programs_and_limits(one, other):
    program = one if not callable(one) else None
    for call in (
        lambda: helpers.explore(program, bound=other),
        lambda: helpers.take_turns(program, "AB"),
        lambda: helpers.temporary_folder(one).rmdir(),
        lambda: helpers.start_isolated("", one if one else 3, timeout=-1),
    ):
        with one_sentence():
            call()


@given(NONSENSE.filter(lambda value: not isinstance(value, int)), NONSENSE)
@quick
def test_a_crowd_is_not_even_started(port, timeout):
    with one_sentence():
        Crowd(port, timeout=timeout)


@pytest.mark.parametrize("clients", [0, -1, True, 1.5, "3", None, 10**400, 10**9])
def test_a_crowd_counts_before_it_begins(monkeypatch, clients):
    monkeypatch.setattr("backstage.crowd.crowd.Child", pytest.fail, raising=True)
    crowd = Crowd.__new__(Crowd)
    for call in (crowd.connect, crowd.ask, crowd.visit):
        with pytest.raises((TypeError, ValueError), match="is a whole number from 1 to 1,000,000, not "):
            call(clients)


@pytest.mark.parametrize("seconds", [Fraction(1, 2), Decimal("0.5"), np.float32(0.5)])
def test_a_time_may_be_any_kind_of_number(seconds):
    with Crowd(1, timeout=seconds) as crowd:
        assert str(crowd.connect(1)) in ("0 of 1 done, 1 refused", "0 of 1 done, 1 timed out")


def test_a_sentence_shows_anything():
    class Mute:
        def __repr__(self):
            raise RuntimeError

    assert asked.shown(Mute()) == "a value of type Mute that cannot be written down"
    assert asked.shown(ENORMOUS) == "a value of type int that cannot be written down"
    assert len(asked.shown("x" * 1_000)) <= 60


@pytest.mark.parametrize(
    "name", ["plot_bars", "plot_curves", "plot_timelines", "plot_visits", "quantity", "temporary_folder"]
)
def test_what_is_refused_is_documented(name):
    raised = inspect.getdoc(getattr(helpers, name)).partition("Raises\n------\n")[2]
    assert "TypeError" in raised and "ValueError" in raised
