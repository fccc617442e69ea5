"""The cases of PyTorch's own module database for the RNN family: what its layers must do, ours must do."""

from __future__ import annotations

import warnings

import pytest
import torch

from coursekit import nn

FAMILY = ["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]
DTYPES = [torch.float32, torch.float64, torch.complex128]  # the database names the first two


@pytest.fixture(scope="module")
def database():
    """By the name of a layer what PyTorch's tests know of it: seconds of importing that collecting is spared."""
    pytest.importorskip("expecttest", reason="PyTorch's test tools import expecttest (pip install expecttest)")
    from torch.testing._internal.common_modules import module_db

    return {info.module_cls.__name__: info for info in module_db if info.module_cls.__name__ in FAMILY}


def build(library, name: str, given, dtype: torch.dtype) -> torch.nn.Module:
    torch.manual_seed(1)
    options = {"dtype": dtype} | given.kwargs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dropout with one layer
        return getattr(library, name)(*given.args, **options)


def flat(value) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    return [t for each in value if each is not None for t in flat(each)]


def outcome(module: torch.nn.Module, given) -> list[torch.Tensor]:
    """What a call returns, and the gradients of its arguments and of the weights."""
    outputs = flat(module(*given.args, **given.kwargs))
    torch.manual_seed(2)
    leaves = [t for t in [*flat(given.args), *module.parameters()] if t.requires_grad]
    return [*outputs, *torch.autograd.grad(outputs, leaves, [torch.randn_like(out) for out in outputs])]


def test_the_family_is_complete(database):
    assert sorted(database) == sorted(FAMILY)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning")  # torch.nn's
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FAMILY)
def test_inputs(database, name, dtype, training):
    info = database[name]
    torch.manual_seed(0)
    samples = list(info.module_inputs_func(info, "cpu", dtype, requires_grad=True, training=training))
    assert samples
    for sample in samples:
        theirs, ours = (build(library, name, sample.constructor_input, dtype) for library in (torch.nn, nn))
        theirs.train(training), ours.train(training)
        given = sample.forward_input
        if dtype.is_complex and getattr(ours, "nonlinearity", None) == "relu":
            for module in (theirs, ours):
                with pytest.raises(NotImplementedError):
                    module(*given.args, **given.kwargs)
            continue
        for a, b in zip(outcome(ours, given), outcome(theirs, given), strict=True):
            torch.testing.assert_close(a, b)
        expected = sample.reference_fn(ours, *given.args, **given.kwargs)
        for a, b in zip(flat(ours(*given.args, **given.kwargs)), flat(expected), strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize("name", FAMILY)
def test_wrong_inputs(database, name):
    from torch.testing._internal.common_modules import ModuleErrorEnum

    info = database[name]
    samples = info.module_error_inputs_func(info, "cpu", torch.float32, requires_grad=False, training=True)
    for sample in samples:
        given = sample.module_error_input
        if sample.error_on is ModuleErrorEnum.CONSTRUCTION_ERROR:
            with pytest.raises(sample.error_type):
                getattr(nn, name)(*given.constructor_input.args, **given.constructor_input.kwargs)
            continue
        module = getattr(nn, name)(*given.constructor_input.args, **given.constructor_input.kwargs)
        with pytest.raises(sample.error_type):
            module(*given.forward_input.args, **given.forward_input.kwargs)
