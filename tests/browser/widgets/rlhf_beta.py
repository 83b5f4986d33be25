from helpers.views.widgets import rlhf_beta

rlhf_beta()
