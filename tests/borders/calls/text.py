"""Right calls of what stands in the room text."""

import torch

from helpers.text import batches, playwright, tokenizers
from helpers.text.playwright import exchanges, speeches, states
from helpers.text.tasks import counting, drawings, long_sums, number_words, pairs, repeats
from tests.borders.calls.small import tokens
from tests.borders.slips import call


def of_text():
    ids = tokens(60)
    letters = tokenizers.CharTokenizer.from_text("to be or not")
    merged = tokenizers.BPETokenizer.train("low lower lowest", 258)
    yield call(batches.split, ids, 0.1, free={"ids": "negative, out of range, one more"} | {})
    yield call(
        batches.sample,
        ids,
        2,
        4,
        torch.Generator(),
        free={"ids": "negative, out of range, one more"},
    )
    yield call(
        batches.windows,
        ids,
        tokens(3),
        4,
        free={"ids": "negative, out of range, one more", "starts": "one more"},
    )
    yield call(batches.even_starts, ids, 4, 5, free={"ids": "negative, out of range, one more"})
    yield call(tokenizers.CharTokenizer.from_text, "to be")
    yield call(letters.encode, "to be", free={"text": "empty"})
    yield call(letters.decode, [1, 2], free={"ids": "one more, zero in it, empty"})
    yield call(tokenizers.BPETokenizer.train, "low lower", 258)
    yield call(merged.encode, "low", free={"text": "empty"})
    yield call(merged.decode, [1, 2], free={"ids": "one more, zero in it, empty"})
    yield call(playwright.write, 100, 1, free={"seed": "zero, none"})
    play = playwright.write(200, 1)
    for function in (
        playwright.surprisals,
        playwright.log2_prob,
        playwright.next_char_probs,
        playwright.writable_length,
    ):
        yield call(function, play[:60], free={next(iter(function.__annotations__)): "empty"})
    yield call(exchanges.passages, play)
    yield call(exchanges.exchanges, play)
    for function in (states.spans, states.drawn, states.states, states.needed, states.foretold):
        yield call(function, play, free={"text": "empty"})
    yield call(states.total, "two and five")
    yield call(states.scenes, "sum", 2, 0, free={"seed": "zero"})
    yield call(speeches.draw, 2, 10, 0, free={"seed": "zero"})
    for function in (speeches.applause, speeches.speech_kind, speeches.log2_prob):
        yield call(function, "Hey, bababa,", free={"answer": "empty"})
    yield call(number_words.in_digits, 42, free={"n": "zero"})
    yield call(number_words.in_words, 42, free={"n": "zero"})
    yield call(number_words.spelled, 42, free={"n": "zero"})
    several = {"numbers": "one more, zero in it"}
    yield call(number_words.pairs, [1, 22], free=several)
    yield call(number_words.spoken_digits, [1, 22], free=several)
    yield call(number_words.split, 0.1, 0, free={"seed": "zero"})
    yield call(pairs.WordTokenizer, ["be", "to"], free={"words": "all"})
    yield call(pairs.WordTokenizer(["be", "to"]).encode, "to be", free={"text": "empty"})
    yield call(
        pairs.WordTokenizer(["be", "to"]).decode,
        [3, 4],
        free={"ids": "one more, zero in it, empty"},
    )
    yield call(pairs.padded, [[5], [6, 7]], free={"rows": "one more"})
    some = number_words.pairs([1, 22, 333])
    yield call(some.sample, 2, torch.Generator())
    yield call(repeats.sample, 2, 30, 11, torch.Generator())
    x, y = repeats.sample(2, 30, 11)
    loose = "negative, out of range"
    yield call(repeats.surprisals, x, y, 11, free={"x": loose, "y": loose})
    yield call(drawings.draw, 2, 0.05, torch.Generator())
    yield call(drawings.posterior, drawings.draw(2, 0.05)[0], 0.05, free={"images": ""})
    yield call(drawings.glyph, "one", 2)


def of_sums():
    once = torch.Generator()
    yield call(counting.wording, 2, 3)
    yield call(counting.counted, 7, 0.12, free={"twice": "zero"})
    yield call(counting.overhear, 4, once)
    heard = counting.overhear(4, torch.Generator().manual_seed(0))
    yield call(counting.tally, heard, free={"heard": "one more"})
    yield call(long_sums.draw, 3, 4, once)
    days = long_sums.draw(3, 4, torch.Generator().manual_seed(0))
    free = {"days": "one more, transposed"}
    yield call(long_sums.partial_sums, days, free=free)
    yield call(long_sums.rows, days, "dots", free=free)
    yield call(long_sums.answer_at, 4, "dots")
    yield call(long_sums.spelled, [1, 7, 2], free={"row": "one more, zero in it, empty"})
