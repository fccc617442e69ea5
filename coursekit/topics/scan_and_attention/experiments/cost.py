"""What a sequence costs: time of training against length, bytes kept while it goes on, digits lost by logarithms."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

from coursekit.nn import GRU, CausalSelfAttention, MinGRU
from coursekit.topics.scan_and_attention.experiments.settings import Settings
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.timing import one_thread, take_turns

LOOP, SCAN, PLAIN, FUSED = "minGRU, loop", "minGRU, scan", "attention, plain", "attention, fused"


class _Fused(CausalSelfAttention):
    """The same attention by PyTorch's own function, which never writes down the table of all scores."""

    def forward(self, x: torch.Tensor, cache: None = None) -> tuple[torch.Tensor, None]:
        q, k, v = (self._heads(part) for part in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=2))
        context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(context.transpose(1, 2).flatten(2)), None


def times(settings: Settings) -> dict:
    """{"T": [...], "seconds": by way, for each T, processor seconds of forward and backward in each repetition}.

    One layer of H units, N sequences, float32, one thread.
    """
    H = settings.timed_H
    layers: dict[str, torch.nn.Module] = {
        LOOP: MinGRU(H, H, batch_first=True, way="loop"),
        SCAN: MinGRU(H, H, batch_first=True),
        "nn.GRU": torch.nn.GRU(H, H, batch_first=True),
        "GRU of this course": GRU(H, H, batch_first=True),
        PLAIN: CausalSelfAttention(H),
        FUSED: _Fused(H),
    }
    seconds: dict[str, list[list[float]]] = {name: [] for name in layers}
    with one_thread():
        for T in trainings(settings.timed_T, unit="length", weights=settings.timed_T):
            x = torch.randn(settings.timed_N, T, H)
            jobs = {name: _both_passes(layer, x) for name, layer in layers.items()}
            for name, found in take_turns(jobs, settings.repetitions, settings.timed_seconds).items():
                seconds[name].append(found)
    return {"T": list(settings.timed_T), "H": H, "N": settings.timed_N, "seconds": seconds}


def _both_passes(layer: torch.nn.Module, x: torch.Tensor) -> Callable[[], None]:
    def run() -> None:
        layer.zero_grad()
        layer(x)[0].sum().backward()

    return run


def memory(settings: Settings, contexts: tuple[int, ...] = (1, 16, 256, 4_096)) -> dict:
    """{"contexts": [...], "bytes": by layer, what is handed on after so many steps, for one sequence in float32}."""
    H = settings.timed_H
    layers = {
        "GRU": GRU(H, H, batch_first=True),
        "LSTM": torch.nn.LSTM(H, H, batch_first=True),
        "minGRU": MinGRU(H, H, batch_first=True),
        "attention": CausalSelfAttention(H),
    }
    kept: dict[str, list[int]] = {name: [] for name in layers}
    with torch.no_grad():
        for steps in contexts:
            for name, layer in layers.items():
                state = layer(torch.zeros(1, 1, H))[1]
                if name == "attention":  # one more step after a cache of the earlier ones
                    state = type(state)(*(part.expand(-1, -1, steps, -1).contiguous() for part in state))
                kept[name].append(sum(part.nbytes for part in (state if isinstance(state, tuple) else (state,))))
    return {"contexts": list(contexts), "H": H, "bytes": kept}


def digits(settings: Settings) -> dict:
    """{"T": [...], "errors": by way, for each T and seed, max|float32 - float64| / max|float64| of the states}."""
    D, H, seeds = 4, 16, 3
    errors: dict[str, list[list[float]]] = {"scan": [], "log": []}
    for T in settings.log_T:
        for way, found in errors.items():
            found.append([_error(way, T, D, H, seed) for seed in range(seeds)])
    return {"T": list(settings.log_T), "errors": errors}


def _error(way: str, T: int, D: int, H: int, seed: int) -> float:
    with seeded(seed), torch.no_grad():
        exact = MinGRU(D, H, batch_first=True, way="loop", positive=True, dtype=torch.float64)
        x = torch.randn(4, T, D, dtype=torch.float64)
        want = exact(x)[0]
        layer = MinGRU(D, H, batch_first=True, way=way, positive=True)
        layer.load_state_dict(exact.state_dict())
        return ((layer(x.float())[0].double() - want).abs().max() / want.abs().max()).item()
