"""Two ways to start a network so that its memory lasts: the bias of a gate, and an orthogonal recurrent matrix."""

from __future__ import annotations

import numpy as np

from coursekit.reference import gru, lstm, rnn

GATES = {rnn.Params: ("h",), lstm.Params: ("i", "f", "g", "o"), gru.Params: ("r", "z", "n")}


def gates(params) -> tuple[str, ...]:
    """The names of the blocks of rows: ("r", "z", "n") of a GRU, ("i", "f", "g", "o") of an LSTM, ("h",) of an RNN."""
    if type(params) not in GATES:
        raise ValueError(f"params: expected rnn.Params, lstm.Params or gru.Params, got {type(params).__name__}")
    return GATES[type(params)]


def gate_rows(params, gate: str) -> slice:
    """The rows of weights and biases that belong to a gate: gate_rows(gru_params, "z") is slice(H, 2H)."""
    names = gates(params)
    if gate not in names:
        raise ValueError(f"gate: expected one of {', '.join(names)}, got {gate!r}")
    H = params.W_hh.shape[1]
    k = names.index(gate)
    return slice(k * H, (k + 1) * H)


def with_gate_bias(params, gate: str, value: float):
    """The same weights with the total bias of one gate set: `value` in b_ih and 0 in b_hh, because the two add up.

    LSTM forget gate, "f": +1 (Gers et al. 2000; Jozefowicz et al. 2015) makes the cell keep about 73 % a step instead
    of 50 %. GRU update gate, "z": +2 keeps 88 % (z keeps, as in PyTorch; where z writes, it would be -2).
    """
    rows = gate_rows(params, gate)
    b_ih, b_hh = params.b_ih.copy(), params.b_hh.copy()
    b_ih[rows], b_hh[rows] = value, 0
    return params._replace(b_ih=b_ih, b_hh=b_hh)


def with_orthogonal_recurrence(params, rng: np.random.Generator, radius: float = 1.0):
    """The same weights with a random orthogonal matrix times `radius` as the recurrent matrix (H, H) of every block.

    All singular values are then `radius`: where no gate or tanh stands in the way, the product of many such matrices
    neither shrinks nor grows at radius 1 (Saxe et al. 2014, arXiv:1312.6120). Drawn uniformly (Haar measure): Q of a QR
    decomposition of a normal matrix, with the sign of R's diagonal (Mezzadri 2007, arXiv:math-ph/0609050).
    """
    names, H = gates(params), params.W_hh.shape[1]
    blocks = []
    for _ in names:
        Q, R = np.linalg.qr(rng.standard_normal((H, H)))
        blocks.append(radius * Q * np.sign(np.diag(R)))
    return params._replace(W_hh=np.concatenate(blocks).astype(params.W_hh.dtype))
