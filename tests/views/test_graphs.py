"""Directed graphs over tokens: an arrow for every parent, no circles."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

from helpers.models import masks
from helpers.views import plots
from helpers.views.drawing import palette
from tests.views.drawn import area, pixels

T = 4
PAST = masks.causal(T).tril(-1)


def arrows(ax):
    """Start and end of every arrow, as tokens."""
    ends = [p._posA_posB for p in ax.patches if isinstance(p, FancyArrowPatch)]
    return {(int(a[0]), int(b[0])) for a, b in ends}


def test_there_is_one_arrow_from_every_parent_to_its_child():
    ax = plots.token_graphs("abcd", {"past": PAST})
    assert arrows(ax) == {(s, t) for t in range(T) for s in range(t)}
    window = plots.token_graphs("abcd", {"window": masks.window(T, 2).tril(-1)})
    assert arrows(window) == {(0, 1), (1, 2), (2, 3)}
    assert arrows(plots.token_graphs("abcd", {"backwards": PAST.T})) == {
        (s, t) for s in range(T) for t in range(s)
    }


def test_the_description_counts_the_arrows_of_each_graph():
    ax = plots.token_graphs("ab d", {"all": PAST, "one": masks.window(T, 2).tril(-1)})
    assert ax.get_label() == (
        "all: 6 arrows; most of them, into 'd', come from 'a', 'b', space. "
        "one: 3 arrows; most of them, into 'b', come from 'a'."
    )


def test_tokens_and_names_are_written_and_colours_seen():
    ax = plots.token_graphs("a\ncd", {"all": PAST})
    assert {"a", "↵", "c", "d", "all"} <= {text.get_text() for text in ax.texts}
    assert area(pixels(ax), palette.VERMILLION) > 500 and area(pixels(ax), palette.BLUE) > 500


@pytest.mark.parametrize("graph", [masks.full(T), masks.diagonal(T), np.roll(np.eye(T), 1, 0)])
def test_a_circle_is_refused(graph):
    with pytest.raises(ValueError, match="No token may be its own ancestor"):
        plots.token_graphs("abcd", {"circle": graph})


def test_a_graph_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"over 3 tokens must be 3 by 3; got \(4, 4\) for 'past'"):
        plots.token_graphs("abc", {"past": PAST})
