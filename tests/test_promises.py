"""Promises that CONTRIBUTING makes of helpers/, kept by reading the source of every module.

A public name has a docstring; a folder lists its modules, the README its folders. What an error
says to try is read by test_advice. Each rule is tried on a bad example, too.
"""

import ast
import re

import pytest
from kernel_environment import ROOT

from tests.test_floors import FLOOR

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
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
