"""Lesson 01, the vanilla RNN: a character model of real text.

exercises.py                what is asked: a step, a sequence, a loss, a sampler
answers.py                  the right answers
mistakes.py                 wrong ones that are known: the step and the sequence
language_model_mistakes.py  the loss and the sampler
figures.py                  an echo of the input, and the model while it learns, reads and writes, drawn
"""
