from helpers.views.widgets import attention_scale

attention_scale()
