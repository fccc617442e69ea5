"""An invented class: submissions as learners write them, to try a course before the real class comes.

An answer is the model answer, or the model answer with one slip that the checks reject, or nothing. Slips whose
numbers equal a known mistake of the exercise are preferred, so that the class makes the mistakes that classes make.

edits.py changes a source in one place, slips.py finds the changes that the checks reject, handwriting.py says the same
in other words, copies.py disguises what was copied, people.py hands in.
"""

from coursekit.grading.demo.people import hand_in, names, planted, written
from coursekit.grading.demo.slips import Slip, slips

__all__ = ["Slip", "hand_in", "names", "planted", "slips", "written"]
