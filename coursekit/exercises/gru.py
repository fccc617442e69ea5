"""Lesson 05, the GRU from scratch: one step, a sequence, the two conventions, clamped gates, counting parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Misconception, Tensor
from coursekit.checking.registry import register
from coursekit.exercises.draws import SEQUENCE_SIZES, sequence_args, sequence_draws, step_draws
from coursekit.reference import conventions, gru
from coursekit.reference.gru import Params
from coursekit.reference.numerics import sigmoid

LESSON = "05_gru"

STATE = Tensor("h", ("N", "H"))
STATES = Tensor("hs", ("N", "T", "H"), sequence="T")


# One step: every known mistake is the same step with one line changed.


def _parts(x, h, params: Params) -> list[np.ndarray]:
    """The six products of a step, biases added: xr, xz, xn (N, H) from the input, hr, hz, hn (N, H) from the state."""
    W_ih, W_hh, b_ih, b_hh = params
    return [*np.split(x @ W_ih.T + b_ih, 3, axis=1), *np.split(h @ W_hh.T + b_hh, 3, axis=1)]


def _wrong_step(
    candidate: Callable = lambda xn, r, hn: np.tanh(xn + r * hn),
    output: Callable = lambda r, z, n, h: (1 - z) * n + z * h,
) -> Callable:
    """A GRU step whose candidate or output line is another one."""

    def step(x, h, params):
        xr, xz, xn, hr, hz, hn = _parts(x, h, params)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        return output(r, z, candidate(xn, r, hn), h)

    return step


def _step(x, h, params):
    return gru.step(x, h, params)[0]


def _reset_before(x, h, params):
    """Cho et al. 2014, equation 8: the reset gate acts on the state, before the product with W_hn."""
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    xr, xz, xn, hr, hz, _ = _parts(x, h, params)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
    return (1 - z) * n + z * h


def _gates_in_order_z_r_n(x, h, params):
    xz, xr, xn, hz, hr, hn = _parts(x, h, params)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h


def _b_hn_missing(x, h, params):
    H = h.shape[1]
    b_hh = np.concatenate([params.b_hh[: 2 * H], np.zeros(H)])
    return _step(x, h, params._replace(b_hh=b_hh))


def _b_hn_outside_reset(x, h, params):
    H = h.shape[1]
    b_hn = params.b_hh[2 * H :]
    xr, xz, xn, hr, hz, hn = _parts(x, h, params)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + b_hn + r * (hn - b_hn)) + z * h


def _untransposed(x, h, params):
    H = h.shape[1]
    blocks = params.W_hh.reshape(3, H, H).transpose(0, 2, 1)
    return _step(x, h, params._replace(W_hh=blocks.reshape(3 * H, H)))


def _changes_h(x, h, params):
    new = _step(x, h, params)
    h[...] = new
    return h


STEP_MISTAKES = (
    Misconception(
        "an update gate that is swapped: (1 - z) * h + z * n",
        "In this course z keeps. With z = 1 the new state must equal the old one. Chung et al. 2014 let z write; "
        "the lesson maps one convention onto the other.",
        _wrong_step(output=lambda r, z, n, h: (1 - z) * h + z * n),
    ),
    Misconception(
        "a reset gate before the product: W_hn (r * h)",
        "That is the GRU of Cho et al. 2014, and another model. Here r multiplies W_hn h + b_hn, after the product.",
        _reset_before,
    ),
    Misconception(
        "a candidate without the reset gate",
        "r does not reach the candidate. Which term of n does r multiply?",
        _wrong_step(candidate=lambda xn, r, hn: np.tanh(xn + hn)),
    ),
    Misconception(
        "a reset gate on the whole candidate: tanh(r * (x part + h part))",
        "r resets what comes from the past. The part that comes from x does not pass through it.",
        _wrong_step(candidate=lambda xn, r, hn: np.tanh(r * (xn + hn))),
    ),
    Misconception(
        "1 - r in place of r",
        "With r = 1 the past reaches the candidate in full.",
        _wrong_step(candidate=lambda xn, r, hn: np.tanh(xn + (1 - r) * hn)),
    ),
    Misconception(
        "a candidate without its tanh",
        "The candidate must lie in (-1, 1), like every state.",
        _wrong_step(candidate=lambda xn, r, hn: xn + r * hn),
    ),
    Misconception(
        "a candidate with sigmoid in place of tanh",
        "Gates lie in (0, 1), the candidate in (-1, 1). Which function gives which range?",
        _wrong_step(candidate=lambda xn, r, hn: sigmoid(xn + r * hn)),
    ),
    Misconception(
        "weight rows read in the order z, r, n",
        "The rows stand in the order r, z, n, as in PyTorch. Keras and ONNX begin with z.",
        _gates_in_order_z_r_n,
    ),
    Misconception(
        "r in place of z in the last line",
        "r only shapes the candidate. The gate that mixes the candidate with the old state is z.",
        _wrong_step(output=lambda r, z, n, h: (1 - r) * n + r * h),
    ),
    Misconception(
        "a candidate that is not multiplied by 1 - z",
        "The two weights of the last line add up to 1. Without that the state can leave (-1, 1).",
        _wrong_step(output=lambda r, z, n, h: n + z * h),
    ),
    Misconception(
        "an old state that is dropped: h = (1 - z) * n",
        "Where does the part of the old state go that z keeps?",
        _wrong_step(output=lambda r, z, n, h: (1 - z) * n),
    ),
    Misconception(
        "a missing bias b_hn",
        "There are two biases, and the candidate's part of b_hh counts too. Look at its last H entries.",
        _b_hn_missing,
    ),
    Misconception(
        "a bias b_hn outside the reset gate",
        "r multiplies W_hn h + b_hn as a whole. This is why the two biases cannot be merged into one.",
        _b_hn_outside_reset,
    ),
    Misconception(
        "a missing bias b_ih",
        "Every product has its bias: W_ih x + b_ih and W_hh h + b_hh.",
        lambda x, h, params: _step(x, h, params._replace(b_ih=np.zeros_like(params.b_ih))),
    ),
    Misconception(
        "a missing bias b_hh",
        "Every product has its bias: W_ih x + b_ih and W_hh h + b_hh.",
        lambda x, h, params: _step(x, h, params._replace(b_hh=np.zeros_like(params.b_hh))),
    ),
    Misconception(
        "recurrent weights that are not transposed",
        "Rows of W_hh belong to the new units. With states as rows of h (N, H), the product is h @ W.T.",
        _untransposed,
    ),
    Misconception(
        "a step that ignores the old state",
        "The old state enters three times: in both gates and in the candidate, and once more in the last line.",
        lambda x, h, params: _step(x, np.zeros_like(h), params),
    ),
    Misconception(
        "a step that writes the new state into h itself",
        "`h *= z`, `h += ...` and `h[:] = ...` change the caller's array. Make a new one: `h = z * h + ...`.",
        _changes_h,
    ),
)

register(
    Exercise(
        name="gru_step",
        lesson=LESSON,
        asks="One step of a GRU for a batch: x (N, D) and h (N, H) give the next h (N, H).",
        reference=_step,
        returns=(STATE,),
        draw=step_draws(gru),
        misconceptions=STEP_MISTAKES,
        hints=(
            "Begin with the two products that hold all gates at once: x @ W_ih.T + b_ih and h @ W_hh.T + b_hh, "
            "both (N, 3H). Print their shapes.",
            "np.split(a, 3, axis=1) cuts each product into the parts of r, z and n. r and z are the sigmoid of the sum of "
            "their two parts.",
            "For the candidate the two parts are not simply added: r multiplies the part that came from h (with its "
            "bias) before the sum. Then comes tanh.",
            "The last line is a weighted mean of the candidate and the old state. The weights are 1 - z and z.",
        ),
        points=4,
    )
)


# A whole sequence.


def _run(x, h0, params, step: Callable = _step) -> np.ndarray:
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)


def _h0_at_every_step(x, h0, params):
    return np.stack([_step(x[:, t], h0, params) for t in range(x.shape[1])], axis=1)


def _h0_in_place(x, h0, params):
    hs = np.empty((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        h0[...] = _step(x[:, t], h0, params)
        hs[:, t] = h0
    return hs


def _one_array_for_all(x, h0, params):
    h, hs = h0.copy(), []
    for t in range(x.shape[1]):
        h[...] = _step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)


def _last_column_before_the_first(x, h0, params):
    hs = np.zeros((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t] = _step(x[:, t], hs[:, t - 1], params)
    return hs


register(
    Exercise(
        name="gru_forward",
        lesson=LESSON,
        asks="A GRU over a sequence: x (N, T, D) and h0 (N, H) give every state hs (N, T, H).",
        reference=lambda x, h0, params: gru.forward(x, h0, params)[0],
        returns=(STATES,),
        draw=sequence_draws(gru),
        uses=("gru_step",),
        misconceptions=(
            Misconception(
                "a loop that starts every step from h0",
                "The state of one step is the input of the next. Does your loop change the variable it passes on?",
                _h0_at_every_step,
            ),
            Misconception(
                "a loop that starts from zeros and ignores h0",
                "The first step must receive h0.",
                lambda x, h0, params: _run(x, np.zeros_like(h0), params),
            ),
            Misconception(
                "a loop that reads hs[:, t - 1] at t = 0",
                "At t = 0 the index t - 1 is -1, the last time step: it is still zero there, so h0 never enters.",
                _last_column_before_the_first,
            ),
            Misconception(
                "a loop that writes into h0",
                "h0 belongs to the caller. `h0[:] = ...` and `h0 += ...` change it; a new name for the state does not.",
                _h0_in_place,
            ),
            Misconception(
                "one array that stands for all states",
                "The same array is appended at every step and overwritten by the next. Append new arrays.",
                _one_array_for_all,
            ),
            Misconception(
                "states in the order (T, N, H)",
                "The batch comes first. np.stack(states, axis=1) puts time second.",
                lambda x, h0, params: _run(x, h0, params).swapaxes(0, 1),
            ),
            Misconception(
                "only the last state",
                "All T states are asked for: keep each of them.",
                lambda x, h0, params: _run(x, h0, params)[:, -1],
            ),
            Misconception(
                "a loop that runs backwards in time",
                "Step t sees x[:, t], and t counts up.",
                lambda x, h0, params: _run(x[:, ::-1], h0, params)[:, ::-1],
            ),
        ),
        hints=(
            "A recurrent layer is a fold: keep one variable h, start it at h0, and replace it at every step.",
            "The input of step t is x[:, t], shape (N, D). Collect the states in a list.",
            "np.stack(states, axis=1) makes (N, T, H) from T arrays (N, H).",
        ),
        points=2,
    )
)


# The two conventions.


def _flip(params: Params, weights: bool = True, b_ih: bool = True, b_hh: bool = True, block: int = 1) -> Params:
    """Negate one gate's rows in the chosen arrays."""
    flipped = []
    for array, chosen in zip(params, (weights, weights, b_ih, b_hh), strict=True):
        parts = np.split(array, 3)
        if chosen:
            parts[block] = -parts[block]
        flipped.append(np.concatenate(parts))
    return Params(*flipped)


def _one_minus_weights(params: Params) -> Params:
    flipped = [np.split(array, 3) for array in params]
    return Params(*(np.concatenate([r, 1 - z, n]) for r, z, n in flipped))


def _flip_in_place(params: Params) -> Params:
    H = params.W_hh.shape[1]
    for array in params:
        array[H : 2 * H] *= -1
    return params


def _draw_params(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in {"small": (3, 5), "fresh numbers": (3, 5), "more inputs than units": (7, 2)}.items():
        yield Draw(name, {"params": gru.init(D, H, rng)}, {"D": D, "H": H})


_GATES = ("r", "z", "n")

register(
    Exercise(
        name="to_other_convention",
        lesson=LESSON,
        asks="Weights for a GRU in which z writes, h = (1 - z) * h + z * n, that computes the same states.",
        reference=conventions.flip_update_gate,
        returns=(
            Tensor("W_ih", ("3H", "D"), blocks=_GATES),
            Tensor("W_hh", ("3H", "H"), blocks=_GATES),
            Tensor("b_ih", ("3H",), blocks=_GATES),
            Tensor("b_hh", ("3H",), blocks=_GATES),
        ),
        draw=_draw_params,
        misconceptions=(
            Misconception(
                "weights replaced by 1 - weights",
                "It is the gate that becomes 1 - z, after the sigmoid. Which change before the sigmoid does that?",
                _one_minus_weights,
            ),
            Misconception(
                "one bias of z that keeps its sign: b_hh",
                "Everything inside the sigmoid changes its sign: two products and two biases.",
                lambda params: _flip(params, b_hh=False),
            ),
            Misconception(
                "one bias of z that keeps its sign: b_ih",
                "Everything inside the sigmoid changes its sign: two products and two biases.",
                lambda params: _flip(params, b_ih=False),
            ),
            Misconception(
                "biases of z that keep their sign",
                "Everything inside the sigmoid changes its sign: two products and two biases.",
                lambda params: _flip(params, b_ih=False, b_hh=False),
            ),
            Misconception(
                "the rows of r negated in place of those of z",
                "The blocks stand in the order r, z, n. z is the middle one.",
                lambda params: _flip(params, block=0),
            ),
            Misconception(
                "every row negated",
                "Only z changes its meaning. r and n stay as they are.",
                lambda params: Params(*(-array for array in params)),
            ),
            Misconception(
                "the same weights again",
                "The two conventions share their equations for r and n, not for z.",
                lambda params: Params(*(array.copy() for array in params)),
            ),
            Misconception(
                "weights that are changed in place",
                "Copy each array first: the caller goes on using the old weights.",
                _flip_in_place,
            ),
        ),
        hints=(
            "The new gate must equal 1 minus the old one for every input.",
            "1 - sigmoid(a) = sigmoid(-a). So which sign must everything inside the sigmoid of z take?",
            "Negate rows H to 2H of all four arrays, in copies.",
        ),
        points=2,
    )
)

register(
    Exercise(
        name="gru_step_reset_before",
        lesson=LESSON,
        asks="One step of the GRU of Cho et al. 2014: r multiplies h before the product with W_hn.",
        reference=_reset_before,
        returns=(STATE,),
        draw=step_draws(gru),
        misconceptions=(
            Misconception(
                "the GRU of the exercise before, with the reset after the product",
                "The two agree when h = 0, and nowhere else. Multiply h by r first, then by W_hn.",
                _step,
            ),
            Misconception(
                "a reset state in the gates as well",
                "r resets the state only for the candidate. The gates themselves see h.",
                lambda x, h, params: _reset_everywhere(x, h, params),
            ),
            Misconception(
                "a reset state in the last line as well",
                "The last line mixes the candidate with h itself, not with r * h.",
                lambda x, h, params: _reset_in_output(x, h, params),
            ),
            Misconception(
                "a bias b_hn inside the reset gate",
                "Only h is multiplied by r. The bias is added after the product, in full.",
                lambda x, h, params: _reset_bias(x, h, params),
            ),
            Misconception(
                "a missing bias b_hn",
                "The product with W_hn still has its bias, the last H entries of b_hh.",
                lambda x, h, params: _reset_before(x, h, _without_b_hn(params)),
            ),
            Misconception(
                "z in place of r",
                "The first block of rows belongs to r, the second to z.",
                lambda x, h, params: _reset_by_z(x, h, params),
            ),
            Misconception(
                "an update gate that is swapped",
                "Only the place of r differs from the exercise before. z still keeps.",
                lambda x, h, params: _reset_before(x, h, conventions.flip_update_gate(params)),
            ),
        ),
        hints=(
            "Only the line of the candidate changes. Its product with W_hn can no longer be shared with the gates.",
            "The rows of W_hn are the last H rows of W_hh, and b_hn the last H entries of b_hh.",
            "n = tanh(x part + (r * h) @ W_hn.T + b_hn)",
        ),
        points=2,
    )
)


def _candidate_of(state, x, h, params):
    """tanh(W_in x + b_in + W_hn state + b_hn) for any state (N, H)."""
    H = h.shape[1]
    xn = _parts(x, h, params)[2]
    return np.tanh(xn + state @ params.W_hh[2 * H :].T + params.b_hh[2 * H :])


def _gates(x, h, params):
    xr, xz, _, hr, hz, _ = _parts(x, h, params)
    return sigmoid(xr + hr), sigmoid(xz + hz)


def _without_b_hn(params: Params) -> Params:
    H = params.W_hh.shape[1]
    return params._replace(b_hh=np.concatenate([params.b_hh[: 2 * H], np.zeros(H)]))


def _reset_everywhere(x, h, params):
    r, _ = _gates(x, h, params)
    r, z = _gates(x, r * h, params)
    return (1 - z) * _candidate_of(r * h, x, h, params) + z * h


def _reset_in_output(x, h, params):
    r, z = _gates(x, h, params)
    return (1 - z) * _candidate_of(r * h, x, h, params) + z * r * h


def _reset_bias(x, h, params):
    H = h.shape[1]
    r, z = _gates(x, h, params)
    xn, b_hn = _parts(x, h, params)[2], params.b_hh[2 * H :]
    n = np.tanh(xn + (r * h) @ params.W_hh[2 * H :].T + r * b_hn)
    return (1 - z) * n + z * h


def _reset_by_z(x, h, params):
    _, z = _gates(x, h, params)
    return (1 - z) * _candidate_of(z * h, x, h, params) + z * h


# What a gate does, seen by holding it.


def _clamped(x, h0, params, gate: str, value: float, before_sigmoid: bool = False, steps: int | None = None) -> np.ndarray:
    """The GRU with one gate held at a value, or with its argument held there, for all or the first steps."""
    h, hs = h0, []
    for t in range(x.shape[1]):
        xr, xz, xn, hr, hz, hn = _parts(x[:, t], h, params)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        if steps is None or t < steps:
            held = np.full_like(h, sigmoid(np.asarray(value)) if before_sigmoid else value)
            r, z = (held, z) if gate == "r" else (r, held)
        h = (1 - z) * np.tanh(xn + r * hn) + z * h
        hs.append(h)
    return np.stack(hs, axis=1)


def _both_clamped(x, h0, params, gate, value):
    h, hs = h0, []
    for t in range(x.shape[1]):
        _, _, xn, _, _, hn = _parts(x[:, t], h, params)
        h = (1 - value) * np.tanh(xn + value * hn) + value * h
        hs.append(h)
    return np.stack(hs, axis=1)


def _draw_clamped(rng: np.random.Generator) -> Iterator[Draw]:
    settings = (("z", 1.0), ("r", 0.0), ("z", 0.0), ("r", 0.3), ("z", 0.8))
    for (name, sizes), (gate, value) in zip(SEQUENCE_SIZES.items(), settings, strict=True):
        args = sequence_args(rng, gru, **sizes) | {"gate": gate, "value": value}
        yield Draw(f"{name}, {gate} = {value:g}", args, sizes)


register(
    Exercise(
        name="gru_with_clamped_gate",
        lesson=LESSON,
        asks='A GRU over a sequence with one gate, "r" or "z", held at a value for all steps: hs (N, T, H).',
        reference=_clamped,
        returns=(STATES,),
        draw=_draw_clamped,
        misconceptions=(
            Misconception(
                "a value put in before the sigmoid",
                "The gate itself is held, after its sigmoid. Held at 1 before it, the gate would be sigmoid(1) = 0.73.",
                lambda *args: _clamped(*args, before_sigmoid=True),
            ),
            Misconception(
                "an update gate that is swapped: held at 1 - value",
                "Here z = 1 keeps the old state for ever, and z = 0 forgets it at once.",
                lambda x, h0, params, gate, value: _clamped(x, h0, params, gate, 1 - value if gate == "z" else value),
            ),
            Misconception(
                "the other gate held",
                '"r" is the reset gate and shapes the candidate, "z" the update gate and mixes.',
                lambda x, h0, params, gate, value: _clamped(x, h0, params, "z" if gate == "r" else "r", value),
            ),
            Misconception(
                "both gates held",
                "Only the gate that is named is held. The other one follows its equation.",
                _both_clamped,
            ),
            Misconception(
                "a gate held only at the first step",
                "The gate is held at every step.",
                lambda *args: _clamped(*args, steps=1),
            ),
            Misconception(
                "no gate held",
                "Compute both gates as always, then replace the one that is named.",
                lambda x, h0, params, gate, value: gru.forward(x, h0, params)[0],
            ),
        ),
        hints=(
            "Copy your step into the loop, and replace the gate between the line that computes it and the line that uses it.",
            "np.full_like(z, value) is a gate held at a value.",
        ),
        points=2,
    )
)


# Counting.


def _count(D: int, H: int, gates: int = 3, biases: int = 2) -> int:
    return gates * (D * H + H * H + biases * H)


def _draw_sizes(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (low, high) in {"small": (2, 9), "a layer": (10, 200), "another layer": (10, 200)}.items():
        D, H = (int(k) for k in rng.choice(np.arange(low, high), 2, replace=False))
        yield Draw(name, {"D": D, "H": H}, {"D": D, "H": H})


register(
    Exercise(
        name="gru_parameter_count",
        lesson=LESSON,
        asks="The number of parameters of a GRU layer with D inputs and H units, both biases counted.",
        reference=_count,
        returns=(Tensor("count", exact=True),),
        draw=_draw_sizes,
        misconceptions=(
            Misconception(
                "one bias per gate",
                "PyTorch has two biases, b_ih and b_hh. One is enough in papers, and in Keras with reset_after=False.",
                lambda D, H: _count(D, H, biases=1),
            ),
            Misconception("no biases", "Each of the two products has a bias of 3H.", lambda D, H: _count(D, H, biases=0)),
            Misconception(
                "two blocks of rows, one per gate",
                "Two gates and one candidate: three blocks. A GRU has two gates, but three sets of weights.",
                lambda D, H: _count(D, H, gates=2),
            ),
            Misconception(
                "four blocks of rows, as in an LSTM",
                "A GRU has two gates and a candidate. The LSTM has three gates and a candidate.",
                lambda D, H: _count(D, H, gates=4),
            ),
            Misconception(
                "one block of rows",
                "That is a vanilla RNN. Count the candidate and both gates.",
                lambda D, H: _count(D, H, gates=1),
            ),
        ),
        hints=(
            "Write down the four shapes: W_ih (3H, D), W_hh (3H, H), b_ih (3H,), b_hh (3H,).",
            "Multiply the sizes of each shape, and add.",
        ),
        points=1,
    )
)
