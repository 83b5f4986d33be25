"""The built web book in a real browser: every page, both themes, a phone, nothing from elsewhere.

The book is built once, served from this machine, and read as a visitor reads it.
"""

import filecmp
import os
import re
import shutil
import subprocess
import sys
import threading
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from book import course, pages
from kernel_environment import ROOT

pytest.importorskip("myst_nb", reason="the book needs the packages of the extra 'book'")

CHAPTERS = [chapter.name.replace(".ipynb", ".html") for chapter in course.chapters(ROOT)]
PAGES = ["index.html", "teachers.html", *CHAPTERS]
DESK, PHONE = {"width": 1400, "height": 900}, {"width": 420, "height": 800}
MEGABYTE = 1e6


def build(out: Path, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """Build the book of a project in a process of its own."""
    program = "import sys, build_book as b; from pathlib import Path; "
    program += "sys.exit(b.build(*map(Path, sys.argv[1:])))"
    command = [sys.executable, "-c", program, out, root]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tools")])
    environment = os.environ | {"PYTHONPATH": paths} | environment
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)


def built(out: Path, root: Path = ROOT, **environment: str) -> Path:
    """The site of a book over which Sphinx had not a word to say."""
    done = build(out, root, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("book"))


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address(site):
    """The book's address on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def reader(page, address):
    """A page that keeps every address it asks for, and those that are not there as faults."""
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("response", lambda answer: answer.ok or page.faults.append(answer.url))
    return page


def elsewhere(asked, address) -> list[str]:
    return [url for url in asked if not url.startswith((address, "data:", "blob:"))]


WIDER = """Math.max(...[...document.querySelectorAll('html, .content')]
    .map(box => box.scrollWidth - box.clientWidth))"""  # Furo scrolls what is too wide in .content
CUT = """[...document.querySelectorAll('.cell_input pre')]
    .filter(code => code.scrollWidth > code.clientWidth).map(code => code.textContent)"""
UNWRITTEN = """[...document.querySelectorAll('.math')]
    .filter(formula => !formula.querySelector('.katex') || formula.querySelector('.katex-error'))
    .map(formula => formula.textContent)"""
GROUND = "getComputedStyle(document.body).backgroundColor"
BLACK_ON_BLACK = """[...document.querySelectorAll('.output img')]
    .filter(img => !img.closest('[data-book]'))  // a live widget stands in its place
    .filter(img => getComputedStyle(img).backgroundColor !== 'rgb(255, 255, 255)')
    .map(img => img.alt)"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_both_themes_on_a_desk_and_on_a_phone(reader, address, name):
    reader.goto(f"{address}/{name}")
    for theme in ("light", "dark"):
        reader.emulate_media(color_scheme=theme)
        for screen in (PHONE, DESK):
            reader.set_viewport_size(screen)
            assert reader.evaluate(WIDER) <= 0, (theme, screen)
        brightness = sum(map(int, re.findall(r"\d+", reader.evaluate(GROUND))[:3])) / 3
        assert (brightness > 128) == (theme == "light")
    assert reader.evaluate(BLACK_ON_BLACK) == []
    assert reader.evaluate(UNWRITTEN) == []
    assert reader.evaluate(CUT) == []
    assert reader.faults == [] and elsewhere(reader.asked, address) == []


def has_widgets(chapter: str) -> bool:
    return b"data-book=" in (ROOT / "notebooks" / chapter).with_suffix(".ipynb").read_bytes()


@pytest.mark.parametrize("name", filter(has_widgets, CHAPTERS))
def test_every_widget_of_a_chapter_moves_without_a_kernel(reader, address, name):
    reader.goto(f"{address}/{name}")
    for widget in reader.locator("[data-book]").all():
        picture = widget.locator(".picture")
        fields = widget.locator("input[type=range]:enabled, select:enabled")
        words = {picture.get_attribute("aria-label")}
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
            fields.last.press(key)
            words.add(picture.get_attribute("aria-label"))
        assert len(words) > 1 and picture.bounding_box()["height"] > 20
        assert "places are stored here" in widget.locator(".status").text_content()
        assert reader.evaluate(WIDER) <= 0
    assert reader.faults == [] and elsewhere(reader.asked, address) == []


class Links(HTMLParser):
    """Where a page leads to and what it loads; the ids that lead to its parts."""

    def __init__(self, path: Path):
        super().__init__()
        self.targets, self.ids = [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given.get("id"), given.get("name")}
        self.targets += [given[name] for name in ("href", "src", "xlink:href") if name in given]


parsed = cache(Links)


def broken(page: Path) -> list[str]:
    """The links of a page into the book that lead to no file, or to no place on it."""
    found = []
    for target in parsed(page).targets:
        link = urlsplit(target)
        if link.scheme or link.netloc:
            continue
        file = page.parent / unquote(link.path) if link.path else page
        anchors = parsed(file).ids if file.suffix == ".html" and file.is_file() else {""}
        if not file.is_file() or unquote(link.fragment) not in anchors:
            found.append(target)
    return found


def test_every_link_and_every_anchor_of_the_book_resolves(site):
    assert {path.name: links for path in site.glob("*.html") if (links := broken(path))} == {}
    assert sum(".html#" in link for link in parsed(site / "21_summary.html").targets) > 400


def test_a_broken_link_is_seen(tmp_path):
    (tmp_path / "b.html").write_text('<p id="here">')
    page = tmp_path / "a.html"
    page.write_text('<a href="b.html#here"></a><a href="b.html#gone"></a><img src="no.png">')
    assert broken(page) == ["b.html#gone", "no.png"]


def test_the_book_is_small(site, reader, address):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 20 * MEGABYTE
    for name in ("index.html", CHAPTERS[0]):
        reader.asked.clear()
        reader.goto(f"{address}/{name}", wait_until="networkidle")
        files = {site / urlsplit(url).path[1:] for url in reader.asked if url.startswith("http")}
        assert 0.05 * MEGABYTE < sum(file.stat().st_size for file in files) < 0.6 * MEGABYTE, name


def test_a_second_build_is_equal_to_the_byte(site, tmp_path):
    again = built(tmp_path, PYTHONHASHSEED="7")
    names = [path.relative_to(site) for path in site.rglob("*") if path.is_file()]
    assert sorted(names) == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    assert filecmp.cmpfiles(site, again, names, shallow=False)[1:] == ([], [])


def test_the_chapters_stand_in_their_order(reader, address):
    reader.goto(f"{address}/index.html")
    links = reader.locator(".sidebar-tree a").evaluate_all("all => all.map(a => a.pathname)")
    assert links == [f"/{name}" for name in [*CHAPTERS, "teachers.html"]]


def test_the_map_leads_by_keyboard_to_where_an_idea_is_built(reader, address):
    reader.goto(f"{address}/index.html")
    box = reader.get_by_role("link", name="Many heads: Several small attentions")
    box.focus()
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/06_attention.html#Many-heads")
    assert reader.get_by_role("heading", name="Many heads").first.is_visible()


def test_a_search_finds_a_chapter_also_in_files_that_nobody_serves(page, site):
    page.goto(f"{(site / 'search.html').as_uri()}?q=induction")
    page.locator("#search-results li a", has_text="Attention").first.wait_for()
    assert page.faults == []


def test_an_old_name_leads_to_the_same_section_of_the_new_page(reader, site, address):
    (site / "old.html").write_text(pages.moved("06_attention"), encoding="utf-8")
    reader.goto(f"{address}/old.html#Many-heads")
    reader.wait_for_url("**/06_attention.html#Many-heads")
    (site / "old.html").unlink()


def test_without_node_the_browser_writes_the_formulas_from_the_same_files(page, tmp_path):
    site = built(tmp_path / "out", one_notebook(tmp_path), PATH=str(tmp_path))
    page.goto((site / "07_the_block.html").as_uri())
    page.locator(".math .katex").first.wait_for()
    assert page.evaluate(UNWRITTEN) == [] and page.faults == []


def test_a_wrong_formula_and_a_link_that_leads_nowhere_stop_the_build(tmp_path):
    notebook = one_notebook(tmp_path) / "notebooks" / "07_the_block.ipynb"
    wrong = r"$\\frac{1$ and [more](index.md#gone).\n\n# The block"
    text = notebook.read_text(encoding="utf-8").replace("# The block", wrong, 1)
    notebook.write_text(text, encoding="utf-8")
    done = build(tmp_path / "out", tmp_path)
    assert done.returncode and "cannot read the formula" in done.stderr and "'gone'" in done.stderr


def one_notebook(folder: Path) -> Path:
    """A small project with one notebook, which leads to no other."""
    for name in ("notebooks/07_the_block.ipynb", "tools/setup_cell.py", "README.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    notebook, readme = folder / "notebooks/07_the_block.ipynb", folder / "README.md"
    rows = readme.read_text(encoding="utf-8").splitlines(keepends=True)
    readme.write_text(
        "".join(row for row in rows if "](notebooks/" not in row or notebook.name in row),
        encoding="utf-8",
    )
    text = notebook.read_text(encoding="utf-8")
    text = re.sub(r"\]\(\d\d_\w+\.ipynb[^)]*\)", "](index.md)", text)
    notebook.write_text(text, encoding="utf-8")
    return folder
