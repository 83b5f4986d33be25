from helpers.views.widgets import compute_budget

compute_budget(budget=10.0**23.5, size=10.0**11.25)
