"""Lesson 17, control: a pole that is balanced without seeing its speed."""
