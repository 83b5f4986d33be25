from helpers.views.widgets import norm_placement

norm_placement()
