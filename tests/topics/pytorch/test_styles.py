"""Right answers of lesson 06b in unusual styles, and what odd answers are told."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import coursekit.nn
from coursekit.checking import evaluate, registry
from tests.topics.answers import right, shown_by_another_draw


def rejected(name, answer):
    report = evaluate(name, answer)
    assert not report.passed
    return " ".join(report.text.split())


# The module.


class OneMatrix(nn.Module):
    """Both products as one with a concatenated matrix, time first, and the two parts of n kept apart."""

    def __init__(self, D, H):
        super().__init__()
        a = 1 / np.sqrt(H)
        self.weight_ih_l0 = nn.Parameter(a * (2 * torch.rand(3 * H, D) - 1))
        self.weight_hh_l0 = nn.Parameter(a * (2 * torch.rand(3 * H, H) - 1))
        self.bias_ih_l0 = nn.Parameter(a * (2 * torch.rand(3 * H) - 1))
        self.bias_hh_l0 = nn.Parameter(a * (2 * torch.rand(3 * H) - 1))
        self.hidden = H

    def forward(self, input, hx=None):
        H, W, U = self.hidden, self.weight_ih_l0, self.weight_hh_l0
        h = torch.zeros(len(input), H).to(input) if hx is None else hx.squeeze(0)
        both = torch.cat([W[: 2 * H], U[: 2 * H]], 1)
        bias = self.bias_ih_l0 + self.bias_hh_l0
        out = []
        for x in input.transpose(0, 1):
            r, z = torch.sigmoid(torch.cat([x, h], 1) @ both.T + bias[: 2 * H]).split(H, 1)
            inside = torch.einsum("hk,nk->nh", U[2 * H :], h) + self.bias_hh_l0[2 * H :]
            h = z * h + (1 - z) * torch.tanh(x @ W[2 * H :].T + self.bias_ih_l0[2 * H :] + r * inside)
            out.append(h)
        return torch.stack(out).transpose(0, 1), h.unsqueeze(0)


class Inherited(coursekit.nn.GRU):
    """A fast layer with other arguments."""

    def __init__(self, D, H):
        super().__init__(D, H, batch_first=True, backend="fast")


class OfThePapersOf2014(OneMatrix):
    """r before the product, and z writes."""

    def forward(self, x, h0=None):
        W, U, b, c = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        h, H, hs = x.new_zeros(len(x), self.hidden) if h0 is None else h0[0], self.hidden, []
        for x_t in x.unbind(1):
            r, z = torch.sigmoid(x_t @ W[: 2 * H].T + b[: 2 * H] + h @ U[: 2 * H].T + c[: 2 * H]).chunk(2, 1)
            n = torch.tanh(x_t @ W[2 * H :].T + b[2 * H :] + (r * h) @ U[2 * H :].T + c[2 * H :])
            h = (1 - z) * h + z * n
            hs.append(h)
        return torch.stack(hs, 1), h[None]


def test_the_module_of_the_papers_is_told_both_things():
    (name,) = evaluate("GRU", OfThePapersOf2014).diagnoses
    assert "reset before the product" in name and "gate that writes" in name


@pytest.mark.parametrize("answer", [OneMatrix, Inherited, lambda D, H: nn.GRU(D, H, batch_first=True)])
def test_a_right_module_passes_in_every_style(answer):
    right("GRU", answer)


class TimeFirst(OneMatrix):
    def forward(self, input, hx=None):
        hs, h = super().forward(input, hx)
        return hs.transpose(0, 1), h


class Renamed(nn.GRUCell):
    pass


class PlainTensors(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.weight_ih_l0 = torch.rand(3 * H, D)


class StateOnly(OneMatrix):
    def forward(self, input, hx=None):
        return super().forward(input, hx)[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (TimeFirst, r"hs and h_n have the shapes \(1, 4, 5\)"),
        (Renamed, "the parameters are {'weight_ih'"),
        (PlainTensors, "the parameters are none"),
        (StateOnly, "forward returned a Tensor"),
        (lambda D, H: "a layer", "no torch.nn.Module"),
    ],
)
def test_a_module_of_another_shape_is_told_what_is_asked_for(answer, said):
    assert re.search(said, rejected("GRU", answer))


# Adam.


def adam_in_place_of_copies(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    """As PyTorch writes it: lerp, and both corrections in the rate and in the root."""
    weight, gradient, m, v = (np.array(array) for array in (weight, gradient, m, v))
    m += (1 - beta1) * (gradient - m)
    v *= beta2
    v += (1 - beta2) * gradient * gradient
    rate, root = lr / (1 - beta1**t), np.sqrt(1 - beta2**t)
    weight -= rate * m / (np.sqrt(v) / root + eps)
    return weight, m, v


def adam_with_torch(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    w = torch.tensor(weight, requires_grad=True)
    w.grad = torch.tensor(gradient)
    optimiser = torch.optim.Adam([w], lr, (beta1, beta2), eps)
    state = {"step": torch.tensor(float(t - 1)), "exp_avg": torch.tensor(m), "exp_avg_sq": torch.tensor(v)}
    optimiser.state[w] = state
    optimiser.step()
    return w.detach(), state["exp_avg"], state["exp_avg_sq"]


@pytest.mark.parametrize("answer", [adam_in_place_of_copies, adam_with_torch])
def test_a_right_adam_passes_in_every_style(answer):
    right("adam_step", answer)


def test_where_gradients_are_large_or_the_first_step_is_all_mistakes_hide():
    shown_by_another_draw("adam_step", "a division without eps", {"other numbers"})
    report = evaluate("adam_step", lambda weight, gradient, m, v, *rest: (weight, m, v))
    assert report.score == 0


# Batches.


def batches_with_split(arrays, order, size):
    cuts = range(size, len(order), size)
    return list(zip(*(np.split(array[order], cuts) for array in arrays), strict=True))


def batches_of_lists(arrays, order, size):
    batches, rows = [], list(order)
    while rows:
        now, rows = rows[:size], rows[size:]
        batches.append([np.stack([array[k] for k in now]) for array in arrays])
    return batches


def batches_as_tensors(arrays, order, size):
    pieces = torch.as_tensor(order).split(size)
    return [tuple(torch.as_tensor(array)[rows] for array in arrays) for rows in pieces]


@pytest.mark.parametrize("answer", [batches_with_split, batches_of_lists, batches_as_tensors])
def test_right_batches_pass_in_every_style(answer):
    right("shuffled_batches", answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda arrays, order, size: [], "an empty list; asked for is a list of batches"),
        (lambda arrays, order, size: [arrays[0][order]], "whose part 0 is no pair of arrays"),
        (lambda arrays, order, size: [(arrays[0][order], 3.0)], "number 0 holds no rows of both arrays"),
        (lambda arrays, order, size: [arrays, (arrays[0][:, :2], arrays[1])], "whose rows do not have one length"),
        (lambda arrays, order, size: 1.0, "a float; asked for is a list of batches"),
    ],
)
def test_what_is_no_list_of_batches_is_told_so(answer, said):
    assert said in rejected("shuffled_batches", answer)


# Early stopping.


def stopping_with_numpy(losses, patience):
    best = np.nanargmin(losses)
    return best, len(losses) - best > patience


def stopping_with_a_count(losses, patience):
    best, waited = None, 0
    for epoch, loss in enumerate(losses):
        if not np.isnan(loss) and (best is None or loss < losses[best]):
            best, waited = epoch, 0
        else:
            waited += 1
    return best, waited >= patience


@pytest.mark.parametrize("answer", [stopping_with_numpy, stopping_with_a_count])
def test_right_stopping_passes_in_every_style(answer):
    right("early_stopping", answer)


# The training loop.


def early_stopping(losses, patience):
    raise AssertionError("while fit is checked, the reference stands here")


def fit_with_its_own_names(model, optimiser, loss_of, epochs, valid, patience):
    """Closures, gradients set to None by hand, weights kept as clones, arrays for the losses."""
    history, kept = [], {}
    for batches in list(epochs):
        seen = []
        for batch in batches:
            model.train(True)

            def closure(batch=batch):
                for parameter in model.parameters():
                    parameter.grad = None
                loss = loss_of(model, batch)
                loss.backward()
                return loss

            seen.append((optimiser.step(closure).item(), len(batch[1])))
        model.train(False)
        with torch.inference_mode():
            watched = loss_of(model, valid).item()
        losses, rows = np.array(seen).T
        history.append((np.average(losses, weights=rows), watched))
        best, stop = early_stopping([two for _, two in history], patience)
        if best + 1 == len(history):
            kept = {name: value.clone() for name, value in model.state_dict().items()}
        if stop:
            break
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(kept[name])
    return np.array(history).T[0], np.array(history).T[1]


def test_a_right_loop_passes_in_another_style():
    right("fit", fit_with_its_own_names, seeds=range(3))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda *args: None, "fit returned None; asked for is the pair"),
        (lambda *args: ([0.1], 0.2), "fit returned list and float; asked for are two lists of numbers"),
        (lambda *args: [1, 2, 3, 4], "fit returned a list of 4; asked for is the pair"),
    ],
)
def test_a_loop_that_returns_something_else_is_told_what_is_asked_for(answer, said):
    assert said in rejected("fit", answer)


def test_each_training_shows_what_it_is_drawn_for():
    for draw in registry.get("fit").draws(0):
        rows = [len(k) for k in draw.args["rows"][0]]
        assert len(set(rows)) > 1 and min(rows) > 1  # a small last batch, yet large enough to be normalised


# Weights by their names.


def by_filling_a_module(layers):
    D, H = layers[0].W_ih.shape[1], layers[0].W_hh.shape[1]
    module = nn.GRU(D, H, num_layers=len(layers), dtype=torch.float64)
    with torch.no_grad():
        for parameter, array in zip(module.parameters(), (a for layer in layers for a in layer), strict=True):
            parameter.copy_(torch.from_numpy(array))
    return module.state_dict()


def in_float32(layers):
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    arrays = {f"{n}_l{k}": a for k, layer in enumerate(layers) for n, a in zip(names, layer, strict=True)}
    return {key: torch.tensor(arrays[key], dtype=torch.float32) for key in sorted(arrays)}


@pytest.mark.parametrize("answer", [by_filling_a_module, in_float32])
def test_a_right_state_dict_passes_in_every_style(answer):
    right("to_torch_state_dict", answer)


def test_a_state_dict_with_other_keys_is_told_which():
    said = rejected("to_torch_state_dict", lambda layers: {"weight_ih": torch.zeros(3)})
    assert "weight_ih_l0" in said
