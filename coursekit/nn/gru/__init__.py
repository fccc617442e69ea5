"""The GRU in PyTorch, from the equations to a kernel that keeps its weights on the chip. To be read in this order:

readable.py   the equations: one step, a sequence, and `GRUCell`
layer.py      `GRU`, the drop-in for torch.nn.GRU, and the table of the loops that it may run
fast.py       the same loop with the backward pass written by hand
native.py     that loop with its steps in C++
graphed.py    GPU: that loop recorded once as a CUDA graph, and replayed
launch.py     GPU, "triton": one kernel for the whole sequence; the products before and after it, sizes of a launch
kernel.py     that kernel for H up to 128: one block of threads holds all weights of the state
cluster.py    that kernel for H up to 512: several blocks share them
"""

from .layer import GRU
from .readable import GRUCell

__all__ = ["GRU", "GRUCell"]
