"""What a browser sends to a widget, sent without one."""


def from_browser(widget, **state):
    """A reader moves a control: its new state arrives as a message."""
    data = {"method": "update", "state": state, "buffer_paths": []}
    widget._handle_msg({"content": {"data": data}, "buffers": []})
