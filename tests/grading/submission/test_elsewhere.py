"""An answer counts wherever it stands, if there is no doubt that it is the answer."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from coursekit.grading.submission.canonical import MISSING, READING, canonical
from coursekit.grading.submission.elsewhere import is_untouched

STUB = 'def double(x):\n    """Twice x."""\n    raise NotImplementedError()'
DOUBLE, TRIPLE = "def double(x):\n    y = 2 * x\n    return y", "def triple(x): return 3 * x"
TRIPLE_STUB = "def triple(x):\n    raise NotImplementedError()"
CHECK, CHECK_TRIPLE = "check(double)", "check(triple)"


def own(source, make=new_code_cell):
    return make(source)


def named(source, name, make=new_code_cell, **flags):
    return make(source, metadata={"nbgrader": {"grade_id": name} | flags})


def notebook(double=STUB, check=CHECK, triple=TRIPLE):
    """The cells of a notebook; None leaves one out, and a cell stands for itself."""

    def cell(given, name, **flags):
        return named(given, name, **flags) if isinstance(given, str) else given

    cells = [
        new_markdown_cell("# Lesson", id="title"),
        cell(double, "double", solution=True, grade=False),
        cell(check, "check_double", solution=False, grade=True),
        cell(triple, "triple", solution=True, grade=False),
        cell(CHECK_TRIPLE, "check_triple", solution=False, grade=True),
    ]
    return new_notebook(cells=[c for c in cells if c is not None])


@pytest.fixture
def released():
    return notebook(triple=TRIPLE_STUB)


def with_cell(nb, place, cell):
    nb.cells.insert(place, cell)
    return nb


def read(released, submitted):
    nb = canonical(released, submitted)
    by_name = {c.metadata["nbgrader"]["grade_id"]: c.source for c in nb.cells if "nbgrader" in c.metadata}
    reading = nb.metadata[READING]
    return by_name, {"remarks": reading["remarks"], "undecided": reading["undecided"]}


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("source", [DOUBLE, f"```python\n{DOUBLE}\n```"])
def test_an_answer_in_a_cell_of_text_is_code_again(released, make, source):
    answers, reading = read(released, notebook(named(source, "double", make)))
    assert answers["double"] == DOUBLE and len(reading["remarks"]) == 1 and not reading["undecided"]


def test_words_in_the_place_of_an_answer_are_no_code(released):
    answers, _ = read(released, notebook(named("I do not know", "double", new_markdown_cell)))
    assert answers["double"] == MISSING


def test_a_written_answer_in_a_cell_of_code_is_text_again(released):
    words = named("Say why", "why", new_markdown_cell, solution=True, grade=True)
    released.cells.append(words)
    submitted = notebook(DOUBLE)
    submitted.cells.append(named("Because it is", "why"))
    nb = canonical(released, submitted)
    assert [(c.cell_type, c.source) for c in nb.cells if c.source.startswith("Because")] == [
        ("markdown", "Because it is")
    ]


EMPTY = (
    "pass",
    "...",
    "return None",
    '"""Twice x."""',
    "half = x / 2\n    raise NotImplementedError()\n    return half",
)
STUBS = (STUB, STUB + "  # see below", "# my answer is below", "", None, *(f"def double(x):\n    {e}" for e in EMPTY))


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("place", [0, 1, 2, 4], ids=["at the top", "above", "below", "below the check"])
def test_an_answer_in_a_cell_of_one_s_own_is_found(released, stub, place):
    submitted = notebook(stub)
    submitted.cells.insert(min(place, len(submitted.cells)), own(DOUBLE))
    answers, reading = read(released, submitted)
    assert answers["double"] == DOUBLE, answers
    assert "double was not in its own cell" in reading["remarks"][0] and not reading["undecided"]


@pytest.mark.parametrize(
    "source",
    [
        "if True:\n    def double(x): return 2 * x",
        "try:\n    import fast\nexcept ImportError:\n    def double(x): return 2 * x",
        "for factor in (2,):\n    double = lambda x: factor * x",
        "match 2:\n    case factor:\n        double = lambda x: factor * x",
        "(double := lambda x: 2 * x)",
        "def double(x): return 2 * x\nfiles = !ls\ntime = %timeit -o double(1)\ndouble?",
    ],
)
def test_an_answer_is_found_in_every_form_in_which_a_cell_gives_it(released, source):
    answers, reading = read(released, with_cell(notebook(), 1, own(source)))
    assert answers["double"] == source and "was taken from a cell above" in reading["remarks"][0]


@pytest.mark.parametrize("before", ["return 2 * x", "if x is not None:\n        return 2 * x", "yield 2 * x"])
def test_an_answer_above_the_error_that_was_handed_out_is_one(released, before):
    answer = f"def double(x):\n    {before}\n    raise NotImplementedError()"
    answers, reading = read(released, with_cell(notebook(answer), 4, own("def double(x): return x")))
    assert answers["double"] == answer and "its own cell" in reading["remarks"][0]


def test_a_function_inside_of_an_answer_that_is_not_written_does_not_write_it(released):
    begun = "def double(x):\n    def half(y): return y / 2\n    raise NotImplementedError()"
    assert read(released, with_cell(notebook(begun), 4, own(DOUBLE)))[0]["double"] == DOUBLE


def test_helpers_below_come_along(released):
    submitted = notebook()
    submitted.cells += [own("FACTOR = 2"), own("def twice(x): return FACTOR * x"), own("print(1)")]
    submitted.cells.append(own("def double(x): return twice(x)"))
    answers, _ = read(released, submitted)
    names = {}
    exec(answers["double"], names)
    assert names["double"](4) == 8 and "print" not in answers["double"]


def test_an_answer_inside_its_check_is_found(released):
    answers, reading = read(released, notebook(check=f"{DOUBLE}\n{CHECK}"))
    assert DOUBLE in answers["double"] and answers["check_double"] == CHECK
    assert "inside its check" in reading["remarks"][0]


def test_merged_cells_answer_both(released):
    merged = f"{DOUBLE}\n{CHECK}\n{TRIPLE}"
    for nb in (notebook(merged, None, None), notebook(merged, CHECK, TRIPLE_STUB), notebook(None, merged, None)):
        answers, reading = read(released, nb)
        assert DOUBLE in answers["double"] and TRIPLE in answers["triple"], answers
        assert reading["remarks"] and not reading["undecided"]


@pytest.mark.parametrize("second", [lambda source: own(source), lambda source: named(source, "double")])
@pytest.mark.parametrize("line", [1, 2])
def test_a_function_that_was_split_is_joined(released, second, line):
    lines = DOUBLE.splitlines()
    submitted = notebook("\n".join(lines[:line]))
    answers, reading = read(released, with_cell(submitted, 2, second("\n".join(lines[line:]))))
    assert answers["double"] == DOUBLE and "split" in reading["remarks"][0]


def test_a_helper_that_was_split_off_stays_a_cell(released):
    submitted = with_cell(notebook("FACTOR = 2"), 2, own("def double(x): return FACTOR * x"))
    answers, _ = read(released, submitted)
    assert "def double" in answers["double"]


def test_two_answers_elsewhere_are_for_a_person(released):
    submitted = notebook()
    submitted.cells += [own(DOUBLE), own("def double(x): return x * 3")]
    answers, reading = read(released, submitted)
    assert answers["double"] == STUB and "2 other cells define it differently" in reading["undecided"]["double"]
    assert "triple" not in reading["undecided"]


def test_the_same_answer_twice_is_one(released):
    submitted = notebook()
    submitted.cells += [own(DOUBLE), own(DOUBLE + "\n")]
    answers, reading = read(released, submitted)
    assert answers["double"].strip() == DOUBLE and not reading["undecided"]


def test_an_answer_in_its_own_cell_stands_whatever_else_there_is(released):
    submitted = notebook(DOUBLE)
    submitted.cells.append(own("def double(x): return 7"))
    answers, reading = read(released, submitted)
    assert answers["double"] == DOUBLE and "several cells" in reading["remarks"][0] and not reading["undecided"]


@pytest.mark.parametrize(
    "source",
    [
        "def other(x): return double(x)",
        "double",
        "[0 for double in 'ab']",
        "# def double(x):",
        "(" * 5000,
        "x = " + "-" * 99_999,
    ],
)
def test_what_does_not_define_the_answer_is_none(released, source):
    submitted = notebook()
    submitted.cells.append(own(source))
    answers, reading = read(released, submitted)
    assert answers["double"] == STUB and reading == {"remarks": [], "undecided": {}}


def test_an_ordinary_submission_has_no_remarks(released):
    submitted = notebook(DOUBLE)
    submitted.cells.insert(1, own("import math"))
    assert read(released, submitted)[1] == {"remarks": [], "undecided": {}}


@pytest.mark.parametrize(
    "cells",
    [[], [new_code_cell("x = 1")], [new_code_cell("def treble(x): return 3 * x"), new_markdown_cell("# My homework")]],
)
def test_a_notebook_without_a_cell_or_an_answer_of_the_lesson_is_for_a_person(released, cells):
    undecided = read(released, new_notebook(cells=cells))[1]["undecided"]
    assert set(undecided) == {"double", "triple"} and "is it the right file?" in undecided["double"]


def test_an_answer_alone_is_no_other_file(released):
    answers, reading = read(released, new_notebook(cells=[own(DOUBLE)]))
    assert answers["double"] == DOUBLE and reading["undecided"] == {}


def test_untouched_is_what_was_handed_out(released):
    assert is_untouched(released, released) and is_untouched(released, new_notebook())
    assert not is_untouched(released, notebook(DOUBLE))
    assert not is_untouched(released, with_cell(notebook(triple=TRIPLE_STUB), 1, own("x = 1")))
    assert is_untouched(released, with_cell(notebook(triple=TRIPLE_STUB), 1, own("my notes", new_markdown_cell)))
