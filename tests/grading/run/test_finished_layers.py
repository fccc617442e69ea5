"""torch's own recurrent layers are gone where a notebook runs, and no known way brings one back."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.checking import registry
from coursekit.grading.run import sandbox
from coursekit.grading.run.notebook import grade_notebook
from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.run.sandbox import view
from tests.grading.nbgrader.attacks import finished


@pytest.fixture(scope="module", params=["namespaces", "landlock"])
def server(request):
    """At each level of isolation that this host offers."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "landlock":
            patch.setattr(view, "find_bubblewrap", lambda: None)
        running = sandbox.Server(prelude=PRELUDE)
        try:
            running.start()
        except sandbox.SandboxUnavailable as problem:
            pytest.skip(str(problem))
    with running:
        if running.level != request.param:
            pytest.skip(f"this host has no {request.param} for the sandbox")
        yield running


def graded(server, source, name="gru_step"):
    points = registry.get(name).points
    check = {"grade_id": f"check_{name}", "solution": False, "grade": True, "points": points}
    cells = [
        new_code_cell(source, metadata={"nbgrader": {"grade_id": name, "solution": True, "grade": False}}, id=name),
        new_code_cell(f"check({name})", metadata={"nbgrader": check}, id=f"check_{name}"),
    ]
    return grade_notebook(new_notebook(cells=cells), server, lambda name: 3)


@pytest.mark.parametrize("name", finished.ANSWERS)
def test_no_way_back_earns_points(server, name):
    result = graded(server, finished.ANSWERS[name])
    assert not result.faults and result.reports["gru_step"].score == 0, result.reports["gru_step"].text
