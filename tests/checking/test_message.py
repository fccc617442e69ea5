"""Lines beside the labels of a report."""

import random
import textwrap

from coursekit.checking import message


def test_lines_end_where_textwrap_ends_them():
    rng = random.Random(0)
    words = ["a", "“word”", "numbers.", "well-known", "x" * 30, "x" * 120, "`np.exp(-x)`", "é", "\u00a0"]
    for number in range(3000):
        plain = words[:3] + words[4 : 5 + number % 2]
        said = rng.choices(plain if number % 3 else words, k=rng.randrange(60))
        text = (" " if number % 5 else "  ").join(said)
        assert message._wrapped(text) == textwrap.wrap(text, message._WIDTH - message._LABEL - 2)
