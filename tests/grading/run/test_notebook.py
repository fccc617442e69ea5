"""Whole notebooks through the trusted grader."""

import json
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.checking import registry
from coursekit.grading.run import notebook as trusted
from coursekit.grading.run.notebook import Graded, grade_notebook
from coursekit.grading.run.remote import GraderFault
from coursekit.grading.run.sandbox import Worker, channel

STEP = """
import numpy as np
def sigmoid(a): return 0.5 * (1 + np.tanh(0.5 * a))
def gru_step(x, h, params):
    xr, xz, xn = np.split(x @ params.W_ih.T + params.b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h
"""
FORWARD = """
def gru_forward(x, h0, params):
    hs = []
    for t in range(x.shape[1]):
        h0 = gru_step(x[:, t], h0, params)
        hs.append(h0)
    return np.stack(hs, axis=1)
"""


def answer(name, source):
    nb = {"grade_id": name, "solution": True, "grade": False}
    return new_code_cell(source, metadata={"nbgrader": nb}, id=name)


def check(name):
    nb = {"grade_id": f"check_{name}", "solution": False, "grade": True, "points": registry.get(name).points}
    return new_code_cell(f"check({name})", metadata={"nbgrader": nb}, id=f"check_{name}")


def own(source, number=0):
    return new_code_cell(source, id=f"own-{number}")


def graded(server, *cells):
    return grade_notebook(new_notebook(cells=list(cells)), server, lambda name: 7)


@pytest.fixture
def allow(monkeypatch):
    """Other limits for an exercise."""

    def change(name, **limits):
        monkeypatch.setitem(registry._exercises, name, replace(registry.get(name), **limits))

    return change


def test_right_answers_get_full_marks_and_their_cells_are_shown(warm_server):
    shown = own("print('here'); import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
    result = graded(
        warm_server,
        answer("gru_step", STEP),
        check("gru_step"),
        answer("gru_forward", FORWARD),
        check("gru_forward"),
        shown,
    )
    assert {name: r.score for name, r in result.reports.items()} == {"gru_step": 1.0, "gru_forward": 1.0}
    assert not result.faults and not result.flags
    kinds = [output["output_type"] for output in result.outputs["own-0"]]
    assert "stream" in kinds and any("image/png" in o.get("data", {}) for o in result.outputs["own-0"])


@pytest.mark.parametrize("deadly", ["import os; os._exit(3)", "while True: pass", "1/0", "def broken(:"])
def test_a_cell_that_breaks_or_ends_the_program_costs_nothing_else(warm_server, deadly, allow):
    allow("gru_step", cpu_s=2.0)
    cells = [
        answer("gru_step", STEP),
        own(deadly),
        check("gru_step"),
        answer("gru_forward", FORWARD),
        check("gru_forward"),
    ]
    result = graded(warm_server, *cells)
    assert result.reports["gru_step"].passed and result.reports["gru_forward"].passed
    assert result.outputs["own-0"][-1]["output_type"] == "error"


COUNT = "def gru_parameter_count(D, H): return 3 * (D * H + H * H + 2 * H)"
STEP_ELSEWHERE = FORWARD.replace("gru_step(", "other(") + STEP.replace("gru_step", "other")
SLOW = "def gru_step(x, h, params):\n    while True: pass"
HUNGRY = "import numpy as np\ndef gru_step(x, h, params):\n    return np.ones((100, 1 << 20))[:4, :5]"  # 800 MB
HUNGRY_TORCH = HUNGRY.replace("np", "torch").replace("numpy as torch", "torch").replace("100,", "200,")  # float32
HOARDER = "kept = []\ndef gru_step(x, h, params):\n    while True: kept.append(bytearray(1 << 20))"
QUIET_HOARDER = "kept = []\n" + STEP.replace("    xr", "    kept.append(bytearray(25 << 20))\n    xr")


@pytest.mark.parametrize(
    ("source", "limits", "verdict", "said"),
    [
        (SLOW, {"cpu_s": 0.5}, "timeout", "gru_step was stopped: the code used more than 0.5 s of CPU time."),
        (HUNGRY, {"memory_mb": 400}, "raised", "more than the 400 MB of memory that a notebook may have"),
        (HUNGRY_TORCH, {"memory_mb": 400}, "raised", "more than the 400 MB of memory that a notebook may have"),
        (HOARDER, {"memory_mb": 400}, "raised", "more than the 400 MB of memory that a notebook may have"),
    ],
    ids=["slow", "hungry", "hungry with torch", "a hoarder"],
)
def test_who_wants_too_much_reads_the_limit_and_loses_that_exercise_only(
    warm_server, allow, source, limits, verdict, said
):
    allow("gru_step", **limits)
    cells = [answer("gru_forward", STEP_ELSEWHERE), answer("gru_step", source), check("gru_step"), check("gru_forward")]
    result = graded(warm_server, *cells, answer("gru_parameter_count", COUNT), check("gru_parameter_count"))
    assert result.reports["gru_step"].verdict == verdict and result.reports["gru_step"].score == 0.0
    assert said in words(result.reports["gru_step"].text)
    assert result.reports["gru_forward"].score == result.reports["gru_parameter_count"].score == 1.0
    assert not result.faults


def test_memory_that_one_answer_keeps_is_not_missing_in_the_next(warm_server, allow):
    """The first is right and keeps memory in every call; what is left is not enough for the second."""
    allow("gru_step", memory_mb=400)
    allow("gru_forward", memory_mb=400)
    wide = STEP_ELSEWHERE.replace("    hs = []", "    room = np.ones((45, 1 << 20))\n    hs = []")  # 360 MB
    cells = [answer("gru_forward", wide), answer("gru_step", QUIET_HOARDER), check("gru_step"), check("gru_forward")]
    result = graded(warm_server, *cells)
    assert {name: report.score for name, report in result.reports.items()} == {"gru_step": 1.0, "gru_forward": 1.0}


def test_a_generous_exercise_does_not_lend_its_limits_to_another(warm_server, allow):
    allow("gru_step", memory_mb=400)
    allow("gru_forward", memory_mb=3000, cpu_s=30.0)
    wide = STEP_ELSEWHERE.replace("    hs = []", "    room = np.ones((200, 1 << 20))\n    hs = []")  # 1600 MB
    cells = [answer("gru_forward", wide), answer("gru_step", HUNGRY), check("gru_step"), check("gru_forward")]
    result = graded(warm_server, *cells)
    assert result.reports["gru_step"].score == 0.0 and result.reports["gru_forward"].score == 1.0


def words(text):
    return " ".join(text.split())


def test_an_answer_that_sleeps_is_stopped_long_before_the_wall_clock_would(warm_server, monkeypatch):
    monkeypatch.setattr(channel, "IDLE_S", 1.0)
    asleep = "import time\ndef gru_step(x, h, params):\n    time.sleep(60)"
    cells = [answer("gru_step", asleep), check("gru_step"), own("import time; time.sleep(60)")]
    result = graded(warm_server, *cells, answer("gru_parameter_count", COUNT), check("gru_parameter_count"))
    assert "waited for 1 s without computing" in words(result.reports["gru_step"].text)
    assert "without computing" in result.outputs["own-0"][-1]["evalue"]
    assert result.reports["gru_parameter_count"].score == 1.0


def test_many_short_naps_are_counted_together(warm_server, monkeypatch):
    monkeypatch.setattr(trusted, "MAX_CALLS", 0)
    monkeypatch.setattr(warm_server, "limits", replace(warm_server.limits, total_cpu_s=1))
    naps = [own("import time; time.sleep(0.25)", number) for number in range(12)]
    result = graded(warm_server, *naps, answer("gru_parameter_count", COUNT), check("gru_parameter_count"))
    report = result.reports["gru_parameter_count"]
    assert report.verdict == "timeout" and "has used up the 1 s that it may take" in words(report.text)


def test_a_function_that_is_not_there_is_a_wrong_answer_and_no_crash(warm_server):
    result = graded(warm_server, answer("gru_step", "# nothing"), check("gru_step"))
    assert result.reports["gru_step"].score == 0.0 and not result.faults


def test_warnings_and_progress_bars_do_not_cost_points(warm_server):
    noisy = STEP + "\nimport warnings, sys\nwarnings.warn('old')\nprint('bar', file=sys.stderr)"
    noisy = noisy.replace(
        "def gru_step(x, h, params):", "def gru_step(x, h, params):\n    import warnings; warnings.warn('x')"
    )
    assert graded(warm_server, answer("gru_step", noisy), check("gru_step")).reports["gru_step"].score == 1.0


def test_a_fault_of_the_grader_is_no_score_at_all(warm_server, monkeypatch):
    def fails(*args, **kwargs):
        raise GraderFault("the machine is too busy")

    monkeypatch.setattr(trusted, "evaluate", fails)
    result = graded(warm_server, answer("gru_step", STEP), check("gru_step"))
    assert result.reports == {} and "too busy" in result.faults["gru_step"]


def test_an_exercise_that_the_grader_does_not_know_is_its_own_fault(warm_server):
    cell = check("gru_step")
    cell.metadata["nbgrader"]["grade_id"] = "check_unheard_of"
    assert "unheard_of" in graded(warm_server, cell).faults["unheard_of"]


def test_finished_layers_are_flagged_and_earn_nothing(warm_server):
    source = "import torch\ndef gru_step(x, h, params):\n    return torch.nn.GRUCell(3, 5)(x, h)"
    result = graded(warm_server, answer("gru_step", source), check("gru_step"))
    assert result.reports["gru_step"].score == 0.0
    assert "torch.nn.GRUCell" in result.flags[0]


def test_a_regrade_gives_the_same_bytes(warm_server):
    cells = [answer("gru_step", STEP.replace("z * h", "z * n")), check("gru_step")]
    first, second = (graded(warm_server, *cells).to_dict() for _ in range(2))
    for result in (first, second):
        result.pop("cpu_s")
        for report in result["reports"].values():
            report.pop("seconds")
    assert json.dumps(first) == json.dumps(second)
    again = Graded.from_dict(json.loads(json.dumps(graded(warm_server, *cells).to_dict())))
    assert again.reports["gru_step"].score == first["reports"]["gru_step"]["score"]


def test_a_submission_has_little_memory_of_its_own(warm_server):
    """What a worker does not share with the warm server, after a figure and some torch."""
    with warm_server.open() as worker:
        assert worker.run_cell(
            "import torch, matplotlib.pyplot as plt\nplt.imshow(torch.randn(200, 200)); plt.show()"
        ).ok
        assert worker.run_cell(STEP).ok
        try:
            with open(f"/proc/{worker.pid}/smaps_rollup") as file:
                fields = dict(line.split(":", 1) for line in list(file)[1:])
        except OSError as reason:
            pytest.skip(f"the memory of a worker cannot be read here: {reason}")
    private = sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty"))
    assert private < 64 << 10, f"{private >> 10} MB"


def test_a_cell_of_comments_alone_is_not_sent_and_shows_nothing(warm_server, monkeypatch):
    sent, run = [], Worker.run_cell
    monkeypatch.setattr(
        Worker, "run_cell", lambda self, source, **more: sent.append(source) or run(self, source, **more)
    )
    comments, two_lines, asked = "# hint(gru_step)\n\n  # more", "# old line ends\rprint(1)", "# about\n1 + 1"
    no_blank = "\N{NO-BREAK SPACE}# to Python, this begins with what is no space"
    result = graded(warm_server, own(comments, 0), own(two_lines, 1), own(asked, 2), own(no_blank, 3))
    assert sent == [two_lines, asked, no_blank]
    assert result.outputs["own-3"][0]["ename"] == "SyntaxError"
    assert result.outputs["own-0"] == [] and result.outputs["own-1"] and result.outputs["own-2"]
