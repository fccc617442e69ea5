"""Edges of boxes and boxes around boxes, in a tenth of the time: Matplotlib asks NumPy for the smaller of two numbers,
2,000 times for a plain figure.

As NumPy has it, an edge that is not known (NaN) leaves the others unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

EDGES = {"xmin": (0, False), "ymin": (1, False), "xmax": (0, True), "ymax": (1, True)}
"""By the name of an edge: of which coordinate it is, and whether it is the larger one."""

_OWN = "matplotlib.transforms"  # a box of somebody's own may have other edges than its corners


def edge(name: str) -> Callable[[property], property]:
    """For `BboxBase.xmin` and the like."""
    which, larger = EDGES[name]

    def smaller_of(box: Any) -> Any:
        points = box.get_points()
        one, other = points[0, which], points[1, which]
        return one if one <= other or one != one else other

    def larger_of(box: Any) -> Any:
        points = box.get_points()
        one, other = points[0, which], points[1, which]
        return one if one >= other or one != one else other

    return lambda _: property(larger_of if larger else smaller_of)


def union(unite: staticmethod) -> staticmethod:
    """For `BboxBase.union`."""
    from matplotlib.transforms import Bbox

    def united(boxes: Any) -> Any:
        if not len(boxes) or any(type(box).__module__ != _OWN for box in boxes):
            return unite.__func__(boxes)
        points = np.array([box.get_points() for box in boxes])
        return Bbox([points.min(axis=(0, 1)), points.max(axis=(0, 1))])

    return staticmethod(united)
