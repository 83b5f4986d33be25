"""Every error of helpers/ says what to try: the sources of all modules are read."""

import ast
import builtins
import re

import pytest
from kernel_environment import ROOT

from tests.test_promises import made_up, trees

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
# How a sentence that says what to try begins. This is the one list: a new word is added here.
OPENINGS = """Accept Add Allow Change Check Choose Convert Correct Count Cut Delete Divide Draw
    Encode Fetch Find Fit Free Give Go Install Keep Leave Let Load Look Make Move Open Pad Pass
    Pick Prepare Put Read Remove Rename Save Scale Set Shorten Start Stop Take Train Try Type
    Use Wait Write""".split()
# "When online, try ..." and "It was saved by another model: try ..." say it, too.
CONDITION = r"(?:(?:When|If|Once|To|For|With|Without|Otherwise|Else)\b[^.;]*, |[^.;:]*: )?"
ADVICE = re.compile(rf"{CONDITION}(?:{'|'.join(OPENINGS)})\b|{{advice}}", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?)])\s+(?=[A-Z{])")
ERROR_OF = {ast.Raise: "exc", ast.Return: "value"}
SILENT = {KeyboardInterrupt, NotImplementedError}  # they say all by their name


@pytest.fixture(scope="module")
def house():
    return trees(ROOT)


def without_advice(house):
    """Every built-in error without a sentence that says what to try, raised or returned.

    A message may end in {advice}: then all that is ever called or passed as `advice` must say it.
    """
    found, places = [], where_advice_stands(house)
    for path, tree in house.items():
        for words in [*errors(tree), *advice_in(tree, places)]:
            if not all(advises(text) for text in texts(words, tree)):
                found.append(f"{path}:{words.lineno} {ast.unparse(words)}")
    return found


def errors(tree):
    """The message of every error raised or returned; the error itself where it has none."""
    for node in ast.walk(tree):
        error = getattr(node, ERROR_OF.get(type(node), ""), None)
        call = error.func if isinstance(error, ast.Call) else error
        made = getattr(builtins, getattr(call, "id", ""), None)
        if isinstance(made, type) and issubclass(made, BaseException) and made not in SILENT:
            yield error.args[0] if getattr(error, "args", ()) else error


def where_advice_stands(house):
    """Functions that take advice, and at which place among their arguments."""
    places = {}
    for node in (node for tree in house.values() for node in ast.walk(tree)):
        if isinstance(node, FUNCTIONS):
            names = [argument.arg for argument in node.args.args]
            places |= {node.name: names.index("advice")} if "advice" in names else {}
    return places


def advice_in(tree, places):
    """All that is called advice: each is one sentence, marked by … as the second of a message."""
    for node in ast.walk(tree):
        found = []
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "advice":
            found = [node.value]
        if isinstance(node, ast.Call):
            place = places.get(ast.unparse(node.func).rpartition(".")[2])
            found = [] if place is None else node.args[place : place + 1]
            found += [keyword.value for keyword in node.keywords if keyword.arg == "advice"]
        for words in found:
            yield ast.copy_location(ast.BinOp(ast.Constant("…. "), ast.Add(), words), words)


def texts(node, tree):
    """Every text that an expression can be; what is put into a text stands as {name}."""
    if isinstance(node, ast.JoinedStr):
        return ["".join(as_text(value) for value in node.values)]
    if isinstance(node, ast.BinOp):  # one + another
        rights = texts(node.right, tree)
        return [left + right for left in texts(node.left, tree) for right in rights]
    if isinstance(node, ast.IfExp):
        return texts(node.body, tree) + texts(node.orelse, tree)
    if isinstance(node, ast.BoolOp):  # advice or "Try 1."
        return [text for value in node.values for text in texts(value, tree)]
    if isinstance(node, ast.Name) and node.id != "advice":
        return [text for value in assigned(node.id, tree) for text in texts(value, tree)] or [""]
    return [as_text(node)]


def as_text(node):
    if isinstance(node, ast.Constant):
        return str(node.value)
    inner = getattr(node, "value", node)  # of a {place} in an f-string
    return "{advice}" if ast.unparse(inner) == "advice" else "{…}"


def assigned(name, tree):
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return [a.value for a in assignments if [ast.unparse(t) for t in a.targets] == [name]]


def advises(text):
    """Whether a sentence after the first says what to try."""
    return any(ADVICE.match(sentence) for sentence in SENTENCE.split(text)[1:])


def test_every_error_says_what_to_try(house):
    assert without_advice(house) == []


@pytest.mark.parametrize(
    "line",
    [
        "raise ValueError",
        "raise ValueError()",
        "raise ValueError('x must be 1; got 2.')",
        "raise TypeError(f'x must be 1; got {x}. It is a pity.')",
        "raise ValueError('Try x=1.')",
        "raise ConnectionError(str(error))",
        "return ValueError('x must be 1; got 2.')",
        "words = 'x must be 1; got 2.'; raise ValueError(words)",
        "raise ValueError('x must be 1. ' + ('Try 1.' if x else 'Bad.'))",
        "raise ValueError(f'x must be 1. {hint}')",
        "check(x, 'Bad.')",
        "check(x, advice='Bad.')",
        "advice = 'Bad.'",
    ],
)
def test_an_error_without_advice_is_caught(line):
    assert len(without_advice(made_up(CHECK + line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "raise ValueError(f'x must be 1; got {x}. Try {x}.')",
        "raise ValueError(f'x must be 1; got {x}. When it is a share, pass x=1.')",
        "raise ValueError(f'x must be 1; got {x}. It is a share: pass x=1.')",
        "raise ValueError('x must be 1. ' + ('Try 1.' if x else 'Use 1.'))",
        "words = 'x must be 1; got 2. Try 1.'; raise ValueError(words)",
        "check(x, 'Try 1.')",
        "check(x, advice=f'Try {x}.')",
        "raise KeyboardInterrupt",
        "raise NotImplementedError",
        "raise error",
        "return x",
        "raise OurOwnLesson('x must be 1.')",
    ],
)
def test_an_error_with_advice_is_fine(line):
    assert without_advice(made_up(CHECK + line)) == []


CHECK = """
def check(x, advice=''):
    advice = advice or 'Try 2.'
    raise ValueError(f'x must be 1; got {x}. {advice}')
def f(x, error, hint):
    """
