"""In a real kernel: the report stands on the page while its last part is being looked for."""

import nbformat
import pytest
from nbclient import NotebookClient

WRONG = """
import numpy as np
from coursekit import check

def rnn_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    return np.tanh(x @ W_ih.T + b_ih - h @ W_hh.T + b_hh)
"""


@pytest.fixture(scope="module")
def messages():
    """What the kernel sent while two checks ran, in order: (kind, what was shown)."""
    cells = [nbformat.v4.new_code_cell(source) for source in (WRONG, "check(rnn_step)", "check(rnn_step)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = _Listening(notebook, timeout=120, kernel_name="python3")
    client.execute()
    return client, notebook


class _Listening(NotebookClient):
    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] in ("display_data", "update_display_data", "execute_result"):
            self.heard = [*getattr(self, "heard", []), (cell_index, msg["msg_type"], msg["content"]["data"])]
        return super().process_message(msg, cell, cell_index)


def test_the_report_is_shown_first_without_what_takes_long_and_then_whole_alone(messages):
    client, notebook = messages
    first = [(kind, data) for index, kind, data in client.heard if index == 1]
    assert [kind for kind, _ in first] == ["display_data", "update_display_data", "execute_result"]
    assert "not right yet" in first[0][1]["text/html"]
    assert "one sign differs" not in first[0][1]["text/html"]
    assert first[1][1]["text/html"] == ""
    assert "one sign differs" in " ".join(first[2][1]["text/plain"].split())
    shown = [output["data"]["text/plain"] for output in notebook.cells[1].outputs]
    assert sum("not right yet" in text for text in shown) == 1


def test_a_second_answer_needs_no_first_look(messages):
    client, _ = messages
    assert [kind for index, kind, _ in client.heard if index == 2] == ["execute_result"]
