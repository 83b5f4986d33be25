"""The shapes that docstrings of helpers/models promise hold whenever the code runs.

Every method whose docstring says "x: (B, T, C) -> (B, T, V)" is watched while small models of all
kinds run, and every function is called with such tensors. Type annotations by jaxtyping with
beartype would check the same, but put a second notation of every shape into the code that students
read; here the sentence that they read is what is checked. All sizes differ, so no letter can stand
for another.
"""

import functools
import importlib
import inspect
import pkgutil
import re
from dataclasses import replace

import pytest
import torch
from torch import nn

import helpers.models
from helpers.models import attention, bert, bigram, int8, lora, masks, moe, parts, rnn, routing
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.transformer import Transformer, TransformerConfig
from helpers.models.vision import Captioner

B, T, S, V, E, P = 3, 5, 7, 11, 6, 4
FIXED = {"C": 8, "V": V, "E": E, "nh": 2, "hs": 4, "K": 10, "H": 12, "W": 12, "P": P, "k": 2}
LETTERS = {*FIXED, *"BTSNM"}  # the legend of helpers.models, and those of other rooms
PATCHES = {"N": 9}  # of 12 × 12 pixels in patches of 4 × 4, where no input says it
TIMES = {"": 1, " twice": 2, " three times": 3}
SHAPE = re.compile(r"(\w+ and \w+ )?\(([^()]*)\)( twice| three times)?")
SENTENCE_ENDS = re.compile(r"[.;](?:\s|$)")
INTEGERS = {"idx", "ids", "targets", "experts", "source"}
NUMBERS = {"n_head": 2, "vocab_size": V, "patch_size": P, "height": 12, "width": 12}


def promised(docstring):
    """The shapes of inputs and outputs in a docstring's first paragraph, each a list of words."""
    paragraph = (docstring or "").partition("\n\n")[0]
    before, _, after = paragraph.partition("->")
    return shapes(before), shapes(SENTENCE_ENDS.split(after)[0])


def shapes(text):
    """Every shape in a text, in order: "x and y (B, T)" is two; "(nats per token)" is none."""
    found = []
    for two, inside, times in SHAPE.findall(text):
        letters = re.findall(r"[A-Za-z]+", inside)
        if letters and {*letters} <= LETTERS:
            shape = [word.strip() for word in inside.split(",") if word.strip()]
            found += [shape] * (2 if two else TIMES[times])
    return found


def fits(tensor, shape, sizes):
    """Whether a tensor has this shape; letters that have no size yet get the tensor's."""
    there, words = list(tensor.shape), shape
    if words[0] == "...":
        words = words[1:]
        there = there[len(there) - len(words) :]
    if len(there) != len(words):
        return False
    return all(size_of(word, sizes, size) == size for word, size in zip(words, there, strict=True))


def size_of(word, sizes, unknown=None):
    """The number that a word such as "T", "V + 1", "3C" or "H·W/P²" stands for."""
    if word in LETTERS:
        return sizes.setdefault(word, unknown) if unknown is not None else sizes[word]
    product = re.sub(r"(\d)([A-Za-z])", r"\1*\2", word.replace("·", "*").replace("²", "**2"))
    return eval(product, {}, {**PATCHES, **sizes})


def broken(name, docstring, inputs, outputs):
    """What a call breaks of the promises of a docstring, in words; None if it keeps them."""
    expected, promise = promised(docstring)
    sizes = dict(FIXED)
    for tensor, shape in zip(inputs, expected, strict=False):
        if not fits(tensor, shape, sizes):
            return f"{name} promises an input {shape}, and is given {tuple(tensor.shape)}"
    for tensor in outputs:
        if promise and not any(fits(tensor, shape, dict(sizes)) for shape in promise):
            return f"{name} promises {promise}, and returns {tuple(tensor.shape)}"
    return None


def tensors(values):
    """The tensors among these and inside tuples among them; numbers, such as a loss, are none."""
    flat = [v for value in values for v in (value if isinstance(value, tuple) else [value])]
    return [value for value in flat if isinstance(value, torch.Tensor) and value.dim()]


def watched(name, method, seen):
    """The method, which notes that it ran and raises where a call breaks its docstring."""

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        bound = inspect.signature(method).bind(self, *args, **kwargs)
        result = method(self, *args, **kwargs)
        seen.add(name)
        wrong = broken(name, method.__doc__, tensors(bound.arguments.values()), tensors([result]))
        assert wrong is None, wrong
        return result

    return run


# What is there to be watched.


def modules():
    names = [module.name for module in pkgutil.iter_modules(helpers.models.__path__)]
    return [importlib.import_module(f"helpers.models.{name}") for name in names]


def own(module, kind):
    return [x for x in vars(module).values() if kind(x) and x.__module__ == module.__name__]


LAYERS = [c for m in modules() for c in own(m, inspect.isclass) if issubclass(c, nn.Module)]
METHODS = {
    f"{layer.__name__}.{name}": (layer, method)
    for layer in LAYERS
    for name, method in vars(layer).items()
    if inspect.isfunction(method) and all(promised(method.__doc__))
}
FUNCTIONS = {
    f.__name__: f
    for module in modules()
    for f in own(module, inspect.isfunction)
    if not f.__name__.startswith("_") and all(promised(f.__doc__))
}


def test_every_forward_says_its_shapes():
    forwards = [f"{layer.__name__}.forward" for layer in LAYERS if "forward" in vars(layer)]
    assert [name for name in forwards if name not in METHODS] == []


def run_models():
    """Every kind of model and of layer, once."""
    config = GPTConfig(16, V, n_layer=1, n_head=2, n_embd=8, dropout=0.1)
    idx, source, x = torch.randint(V, (B, T)), torch.randint(V, (B, S)), torch.randn(B, T, 8)
    for kind, named in parts.KINDS.items():
        for name in named:
            GPT(replace(config, **{kind: name}))(idx, idx)
    int8.in_8_bits(GPT(config))(idx)
    lora.with_lora(GPT(config), 2)(idx)
    cached = GPT(config).eval()
    cached(idx, cache=cached.new_cache(B))
    attention.maps(cached, idx)
    for name in ("grouped", "sliding"):
        attention.maps(GPT(replace(config, attention=name, n_kv_head=1)), idx)
    mask = functools.partial(attention.MaskedSelfAttention, visible=masks.causal(T))
    masked = GPT(config, attention=mask)
    masked(idx)
    attention.maps(masked, idx)
    bert.Bert(replace(config, block="post-norm"))(idx, idx)
    Captioner(config, 12, P, channels=10)(torch.randn(B, 10, 12, 12), idx, idx)
    for cell in rnn.CELLS:
        rnn.RNN(rnn.RNNConfig(V, 8, cell=cell))(idx, idx)
    for translator in (rnn.Seq2Seq, rnn.AttentiveSeq2Seq):
        translator(rnn.RNNConfig(V, 8))(source, idx)
    Transformer(TransformerConfig(V, 1, 2, 8))(source, idx, idx)
    bigram.Bigram(bigram.BigramConfig(V))(idx, idx)
    run_experts(replace(config, n_expert=E, n_expert_active=2), x)


def run_experts(config, x):
    gates = [routing.TopK(2), routing.Switch(1), routing.Biased(2, E), routing.ExpertChoice(2.0)]
    for gate in [*gates, routing.Capacity(routing.TopK(2), 1.0), moe.Scaled(routing.TopK(2), 2.5)]:
        moe.MoE(config, gate=gate)(x)
    plain = routing.Router(config)
    for router in (routing.NoisyRouter(config), routing.ExpertDropout(plain, 0.1, 2)):
        moe.MoE(config, router=router)(x)
    moe.SharedExpert(config)(x)


def test_every_method_keeps_the_shapes_of_its_docstring(monkeypatch):
    seen = set()
    for name, (layer, method) in METHODS.items():
        monkeypatch.setattr(layer, method.__name__, watched(name, method, seen))
    run_models()
    assert sorted(METHODS.keys() - seen) == []


def arguments_for(function):
    """Tensors of the promised shapes, and numbers by their name."""
    sizes = FIXED | PATCHES | {"B": B, "T": T, "S": S}
    expected, (output, *_) = promised(function.__doc__)
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in NUMBERS:
            given[name] = NUMBERS[name]
        elif parameter.default is parameter.empty:
            shape = expected.pop(0) if expected else output  # `like` is as what comes out
            words = [B, T] if shape[:1] == ["..."] else []
            words += [int(size_of(word, sizes)) for word in shape if word != "..."]
            whole = name in INTEGERS
            given[name] = torch.randint(2, words) if whole else torch.rand(words)
    return given


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_keeps_the_shapes_of_its_docstring(name):
    function, given = FUNCTIONS[name], arguments_for(FUNCTIONS[name])
    outputs = tensors([function(**given)])
    assert broken(name, function.__doc__, tensors(given.values()), outputs) is None


@pytest.mark.parametrize(
    ("docstring", "inputs", "output", "right"),
    [
        ("x: (B, T, C) -> (B, T, C); a sum (B,).", [(3, 5, 8)], (3, 5, 8), True),
        ("x: (B, T, C) -> (B, T, C); a sum (B,).", [(3, 5, 8)], (3, 8, 5), False),
        ("x: (B, T, C) -> (B, T, C).", [(3, 5, 7)], (3, 5, 7), False),
        ("x: (B, T, C) -> (B, T).", [(3, 5, 8)], (5, 3), False),
        ("x: (..., C) -> (..., C).", [(2, 3, 5, 8)], (30, 8), True),
        ("x: (..., C) -> (..., C).", [(8,)], (5,), False),
        ("x and y (B, T) -> logits (B, T, V + 1).", [(3, 5), (3, 5)], (3, 5, 12), True),
        ("x and y (B, T) -> logits (B, T, V + 1).", [(3, 5), (5, 3)], (3, 5, 12), False),
        ("x and y (B, T) -> logits (B, T, V + 1).", [(3, 5)], (3, 5, 11), False),
        ("(B, T, C) twice -> (T, C), or (T, 1).", [(3, 5, 8), (3, 5, 8)], (5, 1), True),
        ("(B, T, C) twice -> (T, C), or (T, 1).", [(3, 5, 8), (3, 7, 8)], (5, 1), False),
        ("(B, K, H, W) -> (B, H·W/P², P²·K).", [(3, 10, 12, 12)], (3, 9, 160), True),
        ("(B, K, H, W) -> (B, H·W/P², P²·K).", [(3, 10, 12, 12)], (3, 160, 9), False),
        ("(B, 3C) -> (B, C) (in nats).", [(3, 24)], (3, 8), True),
    ],
)
def test_a_broken_promise_is_seen(docstring, inputs, output, right):
    given, result = map(torch.zeros, inputs), [torch.zeros(output)]
    assert (broken("it", docstring, given, result) is None) == right


def test_a_layer_with_a_wrong_docstring_is_caught():
    class Half(nn.Linear):
        def forward(self, x):
            """x: (B, T, C) -> (B, T, C)."""
            return super().forward(x)

    Half.forward = watched("Half.forward", Half.forward, set())
    with pytest.raises(AssertionError, match=r"promises .*, and returns \(3, 5, 4\)"):
        Half(8, 4)(torch.zeros(3, 5, 8))
