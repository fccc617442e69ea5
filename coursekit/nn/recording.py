"""What stands for a module where calls are recorded: torch.jit.script and torch.fx.

A loop over time that is recorded step by step fits one length only. PyTorch treats its own layers as one operation
there, and so are ours. (`torch.jit.trace` and `torch.export` record PyTorch's operator: `Recurrent._by_torch`.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.utils import parametrize


def twin(module: nn.Module, own_class: type[nn.Module], *sizes, **options) -> nn.Module:
    """The module of torch.nn of the same class name, with the same parameters: the objects themselves, no copies.

    own_class: the class of ours that module is made from. A module that does more than this class, in a forward of
    its own, in hooks or in parametrisations, is returned as it is: the script cannot stand for it.
    """
    hooks = module._forward_hooks or module._forward_pre_hooks or parametrize.is_parametrized(module)
    if hooks or type(module).forward is not own_class.forward:
        return module
    theirs = getattr(nn, own_class.__name__)(*sizes, **options, device="meta")
    for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
        setattr(theirs, name, parameter)
    return theirs.train(module.training)


def refused(module: nn.Module) -> nn.Module:
    """Raise RuntimeError: torch.jit.script cannot compile a loop that PyTorch has no operator for."""
    raise RuntimeError(
        f"{type(module).__name__} runs a loop in Python that torch.jit.script cannot compile; "
        "record it for one length with torch.jit.trace."
    )


def is_exported() -> bool:
    """Is the call one of `torch.export`, which wants the whole model as one graph? PyTorch 2.6 cannot tell."""
    return hasattr(torch.compiler, "is_exporting") and torch.compiler.is_exporting()


@contextmanager
def paused() -> Iterator[None]:
    """Sizes are plain numbers inside, for checks: while torch.jit.trace records, they are tensors."""
    recorder = torch._C._get_tracing_state()
    if recorder is None:
        yield
        return
    torch._C._set_tracing_state(None)
    try:
        yield
    finally:
        torch._C._set_tracing_state(recorder)


def leaf(module: nn.Module, input, hx) -> torch.fx.Proxy | None:
    """Under torch.fx.symbolic_trace, the call of the module as one node, as for modules of torch.nn; else None."""
    for given in (input, *hx) if isinstance(hx, (tuple, list)) else (input, hx):
        if isinstance(given, torch.fx.Proxy):
            path = given.tracer.path_of_module(module)
            return given.tracer.create_proxy("call_module", path, (input, hx), {})
    return None
