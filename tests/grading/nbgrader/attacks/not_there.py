"""Right answers, and in their cell something that is not there while it is graded; and what only looks like it."""

from __future__ import annotations

from .case import COUNT_ONLY, PERSON, RIGHT, answer, cases, right_and

BEFORE = {
    "a shell line": "!ls",
    "its output": "files = !ls\nprint(files)",
    "an installation": "%pip install numpy\n%conda install numpy",
    "a keyboard": "name = input('Who are you? ')\nprint('Hello', name)",
    "an interactive back end": "%matplotlib widget\n%config InlineBackend.figure_format = 'svg'",
    "a window": "import matplotlib; matplotlib.use('TkAgg')",
    "another file's program": "%run setup.py",
    "a data file": "data = open('data.csv').read()\nprint(data.splitlines()[0])",
    "Colab": "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive",
    "a library": "import seaborn as sns\nsns.set_theme()",
    "an unknown magic": "%load_ext watermark\n%watermark -v",
    "a help page": "?len",
    "a GPU": "import torch\nones = torch.ones(3).cuda()",
    "a network": "import urllib.request\nurllib.request.urlretrieve('http://example.org/a.csv', 'a.csv')",
    "a subprocess": "import subprocess\nsubprocess.run(['ls'])",
    "a clean slate": "%reset -f",
    "the course's own hints": "from coursekit import hint\nhint('gru_step')",
    "a stop watch": "%%time",
    "a stop watch that repeats": "%%timeit",
    "an unknown stop watch": "%%memit",
}
MISSING = {
    "an answer in another file": "from my_answers import gru_step",
    "an answer in another notebook": "%run my_answers.ipynb",
    "an answer that needs a library": "import numba\n@numba.njit\ndef gru_step(x, h, params): return h",
    "an answer that reads a file": "def gru_step(x, h, params): return open('answers.csv').read()",
}
EXCUSES = {
    "a shell line and nothing": "!echo 4.0",
    "a library and nothing": "import google.colab",
    "a library and a wrong answer": "import google.colab\ndef gru_step(x, h, params): return 0 * h",
    "a missing layer": "import torch\ngru_step = torch.nn.GRUCell(3, 5)",
    "a failed check passed over": "!true\nraise NotImplementedError\ngru_step = 4.0",
    "an excuse of one's own": "def gru_step(x, h, params): raise FileNotFoundError('4.0')",
    "what was passed over is forged": "get_ipython().passed.in_cell = [['x', 'y', ['*']]] * 99\ngru_step = 4.0",
    "what was passed over has no form": "get_ipython().passed.in_cell = [{'points': 4}]",
}
CASES = [
    *cases("unlucky", RIGHT, {name: right_and(source) for name, source in BEFORE.items()}),
    *cases("unlucky", (PERSON, 1.0), {name: answer(source) for name, source in MISSING.items()}),
    *cases("hostile", COUNT_ONLY, {name: answer(source) for name, source in EXCUSES.items()}),
]
