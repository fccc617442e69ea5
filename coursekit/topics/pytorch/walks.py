"""Lesson 06b, Adam down the narrow valley: one's own step, and PyTorch's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from coursekit.topics.pytorch import downhill


def of_adam(adam_step: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]], lr: float) -> np.ndarray:
    """The places (101, 2) that `adam_step` of the lesson comes to, with the betas and eps of the paper."""
    m = v = np.zeros(2)

    def step(place: np.ndarray, gradient: np.ndarray, t: int) -> np.ndarray:
        nonlocal m, v
        place, m, v = adam_step(place, gradient, m, v, t, lr, 0.9, 0.999, 1e-8)
        return place

    return downhill.descent(step)


def of_torch_adam(lr: float) -> np.ndarray:
    """The places (101, 2) that torch.optim.Adam comes to in float64."""
    weight = torch.tensor(downhill.START, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weight], lr)

    def step(place: np.ndarray, gradient: np.ndarray, t: int) -> np.ndarray:
        weight.grad = torch.from_numpy(gradient)
        optimiser.step()
        return weight.detach().numpy().copy()

    return downhill.descent(step)
