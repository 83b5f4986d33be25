"""Windows and macOS: nothing that only one system has, and every text file says its encoding."""

import ast

import pytest
from kernel_environment import ROOT
from lesson import MAGIC, Lesson

POSIX_ONLY = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
POSIX_CALLS = {"fork", "killpg", "setsid", "mkfifo", "alarm", "SIGKILL", "SIGALRM", "geteuid"}
FOLDERS = ("helpers", "tools", "benchmarks")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def faults(source):
    """What in a module or a cell one system knows and another does not."""
    nodes = [*ast.walk(ast.parse(source))]
    cared_for = {id(line) for node in nodes if does_without(node) for line in node.body}
    return [fault for node in nodes if id(node) not in cared_for and (fault := said(node))]


def does_without(node):
    """Whether the lines in it are a trial: where an import fails, something else is done."""
    handlers = node.handlers if isinstance(node, ast.Try) else []
    return any(ast.unparse(handler.type or node) == "ImportError" for handler in handlers)


def said(node):
    match node:
        case ast.Import(names=[*names]) if found := POSIX_ONLY & {n.name for n in names}:
            return f"import {min(found)}"
        case ast.ImportFrom(module=name) if name in POSIX_ONLY:
            return f"import {name}"
        case ast.Attribute(attr=name) if name in POSIX_CALLS:
            return name
        case ast.Constant(value=str(text)) if text.startswith(("/tmp", "/home/", "/dev/", "C:\\")):
            return text
        case ast.Call() if opens_without_encoding(node):
            return "a text file without its encoding"


def opens_without_encoding(call):
    """Windows reads text in another encoding than Linux unless it is told."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    modes = [m.value for m in call.args if isinstance(m, ast.Constant) and isinstance(m.value, str)]
    told = any(word.arg == "encoding" for word in call.keywords)
    if name == "open":
        return not told and not any("b" in mode and len(mode) <= 3 for mode in modes)
    return name in ("read_text", "write_text") and not told


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_runs_on_every_system(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_every_system(path):
    lesson = Lesson.load(path)
    assert [line for cell in lesson.code for line in shell_lines(cell.source)] == []
    found = [fault for _, tree in lesson.trees for fault in faults(ast.unparse(tree))]
    # Records and settings are JSON in plain ASCII, which every encoding reads alike.
    assert [fault for fault in found if fault != "a text file without its encoding"] == []


def shell_lines(source):
    """Lines for a shell: `!ls`, `%%bash`."""
    return [m[0] for m in MAGIC.finditer(source) if m[0].strip().startswith(("!", "%%"))]


def test_what_a_notebook_reads_without_an_encoding_is_ascii():
    for folder in ("runs", "checkpoints"):
        paths = [p for p in (ROOT / "data" / folder).rglob("*.json") if p.name != "tokenizer.json"]
        assert paths and all(path.read_bytes().isascii() for path in paths)


@pytest.mark.parametrize(
    "source",
    [
        "import os, resource",
        "from fcntl import flock",
        "try:\n    from fcntl import flock\nexcept ValueError:\n    flock = None",
        "try:\n    import os\nexcept ImportError:\n    import fcntl",
        "os.fork()",
        "signal.SIGKILL",
        "Path('/tmp/x')",
        "path.read_text()",
        "open('x')",
        "path.open('a')",
        "path.write_text(text)",
    ],
)
def test_what_one_system_lacks_is_found(source):
    assert len(faults(source)) == 1


def test_what_every_system_has_passes():
    good = "open(path, 'rb'); path.open('a', encoding='utf-8'); path.read_text(encoding='utf-8')"
    assert faults(f"{good}; import os, signal; signal.SIGTERM; tempfile.mkdtemp()") == []
    assert faults("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None") == []
    assert shell_lines("!ls\n%matplotlib inline\n  !dir\n%%bash") == ["!ls", "  !dir", "%%bash"]
