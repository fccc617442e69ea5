"""Lesson 06b, how a module, a training loop and a dict of weights are checked: run, trained and looked at.

The functions run where the answer lives, see `coursekit.recurrence.beside`; so each is complete in itself.
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


def train_module(layer_class, D, H, weights, x, h0, dhs, dh_n):
    """Build a layer, look at its first weights, load others, run it forwards and backwards.

    weights: arrays by their name in the state_dict. dhs (N, T, H), dh_n (1, N, H): gradients of a loss.
    Returns hs, h_n, hs from a zero state, gradients of x, h0 and of each weight, and how each weight started: 1 for
    well, 0 for too large, 2 for too small, 3 for numbers of one sign.
    """
    import torch

    torch.default_generator.manual_seed(0)
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
        largest = float(first.abs().max())
        of_both_signs = bool(first.min() < 0 < first.max())
        started.append(0 if not largest <= bound else 2 if largest <= 0.5 * bound else 1 if of_both_signs else 3)
    layer = layer.double()
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    x, h0 = (torch.from_numpy(value).requires_grad_() for value in (x, h0))
    outcome = layer(x, h0)
    cache = isinstance(outcome, (tuple, list)) and len(outcome) == 3 and isinstance(outcome[2], (tuple, list, dict))
    if not isinstance(outcome, (tuple, list)) or len(outcome) - cache != 2:
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


def train_with(loop, weight, bias, x, y, x_valid, y_valid, rows, patience, lr):
    """Train a small network with a loop of a learner's own, and look at the losses and at the weights it leaves.

    The network: batch normalisation, which knows training from evaluation, and a linear layer with weight (1, D), bias
    (1,). x (N, D), y (N, 1): what is learnt; x_valid, y_valid: what is watched. rows: for each epoch a list of batches.
    Returns both lists of losses, the last weight and bias, and the mean and variance that the normalisation has seen.
    """
    import torch

    D = x.shape[1]
    model = torch.nn.Sequential(torch.nn.BatchNorm1d(D, affine=False), torch.nn.Linear(D, 1)).double()
    with torch.no_grad():
        model[1].weight.copy_(torch.from_numpy(weight))
        model[1].bias.copy_(torch.from_numpy(bias))
    x, y, *valid = (torch.from_numpy(array) for array in (x, y, x_valid, y_valid))
    epochs = [[(x[torch.from_numpy(k)], y[torch.from_numpy(k)]) for k in batches] for batches in rows]

    def loss_of(model, batch):
        inputs, targets = batch
        return torch.nn.functional.mse_loss(model(inputs), targets)

    optimiser = torch.optim.SGD(model.parameters(), lr)
    told = loop(model, optimiser, loss_of, epochs, tuple(valid), patience)
    if isinstance(told, dict) and set(told) == {"train_losses", "valid_losses"}:
        told = told["train_losses"], told["valid_losses"]
    if getattr(told, "ndim", 0) == 2 and len(told) == 2:  # both in one array
        told = tuple(told)
    if not isinstance(told, (tuple, list)) or len(told) not in (2, 3):
        count = f" of {len(told)}" if isinstance(told, (tuple, list)) else ""
        kind = "None" if told is None else f"a {type(told).__name__}{count}"
        raise TypeError(f"fit returned {kind}; asked for is the pair (train_losses, valid_losses)")
    try:
        both = [list(losses) for losses in told[:2]]
        if any(isinstance(loss, (str, bytes, complex)) for losses in both for loss in losses):
            raise TypeError
        numbers = [torch.tensor([float(loss) for loss in losses], dtype=torch.float64) for losses in both]
    except (TypeError, ValueError):
        kinds = " and ".join(type(losses).__name__ for losses in told[:2])
        raise TypeError(f"fit returned {kinds}; asked for are two lists of numbers, one for each epoch") from None
    losses_too = [isinstance(part, list) and all(isinstance(loss, float) for loss in part) for part in told[2:]]
    more = [torch.tensor(part) if is_value else part for part, is_value in zip(told[2:], losses_too, strict=True)]
    left = (model[1].weight, model[1].bias, model[0].running_mean, model[0].running_var)
    return (*numbers, *(value.detach() for value in left), *more)
