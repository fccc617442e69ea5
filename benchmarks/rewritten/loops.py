"""Right answers with einsum, functions of their own, and loops over the rows of a batch."""

import numpy as np


def logistic(v):
    e = np.exp(-v)
    return 1.0 / (1.0 + e)


def gru_step(x, h, params):
    Wi, Wh, bi, bh = params
    H = Wh.shape[1]
    out = np.zeros_like(h)
    for k in range(len(x)):
        gi = Wi @ x[k] + bi
        gh = Wh @ h[k] + bh
        r = logistic(gi[:H] + gh[:H])
        z = logistic(gi[H : 2 * H] + gh[H : 2 * H])
        n = np.tanh(gi[2 * H :] + r * gh[2 * H :])
        out[k] = (1 - z) * n + z * h[k]
    return out


def gru_forward(x, h0, params):
    Wi, Wh, bi, bh = params
    H = h0.shape[1]

    def cell(xt, h):
        gi = np.einsum("nd,gd->ng", xt, Wi) + bi
        gh = np.einsum("nh,gh->ng", h, Wh) + bh
        r = logistic(gi[:, :H] + gh[:, :H])
        z = logistic(gi[:, H : 2 * H] + gh[:, H : 2 * H])
        n = np.tanh(gi[:, 2 * H :] + r * gh[:, 2 * H :])
        return (1 - z) * n + z * h

    hs = []
    for xt in np.moveaxis(x, 1, 0):
        last = hs[-1] if hs else h0
        hs.append(cell(xt, last))
    return np.array(hs).transpose(1, 0, 2)


def gru_step_backward(dh, cache):
    x, h, r, z, n, hn, (Wi, Wh, bi, bh) = cache
    H = h.shape[1]
    dn = np.einsum("nh,nh->nh", dh, 1 - z)
    dz = np.einsum("nh,nh->nh", dh, h - n)
    dgi = np.zeros((len(x), 3 * H))
    dgi[:, 2 * H :] = dn * (1 - n**2)
    dgi[:, H : 2 * H] = dz * z * (1 - z)
    dgi[:, :H] = dgi[:, 2 * H :] * hn * r * (1 - r)
    dgh = dgi.copy()
    dgh[:, 2 * H :] = dgi[:, 2 * H :] * r
    dx = np.einsum("ng,gd->nd", dgi, Wi)
    dprev = dh * z + np.einsum("ng,gh->nh", dgh, Wh)
    dWi = np.einsum("ng,nd->gd", dgi, x)
    dWh = np.einsum("ng,nh->gh", dgh, h)
    return dx, dprev, dWi, dWh, dgi.sum(axis=0), dgh.sum(axis=0)


def lstm_step(x, h, c, params):
    Wi, Wh, bi, bh = params
    H = h.shape[1]
    new_h = np.zeros_like(h)
    new_c = np.zeros_like(c)
    for k in range(len(x)):
        a = Wi @ x[k] + Wh @ h[k] + bi + bh
        i = logistic(a[:H])
        f = logistic(a[H : 2 * H])
        g = np.tanh(a[2 * H : 3 * H])
        o = logistic(a[3 * H :])
        new_c[k] = f * c[k] + i * g
        new_h[k] = o * np.tanh(new_c[k])
    return new_h, new_c


def lstm_forward(x, h0, c0, params):
    Wi, Wh, bi, bh = params

    def cell(xt, h, c):
        a = np.einsum("nd,gd->ng", xt, Wi) + np.einsum("nh,gh->ng", h, Wh) + bi + bh
        parts = np.split(a, 4, axis=1)
        i, f, o = logistic(parts[0]), logistic(parts[1]), logistic(parts[3])
        g = np.tanh(parts[2])
        c = i * g + f * c
        return o * np.tanh(c), c

    hs, cs = [], []
    h, c = h0, c0
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], h, c)
        hs.append(h)
        cs.append(c)
    return np.stack(hs, 1), np.stack(cs, 1)


def rnn_step(x, h, params):
    Wi, Wh, bi, bh = params
    out = np.zeros_like(h)
    for k in range(len(x)):
        a = Wi @ x[k] + Wh @ h[k]
        a = a + bi + bh
        out[k] = np.tanh(a)
    return out


def rnn_forward(x, h0, params):
    Wi, Wh, bi, bh = params
    N, T, D = x.shape
    hs = np.zeros((N, T, len(Wh)))
    for k in range(N):
        h = h0[k]
        for t in range(T):
            a = Wi @ x[k, t] + bi + Wh @ h + bh
            h = np.tanh(a)
            hs[k, t] = h
    return hs


def rnn_step_backward(dh, cache):
    Wi, Wh, bi, bh = cache.params
    da = np.einsum("nh,nh->nh", dh, 1 - cache.h**2)
    dx = np.einsum("nh,hd->nd", da, Wi)
    dprev = np.einsum("nh,hk->nk", da, Wh)
    dWi = np.zeros_like(Wi)
    dWh = np.zeros_like(Wh)
    for k in range(len(da)):
        dWi += np.outer(da[k], cache.x[k])
        dWh += np.outer(da[k], cache.h_prev[k])
    db = np.einsum("nh->h", da)
    return dx, dprev, dWi, dWh, db, db.copy()


def rnn_backward(dhs, caches):
    Wi, Wh, bi, bh = caches[0].params

    def back(dh, cache):
        da = (1 - cache.h**2) * dh
        return (
            da @ Wi,
            da @ Wh,
            np.einsum("nh,nd->hd", da, cache.x),
            np.einsum("nh,nk->hk", da, cache.h_prev),
            da.sum(0),
        )

    dxs, grads = [], []
    dh_next = np.zeros_like(dhs[:, 0])
    for t in range(len(caches) - 1, -1, -1):
        dx, dh_next, *rest = back(dhs[:, t] + dh_next, caches[t])
        dxs.append(dx)
        grads.append(rest)
    dWi, dWh, db = (sum(parts) for parts in zip(*grads, strict=True))
    return np.stack(dxs[::-1], axis=1), dh_next, dWi, dWh, db, db.copy()
