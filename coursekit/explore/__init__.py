"""Figures with controls, for live notebooks. Where there are no controls, the same figure stands there alone."""

from __future__ import annotations

from coursekit.explore.gates import explore_gates
from coursekit.explore.gradients import explore_gradients

__all__ = ["explore_gates", "explore_gradients"]
