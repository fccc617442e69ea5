"""What Jupyter opens, whoever has written it, is read the same by `coursekit check` and by the grader."""

import io
import json
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursekit.grading.submission import intake
from coursekit.lessons.notebook_file import Refused, read_notebook

NAMED = {"nbgrader": {"grade_id": "double", "solution": True}}


def notebook():
    cells = [new_markdown_cell("# Größe"), new_code_cell("def double(x):\n    return 2 * x\n", metadata=NAMED)]
    return new_notebook(cells=cells, metadata={"coursekit": {"version": "1"}})


def changed(**fields):
    """The notebook with these fields in its last cell; None takes one away."""
    nb = json.loads(json.dumps(notebook()))
    for name, value in fields.items():
        if value is Ellipsis:
            del nb["cells"][-1][name]
        else:
            nb["cells"][-1][name] = value
    return nb


def whole(**fields):
    return json.loads(json.dumps(notebook())) | fields


def old(version):
    return json.loads(json.dumps(nbformat.convert(notebook(), version)))


def with_ids(*ids):
    nb = whole()
    for cell, name in zip(nb["cells"], ids, strict=True):
        cell["id"] = name
    return nb


def text(nb, **options):
    return json.dumps(nb, **options).encode()


SOURCE = "def double(x):\n    return 2 * x\n"
OUTPUT = json.loads(json.dumps(new_output("stream", text="x" * (5 << 20))))
COLAB = {
    "colab": {"provenance": []},
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "accelerator": "GPU",
}
VSCODE = {"language_info": {"name": "python"}, "vscode": {"interpreter": {"hash": "0"}}, "orig_nbformat": 4}
DEEPNOTE = {"deepnote_notebook_id": "0", "deepnote": {"is_reactive": False}, "deepnote_execution_queue": []}
READ = {
    "as it was saved": text(whole()),
    "nbformat 3": text(old(3)),
    **{f"4.{minor} with ids": text(whole(nbformat_minor=minor)) for minor in range(7)},
    "no minor version": text({k: v for k, v in whole().items() if k != "nbformat_minor"}),
    "a minor version that is text": text(whole(nbformat_minor="5")),
    "ids twice": text(with_ids("same", "same")),
    "ids that are too long": text(with_ids("a" * 300, "b")),
    "ids of no kind": text(with_ids(None, 7)),
    "ids of strange letters": text(with_ids("ä ö", "")),
    "no ids": text(changed(id=...)),
    "source as lines": text(changed(source=SOURCE.splitlines(keepends=True))),
    "outputs missing": text(changed(outputs=..., execution_count=...)),
    "outputs in Markdown": text(whole(cells=[c | {"outputs": [], "execution_count": 3} for c in whole()["cells"]])),
    "outputs that are none": text(changed(outputs=None)),
    "outputs of no kind": text(changed(outputs=[7, {"output_type": "banana"}])),
    "huge outputs": text(changed(outputs=[OUTPUT] * 4)),
    "an execution count that is text": text(changed(execution_count="3")),
    "unknown keys": text(changed(banana=[1])),
    "attachments": text(changed(attachments={"a.png": {"image/png": "aGVsbG8="}})),
    "no metadata": text({k: v for k, v in whole().items() if k != "metadata"}),
    "metadata that is a list": text(whole(metadata=[])),
    "metadata that is none": text(whole(metadata=None)),
    "a byte order mark": b"\xef\xbb\xbf" + text(whole()),
    "UTF-16": text(whole(), ensure_ascii=False).decode().encode("utf-16"),
    "NaN": text(whole(score=float("nan"), most=float("inf"))),
    "Windows lines": text(whole(), indent=1).replace(b"\n", b"\r\n"),
    "a tab within a text": text(whole()).replace(b"return 2 * x\\n", b"return 2 * x\\n").replace(b"# Gr", b"#\tGr"),
    "half a character": text(whole(cells=[*whole()["cells"], {"cell_type": "markdown", "source": "\ud83d"}])),
    "Colab": text(whole(metadata=COLAB)),
    "VS Code": text(whole(metadata=VSCODE)),
    "Deepnote": text(whole(metadata=DEEPNOTE)),
    "Kaggle": text(whole(metadata={"kaggle": {"accelerator": "none", "dataSources": []}})),
    "cells of no kind": text(whole(cells=[7, None, {"cell_type": "widget"}, *whole()["cells"]])),
}


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("lesson.ipynb", text(whole()))
    return file.getvalue()


REFUSED = {
    "nothing": (b"", "It is empty: take the file from where it was saved"),
    "words": (b"hello, this is my homework", "It is another kind of file: take the .ipynb"),
    "zeros": (bytes(100), "It is empty"),
    "a page": (b"\n<!DOCTYPE html><html>", "It is a web page"),
    "an archive": (archive(), "It is a zip archive"),
    "a PDF": (b"%PDF-1.7\n\xff", "It is a PDF"),
    "conflict marks": (
        text(whole(), indent=1).replace(b' "cells"', b'<<<<<<< HEAD\n "cells"'),
        "conflict marks of git",
    ),
    "half a file": (text(whole())[:200], "It may be cut off"),
    "Latin 1": (text(whole(), ensure_ascii=False).decode().encode("latin-1"), "it is not text"),
    "a list": (b"[]", "is JSON, but not a notebook"),
    "no version": (b'{"cells": []}', "is JSON, but not a notebook"),
    "a future version": (b'{"nbformat": 5, "cells": []}', "its nbformat is 5"),
    "no cells": (b'{"nbformat": 4, "cells": null}', "no list of cells"),
    "no sheets": (b'{"nbformat": 3, "worksheets": 3}', "cannot be read as a notebook"),
    "depth": (b"[" * 200_000, "is not JSON"),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lesson.ipynb"


@pytest.mark.parametrize("name", READ)
def test_what_jupyter_opens_is_read_by_both(path, name):
    path.write_bytes(READ[name])
    for_check, for_grade = read_notebook(path), intake.read_notebook(path)
    nbformat.validate(for_check)
    nbformat.validate(for_grade)
    assert [(c.cell_type, c.source) for c in for_check.cells] == [(c.cell_type, c.source) for c in for_grade.cells]
    [answer] = [cell for cell in for_check.cells if cell.source.strip() == SOURCE.strip()]
    assert answer.metadata.nbgrader == NAMED["nbgrader"] and answer.outputs == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_notebook_gets_the_same_sentence_from_both(path, name):
    content, sentence = REFUSED[name]
    path.write_bytes(content)
    said = []
    for read in (read_notebook, intake.read_notebook):
        with pytest.raises(Refused) as error:
            read(path)
        said.append(str(error.value))
    assert said[0] == said[1] and sentence in said[0]


def test_a_source_that_is_none_is_an_empty_cell(path):
    path.write_bytes(text(changed(source=None)))
    assert read_notebook(path).cells[-1].source == ""


def test_the_version_of_the_course_is_kept(path):
    path.write_bytes(text(whole()))
    assert read_notebook(path).metadata == {"coursekit": {"version": "1"}}
