"""Published decoders, counted by named parts: parameters, what a token uses, what its cache keeps.

Those that are made of our own parts are counted from their GPTConfig; three have others, too.
Sources stand beside each; multi-head latent attention: DeepSeek-AI 2024 (V2), §2.1. Notebook *The
modern block*.
"""

from dataclasses import dataclass, replace

from helpers.basics.borders import takes
from helpers.models.config import GPTConfig
from helpers.theory.scaling import feed_forward_parameters, parameter_parts
from helpers.theory.serving import active_parameters

BF16 = 2  # bytes of a number


@dataclass(frozen=True)
class Decoder:
    """A decoder as its parts. parts: their parameters, which sum to the model's.

    idle: parameters of the experts that one token does not use. kept: numbers that one layer's
    cache keeps of a token. windows: for each layer the tokens that it keeps, None for all.
    """

    name: str
    source: str
    context: int
    parts: dict[str, int]
    idle: int
    kept: int
    windows: tuple[int | None, ...]

    @classmethod
    def of(cls, name: str, source: str, config: GPTConfig, **other) -> "Decoder":
        """A model that GPTConfig describes; other: what is not as the config says."""
        kinds = config.attention.split("/")
        turns = [kinds[i % len(kinds)] for i in range(config.n_layer)]
        counted = {
            "context": config.block_size,
            "parts": parameter_parts(config),
            "idle": sum(parameter_parts(config).values()) - active_parameters(config),
            "kept": 2 * config.kv_heads * config.head_size,
            "windows": tuple(config.window if kind == "sliding" else None for kind in turns),
        }
        return cls(name, source, **counted | other)

    @property
    def total(self) -> int:
        """All parameters, which must be in memory."""
        return sum(self.parts.values())

    @property
    def active(self) -> int:
        """Parameters that one token uses, both embeddings among them."""
        return self.total - self.idle

    @property
    def bytes_per_token(self) -> int:
        """What the cache keeps of one token while no window is full, at 16 bits a number."""
        return BF16 * self.kept * len(self.windows)

    def cache_bytes(self, length: int) -> int:
        """The cache of one text of so many tokens: a layer with a window keeps no more than it."""
        tokens = sum(length if w is None else min(w, length) for w in self.windows)
        return BF16 * self.kept * tokens


@takes(latent="count", turned="count")
def latent_kept(latent: int, turned: int) -> int:
    """Numbers that multi-head latent attention keeps of a token in a layer, for all heads together.

    latent: the vector from which every head's keys and values are computed again; turned: one more
    key, which carries the rotary position and is shared by all heads.

    >>> latent_kept(512, 64)  # DeepSeek-V2 and V3; 128 heads of 128 channels would keep 32,768
    576
    """
    return latent + turned


@takes(C="count", nh="count", latent="count", turned="count", asked="count", hs="count")
def latent_attention_parameters(
    C: int, nh: int, latent: int, turned: int, asked: int, hs: int
) -> int:
    """One layer of multi-head latent attention, whose queries come from a latent vector, too.

    asked: how wide that one is. Down to both latents (a norm for each) and to the turned key, up to
    nh heads of hs channels, and back to C.
    """
    down = C * (asked + latent + turned) + asked + latent  # and the two norms' weights
    up = nh * (asked * (hs + turned) + latent * 2 * hs)
    return down + up + nh * hs * C


def _llama(*sizes: int, **numbers) -> GPTConfig:
    return replace(GPTConfig.preset("llama3-8b"), **dict(zip(SIZES, sizes, strict=True)), **numbers)


SIZES = ("block_size", "vocab_size", "n_layer", "n_head", "n_embd", "n_kv_head", "n_hidden")
_GEMMA = _llama(
    131_072, 262_208, 62, 32, 5376, 16, 21_504, head_width=128, tied=True, attention="qk-norm"
)
_OSS = _llama(
    131_072, 201_088, 36, 64, 2880, 8, 2880, head_width=64, qkv_bias=True, bias=True,
    n_expert=128, n_expert_active=4, attention="sliding/grouped", window=128,
)  # fmt: skip
_V3 = _llama(131_072, 129_280, 61, 128, 7168, 128, 2048)


def _deepseek_v3() -> Decoder:
    """DeepSeek-V3: three dense layers, then 58 of 256 experts and one that every token uses."""
    C, L, expert = _V3.n_embd, _V3.n_layer, feed_forward_parameters(_V3)
    parts = {
        "token embedding": _V3.vocab_size * C,
        "attention": L * latent_attention_parameters(C, 128, 512, 64, 1536, 128),
        "feed-forward": 3 * feed_forward_parameters(replace(_V3, n_hidden=18_432)),
        "experts": (L - 3) * (256 + 1) * expert,
        "routers": (L - 3) * 256 * (C + 1),
        "norms": (2 * L + 1) * C,
        "head": _V3.vocab_size * C,
    }
    idle, source = (L - 3) * (256 - 8) * expert, "DeepSeek-AI 2024, §4.2"
    return Decoder(
        "DeepSeek-V3", source, _V3.block_size, parts, idle, latent_kept(512, 64), (None,) * L
    )


DECODERS = {
    decoder.name: decoder
    for decoder in (
        Decoder.of("GPT-2", "Radford et al. 2019", GPTConfig.preset("gpt2")),
        Decoder.of("SmolLM2-135M", "its config.json", GPTConfig.preset("smollm2-135m")),
        Decoder.of("Qwen3-0.6B", "its config.json", GPTConfig.preset("qwen3-0.6b")),
        Decoder.of("Llama 3 8B", "its config.json", GPTConfig.preset("llama3-8b")),
        Decoder.of(
            "Gemma 3 27B",
            "transformers, convert_gemma3_weights.py",
            _GEMMA,
            parts=parameter_parts(_GEMMA) | {"second norms": 2 * _GEMMA.n_layer * _GEMMA.n_embd},
            windows=tuple(1024 if (i + 1) % 6 else None for i in range(_GEMMA.n_layer)),
        ),
        Decoder.of("Mixtral 8x7B", "its config.json", GPTConfig.preset("mixtral-8x7b")),
        Decoder.of(
            "gpt-oss-120b",
            "openai/gpt-oss, torch/model.py",
            _OSS,
            parts=parameter_parts(_OSS)
            | {"head": _OSS.vocab_size * _OSS.n_embd}  # without the bias that ours would have
            | {"routers": 36 * 128 * (2880 + 1), "sinks": 36 * 64},
        ),
        _deepseek_v3(),
    )
}
