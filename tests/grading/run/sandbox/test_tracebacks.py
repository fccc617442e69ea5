"""A traceback is made for what a person will read, and for nothing else: it costs more than most cells."""

import pytest

COUNTED = """
made = []
class Counted({kind}):
    def _render_traceback_(self):
        made.append(1)
        return ["seen"]
raise Counted()
"""


@pytest.mark.parametrize(("kind", "traceback", "made"), [("OSError", "", 0), ("ValueError", "seen", 1)])
def test_only_an_error_that_ends_its_cell_has_one(worker, kind, traceback, made):
    result = worker.run_cell(COUNTED.format(kind=kind))
    assert (result.status == "error", result.traceback, len(result.passed)) == (made == 1, traceback, 1 - made)
    assert worker.run_cell("print(len(made))").stdout == f"{made}\n"


def test_after_a_cell_in_a_cell_an_error_still_has_one(worker):
    result = worker.run_cell("get_ipython().run_cell('2 + 2')\n1 / 0")
    assert result.status == "error" and "ZeroDivisionError" in result.traceback


def test_a_usage_error_is_still_said(worker):
    result = worker.run_cell("from IPython.core.error import UsageError\nraise UsageError('so not')")
    assert result.ok and "so not" in "".join(piece.text for piece in result.shown)


@pytest.mark.parametrize("error", ["open('none')", "1 / 0"])
def test_a_stand_in_that_is_caught_is_no_error_of_the_cell(worker, error):
    """Its class of exceptions is not there either, so Python says that it is none."""
    result = worker.run_cell(f"try:\n    {error}\nexcept len:\n    pass")
    assert result.ok == (error != "1 / 0"), result
