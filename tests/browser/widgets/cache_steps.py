from helpers.views.widgets import cache_steps

cache_steps("Hey, jazake, sing jazake,\nand ever jazake!", prompt=12, window=24, written=8)
