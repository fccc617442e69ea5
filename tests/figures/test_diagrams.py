"""Every diagram: nothing stands on anything else, a page can read it aloud, and it is seen on any ground."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.patches import Circle, FancyBboxPatch
from matplotlib.path import Path

from coursekit import plots
from coursekit.figures.diagrams.primitives import _IN_THE_DARK, INK, Drawing
from tests.figures.layout import troubles
from tests.topics.pictures import drawn

DIAGRAMS = {
    "an answer": lambda: plots.way_of_an_answer(),
    "unrolled": lambda: plots.unrolled_rnn(),
    "backward": lambda: plots.backward_through_time(),
    "LSTM": lambda: plots.lstm_cell(),
    "GRU": lambda: plots.gru_cell(),
    "GRU, reset before": lambda: plots.gru_cell(reset_before=True),
    "four paths": lambda: plots.four_paths_back(),
    "translator": lambda: plots.encoder_attention_decoder(),
}


@pytest.fixture(scope="module", params=DIAGRAMS)
def diagram(request):
    return drawn(DIAGRAMS[request.param]())[0]


def solid(fig) -> list[np.ndarray]:
    """The boxes and circles of a diagram, each as its lowest and highest corner, a little inside of its edge."""
    (ax,), found = fig.axes, []
    for patch in ax.patches:
        if isinstance(patch, FancyBboxPatch):
            low = np.array([patch.get_x(), patch.get_y()])
            found.append(np.array([low, low + [patch.get_width(), patch.get_height()]]))
        elif isinstance(patch, Circle):
            found.append(np.array(patch.center) + np.array([[-1], [1]]) * patch.radius)
    return [box + np.array([[0.03], [-0.03]]) for box in found]


def troubles_of_shapes(fig) -> list[str]:
    """Shapes that overlap, and arrows that run through one."""
    (ax,), boxes = fig.axes, solid(fig)
    said = [
        f"shapes at {a.mean(axis=0)} and {b.mean(axis=0)} overlap"
        for a, b in itertools.combinations(boxes, 2)
        if (np.maximum(a[0], b[0]) < np.minimum(a[1], b[1])).all()
    ]
    for line, (low, high) in itertools.product(ax.lines, boxes):
        frame = Path([low, (high[0], low[1]), high, (low[0], high[1]), low])
        if Path(line.get_xydata()).intersects_path(frame, filled=False):
            said.append(f"an arrow runs through the shape at {(low + high) / 2}")
    return said


def test_no_shape_stands_on_another_and_no_arrow_runs_through_one(diagram):
    assert len(solid(diagram)) > 7 and troubles_of_shapes(diagram) == []


def test_the_measure_of_shapes_finds_both_faults():
    draw = Drawing(height=3)
    here, there = draw.box(1, 1, "one"), draw.box(5, 1, "another")
    draw.arrow(here, there)
    assert troubles_of_shapes(draw.figure) == troubles(draw.figure) == []
    draw.box(3, 1, "in the way")
    assert troubles_of_shapes(draw.figure) == ["an arrow runs through the shape at [3. 1.]"]
    draw.operation(5.4, 1.2, "×")
    assert any("overlap" in said for said in troubles_of_shapes(draw.figure))


def test_every_text_of_a_box_stays_inside_of_it(diagram):
    (ax,), renderer = diagram.axes, diagram.canvas.get_renderer()
    for text in ax.texts:
        low, high = ax.transData.inverted().transform(text.get_window_extent(renderer).get_points())
        holding = [box for box in solid(diagram) if (box[0] < text.get_position()).all()]
        holding = [box for box in holding if (box[1] > text.get_position()).all()]
        assert all((box[0] - 0.05 <= low).all() and (box[1] + 0.05 >= high).all() for box in holding), text.get_text()


def test_a_page_shows_it_as_a_drawing_that_can_be_read_aloud(diagram):
    html = diagram._repr_mimebundle_()[0]["text/html"]
    svg = ElementTree.fromstring(html.partition("<style>.coursekit-diagram")[0])
    assert svg.get("role") == "img" and svg.get("aria-label") == diagram.description
    assert not list(svg.iter("{http://www.w3.org/2000/svg}text"))  # outlines: they stand where they were measured
    assert re.search(r"max-width: 100%", svg.get("style")) and 'viewBox="' in html
    assert "figure_1" not in html and "patch_1" not in html  # a page may show several
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_every_colour_follows_the_page(diagram):
    drawing = diagram.as_html("").partition("<style>.coursekit-diagram")[0]
    assert f"var(--ink-{INK[1:]})" in drawing
    assert re.findall(r"(?:fill|stroke): ?#[0-9a-f]{3,6}", drawing) == []


def test_the_same_diagram_is_the_same_text_each_time():
    assert plots.lstm_cell().as_html("") == plots.lstm_cell().as_html("")


def luminance(colour: str) -> float:
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("light", _IN_THE_DARK)
def test_every_colour_is_seen_on_white_and_in_the_dark(light):
    least = 7 if light == INK else 3  # letters; lines
    assert 1.05 / (luminance(light) + 0.05) >= least
    for ground in ("#111111", "#131416", "#1E1E1E"):  # JupyterLab, the book, VS Code
        assert (luminance(_IN_THE_DARK[light]) + 0.05) / (luminance(ground) + 0.05) >= least
