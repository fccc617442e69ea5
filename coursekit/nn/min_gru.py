"""minGRU: a GRU whose gate does not look at the state, so that all steps can be computed at once.

    layer = MinGRU(28, 64, batch_first=True)              # called as a GRU of torch.nn with one layer
    layer = MinGRU(28, 64, batch_first=True, way="loop")  # the same numbers, step by step

Feng et al. 2024, arXiv:2410.01201, section 3.1. Sizes: N sequences, T steps, D inputs, H units.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks
from .scan import linear_loop, linear_scan, log_scan

_WAYS = ("scan", "loop", "log")


class MinGRU(nn.Module):
    """One layer of

        z_t = sigmoid(W_iz x_t + b_iz)
        n_t = W_in x_t + b_in
        h_t = z_t * h_(t-1) + (1 - z_t) * n_t

    z keeps, as in the GRU of this course; in the paper it writes. There is no reset gate and no W_hh: neither z nor n
    sees the state. Parameters: weight_ih_l0 (2H, D), bias_ih_l0 (2H,), rows z, n, drawn as torch.nn.Linear draws.

    way: "scan", about 2 log2(T) rounds (`scan.linear_scan`); "loop", T steps; "log", the paper's form with logarithms,
        which is for positive candidates alone.
    positive: the candidate is g(n), n + 1/2 for n >= 0 and sigmoid(n) below, which is positive (appendix B there);
        a state that it starts from has to be positive as well.
    signed: the old state is multiplied by 2 z_t - 1, from -1 to 1, in place of z_t: a state can change its sign (Grazzi
        et al. 2024, arXiv:2411.12537). Not with "log".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        batch_first: bool = False,
        way: str = "scan",
        positive: bool = False,
        signed: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        for name, value in (("input_size", input_size), ("hidden_size", hidden_size)):
            checks.positive_int(name, value)
        if way not in _WAYS:
            raise ValueError(f"way: expected one of {', '.join(_WAYS)}, got {way!r}.")
        if way == "log" and (signed or not positive):
            raise ValueError('way="log" takes logarithms of gates and candidates: set positive=True and signed=False.')
        self.input_size, self.hidden_size, self.batch_first = input_size, hidden_size, batch_first
        self.way, self.positive, self.signed = way, positive, signed
        self.num_layers, self.bidirectional = 1, False
        self.weight_ih_l0 = nn.Parameter(torch.empty(2 * hidden_size, input_size, device=device, dtype=dtype))
        self.bias_ih_l0 = nn.Parameter(torch.empty(2 * hidden_size, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every parameter from U(-1/sqrt(D), 1/sqrt(D))."""
        bound = self.input_size**-0.5
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (N, T, D) -> the states (N, T, H), and the last one (1, N, H). h0: (1, N, H); None: zeros.

        Without batch_first x and the states are (T, N, ...). Raises ValueError or RuntimeError for other shapes, or if
        way="log" is given a state that is not positive.
        """
        if x.dim() != 3:
            axes = "(N, T, D)" if self.batch_first else "(T, N, D)"
            raise ValueError(f"MinGRU: expected an input of shape {axes}, got {tuple(x.shape)}.")
        checks.features("MinGRU", x, self.input_size)
        x = x if self.batch_first else x.transpose(0, 1)
        checks.length("MinGRU", x.shape[1])
        if h0 is not None:
            checks.state("MinGRU", "h0", h0, (1, len(x), self.hidden_size))
        z_in, n_in = F.linear(x, self.weight_ih_l0, self.bias_ih_l0).chunk(2, dim=2)
        hs = self._states(z_in, n_in, None if h0 is None else h0[0])
        return (hs if self.batch_first else hs.transpose(0, 1)), hs[:, -1][None]

    def _states(self, z_in: Tensor, n_in: Tensor, h0: Tensor | None) -> Tensor:
        if self.way == "log":
            if h0 is not None and not (h0 > 0).all():
                raise ValueError('MinGRU: way="log" takes the logarithm of h0, so h0 must be positive everywhere.')
            log_b = F.logsigmoid(-z_in) + _log_positive(n_in)  # 1 - sigmoid(a) is sigmoid(-a)
            return log_scan(F.logsigmoid(z_in), log_b, None if h0 is None else h0.log()).exp()
        z = torch.sigmoid(z_in)
        n = torch.where(n_in >= 0, n_in + 0.5, torch.sigmoid(n_in)) if self.positive else n_in
        compute = linear_scan if self.way == "scan" else linear_loop
        return compute(2 * z - 1 if self.signed else z, (1 - z) * n, h0)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        flags = [f"{name}=True" for name in ("batch_first", "positive", "signed") if getattr(self, name)]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", f"way={self.way!r}", *flags])


def _log_positive(n: Tensor) -> Tensor:
    """log g(n), without the logarithm of a number that has become zero."""
    return torch.where(n >= 0, torch.log(n.clamp(min=0) + 0.5), F.logsigmoid(n))
