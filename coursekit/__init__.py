"""coursekit: reference implementations, checks and grading for the course on recurrent networks.

In a notebook: `from coursekit import check, hint, predicted, progress`. Outside:
`from coursekit.checking import evaluate`.
"""

from __future__ import annotations

from typing import Any

from coursekit import earlier_names

__version__ = "0.1.0"
__all__ = ["check", "hint", "predicted", "progress", "quiz"]


def __getattr__(name: str) -> Any:
    # Looked up on first use, so that `import coursekit` itself costs nothing.
    if name in __all__:
        from coursekit.desk import verbs

        return getattr(verbs, name)
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")


earlier_names.understand()
