from helpers.views.widgets import rotary

rotary()
