"""Lesson 07, how a layer is checked: it is run forwards and backwards, and its gradients are compared too.

The functions run where the layer lives, see `coursekit.recurrence.beside`; so each is complete in itself.
"""

from __future__ import annotations


def train_function(layer, x, h0, W_ih, W_hh, b_ih, b_hh, dhs):
    """Run a layer that is a function of tensors forwards and backwards, and write down what the forward pass did.

    dhs (N, T, H): gradient of a loss. Returns hs, the gradients of the six arguments, and the operations of the forward
    pass, as `recorded.named` reads them: the names of the operations as bytes, and steps that mean them by number,
    because no text leaves the process of an answer.
    """
    import numpy as np
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Recorder(TorchDispatchMode):
        """A tensor is known by its place in memory: autograd wraps the same numbers anew."""

        def __init__(self, inputs):
            super().__init__()
            self.steps, self.names, self.kept, self.numbers = [], {}, [], {}
            for one in inputs:
                self.keep(one)

        def place(self, tensor):
            return tensor.untyped_storage().data_ptr(), tensor.storage_offset(), tuple(tensor.shape), tensor.stride()

        def keep(self, tensor):
            self.numbers[self.place(tensor)] = len(self.kept)
            self.kept.append(tensor)

        def told(self, value):
            if isinstance(value, torch.Tensor):
                number = self.numbers.get(self.place(value))
                if number is None:
                    return value.detach().cpu().double().numpy().copy()
                return {"value": number}
            if isinstance(value, (list, tuple)):
                return [self.told(one) for one in value]
            return value if isinstance(value, (bool, int, float)) else None  # a kind of number or of memory

        def step(self, name, *rest):
            self.steps.append([self.names.setdefault(name, len(self.names)), *rest])

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            told = [self.told(one) for one in args]
            made = function(*args, **(kwargs or {}))
            results = list(made) if isinstance(made, (list, tuple)) else [made]
            options = {name: value for name, value in (kwargs or {}).items() if name in ("alpha", "beta", "value")}
            if all(isinstance(one, torch.Tensor) for one in results):
                self.step(function.__name__.split(".")[0], told, options, len(results))
                for one in results:
                    self.keep(one)
            return made

    leaves = [torch.from_numpy(value).requires_grad_() for value in (x, h0, W_ih, W_hh, b_ih, b_hh)]
    with Recorder(leaves) as recorder:
        hs = layer(*leaves)
        if isinstance(hs, tuple) and len(hs) == 2 and isinstance(hs[1], (tuple, list, dict)):
            hs = hs[0]  # a cache beside it
    if not isinstance(hs, torch.Tensor) or tuple(hs.shape) != dhs.shape:
        count = f" of {len(hs)} values" if isinstance(hs, (tuple, list)) else ""
        kind = "None" if hs is None else f"an object of the type {type(hs).__name__}{count}"
        found = f"a tensor of shape {tuple(hs.shape)}" if isinstance(hs, torch.Tensor) else kind
        raise ValueError(f"it returned {found}; asked for is one tensor hs of shape {dhs.shape}")
    loss = (hs * torch.from_numpy(dhs)).sum()
    if loss.requires_grad:
        loss.backward()
    gradients = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    recorder.step("return", [recorder.told(hs)], {}, 1)
    names = np.frombuffer("\n".join(recorder.names).encode(), np.uint8)
    return (hs.detach(), *gradients, recorder.steps, names)
