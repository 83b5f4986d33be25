"""The web book, made from the notebooks by `tools/build_book.py`.

course    what README and the notebooks say: order, hours, needs, exercises
chapters  a notebook becomes a chapter: what holds in JupyterLab only goes, links lead to pages
pages     the pages that are no notebook: the front page with the map, the teachers', old names
anchors   a hook of Sphinx: the ids that Jupyter gives to headings
formulas  a hook of Sphinx: KaTeX writes all formulas at once
"""
