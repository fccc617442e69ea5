"""Lists inside sentences."""

import pytest

from coursekit.checking.words import listed


@pytest.mark.parametrize(("names", "said"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_names_are_listed_as_a_sentence_has_them(names, said):
    assert listed(names) == listed(iter(names)) == said
