"""Numbers in the source of a package: read, and never run."""

from __future__ import annotations

from coursekit.sources.python_file import longest_list


def test_a_python_file_is_read_and_never_run():
    source = "raise SystemExit\nsmall = [1, 2]\nnumbers = call([3, -4.5, 6])\n"
    assert longest_list(source).tolist() == [3, -4.5, 6]
