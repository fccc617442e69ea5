"""Learning management systems: their own files go out filled, and nothing else in them has changed.

sheet.py      a table of theirs, of which single cells are replaced and every other byte stays
people.py     who of the gradebook is meant by a line
points.py     points into the cells of a column, and what there is to say about it
moodle.py     Moodle's grading worksheet, and its archive of feedback
canvas.py     Canvas's gradebook
lti/          points sent, by LTI 1.3
"""
