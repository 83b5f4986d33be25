from helpers.views.widgets import model_sizes

model_sizes()
