"""Headings keep the ids that Jupyter and GitHub give them, so that all links still lead there."""

from docutils import nodes
from sphinx.application import Sphinx

from helpers.practice.collected import anchor


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", add_anchors)
    return {"parallel_read_safe": True}


def add_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give each section the id that Jupyter has for its heading, beside that of Sphinx."""
    for section in doctree.findall(nodes.section):
        name = anchor(section.next_node(nodes.title).astext())
        if name not in doctree.ids:
            doctree.ids[name] = section
            section["ids"].append(name)
