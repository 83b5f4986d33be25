from helpers.views.widgets import window_reach

window_reach()
