"""The course as a static site: every lesson executed, figures, search, solutions that fold open. `make book`.

execute.py     runs a lesson with its answers, unless nothing that it used has changed since the last time
lesson_page.py turns the executed notebook into a page: the learner's stub, hints and solution folded, figures as files
reference.py   the public docstrings as pages
links.py       where a link leads on the site; the addresses on Binder and Colab
site.py        gathers everything in one folder and hands it to Sphinx (conf.py, static/, pages/)
"""
