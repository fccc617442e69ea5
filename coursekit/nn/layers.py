"""What the layers RNN, LSTM and GRU share: parameters, stacking, directions, packing and the choice of a loop."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from itertools import chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from . import autocast, backends, checks, recording
from .packing import Full, Packed

States = tuple[Tensor, ...]  # (h,) or (h, c), each (num_layers * directions, N, H)


class Recurrent(nn.Module):
    """Stacked, possibly bidirectional recurrent layers.

    A subclass says which cell: its `mode`, the number of blocks of rows in its weights (`gates`), and what it can run:
    `loops` by the name of the back end, and `obstacles`, which tell why a back end cannot run an input.
    """

    gates: int
    loops: backends.Loops
    obstacles: backends.Obstacles = {}
    state_names: tuple[str, ...] = ("hx",)

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int | None = 0,
        device=None,
        dtype=None,
        *,
        backend: str = "auto",
    ):
        super().__init__()
        sizes = (input_size, hidden_size, num_layers)
        checks.constructor(*sizes, bias, batch_first, dropout, proj_size, is_lstm=mode == "LSTM")
        proj_size = proj_size or 0
        self.mode = mode
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self.backend = backends.validate(backend)
        self.choice: backends.Choice | None = None
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                for name, shape in self._shapes(layer):
                    weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
                    self.register_parameter(name + suffix, weight)
        self.reset_parameters()

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: self._directions]

    def _shapes(self, layer: int) -> list[tuple[str, tuple[int, ...]]]:
        rows = self.gates * self.hidden_size
        below = self.input_size if layer == 0 else self._output_size * self._directions
        shapes = [("weight_ih", (rows, below)), ("weight_hh", (rows, self._output_size))]
        if self.bias:
            shapes += [("bias_ih", (rows,)), ("bias_hh", (rows,))]
        if self.proj_size:
            shapes += [("weight_hr", (self.proj_size, self.hidden_size))]
        return shapes

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def _output_size(self) -> int:
        return self.proj_size or self.hidden_size

    @property
    def all_weights(self) -> list[list[nn.Parameter]]:
        """The parameters of each layer and direction, as in torch.nn."""
        return [
            [getattr(self, name + suffix) for name, _ in self._shapes(layer)]
            for layer in range(self.num_layers)
            for suffix in self._suffixes(layer)
        ]

    @property
    def backend_used(self) -> str | None:
        """The back end of the last call; None before the first."""
        return self.choice and self.choice.name

    @property
    def backend_reason(self) -> str | None:
        """In a sentence, why the last call ran on `backend_used`."""
        return self.choice and self.choice.reason

    def reset_parameters(self) -> None:
        """Every parameter from U(-1/sqrt(H), 1/sqrt(H)), drawn in the order of torch.nn."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do; here because code written for torch.nn calls it."""

    def forward(self, input: Tensor | PackedSequence, hx=None, *, loop: Callable | None = None):
        """Run the sequence. Returns the output of the last layer at every step, and the last state of every layer.

        input  (T, N, D); (N, T, D) if batch_first; (T, D) without a batch; or a PackedSequence
        hx     the initial state, (num_layers * directions, N, H), zero if left out; for the LSTM a pair
        loop   another loop with the weights of this layer, called as those in `loops`; LayerNormGRU has one
        Raises RuntimeError or ValueError, as torch.nn does, when a shape or a type does not fit.
        """
        if (node := recording.leaf(self, input, hx)) is not None:
            return node
        if torch.compiler.is_dynamo_compiling() and not recording.is_exported():
            from .compiled import outside_the_graph

            return outside_the_graph(self._forward, input, hx, loop)
        return self._forward(input, hx, loop)

    def _forward(self, input, hx, loop):
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx, loop)
        checks.dimensions(type(self).__name__, input, self.batch_first)
        batched = input.dim() == 3
        x = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            x = x.transpose(0, 1)
        layout = Full(x)
        states = self._initial(hx, x, layout, batched)
        y, states = self._stack(x, states, layout, loop)
        if not batched:
            y, states = y.squeeze(1), tuple(s.squeeze(1) for s in states)
        elif self.batch_first:
            y = y.transpose(0, 1)
        return y, self._outgoing(states)

    def _forward_packed(self, packed: PackedSequence, hx, loop):
        rows, batch_sizes, to_sorted, to_original = packed
        layout = Packed(batch_sizes, rows.device)
        states = self._initial(hx, rows, layout, batched=True)
        if hx is not None and to_sorted is not None:
            states = tuple(s.index_select(1, to_sorted) for s in states)
        y, states = self._stack(rows, states, layout, loop)
        if to_original is not None:
            states = tuple(s.index_select(1, to_original) for s in states)
        return PackedSequence(y, batch_sizes, to_sorted, to_original), self._outgoing(states)

    def _initial(self, hx, x: Tensor, layout: Full | Packed, batched: bool) -> States:
        """The initial states (layers * directions, N, H), after all checks of the input and of hx."""
        states = None if hx is None else self._incoming(hx)
        with recording.paused():
            self._check(x, states, layout, batched)
        if states is None:
            rows, batch = self.num_layers * self._directions, layout.batch
            return tuple(x.new_zeros(rows, batch, size) for size in self._state_sizes)
        return states if batched else tuple(h.unsqueeze(1) for h in states)

    @property
    def _state_sizes(self) -> tuple[int, ...]:
        return (self._output_size, self.hidden_size)[: len(self.state_names)]

    def _check(self, x: Tensor, states: States | None, layout: Full | Packed, batched: bool) -> None:
        name, weight, to = type(self).__name__, self.weight_ih_l0, autocast.wanted(x)
        if not torch._C._is_any_autocast_enabled():
            checks.dtype(name, x, weight)
        checks.length(name, len(x))
        checks.features(name, x, self.input_size)
        rows, batch = self.num_layers * self._directions, layout.batch
        for state_name, h, size in zip(self.state_names, states or (), self._state_sizes, strict=False):
            checks.state(name, state_name, h, (rows, batch, size) if batched else (rows, size))
            checks.dtype(name, autocast.cast(h, to), autocast.cast(weight, to), state_name, error=RuntimeError)

    def _incoming(self, hx) -> States:
        if not isinstance(hx, Tensor):
            raise TypeError(f"{type(self).__name__}: hx must be a tensor, got {type(hx).__name__}.")
        return (hx,)

    def _outgoing(self, states: States):
        return states[0]

    def _stack(self, x: Tensor, states: States, layout: Full | Packed, loop: Callable | None) -> tuple[Tensor, States]:
        """All layers and directions over the rows of `layout`; the computation itself."""
        to, weights = autocast.wanted(x), [self._weights(*key) for key in self._keys()]
        if to is not None:  # one type throughout: the state must not change it from step to step
            x, states = autocast.cast(x, to), tuple(autocast.cast(s, to) for s in states)
            weights = [[autocast.cast(w, to) for w in each] for each in weights]
        if loop is None:
            choice = self._choose(x, states, weights, layout)
            self._remember(choice)
            if choice.name == "torch":
                return self._by_torch(x, states, layout)
            loop = self._loop(choice.name)
        last = []
        with nullcontext() if to is None else torch.autocast(x.device.type, enabled=False):
            for layer in range(self.num_layers):
                if layer and self.dropout:
                    x = F.dropout(x, self.dropout, self.training)
                ys = []
                for reverse in range(self._directions):
                    k = layer * self._directions + reverse
                    steps = loop(layout.unroll(x, bool(reverse)), *(s[k] for s in states), *weights[k])
                    steps = (steps,) if isinstance(steps, Tensor) else steps
                    last.append([layout.last(s) for s in steps])
                    ys.append(layout.roll(steps[0], bool(reverse)))
                x = torch.cat(ys, -1) if len(ys) == 2 else ys[0]
        return x, tuple(torch.stack(each) for each in zip(*last, strict=True))

    def _choose(self, x: Tensor, states: States, weights: list[list[Tensor]], layout: Full | Packed) -> backends.Choice:
        if torch.jit.is_tracing() or torch.compiler.is_compiling():
            return backends.Choice("torch", "The call is being recorded, and a loop would fit this length only.")
        if self.mode == "RNN_RELU" and isinstance(layout, Packed):
            return backends.Choice("torch", "A relu may grow without bound in the padding, and its gradient be nan.")
        tensors = [x, *states, *chain.from_iterable(weights)]
        return backends.choose(
            self.backend, tensors, self.hidden_size, self.loops, self.obstacles, projected=bool(self.proj_size)
        )

    def _by_torch(self, x: Tensor, states: States, layout: Full | Packed) -> tuple[Tensor, States]:
        """PyTorch's own operator, on the rows of `layout`."""
        hx = states if len(states) == 2 else states[0]
        weights = list(chain.from_iterable(self.all_weights))
        options = (self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        operator = getattr(torch, self.mode.lower())
        if isinstance(layout, Packed):
            y, *last = operator(x, layout.batch_sizes, hx, weights, *options)
        else:
            y, *last = operator(x, hx, weights, *options, False)
        return y, tuple(last)

    def _loop(self, backend: str) -> Callable:
        """The function that runs one layer in one direction."""
        return self.loops[backend]

    def _keys(self) -> list[tuple[int, str]]:
        return [(layer, suffix) for layer in range(self.num_layers) for suffix in self._suffixes(layer)]

    def _weights(self, layer: int, suffix: str) -> list[Tensor]:
        """W_ih, W_hh, b_ih, b_hh (zeros without bias), and W_hr of a projected LSTM."""
        W_ih, W_hh = getattr(self, f"weight_ih{suffix}"), getattr(self, f"weight_hh{suffix}")
        if self.bias:
            biases = [getattr(self, f"bias_ih{suffix}"), getattr(self, f"bias_hh{suffix}")]
        else:
            biases = [W_ih.new_zeros(W_ih.shape[0])] * 2
        return [W_ih, W_hh, *biases, *([getattr(self, f"weight_hr{suffix}")] if self.proj_size else [])]

    def _remember(self, choice: backends.Choice) -> None:
        """Keep the choice for whoever asks, and warn once when it is not the one that was wanted."""
        if choice != self.choice:
            self.choice = choice
            backends.warn(self.backend, choice)

    def __prepare_scriptable__(self) -> nn.Module:
        """What torch.jit.script compiles in place of this layer."""
        own = next(c for c in type(self).__mro__ if "loops" in vars(c))
        sizes = (self.input_size, self.hidden_size, self.num_layers)
        options = dict(bias=self.bias, batch_first=self.batch_first, bidirectional=self.bidirectional)
        if self.mode.startswith("RNN"):
            options["nonlinearity"] = self.mode.removeprefix("RNN_").lower()
        if self.proj_size:
            options["proj_size"] = self.proj_size
        theirs = recording.twin(self, own, *sizes, **options)
        theirs.dropout = self.dropout
        return theirs

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        usual = dict(
            proj_size=0, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, backend="auto"
        )
        shown += [f"{k}={getattr(self, k)!r}" for k, v in usual.items() if getattr(self, k) != v]
        return ", ".join(shown)
