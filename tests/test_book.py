"""The web book before Sphinx: order and needs of the course; a notebook becomes a chapter."""

import re

import pytest
from book import chapters, course, pages
from kernel_environment import ROOT
from lesson import Lesson, tags
from nbformat import v4

COURSE = course.chapters(ROOT)
LESSONS = [Lesson.load(ROOT / "notebooks" / chapter.name) for chapter in COURSE]


def test_every_chapter_needs_only_what_stands_above_it():
    above = set()
    for chapter in COURSE:
        assert {*chapter.needs} <= above, chapter.name
        above.add(chapter.name)


def test_the_readme_promises_the_minutes_that_the_notebooks_promise():
    rows = re.findall(r"notebooks/(\w+\.ipynb)\) \|.*\| (\d+) \|$", readme(), re.MULTILINE)
    assert rows == [(chapter.name, str(chapter.minutes)) for chapter in COURSE]


def test_a_notebook_without_its_row_is_missed(tmp_path):
    (tmp_path / "README.md").write_text("| [00 A](notebooks/00_a.ipynb) | a | 1 |\n")
    (tmp_path / "notebooks").mkdir()
    for name in ("00_a", "01_b"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    with pytest.raises(ValueError, match=r"differs in \['01_b.ipynb'\]. Write a row"):
        course.chapters(tmp_path)


def made_up(name, needs=(), minutes=60):
    return course.Chapter(f"{name}.ipynb", f"00 {name}", "", minutes, needs, (), ())


def test_a_way_has_all_that_it_rests_on_and_nothing_else():
    plan = [made_up("a"), made_up("b", ("a.ipynb",)), made_up("c"), made_up("d", ("b.ipynb",))]
    assert [c.title for c in course.way_to("d.ipynb", plan)] == ["a", "b", "d"]
    assert [c.title for c in course.resting_on("a.ipynb", plan)] == ["b"]
    assert "| [00 d](d.ipynb) | 3.0 | a · b · d |" in pages.teachers(plan)


def test_every_exercise_is_set_once():
    sources = (cell.source for lesson in LESSONS for cell in lesson.code)
    checks = sum(bool(re.search(r"^check_\w+\(\w+\)$", s, re.MULTILINE)) for s in sources)
    assert sum(len(chapter.tasks) for chapter in COURSE) == checks > 30


def lesson(*cells):
    row = v4.new_markdown_cell("*GPT, Probably* · runs in JupyterLab\n\n# Title\n\nText.")
    notebook = v4.new_notebook(cells=[row, v4.new_code_cell("setup()"), *cells])
    return Lesson("00_a.ipynb", notebook)


def test_a_chapter_begins_with_its_title_says_where_it_runs_and_folds_the_set_up():
    text, setup = chapters.as_chapter(lesson()).cells
    title, where, body = text.source.split("\n\n")
    assert (title, body) == ("# Title", "Text.") and tags(setup) == [chapters.FOLD]
    assert "`00_a.ipynb`" in where and "[in JupyterLab](index.md#Two-commands)" in where


def test_the_notebook_stays_as_it_is():
    first = lesson()
    before = str(first.notebook)
    chapters.as_chapter(first, frozenset({("00_a.ipynb", first.cells[0].id)}), "ada/course")
    assert str(first.notebook) == before


def test_links_in_stored_outputs_lead_to_pages_and_nothing_else_changes():
    markup = '<a href="04_b.ipynb#A,-b">x</a> 04_b.ipynb <script>"#1.ipynb"</script>'
    output = v4.new_output("display_data", {"text/html": markup})
    cell = chapters.as_chapter(lesson(v4.new_code_cell(outputs=[output]))).cells[-1]
    shown = cell.outputs[0].data["text/html"]
    assert shown == markup.replace("04_b.ipynb#", "04_b.html#")


def test_a_linked_cell_can_be_reached_and_the_readme_is_the_front_page():
    link = v4.new_markdown_cell("[x](00_a.ipynb#cell-id=abc) [README](../README.md)", id="abc")
    first = lesson(link)
    linked = chapters.linked_cells([first])
    shown = chapters.as_chapter(first, linked).cells[-1].source
    assert linked == {("00_a.ipynb", "abc")}
    assert shown.startswith('<a id="cell-id=abc"></a>\n\n[x]') and "[README](index.md)" in shown


@pytest.mark.parametrize("repository", ["", "ada/course"])
def test_colab_is_offered_only_where_an_address_is_known(repository):
    source = LESSONS[0]
    shown = Lesson(source.name, chapters.as_chapter(source, repository=repository)).text
    tasks = len(COURSE[0].tasks) * bool(repository)
    assert shown.count("[Do it in Colab](https://colab") == tasks
    assert shown.count("[in Colab](https://colab") == bool(repository)
    assert "not on Colab" not in shown and "![" not in shown  # a badge would come from elsewhere


def test_an_old_name_leads_to_a_notebook_that_exists():
    names = {chapter.name.removesuffix(".ipynb") for chapter in COURSE}
    assert {*pages.OLD_NAMES.values()} <= names and not {*pages.OLD_NAMES} & names


def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")
