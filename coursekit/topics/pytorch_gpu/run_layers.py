"""Lesson 07, how a layer is checked: it is run forwards and backwards, and its gradients are compared too.

The functions run where the layer lives, see `coursekit.recurrence.beside`; so each is complete in itself.
"""

from __future__ import annotations


def train_layer(layer_class, D, H, weights, x, h0, dhs, dh_n):
    """Build a layer, look at its first weights, load others, run it forwards and backwards.

    weights: arrays by their name in the state_dict. dhs (N, T, H), dh_n (1, N, H): gradients of a loss.
    Returns hs, h_n, hs from a zero state, gradients of x, h0 and of each weight, and whether each weight started well.
    """
    import torch

    torch.manual_seed(0)
    layer, larger = layer_class(D, H), layer_class(D, 64)  # few numbers tell little about how they were drawn
    if not isinstance(layer, torch.nn.Module):
        raise TypeError(f"GRU(D, H) is a {type(layer).__name__}, and no torch.nn.Module")
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
    if not isinstance(outcome, tuple) or len(outcome) != 2:
        raise TypeError(f"forward returned a {type(outcome).__name__}; asked for is the pair (hs, h_n)")
    hs, h_n = outcome
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
    """Run a layer that is a function of tensors forwards and backwards, and count its matrix products.

    dhs (N, T, H): gradient of a loss. Returns hs, the gradients of the six arguments, and how many matrix products the
    forward pass made beyond T + 1.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Products(TorchDispatchMode):
        names = ("mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot", "linear", "matmul")
        count = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            self.count += function.__name__.split(".")[0] in self.names
            return function(*args, **(kwargs or {}))

    leaves = [torch.from_numpy(value).requires_grad_() for value in (x, h0, W_ih, W_hh, b_ih, b_hh)]
    with Products() as products:
        hs = layer(*leaves)
    if not isinstance(hs, torch.Tensor) or tuple(hs.shape) != dhs.shape:
        found = tuple(hs.shape) if isinstance(hs, torch.Tensor) else f"a {type(hs).__name__}"
        raise ValueError(f"it returned {found}; asked for is one tensor hs of shape {dhs.shape}")
    loss = (hs * torch.from_numpy(dhs)).sum()
    if loss.requires_grad:
        loss.backward()
    gradients = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    return (hs.detach(), *gradients, max(0, products.count - (x.shape[1] + 1)))
