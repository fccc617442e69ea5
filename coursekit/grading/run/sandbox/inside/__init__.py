"""The part that runs inside the sandbox, next to the student's code.

The folder is bound into the view on its own, as the top-level package `inside`. Nothing here may import the rest of
coursekit, because nothing of coursekit exists in there, and imports are relative for that reason. The trusted side
shares `wire`, `control` and `linux`, and nothing else.
"""
