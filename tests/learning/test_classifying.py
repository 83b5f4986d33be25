"""Classifying: the class that belongs to a token is learned, and scored at its place."""

import pytest
import torch

from helpers.learning.classifying import right, train
from helpers.models.bert import Bert, with_classes
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, T = 5, 6
CONFIG = GPTConfig(T, V, n_layer=1, n_head=2, n_embd=16, block="post-norm")
IDS = torch.randint(V, (2_000,), generator=torch.Generator().manual_seed(0))
FOLLOWER = IDS.roll(-1) % 2  # a class that the next token decides


def trained(kind, classes=FOLLOWER):
    torch.manual_seed(0)
    model = with_classes(kind(CONFIG), 2)
    losses = train(model, IDS, classes, steps=150, batch_size=32, lr=1e-2, progress=False)
    return model, losses


def test_a_class_that_the_next_token_decides_is_found_by_bert_and_not_by_gpt():
    (bert, losses), (gpt, _) = trained(Bert), trained(GPT)
    shares = [right(model, IDS, FOLLOWER)[1].float().mean(0) for model in (bert, gpt)]
    assert losses[-1] < 0.5 * losses[0]
    assert (shares[0][:-1] > 0.95).all() and shares[0][-1] < 0.75  # the last one's next is outside
    assert (shares[1] < 0.75).all()  # 3 of 5 tokens are even


def test_right_is_what_the_loop_by_hand_says():
    model, _ = trained(GPT, classes=IDS % 2)
    starts, found = right(model.train(), IDS, FOLLOWER)
    assert model.training and starts.tolist() == list(range(0, 1_994, T))
    for w in (0, 7, 331):
        window = slice(int(starts[w]), int(starts[w]) + T)
        guesses = model.eval()(IDS[window][None])[0][0].argmax(-1)
        assert found[w].tolist() == (guesses == FOLLOWER[window]).tolist()


def test_the_mode_comes_back_when_scoring_fails():
    model = with_classes(GPT(CONFIG), 2).train()
    with pytest.raises(ValueError, match="own tokenizer"):
        right(model, IDS + V, FOLLOWER)  # no such tokens
    assert model.training


def test_the_same_seed_trains_the_same():
    assert trained(GPT)[1] == trained(GPT)[1]
