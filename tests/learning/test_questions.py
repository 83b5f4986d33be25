"""What a language model can be asked: each answer by hand or by another way."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import questions
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.tokenizers import BPETokenizer
from helpers.theory.scaling import count_parameters
from tests.models.lively import lively

TEXT = "the cat and the cap"


@pytest.fixture(scope="module")
def pair():
    special = ("<|endoftext|>", "<|im_end|>")
    tokenizer = BPETokenizer.train("the cat and the cap " * 9, 270).with_special(*special)
    torch.manual_seed(0)
    return lively(GPT(GPTConfig(64, tokenizer.vocab_size, 2, 2, 32))).eval(), tokenizer


def test_prices_sum_to_the_loss_of_the_whole_text(pair):
    model, tokenizer = pair
    priced = questions.prices(model, tokenizer, TEXT)
    assert "".join(piece for piece, _ in priced) == TEXT
    start = tokenizer.special["<|endoftext|>"]
    ids = torch.tensor([[start, *tokenizer.encode(TEXT)]])
    expected = model(ids[:, :-1], ids[:, 1:])[1].item()
    assert sum(nats for _, nats in priced) / len(priced) == pytest.approx(expected, rel=1e-5)


def test_bits_per_byte_counts_bytes_and_not_letters():
    assert questions.bits_per_byte([["é", math.log(16)]]) == pytest.approx(2)  # 4 bits, 2 bytes


def test_the_likeliest_token_is_what_greedy_writing_takes(pair):
    ((token, chance),) = questions.likeliest(*pair, TEXT, 1)
    assert questions.greedy(*pair, TEXT, 1) == token and 0 < chance < 1
    assert questions.first_answers(*pair, [TEXT]) == [[token, chance]]
    assert questions.ranked_logits(*pair, TEXT).max() == 0


def test_drawn_texts_repeat_with_their_seed(pair):
    one, same, other = (questions.drawn(*pair, TEXT, 8, seed, {}) for seed in (1, 1, 2))
    assert one == same != other


def test_parameters_by_part_are_all_parameters(pair):
    model, _ = pair
    assert sum(questions.parameters(*pair).values()) == count_parameters(model.config) - 64 * 32


def test_the_text_of_the_scores_comes_twice_and_scores_lie_between_0_and_1(pair):
    scores = questions.head_scores(*pair, 6, 0)
    assert scores.shape == (2, 2, 2) and 0 <= scores.min() <= scores.max() <= 1
    idx = questions._twice(pair[1], 6, 0)
    assert torch.equal(idx[:, :6], idx[:, 6:]) and idx.min() >= len(pair[1].special)


def test_maps_and_pieces_fit(pair):
    pieces, maps = questions.pieces(*pair, TEXT), questions.maps(*pair, TEXT)
    assert "".join(pieces) == TEXT and maps.shape == (2, 2, len(pieces), len(pieces))
    assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]))


def test_fewer_bits_cost_more(pair):
    costs = [questions.price_when_rounded(*pair, TEXT, bits) for bits in (32, 8, 2)]
    assert abs(costs[1] - costs[0]) < abs(costs[2] - costs[0])
