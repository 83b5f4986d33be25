"""On another device: whatever takes a model runs there, and seldom makes the CPU wait for it."""

import dataclasses

import pytest
import torch

from helpers.learning import (
    beam,
    captioning,
    classifying,
    decoding,
    evaluation,
    fitting,
    members,
    sampling,
    training,
)
from helpers.learning.alignment import answers, dpo, policy_gradient, preferences
from helpers.models import attention, balance, induction, masks, moe
from helpers.models.bert import Bert
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.transformer import Transformer, TransformerConfig, cross_maps
from helpers.models.vision import Captioner
from helpers.practice import checks
from helpers.practice.bugs import around_the_model, in_the_model
from helpers.text.tasks import drawings, repeats
from helpers.text.tokenizers import CharTokenizer
from helpers.theory import decomposition
from helpers.views import widgets
from tests.stand_in import DEVICE, stand_in

CONFIG = GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=8)
TEXT = "abcdefghijk" * 20


@pytest.fixture
def counts():
    with stand_in() as counts:
        torch.manual_seed(0)
        yield counts


def gpt(kind=GPT, **changes):
    return kind(dataclasses.replace(CONFIG, **changes)).to(DEVICE).eval()


def tokens(*shape):
    return torch.randint(11, shape).to(DEVICE)


def numbers(*shape):
    return torch.rand(*shape).to(DEVICE)


def captioner():
    sizes = {"vocab_size": captioning.tokenizer().vocab_size, "block_size": 40}
    config = dataclasses.replace(CONFIG, **sizes)
    return Captioner(config, drawings.SIDE, drawings.SIDE // 2).to(DEVICE)


def images():
    return drawings.draw(2, 0.1)[0]


def seen(attention_kind):
    return gpt().with_parts(attention=attention_kind)(tokens(8, 8))


def gates():
    return moe.routes(gpt(n_expert=4), tokens(2, 8)).gates[0]


def causal_mask():
    models = {"causal": gpt(), "diagonal": attention.with_mask(gpt(), masks.diagonal(8))}
    tokenizer = CharTokenizer("abcdefghijk")
    return widgets.causal_mask(models, tokenizer, TEXT, truth=[2.4] * len(TEXT)).sweep()


USES = {
    "a forward and a backward pass": lambda: gpt()(tokens(2, 8), tokens(2, 8))[1].backward(),
    "experts": lambda: gpt(n_expert=4)(tokens(2, 8), tokens(2, 8))[1].backward(),
    "sines as positions": lambda: gpt(positions="sinusoidal")(tokens(2, 8)),
    "another mask": lambda: attention.with_mask(gpt(), masks.full(8))(tokens(2, 8)),
    "maps": lambda: attention.maps(gpt(), tokens(1, 8)),
    "BERT": lambda: gpt(Bert, block="post-norm")(tokens(2, 8)),
    "upcycle": lambda: moe.upcycle(gpt(), 4)(tokens(2, 8)),
    "balance.variation": lambda: balance.variation(balance.expert_load(gates())),
    "train": lambda: training.train(
        gpt(), tokens(99), tokens(99), steps=2, batch_size=2, lr=1e-3, progress=False
    ),
    "evaluate": lambda: evaluation.evaluate(gpt(), tokens(99)),
    "generate": lambda: sampling.generate(gpt(), tokens(2, 3), 8, top_k=3, top_p=0.9),
    "generate with the CPU's generator": lambda: sampling.generate(
        gpt(), tokens(2, 3), 8, generator=torch.Generator()
    ),
    "beam_search": lambda: beam.beam_search(gpt(), tokens(1, 3), 4, width=2),
    "members.log_probs": lambda: members.log_probs([gpt(), gpt()], tokens(99)),
    "decompose": lambda: decomposition.decompose_log_loss(
        *members.log_probs([gpt(), gpt()], tokens(99))[1:]
    ),
    "classifying.train": lambda: classifying.train(
        gpt(), tokens(99), tokens(99), batch_size=2, steps=2, lr=1e-3, progress=False
    ),
    "classifying.right": lambda: classifying.right(gpt(), tokens(99), tokens(99)),
    "compare": lambda: preferences.compare(numbers(8), torch.Generator()),
    "count_reward": lambda: preferences.count_reward(numbers(5, 3), numbers(5, 3)),
    "learn_answers": lambda: answers.learn_answers(gpt(), tokens(9, 8), steps=2, lr=1e-3),
    "dpo.train": lambda: dpo.train(
        gpt(), tokens(1, 3), tokens(4, 3), tokens(4, 3), beta=0.1, steps=2, batch_size=2
    ),
    "improve": lambda: policy_gradient.improve(
        gpt(), tokens(1, 3), lambda a: a.float().mean(1), beta=0.1, steps=2, length=3
    ),
    "examine": lambda: checks.examine(gpt(), 2.4, tokens(99), 0.0),
    "with_dropout": lambda: in_the_model.with_dropout(gpt(), 0.1).eval()(tokens(2, 8)),
    "AttentionC": lambda: seen(in_the_model.AttentionC),
    "AttentionH": lambda: seen(in_the_model.AttentionH),
    "ModelJ": lambda: gpt(in_the_model.ModelJ)(tokens(2, 8)),
    "cut_windows": lambda: around_the_model.cut_windows(tokens(99), tokens(3), 8),
    "repeats.surprisals": lambda: repeats.surprisals(
        *(part.to(DEVICE) for part in repeats.sample(2, 40, 11)), 11
    ),
    "posterior": lambda: drawings.posterior(images().to(DEVICE), 0.1),
    "captioning.train": lambda: captioning.train(
        captioner(), 0.1, steps=2, batch_size=4, progress=False
    ),
    "caption_log_probs": lambda: captioning.caption_log_probs(captioner(), images()),
    "translate": lambda: decoding.greedy(encoder_decoder(), tokens(2, 5), 4),
    "translate with a beam": lambda: decoding.beam(encoder_decoder(), tokens(1, 5), 2, 4),
    "cross_maps": lambda: cross_maps(encoder_decoder(), tokens(2, 5), tokens(2, 4)),
    "without_head": lambda: induction.without_head(gpt(), 0, 1)(tokens(2, 8)),
    "the causal_mask widget": causal_mask,
}


def encoder_decoder():
    return Transformer(TransformerConfig(11, 1, 2, 8)).to(DEVICE)


@pytest.mark.parametrize("name", USES)
def test_it_runs_where_the_model_is(counts, name):
    USES[name]()


@pytest.mark.parametrize("use", [
    lambda ids: evaluation.evaluate(gpt(), ids),
    lambda ids: members.log_probs([gpt()], ids),
    lambda ids: classifying.right(gpt(), ids, ids),
    lambda ids: checks.examine(gpt(), 2.4, ids, 0.0),
])  # fmt: skip
def test_a_text_on_the_cpu_is_brought_to_the_model(counts, use):
    use(torch.randint(11, (99,)))


def more(counts, use, few, many):
    """Waits and copies of one round more: those of many rounds less those of few, for each."""
    found = []
    for rounds in (few, many):
        counts.clear()
        use(rounds)
        found.append((counts["waits"], counts["copies"]))
    return [(b - a) / (many - few) for a, b in zip(*found, strict=True)]


def test_a_training_step_waits_once(counts):
    model, idx = gpt(), tokens(4, 8)

    def learn(steps):
        loss = lambda: model(idx, idx)[1]  # noqa: E731
        fitting.fit(model, loss, steps=steps, lr=1e-3, progress=False)

    # the second is the stand-in's: PyTorch asks in C++ where a gradient lives, and is told the CPU
    waits, copies = more(counts, learn, 2, 5)
    assert waits <= 2 and copies <= 1


def test_a_drawn_token_waits_for_nothing(counts):
    model, idx = gpt(), tokens(1, 2)
    assert more(counts, lambda n: sampling.generate(model, idx, n), 2, 5) == [0, 0]


def test_a_generator_of_the_cpu_costs_a_way_there_and_back(counts):
    model, idx, dice = gpt(), tokens(1, 2), torch.Generator()
    assert more(counts, lambda n: sampling.generate(model, idx, n, generator=dice), 2, 5) == [1, 1]


def test_a_step_of_a_beam_waits_once(counts):
    model, idx = gpt(), tokens(1, 2)
    waits, copies = more(counts, lambda n: beam.beam_search(model, idx, n, width=2), 2, 5)
    assert waits <= 1 and copies <= 1 + 2 * CONFIG.n_layer  # the tokens, and which rows are kept


def test_a_layer_of_experts_waits_twice(counts):
    """For which tokens ask whom, and how many do: so much must be known to compute only these."""
    idx = tokens(2, 8)
    assert more(counts, lambda n: gpt(n_layer=n, n_expert=4)(idx), 1, 3)[0] <= 2


def test_an_encoder_and_decoder_make_nothing_on_the_cpu(counts):
    model, source, idx = encoder_decoder(), tokens(2, 5), tokens(2, 4)
    counts.clear()
    model(source, idx)
    assert counts["copies"] == 0


# The stand-in refuses what a device would


@pytest.mark.parametrize("wrong", [
    lambda x: x + torch.ones(3),
    lambda x: torch.multinomial(x, 1, generator=torch.Generator()),
    lambda x: torch.ones(3)[x.long()],
    lambda x: x.double(),
    lambda x: torch.rand(3, device=DEVICE, generator=torch.Generator()),
])  # fmt: skip
def test_the_stand_in_refuses_what_a_device_would(counts, wrong):
    with pytest.raises((RuntimeError, TypeError)):
        wrong(torch.ones(3).to(DEVICE))
