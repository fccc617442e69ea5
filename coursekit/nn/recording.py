"""What stands for a module where calls are recorded: torch.jit.script and torch.fx.

A loop over time that is recorded step by step fits one length only. PyTorch treats its own layers as one operation
there, and so are ours. (`torch.jit.trace` and `torch.export` record PyTorch's operator: `Recurrent._by_torch`.)
"""

from __future__ import annotations

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


def is_symbolic(input) -> bool:
    """Is the call one of `torch.fx.symbolic_trace`?"""
    return isinstance(input, torch.fx.Proxy)


def leaf(module: nn.Module, *args) -> torch.fx.Proxy:
    """Record the call of the module as one node, as torch.fx does with the modules of torch.nn."""
    tracer = args[0].tracer
    return tracer.create_proxy("call_module", tracer.path_of_module(module), args, {})
