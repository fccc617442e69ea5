"""Notebooks from the texts of the lessons.

A lesson is written once, answers included, as jupytext Markdown in `solutions/NN_topic/NN_topic.md`. Three
words in the fences of its code cells say what nbgrader has to know:

    ```python exercise="gru_step"     the learner writes this; the answer is between the markers
                                      ### BEGIN SOLUTION and ### END SOLUTION
    ```python check="gru_step"        exactly `check(gru_step)`; worth the points of the exercise
    ```python prediction="guess"      the learner writes a guess here; not graded. Without a
                                      model answer between the markers it is released as it stands

Everything else about the notebooks is derived: `build_solution`, `build_release`.
"""

from coursekit.lessons.publish import drift, publish
from coursekit.lessons.release import build_release, leaks, release
from coursekit.lessons.source import LessonError, build_solution
from coursekit.lessons.tree import clone_root, find_lessons, shipped_notebooks

__all__ = [
    "LessonError",
    "build_release",
    "build_solution",
    "clone_root",
    "drift",
    "find_lessons",
    "leaks",
    "publish",
    "release",
    "shipped_notebooks",
]
