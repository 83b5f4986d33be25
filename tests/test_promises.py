"""Promises that CONTRIBUTING makes of helpers/, kept by reading the source of every module.

A public name has a docstring; an error says what to try; a folder lists its modules, the README
its folders. Each rule is tried on a bad example, too: a check that cannot fail is no check.
"""

import ast
import builtins
import re

import pytest
from kernel_environment import ROOT

from tests.test_floors import FLOOR

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
# Answers of exercises are what a reader writes: the task says what they do; they stand bare.
READERS_CODE = "helpers/practice/exercises/"
LINE_OF_LIST = re.compile(r"^([a-z]\w*)/?  +\S", re.MULTILINE)
ROW_OF_MAP = re.compile(r"^\| (\d) \| `helpers/(\w+)`", re.MULTILINE)


@pytest.fixture(scope="module")
def house():
    """Every module of helpers/: its path below the root, and its tree."""
    return trees(ROOT)


def trees(root):
    paths = sorted((root / "helpers").rglob("*.py"))
    return {p.relative_to(root).as_posix(): ast.parse(p.read_text("utf-8")) for p in paths}


# A public name has a docstring.


def undocumented(house):
    """Modules, public functions and classes, and public methods of public classes, without one."""
    found = []
    for path, tree in house.items():
        found += [] if ast.get_docstring(tree) else [path]
        names = [(node.name, node) for node in tree.body if isinstance(node, DEFINITIONS)]
        for name, node in names:
            names += [(f"{name}.{inner.name}", inner) for inner in methods(node)]
            if not ast.get_docstring(node) and not is_private(name, node, path):
                found.append(f"{path}:{node.lineno} {name}")
    return found


def is_private(name, node, path):
    answer = path.startswith(READERS_CODE) and isinstance(node, FUNCTIONS)
    return answer or bool(re.search(r"(^|\.)_", name))


def methods(node):
    return [inner for inner in getattr(node, "body", []) if is_method(node, inner)]


def is_method(node, inner):
    return isinstance(node, ast.ClassDef) and isinstance(inner, DEFINITIONS)


def test_every_public_name_has_a_docstring(house):
    assert undocumented(house) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("", "helpers/x.py"),
        ("'A room.'\ndef f(): pass", "f"),
        ("'A room.'\nclass C: pass", "C"),
        ("'A room.'\nclass C:\n 'A part.'\n def forward(self): pass", "C.forward"),
        ("'A room.'\nclass C:\n 'A part.'\n class D:\n  'A bit.'\n  def f(self): pass", "C.D.f"),
    ],
)
def test_a_name_without_a_docstring_is_caught(source, name):
    assert [fault.split()[-1] for fault in undocumented(made_up(source))] == [name]


def test_private_names_need_no_docstring():
    source = "'A room.'\ndef _f(): pass\nclass _C:\n def f(self): pass\n"
    source += "class C:\n 'A part.'\n def __init__(self): pass\n def _f(self): pass"
    assert undocumented(made_up(source)) == []
    answer = made_up("'A topic.'\ndef f(): pass", READERS_CODE + "x.py")
    assert undocumented(answer) == []


def made_up(source, path="helpers/x.py"):
    return {path: ast.parse(source)}


# An error says what to try.


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


# A folder lists its modules, and the README the folders.


def wrong_lists(root):
    """Folders whose docstring does not list each module in a line of its own, and only these."""
    found = []
    for init in sorted((root / "helpers").rglob("__init__.py")):
        there = {child.stem for child in init.parent.iterdir() if is_listed(child)}
        docstring = ast.get_docstring(ast.parse(init.read_text("utf-8"))) or ""
        listed = names_in_list(docstring, there)
        found += [f"{init.relative_to(root)}: {name}" for name in there ^ set(listed)]
        found += [f"{init.relative_to(root)}: {n} twice" for n in listed if listed.count(n) > 1]
    return sorted(found)


def is_listed(path):
    return (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")


def names_in_list(docstring, there):
    """The names in paragraphs that list a module: `name  what it is`, two blanks between.

    Other paragraphs may look alike, such as the legend of the letters in helpers.models.
    """
    paragraphs = [LINE_OF_LIST.findall(text) for text in docstring.split("\n\n")]
    return [name for names in paragraphs if there & {*names} for name in names]


def test_every_folder_lists_its_modules():
    assert wrong_lists(ROOT) == []


HEAD = "A room.\n\nB  batch: sequences\nnh heads per layer\n\n"


@pytest.mark.parametrize(
    ("docstring", "wrong"),
    [
        (HEAD + "a  the first\nb  the second\nc  a folder", []),
        ("A room.\n\na   the first\n     and more of it\nb   the second\nc/  a folder", []),
        ("", ["a", "b", "c"]),
        ("A room: a, b and c.", ["a", "b", "c"]),
        (HEAD + "a  the first\nc  a folder", ["b"]),
        (HEAD + "a  the first\nb\nc  a folder", ["b"]),
        (HEAD + "a  the first\nb  the second\nc  a folder\nd  gone", ["d"]),
        (HEAD + "a  the first\nb  the second\nc  a folder\na  again", ["a twice", "a twice"]),
    ],
)
def test_a_list_that_is_not_complete_or_too_long_is_caught(tmp_path, docstring, wrong):
    room = tmp_path / "helpers"
    (room / "c").mkdir(parents=True)
    for name in ("a", "b", "c/__init__"):
        (room / f"{name}.py").touch()
    (room / "__init__.py").write_text(f'"""{docstring}"""')
    assert wrong_lists(tmp_path) == [f"helpers/__init__.py: {name}" for name in wrong]


def folders_in(readme):
    """The first column of floors and the second of folders, in the README's map."""
    return dict((name, int(floor)) for floor, name in ROW_OF_MAP.findall(readme))


def test_the_readme_shows_the_floors_as_they_are():
    there = {path.parent.name for path in (ROOT / "helpers").glob("*/__init__.py")}
    assert folders_in((ROOT / "README.md").read_text("utf-8")) == FLOOR
    assert there == {*FLOOR}


def test_a_folder_missing_in_the_readme_is_seen():
    rows = "| 0 | `helpers/basics` | numbers |\n| 1 | `helpers/text` | words |"
    assert folders_in(rows) == {"basics": 0, "text": 1}
    assert folders_in(rows.replace("`helpers/text`", "`text`")) == {"basics": 0}
