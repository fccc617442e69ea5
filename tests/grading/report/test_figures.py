"""The figures show what was counted, say it in words, and stand on light and dark pages."""

import re
import xml.etree.ElementTree

import matplotlib.colors
import numpy as np
import pytest

from coursekit.grading.report import figures
from coursekit.grading.report.summary import ClassMistake, summarise
from coursekit.grading.report.svg import svg


def drawn(fig):
    text = svg(fig, "test")
    xml.etree.ElementTree.fromstring(text.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1))
    return text


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def test_the_histogram_of_points_holds_everybody(group):
    summary = summarise(group)
    fig = figures.class_scores(summary)
    assert sum(heights(fig.axes[0])) == len(summary.scores) == 4
    assert "4 submissions, from 1 to 8 of 8" in fig.description and "median 3" in drawn(fig)


@pytest.mark.parametrize("most", [0, 0.5, 1, 7, 8, 20, 33.5, 100, 977])
def test_bins_cover_all_points_and_are_few(most):
    edges = figures.score_edges(most)
    assert edges[0] == 0 and edges[-1] >= most and 2 <= len(edges) <= 22
    assert np.allclose(np.diff(edges), edges[1])


def test_extra_credit_beyond_all_points_is_drawn(make_class, make_student):
    summary = summarise(make_class(make_student("a", penalty=-5.0), make_student("b")))
    assert summary.scores == (13.0, 8.0)
    assert sum(heights(figures.class_scores(summary).axes[0])) == 2


def test_bars_of_verdicts_add_up_to_all_answers(group):
    exercises = [exercise for exercise in summarise(group).exercises if exercise.answers]
    fig = figures.class_verdicts(exercises)
    widths = {}
    for bar in fig.axes[0].patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        widths[row] = widths.get(row, 0) + bar.get_width()
    assert widths == pytest.approx({0: 1, 1: 1, 2: 1})  # two exercises, and both together
    said = fig.description.replace("\xa0", " ")
    assert "gru_step 25 %, gru_parameter_count 25 %" in said
    assert "all exercises" in drawn(fig) and "stops with an error" in drawn(fig)


def test_mistakes_are_drawn_in_words_whatever_these_are(group):
    names = ["a price of $5 and $6", "rows < 3 & 'more'", "very " * 60 + "long"]
    mistakes = [ClassMistake("gru_step", name, ("ada",), 0.37) for name in names]
    text = drawn(figures.class_mistakes(mistakes))
    assert "a price of $5 and $6" in text and "rows &lt; 3 &amp;" in text
    assert text.replace("\xa0", " ").count("37 %") >= 3


def test_a_long_list_of_mistakes_is_cut():
    mistakes = [ClassMistake("e", f"mistake {k}", ("ada",), 0.5) for k in range(20)]
    text = drawn(figures.class_mistakes(mistakes))
    assert f"mistake {figures.LARGEST - 1} " in text and f"mistake {figures.LARGEST} " not in text


@pytest.mark.parametrize("seconds", [(0.0,), (1.0, 1.0), (0.001, 5000.0), (0.3, 0.4, 12.0)])
def test_every_submission_is_in_the_histogram_of_time(seconds, make_class, make_student):
    students = [make_student(f"s{k}", cpu_s=s) for k, s in enumerate(seconds)]
    fig = figures.class_seconds(summarise(make_class(*students)))
    assert sum(heights(fig.axes[0])) == len(seconds)
    drawn(fig)


def test_a_figure_takes_the_page_s_ink_and_is_the_same_every_time(group):
    summary = summarise(group)
    text = drawn(figures.class_scores(summary))
    assert text == drawn(figures.class_scores(summary))
    assert "currentColor" in text and not re.search(r"#(000000|ffffff|dddddd)", text)
    assert "DejaVu" not in text and "<metadata" not in text and "<style" not in text
    ids = re.findall(r'id="([^"]+)"', text)
    assert ids and all(name.startswith("test-") for name in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set(ids)


def luminance(colour):
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("verdict", figures.VERDICT_LOOKS)
def test_colours_stand_out_on_both_pages_and_carry_words(verdict):
    colour = figures.VERDICT_LOOKS[verdict][1]
    assert contrast(colour, "#ffffff") >= 3 and contrast(colour, "#1b1f25") >= 3
    assert contrast(colour, figures.ON_BAR) >= 4.5
