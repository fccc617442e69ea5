"""What the exercises of several lessons on recurrent cells share.

draws.py              arguments: steps and sequences in which a swapped axis or a forgotten bias shows
forward_mistakes.py   known mistakes of the loop forward over time, for any cell with one state
backward_mistakes.py  known mistakes of the loop backward through time, for any cell
squashing_mistakes.py known mistakes of a gate and of a state: other functions than sigmoid and tanh
gru_tensors.py        what the states and weights of a GRU layer are called, and their shapes
faulty_step.py        one step of a GRU in PyTorch with one fault
beside.py             how an answer that cannot leave its process is run: a torch module, an autograd graph
"""
