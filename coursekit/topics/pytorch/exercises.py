"""Lesson 06b, PyTorch: a module, Adam, batches, early stopping, a training loop, weights by their names.

torch is imported when an answer is checked, not before: everything here that needs it imports it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.checking.values import Described, NotUsable, as_array
from coursekit.recurrence.beside import beside
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, sequence_args, upstream
from coursekit.recurrence.gru_tensors import LAYER_PARTS, LAYER_SIZES, STATES, weight_tensors
from coursekit.reference import conventions, gru
from coursekit.topics.pytorch import mistakes, step_mistakes
from coursekit.topics.pytorch.answers import (
    GRU,
    adam_step,
    early_stopping,
    fit,
    shuffled_batches,
    to_torch_state_dict,
)
from coursekit.topics.pytorch.run_modules import train_module, train_with, with_kinds

LESSON = "06b_pytorch"


# A module from scratch.


def _draw_layer(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        (N, T, D, H), large = sizes.values(), name == LARGE
        x, h0, params = sequence_args(rng, gru, N, T, D, H, large).values()
        args = {"D": D, "H": H, "weights": conventions.to_state_dict(params), "x": x, "h0": h0[None]}
        gradients = {"dhs": upstream(rng, (N, T, H), large), "dh_n": upstream(rng, (1, N, H), large)}
        yield Draw(name, args | gradients, sizes)


register(
    Exercise(
        name="GRU",
        lesson=LESSON,
        asks="A torch.nn.Module that is a GRU layer: parameters named as in torch.nn.GRU, forward(x, h0) -> (hs, h_n), "
        "and gradients by autograd.",
        reference=GRU,
        parts=LAYER_PARTS,
        returns=(
            STATES,
            Tensor("h_n", ("1", "N", "H")),
            Tensor("hs without h0", ("N", "T", "H"), sequence="T"),
            Tensor("dx", ("N", "T", "D"), sequence="T"),
            Tensor("dh0", ("1", "N", "H")),
            *weight_tensors("dW_ih", "dW_hh", "db_ih", "db_hh"),
            Tensor("first weights", ("W_ih, W_hh, b_ih, b_hh",), exact=True),  # see `train_module`
        ),
        draw=_draw_layer,
        apply=beside(train_module),
        mistakes=mistakes.MODULE,
        hints=(
            "In the constructor: super().__init__(), then four nn.Parameter with the names weight_ih_l0, weight_hh_l0, "
            "bias_ih_l0 and bias_hh_l0. In forward: the loop of lesson 05, with torch in place of NumPy.",
            "nn.Parameter(torch.empty(shape).uniform_(-a, a)) with a = 1/sqrt(H) is how torch.nn.GRU begins.",
            "h = h0[0] if h0 is given, else x.new_zeros(N, H), which has the dtype and the device of x. Keep the "
            "states in a list, and return torch.stack(states, dim=1) and h[None].",
            "(x_t @ W_ih.T + b_ih).chunk(3, dim=1) gives the parts of r, z and n. Do the same with h and W_hh. "
            "Never write into a tensor that autograd still needs.",
        ),
        points=5,
    )
)


# Adam.


def _draw_adam(rng: np.random.Generator) -> Iterator[Draw]:
    """The first step, later ones, and one with gradients so small that eps counts."""
    for name, (shape, t, scale) in {
        "the first step": ((2, 3), 1, 1.0),
        "a later step": ((4, 3), 4, 1.0),
        "small gradients": ((3, 5), 7, 1e-6),
        "a gradient of zero": ((2, 4), 2, 1.0),
        "other numbers": ((5,), 30, 50.0),
    }.items():
        gradient = scale * rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape)
        m = scale * rng.uniform(0.1, 1, shape) * rng.choice([-1.0, 1.0], shape) * (t > 1)
        v = scale**2 * rng.uniform(0.1, 2, shape) * (t > 1)
        if name == "a gradient of zero":
            m.flat[0] = v.flat[0] = gradient.flat[0] = 0.0
        usual = {"lr": float(rng.uniform(0.05, 0.2)), "beta1": float(rng.uniform(0.8, 0.9))}
        args = {"weight": rng.standard_normal(shape), "gradient": gradient, "m": m, "v": v, "t": t} | usual
        yield Draw(name, args | {"beta2": float(rng.uniform(0.95, 0.99)), "eps": 1e-7}, {"entries": gradient.size})


register(
    Exercise(
        name="adam_step",
        lesson=LESSON,
        asks="Step t of Adam for one weight array: the new weight, and the two averages m and v.",
        reference=adam_step,
        returns=(Tensor("weight", ("entries",)), Tensor("m", ("entries",)), Tensor("v", ("entries",))),
        draw=_draw_adam,
        mistakes=step_mistakes.ADAM,
        parts={"m_hat": "m, corrected for its start at zero", "v_hat": "v, corrected for its start at zero"},
        hints=(
            "Five lines, one for each equation. The first two make new averages from the old ones and the gradient.",
            "At t = 1 with m = 0 the average is (1 - beta1) times the gradient. What must it be divided by, so that "
            "the gradient itself comes out? And at step t?",
            "The root is taken of the corrected v alone; eps is added after it. What is returned are m and v as they "
            "are before the correction.",
        ),
        points=2,
    )
)


# Batches.


def _draw_rows(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (N, size) in {
        "a smaller last batch": (7, 3),
        "batches that fill": (8, 4),
        "one batch": (5, 9),
        "full size": (23, 5),
    }.items():
        arrays = (rng.standard_normal((N, 3)), rng.permutation(10 * N)[:N])
        order = rng.permutation(N)
        while np.array_equal(order, np.argsort(order)):  # such an order reads the same backwards
            order = rng.permutation(N)
        yield Draw(name, {"arrays": arrays, "order": order, "size": size}, {"rows": N, "batches": -(-N // size)})


def _one_after_the_other(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """How many rows each batch has, and the rows of each array in the order in which the batches bring them."""
    told = answer(*args.values())
    batches, cache = told, ()
    if isinstance(told, tuple) and len(told) == 2 and isinstance(told[0], list) and isinstance(told[1], (tuple, dict)):
        batches, cache = told[0], (told[1],)
    if told is None or isinstance(told, str):
        return told  # for the report to name
    if not isinstance(batches, (list, tuple)) or not batches:
        kind = "an empty list" if isinstance(batches, (list, tuple)) else f"a {type(batches).__name__}"
        return Described(f"{kind}; asked for is a list of batches")
    for k, batch in enumerate(batches):
        if not isinstance(batch, (list, tuple)) or len(batch) != 2:
            return Described(
                f"a list whose part {k} is no pair of arrays; asked for is a list of batches, (inputs, targets) each"
            )
    try:
        batches = [[as_array(part) for part in batch] for batch in batches]
    except NotUsable as reason:
        return Described(f"a list of batches of which a part {reason}; asked for are the rows of both arrays")
    for k, batch in enumerate(batches):
        if [part.ndim for part in batch] != [2, 1]:
            return Described(f"a list of which number {k} holds no rows of both arrays; asked for is a list of batches")
    sizes = np.array([len(batch[0]) for batch in batches])
    try:
        return (sizes, *(np.concatenate([batch[place] for batch in batches]) for place in range(2)), *cache)
    except ValueError:
        return Described("batches whose rows do not have one length; asked for is a list of batches")


register(
    Exercise(
        name="shuffled_batches",
        lesson=LESSON,
        asks="All rows of several arrays once, in a given order, as a list of batches.",
        reference=shuffled_batches,
        chance="order",
        returns=(
            Tensor("rows in each batch", ("batches",), exact=True),
            Tensor("inputs", ("rows", "3")),
            Tensor("targets", ("rows",), exact=True),
        ),
        draw=_draw_rows,
        apply=_one_after_the_other,
        mistakes=step_mistakes.BATCHES,
        hints=(
            "Cut `order` into pieces first. Each piece says which rows a batch has.",
            "range(0, len(order), size) gives where each piece begins. A slice that goes beyond the end is cut off at "
            "the end, without an error.",
            "array[rows] with an array of integers picks these rows, in this order. A batch is a tuple with one part "
            "for each array.",
        ),
        points=2,
    )
)


# Early stopping.


def _draw_losses(rng: np.random.Generator) -> Iterator[Draw]:
    """Losses up to now. u, d: a little up, a little down; n: NaN; e: equal to the best; D: far down, a new best."""
    for name, (moves, patience) in {
        "still falling": ("DDDDD", 2),
        "the wait is over": ("DDDuuu", 3),
        "one epoch is left": ("DDuuu", 4),
        "up and down": ("DDUdud", 4),
        "set back in between": ("DUDuDu", 3),
        "equal losses": ("DDuuee", 4),
        "NaN": ("DDnDu", 2),
        "NaN at first": ("nDUduuu", 5),
        "the last is the best": ("DUudD", 4),
        "the wait has long been over": ("DDuudu", 2),
    }.items():
        losses, now = [], float(rng.uniform(2, 3))
        for move in moves:
            best = np.nanmin([now, *losses]) if losses else now
            step = float(rng.uniform(0.01, 0.04))
            now = {"D": best - 5 * step, "U": now + 8 * step, "u": now + step, "d": now - step, "e": best, "n": now}[
                move
            ]
            losses.append(float("nan") if move == "n" else now)
        yield Draw(name, {"losses": losses, "patience": patience}, {"epochs": len(losses)})


register(
    Exercise(
        name="early_stopping",
        lesson=LESSON,
        asks="Which epoch has the smallest validation loss so far, and whether patience is at its end.",
        reference=early_stopping,
        returns=(Tensor("best", exact=True), Tensor("stop", exact=True)),
        draw=_draw_losses,
        mistakes=step_mistakes.STOPPING,
        hints=(
            "Two questions, one after the other: where is the smallest loss, and how many epochs came after it?",
            "A loop over the losses with `if loss < smallest` keeps the first of equal ones, and NaN is smaller than "
            "nothing. With what should `smallest` begin?",
            "len(losses) - 1 is the place of the last epoch. Its distance from the best one is compared with patience.",
        ),
        points=2,
    )
)


# The training loop.


def _draw_trainings(rng: np.random.Generator) -> Iterator[Draw]:
    """Trainings that pass a point at which the validation loss is smallest; the network walks from one line to another.

    The validation targets lie on a line in between. Some trainings stop early, one runs through, one ends at its best.
    """
    for name, (N, size, epochs, patience, way) in {
        "stops early": (7, 4, 9, 2, 0.5),
        "waits longer": (11, 4, 9, 3, 0.4),
        "all epochs": (7, 4, 4, 9, 0.4),
        "ends at its best": (10, 4, 3, 2, 1.0),
    }.items():
        while True:
            args = _training(rng, N, size, epochs, patience, way)
            losses = train_with(fit, *args.values())[1].numpy()
            best, run = int(losses.argmin()), len(losses)
            fits = losses.max() < 20 and (best == run - 1 if way == 1.0 else 0 < best < run - 1)
            if fits and (run < epochs) == (patience < 4 and way < 1):
                break
        yield Draw(name, args, {"epochs": run, "D": 3})


def _training(rng: np.random.Generator, N: int, size: int, epochs: int, patience: int, way: float) -> dict[str, Any]:
    """Arguments of `train_with`, without the loop."""
    begin, end = rng.standard_normal((2, 3, 1))
    x, x_valid = rng.standard_normal((2, N, 3))
    y, y_valid = x @ end + 0.2 * rng.standard_normal((N, 1)), x_valid @ (begin + way * (end - begin))
    rows = [np.split(rng.permutation(N), range(size, N, size)) for _ in range(epochs)]
    first = {"weight": begin.T, "bias": rng.uniform(0.1, 0.3, 1), "x": x, "y": y, "x_valid": x_valid}
    return first | {"y_valid": y_valid, "rows": rows, "patience": patience, "lr": float(rng.uniform(0.15, 0.2))}


register(
    Exercise(
        name="fit",
        lesson=LESSON,
        asks="Train a network, watch the validation loss, stop early, and leave the best weights in the network.",
        reference=fit,
        returns=(
            Tensor("train_losses", ("epochs",)),
            Tensor("valid_losses", ("epochs",)),
            Tensor("weight left", ("1", "D")),
            Tensor("bias left", ("1",)),
            Tensor("mean left", ("D",)),
            Tensor("variance left", ("D",)),
        ),
        draw=_draw_trainings,
        apply=beside(train_with),
        uses=("early_stopping",),
        mistakes=mistakes.LOOP,
        hints=(
            "Two loops: over the epochs, and in each over its batches. After the inner one comes the validation, then "
            "the question whether to stop.",
            "Of each batch: the loss, then three calls in this order, of which the first makes room in .grad, the "
            "second fills it, and the third uses it.",
            "model.train() before the batches; model.eval(), and `with torch.no_grad():`, for the validation. "
            "loss.item() is the number in a loss; weigh it with the rows of its batch.",
            "After each validation: best, stop = early_stopping(valid_losses, patience). If best is this very epoch, "
            "copy.deepcopy what model.state_dict() hands out, and load it at the end.",
        ),
        points=5,
    )
)


# Weights by their names.

_KEYS = tuple(f"{kind}_l{k}" for k in range(2) for kind in mistakes.KINDS)
_NO_TENSOR = "no tensor of torch; make one of the array"


def _in_order(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """The values of a returned dict, each a tensor; anything else is left for the report to name.

    Names are what is asked for: arrays without them are no answer, whatever their order, and neither are NumPy's arrays
    under the right names, nor names that `load_state_dict` would refuse.
    """
    told = beside(with_kinds)(answer, args)
    if type(told) is not tuple or len(told) != 2 or not isinstance(told[1], list):
        return told
    value, tensors = told
    cache = value[1:] if isinstance(value, tuple) and tensors else ()
    value = value[0] if cache else value
    if isinstance(value, (tuple, list)):
        return Described(
            f"{'a tuple' if isinstance(value, tuple) else 'a list'} without names; asked for is a dict of tensors"
        )
    if isinstance(value, str):
        return Described(f"{value.partition(',')[0]}; asked for is a dict of tensors")
    if not isinstance(value, Mapping):
        return value
    kinds = dict(zip(value, tensors, strict=False))
    more = [name for name in value if name not in _KEYS]
    if more:
        return f"a dict with names that a torch.nn.GRU of these layers does not have: {', '.join(map(str, more))}"
    given = {name: part if kinds.get(name) is True else _NO_TENSOR for name, part in value.items()}
    return (*(given[name] for name in _KEYS), *cache) if set(_KEYS) <= set(given) else given


def _draw_stack(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in LAYER_SIZES.items():
        yield Draw(name, {"layers": [gru.init(D, H, rng), gru.init(H, H, rng)]}, {"D": D, "H": H})


register(
    Exercise(
        name="to_torch_state_dict",
        lesson=LESSON,
        asks="The state_dict of a torch.nn.GRU with as many layers as weights are given.",
        reference=to_torch_state_dict,
        returns=weight_tensors(*_KEYS),
        draw=_draw_stack,
        apply=_in_order,
        mistakes=mistakes.STATE_DICT,
        hints=(
            "Print torch.nn.GRU(3, 5, num_layers=2).state_dict().keys(), and the shape of each value.",
            "enumerate(layers) gives k and the four arrays of layer k. A key is for example f'weight_ih_l{k}'.",
            "torch.tensor(array) copies. Neither order nor shape has to change.",
        ),
        points=2,
    )
)
