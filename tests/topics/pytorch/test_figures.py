"""The figures of lesson 06b, drawn."""

import numpy as np
import pytest

from coursekit import plots
from coursekit.topics.pytorch import downhill
from tests.topics.pictures import drawn_axes

TRAIN, VALID = [1.4, 0.9, 0.6, 0.5, 0.4, 0.3], [1.4, 1.0, 0.7, 0.8, 0.75, 0.9]


def names(fig_axes):
    return [text.get_text() for text in fig_axes[0].figure.legends[0].get_texts()]


def test_the_kept_epoch_and_the_end_of_patience_are_marked():
    axes, said = drawn_axes(plots.training_and_validation(TRAIN, VALID, patience=2))
    assert "kept: epoch 2" in names(axes) and "stops here with patience = 2" in names(axes)
    assert "down to 0.70 at epoch 2" in said and "stop at epoch 4" in said


def test_patience_that_does_not_end_is_not_drawn():
    axes, said = drawn_axes(plots.training_and_validation(TRAIN, VALID, patience=9))
    assert not any("stops here" in name for name in names(axes)) and "patience" not in said


@pytest.mark.parametrize(("guess", "shown"), [(3, True), (None, False), ("soon", False)])
def test_a_predicted_epoch_is_drawn_where_it_is_a_number(guess, shown):
    axes, _ = drawn_axes(plots.training_and_validation(TRAIN, VALID, guess=guess))
    assert ("your prediction" in names(axes)) is shown


def test_both_walks_are_on_the_map_and_their_losses_beside_it():
    plain = downhill.descent(lambda w, g, t: w - 0.019 * g)
    sign = downhill.descent(lambda w, g, t: w - 0.02 * np.sign(g), steps=40)
    (left, right), said = drawn_axes(plots.down_the_valley({"plain descent": plain, "by sign": sign}))
    assert np.array_equal(left.lines[0].get_xydata(), plain) and len(right.lines[1].get_ydata()) == 41
    assert "plain descent: loss 50.5 at the start, 0.011 after 100 steps" in said
