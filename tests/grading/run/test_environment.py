"""What a cell may ask for that is not there while it is graded: no right answer is lost to it, none is given."""

import re

import pytest

from .test_notebook import FORWARD, STEP, answer, check, graded, own

IGNORED = [
    "!ls",
    "!!ls",
    "files = !ls\nlen(files)",
    "%pip install numpy",
    "%conda install numpy",
    "%cd /content",
    "%env A=1",
    "%load_ext autoreload\n%autoreload 2",
    "%load_ext line_profiler",
    "%matplotlib widget",
    "%matplotlib qt",
    "%run setup.py",
    "%load setup.py",
    "%who",
    "%reset -f",
    "%tensorboard --logdir x",
    "?len",
    "len?",
    "%timeit sum(range(1000))",
    "%debug",
    "get_ipython().system('ls')",
    "get_ipython().kernel.do_shutdown(True)",
    "import os; os.system('ls')",
    "import subprocess; subprocess.run(['ls'])",
    "import matplotlib; matplotlib.use('TkAgg')",
    "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "name = input('Your name? ')\nprint('Hello', name)",
    "from getpass import getpass; token = getpass()",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "import google.colab",
    "import seaborn as sns\nsns.set_theme()",
    "import kaggle_secrets, plotly.express as px",
    "from tqdm.notebook import tqdm\nfor n in tqdm(range(3)): pass",
    "import ipywidgets\nipywidgets.interact(lambda a: a, a=3)",
    "from IPython.display import display, HTML, clear_output\ndisplay(HTML('<b>'))\nclear_output()",
    "import os; os.chdir('/home/me/course')",
    "data = open('data.csv').read()\nrows = data.splitlines()\nprint(rows[0])",
    "import numpy as np; table = np.loadtxt('data.csv')",
    "import urllib.request; urllib.request.urlretrieve('http://example.org/a.csv', 'a.csv')",
    "import torch; ones = torch.ones(3).cuda()\nones.sum()",
    "import torch; device = torch.device('mps'); torch.ones(3).to(device)",
    "import multiprocessing; pool = multiprocessing.Pool(2)",
    "import numpy as np; big = np.ones((60_000, 60_000))",
    "import sys; sys.stdout.reconfigure(encoding='utf-8')\nsys.stdout.buffer.write(b'x')",
    "import tkinter; window = tkinter.Tk()",
    "import locale; locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')",
    "breakpoint()",
    "import time; time.sleep(0.2)",
    "from coursekit import hint, check\nhint('gru_step')\ncheck(gru_step)",
]
AROUND = ["%%time", "%%timeit", "%%capture", "%%capture out", "%%time\n%%capture", "%%prun", "%%memit", "%%wandb"]
OF_OTHER_CELLS = [
    "%%bash\nls",
    "%%sh\nls",
    "%%!\nls",
    "%%script bash\nls",
    "%%latex\n$x$",
    "%%html\n<b>",
    "%%writefile a.py\n1",
]
LAST = ["import sys\nsys.exit()", "exit()", "quit()", "raise SystemExit", "!shutdown"]


def assert_right(report):
    assert report.reports["gru_step"].passed, (report.faults, report.outputs)
    assert not report.faults


def test_what_cannot_matter_does_not_end_the_answer_s_cell(warm_server):
    for before in IGNORED:
        found = graded(warm_server, answer("gru_step", f"{before}\n{STEP}"), check("gru_step"))
        assert found.reports.keys() == {"gru_step"} and found.reports["gru_step"].passed, (before, found)


@pytest.mark.parametrize("line", AROUND)
def test_a_magic_around_the_answer_does_not_take_it_away(warm_server, line):
    assert_right(graded(warm_server, answer("gru_step", f"{line}\n{STEP}"), check("gru_step")))


@pytest.mark.parametrize("source", OF_OTHER_CELLS)
def test_a_cell_in_another_language_is_passed_over(warm_server, source):
    assert_right(graded(warm_server, own(source), answer("gru_step", STEP), check("gru_step")))


@pytest.mark.parametrize("line", LAST)
def test_what_ends_the_program_after_the_answer_does_not_take_it_away(warm_server, line):
    assert_right(graded(warm_server, answer("gru_step", f"{STEP}\n{line}"), check("gru_step")))


def test_the_cell_says_what_was_not_run(warm_server):
    found = graded(warm_server, answer("gru_step", f"!ls\nimport google.colab\n{STEP}"), check("gru_step"))
    text = "".join(output.text for output in found.outputs["gru_step"])
    assert "Not run while grading: `!ls`" in text
    # Another package may have brought the folder google.
    assert re.search(r"`import google\.colab` \(ModuleNotFoundError: No module named 'google(\.colab)?'\)", text)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("from my_answers import gru_step", "`from my_answers import gru_step`"),
        ("from my_answers import *", "`from my_answers import *`"),
        ("import my_answers\ngru_step = my_answers.step", "`gru_step = my_answers.step`"),
        ("%run my_answers.ipynb", "`%run my_answers.ipynb`"),
        ("exec(open('my_answers.py').read())", "my_answers.py"),
        ("import numba\n@numba.njit\n" + STEP.partition("def gru_step")[2].replace("(x", "def gru_step(x", 1), "numba"),
        (STEP.replace("import numpy as np", "import numpie as np").replace("np.split", "np.split"), "numpie"),
        (STEP.replace("xr, xz", "import numpie\n    xr, xz"), "numpie"),
        (STEP.replace("xr, xz", "open('weights.npz')\n    xr, xz"), "weights.npz"),
        ("from helpers import sigmoid\n" + STEP.replace("def sigmoid", "def another"), "`from helpers import sigmoid`"),
    ],
)
def test_an_answer_that_misses_what_is_not_there_is_for_a_person_who_reads_why(warm_server, source, named):
    found = graded(warm_server, answer("gru_step", source), check("gru_step"))
    assert not found.reports and named in found.faults["gru_step"], found


@pytest.mark.parametrize(
    "source",
    [
        "!echo 4.0",
        "import google.colab",
        "import numpy as np\nopen('data.csv')\ndef another(x): return x",
        "import seaborn\ndef gru_step(x, h, params): return h",
        "1 / 0\n" + STEP,
        "def gru_step(x, h, params): return sigmoid(x)",
        "import torch\ngru_step = torch.nn.GRUCell(3, 4)",
        "from coursekit.reference import gru\ngru_step = gru.gru_step",
        "raise SystemExit\n" + STEP,
    ],
)
def test_nobody_gets_a_person_s_time_or_points_for_a_missing_library_alone(warm_server, source):
    found = graded(warm_server, answer("gru_step", source), check("gru_step"))
    assert not found.faults and found.reports["gru_step"].score < 0.5, found


def test_what_an_earlier_cell_could_not_load_is_not_missed_by_the_next(warm_server):
    cells = own("table = open('table.csv').read()"), answer("gru_step", f"print(table[:3])\n{STEP}")
    assert_right(graded(warm_server, *cells, check("gru_step")))


@pytest.mark.parametrize("slow", ["while True: pass", "import os; os._exit(1)"])
def test_a_right_answer_survives_what_ran_too_long_beside_it(warm_server, allow_little, slow):
    cells = answer("gru_step", f"{slow}\n{STEP}\nhistory = [gru_step(1, 2, 3) for _ in range(9)]"), check("gru_step")
    later = answer("gru_forward", FORWARD), check("gru_forward")
    found = graded(warm_server, *cells, *later)
    assert found.reports["gru_step"].passed and found.reports["gru_forward"].passed, found


def test_a_cell_that_defines_its_answer_too_slowly_is_for_a_person(warm_server, allow_little):
    found = graded(warm_server, answer("gru_step", "while True: pass\ngru_step = make(3)"), check("gru_step"))
    assert "did not come to its end" in found.faults["gru_step"]


@pytest.fixture
def allow_little(monkeypatch, warm_server):
    """Cells may compute for a second."""
    from dataclasses import replace

    monkeypatch.setattr(warm_server, "limits", replace(warm_server.limits, cpu_s=1.0))


def test_fifty_statements_that_cannot_run_are_told_briefly(warm_server):
    found = graded(warm_server, own("\n".join(f"import missing_{n}" for n in range(200))))
    assert sum("Not run" in line for output in found.outputs["own-0"] for line in output.text.splitlines()) == 3
