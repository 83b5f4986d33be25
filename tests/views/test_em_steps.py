"""em_steps: a step shows the parameters of that step, from the start that was chosen."""

import re

import ipywidgets
import numpy as np
import pytest

from helpers.theory import em, mixtures
from helpers.views.drawing.wording import number
from helpers.views.widgets import em_steps
from helpers.views.widgets.em_steps import STARTS, TOL, WAY, _along
from tests.theory.clouds import random_cloud
from tests.views.browser import from_browser

X, Y = random_cloud(80, 0)


def line_of(result, m, at):
    return number(float(result.weights[m, 0] + result.weights[m, 1] * at))


def path(**start):
    return [em.fit(X, Y, **start, steps=k, tol=TOL) for k in range(6)]


def test_a_step_shows_the_parameters_of_that_step():
    explorer = em_steps(X, Y, start="random 2")
    for step, result in enumerate(path(seed=2)):
        from_browser(explorer.controls["step"], value=step)
        said = explorer.picture.alt
        assert f"Start 'random 2', EM step {step} of " in said
        assert f"log-likelihood {number(result.log_likelihood[-1])}, " in said
        for m in (0, 1):
            ends = [line_of(result, m, at) for at in (X.min(), X.max())]
            noise = number(result.variances[m] ** 0.5)
            assert f"expert {m + 1} goes from {ends[0]} to {ends[1]}, deviation {noise}" in said
        g = mixtures.gate_probabilities([X.min()], result.gate)[0, 0].item()
        assert f"expert 1 {g:.2f}," in said.partition("Gate at")[2]


def test_the_bounds_touch_where_em_stands_and_where_it_goes_and_lie_below_elsewhere():
    path_ = list(em.ascend(X, Y, em.random_start(X, Y, 2, 1), steps=100, tol=TOL))
    now, following = (WAY.abs().argmin().item(), (WAY - 1).abs().argmin().item())
    for step in (0, 3, len(path_) - 1):
        at, height, (old, new) = _along(X, Y, path_, step)
        here = path_[min(step, len(path_) - 2)]
        assert height[now] == pytest.approx(mixtures.log_likelihood(X, Y, here).item())
        bound = mixtures.lower_bound(
            X, Y, here, path_[min(step + 1, len(path_) - 1)].responsibilities
        )
        assert new[now] == pytest.approx(bound.item())
        assert at == (step == len(path_) - 1)
        assert old[now] == pytest.approx(height[now]) and new[following] == pytest.approx(
            height[following]
        )
        slack = 1e-9 * abs(height[now])
        assert all(max(a, b) <= c + slack for a, b, c in zip(old, new, height, strict=True))
        assert old[following] >= old[now] - slack  # what the M-step raises


def test_the_slider_ends_where_em_stops():
    explorer = em_steps(X, Y, start="random 1")
    rounds = len(em.fit(X, Y, seed=1, tol=TOL).log_likelihood) - 1
    assert explorer.controls["step"].max == rounds > 5
    from_browser(explorer.controls["step"], value=rounds)
    last = number(em.fit(X, Y, seed=1, tol=TOL).log_likelihood[-1])
    assert f"log-likelihood {last}, from" in explorer.picture.alt


def test_identical_experts_move_once_and_never_part():
    explorer = em_steps(X, Y, step=6)
    from_browser(explorer.controls["start"], index=STARTS.index("identical"))
    slider = explorer.controls["step"]
    assert slider.max <= 2 and slider.value == slider.max
    shares = re.findall(r"answers for (\d+)%", explorer.picture.alt)
    assert shares == ["50", "50"]


@pytest.mark.parametrize("M", [1, 2, 3, 4])
def test_each_number_of_experts_has_its_lines(M):
    explorer = em_steps(X, Y, n_experts=2)
    from_browser(explorer.controls["experts"], value=M)
    named = re.findall(r"expert (\d) goes", explorer.picture.alt)
    assert named == [str(m + 1) for m in range(M)]


def test_experts_that_start_apart_are_apart():
    starts = re.findall(r"goes from (\S+) to", em_steps(X, Y, n_experts=3).picture.alt)
    assert len(set(starts)) == 3 and sorted(map(float, starts), reverse=True) == [
        *map(float, starts)
    ]


def test_every_start_is_climbed_once(monkeypatch):
    climbed, ascend = [], em.ascend

    def counted(*args, **options):
        climbed.append(options.get("tol"))
        return ascend(*args, **options)

    monkeypatch.setattr(em, "ascend", counted)
    explorer = em_steps(X, Y)
    for step in (1, 0, 1):
        from_browser(explorer.controls["step"], value=step)
    assert climbed.count(TOL) == 1


def test_the_same_place_shows_the_same_pixels_wherever_one_was_before():
    explorer = em_steps(X, Y, step=3)
    first = explorer.picture
    for step in (0, 5, 3):
        explorer.controls["step"].value = step
    explorer.controls["experts"].value = 4
    explorer.controls["start"].value = "identical"
    explorer.controls["start"].value = "apart"
    explorer.controls["experts"].value = 2
    explorer.controls["step"].value = 3
    assert explorer.picture == first


def test_another_step_is_another_picture():
    explorer = em_steps(X, Y)
    seen = set()
    for step in range(6):
        explorer.controls["step"].value = step
        seen.add(explorer.picture.markup)
    assert len(seen) == 6


def test_every_control_has_words_and_a_sweep_goes_everywhere():
    explorer = em_steps(X, Y)
    assert all(control.description for control in explorer.controls.values())
    assert isinstance(explorer.controls["start"], ipywidgets.Dropdown)
    lines = explorer.sweep()
    assert len({line.partition(": ")[2] for line in lines}) >= 12
    assert {f"start = '{start}'" for start in STARTS} <= {line.partition(":")[0] for line in lines}


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((3, 2)), np.zeros(3), r"one input, x \(n,\), can .* got shape \(3, 2\)"),
        ([0.0, float("nan")], [0, 0], "x must hold at least one point"),
        ([0.0, 1.0], [0.0], "y must hold one finite number for each of the 2 points"),
    ],
)
def test_points_that_cannot_be_drawn_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        em_steps(x, y)


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="start must be one of .*'apart'.*; got 'nowhere'"):
        em_steps(X, Y, start="nowhere")


def test_one_point_and_a_constant_x_can_be_looked_at():
    for x, y in [([0.5], [2.0]), ([1.0] * 6, [1.0, 1.1, 0.9, 3, 3.1, 2.9])]:
        explorer = em_steps(x, y)
        assert "2 experts" in explorer.picture.alt
        assert len(explorer.sweep()) > 5
