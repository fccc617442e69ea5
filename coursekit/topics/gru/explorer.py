"""The gate explorer of lesson 05: hold the gates of a trained GRU with a slider, and see what it still recalls."""

from __future__ import annotations

from collections.abc import Mapping

from coursekit.figures.live import Controls, Explorer, ticked_by, with_slider
from coursekit.figures.style import CourseFigure
from coursekit.sources.tasks import Batch
from coursekit.topics.gru.explorer_figure import held_gates, name_of
from coursekit.topics.gru.recall import HeldGates
from coursekit.training import Model

_FLAG = 10  # where the flag stands at first, if the sequences are that long


def explore_gates(model: Model, test: Batch, *, r: float | None = None, z: float | None = None) -> GateExplorer:
    """Controls that hold the gates of a trained GRU, and the figure `plots.held_gates` that follows them.

    model: a GRU trained on `flagged_symbol`. test: sequences of the same task. r, z: where the gates are held at
    first; None leaves a gate free. Raises ValueError for another cell, another task, or a value outside 0..1.
    """
    held = {gate: value for gate, value in {"r": r, "z": z}.items() if value is not None}
    return GateExplorer(HeldGates(model, test), held)


class GateExplorer(Explorer):
    """What is held, the figure of it, and in a notebook the controls. Made by `explore_gates`."""

    def __init__(self, gates: HeldGates, held: Mapping[str, float]):
        self.gates = gates
        self.held = dict(held)
        self.flag = min(_FLAG, gates.steps // 2)
        self.letter = gates.letters[1]
        super().__init__()

    def draw(self) -> CourseFigure:
        return held_gates(**self.gates.picture(self.held, self.flag, self.letter))

    def change(self, held: Mapping[str, float], flag: int, letter: str) -> CourseFigure:
        """Hold these gates, flag this symbol at this step, and return the new figure."""
        self.held, self.flag, self.letter = dict(held), flag, letter
        return self.draw()

    def summary(self) -> str:
        """How often the network is right now, and with both gates free."""
        settings = [self.held, {}] if self.held else [{}]
        shares = ", ".join(f"{self.gates.accuracy(held):.0%} with {name_of(held)}" for held in settings)
        return f"Right answers in {len(self.gates.test.x):,} sequences: {shares}."

    def make_controls(self) -> GateControls:
        return GateControls(self)


class GateControls(Controls):
    """Each gate free or held, and at which value; the flagged step and symbol."""

    def __init__(self, explorer: GateExplorer):
        import ipywidgets as widgets

        self.hold, self.value, rows = {}, {}, []
        for gate, name in (("z", "update gate z"), ("r", "reset gate r")):
            held = explorer.held.get(gate)
            tick = widgets.Checkbox(held is not None, description=f"hold the {name}", indent=False)
            tick.layout.width = "190px"
            field = widgets.BoundedFloatText(held or 0.0, min=0, max=1, step=0.05, description=f"{gate} held at")
            ticked_by(tick, field)
            self.hold[gate], self.value[gate] = tick, field
            rows.append([tick, *with_slider(field, widgets.FloatSlider)])
        letters = explorer.gates.letters
        self.letter = widgets.Dropdown(value=explorer.letter, options=list(letters), description="flagged symbol")
        self.letter.layout.width, self.letter.style.description_width = "190px", "110px"
        last = explorer.gates.steps - 1
        self.flag = widgets.BoundedIntText(explorer.flag, min=0, max=last, description="at step")
        rows.append([self.letter, *with_slider(self.flag, widgets.IntSlider)])
        super().__init__(explorer, rows, [*self.hold.values(), *self.value.values(), self.flag, self.letter])

    def changed(self) -> None:
        held = {gate: field.value for gate, field in self.value.items() if self.hold[gate].value}
        chosen = held, self.flag.value, self.letter.value
        if chosen != (self.explorer.held, self.explorer.flag, self.explorer.letter):
            self.show(self.explorer.change(*chosen))
