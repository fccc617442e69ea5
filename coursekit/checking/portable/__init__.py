"""What the engine and a sandbox's worker share, so that an answer meets the same rules in a notebook and when graded.

A worker has this folder, and nothing else of the package: it imports NumPy and the standard library alone, and holds no
answer.

    dict_numbers.py  whether anything was written to a dict since, as CPython counts it
    earlier.py  what the names of earlier exercises mean while an answer is checked
    own_names.py  what the names of Python's modules, NumPy and PyTorch stand for, whatever is put in their places
    plain.py   what can be read as numbers, and in which words the rest is refused
    record.py  the local values of a call, line by line; sent.py turns them into what can be sent
    state.py   the settings of a process (NumPy, PyTorch, warnings, random numbers, built-ins): known, and restored
    unmuted.py, unwritten.py   what numbers do not show: events that are muted, memory that is never written
"""
