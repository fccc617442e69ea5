"""The steps of the fast paths in C++, compiled on first use where a compiler is there.

steps.cpp     the walks over the steps of one chunk, forwards and backwards, for the three cells
gemm.h        products with a weight that is arranged once
rows.h        going through rows of numbers in vectors, and on several threads
build.py      compiling and loading them, or why not
products.py   the products of all steps of a chunk, for the native paths
"""

from .build import obstacle
from .products import projector

__all__ = ["obstacle", "projector"]
