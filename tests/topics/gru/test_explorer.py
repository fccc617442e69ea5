"""The gate explorer: its numbers, its controls, and what stands there without them."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import numpy as np
import pytest

from coursekit.checking import registry
from coursekit.reference import gru, lstm
from coursekit.sources.tasks import Batch, flagged_symbol
from coursekit.topics.gru.explorer import explore_gates
from coursekit.topics.gru.recall import HeldGates, hold
from coursekit.training import new_model, train
from tests.topics.explorers import is_set_back, stays_cleared_after_a_drag

T = 12


def batches(rng):
    return flagged_symbol(rng, N=64, T=T)


@pytest.fixture(scope="module")
def model():
    """A network that has learnt the task on short sequences."""
    return train(new_model(gru, D=5, H=8, K=4, seed=0), batches, steps=300, lr=0.02, seed=0, progress=False).model


@pytest.fixture(scope="module")
def sequences():
    return flagged_symbol(np.random.default_rng(1), N=600, T=T)


@pytest.mark.parametrize("gate", ["r", "z"])
@pytest.mark.parametrize("value", [0, 0.0, 0.3, 1.0])
def test_held_weights_are_a_clamped_gate(gate, value):
    rng = np.random.default_rng(2)
    params, x, h0 = gru.init(3, 5, rng), rng.standard_normal((4, 7, 3)), rng.uniform(-0.9, 0.9, (4, 5))
    before = [array.copy() for array in params]
    hs, cache = gru.forward(x, h0, hold(params, gate, value))
    clamped = registry.get("gru_with_clamped_gate").reference(x, h0, params, gate, value)
    np.testing.assert_allclose(hs, clamped, rtol=0, atol=1e-14)
    np.testing.assert_allclose(getattr(cache, gate), value, rtol=0, atol=1e-15)
    assert all((old == new).all() for old, new in zip(before, params, strict=True))


def test_recall_counts_by_the_steps_after_the_flag(model, sequences):
    gates = HeldGates(model, sequences)
    hs = gru.forward(sequences.x, np.zeros((600, 8)), hold(model.params, "z", 0.5))[0]
    right = (hs[:, -1] @ model.W_out.T + model.b_out).argmax(axis=1) == sequences.y
    for lag in (0, 5, T - 1):
        flagged = sequences.x[:, T - 1 - lag, -1] == 1
        assert gates.recall({"z": 0.5})[lag] == pytest.approx(right[flagged].mean())
    assert gates.accuracy({"z": 0.5}) == pytest.approx(right.mean())


def test_clamping_changes_recall_and_gates(model, sequences):
    gates = HeldGates(model, sequences)
    assert gates.accuracy({}) > 0.9  # it has learnt
    assert gates.accuracy({"z": 1.0}) < 0.4  # nothing is written: near chance, 1/4
    free, held = gates.picture({}, 5, "B"), gates.picture({"z": 1.0}, 5, "B")
    assert set(free["recall"]) == {"free"} and set(held["recall"]) == {"free", "held"}
    np.testing.assert_array_equal(free["recall"]["free"], held["recall"]["free"])
    assert (held["values"]["z"] == 1).all() and free["values"]["z"].min() < 0.5
    assert (held["values"]["h"] == 0).all()


def test_only_the_chosen_step_of_the_sequence_changes(model, sequences):
    gates = HeldGates(model, sequences)
    one, other = gates.picture({}, 3, "A"), gates.picture({}, 3, "D")
    assert [t for t in range(T) if one["symbols"][t] != other["symbols"][t]] == [3]
    assert (one["said"], other["said"]) == ("A", "D")  # and the network tells them apart


def test_what_cannot_be_explored_is_said(model, sequences):
    with pytest.raises(ValueError, match="expected a GRU, got lstm"):
        explore_gates(new_model(lstm, D=5, H=8, K=4, seed=0), sequences)
    with pytest.raises(ValueError, match=r"the model reads \(N, T, 5\)"):
        explore_gates(model, flagged_symbol(np.random.default_rng(0), N=4, T=T, symbols=3))
    with pytest.raises(ValueError, match="one flag and one answer"):
        explore_gates(model, Batch(np.zeros_like(sequences.x), sequences.y))
    with pytest.raises(ValueError, match="z: a gate can be held at a value from 0 to 1, got 1.5"):
        explore_gates(model, sequences, z=1.5)


def test_jupyter_is_not_imported_before_controls_are_made():
    explorers = "coursekit.topics.gru.explorer, coursekit.topics.vanishing_gradients.explorer"
    code = f"import sys, {explorers}; print(*{{'IPython', 'ipywidgets', 'torch'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == []


# The controls, without a browser.


@pytest.fixture
def controls(model, sequences):
    from coursekit.topics.gru.explorer import GateControls

    return GateControls(explore_gates(model, sequences, z=0))


def shown(controls) -> tuple[str, str]:
    return controls.picture.value, controls.line.value


def test_a_value_holds_its_gate_and_a_tick_frees_it(controls):
    at_zero = shown(controls)
    assert "With z held at 0 the network" in at_zero[0] and "with z held at 0" in at_zero[1]
    controls.value["r"].value = 0.5
    assert controls.hold["r"].value
    assert "With r held at 0.5 and z held at 0 the network" in controls.picture.value
    controls.hold["z"].value = controls.hold["r"].value = False
    assert "With both gates free the network" in controls.picture.value
    assert "held" not in controls.line.value
    controls.hold["z"].value = True
    assert shown(controls) == at_zero


def test_the_sequence_is_chosen(controls):
    before = controls.line.value
    controls.flag.value, controls.letter.value = 9, "D"
    assert "The D at step 9 is flagged" in controls.picture.value
    assert controls.line.value == before  # over all sequences nothing has changed


def test_a_box_that_is_cleared_right_after_a_drag_stays_cleared(controls, monkeypatch):
    stays_cleared_after_a_drag(controls.hold["r"], controls.value["r"], monkeypatch)


def test_a_row_becomes_several_in_a_narrow_window(controls):
    rows = [part for part in controls.box.children if hasattr(part, "children")]
    assert rows and all(row.layout.flex_flow == "row wrap" for row in rows)


def test_reset_sets_everything_back(controls):
    is_set_back(controls, controls.hold, controls.value, "r")


def test_every_field_has_a_name(controls):
    assert all(
        widget.description
        for widget in (*controls.hold.values(), *controls.value.values(), controls.flag, controls.letter)
    )


# In a notebook.

CELLS = """
import numpy as np
from coursekit.sources.tasks import flagged_symbol
from coursekit.topics.gru.explorer import explore_gates
from coursekit.reference import gru
from coursekit.training import new_model
test = flagged_symbol(np.random.default_rng(1), N=60, T=12)
explorer = explore_gates(new_model(gru, D=5, H=4, K=4, seed=0), test, r=1)
---
explorer
---
import sys
sys.modules["ipywidgets"] = None  # as if it were not installed
explorer
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook that was run from top to bottom: an explorer with ipywidgets, and one without."""
    from nbclient import NotebookClient

    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c.strip()) for c in CELLS.split("---")])
    folder = str(tmp_path_factory.mktemp("notebook"))
    return NotebookClient(nb, kernel_name="python3", timeout=120, resources={"metadata": {"path": folder}}).execute()


@pytest.mark.slow
def test_a_run_notebook_holds_the_controls_and_the_static_figure(notebook):
    live, static, names = notebook.cells[1].outputs
    assert "aria-label" in names.data["application/javascript"]
    assert "application/vnd.jupyter.widget-view+json" in live.data
    assert "VBox" not in live.data["text/plain"]
    assert static.data["text/plain"].startswith("With r held at 1 the network")
    assert "<img" in static.data["text/html"] and "image/png" in static.data
    assert "Run this cell for the controls" in static.data["text/html"]  # for whoever opens it again later


@pytest.mark.slow
def test_without_ipywidgets_one_sentence_and_the_static_figure_remain(notebook):
    said, static = notebook.cells[2].outputs
    assert "%pip install ipywidgets" in said.text and said.text.count("\n") == 1
    assert static.data["image/png"] == notebook.cells[1].outputs[1].data["image/png"]
    assert "for the controls" not in static.data["text/html"]


@pytest.mark.slow
def test_an_exported_page_shows_the_static_figure_where_no_state_of_controls_was_saved(notebook):
    from nbconvert import HTMLExporter

    saved = nbformat.from_dict(notebook)
    saved.metadata.pop("widgets", None)  # as JupyterLab saves it
    page = HTMLExporter().from_notebook_node(saved)[0]
    assert page.count('alt="With r held at 1 the network') == 2
