"""Submissions in which something is broken: a right answer is in there, or nobody can say."""

from __future__ import annotations

import json

import nbformat

from .case import CHECK, COUNT_ONLY, RIGHT, UNREAD, HandIn, answer, cases, changed, of, right_and, with_file, without


def renamed_cell(nb):
    of(nb, CHECK).metadata.nbgrader.grade_id = "my_check"


def unknown_keys(nb):
    for c in nb.cells:
        if "nbgrader" in c.metadata:
            c.metadata.nbgrader.update(banana=[1, {"a": None}], locked="perhaps")


def schema(version):
    def change(nb):
        for c in nb.cells:
            if "nbgrader" in c.metadata:
                c.metadata.nbgrader.schema_version = version

    return change


def copied_check(nb):
    nb.cells.append(of(nb, CHECK).copy())
    return json.dumps(nb).encode()


def copied_answer(nb):
    again = nbformat.from_dict(json.loads(json.dumps(of(nb, "gru_step"))))
    again.source = "# my notes on this"
    nb.cells.append(again)
    return json.dumps(nb).encode()


def no_metadata(nb):
    of(nb, CHECK).metadata = nbformat.NotebookNode()


def merge_marks(nb):
    return ("<<<<<<< HEAD\n" + nbformat.writes(nb) + "\n=======\n").encode()


def old_format(nb):
    made = nbformat.convert(nb, 3)
    return json.dumps(made).encode()


def with_outputs(nb):
    of(nb, "gru_step").outputs = [nbformat.v4.new_output("stream", text="x" * (3 << 20))]


def half_a_pair(nb):
    of(nb, "gru_step").source += "\n# \ud83d"
    return json.dumps(nb).encode()


def renamed_notebook(course, student):
    course.hand_in(student, course.solution, name="my answers (1).ipynb")


def file_of(content: bytes) -> HandIn:
    return lambda course, student: course.hand_in(student, content)


CHANGES = {
    "a renamed check": renamed_cell,
    "unknown keys": unknown_keys,
    "schema version 0": schema(0),
    "schema version 99": schema(99),
    "a schema version that is a text": schema("x"),
    "a copied check": copied_check,
    "a copied answer": copied_answer,
    "no check cell": lambda nb: without(nb, CHECK),
    "no check cells at all": lambda nb: (without(nb, CHECK), without(nb, "check_gru_parameter_count")),
    "a check without metadata": no_metadata,
    "nbformat 3": old_format,
    "three megabytes on one line": with_outputs,
    "a byte order mark": lambda nb: b"\xef\xbb\xbf" + nbformat.writes(nb).encode(),
    "half a character": half_a_pair,
    "cells without ids": lambda nb: json.dumps({**nb, "cells": [{**c, "id": None} for c in nb.cells]}).encode(),
    "a copied notebook id": lambda nb: json.dumps({**nb, "cells": [{**c, "id": "same"} for c in nb.cells]}).encode(),
}
CONTENTS = {
    "no JSON": b"{ not json",
    "an empty file": b"",
    "a list": b"[]",
    "a page": b"<!DOCTYPE html><html>",
    "bytes": bytes(range(256)) * 100,
    "nbformat 5": b'{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}',
    "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "deep JSON": b"[" * 200_000,
    "JSON of a million lists": b'{"nbformat": 4, "x": [' + b"[]," * 1_000_000 + b"0]}",
    "thirty-one megabytes": b" " * (31 << 20),
}
CASES = [
    *cases("faulty", RIGHT, {name: changed(change) for name, change in CHANGES.items()}),
    *cases("faulty", UNREAD, {name: file_of(content) for name, content in CONTENTS.items()}),
    *cases("faulty", UNREAD, {"merge marks": changed(merge_marks)}),
    *cases(
        "faulty",
        COUNT_ONLY,
        {
            "no answer cell": changed(lambda nb: without(nb, "gru_step")),
            "an answer that is no Python": answer("def gru_step(x, h, params:"),
        },
    ),
    *cases(
        "faulty",
        RIGHT,
        {
            "another file name": renamed_notebook,
            "a time that is none": with_file("timestamp.txt", "yesterday\x00", right_and("")),
        },
    ),
]
