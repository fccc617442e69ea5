"""Blood glucose of one person. Lesson 21 has the same readings, so the loader lies in `coursekit.sources.glucose`."""

from coursekit.sources.glucose import GLUCOSE, HIGH, LOW, STEP, Glucose, glucose

__all__ = ["GLUCOSE", "HIGH", "LOW", "STEP", "Glucose", "glucose"]
