"""The errors of the recurrent modules: same types as torch.nn raises, each a sentence that says what to do."""

from __future__ import annotations

import numbers
import warnings

from torch import Tensor


def constructor(input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size, is_lstm) -> None:
    """Raise TypeError or ValueError unless these are arguments of a layer; warn of dropout that does nothing."""
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        positive_int(name, value)
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, got {value!r}.")
    if not isinstance(dropout, numbers.Real) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
        raise ValueError(f"dropout is the probability of zeroing an element, from 0 to 1; got {dropout!r}.")
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout acts between layers, so it does nothing with num_layers=1; use num_layers=2 or more, or "
            "torch.nn.Dropout on the output.",
            stacklevel=4,
        )
    if proj_size is not None and not is_lstm:
        raise ValueError("proj_size exists for the LSTM only.")
    if is_lstm and not 0 <= proj_size < hidden_size:
        raise ValueError(f"proj_size must be from 0 to hidden_size - 1 = {hidden_size - 1}, got {proj_size}.")


def positive_int(name: str, value) -> None:
    """Raise TypeError or ValueError, naming the argument, unless the value is an int greater than zero."""
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}.")
    if value <= 0:
        raise ValueError(f"{name} must be greater than zero, got {value}.")


def dtype(module: str, x: Tensor, weight: Tensor, what: str = "input", error: type[Exception] = ValueError) -> None:
    """Raise ValueError (or `error`) unless the tensor has the type of the weights."""
    if x.dtype != weight.dtype:
        to_weights, to_input = f"{what}.to({weight.dtype})", f"module.to({x.dtype})"
        mend = f"one: {to_weights} or {to_input}" if x.is_floating_point() or x.is_complex() else f"it: {to_weights}"
        raise error(f"{module}: the {what} is {x.dtype} and the weights are {weight.dtype}; convert {mend}.")


def features(module: str, x: Tensor, input_size: int) -> None:
    """Raise RuntimeError unless x (..., D) has D = input_size."""
    if x.shape[-1] != input_size:
        raise RuntimeError(
            f"{module}: the last dimension of the input must be input_size = {input_size}, and it is {x.shape[-1]}."
        )


def dimensions(module: str, x: Tensor, batch_first: bool) -> None:
    """Raise ValueError unless x has two axes, (T, D), or three, with a batch."""
    if x.dim() not in (2, 3):
        batched = "(N, T, D)" if batch_first else "(T, N, D)"
        raise ValueError(
            f"{module}: expected an input of shape {batched}, or (T, D) without a batch, got {tuple(x.shape)}."
        )


def length(module: str, T: int) -> None:
    """Raise RuntimeError for a sequence of no steps."""
    if T == 0:
        raise RuntimeError(f"{module}: the sequence has no time steps; give at least one.")


def state(module: str, name: str, h: Tensor, expected: tuple[int, ...]) -> None:
    """Raise RuntimeError unless a state has the shape that is expected."""
    if tuple(h.shape) != expected:
        raise RuntimeError(f"{module}: {name} must have shape {expected}, got {tuple(h.shape)}.")


def pair(module: str, hx, at_least_two: bool) -> None:
    """Raise TypeError or RuntimeError unless hx is a tuple or list of two tensors.

    at_least_two: whether fewer than two count as a wrong type, as in a layer of torch.nn, and not as a wrong number.
    """
    is_sequence = isinstance(hx, (tuple, list)) and all(isinstance(h, Tensor) for h in hx)
    if not is_sequence or (at_least_two and len(hx) < 2):
        raise TypeError(f"{module}: the initial state must be a pair of tensors (h_0, c_0).")
    if len(hx) != 2:
        raise RuntimeError(f"{module}: the initial state must be a pair of tensors (h_0, c_0), got {len(hx)}.")
