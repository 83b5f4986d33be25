"""How fast 500 tokens are written: ours beside Hugging Face's GPT-2, an engine and no cache at all.

    python benchmarks/generation.py

One model of 4 layers, 128 channels and a context of 512, with the same weights everywhere; one
prompt and sixteen. Before anything is timed, all must write the same text greedily. The engine is
CTranslate2, written in C++, where it is installed: `pip install ctranslate2`.
"""

import importlib.util
import tempfile
from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads
import torch
import transformers
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from helpers.learning.sampling import draw, generate, next_token_probs
from helpers.models.gpt import GPT

VOCABULARY, CONTEXT, PROMPT, TOKENS = 65, 512, 8, 500
ENGINE = "CTranslate2"
OURS, HUGGING_FACE, UNCACHED = "ours, cache", "Hugging Face, cache", "no cache (nanoGPT's way)"
Write = Callable[[Tensor, int, float], Tensor]  # prompts, tokens, temperature -> texts


def models() -> tuple[GPT, transformers.GPT2LMHeadModel]:
    """The same weights as our model and as Hugging Face's."""
    torch.manual_seed(0)
    settings = transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=128, n_layer=4, n_head=4,
        bos_token_id=None, eos_token_id=None, pad_token_id=0, initializer_range=0.2,
    )  # fmt: skip
    twin = transformers.GPT2LMHeadModel(settings).eval()
    with tempfile.TemporaryDirectory() as folder:
        twin.save_pretrained(folder)
        return GPT.from_pretrained(folder), twin


def writers() -> dict[str, Write]:
    """The ways to write, each a function (prompts, tokens, temperature) -> texts."""
    ours, twin = models()
    engines = {ENGINE: engine(twin)} if importlib.util.find_spec("ctranslate2") else {}

    def hugging_face(idx: Tensor, n: int, temperature: float) -> Tensor:
        how = {"do_sample": True, "top_k": 0, "temperature": temperature} if temperature else {}
        seen = torch.ones_like(idx)
        return twin.generate(idx, attention_mask=seen, max_new_tokens=n, use_cache=True, **how)

    return {
        OURS: lambda idx, n, temperature: generate(ours, idx, n, temperature=temperature),
        HUGGING_FACE: hugging_face,
        UNCACHED: lambda idx, n, temperature: uncached(ours, idx, n, temperature),
    } | engines


def engine(twin: transformers.GPT2LMHeadModel) -> Write:
    """CTranslate2 with these weights; it asks for a tokenizer, whose words are the ids."""
    import ctranslate2
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    words = Tokenizer(WordLevel({str(i): i for i in range(VOCABULARY)}, unk_token="0"))
    special = {"unk_token": "0", "bos_token": "0", "eos_token": "0"}
    with tempfile.TemporaryDirectory() as folder:
        twin.save_pretrained(folder)
        transformers.PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(
            folder
        )
        ctranslate2.converters.TransformersConverter(folder).convert(f"{folder}/engine")
        generator = ctranslate2.Generator(f"{folder}/engine", intra_threads=torch.get_num_threads())

    def write(idx: Tensor, n: int, temperature: float) -> Tensor:
        texts = [[str(token) for token in row] for row in idx.tolist()]
        how = {"sampling_topk": 0, "sampling_temperature": temperature} if temperature else {}
        rows = generator.generate_batch(
            texts,
            max_length=n + idx.shape[1] - 1,  # it counts the prompt, but for its first token
            end_token=[10**6],  # none
            **how,
        )
        return pad_sequence([torch.tensor(row.sequences_ids[0]) for row in rows], batch_first=True)

    return write


@torch.no_grad()
def uncached(model: GPT, idx: Tensor, n: int, temperature: float) -> Tensor:
    """As nanoGPT generates: the whole text again for each token, the head for the last one only."""
    for _ in range(n):
        x = model.embed(idx[:, -CONTEXT:], past=0)
        for block in model.blocks:
            x = block(x)
        logits = model.head(model.final_norm(x[:, -1]))
        idx = torch.cat([idx, draw(next_token_probs(logits, temperature))], dim=1)
    return idx


def prompts(batch_size: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(VOCABULARY, (batch_size, PROMPT), generator=generator)


def check_equal(ways: dict[str, Write]) -> None:
    """SystemExit unless all write the same text at temperature 0."""
    texts = {name: write(prompts(4), 100, 0.0) for name, write in ways.items()}
    for name, text in texts.items():
        if not torch.equal(text, texts[OURS]):
            raise SystemExit(f"{name} writes another text than ours: the times would mean nothing.")
    if texts[OURS].unique().numel() < 3:
        raise SystemExit("The text is one token for ever: it could not tell them apart.")


def rows() -> Iterator[measuring.Row]:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    ways = writers()
    check_equal(ways)
    for size in (1, 16):
        idx = prompts(size)
        timed = {name: lambda w=write, i=idx: w(i, TOKENS, 1.0) for name, write in ways.items()}
        uncached = timed.pop(UNCACHED)
        seconds = measuring.in_turns(timed, rounds=9, warm=1)
        work = f"writing {TOKENS} tokens, {size} prompt{'s' * (size > 1)}"
        yield measuring.faster(work, seconds, OURS, HUGGING_FACE, least=3 if size == 1 else 2.5)
        if ENGINE in seconds:
            yield measuring.longer(work, seconds, OURS, ENGINE, most=1.2)
        if size == 1:  # sixteen would take a minute a round
            seconds = measuring.in_turns({OURS: timed[OURS], UNCACHED: uncached}, rounds=5, warm=1)
            yield measuring.faster(work, seconds, OURS, UNCACHED)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
