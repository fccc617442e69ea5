"""A figure that has really been rendered: that is where wrong labels and shapes come to light."""

from __future__ import annotations

from matplotlib.axes import Axes

from coursekit.figures.style import CourseFigure


def drawn(fig: CourseFigure) -> tuple[CourseFigure, str]:
    """The figure, after it has been rendered, and its alternative text."""
    assert len(fig._repr_mimebundle_()[0]["image/png"]) > 1000
    return fig, fig.description


def drawn_axes(fig: CourseFigure) -> tuple[list[Axes], str]:
    """Its axes, after it has been rendered, and its alternative text."""
    return drawn(fig)[0].axes, fig.description
