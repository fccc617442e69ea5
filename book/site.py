"""Gathers the pages of the book in one folder, and hands it to Sphinx."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from book.execute import BookError, executed
from book.lesson_page import lesson_page
from book.links import Links, colab_setup, on_binder, on_colab
from book.reference import MODULES, reference_page
from coursekit.checking import evaluate, registry
from coursekit.lessons import build_release, find_lessons
from coursekit.lessons.tree import Lesson

HERE = Path(__file__).resolve().parent
INDEX = "book/pages/index.md"
ABOUT = ("docs/bibliography.md", "docs/comparison.md", "docs/speed.md", "CONTRIBUTING.md", "CHANGELOG.md")
TEACHING = "docs/teaching"
MATHJAX = "sphinx-mathjax-offline"


@dataclass
class Sources:
    """The folder that Sphinx reads. Only what changed is written, so that Sphinx builds only that."""

    folder: Path
    placed: set[Path] = field(default_factory=set)

    def place(self, name: str, content: str | bytes) -> None:
        """Write one file, given by its path with /, unless it says the same already."""
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.placed.add(path)

    def place_tree(self, name: str, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.place(f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def sweep(self) -> bool:
        """Remove what an earlier build placed and this one did not; whether there was any."""
        stale = [path for path in self.folder.rglob("*") if path.is_file() and path not in self.placed]
        for path in stale:
            path.unlink()
        return bool(stale)


def build(root: Path, out: Path, only: Iterable[str] = (), jobs: int = 1, say: Callable[[str], None] = print) -> Path:
    """Build the site of a clone and return its first page.

    out:  folder for the site (html/), what Sphinx reads (source/) and the outputs that are kept (executed/).
    only: names of lessons, such as "00_numerical_tools", if not all. jobs: lessons that run at the same time.
    Raises BookError if a lesson fails, a link leads nowhere, or Sphinx warns.
    """
    _refuse_missing_packages()
    lessons = _chosen(root, set(only))
    links = Links(root, _pages(root, lessons))
    sources = Sources(out / "source")
    pool = ThreadPoolExecutor(jobs)
    try:
        notebooks = list(pool.map(lambda lesson: _execute(lesson, out / "executed", say), lessons))
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure nobody waits for the lessons that have not begun
    for lesson, notebook in zip(lessons, notebooks, strict=True):
        _place_lesson(sources, links, lesson, notebook)
    _place_texts(sources, links, lessons)
    for name, (title, modules) in MODULES.items():
        sources.place(f"reference/{name}.md", reference_page(title, modules))
    for inside, name in links.images.items():
        sources.place(name, (root / inside).read_bytes())
    sources.place_tree("_static", HERE / "static")
    _place_mathjax(sources)
    if sources.sweep():  # Sphinx would leave the pages of what is gone
        for name in ("html", "doctrees"):
            shutil.rmtree(out / name, ignore_errors=True)
    _sphinx(sources.folder, out)
    return out / "html" / "index.html"


def _refuse_missing_packages() -> None:
    """Before minutes are spent on the lessons."""
    missing = []
    for package in ("furo", "myst-nb", "sphinx", MATHJAX):
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        raise BookError(f"{', '.join(missing)} is missing. Install it with: pip install -e .[book]")


def _chosen(root: Path, only: set[str]) -> list[Lesson]:
    lessons = find_lessons(root)
    unknown = only - {lesson.text.stem for lesson in lessons}
    if unknown:
        names = ", ".join(lesson.text.stem for lesson in lessons)
        raise BookError(f"there is no lesson {', '.join(sorted(unknown))}. The lessons are: {names}.")
    return [lesson for lesson in lessons if not only or lesson.text.stem in only]


def _pages(root: Path, lessons: Iterable[Lesson]) -> dict[str, str]:
    """Every page of the site but the reference: path in the clone -> path in the book's sources."""
    notebooks = {_inside(lesson): f"lessons/{lesson.text.stem}.ipynb" for lesson in lessons}
    guides = {path.relative_to(root).as_posix(): f"teaching/{path.name}" for path in (root / TEACHING).glob("*.md")}
    about = {name: f"about/{Path(name).name.lower()}" for name in ABOUT if (root / name).is_file()}
    return {INDEX: "index.md"} | notebooks | dict(sorted(guides.items())) | about


def _inside(lesson: Lesson) -> str:
    """Where the learner's notebook of a lesson lies in the clone."""
    return lesson.released.relative_to(lesson.root).as_posix()


def _execute(lesson: Lesson, store: Path, say: Callable[[str], None]) -> NotebookNode:
    began = time.perf_counter()
    notebook, ran = executed(lesson, store)
    took = time.perf_counter() - began
    say(f"{lesson.text.stem}: {f'executed in {took:.0f} s' if ran else 'nothing changed'}")
    return notebook


def _place_lesson(sources: Sources, links: Links, lesson: Lesson, notebook: NotebookNode) -> None:
    name, inside = lesson.text.stem, _inside(lesson)
    hints = {exercise.name: exercise.hints for exercise in registry.every()}
    figures = sources.folder / "_static" / "figures"
    released = build_release(lesson.text)
    page = lesson_page(notebook, released, hints, figures, "../_static/figures/", _wrong(name))
    sources.placed.update(figures / word for word in _figures_of(page))
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = links.rewrite(cell.source, inside)
    title, _, rest = page.cells[0].source.partition("\n")
    page.cells[0].source = f"{title}\n\n{_doors(links.root, name, inside)}\n{rest}"
    page.cells.append(v4.new_markdown_cell(_made_with(notebook.metadata["used"]["versions"])))
    for number, cell in enumerate(page.cells):
        cell.id = f"{name}-{number}"  # stable, so that an unchanged page is an unchanged file
    sources.place(f"lessons/{name}.ipynb", nbformat.writes(page))
    sources.place(f"_static/notebooks/{name}.ipynb", nbformat.writes(released))


def _wrong(lesson: str) -> dict[str, tuple[str, str]]:
    """For the first exercise of a lesson, a known mistake, if possible one that earns nothing, and its report."""
    first = next((exercise for exercise in registry.every() if exercise.lesson == lesson), None)
    if first is None:
        return {}
    for mistake in first.mistakes:
        report = evaluate(first, mistake.implement, along=False)  # its lines are not on the page
        if report.score == 0:
            break
    return {first.name: (mistake.name, report._repr_html_())}


def _figures_of(page: NotebookNode) -> Iterable[str]:
    for cell in page.cells:
        for output in cell.get("outputs", []):
            for piece in output.get("data", {}).get("text/html", "").split("../_static/figures/")[1:]:
                yield piece.partition('"')[0]


def _doors(root: Path, name: str, inside: str) -> str:
    """Where this lesson can be worked on: the notebook itself, Binder, Colab with its first line."""
    return (
        f"```{{raw}} html\n"
        f'<nav class="doors" aria-label="Work on this lesson"><a href="{on_binder(root, inside)}">Open on Binder</a>'
        f'<details><summary>Open on Colab</summary><p>Open <a href="{on_colab(root, inside)}">the notebook on '
        f"Colab</a>, add a cell at its top, and run this line in it first:</p><pre>{colab_setup(root)}</pre></details>"
        f'<a href="../_static/notebooks/{name}.ipynb" download>Download the notebook</a></nav>\n```\n'
    )


def _made_with(versions: dict[str, str]) -> str:
    names = {"Python": "Python", "numpy": "NumPy", "torch": "PyTorch"}
    used = ", ".join(f"{name} {versions[key]}" for key, name in names.items() if key in versions)
    note = f"The outputs on this page were computed with {used}. Measured times differ from machine to machine."
    return f'```{{raw}} html\n<p class="made-with">{note}</p>\n```'


def _place_texts(sources: Sources, links: Links, lessons: list[Lesson]) -> None:
    """The first page with the contents, and everything that is written in Markdown."""
    for inside, name in links.pages.items():
        if inside.endswith(".md"):
            text = (links.root / inside).read_text(encoding="utf-8")
            if inside == INDEX:
                text = text.replace("<!-- contents -->", _contents(links, lessons))
            sources.place(name, links.rewrite(text, inside))


def _contents(links: Links, lessons: list[Lesson]) -> str:
    names = [page.rpartition(".")[0] for page in links.pages.values()]
    groups = {
        "Lessons": [f"lessons/{lesson.text.stem}" for lesson in lessons],
        "Teaching": [name for name in names if name.startswith("teaching/")],
        "Reference": [f"reference/{name}" for name in MODULES],
        "About": [name for name in names if name.startswith("about/")],
    }
    return "\n\n".join(
        "\n".join(["```{toctree}", f":caption: {caption}", ":maxdepth: 1", "", *pages, "```"])
        for caption, pages in groups.items()
        if pages
    )


def _place_mathjax(sources: Sources) -> None:
    """MathJax and its fonts as part of the site: a page asks no other host for anything."""
    top = Path(str(metadata.distribution(MATHJAX).locate_file(MATHJAX))) / "static" / "mathjax"
    sources.place("_static/mathjax/tex-chtml-full.js", (top / "tex-chtml-full.js").read_bytes())
    sources.place_tree("_static/mathjax/output/chtml/fonts/woff-v2", top / "output" / "chtml" / "fonts" / "woff-v2")


def _sphinx(source: Path, out: Path) -> None:
    """Run Sphinx in a process of its own: it changes docutils for the whole process that it runs in."""
    html = out / "html"
    options = ["-b", "html", "-c", HERE, "-d", out / "doctrees", f"-Dhtml_static_path={source / '_static'}"]
    strict = ["-q", "-W", "--keep-going"]
    if subprocess.run([sys.executable, "-m", "sphinx", *options, *strict, source, html]).returncode != 0:
        raise BookError("Sphinx found something wrong, which it says above.")
