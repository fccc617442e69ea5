"""A notebook that is taken apart once gives every submission a copy of its own."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.grading.submission.canonical import canonical
from coursekit.grading.submission.elsewhere import is_untouched
from coursekit.grading.submission.handed_out import HandedOut


def released():
    answer = {"grade_id": "double", "solution": True, "grade": False}
    check = {"grade_id": "check_double", "solution": False, "grade": True, "points": 2}
    nb = new_notebook(
        cells=[
            new_markdown_cell("# Lesson", id="title", metadata={"tags": ["a"]}),
            new_code_cell("raise NotImplementedError()", id="a", metadata={"nbgrader": answer}),
            new_code_cell("check(double)", id="b", metadata={"nbgrader": check}),
        ]
    )
    nb.metadata["course"] = {"name": "here"}
    return nb


def handed_in(source):
    nb = released()
    nb.cells[1].source = source
    nb.cells.append(new_code_cell(f"more = {source!r}", id="more"))
    return nb


def overwrite(value):
    """Whatever can be changed in it, to the bottom."""
    for key, part in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        if isinstance(part, (dict, list)):
            overwrite(part)
        else:
            value[key] = "overwritten"
    if isinstance(value, list):
        value.append("overwritten")


def test_one_for_a_class_gives_the_same_copies_as_one_for_each():
    one = HandedOut(released())
    for source in ("def double(x): return 2 * x", "def double(x): return x", ""):
        assert canonical(one, handed_in(source)) == canonical(released(), handed_in(source))


def test_no_copy_shares_anything_with_the_next_or_with_what_was_handed_out():
    one, submitted = HandedOut(released()), handed_in("def double(x): return 2 * x")
    first = canonical(one, submitted)
    before = copy.deepcopy(first)
    overwrite(first)
    assert one.notebook == released() and submitted == handed_in("def double(x): return 2 * x")
    assert canonical(one, submitted) == before


def test_what_nobody_has_touched_is_told_from_the_same_one():
    one = HandedOut(released())
    assert is_untouched(one, released()) and not is_untouched(one, handed_in("x = 1"))
