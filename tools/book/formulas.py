"""KaTeX writes all formulas of the book in one run of node, before the pages are written.

sphinxcontrib-katex itself asks a server for each formula, and connects to it as soon as its socket
is there. On a busy machine that can be before node listens, and the build stops.
"""

import json
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger
from sphinxcontrib import katex

logger = getLogger(__name__)
PROGRAM = """
const katex = require(process.argv[1]);
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const write = ([latex, displayMode]) =>
  katex.renderToString(latex, { displayMode, throwOnError: false });
process.stdout.write(JSON.stringify(asked.map(write)));
"""


def setup(app: Sphinx) -> dict:
    app.connect("env-updated", write_all)
    return {"parallel_read_safe": True}


def write_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Put a table of what is written in the place of the server; warn of what KaTeX cannot read."""
    if not app.config.katex_prerender:
        return
    asked = sorted({found for name in env.found_docs for found in formulas(env.get_doctree(name))})
    command = ["node", "-e", PROGRAM, str(Path(katex.__file__).with_name("katex.min.js"))]
    written = subprocess.run(
        command, input=json.dumps(asked), stdout=subprocess.PIPE, check=True, encoding="utf-8"
    ).stdout
    table = dict(zip(asked, json.loads(written), strict=True))
    for (latex, _), shown in table.items():
        if "katex-error" in shown:
            logger.warning(
                "KaTeX cannot read the formula %r. Try it without its last change.", latex
            )
    katex.render_latex = lambda latex, options=None: table[latex, bool(options)]


def formulas(doctree: nodes.document) -> list[tuple[str, bool]]:
    """Every formula of a page, and whether it stands on a line of its own."""
    kinds = nodes.math, nodes.math_block
    found = doctree.findall(lambda node: isinstance(node, kinds))
    return [(katex.get_latex(node), isinstance(node, nodes.math_block)) for node in found]
