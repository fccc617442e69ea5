"""Lesson 15, music: chorales."""
