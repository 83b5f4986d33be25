"""The pages of the book that are no notebook: the front page, the teachers' page, old names."""

import html
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from book.course import Chapter, resting_on, way_to
from helpers.practice import collected
from helpers.views.pictures import idea_map
from helpers.views.pictures.ideas import IDEAS, Idea

OLD_NAMES = {  # of a notebook that was renamed, without .ipynb: old -> new
    "01_from_rnn_to_attention": "03_from_rnn_to_attention",
    "02_transformer_to_gpt": "04_transformer_to_gpt",
    "03_text_to_tokens": "01_text_to_tokens",
    "04_bigram_and_its_floor": "02_bigram_and_its_floor",
    "05_attention": "06_attention",
    "06_the_block": "07_the_block",
    "07_train_a_gpt": "08_train_a_gpt",
    "08_generate": "09_generate",
    "09_gpt1_to_gpt3": "10_gpt1_to_gpt3",
    "10_toward_gpt4": "11_toward_gpt4",
    "11_mixture_of_experts": "13_mixture_of_experts",
    "12_diversity_and_error": "14_diversity_and_error",
    "13_moe_in_gpt": "15_moe_in_gpt",
    "14_summary": "21_summary",
    "15_bugs_that_still_train": "22_bugs_that_still_train",
    "16_bert_gpt_and_the_mask": "05_bert_gpt_and_the_mask",
    "17_alignment": "12_alignment",
}
Row = tuple[str, ...]
PICTURE = re.compile(r"^!\[.*\n\n", re.MULTILINE)
SECTION = re.compile(r"^(?=## )", re.MULTILINE)

TEACHERS = """\
# For teachers

The course has {count} notebooks, which promise {hours} hours together. This page is computed from
what they say of themselves.

## Hours, and what needs what

*Needs* are the notebooks that a notebook begins with, by its own words; those in brackets help in
places. The last column adds up the time for a notebook and for all that it rests on, directly or
not.

{needs}

## What may be left out

No other notebook begins with one of these goals, so each of them can be left out. The way to a goal
is what has to stay if you want to reach it.

{ways}

## Which exercises to set

Every exercise has a check that names the mistake, hints in stages, and a solution. With those in
the text students write a part before the notebook uses it: set them while it is read. The others
stand beside its way or at its end, and serve as homework. This writes a copy with the solutions:
`python tools/solve.py notebooks/NN_topic.ipynb solved.ipynb`

{tasks}
"""


def front(readme: str, course: Sequence[Chapter]) -> str:
    """README's opening, the map of the ideas, the chapters, and how to run them."""
    opening, *sections = SECTION.split(readme)
    commands = next(text for text in sections if text.startswith("## Two commands"))
    rows = [(_named(c), c.about, f"{c.minutes}") for c in course]
    parts = [
        PICTURE.sub("", opening).strip(),
        "## The map\n\nEvery box is an idea and leads to the section that builds it; an arrow "
        "comes from what it rests on.",
        linked_map(),
        "## The chapters\n\nEach is a notebook and needs only what stands above it.",
        _table(("chapter", "what you build and see", "minutes"), rows),
        commands.strip(),
        _contents("The course", [f"{c.label} <{c.name}>" for c in course]),
        _contents("Around it", ["For teachers <teachers>"]),
    ]
    return "\n\n".join(parts) + "\n"


def linked_map() -> str:
    """The map of the ideas as SVG in which every box is a link to its section."""
    picture = idea_map.idea_map()
    drawing, end, _ = picture.markup.rpartition("</svg>")
    links = "".join(map(_link_over, IDEAS))
    return f'<div class="map">{drawing}{links}{end}</div>'


def _link_over(idea: Idea) -> str:
    x, y = (
        idea_map.LEFT + idea_map.ACROSS * idea.column,
        idea_map.TOP + idea_map.DOWN * idea.row,
    )
    address = f"{idea.notebook}.html#{quote(collected.anchor(idea.section))}"
    box = f'<rect x="{x}" y="{y}" width="{idea_map.WIDE}" height="{idea_map.HIGH}" rx="6"/>'
    said = html.escape(f"{idea.name}: {idea.sentence}")
    return f'<a href="{address}" aria-label="{said}"><title>{said}</title>{box}</a>'


def teachers(course: Sequence[Chapter]) -> str:
    """Hours, what needs what, what may be left out, which exercises to set."""
    needs = "notebook", "minutes", "needs", "hours with all before"
    return TEACHERS.format(
        count=len(course),
        hours=_hours(course),
        needs=_table(needs, _needs(course)),
        ways=_table(("goal", "hours", "the way there"), _ways(course)),
        tasks=_table(("notebook", "in the text", "at home"), map(_tasks, course)),
    )


def _needs(course: Sequence[Chapter]) -> list[Row]:
    named, earlier, rows = {c.name: _named(c) for c in course}, set(), []
    for chapter in course:
        needs = ", ".join(named[name] for name in chapter.needs)
        helps = ", ".join(named[name] for name in chapter.touches if name in earlier)
        together = _hours(way_to(chapter.name, course))
        cells = f"{chapter.minutes}", needs + f" ({helps})" * bool(helps), together
        rows.append((_named(chapter), *cells))
        earlier.add(chapter.name)
    return rows


def _ways(course: Sequence[Chapter]) -> list[Row]:
    ends = [chapter for chapter in course if not resting_on(chapter.name, course)]
    ways = [(end, way_to(end.name, course)) for end in ends]
    return [(_named(end), _hours(way), " · ".join(c.title for c in way)) for end, way in ways]


def _tasks(chapter: Chapter) -> Row:
    kinds = ([t for t in chapter.tasks if t.is_in_the_text is kind] for kind in (True, False))
    linked = ("; ".join(f"[{task.title}]({task.link})" for task in kind) for kind in kinds)
    return _named(chapter), *linked


def _named(chapter: Chapter) -> str:
    return f"[{chapter.label}]({chapter.name})"


def _hours(chapters: Iterable[Chapter]) -> str:
    return f"{sum(chapter.minutes for chapter in chapters) / 60:.1f}"


def _table(header: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [header, ["-"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _contents(caption: str, entries: Iterable[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", *entries, "```"])


def moved(name: str) -> str:
    """A page that leads on to the notebook's new page, at the same section."""
    new = html.escape(f"{name}.html", quote=True)
    return (
        '<!doctype html><meta charset="utf-8"><title>This chapter has moved</title>'
        f"<script>location.replace('{new}' + location.hash)</script>"
        f'<p>This chapter has moved: <a href="{new}">{new}</a>.</p>\n'
    )
