"""Lesson 11, health: glucose forecasts."""
