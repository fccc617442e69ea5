"""Lesson 02: back-propagation through time as a graph."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def backward_through_time() -> Diagram:
    """Three steps back: at each the gradient of its own loss and the one from the future are added."""
    draw = Drawing(height=4.5)
    draw.box(5, 0.5, "$dW_{ih}$, $dW_{hh}$, $db_{ih}$, $db_{hh}$: sums over all steps", width=8.6)
    after = (9.85, 2.4)
    for t, x in ((2, 8.9), (1, 5.9), (0, 2.9)):
        both = draw.operation(x, 2.4, "+", "LSTM")
        draw.arrow(after, both, kind="LSTM")
        draw.arrow(draw.box(x, 4.0, f"$L_{t}$", width=0.9), both)
        draw.label(x + 0.12, 3.2, f"dhs[:, {t}]", side="left", fontsize=10)
        back = draw.box(x - 1.17, 2.4, "back", "RNN", width=0.95, height=0.8)
        draw.arrow(both, back)
        draw.arrow((x - 1.42, 2.0), (x - 1.42, 0.8))
        draw.arrow((x - 0.92, 2.0), (x - 0.92, 1.45))
        draw.label(x - 0.92, 1.22, f"$dx_{t}$")
        after = back
    draw.arrow(after, (0.55, 2.4), kind="LSTM")
    draw.label(0.28, 2.4, "dh0", fontsize=10)
    draw.label(9.6, 2.65, "0")
    for x in (6.67, 3.67):
        draw.label(x, 2.68, "dh_next", fontsize=10)
    return draw.finished(
        "Back-propagation through three steps, from right to left. At each step two gradients are added: the one of "
        "its own loss, dhs, and dh_next from the step after it, which is zero at the last step. The step backward "
        "makes of their sum dx, a share of every weight's gradient, and the dh_next of the step before; from the "
        "first step it is dh0."
    )
