"""Lesson 05: a GRU cell, with the reset after the product or before it."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def gru_cell(reset_before: bool = False) -> Diagram:
    """One step: along the top the old state, below it the candidate; r acts after the product, or before it."""
    draw = Drawing(height=5.2)
    old, new = draw.box(0.6, 4.5, "$h_{t-1}$", "GRU"), draw.box(9.4, 4.5, "$h_t$", "GRU", width=0.8)
    kept, both = draw.operation(6.2, 4.5, "×", "z"), draw.operation(8.3, 4.5, "+")
    draw.arrow(old, kept, kind="GRU")
    draw.arrow(kept, both, kind="GRU")
    draw.arrow(both, new, kind="GRU")
    z = draw.box(6.2, 3.3, r"$z_t$  $\sigma$", "z")
    draw.arrow(z, kept, kind="z")
    share = draw.operation(7.4, 3.3, "1−", "z")
    draw.arrow(z, share, kind="z")
    written = draw.operation(7.4, 2.2, "×", "z")
    draw.arrow(share, written, kind="z")
    draw.arrow(written, (8.3, 2.2), both)
    product = r"$W_{hn} h + b_{hn}$" if not reset_before else r"$W_{hn} (r * h) + b_{hn}$"
    reset = draw.operation(1.3 if reset_before else 4.15, 2.2, "×", "r")
    matrix = draw.box(3.2 if reset_before else 2.6, 2.2, product, width=2.2 if reset_before else 1.9)
    added = draw.operation(5.05, 2.2, "+")
    candidate = draw.box(6.2, 2.2, "$n_t$  tanh", "n", width=1.2)
    r = draw.box(reset.x, 3.3, r"$r_t$  $\sigma$", "r")
    draw.arrow(r, reset, kind="r")
    start = (0.4, 4.2)
    if reset_before:
        draw.arrow(start, (0.4, 2.2), reset, kind="GRU")
        draw.arrow(reset, matrix)
        draw.arrow(matrix, added)
    else:
        draw.arrow(start, (0.4, 2.2), matrix, kind="GRU")
        draw.arrow(matrix, reset)
        draw.arrow(reset, added)
    draw.arrow(added, candidate)
    draw.arrow(candidate, written, kind="n")
    draw.arrow(draw.box(5.05, 0.9, "$W_{in} x_t + b_{in}$", width=2.0), added)
    where = "before" if reset_before else "after"
    draw.label(1.9, 0.9, f"reset {where} the product", fontsize=11, fontweight="bold")
    draw.label(5, 0.3, r"$r_t$ and $z_t$ read $x_t$ and $h_{t-1}$ through weights of their own", fontsize=10)
    after, before = "the product of W_hn and the old state, bias included", "the old state, and the product comes later"
    acts = before if reset_before else after
    return draw.finished(
        f"A GRU cell with the reset {where} the product. The reset gate r multiplies {acts}; with the input's part "
        "it goes through tanh and is the candidate n. The new state is z times the old state plus 1 minus z times "
        "n."
    )
