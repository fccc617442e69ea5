'''Every figure of the course is a function here, so that a lesson's cell is one line.

    from coursekit import plots
    plots.gradient_against_lag(lags, gradients)        # the figure is the cell's value: it shows itself

To add one, write one function in `figures.py` of the lesson's room, `coursekit/topics/<lesson>/`, or in
`coursekit/figures/` if several lessons draw it. No list needs a new entry:

    @course_figure
    def gradient_against_lag(lags, gradients: dict[str, np.ndarray]) -> CourseFigure:
        """What the picture shows, and the shape of every argument."""
        fig, ax = figure()
        for name, values in gradients.items():
            ax.plot(lags, values, **line(name))
        ax.set(xlabel="lag (steps)", ylabel="relative gradient", yscale="log")
        ax.legend()
        return describe(fig, "Gradient against lag for RNN, LSTM and GRU: all three fall along straight lines.")

A figure function takes numbers, returns the figure, and never calls `plt.show()` or anything else of pyplot. Axes name
their units. The description says what is to be seen; where that depends on the numbers, compute it from them.'''

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from coursekit import figures, topics


def _figures() -> dict[str, Callable]:
    """All figures: those that several lessons share, then those of each room."""
    from coursekit.figures.style import FIGURES

    for module in pkgutil.iter_modules(figures.__path__):
        importlib.import_module(f"{figures.__name__}.{module.name}")
    for name in ("figures", "explorer_figure"):
        for _ in topics.modules(name):
            pass
    return FIGURES | {"claims_table": _claims_table}


def _claims_table(*args, **kwargs):
    """The claims of lesson 08 in one table; it was a figure once, and lessons type it with the figures."""
    from coursekit.topics.claims.tables import claims_table

    return claims_table(*args, **kwargs)


def __getattr__(name: str) -> Callable:
    # Looked up on first use: importing this module costs nothing, and a new figure needs no list.
    if not name.startswith("_") and (draw := _figures().get(name)):
        return draw
    raise AttributeError(f"coursekit.plots has no figure {name!r}")


def __dir__() -> list[str]:
    return sorted(_figures())
