"""Lesson 01: an RNN unrolled over four steps."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def unrolled_rnn() -> Diagram:
    """Four steps beside each other: the state goes from left to right, an input comes in and an answer leaves each."""
    draw = Drawing(height=4.0)
    state = draw.box(0.55, 2.1, "h0", "RNN", width=0.7)
    for t in range(4):
        x = 2.15 * t + 2.05
        cell = draw.box(x, 2.1, "step", "RNN", width=1.0, height=0.8)
        draw.arrow(state, cell, kind="RNN")
        if t > 0:
            draw.label(x - 1.08, 2.36, f"hs[{t - 1}]", fontsize=10)
        draw.arrow(draw.box(x, 0.85, f"$x_{t}$", width=0.8), cell)
        draw.arrow(cell, draw.box(x, 3.35, f"$y_{t}$", width=0.8))
        state = cell
    draw.arrow(state, (9.8, 2.1), kind="RNN")
    draw.label(9.4, 2.36, "hs[3]", fontsize=10)
    draw.label(5, 0.2, "every step: the same $W_{ih}$, $W_{hh}$, $b_{ih}$, $b_{hh}$", fontsize=10)
    return draw.finished(
        "An RNN unrolled over four steps. Each step reads the input x of its time and the state h of the step "
        "before, gives an answer y, and hands its state on to the right. The weights are the same in all four."
    )
