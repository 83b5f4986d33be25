"""The map of the course's ideas, one of them chosen. Notebook *Summary*."""

import ipywidgets

from helpers.basics.signature import signed
from helpers.views.pictures.idea_map import idea_map
from helpers.views.pictures.ideas import IDEAS, by_name
from helpers.views.widgets.explorer import Explorer


@signed()
def concept_map(chosen: str = "GPT") -> Explorer:
    """Choose an idea: its sentence, its formula, its notebook, and all that it rests on.

    chosen: the idea to begin with. ValueError for an unknown one.
    """
    names = [idea.name for idea in sorted(IDEAS, key=lambda idea: idea.notebook)]
    control = ipywidgets.Dropdown(options=names, value=by_name(chosen).name, description="idea")
    return Explorer(idea_map, chosen=control)
