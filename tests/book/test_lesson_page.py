"""What becomes of each kind of cell and output on the page of a lesson."""

from __future__ import annotations

import io
import re

import pytest
from nbformat import v4

from book.lesson_page import lesson_page
from coursekit.figures.style import course_figure, describe, figure
from coursekit.lessons import release

STUB = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
GRADED = {"grade": False, "grade_id": "double", "locked": False, "schema_version": 3, "solution": True, "task": False}


def page(cells, tmp_path, hints=None):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    executed = v4.new_notebook(cells=cells, metadata=metadata)
    return lesson_page(executed, release(executed), hints or {}, tmp_path, "figures/").cells


def shown(bundle, tmp_path):
    [cell] = page([v4.new_code_cell("1", outputs=[v4.new_output("display_data", data=bundle)])], tmp_path)
    return cell.outputs


def test_an_exercise_becomes_its_stub_its_hints_and_its_folded_solution(tmp_path):
    exercise = v4.new_code_cell(STUB, metadata={"nbgrader": GRADED})
    [cell] = page([exercise], tmp_path, {"double": ("Think.", "Twice.")})
    assert cell.cell_type == "markdown"
    words = ["raise NotImplementedError()", "Hint 1 of 2", "Think.", "Hint 2 of 2", "Show the solution", "return 2 * x"]
    places = [cell.source.index(word) for word in words]
    assert places == sorted(places)
    assert cell.source.count("<details") == cell.source.count("</details>") == 3
    assert "SOLUTION" not in cell.source


def test_the_call_that_asks_for_a_hint_is_left_out(tmp_path):
    calls = ["# hint(double)   # remove the first # for a hint", "# hint(double)", "hint(double)\nprint(1)"]
    assert [cell.source for cell in page([v4.new_code_cell(call) for call in calls], tmp_path)] == [calls[2]]


@course_figure
def a_line():
    """A line."""
    drawn, axes = figure()
    axes.plot([0, 1])
    return describe(drawn, 'A line that rises from 0 to 1, "straight" & alone.')


def test_a_figure_becomes_a_file_with_its_words(tmp_path):
    data, _ = a_line()._repr_mimebundle_()
    [output] = shown(data, tmp_path)
    [file] = tmp_path.glob("*.png")
    assert set(output.data) == {"text/html"}
    assert f'src="figures/{file.name}"' in output.data["text/html"] and "base64" not in output.data["text/html"]
    assert 'alt="A line that rises from 0 to 1, &quot;straight&quot; &amp; alone."' in output.data["text/html"]
    assert file.read_bytes().startswith(b"\x89PNG")


def test_what_needs_a_kernel_is_left_out(tmp_path):
    widgets = pytest.importorskip("ipywidgets")
    assert shown(widgets.IntSlider()._repr_mimebundle_(), tmp_path) == []
    warned = v4.new_code_cell("1", outputs=[v4.new_output("stream", name="stderr", text="50%|##   ")])
    assert page([warned], tmp_path)[0].outputs == []


def test_lines_that_a_progress_bar_stood_between_are_one_block_and_figures_keep_their_place(tmp_path):
    names = [("stdout", "a\n"), ("stderr", "50%"), ("stdout", "b\n")]
    outputs = [v4.new_output("stream", name=name, text=text) for name, text in names]
    picture = v4.new_output("display_data", data=a_line()._repr_mimebundle_()[0])
    [cell] = page([v4.new_code_cell("1", outputs=[*outputs, picture, outputs[0]])], tmp_path)
    assert [output.get("text", "figure") for output in cell.outputs] == ["a\nb\n", "figure", "a\n"]


def test_a_progress_bar_leaves_nothing(tmp_path):
    tqdm = pytest.importorskip("tqdm")
    for options in ({"total": 4, "leave": True}, {"total": 4, "leave": False}, {"leave": True}, {"leave": False}):
        printed = io.StringIO()
        printed.write("before\n")
        with tqdm.tqdm(file=printed, mininterval=0, miniters=1, unit="step", **options) as bar:
            for _ in range(4):
                bar.update()
                bar.set_postfix(loss="0.5")
        printed.write("50 % | after\n\n[the end]\n")
        assert printed.getvalue().count("\r") > 4
        pieces = re.split(r"(?=\r)", printed.getvalue())  # a kernel sends a bar piece by piece
        outputs = [v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
        [cell] = page([v4.new_code_cell("1", outputs=outputs)], tmp_path)
        assert [output.text for output in cell.outputs] == ["before\n50 % | after\n\n[the end]\n"], options
    alone = [v4.new_output("stream", name="stdout", text=text) for text in ("\r 0%|  | 0/3 [00:00<?, ?it/s]", "\n")]
    assert page([v4.new_code_cell("1", outputs=alone)], tmp_path)[0].outputs == []


@pytest.mark.parametrize(("text", "tags"), [("a word " * 30, ["sentences"]), ("1.0  2.0\n" * 30, None)])
def test_a_printed_sentence_is_wrapped_and_a_printed_table_is_not(tmp_path, text, tags):
    told = v4.new_output("stream", name="stdout", text=text)
    [cell] = page([v4.new_code_cell("print(text)", outputs=[told])], tmp_path)
    assert cell.metadata.get("tags") == tags


def test_the_gate_explorer_is_its_static_picture(tmp_path):
    import numpy as np

    from coursekit.figures.live import AGAIN
    from coursekit.reference import gru
    from coursekit.sources.tasks import flagged_symbol
    from coursekit.topics.gru.explorer import explore_gates
    from coursekit.training import new_model

    rng = np.random.default_rng(0)
    test = flagged_symbol(rng, N=8, T=12)
    explorer = explore_gates(new_model(gru, test.x.shape[2], 4, 4, rng), test, z=0.0)
    explorer.controls = object()  # as in a notebook, where the picture asks for the cell to be run again
    assert AGAIN in explorer._static_bundle()["text/html"]
    [output] = shown(explorer._static_bundle(), tmp_path)
    assert 'alt="With z held at 0 the network reads' in output.data["text/html"]
    assert AGAIN not in output.data["text/html"] and "this picture has controls" in output.data["text/html"]


def test_plain_text_and_markdown_stay(tmp_path):
    told = v4.new_output("stream", name="stdout", text="0.5\n")
    text, code = page([v4.new_markdown_cell("# Title"), v4.new_code_cell("f()", outputs=[told])], tmp_path)
    assert text.source == "# Title" and code.source == "f()" and code.outputs == [told]


def test_a_reader_is_not_asked_for_a_prediction(tmp_path):
    from coursekit.desk.predictions import INVITATION, Compared, Line

    [output] = shown({"text/html": Compared((Line("RNN", None, 0.57, None),))._repr_html_()}, tmp_path)
    assert "0.57" in output.data["text/html"] and INVITATION not in output.data["text/html"]


def test_what_a_check_says_of_the_solution_is_folded_and_a_wrong_answer_is_in_sight(tmp_path):
    exercise = v4.new_code_cell(STUB, metadata={"nbgrader": GRADED})
    said = v4.new_output("execute_result", data={"text/html": "<b>✓ right</b>"}, execution_count=1)
    cells = [exercise, v4.new_code_cell("check(double)", outputs=[said])]
    executed = v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}}
    )
    wrong = {"double": ("x is added <once>", "<b>✗ not right</b>")}
    found = lesson_page(executed, release(executed), {}, tmp_path, "figures/", wrong).cells
    assert [cell.cell_type for cell in found] == ["markdown", "code", "markdown"] and found[1].outputs == []
    words = ["a typical wrong answer: x is added &lt;once&gt;", "✗ not right", "of the solution", "✓ right"]
    places = [found[2].source.index(word) for word in words]
    assert places == sorted(places)
    assert re.findall(r'<details class="(\w+)"( open)?>', found[2].source) == [("hint", " open"), ("solution", "")]
    assert "typical" not in lesson_page(executed, release(executed), {}, tmp_path, "figures/").cells[2].source
