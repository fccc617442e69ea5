"""A learner's own task of control: any environment of Gymnasium that offers a few actions to choose from.

    environments = own_environment("CartPole-v1", N=8, seed=0, keep=(0, 2))
    observation = environments.observation                  # (8, 2) float32

Gymnasium is imported only here, when an environment is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.installation import install_command
from coursekit.topics.control.data import EnvironmentStep


class BadEnvironment(ValueError):
    """An environment that cannot be used as it is; the message is one sentence that says what to do."""


class OwnEnvironments:
    """N copies of an environment, stepped one after the other; see `coursekit.topics.control.data.Environments`."""

    def __init__(self, name: str, copies: list, seed: int, keep: list[int]) -> None:
        self._name, self._copies, self._keep = name, copies, keep
        self._first, self.actions = int(copies[0].action_space.start), int(copies[0].action_space.n)
        self.observation = np.stack([self._seen(one.reset(seed=seed + k)[0]) for k, one in enumerate(copies)])

    def step(self, actions: np.ndarray) -> EnvironmentStep:
        """Take one action (N,), each 0 to actions - 1, in each copy. Raises BadEnvironment for what is no number."""
        final, reward, terminated, truncated = zip(
            *(one.step(self._first + int(action))[:4] for one, action in zip(self._copies, actions, strict=True)),
            strict=True,
        )
        final, terminated, truncated = (
            np.stack([self._seen(seen) for seen in final]),
            *map(np.array, (terminated, truncated)),
        )
        if not (np.isfinite(final).all() and np.isfinite(reward).all()):
            raise BadEnvironment(f"{self._name} gave a reward or an observation that is no number: mend it first")
        self.observation = final.copy()
        for k in np.flatnonzero(terminated | truncated):
            self.observation[k] = self._seen(self._copies[k].reset()[0])
        return EnvironmentStep(
            self.observation, final, np.array(reward, np.float32), terminated, truncated & ~terminated
        )

    def _seen(self, observation: np.ndarray) -> np.ndarray:
        return np.asarray(observation, np.float32).ravel()[self._keep]


def own_environment(name: str, N: int, seed: int = 0, keep: Sequence[int] | None = None) -> OwnEnvironments:
    """N copies of Gymnasium's environment of that name.

    keep: which entries of an observation are seen; None: all of them. Raises BadEnvironment if Gymnasium is missing, if
    it cannot make the environment, if its actions are not some few to choose from, if its observations are no arrays of
    numbers, or if an entry of keep does not exist; ValueError if N is below 1.
    """
    if N < 1:
        raise ValueError(f"N: expected at least one copy, got {N}")
    try:
        import gymnasium
    except ModuleNotFoundError:
        raise BadEnvironment(f"your own environment needs Gymnasium: {install_command('rl')}") from None
    try:
        copies = [gymnasium.make(name) for _ in range(N)]
    except Exception as problem:  # an environment is foreign code, and can fail in any way
        raise BadEnvironment(f"Gymnasium cannot make {name!r}: {' '.join(str(problem).split())}") from None
    actions, seen = copies[0].action_space, copies[0].observation_space
    if not isinstance(actions, gymnasium.spaces.Discrete):
        raise BadEnvironment(f"{name} has actions {actions}: choose one with a few actions to choose from (Discrete)")
    if not isinstance(seen, gymnasium.spaces.Box):
        raise BadEnvironment(f"{name} has observations {seen}: choose one whose observations are numbers (Box)")
    entries = int(np.prod(seen.shape))
    kept = list(range(entries)) if keep is None else list(keep)
    if not entries:
        raise BadEnvironment(f"{name} has observations without an entry: choose one that shows something")
    if not kept or not all(isinstance(k, int | np.integer) and 0 <= k < entries for k in kept):
        raise BadEnvironment(f"keep={kept}: an observation of {name} has the entries 0 to {entries - 1}")
    return OwnEnvironments(name, copies, seed, kept)
