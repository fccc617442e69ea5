"""The pictures of figures are those that IPython makes, pixel for pixel; plain ones with one drawing less."""

import io
from contextlib import nullcontext

import matplotlib
import numpy as np
import pytest
from IPython.core.pylabtools import print_figure

matplotlib.use("agg")

from matplotlib import pyplot as plt
from matplotlib._mathtext import Parser
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontManager
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from matplotlib.ticker import AutoMinorLocator, FuncFormatter, ScalarFormatter
from matplotlib.transforms import Affine2D, Bbox, BboxBase, TransformedBbox
from mpl_toolkits.axes_grid1 import make_axes_locatable
from PIL import Image

from coursekit.grading import png as trusted
from coursekit.grading.run.sandbox.inside import labels, pictures, remembered
from coursekit.grading.run.sandbox.inside.pictures import png

X = np.linspace(-6, 6, 200)
TABLE = np.outer(X, X)


def curve():
    plt.plot(X, np.tanh(X))
    plt.title("tanh")
    plt.xlabel("a")


def legend():
    for shift in range(4):
        plt.plot(X, np.sin(X + shift), label=f"shifted by {shift}")
    plt.legend()


def legend_outside():
    plt.plot(X, X, label="far away")
    plt.legend(loc="upper left", bbox_to_anchor=(1.02, 1))


def logarithms():
    plt.loglog(np.logspace(-8, 8, 40), np.logspace(3, -9, 40), "o-")
    plt.grid(True, which="both")


def image():
    plt.imshow(TABLE)
    plt.colorbar()
    plt.title("products")


def image_beside():
    figure, (left, right) = plt.subplots(1, 2)
    figure.colorbar(left.imshow(TABLE), ax=right, shrink=0.5, extend="both")


def many():
    figure, axes = plt.subplots(2, 3, figsize=(12, 5), sharex=True)
    for power, each in enumerate(axes.flat):
        each.plot(X, X**power)
        each.set_title(f"power {power}")
    figure.suptitle("powers")


def arranged_once():
    figure, axes = plt.subplots(1, 3, figsize=(12, 3))
    for power, each in enumerate(axes):
        each.plot(X, 1e5 * X**power)
        each.set(title=f"power {power}", ylabel="y")
    figure.tight_layout()


def ticks_above():
    axes = plt.gca()
    axes.plot(X, X)
    axes.xaxis.tick_top()
    axes.set(title="above", xlabel="x", aspect="equal")
    axes.twinx().set_ylabel("right")


def words():
    plt.bar(["a", "b", "c"], [1, 2, 3])
    plt.xticks(rotation=45)
    plt.annotate("here", (0, 0), (1, -4), arrowprops={"arrowstyle": "->"})
    plt.title("a title that is longer than the figure is wide, " * 4, wrap=True)


def areas():
    plt.fill_between(X, np.sin(X), np.cos(X), alpha=0.3)
    plt.scatter(X, np.cos(X), c=X)
    plt.hist(np.tanh(X), bins=9)
    plt.axvspan(2, 3, alpha=0.2)


def inset():
    axes = plt.gca()
    axes.plot(X, X)
    axes.inset_axes([0.6, 0.1, 0.3, 0.3]).plot(X, X)


def looks_of_ticks():
    axes = plt.gca()
    axes.plot(X, 1e6 * X)
    axes.tick_params(axis="y", labelrotation=30, color="red", direction="inout", length=9)
    axes.xaxis.get_major_ticks()[0].label1.set(color="blue", fontsize=20)
    axes.minorticks_on()


def offsets_shared():
    figure, (left, right) = plt.subplots(1, 2, sharey=True)
    left.plot(X, 1e6 + X)
    right.plot(X, 1e6 + 2 * X)
    right.yaxis.set_major_formatter(left.xaxis.get_major_formatter())


def offsets_shared_with_an_axis_of_another_kind():
    """The minor labels of one axis are somebody's own, and so are asked for again each time."""
    left, shared = plt.gca(), ScalarFormatter()
    right = left.twinx()
    left.plot(X, 1e8 + X)
    right.plot(X, 1e-9 * X)
    left.set_title("t")
    left.yaxis.set_major_formatter(shared)
    right.yaxis.set_major_formatter(shared)
    right.yaxis.set_minor_locator(AutoMinorLocator())
    right.yaxis.set_minor_formatter(FuncFormatter(lambda value, place: ""))


def aspect_by_data():
    figure, axes = plt.subplots()
    axes.plot(X, X**2)
    axes.set_aspect("equal", adjustable="datalim")


PLAIN = [curve, legend, legend_outside, logarithms, image, image_beside, many, ticks_above, words]
PLAIN += [areas, inset, looks_of_ticks, offsets_shared, aspect_by_data, offsets_shared_with_an_axis_of_another_kind]


def constrained():
    figure, axes = plt.subplots(1, 2, layout="constrained")
    figure.colorbar(axes[1].imshow(TABLE))
    axes[0].set_ylabel("y")


def tight():
    plt.subplots(1, 2, layout="tight")[1][1].set_ylabel("y")


def solid():
    plt.figure().add_subplot(projection="3d").plot(X, np.sin(X), np.cos(X))


def contours():
    plt.clabel(plt.contour(TABLE))


def divided():
    axes = plt.gca()
    plt.colorbar(axes.imshow(TABLE), cax=make_axes_locatable(axes).append_axes("right", size="5%"))


class Wandering(Line2D):
    """An artist of somebody's own that is in its place when it has been drawn."""

    def draw(self, renderer):
        self.axes.set_title("found\nby drawing")
        super().draw(renderer)


def own_artist():
    plt.gca().add_line(Wandering([0, 1], [0, 1]))


def own_listener():
    figure, axes = plt.subplots()
    figure.canvas.mpl_connect("draw_event", lambda event: axes.set_title("a\nlate\ntitle"))


class Late(Figure):
    def draw(self, renderer):
        self.suptitle("a late title", y=1.2)
        super().draw(renderer)


def own_figure():
    plt.figure(FigureClass=Late).subplots()


def empty():
    plt.figure()


OTHERS = [arranged_once, constrained, tight, solid, contours, divided, own_artist, own_listener, own_figure, empty]


def made(make):
    plt.close("all")
    make()
    return plt.gcf()


def shown(picture):
    """What there is to see in a PNG: its pixels, its size, and how large it is on paper."""
    if picture is None:
        return None
    with Image.open(io.BytesIO(picture)) as image:
        assert image.mode == "RGBA"
        return image.size, image.info["dpi"], image.tobytes()


@pytest.fixture(autouse=True)
def no_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("make", PLAIN + OTHERS, ids=lambda make: make.__name__)
def test_a_picture_is_that_of_ipython_and_a_plain_figure_is_drawn_once(monkeypatch, make):
    drawn = []
    draw = Figure.draw
    with monkeypatch.context() as counting:
        counting.setattr(Figure, "draw", lambda figure, renderer: (drawn.append(1), draw(figure, renderer))[1])
        picture = png(made(make))
    assert shown(picture) == shown(print_figure(made(make)))
    assert len(drawn) == (0 if make is empty else 1 if make in PLAIN else 2)


def test_the_installed_matplotlib_is_among_those_that_are_known():
    """If not: look at what `remembered`, `labels` and `ticks` replace, and enter its version beside the others."""
    assert remembered.is_known()


@pytest.mark.parametrize("make", [curve, image, empty], ids=lambda make: make.__name__)
def test_a_figure_of_another_matplotlib_is_drawn_as_by_ipython(monkeypatch, make):
    monkeypatch.setattr(matplotlib, "__version__", "3.9.0")
    monkeypatch.setattr(pictures, "remembered", lambda: pytest.fail("nothing may be replaced"))
    assert shown(png(made(make))) == shown(print_figure(made(make)))


@pytest.mark.parametrize(
    ("owner", "part"),
    [(labels, "sizes"), (labels, "drawing"), (remembered, "_layout"), (remembered, "Twins"), (pictures, "_measured")],
    ids=lambda value: getattr(value, "__name__", value).rpartition(".")[-1],
)
def test_where_a_part_that_is_leant_on_is_another_one_matplotlib_takes_its_own_steps(monkeypatch, owner, part):
    def gone(*_):
        raise AttributeError("that method has another name now")

    monkeypatch.setattr(owner, part, gone)
    assert shown(png(made(legend))) == shown(print_figure(made(legend)))


def test_a_figure_that_was_shown_before_is_shown_as_by_ipython():
    figures = [made(legend), made(legend)]
    for figure in figures:
        figure.savefig(io.BytesIO())
        figure.axes[0].set_ylabel("added since")
    assert shown(png(figures[0])) == shown(print_figure(figures[1]))


def test_a_formatter_of_somebodys_own_is_asked_as_often_as_it_has_to_be(monkeypatch):
    asked = []
    for remember in (False, True):
        figure = made(curve)
        heard = []
        figure.axes[0].xaxis.set_major_formatter(
            lambda value, place, heard=heard: heard.append(value) or f"{value:.1f}"
        )
        if not remember:
            monkeypatch.setattr("coursekit.grading.run.sandbox.inside.pictures.remembered", nullcontext)
        else:
            monkeypatch.undo()
        png(figure)
        asked.append(heard)
    assert asked[0] == asked[1] and asked[0]


def test_ticks_that_were_made_as_copies_can_be_changed_one_by_one():
    figures = [made(curve), made(curve)]
    pictures = []
    for figure, show in zip(figures, (png, print_figure), strict=True):
        show(figure)
        second, third = figure.axes[0].xaxis.get_major_ticks()[1:3]
        second.label1.set_fontsize(25)
        second.tick1line.set_marker("o")
        third.gridline.set(visible=True, color="red", linewidth=4)
        third.label1.add_callback(lambda artist: pytest.fail("a change of another label"))
        second.label1.set_color("blue")
        pictures.append(shown(show(figure)))
    assert pictures[0] == pictures[1]


def test_matplotlib_is_as_it_was_afterwards():
    replaced = [(Axis, "_update_ticks"), (Axis, "_get_tick"), (Axis, "_copy_tick_props"), (Text, "_get_layout")]
    replaced += [(RendererAgg, "get_text_width_height_descent"), (MathTextParser, "parse"), (RendererAgg, "draw_text")]
    replaced += [(FontManager, "_find_fonts_by_props")]
    replaced += [(BboxBase, name) for name in ("xmin", "ymin", "xmax", "ymax", "union")]
    before = [vars(owner)[name] for owner, name in replaced]
    png(made(curve))
    assert [vars(owner)[name] for owner, name in replaced] == before


class Wide(Bbox):
    """A box of somebody's own whose left edge is not that of its corners."""

    @property
    def xmin(self):
        return -100.0


def test_boxes_have_the_edges_and_the_union_that_matplotlib_gives_them():
    nan, inf = np.nan, np.inf
    corners = [[[0, 1], [2.5, 3]], [[2, 3], [-1, 0.5]], [[nan, 1], [2, 3]], [[1, 2], [nan, nan]], [[-inf, 2], [inf, 2]]]
    boxes = [Bbox(each) for each in corners]
    boxes += [Wide([[0, 0], [1, 1]]), TransformedBbox(boxes[0], Affine2D().scale(-3, 2))]

    def all_of_them():
        edges = [[getattr(box, name) for name in ("xmin", "ymin", "xmax", "ymax")] for box in boxes]
        return edges, [Bbox.union([one, other]).get_points() for one in boxes for other in boxes]

    before = all_of_them()
    with remembered.remembered():
        meanwhile = all_of_them()
        with pytest.raises(ValueError, match="empty"):
            Bbox.union([])
    for one, other in zip(before, meanwhile, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_cannot_be_drawn_raises_as_in_ipython():
    figure = made(curve)
    figure.axes[0].set_title("$\\frac{1$")
    with pytest.raises(ValueError, match="frac"):
        png(figure)


def test_a_picture_is_one_that_the_grader_takes_and_no_larger_than_pillows_quickest():
    for make in (curve, many, image):
        picture = png(made(make))
        assert trusted.checked(picture) == picture
        assert len(picture) < 1.25 * len(print_figure(made(make), pil_kwargs={"compress_level": 1}))


def test_a_figure_without_axes_but_with_a_line_is_shown():
    figures = [Figure(), Figure()]
    for figure in figures:
        figure.lines.append(figure.add_artist(Line2D([0, 1], [0, 1])))
    assert shown(png(figures[0])) == shown(print_figure(figures[1])) is not None


@pytest.fixture
def nothing_known(monkeypatch):
    monkeypatch.setattr(labels, "_sizes", {})
    monkeypatch.setattr(labels, "_powers", {})
    monkeypatch.setattr(labels, "_digits", {})


def decay():
    plt.semilogy(X, np.exp(X))
    plt.title("$e^x$")


def test_the_usual_labels_are_looked_at_once_for_all_figures(nothing_known, monkeypatch):
    labels.look_at_usual()
    asked = []

    def asking(look):
        return lambda self, text, *rest, **more: asked.append(text) or look(self, text, *rest, **more)

    with monkeypatch.context() as listening:
        listening.setattr(
            RendererAgg, "get_text_width_height_descent", asking(RendererAgg.get_text_width_height_descent)
        )
        listening.setattr(MathTextParser, "parse", asking(MathTextParser.parse))
        pictures = png(made(curve)), png(made(decay))
    assert {text for text in asked if "10^" not in text} == {"tanh", "a", "$e^x$"}
    assert asked.count("$e^x$") == 3  # to measure it is to read it; and to draw it, which the same reader has read
    for picture, make in zip(pictures, (curve, decay), strict=True):
        assert shown(picture) == shown(print_figure(made(make)))


@pytest.mark.skipif(not hasattr(FT2Font, "_layout"), reason="Matplotlib 3.10 draws a text as a whole")
def test_where_usual_digits_stand_is_looked_at_once_for_all_figures(nothing_known):
    labels.look_at_usual()
    usual = dict(labels._digits)
    assert shown(png(made(curve))) == shown(print_figure(made(curve)))
    assert labels._digits == usual and all(usual.values())


def test_a_font_is_looked_for_once_and_one_that_is_not_there_is_told_as_often_as_ever(monkeypatch, caplog):
    looked = []
    find = FontManager._find_fonts_by_props
    monkeypatch.setattr(
        FontManager,
        "_find_fonts_by_props",
        lambda self, font, *rest: looked.append(hash(font)) or find(self, font, *rest),
    )
    png(made(curve))
    assert len(looked) == len(set(looked)) > 1
    with matplotlib.rc_context({"font.family": ["Nowhere", "DejaVu Sans"]}):
        caplog.clear()
        looked.clear()
        png(made(curve))
        assert sum("Nowhere" in said for said in caplog.messages) == len(looked) > 2 * len(set(looked))


def test_a_formula_is_read_once_for_a_figure(nothing_known, monkeypatch):
    read = []
    reading = Parser.parse
    monkeypatch.setattr(Parser, "parse", lambda self, text, *rest: read.append(text) or reading(self, text, *rest))
    png(made(decay))
    assert len(read) == len(set(read)) > 3


LOOKS = [{"font.size": 17}, {"font.family": "monospace"}, {"text.hinting": "none"}, {"xtick.labelsize": "x-large"}]
LOOKS += [{"figure.dpi": 61}, {"font.weight": "bold"}, {"text.kerning_factor": 6}, {"axes.unicode_minus": False}]
LOOKS += [
    {"mathtext.fontset": "cm"},
    {"mathtext.default": "it"},
    {"mathtext.fontset": "custom", "mathtext.rm": "serif"},
]
LOOKS += [{"text.antialiased": False}]


@pytest.mark.filterwarnings("ignore::matplotlib.MatplotlibDeprecationWarning")
@pytest.mark.parametrize("looks", LOOKS, ids=lambda looks: " ".join(map(str, looks.values())))
def test_other_looks_have_labels_of_their_own(nothing_known, looks):
    labels.look_at_usual()
    with matplotlib.rc_context(looks):
        for make in (curve, decay):
            assert shown(png(made(make))) == shown(print_figure(made(make)))


def large():
    decay()
    plt.tick_params(labelsize=20)


def test_labels_of_one_figure_are_not_taken_for_those_of_another(nothing_known):
    for font in ("DejaVu Sans", "DejaVu Serif"):
        with matplotlib.rc_context({"mathtext.fontset": "custom", "font.sans-serif": [font]}):
            assert shown(png(made(decay))) == shown(print_figure(made(decay)))
    for make in (decay, large):
        assert shown(png(made(make))) == shown(print_figure(made(make)))


def test_no_font_is_left_open_by_what_is_known(nothing_known):
    labels.look_at_usual()
    kept = [file for powers in labels._powers.values() for file, *_ in powers.glyphs]
    assert kept and all(isinstance(file, str) for file in kept)
