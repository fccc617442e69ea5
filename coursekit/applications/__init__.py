"""What gated networks are used for: one file per application, from lesson 09 on.

Each file holds what its lesson needs beyond the data (`coursekit.data`) and the figures (`coursekit.plots`): windows
and splits without leakage, the simple baselines, the model built from `coursekit.nn`, and one function that trains it
over seeds and returns a `coursekit.experiments.comparison.Comparison`.
"""
