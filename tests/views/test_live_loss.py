"""LiveLoss: draws when an evaluation happened, says the last loss and the gap."""

from types import SimpleNamespace

import pytest

from helpers.views.widgets import LiveLoss

FLOORS = {"uniform": 4.11, "exact floor": 0.327}
VIEW = "application/vnd.jupyter.widget-view+json"


def history(count):
    losses = [4.2, 2.0, 0.5][:count]
    return SimpleNamespace(steps=[0, 50, 100][:count], train_loss=losses, val_loss=losses)


def test_before_training_the_stored_words_are_always_the_same():
    stored = LiveLoss(FLOORS)._repr_mimebundle_()
    assert set(stored) == {VIEW, "text/html", "text/plain"}
    assert stored["text/plain"] == (
        "Loss during training: drawn here while the model trains. "
        "Floors: uniform 4.11 and exact floor 0.327."
    )


def test_it_draws_only_when_an_evaluation_was_added(monkeypatch):
    drawn = []
    monkeypatch.setattr(LiveLoss, "_draw", lambda self, history: drawn.append(history.steps[-1]))
    view = LiveLoss(FLOORS)
    for step, count in [(1, 1), (2, 1), (49, 1), (50, 2), (51, 2), (100, 3)]:
        view(step, history(count))
    assert drawn == [0, 50, 100]


def test_every_evaluation_shows_another_picture():
    view, shown = LiveLoss(FLOORS), []
    for count in (1, 2, 3):
        view(50 * count, history(count))
        shown.append(view.view.value)
    assert len(set(shown)) == 3 and all(html.startswith("<img alt=") for html in shown)


def test_after_training_it_says_the_last_loss_and_the_gap():
    view = LiveLoss(FLOORS, title="Small GPT")
    view(100, history(3))
    assert view.picture.alt.startswith("Small GPT. Loss in nats per character over 100 steps")
    assert "validation from 4.20 to 0.500" in view.view.value
    assert "ends 0.173 above exact floor" in view.view.value


def test_a_second_training_starts_afresh():
    view = LiveLoss(FLOORS)
    view(100, history(3))
    view(1, history(1))
    assert "over 0 steps" in view.picture.alt and len(view.axes.lines) == len(FLOORS) + 2


def test_without_floors_there_is_nothing_to_exceed():
    view = LiveLoss({})
    view(50, history(2))
    assert "Floors" not in view.picture.alt and "Floors" not in LiveLoss({}).picture.alt


def test_an_error_is_seen_and_raised():
    view = LiveLoss(FLOORS)
    with pytest.raises(ValueError, match="history must be a History"):
        view(1, SimpleNamespace(steps=[0]))
    assert 'role="alert"' in view.view.value
