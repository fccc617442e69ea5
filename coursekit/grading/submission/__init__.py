"""First stage: what was handed in, read without believing it, and rebuilt on what was handed out.

course.py       an nbgrader course: its folders, and who handed in what; `Submission` is what the next stage is given
intake.py       a folder's notebooks, or why one could not be read
versions.py     the newest of several uploads of one notebook
names.py        students' names as folders spell them
times.py        when it was handed in
canonical.py    the notebook as it was handed out, with a student's answers put into it
records.py      what people decided, line by line
withdrawn.py    who has left the class
quarantine.py   what is not touched, kept apart with the reason
from_scratch.py does an answer use the finished thing that it should build?
"""
