"""torch's own recurrent layers, brought back after the grader has taken them away.

Each defines `finished(x, h, params)`, one step of the finished GRU, and the answer returns it.
"""

from __future__ import annotations

from .case import COUNT_ONLY, answer, cases

_TENSORS = """
import gc, importlib, sys, types, torch, numpy as np
def tensors(x, h, params):
    return [torch.tensor(np.ascontiguousarray(a)) for a in (x, h, *params)]
"""
_CELL = """
def finished(x, h, params): return torch.gru_cell(*tensors(x, h, params)).numpy()
"""
_SEQUENCE = """
def finished(x, h, params):
    x, h, *weights = tensors(x, h, params)
    return np.array(CALL(x[None], h[None], weights, True, 1, 0.0, False, False, False)[1][0])
"""
_STEP = """
def gru_step(x, h, params): return finished(x, h, params)
"""


def _sequence(call: str) -> str:
    return _TENSORS + _SEQUENCE.replace("CALL", call) + _STEP


def _cell_after(source: str) -> str:
    """Something that destroys registrations, then the cell."""
    return _TENSORS + source + _CELL + _STEP


ANSWERS = {
    "kept objects destroyed": _cell_after("for thing in list(globals().get('_kept', ())): thing._destroy()"),
    "every library destroyed": _cell_after(
        "gc.unfreeze()\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, torch.library.Library): thing._destroy()\n"
    ),
    "every registration reset": _cell_after(
        "gc.unfreeze()\n"
        "for thing in gc.get_objects():\n"
        "    for one in gc.get_referents(thing):\n"
        "        if type(one).__name__ in ('_DispatchModule', 'Library') and hasattr(one, 'reset'): one.reset()\n"
    ),
    "a registration over ours, destroyed": _cell_after(
        "own = torch.library.Library('aten', 'IMPL')\n"
        "own.impl('gru_cell', lambda *a: None, 'CompositeImplicitAutograd')\n"
        "own._destroy()\n"
    ),
    "finalisers run early": _cell_after(
        "import weakref\nfor one in list(weakref.finalize._registry):\n    try: one()\n    except Exception: pass\n"
    ),
    "the refusal's code replaced": _cell_after(
        "gc.unfreeze()\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, types.FunctionType) and thing.__name__ in ('refuse', '_refuse'):\n"
        "        try: thing.__code__ = (lambda *args, **kwargs: NotImplemented).__code__\n"
        "        except ValueError: pass\n"
    ),
    "the operator by its key": _TENSORS
    + """
def finished(x, h, params):
    for key in torch._C.DispatchKey.__members__.values():
        try: return torch.ops.aten.gru_cell.default._op_dk(key, *tensors(x, h, params)).numpy()
        except Exception: pass
"""
    + _STEP,
    "the kernel by its name": _TENSORS
    + """
def finished(x, h, params):
    for key in ("CompositeImplicitAutograd", "CPU", "AutogradCPU"):
        try:
            kernel = torch.library.get_kernel("aten::gru_cell", key)
            return kernel.call_boxed(torch._C._dispatch_keys(torch.tensor(x)), *tensors(x, h, params)).numpy()
        except Exception: pass
"""
    + _STEP,
    "a decomposition": _sequence("torch._decomp.decompositions.gru_impl"),
    "a decomposition from the table": _sequence("torch._decomp.decomposition_table[torch.ops.aten.gru.input]"),
    "an operator that decomposes itself": _sequence("torch.ops.aten.gru.input.decompose"),
    "a kernel in Python": _sequence("list(torch.ops.aten.gru.input.py_kernels.values())[0]"),
    "a decomposition found in memory": _sequence(
        "[f for f in (gc.unfreeze(), *gc.get_objects())"
        " if isinstance(f, types.FunctionType) and f.__code__.co_name == 'gru_impl'][0]"
    ),
    "the Python dispatcher": _TENSORS
    + """
def finished(x, h, params):
    from torch._dispatch.python import enable_python_dispatcher
    x, h, *weights = tensors(x, h, params)
    with enable_python_dispatcher():
        return torch.gru(x[None], h[None], weights, True, 1, 0.0, False, False, False)[1][0].numpy()
"""
    + _STEP,
    "TorchScript": _TENSORS
    + """
graph = torch._C.parse_ir('''graph(%x : Tensor, %h : Tensor, %a : Tensor, %b : Tensor, %c : Tensor, %d : Tensor):
  %y : Tensor = aten::gru_cell(%x, %h, %a, %b, %c, %d)
  return (%y)''')
def finished(x, h, params):
    run = torch._C._create_function_from_graph("run", graph)
    return run(*tensors(x, h, params)).numpy()
"""
    + _STEP,
    "a subclass found among subclasses": _TENSORS
    + """
def below(kind):
    return [kind] + [k for one in kind.__subclasses__() for k in below(one)]
def finished(x, h, params):
    kind = next(k for k in below(torch.nn.Module) if k.__name__ == "GRU" + "Cell" and "quant" not in k.__module__)
    cell = kind(x.shape[1], h.shape[1]).double()
    with torch.no_grad():
        for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), params):
            getattr(cell, name).copy_(torch.tensor(value))
        return cell(torch.tensor(x), torch.tensor(h)).numpy()
"""
    + _STEP,
}
CASES = cases("hostile", COUNT_ONLY, {f"a finished layer: {name}": answer(source) for name, source in ANSWERS.items()})
