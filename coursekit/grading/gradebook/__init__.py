"""Third stage: what was found becomes scores, rows of nbgrader's gradebook, and notebooks for people.

book.py         the gradebook opened, and what goes wrong with a database as a sentence
lock.py         one grader at a time
places.py       where it all lies in a course
results.py      results kept by content: what has been graded once is not graded again
decision.py     scores and comments of one notebook
rows.py         reads and writes the rows, for whoever grades
booked.py       what the gradebook says: the one set of numbers that is shown and exported
fingerprint.py  all that a row depends on, and why one is written again; written.py keeps it
extension.py    more time for one student
people.py       whom a course knows
requests.py     who asked for another look, and what has changed since
moving.py       all of it copied to a PostgreSQL server
table.py        one student's line in a table
presentation.py the notebook that people look at
writer.py       all of it for a class: rows, late penalties, folders
"""
