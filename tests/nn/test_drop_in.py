"""Code written for torch.nn runs unchanged: constructors, weights, names, errors, copies, autocast, compilers."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import warnings

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from coursekit import nn

D, H, T, N = 3, 5, 6, 4
CELLS = ["RNN", "LSTM", "GRU"]
ONE_STEP = ["RNNCell", "LSTMCell", "GRUCell"]
OPTIONS = [{}, dict(num_layers=3, bidirectional=True), dict(bias=False, dtype=torch.float64)]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_same_names_and_same_first_numbers(twins, cell, options):
    theirs, ours = twins(cell, D, H, **options)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert all(torch.equal(ours.state_dict()[k], v) for k, v in theirs.state_dict().items())
    assert [len(each) for each in ours.all_weights] == [len(each) for each in theirs.all_weights]


def test_same_first_numbers_of_a_projected_lstm_and_of_cells(twins):
    for name, options in [("LSTM", dict(proj_size=2, num_layers=2)), *[(cell, {}) for cell in ONE_STEP]]:
        theirs, ours = twins(name, D, H, **options)
        assert list(ours.state_dict()) == list(theirs.state_dict())
        assert all(torch.equal(ours.state_dict()[k], v) for k, v in theirs.state_dict().items())


@pytest.mark.parametrize("cell", CELLS)
def test_weights_travel_both_ways(cell):
    theirs, ours = getattr(torch.nn, cell)(D, H, 2), getattr(nn, cell)(D, H, 2)
    x = torch.randn(T, N, D)
    ours.load_state_dict(theirs.state_dict())
    assert torch.allclose(ours(x)[0], theirs(x)[0], atol=1e-6)
    again = getattr(torch.nn, cell)(D, H, 2)
    again.load_state_dict(ours.state_dict())
    assert torch.equal(again(x)[0], theirs(x)[0])


@pytest.mark.parametrize("cell", CELLS + ONE_STEP)
def test_positional_arguments(twins, cell):
    """The arguments of torch.nn in their documented order, given by position."""
    values = dict(
        input_size=D, hidden_size=H, num_layers=2, nonlinearity="relu", bias=False, batch_first=True, dropout=0.5,
        bidirectional=True,
    )  # fmt: skip
    names = [name for name in inspect.signature(getattr(nn, cell)).parameters if name in values]
    theirs, ours = twins(cell, *[values[name] for name in names], dtype=torch.float64)
    assert repr(ours).split("(")[0] == cell
    for name in ("num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional", "mode"):
        assert getattr(ours, name, None) == getattr(theirs, name, None)
    assert next(ours.parameters()).dtype == torch.float64
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(nn.GRU(3, 5, 2, batch_first=True)) == "GRU(3, 5, num_layers=2, batch_first=True)"
    assert repr(nn.GRU(3, 5, backend="readable")) == "GRU(3, 5, backend='readable')"


MISTAKES = {
    "one dimension": lambda m, c: m(torch.randn(D)),
    "wrong features": lambda m, c: m(torch.randn(T, N, D + 1)),
    "no time steps": lambda m, c: m(torch.randn(0, N, D)),
    "wrong batch of hx": lambda m, c: m(torch.randn(T, N, D), c(1, N + 1, H)),
    "wrong layers of hx": lambda m, c: m(torch.randn(T, N, D), c(2, N, H)),
    "hx without batch": lambda m, c: m(torch.randn(T, N, D), c(1, H)),
    "batch of hx unbatched": lambda m, c: m(torch.randn(T, D), c(1, 1, H)),
    "wrong type": lambda m, c: m(torch.randn(T, N, D).double()),
    "packed, wrong features": lambda m, c: m(pack_padded_sequence(torch.randn(T, N, D + 1), [T] * N)),
}
NAMES_WHAT_IS_WRONG = {
    "one dimension": r"\(3,\)",
    "wrong features": "input_size = 3, and it is 4",
    "no time steps": "at least one",
    "wrong batch of hx": r"\(1, 4, 5\), got \(1, 5, 5\)",
    "wrong layers of hx": r"\(1, 4, 5\), got \(2, 4, 5\)",
    "hx without batch": r"\(1, 4, 5\), got \(1, 5\)",
    "batch of hx unbatched": r"\(1, 5\), got \(1, 1, 5\)",
    "wrong type": "torch.float64.*torch.float32",
    "packed, wrong features": "input_size = 3",
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("cell", CELLS)
def test_wrong_calls(cell, mistake):
    """The same type of error as torch.nn, with a message that names the numbers."""

    def states(*shape):
        return (torch.zeros(shape),) * 2 if cell == "LSTM" else torch.zeros(shape)

    expected = RuntimeError  # torch.nn.LSTM computes on, if only the features of a PackedSequence are wrong
    if (cell, mistake) != ("LSTM", "packed, wrong features"):
        with pytest.raises((RuntimeError, ValueError)) as theirs:
            MISTAKES[mistake](getattr(torch.nn, cell)(D, H), states)
        expected = theirs.type
    with pytest.raises(expected, match=NAMES_WHAT_IS_WRONG[mistake]):
        MISTAKES[mistake](getattr(nn, cell)(D, H), states)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_said_of_a_wrong_call_is_true_and_can_be_done(cell):
    """Weights cannot be made integers; and a shape is not told as it is within."""
    module = getattr(nn, cell)(D, H, batch_first=True)
    with pytest.raises(ValueError, match=r"torch.int64 and .* convert it: input.to\(torch.float32\)\.$"):
        module(torch.ones(N, T, D, dtype=torch.long))
    with pytest.raises(ValueError, match=r"convert one: input.to\(torch.float32\) or module.to\(torch.float64\)\.$"):
        module(torch.ones(N, T, D, dtype=torch.float64))
    with pytest.raises(RuntimeError, match=f"must be input_size = {D}, and it is {D + 1}\\.$"):
        module(torch.ones(N, T, D + 1))


def test_the_pair_of_the_lstm():
    for wrong in (torch.zeros(1, N, H), (torch.zeros(1, N, H),)):
        with pytest.raises(TypeError, match=r"pair of tensors \(h_0, c_0\)"):
            nn.LSTM(D, H)(torch.randn(T, N, D), wrong)
    with pytest.raises(RuntimeError, match="c_0 must have shape"):
        nn.LSTM(D, H)(torch.randn(T, N, D), (torch.zeros(1, N, H), torch.zeros(1, N, H + 1)))
    with pytest.raises(TypeError, match="hx must be a tensor"):
        nn.GRU(D, H)(torch.randn(T, N, D), (torch.zeros(1, N, H),) * 2)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (dict(hidden_size=0), "hidden_size"),
        (dict(hidden_size=2.5), "hidden_size"),
        (dict(input_size=0), "input_size"),
        (dict(num_layers=0), "num_layers"),
        (dict(dropout=1.5), "dropout"),
        (dict(dropout=True), "dropout"),
        (dict(proj_size=2), "proj_size"),
        (dict(bias=0.1), "bias"),
        (dict(batch_first=1), "batch_first"),
    ],
)
def test_wrong_constructors(options, names):
    sizes = dict(input_size=D, hidden_size=H) | options
    with pytest.raises((TypeError, ValueError)) as theirs:
        torch.nn.GRU(**sizes)
    with pytest.raises(theirs.type, match=names):
        nn.GRU(**sizes)


def test_other_wrong_constructors():
    with pytest.raises(ValueError, match="tanh"):
        nn.RNN(D, H, nonlinearity="sine")
    with pytest.raises(ValueError, match="proj_size"):
        nn.LSTM(D, H, proj_size=H)
    with pytest.raises(ValueError, match="auto, readable, fast, graphed, triton"):
        nn.GRU(D, H, backend="quick")
    with pytest.warns(UserWarning, match="num_layers=1"):
        nn.GRU(D, H, dropout=0.5)


@pytest.mark.parametrize("cell", CELLS)
def test_copies_and_pickles(cell):
    module = getattr(nn, cell)(D, H, 2, backend="readable")
    x = torch.randn(T, N, D)
    y = module(x)[0]
    saved = io.BytesIO()
    torch.save(module, saved)
    saved.seek(0)
    copies = [
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(saved, weights_only=False),
    ]
    for twin in copies:
        assert torch.equal(twin(x)[0], y) and twin.backend_used == "readable"


@pytest.mark.filterwarnings("ignore::coursekit.nn.BackendWarning")  # the steps in C++ have no bfloat16
@pytest.mark.parametrize("backend", ["readable", "fast", pytest.param("native", marks=pytest.mark.slow)])
@pytest.mark.parametrize("cell", CELLS)
def test_autocast_runs_in_the_autocast_type(cell, backend):
    module = getattr(nn, cell)(D, H, backend=backend)
    x = torch.randn(T, N, D, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        y, _ = module(x)
    y.float().square().sum().backward()
    assert y.dtype == torch.bfloat16 and x.grad.dtype == module.weight_hh_l0.grad.dtype == torch.float32
    exact = module(x)[0]
    assert 0 < (y.float() - exact).abs().max() < 0.03


@pytest.mark.parametrize("cell", CELLS)
def test_parametrised_weights(cell):
    """spectral_norm and its like replace a parameter by a computed tensor."""
    module = getattr(nn, cell)(D, H)
    torch.nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
    module(torch.randn(T, N, D))[0].sum().backward()
    assert module.parametrizations.weight_hh_l0.original0.grad is not None


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_compile(cell):
    """The loop runs between the compiled parts: it is not unrolled, and a full graph is refused with the reason."""
    module = getattr(nn, cell)(D, H)
    model = torch.nn.ModuleDict(dict(rnn=module, head=torch.nn.Linear(H, 2)))
    graphs = []

    def count(graph, inputs):
        graphs.append(graph)
        return graph.forward

    def run(x):
        return model["head"](model["rnn"](x * 2)[0])

    x = torch.randn(200, N, D)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own
        compiled = torch.compile(run, backend=count)
        assert torch.allclose(compiled(x), run(x))
        assert module.backend_used == "fast"
        assert 1 <= len(graphs) <= 3 and all(len(list(g.graph.nodes)) < 20 for g in graphs)
        compiled(x).sum().backward()
        assert module.weight_hh_l0.grad is not None
        torch._dynamo.reset()
        with pytest.raises(torch._dynamo.exc.Unsupported, match="outside the compiled graph"):
            torch.compile(run, backend="eager", fullgraph=True)(x)
    torch._dynamo.reset()


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_export(cell):
    """The exported program holds plain operations and needs no coursekit; the number of steps is fixed."""
    module = getattr(nn, cell)(D, H).eval()
    x = torch.randn(T, N, D)
    program = torch.export.export(module, (x,))
    assert torch.allclose(program.module()(x)[0], module(x)[0], atol=1e-6)
    namespaces = {n.target.namespace for n in program.graph.nodes if isinstance(n.target, torch._ops.OpOverload)}
    assert namespaces <= {"aten"}


def test_flatten_parameters_is_harmless():
    assert nn.GRU(D, H).flatten_parameters() is None


@pytest.mark.parametrize("cell", CELLS)
def test_known_differences(cell):
    """Taken by torch.nn, refused here with a reason; docs/drop-in.md lists them."""
    h = torch.zeros(1, N + 1, H)
    packed = pack_padded_sequence(torch.randn(T, N, D), [5, 6, 4, 1], enforce_sorted=False)
    getattr(torch.nn, cell)(D, H)(packed, (h, h) if cell == "LSTM" else h)
    with pytest.raises(RuntimeError, match=r"must have shape \(1, 4, 5\), got \(1, 5, 5\)"):
        getattr(nn, cell)(D, H)(packed, (h, h) if cell == "LSTM" else h)
    module = getattr(nn, cell)(D, H)
    y, _ = module(torch.randn(T, N, D))
    with torch.no_grad():
        module.bias_ih_l0.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
