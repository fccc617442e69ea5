"""torch.jit, torch.export and torch.fx record one operation, as for torch.nn: another length, batch or file is fine."""

from __future__ import annotations

import io
import warnings

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from coursekit import nn

D, H, T, N = 3, 5, 6, 4
CELLS = ["RNN", "LSTM", "GRU"]
ONE_STEP = ["RNNCell", "LSTMCell", "GRUCell"]
OPTIONS = [{}, dict(num_layers=2, bidirectional=True, batch_first=True), dict(bias=False, num_layers=2, dropout=0.5)]

pytestmark = [
    pytest.mark.filterwarnings("ignore:`torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.*:FutureWarning"),
]


class Model(torch.nn.Module):
    """A layer inside of something, with a method that a script compiles."""

    def __init__(self, layer: torch.nn.Module) -> None:
        super().__init__()
        self.layer = layer
        self.head = torch.nn.LazyLinear(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(x)[0])


class Padded(Model):
    """Packs and unpacks inside."""

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        y, _ = self.layer(pack_padded_sequence(x, lengths))
        return self.head(pad_packed_sequence(y)[0])


def models(twins, cell, options, kind=Model):
    theirs, ours = (kind(layer).eval() for layer in twins(cell, D, H, **options))
    for model in (ours, theirs):
        torch.manual_seed(3)
        model(*example(kind))
    return ours, theirs


def example(kind=Model, T=T, N=N):
    return (torch.randn(T, N, D),) if kind is Model else (torch.randn(T, N, D), torch.tensor([T, *[2] * (N - 1)]))


@pytest.mark.parametrize("kind", [Model, Padded])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_fits_other_lengths_and_batches(twins, cell, options, kind):
    if kind is Padded:
        options = options | dict(batch_first=False)
    ours, theirs = models(twins, cell, options, kind)
    traced = torch.jit.trace(ours, example(kind))
    for sizes in ((T, N), (T + 3, N + 2), (2, 1)):
        args = example(kind, *sizes)
        torch.testing.assert_close(traced(*args), theirs(*args))


@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_with_states(twins, cell):
    theirs, ours = twins(cell, D, H)

    def call(T, N):
        h = torch.randn(1, N, H)
        return torch.randn(T, N, D), (h, h + 1) if cell == "LSTM" else h

    traced, args = torch.jit.trace(ours, call(T, N)), call(T + 2, N + 1)
    torch.testing.assert_close(traced(*args), theirs(*args))


@pytest.mark.parametrize("cell", [*CELLS, *ONE_STEP])
def test_a_trace_of_a_wrong_call_is_refused(cell):
    """Also what would broadcast: a state for one sequence beside four."""

    def states(N, **options):
        h = torch.zeros((N, H) if "Cell" in cell else (1, N, H), **options)
        return (h, h) if "LSTM" in cell else h

    x = torch.randn(N, D) if "Cell" in cell else torch.randn(T, N, D)
    for wrong in [(x[..., 1:], states(N)), (x, states(1)), (x.double(), states(N)), (x, states(N, dtype=torch.double))]:
        with pytest.raises((RuntimeError, ValueError)) as expected, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer's own, about the sizes in its message
            torch.jit.trace(getattr(torch.nn, cell)(D, H), wrong)
        with pytest.raises(expected.type):
            torch.jit.trace(getattr(nn, cell)(D, H), wrong)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("cell", [*CELLS, "relu"])
def test_a_script_is_that_of_torch_and_learns(twins, cell, options):
    if cell == "relu":
        cell, options = "RNN", options | dict(nonlinearity="relu")
    ours, theirs = models(twins, cell, options)
    weights = dict(ours.named_parameters())
    scripted = torch.jit.script(ours)
    saved = io.BytesIO()
    torch.jit.save(scripted, saved)
    saved.seek(0)
    x = torch.randn(T + 1, N, D)
    scripted(x).sum().backward()
    assert all(weight.grad is not None for weight in weights.values())  # the same parameters, no copies
    assert list(scripted.state_dict()) == list(theirs.state_dict()) and not scripted.layer.training
    for run in (scripted, torch.jit.load(saved), torch.jit.freeze(scripted)):
        torch.testing.assert_close(run(x), theirs(x))


@pytest.mark.parametrize("cell", CELLS)
def test_a_script_never_stands_for_more_than_the_layer(cell):
    """A forward of one's own, a hook or a parametrisation is not left out silently."""
    layer = getattr(nn, cell)(D, H)
    torch.nn.utils.parametrizations.weight_norm(layer, "weight_hh_l0")
    hooked = getattr(nn, cell)(D, H)
    hooked.register_forward_pre_hook(lambda module, args: None)
    own = type("Own", (getattr(nn, cell),), {"forward": lambda self, input, hx=None: input})(D, H)
    for module in (layer, hooked, own):
        assert module.__prepare_scriptable__() is module


class Loop(torch.nn.Module):
    """A loop over time that a script compiles."""

    def __init__(self, cell: torch.nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.cell(x[0])
        for x_t in x[1:]:
            h = self.cell(x_t, h)
        return h[0] if isinstance(h, tuple) else h


@pytest.mark.parametrize("options", [{}, dict(bias=False)])
@pytest.mark.parametrize("cell", ONE_STEP)
def test_cells(twins, cell, options):
    theirs, ours = twins(cell, D, H, **options)
    x = torch.randn(N + 2, D)
    torch.testing.assert_close(torch.jit.trace(ours, (x[:N],))(x), theirs(x))
    torch.testing.assert_close(torch.jit.script(ours)(x), theirs(x))
    if cell != "LSTMCell":
        sequence = torch.randn(T, N, D)
        torch.testing.assert_close(torch.jit.script(Loop(ours))(sequence), Loop(theirs)(sequence))


@pytest.mark.parametrize("cell", [*CELLS, *ONE_STEP])
def test_fx_takes_a_module_as_one_node(cell):
    module = getattr(nn, cell)(D, H)
    traced = torch.fx.symbolic_trace(torch.nn.Sequential(module))
    assert [node.op for node in traced.graph.nodes] == ["placeholder", "call_module", "output"]
    x = torch.randn(N, D)
    torch.testing.assert_close(traced(x), module(x))
    state = torch.randn((N, H) if "Cell" in cell else (1, N, H))
    x = x if "Cell" in cell else torch.randn(T, N, D)

    class Given(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, h):
            return self.module(x, hx=(h, h) if "LSTM" in cell else h)

    torch.testing.assert_close(torch.fx.symbolic_trace(Given())(state), Given()(state))


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_export_with_a_free_batch(twins, cell, strict):
    ours, theirs = models(twins, cell, dict(batch_first=True))
    free, x = {"x": {0: torch.export.Dim("n", min=2, max=50)}}, torch.randn(N + 3, T, D)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        program = torch.export.export(ours, (torch.randn(N, T, D),), dynamic_shapes=free, strict=strict)
    torch.testing.assert_close(program.module()(x), theirs(x))
    assert any(f"aten.{cell.lower()}" in str(node.target) for node in program.graph.nodes)


@pytest.mark.parametrize("cell", CELLS)
def test_make_fx_and_fake_tensors(twins, cell):
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.fx.experimental.proxy_tensor import make_fx

    theirs, ours = twins(cell, D, H, 2)
    x = torch.randn(T, N, D)
    recorded = make_fx(lambda x: ours(x)[0])(torch.randn(T, N, D))
    torch.testing.assert_close(recorded(x), theirs(x)[0])
    with FakeTensorMode():
        y, _ = getattr(nn, cell)(D, H)(torch.randn(T, N, D))
        assert y.shape == (T, N, H)


@pytest.mark.parametrize("cell", ["RNN", "GRU"])
def test_a_counter_of_operations_sees_them(twins, cell):
    from torch.utils.flop_counter import FlopCounterMode

    counts, x = [], torch.randn(T, 60, 100)
    for module in twins(cell, 100, 200):
        with FlopCounterMode(display=False) as counter:
            module(x)
        counts.append(counter.get_total_flops())
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("module", [nn.LayerNormGRU(D, H), nn.VariationalGRU(D, H, states=0.1)])
def test_what_cannot_be_scripted_says_so_and_stays_as_it_is(module):
    model = torch.nn.Sequential(module)
    with pytest.raises(RuntimeError, match="torch.jit.trace"):
        torch.jit.script(model)
    assert isinstance(module.layer, nn.GRU)
    module(torch.randn(N, T, D))
