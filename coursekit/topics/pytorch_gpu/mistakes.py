"""The known mistakes of lesson 07 in layers, by name. `faulty_layers` has their code, and is imported when they run.

Importing the exercises must not import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import torch_mistakes


def _fused(fault: str) -> Callable[..., Any]:
    def fused(*args: Any) -> Any:
        from coursekit.topics.pytorch_gpu.faulty_layers import faulty_fused

        return faulty_fused(fault)(*args)

    return fused


def _packed(fault: str) -> Callable[..., Any]:
    def packed(*args: Any) -> Any:
        from coursekit.topics.pytorch_gpu.faulty_layers import faulty_packed

        return faulty_packed(fault)(*args)

    return packed


FUSED = tuple(
    Mistake(name, hint, _fused(fault))
    for fault, name, hint in (
        (
            "projection in the loop",
            "a layer that projects the input inside the loop",
            "The states are right. W_ih x does not depend on the state: how many products would do for all T steps?",
        ),
        (
            "a product per gate",
            "a layer with one product per gate",
            "The states are right. Three products with the same h are one product with a taller matrix.",
        ),
        (
            "b_hn outside",
            "both biases added to the hoisted projection",
            "b_hh may join the projection for r and z. Its rows of n are multiplied by r.",
        ),
        ("b_ih missing", "a projection without b_ih", "Both biases are needed: b_ih goes with the projection."),
        ("z writes", "the arguments of lerp exchanged", "torch.lerp(n, h, z) is n where z = 0, and h where z = 1."),
        (
            "h0 at every step",
            "a recurrent product with h0 at every step",
            "Which state does the product of step t read?",
        ),
        ("reset before", "a reset before the product", "r multiplies the product with its bias, not the state."),
        (
            "reset before, z writes",
            "two things at once: a reset before the product, and the arguments of lerp exchanged",
            "Both are so in the papers of 2014. r multiplies the product with its bias, and torch.lerp(n, h, z) is h "
            "where z = 1.",
        ),
        ("order z, r, n", "gates taken in the order z, r, n", "chunk(3, dim=1) gives r first."),
        (
            "detached",
            "a state that is detached at every step",
            "The states are right, the gradients are not: detach(), .data or no_grad cut the graph.",
        ),
    )
) + torch_mistakes(_fused)

PACKED = tuple(
    Mistake(name, hint, _packed(fault))
    for fault, name, hint in (
        (
            "after the padding",
            "the state after the padding returned as the last one",
            "A short sequence ends before T - 1. After that its state goes on moving, with the padding as input.",
        ),
        (
            "last column",
            "hs[:, -1] returned as the last states",
            "For a sequence that is shorter than T, hs[:, -1] is padding: zero. In PyTorch h_n has the right states.",
        ),
        (
            "left padding",
            "sequences taken from the end of the row, as if they were padded on the left",
            "Here every sequence begins at step 0, and the padding comes after it.",
        ),
        (
            "backwards over the padding",
            "a backward direction that runs over the padding first",
            "x.flip(1) puts the padding first. Where does the backward direction of a sequence of length L begin?",
        ),
        (
            "backward at the end",
            "the backward state at the end of the sequence, where it has read one step only",
            "The backward direction ends at step 0.",
        ),
        (
            "not turned back",
            "backward states in the order in which they were computed",
            "hs[n, t] holds both directions at the same step t.",
        ),
        ("padding kept", "states that are not zero after the end of a sequence", "PyTorch pads its output with zeros."),
        (
            "sorted",
            "results in the order of length",
            "Sorting is allowed inside. Undo it before returning: row n belongs to x[n].",
        ),
        ("halves exchanged", "the two halves of last exchanged", "Forward first, then backward, as in hs."),
    )
)
