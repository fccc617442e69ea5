"""Lesson 07, the GPU: who agrees, who is fast, and why.

exercises.py        what is asked: a conversion, a parity report, timing, a fused layer, unequal lengths
answers.py          the right answers
mistakes.py         wrong ones that are known: the layers
faulty_layers.py    their code in PyTorch
weight_mistakes.py  the conversion and the parity report
timing_mistakes.py  timing
device.py           the pretended device that is timed
run_layers.py       how a layer is checked where it lives, gradients included
products.py         how many products a fused layer makes
recorded.py         what a layer was seen to compute, run again
figures.py          agreement, clocks, launches and rooflines drawn
"""
