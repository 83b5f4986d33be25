"""What is learned of a new text and forgotten of the old, by what of a model may learn.

Shows recorded runs; nothing is computed. In the notebook *Adapt a model*.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given, palette
from helpers.views.drawing.style import SIZE
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

RATES = ("lower", "the best", "higher")
REFERENCE = "all weights"
OLD = ", with old text"
NEW_AXIS, OLD_AXIS = "nats above the new text's truth", "nats of the old text forgotten"


@signed()
def lora_rank(rows: Sequence[Mapping], learns: str = "rank 16", rate: str = "the best") -> Explorer:
    """The way of a model through the plane of new and old loss, beside that of all weights.

    rows: of the record adapting_playwright: method, rate, seed, old_text, steps, new, old. learns,
    rate: where the controls stand first. ValueError for a start that was not run, or no rows.
    """
    given.must(len(rows), "There must be recorded runs", "none", "Try record['rows'].")
    needed = {"method", "rate", "seed", "old_text", "steps", "new", "old"}
    whole_rows = all(needed <= {*row} for row in rows)
    given.must(whole_rows, f"A row must have {sorted(needed)}", rows[0], "Try record['rows'].")
    runs = grouped(rows)
    names, steps = list(dict.fromkeys(name for name, _ in runs)), rows[0]["steps"]
    rule = f"The widget starts at one of {names} and a rate of {[*RATES]} that was run"
    advice = "Try lora_rank(rows)."
    given.must((learns, rate) in runs, rule, f"{learns!r}, {rate!r}", advice)
    return Explorer(
        _drawing(runs),
        play=("steps",),
        learns=ipywidgets.SelectionSlider(options=names, value=learns, description="what learns"),
        rate=ipywidgets.SelectionSlider(options=RATES, value=rate, description="its rate"),
        steps=ipywidgets.SelectionSlider(options=steps, value=steps[-1], description="steps"),
    )


def grouped(rows: Sequence[Mapping]) -> dict[tuple[str, str], list[Mapping]]:
    """The runs of each (what learns, rate); the best rate is that with the lowest new loss."""
    runs: dict[tuple[str, str], list[Mapping]] = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        alone = [row for row in rows if row["method"] == method and not row["old_text"]]
        first = [row for row in alone if row["seed"] == alone[0]["seed"]]
        best = min(first, key=lambda row: row["new"][-1])["rate"]
        below = max((row["rate"] for row in alone if row["rate"] < best), default=None)
        above = min((row["rate"] for row in alone if row["rate"] > best), default=None)
        for name, rate in zip(RATES, (below, best, above), strict=True):
            if found := [row for row in alone if row["rate"] == rate]:
                runs[method, name] = found
        if mixed := [row for row in rows if row["method"] == method and row["old_text"]]:
            runs[method + OLD, RATES[1]] = mixed
    return runs


def _drawing(runs: Mapping) -> Callable[..., Picture]:
    figure = live.figure(7.4, 4.4)
    ax = figure.add_axes((0.09, 0.13, 0.88, 0.7))
    everything = [row for found in runs.values() for row in found]
    most = [1.08 * max(max(row[text]) for row in everything) for text in ("new", "old")]

    def draw(learns: str, rate: str, steps: int) -> Picture:
        live.wipe(ax)
        title = f"What learns: {learns}; its rate: {rate}; {steps} steps"
        live.panel(ax, title, NEW_AXIS, grid="both").set(xlim=(0, most[0]), ylim=(0, most[1]))
        ax.set_ylabel(OLD_AXIS, fontsize=SIZE, color=palette.INK)
        ends = [[row[text][-1] for row in everything] for text in ("new", "old")]
        ax.plot(*ends, "o", color=palette.QUIET, ms=3.5, alpha=0.6, lw=0)
        said = [
            _path(ax, runs[REFERENCE, RATES[1]], steps, palette.BLUE, "s", f"{REFERENCE}, best")
        ]
        if found := runs.get((learns, rate)):
            said.append(_path(ax, found, steps, palette.VERMILLION, "o", learns))
        else:
            said.append(f"{learns} was not run at such a rate")
        for i, words in enumerate(said):
            colour = (palette.BLUE, palette.VERMILLION)[i]
            place = {"transform": ax.transAxes, "ha": "right", "fontsize": SIZE}
            ax.text(0.99, 0.95 - 0.075 * i, words, color=colour, **place)
        return live.picture(ax, f"{title}. {'. '.join(said)}.")

    return draw


def _path(ax: Axes, runs: Sequence[Mapping], steps: int, colour: str, mark: str, name: str) -> str:
    """The mean way of some runs, each run's place after these steps, and both in words."""
    at = runs[0]["steps"].index(steps)
    ways = [[sum(v) / len(runs) for v in zip(*(r[t] for r in runs), strict=True)] for t in _BOTH]
    ax.plot(*(way[: at + 1] for way in ways), color=colour, lw=2, zorder=3)
    ax.plot(
        *([row[text][at] for row in runs] for text in _BOTH), mark, color=colour, ms=7, zorder=4
    )
    seeds = f"{len(runs)} seeds" if len(runs) > 1 else "1 seed"
    new, old = (way[at] for way in ways)
    return f"{name}, rate {runs[0]['rate']:g}: new {new:.2f}, forgotten {old:.2f} ({seeds})"


_BOTH = ("new", "old")
