"""Lesson 04: an LSTM cell."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def lstm_cell() -> Diagram:
    """One step: along the top the cell's path without a matrix, below it the three gates and the candidate."""
    draw = Drawing(height=5.0)
    kept, added, shown = (
        draw.operation(2.4, 4.3, "×", "f"),
        draw.operation(4.8, 4.3, "+"),
        draw.operation(8.4, 2.9, "×", "o"),
    )
    written = draw.operation(4.8, 3.1, "×", "i")
    old_c, new_c = draw.box(0.6, 4.3, "$c_{t-1}$", "LSTM"), draw.box(9.3, 4.3, "$c_t$", "LSTM", width=0.9)
    draw.arrow(old_c, kept, kind="LSTM")
    draw.arrow(kept, added, kind="LSTM")
    draw.arrow(added, new_c, kind="LSTM")
    gates = {
        "f": draw.box(2.4, 1.8, r"$f_t$  $\sigma$", "f"),
        "i": draw.box(4.0, 1.8, r"$i_t$  $\sigma$", "i"),
        "g": draw.box(5.6, 1.8, r"$g_t$  tanh", "g", width=1.2),
        "o": draw.box(7.2, 1.8, r"$o_t$  $\sigma$", "o"),
    }
    for gate in gates.values():
        draw.arrow((gate.x, 0.9), gate)
    draw.arrow(gates["f"], kept, kind="f")
    draw.arrow(gates["i"], (4.0, 3.1), written, kind="i")
    draw.arrow(gates["g"], (5.6, 3.1), written, kind="g")
    draw.arrow(written, added)
    draw.arrow(gates["o"], (7.2, 2.9), shown, kind="o")
    squashed = draw.box(8.4, 3.6, "tanh", width=0.8, height=0.45)
    draw.arrow((8.4, 4.3), squashed)
    draw.arrow(squashed, shown)
    new_h = draw.box(9.4, 0.9, "$h_t$", "LSTM", width=0.8)
    draw.arrow(shown, (9.4, 2.9), new_h, kind="LSTM")
    both = draw.box(0.65, 0.9, "$x_t$, $h_{t-1}$", width=1.2)
    draw.arrow(both, (7.2, 0.9), head=False)
    draw.label(4.4, 0.45, "each block has its own weights", fontsize=10)
    draw.label(6.6, 4.55, "no matrix on this path", fontsize=10)
    return draw.finished(
        "An LSTM cell. Along the top the old cell state c is multiplied by the forget gate f, the product of input "
        "gate i and candidate g is added, and the new cell state leaves to the right; no matrix stands on this "
        "path. Its tanh, multiplied by the output gate o, is the new state h. The three gates and the candidate "
        "read x and the old h."
    )
