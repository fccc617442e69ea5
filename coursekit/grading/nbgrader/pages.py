"""The pages that nbgrader makes of a graded notebook: formgrader's page for manual grading, and the feedback."""

from __future__ import annotations

import html
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from coursekit.grading.gradebook.presentation import words_made_safe
from coursekit.grading.safe_markdown import shown_markdown
from coursekit.lessons.cells import nbgrader_part

Resources = dict[str, Any]

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
"""Where nbgrader's pages load MathJax from: the one place whose programs the feedback may run."""

# MathJax 2 evaluates its own settings, hence 'unsafe-eval'; a script or a handler within the page does not run.
POLICY = (
    f"default-src 'none'; script-src {MATHJAX} 'unsafe-eval'; style-src 'unsafe-inline' {MATHJAX}; img-src data:; "
    f"font-src {MATHJAX}; base-uri 'none'; form-action 'none'"
)
_HEAD = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/><meta name="referrer" content="no-referrer"/>'
_NAMES = ("student", "first_name", "last_name", "filename", "notebook_path")


class SafePage(Preprocessor):
    """Whatever lies in an autograded notebook: a student's words are made safe where the page is made."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for name in _NAMES:  # formgrader's template writes them as they are
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(resources[name])
        return words_made_safe(nb), resources


class SafeComments(Preprocessor):
    """Comments, as they stand in the gradebook. nbgrader renders them as Markdown, HTML included."""

    enabled = Bool(True).tag(config=True)  # nbconvert leaves out a step that does not say so

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for cell in nb.cells:
            said = nbgrader_part(cell)
            if said.get("comment"):
                said["comment"] = shown_markdown(said["comment"])
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page with a policy: it loads nothing but MathJax, and runs nothing else."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **options: Any
    ) -> tuple[str, Resources]:
        page, resources = super().from_notebook_node(nb, resources, **options)
        head, found, rest = page.partition("<head>")
        if not found:
            raise ValueError("the template of the feedback has no <head>, so it cannot get its security policy")
        return f"{head}{found}{_HEAD}{rest}", resources
