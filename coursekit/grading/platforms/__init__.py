"""One notebook in, its result out: for the platforms on which classes are, which keep gradebooks of their own.

lessons.py    which lesson a notebook is of, and that lesson as it was handed out
one.py        reads, runs and decides one notebook; whatever happens, there is a result
result.py     the result as data, with its published schema beside it
served.py     what every platform's adapter does
gradescope.py, prairielearn.py, autolab.py, classroom50.py
              a result in the form of a platform, by its times and earlier tries where it hands them over
pack/         what a teacher uploads
stopping.py   who started the grader ends it: what is known by then is still said
"""
