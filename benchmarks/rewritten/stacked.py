"""Right answers with one product for all blocks, of x and h side by side where the cell allows it."""

import numpy as np


def squash(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def gru_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[-1]
    gi = np.dot(x, W_ih.T) + b_ih
    gh = np.dot(h, W_hh.T) + b_hh
    gates = squash(gi[:, : 2 * H] + gh[:, : 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(gi[:, 2 * H :] + r * gh[:, 2 * H :])
    return n + z * (h - n)


def gru_forward(x, h0, params):
    W_ih, W_hh, b_ih, b_hh = params
    H = h0.shape[-1]
    gx = x @ W_ih.T + b_ih
    states = []
    state = h0
    for t in range(x.shape[1]):
        gh = state @ W_hh.T + b_hh
        gates = squash(gx[:, t, : 2 * H] + gh[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(gx[:, t, 2 * H :] + r * gh[:, 2 * H :])
        state = n + z * (state - n)
        states.append(state)
    return np.stack(states, axis=1)


def gru_step_backward(dh, cache):
    W_ih, W_hh = cache.params[:2]
    keep = 1 - cache.z
    d_cand = dh * keep * (1 - cache.n**2)
    d_update = dh * (cache.h_prev - cache.n) * cache.z * keep
    d_reset = d_cand * cache.hn * cache.r * (1 - cache.r)
    d_in = np.hstack([d_reset, d_update, d_cand])
    d_hid = np.hstack([d_reset, d_update, d_cand * cache.r])
    dx = d_in @ W_ih
    dh_prev = d_hid @ W_hh + dh * cache.z
    return dx, dh_prev, d_in.T @ cache.x, d_hid.T @ cache.h_prev, d_in.sum(0), d_hid.sum(0)


def lstm_step(x, h, c, params):
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    both = np.concatenate([x, h], axis=1)
    weights = np.concatenate([W_ih, W_hh], axis=1)
    a = both @ weights.T + b_ih + b_hh
    i, f, o = squash(a[:, :H]), squash(a[:, H : 2 * H]), squash(a[:, 3 * H :])
    g = np.tanh(a[:, 2 * H : 3 * H])
    c = c * f + g * i
    h = np.tanh(c) * o
    return h, c


def lstm_forward(x, h0, c0, params):
    W_ih, W_hh, b_ih, b_hh = params
    weights = np.concatenate([W_ih, W_hh], axis=1)
    bias = b_ih + b_hh
    H = h0.shape[1]
    hs, cs = [], []
    h, c = h0, c0
    for t in range(x.shape[1]):
        both = np.concatenate([x[:, t], h], axis=1)
        a = both @ weights.T + bias
        i, f, o = squash(a[:, :H]), squash(a[:, H : 2 * H]), squash(a[:, 3 * H :])
        g = np.tanh(a[:, 2 * H : 3 * H])
        c = c * f + g * i
        h = np.tanh(c) * o
        hs.append(h)
        cs.append(c)
    return np.stack(hs, axis=1), np.stack(cs, axis=1)


def rnn_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    both = np.concatenate([x, h], axis=1)
    weights = np.concatenate([W_ih, W_hh], axis=1)
    bias = b_ih + b_hh
    return np.tanh(both @ weights.T + bias)


def rnn_forward(x, h0, params):
    W_ih, W_hh, b_ih, b_hh = params
    weights = np.concatenate([W_ih, W_hh], axis=1)
    bias = b_ih + b_hh
    states = [h0]
    for t in range(x.shape[1]):
        both = np.concatenate([x[:, t], states[-1]], axis=1)
        states.append(np.tanh(both @ weights.T + bias))
    return np.stack(states[1:], axis=1)


def rnn_step_backward(dh, cache):
    W_ih, W_hh = cache.params[:2]
    da = (1 - cache.h * cache.h) * dh
    both = np.concatenate([cache.x, cache.h_prev], axis=1)
    dweights = da.T @ both
    D = cache.x.shape[1]
    d_both = da @ np.concatenate([W_ih, W_hh], axis=1)
    db = da.sum(axis=0)
    return d_both[:, :D], d_both[:, D:], dweights[:, :D], dweights[:, D:], db, db.copy()


def rnn_backward(dhs, caches):
    W_ih, W_hh = caches[0].params[:2]
    T = len(caches)
    deltas = []
    carried = 0
    for t in range(T - 1, -1, -1):
        delta = (dhs[:, t] + carried) * (1 - caches[t].h ** 2)
        carried = delta @ W_hh
        deltas.insert(0, delta)
    delta = np.stack(deltas, axis=1)
    x = np.stack([cache.x for cache in caches], axis=1)
    before = np.stack([cache.h_prev for cache in caches], axis=1)
    dx = delta @ W_ih
    dW = np.tensordot(delta, x, axes=([0, 1], [0, 1]))
    dU = np.tensordot(delta, before, axes=([0, 1], [0, 1]))
    db = delta.sum(axis=(0, 1))
    return dx, carried, dW, dU, db, db.copy()
