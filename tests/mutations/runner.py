"""Runs chosen tests of a copy of the project, again and again, in processes forked from this one.

    python runner.py FOLDER

Reads one JSON list of pytest's arguments per line, writes one JSON object per line: what became of
the tests. Importing torch takes longer than most tests; here it is imported once. `helpers` is not:
every child imports it anew from FOLDER, as it stands then.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

SECONDS = 120  # a child that takes longer is ended
for name in ("CI", "BUILD_NUMBER"):  # with them pytest compares whole lists line by line: minutes
    os.environ.pop(name, None)
HEAVY = """
IPython.display ipywidgets jupyter_client matplotlib.figure matplotlib.font_manager nbformat numpy
safetensors.torch tiktoken torch torch.optim.adamw tqdm.auto transformers
transformers.models.mixtral.modeling_mixtral
"""

OPTIONS = "-q -p no:cacheprovider -p no:xdist -W ignore::pytest.PytestAssertRewriteWarning".split()


class Outcomes:
    """A plugin of pytest: which tests passed, and by which error the others failed."""

    def __init__(self):
        self.passed, self.failed, self.broken = [], {}, []

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken.append(str(report.longrepr)[-500:])

    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None:
            name = "AssertionError" if is_assertion(call.excinfo) else call.excinfo.typename
            where = item.nodeid if call.when == "call" else f"{item.nodeid} ({call.when})"
            self.failed[where] = [name, str(call.excinfo.value)[:200]]
        elif call.when == "call":
            self.passed.append(item.nodeid)


def is_assertion(excinfo) -> bool:
    """Whether a test failed by its own word: an assert, or an error that did not come."""
    return issubclass(excinfo.type, AssertionError) or excinfo.typename == "Failed"


def test(arguments: list[str]) -> dict:
    """Run pytest here; what became of the tests, and which `helpers` they met."""
    import pytest

    outcomes = Outcomes()
    code = pytest.main([*arguments, *OPTIONS], [outcomes])
    helpers = getattr(sys.modules.get("helpers"), "__file__", "")
    return vars(outcomes) | {"code": int(code), "helpers": helpers}


def in_a_child(arguments: list[str]) -> dict:
    """Run `test` in a fork of this process; if that dies, say how."""
    with tempfile.TemporaryFile("w+") as answer, tempfile.TemporaryFile("w+") as printed:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            for stream in (1, 2):
                os.dup2(printed.fileno(), stream)
            json.dump(test(arguments), answer)
            answer.flush()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer.seek(0)
        printed.seek(0)
        return (
            json.load(answer) if status == 0 else {"died": status, "said": printed.read()[-2000:]}
        )


def main(folder: str) -> None:
    os.chdir(folder)
    sys.path[0] = str(Path.cwd())  # in front, in the place of this file's folder
    for name in HEAVY.split():
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(in_a_child(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
