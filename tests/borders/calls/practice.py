"""Right calls of what practises: bugs, checks, claims; and of what loads and trains."""

import tempfile
from pathlib import Path

from helpers.learning import questions, training
from helpers.models.gpt import GPT
from helpers.practice import checks, claims, collected
from helpers.practice.bugs import in_the_model
from helpers.text import bpe, corpora, simple_bpe, tokenizers
from helpers.theory.scaling import LossLaw
from tests.borders.calls.small import config, gpt, tokens
from tests.borders.slips import call


def of_practice():
    """Suspects, checks, claims and lists of them."""
    yield call(in_the_model.line_up, config(), 0, free={"seed": "zero"})
    yield call(in_the_model.with_dropout, gpt(), 0.1)
    yield call(
        checks.verdict_table, {"A": {"a check": True}}, free={"verdicts": "text in it in it"}
    )
    yield call(
        claims.claim,
        "Two and two make four.",
        True,
        free={"condition": "text", "statement": "all"},
    )
    found = collected.claims(Path("notebooks"))[:3]
    yield call(collected.index, found, free={"claims": "one more"})
    yield call(
        collected.link,
        "02_bigram_and_its_floor",
        "Bigrams",
        free={"notebook": "empty", "heading": "empty"},
    )
    yield call(
        questions.bits_per_byte,
        [["a", 1.0], ["b", 2.0]],
        free={"priced": "one more, empty in it in it"},
    )


def of_loaders():
    """What reads a file, and the training itself."""
    folder = Path(tempfile.mkdtemp())
    gpt().save(folder / "model", tokenizers.CharTokenizer.from_text("abcdefghijk"))
    yield call(GPT.load, str(folder / "model"))
    yield call(tokenizers.load, str(folder / "model"))
    (folder / "text.txt").write_text("To be or not to be.\n" * 500)
    yield call(corpora.load, str(folder / "text.txt"))
    yield call(tokenizers.CharTokenizer, "abc", free={"characters": "all"})
    yield call(bpe.BPETokenizer, simple_bpe.BYTES + [b"ab"])
    yield call(LossLaw, 1.7, 400.0, 410.0, 0.34, 0.28, free={"E": "zero"})
    ids = tokens(60)
    yield call(
        training.train,
        gpt(),
        ids,
        ids,
        steps=2,
        batch_size=2,
        lr=1e-3,
        progress=False,
        seed=1,
        free={
            "train_ids": "one more, list",
            "val_ids": "one more, list",
            "progress": "all",
            "seed": "zero",
        },
    )
