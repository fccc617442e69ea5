"""How a measured number is said."""

from __future__ import annotations


def number(value: float, *, zeros: bool = False) -> str:
    """A number in three figures, without needless powers of ten. zeros: 1.00 in place of 1."""
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.1e}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".") if zeros else f"{value:.3g}"
