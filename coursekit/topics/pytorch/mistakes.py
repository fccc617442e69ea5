"""The known mistakes of lesson 06b in modules, training loops and weights by name, as answers that can be run.

`faulty_modules` has the code of the first two, and is imported when they run: importing the exercises must not import
torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import torch_mistakes
from coursekit.reference import conventions

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


# The module.


def _module(fault: str) -> Callable[..., Any]:
    def build(D: int, H: int) -> Any:
        from coursekit.topics.pytorch.faulty_modules import FaultyGRU

        return FaultyGRU(D, H, fault)

    return build


MODULE = tuple(
    Mistake(name, hint, _module(fault))
    for fault, name, hint in (
        (
            "z writes",
            "an update gate that writes: (1 - z) * h + z * n",
            "In PyTorch z keeps the old state. torch.lerp(a, b, z) is a where z is 0, and b where z is 1.",
        ),
        (
            "reset before",
            "a reset before the product, as in ONNX with linear_before_reset=0",
            "PyTorch, cuDNN and Keras multiply r with the product, bias included. The other is another model.",
        ),
        (
            "reset before, z writes",
            "two things at once: a reset before the product, and an update gate that writes, (1 - z) * h + z * n",
            "Both are so in the papers of 2014, and in most posts that follow them. PyTorch multiplies r with the "
            "product, bias included, and with z = 1 the new state equals the old one.",
        ),
        (
            "order z, r, n",
            "gates in the order z, r, n, as Keras and ONNX have them",
            "In PyTorch the first H rows are those of r.",
        ),
        ("b_hn outside", "the recurrent bias of n outside the reset", "r multiplies the whole recurrent part of n."),
        ("no reset", "a candidate without the reset gate", "r is computed, but does n depend on it?"),
        ("h0 ignored", "an initial state that is ignored", "h0 is None or (1, N, H). What if it is given?"),
        (
            "h0 detached",
            "an initial state that is cut off from the graph",
            "A loss reaches h0 as well. detach(), .data and torch.tensor(...) cut the graph.",
        ),
        (
            "state detached",
            "a state that is detached at every step",
            "The states are right and the gradients are not: nothing flows back from one step to the one before.",
        ),
        (
            "weights detached",
            "weights that are used without their graph",
            "The gradients of the weights are zero. Use the nn.Parameter itself, not .data or .detach().",
        ),
        (
            "first state",
            "the state after the first step returned as h_n",
            "h_n is the state after the last step, with an axis for the layers in front.",
        ),
        (
            "h_n detached",
            "an h_n that is cut off from the graph",
            "A loss may read h_n and not hs. The same tensor can serve both.",
        ),
        (
            "large start",
            "first weights that are larger than 1/sqrt(H)",
            "torch.nn.GRU draws every weight and bias uniformly between -1/sqrt(H) and 1/sqrt(H).",
        ),
        (
            "one sign",
            "first weights of one sign",
            "torch.nn.GRU draws from both sides of zero: uniform_(-a, a). torch.rand gives numbers from 0 to 1.",
        ),
        (
            "zero biases",
            "biases that start at zero",
            "torch.nn.GRU draws its biases like its weights, from -1/sqrt(H) to 1/sqrt(H).",
        ),
    )
) + torch_mistakes(_module)


# The training loop.


def _loop(fault: str) -> Callable[..., Any]:
    def fit(*args: Any) -> Any:
        from coursekit.topics.pytorch.faulty_modules import faulty_fit

        return faulty_fit(fault)(*args)

    return fit


LOOP = tuple(
    Mistake(name, hint, _loop(fault))
    for fault, name, hint in (
        (
            "not zeroed",
            "gradients that are never zeroed",
            "backward() adds to what is in .grad. What is there when the second batch comes?",
        ),
        (
            "zeroed too late",
            "a loop that learns nothing: its step is missing, or the gradients are zeroed before it",
            "The step uses what backward() has left in .grad. Is it still there, and does optimiser.step() come after?",
        ),
        (
            "eval forgotten",
            "a validation in training mode",
            "model.eval() and model.train() change what dropout and batch normalisation do. In which mode is the "
            "validation loss computed?",
        ),
        (
            "train forgotten",
            "a model that stays in evaluation mode after the first validation",
            "The first epoch is right, the second is not. In which mode does each epoch of training begin?",
        ),
        (
            "last weights",
            "the weights of the last epoch in the place of the best",
            "state_dict() hands out the tensors themselves, which go on changing in training. Is what you keep a copy, "
            "and do you load it at the end?",
        ),
        (
            "trains on validation",
            "a step on the validation data in each epoch",
            "The validation rows must not move a weight: no backward() and no step for them.",
        ),
        (
            "mean of means",
            "the mean of the batches' losses, in which a small batch counts as much as a large one",
            "The last batch has fewer rows than the others. How much should its loss count?",
        ),
        (
            "last batch",
            "the loss of the last batch in the place of that of the epoch",
            "The training loss of an epoch is a mean over all of its rows.",
        ),
        (
            "sum",
            "the sum of the losses of all rows",
            "loss_of gives a mean over a batch. The loss of an epoch is a mean as well.",
        ),
        (
            "never stops",
            "a loop that runs through all epochs, whatever patience says",
            "early_stopping returns two things. What happens when the second is True?",
        ),
        (
            "watches training",
            "early stopping on the training loss",
            "The training loss nearly always falls. Which of the two losses tells when to stop?",
        ),
        (
            "validated first",
            "a validation before the epoch, not after it",
            "The validation loss of an epoch belongs to the weights at its end.",
        ),
    )
)


# Own weights into torch.nn.GRU.


def _state_dict(change: Callable[[tuple, int, Sequence], Sequence]) -> Callable:
    """A converter that hands the four arrays of every layer through `change(layer, k, layers)`."""

    def to_torch_state_dict(layers: Sequence) -> dict[str, Any]:
        import torch

        given = {
            f"{kind}_l{k}": array
            for k, layer in enumerate(layers)
            for kind, array in zip(KINDS, change(layer, k, layers), strict=True)
        }
        return {key: torch.tensor(array) for key, array in given.items()}

    return to_torch_state_dict


def _as_keras_has_it(array: np.ndarray) -> np.ndarray:
    r, z, n = np.split(array, 3)
    return np.concatenate([z, r, n])


def _one_bias(layer, k, layers):
    W_ih, W_hh, b_ih, b_hh = layer
    return W_ih, W_hh, b_ih + b_hh, np.zeros_like(b_hh)


def _recurrent_transposed(layer, k, layers):
    """The square blocks of W_hh, each transposed: shapes still fit."""
    W_ih, W_hh, b_ih, b_hh = layer
    return W_ih, np.concatenate([block.T for block in np.split(W_hh, 3)]), b_ih, b_hh


STATE_DICT = (
    Mistake(
        "gates reordered to z, r, n",
        "Keras and ONNX list z first. In which order do the course and PyTorch stack the rows?",
        _state_dict(lambda layer, k, layers: [_as_keras_has_it(array) for array in layer]),
    ),
    Mistake(
        "b_ih and b_hh exchanged",
        "For r and z only their sum matters. For n it does not: r multiplies one of the two.",
        _state_dict(lambda layer, k, layers: (*layer[:2], layer[3], layer[2])),
    ),
    Mistake(
        "the two biases added into one",
        "In a GRU the rows of n in b_hh are inside the reset, and those in b_ih outside: they cannot be added.",
        _state_dict(_one_bias),
    ),
    Mistake(
        "transposed matrices",
        "PyTorch stores (3H, D) and (3H, H), as the course does. Nothing has to be transposed.",
        _state_dict(lambda layer, k, layers: [array.T for array in layer]),
    ),
    Mistake(
        "the square blocks of W_hh transposed",
        "The shape (3H, H) cannot tell whether a square block is transposed. Compare one entry.",
        _state_dict(_recurrent_transposed),
    ),
    Mistake(
        "z negated, as for a convention in which z writes",
        "In PyTorch z keeps, as in the course: h = (1 - z) * n + z * h.",
        _state_dict(lambda layer, k, layers: conventions.flip_update_gate(layer)),
    ),
    Mistake(
        "the layers from last to first",
        "Layer l0 is the one that reads the input.",
        _state_dict(lambda layer, k, layers: layers[len(layers) - 1 - k]),
    ),
    Mistake(
        "the weights of the first layer in every layer",
        "Does the loop over the layers use its own layer?",
        _state_dict(lambda layer, k, layers: layers[0]),
    ),
)
