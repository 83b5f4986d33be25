"""Abuse: random damage and nonsense. What comes back is right or one clear error; nothing is lost.

    pytest tests/trials/trial_abuse.py

Too long for every change; `make trials` runs it.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import unicodedata

import pytest
import torch
from kernel_environment import ROOT
from safetensors.torch import load_file

from helpers.learning import sampling
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import corpora, playwright, tokenizers
from helpers.text.bpe import BPETokenizer
from helpers.text.tokenizers import CharTokenizer
from helpers.views import widgets

TEXT = playwright.write(20_000, seed=3)
NONSENSE = [None, True, -1, 0, 1.5, 1e300, "", "x", [], [1], {}, {"a": 1}, 10**9, "gelu", "pre"]


@pytest.fixture(params=range(3))
def dice(request):
    return random.Random(request.param)


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    model = GPT(GPTConfig(16, 60, n_layer=1, n_head=2, n_embd=8)).eval()
    model.save(tmp_path / "saved", CharTokenizer(playwright.characters()))
    return tmp_path / "saved"


def damage(content: bytes, dice: random.Random) -> bytes:
    """Flip bits, cut, double or replace a piece."""
    at, length = dice.randrange(len(content)), dice.randrange(1, 40)
    return dice.choice([
        content[:at] + bytes([content[at] ^ (1 << dice.randrange(8))]) + content[at + 1 :],
        content[:at],
        content[:at] + content[at : at + length] + content[at:],
        content[:at] + dice.randbytes(length) + content[at + length :],
    ])  # fmt: skip


def loads_or_refuses(load) -> bool:
    """Whether it loaded; anything but a ValueError with words is a fault."""
    try:
        load()
    except ValueError as error:
        assert len(str(error)) > 20
        return False
    return True


def test_damaged_checkpoints_are_refused_or_whole(saved, dice):
    """Weights with a renewed sha256, so that what is inside must be judged by itself."""
    path, config = saved / "model.safetensors", json.loads((saved / "config.json").read_text())
    whole, loaded = path.read_bytes(), 0
    for _ in range(150):
        content = damage(whole, dice)
        path.write_bytes(content)
        config["sha256"] = hashlib.sha256(content).hexdigest()
        (saved / "config.json").write_text(json.dumps(config))
        loaded += loads_or_refuses(lambda: GPT.load(saved))
    assert 0 < loaded < 150  # a flipped bit of a weight is another weight, the rest is refused


def test_damaged_settings_are_refused_or_whole(saved, dice):
    for name, load in {"config.json": GPT.load, "tokenizer.json": tokenizers.load}.items():
        whole = (saved / name).read_bytes()
        for _ in range(100):
            (saved / name).write_bytes(damage(whole, dice))
            loads_or_refuses(lambda load=load: load(saved))
        for _ in range(100):
            settings = json.loads(whole)
            settings[dice.choice(list(settings))] = dice.choice(NONSENSE)
            (saved / name).write_text(json.dumps(settings))
            loads_or_refuses(lambda load=load: load(saved))
        (saved / name).write_bytes(whole)
    GPT.load(saved)


def nonsense(dice: random.Random, most: int = 60) -> str:
    """Any characters at all: controls, combining marks, private use, half a surrogate pair."""
    kinds = [(0, 0x80), (0x300, 0x370), (0x4E00, 0x4F00), (0x1F300, 0x1F700), (0xD800, 0xE000)]
    pick = [chr(dice.randrange(*dice.choice(kinds))) for _ in range(dice.randrange(most))]
    return "".join(pick)


def test_bpe_gives_every_text_back_or_refuses_it(dice):
    bpe = BPETokenizer.train(TEXT, 400)
    whole = 0
    for _ in range(2000):
        text = nonsense(dice)
        if any(unicodedata.category(c) == "Cs" for c in text):
            with pytest.raises(ValueError):
                bpe.encode(text)
        else:
            whole += 1
            assert bpe.decode(bpe.encode(text)) == text
    assert whole > 50
    for _ in range(500):
        ids = [dice.randrange(-5, 405) for _ in range(10)]
        fits = loads_or_refuses(lambda ids=ids: bpe.decode(ids))
        assert fits == all(0 <= i < bpe.vocab_size for i in ids)


def test_any_file_is_a_corpus_or_refused(tmp_path, dice):
    path = tmp_path / "any.txt"
    for size in (0, 1, 10, 2000, 20_000):
        for content in (
            dice.randbytes(size),
            TEXT.encode()[:size],
            nonsense(dice).encode("utf-16", "replace"),
        ):  # noqa: E501
            path.write_bytes(damage(content, dice) if content else content)
            loads_or_refuses(lambda: corpora.load(path))


def test_sampling_refuses_what_it_cannot_do(dice):
    values = [-1, 0, 1e-38, 0.5, 1, 3, 1e30, float("inf"), float("nan"), 70]
    for _ in range(1000):
        logits = torch.randn(2, 60) * dice.choice([1e-30, 1, 1e4])
        settings = {"temperature": dice.choice(values), "top_k": dice.choice([None, *values])}
        settings |= {name: dice.choice([None, *values]) for name in ("top_p", "min_p")}
        try:
            probs = sampling.next_token_probs(logits, **settings)
        except ValueError:
            continue
        assert probs.min() >= 0 and torch.allclose(probs.sum(-1), torch.ones(2), atol=1e-5)


def test_a_widget_survives_any_text(saved, dice):
    """Every text draws a picture or shows the reason; a proper one works afterwards as before."""
    model, tokenizer = GPT.load(saved), CharTokenizer(playwright.characters())
    view = widgets.next_character(model, tokenizer, "A wood")
    (box,) = (c for c in view.controls.values() if type(c).__name__ in ("Text", "Textarea"))
    before, state = view.picture.alt, {name: c.value for name, c in view.controls.items()}
    for _ in range(60):
        try:
            box.value = nonsense(dice, 200)
        except ValueError as error:
            assert len(str(error)) > 20
    for _ in range(2):  # the text first: it decides how far the sliders go
        for name, value in state.items():
            view.controls[name].value = value
    assert view.picture.alt == before


TRAIN = """
import sys, torch
from helpers.learning import training
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer
tokenizer = CharTokenizer(playwright.characters())
ids = torch.tensor(tokenizer.encode(playwright.write(30_000, seed=1)))
torch.manual_seed(0)
model = GPT(GPTConfig(32, 60, n_layer=2, n_head=2, n_embd=32))
settings = {"steps": 400, "batch_size": 16, "lr": 3e-3, "eval_every": 10, "progress": False}
training.train(model, ids, ids, **settings, checkpoint=sys.argv[1])
model.save(sys.argv[2])
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that kills")
def test_a_training_killed_again_and_again_ends_as_if_nothing_had_been(tmp_path):
    dice, kills = random.Random(0), 0

    def start(name):
        arguments = [tmp_path / f"{name}.safetensors", tmp_path / name]
        return subprocess.Popen([sys.executable, "-c", TRAIN, *arguments], cwd=ROOT)

    assert start("whole").wait(300) == 0
    while kills < 12:
        process, saved = start("killed"), tmp_path / "killed.safetensors"
        seen = saved.stat().st_mtime_ns if saved.exists() else 0
        while (
            process.poll() is None and (saved.stat().st_mtime_ns if saved.exists() else 0) == seen
        ):
            time.sleep(0.01)
        time.sleep(dice.random() * 0.3)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 3
    assert start("killed").wait(300) == 0
    whole, killed = (
        load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed")
    )
    assert all(torch.equal(whole[name], killed[name]) for name in whole)
