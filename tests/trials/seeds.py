"""How far the key numbers move with the seed: five seeds each, mean and spread.

python tests/trials/seeds.py
"""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from helpers.learning import evaluation, training, translation  # noqa: E402
from helpers.models import seq2seq  # noqa: E402
from helpers.models.config import GPTConfig  # noqa: E402
from helpers.models.gpt import GPT  # noqa: E402
from helpers.text import batches, corpora, numbers, playwright  # noqa: E402
from helpers.text.tokenizers import CharTokenizer  # noqa: E402

SEEDS = range(5)


def small_gpt(seed: int) -> float:
    """Excess over the truth, nats per character: 3 layers × 96, block 64, 800 steps."""
    corpus = corpora.load()
    tokenizer = CharTokenizer.from_text(corpus.text)
    train_ids, val_ids = batches.split(tokenizer.encode(corpus.text))
    torch.manual_seed(seed)
    model = GPT(GPTConfig(64, tokenizer.vocab_size, n_layer=3, n_head=4, n_embd=96))
    plan = {"steps": 800, "batch_size": 32, "lr": 3e-3, "progress": False}
    training.train(model, train_ids, val_ids, **plan, seed=seed)
    return evaluation.excess(model, tokenizer, playwright.write(100_000, seed=9))[0]


def translated(seed: int) -> float:
    """Share of held-out numbers that are spelled without a mistake."""
    learned, asked = numbers.split(held_out=0.1)
    torch.manual_seed(seed)
    config = seq2seq.TransformerConfig(
        numbers.tokenizer().vocab_size, n_layer=2, n_head=4, n_embd=64, dropout=0.0
    )
    model = seq2seq.Transformer(config)
    translation.train(model, numbers.pairs(learned), steps=500, batch_size=64, lr=3e-3)
    return translation.exact_match(model, numbers.pairs(asked))


def main() -> None:
    for measure in (small_gpt, translated):
        values = torch.tensor([measure(seed) for seed in SEEDS])
        listed = " ".join(f"{value:.3f}" for value in values.tolist())
        mean, spread = values.mean().item(), values.std().item()
        print(f"{measure.__name__}: {listed} | mean {mean:.3f}, sd {spread:.3f}", flush=True)


if __name__ == "__main__":
    main()
