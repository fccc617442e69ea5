"""The gradient explorer: its numbers, its figure, and its controls without a browser."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest

from coursekit import plots
from coursekit.figures.style import COLOURS
from coursekit.reference import gradient_flow, gru
from coursekit.reference.gradient_flow import factor_per_step
from coursekit.topics.vanishing_gradients.explorer import explore_gradients
from coursekit.topics.vanishing_gradients.flow import LAGS, Start, profile
from tests.topics.explorers import is_set_back, stays_cleared_after_a_drag


def factor(cell, value, **more):
    return factor_per_step(profile(Start(cell, value, **more)))


def test_the_starts_decide_as_lesson_03_measures():
    assert factor("RNN", 0.6) == pytest.approx(0.57, abs=0.03)
    assert factor("RNN", 2.0) > 1 > factor("RNN", 1.0) > factor("RNN", 0.5)
    assert factor("GRU", -3.0) < 0.45 and factor("GRU", 5.0) > 0.98
    assert factor("LSTM", 1.0) > factor("LSTM", 0.0) + 0.1
    assert 0.85 < factor("RNN", 1.0, orthogonal=True) < 1


def test_a_start_is_what_it_says():
    rng = np.random.default_rng(0)
    for radius in (0.3, 1.7):
        assert np.abs(np.linalg.eigvals(Start("RNN", radius).params(rng).W_hh)).max() == pytest.approx(radius)
    W = Start("RNN", 1.3, orthogonal=True).params(rng).W_hh
    np.testing.assert_allclose(W @ W.T, 1.69 * np.eye(len(W)), atol=1e-12)
    H = 64
    assert set(Start("GRU", 2.5).params(rng).b_ih[H : 2 * H]) == {2.5}
    assert set(Start("LSTM", -1.0).params(rng).b_ih[H : 2 * H]) == {-1.0}


def test_the_profile_is_that_of_the_reference():
    params, data = Start("GRU", 1.0).params(np.random.default_rng(0)), np.random.default_rng(1000)
    x, dh = data.standard_normal((8, 60, 8)), data.standard_normal((8, 64))
    one = gradient_flow.surviving(gru, params, x, dh)
    assert profile(Start("GRU", 1.0)).shape == (LAGS + 1,) and profile(Start("GRU", 1.0))[0] == 1
    assert one[20] == pytest.approx(profile(Start("GRU", 1.0))[20], rel=0.5)  # one network beside the mean of three


def test_the_figure_has_a_curve_and_words_for_each_network():
    fig = plots.gradient_reach({"RNN, radius = 1": 0.5 ** np.arange(51), "GRU, b_z = 3": 0.99 ** np.arange(51)}, 30)
    curves = {line.get_label(): line for line in fig.axes[0].lines if len(line.get_ydata()) == 51}
    assert list(curves) == ["RNN, radius = 1: 9e-10 after 30", "GRU, b_z = 3: 0.74 after 30"]
    assert curves["GRU, b_z = 3: 0.74 after 30"].get_color() == COLOURS["GRU"]
    assert fig.description.startswith("Share of a gradient that is left after 30 steps back")
    assert "RNN, radius = 1: 9e-10" in fig.description
    assert plots.gradient_reach({}, 30).description == "No network is chosen."


def test_what_explodes_stays_in_the_picture():
    fig = plots.gradient_reach({"RNN, radius = 3": 1.3 ** np.arange(51)}, 50)
    assert fig.axes[0].get_ylim()[1] > 1.3**50


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"radius": 0}, "radius: expected a spectral radius above 0, got 0"),
        ({"b_z": float("nan")}, "b_z: expected a number, got nan"),
        ({"lag": 51}, "lag: expected a number of steps from 1 to 50, got 51"),
    ],
)
def test_what_cannot_be_explored_is_said(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore_gradients(**arguments)


def test_a_start_needs_a_known_cell():
    with pytest.raises(ValueError, match="cell: expected one of RNN, LSTM, GRU, got 'CNN'"):
        Start("CNN", 1.0)


# The controls, without a browser.


@pytest.fixture
def controls():
    return explore_gradients().make_controls()


def test_a_value_changes_its_curve_and_the_line(controls):
    assert "GRU, b_z = 0: 0.6" in controls.line.value
    controls.value["GRU"].value = 5.0
    assert "GRU, b_z = 5: 0.99" in controls.line.value and "GRU, b_z = 5" in controls.picture.value
    controls.lag.value = 10
    assert "left after 10 steps" in controls.picture.value
    controls.orthogonal.value = True
    assert "RNN, orthogonal, radius = 0.6" in controls.picture.value


def test_a_network_can_be_left_out_and_comes_back_when_it_is_moved(controls):
    for tick in controls.shown.values():
        tick.value = False
    assert "No network is chosen." in controls.line.value
    controls.value["LSTM"].value = 1.0
    assert controls.shown["LSTM"].value and "LSTM, b_f = 1" in controls.line.value and "GRU" not in controls.line.value


def test_a_box_that_is_cleared_right_after_a_drag_stays_cleared(controls, monkeypatch):
    stays_cleared_after_a_drag(controls.shown["LSTM"], controls.value["LSTM"], monkeypatch)


def test_reset_sets_everything_back(controls):
    is_set_back(controls, controls.shown, controls.value, "LSTM")


def test_every_field_has_a_name(controls):
    widgets = (*controls.shown.values(), *controls.value.values(), controls.orthogonal, controls.lag)
    assert all(widget.description for widget in widgets)


def test_a_network_that_was_left_out_at_first_has_no_curve():
    explorer = explore_gradients(radius=None, b_f=1.0, b_z=None, lag=5)
    assert "LSTM, b_f = 1" in explorer.figure.description
    assert "RNN" not in explorer.figure.description and "GRU" not in explorer.figure.description


@pytest.mark.slow
def test_in_a_notebook_the_static_picture_stands_beside_the_controls(tmp_path):
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    cell = nbformat.v4.new_code_cell(
        "from coursekit.topics.vanishing_gradients.explorer import explore_gradients\nexplore_gradients()"
    )
    nb = NotebookClient(
        nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    live, static, names = nb.cells[0].outputs
    assert "aria-label" in names.data["application/javascript"]
    assert "application/vnd.jupyter.widget-view+json" in live.data and "image/png" in static.data
    nb.metadata.pop("widgets", None)
    assert HTMLExporter().from_notebook_node(nb)[0].count('alt="Share of a gradient') == 1
