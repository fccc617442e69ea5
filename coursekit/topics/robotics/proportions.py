"""How sure a share of right answers is, if there are few test cases."""

from __future__ import annotations

import math


def wilson_interval(right: int, cases: int, z: float = 1.96) -> tuple[float, float]:
    """Low and high end of the interval for a share, `right` of `cases` (Wilson 1927).

    The shares p for which the observed one is at most z standard deviations sqrt(p (1 - p) / cases) away. The ends
    stay within 0 and 1, and the interval has a width even if all or no cases are right.
    """
    share = right / cases
    centre = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    half = z / (1 + z**2 / cases) * math.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    return centre - half, centre + half
