"""The Triton kernels without a GPU: their arithmetic, in Triton's interpreter, against the readable loop."""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
import sys
from pathlib import Path

import pytest

from tests.processes import finished

pytest.importorskip("triton", reason="the package triton is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("triton.runtime.interpreter") is None, reason="this triton has no interpreter"
    ),
]

SCRIPT = Path(__file__).with_name("interpreted.py")
INTERPRETED = runpy.run_path(str(SCRIPT))
CASES, TENSORS = INTERPRETED["CASES"], INTERPRETED["TENSORS"]
LARGEST_ERROR = {"float32": 2e-6, "float16": 2e-3}


@pytest.fixture(scope="module")
def interpreted() -> dict[tuple, dict[str, float]]:
    environment = os.environ | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = finished([sys.executable, str(SCRIPT)], env=environment)
    assert done.returncode == 0, done.stderr
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_results_and_every_gradient(interpreted, case):
    found = interpreted[case]
    assert list(found) == TENSORS
    assert max(found.values()) < LARGEST_ERROR[case[0]], found
