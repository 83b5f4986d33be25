"""How Sphinx makes the web book. `make book` gathers its sources and calls it."""

import shutil

project = "GPT, Probably"
copyright = "GPT, Probably contributors, MIT License"  # noqa: A001 (Sphinx asks for this name)
extensions = ["myst_nb", "sphinxcontrib.katex", "book.anchors", "book.formulas"]

# The notebooks were executed by `make notebooks`; their stored outputs are shown.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "The set-up cell, for Colab"
nb_code_prompt_hide = nb_code_prompt_show
# A widget is shown as its stored HTML. Its other form would need scripts from elsewhere.
nb_mime_priority_overrides = [("*", "text/html", 1)]
nb_ipywidgets_js = {}

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "helpers.practice.collected.anchor"

# Where node is missing, KaTeX writes the formulas in the reader's browser, from the same files.
katex_prerender = shutil.which("node") is not None
katex_css_path = "katex/katex.min.css"

html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["book.css"]
html_favicon = "static/favicon.svg"
html_copy_source = html_show_sourcelink = html_use_index = False
html_show_search_summary = False  # it would load every chapter that was found
