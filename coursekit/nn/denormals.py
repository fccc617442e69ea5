"""Keep numbers below 1e-38 from slowing a lesson.

A gradient that vanishes passes through the denormal numbers (below 1.2e-38 in float32), and a processor computes with
those in slow motion: back-propagation over a long sequence whose loss sits on the last step takes several times as
long. Flushing them to zero changes no result that anyone can see.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_SMALLEST_NORMAL = sys.float_info.min


def flushing() -> bool:
    """Does this thread flush denormal numbers to zero at the moment?"""
    return _SMALLEST_NORMAL * 0.5 == 0.0


@contextmanager
def flush_denormals() -> Iterator[bool]:
    """Flush denormal numbers to zero inside the `with` block, in this thread, for PyTorch and for NumPy.

    Yields False on a processor that cannot do it (the block still runs). The former state comes back at the end.

        with flush_denormals():
            loss.backward()
    """
    before = flushing()
    supported = torch.set_flush_denormal(True)
    try:
        yield supported
    finally:
        if supported and not before:
            torch.set_flush_denormal(False)
