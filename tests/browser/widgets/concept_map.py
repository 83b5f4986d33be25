from helpers.views.widgets import concept_map

concept_map()
