"""The engine with an answer in a real sandbox: the same reports as in this process."""

import dataclasses

import pytest

from coursekit.checking import evaluate, registry
from coursekit.grading.run.remote import Remote, call_remotely
from tests.wrapped_answers import WRAPPED

RIGHT = """
import numpy as np
def sigmoid(a): return 0.5 * (1 + np.tanh(0.5 * a))
def gru_step(x, h, params):
    xr, xz, xn = np.split(x @ params.W_ih.T + params.b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * h
def gru_forward(x, h0, params):
    hs, h = [], h0
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)
"""


@pytest.fixture
def worker(warm_server):
    with warm_server.open(seed=1) as running:
        yield running


def graded(worker, source, name, seed=5, limit=2.0):
    result = worker.run_cell(source)
    assert result.ok, result.traceback
    exercise = registry.get(name)
    return evaluate(exercise, Remote(worker, exercise), seed, caller=call_remotely, limit=limit)


@pytest.mark.parametrize("name", ["gru_step", "gru_forward"])
def test_a_right_answer_passes(worker, name):
    report = graded(worker, RIGHT, name)
    assert report.passed, report.text


def test_a_known_mistake_is_named_as_it_is_here(worker):
    report = graded(worker, RIGHT.replace("(1 - z) * n + z * h", "(1 - z) * h + z * n"), "gru_step")
    local = evaluate("gru_step", registry.get("gru_step").mistakes[0].implement, 5)
    assert report.diagnoses == local.diagnoses and report.score == local.score == 0.0


def test_a_mistake_in_an_earlier_answer_is_not_punished_twice(worker):
    report = graded(worker, RIGHT.replace("n = np.tanh", "n = np.sin"), "gru_forward")
    assert report.passed, report.text


@pytest.mark.parametrize("form", WRAPPED)
def test_nor_is_it_whatever_form_the_later_answer_has(worker, form):
    report = graded(worker, WRAPPED[form], "gru_forward")
    assert report.passed, report.text


def test_an_earlier_answer_under_another_name_is_not_taken_for_the_graders(worker):
    worker.run_cell(RIGHT.replace("n = np.tanh", "n = np.sin") + "again = gru_step")
    exercise = dataclasses.replace(registry.get("gru_step"), name="again", uses=("gru_step",))
    report = evaluate(exercise, Remote(worker, exercise), 5, caller=call_remotely, limit=2.0)
    assert report.score == 0.0, report.text


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("raise NotImplementedError()", "not written"),
        ("import os; os._exit(0)", "exited"),
        ("while True: pass", "timeout"),
        ("return 1 / 0", "raised"),
        ("return object()", "wrong"),
        ("return [h, 'x']", "wrong"),
        ("h *= 0; return h", "wrong"),
    ],
)
def test_whatever_an_answer_does_is_a_verdict(worker, body, verdict):
    report = graded(worker, f"def gru_step(x, h, params):\n    {body}", "gru_step", limit=0.5)
    assert report.verdict == verdict and report.score == 0.0, report.text


def test_an_argument_changed_in_place_is_seen(worker):
    changed = RIGHT.replace("    r, z =", "    x += 0 * x + 1e-3; x -= 1e-3 + 1e-12\n    r, z =")
    assert "changes its argument x" in graded(worker, changed, "gru_step").text


def test_a_list_of_words_changed_in_place_is_seen(worker):
    own = """
from collections import Counter
import numpy as np
def word_ids(train, texts, most):
    counts = Counter(word for text in train for word in text)
    known = sorted(counts, key=lambda word: (-counts[word], word))[:most]
    lengths = [len(text) for text in texts]
    rows = [[known.index(w) + 2 if w in known else 1 for w in t] + [0] * (max(lengths) - len(t)) for t in texts]
    return np.array(rows), np.array(lengths)
"""
    assert graded(worker, own, "word_ids").passed
    changed = own.replace("    return", "    texts[0].append('.')\n    return")
    assert "changes its argument texts" in graded(worker, changed, "word_ids").text


@pytest.mark.parametrize(
    "attack",
    [
        "class Equal(np.ndarray):\n    def __eq__(self, other): return True\n"
        "def gru_step(x, h, params): return h.view(Equal)",
        "def gru_step(x, h, params):\n    import coursekit.reference.gru as g\n    return g.step(x, h, params)[0]",
        "def gru_step(x, h, params):\n    import sys\n    f = sys._getframe()\n"
        "    while f.f_back: f = f.f_back\n    return f.f_locals.get('expected', h)",
        "import torch\ndef gru_step(x, h, params):\n    return torch.nn.GRUCell(x.shape[1], h.shape[1])(x, h)",
        "import torch\ndef gru_step(x, h, params):\n    t = torch.from_numpy\n"
        "    return torch._VF.gru_cell(t(x), t(h), *map(t, params))",
        "get_ipython().input_transformers_post.append(lambda l: ['pass\\n'])\ndef gru_step(x, h, params): return h",
    ],
)
def test_tricks_earn_nothing(worker, attack):
    report = graded(worker, "import numpy as np\n" + attack, "gru_step")
    assert not report.passed and report.score == 0.0, report.text


def test_imports_from_the_course_do_not_stop_a_cell_and_their_use_says_why(worker):
    source = (
        "from coursekit import check, hint\nfrom coursekit.plots import anything\nimport coursekit.training as t\nx = 5"
    )
    assert worker.run_cell(source).ok
    assert worker.run_cell("print(x)").stdout == "5\n"
    for use in ("check(x)", "anything(3)", "t.train(1)"):
        [passed] = worker.run_cell(use).passed
        assert passed.reason.endswith("is not there while a submission is graded."), passed


def test_a_function_that_is_called_back_cannot_be_made_to_fill_the_grader(worker):
    bomb = """
import numpy as np
def gru_forward(x, h0, params):
    tall = np.zeros((30_000, 1))
    wide = type(params)(*(np.zeros((90_000, 1)), np.zeros((90_000, 1)), np.zeros(90_000), np.zeros(90_000)))
    return gru_step(tall, tall, wide)
"""
    report = graded(worker, bomb, "gru_forward")
    assert report.verdict == "raised" and "more than a draw can hold" in report.text


CANDIDATE = """
import collections, numpy as np
Weights = collections.namedtuple("Weights", "W_hh W_ih b_ih b_hh")  # a learner's own, in an order of their own
W = Weights(np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(3), np.zeros(3))
def write_check(candidate):
"""


def test_a_candidate_is_not_called_with_more_steps_than_a_draw_can_hold(worker):
    for x in ("np.zeros((1, 900_000, 1))", "np.zeros((0, 900_000, 1))", "[[[0.0]] * 9_000]"):
        report = graded(worker, f"{CANDIDATE}    return candidate({x}, np.zeros((1, 1)), W)", "write_check")
        assert report.verdict == "raised" and "more than a draw can hold" in " ".join(report.text.split())


def test_what_candidates_compute_here_counts_as_the_answer_s_own_time(worker):
    source = f"{CANDIDATE}    while True: candidate(np.zeros((1, 4_000, 1)), np.zeros((1, 1)), tuple(W))"
    report = graded(worker, source, "write_check", limit=0.5)
    assert report.verdict == "timeout" and "more than 0.5 s of CPU time" in report.text


def test_a_named_tuple_of_the_learner_s_own_has_its_fields_where_a_reference_is_called(worker):
    """gru_forward(x, h0, params) reads params.W_ih; write_check's draw holds no named tuple."""
    source = CANDIDATE + "    return gru_forward(np.zeros((1, 2, 1)), np.zeros((1, 1)), W).shape == (1, 2, 1)"
    report = graded(worker, source, "write_check")
    assert {case.credit for case in report.cases if case.name.startswith("right")} == {1.0}, report.text
