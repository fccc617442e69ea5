"""Replies that are meant for the grader itself: to crash it, or to use up its memory and its time."""

from __future__ import annotations

from nbformat.v4 import new_code_cell

from .case import COUNT_ONLY, RIGHT, answer, cases, right_and

IMPORTS = "import collections, numpy as np\n"
STEP = IMPORTS + "def gru_step(x, h, params):\n    "
NAMED = "collections.namedtuple('Params', '{0}')(*[h] * len('{0}'.split()))"

ANSWERS = {
    "a field called detach": f"return {NAMED.format('detach')}",
    "fields of a tensor": f"return {NAMED.format('detach cpu numpy dtype')}",
    "a list of fields called detach": f"return [{NAMED.format('detach clone')}] * len(h)",
    "a dict of fields called detach": f"return {{'h': {NAMED.format('detach')}, 'h_new': {NAMED.format('clone')}}}",
    "fields of an array": f"return {NAMED.format('shape dtype ndim size astype')}",
    "an object for every attribute": "return type('T', (), {'__getattr__': lambda s, n: s, '__call__': lambda s: s})()",
    "a row and a column": "return [np.zeros((12000, 1)), np.zeros((1, 12000))]",
    "a long text among numbers": "return ['x' * 3_000_000] + [1.0] * 150_000",
    "an int of 400 digits": "return [[10**399] * h.shape[1]] * len(h)",
    "numbers that overflow when they are compared": "return h * 0 + 1e308",
    "keys that collide": "return {k * (2**61 - 1): 0 for k in range(100_000)}",
    "keys that collide, few at a time": "return [{k * 2**40: 0 for k in range(999)} for _ in range(90)]",
    "very many small arrays": "return [np.zeros(0)] * 4000",
    "an empty array of a huge size": "return np.zeros((0, 8_000_000))",
    "sixty megabytes": "return np.zeros((8_000_000,))",
    "truth values and one number": "return [np.zeros(60_000_000, bool), 1e308]",
    "lists in lists": "return [[1.0] * 400] * 400",
    "an error of megabytes": "raise ValueError('x' * 10**8)",
    "an error that is a program": "raise type('E' * 100_000, (Exception,), {})('<script>alert(1)</script>' * 9000)",
    "warnings of megabytes": "import warnings\n    for n in range(200): warnings.warn(f'{n}' * 100_000)\n    return h",
    "printed lines": "print('\\n' * 10**6)\n    return h",
}
REPLACED = """
import collections, gc
def gru_step(x, h, params):
    trap = collections.namedtuple("Trap", "detach clone")(1, 2)
    for frame in gc.get_objects():
        if type(frame) is list and len(frame) == 3 and frame[0] is x: frame[:] = [trap] * 3
    return [trap] * len(h)
"""
FORGED_ARGS = """
import sys, collections
trap = collections.namedtuple("Trap", "detach clone shape")(1, 2, 3)
def gru_step(x, h, params):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and "args" in value and "target" in value:
                value["args"][:] = [trap, [trap], {"k": trap}]
        frame = frame.f_back
    return h
"""
CHAIN = "import torch\nif False:\n    torch._C" + ".a" * 40_000
DEEP = "if False:\n    y = " + "-" * 60_000 + "1"
PICTURES = r"""
import zlib, struct
from IPython.display import Image, display
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4096, 4096, 8, 0, 0, 0, 0))
rows = chunk(b"IDAT", zlib.compress(bytes(4097 * 4096)))
for _ in range(20): display(Image(data=b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")))
"""


def beside(source):
    """Right answers, and a cell of the student's own."""

    def hand_in(course, student):
        nb = course.solution
        nb.cells.insert(1, new_code_cell(source))
        course.hand_in(student, nb)

    return hand_in


def much_output(course, student):
    """Forty cells, each with as much output as one cell may have."""
    nb = course.solution
    for _ in range(40):
        nb.cells.insert(1, new_code_cell("print('x' * 500_000)"))
    course.hand_in(student, nb)


CASES = [
    *cases("hostile", COUNT_ONLY, {name: answer(STEP + source) for name, source in ANSWERS.items()}),
    *cases(
        "hostile",
        COUNT_ONLY,
        {"arguments replaced by fields called detach": answer(REPLACED), "forged arguments": answer(FORGED_ARGS)},
    ),
    *cases(
        "unlucky",
        RIGHT,
        {
            "a chain of attributes": beside(CHAIN),
            "code that is nested deeply": beside(DEEP),
            "pictures of many pixels": right_and(PICTURES),
            "output of many megabytes": much_output,
        },
    ),
]
