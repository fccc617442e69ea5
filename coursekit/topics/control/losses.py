"""Lesson 17, the actor-critic loss: right, and with one fault each. Imports torch, so it is imported late."""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.topics.control.actor_critic import actor_critic_loss as right

__all__ = ["faulty", "right"]


def faulty(logits: Tensor, values: Tensor, actions: Tensor, returns: Tensor, fault: str) -> Tensor:
    """The loss with one fault."""
    advantage = returns - values
    weight = returns if fault == "no baseline" else advantage if fault == "not detached" else advantage.detach()
    log_p = torch.log_softmax(logits, dim=1 if fault == "time" else -1)
    log_p = log_p.sum(-1) if fault == "all actions" else log_p.gather(-1, actions[..., None])[..., 0]
    if fault == "no log":
        log_p = log_p.exp()
    if fault == "log p detached":
        log_p = log_p.detach()
    error = advantage.detach() if fault == "detached twice" else advantage
    mean = torch.sum if fault == "sum" else torch.mean
    policy = mean(log_p * weight) if fault == "sign" else -mean(log_p * weight)
    critic = mean(error.square()) / (1 if fault == "whole square" else 2)
    return policy * (fault != "critic only") + critic * (fault != "policy only")
