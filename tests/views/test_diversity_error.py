"""diversity_error: curves of any system, questions before answers, points that are simulated."""

import math

import pytest

from helpers.theory import ensembles
from helpers.views.widgets import diversity_error
from helpers.views.widgets.controls import FREE
from helpers.views.widgets.diversity_error import FIGURE_1, QUESTIONS, SIMULATED_AT
from tests.views.browser import from_browser

ASKED = [name for name in QUESTIONS if name != FREE]


def choose(explorer, name):
    dropdown = explorer.controls["question"]
    from_browser(dropdown, index=dropdown.options.index(name))


def test_the_words_are_those_of_the_exact_curve():
    # c = 0.1, λ = 0.05, σ² = 0.2, α = 1, K = ∞: 0.4 = 0.5 - 0.1 exactly
    alt = diversity_error(c=0.1).picture.alt
    assert "At c = 0.1: ensemble error 0.400 = average error 0.500 − ambiguity 0.100." in alt
    assert "λ = 0.05, σ² = 0.2, α = 1, K = ∞, T = 0: the best c is 0.269, with error 0.358" in alt


def test_the_bar_shows_the_three_parts_of_the_error_at_c():
    # c = 0.1: ρ = 1/4, so ρ² = 0.0625; two students: half of (0.5 - 0.4) is each one's own
    explorer = diversity_error(c=0.1, K=2)
    alt = explorer.picture.alt
    assert "0.0625 that all ignore + 0.338 that pairs share + 0.0500 of one's own." in alt
    before = explorer.picture.markup
    from_browser(explorer.controls["shown"], value=False)
    assert "all ignore" not in explorer.picture.alt and explorer.picture.markup != before


@pytest.mark.parametrize(
    ("control", "state", "said"),
    [
        ("c", {"value": 0.3}, "At c = 0.3: ensemble error 0.360 = average error 0.562"),
        ("lam", {"index": 11}, "λ = 0.2"),
        ("sigma2", {"value": 0.5}, "σ² = 0.5"),
        ("alpha", {"value": 2.0}, "α = 2"),
        ("K", {"index": 1}, "K = 2, T = 0: the best c is 0.167, with error 0.447"),
        ("T", {"value": 0.5}, "average error 3 − ambiguity 2.60"),  # T·G = 0.5 · 5 more
        ("runs", {"value": 10}, "Simulated ensemble error: "),
    ],
)
def test_every_control_moved_in_the_browser_moves_the_picture(control, state, said):
    explorer = diversity_error(c=0.1)
    before = explorer.front.scene["html"]
    from_browser(explorer.controls[control], **state)
    assert said in explorer.picture.alt and explorer.front.scene["html"] != before
    assert explorer.front.scene["html"] == explorer.picture.inline


@pytest.mark.parametrize("name", ASKED)
def test_a_question_sets_the_controls_and_keeps_the_answer_to_itself(name):
    explorer, question = diversity_error(c=0.5, alpha=3), QUESTIONS[name]
    choose(explorer, name)
    hidden = explorer.picture
    assert question.asked in hidden.alt and question.answer not in hidden.alt
    assert "(star)" not in hidden.alt and "At c = " not in hidden.alt
    assert {key: explorer.state[key] for key in FIGURE_1} == question.at
    from_browser(explorer.controls["shown"], value=True)
    shown = explorer.picture
    assert question.asked in shown.alt and question.answer in shown.alt
    assert "(star)" in shown.alt and shown.markup != hidden.markup


def test_the_next_question_hides_its_answer_again():
    explorer = diversity_error()
    choose(explorer, ASKED[0])
    from_browser(explorer.controls["shown"], value=True)
    choose(explorer, ASKED[1])
    assert (
        explorer.state["shown"] is False and QUESTIONS[ASKED[1]].answer not in explorer.picture.alt
    )
    choose(explorer, FREE)
    assert "(star)" in explorer.picture.alt


def test_while_an_answer_is_shown_the_controls_are_free():
    explorer = diversity_error()
    choose(explorer, "more data, more noise")
    from_browser(explorer.controls["shown"], value=True)
    from_browser(explorer.controls["K"], index=1)
    assert "K = 2, T = 0: the best c is 0, with" in explorer.picture.alt
    assert explorer.state["question"] == "more data, more noise" and explorer.state["shown"]


def test_unticked_the_curves_are_hidden_for_a_question_of_ones_own_too():
    explorer = diversity_error(c=0.2)
    from_browser(explorer.controls["shown"], value=False)
    hidden = explorer.picture.alt
    assert hidden.startswith("λ = 0.05, σ² = 0.2, α = 1, K = ∞, T = 0, c = 0.2.")
    from_browser(explorer.controls["T"], value=0.4)
    assert "T = 0.4" in explorer.picture.alt and "error 0" not in explorer.picture.alt


def best(name, **other):
    at = {key: value for key, value in (QUESTIONS[name].at | other).items() if key != "c"}
    c = ensembles.best_c(**at)
    return c, ensembles.learning_curve(c, **at).error


def test_every_answer_is_what_the_curves_say():
    answers = {name: QUESTIONS[name].answer for name in ASKED}
    assert best("strong weight decay")[0] == 0 and "Nothing" in answers.pop("strong weight decay")
    assert best("only two students", K=math.inf)[0] == pytest.approx(0.27, abs=0.005)
    assert f"No, {best('only two students')[0]:.3f}." in answers.pop("only two students")
    (c, error), (_, before) = (best("less weight decay", lam=lam) for lam in (0.01, 0.05))
    assert error == pytest.approx(before)
    said = answers.pop("less weight decay")
    assert f"It stays, {error:.3f}, " in said and f"c = {c:.2f}." in said
    at = QUESTIONS["the average student"].at
    falls = [ensembles.learning_curve(**at | {"c": c}).average_error for c in (0, 0.4)]
    assert "{:.3f} → {:.3f}".format(*falls) in answers.pop("the average student")
    assert f"c = {best('more data, more noise')[0]:.2f}." in answers["more data, more noise"]
    assert best("more data, more noise", K=2)[0] == 0 and answers.pop("more data, more noise")
    assert best("noisy training")[0] == 0 and answers.pop("noisy training").startswith("0.")
    assert answers == {}


def test_the_button_adds_runs_until_there_are_enough_and_another_system_has_none():
    explorer = diversity_error(K=3, c=0.2)
    (label,) = explorer.actions
    bars = []
    for runs in (10, 20, 30, 40, 40):
        explorer.click(label)
        assert explorer.state["runs"] == runs
        measured = explorer.picture.alt.split("Simulated ensemble error: ")[1]
        bars.append(float(measured.split(" ± ")[1].split(" at ")[0]))
    assert measured.count("±") == len(SIMULATED_AT) and bars[3] == bars[4] < bars[0]
    from_browser(explorer.controls["c"], value=0.4)  # the same system: the points stay
    assert explorer.state["runs"] == 40 and "Simulated" in explorer.picture.alt
    from_browser(explorer.controls["T"], value=0.5)
    assert explorer.state["runs"] == 0 and "Simulated" not in explorer.picture.alt


def test_the_points_are_those_of_the_simulation():
    explorer = diversity_error(K=2, lam=0.3, alpha=0.5)
    from_browser(explorer.controls["runs"], value=10)
    got = ensembles.simulate(0.4, 0.5, 0.3, 0.2, 2, N=60, runs=10, seed=1)
    assert f"{got.error:#.3g} ± {got.error_se:#.3g} at c = 0.400" in explorer.picture.alt


def test_the_same_place_shows_the_same_pixels_wherever_one_was_before():
    explorer = diversity_error(K=2)
    first = explorer.picture
    choose(explorer, ASKED[2])
    from_browser(explorer.controls["shown"], value=True)
    explorer.click(next(iter(explorer.actions)))
    choose(explorer, FREE)
    explorer.at(lam=0.05, c=0.1, K=2).at(c=0.1)
    assert explorer.picture == first


def test_a_start_that_is_no_step_of_a_slider_is_kept():
    state = diversity_error(lam=0.04, K=7, alpha=6.0).state
    assert (state["lam"], state["K"], state["alpha"]) == (0.04, 7, 6.0)


def test_an_impossible_start_is_refused():
    with pytest.raises(ValueError, match="lam must be positive"):
        diversity_error(lam=0)


def test_a_sweep_goes_everywhere_and_ends_where_it_began():
    explorer = diversity_error(c=0.25, K=3)
    start, lines = explorer.state, explorer.sweep()
    assert explorer.state == start and len(set(lines)) == len(lines) > 35
