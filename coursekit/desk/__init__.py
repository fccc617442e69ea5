"""The learner's desk: what a notebook imports (check, hint, predicted, progress), and the journal that remembers.

Everything stays on this computer. The engine of the checks and the grader know nothing of it.
"""
