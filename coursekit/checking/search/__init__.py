"""Which small change of the right answer gives exactly the numbers of a wrong one.

    program.py      the right answer as functions that can be edited and run
    paths.py        places in a syntax tree
    edits.py        an edit, as data
    expressions.py  what may stand in the place of an expression: one rule for each sort of slip
    statements.py   what may stand in the place of a statement
    candidates.py   all single edits of a right answer, those made alike in several places, and frequent pairs
    tried.py        candidates run on one draw, within a budget, and kept for the next answer
    agreement.py    when a candidate is the answer, and when agreement proves nothing
    names.py        what is said of the candidates that agree
    explaining.py   from a wrong answer's numbers to their name: single edits first, then pairs

It looks at values only: what an answer returned in all draws. So it runs where the answer itself must not.
"""

from coursekit.checking.search.explaining import SEARCH_S, answers_like, at_hand, explain
from coursekit.checking.search.names import Traced

__all__ = ["SEARCH_S", "Traced", "answers_like", "at_hand", "explain"]
