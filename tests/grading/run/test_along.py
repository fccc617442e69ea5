"""The first wrong line of an answer that was graded in the sandbox."""

from __future__ import annotations

import pytest

from coursekit.checking import evaluate, facts
from coursekit.grading.gradebook.presentation import present
from coursekit.grading.run import along, notebook

from .one_answer import graded
from .wrong_line import GRU, LINE, first, graded_report, source

FORWARD = """
    import numpy as np

    def gru_forward(x, h0, params):
        h, out = h0, []
        for t in range(x.shape[1]):
            h = gru_step(x[:, t], h0, params)
            out.append(h)
        return np.stack(out, axis=1)
"""


def test_the_wrong_line_is_named_as_in_the_notebook(warm_server):
    wrong = first(graded_report(warm_server, "gru_step", GRU))
    assert (wrong.line, wrong.source, wrong.variable, wrong.expected) == (*LINE, "cand", ("the candidate n",))


def test_it_stands_in_what_people_see(warm_server):
    from nbformat.v4 import new_code_cell, new_notebook

    found = graded(warm_server, "gru_step", source(GRU))
    said = {"grade_id": "check_gru_step", "grade": True, "solution": False, "points": 4}
    output = present(new_notebook(cells=[new_code_cell("", metadata={"nbgrader": said})]), found).cells[0].outputs[0]
    assert LINE[1] in output.data["text/html"] and "Line 12" in output.metadata["coursekit_summary"]["found"][0]


def test_a_right_answer_is_not_called_once_more(warm_server):
    counted = "calls = []\n" + source(GRU).replace("update * hn)", "reset * hn)").replace(
        "    W_ih,", "    calls.append(1); print(len(calls))\n    W_ih,"
    )
    right = graded_report(warm_server, "gru_step", counted)
    assert right.passed and right.along == ()


def test_a_notebook_that_is_slow_keeps_its_time_for_the_answers(warm_server, monkeypatch):
    before = graded_report(warm_server, "gru_step", GRU)
    monkeypatch.setattr(notebook._Grading, "_spent", lambda self: 0.6 * self.limits.total_cpu_s)
    report = graded_report(warm_server, "gru_step", GRU)
    assert before.along and report.along == () and report.points == before.points


def test_a_loop_is_followed(warm_server):
    report = graded_report(warm_server, "gru_forward", FORWARD)
    assert first(report).source == "h = gru_step(x[:, t], h0, params)"
    assert [(fact.variable, fact.first) for fact in report.along if isinstance(fact, facts.WrongFrom)] == [("t", 1)]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("%%time\n", 13),
        ("\n \n", 14),
        ("\n%%time\n\n", 15),
        ("%matplotlib inline\n", 13),
        ("# a comment\n\n", 14),
        ("import functools\n\n", 14),
    ],
)
def test_lines_are_counted_as_the_cell_shows_them(warm_server, before, line):
    wrong = first(graded(warm_server, "gru_step", before + source(GRU)).reports["gru_step"])
    assert (wrong.line, wrong.source) == (line, LINE[1])


def test_a_helper_in_a_cell_of_ones_own(warm_server):
    helper = """
        # squashes
        def squash(a):
            scaled = 2 * a
            return np.tanh(scaled)
    """
    text = source(GRU).replace("np.tanh(xn + update * hn)", "squash(xn + reset * hn)")
    wrong = first(graded_report(warm_server, "gru_step", text, "import numpy as np\n" + source(helper)))
    assert wrong is not None and wrong.source in ("cand = squash(xn + reset * hn)", "return np.tanh(scaled)")


def test_code_that_does_not_stand_in_the_notebook_is_not_quoted(warm_server):
    text = f"exec({source(GRU)!r})"
    report = graded_report(warm_server, "gru_step", text)
    assert report.verdict == "wrong" and report.along == ()


def test_the_same_numbers_have_the_same_name(warm_server):
    other = source(GRU).replace("(1 - update) * cand + update * h", "cand + update * (h - cand)")
    named = [graded(warm_server, "gru_step", text).numbers for text in (source(GRU), other)]
    third = source(GRU).replace("update * hn", "hn")
    assert named[0] == named[1] and set(named[0]) == {"gru_step"}
    assert graded(warm_server, "gru_step", third).numbers["gru_step"] not in named[0].values()


def test_what_is_no_function_keeps_its_report(warm_server):
    report = graded_report(
        warm_server, "gru_step", source(GRU) + "import functools\ngru_step = functools.partial(gru_step)"
    )
    assert first(report) is not None
    report = graded_report(
        warm_server,
        "gru_step",
        source(GRU)
        + "class Step:\n    def __call__(self, *args):\n        return old(*args)\nold, gru_step = gru_step, Step()",
    )
    assert report.verdict == "wrong" and report.along == ()


def test_the_local_check_and_the_grader_say_the_same(warm_server):
    names = {}
    exec(source(GRU), names)
    local = evaluate("gru_step", names["gru_step"], along.PUBLIC)
    assert [type(fact) for fact in local.along] == [type(f) for f in graded_report(warm_server, "gru_step", GRU).along]
    assert first(local).line == LINE[0]


MODULE = """
    import torch
    from torch import nn

    class GRU(nn.Module):
        def __init__(self, D, H):
            super().__init__()
            self.weight_ih_l0 = nn.Parameter(torch.empty(3 * H, D).uniform_(-(H**-0.5), H**-0.5))
            self.weight_hh_l0 = nn.Parameter(torch.empty(3 * H, H).uniform_(-(H**-0.5), H**-0.5))
            self.bias_ih_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-(H**-0.5), H**-0.5))
            self.bias_hh_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-(H**-0.5), H**-0.5))

        def gates(self, gi, gh):
            r, z = torch.sigmoid(gi + gh).chunk(3, 1)[:2]
            return z, torch.tanh(gi.chunk(3, 1)[2] + z * gh.chunk(3, 1)[2])

        def forward(self, x, h0=None):
            h = x.new_zeros(len(x), self.weight_hh_l0.shape[1]) if h0 is None else h0[0]
            states = []
            for x_t in x.unbind(1):
                gi = x_t @ self.weight_ih_l0.T + self.bias_ih_l0
                z, cand = self.gates(gi, h @ self.weight_hh_l0.T + self.bias_hh_l0)
                h = cand + z * (h - cand)
                states.append(h)
            return torch.stack(states, 1), h[None]
"""


def test_modules_are_followed_where_they_live(warm_server):
    wrong = first(graded_report(warm_server, "GRU", MODULE))
    assert (wrong.line, wrong.function) == (14, "gates")


def test_functions_that_are_differentiated_are_followed(warm_server):
    text = """
        import torch
        import torch.nn.functional as F

        def gru_layer_fused(x, h0, W_ih, W_hh, b_ih, b_hh):
            h, hs = h0, []
            for gx in F.linear(x, W_ih, b_ih).unbind(1):
                xr, xz, xn = gx.chunk(3, 1)
                hr, hz, hn = F.linear(h, W_hh, b_hh).chunk(3, 1)
                r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
                n = torch.tanh(xn + z * hn)
                h = torch.lerp(n, h, z)
                hs.append(h)
            return torch.stack(hs, 1)
    """
    assert first(graded_report(warm_server, "gru_layer_fused", text)).line == 10


def test_an_earlier_mistake_is_none_of_the_lines_of_what_builds_on_it(warm_server):
    """What `fit` asks is the grader's, in the call that is recorded as in those that give points."""
    text = """
        import copy
        import torch

        def fit(model, optimiser, loss_of, epochs, valid, patience):
            train_losses, valid_losses = [], []
            for batches in epochs:
                model.train()
                total, rows = 0.0, 0
                for batch in batches:
                    loss = loss_of(model, batch)
                    optimiser.zero_grad()
                    loss.backward()
                    optimiser.step()
                    total += loss.item()
                    rows += len(batch[0])
                train_losses.append(total / rows)
                model.eval()
                valid_losses.append(loss_of(model, valid).item())
                best, stop = early_stopping(valid_losses, patience)
                kept = copy.deepcopy(model.state_dict()) if best == len(valid_losses) - 1 else kept
                if stop:
                    break
            model.load_state_dict(kept)
            return train_losses, valid_losses
    """
    for earlier in ("", "def early_stopping(losses, patience):\n    return 1 / 0"):
        report = graded_report(warm_server, "fit", text, earlier)
        assert first(report).line == 16
