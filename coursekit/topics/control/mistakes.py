"""Runnable mistakes of lesson 17: returns and states that pass over an end, and a loss whose halves disturb each other.

The losses are made of their arguments' own methods, so that nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from coursekit.checking import Mistake
from coursekit.reference import gru

if TYPE_CHECKING:
    from torch import Tensor


def _returns(
    *,
    ended: Callable | None = None,
    cut: Callable | None = None,
    last: Callable | None = None,
    reward: Callable | None = None,
    factor: Callable | None = None,
) -> Callable[..., np.ndarray]:
    """The right loop, with one of its lines replaced.

    ended, cut: which steps count as terminated and as truncated, from (terminated, truncated). last: what is later than
    the last step, from next_values. reward: from (rewards, terminated). factor: of what is later, from (gamma, t).
    """

    def discounted_returns(rewards, terminated, truncated, next_values, gamma):
        stop = ended(terminated, truncated) if ended else terminated
        bootstrap = cut(terminated, truncated) if cut else truncated
        gains = reward(rewards, terminated) if reward else rewards
        later = last(next_values) if last else next_values[:, -1]
        returns = np.empty_like(rewards)
        for t in reversed(range(rewards.shape[1])):
            later = np.where(stop[:, t], 0.0, np.where(bootstrap[:, t], next_values[:, t], later))
            returns[:, t] = later = gains[:, t] + (factor(gamma, t) if factor else gamma) * later
        return returns

    return discounted_returns


def _never(terminated: np.ndarray, truncated: np.ndarray) -> np.ndarray:
    return np.zeros_like(terminated)


def _one_late(terminated: np.ndarray, truncated: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros_like(terminated[:, :1]), terminated[:, :-1]], axis=1)


def _one_step(rewards, terminated, truncated, next_values, gamma):
    return rewards + gamma * np.where(terminated, 0.0, next_values)


def _so_far(rewards, terminated, truncated, next_values, gamma):
    """The loop of the right answer, run forwards."""
    returns, before = np.empty_like(rewards), next_values[:, 0]
    for t in range(rewards.shape[1]):
        before = np.where(terminated[:, t], 0.0, np.where(truncated[:, t], next_values[:, t], before))
        returns[:, t] = before = rewards[:, t] + gamma * before
    return returns


def _in_place(rewards, terminated, truncated, next_values, gamma):
    right = _returns()(rewards, terminated, truncated, next_values, gamma)
    rewards[:] = right
    return rewards


RETURNS = (
    Mistake(
        "returns that go on through the end of an episode",
        "After a step that terminated nothing can be earned. What comes after it belongs to another episode.",
        _returns(ended=_never),
    ),
    Mistake(
        "a cut episode that is taken for one that failed",
        "The clock stopped it; it would have gone on. What stands in for the rest?",
        _returns(ended=lambda terminated, truncated: terminated | truncated),
    ),
    Mistake(
        "an end of any kind after which nothing is earned",
        "Only a terminated episode earns no more. Where the clock or the end of the row cuts one, the critic's value "
        "stands in for the rest.",
        _returns(ended=lambda terminated, truncated: terminated | truncated, last=lambda next_values: 0.0),
    ),
    Mistake(
        "returns that pass over the border of a cut episode",
        "The step after a cut one belongs to a new episode. The critic's value replaces what is not seen.",
        _returns(cut=_never),
    ),
    Mistake(
        "an end that acts one step late",
        "terminated[:, t] is about step t: its own return holds nothing but its reward.",
        _returns(ended=_one_late),
    ),
    Mistake(
        "a row after whose last step nothing is earned",
        "The row ends, the episode does not. Which number stands for the steps after the row?",
        _returns(last=lambda next_values: np.zeros(len(next_values))),
    ),
    Mistake(
        "a critic's value at both kinds of end",
        "A fallen pole earns no more. Only the clock leaves something out.",
        _returns(ended=_never, cut=lambda terminated, truncated: terminated | truncated),
    ),
    Mistake(
        "an end whose own reward is lost",
        "The reward of the last step was earned. Only what comes after it is nothing.",
        _returns(reward=lambda rewards, terminated: np.where(terminated, 0.0, rewards)),
    ),
    Mistake(
        "returns without a discount",
        "What comes one step later is multiplied by gamma.",
        _returns(factor=lambda gamma, t: 1.0),
    ),
    Mistake(
        "a discount that counts from the beginning of the row",
        "From one step to the next the factor is always gamma. The loop multiplies it up by itself.",
        _returns(factor=lambda gamma, t: gamma ** (t + 1)),
    ),
    Mistake(
        "one step ahead, and the critic's value for the rest",
        "The critic is asked only where an episode is cut or the row ends. Everywhere else the real rewards follow.",
        _one_step,
    ),
    Mistake(
        "sums that run forwards in time",
        "A return adds what comes after a step, not what came before it: begin at the last one.",
        _so_far,
    ),
    Mistake("rewards that are changed in place", "Make a new array for the returns.", _in_place),
)


def _states(
    *,
    begin: Callable | None = None,
    before: Callable | None = None,
    after: Callable | None = None,
    stored: Callable | None = None,
    last: Callable | None = None,
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """The right loop, with one of its lines replaced.

    begin: the state of step 0, from h0. before: the state in which step t begins, from (h, over, t). after: what is
    handed on, from (h, over, t, h0). stored: what is kept of step t, from (h, over, t). last: the state to go on with,
    from (handed on, stored).
    """

    def states_with_resets(x, h0, over, params):
        h, hs = (begin(h0) if begin else h0), []
        for t in range(x.shape[1]):
            h = before(h, over, t) if before else h
            h = gru.step(x[:, t], h, params)[0]
            hs.append(stored(h, over, t) if stored else h)
            h = after(h, over, t, h0) if after else np.where(over[:, t, None], 0.0, h)
        return np.stack(hs, axis=1), (last(h, hs[-1]) if last else h)

    return states_with_resets


def _kept(h, over, t, h0):
    return h


def _cleared(h, over, t):
    return np.where(over[:, t, None], 0.0, h)


RESETS = (
    Mistake(
        "a state that is never reset",
        "over[:, t] says where an episode ended. What does the next one know about it?",
        _states(after=_kept),
    ),
    Mistake(
        "a reset before the last step of an episode",
        "over[:, t] is about the end of step t. That step still belongs to the old episode.",
        _states(before=_cleared, after=_kept),
    ),
    Mistake(
        "a reset that comes one step late",
        "over[:, t] changes the state in which step t + 1 begins, not that of step t + 2.",
        _states(after=lambda h, over, t, h0: np.where(over[:, t - 1, None] & (t > 0), 0.0, h)),
    ),
    Mistake(
        "a reset of all rows when one of them is over",
        "Every row is an environment of its own. The condition has one entry for each of them.",
        _states(after=lambda h, over, t, h0: np.zeros_like(h) if over[:, t].any() else h),
    ),
    Mistake(
        "a reset to h0",
        "h0 is the state in which the row began, in the middle of an episode perhaps. A new one begins with zeros.",
        _states(after=lambda h, over, t, h0: np.where(over[:, t, None], h0, h)),
    ),
    Mistake(
        "zeros stored as the state after the last step of an episode",
        "The policy acted from that state. Store it first, and reset what is handed on.",
        _states(stored=_cleared),
    ),
    Mistake(
        "a state to go on with that was not reset",
        "If an episode ends with the last step of the row, the next row begins a new one.",
        _states(last=lambda h, stored: stored),
    ),
    Mistake(
        "a row that begins with zeros instead of h0",
        "The row goes on where the one before stopped. h0 is the state at that point.",
        _states(begin=np.zeros_like),
    ),
    Mistake(
        "a reset while the episode goes on",
        "The condition is the wrong way round: zeros belong where it is over.",
        _states(after=lambda h, over, t, h0: np.where(over[:, t, None], h, 0.0)),
    ),
    Mistake(
        "a state that is not handed on at all",
        "Each step begins with the state after the one before.",
        _states(before=lambda h, over, t: np.zeros_like(h), after=_kept),
    ),
)


def _faulty(logits: Tensor, values: Tensor, actions: Tensor, returns: Tensor, fault: str) -> Tensor:
    """The loss with one fault."""
    advantage = returns - values
    weight = returns if fault == "no baseline" else advantage if fault == "not detached" else advantage.detach()
    log_p = logits.log_softmax(dim=1 if fault == "time" else -1)
    log_p = log_p.sum(-1) if fault == "all actions" else log_p.gather(-1, actions[..., None])[..., 0]
    if fault == "no log":
        log_p = log_p.exp()
    if fault == "log p detached":
        log_p = log_p.detach()
    error = advantage.detach() if fault == "detached twice" else advantage
    gain, squares = log_p * weight, error.square()
    policy, critic = (gain.sum(), squares.sum()) if fault == "sum" else (gain.mean(), squares.mean())
    policy = policy if fault == "sign" else -policy
    critic = critic if fault == "whole square" else critic / 2
    return policy * (fault != "critic only") + critic * (fault != "policy only")


def _loss(name: str, hint: str, fault: str) -> Mistake:
    def answer(logits: Tensor, values: Tensor, actions: Tensor, returns: Tensor) -> Tensor:
        return _faulty(logits, values, actions, returns, fault)

    return Mistake(name, hint, answer)


LOSS = (
    _loss(
        "a gradient that passes through the baseline",
        "Through the advantage, the policy's part pulls on the critic too: moving the baseline makes it cheaper. "
        "What cuts a gradient?",
        "not detached",
    ),
    _loss(
        "a critic that learns nothing",
        "The critic learns from the second part, so its gradient has to pass there.",
        "detached twice",
    ),
    _loss(
        "a policy that learns to do badly: an advantage with the wrong sign, or no minus before log p",
        "The advantage is positive where an action did better than expected. Gradient descent makes the loss smaller: "
        "what should grow?",
        "sign",
    ),
    _loss(
        "a policy without a baseline",
        "The return alone says how good the state was as well. Subtract what the critic expected.",
        "no baseline",
    ),
    _loss("probabilities in place of their logarithms", "The gradient that is wanted is that of log p.", "no log"),
    _loss("log p of every action", "Only the action that was taken is known to be good or bad.", "all actions"),
    _loss(
        "a softmax over time",
        "At each step the probabilities of the actions add up to 1. Which axis holds the actions?",
        "time",
    ),
    _loss("sums in place of means", "Means do not depend on how many steps there were.", "sum"),
    _loss("a critic with twice its weight", "The squared error is halved.", "whole square"),
    _loss("the critic's part left out", "Two parts: one for the policy, one for the critic.", "policy only"),
    _loss("the policy's part left out", "Two parts: one for the policy, one for the critic.", "critic only"),
    _loss(
        "a policy that depends on no weight",
        "log p has to keep its gradient; it is the advantage that is a mere number.",
        "log p detached",
    ),
)
