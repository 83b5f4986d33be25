"""What a model of transformers and ours, read from its folder, must have in common."""

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.testing import assert_close

from helpers.models.gpt import GPT


def stirred(twin: nn.Module) -> nn.Module:
    """The model with random weights that are all different from their start."""
    for parameter in twin.parameters():
        nn.init.normal_(parameter, std=0.3)
    return twin.eval()


def change(folder: Path, **settings) -> None:
    """Give the saved config other settings."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))


@torch.no_grad()
def check_logits(folder: Path, twin: nn.Module) -> None:
    """Ours are those of the twin, within 1e-4, for two texts of 19 tokens."""
    idx = torch.randint(37, (2, 19))
    assert_close(GPT.from_pretrained(folder)(idx)[0], twin(idx).logits, atol=1e-4, rtol=0)


def greedy(twin: nn.Module, idx: Tensor, count: int = 15) -> Tensor:
    """What the twin writes after idx (1, T), token by token the likeliest."""
    twin.generation_config.eos_token_id = None
    look = {"attention_mask": torch.ones_like(idx), "pad_token_id": 0}
    return twin.generate(idx, max_new_tokens=count, do_sample=False, **look)
