"""The gate explorer of lesson 05: hold the gates of a trained GRU with a slider, and see what it still recalls.

ipywidgets is imported when controls are made, and not before: without it, the figure is shown alone.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from coursekit.data import Batch
from coursekit.explore.recall import HeldGates
from coursekit.plots.gate_explorer import held_gates, name_of
from coursekit.plots.style import CourseFigure, course_style
from coursekit.training import Model

WITHOUT_CONTROLS = (
    "This is the picture without its controls. For sliders that hold the gates: %pip install ipywidgets, "
    "then restart the kernel and reload the page."
)
_STATIC, _LIVE = "coursekit-static", "coursekit-live"
_LIVE_DPI = 150
_FLAG = 10  # where the flag stands at first, if the sequences are that long
_numbers = itertools.count(1)


def explore_gates(model: Model, test: Batch, *, r: float | None = None, z: float | None = None) -> GateExplorer:
    """Controls that hold the gates of a trained GRU, and the figure `plots.held_gates` that follows them.

    model: a GRU trained on `flagged_symbol`. test: sequences of the same task. r, z: where the gates are held at
    first; None leaves a gate free. Raises ValueError for another cell, another task, or a value outside 0..1.
    """
    held = {gate: value for gate, value in {"r": r, "z": z}.items() if value is not None}
    return GateExplorer(HeldGates(model, test), held)


class GateExplorer:
    """What is held, the figure of it, and in a notebook the controls. Made by `explore_gates`."""

    def __init__(self, gates: HeldGates, held: Mapping[str, float]):
        self.gates = gates
        self.held = dict(held)
        self.flag = min(_FLAG, gates.steps // 2)
        self.letter = gates.letters[1]
        self._name = f"{_STATIC}-{next(_numbers)}-{id(self):x}"  # several explorers may stand on one page
        self.figure: CourseFigure = self.draw()  # as it is at first: the static picture
        self.controls: Controls | None = None

    def draw(self) -> CourseFigure:
        """The figure of what is held and chosen now."""
        return held_gates(**self.gates.picture(self.held, self.flag, self.letter))

    def change(self, held: Mapping[str, float], flag: int, letter: str) -> CourseFigure:
        """Hold these gates, flag this symbol at this step, and return the new figure."""
        self.held, self.flag, self.letter = dict(held), flag, letter
        return self.draw()

    def summary(self) -> str:
        """One line under the figure: how often the network is right now, and with both gates free."""
        settings = [self.held, {}] if self.held else [{}]
        shares = ", ".join(f"{self.gates.accuracy(held):.0%} with {name_of(held)}" for held in settings)
        return f"Right answers in {len(self.gates.test.x):,} sequences: {shares}."

    def _ipython_display_(self) -> None:
        from IPython.display import display

        try:
            self.controls = Controls(self)
        except ModuleNotFoundError as error:
            if error.name != "ipywidgets":
                raise
            self.controls = None
            print(WITHOUT_CONTROLS)
        else:
            display(self._live_bundle(), raw=True)
        display(self._static_bundle(), raw=True)

    def _live_bundle(self) -> dict[str, Any]:
        bundle = dict(self.controls.box._repr_mimebundle_())
        return bundle | {"text/plain": "Here are controls that hold the gates, in a running JupyterLab."}

    def _static_bundle(self) -> dict[str, str]:
        """The figure as it was first, in a page element that the controls hide as long as they are there."""
        bundle = self.figure._repr_mimebundle_()[0]
        again = "<p>Run this cell for the controls of this picture.</p>" if self.controls else ""
        return bundle | {"text/html": f'<div class="{self._name}">{bundle["text/html"]}{again}</div>'}

    def style(self) -> str:
        """Rules for the page: on screen the controls replace the static picture, on paper it replaces them.

        The rules are part of the controls: where those are not shown, in an export or in a notebook that was
        opened again, the static picture is.
        """
        return (
            f"<style>@media screen {{ .{self._name} {{ display: none; }} }}"
            f"@media print {{ .{_LIVE} {{ display: none !important; }} }}</style>"
        )


class Controls:
    """The widgets: each gate free or held, and at which value; the flagged step and symbol; below, the figure.

    A number field stands beside each slider, because a slider of ipywidgets has no name for screen readers.
    """

    def __init__(self, explorer: GateExplorer):
        import ipywidgets as widgets

        self.explorer = explorer
        self.hold, self.value, rows = {}, {}, []
        for gate, name in (("z", "update gate z"), ("r", "reset gate r")):
            held = explorer.held.get(gate)
            tick = widgets.Checkbox(held is not None, description=f"hold the {name}", indent=False)
            tick.layout.width = "190px"
            field = widgets.BoundedFloatText(held or 0.0, min=0, max=1, step=0.05, description=f"{gate} held at")
            field.observe(functools.partial(self._held, gate), "value")
            self.hold[gate], self.value[gate] = tick, field
            rows.append([tick, *_with_slider(field, widgets.FloatSlider)])
        letters = explorer.gates.letters
        self.letter = widgets.Dropdown(value=explorer.letter, options=list(letters), description="flagged symbol")
        self.letter.layout.width, self.letter.style.description_width = "190px", "110px"
        last = explorer.gates.steps - 1
        self.flag = widgets.BoundedIntText(explorer.flag, min=0, max=last, description="at step")
        rows.append([self.letter, *_with_slider(self.flag, widgets.IntSlider)])

        self.picture, self.line = widgets.HTML(), widgets.HTML()
        below = [self.picture, self.line, widgets.HTML(explorer.style())]
        self.box = widgets.VBox([*map(widgets.HBox, rows), *below])
        self.box.add_class(_LIVE)
        self._show(explorer.draw())
        for widget in (*self.hold.values(), *self.value.values(), self.flag, self.letter):
            widget.observe(self._changed, "value")

    def _held(self, gate: str, _change) -> None:
        self.hold[gate].value = True  # whoever sets a value wants to see it

    def _changed(self, _change) -> None:
        held = {gate: field.value for gate, field in self.value.items() if self.hold[gate].value}
        chosen = held, self.flag.value, self.letter.value
        if chosen != (self.explorer.held, self.explorer.flag, self.explorer.letter):
            self._show(self.explorer.change(*chosen))

    def _show(self, figure: CourseFigure) -> None:
        self.picture.value = _image(figure)
        self.line.value = f'<div role="status">{html.escape(self.explorer.summary())}</div>'


def _with_slider(field, slider) -> list:
    """A number field and a slider that follow each other in the browser, without asking Python."""
    import ipywidgets as widgets

    field.layout.width, field.style.description_width = "140px", "70px"
    beside = slider(field.value, min=field.min, max=field.max, step=field.step, readout=False)
    beside.link = widgets.jslink((field, "value"), (beside, "value"))
    return [field, beside]


def _image(figure: CourseFigure) -> str:
    """The figure as HTML, as it shows itself, but made for speed: fewer pixels, drawn once, hardly compressed."""
    stored = io.BytesIO()
    with course_style():
        figure.set_dpi(_LIVE_DPI)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # savefig would draw twice
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(stored, "PNG", compress_level=1)
    width, height = (round(100 * inches) for inches in figure.get_size_inches())
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(stored.getvalue()).decode("ascii")}" '
        f'alt="{html.escape(figure.description)}" width="{width}" height="{height}" '
        'style="max-width: 100%; height: auto">'
    )
