"""Learning merges: ours beside minbpe's algorithm and beside the tokenizers library (Rust).

    python benchmarks/bpe.py

The text is TinyShakespeare, 1.1 MB. minbpe's way counts every pair of the whole text anew for each
merge: 20 are enough to time it, with the text cut into pieces beforehand. Ours is timed from the
text to the last token. Before that, both must have learned the same 20 merges.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

import measuring  # first: it fixes the threads
import regex
import tokenizers

from helpers.text import corpora, merges
from helpers.text.bpe import SPLIT, BPETokenizer
from helpers.text.simple_bpe import merged

FEW, SIZES = 20, (1024, 8192)
OURS, MINBPE, RUST = "ours", "minbpe's algorithm", "tokenizers (Rust)"


def recount(pieces: list[bytes], n: int) -> list[tuple[bytes, bytes]]:
    """n merges the plain way: go through all pieces, count all pairs, merge the most frequent."""
    texts = [[bytes([byte]) for byte in piece] for piece in pieces]
    found = []
    for _ in range(n):
        counts = Counter(pair for tokens in texts for pair in pairwise(tokens))
        found.append(max(counts, key=counts.get))
        texts = [merged(tokens, found[-1]) for tokens in texts]
    return found


def in_rust(text: str, vocab_size: int) -> int:
    """The library's trainer with GPT-2's pieces; the number of tokens that came out."""
    encoder = tokenizers.Tokenizer(tokenizers.models.BPE())
    encoder.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=vocab_size, initial_alphabet=alphabet, show_progress=False
    )
    encoder.train_from_iterator([text], trainer)
    return encoder.get_vocab_size()


def rows() -> Iterator[measuring.Row]:
    text = corpora.load("tinyshakespeare").text
    pieces = [piece.encode() for piece in regex.findall(SPLIT, text)]
    if recount(pieces, FEW) != list(islice(merges.learn(Counter(pieces)), FEW)):
        raise SystemExit("The two learn different merges: the times would mean nothing.")
    recounting = measuring.in_turns({MINBPE: lambda: recount(pieces, FEW)}, rounds=5, warm=0)
    for size in SIZES:
        work = f"BPE, {len(text) / 1e6:.1f} MB to {size:,} tokens"
        ways = {
            OURS: lambda: BPETokenizer.train(text, size),  # noqa: B023 (called before size moves on)
            RUST: lambda: in_rust(text, size),  # noqa: B023
        }
        seconds = measuring.in_turns(ways, rounds=5, warm=1)
        each = {
            OURS: [s / (size - 256) for s in seconds[OURS]],
            MINBPE: [s / FEW for s in recounting[MINBPE]],
        }
        yield measuring.faster(f"{work}, per merge", each, OURS, MINBPE, least=150)
        yield measuring.longer(work, seconds, OURS, RUST, most=10)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
