"""Lies over the coursekit package in the view of a sandbox, so that the reference is not there to be read."""

raise ModuleNotFoundError("No module named 'coursekit' while a notebook is graded", name="coursekit")
