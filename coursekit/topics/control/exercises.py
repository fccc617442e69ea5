"""Lesson 17, control: returns that stop at the end of an episode, states that start anew, and the actor-critic loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.beside import beside
from coursekit.recurrence.draws import LARGE, sequence_args
from coursekit.reference import gru
from coursekit.topics.control import mistakes
from coursekit.topics.control.answers import actor_critic_loss, discounted_returns, states_with_resets

LESSON = "17_control"

_ROWS = {
    "nothing ends": (1, 8, "none"),
    "an episode ends for good": (3, 6, "terminated"),
    "the clock cuts an episode": (3, 6, "truncated"),
    "full size": (5, 9, "both"),
    "other sizes": (4, 12, "both"),
}


def _ends(rng: np.random.Generator, N: int, T: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """terminated and truncated, (N, T). Of each kind that is wanted one ends in the middle of a row, one with a row."""
    terminated, truncated = np.zeros((2, N, T), bool)
    rows = rng.permutation(N)
    wanted = [ends for ends, name in ((terminated, "terminated"), (truncated, "truncated")) if kind in (name, "both")]
    for k, ends in enumerate(wanted):
        ends[rows[2 * k], rng.integers(1, T // 2)] = True
        ends[rows[2 * k], rng.integers(T // 2 + 1, T - 1)] = True
        ends[rows[2 * k + 1], T - 1] = True
    return terminated, truncated


def _draw_rewards(rng: np.random.Generator) -> Iterator[Draw]:
    """Rewards of one sign, so that no return is near zero by accident; in the last draw punishments, and large ones."""
    for name, (N, T, kind) in _ROWS.items():
        factor = -20.0 if name == "other sizes" else 1.0
        terminated, truncated = _ends(rng, N, T, kind)
        args = {
            "rewards": factor * rng.uniform(0.5, 2, (N, T)),
            "terminated": terminated,
            "truncated": truncated,
            "next_values": factor * rng.uniform(2, 6, (N, T)),
            "gamma": float(rng.uniform(0.7, 0.95)),
        }
        yield Draw(name, args, {"N": N, "T": T})


register(
    Exercise(
        name="discounted_returns",
        lesson=LESSON,
        asks="The discounted return from every step on, where a row may hold the ends of several episodes.",
        reference=discounted_returns,
        returns=(Tensor("returns", ("N", "T"), sequence="T"),),
        draw=_draw_rewards,
        mistakes=mistakes.RETURNS,
        hints=(
            "Go backwards in time: the return of a step is its reward plus gamma times what comes later.",
            "What comes later is one of three: nothing, the critic's value, or the return of the next step. "
            "Which of them belongs to terminated, to truncated, to the last step of a row, and to all others?",
            "Go down from the last step with one variable, later, which begins as next_values[:, -1]. The order "
            "of the cases matters: which of them has the last word at a step that is both terminated and the "
            "end of a row?",
            "np.where(terminated[:, t], 0.0, np.where(truncated[:, t], next_values[:, t], later)) is what gamma "
            "multiplies at step t.",
        ),
        points=3,
    )
)


def _draw_episodes(rng: np.random.Generator) -> Iterator[Draw]:
    """From the second draw on, some rows end in the middle, others with their first or last step, or never."""
    sizes = {
        "nothing ends": (4, 3, 2, 5),
        "an episode ends in the middle": (5, 6, 3, 7),
        "full size": (5, 8, 3, 4),
        LARGE: (6, 9, 5, 3),
        "a batch of one": (1, 9, 2, 5),
    }
    for name, (N, T, D, H) in sizes.items():
        x, h0, params = sequence_args(rng, gru, N, T, D, H, name == LARGE).values()
        over = np.zeros((N, T), bool)
        if N == 1:
            over[0, [0, T // 2]] = True
        elif name != "nothing ends":
            rows = rng.permutation(N)
            over[rows[3], 0] = True
            over[rows[0], [1, T - 2]] = True
            over[rows[1], rng.integers(1, T - 2)] = True
            over[rows[2], T - 1] = True
        yield Draw(name, {"x": x, "h0": h0, "over": over, "params": params}, {"N": N, "T": T, "D": D, "H": H})


register(
    Exercise(
        name="states_with_resets",
        lesson=LESSON,
        asks="The states of a GRU over rows that hold several episodes, and the state to go on with.",
        reference=states_with_resets,
        returns=(Tensor("hs", ("N", "T", "H"), sequence="T"), Tensor("h_next", ("N", "H"))),
        draw=_draw_episodes,
        uses=("gru_step",),
        mistakes=mistakes.RESETS,
        hints=(
            "It is the loop of gru_forward, with one more line at its end.",
            "over[:, t] says that the episode ended with step t. The state after step t is still that of the old "
            "episode; step t + 1 begins with zeros.",
            "Keep two things apart: the state that you store for step t, and the state that you hand to step t + 1.",
            "h = np.where(over[:, t, None], 0.0, h) after h has been stored.",
        ),
        points=2,
    )
)


def _gradients_of_loss(answer, logits, values, actions, returns):
    """The loss as a number, and its gradients with respect to logits (N, T, A) and values (N, T)."""
    import torch

    leaves = [torch.from_numpy(array).requires_grad_() for array in (logits, values)]
    loss = answer(*leaves, torch.from_numpy(actions), torch.from_numpy(returns))
    if isinstance(loss, tuple) and len(loss) == 2 and isinstance(loss[1], (tuple, list, dict)):
        loss = loss[0]  # a cache beside it
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        kind = "None" if loss is None else f"an object of the type {type(loss).__name__}"
        if isinstance(loss, torch.Tensor):
            kind = f"a tensor of shape {tuple(loss.shape)}"
        raise TypeError(f"actor_critic_loss returned {kind}; asked for is one number as a tensor")
    gradients = [None, None]
    if loss.requires_grad:
        gradients = torch.autograd.grad(loss.reshape(()), leaves, allow_unused=True)
    gradients = [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, leaves, strict=True)]
    return loss.detach().reshape(()).numpy(), *(g.numpy() for g in gradients)


def _draw_decisions(rng: np.random.Generator) -> Iterator[Draw]:
    """Critics that are too low nearly everywhere: then no mean of advantages is near zero."""
    sizes = {"one step": (4, 1, 3), "a batch of one": (1, 9, 2), "full size": (4, 6, 3), "other sizes": (5, 3, 4)}
    for name, (N, T, A) in sizes.items():
        values = rng.uniform(0.5, 2, (N, T))
        args = {
            "logits": 1.5 * rng.standard_normal((N, T, A)),
            "values": values,
            "actions": rng.integers(0, A, (N, T)),
            "returns": values + rng.normal(0.8, 0.5, (N, T)),
        }
        if name == "other sizes":  # rows at heights so different that what is largest in one is no help in another
            args["logits"] += 1000.0 * rng.permutation(N)[:, None, None]
        yield Draw(name, args, {"N": N, "T": T, "A": A})


register(
    Exercise(
        name="actor_critic_loss",
        lesson=LESSON,
        asks="The loss of policy and critic together, as a tensor to differentiate; checked are it and its gradients.",
        reference=actor_critic_loss,
        returns=(
            Tensor("loss"),
            Tensor("dlogits", ("N", "T", "A"), sequence="T"),
            Tensor("dvalues", ("N", "T"), sequence="T"),
        ),
        draw=_draw_decisions,
        apply=beside(_gradients_of_loss),
        mistakes=mistakes.LOSS,
        hints=(
            "Three lines: the advantage, log p of the actions that were taken, and the sum of two means.",
            "torch.log_softmax gives log p of all actions, (N, T, A). Of these, .gather along the last axis "
            "picks those that were taken; its index needs an axis more than actions has.",
            "How well an action did is a fact of the past. tensor.detach() makes a number of it, through which no "
            "gradient passes. The critic learns from the other part alone.",
            "log_p = torch.log_softmax(logits, dim=-1).gather(-1, actions[..., None])[..., 0], and -(log_p * "
            "advantage.detach()).mean() + (advantage**2).mean() / 2",
        ),
        points=3,
    )
)
