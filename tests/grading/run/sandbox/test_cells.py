"""Cells run as in a notebook, and what they show comes out, within limits."""

from __future__ import annotations

import pytest

from coursekit.grading.run.sandbox import CellResult


def displays(result: CellResult) -> list:
    """What a cell displayed, its result included, without what it printed."""
    return [piece.data for piece in result.shown if piece.kind in ("display", "result")]


def test_names_stay_for_later_cells(worker):
    assert worker.run_cell("x = 20").ok
    result = worker.run_cell("print(x)\nx + 1")
    assert result.stdout == "20\n" and displays(result) == [{"text/plain": "21"}]


@pytest.mark.parametrize(
    "source",
    [
        "%time 1 + 1",
        "%%timeit -n1 -r1\nsum(range(9))",
        "%matplotlib inline",
        "len?",
        "import asyncio\nawait asyncio.sleep(0)",
    ],
)
def test_magics_help_and_await_work(worker, source):
    assert worker.run_cell(source).ok


def test_an_error_is_described(worker):
    result = worker.run_cell("def g(): return 1 / 0\ng()")
    assert (result.status, result.ename, result.evalue) == ("error", "ZeroDivisionError", "division by zero")
    assert "g()" in result.traceback and "\x1b" not in result.traceback and "inside" not in result.traceback


@pytest.mark.parametrize(
    "source", ["def f(:", "  x = 1\n y", "raise SystemExit(3)", "raise KeyboardInterrupt", "exit()"]
)
def test_no_cell_ends_the_worker_by_accident(worker, source):
    worker.run_cell(source)
    assert worker.run_cell("1").ok


def test_output_keeps_its_order(worker):
    shown = worker.run_cell("import sys\nprint('a')\ndisplay(1)\nprint('b', file=sys.stderr)\n2").shown
    assert [piece.kind for piece in shown] == ["stdout", "display", "stderr", "result"]


def test_a_figure_comes_out_as_png(worker):
    result = worker.run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [set(display) for display in displays(result)] == [{"text/plain", "image/png"}]
    assert displays(result)[0]["image/png"].startswith(b"\x89PNG")


def test_rubbish_that_holds_itself_is_collected(worker):
    """The warm server imports without looking for it."""
    made = "import weakref\nclass Node: pass\nnode = Node()\nnode.own = node\ngone = weakref.ref(node)\ndel node\n"
    result = worker.run_cell(made + "kept = [[] for _ in range(100_000)]\nprint(gone() is None)")
    assert result.stdout == "True\n"


def test_active_content_stays_inside(worker):
    source = "from IPython.display import HTML, Javascript\ndisplay(HTML('<script>alert(1)</script>'))"
    source += "\nJavascript('alert(1)')"
    result = worker.run_cell(source)
    assert result.ok and all(set(display) == {"text/plain"} for display in displays(result))


def test_a_false_png_is_refused(worker):
    worker.run_cell("from IPython.core.display_functions import publish_display_data as show")
    assert displays(worker.run_cell("show({'image/png': b'<script>'})")) == []
    big = "b'\\x89PNG\\r\\n\\x1a\\n\\0\\0\\0\\rIHDR' + b'\\0\\xff\\xff\\xff' * 2 + bytes(30)"
    result = worker.run_cell(f"show({{'image/png': {big}}})")
    assert result.status == "malformed" and "PNG" in result.reason


def test_equal_seeds_give_equal_numbers(server):
    source = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(2))"
    source += "\nprint(hash('x'), {'a', 'b', 'c'})"
    seen = []
    for seed in (1, 1, 2):
        with server.open(seed=seed) as worker:
            seen.append(worker.run_cell(source).stdout)
    assert seen[0] == seen[1] != seen[2]
