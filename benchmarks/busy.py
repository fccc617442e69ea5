"""Any benchmark, beside a neighbour that keeps one core busy.

    python benchmarks/busy.py benchmarks/grading.py --rounds 2

The neighbour multiplies matrices of 1500 × 1500 on the last core, on one thread and at no lower priority. It is a
process of its own, so that its time is not counted as the benchmark's.
"""

from __future__ import annotations

import os
import subprocess
import sys

# Matrices that no second-level cache holds: they take the core's time and the memory's.
NEIGHBOUR = """
import os, numpy
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
a = numpy.ones((1500, 1500), numpy.float32)
out = numpy.empty_like(a)
while os.getppid() == PARENT:
    numpy.matmul(a, a, out=out)
"""


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    ours = NEIGHBOUR.replace("PARENT", str(os.getpid()))
    with subprocess.Popen([sys.executable, "-c", ours], env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}) as neighbour:
        try:
            print("beside a neighbour that keeps one core busy with products of matrices", flush=True)
            return subprocess.call([sys.executable, *sys.argv[1:]])
        finally:
            neighbour.kill()


if __name__ == "__main__":
    sys.exit(main())
