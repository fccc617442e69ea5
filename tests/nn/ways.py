"""The ways to the same numbers: what is parametrised by a back end takes each of them."""

from __future__ import annotations

import pytest


class InWalks(str):
    """A back end of this name, with its walks over the steps of a chunk where NumPy would take such small ones."""


HAND_WRITTEN = ["fast", pytest.param(InWalks("fast"), id="fast, in walks")]
HAND_WRITTEN += [pytest.param("native", marks=pytest.mark.slow)]
EVERY = ["readable", *HAND_WRITTEN]
