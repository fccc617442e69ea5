"""Where a course keeps what grading found; imports nothing, so that looking there costs nothing."""

from __future__ import annotations

RESULTS = ".coursekit-results"
"""Folder in a course's root that keeps its results."""

WRITTEN = "written"
"""Folder in it with one file per student, by assignment: see `written.py`."""
