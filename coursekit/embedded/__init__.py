"""A trained recurrent layer on a small machine: its weights as C, in float32 or int8.

model.py     what can be exported: a cell with its weights, and perhaps a linear read-out
reading.py   a model from the files that learners have
int8.py      weights rounded to int8 row by row; the int8 step, number for number as the C computes it; its error bound
c_source.py  the header: C99, one file, no allocation, the same work at every step
compiler.py  the header compiled where there is a compiler, and called
budget.py    bytes and operations, and which sizes of memory they fit
"""
