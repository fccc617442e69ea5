"""Second stage: notebooks run in a sandbox, and their answers are checked from outside of it."""
