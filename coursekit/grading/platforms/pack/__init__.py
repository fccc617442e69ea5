"""What a teacher uploads to a platform: the grader, one lesson as it was handed out, and the platform's own files.

bundle.py      the files that every archive holds
gradescope.py, prairielearn.py, autolab.py, classroom50.py
               an archive for each platform
"""
