"""Lesson 07, how a layer is checked: it is run forwards and backwards, and its gradients are compared too.

The functions run where the layer lives, see `coursekit.recurrence.beside`; so each is complete in itself.
"""

from __future__ import annotations


def with_kinds(answer, *args):
    """What the answer returns, and of each value of a dict whether it is a tensor, which its numbers do not tell.

    The dict may stand first in a tuple.
    """
    import torch

    value = answer(*args)
    named = value[0] if isinstance(value, tuple) and value else value
    return value, [isinstance(part, torch.Tensor) for part in named.values()] if isinstance(named, dict) else []


def train_layer(layer_class, D, H, weights, x, h0, dhs, dh_n):
    """Build a layer, look at its first weights, load others, run it forwards and backwards.

    weights: arrays by their name in the state_dict. dhs (N, T, H), dh_n (1, N, H): gradients of a loss.
    Returns hs, h_n, hs from a zero state, gradients of x, h0 and of each weight, and whether each weight started well.
    """
    import torch

    torch.manual_seed(0)
    layer, larger = layer_class(D, H), layer_class(D, 64)  # few numbers tell little about how they were drawn
    if not isinstance(layer, torch.nn.Module):
        raise TypeError(f"GRU(D, H) makes an object of the type {type(layer).__name__}, and no torch.nn.Module")
    found = {name: tuple(value.shape) for name, value in layer.named_parameters()}
    wanted = {name: tuple(value.shape) for name, value in weights.items()}
    if found != wanted:
        raise ValueError(f"the parameters are {found or 'none'}; asked for are {wanted}")
    bound, started = 64**-0.5, []
    for name in weights:
        first = dict(larger.named_parameters())[name].detach()
        inside = bool(first.abs().max() <= bound and first.abs().max() > 0.5 * bound)
        started.append(inside and bool(first.min() < 0 < first.max()))
    layer = layer.double()
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    x, h0 = (torch.from_numpy(value).requires_grad_() for value in (x, h0))
    outcome = layer(x, h0)
    cache = isinstance(outcome, tuple) and len(outcome) == 3 and isinstance(outcome[2], (tuple, list, dict))
    if not isinstance(outcome, tuple) or len(outcome) - cache != 2:
        count = f" of {len(outcome)}" if isinstance(outcome, (tuple, list)) else ""
        kind = "None" if outcome is None else f"a {type(outcome).__name__}{count}"
        raise TypeError(f"forward returned {kind}; asked for is the pair (hs, h_n)")
    hs, h_n = outcome[:2]
    if not isinstance(hs, torch.Tensor) or not isinstance(h_n, torch.Tensor):
        kinds = " and ".join(type(part).__name__ for part in (hs, h_n))
        raise TypeError(f"forward returned as hs and h_n a pair of {kinds}; asked for are two tensors")
    shapes = (dhs.shape, dh_n.shape)
    if (tuple(hs.shape), tuple(h_n.shape)) != shapes:
        raise ValueError(f"hs and h_n have the shapes {tuple(hs.shape)} and {tuple(h_n.shape)}; asked for are {shapes}")
    from_zero = layer(x.detach())[0].detach()
    loss = (hs * torch.from_numpy(dhs)).sum() + (h_n * torch.from_numpy(dh_n)).sum()
    parameters = [dict(layer.named_parameters())[name] for name in weights]
    leaves = [x, h0, *parameters]
    if loss.requires_grad:
        loss.backward()
    gradients = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    return (hs.detach(), h_n.detach(), from_zero, *gradients, started)


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
