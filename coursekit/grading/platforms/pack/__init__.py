"""What a teacher uploads to a platform: the grader, one lesson as it was handed out, and the platform's own files.

bundle.py      the files that every archive holds
own.py         a teacher's own lesson, and the packages that bring its exercises
gradescope.py, prairielearn.py, autolab.py, classroom50.py
               an archive for each platform
"""
