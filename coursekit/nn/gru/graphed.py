"""The fast GRU as a CUDA graph: record every kernel of the loop once, then start them all with one call.

On a GPU the loop over time is bound by launches: the processor needs several microseconds to start each small kernel,
which then runs for one or two. A recorded graph leaves that cost out. It fits one set of shapes and works on its own
copies of the inputs, so the results are copied out, and another length of sequence is recorded anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .. import bptt, plain
from . import fast, readable

LARGEST_CACHE = 8  # recordings kept; each holds the memory of its inputs, results and work space


class Recording:
    """A function of tensors, recorded as a CUDA graph for the shapes of `examples`.

    Called with tensors of those shapes, it returns copies of what the function returns.
    """

    def __init__(self, function: Callable[..., Sequence[Tensor | None]], examples: Sequence[Tensor]):
        self.inputs = [example.detach().clone() for example in examples]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):  # once outside the graph, so that libraries have their work space
            function(*self.inputs)
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, capture_error_mode="thread_local"):
            self.outputs = function(*self.inputs)

    def __call__(self, *arguments: Tensor) -> tuple[Tensor | None, ...]:
        for mine, given in zip(self.inputs, arguments, strict=True):
            mine.copy_(given)
        self.graph.replay()
        return tuple(None if out is None else out.clone() for out in self.outputs)


_recordings: OrderedDict[tuple, Recording] = OrderedDict()


def recorded(name: str, function: Callable, arguments: Sequence[Tensor], *settings) -> Recording:
    """The recording of `function` for these shapes, made on the first call; the oldest makes room."""
    stream = torch.cuda.current_stream(arguments[0].device)
    shapes = tuple(tuple(a.shape) for a in arguments)
    precision = bptt.float32_precision()
    key = (name, shapes, arguments[0].dtype, arguments[0].device, stream.cuda_stream, precision, *settings)
    if key not in _recordings:
        with torch.cuda.device(arguments[0].device):
            _recordings[key] = Recording(function, arguments)
        if len(_recordings) > LARGEST_CACHE:
            _recordings.popitem(last=False)
    _recordings.move_to_end(key)
    return _recordings[key]


def obstacle(x: Tensor, hidden_size: int) -> str | None:
    """Why the loop cannot be recorded for this input on a GPU, or None."""
    return "a CUDA graph is being captured already" if torch.cuda.is_current_stream_capturing() else None


def forget() -> None:
    """Give back the memory of all recordings."""
    _recordings.clear()


def gru(x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """All hidden states (T, N, H) of a GRU on a GPU; arguments as in `readable.gru`."""
    args = (x, h, W_ih, W_hh, b_ih, b_hh)
    if bptt.needs_graph(*args):
        return _GRU.apply(*args)
    with torch.no_grad():
        return recorded("infer", infer, args)(*args)[0]


def infer(*args: Tensor) -> tuple[Tensor]:
    """What is recorded for inference: arguments as in `gru` -> (hs,)."""
    return (fast.forward(*args, keep=False)[0],)


def train(*args: Tensor) -> tuple[Tensor, ...]:
    """What is recorded for the forward pass of training: arguments as in `gru` -> hs, gates, n of `fast.forward`."""
    return fast.forward(*args, keep=True)


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *args: Tensor) -> Tensor:
        hs, gates, n = recorded("train", train, args)(*args)
        ctx.save_for_backward(*args, gates, n, hs)
        return hs

    @staticmethod
    def backward(ctx, dhs: Tensor):
        if not plain.upstream(dhs):
            return bptt.backward_by_autograd(readable.gru, ctx.saved_tensors[:6], ctx.needs_input_grad, [dhs])
        needed = ctx.needs_input_grad

        def step_back(*tensors: Tensor):
            return fast.backward(*tensors, needed=needed)

        tensors = (dhs, *ctx.saved_tensors)
        return recorded("backward", step_back, tensors, needed)(*tensors)
