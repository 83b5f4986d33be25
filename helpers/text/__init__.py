"""Floor 1: where text comes from and how it becomes numbers."""
