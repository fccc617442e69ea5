"""What every figure with controls shares: the controls in a live notebook, and the figure alone everywhere else.

ipywidgets is imported when controls are made, and not before: without it, the figure is shown alone.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import itertools
import time
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from coursekit.figures.style import CourseFigure, course_style

WITHOUT_CONTROLS = (
    "This is the picture without its controls. For sliders that change it: %pip install ipywidgets, "
    "then restart the kernel and reload the page."
)
AGAIN = "Run this cell for the controls of this picture."
STATIC, LIVE = "coursekit-static", "coursekit-live"
_LIVE_DPI = 150
_ON_ITS_WAY = 1.5  # seconds that the browser and the kernel may be behind each other
# A slider of ipywidgets has no name, and ipywidgets no way to give it one: it gets that of the field beside it.
_NAMES = """
(() => {
  const name = () => {
    for (const handle of document.querySelectorAll(".LIVE .noUi-handle:not([aria-label])")) {
      const row = handle.closest(".widget-hbox"), field = row && row.querySelector("input[type=number]");
      if (field && field.labels.length) handle.setAttribute("aria-label", field.labels[0].innerText.trim());
    }
  };
  window.coursekitNames = window.coursekitNames || new MutationObserver(name);
  window.coursekitNames.observe(document.body, { childList: true, subtree: true });
  name();
})();
""".replace("LIVE", LIVE)
_numbers = itertools.count(1)


class Explorer:
    """A figure that follows its controls. A subclass draws it, and makes the controls.

    figure:   the figure as it is at first: the static picture.
    controls: the widgets, or None where there are none.
    """

    def __init__(self) -> None:
        self._name = f"{STATIC}-{next(_numbers)}-{id(self):x}"  # several explorers may stand on one page
        self.figure: CourseFigure = self.draw()
        self.controls: Any = None

    def draw(self) -> CourseFigure:
        """The figure of what is chosen now."""
        raise NotImplementedError

    def summary(self) -> str:
        """One line under the figure, which a screen reader says when it changes."""
        raise NotImplementedError

    def make_controls(self) -> Any:
        """The widgets, with a `box` that holds them all. Raises ModuleNotFoundError without ipywidgets."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display

        try:
            self.controls = self.make_controls()
        except ModuleNotFoundError as error:
            if error.name != "ipywidgets":
                raise
            self.controls = None
            print(WITHOUT_CONTROLS)
        else:
            display(self._live_bundle(), raw=True)
        display(self._static_bundle(), raw=True)
        if self.controls:
            display({"application/javascript": _NAMES, "text/plain": ""}, raw=True)

    def _live_bundle(self) -> dict[str, Any]:
        bundle = dict(self.controls.box._repr_mimebundle_())
        return bundle | {"text/plain": "Here are controls that change the picture, in a running JupyterLab."}

    def _static_bundle(self) -> dict[str, str]:
        """The figure as it was first, in a page element that the controls hide as long as they are there."""
        bundle = self.figure._repr_mimebundle_()[0]
        again = f'<p class="coursekit-again">{AGAIN}</p>' if self.controls else ""
        return bundle | {"text/html": f'<div class="{self._name}">{bundle["text/html"]}{again}</div>'}

    def style(self) -> str:
        """Rules for the page: on screen the controls replace the static picture, on paper it replaces them.

        The rules are part of the controls: where those are not shown, in an export or in a notebook that was
        opened again, the static picture is.
        """
        return (
            f"<style>@media screen {{ .{self._name} {{ display: none; }} }}"
            f"@media print {{ .{LIVE} {{ display: none !important; }} }}</style>"
        )


class Controls:
    """Rows of widgets with a button that sets them back; below them the figure and a line of words.

    fields: the widgets that choose something; a subclass draws what they choose in `changed`. A number field stands
    beside each slider: it can be typed into, and it gives the slider its name.
    """

    def __init__(self, explorer: Explorer, rows: list[list[Any]], fields: list[Any]) -> None:
        import ipywidgets as widgets

        self.explorer, self._quiet = explorer, False
        # Ticks last: a value that is set ticks its box.
        self._at_first = [(field, field.value) for field in sorted(fields, key=lambda one: isinstance(one.value, bool))]
        for field in fields:
            field.observe(self._noticed, "value")
        self.back = widgets.Button(description="reset", tooltip="Set everything back to how it was at first")
        self.back.layout.width = "90px"
        self.back.on_click(self.reset)
        rows = [*rows[:-1], [*rows[-1], self.back]]
        self.picture, self.line = widgets.HTML(), widgets.HTML()
        below = [self.picture, self.line, widgets.HTML(explorer.style())]
        wrapped = widgets.Layout(flex_flow="row wrap")  # in a narrow window a row becomes several
        self.box = widgets.VBox([*(widgets.HBox(row, layout=wrapped) for row in rows), *below])
        self.box.add_class(LIVE)
        self.show(explorer.draw())

    def changed(self) -> None:
        """Draw what is chosen now, if that is something else than before."""
        raise NotImplementedError

    def reset(self, _button: Any = None) -> None:
        """Everything as it was at first. The page hears of each control once: a value ticks its box for a moment."""
        self._quiet = True
        try:
            with contextlib.ExitStack() as held_back:
                for field, _ in self._at_first:
                    held_back.enter_context(field.hold_sync())
                for field, value in self._at_first:
                    field.value = value
        finally:
            self._quiet = False
        self.changed()

    def _noticed(self, _change: Any) -> None:
        if not self._quiet:
            self.changed()

    def show(self, figure: CourseFigure) -> None:
        self.picture.value = _image(figure)
        self.line.value = f'<div role="status">{html.escape(self.explorer.summary())}</div>'


def ticked_by(tick: Any, field: Any) -> None:
    """Whoever sets a value wants to see it, so the box beside it is ticked.

    The last values of a drag arrive when the box may have been cleared already: where it was cleared right after a
    move, those that follow at once tick nothing.
    """
    last_move = deaf_until = float("-inf")

    def cleared(change: Any) -> None:
        nonlocal deaf_until
        now = time.monotonic()
        if not change["new"] and now - last_move < _ON_ITS_WAY:
            deaf_until = now + _ON_ITS_WAY

    def moved(_change: Any) -> None:
        nonlocal last_move
        last_move = time.monotonic()
        if last_move >= deaf_until:
            tick.value = True

    tick.observe(cleared, "value")
    field.observe(moved, "value")


def with_slider(field: Any, slider: type, name_width: int = 70) -> list[Any]:
    """A number field and a slider that follow each other in the browser, without asking Python."""
    import ipywidgets as widgets

    field.layout.width, field.style.description_width = f"{70 + name_width}px", f"{name_width}px"
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
    return figure.as_html(base64.b64encode(stored.getvalue()).decode("ascii"))
