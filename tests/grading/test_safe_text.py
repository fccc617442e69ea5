"""Words without what nobody sees, and names that are only names."""

from __future__ import annotations

import pytest

from coursekit.grading.safe_text import is_ordinary, plain


def test_hidden_marks_are_taken_out_and_words_stay():
    assert plain("a\u202eb\u200bc\x1b[31m\x9b\x85d\u2028e\U000e0041\tf\n") == "abc[31mde\tf\n"
    assert plain("half a \ud83d\ude00 \udcff").encode() == b"half a  "
    assert plain("Grüße, 你好, مرحبا, e\u0301, 👍🏽") == "Grüße, 你好, مرحبا, e\u0301, 👍🏽"


@pytest.mark.parametrize("name", ["ada", "a.lovelace+1@uni.edu", "Jürgen O'Brien", "s00_17-b", "李"])
def test_people_are_called_so(name):
    assert is_ordinary(name)


@pytest.mark.parametrize("name", ["<img src=x>", 'x";alert(1);"', "\\href", "`x`", "a\u202eb", "a\nb", "&lt;", "${x}"])
def test_commands_are_no_names(name):
    assert not is_ordinary(name)
