"""Lesson 06b, PyTorch and a training loop of one's own.

exercises.py        what is asked: a module, Adam, batches, early stopping, a training loop, weights by their names
answers.py          the right answers
mistakes.py         wrong ones that are known: modules, loops, weights by their names
step_mistakes.py    Adam, batches, early stopping
faulty_modules.py   modules and training loops with one fault each, in PyTorch
run_modules.py      how a module and a training loop are checked where they live
figures.py          losses of a training, paths of two optimisers
task.py             what the lesson trains: a memory task with few examples, and its network
downhill.py         a walk down a narrow valley
walks.py            Adam on that walk, one's own and PyTorch's
moves.py            weights of several layers taken to NumPy and run there
"""
