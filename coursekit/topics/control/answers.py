"""Lesson 17, the right answers: returns that stop where an episode stops, states that start anew, and the loss.

A row of T steps of an environment holds the end of one episode, perhaps some whole ones, and the beginning of another.
Nothing may pass over the border: no reward backwards, no hidden state forwards.

The loss is made of its arguments' own methods, so that nothing here imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coursekit.reference import gru

if TYPE_CHECKING:
    from torch import Tensor


def discounted_returns(
    rewards: np.ndarray, terminated: np.ndarray, truncated: np.ndarray, next_values: np.ndarray, gamma: float
) -> np.ndarray:
    """What was earned from each step on, discounted: (N, T) (Sutton and Barto 2018, equation 3.9).

        G_t = r_t                       if the episode ended for good with step t
        G_t = r_t + gamma * v_(t+1)     if it was cut there, by the clock or because the row ends (t = T - 1)
        G_t = r_t + gamma * G_(t+1)     else

    rewards (N, T). terminated, truncated (N, T) bool, never both. next_values (N, T): a critic's value of what was seen
    directly after each step. A cut episode would have gone on, so the critic stands in for the rest (Pardo et al.
    2018).
    """
    returns = np.empty_like(rewards)
    T = rewards.shape[1]
    for t in reversed(range(T)):
        cut = truncated[:, t] if t < T - 1 else True
        later = np.where(cut, next_values[:, t], returns[:, min(t + 1, T - 1)])
        returns[:, t] = rewards[:, t] + gamma * np.where(terminated[:, t], 0.0, later)
    return returns


def states_with_resets(
    x: np.ndarray, h0: np.ndarray, over: np.ndarray, params: gru.Params
) -> tuple[np.ndarray, np.ndarray]:
    """States of a GRU over rows that hold several episodes, and the state to go on with after the last step.

    x (N, T, D). h0 (N, H): the state in which step 0 begins. over (N, T) bool: the episode ended with step t, so step
    t + 1 is the first of a new one and begins with a zero state. Returns hs (N, T, H), where hs[:, t] is the state
    after x[:, t], before any reset, and the state (N, H) in which step T would begin.
    """
    h, hs = h0, []
    for t in range(x.shape[1]):
        after = gru.step(x[:, t], h, params)[0]
        hs.append(after)
        h = np.where(over[:, t, None], 0.0, after)
    return np.stack(hs, axis=1), h


def actor_critic_loss(logits: Tensor, values: Tensor, actions: Tensor, returns: Tensor) -> Tensor:
    """-mean(log p(action) * advantage) + mean(advantage^2) / 2, where advantage = returns - values.

    logits (N, T, A), values (N, T), actions (N, T) int64, returns (N, T). In the first part the advantage is a number,
    not a function of the critic's weights; the second part is what trains the critic (Mnih et al. 2016, section 4).
    """
    advantage = returns - values
    log_p = logits.log_softmax(dim=-1).gather(-1, actions[..., None])[..., 0]
    return -(log_p * advantage.detach()).mean() + advantage.square().mean() / 2
