"""Special tokens: kept whole where allowed, refused where not, saved, and as tiktoken's."""

import itertools
import json

import pytest

from helpers.text import playwright, tokenizers
from helpers.text.bpe import BYTES, BPETokenizer
from helpers.text.special import END
from helpers.text.tokenizers import CharTokenizer

DOUBLE = END + END
TEXT = f"Enter Ajax.{END}\n\nEnter {END}{END} Kent.<|pad|>"


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer.train(playwright.write(20_000, seed=1), 400, [END, "<|pad|>"])


def test_they_count_in_the_vocabulary_and_their_ids_come_last(tokenizer):
    assert tokenizer.vocab_size == 400 and len(tokenizer.tokens) == 398
    assert tokenizer.special == {END: 398, "<|pad|>": 399} and tokenizer.end_of_text == 398
    assert BPETokenizer(BYTES).end_of_text is None


def test_one_that_is_allowed_is_one_token_and_comes_back(tokenizer):
    ids = tokenizer.encode(f"a{END}b", allowed_special={END})
    assert ids == [ord("a"), 398, ord("b")] and tokenizer.decode(ids) == f"a{END}b"
    assert tokenizer.token_bytes(ids) == [b"a", END.encode(), b"b"]


@pytest.mark.parametrize(
    "allowed", [set(), {END}, {"<|pad|>"}, {END, "<|pad|>"}, "all", {"<|no|>"}]
)
@pytest.mark.parametrize("disallowed", [(), {"<|pad|>"}, {"Kent"}, "all"])
@pytest.mark.parametrize("text", [TEXT, "no special ones", END, f"{END}{END}", ""])
def test_ids_and_refusals_are_those_of_tiktoken(tokenizer, text, allowed, disallowed):
    settings = {"allowed_special": allowed, "disallowed_special": disallowed}
    assert outcome(tokenizer, text, settings) == outcome(tokenizer.to_tiktoken(), text, settings)


def outcome(tokenizer, text, settings):
    try:
        return tokenizer.encode(text, **settings)
    except ValueError:
        return "refused"


@pytest.mark.parametrize("order", [*itertools.permutations([END, DOUBLE, "<|end"])])
def test_the_longest_is_taken_where_several_begin(order):
    tokenizer = BPETokenizer(BYTES, order)
    ids = tokenizer.encode(f"{END}{DOUBLE}<|endless{END}", allowed_special="all")
    rest = [tokenizer.special["<|end"], *b"less", tokenizer.special[END]]
    assert ids == [tokenizer.special[DOUBLE], tokenizer.special[END], *rest]


def test_a_users_text_with_one_is_refused_and_told_where_it_stands(tokenizer):
    with pytest.raises(ValueError, match=r"got '<\|endoftext\|>' at position 4\. Pass allowed_sp"):
        tokenizer.encode(f"once{END}twice")


def test_plain_text_on_demand(tokenizer):
    ids = tokenizer.encode(TEXT, disallowed_special=())
    assert ids == tokenizer.encode_ordinary(TEXT) and max(ids) < 398
    assert tokenizer.decode(ids) == TEXT


def test_no_merge_reaches_over_one():
    tokenizer = BPETokenizer.train(f"ab{END}ab{END}ab{END}", 300, [END])
    assert tokenizer.tokens[256:] == [b"ab"]
    assert BPETokenizer.train(["ab", "ab"], 300).tokens[256:] == [b"ab"]


def test_characters_have_them_too():
    tokenizer = CharTokenizer("to be", [END])
    assert (tokenizer.vocab_size, tokenizer.end_of_text) == (6, 5)
    assert tokenizer.encode(f"be{END}", allowed_special="all") == [1, 2, 5]
    assert tokenizer.decode([1, 2, 5]) == f"be{END}"
    with pytest.raises(ValueError, match="special tokens that were not allowed"):
        tokenizer.encode(END)


@pytest.mark.parametrize(("kind", "tokens"), [(CharTokenizer, "abc"), (BPETokenizer, BYTES)])
def test_they_are_saved_with_the_tokenizer_and_added_to_a_copy(kind, tokens, tmp_path):
    tokenizer = kind(tokens, [END]).with_special("<|pad|>", END)
    assert [*tokenizer.special] == [END, "<|pad|>"]
    (tmp_path / "tokenizer.json").write_text(tokenizer.to_json(), encoding="utf-8")
    assert tokenizers.load(tmp_path).special == tokenizer.special
    assert kind(tokens).special == {}


def test_they_stay_with_the_first_tokens(tokenizer):
    assert tokenizer.first(300).special == {END: 300, "<|pad|>": 301}


@pytest.mark.parametrize("names", [[""], [END, END], [5], [None]])
def test_names_that_are_none_are_refused(names):
    rule = "must be names, none of them empty, each once; got|special must be a list of texts; got"
    with pytest.raises(ValueError, match=rule):
        BPETokenizer(BYTES, names)


def test_a_folder_from_before_there_were_any_still_loads(tmp_path):
    old = {"kind": "bpe", "tokens": ["YWI=", "YWJj"]}  # ab, abc
    (tmp_path / "tokenizer.json").write_text(json.dumps(old), encoding="utf-8")
    assert tokenizers.load(tmp_path).encode("abcab") == [257, 256]
    old = {"kind": "characters", "characters": "abc"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(old), encoding="utf-8")
    assert tokenizers.load(tmp_path).encode("cab") == [2, 0, 1]
