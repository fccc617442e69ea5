"""Running an answer where it lives, beside the process that checks it: for classes, and for what is differentiated.

A module and its autograd graph cannot leave the process they were made in. So what runs them is a plain function,
complete in itself (it imports what it needs, and calls nothing of this package), that takes arrays and returns arrays.
In a notebook it is called as it is. A grader's stand-in for an answer in another process has a method `run_beside`,
which sends the function's source there instead, and a method `in_doubt`, which is called with the reason where what
was said there cannot be confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def beside(function: Callable[..., Any]) -> Callable[[Callable[..., Any], Mapping[str, Any]], Any]:
    """An `Exercise.apply` that calls function(answer, *arguments) where the answer lives."""

    def apply(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
        run = getattr(answer, "run_beside", None)
        return function(answer, *args.values()) if run is None else run(function, *args.values())

    return apply
