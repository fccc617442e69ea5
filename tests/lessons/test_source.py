"""From text to the notebook with answers, and what is said of a text that breaks the conventions."""

from __future__ import annotations

from textwrap import dedent

import nbformat
import pytest

from coursekit.lessons import LessonError, build_solution

EXERCISE = """```python exercise="tiny_gate"
def tiny_gate(a):
    ### BEGIN SOLUTION
    return a
    ### END SOLUTION
```"""
CHECK = '```python check="tiny_gate"\ncheck(tiny_gate)\n```'


def by_id(nb):
    return {cell.id: cell for cell in nb.cells}


def test_the_notebook_is_valid_and_says_what_kernel_it_needs(tiny, points):
    nb = build_solution(tiny, points)
    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "python3"
    assert "version" not in nb.metadata.language_info
    assert "jupytext" not in nb.metadata
    assert all(not cell.outputs and cell.execution_count is None for cell in nb.cells if cell.cell_type == "code")


def test_an_exercise_is_a_solution_cell_and_its_check_is_worth_its_points(tiny, points):
    cells = by_id(build_solution(tiny, points))
    exercise, check = cells["tiny_gate"].metadata.nbgrader, cells["check_tiny_gate"].metadata.nbgrader
    assert (exercise.solution, exercise.grade, exercise.locked) == (True, False, False)
    assert (check.solution, check.grade, check.locked, check.points) == (False, True, True, 2)
    assert cells["check_tiny_mix"].metadata.nbgrader.points == 3.5


def test_a_prediction_is_a_solution_cell_without_points(tiny, points):
    cells = by_id(build_solution(tiny, points))
    prediction = cells["gate_at_zero"].metadata.nbgrader
    assert (prediction.solution, prediction.grade) == (True, False)
    assert "points" not in prediction
    assert "nbgrader" not in cells["gate_at_one"].metadata, "without a model answer nbgrader would clear it"
    assert cells["gate_at_one"].metadata.tags == cells["gate_at_zero"].metadata.tags == ["prediction"]


def test_a_fence_of_text_stays_text(tiny, points):
    [cell] = [cell for cell in build_solution(tiny, points).cells if "coursekit check" in cell.source]
    assert cell.cell_type == "markdown"


def test_an_edit_changes_no_other_cells_id(tiny, points):
    before = [cell.id for cell in build_solution(tiny, points).cells]
    tiny.write_text(tiny.read_text().replace("Now mix", "```python\n0\n```\n\nNow mix"))
    after = [cell.id for cell in build_solution(tiny, points).cells]
    assert len(after) == len(before) + 1
    assert [cell for cell in after if cell in before] == before


def test_equal_cells_have_different_ids(course, points):
    ids = [cell.id for cell in build_solution(course / "solutions/02_small/02_small.md", points).cells]
    assert len(set(ids)) == len(ids) == 3


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (CHECK, 1, 'no cell exercise="tiny_gate" before this check'),
        (f"{CHECK}\n\n{EXERCISE}", 1, 'no cell exercise="tiny_gate" before this check'),
        (f"Text.\n\n{EXERCISE}", 3, 'no cell check="tiny_gate" follows'),
        (f"{EXERCISE}\n\n{EXERCISE}\n\n{CHECK}", 8, "stands on line 1 already"),
        (f"{EXERCISE}\n\n{CHECK}\n\n{CHECK}", 12, "stands on line 8 already"),
        (f"{EXERCISE}\n\n{CHECK}".replace("tiny_gate", "nobody"), 1, "nobody"),
        (EXERCISE.replace("    ### END SOLUTION\n", ""), 3, "has no '### END SOLUTION'"),
        (EXERCISE.replace("    ### BEGIN SOLUTION\n", ""), 4, "without '### BEGIN SOLUTION' before it"),
        (EXERCISE.replace("    return a\n", "    ### BEGIN SOLUTION\n"), 4, "began on line 3"),
        (EXERCISE.replace("### BEGIN", "# BEGIN"), 3, "write the marker as '### BEGIN SOLUTION'"),
        (
            EXERCISE.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", ""),
            1,
            "around its answer",
        ),
        ("```python\n### BEGIN SOLUTION\n### END SOLUTION\n```", 2, "outside of a cell"),
        (
            f"{EXERCISE}\n\n{CHECK}".replace("check(tiny_gate)", "check(tiny_gate, 1)"),
            8,
            "exactly check(tiny_gate)",
        ),
        (EXERCISE.replace('"tiny_gate"', '"tiny gate"'), 1, "has to be a Python name"),
        ('```python exercise="a" check="a"\n```', 1, "exercise or check, not both"),
        ("Text.\n\n```bash\nls\n```", 3, "becomes a %%bash cell"),
        ('<!-- #region check="a" -->\ntext\n<!-- #endregion -->', 1, "belongs to a ```python fence"),
        ("---\ntitle: x\n---\n\ntext", 1, "remove this header"),
    ],
)
def test_what_breaks_the_conventions_is_named_with_file_and_line(lesson, points, text, line, problem):
    path = lesson(dedent(text))
    with pytest.raises(LessonError) as caught:
        build_solution(path, points)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert problem in str(caught.value)


def test_points_come_from_the_registry_of_exercises(lesson):
    from coursekit.checking import registry

    exercise = next(registry.every())
    text = f"{EXERCISE}\n\n{CHECK}".replace("tiny_gate", exercise.name)
    cells = by_id(build_solution(lesson(text)))
    assert cells[f"check_{exercise.name}"].metadata.nbgrader.points == exercise.points


def test_an_exercise_that_the_registry_does_not_know_is_named(lesson):
    path = lesson(f"{EXERCISE}\n\n{CHECK}".replace("tiny_gate", "gru_stepp"))
    with pytest.raises(LessonError, match=r"lesson\.md:1: there is no exercise called 'gru_stepp'"):
        build_solution(path)


def test_a_cell_magic_is_code_as_any_other(lesson):
    [cell] = build_solution(lesson("```python\n%%time\n1 + 1\n```")).cells
    assert (cell.cell_type, cell.source) == ("code", "%%time\n1 + 1")
