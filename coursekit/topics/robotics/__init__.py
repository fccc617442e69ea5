"""Lesson 18, robotics: motions recognised, an arm forecast."""
