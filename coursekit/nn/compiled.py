"""What happens under torch.compile; imported only there, because it loads the compiler.

The compiler would unroll the loop over time and compile every step: minutes for fifty steps. The recurrence
therefore runs as it is, between the compiled parts of a model. `fullgraph=True`, which forbids such a gap, fails with
the reason below.
"""

from __future__ import annotations

import torch


@torch.compiler.disable(reason="the loop over time of a coursekit module runs outside the compiled graph")
def outside_the_graph(function, *args):
    """function(*args), which the compiler leaves as it is."""
    return function(*args)
