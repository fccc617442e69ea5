"""From the executed notebook of a lesson to its page: stub, hints and solution, figures as files, nothing that needs
a kernel.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode, v4

_WIDGET = "application/vnd.jupyter.widget-view+json"
_PICTURE = re.compile(r'<img src="data:image/png;base64,(?P<png>[A-Za-z0-9+/=\s]+)"')
_LONGEST_ROW = 125  # characters; what is longer and printed is prose, not the row of a table
_BAR = re.compile(r"\s*(\d+%\||\d+\w* \[\d\d:).*|\s*")
"""What tqdm writes over and over in one line, also where it does not know the total, and what it wipes it with."""
_HINT = re.compile(r"#\s*hint\(\w+\)[^\n]*\Z")


_CHECK = re.compile(r"check\((?P<name>\w+)\)\s*\Z")
_INVITATION = re.compile(r'<p class="coursekit-invitation">.*?</p>', re.DOTALL)
"""What a prediction that is not written yet asks for: a reader has no cell to write it in."""
_AGAIN = re.compile(r'(?<=<p class="coursekit-again">).*?(?=</p>)', re.DOTALL)
_CONTROLS = "In your own copy of the lesson, this picture has controls."
"""What stands in place of the request to run the cell again."""


def lesson_page(
    executed: NotebookNode,
    released: NotebookNode,
    hints: Mapping[str, Sequence[str]],
    figures: Path,
    prefix: str,
    wrong: Mapping[str, tuple[str, str]] | None = None,
) -> NotebookNode:
    """The page of a lesson, as a notebook for MyST-NB that is not run again.

    executed: the notebook with answers and outputs. released: the one that learners open, with the same cells.
    hints:    tiers of hints by the name of the exercise.
    figures:  folder for the pictures, which the page refers to as `prefix` + file name.
    wrong:    by the name of the exercise, a known mistake and the report on it, as HTML.
    """
    cells = []
    for solved, stub in zip(executed.cells, released.cells, strict=True):
        if solved.cell_type != "code":
            cells.append(v4.new_markdown_cell(solved.source))
            continue
        outputs = _joined(shown for output in solved.outputs if (shown := _output(output, figures, prefix)))
        if _HINT.match(solved.source):  # a call that somebody may make; here the hints stand with the exercise
            continue
        check = _CHECK.match(solved.source)
        if check and outputs:
            cells.append(_code(solved.source, [], []))
            cells.append(v4.new_markdown_cell(_checked(outputs, (wrong or {}).get(check["name"]))))
        elif solved.source != stub.source:
            name = solved.metadata.get("nbgrader", {}).get("grade_id", "")
            cells.append(v4.new_markdown_cell(_your_turn(stub.source, hints.get(name, ()), solved.source)))
            if outputs:
                cells.append(_code("", outputs, ["remove-input"]))
        else:
            cells.append(_code(solved.source, outputs, []))
    kernel = {"kernelspec": dict(executed.metadata.kernelspec), "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=kernel)


def _code(source: str, outputs: list[NotebookNode], tags: list[str]) -> NotebookNode:
    printed = "\n".join(output.get("text", "") for output in outputs)
    if max(map(len, printed.splitlines()), default=0) > _LONGEST_ROW:
        tags = [*tags, "sentences"]  # book.css wraps these
    return v4.new_code_cell(source, outputs=outputs, metadata={"tags": tags} if tags else {}, execution_count=1)


def _your_turn(stub: str, hints: Sequence[str], answer: str) -> str:
    """What the learner starts from; then hints and solution, each behind a summary, which works by keyboard."""
    shown = re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", answer, flags=re.MULTILINE).rstrip()
    folded = [_folded(f"Hint {number} of {len(hints)}", hint, "hint") for number, hint in enumerate(hints, start=1)]
    folded.append(_folded("Show the solution", f"```python\n{shown}\n```", "solution"))
    return "\n\n".join([f"```python\n{stub}\n```", *folded])


def _checked(outputs: Iterable[NotebookNode], wrong: tuple[str, str] | None) -> str:
    """What the check says: of a typical wrong answer, in sight, and of the solution, folded as that is."""
    said = "".join(output.get("data", {}).get("text/html", "") or _printed(output) for output in outputs)
    parts = [f'<details class="solution"><summary>What the check says of the solution</summary>{said}</details>']
    if wrong:
        name, report = wrong
        summary = f"What the check says of a typical wrong answer: {html.escape(name)}"
        parts.insert(0, f'<details class="hint" open><summary>{summary}</summary>{report}</details>')
    return "\n\n".join(f"``````{{raw}} html\n{part}\n``````" for part in parts)


def _printed(output: NotebookNode) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return f"<pre>{html.escape(text)}</pre>"


def _folded(summary: str, body: str, kind: str) -> str:
    opening = f'<details class="{kind}"><summary>{html.escape(summary)}</summary>'
    return f"```{{raw}} html\n{opening}\n```\n\n{body}\n\n```{{raw}} html\n</details>\n```"


def _output(output: NotebookNode, figures: Path, prefix: str) -> NotebookNode | None:
    """An output as it is without a kernel, or None. Warnings and other stderr are for who runs the cell."""
    data = output.get("data", {})
    if output.get("name") == "stderr" or _WIDGET in data or "application/javascript" in data:
        return None
    markup = output.get("data", {}).get("text/html")
    if markup is None:
        return output
    markup = "".join(markup)
    markup = _AGAIN.sub(_CONTROLS, _INVITATION.sub("", markup))
    shown = _PICTURE.sub(lambda found: f'<img loading="lazy" src="{prefix}{_save(found["png"], figures)}"', markup)
    if not re.sub(r"<style.*?</style>|\s", "", shown, flags=re.DOTALL):
        return None
    # Only the HTML: it carries the alternative text, and a second copy of the picture would never be shown.
    return v4.new_output(output.output_type, data={"text/html": shown})


def _joined(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Printed lines that only a progress bar stood between are one block."""
    result: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and result and result[-1].output_type == "stream":
            result[-1] = _stream(result[-1].text + output.text)
        else:
            result.append(output)
    shown = [_stream(_in_the_end(one.text)) if one.output_type == "stream" else one for one in result]
    return [one for one in shown if one.output_type != "stream" or one.text.strip()]


def _stream(text: str) -> NotebookNode:
    return v4.new_output("stream", name="stdout", text=text)


def _in_the_end(text: str) -> str:
    """Printed text as a terminal shows it when all is done: a line that was written over is its last state, and a
    progress bar has had its time.
    """
    lines = [(line, line.rpartition("\r")[2]) for line in text.split("\n")]
    return "\n".join(last for line, last in lines if line == last or not _BAR.fullmatch(last))


def _save(png: str, figures: Path) -> str:
    """Write a picture under the name of its content."""
    content = base64.b64decode(png)
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
    figures.mkdir(parents=True, exist_ok=True)
    (figures / name).write_bytes(content)
    return name
