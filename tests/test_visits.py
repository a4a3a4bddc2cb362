import pytest
from matplotlib import pyplot as plt

from backstage.website import Request
from helpers.visits import plot_visits

LOG = [
    Request("/b", 10.0, 10.2, "200"),
    Request("/a", 10.1, 10.3, "status 503"),
    Request("/old/c", 10.2, 10.4, "301"),
    Request("/a", 10.35, None, "abandoned"),
]


@pytest.fixture
def drawn(monkeypatch):
    figures = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    yield figures
    plt.close("all")


def bars(axes):
    return [(round(bar.get_x(), 3), round(bar.get_y() + bar.get_height() / 2), bar.get_width()) for bar in axes.patches]


def test_a_row_is_a_page(drawn):
    plot_visits({"a crawl": LOG})
    (axes,) = drawn[0].axes
    assert [(start, row) for start, row, _ in bars(axes)] == [(0, 1), (0.1, 2), (0.2, 3), (0.35, 2)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["/b", "/a", "/old/c"]


def test_a_row_is_a_place_that_is_taken_again(drawn):
    plot_visits({"a crawl": LOG, "the same backwards": LOG[::-1]}, by="place")
    above, below = drawn[0].axes
    assert [(start, row) for start, row, _ in bars(above)] == [(0, 1), (0.1, 2), (0.2, 1), (0.35, 2)]
    assert bars(above) == bars(below)


def test_colours_tell_how_a_request_ended(drawn):
    plot_visits({"a crawl": LOG})
    (axes,) = drawn[0].axes
    good, bad, moved, left = (bar.get_facecolor() for bar in axes.patches)
    assert bad == left
    assert len({good, bad, moved}) == 3
    (legend,) = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["answered", "redirected", "failed"]


def test_a_bar_tells_which_page_it_is_and_how_long_it_took(drawn):
    plot_visits({"a crawl": LOG})
    told = [bar.get_gid() for bar in drawn[0].axes[0].patches]
    assert told == ["told: /b: 200, 200 ms", "told: /a: status 503, 200 ms", "told: /old/c: 301, 200 ms", told[3]]
    assert told[3].startswith("told: /a: abandoned, ")


@pytest.mark.parametrize(
    ("logs", "options", "complaint"),
    [
        ({}, {}, "nothing to draw"),
        ({"none": []}, {}, "nothing to draw"),
        ({"a crawl": LOG}, {"by": "host"}, "by='host' is not known"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(logs, options, complaint):
    with pytest.raises(ValueError, match=complaint):
        plot_visits(logs, **options)
