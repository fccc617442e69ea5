"""The look holds what it promises: distinguishable colours, opaque white, alternative text where readers get it."""

from __future__ import annotations

import base64
import io
import itertools
import sys

import bs4
import matplotlib
import nbclient
import nbconvert
import nbformat
import numpy as np
import pytest
from PIL import Image

from coursekit import plots
from coursekit.figures import style
from tests.course.browsing import chromium
from tests.processes import finished

GROUPS = {"cells": ("RNN", "LSTM", "GRU"), "gates of the GRU": "rzn", "gates of the LSTM": "ifgo"}

# Linear RGB as seen with complete protanopia, deuteranopia and tritanopia (Machado et al. 2009, severity 1).
VISION = {
    "full colour vision": np.eye(3),
    "no red cones": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green cones": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue cones": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour) -> np.ndarray:
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(linear_rgb) -> np.ndarray:
    """CIE L*a*b* of a linear RGB colour; L* is the lightness that is left in grey print."""
    xyz = TO_XYZ @ np.clip(linear_rgb, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def example() -> style.CourseFigure:
    fig, ax = style.figure()
    ax.plot([1, 2, 3], **style.line("GRU"))
    return style.describe(fig, 'A line that rises from "1" to 3 & stays <blue>.')


@pytest.mark.parametrize("group", GROUPS)
def test_colours_of_a_group_stay_apart_for_everyone_and_in_grey(group):
    for one, other in itertools.combinations(GROUPS[group], 2):
        a, b = linear(style.COLOURS[one]), linear(style.COLOURS[other])
        assert abs(lab(a)[0] - lab(b)[0]) > 9, (one, other, "in grey")
        for name, seen in VISION.items():
            assert np.linalg.norm(lab(seen @ a) - lab(seen @ b)) > 15, (one, other, name)


@pytest.mark.parametrize("name", style.COLOURS)
def test_every_colour_stands_out_from_the_white_page(name):
    luminance = (TO_XYZ @ linear(style.COLOURS[name]))[1]
    assert 1.05 / (luminance + 0.05) >= 3  # WCAG 2.1, 1.4.11: graphical objects


@pytest.mark.parametrize("group", GROUPS)
def test_line_styles_markers_and_hatches_tell_apart_without_colour(group):
    for key, make in (("linestyle", style.line), ("marker", style.points), ("hatch", style.bar)):
        assert len({make(name)[key] for name in GROUPS[group]}) == len(GROUPS[group])


@pytest.mark.parametrize("colours, direction", [(style.SEQUENTIAL, -1), (style.DIVERGING, 1)])
def test_lightness_of_colour_maps_only_rises_or_only_falls(colours, direction):
    rgb = matplotlib.colormaps[colours](np.linspace(0, 1, 64))[:, :3]
    lightness = np.array([lab(linear(c))[0] for c in rgb])
    assert (direction * np.diff(lightness) > 0).all() and np.ptp(lightness) > 70


def test_zero_is_grey_in_the_diverging_map():
    ends_and_middle = [np.linalg.norm(lab(linear(matplotlib.colormaps[style.DIVERGING](v)))[1:]) for v in (0, 0.5, 1)]
    assert ends_and_middle[1] < 10 < 25 < min(ends_and_middle[0], ends_and_middle[2])


def test_the_picture_is_opaque_white_whatever_the_reader_has_set():
    with matplotlib.rc_context({"savefig.transparent": True, "figure.facecolor": "black", "axes.facecolor": "red"}):
        data, metadata = example()._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGBA")
    assert picture.getpixel((0, 0)) == (255, 255, 255, 255) and picture.getextrema()[3] == (255, 255)
    assert picture.getpixel((picture.width // 2, 40))[:3] != (255, 0, 0)
    shown = metadata["image/png"]
    assert (2 * shown["width"], 2 * shown["height"]) == picture.size == (1440, 680)


def test_readers_own_settings_are_back_afterwards():
    with matplotlib.rc_context({"font.size": 3.0}):
        example()._repr_mimebundle_()
        assert matplotlib.rcParams["font.size"] == 3.0


@pytest.mark.slow
def test_a_notebook_shows_the_figure_once_with_its_alternative_text():
    cell = (
        "from coursekit.figures import style\n"
        "fig, ax = style.figure(height=2)\n"
        "style.describe(fig, 'A line with \"quotes\" & <signs>.')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"] == 'A line with "quotes" & <signs>.'
    assert output.metadata["image/png"]["alt"] == 'A line with "quotes" & <signs>.'
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    (image,) = bs4.BeautifulSoup(page, "html.parser").find_all("img")
    assert image["alt"] == 'A line with "quotes" & <signs>.' and image["src"].startswith("data:image/png;base64,")


def test_every_figure_function_describes_its_figure(monkeypatch):
    monkeypatch.setattr(style, "FIGURES", {})

    @style.course_figure
    def silent():
        return style.figure()[0]

    with pytest.raises(TypeError, match="silent: a figure function ends with `return describe"):
        silent()
    with pytest.raises(ValueError, match="description: expected one or two full sentences"):
        style.describe(style.figure()[0], "no sentence")


def test_a_name_belongs_to_one_figure(monkeypatch):
    monkeypatch.setattr(style, "FIGURES", {})

    def twice():
        return example()

    style.course_figure(twice)
    twice.__module__ = "elsewhere"
    with pytest.raises(ValueError, match="two figure functions are called twice"):
        style.course_figure(twice)


def test_the_package_finds_its_figures_and_pyplot_is_never_used():
    for name in dir(plots):
        assert callable(getattr(plots, name)) and getattr(plots, name).__doc__
    with pytest.raises(AttributeError, match="coursekit.plots has no figure 'no_such_figure'"):
        plots.no_such_figure  # noqa: B018
    code = "import sys, coursekit.plots as p; dir(p); sys.exit('matplotlib.pyplot' in sys.modules)"
    assert finished([sys.executable, "-c", code], check=False).returncode == 0


def test_helpers_draw():
    @style.course_style()
    def draw():
        fig, (lines, bars, heat) = style.figure(1, 3, height=2.5)
        style.band(lines, np.arange(4), np.arange(12).reshape(3, 4), "RNN")
        style.level(lines, 5, "chance")
        bars.bar("z", 1, **style.bar("z", label="update gate"))
        style.heat_map(heat, np.eye(3), signed=True, label="state", limit=2)
        return fig

    fig = draw()
    fig.savefig(io.BytesIO())
    lines, bars, heat, scale = fig.axes
    np.testing.assert_array_equal(lines.lines[0].get_ydata(), [4, 5, 6, 7])
    assert lines.texts[0].get_text() == "chance"
    assert bars.containers[0].get_label() == "update gate"
    assert heat.images[0].get_clim() == (-2, 2) and scale.get_ylabel() == "state"
    with pytest.raises(ValueError, match="name: expected one of RNN, LSTM, GRU"):
        style.line("gru")


PAGES = [
    ('data-jp-theme-light="false"', "light", True),
    ('data-jp-theme-light="true"', "dark", False),
    ('class="vscode-dark"', "light", True),
    ('data-theme="auto"', "dark", True),
    ('data-theme="auto"', "light", False),
    ("", "light", False),
]


@pytest.fixture(scope="module")
def filters():
    """What a browser does to a figure on each of these pages. It is gone before a test looks."""
    shown, found = example()._repr_mimebundle_()[0]["text/html"], {}
    with chromium() as browser:
        for body, scheme, _ in PAGES:
            page = browser.new_page(color_scheme=scheme)
            page.set_content(f"<body {body}>{shown}</body>")
            found[body, scheme] = page.locator("img").evaluate("image => getComputedStyle(image).filter")
    return found


@pytest.mark.browser
@pytest.mark.parametrize(("body", "scheme", "dimmed"), PAGES)
def test_a_dark_page_dims_the_white_of_a_figure(filters, body, scheme, dimmed):
    found = filters[body, scheme]
    assert (found == "brightness(0.82)") == dimmed
