"""Third stage: what was found becomes scores, rows of nbgrader's gradebook, and notebooks for people.

results.py      results kept by content: what has been graded once is not graded again
decision.py     scores and comments of one notebook
rows.py         reads and writes the rows, for whoever grades
presentation.py the notebook that people look at
writer.py       all of it for a class: rows, late penalties, folders
"""
