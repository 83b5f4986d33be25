"""What a model's size costs, counted on paper before anything is built.

Source: the parameter formula follows from the architecture (Radford et al. 2019). Notebooks 07, 09.
"""

from helpers.models.config import GPTConfig


def count_parameters(config: GPTConfig) -> int:
    """The number of trainable numbers in GPT(config), equal to sum(p.numel()), a tied head once.

    V·C + T·C embeddings, L blocks of 12·C² + 13·C, a final norm of 2·C when the norms come first.

    >>> count_parameters(GPTConfig.preset("gpt2"))
    124439808
    """
    V, T, L, C = config.vocab_size, config.block_size, config.n_layer, config.n_embd
    attention = 4 * C * C + C + (3 * C if config.qkv_bias else 0)
    feed_forward = 8 * C * C + 5 * C
    block = attention + feed_forward + 4 * C  # two norms of 2·C
    head = 0 if config.tied else C * V + V
    return V * C + T * C + L * block + (2 * C if config.norm == "pre" else 0) + head
