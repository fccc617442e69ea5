"""The steps of the fast paths in C++, compiled on first use where a compiler is there.

steps.cpp     the steps of the three cells, forwards and backwards
walks.h       the way through a sequence, there and back, for any cell
gemm.h        products with a weight that is arranged once
rows.h        going through rows of numbers in vectors, and on several threads
build.py      compiling and loading them, or why not
"""

from .build import obstacle

__all__ = ["obstacle"]
