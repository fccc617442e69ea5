"""Lesson 06: the four paths of a GRU's gradient into the old state."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def four_paths_back() -> Diagram:
    """From dh on the right to dh_prev on the left: directly, through z, through n, and through r."""
    draw = Drawing(height=5.2)
    arriving, leaving = draw.box(9.4, 2.7, "$dh$", "GRU", width=0.8), draw.box(0.65, 2.7, "dh_prev", "GRU", width=1.1)
    total = draw.operation(1.75, 2.7, "+")
    draw.arrow(total, leaving, kind="GRU")
    rows = {"direct": 4.5, "z": 3.3, "n": 2.1, "r": 0.9}
    draw.arrow(arriving, (8.7, 2.7), head=False)
    draw.arrow((8.7, rows["direct"]), (8.7, rows["n"]), head=False)

    kept = draw.box(5.2, rows["direct"], r"$z$", "z", width=0.9)
    draw.arrow((8.7, rows["direct"]), kept)
    draw.arrow(kept, (1.75, rows["direct"]), total, kind="z")
    draw.label(5.2, rows["direct"] + 0.45, "directly", fontsize=10)

    slope = draw.box(7.1, rows["z"], r"$(h_{prev}-n) * z(1-z)$", "z", width=2.5)
    matrix = draw.box(3.5, rows["z"], r"$W_{hz}$", width=0.9)
    draw.arrow((8.7, rows["z"]), slope)
    draw.arrow(slope, matrix, kind="z")
    draw.arrow(matrix, (2.35, rows["z"]), total, kind="z")
    draw.label(4.5, rows["z"] + 0.24, "daz")

    slope = draw.box(7.1, rows["n"], r"$(1-z) * (1-n^2)$", "n", width=2.0)
    inner = draw.box(4.7, rows["n"], "$r$", "r", width=0.7)
    matrix = draw.box(3.5, rows["n"], r"$W_{hn}$", width=0.9)
    draw.arrow((8.7, rows["n"]), slope)
    draw.arrow(slope, inner, kind="n")
    draw.arrow(inner, matrix, kind="n")
    draw.arrow(matrix, (2.35, rows["n"]), total, kind="n")
    draw.label(5.55, rows["n"] + 0.24, "dan")

    slope = draw.box(5.95, rows["r"], r"$hn * r(1-r)$", "r", width=1.7)
    matrix = draw.box(3.5, rows["r"], r"$W_{hr}$", width=0.9)
    draw.arrow((5.6, rows["n"]), (5.6, rows["r"] + 0.3), kind="r")
    draw.arrow(slope, matrix, kind="r")
    draw.arrow(matrix, (1.75, rows["r"]), total, kind="r")
    draw.label(4.5, rows["r"] + 0.24, "dar")
    return draw.finished(
        "The four paths of the gradient dh into the old state, which are added up to dh_prev. Directly: times z, "
        "through no matrix. Through the update gate: times h_prev minus n and the slope of z, then W_hz. Through "
        "the candidate: times 1 minus z and the slope of tanh, then r, then W_hn. Through the reset gate: it leaves "
        "the candidate's path before r, times hn and the slope of r, then W_hr."
    )
