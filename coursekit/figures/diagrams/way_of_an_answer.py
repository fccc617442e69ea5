"""Lesson 00: what a check does with an answer, and what stays where."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def way_of_an_answer() -> Diagram:
    """Above: from a cell to the report, on the learner's own computer. Below: from the notebook that is handed in."""
    draw = Drawing(height=4.4)
    cell, check = draw.box(1.1, 3.3, "your cell", "GRU", width=1.6), draw.box(4.0, 3.3, "check", "z", width=1.4)
    report, progress = draw.box(6.5, 3.3, "report", "n", width=1.4), draw.box(8.9, 3.3, "your progress", width=1.9)
    draws = draw.box(4.0, 2.1, "small inputs", width=1.7)
    for here, there in ((cell, check), (draws, check), (check, report), (report, progress)):
        draw.arrow(here, there)
    draw.label(5, 4.05, "on your computer, and nowhere else", fontsize=10)

    notebook, sandbox = draw.box(1.1, 0.9, "notebook", "GRU", width=1.6), draw.box(4.0, 0.9, "sandbox", "f", width=1.4)
    grader, points = draw.box(6.5, 0.9, "grader", "z", width=1.4), draw.box(8.9, 0.9, "points", "n", width=1.4)
    draw.arrow(cell, notebook, dashed=True)
    for here, there in ((notebook, sandbox), (sandbox, grader), (grader, points)):
        draw.arrow(here, there)
    draw.label(1.25, 2.1, "if you hand it in", side="left", fontsize=10)
    draw.label(5, 0.2, "at your teacher's: your code runs apart, on inputs that nobody knows", fontsize=10)
    return draw.finished(
        "The way of an answer. On your own computer a check runs your cell on small inputs, the report says what is "
        "different, and your progress is written down there and nowhere else. If you hand the notebook in, your "
        "code runs in a sandbox, on inputs that nobody knows, and the grader outside of it gives the points."
    )
