"""How a batch of sequences is laid out in time, so that every loop may run forwards over equal lengths.

`Full` is a batch of equal lengths. `Packed` is a batch of unequal lengths in the form of PyTorch's PackedSequence:
the rows of all sequences, time step by time step, longest sequence first. A loop runs over the padded form, in which
each sequence starts at step 0, in its own reversed order for the backward direction. The padding comes after the end
of a sequence, so it cannot reach the results that are kept, and its gradient is exactly zero.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor


class Full:
    """Sequences of equal length, (T, N, D)."""

    def __init__(self, x: Tensor):
        self._x = x

    @property
    def batch(self) -> int:
        """How many sequences; while torch.jit.trace records, PyTorch makes a tensor of it."""
        return self._x.shape[1]

    def unroll(self, rows: Tensor, reverse: bool) -> Tensor:
        """(T, N, D) in the order in which the loop sees it."""
        return rows.flip(0) if reverse else rows

    roll = unroll

    def last(self, steps: Tensor) -> Tensor:
        """The state of every sequence after its last step, (N, H)."""
        return steps[-1]


class Packed:
    """Sequences of unequal length; `batch_sizes[t]` of them are still running at step t."""

    def __init__(self, batch_sizes: Tensor, device: torch.device):
        self.batch_sizes, self._device = batch_sizes, device

    @property
    def batch(self) -> int:
        """How many sequences; while torch.jit.trace records, a tensor."""
        return self.batch_sizes[0] if torch.jit.is_tracing() else int(self.batch_sizes[0])

    @cached_property
    def _places(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For each row its sequence, its step and its step backwards; for each sequence its last step."""
        running = self.batch_sizes[:, None] > torch.arange(self.batch, device=self.batch_sizes.device)  # (T, N)
        step, sequence = running.nonzero().unbind(1)
        lengths = running.sum(0)
        return tuple(v.to(self._device) for v in (sequence, step, lengths[sequence] - 1 - step, lengths - 1))

    def _where(self, reverse: bool) -> tuple[Tensor, Tensor]:
        sequence, step, step_reversed, _ = self._places
        return (step_reversed if reverse else step), sequence

    def unroll(self, rows: Tensor, reverse: bool) -> Tensor:
        """The rows of a PackedSequence (total, D) as a padded (T, N, D)."""
        padded = rows.new_zeros(len(self.batch_sizes), self.batch, rows.shape[1])
        return padded.index_put(self._where(reverse), rows)

    def roll(self, padded: Tensor, reverse: bool) -> Tensor:
        """The inverse of `unroll`: (T, N, H) to (total, H)."""
        return padded[self._where(reverse)]

    def last(self, steps: Tensor) -> Tensor:
        """The state of every sequence after its last step, (N, H), from the padded (T, N, H)."""
        end = self._places[-1]
        return steps[end, torch.arange(self.batch, device=steps.device)]
