"""Right answers, and something that is no fault."""

from __future__ import annotations

import os

from nbformat.v4 import new_code_cell

from .case import RIGHT, cases, of, right_and

TQDM = "import sys, time\ndef bar():\n    for n in range(50): print(f'\\r{n}%|####', end='', file=sys.stderr)\nbar()"
BEFORE = {
    "nothing special": "",
    "a warning": "import warnings; warnings.warn('this is old')",
    "a warning that is an error": "import warnings; warnings.simplefilter('error')",
    "a progress bar": TQDM,
    "text on standard error": "import sys; print('hello', file=sys.stderr)",
    "logging": "import logging; logging.basicConfig(level=0); logging.warning('hello')",
    "a figure": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "magics": "%matplotlib inline\n%time 1 + 1\n%config InlineBackend.figure_format = 'retina'",
    "a top-level await": "import asyncio; await asyncio.sleep(0)",
    "its own seed": "import numpy as np; np.random.seed(3)",
    "wide output": "print('x' * 200_000)",
    "a name that shadows": "sum = max = 3",
    "another file's text": "open('notes.txt', 'w').write('mine')",
    "a short nap": "import time; time.sleep(0.5)",
}


def broken_cell(course, student):
    nb = course.solution
    nb.cells.insert(1, new_code_cell("this is not Python"))
    nb.cells.insert(2, new_code_cell("raise KeyboardInterrupt"))
    nb.cells.insert(len(nb.cells) - 2, new_code_cell("import os; os._exit(1)"))
    course.hand_in(student, nb)


def many_deaths(course, student):
    nb = course.solution
    for _ in range(12):
        nb.cells.insert(1, new_code_cell("import os; os._exit(1)"))
    course.hand_in(student, nb)


def helper_above(course, student):
    nb = course.solution
    target = of(nb, "gru_step")
    head, _, tail = target.source.partition("def gru_step")
    nb.cells.insert(nb.cells.index(target), new_code_cell(head))
    target.source = "def gru_step" + tail
    course.hand_in(student, nb)


def float32(course, student):
    nb = course.solution
    target = of(nb, "gru_step")
    target.source += "\n_exact = gru_step\ndef gru_step(x, h, params):\n    import numpy as np\n"
    target.source += "    return _exact(x.astype(np.float32), h.astype(np.float32), params)"
    course.hand_in(student, nb)


def sleeper(course, student):
    """A cell of one's own that sleeps for a minute, such as a timer that was forgotten."""
    nb = course.solution
    nb.cells.insert(1, new_code_cell("import time; time.sleep(60)"))
    course.hand_in(student, nb)


def newer_upload(course, student):
    """Handed out, handed in by mistake, and the solution as a second upload."""
    for name, nb, when in (("mini.ipynb", course.released, 1.0e9), ("mini-1.ipynb", course.solution, 1.1e9)):
        os.utime(course.hand_in(student, nb, name=name), (when, when))


def at(time: bytes):
    """The solution, with a time that is written in an unusual way."""

    def hand_in(course, student):
        path = course.hand_in(student, course.solution)
        path.with_name("timestamp.txt").write_bytes(time)

    return hand_in


CASES = [
    *cases("unlucky", RIGHT, {name: right_and(source) for name, source in BEFORE.items()}),
    *cases(
        "unlucky",
        RIGHT,
        {
            "broken cells of one's own": broken_cell,
            "a dozen cells that end the program": many_deaths,
            "a helper in a cell of one's own": helper_above,
            "a cell that sleeps a minute": sleeper,
            "float32": float32,
            "a second upload beside the first": newer_upload,
            "a time after a byte-order mark": at(b"\xef\xbb\xbf2026-01-15 10:00:00 UTC"),
            "a time in seconds since 1970": at(b"1768471200"),
            "a time in two bytes a letter": at("2026-01-15 05:00 EST".encode("utf-16")),
            "a time that is none": at(b"soon"),
        },
    ),
]
