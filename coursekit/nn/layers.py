"""What the layers RNN, LSTM and GRU share: parameters, stacking, directions, packing and the choice of a loop."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from . import backends, checks
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
        proj_size: int = 0,
        device=None,
        dtype=None,
        *,
        backend: str = "auto",
    ):
        super().__init__()
        sizes = (input_size, hidden_size, num_layers)
        checks.constructor(*sizes, bias, batch_first, dropout, proj_size, is_lstm=mode == "LSTM")
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

    def forward(self, input: Tensor | PackedSequence, hx=None):
        """Run the sequence. Returns the output of the last layer at every step, and the last state of every layer.

        input  (T, N, D); (N, T, D) if batch_first; (T, D) without a batch; or a PackedSequence
        hx     the initial state, (num_layers * directions, N, H), zero if left out; for the LSTM a pair
        Raises RuntimeError or ValueError, as torch.nn does, when a shape or a type does not fit.
        """
        if torch.compiler.is_dynamo_compiling():
            from .compiled import outside_the_graph

            return outside_the_graph(self._forward, input, hx)
        return self._forward(input, hx)

    def _forward(self, input, hx):
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        name = type(self).__name__
        checks.dimensions(name, input, self.batch_first)
        batched = input.dim() == 3
        x = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            x = x.transpose(0, 1)
        checks.length(name, x.shape[0])
        states = self._initial(hx, x, x.shape[1], batched)
        y, states = self._stack(x, states, Full(x))
        if not batched:
            y, states = y.squeeze(1), tuple(s.squeeze(1) for s in states)
        elif self.batch_first:
            y = y.transpose(0, 1)
        return y, self._outgoing(states)

    def _forward_packed(self, packed: PackedSequence, hx):
        rows, batch_sizes, to_sorted, to_original = packed
        layout = Packed(batch_sizes, rows.device)
        states = self._initial(hx, rows, layout.batch, batched=True)
        if hx is not None and to_sorted is not None:
            states = tuple(s.index_select(1, to_sorted) for s in states)
        y, states = self._stack(rows, states, layout)
        if to_original is not None:
            states = tuple(s.index_select(1, to_original) for s in states)
        return PackedSequence(y, batch_sizes, to_sorted, to_original), self._outgoing(states)

    def _initial(self, hx, x: Tensor, batch: int, batched: bool) -> States:
        """The initial states (layers * directions, N, H), after all checks of the input and of hx."""
        name = type(self).__name__
        if not torch.is_autocast_enabled(x.device.type):
            checks.dtype(name, x, self.weight_ih_l0)
        checks.features(name, x, self.input_size)
        rows = self.num_layers * self._directions
        sizes = (self._output_size, self.hidden_size)[: len(self.state_names)]
        if hx is None:
            return tuple(x.new_zeros(rows, batch, size) for size in sizes)
        states = self._incoming(hx)
        for state_name, h, size in zip(self.state_names, states, sizes, strict=True):
            checks.state(name, state_name, h, (rows, batch, size) if batched else (rows, size))
            if not torch.is_autocast_enabled(x.device.type):
                checks.dtype(name, h, self.weight_ih_l0, state_name)
        return states if batched else tuple(h.unsqueeze(1) for h in states)

    def _incoming(self, hx) -> States:
        if not isinstance(hx, Tensor):
            raise TypeError(f"{type(self).__name__}: hx must be a tensor, got {type(hx).__name__}.")
        return (hx,)

    def _outgoing(self, states: States):
        return states[0]

    def _stack(self, x: Tensor, states: States, layout: Full | Packed) -> tuple[Tensor, States]:
        """All layers and directions over the rows of `layout`; the computation itself."""
        choice = backends.choose(
            self.backend, x, self.hidden_size, self.loops, self.obstacles, projected=bool(self.proj_size)
        )
        self._remember(choice)
        run = self._loop(choice.name)
        weights = [self._weights(*key) for key in self._keys()]
        kind = x.device.type
        if torch.is_autocast_enabled(kind):  # one type throughout: the state must not change it from step to step
            to = torch.get_autocast_dtype(kind)
            x, states = x.to(to), tuple(s.to(to) for s in states)
            weights = [[w.to(to) for w in each] for each in weights]
        last = []
        with torch.autocast(kind, enabled=False):
            for layer in range(self.num_layers):
                if layer and self.dropout:
                    x = F.dropout(x, self.dropout, self.training)
                ys = []
                for reverse in range(self._directions):
                    k = layer * self._directions + reverse
                    steps = run(layout.unroll(x, bool(reverse)), *(s[k] for s in states), *weights[k])
                    steps = (steps,) if isinstance(steps, Tensor) else steps
                    last.append([layout.last(s) for s in steps])
                    ys.append(layout.roll(steps[0], bool(reverse)))
                x = torch.cat(ys, -1) if len(ys) == 2 else ys[0]
        return x, tuple(torch.stack(each) for each in zip(*last, strict=True))

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

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        usual = dict(
            proj_size=0, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, backend="auto"
        )
        shown += [f"{k}={getattr(self, k)!r}" for k, v in usual.items() if getattr(self, k) != v]
        return ", ".join(shown)
