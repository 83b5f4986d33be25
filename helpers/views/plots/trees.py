"""A family tree: models by year and branch, each joined to the one it grew from."""

from collections import defaultdict
from collections.abc import Mapping

from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, listed, palette, style
from helpers.views.drawing.diagram import write

BOX = {"boxstyle": "round,pad=0.3", "facecolor": "white", "lw": 1.6}
Member = tuple[int, str, str]  # year, branch, parent ("" for the root)


@signed()
def family_tree(members: Mapping[str, Member], title: str = "", ax: Axes | None = None) -> Axes:
    """Models as boxes: years upwards, branches side by side in the order of their first member.

    members: name -> (year, branch, name of the parent or ""). ValueError for an unknown parent, or
    one that is younger than its child.
    """
    _check(members)
    branches = list(dict.fromkeys(branch for _, branch, _ in members.values()))
    years = sorted({year for year, _, _ in members.values()})
    places = _places(members, branches)
    ax = style.axes(ax, size=(7.6, 0.9 + 0.62 * (years[-1] - years[0] + 1)), grid="y")
    colours = {branch: palette.colour(i) for i, branch in enumerate(branches)}
    for name, (_, branch, parent) in members.items():
        if parent:
            ends = zip(places[parent], places[name], strict=True)
            ax.plot(*ends, color=colours[branch], lw=1.6, zorder=1)
        write(ax, places[name], name, bbox=BOX | {"edgecolor": colours[branch]})
    for i, branch in enumerate(branches):
        write(ax, (i, years[-1] + 0.75), branch, va="baseline", weight="bold")
    ax.set(xlim=(-0.55, len(branches) - 0.45), ylim=(years[0] - 0.5, years[-1] + 1.1))
    ax.set_yticks(range(years[0], years[-1] + 1))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0, labelsize=style.SMALL, labelcolor=palette.QUIET)
    ax.spines[:].set_visible(False)
    return style.finish(ax, _say(members, branches), title)


def _check(members: Mapping[str, Member]) -> None:
    advice = "Try {'A': (2017, 'a', '')}."
    given.must(members, "A family needs at least one member", "none", advice)
    years = [year for year, *_ in members.values()]
    rule = "The years of a family must lie within a hundred"
    given.must(max(years) - min(years) <= 100, rule, f"{min(years)} … {max(years)}", advice)
    rule = "A parent must be in the family and not be younger than its child"
    for name, (year, _, parent) in members.items():
        fits = not parent or (parent in members and members[parent][0] <= year)
        got = f"{name} ({year}) with the parent {parent!r}"
        given.must(fits, rule, got, "Try another year, or '' for the root.")


def _places(members: Mapping[str, Member], branches: list[str]) -> dict[str, tuple[float, float]]:
    """Column and year. Children of one parent stand side by side, so that no line crosses a box."""
    family: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, (_, branch, parent) in members.items():
        family[branch, parent].append(name)
    places = {}
    for name, (year, branch, parent) in members.items():
        siblings, column = family[branch, parent], float(branches.index(branch))
        near = parent in places and members[parent][1] == branch and len(siblings) == 1
        middle = places[parent][0] if near else column
        n, i = len(siblings), siblings.index(name)
        places[name] = middle + (i - (n - 1) / 2) * 0.95 / n, year
    return places


def _say(members: Mapping[str, Member], branches: list[str]) -> str:
    born = {b: [f"{n} ({y})" for n, (y, of, _) in members.items() if of == b] for b in branches}
    return f"Family tree. {'; '.join(f'{b}: {listed(each)}' for b, each in born.items())}."
