"""Lesson 06b, modules and training loops with one fault each: what the known mistakes run. Imported late."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coursekit.recurrence.faulty_step import faulty_step
from coursekit.reference import conventions
from coursekit.topics.pytorch.answers import early_stopping


class FaultyGRU(nn.Module):
    """A GRU module with one fault."""

    def __init__(self, D: int, H: int, fault: str) -> None:
        super().__init__()
        self.fault = fault
        shapes = ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
        for name, shape in zip(conventions.STATE_DICT_KEYS, shapes, strict=True):
            start = torch.empty(shape).uniform_(-(H**-0.5), H**-0.5)
            if fault == "large start":
                start = torch.randn(shape)
            if fault == "one sign":
                start = start.abs()
            if fault == "zero biases" and "bias" in name:
                start = torch.zeros(shape)
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        W_ih, W_hh, b_ih, b_hh = (getattr(self, name) for name in conventions.STATE_DICT_KEYS)
        if self.fault == "weights detached":
            W_ih, W_hh, b_ih, b_hh = (w.detach() for w in (W_ih, W_hh, b_ih, b_hh))
        h = x.new_zeros(x.shape[0], W_hh.shape[1]) if h0 is None or self.fault == "h0 ignored" else h0[0]
        if self.fault == "h0 detached":
            h = h.detach()
        hs = []
        for x_t in x.unbind(1):
            h = h.detach() if self.fault == "state detached" else h
            h = faulty_step(F.linear(x_t, W_ih, b_ih), F.linear(h, W_hh, b_hh), h, W_hh, b_hh, self.fault)
            hs.append(h)
        hs = torch.stack(hs, 1)
        last = hs[:, 0] if self.fault == "first state" else h
        return hs, (last.detach() if self.fault == "h_n detached" else last)[None]


def faulty_fit(fault: str) -> Callable[..., tuple[list[float], list[float]]]:
    """A training loop with one fault: the training and validation loss of each epoch."""

    def fit(model, optimiser, loss_of, epochs, valid, patience):
        train_losses, valid_losses, kept = [], [], None
        model.train()
        for batches in epochs:
            if fault != "train forgotten":
                model.train()
            if fault == "validated first":
                valid_losses.append(_validated(model, loss_of, valid, fault))
                model.train()
            losses = [_stepped(model, optimiser, loss_of(model, batch), fault) for batch in batches]
            train_losses.append(_summed_up(losses, [len(batch[0]) for batch in batches], fault))
            if fault == "trains on validation":
                _stepped(model, optimiser, loss_of(model, valid), fault)
            if fault != "validated first":
                valid_losses.append(_validated(model, loss_of, valid, fault))
            watched = train_losses if fault == "watches training" else valid_losses
            best, stop = early_stopping(watched, patience)
            if best == len(watched) - 1:
                kept = copy.deepcopy(model.state_dict())
            if stop and fault != "never stops":
                break
        if fault != "last weights":
            model.load_state_dict(kept)
        return train_losses, valid_losses

    return fit


def _validated(model: nn.Module, loss_of: Callable, valid: tuple[Tensor, ...], fault: str) -> float:
    if fault != "eval forgotten":
        model.eval()
    with torch.no_grad():
        return loss_of(model, valid).item()


def _stepped(model: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor, fault: str) -> float:
    if fault not in ("not zeroed", "zeroed too late"):
        optimiser.zero_grad()
    loss.backward()
    if fault == "zeroed too late":
        optimiser.zero_grad()
    optimiser.step()
    return loss.item()


def _summed_up(losses: list[float], rows: list[int], fault: str) -> float:
    if fault == "mean of means":
        return sum(losses) / len(losses)
    if fault == "last batch":
        return losses[-1]
    total = sum(loss * n for loss, n in zip(losses, rows, strict=True))
    return total if fault == "sum" else total / sum(rows)
