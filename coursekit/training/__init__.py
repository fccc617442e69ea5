"""Training in NumPy: a cell of `coursekit.reference` with a linear read-out, two losses, two optimisers, one loop."""

from .initial import gate_rows, gates, with_gate_bias, with_orthogonal_recurrence
from .loop import History, train
from .loss import Result, evaluate, loss_and_gradients, sequences_right
from .model import Model, count_parameters, new_model, predict, weights, with_weights, zero_state
from .optimisers import adam, clip_by_global_norm, global_norm, sgd

__all__ = [
    "History",
    "Model",
    "Result",
    "adam",
    "clip_by_global_norm",
    "count_parameters",
    "evaluate",
    "gate_rows",
    "gates",
    "global_norm",
    "loss_and_gradients",
    "new_model",
    "predict",
    "sequences_right",
    "sgd",
    "train",
    "weights",
    "with_gate_bias",
    "with_orthogonal_recurrence",
    "with_weights",
    "zero_state",
]
