"""Submissions of strangers: intake, canonical copy, sandbox, trusted checks, gradebook.

The process that compares never runs a student's code; from the process that does, only data comes back.
"""
