"""The gradient explorer of lesson 03: choose how each network starts, and see how far its gradient reaches."""

from __future__ import annotations

from collections.abc import Mapping

from coursekit.figures.live import Controls, Explorer, ticked_by, with_slider
from coursekit.figures.style import CourseFigure
from coursekit.reference.gradient_flow import factor_per_step
from coursekit.topics.vanishing_gradients.explorer_figure import gradient_reach
from coursekit.topics.vanishing_gradients.flow import LAGS, NAMES, Start, profile

_RANGES = {"RNN": (0.1, 3.0, 0.05), "LSTM": (-6.0, 6.0, 0.25), "GRU": (-6.0, 6.0, 0.25)}
_FIELDS = {"RNN": "spectral radius", "LSTM": "forget bias b_f", "GRU": "update bias b_z"}


def explore_gradients(
    *, radius: float | None = 0.6, b_f: float | None = 0.0, b_z: float | None = 0.0, lag: int = 30
) -> GradientExplorer:
    """Controls that choose the start of fresh networks, and the figure `plots.gradient_reach` that follows them.

    radius: the spectral radius of an RNN's W_hh; a fresh one of 64 units has about 0.6. b_f, b_z: the bias of an
    LSTM's forget gate and of a GRU's update gate. None leaves that network out. lag: the steps back that are marked.
    Raises ValueError for a radius that is not above 0, or a lag outside 1..50.
    """
    given = {"RNN": radius, "LSTM": b_f, "GRU": b_z}
    starts = {cell: Start(cell, value) for cell, value in given.items() if value is not None}
    if not 1 <= lag <= LAGS:
        raise ValueError(f"lag: expected a number of steps from 1 to {LAGS}, got {lag!r}")
    return GradientExplorer(starts, lag)


class GradientExplorer(Explorer):
    """How the networks start, the figure of it, and in a notebook the controls. Made by `explore_gradients`."""

    def __init__(self, starts: Mapping[str, Start], lag: int):
        self.starts, self.lag = dict(starts), lag
        super().__init__()

    def draw(self) -> CourseFigure:
        return gradient_reach({start.label: profile(start) for start in self.starts.values()}, self.lag)

    def change(self, starts: Mapping[str, Start], lag: int) -> CourseFigure:
        """Start the networks like this, mark this lag, and return the new figure."""
        self.starts, self.lag = dict(starts), lag
        return self.draw()

    def summary(self) -> str:
        """The factor per step of each network."""
        factors = [f"{start.label}: {factor_per_step(profile(start)):.2f}" for start in self.starts.values()]
        return f"Factor per step. {'; '.join(factors)}." if factors else "No network is chosen."

    def make_controls(self) -> GradientControls:
        return GradientControls(self)


class GradientControls(Controls):
    """Each network shown or not, and how it starts; the lag that is marked."""

    def __init__(self, explorer: GradientExplorer):
        import ipywidgets as widgets

        self.shown, self.value, rows = {}, {}, []
        for cell, (low, high, step) in _RANGES.items():
            start = explorer.starts.get(cell)
            tick = widgets.Checkbox(start is not None, description=f"show the {cell}", indent=False)
            tick.layout.width = "130px"
            at_first = start.value if start else (1.0 if cell == "RNN" else 0.0)
            field = widgets.BoundedFloatText(at_first, min=low, max=high, step=step, description=_FIELDS[cell])
            ticked_by(tick, field)
            self.shown[cell], self.value[cell] = tick, field
            rows.append([tick, *with_slider(field, widgets.FloatSlider, name_width=120)])
        self.orthogonal = widgets.Checkbox(False, description="orthogonal W_hh", indent=False)
        self.orthogonal.layout.width = "150px"
        rows[0].append(self.orthogonal)
        self.lag = widgets.BoundedIntText(explorer.lag, min=1, max=LAGS, description="lag k")
        beside = widgets.Label("", layout={"width": "130px"})
        rows.append([beside, *with_slider(self.lag, widgets.IntSlider, name_width=120)])
        super().__init__(explorer, rows, [*self.shown.values(), *self.value.values(), self.orthogonal, self.lag])

    def changed(self) -> None:
        starts = {
            cell: Start(cell, self.value[cell].value, orthogonal=cell == "RNN" and self.orthogonal.value)
            for cell in NAMES
            if self.shown[cell].value
        }
        if (starts, self.lag.value) != (self.explorer.starts, self.explorer.lag):
            self.show(self.explorer.change(starts, self.lag.value))
