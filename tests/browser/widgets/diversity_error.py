from helpers.views.widgets import diversity_error

diversity_error()
