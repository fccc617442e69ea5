"""Right answers as learners write them who give every gate rows, and a line, of its own."""

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def gru_step(x, h, params):
    W, U, b, c = params
    H = h.shape[1]
    reset = sigmoid(x @ W[:H].T + b[:H] + h @ U[:H].T + c[:H])
    update = sigmoid(x @ W[H : 2 * H].T + b[H : 2 * H] + h @ U[H : 2 * H].T + c[H : 2 * H])
    old = h @ U[2 * H :].T + c[2 * H :]
    cand = np.tanh(x @ W[2 * H :].T + b[2 * H :] + reset * old)
    new = (1 - update) * cand + update * h
    return new


def gru_forward(x, h0, params):
    W, U, b, c = params
    N, T, D = x.shape
    H = h0.shape[1]
    hs = np.zeros((N, T, H))
    h = h0
    for t in range(T):
        xt = x[:, t]
        reset = sigmoid(xt @ W[:H].T + b[:H] + h @ U[:H].T + c[:H])
        update = sigmoid(xt @ W[H : 2 * H].T + b[H : 2 * H] + h @ U[H : 2 * H].T + c[H : 2 * H])
        old = h @ U[2 * H :].T + c[2 * H :]
        cand = np.tanh(xt @ W[2 * H :].T + b[2 * H :] + reset * old)
        h = update * h + (1 - update) * cand
        hs[:, t] = h
    return hs


def gru_step_backward(dh, cache):
    x, h_prev, r, z, n, hn, params = cache
    W, U, b, c = params
    H = dh.shape[1]
    dn = dh * (1 - z)
    dz = dh * (h_prev - n)
    da_n = dn * (1 - n * n)
    dr = da_n * hn
    da_r = dr * r * (1 - r)
    da_z = dz * z * (1 - z)
    dhn = da_n * r
    dx = da_r @ W[:H] + da_z @ W[H : 2 * H] + da_n @ W[2 * H :]
    dh_prev = dh * z + da_r @ U[:H] + da_z @ U[H : 2 * H] + dhn @ U[2 * H :]
    dW = np.vstack([da_r.T @ x, da_z.T @ x, da_n.T @ x])
    dU = np.vstack([da_r.T @ h_prev, da_z.T @ h_prev, dhn.T @ h_prev])
    db = np.concatenate([da_r.sum(0), da_z.sum(0), da_n.sum(0)])
    dc = np.concatenate([da_r.sum(0), da_z.sum(0), dhn.sum(0)])
    return dx, dh_prev, dW, dU, db, dc


def lstm_step(x, h, c, params):
    W, U, b, d = params
    H = h.shape[1]
    i = sigmoid(x @ W[:H].T + b[:H] + h @ U[:H].T + d[:H])
    f = sigmoid(x @ W[H : 2 * H].T + b[H : 2 * H] + h @ U[H : 2 * H].T + d[H : 2 * H])
    g = np.tanh(x @ W[2 * H : 3 * H].T + b[2 * H : 3 * H] + h @ U[2 * H : 3 * H].T + d[2 * H : 3 * H])
    o = sigmoid(x @ W[3 * H :].T + b[3 * H :] + h @ U[3 * H :].T + d[3 * H :])
    c_new = f * c + i * g
    h_new = o * np.tanh(c_new)
    return h_new, c_new


def lstm_forward(x, h0, c0, params):
    W, U, b, d = params
    N, T, D = x.shape
    H = h0.shape[1]
    hs = np.zeros((N, T, H))
    cs = np.zeros((N, T, H))
    h, c = h0, c0
    for t in range(T):
        xt = x[:, t]
        i = sigmoid(xt @ W[:H].T + b[:H] + h @ U[:H].T + d[:H])
        f = sigmoid(xt @ W[H : 2 * H].T + b[H : 2 * H] + h @ U[H : 2 * H].T + d[H : 2 * H])
        g = np.tanh(xt @ W[2 * H : 3 * H].T + b[2 * H : 3 * H] + h @ U[2 * H : 3 * H].T + d[2 * H : 3 * H])
        o = sigmoid(xt @ W[3 * H :].T + b[3 * H :] + h @ U[3 * H :].T + d[3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
        hs[:, t] = h
        cs[:, t] = c
    return hs, cs


def rnn_step(x, h, params):
    W, U, b, c = params
    from_x = x @ W.T + b
    from_h = h @ U.T + c
    a = from_x + from_h
    return np.tanh(a)


def rnn_forward(x, h0, params):
    W, U, b, c = params
    hs = np.zeros((x.shape[0], x.shape[1], h0.shape[1]))
    h = h0
    for t in range(x.shape[1]):
        from_x = x[:, t] @ W.T + b
        from_h = h @ U.T + c
        h = np.tanh(from_x + from_h)
        hs[:, t, :] = h
    return hs


def rnn_step_backward(dh, cache):
    W, U, b, c = cache.params
    slope = 1 - cache.h**2
    da = dh * slope
    dW = da.T @ cache.x
    dU = da.T @ cache.h_prev
    db = np.sum(da, axis=0)
    dc = np.sum(da, axis=0)
    dx = da @ W
    dh_prev = da @ U
    return dx, dh_prev, dW, dU, db, dc


def rnn_backward(dhs, caches):
    W, U, b, c = caches[0].params
    N, T, H = dhs.shape
    dx = np.zeros((N, T, W.shape[1]))
    dW = np.zeros_like(W)
    dU = np.zeros_like(U)
    db = np.zeros_like(b)
    dc = np.zeros_like(c)
    dh_next = np.zeros((N, H))
    for t in reversed(range(T)):
        cache = caches[t]
        dh = dhs[:, t] + dh_next
        da = dh * (1 - cache.h**2)
        dx[:, t] = da @ W
        dh_next = da @ U
        dW += da.T @ cache.x
        dU += da.T @ cache.h_prev
        db += da.sum(axis=0)
        dc += da.sum(axis=0)
    return dx, dh_next, dW, dU, db, dc
