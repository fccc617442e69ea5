"""Whatever the numbers, the states and the weights are like: the result of torch.nn, or its kind of error.

A table of properties. Each entry makes the same call of a module of torch.nn and of ours, and returns what it gave.
"""

from __future__ import annotations

import copy
import pickle
import warnings

import pytest
import torch
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

from coursekit import nn
from coursekit.reference.conventions import STATE_DICT_KEYS

D, H, T, N = 3, 5, 6, 4
CELLS = ["RNN", "LSTM", "GRU"]
TOLERANCE = {torch.bfloat16: 3e-2, torch.float16: 4e-3, torch.float32: 1e-4, torch.complex64: 1e-4}


class Kind:
    """A module class of one library, and what its calls need."""

    def __init__(self, library, cell: str, **options) -> None:
        self.library, self.cell, self.options = library, cell, options

    def layer(self, *args, **options) -> torch.nn.Module:
        torch.manual_seed(1)
        return getattr(self.library, self.cell)(*(args or (D, H)), **options, **self.options)

    def state(self, *shape: int, **options):
        """A state of random numbers, a pair for the LSTM."""
        first, second = torch.randn(shape, **options), torch.randn(shape, **options)
        return (first, second) if self.cell == "LSTM" else first

    def like(self, h: torch.Tensor):
        return (h, h) if self.cell == "LSTM" else h


def flat(value) -> list[torch.Tensor]:
    if isinstance(value, PackedSequence):
        return [value.data]
    return [value] if isinstance(value, torch.Tensor) else [t for each in value for t in flat(each)]


def everything(layer: torch.nn.Module, outputs, *leaves: torch.Tensor) -> list[torch.Tensor]:
    """The outputs, and the gradients of the leaves and of the weights."""
    outputs = flat(outputs)
    torch.manual_seed(2)
    upstream = [torch.randn_like(out) for out in outputs]
    return [*outputs, *torch.autograd.grad(outputs, [*leaves, *layer.parameters()], upstream)]


def _number_format(dtype: torch.dtype):
    def call(kind: Kind):
        layer = kind.layer(D, H, 2, bidirectional=True, dtype=dtype)
        x = torch.randn(T, N, D, dtype=dtype, requires_grad=True)
        return everything(layer, layer(x, kind.state(4, N, H, dtype=dtype)), x)

    return call


def _packed_complex(kind: Kind):
    layer = kind.layer(D, H, 2, bidirectional=True, dtype=torch.complex128)
    padded = torch.randn(T, N, D, dtype=torch.complex128)
    return everything(layer, layer(pack_padded_sequence(padded, [3, 6, 4, 1], enforce_sorted=False)))


def _input_of(dtype: torch.dtype):
    return lambda kind: kind.layer()(torch.ones(T, N, D, dtype=dtype))


def _state_of(dtype: torch.dtype):
    return lambda kind: kind.layer()(torch.ones(T, N, D), kind.like(torch.ones(1, N, H, dtype=dtype)))


def _one_parameter_of(name: str, dtype: torch.dtype):
    def call(kind: Kind):
        layer = kind.layer()
        setattr(layer, name, torch.nn.Parameter(getattr(layer, name).detach().to(dtype)))
        return layer(torch.randn(T, N, D))

    return call


def _shapes_on_meta(kind: Kind):
    layer, x = kind.layer(D, H, 2, device="meta"), torch.randn(T, N, D, device="meta", requires_grad=True)
    return [torch.zeros(t.shape) for t in everything(layer, layer(x), x)]


def _packed_on_meta(kind: Kind):
    packed = pack_padded_sequence(torch.randn(T, N, D), [6, 4, 2, 2])
    packed = PackedSequence(packed.data.to("meta"), packed.batch_sizes)
    return [torch.zeros(t.shape) for t in flat(kind.layer(D, H, 2, bidirectional=True, device="meta")(packed))]


def _devices_mixed(weights: str, x: str, state: str):
    return lambda kind: kind.layer(D, H, device=weights)(
        torch.randn(T, N, D, device=x), kind.state(1, N, H, device=state)
    )


def _default_device(packed: bool):
    def call(kind: Kind):
        layer, rows = kind.layer(D, H, 2, bidirectional=True, bias=False), [torch.randn(n, D) for n in (5, 2, 3)]
        x = pack_sequence(rows, enforce_sorted=False) if packed else torch.randn(T, N, D)
        with torch.device("meta"):
            outputs = layer(x)
        return everything(layer, outputs)

    return call


def _empty(batch_first: bool):
    def call(kind: Kind):
        layer = kind.layer(D, H, 2, batch_first=batch_first)
        x = torch.randn(*((0, T) if batch_first else (T, 0)), D, requires_grad=True)
        return everything(layer, layer(x, kind.state(2, 0, H)), x)

    return call


def _expanded(kind: Kind):
    x, h = torch.randn(1, N, D, requires_grad=True), torch.randn(1, 1, H, requires_grad=True)
    layer = kind.layer()
    return everything(layer, layer(x.expand(T, N, D), kind.like(h.expand(1, N, H))), x, h)


def _gaps(kind: Kind):
    x, h = torch.randn(D, N, 2 * T, requires_grad=True), torch.randn(H, N, 2, requires_grad=True)
    layer = kind.layer(D, H, 2)
    return everything(layer, layer(x.permute(2, 1, 0)[::2], kind.like(h.permute(2, 1, 0))), x, h)


def _negative_views(kind: Kind):
    x, h = (torch.randn(shape, dtype=torch.complex64).conj().imag for shape in ((T, N, D), (1, N, H)))
    assert x.is_neg()
    layer = kind.layer()
    return everything(layer, layer(x, kind.like(h)))


def _autocast(dtype: torch.dtype, x: torch.dtype, state: torch.dtype):
    def call(kind: Kind):
        layer = kind.layer(D, H, dtype=dtype)
        with torch.autocast("cpu", torch.bfloat16):
            return layer(torch.ones(T, N, D, dtype=x), kind.like(torch.ones(1, N, H, dtype=state)))

    return call


def _loaded(assign: bool):
    def call(kind: Kind):
        layer = kind.layer()
        layer.load_state_dict({name: w.bfloat16() for name, w in layer.state_dict().items()}, assign=assign)
        x = torch.randn(T, N, D, dtype=layer.weight_ih_l0.dtype)
        return everything(layer, layer(x))

    return call


def _assigned_and_not_converted(kind: Kind):
    layer = kind.layer()
    layer.load_state_dict({name: w.bfloat16() for name, w in layer.state_dict().items()}, assign=True)
    return layer(torch.randn(T, N, D))


def _trained(reparametrise):
    """A step of training, so that what computes a weight anew before each call has to do so."""

    def call(kind: Kind):
        layer, x = kind.layer(D, H, dtype=torch.float64), torch.randn(T, N, D, dtype=torch.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the older weight_norm is deprecated
            reparametrise(layer)
        descent = torch.optim.SGD(layer.parameters(), 0.1)
        layer(x)[0].sum().backward()
        descent.step()
        return everything(layer, layer(x))

    return call


def _inference(inside: bool):
    def call(kind: Kind):
        layer = kind.layer(D, H, 2)
        with torch.inference_mode():
            x = torch.randn(T, N, D)
            if inside:
                return [y.clone() for y in flat(layer(x))]
        return everything(layer, layer(x))

    return call


def _copied(kind: Kind):
    layer = kind.layer()
    layer(torch.randn(T, N, D))
    return pickle.loads(pickle.dumps(copy.deepcopy(layer)))(torch.randn(T, N, D))


def _saved_elsewhere(kind: Kind):
    layer, x = kind.layer(D, H, 2), torch.randn(T, N, D, requires_grad=True)
    with torch.autograd.graph.save_on_cpu(), torch.autograd.detect_anomaly(check_nan=True):
        outputs = layer(x)
    again = torch.utils.checkpoint.checkpoint(lambda x: layer(x)[0], x, use_reentrant=False)
    return everything(layer, [*flat(outputs), again], x)


def _deterministic(kind: Kind):
    layer = kind.layer(D, H, 2, bidirectional=True)
    torch.use_deterministic_algorithms(True)
    try:
        return everything(layer, layer(pack_padded_sequence(torch.randn(T, N, D), [6, 4, 2, 2])))
    finally:
        torch.use_deterministic_algorithms(False)


def _not_finite(kind: Kind):
    layer, x = kind.layer(), torch.randn(T, N, D)
    x[2, 1, 0], x[3, 2, 0] = float("nan"), float("inf")
    y, _ = layer(x)
    return [y.nan_to_num(7.0), *(g.nan_to_num(7.0) for g in torch.autograd.grad(y[:2].sum(), layer.parameters()))]


def _changed_before_the_backward_pass(what: str):
    def call(kind: Kind):
        layer, x = kind.layer(), torch.randn(T, N, D)
        outputs = layer(x)
        with torch.no_grad():
            (x if what == "input" else getattr(layer, what)).add_(1)
        return everything(layer, outputs)

    return call


PROPERTIES = {
    **{f"in {dtype}": _number_format(dtype) for dtype in (*TOLERANCE, torch.float64, torch.complex128)},
    "complex and packed": _packed_complex,
    **{f"input in {dtype}": _input_of(dtype) for dtype in (torch.float64, torch.int64, torch.bool, torch.complex64)},
    **{f"state in {dtype}": _state_of(dtype) for dtype in (torch.float64, torch.int64, torch.complex64)},
    **{f"{name} in float64": _one_parameter_of(name, torch.float64) for name in STATE_DICT_KEYS},
    "weight_hh_l0 in bfloat16": _one_parameter_of("weight_hh_l0", torch.bfloat16),
    "without numbers": _shapes_on_meta,
    "packed, without numbers": _packed_on_meta,
    **{
        f"weights, input, state on {devices}": _devices_mixed(*devices)
        for devices in (("cpu", "meta", "meta"), ("meta", "cpu", "cpu"), ("cpu", "cpu", "meta"))
    },
    "another default device": _default_device(packed=False),
    "packed under another default device": _default_device(packed=True),
    "no sequences": _empty(batch_first=False),
    "no sequences, batch first": _empty(batch_first=True),
    "expanded input and state": _expanded,
    "input and state with gaps": _gaps,
    "negative views": _negative_views,
    "sparse input": lambda kind: kind.layer()(torch.ones(T, N, D).to_sparse()),
    "oneDNN layout": lambda kind: kind.layer()(torch.ones(T, N, D).to_mkldnn()),
    "nested input": lambda kind: kind.layer()(torch.nested.nested_tensor([torch.ones(3, D), torch.ones(2, D)])),
    "a NumPy array": lambda kind: kind.layer()(torch.ones(T, N, D).numpy()),
    "autocast of float64": _autocast(torch.float64, torch.float64, torch.float64),
    "autocast of complex numbers": _autocast(torch.complex64, torch.complex64, torch.complex64),
    "autocast, input in float64": _autocast(torch.float32, torch.float64, torch.float32),
    "autocast, whole numbers": _autocast(torch.float32, torch.int64, torch.float32),
    "autocast, state in float64": _autocast(torch.float32, torch.float32, torch.float64),
    "a state_dict in bfloat16": _loaded(assign=False),
    "a state_dict in bfloat16, assigned": _loaded(assign=True),
    "assigned, and the input not converted": _assigned_and_not_converted,
    "weight_norm": _trained(lambda layer: parametrizations.weight_norm(layer, "weight_hh_l0")),
    "the older weight_norm": _trained(lambda layer: torch.nn.utils.weight_norm(layer, "weight_hh_l0")),
    "orthogonal": _trained(lambda layer: parametrizations.orthogonal(layer, "weight_hh_l0")),
    "pruned": _trained(lambda layer: prune.l1_unstructured(layer, "weight_hh_l0", 0.5)),
    "a pruned bias": _trained(lambda layer: prune.identity(layer, "bias_ih_l0")),
    "tied weights": _trained(lambda layer: setattr(layer, "bias_hh_l0", layer.bias_ih_l0)),
    "inference mode": _inference(inside=True),
    "input from inference mode": _inference(inside=False),
    "copied and pickled": _copied,
    "saved tensors elsewhere, checkpoints, anomaly detection": _saved_elsewhere,
    "deterministic algorithms": _deterministic,
    "nan and infinity": _not_finite,
    **{f"{what} changed in place": _changed_before_the_backward_pass(what) for what in ("input", "weight_hh_l0")},
}


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled:UserWarning")
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype:UserWarning")
@pytest.mark.filterwarnings("ignore::coursekit.nn.BackendWarning")  # of what the steps in C++ do not take
@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("backend", ["auto", pytest.param("native", marks=pytest.mark.slow)])
@pytest.mark.parametrize("cell", CELLS)
def test_as_torch(cell, backend, name):
    found = []
    for kind in (Kind(torch.nn, cell), Kind(nn, cell, backend=backend)):
        torch.manual_seed(0)
        try:
            found.append(flat(PROPERTIES[name](kind)))
        except Exception as error:
            found.append(error)
    theirs, ours = found
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert isinstance(ours, type(theirs)), found
        return
    for a, b in zip(ours, theirs, strict=True):
        tolerance = TOLERANCE.get(b.dtype, 1e-9)
        largest = b.detach().abs().amax().item() if b.numel() else 0.0
        torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance * max(1.0, largest))


def test_states_that_grow_in_the_padding_spoil_nothing(twins):
    """A relu without bounds: in 300 steps of padding a state passes the largest float32, and 0 * inf is nan."""
    found = []
    for layer in twins("RNN", D, H, nonlinearity="relu", bias=False):
        with torch.no_grad():
            layer.weight_ih_l0.fill_(1.0), layer.weight_hh_l0.copy_(3 * torch.eye(H))
        x = -torch.ones(300, 2, D)
        x[0, 1] = 1
        found.append(everything(layer, layer(pack_padded_sequence(x, [300, 1]))))
    for theirs, ours in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)
        assert theirs.isfinite().all()


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_hand_written_pass_cannot_do_is_on_record(cell):
    layer = getattr(nn, cell)(D, H, dtype=torch.complex64)
    layer(torch.randn(T, N, D, dtype=torch.complex64))
    assert layer.backend_used == "readable" and "not with torch.complex64" in layer.backend_reason
    layer = getattr(nn, cell)(D, H, dtype=torch.complex64, backend="fast")
    with pytest.warns(nn.BackendWarning, match="real floating point numbers"):
        layer(torch.randn(T, N, D, dtype=torch.complex64))
