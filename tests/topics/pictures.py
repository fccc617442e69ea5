"""A figure that has really been rendered, and whose layout has no fault: that is where wrong labels come to light."""

from __future__ import annotations

from matplotlib.axes import Axes

from coursekit.figures.style import CourseFigure
from tests.figures.layout import troubles


def drawn(fig: CourseFigure) -> tuple[CourseFigure, str]:
    """The figure, after it has been rendered, and its alternative text."""
    assert len(fig._repr_mimebundle_()[0]["image/png"]) > 1000
    faults = troubles(fig)
    assert not faults, faults
    return fig, fig.description


def drawn_axes(fig: CourseFigure) -> tuple[list[Axes], str]:
    """Its axes, after it has been rendered, and its alternative text."""
    return drawn(fig)[0].axes, fig.description
