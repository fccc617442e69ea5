"""Parts of notebooks that are made without nbformat's checks."""

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from coursekit.grading import nodes


def kinds(value):
    """The types of all parts, to the bottom."""
    if isinstance(value, dict):
        return type(value), {key: kinds(part) for key, part in value.items()}
    return (type(value), [kinds(part) for part in value]) if isinstance(value, list) else type(value)


def test_a_copy_is_nbformats_own_and_shares_nothing():
    data = {"cells": [{"source": "x", "metadata": {"a": [1, {"b": (2.0, None, True)}]}, "outputs": []}], "nbformat": 4}
    made = nodes.copied(NotebookNode(data))
    assert made == from_dict(data) and kinds(made) == kinds(from_dict(data))
    made.cells[0].metadata.a[1].b.append(3)
    made.cells[0].outputs.append(3)
    assert data["cells"][0]["metadata"]["a"][1]["b"] == (2.0, None, True) and data["cells"][0]["outputs"] == []


def test_a_cell_is_as_nbformat_makes_it():
    metadata = {"nbgrader": {"grade_id": "double"}}
    assert nodes.cell("code", "x = 1", "a", "double") == new_code_cell("x = 1", id="a", metadata=metadata)
    assert nodes.cell("markdown", "words", "a") == new_markdown_cell("words", id="a")
    assert nodes.cell("code", "x", "a").outputs is not nodes.cell("code", "x", "a").outputs
