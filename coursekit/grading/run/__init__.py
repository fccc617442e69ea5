"""Second stage: notebooks run in a sandbox, and their answers are checked from outside of it.

job.py      one notebook of one student, as data, and the key of its result
runners.py  where jobs run: here, in several processes, on a cluster
servers.py  the sandbox server of a process; needs.py says what a notebook needs of it
notebook.py runs the cells of one notebook and checks each answer where its check stands; `Graded` is what it finds
along.py    what the lines of a wrong answer compute; recorded.py reads what a worker tells of them
remote.py   an answer in the sandbox, called by the engine of the checks; prelude.py is what it finds there
bounds.py   what the grader itself may use for one notebook
shown.py    what the cells showed, as outputs for people
sandbox/    a confined process for each submission, and a channel that carries data only
"""
