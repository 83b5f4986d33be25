"""rlhf_beta: what it says and draws is what the closed form says."""

import math
import re

import numpy as np
import pytest

from helpers.views.drawing import palette, svg
from helpers.views.widgets import rlhf_beta
from helpers.views.widgets import rlhf_parts as parts
from helpers.views.widgets.rlhf_beta import (
    ANSWERS,
    BETAS,
    FREE,
    PROXY,
    QUESTIONS,
    REFERENCES,
    TRUE,
    outcome,
    path_of,
)
from tests.views.browser import from_browser
from tests.views.svg_seen import bars, lines, said, shapes

USUAL = REFERENCES["gibberish 1 in 1,000"]
NUMBER = r"(-?\d+\.\d+)"
TOLD = f"KL {NUMBER} nats, mean reward {NUMBER} by the proxy, {NUMBER} in truth. β ln Z = {NUMBER}"


def by_hand(beta, reference, rewards):
    weights = [p * math.exp(r / beta) for p, r in zip(reference, rewards, strict=True)]
    Z = sum(weights)
    policy = [w / Z for w in weights]
    far = sum(q * math.log(q / p) for q, p in zip(policy, reference, strict=True) if q > 0)
    means = [sum(q * r for q, r in zip(policy, rs, strict=True)) for rs in (rewards, TRUE)]
    return policy, far, *means, beta * math.log(Z)


def told(explorer):
    return [float(n) for n in re.search(TOLD, explorer.picture.alt).groups()]


def test_every_reference_is_a_distribution_over_the_answers():
    for probs in REFERENCES.values():
        assert len(probs) == len(ANSWERS) == len(PROXY) == len(TRUE)
        assert sum(probs) == pytest.approx(1)


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("beta", [0.1, 1.0, 100.0])
def test_an_outcome_is_the_closed_form(beta, reference):
    policy, far, proxy, true, value = by_hand(beta, REFERENCES[reference], PROXY)
    found = outcome(beta, REFERENCES[reference], PROXY)
    assert list(found.policy) == pytest.approx(policy)
    assert found[1:] == pytest.approx((proxy, true, far, value), abs=1e-9)
    assert found.value == pytest.approx(found.proxy - beta * found.kl)


@pytest.mark.parametrize("beta", [0.1, 0.5, 10.0])
def test_the_words_tell_the_numbers_of_the_controls(beta):
    explorer = rlhf_beta(beta)
    asked, beta = beta, explorer.state["beta"]  # the step of the slider that is nearest
    assert beta == pytest.approx(asked, rel=0.06)
    _, far, proxy, true, value = by_hand(beta, USUAL, PROXY)
    assert told(explorer) == pytest.approx([far, proxy, true, value], abs=6e-4)
    explorer.controls["reward_2"].value = 3.5
    rewards = (*PROXY[:2], 3.5, *PROXY[3:])
    _, far, proxy, true, value = by_hand(beta, USUAL, rewards)
    assert told(explorer) == pytest.approx([far, proxy, true, value], abs=6e-4)


def test_each_slider_is_the_reward_of_the_answer_it_names():
    explorer = rlhf_beta()
    for i, name in enumerate(ANSWERS):
        slider = explorer.controls[f"reward_{i}"]
        assert slider.description == f"proxy reward: {name}"
        before = told_probs(explorer)
        slider.value = 4.0
        after = told_probs(explorer)
        assert max(ANSWERS, key=lambda a: after[a] / before[a]) == name
        slider.value = PROXY[i]


def told_probs(explorer):
    alt = explorer.picture.alt
    return {a: float(re.search(rf"{a} \(r = [^)]*\) {NUMBER} → {NUMBER}", alt)[2]) for a in ANSWERS}


def test_the_proxy_only_rises_along_the_path_and_the_truth_rises_and_falls():
    path = path_of(USUAL, PROXY)
    far, proxy, true = (np.array([getattr(o, n) for o in path]) for n in ("kl", "proxy", "true"))
    assert (np.diff(far) > 0).all() and (np.diff(proxy) > 0).all()
    top = true.argmax()
    assert 0 < top < len(path) - 1 and true[top] > true[0] + 0.1 and true[-1] < -1.5


def test_the_bars_are_as_high_as_the_probabilities_and_stand_over_their_answers():
    now = outcome(1.0, USUAL, PROXY)
    markup = svg.document(760, 440, parts.bars(ANSWERS, USUAL, now.policy, PROXY))
    for fill, probs in (("url(#h)", USUAL), (palette.BLUE, now.policy)):
        heights = bars(markup, fill)[:-1]  # the last one is the key's
        assert heights == pytest.approx([p / 1.02 * 246 for p in probs], abs=0.06)
    said_below = said(markup)
    assert all(said_below[said_below.index(a) + 1] == f"r = {r:g}".replace("-", "−")
               for a, r in zip(ANSWERS, PROXY, strict=True))  # fmt: skip


def test_the_path_goes_through_all_outcomes_and_is_marked_at_this_one():
    now, outcomes = outcome(1.0, USUAL, PROXY), path_of(USUAL, PROXY)
    markup = svg.document(760, 440, parts.path(outcomes, now))
    means = [o.proxy for o in outcomes] + [o.true for o in outcomes]
    for name, colour in (("proxy", palette.VERMILLION), ("true", palette.BLUE)):
        (curve,) = lines(markup, colour)
        up = np.polyfit([getattr(o, name) for o in outcomes], curve[:, 1], 1)
        assert up[0] == pytest.approx(-246 / (1.31 * (max(means) - min(means))), rel=0.01)
        along = np.polyfit([math.sqrt(o.kl) for o in outcomes], curve[:, 0], 1)
        line = next(s for s in shapes(markup, "path") if s.get("stroke") == parts.QUIET)
        x = float(line.get("d")[1:].split()[0])
        assert x == pytest.approx(np.polyval(along, math.sqrt(now.kl)), abs=0.2)
    assert parts.path([], now) and palette.QUIET in markup


def test_the_whole_path_is_what_every_beta_leads_to():
    for reference in REFERENCES.values():
        for beta, found in list(zip(BETAS, path_of(reference, PROXY), strict=True))[::20]:
            one = outcome(beta, reference, PROXY)
            assert list(found.policy) == pytest.approx(list(one.policy), abs=1e-12)
            assert found[1:] == pytest.approx(one[1:], abs=1e-9)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != FREE])
def test_a_question_hides_its_answer_until_the_box_is_ticked(name):
    explorer = rlhf_beta()
    from_browser(explorer.controls["question"], index=[*QUESTIONS].index(name))
    assert QUESTIONS[name].asked in explorer.picture.alt
    assert QUESTIONS[name].answer not in explorer.picture.alt and "→" not in explorer.picture.alt
    hidden = bars(explorer.picture.markup, palette.BLUE)
    explorer.controls["shown"].value = True
    assert QUESTIONS[name].answer in explorer.picture.alt
    assert sum(bars(explorer.picture.markup, palette.BLUE)) > sum(hidden) + 50
    from_browser(explorer.controls["question"], index=0)
    assert explorer.controls["shown"].value and "Make a guess" not in explorer.picture.alt


def test_the_answers_to_the_questions_are_true():
    at = {name: question.at for name, question in QUESTIONS.items() if name != FREE}

    def found(name, **changes):
        here = at[name] | changes
        rewards = tuple(here[f"reward_{i}"] for i in range(5))
        return outcome(here["beta"], REFERENCES[here["reference"]], rewards)

    assert found("nothing but reward").policy[3] > 0.99
    one_more, usual = found("one more for everything"), outcome(1.0, USUAL, PROXY)
    assert list(one_more.policy) == pytest.approx(list(usual.policy))
    assert one_more.value == pytest.approx(usual.value + 1)
    rare = found("a rare mistake")
    assert 0.001 * math.exp(3 / 0.4) == pytest.approx(1.81, abs=0.005)
    assert 0.3 * math.exp(1 / 0.4) == pytest.approx(3.65, abs=0.005)
    assert 0.25 < rare.policy[4] < 0.35
    start = found("how far is best")
    path = path_of(USUAL, PROXY)
    peak = max(path, key=lambda o: o.true)
    assert start.true < peak.true > path[-1].true and start.proxy < path[-1].proxy


def test_every_move_in_the_browser_changes_the_picture():
    explorer = rlhf_beta()
    moves = {"beta": {"value": 0.2}, "reference": {"index": 2}}
    moves |= {f"reward_{i}": {"value": 0.5} for i in range(5)}
    for name, state in moves.items():
        before = explorer.picture
        from_browser(explorer.controls[name], **state)
        assert explorer.picture.alt != before.alt and explorer.picture.markup != before.markup, name
        assert explorer.front.scene["html"] == explorer.picture.inline


def test_the_same_place_shows_the_same_pixels_wherever_one_was_before():
    explorer = rlhf_beta()
    first = explorer.picture
    explorer.sweep()
    assert explorer.picture == first


def test_the_path_goes_from_the_largest_beta_to_the_smallest():
    assert BETAS[0] == pytest.approx(100) and BETAS[-1] == pytest.approx(0.1)


@pytest.mark.parametrize("start", [{"beta": 0.0}, {"beta": 1000.0}, {"reference": "me"}])
def test_it_refuses_an_impossible_start(start):
    with pytest.raises(ValueError, match=r"starts at a β from 0.1 to 100 .* Try rlhf_beta\(\)"):
        rlhf_beta(**start)
