from helpers.views.widgets import compute_budget

compute_budget()
