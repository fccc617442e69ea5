"""Blood glucose of one person; lesson 21 warns on the same readings, so that the loader is `coursekit.sources.glucose`."""

from coursekit.sources.glucose import GLUCOSE, HIGH, LOW, STEP, Glucose, glucose

__all__ = ["GLUCOSE", "HIGH", "LOW", "STEP", "Glucose", "glucose"]
