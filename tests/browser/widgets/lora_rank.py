import json
from pathlib import Path

from helpers.views.widgets import lora_rank

record = json.loads(Path("../data/runs/adapting_playwright.json").read_text())
lora_rank(record["rows"])
