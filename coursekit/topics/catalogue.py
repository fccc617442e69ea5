"""The course's catalogue of exercises: importing this module registers the exercises of every lesson.

It stands in pyproject.toml as an entry point, as the catalogue of a teacher's own package does.
"""

from __future__ import annotations

from coursekit import topics

for _ in topics.modules("exercises"):
    pass
