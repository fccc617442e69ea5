"""The steps of the fast paths in C++, compiled on first use where a compiler is there.

steps.cpp   the walks over the steps of one chunk, forwards and backwards, for the three cells
build.py    compiling and loading them, or why not
"""

from .build import obstacle

__all__ = ["obstacle"]
